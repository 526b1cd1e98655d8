//! Rows and columns.

use polars::prelude::{IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{FrameBuilder, Unit};
use crate::shared::figures::{Figures, column};
use crate::shared::hypervisor::{Reading, first_columns, reading};
use crate::time::stamp::Stamp;

/// A figure of a row; its place in [`FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Iteration,
    Transferred,
    Remaining,
    Total,
    DirtyPagesPerS,
    Throughput,
    RoundTime,
    PagesSent,
    PagesSkipped,
    PagesDirtied,
    DirtiedPerS,
    Dom0Cpu,
    VmCpu,
    ProgressPages,
    ProgressOfPages,
    ProgressPercent,
    ExitStatus,
}

/// Name, unit, and whether it counts things. In the order of [`Field`].
const FIELDS: [(&str, Unit, bool); 17] = [
    ("iteration", Unit::Count, true),
    ("transferred_bytes", Unit::Bytes, false),
    ("remaining_bytes", Unit::Bytes, false),
    ("total_bytes", Unit::Bytes, false),
    ("dirty_pages_per_s", Unit::Count, false),
    ("throughput_bytes_per_s", Unit::BytesPerSecond, false),
    ("round_s", Unit::Seconds, false),
    ("round_pages_sent", Unit::Count, true),
    ("round_pages_skipped", Unit::Count, true),
    ("round_pages_dirtied", Unit::Count, true),
    ("dirtied_bytes_per_s", Unit::BytesPerSecond, false),
    ("dom0_cpu_percent", Unit::PercentOfOneCpu, false),
    ("vm_cpu_percent", Unit::PercentOfOneCpu, false),
    ("progress_pages", Unit::Count, true),
    ("progress_of_pages", Unit::Count, true),
    ("progress_percent", Unit::Count, false),
    ("exit_status", Unit::Count, true),
];

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub line: u64,
    pub last_line: u64,
    pub time: Option<Stamp>,
    /// There is a time, but of no year.
    pub without_year: bool,
    /// Which migration of the file, from 0.
    pub migration: usize,
    pub incoming: bool,
    pub domain: Option<u64>,
    pub entry: &'static str,
    pub status: Option<&'static str>,
    figures: Figures<{ FIELDS.len() }>,
    pub error: Option<String>,
}

impl Row {
    pub fn new(line: u64, time: Option<Stamp>, entry: &'static str) -> Self {
        Self {
            line,
            last_line: line,
            time,
            without_year: false,
            migration: 0,
            incoming: false,
            domain: None,
            entry,
            status: None,
            figures: Figures::NONE,
            error: None,
        }
    }

    pub fn get(&self, field: Field) -> Option<f64> {
        self.figures.get(field as usize)
    }

    pub fn set(&mut self, field: Field, value: Option<f64>) {
        self.figures.set(field as usize, value);
    }

    /// Of the round with this number, from 1.
    pub fn set_round(&mut self, round: u64) {
        self.set(Field::Iteration, figure(round));
    }

    pub fn is_of_round(&self, round: u64) -> bool {
        self.get(Field::Iteration) == figure(round)
    }

    /// Sets a figure, or says why it stays null.
    pub fn put(&mut self, field: Field, digits: &[u8], scale: f64, place: Place<'_>, log: &mut Diagnostics) {
        let (name, unit) =
            FIELDS.get(field as usize).map_or(("", Unit::Count), |(name, unit, _)| (*name, *unit));
        match reading(digits, scale).possible(unit) {
            Reading::Value(value) => self.set(field, Some(value)),
            Reading::Underflow => log.warning("underflow", place, || {
                format!("expected {name}, found what is left of a number below zero; it is null")
            }),
            Reading::Unreadable => {
                log.warning("value-unreadable", place, || {
                    format!("expected a number for {name}; it is null")
                });
            }
        }
    }
}

/// The number of a round as a figure; none beyond 32 bits, which no migration reaches.
fn figure(round: u64) -> Option<f64> {
    u32::try_from(round).ok().map(f64::from)
}

pub(super) fn columns(rows: &[Row]) -> FrameBuilder {
    let mut columns = first_columns(rows.iter().map(|row| (row.time, row.line)));
    columns.set_ends(rows.iter().map(|row| row.last_line).collect());
    let migrations = rows.iter().map(|row| u32::try_from(row.migration).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("migration".into(), migrations).into_series());
    let sides = rows.iter().map(|row| if row.incoming { "target" } else { "source" });
    columns.push(Unit::Text, StringChunked::from_iter_values("side".into(), sides).into_series());
    #[expect(clippy::cast_precision_loss, reason = "domains are small numbers")]
    let domains = rows.iter().map(|row| row.domain.map(|domain| domain as f64));
    columns.push(Unit::Count, column("domain", true, domains));
    let entries = StringChunked::from_iter_values("entry".into(), rows.iter().map(|row| row.entry));
    columns.push(Unit::Text, entries.into_series());
    let statuses = StringChunked::from_iter_options("status".into(), rows.iter().map(|row| row.status));
    columns.push(Unit::Text, statuses.into_series());
    let fields = FIELDS.into_iter().map(|(name, _, whole)| (name, whole));
    let figures = Figures::columns(fields, rows.iter().map(|row| &row.figures));
    for ((_, unit, _), figures) in FIELDS.into_iter().zip(figures) {
        columns.push(unit, figures);
    }
    let errors = rows.iter().map(|row| row.error.as_deref());
    columns.push(Unit::Text, StringChunked::from_iter_options("error".into(), errors).into_series());
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order() {
        let name = |field: Field| FIELDS.get(field as usize).map(|field| field.0);
        assert_eq!(name(Field::Throughput), Some("throughput_bytes_per_s"));
        assert_eq!(name(Field::PagesDirtied), Some("round_pages_dirtied"));
        assert_eq!(name(Field::ExitStatus), Some("exit_status"));
    }
}
