//! Values → quantities: all readings of one benchmark's operation in one condition, of one VM.

use std::collections::{BTreeMap, BTreeSet};

use super::Measured;
use crate::model::kept::kept;
use crate::model::{
    Benchmark, Condition, ConditionId, Diagnostic, Direction, Range, Reading, Severity, Unit,
};
use crate::stats::{Sample, mean_interval};

/// Where a value was measured.
#[derive(Debug, Clone)]
pub struct Place {
    pub condition: ConditionId,
    pub repetition: u32,
    pub vm: Option<String>,
    pub file: String,
}

kept!(Place { condition, repetition, vm, file });

/// Benchmark, condition, operation and VM.
type Key = (String, ConditionId, String, Option<String>);

/// The quantities, in the order of benchmark, condition, operation and VM.
///
/// A value that no benchmark can have is left out, and so are values in another unit than the first of
/// their quantity, and what a second log says of a repetition that another has already. A
/// diagnostic names file and cell of each.
pub fn cells(
    values: Vec<(Place, Measured)>,
    conditions: &[Condition],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Benchmark> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    // The first file with a repetition of a quantity, and the quantities that another has again.
    let mut first_files: BTreeMap<(Key, u32, u64), String> = BTreeMap::new();
    let mut twice: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (place, measured) in values {
        let key = (measured.benchmark.clone(), place.condition, measured.operation.clone(), place.vm.clone());
        let name = name(&key, conditions);
        let mut report = |code, message: String| {
            diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code,
                file: Some(place.file.clone()),
                line: measured.line,
                column: None,
                message,
                text: None,
            });
        };
        // 0 is a value: nothing was lost, no time was measured.
        if !measured.value.is_finite() || measured.value < 0.0 {
            report("value-not-possible", format!("{name}: {} is no result; it is left out", measured.value));
            continue;
        }
        let size = measured.size.map_or(0, f64::to_bits);
        let first = first_files.entry((key.clone(), place.repetition, size)).or_insert(place.file.clone());
        if *first != place.file {
            twice.entry((first.clone(), place.file)).or_default().insert(name);
            continue;
        }
        let group = groups.entry(key).or_insert((measured.unit, measured.direction, Vec::new()));
        if (group.0, group.1) != (measured.unit, measured.direction) {
            let first = group.2.first().map(|reading| reading.source_file.as_str()).unwrap_or_default();
            let message = format!(
                "{name}: this is in {:?}, {first} in {:?}; it is left out. Give the quantities names of their own",
                measured.unit, group.0
            );
            report("mixed-units", message);
            continue;
        }
        group.2.push(Reading {
            repetition: place.repetition,
            size: measured.size,
            value: measured.value,
            source_file: place.file,
            line: measured.line,
        });
    }
    diagnostics.extend(twice.into_iter().map(|(files, quantities)| counted_twice(files, &quantities)));
    groups.into_iter().filter_map(|(key, group)| quantity(key, group)).collect()
}

/// Unit, direction and readings of a quantity.
type Group = (Unit, Direction, Vec<Reading>);

/// The mean of all readings of a quantity; `None` without any.
fn quantity((benchmark, condition, operation, vm): Key, group: Group) -> Option<Benchmark> {
    let (unit, direction, readings) = group;
    let repetitions = Sample::new(by_repetition(&readings).into_values().collect())?;
    let (value, sd, ci95) =
        (repetitions.mean(), repetitions.sd(), mean_interval(&repetitions, Range::Positive.support(0.0)));
    Some(Benchmark { benchmark, condition, vm, operation, unit, direction, readings, value, sd, ci95 })
}

/// Quantities of which a second file holds a repetition that the first has already.
fn counted_twice((first, second): (String, String), quantities: &BTreeSet<String>) -> Diagnostic {
    let some: Vec<&str> = quantities.iter().take(3).map(String::as_str).collect();
    let more = quantities.len().saturating_sub(some.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "{}{more}: counted twice, {first} tells the same repetition; this file's values are left out",
        some.join(", ")
    );
    Diagnostic {
        severity: Severity::Error,
        code: "counted-twice",
        file: Some(second),
        line: None,
        column: None,
        message,
        text: None,
    }
}

