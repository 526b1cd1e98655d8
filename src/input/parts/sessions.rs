//! The sessions of ping and the migrations of one run's files: which belong together.
//!
//! The migrations, where a file tells of any, else the sessions of ping, say how many runs there are. Other files are paired
//! with them by time, where both have clocks with a date:
//!
//! * A run gets the part during which its migration was requested. One that goes through several migrations is shared, each
//!   run from the end of the migration before until the request of the next.
//! * A request that lies in no part goes with the nearest one that has none, if that is no further away than
//!   [`NEAR_S`] or than the migration took: a ping that was started late, a clock that is seconds off.
//! * A part without any time, a session that nobody answered, is of the only migration that is left between those of its
//!   neighbours in the file: to leave it out would be to count only those that went well.
//!
//! A migration may have no part, and a part no migration; both are said. Where times do not tell, files with as many parts are
//! paired by number, and others are left out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use stillstand_parsers::declared::Mark;
use stillstand_parsers::{Family, Meaning, Parsed, Part};

use super::times::{Span, Times, Windows, extent};
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

/// How far from a part a request may lie, where the migration was not longer: what clocks without NTP are apart after a day or
/// two, and what a script takes to start both.
const NEAR_S: f64 = 10.0;

/// Logs whose clock has whole seconds may seem to begin so much later.
const COARSE_S: f64 = 1.0;

/// What says how many runs there are.
struct Lead {
    count: usize,
    /// A file that holds so many.
    file: String,
    /// What they are.
    what: &'static str,
    /// Of each when it was, where a log tells.
    spans: Vec<Option<Span>>,
}

