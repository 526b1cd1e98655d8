//! The analysis as data: `summary.json`, CSV, TeX and Parquet.
//!
//! The wire types are versioned by [`SCHEMA`] and apart from the domain types, so that either can
//! change without the other. Numbers are rounded to twelve significant digits: 3 × 0.2 s is
//! written `0.6`, and the last bit of a sum never tells machines apart.

use anyhow::Context;
use polars::prelude::{Column as Series, DataFrame, ParquetWriter};
use serde::Serialize;

use crate::aggregate;
use crate::analysis::{
    Analysis, Curve, Event, Factors, Method, Migration, Outage, Role, RoundTrips, Run, Status, Unit,
};
use crate::diagnostics;
use crate::report::view::TableView;
use crate::stats::Interval;
use crate::tables::{Cell, Table};

/// Version of the JSON schema.
pub const SCHEMA: u32 = 1;

/// A number as it is written.
fn round(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    format!("{value:.11e}").parse().ok()
}

fn round_option(value: Option<f64>) -> Option<f64> {
    value.and_then(round)
}

fn ends(interval: Option<Interval>) -> (Option<f64>, Option<f64>) {
    (round_option(interval.map(|i| i.low)), round_option(interval.map(|i| i.high)))
}

/// The short name of a unit in data.
pub fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Percent => "percent",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes_per_s",
        Unit::Count => "count",
    }
}

/// The name of a method in data.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Ping => "ping",
        Method::PingReplyGap => "ping-reply-gap",
        Method::GuestClock => "guest-clock",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Completed => "completed",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
        Status::Unfinished => "unfinished",
        Status::Unknown => "unknown",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Source => "source",
        Role::Target => "target",
        Role::Observer => "observer",
    }
}

fn event_name(event: Event) -> &'static str {
    match event {
        Event::Request => "request",
        Event::Outage => "outage",
        Event::Resume => "resume",
        Event::End => "end",
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    campaign: CampaignWire<'a>,
    runs: Vec<RunWire<'a>>,
    series: Vec<SeriesWire<'a>>,
    curves: Vec<CurveWire<'a>>,
    benchmarks: [(); 0],
    efficiency: [(); 0],
    parallel: [(); 0],
    comparisons: Vec<ComparisonWire<'a>>,
    published: Vec<PublishedWire<'a>>,
    diagnostics: Vec<DiagnosticWire<'a>>,
}

#[derive(Serialize)]
struct CampaignWire<'a> {
    title: &'a str,
    path: &'a str,
    config_sha256: &'a str,
    reconstructed: bool,
    vm: Option<&'a str>,
    hosts: Vec<HostWire<'a>>,
    align: &'static str,
}

#[derive(Serialize)]
struct HostWire<'a> {
    name: &'a str,
    role: &'static str,
    cpus: Option<u32>,
}

#[derive(Serialize)]
struct RunWire<'a> {
    id: &'a str,
    factors: &'a Factors,
    repetition: u32,
    source_files: &'a [String],
    migration: MigrationWire,
    outages: Vec<OutageWire<'a>>,
    ping: Option<PingWire>,
    streams: [(); 0],
    precopy: Option<()>,
    resources: Vec<ResourceWire<'a>>,
    flags: Vec<FlagWire>,
}

#[derive(Serialize)]
struct MigrationWire {
    request_epoch_s: Option<f64>,
    request_resolution_s: Option<f64>,
    duration_s: Option<f64>,
    user_s: Option<f64>,
    system_s: Option<f64>,
    status: &'static str,
}

#[derive(Serialize)]
struct OutageWire<'a> {
    method: &'static str,
    estimate_s: Option<f64>,
    lower_s: Option<f64>,
    upper_s: Option<f64>,
    start_s: Option<f64>,
    end_s: Option<f64>,
    censored: bool,
    source_file: &'a str,
}