/// A quantity of a condition in words, for messages.
fn name((benchmark, condition, operation, vm): &Key, conditions: &[Condition]) -> String {
    let vm = vm.as_ref().map(|vm| format!(" of {vm}")).unwrap_or_default();
    format!("{benchmark} {operation}{vm} ({})", conditions[*condition].id)
}

/// The mean over sizes of each repetition.
///
/// Sizes weigh the same however often each was measured.
pub fn by_repetition(readings: &[Reading]) -> BTreeMap<u32, f64> {
    let mut repetitions: BTreeMap<u32, BTreeMap<u64, Vec<f64>>> = BTreeMap::new();
    for reading in readings {
        let size = reading.size.map_or(0, f64::to_bits);
        repetitions.entry(reading.repetition).or_default().entry(size).or_default().push(reading.value);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let over_sizes = |sizes: BTreeMap<u64, Vec<f64>>| {
        mean(&sizes.values().map(|values| mean(values)).collect::<Vec<f64>>())
    };
    repetitions.into_iter().map(|(repetition, sizes)| (repetition, over_sizes(sizes))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Factors, Id};

    #[test]
    fn sizes_weigh_the_same() {
        let reading = |repetition, size, value| Reading {
            repetition,
            size,
            value,
            source_file: String::new(),
            line: None,
        };
        let readings = [
            reading(1, Some(4.0), 10.0),
            reading(1, Some(4.0), 12.0),
            reading(1, Some(8.0), 20.0),
            reading(2, None, 5.0),
        ];
        assert_eq!(by_repetition(&readings), BTreeMap::from([(1, 15.5), (2, 5.0)]));
    }

    fn value(file: &str, unit: Unit, value: f64) -> (Place, Measured) {
        let place =
            Place { condition: Id::new(0), repetition: 1, vm: Some("vm1".to_owned()), file: file.to_owned() };
        let measured = Measured {
            benchmark: "fio".to_owned(),
            operation: "read".to_owned(),
            size: None,
            vm: None,
            unit,
            direction: Direction::Higher,
            value,
            line: Some(7),
        };
        (place, measured)
    }

    fn found(values: Vec<(Place, Measured)>) -> (Vec<f64>, Vec<String>) {
        let conditions = [Condition::new("kvm".to_owned(), Factors::new())];
        let mut diagnostics = Vec::new();
        let cells = cells(values, &conditions, &mut diagnostics);
        let lines = diagnostics.iter().map(crate::model::diagnostics::line).collect();
        (cells.into_iter().map(|cell| cell.value).collect(), lines)
    }

    #[test]
    fn what_no_benchmark_can_have_is_left_out() {
        let (values, lines) =
            found(vec![value("a", Unit::BytesPerSecond, -1.0), value("a", Unit::BytesPerSecond, 3.0)]);
        assert_eq!(values, [3.0]);
        assert!(
            lines[0].contains("a:7") && lines[0].contains("fio read of vm1 (kvm): -1 is no result"),
            "{lines:?}"
        );
    }

    #[test]
    fn nothing_of_what_is_better_less_is_a_value() {
        let (place, measured) = value("a", Unit::Seconds, 0.0);
        let none = (place, Measured { direction: Direction::Lower, ..measured });
        assert_eq!(found(vec![none]), (vec![0.0], Vec::new()));
    }

    #[test]
    fn a_second_log_of_the_same_repetition_does_not_count() {
        let (values, lines) =
            found(vec![value("a", Unit::BytesPerSecond, 3.0), value("b", Unit::BytesPerSecond, 5.0)]);
        assert_eq!(values, [3.0]);
        assert!(lines[0].contains("b: fio read of vm1 (kvm): counted twice, a tells"), "{lines:?}");
    }

    #[test]
    fn units_do_not_mix() {
        let (values, lines) =
            found(vec![value("a", Unit::BytesPerSecond, 3.0), value("a", Unit::PerSecond, 5.0)]);
        assert_eq!(values, [3.0]);
        assert!(lines[0].contains("PerSecond") && lines[0].contains("left out"), "{lines:?}");
    }
}
