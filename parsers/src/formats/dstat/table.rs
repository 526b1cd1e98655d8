//! The rows of numbers, over all runs in a file.
//!
//! Runs may have different columns, so the table has the union of them, in the order in which they first
//! occur; a column that a run does not have is null in its rows.

use memchr::memchr_iter;
use polars::prelude::{
    ChunkedBuilder, Float64Type, IntoSeries, PlSmallStr, PrimitiveChunkedBuilder, Series,
    StringChunkedBuilder, UInt32Type,
};

use super::columns::{Kind, Spec, spec};
use super::overflow::{Repair, repair};
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{FrameBuilder, Unit};
use crate::lines::Line;
use crate::text::float;

/// A column and its values so far.
struct Buffer {
    spec: Spec,
    values: Values,
    /// Whether a cell of it had a decimal point: then all have.
    decimals: bool,
}

enum Values {
    Floats(PrimitiveChunkedBuilder<Float64Type>),
    Texts(StringChunkedBuilder),
}

impl Buffer {
    fn null(&mut self) {
        match &mut self.values {
            Values::Floats(values) => values.append_null(),
            Values::Texts(values) => values.append_null(),
        }
    }

    fn finish(self) -> Series {
        match self.values {
            Values::Floats(values) => values.finish().into_series(),
            Values::Texts(values) => values.finish().into_series(),
        }
    }
}

/// The rows of a file.
pub(super) struct Table {
    /// Nominal seconds between two rows of the current run.
    pub delay_s: u32,
    buffers: Vec<Buffer>,
    segment: PrimitiveChunkedBuilder<UInt32Type>,
    rows: usize,
    capacity: usize,
    segments: u32,
    /// For each cell of a row of the current run, its buffer.
    layout: Vec<usize>,
    /// Buffers that the current run has no cell for.
    absent: Vec<usize>,
    /// Where the cells of the row in hand begin and end.
    bounds: Vec<(usize, usize)>,
    /// The run has had no row yet.
    first_row: bool,
    /// The run has had no usable row yet, so the kind of some columns may be open.
    undecided: bool,
    /// Time of the last row of the run.
    last_epoch: Option<f64>,
    /// Cells above 100 %, and the line of the first.
    above_100: (u64, Option<u64>),
}

impl Table {
    pub fn new(capacity: usize) -> Self {
        Self {
            delay_s: 1,
            buffers: Vec::new(),
            segment: PrimitiveChunkedBuilder::new("segment".into(), capacity),
            rows: 0,
            capacity,
            segments: 0,
            layout: Vec::new(),
            absent: Vec::new(),
            bounds: Vec::new(),
            first_row: false,
            undecided: false,
            last_epoch: None,
            above_100: (0, None),
        }
    }

    pub fn segments(&self) -> u32 {
        self.segments
    }

    pub fn has_header(&self) -> bool {
        !self.layout.is_empty()
    }

    pub fn has_epoch(&self) -> bool {
        self.buffers.iter().any(|buffer| buffer.spec.kind == Kind::Epoch)
    }

    /// Rows that follow have no columns until the next header.
    pub fn end_segment(&mut self) {
        self.layout.clear();
    }

    /// A run begins below these two rows.
    pub fn begin_segment(
        &mut self,
        groups: &[String],
        subtitles: &[String],
        line: Line<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        if self.first_row {
            diagnostics.note("run-without-rows", Place::line(line.number, b""), || {
                format!("run {} before this one has a header but no rows", i64::from(self.segments) - 1)
            });
        }
        self.layout.clear();
        let mut used = vec![false; self.buffers.len()];
        let mut group = "";
        for (index, subtitle) in subtitles.iter().enumerate() {
            group = groups.get(index).map(String::as_str).filter(|name| !name.is_empty()).unwrap_or(group);
            let buffer = self.buffer(spec(group, subtitle), &mut used);
            self.layout.push(buffer);
        }
        self.absent = used.iter().enumerate().filter(|(_, used)| !**used).map(|(index, _)| index).collect();
        self.segments = self.segments.saturating_add(1);
        self.first_row = true;
        self.undecided = true;
        self.last_epoch = None;
    }

    /// The buffer for a column, a new one if need be. A name that the run has used already gets a number.
    fn buffer(&mut self, mut spec: Spec, used: &mut Vec<bool>) -> usize {
        let plain = spec.name.clone();
        for number in 2.. {
            match self.buffers.iter().position(|buffer| buffer.spec.name == spec.name) {
                Some(index) if used.get(index) == Some(&true) => spec.name = format!("{plain}#{number}"),
                Some(index) => {
                    if let Some(used) = used.get_mut(index) {
                        *used = true;
                    }
                    return index;
                }
                None => break,
            }
        }
        if spec.name == "segment" {
            spec.name.push_str("#2");
        }
        let name = PlSmallStr::from_str(&spec.name);
        let values = if spec.kind == Kind::Text {
            Values::Texts(StringChunkedBuilder::new(name, self.capacity))
        } else {
            Values::Floats(PrimitiveChunkedBuilder::new(name, self.capacity))
        };
        let mut buffer = Buffer { spec, values, decimals: false };
        for _ in 0..self.rows {
            buffer.null();
        }
        self.buffers.push(buffer);
        used.push(true);
        self.buffers.len() - 1
    }

