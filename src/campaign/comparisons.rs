//! Conditions against each other, number by number.
//!
//! `docs/methodology/statistics.md#comparisons` has the rules. In short: means are compared as a ratio; where an outage was
//! never seen to end there is no mean, and a test that knows it takes the place of the ratio; where migrations
//! failed, those that did not are no fair sample, and the comparison that counts failures is the one with a p.

use crate::model::metrics::series_entry;
use crate::model::{Comparison, Condition, ConditionId, Method, OneSided, Range, Series, Test, Value};
use crate::stats::{Bounds, Sample, compare_positive, fisher_exact, gehan, hodges_lehmann, holm, smallest_p};

/// Completed runs on each side from which on a ratio is given beside failures.
const FEWEST_SURVIVORS: usize = 3;

/// Pairs of conditions `(a, b)` – `b` against `a` – in every series that both have, in the share of migrations that
/// completed and in the outage with failures where any failed, with Holm's correction for the pairs of each metric.
pub fn comparisons(
    conditions: &[Condition],
    series: &[Series],
    pairs: &[(ConditionId, ConditionId)],
) -> Vec<Comparison> {
    let mut metrics: Vec<&str> = Vec::new();
    for metric in series.iter().map(|series| series.metric.as_str()) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let failed = |condition: ConditionId| conditions[condition].failed;
    let failing: Vec<(ConditionId, ConditionId)> =
        pairs.iter().copied().filter(|(a, b)| failed(*a) + failed(*b) > 0).collect();
    let mut all = corrected(failing.iter().filter_map(|&pair| completion(conditions, pair)).collect());
    all.extend(corrected(
        failing.iter().filter_map(|&pair| with_failures(conditions, series, pair)).collect(),
    ));
    for metric in metrics {
        let of = |condition| series.iter().find(|s| s.metric == metric && s.condition == condition);
        let both: Vec<(&Series, &Series)> =
            pairs.iter().filter_map(|&(a, b)| Some((of(a)?, of(b)?))).collect();
        let family = both.len();
        let one = |(a, b): &(&Series, &Series)| {
            of_series(a, b, family, failed(a.condition) + failed(b.condition) > 0)
        };
        all.extend(corrected(both.iter().map(one).collect()));
    }
    all
}

/// What conditions have that those do not with which they are compared, by `partners`: where there is none, all they have, and else each
/// series in which none of them has a value.
pub fn one_sided(
    conditions: &[Condition],
    series: &[Series],
    of: &[ConditionId],
    partners: impl Fn(ConditionId) -> Vec<ConditionId>,
) -> Vec<OneSided> {
    let with_value = |condition: ConditionId| {
        series.iter().filter(move |series| series.condition == condition && series.present().next().is_some())
    };
    let mut all = Vec::new();
    for &condition in of {
        let partners = partners(condition);
        if partners.is_empty() {
            all.push(OneSided { metric: None, condition, n: conditions[condition].runs.len() });
            continue;
        }
        let is_shared = |metric: &str| {
            partners.iter().any(|other| with_value(*other).any(|series| series.metric == metric))
        };
        all.extend(with_value(condition).filter(|series| !is_shared(&series.metric)).map(|series| {
            OneSided { metric: Some(series.metric.clone()), condition, n: series.present().count() }
        }));
    }
    all
}

fn corrected(mut family: Vec<Comparison>) -> Vec<Comparison> {
    let tested: Vec<f64> = family.iter().filter_map(|comparison| comparison.p_value).collect();
    let mut adjusted = holm(&tested).into_iter();
    for comparison in family.iter_mut().filter(|comparison| comparison.p_value.is_some()) {
        comparison.p_adjusted = adjusted.next();
    }
    family
}

fn empty(metric: &str, a: ConditionId, b: ConditionId) -> Comparison {
    Comparison {
        metric: metric.to_owned(),
        a,
        b,
        ratio: None,
        ratio_ci95: None,
        difference: None,
        difference_ci95: None,
        dominance: None,
        p_value: None,
        p_adjusted: None,
        test: None,
    }
}

