use super::*;
use crate::model::{FlagCode, Status};
use crate::stats::Sample;

const AWAY: [f64; 2] = [5.0, 8.0];

fn request(from_s: f64, took_s: f64, worked: bool) -> ProbeRequest {
    ProbeRequest { from_s, until_s: from_s + took_s, worked, duration_s: Some(took_s), line: 0 }
}

fn log(is_closed: bool, requests: Vec<ProbeRequest>) -> ProbeLog {
    let intervals = requests.windows(2).map(|pair| pair[1].from_s - pair[0].from_s).collect();
    ProbeLog {
        file: "probe".to_owned(),
        is_closed,
        interval_s: Sample::new(intervals).map_or(0.0, |sample| sample.median()),
        requests,
        resolution_s: 0.0,
        tells_success: true,
        has_place: true,
    }
}

/// A request each 0.1 s from −10 to 20 s, answered in 10 ms, but as `away` says from 5 to 8 s.
fn open(away: impl Fn(f64) -> (f64, bool)) -> ProbeLog {
    let at = |number: u32| -10.0 + 0.1 * f64::from(number) + 0.05;
    let one = |t: f64| if (AWAY[0]..AWAY[1]).contains(&t) { away(t) } else { (0.01, true) };
    log(false, (0..300).map(at).map(|t| request(t, one(t).0, one(t).1)).collect())
}

/// The same, one request after the other with a pause of 0.1 s.
fn closed(away: impl Fn(f64) -> (f64, bool)) -> ProbeLog {
    let (mut t, mut requests) = (-10.0, Vec::new());
    while t < 20.0 {
        let (took_s, worked) = if (AWAY[0]..AWAY[1]).contains(&t) { away(t) } else { (0.01, true) };
        requests.push(request(t, took_s, worked));
        t += took_s + 0.1;
    }
    log(true, requests)
}

fn by(log: &ProbeLog) -> ByProbe<'_> {
    ByProbe::new(log, Some(15.0), None, false)
}

/// The bounds hold the truth, and are as near as they can be.
fn check(log: &ProbeLog, lower_s: f64, upper_s: f64, off_s: f64) {
    let outage = by(log).outage().unwrap();
    let (least, most) = (outage.lower_s, outage.upper_s.unwrap());
    assert!(least <= 3.0 && most >= 3.0, "{outage:?}");
    assert!((least - lower_s).abs() < 1e-6 && (most - upper_s).abs() < 1e-6, "{outage:?}");
    assert!((outage.estimate_s - 3.0).abs() <= off_s, "{outage:?}");
    assert!((outage.start_s.unwrap() - 5.0).abs() <= off_s, "{outage:?}");
    assert!((outage.end_s.unwrap() - 8.0).abs() <= off_s, "{outage:?}");
}

#[test]
fn failed_requests_bound_it_on_both_sides() {
    // Requests of 5.05 to 7.95 s fail. The last that works before starts at 4.95, the first one after ends at 8.06.
    check(&open(|_| (0.001, false)), 2.9 - 0.001, 3.11, 0.1);
    // Those that are given up after a second: the last starts at 7.95, the first ends at 6.05.
    check(&open(|_| (1.0, false)), 1.9, 3.11, 0.1);
    // One after the other they start at 5.07, 6.17 and 7.27; the next one works at 8.37.
    check(&closed(|_| (1.0, false)), 7.27 - 6.07, 8.38 - 4.96, 0.6);
}

#[test]
fn a_late_answer_is_an_outage_of_which_nothing_proves_the_least() {
    check(&open(|t| (8.0 - t + 0.01, true)), 0.0, 8.01 - 4.95, 0.1);
    check(&closed(|t| (8.0 - t + 0.01, true)), 0.0, 8.01 - 4.96, 0.1);
    // A single long timeout proves none either, and the service may have been back at any time in it.
    check(&closed(|_| (3.0, false)), 0.0, 8.18 - 4.96, 1.5);
}

#[test]
fn nothing_lost_is_at_most_the_longest_time_without_an_answer() {
    let quiet = open(|_| (0.01, true));
    let outage = by(&quiet).outage().unwrap();
    assert_eq!((outage.estimate_s, outage.lower_s, outage.start_s), (0.0, 0.0, None));
    assert!((outage.upper_s.unwrap() - 0.11).abs() < 1e-6, "{outage:?}");
}

