//! Tables of one condition: outages, round trips and what the migration cost its hosts.

use super::{Cell, Column, Heading, Row, Table, column, row, runs_of, table, without_empty_columns};
use crate::model::{Analysis, ConditionId, RoundTrips, Series, Unit};
use crate::stats::{Sample, Summary};

/// One row a repetition, then what the repetitions have in common.
pub fn outages(analysis: &Analysis, condition: ConditionId) -> Table {
    // What models predict has a table of its own.
    let told = |s: &&Series| s.condition == condition && !s.metric.starts_with("precopy.predict");
    let present: Vec<&Series> = analysis.series.iter().filter(told).collect();
    let mut columns = vec![column("repetition", "table.repetition", None)];
    columns.extend(present.iter().map(|s| Column {
        key: s.metric.clone(),
        heading: Heading::Metric(s.metric.clone()),
        unit: Some(s.unit),
    }));
    let decimals = |s: &Series| if s.unit == Unit::Count { 0 } else { 2 };
    let mut rows: Vec<Row> = runs_of(analysis, &analysis.conditions[condition])
        .into_iter()
        .filter(|run| run.counts())
        .enumerate()
        .map(|(place, run)| {
            let mut cells = vec![Cell::Integer(i64::from(run.repetition))];
            cells.extend(
                present.iter().map(|s| Cell::number(s.values.get(place).copied().flatten(), decimals(s))),
            );
            row(cells)
        })
        .collect();
    type Statistic = fn(&Summary) -> Option<f64>;
    let statistics: [(&'static str, Statistic); 5] = [
        ("table.mean", |s| Some(s.mean)),
        ("table.sd", |s| s.sd),
        ("table.median", |s| Some(s.median)),
        ("table.ci95_low", |s| s.ci95.map(|ci| ci.low)),
        ("table.ci95_high", |s| s.ci95.map(|ci| ci.high)),
    ];
    if !present.is_empty() {
        for (label, statistic) in statistics {
            let mut cells = vec![Cell::Label(label)];
            cells.extend(present.iter().map(|s| {
                let decimals = if s.unit == Unit::Count { 1 } else { 2 };
                Cell::number(s.summary.as_ref().and_then(statistic), decimals)
            }));
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
    for (key, heading) in [
        ("before_median", "table.rtt_before_median"),
        ("before_p95", "table.rtt_before_p95"),
        ("during_median", "table.rtt_during_median"),
        ("during_p95", "table.rtt_during_p95"),
        ("during_max", "table.rtt_during_max"),
        ("after_median", "table.rtt_after_median"),
        ("after_p95", "table.rtt_after_p95"),
    ] {
        columns.push(column(key, heading, Some(Unit::Milliseconds)));
    }
    let rows = runs_of(analysis, &analysis.conditions[condition]).into_iter().filter_map(|run| {
        let ping = run.ping.as_ref()?;
        let cell = |phase: Option<RoundTrips>, of: fn(RoundTrips) -> f64| Cell::number(phase.map(of), 2);
        Some(row(vec![
            Cell::Integer(i64::from(run.repetition)),
            cell(ping.before, |r| r.median),
            cell(ping.before, |r| r.p95),
            cell(ping.during, |r| r.median),
            cell(ping.during, |r| r.p95),
            cell(ping.during, |r| r.max),
            cell(ping.after, |r| r.median),
            cell(ping.after, |r| r.p95),
        ]))
    });
    table(format!("round-trips-{}", analysis.conditions[condition].id), columns, rows.collect())
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
                    run.resources.iter().find(|cost| cost.host == host.name && cost.metric == metric)
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
    let vm = analysis
        .campaign
        .vm
        .as_ref()
        .map(|vm| (format!("domain.{vm}.cpu"), "table.vm_cpu", Unit::Percent, 1));
    let others = [
        ("domain.Domain-0.cpu", "table.domain_0_cpu", Unit::Percent, 1),
        ("cpu.system", "table.cpu_system", Unit::Percent, 1),
        ("cpu.softirq", "table.cpu_softirq", Unit::Percent, 1),
        ("mem.used", "table.mem_used", Unit::Bytes, 1),
        ("net.received", "table.net_received", Unit::BytesPerSecond, 2),
        ("net.sent", "table.net_sent", Unit::BytesPerSecond, 2),
    ];
    vm.into_iter()
        .chain(others.map(|(metric, heading, unit, decimals)| (metric.to_owned(), heading, unit, decimals)))
        .collect()
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
