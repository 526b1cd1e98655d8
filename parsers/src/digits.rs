//! Numbers read as fast as memory gives them: no loop over digits, and no branch that depends on how many there are.
//!
//! Eight bytes are taken as one number. Which of them are digits is known after four operations on all of them, and three
//! multiplications make a number of the digits. Only what is plain is read so; for all else the answer is none or that of
//! [`plain`], which knows more.

use crate::text::{POWERS, plain};

/// A bit for each byte that is no digit, its highest.
#[inline]
fn not_digits(word: u64) -> u64 {
    let values = word ^ 0x3030_3030_3030_3030;
    ((values & 0x7f7f_7f7f_7f7f_7f7f).wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
}

/// The number that eight digits are, the last one in the highest byte: a multiplication adds neighbouring digits up to pairs,
/// the next one pairs to fours, the last one these to eight.
#[inline]
fn number(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul((10 << 8) | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) | 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul((10_000 << 32) | 1) >> 32
}

/// The eight bytes from `at` on, a digit as its value; none where less are left.
#[inline]
fn values(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?) & 0x0f0f_0f0f_0f0f_0f0f)
}

/// The number of one to eight digits that `bytes` have from `at` on. Nothing else may stand there.
#[inline]
fn eight(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    // The digits move to the end, behind zeros.
    Some(number(values(bytes, at)? << (64_usize.wrapping_sub(8 * count) & 63)))
}

/// The number of `end` bytes at the beginning of a word, without the point among them that has digits on both sides.
#[inline]
fn without_point(values: u64, point: usize, end: usize) -> u64 {
    let all = values << (64_usize.wrapping_sub(8 * end) & 63);
    let behind = u64::MAX << (64_usize.wrapping_sub(8 * (end - point - 1)) & 63);
    number((all & behind) | ((all << 8) & !behind))
}

/// The number that eight digits are.
#[inline]
pub(crate) fn eight_digits(bytes: &[u8; 8]) -> Option<u64> {
    if not_digits(u64::from_le_bytes(*bytes)) == 0 { eight(bytes, 0, 8) } else { None }
}

/// The number at the beginning of the bytes if it has one to seven digits, and how many; none also where less than eight bytes
/// are left.
#[inline]
pub(crate) fn few_digits(bytes: &[u8]) -> Option<(u64, usize)> {
    let count = not_digits(u64::from_le_bytes(*bytes.first_chunk::<8>()?)).trailing_zeros() as usize / 8;
    if !(1..8).contains(&count) {
        return None;
    }
    Some((eight(bytes, 0, count)?, count))
}

/// A number at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decimal {
    /// The nearest double.
    pub value: f64,
    /// Digits behind the point; none where there is no point.
    pub decimals: usize,
    /// Bytes of the number.
    pub length: usize,
}

/// The number at the beginning of the bytes, of at most 15 of them; also none where less than 16 bytes are left.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "below 10^15")]
pub(crate) fn decimal(bytes: &[u8]) -> Option<Decimal> {
    const SCALE: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let word = bytes.first_chunk::<16>()?;
    let (low, high) = word.split_first_chunk::<8>()?;
    let low = u64::from_le_bytes(*low);
    let others = not_digits(low);
    let (point, end) = (first(others), first(others & others.wrapping_sub(1)));
    if end < 8 && bytes.get(point) == Some(&b'.') {
        // Short, as most are.
        if point == 0 || end == point + 1 {
            return None;
        }
        let mantissa = without_point(low & 0x0f0f_0f0f_0f0f_0f0f, point, end);
        let decimals = end - point - 1;
        return Some(Decimal { value: mantissa as f64 / POWERS.get(decimals)?, decimals, length: end });
    }
    let behind = not_digits(u64::from_le_bytes(*high.first_chunk::<8>()?));
    let flags = flags(others) | flags(behind) << 8;
    let whole = flags.trailing_zeros() as usize;
    let digits = match whole {
        1..=8 => eight(bytes, 0, whole)?,
        9..=15 => eight(bytes, 0, whole - 8)? * 100_000_000 + eight(bytes, whole - 8, 8)?,
        _ => return None,
    };
    if bytes.get(whole) != Some(&b'.') {
        return Some(Decimal { value: digits as f64, decimals: 0, length: whole });
    }
    let length = (flags & flags.wrapping_sub(1)).trailing_zeros() as usize;
    let decimals = length.wrapping_sub(whole + 1);
    if length > 15 || !(1..=8).contains(&decimals) {
        return None;
    }
    let mantissa = digits * SCALE.get(decimals)? + eight(bytes, whole + 1, decimals)?;
    Some(Decimal { value: mantissa as f64 / POWERS.get(decimals)?, decimals, length })
}

/// The first byte of which the highest bit is set; 8 if there is none.
#[inline]
fn first(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
}

/// The highest bits of eight bytes, the lowest for the first.
#[inline]
fn flags(bits: u64) -> u64 {
    // The product has all of them in its highest byte.
    (bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// [`decimal`], or what [`plain`] makes of the bytes: value and bytes.
#[inline]
pub(crate) fn number_at(bytes: &[u8]) -> Option<(f64, usize)> {
    match decimal(bytes) {
        Some(number) => Some((number.value, number.length)),
        None => plain(bytes).map(|number| (number.value, bytes.len() - number.rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is read is what the slow way reads, wherever the number ends.
        #[test]
        fn numbers_are_those_of_the_slow_way(
            number in "[0-9]{1,17}(\\.[0-9]{0,9})?|\\.[0-9]{0,3}|",
            behind in "[^0-9.].{0,3}",
        ) {
            let text = format!("{number}{behind}{behind}{}", "x".repeat(16));
            let found = decimal(text.as_bytes());
            let parts: Vec<&str> = number.split('.').collect();
            let fast = number.len() <= 15 && !parts[0].is_empty() && parts.get(1).is_none_or(|part| (1..=8).contains(&part.len()));
            prop_assert_eq!(found.is_some(), fast, "{}", number);
            if let Some(found) = found {
                prop_assert_eq!(found.value.to_bits(), number.parse::<f64>().unwrap().to_bits());
                prop_assert_eq!(found.decimals, parts.get(1).map_or(0, |part| part.len()));
                prop_assert_eq!(found.length, number.len());
            }
        }

        #[test]
        fn digits_are_counted(text in "[0-9]{0,9}[ -~]{8}") {
            let count = text.bytes().take_while(u8::is_ascii_digit).count();
            let few = (1..8).contains(&count).then(|| (text[..count].parse::<u64>().unwrap(), count));
            prop_assert_eq!(few_digits(text.as_bytes()), few);
            let eight = text.as_bytes().first_chunk::<8>().copied().unwrap();
            prop_assert_eq!(eight_digits(&eight), (count >= 8).then(|| text[..8].parse().unwrap()));
        }
    }
}
