//! Requests of a load generator as rows, in the order of their times.

use polars::prelude::{BooleanChunked, Float64Chunked, IntoSeries, NewChunkedArray, Series, UInt32Chunked};

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::Line;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::time::MONOTONIC;

/// When a request was, by one clock or the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    /// Seconds since 1970.
    Epoch(f64),
    /// Seconds since the test began.
    SinceStart(f64),
}

impl Moment {
    fn seconds(self) -> f64 {
        match self {
            Self::Epoch(seconds) | Self::SinceStart(seconds) => seconds,
        }
    }

    fn epoch_s(self) -> Option<f64> {
        match self {
            Self::Epoch(seconds) => Some(seconds),
            Self::SinceStart(_) => None,
        }
    }
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Request {
    pub line: u64,
    pub moment: Moment,
    pub duration_s: Option<f64>,
    pub worked: bool,
}

/// What holds for all requests of a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Whether the times are those of the answers.
    pub time_is_end: bool,
    /// Whether the next request waits for the answer to the one before.
    pub is_closed_loop: bool,
    /// How coarse times and durations are, seconds.
    pub time_resolution_s: f64,
    pub duration_resolution_s: f64,
}

/// The requests of a log so far.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pub rows: Vec<Request>,
    pub lost: usize,
    pub facts: Facts,
    pub diagnostics: Diagnostics,
}

impl Requests {
    /// A row that cannot be used.
    pub fn lose(&mut self, line: Line<'_>, expected: &str) {
        self.lost = self.lost.saturating_add(1);
        let code = if line.terminated { "row-unreadable" } else { "last-line-cut" };
        self.diagnostics.warning(code, Place::line(line.number, line.text), || {
            format!("expected {expected}; the row is left out")
        });
    }

    /// The log with its rows in the order of their times.
    pub fn finish(self, manner: Manner, expected: &str) -> Result<Outcome, Unusable> {
        let Self { mut rows, lost, mut facts, diagnostics } = self;
        if rows.is_empty() {
            return Err(unusable(Place::FILE, expected, diagnostics));
        }
        rows.sort_by(|a, b| a.moment.seconds().total_cmp(&b.moment.seconds()));
        let mut columns = FrameBuilder::default();
        let epochs = rows.iter().map(|row| row.moment.epoch_s());
        let has_epochs = epochs.clone().any(|time| time.is_some());
        columns.push(Unit::EpochSeconds, floats("epoch_s", epochs));
        let since = rows.iter().map(|row| match row.moment {
            Moment::SinceStart(seconds) => Some(seconds),
            Moment::Epoch(_) => None,
        });
        if since.clone().any(|time| time.is_some()) {
            columns.push(Unit::Seconds, floats(MONOTONIC, since));
        }
        columns.push(Unit::Seconds, floats("duration_s", rows.iter().map(|row| row.duration_s)));
        let worked = rows.iter().map(|row| Some(row.worked));
        columns.push(Unit::Count, BooleanChunked::from_iter_options("worked".into(), worked).into_series());
        let lines = rows.iter().map(|row| u32::try_from(row.line).ok());
        columns.push(Unit::Count, UInt32Chunked::from_iter_options("line".into(), lines).into_series());
        facts.set_text("time_is", if manner.time_is_end { b"end" } else { b"start" });
        facts.set_text("loop", if manner.is_closed_loop { b"closed" } else { b"open" });
        facts.set_float("time_resolution_s", manner.time_resolution_s);
        facts.set_float("duration_resolution_s", manner.duration_resolution_s);
        let clock = if has_epochs { Clock::Epoch } else { Clock::None };
        let rows = RowCount { read: rows.len(), lost };
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }
}

fn floats(name: &str, values: impl Iterator<Item = Option<f64>>) -> Series {
    Float64Chunked::from_iter_options(name.into(), values).into_series()
}

/// No request takes longer, seconds.
const LONGEST_S: f64 = 1e6;

/// How long a request took, of a number of which so many are a second.
pub(crate) fn duration(number: Option<f64>, per_second: f64) -> Option<f64> {
    number.map(|number| number / per_second).filter(|seconds| (0.0..LONGEST_S).contains(seconds))
}

/// Whether a status of HTTP is an answer that load generators take for a success: 2xx and 3xx. 0 is no answer.
pub(crate) fn is_success(status: u64) -> bool {
    (200..400).contains(&status)
}
