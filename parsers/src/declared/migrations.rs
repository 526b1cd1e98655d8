//! A row for each migration: when it was requested, how long it took, how it went.
//!
//! ```text
//! load,run,start,end,downtime_ms,transferred_mib,ok
//! idle,1,2026-01-05 10:00:00,2026-01-05 10:00:09,41,812,yes
//! ```

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, IntoSeries, NewChunkedArray, Series, StringChunked, UInt32Chunked};

use super::DeclaredError;
use super::dated::{Dated, DatedRows, floats};
use super::success::{Fate, Success};
use super::summer_time;
use super::table::{Cells, Fault, Key};
use super::value::{self, Time, TimeForm};
use crate::diagnostic::{Facts, Place};
use crate::format::{Description, Format, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::parsed::Parsed;
use crate::time::unit::TimeUnit;

static DESCRIPTION: Description = Description {
    name: "migrations",
    description: "migrations, a row each",
    written_by: "scripts of people's own",
    begins_with: "columns that campaign.toml declares",
    file_names: &["runs"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Migrations,
    marks: Marks::None,
    recognise: |_| false,
    parse: Parse::Whole(undeclared),
};

/// What such a table is once it is read. No file is recognised as one.
pub const MIGRATIONS: Format = Format::new(&DESCRIPTION);

fn undeclared(_: &[u8]) -> Result<Outcome, Unusable> {
    Err(unusable(Place::FILE, "the columns to be declared in campaign.toml", Default::default()))
}

/// A figure of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// From the request to the end, seconds.
    Duration,
    /// For how long the VM stood still, seconds.
    Downtime,
    /// For how long the service was away, seconds.
    Outage,
    /// What was sent, bytes.
    Transferred,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Duration, Self::Downtime, Self::Outage, Self::Transferred];

    /// What its column in the frame is called.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Duration => "duration_s",
            Self::Downtime => "downtime_s",
            Self::Outage => "outage_s",
            Self::Transferred => "transferred_bytes",
        }
    }

    /// The fact that says how coarse it is.
    #[must_use]
    pub fn resolution(self) -> &'static str {
        match self {
            Self::Duration => "duration_resolution_s",
            Self::Downtime => "downtime_resolution_s",
            Self::Outage => "outage_resolution_s",
            Self::Transferred => "transferred_resolution",
        }
    }

    fn unit(self) -> Unit {
        match self {
            Self::Duration | Self::Downtime | Self::Outage => Unit::Seconds,
            Self::Transferred => Unit::Bytes,
        }
    }
}

/// Which columns of a table say what of its migrations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Migrations {
    /// When it was requested, and how that is written.
    pub request: Option<(Key, Written)>,
    /// When it was over.
    pub end: Option<(Key, Written)>,
    /// A figure, its column, and how many seconds or bytes one of it is.
    pub figures: Vec<(Figure, Key, f64)>,
    /// Whether it completed.
    pub success: Option<Success>,
    /// The name of a factor, and the column of its levels.
    pub factors: Vec<(String, Key)>,
    /// Which repetition of its condition it is.
    pub repetition: Option<Key>,
    /// Only rows that have this value in this column.
    pub only: Vec<(Key, String)>,
    /// What stands between columns; told by the first line without it.
    pub delimiter: Option<u8>,
}

/// How an instant is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// As a time.
    Time(TimeForm),
    /// As a number since a start that nobody tells: two of a row tell how long it was between them.
    Elapsed(TimeUnit),
}

impl Written {
    /// The time, and the seconds by whatever clock.
    fn read(&self, text: &str, decimal_comma: bool) -> Option<(Time, f64)> {
        match self {
            Self::Time(form) => {
                let time = form.read(text, decimal_comma)?;
                Some((time, time.any_s()?))
            }
            Self::Elapsed(unit) => {
                let seconds = value::number(text, decimal_comma)? / unit.per_second();
                Some((Time::default(), seconds))
            }
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Time(form) => form.expected(),
            Self::Elapsed(_) => "a number since the start".to_owned(),
        }
    }
}

/// What a row says. It stands in a box: most of what a table may have is not in most tables.
#[derive(Clone, Debug, Default, PartialEq)]
struct Migration {
    request: Time,
    /// In the order of [`Figure::ALL`].
    figures: [Option<f64>; 4],
    succeeded: Option<bool>,
    /// The text of its status, where that does not go without saying.
    status: Option<(Doubt, String)>,
    levels: Vec<String>,
    repetition: Option<u32>,
    /// What is to be said of the time between request and end.
    between: Option<Between>,
    /// The cells of which nothing can be used.
    without: Vec<(Cell, Lack)>,
}

