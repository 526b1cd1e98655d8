//! One stamp of the clock, to the nanosecond: a time of day, or seconds since 1970. What a tight loop writes.
//!
//! ```text
//! 14:00:00,012345678      date +%H:%M:%S,%N    also with `.` or `:` or nothing between
//! 14:00:00                date +%T
//! 1264510800.012345678    date +%s.%N          also with `,` or `:` or nothing between
//! 1264510800              date +%s
//! ```
//!
//! `date` of BSD and macOS, and often that of busybox, do not know `%N` and write `N` or `%N` in its place.

use super::{NANOS, daytime, epoch};
use crate::digits::eight_digits;

/// What a stamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    TimeOfDay,
    Epoch,
}

/// A stamp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Exact {
    pub kind: Kind,
    /// Since midnight or since 1970.
    pub nanos: i64,
    /// Digits of the fraction.
    pub digits: usize,
}

impl Exact {
    /// The stamp of a line at the beginning of the bytes, to the nanosecond, and how many bytes the line has; none where it
    /// is of another shape. What it reads [`Self::read`] reads, too.
    #[inline]
    pub fn plain(kind: Kind, bytes: &[u8]) -> Option<(i64, usize)> {
        let (seconds, rest) = match kind {
            Kind::TimeOfDay => {
                let (clock, rest) = bytes.split_first_chunk::<8>()?;
                let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return None };
                let two_digits = daytime::two_digits;
                let seconds =
                    daytime::since_midnight(two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?)?;
                (i64::from(seconds), rest)
            }
            Kind::Epoch => {
                let (tens, rest) = bytes.split_first_chunk::<2>()?;
                let (others, rest) = rest.split_first_chunk::<8>()?;
                let tens = i64::from(daytime::two_digits(tens[0], tens[1])?);
                (tens * 100_000_000 + i64::try_from(eight_digits(others)?).ok()?, rest)
            }
        };
        let ([b',' | b'.' | b':'], rest) = rest.split_first_chunk::<1>()? else { return None };
        let (fraction, rest) = rest.split_first_chunk::<8>()?;
        let [last, b'\n', ..] = rest else { return None };
        let fraction = i64::try_from(eight_digits(fraction)?).ok()? * 10 + i64::from(daytime::digit(*last)?);
        let length = bytes.len() - rest.len() + 2;
        Some((seconds.checked_mul(NANOS)?.checked_add(fraction)?, length))
    }

    /// The whole of the text, without blanks around it.
    pub fn read(text: &[u8]) -> Option<Self> {
        time_of_day(text).or_else(|| since_1970(text))
    }
}

#[inline]
fn time_of_day(text: &[u8]) -> Option<Exact> {
    let (clock, rest) = text.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return None };
    let two_digits = daytime::two_digits;
    let seconds = daytime::since_midnight(two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?)?;
    with_fraction(Kind::TimeOfDay, i64::from(seconds), fraction(rest)?)
}

fn since_1970(text: &[u8]) -> Option<Exact> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (seconds, rest) = text.split_at_checked(end)?;
    // `%s%N`: the last nine digits are the fraction.
    let (seconds, rest) = match seconds.len().checked_sub(9) {
        Some(whole @ 9..=11) if rest.is_empty() => seconds.split_at_checked(whole)?,
        _ => (seconds, rest),
    };
    with_fraction(Kind::Epoch, epoch::whole(seconds)?, fraction(rest)?)
}

/// The digits behind the seconds, without the separator.
#[inline]
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
        digits => Some(digits),
    }
}

#[inline]
fn with_fraction(kind: Kind, seconds: i64, digits: &[u8]) -> Option<Exact> {
    let fraction = if digits.is_empty() { 0 } else { daytime::nanos(digits)? };
    let nanos = seconds.checked_mul(NANOS)?.checked_add(i64::from(fraction))?;
    Some(Exact { kind, nanos, digits: digits.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_separators() {
        let read =
            |text: &str| Exact::read(text.as_bytes()).map(|stamp| (stamp.kind, stamp.nanos, stamp.digits));
        let day = 50_400 * NANOS;
        let epoch = 1_264_510_800 * NANOS;
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
            assert_eq!(Exact::read(text.as_bytes()), None, "{text}");
        }
    }
}
