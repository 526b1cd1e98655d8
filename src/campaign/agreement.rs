//! How the methods of measuring an outage agree over all runs that they share.

use std::collections::BTreeMap;

use crate::model::{Agreement, AgreementPair, ConditionId, Entries, Method, Run};
use crate::run::metrics::outage::{meet, overlap};
use crate::stats::{bland_altman, within_groups};

/// Each pair of methods that at least one completed run has.
///
/// A guest clock that stood still or jumped measured no outage, two methods that saw events at different times did not
/// see the same, and an outage without an end has no difference: such runs are left out, and counted.
pub fn agreements(runs: &[Run]) -> Vec<Agreement> {
    let pairs = Method::ALL.into_iter().flat_map(|a| a.entry().compared_with.iter().map(move |b| (a, *b)));
    pairs.filter_map(|(a, b)| agreement(runs, a, b)).collect()
}

fn agreement(runs: &[Run], a: Method, b: Method) -> Option<Agreement> {
    let mut found = Agreement {
        a,
        b,
        pairs: Vec::new(),
        left_out: 0,
        overlapping: 0,
        bias_s: 0.0,
        bias_ci95: None,
        limits: None,
        limits_ci95: None,
        within: None,
        correlation: None,
    };
    let mut by_condition: BTreeMap<ConditionId, Vec<f64>> = BTreeMap::new();
    for (id, run) in runs.entries().filter(|(_, run)| run.counts()) {
        let (Some(by_a), Some(by_b)) = (run.outage(a), run.outage(b)) else { continue };
        let interval_s = run.ping.as_ref().map_or(0.0, |ping| ping.interval_s);
        // By time alone and not by how well they agree, which would choose by the result.
        let ended = !by_a.censored && !by_b.censored;
        if !ended || !run.trusts(a) || !run.trusts(b) || !meet(by_a, by_b, interval_s) {
            found.left_out += 1;
            continue;
        }
        found.overlapping += usize::from(overlap(by_a, by_b));
        by_condition.entry(run.condition).or_default().push(by_b.estimate_s - by_a.estimate_s);
        found.pairs.push(AgreementPair { run: id, a_s: by_a.estimate_s, b_s: by_b.estimate_s });
    }
    let values: Vec<(f64, f64)> = found.pairs.iter().map(|pair| (pair.a_s, pair.b_s)).collect();
    let Some(statistics) = bland_altman(&values) else {
        return (found.left_out > 0).then_some(found);
    };
    found.bias_s = statistics.bias;
    found.bias_ci95 = statistics.bias_ci95;
    found.limits = statistics.limits;
    found.limits_ci95 = statistics.limits_ci95;
    found.within = within_groups(&by_condition.into_values().collect::<Vec<_>>());
    found.correlation = statistics.correlation;
    Some(found)
}
