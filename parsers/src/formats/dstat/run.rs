//! One run of the program: which cell of a row belongs to which column.
//!
//! Besides the columns of the log a run may have two kinds of its own: the sum over interfaces where
//! the log has no `net/total`, and the times computed from local times where it has no epoch.

use std::sync::Arc;

use super::plain::Form;
use super::writer::Writer;
use crate::time::yearless::Calendar;

/// Where a cell goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// Its column.
    pub buffer: usize,
    /// What its value is multiplied by; none if the unit is not known.
    pub factor: Option<f64>,
}

/// A column that is the sum of cells.
#[derive(Debug)]
pub(super) struct Sum {
    pub buffer: usize,
    pub cells: Vec<usize>,
}

/// How rows get their time.
#[derive(Debug, Default)]
pub(super) enum Stamp {
    /// There is none.
    #[default]
    None,
    /// The cell has seconds since 1970.
    Epoch { cell: usize },
    /// The cell has a local time, if the first row agrees.
    Perhaps { cell: usize, calendar: Option<Calendar> },
    /// The cell has a local time; what is computed from it goes to the columns.
    Local { cell: usize, calendar: Calendar, local: usize, epoch: Option<Epoch> },
}

/// Where local times are in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Epoch {
    pub column: usize,
    /// Seconds east of UTC.
    pub offset_s: i32,
}

/// What the row of groups and the row of subtitles say about the rows below them.
#[derive(Debug)]
pub(super) struct Run {
    pub writer: Writer,
    /// Whether title or command say who wrote it.
    pub claimed: bool,
    /// Whether the memory has `buff`, which dool writes up to 1.0.
    pub buff: bool,
    /// Nominal seconds between two rows.
    pub delay_s: u32,
    /// For each cell of a row, its column. Empty where rows have no header.
    pub layout: Vec<Target>,
    /// How many cells each group has.
    pub widths: Vec<usize>,
    /// Columns that this run does not have.
    pub absent: Vec<usize>,
    pub sums: Vec<Sum>,
    pub stamp: Stamp,
    /// The run has had no row yet.
    pub first_row: bool,
    /// The run has had no usable row yet, so the kind of some columns may be open.
    pub undecided: bool,
    /// Time of the last row.
    pub last_s: Option<f64>,
    /// What its plain rows look like, if it has any, once that was asked.
    pub form: Option<Option<Arc<Form>>>,
}

impl Run {
    /// Rows without a header.
    pub fn headless() -> Self {
        Self {
            writer: Writer::Dstat,
            claimed: false,
            buff: false,
            delay_s: 1,
            layout: Vec::new(),
            widths: Vec::new(),
            absent: Vec::new(),
            sums: Vec::new(),
            stamp: Stamp::None,
            first_row: false,
            undecided: false,
            last_s: None,
            form: None,
        }
    }

    /// Whether a cell holds the time.
    pub fn is_time(&self, cell: usize) -> bool {
        match &self.stamp {
            Stamp::None => false,
            Stamp::Epoch { cell: time }
            | Stamp::Perhaps { cell: time, .. }
            | Stamp::Local { cell: time, .. } => *time == cell,
        }
    }
}

/// How many cells each group has: a name begins one, empty cells carry it on.
pub(super) fn widths(groups: &[String], columns: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for index in 0..columns {
        let named = groups.get(index).is_some_and(|name| !name.is_empty());
        match widths.last_mut().filter(|_| !named) {
            Some(width) => *width += 1,
            None => widths.push(1),
        }
    }
    widths
}
