//! The wire type of a finding.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::number::round_option;
use crate::model::{Analysis, Factors, Finding};

#[derive(Serialize)]
pub(super) struct FindingWire<'a> {
    code: &'static str,
    factors: Option<&'a Factors>,
    run: Option<&'a str>,
    metric: Option<&'a str>,
    values: BTreeMap<&'static str, Option<f64>>,
}

pub(super) fn finding<'a>(analysis: &'a Analysis, finding: &'a Finding) -> FindingWire<'a> {
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
        Finding::PrecopyLimit { last, conditions, completed, runs, .. } => wire(
            "precopy-limit",
            factors(*last),
            None,
            &[
                ("conditions_beyond", Some(conditions.len() as f64)),
                ("completed", Some(*completed as f64)),
                ("runs", Some(*runs as f64)),
            ],
        ),
        Finding::DoesNotConverge { conditions } => wire(
            "does-not-converge",
            conditions.first().and_then(|condition| factors(*condition)),
            None,
            &[("conditions", Some(conditions.len() as f64))],
        ),
        Finding::Amplified { conditions } => wire(
            "amplified",
            conditions.first().and_then(|(condition, _)| factors(*condition)),
            Some("precopy.amplification"),
            &[
                ("conditions", Some(conditions.len() as f64)),
                ("times", conditions.first().map(|(_, times)| *times)),
            ],
        ),
        Finding::Trend { metric, slope, ci95, r_squared, .. } => wire(
            "trend",
            None,
            Some(metric),
            &[
                ("slope", Some(*slope)),
                ("slope_ci95_low", Some(ci95.low)),
                ("slope_ci95_high", Some(ci95.high)),
                ("r_squared", Some(*r_squared)),
            ],
        ),
        Finding::LeastEfficient { efficiency, .. } => {
            let found = &analysis.efficiency[*efficiency];
            let of = &analysis.benchmarks[found.of];
            let values = [("efficiency", found.efficiency)];
            wire("least-efficient", factors(of.condition), Some(&of.operation), &values)
        }
        Finding::LosesMore { loss, quantities, worse, .. } => wire(
            "loses-more",
            None,
            None,
            &[
                ("loss", Some(*loss)),
                ("quantities", Some(*quantities as f64)),
                ("worse", Some(worse.len() as f64)),
            ],
        ),
        Finding::Together { operations } => {
            let first = operations.first().map(|index| &analysis.parallel[*index]);
            wire(
                "several-vms",
                first.and_then(|p| factors(p.condition)),
                first.map(|p| p.benchmark.as_str()),
                &[
                    ("vms", first.map(|p| p.values.len() as f64)),
                    ("versus_single", first.and_then(|p| p.versus_single)),
                    ("versus_expected", first.and_then(|p| p.versus_expected)),
                ],
            )
        }
        Finding::Uneven { ratio, operations } => wire(
            "uneven",
            None,
            None,
            &[("ratio", Some(*ratio)), ("operations", Some(operations.len() as f64))],
        ),
    }
}
