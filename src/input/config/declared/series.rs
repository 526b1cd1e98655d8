//! Tables of quantities over time.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use serde::{Deserialize, Serialize};
use stillstand_parsers::Unit as FrameUnit;
use stillstand_parsers::declared::{Column, Dated, Key, Long, Series, TimeUnit};

use super::super::nearest::nearest;
use super::{
    ColumnKey, Columns, DeclaredTable, TimeIs, delimiter, files_of, only, parts_of_second, time_form, units,
};
use crate::model::Unit;
use crate::model::curves::{COUNTERS, CURVES, PING_RTT, PROBE_LATENCY};

/// A table with a row for each instant, or for each value of a quantity.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesTable {
    /// A regular expression over the path below the campaign folder, as that of `[[probes]]`.
    pub files: String,
    pub time: Option<ColumnKey>,
    /// `s`, `ms`, `us`, `ns`, or a format of `strftime`; told by the values without it.
    pub time_format: Option<String>,
    /// Whether the time is that of the `end` of what a row tells of (without it) or of its `start`.
    pub time_is: Option<TimeIs>,
    /// A clock that counts from somewhere else, which events of the run tie to the time of day.
    pub monotonic: Option<ColumnKey>,
    pub monotonic_unit: Option<String>,
    /// The time since an event of the run, `since`.
    pub elapsed: Option<ColumnKey>,
    pub elapsed_unit: Option<String>,
    pub since: Option<String>,
    /// The host that logged it, in the place of that of the file's name.
    pub host: Option<String>,
    /// In the long form the column that says what a value is of, and that of the value.
    pub name: Option<ColumnKey>,
    pub value: Option<ColumnKey>,
    pub columns: Vec<SeriesColumn>,
    /// Over so many seconds before the request goes what is ordinary of the service.
    pub before_s: Option<f64>,
    /// So many seconds after the end of the migration the service is still looked at.
    pub after_s: Option<f64>,
    /// The service is out below this share of the ordinary.
    pub outage_share: Option<f64>,
    /// Only rows with these values.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// `,`, `;`, a tab or a blank; told by the first line without it.
    pub delimiter: Option<char>,
}

/// A quantity of such a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesColumn {
    /// Its column; in the long form what the column of names calls it.
    pub column: ColumnKey,
    pub metric: String,
    pub unit: String,
    /// Without it a rate where the unit is one, or per cent, else a gauge.
    pub kind: Option<KindKey>,
    /// A counter of so many bits begins anew at 0 when it is full.
    pub bits: Option<u32>,
    /// The host that it is of, in the place of the one that logged it.
    pub host: Option<String>,
    /// What it says of the service.
    pub service: Option<Service>,
    /// The column of what of it failed, in the same unit, which is taken off.
    pub less: Option<ColumnKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KindKey {
    Gauge,
    Rate,
    Counter,
}

/// What a quantity says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// How much it does in a second.
    Throughput,
    /// How much it has done.
    Operations,
}

/// What the values of a quantity tell of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// An instant.
    Gauge,
    /// The time since the row before.
    Rate,
    /// What was counted since a start; begins anew at 0 above the limit, where there is one.
    Counter { limit: Option<f64> },
}

/// A quantity, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its column in the frame.
    pub column: String,
    pub host: Option<String>,
    pub metric: String,
    /// Of its curve: of a counter that of the rate.
    pub unit: Unit,
    pub kind: Kind,
    pub service: Option<Service>,
}

/// What the columns of a table mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantities {
    pub all: Vec<Quantity>,
    /// Whether a row tells of the time until the next one, and not since the one before.
    pub time_is_start: bool,
    pub service: ServiceWindows,
}

/// What of a log of the service counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceWindows {
    /// Seconds before the request that show the ordinary, where they are declared.
    pub before_s: Option<f64>,
    /// Seconds after the end of the migration, where they are declared.
    pub after_s: Option<f64>,
    /// The share of the ordinary below which the service is out.
    pub outage_share: f64,
}

impl Default for ServiceWindows {
    fn default() -> Self {
        Self { before_s: None, after_s: None, outage_share: 0.1 }
    }
}

