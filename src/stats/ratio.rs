//! Two samples of a positive quantity compared by the ratio of their means.

use super::mean::{LogMoments, UNITED_FROM};
use super::student::{t_quantile, t_tails};
use super::{Interval, Sample, mann_whitney};

/// How the means of two samples of a positive quantity compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioTest {
    /// Mean of b ÷ mean of a; `None` where that of a is 0.
    pub ratio_of_means: Option<f64>,
    /// Mean of b − mean of a, in the unit of the values.
    pub difference: f64,
    /// Interval of the ratio of the true means; `None` where a mean is 0, for fewer than three values on a side and
    /// for continuous values that are all equal on both.
    pub interval: Option<Interval>,
    /// Two-sided p that the true means are equal. Below 1 − `confidence` exactly where the interval excludes 1; where
    /// there is no interval for lack of values or scatter, by [`mann_whitney`].
    pub p_value: f64,
}

/// Compares the means of two samples of a quantity that is not negative.
///
/// Values are taken as lognormal as in [`mean_interval`](super::mean_interval), with what it does to small values and
/// to steps of `step` (0 for continuous values). With mean ȳ and standard deviation s of the logarithms, for each side
///
/// ```text
/// θ = ȳ + s² ⁄ 2      v = s² ⁄ n + s⁴ ⁄ (2 (n − 1))
/// ln ratio = θ_b − θ_a ± t(ν) · √(v_a + v_b)      p = P(|t(ν)| ≥ |θ_b − θ_a| ⁄ √(v_a + v_b))
/// ν = ½ ( (v_a + v_b)² ⁄ (v_a² ⁄ (n_a − 1) + v_b² ⁄ (n_b − 1)) + min(n_a, n_b) − 1 )
/// ```
///
/// that is, Olsson's (2005) interval of a lognormal mean for the difference of two logarithms. ν is half way between
/// Welch's (1947) degrees of freedom and the fewest that they can be: the former are estimated from the same few
/// values, and where the smaller sample scatters more, tests with them reject too often.
///
/// From five values on each side, and where a value is 0 within half a step, the same is computed once more from means
/// and standard deviations of the values themselves (of the lognormal distribution that has them), which hold for other
/// distributions, too, if there are enough values; the intervals are united, and the greater p counts.
///
/// `confidence` is that of the interval; 1 − 0.05 ⁄ m makes m intervals hold together with 95 % (Bonferroni).
///
/// `None` for a negative value, or a confidence outside of (0, 1).
pub fn compare_positive(a: &Sample, b: &Sample, step: f64, confidence: f64) -> Option<RatioTest> {
    let valid = a.min() >= 0.0 && b.min() >= 0.0 && confidence > 0.0 && confidence < 1.0;
    if !valid {
        return None;
    }
    let ratio_of_means = (a.mean() > 0.0).then(|| b.mean() / a.mean());
    let difference = b.mean() - a.mean();
    let estimates = LogRatio::of(a, b, step);
    if estimates.is_empty() {
        return Some(RatioTest { ratio_of_means, difference, interval: None, p_value: mann_whitney(a, b) });
    }
    // The means themselves may say the opposite where values are not at all lognormal: then nothing is shown.
    let p = |e: &LogRatio| {
        if e.estimate * difference < 0.0 { 1.0 } else { t_tails(e.estimate / e.error, e.freedom) }
    };
    let p_value = estimates.iter().map(p).fold(0.0, f64::max);
    let interval = ratio_of_means.filter(|ratio| *ratio > 0.0).map(|ratio| {
        estimates.iter().fold(Interval::new(ratio, ratio), |interval, e| {
            let half = t_quantile(0.5 + 0.5 * confidence, e.freedom) * e.error;
            let (low, high) = ((e.estimate - half).exp(), (e.estimate + half).exp());
            Interval::new(interval.low.min(low), interval.high.max(high))
        })
    });
    Some(RatioTest { ratio_of_means, difference, interval, p_value })
}

/// Estimate of ln(mean of b ÷ mean of a) with its standard error and degrees of freedom.
struct LogRatio {
    estimate: f64,
    error: f64,
    freedom: f64,
}

impl LogRatio {
    /// From the logarithms of the values; where these may mislead, from means and deviations, too.
    /// Empty for fewer than three values on a side, and where nothing shows their scatter.
    fn of(a: &Sample, b: &Sample, step: f64) -> Vec<Self> {
        // Equal values may have a deviation in the last digit of their mean.
        let scatter = step > 0.0 || [a, b].iter().any(|sample| sample.min() < sample.max());
        let least = a.n().min(b.n());
        if least < 3 || !scatter {
            return Vec::new();
        }
        let by_logs = LogMoments::of(a, step).zip(LogMoments::of(b, step));
        let at_zero = step > 0.0 && a.min().min(b.min()) <= 0.5 * step;
        let by_moments = if at_zero || least >= UNITED_FROM {
            LogMoments::of_moments(a, step).zip(LogMoments::of_moments(b, step))
        } else {
            None
        };
        [by_logs, by_moments].into_iter().flatten().filter_map(|(a, b)| Self::between(a, b)).collect()
    }

