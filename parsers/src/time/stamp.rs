//! The time that somebody put before an output.
//!
//! Seconds since 1970 with or without a fraction (`date +%s.%N`), also in ms, µs or ns; ISO 8601 and its
//! relatives (`2026-11-21 14:25:44,123`, `2026-11-21T14:25:44.5Z`, `… 14:25:44.123+0000`); and what `date`
//! prints, in its many languages, with or without a zone (`Sat Nov 21 14:25:44 UTC 2026`).

use chrono::NaiveDate;

use super::zone::Zone;
use super::{NANOS, date, daytime, epoch, seconds, wall_nanos};
use crate::text::unsigned;

/// Longest text before an output in which a time is looked for.
const PREFIX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stamp {
    /// Seconds since 1970 UTC.
    Epoch(f64),
    /// A date and a time on the wall.
    Wall {
        /// Nanoseconds since 1970, as if the wall stood at UTC.
        nanos: i64,
        zone: Zone,
    },
}

impl Stamp {
    /// Seconds since 1970 UTC, where the stamp says so or its zone gives its offset.
    pub fn epoch_s(self) -> Option<f64> {
        match self {
            Self::Epoch(seconds) => Some(seconds),
            Self::Wall { nanos, zone } => {
                seconds(nanos.checked_sub(i64::from(zone.offset_s()?).checked_mul(NANOS)?)?)
            }
        }
    }

    /// Seconds since 1970 on the wall.
    pub fn local_s(self) -> Option<f64> {
        match self {
            Self::Epoch(_) => None,
            Self::Wall { nanos, .. } => seconds(nanos),
        }
    }

    /// Whether it has no part of a second.
    pub fn is_whole(self) -> bool {
        match self {
            Self::Epoch(seconds) => seconds.fract() == 0.0,
            Self::Wall { nanos, .. } => nanos % NANOS == 0,
        }
    }

    /// Of a time on the wall that has no known offset, its zone.
    pub fn unplaced(self) -> Option<Zone> {
        match self {
            Self::Epoch(_) => None,
            Self::Wall { zone, .. } => Some(zone).filter(|zone| zone.offset_s().is_none()),
        }
    }
}

/// The time that the whole of the line is.
pub(crate) fn alone(line: &[u8]) -> Option<Stamp> {
    let line = line.trim_ascii();
    match leading(line) {
        Some((stamp, rest)) if rest.trim_ascii().is_empty() => Some(stamp),
        // With a zone behind it that is not known.
        _ => date::read(line).and_then(wall),
    }
}

/// Whether a time may stand at the beginning of the text: most lines of a log without times neither begin with a number nor
/// hold a time of day.
pub(crate) fn may_lead(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'0'..=b'9' | b'[', ..]) || date::holds_time(text)
}

/// The time at the beginning of the text, also in brackets, and what stands behind it.
pub(crate) fn leading(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let text = text.trim_ascii_start();
    match text.strip_prefix(b"[") {
        Some(inside) => {
            let (stamp, rest) = read(inside.trim_ascii_start())?;
            Some((stamp, rest.strip_prefix(b"]")?))
        }
        None => read(text),
    }
}

/// The first time in what stands before an output on its line.
pub(crate) fn anywhere(prefix: &[u8]) -> Option<Stamp> {
    let prefix = prefix.get(..PREFIX).unwrap_or(prefix);
    let starts = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b'(' | b'"' | b'=');
    // Only seconds since 1970 have no time of day. Most prefixes have neither.
    let of_day = date::holds_time(prefix);
    if !of_day && !holds_seconds(prefix) {
        return None;
    }
    let mut before = b' ';
    for (at, byte) in prefix.iter().enumerate() {
        if starts(before)
            && !starts(*byte)
            && (of_day || byte.is_ascii_digit())
            && let Some((stamp, _)) = prefix.get(at..).and_then(read)
        {
            return Some(stamp);
        }
        before = *byte;
    }
    None
}

/// Whether there are as many digits side by side as seconds since 1970 have.
fn holds_seconds(text: &[u8]) -> bool {
    let mut digits = 0;
    text.iter().any(|byte| {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        digits == epoch::LEAST_DIGITS
    })
}

/// The time at the very beginning of the text, and what stands behind it.
pub(crate) fn read(text: &[u8]) -> Option<(Stamp, &[u8])> {
    match text.first()? {
        b'0'..=b'9' => since_1970(text).or_else(|| iso(text)).or_else(|| in_words(text)),
        b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => in_words(text),
        _ => None,
    }
}

/// `1795262345.123456`, or a whole number of ms, µs or ns.
fn since_1970(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let end = text.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'.')).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    let ends =
        rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b']' | b':' | b')'));
    let seconds = if number.contains(&b'.') { epoch::seconds(number)?.0 } else { epoch::any_unit(number)? };
    ends.then_some((Stamp::Epoch(seconds), rest))
}

/// `2026-11-21 14:25:44,123 +0100`
fn iso(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b' ', rest @ ..] = text else { return None };
    let number = |digits: &[u8]| unsigned(digits).and_then(|number| u32::try_from(number).ok());
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let (time, rest) = daytime::leading(rest)?;
    let (zone, rest) = zone(rest);
    Some((Stamp::Wall { nanos: wall_nanos(date, time)?, zone }, rest))
}

/// `Sat Nov 21 14:25:44 UTC 2026`
fn in_words(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (date, rest) = date::leading(text)?;
    Some((wall(date)?, rest))
}

fn wall(date: date::Date<'_>) -> Option<Stamp> {
    Some(Stamp::Wall { nanos: date.wall_nanos()?, zone: date.zone() })
}

