//! The tables of `campaign.toml` about results of benchmarks: baselines, several VMs, caches, layout, plain tables
//! of measurements, and placement.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Unit;

/// A comparison of benchmark results with a baseline.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EfficiencyTable {
    /// What reports call it.
    pub name: String,
    /// Factor levels of the baseline.
    pub baseline: BTreeMap<String, String>,
    /// The factors in which a condition and its baseline agree; all but those of the baseline without it.
    #[serde(rename = "match")]
    pub matching: Option<Vec<String>>,
    /// The conditions that are compared, by some of their factor levels.
    #[serde(default, rename = "where")]
    pub condition: BTreeMap<String, String>,
    /// What the interval rests on.
    #[serde(default)]
    pub interval: IntervalOver,
    /// Runs were interleaved: equal repetitions of both sides belong together.
    #[serde(default)]
    pub paired: bool,
    /// A loss of more than this share of the baseline's performance is a finding.
    #[serde(default = "notable_loss")]
    pub loss: f64,
}

fn notable_loss() -> f64 {
    0.1
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntervalOver {
    /// The means of the repetitions.
    #[default]
    Repetitions,
    /// The means of the block sizes.
    Sizes,
}

/// How several VMs at once are told apart and compared.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParallelTable {
    /// The factor that says how many VMs there are, such as `context`.
    pub factor: String,
    /// Its level for one VM alone.
    pub single: String,
    /// Virtual CPUs of each VM.
    #[serde(default = "one")]
    pub vcpus: u32,
    /// Cores of the host.
    pub cores: Option<u32>,
    /// Each manager of an Iometer log is a VM.
    #[serde(default)]
    pub managers: bool,
    /// VMs are treated unevenly where the largest value is more than so many times the smallest.
    #[serde(default = "uneven")]
    pub uneven: f64,
}

fn uneven() -> f64 {
    1.2
}

/// How tables and figures of benchmarks are arranged: factors, or `benchmark`, `operation`, `vm`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutTable {
    /// What rows are told apart by; [`benchmark`, `operation`] without it.
    pub rows: Vec<String>,
    /// What columns are told apart by; without it all that rows are not and that varies.
    pub columns: Vec<String>,
    /// Only these levels.
    #[serde(rename = "where")]
    pub shown: BTreeMap<String, Vec<String>>,
}

fn one() -> u32 {
    1
}

impl LayoutTable {
    /// What the command line asks for instead: each part that it names.
    pub fn replaced_by(&self, other: &LayoutTable) -> LayoutTable {
        let chosen = |own: &Vec<String>, other: &Vec<String>| {
            if other.is_empty() { own.clone() } else { other.clone() }
        };
        LayoutTable {
            rows: chosen(&self.rows, &other.rows),
            columns: chosen(&self.columns, &other.columns),
            shown: if other.shown.is_empty() { self.shown.clone() } else { other.shown.clone() },
        }
    }
}

/// What `stillstand placement` goes by. Metrics are series of the runs, or `benchmark.operation`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlacementTable {
    /// The factor whose levels are the VMs; the one that varies without it.
    pub factor: Option<String>,
    /// How long a migration takes.
    pub time: String,
    /// The best method that saw outages without it.
    pub downtime: Option<String>,
    /// What a VM uses, per cent of the host.
    pub cpu: Option<String>,
    /// Of which conditions.
    pub cpu_where: BTreeMap<String, String>,
    /// What the VMs may use together, per cent of the host.
    pub threshold_percent: f64,
    /// How well a migration time is known; from the repetitions without it.
    pub time_uncertainty_s: Option<f64>,
}

impl Default for PlacementTable {
    fn default() -> Self {
        Self {
            factor: None,
            time: "migration_duration".to_owned(),
            downtime: None,
            cpu: None,
            cpu_where: BTreeMap::new(),
            threshold_percent: 65.0,
            time_uncertainty_s: None,
        }
    }
}

/// A plain table of measurements, CSV or Parquet, with a row for each value. Names are those of its columns.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasurementTable {
    /// Path relative to the campaign folder.
    pub file: String,
    /// What reports call the benchmark.
    pub benchmark: String,
    /// The column of the values.
    pub value: String,
    pub unit: TableUnit,
    /// Which values are the better ones; without it by the unit.
    pub direction: Option<TableDirection>,
    /// Factor → column.
    #[serde(default)]
    pub factors: BTreeMap<String, String>,
    /// The column of what was done; the name of the value column without it.
    pub operation: Option<String>,
    pub repetition: Option<String>,
    pub vm: Option<String>,
    /// Block size in bytes.
    pub size: Option<String>,
}

/// The unit in which a figure is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableUnit {
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "us")]
    Microseconds,
    #[serde(rename = "B/s")]
    Bytes,
    #[serde(rename = "kB/s")]
    Kilobytes,
    #[serde(rename = "MB/s")]
    Megabytes,
    #[serde(rename = "GB/s")]
    Gigabytes,
    #[serde(rename = "MiB/s")]
    Mebibytes,
    #[serde(rename = "Mbit/s")]
    Megabits,
    #[serde(rename = "Gbit/s")]
    Gigabits,
    #[serde(rename = "1/s")]
    PerSecond,
    #[serde(rename = "%")]
    Percent,
    #[serde(rename = "count")]
    Count,
}

impl TableUnit {
    /// The base unit, and how many of it one of this is.
    pub fn base(self) -> (Unit, f64) {
        match self {
            TableUnit::Seconds => (Unit::Seconds, 1.0),
            TableUnit::Milliseconds => (Unit::Seconds, 1e-3),
            TableUnit::Microseconds => (Unit::Seconds, 1e-6),
            TableUnit::Bytes => (Unit::BytesPerSecond, 1.0),
            TableUnit::Kilobytes => (Unit::BytesPerSecond, 1e3),
            TableUnit::Megabytes => (Unit::BytesPerSecond, 1e6),
            TableUnit::Gigabytes => (Unit::BytesPerSecond, 1e9),
            TableUnit::Mebibytes => (Unit::BytesPerSecond, 1_048_576.0),
            TableUnit::Megabits => (Unit::BytesPerSecond, 125e3),
            TableUnit::Gigabits => (Unit::BytesPerSecond, 125e6),
            TableUnit::PerSecond => (Unit::PerSecond, 1.0),
            TableUnit::Percent => (Unit::Percent, 1.0),
            TableUnit::Count => (Unit::Count, 1.0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableDirection {
    Lower,
    Higher,
}

/// Sizes of the caches of one core, by which block sizes are summarised.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CacheTable {
    pub l1_kib: Option<f64>,
    pub l2_kib: Option<f64>,
}

impl CacheTable {
    /// The smallest declared cache that holds a block, `l1` or `l2`; else `ram`.
    pub fn level(&self, bytes: f64) -> &'static str {
        let holds = |kib: Option<f64>| kib.is_some_and(|kib| bytes <= kib * 1024.0);
        if holds(self.l1_kib) {
            "l1"
        } else if holds(self.l2_kib) {
            "l2"
        } else {
            "ram"
        }
    }
}
