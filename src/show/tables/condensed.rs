//! Tables for people where there are many repetitions: how values are spread and which lie far out, not each of them. Data
//! files have them all.

use super::{Cell, Heading, Row, Side, Table, column, row, runs_of, table, without_empty_columns};
use crate::model::{Analysis, Check, CheckKind, ConditionId, Run, Unit, Verdict};

/// More repetitions than these are shown by their distribution.
pub const MANY: usize = 12;

/// So many names of runs are listed.
const NAMED: usize = 4;

/// Where in the order of `n` values a statistic stands, from 0: nearest ranks, so that each is the value of a run.
type Place = fn(usize) -> usize;

const PLACES: [(&str, Place); 7] = [
    ("table.least", |_| 0),
    ("table.quantile_05", |n| (n * 5).div_ceil(100) - 1),
    ("table.quantile_25", |n| n.div_ceil(4) - 1),
    ("table.median", |n| n.div_ceil(2) - 1),
    ("table.quantile_75", |n| (n * 3).div_ceil(4) - 1),
    ("table.quantile_95", |n| (n * 95).div_ceil(100) - 1),
    ("table.greatest", |n| n - 1),
];

/// A table with a row a repetition as one with a row a statistic, where there are [`MANY`] and more; else as it is.
pub fn condensed(table: Table) -> Table {
    let of_runs = table.rows.iter().filter(|row| !row.summary).count();
    let is_by_repetition = table.columns.first().is_some_and(|column| column.key == "repetition");
    if !is_by_repetition || of_runs <= MANY {
        return table;
    }
    let spreads: Vec<Spread> = (1..table.columns.len()).map(|index| Spread::new(&table, index)).collect();
    let statistic = |label: &'static str, cell: &dyn Fn(&Spread) -> Cell| {
        row(std::iter::once(Cell::Label(label)).chain(spreads.iter().map(cell)).collect())
    };
    let (mut summaries, mut rows) = (Vec::new(), Vec::new());
    summaries.extend(table.rows.iter().filter(|row| row.summary).cloned());
    rows.push(statistic("table.value_count", &Spread::count));
    let is_there = |label: &str| {
        summaries.iter().any(|row| matches!(row.cells.first(), Some(Cell::Label(known)) if *known == label))
    };
    for (label, place) in PLACES.into_iter().filter(|(label, _)| !is_there(label)) {
        rows.push(statistic(label, &|spread| spread.at(place)));
    }
    rows.push(statistic("table.far_out", &Spread::far_out));
    rows.extend(summaries);
    let mut columns = table.columns;
    columns[0].heading = Heading::Text("table.statistic");
    without_empty_columns(Table { columns, rows, ..table })
}

/// The values of one column in ascending order, each with the repetition.
struct Spread {
    values: Vec<(f64, Cell, String)>,
}

impl Spread {
    fn new(table: &Table, index: usize) -> Self {
        let value = |row: &Row| {
            let cell = row.cells.get(index)?;
            let Some(Cell::Integer(repetition)) = row.cells.first() else { return None };
            Some((number(cell)?, cell.clone(), repetition.to_string()))
        };
        let mut values: Vec<_> = table.rows.iter().filter(|row| !row.summary).filter_map(value).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { values }
    }

    fn count(&self) -> Cell {
        if self.values.is_empty() { Cell::Missing } else { Cell::count(self.values.len()) }
    }

    fn at(&self, place: Place) -> Cell {
        let found = (!self.values.is_empty()).then(|| self.values.get(place(self.values.len())));
        found.flatten().map_or(Cell::Missing, |(_, cell, _)| cell.clone())
    }

    /// The repetitions farther from the quartiles than three times their distance (Tukey's "far out"), the farthest first.
    fn far_out(&self) -> Cell {
        let quartile =
            |place: Place| self.values.get(place(self.values.len().max(1))).map(|(value, ..)| *value);
        let (Some(low), Some(high)) = (quartile(PLACES[2].1), quartile(PLACES[4].1)) else {
            return Cell::Missing;
        };
        let beyond = |value: f64| (low - value).max(value - high);
        let is_far = |value: f64| beyond(value) > 3.0 * (high - low) && beyond(value) > 0.0;
        let mut far: Vec<(f64, &str)> = self
            .values
            .iter()
            .filter(|(value, ..)| is_far(*value))
            .map(|(value, _, repetition)| (beyond(*value), repetition.as_str()))
            .collect();
        far.sort_by(|a, b| b.0.total_cmp(&a.0));
        Cell::Text(named(&far.into_iter().map(|(_, repetition)| repetition).collect::<Vec<_>>()))
    }
}

