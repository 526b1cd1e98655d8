//! When a single log was written: its period, the interval of its rows and its gaps.
//!
//! For `inspect`, which looks at one file without a campaign. Each clock is taken for what it is: replies of
//! ping are placed by their sequence numbers, samples of xentop by their numbers, times of day by the date in
//! the log. Absent on purpose: anything that needs a second log.

use std::collections::BTreeMap;

use polars::prelude::{ChunkedArray, PolarsNumericType};
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

/// A column of numbers, some of which may be missing.
enum Numbers<'a, T> {
    All(&'a [T]),
    Some(Vec<Option<T>>),
}

impl<'a, T: Copy> Numbers<'a, T> {
    fn of<P: PolarsNumericType<Native = T>>(column: &'a ChunkedArray<P>) -> Self {
        column.cont_slice().map_or_else(|_| Self::Some(column.iter().collect()), Self::All)
    }

    fn get(&self, row: usize) -> Option<T> {
        match self {
            Self::All(values) => values.get(row).copied(),
            Self::Some(values) => values.get(row).copied().flatten(),
        }
    }
}

/// The times of rows.
enum Seconds<'a> {
    Exact(Numbers<'a, f64>),
    Whole(Numbers<'a, i64>),
}

/// All rows of a log. A long one has millions, so that nothing is kept of them.
struct Rows<'a> {
    height: usize,
    seconds: Seconds<'a>,
    ordinals: Option<Numbers<'a, u32>>,
    parts: Option<Numbers<'a, u32>>,
    /// Where a counter starts, which is a time only there: the later rows follow by their numbers, a second each.
    start: Option<f64>,
}

impl<'a> Rows<'a> {
    /// `None` where the rows have no time.
    fn of(log: &'a Parsed) -> Option<Self> {
        let frame = &log.frame;
        let name = frame.time_column()?;
        let seconds = match frame.f64s(name) {
            Ok(exact) => Seconds::Exact(Numbers::of(exact)),
            Err(_) => Seconds::Whole(Numbers::of(frame.i64s(name).ok()?)),
        };
        let whole =
            |names: [&str; 2]| names.into_iter().find_map(|name| frame.u32s(name).ok()).map(Numbers::of);
        Some(Self {
            height: frame.height(),
            seconds,
            ordinals: whole(["seq", "sample"]),
            parts: whole(["segment", "session"]),
            start: log.facts.float("start_epoch").filter(|_| frame.clock == Clock::Counter),
        })
    }

    /// Those that have a time.
    fn each(&self) -> impl Iterator<Item = Row> {
        (0..self.height).filter_map(|row| {
            let number =
                |column: &Option<Numbers<'_, u32>>| column.as_ref().and_then(|column| column.get(row));
            let ordinal = number(&self.ordinals);
            let seconds = match (self.start, ordinal) {
                (Some(start), Some(ordinal)) => start + f64::from(ordinal),
                _ => match &self.seconds {
                    Seconds::Exact(seconds) => seconds.get(row)?,
                    Seconds::Whole(seconds) => seconds.get(row)? as f64,
                },
            };
            Some(Row { number: row + 1, seconds, ordinal, part: number(&self.parts).unwrap_or(0) })
        })
    }

    /// Those that follow each other in the same recording.
    fn pairs(&self) -> impl Iterator<Item = (Row, Row)> {
        let mut before = None;
        self.each()
            .filter_map(move |row| before.replace(row).map(|before| (before, row)))
            .filter(|(a, b)| a.part == b.part)
    }
}

