//! `summary.json`: the model as it serialises itself, with rounded numbers.
//!
//! What an entry of a list holds, and in which order, the types of [`crate::model`] say; the serializer rounds, and
//! puts names where the model has indices. The types here and in `entries` and `findings` hold what the model
//! cannot say of itself; each says which that is. A reviewed snapshot of the integration tests pins all fields with
//! their types: whoever changes one changes [`SCHEMA`], or only adds.

mod entries;
mod findings;
mod serializer;

use std::io::Write;

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::entries::{CurveData, EfficiencyData, EvidenceData, PlacementData, RunData, TrendData, trends};
use self::findings::FindingData;
use self::serializer::Data;
use crate::model::{
    Agreement, Analysis, Benchmark, Campaign, Clock, Compared, Comparison, Condition, Convergence,
    Diagnostic, OneSided, Parallel, Placement, Published, Series,
};
use crate::show::text::{Language, Text};

/// Version of the JSON schema.
pub const SCHEMA: u32 = 1;

/// Which lists there are, and in which order: an analysis holds more than its numbers, for example how tables are
/// arranged.
#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    campaign: &'a Campaign,
    runs: Vec<RunData<'a>>,
    conditions: &'a [Condition],
    series: &'a [Series],
    curves: Vec<CurveData<'a>>,
    benchmarks: &'a [Benchmark],
    efficiency: Vec<EfficiencyData<'a>>,
    parallel: &'a [Parallel],
    placement: Option<PlacementData<'a>>,
    comparisons: &'a [Comparison],
    clocks: &'a [Clock],
    agreements: &'a [Agreement],
    convergence: &'a [Convergence],
    trends: Vec<TrendData<'a>>,
    published: &'a [Published],
    findings: Vec<FindingData<'a>>,
    diagnostics: &'a [Diagnostic],
    evidence: EvidenceData<'a>,
}

impl<'a> Summary<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        let text = &english();
        Self {
            schema: SCHEMA,
            campaign: &analysis.campaign,
            runs: analysis.runs.iter().map(|run| RunData::new(run, text)).collect(),
            conditions: &analysis.conditions,
            series: &analysis.series,
            curves: analysis.curves.iter().map(|curve| CurveData::new(analysis, curve)).collect(),
            benchmarks: &analysis.benchmarks,
            efficiency: analysis.efficiency.iter().map(|of| EfficiencyData::new(analysis, of)).collect(),
            parallel: &analysis.parallel,
            placement: analysis.placement.as_ref().map(|placement| PlacementData::new(placement, text)),
            comparisons: &analysis.comparisons,
            clocks: &analysis.clocks,
            agreements: &analysis.agreements,
            convergence: &analysis.convergence,
            trends: trends(analysis),
            published: &analysis.published,
            findings: analysis.findings.iter().map(|finding| FindingData::new(analysis, finding)).collect(),
            diagnostics: &analysis.diagnostics,
            evidence: EvidenceData(analysis),
        }
    }
}

/// Data speak English, whatever the language of the report.
fn english() -> Text {
    Text::new(Language::En)
}

/// Writes `summary.json`, pretty-printed, with a line end.
///
/// # Errors
///
/// An index of the analysis points at nothing, which would be a mistake in the program; or it cannot be written.
pub fn write_summary(analysis: &Analysis, to: impl Write) -> anyhow::Result<()> {
    pretty(&Summary::new(analysis), analysis, to)
}

/// Writes `summary.json` of several campaigns, each in a chapter of its own: the lists of all of them, in which every entry
/// tells its `chapter`, and under `campaigns` what each campaign is and where its data lie. `name` is that of the
/// whole.
///
/// # Errors
///
/// As [`write_summary`].
pub fn write_portfolio(name: &str, chapters: &[(&str, &Analysis)], mut to: impl Write) -> anyhow::Result<()> {
    let mut whole = Map::new();
    let mut campaigns = Vec::new();
    for (chapter, analysis) in chapters {
        let lists = Summary::new(analysis).serialize(Data::new(serde_json::value::Serializer, analysis));
        let Value::Object(lists) = lists.context("summary.json")? else { continue };
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
    serde_json::to_writer_pretty(&mut to, &whole).context("summary.json")?;
    Ok(to.write_all(b"\n")?)
}

/// Two sides, as `compare` shows them.
#[derive(Serialize)]
struct ComparedData<'a> {
    schema: u32,
    comparisons: &'a [Comparison],
    only_in_a: &'a [OneSided],
    only_in_b: &'a [OneSided],
    diagnostics: &'a [Diagnostic],
}

/// What two sides are against each other: `comparisons[]` and `diagnostics[]` as in `summary.json`, and what one of them alone has.
///
/// # Errors
///
/// As [`write_summary`].
pub fn write_compared(analysis: &Analysis, compared: &Compared, to: impl Write) -> anyhow::Result<()> {
    let Compared { comparisons, only_in_a, only_in_b } = compared;
    let diagnostics = &analysis.diagnostics;
    pretty(&ComparedData { schema: SCHEMA, comparisons, only_in_a, only_in_b, diagnostics }, analysis, to)
}

/// Which VM to migrate first, as `placement` of `summary.json`.
///
/// # Errors
///
/// As [`write_summary`].
pub fn write_placement(analysis: &Analysis, placement: &Placement, to: impl Write) -> anyhow::Result<()> {
    pretty(&PlacementData::new(placement, &english()), analysis, to)
}

/// Writes JSON over several lines, with a line end.
fn pretty(value: &impl Serialize, analysis: &Analysis, mut to: impl Write) -> anyhow::Result<()> {
    let mut json = serde_json::Serializer::pretty(&mut to);
    value.serialize(Data::new(&mut json, analysis)).context("the numbers as JSON")?;
    Ok(to.write_all(b"\n")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::with_time_lines;

    fn summary(analysis: &Analysis) -> Value {
        let mut bytes = Vec::new();
        write_summary(analysis, &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn the_course_of_a_run_and_what_is_known_of_all() {
        let summary = summary(&with_time_lines());
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
        let summary = summary(&crate::show::tables::example::benchmarked());
        insta::assert_json_snapshot!([
            &summary["benchmarks"][0],
            &summary["efficiency"][0],
            &summary["efficiency"][3],
            &summary["parallel"][1],
        ]);
    }
}
