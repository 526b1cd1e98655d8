use rand::{Rng, RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::input::config::ServiceWindows;

fn log(interval_s: f64, first_s: f64, rates: &[f64]) -> ServiceLog {
    let interval = |(place, rate): (usize, &f64)| {
        let from_s = first_s + interval_s * place as f64;
        Interval { from_s, to_s: from_s + interval_s, rate: Some(*rate) }
    };
    ServiceLog {
        file: "service.csv".to_owned(),
        metric: "service.throughput".to_owned(),
        unit: Unit::PerSecond,
        is_of_vm: false,
        windows: ServiceWindows::default(),
        intervals: rates.iter().enumerate().map(interval).collect(),
        interval_s,
        resolution_s: 0.0,
        placed_s: 0.0,
        at_once: 1.0,
        buffered: 0.0,
        operations: None,
        lines: Vec::new(),
    }
}

fn outage(log: &ServiceLog) -> Outage {
    ByThroughput::new(log, Some(5.0), false).unwrap().outage().unwrap()
}

fn close(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-9
}

#[test]
fn low_intervals_are_the_outage_with_what_their_neighbours_lack() {
    // A thousand operations a second; away from 2.25 s to 5.5 s.
    let mut rates = vec![1000.0; 40];
    rates.splice(22..26, [250.0, 0.0, 0.0, 0.0]);
    rates[25] = 500.0;
    let found = outage(&log(1.0, -20.0, &rates));
    assert!(close(found.estimate_s, 3.25), "{found:?}");
    assert!(close(found.lower_s, 2.0 - 2.0 * GAPS / 1000.0), "{found:?}");
    assert!(found.upper_s.is_some_and(|upper| close(upper, 4.0)), "{found:?}");
    assert!(close(found.start_s.unwrap(), 2.25) && close(found.end_s.unwrap(), 5.5), "{found:?}");
}

#[test]
fn a_rest_proves_less() {
    let mut rates = vec![1000.0; 40];
    rates[25] = 50.0;
    let found = outage(&log(10.0, -200.0, &rates));
    // Half of what would be an outage no longer: half of the interval is proven.
    assert!(close(found.lower_s, 5.0 - 2.0 * GAPS / 1000.0) && close(found.estimate_s, 10.0), "{found:?}");
}

#[test]
fn where_none_is_low_two_side_by_side_could_hide_one() {
    let found = outage(&log(1.0, -20.0, &[1000.0; 40]));
    assert_eq!(
        (found.estimate_s, found.lower_s, found.upper_s, found.censored),
        (0.0, 0.0, Some(2.0), false)
    );
}

#[test]
fn a_log_that_ends_in_it_has_no_upper_bound() {
    let rates = [vec![1000.0; 25], vec![0.0; 10]].concat();
    let found = outage(&log(1.0, -20.0, &rates));
    assert_eq!((found.upper_s, found.censored, found.end_s), (None, true, None));
    assert!(found.lower_s > 9.9);
}

#[test]
fn what_lies_before_the_request_decides_nothing_and_a_part_says_nothing() {
    let code = |log: &ServiceLog| {
        ByThroughput::new(log, Some(5.0), false).unwrap().flags().first().map(|flag| flag.code)
    };
    // One low time, as long as it likes, is another outage, or this one by a clock that is wrong.
    for low in [5..6, 5..9] {
        let mut rates = vec![1000.0; 40];
        rates[low].fill(0.0);
        let early = log(1.0, -20.0, &rates);
        assert_eq!(ByThroughput::new(&early, Some(5.0), false).unwrap().outage(), None);
        assert_eq!(code(&early), Some(FlagCode::ThroughputUndecided));
        // Where time zero is known to be wrong it is the outage.
        let anywhere = ByThroughput::new(&early, Some(5.0), true).unwrap();
        assert!(anywhere.outage().unwrap().lower_s > 0.9);
        assert_eq!(anywhere.flags(), []);
    }
    // What happens again and again is ordinary.
    let mut rates = vec![1000.0; 40];
    for place in [3, 7, 11, 15] {
        rates[place] = 0.0;
    }
    let usual = log(1.0, -20.0, &rates);
    assert_eq!((outage(&usual).estimate_s, code(&usual)), (0.0, None));
    // Nor is one as long behind the request told to be the only one.
    let mut rates = vec![1000.0; 40];
    (rates[5], rates[22]) = (0.0, 0.0);
    let twice = log(1.0, -20.0, &rates);
    assert_eq!(code(&twice), Some(FlagCode::OutageBeforeAsLong));
    assert!(outage(&twice).start_s.unwrap() > 1.9);
    let part = log(1.0, -20.0, &[1000.0; 22]);
    let by = ByThroughput::new(&part, Some(9.0), false).unwrap();
    assert_eq!(by.outage(), None);
    let flag = &by.flags()[0];
    assert_eq!(flag.code, FlagCode::ThroughputLeavesOut);
    assert_eq!(flag.values, [("from_s", -20.0), ("until_s", 2.0)]);
}

#[test]
fn what_becomes_of_the_service_after_the_migration_is_told() {
    let codes = |rates: Vec<f64>| {
        let log = log(1.0, -20.0, &rates);
        let by = ByThroughput::new(&log, Some(5.0), false).unwrap();
        by.flags().into_iter().map(|flag| (flag.code, flag.values)).collect::<Vec<_>>()
    };
    // It dies ten seconds after the end.
    let rates = [vec![1000.0; 35], vec![0.0; 30]].concat();
    assert_eq!(codes(rates), [(FlagCode::LostAfterMigration, vec![("again_s", 30.0), ("after_s", 10.0)])]);
    // It is half as fast ever after, with an outage before that and without one.
    let half = |low| {
        let rates = [vec![1000.0; 21], vec![0.0; low], vec![500.0; 30]].concat();
        codes(rates).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!((half(3), half(0)), (vec![FlagCode::ThroughputNotBack], vec![FlagCode::ThroughputNotBack]));
    // It was back for a second.
    let mut rates = [vec![1000.0; 21], vec![0.0; 3], vec![500.0; 30]].concat();
    rates[40] = 950.0;
    assert_eq!(codes(rates), []);
}

#[test]
fn a_hole_may_be_an_outage_and_shows_none() {
    let mut hole = log(1.0, -20.0, &[1000.0; 40]);
    for interval in &mut hole.intervals[22..25] {
        interval.rate = None;
    }
    let found = outage(&hole);
    assert_eq!((found.estimate_s, found.lower_s, found.upper_s), (0.0, 0.0, Some(5.0)));
    // Beside a row that shows one it may be of it.
    hole.intervals[25].rate = Some(0.0);
    let found = outage(&hole);
    assert_eq!((found.estimate_s, found.upper_s), (4.0, Some(6.0)));
    assert!(found.lower_s < 1.0 && found.lower_s > 0.9, "{found:?}");
}

/// How many operations come by chance where so many are due.
fn poisson(due: f64, random: &mut impl Rng) -> f64 {
    if due > 50.0 {
        let [a, b]: [f64; 2] = [random.random(), random.random()];
        let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos();
        return (due + due.sqrt() * normal).round().max(0.0);
    }
    let (mut n, mut left) = (0.0, random.random::<f64>());
    while left > (-due).exp() {
        left *= random.random::<f64>();
        n += 1.0;
    }
    n
}

/// A service of so many operations a second that is away once, its log beginning anywhere; what queued up meanwhile is done at
/// up to three times the pace when it is back. Gives the length of the outage with the log.
fn served(interval_s: f64, rate: f64, number: u64) -> (f64, ServiceLog) {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let away_s = 0.02 * 1500.0_f64.powf(random.random());
    let lost_s = 20.0 * random.random::<f64>();
    let back_s = lost_s + away_s;
    // The queue: a part of what nobody did.
    let queue_s = away_s * random.random::<f64>() / 2.0;
    let first_s = -100.0 - interval_s * random.random::<f64>();
    let rows = (200.0 / interval_s) as usize;
    let within = |from: f64, to: f64, a: f64, b: f64| (to.min(b) - from.max(a)).max(0.0);
    let rates: Vec<f64> = (0..rows)
        .map(|row| {
            let from = first_s + interval_s * row as f64;
            let to = from + interval_s;
            let up = interval_s - within(from, to, lost_s, back_s);
            let more = 2.0 * within(from, to, back_s, back_s + queue_s);
            poisson(rate * (up + more), &mut random) / interval_s
        })
        .collect();
    (away_s, log(interval_s, first_s, &rates))
}

/// Any outage against any length of intervals: the bounds hold it in 99 of 100 runs.
#[test]
fn bounds_hold_the_truth() {
    for interval_s in [0.1, 1.0, 10.0] {
        for rate in [5.0, 40.0, 2000.0] {
            let runs = 500;
            let (mut below, mut above) = (0, 0);
            for number in 0..runs {
                let (truth, log) = served(interval_s, rate, number);
                let by = ByThroughput::new(&log, Some(30.0), false).unwrap();
                let found = by.outage().unwrap();
                below += u32::from(truth < found.lower_s - 1e-9);
                above += u32::from(found.upper_s.is_some_and(|upper| truth > upper + 1e-9));
                assert!(found.lower_s <= found.estimate_s);
            }
            let missed = f64::from(below + above) / runs as f64;
            assert!(missed <= 0.01, "{interval_s} s, {rate}/s: {below} below, {above} above of {runs}");
        }
    }
}

/// Of a service that is never away nothing is proven.
#[test]
fn nothing_is_proven_where_nothing_was() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for interval_s in [0.1, 1.0, 10.0] {
        for rate in [5.0, 40.0, 2000.0] {
            let proven = (0..200).filter(|_| {
                let rows = (200.0 / interval_s) as usize;
                let rates: Vec<f64> =
                    (0..rows).map(|_| poisson(rate * interval_s, &mut random) / interval_s).collect();
                outage(&log(interval_s, -100.0, &rates)).lower_s > 0.0
            });
            assert_eq!(proven.count(), 0, "{interval_s} s, {rate}/s");
        }
    }
}

/// Bytes of a block, as iperf3 writes them.
const BLOCK: f64 = 131_072.0;

/// A flow of so many blocks a second that stops once, with the length of that. Blocks that were due meanwhile are sent in one
/// burst afterwards, or never. Who receives counts what arrives; who sends goes on until `buffered` bytes are in its buffer.
fn flowing(blocks: f64, makes_up: bool, buffered: f64, number: u64) -> (f64, ServiceLog) {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let away_s = 0.05 * 400.0_f64.powf(random.random());
    let lost_s = 20.0 * random.random::<f64>();
    let back_s = lost_s + away_s;
    let (first_s, rows) = (-60.0 - random.random::<f64>(), 150_usize);
    let hidden_s = (buffered * random.random::<f64>() / (BLOCK * blocks)).min(away_s);
    let mut done = vec![0.0; rows];
    let phase = random.random::<f64>();
    for block in 0..(150.0 * blocks) as usize {
        // Two blocks may lie a little nearer than they should.
        let due = first_s + (block as f64 + phase + 0.2 * random.random::<f64>()) / blocks;
        let sent = match due {
            due if due < lost_s + hidden_s || due >= back_s => Some(due),
            _ if makes_up => Some(back_s),
            _ => None,
        };
        let row = sent.map(|sent| ((sent - first_s).max(0.0)) as usize);
        if let Some(done) = row.and_then(|row| done.get_mut(row)) {
            *done += BLOCK;
        }
    }
    let log = log(1.0, first_s, &done);
    (away_s, ServiceLog { unit: Unit::BytesPerSecond, at_once: BLOCK, buffered, ..log })
}

/// Few blocks or many, made up for or lost, counted by who receives or by who sends.
#[test]
fn bounds_hold_the_truth_of_a_flow() {
    for blocks in [1.0, 5.0, 20.0, 900.0] {
        for (makes_up, buffered) in [(false, 0.0), (true, 0.0), (true, 2e6), (true, 1e7)] {
            let runs = 200;
            let missed = (0..runs).filter(|number| {
                let (truth, log) = flowing(blocks, makes_up, buffered, *number);
                let found = ByThroughput::new(&log, Some(30.0), false).unwrap().outage().unwrap();
                truth < found.lower_s - 1e-9 || found.upper_s.is_some_and(|upper| truth > upper + 1e-9)
            });
            let missed = missed.count();
            assert!(missed <= 2, "{blocks}/s, {makes_up}, {buffered}: {missed} of {runs}");
        }
    }
}

/// A block every second and a half: some intervals are empty, and the next has two. Nothing was away.
#[test]
fn an_empty_interval_that_the_next_makes_up_for_is_no_outage() {
    let rates: Vec<f64> =
        (0..40).map(|row| if row % 3 == 2 { 2.0 * BLOCK } else { f64::from(row % 3) * BLOCK }).collect();
    let log = log(1.0, -20.0, &rates);
    let as_bytes = ServiceLog { unit: Unit::BytesPerSecond, at_once: 0.0, ..log };
    assert!(outage(&as_bytes).lower_s > 0.9);
    let found = outage(&ServiceLog { at_once: BLOCK, ..as_bytes });
    assert_eq!((found.estimate_s, found.lower_s), (0.0, 0.0), "{found:?}");
}

/// The whole log may lie up to a second later: lengths do not depend on that, places do.
#[test]
fn a_place_to_the_second_makes_no_outage_longer() {
    let mut rates = vec![1000.0; 40];
    rates.splice(24..26, [0.0, 0.0]);
    let exact = log(1.0, -20.0, &rates);
    let coarse = ServiceLog { placed_s: 1.0, ..exact.clone() };
    let (one, other) = (outage(&exact), outage(&coarse));
    assert_eq!((one.lower_s, one.upper_s), (other.lower_s, other.upper_s));
    let (begun, over) = ends(&coarse, &other).unwrap();
    assert!(begun[1] >= 5.0 && over.is_some_and(|over| over[1] >= 8.0), "{begun:?} {over:?}");
}
