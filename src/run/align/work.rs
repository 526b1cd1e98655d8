//! What tools say of each interval, on the axis of the run: the service as a declared table has it.
//!
//! A tool that counts seconds since its start knows the lengths of its intervals; a time in front of its lines says where they lie,
//! coarsely or late. Where both go side by side the own clock counts, moved by what lies between the two. Where they part for good the
//! tool stood still, which is a hole; where they part and meet again its lines were held back in a pipe.

mod beside;

use std::collections::BTreeMap;

use stillstand_parsers::{Parsed, Unit as FrameUnit};

use self::beside::Beside;
use super::service::{Interval, Placing, tell_of_holes};
use super::{FileReport, Log, Samples, ServiceLog, Tells};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::model::{Diagnostic, Severity, Unit};
use crate::stats::Sample;

/// Of two intervals of different jobs, ends that lie nearer than this share of one are the same.
const NEAR: f64 = 0.25;

/// What a log says, or several that are parts of one.
pub(super) struct Found<'a> {
    pub first: Log<'a, ()>,
    pub service: Option<ServiceLog>,
    pub samples: Vec<Samples>,
}

/// A log with its intervals.
type Part<'a> = (Log<'a, ()>, Timeline);

/// Whether the VM itself wrote it, as the file's name or its declaration says.
pub(super) fn is_of_vm(file: &LoadedFile, config: &Config) -> bool {
    let declared = config.service_of(&file.file.relative).and_then(|logs| logs.host.as_deref());
    let host = declared.or(file.file.host.as_deref());
    host.is_some() && host == config.file.vm.name.as_deref()
}

/// Reads all such logs of a run; `zero` is the request by the clock of who wrote a log.
pub(super) fn read<'a>(
    logs: &[Log<'a, ()>],
    config: &Config,
    zero: impl Fn(Option<&str>) -> Option<f64>,
    into: &mut Vec<Diagnostic>,
) -> Vec<Found<'a>> {
    // By the first log of the format, or the log itself, and the quantity.
    let mut wholes: BTreeMap<(usize, String), Vec<Part<'a>>> = BTreeMap::new();
    for (number, log) in logs.iter().enumerate() {
        let (file, parsed, ()) = *log;
        let declared = config.service_of(&file.file.relative);
        let host = declared.and_then(|logs| logs.host.as_deref()).or(file.file.host.as_deref());
        let Some(zero) = zero(host) else { continue };
        let mut report = FileReport::new(into, file);
        let Some(timeline) = timeline(parsed, &file.file.relative, zero, &mut report) else { continue };
        // The jobs of a run together are its work; of several quantities each is one.
        let is_part = parsed.facts.int("is_part").is_some();
        let first = logs.iter().position(|(_, other, ())| other.format == parsed.format).unwrap_or(number);
        let key = if is_part { (first, timeline.quantity.to_owned()) } else { (number, String::new()) };
        wholes.entry(key).or_default().push((*log, timeline));
    }
    let found = wholes.into_values().filter_map(|parts| {
        let first = parts.first()?.0;
        let windows = config.service_of(&first.0.file.relative).map(|logs| logs.windows).unwrap_or_default();
        let (timelines, logs): (Vec<Timeline>, Vec<&Parsed>) =
            parts.into_iter().map(|((_, log, ()), timeline)| (timeline, log)).unzip();
        let whole = together(timelines)?;
        let samples = samples(&whole, &logs);
        // Of several jobs no line has their sum.
        let only = logs.first().filter(|_| logs.len() == 1);
        let line = |(row, interval): &(usize, Interval)| Some((interval.to_s, only?.frame.line(*row)?));
        let lines: Vec<(f64, u64)> = whole.rows.iter().filter_map(line).collect();
        let metric = format!("{}.throughput", tool(first.1));
        let serves = whole.unit != Unit::Milliseconds && whole.intervals.iter().any(|one| one.rate.is_some());
        let service = serves.then(|| {
            ServiceLog::of_intervals(
                &first.0.file.relative,
                metric,
                whole.unit,
                whole.intervals,
                whole.placing,
                windows,
            )
        });
        let mut service = service.flatten();
        if let Some(service) = &mut service {
            service.lines = lines;
            service.is_of_vm = is_of_vm(first.0, config);
        }
        Some(Found { first, service, samples })
    });
    found.collect()
}

