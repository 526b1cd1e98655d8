//! Two conditions compared in one number.

use serde::Serialize;

use super::data::{self, names};
use super::{ConditionId, Relocate, Relocation};
use crate::stats::Interval;

/// Two conditions compared in one metric: `b` against `a`. A figure that the data do not carry is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The name of a series, [`Comparison::COMPLETION`] or [`Comparison::WITH_FAILURES`].
    pub metric: String,
    /// Condition that is compared against.
    pub a: ConditionId,
    /// Condition that is compared.
    pub b: ConditionId,
    /// mean(b) ÷ mean(a).
    pub ratio: Option<f64>,
    /// Interval of the ratio. All those of a metric hold theirs together with a probability of 95 %.
    #[serde(flatten, serialize_with = "data::ratio_ci95")]
    pub ratio_ci95: Option<Interval>,
    /// By how much `b` is greater: of completion, difference of the shares; of all else, Hodges' and Lehmann's
    /// estimate, the median of all differences between a value of `b` and one of `a`.
    pub difference: Option<f64>,
    /// 95 % interval of the difference.
    #[serde(flatten, serialize_with = "data::difference_ci95")]
    pub difference_ci95: Option<Interval>,
    /// Cliff's: in how many more of all pairs of a value of `b` and one of `a` that of `b` is certainly greater than in how many
    /// it is certainly less, as a share: from −1 to 1.
    pub dominance: Option<f64>,
    /// Two-sided; `None` where no test could reach 5 % with so few values.
    pub p_value: Option<f64>,
    /// After Holm's correction for the number of comparisons of the metric.
    pub p_adjusted: Option<f64>,
    /// The test behind `p_value`.
    pub test: Option<Test>,
}

/// Two sides against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub comparisons: Vec<Comparison>,
    pub only_in_a: Vec<OneSided>,
    pub only_in_b: Vec<OneSided>,
}

/// What one of two sides alone has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneSided {
    /// The series that nothing on the other side is compared with; `None` where that has no such condition.
    pub metric: Option<String>,
    pub condition: ConditionId,
    /// Its runs, or those with a value.
    pub n: usize,
}

impl Comparison {
    /// The share of migrations that completed.
    pub const COMPLETION: &str = "completion";
    /// The outage of all migrations, where one that did not complete is worse than any outage.
    pub const WITH_FAILURES: &str = "outage_with_failures";

    /// Whether the test, corrected for the number of comparisons, finds a difference at the 5 % level.
    pub fn is_significant(&self) -> bool {
        self.p_adjusted.is_some_and(|p| p < 0.05)
    }
}

impl Relocate for Comparison {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            metric: _,
            a,
            b,
            ratio: _,
            ratio_ci95: _,
            difference: _,
            difference_ci95: _,
            dominance: _,
            p_value: _,
            p_adjusted: _,
            test: _,
        } = self;
        a.relocate(to);
        b.relocate(to);
    }
}

/// How a difference was tested; `docs/methodology/statistics.md` has each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// The ratio of means of positive values.
    RatioOfMeans,
    /// Gehan's scores, permuted: for values that are only known to be at least so large.
    Gehan,
    /// Fisher's exact test of two shares.
    Fisher,
}

names!(Test, {
    Self::RatioOfMeans => "ratio-of-means",
    Self::Gehan => "gehan-permutation",
    Self::Fisher => "fisher-exact",
});
