//! The tables for people.

use super::{BYTES, Figure, RATE, Told, is_of_all_runs, is_of_run, latency, percentile};
use crate::diagnostic::Place;
use crate::lines::{Line, Lines};
use crate::shared::benchmark::Results;
use crate::text::{lossy, unsigned, words};

/// The columns behind `Type`; none for what is not used.
#[derive(Clone, Debug)]
pub(super) struct Columns(Vec<Option<Figure>>);

impl Columns {
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut words = words(text).map(|(_, word)| word);
        (words.next()? == b"Type").then_some(())?;
        let mut columns = Vec::new();
        let mut names = Vec::new();
        while let Some(word) = words.next() {
            let name = lossy(word);
            names.push(name.clone().into_owned());
            columns.push(match word {
                b"Ops/sec" => Some(RATE),
                b"KB/sec" => Some(BYTES),
                b"Latency" => Some(latency("mean")),
                b"Avg." => (words.next()? == b"Latency").then(|| latency("mean")),
                _ if name.starts_with('p') => {
                    (words.next()? == b"Latency").then(|| percentile(&name)).flatten()
                }
                _ => None,
            });
        }
        let has = |name: &str| names.iter().any(|known| known == name);
        (has("Ops/sec") && has("Hits/sec") && has("KB/sec")).then_some(Self(columns))
    }
}

/// A table: its heading, and the rows that there are.
struct Table<'a> {
    heading: Line<'a>,
    columns: Columns,
    told: Told,
    kinds: Vec<Line<'a>>,
    /// Whether the row of all kinds is there.
    is_whole: bool,
}

/// The tables of the file go to the results.
pub(super) fn read(bytes: &[u8], results: &mut Results) {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut told = Told::default();
    let mut heading = None;
    let mut open = false;
    for line in Lines::new(bytes) {
        let text = line.text.trim_ascii();
        let mut words = words(text).map(|(_, word)| word);
        let count = words.next().and_then(unsigned);
        match (count, words.next(), words.next()) {
            (Some(count), Some(b"Threads"), None) => told.threads = Some(count),
            (Some(count), Some(b"Connections"), Some(b"per")) => told.connections = Some(count),
            _ => {}
        }
        if let Some(columns) = Columns::read(text) {
            let heading = heading.take().unwrap_or(line);
            tables.push(Table { heading, columns, told, kinds: Vec::new(), is_whole: false });
            open = true;
        } else if text.is_empty() {
            open = false;
        } else if text.iter().all(|byte| matches!(byte, b'-' | b'=')) {
        } else if let Some(table) = tables.last_mut().filter(|_| open) {
            table.is_whole |= text.starts_with(b"Totals ");
            table.kinds.push(line);
            open = !table.is_whole;
        } else {
            heading = Some(line);
        }
    }
    let name = |table: &Table<'_>| lossy(table.heading.text.trim_ascii()).into_owned();
    let of_runs = tables.iter().any(|table| is_of_run(&name(table)));
    for table in &tables {
        let name = name(table);
        // A table without a heading was copied without it.
        let is_other = name.ends_with(" RUN RESULTS") || (of_runs && is_of_all_runs(&name));
        if is_other {
            let place = Place::line(table.heading.number, table.heading.text);
            results.diagnostics.note("other-runs", place, || {
                "results of the best or the worst run, or means of the runs beside those of each; they are not used".to_owned()
            });
            continue;
        }
        table.rows(results);
    }
}

impl Table<'_> {
    fn rows(&self, results: &mut Results) {
        self.told.begin(self.heading.number, results);
        if !self.is_whole {
            let place = Place::line(self.heading.number, self.heading.text);
            results.unfinished(place, 1, "a table without its row `Totals`: it was cut");
        }
        for line in &self.kinds {
            let place = Place::line(line.number, line.text);
            let cells: Vec<&[u8]> = words(line.text).map(|(_, word)| word).collect();
            let Some((kind, cells)) =
                cells.split_first().filter(|(_, cells)| cells.len() == self.columns.0.len())
            else {
                match line.terminated {
                    true => results
                        .unreadable(place, "the kind of a command, and a number or `---` for each column"),
                    false => results.cut(place),
                }
                continue;
            };
            if !line.terminated {
                results.cut(place);
                continue;
            }
            // A kind that was not asked for.
            let is_rate = |(column, _): &(&Option<Figure>, &&[u8])| **column == Some(RATE);
            let mut both = self.columns.0.iter().zip(cells);
            if both.find(is_rate).is_some_and(|(_, cell)| *cell == b"0.00") && *kind != b"Totals" {
                continue;
            }
            for (column, cell) in self.columns.0.iter().zip(cells) {
                if let Some(figure) = column.filter(|_| *cell != b"---") {
                    let value = results.figure(cell, figure.scale, place);
                    results.rows.push(figure.row(&lossy(kind), value, line.number));
                }
            }
        }
    }
}