impl SeriesTable {
    pub(in crate::input::config) fn declared(&self) -> anyhow::Result<DeclaredTable> {
        let of = format!("series of '{}'", self.files);
        ensure!(!self.columns.is_empty(), "{of}: `columns` lists no quantity");
        let (monotonic, since) = self.clock(&of)?;
        let time = self
            .time
            .as_ref()
            .map(|column| anyhow::Ok((column.key(&of)?, time_form(self.time_format.as_deref(), &of)?)));
        let long = match (&self.name, &self.value) {
            (Some(name), Some(value)) => Some(Long { name: name.key(&of)?, value: value.key(&of)? }),
            (None, None) => None,
            _ => bail!("{of}: `name` and `value` go together: a row for each value says which it is"),
        };
        let quantities = self.columns.iter().map(|column| column.quantity(long.is_some(), &of));
        let (all, columns): (Vec<Quantity>, Vec<Column>) =
            quantities.collect::<anyhow::Result<Vec<_>>>()?.into_iter().unzip();
        for (place, quantity) in all.iter().enumerate() {
            let before = all.get(..place).unwrap_or_default();
            ensure!(
                before.iter().all(|other| other.column != quantity.column),
                "{of}: `{}` is declared twice",
                quantity.column
            );
            ensure!(
                quantity.service.is_none() || before.iter().all(|other| other.service != quantity.service),
                "{of}: two columns are the same of the service"
            );
        }
        let usual = ServiceWindows::default();
        let series = Series {
            dated: Dated {
                time: time.transpose()?,
                monotonic,
                only: only(&self.only),
                delimiter: delimiter(self.delimiter, &of)?,
            },
            since,
            columns,
            long,
        };
        let quantities = Quantities {
            all,
            time_is_start: self.time_is == Some(TimeIs::Start),
            service: ServiceWindows {
                before_s: self.before_s,
                after_s: self.after_s,
                outage_share: self.outage_share.unwrap_or(usual.outage_share),
            },
        };
        Ok(DeclaredTable {
            files: files_of("series", &self.files)?,
            host: self.host.clone(),
            columns: Columns::Series(series, quantities),
        })
    }

    /// The clock that counts from somewhere else, and the event from which.
    #[expect(clippy::type_complexity, reason = "said in the sentence above")]
    fn clock(&self, of: &str) -> anyhow::Result<(Option<(Key, TimeUnit)>, Option<String>)> {
        let declared = |unit: &Option<String>, column: &Option<ColumnKey>, name: &str| {
            ensure!(
                column.is_some() || unit.is_none(),
                "{of}: `{name}_unit` is that of the column `{name}`, which is not declared"
            );
            let clock = column.as_ref().map(|column| parts_of_second(column, unit.as_deref(), name, of));
            clock.transpose()
        };
        let monotonic = declared(&self.monotonic_unit, &self.monotonic, "monotonic")?;
        let elapsed = declared(&self.elapsed_unit, &self.elapsed, "elapsed")?;
        match (&self.time, monotonic, elapsed, &self.since) {
            (_, None, Some(elapsed), Some(since)) if self.time.is_none() => {
                Ok((Some(elapsed), Some(since.clone())))
            }
            (_, _, Some(_), None) => bail!(
                "{of}: `elapsed` counts from a start that nothing ties to the request: `since` must name the event of the run \
                 (of an [[events]] table) from which it counts"
            ),
            (_, _, Some(_), Some(_)) => {
                bail!("{of}: one of `time`, `monotonic` and `elapsed` places a row, not several")
            }
            (_, _, None, Some(_)) => bail!(
                "{of}: `since` is the event from which the column `elapsed` counts, which is not declared"
            ),
            (None, None, None, None) => bail!(
                "{of}: nothing says when a row was: declare `time`, or `monotonic` (with [[events]] that have the same clock), or \
                 `elapsed` with `since`"
            ),
            (_, monotonic, None, None) => Ok((monotonic, None)),
        }
    }
}

