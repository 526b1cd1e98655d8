//! Numbers as people read them: typed tables → tables of strings, in readable units.

use super::view::{ColumnView, RowView, TableView};
use crate::analysis::{Flag, Unit};
use crate::stats::Interval;
use crate::tables::labels::verdict_sign;
use crate::tables::{Cell, Heading, Table};
use crate::text::Text;

/// A table with every cell formatted.
pub fn table(table: &Table, caption: String, text: &Text) -> TableView {
    let shown = shown_units(table);
    let heading = |heading: &Heading| match heading {
        Heading::Text(key) => text.get(key).to_owned(),
        Heading::Metric(metric) => metric_name(metric, text),
        Heading::Data(data) => data.clone(),
    };
    let rows: Vec<RowView> = table
        .rows
        .iter()
        .map(|row| RowView {
            cells: row.cells.iter().zip(&shown).map(|(c, shown)| cell(c, shown.0, text)).collect(),
            summary: row.summary,
        })
        .collect();
    let numeric = |index: usize| {
        table.rows.iter().any(|row| {
            matches!(
                row.cells.get(index),
                Some(
                    Cell::Number { .. }
                        | Cell::Integer(_)
                        | Cell::Interval { .. }
                        | Cell::PlusMinus { .. }
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
    let view = TableView { id: table.id.clone(), caption, columns, rows };
    if table.transposed { transpose(view) } else { view }
}

/// Factor from base units and the unit in which a column is shown.
fn shown_units(table: &Table) -> Vec<(f64, &'static str)> {
    table.columns.iter().map(|column| column.unit.map_or((1.0, ""), shown_unit)).collect()
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
        Unit::Count => (1.0, ""),
    }
}

fn cell(cell: &Cell, factor: f64, text: &Text) -> String {
    match cell {
        Cell::Text(data) => data.clone(),
        Cell::Label(key) => text.get(key).to_owned(),
        Cell::Metric(metric) => metric_name(metric, text),
        Cell::Integer(value) => value.to_string(),
        Cell::Number { value, decimals } => text.number(value * factor, usize::from(*decimals)),
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
        Cell::Missing => text.get("report.missing").to_owned(),
    }
}

/// An interval in words: `0.73 … 0.95`, or `≥ 1.80` without an upper bound.
pub fn range(interval: Interval, factor: f64, decimals: usize, text: &Text) -> String {
    let low = text.number(interval.low * factor, decimals);
    if interval.high.is_infinite() {
        return format!("≥ {low}");
    }
    format!("{low} … {}", text.number(interval.high * factor, decimals))
}

/// Seconds in a sentence: short ones to the millisecond.
pub fn seconds(value: f64, text: &Text) -> String {
    text.number(value, if value.abs() < 0.095 { 3 } else { 2 })
}

/// What a flag says, with its figures; of several flags of one code, with the ranges of their figures.
pub fn flag_sentence(flags: &[&Flag], text: &Text) -> String {
    let Some(first) = flags.first() else { return String::new() };
    let figure =
        |name: &str, value| if name == "requests" { text.number(value, 0) } else { seconds(value, text) };
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

/// A value with the half-width of its interval: `4.10 ± 0.05`.
pub fn plus_minus(value: f64, half_width: f64, decimals: usize, text: &Text) -> String {
    format!("{} ± {}", text.number(value, decimals), text.number(half_width, decimals))
}

/// The words for a series such as `outage_ping` or `lost_frames.linux`; the name itself where there
/// are none.
fn metric_name(metric: &str, text: &Text) -> String {
    let (quantity, of) = metric.split_once('.').unwrap_or((metric, ""));
    let key = format!("metric.{quantity}");
    if text.find(&key).is_some() { text.fill(&key, &[("of", of)]) } else { metric.to_owned() }
}

/// Rows become columns: the first column's cells are the headings, the old headings the first
/// column, their units in brackets.
fn transpose(view: TableView) -> TableView {
    let first = view.columns.first().map(|column| column.heading.clone()).unwrap_or_default();
    let mut columns = vec![ColumnView { heading: first, unit: None, numeric: false }];
    columns.extend(view.rows.iter().map(|row| ColumnView {
        heading: row.cells.first().cloned().unwrap_or_default(),
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
            RowView { cells: std::iter::once(name).chain(values).collect(), summary: false }
        })
        .collect();
    TableView { columns, rows, ..view }
}
