//! Columns that know their unit and their kind of clock.
//!
//! A [`Frame`] is a polars `DataFrame` with what the numbers mean: a program that uses a column cannot
//! take the arrival seconds of ping for time stamps, or a counter for a clock, without overlooking
//! [`Clock`]. Values are in base units (bytes, seconds) whatever the log uses; milliseconds stay where
//! they are the unit of the trade (round trip times).
//!
//! Absent on purpose: reading, joining or resampling. That is the business of the caller.

use std::fmt;

use polars::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, Int64Chunked, PolarsError, Series, StringChunked,
    UInt32Chunked,
};
use thiserror::Error;

use crate::row_lines::{LinesOfRows, RowLines};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Seconds since 1970-01-01 UTC.
    EpochSeconds,
    /// Seconds since midnight, local time; beyond 86400 on the following day.
    SecondsOfDay,
    /// A duration.
    Seconds,
    /// A duration.
    Milliseconds,
    /// Per cent of the whole host, all its CPUs or all its memory together.
    Percent,
    /// Per cent of one CPU: a domain that keeps two CPUs busy has 200.
    PercentOfOneCpu,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// So many times in a second.
    PerSecond,
    /// How many times one quantity is another of its kind.
    Ratio,
    /// A number of things, an ordinal, a flag, or a number whose unit the log does not tell.
    Count,
    /// Words.
    Text,
}

impl Unit {
    /// What a person calls it, e.g. `seconds since 1970`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EpochSeconds => "seconds since 1970",
            Self::SecondsOfDay => "seconds since midnight",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Percent => "% of the host",
            Self::PercentOfOneCpu => "% of one CPU",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes/s",
            Self::PerSecond => "1/s",
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What kind of time the time column of a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Real time stamps: seconds since 1970, taken when the values were.
    Epoch,
    /// Whole seconds since 1970 at which a line was written: the true time is up to a second later.
    EpochSecondsAtArrival,
    /// Looks like seconds since 1970 but counts lines; only where it starts is a time.
    Counter,
    /// Local time without a date.
    TimeOfDay,
    /// The rows have no time.
    None,
}

impl Clock {
    /// What a person calls it, e.g. `time of day`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Epoch => "time stamps",
            Self::EpochSecondsAtArrival => "whole seconds of arrival",
            Self::Counter => "a counter",
            Self::TimeOfDay => "time of day",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Name and unit of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As in the `DataFrame`.
    pub name: String,
    /// What its values are.
    pub unit: Unit,
}

/// The rows of a log.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The values.
    pub df: DataFrame,
    /// What the values are, in the order of the columns of `df`.
    pub columns: Vec<Column>,
    /// What kind of time the time column holds.
    pub clock: Clock,
    /// In which lines of the log the rows stand, where that is known and no column `line` says it.
    pub lines: RowLines,
}

/// A column was asked for that is not there, or not of that type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// No such column.
    #[error("no column `{name}`; there are {}", known.join(", "))]
    Missing {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The column holds something else.
    #[error("column `{name}` is not of type {wanted}")]
    Type {
        /// The name asked for.
        name: String,
        /// The type asked for.
        wanted: &'static str,
    },
}

impl Frame {
    /// Without rows and columns.
    pub(crate) fn empty(clock: Clock) -> Self {
        Self { df: DataFrame::empty(), columns: Vec::new(), clock, lines: RowLines::default() }
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.df.height()
    }

    /// The unit of a column.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<Unit> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.unit)
    }

    /// Whether there is a column of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.unit(name).is_some()
    }

    /// When each row was recorded: the first column of times, of the kind that the clock says (seconds since 1970, or since
    /// midnight). None where the rows have no time. Of a [`Clock::Counter`] the times are the counter's.
    #[must_use]
    pub fn times(&self) -> Option<Vec<Option<f64>>> {
        let name = self.time_column()?;
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are below 2^53")]
        match self.f64s(name) {
            Ok(values) => Some(values.iter().collect()),
            Err(_) => Some(self.i64s(name).ok()?.iter().map(|value| value.map(|v| v as f64)).collect()),
        }
    }

    /// The name of the column that says when each row was recorded, of numbers with or without a fraction; none where the
    /// rows have no time.
    #[must_use]
    pub fn time_column(&self) -> Option<&str> {
        let unit = match self.clock {
            Clock::Epoch | Clock::EpochSecondsAtArrival | Clock::Counter => Unit::EpochSeconds,
            Clock::TimeOfDay => Unit::SecondsOfDay,
            Clock::None => return None,
        };
        self.columns.iter().find(|column| column.unit == unit).map(|column| column.name.as_str())
    }

    /// The line, from 1, in which a row begins; none where the row is of no line, as one of absence is.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<u64> {
        let column = || {
            let lines = self.u32s("line").ok().filter(|lines| row < lines.len())?;
            lines.get(row).map(u64::from)
        };
        self.lines.first(row).or_else(column).filter(|line| *line > 0)
    }

    /// [`line`](Self::line) of every row, 0 where there is none.
    #[must_use]
    pub fn every_line(&self) -> Vec<u64> {
        let column = || {
            self.u32s("line").ok().map(|column| column.iter().map(|line| line.map_or(0, u64::from)).collect())
        };
        let known = self.lines.each().map(Iterator::collect);
        known.or_else(column).unwrap_or_else(|| vec![0; self.height()])
    }

    /// The lines in which a row begins and ends.
    #[must_use]
    pub fn lines(&self, row: usize) -> Option<[u64; 2]> {
        let first = self.line(row)?;
        Some([first, self.lines.last(row).map_or(first, |last| last.max(first))])
    }

    /// A column of floating point numbers.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it is of another type; so for the other accessors.
    pub fn f64s(&self, name: &str) -> Result<&Float64Chunked, FrameError> {
        self.column(name)?.f64().map_err(|_| wrong_type(name, "f64"))
    }

    /// A column of signed integers.
    ///
    /// # Errors
    ///
    /// See [`Frame::f64s`].
    pub fn i64s(&self, name: &str) -> Result<&Int64Chunked, FrameError> {
        self.column(name)?.i64().map_err(|_| wrong_type(name, "i64"))
    }

    /// A column of small unsigned integers.
    ///
    /// # Errors
    ///
    /// See [`Frame::f64s`].
    pub fn u32s(&self, name: &str) -> Result<&UInt32Chunked, FrameError> {
        self.column(name)?.u32().map_err(|_| wrong_type(name, "u32"))
    }

    /// A column of text.
    ///
    /// # Errors
    ///
    /// See [`Frame::f64s`].
    pub fn strs(&self, name: &str) -> Result<&StringChunked, FrameError> {
        self.column(name)?.str().map_err(|_| wrong_type(name, "text"))
    }

    /// A column of yes and no.
    ///
    /// # Errors
    ///
    /// See [`Frame::f64s`].
    pub fn bools(&self, name: &str) -> Result<&BooleanChunked, FrameError> {
        self.column(name)?.bool().map_err(|_| wrong_type(name, "bool"))
    }

    fn column(&self, name: &str) -> Result<&polars::prelude::Column, FrameError> {
        self.df.column(name).map_err(|_| FrameError::Missing {
            name: name.to_owned(),
            known: self.columns.iter().map(|column| column.name.clone()).collect(),
        })
    }
}

