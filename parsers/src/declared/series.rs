//! Quantities over time: a row for each instant with a column for each quantity, or a row for each value.
//!
//! ```text
//! timestamp,cpu,mem_used            metric_name,timestamp,metric_value
//! 1784063959.2,12.5,4096            http_reqs,1784063959,1
//! 1784063960.2,,4097                http_req_duration,1784063959,12.25
//! ```
//!
//! A cell of a row that has others is no reason to lose these: it is said, and has no value.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::ops::RangeInclusive;

use super::DeclaredError;
use super::dated::{AtOnce, Dated, DatedRows, floats};
use super::table::{Cells, Fault, Key, MissingColumn};
use super::value;
use crate::diagnostic::{Facts, Place};
use crate::format::{Description, Format, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::parsed::{ParseError, Parsed};

static DESCRIPTION: Description = Description {
    name: "series",
    description: "quantities over time",
    written_by: "tools and scripts of any kind",
    begins_with: "columns that campaign.toml declares",
    file_names: &["series"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Quantities,
    marks: Marks::None,
    recognise: |_| false,
    parse: Parse::Whole(undeclared),
};

/// What such a table is once it is read. No file is recognised as one.
pub const SERIES: Format = Format::new(&DESCRIPTION);

fn undeclared(_: &[u8]) -> Result<Outcome, Unusable> {
    Err(unusable(Place::FILE, "the columns to be declared in campaign.toml", Default::default()))
}

/// Which columns of a table are quantities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// When a row was.
    pub dated: Dated,
    /// The event from which the monotonic clock counts, in the words of a log of events.
    pub since: Option<String>,
    /// The quantities.
    pub columns: Vec<Column>,
    /// Where a row has one value only.
    pub long: Option<Long>,
}

/// A quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its column; in the long form what the column of names calls it.
    pub key: Key,
    /// What its column in the frame is called.
    pub name: String,
    /// The unit there.
    pub unit: Unit,
    /// How many of that one of the table is.
    pub factor: f64,
    /// The column of what is to be taken off, in the same unit; not in the long form.
    pub less: Option<Key>,
}

impl Column {
    /// What a quantity of the unit can be: more is damage, or another unit. A host has no more than all of its CPU.
    fn possible(&self) -> RangeInclusive<f64> {
        match self.unit {
            Unit::Percent if self.name.starts_with("cpu.") => 0.0..=100.5,
            Unit::Percent | Unit::PercentOfOneCpu => 0.0..=1e6,
            Unit::Bytes => 0.0..=1e18,
            Unit::BytesPerSecond | Unit::PerSecond => 0.0..=1e15,
            Unit::Seconds | Unit::Milliseconds => 0.0..=1e15,
            Unit::Ratio | Unit::Count => -1e18..=1e18,
            Unit::EpochSeconds | Unit::SecondsOfDay | Unit::Text => f64::MIN..=f64::MAX,
        }
    }
}

/// A table with a row for each value.
#[derive(Clone, Debug, PartialEq)]
pub struct Long {
    /// The column that says which quantity it is.
    pub name: Key,
    /// The column of the value.
    pub value: Key,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Nothing,
    Unreadable,
    Value(f64),
}

impl Cell {
    fn read(text: Option<&str>, decimal_comma: bool) -> Self {
        let text = text.unwrap_or_default();
        if value::is_nothing(text) {
            return Self::Nothing;
        }
        let number = text.strip_suffix('%').map_or(text, str::trim_end);
        value::number(number, decimal_comma).map_or(Self::Unreadable, Self::Value)
    }

    fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Unreadable => None,
        }
    }
}

const UNREADABLE: &str = "value-unreadable";
const NOTHING: &str = "values-missing";
const IMPOSSIBLE: &str = "value-impossible";
/// Names that are listed where none is one of those that are declared.
const LISTED: usize = 50;

