//! Lines of nothing but numbers, read as fast as memory gives them.
//!
//! In two passes over a block that the cache holds: the first finds every byte that is no digit, without a branch, so that
//! the compiler makes vector instructions of it; the second takes the digits between two of these, eight at a time. Where
//! one number ends is then known before the one before it has been read, and the processor reads several at once.
//!
//! Only what is plain is read: a number of up to 16 digits, perhaps with a point and up to 8 more. For all else the answer
//! is none, and the caller looks at the line in its own way.

use crate::text::POWERS;

/// Bytes that are searched for stops at a time; the first time fewer, since most logs are short.
const BLOCK: usize = 16 << 10;
const FIRST_BLOCK: usize = 1 << 10;

/// The digits of `bytes` from `at` on, at most eight; none where less than eight bytes are left. Nothing but digits may stand
/// there.
///
/// They are read as one number: a multiplication adds neighbouring digits up to pairs, the next one pairs to fours, the last
/// one these to eight.
#[inline]
fn eight(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let word = u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?) & 0x0f0f_0f0f_0f0f_0f0f;
    // The digits move to the end, behind zeros.
    let digits = word << (64_usize.wrapping_sub(8 * count) & 63);
    let pairs = (digits.wrapping_mul((10 << 8) | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) | 1) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul((10_000 << 32) | 1) >> 32)
}

/// Whether the lowest `count` bytes of the word are digits.
#[inline]
fn are_digits(word: u64, count: usize) -> bool {
    let values = word ^ 0x3030_3030_3030_3030;
    let others = ((values & 0x7f7f_7f7f_7f7f_7f7f).wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    others.trailing_zeros() as usize >= 8 * count
}

/// The number that eight digits are.
#[inline]
pub(crate) fn eight_digits(bytes: &[u8; 8]) -> Option<u64> {
    if are_digits(u64::from_le_bytes(*bytes), 8) { eight(bytes, 0, 8) } else { None }
}

/// The number at the beginning of the bytes if it has one to seven digits, and how many; none also where less than eight bytes
/// are left.
#[inline]
pub(crate) fn few_digits(bytes: &[u8]) -> Option<(u64, usize)> {
    let values = u64::from_le_bytes(*bytes.first_chunk::<8>()?) ^ 0x3030_3030_3030_3030;
    // Right up to the first byte that is no digit.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let count = others.trailing_zeros() as usize / 8;
    if !(1..8).contains(&count) {
        return None;
    }
    Some((eight(bytes, 0, count)?, count))
}

/// A bit for each byte of 64 that is no digit, the lowest for the first.
#[inline]
fn others(block: &[u8; 64]) -> u64 {
    let mut flags = [0_u8; 64];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(byte.wrapping_sub(b'0') > 9);
    }
    let (words, _) = flags.as_chunks::<8>();
    let bits = words.iter().enumerate().map(|(index, word)| {
        // The product has the flags of eight bytes in its highest byte.
        (u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index)
    });
    bits.fold(0, |all, bits| all | bits)
}

/// Where the bytes are that are no digits.
#[derive(Debug, Default)]
pub(crate) struct Stops(Vec<u32>);

impl Stops {
    fn find(&mut self, bytes: &[u8]) {
        self.0.clear();
        let (blocks, rest) = bytes.as_chunks::<64>();
        let mut last = [b'0'; 64];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        let mut base = 0;
        for block in blocks.iter().chain([&last]) {
            let mut bits = others(block);
            self.0.extend((0..bits.count_ones()).map(|_| {
                let stop = bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
                base + stop
            }));
            base += 64;
        }
    }

