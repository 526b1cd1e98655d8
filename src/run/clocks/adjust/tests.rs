use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Bell-shaped with mean 0 and standard deviation 1.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0
}

fn difference(a: Option<usize>, b: Option<usize>, value: f64, sd: f64) -> Difference {
    Difference { a, b, value, sd, common: 0.0 }
}

#[test]
fn a_chain_of_clocks_as_computed_by_hand() {
    // Clock 0 is seen directly, clock 1 directly and through clock 0.
    let differences = [
        difference(None, Some(0), 1.0, 0.3),
        difference(Some(0), Some(1), 2.0, 0.4),
        difference(None, Some(1), 3.5, 0.5),
    ];
    let offsets = offsets(2, &differences).unwrap();
    // Through clock 0 the offset of clock 1 is 3.0 with variance 0.25, directly 3.5 with 0.25.
    assert!((offsets[1].value - 3.25).abs() < 1e-12 && (offsets[1].sd - 0.125f64.sqrt()).abs() < 1e-12);
    assert!((offsets[0].value - 1.09).abs() < 1e-12, "{offsets:?}");
}

#[test]
fn contradictions_widen_and_a_clock_without_ties_has_no_offset() {
    let agreeing = offsets(1, &[difference(None, Some(0), 1.0, 0.1), difference(None, Some(0), 1.1, 0.1)]);
    let contrary = offsets(1, &[difference(None, Some(0), 1.0, 0.1), difference(None, Some(0), 3.0, 0.1)]);
    assert!((agreeing.unwrap()[0].sd - 0.1 / 2f64.sqrt()).abs() < 1e-12);
    assert!((contrary.unwrap()[0].sd - 1.0).abs() < 1e-9);
    assert_eq!(offsets(2, &[difference(None, Some(0), 1.0, 0.1)]), None);
}

#[test]
fn what_all_events_share_is_not_averaged_away() {
    let both = Difference { common: 0.2, ..difference(None, Some(0), 0.0, 0.1) };
    let runs: Vec<(f64, Offset)> =
        (0..100).map(|run| (f64::from(run) * 100.0, offsets(1, &[both]).unwrap()[0])).collect();
    assert!(clock_line(&runs).unwrap().offset.half_width >= 0.2);
}

fn campaign(rng: &mut ChaCha8Rng, runs: usize, drift_ppm: f64) -> Vec<(f64, Offset)> {
    (0..runs)
        .map(|run| {
            let sd = rng.random_range(0.1..0.5);
            let t = 6_000.0 * run as f64 + rng.random_range(0.0..300.0);
            let value = 0.7 + drift_ppm * 1e-6 * t + sd * normal(rng);
            (1.26e9 + t, Offset { value, sd, common: 0.0 })
        })
        .collect()
}

/// One run in five has an event that was mistaken for another; pairs of the two halves do as well as all pairs.
#[test]
fn a_drift_over_very_many_runs_is_found_among_outliers() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut runs = campaign(&mut rng, 2 * ALL_PAIRS, 40.0);
    for (t, offset) in runs.iter_mut().step_by(5) {
        offset.value += 30.0 + 1e-5 * (*t - 1.26e9);
    }
    let drift = clock_line(&runs).unwrap().drift_ppm.unwrap();
    assert!((drift.value - 40.0).abs() < 1.0, "{drift:?}");
}

/// Part of 600 simulated campaigns in which the intervals of offset and drift hold the truth; those of the
/// drift where there is one.
fn coverage(runs: usize, outliers: usize) -> (f64, f64) {
    const CAMPAIGNS: u32 = 600;
    let (mut offsets, mut drifts, mut with_drift) = (0, 0, 0);
    for seed in 0..CAMPAIGNS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
        let drift_ppm = rng.random_range(-200.0..200.0);
        let mut points = campaign(&mut rng, runs, drift_ppm);
        for point in points.iter_mut().step_by(5).take(outliers) {
            point.1.value += rng.random_range(-100.0..100.0);
        }
        let line = clock_line(&points).unwrap();
        let truth = 0.7 + drift_ppm * 1e-6 * (line.epoch - 1.26e9);
        offsets += u32::from((line.offset.value - truth).abs() <= line.offset.half_width);
        if let Some(drift) = line.drift_ppm {
            with_drift += 1;
            drifts += u32::from((drift.value - drift_ppm).abs() <= drift.half_width);
        }
    }
    assert!(with_drift >= CAMPAIGNS * 9 / 10, "{with_drift}");
    (f64::from(offsets) / f64::from(CAMPAIGNS), f64::from(drifts) / f64::from(with_drift))
}

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_say() {
    for (runs, outliers) in [(3, 0), (4, 0), (5, 0), (10, 0), (25, 0), (10, 1), (25, 3)] {
        let (offset, drift) = coverage(runs, outliers);
        assert!(offset >= 0.93 && drift >= 0.93, "{runs} runs, {outliers} outliers: {offset} {drift}");
    }
}

#[test]
fn one_run_has_an_offset_and_a_short_campaign_no_drift() {
    let offset = Offset { value: 3.0, sd: 0.3, common: 0.1 };
    let one = clock_line(&[(1.26e9, offset)]).unwrap();
    assert!((one.offset.half_width - (1.96f64 * 0.3).hypot(0.1)).abs() < 1e-9 && one.drift_ppm.is_none());
    let short: Vec<(f64, Offset)> = (0..5).map(|run| (1.26e9 + 20.0 * f64::from(run), offset)).collect();
    assert_eq!(clock_line(&short).unwrap().drift_ppm, None);
    assert_eq!(clock_line(&[]), None);
}

#[test]
fn a_run_an_hour_off_counts_for_nothing() {
    let mut points = campaign(&mut ChaCha8Rng::seed_from_u64(1), 6, 0.0);
    let without = clock_line(&points).unwrap().offset.value;
    points.push((points[5].0 + 6000.0, Offset { value: 3600.0, sd: 0.1, common: 0.0 }));
    assert!((clock_line(&points).unwrap().offset.value - without).abs() < 0.3);
}
