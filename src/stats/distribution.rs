//! Distributions of the library, asked only what they can answer: outside of their domain they panic, and so does the rest
//! of the library on what overflowed or is no number.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

/// The chance of a value of Fisher's F at least as large; `None` where `x` or the degrees of freedom are none.
pub fn f_tail(x: f64, of_numerator: f64, of_denominator: f64) -> Option<f64> {
    let distribution = FisherSnedecor::new(of_numerator, of_denominator).ok()?;
    if x.is_nan() || !of_numerator.is_finite() || !of_denominator.is_finite() {
        return None;
    }
    if x <= 0.0 {
        return Some(1.0);
    }
    // Further out the library would divide infinities.
    let p = if x > 1e200 { 0.0 } else { distribution.sf(x) };
    Some(p).filter(|p| (0.0..=1.0).contains(p))
}

/// A quantile of χ²; `None` where the degrees of freedom are none.
pub fn chi_squared_quantile(p: f64, degrees_of_freedom: f64) -> Option<f64> {
    let in_domain = degrees_of_freedom.is_finite() && (0.0..=1.0).contains(&p);
    let distribution = ChiSquared::new(degrees_of_freedom).ok().filter(|_| in_domain)?;
    Some(distribution.inverse_cdf(p)).filter(|quantile| quantile.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTREMES: [f64; 11] =
        [0.0, -0.0, 1.0, -1.0, 1e-320, 1e308, -1e308, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

    #[test]
    fn nothing_is_out_of_the_question() {
        for x in EXTREMES {
            for a in EXTREMES.into_iter().chain([2.0, 1e9]) {
                for b in EXTREMES.into_iter().chain([2.0, 1e9]) {
                    assert!(f_tail(x, a, b).is_none_or(|p| (0.0..=1.0).contains(&p)), "{x} {a} {b}");
                }
                assert!(chi_squared_quantile(x, a).is_none_or(f64::is_finite), "{x} {a}");
                let p = super::super::student::t_tails(x, a);
                assert!(p.is_nan() || (0.0..=1.0).contains(&p), "{x} {a}: {p}");
            }
        }
    }

    #[test]
    fn known_values_come_back() {
        assert!((f_tail(4.102_821, 2.0, 10.0).unwrap() - 0.05).abs() < 1e-6);
        assert!((chi_squared_quantile(0.95, 3.0).unwrap() - 7.814_728).abs() < 1e-4);
    }
}
