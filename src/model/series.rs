//! One number over the repetitions of a condition.

use serde::{Serialize, Serializer};

use super::data::{fields, names};
use super::{ConditionId, Listed, Method, Range, Relocate, Relocation, Unit, Value};
use crate::stats::{Bounds, Interval, Sample, Support, Turnbull, mean_interval, median_interval};

/// One quantity over the repetitions of one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub condition: ConditionId,
    /// Name as in `summary.json`, for example `outage_ping` or `lost_frames.linux`.
    pub metric: String,
    pub unit: Unit,
    /// `None` without a single value.
    pub summary: Option<SeriesSummary>,
    /// One value per run that counts, in the order of repetitions; `None` where it is missing.
    pub values: Vec<Option<Value>>,
}

impl Series {
    /// Summarises the values of one number, one per run that counts. Whole numbers come in steps of 1.
    pub fn new(
        condition: ConditionId,
        metric: String,
        unit: Unit,
        range: Range,
        values: Vec<Option<Value>>,
    ) -> Self {
        let present: Vec<Value> = values.iter().flatten().copied().collect();
        let support = range.support(step(unit, &present));
        let summary = SeriesSummary::new(&present, support, Method::hides_short(&metric));
        Self { condition, metric, unit, summary, values }
    }

    /// One of positive values that are known as well as they are written.
    #[cfg(test)]
    pub fn exact(condition: ConditionId, metric: &str, unit: Unit, values: &[f64]) -> Self {
        let values = values.iter().map(|value| Some(Value::exact(*value))).collect();
        Self::new(condition, metric.to_owned(), unit, Range::Positive, values)
    }

    /// The step in which its values come, 0 for those that vary freely.
    pub fn step(&self) -> f64 {
        step(self.unit, &self.present().collect::<Vec<_>>())
    }

    /// The values that there are.
    pub fn present(&self) -> impl Iterator<Item = Value> + Clone {
        self.values.iter().flatten().copied()
    }

    /// The mean; `None` also where a value is only known to be at least so large.
    pub fn mean(&self) -> Option<f64> {
        self.summary.and_then(|summary| summary.mean)
    }

    /// The 95 % interval of the mean; `None` where the interval of the series is of something else.
    pub fn interval_of_mean(&self) -> Option<Interval> {
        let reach = self.summary?.ci95.filter(|reach| reach.of == IntervalOf::Mean)?;
        Some(Interval::new(reach.low, reach.high?))
    }
}

/// Outages come in steps of the interval between two requests, which is half of what their measuring leaves open.
fn step(unit: Unit, values: &[Value]) -> f64 {
    let open = values.iter().map(|value| value.step()).fold(0.0, f64::max);
    if unit == Unit::Count { open.max(1.0) } else { open }
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = self.summary.as_ref();
        let interval = summary.and_then(|summary| summary.ci95);
        let of = |value: fn(Value) -> Option<f64>| -> Vec<Option<f64>> {
            self.values.iter().map(|known| known.and_then(value)).collect()
        };
        fields!(serializer, {
            factors: self.condition,
            metric: self.metric,
            unit: self.unit,
            n: summary.map_or(0, |summary| summary.n),
            n_censored: summary.map_or(0, |summary| summary.n_censored),
            mean: summary.and_then(|summary| summary.mean),
            mean_at_least: summary.and_then(|summary| Some(summary.mean_within?.low)),
            mean_at_most: summary.and_then(|summary| Some(summary.mean_within?.high)),
            sd: summary.and_then(|summary| summary.sd),
            median: summary.and_then(|summary| summary.median),
            min: summary.and_then(|summary| summary.min),
            max: summary.and_then(|summary| summary.max),
            ci95_low: interval.map(|interval| interval.low),
            ci95_high: interval.and_then(|interval| interval.high),
            interval_of: interval.map(|interval| interval.of),
            values: of(|value| Some(value.estimate)),
            values_low: of(|value| Some(value.within.lower)),
            values_high: of(|value| value.within.upper),
        })
    }
}

