//! `redis-benchmark`: what redis-benchmark says of a server of Redis.
//!
//! ```text
//! SET: rps=25403.2 (overall: 25403.2) avg_msec=0.296 (overall: 0.296)                progress, overwritten with \r
//! SET: 40000.00 requests per second, p50=0.079 msec                                  -q
//! "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms",… --csv
//! "SET","18181.82","0.214","0.024","0.071","0.191","3.887","8.767"
//! ====== SET ======
//!   60000 requests completed in 1.86 seconds
//!   10 parallel clients
//!   3 bytes payload
//! …
//! Summary:
//!   throughput summary: 32258.06 requests per second
//!   latency summary (msec):
//!           avg       min       p50       p95       p99       max
//!         0.223     0.032     0.111     0.239     4.263     9.591
//! ```
//!
//! Traps:
//!
//! * Progress is overwritten with `\r`: it stands in front of the result, in the same line. It has no time, and how long a step was
//!   is not said: it gives no intervals.
//! * Before 6.2 there was no summary: `113122.17 requests per second` stands behind shares of requests by whole milliseconds, which
//!   are no percentiles that were asked for; `-q` had no median, `--csv` neither a header nor latencies.
//! * A command of the user's own is the name of its test, with its blanks, commas and quotes: names end where the numbers begin, from
//!   the right.
//! * Several tests make one run, a part; the same test again, or another number of clients, is another run.
//! * A test that meets an error ends the program, without a result.
//!
//! Absent on purpose: the distributions, of which the summary is the gist.

mod test;

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{LATENCY, Measure, OPERATIONS, Results, Row, positive};
use crate::text::{lossy, words};
use test::Test;

pub(crate) static DESCRIPTION: Description = Description {
    name: "redis-benchmark",
    description: "requests per second and latencies of Redis, test by test",
    written_by: "redis-benchmark 5 to 7, in full, with -q or with --csv",
    begins_with: "`====== SET ======`, `SET: 40000.00 requests per second, p50=0.079 msec` or `\"test\",\"rps\",…`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[],
    }),
    marks: Marks::Head(&[PER_SECOND, b" avg_msec=", b" requests completed in ", b"\",\""]),
    recognise,
    parse: Parse::Whole(parse),
};

const PER_SECOND: &[u8] = b" requests per second";
/// What a failed test says, in front of the reason.
const ERRORS: [&[u8]; 3] =
    [b"Error from server: ", b"Could not connect to Redis ", b"All clients disconnected"];
const EXPECTED: &str = "a result such as `SET: 40000.00 requests per second, p50=0.079 msec`";

fn recognise(head: &Head<'_>) -> bool {
    let mut is_banner_above = false;
    let mut rows = 0_usize;
    for line in &head.lines {
        // Progress may be all that the first lines hold.
        let progress = line.text.split(|byte| *byte == b'\r').any(is_progress);
        let text = shown(line.text);
        let is_quiet = Quiet::read(text).is_some_and(|quiet| positive(quiet.rate).is_some());
        if progress || is_quiet || columns(text).is_some() {
            return true;
        }
        if is_banner_above && memchr::memmem::find(text, b" requests completed in ").is_some() {
            return true;
        }
        is_banner_above = banner(text).is_some();
        rows = rows.saturating_add(usize::from(is_old_row(text)));
    }
    rows > 0 && rows == head.lines.len()
}

/// What of a line was not overwritten.
fn shown(text: &[u8]) -> &[u8] {
    text.rsplit(|byte| *byte == b'\r').next().unwrap_or(text).trim_ascii()
}

/// `SET: rps=25403.2 (overall: 25403.2) avg_msec=0.296 (overall: 0.296)`.
fn is_progress(piece: &[u8]) -> bool {
    let after = |words: &[u8]| memchr::memmem::find(piece, words);
    after(b": rps=").zip(after(b" (overall: ")).zip(after(b" avg_msec=")).is_some()
}

/// `====== SET ======`.
fn banner(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"====== ")?.strip_suffix(b" ======").filter(|title| !title.is_empty())
}

/// A result of `-q`.
struct Quiet<'a> {
    title: &'a [u8],
    rate: &'a [u8],
    /// None before 6.2.
    median_ms: Option<&'a [u8]>,
}

