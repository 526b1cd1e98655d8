//! Local times without a year.
//!
//! dstat and pcp-dstat write `26-01 14:00:00` (day, month), dool `Jan-26 14:00:00`. The year and the time zone are
//! in the `Date:` cell above, `26 Jan 2010 14:00:00 CET`. The first row follows that date and each row the one
//! before, so of the years around the one that puts a row closest to its predecessor is taken.
//!
//! syslog writes `Jan 26 14:00:00 host `, and nothing in its log has the year; `undated` keeps such times.
//!
//! One offset holds for a run; a change to or from summer time within it shows as a jump of an hour.
//!
//! Absent on purpose: formats set by `DSTAT_TIMEFMT` except `2010-01-26 14:00:00`.

use chrono::{DateTime, Datelike, NaiveDate};

use super::daytime::{self, Time};
use super::zone::Zone;
use super::{date, midnight, names};
use crate::text::{split_once, unsigned, words};

/// A time of the year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LocalTime {
    year: Option<i32>,
    month: u32,
    day: u32,
    time: Time,
    /// Written as dool does, with the month's name.
    pub month_by_name: bool,
}

/// `26-01 14:00:00`, `Jan-26 14:00:00` or `2010-01-26 14:00:00`.
pub(crate) fn read(cell: &[u8]) -> Option<LocalTime> {
    let (date, time) = split_once(cell, b' ')?;
    let time = daytime::read(time.trim_ascii())?;
    let (first, rest) = split_once(date, b'-')?;
    let (year, month, day, month_by_name) = if let Some((month, day)) = split_once(rest, b'-') {
        (Some(i32::try_from(unsigned(first)?).ok()?), small(month)?, small(day)?, false)
    } else if let Some(month) = names::month(first) {
        (None, month, small(rest)?, true)
    } else {
        (None, small(rest)?, small(first)?, false)
    };
    let plausible = (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then_some(LocalTime { year, month, day, time, month_by_name })
}

/// What stands behind `Nov 21 14:25:44 `, as syslog writes it.
pub(crate) fn syslog(text: &[u8]) -> Option<&[u8]> {
    leading(text)?.1.strip_prefix(b" ")
}

/// `Nov 21 14:25:44`, and what stands behind it.
pub(crate) fn leading(text: &[u8]) -> Option<(LocalTime, &[u8])> {
    let (month, rest) = split_once(text, b' ')?;
    let month = names::month(month)?;
    let (day, rest) = split_once(rest.trim_ascii_start(), b' ')?;
    let day = small(day)?;
    let (time, rest) = daytime::leading(rest)?;
    Some((LocalTime { year: None, month, day, time, month_by_name: true }, rest))
}

fn small(digits: &[u8]) -> Option<u32> {
    unsigned(digits).filter(|value| *value < 100).and_then(|value| u32::try_from(value).ok())
}

/// Gives rows of a run a year and, if the time zone has one offset, their place in UTC.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calendar {
    /// Seconds since 1970 in local time: of the last row, at first of the date above.
    last_s: f64,
    /// The name of the zone as written, or nothing.
    pub name: String,
    pub zone: Zone,
}

impl LocalTime {
    /// Whether it has no part of a second.
    pub fn is_whole(self) -> bool {
        self.time.nanos == 0
    }
}

impl Calendar {
    /// From a date above the rows.
    pub fn of(date: &str) -> Option<Self> {
        let (date, rest) = date::leading(date.as_bytes())?;
        // A word behind it that is no known zone is the name of one nevertheless: nothing else stands there.
        let name = date.zone.or_else(|| words(rest).next().map(|(_, word)| word)).unwrap_or_default();
        Some(Self {
            last_s: wall_s(date.date, date.time),
            name: String::from_utf8_lossy(name).into_owned(),
            zone: Zone::of(name),
        })
    }

    /// Whose first row is of about that day.
    pub fn around(date: NaiveDate) -> Self {
        Self { last_s: wall_s(date, Time::default()), name: String::new(), zone: Zone::Unnamed }
    }

