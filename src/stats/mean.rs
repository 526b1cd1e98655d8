//! Intervals of means of few values that are skewed, bounded and coarse.

use super::{Interval, Sample, clopper_pearson, t_quantile_975};

/// What values a quantity can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Support {
    /// No value is below; 0 for times, sizes, rates and shares. `None` for differences.
    pub lower: Option<f64>,
    /// No value is above; 100 for per cent.
    pub upper: Option<f64>,
    /// How coarse the values are: the truth is up to one step away. 0 for continuous ones.
    pub step: f64,
}

impl Support {
    /// Neither negative nor coarse.
    pub const POSITIVE: Self = Self { lower: Some(0.0), upper: None, step: 0.0 };
    /// Any value.
    pub const SIGNED: Self = Self { lower: None, upper: None, step: 0.0 };

    /// The same in steps; a step that is negative or not finite counts as none.
    pub fn in_steps(self, step: f64) -> Self {
        Self { step: if step.is_finite() { step.max(0.0) } else { 0.0 }, ..self }
    }

    fn clipped(self, interval: Interval) -> Interval {
        let inside = |end: f64| {
            end.max(self.lower.unwrap_or(f64::NEG_INFINITY)).min(self.upper.unwrap_or(f64::INFINITY))
        };
        Interval::new(inside(interval.low), inside(interval.high))
    }
}

/// 95 % interval of the mean of what the values were drawn from.
///
/// Values with a lower bound only are taken as lognormal above it: with mean ȳ and standard deviation s of the
/// logarithms of their distances the mean lies in (modified method of Cox: Olsson, 2005)
///
/// ```text
/// exp( ȳ + s² ⁄ 2 ± t(0.975; n − 1) · √( s² ⁄ n + s⁴ ⁄ (2 (n − 1)) ) )
/// ```
///
/// Where s is small this is Student's interval, which is used for all other quantities. From five values on the two are
/// united: the more values, the less Student's depends on how they are spread, the more this one does. A value below a tenth of the mean adds
/// nearly nothing to it, but its logarithm would rule the interval: it counts as a tenth.
///
/// Steps widen the interval:
/// - The variance is at least step² ⁄ 6, that of the rounding of a value that lies anywhere between two steps.
/// - Values within half a step of the bound count as half a step away from it, and the interval is united with
///   Student's for any number of values, because half a step is too much where most are at the bound. Values that are
///   all of one step show no skewness: only Student's interval is used.
/// - Values of one step, or of two neighbouring ones, are also what a quantity without any scatter gives: the share
///   of the higher step is then its place between them, and the interval by [`clopper_pearson`] of the share is
///   united with the others.
///
/// Never beyond the bounds, and never without width. `None` for fewer than three values, and for continuous values
/// that are all equal, which say nothing about their scatter. `docs/validation.md` shows how often the interval
/// holds the mean.
pub fn mean_interval(sample: &Sample, support: Support) -> Option<Interval> {
    if sample.n() < 3 {
        return None;
    }
    let step = support.step;
    let student = student_interval(sample, support);
    let skewed = skewed_interval(sample, support);
    let at_bound = support.lower.is_some_and(|bound| sample.min() - bound <= 0.5 * step);
    let united = [
        student.filter(|_| skewed.is_none() || sample.n() >= UNITED_FROM || (at_bound && step > 0.0)),
        skewed,
        (step > 0.0).then(|| between_steps(sample, step)).flatten(),
        // The mean belongs to its interval, also where values are not at all lognormal.
        student.or(skewed).map(|_| Interval::new(sample.mean(), sample.mean())),
    ];
    Some(support.clipped(united.into_iter().flatten().reduce(united_intervals)?))
}

/// From so many values on, intervals are united with those that do not take values as lognormal.
pub(super) const UNITED_FROM: usize = 5;

/// That of values with a lower bound only; `None` for others, and where they show no scatter.
fn skewed_interval(sample: &Sample, support: Support) -> Option<Interval> {
    let (Some(bound), None) = (support.lower, support.upper) else { return None };
    if sample.max() - sample.min() <= 0.5 * support.step {
        return None;
    }
    let distances = Sample::new(sample.values().iter().map(|value| value - bound).collect())?;
    let interval = lognormal(&distances, support.step)?;
    Some(Interval::new(bound + interval.low, bound + interval.high))
}

