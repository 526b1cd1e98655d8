//! Conditions against their baselines, and several VMs against one.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::by_repetition;
use crate::input::config::{EfficiencyTable, IntervalOver, ParallelTable, selects};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{
    Benchmark, Condition, Diagnostic, Direction, Efficiency, Factors, Parallel, Reading, Severity,
};
use crate::stats::{Sample, bootstrap_paired_ratio, bootstrap_ratio_of_means};

/// Seed and number of resamples of the intervals.
pub type Resampling = crate::model::Bootstrap;

/// Every quantity against its baseline, by each comparison that is declared.
///
/// A quantity without a baseline, with several or with a baseline of zero has no efficiency; a
/// diagnostic names the cell.
pub fn efficiencies(
    benchmarks: &[Benchmark],
    conditions: &[Condition],
    declared: &[EfficiencyTable],
    resampling: Resampling,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Efficiency> {
    let mut found = Vec::new();
    for table in declared {
        for (at, of) in benchmarks.iter().enumerate() {
            let factors = &conditions[of.condition].factors;
            let about = !selects(&table.baseline, factors) && selects(&table.condition, factors);
            if !about || of.direction == Direction::Neither {
                continue;
            }
            let fits = |other: &Benchmark| {
                let baseline = &conditions[other.condition].factors;
                other.benchmark == of.benchmark
                    && other.operation == of.operation
                    && other.unit == of.unit
                    && (other.vm == of.vm || other.vm.is_none() || of.vm.is_none())
                    && selects(&table.baseline, baseline)
                    && matches(table, factors, baseline)
            };
            let candidates: Vec<usize> =
                (0..benchmarks.len()).filter(|other| fits(&benchmarks[*other])).collect();
            let cell = || cell(of, factors);
            let mut tell =
                |severity, code, message| diagnostics.push(campaign_diagnostic(severity, code, message));
            let baseline = match candidates.as_slice() {
                [one] => Some(*one),
                [] => {
                    let message = format!(
                        "{} has no baseline with {} ({})",
                        cell(),
                        levels(&table.baseline),
                        files(of)
                    );
                    tell(Severity::Warning, "no-baseline", message);
                    None
                }
                several => {
                    let of_condition =
                        |index: &usize| levels(&conditions[benchmarks[*index].condition].factors);
                    let named: Vec<String> = several.iter().map(of_condition).collect();
                    let message = format!(
                        "{} ({}): {} baselines fit, {}; name in `match` the factors in which the baseline must agree",
                        cell(),
                        files(of),
                        several.len(),
                        named.join(" and ")
                    );
                    tell(Severity::Error, "several-baselines", message);
                    None
                }
            };
            let comparison = table.name.clone();
            let Some(index) = baseline else {
                let n_value = of.repetitions();
                found.push(Efficiency {
                    of: at,
                    baseline,
                    comparison,
                    value: of.value,
                    baseline_value: None,
                    efficiency: None,
                    ci95: None,
                    n_value,
                    n_baseline: 0,
                });
                continue;
            };
            let (left, right) = common_sizes(of, &benchmarks[index]);
            let missing = |side: &[Reading], whole: &Benchmark| side.len() < whole.readings.len();
            if missing(&left, of) || missing(&right, &benchmarks[index]) {
                let message = format!(
                    "{} and its baseline were not measured at the same sizes ({}, {}): only what both have is compared",
                    cell(),
                    files(of),
                    files(&benchmarks[index])
                );
                tell(Severity::Warning, "sizes-differ", message);
            }
            let efficiency = against(of.direction, [&left, &right], table, resampling);
            if efficiency.efficiency.is_none() {
                let message = match left.is_empty() {
                    true => format!("{}: no size was measured on both sides", cell()),
                    false => {
                        format!("{}: no efficiency against zero ({})", cell(), files(&benchmarks[index]))
                    }
                };
                tell(Severity::Error, "no-ratio", message);
            }
            found.push(Efficiency { of: at, baseline, comparison, ..efficiency });
        }
    }
    found
}

/// The files that a quantity comes from, for messages.
fn files(of: &Benchmark) -> String {
    let files: BTreeSet<&str> = of.readings.iter().map(|reading| reading.source_file.as_str()).collect();
    let named: Vec<&str> = files.iter().take(3).copied().collect();
    let more = if files.len() > named.len() { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

/// The readings of both at the sizes that both have.
fn common_sizes(a: &Benchmark, b: &Benchmark) -> (Vec<Reading>, Vec<Reading>) {
    let sizes = |of: &Benchmark| -> BTreeSet<u64> {
        of.readings.iter().map(|reading| reading.size.map_or(0, f64::to_bits)).collect()
    };
    let (of_a, of_b) = (sizes(a), sizes(b));
    // One size each is no summary over sizes: they are what the tools were told, and may well differ.
    if of_a.len() == 1 && of_b.len() == 1 {
        return (a.readings.clone(), b.readings.clone());
    }
    let both = |of: &Benchmark| {
        let is_common = |reading: &&Reading| {
            let size = reading.size.map_or(0, f64::to_bits);
            of_a.contains(&size) && of_b.contains(&size)
        };
        of.readings.iter().filter(is_common).cloned().collect()
    };
    (both(a), both(b))
}

/// Whether the baseline agrees in the declared factors; without a declaration in all that it does not
/// itself name.
fn matches(table: &EfficiencyTable, factors: &Factors, baseline: &Factors) -> bool {
    match &table.matching {
        Some(names) => names.iter().all(|name| factors.get(name) == baseline.get(name)),
        None => {
            let names: BTreeSet<&String> = factors.keys().chain(baseline.keys()).collect();
            names
                .into_iter()
                .filter(|name| !table.baseline.contains_key(*name))
                .all(|name| factors.get(name) == baseline.get(name))
        }
    }
}

/// The efficiency of readings against those of their baseline, with its interval.
fn against(
    direction: Direction,
    [left, right]: [&[Reading]; 2],
    table: &EfficiencyTable,
    resampling: Resampling,
) -> Efficiency {
    let mean = |readings: &[Reading]| {
        Sample::new(by_repetition(readings).into_values().collect()).map(|sample| sample.mean())
    };
    let (value, baseline_value) = (mean(left), mean(right));
    let (better, worse) = match direction {
        Direction::Lower => (right, left),
        Direction::Higher | Direction::Neither => (left, right),
    };
    let ratio = mean(better).zip(mean(worse)).filter(|(_, worse)| *worse != 0.0);
    let ratio = ratio.filter(|_| baseline_value != Some(0.0)).map(|(better, worse)| better / worse);
    let efficiency = ratio.filter(|ratio| ratio.is_finite());
    let (numerators, denominators) = (values(better, table.interval), values(worse, table.interval));
    let (seed, resamples) = (resampling.seed, resampling.resamples);
    let ci95 = efficiency.and_then(|_| {
        if table.paired || table.interval == IntervalOver::Sizes {
            // The same repetition, or the same size, on both sides.
            let pair = |(key, value): (&u64, &f64)| Some((*denominators.get(key)?, *value));
            let pairs: Vec<(f64, f64)> = numerators.iter().filter_map(pair).collect();
            return bootstrap_paired_ratio(&pairs, seed, resamples);
        }
        let sample = |values: &BTreeMap<u64, f64>| Sample::new(values.values().copied().collect());
        bootstrap_ratio_of_means(&sample(&denominators)?, &sample(&numerators)?, seed, resamples)
    });
    Efficiency {
        of: 0,
        baseline: None,
        comparison: String::new(),
        value: value.unwrap_or(0.0),
        baseline_value,
        efficiency,
        ci95,
        n_value: values(left, table.interval).len(),
        n_baseline: values(right, table.interval).len(),
    }
}

/// The values that an interval rests on, by repetition or by size.
fn values(readings: &[Reading], over: IntervalOver) -> BTreeMap<u64, f64> {
    match over {
        IntervalOver::Repetitions => by_repetition(readings)
            .into_iter()
            .map(|(repetition, mean)| (u64::from(repetition), mean))
            .collect(),
        IntervalOver::Sizes => {
            let mut sizes: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
            for reading in readings {
                sizes.entry(reading.size.map_or(0, f64::to_bits)).or_default().push(reading.value);
            }
            sizes.into_iter().map(|(size, v)| (size, v.iter().sum::<f64>() / v.len() as f64)).collect()
        }
    }
}

/// The quantities that several VMs measured at once.
///
/// The VM alone is the condition that differs in the factor of `table` only and has there the level
/// that `table` calls single. What is expected of more VMs than cores rests on the condition with the
/// most VMs that the cores hold, as studies of few cores do: of n VMs, each should reach its time ×
/// (or its rate ÷) n · vCPUs ÷ cores.
pub fn parallel(benchmarks: &[Benchmark], conditions: &[Condition], table: &ParallelTable) -> Vec<Parallel> {
    type Key<'a> = (&'a str, usize, &'a str);
    let mut groups: BTreeMap<Key<'_>, Vec<&Benchmark>> = BTreeMap::new();
    for benchmark in benchmarks.iter().filter(|b| b.vm.is_some() && b.direction != Direction::Neither) {
        let key = (benchmark.benchmark.as_str(), benchmark.condition, benchmark.operation.as_str());
        groups.entry(key).or_default().push(benchmark);
    }
    let mut found: Vec<Parallel> =
        groups.into_values().filter(|vms| vms.len() > 1).map(|vms| together(&vms)).collect();
    let alike = |a: usize, b: usize| {
        let without = |index: usize| {
            let factors = conditions[index].factors.iter();
            factors.filter(|(name, _)| **name != table.factor).collect::<Vec<_>>()
        };
        without(a) == without(b)
    };
    let is_single = |index: usize| conditions[index].factors.get(&table.factor) == Some(&table.single);
    let load = |vms: usize| vms as f64 * f64::from(table.vcpus) / f64::from(table.cores.unwrap_or(1));
    // VMs, operation and mean of what fits the cores.
    let full: Vec<(usize, Parallel)> =
        found.iter().filter(|p| load(p.values.len()) <= 1.0).map(|p| (p.values.len(), p.clone())).collect();
    for together in &mut found {
        let same = |benchmark: &str, operation: &str, condition: usize| {
            benchmark == together.benchmark
                && operation == together.operation
                && alike(condition, together.condition)
        };
        let single = benchmarks
            .iter()
            .find(|b| same(&b.benchmark, &b.operation, b.condition) && is_single(b.condition))
            .map(|b| b.value)
            .filter(|value| *value > 0.0);
        let vms = together.values.len();
        let within = full
            .iter()
            .filter(|(n, p)| *n < vms && same(&p.benchmark, &p.operation, p.condition))
            .max_by_key(|(n, _)| *n);
        let lower = together.direction == Direction::Lower;
        let (mean, sum) = (together.mean, together.sum);
        together.versus_single = single.map(|single| if lower { single / mean } else { sum / single });
        let expected = within.filter(|_| table.cores.is_some()).map(|(n, p)| {
            let slower = load(vms).max(1.0) / load(*n).max(1.0);
            if lower { p.mean * slower } else { p.mean / slower }
        });
        together.expected = expected;
        together.versus_expected =
            expected.map(|expected| if lower { expected / mean } else { mean / expected });
    }
    found
}

/// What several VMs measured, without what to compare it with.
fn together(vms: &[&Benchmark]) -> Parallel {
    let values: Vec<f64> = vms.iter().map(|vm| vm.value).collect();
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|value| value * value).sum();
    let (least, greatest) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    Parallel {
        benchmark: vms[0].benchmark.clone(),
        condition: vms[0].condition,
        operation: vms[0].operation.clone(),
        unit: vms[0].unit,
        direction: vms[0].direction,
        values: vms.iter().map(|vm| (vm.vm.clone().unwrap_or_default(), vm.value)).collect(),
        sum,
        mean: sum / n,
        jain_fairness: (squares > 0.0).then(|| sum * sum / (n * squares)),
        max_over_min: (least > 0.0).then(|| greatest / least),
        versus_single: None,
        expected: None,
        versus_expected: None,
    }
}

/// A quantity of a condition in words, for messages.
fn cell(of: &Benchmark, factors: &Factors) -> String {
    let vm = of.vm.as_ref().map(|vm| format!(" of {vm}")).unwrap_or_default();
    format!("{} {}{vm} ({})", of.benchmark, of.operation, levels(factors))
}

fn levels<'a>(factors: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let named: Vec<String> = factors.into_iter().map(|(name, level)| format!("{name} = {level}")).collect();
    named.join(", ")
}
