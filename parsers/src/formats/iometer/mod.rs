//! `iometer`: the results file of Iometer.
//!
//! ```text
//! 'Test Type,Test Description
//! 0,nas
//! 'Version
//! 2008.06.18
//! 'Time Stamp
//! 2010-01-26 14:00:05:123
//! 'Access specifications
//! 'Access specification name,default assignment
//! 8K; 80% read,0
//! 'size,% of size,% reads,% random,delay,burst,align,reply
//! 8192,100,80,80,0,1,0,0
//! 'End access specifications
//! 'Results
//! 'Target Type,Target Name,Access Specification Name,# Managers,# Workers,# Disks,IOps,…
//! ALL,All,8K; 80% read,1,1,1,812.3,…
//! 'Time Stamp
//! 2010-01-26 14:01:05:456
//! ```
//!
//! A file holds tests (`test`), a test holds results of several steps (`step`, counted through the file).
//! Traps:
//!
//! * Nothing is quoted: names hold commas, colons, semicolons and quotes. See `row`.
//! * 56 columns from 2001 to 2008, 59 in 1.1.0, more later: columns are found by their names. The single
//!   `MBps` of old is binary, MiB/s; 1.1.0 has both and says which is which.
//! * Rows are of different levels: ALL is the sum of the MANAGERs, they of their WORKERs, these of their
//!   DISKs and NETWORKs; a PROCESSOR has only CPU columns. Levels must never be added.
//! * Access specifications are written only when they change; a name keeps its meaning until then.
//! * −1 stands for unknown.
//! * Iometer writes points and commas in every country; semicolons and decimal commas are a spreadsheet's.
//! * A test that is stopped leaves a file without the time stamp behind its results.
//!
//! Absent on purpose: sums of raw times, connection statistics, and the latency bins of 1.2.

mod columns;
mod row;
mod spec;

use polars::prelude::{IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use self::columns::{Header, Numbers, VALUES};
use self::row::Cells;
use self::spec::{Access, Specs};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning};
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::figures::{Figures, column};
use crate::text::lossy;

pub(crate) static DESCRIPTION: Description = Description {
    name: "iometer",
    description: "results of Iometer: operations, throughput and response times of disks and networks",
    written_by: "Iometer 2001 to 1.1.0, also saved again by a spreadsheet",
    begins_with: "`'Test Type,Test Description`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Levels),
    marks: Marks::Head(&[b"'Test Type", b"'Target Type"]),
    recognise,
    parse: Parse::Whole(parse),
};

const TEST: &[u8] = b"'Test Type,Test Description";
const TITLES: &[u8] = b"'Target Type,Target Name,Access Specification Name,";

fn recognise(head: &Head<'_>) -> bool {
    let first = head.lines.first().is_some_and(|line| starts(line.text, TEST));
    first || head.lines.iter().any(|line| starts(line.text, TITLES))
}

/// Whether a line starts so, with commas or with semicolons.
fn starts(line: &[u8], title: &[u8]) -> bool {
    let same = |(byte, wanted): (&u8, &u8)| byte == wanted || (*byte == b';' && *wanted == b',');
    line.len() >= title.len() && line.iter().zip(title).all(same)
}

/// What the next line that is no title holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Nothing,
    Test,
    Version,
    TimeStamp,
    SpecName,
    SpecLines,
    Rows,
}

/// A row of the frame but for what its step says.
#[derive(Debug)]
struct Row<'a> {
    step: usize,
    line: u64,
    level: &'static str,
    name: &'a [u8],
    spec: Option<&'a [u8]>,
    access: Option<Access>,
    numbers: Numbers,
}

/// A column made of what a row, or its step, says.
type Column<'a, V> = (&'static str, fn(&Reader<'a>, &Row<'a>) -> V);

/// A column made of a text that a step has.
type TextOfStep<'a> = (&'static str, fn(&Step<'a>) -> Option<&'a [u8]>);

/// A results block.
#[derive(Debug)]
struct Step<'a> {
    /// Number of its test, from 0.
    test: u32,
    description: Option<&'a [u8]>,
    line: u64,
    before: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
}