impl Lead {
    /// The migrations, else the sessions, else what there is; of several files those with most.
    fn of(tracks: &[Track], first: u8, config: &Config) -> Self {
        let leaders = || tracks.iter().filter(|track| rank(track.meaning) == first);
        let count = leaders().map(Track::highest).max().unwrap_or_default();
        let file = leaders().filter(|track| track.highest() == count).find_map(|track| track.files.first());
        let timed =
            leaders().filter(|track| track.parts.len() == count).map(|track| spans(&track.parts, config));
        let known = |spans: &Vec<Option<Span>>| spans.iter().flatten().count();
        Self {
            count,
            file: file.map(|file| file.file.relative.clone()).unwrap_or_default(),
            what: leaders().next().map_or("parts", |track| what(track.meaning)),
            spans: timed.min_by_key(|spans| Reverse(known(spans))).unwrap_or_default(),
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
        let is_as_many = track.highest() == lead.count;
        let load = track.meaning.family() == Family::Benchmark;
        if lead.count == 1 && load && !is_as_many {
            // A benchmark that was run again and again beside one migration is its load.
            pieces.extend(track.files.into_iter().map(whole));
            continue;
        }
        let is_leader = rank(track.meaning) == first;
        match by_time(&track.parts, &lead.spans, config) {
            Ok(placed)
                if !is_as_many || !(is_leader || lead.count == 1 || load || is_in_order(&placed, &lead)) =>
            {
                diagnostics.extend(paired_by_time(&track, &lead, &placed));
                pieces.extend(placed.into_iter().map(|(number, _, file)| Piece { number, ..whole(file) }));
            }
            Err(why) if !is_as_many => {
                diagnostics.extend(track.files.iter().map(|file| misfit(file, &track, &lead, why)));
            }
            Ok(_) | Err(_) => {
                let parts_of = |file: &&LoadedFile| parts(file) > 1;
                let told = track.files.iter().filter(parts_of);
                diagnostics.extend(told.map(|file| several(file, parts(file), what(track.meaning))));
                pieces.extend(track.pieces());
            }
        }
    }
    pieces
}

/// What of the logs of a run says how many migrations there were: the lower the better.
fn rank(meaning: Meaning) -> u8 {
    match meaning {
        Meaning::Hypervisor(_) | Meaning::Events | Meaning::Migrations | Meaning::Request => 0,
        Meaning::Replies { .. } => 1,
        Meaning::HostSamples
        | Meaning::Domains(_)
        | Meaning::Requests
        | Meaning::Packets
        | Meaning::Quantities
        | Meaning::Work
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
    file.log.as_deref().map_or(0, |log| log.parts.len().max(1))
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
                track.parts.push(with_log(&file, Parsed::clone(log)));
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

/// The span of each migration of a track; of ping those of its sessions.
fn spans(parts: &[LoadedFile], config: &Config) -> Vec<Option<Span>> {
    let span = |file: &LoadedFile| {
        let log = file.log.as_deref()?;
        let (first, last) = extent(log)?;
        let first_of = |column: &str| log.frame.f64s(column).ok().and_then(|values| values.get(0));
        let at = |column: &str, text: &str| {
            let (texts, times) = (log.frame.strs(column).ok()?, log.frame.f64s("time").ok()?);
            times.get(texts.iter().position(|own| own == Some(text))?)
        };
        let mark = |mark: Mark| at("mark", mark.name());
        let commanded = || at("entry", "migrate").or_else(|| mark(Mark::Request));
        // A script logs other events behind the end, too.
        let last = mark(Mark::Failure).or_else(|| mark(Mark::End)).unwrap_or(last);
        // An answer tells how long ago the migration began.
        let begun = || first - first_of("total_time_s").unwrap_or_default();
        let elapsed = first_of("elapsed_s").unwrap_or_default();
        let ahead = ahead_s(file, log.format.meaning(), first, config);
        Some(Span { request_s: commanded().unwrap_or_else(begun) - ahead, end_s: last + elapsed - ahead })
    };
    parts.iter().map(span).collect()
}

/// The parts that runs get: number of the run, place of the part, and what of it is the run's.
type Placed = Vec<(u32, usize, LoadedFile)>;

/// For each migration its part or its share of one, where it has one; `Err` says why it is not known which.
fn by_time(parts: &[LoadedFile], spans: &[Option<Span>], config: &Config) -> Result<Placed, &'static str> {
    if spans.iter().all(Option::is_none) {
        return Err("when which migration was requested is not in the logs");
    }
    let times = Times::of(parts);
    let chosen = pairs(parts, &times, spans, config)?;
    let mut sharers = vec![0; parts.len()];
    chosen.iter().flatten().for_each(|part| sharers[*part] += 1);
    if sharers.iter().all(|sharers| *sharers == 0) {
        return Err("their times do not show which belong together");
    }
    let windows = Windows::of(spans);
    let mut placed = Placed::new();
    for ((number, part), span) in (1..).zip(&chosen).zip(spans) {
        let Some(part) = *part else { continue };
        let Some((file, log)) = parts.get(part).and_then(|file| Some((file, file.log.as_deref()?))) else {
            continue;
        };
        let log = match span.filter(|_| sharers[part] > 1) {
            None => Some(log.clone()),
            Some(span) => share(file, log, times.extents[part], span, &windows, config)?,
        };
        placed.extend(log.map(|log| (number, part, with_log(file, log))));
    }
    Ok(placed)
}

/// The place of the part of each migration.
fn pairs(
    parts: &[LoadedFile],
    times: &Times,
    spans: &[Option<Span>],
    config: &Config,
) -> Result<Vec<Option<usize>>, &'static str> {
    let covering = |span: &Option<Span>| span.map_or(Ok(None), |span| covering(parts, times, span, config));
    let mut chosen = spans.iter().map(covering).collect::<Result<Vec<_>, _>>()?;
    let mut used: BTreeSet<usize> = chosen.iter().copied().flatten().collect();
    nearest(parts, times, spans, &mut chosen, &mut used, config)?;
    let mut part = 0;
    while part < parts.len() {
        let untimed = times.extents[part..].iter().take_while(|times| times.is_none()).count();
        let in_a_row = part..part + untimed;
        if in_a_row.clone().any(|part| !used.contains(&part)) {
            fill(in_a_row, parts.len(), &mut chosen)
                .ok_or("one of them has no times, and its neighbours do not tell when it was")?;
        }
        part += untimed + 1;
    }
    Ok(chosen)
}

/// Gives requests that lie in no part the nearest one without any, the closest pairs first.
fn nearest(
    parts: &[LoadedFile],
    times: &Times,
    spans: &[Option<Span>],
    chosen: &mut [Option<usize>],
    used: &mut BTreeSet<usize>,
    config: &Config,
) -> Result<(), &'static str> {
    // So many parts near one request are no matter of a clock that is seconds off.
    const MOST: usize = 100;
    let mut gaps: Vec<(f64, usize, usize)> = Vec::new();
    let free = spans.iter().enumerate().filter(|(number, _)| chosen[*number].is_none());
    for (number, span) in free.filter_map(|(number, span)| Some((number, (*span)?))) {
        let request = request_s(parts, span, config);
        let most = (span.end_s - span.request_s).max(NEAR_S);
        let unused = times.around(request, most).filter(|(part, _)| !used.contains(part));
        let near = unused.map(|(part, (first, last))| ((first - request).max(request - last), number, part));
        let so_far = gaps.len();
        gaps.extend(near.take(MOST + 1));
        if gaps.len() - so_far > MOST {
            return Err("many of them lie near the same request");
        }
    }
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, number, part) in gaps {
        if chosen[number].is_none() && used.insert(part) {
            chosen[number] = Some(part);
        }
    }
    Ok(())
}

