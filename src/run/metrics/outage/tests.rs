//! Outages by ping and by the clock in the VM, on logs made by hand.

use super::*;
use crate::model::Migration;
use crate::run::align::{GuestClock, PingTimeline, SpanError};

fn migration(duration_s: f64) -> Migration {
    Migration {
        request_epoch_s: Some(0.0),
        request_resolution_s: 1.0,
        duration_s: Some(duration_s),
        user_s: None,
        system_s: None,
        status: Status::Completed,
        reason: None,
    }
}

/// 100 requests from 1 on, one each 0.2 s, the first 5 s before the request.
fn timeline(unanswered: impl Fn(u32) -> bool) -> PingTimeline {
    let answered: Vec<u32> = (1..=100).filter(|seq| !unanswered(*seq)).collect();
    PingTimeline {
        lines: stillstand_parsers::RowLines::default(),
        summary_line: None,
        file: "ping".to_owned(),
        wait_s: None,
        refused: Vec::new(),
        stamped: true,
        interval_s: 0.2,
        sent: 100,
        first_seq: 1,
        rtt_ms: vec![Some(0.4); answered.len()],
        sent_s: answered.iter().map(|seq| -5.2 + 0.2 * f64::from(*seq)).collect(),
        span_error: SpanError::default(),
        answered,
        duplicates: 0,
        origin_s: Some(-5.2),
        period_s: 0.2,
    }
}

/// What ping alone says.
fn alone(timeline: &PingTimeline) -> ByPing<'_> {
    ByPing::new(timeline, &Witnesses { guest: None, hypervisor_s: None }, None)
}

/// The summary of a log, and its outage by both of ping's methods.
pub(super) fn by_ping(timeline: &PingTimeline, migration: &Migration) -> (Ping, Vec<Outage>) {
    let by = alone(timeline);
    let outages: Vec<Outage> = by.outage().into_iter().chain(by.reply_gap()).collect();
    (by.summary(outages.first(), migration), outages)
}

fn check_ping(timeline: &PingTimeline, lost: u32, longest: u32, interval: (f64, f64, Option<f64>)) {
    let (ping, outages) = by_ping(timeline, &migration(8.0));
    assert_eq!((ping.lost, ping.longest_gap_lost), (lost, longest));
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let outage = &outages[0];
    assert!(near(outage.lower_s, interval.0) && near(outage.estimate_s, interval.1), "{outage:?}");
    match (outage.upper_s, interval.2) {
        (Some(a), Some(b)) => assert!(near(a, b), "{outage:?}"),
        (a, b) => assert_eq!(a, b),
    }
}

#[test]
fn the_main_hole_is_the_longest_after_the_request() {
    // 10 lost before the request, 4 in the main hole, 1 scattered: 15 in all.
    let timeline = timeline(|seq| (5..15).contains(&seq) || (60..64).contains(&seq) || seq == 80);
    // With 11 of 96 lost by chance, three of the four may have been so, too.
    check_ping(&timeline, 15, 4, (0.0, 0.8, Some(1.0004)));
    let (_, outages) = by_ping(&timeline, &migration(8.0));
    // Request 60 left at 6.8 s, so the outage began around 6.7 s.
    assert!((outages[0].start_s.unwrap() - 6.7).abs() < 1e-9);
    assert!((outages[0].end_s.unwrap() - 7.5).abs() < 1e-9);
    assert!((outages[1].estimate_s - 0.8).abs() < 1e-9, "{:?}", outages[1]);
}

#[test]
fn no_loss_is_an_outage_below_one_interval() {
    check_ping(&timeline(|_| false), 0, 0, (0.0, 0.0, Some(0.2004)));
}

#[test]
fn a_log_that_ends_in_the_hole_gives_a_lower_bound_only() {
    let timeline = timeline(|seq| seq > 90);
    check_ping(&timeline, 10, 10, (1.7996, 2.0, None));
    let (_, outages) = by_ping(&timeline, &migration(8.0));
    assert!(outages[0].censored && outages[0].end_s.is_none());
    assert!(outages[1].censored && outages[1].upper_s.is_none());
    assert!((outages[1].estimate_s - 2.0).abs() < 0.01, "{:?}", outages[1]);
}

#[test]
fn without_any_reply_the_outage_is_at_least_the_log() {
    let mut silent = timeline(|_| true);
    silent.origin_s = None;
    check_ping(&silent, 100, 100, (19.8, 20.0, None));
}

#[test]
fn one_late_reply_among_others_is_no_gap() {
    let mut late = timeline(|_| false);
    late.rtt_ms[70] = Some(3000.0);
    let (_, outages) = by_ping(&late, &migration(8.0));
    assert!(outages[1].estimate_s < 0.3, "{:?}", outages[1]);
}

#[test]
fn requests_that_are_answered_when_the_vm_runs_again_widen_the_upper_bound_only() {
    // It runs again 0.1 s after request 71 was sent, and answers 70 and 71.
    let mut queued = timeline(|seq| (60..70).contains(&seq));
    let of = |seq: u32| queued.answered.iter().position(|answered| *answered == seq).unwrap();
    let (first, second) = (of(70), of(71));
    queued.rtt_ms[first] = Some(300.0);
    queued.rtt_ms[second] = Some(100.0);
    check_ping(&queued, 10, 10, (1.7996, 2.0, Some(2.5)));
    let (_, outages) = by_ping(&queued, &migration(8.0));
    assert!((outages[1].estimate_s - 2.2996).abs() < 1e-9, "{:?}", outages[1]);
    assert!((outages[1].lower_s - 1.7996).abs() < 1e-9, "{:?}", outages[1]);
}

