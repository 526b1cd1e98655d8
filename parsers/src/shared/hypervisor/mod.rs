//! What a hypervisor says of a migration: the rows that `qmp-migrate`, `hmp-migrate` and `virsh-domjobinfo`
//! have in common, and their first columns, which `xen-migrate` has as well.
//!
//! A row is one observation (an answer to the question how the migration goes), one event or one command, in
//! the order of the file. Columns are null where the source does not say.
//!
//! Traps:
//!
//! * Counters underflow: QEMU prints `remaining` as 18446744073709551612 or, in QMP, as a negative number.
//!   Null, with a warning. So is what more is left than there is, and what no migration can come to: an underflow in
//!   another unit.
//! * QEMU before 2.1 says a throughput of -1 until it has measured one. Null, with a note.
//! * A time that is written as a date and a time of day is one on somebody's wall. It is in `local_s`; in `time`, too,
//!   if its zone has one offset.

mod migrations;

pub(crate) use self::migrations::is_heading;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use polars::prelude::{IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use self::migrations::Heading;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount, Severity};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::Lines;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::part::{Part, consecutive};
use crate::shared::figures::{Figures, column};
use crate::text::{float, unsigned};
use crate::time::MONOTONIC;
use crate::time::stamp::Stamp;
use crate::time::zone::Zone;

/// The entry of a polled answer.
pub(crate) const STATUS: &str = "status";

/// A figure of an observation; its place in [`FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Iteration,
    TotalTime,
    Downtime,
    ExpectedDowntime,
    SetupTime,
    Transferred,
    Remaining,
    Total,
    NormalBytes,
    PagesNormal,
    PagesDuplicate,
    PagesSkipped,
    PageBytes,
    DirtyPages,
    Throughput,
    PrecopyBytes,
    DowntimeBytes,
    PostcopyBytes,
    PostcopyRequests,
    PostcopyBlocktime,
}

/// Name, unit, and whether it counts things. In the order of [`Field`].
const FIELDS: [(&str, Unit, bool); 20] = [
    ("iteration", Unit::Count, true),
    ("total_time_s", Unit::Seconds, false),
    ("downtime_s", Unit::Seconds, false),
    ("expected_downtime_s", Unit::Seconds, false),
    ("setup_time_s", Unit::Seconds, false),
    ("transferred_bytes", Unit::Bytes, false),
    ("remaining_bytes", Unit::Bytes, false),
    ("total_bytes", Unit::Bytes, false),
    ("normal_bytes", Unit::Bytes, false),
    ("pages_normal", Unit::Count, true),
    ("pages_duplicate", Unit::Count, true),
    ("pages_skipped", Unit::Count, true),
    ("page_bytes", Unit::Bytes, false),
    ("dirty_pages_per_s", Unit::Count, false),
    ("throughput_bytes_per_s", Unit::BytesPerSecond, false),
    ("precopy_bytes", Unit::Bytes, false),
    ("downtime_bytes", Unit::Bytes, false),
    ("postcopy_bytes", Unit::Bytes, false),
    ("postcopy_requests", Unit::Count, true),
    ("postcopy_blocktime_s", Unit::Seconds, false),
];

/// `MigrationStatus` of QEMU, of all versions.
const STATUSES: [&str; 18] = [
    "none",
    "setup",
    "active",
    "pre-switchover",
    "device",
    "wait-unplug",
    "postcopy-device",
    "postcopy-active",
    "postcopy-paused",
    "postcopy-recover-setup",
    "postcopy-recover",
    "completed",
    "failing",
    "failed",
    "cancelling",
    "cancelled",
    "colo",
    "error",
];

/// Whether QEMU calls the state of a migration so.
pub(crate) fn is_status(word: &[u8]) -> bool {
    STATUSES.iter().any(|known| known.as_bytes() == word)
}

/// A number as a source has it, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    Value(f64),
    /// Below zero, or above 2^63.
    Underflow,
    Unreadable,
}

/// A number of the source, times `scale`.
pub(crate) fn reading(digits: &[u8], scale: f64) -> Reading {
    match unsigned(digits) {
        Some(number) => reading_of_whole(number, scale),
        None => float(digits).map_or(Reading::Unreadable, |number| reading_of(number, scale)),
    }
}

/// The same of a whole number that is read already.
#[expect(clippy::cast_precision_loss, reason = "what is above 2^53 is rounded")]
pub(crate) fn reading_of_whole(number: u64, scale: f64) -> Reading {
    reading_of(number as f64, scale)
}

