//! What all declared tables have in common: when a row was, by which clocks, and which rows count.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, Series, UInt32Chunked};

use super::DeclaredError;
use super::summer_time;
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
        self.bits() == other.bits()
    }
}

impl Moment {
    pub fn new(time: Time, monotonic_s: Option<f64>) -> Self {
        let [epoch_s, local_s, monotonic_s] =
            [time.epoch_s, time.local_s, monotonic_s].map(|seconds| seconds.unwrap_or(f64::NAN));
        Self { epoch_s, local_s, monotonic_s }
    }

    fn bits(&self) -> [u64; 3] {
        [self.epoch_s, self.local_s, self.monotonic_s].map(f64::to_bits)
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
    /// How often the clock on the wall changes its offset from UTC in it.
    zone_changes: usize,
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
                let has_monotonic = monotonic.is_some();
                Ok(DatedRows { format, has_monotonic, zone_changes: 0, rows, count, diagnostics })
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

/// What rows of the same instant are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtOnce {
    /// There is one: what stands there again to the digit says nothing new.
    One,
    /// There may be several that look the same where times are coarse, such as requests in a second.
    Several,
}

/// Times that fall so often are those of several writers, and not of parts behind each other.
const MOST_PARTS: usize = 100;
/// Where so few instants have more than one row, to the digit, one that has is written twice.
const ALONE: f64 = 0.95;

impl<T: PartialEq> DatedRows<T> {
    /// Counts rows once that are there again to the digit, and says so. That is a log that was appended to itself or to its copy, or of
    /// which each line was written twice; of coarse times only what stands in different parts, between which the time falls.
    /// `hash` is that of what stands in a row.
    pub fn count_once(&mut self, at_once: AtOnce, hash: impl Fn(&T, &mut DefaultHasher)) {
        let again = self.again(at_once, hash);
        let (all, count) = (self.rows.len(), again.len());
        let Some(first) = again.first().copied() else { return };
        let message = || {
            format!(
                "{count} of {all} rows are there twice, to the digit, of which this is the first, and count once: it may have been \
                 appended to itself"
            )
        };
        let place = Place { line: self.line(first), ..Place::FILE };
        self.diagnostics.warning("rows-told-again", place, message);
        let (mut again, mut row) = (again.into_iter().peekable(), 0_usize);
        self.rows.retain(|_| {
            let is_again = again.next_if_eq(&row).is_some();
            row = row.saturating_add(1);
            !is_again
        });
        self.count.read = self.count.read.saturating_sub(count);
    }

    /// The rows that were there before, ascending.
    fn again(&self, at_once: AtOnce, hash: impl Fn(&T, &mut DefaultHasher)) -> Vec<usize> {
        let times = || self.rows.iter().filter_map(|(_, (moment, _))| moment.any_s());
        let pairs = || times().zip(times().skip(1));
        let falls = pairs().filter(|(one, next)| next < one).count();
        // Most logs have neither, and need no list of what is in them.
        if falls == 0 && pairs().all(|(one, next)| one < next) {
            return Vec::new();
        }
        let is_fine = at_once == AtOnce::One || times().any(|time| time.fract() != 0.0);
        let by_parts = (1..=MOST_PARTS).contains(&falls);
        if !is_fine && !by_parts {
            return Vec::new();
        }
        let mut part = 0_usize;
        let mut last = f64::NEG_INFINITY;
        let mut all: Vec<(u64, u64, usize, usize)> = Vec::with_capacity(self.rows.len());
        for (row, (_, (moment, of_row))) in self.rows.iter().enumerate() {
            let time = moment.any_s().unwrap_or(f64::NAN);
            part = part.saturating_add(usize::from(time < last));
            last = time;
            let mut hasher = DefaultHasher::new();
            moment.bits().hash(&mut hasher);
            hash(of_row, &mut hasher);
            all.push((time.to_bits(), hasher.finish(), part, row));
        }
        all.sort_unstable();
        let groups = || all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        let instants = all.chunk_by(|a, b| a.0 == b.0).count();
        let is_alone = instants as f64 >= ALONE * groups().count() as f64;
        let is_written_once = at_once == AtOnce::One || (is_fine && is_alone);
        let mut again: Vec<usize> = Vec::new();
        for group in groups().filter(|group| group.len() > 1) {
            // As often as in the part that has it most often it was.
            let most = group.chunk_by(|a, b| a.2 == b.2).map(<[_]>::len).max().unwrap_or(1);
            let once = if is_written_once { 1 } else { most };
            let is_same = |row: &usize| {
                let of = |row: usize| self.rows.get(row).map(|(_, row)| row);
                group.first().is_some_and(|first| of(first.3) == of(*row))
            };
            if is_written_once || by_parts {
                again.extend(group.iter().skip(once).map(|row| row.3).filter(is_same));
            }
        }
        again.sort_unstable();
        again
    }
}

impl<T> DatedRows<T> {
    /// Notes that rows stand before others that are earlier, where `of` says of which sequence a row is: whoever reads them puts them in
    /// the order of their times.
    pub fn tell_of_order(&mut self, of: impl Fn(&T) -> usize) {
        let mut latest: BTreeMap<usize, f64> = BTreeMap::new();
        let (mut count, mut first) = (0_usize, None);
        for (row, (_, (moment, content))) in self.rows.iter().enumerate() {
            let Some(time) = moment.any_s() else { continue };
            let latest = latest.entry(of(content)).or_insert(time);
            if time < *latest {
                count = count.saturating_add(1);
                first = first.or(Some(row));
            }
            *latest = latest.max(time);
        }
        if let Some(first) = first {
            self.remark("rows-out-of-order", first, || {
                format!(
                    "{count} rows are earlier than one before them, of which this is the first: all are put in the order of their times"
                )
            });
        }
    }

