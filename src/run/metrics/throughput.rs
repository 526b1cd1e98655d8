//! How much a service did before, during and after a migration, and what that cost.
//!
//! A row belongs to the time in which it ends. The ordinary is what the service did in the time before the request: its median
//! where something is compared with it, its mean where work is counted.

use crate::model::throughput::BACK;
use crate::model::{Level, Throughput, Unit};
use crate::run::align::{Interval, ServiceLog};
use crate::stats::Sample;

/// Fewer intervals than these say nothing of what is ordinary.
const ENOUGH: usize = 3;
/// An interval in which so many operations are due is not empty by chance; nor one in which so many blocks of a flow are.
const DUE: [f64; 2] = [20.0, 4.0];

/// What is ordinary of a service.
#[derive(Debug)]
pub struct Ordinary {
    /// In the time before the request.
    pub before: Level,
    /// Median of the intervals that tell something, in that time.
    pub baseline: f64,
    /// The intervals of the log, put together until each tells something.
    pub intervals: Vec<Interval>,
}

/// Intervals that end in a time that begins behind its first instant, with their rates.
fn ending_in(intervals: &[Interval], from_s: f64, to_s: f64) -> impl Iterator<Item = (Interval, f64)> {
    let ends = move |interval: &&Interval| from_s < interval.to_s && interval.to_s <= to_s;
    intervals.iter().filter(ends).filter_map(|interval| Some((*interval, interval.rate?)))
}

fn level(intervals: &[Interval], from_s: f64, to_s: f64) -> Option<Level> {
    let rates: Vec<f64> = ending_in(intervals, from_s, to_s).map(|(_, rate)| rate).collect();
    let n = rates.len();
    let sample = Sample::new(rates)?;
    Some(Level {
        n,
        mean: sample.mean(),
        median: sample.median(),
        lowest: sample.min(),
        highest: sample.max(),
    })
}

/// `None` where the log has too little before the request, or the service did nothing.
pub fn ordinary(log: &ServiceLog) -> Option<Ordinary> {
    let before = level(&log.intervals, -log.before_s(), 0.0).filter(|before| before.mean > 0.0)?;
    let intervals = telling(log, before.mean);
    let told = level(&intervals, -log.before_s(), 0.0)?;
    let is_enough = told.n >= ENOUGH && told.median > 0.0;
    is_enough.then_some(Ordinary { before, baseline: told.median, intervals })
}

/// What a log of a service says of a migration that took so long.
pub fn throughput(log: &ServiceLog, duration_s: Option<f64>) -> Option<Throughput> {
    let Ordinary { before, baseline, intervals } = ordinary(log)?;
    let end_s = duration_s.filter(|duration| *duration >= 0.0);
    let until_s = end_s.map(|end| end + log.after_s());
    let during = end_s.and_then(|end| level(&log.intervals, 0.0, end));
    // Of what comes in blocks a single interval tells nothing.
    let told = if log.unit == Unit::PerSecond { &log.intervals } else { &intervals };
    let seen = || until_s.into_iter().flat_map(|until| ending_in(told, 0.0, until));
    let lowest = seen().reduce(|least, other| if other.1 < least.1 { other } else { least });
    let back = |interval: &&Interval| {
        lowest.is_some_and(|(least, _)| interval.to_s > least.to_s)
            && interval.rate.is_some_and(|rate| rate >= BACK * baseline)
    };
    let recovery_s = match lowest {
        Some((_, least)) if least >= BACK * baseline => Some(0.0),
        _ => intervals.iter().find(back).map(|interval| interval.from_s.max(0.0)),
    };
    let lost = |intervals: &mut dyn Iterator<Item = (Interval, f64)>| {
        let lost = |(interval, rate): (Interval, f64)| (before.mean - rate).max(0.0) * interval.length_s();
        let all: Vec<(f64, f64)> = intervals.map(|each| (lost(each), each.0.length_s())).collect();
        let [lost, long] = [all.iter().map(|(lost, _)| lost).sum(), all.iter().map(|(_, long)| long).sum()];
        (!all.is_empty()).then_some([lost, long])
    };
    let after_request = lost(&mut seen());
    let before_request: Option<[f64; 2]> = lost(&mut ending_in(told, -log.before_s(), 0.0));
    let usual = after_request.zip(before_request);
    Some(Throughput {
        source_file: log.file.clone(),
        metric: log.metric.clone(),
        unit: log.unit,
        interval_s: log.interval_s,
        baseline,
        outage_share: log.windows.outage_share,
        kept: during.map(|during| during.mean / before.mean),
        lowest: lowest.map(|(_, rate)| rate),
        lowest_at_s: lowest.map(|(interval, _)| interval.to_s),
        recovery_s,
        kept_at_end: kept_at_end(&intervals, log.windows.outage_share * baseline).map(|most| most / baseline),
        lost: after_request.map(|[lost, _]| lost),
        lost_s: after_request.map(|[lost, _]| lost / before.mean),
        lost_usual_s: usual.map(|([_, long], [usual, of])| usual / before.mean * long / of),
        operations: log.operations,
        after: end_s.zip(until_s).and_then(|(end, until)| level(&log.intervals, end, until)),
        before,
        during,
    })
}