/// The same of a number that is read already.
pub(crate) fn reading_of(number: f64, scale: f64) -> Reading {
    // Above this, an unsigned number of 64 bits was negative.
    const SIGN: f64 = 9_223_372_036_854_775_808.0;
    if !(0.0..SIGN).contains(&number) || number * scale >= SIGN {
        Reading::Underflow
    } else if scale < 1.0 {
        // 18 ms are 0.018 s, which is 18 / 1000 and not 18 * 0.001.
        Reading::Value(number / scale.recip().round())
    } else {
        Reading::Value(number * scale)
    }
}

impl Reading {
    /// An underflow too if it is more than anything can be: 2^53 of bytes, things or their rates, three years.
    pub fn possible(self, unit: Unit) -> Self {
        let most = if unit == Unit::Seconds { 1e8 } else { 9_007_199_254_740_992.0 };
        match self {
            Self::Value(value) if value > most => Self::Underflow,
            reading => reading,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observation {
    /// Where it begins, and where it ends.
    pub line: u64,
    pub last_line: u64,
    pub time: Option<Stamp>,
    /// Seconds by a clock that counts from somewhere else.
    pub monotonic_s: Option<f64>,
    pub entry: &'static str,
    pub status: Option<Cow<'static, str>>,
    figures: Figures<{ FIELDS.len() }>,
    pub error: Option<String>,
}

impl Observation {
    pub fn new(line: u64, time: Option<Stamp>, entry: &'static str) -> Self {
        Self {
            line,
            last_line: line,
            time,
            monotonic_s: None,
            entry,
            status: None,
            figures: Figures::NONE,
            error: None,
        }
    }

    /// One that ends in another line.
    pub fn until(self, last_line: u64) -> Self {
        Self { last_line, ..self }
    }

    pub fn get(&self, field: Field) -> Option<f64> {
        self.figures.get(field as usize)
    }

    pub fn set(&mut self, field: Field, value: f64) {
        self.figures.set(field as usize, Some(value));
    }

    fn clear(&mut self, field: Field) {
        self.figures.set(field as usize, None);
    }

    /// Whether any figure is known.
    pub fn has_figures(&self) -> bool {
        self.figures.any()
    }

    /// Sets the status that a source calls `word`.
    pub fn set_status(&mut self, word: &[u8], place: Place<'_>, diagnostics: &mut Diagnostics) {
        let known = STATUSES.iter().find(|known| known.as_bytes() == word);
        self.status = Some(known.map_or_else(
            || {
                diagnostics.warning("unknown-status", place, || {
                    "expected a status of QEMU's; it is kept as it is".to_owned()
                });
                Cow::Owned(String::from_utf8_lossy(word).into_owned())
            },
            |known| Cow::Borrowed(*known),
        ));
    }

    /// Sets a figure, or says why it stays null. `place` is that of the number.
    pub fn put(&mut self, field: Field, digits: &[u8], scale: f64, place: Place<'_>, log: &mut Diagnostics) {
        match reading(digits, scale) {
            Reading::Underflow if field == Field::Throughput && digits.starts_with(b"-1") => {
                log.note("no-throughput", place, || {
                    "-1 where no throughput has been measured yet; it is null".to_owned()
                });
            }
            reading => self.take(field, reading, place, log),
        }
    }

    /// As [`put`](Self::put), for a number that is already read.
    pub fn take(&mut self, field: Field, reading: Reading, place: Place<'_>, log: &mut Diagnostics) {
        let (name, unit) =
            FIELDS.get(field as usize).map_or(("", Unit::Count), |(name, unit, _)| (*name, *unit));
        match reading.possible(unit) {
            Reading::Value(value) => self.set(field, value),
            Reading::Underflow => log.warning("underflow", place, || {
                format!("expected {name}, found what is left of a number below zero; it is null")
            }),
            Reading::Unreadable => {
                log.warning("value-unreadable", place, || format!("expected a number for {name}; it is null"))
            }
        }
    }
}

/// The rows of a log, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub rows: Vec<Observation>,
    pub version: Option<String>,
    pub facts: Facts,
    pub lost: usize,
    pub diagnostics: Diagnostics,
    /// Where the command of each row sends the VM.
    destinations: BTreeMap<usize, String>,
    headings: Vec<Heading>,
}

impl Table {
    /// The parsed log, or the error that `expected` was not in it.
    pub fn finish(mut self, bytes: &[u8], expected: &str) -> Result<Outcome, Unusable> {
        if self.rows.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, expected, self.diagnostics));
        }
        self.check_amounts();
        let times = self.rows.iter().map(|row| (row.time, row.line));
        report_unplaced(times, Severity::Warning, &mut self.diagnostics);
        let clock = clock(self.rows.iter().map(|row| row.time));
        self.describe(0..self.rows.len())
            .into_iter()
            .for_each(|(key, word)| self.facts.set_text(key, word.as_bytes()));
        let parts = self.parts();
        Ok(Outcome {
            parts,
            version: self.version,
            columns: columns(&self.rows),
            clock,
            facts: self.facts,
            rows: RowCount { read: self.rows.len(), lost: self.lost },
            diagnostics: self.diagnostics,
        })
    }
}

