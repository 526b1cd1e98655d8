//! How short and how long a standstill may have been for ping to see what it saw.
//!
//! An answer is a sign of life: the VM ran at some time between the request and the arrival of the
//! answer. What was lost is a sign of the contrary, unless the network lost it.

use crate::run::align::PingTimeline;
use crate::stats::Sample;

/// Unanswered requests in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hole {
    /// First unanswered request.
    pub first: u32,
    /// Number of unanswered requests.
    pub lost: u32,
    /// No later request was answered: the log ended during the hole.
    pub open: bool,
}

/// When the VM ran: at some time between sending a request and the arrival of its answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    pub seq: u32,
    pub from_s: f64,
    pub until_s: f64,
}

/// The longest hole that begins at or after the request; without a time zero the longest of all.
/// Of equally long ones the first.
pub fn main_hole(timeline: &PingTimeline) -> Option<Hole> {
    longest(holes(timeline).into_iter().filter(|hole| timeline.sent_at(hole.first).is_none_or(|t| t >= 0.0)))
}

/// The longest hole of the whole log, wherever the request lies. Of equally long ones the first.
pub fn longest_hole(timeline: &PingTimeline) -> Option<Hole> {
    longest(holes(timeline).into_iter())
}

impl Hole {
    /// When the silence began and ended: half a period after the last request before it that was answered,
    /// and half a period before the first one after it. `None` without a time zero, and for the end of an
    /// open hole.
    pub fn silence(self, timeline: &PingTimeline) -> (Option<f64>, Option<f64>) {
        let half = timeline.period_s / 2.0;
        let start = match self.first.checked_sub(1).filter(|before| *before >= timeline.first_seq) {
            Some(before) => timeline.sent_at(before).map(|sent| sent + half),
            None => timeline.sent_at(self.first).map(|sent| sent - half),
        };
        let next = self.first.saturating_add(self.lost);
        (start, timeline.sent_at(next).filter(|_| !self.open).map(|sent| sent - half))
    }
}

fn longest(holes: impl Iterator<Item = Hole>) -> Option<Hole> {
    holes.reduce(|longest, hole| if hole.lost > longest.lost { hole } else { longest })
}

fn holes(timeline: &PingTimeline) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut next = timeline.first_seq;
    for &seq in &timeline.answered {
        if seq > next {
            holes.push(Hole { first: next, lost: seq - next, open: false });
        }
        next = seq.saturating_add(1);
    }
    let end = timeline.first_seq.saturating_add(timeline.sent);
    if end > next {
        holes.push(Hole { first: next, lost: end - next, open: true });
    }
    holes
}

/// Every answered request, in their order. A round trip that the log does not tell took no time.
pub fn sightings(timeline: &PingTimeline) -> impl DoubleEndedIterator<Item = Sighting> {
    let answered = timeline.answered.iter().zip(&timeline.sent_s).zip(&timeline.rtt_ms);
    answered.map(|((&seq, &from_s), rtt_ms)| {
        let until_s = from_s + rtt_ms.unwrap_or(0.0) / 1000.0;
        Sighting { seq, from_s, until_s }
    })
}

/// The longest time without a sign of life that ends at or after the request: a standstill that began
/// just after request l was sent was over when the first of all answers to later requests arrived.
///
/// Without two answers, one interval.
pub fn longest_standstill(timeline: &PingTimeline) -> f64 {
    let mut longest = timeline.interval_s;
    let mut back: Option<Sighting> = None;
    for seen in sightings(timeline).rev() {
        if let Some(back) = back.filter(|back| timeline.origin_s.is_none() || back.until_s >= 0.0) {
            let error = timeline.span_error;
            let blur_s = error.fixed_s + error.per_request_s * f64::from(back.seq - seen.seq);
            longest = longest.max(back.until_s - seen.from_s + blur_s);
        }
        back = Some(back.filter(|back| back.until_s <= seen.until_s).unwrap_or(seen));
    }
    longest
}

/// The least that k lost requests prove: the time from the first of them to the last, at the shorter of
/// the nominal and the measured interval. Less what may have been no standstill: the way of the first
/// one to the VM, and losses by chance beside the hole.
pub fn shortest_standstill(hole: Hole, timeline: &PingTimeline) -> f64 {
    let interval_s = timeline.interval_s.min(timeline.period_s);
    let before = sightings(timeline).take_while(|seen| seen.seq < hole.first);
    let ways = Sample::new(before.map(|seen| seen.until_s - seen.from_s).collect());
    // Only a way of less than an interval: on a longer one the next request would have been answered.
    let way_s = ways.map_or(0.0, |ways| ways.quantile(0.99).min(interval_s));
    let answered = u32::try_from(timeline.answered.len()).unwrap_or(u32::MAX);
    let elsewhere = timeline.sent.saturating_sub(answered).saturating_sub(hole.lost);
    let by_chance = lost_beside(elsewhere, elsewhere.saturating_add(answered));
    let proven = hole.lost.saturating_sub(1).saturating_sub(by_chance);
    (f64::from(proven) * interval_s - way_s).max(0.0)
}

/// How many losses by chance may adjoin a hole, where `lost` of `requests` were lost elsewhere. With the
/// share q, there are more than n on its two sides together with probability (n + 2) qⁿ⁺¹ − (n + 1) qⁿ⁺²;
/// the first n for which that is at most one in 200.
fn lost_beside(lost: u32, requests: u32) -> u32 {
    let q = if requests > 0 { f64::from(lost) / f64::from(requests) } else { 0.0 };
    let unlikely = |n: u32| {
        let count = f64::from(n);
        q.powf(count + 1.0) * (count + 2.0 - (count + 1.0) * q) <= 0.005
    };
    // More are less likely, so that the first that is unlikely enough can be searched for.
    let (mut low, mut high) = (0, requests);
    while low < high {
        let middle = low + (high - low) / 2;
        if unlikely(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_beside_a_hole_are_as_likely_as_those_elsewhere() {
        assert_eq!(lost_beside(0, 500), 0);
        assert_eq!(lost_beside(1, 500), 0);
        // 2 · 0.01 − 0.01² = 2 %, then 3 · 0.01² − 2 · 0.01³ = 0.03 %.
        assert_eq!(lost_beside(5, 500), 1);
        // 0.7 % for more than one, 0.05 % for more than two.
        assert_eq!(lost_beside(25, 500), 2);
        assert_eq!(lost_beside(500, 500), 500);
        assert_eq!(lost_beside(0, 0), 0);
    }
}