impl<'a> Quiet<'a> {
    /// None where a word is missing; the numbers may be none.
    fn read(text: &'a [u8]) -> Option<Self> {
        let at = memchr::memmem::rfind(text, PER_SECOND)?;
        let (before, behind) = text.split_at_checked(at)?;
        let behind = behind.strip_prefix(PER_SECOND)?;
        let median_ms = match behind {
            b"" => None,
            _ => Some(behind.strip_prefix(b", p50=")?.strip_suffix(b" msec")?),
        };
        let at = memchr::memmem::rfind(before, b": ")?;
        let (title, rate) = before.split_at_checked(at)?;
        let rate = rate.strip_prefix(b": ")?;
        let is_result = !title.is_empty() && title != b"throughput summary";
        is_result.then_some(Self { title, rate, median_ms })
    }
}

/// A column of `--csv` behind the name of the test.
#[derive(Clone, Copy, Debug)]
struct Column {
    measure: Measure,
    statistic: &'static str,
    scale: f64,
}

const fn latency(statistic: &'static str) -> Column {
    Column { measure: LATENCY, statistic, scale: 0.001 }
}

const RATE: Column = Column { measure: OPERATIONS, statistic: "mean", scale: 1.0 };

/// The columns of a header.
fn columns(text: &[u8]) -> Option<Vec<Option<Column>>> {
    let names = text.strip_prefix(b"\"test\",")?.split(|byte| *byte == b',');
    let column = |name: &[u8]| match name {
        b"\"rps\"" => Some(RATE),
        b"\"avg_latency_ms\"" => Some(latency("mean")),
        b"\"min_latency_ms\"" => Some(latency("min")),
        b"\"p50_latency_ms\"" => Some(latency("p50")),
        b"\"p95_latency_ms\"" => Some(latency("p95")),
        b"\"p99_latency_ms\"" => Some(latency("p99")),
        b"\"max_latency_ms\"" => Some(latency("max")),
        _ => None,
    };
    let columns: Vec<Option<Column>> = names.map(column).collect();
    columns.first().is_some_and(Option::is_some).then_some(columns)
}

/// The name of a test and so many numbers, each between quotes.
fn row(text: &[u8], count: usize) -> Option<(&[u8], Vec<&[u8]>)> {
    let mut rest = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut numbers = Vec::with_capacity(count.min(8));
    for _ in 0..count {
        let at = memchr::memmem::rfind(rest, b"\",\"")?;
        let (before, number) = rest.split_at_checked(at)?;
        numbers.push(number.strip_prefix(b"\",\"")?);
        rest = before;
    }
    numbers.reverse();
    (!rest.is_empty()).then_some((rest, numbers))
}

/// Names of tests, or how they begin, by which a table without a header is known.
const TESTS: [&[u8]; 12] = [
    b"PING_", b"SET", b"GET", b"INCR", b"LPUSH", b"RPUSH", b"LPOP", b"RPOP", b"SADD", b"HSET", b"SPOP",
    b"LRANGE",
];

