//! The sessions of ping and the migrations of one run's files: which belong together.
//!
//! The migrations, where a file tells of any, else the sessions of ping, say how many runs there are. Files with as many
//! parts are paired by number. Others go by time: each run gets the part during which its migration was requested; one that
//! goes through several migrations is shared, each run from the end of the migration before until the request of the next.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Family, Meaning, Parsed, Part};

use super::{Piece, about, several, with_log};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::model::{Diagnostic, Factors, Role, Severity};

/// Logs that go on counting: one file, or several of a run whose names give no repetition.
struct Track {
    meaning: Meaning,
    files: Vec<LoadedFile>,
    /// Each part as a log of its own.
    parts: Vec<LoadedFile>,
    /// Whom each part asks, where they do not all ask the same.
    targets: Vec<Factors>,
}

impl Track {
    /// Which of its kind each part is. Parts that ask another target count by themselves.
    fn numbers(&self) -> Vec<u32> {
        let mut seen: BTreeMap<&Factors, u32> = BTreeMap::new();
        let count = |target| {
            let number = seen.entry(target).or_default();
            *number += 1;
            *number
        };
        self.targets.iter().map(count).collect()
    }

    fn highest(&self) -> usize {
        self.numbers().into_iter().max().unwrap_or_default() as usize
    }

    /// Each part as the run of its number.
    fn pieces(self) -> impl Iterator<Item = Piece> {
        let numbered = self.numbers().into_iter().zip(self.parts).zip(self.targets);
        numbered.map(|((number, file), levels)| Piece { file, number, levels })
    }
}

/// When a migration was requested and when it was over, seconds since 1970 by the observer's clock.
#[derive(Clone, Copy, Debug)]
struct Span {
    request_s: f64,
    end_s: f64,
}

impl Span {
    /// From the end of the migration before until the request of the next, by time: a file need not have them in order.
    fn window(self, all: &[Self]) -> [f64; 2] {
        let earlier = all.iter().filter(|other| other.request_s < self.request_s).map(|other| other.end_s);
        let later = all.iter().map(|other| other.request_s).filter(|request| *request > self.request_s);
        [earlier.fold(f64::NEG_INFINITY, f64::max).min(self.request_s), later.fold(f64::INFINITY, f64::min)]
    }
}

/// What says how many runs there are.
struct Lead {
    count: usize,
    /// A file that holds so many.
    file: String,
    spans: Option<Vec<Span>>,
}

impl Lead {
    /// The migrations, else the sessions, else what there is; of several files those with most.
    fn of(tracks: &[Track], first: u8, config: &Config) -> Self {
        let leaders = || tracks.iter().filter(|track| rank(track.meaning) == first);
        let count = leaders().map(Track::highest).max().unwrap_or_default();
        let file = leaders().filter(|track| track.highest() == count).find_map(|track| track.files.first());
        Self {
            count,
            file: file.map(|file| file.file.relative.clone()).unwrap_or_default(),
            spans: leaders().find_map(|track| spans(&track.parts, count, config)),
        }
    }
}

/// Each file of a run in its sessions or migrations.
pub(super) fn split(
    files: Vec<LoadedFile>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Piece> {
    let (mut tracks, unread) = tracks(files);
    let first = tracks.iter().map(|track| rank(track.meaning)).min().unwrap_or_default();
    for track in tracks.iter_mut().filter(|track| first == 0 || rank(track.meaning) != first) {
        // Beside a migration the target is no condition: it is the VM, or the log is of no use.
        track.targets.iter_mut().for_each(Factors::clear);
    }
    let lead = Lead::of(&tracks, first, config);
    let whole = |file| Piece { file, number: 1, levels: Factors::new() };
    let mut pieces: Vec<Piece> = unread.into_iter().map(whole).collect();
    for track in tracks {
        if track.highest() == lead.count {
            let parts_of = |file: &&LoadedFile| parts(file) > 1;
            let told = track.files.iter().filter(parts_of);
            diagnostics.extend(told.map(|file| several(file, parts(file), what(track.meaning))));
            pieces.extend(track.pieces());
        } else if lead.count == 1 && track.meaning.family() == Family::Benchmark {
            // A benchmark that was run again and again beside one migration is its load.
            pieces.extend(track.files.into_iter().map(whole));
        } else {
            match by_time(&track.parts, lead.spans.as_deref(), config) {
                Ok(found) => {
                    diagnostics.extend(without_migration(&track, &found));
                    pieces.extend(found.into_iter().map(|(number, _, file)| Piece { number, ..whole(file) }));
                }
                Err(why) => {
                    diagnostics.extend(track.files.iter().map(|file| misfit(file, &track, &lead, why)));
                }
            }
        }
    }
    pieces
}

/// What of the logs of a run says how many migrations there were: the lower the better.
fn rank(meaning: Meaning) -> u8 {
    match meaning {
        Meaning::Hypervisor(_) | Meaning::Request => 0,
        Meaning::Replies { .. } => 1,
        Meaning::HostSamples
        | Meaning::Domains(_)
        | Meaning::GuestClock
        | Meaning::Stream
        | Meaning::Messages
        | Meaning::Benchmark(_) => 2,
    }
}

fn what(meaning: Meaning) -> &'static str {
    match (rank(meaning), meaning.family()) {
        (0, _) => "migrations",
        (1, _) => "sessions",
        (_, Family::Benchmark) => "tests",
        (..) => "parts",
    }
}

