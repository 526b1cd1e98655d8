//! Numbers and words out of bytes.
//!
//! Everything returns `None` where the *whole* of the bytes is not what was asked for: a prefix that happens
//! to be a number is damage, not a value.

use memchr::memchr;

/// A finite decimal number. `inf`, `nan`, and signs other than a leading `-` are refused.
pub(crate) fn float(bytes: &[u8]) -> Option<f64> {
    let first = *bytes.strip_prefix(b"-").unwrap_or(bytes).first()?;
    if !first.is_ascii_digit() && first != b'.' {
        return None;
    }
    fast_float2::parse::<f64, _>(bytes).ok().filter(|value| value.is_finite())
}

/// Digits and nothing else.
pub(crate) fn unsigned(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte.wrapping_sub(b'0')))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Digits and nothing else, in 63 bits.
pub(crate) fn integer(bytes: &[u8]) -> Option<i64> {
    unsigned(bytes).and_then(|value| i64::try_from(value).ok())
}

/// A count that its writer may have taken for a floating point number: `12`, `12.0`, `1.2e+15`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive, below 2^63")]
pub(crate) fn whole(bytes: &[u8]) -> Option<u64> {
    unsigned(bytes).or_else(|| {
        let value = float(bytes).filter(|value| value.fract() == 0.0 && (0.0..9e18).contains(value))?;
        Some(value as u64)
    })
}

/// A time stamp in whole seconds since 1970 as `date +%s` writes it. Nine to eleven digits: 1973 to the
/// year 5138; fewer or more are some other number.
pub(crate) fn epoch(bytes: &[u8]) -> Option<i64> {
    if (9..=11).contains(&bytes.len()) { integer(bytes) } else { None }
}

/// The words of a line with the position (from 0) at which each begins.
pub(crate) fn words(line: &[u8]) -> Words<'_> {
    Words { rest: line, position: 0 }
}

/// See [`words`].
#[derive(Clone, Debug)]
pub(crate) struct Words<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let trimmed = self.rest.trim_ascii_start();
        let start = self.position.saturating_add(self.rest.len().saturating_sub(trimmed.len()));
        if trimmed.is_empty() {
            return None;
        }
        let end = trimmed.iter().position(u8::is_ascii_whitespace).unwrap_or(trimmed.len());
        let (word, rest) = trimmed.split_at(end);
        self.rest = rest;
        self.position = start.saturating_add(end);
        Some((start, word))
    }
}

/// The text before and after the first `separator`.
pub(crate) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr(separator, bytes)?;
    let (before, after) = bytes.split_at(at);
    Some((before, after.get(1..).unwrap_or_default()))
}

/// A position from 0 as a column for people, from 1.
pub(crate) fn column(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_or_nothing() {
        assert_eq!(float(b"1.23456789012e+12"), Some(1.234_567_890_12e12));
        assert_eq!(float(b"-4294967296.000"), Some(-4_294_967_296.0));
        for bad in ["", "-", "inf", "-inf", "nan", "1,5", "1.5x", " 1", "+1", "1e999", "--1", "infinity"] {
            assert_eq!(float(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(unsigned(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(unsigned(b"18446744073709551616"), None);
        assert_eq!(integer(b"18446744073709551615"), None);
        assert_eq!(unsigned(b""), None);
        assert_eq!(
            (whole(b"12"), whole(b"1.2e+3"), whole(b"1.5"), whole(b"-1")),
            (Some(12), Some(1200), None, None)
        );
        assert_eq!(epoch(b"1264512345"), Some(1_264_512_345));
        assert_eq!(epoch(b"12645123"), None);
    }

    #[test]
    fn words_know_where_they_are() {
        let found: Vec<_> = words(b"  ab\tc  ").collect();
        assert_eq!(found, vec![(2, b"ab".as_slice()), (5, b"c".as_slice())]);
        assert_eq!(split_once(b"a:b:c", b':'), Some((b"a".as_slice(), b"b:c".as_slice())));
    }
}
