//! Samples and their summaries.

use super::student::t_tails;
use super::{Interval, t_quantile_975};

/// Values beyond this have no place in statistics: their squares, and sums of these, would be no numbers.
const LARGEST: f64 = 1e150;

/// At least one value, all of them finite, and so are the sums of their squares.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    values: Vec<f64>,
}

impl Sample {
    /// `None` when `values` is empty or holds a value that is not finite, or beyond 10¹⁵⁰.
    pub fn new(values: Vec<f64>) -> Option<Self> {
        (!values.is_empty() && values.iter().all(|v| v.abs() <= LARGEST)).then_some(Self { values })
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub fn n(&self) -> usize {
        self.values.len()
    }

    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.n() as f64
    }

    /// Sample standard deviation (divisor n − 1); `None` for a single value.
    pub fn sd(&self) -> Option<f64> {
        if self.n() < 2 {
            return None;
        }
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|v| (v - mean).powi(2)).sum();
        Some((squares / (self.n() - 1) as f64).sqrt())
    }

    pub fn min(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub fn max(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan,
    /// "Sample Quantiles in Statistical Packages", 1996). `p` is clamped to `[0, 1]`.
    pub fn quantile(&self, p: f64) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let position = p.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
    }

    pub fn summary(&self) -> Summary {
        Summary {
            n: self.n(),
            mean: self.mean(),
            sd: self.sd(),
            median: self.median(),
            min: self.min(),
            max: self.max(),
            ci95: mean_ci95(self),
        }
    }
}

/// What a table says about a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    pub n: usize,
    pub mean: f64,
    /// `None` for a single value.
    pub sd: Option<f64>,
    pub median: f64,
    pub min: f64,
    pub max: f64,
    /// 95 % interval of the mean; `None` for fewer than three values.
    pub ci95: Option<Interval>,
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

/// Student's test of whether the mean of values is above 0: the one-sided probability of a mean so large by chance.
///
/// `None` for a single value, or where they do not scatter.
pub fn above_zero(sample: &Sample) -> Option<f64> {
    let sd = sample.sd().filter(|sd| *sd > 0.0)?;
    let t = sample.mean() / sd * (sample.n() as f64).sqrt();
    let tail = t_tails(t, (sample.n() - 1) as f64) / 2.0;
    Some(if t > 0.0 { tail } else { 1.0 - tail })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn a_mean_above_zero_is_tested_on_one_side() {
        // t = 4.382 with three degrees of freedom.
        let p = above_zero(&sample(&[0.1, 0.15, 0.25, 0.3])).unwrap();
        assert!((p - 0.0110).abs() < 0.0002, "{p}");
        assert!((above_zero(&sample(&[-1.0, 1.0, -2.0, 2.0])).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(above_zero(&sample(&[1.0, 1.0])), None);
    }

    #[test]
    fn a_sample_is_finite_and_not_empty() {
        assert_eq!(Sample::new(vec![]), None);
        assert_eq!(Sample::new(vec![1.0, f64::NAN]), None);
        assert_eq!(Sample::new(vec![f64::INFINITY]), None);
    }

    #[test]
    fn quantiles_interpolate_as_type_7() {
        let s = sample(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(s.median(), 2.5);
        assert_eq!(s.quantile(0.0), 1.0);
        assert_eq!(s.quantile(1.0), 4.0);
        assert!((s.quantile(0.95) - 3.85).abs() < 1e-12);
    }

    #[test]
    fn one_value_has_no_deviation_and_two_have_no_interval() {
        let one = sample(&[7.0]).summary();
        assert_eq!((one.n, one.mean, one.sd, one.ci95), (1, 7.0, None, None));
        let two = sample(&[1.0, 3.0]).summary();
        assert_eq!((two.sd, two.ci95), (Some(2f64.sqrt()), None));
    }

    #[test]
    fn interval_of_a_mean_as_computed_by_hand() {
        let sample = Sample::new(vec![0.8, 0.8, 0.8, 1.0, 0.8]).unwrap();
        let ci = mean_ci95(&sample).unwrap();
        // mean 0.84, s = 0.0894427, half width = 2.7764451 × 0.0894427 ⁄ √5 = 0.1110578
        assert!((ci.low - 0.728_942_2).abs() < 1e-6 && (ci.high - 0.951_057_8).abs() < 1e-6, "{ci:?}");
    }
}