/// The greatest rate of the intervals below `limit` with which a log ends; `None` where it does not.
fn kept_at_end(intervals: &[Interval], limit: f64) -> Option<f64> {
    let low = intervals.iter().rev().take_while(|interval| interval.rate.is_none_or(|rate| rate < limit));
    low.filter_map(|interval| interval.rate).reduce(f64::max)
}

/// The intervals, put together until so many operations are due in each that none is empty by chance. What is left at the
/// end goes with the one before.
fn telling(log: &ServiceLog, usual: f64) -> Vec<Interval> {
    let [operations, blocks] = DUE;
    let due = if log.unit == Unit::PerSecond { operations } else { blocks };
    let least_s = due * log.at_once / usual;
    let mut telling: Vec<Interval> = Vec::new();
    for interval in &log.intervals {
        let short = telling
            .last_mut()
            .filter(|last| last.length_s() < least_s && last.rate.is_some() && interval.rate.is_some());
        match (short, interval.rate) {
            (Some(last), Some(rate)) => {
                let work = last.rate.unwrap_or_default() * last.length_s() + rate * interval.length_s();
                last.to_s = interval.to_s;
                last.rate = Some(work / last.length_s());
            }
            _ => telling.push(*interval),
        }
    }
    match telling.as_mut_slice() {
        [.., before, last] if last.length_s() < least_s => {
            if let (Some(rate), Some(rest)) = (before.rate, last.rate) {
                let work = rate * before.length_s() + rest * last.length_s();
                before.to_s = last.to_s;
                before.rate = Some(work / before.length_s());
                telling.pop();
            }
        }
        _ => {}
    }
    telling
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::config::ServiceWindows;

    /// A row a second from -20 s on.
    fn log(rates: &[f64]) -> ServiceLog {
        let interval = |(place, rate): (usize, &f64)| {
            let to_s = place as f64 - 19.0;
            Interval { from_s: to_s - 1.0, to_s, rate: Some(*rate) }
        };
        ServiceLog {
            is_of_vm: false,
            file: "ycsb.csv".to_owned(),
            metric: "ycsb.throughput".to_owned(),
            unit: Unit::PerSecond,
            windows: ServiceWindows::default(),
            intervals: rates.iter().enumerate().map(interval).collect(),
            interval_s: 1.0,
            resolution_s: 0.001,
            placed_s: 0.0,
            at_once: 1.0,
            buffered: 0.0,
            operations: None,
            lines: Vec::new(),
        }
    }

    #[test]
    fn what_was_done_before_during_and_after() {
        // 20 rows before, of which the last ends with the request; 5 s of migration at the half, 1 s at nothing.
        let rates = [vec![100.0; 20], vec![50.0; 5], vec![0.0], vec![85.0], vec![100.0; 20]].concat();
        let found = throughput(&log(&rates), Some(5.0)).unwrap();
        assert_eq!((found.baseline, found.before.n), (100.0, 20));
        assert_eq!(found.during.map(|level| (level.n, level.mean)), Some((5, 50.0)));
        assert_eq!(found.after.map(|level| (level.n, level.mean)), Some((10, 88.5)));
        assert_eq!(found.kept, Some(0.5));
        assert_eq!((found.lowest, found.lowest_at_s), (Some(0.0), Some(6.0)));
        assert_eq!(found.recovery_s, Some(7.0));
        assert_eq!((found.lost, found.lost_s, found.lost_usual_s), (Some(365.0), Some(3.65), Some(0.0)));
    }

    #[test]
    fn what_never_fell_and_what_never_came_back() {
        let found = throughput(&log(&[vec![100.0; 20], vec![95.0; 20]].concat()), Some(5.0)).unwrap();
        assert_eq!(found.recovery_s, Some(0.0));
        let found = throughput(&log(&[vec![100.0; 20], vec![20.0; 20]].concat()), Some(5.0)).unwrap();
        assert_eq!((found.recovery_s, found.lowest), (None, Some(20.0)));
        assert_eq!(throughput(&log(&[0.0; 40]), Some(5.0)), None);
        let without_end = throughput(&log(&[100.0; 40]), None).unwrap();
        assert_eq!((without_end.during, without_end.lost), (None, None));
    }

    #[test]
    fn intervals_of_few_operations_are_put_together() {
        let found = telling(&log(&[6.0; 40]), 6.0);
        assert!(found.iter().take(9).all(|interval| interval.length_s() == 4.0), "{found:?}");
        assert_eq!(telling(&log(&[100.0; 40]), 100.0).len(), 40);
    }
}
