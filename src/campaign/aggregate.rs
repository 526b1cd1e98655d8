//! Runs → repetitions of one condition: mean curves, series, comparisons.
//!
//! Only runs of the same condition are ever averaged, and only those whose migration did not
//! fail. A bin, a mean or an interval that the data do not carry is `None`.

use std::collections::BTreeMap;

use crate::model::{
    Bin, Bootstrap, Comparison, Condition, Curve, Event, Method, Run, SERIES, Series, Trace, Unit,
};
use crate::run::align::Samples;
use crate::stats::{Sample, bootstrap_ratio_of_means, holm, mann_whitney};

/// Curves cover at most this many bins on either side of time zero (one day), whatever a wrong
/// clock claims.
const MOST_BINS: f64 = 86_400.0;

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
    for (index, condition) in conditions.iter().enumerate() {
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
                all.push(Series { condition: index, metric, unit, values, summary: Some(sample.summary()) });
            }
        }
    }
    all
}

/// Mean curves of one condition. `runs` are its repetitions that count, each with its number, its
/// samples and the instant of `align` (seconds since the request) that becomes time zero.
pub fn curves(condition: usize, align: Event, runs: &[(u32, &[Samples], f64)]) -> Vec<Curve> {
    // Host and metric → unit, and the bins of each repetition.
    type Binned = (u32, BTreeMap<i64, (f64, u32)>);
    type Quantities<'a> = BTreeMap<(Option<&'a str>, &'a str), (Unit, Vec<Binned>)>;
    let mut by_quantity = Quantities::new();
    for (repetition, all, zero) in runs {
        for samples in *all {
            let key = (samples.host.as_deref(), samples.metric.as_str());
            let entry = by_quantity.entry(key).or_insert((samples.unit, Vec::new()));
            entry.1.push((*repetition, binned(samples, *zero)));
        }
    }
    by_quantity
        .into_iter()
        .filter_map(|((host, metric), (unit, repetitions))| {
            let first = repetitions.iter().filter_map(|(_, bins)| bins.keys().next()).min()?;
            let last = repetitions.iter().filter_map(|(_, bins)| bins.keys().next_back()).max()?;
            let traces: Vec<Trace> = repetitions
                .iter()
                .map(|(repetition, bins)| Trace {
                    repetition: *repetition,
                    values: (*first..=*last)
                        .map(|k| bins.get(&k).map(|(sum, n)| sum / f64::from(*n)))
                        .collect(),
                })
                .collect();
            let bins = (*first..=*last).enumerate().map(|(index, k)| bin(k as f64, index, &traces)).collect();
            Some(Curve {
                condition,
                host: host.map(str::to_owned),
                metric: metric.to_owned(),
                unit,
                align,
                bins,
                repetitions: traces,
            })
        })
        .collect()
}

/// Sum and number of the samples in each bin; bin k holds `[k − 0.5, k + 0.5)`.
fn binned(samples: &Samples, zero: f64) -> BTreeMap<i64, (f64, u32)> {
    let mut bins: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
    for (t, value) in samples.t_s.iter().zip(&samples.values) {
        let k = (t - zero + 0.5).floor();
        if k.abs() <= MOST_BINS {
            let entry = bins.entry(k as i64).or_default();
            entry.0 += value;
            entry.1 += 1;
        }
    }
    bins
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
pub fn comparisons(series: &[Series], pairs: &[(usize, usize)], bootstrap: Bootstrap) -> Vec<Comparison> {
    let mut metrics: Vec<&str> = Vec::new();
    for metric in series.iter().map(|series| series.metric.as_str()) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let mut all = Vec::new();
    for metric in metrics {
        let sample = |condition: usize| {
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

fn comparison(metric: &str, a: (usize, Sample), b: (usize, Sample), bootstrap: Bootstrap) -> Comparison {
    let ((a, of_a), (b, of_b)) = (a, b);
    Comparison {
        metric: metric.to_owned(),
        a,
        b,
        ratio: (of_a.mean() != 0.0).then(|| of_b.mean() / of_a.mean()),
        ratio_ci95: bootstrap_ratio_of_means(&of_a, &of_b, bootstrap.seed, bootstrap.resamples),
        difference: of_b.mean() - of_a.mean(),
        p_value: (of_a.n() > 1 && of_b.n() > 1).then(|| mann_whitney(&of_a, &of_b)),
        p_adjusted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(t_s: &[f64], values: &[f64]) -> Samples {
        Samples {
            host: Some("kirsche".to_owned()),
            metric: "cpu.user".to_owned(),
            unit: Unit::Percent,
            t_s: t_s.to_vec(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn bins_are_centred_on_whole_seconds_and_gaps_stay_gaps() {
        let one = [samples(&[-0.5, 0.0, 0.499, 0.5, 3.0], &[1.0, 2.0, 6.0, 10.0, 20.0])];
        let two = [samples(&[0.1, 1.2], &[5.0, 12.0])];
        let curves = curves(0, Event::Request, &[(1, &one, 0.0), (2, &two, 0.0)]);
        let [curve] = curves.as_slice() else { panic!("{curves:?}") };
        let seen: Vec<_> = curve.bins.iter().map(|bin| (bin.t_s, bin.n, bin.mean)).collect();
        assert_eq!(seen, [(0.0, 2, Some(4.0)), (1.0, 2, Some(11.0)), (2.0, 0, None), (3.0, 1, Some(20.0))]);
        assert_eq!(curve.bins[0].sd, Some(2f64.sqrt()));
        assert_eq!(curve.repetitions[1].values, [Some(5.0), Some(12.0), None, None]);
    }

    #[test]
    fn another_time_zero_shifts_the_bins() {
        let one = [samples(&[7.2, 8.2], &[1.0, 2.0])];
        let curves = curves(0, Event::Request, &[(1, &one, 7.0)]);
        assert_eq!(curves[0].bins[0].t_s, 0.0);
    }

    #[test]
    fn a_wrong_clock_does_not_fill_the_memory() {
        let one = [samples(&[0.0, 1e15], &[1.0, 2.0])];
        assert_eq!(curves(0, Event::Request, &[(1, &one, 0.0)])[0].bins.len(), 1);
    }

    #[test]
    fn comparisons_are_against_the_reference() {
        let of = |condition, values: [f64; 5]| Series {
            condition,
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
        let found = comparisons(&series, &[(0, 1), (0, 2)], Bootstrap { seed: 1, resamples: 1000 });
        assert_eq!(found.len(), 2);
        assert!((found[0].ratio.unwrap() - 11.72 / 0.84).abs() < 1e-9);
        assert!((found[0].p_adjusted.unwrap() - 4.0 / 252.0).abs() < 1e-3);
        assert_eq!(found[1].p_value, Some(1.0));
    }
}
