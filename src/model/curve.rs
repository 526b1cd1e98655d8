//! Mean curves: one quantity over time.

use serde::Serialize;

use super::{ConditionId, Event, Relocate, Relocation, Unit};
use crate::stats::Interval;

/// The mean of one quantity over the repetitions of one condition, in bins of one second.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    #[serde(rename = "factors")]
    pub condition: ConditionId,
    /// `None` for a quantity of the service, such as `ping.rtt`.
    pub host: Option<String>,
    /// Name as in `summary.json`, for example `cpu.user` or `domain.asam.cpu`.
    pub metric: String,
    pub unit: Unit,
    /// What its time zero is: every curve is there for each event of the campaign.
    pub align: Event,
    /// Bins in ascending order, without holes in `t_s`; a bin without samples has `n == 0`.
    #[serde(skip)]
    pub bins: Vec<Bin>,
    /// The single repetitions behind the mean, one value per entry of `bins`.
    #[serde(skip)]
    pub repetitions: Vec<Trace>,
}

impl Relocate for Curve {
    fn relocate(&mut self, to: &Relocation) {
        let Self { condition, host: _, metric: _, unit: _, align: _, bins: _, repetitions: _ } = self;
        condition.relocate(to);
    }
}

/// One bin of a mean curve: `[t_s − 0.5, t_s + 0.5)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    pub t_s: f64,
    /// Number of repetitions that contribute.
    pub n: u32,
    pub mean: Option<f64>,
    /// Sample standard deviation; `None` with fewer than two repetitions.
    pub sd: Option<f64>,
    /// 95 % interval of the mean; `None` with fewer than three repetitions.
    pub ci95: Option<Interval>,
}

/// One repetition of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    pub repetition: u32,
    /// Mean of the samples in each bin of the curve; `None` where there is none.
    pub values: Vec<Option<f64>>,
}
