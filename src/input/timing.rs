//! When a single log was written: its period, the interval of its rows and its gaps.
//!
//! For `inspect`, which looks at one file without a campaign. Each clock is taken for what it is: replies of
//! ping are placed by their sequence numbers, samples of xentop by their numbers, times of day by the date in
//! the log. Absent on purpose: anything that needs a second log.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};
use stillstand_parsers::time::midnight_s;
use stillstand_parsers::{Clock, Parsed};

use crate::model::data::fields;

/// A gap is longer than this many intervals.
const GAP: f64 = 2.0;

/// The times of one log.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    pub period: Period,
    /// Median time between two rows; `None` where the log does not tell.
    pub interval_s: Option<f64>,
    /// `None` with fewer than three times.
    pub gaps: Option<Gaps>,
}

/// From the first time of a log to its last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    pub first: Stamp,
    pub last: Stamp,
}

impl Period {
    pub fn duration_s(self) -> f64 {
        micro(self.last.seconds - self.first.seconds)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            first_s: self.first.seconds,
            last_s: self.last.seconds,
            duration_s: self.duration_s(),
            first_utc: self.first.utc(),
            last_utc: self.last.utc(),
        })
    }
}

/// A time in a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamp {
    /// As in the log: seconds since 1970 or since midnight.
    pub seconds: f64,
    /// Seconds since 1970, where the log tells its date and zone.
    pub epoch_s: Option<f64>,
}

impl Stamp {
    /// `2010-01-26T14:29:45.656Z`; `None` where the log does not tell its date and zone.
    pub fn utc(self) -> Option<String> {
        let time = chrono::DateTime::from_timestamp_millis((self.epoch_s? * 1000.0).round() as i64)?;
        Some(time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
}

/// Places where rows are missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaps {
    pub count: usize,
    /// What counts as a gap.
    pub longer_than: Length,
    pub longest: Option<Gap>,
}

impl Serialize for Gaps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            count: self.count,
            longer_than_s: self.longer_than.seconds(),
            longest: self.longest,
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub length: Length,
    /// The last row before it, from 1.
    pub after_row: usize,
    pub after: Stamp,
}

impl Serialize for Gap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            length_s: self.length.seconds(),
            missing: self.length.missing(),
            after_row: self.after_row,
            after_s: self.after.seconds,
            after_utc: self.after.utc(),
        })
    }
}

/// How long a gap is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    Seconds(f64),
    /// Requests without a reply, or samples that are missing; and how long that is where it is known.
    Missing(u64, Option<f64>),
}

impl Length {
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Seconds(seconds) => Some(micro(seconds)),
            Self::Missing(_, seconds) => seconds.map(micro),
        }
    }

    /// Requests without a reply, or samples.
    pub fn missing(self) -> Option<u64> {
        match self {
            Self::Seconds(_) => None,
            Self::Missing(missing, _) => Some(missing),
        }
    }
}

