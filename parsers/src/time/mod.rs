//! Every time that a log writes, whatever wrote it and in whatever language.
//!
//! | part | what |
//! | --- | --- |
//! | `names` | months and days of the week, in the languages of `date` |
//! | `zone` | abbreviations and numeric offsets of time zones, and which of them mean one offset only |
//! | `date` | a line of `date` in any of the languages: words in any order |
//! | `daytime` | hours, minutes, seconds and their fraction |
//! | `epoch` | seconds since 1970, and ms, µs, ns |
//! | `exact` | stamps to the nanosecond, as a tight loop around `date` writes them |
//! | `stamp` | what stands before an output: seconds since 1970, ISO 8601, the line of `date`, syslog |
//! | `yearless` | local times without a year, as dstat and dool write them |
//! | `undated` | times in front of lines that lack their year or their day |
//! | `dated` | what a known year or day does to a log that has been read |
//! | `unit` | parts of a second, as people call them |
//! | `duration` | `0:08.87`, `1h2m3.4s`, `8,87`: how long something took |
//! | `anchored` | what the start of a clock does to a log whose times count from there |
//! | `declared` | what a declared offset from UTC does to a log that has been read |
//!
//! **One rule for zones, the same in every log.** A time that is written as a date and a time of day is one on
//! somebody's wall. The zone beside it gives its offset from UTC if its abbreviation means one offset only. One that
//! means several (`CST`, `IST`, `BST`, `AST`, `EST`, `PST`, …), one that is not known and none at all give no offset: a
//! wrong one shifts a whole log by hours, a missing one is asked for. A declared offset
//! ([`Parsed::declare_utc_offset`](crate::Parsed::declare_utc_offset)) wins over all of them. Seconds since 1970 need no
//! zone, and nothing is declared about them.
//!
//! Limits: years 1970 to 2262, which nanoseconds since 1970 can hold. One offset holds for a log; where summer time begins or
//! ends in it, `dstat` tells of the jump.
//!
//! Absent on purpose: names of zones (`Europe/Berlin`), because no log writes them; the clock and the zone of the
//! machine that reads the log; the turn of summer time; guessing an offset from the language.

mod anchored;
pub(crate) mod date;
mod dated;
pub(crate) mod daytime;
mod declared;
pub(crate) mod duration;
pub(crate) mod epoch;
pub(crate) mod exact;
mod names;
pub(crate) mod stamp;
pub(crate) mod undated;
pub(crate) mod unit;
pub(crate) mod yearless;
pub(crate) mod zone;

pub use undated::{Missing, Start};

#[cfg(test)]
mod properties;

use chrono::{NaiveDate, NaiveTime};

pub(crate) const NANOS: i64 = 1_000_000_000;

/// The column of seconds by a clock that counts from somewhere else than 1970, such as the start of the host.
pub(crate) const MONOTONIC: &str = "monotonic_s";

/// The column of seconds since the start of the tool that wrote a log.
pub(crate) const ELAPSED: &str = "elapsed_s";

/// Seconds east of UTC of a numeric offset: `+01:00`, `-0330`, `+01`, `Z` or `UTC`. `None` for anything else, and
/// for offsets of more than 14 hours, which no place on earth has.
///
/// ```
/// assert_eq!(stillstand_parsers::time::utc_offset_s("-03:30"), Some(-12_600));
/// assert_eq!(stillstand_parsers::time::utc_offset_s("CET"), None);
/// ```
#[must_use]
pub fn utc_offset_s(text: &str) -> Option<i32> {
    if text == "UTC" { Some(0) } else { zone::numeric(text.as_bytes()) }
}

