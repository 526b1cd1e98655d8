//! Entries of `summary.json` that the model cannot write by itself.
//!
//! | entry | what the model lacks |
//! | --- | --- |
//! | [`RunData`], [`PlacementData`] | sentences: the reports make them of flags and reasons |
//! | [`CurveData`] | the file in which the report has the curve |
//! | [`EfficiencyData`] | an index of a benchmark becomes its names, and those of its condition |
//! | [`EvidenceData`] | files and hashes: a run has its citations by the places of its files |
//! | [`TrendData`] | a straight line stands inside of its sweep; here it tells what it is a line of |

use serde::{Serialize, Serializer};

use super::super::curves::curve_path;
use crate::model::data::{self, fields};
use crate::model::{
    Analysis, Benchmark, Candidate, Context, Curve, Efficiency, Flag, FlagCode, Placement, Reason, Run,
    Sweep, SweepLine, Unit,
};
use crate::show::report::format::{flag_sentence, placement_reason};
use crate::show::text::Text;
use crate::stats::LinearFit;

#[derive(Serialize)]
pub(super) struct RunData<'a> {
    #[serde(flatten)]
    run: &'a Run,
    flags: Vec<FlagData>,
}

#[derive(Serialize)]
struct FlagData {
    code: FlagCode,
    message: String,
}

impl<'a> RunData<'a> {
    pub(super) fn new(run: &'a Run, text: &Text) -> Self {
        let flag = |flag: &Flag| FlagData { code: flag.code, message: flag_sentence(&[flag], text) };
        Self { run, flags: run.flags.iter().map(flag).collect() }
    }
}

#[derive(Serialize)]
pub(super) struct CurveData<'a> {
    #[serde(flatten)]
    curve: &'a Curve,
    file: String,
}

impl<'a> CurveData<'a> {
    pub(super) fn new(analysis: &Analysis, curve: &'a Curve) -> Self {
        Self { curve, file: curve_path(analysis, curve) }
    }
}

#[derive(Serialize)]
pub(super) struct PlacementData<'a> {
    #[serde(flatten)]
    placement: &'a Placement,
    order: Vec<CandidateData<'a>>,
}

#[derive(Serialize)]
struct CandidateData<'a> {
    #[serde(flatten)]
    candidate: &'a Candidate,
    /// In words.
    reason: String,
    decided_by: &'a Reason,
    as_fast: &'a [String],
}

impl<'a> PlacementData<'a> {
    pub(super) fn new(placement: &'a Placement, text: &Text) -> Self {
        let candidate = |candidate: &'a Candidate| CandidateData {
            candidate,
            reason: placement_reason(&candidate.reason, text),
            decided_by: &candidate.reason,
            as_fast: candidate.reason.as_fast(),
        };
        Self { placement, order: placement.order.iter().map(candidate).collect() }
    }
}

pub(super) struct EfficiencyData<'a> {
    efficiency: &'a Efficiency,
    value: &'a Benchmark,
    baseline: Option<&'a Benchmark>,
}

impl<'a> EfficiencyData<'a> {
    pub(super) fn new(analysis: &'a Analysis, efficiency: &'a Efficiency) -> Self {
        let baseline = efficiency.baseline.map(|id| &analysis.benchmarks[id]);
        Self { efficiency, value: &analysis.benchmarks[efficiency.of], baseline }
    }
}

impl Serialize for EfficiencyData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { efficiency, value, baseline } = self;
        fields!(serializer, {
            benchmark: value.benchmark,
            factors: value.condition,
            context: Context(value.condition),
            vm: value.vm,
            operation: value.operation,
            comparison: efficiency.comparison,
            value: efficiency.value,
            baseline: efficiency.baseline_value,
            baseline_factors: baseline.map(|baseline| baseline.condition),
            direction: value.direction,
            efficiency: efficiency.efficiency,
            ci95_low: efficiency.ci95.map(|interval| interval.low),
            ci95_high: efficiency.ci95.map(|interval| interval.high),
            n_value: efficiency.n_value,
            n_baseline: efficiency.n_baseline,
        })
    }
}

/// Where the numbers come from, made one by one: there are many.
pub(super) struct EvidenceData<'a>(pub &'a Analysis);

impl Serialize for EvidenceData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.cited())
    }
}

/// A line of least squares, whether it describes the values or not.
#[derive(Serialize)]
pub(super) struct TrendData<'a> {
    metric: &'a str,
    unit: Unit,
    factor: &'a str,
    /// Of the second factor.
    level: Option<&'a str>,
    #[serde(flatten, serialize_with = "data::line")]
    fit: &'a LinearFit,
    fits: bool,
}

impl<'a> TrendData<'a> {
    /// `None` where too few levels have a value.
    fn new(sweep: &'a Sweep, line: &'a SweepLine) -> Option<Self> {
        Some(Self {
            metric: &sweep.metric,
            unit: sweep.unit,
            factor: &sweep.factor,
            level: Some(line.level.as_str()).filter(|level| !level.is_empty()),
            fit: line.fit.as_ref()?,
            fits: line.trend().is_some(),
        })
    }
}

pub(super) fn trends(analysis: &Analysis) -> Vec<TrendData<'_>> {
    let lines = analysis.sweeps.iter().flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
    lines.filter_map(|(sweep, line)| TrendData::new(sweep, line)).collect()
}
