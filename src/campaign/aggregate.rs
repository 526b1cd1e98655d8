//! Runs → repetitions of one condition: mean curves and series.
//!
//! Only runs of the same condition are ever averaged, and only those whose migration did not
//! fail. A bin, a mean or an interval that the data do not carry is `None`.

use std::collections::BTreeMap;

use crate::model::metrics::metrics;
use crate::model::{
    Bin, Condition, ConditionId, Curve, Entries, Event, Measurement, Range, Run, Series, Trace, Unit,
};
use crate::run::bins::BinnedSamples;
use crate::stats::{Sample, Support, student_interval};

/// All series that have at least one value, of each condition in the order of their entries. Members of a family come
/// in the order in which the runs have them.
pub fn series(conditions: &[Condition], runs: &[Run]) -> Vec<Series> {
    let mut all = Vec::new();
    for (id, condition) in conditions.entries() {
        let counted: Vec<&Run> =
            condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts()).collect();
        for entry in metrics() {
            let numbers: Vec<Vec<Measurement>> = counted.iter().map(|run| entry.take(run)).collect();
            let mut members: Vec<&Measurement> = Vec::new();
            for number in numbers.iter().flatten() {
                if !members.iter().any(|known| known.metric == number.metric) {
                    members.push(number);
                }
            }
            for member in members {
                let values = counted.iter().zip(&numbers).map(|(run, numbers)| {
                    let number = numbers.iter().find(|number| number.metric == member.metric)?;
                    Some(entry.value(run, number.value))
                });
                let Measurement { metric, unit, .. } = member.clone();
                all.push(Series::new(id, metric, unit, entry.range, values.collect()));
            }
        }
    }
    all
}

/// Mean curves of one condition around one event. `runs` are the quantities of its repetitions, each with the number of
/// the repetition.
pub fn curves(
    condition: ConditionId,
    align: Event,
    runs: impl Iterator<Item = (u32, BinnedSamples)>,
) -> Vec<Curve> {
    // Host and metric → unit, and the bins of each repetition.
    type Quantities = BTreeMap<(Option<String>, String), (Unit, Vec<Trace>)>;
    let mut by_quantity = Quantities::new();
    for (repetition, binned) in runs {
        let BinnedSamples { align: _, host, metric, unit, means } = binned;
        let (_, repetitions) = by_quantity.entry((host, metric)).or_insert((unit, Vec::new()));
        repetitions.push(Trace { repetition, means });
    }
    by_quantity
        .into_iter()
        .filter_map(|((host, metric), (unit, repetitions))| {
            let ends = repetitions.iter().filter_map(|trace| trace.means.ends());
            let [first, last] = ends.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])?;
            let bins = (first..=last).map(|k| bin(k, &repetitions, support(unit))).collect();
            Some(Curve { condition, host, metric, unit, align, bins, repetitions })
        })
        .collect()
}

/// Quantities over time are never negative, and shares of a host at most 100 %.
fn support(unit: Unit) -> Support {
    let range = match unit {
        Unit::Percent => Range::Share,
        Unit::Seconds
        | Unit::Milliseconds
        | Unit::Bytes
        | Unit::BytesPerSecond
        | Unit::PerSecond
        | Unit::Count
        | Unit::Ratio => Range::Positive,
    };
    range.support(0.0)
}

fn bin(k: i64, traces: &[Trace], support: Support) -> Bin {
    let t_s = k as f64;
    let values: Vec<f64> = traces.iter().filter_map(|trace| trace.means.at(k)).collect();
    let n = u32::try_from(values.len()).unwrap_or(u32::MAX);
    match Sample::new(values) {
        Some(sample) => Bin {
            t_s,
            n,
            mean: Some(sample.mean()),
            sd: sample.sd(),
            ci95: student_interval(&sample, support),
        },
        None => Bin { t_s, n: 0, mean: None, sd: None, ci95: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Means};

    #[test]
    fn holes_between_bins_stay_holes() {
        let binned = |bins: &[(i64, f64)]| BinnedSamples {
            align: Event::Request,
            host: Some("kirsche".to_owned()),
            metric: "cpu.user".to_owned(),
            unit: Unit::Percent,
            means: Means::new(bins.iter().copied()),
        };
        let runs = [(1, binned(&[(0, 3.0), (1, 10.0), (3, 20.0)])), (2, binned(&[(0, 5.0), (1, 12.0)]))];
        let curves = curves(Id::new(0), Event::Request, runs.into_iter());
        let [curve] = curves.as_slice() else { panic!("{curves:?}") };
        let seen: Vec<_> = curve.bins.iter().map(|bin| (bin.t_s, bin.n, bin.mean)).collect();
        assert_eq!(seen, [(0.0, 2, Some(4.0)), (1.0, 2, Some(11.0)), (2.0, 0, None), (3.0, 1, Some(20.0))]);
        assert_eq!(curve.bins[0].sd, Some(2f64.sqrt()));
        let of = |trace: usize| curve.values(&curve.repetitions[trace], 0..4).collect::<Vec<_>>();
        assert_eq!(of(0), [Some(3.0), Some(10.0), None, Some(20.0)]);
        assert_eq!(of(1), [Some(5.0), Some(12.0), None, None]);
    }
}
