//! The answer in one table: what completed, how long the service was away and by what that is known, how long it took.

use super::labels::condition_label;
use super::{
    Cell, Table, column, incomplete, is_unclear, row, summary, table, unclear, without_empty_columns,
};
use crate::model::metrics::{self, MIGRATION_DURATION, Shown};
use crate::model::{Analysis, ConditionId, Entries, Finding, Method, Unit};

/// A row a condition with runs: of its outage the method that its sentence uses.
pub fn answer(analysis: &Analysis) -> Table {
    let duration = metrics::find(MIGRATION_DURATION).and_then(|entry| match entry.shown {
        Shown::Overview(heading) => Some(heading),
        Shown::Condition | Shown::Elsewhere => None,
    });
    let duration = duration.unwrap_or("table.metric");
    let columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("completed", "table.completed", Some(Unit::Count)),
        column("unclear", "table.unclear", Some(Unit::Count)),
        column("outage_mean", "table.outage_mean", Some(Unit::Seconds)),
        column("outage_ci95", "table.ci95", Some(Unit::Seconds)),
        column("method", "table.method", None),
        column(&format!("{MIGRATION_DURATION}_mean"), duration, Some(Unit::Seconds)),
    ];
    let all_completed = !analysis.runs.iter().any(|run| incomplete(run) || is_unclear(run));
    let migrated = analysis.conditions.entries().filter(|(_, condition)| !condition.runs.is_empty());
    let rows = migrated.map(|(id, condition)| {
        let method = stated(analysis, id);
        let of_outage = method.and_then(|method| summary(analysis, id, method.metric()));
        row(vec![
            Cell::condition(analysis, id),
            Cell::count(condition.runs.len()),
            if all_completed { Cell::Missing } else { Cell::count(condition.completed) },
            unclear(analysis, condition),
            Cell::mean(of_outage, 2),
            Cell::reach(of_outage.and_then(|summary| summary.ci95), 2),
            method.map_or(Cell::Missing, |method| Cell::Label(method.entry().texts.name)),
            Cell::mean(summary(analysis, id, MIGRATION_DURATION), 2),
        ])
    });
    without_empty_columns(table("answer".to_owned(), columns, rows.collect()))
}

/// The outages of a condition as a bar, seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub condition: String,
    /// Least and greatest of the runs.
    pub ends: (f64, f64),
    /// The interval of [`answer`]; open where it has no upper end.
    pub interval: Option<(f64, Option<f64>)>,
    /// `None` where some outages did not end.
    pub mean: Option<f64>,
}

/// The bars of [`answer`].
pub fn answer_bars(analysis: &Analysis) -> Vec<Bar> {
    let bar = |id: ConditionId| {
        let of = summary(analysis, id, stated(analysis, id)?.metric())?;
        let ends = (of.min?, of.max?);
        let interval = of.ci95.map(|reach| (reach.low, reach.high));
        Some(Bar { condition: condition_label(analysis, id), ends, interval, mean: of.mean })
    };
    analysis.conditions.ids().filter_map(bar).collect()
}

/// The method by which the outage of a condition is stated.
fn stated(analysis: &Analysis, id: ConditionId) -> Option<Method> {
    analysis.findings.iter().find_map(|finding| match finding {
        Finding::Outage(outage) if outage.condition == id => Some(outage.method),
        _ => None,
    })
}
