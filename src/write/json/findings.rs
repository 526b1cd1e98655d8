//! Findings as entries of `summary.json`.
//!
//! A type of their own, since the model's findings differ in what they hold and all entries have the same fields:
//! indices become the factors of a condition or the name of a run, and what is left are figures by name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::metrics::AMPLIFICATION;
use crate::model::{Analysis, ConditionId, Finding, Incomplete, RunId};

#[derive(Serialize)]
pub(super) struct FindingData<'a> {
    code: &'static str,
    /// Of the condition.
    factors: Option<ConditionId>,
    run: Option<RunId>,
    /// A series, or the operation or the name of a benchmark.
    metric: Option<&'a str>,
    values: BTreeMap<&'static str, Option<f64>>,
}

impl<'a> FindingData<'a> {
    pub(super) fn new(analysis: &'a Analysis, finding: &'a Finding) -> Self {
        let data =
            Self { code: finding.code(), factors: None, run: None, metric: None, values: BTreeMap::new() };
        match finding {
            Finding::LimitExceeded { limited: _, value, at_least, at_most, tested, runs } => data
                .value("value", *value)
                .count("at_least", usize::from(*at_least))
                .count("tested", *tested)
                .count("runs", *runs)
                .value("at_most", *at_most),
            Finding::Incomplete(Incomplete {
                condition,
                failed,
                unfinished,
                known,
                rate,
                away,
                away_s,
                lost,
                lost_s,
                stayed_below,
            }) => data
                .condition(Some(*condition))
                .count("completed", known - failed)
                .count("unfinished", *unfinished)
                .count("runs", *known)
                .value("completed_low", rate.low)
                .value("completed_high", rate.high)
                .count("away", *away)
                .value("away_min_s", away_s.map(|away| away.low))
                .value("away_max_s", away_s.map(|away| away.high))
                .count("lost", *lost)
                .value("lost_min_s", lost_s.map(|lost| lost.low))
                .value("lost_max_s", lost_s.map(|lost| lost.high))
                .value("stayed_below", *stayed_below),
            Finding::OutageOpen { condition, runs, flags } => flags
                .iter()
                .fold(data.condition(Some(*condition)).count("runs", *runs), |data, (flag, runs)| {
                    data.count(flag.name(), *runs)
                }),
            Finding::Outage(outage) => data
                .condition(Some(outage.condition))
                .metric(Some(outage.method.metric()))
                .value("mean_s", outage.mean_s)
                .value("min_s", outage.ended_s.map(|ended| ended.low))
                .value("max_s", outage.ended_s.map(|ended| ended.high))
                .count("n", outage.n)
                .count("of", outage.of)
                .count("contradicted", outage.contradicted)
                .count("not_returned", outage.not_returned)
                .value("at_least_low_s", outage.at_least_s.map(|at_least| at_least.low))
                .value("at_least_high_s", outage.at_least_s.map(|at_least| at_least.high))
                .value("stayed_below", outage.stayed_below)
                .value("at_most_s", outage.at_most_s.or(outage.unseen.map(|unseen| unseen.at_most_s)))
                .value("mean_at_least_s", outage.unseen.map(|unseen| unseen.mean_within_s.low))
                .value("mean_at_most_s", outage.unseen.map(|unseen| unseen.mean_within_s.high))
                .count("elsewhere_runs", outage.elsewhere.map_or(0, |elsewhere| elsewhere.runs))
                .value("elsewhere_min_s", outage.elsewhere.map(|elsewhere| elsewhere.seen_s.low))
                .value("elsewhere_max_s", outage.elsewhere.map(|elsewhere| elsewhere.seen_s.high)),
            Finding::Worse { metric, condition, p_adjusted, reference: _ } => {
                data.condition(Some(*condition)).metric(Some(metric)).value("p_adjusted", *p_adjusted)
            }
            Finding::Lengthened { metric, condition, ratio, ci95, p_adjusted, reference: _ } => data
                .condition(Some(*condition))
                .metric(Some(metric))
                .value("ratio", *ratio)
                .value("ratio_ci95_low", ci95.map(|ci| ci.low))
                .value("ratio_ci95_high", ci95.map(|ci| ci.high))
                .value("p_adjusted", *p_adjusted),
            Finding::MethodsAgree { runs, overlapping, mean_difference_s, largest_difference_s } => data
                .count("runs", *runs)
                .count("overlapping", *overlapping)
                .value("mean_difference_s", *mean_difference_s)
                .value("largest_difference_s", *largest_difference_s),
            Finding::MethodsDisagree { run, ping_s, guest_clock_s } => Self { run: Some(*run), ..data }
                .condition(Some(analysis.runs[*run].condition))
                .value("ping_s", *ping_s)
                .value("guest_clock_s", *guest_clock_s),
            Finding::OutageOutlastsMigration { condition, runs, of } => {
                data.condition(Some(*condition)).count("runs", *runs).count("of", *of)
            }
            Finding::FirstRepetitionsSlower { p, conditions } => {
                data.value("p", *p).count("conditions", conditions.len())
            }
            Finding::OrderTrend { condition, grows: _, runs, p_adjusted } => {
                data.condition(Some(*condition)).count("runs", *runs).value("p_adjusted", *p_adjusted)
            }
            Finding::SessionsDiffer { condition, sessions, p_adjusted } => {
                data.condition(Some(*condition)).count("sessions", *sessions).value("p_adjusted", *p_adjusted)
            }
            Finding::RecordedInBlocks { conditions } => data.count("conditions", *conditions),
            Finding::RoundTripsRaised { condition, ratio } => {
                data.condition(Some(*condition)).value("ratio", *ratio)
            }
            Finding::PrecopyLimit { last, conditions, completed, runs, factor: _, level: _ } => data
                .condition(Some(*last))
                .count("conditions_beyond", conditions.len())
                .count("completed", *completed)
                .count("runs", *runs),
            Finding::DoesNotConverge { conditions } => {
                data.condition(conditions.first().copied()).count("conditions", conditions.len())
            }
            Finding::Amplified { conditions } => data
                .condition(conditions.first().map(|(condition, _)| *condition))
                .metric(Some(AMPLIFICATION))
                .count("conditions", conditions.len())
                .value("times", conditions.first().map(|(_, times)| *times)),
            Finding::Trend { metric, slope, ci95, r_squared, factor: _, level: _ } => data
                .metric(Some(metric))
                .value("slope", *slope)
                .value("slope_ci95_low", ci95.low)
                .value("slope_ci95_high", ci95.high)
                .value("r_squared", *r_squared),
            Finding::LeastEfficient { efficiency, comparison: _ } => {
                let efficiency = &analysis.efficiency[*efficiency];
                let of = &analysis.benchmarks[efficiency.of];
                data.condition(Some(of.condition))
                    .metric(Some(&of.operation))
                    .value("efficiency", efficiency.efficiency)
            }
            Finding::LosesMore { loss, quantities, worse, uncertain: _, comparison: _ } => {
                data.value("loss", *loss).count("quantities", *quantities).count("worse", worse.len())
            }
            Finding::Together { operations } => {
                let first = operations.first().map(|id| &analysis.parallel[*id]);
                data.condition(first.map(|first| first.condition))
                    .metric(first.map(|first| first.benchmark.as_str()))
                    .value("vms", first.map(|first| first.values.len() as f64))
                    .value("versus_single", first.and_then(|first| first.versus_single))
                    .value("versus_expected", first.and_then(|first| first.versus_expected))
            }
            Finding::Uneven { ratio, operations } => {
                data.value("ratio", *ratio).count("operations", operations.len())
            }
        }
    }

    fn condition(self, condition: Option<ConditionId>) -> Self {
        Self { factors: condition, ..self }
    }

    fn metric(self, metric: Option<&'a str>) -> Self {
        Self { metric, ..self }
    }

    fn value(mut self, name: &'static str, value: impl Into<Option<f64>>) -> Self {
        self.values.insert(name, value.into());
        self
    }

    fn count(self, name: &'static str, count: usize) -> Self {
        self.value(name, count as f64)
    }
}
