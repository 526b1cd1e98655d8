//! Outages as intervals, and what contradicts what.
//!
//! Every method states an estimate and the bounds that its resolution allows;
//! `docs/methodology/outages.md` derives them. Nothing is averaged over methods: where they contradict
//! each other, a flag says so with the figures in it.

use crate::model::{Flag, FlagCode, Method, Migration, Outage, Ping, Status};
use crate::run::align::{GuestClock, HypervisorLog, PingTimeline};
use crate::run::metrics::bounds::{self, Hole};
use crate::run::metrics::round_trips;
use crate::stats::Sample;

/// What ping saw: the summary of the log, and its outage by both of ping's methods.
pub fn ping(timeline: &PingTimeline, migration: &Migration) -> (Ping, Vec<Outage>) {
    let main = bounds::main_hole(timeline);
    let received = u32::try_from(timeline.answered.len()).unwrap_or(u32::MAX);
    let outages: Vec<Outage> =
        std::iter::once(ping_outage(main, timeline)).chain(reply_gap(main, timeline)).collect();
    let resumed = outages.first().and_then(|outage| outage.end_s).or(migration.duration_s);
    let (before, during, after) = round_trips::by_phase(timeline, resumed);
    let ping = Ping {
        sent: timeline.sent,
        received,
        lost: timeline.sent.saturating_sub(received),
        longest_gap_lost: main.map_or(0, |hole| hole.lost),
        duplicates: timeline.duplicates,
        interval_s: timeline.interval_s,
        before,
        during,
        after,
    };
    (ping, outages)
}

/// k unanswered requests, one every i seconds: the outage is k · i. It lies between the answered requests
/// around them.
fn ping_outage(main: Option<Hole>, timeline: &PingTimeline) -> Outage {
    let estimate_s = f64::from(main.map_or(0, |hole| hole.lost)) * timeline.interval_s;
    let open = main.is_some_and(|hole| hole.open);
    let (start_s, end_s) = main.map_or((None, None), |hole| hole.silence(timeline));
    Outage {
        method: Method::Ping,
        estimate_s,
        lower_s: main.map_or(0.0, |hole| bounds::shortest_standstill(hole, timeline).min(estimate_s)),
        upper_s: (!open).then(|| bounds::longest_standstill(timeline).max(estimate_s)),
        start_s,
        end_s,
        censored: open,
        source_file: timeline.file.clone(),
    }
}

/// Longest time between two consecutive arrivals, less the interval; of those that end at or after
/// the request. A log that ends in its main hole, or in a silence longer than all others, gives that as a
/// lower bound.
fn reply_gap(main: Option<Hole>, timeline: &PingTimeline) -> Option<Outage> {
    let last_request = timeline.first_seq.saturating_add(timeline.sent).saturating_sub(1);
    let end = timeline.sent_at(last_request)?;
    let mut arrivals: Vec<f64> = bounds::sightings(timeline).map(|seen| seen.until_s).collect();
    // A late reply may arrive after those to later requests.
    arrivals.sort_by(f64::total_cmp);
    let longer = |longest: (f64, f64), gap: (f64, f64)| {
        if gap.1 - gap.0 > longest.1 - longest.0 { gap } else { longest }
    };
    let pairs = arrivals.windows(2).map(|pair| (pair[0], pair[1]));
    let closed = pairs.filter(|gap| gap.1 >= 0.0).reduce(longer);
    let open = arrivals.last().map(|last| (*last, end)).filter(|gap| gap.1 > gap.0);
    let censored = main.is_some_and(|hole| hole.open)
        || open.is_some_and(|open| closed.is_none_or(|closed| longer(closed, open) == open));
    let (from, to) = open.filter(|_| censored).or(closed)?;
    let i = timeline.interval_s;
    let estimate_s = if censored { to - from } else { (to - from - i).max(0.0) };
    // Only what was lost proves that the VM stood still: what came late may have been late on its way.
    let within = |hole: &Hole| timeline.sent_at(hole.first).is_some_and(|t| from <= t && t <= to);
    let lower_s = main.filter(within).map_or(0.0, |hole| bounds::shortest_standstill(hole, timeline));
    Some(Outage {
        method: Method::PingReplyGap,
        estimate_s,
        lower_s: lower_s.min(estimate_s),
        upper_s: (!censored).then(|| bounds::longest_standstill(timeline).max(estimate_s)),
        start_s: Some(from + i / 2.0),
        end_s: (!censored).then_some(from + i / 2.0 + estimate_s),
        censored,
        source_file: timeline.file.clone(),
    })
}

/// What the clock inside the VM saw.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestClockOutage {
    pub outage: Outage,
    /// Sum of all steps back, seconds; 0 for a clock that only goes forward.
    pub stepped_back_s: f64,
    /// 99th percentile of the ordinary steps, seconds.
    pub ordinary_step_s: f64,
    /// The steps forward that are no ordinary ones, each from stamp to stamp.
    pub extraordinary: Vec<[f64; 2]>,
}