struct Reader<'a> {
    separator: u8,
    cells: Cells<'a>,
    expected: Expected,
    header: Option<Header>,
    /// The line that the header is.
    titles: &'a [u8],
    specs: Specs<'a>,
    tests: u32,
    description: Option<&'a [u8]>,
    stamp: Option<&'a [u8]>,
    steps: Vec<Step<'a>>,
    /// Whether the last step is complete.
    closed: bool,
    table: Vec<Row<'a>>,
    version: Option<String>,
    rows: RowCount,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    // The first title tells whether a spreadsheet had the file.
    let title = Lines::new(bytes).find(|line| starts(line.text, TITLES) || starts(line.text, TEST));
    let at = title.and_then(|line| line.text.iter().position(|byte| matches!(byte, b',' | b';')));
    let semicolon = title.zip(at).is_some_and(|(line, at)| line.text.get(at) == Some(&b';'));
    let separator = if semicolon { b';' } else { b',' };
    let mut reader = Reader {
        separator,
        cells: Cells::new(separator),
        expected: Expected::Nothing,
        header: None,
        titles: b"",
        specs: Specs::default(),
        tests: 0,
        description: None,
        stamp: None,
        steps: Vec::new(),
        closed: true,
        table: Vec::new(),
        version: None,
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
    };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        // A spreadsheet fills every line up with separators; Iometer ends some with one.
        let mut text = line.text.trim_ascii();
        let is_value = !matches!(self.expected, Expected::Nothing | Expected::Rows | Expected::SpecLines);
        if let Some(level) = row::level(text, self.separator).filter(|_| !is_value) {
            self.row(line, level);
            return;
        }
        while let Some(rest) = text.strip_suffix(&[self.separator]) {
            text = rest;
        }
        if text.starts_with(b"'") {
            self.title(line, text);
        } else if !text.is_empty() {
            self.value(line, text);
        }
    }

    fn title(&mut self, line: Line<'a>, text: &'a [u8]) {
        self.expected = if starts(text, TITLES) {
            // Those of most results are those of the results before.
            let titles = line.text.trim_ascii();
            if self.titles != titles || self.header.is_none() {
                self.cells.cut(titles);
                self.header = Some(Header::read(&self.cells));
                self.titles = titles;
            }
            self.step(line.number);
            Expected::Rows
        } else if starts(text, TEST) {
            self.close(false);
            self.tests = self.tests.saturating_add(1);
            self.description = None;
            self.stamp = None;
            Expected::Test
        } else if starts(text, b"'Access specification name,") {
            Expected::SpecName
        } else if starts(text, b"'size,") {
            Expected::SpecLines
        } else {
            match text {
                b"'Version" => Expected::Version,
                b"'Time Stamp" => Expected::TimeStamp,
                b"'Access specifications" => Expected::Nothing,
                b"'End access specifications" => {
                    self.specs.end();
                    Expected::Nothing
                }
                b"'Results" => {
                    self.close(false);
                    Expected::Nothing
                }
                _ => {
                    self.other(line, "a title that Iometer is not known for");
                    Expected::Nothing
                }
            }
        };
    }

    fn value(&mut self, line: Line<'a>, text: &'a [u8]) {
        let split = |at: Option<usize>| at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
        match self.expected {
            Expected::Test => {
                let parts = split(memchr::memchr(self.separator, text));
                self.description = parts.map(|(_, description)| description.trim_ascii());
            }
            Expected::Version => {
                self.version.get_or_insert_with(|| String::from_utf8_lossy(text).trim().to_owned());
            }
            Expected::TimeStamp => self.time_stamp(line, text),
            Expected::SpecName => {
                // The assignment behind the name is a number and holds no separator.
                let parts = split(memchr::memrchr(self.separator, text));
                self.specs.begin(parts.map_or(text, |(name, _)| name.trim_ascii()));
            }
            Expected::SpecLines => {
                self.spec_line(line, text);
                return;
            }
            Expected::Nothing | Expected::Rows => {
                self.other(line, "a line that is neither a title nor expected behind one");
                return;
            }
        }
        self.expected = Expected::Nothing;
    }

    fn time_stamp(&mut self, line: Line<'a>, text: &'a [u8]) {
        let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits < 12 {
            let place = Place::line(line.number, line.text);
            self.diagnostics.warning("unreadable-time", place, || {
                "expected a time stamp such as `2010-01-26 14:00:05:123`; it is null".to_owned()
            });
            self.close(true);
            return;
        }
        self.stamp = Some(text);
        if !self.closed
            && let Some(step) = self.steps.last_mut()
        {
            step.after = Some(text);
        }
        self.close(true);
    }

    fn spec_line(&mut self, line: Line<'a>, text: &'a [u8]) {
        self.cells.cut(text);
        let number = |at: usize| self.cells.number(at);
        let access = number(0).zip(number(1)).zip(number(2)).zip(number(3));
        let taken = access.is_some_and(|(((size, share), reads), random)| {
            self.specs.line(Access { size, reads, random }, share)
        });
        if !taken {
            self.diagnostics.warning("unreadable-specification", Place::line(line.number, line.text), || {
                "expected size, % of size, % reads, % random and so on; the line is not used".to_owned()
            });
        }
    }

    /// Begins a results block.
    fn step(&mut self, line: u64) {
        self.close(false);
        self.steps.push(Step {
            test: self.tests.saturating_sub(1),
            description: self.description,
            line,
            before: self.stamp,
            after: None,
        });
        self.closed = false;
    }

    /// Ends the results block, if one is open.
    fn close(&mut self, regular: bool) {
        if self.closed {
            return;
        }
        self.closed = true;
        let Some(step) = self.steps.last() else { return };
        let place = Place { line: Some(step.line), ..Place::FILE };
        if !regular {
            self.diagnostics.warning("results-cut", place, || {
                "expected a time stamp behind these results; was Iometer stopped while it wrote them? What is \
                 there is used"
                    .to_owned()
            });
        }
        if self.table.last().is_none_or(|row| row.step + 1 != self.steps.len()) {
            self.diagnostics.warning("no-rows", place, || "results without any readable row".to_owned());
        }
    }

    fn row(&mut self, line: Line<'a>, level: &'static str) {
        let place = Place::line(line.number, line.text);
        let Some(header) = self.header.as_ref().filter(|_| !self.closed) else {
            self.rows.lost += 1;
            self.diagnostics.error("no-header", place, || {
                "a row without the titles of its columns; expected `'Target Type,Target Name,…` before it; it \
                 is left out"
                    .to_owned()
            });
            return;
        };
        self.cells.cut(line.text.trim_ascii());
        let fewer = self.cells.len() < header.named;
        let shift = header.shift(&self.cells, level).filter(|_| line.terminated || !fewer);
        let Some(shift) = shift else {
            self.rows.lost += 1;
            let (found, wanted) = (self.cells.len(), header.named);
            let code = if line.terminated { "unreadable-row" } else { "last-line-cut" };
            self.diagnostics.warning(code, place, || {
                format!("expected {wanted} columns with numbers behind the names, found {found}; the row is left out")
            });
            return;
        };
        if fewer && level != "PROCESSOR" {
            self.diagnostics.note("short-row", place, || {
                "a row with fewer columns than titles; those at its end are null".to_owned()
            });
        }
        let both = self.cells.range(1, Cells::last_name(shift));
        let (name, spec) = if level == "PROCESSOR" {
            (self.cells.get(1), b"".as_slice())
        } else if let Some(names) = row::names(both, self.separator, self.specs.names()) {
            names
        } else {
            self.diagnostics.warning("ambiguous-names", place, || {
                "it cannot be told where the name ends and the access specification begins; both are taken for \
                 the name"
                    .to_owned()
            });
            (both, b"".as_slice())
        };
        let numbers = self.numbers(line, shift);
        self.rows.read += 1;
        self.table.push(Row {
            step: self.steps.len().saturating_sub(1),
            line: line.number,
            level,
            name,
            spec: Some(spec).filter(|spec| !spec.is_empty()),
            access: self.specs.access(spec),
            numbers,
        });
    }

    fn numbers(&mut self, line: Line<'_>, shift: isize) -> Numbers {
        let mut numbers = Numbers::NONE;
        let Some(header) = &self.header else { return numbers };
        // A column may be the source of several numbers; what is wrong with it is reported once.
        let mut reported = None;
        for (value, at, factor) in header.places() {
            let at = at.checked_add_signed(shift).filter(|at| *at > Cells::last_name(0));
            let Some(at) = at.filter(|at| !self.cells.is_empty(*at)) else { continue };
            let number = self.cells.number(at);
            if number == Some(-1.0) {
                continue;
            }
            let good = number.filter(|number| *number >= 0.0);
            if good.is_none() && reported.replace(at) != Some(at) {
                let place = Place::cell(line.number, self.cells.position(at), self.cells.get(at));
                self.diagnostics.warning("unreadable-value", place, || {
                    "expected a number of at least 0, or -1 for unknown; the value is null".to_owned()
                });
            }
            numbers.set(value, good.map(|number| number * factor));
        }
        numbers
    }

    fn other(&mut self, line: Line<'_>, what: &'static str) {
        self.diagnostics
            .note("other-line", Place::line(line.number, line.text), || format!("{what}; it is not used"));
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        self.close(false);
        if self.table.is_empty() {
            let line = Lines::new(bytes).find(|line| !line.is_blank());
            let place = line.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "results: `'Target Type,Target Name,…` and rows such as `ALL,All,…`; was a test \
                            ever finished?";
            return Err(unusable(place, expected, self.diagnostics));
        }
        let mut facts = Facts::default();
        facts.set_int("tests", self.tests);
        facts.set_int("steps", self.steps.len());
        facts.set_int("columns", self.header.as_ref().map_or(0, |header| header.named));
        if self.separator == b';' {
            facts.set_text("saved_by", b"spreadsheet");
        }
        Ok(Outcome {
            parts: Vec::new(),
            version: self.version.take(),
            columns: self.columns(),
            clock: Clock::None,
            facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }

    fn columns(&self) -> FrameBuilder {
        let table = &self.table;
        let mut columns = FrameBuilder::default();
        let small: [Column<'a, u32>; 3] = [
            ("test", |reader, row| reader.steps.get(row.step).map_or(0, |step| step.test)),
            ("step", |_, row| u32::try_from(row.step).unwrap_or(u32::MAX)),
            ("line", |_, row| u32::try_from(row.line).unwrap_or(u32::MAX)),
        ];
        for (name, value) in small {
            let values =
                UInt32Chunked::from_iter_values(name.into(), table.iter().map(|row| value(self, row)));
            columns.push(Unit::Count, values.into_series());
        }
        let of_rows: [Column<'a, Option<&'a [u8]>>; 3] = [
            ("level", |_, row| Some(row.level.as_bytes())),
            ("name", |_, row| Some(row.name)),
            ("access_spec", |_, row| row.spec),
        ];
        for (name, value) in of_rows {
            let values = table.iter().map(|row| value(self, row).map(lossy));
            columns.push(Unit::Text, StringChunked::from_iter_options(name.into(), values).into_series());
        }
        let of_steps: [TextOfStep<'a>; 3] = [
            ("description", |step| step.description),
            ("stamp_before", |step| step.before),
            ("stamp_after", |step| step.after),
        ];
        for (name, value) in of_steps {
            let texts: Vec<_> = self.steps.iter().map(|step| value(step).map(lossy)).collect();
            let values = table.iter().map(|row| texts.get(row.step)?.as_deref());
            columns.push(Unit::Text, StringChunked::from_iter_options(name.into(), values).into_series());
        }
        let accesses: [Column<'a, Option<f64>>; 3] = [
            ("spec_bytes", |_, row| row.access.map(|access| access.size)),
            ("spec_read_percent", |_, row| row.access.map(|access| access.reads)),
            ("spec_random_percent", |_, row| row.access.map(|access| access.random)),
        ];
        for ((name, value), unit) in accesses.into_iter().zip([Unit::Bytes, Unit::Percent, Unit::Percent]) {
            columns.push(unit, column(name, false, table.iter().map(|row| value(self, row))));
        }
        let fields = VALUES.iter().map(|value| (value.name, value.whole));
        let numbers = Figures::columns(fields, table.iter().map(|row| &row.numbers));
        for (value, numbers) in VALUES.iter().zip(numbers) {
            columns.push(value.unit, numbers);
        }
        columns
    }
}