    /// [`Self::place`] in that year, whatever came before.
    pub fn place_in(&mut self, year: i32, local: LocalTime) -> Option<f64> {
        self.place(LocalTime { year: Some(year), ..local })
    }

    /// Seconds since 1970 in local time; none for a day that does not exist.
    pub fn place(&mut self, local: LocalTime) -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "a date's seconds are far below 2^63")]
        let around = DateTime::from_timestamp(self.last_s as i64, 0)?.year();
        let years = match local.year {
            Some(year) => year..=year,
            None => around.saturating_sub(1)..=around.saturating_add(1),
        };
        let candidates = years.filter_map(|year| {
            Some(wall_s(NaiveDate::from_ymd_opt(year, local.month, local.day)?, local.time))
        });
        let distance = |second: &f64| (second - self.last_s).abs();
        let best = candidates.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        self.last_s = best;
        Some(best)
    }
}

/// Seconds since 1970 on the wall. Unlike nanoseconds, they hold any year.
#[expect(clippy::cast_precision_loss, reason = "a date's seconds are far below 2^53")]
fn wall_s(date: NaiveDate, time: Time) -> f64 {
    midnight(date) as f64 + (f64::from(time.seconds) + f64::from(time.nanos) / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(date: &str, rows: &[&str]) -> Vec<Option<f64>> {
        let mut calendar = Calendar::of(date).unwrap();
        rows.iter().map(|row| read(row.as_bytes()).and_then(|time| calendar.place(time))).collect()
    }

    #[test]
    fn all_ways_of_writing() {
        let seconds = Some(1_264_514_400.0);
        let date = "26 Jan 2010 14:00:00 CET";
        for row in ["26-01 14:00:00", "Jan-26 14:00:00", "2010-01-26 14:00:00", "26-01  14:00:00.0"] {
            assert_eq!(places(date, &[row]), [seconds], "{row}");
        }
        assert_eq!(places("26 Mär 2010 14:00:00 CET", &["Mär-26 14:00:00"]), [Some(1_269_612_000.0)]);
        for row in ["26-13 14:00:00", "26-01 24:00:00", "26-01", "Foo-26 14:00:00", "14:00:00", "1 / 0%"] {
            assert_eq!(read(row.as_bytes()), None, "{row}");
        }
        let zone = |date: &str| Calendar::of(date).map(|calendar| (calendar.name, calendar.zone.offset_s()));
        assert_eq!(zone(date), Some(("CET".to_owned(), Some(3600))));
        assert_eq!(zone("26 Jan 2010 14:00:00 W. Europe"), Some(("W.".to_owned(), None)));
        assert_eq!(zone("26 Jan 2010 14:00:00"), Some((String::new(), None)));
        assert_eq!(zone("yesterday"), None);
    }

    #[test]
    fn the_year_rolls_over() {
        let rows = ["31-12 23:59:59", "01-01 00:00:00", "31-12 23:59:59"];
        let expected = [Some(1_262_303_999.0), Some(1_262_304_000.0), Some(1_262_303_999.0)];
        assert_eq!(places("31 Dec 2009 23:59:58 UTC", &rows), expected);
        // The first row is already in the new year.
        assert_eq!(places("31 Dec 2009 23:59:59 UTC", &["Jan-01 00:00:00"]), [Some(1_262_304_000.0)]);
        // The only year around that has the day.
        assert_eq!(places("01 Mar 2011 00:00:00 UTC", &["29-02 00:00:00"]), [Some(1_330_473_600.0)]);
        assert_eq!(places("01 Mar 2010 00:00:00 UTC", &["29-02 00:00:00"]), [None]);
    }

    #[test]
    fn syslog_has_no_year() {
        assert_eq!(syslog(b"Mar  9 13:37:12 host m"), Some(b"host m".as_slice()));
        for text in ["Mar 13:37:12 host", "Foo  9 13:37:12 host", "Mar  9 13:37:12", "Mar 9 2012 13:37:12 m"]
        {
            assert_eq!(syslog(text.as_bytes()), None, "{text}");
        }
    }
}