/// One of `family` comparisons of a metric. `survivors` are values of completed runs beside others that failed.
fn of_series(a: &Series, b: &Series, family: usize, survivors: bool) -> Comparison {
    let mut comparison = empty(&a.metric, a.condition, b.condition);
    let (known_a, known_b): (Vec<Value>, Vec<Value>) = (a.present().collect(), b.present().collect());
    let bounds = |values: &[Value]| values.iter().map(|value| value.within).collect::<Vec<Bounds>>();
    comparison.dominance = dominance(&bounds(&known_a), &bounds(&known_b));
    if known_a.iter().chain(&known_b).any(|value| value.is_censored()) {
        if !survivors {
            test_censored(&mut comparison, &bounds(&known_a), &bounds(&known_b));
        }
        return comparison;
    }
    let sample = |values: &[Value]| Sample::new(values.iter().map(|value| value.estimate).collect());
    let (Some(sample_a), Some(sample_b)) = (sample(&known_a), sample(&known_b)) else { return comparison };
    let step = a.step().max(b.step());
    let shift = hodges_lehmann(&sample_a, &sample_b, step);
    comparison.difference = Some(shift.estimate);
    comparison.difference_ci95 = shift.interval;
    let enough = sample_a.n().min(sample_b.n()) >= FEWEST_SURVIVORS;
    if survivors && !enough || series_entry(&a.metric).range == Range::Signed {
        return comparison;
    }
    comparison.ratio = (sample_a.mean() != 0.0).then(|| sample_b.mean() / sample_a.mean());
    let confidence = 1.0 - 0.05 / family.max(1) as f64;
    if let Some(test) = compare_positive(&sample_a, &sample_b, step, confidence) {
        comparison.ratio_ci95 = test.interval.filter(|_| comparison.ratio.is_some());
        comparison.p_value = Some(test.p_value).filter(|_| !survivors);
        comparison.test = comparison.p_value.map(|_| Test::RatioOfMeans);
    }
    comparison
}

fn test_censored(comparison: &mut Comparison, a: &[Bounds], b: &[Bounds]) {
    if smallest_p(a.len(), b.len()) < 0.05 {
        comparison.p_value = Some(gehan(a, b));
        comparison.test = Some(Test::Gehan);
    }
}

/// The shares of migrations that completed, of those whose fate is known.
fn completion(conditions: &[Condition], (a, b): (ConditionId, ConditionId)) -> Option<Comparison> {
    let counts = |id: ConditionId| [conditions[id].completed as u64, conditions[id].failed as u64];
    let share = |[completed, failed]: [u64; 2]| {
        (completed + failed > 0).then(|| completed as f64 / (completed + failed) as f64)
    };
    let (of_a, of_b) = (counts(a), counts(b));
    Some(Comparison {
        difference: Some(share(of_b)? - share(of_a)?),
        p_value: Some(fisher_exact([of_a, of_b])),
        test: Some(Test::Fisher),
        ..empty(Comparison::COMPLETION, a, b)
    })
}

/// The outages of all migrations, of which one that did not complete is worse than any.
fn with_failures(
    conditions: &[Condition],
    series: &[Series],
    (a, b): (ConditionId, ConditionId),
) -> Option<Comparison> {
    let of = |condition: ConditionId, method: Method| {
        series.iter().find(|s| s.condition == condition && s.metric == method.metric())
    };
    // A condition in which nothing completed has no outages; all others need the same method.
    let has = |condition: ConditionId, method: Method| {
        conditions[condition].completed == 0 || of(condition, method).is_some()
    };
    let method = Method::for_service().find(|method| {
        has(a, *method) && has(b, *method) && (of(a, *method).is_some() || of(b, *method).is_some())
    })?;
    let ranked = |condition: ConditionId| -> Vec<Bounds> {
        let known =
            of(condition, method).into_iter().flat_map(Series::present).map(|value: Value| value.within);
        known.chain(std::iter::repeat_n(Bounds::FAILURE, conditions[condition].failed)).collect()
    };
    let (of_a, of_b) = (ranked(a), ranked(b));
    let mut comparison = empty(Comparison::WITH_FAILURES, a, b);
    comparison.dominance = dominance(&of_a, &of_b);
    test_censored(&mut comparison, &of_a, &of_b);
    Some(comparison)
}

/// Cliff's delta (1993) of what is certain. `None` where a side is empty.
fn dominance(a: &[Bounds], b: &[Bounds]) -> Option<f64> {
    let pairs = a.len() * b.len();
    let (greater, less) = (certainly_greater(b, a), certainly_greater(a, b));
    (pairs > 0).then(|| (greater as f64 - less as f64) / pairs as f64)
}

