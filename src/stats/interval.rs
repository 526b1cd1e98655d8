//! Intervals of means and of ratios of means.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::Sample;

/// A closed interval, `low ≤ high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    pub fn overlaps(self, other: Interval) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// 95 % interval of the mean: mean ± t(0.975; n − 1) · s ⁄ √n (Student, 1908).
///
/// `None` for fewer than three values: with two, the interval would span 18 deviations and say
/// nothing.
pub fn mean_ci95(sample: &Sample) -> Option<Interval> {
    let n = sample.n();
    if n < 3 {
        return None;
    }
    let half = t_quantile_975(n - 1) * sample.sd()? / (n as f64).sqrt();
    Some(Interval::new(sample.mean() - half, sample.mean() + half))
}

/// The 97.5 % quantile of Student's t distribution.
///
/// A library quantile polished by Newton steps on the library's distribution function, because
/// the quantile alone is good to three digits only.
pub fn t_quantile_975(degrees_of_freedom: usize) -> f64 {
    let Ok(t) = StudentsT::new(0.0, 1.0, degrees_of_freedom as f64) else {
        return f64::NAN;
    };
    use statrs::distribution::Continuous;
    let mut x = t.inverse_cdf(0.975);
    for _ in 0..3 {
        x -= (t.cdf(x) - 0.975) / t.pdf(x);
    }
    x
}

/// 95 % percentile-bootstrap interval of mean(`b`) ÷ mean(`a`) (Efron and Tibshirani, 1993,
/// chapter 13), both samples resampled independently.
///
/// `None` for fewer than three values on either side or where a resampled mean of `a` is zero.
pub fn bootstrap_ratio_of_means(a: &Sample, b: &Sample, seed: u64, resamples: u32) -> Option<Interval> {
    if a.n() < 3 || b.n() < 3 || resamples == 0 {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut resampled_mean = |sample: &Sample| {
        let n = sample.n();
        (0..n).map(|_| sample.values()[rng.random_range(0..n)]).sum::<f64>() / n as f64
    };
    let ratios = (0..resamples)
        .map(|_| {
            let denominator = resampled_mean(a);
            resampled_mean(b) / denominator
        })
        .collect();
    let ratios = Sample::new(ratios)?;
    Some(Interval::new(ratios.quantile(0.025), ratios.quantile(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        for (df, expected) in [(2, 4.302_652_73), (4, 2.776_445_11), (9, 2.262_157_16), (30, 2.042_272_46)] {
            let got = t_quantile_975(df);
            assert!((got - expected).abs() < 1e-7, "df {df}: {got}");
        }
    }

    #[test]
    fn interval_of_a_mean_as_computed_by_hand() {
        let sample = Sample::new(vec![0.8, 0.8, 0.8, 1.0, 0.8]).unwrap();
        let ci = mean_ci95(&sample).unwrap();
        // mean 0.84, s = 0.0894427, half width = 2.7764451 × 0.0894427 ⁄ √5 = 0.1110578
        assert!((ci.low - 0.728_942_2).abs() < 1e-6 && (ci.high - 0.951_057_8).abs() < 1e-6, "{ci:?}");
    }

    #[test]
    fn bootstrap_is_repeatable_and_brackets_the_ratio() {
        let a = Sample::new(vec![1.0, 1.1, 0.9, 1.05, 0.95]).unwrap();
        let b = Sample::new(vec![2.0, 2.3, 1.9, 2.1, 2.2]).unwrap();
        let first = bootstrap_ratio_of_means(&a, &b, 42, 2000).unwrap();
        assert_eq!(Some(first), bootstrap_ratio_of_means(&a, &b, 42, 2000));
        assert!(first.low < 2.1 && 2.1 < first.high);
    }

    #[test]
    fn ratio_to_zero_has_no_interval() {
        let zero = Sample::new(vec![0.0; 5]).unwrap();
        let b = Sample::new(vec![1.0; 5]).unwrap();
        assert_eq!(bootstrap_ratio_of_means(&zero, &b, 1, 100), None);
    }
}
