//! What the order of recording did: first repetitions, trends, sessions, and conditions one after the other.
//!
//! Repetitions are taken for exchangeable everywhere else; these rules look at whether they are
//! (`docs/methodology/conclusions.md#order`).

use crate::model::{Condition, ConditionId, Entries, Finding, Run};
use crate::stats::{Sample, ascent, blocks, holm, mann_kendall, slow_first};

/// Fewer repetitions say nothing of an order.
const FEWEST: usize = 4;
/// A session ends where nothing was requested for so long, seconds.
const PAUSE_S: f64 = 3600.0;

/// An outage, when it was recorded, and how finely it is known.
struct Recorded {
    /// Of the request; `None` where no log says it.
    epoch_s: Option<f64>,
    outage_s: f64,
    /// Half the width of what its method leaves open.
    resolution_s: f64,
}

/// The findings about the order of recording.
pub(super) fn find(conditions: &[Condition], runs: &[Run], seed: u64) -> Vec<Finding> {
    let recorded: Vec<(ConditionId, Vec<Recorded>)> = conditions
        .entries()
        .filter_map(|(id, condition)| Some((id, recorded(condition, runs)?)))
        .filter(|(_, runs)| runs.len() >= FEWEST)
        .collect();
    let mut findings: Vec<Finding> = first_repetitions(&recorded).into_iter().collect();
    findings.extend(trends(&recorded));
    findings.extend(sessions(&recorded, seed));
    findings.extend(in_blocks(conditions, runs));
    findings
}

/// The outages of a condition in the order of recording, else of repetitions; `None` where one has no end or there is none.
fn recorded(condition: &Condition, runs: &[Run]) -> Option<Vec<Recorded>> {
    let counted = condition.runs.iter().map(|run| &runs[*run]).filter(|run| run.counts());
    // Outages by several methods differ by the method.
    let method = counted.clone().next()?.service_outage()?.method;
    let one = |run: &Run| {
        let outage = run.service_outage().filter(|outage| outage.method == method)?;
        Some(Recorded {
            epoch_s: run.migration.request_epoch_s,
            outage_s: outage.estimate_s,
            resolution_s: (outage.upper_s? - outage.lower_s) / 2.0,
        })
    };
    let mut all: Vec<Recorded> = counted.map(one).collect::<Option<_>>()?;
    if all.iter().all(|run| run.epoch_s.is_some()) {
        all.sort_by(|a, b| a.epoch_s.unwrap_or(0.0).total_cmp(&b.epoch_s.unwrap_or(0.0)));
    }
    Some(all)
}

fn values(runs: &[Recorded]) -> Vec<f64> {
    runs.iter().map(|run| run.outage_s).collect()
}

/// Tested over all conditions at once, since no single one has enough repetitions to tell.
fn first_repetitions(recorded: &[(ConditionId, Vec<Recorded>)]) -> Option<Finding> {
    let all: Vec<Vec<f64>> = recorded.iter().map(|(_, runs)| values(runs)).collect();
    let p = slow_first(&all);
    let slow = |(id, runs): &(ConditionId, Vec<Recorded>)| {
        let (first, later) = runs.split_first()?;
        let resolution_s = runs.iter().map(|run| run.resolution_s).fold(0.0, f64::max);
        let later = Sample::new(values(later))?;
        // A margin of half the resolution makes ties of floating-point numbers no difference.
        (first.outage_s - later.max() > 1.5 * resolution_s).then(|| (*id, first.outage_s, later.mean()))
    };
    let conditions: Vec<_> = recorded.iter().filter_map(slow).collect();
    (p < 0.05 && !conditions.is_empty()).then_some(Finding::FirstRepetitionsSlower { p, conditions })
}

fn trends(recorded: &[(ConditionId, Vec<Recorded>)]) -> Vec<Finding> {
    // Values that lie within the resolution of each other have an order by chance, or by a phase that drifts.
    let differ = |runs: &[Recorded]| {
        let values = Sample::new(values(runs));
        let resolution_s = runs.iter().map(|run| run.resolution_s).fold(0.0, f64::max);
        values.is_some_and(|values| values.max() - values.min() > 1.5 * resolution_s)
    };
    let p = |runs: &[Recorded]| if differ(runs) { mann_kendall(&values(runs)) } else { 1.0 };
    let tested: Vec<f64> = recorded.iter().map(|(_, runs)| p(runs)).collect();
    let adjusted = recorded.iter().zip(holm(&tested)).filter(|(_, p)| *p < 0.05);
    adjusted
        .map(|((id, runs), p_adjusted)| Finding::OrderTrend {
            condition: *id,
            grows: ascent(&values(runs)) > 0,
            runs: runs.len(),
            p_adjusted,
        })
        .collect()
}

/// Conditions whose sessions, two or more of at least two runs each, have different outages.
fn sessions(recorded: &[(ConditionId, Vec<Recorded>)], seed: u64) -> Vec<Finding> {
    let of = |(id, runs): &(ConditionId, Vec<Recorded>)| {
        let mut sessions: Vec<Vec<f64>> = Vec::new();
        let mut last: Option<f64> = None;
        for run in runs {
            let at = run.epoch_s?;
            match sessions.last_mut().filter(|_| last.is_some_and(|last| at - last < PAUSE_S)) {
                Some(session) => session.push(run.outage_s),
                None => sessions.push(vec![run.outage_s]),
            }
            last = Some(at);
        }
        sessions.retain(|session| session.len() > 1);
        (sessions.len() > 1).then_some((*id, sessions))
    };
    let all: Vec<(ConditionId, Vec<Vec<f64>>)> = recorded.iter().filter_map(of).collect();
    let tested: Vec<f64> = all.iter().map(|(_, sessions)| blocks(sessions, seed)).collect();
    let adjusted = all.iter().zip(holm(&tested)).filter(|(_, p)| *p < 0.05);
    adjusted
        .map(|((id, sessions), p_adjusted)| Finding::SessionsDiffer {
            condition: *id,
            sessions: sessions.len(),
            p_adjusted,
        })
        .collect()
}

/// Whether all conditions with several runs were recorded one after the other: then a difference between them may be one
/// of the time.
fn in_blocks(conditions: &[Condition], runs: &[Run]) -> Option<Finding> {
    let repeated: Vec<&Condition> = conditions.iter().filter(|condition| condition.runs.len() > 1).collect();
    let spans: Vec<(f64, f64)> = repeated
        .iter()
        .map(|condition| {
            let times = condition.runs.iter().map(|run| runs[*run].migration.request_epoch_s);
            let sample = Sample::new(times.collect::<Option<Vec<f64>>>()?)?;
            Some((sample.min(), sample.max()))
        })
        .collect::<Option<_>>()?;
    let apart = |(i, a): (usize, &(f64, f64))| spans[i + 1..].iter().all(|b| a.1 < b.0 || b.1 < a.0);
    let all_apart = spans.iter().enumerate().all(apart);
    (spans.len() > 1 && all_apart).then_some(Finding::RecordedInBlocks { conditions: spans.len() })
}
