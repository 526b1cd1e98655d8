//! The tables of a report as typed rows: [`Analysis`] in, numbers with units out.
//!
//! A table knows nothing of how it will be shown. The documents format its cells through
//! [`crate::report::format`], the exports write them raw, in base units.

use crate::aggregate;
use crate::analysis::{
    Analysis, Comparison, Condition, Diagnostic, Method, RoundTrips, Run, Series, Severity, Status, Unit,
};
use crate::diagnostics;
use crate::stats::{Interval, Sample, Summary};

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without extension, for example `outages-memtester`.
    pub id: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Documents turn rows into columns (a column a repetition, as studies print it).
    pub transposed: bool,
}

/// One column. `key` names it in data files, `heading` in documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub key: String,
    pub heading: Heading,
    pub unit: Option<Unit>,
}

/// The heading of a column: a text key of `report-templates/text`, or data shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heading {
    Text(&'static str),
    /// The name of a series.
    Metric(String),
    Data(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// A summary row (mean, deviation, …) that documents set apart.
    pub summary: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    /// A text key of `report-templates/text`.
    Label(&'static str),
    /// The name of a series.
    Metric(String),
    Integer(i64),
    /// In the unit of its column; `decimals` are those of the unit it is shown in.
    Number {
        value: f64,
        decimals: u8,
    },
    /// Two columns, `…_low` and `…_high`, in data files.
    Interval {
        interval: Interval,
        decimals: u8,
    },
    /// A value that could not be determined.
    Missing,
}

impl Cell {
    fn number(value: Option<f64>, decimals: u8) -> Self {
        value.map_or(Cell::Missing, |value| Cell::Number { value, decimals })
    }

    fn interval(interval: Option<Interval>, decimals: u8) -> Self {
        interval.map_or(Cell::Missing, |interval| Cell::Interval { interval, decimals })
    }

    fn count(n: usize) -> Self {
        Cell::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

fn column(key: &str, heading: &'static str, unit: Option<Unit>) -> Column {
    Column { key: key.to_owned(), heading: Heading::Text(heading), unit }
}

fn row(cells: Vec<Cell>) -> Row {
    Row { cells, summary: false }
}

fn table(id: String, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { id, columns, rows, transposed: false }
}

/// All tables that have a row, in the order of the report.
pub fn all(analysis: &Analysis) -> Vec<Table> {
    let mut tables = vec![overview(analysis), comparisons(analysis)];
    for index in 0..analysis.conditions.len() {
        tables.push(outages(analysis, index));
        tables.push(methods(analysis, index));
        tables.push(round_trips(analysis, index));
        tables.push(resources(analysis, index));
    }
    tables.extend([published(analysis), flags(analysis), runs(analysis), problems(analysis)]);
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn series<'a>(analysis: &'a Analysis, condition: usize, metric: &str) -> Option<&'a Series> {
    analysis.series.iter().find(|series| series.condition == condition && series.metric == metric)
}

fn summary(analysis: &Analysis, condition: usize, metric: &str) -> Option<Summary> {
    series(analysis, condition, metric)?.summary
}

/// All conditions side by side.
pub fn overview(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("requests_unanswered_mean", "table.unanswered_mean", Some(Unit::Count)),
        column("outage_ping_mean", "table.outage_ping_mean", Some(Unit::Seconds)),
        column("outage_ping_ci95", "table.ci95", Some(Unit::Seconds)),
        column("outage_guest_clock_mean", "table.outage_guest_clock_mean", Some(Unit::Seconds)),
        column("outage_guest_clock_ci95", "table.ci95", Some(Unit::Seconds)),
        column("migration_duration_mean", "table.migration_duration_mean", Some(Unit::Seconds)),
        column("migration_duration_ci95", "table.ci95", Some(Unit::Seconds)),
    ];
    let rows = analysis.conditions.iter().enumerate().map(|(index, condition)| {
        let of = |metric| summary(analysis, index, metric);
        let mean = |metric| Cell::number(of(metric).map(|s| s.mean), 2);
        let ci = |metric| Cell::interval(of(metric).and_then(|s| s.ci95), 2);
        row(vec![
            Cell::Text(analysis.condition_name(index)),
            Cell::count(condition.runs.len()),
            Cell::number(of("requests_unanswered").map(|s| s.mean), 1),
            mean("outage_ping"),
            ci("outage_ping"),
            mean("outage_guest_clock"),
            ci("outage_guest_clock"),
            mean("migration_duration"),
            ci("migration_duration"),
        ])
    });
    without_empty_columns(table("overview".to_owned(), columns, rows.collect()))
}

/// Leaves out columns that no row has a value for, such as ping's where nothing was pinged.
fn without_empty_columns(mut table: Table) -> Table {
    let filled: Vec<bool> = (0..table.columns.len())
        .map(|index| table.rows.iter().any(|row| !matches!(row.cells.get(index), None | Some(Cell::Missing))))
        .collect();
    let keep = |index: usize| filled.get(index).copied().unwrap_or(false);
    let mut index = 0;
    table.columns.retain(|_| {
        index += 1;
        keep(index - 1)
    });
    for row in &mut table.rows {
        let mut index = 0;
        row.cells.retain(|_| {
            index += 1;
            keep(index - 1)
        });
    }
    table
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
        column("ratio", "table.ratio", None),
        column("ratio_ci95", "table.ratio_ci95", None),
        column("p_adjusted", "table.p_adjusted", None),
    ];
    let rows = comparisons.iter().map(|c| {
        let mean = |condition| Cell::number(summary(analysis, condition, &c.metric).map(|s| s.mean), 2);
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::Text(analysis.condition_name(c.a)),
            Cell::Text(analysis.condition_name(c.b)),
            mean(c.a),
            mean(c.b),
            Cell::number(Some(c.difference), 2),
            Cell::number(c.ratio, 2),
            Cell::interval(c.ratio_ci95, 2),
            Cell::number(c.p_adjusted, 3),
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
    let told = |metric: &str| matches!(metric, "outage_ping" | "outage_guest_clock" | "migration_duration");
    let rows = analysis.comparisons.iter().filter(|c| told(&c.metric)).map(|c| {
        row(vec![
            Cell::Metric(c.metric.clone()),
            Cell::Text(analysis.condition_name(c.b)),
            Cell::Text(analysis.condition_name(c.a)),
            Cell::number(Some(c.difference), 2),
            Cell::number(c.ratio, 2),
            Cell::interval(c.ratio_ci95, 2),
            Cell::number(c.p_value, 3),
            Cell::number(c.p_adjusted, 3),
        ])
    });
    table("comparisons".to_owned(), columns, rows.collect())
}

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

fn runs_of<'a>(analysis: &'a Analysis, condition: &Condition) -> Vec<&'a Run> {
    condition.runs.iter().map(|&run| &analysis.runs[run]).collect()
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

fn export_name(method: Method) -> &'static str {
    match method {
        Method::Ping => "ping",
        Method::PingReplyGap => "ping_reply_gap",
        Method::GuestClock => "guest_clock",
        Method::Hypervisor => "hypervisor",
    }
}

/// The text key of a method.
pub fn method_label(method: Method) -> &'static str {
    match method {
        Method::Ping => "method.ping",
        Method::PingReplyGap => "method.ping_reply_gap",
        Method::GuestClock => "method.guest_clock",
        Method::Hypervisor => "method.hypervisor",
    }
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
            Cell::Text(p.quantity.clone()),
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
            Cell::Label(status_label(m.status)),
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

/// The text key of a status.
pub fn status_label(status: Status) -> &'static str {
    match status {
        Status::Completed => "status.completed",
        Status::Failed => "status.failed",
        Status::Cancelled => "status.cancelled",
        Status::Unfinished => "status.unfinished",
        Status::Unknown => "status.unknown",
    }
}

/// Every problem of the data.
pub fn problems(analysis: &Analysis) -> Table {
    let rows = analysis.diagnostics.iter().map(|d| problem(d, diagnostics::place(d))).collect();
    table("problems".to_owned(), problem_columns(), rows)
}

/// The problems of the data for people: what says the same of several places stands once.
pub fn problems_grouped(analysis: &Analysis) -> Table {
    let rows = diagnostics::grouped(&analysis.diagnostics).into_iter().map(|group| {
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
