//! Delimited text, or JSON objects → rows of the columns that were asked for.
//!
//! ```text
//! t,host,operation,status,error,latency
//! 1700000000.305,node1,get,success,,0.0101
//! 1700000001.422,node1,get,fail,"Timeout, no answer",1.0015
//! ```
//!
//! Traps:
//!
//! * The delimiter is a comma, a semicolon, a tab, or blanks: the first of them that makes the declared columns of the first
//!   line. Beside a semicolon, a tab or blanks a comma in a number is its point.
//! * A text may hold delimiters without quotes, in most logs exactly where a request failed. Such a row has cells too
//!   many; it is read where all ways to join them give the same, and lost otherwise.
//! * A text in quotes may go on in the next lines, [`TEXT_LINES`] at most: beyond that a quote is damage.
//! * The heading may begin with `#`; other lines that do are remarks. It may be repeated where a client was started again.
//! * The last line is cut where no line end follows and it has fewer cells than the others, or cannot be read.
//! * Columns by number have no heading. A first line that cannot be read is taken for one.

use std::borrow::Cow;

use thiserror::Error;

use crate::diagnostic::{Diagnostics, Place, RowCount};
use crate::lines::{Line, Lines};
use crate::outcome::{Unusable, unusable};
use crate::shared::cells;
use crate::shared::json::{self, Node, Piece, Value};

/// Which column: by its name, or from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// As its heading has it.
    Name(String),
    /// From 1.
    Number(usize),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Number(number) => write!(f, "number {number}"),
        }
    }
}

/// A declared column is not in the table, or is there twice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.describe())]
pub struct MissingColumn {
    /// The declared one.
    pub wanted: Key,
    /// The columns that there are.
    pub known: Vec<String>,
}

impl MissingColumn {
    fn describe(&self) -> String {
        let is_twice = |name: &String| self.known.iter().filter(|known| *known == name).count() > 1;
        match &self.wanted {
            Key::Name(name) if is_twice(name) => {
                format!(
                    "two columns are called `{name}`: declare the number of the one that is meant, from 1"
                )
            }
            wanted => format!("there is no column {wanted}; there are {}", self.known.join(", ")),
        }
    }
}

/// Why nothing of a table can be read.
pub(super) enum Refused {
    Column(MissingColumn),
    Unusable(Unusable),
}

/// What is wrong with a row.
pub(super) struct Fault {
    /// Which of the columns that were asked for.
    pub cell: usize,
    pub code: &'static str,
    /// What should stand there.
    pub expected: Cow<'static, str>,
}

/// The cells of a row that were asked for, in that order; `None` where the row has none.
pub(super) struct Cells<'a> {
    cells: Vec<Option<Cow<'a, str>>>,
    /// Whether a comma in a number may be its point.
    pub decimal_comma: bool,
    /// Whether its cells are guessed, or may be cut: what nobody knows is then no word, but damage.
    pub is_doubtful: bool,
    /// Whether they are of a last line without its end, so that a number may be cut.
    pub is_cut: bool,
}

impl Cells<'_> {
    pub fn get(&self, index: usize) -> Option<&str> {
        self.cells.get(index)?.as_deref().map(str::trim)
    }
}

/// What was read: the rows with their lines.
#[derive(Debug)]
pub(super) struct Rows<T> {
    pub rows: Vec<(u64, T)>,
    pub count: RowCount,
    pub diagnostics: Diagnostics,
}

/// Lines that a text in quotes may go on for.
const TEXT_LINES: usize = 20;
/// Cells too many that are looked at, and cells of a row in which they are: each place is tried.
const SPARE_CELLS: usize = 16;
const MOST_CELLS: usize = 256;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b' '];