/// Why the time between request and end is not the duration.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Between {
    /// So many seconds, while the column of the duration says something else, which counts.
    Contradicted(f64),
    /// By so many seconds the clock on the wall may have been put forward between both, so that no duration is known.
    ZoneOpen(f64),
}

impl Migration {
    fn contradicted_s(&self) -> Option<f64> {
        match self.between? {
            Between::Contradicted(seconds) => Some(seconds),
            Between::ZoneOpen(_) => None,
        }
    }

    fn zone_open_s(&self) -> Option<f64> {
        match self.between? {
            Between::ZoneOpen(seconds) => Some(seconds),
            Between::Contradicted(_) => None,
        }
    }
}

/// What a duration may differ by from the time between request and end, which may be written in whole seconds.
const NEAR_S: f64 = 2.0;

/// A cell of a row that is one of several that say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Request,
    End,
    Figure(Figure),
}

/// What is to be said of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// It says nothing.
    Nothing,
    /// It is no word that is known.
    Unknown,
    /// It counts as failed, since `succeeds` does not list it.
    Unlisted,
    /// It counts as `succeeds` or `fails` has it, and usually means the opposite.
    Opposite(bool),
}

/// Why it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// That stands in it.
    Nothing,
    Unreadable,
    /// It is a number below zero.
    BelowZero,
}

impl Migrations {
    /// Reads a table: a row for each migration with `time` (seconds since 1970, or `local_s` without a zone), the figures, whether it
    /// `succeeded`, its levels in `factor.NAME`, its `repetition` and its `line`.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub fn read(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let mut columns: Vec<&Key> = Vec::new();
        let mut place = |key| {
            columns.push(key);
            columns.len().saturating_sub(1)
        };
        let places = Places {
            request: self.request.as_ref().map(|(key, form)| (place(key), form)),
            end: self.end.as_ref().map(|(key, form)| (place(key), form)),
            figures: self
                .figures
                .iter()
                .map(|(figure, key, factor)| (*figure, place(key), *factor))
                .collect(),
            success: self.success.as_ref().map(|success| (place(&success.column), success)),
            levels: self.factors.iter().map(|(_, key)| place(key)).collect(),
            repetition: self.repetition.as_ref().map(&mut place),
        };
        let dated = Dated { only: self.only.clone(), delimiter: self.delimiter, ..Dated::default() };
        let mut rows =
            dated.read(MIGRATIONS, bytes, &columns, |cells| Ok(Some(Box::new(places.read(cells)?))))?;
        rows.place(|row| row.request);
        self.tell_of_cells(&mut rows);
        self.tell_of_durations(&mut rows);
        let open = Self::tell_of_summer_time(&mut rows);
        self.tell_of_status(&mut rows);
        self.leave_out_long_downtimes(&mut rows);
        let mut facts = Facts::default();
        let mut frame: Vec<(Unit, Series)> = Vec::new();
        for (place, figure) in Figure::ALL.into_iter().enumerate() {
            let values = || rows.rows().map(move |row| row.figures.get(place).copied().flatten());
            if values().any(|value| value.is_some()) {
                frame.push((figure.unit(), floats(figure.column(), values())));
                facts.set_float(figure.resolution(), value::resolution_s(values().flatten()));
            }
        }
        if self.success.is_some() {
            let succeeded = rows.rows().map(|row| row.succeeded);
            let column = BooleanChunked::from_iter_options("succeeded".into(), succeeded);
            frame.push((Unit::Count, column.into_series()));
        }
        for (place, (factor, _)) in self.factors.iter().enumerate() {
            let levels = rows.rows().map(|row| row.levels.get(place).map(String::as_str));
            let column = StringChunked::from_iter_options(format!("factor.{factor}").as_str().into(), levels);
            frame.push((Unit::Text, column.into_series()));
        }
        if open {
            // Where the time of the end leaves the duration open, it was over all the same.
            let ended = rows.rows().map(|row| Some(row.zone_open_s().is_some()));
            frame.push((Unit::Count, BooleanChunked::from_iter_options("ended".into(), ended).into_series()));
        }
        if self.repetition.is_some() {
            let repetitions = rows.rows().map(|row| row.repetition);
            let column = UInt32Chunked::from_iter_options("repetition".into(), repetitions);
            frame.push((Unit::Count, column.into_series()));
        }
        rows.parsed("time", frame, facts, Vec::new()).map_err(DeclaredError::Unusable)
    }
}