/// Whom a session of ping asks.
const TARGET: &str = "target";

fn target(part: &Part) -> Option<&str> {
    part.settings.iter().find(|(name, _)| *name == TARGET).map(|(_, target)| target.as_str())
}

/// How many parts a file has.
fn parts(file: &LoadedFile) -> usize {
    file.log.as_ref().map_or(0, |log| log.parts.len().max(1))
}

/// The files that were read by what goes on counting, and those that were not.
fn tracks(files: Vec<LoadedFile>) -> (Vec<Track>, Vec<LoadedFile>) {
    let mut tracks: BTreeMap<_, Track> = BTreeMap::new();
    let mut unread = Vec::new();
    for file in files {
        let Some(log) = &file.log else {
            unread.push(file);
            continue;
        };
        let alone = file.file.names_repetition.then(|| file.file.relative.clone());
        let key = (log.format, file.file.source.clone(), file.file.host.clone(), alone);
        let track = tracks.entry(key).or_insert_with(|| Track {
            meaning: log.format.meaning(),
            files: Vec::new(),
            parts: Vec::new(),
            targets: Vec::new(),
        });
        let targets: BTreeSet<&str> = log.parts.iter().filter_map(target).collect();
        let level = |part: &Part| {
            target(part).filter(|_| targets.len() > 1).map(|to| (TARGET.to_owned(), to.to_owned()))
        };
        let levels = log.parts.iter().map(|part| level(part).into_iter().collect());
        match log.parts.as_slice() {
            [] | [_] => {
                track.parts.push(with_log(&file, log.clone()));
                track.targets.push(Factors::new());
            }
            several => {
                track.parts.extend(several.iter().map(|part| with_log(&file, log.of_part(part))));
                track.targets.extend(levels);
            }
        }
        track.files.push(file);
    }
    (tracks.into_values().collect(), unread)
}

/// By how much the clock of a log is ahead of the observer's.
fn ahead_s(file: &LoadedFile, meaning: Meaning, at: f64, config: &Config) -> f64 {
    match (meaning, file.file.host.as_deref()) {
        (Meaning::Replies { .. }, _) => config.offset_of_role(Role::Observer, at),
        (Meaning::Request, _) | (_, None) => config.offset_of_role(Role::Source, at),
        (_, Some(host)) => config.clock_offset_s(host, at),
    }
}

/// When the first and the last row of a log were recorded.
fn extent(log: &Parsed) -> Option<(f64, f64)> {
    use stillstand_parsers::Clock;
    match log.frame.clock {
        Clock::Epoch | Clock::EpochSecondsAtArrival => {}
        Clock::Counter | Clock::TimeOfDay | Clock::None => return None,
    }
    let mut times = log.frame.times()?.into_iter().flatten();
    let first = times.next()?;
    Some(times.fold((first, first), |(first, last), t| (t.min(first), t.max(last))))
}

/// The spans of all migrations of a track that has `count`; of ping those of its sessions.
fn spans(parts: &[LoadedFile], count: usize, config: &Config) -> Option<Vec<Span>> {
    let span = |file: &LoadedFile| {
        let log = file.log.as_ref()?;
        let (first, last) = extent(log)?;
        let commanded = || {
            let (entries, times) = (log.frame.strs("entry").ok()?, log.frame.f64s("time").ok()?);
            times.get(entries.iter().position(|entry| entry == Some("migrate"))?)
        };
        let elapsed = log.frame.f64s("elapsed_s").ok().and_then(|elapsed| elapsed.get(0)).unwrap_or_default();
        let ahead = ahead_s(file, log.format.meaning(), first, config);
        Some(Span { request_s: commanded().unwrap_or(first) - ahead, end_s: last + elapsed - ahead })
    };
    (parts.len() == count).then(|| parts.iter().map(span).collect()).flatten()
}