impl Table {
    /// The next row is the command that sends the VM there.
    pub fn destination(&mut self, destination: &[u8]) {
        let words = String::from_utf8_lossy(destination).trim().to_owned();
        self.destinations.insert(self.rows.len(), words);
    }

    /// A line that is none of the source's own may be the heading of an experiment.
    pub fn heading(&mut self, line: u64, text: &[u8]) {
        self.headings.extend(Heading::read(self.rows.len(), line, text));
    }

    /// What the last of some rows say.
    fn describe(&self, rows: Range<usize>) -> Vec<(&'static str, String)> {
        let destination =
            self.destinations.range(rows.clone()).next_back().map(|(_, to)| ("destination", to.clone()));
        let mut statuses =
            self.rows.get(rows).unwrap_or_default().iter().filter_map(|row| row.status.as_deref());
        let status = statuses.next_back().map(|last| ("last_status", last.to_owned()));
        destination.into_iter().chain(status).collect()
    }

    /// Its migrations, if they are several.
    fn parts(&self) -> Vec<Part> {
        let beginnings = migrations::beginnings(&self.rows, &self.headings);
        if beginnings.len() < 2 {
            return Vec::new();
        }
        let mut parts = consecutive(
            beginnings.into_iter().map(|(row, line)| {
                (row, Part { line: Some(line), facts: self.facts.clone(), ..Part::default() })
            }),
            self.rows.len(),
        );
        for part in &mut parts {
            part.facts.remove("destination");
            part.facts.remove("last_status");
            let rows =
                part.rows.first().copied().unwrap_or_default()..part.rows.last().map_or(0, |last| last + 1);
            for (key, word) in self.describe(rows) {
                part.facts.set_text(key, word.as_bytes());
            }
        }
        parts
    }

    /// Nothing has more left than there is, and what has been transferred only grows until another migration begins.
    fn check_amounts(&mut self) {
        let mut most = 0.0;
        for row in &mut self.rows {
            let place = Place { line: Some(row.line), ..Place::FILE };
            let over =
                row.status.as_deref().is_some_and(|s| ["completed", "failed", "cancelled"].contains(&s));
            if let (Some(remaining), Some(total)) = (row.get(Field::Remaining), row.get(Field::Total))
                && remaining > total
            {
                self.diagnostics.warning("above-total", place, || {
                    format!("{remaining} bytes remain of {total}: more than there are; it is null")
                });
                row.clear(Field::Remaining);
            }
            if let Some(transferred) = row.get(Field::Transferred) {
                if transferred < most {
                    self.diagnostics.warning("counter-went-back", place, || {
                        format!(
                            "{transferred} bytes have been transferred, {most} were before; both are kept"
                        )
                    });
                }
                most = transferred;
            }
            if over || row.entry == "migrate" {
                most = 0.0;
            }
        }
    }
}

/// The clock of rows with these times.
pub(crate) fn clock(mut times: impl Iterator<Item = Option<Stamp>>) -> Clock {
    if times.any(|time| time.and_then(Stamp::epoch_s).is_some()) { Clock::Epoch } else { Clock::None }
}

