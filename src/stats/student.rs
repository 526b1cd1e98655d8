//! Quantiles of Student's t distribution.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

/// The 97.5 % quantile of Student's t distribution.
///
/// A library quantile polished by Newton steps on the library's distribution function, because
/// the quantile alone is good to three digits only.
pub fn t_quantile_975(degrees_of_freedom: usize) -> f64 {
    t_quantile(degrees_of_freedom as f64)
}

/// The same for degrees of freedom that are no whole number.
pub(super) fn t_quantile(degrees_of_freedom: f64) -> f64 {
    let Ok(t) = StudentsT::new(0.0, 1.0, degrees_of_freedom) else {
        return f64::NAN;
    };
    let mut x = t.inverse_cdf(0.975);
    for _ in 0..3 {
        x -= (t.cdf(x) - 0.975) / t.pdf(x);
    }
    x
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
}
