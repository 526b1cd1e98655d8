//! What all benchmarks have in common: the frame of their results.
//!
//! One row per measured value, in the order of the file. Rows that agree in everything but value, line and
//! `sample` are repetitions of one quantity. A row is of the whole or of a part of it (`level`); the two must
//! never be added up.

use std::collections::BTreeMap;

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::Lines;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::part::{Part, consecutive};
use crate::text::float;

/// What kind of quantity a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    pub metric: &'static str,
    pub unit: &'static str,
    /// Which values are the better ones.
    pub direction: &'static str,
}

const fn measure(metric: &'static str, unit: &'static str, direction: &'static str) -> Measure {
    Measure { metric, unit, direction }
}

pub(crate) const TIME: Measure = measure("time", "s", "lower");
pub(crate) const LATENCY: Measure = measure("latency", "s", "lower");
pub(crate) const THROUGHPUT: Measure = measure("throughput", "bytes_per_s", "higher");
pub(crate) const OPERATIONS: Measure = measure("operations", "per_s", "higher");
pub(crate) const JITTER: Measure = measure("jitter", "s", "lower");
pub(crate) const LOSS: Measure = measure("loss", "percent", "lower");
pub(crate) const FLOPS: Measure = measure("flops", "flops", "higher");
pub(crate) const CPU: Measure = measure("cpu", "percent", "lower");
pub(crate) const EVENTS: Measure = measure("events", "count", "higher");
/// Events that nobody wants: retransmissions, lost packets.
pub(crate) const FAULTS: Measure = measure("events", "count", "lower");

/// A row of the frame.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub test: String,
    pub operation: &'static str,
    pub size: Option<f64>,
    pub measure: Measure,
    /// What the value is of all that was measured: `value`, `mean`, `min`, `max`, `best`, `p95`.
    pub statistic: &'static str,
    pub value: Option<f64>,
    /// The part of the whole; none if it is the whole.
    pub worker: Option<String>,
    pub line: u64,
}

/// What a parser of a benchmark collects.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub rows: Vec<Row>,
    pub version: Option<String>,
    pub facts: Facts,
    pub lost: usize,
    pub diagnostics: Diagnostics,
    /// Where each test begins, in rows.
    tests: Vec<(usize, Part)>,
}

impl Results {
    /// The rows that follow are of a test of its own: the tool was started again, or goes on to its next job.
    pub fn begin_test(&mut self, line: u64) {
        self.tests.push((self.rows.len(), Part { line: Some(line), ..Part::default() }));
    }

    /// What the test was told to do, as a level of a factor. What a log says of itself without a test is nothing.
    pub fn setting(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let (Some((_, test)), Some(value)) = (self.tests.last_mut(), value) {
            test.settings.push((name, value.to_string()));
        }
    }

    /// A number of the log in base units. What is none, or less than 0, becomes null with a diagnostic.
    pub fn figure(&mut self, number: &[u8], scale: f64, place: Place<'_>) -> Option<f64> {
        let value = scaled_number(number, scale).filter(|value| value.is_finite());
        if value.is_none() {
            self.diagnostics.warning("unreadable-value", place, || {
                "expected a number of at least 0; the value is null".to_owned()
            });
        }
        value
    }

    /// Tells that something of the run is missing. `lost` counts results of which nothing is left.
    pub fn unfinished(&mut self, place: Place<'_>, lost: usize, what: impl Into<String>) {
        self.lost = self.lost.saturating_add(lost);
        let what = what.into();
        self.diagnostics.warning("benchmark-unfinished", place, || what);
    }

    /// Tells that a run ended with an error, which leaves it without results.
    pub fn failed(&mut self, place: Place<'_>, what: impl Into<String>) {
        self.lost = self.lost.saturating_add(1);
        let what = what.into();
        self.diagnostics.warning("benchmark-failed", place, || what);
    }

    /// A line that is not used, though nothing is wrong with it.
    pub fn other(&mut self, place: Place<'_>) {
        self.diagnostics.note("other-output", place, || {
            "output of the benchmark, or something else, that is no result; it is not used".to_owned()
        });
    }

    /// A line that ought to hold a result, and does not.
    pub fn unreadable(&mut self, place: Place<'_>, expected: &'static str) {
        self.lost = self.lost.saturating_add(1);
        self.diagnostics.warning("unreadable-row", place, || format!("expected {expected}; it is left out"));
    }

