//! Conditions against their baselines, and several VMs against one.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::by_repetition;
use crate::input::config::{EfficiencyTable, IntervalOver, ParallelTable, selects};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{
    Benchmark, BenchmarkId, Condition, ConditionId, Diagnostic, Direction, Efficiency, Entries, Factors,
    Parallel, Reading, Severity,
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
        let comparison = Comparison { benchmarks, conditions, table, resampling };
        let compared = benchmarks.ids().filter(|id| comparison.is_about(&benchmarks[*id]));
        found.extend(compared.map(|id| comparison.efficiency(id, diagnostics)));
    }
    found
}

/// One declared comparison of a campaign.
struct Comparison<'a> {
    benchmarks: &'a [Benchmark],
    conditions: &'a [Condition],
    table: &'a EfficiencyTable,
    resampling: Resampling,
}

impl Comparison<'_> {
    fn factors(&self, benchmark: &Benchmark) -> &Factors {
        &self.conditions[benchmark.condition].factors
    }

    /// Whether a quantity is compared with a baseline.
    fn is_about(&self, benchmark: &Benchmark) -> bool {
        let factors = self.factors(benchmark);
        !selects(&self.table.baseline, factors)
            && selects(&self.table.condition, factors)
            && benchmark.direction != Direction::Neither
    }

    fn efficiency(&self, id: BenchmarkId, diagnostics: &mut Vec<Diagnostic>) -> Efficiency {
        let compared = &self.benchmarks[id];
        let Some(baseline) = self.baseline(compared, diagnostics) else {
            return Efficiency {
                of: id,
                baseline: None,
                comparison: self.table.name.clone(),
                value: compared.value,
                baseline_value: None,
                efficiency: None,
                ci95: None,
                n_value: compared.repetitions(),
                n_baseline: 0,
            };
        };
        let cell = cell(compared, self.factors(compared));
        let against = &self.benchmarks[baseline];
        let (left, right) = common_sizes(compared, against);
        if left.len() < compared.readings.len() || right.len() < against.readings.len() {
            let message = format!(
                "{cell} and its baseline were not measured at the same sizes ({}, {}): only what both have is compared",
                files(compared),
                files(against)
            );
            diagnostics.push(campaign_diagnostic(Severity::Warning, "sizes-differ", message));
        }
        let sides = [(id, left.as_slice()), (baseline, right.as_slice())];
        let efficiency = ratio(compared.direction, sides, self.table, self.resampling);
        if efficiency.efficiency.is_none() {
            let message = match left.is_empty() {
                true => format!("{cell}: no size was measured on both sides"),
                false => format!("{cell}: no efficiency against zero ({})", files(against)),
            };
            diagnostics.push(campaign_diagnostic(Severity::Warning, "no-ratio", message));
        }
        efficiency
    }

    /// The only quantity that fits as a baseline; `None` where there is none or there are several.
    fn baseline(&self, compared: &Benchmark, diagnostics: &mut Vec<Diagnostic>) -> Option<BenchmarkId> {
        let factors = self.factors(compared);
        let fits = |other: &Benchmark| {
            let baseline = self.factors(other);
            other.benchmark == compared.benchmark
                && other.operation == compared.operation
                && other.unit == compared.unit
                && (other.vm == compared.vm || other.vm.is_none() || compared.vm.is_none())
                && selects(&self.table.baseline, baseline)
                && matches(self.table, factors, baseline)
        };
        let candidates: Vec<BenchmarkId> =
            self.benchmarks.ids().filter(|other| fits(&self.benchmarks[*other])).collect();
        let cell = cell(compared, factors);
        diagnostics.push(match candidates.as_slice() {
            [one] => return Some(*one),
            [] => {
                let baseline = levels(&self.table.baseline);
                let message = format!("{cell} has no baseline with {baseline} ({})", files(compared));
                campaign_diagnostic(Severity::Warning, "no-baseline", message)
            }
            several => {
                let named: Vec<String> =
                    several.iter().map(|other| levels(self.factors(&self.benchmarks[*other]))).collect();
                let message = format!(
                    "{cell} ({}): {} baselines fit, {}; name in `match` the factors in which the baseline must agree",
                    files(compared),
                    several.len(),
                    named.join(" and ")
                );
                campaign_diagnostic(Severity::Error, "several-baselines", message)
            }
        });
        None
    }
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
    let (sizes_a, sizes_b) = (sizes(a), sizes(b));
    // One size each is no summary over sizes: they are what the tools were given, and may well differ.
    if sizes_a.len() == 1 && sizes_b.len() == 1 {
        return (a.readings.clone(), b.readings.clone());
    }
    let both = |of: &Benchmark| {
        let is_common = |reading: &&Reading| {
            let size = reading.size.map_or(0, f64::to_bits);
            sizes_a.contains(&size) && sizes_b.contains(&size)
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
fn ratio(
    direction: Direction,
    [(of, left), (baseline, right)]: [(BenchmarkId, &[Reading]); 2],
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
    // Values that are all equal say nothing of their scatter.
    let ci95 = ci95.filter(|interval| interval.low < interval.high);
    Efficiency {
        of,
        baseline: Some(baseline),
        comparison: table.name.clone(),
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
    type Key<'a> = (&'a str, ConditionId, &'a str);
    let mut groups: BTreeMap<Key<'_>, Vec<&Benchmark>> = BTreeMap::new();
    for benchmark in benchmarks.iter().filter(|b| b.vm.is_some() && b.direction != Direction::Neither) {
        let key = (benchmark.benchmark.as_str(), benchmark.condition, benchmark.operation.as_str());
        groups.entry(key).or_default().push(benchmark);
    }
    let mut found: Vec<Parallel> =
        groups.into_values().filter(|vms| vms.len() > 1).map(|vms| several_vms(&vms)).collect();
    let alike = |a: ConditionId, b: ConditionId| {
        let without = |id: ConditionId| {
            let factors = conditions[id].factors.iter();
            factors.filter(|(name, _)| **name != table.factor).collect::<Vec<_>>()
        };
        without(a) == without(b)
    };
    let is_single = |id: ConditionId| conditions[id].factors.get(&table.factor) == Some(&table.single);
    let load = |vms: usize| vms as f64 * f64::from(table.vcpus) / f64::from(table.cores.unwrap_or(1));
    // VMs, operation and mean of what fits the cores.
    let full: Vec<(usize, Parallel)> =
        found.iter().filter(|p| load(p.values.len()) <= 1.0).map(|p| (p.values.len(), p.clone())).collect();
    for parallel in &mut found {
        let same = |benchmark: &str, operation: &str, condition: ConditionId| {
            benchmark == parallel.benchmark
                && operation == parallel.operation
                && alike(condition, parallel.condition)
        };
        let single = benchmarks
            .iter()
            .find(|b| same(&b.benchmark, &b.operation, b.condition) && is_single(b.condition))
            .map(|b| b.value)
            .filter(|value| *value > 0.0);
        let vms = parallel.values.len();
        let within = full
            .iter()
            .filter(|(n, p)| *n < vms && same(&p.benchmark, &p.operation, p.condition))
            .max_by_key(|(n, _)| *n);
        let lower = parallel.direction == Direction::Lower;
        let (mean, sum) = (parallel.mean, parallel.sum);
        let versus_single = single.map(|single| if lower { single / mean } else { sum / single });
        parallel.versus_single = versus_single.filter(|ratio| ratio.is_finite());
        let expected = within.filter(|_| table.cores.is_some()).map(|(n, p)| {
            let slower = load(vms).max(1.0) / load(*n).max(1.0);
            if lower { p.mean * slower } else { p.mean / slower }
        });
        parallel.expected = expected;
        let versus_expected = expected.map(|expected| if lower { expected / mean } else { mean / expected });
        parallel.versus_expected = versus_expected.filter(|ratio| ratio.is_finite());
    }
    found
}

/// What several VMs measured, without what to compare it with.
fn several_vms(vms: &[&Benchmark]) -> Parallel {
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
