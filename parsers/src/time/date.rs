//! The line that `date` writes without a format, in many languages, and everything with the same words.
//!
//! ```text
//! Tue Jan 26 14:00:00 CET 2010        C and most English locales
//! Tue 26 Jan 2010 02:00:00 PM CET     en_US since glibc 2.29
//! Di 26. Jan 14:00:00 CET 2010        de_DE
//! Dienstag, 26. Januar 2010, 14:00:00 Uhr CET
//! mar. 26 janv. 2010 14:00:00 CET     fr_FR
//! mar 26 gen 2010, 14:00:00, CET      it_IT
//! wto, 26 sty 2010, 14:00:00 CET      pl_PL
//! ti. 26. jan. 14:00:00 +0100 2010    nb_NO
//! 26 Jan 2010 14:00:00 CET            dstat
//! Jan 26 14:00:00 2010                ctime of C, less the day
//! ```
//!
//! The order of the words differs, their kinds do not: so each word is recognised by itself, and the line is
//! a date if every kind that is needed occurs exactly once and nothing else does. The time comes before its zone.
//! `mar` is March unless another month follows: then it was a Tuesday.

use chrono::NaiveDate;

use super::daytime::{self, Time};
use super::zone::{self, Zone};
use super::{names, wall_nanos};
use crate::text::{unsigned, words};

/// A date and a time on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date<'a> {
    pub date: NaiveDate,
    pub time: Time,
    /// Abbreviation or offset, as written.
    pub zone: Option<&'a [u8]>,
}

impl Date<'_> {
    pub fn zone(&self) -> Zone {
        self.zone.map_or(Zone::Unnamed, Zone::of)
    }

    /// See [`wall_nanos`].
    pub fn wall_nanos(&self) -> Option<i64> {
        wall_nanos(self.date, self.time)
    }
}

/// The date that the whole of the line is.
pub(crate) fn read(line: &[u8]) -> Option<Date<'_>> {
    if !holds_time(line) {
        return None;
    }
    let mut parts = Parts::default();
    for (_, word) in words(line) {
        parts.word(word.strip_suffix(b",").unwrap_or(word), true)?;
    }
    parts.date()
}

/// The date at the beginning of the text, as long as it may be, and what stands behind it. Behind a date that needs
/// no further word, only a zone that is known is one: anything in capitals may be.
pub(crate) fn leading(text: &[u8]) -> Option<(Date<'_>, &[u8])> {
    if !holds_time(text) {
        return None;
    }
    let mut parts = Parts::default();
    let (mut found, mut rest) = (None, text);
    while let Some((word, after)) = next(rest) {
        if parts.word(word, found.is_none()).is_none() {
            break;
        }
        found = parts.date();
        rest = after;
    }
    Some((found?, rest))
}

/// Whether there are two colons as in a time of day, without which there is no date. Most lines have none, and words are slow.
pub(super) fn holds_time(text: &[u8]) -> bool {
    memchr::memchr_iter(b':', text).any(|at| text.get(at.saturating_add(3)) == Some(&b':'))
}

/// The next word, without a comma or colon behind it, and what follows. Brackets and quotes end a word.
fn next(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b']' | b')' | b'"');
    let end = text.iter().position(ends).unwrap_or(text.len());
    let (word, _) = text.split_at_checked(end)?;
    let word = word.strip_suffix(b":").unwrap_or(word);
    let after = text.get(word.len()..)?;
    (!word.is_empty()).then(|| (word.strip_suffix(b",").unwrap_or(word), after))
}

#[derive(Debug, Default)]
struct Parts<'a> {
    weekday: bool,
    day: Option<u32>,
    month: Option<u32>,
    /// The month was written as a word that is a day of the week, too.
    month_or_weekday: bool,
    year: Option<u32>,
    time: Option<Time>,
    afternoon: Option<bool>,
    zone: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Takes one word; `None` if it fits nowhere or its kind has occurred already.
    fn word(&mut self, word: &'a [u8], any_zone: bool) -> Option<()> {
        let bare = word.strip_suffix(b".").unwrap_or(word);
        if let Some(value) = unsigned(bare) {
            let value = u32::try_from(value).ok()?;
            return match bare.len() {
                1 | 2 => fill(&mut self.day, value),
                4 if word.len() == 4 => fill(&mut self.year, value),
                _ => None,
            };
        }
        if let Some(time) = daytime::read(word) {
            return fill(&mut self.time, time);
        }
        if let Some(month) = names::month(bare) {
            return self.month(month, names::is_day(bare));
        }
        if !self.weekday && names::is_day(bare) {
            self.weekday = true;
            return Some(());
        }
        self.time?;
        if word.eq_ignore_ascii_case(b"am") || word.eq_ignore_ascii_case(b"pm") {
            fill(&mut self.afternoon, word.eq_ignore_ascii_case(b"pm"))
        } else if word == b"Uhr" {
            Some(())
        } else if (any_zone && zone::is_zone(word)) || Zone::known(word).is_some() {
            fill(&mut self.zone, word)
        } else {
            None
        }
    }

    fn month(&mut self, month: u32, is_weekday: bool) -> Option<()> {
        if self.month.is_some() {
            if self.weekday || !self.month_or_weekday {
                return None;
            }
            self.weekday = true;
        }
        self.month = Some(month);
        self.month_or_weekday = is_weekday && !self.weekday;
        Some(())
    }

    fn date(&self) -> Option<Date<'a>> {
        let year = i32::try_from(self.year?).ok()?;
        let date = NaiveDate::from_ymd_opt(year, self.month?, self.day?)?;
        let mut time = self.time?;
        if let Some(afternoon) = self.afternoon {
            let hour = time.seconds / 3600;
            let half = if afternoon { 12 } else { 0 };
            time.seconds =
                (1..=12).contains(&hour).then(|| (hour % 12 + half) * 3600 + time.seconds % 3600)?;
        }
        Some(Date { date, time, zone: self.zone })
    }
}