impl Series {
    /// Reads a table: `time` (seconds since 1970, or `local_s` without a zone), `monotonic_s` where there is such a clock, a column for
    /// each quantity, and `line`. The fact `since` names the event from which the monotonic clock counts.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub fn read(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        match &self.long {
            None => self.wide(bytes),
            Some(long) => self.long(long, bytes),
        }
    }

    fn wide(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let less = || self.columns.iter().filter_map(|column| column.less.as_ref());
        let columns: Vec<&Key> = self.columns.iter().map(|column| &column.key).chain(less()).collect();
        // Of each quantity the place of what is taken off.
        let mut next = self.columns.len();
        let less: Vec<Option<usize>> = self
            .columns
            .iter()
            .map(|column| {
                let place = column.less.is_some().then_some(next);
                next = next.saturating_add(usize::from(place.is_some()));
                place
            })
            .collect();
        let row = |cells: &Cells<'_>| {
            let read = |cell| Cell::read(cells.get(cell), cells.decimal_comma);
            let row: Box<[Cell]> = (0..columns.len()).map(read).collect();
            if cells.is_cut {
                return Err(Fault { cell: 0, code: UNREADABLE, expected: "a whole line".into() });
            }
            match row.iter().position(|cell| *cell == Cell::Unreadable) {
                Some(cell) if row.iter().all(|cell| cell.value().is_none()) => {
                    Err(Fault { cell, code: UNREADABLE, expected: "a number".into() })
                }
                _ => Ok(Some(row)),
            }
        };
        let mut rows = self.dated.read(SERIES, bytes, &columns, row)?;
        rows.tell_of_summer_time();
        rows.count_once(AtOnce::One, |cells, hasher| {
            cells.iter().for_each(|cell| cell.value().map(f64::to_bits).hash(hasher));
        });
        rows.tell_of_order(|_| 0);
        let unreadable = rows
            .rows()
            .enumerate()
            .filter_map(|(row, cells)| Some((row, cells.iter().position(|cell| *cell == Cell::Unreadable)?)));
        let doubtful: Vec<(usize, usize)> = unreadable.collect();
        for (row, column) in doubtful {
            let Some(key) = columns.get(column) else { continue };
            rows.doubt(UNREADABLE, row, || {
                format!("expected a number in column {key}; the row is used without it")
            });
        }
        self.tell_of_nothing(&mut rows);
        let value = |cells: &[Cell], place: usize| cells.get(place).and_then(|cell| cell.value());
        self.frame(rows, |cells, column| match less.get(column).copied().flatten() {
            None => value(cells, column),
            // Both are rounded, so that the difference may be a little below 0.
            Some(less) => Some((value(cells, column)? - value(cells, less)?).max(0.0)),
        })
    }

    /// That some rows have no value of a quantity: that may be meant so, or not.
    fn tell_of_nothing(&self, rows: &mut DatedRows<Box<[Cell]>>) {
        for (place, column) in self.columns.iter().enumerate() {
            let is_nothing = |cells: &[Cell]| cells.get(place) == Some(&Cell::Nothing);
            let mut without =
                rows.rows().enumerate().filter(|(_, cells)| is_nothing(cells)).map(|(row, _)| row);
            let Some(first) = without.next() else { continue };
            let count = without.count().saturating_add(1);
            let all = rows.rows().count();
            let message = || {
                format!(
                    "column {} says nothing in {count} of {all} rows, of which this is the first",
                    column.key
                )
            };
            rows.remark(NOTHING, first, message);
        }
    }

    fn long(&self, long: &Long, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let names = RefCell::new(BTreeSet::new());
        let row = |cells: &Cells<'_>| {
            let name = cells.get(0).unwrap_or_default();
            let is_it = |column: &Column| matches!(&column.key, Key::Name(known) if known == name);
            let Some(column) = self.columns.iter().position(is_it) else {
                let mut names = names.borrow_mut();
                if names.len() < LISTED && !names.contains(name) {
                    names.insert(name.to_owned());
                }
                return Ok(None);
            };
            match Cell::read(cells.get(1), cells.decimal_comma) {
                Cell::Unreadable => Err(Fault { cell: 1, code: UNREADABLE, expected: "a number".into() }),
                cell => Ok(Some((column, cell.value()))),
            }
        };
        let read = self.dated.read(SERIES, bytes, &[&long.name, &long.value], row);
        let known: Vec<String> = names.into_inner().into_iter().collect();
        let mut rows = match (read, self.columns.first()) {
            // Rows there are, but of other quantities.
            (Err(DeclaredError::Unusable(error)), Some(first))
                if !known.is_empty() && error.diagnostics.is_empty() =>
            {
                return Err(MissingColumn { wanted: first.key.clone(), known }.into());
            }
            (read, _) => read?,
        };
        rows.tell_of_summer_time();
        // Several values of a second may be the same: each is one of a request, say.
        rows.count_once(AtOnce::Several, |(column, value), hasher| {
            (column, value.map(f64::to_bits)).hash(hasher);
        });
        rows.tell_of_order(|(column, _)| *column);
        let mut seen = vec![false; self.columns.len()];
        for (column, _) in rows.rows() {
            seen.iter_mut().skip(*column).take(1).for_each(|seen| *seen = true);
        }
        for (column, _) in self.columns.iter().zip(seen).filter(|(_, seen)| !seen) {
            rows.diagnostics.warning("series-name-missing", Place::FILE, || {
                format!(
                    "no row is of {}; besides those that are declared there are {}",
                    column.key,
                    known.join(", ")
                )
            });
        }
        self.frame(rows, |(own, value), column| value.filter(|_| *own == column))
    }

    fn frame<T>(
        &self,
        mut rows: DatedRows<T>,
        value: impl Fn(&T, usize) -> Option<f64>,
    ) -> Result<Parsed, DeclaredError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            let possible = column.possible();
            let of = |row: &T| Some(value(row, place)? * column.factor);
            let can_be = |value: &f64| possible.contains(value);
            let mut impossible =
                rows.rows().enumerate().filter(|(_, row)| of(row).is_some_and(|value| !can_be(&value)));
            let first = impossible.next().map(|(row, _)| (row, impossible.count().saturating_add(1)));
            let values = floats(&column.name, rows.rows().map(|row| of(row).filter(can_be)));
            columns.push((column.unit, values));
            if let Some((row, count)) = first {
                let (least, most) = (possible.start(), possible.end());
                rows.doubt(IMPOSSIBLE, row, || {
                    format!(
                        "{count} values of {}, of which this is the first, cannot be {}: that is from {least} to {most:e}; they are left \
                         out. Is the unit right?",
                        column.key,
                        column.unit.name()
                    )
                });
            }
        }
        let mut facts = Facts::default();
        if let Some(event) = &self.since {
            facts.set_text("since", event.as_bytes());
        }
        let read: Result<Parsed, ParseError> = rows.parsed("time", columns, facts, Vec::new());
        read.map_err(DeclaredError::Unusable)
    }
}

#[cfg(test)]
mod tests;
