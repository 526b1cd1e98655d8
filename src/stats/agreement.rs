//! Agreement of two methods that measure the same quantity.

use super::{Interval, Sample, mean_ci95};

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
    /// Pearson's correlation; `None` with fewer than three pairs or where one does not vary.
    pub correlation: Option<f64>,
}

/// The agreement of pairs `(a, b)`; `None` without any.
pub fn bland_altman(pairs: &[(f64, f64)]) -> Option<BlandAltman> {
    let differences = Sample::new(pairs.iter().map(|(a, b)| b - a).collect())?;
    let bias = differences.mean();
    let enough = pairs.len() >= 3;
    let spread = differences.sd().filter(|_| enough).map(|sd| 1.96 * sd);
    Some(BlandAltman {
        bias,
        bias_ci95: mean_ci95(&differences),
        limits: spread.map(|spread| Interval::new(bias - spread, bias + spread)),
        correlation: if enough { pearson(pairs) } else { None },
    })
}

fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| -> f64 { pairs.iter().map(|(a, b)| of(a - mean_a, b - mean_b)).sum() };
    let (aa, bb, ab) = (sum(&|a, _| a * a), sum(&|_, b| b * b), sum(&|a, b| a * b));
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
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
    }
}
