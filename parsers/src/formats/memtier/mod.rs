//! `memtier`: what memtier_benchmark says of Redis or memcached at its end, as a table for people or as the JSON of `--json-out-file`.
//!
//! ```text
//! 4         Threads
//! 50        Connections per thread
//! 10000     Requests per client
//!
//! ALL STATS
//! ==========================================================================================
//! Type         Ops/sec     Hits/sec   Misses/sec    Avg. Latency     p50 Latency       KB/sec
//! ------------------------------------------------------------------------------------------
//! Sets         9051.45          ---          ---         2.01310         1.95100       697.14
//! Gets        90514.50         0.00     90514.50         2.00870         1.94300      3525.87
//! Waits           0.00          ---          ---             ---             ---          ---
//! Totals      99565.95         0.00     90514.50         2.00910         1.94300      4223.01
//! ```
//!
//! Traps:
//!
//! * Each kind of command is a test of its own beside `Totals`, which are all of them: they must not be added up. Kinds that were not
//!   asked for are listed, with 0 or `---`; they are none.
//! * Percentiles are those that were asked for, each a column of its own. Before 1.3 there were none, and `Latency` for `Avg. Latency`.
//! * A test that was interrupted tells of rates of 0 for commands that it counted, and of a duration below 0: these are none.
//! * `KB` are 1024 bytes.
//! * With `--run-count` there are results of the best and of the worst run, and means of all. Where each run is printed, those of the
//!   runs count, else the means.
//! * Progress is overwritten with `\r`. It is no result.
//!
//! Absent on purpose: hits and misses, MOVED and ASK, histograms; the JSON's seconds are those of
//! [`memtier_intervals`](super::memtier_intervals).

pub(super) mod document;
mod table;

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{LATENCY, Measure, OPERATIONS, Results, Row, THROUGHPUT};

pub(crate) static DESCRIPTION: Description = Description {
    name: "memtier",
    description: "operations per second and latencies of Redis or memcached, by kind of command",
    written_by: "memtier_benchmark 1.2 to 2, as text or with --json-out-file",
    begins_with: "`ALL STATS` above `Type  Ops/sec  Hits/sec …`, or `{ \"configuration\": { \"server\": …` with `\"ALL STATS\"`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b" Hits/sec ", b"\"multi_key_get\"", b"\"ALL STATS\""]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| table::Columns::read(line.text).is_some())
        || (document::recognise(head) && memchr::memmem::find(head.far(), b"\"Ops/sec\"").is_some())
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut results = Results::default();
    document::read(bytes, &mut results);
    table::read(bytes, &mut results);
    results
        .finish(bytes, "a table or JSON of memtier_benchmark with `Ops/sec`; was it stopped before its end?")
}

/// What one run, or all of them, was told.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    threads: Option<u64>,
    connections: Option<u64>,
}

impl Told {
    fn begin(self, line: u64, results: &mut Results) {
        results.begin_test(line);
        let all = self.threads.zip(self.connections).and_then(|(threads, each)| threads.checked_mul(each));
        results.setting("concurrency", all);
        results.setting("threads", self.threads);
    }
}

/// Whether results under this heading are those of one run.
fn is_of_run(heading: &str) -> bool {
    heading == "ALL STATS" || heading.starts_with("RUN #")
}

/// Whether they are means of several runs.
fn is_of_all_runs(heading: &str) -> bool {
    heading.starts_with("AGGREGATED AVERAGE RESULTS")
}

/// A value of a kind of command.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Figure {
    measure: Measure,
    statistic: &'static str,
    scale: f64,
}

const RATE: Figure = Figure { measure: OPERATIONS, statistic: "mean", scale: 1.0 };
const BYTES: Figure = Figure { measure: THROUGHPUT, statistic: "mean", scale: 1024.0 };

const fn latency(statistic: &'static str) -> Figure {
    Figure { measure: LATENCY, statistic, scale: 0.001 }
}

/// A percentile such as `p99.90`, by its name.
fn percentile(name: &str) -> Option<Figure> {
    let number = name.strip_prefix('p')?;
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    let statistic = match number {
        "50" => "p50",
        "75" => "p75",
        "90" => "p90",
        "95" => "p95",
        "99" => "p99",
        "99.9" => "p99.9",
        "99.99" => "p99.99",
        "99.999" => "p99.999",
        "100" => "max",
        _ => return None,
    };
    Some(latency(statistic))
}

impl Figure {
    fn row(self, test: &str, value: Option<f64>, line: u64) -> Row {
        let Self { measure, statistic, .. } = self;
        let operation = if measure == THROUGHPUT { "transfer" } else { "request" };
        Row { test: test.to_owned(), operation, size: None, measure, statistic, value, worker: None, line }
    }
}

/// Says that a test did not go on to its end.
fn interrupted(place: Place<'_>, results: &mut Results) {
    results.diagnostics.warning("benchmark-unfinished", place, || {
        "memtier_benchmark was interrupted: rates of 0 and durations below 0 are no results, and are null"
            .to_owned()
    });
}
