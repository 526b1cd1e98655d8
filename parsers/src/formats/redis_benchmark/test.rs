//! A test in full: what it was told, its distributions, its summary.

use super::{PER_SECOND, RATE, Settings, first, latency};
use crate::diagnostic::Place;
use crate::lines::Line;
use crate::shared::benchmark::{Results, Row, TIME, positive};
use crate::text::{lossy, unsigned, words};

/// A test that is being read.
pub(super) struct Test<'a> {
    pub line: u64,
    pub title: &'a [u8],
    pub settings: Settings,
    /// Bytes of a value.
    pub payload: Option<f64>,
    pub runtime_s: Option<f64>,
    pub rows: Vec<Row>,
    pub has_rate: bool,
    /// Whether the numbers of the summary are due, and were there.
    latencies: Latencies,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Latencies {
    /// No summary yet; versions before 6.2 have none.
    Unknown,
    /// The summary has begun.
    Announced,
    /// Their names are in the line above.
    Due,
    Read,
}

const NAMES: [&[u8]; 6] = [b"avg", b"min", b"p50", b"p95", b"p99", b"max"];
const STATISTICS: [&str; 6] = ["mean", "min", "p50", "p95", "p99", "max"];

impl<'a> Test<'a> {
    pub fn new(line: u64, title: &'a [u8]) -> Self {
        Self {
            line,
            title,
            settings: Settings::default(),
            payload: None,
            runtime_s: None,
            rows: Vec::new(),
            has_rate: false,
            latencies: Latencies::Unknown,
        }
    }

    /// Whether nothing of its end is missing.
    pub fn is_whole(&self) -> bool {
        self.has_rate && matches!(self.latencies, Latencies::Unknown | Latencies::Read)
    }

    pub fn line(&mut self, line: Line<'a>, text: &'a [u8], results: &mut Results) {
        let place = Place::line(line.number, text);
        let ends = |words: &[u8]| memchr::memmem::find(text, words).is_some();
        if self.latencies == Latencies::Due {
            self.latencies(line, text, results);
        } else if words(text).map(|(_, word)| word).eq(NAMES) {
            self.latencies = Latencies::Due;
        } else if ends(PER_SECOND) {
            let text = text.strip_prefix(b"throughput summary:").unwrap_or(text);
            // In the summary the latencies follow.
            if place.text.is_some_and(|whole| whole.len() > text.len()) {
                self.latencies = Latencies::Announced;
            }
            let value = results.figure(first(text).unwrap_or_default(), 1.0, place);
            self.rows.push(RATE.row(&lossy(self.title), value, line.number));
            self.has_rate = true;
        } else if ends(b" requests completed in ") {
            let seconds = text.strip_suffix(b" seconds").and_then(|text| words(text).last());
            let seconds = seconds.map(|(_, word)| word);
            self.runtime_s = seconds.and_then(positive);
            let value = results.figure(seconds.unwrap_or_default(), 1.0, place);
            let column = super::Column { measure: TIME, statistic: "value", scale: 1.0 };
            self.rows.push(column.row(&lossy(self.title), value, line.number));
        } else if ends(b" parallel clients") {
            self.settings.concurrency = first(text).and_then(unsigned);
        } else if ends(b" bytes payload") {
            self.payload = first(text).and_then(positive);
        } else if let Some(threads) = text.strip_prefix(b"threads:") {
            self.settings.threads = unsigned(threads.trim_ascii());
        } else if !text.is_empty() && !is_known(text) {
            results.other(place);
        }
    }

    fn latencies(&mut self, line: Line<'a>, text: &'a [u8], results: &mut Results) {
        let place = Place::line(line.number, text);
        let numbers: Vec<&[u8]> = words(text).map(|(_, word)| word).collect();
        if !line.terminated {
            return results.cut(place);
        }
        self.latencies = Latencies::Read;
        if numbers.len() != STATISTICS.len() {
            return results
                .unreadable(place, "the mean latency, the lowest, three percentiles and the highest");
        }
        for (statistic, number) in STATISTICS.into_iter().zip(numbers) {
            let column = latency(statistic);
            let value = results.figure(number, column.scale, place);
            self.rows.push(column.row(&lossy(self.title), value, line.number));
        }
    }
}

/// Lines of a test that hold no result.
fn is_known(text: &[u8]) -> bool {
    let begins: [&[u8]; 8] = [
        b"keep alive:",
        b"host configuration ",
        b"cluster mode:",
        b"node [",
        b"multi-thread:",
        b"Summary:",
        b"latency summary (msec):",
        b"Latency by percentile distribution:",
    ];
    let distribution = b"Cumulative distribution of latencies:";
    begins.iter().any(|begin| text.starts_with(begin))
        || text.starts_with(distribution)
        || memchr::memmem::find(text, b"% <= ").is_some()
}
