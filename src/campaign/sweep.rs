//! Series and benchmarks → quantities against a number: where conditions differ in one numeric factor and at most
//! one other, the values in the order of the numbers, and the straight line through them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::diagnostics::campaign_diagnostic;
use crate::model::metrics::MIGRATION_DURATION;
use crate::model::{
    Benchmark, Condition, ConditionId, Diagnostic, Entries, Factors, Method, Series, Severity, Sweep,
    SweepLine, SweepPoint, Unit,
};
use crate::stats::{Interval, fit_line};

/// A factor with fewer numbers is no sweep.
const FEWEST_LEVELS: usize = 3;
/// Values of benchmarks at fewer numbers are bars.
const FEWEST_OF_BENCHMARKS: usize = 5;
/// Through fewer levels with values no line is laid.
const FEWEST_FOR_A_LINE: usize = 4;

/// The sweeps of a campaign: the duration of migrations, the best outage, and every operation of benchmarks, each
/// where its conditions differ in one numeric factor and at most one other.
pub fn sweeps(conditions: &[Condition], series: &[Series], benchmarks: &[Benchmark]) -> Vec<Sweep> {
    let mut outage = Method::for_service().map(Method::metric);
    let there = |metric: &&str| series.iter().any(|series| series.metric == **metric);
    let metrics = std::iter::once(MIGRATION_DURATION).chain(outage.find(there));
    let mut found: Vec<Sweep> =
        metrics.filter_map(|metric| series_sweep(conditions, series, metric)).collect();
    let operations: BTreeSet<(&str, &str)> =
        benchmarks.iter().map(|b| (b.benchmark.as_str(), b.operation.as_str())).collect();
    found.extend(operations.into_iter().filter_map(|of| benchmark_sweep(conditions, benchmarks, of)));
    found
}

/// What was measured in a condition.
struct Measured {
    condition: ConditionId,
    values: Vec<f64>,
    without_end: usize,
    mean: Option<f64>,
    ci95: Option<Interval>,
}

fn series_sweep(conditions: &[Condition], series: &[Series], metric: &str) -> Option<Sweep> {
    let unit = series.iter().find(|series| series.metric == metric)?.unit;
    let measured = |condition: ConditionId| -> Measured {
        let series = series.iter().find(|s| s.condition == condition && s.metric == metric);
        // What is only known to be at least so large lies on no line.
        let known = series.into_iter().flat_map(Series::present).filter(|value| !value.is_censored());
        Measured {
            condition,
            values: known.map(|value| value.estimate).collect(),
            without_end: series.and_then(|series| series.summary).map_or(0, |summary| summary.n_censored),
            mean: series.and_then(Series::mean),
            ci95: series.and_then(Series::interval_of_mean),
        }
    };
    let with_runs = conditions.ids().filter(|id| !conditions[*id].runs.is_empty());
    arranged(conditions, metric.to_owned(), unit, with_runs.map(measured).collect())
}

fn benchmark_sweep(
    conditions: &[Condition],
    benchmarks: &[Benchmark],
    (benchmark, operation): (&str, &str),
) -> Option<Sweep> {
    let of = benchmarks.iter().filter(|b| b.benchmark == benchmark && b.operation == operation);
    let of: Vec<_> = of.filter(|b| b.vm.is_none() && conditions.entry(b.condition).is_some()).collect();
    let unit = of.first()?.unit;
    let measured = of.iter().map(|b| Measured {
        condition: b.condition,
        values: b.readings.iter().map(|reading| reading.value).collect(),
        without_end: 0,
        mean: Some(b.value),
        ci95: b.ci95,
    });
    let sweep = arranged(conditions, format!("{benchmark}.{operation}"), unit, measured.collect())?;
    let points = sweep.lines.iter().flat_map(|line| &line.points);
    let numbers: BTreeSet<u64> = points.map(|point| point.number.to_bits()).collect();
    (numbers.len() >= FEWEST_OF_BENCHMARKS).then_some(sweep)
}

/// The quantity over the only numeric factor of its conditions; `None` where that is no sweep.
fn arranged(conditions: &[Condition], metric: String, unit: Unit, measured: Vec<Measured>) -> Option<Sweep> {
    let factors = |condition: ConditionId| -> &Factors { &conditions[condition].factors };
    let names: BTreeSet<&String> = measured.iter().flat_map(|of| factors(of.condition).keys()).collect();
    let levels = |name: &String| -> BTreeSet<Option<&String>> {
        measured.iter().map(|of| factors(of.condition).get(name)).collect()
    };
    let varying: Vec<&String> = names.into_iter().filter(|name| levels(name).len() > 1).collect();
    let is_numeric = |name: &&&String| {
        let number = |level: &Option<&String>| level.is_some_and(|level| number(level).is_some());
        levels(name).len() >= FEWEST_LEVELS && levels(name).iter().all(number)
    };
    let numeric: Vec<&&String> = varying.iter().filter(is_numeric).collect();
    let [factor] = numeric.as_slice() else { return None };
    let others: Vec<&&String> = varying.iter().filter(|name| name != factor).collect();
    if others.len() > 1 {
        return None;
    }
    let mut lines: BTreeMap<String, Vec<SweepPoint>> = BTreeMap::new();
    for Measured { condition, values, without_end, mean, ci95 } in measured {
        let of = factors(condition);
        let line = others.first().and_then(|name| of.get(**name)).cloned().unwrap_or_default();
        let number = of.get(**factor).and_then(|level| number(level))?;
        lines.entry(line).or_default().push(SweepPoint {
            condition,
            number,
            values,
            without_end,
            mean,
            ci95,
        });
    }
    let lines = lines.into_iter().map(|(level, points)| line(level, points)).collect();
    Some(Sweep { factor: (**factor).clone(), metric, unit, lines })
}