impl Migrations {
    fn column(&self, cell: Cell) -> Option<&Key> {
        match cell {
            Cell::Request => self.request.as_ref().map(|(key, _)| key),
            Cell::End => self.end.as_ref().map(|(key, _)| key),
            Cell::Figure(figure) => self.figures.iter().find(|(of, ..)| *of == figure).map(|(_, key, _)| key),
        }
    }

    /// That rows are used without some of their cells. One that says nothing may be meant so; of a migration that failed it is.
    fn tell_of_cells(&self, rows: &mut DatedRows<Box<Migration>>) {
        let cells = [Cell::Request, Cell::End].into_iter().chain(Figure::ALL.map(Cell::Figure));
        for (cell, key) in cells.filter_map(|cell| Some((cell, self.column(cell)?))) {
            let lacks = |row: &Migration, lack: Lack| {
                row.without.contains(&(cell, lack)) && (lack != Lack::Nothing || row.succeeded != Some(false))
            };
            let found = |rows: &DatedRows<Box<Migration>>, lack: Lack| -> Vec<usize> {
                rows.rows().enumerate().filter(|(_, row)| lacks(row, lack)).map(|(row, _)| row).collect()
            };
            let missing = found(rows, Lack::Nothing);
            let all = rows.rows().count();
            if let Some(first) = missing.first() {
                rows.remark("values-missing", *first, || {
                    let count = missing.len();
                    format!("column {key} says nothing in {count} of {all} rows, of which this is the first")
                });
            }
            for (lack, code, expected) in [
                (Lack::Unreadable, "value-unreadable", "expected a number or a time that is declared for it"),
                (Lack::BelowZero, "value-impossible", "expected a number from 0 on"),
            ] {
                for row in found(rows, lack) {
                    rows.doubt(code, row, || {
                        format!("{expected} in column {key}; the row is used without it")
                    });
                }
            }
        }
    }

    /// That the clock on the wall may have been put between request and end; whether it may in any row.
    fn tell_of_summer_time(rows: &mut DatedRows<Box<Migration>>) -> bool {
        let open = rows.rows().enumerate().filter_map(|(place, row)| Some((place, row.zone_open_s()?)));
        let open: Vec<(usize, f64)> = open.collect();
        for (place, forward_s) in &open {
            rows.zone_open(*place, *forward_s, "request and end", "the migration has no duration");
        }
        !open.is_empty()
    }

    /// That a duration is another than from the request to the end.
    fn tell_of_durations(&self, rows: &mut DatedRows<Box<Migration>>) {
        let columns =
            [Cell::Figure(Figure::Duration), Cell::Request, Cell::End].map(|cell| self.column(cell));
        let [Some(duration), Some(request), Some(end)] = columns else { return };
        let found: Vec<(usize, f64, f64)> = rows
            .rows()
            .enumerate()
            .filter_map(|(place, row)| Some((place, row.figures.first().copied()??, row.contradicted_s()?)))
            .collect();
        for (place, duration_s, between_s) in found {
            rows.doubt("duration-contradicts", place, || {
                format!(
                    "column {duration} says {duration_s} s, but from column {request} to column {end} it is {between_s:.3} s: column {duration} \
                     counts"
                )
            });
        }
    }

    /// What migrations count as, where their status does not go without saying: each word once, where it stands first.
    fn tell_of_status(&self, rows: &mut DatedRows<Box<Migration>>) {
        let Some(Success { column, .. }) = &self.success else { return };
        let mut words: BTreeMap<(Doubt, String), (usize, usize)> = BTreeMap::new();
        for (row, migration) in rows.rows().enumerate() {
            if let Some((doubt, text)) = &migration.status {
                // However nothing is written, it is the same.
                let text = if *doubt == Doubt::Nothing { String::new() } else { text.clone() };
                words.entry((*doubt, text)).or_insert((row, 0)).1 += 1;
            }
        }
        let all = rows.rows().count();
        for ((doubt, word), (row, count)) in words {
            match doubt {
                Doubt::Nothing => rows.remark("values-missing", row, || {
                    format!(
                        "column {column} says nothing in {count} of {all} rows, of which this is the first: whether these migrations \
                         completed is not known"
                    )
                }),
                Doubt::Unknown => rows.warn(row, "success-unknown", &word, || {
                    format!(
                        "it is not known whether a migration that says this completed: {count} of {all} count neither as completed nor \
                         as failed. `succeeds` in campaign.toml lists the values of those that completed, or `fails` of those that did not"
                    )
                }),
                Doubt::Unlisted => rows.note(row, "success-unlisted", &word, || {
                    format!("`succeeds` does not list this: {count} of {all} migrations count as failed")
                }),
                Doubt::Opposite(counts) => rows.warn(row, "success-unlisted", &word, || {
                    let (key, kind, usually) = if counts {
                        ("fails", "completed", "did not complete")
                    } else {
                        ("succeeds", "failed", "completed")
                    };
                    format!(
                        "`{key}` does not list this, so that {count} of {all} migrations count as {kind}, though it usually says that one \
                         {usually}: list it if it does"
                    )
                }),
            }
        }
    }