    fn between(a: LogMoments, b: LogMoments) -> Option<Self> {
        let (v_a, v_b) = (a.mean_variance(), b.mean_variance());
        let (variance, squares) = (v_a + v_b, v_a.powi(2) / (a.n - 1.0) + v_b.powi(2) / (b.n - 1.0));
        let freedom = 0.5 * (variance.powi(2) / squares + a.n.min(b.n) - 1.0);
        let error = variance.sqrt();
        (error > 0.0 && freedom.is_finite()).then(|| Self {
            estimate: b.log_mean() - a.log_mean(),
            error,
            freedom,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Support;
    use super::super::mean_interval;
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    /// Logarithms 0, 1, 2 and 3, 4, 5: s² = 1, v = 1/3 + 1/4 = 7/12 on both sides, ν = ½ (4 + 2) = 3.
    #[test]
    fn a_ratio_as_computed_by_hand() {
        let of = |logs: [f64; 3]| sample(&logs.map(f64::exp));
        let got = compare_positive(&of([0.0, 1.0, 2.0]), &of([3.0, 4.0, 5.0]), 0.0, 0.95).unwrap();
        let half = 3.182_446_305 * (7.0f64 / 6.0).sqrt();
        let interval = got.interval.unwrap();
        assert!(
            (interval.low.ln() - (3.0 - half)).abs() < 1e-6
                && (interval.high.ln() - (3.0 + half)).abs() < 1e-6
        );
        assert!((got.ratio_of_means.unwrap().ln() - 3.0).abs() < 1e-12);
        // t = 3 ⁄ √(7/6) = 2.77746 with three degrees of freedom.
        assert!((got.p_value - 0.0691).abs() < 2e-4, "{}", got.p_value);
    }

    #[test]
    fn p_and_interval_agree() {
        let a = sample(&[1.0, 1.2, 0.9, 1.1, 1.05]);
        for factor in [0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 2.0] {
            let b = sample(&[1.1, 0.95, 1.3, 1.0, 1.0].map(|v| v * factor));
            for confidence in [0.9, 0.95, 0.9875] {
                let got = compare_positive(&a, &b, 0.0, confidence).unwrap();
                let one = Interval::new(1.0, 1.0);
                assert_eq!(got.interval.unwrap().overlaps(one), got.p_value >= 1.0 - confidence, "{factor}");
            }
        }
    }

    /// Three and three repetitions are enough for a difference that is plain to see.
    #[test]
    fn a_large_ratio_with_little_scatter_shows_with_three_and_three() {
        let got = compare_positive(&sample(&[1.0, 1.1, 0.9]), &sample(&[4.6, 5.1, 4.2]), 0.2, 0.95).unwrap();
        assert!(got.p_value < 0.05 && got.interval.unwrap().low > 2.0, "{got:?}");
    }

    #[test]
    fn what_does_not_scatter_is_no_evidence() {
        let (one, two) = (sample(&[1.0; 5]), sample(&[2.0; 5]));
        let equal = compare_positive(&one, &one, 0.2, 0.95).unwrap();
        assert!((equal.p_value - 1.0).abs() < 1e-9 && equal.interval.unwrap().high > 1.1);
        let continuous = compare_positive(&one, &two, 0.0, 0.95).unwrap();
        assert_eq!((continuous.interval, continuous.ratio_of_means), (None, Some(2.0)));
        assert!((continuous.p_value - 2.0 / 252.0).abs() < 1e-12);
        let few = compare_positive(&sample(&[1.0, 1.1]), &two, 0.0, 0.95).unwrap();
        assert_eq!((few.interval, few.difference), (None, 0.95));
    }

    #[test]
    fn nothing_lost_is_half_a_step() {
        let (none, some) = (sample(&[0.0; 5]), sample(&[1.0, 0.8, 1.0, 1.2, 1.0]));
        let got = compare_positive(&none, &some, 0.2, 0.95).unwrap();
        assert_eq!((got.ratio_of_means, got.interval), (None, None));
        assert!(got.p_value < 0.02 && (got.difference - 1.0).abs() < 1e-12, "{got:?}");
        assert!(compare_positive(&some, &none, 0.2, 0.95).unwrap().p_value < 0.02);
        let continuous = compare_positive(&none, &some, 0.0, 0.95).unwrap();
        assert!((continuous.p_value - 2.0 / 252.0).abs() < 1e-12);
        assert_eq!(compare_positive(&none, &none, 0.0, 0.95).unwrap().p_value, 1.0);
        assert_eq!(compare_positive(&sample(&[-1.0]), &some, 0.0, 0.95), None);
    }

    /// The ratio to a sample without scatter is as wide as the mean of the other.
    #[test]
    fn against_a_constant_it_is_the_interval_of_the_mean() {
        let b = sample(&[1.0, 1.3, 1.9]);
        let got = compare_positive(&sample(&[1.0; 3]), &b, 0.0, 0.95).unwrap().interval.unwrap();
        let mean = mean_interval(&b, Support::POSITIVE).unwrap();
        assert!((got.low - mean.low).abs() < 1e-6 && (got.high - mean.high).abs() < 1e-6, "{got:?} {mean:?}");
    }
}