fn line(level: String, mut points: Vec<SweepPoint>) -> SweepLine {
    points.sort_by(|a, b| a.number.total_cmp(&b.number));
    let values: Vec<(f64, f64)> =
        points.iter().flat_map(|point| point.values.iter().map(|value| (point.number, *value))).collect();
    let all_end = points.iter().all(|point| point.without_end == 0);
    let fit = fit_line(&values).filter(|fit| all_end && fit.levels >= FEWEST_FOR_A_LINE);
    SweepLine { level, points, fit }
}

/// Where enough numbers have values for a line, and none was laid.
pub fn without_line(sweeps: &[Sweep]) -> Vec<Diagnostic> {
    let lines = sweeps.iter().flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
    let without = lines.filter(|(_, line)| {
        let with_values =
            line.points.iter().filter(|point| !point.values.is_empty() || point.without_end > 0);
        line.fit.is_none() && with_values.count() >= FEWEST_FOR_A_LINE
    });
    let told = |(sweep, line): (&Sweep, &SweepLine)| {
        let why = if line.points.iter().any(|point| point.without_end > 0) {
            "some values have no end, and a line through the others would leave out the longest"
        } else {
            "too few different numbers have values, or numbers are too large or too small to reckon with"
        };
        let message = format!("no line is laid through {} against {}: {why}", sweep.metric, sweep.factor);
        campaign_diagnostic(Severity::Note, "no-line", message)
    };
    without.map(told).collect()
}

fn number(level: &str) -> Option<f64> {
    level.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::example::analysis;
    use crate::model::{Analysis, Id, Run};

    /// Migrations at these levels of a factor, which took as many seconds; at 20 and more, and at words, none
    /// completed.
    pub(crate) fn migrations(factor: &str, levels: &[&str], second: &[&str]) -> Analysis {
        let mut analysis = analysis();
        let run = Run { condition: Id::new(0), ..analysis.runs[0].clone() };
        (analysis.conditions, analysis.series, analysis.runs) = (Vec::new(), Vec::new(), vec![run]);
        for other in second {
            for level in levels {
                let factors = [(factor, *level), ("hypervisor", *other)];
                let factors = factors.map(|(name, level)| (name.to_owned(), level.to_owned())).into();
                let condition = analysis.conditions.next_id();
                let new = Condition::new(format!("c{}", condition.index()), factors);
                analysis.conditions.push(Condition { runs: vec![Id::new(0)], ..new });
                let Some(value) = number(level).filter(|value| *value < 20.0) else { continue };
                let values = vec![value + 1.0, value + 2.0, value + 3.0];
                analysis.series.push(Series::exact(condition, MIGRATION_DURATION, Unit::Seconds, &values));
            }
        }
        analysis.sweeps = sweeps(&analysis.conditions, &analysis.series, &analysis.benchmarks);
        analysis
    }

    #[test]
    fn numbers_are_in_their_order_and_what_never_completed_has_no_mean() {
        let analysis = migrations("rate", &["16", "4", "0", "24"], &["xen", "kvm"]);
        let [sweep] = analysis.sweeps.as_slice() else { panic!("{:?}", analysis.sweeps) };
        assert_eq!((sweep.factor.as_str(), sweep.lines.len()), ("rate", 2));
        let line = &sweep.lines[0];
        assert_eq!(line.level, "kvm");
        assert_eq!(line.points.iter().map(|at| at.number).collect::<Vec<_>>(), [0.0, 4.0, 16.0, 24.0]);
        assert_eq!(
            line.points.iter().map(|at| at.mean).collect::<Vec<_>>(),
            [Some(2.0), Some(6.0), Some(18.0), None]
        );
        // Three levels with values.
        assert_eq!(line.fit, None);
    }

    #[test]
    fn four_levels_with_values_have_a_line() {
        let analysis = migrations("rate", &["1", "4", "6", "9", "40"], &["xen"]);
        let line = &analysis.sweeps[0].lines[0];
        let fit = line.fit.unwrap();
        assert!((fit.slope - 1.0).abs() < 1e-12 && (fit.intercept - 2.0).abs() < 1e-12, "{fit:?}");
        assert_eq!((fit.levels, fit.points), (4, 12));
        assert!(line.trend().is_some());
    }

    #[test]
    fn values_without_an_end_leave_no_line_through_the_others() {
        let mut analysis = migrations("rate", &["1", "4", "6", "9"], &["xen"]);
        let last = analysis.series.last_mut().unwrap();
        let open = crate::model::Value { estimate: 99.0, within: crate::stats::Bounds::new(99.0, None) };
        let values = last.values.iter().copied().chain([Some(open)]).collect();
        *last = Series::new(
            last.condition,
            last.metric.clone(),
            last.unit,
            crate::model::Range::Positive,
            values,
        );
        let sweeps = sweeps(&analysis.conditions, &analysis.series, &analysis.benchmarks);
        let line = &sweeps[0].lines[0];
        let last = line.points.last().unwrap();
        assert_eq!((last.values.len(), last.without_end, last.mean, line.fit), (3, 1, None, None));
        assert_eq!(without_line(&sweeps).len(), 1);
    }

    #[test]
    fn words_two_numbers_and_two_numeric_factors_are_no_sweep() {
        assert_eq!(migrations("load", &["none", "cpu", "disk"], &["xen"]).sweeps, []);
        assert_eq!(migrations("rate", &["1", "2"], &["xen"]).sweeps, []);
        assert_eq!(migrations("rate", &["1", "2", "3"], &["1", "2", "4"]).sweeps, []);
    }
}
