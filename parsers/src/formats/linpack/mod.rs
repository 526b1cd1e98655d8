//! `linpack`: solving of dense systems of linear equations.
//!
//! Three forms are read. linpackc, the C version of the Linpack benchmark:
//!
//! ```text
//! Array size 200 X 200.
//! Average rolled and unrolled performance:
//!
//!     Reps Time(s) DGEFA   DGESL  OVERHEAD    KFLOPS
//! ----------------------------------------------------
//!     4096   5.62  85.69%   3.74%  10.57%  1120114.452
//!     8192  11.23  85.67%   3.74%  10.59%  1120277.186
//! ```
//!
//! Intel's optimised benchmark:
//!
//! ```text
//! Size   LDA    Align. Time(s)    GFlops   Residual     Residual(norm) Check
//! 2000   2000   4      0.109      48.9256  4.085732e-12 3.554086e-02   pass
//! ```
//!
//! And a plain form of this project for clients whose own output is not known:
//!
//! ```text
//! n = 2000: 10 repetitions, 20.89 s
//! ```
//!
//! A row is the time of one solution, or its rate; of the plain form also the time of all its repetitions.
//! Traps:
//!
//! * linpackc doubles the repetitions until a row takes 10 s. Only the last row of an array counts.
//! * The array of linpackc is twice as wide as the system: `Array size 200 X 200` solves n = 100.
//! * A repetition of linpackc solves two systems, with loops rolled and unrolled, and fills the matrix
//!   (OVERHEAD), which is not part of the solution.
//! * Intel's trials of one size are repetitions; its summary behind them says nothing new.
//!
//! Absent on purpose: HPL and Intel's variant for clusters.

mod row;

use self::row::{Intel, Plain, Reps};
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{FLOPS, Measure, Results, Row, TIME};

pub(crate) static DESCRIPTION: Description = Description {
    name: "linpack",
    description: "time and rate of solving systems of linear equations",
    written_by: "linpackc, Intel's optimised LINPACK benchmark, or lines of a plain form",
    begins_with: "`LINPACK benchmark, Double precision.`, `Intel(R) Optimized LINPACK Benchmark data` or `n = 2000: 10 repetitions, 20.89 s`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Order,
        with_latency: false,
        with_operations: &[],
    }),
    marks: Marks::Head(&[
        b"DGEFA",
        b"GFlops",
        b"LINPACK benchmark, ",
        b"Intel(R) Optimized LINPACK Benchmark",
        b"repetition",
    ]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| {
        let text = line.text.trim_ascii();
        row::is_reps_header(text)
            || row::is_intel_header(text)
            || text.starts_with(b"LINPACK benchmark, ")
            || text.starts_with(b"Intel(R) Optimized LINPACK Benchmark")
            || Plain::read(text).is_some()
    })
}

/// Which table the lines are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Table {
    #[default]
    None,
    Reps,
    Intel,
}

