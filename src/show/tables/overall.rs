//! Tables of all conditions: side by side, compared, and against what was published.

use super::{Cell, Table, column, incomplete, row, series, summary, table, without_empty_columns};
use crate::model::{Analysis, Comparison, Entries, Unit};

/// All conditions with runs side by side.
pub fn overview(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("completed", "table.completed", Some(Unit::Count)),
        column("requests_unanswered_mean", "table.unanswered_mean", Some(Unit::Count)),
        column("outage_ping_mean", "table.outage_ping_mean", Some(Unit::Seconds)),
        column("outage_ping_ci95", "table.ci95", Some(Unit::Seconds)),
        column("outage_guest_clock_mean", "table.outage_guest_clock_mean", Some(Unit::Seconds)),
        column("outage_guest_clock_ci95", "table.ci95", Some(Unit::Seconds)),
        column("outage_hypervisor_mean", "table.outage_hypervisor_mean", Some(Unit::Seconds)),
        column("outage_hypervisor_ci95", "table.ci95", Some(Unit::Seconds)),
        column("migration_duration_mean", "table.migration_duration_mean", Some(Unit::Seconds)),
        column("migration_duration_ci95", "table.ci95", Some(Unit::Seconds)),
    ];
    let all_completed = !analysis.runs.iter().any(incomplete);
    let migrated = analysis.conditions.entries().filter(|(_, condition)| !condition.runs.is_empty());
    let rows = migrated.map(|(id, condition)| {
        let of = |metric| summary(analysis, id, metric);
        let mean = |metric| Cell::number(of(metric).map(|s| s.mean), 2);
        let ci = |metric| Cell::interval(of(metric).and_then(|s| s.ci95), 2);
        row(vec![
            Cell::condition(analysis, id),
            Cell::count(condition.runs.len()),
            if all_completed { Cell::Missing } else { Cell::count(condition.completed) },
            Cell::number(of("requests_unanswered").map(|s| s.mean), 1),
            mean("outage_ping"),
            ci("outage_ping"),
            mean("outage_guest_clock"),
            ci("outage_guest_clock"),
            Cell::number(of("outage_hypervisor").map(|s| s.mean), 3),
            Cell::interval(of("outage_hypervisor").and_then(|s| s.ci95), 3),
            mean("migration_duration"),
            ci("migration_duration"),
        ])
    });
    without_empty_columns(table("overview".to_owned(), columns, rows.collect()))
}

/// Comparisons with the means behind them.
pub fn compared(analysis: &Analysis, comparisons: &[Comparison]) -> Table {
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
    let rows = comparisons.iter().map(|c| {
        let unit = series(analysis, c.a, &c.metric).map_or(Unit::Ratio, |series| series.unit);
        let amount = |value| Cell::Amount { value, sd: None, unit };
        let mean = |condition| {
            summary(analysis, condition, &c.metric).map_or(Cell::Missing, |summary| amount(summary.mean))
        };
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::condition(analysis, c.a),
            Cell::condition(analysis, c.b),
            mean(c.a),
            mean(c.b),
            amount(c.difference),
            Cell::Unit(unit),
            Cell::number(c.ratio, 2),
            Cell::interval(c.ratio_ci95, 2),
            Cell::probability(c.p_adjusted),
        ])
    });
    table("compared".to_owned(), columns, rows.collect())
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
    let told = |metric: &str| {
        matches!(metric, "outage_ping" | "outage_guest_clock" | "outage_hypervisor" | "migration_duration")
    };
    let rows = analysis.comparisons.iter().filter(|c| told(&c.metric)).map(|c| {
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::condition(analysis, c.b),
            Cell::condition(analysis, c.a),
            Cell::number(Some(c.difference), 2),
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
    let columns = vec![
        column("condition", "table.condition", None),
        column("quantity", "table.quantity", None),
        column("stated", "table.stated", None),
        column("computed", "table.computed", None),
        column("deviation", "table.deviation", None),
        column("agrees", "table.agrees", None),
        column("note", "table.note", None),
    ];
    let rows = analysis.published.iter().map(|p| {
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