/// The number that a cell shows; what is "at least" a value ranks by it.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number { value, .. } | Cell::PlusMinus { value, .. } => Some(*value),
        Cell::Bound { value, side: Side::AtLeast, .. }
        | Cell::Bound { estimate: value, side: Side::AtMost, .. } => Some(*value),
        Cell::Integer(value) => Some(*value as f64),
        Cell::Text(_)
        | Cell::Label(_)
        | Cell::Metric(_)
        | Cell::Condition { .. }
        | Cell::Open { .. }
        | Cell::Probability(_)
        | Cell::Interval { .. }
        | Cell::Share { .. }
        | Cell::Amount { .. }
        | Cell::Unit(_)
        | Cell::Labels(_)
        | Cell::Verdict { .. }
        | Cell::Missing => None,
    }
}

/// The first of some repetitions, and how many more there are.
pub fn named(repetitions: &[&str]) -> String {
    match repetitions {
        [] => "–".to_owned(),
        few if few.len() <= NAMED => few.join(", "),
        many => format!("{} (+ {})", many[..NAMED].join(", "), many.len() - NAMED),
    }
}

/// The checks of many repetitions: a row a check, with how often it came out how, and where it failed most.
pub fn checks_counted(analysis: &Analysis, condition: ConditionId) -> Table {
    let id = &analysis.conditions[condition].id;
    let runs = runs_of(analysis, &analysis.conditions[condition]);
    let columns = vec![
        column("check", "table.check", None),
        column("holds", "verdict.holds", Some(Unit::Count)),
        column("within_uncertainty", "verdict.within-uncertainty", Some(Unit::Count)),
        column("contradicted", "verdict.contradicted", Some(Unit::Count)),
        column("margin", "table.margin", Some(Unit::Seconds)),
        column("repetitions", "table.in_repetitions", None),
    ];
    let mut all: Vec<(CheckKind, &Run, &Check)> =
        runs.iter().flat_map(|run| run.checks.iter().map(move |check| (check.kind, *run, check))).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.margin_s().abs().total_cmp(&a.2.margin_s().abs())));
    let rows = all.chunk_by(|a, b| a.0 == b.0).filter_map(|checks| {
        let (kind, ..) = checks.first()?;
        let count =
            |verdict| Cell::count(checks.iter().filter(|(.., check)| check.verdict == verdict).count());
        let against: Vec<_> =
            checks.iter().filter(|(.., check)| check.verdict == Verdict::Contradicted).collect();
        let repetitions: Vec<String> = against.iter().map(|(_, run, _)| run.repetition.to_string()).collect();
        let repetitions: Vec<&str> = repetitions.iter().map(String::as_str).collect();
        Some(row(vec![
            Cell::Label(kind.label()),
            count(Verdict::Holds),
            count(Verdict::WithinUncertainty),
            count(Verdict::Contradicted),
            Cell::number(against.first().map(|(.., check)| check.margin_s()), 2),
            Cell::Text(named(&repetitions)),
        ]))
    });
    let rows = rows.collect();
    table(format!("checks-{id}"), columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Table {
        let columns =
            vec![column("repetition", "table.repetition", None), column("outage", "table.length", None)];
        let rows = values.iter().zip(1..).map(|(value, repetition)| {
            row(vec![Cell::Integer(repetition), Cell::Number { value: *value, decimals: 1 }])
        });
        table("outages".to_owned(), columns, rows.collect())
    }

    #[test]
    fn few_repetitions_stay_rows() {
        assert_eq!(condensed(of(&[1.0; MANY])).rows.len(), MANY);
    }

    #[test]
    fn many_are_quantiles_and_names() {
        let mut values: Vec<f64> = (1..=40).map(f64::from).collect();
        values[6] = 500.0;
        let table = condensed(of(&values));
        let second: Vec<Cell> = table.rows.iter().map(|row| row.cells[1].clone()).collect();
        let number = |value| Cell::Number { value, decimals: 1 };
        let [n, least, low, quarter, median, three, high, greatest, far] = second.as_slice() else {
            panic!("{second:?}")
        };
        assert_eq!((n, least, low), (&Cell::Integer(40), &number(1.0), &number(2.0)));
        assert_eq!((quarter, median, three), (&number(11.0), &number(21.0), &number(31.0)));
        assert_eq!((high, greatest, far), (&number(39.0), &number(500.0), &Cell::Text("7".to_owned())));
    }

    #[test]
    fn many_names_are_counted() {
        assert_eq!(named(&["1", "2", "3", "4", "9", "11"]), "1, 2, 3, 4 (+ 2)");
        assert_eq!(named(&[]), "–");
    }
}