/// An array of linpackc that is being measured.
#[derive(Debug)]
struct Array<'a> {
    header: Line<'a>,
    width: Option<f64>,
    last: Option<(Line<'a>, Reps)>,
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    table: Table,
    array: Option<Array<'a>>,
    /// Intel's rows, and the sizes that it announced.
    intel: usize,
    announced: Option<(Line<'a>, usize)>,
    ended: bool,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end_of_array();
    reader.end_of_intel();
    let expected = "a finished row of LINPACK: repetitions, time and KFLOPS, or size, time and GFlops; was it \
                    stopped?";
    reader.results.finish(bytes, expected)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        let text = line.text.trim_ascii();
        if let Some(width) = row::array_size(text) {
            self.end_of_array();
            self.array = Some(Array { header: line, width, last: None });
            return;
        }
        if row::is_reps_header(text) {
            // A second table without its own size is of the size before it.
            if self.array.as_ref().is_none_or(|array| array.last.is_some()) {
                self.end_of_array();
                self.array = Some(Array { header: line, width: None, last: None });
            }
            self.table = Table::Reps;
        } else if row::is_intel_header(text) {
            self.table = Table::Intel;
        } else if let Some(plain) = Plain::read(text) {
            if line.terminated || text.ends_with(b"s") {
                self.plain(line, &plain);
            } else {
                self.results.cut(Place::line(line.number, line.text));
            }
        } else if text.starts_with(b"n =") {
            let place = Place::line(line.number, line.text);
            if line.terminated {
                self.results.unreadable(place, "a line such as `n = 2000: 10 repetitions, 20.89 s`");
            } else {
                self.results.cut(place);
            }
        } else if !self.is_row(line, text) {
            self.words(line, text);
        }
    }

    /// Reads a row of the table, if the line is one or ought to be.
    fn is_row(&mut self, line: Line<'a>, text: &[u8]) -> bool {
        if self.table == Table::None || !text.first().is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let place = Place::line(line.number, line.text);
        match self.table {
            Table::Reps => match (Reps::read(text), &mut self.array) {
                (Some(_), _) if !line.terminated && !row::has_decimals(text, 3) => self.results.cut(place),
                (Some(row), Some(array)) => array.last = Some((line, row)),
                _ => self.results.unreadable(place, "repetitions, seconds, three shares and KFLOPS"),
            },
            Table::Intel if text.iter().filter(|byte| byte.is_ascii_whitespace()).count() < 4 => {
                return false;
            }
            _ => match Intel::read(text) {
                Some(row) => self.intel(line, &row),
                None if !line.terminated => self.results.cut(place),
                None => self
                    .results
                    .unreadable(place, "size, LDA, alignment, seconds, GFlops, residuals and check"),
            },
        }
        true
    }

    fn words(&mut self, line: Line<'a>, text: &'a [u8]) {
        let facts = &mut self.results.facts;
        if let Some(rest) = text.strip_prefix(b"LINPACK benchmark, ") {
            facts.set_text("tool", b"linpackc");
            facts.set_text("precision", rest.strip_suffix(b" precision.").unwrap_or(rest));
        } else if text.starts_with(b"Intel(R) Optimized LINPACK Benchmark") {
            facts.set_text("tool", b"Intel Optimized LINPACK");
        } else if let Some(rest) = text.strip_prefix(b"Current date/time: ") {
            if facts.get("local_start").is_none() {
                facts.set_text("local_start", rest);
            }
        } else if let Some(number) = row::count_behind(text, b"Number of threads:") {
            facts.set_int("threads", number);
        } else if let Some(rest) = text.strip_prefix(b"Number of trials to run") {
            let trials = rest.split(|byte| !byte.is_ascii_digit()).filter_map(crate::text::unsigned);
            let trials = trials.fold(0_u64, u64::saturating_add);
            self.announced = Some((line, usize::try_from(trials).unwrap_or(usize::MAX)));
        } else if text.starts_with(b"Performance Summary") {
            // Its rows repeat what the table says.
            self.table = Table::None;
            self.ended = true;
        } else if !(row::is_decoration(text) || self.ended && text.first().is_some_and(u8::is_ascii_digit)) {
            self.results.other(Place::line(line.number, line.text));
        }
    }

    fn push(&mut self, measure: Measure, size: Option<f64>, value: Option<f64>, line: u64) {
        self.push_statistic(measure, "value", size, value, line);
    }

    fn push_statistic(
        &mut self,
        measure: Measure,
        statistic: &'static str,
        size: Option<f64>,
        value: Option<f64>,
        line: u64,
    ) {
        let (test, worker) = ("solve".to_owned(), None);
        let row = Row { test, operation: "solve", size, measure, statistic, value, worker, line };
        self.results.rows.push(row);
    }

    fn plain(&mut self, line: Line<'_>, plain: &Plain) {
        self.results.facts.set_int("repetitions", plain.repetitions);
        self.push(TIME, Some(plain.order), Some(plain.each()), line.number);
        // As the client states it.
        self.push_statistic(TIME, "sum", Some(plain.order), Some(plain.seconds), line.number);
    }

    fn intel(&mut self, line: Line<'_>, row: &Intel) {
        self.intel = self.intel.saturating_add(1);
        if !row.passed {
            self.results.diagnostics.warning("check-failed", Place::line(line.number, line.text), || {
                "the solution did not pass its check; its values are null".to_owned()
            });
        }
        let place = Place::line(line.number, line.text);
        let (time, rate) =
            (self.results.figure(row.time, 1.0, place), self.results.figure(row.gflops, 1e9, place));
        self.push(TIME, Some(row.order), time.filter(|_| row.passed), line.number);
        self.push(FLOPS, Some(row.order), rate.filter(|_| row.passed), line.number);
    }

    fn end_of_array(&mut self) {
        let Some(array) = self.array.take() else { return };
        let place = Place::line(array.header.number, array.header.text);
        let Some((line, row)) = array.last else {
            let what =
                "an array without a row; linpackc prints one for each number of repetitions: was it stopped?";
            return self.results.unfinished(place, 1, what);
        };
        let place = Place::line(line.number, line.text);
        if row.time < 10.0 {
            let what = format!(
                "the last row of this array took {} s only; linpackc goes on until one takes 10 s. The row is used",
                row.time
            );
            self.results.unfinished(place, 0, what);
        }
        // The system has half the order of the array.
        let order = array.width.map(|width| width / 2.0);
        if order.is_none() {
            self.results.diagnostics.warning("no-size", place, || {
                "expected `Array size 200 X 200.` before the table; the size is null".to_owned()
            });
        }
        self.results.facts.set_int("repetitions", row.reps);
        self.push(TIME, order, row.each(), line.number);
        self.push(FLOPS, order, Some(row.kflops * 1000.0), line.number);
    }

    fn end_of_intel(&mut self) {
        let place = self.announced.map_or(Place::FILE, |(line, _)| Place::line(line.number, line.text));
        let missing = self.announced.map_or(0, |(_, trials)| trials.saturating_sub(self.intel));
        if !self.ended && (missing > 0 || (self.table == Table::Intel && self.intel == 0)) {
            let what = format!(
                "{missing} of the announced trials are missing, and so is the summary; was it stopped?"
            );
            self.results.unfinished(place, missing, what);
        }
    }
}
