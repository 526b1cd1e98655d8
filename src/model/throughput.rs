//! How much a service did before, during and after a migration.

use serde::Serialize;

use super::{Relocate, Relocation, Unit};

/// The throughput of the service in a run, as the log of a tool or a declared series has it. Times are seconds from the migration request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// Path relative to the campaign folder.
    pub source_file: String,
    pub metric: String,
    /// Of all that is a throughput here; what was lost is in this times seconds.
    pub unit: Unit,
    /// Usual length of an interval, seconds.
    pub interval_s: f64,
    /// Median of the intervals before the request.
    pub baseline: f64,
    /// Below this share of it the service counts as out.
    pub outage_share: f64,
    /// Intervals that end in the time before the request, until the end of the migration, and after that.
    pub before: Level,
    pub during: Option<Level>,
    pub after: Option<Level>,
    /// Mean during ÷ mean before.
    pub kept: Option<f64>,
    /// The lowest interval from the request on, and its end.
    pub lowest: Option<f64>,
    pub lowest_at_s: Option<f64>,
    /// When the first interval after the lowest one began that has [`BACK`] of the baseline.
    pub recovery_s: Option<f64>,
    /// Where the service is out when the log ends: the most it did in that time, as a share of the baseline.
    pub kept_at_end: Option<f64>,
    /// What was not done of what would have been at the mean before, interval by interval, from the request on.
    pub lost: Option<f64>,
    /// The same as seconds of work at the mean before, and what as long a time before the request had of it.
    pub lost_s: Option<f64>,
    pub lost_usual_s: Option<f64>,
    /// What was done in all, by its counter.
    pub operations: Option<f64>,
}

/// The share of the baseline at which a service is back.
pub const BACK: f64 = 0.9;

/// Throughput over several intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Level {
    pub n: usize,
    pub mean: f64,
    pub median: f64,
    pub lowest: f64,
    pub highest: f64,
}

impl Relocate for Throughput {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            source_file,
            metric: _,
            unit: _,
            interval_s: _,
            baseline: _,
            outage_share: _,
            before: _,
            during: _,
            after: _,
            kept: _,
            lowest: _,
            lowest_at_s: _,
            recovery_s: _,
            kept_at_end: _,
            lost: _,
            lost_s: _,
            lost_usual_s: _,
            operations: _,
        } = self;
        to.path(source_file);
    }
}
