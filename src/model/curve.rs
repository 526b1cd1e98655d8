//! Mean curves: one quantity over time.

use std::ops::Range;

use serde::Serialize;

use super::packed::Packed;
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
    /// The single repetitions behind the mean.
    #[serde(skip)]
    pub repetitions: Vec<Trace>,
}

impl Curve {
    /// What a repetition has in some of the bins.
    pub fn values<'a>(
        &'a self,
        of: &'a Trace,
        bins: Range<usize>,
    ) -> impl Iterator<Item = Option<f64>> + use<'a> {
        self.bins.get(bins).unwrap_or_default().iter().map(|bin| of.means.at(bin.t_s as i64))
    }
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
    pub means: Means,
}

/// The mean of the samples in each bin of one second, of those that have any. There are some hundred of these a run, so
/// that they are kept in as little as they need.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Means {
    first: i64,
    values: Packed,
}

impl Means {
    /// Of bins in ascending order.
    pub fn new(bins: impl IntoIterator<Item = (i64, f64)>) -> Self {
        let (mut first, mut values) = (0, Vec::new());
        for (bin, mean) in bins {
            if values.is_empty() {
                first = bin;
            }
            let place = usize::try_from(bin - first).unwrap_or(0);
            values.resize(place.max(values.len()), f64::NAN);
            values.push(mean);
        }
        Self { first, values: Packed::new(&values) }
    }

    pub fn at(&self, bin: i64) -> Option<f64> {
        let place = usize::try_from(bin - self.first).ok()?;
        self.values.get(place).filter(|mean| !mean.is_nan())
    }

    /// The first bin.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// The means from the first bin on; not a number where there are no samples.
    pub fn seconds(&self) -> Vec<f64> {
        (0..self.values.len()).filter_map(|place| self.values.get(place)).collect()
    }

    /// The first and the last bin; `None` without any.
    pub fn ends(&self) -> Option<[i64; 2]> {
        let last = i64::try_from(self.values.len()).ok()?.checked_sub(1).filter(|last| *last >= 0)?;
        Some([self.first, self.first + last])
    }
}