/// The times of a log; `None` where its rows have none.
pub fn timing(log: &Parsed) -> Option<Timing> {
    let rows = Rows::of(log)?;
    let offset = offset_from_epoch(log);
    let stamp = |seconds: f64| Stamp { seconds, epoch_s: offset.map(|offset| seconds + offset) };
    let seconds = || rows.each().map(|row| row.seconds);
    let first = seconds().next()?;
    let ends = seconds().fold([first; 2], |[least, most], seconds| {
        let (below, above) = (seconds.total_cmp(&least).is_lt(), seconds.total_cmp(&most).is_gt());
        [if below { seconds } else { least }, if above { seconds } else { most }]
    });
    let [least, most] = ends;
    let counted = rows.each().any(|row| row.ordinal.is_some());
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

/// What has to be added to the times of the log to have seconds since 1970.
fn offset_from_epoch(log: &Parsed) -> Option<f64> {
    if log.frame.clock != Clock::TimeOfDay {
        return Some(0.0);
    }
    Some((midnight_s(log.facts.text("date")?)? - log.facts.int("utc_offset_s")?) as f64)
}

/// Interval and gaps by the times of the rows; rows of the same time count once.
fn by_times(rows: &Rows<'_>, stamp: impl Fn(f64) -> Stamp) -> (Option<f64>, Option<Gaps>) {
    let steps = || rows.pairs().map(|(a, b)| (b.seconds - a.seconds, a)).filter(|(step, _)| *step > 0.0);
    let Some(interval) = median(|| steps().map(|(step, _)| step)) else {
        return (None, None);
    };
    if steps().nth(1).is_none() {
        return (Some(interval), None);
    }
    let (mut count, mut longest) = (0, None);
    for (step, row) in steps().filter(|(step, _)| *step > GAP * interval) {
        count += 1;
        // Of equally long ones the first.
        if longest.is_none_or(|(longest, _)| step > longest) {
            longest = Some((step, row));
        }
    }
    let longest = longest.map(|(step, row)| Gap {
        length: Length::Seconds(step),
        after_row: row.number,
        after: stamp(row.seconds),
    });
    (Some(interval), Some(Gaps { count, longer_than: Length::Seconds(GAP * interval), longest }))
}

/// Interval and gaps by the numbers of requests or samples. A counter has no interval.
fn by_ordinals(clock: Clock, rows: &Rows<'_>, stamp: impl Fn(f64) -> Stamp) -> (Option<f64>, Option<Gaps>) {
    // The first and the last row of each recording.
    let mut parts: BTreeMap<u32, [(u32, f64); 2]> = BTreeMap::new();
    let mut number = 0_usize;
    for row in rows.each() {
        number += 1;
        if let Some(ordinal) = row.ordinal {
            let row_s = (ordinal, row.seconds);
            parts.entry(row.part).or_insert([row_s; 2])[1] = row_s;
        }
    }
    let mean_step = |[first, last]: &[(u32, f64); 2]| {
        let steps = last.0.checked_sub(first.0).filter(|steps| *steps > 0)?;
        Some((last.1 - first.1) / f64::from(steps))
    };
    let arrivals = clock == Clock::EpochSecondsAtArrival;
    let means: Vec<f64> = parts.values().filter_map(mean_step).collect();
    let interval = if arrivals { median(|| means.iter().copied()) } else { None };
    if number < 3 {
        return (interval, None);
    }
    let missing = |(a, b): (Row, Row)| {
        let step = b.ordinal?.checked_sub(a.ordinal?)?;
        (step > 1).then(|| (u64::from(step - 1), a))
    };
    let (mut count, mut longest) = (0, None);
    for (missing, row) in rows.pairs().filter_map(missing) {
        count += 1;
        if longest.is_none_or(|(longest, _)| missing > longest) {
            longest = Some((missing, row));
        }
    }
    let length = |missing: u64| Length::Missing(missing, interval.map(|interval| interval * missing as f64));
    let longest = longest.map(|(missing, row)| Gap {
        length: length(missing),
        after_row: row.number,
        after: stamp(row.seconds),
    });
    (interval, Some(Gaps { count, longer_than: Length::Missing(0, None), longest }))
}

/// The median of values, which are gone through several times instead of being kept: there are as many as rows.
fn median<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> Option<f64> {
    let keys = || values().map(key);
    let Middle { key, equal, count } = middle(keys)?;
    if count % 2 == 1 {
        return Some(value(key));
    }
    let before = if equal > 0 { key } else { keys().filter(|other| *other < key).max()? };
    Some((value(before) + value(key)) / 2.0)
}

/// A number that is larger where a value is: all bits of a negative value are the other way round, and of any other the sign.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 }
}

/// The value that has this key.
fn value(key: u64) -> f64 {
    f64::from_bits(key ^ if key >> 63 == 0 { u64::MAX } else { 1 << 63 })
}

/// The key in the middle of all, of two the second.
struct Middle {
    key: u64,
    /// How many that are equal stand before it.
    equal: usize,
    /// How many there are in all.
    count: usize,
}

/// Finds it 16 bits at a time, by how many keys have which.
fn middle<I: Iterator<Item = u64>>(keys: impl Fn() -> I) -> Option<Middle> {
    const BITS: u32 = 16;
    let (mut known, mut equal, mut count) = (0, 0, 0);
    for shift in [48, 32, 16, 0] {
        let mut counts = vec![0_usize; 1 << BITS];
        // Of a key of which nothing is known yet nothing is left.
        let above = |key: u64| key.checked_shr(shift + BITS).unwrap_or(0);
        for key in keys().filter(|key| above(*key) == known) {
            counts[(key >> shift) as usize & 0xffff] += 1;
        }
        if shift == 48 {
            count = counts.iter().sum();
            equal = count / 2;
        }
        let digit = counts.iter().position(|count| {
            let is_in = equal < *count;
            equal -= if is_in { 0 } else { *count };
            is_in
        })?;
        known = known << BITS | digit as u64;
    }
    Some(Middle { key: known, equal, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Timing {
        let format = stillstand_parsers::detect(text.as_bytes()).unwrap();
        timing(&stillstand_parsers::parse(format, text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn medians_are_those_of_sorted_values() {
        for values in [
            vec![],
            vec![1.5],
            vec![3.0, 1.0],
            vec![1.0; 6],
            vec![-2.0, 0.0, 7.25, -0.5, 1e300, 1e-300, f64::INFINITY],
            (0..101).map(|n| f64::from(n * 37 % 101) * 0.1).collect(),
            (0..100).map(|n| f64::from(n * 37 % 101) * 1e6 - 5e7).collect(),
        ] {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let half = sorted.len() / 2;
            let expected = match sorted.len() {
                0 => None,
                n if n % 2 == 1 => Some(sorted[half]),
                _ => Some((sorted[half - 1] + sorted[half]) / 2.0),
            };
            assert_eq!(median(|| values.iter().copied()), expected, "{values:?}");
        }
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