    /// Takes a row of the current run. Whether it could be used.
    pub fn row(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) -> bool {
        let first = std::mem::replace(&mut self.first_row, false);
        self.split(line.text);
        let place = Place::line(line.number, line.text);
        let (found, expected) = (self.bounds.len(), self.layout.len());
        if found != expected {
            self.wrong_width(line, diagnostics);
            return false;
        }
        if std::mem::replace(&mut self.undecided, false) {
            self.decide_kinds(line.text);
        }
        if !self.time(line, diagnostics) {
            return false;
        }
        let cut = !line.terminated && self.last_cell_cut(line.text);
        if cut && self.last_cell_has_decimals() {
            diagnostics.warning("last-line-cut", place, || {
                "the last line has no end and its last number lacks digits: the row is left out".to_owned()
            });
            return false;
        }
        self.cells(line, first, cut, diagnostics);
        for index in &self.absent {
            if let Some(buffer) = self.buffers.get_mut(*index) {
                buffer.null();
            }
        }
        self.segment.append_value(self.segments.saturating_sub(1));
        self.rows += 1;
        true
    }

    fn split(&mut self, text: &[u8]) {
        self.bounds.clear();
        let mut start = 0;
        for end in memchr_iter(b',', text).chain([text.len()]) {
            self.bounds.push((start, end));
            start = end.saturating_add(1);
        }
        // A spreadsheet makes all rows as wide as the widest.
        while self.bounds.len() > self.layout.len()
            && self.bounds.last().is_some_and(|(start, end)| start == end)
        {
            self.bounds.pop();
        }
    }

    fn wrong_width(&self, line: Line<'_>, diagnostics: &mut Diagnostics) {
        let (found, expected) = (self.bounds.len(), self.layout.len());
        let place = Place::line(line.number, line.text);
        if !line.terminated && found < expected {
            diagnostics.warning("last-line-cut", place, || {
                format!(
                    "the last line has {found} of {expected} cells and no end: dstat was stopped in the middle \
                     of it; the row is left out"
                )
            });
        } else {
            diagnostics.warning("row-width", place, || {
                format!("expected {expected} cells, found {found}; the row is left out")
            });
        }
    }