/// `iperf3` of `iperf3-intervals`.
pub(super) fn tool(log: &Parsed) -> &'static str {
    log.format.name().split('-').next().unwrap_or_else(|| log.format.name())
}

/// The intervals of a log.
struct Timeline {
    /// What a file that does not say so itself holds: `bw`, `iops`, `lat`.
    quantity: &'static str,
    unit: Unit,
    /// Ascending, with the row of each.
    rows: Vec<(usize, Interval)>,
    intervals: Vec<Interval>,
    placing: Placing,
}

fn timeline(log: &Parsed, name: &str, zero: f64, report: &mut FileReport<'_>) -> Option<Timeline> {
    let fact = |name| log.facts.float(name);
    if log.frame.times().is_none_or(|times| times.iter().all(Option::is_none)) {
        // Of what waits for an anchor that was said.
        if !log.needs_clock_start() {
            let message = "its times are local and nothing says how far from UTC: declare `utc_offset` in campaign.toml";
            report.add(Severity::Error, "intervals-without-place", message.to_owned());
        }
        return None;
    }
    let (quantity, unit, factor) = quantity(log, name, report)?;
    if log.facts.text("counts") == Some("sent") && log.facts.text("protocol") == Some("UDP") {
        let message = "it counts datagrams that were sent, whether or not they arrived: it says nothing of the service. Use the log of \
                       the receiver: that of the server, or of a client with `-R`";
        report.add(Severity::Error, "sent-not-received", message.to_owned());
        return None;
    }
    let Rows { placed: mut rows, held_back, stood_still, told_again, without_length } =
        placed(log, zero, report);
    for row in &mut rows {
        row.interval.rate = row.interval.rate.map(|rate| rate * factor);
    }
    let clocks = Clocks { held_back, ..Clocks::of(log) };
    let placing = Placing {
        resolution_s: if clocks.by_stamps() { clocks.stamps_s.unwrap_or_default() } else { clocks.length_s },
        placed_s: if clocks.by_stamps() {
            0.0
        } else {
            clocks.stamps_s.unwrap_or_default().max(clocks.own_s)
        },
        at_once: match unit {
            Unit::PerSecond => 1.0,
            _ => fact("unit_bytes").unwrap_or_default(),
        },
        buffered: fact("buffered_bytes").unwrap_or_default(),
    };
    let silent = log.facts.int("silent").is_some().then_some(0.0);
    let (intervals, kept) = filled(&rows, silent, placing.resolution_s);
    tell_of_rows(log.frame.height(), told_again, kept + without_length, report);
    if !stood_still {
        tell_of_holes(&intervals, report);
    }
    let rows = rows.into_iter().map(|row| (row.number, row.interval)).collect();
    Some(Timeline { quantity, unit, rows, intervals, placing })
}

/// What the rates are. fio says that in the name of its file alone.
fn quantity(log: &Parsed, name: &str, report: &mut FileReport<'_>) -> Option<(&'static str, Unit, f64)> {
    match log.frame.unit("rate") {
        Some(FrameUnit::PerSecond) => return Some(("operations", Unit::PerSecond, 1.0)),
        Some(FrameUnit::BytesPerSecond) => return Some(("bytes", Unit::BytesPerSecond, 1.0)),
        _ => {}
    }
    let name = name.rsplit('/').next().unwrap_or(name);
    let known = [
        ("_bw.", ("bw", Unit::BytesPerSecond, 1024.0)),
        ("_iops.", ("iops", Unit::PerSecond, 1.0)),
        ("lat.", ("lat", Unit::Milliseconds, 1e-6)),
    ];
    let found = known.into_iter().find(|(mark, _)| name.contains(mark)).map(|(_, found)| found);
    if found.is_none() {
        let message = "nothing in it says whether it holds KiB/s, operations per second or latencies: let its name hold `_bw.`, `_iops.` \
                       or `_lat.`, as fio writes it";
        report.add(Severity::Error, "quantity-unknown", message.to_owned());
    }
    found
}

