//! `sysbench`: the report of sysbench 0.4, 0.5, 1.0 and 1.1.
//!
//! ```text
//! sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)
//!
//! Running the test with following options:
//! Number of threads: 1
//!
//! Prime numbers limit: 10000
//! …
//! CPU speed:
//!     events per second:  4077.95
//!
//! General statistics:
//!     total time:                          2.0002s
//!     total number of events:              8159
//!
//! Latency (ms):
//!          avg:                                    0.24
//!          95th percentile:                        0.24
//! ```
//!
//! Traps:
//!
//! * The test is known by what it prints. Those of threads and mutexes print nothing of their own (since 1.0),
//!   nor do scripts: they are `unnamed`.
//! * A run ends after a time or after a number of events. The total time is a measure only of the latter, the
//!   number of events only of the former; the report does not say which it was.
//! * MB, Mb and MiB are all 2²⁰ bytes, but for `MB/s` in brackets.
//! * Latencies have two decimals of a millisecond: 0.00 is too little to be known.
//! * A direction of fileio that the test does not have is printed as 0.00.
//! * 1.1 prints its rate twice, as that of the test and as `events/s (eps)`: the latter counts only where it is alone.
//! * Results are pasted without their first lines: a heading begins a run, too.
//! * fileio of 1.1 prints neither its time nor its events.
//! * Since 1.0 a script has no name in the report: which queries a database answered tells its mix.
//! * One file may hold several runs, each a part with `threads` and `mix`. Of the lines each second (`[ 2s ] …`) the lowest rate is a result.
//! * A run that is killed prints no statistics.
//!
//! Absent on purpose: intermediate reports, histograms, fairness; the shortest latency, which is mostly 0.00;
//! `prepare` and `cleanup`.

mod section;

use self::section::{Figure, Section};
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{LATENCY, Measure, OPERATIONS, Results, Row, THROUGHPUT, TIME, positive};

pub(crate) static DESCRIPTION: Description = Description {
    name: "sysbench",
    description: "events per second, throughput, times and latencies of CPU, memory, files, threads or a database",
    written_by: "sysbench 0.4, 0.5, 1.0 and 1.1",
    begins_with: "`sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)` or `sysbench 0.4.12:  multi-threaded system evaluation benchmark`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &["fileio"],
    }),
    marks: Marks::Head(&[b"sysbench", b"Latency (ms):", b"per-request statistics:", b"response time:"]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let any = |fits: fn(&[u8]) -> bool| head.lines.iter().any(|line| fits(line.text.trim_ascii()));
    // Pasted without the first lines.
    let report =
        any(|text| section::heading(text).is_some()) && any(section::is_total) && any(section::is_latency);
    any(|text| section::banner(text).is_some()) || report
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    section: Option<Section<'a>>,
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
    let expected =
        "the statistics that sysbench prints at the end of a test; did it fail, or was it stopped?";
    reader.results.finish(bytes, expected)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        if let Some(version) = section::banner(line.text) {
            self.end();
            let version = String::from_utf8_lossy(version).into_owned();
            self.results.version.get_or_insert(version);
            self.section = Some(Section::new(line));
            return;
        }
        let place = Place::line(line.number, line.text);
        self.heading(line);
        let Some(section) = &mut self.section else { return self.results.other(place) };
        let text = line.text.trim_ascii();
        if text.starts_with(b"FATAL:") {
            // It says why in several lines.
            if !std::mem::replace(&mut section.failed, true) {
                self.results.failed(place, "sysbench ended with an error; this test has no results");
            }
            return;
        }
        // The last word may be cut.
        if !line.terminated && section.is_figure(text) && !text.ends_with(b")") {
            return self.results.cut(place);
        }
        section.line(line, text);
        if let Some(threads) = section.threads {
            self.results.facts.set_int("threads", threads);
        }
    }

    /// Begins a run at a heading, where its first lines are missing or a run is over.
    fn heading(&mut self, line: Line<'a>) {
        let Some(first) = section::heading(line.text.trim_ascii()) else { return };
        let begins = match &self.section {
            None => true,
            Some(section) => {
                section.is_complete() || (first && !section.has_banner && !section.figures.is_empty())
            }
        };
        if begins {
            self.end();
            self.section = Some(Section::headless(line));
        }
    }

    /// Ends a run: only now the test is known.
    fn end(&mut self) {
        let Some(mut section) = self.section.take() else { return };
        section.settle_rate();
        let place = Place::line(section.banner.number, section.banner.text);
        if section.failed || section.is_preparation {
            return;
        }
        // Latencies are what every test prints, and prints last.
        let whole = section.is_complete();
        if !whole {
            let what = "a test without all of its statistics, which sysbench prints at its end: did it fail, or was it \
                        stopped?";
            self.results.unfinished(place, usize::from(section.figures.is_empty()), what);
        }
        let test = section.test();
        if test == "unnamed" && !section.figures.is_empty() {
            self.results.diagnostics.note("test-unnamed", place, || {
                "sysbench does not print which test this is; threads, mutex and scripts look like this"
                    .to_owned()
            });
        }
        self.results.begin_test(section.banner.number);
        self.results.setting("threads", section.threads);
        self.results.setting("mix", section.mix());
        for (line, figure) in &section.figures {
            self.figure(&section, &test, *line, figure);
        }
        if let Some((rate, is_transactions, line)) = section.lowest.filter(|_| whole) {
            let operation = if is_transactions { "transaction" } else { section.operation() };
            self.push(&test, operation, section.block, OPERATIONS, "lowest", Some(rate), line);
        }
    }

    fn figure(&mut self, section: &Section<'a>, test: &str, line: Line<'_>, figure: &Figure<'_>) {
        let place = Place::line(line.number, line.text);
        let zero = positive(figure.number) == Some(0.0);
        let idle = matches!(figure.measure, OPERATIONS | THROUGHPUT) && section.is_idle(figure.operation);
        if zero && idle {
            return;
        }
        let mut value = self.results.figure(figure.number, figure.scale, place);
        if zero && figure.measure == LATENCY {
            value = None;
            self.results.diagnostics.note("below-resolution", place, || {
                "0.00 ms: too short for the two decimals that sysbench prints; the value is null".to_owned()
            });
        }
        if figure.measure == TIME {
            self.runtime = value.unwrap_or(0.0).max(self.runtime);
        }
        let operation = figure.operation.unwrap_or_else(|| section.operation());
        self.push(test, operation, section.block, figure.measure, figure.statistic, value, line.number);
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of a row")]
    fn push(
        &mut self,
        test: &str,
        operation: &'static str,
        size: Option<f64>,
        measure: Measure,
        statistic: &'static str,
        value: Option<f64>,
        line: u64,
    ) {
        let (test, worker) = (test.to_owned(), None);
        self.results.rows.push(Row { test, operation, size, measure, statistic, value, worker, line });
    }
}
