//! Tables of the course of the runs of one condition: checks, phases and what they cost, and the
//! hypervisor's own account.
//!
//! Data files hold a row a run and check, or a run and phase; documents get the same with a column or a
//! row a repetition, under the same name.

use super::condition::quantities;
use super::{Cell, Column, Heading, Row, Table, column, row, runs_of, table, without_empty_columns};
use crate::model::{Analysis, CheckKind, ConditionId, PhaseCost, PhaseKind, Run, Unit};
use crate::stats::Sample;

const PHASES: [PhaseKind; 3] = [PhaseKind::PreCopy, PhaseKind::StopAndCopy, PhaseKind::Activation];

fn of_condition(analysis: &Analysis, condition: ConditionId) -> (Vec<&Run>, &str) {
    let condition = &analysis.conditions[condition];
    (runs_of(analysis, condition), &condition.id)
}

/// Every check of every run.
pub fn checks(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let columns = vec![
        column("repetition", "table.repetition", None),
        column("check", "table.check", None),
        column("left", "table.left", Some(Unit::Seconds)),
        column("right", "table.right", Some(Unit::Seconds)),
        column("margin", "table.margin", Some(Unit::Seconds)),
        column("uncertainty", "table.uncertainty", Some(Unit::Seconds)),
        column("verdict", "table.verdict", None),
    ];
    let rows = runs.iter().flat_map(|run| {
        run.checks.iter().map(|check| {
            row(vec![
                Cell::repetition(run),
                Cell::Label(check.kind.label()),
                Cell::number(Some(check.left_s), 3),
                Cell::number(Some(check.right_s), 3),
                Cell::number(Some(check.margin_s()), 3),
                Cell::number(Some(check.uncertainty_s), 3),
                Cell::Label(check.verdict.label()),
            ])
        })
    });
    table(format!("checks-{id}"), columns, rows.collect())
}

/// The checks for people: a row a check, a column a repetition.
pub fn checks_matrix(analysis: &Analysis, condition: ConditionId) -> Table {
    let (mut runs, id) = of_condition(analysis, condition);
    runs.retain(|run| !run.checks.is_empty());
    let mut columns = vec![column("check", "table.check", None)];
    columns.extend(runs.iter().map(|run| Column {
        key: run.repetition.to_string(),
        heading: Heading::Data(run.repetition.to_string()),
        unit: Some(Unit::Seconds),
    }));
    let mut kinds: Vec<CheckKind> = runs.iter().flat_map(|run| &run.checks).map(|check| check.kind).collect();
    kinds.sort();
    kinds.dedup();
    let cell = |run: &Run, kind: CheckKind| {
        let check = run.checks.iter().find(|check| check.kind == kind);
        check.map_or(Cell::Missing, |check| Cell::Verdict {
            verdict: check.verdict,
            margin: check.margin_s(),
            decimals: 2,
        })
    };
    let rows = kinds.into_iter().map(|kind| {
        let cells = runs.iter().map(|run| cell(run, kind));
        row(std::iter::once(Cell::Label(kind.label())).chain(cells).collect())
    });
    table(format!("checks-{id}"), columns, rows.collect())
}

/// Every phase of every run.
pub fn phases(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let columns = vec![
        column("repetition", "table.repetition", None),
        column("phase", "table.phase", None),
        column("start", "table.start", Some(Unit::Seconds)),
        column("end", "table.end", Some(Unit::Seconds)),
        column("length", "table.length", Some(Unit::Seconds)),
        column("start_evidence", "table.start_evidence", None),
        column("end_evidence", "table.end_evidence", None),
    ];
    let rows = runs.iter().flat_map(|run| {
        run.phases.iter().map(|phase| {
            row(vec![
                Cell::repetition(run),
                Cell::Label(phase.kind.label()),
                Cell::number(Some(phase.from.at_s()), 2),
                Cell::number(Some(phase.to.at_s()), 2),
                Cell::plus_minus(Some((phase.length_s(), phase.half_width_s())), 2),
                Cell::Label(phase.from.evidence.label()),
                Cell::Label(phase.to.evidence.label()),
            ])
        })
    });
    table(format!("phases-{id}"), columns, rows.collect())
}

/// The phases for people: a row a repetition.
pub fn phases_matrix(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let mut columns = vec![column("repetition", "table.repetition", None)];
    for kind in PHASES {
        columns.push(column(kind.label(), kind.label(), Some(Unit::Seconds)));
        columns.push(column("evidence", "table.evidence", None));
    }
    let rows = runs.iter().filter(|run| !run.phases.is_empty()).map(|run| {
        let mut cells = vec![Cell::repetition(run)];
        for kind in PHASES {
            let phase = run.phases.iter().find(|phase| phase.kind == kind);
            cells.push(Cell::plus_minus(phase.map(|phase| (phase.length_s(), phase.half_width_s())), 2));
            cells.push(phase.map_or(Cell::Missing, |phase| {
                let mut labels = vec![phase.from.evidence.label(), phase.to.evidence.label()];
                labels.dedup();
                Cell::Labels(labels)
            }));
        }
        row(cells)
    });
    without_empty_columns(table(format!("phases-{id}"), columns, rows.collect()))
}

