//! Tables of migrations: a row, a run.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use stillstand_parsers::declared::{Figure, Key, Migrations, TimeUnit, Written};

use super::super::nearest::nearest;
use super::{ColumnKey, Columns, DeclaredTable, delimiter, files_of, only, success, time_form, units};
use crate::model::{Method, Unit};

/// A table with a row for each migration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunsTable {
    /// A regular expression over the path below the campaign folder, as that of `[[probes]]`.
    pub files: String,
    /// When the migration was requested.
    pub request: Option<ColumnKey>,
    /// When it was over.
    pub end: Option<ColumnKey>,
    /// `s`, `ms`, `us`, `ns`, a format of `strftime`, or `elapsed`: seconds since a start that nobody tells. Told by the values
    /// without it.
    pub time_format: Option<String>,
    pub duration: Option<ColumnKey>,
    pub duration_unit: Option<String>,
    /// For how long the VM stood still.
    pub downtime: Option<ColumnKey>,
    pub downtime_unit: Option<String>,
    /// What was sent.
    pub transferred: Option<ColumnKey>,
    pub transferred_unit: Option<String>,
    /// For how long the service was away, and by which method that was measured.
    pub outage: Option<ColumnKey>,
    pub outage_unit: Option<String>,
    pub outage_method: Option<String>,
    /// Whether it completed; without it, it did where it has an end or a duration.
    pub success: Option<ColumnKey>,
    pub succeeds: Option<Vec<String>>,
    pub fails: Option<Vec<String>>,
    /// Factor → column.
    #[serde(default)]
    pub factors: BTreeMap<String, ColumnKey>,
    /// Which repetition it is; counted without it.
    pub repetition: Option<ColumnKey>,
    /// Only rows with these values.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// `,`, `;`, a tab or a blank; told by the first line without it.
    pub delimiter: Option<char>,
}

impl RunsTable {
    pub(in crate::input::config) fn declared(&self) -> anyhow::Result<DeclaredTable> {
        let of = format!("runs of '{}'", self.files);
        ensure!(
            self.duration.is_some() || self.end.is_none() || self.request.is_some(),
            "{of}: `end` needs `request` or `duration`: nothing else says when the migration began"
        );
        let written = |column: &Option<ColumnKey>| {
            let column = column.as_ref().map(|column| anyhow::Ok((column.key(&of)?, self.written(&of)?)));
            column.transpose()
        };
        let method = self.method(&of)?;
        let mut figures = Vec::new();
        let lengths = [
            (Figure::Duration, "duration", &self.duration, &self.duration_unit),
            (Figure::Downtime, "downtime", &self.downtime, &self.downtime_unit),
            (Figure::Outage, "outage", &self.outage, &self.outage_unit),
        ];
        for (figure, name, column, unit) in lengths {
            let Some(column) = column else {
                ensure!(
                    unit.is_none(),
                    "{of}: `{name}_unit` is that of the column `{name}`, which is not declared"
                );
                continue;
            };
            let key = column.key(&of)?;
            let named = unit.as_deref().or_else(|| in_name(&key));
            let seconds = named
                .and_then(length)
                .with_context(|| untold(&of, name, unit.as_deref(), &key, "s or ms"))?;
            figures.push((figure, key, seconds));
        }
        if let Some(column) = &self.transferred {
            let key = column.key(&of)?;
            let by_name = match &key {
                Key::Name(name) => units::bytes_of_column(name),
                Key::Number(_) => None,
            };
            let bytes = match &self.transferred_unit {
                Some(unit) => match units::named(unit, &of)? {
                    (Unit::Bytes, factor) => Some(factor),
                    _ => None,
                },
                None => by_name,
            };
            let unit = self.transferred_unit.as_deref();
            let bytes = bytes.with_context(|| untold(&of, "transferred", unit, &key, "B or MiB"))?;
            figures.push((Figure::Transferred, key, bytes));
        }
        ensure!(
            self.request.is_some() || self.end.is_some() || !figures.is_empty(),
            "{of}: no column says anything of a migration: declare `request`, `duration`, `downtime`, `outage` or `transferred`"
        );
        let success = success(self.success.as_ref(), self.succeeds.as_ref(), self.fails.as_ref(), &of)?;
        let factors = self.factors.iter().map(|(name, column)| anyhow::Ok((name.clone(), column.key(&of)?)));
        let migrations = Migrations {
            request: written(&self.request)?,
            end: written(&self.end)?,
            figures,
            success,
            factors: factors.collect::<anyhow::Result<_>>()?,
            repetition: self.repetition.as_ref().map(|column| column.key(&of)).transpose()?,
            only: only(&self.only),
            delimiter: delimiter(self.delimiter, &of)?,
        };
        Ok(DeclaredTable {
            files: files_of("runs", &self.files)?,
            host: None,
            columns: Columns::Migrations(migrations, method),
        })
    }

    fn written(&self, of: &str) -> anyhow::Result<Written> {
        match self.time_format.as_deref() {
            Some("elapsed") => Ok(Written::Elapsed(TimeUnit::Seconds)),
            format => Ok(Written::Time(time_form(format, of)?)),
        }
    }

    /// By what the outage was measured.
    fn method(&self, of: &str) -> anyhow::Result<Method> {
        let Some(name) = &self.outage_method else { return Ok(Method::Probe) };
        let known: Vec<&str> = Method::ALL.into_iter().map(Method::name).collect();
        let found = Method::ALL.into_iter().find(|method| method.name() == name);
        found.with_context(|| {
            format!(
                "{of}: outage_method = \"{name}\": expected {}{}",
                known.join(", "),
                nearest(name, &known)
            )
        })
    }
}

fn in_name(key: &Key) -> Option<&str> {
    let Key::Name(name) = key else { return None };
    let name = name.trim_end_matches([')', ']', ' ']);
    TimeUnit::of_column(name)?;
    name.rsplit(['_', '(', '[', ' ', '.', '-', '/']).next()
}

/// How many seconds one of a unit is.
fn length(unit: &str) -> Option<f64> {
    let unit = TimeUnit::named(unit)?;
    Some(match unit {
        TimeUnit::Seconds => 1.0,
        TimeUnit::Milli => 1e-3,
        TimeUnit::Micro => 1e-6,
        TimeUnit::Nano => 1e-9,
    })
}

/// That nothing tells the unit of a column.
fn untold(of: &str, name: &str, unit: Option<&str>, key: &Key, such: &str) -> String {
    match unit {
        Some(unit) => format!("{of}: {name}_unit = \"{unit}\": expected a unit such as {such}"),
        None => format!("{of}: column {key} does not tell its unit: declare {name}_unit, such as {such}"),
    }
}
