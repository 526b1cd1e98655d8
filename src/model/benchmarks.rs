//! What benchmarks measured, and what that means against a baseline.

use std::collections::BTreeSet;

use super::Unit;
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

/// One quantity of one benchmark in one condition, of one VM (or of none).
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// For example `linpack` or `iometer-disk`.
    pub benchmark: String,
    /// Index into [`super::Analysis::conditions`].
    pub condition: usize,
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

/// One value as a log gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub repetition: u32,
    /// Block size in bytes, where the operation was measured at several.
    pub size: Option<f64>,
    pub value: f64,
    /// Path relative to the campaign folder.
    pub source_file: String,
}

/// A quantity of one condition against the same of its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Efficiency {
    /// Index into [`super::Analysis::benchmarks`].
    pub of: usize,
    /// Index of the baseline; `None` where none matches.
    pub baseline: Option<usize>,
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

/// Several VMs at once in one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    pub benchmark: String,
    /// Index into [`super::Analysis::conditions`].
    pub condition: usize,
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

/// Quantities in rows and columns, told apart by factors: what tables and figures of benchmarks show.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub content: Content,
    /// What rows are told apart by: factors, or [`BENCHMARK`], [`OPERATION`], [`VM`].
    pub row_names: Vec<String>,
    pub column_names: Vec<String>,
    /// A level for each of `row_names`; empty text where it does not apply.
    pub rows: Vec<Vec<String>>,
    pub columns: Vec<Vec<String>>,
    /// Row by row, `rows.len() × columns.len()`.
    pub cells: Vec<Option<usize>>,
}

/// What the cells of a [`Grid`] are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Values of one benchmark: indices into [`super::Analysis::benchmarks`].
    Values { benchmark: String },
    /// Efficiencies of one comparison: indices into [`super::Analysis::efficiency`].
    Efficiency { comparison: String },
}

/// What else than a factor tells rows or columns apart.
pub const BENCHMARK: &str = "benchmark";
pub const OPERATION: &str = "operation";
pub const VM: &str = "vm";

impl Grid {
    pub fn cell(&self, row: usize, column: usize) -> Option<usize> {
        self.cells.get(row * self.columns.len() + column).copied().flatten()
    }
}