/// Student's 95 % interval of the mean (Student, 1908), cut off at the bounds, with a variance of at least
/// step² ⁄ 6. For quantities that are not skewed, and where an interval is only to show how much values scatter.
///
/// `None` for fewer than three values, and for continuous values that are all equal.
pub fn student_interval(sample: &Sample, support: Support) -> Option<Interval> {
    let n = sample.n();
    if n < 3 {
        return None;
    }
    // Equal values may have a deviation in the last digit of their mean.
    let scatter = if sample.min() < sample.max() { sample.sd()? } else { 0.0 };
    let deviation = scatter.max(least_deviation(support.step));
    let half = t_quantile_975(n - 1) * deviation / (n as f64).sqrt();
    let interval = support.clipped(Interval::new(sample.mean() - half, sample.mean() + half));
    (interval.low < interval.high).then_some(interval)
}

/// Rounding a value that lies anywhere between two steps, up as often as it is closer to the upper one, has
/// the variance step² · f (1 − f), on average step² ⁄ 6.
fn least_deviation(step: f64) -> f64 {
    step / 6f64.sqrt()
}

/// Olsson's interval of positive values.
fn lognormal(sample: &Sample, step: f64) -> Option<Interval> {
    let moments = LogMoments::of(sample, step)?;
    let half = t_quantile_975(sample.n() - 1) * moments.mean_variance().sqrt();
    let centre = moments.log_mean();
    let interval = Interval::new((centre - half).exp(), (centre + half).exp());
    (interval.low < interval.high && interval.high.is_finite()).then_some(interval)
}

/// Values below this share of the mean count as this share.
const LEAST_SHARE: f64 = 0.1;

/// Mean and variance of logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LogMoments {
    mean: f64,
    variance: f64,
    pub n: f64,
}

impl LogMoments {
    /// Of values raised to half a step and a tenth of their mean, with at least the variance that the steps alone
    /// give. `None` for a mean that is not positive, and for a single value.
    pub fn of(sample: &Sample, step: f64) -> Option<Self> {
        let least = (0.5 * step).max(LEAST_SHARE * sample.mean());
        if least <= 0.0 {
            return None;
        }
        let raised = Sample::new(sample.values().iter().map(|value| value.max(least)).collect())?;
        let logs = Sample::new(raised.values().iter().map(|value| value.ln()).collect())?;
        let deviation = logs.sd()?.max(least_deviation(step) / raised.mean());
        Some(Self { mean: logs.mean(), variance: deviation.powi(2), n: sample.n() as f64 })
    }

    /// From mean and standard deviation of the values themselves: of the lognormal distribution that has them. `None` for a mean that is not positive, or a single value.
    pub fn of_moments(sample: &Sample, step: f64) -> Option<Self> {
        let mean = sample.mean();
        if mean <= 0.0 {
            return None;
        }
        let variance = (sample.sd()?.max(least_deviation(step)) / mean).powi(2).ln_1p();
        Some(Self { mean: mean.ln() - 0.5 * variance, variance, n: sample.n() as f64 })
    }

    /// Logarithm of the mean of the lognormal distribution.
    pub fn log_mean(&self) -> f64 {
        self.mean + 0.5 * self.variance
    }

    /// Variance of that estimate.
    pub fn mean_variance(&self) -> f64 {
        self.variance / self.n + self.variance.powi(2) / (2.0 * (self.n - 1.0))
    }
}

/// Where values of one step or two neighbouring ones place a quantity without scatter.
fn between_steps(sample: &Sample, step: f64) -> Option<Interval> {
    let (least, greatest) = (sample.min(), sample.max());
    if greatest - least > 1.01 * step {
        return None;
    }
    let higher = sample.values().iter().filter(|value| **value - least > 0.5 * step).count();
    let share = clopper_pearson(higher, sample.n());
    // Of equal values the neighbour may be the step above or below.
    let low = if higher == 0 { -share.high } else { share.low };
    Some(Interval::new(least + low * step, least + share.high * step))
}

fn united_intervals(a: Interval, b: Interval) -> Interval {
    Interval::new(a.low.min(b.low), a.high.max(b.high))
}

#[cfg(test)]
mod tests {
    use super::super::mean_ci95;
    use super::*;

    const PERCENT: Support = Support { lower: Some(0.0), upper: Some(100.0), step: 0.0 };

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    fn close(got: Option<Interval>, low: f64, high: f64) {
        let got = got.unwrap();
        assert!((got.low - low).abs() < 1e-4 && (got.high - high).abs() < 1e-4, "{got:?}");
    }

