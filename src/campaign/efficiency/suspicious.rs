//! Data that look copied: two conditions with the same values.

use std::collections::BTreeMap;

use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Benchmark, Condition, ConditionId, Diagnostic, Severity};

/// A value is told apart from another by at least this many significant digits; conditions whose few
/// values have fewer may well be equal by chance.
const DIGITS: usize = 3;

/// Conditions that agree in every operation of a benchmark, of which there are at least three, to the
/// last digit.
pub fn suspicious(benchmarks: &[Benchmark], conditions: &[Condition]) -> Vec<Diagnostic> {
    // Benchmark, condition and VM → its values by operation.
    type Whole<'a> = BTreeMap<(&'a str, ConditionId, Option<&'a str>), Vec<(&'a str, u64)>>;
    let mut wholes = Whole::new();
    for b in benchmarks.iter().filter(|b| digits(b.value) >= DIGITS) {
        let key = (b.benchmark.as_str(), b.condition, b.vm.as_deref());
        wholes.entry(key).or_default().push((b.operation.as_str(), b.value.to_bits()));
    }
    // A benchmark's values → the conditions and VMs that have them.
    type Values<'a> = (&'a str, Vec<(&'a str, u64)>);
    let mut by_values: BTreeMap<Values<'_>, Vec<(ConditionId, Option<&str>)>> = BTreeMap::new();
    for ((benchmark, condition, vm), values) in wholes {
        if values.len() >= 3 {
            by_values.entry((benchmark, values)).or_default().push((condition, vm));
        }
    }
    by_values
        .into_iter()
        .filter(|(_, same)| same.len() > 1)
        .map(|((benchmark, values), same)| {
            let names: Vec<String> = same
                .iter()
                .map(|(condition, vm)| {
                    let of = vm.map(|vm| format!(", {vm}")).unwrap_or_default();
                    format!("{}{of}", conditions[*condition].id)
                })
                .collect();
            let message = format!(
                "{benchmark}: {} have the same values in all {} operations, to the last digit; one may be a copy of \
                 the other",
                names.join(" and "),
                values.len()
            );
            campaign_diagnostic(Severity::Warning, "identical-values", message)
        })
        .collect()
}

/// Significant digits of a number as it is printed.
fn digits(value: f64) -> usize {
    let text = format!("{value}");
    text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count()
}

/// Logs of several VMs, or of several repetitions, of one condition that are the same lines: one VM's log
/// counted twice. `logs` has path, SHA-256 of the lines and where each was measured.
pub fn copied_logs<'a>(
    logs: impl Iterator<Item = (&'a str, &'a str, ConditionId)>,
    conditions: &[Condition],
) -> Vec<Diagnostic> {
    let mut same: BTreeMap<(ConditionId, &str), Vec<&str>> = BTreeMap::new();
    for (path, sha256, condition) in logs {
        let paths = same.entry((condition, sha256)).or_default();
        // Tests of one file are no copies of it.
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let copies = same.into_iter().filter(|(_, paths)| paths.len() > 1);
    copies
        .map(|((condition, _), paths)| {
            let message = format!(
                "{}: {} are the same log; sums and means count that log {} times",
                conditions[condition].id,
                paths.join(" and "),
                paths.len()
            );
            let file = paths.last().map(|path| (*path).to_owned());
            Diagnostic { file, ..campaign_diagnostic(Severity::Error, "same-log", message) }
        })
        .collect()
}
