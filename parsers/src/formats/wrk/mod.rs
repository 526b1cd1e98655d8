//! `wrk`: what wrk and wrk2 say of a web server at their end.
//!
//! ```text
//! Running 2s test @ http://127.0.0.1:17821/a.html
//!   2 threads and 4 connections
//!   Thread Stats   Avg      Stdev     Max   +/- Stdev
//!     Latency     5.70ms    3.42ms  19.83ms   70.99%
//!     Req/Sec   357.83     92.85   580.00     77.50%
//!   Latency Distribution
//!      50%    5.00ms
//!      99%   16.04ms
//!   1429 requests in 2.01s, 27.51MB read
//!   Socket errors: connect 0, read 0, write 0, timeout 4
//!   Non-2xx or 3xx responses: 1123
//! Requests/sec:    712.37
//! Transfer/sec:     13.72MB
//! ```
//!
//! Traps:
//!
//! * Every number has a unit of its own: times `us`, `ms`, `s`, `m` and `h`, bytes `K` to `P` times 1024.
//! * `Req/Sec` is of one thread; the rate of the test is `Requests/sec`.
//! * The lines of errors are there only if there were any. Requests that timed out are in no latency, and those without success are in
//!   the rate: notes say so.
//! * Without any answer the latencies are `0.00us`, which are none.
//! * wrk2 counts latencies from when a request was due; with `-U` a second distribution follows, from when it was sent.
//! * A file may hold one test behind the other; each is a part, with its `concurrency` and `threads`.
//!
//! Absent on purpose: deviations, the rates of threads, wrk2's detailed spectrum, and what scripts print.

mod unit;

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
use crate::text::{split_once, unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "wrk",
    description: "requests per second, latencies and errors of a web server",
    written_by: "wrk 4, also with --latency, and wrk2",
    begins_with: "`Running 30s test @ http://10.0.0.5/`",
    file_names: &["wrk2"],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b" test @ "]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| is_banner(line.text))
}

/// `Running 2m test @ http://10.0.0.5/`.
fn is_banner(text: &[u8]) -> bool {
    let mut words = words(text).map(|(_, word)| word);
    let begins =
        words.next() == Some(b"Running") && words.next().is_some_and(|word| unit::time(word).is_some());
    begins && words.next() == Some(b"test") && words.next() == Some(b"@") && words.next().is_some()
}

/// Which latencies the percentiles are of that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distribution {
    None,
    /// Those of the test.
    Used,
    /// From when a request was sent, though it was due before.
    Uncorrected,
}

/// A test that is being read.
struct Test<'a> {
    banner: Line<'a>,
    threads: Option<u64>,
    connections: Option<u64>,
    distribution: Distribution,
    requests: Option<u64>,
    rows: Vec<Row>,
    /// Its rate, which follows all else but what was read.
    has_rate: bool,
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    test: Option<Test<'a>>,
    runtime_s: f64,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end();
    if reader.runtime_s > 0.0 {
        reader.results.facts.set_float("runtime_s", reader.runtime_s);
    }
    reader
        .results
        .finish(bytes, "the rate that wrk prints at the end of a test; did it fail, or was it stopped?")
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, line.text);
        if is_banner(text) {
            self.end();
            self.test = Some(Test {
                banner: line,
                threads: None,
                connections: None,
                distribution: Distribution::None,
                requests: None,
                rows: Vec::new(),
                has_rate: false,
            });
            return;
        }
        if text.starts_with(b"unable to connect to ") || text.starts_with(b"unable to resolve ") {
            self.end();
            return self.results.failed(place, "wrk did not reach the server: there is no result");
        }
        let Some(test) = &mut self.test else { return self.results.other(place) };
        // What is behind a number tells that the number is whole.
        let is_whole = line.terminated || text.ends_with(b"B") || text.ends_with(b"%");
        match read(text, test) {
            Read::Rows(figures) if is_whole => {
                for (figure, number, scale) in figures {
                    let value = self.results.figure(number, scale, place);
                    if figure.measure == TIME {
                        self.runtime_s += value.unwrap_or_default();
                    }
                    test.has_rate |= figure.measure == OPERATIONS;
                    test.rows.push(figure.row(value, line.number));
                }
            }
            Read::Rows(_) => self.results.cut(place),
            Read::Damaged if !line.terminated => self.results.cut(place),
            Read::Damaged => {
                self.results.unreadable(place, "numbers with their units, as `5.70ms` or `13.72MB`");
            }
            Read::Nothing => {}
        }
    }

    /// Ends a test.
    fn end(&mut self) {
        let Some(mut test) = self.test.take() else { return };
        if !test.has_rate {
            let place = Place::line(test.banner.number, test.banner.text);
            let what = "a test without its rate, which wrk prints at its end: was it stopped?";
            self.results.unfinished(place, usize::from(test.rows.is_empty()), what);
        }
        self.results.begin_test(test.banner.number);
        self.results.setting("concurrency", test.connections);
        self.results.setting("threads", test.threads);
        // That of their number.
        let line = test.rows.iter().find(|row| row.measure == TIME).map(|row| row.line);
        if test.requests == Some(0) {
            test.rows.retain(|row| row.measure != LATENCY);
            self.results.diagnostics.note("no-answer", Place { line, ..Place::FILE }, || {
                "no request was answered: the latencies of 0 are none".to_owned()
            });
        }
        if let Some(line) = line.filter(|_| test.has_rate) {
            test.count_errors(line, &mut self.results);
        }
        self.results.rows.extend(test.rows);
    }
}