/// Gives parts without times that stand side by side the migrations that are left between those of their neighbours in the
/// file, if there are as many.
fn fill(in_a_row: Range<usize>, parts: usize, chosen: &mut [Option<usize>]) -> Option<()> {
    let number_of = |part: usize| chosen.iter().position(|chosen| *chosen == Some(part));
    let from = match in_a_row.start.checked_sub(1) {
        Some(before) => number_of(before)? + 1,
        None => 0,
    };
    let until = match in_a_row.end {
        end if end < parts => number_of(end)?,
        _ => chosen.len(),
    };
    let left: Vec<usize> = (from..until).filter(|number| chosen[*number].is_none()).collect();
    (left.len() == in_a_row.len()).then(|| {
        for (number, part) in left.into_iter().zip(in_a_row) {
            chosen[number] = Some(part);
        }
    })
}

/// What a log that goes through several migrations says of one of them; `None` if nothing.
fn share(
    file: &LoadedFile,
    log: &Parsed,
    extent: Option<(f64, f64)>,
    span: Span,
    windows: &Windows,
    config: &Config,
) -> Result<Option<Parsed>, &'static str> {
    let ahead = ahead_s(file, log.format.meaning(), span.request_s, config);
    let [from, until] = windows.of_request(span.request_s);
    let cut = log.between(from + ahead, until + ahead).ok_or("its rows have no times")?;
    // What was sampled at other times says nothing of this migration; an event comes when it likes.
    let is_steady = matches!(log.format.meaning(), Meaning::Replies { .. } | Meaning::HostSamples);
    let request = span.request_s + ahead;
    let covers = |(first, last): (f64, f64)| first <= request + COARSE_S && request - COARSE_S <= last;
    let went_on = !is_steady || extent.is_some_and(covers);
    Ok(Some(cut).filter(|cut| went_on && (cut.frame.height() > 0 || cut.facts.get("transmitted").is_some())))
}

/// When a migration was requested, by the clock of the parts of a track: they are of one host.
fn request_s(parts: &[LoadedFile], span: Span, config: &Config) -> f64 {
    let ahead = parts
        .iter()
        .find_map(|file| Some(ahead_s(file, file.log.as_deref()?.format.meaning(), span.request_s, config)));
    span.request_s + ahead.unwrap_or_default()
}

/// The place of the one part during which a migration was requested.
fn covering(
    parts: &[LoadedFile],
    times: &Times,
    span: Span,
    config: &Config,
) -> Result<Option<usize>, &'static str> {
    if parts.len() == 1 {
        return Ok(Some(0));
    }
    let mut found = times.around(request_s(parts, span, config), COARSE_S);
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err("several of them cover the same request"),
        (found, _) => Ok(found.map(|(part, _)| part)),
    }
}

/// Whether each part goes with the migration of its number.
fn is_in_order(placed: &Placed, lead: &Lead) -> bool {
    placed.len() == lead.count && placed.iter().all(|(number, part, _)| *number as usize == part + 1)
}

/// Tells how a file was paired by time, where it is not as everybody would have thought: what has nothing to go with, and what
/// goes with another number.
fn paired_by_time(track: &Track, lead: &Lead, placed: &Placed) -> Vec<Diagnostic> {
    const MOST_NAMED: usize = 20;
    let Some(file) = track.files.first() else { return Vec::new() };
    let (these, all) = (what(track.meaning), track.parts.len());
    let list = |numbers: Vec<usize>| {
        let first = numbers.iter().take(MOST_NAMED).map(|number| (number + 1).to_string());
        let mut list = first.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = numbers.len().checked_sub(MOST_NAMED) {
            list += &format!(" and {more} more");
        }
        Some(list).filter(|list| !list.is_empty())
    };
    let mut told = Vec::new();
    let used: BTreeSet<usize> = placed.iter().map(|(_, part, _)| *part).collect();
    let unused = (0..all).filter(|part| !used.contains(part));
    if let Some(numbers) = list(unused.collect()) {
        let message = format!(
            "{these} {numbers} of {all} have none of the {} of {}: none was requested in their time, and they are no runs",
            lead.what, lead.file
        );
        told.push(about(file, Severity::Warning, "part-without-migration", message));
    }
    // One log over all of them may begin late and end early.
    let served: BTreeSet<usize> = placed.iter().map(|(number, ..)| *number as usize).collect();
    let without = (0..lead.count).filter(|run| !served.contains(&(run + 1)));
    if let Some(numbers) = list(without.collect()).filter(|_| all > 1) {
        let message = format!(
            "{} {numbers} of {} of {} have none of the {all} {these} of this file: none went on when they were requested; their \
             runs have no values of it",
            lead.what, lead.count, lead.file
        );
        told.push(about(file, Severity::Warning, "migration-without-part", message));
    }
    let moved = placed.iter().find(|(number, part, _)| *number as usize != part + 1);
    if let Some((number, part, _)) = moved.filter(|_| all == lead.count) {
        let message = format!(
            "the file holds as many {these} as {} {}, but by their times they do not go together in their order: number {}              of these goes with number {number} of those. If a clock was wrong, declare its `clock_offset_s`",
            lead.file,
            lead.what,
            part + 1
        );
        told.push(about(file, Severity::Warning, "parts-paired-by-time", message));
    }
    told
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