/// Pairs in which the value of `these` is certainly greater than that of `those`.
fn certainly_greater(these: &[Bounds], those: &[Bounds]) -> usize {
    let mut uppers: Vec<f64> = those.iter().filter_map(|value| value.upper).collect();
    uppers.sort_by(f64::total_cmp);
    these.iter().map(|value| uppers.partition_point(|upper| *upper < value.lower)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Factors, Id, Unit};

    fn condition(completed: usize, failed: usize) -> Condition {
        Condition { completed, failed, ..Condition::new(String::new(), Factors::new()) }
    }

    fn outages(condition: usize, values: &[f64]) -> Series {
        Series::exact(Id::new(condition), "outage_ping", Unit::Seconds, values)
    }

    /// As `outages`, of which the last ones did not end.
    fn open(condition: usize, ended: &[f64], at_least: &[f64]) -> Series {
        let open =
            |value: &f64| Value { within: Bounds { lower: *value, upper: None }, ..Value::exact(*value) };
        let values = ended.iter().map(|value| Value::exact(*value)).chain(at_least.iter().map(open));
        let values = values.map(Some).collect();
        Series::new(Id::new(condition), "outage_ping".to_owned(), Unit::Seconds, Range::Positive, values)
    }

    fn pairs<const N: usize>(others: [usize; N]) -> [(ConditionId, ConditionId); N] {
        others.map(|other| (Id::new(0), Id::new(other)))
    }

    #[test]
    fn comparisons_are_against_the_reference() {
        let series = [
            outages(0, &[0.8, 0.8, 0.8, 1.0, 0.8]),
            outages(1, &[16.4, 16.6, 8.6, 9.0, 8.0]),
            outages(2, &[0.8, 0.8, 1.0, 0.8, 0.8]),
        ];
        let conditions = [condition(5, 0), condition(5, 0), condition(5, 0)];
        let found = comparisons(&conditions, &series, &pairs([1, 2]));
        assert_eq!(found.len(), 2);
        assert!((found[0].ratio.unwrap() - 11.72 / 0.84).abs() < 1e-9);
        assert!(found[0].is_significant() && !found[1].is_significant(), "{found:?}");
        assert_eq!((found[0].dominance, found[1].dominance), (Some(1.0), Some(0.0)));
        assert!((found[0].difference.unwrap() - 8.2).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn without_an_end_there_is_no_ratio_but_a_test() {
        let series = [outages(0, &[0.8, 0.9, 0.8, 1.0, 0.8]), open(1, &[2.0], &[13.0, 14.0, 13.0, 14.8])];
        let found = comparisons(&[condition(5, 0), condition(5, 0)], &series, &pairs([1]));
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.ratio, found.difference, found.dominance), (None, None, Some(1.0)));
        assert_eq!(found.test, Some(Test::Gehan));
        assert!(found.is_significant(), "{found:?}");
    }

    #[test]
    fn survivors_are_not_compared_and_failures_are() {
        let series =
            [outages(0, &[1.0, 1.1, 0.9, 1.0, 1.2, 1.0, 1.1, 0.9, 1.0, 1.1]), outages(1, &[1.0, 1.0])];
        let found = comparisons(&[condition(10, 0), condition(2, 8)], &series, &pairs([1]));
        let of = |metric: &str| found.iter().find(|c| c.metric == metric).unwrap();
        assert_eq!((of("outage_ping").ratio, of("outage_ping").p_value), (None, None));
        assert!(of(Comparison::COMPLETION).is_significant(), "{found:?}");
        assert!((of(Comparison::COMPLETION).difference.unwrap() + 0.8).abs() < 1e-12);
        assert!(of(Comparison::WITH_FAILURES).is_significant(), "{found:?}");
    }

    #[test]
    fn where_nothing_completed_failures_alone_are_compared() {
        let series = [outages(0, &[1.0, 1.1, 0.9, 1.0, 1.2])];
        let found = comparisons(&[condition(5, 0), condition(0, 5)], &series, &pairs([1]));
        let worse = found.iter().find(|c| c.metric == Comparison::WITH_FAILURES).unwrap();
        assert!(worse.is_significant() && worse.dominance == Some(1.0), "{worse:?}");
    }
}
