//! The wire types of what benchmarks measured.

use serde::Serialize;

use super::super::number::{ends, round, round_option};
use crate::model::{Analysis, Benchmark, Direction, Efficiency, Factors, Parallel};

/// The factor that says what ran at the same time.
const CONTEXT: &str = "context";

#[derive(Serialize)]
pub(super) struct BenchmarkWire<'a> {
    benchmark: &'a str,
    factors: &'a Factors,
    context: Option<&'a str>,
    vm: Option<&'a str>,
    operation: &'a str,
    unit: &'static str,
    direction: &'static str,
    n: usize,
    value: Option<f64>,
    sd: Option<f64>,
    ci95_low: Option<f64>,
    ci95_high: Option<f64>,
    sizes: Vec<SizeWire>,
}

#[derive(Serialize)]
struct SizeWire {
    size_bytes: Option<f64>,
    value: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct EfficiencyWire<'a> {
    benchmark: &'a str,
    factors: &'a Factors,
    context: Option<&'a str>,
    vm: Option<&'a str>,
    operation: &'a str,
    comparison: &'a str,
    value: Option<f64>,
    baseline: Option<f64>,
    baseline_factors: Option<&'a Factors>,
    direction: &'static str,
    efficiency: Option<f64>,
    ci95_low: Option<f64>,
    ci95_high: Option<f64>,
    n_value: usize,
    n_baseline: usize,
}

#[derive(Serialize)]
pub(super) struct ParallelWire<'a> {
    benchmark: &'a str,
    factors: &'a Factors,
    context: Option<&'a str>,
    operation: &'a str,
    unit: &'static str,
    direction: &'static str,
    vms: usize,
    values: Vec<VmWire<'a>>,
    sum: Option<f64>,
    mean: Option<f64>,
    jain_fairness: Option<f64>,
    max_over_min: Option<f64>,
    versus_single: Option<f64>,
    expected: Option<f64>,
    versus_expected: Option<f64>,
}

#[derive(Serialize)]
struct VmWire<'a> {
    vm: &'a str,
    value: Option<f64>,
}

pub(super) fn benchmark<'a>(analysis: &'a Analysis, of: &'a Benchmark) -> BenchmarkWire<'a> {
    let factors = &analysis.conditions[of.condition].factors;
    let (ci95_low, ci95_high) = ends(of.ci95);
    let size = |(size, value)| SizeWire { size_bytes: round(size), value: round(value) };
    BenchmarkWire {
        benchmark: &of.benchmark,
        factors,
        context: context(factors),
        vm: of.vm.as_deref(),
        operation: &of.operation,
        unit: of.unit.name(),
        direction: direction_name(of.direction),
        n: of.repetitions(),
        value: round(of.value),
        sd: round_option(of.sd),
        ci95_low,
        ci95_high,
        sizes: of.sizes().into_iter().map(size).collect(),
    }
}

pub(super) fn efficiency<'a>(analysis: &'a Analysis, found: &'a Efficiency) -> EfficiencyWire<'a> {
    let of = &analysis.benchmarks[found.of];
    let factors = &analysis.conditions[of.condition].factors;
    let baseline = found.baseline.map(|index| &analysis.benchmarks[index]);
    let (ci95_low, ci95_high) = ends(found.ci95);
    EfficiencyWire {
        benchmark: &of.benchmark,
        factors,
        context: context(factors),
        vm: of.vm.as_deref(),
        operation: &of.operation,
        comparison: &found.comparison,
        value: round(found.value),
        baseline: round_option(found.baseline_value),
        baseline_factors: baseline.map(|baseline| &analysis.conditions[baseline.condition].factors),
        direction: direction_name(of.direction),
        efficiency: round_option(found.efficiency),
        ci95_low,
        ci95_high,
        n_value: found.n_value,
        n_baseline: found.n_baseline,
    }
}

pub(super) fn parallel<'a>(analysis: &'a Analysis, of: &'a Parallel) -> ParallelWire<'a> {
    let factors = &analysis.conditions[of.condition].factors;
    let values = of.values.iter();
    ParallelWire {
        benchmark: &of.benchmark,
        factors,
        context: context(factors),
        operation: &of.operation,
        unit: of.unit.name(),
        direction: direction_name(of.direction),
        vms: of.values.len(),
        values: values.map(|(vm, value)| VmWire { vm, value: round(*value) }).collect(),
        sum: round(of.sum),
        mean: round(of.mean),
        jain_fairness: round_option(of.jain_fairness),
        max_over_min: round_option(of.max_over_min),
        versus_single: round_option(of.versus_single),
        expected: round_option(of.expected),
        versus_expected: round_option(of.versus_expected),
    }
}

fn context(factors: &Factors) -> Option<&str> {
    factors.get(CONTEXT).map(String::as_str)
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Lower => "lower",
        Direction::Higher => "higher",
        Direction::Neither => "neither",
    }
}
