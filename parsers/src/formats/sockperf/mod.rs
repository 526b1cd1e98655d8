//! `sockperf`: what sockperf says at the end of `ping-pong`, `under-load` and `throughput`.
//!
//! ```text
//! sockperf: [Total Run] RunTime=1.000 sec; Warm up time=400 msec; SentMessages=101; ReceivedMessages=101
//! sockperf: ====> avg-latency=146.941 (std-dev=371.831)
//! sockperf: # dropped messages = 0; # duplicated messages = 0; # out-of-order messages = 0
//! sockperf: ---> <MAX> observation = 1891.718
//! sockperf: ---> percentile 99.900 = 1891.718
//! sockperf: Summary: Message Rate is 1001 [msg/sec]
//! sockperf: Summary: BandWidth is 0.013 MBps (0.107 Mbps)
//! ```
//!
//! Traps:
//!
//! * A latency is half of a round trip. With `--full-rtt` it is the whole: a test of its own, `round-trip`.
//! * Colours stand around some of the lines, also in files.
//! * Times are µs. `MBps` are 1024 · 1024 bytes, `GBps` a thousand of them.
//! * `throughput` tells what was sent, whoever received it.
//! * Without an answer there is a message and no result. Messages at the beginning and the end are left out.
//! * With `--full-log` the same lines stand in front of the messages one by one: that file is one of
//!   [`sockperf_log`](super::sockperf_log).
//!
//! Absent on purpose: deviations; other servers than the first.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{
    FAULTS, LATENCY, Measure, OPERATIONS, Results, Row, THROUGHPUT, TIME, positive,
};
use crate::text::words;

pub(crate) static DESCRIPTION: Description = Description {
    name: "sockperf",
    description: "latency of messages over a network, or how many were sent, and how many were lost",
    written_by: "sockperf 3, ping-pong, under-load and throughput",
    begins_with: "`sockperf: == version #3.7 ==`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b"sockperf: "]),
    recognise,
    parse: Parse::Whole(parse),
};

/// The header of the messages one by one.
pub(super) const MESSAGES: &[u8] = b"packet, txTime(sec), rxTime(sec), ";
/// How every line begins that is one of sockperf's own.
const OWN: &[u8] = b"sockperf: ";
/// Half of a trip there and back, or all of it.
const KINDS: [(&[u8], &str); 2] = [(b"avg-latency=", "latency"), (b"avg-rtt=", "round-trip")];
const NO_ANSWER: &[u8] = b"No messages were received from the server";

fn recognise(head: &Head<'_>) -> bool {
    let has_messages = head.lines.iter().any(|line| line.text.starts_with(MESSAGES));
    !has_messages && head.lines.iter().any(|line| is_own(line.text))
}

/// Whether only sockperf writes such a line.
fn is_own(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(OWN) else { return false };
    let holds = |words: &[u8]| memchr::memmem::find(rest, words).is_some();
    [b"== version #".as_slice(), b"[Total Run] RunTime=", b"====> avg-", b"Summary: ", NO_ANSWER]
        .into_iter()
        .any(holds)
}

/// A number behind these words.
pub(super) fn behind<'a>(text: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(text, key)?.saturating_add(key.len());
    let rest = text.get(at..)?.trim_ascii_start();
    let end =
        rest.iter().position(|byte| !(byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'n' | b'a')));
    rest.get(..end.unwrap_or(rest.len())).filter(|number| !number.is_empty())
}

