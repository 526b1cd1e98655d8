//! What all declared tables have in common: when a row was, by which clocks, and which rows count.

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, Series, UInt32Chunked};

use super::DeclaredError;
use super::table::{self, Cells, Fault, Key, Refused, Rows};
use super::value::{self, Time, TimeForm};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::Format;
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines;
use crate::outcome::Unusable;
use crate::parsed::{ParseError, Parsed};
use crate::part::Part;
use crate::time::MONOTONIC;
use crate::time::unit::TimeUnit;

/// A table whose rows have times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dated {
    /// When a row was, and how that is written.
    pub time: Option<(Key, TimeForm)>,
    /// The same moment by a clock that counts from somewhere else, such as from the start of the host, and its unit.
    pub monotonic: Option<(Key, TimeUnit)>,
    /// Only rows that have this value in this column.
    pub only: Vec<(Key, String)>,
    /// What stands between columns; told by the first line without it.
    pub delimiter: Option<u8>,
}

/// When a row was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moment {
    pub time: Time,
    pub monotonic_s: Option<f64>,
}

/// What was read of such a table, row by row.
pub(super) struct DatedRows<T> {
    format: Format,
    has_monotonic: bool,
    pub moments: Vec<Moment>,
    pub lines: Vec<u64>,
    pub rows: Vec<T>,
    count: RowCount,
    pub diagnostics: Diagnostics,
}

impl Dated {
    /// Reads the rows with `row`, which gets the cells of `columns` in their order and gives `None` for a row that is none
    /// of those that are declared.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub(super) fn read<T: PartialEq>(
        &self,
        format: Format,
        bytes: &[u8],
        columns: &[&Key],
        row: impl Fn(&Cells<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<DatedRows<T>, DeclaredError> {
        let mut wanted = columns.to_vec();
        let mut place = |key| {
            wanted.push(key);
            wanted.len().saturating_sub(1)
        };
        let time = self.time.as_ref().map(|(key, form)| (place(key), form));
        let monotonic = self.monotonic.as_ref().map(|(key, unit)| (place(key), *unit));
        let only: Vec<(usize, &str)> =
            self.only.iter().map(|(key, value)| (place(key), value.as_str())).collect();
        let dated = |cells: &Cells<'_>| {
            if only.iter().any(|(place, value)| cells.get(*place) != Some(*value)) {
                return Ok(None);
            }
            let moment = moment(cells, time, monotonic)?;
            Ok(row(cells)?.map(|row| (moment, row)))
        };
        match table::read(lines::without_bom(bytes), &wanted, self.delimiter, dated) {
            Ok(Rows { rows, count, diagnostics }) => {
                let has_monotonic = monotonic.is_some();
                let (lines, rows): (Vec<u64>, Vec<(Moment, T)>) = rows.into_iter().unzip();
                let (moments, rows) = rows.into_iter().unzip();
                Ok(DatedRows { format, has_monotonic, moments, lines, rows, count, diagnostics })
            }
            Err(Refused::Column(missing)) => Err(DeclaredError::Column(missing)),
            Err(Refused::Unusable(Unusable { line, expected, found, diagnostics })) => {
                Err(ParseError { format, line, expected, found, diagnostics }.into())
            }
        }
    }
}

/// A time that is written must be one; of two clocks the first must be there.
fn moment(
    cells: &Cells<'_>,
    time: Option<(usize, &TimeForm)>,
    monotonic: Option<(usize, TimeUnit)>,
) -> Result<Moment, Fault> {
    const CODE: &str = "time-unreadable";
    let monotonic_s = monotonic.and_then(|(place, unit)| {
        let number = value::number(cells.get(place)?, cells.decimal_comma)?;
        Some(number / unit.per_second()).filter(|seconds| seconds.is_finite())
    });
    match (time, monotonic) {
        (Some((cell, form)), _) => {
            let read = cells.get(cell).and_then(|text| form.read(text, cells.decimal_comma));
            let time = read.ok_or_else(|| Fault { cell, code: CODE, expected: form.expected().into() })?;
            Ok(Moment { time, monotonic_s })
        }
        (None, Some((cell, _))) if monotonic_s.is_none() => {
            Err(Fault { cell, code: CODE, expected: "a number of seconds, or of parts of one".into() })
        }
        (None, _) => Ok(Moment { monotonic_s, ..Moment::default() }),
    }
}

impl<T> DatedRows<T> {
    /// The log that these rows are: the time in a column of the name `time` (seconds since 1970), `local_s` where a time has no
    /// zone, [`MONOTONIC`] where there is such a clock, then `columns`, then `line`.
    pub fn parsed(
        self,
        time: &str,
        columns: Vec<(Unit, Series)>,
        mut facts: Facts,
        parts: Vec<Part>,
    ) -> Result<Parsed, ParseError> {
        let Self { format, has_monotonic, moments, lines, count, diagnostics, .. } = self;
        let floats = |name: &str, of: &dyn Fn(&Moment) -> Option<f64>| {
            Float64Chunked::from_iter_options(name.into(), moments.iter().map(of)).into_series()
        };
        let mut frame = FrameBuilder::default();
        let is_placed = moments.iter().any(|moment| moment.time.epoch_s.is_some());
        frame.push(Unit::EpochSeconds, floats(time, &|moment| moment.time.epoch_s));
        if moments.iter().any(|moment| moment.time.local_s.is_some()) {
            frame.push(Unit::Seconds, floats("local_s", &|moment| moment.time.local_s));
        }
        if has_monotonic {
            frame.push(Unit::Seconds, floats(MONOTONIC, &|moment| moment.monotonic_s));
        }
        for (unit, column) in columns {
            frame.push(unit, column);
        }
        let lines = lines.iter().map(|line| u32::try_from(*line).ok());
        frame.push(Unit::Count, UInt32Chunked::from_iter_options("line".into(), lines).into_series());
        let times = || moments.iter().filter_map(|moment| moment.time.any_s().or(moment.monotonic_s));
        facts
            .set_float("time_resolution_s", value::resolution_s(times().collect::<Vec<_>>().iter().copied()));
        let clock = if is_placed { Clock::Epoch } else { Clock::None };
        let diagnostics = diagnostics.finish();
        match frame.finish(clock) {
            Ok(frame) => Ok(Parsed { format, version: None, frame, facts, parts, rows: count, diagnostics }),
            Err(error) => {
                let expected =
                    format!("columns that fit together; this is a mistake in the parser ({error})");
                Err(ParseError { format, line: None, expected, found: None, diagnostics })
            }
        }
    }

    /// Says of a value in a row that is kept that it cannot be used.
    pub fn doubt(&mut self, code: &'static str, row: usize, message: impl FnOnce() -> String) {
        let line = self.lines.get(row).copied();
        self.diagnostics.warning(code, Place { line, ..Place::FILE }, message);
    }
}

/// A column of numbers.
pub(super) fn floats(name: &str, values: impl Iterator<Item = Option<f64>>) -> Series {
    Float64Chunked::from_iter_options(name.into(), values).into_series()
}
