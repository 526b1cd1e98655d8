//! How numbers are written to data files.
//!
//! Numbers are rounded to twelve significant digits: 3 × 0.2 s is written `0.6`, and the last bit of a sum never tells
//! machines apart.

/// A number as it is written; `None` where it is not finite.
pub(super) fn round(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    format!("{value:.11e}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_binary_dust() {
        assert_eq!(round(3.0 * 0.2), Some(0.6));
        assert_eq!(round(f64::NAN), None);
    }
}