impl Listed for Series {
    fn before(to: &Relocation) -> usize {
        to.series
    }
}

impl Relocate for Series {
    fn relocate(&mut self, to: &Relocation) {
        let Self { condition, metric: _, unit: _, values: _, summary: _ } = self;
        condition.relocate(to);
    }
}

/// What the values of a series say together. What cannot be said of values that are only known to be at least so
/// large is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesSummary {
    /// Values, with those that are only known to be at least so large.
    pub n: usize,
    /// Those among them.
    pub n_censored: usize,
    pub mean: Option<f64>,
    /// Between what the mean is by the bounds of the values, where nothing was seen in any run, so that it is 0; of what shows itself
    /// from some length on only, where nothing was seen in one.
    pub mean_within: Option<Interval>,
    /// `None` for a single value.
    pub sd: Option<f64>,
    pub median: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub ci95: Option<Reach>,
}

impl SeriesSummary {
    /// `None` without a value.
    fn new(values: &[Value], support: Support, hides_short: bool) -> Option<Self> {
        let estimates = Sample::new(values.iter().map(|value| value.estimate).collect())?;
        let n_censored = values.iter().filter(|value| value.is_censored()).count();
        if n_censored > 0 {
            return Some(Self::censored(values, n_censored));
        }
        let unseen = values.iter().filter(|value| value.is_unseen()).count();
        let is_open = unseen == values.len() || (unseen > 0 && hides_short);
        let mean_of = |bound: &dyn Fn(&Value) -> Option<f64>| {
            Sample::new(values.iter().map(bound).collect::<Option<Vec<f64>>>()?).map(|bounds| bounds.mean())
        };
        let least = mean_of(&|value| Some(value.within.lower));
        let most = mean_of(&|value| value.within.upper);
        let mean_within = least.zip(most).filter(|_| is_open).map(|(least, most)| Interval::new(least, most));
        // That no run shows anything may be due to requests that are sent in step with the migration.
        let interval = mean_interval(&estimates, support).map(|ci| match mean_within {
            Some(within) => Interval::new(ci.low.min(within.low), ci.high.max(within.high)),
            None => ci,
        });
        Some(Self {
            n: estimates.n(),
            n_censored,
            mean: Some(estimates.mean()),
            mean_within,
            sd: estimates.sd(),
            median: Some(estimates.median()),
            min: Some(estimates.min()),
            max: Some(estimates.max()),
            ci95: interval.map(|ci| Reach { of: IntervalOf::Mean, low: ci.low, high: Some(ci.high) }),
        })
    }

    /// Without a mean: it could be any, however few have no end.
    fn censored(values: &[Value], n_censored: usize) -> Self {
        let ended = |value: &&Value| !value.is_censored();
        let estimates: Vec<Bounds> = values
            .iter()
            .map(|value| Bounds::new(value.estimate, ended(&value).then_some(value.estimate)))
            .collect();
        let median = Turnbull::new(&estimates).map(|survival| survival.median());
        let least = values.iter().filter(ended).map(|value| value.estimate).reduce(f64::min);
        let is_least = |least: &f64| values.iter().all(|value| value.estimate >= *least);
        let bounds: Vec<Bounds> = values.iter().map(|value| value.within).collect();
        Self {
            n: values.len(),
            n_censored,
            mean: None,
            mean_within: None,
            sd: None,
            median: median.and_then(|median| Some(f64::midpoint(median.lower, median.upper?))),
            min: least.filter(is_least),
            max: None,
            ci95: median_interval(&bounds).map(|interval| Reach {
                of: IntervalOf::Median,
                low: interval.bounds.lower,
                high: interval.bounds.upper,
            }),
        }
    }
}

/// A 95 % interval, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    pub of: IntervalOf,
    pub low: f64,
    /// `None` where the data set no upper end.
    pub high: Option<f64>,
}

/// What an interval holds with the stated probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalOf {
    Mean,
    Median,
}

names!(IntervalOf, {
    Self::Mean => "mean",
    Self::Median => "median",
});