impl SeriesColumn {
    fn quantity(&self, is_long: bool, of: &str) -> anyhow::Result<(Quantity, Column)> {
        let of = format!("{of}: metric `{}`", self.metric);
        let key = self.column.key(&of)?;
        ensure!(
            !is_long || matches!(key, Key::Name(_)),
            "{of}: in the long form `column` is the text by which the column of names calls it"
        );
        let less = self.less.as_ref().map(|column| column.key(&of)).transpose()?;
        ensure!(
            !is_long || less.is_none(),
            "{of}: `less` is another column of the same row, which the long form has not"
        );
        let (written, factor) = units::named(&self.unit, &of)?;
        let is_rate = matches!(written, Unit::Percent | Unit::BytesPerSecond | Unit::PerSecond);
        let kind = self.kind.unwrap_or(if is_rate { KindKey::Rate } else { KindKey::Gauge });
        ensure!(
            self.bits.is_none() || kind == KindKey::Counter,
            "{of}: `bits` are those of a counter: declare kind = \"counter\""
        );
        let limit = match self.bits {
            None => None,
            Some(bits @ 8..=64) => Some(2.0_f64.powi(i32::try_from(bits)?)),
            Some(bits) => bail!("{of}: bits = {bits}: expected a number from 8 to 64"),
        };
        let (unit, factor, kind) = match (kind, written) {
            (KindKey::Gauge, unit) => (unit, factor, Kind::Gauge),
            (KindKey::Rate, unit) => (unit, factor, Kind::Rate),
            (KindKey::Counter, Unit::Count) => (Unit::PerSecond, factor, Kind::Counter { limit }),
            (KindKey::Counter, Unit::Bytes) => (Unit::BytesPerSecond, factor, Kind::Counter { limit }),
            (KindKey::Counter, Unit::Seconds) => (Unit::Ratio, factor, Kind::Counter { limit }),
            (KindKey::Counter, Unit::Milliseconds) => (Unit::Ratio, factor * 1e-3, Kind::Counter { limit }),
            (KindKey::Counter, _) => bail!(
                "{of}: unit = \"{}\": a counter has the unit of what it counts (count, B, MiB, s …); its rate follows",
                self.unit
            ),
        };
        let kind = match kind {
            Kind::Counter { limit } => Kind::Counter { limit: limit.map(|limit| limit * factor) },
            other => other,
        };
        known(&self.metric, unit, &of)?;
        match self.service {
            Some(Service::Throughput) => ensure!(
                matches!(unit, Unit::PerSecond | Unit::BytesPerSecond) && kind != Kind::Gauge,
                "{of}: the throughput of a service is a rate or a counter of operations or bytes, not {}",
                self.unit
            ),
            Some(Service::Operations) => ensure!(
                matches!(kind, Kind::Counter { .. }),
                "{of}: what a service has done is a counter: declare kind = \"counter\""
            ),
            None => {}
        }
        let column = match &self.host {
            Some(host) => format!("{}@{host}", self.metric),
            None => self.metric.clone(),
        };
        let quantity = Quantity {
            column: column.clone(),
            host: self.host.clone(),
            metric: self.metric.clone(),
            unit,
            kind,
            service: self.service,
        };
        let in_frame = match kind {
            Kind::Counter { .. } => written,
            Kind::Gauge | Kind::Rate => unit,
        };
        Ok((quantity, Column { key, name: column, unit: frame_unit(in_frame), factor, less }))
    }
}

/// Whether a name may be that of a quantity in this unit: one of those that formats fill has its own, and what is called almost
/// like one is a slip of the pen.
fn known(metric: &str, unit: Unit, of: &str) -> anyhow::Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let begins = metric.starts_with(|c: char| c.is_ascii_alphabetic());
    ensure!(
        begins && metric.len() <= 100 && metric.chars().all(is_plain),
        "{of}: expected a name of letters, digits, points, hyphens and underscores, such as `ycsb.throughput`"
    );
    let entry = CURVES.iter().chain(&COUNTERS).find(|entry| entry.key.parameter(metric).is_some());
    if let Some(entry) = entry {
        ensure!(
            ![PING_RTT.key, PROBE_LATENCY.key].contains(&entry.key),
            "{of}: it is what logs of ping and of [[probes]] give: choose another name"
        );
        ensure!(
            entry.unit == unit,
            "{of}: it has the unit {}, and {} was declared; a quantity of another kind needs another name",
            entry.unit.name(),
            unit.name()
        );
        return Ok(());
    }
    let family = |name: &str| name.split_once('.').map(|(family, _)| family.to_owned());
    let names: Vec<&str> = CURVES.iter().map(|entry| entry.key.0).collect();
    let is_of_family =
        family(metric).is_some_and(|own| names.iter().any(|name| family(name).as_ref() == Some(&own)));
    ensure!(
        !is_of_family,
        "{of}: there is none of that name among {}; a quantity of your own begins with another word{}",
        names.join(", "),
        nearest(metric, &names)
    );
    Ok(())
}

fn frame_unit(unit: Unit) -> FrameUnit {
    match unit {
        Unit::Seconds => FrameUnit::Seconds,
        Unit::Milliseconds => FrameUnit::Milliseconds,
        Unit::Percent => FrameUnit::Percent,
        Unit::Bytes => FrameUnit::Bytes,
        Unit::BytesPerSecond => FrameUnit::BytesPerSecond,
        Unit::PerSecond => FrameUnit::PerSecond,
        Unit::Count => FrameUnit::Count,
        Unit::Ratio => FrameUnit::Ratio,
    }
}