fn wrong_type(name: &str, wanted: &'static str) -> FrameError {
    FrameError::Type { name: name.to_owned(), wanted }
}

/// Puts finished columns together.
#[derive(Debug, Default)]
pub(crate) struct FrameBuilder {
    series: Vec<polars::prelude::Column>,
    columns: Vec<Column>,
    lines: RowLines,
    /// Whether a time in front of the line of a row is that of the row.
    stamped_by_line: bool,
    /// The columns that are not whole.
    firsts: Vec<String>,
}

impl FrameBuilder {
    pub fn push(&mut self, unit: Unit, series: Series) {
        self.columns.push(Column { name: series.name().to_string(), unit });
        self.series.push(series.into());
    }

    /// Adds a column of which no more than the first values were kept: `most` of them.
    pub fn push_first(&mut self, unit: Unit, series: Series, most: usize) {
        if most < usize::MAX {
            self.firsts.push(series.name().to_string());
        }
        self.push(unit, series);
    }

    /// The first so many rows of all columns. What remains are the columns that are whole.
    pub fn split_head(&mut self, rows: usize, clock: Clock) -> Result<Frame, PolarsError> {
        let head = self.series.iter().map(|column| column.head(Some(rows))).collect();
        let df = DataFrame::new_infer_height(head)?;
        let head = Frame { df, columns: self.columns.clone(), clock, lines: self.lines.clone() };
        let firsts = std::mem::take(&mut self.firsts);
        self.series.retain(|column| !firsts.iter().any(|first| column.name() == first.as_str()));
        self.columns.retain(|column| !firsts.contains(&column.name));
        Ok(head)
    }

    /// Says from which line each row is, for frames that have no column `line`. Rows are such that a time in front of
    /// their line would be their own.
    pub fn set_lines(&mut self, lines: LinesOfRows) {
        self.stamped_by_line = true;
        self.set_places(lines);
    }

    /// The same for rows that have a time of their own, or are made of several lines.
    pub fn set_places(&mut self, lines: LinesOfRows) {
        self.lines.set_first(lines);
    }

    /// Says in which line each row ends, where that is another one.
    pub fn set_ends(&mut self, lines: LinesOfRows) {
        self.lines.set_last(lines);
    }

    /// From which line each row is, where that is known and a time in front of it would be that of the row.
    pub fn lines_of_rows(&self) -> Option<Vec<u64>> {
        let column = || {
            let column = self.series.iter().find(|column| column.name() == "line")?;
            Some(column.u32().ok()?.iter().map(|line| line.map_or(0, u64::from)).collect())
        };
        let known = self.lines.each().filter(|_| self.stamped_by_line);
        known.map(|lines| lines.collect()).or_else(column)
    }

    /// The first column of that unit.
    pub fn name_of(&self, unit: Unit) -> Option<String> {
        self.columns.iter().find(|column| column.unit == unit).map(|column| column.name.clone())
    }

    /// Puts a column in the place of the one of its name, or behind all others.
    pub fn replace(&mut self, unit: Unit, new: polars::prelude::Column) {
        match self.series.iter_mut().find(|column| column.name() == new.name()) {
            Some(column) => *column = new,
            None => {
                self.columns.push(Column { name: new.name().to_string(), unit });
                self.series.push(new);
            }
        }
    }

    /// Fails only if two columns have the same name or not all are of the same length, which would be a
    /// mistake in a parser.
    pub fn finish(self, clock: Clock) -> Result<Frame, PolarsError> {
        let df = DataFrame::new_infer_height(self.series)?;
        Ok(Frame { df, columns: self.columns, clock, lines: self.lines })
    }
}
