//! `summary.json`: the wire types, apart from the domain types.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Serialize;

use super::{
    SCHEMA, curve_id, ends, event_name, method_name, role_name, round, round_option, status_name, unit_name,
};
use crate::analysis::{Analysis, Comparison, Factors, Finding, Migration, Outage, RoundTrips, Run, Stream};
use crate::diagnostics;

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
    findings: Vec<FindingWire<'a>>,
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
    streams: Vec<StreamWire<'a>>,
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
struct StreamWire<'a> {
    client: &'a str,
    lost_frames: Option<i64>,
    lost_buffers: Option<i64>,
    displayed_frames: Option<i64>,
    played_buffers: Option<i64>,
    source_file: &'a str,
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
    metric: &'a str,
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
    align: &'static str,
    file: String,
}

#[derive(Serialize)]
struct ComparisonWire<'a> {
    metric: &'a str,
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
struct FindingWire<'a> {
    code: &'static str,
    factors: Option<&'a Factors>,
    run: Option<&'a str>,
    metric: Option<&'a str>,
    values: BTreeMap<&'static str, Option<f64>>,
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
                    metric: &s.metric,
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
                align: event_name(curve.align),
                file: format!("data/{}.parquet", curve_id(analysis, curve)),
            })
            .collect(),
        benchmarks: [],
        efficiency: [],
        parallel: [],
        comparisons: analysis.comparisons.iter().map(|c| comparison(analysis, c)).collect(),
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
        findings: analysis.findings.iter().map(|found| finding(analysis, found)).collect(),
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

/// Comparisons alone, as `comparisons[]` of `summary.json`.
///
/// # Errors
///
/// Never with the types above; serde asks for it.
pub fn comparisons_json(analysis: &Analysis, comparisons: &[Comparison]) -> anyhow::Result<Vec<u8>> {
    let wire: Vec<ComparisonWire<'_>> = comparisons.iter().map(|c| comparison(analysis, c)).collect();
    let mut bytes = serde_json::to_vec_pretty(&wire).context("comparisons")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn comparison<'a>(analysis: &'a Analysis, c: &'a Comparison) -> ComparisonWire<'a> {
    let (ratio_ci95_low, ratio_ci95_high) = ends(c.ratio_ci95);
    ComparisonWire {
        metric: &c.metric,
        a: &analysis.conditions[c.a].factors,
        b: &analysis.conditions[c.b].factors,
        ratio: round_option(c.ratio),
        ratio_ci95_low,
        ratio_ci95_high,
        difference: round(c.difference),
        p_value: round_option(c.p_value),
        p_adjusted: round_option(c.p_adjusted),
        test: "mann-whitney-exact",
    }
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
        streams: run.streams.iter().map(stream).collect(),
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
                let values: Vec<String> =
                    flag.values.iter().map(|(name, v)| format!("{name} = {v:.3}")).collect();
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

fn stream(stream: &Stream) -> StreamWire<'_> {
    StreamWire {
        client: &stream.client,
        lost_frames: stream.lost_frames,
        lost_buffers: stream.lost_buffers,
        displayed_frames: stream.displayed_frames,
        played_buffers: stream.played_buffers,
        source_file: &stream.source_file,
    }
}

fn round_trips(phase: RoundTrips) -> RoundTripsWire {
    RoundTripsWire { n: phase.n, median: round(phase.median), p95: round(phase.p95), max: round(phase.max) }
}

fn finding<'a>(analysis: &'a Analysis, finding: &'a Finding) -> FindingWire<'a> {
    let factors = |condition: usize| Some(&analysis.conditions[condition].factors);
    let wire = |code, factors, metric: Option<&'a str>, values: &[(&'static str, Option<f64>)]| FindingWire {
        code,
        factors,
        run: None,
        metric,
        values: values.iter().map(|(name, value)| (*name, round_option(*value))).collect(),
    };
    match finding {
        Finding::Outage { condition, method, mean_s, min_s, max_s, n } => wire(
            "outage",
            factors(*condition),
            Some(method.metric()),
            &[
                ("mean_s", Some(*mean_s)),
                ("min_s", Some(*min_s)),
                ("max_s", Some(*max_s)),
                ("n", Some(*n as f64)),
            ],
        ),
        Finding::Lengthened { metric, condition, ratio, ci95, p_adjusted, .. } => wire(
            "lengthened",
            factors(*condition),
            Some(metric),
            &[
                ("ratio", Some(*ratio)),
                ("ratio_ci95_low", ci95.map(|ci| ci.low)),
                ("ratio_ci95_high", ci95.map(|ci| ci.high)),
                ("p_adjusted", *p_adjusted),
            ],
        ),
        Finding::MethodsAgree { runs, overlapping, mean_difference_s, largest_difference_s } => wire(
            "methods-compared",
            None,
            None,
            &[
                ("runs", Some(*runs as f64)),
                ("overlapping", Some(*overlapping as f64)),
                ("mean_difference_s", Some(*mean_difference_s)),
                ("largest_difference_s", Some(*largest_difference_s)),
            ],
        ),
        Finding::MethodsDisagree { run, ping_s, guest_clock_s } => FindingWire {
            run: Some(&analysis.runs[*run].id),
            ..wire(
                "methods-disagree",
                factors(analysis.runs[*run].condition),
                None,
                &[("ping_s", Some(*ping_s)), ("guest_clock_s", Some(*guest_clock_s))],
            )
        },
        Finding::OutageOutlastsMigration { condition, runs, of } => wire(
            "outage-outlasts-migration",
            factors(*condition),
            None,
            &[("runs", Some(*runs as f64)), ("of", Some(*of as f64))],
        ),
        Finding::FirstRepetitionsSlower { condition, first, first_mean_s, later_mean_s } => wire(
            "first-repetitions-slower",
            factors(*condition),
            Some("outage_ping"),
            &[
                ("first", Some(*first as f64)),
                ("first_mean_s", Some(*first_mean_s)),
                ("later_mean_s", Some(*later_mean_s)),
            ],
        ),
        Finding::RoundTripsRaised { condition, ratio } => {
            wire("round-trips-raised", factors(*condition), None, &[("ratio", Some(*ratio))])
        }
    }
}
