//! What benchmarks measured, and what that means against a baseline.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::data::{fields, names};
use super::{ConditionId, Context, Id, Listed, Relocate, Relocation, Series, Unit};
use crate::stats::Interval;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// A time, a latency.
    Lower,
    /// A rate.
    Higher,
    /// Neither: a share of CPU is shown and compared, but it is no performance.
    Neither,
}

names!(Direction, {
    Self::Lower => "lower",
    Self::Higher => "higher",
    Self::Neither => "neither",
});

/// One quantity of one benchmark in one condition, of one VM (or of none).
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// For example `linpack` or `iometer-disk`.
    pub benchmark: String,
    pub condition: ConditionId,
    /// Which of several VMs.
    pub vm: Option<String>,
    /// For example `solve-2000`, `l1-write`, `rand-read`.
    pub operation: String,
    pub unit: Unit,
    pub direction: Direction,
    pub readings: Vec<Reading>,
    /// Mean over repetitions of the mean over sizes.
    pub value: f64,
    /// Sample standard deviation of the repetitions' means; `None` with fewer than two.
    pub sd: Option<f64>,
    /// 95 % interval of `value` by Student's t; `None` with fewer than three repetitions.
    pub ci95: Option<Interval>,
}

pub type BenchmarkId = Id<Benchmark>;

impl Listed for Benchmark {
    fn before(to: &Relocation) -> usize {
        to.benchmarks
    }
}

impl Relocate for Benchmark {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            benchmark: _,
            condition,
            vm: _,
            operation: _,
            unit: _,
            direction: _,
            readings,
            value: _,
            sd: _,
            ci95: _,
        } = self;
        condition.relocate(to);
        readings.relocate(to);
    }
}

impl Benchmark {
    /// The mean of each block size, ascending; empty where the operation was measured at one or none.
    pub fn sizes(&self) -> Vec<(f64, f64)> {
        let mut sizes: Vec<f64> = self.readings.iter().filter_map(|reading| reading.size).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        if sizes.len() < 2 {
            return Vec::new();
        }
        let mean = |size: f64| {
            let values = self.readings.iter().filter(|r| r.size == Some(size)).map(|r| r.value);
            let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
            (size, sum / n)
        };
        sizes.into_iter().map(mean).collect()
    }

    /// How many repetitions there were.
    pub fn repetitions(&self) -> usize {
        self.readings.iter().map(|reading| reading.repetition).collect::<BTreeSet<_>>().len()
    }
}

impl Serialize for Benchmark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sizes = self.sizes().into_iter().map(|(size_bytes, value)| BySize { size_bytes, value });
        fields!(serializer, {
            benchmark: self.benchmark,
            factors: self.condition,
            context: Context(self.condition),
            vm: self.vm,
            operation: self.operation,
            unit: self.unit,
            direction: self.direction,
            n: self.repetitions(),
            value: self.value,
            sd: self.sd,
            ci95_low: self.ci95.map(|interval| interval.low),
            ci95_high: self.ci95.map(|interval| interval.high),
            sizes: sizes.collect::<Vec<_>>(),
        })
    }
}

/// The mean of one block size.
#[derive(Serialize)]
struct BySize {
    size_bytes: f64,
    value: f64,
}

/// One value as a log gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub repetition: u32,
    /// Block size in bytes, where the operation was measured at several.
    pub size: Option<f64>,
    pub value: f64,
    /// Path relative to the campaign folder.
    pub source_file: String,
    /// The line that holds it, from 1; `None` where that is not known.
    pub line: Option<u64>,
}

impl Relocate for Reading {
    fn relocate(&mut self, to: &Relocation) {
        let Self { repetition: _, size: _, value: _, source_file, line: _ } = self;
        to.path(source_file);
    }
}

/// A quantity of one condition against the same of its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Efficiency {
    pub of: BenchmarkId,
    /// `None` where none matches.
    pub baseline: Option<BenchmarkId>,
    /// Which comparison of `campaign.toml` it is.
    pub comparison: String,
    /// What is compared: as [`Benchmark::value`], but of the block sizes only that both sides have.
    pub value: f64,
    pub baseline_value: Option<f64>,
    /// Performance ÷ that of the baseline; `None` without a baseline or against zero.
    pub efficiency: Option<f64>,
    /// 95 % bootstrap interval; `None` with fewer than three values on a side.
    pub ci95: Option<Interval>,
    pub n_value: usize,
    pub n_baseline: usize,
}

pub type EfficiencyId = Id<Efficiency>;

impl Listed for Efficiency {
    fn before(to: &Relocation) -> usize {
        to.efficiency
    }
}

impl Relocate for Efficiency {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            of,
            baseline,
            comparison: _,
            value: _,
            baseline_value: _,
            efficiency: _,
            ci95: _,
            n_value: _,
            n_baseline: _,
        } = self;
        of.relocate(to);
        baseline.relocate(to);
    }
}