/// Differences of large numbers have noise beyond microseconds.
fn micro(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// One row: its number from 1, its time, what is counted in it, and the recording it belongs to.
#[derive(Debug, Clone, Copy)]
struct Row {
    number: usize,
    seconds: f64,
    ordinal: Option<u32>,
    part: u32,
}

/// The times of a log; `None` where its rows have none.
pub fn timing(log: &Parsed) -> Option<Timing> {
    let rows = rows(log)?;
    let offset = offset_from_epoch(log);
    let stamp = |seconds: f64| Stamp { seconds, epoch_s: offset.map(|offset| seconds + offset) };
    let least = rows.iter().map(|row| row.seconds).min_by(f64::total_cmp)?;
    let most = rows.iter().map(|row| row.seconds).max_by(f64::total_cmp)?;
    let counted = rows.iter().any(|row| row.ordinal.is_some());
    let (interval_s, gaps) = match log.frame.clock {
        Clock::EpochSecondsAtArrival | Clock::Counter if counted => {
            by_ordinals(log.frame.clock, &rows, stamp)
        }
        Clock::EpochSecondsAtArrival | Clock::Counter | Clock::Epoch | Clock::TimeOfDay | Clock::None => {
            by_times(&rows, stamp)
        }
    };
    let period = Period { first: stamp(least), last: stamp(most) };
    Some(Timing { period, interval_s: interval_s.map(micro), gaps })
}

fn rows(log: &Parsed) -> Option<Vec<Row>> {
    let frame = &log.frame;
    let seconds = frame.times()?;
    let whole = |names: [&str; 2]| -> Box<dyn Iterator<Item = Option<u32>> + '_> {
        match names.into_iter().find_map(|name| frame.u32s(name).ok()) {
            Some(values) => Box::new(values.iter()),
            None => Box::new(std::iter::repeat(None)),
        }
    };
    let (ordinals, parts) = (whole(["seq", "sample"]), whole(["segment", "session"]));
    // A counter is a time only where it starts; the later rows follow by their numbers, a second each.
    let start = log.facts.float("start_epoch").filter(|_| frame.clock == Clock::Counter);
    let rows =
        seconds.iter().zip(ordinals).zip(parts).enumerate().filter_map(|(index, ((s, ordinal), part))| {
            let seconds = match (start, ordinal) {
                (Some(start), Some(ordinal)) => start + f64::from(ordinal),
                _ => (*s)?,
            };
            Some(Row { number: index + 1, seconds, ordinal, part: part.unwrap_or(0) })
        });
    Some(rows.collect())
}

/// What has to be added to the times of the log to have seconds since 1970.
fn offset_from_epoch(log: &Parsed) -> Option<f64> {
    if log.frame.clock != Clock::TimeOfDay {
        return Some(0.0);
    }
    Some((midnight_s(log.facts.text("date")?)? - log.facts.int("utc_offset_s")?) as f64)
}

/// Rows that follow each other in the same recording.
fn pairs(rows: &[Row]) -> impl Iterator<Item = (Row, Row)> {
    rows.windows(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a.part == b.part)
}

/// Interval and gaps by the times of the rows; rows of the same time count once.
fn by_times(rows: &[Row], stamp: impl Fn(f64) -> Stamp) -> (Option<f64>, Option<Gaps>) {
    let steps = || pairs(rows).map(|(a, b)| (b.seconds - a.seconds, a)).filter(|(step, _)| *step > 0.0);
    let lengths: Vec<f64> = steps().map(|(step, _)| step).collect();
    let several = lengths.len() >= 2;
    let Some(interval) = median(lengths) else {
        return (None, None);
    };
    if !several {
        return (Some(interval), None);
    }
    let gaps = || steps().filter(|(step, _)| *step > GAP * interval);
    // Of equally long ones the first.
    let longer = |a: (f64, Row), b: (f64, Row)| if b.0 > a.0 { b } else { a };
    let longest = gaps().reduce(longer).map(|(step, row)| Gap {
        length: Length::Seconds(step),
        after_row: row.number,
        after: stamp(row.seconds),
    });
    let longer_than = Length::Seconds(GAP * interval);
    (Some(interval), Some(Gaps { count: gaps().count(), longer_than, longest }))
}

