//! Tables whose columns `campaign.toml` declares.

mod migrations;
mod series;
mod service;
mod units;

pub use migrations::RunsTable;
pub use series::{Kind, Quantities, Quantity, SeriesTable, Service, ServiceWindows};
pub use service::{ServiceLogs, ServiceTable};

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use regex::Regex;
use serde::{Deserialize, Serialize};
use stillstand_parsers::declared::{
    Dated, DeclaredError, Events, Key, Mark, Migrations, MissingColumn, Probes, Series, Success, TimeForm,
    TimeUnit,
};
use stillstand_parsers::{ParseError, Parsed};

use super::nearest::nearest;
use crate::model::Method;

/// A validated table: which files are such, and what their columns are.
#[derive(Debug, Clone)]
pub struct DeclaredTable {
    /// Over the path below the campaign folder, without the ending of a compressed file.
    pub files: Regex,
    /// The host that wrote such a file, in the place of that of its name.
    pub host: Option<String>,
    columns: Columns,
}

#[derive(Debug, Clone)]
enum Columns {
    Probes(Probes),
    Events(Events),
    Series(Series, Quantities),
    /// With the method by which an outage was measured.
    Migrations(Migrations, Method),
}

impl DeclaredTable {
    /// The name of its table in `campaign.toml`.
    pub fn kind(&self) -> &'static str {
        match &self.columns {
            Columns::Probes(_) => "probes",
            Columns::Events(_) => "events",
            Columns::Series(..) => "series",
            Columns::Migrations(..) => "runs",
        }
    }

    /// What its columns mean, of one of quantities over time.
    pub fn quantities(&self) -> Option<&Quantities> {
        match &self.columns {
            Columns::Series(_, quantities) => Some(quantities),
            Columns::Probes(_) | Columns::Events(_) | Columns::Migrations(..) => None,
        }
    }

    /// By which method outages were measured, of one of migrations.
    pub fn outage_method(&self) -> Option<Method> {
        match &self.columns {
            Columns::Migrations(_, method) => Some(*method),
            Columns::Probes(_) | Columns::Events(_) | Columns::Series(..) => None,
        }
    }

    /// Whether its rows say of which runs they are.
    pub fn is_of_runs(&self) -> bool {
        self.outage_method().is_some()
    }

    /// Reads such a file; the inner error is that of any other format.
    ///
    /// # Errors
    ///
    /// A declared column is not there: what to say of it, with the nearest that is.
    pub fn read(&self, bytes: &[u8]) -> Result<Result<Parsed, ParseError>, String> {
        let read = match &self.columns {
            Columns::Probes(probes) => probes.read(bytes),
            Columns::Events(events) => events.read(bytes),
            Columns::Series(series, _) => series.read(bytes),
            Columns::Migrations(migrations, _) => migrations.read(bytes),
        };
        match read {
            Ok(log) => Ok(Ok(log)),
            Err(DeclaredError::Unusable(error)) => Ok(Err(error)),
            Err(DeclaredError::Column(missing)) => Err(explained(&missing)),
        }
    }
}

/// What is said of a column that is not there.
fn explained(missing: &MissingColumn) -> String {
    let Key::Name(name) = &missing.wanted else { return missing.to_string() };
    let known: Vec<&str> = missing.known.iter().map(String::as_str).collect();
    let hint = if known.contains(&name.as_str()) { String::new() } else { nearest(name, &known) };
    format!("{missing}{}", hint.replace('\n', ". "))
}

/// A column as people declare it: by its name, or by its number from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ColumnKey {
    Number(usize),
    Name(String),
}

impl ColumnKey {
    fn key(&self, of: &str) -> anyhow::Result<Key> {
        match self {
            Self::Number(0) => bail!("{of}: columns are counted from 1"),
            Self::Number(number) => Ok(Key::Number(*number)),
            Self::Name(name) => Ok(Key::Name(name.trim().to_owned())),
        }
    }
}

