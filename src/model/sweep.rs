//! Quantities against a numeric factor.

use super::{ConditionId, Relocate, Relocation, Unit};
use crate::stats::{Interval, LinearFit};

/// One quantity over one numeric factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    pub factor: String,
    /// A series, or `benchmark.operation`.
    pub metric: String,
    pub unit: Unit,
    pub lines: Vec<SweepLine>,
}

impl Relocate for Sweep {
    fn relocate(&mut self, to: &Relocation) {
        let Self { factor: _, metric: _, unit: _, lines } = self;
        lines.relocate(to);
    }
}

/// What was measured at one level of the second factor.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepLine {
    /// Empty where there is no second factor.
    pub level: String,
    /// By their numbers, ascending.
    pub points: Vec<SweepPoint>,
    /// A straight line through all values; `None` where too few levels have one, or where values have no end: a line
    /// through the others would leave out the longest.
    pub fit: Option<LinearFit>,
}

impl Relocate for SweepLine {
    fn relocate(&mut self, to: &Relocation) {
        let Self { level: _, points, fit: _ } = self;
        points.relocate(to);
    }
}

/// What was measured at one number.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    pub condition: ConditionId,
    pub number: f64,
    /// Those that are known; what is only known to be at least so large is not among them.
    pub values: Vec<f64>,
    /// How many are only known to be at least so large.
    pub without_end: usize,
    /// `None` where nothing completed, and where a value is only known to be at least so large.
    pub mean: Option<f64>,
    pub ci95: Option<Interval>,
}

impl Relocate for SweepPoint {
    fn relocate(&mut self, to: &Relocation) {
        let Self { condition, number: _, values: _, without_end: _, mean: _, ci95: _ } = self;
        condition.relocate(to);
    }
}

impl SweepLine {
    /// The line, where it describes the values: R² is at least 0.9, and either the test of lack of fit does not
    /// reject it or it misses no level's mean by more than 5 %.
    pub fn trend(&self) -> Option<&LinearFit> {
        const LEAST_R_SQUARED: f64 = 0.9;
        const LARGEST_MISS: f64 = 0.05;
        let good = |fit: &&LinearFit| {
            !fit.is_rejected() || fit.largest_miss.is_some_and(|miss| miss <= LARGEST_MISS)
        };
        self.fit.as_ref().filter(|fit| fit.r_squared.is_some_and(|r| r >= LEAST_R_SQUARED)).filter(good)
    }
}
