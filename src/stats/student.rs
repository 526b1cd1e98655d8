//! Quantiles of Student's t distribution.

use std::sync::OnceLock;

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

/// The 97.5 % quantile of Student's t distribution.
///
/// A library quantile polished by Newton steps on the library's distribution function, because
/// the quantile alone is good to three digits only.
pub fn t_quantile_975(degrees_of_freedom: usize) -> f64 {
    // Curves ask for it in every bin, nearly always with few degrees of freedom.
    static KNOWN: [OnceLock<f64>; 64] = [const { OnceLock::new() }; 64];
    let quantile = || t_quantile(0.975, degrees_of_freedom as f64);
    KNOWN.get(degrees_of_freedom).map_or_else(quantile, |known| *known.get_or_init(quantile))
}

/// Any quantile, for degrees of freedom that need not be whole.
pub(super) fn t_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    let Ok(t) = StudentsT::new(0.0, 1.0, degrees_of_freedom) else {
        return f64::NAN;
    };
    let mut x = t.inverse_cdf(p);
    for _ in 0..3 {
        x -= (t.cdf(x) - p) / t.pdf(x);
    }
    x
}

/// The chance of a value at least as far from 0.
pub(super) fn t_tails(x: f64, degrees_of_freedom: f64) -> f64 {
    let Ok(t) = StudentsT::new(0.0, 1.0, degrees_of_freedom) else { return f64::NAN };
    match x.abs() {
        x if x.is_nan() || !degrees_of_freedom.is_finite() => f64::NAN,
        // The library squares it.
        x if x > 1e100 => 0.0,
        x => 2.0 * t.sf(x),
    }
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
        // Bonferroni for four comparisons. With four degrees of freedom the distribution has a closed form:
        // F(t) = 1/2 + 3/8 · t ⁄ √q · (1 − t² ⁄ (12 q)), q = 1 + t² ⁄ 4.
        assert!((t_quantile(0.99375, 4.0) - 4.314_656).abs() < 1e-5);
        assert!((t_tails(2.776_445_11, 4.0) - 0.05).abs() < 1e-9);
        assert!((t_tails(-4.302_652_73, 2.0) - 0.05).abs() < 1e-9);
        assert!(t_quantile(0.975, 0.0).is_nan());
    }
}
