//! Agreement of two methods that measure the same quantity.

use super::distribution::chi_squared_quantile;
use super::{Interval, Sample, mean_ci95, t_quantile_975};

/// So many standard deviations on either side hold 95 of 100 values of a normal distribution.
const LIMIT: f64 = 1.96;

/// How two methods agree over paired values (Bland and Altman, *Statistical methods for assessing
/// agreement between two methods of clinical measurement*, Lancet 1986).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlandAltman {
    /// Mean of the differences b − a.
    pub bias: f64,
    /// 95 % interval of the bias; `None` with fewer than three pairs.
    pub bias_ci95: Option<Interval>,
    /// bias ± 1.96 standard deviations; `None` with fewer than three pairs.
    pub limits: Option<Interval>,
    /// 95 % intervals of the lower and of the upper of these limits (Bland and Altman, *Measuring agreement in method
    /// comparison studies*, Statistical Methods in Medical Research 1999): ± t · s · √(1/n + 1.96² / (2 (n − 1))).
    pub limits_ci95: Option<[Interval; 2]>,
    /// Pearson's correlation; `None` with fewer than three pairs or where one does not vary.
    pub correlation: Option<f64>,
}

/// The agreement of pairs `(a, b)`; `None` without any.
pub fn bland_altman(pairs: &[(f64, f64)]) -> Option<BlandAltman> {
    let differences = Sample::new(pairs.iter().map(|(a, b)| b - a).collect())?;
    let bias = differences.mean();
    let enough = pairs.len() >= 3;
    let sd = differences.sd().filter(|_| enough);
    let spread = sd.map(|sd| LIMIT * sd);
    let n = pairs.len() as f64;
    let around = |sd: f64, limit: f64| {
        let error = sd * (1.0 / n + LIMIT * LIMIT / (2.0 * (n - 1.0))).sqrt();
        let half = t_quantile_975(pairs.len() - 1) * error;
        Interval::new(limit - half, limit + half)
    };
    Some(BlandAltman {
        bias,
        bias_ci95: mean_ci95(&differences),
        limits: spread.map(|spread| Interval::new(bias - spread, bias + spread)),
        limits_ci95: sd
            .zip(spread)
            .map(|(sd, spread)| [around(sd, bias - spread), around(sd, bias + spread)]),
        correlation: if enough { pearson(pairs) } else { None },
    })
}

/// How two methods agree within conditions, each of which may have a bias of its own (Bland and Altman, 1999, on several
/// observations of a subject: the standard deviation within groups of a one-way analysis of variance).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WithinGroups {
    /// Standard deviation of the differences within a group.
    pub sd: f64,
    /// 1.96 of these: the limits of agreement are the bias of a group ± this.
    pub half_width: f64,
    /// Its 95 % interval, by χ².
    pub half_width_ci95: Interval,
}

/// From the differences of each group; `None` with fewer than two groups of two, or without three degrees of freedom.
pub fn within_groups(groups: &[Vec<f64>]) -> Option<WithinGroups> {
    let samples = groups.iter().filter_map(|group| Sample::new(group.clone()));
    let spread: Vec<(f64, f64)> =
        samples.filter_map(|sample| Some((sample.n() as f64 - 1.0, sample.sd()?))).collect();
    let freedom: f64 = spread.iter().map(|(freedom, _)| freedom).sum();
    if spread.len() < 2 || freedom < 3.0 {
        return None;
    }
    let squares: f64 = spread.iter().map(|(freedom, sd)| freedom * sd * sd).sum();
    let sd = (squares / freedom).sqrt();
    let of = |p: f64| Some(LIMIT * (squares / chi_squared_quantile(p, freedom)?).sqrt());
    Some(WithinGroups { sd, half_width: LIMIT * sd, half_width_ci95: Interval::new(of(0.975)?, of(0.025)?) })
}

fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| -> f64 { pairs.iter().map(|(a, b)| of(a - mean_a, b - mean_b)).sum() };
    let (aa, bb, ab) = (sum(&|a, _| a * a), sum(&|_, b| b * b), sum(&|a, b| a * b));
    // What equal values differ from their mean by is the rounding of the machine.
    let varies = |squares: f64, mean: f64| squares > n * mean * mean * 1e-20;
    (varies(aa, mean_a) && varies(bb, mean_b)).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_hold_the_differences() {
        // Differences −1, 0, 1, 2, 3: mean 1, standard deviation √2.5.
        let pairs = [(10.0, 9.0), (20.0, 20.0), (30.0, 31.0), (40.0, 42.0), (50.0, 53.0)];
        let found = bland_altman(&pairs).unwrap();
        let limits = found.limits.unwrap();
        assert!((found.bias - 1.0).abs() < 1e-12);
        assert!((limits.high - (1.0 + 1.96 * 2.5f64.sqrt())).abs() < 1e-12);
        assert!((found.correlation.unwrap() - 1.0).abs() < 1e-12);
        // t(0.975; 4) · √2.5 · √(1/5 + 1.96² / 8) on either side.
        let half = 2.776_445_105 * 2.5f64.sqrt() * (0.2f64 + 1.96 * 1.96 / 8.0).sqrt();
        let [lower, upper] = found.limits_ci95.unwrap();
        assert!((lower.low - (limits.low - half)).abs() < 1e-6, "{lower:?}");
        assert!((upper.high - (limits.high + half)).abs() < 1e-6, "{upper:?}");
    }

    #[test]
    fn what_conditions_differ_by_is_not_within_them() {
        let spread = within_groups(&[vec![1.0, 2.0, 3.0], vec![11.0, 12.0, 13.0], vec![5.0]]).unwrap();
        assert!((spread.sd - 1.0).abs() < 1e-12 && (spread.half_width - 1.96).abs() < 1e-12);
        // 4 degrees of freedom: √(4 / 11.143) and √(4 / 0.4844).
        assert!((spread.half_width_ci95.low - 1.96 * 0.599_1).abs() < 1e-3, "{spread:?}");
        assert!((spread.half_width_ci95.high - 1.96 * 2.873_6).abs() < 1e-3, "{spread:?}");
        assert_eq!(within_groups(&[vec![1.0, 2.0, 3.0, 4.0, 5.0]]), None);
        assert_eq!(within_groups(&[vec![1.0, 2.0], vec![1.0, 2.0]]), None);
    }

    #[test]
    fn two_pairs_have_a_bias_and_no_limits() {
        let found = bland_altman(&[(1.0, 2.0), (2.0, 3.5)]).unwrap();
        assert_eq!((found.bias, found.limits, found.correlation), (1.25, None, None));
        assert_eq!(bland_altman(&[]), None);
    }

    #[test]
    fn without_variation_there_is_no_correlation() {
        assert_eq!(bland_altman(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]).unwrap().correlation, None);
        // Their mean is not 0.1 to the last bit.
        let equal: Vec<(f64, f64)> = (0..17).map(|k| (0.1, f64::from(k))).collect();
        assert_eq!(bland_altman(&equal).unwrap().correlation, None);
    }
}
