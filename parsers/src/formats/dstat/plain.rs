//! Rows in which nothing needs a thought, as nearly all do: as many plain numbers as there should be, each later than the
//! row before, no diagnostic about any of them.

use super::overflow::SPIKE;
use crate::digits::{Cursor, Stops};
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
    /// Row by row, a value for each cell.
    pub values: Vec<f64>,
    pub first_s: Option<f64>,
    pub last_s: Option<f64>,
    stops: Stops,
}

impl Batch {
    pub fn clear(&mut self) {
        self.values.clear();
        self.rows = 0;
        (self.first_s, self.last_s) = (None, None);
    }

    /// The values of one of so many cells.
    pub fn column(&self, cell: usize, cells: usize) -> impl Iterator<Item = f64> {
        self.values.get(cell..).unwrap_or_default().iter().step_by(cells).copied()
    }

    /// Reads rows; how many bytes and lines they are.
    pub fn read(&mut self, form: &Form, bytes: &[u8]) -> (usize, u64) {
        let mut stops = std::mem::take(&mut self.stops);
        let read = stops.each_line(bytes, |cursor| self.row(form, cursor));
        self.values.truncate(self.rows * form.cells.len());
        self.stops = stops;
        read
    }

    #[inline]
    fn row(&mut self, form: &Form, cursor: &mut Cursor<'_>) -> Option<()> {
        // What is left of a row that was not plain, or went on behind the block, is overwritten.
        let begin = self.rows * form.cells.len();
        self.values.resize(begin + form.cells.len(), 0.0);
        let row = self.values.get_mut(begin..)?;
        let mut stop = form.separator;
        for (cell, value) in form.cells.iter().zip(row.iter_mut()) {
            if stop != form.separator {
                return None;
            }
            let number = cursor.decimal()?;
            *value = number.value * cell.factor;
            if !(0.0..=cell.most).contains(value) || (number.decimals > 0 && !cell.decimals) {
                return None;
            }
            stop = number.stop;
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
        Some(())
    }
}
