//! What models of pre-copy predict beside what was measured.

use super::{Cell, Row, Table, column, row, table, without_empty_columns};
use crate::model::{Analysis, Model, Prediction, Run, Unit};
use crate::stats::{Sample, Summary};

/// A row a run whose hypervisor told its rounds. Of what did not complete, the time is that of the rounds until then.
pub fn predictions(analysis: &Analysis) -> Table {
    let columns = vec![
        column("run", "table.run", None),
        column("status", "table.status", None),
        column("dirtied", "table.dirty_rate", Some(Unit::BytesPerSecond)),
        column("throughput", "table.throughput", Some(Unit::BytesPerSecond)),
        column("working_set", "table.working_set", Some(Unit::Bytes)),
        column("duration", "table.duration", Some(Unit::Seconds)),
        column("standard", "table.model_standard", Some(Unit::Seconds)),
        column("standard_error", "table.model_error", Some(Unit::Percent)),
        column("with_working_set", "table.model_working_set", Some(Unit::Seconds)),
        column("with_working_set_error", "table.model_error", Some(Unit::Percent)),
        column("downtime", "table.downtime", Some(Unit::Seconds)),
        column("standard_downtime", "table.model_standard_downtime", Some(Unit::Seconds)),
        column("with_working_set_downtime", "table.model_working_set_downtime", Some(Unit::Seconds)),
    ];
    let all_completed = analysis.runs.iter().all(Run::counts);
    let rows = analysis.runs.iter().filter_map(|run| of_run(run, all_completed)).collect();
    without_empty_columns(table("predictions".to_owned(), columns, rows))
}

fn of_run(run: &Run, all_completed: bool) -> Option<Row> {
    let account = run.hypervisor.as_ref().filter(|account| !account.rounds.is_empty())?;
    let (standard, bounded) = (account.predicted(Model::Standard), account.predicted(Model::WorkingSet));
    let error = |predicted: Option<Prediction>| predicted?.error_percent(run.migration.duration_s);
    let status = if all_completed { Cell::Missing } else { Cell::Label(run.migration.status.label()) };
    Some(row(vec![
        Cell::Text(run.id.clone()),
        status,
        Cell::number(account.dirty_bytes_per_s, 2),
        Cell::number(account.throughput_bytes_per_s, 2),
        Cell::number(account.working_set_bytes(), 1),
        Cell::number(run.migration.duration_s, 2),
        Cell::number(standard.map(|p| p.duration_s), 2),
        Cell::number(error(standard), 1),
        Cell::number(bounded.map(|p| p.duration_s), 2),
        Cell::number(error(bounded), 1),
        Cell::number(account.downtime_s, 3),
        Cell::number(standard.map(|p| p.downtime_s), 3),
        Cell::number(bounded.map(|p| p.downtime_s), 3),
    ]))
}

/// The errors of a model over the completed runs that it predicts, per cent.
pub fn prediction_errors(analysis: &Analysis, model: Model) -> Option<Summary> {
    let error = |run: &Run| {
        let account = run.hypervisor.as_ref()?;
        account.predicted(model)?.error_percent(run.migration.duration_s)
    };
    let counted = analysis.runs.iter().filter(|run| run.counts());
    Some(Sample::new(counted.filter_map(error).collect())?.summary())
}
