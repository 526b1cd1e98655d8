//! Intervals of ratios of means, by resampling.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::student::t_quantile;
use super::{Interval, Sample};

/// 95 % bootstrap interval of mean(`b`) ÷ mean(`a`), both samples resampled independently: the percentile
/// interval (Efron and Tibshirani, 1993, chapter 13), widened for small samples.
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
    let relative = |sample: &Sample| Some((sample.sd()? / sample.mean()).powi(2) / sample.n() as f64);
    let widening = widening([(relative(a)?, a.n()), (relative(b)?, b.n())]);
    Some(widened(b.mean() / a.mean(), &ratios, widening))
}

/// 95 % bootstrap interval of mean(b) ÷ mean(a) of pairs `(a, b)` that belong together and are resampled
/// together: the percentile interval, widened for small samples.
///
/// `None` for fewer than three pairs or where a resampled mean of `a` is zero.
pub fn bootstrap_paired_ratio(pairs: &[(f64, f64)], seed: u64, resamples: u32) -> Option<Interval> {
    if pairs.len() < 3 || resamples == 0 {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let ratio = |pairs: &mut dyn Iterator<Item = (f64, f64)>| {
        let (a, b) = pairs.fold((0.0, 0.0), |(a, b), pair| (a + pair.0, b + pair.1));
        b / a
    };
    let ratios = (0..resamples)
        .map(|_| ratio(&mut (0..pairs.len()).map(|_| pairs[rng.random_range(0..pairs.len())])))
        .collect();
    let ratios = Sample::new(ratios)?;
    Some(widened(ratio(&mut pairs.iter().copied()), &ratios, widening([(1.0, pairs.len())])))
}

/// By how much a percentile interval is too narrow for few values: resampling n values gives means whose
/// variance is too small by (n − 1) ⁄ n, and takes their quantiles for normal ones instead of Student's
/// (Hesterberg, 2015, section 5.4). Each side adds its part of the variance of the ratio's logarithm; the
/// degrees of freedom are Welch's.
fn widening<const SIDES: usize>(sides: [(f64, usize); SIDES]) -> f64 {
    let total: f64 = sides.iter().map(|(variance, _)| variance).sum();
    if total == 0.0 {
        return 1.0;
    }
    let over = |n: usize| 1.0 / (n as f64 - 1.0);
    let true_size: f64 = sides.iter().map(|(variance, n)| variance * *n as f64 * over(*n)).sum();
    let freedom = total.powi(2) / sides.iter().map(|(variance, n)| variance.powi(2) * over(*n)).sum::<f64>();
    (true_size / total).sqrt() * t_quantile(0.975, freedom) / NORMAL_QUANTILE_975
}

/// The 97.5 % quantile of the normal distribution.
const NORMAL_QUANTILE_975: f64 = 1.959_963_984_540_054;

/// The percentile interval with both ends moved away from the ratio, by a factor of their logarithms.
fn widened(ratio: f64, resampled: &Sample, factor: f64) -> Interval {
    let end = |quantile: f64| {
        let end = resampled.quantile(quantile);
        if ratio > 0.0 && end >= 0.0 { ratio * (end / ratio).powf(factor) } else { end }
    };
    Interval::new(end(0.025), end(0.975))
}

/// One of `m` 95 % intervals of ratios made so wide that all of them together hold theirs with 95 % (Bonferroni): its ends
/// are moved away from the ratio, in their logarithms, by t(1 − 0.025 ⁄ m; ν) ⁄ t(0.975; ν).
pub fn simultaneous(ratio: f64, ci95: Interval, m: usize, freedom: usize) -> Interval {
    let freedom = freedom.max(1) as f64;
    let factor = t_quantile(1.0 - 0.025 / m.max(1) as f64, freedom) / t_quantile(0.975, freedom);
    let end = |end: f64| if ratio > 0.0 && end >= 0.0 { ratio * (end / ratio).powf(factor) } else { end };
    Interval::new(end(ci95.low), end(ci95.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bootstrap_is_repeatable_and_brackets_the_ratio() {
        let a = Sample::new(vec![1.0, 1.1, 0.9, 1.05, 0.95]).unwrap();
        let b = Sample::new(vec![2.0, 2.3, 1.9, 2.1, 2.2]).unwrap();
        let first = bootstrap_ratio_of_means(&a, &b, 42, 2000).unwrap();
        assert_eq!(Some(first), bootstrap_ratio_of_means(&a, &b, 42, 2000));
        assert!(first.low < 2.1 && 2.1 < first.high);
    }

    #[test]
    fn pairs_keep_what_they_have_in_common() {
        // Both sides vary alike: the ratio is 2 in each pair.
        let pairs = [(1.0, 2.0), (3.0, 6.0), (2.0, 4.0), (5.0, 10.0)];
        let ci = bootstrap_paired_ratio(&pairs, 1, 500).unwrap();
        assert!((ci.low - 2.0).abs() < 1e-12 && (ci.high - 2.0).abs() < 1e-12);
        assert_eq!(bootstrap_paired_ratio(&pairs[..2], 1, 500), None);
    }

    #[test]
    fn few_values_widen_an_interval() {
        // 5 pairs: √(5 ⁄ 4) · 2.776445 ⁄ 1.959964.
        assert!((widening([(1.0, 5)]) - 1.583_778).abs() < 1e-5, "{}", widening([(1.0, 5)]));
        // Two equal sides of 5: 8 degrees of freedom, √(5 ⁄ 4) · 2.306004 ⁄ 1.959964.
        assert!(
            (widening([(0.3, 5), (0.3, 5)]) - 1.315_421).abs() < 1e-5,
            "{}",
            widening([(0.3, 5), (0.3, 5)])
        );
        // Only the side that scatters counts.
        assert!((widening([(0.0, 3), (0.3, 5)]) - 1.583_778).abs() < 1e-5);
        assert!(widening([(0.1, 1000)]) < 1.003);
    }

    #[test]
    fn several_intervals_are_wider_than_one() {
        let one = Interval::new(0.8, 1.25);
        assert_eq!(simultaneous(1.0, one, 1, 8), one);
        // Ten intervals with eight degrees of freedom: 3.8325 ⁄ 2.3060 in logarithms.
        let ten = simultaneous(1.0, one, 10, 8);
        assert!((ten.high.ln() / one.high.ln() - 1.6620).abs() < 1e-3, "{ten:?}");
        assert!((ten.low * ten.high - 1.0).abs() < 1e-9, "{ten:?}");
    }

    #[test]
    fn ratio_to_zero_has_no_interval() {
        let zero = Sample::new(vec![0.0; 5]).unwrap();
        let b = Sample::new(vec![1.0; 5]).unwrap();
        assert_eq!(bootstrap_ratio_of_means(&zero, &b, 1, 100), None);
    }
}
