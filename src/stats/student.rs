//! Quantiles of Student's t distribution.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

use super::Sample;

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

/// Student's test of whether the mean of values is above 0: the one-sided probability of a mean so large by chance.
///
/// `None` for a single value, or where they do not scatter.
pub fn above_zero(sample: &Sample) -> Option<f64> {
    let sd = sample.sd().filter(|sd| *sd > 0.0)?;
    let t = StudentsT::new(0.0, 1.0, (sample.n() - 1) as f64).ok()?;
    Some(t.sf(sample.mean() / sd * (sample.n() as f64).sqrt()))
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