#[derive(Serialize)]
struct PingWire {
    sent: u32,
    received: u32,
    lost: u32,
    longest_gap_lost: u32,
    duplicates: u32,
    interval_s: Option<f64>,
    rtt_ms: PhasesWire,
}

#[derive(Serialize)]
struct PhasesWire {
    before: Option<RoundTripsWire>,
    during: Option<RoundTripsWire>,
    after: Option<RoundTripsWire>,
}

#[derive(Serialize)]
struct RoundTripsWire {
    n: usize,
    median: Option<f64>,
    p95: Option<f64>,
    max: Option<f64>,
}

#[derive(Serialize)]
struct ResourceWire<'a> {
    host: &'a str,
    metric: &'a str,
    unit: &'static str,
    baseline_mean: Option<f64>,
    migration_mean: Option<f64>,
    migration_peak: Option<f64>,
    excess_integral: Option<f64>,
}

#[derive(Serialize)]
struct FlagWire {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct SeriesWire<'a> {
    factors: &'a Factors,
    metric: &'static str,
    unit: &'static str,
    n: usize,
    mean: Option<f64>,
    sd: Option<f64>,
    median: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    ci95_low: Option<f64>,
    ci95_high: Option<f64>,
    values: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct CurveWire<'a> {
    factors: &'a Factors,
    host: Option<&'a str>,
    metric: &'a str,
    unit: &'static str,
    file: String,
}

#[derive(Serialize)]
struct ComparisonWire<'a> {
    metric: &'static str,
    a: &'a Factors,
    b: &'a Factors,
    ratio: Option<f64>,
    ratio_ci95_low: Option<f64>,
    ratio_ci95_high: Option<f64>,
    difference: Option<f64>,
    p_value: Option<f64>,
    p_adjusted: Option<f64>,
    test: &'static str,
}

#[derive(Serialize)]
struct PublishedWire<'a> {
    quantity: &'a str,
    factors: &'a Factors,
    stated: f64,
    computed: Option<f64>,
    deviation: Option<f64>,
    agrees: Option<bool>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct DiagnosticWire<'a> {
    severity: &'static str,
    code: &'static str,
    file: Option<&'a str>,
    line: Option<u64>,
    column: Option<u64>,
    message: &'a str,
    text: Option<&'a str>,
}

