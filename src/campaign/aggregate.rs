//! Runs → repetitions of one condition: mean curves, series, comparisons.
//!
//! Only runs of the same condition are ever averaged, and only those whose migration did not
//! fail. A bin, a mean or an interval that the data do not carry is `None`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::model::{
    Bin, Bootstrap, Comparison, Condition, ConditionId, Curve, Entries, Event, Method, Run, SERIES, Series,
    Trace, Unit,
};
use crate::run::bins::BinnedSamples;
use crate::stats::{Sample, bootstrap_ratio_of_means, holm, mann_whitney};

/// The value of a run in a series.
pub fn value(run: &Run, metric: &str) -> Option<f64> {
    let outage = |method| run.outage(method).filter(|_| run.trusts(method)).map(|outage| outage.estimate_s);
    match metric {
        "requests_unanswered" => run.ping.as_ref().map(|ping| f64::from(ping.lost)),
        "outage_ping" => outage(Method::Ping),
        "outage_ping_reply_gap" => outage(Method::PingReplyGap),
        "outage_guest_clock" => outage(Method::GuestClock),
        "outage_hypervisor" => outage(Method::Hypervisor),
        "migration_duration" => run.migration.duration_s,
        _ => {
            let found = run.measurements.iter().find(|measurement| measurement.metric == metric)?;
            Some(found.value)
        }
    }
}

/// All series that have at least one value.
pub fn series(conditions: &[Condition], runs: &[Run]) -> Vec<Series> {
    let mut all = Vec::new();
    for (id, condition) in conditions.entries() {
        let counted: Vec<&Run> =
            condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts()).collect();
        let mut metrics: Vec<(String, Unit)> =
            SERIES.iter().map(|(metric, unit)| ((*metric).to_owned(), *unit)).collect();
        for measurement in counted.iter().flat_map(|run| &run.measurements) {
            if !metrics.iter().any(|(metric, _)| *metric == measurement.metric) {
                metrics.push((measurement.metric.clone(), measurement.unit));
            }
        }
        for (metric, unit) in metrics {
            let values: Vec<Option<f64>> = counted.iter().map(|run| value(run, &metric)).collect();
            let present: Vec<f64> = values.iter().copied().flatten().collect();
            if let Some(sample) = Sample::new(present) {
                all.push(Series { condition: id, metric, unit, values, summary: Some(sample.summary()) });
            }
        }
    }
    all
}

/// Mean curves of one condition around one event. `runs` are the quantities of its repetitions, each with the number of
/// the repetition.
pub fn curves<'a>(
    condition: ConditionId,
    align: Event,
    runs: impl Iterator<Item = (u32, &'a BinnedSamples)>,
) -> Vec<Curve> {
    // Host and metric → unit, and the bins of each repetition.
    type Quantities<'a> = BTreeMap<(Option<&'a str>, &'a str), (Unit, Vec<(u32, &'a [(i64, f64)])>)>;
    let mut by_quantity = Quantities::new();
    for (repetition, binned) in runs {
        let key = (binned.host.as_deref(), binned.metric.as_str());
        let (_, repetitions) = by_quantity.entry(key).or_insert((binned.unit, Vec::new()));
        repetitions.push((repetition, &binned.bins));
    }
    by_quantity
        .into_iter()
        .filter_map(|((host, metric), (unit, repetitions))| {
            let (first, _) =
                repetitions.iter().filter_map(|(_, bins)| bins.first()).min_by_key(|(k, _)| *k)?;
            let (last, _) = repetitions.iter().filter_map(|(_, bins)| bins.last()).max_by_key(|(k, _)| *k)?;
            let repetitions: Vec<Trace> = repetitions
                .iter()
                .map(|(repetition, bins)| trace(*repetition, bins, *first..=*last))
                .collect();
            let bins =
                (*first..=*last).enumerate().map(|(index, k)| bin(k as f64, index, &repetitions)).collect();
            Some(Curve {
                condition,
                host: host.map(str::to_owned),
                metric: metric.to_owned(),
                unit,
                align,
                bins,
                repetitions,
            })
        })
        .collect()
}

/// The bins of a repetition with the holes between them.
fn trace(repetition: u32, bins: &[(i64, f64)], all: RangeInclusive<i64>) -> Trace {
    let mut bins = bins.iter().peekable();
    let mean = |k: i64| bins.next_if(|(bin, _)| *bin == k).map(|(_, mean)| *mean);
    Trace { repetition, values: all.map(mean).collect() }
}

