//! Rows in which nothing needs a thought, as nearly all do: as many plain numbers as there should be, each later than the
//! row before, no diagnostic about any of them.

use super::overflow::SPIKE;
use crate::digits::decimal;
use crate::frame::Unit;

/// What the plain rows of a run look like.
#[derive(Debug)]
pub(super) struct Form {
    pub separator: u8,
    /// The cell with seconds since 1970, if there is one.
    pub time: Option<usize>,
    pub cells: Vec<Cell>,
}

/// What plain cells of a column are.
#[derive(Debug)]
pub(super) struct Cell {
    /// What the number is multiplied by.
    pub factor: f64,
    /// Values above that are not plain.
    pub most: f64,
    /// Whether the number may have decimals.
    pub decimals: bool,
}

/// The largest plain value.
pub(super) fn most(unit: Unit) -> f64 {
    if unit == Unit::Percent { 100.0 } else { SPIKE.next_down() }
}

/// Plain rows.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub rows: usize,
    /// Row by row, a value for each cell; behind the last row anything.
    values: Vec<f64>,
    pub first_s: Option<f64>,
    pub last_s: Option<f64>,
}

impl Batch {
    pub fn clear(&mut self) {
        self.rows = 0;
        (self.first_s, self.last_s) = (None, None);
    }

    /// The values of each row, of so many cells.
    pub fn each_row(&self, cells: usize) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(cells.max(1)).take(self.rows)
    }

    /// The values of one of so many cells.
    pub fn column(&self, cell: usize, cells: usize) -> impl Iterator<Item = f64> {
        let value = move |row: usize| self.values.get(row * cells + cell).copied().unwrap_or_default();
        (0..self.rows).map(value)
    }

    /// Reads rows; how many bytes and lines they are.
    pub fn read(&mut self, form: &Form, bytes: &[u8]) -> (usize, u64) {
        let (mut used, mut lines) = (0_usize, 0);
        while let Some(length) = bytes.get(used..).and_then(|rest| self.row(form, rest)) {
            used += length;
            lines += 1;
        }
        (used, lines)
    }

    /// Reads the row at the beginning of the bytes; how many bytes it has.
    #[inline]
    fn row(&mut self, form: &Form, bytes: &[u8]) -> Option<usize> {
        let begin = self.rows * form.cells.len();
        let end = begin + form.cells.len();
        if self.values.len() < end {
            self.values.resize(end.saturating_mul(2), 0.0);
        }
        // What is left of a row that was not plain is overwritten.
        let row = self.values.get_mut(begin..end)?;
        let mut rest = bytes;
        let mut stop = form.separator;
        for (cell, value) in form.cells.iter().zip(row.iter_mut()) {
            if stop != form.separator {
                return None;
            }
            let number = decimal(rest)?;
            *value = number.value * cell.factor;
            // No value is below 0.
            if *value > cell.most || (number.decimals > 0 && !cell.decimals) {
                return None;
            }
            (stop, rest) = rest.get(number.length..)?.split_first().map(|(stop, rest)| (*stop, rest))?;
        }
        if stop != b'\n' {
            return None;
        }
        if let Some(time) = form.time {
            let seconds = *row.get(time)?;
            if seconds <= 0.0 || self.last_s.is_some_and(|last| seconds < last) {
                return None;
            }
            self.first_s = self.first_s.or(Some(seconds));
            self.last_s = Some(seconds);
        }
        self.rows += 1;
        Some(bytes.len() - rest.len())
    }
}
