//! `stream`: the table of STREAM.
//!
//! ```text
//! STREAM version $Revision: 5.10 $
//! This system uses 8 bytes per array element.
//! Array size = 10000000 (elements), Offset = 0 (elements)
//! …
//! Function    Best Rate MB/s  Avg time     Min time     Max time
//! Copy:           22945.6     0.006989     0.006973     0.007011
//! Scale:          22490.3     0.007176     0.007114     0.007224
//! Add:            25086.2     0.009590     0.009567     0.009694
//! Triad:          25104.3     0.009577     0.009560     0.009598
//! -------------------------------------------------------------
//! Solution Validates: avg error less than 1.000000e-13 on all three arrays
//! ```
//!
//! Traps:
//!
//! * The rate is the best one, of the shortest time; MB are 10⁶ bytes. Copy and scale count two arrays, add
//!   and triad three.
//! * Its title is `Rate (MB/s)` before 5.10 and in Fortran, and before 5.9 the first time is a root mean square.
//! * Results that do not validate are none.
//! * Variants for clusters write GB/s.
//!
//! Absent on purpose: tables without their titles; the summary of HPCC.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{Results, Row, THROUGHPUT, TIME};
use crate::text::{unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "stream",
    description: "bandwidth of memory in four kernels: copy, scale, add, triad",
    written_by: "STREAM 5 in C or Fortran",
    begins_with: "`STREAM version $Revision: 5.10 $` or `Function    Best Rate MB/s  Avg time …`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: false,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b"Function", b"STREAM version $Revision:", b"STREAM Version $Revision:"]),
    recognise,
    parse: Parse::Whole(parse),
};

const KERNELS: [(&[u8], &str); 4] =
    [(b"Copy:", "copy"), (b"Scale:", "scale"), (b"Add:", "add"), (b"Triad:", "triad")];

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| Titles::read(line.text).is_some() || revision(line.text).is_some())
}

/// The version, if the line begins a run. That in Fortran writes `Version`.
fn revision(text: &[u8]) -> Option<&[u8]> {
    let behind = |title: &[u8]| {
        let at = memchr::memmem::find(text, title)?;
        words(text.get(at.saturating_add(title.len())..)?).next()
    };
    let (_, version) =
        behind(b"STREAM version $Revision:").or_else(|| behind(b"STREAM Version $Revision:"))?;
    Some(version)
}

/// What the titles say: the unit, and what the first time is.
#[derive(Clone, Copy, Debug)]
struct Titles {
    scale: f64,
    first: &'static str,
}

impl Titles {
    fn read(text: &[u8]) -> Option<Self> {
        let mut words = words(text).map(|(_, word)| word).filter(|word| *word != b"Best");
        if words.next()? != b"Function" || words.next()? != b"Rate" {
            return None;
        }
        let scale = match words.next()? {
            b"MB/s" | b"(MB/s)" => 1e6,
            b"GB/s" | b"(GB/s)" => 1e9,
            _ => return None,
        };
        let first = match words.next()? {
            b"Avg" => "mean",
            b"RMS" => "rms",
            _ => return None,
        };
        Some(Self { scale, first })
    }
}

/// Whether the end of a row is missing: figures, or decimals that the other times have.
fn is_cut(figures: &[&[u8]]) -> bool {
    let decimals = |time: &[u8]| time.rsplit(|byte| *byte == b'.').next().map_or(0, <[u8]>::len);
    match figures {
        [_, mean, .., max] if figures.len() == 4 => decimals(max) < decimals(mean),
        _ => figures.len() < 4,
    }
}

