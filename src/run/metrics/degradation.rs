//! How much worse the service was than before, beyond its outage.

use crate::model::{Degradation, Ping};
use crate::run::align::PingTimeline;

/// A reply is slow from this many medians of those before the migration.
const SLOW: f64 = 2.0;

/// The degradation of a service that ping watched; `hole` is when its main outage began and ended
/// (seconds since the request).
///
/// `None` without a time zero, or without round trips before the request to compare with. Of a log
/// whose hole is open, what comes after it is nothing.
pub fn degradation(
    timeline: &PingTimeline,
    ping: &Ping,
    hole: Option<(f64, Option<f64>)>,
) -> Option<Degradation> {
    let median = ping.before.filter(|before| before.median > 0.0)?.median;
    let end = timeline.first_seq.saturating_add(timeline.sent);
    // Number of requests and the sum of what each lost, before the request and after it.
    let (mut before, mut after) = ((0u32, 0.0), (0u32, 0.0));
    let (mut slow_before, mut slow_after) = (0u32, 0u32);
    let lost = |from: u32, to: u32, before: &mut (u32, f64), after: &mut (u32, f64)| -> Option<()> {
        let early = timeline.unanswered_before((from, to), 0.0)?;
        *before = (before.0 + early, before.1 + f64::from(early));
        let late = to.saturating_sub(from).saturating_sub(early);
        *after = (after.0 + late, after.1 + f64::from(late));
        Some(())
    };
    let mut next = timeline.first_seq;
    for (&seq, rtt) in timeline.answered.iter().zip(&timeline.rtt_ms) {
        lost(next, seq, &mut before, &mut after)?;
        next = seq.saturating_add(1);
        let t = timeline.sent_at(seq)?;
        // Where nobody knows how fast it was answered, nothing is lost.
        let loss = rtt.map_or(0.0, |rtt| (1.0 - median / rtt.max(median)).max(0.0));
        let side = if t < 0.0 { &mut before } else { &mut after };
        *side = (side.0 + 1, side.1 + loss);
        let slow = rtt.is_some_and(|rtt| rtt > SLOW * median);
        if slow && t >= 0.0 {
            match hole {
                Some((start, _)) if t < start => slow_before += 1,
                Some(_) => slow_after += 1,
                // Without a hole all of it is one brownout.
                None => slow_before += 1,
            }
        }
    }
    lost(next, end, &mut before, &mut after)?;
    let usual = if before.0 > 0 { before.1 / f64::from(before.0) } else { 0.0 };
    let interval_s = timeline.period_s;
    let ratio = |phase: Option<crate::model::RoundTrips>| phase.map(|phase| phase.median / median);
    Some(Degradation {
        lost_service_s: ((after.1 - usual * f64::from(after.0)) * interval_s).max(0.0),
        slow_before_s: f64::from(slow_before) * interval_s,
        slow_after_s: f64::from(slow_after) * interval_s,
        during_ratio: ratio(ping.during),
        after_ratio: ratio(ping.after),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RoundTrips;

    /// 100 requests, one each 0.2 s, the first 25 before the request; each answered in 0.4 ms but where
    /// `rtt` says otherwise.
    fn measured(rtt: impl Fn(u32) -> Option<f64>) -> Degradation {
        let answered: Vec<u32> = (0..100).filter(|seq| rtt(*seq).is_some()).collect();
        let timeline = PingTimeline {
            lines: stillstand_parsers::RowLines::default(),
            summary_line: None,
            file: String::new(),
            wait_s: None,
            refused: Vec::new(),
            stamped: true,
            interval_s: 0.2,
            sent: 100,
            first_seq: 0,
            rtt_ms: answered.iter().map(|seq| rtt(*seq)).collect(),
            sent_s: answered.iter().map(|seq| -5.0 + 0.2 * f64::from(*seq)).collect(),
            span_error: Default::default(),
            answered,
            duplicates: 0,
            origin_s: Some(-5.0),
            period_s: 0.2,
        };
        let before = RoundTrips { n: 25, median: 0.4, p95: 0.4, max: 0.4 };
        let ping = Ping {
            sent: 100,
            received: 0,
            lost: 0,
            longest_gap_lost: 0,
            duplicates: 0,
            interval_s: 0.2,
            before: Some(before),
            during: Some(RoundTrips { median: 0.8, ..before }),
            after: Some(before),
        };
        degradation(&timeline, &ping, Some((3.9, Some(5.9)))).unwrap()
    }

    #[test]
    fn lost_requests_lose_all_and_slow_ones_a_part() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        let usual = measured(|_| Some(0.4));
        near(usual.lost_service_s, 0.0);
        // Requests 45 to 54 lost, 55 to 59 answered four times as slowly, 40 to 44 in twice and a bit.
        let found = measured(|seq| match seq {
            40..45 => Some(1.0),
            45..55 => None,
            55..60 => Some(1.6),
            _ => Some(0.4),
        });
        near(found.lost_service_s, 0.2 * (10.0 + 5.0 * 0.75 + 5.0 * 0.6));
        near(found.slow_before_s, 1.0);
        near(found.slow_after_s, 1.0);
        near(found.during_ratio.unwrap(), 2.0);
    }

    #[test]
    fn what_requests_lose_anyway_is_not_the_migrations() {
        let found = measured(|seq| (seq % 5 != 0).then_some(0.4));
        assert!(found.lost_service_s < 1e-9, "{found:?}");
    }
}
