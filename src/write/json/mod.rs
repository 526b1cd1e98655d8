//! `summary.json`: the wire types, apart from the domain types.

mod benchmarks;
mod convergence;
mod findings;
mod placement;
mod run;
mod time_line;
mod transfer;
mod trust;

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::benchmarks::{BenchmarkWire, EfficiencyWire, ParallelWire, benchmark, efficiency, parallel};
use self::convergence::{ConvergenceWire, TrendWire, convergence, trends};
use self::findings::{FindingWire, finding};
use self::placement::PlacementWire;
use self::run::{RunWire, run};
use self::trust::{AgreementWire, ClockWire, agreement, clock};
use super::curves::curve_id;
use super::number::{ends, round, round_option};
use crate::model::diagnostics;
use crate::model::{Analysis, Comparison, Factors, Placement, Provenance};
use crate::show::text::{Language, Text};

/// Version of the JSON schema.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    campaign: CampaignWire<'a>,
    runs: Vec<RunWire<'a>>,
    series: Vec<SeriesWire<'a>>,
    curves: Vec<CurveWire<'a>>,
    benchmarks: Vec<BenchmarkWire<'a>>,
    efficiency: Vec<EfficiencyWire<'a>>,
    parallel: Vec<ParallelWire<'a>>,
    placement: Option<PlacementWire<'a>>,
    comparisons: Vec<ComparisonWire<'a>>,
    clocks: Vec<ClockWire<'a>>,
    agreements: Vec<AgreementWire<'a>>,
    convergence: Vec<ConvergenceWire<'a>>,
    trends: Vec<TrendWire<'a>>,
    published: Vec<PublishedWire<'a>>,
    findings: Vec<FindingWire<'a>>,
    diagnostics: Vec<DiagnosticWire<'a>>,
}

#[derive(Serialize)]
struct CampaignWire<'a> {
    title: &'a str,
    path: &'a str,
    config_sha256: &'a str,
    provenance: &'static str,
    /// Whether the logs were generated from published figures; `provenance` knows more.
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
    // Data speak English, whatever the language of the report.
    pretty(&summary(analysis, &Text::new(Language::En)))
}

/// `summary.json` of several campaigns, each in a chapter of its own: the lists of all of them, in which every entry
/// tells its `chapter`, and under `campaigns` what each campaign is and where its data lie. `name` is that of the
/// whole.
///
/// # Errors
///
/// Never with the types above; serde asks for it.
pub fn portfolio_json(name: &str, chapters: &[(&str, &Analysis)]) -> anyhow::Result<Vec<u8>> {
    let text = Text::new(Language::En);
    let mut whole = Map::new();
    let mut campaigns = Vec::new();
    for (chapter, analysis) in chapters {
        let Value::Object(lists) = serde_json::to_value(summary(analysis, &text)).context("summary.json")?
        else {
            continue;
        };
        let mut about = Map::new();
        for (name, value) in lists {
            match (name.as_str(), value) {
                ("campaign", Value::Object(campaign)) => about.extend(campaign),
                ("schema", _) => {}
                (_, Value::Array(mut entries)) => {
                    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                        entry.insert("chapter".to_owned(), json!(chapter));
                    }
                    if let Value::Array(all) = whole.entry(name).or_insert_with(|| json!([])) {
                        all.append(&mut entries);
                    }
                }
                // What a campaign has but one of.
                (_, value) => drop(about.insert(name, value)),
            }
        }
        about.insert("chapter".to_owned(), json!(chapter));
        about.insert("folder".to_owned(), json!(format!("campaigns/{chapter}")));
        campaigns.push(Value::Object(about));
    }
    let paths: Vec<&str> = chapters.iter().map(|(_, analysis)| analysis.campaign.path.as_str()).collect();
    whole.insert("schema".to_owned(), json!(SCHEMA));
    whole.insert(
        "campaign".to_owned(),
        json!({ "title": name, "path": paths.join(", "), "config_sha256": null }),
    );
    whole.insert("campaigns".to_owned(), Value::Array(campaigns));
    pretty(&whole)
}

