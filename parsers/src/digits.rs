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

/// What is left of digits where each becomes its value.
const VALUES: u64 = 0x0f0f_0f0f_0f0f_0f0f;

/// The eight bytes from `at` on, a digit as its value; none where less are left.
#[inline]
fn values(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?) & VALUES)
}

/// The number of one to eight digits that `bytes` have from `at` on. Nothing else may stand there.
#[inline]
fn eight(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    // The digits move to the end, behind zeros.
    Some(number(values(bytes, at)? << (64_usize.wrapping_sub(8 * count) & 63)))
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
    let (low, high) = bytes.first_chunk::<16>()?.split_first_chunk::<8>()?;
    let (low, high) = (u64::from_le_bytes(*low), u64::from_le_bytes(*high.first_chunk::<8>()?));
    let others = not_digits(low);
    let later = others & others.wrapping_sub(1);
    if later == 0 {
        return long_decimal(low, high, others);
    }
    // All places in bits, from 0.
    let (point, end) = (others.trailing_zeros() & 0x38, later.trailing_zeros() & 0x38);
    if point == 0 {
        return None;
    }
    if low >> point & 0xff != u64::from(b'.') {
        let digits = low << (64 - point) & VALUES;
        let length = point as usize / 8;
        return Some(Decimal { value: number(digits).cast_signed() as f64, decimals: 0, length });
    }
    let decimals = (end - point) as usize / 8 - 1;
    if decimals == 0 {
        return None;
    }
    // The digits move to the end, behind zeros.
    let mantissa = number(without(low, point) << ((72 - end) & 63) & VALUES);
    let value = mantissa.cast_signed() as f64 / POWERS.get(decimals)?;
    Some(Decimal { value, decimals, length: end as usize / 8 })
}

/// [`decimal`] where the number does not end in the first eight bytes with a sign that no number has: `others` is what of them
/// is no digit, which is one byte at most.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "below 10^15")]
fn long_decimal(low: u64, high: u64, others: u64) -> Option<Decimal> {
    const SCALE: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let later = not_digits(high);
    let point = others.trailing_zeros() & 0x38;
    if others != 0 && low >> point & 0xff != u64::from(b'.') {
        let digits = (low << 8) << (56 - point) & VALUES;
        let length = point as usize / 8;
        return (point > 0).then(|| Decimal {
            value: number(digits).cast_signed() as f64,
            decimals: 0,
            length,
        });
    }
    if later == 0 {
        return None;
    }
    // Digits of the second eight bytes without the point, in bits and as a number, and decimals.
    let stop = later.trailing_zeros() & 0x38;
    let (first, digits, second, decimals) = if others != 0 {
        // The point stands before them.
        if point == 0 {
            return None;
        }
        let first = without(low, point) << 8 & VALUES;
        (first, stop, (high << 8) << (56 - stop) & VALUES, (56 + stop - point) as usize / 8)
    } else if high >> stop & 0xff == u64::from(b'.') {
        let later = later & later.wrapping_sub(1);
        let end = later.trailing_zeros() & 0x38;
        if later == 0 || end == stop + 8 {
            return None;
        }
        let second = without(high, stop) << ((72 - end) & 63) & VALUES;
        (low & VALUES, end - 8, second, (end - stop) as usize / 8 - 1)
    } else {
        let second = (high << 8) << (56 - stop) & VALUES;
        let (digits, scale) = (stop as usize / 8, SCALE.get(stop as usize / 8)?);
        let value = (number(low & VALUES) * scale + number(second)).cast_signed() as f64;
        return Some(Decimal { value, decimals: 0, length: 8 + digits });
    };
    if !(1..=8).contains(&decimals) {
        return None;
    }
    let digits = digits as usize / 8;
    let mantissa = number(first) * SCALE.get(digits)? + number(second);
    let value = mantissa.cast_signed() as f64 / POWERS.get(decimals)?;
    let length = if others != 0 { 8 + digits } else { 9 + digits };
    Some(Decimal { value, decimals, length })
}

/// Eight bytes without the one at this place, in bits; those behind it move up.
#[inline]
fn without(word: u64, place: u32) -> u64 {
    let behind = word >> 8;
    behind ^ ((word ^ behind) & ((1 << place) - 1))
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
