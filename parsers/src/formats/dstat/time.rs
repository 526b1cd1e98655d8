//! Local times without a year, as `-t` writes them.
//!
//! dstat and pcp-dstat write `26-01 14:00:00` (day, month), dool `Jan-26 14:00:00`. The year and the time zone are
//! in the `Date:` cell above, `26 Jan 2010 14:00:00 CET`. The first row follows that date and each row the one
//! before, so of the years around the one that puts a row closest to its predecessor is taken.
//!
//! An abbreviation that stands for more than one zone (`CST` is Chicago and Shanghai, `IST` Israel, India and
//! Ireland, `PST` Los Angeles and Manila) gives no offset: times stay local. One offset holds for a run; a
//! change to or from summer time within it shows as a jump of an hour.
//!
//! Absent on purpose: month names in other languages; formats set by `DSTAT_TIMEFMT` except `2010-01-26 14:00:00`.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::text::{float, split_once, unsigned, words};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Abbreviation, seconds east of UTC. Only those that `date +%Z` prints for one offset.
const ZONES: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UCT", 0),
    ("WET", 0),
    ("WEST", 3_600),
    ("BST", 3_600),
    ("CET", 3_600),
    ("CEST", 7_200),
    ("MEZ", 3_600),
    ("MESZ", 7_200),
    ("WAT", 3_600),
    ("CAT", 7_200),
    ("SAST", 7_200),
    ("EET", 7_200),
    ("EEST", 10_800),
    ("IDT", 10_800),
    ("EAT", 10_800),
    ("MSK", 10_800),
    ("PKT", 18_000),
    ("WIB", 25_200),
    ("HKT", 28_800),
    ("AWST", 28_800),
    ("JST", 32_400),
    ("KST", 32_400),
    ("ACST", 34_200),
    ("ACDT", 37_800),
    ("AEST", 36_000),
    ("AEDT", 39_600),
    ("NZST", 43_200),
    ("NZDT", 46_800),
    ("NST", -12_600),
    ("NDT", -9_000),
    ("AST", -14_400),
    ("ADT", -10_800),
    ("EST", -18_000),
    ("EDT", -14_400),
    ("MST", -25_200),
    ("MDT", -21_600),
    ("PDT", -25_200),
    ("AKST", -32_400),
    ("AKDT", -28_800),
    ("HST", -36_000),
];

/// A time of the year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LocalTime {
    year: Option<i32>,
    month: u32,
    day: u32,
    second_of_day: f64,
    /// Written as dool does, with the month's name.
    pub month_by_name: bool,
}

/// Reads the cell of a row.
pub(super) fn read(cell: &[u8]) -> Option<LocalTime> {
    let (date, time) = split_once(cell, b' ')?;
    let second_of_day = time_of_day(time.trim_ascii())?;
    let (first, rest) = split_once(date, b'-')?;
    let (year, month, day, month_by_name) = if let Some((month, day)) = split_once(rest, b'-') {
        (Some(i32::try_from(unsigned(first)?).ok()?), small(month)?, small(day)?, false)
    } else if let Some(month) = month_named(first) {
        (None, month, small(rest)?, true)
    } else {
        (None, small(rest)?, small(first)?, false)
    };
    let plausible = (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then_some(LocalTime { year, month, day, second_of_day, month_by_name })
}

fn small(digits: &[u8]) -> Option<u32> {
    unsigned(digits).filter(|value| *value < 100).and_then(|value| u32::try_from(value).ok())
}

fn month_named(name: &[u8]) -> Option<u32> {
    let index = MONTHS.iter().position(|month| month.as_bytes() == name)?;
    u32::try_from(index).ok()?.checked_add(1)
}

/// `14:00:00`, and `14:00:00.123` where dool debugs.
fn time_of_day(time: &[u8]) -> Option<f64> {
    let (hour, rest) = split_once(time, b':')?;
    let (minute, second) = split_once(rest, b':')?;
    let (hour, minute) = (small(hour)?, small(minute)?);
    let second = float(second).filter(|second| (0.0..61.0).contains(second))?;
    (hour < 24 && minute < 60).then(|| f64::from(hour * 3600 + minute * 60) + second)
}

/// Gives rows of a run a year and, if the time zone is known, their place in UTC.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calendar {
    /// Seconds since 1970 in local time: of the last row, at first of the `Date:` cell.
    last_s: f64,
    pub zone: String,
    /// Seconds east of UTC.
    pub offset_s: Option<i64>,
}