/// A table with a row for each request to the service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbesTable {
    /// A regular expression over the path below the campaign folder. With named groups it says of which run a file is, as
    /// `naming.pattern` does.
    pub files: String,
    pub time: ColumnKey,
    /// `s`, `ms`, `us`, `ns`, or a format of `strftime`; told by the values without it.
    pub time_format: Option<String>,
    /// Whether it is the `start` of a request (without it) or its `end`.
    #[serde(default)]
    pub time_is: TimeIs,
    /// How long a request took.
    pub duration: Option<ColumnKey>,
    /// `s`, `ms`, `us` or `ns`; told by the ending of the column's name without it.
    pub duration_unit: Option<String>,
    /// Whether it worked; without it, where it has a duration.
    pub success: Option<ColumnKey>,
    /// The values that say that it did; the usual ones are known.
    pub succeeds: Option<Vec<String>>,
    /// In their place the values that say that it did not.
    pub fails: Option<Vec<String>>,
    /// `closed` (without it): the next request waits for the answer. `open`: it does not.
    #[serde(default, rename = "loop")]
    pub kind: Loop,
    /// Only rows with these values.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// `,`, `;`, a tab or a blank; told by the first line without it.
    pub delimiter: Option<char>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeIs {
    #[default]
    Start,
    End,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loop {
    Open,
    #[default]
    Closed,
}

impl ProbesTable {
    pub(super) fn declared(&self) -> anyhow::Result<DeclaredTable> {
        let of = format!("probes of '{}'", self.files);
        let files = files_of("probes", &self.files)?;
        let time_form = time_form(self.time_format.as_deref(), &of)?;
        let duration = self.duration.as_ref().map(|column| self.duration(column, &of)).transpose()?;
        ensure!(
            duration.is_some() || self.kind == Loop::Closed,
            "{of}: an open loop needs `duration`: without it nothing says how long its requests were on their way"
        );
        ensure!(
            duration.is_some() || self.success.is_some(),
            "{of}: `success` or `duration` must say which requests worked"
        );
        let success = success(self.success.as_ref(), self.succeeds.as_ref(), self.fails.as_ref(), &of)?;
        let probes = Probes {
            dated: Dated {
                time: Some((self.time.key(&of)?, time_form)),
                monotonic: None,
                only: only(&self.only),
                delimiter: delimiter(self.delimiter, &of)?,
            },
            time_is_end: self.time_is == TimeIs::End,
            duration,
            success,
            is_closed_loop: self.kind == Loop::Closed,
        };
        Ok(DeclaredTable { files, host: None, columns: Columns::Probes(probes) })
    }

    /// Half of all such columns do not say their unit, and no value does.
    fn duration(&self, column: &ColumnKey, of: &str) -> anyhow::Result<(Key, TimeUnit)> {
        let key = column.key(of)?;
        let unit = match (&self.duration_unit, &key) {
            (Some(unit), _) => TimeUnit::named(unit)
                .with_context(|| format!("{of}: duration_unit = \"{unit}\": expected s, ms, us or ns"))?,
            (None, Key::Name(name)) => TimeUnit::of_column(name).with_context(|| {
                format!(
                    "{of}: the name `{name}` does not tell its unit: declare duration_unit = \"s\" or \"ms\""
                )
            })?,
            (None, Key::Number(_)) => {
                bail!(
                    "{of}: a column without a name does not tell its unit: declare duration_unit = \"s\" or \"ms\""
                )
            }
        };
        Ok((key, unit))
    }
}

/// Which column says whether something worked, and by which values.
fn success(
    column: Option<&ColumnKey>,
    succeeds: Option<&Vec<String>>,
    fails: Option<&Vec<String>>,
    of: &str,
) -> anyhow::Result<Option<Success>> {
    for (name, values) in [("succeeds", succeeds), ("fails", fails)] {
        ensure!(
            column.is_some() || values.is_none(),
            "{of}: `{name}` lists values of the column `success`, which is not declared"
        );
    }
    ensure!(
        succeeds.is_none() || fails.is_none(),
        "{of}: `succeeds` and `fails` exclude each other: what one of them does not list, the other would"
    );
    let success = column.map(|column| {
        let (values, failures) = (succeeds.cloned(), fails.cloned());
        anyhow::Ok(Success { column: column.key(of)?, values, failures })
    });
    success.transpose()
}

fn files_of(table: &str, files: &str) -> anyhow::Result<Regex> {
    let hint = if files.contains('*') && !files.contains(".*") {
        ". `*` stands for any text in names of files, not here: write `.*`, and `\\.` for a point"
    } else {
        ""
    };
    Regex::new(files).with_context(|| format!("{table}: files is not a regular expression: {files}{hint}"))
}

fn time_form(format: Option<&str>, of: &str) -> anyhow::Result<TimeForm> {
    let Some(text) = format else { return Ok(TimeForm::Told) };
    TimeForm::named(text).with_context(|| {
        format!("{of}: time_format = \"{text}\": expected s, ms, us, ns, or a format of strftime such as \"%d.%m.%Y %H:%M:%S%.f\"")
    })
}

fn only(rows: &BTreeMap<String, String>) -> Vec<(Key, String)> {
    rows.iter().map(|(name, value)| (Key::Name(name.clone()), value.clone())).collect()
}

fn delimiter(delimiter: Option<char>, of: &str) -> anyhow::Result<Option<u8>> {
    let Some(delimiter) = delimiter else { return Ok(None) };
    let byte = u8::try_from(delimiter).ok();
    byte.filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\n\r#".contains(byte))
        .map(Some)
        .with_context(|| format!("{of}: delimiter = {delimiter:?}: expected one such as \";\""))
}

/// A table with a row for each event of a migration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsTable {
    /// A regular expression over the path below the campaign folder, as that of [`ProbesTable`].
    pub files: String,
    pub time: ColumnKey,
    /// `s`, `ms`, `us`, `ns`, or a format of `strftime`; told by the values without it.
    pub time_format: Option<String>,
    /// The same instant by a clock that counts from somewhere else. Times of other logs of the run that have only that clock
    /// are placed by it.
    pub monotonic: Option<ColumnKey>,
    /// `s`, `ms`, `us` or `ns`; told by the ending of the column's name, else seconds.
    pub monotonic_unit: Option<String>,
    /// What happened.
    pub event: ColumnKey,
    /// The words for `request`, `postcopy`, `stop`, `resume`, `end` and `failure`; the usual ones are known.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// Only rows with these values.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// `,`, `;`, a tab or a blank; told by the first line without it.
    pub delimiter: Option<char>,
}

