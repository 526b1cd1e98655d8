//! What is left of all paths as a table, and which of its columns are factors.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Log;
use super::factors::is_filler;
use super::parts::{Label, Part};
use super::score::{Assignment, doubles};
use super::tokens::Tokens;

/// The parts of one path and what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub parts: Vec<Part>,
    pub chunks: Vec<Range<usize>>,
    /// `None` where the names have none.
    pub repetition: Option<Range<usize>>,
}

/// The chunks of all logs as a table: a row a log, a column a chunk.
pub struct Table {
    rows: Vec<Option<Row>>,
    columns: usize,
}

struct Row {
    cells: Vec<String>,
    repetition: Option<u32>,
    host: Option<String>,
}

impl Table {
    pub fn new(paths: &[Tokens], reads: &[Option<Read>], columns: usize) -> Self {
        let rows = reads.iter().zip(paths).map(|(read, path)| {
            let read = read.as_ref()?;
            let host = read.parts.iter().find(|part| part.label == Label::Host);
            Some(Row {
                cells: read.chunks.iter().map(|chunk| path.text[chunk.clone()].to_owned()).collect(),
                repetition: match &read.repetition {
                    Some(range) => path.text[range.clone()].parse().ok(),
                    None => Some(1),
                },
                host: host.map(|part| path.text[part.range.clone()].to_owned()),
            })
        });
        Self { rows: rows.collect(), columns }
    }

    /// The columns that are factors: those that vary and say something that no other column says.
    pub fn telling(&self, logs: &[Log]) -> Vec<usize> {
        let distinct = |column: usize| self.rows().map(|row| &row.cells[column]).collect::<BTreeSet<_>>();
        let varying: Vec<usize> = (0..self.columns).filter(|&column| distinct(column).len() > 1).collect();
        let mut kept = varying.clone();
        // Numbers are the first to go: `017-memtester-3` is repetition 3 under memtester.
        let number = |column: &usize| {
            self.rows().all(|row| row.cells[*column].bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (numbers, words): (Vec<usize>, Vec<usize>) = varying.into_iter().partition(number);
        for column in numbers.into_iter().rev().chain(words.into_iter().rev()) {
            let others: Vec<usize> = kept.iter().copied().filter(|&other| other != column).collect();
            let needless = self.follows(column, &others)
                || (self.repetitions(&kept) < 1.5
                    && self.repetitions(&others) >= 1.5
                    && doubles(logs, &self.assigned(&others)) <= doubles(logs, &self.assigned(&kept)));
            if needless {
                kept = others;
            }
        }
        // With a single load nothing varies; the name beside the repetition is still the load.
        if kept.is_empty() {
            let said = |column: &usize| self.rows().next().is_some_and(|row| !is_filler(&row.cells[*column]));
            kept.extend((0..self.columns).rev().find(said));
        }
        kept
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    /// Whether a column is known once the others are.
    fn follows(&self, column: usize, others: &[usize]) -> bool {
        let mut known: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
        self.rows().all(|row| {
            let key = others.iter().map(|&other| row.cells[other].as_str()).collect();
            *known.entry(key).or_insert(&row.cells[column]) == row.cells[column]
        })
    }

    /// The mean number of repetitions of a condition.
    fn repetitions(&self, columns: &[usize]) -> f64 {
        let mut conditions: BTreeMap<Vec<&str>, BTreeSet<Option<u32>>> = BTreeMap::new();
        for row in self.rows() {
            let key = columns.iter().map(|&column| row.cells[column].as_str()).collect();
            conditions.entry(key).or_default().insert(row.repetition);
        }
        let total: usize = conditions.values().map(BTreeSet::len).sum();
        total as f64 / conditions.len().max(1) as f64
    }

    /// Whether several factors occur in all combinations.
    pub fn crossed(&self, columns: &[usize]) -> bool {
        let conditions: BTreeSet<Vec<&str>> = self
            .rows()
            .map(|row| columns.iter().map(|&column| row.cells[column].as_str()).collect())
            .collect();
        let combinations: usize = self.values_of(columns).iter().map(BTreeSet::len).product();
        columns.len() > 1 && conditions.len() == combinations
    }

    pub fn assigned(&self, columns: &[usize]) -> Vec<Option<Assignment>> {
        let of = |row: &Row| {
            Some(Assignment {
                levels: columns.iter().map(|&column| row.cells[column].clone()).collect(),
                repetition: row.repetition?,
                host: row.host.clone(),
            })
        };
        self.rows.iter().map(|row| of(row.as_ref()?)).collect()
    }

    pub fn values_of(&self, columns: &[usize]) -> Vec<BTreeSet<String>> {
        columns.iter().map(|&column| self.rows().map(|row| row.cells[column].clone()).collect()).collect()
    }

    /// The parts of one path with those of its factors; text that varies and is none has a part of its own.
    pub fn parts(&self, read: Read, columns: &[usize]) -> Vec<Part> {
        let mut parts = read.parts;
        for (column, range) in read.chunks.into_iter().enumerate() {
            let mut cells = self.rows().map(|row| &row.cells[column]);
            let first = cells.next();
            if let Some(number) = columns.iter().position(|c| *c == column) {
                parts.push(Part { label: Label::Level(number), range });
            } else if cells.any(|cell| Some(cell) != first) {
                parts.push(Part { label: Label::Any(column), range });
            }
        }
        parts.sort_by_key(|part| part.range.start);
        let mut count = 0..;
        for part in &mut parts {
            if let Label::Any(number) = &mut part.label {
                *number = count.next().unwrap_or_default();
            }
        }
        parts
    }
}