impl Calendar {
    /// From a `Date:` cell.
    pub fn of(date: &str) -> Option<Self> {
        let mut words = words(date.as_bytes()).map(|(_, word)| word);
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        let date =
            NaiveDate::from_ymd_opt(i32::try_from(unsigned(year)?).ok()?, month_named(month)?, small(day)?)?;
        let time = words.next().and_then(time_of_day)?;
        let zone = words.next().map(|zone| String::from_utf8_lossy(zone).into_owned()).unwrap_or_default();
        let offset_s = offset(&zone);
        Some(Self { last_s: midnight_s(date) + time, zone, offset_s })
    }

    /// Seconds since 1970 in local time; none for a day that does not exist.
    pub fn place(&mut self, time: LocalTime) -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "a date's seconds are far below 2^63")]
        let around = DateTime::from_timestamp(self.last_s as i64, 0)?.year();
        let years = match time.year {
            Some(year) => year..=year,
            None => around.saturating_sub(1)..=around.saturating_add(1),
        };
        let candidates = years.filter_map(|year| {
            let date = NaiveDate::from_ymd_opt(year, time.month, time.day)?;
            Some(midnight_s(date) + time.second_of_day)
        });
        let distance = |second: &f64| (second - self.last_s).abs();
        let best = candidates.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        self.last_s = best;
        Some(best)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a date's seconds are far below 2^53")]
fn midnight_s(date: NaiveDate) -> f64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() as f64
}

/// Seconds east of UTC of an abbreviation, or of `+03` and `+0530`, which zones without a name have.
pub(in crate::formats) fn offset(zone: &str) -> Option<i64> {
    if let Some((_, offset)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(*offset);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number = i64::from(u32::try_from(unsigned(digits.as_bytes())?).ok()?);
    let (hours, minutes) = match digits.len() {
        2 => (number, 0),
        4 => (number / 100, number % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then(|| sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(date: &str, rows: &[&str]) -> Vec<Option<f64>> {
        let mut calendar = Calendar::of(date).unwrap();
        rows.iter().map(|row| read(row.as_bytes()).and_then(|time| calendar.place(time))).collect()
    }

    #[test]
    fn both_ways_of_writing() {
        let seconds = Some(1_264_514_400.0);
        let date = "26 Jan 2010 14:00:00 CET";
        for row in ["26-01 14:00:00", "Jan-26 14:00:00", "2010-01-26 14:00:00", "26-01  14:00:00.0"] {
            assert_eq!(epochs(date, &[row]), [seconds], "{row}");
        }
        for row in ["26-13 14:00:00", "26-01 24:00:00", "26-01", "Foo-26 14:00:00", "14:00:00", "1 / 0%"] {
            assert_eq!(read(row.as_bytes()), None, "{row}");
        }
        assert_eq!(Calendar::of(date).map(|calendar| calendar.offset_s), Some(Some(3600)));
        assert_eq!(Calendar::of("yesterday"), None);
    }

    #[test]
    fn the_year_rolls_over() {
        let rows = ["31-12 23:59:59", "01-01 00:00:00", "31-12 23:59:59"];
        let expected = [Some(1_262_303_999.0), Some(1_262_304_000.0), Some(1_262_303_999.0)];
        assert_eq!(epochs("31 Dec 2009 23:59:58 UTC", &rows), expected);
        // The first row is already in the new year.
        assert_eq!(epochs("31 Dec 2009 23:59:59 UTC", &["Jan-01 00:00:00"]), [Some(1_262_304_000.0)]);
        // The only year around that has the day.
        assert_eq!(epochs("01 Mar 2011 00:00:00 UTC", &["29-02 00:00:00"]), [Some(1_330_473_600.0)]);
        assert_eq!(epochs("01 Mar 2010 00:00:00 UTC", &["29-02 00:00:00"]), [None]);
    }

    #[test]
    fn zones() {
        assert_eq!(offset("EST"), Some(-18_000));
        assert_eq!(offset("+0530"), Some(19_800));
        assert_eq!(offset("-03"), Some(-10_800));
        for ambiguous in ["CST", "IST", "PST", "", "+1", "+9900", "Ö"] {
            assert_eq!(offset(ambiguous), None, "{ambiguous}");
        }
    }
}
