//! When the lines of a report were written: a date at its beginning, and times of day that go past midnight; or a date
//! beside each.

use super::banner::{self, MonthFirst};
use super::stamp;
use crate::diagnostic::{Diagnostics, Place};
use crate::shared::host::samples::{Moment, Samples};
use crate::text::{integer, lossy, split_once, words};
use crate::time::{NANOS, daytime};

/// The time at the beginning of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Time {
    /// Of the day, or since 1970.
    pub second: i64,
    pub is_epoch: bool,
    /// `# Time`: names follow, and no time.
    pub is_names: bool,
}

/// The time at the beginning of a line, and what stands behind it.
pub(crate) fn leading(line: &[u8]) -> Option<(Time, &[u8])> {
    let mut words = words(line);
    let (from, first) = words.next()?;
    let behind = |at: usize, word: &[u8]| line.get(at.saturating_add(word.len())..).unwrap_or_default();
    let (next, second) = words.next().unwrap_or((line.len(), b""));
    if first == b"#" {
        let is_names = second == b"Time";
        return is_names.then(|| (Time { is_names, ..Time::default() }, behind(next, second)));
    }
    // Seconds since 1970, of which there have been nine digits since 1973.
    if let Some(second) = integer(first).filter(|_| first.len() >= 9) {
        return Some((Time { second, is_epoch: true, is_names: false }, behind(from, first)));
    }
    let time = daytime::read(first)?;
    let half = match second {
        b"AM" | b"am" => Some(0),
        b"PM" | b"pm" => Some(12 * 3600),
        _ => None,
    };
    let of_day = i64::from(time.seconds);
    let (of_day, rest) = match half {
        Some(half) => (of_day % (12 * 3600) + half, behind(next, second)),
        None => (of_day, behind(from, first)),
    };
    Some((Time { second: of_day, ..Time::default() }, rest))
}

/// The date of a report.
#[derive(Clone, Debug, PartialEq)]
enum Day {
    /// Its midnight.
    Known(i64),
    /// It has none, or one that may be two: so it is written.
    Unknown(Option<Vec<u8>>),
    /// It is another one that is not known: no time of the report can be told.
    Another,
}

#[derive(Debug)]
pub(crate) struct Times {
    month_first: MonthFirst,
    day: Day,
    /// Whether the next row is the first of a report.
    begins: bool,
    /// The last second of all, counted from the first midnight of a log without dates.
    last_s: Option<i64>,
    /// The line in which a date may be two.
    line: Option<u64>,
}

impl Times {
    pub fn new(bytes: &[u8]) -> Self {
        let month_first = banner::month_first(bytes);
        Self { month_first, day: Day::Unknown(None), begins: false, last_s: None, line: None }
    }

    /// A report begins.
    pub fn banner(&mut self, date: Option<&[u8]>, place: Place<'_>, diagnostics: &mut Diagnostics) {
        self.begins = true;
        let known = date.and_then(|date| banner::midnight_s(date, self.month_first));
        let is_same = matches!(&self.day, Day::Unknown(before) if before.as_deref() == date);
        self.day = match (known, &self.day, self.last_s) {
            (Some(midnight), Day::Known(_), _) | (Some(midnight), _, None) => Day::Known(midnight),
            (None, _, None) => Day::Unknown(date.map(<[u8]>::to_vec)),
            (None, _, Some(_)) if is_same => return,
            (Some(_) | None, _, Some(_)) => Day::Another,
        };
        match self.day {
            Day::Known(_) => {}
            Day::Unknown(_) => self.line = place.line,
            Day::Another => diagnostics.warning("date-unknown", place, || {
                "the date may be two, or is none, and the reports before it have another; its rows are left out".to_owned()
            }),
        }
    }

    /// The second of a line, from the midnight of the report on; the last one of its table helps, where there is one.
    pub fn second(&self, time: Time, last_s: Option<i64>) -> i64 {
        // Of a report whose date is not known the first line follows the last one of the report before.
        let before = self.last_s.filter(|_| self.begins && matches!(self.day, Day::Unknown(_)));
        match last_s.or(before) {
            Some(last) if !time.is_epoch => banner::running_on(last, time.second),
            Some(_) | None => time.second,
        }
    }

    /// When that is; none if nothing tells its day.
    pub fn moment(&self, time: Time, second: i64) -> Option<Moment> {
        if time.is_epoch {
            return Some(Moment::second(time.second));
        }
        let local_s = match self.day {
            Day::Known(midnight) => midnight.checked_add(second)?,
            Day::Unknown(_) => second,
            Day::Another => return None,
        };
        Some(Moment { epoch_ns: None, local_ns: Some(local_s.checked_mul(NANOS)?) })
    }