const ERRORS: [&str; 5] = ["connect", "read", "write", "timeout", "non-2xx"];

impl Test<'_> {
    /// Errors that a whole test does not speak of were none. Those that there were are told.
    fn count_errors(&mut self, line: u64, results: &mut Results) {
        for statistic in ERRORS {
            let known = self.rows.iter().find(|row| row.statistic == statistic);
            let Some(known) = known else {
                self.rows.push(figure("request", FAULTS, statistic).row(Some(0.0), line));
                continue;
            };
            if known.value.is_none_or(|count| count > 0.0) {
                let place = Place { line: Some(known.line), ..Place::FILE };
                let count = known.value.unwrap_or_default();
                let of = self.requests.unwrap_or_default();
                match statistic {
                    "non-2xx" => results.diagnostics.note("no-success", place, || {
                        format!(
                            "{count} of {of} answers were no success; they are counted as requests, in their rate, too"
                        )
                    }),
                    _ => results.diagnostics.note("socket-errors", place, || {
                        format!(
                            "{count} errors ({statistic}) beside {of} answered requests: those that failed or timed out are in no latency \
                             and in no rate"
                        )
                    }),
                }
            }
        }
    }
}

/// What a figure is.
#[derive(Clone, Copy)]
struct Figure {
    operation: &'static str,
    measure: Measure,
    statistic: &'static str,
}

const fn figure(operation: &'static str, measure: Measure, statistic: &'static str) -> Figure {
    Figure { operation, measure, statistic }
}

impl Figure {
    fn row(self, value: Option<f64>, line: u64) -> Row {
        let Self { operation, measure, statistic } = self;
        Row { test: "http".to_owned(), operation, size: None, measure, statistic, value, worker: None, line }
    }
}

/// A figure, as it is written, and what it is to be multiplied by.
type Told<'a> = (Figure, &'a [u8], f64);
/// Figures of a line: what they are, the number, and by what it is multiplied.
type Found<'a> = Vec<Told<'a>>;

enum Read<'a> {
    Rows(Found<'a>),
    /// The line ought to hold figures.
    Damaged,
    Nothing,
}

