//! Plain rows → the table: whether a run has such, and what becomes of many at a time.

use std::sync::Arc;

use super::plain::{Batch, Cell, Form, most};
use super::run::{Stamp, Target};
use super::table::{Table, Values};

impl Table {
    /// What plain rows of the run look like; none where all rows have to be looked at more closely.
    pub fn form(&mut self) -> Option<Arc<Form>> {
        if self.run.first_row || self.run.undecided || self.decimal_comma {
            return None;
        }
        if self.run.form.is_none() {
            self.run.form = Some(self.new_form().map(Arc::new));
        }
        self.run.form.clone().flatten()
    }

    fn new_form(&self) -> Option<Form> {
        let time = match self.run.stamp {
            Stamp::Epoch { cell } => Some(cell),
            Stamp::None => None,
            Stamp::Perhaps { .. } | Stamp::Local { .. } => return None,
        };
        let cell = |target: &Target| {
            let buffer = self.buffers.get(target.buffer)?;
            let of_numbers = matches!(buffer.values, Values::Floats(_));
            let factor = target.factor.filter(|_| of_numbers)?;
            Some(Cell { factor, most: most(buffer.spec.unit), decimals: buffer.decimals })
        };
        let cells: Option<Vec<Cell>> = self.run.layout.iter().map(cell).collect();
        let cells = cells.filter(|cells| !cells.is_empty())?;
        // Times are compared as they stand in the column.
        if time.and_then(|time| cells.get(time)).is_some_and(|cell| cell.factor != 1.0) {
            return None;
        }
        Some(Form { separator: self.row.separator(), time, cells })
    }

    /// Takes plain rows of lines from this one on, in which nothing needs a thought, if they go on from the row before. Whether
    /// they do.
    pub fn take(&mut self, form: &Arc<Form>, batch: &Batch, line: u64) -> bool {
        let same = self.form().is_some_and(|current| Arc::ptr_eq(&current, form));
        let rows = batch.rows;
        let room = self.rows.saturating_add(rows).saturating_mul(self.buffers.len()) <= self.most_cells;
        let follows = batch.first_s.zip(self.run.last_s).is_none_or(|(first, last)| last <= first);
        if !same || !room || !follows {
            return false;
        }
        self.run.last_s = batch.last_s.or(self.run.last_s);
        for (cell, target) in self.run.layout.iter().enumerate() {
            if let Some(Values::Floats(values)) =
                self.buffers.get_mut(target.buffer).map(|buffer| &mut buffer.values)
            {
                values.extend(batch.column(cell, form.cells.len()));
            }
        }
        for sum in &self.run.sums {
            if let Some(Values::Floats(values)) =
                self.buffers.get_mut(sum.buffer).map(|buffer| &mut buffer.values)
            {
                let row = |row: &[f64]| sum.cells.iter().filter_map(|cell| row.get(*cell)).sum::<f64>();
                values.extend(batch.each_row(form.cells.len()).map(row));
            }
        }
        for index in &self.run.absent {
            if let Some(buffer) = self.buffers.get_mut(*index) {
                buffer.push_nulls(rows);
            }
        }
        match self.run.stamp {
            Stamp::Epoch { .. } => self.times.stamped += rows,
            Stamp::None | Stamp::Perhaps { .. } | Stamp::Local { .. } => self.times.none += rows,
        }
        self.segment.append_same(self.segments.saturating_sub(1), rows);
        self.lines.push(line, rows);
        self.rows += rows;
        true
    }
}