    /// A row of this time comes: where it is the first of a report and later than all others, the recording began anew.
    pub fn begin(&mut self, moment: Moment, samples: &mut Samples) {
        let local_s = moment.local_ns.map(|local| local.div_euclid(NANOS));
        if std::mem::take(&mut self.begins) && samples.latest().is_some_and(|latest| latest < moment) {
            samples.restart(moment);
        }
        self.last_s = self.last_s.max(local_s);
    }

    /// Says that the times are local, or what they lack besides.
    pub fn tell(&mut self, diagnostics: &mut Diagnostics) {
        match &self.day {
            Day::Unknown(date) => {
                let place = Place { line: self.line, text: date.as_deref(), ..Place::FILE };
                diagnostics.warning("date-unknown", place, || undated(date.as_deref()));
            }
            Day::Known(_) | Day::Another => diagnostics.note("time-zone-unknown", Place::FILE, local),
        }
    }

    /// The column of times on the wall.
    pub fn local(&self) -> &'static str {
        match self.day {
            Day::Unknown(_) => "of_day_s",
            Day::Another if self.line.is_some() => "of_day_s",
            Day::Known(_) | Day::Another => "local_s",
        }
    }
}

/// Times with a date each, as iostat writes them: `11/30/26 01:16:48`, `30.11.2026 01:16:48`, `2026-11-30T01:16:48+0100`.
#[derive(Debug)]
pub(crate) struct Stamps {
    month_first: MonthFirst,
    /// The last second of a log whose dates may be two, from its first midnight on.
    last_s: Option<i64>,
    /// Whether a date was known or not; it is the same for all.
    is_known: Option<bool>,
}

impl Stamps {
    pub fn new(bytes: &[u8]) -> Self {
        Self { month_first: banner::month_first(bytes), last_s: None, is_known: None }
    }

    /// The moment that the text is; none if it is no time, or has a date where others have none.
    pub fn moment(&mut self, text: &[u8], place: Place<'_>, diagnostics: &mut Diagnostics) -> Option<Moment> {
        if let Some((moment, _)) = stamp::moment(text) {
            self.is_known.get_or_insert(true);
            return Some(moment);
        }
        let (date, rest) = split_once(text.trim_ascii(), b' ')?;
        let (time, rest) = leading(rest)?;
        if !rest.trim_ascii().is_empty() || time.is_epoch || time.is_names {
            return None;
        }
        let midnight = banner::midnight_s(date, self.month_first);
        if midnight.is_none() && !banner::is_date(date) {
            return None;
        }
        let is_first = self.is_known.is_none();
        if *self.is_known.get_or_insert(midnight.is_some()) != midnight.is_some() {
            return None;
        }
        if midnight.is_none() && is_first {
            diagnostics.warning("date-unknown", place, || undated(Some(date)));
        }
        let local_s = match (midnight, self.last_s) {
            (Some(midnight), _) => midnight.checked_add(time.second)?,
            (None, Some(last)) => banner::running_on(last, time.second),
            (None, None) => time.second,
        };
        self.last_s = Some(local_s);
        Some(Moment { epoch_ns: None, local_ns: Some(local_s.checked_mul(NANOS)?) })
    }

    /// The column of times on the wall.
    pub fn local(&self) -> &'static str {
        if self.is_known == Some(false) { "of_day_s" } else { "local_s" }
    }

    /// Says that times without a zone need one.
    pub fn tell(&self, diagnostics: &mut Diagnostics) {
        if self.is_known != Some(false) {
            diagnostics.note("time-zone-unknown", Place::FILE, local);
        }
    }
}

fn local() -> String {
    "times are local, in local_s and not in epoch_s: nothing says their time zone: declare utc_offset"
        .to_owned()
}

/// What to say of a log without a date that is known.
pub(crate) fn undated(date: Option<&[u8]>) -> String {
    match date {
        Some(date) => format!(
            "the date {} may have the day or the month first, and nothing in the log shows which; the log by itself does not \
             tell when it was. Record it with S_TIME_FORMAT=ISO",
            lossy(date)
        ),
        None => "no line tells the date; the log by itself does not tell when it was".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_clocks() {
        let read = |line: &str| {
            let (time, rest) = leading(line.as_bytes())?;
            Some((time.second, time.is_epoch, lossy(rest.trim_ascii()).into_owned()))
        };
        for (line, second, is_epoch) in [
            ("00:00:01 all", 1, false),
            ("12:00:01 AM all", 1, false),
            ("12:00:01 PM all", 43_201, false),
            ("06:42:09 PM   all", 67_329, false),
            ("06:42:09 pm   all", 67_329, false),
            ("1692579199 all", 1_692_579_199, true),
            ("# Time all", 0, false),
        ] {
            assert_eq!(read(line), Some((second, is_epoch, "all".to_owned())), "{line}");
        }
        for line in ["Average: all", "25:00:00 all", "169 all", "# hostname;interval", "#", ""] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