    /// Puts local times on one clock where that on the wall changes its offset from UTC between two rows, and says so with the lines:
    /// an hour that is there twice would hide what happened in it. Which of the offsets is the declared one is not told.
    pub fn tell_of_summer_time(&mut self) {
        let local: Vec<(usize, f64)> = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(row, (_, (moment, _)))| Some((row, moment.local_s()?)))
            .collect();
        let times: Vec<f64> = local.iter().map(|(_, time)| *time).collect();
        let changes: Vec<(usize, f64)> = summer_time::changes(&times)
            .into_iter()
            .filter_map(|(place, forward_s)| Some((local.get(place)?.0, forward_s)))
            .collect();
        for (row, forward_s) in &changes {
            for (_, (moment, _)) in self.rows.iter_mut().skip(*row) {
                moment.local_s -= forward_s;
            }
            let before = row.checked_sub(1).and_then(|before| self.line(before)).unwrap_or_default();
            self.doubt("zone-changes", *row, || {
                let what = if *forward_s < 0.0 {
                    "falls back by an hour: its last hour is there twice, as at the end of summer time"
                } else {
                    "jumps forward by an hour, as at the beginning of summer time, or nothing was logged for as long"
                };
                format!(
                    "the local time {what}, between line {before} and this one. Lengths are taken from rows that follow each other; where the \
                     log lies among others is not known. Log times with their offset from UTC (`+02:00`) or since 1970"
                )
            });
        }
        self.zone_changes = changes.len();
    }

    /// Takes the times of rows away that lie behind another row by an hour more or less than they seem to if the clock on the wall was put
    /// in between, as it may have been, until a row with which something else `begins`; and says so.
    pub fn leave_open(&mut self, begins: impl Fn(usize) -> bool) {
        if self.zone_changes > 0 {
            return;
        }
        let mut is_open = false;
        for row in 1..self.rows.len() {
            // One with its offset is known whatever was put.
            let moment = |row: usize| self.rows.get(row).map(|(_, (moment, _))| moment);
            let local = |row: usize| moment(row).filter(|moment| moment.epoch_s().is_none())?.local_s();
            let change =
                local(row - 1).zip(local(row)).and_then(|(from, to)| summer_time::may_change(from, to));
            if begins(row) {
                is_open = false;
            } else if let (false, Some(forward_s)) = (is_open, change) {
                is_open = true;
                let before = self.line(row - 1).unwrap_or_default();
                self.zone_open(
                    row,
                    forward_s,
                    &format!("line {before} and this one"),
                    "what is told from here on has no place",
                );
            }
            if let (true, Some((_, (moment, _)))) = (is_open, self.rows.get_mut(row)) {
                moment.local_s = f64::NAN;
            }
        }
    }

    /// Says that the clock on the wall may have been put between two instants, and what comes of it.
    pub fn zone_open(&mut self, row: usize, forward_s: f64, between: &str, so: &str) {
        let what = if forward_s < 0.0 {
            "falls back, as at the end of summer time"
        } else {
            "goes on by an hour or more in a night in which summer time may begin"
        };
        let place = Place { line: self.line(row), ..Place::FILE };
        self.diagnostics.error("zone-changes", place, || {
            format!(
                "between {between} the local time {what}: how long it was is not known, and {so}. Log times with their offset from UTC \
                 (`+02:00`) or since 1970"
            )
        });
    }

    /// Says something of a row, with a text that stands in it.
    pub fn warn(&mut self, row: usize, code: &'static str, text: &str, message: impl FnOnce() -> String) {
        let place = Place { line: self.line(row), column: None, text: Some(text.as_bytes()) };
        self.diagnostics.warning(code, place, message);
    }

    /// The same of what need be no fault.
    pub fn note(&mut self, row: usize, code: &'static str, text: &str, message: impl FnOnce() -> String) {
        let place = Place { line: self.line(row), column: None, text: Some(text.as_bytes()) };
        self.diagnostics.note(code, place, message);
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

    /// What stands in the rows, to be changed.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut().map(|(_, (_, row))| row)
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
        let Self { format, has_monotonic, zone_changes, rows, count, diagnostics } = self;
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
        if zone_changes > 0 {
            facts.set_int("zone_changes", zone_changes);
        }
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
