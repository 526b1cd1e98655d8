//! What all tools have in common that tell how much was done, interval by interval: the frame of their rows.
//!
//! A row is an interval. It ends at a time since 1970, at a time on a wall (`local_s`), or so many seconds after the start of the
//! tool (`elapsed_s`); a time that somebody put in front of the lines comes from [`peel`](crate::peel). Of several tests in a
//! file each counts from its own start, and `test` numbers them.
//!
//! Most tools tell no lengths. An interval goes from the line before to its own then, unless one between them is missing: a line that
//! could not be read is told (`behind_gap`), and the rest is found beside the other logs of the run.

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, UInt32Chunked};

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount, Severity};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::Lines;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::hypervisor::report_unplaced;
use crate::time::ELAPSED;
use crate::time::stamp::Stamp;

/// What a tool may tell of an interval beside its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    LatencyMean,
    LatencyP95,
    LatencyP99,
    LatencyMax,
    /// Answers that were none, in the interval.
    Errors,
    Retransmits,
    /// Datagrams that did not arrive.
    Lost,
    Jitter,
}

impl Beside {
    const ALL: [Self; 8] = [
        Self::LatencyMean,
        Self::LatencyP95,
        Self::LatencyP99,
        Self::LatencyMax,
        Self::Errors,
        Self::Retransmits,
        Self::Lost,
        Self::Jitter,
    ];

    fn column(self) -> (&'static str, Unit) {
        match self {
            Self::LatencyMean => ("latency_mean", Unit::Milliseconds),
            Self::LatencyP95 => ("latency_p95", Unit::Milliseconds),
            Self::LatencyP99 => ("latency_p99", Unit::Milliseconds),
            Self::LatencyMax => ("latency_max", Unit::Milliseconds),
            Self::Errors => ("errors", Unit::Count),
            Self::Retransmits => ("retransmits", Unit::Count),
            Self::Lost => ("lost", Unit::Count),
            Self::Jitter => ("jitter", Unit::Milliseconds),
        }
    }
}

/// An interval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Its end.
    pub stamp: Option<Stamp>,
    /// Its end, seconds since the start of the test.
    pub elapsed_s: Option<f64>,
    /// As the tool tells it, or its counters do; where neither does an interval goes from the line before to its own.
    pub length_s: Option<f64>,
    /// A line in front of it could not be read: nothing is known of the time before it.
    pub behind_gap: bool,
    /// Operations or bytes per second.
    pub rate: Option<f64>,
    pub beside: Vec<(Beside, f64)>,
    pub line: u64,
}

impl Row {
    pub fn with(mut self, what: Beside, value: Option<f64>) -> Self {
        self.beside.extend(value.map(|value| (what, value)));
        self
    }

    fn told(&self, what: Beside) -> Option<f64> {
        self.beside.iter().find(|(told, _)| *told == what).map(|(_, value)| *value)
    }
}

/// What a parser of such a log collects.
#[derive(Debug)]
pub(crate) struct Work {
    /// The number of the test of each row, from 1, and the row.
    rows: Vec<(u32, Row)>,
    tests: u32,
    /// That of the rates.
    unit: Unit,
    /// Since the last row was a line that could not be read.
    gap: bool,
    pub version: Option<String>,
    pub facts: Facts,
    pub lost: usize,
    pub diagnostics: Diagnostics,
}

/// How exact the times of a tool are, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolution {
    /// Of the ends since 1970 or on the wall, where the tool itself tells them.
    pub time_s: Option<f64>,
    /// Of what counts from its own start.
    pub elapsed_s: Option<f64>,
    /// Of the lengths.
    pub length_s: f64,
}

