//! Numbers with the units of wrk behind them.

use crate::text::plain;

/// `5.70ms`: the number, and seconds of its unit. The longer units come with long tests.
pub(super) fn time(word: &[u8]) -> Option<(&[u8], f64)> {
    with_unit(word, |unit| match unit {
        b"us" => Some(1e-6),
        b"ms" => Some(1e-3),
        b"s" => Some(1.0),
        b"m" => Some(60.0),
        b"h" => Some(3600.0),
        _ => None,
    })
}

/// `27.51MB`: the number, and bytes of its unit.
pub(super) fn bytes(word: &[u8]) -> Option<(&[u8], f64)> {
    const KIB: f64 = 1024.0;
    with_unit(word, |unit| match unit {
        b"B" => Some(1.0),
        b"KB" => Some(KIB),
        b"MB" => Some(KIB * KIB),
        b"GB" => Some(KIB * KIB * KIB),
        b"TB" => Some(KIB * KIB * KIB * KIB),
        b"PB" => Some(KIB * KIB * KIB * KIB * KIB),
        _ => None,
    })
}

fn with_unit(word: &[u8], scale: fn(&[u8]) -> Option<f64>) -> Option<(&[u8], f64)> {
    let unit = plain(word)?.rest;
    let number = word.get(..word.len().checked_sub(unit.len())?)?;
    Some((number, scale(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units() {
        assert_eq!(time(b"623.00us"), Some((b"623.00".as_slice(), 1e-6)));
        assert_eq!(time(b"1.50m"), Some((b"1.50".as_slice(), 60.0)));
        assert_eq!(bytes(b"278.86KB"), Some((b"278.86".as_slice(), 1024.0)));
        assert_eq!(bytes(b"0.00B"), Some((b"0.00".as_slice(), 1.0)));
        for bad in ["-nanus", "ms", "", "5.70", "5.70 ms", "1.2.3ms", "5.70KB"] {
            assert_eq!(time(bad.as_bytes()), None, "{bad}");
        }
    }
}
