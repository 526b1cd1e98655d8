//! Tables of one condition: outages, round trips and what the migration cost its hosts.

use super::{Cell, Column, Heading, Row, Table, column, export_name, method_label, row, runs_of, table};
use crate::aggregate;
use crate::analysis::{Analysis, Method, RoundTrips, Series, Unit};
use crate::stats::{Interval, Sample, Summary};

/// One row a repetition, then what the repetitions have in common.
pub fn outages(analysis: &Analysis, condition: usize) -> Table {
    let present: Vec<&Series> = analysis.series.iter().filter(|s| s.condition == condition).collect();
    let mut columns = vec![column("repetition", "table.repetition", None)];
    columns.extend(present.iter().map(|s| Column {
        key: s.metric.clone(),
        heading: Heading::Metric(s.metric.clone()),
        unit: Some(s.unit),
    }));
    let decimals = |s: &Series| if s.unit == Unit::Count { 0 } else { 2 };
    let mut rows: Vec<Row> = runs_of(analysis, &analysis.conditions[condition])
        .into_iter()
        .filter(|run| aggregate::counts(run))
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

/// The outage of every run of a condition by each method, with the bounds of its resolution, and
/// its place on the time line.
pub fn methods(analysis: &Analysis, condition: usize) -> Table {
    let runs = runs_of(analysis, &analysis.conditions[condition]);
    let methods: Vec<Method> = [Method::Ping, Method::PingReplyGap, Method::GuestClock]
        .into_iter()
        .filter(|method| runs.iter().any(|run| run.outages.iter().any(|outage| outage.method == *method)))
        .collect();
    let mut columns = vec![column("repetition", "table.repetition", None)];
    for method in &methods {
        let name = export_name(*method);
        columns.push(column(name, method_label(*method), Some(Unit::Seconds)));
        columns.push(column(&format!("{name}_bounds"), "table.bounds", Some(Unit::Seconds)));
    }
    columns.push(column("start", "table.start", Some(Unit::Seconds)));
    columns.push(column("end", "table.end", Some(Unit::Seconds)));
    let rows = runs.iter().filter(|run| !run.outages.is_empty()).map(|run| {
        let of = |method: &Method| run.outage(*method);
        let mut cells = vec![Cell::Integer(i64::from(run.repetition))];
        for method in &methods {
            let bounds = of(method).map(|o| Interval::new(o.lower_s, o.upper_s.unwrap_or(f64::INFINITY)));
            cells.push(Cell::number(of(method).map(|outage| outage.estimate_s), 2));
            cells.push(Cell::interval(bounds, 2));
        }
        let placed = methods.iter().filter_map(of).find(|outage| outage.start_s.is_some());
        cells.push(Cell::number(placed.and_then(|outage| outage.start_s), 2));
        cells.push(Cell::number(placed.and_then(|outage| outage.end_s), 2));
        row(cells)
    });
    table(format!("methods-{}", analysis.conditions[condition].id), columns, rows.collect())
}

/// Round trip times of every run of a condition, by phase.
pub fn round_trips(analysis: &Analysis, condition: usize) -> Table {
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
pub fn resources(analysis: &Analysis, condition: usize) -> Table {
    let vm_cpu = analysis.campaign.vm.as_ref().map(|vm| format!("domain.{vm}.cpu"));
    let mut quantities = vec![
        ("domain.Domain-0.cpu".to_owned(), "table.domain_0_cpu", Unit::Percent, 1),
        ("cpu.system".to_owned(), "table.cpu_system", Unit::Percent, 1),
        ("cpu.softirq".to_owned(), "table.cpu_softirq", Unit::Percent, 1),
        ("mem.used".to_owned(), "table.mem_used", Unit::Bytes, 1),
        ("net.received".to_owned(), "table.net_received", Unit::BytesPerSecond, 2),
        ("net.sent".to_owned(), "table.net_sent", Unit::BytesPerSecond, 2),
    ];
    if let Some(metric) = vm_cpu {
        quantities.insert(0, (metric, "table.vm_cpu", Unit::Percent, 1));
    }
    let mut columns = vec![column("host", "table.host", None), column("phase", "table.phase", None)];
    columns.extend(quantities.iter().map(|(metric, heading, unit, _)| column(metric, heading, Some(*unit))));
    let runs = runs_of(analysis, &analysis.conditions[condition]);
    let mut rows = Vec::new();
    for host in &analysis.campaign.hosts {
        let costs = |metric: &str| {
            runs.iter()
                .filter(|run| aggregate::counts(run))
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
