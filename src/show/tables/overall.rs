//! Tables of all conditions: side by side, compared, and against what was published.

use super::{
    Cell, Table, column, incomplete, is_unclear, row, series, summary, table, unclear, without_empty_columns,
};
use crate::model::metrics::{Shown, metrics};
use crate::model::{
    Analysis, Compared, Comparison, Entries, Metric, OneSided, Published, SeriesSummary, Unit,
};

/// All conditions with runs side by side.
pub fn overview(analysis: &Analysis) -> Table {
    let mut columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("completed", "table.completed", Some(Unit::Count)),
        column("unclear", "table.unclear", Some(Unit::Count)),
    ];
    for (entry, heading) in in_overview() {
        columns.push(column(&format!("{}_mean", entry.key.0), heading, entry.unit));
        if is_length(entry) {
            columns.push(column(&format!("{}_ci95", entry.key.0), "table.ci95", entry.unit));
        }
    }
    let all_completed = !analysis.runs.iter().any(|run| incomplete(run) || is_unclear(run));
    let migrated = analysis.conditions.entries().filter(|(_, condition)| !condition.runs.is_empty());
    let rows = migrated.map(|(id, condition)| {
        let mut cells = vec![
            Cell::condition(analysis, id),
            Cell::count(condition.runs.len()),
            if all_completed { Cell::Missing } else { Cell::count(condition.completed) },
            unclear(analysis, condition),
        ];
        for (entry, _) in in_overview() {
            let summary = summary(analysis, id, entry.key.0);
            // A mean of what is counted is no whole number.
            let decimals = entry.decimals.max(1);
            cells.push(Cell::mean(summary, decimals));
            if is_length(entry) {
                cells.push(Cell::reach(summary.and_then(|s| s.ci95), decimals));
            }
        }
        row(cells)
    });
    without_empty_columns(table("overview".to_owned(), columns, rows.collect()))
}

/// The numbers whose means stand in the table of all conditions, with their headings.
fn in_overview() -> impl Iterator<Item = (&'static Metric, &'static str)> {
    metrics().iter().filter_map(|entry| match entry.shown {
        Shown::Overview(heading) => Some((entry, heading)),
        Shown::Condition | Shown::Elsewhere => None,
    })
}

/// Whether it is a length of time: such means have intervals, and are compared in a table.
fn is_length(entry: &Metric) -> bool {
    entry.unit == Some(Unit::Seconds)
}

/// Comparisons with the means behind them.
pub fn compared(analysis: &Analysis, compared: &Compared) -> Table {
    let columns = vec![
        column("metric", "table.metric", None),
        column("a", "table.reference", None),
        column("b", "table.condition", None),
        column("mean_a", "table.mean_a", None),
        column("mean_b", "table.mean_b", None),
        column("difference", "table.difference", None),
        column("unit", "table.unit", None),
        column("ratio", "table.ratio", None),
        column("ratio_ci95", "table.ratio_ci95", None),
        column("p_adjusted", "table.p_adjusted", None),
    ];
    let rows = compared.comparisons.iter().map(|c| {
        let unit = series(analysis, c.a, &c.metric).map_or(Unit::Ratio, |series| series.unit);
        let amount = |value| Cell::Amount { value, sd: None, unit };
        let mean = |condition| {
            let summary = summary(analysis, condition, &c.metric);
            match summary {
                Some(SeriesSummary { n, n_censored, .. }) if n_censored > 0 => {
                    Cell::Open { open: n_censored, of: n }
                }
                summary => summary.and_then(|summary| summary.mean).map_or(Cell::Missing, amount),
            }
        };
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::condition(analysis, c.a),
            Cell::condition(analysis, c.b),
            mean(c.a),
            mean(c.b),
            c.difference.map_or(Cell::Missing, amount),
            Cell::Unit(unit),
            Cell::number(c.ratio, 2),
            Cell::interval(c.ratio_ci95, 2),
            Cell::probability(c.p_adjusted),
        ])
    });
    // What one side alone has stands below, in its column, and the other says that it is so.
    let alone = |of: &OneSided, is_a: bool| {
        let series = of.metric.as_deref().and_then(|metric| series(analysis, of.condition, metric));
        let mean = series.and_then(|series| {
            let value = series.summary?.mean?;
            Some(Cell::Amount { value, sd: None, unit: series.unit })
        });
        let [condition, mean] = [Cell::condition(analysis, of.condition), mean.unwrap_or(Cell::Missing)];
        let (a, b, mean_a, mean_b) = if is_a {
            (condition, Cell::Label("table.only_in_a"), mean, Cell::Missing)
        } else {
            (Cell::Label("table.only_in_b"), condition, Cell::Missing, mean)
        };
        let metric = of.metric.clone().map_or(Cell::Label("table.whole_condition"), Cell::Metric);
        let unit = series.map_or(Cell::Missing, |series| Cell::Unit(series.unit));
        let missing = || Cell::Missing;
        row(vec![metric, a, b, mean_a, mean_b, missing(), unit, missing(), missing(), missing()])
    };
    let only_in_a = compared.only_in_a.iter().map(|of| alone(of, true));
    let only_in_b = compared.only_in_b.iter().map(|of| alone(of, false));
    table("compared".to_owned(), columns, rows.chain(only_in_a).chain(only_in_b).collect())
}

