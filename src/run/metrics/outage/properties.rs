//! What holds of every outage, whatever was logged.

use proptest::prelude::*;

use super::tests::by_ping;
use super::{GuestClockOutage, guest_clock};
use crate::model::{Migration, Outage, Status};
use crate::run::align::{GuestClock, PingTimeline, SpanError};

const MIGRATION: Migration = Migration {
    request_epoch_s: Some(0.0),
    request_resolution_s: 1.0,
    duration_s: Some(8.0),
    user_s: None,
    system_s: None,
    status: Status::Completed,
    reason: None,
};

/// A ping log of up to 120 requests, each unanswered or with its round trip in ms and how far off a line it
/// was sent, with a period near to or far from the interval.
fn timelines() -> impl Strategy<Value = PingTimeline> {
    let request = prop_oneof![
        6 => (Just(Some(0.4)), -0.01..0.01),
        2 => ((0.1..900.0).prop_map(Some), -0.05..0.05),
        2 => (Just(None), Just(0.0)),
    ];
    let line = (0.05..1.2, 0.9..1.1, -20.0..5.0, 0.0..0.3);
    (prop::collection::vec(request, 1..120), line, any::<bool>(), any::<bool>()).prop_map(
        |(requests, (interval_s, excess, origin_s, fixed_s), placed, from_zero): (
            Vec<(Option<f64>, f64)>,
            _,
            _,
            _,
        )| {
            let first_seq = u32::from(!from_zero);
            let period_s: f64 = interval_s * excess;
            let answered = || (first_seq..).zip(&requests).filter(|(_, (rtt, _))| rtt.is_some());
            let zero: f64 = if placed { origin_s } else { 0.0 };
            PingTimeline {
                lines: stillstand_parsers::RowLines::default(),
                summary_line: None,
                file: String::new(),
                wait_s: None,
                refused: Vec::new(),
                stamped: true,
                interval_s,
                sent: u32::try_from(requests.len()).unwrap(),
                first_seq,
                rtt_ms: answered().map(|(_, (rtt, _))| *rtt).collect(),
                sent_s: answered().map(|(seq, (_, off))| zero + period_s * f64::from(seq) + off).collect(),
                answered: answered().map(|(seq, _)| seq).collect(),
                duplicates: 0,
                origin_s: placed.then_some(origin_s),
                period_s,
                span_error: SpanError { fixed_s, per_request_s: 0.0 },
            }
        },
    )
}

fn clocks() -> impl Strategy<Value = GuestClock> {
    let step = prop_oneof![8 => 0.015..0.03, 1 => 0.0..20.0, 1 => -2.0..0.0];
    (prop::collection::vec(step, 1..200), any::<bool>()).prop_map(|(steps, aligned): (Vec<f64>, _)| {
        let mut t = -5.0;
        let stamps_s = std::iter::once(-5.0).chain(steps.iter().map(|step| {
            t += step;
            t
        }));
        GuestClock {
            lines: stillstand_parsers::RowLines::default(),
            file: String::new(),
            stamps_s: stamps_s.collect(),
            aligned,
            zone_fitted: false,
            resolution_s: 0.0,
        }
    })
}

/// The log without one of its answers.
fn without(timeline: &PingTimeline, index: usize) -> PingTimeline {
    let mut fewer = timeline.clone();
    fewer.answered.remove(index);
    fewer.sent_s.remove(index);
    fewer.rtt_ms.remove(index);
    fewer
}

fn is_in_order(outage: &Outage) -> bool {
    let figures = [outage.lower_s, outage.estimate_s, outage.upper_s.unwrap_or(f64::INFINITY)];
    0.0 <= figures[0]
        && figures.is_sorted()
        && outage.censored == outage.upper_s.is_none()
        && outage.start_s.zip(outage.end_s).is_none_or(|(start, end)| start <= end)
}

proptest! {
    #[test]
    fn an_estimate_lies_between_its_bounds(timeline in timelines(), clock in clocks()) {
        let (_, outages) = by_ping(&timeline, &MIGRATION);
        for outage in &outages {
            prop_assert!(is_in_order(outage), "{outage:?}");
        }
        if let Some(GuestClockOutage { outage, .. }) = guest_clock(&clock, outages.first()) {
            prop_assert!(is_in_order(&outage), "{outage:?}");
        }
    }

    /// Only what lies before the request counts differently, so nothing here does.
    #[test]
    fn other_times_shift_the_place_and_nothing_else(timeline in timelines(), shift in 30.0..90.0) {
        prop_assume!(timeline.origin_s.is_some());
        let moved = |by: f64| {
            let sent_s = timeline.sent_s.iter().map(|sent| sent + by).collect();
            PingTimeline { origin_s: timeline.origin_s.map(|origin| origin + by), sent_s, ..timeline.clone() }
        };
        let (_, outages) = by_ping(&moved(30.0), &MIGRATION);
        let (_, later) = by_ping(&moved(30.0 + shift), &MIGRATION);
        prop_assert_eq!(outages.len(), later.len());
        let near = |a: Option<f64>, b: Option<f64>| a.is_some() == b.is_some()
            && a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-6);
        for (outage, later) in outages.iter().zip(&later) {
            prop_assert!(near(Some(outage.estimate_s), Some(later.estimate_s)), "{outage:?} {later:?}");
            prop_assert!(near(Some(outage.lower_s), Some(later.lower_s)), "{outage:?} {later:?}");
            prop_assert!(near(outage.upper_s, later.upper_s), "{outage:?} {later:?}");
            prop_assert!(near(outage.start_s.map(|s| s + shift), later.start_s), "{outage:?} {later:?}");
            prop_assert!(near(outage.end_s.map(|s| s + shift), later.end_s), "{outage:?} {later:?}");
        }
    }

    /// An answer more or less: without it the VM may have stood still for longer, never for less.
    #[test]
    fn an_answer_that_is_missing_never_shortens_the_outage(timeline in timelines(), which in any::<prop::sample::Index>()) {
        // Of requests before the migration none counts.
        prop_assume!(timeline.answered.len() > 2 && timeline.origin_s.is_none_or(|origin| origin >= 0.0));
        // The first and the last are where the log begins and ends.
        let fewer = without(&timeline, 1 + which.index(timeline.answered.len() - 2));
        let (all, by_all) = by_ping(&timeline, &MIGRATION);
        let (some, by_some) = by_ping(&fewer, &MIGRATION);
        prop_assert!(all.longest_gap_lost <= some.longest_gap_lost);
        // Of a log that leaves out a part of the migration and lost nothing, none is stated.
        prop_assume!(!by_all.is_empty() && !by_some.is_empty());
        prop_assert!(by_all[0].estimate_s <= by_some[0].estimate_s);
        let upper = |outage: &Outage| outage.upper_s.unwrap_or(f64::INFINITY);
        // A hole that is open at the end of the log may no longer be the longest one.
        prop_assume!(!by_all[0].censored);
        prop_assert!(upper(&by_all[0]) <= upper(&by_some[0]) + 1e-9, "{:?} {:?}", by_all[0], by_some[0]);
    }
}