/// The steps forward between consecutive stamps of the clock inside the VM.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// 99th percentile (type 7) of all steps but the largest, seconds.
    pub ordinary_s: f64,
    /// Those of at least five ordinary ones and more than 0.1 s, each from stamp to stamp, in their order.
    pub extraordinary: Vec<[f64; 2]>,
}

/// What steps the clock inside the VM made over the whole log.
pub fn steps(clock: &GuestClock) -> Steps {
    let all = forward(clock);
    let largest = largest(all.iter().copied());
    let ordinary = all.iter().filter(|step| Some(**step) != largest).map(|[from, to]| to - from).collect();
    let ordinary_s = Sample::new(ordinary).map_or(0.0, |sample| sample.quantile(0.99));
    let is_extraordinary = |[from, to]: &[f64; 2]| to - from >= NO_STEP * ordinary_s && to - from > 0.1;
    Steps { ordinary_s, extraordinary: all.into_iter().filter(is_extraordinary).collect() }
}

fn forward(clock: &GuestClock) -> Vec<[f64; 2]> {
    let pairs = clock.stamps_s.windows(2).map(|pair| [pair[0], pair[1]]);
    pairs.filter(|[from, to]| to >= from).collect()
}

/// Of equally large steps the first.
fn largest(steps: impl Iterator<Item = [f64; 2]>) -> Option<[f64; 2]> {
    steps.reduce(|largest, step| if step[1] - step[0] > largest[1] - largest[0] { step } else { largest })
}

/// The most by which a clock may go wrong, as a share: what NTP corrects without setting it.
const DRIFT: f64 = 500e-6;

/// A step up to so many ordinary ones is none at all.
const NO_STEP: f64 = 5.0;

/// Largest step between two consecutive stamps. It is the estimate and, but for the error of the clock,
/// the upper bound, since the VM ran at both stamps. The step less the longest other one is the lower
/// bound. Where the clock is aligned, only steps that end after the request count.
///
/// `silence` is the outage by ping: if that log ends in it and the clock shows nothing later, the
/// standstill may have lasted on, and there is no upper bound.
///
/// `None` for fewer than two usable stamps.
pub fn guest_clock(clock: &GuestClock, silence: Option<&Outage>) -> Option<GuestClockOutage> {
    let stepped_back_s = clock.stamps_s.windows(2).map(|pair| (pair[0] - pair[1]).max(0.0)).sum();
    let all = forward(clock);
    let largest = largest(all.iter().copied().filter(|pair| !clock.aligned || pair[1] >= 0.0))?;
    let step = largest[1] - largest[0];
    let ordinary =
        Sample::new(all.iter().filter(|pair| **pair != largest).map(|pair| pair[1] - pair[0]).collect());
    let ordinary_step_s = ordinary.as_ref().map_or(0.0, |sample| sample.quantile(0.99));
    let longest_other_s = ordinary.as_ref().map_or(0.0, Sample::max);
    let error_s = step * DRIFT + clock.resolution_s;
    let shortest = if step <= NO_STEP * ordinary_step_s { 0.0 } else { step - longest_other_s - error_s };
    let last = clock.stamps_s.last().filter(|_| clock.aligned);
    let censored = silence
        .filter(|silence| silence.censored)
        .and_then(|silence| Some(*last? <= silence.start_s? + silence.estimate_s))
        .unwrap_or(false);
    let place = |t: f64| clock.aligned.then_some(t);
    Some(GuestClockOutage {
        outage: Outage {
            method: Method::GuestClock,
            estimate_s: step,
            lower_s: shortest.max(0.0),
            upper_s: (!censored).then_some(step + error_s),
            start_s: place(largest[0]),
            end_s: place(largest[1]).filter(|_| !censored),
            censored,
            source_file: clock.file.clone(),
        },
        stepped_back_s,
        ordinary_step_s,
        extraordinary: steps(clock).extraordinary,
    })
}

/// The downtime that a hypervisor reports, good to the resolution at which it prints it. It is placed by
/// the events of its log, where there are any. `None` where it reports none.
pub fn hypervisor(log: &HypervisorLog) -> Option<Outage> {
    let estimate_s = log.account.downtime_s.filter(|_| log.status == Status::Completed)?;
    let resolution_s = log.account.resolution_s?;
    Some(Outage {
        method: Method::Hypervisor,
        estimate_s,
        lower_s: (estimate_s - resolution_s).max(0.0),
        upper_s: Some(estimate_s + resolution_s),
        start_s: log.stopped,
        end_s: log.stopped.map(|stopped| stopped + estimate_s),
        censored: false,
        source_file: log.account.source_file.clone(),
    })
}

