//! What the numbers say of the transfer of memory, and of quantities against a number.

use crate::model::metrics::{AMPLIFICATION, MIGRATION_DURATION};
use crate::model::{ConditionId, Convergence, Finding, Series, Sweep, SweepLine};

/// A finding from as many copies of the memory on.
const MANY_COPIES: f64 = 2.0;

/// What stands after all else about migrations.
pub fn find(convergence: &[Convergence], sweeps: &[Sweep], series: &[Series]) -> Vec<Finding> {
    let durations = || sweeps.iter().filter(|sweep| sweep.metric == MIGRATION_DURATION);
    let lines = || durations().flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
    let mut findings: Vec<Finding> =
        lines().filter_map(|(sweep, line)| limit(sweep, line, convergence)).collect();
    findings.extend(diverging(&findings, convergence));
    findings.extend(amplified(series));
    findings.extend(lines().filter_map(|(sweep, line)| trend(sweep, line)));
    findings
}

/// From one level on pre-copy converges nowhere, and at the level before it does.
fn limit(sweep: &Sweep, line: &SweepLine, convergence: &[Convergence]) -> Option<Finding> {
    let known = |condition: ConditionId| convergence.iter().find(|of| of.condition == condition);
    let converges = |point: usize| known(line.points[point].condition)?.converges;
    let points = line.points.len();
    let first = (0..points).rev().take_while(|point| converges(*point) == Some(false)).last()?;
    let last = first.checked_sub(1).filter(|last| converges(*last) == Some(true))?;
    let beyond = || line.points[first..].iter().filter_map(|point| known(point.condition));
    Some(Finding::PrecopyLimit {
        factor: sweep.factor.clone(),
        level: line.level.clone(),
        last: line.points[last].condition,
        conditions: line.points[first..].iter().map(|point| point.condition).collect(),
        completed: beyond().map(|known| known.completed).sum(),
        runs: beyond().map(|known| known.runs).sum(),
    })
}

/// The conditions in which it does not converge, beside those beyond a limit.
fn diverging(limits: &[Finding], convergence: &[Convergence]) -> Option<Finding> {
    let beyond = |condition: ConditionId| {
        limits.iter().any(|finding| {
            matches!(finding, Finding::PrecopyLimit { conditions, .. } if conditions.contains(&condition))
        })
    };
    let mut found: Vec<&Convergence> = convergence
        .iter()
        .filter(|known| known.converges == Some(false) && !beyond(known.condition))
        .collect();
    found.sort_by(|a, b| b.ratio.unwrap_or(0.0).total_cmp(&a.ratio.unwrap_or(0.0)));
    let conditions: Vec<ConditionId> = found.into_iter().map(|known| known.condition).collect();
    (!conditions.is_empty()).then_some(Finding::DoesNotConverge { conditions })
}

/// The conditions that sent their memory several times, the most first.
fn amplified(series: &[Series]) -> Option<Finding> {
    let amplifications = series.iter().filter(|series| series.metric == AMPLIFICATION);
    let means = amplifications.filter_map(|series| Some((series.condition, series.mean()?)));
    let mut conditions: Vec<(ConditionId, f64)> = means.filter(|(_, times)| *times >= MANY_COPIES).collect();
    conditions.sort_by(|a, b| b.1.total_cmp(&a.1));
    (!conditions.is_empty()).then_some(Finding::Amplified { conditions })
}

fn trend(sweep: &Sweep, line: &SweepLine) -> Option<Finding> {
    let fit = line.trend()?;
    Some(Finding::Trend {
        factor: sweep.factor.clone(),
        level: line.level.clone(),
        metric: sweep.metric.clone(),
        slope: fit.slope,
        ci95: fit.slope_ci95.filter(|ci| ci.low > 0.0 || ci.high < 0.0)?,
        r_squared: fit.r_squared?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::sweep::tests::migrations;
    use crate::model::Id;

    fn known(condition: usize, ratio: f64, converges: Option<bool>, completed: usize) -> Convergence {
        Convergence {
            condition: Id::new(condition),
            runs: 3,
            completed,
            dirtied_bytes_per_s: None,
            sent_bytes_per_s: None,
            ratio: Some(ratio),
            converges,
            typical: None,
        }
    }

    #[test]
    fn the_limit_lies_between_the_last_that_converges_and_the_first_that_does_not() {
        let analysis = migrations("rate", &["1", "2", "3", "24", "30"], &["xen"]);
        let yes = |condition| known(condition, 0.5, Some(true), 3);
        let no = |condition| known(condition, 0.99, Some(false), 0);
        let all = [yes(0), yes(1), yes(2), no(3), no(4)];
        let found = find(&all, &analysis.sweeps, &[]);
        let [Finding::PrecopyLimit { last, conditions, completed: 0, runs: 6, .. }] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((last, &conditions[..]), (&Id::new(2), &[3, 4].map(Id::new)[..]));
    }

    #[test]
    fn a_level_that_says_nothing_leaves_the_limit_open() {
        let analysis = migrations("rate", &["1", "2", "24"], &["xen"]);
        let all = [known(0, 0.5, Some(true), 3), known(1, 0.9, None, 2), known(2, 0.99, Some(false), 0)];
        let found = find(&all, &analysis.sweeps, &[]);
        assert_eq!(found, [Finding::DoesNotConverge { conditions: vec![Id::new(2)] }]);
    }

    #[test]
    fn what_does_not_converge_comes_the_worst_first() {
        let all =
            [known(0, 1.1, Some(false), 3), known(1, 0.2, Some(true), 3), known(2, 2.2, Some(false), 3)];
        let found = find(&all, &[], &[]);
        assert_eq!(found, [Finding::DoesNotConverge { conditions: vec![Id::new(2), Id::new(0)] }]);
    }

    #[test]
    fn a_line_that_fits_the_durations_is_told() {
        let analysis = migrations("rate", &["1", "4", "6", "9"], &["xen"]);
        let found = find(&[], &analysis.sweeps, &[]);
        let [Finding::Trend { slope, .. }] = found.as_slice() else { panic!("{found:?}") };
        assert!((slope - 1.0).abs() < 1e-12);
    }
}
