//! The line that `date` writes without a format, in English and German.
//!
//! ```text
//! Tue Jan 26 14:00:00 CET 2010        C and most English locales
//! Tue 26 Jan 2010 02:00:00 PM CET     en_US since glibc 2.29
//! Di 26. Jan 14:00:00 CET 2010        de_DE
//! Di Jan 26 14:00:00 CET 2010         de_DE of older systems
//! Dienstag, 26. Januar 2010, 14:00:00 Uhr CET
//! ```
//!
//! The order of the words differs, their kinds do not: so each word is recognised by itself, and the line is
//! a date if every kind that is needed occurs exactly once and nothing else does. Abbreviated and full
//! names of months are told apart by their first three letters; `ä` may be UTF-8 or Latin-1.

use chrono::NaiveDate;

use crate::text::{split_once, unsigned, words};

/// What a line of `date` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub date: NaiveDate,
    /// Seconds since midnight.
    pub time_s: u32,
    /// Abbreviation or offset, as written.
    pub zone: Option<&'a [u8]>,
}

/// Reads a line of `date`; `None` if it is anything else.
pub(super) fn parse(line: &[u8]) -> Option<Header<'_>> {
    let mut parts = Parts::default();
    for (_, word) in words(line) {
        let word = word.strip_suffix(b",").unwrap_or(word);
        parts.word(word)?;
    }
    let year = i32::try_from(parts.year?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, parts.month?, parts.day?)?;
    let (hour, minute, second) = parts.time?;
    let hour = match parts.afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    Some(Header { date, time_s: hour * 3600 + minute * 60 + second, zone: parts.zone })
}

#[derive(Debug, Default)]
struct Parts<'a> {
    weekday: bool,
    day: Option<u32>,
    month: Option<u32>,
    year: Option<u32>,
    time: Option<(u32, u32, u32)>,
    afternoon: Option<bool>,
    zone: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Takes one word; `None` if it fits nowhere or its kind has occurred already.
    fn word(&mut self, word: &'a [u8]) -> Option<()> {
        let number = word.strip_suffix(b".").unwrap_or(word);
        if let Some(value) = unsigned(number) {
            let value = u32::try_from(value).ok()?;
            match number.len() {
                1 | 2 => fill(&mut self.day, value),
                4 if word.len() == 4 => fill(&mut self.year, value),
                _ => None,
            }
        } else if let Some(time) = time(word) {
            fill(&mut self.time, time)
        } else if let Some(month) = month(number) {
            fill(&mut self.month, month)
        } else if !self.weekday && weekday(number) {
            self.weekday = true;
            Some(())
        } else if word.eq_ignore_ascii_case(b"am") || word.eq_ignore_ascii_case(b"pm") {
            fill(&mut self.afternoon, word.eq_ignore_ascii_case(b"pm"))
        } else if word == b"Uhr" {
            Some(())
        } else if zone(word) {
            fill(&mut self.zone, word)
        } else {
            None
        }
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

fn time(word: &[u8]) -> Option<(u32, u32, u32)> {
    let (hour, rest) = split_once(word, b':')?;
    let (minute, second) = split_once(rest, b':')?;
    let two = |digits: &[u8], limit: u32| {
        let value = (1..=2).contains(&digits.len()).then(|| unsigned(digits)).flatten()?;
        u32::try_from(value).ok().filter(|value| *value <= limit)
    };
    Some((two(hour, 23)?, two(minute, 59)?, two(second, 60)?))
}

fn month(word: &[u8]) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "januar", "january", "jän", "jänner"],
        &["feb", "februar", "february"],
        &["mär", "mrz", "märz", "mar", "march", "maerz"],
        &["apr", "april"],
        &["mai", "may"],
        &["jun", "juni", "june"],
        &["jul", "juli", "july"],
        &["aug", "august"],
        &["sep", "sept", "september"],
        &["okt", "oct", "oktober", "october"],
        &["nov", "november"],
        &["dez", "dec", "dezember", "december"],
    ];
    let index = NAMES.iter().position(|names| names.iter().any(|name| same_word(word, name)))?;
    u32::try_from(index).ok().map(|index| index + 1)
}

fn weekday(word: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "die",
        "mit",
        "don",
        "fre",
        "sam",
        "son",
    ];
    NAMES.iter().any(|name| same_word(word, name))
}