/// Every condition against the reference.
pub fn comparisons(analysis: &Analysis) -> Table {
    let columns = vec![
        column("metric", "table.metric", None),
        column("condition", "table.condition", None),
        column("reference", "table.reference", None),
        column("difference", "table.difference", Some(Unit::Seconds)),
        column("ratio", "table.ratio", None),
        column("ratio_ci95", "table.ratio_ci95", None),
        column("p", "table.p", None),
        column("p_adjusted", "table.p_adjusted", None),
    ];
    // `summary.json` compares all series.
    let shown = |metric: &str| {
        [Comparison::COMPLETION, Comparison::WITH_FAILURES].contains(&metric)
            || in_overview().any(|(entry, _)| entry.key.0 == metric && is_length(entry))
    };
    let rows = analysis.comparisons.iter().filter(|c| shown(&c.metric)).map(|c| {
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::condition(analysis, c.b),
            Cell::condition(analysis, c.a),
            Cell::number(c.difference, 2),
            Cell::number(c.ratio, 2),
            Cell::interval(c.ratio_ci95, 2),
            Cell::probability(c.p_value),
            Cell::probability(c.p_adjusted),
        ])
    });
    table("comparisons".to_owned(), columns, rows.collect())
}

/// Published figures beside their recomputation.
pub fn published(analysis: &Analysis) -> Table {
    of_published(&analysis.published.iter().collect::<Vec<_>>())
}

/// Those that do not agree, or cannot be recomputed.
pub fn published_differing(analysis: &Analysis) -> Table {
    of_published(&analysis.published.iter().filter(|p| p.agrees != Some(true)).collect::<Vec<_>>())
}

fn of_published(published: &[&Published]) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("quantity", "table.quantity", None),
        column("stated", "table.stated", None),
        column("computed", "table.computed", None),
        column("deviation", "table.deviation", None),
        column("agrees", "table.agrees", None),
        column("note", "table.note", None),
    ];
    let rows = published.iter().map(|p| {
        let decimals = u8::try_from(p.decimals).unwrap_or(9);
        let levels: Vec<&str> = p.factors.values().map(String::as_str).collect();
        row(vec![
            Cell::Text(levels.join(", ")),
            Cell::Metric(p.quantity.clone()),
            Cell::Number { value: p.stated, decimals },
            Cell::number(p.computed, decimals.saturating_add(1)),
            Cell::number(p.deviation, decimals.saturating_add(1)),
            p.agrees
                .map_or(Cell::Missing, |agrees| Cell::Label(if agrees { "table.yes" } else { "table.no" })),
            p.note.clone().map_or(Cell::Text(String::new()), Cell::Text),
        ])
    });
    table("published".to_owned(), columns, rows.collect())
}
