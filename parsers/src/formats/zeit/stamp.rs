//! One stamp of the clock: a time of day, or seconds since 1970.
//!
//! ```text
//! 14:00:00,012345678      date +%H:%M:%S,%N    also with `.` or `:` or nothing between
//! 14:00:00                date +%T
//! 1264510800.012345678    date +%s.%N          also with `,` or `:` or nothing between
//! 1264510800              date +%s
//! ```
//!
//! `date` of BSD and macOS, and often that of busybox, do not know `%N` and write `N` or `%N` in its place.

use crate::text::{epoch, unsigned};

pub(super) const NS: i64 = 1_000_000_000;

/// What a stamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TimeOfDay,
    Epoch,
}

/// A stamp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stamp {
    pub kind: Kind,
    /// Since midnight or since 1970.
    pub nanos: i64,
    /// Digits of the fraction.
    pub digits: usize,
}

impl Stamp {
    /// The whole of the text, without blanks around it.
    pub fn read(text: &[u8]) -> Option<Self> {
        time_of_day(text).or_else(|| since_1970(text))
    }
}

fn time_of_day(text: &[u8]) -> Option<Stamp> {
    let (clock, rest) = text.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return None };
    let (hour, minute, second) = (two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?);
    // 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    with_fraction(Kind::TimeOfDay, hour * 3600 + minute * 60 + second, fraction(rest)?)
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte & 0x0f));
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn since_1970(text: &[u8]) -> Option<Stamp> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (seconds, rest) = text.split_at_checked(end)?;
    // `%s%N`: the last nine digits are the fraction.
    let (seconds, rest) = match seconds.len().checked_sub(9) {
        Some(whole @ 9..=11) if rest.is_empty() => seconds.split_at_checked(whole)?,
        _ => (seconds, rest),
    };
    with_fraction(Kind::Epoch, epoch(seconds)?, fraction(rest)?)
}

/// The digits behind the seconds, without the separator.
fn fraction(rest: &[u8]) -> Option<&[u8]> {
    let digits = match rest.split_first() {
        Some((b',' | b'.' | b':', digits)) => digits,
        // `%N` has nine digits, `%3N` and `%6N` are in use.
        _ if matches!(rest.len(), 0 | 3 | 6 | 9) || rest == b"N" || rest == b"%N" => rest,
        _ => return None,
    };
    match digits {
        b"N" | b"%N" => Some(b""),
        // A separator with nothing behind it is a line that was cut off.
        b"" if !rest.is_empty() => None,
        digits if digits.len() <= 9 && digits.iter().all(u8::is_ascii_digit) => Some(digits),
        _ => None,
    }
}

fn with_fraction(kind: Kind, seconds: i64, digits: &[u8]) -> Option<Stamp> {
    /// Nanoseconds in the last of so many digits.
    const SCALE: [i64; 10] = [NS, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let scale = SCALE.get(digits.len())?;
    let value = if digits.is_empty() { 0 } else { i64::try_from(unsigned(digits)?).ok()? };
    let nanos = seconds.checked_mul(NS)?.checked_add(value.checked_mul(*scale)?)?;
    Some(Stamp { kind, nanos, digits: digits.len() })
}

/// Nanoseconds in seconds with a single rounding. A stamp since 1970 has more digits than a double, so the
/// quotient of doubles could be off by one in the last place.
#[expect(clippy::cast_precision_loss, reason = "rounded once")]
pub(super) fn decimal(nanos: i64) -> Option<f64> {
    const MORE: u64 = 1 << 34;
    const NANOS: u128 = 1_000_000_000;
    let size = nanos.checked_abs()?.unsigned_abs();
    let seconds = if size <= 1 << 53 {
        size as f64 / 1e9
    } else {
        // 34 binary digits behind the point make the quotient longer than a double, whatever the number; a last digit
        // that stands for all that follow decides a tie. The division by a power of two is exact.
        let more = u128::from(size) * u128::from(MORE);
        let quotient = (more / NANOS) | u128::from(more % NANOS != 0);
        quotient as f64 / MORE as f64
    };
    Some(if nanos < 0 { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_separators() {
        let read =
            |text: &str| Stamp::read(text.as_bytes()).map(|stamp| (stamp.kind, stamp.nanos, stamp.digits));
        let day = 50_400 * NS;
        let epoch = 1_264_510_800 * NS;
        for (text, expected) in [
            ("14:00:00,012345678", (Kind::TimeOfDay, day + 12_345_678, 9)),
            ("14:00:00.012345678", (Kind::TimeOfDay, day + 12_345_678, 9)),
            ("14:00:00:012345678", (Kind::TimeOfDay, day + 12_345_678, 9)),
            ("14:00:00012345678", (Kind::TimeOfDay, day + 12_345_678, 9)),
            ("14:00:00012", (Kind::TimeOfDay, day + 12_000_000, 3)),
            ("14:00:00", (Kind::TimeOfDay, day, 0)),
            ("14:00:00,%N", (Kind::TimeOfDay, day, 0)),
            ("1264510800.012345678", (Kind::Epoch, epoch + 12_345_678, 9)),
            ("1264510800,012345678", (Kind::Epoch, epoch + 12_345_678, 9)),
            ("1264510800:5", (Kind::Epoch, epoch + 500_000_000, 1)),
            ("1264510800012345678", (Kind::Epoch, epoch + 12_345_678, 9)),
            ("1264510800", (Kind::Epoch, epoch, 0)),
            ("1264510800.N", (Kind::Epoch, epoch, 0)),
            ("1264510800N", (Kind::Epoch, epoch, 0)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_stamps() {
        for text in [
            "",
            "14:00",
            "24:00:00",
            "14:60:00",
            "14:00:00,",
            "14:00:00,0123456789",
            "14:00:0001",
            "14:00:00;5",
            "12645108",
            "1264510800.",
            "1264510800.0 1 0.5",
            "-1264510800",
            "126451080001234567890",
            "1264510800 ",
        ] {
            assert_eq!(Stamp::read(text.as_bytes()), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn seconds_are_the_nearest(nanos in proptest::prelude::any::<i64>(), shift in 0_u32..63) {
            let nanos = nanos >> shift;
            let size = nanos.unsigned_abs();
            let sign = if nanos < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000);
            let nearest = text.parse::<f64>().ok().filter(|_| nanos != i64::MIN);
            proptest::prop_assert_eq!(decimal(nanos).map(f64::to_bits), nearest.map(f64::to_bits));
        }
    }

    #[test]
    fn one_rounding() {
        assert_eq!(decimal(1_264_510_800_012_345_678), "1264510800.012345678".parse().ok());
        assert_eq!(decimal(86_400_020_000_001), Some(86_400.020_000_001));
        assert_eq!((decimal(-1), decimal(0), decimal(i64::MIN)), (Some(-0.000_000_001), Some(0.0), None));
    }
}
