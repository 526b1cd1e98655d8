//! The time that somebody put before an output of the hypervisor.
//!
//! Seconds since 1970 with or without a fraction (`date +%s.%N`), also in ms, µs or ns; ISO 8601 and its
//! relatives (`2026-11-21 14:25:44,123`, `2026-11-21T14:25:44.5Z`, `… 14:25:44.123+0000`); and what `date`
//! prints in the C locale, with or without a zone (`Sat Nov 21 14:25:44 UTC 2026`). Without a zone, or with
//! one that stands for several, it is a time on the wall.

use chrono::NaiveDate;

use crate::formats::dstat::zone_offset_s;
use crate::text::{epoch, float, split_once, unsigned};

/// Longest text before an output in which a time is looked for.
const PREFIX: usize = 200;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Stamp {
    /// Seconds since 1970 UTC.
    Epoch(f64),
    /// Seconds since 1970 in local time.
    Local(f64),
}

impl Stamp {
    pub fn epoch(self) -> Option<f64> {
        match self {
            Self::Epoch(seconds) => Some(seconds),
            Self::Local(_) => None,
        }
    }

    pub fn local(self) -> Option<f64> {
        match self {
            Self::Epoch(_) => None,
            Self::Local(seconds) => Some(seconds),
        }
    }
}

/// The time that the whole of the line is.
pub(in crate::formats) fn alone(line: &[u8]) -> Option<Stamp> {
    let (stamp, rest) = leading(line.trim_ascii())?;
    rest.trim_ascii().is_empty().then_some(stamp)
}

/// The time at the beginning of the text, also in brackets, and what stands behind it.
pub(in crate::formats) fn leading(text: &[u8]) -> Option<(Stamp, &[u8])> {
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
pub(in crate::formats) fn anywhere(prefix: &[u8]) -> Option<Stamp> {
    let prefix = prefix.get(..PREFIX).unwrap_or(prefix);
    let starts = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b'(' | b'"' | b'=');
    let mut before = b' ';
    for (at, byte) in prefix.iter().enumerate() {
        if starts(before)
            && !starts(*byte)
            && let Some((stamp, _)) = prefix.get(at..).and_then(read)
        {
            return Some(stamp);
        }
        before = *byte;
    }
    None
}

/// The time at the very beginning of the text, and what stands behind it.
pub(in crate::formats) fn read(text: &[u8]) -> Option<(Stamp, &[u8])> {
    match text.first()? {
        b'0'..=b'9' => seconds(text).or_else(|| iso(text)),
        b'A'..=b'Z' => ctime(text),
        _ => None,
    }
}

/// `1795262345.123456`, or a whole number of ms, µs or ns.
fn seconds(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let end = text.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'.')).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    let ends =
        rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b']' | b':' | b')'));
    let value = match split_once(number, b'.') {
        Some((whole, fraction)) if !fraction.is_empty() => {
            epoch(whole)?;
            unsigned(fraction)?;
            float(number)?
        }
        Some(_) => return None,
        None => {
            #[expect(clippy::cast_precision_loss, reason = "a stamp is as good as its float")]
            let value = unsigned(number)? as f64;
            match number.len() {
                9..=11 => value,
                13 => value / 1e3,
                16 => value / 1e6,
                19 => value / 1e9,
                _ => return None,
            }
        }
    };
    ends.then_some((Stamp::Epoch(value), rest))
}

/// The number made of the first `count` bytes, and the rest.
fn digits(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    Some((u32::try_from(unsigned(digits)?).ok()?, rest))
}

/// `2026-11-21 14:25:44,123 +0100`
fn iso(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?;
    let (second, rest) = time_of_day(rest)?;
    let local = midnight_s(year, month, day)? + second;
    let (offset_s, rest) = zone(rest);
    Some((placed(local, offset_s), rest))
}

/// `Sat Nov 21 14:25:44 UTC 2026`, `Sat Nov 21 14:25:44 2026`, `Nov 21 14:25:44 2026`
fn ctime(text: &[u8]) -> Option<(Stamp, &[u8])> {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let (mut word, mut rest) = word(text);
    if DAYS.contains(&word) {
        (word, rest) = self::word(rest);
    }
    let month = u32::try_from(MONTHS.iter().position(|month| *month == word)?).ok()?.checked_add(1)?;
    let (day, rest) = self::word(rest);
    let (day, _) = digits(day, day.len())?;
    let (second, rest) = time_of_day(rest.trim_ascii_start())?;
    let (mut year, mut rest) = self::word(rest);
    let mut offset_s = None;
    if !year.first()?.is_ascii_digit() {
        offset_s = std::str::from_utf8(year).ok().and_then(zone_offset_s);
        (year, rest) = self::word(rest);
    }
    let local = midnight_s(digits(year, 4).filter(|(_, rest)| rest.is_empty())?.0, month, day)? + second;
    Some((placed(local, offset_s), rest))
}