/// An offset from UTC, in seconds, as [`utc_offset_s`] reads it: `+01:00`.
///
/// ```
/// assert_eq!(stillstand_parsers::time::written_offset(-12_600), "-03:30");
/// ```
#[must_use]
pub fn written_offset(offset_s: i32) -> String {
    let minutes = offset_s.unsigned_abs() / 60;
    let sign = if offset_s < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Seconds from 1970 UTC to the midnight with which a day such as `2010-01-26` begins in UTC.
///
/// ```
/// assert_eq!(stillstand_parsers::time::midnight_s("2010-01-26"), Some(1_264_464_000));
/// ```
#[must_use]
pub fn midnight_s(date: &str) -> Option<i64> {
    date.parse().ok().map(midnight)
}

/// The time of day that a line of `date` tells, in seconds since midnight on the wall.
///
/// ```
/// assert_eq!(stillstand_parsers::time::wall_time_of_day_s("26 Jan 2010 14:00:05 CET"), Some(50_405));
/// ```
#[must_use]
pub fn wall_time_of_day_s(date: &str) -> Option<u32> {
    date::leading(date.as_bytes()).map(|(date, _)| date.time.seconds)
}

fn midnight(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// The text without the day of the week that it begins with, if it does: `Tue Nov 25 19:56:12`.
pub(crate) fn without_day(text: &[u8]) -> &[u8] {
    let Some((word, rest)) = crate::text::split_once(text, b' ') else { return text };
    let word = word.strip_suffix(b",").unwrap_or(word);
    if names::is_day(word.strip_suffix(b".").unwrap_or(word)) { rest.trim_ascii_start() } else { text }
}

/// Nanoseconds since 1970, as if the wall stood at UTC; `None` beyond 2262.
fn wall_nanos(date: NaiveDate, time: daytime::Time) -> Option<i64> {
    midnight(date)
        .checked_add(i64::from(time.seconds))?
        .checked_mul(NANOS)?
        .checked_add(i64::from(time.nanos))
}

/// Nanoseconds in seconds with a single rounding. A stamp since 1970 has more digits than a double, so the
/// quotient of doubles could be off by one in the last place. `None` for the lowest number of all.
#[expect(clippy::cast_precision_loss, reason = "rounded once")]
pub(crate) fn seconds(nanos: i64) -> Option<f64> {
    const MORE: u64 = 1 << 34;
    const NANOS: u128 = 1_000_000_000;
    let size = nanos.checked_abs()?.unsigned_abs();
    let seconds = if size <= 1 << 53 {
        size as f64 / 1e9
    } else {
        // 34 binary digits behind the point make the quotient longer than a double, whatever the number; a last digit
        // that stands for all that follow decides a tie. The division by a power of two is exact.
        let more = u128::from(size) * u128::from(MORE);
        let quotient = (more / NANOS) | u128::from(more % NANOS != 0);
        quotient as f64 / MORE as f64
    };
    Some(if nanos < 0 { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn seconds_are_the_nearest(nanos in proptest::prelude::any::<i64>(), shift in 0_u32..63) {
            let nanos = nanos >> shift;
            let size = nanos.unsigned_abs();
            let sign = if nanos < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000);
            let nearest = text.parse::<f64>().ok().filter(|_| nanos != i64::MIN);
            proptest::prop_assert_eq!(seconds(nanos).map(f64::to_bits), nearest.map(f64::to_bits));
        }
    }

    #[test]
    fn one_rounding() {
        assert_eq!(seconds(1_264_510_800_012_345_678), "1264510800.012345678".parse().ok());
        assert_eq!(seconds(86_400_020_000_001), Some(86_400.020_000_001));
        assert_eq!((seconds(-1), seconds(0), seconds(i64::MIN)), (Some(-0.000_000_001), Some(0.0), None));
    }

    #[test]
    fn for_configurations() {
        for (text, offset) in [
            ("+01:00", Some(3600)),
            ("-0330", Some(-12_600)),
            ("Z", Some(0)),
            ("UTC", Some(0)),
            ("+14:00", Some(50_400)),
            ("+14:01", None),
            ("+1", None),
            ("noon", None),
            ("", None),
        ] {
            assert_eq!(utc_offset_s(text), offset, "{text}");
        }
        assert_eq!((midnight_s("1970-01-02"), midnight_s("2010-02-30")), (Some(86_400), None));
        assert_eq!(wall_time_of_day_s("yesterday"), None);
    }
}
