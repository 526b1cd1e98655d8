//! `zeit.log`: the clock of the VM, written by a loop inside it.
//!
//! The first line is `date` in the language of the machine; every other line is
//! `date +%H:%M:%S,%N`, a time of day without a date.

use chrono::{Datelike, NaiveDateTime};

/// Language of the first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

/// The log of one run; times are local.
#[derive(Debug, Clone)]
pub struct Log<'a> {
    pub language: Language,
    /// When the first line was written.
    pub started: NaiveDateTime,
    /// Abbreviation of the time zone, such as `CET`.
    pub zone: &'a str,
    pub stamps: Vec<NaiveDateTime>,
}

const GERMAN_DAYS: [&str; 7] = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"];
const GERMAN_MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"];

/// Writes the whole file.
pub fn write(log: &Log<'_>) -> Vec<u8> {
    let mut text = date(log.started, log.zone, log.language);
    text.push('\n');
    for stamp in &log.stamps {
        text.push_str(&stamp.format("%H:%M:%S,%f\n").to_string());
    }
    text.into_bytes()
}

/// `date` without arguments.
fn date(time: NaiveDateTime, zone: &str, language: Language) -> String {
    match language {
        Language::English => format!("{} {zone} {}", time.format("%a %b %e %H:%M:%S"), time.year()),
        Language::German => format!(
            "{} {:>2}. {} {} {zone} {}",
            GERMAN_DAYS[time.weekday().num_days_from_monday() as usize],
            time.day(),
            GERMAN_MONTHS[time.month0() as usize],
            time.format("%H:%M:%S"),
            time.year(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn time(day: u32, nano: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2010, 1, day)
            .and_then(|date| date.and_hms_nano_opt(14, 3, 12, nano))
            .expect("a valid time")
    }

    #[test]
    fn the_first_line_speaks_two_languages() {
        assert_eq!(date(time(26, 0), "CET", Language::English), "Tue Jan 26 14:03:12 CET 2010");
        assert_eq!(date(time(26, 0), "CET", Language::German), "Di 26. Jan 14:03:12 CET 2010");
        assert_eq!(date(time(4, 0), "CET", Language::English), "Mon Jan  4 14:03:12 CET 2010");
    }

    #[test]
    fn stamps_have_nine_decimals_after_a_comma() {
        let log = Log {
            language: Language::English,
            started: time(26, 0),
            zone: "CET",
            stamps: vec![time(26, 7_000_123)],
        };
        assert!(write(&log).ends_with(b"2010\n14:03:12,007000123\n"));
    }
}