#[test]
fn a_log_that_ends_in_it_gives_a_lower_bound() {
    let mut cut = open(|_| (0.001, false));
    cut.requests.retain(|request| request.from_s < 7.5);
    let outage = by(&cut).outage().unwrap();
    assert!(outage.censored && outage.upper_s.is_none() && outage.end_s.is_none(), "{outage:?}");
    assert!((outage.lower_s - 2.399).abs() < 1e-6, "{outage:?}");
    // Where it ends before the migration and nothing failed, it says so and states nothing.
    cut.requests.retain(|request| request.from_s < 4.0);
    let cut = by(&cut);
    assert_eq!(cut.outage(), None);
    assert_eq!(cut.flags()[0].code, FlagCode::ProbeLeavesOut);
}

/// The outage wherever it lies.
fn anywhere_in(log: &ProbeLog) -> Outage {
    ByProbe::new(log, None, Some(None), true).outage().unwrap()
}

/// Whether the clocks are right or wrong, the interval holds what there was: nothing, or what the late answer leaves open.
#[test]
fn a_late_answer_before_the_request_leaves_nothing_undecided() {
    let mut early = closed(|t| (8.0 - t + 0.01, true));
    for request in &mut early.requests {
        request.from_s -= 9.0;
        request.until_s -= 9.0;
    }
    let by = ByProbe::new(&early, None, None, false);
    assert_eq!(by.flags(), []);
    let outage = by.outage().unwrap();
    assert_eq!((outage.estimate_s, outage.lower_s, outage.start_s), (0.0, 0.0, None));
    assert!(outage.upper_s.is_some_and(|upper| upper >= 3.0), "{outage:?}");
}

#[test]
fn what_fails_before_the_request_is_decided_by_ping_or_not_at_all() {
    let mut early = open(|_| (0.001, false));
    for request in &mut early.requests {
        request.from_s -= 9.0;
        request.until_s -= 9.0;
    }
    let undecided = ByProbe::new(&early, None, None, false);
    assert_eq!(undecided.outage(), None);
    assert_eq!(undecided.flags()[0].code, FlagCode::ProbeUndecided);
    // Ping has a clock of its own: what it did not see says nothing of that of the client.
    let beside_ping = ByProbe::new(&early, None, Some(None), false);
    assert_eq!((beside_ping.outage(), beside_ping.flags()[0].code), (None, FlagCode::ProbeUndecided));
    // What it saw at the same time is the outage, though the request is stamped late.
    let seen = Outage { method: Method::Ping, ..anywhere_in(&early) };
    let confirmed = ByProbe::new(&early, None, Some(Some(&seen)), false);
    assert_eq!(confirmed.flags(), []);
    let outage = confirmed.outage().unwrap();
    assert!(outage.lower_s > 2.0 && outage.upper_s.is_some_and(|upper| upper >= 3.0), "{outage:?}");
    // Where ping says that time zero is wrong, it is the outage.
    let anywhere = anywhere_in(&early);
    assert!((anywhere.estimate_s - 3.0).abs() < 0.1, "{anywhere:?}");
}

#[test]
fn failures_by_chance_are_no_outage_and_prove_less() {
    let mut chance = open(|_| (0.001, false));
    for request in chance.requests.iter_mut().step_by(50) {
        (request.worked, request.until_s) = (false, request.from_s + 0.001);
    }
    let seen = by(&chance);
    let outage = seen.outage().unwrap();
    assert!((outage.estimate_s - 3.0).abs() < 0.11, "{outage:?}");
    // Of 265 requests outside of the silence 5 failed: one may be of chance at its ends.
    assert!((outage.lower_s - 2.799).abs() < 1e-6, "{outage:?}");
    let migration = Migration {
        request_epoch_s: Some(0.0),
        request_resolution_s: 0.0,
        duration_s: Some(15.0),
        user_s: None,
        system_s: None,
        status: Status::Completed,
        reason: None,
    };
    let summary = seen.summary(Some(&outage), &migration);
    assert_eq!((summary.sent, summary.failed), (300, 35));
    assert_eq!(summary.before.map(|before| before.n), Some(98));
}

#[test]
fn coarse_times_widen_the_bounds() {
    let mut coarse = open(|_| (0.001, false));
    coarse.resolution_s = 0.5;
    let outage = by(&coarse).outage().unwrap();
    assert!(
        (outage.lower_s - 2.399).abs() < 1e-6 && (outage.upper_s.unwrap() - 3.61).abs() < 1e-6,
        "{outage:?}"
    );
}
