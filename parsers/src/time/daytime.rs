//! Times of day: `14:00:00`, `9:05:07.25`, `14:00:00,123`.

use crate::text::unsigned;

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Time {
    /// Since midnight; up to 86400, because of leap seconds.
    pub seconds: u32,
    pub nanos: u32,
}

/// Hours, minutes and seconds at the beginning of the text, perhaps with up to nine decimals behind a point or a comma,
/// and what stands behind them. Hours may have one digit.
pub(crate) fn leading(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = match text {
        [h, b':', rest @ ..] => (digit(*h)?, rest),
        [h1, h2, b':', rest @ ..] => (two_digits(*h1, *h2)?, rest),
        _ => return None,
    };
    let [m1, m2, b':', s1, s2, rest @ ..] = rest else { return None };
    let seconds = since_midnight(hour, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?)?;
    let decimals = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b","));
    let fraction = decimals.and_then(|decimals| {
        let end = decimals.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(decimals.len());
        let (digits, rest) = decimals.split_at_checked(end)?;
        Some((nanos(digits)?, rest))
    });
    // A comma with no digits behind it belongs to the sentence.
    let (nanos, rest) = fraction.unwrap_or((0, rest));
    Some((Time { seconds, nanos }, rest))
}

/// The whole of the word.
pub(crate) fn read(word: &[u8]) -> Option<Time> {
    leading(word).filter(|(_, rest)| rest.is_empty()).map(|(time, _)| time)
}

/// Seconds since midnight. 60 is a leap second.
#[inline]
pub(super) fn since_midnight(hour: u32, minute: u32, second: u32) -> Option<u32> {
    (hour <= 23 && minute <= 59 && second <= 60).then(|| hour * 3600 + minute * 60 + second)
}

#[inline]
pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[inline]
pub(super) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte & 0x0f))
}

/// Nanoseconds in one to nine decimals.
#[inline]
pub(super) fn nanos(digits: &[u8]) -> Option<u32> {
    /// Nanoseconds in the last of so many digits.
    const SCALE: [u32; 10] =
        [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let scale = SCALE.get(digits.len())?;
    // Nine digits at most: below 10⁹.
    u32::try_from(unsigned(digits)?).ok()?.checked_mul(*scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_what_stands_behind_them() {
        for (text, expected) in [
            ("14:00:05", Some((50_405, 0, ""))),
            ("9:00:05 x", Some((32_405, 0, " x"))),
            ("14:00:05.25", Some((50_405, 250_000_000, ""))),
            ("14:00:05,123456789Z", Some((50_405, 123_456_789, "Z"))),
            ("14:00:05, 26", Some((50_405, 0, ", 26"))),
            ("14:00:05.", Some((50_405, 0, "."))),
            ("14:00:05.0123456789", Some((50_405, 0, ".0123456789"))),
            ("23:59:60", Some((86_400, 0, ""))),
            ("24:00:00", None),
            ("14:60:00", None),
            ("14:00", None),
            ("14:0:5", None),
            (":00:00", None),
            ("", None),
        ] {
            let expected = expected.map(|(seconds, nanos, rest)| (Time { seconds, nanos }, rest.as_bytes()));
            assert_eq!(leading(text.as_bytes()), expected, "{text}");
        }
    }
}
