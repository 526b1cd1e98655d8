//! What the numbers say, found without a person: the sentences at the head of a report.
//!
//! Each finding follows a stated rule (`docs/methodology/conclusions.md`) and carries its figures. Wording is
//! the work of the report.

mod transfer;

pub use transfer::find as transfer;

use crate::model::{
    Comparison, Condition, ConditionId, Entries, Finding, Flag, FlagCode, Method, Run, RunId, Series,
};
use crate::run::metrics::outage::overlap;
use crate::stats::Sample;

/// The findings about migrations, in the order of a report.
pub fn find(
    conditions: &[Condition],
    runs: &[Run],
    series: &[Series],
    comparisons: &[Comparison],
) -> Vec<Finding> {
    let mut findings = outages(conditions, series);
    findings.extend(lengthened(comparisons));
    for (id, condition) in conditions.entries() {
        findings.extend(outlasts(id, condition, runs));
    }
    for (id, condition) in conditions.entries() {
        findings.extend(first_repetitions_slower(id, condition, runs));
    }
    for (id, condition) in conditions.entries() {
        findings.extend(round_trips_raised(id, condition, runs));
    }
    findings.extend(methods_agree(runs));
    findings.extend(methods_disagree(runs));
    findings
}

/// The outage of each condition by the first method that has a value.
fn outages(conditions: &[Condition], series: &[Series]) -> Vec<Finding> {
    let best = |condition| {
        Method::FOR_SERVICE.into_iter().find_map(|method| {
            let found = series.iter().find(|s| s.condition == condition && s.metric == method.metric())?;
            Some((method, found.summary?))
        })
    };
    conditions
        .ids()
        .filter_map(|condition| {
            let (method, summary) = best(condition)?;
            Some(Finding::Outage {
                condition,
                method,
                mean_s: summary.mean,
                min_s: summary.min,
                max_s: summary.max,
                n: summary.n,
            })
        })
        .collect()
}

/// Outages and durations that are longer than in the reference condition: the interval of the
/// ratio lies above 1 and the corrected test agrees at the 5 % level.
fn lengthened(comparisons: &[Comparison]) -> Vec<Finding> {
    let compared = |method: &Method| comparisons.iter().any(|c| c.metric == method.metric());
    let outage = Method::FOR_SERVICE.into_iter().find(compared).unwrap_or(Method::Ping).metric();
    let is_shown = |metric: &str| metric == outage || metric == "migration_duration";
    let mut found: Vec<&Comparison> = comparisons
        .iter()
        .filter(|c| is_shown(&c.metric))
        .filter(|c| c.ratio_ci95.is_some_and(|ci| ci.low > 1.0) && c.p_adjusted.is_some_and(|p| p < 0.05))
        .collect();
    found.sort_by(|a, b| {
        (b.metric == outage)
            .cmp(&(a.metric == outage))
            .then(b.ratio.unwrap_or(0.0).total_cmp(&a.ratio.unwrap_or(0.0)))
    });
    found
        .into_iter()
        .filter_map(|c| {
            Some(Finding::Lengthened {
                metric: c.metric.clone(),
                condition: c.b,
                reference: c.a,
                ratio: c.ratio?,
                ci95: c.ratio_ci95,
                p_adjusted: c.p_adjusted,
            })
        })
        .collect()
}

fn outlasts(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let flagged = |run: &&Run| run.flags.iter().any(|flag| flag.code == FlagCode::OutageLongerThanMigration);
    let counted = condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts());
    let (total, number) = (counted.clone().count(), counted.filter(flagged).count());
    (number > 0).then_some(Finding::OutageOutlastsMigration { condition: id, runs: number, of: total })
}

/// The first one or two of at least four repetitions all had a longer outage than every later one,
/// by more than the resolution of its method.
fn first_repetitions_slower(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let mut resolution: f64 = 0.0;
    let mut values = Vec::new();
    for run in condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts()) {
        let outage = run.service_outage()?;
        // Half the width of the interval; for ping that is the time between requests.
        resolution = resolution.max((outage.upper_s? - outage.lower_s) / 2.0);
        values.push(outage.estimate_s);
    }
    if values.len() < 4 {
        return None;
    }
    [2, 1].into_iter().find_map(|k| {
        let first = Sample::new(values[..k].to_vec())?;
        let later = Sample::new(values[k..].to_vec())?;
        // A margin of half the resolution makes floating-point ties no difference.
        (first.min() - later.max() > 1.5 * resolution).then(|| Finding::FirstRepetitionsSlower {
            condition: id,
            first: k,
            first_mean_s: first.mean(),
            later_mean_s: later.mean(),
        })
    })
}

/// The finding of slow first repetitions as a flag of each of them.
pub fn flag_first_repetitions(findings: &[Finding], conditions: &[Condition], runs: &mut [Run]) {
    for finding in findings {
        let Finding::FirstRepetitionsSlower { condition, first, later_mean_s, .. } = finding else {
            continue;
        };
        let all = conditions[*condition].runs.iter().copied();
        let counted: Vec<RunId> = all.filter(|run| runs[*run].counts()).collect();
        for id in counted.into_iter().take(*first) {
            let run = &mut runs[id];
            let Some(outage_s) = run.service_outage().map(|outage| outage.estimate_s) else { continue };
            let values = vec![("outage_s", outage_s), ("later_s", *later_mean_s)];
            run.flags.push(Flag { code: FlagCode::FirstRepetitionSlower, values });
        }
    }
}

/// Median over the runs of (median round trip during ÷ before), where it is 1.2 or more.
fn round_trips_raised(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let ratios = condition
        .runs
        .iter()
        .map(|&run| &runs[run])
        .filter(|run| run.counts())
        .filter_map(|run| {
            let ping = run.ping.as_ref()?;
            let before = ping.before?.median;
            (before > 0.0).then_some(ping.during?.median / before)
        })
        .collect();
    let ratio = Sample::new(ratios)?.median();
    (ratio >= 1.2).then_some(Finding::RoundTripsRaised { condition: id, ratio })
}

/// Runs with both a ping and a guest-clock outage that is one, with their difference guest clock − ping.
fn both_methods(runs: &[Run]) -> impl Iterator<Item = (RunId, f64, f64, bool)> {
    let compared = |run: &Run| run.counts() && run.trusts(Method::GuestClock);
    runs.entries().filter(move |(_, run)| compared(run)).filter_map(|(id, run)| {
        let (ping, guest) = (run.outage(Method::Ping)?, run.outage(Method::GuestClock)?);
        Some((id, ping.estimate_s, guest.estimate_s, overlap(ping, guest)))
    })
}

fn methods_agree(runs: &[Run]) -> Option<Finding> {
    let compared: Vec<_> = both_methods(runs).collect();
    let differences = Sample::new(compared.iter().map(|(_, ping, guest, _)| guest - ping).collect())?;
    Some(Finding::MethodsAgree {
        runs: differences.n(),
        overlapping: compared.iter().filter(|(.., overlap)| *overlap).count(),
        mean_difference_s: differences.mean(),
        largest_difference_s: differences
            .values()
            .iter()
            .copied()
            .reduce(|a, b| if b.abs() > a.abs() { b } else { a })?,
    })
}

fn methods_disagree(runs: &[Run]) -> Option<Finding> {
    let (run, ping_s, guest_clock_s, _) = both_methods(runs)
        .filter(|(.., overlap)| !overlap)
        .reduce(|a, b| if (b.2 - b.1).abs() > (a.2 - a.1).abs() { b } else { a })?;
    Some(Finding::MethodsDisagree { run, ping_s, guest_clock_s })
}
