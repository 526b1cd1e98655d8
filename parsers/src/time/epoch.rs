//! Seconds since 1970, and thousandths, millionths, billionths of them.

use crate::text::{float, integer, split_once, unsigned};

/// Digits that seconds since 1970 have at least.
pub(super) const LEAST_DIGITS: usize = 9;

/// Whole seconds as `date +%s` writes them. Nine to eleven digits: 1973 to the year 5138; fewer or more are some
/// other number.
pub(crate) fn whole(bytes: &[u8]) -> Option<i64> {
    if (LEAST_DIGITS..=11).contains(&bytes.len()) { integer(bytes) } else { None }
}

/// Seconds, perhaps with decimals, and how many of these there are. The nearest double.
pub(crate) fn seconds(text: &[u8]) -> Option<(f64, usize)> {
    let (seconds, decimals) = split_once(text, b'.').unwrap_or((text, b""));
    whole(seconds)?;
    if seconds.len() < text.len() {
        unsigned(decimals)?;
    }
    Some((float(text)?, decimals.len()))
}

/// A whole number, of which the length tells the unit: seconds, ms, µs or ns.
#[expect(clippy::cast_precision_loss, reason = "below 10^16, except ns, which are rounded once")]
pub(crate) fn any_unit(digits: &[u8]) -> Option<f64> {
    let number = integer(digits)?;
    match digits.len() {
        9..=11 => Some(number as f64),
        13 => Some(number as f64 / 1e3),
        16 => Some(number as f64 / 1e6),
        19 => super::seconds(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for text in ["1795262345.123456789", "1795262345", "179526234.5"] {
            assert_eq!(seconds(text.as_bytes()).map(|(seconds, _)| seconds), text.parse().ok(), "{text}");
        }
        assert_eq!(seconds(b"1795262345.250").map(|(_, decimals)| decimals), Some(3));
        for text in ["17952623", "1795262345.", "1795262345.x", "-1795262345", "", ".5", "179526234512"] {
            assert_eq!(seconds(text.as_bytes()), None, "{text}");
        }
        for (text, expected) in [
            ("1795262345", Some(1_795_262_345.0)),
            ("1795262345123", Some(1_795_262_345.123)),
            ("1795262345123456", Some(1_795_262_345.123_456)),
            ("1795262345123456789", "1795262345.123456789".parse().ok()),
            ("12", None),
            ("179526234512", None),
            ("9999999999999999999", None),
        ] {
            assert_eq!(any_unit(text.as_bytes()), expected, "{text}");
        }
        assert_eq!((whole(b"1264512345"), whole(b"12645123")), (Some(1_264_512_345), None));
    }
}
