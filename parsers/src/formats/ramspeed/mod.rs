//! `ramspeed`: bandwidth of caches and memory.
//!
//! ```text
//! RAMspeed/SMP (Linux) v3.5.0 by Rhett M. Hollander and Paul V. Bolotoff, 2002-09
//!
//! 8Gb per pass mode, 2 processes
//!
//! INTEGER & WRITING         1 Kb block: 4869.96 MB/s
//! INTEGER & WRITING         2 Kb block: 4902.11 MB/s
//! ```
//!
//! or, of its other tests,
//!
//! ```text
//! 2-benchmark INTmem BatchRun mode
//!
//! Benchmark #1:
//! INTEGER   Copy:      2871.23 MB/s
//! INTEGER   Scale:     2850.11 MB/s
//! INTEGER   Add:       3098.77 MB/s
//! INTEGER   Triad:     3078.54 MB/s
//! ---
//! INTEGER   AVERAGE:   2974.66 MB/s
//! …
//! INTEGER BatchRun   Copy:      2870.90 MB/s
//! ```
//!
//! Traps:
//!
//! * A `Kb` of a block is 1024 bytes. `MB/s` is 10⁶ bytes/s; with `-r` RAMspeed writes `Mb/s` and means 2²⁰
//!   bytes/s. So do the sources of 2.6.0 and 3.5.0; what older ones do is not known.
//! * Copy and scale count what they read and what they write, add and triad three streams.
//! * Several processes are put together: their rate is the rate of all.
//! * The lines of non-temporal tests end with the kind of prefetching.
//! * People keep what `grep` leaves: a file may be a single line.
//!
//! Absent on purpose: CPUinfo; other programs of that name.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::benchmark::{Results, Row, THROUGHPUT};
use crate::text::{split_once, unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "ramspeed",
    description: "bandwidth of caches and memory, by block size or by kind of access",
    written_by: "RAMspeed 2 and RAMspeed/SMP 3",
    begins_with: "`RAMspeed (Linux) v2.6.0 by …`, `INTEGER & WRITING         1 Kb block: 4869.96 MB/s`, `INTEGER   Copy:      2871.23 MB/s`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::CacheLevel,
        with_latency: false,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b"by Rhett M. Hollander", b"INTEGER", b"FL-POINT", b"MMX", b"SSE"]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| banner(line.text).is_some() || matches!(Test::read(line.text), Some(Ok(_))))
}

/// What stands behind the name of the program.
fn banner(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    let known = memchr::memmem::find(text, b"by Rhett M. Hollander").is_some();
    let rest = text.strip_prefix(b"RAMspeed/SMP (").or_else(|| text.strip_prefix(b"RAMspeed ("));
    rest.filter(|_| known)
}

/// A result, before its number is read.
#[derive(Clone, Debug, PartialEq)]
struct Test<'a> {
    unit: &'static str,
    batch: bool,
    operation: &'static str,
    size: Option<f64>,
    rate: &'a [u8],
    scale: f64,
}

impl<'a> Test<'a> {
    /// Reads a line that begins as a result does; an error if it does not go on like one.
    fn read(text: &'a [u8]) -> Option<Result<Self, ()>> {
        const UNITS: [(&[u8], &str); 6] = [
            (b"INTEGER", "integer"),
            (b"FL-POINT", "float"),
            (b"MMX (nt)", "mmx-nt"),
            (b"SSE (nt)", "sse-nt"),
            (b"MMX", "mmx"),
            (b"SSE", "sse"),
        ];
        let text = text.trim_ascii();
        let (rest, unit) =
            UNITS.iter().find_map(|(title, unit)| Some((text.strip_prefix(*title)?, *unit)))?;
        let rest = rest.strip_prefix(b" ")?.trim_ascii_start();
        let (rest, batch) = match rest.strip_prefix(b"BatchRun") {
            Some(rest) => (rest.trim_ascii_start(), true),
            None => (rest, false),
        };
        let (what, rate) = split_once(rest, b':')?;
        let (operation, size) = operation(what.trim_ascii())?;
        let result = speed(rate).map(|(rate, scale)| Self { unit, batch, operation, size, rate, scale });
        Some(result.ok_or(()))
    }

    fn name(&self) -> String {
        let batch = if self.batch { "batch-" } else { "" };
        format!("{}-{batch}{}", self.unit, self.operation)
    }
}

/// `& WRITING   1 Kb block`, `Copy`
fn operation(text: &[u8]) -> Option<(&'static str, Option<f64>)> {
    const OPERATIONS: [(&[u8], &str); 5] = [
        (b"Copy", "copy"),
        (b"Scale", "scale"),
        (b"Add", "add"),
        (b"Triad", "triad"),
        (b"AVERAGE", "average"),
    ];
    if let Some((_, operation)) = OPERATIONS.iter().find(|(title, _)| *title == text) {
        return Some((operation, None));
    }
    let rest = text.strip_prefix(b"&")?.trim_ascii_start();
    let (rest, operation) = match rest.strip_prefix(b"WRITING") {
        Some(rest) => (rest, "write"),
        None => (rest.strip_prefix(b"READING")?, "read"),
    };
    let size = rest.trim_ascii().strip_suffix(b"Kb block")?.trim_ascii();
    Some((operation, Some(positive(size)? * 1024.0)))
}