    /// Gives `line` one line after the other until it says none, or no line is left. How many bytes and lines were read.
    #[inline]
    pub fn each_line(
        &mut self,
        bytes: &[u8],
        mut line: impl FnMut(&mut Cursor<'_>) -> Option<()>,
    ) -> (usize, u64) {
        let (mut used, mut lines) = (0, 0);
        let mut size = FIRST_BLOCK;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let block = rest.get(..size).unwrap_or(rest);
            self.find(block);
            let mut cursor = Cursor { bytes: rest, stops: self.0.iter(), at: 0 };
            let mut end = 0;
            while line(&mut cursor).is_some() {
                end = cursor.at;
                lines += 1;
            }
            used += end;
            // Otherwise the line goes on behind the block.
            let odd = !cursor.stops.as_slice().is_empty();
            if odd || block.len() == rest.len() || (end == 0 && size == BLOCK) {
                return (used, lines);
            }
            size = BLOCK;
        }
    }
}

/// A place in a line.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    stops: std::slice::Iter<'a, u32>,
    at: usize,
}

/// A whole number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub value: u64,
    pub digits: usize,
    /// The byte behind it, which is read with it.
    pub stop: u8,
}

/// A number, perhaps with decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    /// The nearest double.
    pub value: f64,
    /// Digits behind the point; none where there is no point.
    pub decimals: usize,
    /// The byte behind it, which is read with it.
    pub stop: u8,
}

impl Cursor<'_> {
    /// A number of one to 16 digits.
    #[inline]
    pub fn whole(&mut self) -> Option<Whole> {
        let start = self.at;
        let end = *self.stops.next()? as usize;
        let digits = end.wrapping_sub(start);
        let value = match digits {
            1..=8 => eight(self.bytes, start, digits)?,
            9..=16 => {
                let high = eight(self.bytes, start, digits - 8)?;
                high * 100_000_000 + eight(self.bytes, end - 8, 8)?
            }
            _ => return None,
        };
        self.at = end + 1;
        Some(Whole { value, digits, stop: *self.bytes.get(end)? })
    }

    /// A number of up to 16 digits that is exact in 53 bits, with at most 8 of them behind the point: the quotient of two
    /// exact numbers is rounded once.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "not below 2^53")]
    pub fn decimal(&mut self) -> Option<Decimal> {
        const SCALE: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
        let whole = self.whole()?;
        let (mantissa, decimals, stop) = if whole.stop == b'.' {
            let part = self.whole()?;
            if whole.digits + part.digits > 19 {
                return None;
            }
            (whole.value * SCALE.get(part.digits)? + part.value, part.digits, part.stop)
        } else {
            (whole.value, 0, whole.stop)
        };
        if mantissa > 1 << 53 {
            return None;
        }
        Some(Decimal { value: mantissa as f64 / POWERS.get(decimals)?, decimals, stop })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::plain;

    proptest! {
        /// What is read is what a reader of one number after the other reads.
        #[test]
        fn numbers_are_those_of_the_slow_way(lines in proptest::collection::vec("[0-9]{1,17}(\\.[0-9]{1,9})?( [0-9]{1,5}){0,30}x?", 0..30)) {
            let text = lines.join("\n") + "\n000000000";
            let mut found = Vec::new();
            let (used, count) = Stops::default().each_line(text.as_bytes(), |cursor| {
                let before = found.len();
                loop {
                    let number = cursor.decimal();
                    match number {
                        Some(Decimal { stop: b' ', value, .. }) => found.push(value),
                        Some(Decimal { stop: b'\n', value, .. }) => { found.push(value); return Some(()) }
                        _ => { found.truncate(before); return None }
                    }
                }
            });
            let wanted = |line: &&String| line.split(' ').all(|word| plain(word.as_bytes()).is_some_and(|number| number.rest.is_empty()));
            let fast = |line: &&String| wanted(line) && line.split(' ').all(|word| word.find('.').unwrap_or(word.len()) <= 16 && word.split('.').nth(1).is_none_or(|part| part.len() <= 8));
            let plain_lines: Vec<&String> = lines.iter().take_while(fast).collect();
            prop_assert_eq!(count as usize, plain_lines.len());
            prop_assert_eq!(used, plain_lines.iter().map(|line| line.len() + 1).sum::<usize>());
            let slow: Vec<f64> = plain_lines.iter().flat_map(|line| line.split(' ')).map(|word| word.parse().unwrap()).collect();
            prop_assert_eq!(found, slow);
        }
    }
}