/// How coarse the clocks of a log are, seconds.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    /// Of the times in front of its lines, or of the tool's own since 1970; `None` where it only counts from its start.
    stamps_s: Option<f64>,
    /// Of what counts from the start of the tool.
    own_s: f64,
    length_s: f64,
    /// A pipe held lines back, so that their times are late.
    held_back: bool,
}

/// What is so coarse or finer says where an interval lies.
const FINE_S: f64 = 0.1;

impl Clocks {
    fn of(log: &Parsed) -> Self {
        let fact = |name| log.facts.float(name);
        let is_stamped = fact("first_stamp_epoch_s").is_some() || log.frame.has("local_s");
        let finest = is_stamped.then_some(0.001);
        Self {
            stamps_s: fact("stamp_resolution_s").or(fact("time_resolution_s")).or(finest),
            own_s: fact("elapsed_resolution_s").unwrap_or_default(),
            length_s: fact("length_resolution_s").unwrap_or_default(),
            held_back: false,
        }
    }

    /// Whether an interval goes from one time to the next, which tell more of its length than the tool does.
    fn by_stamps(self) -> bool {
        !self.held_back && self.stamps_s.is_some_and(|stamps_s| self.length_s > stamps_s.max(FINE_S))
    }

    /// Whether the clock of the tool tells more than the times do.
    fn by_own(self) -> bool {
        !self.by_stamps() && self.stamps_s.is_some_and(|stamps_s| self.own_s <= stamps_s.max(FINE_S))
    }
}

/// A row with its interval.
struct Placed {
    number: usize,
    interval: Interval,
    /// Of the time in front of it nothing is known.
    behind_gap: bool,
}

/// The rows of a log, ascending.
struct Rows {
    placed: Vec<Placed>,
    /// A pipe held lines back.
    held_back: bool,
    /// The tool stood still, which is told.
    stood_still: bool,
    /// How many were there before, to the digit.
    told_again: usize,
    /// How many are the first of their log, with nothing that says when their interval began.
    without_length: usize,
}

