//! What a migration costs each host.

use crate::model::{Phase, PhaseCost, ResourceCost};
use crate::run::align::Samples;

/// Compares the samples from the request to `end_s` with those before the request.
///
/// The excess is integrated over the samples, each standing for the time since the one before it
/// (at most 5 s, so that a gap in a log is not filled). Its unit is that of the samples × seconds.
///
/// A sample belongs to the phase in which it was taken; a phase without a sample has no cost.
pub fn cost(samples: &Samples, end_s: Option<f64>, phases: &[Phase]) -> Option<ResourceCost> {
    let host = samples.host.clone()?;
    let mean =
        |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let before = samples.t_s.partition_point(|t| *t < 0.0);
    let end = end_s.map_or(before, |end| samples.t_s.partition_point(|t| *t <= end)).max(before);
    let baseline_mean = mean(&samples.values[..before]);
    let during = &samples.values[before..end];
    let excess = |rows: std::ops::Range<usize>| {
        baseline_mean.filter(|_| !rows.is_empty()).map(|baseline| {
            rows.map(|k| {
                let previous = k.checked_sub(1).map_or(samples.t_s[k], |p| samples.t_s[p]);
                (samples.values[k] - baseline) * (samples.t_s[k] - previous).min(5.0)
            })
            .sum()
        })
    };
    let of_phase = |phase: &Phase| {
        let row = |t: f64| samples.t_s.partition_point(|s| *s <= t);
        let rows = row(phase.from.at_s())..row(phase.to.at_s());
        let values = samples.values.get(rows.clone())?;
        Some(PhaseCost {
            phase: phase.kind,
            mean: mean(values)?,
            peak: values.iter().copied().reduce(f64::max)?,
            excess_integral: excess(rows),
        })
    };
    Some(ResourceCost {
        host,
        metric: samples.metric.clone(),
        unit: samples.unit,
        baseline_mean,
        migration_mean: mean(during),
        migration_peak: during.iter().copied().reduce(f64::max),
        excess_integral: excess(before..end),
        phases: phases.iter().filter_map(of_phase).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    fn samples(values: &[f64], first_t: f64) -> Samples {
        Samples {
            host: Some("kirsche".to_owned()),
            metric: "net.sent".to_owned(),
            unit: Unit::BytesPerSecond,
            t_s: (0..values.len()).map(|k| first_t + k as f64).collect(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_excess_is_what_lies_above_the_baseline() {
        let cost = cost(&samples(&[10.0, 10.0, 30.0, 50.0, 10.0, 99.0], -2.0), Some(2.0), &[]).unwrap();
        assert_eq!(cost.baseline_mean, Some(10.0));
        assert_eq!(cost.migration_mean, Some(30.0));
        assert_eq!(cost.migration_peak, Some(50.0));
        assert_eq!(cost.excess_integral, Some(60.0));
    }

    #[test]
    fn without_samples_before_the_request_there_is_no_excess() {
        let cost = cost(&samples(&[10.0, 20.0], 1.0), Some(5.0), &[]).unwrap();
        assert_eq!((cost.baseline_mean, cost.excess_integral), (None, None));
        assert_eq!(cost.migration_peak, Some(20.0));
    }

    #[test]
    fn each_phase_has_the_samples_taken_in_it() {
        use crate::model::{Evidence, Milestone, MilestoneKind, PhaseKind};
        let at = |kind, t: f64| Milestone { kind, evidence: Evidence::Ping, earliest_s: t, latest_s: t };
        let phase = |kind, from: f64, to: f64| Phase {
            kind,
            from: at(MilestoneKind::Requested, from),
            to: at(MilestoneKind::ServiceLost, to),
        };
        let phases = [phase(PhaseKind::PreCopy, 0.5, 2.5), phase(PhaseKind::StopAndCopy, 2.5, 2.9)];
        let cost = cost(&samples(&[10.0, 10.0, 30.0, 50.0, 40.0, 10.0], -2.0), Some(3.0), &phases).unwrap();
        let [precopy] = cost.phases.as_slice() else { panic!("{cost:?}") };
        let expected =
            PhaseCost { phase: PhaseKind::PreCopy, mean: 45.0, peak: 50.0, excess_integral: Some(70.0) };
        assert_eq!(*precopy, expected);
    }

    #[test]
    fn without_an_end_nothing_is_said_of_the_migration() {
        let cost = cost(&samples(&[10.0, 20.0], -1.0), None, &[]).unwrap();
        assert_eq!((cost.baseline_mean, cost.migration_mean), (Some(10.0), None));
    }
}