/// Tells which times have no place in UTC, a diagnostic for each of their zones. Times without any are `unnamed`.
pub(crate) fn report_unplaced(
    times: impl Iterator<Item = (Option<Stamp>, u64)>,
    unnamed: Severity,
    log: &mut Diagnostics,
) {
    let mut zones: Vec<(Zone, u64, usize)> = Vec::new();
    for (time, line) in times {
        let Some(zone) = time.and_then(Stamp::unplaced) else { continue };
        match zones.iter_mut().find(|(known, ..)| *known == zone) {
            Some((.., count)) => *count = count.saturating_add(1),
            None => zones.push((zone, line, 1)),
        }
    }
    for (zone, line, count) in zones {
        let place = Place { line: Some(line), ..Place::FILE };
        match zone.complaint() {
            Some((code, why)) => log.warning(code, place, || {
                format!("{count} rows have times that are in local_s, not in time: {why}")
            }),
            None => log.push(unnamed, "time-zone-unknown", place, || {
                format!("{count} rows have times without a time zone: they are in local_s, not in time")
            }),
        }
    }
}

/// The columns that say when and where each row was written.
pub(crate) fn first_columns(rows: impl Iterator<Item = (Option<Stamp>, u64)> + Clone) -> FrameBuilder {
    let mut columns = FrameBuilder::default();
    let times = [
        ("time", Unit::EpochSeconds, Stamp::epoch_s as fn(Stamp) -> Option<f64>),
        ("local_s", Unit::Seconds, Stamp::local_s),
    ];
    for (name, unit, part) in times {
        let values = rows.clone().map(|(time, _)| time.and_then(part));
        columns.push(unit, column(name, false, values));
    }
    let lines = rows.map(|(_, line)| u32::try_from(line).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
    columns
}

fn columns(rows: &[Observation]) -> FrameBuilder {
    let mut columns = first_columns(rows.iter().map(|row| (row.time, row.line)));
    let entries = StringChunked::from_iter_values("entry".into(), rows.iter().map(|row| row.entry));
    columns.push(Unit::Text, entries.into_series());
    let statuses =
        StringChunked::from_iter_options("status".into(), rows.iter().map(|row| row.status.as_deref()));
    columns.push(Unit::Text, statuses.into_series());
    let fields = FIELDS.into_iter().map(|(name, _, whole)| (name, whole));
    let figures = Figures::columns(fields, rows.iter().map(|row| &row.figures));
    for ((_, unit, _), figures) in FIELDS.into_iter().zip(figures) {
        columns.push(unit, figures);
    }
    let errors =
        StringChunked::from_iter_options("error".into(), rows.iter().map(|row| row.error.as_deref()));
    columns.push(Unit::Text, errors.into_series());
    if rows.iter().any(|row| row.monotonic_s.is_some()) {
        columns.push(Unit::Seconds, column(MONOTONIC, false, rows.iter().map(|row| row.monotonic_s)));
    }
    columns.set_ends(rows.iter().map(|row| row.last_line).collect());
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_zero_are_not_taken_for_large_ones() {
        assert_eq!(reading(b"4096", 1024.0), Reading::Value(4_194_304.0));
        assert_eq!(reading(b"269.49", 125_000.0), Reading::Value(33_686_250.0));
        assert_eq!(reading(b"18", 0.001), Reading::Value(0.018));
        for underflow in ["18446744073709551612", "-4", "18014398509481980", "-0.5"] {
            assert_eq!(reading(underflow.as_bytes(), 1024.0), Reading::Underflow, "{underflow}");
        }
        for unreadable in ["", "inf", "nan", "4k", "1,5"] {
            assert_eq!(reading(unreadable.as_bytes(), 1.0), Reading::Unreadable, "{unreadable}");
        }
    }

    #[test]
    fn what_nothing_can_be_was_below_zero() {
        // 2^64 ns in ms, and 2^64 bytes in KiB.
        assert_eq!(reading(b"18446744073709", 0.001).possible(Unit::Seconds), Reading::Underflow);
        assert_eq!(reading(b"18014398509481980", 1.0).possible(Unit::Bytes), Reading::Underflow);
        assert_eq!(
            reading(b"4503599627370496", 1.0).possible(Unit::Bytes),
            Reading::Value(4_503_599_627_370_496.0)
        );
        assert_eq!(reading(b"86400000", 0.001).possible(Unit::Seconds), Reading::Value(86_400.0));
    }

    #[test]
    fn fields_are_in_order() {
        assert_eq!(
            FIELDS.get(Field::Throughput as usize).map(|field| field.0),
            Some("throughput_bytes_per_s")
        );
        assert_eq!(FIELDS.get(Field::PagesNormal as usize).map(|field| field.0), Some("pages_normal"));
    }
}
