//! Intervals of few outages hold what was put in, and tests find no more than they may, as `docs/validation.md` says.
//! Fixed samples of the simulation.

#[path = "../../examples/coverage/conclusions.rs"]
mod simulated;

use simulated::{
    Findings, OUTAGES, Outages, Shape, Test, of_campaigns, of_mean, of_median, of_ratio, of_shift,
};

const NORMAL: Outages = OUTAGES[0].0;

#[test]
fn means_of_skewed_outages_are_held() {
    for sigma in [0.1, 0.25, 0.5, 1.0] {
        for (n, number) in [(5, 4000), (10, 3000), (30, 1500)] {
            let (ours, student) = of_mean(Outages::of(Shape::Lognormal(sigma), 1.0, 0.0), n, number);
            assert!(ours.stated == 1.0 && ours.share >= 0.93, "{sigma} {n}: {ours:?}");
            // What is held must not be bought with width where there is little to be skewed.
            assert!(sigma > 0.1 || ours.width < 1.08 * student.width, "{sigma} {n}: {ours:?} {student:?}");
        }
    }
    let (ours, student) = of_mean(Outages::of(Shape::Lognormal(0.05), 1.0, 0.0), 5, 1000);
    assert!((ours.width / student.width - 1.0).abs() < 0.03, "{ours:?} {student:?}");
}

#[test]
fn means_of_coarse_outages_are_held() {
    for (outages, name) in [OUTAGES[1], OUTAGES[6], OUTAGES[7]] {
        for n in [3, 5, 10, 30] {
            let (ours, _) = of_mean(outages, n, 1000);
            assert!(ours.stated == 1.0 && ours.share >= 0.94 && ours.width > 0.0, "{name} {n}: {ours:?}");
        }
    }
}

#[test]
fn ratios_shifts_and_medians_are_held() {
    for (outages, name) in &OUTAGES[..8] {
        for sizes in [(3, 3), (5, 5), (10, 10), (3, 10)] {
            let ratio = of_ratio(*outages, *outages, sizes, 1500);
            assert!(ratio.share >= 0.93, "{name} {sizes:?}: {ratio:?}");
        }
        for n in [4, 10] {
            let shift = of_shift(*outages, n, 1000);
            assert!(shift.share >= 0.93, "{name} {n}: {shift:?}");
        }
        let median = of_median(*outages, 10, 1000);
        assert!(median.share >= 0.95, "{name}: {median:?}");
    }
}

#[test]
fn tests_find_no_more_than_they_may_where_nothing_is() {
    for (outages, name) in &OUTAGES[..8] {
        for (test, kind) in Test::ALL {
            let found = test.finds(*outages, 5, 1.0, 1500);
            assert!(found <= 0.055, "{name}, {kind}: {found}");
        }
    }
}

#[test]
fn what_is_plain_to_see_is_found() {
    assert!(Test::Ratio.finds(NORMAL, 5, 1.5, 1000) >= 0.9);
    assert!(Test::Ranks.finds(NORMAL, 5, 1.5, 500) >= 0.85);
    assert!(Test::Ratio.finds(Outages::of(Shape::Normal(0.1), 1.0, 0.2), 3, 4.6, 500) >= 0.98);
    assert!(Test::SlowFirst.finds(NORMAL, 5, 1.5, 500) >= 0.95);
    assert!(Test::Trend.finds(NORMAL, 10, 2.0, 500) >= 0.9);
    assert!(Test::Sessions.finds(NORMAL, 10, 2.0, 500) >= 0.95);
}

#[test]
fn five_equal_conditions_rarely_have_a_finding() {
    for (outages, name) in [OUTAGES[0], OUTAGES[1], OUTAGES[5]] {
        for (kind, share) in Findings::KINDS.into_iter().zip(of_campaigns(outages, 5, 800)) {
            let most = if kind == "anything" { 0.1 } else { 0.06 };
            assert!(share <= most, "{name}, {kind}: {share}");
        }
    }
}
