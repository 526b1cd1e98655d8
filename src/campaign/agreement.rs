//! How the methods of measuring an outage agree over all runs that they share.

use crate::model::{Agreement, AgreementPair, Entries, Method, Run};
use crate::run::metrics::outage::overlap;
use crate::stats::bland_altman;

/// The pairs of methods that are compared; differences are second − first.
const PAIRS: [(Method, Method); 4] = [
    (Method::Ping, Method::PingReplyGap),
    (Method::Ping, Method::GuestClock),
    (Method::Hypervisor, Method::Ping),
    (Method::Hypervisor, Method::GuestClock),
];

/// Each pair of methods that at least one completed run has, without censored outages.
///
/// A guest clock that stood still or jumped measured no outage: its run is left out, and counted.
pub fn agreements(runs: &[Run]) -> Vec<Agreement> {
    PAIRS.iter().filter_map(|&(a, b)| agreement(runs, a, b)).collect()
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
        correlation: None,
    };
    for (id, run) in runs.entries().filter(|(_, run)| run.counts()) {
        let complete = |method| run.outage(method).filter(|outage| !outage.censored);
        let (Some(by_a), Some(by_b)) = (complete(a), complete(b)) else { continue };
        if !run.trusts(a) || !run.trusts(b) {
            found.left_out += 1;
            continue;
        }
        found.overlapping += usize::from(overlap(by_a, by_b));
        found.pairs.push(AgreementPair { run: id, a_s: by_a.estimate_s, b_s: by_b.estimate_s });
    }
    let values: Vec<(f64, f64)> = found.pairs.iter().map(|pair| (pair.a_s, pair.b_s)).collect();
    let Some(statistics) = bland_altman(&values) else {
        return (found.left_out > 0).then_some(found);
    };
    found.bias_s = statistics.bias;
    found.bias_ci95 = statistics.bias_ci95;
    found.limits = statistics.limits;
    found.correlation = statistics.correlation;
    Some(found)
}
