//! Numbers and words out of bytes.
//!
//! Everything returns `None` where the *whole* of the bytes is not what was asked for: a prefix that happens
//! to be a number is damage, not a value.

use std::borrow::Cow;

use memchr::memchr;

/// Digits that any `u64` can hold.
const MOST_DIGITS: usize = 19;
/// Powers of ten that are exact as `f64`.
pub(crate) const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A finite decimal number. `inf`, `nan`, and signs other than a leading `-` are refused.
pub(crate) fn float(bytes: &[u8]) -> Option<f64> {
    let (negative, number) = bytes.strip_prefix(b"-").map_or((false, bytes), |rest| (true, rest));
    if let Some(Plain { value, rest: b"", .. }) = plain(number) {
        return Some(if negative { -value } else { value });
    }
    let first = *number.first()?;
    if !first.is_ascii_digit() && first != b'.' {
        return None;
    }
    fast_float2::parse::<f64, _>(bytes).ok().filter(|value| value.is_finite())
}

/// A number such as nearly all in a log: digits, and perhaps a point and more digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain<'a> {
    pub value: f64,
    /// What stands behind it.
    pub rest: &'a [u8],
}

/// The plain number at the beginning of the bytes. None if there is none or it has so many digits that it takes
/// [`float`] to round it: integers up to 2⁵³ and powers of ten up to 10²² are exact as `f64`, and the quotient of two
/// exact numbers is rounded once, so that below these limits the result is the nearest `f64`.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "not below 2^53")]
pub(crate) fn plain(bytes: &[u8]) -> Option<Plain<'_>> {
    let (whole, count) = leading_digits(0, bytes);
    let behind = bytes.get(count..)?;
    let (decimal, after) = behind.strip_prefix(b".").map_or((false, behind), |after| (true, after));
    let (mantissa, decimals) = if decimal { leading_digits(whole, after) } else { (whole, 0) };
    let digits = count.saturating_add(decimals);
    if digits == 0 || digits > MOST_DIGITS || mantissa > 1 << 53 {
        return None;
    }
    let value = mantissa as f64 / POWERS.get(decimals)?;
    Some(Plain { value, rest: after.get(decimals..)? })
}

/// Appends the digits at the beginning of the bytes to `value`, and counts them. Wraps beyond [`MOST_DIGITS`].
///
/// Eight bytes are read at a time, as one number: a multiplication adds neighbouring digits up to pairs, the next one
/// pairs to fours, the last one these to eight.
#[inline]
fn leading_digits(mut value: u64, bytes: &[u8]) -> (u64, usize) {
    const SCALE: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        // Digits become 0 to 9; the sum has the top bit of every byte that is more, as far as the first of them.
        let values = u64::from_le_bytes(*eight) ^ 0x3030_3030_3030_3030;
        let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        let count = others.trailing_zeros() / 8;
        // The digits move to the end, behind zeros.
        let digits = values.checked_shl(64_u32.wrapping_sub(8 * count)).unwrap_or(0);
        let pairs = (digits.wrapping_mul((10 << 8) | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
        let fours = (pairs.wrapping_mul((100 << 16) | 1) >> 16) & 0x0000_ffff_0000_ffff;
        let number = fours.wrapping_mul((10_000 << 32) | 1) >> 32;
        let count = count as usize;
        value = value.wrapping_mul(SCALE.get(count).copied().unwrap_or(1)).wrapping_add(number);
        if count < 8 {
            return (value, bytes.len().wrapping_sub(rest.len()).wrapping_add(count));
        }
        rest = behind;
    }
    while let Some((digit, behind)) = rest.split_first().filter(|(byte, _)| byte.is_ascii_digit()) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit & 0x0f));
        rest = behind;
    }
    (value, bytes.len().wrapping_sub(rest.len()))
}

/// Digits and nothing else.
pub(crate) fn unsigned(bytes: &[u8]) -> Option<u64> {
    // Most of what is asked is a word.
    if !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let (value, count) = leading_digits(0, bytes);
    if count < bytes.len() {
        return None;
    }
    if count <= MOST_DIGITS {
        return Some(value);
    }
    // Zeros, or a number that may be too large.
    bytes.iter().try_fold(0_u64, |value, byte| value.checked_mul(10)?.checked_add(u64::from(byte & 0x0f)))
}

