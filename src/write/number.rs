//! How numbers are written to data files.
//!
//! Numbers are rounded to twelve significant digits: 3 × 0.2 s is written `0.6`, and the last bit of a sum never tells
//! machines apart.

/// Powers of ten that a number holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// The least number of thirteen digits.
const THIRTEEN_DIGITS: f64 = 1e12;

/// A number as it is written; `None` where it is not finite.
pub(super) fn round(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    rounded(value).or_else(|| format!("{value:.11e}").parse().ok())
}

/// [`round`] without a detour over text; `None` where the last digit would be in
/// doubt. A whole number of twelve digits divided by an exact power of ten is rounded once, as its decimal is when it is
/// read.
fn rounded(value: f64) -> Option<f64> {
    let size = value.abs();
    if size < THIRTEEN_DIGITS && value.fract() == 0.0 {
        return Some(value);
    }
    let places = 11.0 - size.log10().floor();
    let power = (0.0..POWERS.len() as f64).contains(&places).then(|| POWERS[places as usize])?;
    let scaled = value * power;
    let whole = scaled.round();
    // The product is wrong by some 0.0001 at most. What is not of twelve digits, its logarithm was taken for another.
    let is_certain = (scaled - whole).abs() < 0.499;
    let is_long = (THIRTEEN_DIGITS / 10.0..THIRTEEN_DIGITS).contains(&whole.abs());
    (is_certain && is_long).then(|| whole / power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_text(value: f64) -> f64 {
        format!("{value:.11e}").parse().unwrap()
    }

    #[test]
    fn numbers_are_written_without_binary_dust() {
        assert_eq!(round(3.0 * 0.2), Some(0.6));
        assert_eq!(round(f64::NAN), None);
        assert_eq!(round(-0.0).map(f64::to_bits), Some((-0.0_f64).to_bits()));
    }

    #[test]
    fn ends_of_digits_and_ties() {
        for power in -30..30 {
            for head in [1.0, 0.999_999_999_999_4, 0.999_999_999_999_6, 1.000_000_000_005, 1.234_567_890_125]
            {
                for value in [head * 10_f64.powi(power), -head * 10_f64.powi(power)] {
                    for value in [value.next_down(), value, value.next_up()] {
                        assert_eq!(round(value).unwrap().to_bits(), by_text(value).to_bits(), "{value:e}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn rounding_is_that_of_text(value in proptest::num::f64::NORMAL, near in -1e7..1e7) {
            for value in [value, near, near / 1e9] {
                prop_assert_eq!(round(value).unwrap().to_bits(), by_text(value).to_bits());
            }
        }
    }
}