    /// A VM that migrates stands still for a part of that time: a downtime that is longer than rounding explains is of another unit, or
    /// of something else.
    fn leave_out_long_downtimes(&self, rows: &mut DatedRows<Box<Migration>>) {
        let of =
            |figure: Figure| rows.rows().filter_map(move |row| row.figures.get(figure as usize).copied()?);
        let steps = [Figure::Duration, Figure::Downtime].map(|figure| value::resolution_s(of(figure)));
        let slack_s: f64 = steps.into_iter().sum::<f64>() + 1e-6;
        let (mut count, mut first) = (0_usize, None);
        for (place, row) in rows.rows_mut().enumerate() {
            let [Some(duration_s), Some(downtime_s), ..] = row.figures else { continue };
            if downtime_s > duration_s + slack_s {
                count = count.saturating_add(1);
                first = first.or(Some((place, duration_s, downtime_s)));
                if let Some(slot) = row.figures.get_mut(Figure::Downtime as usize) {
                    *slot = None;
                }
            }
        }
        let Some((place, duration_s, downtime_s)) = first else { return };
        let Some(key) = self.column(Cell::Figure(Figure::Downtime)) else { return };
        rows.doubt("value-impossible", place, || {
            format!(
                "{count} downtimes of column {key} are longer than the migration took, of which this is the first: {downtime_s} s of \
                 {duration_s} s; they are left out. Is the unit right?"
            )
        });
    }
}

/// Whether a migration with such a status completed, and what is to be said of that.
fn status(success: &Success, text: &str) -> (Option<bool>, Option<Doubt>) {
    let usual = Success::of_migration(text);
    match (success.lists(text), usual) {
        (Some(listed), _) => (Some(listed), None),
        (None, Fate::Nothing) => (None, Some(Doubt::Nothing)),
        // All that is not listed is the contrary of what is.
        (None, usual) => match (success.unlisted(), usual) {
            (None, Fate::Known(known)) => (Some(known), None),
            (None, Fate::Unknown | Fate::Nothing) => (None, Some(Doubt::Unknown)),
            (Some(other), Fate::Known(known)) => {
                (Some(other), (known != other).then_some(Doubt::Opposite(other)))
            }
            (Some(false), Fate::Unknown | Fate::Nothing) => (Some(false), Some(Doubt::Unlisted)),
            (Some(true), Fate::Unknown | Fate::Nothing) => (Some(true), None),
        },
    }
}

