//! `fio-log`: what a job of fio did in each interval, from `--write_bw_log`, `--write_iops_log` or `--write_lat_log`.
//!
//! ```text
//! 500, 185344, 0, 0, 0
//! 1000, 187392, 0, 0, 0
//! 1000, 61440, 1, 0, 0
//! ```
//!
//! Traps:
//!
//! * Nothing in it says whether a value is KiB/s, operations per second or a latency in ns: fio says that in the name of the file
//!   (`_bw`, `_iops`, `_lat`), and so the rate has no unit here.
//! * The time is in ms since the start of the job, or since 1970 with `--log_unix_epoch`, at the end of what a row tells of.
//! * Reads, writes and trims have rows of their own with the same time: they are added. A latency is that of the slowest.
//! * Each job has a file of its own (`is_part`).
//! * Without I/O there is no row: a gap is an interval in which nothing was done (`silent`), unless a line in it could not be read.
//! * Without `--log_avg_msec` every row is one I/O, which has a block size: they are counted by the second.
//!
//! Absent on purpose: offsets, priorities, issue times; histograms; `log_window_value=both`, whose second value is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::work::{Resolution, Row, Work};
use crate::text::unsigned;
use crate::time::stamp::Stamp;

pub(crate) static DESCRIPTION: Description = Description {
    name: "fio-log",
    description: "what a job of fio did in each interval, or how long that took",
    written_by: "fio 2 and 3 with --write_bw_log, --write_iops_log or --write_lat_log",
    begins_with: "rows such as `500, 185344, 0, 0, 0`",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

/// So many rows must be right, and of more all but one in ten, which may be damaged.
const ENOUGH: usize = 3;
/// Later than any job is long, ms.
const SINCE_1970: u64 = 100_000_000_000;
/// The rows of single I/Os are counted by so many ms.
const BIN: u64 = 1000;

fn recognise(head: &Head<'_>) -> bool {
    let rows = head.lines.iter().filter(|line| line.terminated);
    let mut last = 0;
    let fit = rows.clone().filter(|line| match Sample::read(line.text) {
        Some(row) => std::mem::replace(&mut last, row.ms) <= row.ms,
        None => false,
    });
    let fit = fit.count();
    fit >= ENOUGH && fit + fit / 10 >= rows.count()
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sample {
    ms: u64,
    value: u64,
    direction: u64,
    block: u64,
}

impl Sample {
    fn read(text: &[u8]) -> Option<Self> {
        let mut cells = Vec::with_capacity(8);
        for (place, cell) in text.split(|byte| *byte == b',').enumerate() {
            let plain = if place == 0 { cell } else { cell.strip_prefix(b" ")? };
            let priority = plain.strip_prefix(b"0x").filter(|_| place > 3);
            cells.push(match priority {
                Some(hex) => u64::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?,
                None => unsigned(plain)?,
            });
            if place > 7 {
                return None;
            }
        }
        match cells.as_slice() {
            // A second value in front of the direction, where there are two.
            [ms, value, direction, block, rest @ ..] => {
                let sample = Self { ms: *ms, value: *value, direction: *direction, block: *block };
                (*direction <= 2 && rest.len() <= 4).then_some(sample)
            }
            _ => None,
        }
    }
}

/// A row with its line.
#[derive(Debug, Clone, Copy)]
struct Told {
    line: u64,
    sample: Sample,
    /// A line in front of it could not be read.
    behind_loss: bool,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::Count);
    let mut samples: Vec<Told> = Vec::new();
    let mut lost = false;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        match read(line, samples.last(), &mut work) {
            Some(sample) => {
                samples.push(Told { line: line.number, sample, behind_loss: std::mem::take(&mut lost) });
            }
            None => lost = true,
        }
    }
    let is_each = samples.iter().any(|told| told.sample.block > 0);
    if is_each {
        work.is_in(Unit::PerSecond);
    }
    let is_dated = samples.first().is_some_and(|told| told.sample.ms >= SINCE_1970);
    let rows = if is_each { counted(&samples) } else { merged(&samples, is_dated) };
    for row in rows {
        let stamp = is_dated.then_some(Stamp::Epoch(seconds(row.end_ms)));
        work.push(Row {
            stamp,
            elapsed_s: (!is_dated).then_some(seconds(row.end_ms)),
            length_s: Some(seconds(row.long_ms)).filter(|length| *length > 0.0),
            behind_gap: row.behind_loss,
            rate: Some(row.value),
            line: row.line,
            ..Row::default()
        });
    }
    work.facts.set_int("is_part", 1);
    work.facts.set_int("silent", 1);
    let resolution =
        Resolution { time_s: Some(0.001), elapsed_s: (!is_dated).then_some(0.001), length_s: 0.002 };
    work.finish(bytes, resolution, "rows of a log of fio: `500, 185344, 0, 0, 0`")
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

fn read(line: Line<'_>, before: Option<&Told>, work: &mut Work) -> Option<Sample> {
    let place = Place::line(line.number, line.text);
    match Sample::read(line.text) {
        Some(_) if !line.terminated => work.cut(place),
        Some(sample) => {
            let is_in_order =
                sample.ms < 1 << 53 && before.is_none_or(|before| before.sample.ms <= sample.ms);
            if is_in_order {
                return Some(sample);
            }
            work.unreadable(place, "a time that is not before the last one");
        }
        None => work.unreadable(place, "whole numbers: time, value, direction (0, 1 or 2), block size"),
    }
    None
}

/// An interval of the job.
struct Interval {
    end_ms: u64,
    long_ms: u64,
    value: f64,
    line: u64,
    behind_loss: bool,
}

/// The rows that have one time.
#[derive(Clone, Copy, Default)]
struct OneTime {
    rows: usize,
    value: f64,
    line: u64,
    behind_loss: bool,
    /// One of its rows may be lost.
    in_doubt: bool,
}

/// The directions of each time together. An interval goes from the row before; one behind a gap is as long as the others.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn merged(samples: &[Told], is_dated: bool) -> Vec<Interval> {
    let mut at: BTreeMap<u64, OneTime> = BTreeMap::new();
    let mut before = None;
    for told in samples {
        if let (true, Some(other)) = (told.behind_loss, before.and_then(|ms| at.get_mut(&ms))) {
            other.in_doubt = true;
        }
        let new = OneTime { line: told.line, behind_loss: told.behind_loss, ..OneTime::default() };
        let instant = at.entry(told.sample.ms).or_insert(new);
        instant.rows = instant.rows.saturating_add(1);
        instant.value += told.sample.value as f64;
        instant.in_doubt |= told.behind_loss;
        before = Some(told.sample.ms);
    }
    // A lost row may have been that of another direction at the same time, where there are several.
    let most = at.values().map(|instant| instant.rows).max().unwrap_or_default();
    at.retain(|_, instant| !(instant.in_doubt && instant.rows < most));
    let mut steps: Vec<u64> = at.keys().zip(at.keys().skip(1)).map(|(from, to)| to - from).collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len().saturating_sub(1) / 2).copied();
    let mut before: Option<u64> = (!is_dated).then_some(0);
    let rows = at.into_iter().map(|(ms, OneTime { value, line, behind_loss, .. })| {
        let since = before.replace(ms).map(|before| ms - before).or(usual).unwrap_or_default();
        let long = usual.filter(|usual| since > usual.saturating_mul(3) / 2).unwrap_or(since);
        Interval { end_ms: ms, long_ms: long, value, line, behind_loss }
    });
    rows.collect()
}

