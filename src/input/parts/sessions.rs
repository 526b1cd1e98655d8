//! The sessions of ping and the migrations of one run's files: which belong together.
//!
//! The migrations, where a file tells of any, else the sessions of ping, say how many runs there are. Files with as many
//! parts are paired by number. Others go by time: each run gets the part during which its migration was requested; one that
//! goes through several migrations is shared, each run from the end of the migration before until the request of the next.

use std::collections::BTreeMap;

use stillstand_parsers::{Family, Meaning, Parsed};

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
}

/// When a migration was requested and when it was over, seconds since 1970 by the observer's clock.
#[derive(Clone, Copy, Debug)]
struct Span {
    request_s: f64,
    end_s: f64,
}

/// Each file of a run in its sessions or migrations.
pub(super) fn split(
    files: Vec<LoadedFile>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Piece> {
    let (tracks, unread) = tracks(files);
    let mut placed: Vec<(u32, LoadedFile)> = unread.into_iter().map(|file| (1, file)).collect();
    let first = tracks.iter().map(|track| rank(track.meaning)).min().unwrap_or_default();
    let leaders = || tracks.iter().filter(|track| rank(track.meaning) == first);
    let count = leaders().map(|track| track.parts.len()).max().unwrap_or_default();
    let leader = leaders().filter(|track| track.parts.len() == count).find_map(|track| track.files.first());
    let leader = leader.map(|file| file.file.relative.clone()).unwrap_or_default();
    let spans = leaders().find_map(|track| spans(&track.parts, count, config));
    for track in tracks {
        if track.parts.len() == count {
            for file in track.files.iter().filter(|file| parts(file) > 1) {
                diagnostics.push(several(file, parts(file), what(track.meaning)));
            }
            placed.extend((1..).zip(track.parts));
        } else if count == 1 && track.meaning.family() == Family::Benchmark {
            // A benchmark that was run again and again beside one migration is its load.
            placed.extend(track.files.into_iter().map(|file| (1, file)));
        } else {
            match by_time(&track.parts, spans.as_deref(), config) {
                Ok(found) => {
                    diagnostics.extend(without_migration(&track, &found));
                    placed.extend(found.into_iter().map(|(number, _, file)| (number, file)));
                }
                Err(why) => diagnostics
                    .extend(track.files.iter().map(|file| misfit(file, &track, count, &leader, why))),
            }
        }
    }
    placed.into_iter().map(|(number, file)| Piece { file, number, levels: Factors::new() }).collect()
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
        });
        match log.parts.as_slice() {
            [] | [_] => track.parts.push(with_log(&file, log.clone())),
            several => track.parts.extend(several.iter().map(|part| with_log(&file, log.of_part(part)))),
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

/// For each migration the part during which it was requested; `Err` says why that is not known.
fn by_time(parts: &[LoadedFile], spans: Option<&[Span]>, config: &Config) -> Result<Placed, &'static str> {
    let spans = spans.ok_or("when which migration was requested is not in the logs")?;
    let mut chosen = Vec::new();
    for span in spans {
        chosen.push(covering(parts, *span, config)?);
    }
    let mut placed = Placed::new();
    for (number, (at, part)) in chosen.iter().enumerate() {
        let Some(file) = parts.get(*part) else { continue };
        let is_shared = chosen.iter().filter(|other| *other == &(*at, *part) || other.1 == *part).count() > 1;
        let window = [
            number
                .checked_sub(1)
                .and_then(|before| spans.get(before))
                .map_or(f64::NEG_INFINITY, |span| span.end_s),
            spans.get(number + 1).map_or(f64::INFINITY, |span| span.request_s),
        ];
        let log = file.log.as_ref().ok_or("it was not read")?;
        let log = match is_shared {
            false => Some(log.clone()),
            true => {
                let ahead = ahead_s(file, log.format.meaning(), *at, config);
                let cut =
                    log.between(window[0] + ahead, window[1] + ahead).ok_or("its rows have no times")?;
                // What was sampled at other times says nothing of this migration; an event may come when it likes.
                let is_steady =
                    matches!(log.format.meaning(), Meaning::Replies { .. } | Meaning::HostSamples);
                let tells = cut.frame.height() > 0 || cut.facts.get("transmitted").is_some();
                Some(cut).filter(|_| {
                    tells
                        && (!is_steady
                            || spans.get(number).and_then(|span| covers(file, *span, config)) == Some(true))
                })
            }
        };
        let run = u32::try_from(number + 1).unwrap_or(u32::MAX);
        placed.extend(log.map(|log| (run, *part, with_log(file, log))));
    }
    Ok(placed)
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

/// The one part during which a migration was requested, with when that was.
fn covering(parts: &[LoadedFile], span: Span, config: &Config) -> Result<(f64, usize), &'static str> {
    let fits = |file: &LoadedFile| parts.len() == 1 || covers(file, span, config) == Some(true);
    let mut found = parts.iter().enumerate().filter(|(_, file)| fits(file));
    match (found.next(), found.next()) {
        (Some((part, _)), None) => Ok((span.request_s, part)),
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
fn misfit(file: &LoadedFile, track: &Track, count: usize, leader: &str, why: &str) -> Diagnostic {
    // A load has no figure in the run.
    let severity =
        if track.meaning.family() == Family::Benchmark { Severity::Warning } else { Severity::Error };
    let message = format!(
        "the file holds {} {}, {leader} of the same run {count}: which belong together is not known ({why}), and this file \
         is left out. Give each run its own file, or record with times",
        track.parts.len(),
        what(track.meaning),
    );
    about(file, severity, "parts-do-not-match", message)
}
