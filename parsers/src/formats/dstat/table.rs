//! The rows of numbers, over all runs in a file.
//!
//! Runs may have different columns, so the table has the union of them, in the order in which they first
//! occur; a column that a run does not have is null in its rows.

use std::collections::HashMap;

use polars::prelude::{Float64Type, IntoSeries, PlSmallStr, Series, StringChunkedBuilder, UInt32Type};

use super::columns::{Kind, Spec};
use super::header::Dialect;
use super::row::Row;
use super::run::{Epoch, Run, Stamp};
use super::value::{Reading, number, value};
use super::writer::Writer;
use crate::column::Values as Numbers;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::Line;
use crate::row_lines::LinesOfRows;

/// Bytes of a row, to guess how many there are.
const BYTES_A_ROW: usize = 80;
/// A row has at least two bytes for each cell; several runs that have no column in common need more cells, a header that
/// changes all the time very many.
const CELLS_A_BYTE: usize = 4;
const LEAST_CELLS: usize = 1_000_000;
/// Columns from which on none gets room before it has values.
const MANY_COLUMNS: usize = 256;

/// A column and its values so far.
pub(super) struct Buffer {
    pub spec: Spec,
    pub values: Values,
    /// Whether a cell of it had a decimal point: then all have.
    pub decimals: bool,
}

pub(super) enum Values {
    Floats(Numbers<Float64Type>),
    Texts(StringChunkedBuilder),
}

impl Buffer {
    /// The first `most` values are kept, unless they are times.
    fn new(spec: Spec, rows: usize, capacity: usize, most: usize) -> Self {
        let name = PlSmallStr::from_str(&spec.name);
        if !matches!(spec.kind, Kind::Text | Kind::Time) {
            let most = if spec.unit == Unit::EpochSeconds { usize::MAX } else { most };
            let mut values = Numbers::new(name, capacity.min(most)).at_most(most);
            values.append_nulls(rows);
            let values = Values::Floats(values);
            return Self { spec, values, decimals: false };
        }
        let values = Values::Texts(StringChunkedBuilder::new(name, capacity));
        let mut buffer = Self { spec, values, decimals: false };
        (0..rows).for_each(|_| buffer.push(None));
        buffer
    }

    fn push(&mut self, value: Option<f64>) {
        match (&mut self.values, value) {
            (Values::Floats(values), Some(value)) => values.append_value(value),
            (Values::Floats(values), None) => values.append_null(),
            (Values::Texts(values), _) => values.append_null(),
        }
    }

    pub fn push_nulls(&mut self, rows: usize) {
        match &mut self.values {
            Values::Floats(values) => values.append_nulls(rows),
            Values::Texts(values) => (0..rows).for_each(|_| values.append_null()),
        }
    }

    fn finish(self) -> Series {
        match self.values {
            Values::Floats(values) => values.finish().into_series(),
            Values::Texts(values) => values.finish().into_series(),
        }
    }
}

/// How many rows have which kind of time.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Written by the program.
    pub stamped: usize,
    /// Computed from local time.
    computed: usize,
    /// Local time in a zone without one offset.
    local: usize,
    pub none: usize,
}

/// The rows of a file.
pub(super) struct Table {
    pub run: Run,
    pub buffers: Vec<Buffer>,
    /// The place of each column by its name.
    places: HashMap<String, usize>,
    /// Rows times columns never become more than this; see [`Table::is_full`].
    pub most_cells: usize,
    pub segments: u32,
    pub segment: Numbers<UInt32Type>,
    pub rows: usize,
    pub lines: LinesOfRows,
    capacity: usize,
    /// Values that are kept of columns that are no times.
    most: usize,
    pub row: Row,
    pub decimal_comma: bool,
    /// The values of the row in hand, for sums.
    values: Vec<Option<f64>>,
    pub times: Times,
    /// Cells above 100 %, and the line of the first.
    above_100: (u64, Option<u64>),
}