/// A table that is being read.
struct Table<'a> {
    line: Line<'a>,
    titles: Titles,
    first_row: usize,
    kernels: usize,
    lost: usize,
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    table: Option<Table<'a>>,
    elements: Option<u64>,
    bytes: Option<u64>,
    threads: Option<u64>,
    begun: Option<Line<'a>>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end();
    let expected = "STREAM's table, `Function    Best Rate MB/s  Avg time …`, which it prints at its end; was it \
                    stopped?";
    reader.results.finish(bytes, expected)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, line.text);
        if let Some(version) = revision(text) {
            self.end();
            let version = String::from_utf8_lossy(version).into_owned();
            self.results.version.get_or_insert(version);
            self.begun = Some(line);
            self.elements = None;
            self.threads = None;
        } else if let Some(titles) = Titles::read(text) {
            if self.table.is_some() {
                self.end();
            }
            self.begun = None;
            let first_row = self.results.rows.len();
            self.results.begin_test(line.number);
            self.results.setting("threads", self.threads.take());
            self.table = Some(Table { line, titles, first_row, kernels: 0, lost: 0 });
        } else if let Some((title, kernel)) = KERNELS.iter().find(|(title, _)| text.starts_with(title)) {
            let figures: Vec<&[u8]> =
                words(text.get(title.len()..).unwrap_or_default()).map(|(_, word)| word).take(5).collect();
            if !line.terminated && is_cut(&figures) {
                self.lost_row();
                return self.results.cut(place);
            }
            match (figures.as_slice(), &self.table) {
                ([rate, times @ ..], Some(_)) if times.len() == 3 => self.row(line, kernel, rate, times),
                _ => {
                    self.lost_row();
                    self.results.unreadable(place, "titles above, and a rate and three times in the row");
                }
            }
        } else if memchr::memmem::find(text, b"Failed Validation").is_some() {
            self.failed(place);
        } else {
            self.words(text);
        }
    }

    fn lost_row(&mut self) {
        if let Some(table) = &mut self.table {
            table.lost = table.lost.saturating_add(1);
        }
    }

    fn row(&mut self, line: Line<'_>, kernel: &'static str, rate: &[u8], times: &[&[u8]]) {
        let Some(table) = &mut self.table else { return };
        table.kernels = table.kernels.saturating_add(1);
        let titles = table.titles;
        // The memory of one array: what the rate depends on.
        let size = self.elements.zip(self.bytes).and_then(|(elements, bytes)| elements.checked_mul(bytes));
        #[expect(clippy::cast_precision_loss, reason = "arrays are far below 2^53 bytes")]
        let size = size.map(|size| size as f64);
        let figures = [(THROUGHPUT, "best", rate, titles.scale)].into_iter().chain(
            [titles.first, "min", "max"]
                .into_iter()
                .zip(times)
                .map(|(statistic, time)| (TIME, statistic, *time, 1.0)),
        );
        for (measure, statistic, figure, scale) in figures {
            let value = self.results.figure(figure, scale, Place::line(line.number, line.text));
            let (test, worker) = (kernel.to_owned(), None);
            let row =
                Row { test, operation: kernel, size, measure, statistic, value, worker, line: line.number };
            self.results.rows.push(row);
        }
    }

    /// The results were wrong, so their times are worth nothing.
    fn failed(&mut self, place: Place<'_>) {
        self.results.diagnostics.warning("check-failed", place, || {
            "the results did not validate; all values of this table are null".to_owned()
        });
        let from = self.table.as_ref().map_or(usize::MAX, |table| table.first_row);
        for row in self.results.rows.iter_mut().skip(from) {
            row.value = None;
        }
    }

    fn words(&mut self, text: &[u8]) {
        let number = |at: usize| {
            words(text).nth(at).and_then(|(_, word)| unsigned(word.strip_suffix(b",").unwrap_or(word)))
        };
        if text.starts_with(b"Array size =") {
            self.elements = number(3);
        } else if text.starts_with(b"This system uses ") {
            self.bytes = number(3);
        } else if text.starts_with(b"Assuming ") {
            self.bytes = number(1);
        } else if text.starts_with(b"Number of Threads counted =")
            || text.starts_with(b"Number of Threads requested =")
        {
            self.threads(number(5));
        } else if text.starts_with(b"Number of Threads =") {
            self.threads(number(4));
        }
    }

    fn threads(&mut self, threads: Option<u64>) {
        if let Some(threads) = threads {
            self.results.facts.set_int("threads", threads);
            self.threads = Some(threads);
        }
    }

    /// Ends a run.
    fn end(&mut self) {
        if let Some(begun) = self.begun.take() {
            let place = Place::line(begun.number, begun.text);
            self.results.unfinished(
                place,
                1,
                "a run without its table, which STREAM prints at its end; was it stopped?",
            );
        }
        if let Some(table) = self.table.take() {
            let missing = KERNELS.len().saturating_sub(table.kernels.saturating_add(table.lost));
            if missing > 0 {
                let place = Place::line(table.line.number, table.line.text);
                let what =
                    format!("of copy, scale, add and triad {missing} are missing; was STREAM stopped?");
                self.results.unfinished(place, missing, what);
            }
        }
    }
}
