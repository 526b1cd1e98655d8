//! The tables of a report as typed rows: [`Analysis`] in, numbers with units out.
//!
//! A table knows nothing of how it will be shown. The documents format its cells through
//! `report::view`, the exports write them raw.

use crate::analysis::Unit;
use crate::stats::Interval;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without extension, for example `outages-memtester`.
    pub id: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// One column. `key` names it in data files, `heading` in documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub key: String,
    pub heading: Heading,
    pub unit: Option<Unit>,
}

/// The heading of a column: a text key of `report-templates/text`, or data shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heading {
    Text(&'static str),
    Data(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// A summary row (mean, deviation, …) that documents set apart.
    pub summary: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    /// A text key of `report-templates/text`.
    Label(&'static str),
    Integer(i64),
    /// In the unit given here, or the column's where that is `None`.
    Number { value: f64, unit: Option<Unit>, decimals: u8 },
    Interval { interval: Interval, unit: Option<Unit>, decimals: u8 },
    /// A value that could not be determined.
    Missing,
}