fn bin(t_s: f64, index: usize, traces: &[Trace]) -> Bin {
    let values: Vec<f64> = traces.iter().filter_map(|trace| trace.values[index]).collect();
    let n = u32::try_from(values.len()).unwrap_or(u32::MAX);
    match Sample::new(values).map(|sample| sample.summary()) {
        Some(summary) => Bin { t_s, n, mean: Some(summary.mean), sd: summary.sd, ci95: summary.ci95 },
        None => Bin { t_s, n: 0, mean: None, sd: None, ci95: None },
    }
}

/// Pairs of conditions `(a, b)` – `b` against `a` – in every series that both have, with Holm's
/// correction for the pairs of each series.
pub fn comparisons(
    series: &[Series],
    pairs: &[(ConditionId, ConditionId)],
    bootstrap: Bootstrap,
) -> Vec<Comparison> {
    let mut metrics: Vec<&str> = Vec::new();
    for metric in series.iter().map(|series| series.metric.as_str()) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let mut all = Vec::new();
    for metric in metrics {
        let sample = |condition: ConditionId| {
            let series = series.iter().find(|s| s.metric == metric && s.condition == condition)?;
            Sample::new(series.values.iter().copied().flatten().collect())
        };
        let mut group: Vec<Comparison> = pairs
            .iter()
            .filter_map(|&(a, b)| Some(comparison(metric, (a, sample(a)?), (b, sample(b)?), bootstrap)))
            .collect();
        let tested: Vec<f64> = group.iter().filter_map(|comparison| comparison.p_value).collect();
        let mut adjusted = holm(&tested).into_iter();
        for comparison in group.iter_mut().filter(|comparison| comparison.p_value.is_some()) {
            comparison.p_adjusted = adjusted.next();
        }
        all.extend(group);
    }
    all
}

fn comparison(
    metric: &str,
    a: (ConditionId, Sample),
    b: (ConditionId, Sample),
    bootstrap: Bootstrap,
) -> Comparison {
    let ((a, sample_a), (b, sample_b)) = (a, b);
    Comparison {
        metric: metric.to_owned(),
        a,
        b,
        ratio: (sample_a.mean() != 0.0).then(|| sample_b.mean() / sample_a.mean()),
        ratio_ci95: bootstrap_ratio_of_means(&sample_a, &sample_b, bootstrap.seed, bootstrap.resamples),
        difference: sample_b.mean() - sample_a.mean(),
        p_value: (sample_a.n() > 1 && sample_b.n() > 1).then(|| mann_whitney(&sample_a, &sample_b)),
        p_adjusted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    #[test]
    fn holes_between_bins_stay_holes() {
        let binned = |bins: &[(i64, f64)]| BinnedSamples {
            align: Event::Request,
            host: Some("kirsche".to_owned()),
            metric: "cpu.user".to_owned(),
            unit: Unit::Percent,
            bins: bins.to_vec(),
        };
        let runs = [(1, binned(&[(0, 3.0), (1, 10.0), (3, 20.0)])), (2, binned(&[(0, 5.0), (1, 12.0)]))];
        let runs = runs.iter().map(|(repetition, binned)| (*repetition, binned));
        let curves = curves(Id::new(0), Event::Request, runs);
        let [curve] = curves.as_slice() else { panic!("{curves:?}") };
        let seen: Vec<_> = curve.bins.iter().map(|bin| (bin.t_s, bin.n, bin.mean)).collect();
        assert_eq!(seen, [(0.0, 2, Some(4.0)), (1.0, 2, Some(11.0)), (2.0, 0, None), (3.0, 1, Some(20.0))]);
        assert_eq!(curve.bins[0].sd, Some(2f64.sqrt()));
        assert_eq!(curve.repetitions[1].values, [Some(5.0), Some(12.0), None, None]);
    }

    #[test]
    fn comparisons_are_against_the_reference() {
        let of = |condition, values: [f64; 5]| Series {
            condition: Id::new(condition),
            metric: "outage_ping".to_owned(),
            unit: Unit::Seconds,
            values: values.map(Some).to_vec(),
            summary: None,
        };
        let series = [
            of(0, [0.8, 0.8, 0.8, 1.0, 0.8]),
            of(1, [16.4, 16.6, 8.6, 9.0, 8.0]),
            of(2, [0.8, 0.8, 1.0, 0.8, 0.8]),
        ];
        let found = comparisons(
            &series,
            &[(0, 1), (0, 2)].map(|(a, b)| (Id::new(a), Id::new(b))),
            Bootstrap { seed: 1, resamples: 1000 },
        );
        assert_eq!(found.len(), 2);
        assert!((found[0].ratio.unwrap() - 11.72 / 0.84).abs() < 1e-9);
        assert!((found[0].p_adjusted.unwrap() - 4.0 / 252.0).abs() < 1e-3);
        assert_eq!(found[1].p_value, Some(1.0));
    }
}
