//! Numbers as people read them: typed tables → tables of strings, in readable units.

mod amounts;
mod shares;

pub use shares::decimals as share_decimals;

use self::amounts::Amounts;
use self::shares::{legend, share};
use super::view::{CellView, ColumnView, RowView, SpanView, TableView};
use crate::model::{Flag, Reason, Unit};
use crate::show::tables::labels::verdict_sign;
use crate::show::tables::{Cell, Column, Heading, Row, Side, Table, without_empty_columns};
use crate::show::text::Text;
use crate::stats::Interval;

/// A table with every cell formatted. Columns that tell nothing of any row stay in the data files only.
pub fn table(table: &Table, caption: String, text: &Text) -> TableView {
    let table = &without_empty_columns(table.clone());
    let amounts = Amounts::new(table);
    let shown: Vec<(f64, &'static str)> = table
        .columns
        .iter()
        .map(|column| column.unit.map_or((1.0, ""), |unit| amounts.scale(unit)))
        .collect();
    let heading = |heading: &Heading| match heading {
        Heading::Text(key) => text.get(key).to_owned(),
        Heading::Metric(metric) => text.metric(metric),
        Heading::Data(data) => data.clone(),
        Heading::Levels(levels) => levels.last().cloned().unwrap_or_default(),
    };
    let rows: Vec<RowView> = table
        .rows
        .iter()
        .map(|row| {
            let cells = (0..row.cells.len()).map(|index| cell(row, index, shown[index].0, &amounts, text));
            let cells = cells.collect();
            RowView { group: None, cells, summary: row.summary }
        })
        .collect();
    let numeric = |index: usize| {
        table.rows.iter().any(|row| {
            matches!(
                row.cells.get(index),
                Some(
                    Cell::Number { .. }
                        | Cell::Bound { .. }
                        | Cell::Integer(_)
                        | Cell::Probability(_)
                        | Cell::Interval { .. }
                        | Cell::PlusMinus { .. }
                        | Cell::Share { .. }
                        | Cell::Amount { .. }
                        | Cell::Verdict { .. }
                )
            )
        })
    };
    let columns: Vec<ColumnView> = table
        .columns
        .iter()
        .zip(&shown)
        .enumerate()
        .map(|(index, (column, shown))| ColumnView {
            heading: heading(&column.heading),
            unit: (!shown.1.is_empty()).then(|| shown.1.to_owned()),
            numeric: numeric(index),
        })
        .collect();
    let shaded = rows.iter().flat_map(|row| &row.cells).any(|cell| cell.shade.is_some());
    let legend = if shaded { legend(text) } else { Vec::new() };
    let file = format!("tables/{}.csv", table.id);
    let mut view = TableView {
        id: table.id.clone(),
        file,
        caption,
        above: Vec::new(),
        columns,
        rows,
        legend,
        layout: None,
    };
    let gone = grouped(&mut view, table.labels);
    view.above = spans(&table.columns[gone.min(table.columns.len())..]);
    if table.transposed { transpose(view) } else { view }
}

/// Sets the first of several columns that name rows as headings of groups, and the others in one column;
/// how many columns there are less.
fn grouped(view: &mut TableView, labels: usize) -> usize {
    if labels < 2 {
        return 0;
    }
    let firsts: Vec<String> = view.rows.iter().map(|row| row.cells[0].text.clone()).collect();
    let begins: Vec<bool> = (0..firsts.len()).map(|row| row == 0 || firsts[row] != firsts[row - 1]).collect();
    // Groups of a single row are none.
    let groups = begins.iter().filter(|begins| **begins).count() < firsts.len();
    let from = usize::from(groups);
    let told = |texts: &mut dyn Iterator<Item = &str>| {
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let heading = told(&mut view.columns[from..labels].iter().map(|column| column.heading.as_str()));
    let group_heading = view.columns[0].heading.clone();
    view.columns.splice(..labels, [ColumnView { heading, unit: None, numeric: false }]);
    for ((row, first), begins) in view.rows.iter_mut().zip(firsts).zip(begins) {
        // A number by itself says nothing.
        let is_number = first.parse::<f64>().is_ok();
        let heading = if is_number { format!("{group_heading} {first}") } else { first };
        row.group = (groups && begins).then_some(heading);
        let name = told(&mut row.cells[from..labels].iter().map(|cell| cell.text.as_str()));
        row.cells.splice(..labels, [name.into()]);
    }
    labels - 1
}

/// The upper lines of headings of several levels. What neighbours share stands once, unless what is
/// above it differs.
fn spans(columns: &[Column]) -> Vec<Vec<SpanView>> {
    let upper = |column: &Column| match &column.heading {
        Heading::Levels(levels) => levels.split_last().map(|(_, upper)| upper.to_vec()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let levels: Vec<Vec<String>> = columns.iter().map(upper).collect();
    let lines = levels.iter().map(Vec::len).max().unwrap_or(0);
    let line = |line: usize| {
        let mut spans: Vec<SpanView> = Vec::new();
        for (index, levels_of) in levels.iter().enumerate() {
            let same = |before: &Vec<String>| before.get(..=line) == levels_of.get(..=line);
            match spans.last_mut().filter(|_| same(&levels[index - 1])) {
                Some(span) => span.columns += 1,
                None => {
                    let text = levels_of.get(line).cloned().unwrap_or_default();
                    spans.push(SpanView { text, columns: 1 });
                }
            }
        }
        spans
    };
    (0..lines).map(line).collect()
}

/// Factor from base units to the unit in which people read a quantity, and its sign.
pub fn shown_unit(unit: Unit) -> (f64, &'static str) {
    match unit {
        Unit::Seconds => (1.0, "s"),
        Unit::Milliseconds => (1.0, "ms"),
        Unit::Percent => (1.0, "%"),
        Unit::Bytes => (1.0 / (1024.0 * 1024.0), "MiB"),
        Unit::BytesPerSecond => (1e-6, "MB/s"),
        Unit::PerSecond => (1.0, "1/s"),
        Unit::Count | Unit::Ratio => (1.0, ""),
    }
}

/// Cell `index` of a row.
fn cell(row: &Row, index: usize, factor: f64, amounts: &Amounts<'_>, text: &Text) -> CellView {
    let shown = match &row.cells[index] {
        Cell::Text(data) | Cell::Condition { label: data, .. } => data.clone(),
        Cell::Label(key) => text.get(key).to_owned(),
        Cell::Metric(metric) => text.metric(metric),
        Cell::Integer(value) => value.to_string(),
        Cell::Number { value, decimals } => text.number(value * factor, usize::from(*decimals)),
        Cell::Bound { estimate: _, value, side, decimals } => {
            let sign = match side {
                Side::AtLeast => "≥",
                Side::AtMost => "≤",
            };
            format!("{sign} {}", text.number(value * factor, usize::from(*decimals)))
        }
        Cell::Open { open, of } => {
            let values = [("open", open.to_string()), ("of", of.to_string())];
            text.fill("table.open", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        Cell::Probability(p) => match probability(*p, text) {
            ("=", p) => p,
            (sign, p) => format!("{sign} {p}"),
        },
        Cell::Interval { interval, decimals } => range(*interval, factor, usize::from(*decimals), text),
        Cell::PlusMinus { value, half_width, decimals } => {
            let decimals = usize::from(*decimals);
            plus_minus(value * factor, half_width * factor, decimals, text)
        }
        Cell::Labels(keys) => keys.iter().map(|key| text.get(key)).collect::<Vec<_>>().join(", "),
        Cell::Verdict { verdict, margin, decimals } => {
            let margin = text.number(margin * factor, usize::from(*decimals));
            format!("{margin} {}", verdict_sign(*verdict))
        }
        Cell::Share { value, interval } => return share(*value, *interval, text),
        Cell::Amount { value, sd, unit } => amounts.cell(row, index, (*value, *sd), *unit, text),
        Cell::Unit(unit) => amounts.scale(*unit).1.to_owned(),
        Cell::Missing => text.get("report.missing").to_owned(),
    };
    shown.into()
}

/// An interval in words: `0.73 … 0.95`, or `≥ 1.80` without an upper bound.
pub fn range(interval: Interval, factor: f64, decimals: usize, text: &Text) -> String {
    let ends = |decimals| [interval.low, interval.high].map(|end| text.number(end * factor, decimals));
    if interval.high.is_infinite() {
        return format!("≥ {}", ends(decimals)[0]);
    }
    // Ends that differ look different.
    let apart = |decimals: &usize| interval.low == interval.high || ends(*decimals)[0] != ends(*decimals)[1];
    let [low, high] = ends((decimals..=decimals + 6).find(apart).unwrap_or(decimals));
    format!("{low} … {high}")
}

/// A probability to three places, after the sign that puts it right: `=`, or `<` where it would be none.
pub fn probability(p: f64, text: &Text) -> (&'static str, String) {
    if p < 0.0005 { ("<", text.number(0.001, 3)) } else { ("=", text.number(p, 3)) }
}

/// Seconds in a sentence: short ones to the millisecond.
pub fn seconds(value: f64, text: &Text) -> String {
    text.number(value, if value.abs() < 0.095 { 3 } else { 2 })
}

/// What a flag says, with its figures; of several flags of one code, with the ranges of their figures.
pub fn flag_sentence(flags: &[&Flag], text: &Text) -> String {
    let Some(first) = flags.first() else { return String::new() };
    let figure = |name: &str, value| {
        if matches!(name, "requests" | "times") { text.number(value, 0) } else { seconds(value, text) }
    };
    let range_of = |index: usize, name: &str| {
        let values = flags.iter().filter_map(|flag| flag.values.get(index)).map(|(_, value)| *value);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let (low, high) = (figure(name, low), figure(name, high));
        if low == high { low } else { format!("{low} … {high}") }
    };
    let values: Vec<(&str, String)> =
        first.values.iter().enumerate().map(|(index, (name, _))| (*name, range_of(index, name))).collect();
    let borrowed: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    text.fill(first.code.label(), &borrowed)
}

/// Why a VM is the next to migrate, as the end of a sentence that its name begins.
pub fn placement_reason(reason: &Reason, text: &Text) -> String {
    let others = text.listed(reason.as_fast());
    text.fill(&format!("{}_words", reason.label()), &[("others", &others)])
}

/// A value with the half-width of its interval: `4.10 ± 0.05`.
pub fn plus_minus(value: f64, half_width: f64, decimals: usize, text: &Text) -> String {
    format!("{} ± {}", text.number(value, decimals), text.number(half_width, decimals))
}

/// Rows become columns: the first column's cells are the headings, the old headings the first
/// column, their units in brackets.
fn transpose(view: TableView) -> TableView {
    let first = view.columns.first().map(|column| column.heading.clone()).unwrap_or_default();
    let mut columns = vec![ColumnView { heading: first, unit: None, numeric: false }];
    columns.extend(view.rows.iter().map(|row| ColumnView {
        heading: row.cells.first().map(|cell| cell.text.clone()).unwrap_or_default(),
        unit: None,
        numeric: true,
    }));
    let rows = view
        .columns
        .iter()
        .enumerate()
        .skip(1)
        .map(|(index, column)| {
            let name = match &column.unit {
                Some(unit) => format!("{} ({unit})", column.heading),
                None => column.heading.clone(),
            };
            let values = view.rows.iter().map(|row| row.cells.get(index).cloned().unwrap_or_default());
            RowView {
                group: None,
                cells: std::iter::once(name.into()).chain(values).collect(),
                summary: false,
            }
        })
        .collect();
    TableView { columns, rows, ..view }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::tables::example::benchmarked;
    use crate::show::tables::{grid, several_vms};
    use crate::show::text::Language;

    fn english(data: &Table) -> TableView {
        table(data, String::new(), &Text::new(Language::En))
    }

    /// Every row in one line, groups before it.
    fn lines(view: &TableView) -> Vec<String> {
        let line = |row: &RowView| {
            let cells: Vec<String> = row.cells.iter().map(CellView::in_line).collect();
            let group = row.group.as_ref().map(|group| format!("[{group}] ")).unwrap_or_default();
            format!("{group}{}", cells.join(" | "))
        };
        view.rows.iter().map(line).collect()
    }

    #[test]
    fn rows_are_grouped_and_headings_stand_above_what_shares_them() {
        let view = english(&grid(&benchmarked(), 0).unwrap());
        assert_eq!(
            lines(&view),
            ["[disk] read | 75.0 (70.1 … 80.0) | 20.0", "write | n/a | n/a", "[solve] time | 80.0 | n/a"]
        );
        let above: Vec<(&str, usize)> =
            view.above[0].iter().map(|span| (span.text.as_str(), span.columns)).collect();
        assert_eq!((view.above.len(), above), (1, vec![("", 1), ("linux", 2)]));
        let headings: Vec<&str> = view.columns.iter().map(|column| column.heading.as_str()).collect();
        assert_eq!(headings, ["Operation", "pv", "hvm"]);
        let shades = view.rows[0].cells.iter().map(|cell| cell.shade);
        assert_eq!(shades.collect::<Vec<_>>(), [None, Some("worse-2"), Some("worse-5")]);
        assert!(!view.legend.is_empty());
    }

    #[test]
    fn a_heading_is_not_shared_across_different_ones_above_it() {
        let column = |levels: &[&str]| Column {
            key: String::new(),
            heading: Heading::Levels(levels.iter().map(|level| (*level).to_owned()).collect()),
            unit: None,
        };
        let columns = [
            column(&["linux", "hvm", "32"]),
            column(&["linux", "hvm", "64"]),
            column(&["windows", "hvm", "32"]),
        ];
        let told: Vec<Vec<usize>> =
            spans(&columns).iter().map(|line| line.iter().map(|span| span.columns).collect()).collect();
        assert_eq!(told, [[2, 1], [2, 1]]);
    }

    #[test]
    fn groups_of_a_single_row_are_none() {
        let view = english(&grid(&benchmarked(), 1).unwrap());
        assert_eq!(lines(&view), ["native, single | 40.00 | n/a", "pv, single | 30.00 ± 1.50 | 5.25"]);
        assert_eq!(view.columns[0].heading, "mode, context");
        assert_eq!(view.columns[1].unit.as_deref(), Some("MB/s"));
        assert!(view.legend.is_empty());
    }

    #[test]
    fn probabilities_are_never_none() {
        let text = Text::new(Language::En);
        assert_eq!(probability(0.0001, &text), ("<", "0.001".to_owned()));
        assert_eq!(probability(0.0317, &text), ("=", "0.032".to_owned()));
    }

    #[test]
    fn columns_that_tell_nothing_are_left_out() {
        let column =
            |key: &str| Column { key: key.to_owned(), heading: Heading::Data(key.to_owned()), unit: None };
        let row = |cells: [Cell; 4]| Row { cells: cells.to_vec(), summary: false };
        let data = Table {
            id: String::new(),
            columns: ["run", "reason", "note", "p"].map(column).to_vec(),
            rows: vec![
                row([Cell::Missing, Cell::Missing, Cell::Text(String::new()), Cell::Probability(0.5)]),
                row([Cell::Integer(2), Cell::Missing, Cell::Text(String::new()), Cell::Missing]),
            ],
            transposed: false,
            labels: 0,
        };
        let view = english(&data);
        assert_eq!(
            view.columns.iter().map(|column| column.heading.as_str()).collect::<Vec<_>>(),
            ["run", "p"]
        );
        assert_eq!(lines(&view), ["n/a | 0.500", "2 | n/a"]);
    }

    #[test]
    fn amounts_of_a_row_have_its_unit() {
        let view = english(&grid(&benchmarked(), 2).unwrap());
        assert_eq!(lines(&view), ["read | MB/s | 40.00 | 30.00 ± 1.50", "read-cpu | % | n/a | 5.25"]);
    }

    #[test]
    fn several_vms_share_one_unit() {
        let view = english(&several_vms(&benchmarked(), "disk"));
        assert_eq!(
            lines(&view)[1],
            "3-vm, read | 3 | 10.00 | 5.000 | 12.00 | 27.00 | 9.000 | 0.900 | 2.00 | 95.0 | 7.200 | 125.0"
        );
    }
}
