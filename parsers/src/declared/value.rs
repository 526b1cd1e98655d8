//! Cells → numbers and times.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDateTime};

use crate::text::float;
use crate::time::stamp::{self, Stamp};
use crate::time::unit::TimeUnit;
use crate::time::{epoch, zone::Zone};

/// What stands in a cell for no value.
const NOTHING: [&str; 18] = [
    "",
    "-",
    "--",
    "---",
    "–",
    "—",
    "?",
    "n/a",
    "#n/a",
    "n.a.",
    "na",
    "<na>",
    "nan",
    "nat",
    "null",
    "nil",
    "none",
    "<not counted>",
];

/// Whether the text stands for no value. 0 is one.
pub(super) fn is_nothing(text: &str) -> bool {
    NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// A finite number; `decimal_comma` where a comma may be its point.
pub(super) fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    float(text.as_bytes()).or_else(|| {
        let has_one = decimal_comma && !text.contains('.') && text.matches(',').count() == 1;
        has_one.then(|| float(text.replace(',', ".").as_bytes()))?
    })
}

/// How a column of times is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TimeForm {
    /// Told by the text: since 1970 in a unit that the number of digits tells, ISO 8601, or a line of `date`.
    #[default]
    Told,
    /// A number since 1970.
    Since1970(TimeUnit),
    /// A format of `strftime`.
    Strftime(String),
}

impl TimeForm {
    /// `s`, `ms`, `us`, `ns`, or a format of `strftime` that has a date and a time of day; `None` for anything else.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        if let Some(unit) = TimeUnit::named(text) {
            return Some(Self::Since1970(unit));
        }
        let is_format =
            text.contains('%') && !StrftimeItems::new(text).any(|item| matches!(item, Item::Error));
        is_format.then(|| Self::Strftime(text.to_owned()))
    }

    /// Seconds of such a time, since 1970 or on a wall; `decimal_comma` where a comma may be a point. `None` for anything else.
    #[must_use]
    pub fn seconds(&self, text: &str, decimal_comma: bool) -> Option<f64> {
        self.read(text, decimal_comma)?.any_s()
    }

    /// What such a time looks like, for a person.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Told => "a time since 1970 (s, ms, µs, ns), of ISO 8601, or as `date` writes it (seconds since a start are \
                           none: nothing ties them to the request)"
                .to_owned(),
            Self::Since1970(_) => "a number since 1970".to_owned(),
            Self::Strftime(format) => format!("a time like `{format}`"),
        }
    }

    pub(super) fn read(&self, text: &str, decimal_comma: bool) -> Option<Time> {
        match self {
            Self::Told => {
                let any_unit = epoch::any_unit(text.as_bytes()).map(Time::epoch);
                let by_size = || number(text, decimal_comma).and_then(since_1970).map(Time::epoch);
                let written = || stamp::alone(text.as_bytes()).map(Time::of);
                any_unit.or_else(by_size).or_else(written)
            }
            Self::Since1970(unit) => {
                let seconds = number(text, decimal_comma)? / unit.per_second();
                Some(Time::epoch(seconds)).filter(|_| SINCE_1973.contains(&seconds))
            }
            Self::Strftime(format) => {
                let zoned =
                    DateTime::parse_from_str(text, format).ok().map(|time| time.timestamp_nanos_opt());
                if let Some(nanos) = zoned {
                    return crate::time::seconds(nanos?).map(Time::epoch);
                }
                let wall =
                    NaiveDateTime::parse_from_str(text, format).ok()?.and_utc().timestamp_nanos_opt()?;
                Some(Time::of(Stamp::Wall { nanos: wall, zone: Zone::Unnamed }))
            }
        }
    }
}

/// Seconds since 1970 with nine to eleven digits, as everywhere.
const SINCE_1973: std::ops::Range<f64> = 1e8..1e11;

/// Seconds of a number since 1970 by its size: s, ms, µs or ns.
fn since_1970(number: f64) -> Option<f64> {
    [1.0, 1e3, 1e6, 1e9].into_iter().map(|unit| number / unit).find(|seconds| SINCE_1973.contains(seconds))
}

/// A time: since 1970, or on a wall whose zone is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Time {
    pub epoch_s: Option<f64>,
    pub local_s: Option<f64>,
}

impl Time {
    /// What the clock on the wall showed, where nothing says how far from UTC.
    pub(super) fn without_offset_s(self) -> Option<f64> {
        self.local_s.filter(|_| self.epoch_s.is_none())
    }

    fn epoch(seconds: f64) -> Self {
        Self { epoch_s: Some(seconds), local_s: None }
    }

    fn of(stamp: Stamp) -> Self {
        Self { epoch_s: stamp.epoch_s(), local_s: stamp.local_s() }
    }

    /// The same so many seconds before.
    pub fn earlier(self, seconds: f64) -> Self {
        let before = |t: Option<f64>| t.map(|t| t - seconds);
        Self { epoch_s: before(self.epoch_s), local_s: before(self.local_s) }
    }

    /// Seconds by whatever clock.
    pub fn any_s(self) -> Option<f64> {
        self.local_s.or(self.epoch_s)
    }
}

/// How coarse values are: the largest decimal place of a second to which all of them are rounded; 0 beyond the fourth.
pub(super) fn resolution_s(values: impl Iterator<Item = f64> + Clone) -> f64 {
    // What a sum of a few roundings may be off: of seconds since 1970 more than of a few milliseconds, which are not 0 s.
    let is_rounded = |value: f64, per_second: f64| {
        let scaled = value * per_second;
        (scaled - scaled.round()).abs() < 1e-9 + 4.0 * f64::EPSILON * scaled.abs()
    };
    let places = [1.0, 10.0, 100.0, 1000.0, 10_000.0];
    let found = places.into_iter().find(|place| values.clone().all(|value| is_rounded(value, *place)));
    found.map_or(0.0, |place| 1.0 / place)
}