/// What a line of a test holds. What is no figure goes to the test.
fn read<'a>(text: &'a [u8], test: &mut Test<'_>) -> Read<'a> {
    let rows = |found: Option<Found<'a>>| found.map_or(Read::Damaged, Read::Rows);
    if let Some(rest) = text.strip_prefix(b"Requests/sec:") {
        return rows(
            number_alone(rest).map(|number| vec![(figure("request", OPERATIONS, "mean"), number, 1.0)]),
        );
    }
    if let Some(rest) = text.strip_prefix(b"Transfer/sec:") {
        let bytes = number_alone(rest).and_then(unit::bytes);
        return rows(
            bytes.map(|(number, scale)| vec![(figure("receive", THROUGHPUT, "mean"), number, scale)]),
        );
    }
    if let Some(rest) = text.strip_prefix(b"Non-2xx or 3xx responses:") {
        return rows(
            number_alone(rest).map(|number| vec![(figure("request", FAULTS, "non-2xx"), number, 1.0)]),
        );
    }
    if let Some(rest) = text.strip_prefix(b"Socket errors:") {
        return rows(socket_errors(rest));
    }
    if let Some(rest) = text.strip_prefix(b"Latency Distribution") {
        test.distribution = match memchr::memmem::find(rest, b"Uncorrected") {
            Some(_) => Distribution::Uncorrected,
            None => Distribution::Used,
        };
        return Read::Nothing;
    }
    if let Some(rest) = text.strip_prefix(b"Latency ") {
        return rows(thread_stats(rest));
    }
    if memchr::memmem::find(text, b" requests in ").is_some() {
        let Some((count, seconds)) = requests(text) else { return Read::Damaged };
        test.requests = Some(count);
        return Read::Rows(vec![seconds]);
    }
    if text.ends_with(b" connections") && memchr::memmem::find(text, b" threads and ").is_some() {
        let mut counts = words(text).filter_map(|(_, word)| unsigned(word));
        (test.threads, test.connections) = (counts.next(), counts.next());
        return Read::Nothing;
    }
    // wrk2's spectrum, and the line below it.
    if text.starts_with(b"Detailed Percentile spectrum") {
        test.distribution = Distribution::None;
    }
    match (percentile(text), test.distribution) {
        (Some(found), Distribution::Used) => rows(found),
        (_, Distribution::None | Distribution::Uncorrected) | (None, Distribution::Used) => Read::Nothing,
    }
}

/// The only word, if it begins as a number does.
fn number_alone(text: &[u8]) -> Option<&[u8]> {
    let mut words = words(text).map(|(_, word)| word);
    let word = words.next()?;
    words.next().is_none().then_some(word)
}

/// `5.70ms    3.42ms  19.83ms   70.99%`: mean, deviation, maximum.
fn thread_stats(text: &[u8]) -> Option<Found<'_>> {
    let words: Vec<&[u8]> = words(text).map(|(_, word)| word).collect();
    let [mean, _, highest, _] = words.as_slice() else { return None };
    let ((mean, scale), (highest, of_highest)) = (unit::time(mean)?, unit::time(highest)?);
    Some(vec![
        (figure("request", LATENCY, "mean"), mean, scale),
        (figure("request", LATENCY, "max"), highest, of_highest),
    ])
}

/// `75%    7.76ms`, of wrk2 `75.000%    7.76ms`. The outer none is for what is no such line.
fn percentile(text: &[u8]) -> Option<Option<Found<'_>>> {
    let (percent, rest) = split_once(text, b'%')?;
    let statistic = match percent {
        b"50" | b"50.000" => "p50",
        b"75" | b"75.000" => "p75",
        b"90" | b"90.000" => "p90",
        b"99" | b"99.000" => "p99",
        b"99.900" => "p99.9",
        b"99.990" => "p99.99",
        b"99.999" => "p99.999",
        _ => return None,
    };
    let time = number_alone(rest).and_then(unit::time);
    Some(time.map(|(number, scale)| vec![(figure("request", LATENCY, statistic), number, scale)]))
}

/// `1429 requests in 2.01s, 27.51MB read`.
fn requests(text: &[u8]) -> Option<(u64, Told<'_>)> {
    let mut words = words(text).map(|(_, word)| word);
    let count = unsigned(words.next()?)?;
    let (number, scale) = unit::time(words.nth(2)?.strip_suffix(b",")?)?;
    text.ends_with(b" read").then_some((count, (figure("request", TIME, "value"), number, scale)))
}

/// `connect 0, read 0, write 0, timeout 4`.
fn socket_errors(text: &[u8]) -> Option<Found<'_>> {
    let found = text.split(|byte| *byte == b',').map(|one| {
        let (name, count) = split_once(one.trim_ascii(), b' ')?;
        let statistic = ERRORS.iter().find(|known| known.as_bytes() == name)?;
        positive(count).map(|_| (figure("request", FAULTS, statistic), count, 1.0))
    });
    found.collect::<Option<Found<'_>>>().filter(|found| found.len() == 4)
}