#[derive(Default)]
struct Reader {
    results: Results,
    /// Whether a test has begun and has no result yet, and its line.
    begun: Option<u64>,
    kind: &'static str,
    size: Option<f64>,
    runtime_s: f64,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader { kind: "latency", ..Reader::default() };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end();
    if reader.runtime_s > 0.0 {
        reader.results.facts.set_float("runtime_s", reader.runtime_s);
    }
    reader.results.finish(bytes, "a latency or a rate that sockperf prints at its end; was the server there?")
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        let Some(rest) = line.text.strip_prefix(OWN) else { return };
        let holds = |words: &[u8]| memchr::memmem::find(rest, words).is_some();
        if holds(b"== version #") {
            self.end();
            let version =
                behind(rest, b"== version #").and_then(|version| version.split(|byte| *byte == b'-').next());
            let version = version.map(|version| String::from_utf8_lossy(version).into_owned());
            self.results.version = self.results.version.take().or(version);
            self.begin(line.number);
        } else if holds(NO_ANSWER) {
            self.begun = None;
            self.results.failed(place, "no message was answered: there is no result");
        } else if rest.starts_with(b"NOTE: ") || holds(b"NOTE: test was performed") {
            self.size = behind(rest, b"msg-size=").and_then(positive);
        } else if let Some(found) = self.figures(rest) {
            // A line of the log is whole where its last number is not its last word.
            let is_last =
                rest.trim_ascii_end().last().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
            if !line.terminated && is_last {
                return self.results.cut(place);
            }
            for (figure, number) in found {
                self.push(figure, number, line.number, place);
            }
        } else if !line.terminated {
            self.results.cut(place);
        }
    }

    fn begin(&mut self, line: u64) {
        self.results.begin_test(line);
        (self.begun, self.kind, self.size) = (Some(line), "latency", None);
    }

    /// A test without a result was stopped.
    fn end(&mut self) {
        if let Some(line) = self.begun.take() {
            let what = "a test without the latency or the rate of its end: was it stopped?";
            self.results.unfinished(Place { line: Some(line), ..Place::FILE }, 1, what);
        }
    }

    fn push(&mut self, figure: Figure, number: &[u8], line: u64, place: Place<'_>) {
        let Figure { operation, measure, statistic, scale } = figure;
        let value = self.results.figure(number, scale, place);
        if measure == TIME {
            self.runtime_s += value.unwrap_or_default();
        }
        let is_headline = matches!(measure.metric, "latency" | "throughput" | "operations");
        self.begun = self.begun.filter(|_| !is_headline);
        let test = if measure == THROUGHPUT || measure == OPERATIONS { "throughput" } else { self.kind };
        let size = self.size.filter(|_| test == "throughput");
        let row =
            Row { test: test.to_owned(), operation, size, measure, statistic, value, worker: None, line };
        self.results.rows.push(row);
    }

    /// The figures of a line.
    fn figures<'a>(&mut self, rest: &'a [u8]) -> Option<Vec<(Figure, &'a [u8])>> {
        if let Some(number) = behind(rest, b"[Total Run] RunTime=") {
            return Some(vec![(figure("message", TIME, "value", 1.0), number)]);
        }
        if let Some(number) = behind(rest, b" messages sent in ") {
            self.kind = "throughput";
            return Some(vec![(figure("message", TIME, "value", 1.0), number)]);
        }
        for (key, kind) in KINDS {
            if memchr::memmem::find(rest, key).is_some() {
                self.kind = kind;
                return Some(vec![(figure("message", LATENCY, "mean", MICRO), behind(rest, key)?)]);
            }
        }
        if memchr::memmem::find(rest, b"# dropped messages = ").is_some() {
            let faults = [
                ("dropped", b"# dropped messages = ".as_slice()),
                ("duplicated", b"# duplicated messages = "),
                ("out-of-order", b"# out-of-order messages = "),
            ];
            let found = faults.into_iter().filter_map(|(statistic, key)| {
                Some((figure("message", FAULTS, statistic, 1.0), behind(rest, key)?))
            });
            return Some(found.collect());
        }
        if let Some(observation) = rest.strip_prefix(b"---> ") {
            let statistic = STATISTICS.iter().find(|(name, _)| observation.starts_with(name));
            let number = behind(observation, b" = ")?;
            let found =
                statistic.map(|(_, statistic)| (figure("message", LATENCY, statistic, MICRO), number));
            return Some(found.into_iter().collect());
        }
        if let Some(number) = behind(rest, b"Summary: Message Rate is ") {
            return Some(vec![(figure("message", OPERATIONS, "mean", 1.0), number)]);
        }
        let number = behind(rest, b"Summary: BandWidth is ")?;
        let unit = words(rest).map(|(_, word)| word).find(|word| word.ends_with(b"Bps"))?;
        let scale = if unit == b"GBps" { 1000.0 * MIB } else { MIB };
        Some(vec![(figure("send", THROUGHPUT, "mean", scale), number)])
    }
}

const MICRO: f64 = 1e-6;
const MIB: f64 = 1_048_576.0;

const STATISTICS: [(&[u8], &str); 10] = [
    (b"<MAX> ", "max"),
    (b"percentile 99.999 ", "p99.999"),
    (b"percentile 99.990 ", "p99.99"),
    (b"percentile 99.900 ", "p99.9"),
    (b"percentile 99.000 ", "p99"),
    (b"percentile 90.000 ", "p90"),
    (b"percentile 75.000 ", "p75"),
    (b"percentile 50.000 ", "p50"),
    (b"percentile 25.000 ", "p25"),
    (b"<MIN> ", "min"),
];

/// What a figure is.
#[derive(Clone, Copy)]
struct Figure {
    operation: &'static str,
    measure: Measure,
    statistic: &'static str,
    scale: f64,
}

const fn figure(operation: &'static str, measure: Measure, statistic: &'static str, scale: f64) -> Figure {
    Figure { operation, measure, statistic, scale }
}
