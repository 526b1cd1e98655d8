//! What a reader must know of single runs and of the data.

use super::{Cell, Column, Row, Table, column, row, table, without_empty_columns};
use crate::model::diagnostics;
use crate::model::{Analysis, Condition, Diagnostic, Run, Severity, Status, Unit};

/// Oddities of single runs.
pub fn flags(analysis: &Analysis) -> Table {
    let columns = vec![
        column("run", "table.run", None),
        column("code", "table.flag", None),
        column("values", "table.values", None),
    ];
    let rows = analysis.runs.iter().flat_map(|run| {
        run.flags.iter().map(|flag| {
            let values: Vec<String> =
                flag.values.iter().map(|(name, value)| format!("{name} = {value:.2}")).collect();
            row(vec![
                Cell::Text(run.id.clone()),
                Cell::Label(flag.code.label()),
                Cell::Text(values.join(", ")),
            ])
        })
    });
    table("flags".to_owned(), columns, rows.collect())
}

/// All runs with their time zero and how their migration went.
pub fn runs(analysis: &Analysis) -> Table {
    let columns = vec![
        column("run", "table.run", None),
        column("status", "table.status", None),
        column("request_epoch", "table.request", Some(Unit::Seconds)),
        column("resolution", "table.resolution", Some(Unit::Seconds)),
        column("duration", "table.duration", Some(Unit::Seconds)),
        column("user", "table.user", Some(Unit::Seconds)),
        column("system", "table.system", Some(Unit::Seconds)),
        column("files", "table.files", Some(Unit::Count)),
    ];
    let rows = analysis.runs.iter().map(|run| {
        let m = &run.migration;
        row(vec![
            Cell::Text(run.id.clone()),
            Cell::Label(m.status.label()),
            Cell::number(m.request_epoch_s, if m.request_resolution_s < 1.0 { 3 } else { 0 }),
            m.request_epoch_s
                .map_or(Cell::Missing, |_| Cell::Number { value: m.request_resolution_s, decimals: 0 }),
            Cell::number(m.duration_s, 2),
            Cell::number(m.user_s, 2),
            Cell::number(m.system_s, 2),
            Cell::count(run.source_files.len()),
        ])
    });
    table("runs".to_owned(), columns, rows.collect())
}

/// Every problem of the data.
pub fn problems(analysis: &Analysis) -> Table {
    let rows = analysis.diagnostics.iter().map(|d| problem(d, diagnostics::place(d))).collect();
    table("problems".to_owned(), problem_columns(), rows)
}

/// The problems of the data for people: what says the same of several places stands once.
pub fn problems_grouped(analysis: &Analysis, with_notes: bool) -> Table {
    let groups = diagnostics::grouped(&analysis.diagnostics).into_iter();
    let shown = groups.filter(|group| with_notes || group.first.severity != Severity::Note);
    let rows = shown.map(|group| {
        let place = diagnostics::place(group.first);
        problem(group.first, if group.more > 0 { format!("{place} (+ {})", group.more) } else { place })
    });
    table("problems".to_owned(), problem_columns(), rows.collect())
}

fn problem_columns() -> Vec<Column> {
    vec![
        column("severity", "table.severity", None),
        column("code", "table.code", None),
        column("place", "table.place", None),
        column("message", "table.message", None),
        column("text", "table.text", None),
    ]
}

fn problem(d: &Diagnostic, place: String) -> Row {
    row(vec![
        Cell::Label(match d.severity {
            Severity::Error => "severity.error",
            Severity::Warning => "severity.warning",
            Severity::Note => "severity.note",
        }),
        Cell::Text(d.code.to_owned()),
        Cell::Text(place),
        Cell::Text(d.message.clone()),
        Cell::Text(d.text.clone().unwrap_or_default()),
    ])
}

/// Whether it is known of a run that its migration did not complete.
pub fn incomplete(run: &Run) -> bool {
    run.migration.status.is_failure()
}

/// Whether it is not known of a run how its migration ended, though it is told of others.
pub fn is_unclear(run: &Run) -> bool {
    run.migration.status == Status::Unclear
}

/// How many migrations of a condition are such; missing where none of the campaign is.
pub(super) fn unclear(analysis: &Analysis, condition: &Condition) -> Cell {
    let number = condition.runs.iter().filter(|run| is_unclear(&analysis.runs[**run])).count();
    if analysis.runs.iter().any(is_unclear) { Cell::count(number) } else { Cell::Missing }
}

/// Every run whose migration did not complete.
pub fn failures(analysis: &Analysis) -> Table {
    let columns = vec![
        column("run", "table.run", None),
        column("status", "table.status", None),
        column("duration", "table.after", Some(Unit::Seconds)),
        column("iterations", "table.iterations", Some(Unit::Count)),
        column("transferred", "table.transferred", Some(Unit::Bytes)),
        column("remaining", "table.remaining", Some(Unit::Bytes)),
        column("dirty_rate", "table.dirty_rate", Some(Unit::BytesPerSecond)),
        column("throughput", "table.throughput", Some(Unit::BytesPerSecond)),
        column("reason", "table.reason", None),
    ];
    let rows = analysis.runs.iter().filter(|run| incomplete(run)).map(|run| {
        let account = run.hypervisor.as_ref();
        let duration = run.migration.duration_s.or(account.and_then(|account| account.total_time_s));
        let iterations = account.and_then(|account| i64::try_from(account.iterations?).ok());
        row(vec![
            Cell::Text(run.id.clone()),
            Cell::Label(run.migration.status.label()),
            Cell::number(duration, 2),
            iterations.map_or(Cell::Missing, Cell::Integer),
            Cell::number(account.and_then(|account| account.transferred_bytes), 1),
            Cell::number(account.and_then(|account| account.remaining_bytes), 1),
            Cell::number(account.and_then(|account| account.dirty_bytes_per_s), 2),
            Cell::number(account.and_then(|account| account.throughput_bytes_per_s), 2),
            Cell::text(run.migration.reason.as_deref()),
        ])
    });
    without_empty_columns(table("failures".to_owned(), columns, rows.collect()))
}