/// Whether `word`, in UTF-8 or Latin-1, is `name`, without regard to the case of ASCII letters.
fn same_word(word: &[u8], name: &str) -> bool {
    word.eq_ignore_ascii_case(name.as_bytes()) || {
        let latin_1 = name.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'));
        word.len() == name.chars().count()
            && word.iter().zip(latin_1).all(|(ours, theirs)| ours.eq_ignore_ascii_case(&theirs))
    }
}

fn zone(word: &[u8]) -> bool {
    let abbreviation = (1..=5).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase);
    abbreviation || numeric_offset(word).is_some()
}

/// `+0100`, `+01:00` or `+01`, in seconds.
fn numeric_offset(word: &[u8]) -> Option<i32> {
    let (sign, digits) = word.split_first()?;
    let (hours, minutes): (&[u8], &[u8]) = match digits {
        [_, _] => (digits, b"0"),
        [h1, h2, m1, m2] => (&[*h1, *h2], &[*m1, *m2]),
        [h1, h2, b':', m1, m2] => (&[*h1, *h2], &[*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (unsigned(hours)?, unsigned(minutes)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

/// Seconds to add to UTC. Abbreviations that mean several zones (CST, IST, BST, AST) are left out: a wrong
/// offset shifts a whole log by hours, a missing one is asked for.
pub(super) fn utc_offset(zone: &[u8]) -> Option<i32> {
    const KNOWN: &[(&str, i32)] = &[
        ("UTC", 0),
        ("GMT", 0),
        ("Z", 0),
        ("WET", 0),
        ("WEZ", 0),
        ("WEST", 3600),
        ("WESZ", 3600),
        ("CET", 3600),
        ("MEZ", 3600),
        ("CEST", 7200),
        ("MESZ", 7200),
        ("EET", 7200),
        ("OEZ", 7200),
        ("EEST", 10_800),
        ("OESZ", 10_800),
        ("MSK", 10_800),
        ("JST", 32_400),
        ("EST", -18_000),
        ("EDT", -14_400),
        ("CDT", -18_000),
        ("MST", -25_200),
        ("MDT", -21_600),
        ("PST", -28_800),
        ("PDT", -25_200),
    ];
    let known = KNOWN.iter().find(|(name, _)| name.as_bytes() == zone).map(|(_, offset)| *offset);
    known.or_else(|| numeric_offset(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[u8]) -> Option<(String, u32, Option<String>)> {
        parse(line).map(|header| {
            let zone = header.zone.map(|zone| String::from_utf8_lossy(zone).into_owned());
            (header.date.to_string(), header.time_s, zone)
        })
    }

    #[test]
    fn both_languages_and_all_orders() {
        let expected = Some(("2010-01-26".to_owned(), 50_401, Some("CET".to_owned())));
        for line in [
            "Tue Jan 26 14:00:01 CET 2010",
            "Di 26. Jan 14:00:01 CET 2010",
            "Di Jan 26 14:00:01 CET 2010",
            "Di 26. Jan 2010 14:00:01 CET",
            "Tue 26 Jan 2010 02:00:01 PM CET",
            "Tue Jan 26 02:00:01 PM CET 2010",
            "Tue 26 Jan 14:00:01 CET 2010",
            "Dienstag, 26. Januar 2010, 14:00:01 Uhr CET",
        ] {
            assert_eq!(read(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn german_letters_in_both_encodings() {
        let expected = Some(("2010-03-02".to_owned(), 0, Some("MEZ".to_owned())));
        assert_eq!(read("Di 2. Mär 00:00:00 MEZ 2010".as_bytes()), expected);
        assert_eq!(read(b"Di 2. M\xe4r 00:00:00 MEZ 2010"), expected);
        assert_eq!(read(b"Di  2. Mrz 00:00:00 MEZ 2010"), expected);
    }

    #[test]
    fn twelve_o_clock() {
        let hour = |line: &str| read(line.as_bytes()).map(|(_, time, _)| time / 3600);
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
            "Linux 3.10.0 (host) 01/26/2010 14:00:00",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn offsets() {
        let offset = |zone: &str| utc_offset(zone.as_bytes());
        assert_eq!((offset("CET"), offset("MESZ")), (Some(3600), Some(7200)));
        assert_eq!(
            (offset("+0530"), offset("-03"), offset("+01:00")),
            (Some(19_800), Some(-10_800), Some(3600))
        );
        assert_eq!((offset("CST"), offset("")), (None, None));
    }
}