/// The hypervisor's own account of every run.
pub fn hypervisor(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let columns = vec![
        column("repetition", "table.repetition", None),
        column("status", "table.status", None),
        column("downtime", "table.downtime", Some(Unit::Seconds)),
        column("expected_downtime", "table.expected_downtime", Some(Unit::Seconds)),
        column("total_time", "table.total_time", Some(Unit::Seconds)),
        column("setup_time", "table.setup_time", Some(Unit::Seconds)),
        column("iterations", "table.iterations", Some(Unit::Count)),
        column("transferred", "table.transferred", Some(Unit::Bytes)),
        column("remaining", "table.remaining", Some(Unit::Bytes)),
        column("memory", "table.memory", Some(Unit::Bytes)),
        column("postcopy_bytes", "table.postcopy_bytes", Some(Unit::Bytes)),
        column("postcopy_requests", "table.postcopy_requests", Some(Unit::Count)),
        column("postcopy_blocktime", "table.postcopy_blocktime", Some(Unit::Seconds)),
        column("pages_sent", "table.pages_sent", Some(Unit::Count)),
        column("dirty_rate", "table.dirty_rate", Some(Unit::BytesPerSecond)),
        column("throughput", "table.throughput", Some(Unit::BytesPerSecond)),
    ];
    let rows = runs.iter().filter_map(|run| {
        let account = run.hypervisor.as_ref()?;
        // QEMU counts what it sent so in every migration.
        let has_post_copy = account.postcopy_bytes.is_some_and(|bytes| bytes > 0.0);
        Some(row(vec![
            Cell::repetition(run),
            Cell::Label(run.migration.status.label()),
            Cell::number(account.downtime_s, 3),
            Cell::number(account.expected_downtime_s, 3),
            Cell::number(account.total_time_s, 3),
            Cell::number(account.setup_time_s, 3),
            account.iterations.and_then(|n| i64::try_from(n).ok()).map_or(Cell::Missing, Cell::Integer),
            Cell::number(account.transferred_bytes, 1),
            // Nothing remains of what completed.
            Cell::number(account.remaining_bytes.filter(|bytes| *bytes > 0.0), 1),
            Cell::number(account.memory_bytes, 0),
            Cell::number(account.postcopy_bytes.filter(|_| has_post_copy), 1),
            Cell::number(account.postcopy_requests.filter(|_| has_post_copy), 0),
            Cell::number(account.postcopy_blocktime_s, 3),
            Cell::number(account.pages_sent, 0),
            Cell::number(account.dirty_bytes_per_s, 2),
            Cell::number(account.throughput_bytes_per_s, 2),
        ]))
    });
    without_empty_columns(table(format!("hypervisor-{id}"), columns, rows.collect()))
}

/// Mean over the repetitions of what a phase cost a host in one quantity.
fn mean_cost(
    runs: &[&Run],
    host: Option<&str>,
    metric: &str,
    phase: PhaseKind,
    of: fn(&PhaseCost) -> Option<f64>,
) -> Option<f64> {
    let values = runs.iter().filter(|run| run.counts()).filter_map(|run| {
        let cost = run.resources.iter().find(|cost| cost.host.as_deref() == host && cost.metric == metric)?;
        of(cost.phases.iter().find(|cost| cost.phase == phase)?)
    });
    Sample::new(values.collect()).map(|sample| sample.mean())
}

/// What each phase cost every host in every quantity, means over the repetitions.
pub fn phase_costs(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let columns = vec![
        column("host", "table.host", None),
        column("metric", "table.metric", None),
        column("unit", "table.unit", None),
        column("phase", "table.phase", None),
        column("mean", "table.mean", None),
        column("peak", "table.peak_of_phase", None),
        column("excess_integral", "table.excess", None),
    ];
    let mut costs: Vec<(Option<&str>, &str, Unit)> = runs
        .iter()
        .flat_map(|run| &run.resources)
        .map(|cost| (cost.host.as_deref(), cost.metric.as_str(), cost.unit))
        .collect();
    costs.sort_by_key(|(host, metric, _)| (*host, *metric));
    costs.dedup();
    let rows = costs.into_iter().flat_map(|(host, metric, unit)| {
        let runs = &runs;
        PHASES.into_iter().filter_map(move |phase| {
            let mean = mean_cost(runs, host, metric, phase, |cost| Some(cost.mean))?;
            Some(row(vec![
                host.map_or(Cell::Label("table.of_service"), |host| Cell::Text(host.to_owned())),
                Cell::Text(metric.to_owned()),
                Cell::Text(unit.name().to_owned()),
                Cell::Label(phase.label()),
                Cell::number(Some(mean), 2),
                Cell::number(mean_cost(runs, host, metric, phase, |cost| Some(cost.peak)), 2),
                Cell::number(mean_cost(runs, host, metric, phase, |cost| cost.excess_integral), 2),
            ]))
        })
    });
    table(format!("phase-costs-{id}"), columns, rows.collect())
}

/// The costs of the phases for people: means of the quantities that matter, a row a host and phase.
pub fn phase_means(analysis: &Analysis, condition: ConditionId) -> Table {
    let (runs, id) = of_condition(analysis, condition);
    let quantities = quantities(analysis);
    let mut columns = vec![column("host", "table.host", None), column("phase", "table.phase", None)];
    columns.extend(quantities.iter().map(|(metric, heading, unit, _)| column(metric, heading, Some(*unit))));
    let hosts = analysis.campaign.hosts.iter();
    let rows = hosts.flat_map(|host| PHASES.map(|phase| (host, phase))).filter_map(|(host, phase)| {
        let mut cells = vec![Cell::Text(host.name.clone()), Cell::Label(phase.label())];
        cells.extend(quantities.iter().map(|(metric, _, _, decimals)| {
            Cell::number(mean_cost(&runs, Some(&host.name), metric, phase, |cost| Some(cost.mean)), *decimals)
        }));
        let known = cells.iter().any(|cell| matches!(cell, Cell::Number { .. }));
        known.then_some(Row { cells, summary: false })
    });
    without_empty_columns(table(format!("phase-costs-{id}"), columns, rows.collect()))
}