    /// Logarithms 0, 1, 2: mean 1, s² = 1; 1.5 ± 4.302653 · √(1/3 + 1/4).
    #[test]
    fn interval_of_a_lognormal_mean_as_computed_by_hand() {
        let e = std::f64::consts::E;
        let half = 4.302_652_73 * (7.0f64 / 12.0).sqrt();
        let got = mean_interval(&sample(&[1.0, e, e * e]), Support::POSITIVE).unwrap();
        assert!((got.low.ln() - (1.5 - half)).abs() < 1e-6 && (got.high.ln() - (1.5 + half)).abs() < 1e-6);
    }

    #[test]
    fn little_scatter_gives_the_width_of_student() {
        for n in [3u32, 5, 10, 30] {
            let values: Vec<f64> = (0..n).map(|i| 10.0 + 0.5 * f64::from(i * 7 % n).sin()).collect();
            let sample = Sample::new(values).unwrap();
            assert!(sample.sd().unwrap() / sample.mean() < 0.05);
            let (ours, student) =
                (mean_interval(&sample, Support::POSITIVE).unwrap(), mean_ci95(&sample).unwrap());
            let ratio = (ours.high - ours.low) / (student.high - student.low);
            assert!((ratio - 1.0).abs() < 0.02, "{n}: {ratio}");
            assert_eq!(mean_interval(&sample, Support::SIGNED), Some(student));
        }
    }

    #[test]
    fn no_interval_where_nothing_is_known_of_the_scatter() {
        assert_eq!(mean_interval(&sample(&[1.0, 2.0]), Support::POSITIVE), None);
        for support in [Support::POSITIVE, Support::SIGNED, PERCENT] {
            assert_eq!(mean_interval(&sample(&[0.1; 6]), support), None);
            assert_eq!(mean_interval(&sample(&[0.0; 5]), support), None);
        }
    }

    #[test]
    fn steps_always_have_a_width() {
        // Student with s = 0.2 ⁄ √6: 2.7764451 · 0.0816497 ⁄ √5 = 0.1013812; shares 0 of 5: 0.5218238 · 0.2.
        let half = 0.104_364_75;
        close(mean_interval(&sample(&[1.0; 5]), Support::POSITIVE.in_steps(0.2)), 1.0 - half, 1.0 + half);
        close(mean_interval(&sample(&[0.0; 5]), Support::POSITIVE.in_steps(0.2)), 0.0, half);
        close(mean_interval(&sample(&[100.0; 5]), PERCENT.in_steps(0.2)), 100.0 - half, 100.0);
        for values in [[0.0, 0.2, 0.0, 0.0, 0.2], [0.8, 0.8, 1.0, 0.8, 0.8], [0.0, 0.0, 5.0, 0.0, 0.2]] {
            let (sample, support) = (sample(&values), Support::POSITIVE.in_steps(0.2));
            let interval = mean_interval(&sample, support).unwrap();
            assert!(interval.low >= 0.0 && interval.low < sample.mean() && interval.high > sample.mean());
        }
    }

    #[test]
    fn what_is_near_0_does_not_rule_the_interval() {
        // 0.001 counts as a tenth of the mean 1.0002.
        let near = mean_interval(&sample(&[0.001, 1.0, 1.5, 1.3, 1.2]), Support::POSITIVE).unwrap();
        let tenth = mean_interval(&sample(&[0.1, 1.0, 1.5, 1.3, 1.2]), Support::POSITIVE).unwrap();
        assert!((near.high / tenth.high - 1.0).abs() < 0.05 && near.high < 15.0, "{near:?} {tenth:?}");
        assert!(mean_interval(&sample(&[0.0, 1.0, 1.5, 1.3, 1.2]), Support::POSITIVE).is_some());
    }

    #[test]
    fn per_cent_stays_within_its_bounds() {
        let busy = mean_interval(&sample(&[96.0, 99.0, 97.0, 99.9, 92.0]), PERCENT).unwrap();
        assert!(busy.high == 100.0 && busy.low > 90.0, "{busy:?}");
        let wild = mean_interval(&sample(&[0.001, 99.0, 50.0]), PERCENT).unwrap();
        assert_eq!(wild, Interval::new(0.0, 100.0));
        let student = student_interval(&sample(&[1.0, 0.0, 9.0]), PERCENT).unwrap();
        assert!(student.low == 0.0 && student.high < 20.0);
    }
}