/// Several VMs at once in one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    pub benchmark: String,
    pub condition: ConditionId,
    pub operation: String,
    pub unit: Unit,
    pub direction: Direction,
    /// The VMs' values, by name.
    pub values: Vec<(String, f64)>,
    pub sum: f64,
    pub mean: f64,
    /// Jain's index, (Σx)² ÷ (n Σx²): 1 is even, 1/n all for one.
    pub jain_fairness: Option<f64>,
    pub max_over_min: Option<f64>,
    /// Against one VM alone: the sum for rates, the mean for times, such that 1 is as good.
    pub versus_single: Option<f64>,
    /// What one VM should reach, from as many VMs as the cores hold: the time × (or the rate ÷)
    /// max(1, VMs × vCPUs ÷ cores).
    pub expected: Option<f64>,
    /// Performance ÷ expectation.
    pub versus_expected: Option<f64>,
}

impl Serialize for Parallel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.values.iter().map(|(vm, value)| OfVm { vm, value: *value });
        fields!(serializer, {
            benchmark: self.benchmark,
            factors: self.condition,
            context: Context(self.condition),
            operation: self.operation,
            unit: self.unit,
            direction: self.direction,
            vms: self.values.len(),
            values: values.collect::<Vec<_>>(),
            sum: self.sum,
            mean: self.mean,
            jain_fairness: self.jain_fairness,
            max_over_min: self.max_over_min,
            versus_single: self.versus_single,
            expected: self.expected,
            versus_expected: self.versus_expected,
        })
    }
}

/// The value of one VM.
#[derive(Serialize)]
struct OfVm<'a> {
    vm: &'a str,
    value: f64,
}

pub type ParallelId = Id<Parallel>;

impl Listed for Parallel {
    fn before(to: &Relocation) -> usize {
        to.parallel
    }
}

impl Relocate for Parallel {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            benchmark: _,
            condition,
            operation: _,
            unit: _,
            direction: _,
            values: _,
            sum: _,
            mean: _,
            jain_fairness: _,
            max_over_min: _,
            versus_single: _,
            expected: _,
            versus_expected: _,
        } = self;
        condition.relocate(to);
    }
}

/// Quantities in rows and columns, told apart by factors: what tables and figures of benchmarks show, and on request those of migrations.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub content: Content,
    /// What rows are told apart by: factors, or [`BENCHMARK`], [`OPERATION`], [`VM`].
    pub row_names: Vec<String>,
    pub column_names: Vec<String>,
    /// A level for each of `row_names`; empty text where it does not apply.
    pub rows: Vec<Vec<String>>,
    pub columns: Vec<Vec<String>>,
}

impl Relocate for Grid {
    fn relocate(&mut self, to: &Relocation) {
        let Self { content, row_names: _, column_names: _, rows: _, columns: _ } = self;
        content.relocate(to);
    }
}

/// What the cells of a [`Grid`] are: `cells` has them row by row, `rows.len() × columns.len()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Values of one benchmark.
    Values { benchmark: String, cells: Vec<Option<BenchmarkId>> },
    /// Efficiencies of one comparison.
    Efficiency { comparison: String, cells: Vec<Option<EfficiencyId>> },
    /// One number of migrations, over their repetitions.
    Series { metric: String, cells: Vec<Option<Id<Series>>> },
}

impl Relocate for Content {
    fn relocate(&mut self, to: &Relocation) {
        match self {
            Self::Values { benchmark: _, cells } => cells.relocate(to),
            Self::Efficiency { comparison: _, cells } => cells.relocate(to),
            Self::Series { metric: _, cells } => cells.relocate(to),
        }
    }
}

/// What else than a factor tells rows or columns apart.
pub const BENCHMARK: &str = "benchmark";
pub const OPERATION: &str = "operation";
pub const VM: &str = "vm";

impl Grid {
    /// The value in a cell of a grid of values; `None` for an empty cell and in a grid of anything else.
    pub fn value(&self, row: usize, column: usize) -> Option<BenchmarkId> {
        match &self.content {
            Content::Values { cells, .. } => self.cell(cells, row, column),
            Content::Efficiency { .. } | Content::Series { .. } => None,
        }
    }

    /// The series in a cell of a grid of migrations; `None` for an empty cell and in a grid of anything else.
    pub fn series(&self, row: usize, column: usize) -> Option<Id<Series>> {
        match &self.content {
            Content::Series { cells, .. } => self.cell(cells, row, column),
            Content::Values { .. } | Content::Efficiency { .. } => None,
        }
    }

    /// The efficiency in a cell of a grid of efficiencies; `None` for an empty cell and in a grid of anything else.
    pub fn efficiency(&self, row: usize, column: usize) -> Option<EfficiencyId> {
        match &self.content {
            Content::Efficiency { cells, .. } => self.cell(cells, row, column),
            Content::Values { .. } | Content::Series { .. } => None,
        }
    }

    fn cell<T>(&self, cells: &[Option<Id<T>>], row: usize, column: usize) -> Option<Id<T>> {
        cells.get(row * self.columns.len() + column).copied().flatten()
    }
}