/// The whole number at the beginning of the bytes, and how many digits it has; none if they are more than any number has.
pub(crate) fn leading_whole(bytes: &[u8]) -> Option<(u64, usize)> {
    Some(leading_digits(0, bytes)).filter(|(_, count)| (1..=MOST_DIGITS).contains(count))
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
        let end = end_of_word(trimmed, |byte| byte.is_ascii_whitespace());
        let (word, rest) = trimmed.split_at(end);
        self.rest = rest;
        self.position = start.saturating_add(end);
        Some((start, word))
    }
}

/// Where the word at the beginning of the text ends: before the first byte that `ends` it, which may be a blank or a control
/// character and nothing else.
#[inline]
pub(crate) fn end_of_word(text: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    first_byte(text, |bytes| bytes.wrapping_sub(ONES * 0x21) & !bytes, ends).unwrap_or(text.len())
}

/// Where the first byte stands that `is` what is looked for. Eight bytes are taken as one number: `flags` sets the highest bit
/// of the first of them that may be it, and perhaps of others behind that one.
#[inline]
pub(crate) fn first_byte(text: &[u8], flags: impl Fn(u64) -> u64, is: impl Fn(u8) -> bool) -> Option<usize> {
    let mut rest = text;
    while let Some(eight) = rest.first_chunk::<8>() {
        let found = flags(u64::from_le_bytes(*eight)) & 0x8080_8080_8080_8080;
        let at = found.trailing_zeros() as usize / 8;
        match rest.get(at) {
            Some(byte) if found != 0 && is(*byte) => return Some(text.len() - rest.len() + at),
            _ => rest = rest.get(if found == 0 { 8 } else { at + 1 }..).unwrap_or_default(),
        }
    }
    let at = rest.iter().position(|byte| is(*byte))?;
    Some(text.len() - rest.len() + at)
}

/// The text before and after the first `separator`.
pub(crate) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr(separator, bytes)?;
    let (before, after) = bytes.split_at(at);
    Some((before, after.get(1..).unwrap_or_default()))
}

/// Text, with a sign for what is no UTF-8. Nearly all is ASCII.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// A position from 0 as a column for people, from 1.
pub(crate) fn column(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The fast way gives the bits that the slow one gives, and takes what it takes.
        #[test]
        fn numbers_are_the_nearest(
            number in "-?[0-9]{0,18}(\\.[0-9]{0,18})?|-?[0-9]{1,25}(\\.[0-9]{0,25})?|[0-9.,e-]{0,12}|-?[0-9]{1,7}\\.[0-9]{1,3}",
        ) {
            let unsigned_part = number.strip_prefix('-').unwrap_or(&number);
            let shaped = unsigned_part.starts_with(|first: char| first.is_ascii_digit() || first == '.');
            let slow = fast_float2::parse::<f64, _>(number.as_bytes()).ok().filter(|value| shaped && value.is_finite());
            prop_assert_eq!(float(number.as_bytes()).map(f64::to_bits), slow.map(f64::to_bits));
        }

        #[test]
        fn integers_are_whole_or_nothing(number in "[0-9]{1,22}|[0-9a/:]{0,12}|0{5,25}[0-9]{1,20}") {
            let plain = number.bytes().all(|byte| byte.is_ascii_digit());
            let slow = number.parse::<u64>().ok().filter(|_| plain);
            prop_assert_eq!(unsigned(number.as_bytes()), slow);
        }
    }

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
    }

    proptest! {
        #[test]
        fn words_end_where_they_do(text in "[ \\t\\x00\\x08a-cä\\x7f]{0,40}") {
            let end = text.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(text.len());
            prop_assert_eq!(end_of_word(text.as_bytes(), |byte| byte.is_ascii_whitespace()), end);
        }
    }

    #[test]
    fn words_know_where_they_are() {
        let found: Vec<_> = words(b"  ab\tc  ").collect();
        assert_eq!(found, vec![(2, b"ab".as_slice()), (5, b"c".as_slice())]);
        assert_eq!(split_once(b"a:b:c", b':'), Some((b"a".as_slice(), b"b:c".as_slice())));
    }
}