/// `summary.json`, pretty-printed, with a line end.
///
/// # Errors
///
/// Never with the types above; serde asks for it.
pub fn summary_json(analysis: &Analysis) -> anyhow::Result<Vec<u8>> {
    let factors = |condition: usize| &analysis.conditions[condition].factors;
    let summary = Summary {
        schema: SCHEMA,
        campaign: campaign(analysis),
        runs: analysis.runs.iter().map(run).collect(),
        series: analysis
            .series
            .iter()
            .map(|s| {
                let summary = s.summary.as_ref();
                let (ci95_low, ci95_high) = ends(summary.and_then(|s| s.ci95));
                SeriesWire {
                    factors: factors(s.condition),
                    metric: s.metric,
                    unit: unit_name(s.unit),
                    n: summary.map_or(0, |s| s.n),
                    mean: round_option(summary.map(|s| s.mean)),
                    sd: round_option(summary.and_then(|s| s.sd)),
                    median: round_option(summary.map(|s| s.median)),
                    min: round_option(summary.map(|s| s.min)),
                    max: round_option(summary.map(|s| s.max)),
                    ci95_low,
                    ci95_high,
                    values: s.values.iter().map(|v| round_option(*v)).collect(),
                }
            })
            .collect(),
        curves: analysis
            .curves
            .iter()
            .map(|curve| CurveWire {
                factors: factors(curve.condition),
                host: curve.host.as_deref(),
                metric: &curve.metric,
                unit: unit_name(curve.unit),
                file: format!("data/{}.parquet", curve_id(analysis, curve)),
            })
            .collect(),
        benchmarks: [],
        efficiency: [],
        parallel: [],
        comparisons: analysis
            .comparisons
            .iter()
            .map(|c| {
                let (ratio_ci95_low, ratio_ci95_high) = ends(c.ratio_ci95);
                ComparisonWire {
                    metric: c.metric,
                    a: factors(c.a),
                    b: factors(c.b),
                    ratio: round_option(c.ratio),
                    ratio_ci95_low,
                    ratio_ci95_high,
                    difference: round(c.difference),
                    p_value: round_option(c.p_value),
                    p_adjusted: round_option(c.p_adjusted),
                    test: "mann-whitney-exact",
                }
            })
            .collect(),
        published: analysis
            .published
            .iter()
            .map(|p| PublishedWire {
                quantity: &p.quantity,
                factors: &p.factors,
                stated: p.stated,
                computed: round_option(p.computed),
                deviation: round_option(p.deviation),
                agrees: p.agrees,
                note: p.note.as_deref(),
            })
            .collect(),
        diagnostics: analysis
            .diagnostics
            .iter()
            .map(|d| DiagnosticWire {
                severity: diagnostics::severity(d.severity),
                code: d.code,
                file: d.file.as_deref(),
                line: d.line,
                column: d.column,
                message: &d.message,
                text: d.text.as_deref(),
            })
            .collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&summary).context("summary.json")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn campaign(analysis: &Analysis) -> CampaignWire<'_> {
    let campaign = &analysis.campaign;
    CampaignWire {
        title: &campaign.title,
        path: &campaign.path,
        config_sha256: &campaign.config_sha256,
        reconstructed: campaign.reconstructed,
        vm: campaign.vm.as_deref(),
        hosts: campaign
            .hosts
            .iter()
            .map(|host| HostWire { name: &host.name, role: role_name(host.role), cpus: host.cpus })
            .collect(),
        align: event_name(campaign.align),
    }
}

fn run(run: &Run) -> RunWire<'_> {
    RunWire {
        id: &run.id,
        factors: &run.factors,
        repetition: run.repetition,
        source_files: &run.source_files,
        migration: migration(&run.migration),
        outages: run.outages.iter().map(outage).collect(),
        ping: run.ping.as_ref().map(|ping| PingWire {
            sent: ping.sent,
            received: ping.received,
            lost: ping.lost,
            longest_gap_lost: ping.longest_gap_lost,
            duplicates: ping.duplicates,
            interval_s: round(ping.interval_s),
            rtt_ms: PhasesWire {
                before: ping.before.map(round_trips),
                during: ping.during.map(round_trips),
                after: ping.after.map(round_trips),
            },
        }),
        streams: [],
        precopy: None,
        resources: run
            .resources
            .iter()
            .map(|cost| ResourceWire {
                host: &cost.host,
                metric: &cost.metric,
                unit: unit_name(cost.unit),
                baseline_mean: round_option(cost.baseline_mean),
                migration_mean: round_option(cost.migration_mean),
                migration_peak: round_option(cost.migration_peak),
                excess_integral: round_option(cost.excess_integral),
            })
            .collect(),
        flags: run
            .flags
            .iter()
            .map(|flag| {
                let values: Vec<String> = flag.values.iter().map(|(name, v)| format!("{name} = {v:.3}")).collect();
                FlagWire { code: flag.code.code(), message: values.join(", ") }
            })
            .collect(),
    }
}

fn migration(migration: &Migration) -> MigrationWire {
    MigrationWire {
        // Not rounded to twelve digits: an epoch with microseconds has sixteen.
        request_epoch_s: migration.request_epoch_s,
        request_resolution_s: migration.request_epoch_s.map(|_| migration.request_resolution_s),
        duration_s: round_option(migration.duration_s),
        user_s: round_option(migration.user_s),
        system_s: round_option(migration.system_s),
        status: status_name(migration.status),
    }
}