#[test]
fn a_clock_that_ends_with_ping_in_the_silence_has_no_upper_bound() {
    let (_, outages) = by_ping(&timeline(|seq| seq > 70), &migration(8.0));
    let mut ends = clock(0.02);
    assert_eq!(guest_clock(&ends, outages.first()).unwrap().outage.upper_s, None);
    ends.stamps_s.push(20.0);
    assert!(guest_clock(&ends, outages.first()).unwrap().outage.upper_s.is_some());
}

#[test]
fn a_period_off_the_nominal_interval_widens_the_bounds() {
    let mut slow = timeline(|seq| (60..70).contains(&seq));
    slow.period_s = 0.21;
    slow.sent_s = slow.answered.iter().map(|seq| -5.2 + 0.21 * f64::from(*seq)).collect();
    check_ping(&slow, 10, 10, (1.7996, 2.0, Some(2.3104)));
    slow.span_error = SpanError { fixed_s: 0.05, per_request_s: 0.001 };
    check_ping(&slow, 10, 10, (1.7996, 2.0, Some(2.3714)));
}

/// A clock that steps at 6.75 s, where the hole of ping begins that the tests have.
fn clock(pause_s: f64) -> GuestClock {
    let before = (0..200).map(|k| 2.77 + f64::from(k) * 0.02);
    let after = (0..200).map(|k| 6.75 + pause_s + f64::from(k) * 0.02);
    GuestClock {
        lines: stillstand_parsers::RowLines::default(),
        file: "zeit".to_owned(),
        stamps_s: before.chain(after).collect(),
        aligned: true,
        zone_fitted: false,
        resolution_s: 0.0,
    }
}

#[test]
fn the_largest_step_is_the_outage_of_the_guest_clock() {
    let seen = guest_clock(&clock(0.9), None).unwrap();
    assert!((seen.outage.estimate_s - 0.9).abs() < 1e-9);
    assert!((seen.outage.lower_s - 0.879_55).abs() < 1e-9);
    assert!((seen.outage.upper_s.unwrap() - 0.900_45).abs() < 1e-9);
    // As long as others: it proves nothing.
    assert_eq!(guest_clock(&clock(0.06), None).unwrap().outage.lower_s, 0.0);
    assert_eq!(seen.stepped_back_s, 0.0);
}

fn codes(ping_timeline: &PingTimeline, clock: &GuestClock, duration_s: f64) -> Vec<FlagCode> {
    let migration = migration(duration_s);
    let (summary, mut outages) = by_ping(ping_timeline, &migration);
    let guest = guest_clock(clock, outages.first());
    outages.extend(guest.iter().map(|g| g.outage.clone()));
    let measured = Measured {
        lines: Vec::new(),
        outages,
        ping: Some(summary),
        probe: None,
        packets: None,
        guest,
        doubts: Vec::new(),
        time_zero_doubted: false,
    };
    flags(&migration, &measured).into_iter().map(|flag| flag.code).collect()
}

#[test]
fn contradictions_are_flagged() {
    let silent = timeline(|seq| (60..70).contains(&seq));
    assert_eq!(codes(&silent, &clock(2.0), 8.0), []);
    assert_eq!(codes(&silent, &clock(0.02), 8.0), [FlagCode::GuestClockStopped]);
    assert_eq!(codes(&silent, &clock(1.0), 8.0), [FlagCode::MethodsDisagree]);
    assert_eq!(codes(&silent, &clock(2.0), 1.5), [FlagCode::OutageLongerThanMigration]);
    let scattered = timeline(|seq| (60..70).contains(&seq) || seq == 90);
    assert_eq!(codes(&scattered, &clock(2.0), 8.0), [FlagCode::ScatteredLoss]);
}

#[test]
fn steps_back_are_flagged_and_do_not_count_as_outages() {
    let mut back = clock(2.0);
    back.stamps_s.iter_mut().skip(300).for_each(|stamp| *stamp -= 0.5);
    let seen = guest_clock(&back, None).unwrap();
    assert!((seen.stepped_back_s - 0.48).abs() < 1e-9);
    assert!((seen.outage.estimate_s - 2.0).abs() < 1e-9);
}

#[test]
fn a_jump_while_requests_are_answered_is_flagged() {
    let silent = timeline(|seq| (60..70).contains(&seq));
    let right = clock(2.0);
    assert_eq!(codes(&silent, &right, 8.0), []);
    let mut jumps = right.clone();
    jumps.stamps_s.iter_mut().skip(300).for_each(|stamp| *stamp += 0.5);
    assert_eq!(codes(&silent, &jumps, 8.0), [FlagCode::GuestClockJumps]);
    jumps.stamps_s.iter_mut().skip(300).for_each(|stamp| *stamp += 4.5);
    // At another time than the silence, it is not compared with it.
    assert_eq!(codes(&silent, &jumps, 8.0), [FlagCode::GuestClockJumps]);
    let mut ahead = right.clone();
    ahead.stamps_s.iter_mut().for_each(|stamp| *stamp += 3.0);
    assert_eq!(codes(&silent, &ahead, 8.0), []);
    ahead.aligned = false;
    assert_eq!(codes(&silent, &ahead, 8.0), []);
}