impl Table {
    /// The table of a file of so many bytes; `most` values are kept of columns that are no times.
    pub fn new(bytes: usize, dialect: Dialect, most: usize) -> Self {
        let capacity = bytes / BYTES_A_ROW;
        Self {
            run: Run::headless(),
            buffers: Vec::new(),
            places: HashMap::new(),
            most_cells: bytes.saturating_mul(CELLS_A_BYTE).max(LEAST_CELLS),
            segments: 0,
            segment: Numbers::new("segment", capacity),
            rows: 0,
            lines: LinesOfRows::default(),
            capacity,
            most,
            row: Row::new(dialect.separator),
            decimal_comma: dialect != Dialect::COMMA,
            values: Vec::new(),
            times: Times::default(),
            above_100: (0, None),
        }
    }

    pub fn has_header(&self) -> bool {
        !self.run.layout.is_empty()
    }

    /// The column of that name, a new one if need be. The run in hand has it from now on.
    pub fn column(&mut self, spec: Spec) -> usize {
        if let Some(index) = self.place(&spec.name) {
            self.run.absent.retain(|absent| *absent != index);
            return index;
        }
        let index = self.buffers.len();
        self.places.insert(spec.name.clone(), index);
        // Room for the whole file at once, unless a column is one of very many.
        let capacity = if index < MANY_COLUMNS { self.capacity } else { self.rows };
        self.buffers.push(Buffer::new(spec, self.rows, capacity, self.most));
        index
    }

    /// Where the column of a name is, if there is one.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Whether the file holds far fewer values than its columns have rows: a header that changes all the time, or columns
    /// without end over short rows. A log of several runs with different columns has less than one cell a byte.
    pub fn is_full(&self, more_columns: usize) -> bool {
        let columns = self.buffers.len().saturating_add(more_columns);
        self.rows.saturating_add(1).saturating_mul(columns) > self.most_cells
    }