/// Interval and gaps by the numbers of requests or samples. A counter has no interval.
fn by_ordinals(clock: Clock, rows: &[Row], stamp: impl Fn(f64) -> Stamp) -> (Option<f64>, Option<Gaps>) {
    let mut parts: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    for row in rows {
        parts.entry(row.part).or_default().extend(row.ordinal.map(|ordinal| (ordinal, row.seconds)));
    }
    let mean_step = |rows: Vec<(u32, f64)>| {
        let (first, last) = (rows.first()?, rows.last()?);
        let steps = last.0.checked_sub(first.0).filter(|steps| *steps > 0)?;
        Some((last.1 - first.1) / f64::from(steps))
    };
    let arrivals = clock == Clock::EpochSecondsAtArrival;
    let interval = arrivals.then(|| median(parts.into_values().filter_map(mean_step).collect())).flatten();
    if rows.len() < 3 {
        return (interval, None);
    }
    let missing = |(a, b): (Row, Row)| {
        let step = b.ordinal?.checked_sub(a.ordinal?)?;
        (step > 1).then(|| (u64::from(step - 1), a))
    };
    let gaps: Vec<(u64, Row)> = pairs(rows).filter_map(missing).collect();
    let length = |missing: u64| Length::Missing(missing, interval.map(|interval| interval * missing as f64));
    let longest = gaps.iter().rev().max_by_key(|(missing, _)| *missing).map(|(missing, row)| Gap {
        length: length(*missing),
        after_row: row.number,
        after: stamp(row.seconds),
    });
    (interval, Some(Gaps { count: gaps.len(), longer_than: Length::Missing(0, None), longest }))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let odd = values.len() % 2 == 1;
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let before = below.iter().copied().max_by(f64::total_cmp).filter(|_| !odd);
    Some(before.map_or(*middle, |before| (before + *middle) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Timing {
        let format = stillstand_parsers::detect(text.as_bytes()).unwrap();
        timing(&stillstand_parsers::parse(format, text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn gaps_of_dstat_are_times() {
        let rows: String = [0, 1, 2, 7, 8].iter().map(|s| format!("126451618{s}.5,1.0\n")).collect();
        let timing =
            read(&format!("\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"net/total\"\n\"epoch\",\"recv\"\n{rows}"));
        assert_eq!(
            (timing.period.first.epoch_s, timing.period.last.epoch_s),
            (Some(1_264_516_180.5), Some(1_264_516_188.5))
        );
        assert_eq!(timing.interval_s, Some(1.0));
        let gaps = timing.gaps.unwrap();
        assert_eq!((gaps.count, gaps.longer_than), (1, Length::Seconds(2.0)));
        let longest = gaps.longest.unwrap();
        assert_eq!((longest.length, longest.after_row), (Length::Seconds(5.0), 3));
        assert_eq!(longest.after.seconds, 1_264_516_182.5);
    }

    #[test]
    fn gaps_of_ping_are_requests() {
        let timing = read(
            "1264516180.0 1 0.4\n1264516181.1 6 0.4\n1264516182.2 11 0.4\n1264516183.3 14 0.4\n1264516184.4 21 0.4\n",
        );
        assert_eq!(timing.interval_s, Some(0.2));
        let gaps = timing.gaps.unwrap();
        assert_eq!(gaps.count, 4);
        let longest = gaps.longest.unwrap();
        assert_eq!(longest.after_row, 4);
        assert!(
            matches!(longest.length, Length::Missing(6, Some(s)) if (s - 1.2).abs() < 1e-9),
            "{longest:?}"
        );
    }

    #[test]
    fn samples_of_xentop_are_counted() {
        let line = |epoch: i64| format!("{epoch} vm: 1.0 1024 1.0 | Dom0: 1.0 1024 1.0\n");
        let timing = read(&[0, 1, 2, 6].map(|s| line(1_264_516_180 + s)).concat());
        assert_eq!(
            (timing.period.first.seconds, timing.period.last.seconds),
            (1_264_516_180.0, 1_264_516_186.0)
        );
        assert_eq!(timing.interval_s, None);
        let gaps = timing.gaps.unwrap();
        assert_eq!((gaps.count, gaps.longest.map(|gap| gap.length)), (1, Some(Length::Missing(3, None))));
    }

    #[test]
    fn times_of_day_need_date_and_zone() {
        let stamps = "14:00:00,100000000\n14:00:00,200000000\n14:00:00,300000000\n14:00:03,300000000\n";
        let timing = read(&format!("Tue Jan 26 14:00:00 CET 2010\n{stamps}"));
        assert_eq!(timing.period.first.epoch_s, Some(1_264_510_800.1));
        let longest = timing.gaps.unwrap().longest.unwrap();
        assert!(matches!(longest.length, Length::Seconds(s) if (s - 3.0).abs() < 1e-9), "{longest:?}");
        assert_eq!(longest.after_row, 3);
        assert_eq!(read(stamps).period.first, Stamp { seconds: 50_400.1, epoch_s: None });
    }

    #[test]
    fn a_single_time_has_no_interval() {
        let timing = read("1264516190\n0:26.20 real, 0.11 user, 0.03 sys, 0 KB unshared Data\n");
        assert_eq!((timing.period.first, timing.interval_s, timing.gaps), (timing.period.last, None, None));
    }
}