/// Each row with its interval. One without a time leaves a gap.
fn placed(log: &Parsed, zero: f64, report: &mut FileReport<'_>) -> Rows {
    let times = log.frame.times().unwrap_or_default();
    let column = |name: &str| -> Vec<Option<f64>> {
        log.frame.f64s(name).map(|column| column.iter().collect()).unwrap_or_default()
    };
    let (own, lengths, rates) = (column("elapsed_s"), column("length_s"), column("rate"));
    let tests: Vec<u32> =
        log.frame.u32s("test").map(|tests| tests.iter().flatten().collect()).unwrap_or_default();
    let gaps: Vec<bool> = log
        .frame
        .u32s("behind_gap")
        .map(|gaps| gaps.iter().map(|gap| gap == Some(1)).collect())
        .unwrap_or_default();
    let value = |column: &[Option<f64>], row: usize| column.get(row).copied().flatten();
    let has_time = |row: usize| times.get(row).copied().flatten().is_some_and(f64::is_finite);
    let is_behind_gap = |row: usize| {
        gaps.get(row) == Some(&true) || row.checked_sub(1).is_some_and(|before| !has_time(before))
    };
    let mut ends: Vec<(usize, f64)> = times
        .iter()
        .enumerate()
        .filter_map(|(row, time)| Some((row, (*time)? - zero)))
        .filter(|(_, time)| time.is_finite())
        .collect();
    let clocks = Clocks::of(log);
    let mut behind_a_hole: Vec<usize> = Vec::new();
    let mut held_back = false;
    for rows in ends.chunk_by_mut(|(a, _), (b, _)| tests.get(*a) == tests.get(*b)) {
        let both: Option<Vec<f64>> = rows.iter().map(|(row, _)| value(&own, *row)).collect();
        let Some(own) = both.filter(|_| clocks.stamps_s.is_some()) else { continue };
        let beside = Beside::of(rows, &own, clocks);
        beside.tell(report);
        behind_a_hole.extend(beside.parted.iter().filter_map(|at| Some(rows.get(*at)?.0)));
        held_back |= beside.falls;
        if clocks.by_own() || beside.falls {
            beside.moved(rows, &own, clocks);
        }
    }
    // A clock may be set back while it logs.
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let all = ends.len();
    let figures = |row: usize| [&own, &lengths, &rates].map(|column| value(column, row));
    ends.dedup_by(|(row, at), (before, at_before)| at == at_before && figures(*row) == figures(*before));
    let told_again = all - ends.len();
    let mut placed = Vec::new();
    let mut without_length = 0;
    let counts_own = own.iter().any(Option::is_some);
    for of_test in ends.chunk_by(|(a, _), (b, _)| !counts_own || tests.get(*a) == tests.get(*b)) {
        let first = of_test.first().map(|(row, to_s)| to_s - value(&own, *row).unwrap_or(f64::NAN));
        let befores = first.into_iter().chain(of_test.iter().map(|(_, to_s)| *to_s));
        let since: Vec<f64> = of_test.iter().zip(befores).map(|((_, to_s), before)| to_s - before).collect();
        let usual =
            Sample::new(since.iter().copied().filter(|since| *since > 0.0).collect()).map(|of| of.median());
        for (place, (row, to_s)) in of_test.iter().enumerate() {
            let told = value(&lengths, *row).filter(|length| *length > 0.0 && length.is_finite());
            let before = place.checked_sub(1).and_then(|before| of_test.get(before));
            let is_of_other = before.is_some_and(|(before, _)| tests.get(*before) != tests.get(*row));
            let unread = is_behind_gap(*row) || is_of_other;
            let since = Since { usual, of_rows: since.get(place..).unwrap_or_default() };
            let (length, behind_gap) = match told {
                Some(told) => (Some(told), unread),
                None if unread || behind_a_hole.contains(row) || since.misses_a_line() => {
                    (since.at_most(), true)
                }
                None => (since.seconds(), false),
            };
            without_length += usize::from(length.is_none() && before.is_none());
            if let Some(length) = length {
                let interval = Interval { from_s: to_s - length, to_s: *to_s, rate: value(&rates, *row) };
                placed.push(Placed { number: *row, interval, behind_gap });
            }
        }
    }
    Rows { placed, held_back, stood_still: !behind_a_hole.is_empty(), told_again, without_length }
}

/// From so many usual times since the line before, either a line is missing or this one is late.
const LONG: f64 = 1.5;
/// A tool that writes by the clock makes up for a late line: the next one comes after less than this share of the usual time.
const MADE_UP: f64 = 0.75;

/// How long the lines of a tool that tells no lengths came after those before them.
struct Since<'a> {
    /// The median, seconds.
    usual: Option<f64>,
    /// From the row that is looked at on.
    of_rows: &'a [f64],
}

impl Since<'_> {
    fn seconds(&self) -> Option<f64> {
        self.of_rows.first().copied().filter(|since| *since > 0.0)
    }

    /// What the row tells of where the line before it is not there.
    fn at_most(&self) -> Option<f64> {
        Some(self.usual?.min(self.seconds().unwrap_or(f64::INFINITY)))
    }

    /// Whether the line before may not be that of the interval before: then nothing says what was done until the last usual time.
    fn misses_a_line(&self) -> bool {
        let (Some(since), Some(usual)) = (self.seconds(), self.usual) else { return false };
        let made_up = self.of_rows.get(1).is_some_and(|next| *next < MADE_UP * usual);
        since > LONG * usual && !made_up
    }
}

/// That rows are left out: those that were there before, and those that lie in the intervals of others.
fn tell_of_rows(all: usize, told_again: usize, used: usize, report: &mut FileReport<'_>) {
    if told_again > 0 {
        let message = format!(
            "{told_again} of its {all} intervals are in it twice, to the digit, and count once: it may have been appended to itself"
        );
        report.add(Severity::Warning, "intervals-told-again", message);
    }
    let left_out = all.saturating_sub(used + told_again);
    if left_out > 0 {
        let message = format!(
            "{left_out} of its {all} intervals are left out: they have no time, or one that another has too. Several logs may have been \
             written into one file"
        );
        report.add(Severity::Warning, "intervals-left-out", message);
    }
}