/// The number and the bytes of its unit.
fn speed(text: &[u8]) -> Option<(&[u8], f64)> {
    let mut words = words(text).map(|(_, word)| word);
    let (rate, unit) = (words.next()?, words.next()?);
    let scale = match unit {
        b"MB/s" => 1e6,
        b"Mb/s" => 1_048_576.0,
        _ => return None,
    };
    let rest = words.next();
    rest.is_none_or(|rest| rest.starts_with(b"[")).then_some((rate, scale))
}

#[derive(Default)]
struct Reader {
    results: Results,
    /// The kind of test whose average has not come yet, and where it began.
    open: Option<(&'static str, u64)>,
    /// How many runs a batch has, and whether its averages came.
    batch: Option<(u64, u64)>,
    banner: Option<u64>,
    since_banner: usize,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end();
    let expected = "a result of RAMspeed, such as `INTEGER & WRITING         1 Kb block: 4869.96 MB/s`; was it \
                    stopped before the first?";
    reader.results.finish(bytes, expected)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        if let Some(rest) = banner(line.text) {
            self.end();
            self.banner = Some(line.number);
            self.since_banner = 0;
            let version = words(rest).find_map(|(_, word)| word.strip_prefix(b"v"));
            if let Some(version) = version {
                let version = String::from_utf8_lossy(version).into_owned();
                self.results.version.get_or_insert(version);
            }
            return;
        }
        match Test::read(line.text) {
            Some(Ok(test)) => self.result(line, &test),
            Some(Err(())) if !line.terminated => self.results.cut(place),
            Some(Err(())) => self.results.unreadable(place, "a rate in MB/s or Mb/s"),
            None => self.words(line),
        }
    }

    fn result(&mut self, line: Line<'_>, test: &Test<'_>) {
        let place = Place::line(line.number, line.text);
        match test.operation {
            "read" | "write" => {}
            "average" => self.open = None,
            _ => {
                if self.open.is_some_and(|(unit, _)| unit != test.unit) {
                    self.end_of_test();
                }
                self.open.get_or_insert((test.unit, line.number));
            }
        }
        if test.batch && test.operation == "average" {
            self.batch = None;
        }
        let value = self.results.figure(test.rate, test.scale, place);
        let mean = test.batch || test.operation == "average";
        self.since_banner += 1;
        self.results.rows.push(Row {
            test: test.name(),
            operation: test.operation,
            size: test.size,
            measure: THROUGHPUT,
            statistic: if mean { "mean" } else { "value" },
            value,
            worker: None,
            line: line.number,
        });
    }

    fn words(&mut self, line: Line<'_>) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, line.text);
        let first = words(text).next().map(|(_, word)| word).unwrap_or_default();
        if memchr::memmem::find(text, b"per pass mode").is_some() {
            let processes = split_once(text, b',').and_then(|(_, rest)| words(rest).next());
            if let Some(processes) = processes.and_then(|(_, word)| unsigned(word)) {
                self.results.facts.set_int("processes", processes);
            }
        } else if let Some(runs) = first.strip_suffix(b"-benchmark").and_then(unsigned) {
            self.batch = Some((runs, line.number));
            self.results.facts.set_int("batch_runs", runs);
        } else if text.starts_with(b"ERROR:") {
            self.results.unfinished(place, 1, "RAMspeed did not run the test");
        } else if !text.starts_with(b"Benchmark #") && text != b"---" {
            let begun = [b"INTEGER ".as_slice(), b"FL-POINT ", b"MMX ", b"SSE "];
            if begun.iter().any(|begun| text.starts_with(begun)) {
                if line.terminated {
                    self.results.unreadable(place, "an operation and a rate behind a colon");
                } else {
                    self.results.cut(place);
                }
            } else {
                self.results.other(place);
            }
        }
    }

    /// Ends copy, scale, add and triad, behind which their average stands.
    fn end_of_test(&mut self) {
        if let Some((_, line)) = self.open.take() {
            let place = Place { line: Some(line), ..Place::FILE };
            let what =
                "expected copy, scale, add, triad and their average from here on; was RAMspeed stopped?";
            self.results.unfinished(place, 0, what);
        }
    }

    /// Ends a run.
    fn end(&mut self) {
        self.end_of_test();
        if let Some((runs, line)) = self.batch.take() {
            let place = Place { line: Some(line), ..Place::FILE };
            let what = format!(
                "expected {runs} runs and their average; was RAMspeed stopped? What is there is used"
            );
            self.results.unfinished(place, 0, what);
        }
        if let Some(line) = self.banner.take().filter(|_| self.since_banner == 0) {
            let place = Place { line: Some(line), ..Place::FILE };
            self.results.unfinished(place, 1, "a run without any result; was RAMspeed stopped?");
        }
    }
}
