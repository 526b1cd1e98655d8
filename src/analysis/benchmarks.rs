//! What benchmarks measured, and what that means against a baseline.

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