fn pretty(wire: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(wire).context("summary.json")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn summary<'a>(analysis: &'a Analysis, text: &Text) -> Summary<'a> {
    let factors = |condition: usize| &analysis.conditions[condition].factors;
    Summary {
        schema: SCHEMA,
        campaign: campaign(analysis),
        runs: analysis.runs.iter().map(|of| run(of, text)).collect(),
        series: analysis
            .series
            .iter()
            .map(|s| {
                let summary = s.summary.as_ref();
                let (ci95_low, ci95_high) = ends(summary.and_then(|s| s.ci95));
                SeriesWire {
                    factors: factors(s.condition),
                    metric: &s.metric,
                    unit: s.unit.name(),
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
                unit: curve.unit.name(),
                align: curve.align.name(),
                file: format!("data/{}.parquet", curve_id(analysis, curve)),
            })
            .collect(),
        benchmarks: analysis.benchmarks.iter().map(|of| benchmark(analysis, of)).collect(),
        efficiency: analysis.efficiency.iter().map(|of| efficiency(analysis, of)).collect(),
        parallel: analysis.parallel.iter().map(|of| parallel(analysis, of)).collect(),
        placement: analysis.placement.as_ref().map(|of| placement::placement(of, text)),
        comparisons: analysis.comparisons.iter().map(|c| comparison(analysis, c)).collect(),
        clocks: analysis.clocks.iter().map(clock).collect(),
        agreements: analysis.agreements.iter().map(|of| agreement(analysis, of)).collect(),
        convergence: analysis.convergence.iter().map(|of| convergence(analysis, of)).collect(),
        trends: trends(analysis),
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
    }
}

/// Comparisons alone, as `comparisons[]` of `summary.json`.
///
/// # Errors
///
/// Never with the types above; serde asks for it.
pub fn comparisons_json(analysis: &Analysis, comparisons: &[Comparison]) -> anyhow::Result<Vec<u8>> {
    let wire: Vec<ComparisonWire<'_>> = comparisons.iter().map(|c| comparison(analysis, c)).collect();
    pretty(&wire)
}

/// Which VM to migrate first, as `placement` of `summary.json`.
///
/// # Errors
///
/// Never with the types above; serde asks for it.
pub fn placement_json(of: &Placement) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&placement::placement(of, &Text::new(Language::En)))
        .context("placement")?;
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
        provenance: campaign.provenance.name(),
        reconstructed: campaign.provenance == Provenance::Reconstructed,
        vm: campaign.vm.as_deref(),
        hosts: campaign
            .hosts
            .iter()
            .map(|host| HostWire { name: &host.name, role: host.role.name(), cpus: host.cpus })
            .collect(),
        align: campaign.align.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::with_time_lines;

    #[test]
    fn the_course_of_a_run_and_what_is_known_of_all() {
        let bytes = summary_json(&with_time_lines()).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let run = &summary["runs"][4];
        assert_eq!(run["phases"][1]["phase"], "stop-and-copy");
        assert_eq!(run["checks"][1]["code"], "back-before-end");
        assert_eq!(run["checks"][1]["verdict"], "contradicted");
        assert_eq!(run["milestones"][3]["kind"], "round");
        assert_eq!(run["milestones"][3]["number"], 2);
        assert_eq!(run["hypervisor"]["iterations"], 3);
        assert_eq!(run["precopy"]["vm_pages"], 32_768.0);
        assert_eq!(run["precopy"]["pages_first"], serde_json::Value::Null);
        assert_eq!(run["presences"][0]["from_s"], serde_json::Value::Null);
        assert_eq!(summary["runs"][5]["migration"]["reason"], "Broken pipe");
        assert_eq!(summary["clocks"][0]["owner"], "guest");
        assert_eq!(summary["clocks"][0]["offset_half_width_s"], 0.4);
        assert_eq!(summary["agreements"][0]["left_out"], 1);
        assert_eq!(summary["agreements"][0]["pairs"][2]["run"], "none-3");
    }

    #[test]
    fn what_benchmarks_measured() {
        let bytes = summary_json(&crate::show::tables::example::benchmarked()).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        insta::assert_json_snapshot!([
            &summary["benchmarks"][0],
            &summary["efficiency"][0],
            &summary["efficiency"][3],
            &summary["parallel"][1],
        ]);
    }
}