/// The parts that runs get: number of the run, place of the part, and what of it is the run's.
type Placed = Vec<(u32, usize, LoadedFile)>;

/// For each migration the part during which it was requested, or its share of that; `Err` says why that is not known.
fn by_time(parts: &[LoadedFile], spans: Option<&[Span]>, config: &Config) -> Result<Placed, &'static str> {
    let spans = spans.ok_or("when which migration was requested is not in the logs")?;
    let chosen = spans.iter().map(|span| covering(parts, *span, config)).collect::<Result<Vec<_>, _>>()?;
    let mut placed = Placed::new();
    for ((number, part), span) in (1..).zip(&chosen).zip(spans) {
        let Some((file, log)) = parts.get(*part).and_then(|file| Some((file, file.log.as_ref()?))) else {
            continue;
        };
        let is_shared = chosen.iter().filter(|other| *other == part).count() > 1;
        let log = match is_shared {
            false => Some(log.clone()),
            true => share(file, log, *span, spans, config)?,
        };
        placed.extend(log.map(|log| (number, *part, with_log(file, log))));
    }
    Ok(placed)
}

/// What a log that goes through several migrations says of one of them; `None` if nothing.
fn share(
    file: &LoadedFile,
    log: &Parsed,
    span: Span,
    spans: &[Span],
    config: &Config,
) -> Result<Option<Parsed>, &'static str> {
    let ahead = ahead_s(file, log.format.meaning(), span.request_s, config);
    let [from, until] = span.window(spans);
    let cut = log.between(from + ahead, until + ahead).ok_or("its rows have no times")?;
    // What was sampled at other times says nothing of this migration; an event comes when it likes.
    let is_steady = matches!(log.format.meaning(), Meaning::Replies { .. } | Meaning::HostSamples);
    let went_on = !is_steady || covers(file, span, config) == Some(true);
    Ok(Some(cut).filter(|cut| went_on && (cut.frame.height() > 0 || cut.facts.get("transmitted").is_some())))
}

/// Whether a log went on when a migration was requested.
fn covers(file: &LoadedFile, span: Span, config: &Config) -> Option<bool> {
    // Whole seconds may be cut off.
    const COARSE_S: f64 = 1.0;
    let log = file.log.as_ref()?;
    let request = span.request_s + ahead_s(file, log.format.meaning(), span.request_s, config);
    let (first, last) = extent(log)?;
    Some(first <= request + COARSE_S && request <= last + COARSE_S)
}

/// The place of the one part during which a migration was requested.
fn covering(parts: &[LoadedFile], span: Span, config: &Config) -> Result<usize, &'static str> {
    let fits = |file: &LoadedFile| parts.len() == 1 || covers(file, span, config) == Some(true);
    let mut found = parts.iter().enumerate().filter(|(_, file)| fits(file));
    match (found.next(), found.next()) {
        (Some((part, _)), None) => Ok(part),
        (Some(_), Some(_)) => Err("several of them cover the same request"),
        (None, _) => Err("their times do not show which belong together"),
    }
}

/// Tells of the parts during which no migration was requested.
fn without_migration(track: &Track, placed: &Placed) -> Option<Diagnostic> {
    let unused = (0..track.parts.len()).filter(|part| placed.iter().all(|(_, used, _)| used != part));
    let numbers: Vec<String> = unused.map(|part| (part + 1).to_string()).collect();
    let file = track.files.first().filter(|_| !numbers.is_empty())?;
    let message = format!(
        "{} {} of {} have no migration: none was requested in their time, and they are no runs",
        what(track.meaning),
        numbers.join(", "),
        track.parts.len()
    );
    Some(about(file, Severity::Warning, "part-without-migration", message))
}

/// Says that a file is left out, and what would help.
fn misfit(file: &LoadedFile, track: &Track, lead: &Lead, why: &str) -> Diagnostic {
    let Lead { count, file: leader, .. } = lead;
    // A load has no figure in the run.
    let severity =
        if track.meaning.family() == Family::Benchmark { Severity::Warning } else { Severity::Error };
    let help = "Give each run its own file, or record with times";
    let message = match track.parts.len() {
        1 => format!(
            "{leader} of the same run holds {count} parts: what of this file belongs to which is not known ({why}), and it is \
             left out. {help}"
        ),
        parts => format!(
            "the file holds {parts} {}, {leader} of the same run {count}: which belong together is not known ({why}), and \
             this file is left out. {help}",
            what(track.meaning),
        ),
    };
    about(file, severity, "parts-do-not-match", message)
}