impl Work {
    pub fn new(unit: Unit) -> Self {
        Self {
            rows: Vec::new(),
            tests: 0,
            unit,
            gap: false,
            version: None,
            facts: Facts::default(),
            lost: 0,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Rates are in this unit from now on. Whether they can be: a log has rates of one kind.
    pub fn is_in(&mut self, unit: Unit) -> bool {
        if self.rows.is_empty() {
            self.unit = unit;
        }
        self.unit == unit
    }

    /// The rows that follow count from a start of their own.
    pub fn begin_test(&mut self) {
        self.tests = self.tests.saturating_add(1);
    }

    pub fn push(&mut self, mut row: Row) {
        self.tests = self.tests.max(1);
        row.behind_gap |= std::mem::take(&mut self.gap);
        self.rows.push((self.tests, row));
    }

    /// The last row of the test that goes on.
    pub fn last(&self) -> Option<&Row> {
        self.rows.last().filter(|(test, _)| *test == self.tests).map(|(_, row)| row)
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A line that ought to be an interval, and is none.
    pub fn unreadable(&mut self, place: Place<'_>, expected: &str) {
        self.lost = self.lost.saturating_add(1);
        self.gap = true;
        self.diagnostics
            .warning("unreadable-row", place, || format!("expected {expected}; the interval is left out"));
    }

    /// The last line without line end may be cut.
    pub fn cut(&mut self, place: Place<'_>) {
        self.lost = self.lost.saturating_add(1);
        self.diagnostics.warning("last-line-cut", place, || {
            "the last line has no line end: its writer was stopped in the middle of it; it is left out"
                .to_owned()
        });
    }

    /// Ends the log; `expected` is what to say if it has no interval.
    pub fn finish(self, bytes: &[u8], resolution: Resolution, expected: &str) -> Result<Outcome, Unusable> {
        let Self { rows, tests, unit, gap: _, version, mut facts, lost, mut diagnostics } = self;
        if rows.is_empty() {
            let line = Lines::new(bytes).find(|line| !line.is_blank());
            let place = line.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, expected, diagnostics));
        }
        let stamps = || rows.iter().map(|(_, row)| (row.stamp, row.line));
        report_unplaced(stamps(), Severity::Warning, &mut diagnostics);
        let has = |part: fn(Stamp) -> Option<f64>| stamps().any(|(stamp, _)| stamp.and_then(part).is_some());
        let (is_placed, is_local) = (has(Stamp::epoch_s), has(Stamp::local_s));
        let from = match (is_placed, is_local) {
            (true, _) => "1970",
            (false, true) => "local time",
            (false, false) => "the start of the tool",
        };
        facts.set_text("time_from", from.as_bytes());
        if tests > 1 {
            facts.set_int("tests", tests);
        }
        let resolutions = [
            ("time_resolution_s", resolution.time_s.filter(|_| is_placed || is_local)),
            ("elapsed_resolution_s", resolution.elapsed_s),
            ("length_resolution_s", Some(resolution.length_s)),
        ];
        for (name, seconds) in resolutions {
            if let Some(seconds) = seconds {
                facts.set_float(name, seconds);
            }
        }
        Ok(Outcome {
            version,
            columns: columns(&rows, unit, is_placed, is_local),
            clock: if is_placed { Clock::Epoch } else { Clock::None },
            facts,
            parts: Vec::new(),
            rows: RowCount { read: rows.len(), lost },
            diagnostics,
        })
    }
}

fn columns(rows: &[(u32, Row)], unit: Unit, is_placed: bool, is_local: bool) -> FrameBuilder {
    let mut columns = FrameBuilder::default();
    let mut number = |name: &str, unit: Unit, value: &dyn Fn(&Row) -> Option<f64>| {
        let values = rows.iter().map(|(_, row)| value(row));
        columns.push(unit, Float64Chunked::from_iter_options(name.into(), values).into_series());
    };
    if is_placed {
        number("epoch_s", Unit::EpochSeconds, &|row| row.stamp.and_then(Stamp::epoch_s));
    }
    if is_local {
        number("local_s", Unit::Seconds, &|row| row.stamp.and_then(Stamp::local_s));
    }
    if rows.iter().any(|(_, row)| row.elapsed_s.is_some()) {
        number(ELAPSED, Unit::Seconds, &|row| row.elapsed_s);
    }
    number("length_s", Unit::Seconds, &|row| row.length_s);
    number("rate", unit, &|row| row.rate);
    for what in Beside::ALL {
        let (name, unit) = what.column();
        if rows.iter().any(|(_, row)| row.told(what).is_some()) {
            number(name, unit, &|row| row.told(what));
        }
    }
    if rows.iter().any(|(_, row)| row.behind_gap) {
        let gaps = rows.iter().map(|(_, row)| u32::from(row.behind_gap));
        columns.push(Unit::Count, UInt32Chunked::from_iter_values("behind_gap".into(), gaps).into_series());
    }
    let tests = rows.iter().map(|(test, _)| *test);
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("test".into(), tests).into_series());
    let lines = rows.iter().map(|(_, row)| u32::try_from(row.line).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
    columns
}