    /// The last number of a line without line end may be cut, unless it has all its decimals.
    pub fn cut(&mut self, place: Place<'_>) {
        self.lost = self.lost.saturating_add(1);
        self.diagnostics.warning("last-line-cut", place, || {
            "the last line has no line end: its writer was stopped in the middle of it; it is left out"
                .to_owned()
        });
    }

    /// Ends the log; `expected` is what to say if nothing in it could be used.
    pub fn finish(self, bytes: &[u8], expected: &str) -> Result<Outcome, Unusable> {
        let Self { rows, version, facts, lost, diagnostics, tests } = self;
        if rows.is_empty() {
            let line = Lines::new(bytes).find(|line| !line.is_blank());
            let place = line.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, expected, diagnostics));
        }
        let tests = tests.into_iter().map(|(row, test)| (row, Part { facts: facts.clone(), ..test }));
        let mut parts = consecutive(tests, rows.len());
        // Of a test without a result a diagnostic tells.
        parts.retain(|part| !part.rows.is_empty());
        Ok(Outcome {
            parts,
            version,
            columns: columns(&rows),
            clock: Clock::None,
            facts,
            rows: RowCount { read: rows.len(), lost },
            diagnostics,
        })
    }
}

/// A finite number of at least 0.
pub(crate) fn positive(number: &[u8]) -> Option<f64> {
    float(number).filter(|value| *value >= 0.0)
}

/// A number of at least 0 times `scale`: of thousandths and millionths the nearest to what is printed, as 0.00024 s of `0.24` ms.
fn scaled_number(number: &[u8], scale: f64) -> Option<f64> {
    let value = positive(number)?;
    let exact = [(1e-3, b"e-3"), (1e-6, b"e-6")].into_iter().find(|(known, _)| *known == scale);
    let nearest = exact.and_then(|(_, exponent)| positive(&[number, exponent].concat()));
    nearest.or(Some(scaled(value, scale)))
}

/// `value` times `scale`, without the error of tenths that binary numbers do not have.
pub(crate) fn scaled(value: f64, scale: f64) -> f64 {
    if scale < 1.0 { value / (1.0 / scale).round() } else { value * scale }
}

/// How often each quantity was there before.
fn samples(rows: &[Row]) -> Vec<u32> {
    let mut seen: BTreeMap<_, u32> = BTreeMap::new();
    let count = rows.iter().map(|row| {
        let worker = row.worker.as_deref();
        let size = row.size.map(f64::to_bits);
        let key = (&row.test, row.operation, size, row.measure.metric, row.measure.direction);
        let next = seen.entry((key, row.statistic, worker)).or_default();
        let sample = *next;
        *next = next.saturating_add(1);
        sample
    });
    count.collect()
}

/// A word of a row.
type Word = fn(&Row) -> Option<&str>;

fn columns(rows: &[Row]) -> FrameBuilder {
    let mut columns = FrameBuilder::default();
    let texts: [(&str, Word); 3] = [
        ("test", |row| Some(&row.test)),
        ("operation", |row| Some(row.operation)),
        ("metric", |row| Some(row.measure.metric)),
    ];
    let more: [(&str, Word); 5] = [
        ("statistic", |row| Some(row.statistic)),
        ("unit", |row| Some(row.measure.unit)),
        ("direction", |row| Some(row.measure.direction)),
        ("level", |row| Some(if row.worker.is_some() { "part" } else { "all" })),
        ("worker", |row| row.worker.as_deref()),
    ];
    let text = |name: &str, value: Word| {
        StringChunked::from_iter_options(name.into(), rows.iter().map(value)).into_series()
    };
    let number = |name: &str, value: fn(&Row) -> Option<f64>| {
        Float64Chunked::from_iter_options(name.into(), rows.iter().map(value)).into_series()
    };
    for (name, value) in texts {
        columns.push(Unit::Text, text(name, value));
    }
    columns.push(Unit::Count, number("size", |row| row.size));
    columns.push(Unit::Count, number("value", |row| row.value));
    for (name, value) in more {
        columns.push(Unit::Text, text(name, value));
    }
    let counts = UInt32Chunked::from_iter_values("sample".into(), samples(rows).into_iter());
    columns.push(Unit::Count, counts.into_series());
    let lines = rows.iter().map(|row| u32::try_from(row.line).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
    columns
}
