//! `ab`: what ApacheBench says of a web server.
//!
//! ```text
//! This is ApacheBench, Version 2.3 <$Revision: 1879490 $>
//! …
//! Concurrency Level:      10
//! Time taken for tests:   68.125 seconds
//! Complete requests:      5000
//! Failed requests:        0
//! Non-2xx responses:      5000
//! Requests per second:    73.39 [#/sec] (mean)
//! Time per request:       136.250 [ms] (mean)
//! Time per request:       13.625 [ms] (mean, across all concurrent requests)
//! Transfer rate:          73.17 [Kbytes/sec] received
//! …
//! Percentage of the requests served within a certain time (ms)
//!   50%    131
//!  100%    352 (longest request)
//! ```
//!
//! Traps:
//!
//! * `Time per request` is printed twice: what a request took, and the time of the test over the number of requests. Only the
//!   former is a latency.
//! * Answers that are no success (`Non-2xx responses`) are complete requests, whose rate counts. A note says so.
//! * Kbytes are 1024 bytes. With `-p` there are a rate sent and one in all besides the one received.
//! * Percentiles are whole milliseconds.
//! * A file may hold one test behind the other; each is a part, with its `concurrency`.
//! * A test that is stopped prints what it has until then; one that fails prints nothing.
//!
//! Absent on purpose: connection times; the files of `-e` and `-g`.

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
use crate::text::{unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "ab",
    description: "requests per second, times and failures of a web server",
    written_by: "ab (ApacheBench) 2.3",
    begins_with: "`This is ApacheBench, Version 2.3 …`",
    file_names: &["apachebench", "http-benchmark"],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b"This is ApacheBench, Version "]),
    recognise,
    parse: Parse::Whole(parse),
};

const BANNER: &[u8] = b"This is ApacheBench, Version ";

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| line.text.starts_with(BANNER))
}

/// A test that is being read: what it was told, and its rows so far.
struct Test<'a> {
    banner: Line<'a>,
    concurrency: Option<u64>,
    rows: Vec<Row>,
    /// Its rate, which follows all counts.
    has_rate: bool,
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    test: Option<Test<'a>>,
    runtime: f64,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end();
    if reader.runtime > 0.0 {
        reader.results.facts.set_float("runtime_s", reader.runtime);
    }
    reader
        .results
        .finish(bytes, "the rate that ab prints at the end of a test; did it fail, or was it stopped?")
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        if let Some(rest) = line.text.strip_prefix(BANNER) {
            self.end();
            let version = words(rest).next().map(|(_, word)| String::from_utf8_lossy(word).into_owned());
            self.results.version = self.results.version.take().or(version);
            self.test = Some(Test { banner: line, concurrency: None, rows: Vec::new(), has_rate: false });
            return;
        }
        let place = Place::line(line.number, line.text);
        let text = line.text.trim_ascii();
        let Some(test) = &mut self.test else { return self.results.other(place) };
        let behind = |title: &[u8]| Some(words(text.strip_prefix(title)?).next()?.1);
        if let Some(level) = behind(b"Concurrency Level:") {
            test.concurrency = unsigned(level);
            return;
        }
        let found = FIGURES.iter().find_map(|(title, figure)| Some((behind(title)?, *figure)));
        let found = found.or_else(|| percentile(text));
        let Some((number, figure)) = found.filter(|(_, figure)| figure.is_told(text)) else { return };
        // The last word may be cut, but for what stands before a unit.
        if !line.terminated && words(text).last().is_some_and(|(_, word)| word == number) {
            return self.results.cut(place);
        }
        let value = self.results.figure(number, figure.scale, place);
        if figure.measure == TIME {
            self.runtime = value.unwrap_or(0.0).max(self.runtime);
        }
        if let Some(count) = value.filter(|count| figure.statistic == "non-2xx" && *count > 0.0) {
            self.results.diagnostics.note("no-success", place, || {
                format!("{count} answers were no success; they are counted as complete requests, in their rate, too")
            });
        }
        test.has_rate |= figure.measure == OPERATIONS;
        test.rows.push(figure.row(value, line.number));
    }

    /// Ends a test.
    fn end(&mut self) {
        let Some(test) = self.test.take() else { return };
        if !test.has_rate {
            let place = Place::line(test.banner.number, test.banner.text);
            let what = "a test without its rate, which ab prints at its end: did it fail, or was it stopped?";
            self.results.unfinished(place, usize::from(test.rows.is_empty()), what);
        }
        self.results.begin_test(test.banner.number);
        self.results.setting("concurrency", test.concurrency);
        self.results.rows.extend(test.rows);
    }
}

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

const FIGURES: [(&[u8], Figure); 6] = [
    (b"Time taken for tests:", figure("request", TIME, "value", 1.0)),
    (b"Failed requests:", figure("request", FAULTS, "failed", 1.0)),
    (b"Non-2xx responses:", figure("request", FAULTS, "non-2xx", 1.0)),
    (b"Requests per second:", figure("request", OPERATIONS, "mean", 1.0)),
    (b"Time per request:", figure("request", LATENCY, "mean", 0.001)),
    (b"Transfer rate:", figure("receive", THROUGHPUT, "mean", 1024.0)),
];

/// `  95%    195`
fn percentile(text: &[u8]) -> Option<(&[u8], Figure)> {
    let mut words = words(text).map(|(_, word)| word);
    let statistic = match words.next()? {
        b"50%" => "p50",
        b"66%" => "p66",
        b"75%" => "p75",
        b"80%" => "p80",
        b"90%" => "p90",
        b"95%" => "p95",
        b"98%" => "p98",
        b"99%" => "p99",
        b"100%" => "max",
        _ => return None,
    };
    let number = words.next().filter(|word| positive(word).is_some())?;
    Some((number, figure("request", LATENCY, statistic, 0.001)))
}

impl Figure {
    /// Whether the line has this figure of the test, and not another under the same title.
    fn is_told(self, text: &[u8]) -> bool {
        !text.ends_with(b"across all concurrent requests)")
    }

    fn row(self, value: Option<f64>, line: u64) -> Row {
        let Self { operation, measure, statistic, .. } = self;
        Row { test: "http".to_owned(), operation, size: None, measure, statistic, value, worker: None, line }
    }
}
