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

/// When a row was. A row may have no more than two bytes and there may be millions, so that what is missing is no number and not
/// an option of twice the size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    epoch_s: f64,
    local_s: f64,
    monotonic_s: f64,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        let bits = |moment: &Self| [moment.epoch_s, moment.local_s, moment.monotonic_s].map(f64::to_bits);
        bits(self) == bits(other)
    }
}

impl Moment {
    pub fn new(time: Time, monotonic_s: Option<f64>) -> Self {
        let [epoch_s, local_s, monotonic_s] =
            [time.epoch_s, time.local_s, monotonic_s].map(|seconds| seconds.unwrap_or(f64::NAN));
        Self { epoch_s, local_s, monotonic_s }
    }

    fn epoch_s(&self) -> Option<f64> {
        known(self.epoch_s)
    }

    fn local_s(&self) -> Option<f64> {
        known(self.local_s)
    }

    fn monotonic_s(&self) -> Option<f64> {
        known(self.monotonic_s)
    }

    /// Seconds by whatever clock.
    fn any_s(&self) -> Option<f64> {
        self.local_s().or(self.epoch_s()).or(self.monotonic_s())
    }
}

fn known(seconds: f64) -> Option<f64> {
    Some(seconds).filter(|seconds| !seconds.is_nan())
}

/// What was read of such a table, row by row.
pub(super) struct DatedRows<T> {
    format: Format,
    has_monotonic: bool,
    /// Line, moment and what stands there.
    rows: Vec<(u64, (Moment, T))>,
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
                Ok(DatedRows { format, has_monotonic: monotonic.is_some(), rows, count, diagnostics })
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
            Ok(Moment::new(time, monotonic_s))
        }
        (None, Some((cell, _))) if monotonic_s.is_none() => {
            Err(Fault { cell, code: CODE, expected: "a number of seconds, or of parts of one".into() })
        }
        (None, _) => Ok(Moment::new(Time::default(), monotonic_s)),
    }
}

impl<T> DatedRows<T> {
    /// Says something of a row, with a text that stands in it.
    pub fn warn(&mut self, row: usize, code: &'static str, text: &str, message: impl FnOnce() -> String) {
        let place = Place { line: self.line(row), column: None, text: Some(text.as_bytes()) };
        self.diagnostics.warning(code, place, message);
    }

    /// What stands in the rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &T> + Clone {
        self.rows.iter().map(|(_, (_, row))| row)
    }

    /// The line of a row.
    pub fn line(&self, row: usize) -> Option<u64> {
        self.rows.get(row).map(|(line, _)| *line)
    }

    /// Whether two rows are at most so many seconds apart.
    pub fn within(&self, one: usize, other: usize, seconds: f64) -> bool {
        let time = |row: usize| self.rows.get(row).and_then(|(_, (moment, _))| moment.any_s());
        time(one).zip(time(other)).is_some_and(|(one, other)| (other - one).abs() <= seconds)
    }

    /// Takes the time of each row from what stands there.
    pub fn place(&mut self, time: impl Fn(&T) -> Time) {
        for (_, (moment, row)) in &mut self.rows {
            *moment = Moment::new(time(row), moment.monotonic_s());
        }
    }

    /// The log that these rows are: the time in a column of the name `time` (seconds since 1970), `local_s` where a time has no
    /// zone, [`MONOTONIC`] where there is such a clock, then `columns`, then `line`.
    pub fn parsed(
        self,
        time: &str,
        columns: Vec<(Unit, Series)>,
        mut facts: Facts,
        parts: Vec<Part>,
    ) -> Result<Parsed, ParseError> {
        let Self { format, has_monotonic, rows, count, diagnostics } = self;
        let moments = || rows.iter().map(|(_, (moment, _))| moment);
        let mut frame = FrameBuilder::default();
        let is_placed = moments().any(|moment| moment.epoch_s().is_some());
        frame.push(Unit::EpochSeconds, floats(time, moments().map(Moment::epoch_s)));
        if moments().any(|moment| moment.local_s().is_some()) {
            frame.push(Unit::Seconds, floats("local_s", moments().map(Moment::local_s)));
        }
        if has_monotonic {
            frame.push(Unit::Seconds, floats(MONOTONIC, moments().map(Moment::monotonic_s)));
        }
        for (unit, column) in columns {
            frame.push(unit, column);
        }
        let lines = rows.iter().map(|(line, _)| u32::try_from(*line).ok());
        frame.push(Unit::Count, UInt32Chunked::from_iter_options("line".into(), lines).into_series());
        facts.set_float("time_resolution_s", value::resolution_s(moments().filter_map(Moment::any_s)));
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
        let place = Place { line: self.line(row), ..Place::FILE };
        self.diagnostics.warning(code, place, message);
    }

    /// Says something of a row that need be no fault.
    pub fn remark(&mut self, code: &'static str, row: usize, message: impl FnOnce() -> String) {
        let place = Place { line: self.line(row), ..Place::FILE };
        self.diagnostics.note(code, place, message);
    }
}

/// A column of numbers.
pub(super) fn floats(name: &str, values: impl Iterator<Item = Option<f64>>) -> Series {
    Float64Chunked::from_iter_options(name.into(), values).into_series()
}