/// `"SET","265252.00"`, before 6.2.
fn is_old_row(text: &[u8]) -> bool {
    let is_rate = |rate: &&[u8]| {
        positive(rate).is_some() && rate.iter().rev().position(|byte| *byte == b'.') == Some(2)
    };
    row(text, 1).is_some_and(|(title, numbers)| {
        (TESTS.iter().any(|test| title.starts_with(test)) || title.starts_with(b"MSET"))
            && numbers.first().is_some_and(is_rate)
    })
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    /// Of which the banner was there.
    test: Option<Test<'a>>,
    /// Of `--csv`.
    columns: Vec<Option<Column>>,
    /// The tests of the run so far, and what it was told.
    seen: Vec<String>,
    settings: Settings,
    /// Where a test told of its progress, and of nothing else yet.
    progress: Option<(u64, &'a [u8])>,
    runtime_s: f64,
}

/// What a run was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Settings {
    concurrency: Option<u64>,
    threads: Option<u64>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.finish();
    if reader.runtime_s > 0.0 {
        reader.results.facts.set_float("runtime_s", reader.runtime_s);
    }
    reader.results.finish(bytes, "a result of redis-benchmark; did it fail, or was it stopped?")
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        let text = shown(line.text);
        let place = Place::line(line.number, text);
        if !text.starts_with(b"\"") {
            self.columns.clear();
        }
        if let Some(title) = banner(text) {
            self.progress = None;
            self.end();
            self.test = Some(Test::new(line.number, title));
        } else if let Some(columns) = columns(text) {
            self.columns = columns;
            self.seen.clear();
        } else if !self.columns.is_empty() || is_old_row(text) {
            self.csv(text, line);
        } else if ERRORS.iter().any(|error| text.starts_with(error)) {
            self.progress = None;
            self.end();
            self.results.failed(place, "redis-benchmark ended with this error, without a result of the test");
        } else if let Some(quiet) = Quiet::read(text) {
            self.quiet(&quiet, place);
        } else if is_progress(line.text) {
            self.progress = Some((line.number, text));
        } else if let Some(test) = &mut self.test {
            test.line(line, text, &mut self.results);
        } else if text.is_empty() {
        } else if !line.terminated {
            self.results.cut(place);
        } else if memchr::memmem::find(text, PER_SECOND).is_some() {
            self.progress = None;
            self.results.unreadable(place, EXPECTED);
        } else {
            self.results.other(place);
        }
    }

    /// Results follow of a test, which may be the first of another run.
    fn begin(&mut self, title: &str, line: u64, settings: Settings) {
        self.progress = None;
        if self.seen.is_empty() || settings != self.settings || self.seen.iter().any(|seen| seen == title) {
            self.results.begin_test(line);
            self.results.setting("concurrency", settings.concurrency);
            self.results.setting("threads", settings.threads);
            self.settings = settings;
            self.seen.clear();
        }
        self.seen.push(title.to_owned());
    }

    fn quiet(&mut self, quiet: &Quiet<'a>, place: Place<'a>) {
        let title = lossy(quiet.title).into_owned();
        let line = place.line.unwrap_or_default();
        self.begin(&title, line, Settings::default());
        self.push(&title, line, RATE, quiet.rate, place);
        if let Some(median) = quiet.median_ms {
            self.push(&title, line, latency("p50"), median, place);
        }
    }

    fn csv(&mut self, text: &'a [u8], line: Line<'a>) {
        let place = Place::line(line.number, text);
        let columns = if self.columns.is_empty() { vec![Some(RATE)] } else { self.columns.clone() };
        let Some((title, numbers)) = row(text, columns.len()) else {
            return match line.terminated {
                true => self.results.unreadable(place, "the name of a test and its numbers, between quotes"),
                false => self.results.cut(place),
            };
        };
        let title = lossy(title).into_owned();
        self.begin(&title, line.number, Settings::default());
        for (column, number) in columns.into_iter().zip(numbers) {
            if let Some(column) = column {
                self.push(&title, line.number, column, number, place);
            }
        }
    }

    fn push(&mut self, test: &str, line: u64, column: Column, number: &[u8], place: Place<'_>) {
        let value = self.results.figure(number, column.scale, place);
        self.results.rows.push(column.row(test, value, line));
    }

    /// Ends the log.
    fn finish(&mut self) {
        let progress = self.progress.take();
        self.end();
        if let Some((number, text)) = progress {
            let what = "a test that told of its progress and of no result: was it stopped?";
            self.results.unfinished(Place::line(number, text), 1, what);
        }
    }

    /// Ends a test.
    fn end(&mut self) {
        let Some(test) = self.test.take() else { return };
        if !test.is_whole() {
            let place = Place::line(test.line, test.title);
            let what = "a test without the rate and the latencies of its end: was it stopped?";
            self.results.unfinished(place, usize::from(!test.has_rate), what);
        }
        if test.rows.is_empty() {
            return;
        }
        self.runtime_s += test.runtime_s.unwrap_or_default();
        self.begin(&lossy(test.title), test.line, test.settings);
        let size = test.payload;
        self.results.rows.extend(test.rows.into_iter().map(|row| Row { size, ..row }));
    }
}

impl Column {
    fn row(self, test: &str, value: Option<f64>, line: u64) -> Row {
        let Self { measure, statistic, .. } = self;
        Row {
            test: test.to_owned(),
            operation: "request",
            size: None,
            measure,
            statistic,
            value,
            worker: None,
            line,
        }
    }
}

/// The first word of a line.
fn first(text: &[u8]) -> Option<&[u8]> {
    words(text).next().map(|(_, word)| word)
}