    fn cell<'a>(&self, text: &'a [u8], index: usize) -> (usize, &'a [u8]) {
        let (start, end) = self.bounds.get(index).copied().unwrap_or_default();
        let cell = text.get(start..end).unwrap_or_default();
        let blank = cell.len().saturating_sub(cell.trim_ascii_start().len());
        (start.saturating_add(blank), cell.trim_ascii())
    }

    /// Columns of groups that are not in the table are words if their first cell is no number.
    fn decide_kinds(&mut self, text: &[u8]) {
        for (index, buffer) in self.layout.iter().enumerate() {
            let (_, cell) = self.cell(text, index);
            let unreadable = !cell.is_empty() && float(cell).is_none();
            let rows = self.rows;
            let capacity = self.capacity;
            let Some(buffer) = self.buffers.get_mut(*buffer) else { continue };
            if buffer.spec.kind != Kind::Unknown {
                continue;
            }
            buffer.spec.kind = if unreadable { Kind::Text } else { Kind::Level };
            if unreadable {
                buffer.spec.unit = Unit::Text;
                let mut texts = StringChunkedBuilder::new(PlSmallStr::from_str(&buffer.spec.name), capacity);
                (0..rows).for_each(|_| texts.append_null());
                buffer.values = Values::Texts(texts);
            }
        }
    }

    /// Checks the time stamp of a row, without which the row has no place.
    fn time(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) -> bool {
        let is_epoch =
            |index: &usize| self.buffers.get(*index).is_some_and(|buffer| buffer.spec.kind == Kind::Epoch);
        let Some(index) = self.layout.iter().position(is_epoch) else { return true };
        let (position, cell) = self.cell(line.text, index);
        let place = Place::cell(line.number, position, cell);
        let Some(epoch) = float(cell).filter(|epoch| *epoch > 0.0) else {
            diagnostics.warning("time-unreadable", place, || {
                "expected seconds since 1970; a row without a time has no place, it is left out".to_owned()
            });
            return false;
        };
        if let Some(last) = self.last_epoch.filter(|last| epoch < *last) {
            diagnostics.warning("time-went-back", place, || {
                format!("the time is {:.3} s before that of the row before; the row is kept", last - epoch)
            });
        }
        self.last_epoch = Some(epoch);
        true
    }

    /// Whether the last number of a line without an end may lack digits. dstat prints three decimals, or one
    /// that is 0, or none at all if the number is an integer (0.7.3 and later).
    fn last_cell_cut(&self, text: &[u8]) -> bool {
        let (_, cell) = self.cell(text, self.layout.len().saturating_sub(1));
        match crate::text::split_once(cell, b'.') {
            Some((_, decimals)) => decimals != b"0" && decimals.len() < 3,
            None => cell != b"0" || self.last_cell_has_decimals(),
        }
    }

    fn last_cell_has_decimals(&self) -> bool {
        let last = self.layout.last().and_then(|index| self.buffers.get(*index));
        last.is_some_and(|buffer| buffer.decimals)
    }

    fn cells(&mut self, line: Line<'_>, first: bool, cut: bool, diagnostics: &mut Diagnostics) {
        let mut since_boot = 0_u64;
        let last = self.layout.len().saturating_sub(1);
        for position in 0..self.layout.len() {
            let (start, text) = self.cell(line.text, position);
            let delay_s = self.delay_s;
            let above_100 = &mut self.above_100;
            let Some(buffer) = self.layout.get(position).and_then(|index| self.buffers.get_mut(*index))
            else {
                continue;
            };
            let place = Place::cell(line.number, start, text);
            let values = match &mut buffer.values {
                Values::Texts(values) => {
                    values.append_value(String::from_utf8_lossy(text));
                    continue;
                }
                Values::Floats(values) => values,
            };
            let rate = matches!(buffer.spec.kind, Kind::Rate | Kind::Network);
            let value = if cut && position == last {
                diagnostics.warning("last-line-cut", place, || {
                    "the last line has no end and its last number may lack digits; it is null".to_owned()
                });
                None
            } else if first && rate {
                since_boot += 1;
                None
            } else {
                value(&buffer.spec, place, text, delay_s, diagnostics)
            };
            if buffer.spec.unit == Unit::Percent && value.is_some_and(|value| value > 100.0) {
                above_100.0 += 1;
                above_100.1.get_or_insert(line.number);
            }
            buffer.decimals |= text.contains(&b'.');
            match value {
                Some(value) => values.append_value(value),
                None => values.append_null(),
            }
        }
        if since_boot > 0 {
            diagnostics.note("since-boot", Place::line(line.number, line.text), || {
                format!(
                    "the first row of a run is the average since the machine was booted: {since_boot} rates \
                     (CPU, network and the like) of it are null"
                )
            });
        }
    }

    pub fn finish(self, diagnostics: &mut Diagnostics) -> FrameBuilder {
        let (count, line) = self.above_100;
        if count > 0 {
            diagnostics.note("above-100", Place { line, ..Place::FILE }, || {
                format!("{count} shares of the CPU are above 100 %, because dstat rounds clock ticks; kept as they are")
            });
        }
        let mut columns = FrameBuilder::default();
        columns.push(Unit::Count, self.segment.finish().into_series());
        for buffer in self.buffers {
            columns.push(buffer.spec.unit, buffer.finish());
        }
        columns
    }
}

/// The value of a cell, repaired if it can be.
fn value(
    spec: &Spec,
    place: Place<'_>,
    text: &[u8],
    delay_s: u32,
    diagnostics: &mut Diagnostics,
) -> Option<f64> {
    let name = &spec.name;
    let infinite = matches!(text, b"inf" | b"-inf" | b"nan");
    let Some(number) = float(text).or(if infinite { Some(f64::INFINITY) } else { None }) else {
        diagnostics
            .warning("cell-unreadable", place, || format!("expected a number in {name}; the value is null"));
        return None;
    };
    if spec.kind == Kind::Network {
        return match repair(number, delay_s) {
            Repair::Plausible(value) => Some(value),
            Repair::Undone { value, added } => {
                diagnostics.warning("overflow-undone", place, || {
                    format!("{name}: a 32-bit counter overflowed; {added} was added, which gives {value}")
                });
                Some(value)
            }
            Repair::Lost(why) => {
                diagnostics.warning("overflow-lost", place, || format!("{name}: {why}; the value is null"));
                None
            }
        };
    }
    let impossible = number.is_infinite()
        || match spec.unit {
            Unit::Percent | Unit::Bytes => number < 0.0,
            Unit::BytesPerSecond => !(0.0..1e17).contains(&number),
            _ => false,
        };
    if impossible {
        diagnostics
            .warning("value-impossible", place, || format!("{name} cannot have this value; it is null"));
        return None;
    }
    Some(number)
}
