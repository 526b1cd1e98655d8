//! Tables of one condition: outages, round trips and what the migration cost its hosts.

use super::{Cell, Column, Heading, Row, Table, column, row, runs_of, table, without_empty_columns};
use crate::model::curves::{CURVES, DOMAIN_0, DOMAIN_CPU};
use crate::model::metrics::{Shown, series_entry};
use crate::model::{Analysis, ConditionId, RoundTrips, Series, SeriesSummary, Unit};
use crate::stats::Sample;

/// One row a repetition, then what the repetitions have in common.
pub fn outages(analysis: &Analysis, condition: ConditionId) -> Table {
    let here = |s: &&Series| s.condition == condition && series_entry(&s.metric).shown != Shown::Elsewhere;
    let present: Vec<&Series> = analysis.series.iter().filter(here).collect();
    let mut columns = vec![column("repetition", "table.repetition", None)];
    columns.extend(present.iter().map(|s| Column {
        key: s.metric.clone(),
        heading: Heading::Metric(s.metric.clone()),
        unit: Some(s.unit),
    }));
    // A column has the same places for all quantities, but for what is counted.
    let decimals = |s: &Series| series_entry(&s.metric).decimals;
    let mut rows: Vec<Row> = runs_of(analysis, &analysis.conditions[condition])
        .into_iter()
        .filter(|run| run.counts())
        .enumerate()
        .map(|(place, run)| {
            let mut cells = vec![Cell::Integer(i64::from(run.repetition))];
            cells.extend(
                present.iter().map(|s| Cell::value(s.values.get(place).copied().flatten(), decimals(s))),
            );
            row(cells)
        })
        .collect();
    type Statistic = fn(&SeriesSummary) -> Option<f64>;
    let statistics: [(&'static str, Statistic); 5] = [
        ("table.mean", |s| s.mean),
        ("table.sd", |s| s.sd),
        ("table.median", |s| s.median),
        ("table.ci95_low", |s| s.ci95.map(|ci| ci.low)),
        ("table.ci95_high", |s| s.ci95.and_then(|ci| ci.high)),
    ];
    if !present.is_empty() {
        for (label, statistic) in statistics {
            let mut cells = vec![Cell::Label(label)];
            cells.extend(
                present
                    .iter()
                    .map(|s| Cell::number(s.summary.as_ref().and_then(statistic), decimals(s).max(1))),
            );
            rows.push(Row { cells, summary: true });
        }
    }
    Table {
        transposed: true,
        ..table(format!("outages-{}", analysis.conditions[condition].id), columns, rows)
    }
}

/// Round trip times of every run of a condition, by phase.
pub fn round_trips(analysis: &Analysis, condition: ConditionId) -> Table {
    let mut columns = vec![column("repetition", "table.repetition", None)];
    columns.extend(by_phase());
    let rows = runs_of(analysis, &analysis.conditions[condition]).into_iter().filter_map(|run| {
        let ping = run.ping.as_ref()?;
        let mut cells = vec![Cell::Integer(i64::from(run.repetition))];
        cells.extend(of_phases([ping.before, ping.during, ping.after]));
        Some(row(cells))
    });
    table(format!("round-trips-{}", analysis.conditions[condition].id), columns, rows.collect())
}

/// What the requests of a client came to in every run of a condition: how many failed, and how long the others took, by
/// phase.
pub fn latencies(analysis: &Analysis, condition: ConditionId) -> Table {
    let mut columns = vec![
        column("repetition", "table.repetition", None),
        column("sent", "table.probe_sent", None),
        column("failed", "table.probe_failed", None),
    ];
    columns.extend(by_phase());
    let rows = runs_of(analysis, &analysis.conditions[condition]).into_iter().filter_map(|run| {
        let probe = run.probe.as_ref()?;
        let counts = [run.repetition, probe.sent, probe.failed];
        let mut cells: Vec<Cell> = counts.map(|count| Cell::Integer(i64::from(count))).into();
        cells.extend(of_phases([probe.before, probe.during, probe.after]));
        Some(row(cells))
    });
    table(format!("latencies-{}", analysis.conditions[condition].id), columns, rows.collect())
}

/// The columns of times that requests took, in milliseconds.
fn by_phase() -> impl Iterator<Item = Column> {
    [
        ("before_median", "table.rtt_before_median"),
        ("before_p95", "table.rtt_before_p95"),
        ("during_median", "table.rtt_during_median"),
        ("during_p95", "table.rtt_during_p95"),
        ("during_max", "table.rtt_during_max"),
        ("after_median", "table.rtt_after_median"),
        ("after_p95", "table.rtt_after_p95"),
    ]
    .into_iter()
    .map(|(key, heading)| column(key, heading, Some(Unit::Milliseconds)))
}

/// The cells of these columns.
fn of_phases([before, during, after]: [Option<RoundTrips>; 3]) -> [Cell; 7] {
    let cell = |phase: Option<RoundTrips>, of: fn(RoundTrips) -> f64| Cell::number(phase.map(of), 2);
    [
        cell(before, |r| r.median),
        cell(before, |r| r.p95),
        cell(during, |r| r.median),
        cell(during, |r| r.p95),
        cell(during, |r| r.max),
        cell(after, |r| r.median),
        cell(after, |r| r.p95),
    ]
}

/// Per host: the quantities before, during and at the peak of the migration, means over the runs.
pub fn resources(analysis: &Analysis, condition: ConditionId) -> Table {
    let quantities = quantities(analysis);
    let mut columns = vec![column("host", "table.host", None), column("phase", "table.phase", None)];
    columns.extend(quantities.iter().map(|(metric, heading, unit, _)| column(metric, heading, Some(*unit))));
    let runs = runs_of(analysis, &analysis.conditions[condition]);
    let mut rows = Vec::new();
    for host in &analysis.campaign.hosts {
        let costs = |metric: &str| {
            runs.iter()
                .filter(|run| run.counts())
                .filter_map(|run| {
                    run.resources
                        .iter()
                        .find(|cost| cost.host.as_deref() == Some(&host.name) && cost.metric == metric)
                })
                .collect::<Vec<_>>()
        };
        if quantities.iter().all(|(metric, ..)| costs(metric).is_empty()) {
            continue;
        }
        for phase in ["table.before", "table.during", "table.peak"] {
            let mut cells = vec![Cell::Text(host.name.clone()), Cell::Label(phase)];
            cells.extend(quantities.iter().map(|(metric, _, _, decimals)| {
                let values = costs(metric)
                    .into_iter()
                    .filter_map(|cost| match phase {
                        "table.before" => cost.baseline_mean,
                        "table.during" => cost.migration_mean,
                        _ => cost.migration_peak,
                    })
                    .collect();
                Cell::number(Sample::new(values).map(|sample| sample.mean()), *decimals)
            }));
            rows.push(row(cells));
        }
    }
    table(format!("resources-{}", analysis.conditions[condition].id), columns, rows)
}

/// A quantity of a host that tables show: metric, heading, unit and decimals.
pub(super) type HostQuantity = (String, &'static str, Unit, u8);

/// What a migration costs a host, as far as tables tell it.
pub(super) fn quantities(analysis: &Analysis) -> Vec<HostQuantity> {
    let domain =
        |name: &str, heading| (DOMAIN_CPU.key.with(name), heading, DOMAIN_CPU.unit, DOMAIN_CPU.decimals);
    let vm = analysis.campaign.vm.as_ref().map(|vm| domain(vm, "table.vm_cpu"));
    let host = CURVES.iter().filter_map(|quantity| {
        Some((quantity.name().to_owned(), quantity.heading?, quantity.unit, quantity.decimals))
    });
    vm.into_iter().chain([domain(DOMAIN_0, "table.domain_0_cpu")]).chain(host).collect()
}

/// How much worse the service of every run was, beyond its outage.
pub fn degradation(analysis: &Analysis, condition: ConditionId) -> Table {
    let columns = vec![
        column("repetition", "table.repetition", None),
        column("lost_service", "table.lost_service", Some(Unit::Seconds)),
        column("slow_before", "table.slow_before", Some(Unit::Seconds)),
        column("slow_after", "table.slow_after", Some(Unit::Seconds)),
        column("during_ratio", "table.during_ratio", None),
        column("after_ratio", "table.after_ratio", None),
    ];
    let rows = runs_of(analysis, &analysis.conditions[condition]).into_iter().filter_map(|run| {
        let degradation = run.degradation.as_ref()?;
        Some(row(vec![
            Cell::repetition(run),
            Cell::number(Some(degradation.lost_service_s), 2),
            Cell::number(Some(degradation.slow_before_s), 1),
            Cell::number(Some(degradation.slow_after_s), 1),
            Cell::number(degradation.during_ratio, 2),
            Cell::number(degradation.after_ratio, 2),
        ]))
    });
    let id = format!("degradation-{}", analysis.conditions[condition].id);
    without_empty_columns(table(id, columns, rows.collect()))
}