/// Where the columns are among those that are asked for.
struct Places<'a> {
    request: Option<(usize, &'a Written)>,
    end: Option<(usize, &'a Written)>,
    figures: Vec<(Figure, usize, f64)>,
    success: Option<(usize, &'a Success)>,
    levels: Vec<usize>,
    repetition: Option<usize>,
}

/// No migration takes longer, seconds, and none sends more, bytes.
const MOST: f64 = 1e18;

impl Places<'_> {
    fn read(&self, cells: &Cells<'_>) -> Result<Migration, Fault> {
        let fault = |cell, code, expected: String| Fault { cell, code, expected: expected.into() };
        let text = |place: usize| cells.get(place).filter(|text| !value::is_nothing(text));
        let mut without: Vec<(Cell, Lack)> = Vec::new();
        let mut instant = |place: Option<(usize, &Written)>, cell: Cell| {
            let (place, form) = place?;
            let read = text(place).map(|text| form.read(text, cells.decimal_comma));
            match read {
                None => without.push((cell, Lack::Nothing)),
                Some(None) => without.push((cell, Lack::Unreadable)),
                Some(Some(_)) => {}
            }
            read.flatten()
        };
        let (request, end) = (instant(self.request, Cell::Request), instant(self.end, Cell::End));
        let mut figures = [None; 4];
        for (figure, place, factor) in &self.figures {
            let number = text(*place).map(|text| value::number(text, cells.decimal_comma));
            let lack = match number {
                None => Lack::Nothing,
                Some(Some(number)) if (0.0..MOST).contains(&(number * factor)) => {
                    if let Some(slot) = figures.get_mut(*figure as usize) {
                        *slot = Some(number * factor);
                    }
                    continue;
                }
                Some(Some(number)) if number < 0.0 => Lack::BelowZero,
                Some(_) => Lack::Unreadable,
            };
            without.push((Cell::Figure(*figure), lack));
        }
        // Of a row whose cells are guessed, or of which nothing is left, nothing can be used.
        let unusable = without.iter().find(|(_, lack)| *lack != Lack::Nothing);
        let is_empty = request.is_none() && end.is_none() && figures.iter().all(Option::is_none);
        if let Some((cell, _)) = unusable.filter(|_| cells.is_doubtful || is_empty) {
            return Err(self.fault(*cell));
        }
        let [duration_s, ..] = &mut figures;
        let mut told = None;
        if let (Some((from, from_s)), Some((to, to_s)), Some((cell, _))) = (request, end, self.end) {
            let by_wall = from
                .without_offset_s()
                .zip(to.without_offset_s())
                .and_then(|(from, to)| summer_time::may_change(from, to));
            // What is written with its offset counts by it, whatever the wall showed.
            let between_s = from.epoch_s.zip(to.epoch_s).map_or(to_s - from_s, |(from, to)| to - from);
            match (by_wall, between_s) {
                (Some(forward_s), _) => told = duration_s.is_none().then_some(Between::ZoneOpen(forward_s)),
                (None, between) if between >= 0.0 => {
                    let differs = duration_s.is_some_and(|duration| (duration - between).abs() > NEAR_S);
                    told = differs.then_some(Between::Contradicted(between));
                    *duration_s = duration_s.or(Some(between));
                }
                (None, _) => {
                    let expected = "an end that is not before the request".to_owned();
                    return Err(fault(cell, "end-before-request", expected));
                }
            }
        }
        let request = match (request, end, *duration_s) {
            (Some((time, _)), ..) => time,
            (None, Some((time, _)), Some(duration)) => time.earlier(duration),
            (None, ..) => Time::default(),
        };
        let (succeeded, status) = match self.success {
            Some((place, success)) => {
                let text = cells.get(place).unwrap_or_default();
                let (succeeded, doubt) = status(success, text);
                if doubt == Some(Doubt::Unknown) && cells.is_doubtful {
                    let expected =
                        "a word that says whether the migration completed (`succeeds` lists those that do)";
                    return Err(fault(place, "success-unknown", expected.to_owned()));
                }
                (succeeded, doubt.map(|doubt| (doubt, text.to_owned())))
            }
            None => (None, None),
        };
        let level = |place: &usize| {
            let level = cells.get(*place).filter(|level| !level.is_empty()).map(str::to_owned);
            level.ok_or_else(|| fault(*place, "factor-missing", "a level of the factor".to_owned()))
        };
        let levels = self.levels.iter().map(level).collect::<Result<_, _>>()?;
        let repetition = self.repetition.map(|place| {
            let number = cells.get(place).and_then(|text| text.parse().ok());
            number.ok_or_else(|| fault(place, "repetition-unreadable", "a whole number".to_owned()))
        });
        Ok(Migration {
            request,
            figures,
            succeeded,
            status,
            levels,
            repetition: repetition.transpose()?,
            between: told,
            without,
        })
    }

    /// That a cell cannot be read.
    fn fault(&self, cell: Cell) -> Fault {
        let figure = |of: Figure| self.figures.iter().find(|(figure, ..)| *figure == of);
        let instant = |of: Option<(usize, &Written)>| of.map(|(place, form)| (place, form.expected()));
        let (code, found) = match cell {
            Cell::Request => ("time-unreadable", instant(self.request)),
            Cell::End => ("time-unreadable", instant(self.end)),
            Cell::Figure(of) => (
                "value-unreadable",
                figure(of).map(|(_, place, _)| (*place, "a number from 0 on".to_owned())),
            ),
        };
        let (cell, expected) = found.unwrap_or_default();
        Fault { cell, code, expected: expected.into() }
    }
}

#[cfg(test)]
mod tests;