    /// Takes a row of the current run. Whether it could be used.
    pub fn row(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) -> bool {
        if self.is_full(0) {
            diagnostics.error("too-many-columns", Place::line(line.number, line.text), || {
                format!(
                    "the headers before this row name {} columns, far more than there are values: the row is left out",
                    self.buffers.len()
                )
            });
            return false;
        }
        let first = std::mem::replace(&mut self.run.first_row, false);
        let expected = self.run.layout.len();
        self.row.split(line.text, expected);
        if self.row.len() != expected && !self.fit(line, diagnostics) {
            self.wrong_width(line, diagnostics);
            return false;
        }
        if std::mem::replace(&mut self.run.undecided, false) {
            self.decide_kinds(line.text);
            self.settle_time(line, diagnostics);
        }
        let Some(time_s) = self.time(line, diagnostics) else { return false };
        let cut = !line.terminated && self.last_cell_cut(line.text);
        if cut && self.last_cell_has_decimals() {
            diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                "the last line has no end and its last number lacks digits: the row is left out".to_owned()
            });
            return false;
        }
        self.cells(line, first, cut, diagnostics);
        self.end_row(time_s);
        self.lines.push(line.number, 1);
        true
    }

    /// What a row has besides its cells.
    fn end_row(&mut self, time_s: Option<f64>) {
        self.computed(time_s);
        for index in &self.run.absent {
            if let Some(buffer) = self.buffers.get_mut(*index) {
                buffer.push(None);
            }
        }
        self.segment.append_value(self.segments.saturating_sub(1));
        self.rows += 1;
    }

    /// Tries to make cells of a row that has too few or too many.
    fn fit(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) -> bool {
        let (found, expected) = (self.row.len(), self.run.layout.len());
        let place = Place::line(line.number, line.text);
        if found < expected {
            let pcp = self.run.writer == Writer::Pcp && line.terminated;
            let spread = pcp && self.row.spread(&self.run.widths);
            if pcp && !spread && self.row.pad(expected) {
                diagnostics.note("row-without-values", place, || {
                    "pcp-dstat had no values yet and wrote nothing but the time: they are null".to_owned()
                });
                return true;
            }
            if spread {
                diagnostics.note("group-without-values", place, || {
                    "pcp-dstat had no values yet for some groups and wrote one empty cell for each: null"
                        .to_owned()
                });
            }
            return spread;
        }
        let mut texts = (0..expected).filter(|cell| self.kind_of(*cell) == Some(Kind::Text));
        let (Some(text), None) = (texts.next(), texts.next()) else { return false };
        self.row.join(text, expected);
        let numbers = (0..expected).all(|cell| {
            let words = matches!(self.kind_of(cell), Some(Kind::Text | Kind::Time));
            let (_, text) = self.row.cell(line.text, cell);
            words || number(text, self.decimal_comma).is_some()
        });
        if numbers {
            diagnostics.note("comma-in-text", place, || {
                "the text of this row holds commas; as all other cells are numbers, it is known where it ends"
                    .to_owned()
            });
        } else {
            self.row.split(line.text, expected);
        }
        numbers
    }

    fn buffer(&self, cell: usize) -> Option<&Buffer> {
        self.run.layout.get(cell).and_then(|target| self.buffers.get(target.buffer))
    }

    fn kind_of(&self, cell: usize) -> Option<Kind> {
        self.buffer(cell).map(|buffer| buffer.spec.kind)
    }

    fn wrong_width(&self, line: Line<'_>, diagnostics: &mut Diagnostics) {
        let (found, expected) = (self.row.len(), self.run.layout.len());
        let place = Place::line(line.number, line.text);
        if !line.terminated && found < expected {
            diagnostics.warning("last-line-cut", place, || {
                format!(
                    "the last line has {found} of {expected} cells and no end: its writer was stopped in the \
                     middle of it; the row is left out"
                )
            });
        } else {
            diagnostics.warning("row-width", place, || {
                format!("expected {expected} cells, found {found}; the row is left out")
            });
        }
    }

    /// Columns of groups that are not known are words if their first cell is no number.
    fn decide_kinds(&mut self, text: &[u8]) {
        for (index, target) in self.run.layout.iter().enumerate() {
            let (_, cell) = self.row.cell(text, index);
            let unreadable = !cell.is_empty() && number(cell, self.decimal_comma).is_none();
            let Some(buffer) = self.buffers.get_mut(target.buffer) else { continue };
            if buffer.spec.kind != Kind::Unknown {
                continue;
            }
            buffer.spec.kind = if unreadable { Kind::Text } else { Kind::Level };
            if unreadable {
                buffer.spec.unit = Unit::Text;
                *buffer = Buffer::new(buffer.spec.clone(), self.rows, self.capacity, self.most);
            }
        }
    }

    /// Whether the last number of a line without an end may lack digits. Three decimals are written, or one
    /// that is 0, or none at all if the number is an integer (0.7.3 and later).
    fn last_cell_cut(&self, text: &[u8]) -> bool {
        let last = self.run.layout.len().saturating_sub(1);
        if self.run.is_time(last) && self.kind_of(last) == Some(Kind::Time) {
            return false;
        }
        let (_, cell) = self.row.cell(text, last);
        match crate::text::split_once(cell, self.mark()) {
            Some((_, decimals)) => decimals != b"0" && decimals.len() < 3,
            None => cell != b"0" || self.last_cell_has_decimals(),
        }
    }

    fn last_cell_has_decimals(&self) -> bool {
        self.buffer(self.run.layout.len().saturating_sub(1)).is_some_and(|buffer| buffer.decimals)
    }

    fn mark(&self) -> u8 {
        if self.decimal_comma { b',' } else { b'.' }
    }

    fn cells(&mut self, line: Line<'_>, first: bool, cut: bool, diagnostics: &mut Diagnostics) {
        let mut since_boot = 0_u64;
        let mark = self.mark();
        let last = self.run.layout.len().saturating_sub(1);
        self.values.clear();
        for (position, target) in self.run.layout.iter().enumerate() {
            let (start, text) = self.row.cell(line.text, position);
            let Some(buffer) = self.buffers.get_mut(target.buffer) else { continue };
            let place = Place::cell(line.number, start, text);
            let lost_end = cut && position == last;
            if lost_end {
                diagnostics.warning("last-line-cut", place, || {
                    "the last line has no end and its last cell may lack a part; it is null".to_owned()
                });
            }
            if let Values::Texts(values) = &mut buffer.values {
                if lost_end {
                    values.append_null();
                } else {
                    values.append_value(String::from_utf8_lossy(text));
                }
                self.values.push(None);
                continue;
            }
            let rate = matches!(buffer.spec.kind, Kind::Rate | Kind::Network);
            let value = match target.factor {
                _ if lost_end => None,
                // pcp-dstat leaves empty what it has no value for.
                _ if text.is_empty() && self.run.writer == Writer::Pcp => None,
                _ if first && rate => {
                    since_boot += 1;
                    None
                }
                None => None,
                Some(factor) => {
                    let (delay_s, decimal_comma) = (self.run.delay_s, self.decimal_comma);
                    value(&buffer.spec, place, text, Reading { factor, delay_s, decimal_comma }, diagnostics)
                }
            };
            if buffer.spec.unit == Unit::Percent && value.is_some_and(|value| value > 100.0) {
                self.above_100.0 += 1;
                self.above_100.1.get_or_insert(line.number);
            }
            if !buffer.decimals && text.contains(&mark) {
                buffer.decimals = true;
                // Plain rows may have decimals there from now on.
                self.run.form = None;
            }
            buffer.push(value);
            self.values.push(value);
        }
        if since_boot > 0 {
            let covers = match self.run.writer {
                Writer::Dstat | Writer::Dool => "is the average since the machine was booted",
                Writer::Pcp => "covers no whole interval",
            };
            diagnostics.note("since-boot", Place::line(line.number, line.text), || {
                format!(
                    "the first row of a run {covers}: {since_boot} rates (CPU, network and the like) of it are null"
                )
            });
        }
    }

    /// Columns that are computed from the cells of the row.
    fn computed(&mut self, time_s: Option<f64>) {
        for sum in &self.run.sums {
            let values = sum.cells.iter().map(|cell| self.values.get(*cell).copied().flatten());
            let value: Option<f64> = values.sum();
            if let Some(buffer) = self.buffers.get_mut(sum.buffer) {
                buffer.push(value);
            }
        }
        match &self.run.stamp {
            Stamp::Local { local, epoch, .. } => {
                if let Some(buffer) = self.buffers.get_mut(*local) {
                    buffer.push(time_s);
                }
                match epoch {
                    Some(Epoch { column, offset_s }) => {
                        self.times.computed += 1;
                        if let Some(buffer) = self.buffers.get_mut(*column) {
                            buffer.push(time_s.map(|local_s| local_s - f64::from(*offset_s)));
                        }
                    }
                    None => self.times.local += 1,
                }
            }
            Stamp::Epoch { .. } => self.times.stamped += 1,
            Stamp::None | Stamp::Perhaps { .. } => self.times.none += 1,
        }
    }

    /// The kind of clock: the coarsest that any run has.
    pub fn clock(&self) -> Clock {
        match self.times {
            Times { computed: 0, stamped: 0, .. } => Clock::None,
            Times { computed: 0, .. } => Clock::Epoch,
            Times { .. } => Clock::EpochSecondsAtArrival,
        }
    }

    /// Rows that have no time of any kind, and whether these are all rows.
    pub fn timeless(&self) -> (usize, bool) {
        (self.times.none, self.times.none == self.rows)
    }

    pub fn row_cells(&self) -> &Row {
        &self.row
    }

    pub fn decimal_comma(&self) -> bool {
        self.decimal_comma
    }

    pub fn finish(self, diagnostics: &mut Diagnostics) -> FrameBuilder {
        let (count, line) = self.above_100;
        if count > 0 {
            diagnostics.note("above-100", Place { line, ..Place::FILE }, || {
                format!("{count} shares of the CPU are above 100 %, because clock ticks are rounded; kept as they are")
            });
        }
        let mut columns = FrameBuilder::default();
        columns.push(Unit::Count, self.segment.finish().into_series());
        for buffer in self.buffers {
            let most = if buffer.spec.unit == Unit::EpochSeconds { usize::MAX } else { self.most };
            columns.push_first(buffer.spec.unit, buffer.finish(), most);
        }
        columns.set_places(self.lines);
        columns
    }
}
