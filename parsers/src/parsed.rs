//! A log that has been read, and the error for one that cannot be.

use polars::prelude::DataFrame;
use thiserror::Error;

use crate::detect::{is_stacked, own_lines, stacked};
use crate::diagnostic::{Diagnostic, Facts, Place, RowCount};
use crate::format::Format;
use crate::frame::Frame;
use crate::head::Head;
use crate::meaning::Family;
use crate::outcome::{Outcome, Unusable};
use crate::part::Part;
use crate::pieces::Pieces;
use crate::row_lines::RowLines;
use crate::{lines, peel};

/// A log that has been read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The format it was read as.
    pub format: Format,
    /// The version of the tool that wrote it, where the log says so.
    pub version: Option<String>,
    /// The rows.
    pub frame: Frame,
    /// What the log says about itself, once per file.
    pub facts: Facts,
    /// The sessions, migrations or tests of which it holds several, in their order; of one that is not known to be made of
    /// parts none.
    pub parts: Vec<Part>,
    /// How many rows were read and lost.
    pub rows: RowCount,
    /// What was wrong with it, in the order of the file as far as it belongs to a line.
    pub diagnostics: Vec<Diagnostic>,
}

/// A log of which not all is kept.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The log. Its frame has the columns that say when and in which order rows were recorded, of all rows; others may be
    /// missing.
    pub log: Parsed,
    /// All columns of the first rows.
    pub head: Frame,
}

impl Parsed {
    /// Drops the rows, and keeps what the log says of itself.
    pub fn drop_rows(&mut self) {
        self.frame.df = DataFrame::empty();
        self.frame.columns = Vec::new();
        self.frame.lines = RowLines::default();
        for part in &mut self.parts {
            part.rows = Vec::new();
            part.facts.shrink();
        }
        self.parts.shrink_to_fit();
        self.facts.shrink();
        self.diagnostics.shrink_to_fit();
    }
}

/// Nothing in the log can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.describe())]
pub struct ParseError {
    /// The format it was read as.
    pub format: Format,
    /// The line from which on nothing could be used, from 1.
    pub line: Option<u64>,
    /// What a usable log has there.
    pub expected: String,
    /// What is there instead.
    pub found: Option<String>,
    /// What had been noticed until then.
    pub diagnostics: Vec<Diagnostic>,
}

impl ParseError {
    fn describe(&self) -> String {
        let place = self.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let found = self.found.as_ref().map(|found| format!(", found `{found}`")).unwrap_or_default();
        format!("nothing usable as {}: {place}expected {}{found}", self.format, self.expected)
    }
}

/// Reads `bytes` as a log of `format`.
///
/// # Errors
///
/// Only if nothing in the log can be used; the error says where and what was expected there. Damage that
/// leaves something to use is in [`Parsed::diagnostics`].
pub fn parse(format: Format, bytes: &[u8]) -> Result<Parsed, ParseError> {
    parse_alone(format, bytes).0
}

/// [`parse`] with a log cut into pieces of about `size` bytes where its format is read in pieces: for tests, which can so
/// cut short logs. The result is that of [`parse`].
///
/// # Errors
///
/// Those of [`parse`].
#[doc(hidden)]
pub fn parse_in_pieces(format: Format, bytes: &[u8], size: usize) -> Result<Parsed, ParseError> {
    parse_telling(format, bytes, Pieces { size, ..Pieces::default() }, &mut false).map(|survey| survey.log)
}

/// [`parse`] for who wants to show the first `rows` rows and no more: columns that say nothing about when and in which order rows
/// were recorded need not be kept as a whole. Also whether every line is of a format that stands alone.
pub(crate) fn survey_alone(format: Format, bytes: &[u8], rows: usize) -> (Result<Survey, ParseError>, bool) {
    let mut alone = false;
    let log = parse_telling(format, bytes, Pieces { most: rows, ..Pieces::default() }, &mut alone);
    (log, alone)
}

/// [`parse`], and whether every line is of a format that stands alone.
pub(crate) fn parse_alone(format: Format, bytes: &[u8]) -> (Result<Parsed, ParseError>, bool) {
    let mut alone = false;
    let log = parse_telling(format, bytes, Pieces::default(), &mut alone);
    (log.map(|survey| survey.log), alone)
}