/// Reads the columns `wanted` of each row with `read`, which gives `None` for a row that is none of the declared ones.
pub(super) fn read<T: PartialEq>(
    bytes: &[u8],
    wanted: &[&Key],
    delimiter: Option<u8>,
    read: impl Fn(&Cells<'_>) -> Result<Option<T>, Fault>,
) -> Result<Rows<T>, Refused> {
    let mut rows = Rows { rows: Vec::new(), count: RowCount::default(), diagnostics: Diagnostics::default() };
    let begin = bytes.trim_ascii_start();
    let begin = begin.strip_prefix(b"[").map_or(begin, <[u8]>::trim_ascii_start);
    if begin.starts_with(b"{") {
        objects(bytes, wanted, &read, &mut rows)?;
    } else {
        delimited(bytes, wanted, delimiter, &read, &mut rows)?;
    }
    if rows.rows.is_empty() {
        let Rows { count, diagnostics, .. } = rows;
        let expected = match count.lost {
            0 => "at least one row of those that are declared".to_owned(),
            lost => format!("rows whose declared columns can be read; none of {lost} can"),
        };
        return Err(Refused::Unusable(unusable(Place::FILE, expected, diagnostics)));
    }
    Ok(rows)
}

impl<T> Rows<T> {
    fn lose(&mut self, code: &'static str, place: Place<'_>, message: impl FnOnce() -> String) {
        self.count.lost = self.count.lost.saturating_add(1);
        self.diagnostics.warning(code, place, message);
    }

    fn take(&mut self, line: u64, row: Option<T>) {
        if let Some(row) = row {
            self.count.read = self.count.read.saturating_add(1);
            self.rows.push((line, row));
        }
    }
}

/// Where the columns are.
struct Layout {
    delimiter: u8,
    /// Of each column that was asked for, from 0.
    indices: Vec<usize>,
    /// Cells of a row.
    width: usize,
    /// The heading; none where columns are declared by number.
    heading: Option<Vec<String>>,
}

fn delimited<T: PartialEq>(
    bytes: &[u8],
    wanted: &[&Key],
    delimiter: Option<u8>,
    read: &impl Fn(&Cells<'_>) -> Result<Option<T>, Fault>,
    rows: &mut Rows<T>,
) -> Result<(), Refused> {
    let mut records = Records { lines: Lines::new(bytes) };
    let layout = beginning(Lines::new(bytes), wanted, delimiter)?;
    let decimal_comma = layout.delimiter != b',';
    let pick = |cells: &[Cow<'_, str>], is_doubtful: bool, is_cut: bool| {
        let cells = layout.indices.iter().map(|index| cells.get(*index).cloned()).collect();
        let cells = Cells { cells, decimal_comma, is_doubtful, is_cut };
        read(&cells).map_err(|fault| (cells.get(fault.cell).unwrap_or_default().to_owned(), fault))
    };
    let mut is_first = true;
    while let Some(record) = records.next() {
        let text = record.text.as_ref();
        let place = Place::line(record.line, text);
        let Some(mut cells) = cells::read(text, layout.delimiter, b'"') else {
            rows.lose("quote-open", place, || "a text in quotes has no end; the row is left out".to_owned());
            continue;
        };
        let is_heading = layout.heading.as_ref().is_some_and(|names| {
            names.len() == cells.len() && names.iter().zip(&cells).all(|(name, cell)| name == cell.trim())
        });
        if is_heading || is_remark(text) {
            continue;
        }
        let was_first = std::mem::replace(&mut is_first, false);
        let last_cut = !record.terminated;
        // Some write a delimiter behind the last cell, too.
        while cells.len() > layout.width && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        let spare = cells.len().saturating_sub(layout.width);
        if cells.len() < layout.width {
            let (code, what) = if last_cut {
                ("last-line-cut", "the last line is cut off")
            } else {
                ("row-short", "the row is too short")
            };
            rows.lose(code, place, || {
                format!("{what}: {} cells of {}; it is left out", cells.len(), layout.width)
            });
        } else if spare > 0 && layout.heading.is_some() {
            match joined(&cells, spare, &|cells: &[Cow<'_, str>]| pick(cells, true, false)) {
                Some(row) => {
                    rows.diagnostics.note("row-joined", place, || {
                        format!("{spare} delimiters too many, as in a text without quotes; the declared columns are read all the same")
                    });
                    rows.take(record.line, row);
                }
                None => rows.lose("row-long", place, || {
                    format!("{} cells, expected {}; it is not clear which belong together, and the row is left out", cells.len(), layout.width)
                }),
            }
        } else {
            match pick(&cells, last_cut, last_cut) {
                Ok(row) => rows.take(record.line, row),
                // It is a heading that nobody needs.
                Err(_) if was_first && layout.heading.is_none() => {}
                Err(_) if last_cut => rows
                    .lose("last-line-cut", place, || "the last line is cut off; it is left out".to_owned()),
                Err((cell, fault)) => {
                    let place = Place { text: Some(cell.as_bytes()), ..place };
                    let column =
                        wanted.get(fault.cell).map_or_else(String::new, |key| format!(" in column {key}"));
                    rows.lose(fault.code, place, || {
                        format!("expected {}{column}; the row is left out", fault.expected)
                    });
                }
            }
        }
    }
    Ok(())
}

fn is_remark(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"#")
}

/// Where the columns are by the first line that is no remark; a heading may look like one.
fn beginning(lines: Lines<'_>, wanted: &[&Key], delimiter: Option<u8>) -> Result<Layout, Refused> {
    for line in lines.filter(|line| !line.is_blank()) {
        match layout(line.text, wanted, delimiter) {
            Err(_) if is_remark(line.text) => {}
            found => return found,
        }
    }
    Err(Refused::Unusable(unusable(Place::FILE, "a heading, or rows", Diagnostics::default())))
}

/// The row of which `spare` delimiters are part of a text, where every place of the text that can be read gives the same.
fn joined<T: PartialEq, E>(
    cells: &[Cow<'_, str>],
    spare: usize,
    pick: &impl Fn(&[Cow<'_, str>]) -> Result<Option<T>, E>,
) -> Option<Option<T>> {
    if spare > SPARE_CELLS || cells.len() > MOST_CELLS {
        return None;
    }
    let places = 0..cells.len().saturating_sub(spare);
    let mut rows = places.filter_map(|place| {
        let (before, rest) = cells.split_at_checked(place)?;
        let (text, after) = rest.split_at_checked(spare.saturating_add(1))?;
        let joined: Vec<Cow<'_, str>> =
            before.iter().cloned().chain([Cow::Owned(text.join(","))]).chain(after.iter().cloned()).collect();
        pick(&joined).ok()
    });
    let first = rows.next()?;
    rows.all(|row| row == first).then_some(first)
}

fn layout(first: &[u8], wanted: &[&Key], delimiter: Option<u8>) -> Result<Layout, Refused> {
    let by_number = wanted.iter().all(|key| matches!(key, Key::Number(_)));
    let first = first.trim_ascii_start().strip_prefix(b"#").unwrap_or(first);
    let with = |delimiter: u8| {
        let cells = cells::read(first, delimiter, b'"')?;
        let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let index = |key: &&&Key| match key {
            Key::Number(number) => number.checked_sub(1).filter(|index| *index < names.len()),
            Key::Name(name) => {
                let mut found = names.iter().enumerate().filter(|(_, known)| *known == name);
                found.next().map(|(index, _)| index).filter(|_| found.next().is_none())
            }
        };
        let missing = wanted.iter().find(|key| index(key).is_none()).map(|key| (*key).clone());
        let indices = wanted.iter().filter_map(|key| index(&key)).collect();
        let width = if by_number {
            wanted.iter().filter_map(|key| index(&key)).max().map_or(0, |last| last.saturating_add(1))
        } else {
            names.len()
        };
        let heading = (!by_number).then(|| names.clone());
        Some((missing, names, Layout { delimiter, indices, width, heading }))
    };
    let declared = delimiter.as_ref().map(std::slice::from_ref);
    let mut refused: Option<(Key, Vec<String>)> = None;
    for delimiter in declared.unwrap_or(&DELIMITERS) {
        match with(*delimiter) {
            Some((None, _, layout)) => return Ok(layout),
            // Of what does not fit, that which makes most cells tells most.
            Some((Some(missing), names, _))
                if refused.as_ref().is_none_or(|(_, known)| known.len() < names.len()) =>
            {
                refused = Some((missing, names));
            }
            Some(_) | None => {}
        }
    }
    Err(match refused {
        Some((wanted, known)) => Refused::Column(MissingColumn { wanted, known }),
        None => {
            Refused::Unusable(unusable(Place::line(1, first), "a heading, or a row", Diagnostics::default()))
        }
    })
}

/// Rows that may go on in the next lines.
#[derive(Clone)]
struct Records<'a> {
    lines: Lines<'a>,
}

struct Record<'a> {
    line: u64,
    text: Cow<'a, [u8]>,
    terminated: bool,
}

impl<'a> Records<'a> {
    fn next(&mut self) -> Option<Record<'a>> {
        let line = self.lines.find(|line| !line.is_blank())?;
        let Line { number, text, terminated } = line;
        let one = Record { line: number, text: Cow::Borrowed(text), terminated };
        if !is_open(text) {
            return Some(one);
        }
        let mut ahead = self.lines.clone();
        let mut whole = text.to_vec();
        for line in ahead.by_ref().take(TEXT_LINES) {
            whole.push(b'\n');
            whole.extend_from_slice(line.text);
            if is_open(&whole) {
                continue;
            }
            self.lines = ahead;
            return Some(Record { text: Cow::Owned(whole), terminated: line.terminated, ..one });
        }
        Some(one)
    }
}

/// Whether a text in quotes has no end.
fn is_open(text: &[u8]) -> bool {
    text.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// Each object is a row. A member of a member is named with both names: `response.status`.
fn objects<T: PartialEq>(
    bytes: &[u8],
    wanted: &[&Key],
    read: &impl Fn(&Cells<'_>) -> Result<Option<T>, Fault>,
    rows: &mut Rows<T>,
) -> Result<(), Refused> {
    let names: Vec<&str> = wanted
        .iter()
        .filter_map(|key| match key {
            Key::Name(name) => Some(name.as_str()),
            Key::Number(_) => None,
        })
        .collect();
    let mut known: Vec<String> = Vec::new();
    let mut seen = vec![false; names.len()];
    json::read(bytes, &[], |piece| match piece {
        Piece::Document(node, None) => {
            if known.is_empty() {
                known = members(&node);
            }
            let cells: Vec<_> = names.iter().map(|name| member(&node, name)).collect();
            for (seen, cell) in seen.iter_mut().zip(&cells) {
                *seen |= cell.is_some();
            }
            match read(&Cells { cells, decimal_comma: false, is_doubtful: false, is_cut: false }) {
                Ok(row) => rows.take(node.line, row),
                Err(fault) => {
                    let key = names.get(fault.cell).copied().unwrap_or_default();
                    rows.lose(fault.code, node.place(), || {
                        format!("expected {} in member `{key}`; the row is left out", fault.expected)
                    });
                }
            }
        }
        Piece::Document(node, Some(_)) => rows.lose("row-damaged", node.place(), || {
            "the object is cut off or damaged; it is left out".to_owned()
        }),
        Piece::Other(line) => rows.lose("row-damaged", Place::line(line.number, line.text), || {
            "expected an object; the line is left out".to_owned()
        }),
    });
    let by_number = wanted.iter().find(|key| matches!(key, Key::Number(_))).map(|key| (*key).clone());
    let unseen =
        names.iter().zip(seen).find(|(_, seen)| !seen).map(|(name, _)| Key::Name((*name).to_owned()));
    match by_number.or(unseen) {
        Some(wanted) => Err(Refused::Column(MissingColumn { wanted, known })),
        None => Ok(()),
    }
}

/// The names of the members of an object, as far as one is no object itself.
fn members(node: &Node<'_>) -> Vec<String> {
    let Value::Object(members) = &node.value else { return Vec::new() };
    let names = |(name, node): &(String, Node<'_>)| match &node.value {
        Value::Object(inner) => inner.iter().map(|(inner, _)| format!("{name}.{inner}")).collect(),
        Value::Array(_) | Value::Text(_) | Value::Word(_) => vec![name.clone()],
    };
    members.iter().flat_map(names).collect()
}

fn member<'a>(node: &Node<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = node.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        node.get(outer)?.get(inner)
    })?;
    match &found.value {
        Value::Text(text) => Some(Cow::Owned(text.clone())),
        Value::Word(word) => Some(Cow::Owned(String::from_utf8_lossy(word).into_owned())),
        Value::Array(_) | Value::Object(_) => None,
    }
}