fn outage(outage: &Outage) -> OutageWire<'_> {
    OutageWire {
        method: method_name(outage.method),
        estimate_s: round(outage.estimate_s),
        lower_s: round(outage.lower_s),
        upper_s: round_option(outage.upper_s),
        start_s: round_option(outage.start_s),
        end_s: round_option(outage.end_s),
        censored: outage.censored,
        source_file: &outage.source_file,
    }
}

fn round_trips(phase: RoundTrips) -> RoundTripsWire {
    RoundTripsWire { n: phase.n, median: round(phase.median), p95: round(phase.p95), max: round(phase.max) }
}

/// File name of a curve without extension: `<condition>-<host>-<metric>`, metric dots as hyphens.
fn curve_id(analysis: &Analysis, curve: &Curve) -> String {
    let condition = &analysis.conditions[curve.condition].id;
    let host = curve.host.as_deref().map(|host| format!("-{}", file_name(host))).unwrap_or_default();
    format!("{condition}{host}-{}", file_name(&curve.metric))
}

/// Letters and digits as they are, all else a hyphen: safe as a file name anywhere.
fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// A curve as Parquet: `t_s, mean, sd, ci95_low, ci95_high, n` and one column a repetition.
///
/// # Errors
///
/// polars refuses the frame, which would be a mistake in the program.
pub fn curve_parquet(analysis: &Analysis, curve: &Curve) -> anyhow::Result<(String, Vec<u8>)> {
    let id = curve_id(analysis, curve);
    let bins = &curve.bins;
    let column = |name: &str, values: Vec<Option<f64>>| Series::new(name.into(), values);
    let mut columns = vec![
        Series::new("t_s".into(), bins.iter().map(|bin| bin.t_s).collect::<Vec<f64>>()),
        column("mean", bins.iter().map(|bin| bin.mean).collect()),
        column("sd", bins.iter().map(|bin| bin.sd).collect()),
        column("ci95_low", bins.iter().map(|bin| bin.ci95.map(|ci| ci.low)).collect()),
        column("ci95_high", bins.iter().map(|bin| bin.ci95.map(|ci| ci.high)).collect()),
        Series::new("n".into(), bins.iter().map(|bin| bin.n).collect::<Vec<u32>>()),
    ];
    for trace in &curve.repetitions {
        columns.push(column(&format!("repetition_{}", trace.repetition), trace.values.clone()));
    }
    let mut frame = DataFrame::new_infer_height(columns).with_context(|| id.clone())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).set_parallel(false).finish(&mut frame).with_context(|| id.clone())?;
    Ok((format!("data/{id}.parquet"), bytes))
}

/// A table as CSV: one row a line, units in the column names, numbers in base units.
///
/// # Errors
///
/// Never for tables whose rows are as long as their columns.
pub fn table_csv(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let split: Vec<bool> = (0..table.columns.len())
        .map(|index| table.rows.iter().any(|row| matches!(row.cells.get(index), Some(Cell::Interval { .. }))))
        .collect();
    let mut header = Vec::new();
    for (column, split) in table.columns.iter().zip(&split) {
        let unit = column.unit.map(|unit| format!("_{}", unit_name(unit))).unwrap_or_default();
        let key = column.key.replace('.', "_");
        if *split {
            header.extend([format!("{key}_low{unit}"), format!("{key}_high{unit}")]);
        } else {
            header.push(format!("{key}{unit}"));
        }
    }
    writer.write_record(&header)?;
    for row in &table.rows {
        let mut record = Vec::new();
        for (cell, split) in row.cells.iter().zip(&split) {
            match cell {
                Cell::Interval { interval, .. } => record.extend([plain(interval.low), plain(interval.high)]),
                Cell::Missing if *split => record.extend([String::new(), String::new()]),
                Cell::Missing => record.push(String::new()),
                Cell::Text(text) => record.push(text.clone()),
                Cell::Label(key) => record.push(key.rsplit('.').next().unwrap_or(key).to_owned()),
                Cell::Integer(value) => record.push(value.to_string()),
                Cell::Number { value, .. } => record.push(plain(*value)),
            }
        }
        writer.write_record(&record)?;
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{}: {error}", table.id))
}

/// Every value of every series, one a row.
///
/// # Errors
///
/// Never with these rows; the writer asks for it.
pub fn series_csv(analysis: &Analysis) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(["condition", "metric", "unit", "repetition", "value"])?;
    for series in &analysis.series {
        let condition = &analysis.conditions[series.condition];
        let counted = condition.runs.iter().map(|&run| &analysis.runs[run]).filter(|run| aggregate::counts(run));
        for (run, value) in counted.zip(&series.values) {
            let value = value.map(plain).unwrap_or_default();
            let repetition = run.repetition.to_string();
            let id = condition.id.as_str();
            writer.write_record([id, series.metric, unit_name(series.unit), &repetition, &value])?;
        }
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))
}

