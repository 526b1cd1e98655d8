//! Values → quantities: all readings of one benchmark's operation in one condition, of one VM.

use std::collections::BTreeMap;

use super::Measured;
use crate::analysis::{Benchmark, Direction, Reading, Unit};
use crate::stats::Sample;

/// Where a value was measured.
#[derive(Debug, Clone)]
pub struct Place {
    /// Index into the conditions.
    pub condition: usize,
    pub repetition: u32,
    pub vm: Option<String>,
    pub file: String,
}

/// The quantities, in the order of benchmark, condition, operation and VM.
pub fn cells(values: Vec<(Place, Measured)>) -> Vec<Benchmark> {
    type Key = (String, usize, String, Option<String>);
    let mut groups: BTreeMap<Key, (Unit, Direction, Vec<Reading>)> = BTreeMap::new();
    for (place, measured) in values {
        let key = (measured.benchmark, place.condition, measured.operation, place.vm);
        let entry = groups.entry(key).or_insert((measured.unit, measured.direction, Vec::new()));
        entry.2.push(Reading {
            repetition: place.repetition,
            size: measured.size,
            value: measured.value,
            source_file: place.file,
        });
    }
    groups
        .into_iter()
        .filter_map(|((benchmark, condition, operation, vm), (unit, direction, readings))| {
            let repetitions =
                Sample::new(by_repetition(&readings).into_iter().map(|(_, mean)| mean).collect())?;
            let (value, sd) = (repetitions.mean(), repetitions.sd());
            Some(Benchmark { benchmark, condition, vm, operation, unit, direction, readings, value, sd })
        })
        .collect()
}

/// The mean over sizes of each repetition.
///
/// Sizes weigh the same however often each was measured.
pub fn by_repetition(readings: &[Reading]) -> Vec<(u32, f64)> {
    let mut repetitions: BTreeMap<u32, BTreeMap<u64, Vec<f64>>> = BTreeMap::new();
    for reading in readings {
        let size = reading.size.map_or(0, f64::to_bits);
        repetitions.entry(reading.repetition).or_default().entry(size).or_default().push(reading.value);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    repetitions
        .into_iter()
        .map(|(repetition, sizes)| {
            let means: Vec<f64> = sizes.values().map(|values| mean(values)).collect();
            (repetition, mean(&means))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_weigh_the_same() {
        let reading =
            |repetition, size, value| Reading { repetition, size, value, source_file: String::new() };
        let readings = [
            reading(1, Some(4.0), 10.0),
            reading(1, Some(4.0), 12.0),
            reading(1, Some(8.0), 20.0),
            reading(2, None, 5.0),
        ];
        assert_eq!(by_repetition(&readings), [(1, 15.5), (2, 5.0)]);
    }
}