fn fill<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    match slot {
        Some(_) => None,
        None => {
            *slot = Some(value);
            Some(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(date: Date<'_>) -> (String, u32, Option<String>) {
        let zone = date.zone.map(|zone| String::from_utf8_lossy(zone).into_owned());
        (date.date.to_string(), date.time.seconds, zone)
    }

    fn whole(line: &[u8]) -> Option<(String, u32, Option<String>)> {
        read(line).map(parts)
    }

    #[test]
    fn all_languages_and_orders() {
        let expected = Some(("2010-01-26".to_owned(), 50_401, Some("CET".to_owned())));
        for line in [
            "Tue Jan 26 14:00:01 CET 2010",
            "Tue 26 Jan 2010 02:00:01 PM CET",
            "Tue Jan 26 02:00:01 PM CET 2010",
            "Tue 26 Jan 14:00:01 CET 2010",
            "26 Jan 2010 14:00:01 CET",
            "Di 26. Jan 14:00:01 CET 2010",
            "Di Jan 26 14:00:01 CET 2010",
            "Di 26. Jan 2010 14:00:01 CET",
            "Di 26 Jän 2010 14:00:01 CET",
            "Dienstag, 26. Januar 2010, 14:00:01 Uhr CET",
            "mar. 26 janv. 2010 14:00:01 CET",
            "mar 26 jan 2010 14:00:01 CET",
            "mardi 26 janvier 2010, 14:00:01 CET",
            "mar 26 ene 2010 14:00:01 CET",
            "mar ene 26 14:00:01 CET 2010",
            "mar 26 gen 2010, 14:00:01, CET",
            "ter 26 jan 2010 14:00:01 CET",
            "di 26 jan 2010 14:00:01 CET",
            "tis 26 jan 2010 14:00:01 CET",
            "tir 26 jan 14:00:01 CET 2010",
            "ti. 26. jan. 14:00:01 CET 2010",
            "wto, 26 sty 2010, 14:00:01 CET",
        ] {
            assert_eq!(whole(line.as_bytes()), expected, "{line}");
            let behind = format!("{line} (qemu)");
            let found = leading(behind.as_bytes()).map(|(date, rest)| (parts(date), rest));
            assert_eq!(found, expected.clone().map(|date| (date, b" (qemu)".as_slice())), "{line}");
        }
    }

    #[test]
    fn march_and_tuesday() {
        let expected = Some(("2010-03-02".to_owned(), 0, Some("MEZ".to_owned())));
        for line in [
            "Di 2. Mär 00:00:00 MEZ 2010",
            "Di  2. Mrz 00:00:00 MEZ 2010",
            "mar mar 2 00:00:00 MEZ 2010",
            "mar 2 mar 2010 0:00:00 MEZ",
            "mar. 2 mars 2010 00:00:00 MEZ",
            "Tue Mar  2 00:00:00 MEZ 2010",
            "Mar  2 00:00:00 MEZ 2010",
        ] {
            assert_eq!(whole(line.as_bytes()), expected, "{line}");
        }
        assert_eq!(whole(b"Di 2. M\xe4r 00:00:00 MEZ 2010"), expected);
    }

    #[test]
    fn twelve_o_clock() {
        let hour = |line: &str| whole(line.as_bytes()).map(|(_, time, _)| time / 3600);
        assert_eq!(hour("Tue 26 Jan 2010 12:00:00 AM CET"), Some(0));
        assert_eq!(hour("Tue 26 Jan 2010 12:00:00 PM CET"), Some(12));
        assert_eq!(hour("Tue 26 Jan 2010 13:00:00 PM CET"), None);
    }

    #[test]
    fn other_lines_are_no_dates() {
        for line in [
            "",
            "14:00:00",
            "Tue Jan 26 14:00:00 CET",
            "Tue Jan 32 14:00:00 CET 2010",
            "Feb 30 14:00:00 CET 2010",
            "Tue Jan 26 14:00:00 CET 2010 2011",
            "Tue Jan 26 25:00:00 CET 2010",
            "INFO Jan 26 14:00:00 2010",
            "Jan Feb 26 14:00:00 CET 2010",
            "Linux 3.10.0 (host) 01/26/2010 14:00:00",
        ] {
            assert_eq!(whole(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn what_stands_behind_a_date_is_left() {
        for (text, zone, rest) in [
            ("Tue Jan 26 14:00:00 2010] m", None, "] m"),
            ("Tue Jan 26 14:00:00 CST 2010: m", Some("CST"), ": m"),
            ("Tue Jan 26 14:00:00 XYZ 2010 m", Some("XYZ"), " m"),
            ("Tue Jan 26 14:00:00 2010 INFO m", None, " INFO m"),
            ("26 Jan 2010 14:00:00 CET 5", Some("CET"), " 5"),
            ("26 Jan 2010 14:00:00 +01:00", Some("+01:00"), ""),
            ("Jan 26 14:00:00.5 2010 5 pages", None, " 5 pages"),
        ] {
            let found = leading(text.as_bytes()).map(|(date, rest)| (date.zone, rest));
            assert_eq!(found, Some((zone.map(str::as_bytes), rest.as_bytes())), "{text}");
        }
    }
}