/// The contradictions and oddities of one run.
pub fn flags(
    migration: &Migration,
    ping: Option<&Ping>,
    outages: &[Outage],
    guest: Option<&GuestClockOutage>,
) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut flag = |code, values: &[(&'static str, f64)]| flags.push(Flag { code, values: values.to_vec() });
    let seen_by_ping = outages.iter().find(|outage| outage.method == Method::Ping);
    if let (Some(network), Some(guest)) = (seen_by_ping, guest) {
        let figures = [("ping_s", network.estimate_s), ("guest_clock_s", guest.outage.estimate_s)];
        // A step no larger than a few ordinary ones is none at all.
        let still = guest.outage.estimate_s <= NO_STEP * guest.ordinary_step_s;
        if still && network.lower_s > guest.outage.estimate_s {
            flag(FlagCode::GuestClockStopped, &figures);
        } else if !overlap(network, &guest.outage) {
            flag(FlagCode::MethodsDisagree, &figures);
        }
    }
    if let Some(guest) = guest.filter(|guest| guest.stepped_back_s > 0.0) {
        flag(FlagCode::GuestClockStepsBack, &[("seconds", guest.stepped_back_s)]);
    }
    let interval_s = ping.map_or(0.0, |ping| ping.interval_s);
    if let Some([from, to]) = guest.and_then(|guest| jump(seen_by_ping, interval_s, guest)) {
        flag(FlagCode::GuestClockJumps, &[("seconds", to - from), ("at_s", from)]);
    }
    let service = seen_by_ping.or(guest.map(|guest| &guest.outage));
    if let (Some(outage), Some(duration)) = (service, migration.duration_s)
        && outage.lower_s > duration
    {
        flag(
            FlagCode::OutageLongerThanMigration,
            &[("outage_s", outage.estimate_s), ("duration_s", duration)],
        );
    }
    if let Some(ping) = ping.filter(|ping| ping.lost > ping.longest_gap_lost) {
        flag(FlagCode::ScatteredLoss, &[("requests", f64::from(ping.lost - ping.longest_gap_lost))]);
    }
    flags
}

/// The largest step of the guest's clock that is no outage: ping was answered all the while. That needs a place
/// for the outage; ping's is good to one interval on either side.
///
/// Where no step lies in ping's hole but the largest is as long as the hole, that is the outage by a clock
/// that is wrong, and no jump.
fn jump(network: Option<&Outage>, interval_s: f64, guest: &GuestClockOutage) -> Option<[f64; 2]> {
    let network = network.filter(|_| guest.outage.start_s.is_some())?;
    let (start, end) = (network.start_s? - interval_s, network.end_s? + interval_s);
    let (outside, inside): (Vec<[f64; 2]>, Vec<[f64; 2]>) =
        guest.extraordinary.iter().partition(|[from, to]| *to < start || *from > end);
    let jump = largest(outside.into_iter())?;
    (!inside.is_empty() || !overlap(network, &guest.outage)).then_some(jump)
}

/// Whether the intervals of two outages have a length in common.
pub fn overlap(a: &Outage, b: &Outage) -> bool {
    let upper = |outage: &Outage| outage.upper_s.unwrap_or(f64::INFINITY);
    a.lower_s <= upper(b) && b.lower_s <= upper(a)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::align::SpanError;

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
            file: "ping".to_owned(),
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

    fn check_ping(timeline: &PingTimeline, lost: u32, longest: u32, interval: (f64, f64, Option<f64>)) {
        let (ping, outages) = ping(timeline, &migration(8.0));
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
        let (_, outages) = ping(&timeline, &migration(8.0));
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
        let (_, outages) = ping(&timeline, &migration(8.0));
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
        let (_, outages) = ping(&late, &migration(8.0));
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
        let (_, outages) = ping(&queued, &migration(8.0));
        assert!((outages[1].estimate_s - 2.2996).abs() < 1e-9, "{:?}", outages[1]);
        assert!((outages[1].lower_s - 1.7996).abs() < 1e-9, "{:?}", outages[1]);
    }

    #[test]
    fn a_clock_that_ends_with_ping_in_the_silence_has_no_upper_bound() {
        let (_, outages) = ping(&timeline(|seq| seq > 70), &migration(8.0));
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
        let (summary, mut outages) = ping(ping_timeline, &migration);
        let guest = guest_clock(clock, outages.first());
        outages.extend(guest.iter().map(|g| g.outage.clone()));
        flags(&migration, Some(&summary), &outages, guest.as_ref())
            .into_iter()
            .map(|flag| flag.code)
            .collect()
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
        assert_eq!(codes(&silent, &jumps, 8.0), [FlagCode::MethodsDisagree, FlagCode::GuestClockJumps]);
        let mut ahead = right.clone();
        ahead.stamps_s.iter_mut().for_each(|stamp| *stamp += 3.0);
        assert_eq!(codes(&silent, &ahead, 8.0), []);
        ahead.aligned = false;
        assert_eq!(codes(&silent, &ahead, 8.0), []);
    }
}