/// One behind the other: what overlaps begins later, a small gap belongs to the next one, and a large one is a hole, in which
/// `silent` was done if that is known. Behind a gap nothing is. Gives with the intervals how many are rows.
fn filled(rows: &[Placed], silent: Option<f64>, resolution_s: f64) -> (Vec<Interval>, usize) {
    let mut all: Vec<Interval> = Vec::new();
    let mut kept = 0;
    for row in rows {
        let mut interval = row.interval;
        let slack_s = if row.behind_gap { 0.0 } else { interval.length_s() / 2.0 + resolution_s };
        let rate = silent.filter(|_| !row.behind_gap);
        match all.last().map(|before| before.to_s) {
            Some(end_s) if interval.from_s > end_s + slack_s => {
                all.push(Interval { from_s: end_s, to_s: interval.from_s, rate });
            }
            Some(end_s) => interval.from_s = end_s,
            None => {}
        }
        if interval.from_s < interval.to_s {
            all.push(interval);
            kept += 1;
        }
    }
    (all, kept)
}

/// Several parts as one: in each time between two of their ends what all did that have a row.
fn together(mut parts: Vec<Timeline>) -> Option<Timeline> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let lengths = parts.iter().flat_map(|part| &part.intervals).map(|interval| interval.length_s());
    let near_s = NEAR * lengths.fold(f64::INFINITY, f64::min);
    let of_all = parts.iter().flat_map(|part| &part.intervals);
    let mut edges: Vec<f64> = of_all.flat_map(|interval| [interval.from_s, interval.to_s]).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|next, kept| *next - *kept <= near_s);
    let work = |part: &Timeline, from: f64, to: f64| -> Option<f64> {
        let shared = part.intervals.iter().map(|interval| {
            (interval.to_s.min(to) - interval.from_s.max(from)).max(0.0) * interval.rate.unwrap_or_default()
        });
        let knows = |interval: &&Interval| {
            interval.rate.is_some() && interval.from_s < to - near_s && interval.to_s > from + near_s
        };
        part.intervals.iter().find(knows).map(|_| shared.sum())
    };
    let intervals: Vec<Interval> = edges
        .windows(2)
        .map(|edge| {
            let done = parts.iter().filter_map(|part| work(part, edge[0], edge[1]));
            let done = done.reduce(|a, b| a + b);
            Interval { from_s: edge[0], to_s: edge[1], rate: done.map(|done| done / (edge[1] - edge[0])) }
        })
        .collect();
    let first = parts.into_iter().next()?;
    let rows = intervals.iter().copied().enumerate().collect();
    Some(Timeline { rows, intervals, ..first })
}

/// The quantities of the rows: of several parts the rate of all, of one what else it tells.
fn samples(whole: &Timeline, logs: &[&Parsed]) -> Vec<Samples> {
    let mut all = Vec::new();
    let Some(log) = logs.first() else { return all };
    let mut add = |metric: &str, unit: Unit, value: &dyn Fn(usize, &Interval) -> Option<f64>| {
        let points =
            whole.rows.iter().filter_map(|(row, interval)| Some((interval.to_s, value(*row, interval)?)));
        let (t_s, values): (Vec<f64>, Vec<f64>) = points.unzip();
        if !t_s.is_empty() {
            let metric = format!("{}.{metric}", tool(log));
            all.push(Samples { host: None, metric, unit, tells: Tells::Mean, t_s, values });
        }
    };
    let rate = if whole.unit == Unit::Milliseconds { "latency" } else { "throughput" };
    add(rate, whole.unit, &|_, interval| interval.rate);
    if logs.len() > 1 {
        return all;
    }
    for name in ["latency_mean", "latency_p95", "latency_p99", "latency_max", "jitter"] {
        if let Ok(column) = log.frame.f64s(name) {
            add(name, Unit::Milliseconds, &|row, _| column.get(row));
        }
    }
    for name in ["errors", "retransmits", "lost"] {
        if let Ok(column) = log.frame.f64s(name) {
            add(name, Unit::PerSecond, &|row, interval| Some(column.get(row)? / interval.length_s()));
        }
    }
    all
}

#[cfg(test)]
mod tests;
