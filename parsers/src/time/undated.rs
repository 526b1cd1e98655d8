//! Times in front of lines that lack their year or their day, and what they are once that is known.
//!
//! `ts` and syslog write `Nov 30 10:53:37`, `ts %T` writes `10:53:37`. What is missing is not in the log. Until another log of the
//! run tells it, the times count from the beginning of the year 2000, which has a 29th of February, or from midnight of the
//! first day; they run on over the turn of the year or of the day.

use super::daytime::Time;
use super::yearless::{Calendar, LocalTime};
use chrono::{DateTime, Datelike, NaiveDate};

/// The year as which one that is not named counts.
const LEAP_YEAR: i32 = 2000;
pub(super) const DAY_S: f64 = 86_400.0;

/// A time without its year or its day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Undated {
    Year(LocalTime),
    Day(Time),
}

/// What the times of a log lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The year.
    Year,
    /// The day with its year.
    Day,
}

/// The year or the day of the first time of a log that lacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// Of the calendar.
    Year(i32),
    /// Days since 1970.
    Day(i64),
}

impl Missing {
    pub(crate) const ALL: [Self; 2] = [Self::Year, Self::Day];

    /// The column of times that lack it.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Year => "of_year_s",
            Self::Day => "of_day_s",
        }
    }

    /// The code of the warning that says so.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year-unknown",
            Self::Day => "date-unknown",
        }
    }

    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Day => "date",
        }
    }
}

impl Undated {
    pub fn missing(self) -> Missing {
        match self {
            Self::Year(_) => Missing::Year,
            Self::Day(_) => Missing::Day,
        }
    }

    /// Whether it has no part of a second.
    pub fn is_whole(self) -> bool {
        match self {
            Self::Year(local) => local.is_whole(),
            Self::Day(time) => time.nanos == 0,
        }
    }
}

/// The seconds of the times that lack `missing`, running on.
pub(crate) fn running_on(times: &[Option<Undated>], missing: Missing) -> Vec<Option<f64>> {
    let mut calendar = NaiveDate::from_ymd_opt(LEAP_YEAR, 7, 1).map(Calendar::around);
    let mut first = true;
    let mut last_s = 0.0;
    let seconds = times.iter().map(|time| match (*time)?.filter(missing)? {
        Undated::Year(local) => {
            // The first is of that year, wherever in it.
            let calendar = calendar.as_mut()?;
            if std::mem::take(&mut first) {
                calendar.place_in(LEAP_YEAR, local)
            } else {
                calendar.place(local)
            }
        }
        Undated::Day(time) => {
            let of_day = f64::from(time.seconds) + f64::from(time.nanos) / 1e9;
            let days = if std::mem::take(&mut first) { 0.0 } else { ((last_s - of_day) / DAY_S).round() };
            last_s = of_day + days * DAY_S;
            Some(last_s)
        }
    });
    seconds.collect()
}

impl Undated {
    fn filter(self, missing: Missing) -> Option<Self> {
        (self.missing() == missing).then_some(self)
    }
}

impl Start {
    /// Seconds since 1970 on the wall of a time that lacks it; none for a day that the year does not have.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(super) fn dated(self, seconds: f64) -> Option<f64> {
        match self {
            Self::Day(day) => Some(seconds + day as f64 * DAY_S),
            Self::Year(year) => {
                let whole = seconds.floor();
                let then = DateTime::from_timestamp(whole as i64, 0)?.naive_utc();
                let there = then.with_year(year.checked_add(then.year())?.checked_sub(LEAP_YEAR)?)?;
                Some(there.and_utc().timestamp() as f64 + (seconds - whole))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{daytime, yearless};

    fn seconds(times: &[&str]) -> Vec<f64> {
        let read = |text: &&str| match yearless::leading(text.as_bytes()) {
            Some((local, _)) => Undated::Year(local),
            None => Undated::Day(daytime::leading(text.as_bytes()).unwrap().0),
        };
        let read: Vec<Undated> = times.iter().map(read).collect();
        let missing = read[0].missing();
        let read: Vec<Option<Undated>> = read.into_iter().map(Some).collect();
        running_on(&read, missing).into_iter().flatten().collect()
    }

    #[test]
    fn times_run_on_over_midnight_and_new_year() {
        assert_eq!(seconds(&["23:59:59.5", "00:00:01", "23:59:59"]), [86_399.5, 86_401.0, 86_399.0]);
        let new_year = seconds(&["Dec 31 23:59:59", "Jan  1 00:00:01", "Jan  1 00:00:02"]);
        assert_eq!((new_year[1] - new_year[0], new_year[2] - new_year[1]), (2.0, 1.0));
        let dated = |start: Start, time: &str| start.dated(seconds(&[time])[0]);
        assert_eq!(dated(Start::Year(2026), "Nov 30 10:53:37"), Some(1_796_036_017.0));
        assert_eq!(dated(Start::Year(2024), "Feb 29 00:00:00"), Some(1_709_164_800.0));
        assert_eq!(dated(Start::Year(2026), "Feb 29 00:00:00"), None);
        assert_eq!(dated(Start::Day(20_000), "10:53:37"), Some(20_000.0 * 86_400.0 + 39_217.0));
        assert_eq!(
            Start::Year(2027).dated(new_year[1]),
            Start::Year(2028).dated(seconds(&["Jan 1 00:00:01"])[0])
        );
    }
}