impl EventsTable {
    pub(super) fn declared(&self) -> anyhow::Result<DeclaredTable> {
        let of = format!("events of '{}'", self.files);
        let monotonic = self.monotonic.as_ref();
        let monotonic = monotonic
            .map(|column| parts_of_second(column, self.monotonic_unit.as_deref(), "monotonic", &of))
            .transpose()?;
        ensure!(
            monotonic.is_some() || self.monotonic_unit.is_none(),
            "{of}: `monotonic_unit` is that of the column `monotonic`, which is not declared"
        );
        let names: Vec<&str> = Mark::ALL.iter().map(|mark| mark.name()).collect();
        let words = self.words.iter().map(|(name, words)| {
            let mark = Mark::named(name).with_context(|| {
                format!("{of}: words for `{name}`: expected {}{}", names.join(", "), nearest(name, &names))
            });
            anyhow::Ok((mark?, words.clone()))
        });
        let events = Events {
            dated: Dated {
                time: Some((self.time.key(&of)?, time_form(self.time_format.as_deref(), &of)?)),
                monotonic,
                only: only(&self.only),
                delimiter: delimiter(self.delimiter, &of)?,
            },
            event: self.event.key(&of)?,
            words: words.collect::<anyhow::Result<_>>()?,
        };
        let files = files_of("events", &self.files)?;
        Ok(DeclaredTable { files, host: None, columns: Columns::Events(events) })
    }
}

/// A column that counts parts of a second, and which: told by the ending of its name, else seconds.
fn parts_of_second(
    column: &ColumnKey,
    unit: Option<&str>,
    name: &str,
    of: &str,
) -> anyhow::Result<(Key, TimeUnit)> {
    let key = column.key(of)?;
    let by_name = match &key {
        Key::Name(name) => TimeUnit::of_column(name),
        Key::Number(_) => None,
    };
    let unit = match unit {
        Some(unit) => TimeUnit::named(unit)
            .with_context(|| format!("{of}: {name}_unit = \"{unit}\": expected s, ms, us or ns"))?,
        None => by_name.unwrap_or(TimeUnit::Seconds),
    };
    Ok((key, unit))
}