fn parse_telling(
    format: Format,
    bytes: &[u8],
    pieces: Pieces,
    alone: &mut bool,
) -> Result<Survey, ParseError> {
    let bytes = lines::without_bom(bytes);
    // Benchmarks and clients are known by words anywhere in their lines, and none reads a time before them.
    let anywhere = matches!(format.meaning().family(), Family::Benchmark | Family::Client);
    let as_it_is = !anywhere && format.recognises(&Head::new(bytes));
    let peeled = if as_it_is { None } else { peel::recognised(bytes, &[format]).map(|(peeled, _)| peeled) };
    let is_hypervisor = is_stacked(format) && format.meaning().family() == Family::Hypervisor;
    let around = if is_hypervisor { stacked(bytes) } else { Vec::new() };
    let own = around.iter().any(|(other, _)| *other != format).then(|| own_lines(bytes, format, &around));
    let read = match &peeled {
        None if is_hypervisor => format.read(own.as_deref().unwrap_or(bytes), pieces).map(|mut outcome| {
            note_other_tools(&mut outcome, format, &around, &Head::new(bytes));
            outcome
        }),
        None => format.read(bytes, pieces).map(|mut outcome| {
            // A log of ping of which every line is its own is of ping alone.
            let is_alone =
                outcome.diagnostics.count(UNREADABLE) == 0 && format.meaning().family() != Family::Benchmark;
            *alone = is_alone;
            if is_stacked(format) && !is_alone {
                let others = stacked(bytes);
                note_other_tools(&mut outcome, format, &others, &Head::new(bytes));
            }
            outcome
        }),
        Some(peeled) => {
            format.read(&peeled.bytes, Pieces { most: usize::MAX, ..pieces }).map(|mut outcome| {
                peeled.place(&mut outcome, format);
                outcome
            })
        }
    };
    // Of a line without its stamp the places are others than in the log.
    let in_the_log = |mut found: Vec<Diagnostic>| {
        if let Some(peeled) = &peeled {
            for each in &mut found {
                each.column = each.line.zip(each.column).map(|(line, column)| peeled.column(line, column));
            }
        }
        found
    };
    let outcome = read.map_err(|unusable| {
        let Unusable { line, expected, found, diagnostics } = unusable;
        ParseError { format, line, expected, found, diagnostics: in_the_log(diagnostics) }
    })?;
    finished(format, outcome, pieces.most, in_the_log)
}

/// What a parser has in its hands at the end, as a survey with the first `most` rows; without them where that is more than any log has.
pub(crate) fn finished(
    format: Format,
    outcome: Outcome,
    most: usize,
    in_the_log: impl FnOnce(Vec<Diagnostic>) -> Vec<Diagnostic>,
) -> Result<Survey, ParseError> {
    let Outcome { version, mut columns, clock, facts, parts, rows, diagnostics } = outcome;
    let diagnostics = in_the_log(diagnostics.finish());
    let head = if most < usize::MAX { columns.split_head(most, clock) } else { Ok(Frame::empty(clock)) };
    match head.and_then(|head| Ok((head, columns.finish(clock)?))) {
        Ok((head, frame)) => {
            Ok(Survey { log: Parsed { format, version, frame, facts, parts, rows, diagnostics }, head })
        }
        Err(error) => {
            let expected = format!("columns that fit together; this is a mistake in the parser ({error})");
            Err(ParseError { format, line: None, expected, found: None, diagnostics })
        }
    }
}

/// What parsers call a line that they cannot read.
pub(crate) const UNREADABLE: &str = "line-unreadable";

/// Says what a log holds besides, whose lines are not lost.
fn note_other_tools(outcome: &mut Outcome, format: Format, found: &[(Format, u64)], head: &Head<'_>) {
    if found.iter().any(|(other, _)| *other != format) {
        let lines = usize::try_from(outcome.diagnostics.forget(UNREADABLE)).unwrap_or(usize::MAX);
        outcome.rows.lost = outcome.rows.lost.saturating_sub(lines);
    }
    for (other, line) in found.iter().filter(|(other, _)| *other != format) {
        outcome.diagnostics.note("other-tool", Place { line: Some(*line), ..Place::FILE }, || {
            format!("from about here on there are results of {other}, too; each tool is read by itself")
        });
    }
    // What the first lines show to be of the format may have its own tool's words in front.
    let own = found.iter().find(|(own, _)| *own == format && !format.recognises(head)).map(|(_, line)| *line);
    if let Some(line) = own.filter(|_| found.first().is_some_and(|(_, first)| *first > 1)) {
        outcome.diagnostics.note("other-tool", Place { line: Some(1), ..Place::FILE }, || {
            format!("what stands before the results, which begin near line {line}, is of other tools; it is not used")
        });
    }
}
