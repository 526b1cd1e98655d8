use super::*;
use crate::run::align::Sign;

const AWAY: [f64; 2] = [5.0, 8.0];
const WAY_S: f64 = 0.001;

/// Echo requests each `interval_s` from −10 to 20 s, answered in 1 ms but from 5 to 8 s, as `lost` says also otherwise.
fn log(interval_s: f64, lost: impl Fn(u32) -> bool) -> PacketLog {
    let (mut asks, mut signs) = (Vec::new(), Vec::new());
    let count = (30.0 / interval_s).round() as u32;
    for number in 0..count {
        let at_s = -10.0 + interval_s * (f64::from(number) + 0.5);
        let is_lost = (AWAY[0]..AWAY[1]).contains(&at_s) || lost(number);
        asks.push(Ask { at_s, ordinary_s: WAY_S, is_lost });
        if !is_lost {
            signs.push(Sign { from_s: at_s, at_s: at_s + WAY_S });
        }
    }
    PacketLog {
        file: "capture".to_owned(),
        vm: vec!["10.0.0.5".to_owned()],
        is_declared: false,
        to_vm: count,
        from_vm: count,
        last_s: 20.0,
        interval_s,
        asks,
        signs,
        announced_s: vec![7.9, 8.2],
        resolution_s: 0.0,
        has_place: true,
    }
}

fn by(log: &PacketLog) -> ByPackets<'_> {
    ByPackets::new(log, Some(15.0), None, false)
}

#[test]
fn what_is_asked_bounds_it_on_both_sides() {
    let log = log(0.1, |_| false);
    let outage = by(&log).outage().unwrap();
    // Asked from 5.05 to 7.95 s in vain; the last answer before was to 4.95 s, the first one after came at 8.051 s.
    assert!((outage.lower_s - (2.9 - WAY_S)).abs() < 1e-9, "{outage:?}");
    assert!((outage.upper_s.unwrap() - (3.1 + WAY_S)).abs() < 1e-9, "{outage:?}");
    assert!((outage.estimate_s - 3.0).abs() < 1e-9, "{outage:?}");
    assert!((outage.start_s.unwrap() - 5.0).abs() < 0.001 && (outage.end_s.unwrap() - 8.0).abs() < 0.001);
    assert_eq!(by(&log).summary().unanswered_in_outage, 30);
    let [announced, first] = back(&log, &outage);
    assert_eq!(announced, Some(7.9));
    assert!((first.unwrap() - 8.051).abs() < 1e-9);
}

#[test]
fn without_questions_nothing_is_proven_and_much_is_possible() {
    let mut log = log(0.1, |_| false);
    log.asks.retain(|ask| !ask.is_lost);
    let outage = by(&log).outage().unwrap();
    assert_eq!((outage.estimate_s, outage.lower_s), (0.0, 0.0));
    assert!(outage.upper_s.unwrap() > 3.0, "{outage:?}");
}

#[test]
fn late_answers_prove_it_as_lost_ones_do() {
    let mut log = log(0.1, |_| false);
    for ask in &mut log.asks {
        ask.is_lost = false;
    }
    let outage = by(&log).outage().unwrap();
    // What was asked 0.1 s before the first answer may just have been on its way.
    assert!(outage.lower_s >= 2.8 - 2.0 * WAY_S && outage.lower_s <= 2.9, "{outage:?}");
    assert!(outage.upper_s.unwrap() > 3.0);
}

#[test]
fn losses_by_chance_are_taken_off_its_edges() {
    let log = log(0.1, |number| number % 20 == 3);
    let outage = by(&log).outage().unwrap();
    assert!(outage.lower_s < 2.75 && outage.lower_s > 2.3, "{outage:?}");
    assert!(outage.upper_s.unwrap() >= 3.0);
}

#[test]
fn one_before_the_request_is_another() {
    let mut log = log(0.1, |_| false);
    for ask in &mut log.asks {
        ask.at_s -= 9.0;
    }
    for sign in &mut log.signs {
        sign.from_s -= 9.0;
        sign.at_s -= 9.0;
    }
    log.last_s -= 9.0;
    let by = ByPackets::new(&log, Some(5.0), None, false);
    assert_eq!(by.outage(), None);
    assert_eq!(by.flags()[0].code, FlagCode::PacketsUndecided);
    // Where time zero is known to be wrong it counts.
    assert!(ByPackets::new(&log, Some(5.0), None, true).outage().unwrap().lower_s > 2.8);
}

#[test]
fn a_capture_that_ends_too_early_shows_a_part() {
    let mut log = log(0.1, |_| false);
    log.asks.retain(|ask| ask.at_s < 4.0);
    log.signs.retain(|sign| sign.at_s < 4.0);
    log.last_s = 4.0;
    assert_eq!(by(&log).outage(), None);
    assert_eq!(by(&log).flags()[0].code, FlagCode::PacketsLeaveOut);
}

#[test]
fn one_that_ends_in_the_outage_has_no_end() {
    let mut log = log(0.1, |_| false);
    log.asks.retain(|ask| ask.at_s < 7.0);
    log.signs.retain(|sign| sign.at_s < 7.0);
    log.last_s = 7.0;
    let outage = by(&log).outage().unwrap();
    assert!(outage.censored && outage.upper_s.is_none() && outage.end_s.is_none());
    assert!((outage.lower_s - (6.95 - 5.05 - WAY_S)).abs() < 1e-9, "{outage:?}");
}