/// The zone behind a time of ISO 8601: `Z`, `+0000`, `+00:00`, ` +0100`, ` UTC`. Any other word is not of the time.
fn zone(text: &[u8]) -> (Zone, &[u8]) {
    let after = text.strip_prefix(b" ").unwrap_or(text);
    let belongs: fn(&u8) -> bool = match after.first() {
        Some(b'+' | b'-') => |byte| matches!(byte, b'0'..=b'9' | b':'),
        Some(b'A'..=b'Z') => u8::is_ascii_alphanumeric,
        _ => return (Zone::Unnamed, text),
    };
    let end = after.iter().skip(1).position(|byte| !belongs(byte)).map_or(after.len(), |end| end + 1);
    let mut word = after.get(..end).unwrap_or_default();
    // `+01:00:` is an offset and the colon that libvirt puts behind it.
    while let Some((b':', before)) = word.split_last() {
        word = before;
    }
    match Zone::known(word) {
        Some(zone) => (zone, after.get(word.len()..).unwrap_or_default()),
        None => (Zone::Unnamed, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH_S: i64 = 1_795_262_345;

    fn wall(nanos: i64, zone: &str) -> Stamp {
        Stamp::Wall { nanos, zone: Zone::of(zone.as_bytes()) }
    }

    #[test]
    fn stamps_with_a_zone_are_times() {
        for (text, seconds) in [
            ("1795262345.123456", 1_795_262_345.123_456),
            ("1795262345", 1_795_262_345.0),
            ("[1795262345.5]", 1_795_262_345.5),
            ("1795262345123", 1_795_262_345.123),
            ("1795262345123456789", 1_795_262_345.123_456_8),
            ("2026-11-21T11:59:05Z", 1_795_262_345.0),
            ("2026-11-21T11:59:05.25+00:00", 1_795_262_345.25),
            ("2026-11-21 12:59:05,250 +0100", 1_795_262_345.25),
            ("2026-11-21 12:59:05.250+01", 1_795_262_345.25),
            ("2026-11-21 11:59:05 UTC", 1_795_262_345.0),
            ("Sat Nov 21 11:59:05 UTC 2026", 1_795_262_345.0),
            ("Sat Nov 21 12:59:05 CET 2026", 1_795_262_345.0),
            ("Sa 21. Nov 12:59:05 MEZ 2026", 1_795_262_345.0),
            ("sam. 21 nov. 2026 12:59:05 CET", 1_795_262_345.0),
        ] {
            let found = alone(text.as_bytes());
            assert_eq!(found.and_then(Stamp::epoch_s), Some(seconds), "{text}");
            assert_eq!(found.and_then(Stamp::unplaced), None, "{text}");
        }
    }

    #[test]
    fn stamps_without_one_offset_stay_on_the_wall() {
        for (text, zone) in [
            ("2026-11-21 11:59:05", ""),
            ("[2026-11-21 11:59:05]", ""),
            ("Sat Nov 21 11:59:05 2026", ""),
            ("Nov 21 11:59:05 2026", ""),
            ("Sat Nov 21 11:59:05 CST 2026", "CST"),
            ("2026-11-21 11:59:05 CST", "CST"),
            ("2026-11-21T11:59:05 IST", "IST"),
            ("Sat 21 Nov 2026 11:59:05 AM XYZ", "XYZ"),
        ] {
            let found = alone(text.as_bytes());
            assert_eq!(found, Some(wall(EPOCH_S * NANOS, zone)), "{text}");
            assert_eq!(found.and_then(Stamp::epoch_s), None, "{text}");
            assert_eq!(found.and_then(Stamp::local_s), Some(1_795_262_345.0), "{text}");
            assert_eq!(found.and_then(Stamp::unplaced), Some(Zone::of(zone.as_bytes())), "{text}");
        }
        for text in
            ["", "12", "14:00:00", "1795262345 x", "2026-13-21 11:59:05", "Sat", "1795262345.", "total"]
        {
            assert_eq!(alone(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn words_behind_a_time_are_no_zones() {
        for (text, rest) in [
            ("2026-11-21 11:59:05 INFO m", " INFO m"),
            ("2026-11-21 11:59:05 GET /", " GET /"),
            ("2026-11-21 11:59:05 - m", " - m"),
            ("2026-11-21 11:59:05 +9900", " +9900"),
            ("2026-11-21 11:59:05 xend 3113] m", " xend 3113] m"),
        ] {
            let expected = (wall(EPOCH_S * NANOS, ""), rest.as_bytes());
            assert_eq!(leading(text.as_bytes()), Some(expected), "{text}");
        }
        let libvirt = leading(b"2026-11-21 11:59:05.5+00:00: 1234: info");
        assert_eq!(
            libvirt.map(|(stamp, rest)| (stamp.epoch_s(), rest)),
            Some((Some(1_795_262_345.5), b": 1234: info".as_slice()))
        );
    }

    #[test]
    fn stamps_are_found_before_an_output() {
        let half = EPOCH_S * NANOS + NANOS / 2;
        for (text, stamp) in [
            ("1795262345.5 <- ", Some(Stamp::Epoch(1_795_262_345.5))),
            ("DEBUG 2026-11-21 11:59:05,500 qmp: ", Some(wall(half, ""))),
            ("DEBUG Sat Nov 21 11:59:05.5 2026: qmp: ", Some(wall(half, ""))),
            ("2026-11-21 11:59:05.500+0000: 1234: info : f:1 : reply=", Some(wall(half, "+0000"))),
            ("INFO: [1795262345] (x) ", Some(Stamp::Epoch(1_795_262_345.0))),
            ("mon=0x7f reply=", None),
        ] {
            assert_eq!(anywhere(text.as_bytes()), stamp, "{text}");
        }
    }
}
