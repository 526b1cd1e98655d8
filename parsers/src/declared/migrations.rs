//! A row for each migration: when it was requested, how long it took, how it went.
//!
//! ```text
//! load,run,start,end,downtime_ms,transferred_mib,ok
//! idle,1,2026-01-05 10:00:00,2026-01-05 10:00:09,41,812,yes
//! ```

use polars::prelude::{BooleanChunked, IntoSeries, NewChunkedArray, Series, StringChunked, UInt32Chunked};

use super::DeclaredError;
use super::dated::{Dated, floats};
use super::probes::Success;
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
    levels: Vec<String>,
    repetition: Option<u32>,
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
        if self.repetition.is_some() {
            let repetitions = rows.rows().map(|row| row.repetition);
            let column = UInt32Chunked::from_iter_options("repetition".into(), repetitions);
            frame.push((Unit::Count, column.into_series()));
        }
        rows.parsed("time", frame, facts, Vec::new()).map_err(DeclaredError::Unusable)
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
        let instant = |place: Option<(usize, &Written)>| {
            let Some((place, form)) = place else { return Ok(None) };
            let Some(text) = text(place) else { return Ok(None) };
            let read = form.read(text, cells.decimal_comma);
            read.map(Some).ok_or_else(|| fault(place, "time-unreadable", form.expected()))
        };
        let (request, end) = (instant(self.request)?, instant(self.end)?);
        let mut figures = [None; 4];
        for (figure, place, factor) in &self.figures {
            let Some(text) = text(*place) else { continue };
            let number = value::number(text, cells.decimal_comma).map(|number| number * factor);
            let number = number.filter(|number| (0.0..MOST).contains(number));
            let number =
                number.ok_or_else(|| fault(*place, "value-unreadable", "a number from 0 on".to_owned()))?;
            if let Some(slot) = figures.get_mut(*figure as usize) {
                *slot = Some(number);
            }
        }
        let [duration_s, ..] = &mut figures;
        if let (Some((_, from)), Some((_, to)), Some((cell, _))) = (request, end, self.end) {
            let between = Some(to - from).filter(|seconds| *seconds >= 0.0);
            let between = between.ok_or_else(|| {
                fault(cell, "end-before-request", "an end that is not before the request".to_owned())
            })?;
            *duration_s = duration_s.or(Some(between));
        }
        let request = match (request, end, *duration_s) {
            (Some((time, _)), ..) => time,
            (None, Some((time, _)), Some(duration)) => time.earlier(duration),
            (None, ..) => Time::default(),
        };
        let succeeded = match self.success {
            Some((place, success)) => {
                let says = success.says(cells.get(place).unwrap_or_default());
                Some(says.ok_or_else(|| {
                    let expected =
                        "a word that says whether the migration completed (`succeeds` lists those that do)";
                    fault(place, "success-unknown", expected.to_owned())
                })?)
            }
            None => None,
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
        Ok(Migration { request, figures, succeeded, levels, repetition: repetition.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Key {
        Key::Name(name.to_owned())
    }

    fn told(column: &str) -> Option<(Key, Written)> {
        Some((name(column), Written::Time(TimeForm::Told)))
    }

    fn migrations() -> Migrations {
        Migrations {
            request: told("start"),
            end: told("end"),
            figures: vec![
                (Figure::Downtime, name("downtime_ms"), 1e-3),
                (Figure::Transferred, name("mib"), 1_048_576.0),
            ],
            success: Some(Success { column: name("ok"), values: None }),
            factors: vec![("load".to_owned(), name("load"))],
            repetition: Some(name("run")),
            ..Migrations::default()
        }
    }

    const TABLE: &str = "load,run,start,end,downtime_ms,mib,ok\n\
        idle,1,1784063959.25,1784063968.5,41,812,yes\n\
        idle,2,1784064059.25,,,,no\n";

    fn column(log: &Parsed, name: &str) -> Vec<Option<f64>> {
        log.frame.f64s(name).unwrap().iter().collect()
    }

    #[test]
    fn a_row_is_a_migration() {
        let log = migrations().read(TABLE.as_bytes()).unwrap();
        assert_eq!(column(&log, "time"), [Some(1_784_063_959.25), Some(1_784_064_059.25)]);
        assert_eq!(column(&log, "duration_s"), [Some(9.25), None]);
        assert_eq!(column(&log, "downtime_s"), [Some(0.041), None]);
        assert_eq!(column(&log, "transferred_bytes"), [Some(812.0 * 1_048_576.0), None]);
        let succeeded: Vec<_> = log.frame.bools("succeeded").unwrap().iter().collect();
        assert_eq!(succeeded, [Some(true), Some(false)]);
        assert_eq!(log.frame.strs("factor.load").unwrap().get(1), Some("idle"));
        assert_eq!(log.frame.u32s("repetition").unwrap().get(1), Some(2));
        assert_eq!(log.facts.float("downtime_resolution_s"), Some(0.001));
    }

    #[test]
    fn the_end_and_the_duration_give_the_request() {
        let figures = vec![(Figure::Duration, name("took"), 1.0)];
        let table = Migrations { request: None, end: told("end"), figures, ..Migrations::default() };
        let log = table.read(b"end,took\n1784063968.5,9.25\n").unwrap();
        assert_eq!(column(&log, "time"), [Some(1_784_063_959.25)]);
        let seconds = |column| Some((name(column), Written::Elapsed(TimeUnit::Seconds)));
        let table = Migrations { request: seconds("start"), end: seconds("end"), ..Migrations::default() };
        let log = table.read(b"start,end\n111.5,113.75\n").unwrap();
        assert_eq!((column(&log, "time"), column(&log, "duration_s")), (vec![None], vec![Some(2.25)]));
    }

    #[test]
    fn what_is_damaged_is_said() {
        let table = "load,run,start,end,downtime_ms,mib,ok\n\
            ,1,1784063959.25,1784063968.5,41,812,yes\n\
            idle,x,1784063959.25,1784063968.5,41,812,yes\n\
            idle,3,1784063959.25,1784063951.5,41,812,yes\n\
            idle,4,1784063959.25,1784063968.5,-41,812,yes\n\
            idle,5,soon,1784063968.5,41,812,yes\n\
            idle,6,1784063959.25,1784063968.5,41,812,perhaps\n\
            idle,7,1784063959.25,1784063968.5,41,812,yes\n";
        let log = migrations().read(table.as_bytes()).unwrap();
        assert_eq!((log.rows.read, log.rows.lost), (1, 6));
    }
}
