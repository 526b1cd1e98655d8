//! Benchmarks as series, one value a repetition, so that conditions are compared in them as in numbers of migrations.

use std::collections::{BTreeMap, BTreeSet};

use super::by_repetition;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::metrics::series_entry;
use crate::model::{Benchmark, ConditionId, Diagnostic, Series, Severity, Value};

/// A quantity wherever it was measured: benchmark, operation and unit.
type Quantity<'a> = (&'a str, &'a str, &'static str);

/// The quantities that at least two of `among` have, as series called `benchmark.operation`, of several VMs
/// `benchmark.operation (VM)`. Of an operation at several block sizes those sizes count that all have; a warning says
/// where others were left out.
pub fn series(
    benchmarks: &[Benchmark],
    among: &BTreeSet<ConditionId>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Series> {
    let mut quantities: BTreeMap<Quantity<'_>, Vec<&Benchmark>> = BTreeMap::new();
    for benchmark in benchmarks.iter().filter(|benchmark| among.contains(&benchmark.condition)) {
        let quantity = (benchmark.benchmark.as_str(), benchmark.operation.as_str(), benchmark.unit.name());
        quantities.entry(quantity).or_default().push(benchmark);
    }
    let mut found = Vec::new();
    for ((benchmark, operation, _), of) in quantities {
        let conditions: BTreeSet<ConditionId> = of.iter().map(|of| of.condition).collect();
        if conditions.len() < 2 {
            continue;
        }
        let sizes = sizes(&of);
        let name = format!("{benchmark}.{operation}");
        if sizes.as_ref().is_some_and(|common| of.iter().any(|of| all_sizes(of).len() > common.len())) {
            let message = match sizes.as_ref().map_or(0, BTreeSet::len) {
                0 => format!("{name} has no block size that all have, and is not compared"),
                sizes => format!(
                    "{name} was not measured at the same block sizes everywhere: only {sizes} of them are compared, which all have"
                ),
            };
            diagnostics.push(campaign_diagnostic(Severity::Warning, "sizes-differ", message));
        }
        // The only VM of a condition is compared with that of another, whatever they are called.
        let mut vms: BTreeMap<ConditionId, usize> = BTreeMap::new();
        of.iter().for_each(|of| *vms.entry(of.condition).or_default() += 1);
        let has_several = vms.values().any(|vms| *vms > 1);
        for of in of {
            let is_common = |size: Option<f64>| sizes.as_ref().is_none_or(|sizes| sizes.contains(&key(size)));
            let readings: Vec<_> =
                of.readings.iter().filter(|reading| is_common(reading.size)).cloned().collect();
            let values = by_repetition(&readings).into_values().map(|value| Some(Value::exact(value)));
            let values: Vec<Option<Value>> = values.collect();
            if values.is_empty() {
                continue;
            }
            let metric = match of.vm.as_ref().filter(|_| has_several) {
                Some(vm) => format!("{name} ({vm})"),
                None => name.clone(),
            };
            let range = series_entry(&metric).range;
            found.push(Series::new(of.condition, metric, of.unit, range, values));
        }
    }
    found
}

fn key(size: Option<f64>) -> u64 {
    size.map_or(0, f64::to_bits)
}

fn all_sizes(of: &Benchmark) -> BTreeSet<u64> {
    of.readings.iter().map(|reading| key(reading.size)).collect()
}

/// The sizes that all have. `None` where nothing was measured at more than one: then the size is what the tool was given, and
/// may well differ.
fn sizes(of: &[&Benchmark]) -> Option<BTreeSet<u64>> {
    let mut all = of.iter().map(|of| all_sizes(of));
    if of.iter().all(|of| all_sizes(of).len() < 2) {
        return None;
    }
    let first = all.next()?;
    Some(all.fold(first, |common, sizes| common.intersection(&sizes).copied().collect()))
}

/// The names of the quantities that a condition has, for messages.
pub fn quantities(benchmarks: &[Benchmark], among: &[ConditionId]) -> BTreeSet<String> {
    let of = benchmarks.iter().filter(|benchmark| among.contains(&benchmark.condition));
    of.map(|benchmark| format!("{}.{}", benchmark.benchmark, benchmark.operation)).collect()
}