/// Single I/Os, counted by the second. Seconds in which one may be lost have no interval.
#[expect(clippy::cast_precision_loss, reason = "a count")]
fn counted(samples: &[Told]) -> Vec<Interval> {
    let mut bins: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for told in samples {
        bins.entry(told.sample.ms / BIN).or_insert((0, told.line)).0 += 1;
    }
    let mut behind_loss = BTreeSet::new();
    for pair in samples.windows(2) {
        if let [before, told] = pair
            && told.behind_loss
        {
            let (from, to) = (before.sample.ms / BIN, told.sample.ms / BIN);
            bins.remove(&from);
            bins.remove(&to);
            behind_loss.extend(bins.range(to..).next().map(|(bin, _)| *bin));
        }
    }
    // The job ended in the last one.
    let last = bins.keys().next_back().copied();
    let end = samples.last().map_or(0, |told| told.sample.ms % BIN);
    let rows = bins.into_iter().filter(|(bin, _)| Some(*bin) != last || end >= BIN - BIN / 20);
    let rows = rows.map(|(bin, (count, line))| Interval {
        end_ms: bin.saturating_add(1).saturating_mul(BIN),
        long_ms: BIN,
        value: count as f64 * 1000.0 / BIN as f64,
        line,
        behind_loss: behind_loss.contains(&bin),
    });
    rows.collect()
}