fn plain(value: f64) -> String {
    round(value).map(|value| value.to_string()).unwrap_or_default()
}

/// A formatted table as a TeX tabular in the manner of the package booktabs.
pub fn table_tex(table: &TableView) -> String {
    let spec: String = table.columns.iter().map(|column| if column.numeric { 'r' } else { 'l' }).collect();
    let heads: Vec<String> = table
        .columns
        .iter()
        .map(|column| match &column.unit {
            Some(unit) => format!("{} ({})", tex(&column.heading), tex(unit)),
            None => tex(&column.heading),
        })
        .collect();
    let mut text = format!("\\begin{{tabular}}{{{spec}}}\n\\toprule\n{} \\\\\n\\midrule\n", heads.join(" & "));
    let mut in_summary = false;
    for row in &table.rows {
        if row.summary && !in_summary {
            text.push_str("\\midrule\n");
        }
        in_summary = row.summary;
        let cells: Vec<String> = row.cells.iter().map(|cell| tex(cell)).collect();
        text.push_str(&cells.join(" & "));
        text.push_str(" \\\\\n");
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
    text
}

/// Text with TeX's special characters escaped.
fn tex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '−' => escaped.push_str("$-$"),
            '±' => escaped.push_str("$\\pm$"),
            '×' => escaped.push_str("$\\times$"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Column, Heading, Row};

    #[test]
    fn numbers_are_written_without_binary_dust() {
        assert_eq!(round(3.0 * 0.2), Some(0.6));
        assert_eq!(round(f64::NAN), None);
        assert_eq!(plain(151_000_000.0), "151000000");
    }

    fn sample_table() -> Table {
        let column = |key: &str, unit| Column { key: key.to_owned(), heading: Heading::Data(key.to_owned()), unit };
        Table {
            id: "t".to_owned(),
            columns: vec![column("load", None), column("outage_ping", Some(Unit::Seconds)), column("ci95", Some(Unit::Seconds))],
            rows: vec![
                Row {
                    cells: vec![
                        Cell::Text("a, \"b\"".to_owned()),
                        Cell::Number { value: 0.1 + 0.2, decimals: 2 },
                        Cell::Interval { interval: Interval::new(0.1, 0.5), decimals: 2 },
                    ],
                    summary: false,
                },
                Row { cells: vec![Cell::Label("table.mean"), Cell::Missing, Cell::Missing], summary: true },
            ],
            transposed: false,
        }
    }

    #[test]
    fn csv_has_units_in_its_names_and_two_columns_for_an_interval() {
        let csv = String::from_utf8(table_csv(&sample_table()).unwrap()).unwrap();
        assert_eq!(csv, "load,outage_ping_s,ci95_low_s,ci95_high_s\n\"a, \"\"b\"\"\",0.3,0.1,0.5\nmean,,,\n");
    }

    #[test]
    fn tex_escapes_what_tex_would_read() {
        assert_eq!(tex("50 % of_a & b −1"), "50 \\% of\\_a \\& b $-$1");
    }
}