/// What stands behind `Nov 21 14:25:44 `, as syslog writes it: a time of which nobody says the year.
pub(in crate::formats) fn without_year(text: &[u8]) -> Option<&[u8]> {
    let (month, rest) = word(text);
    if !MONTHS.contains(&month) {
        return None;
    }
    let (day, rest) = word(rest);
    digits(day, day.len())?;
    let (_, rest) = time_of_day(rest.trim_ascii_start())?;
    rest.strip_prefix(b" ")
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-'));
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, b""))
}

#[expect(clippy::cast_precision_loss, reason = "offsets are hours")]
fn placed(local: f64, offset_s: Option<i64>) -> Stamp {
    offset_s.map_or(Stamp::Local(local), |offset_s| Stamp::Epoch(local - offset_s as f64))
}

#[expect(clippy::cast_precision_loss, reason = "a date's seconds are far below 2^53")]
fn midnight_s(year: u32, month: u32, day: u32) -> Option<f64> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() as f64)
}

/// `14:25:44`, with a fraction behind a point or a comma.
fn time_of_day(text: &[u8]) -> Option<(f64, &[u8])> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let whole = f64::from(hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?);
    let Some(after) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) else {
        return Some((whole, rest));
    };
    let end = after.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(after.len());
    let (fraction, after) = after.split_at_checked(end)?;
    let Some(number) = unsigned(fraction).filter(|_| fraction.len() <= 9) else {
        return Some((whole, rest));
    };
    #[expect(clippy::cast_precision_loss, reason = "nine digits")]
    let number = number as f64;
    let power = i32::try_from(fraction.len()).unwrap_or_default();
    Some((whole + number / 10_f64.powi(power), after))
}

/// The offset from UTC behind a time: `Z`, `+0000`, `+00:00`, ` +0100`, ` UTC`.
fn zone(text: &[u8]) -> (Option<i64>, &[u8]) {
    let after = text.strip_prefix(b" ").unwrap_or(text);
    if let Some(rest) =
        after.strip_prefix(b"Z").filter(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    {
        return (Some(0), rest);
    }
    let end = match after.first() {
        Some(b'+' | b'-') => after.iter().skip(1).position(|byte| !matches!(byte, b'0'..=b'9' | b':')),
        Some(b'A'..=b'Z') => after.iter().skip(1).position(|byte| !byte.is_ascii_alphanumeric()),
        _ => return (None, text),
    };
    let end = end.map_or(after.len(), |end| end.saturating_add(1));
    let (name, rest) = after.split_at_checked(end).unwrap_or((after, b""));
    // `+01:00:` is an offset and the colon that libvirt puts behind it.
    let colons = name.iter().rev().take_while(|byte| **byte == b':').count();
    let (name, rest) = if colons > 0 {
        let end = end.saturating_sub(colons);
        after.split_at_checked(end).unwrap_or((name, rest))
    } else {
        (name, rest)
    };
    let name: String = name.iter().filter(|byte| **byte != b':').map(|byte| char::from(*byte)).collect();
    match zone_offset_s(&name) {
        Some(offset_s) => (Some(offset_s), rest),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(alone(text.as_bytes()), Some(Stamp::Epoch(seconds)), "{text}");
        }
    }

    #[test]
    fn stamps_without_a_zone_are_on_the_wall() {
        for text in [
            "2026-11-21 11:59:05",
            "[2026-11-21 11:59:05]",
            "Sat Nov 21 11:59:05 2026",
            "Nov 21 11:59:05 2026",
            "Sat Nov 21 11:59:05 CST 2026",
        ] {
            assert_eq!(alone(text.as_bytes()), Some(Stamp::Local(1_795_262_345.0)), "{text}");
        }
        for text in
            ["", "12", "14:00:00", "1795262345 x", "2026-13-21 11:59:05", "Sat", "1795262345.", "total"]
        {
            assert_eq!(alone(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn stamps_are_found_before_an_output() {
        for (text, stamp) in [
            ("1795262345.5 <- ", Some(Stamp::Epoch(1_795_262_345.5))),
            ("DEBUG 2026-11-21 11:59:05,500 qmp: ", Some(Stamp::Local(1_795_262_345.5))),
            ("2026-11-21 11:59:05.500+0000: 1234: info : f:1 : reply=", Some(Stamp::Epoch(1_795_262_345.5))),
            ("INFO: [1795262345] (x) ", Some(Stamp::Epoch(1_795_262_345.0))),
            ("mon=0x7f reply=", None),
        ] {
            assert_eq!(anywhere(text.as_bytes()), stamp, "{text}");
        }
    }
}
