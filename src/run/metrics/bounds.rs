//! How short and how long a standstill may have been for ping to see what it saw.
//!
//! An answer is a sign of life: the VM ran at some time between the request and the arrival of the
//! answer. What was lost is a sign of the contrary, unless the network lost it.

use std::collections::BTreeMap;

use super::event::{self, Candidate, Choice};
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

/// Which of the holes is the outage, by the rule of [`event`]. A hole is longer the more requests it has, and stands out
/// where it is the only one or chance does not explain it.
pub fn choice(timeline: &PingTimeline) -> Choice<Hole> {
    event::choose(candidates(timeline), slack_s(timeline), 1.5)
}

/// Where the service came back from an outage and was away when the log ended: the longest hole that ended and the open one,
/// one of which is the outage, `main`. Both stand out, and the first is over at or after the request.
pub fn lost_again(timeline: &PingTimeline, main: Hole) -> Option<[Hole; 2]> {
    let seen: Vec<Candidate<Hole>> =
        candidates(timeline).filter(|hole| hole.stands_out || hole.what == main).collect();
    let open =
        seen.iter().find(|hole| hole.what.open && (hole.what.lost > 1 || timeline.wait_s.is_some()))?;
    let in_time = |hole: &&Candidate<Hole>| hole.over_s.is_none_or(|over| over >= -slack_s(timeline));
    let ended = seen.iter().filter(|hole| !hole.what.open).filter(in_time);
    let first = ended.max_by(|a, b| a.length.total_cmp(&b.length))?;
    Some([first.what, open.what])
}

/// The holes that may be the outage.
fn candidates(timeline: &PingTimeline) -> impl Iterator<Item = Candidate<Hole>> {
    let holes = holes(timeline);
    let mut lost_by_length: BTreeMap<u32, u32> = BTreeMap::new();
    for hole in &holes {
        let lost = lost_by_length.entry(hole.lost).or_default();
        *lost = lost.saturating_add(hole.lost);
    }
    let only = holes.len() == 1;
    let mut sum = 0_u32;
    // How many requests were lost in holes of so many and in shorter ones.
    for lost in lost_by_length.values_mut() {
        sum = sum.saturating_add(*lost);
        *lost = sum;
    }
    holes.into_iter().filter(|hole| hole.is_seen(timeline)).map(move |hole| {
        let others = lost_by_length.get(&hole.lost).map_or(0, |lost| lost.saturating_sub(hole.lost));
        Candidate {
            what: hole,
            length: f64::from(hole.lost),
            over_s: hole.over(timeline),
            stands_out: hole.was_there(timeline) && (only || !is_chance(hole.lost, others, timeline.sent)),
        }
    })
}

/// The part of the migration, which took so long, that the log leaves out: from and until when it shows the service,
/// seconds since the request. `None` where it shows it from the request to the end, and where it has no place.
pub fn left_out(timeline: &PingTimeline, duration_s: Option<f64>) -> Option<[f64; 2]> {
    timeline.origin_s?;
    let (first, last) = (sightings(timeline).next()?.from_s, sightings(timeline).next_back()?.until_s);
    event::left_out([first, last], slack_s(timeline), timeline.period_s.max(timeline.interval_s), duration_s)
}

/// Since when, before the request, none of ping's requests had been answered: those from the first one on. Seconds since
/// the migration request.
pub fn away_from_the_first(timeline: &PingTimeline) -> Option<f64> {
    let (first, before) = (*timeline.answered.first()?, timeline.sent_at(timeline.first_seq)?);
    let slack_s = slack_s(timeline);
    let back = timeline.sent_at(first).filter(|back| first > timeline.first_seq && *back > slack_s)?;
    (before < -slack_s && back > before).then_some(before)
}

/// The other holes that stand out and are over at or after the request, besides the outage: how many, and how long they are
/// together, seconds.
pub fn others(timeline: &PingTimeline, main: Hole) -> (usize, f64) {
    let in_time = |hole: &Candidate<Hole>| hole.over_s.is_none_or(|over| over >= -slack_s(timeline));
    let others = candidates(timeline).filter(|hole| hole.stands_out && hole.what != main && in_time(hole));
    others.fold((0, 0.0), |(n, sum), hole| (n + 1, sum + timeline.lost_s(hole.what.first, hole.what.lost)))
}

/// By how much later than it seems a hole may have ended, against the request: what two clocks leave open that are right,
/// and what is not known of where the requests lie.
pub fn slack_s(timeline: &PingTimeline) -> f64 {
    let place_s = if timeline.stamped { 0.0 } else { timeline.period_s.min(1.0) / 2.0 };
    event::CLOCKS_S + place_s + timeline.span_error.fixed_s
}

/// Whether `k` losses in a row are likely enough to occur once in a log by chance: with the share q of requests that
/// were lost beside them (and one more, since that none was does not show that none can be), in n requests about n·qᵏ
/// such rows are expected; from 0.05 on they are.
pub(super) fn is_chance(k: u32, others: u32, requests: u32) -> bool {
    let rest = requests.saturating_sub(k).saturating_add(1);
    let q = (f64::from(others) + 1.0) / f64::from(rest.max(1));
    f64::from(requests) * q.min(1.0).powf(f64::from(k)) >= 0.05
}

/// The longest hole of the whole log, wherever the request lies. Of equally long ones the first.
pub fn longest_hole(timeline: &PingTimeline) -> Option<Hole> {
    holes(timeline).into_iter().reduce(|longest, hole| if hole.lost > longest.lost { hole } else { longest })
}

impl Hole {
    /// Whether the service had answered before: until then it was not there to be lost.
    fn was_there(self, timeline: &PingTimeline) -> bool {
        timeline.answered.first().is_some_and(|first| *first < self.first)
    }

    /// Whether what the log shows can be an event. The last request of a ping that is stopped may just not have been answered
    /// yet, and nobody knows when a silence began that was there from the first request on.
    fn is_seen(self, timeline: &PingTimeline) -> bool {
        let stopped = self.open && self.lost == 1 && timeline.wait_s.is_none();
        timeline.answered.is_empty() || (self.was_there(timeline) && !stopped)
    }

    /// When the silence began and ended: half a period after the last request before it that was answered,
    /// and half a period before the first one after it. `None` without a time zero, and for the end of an
    /// open hole. Of a ping that waits for its answers the two periods are different ones.
    pub fn silence(self, timeline: &PingTimeline) -> (Option<f64>, Option<f64>) {
        let [half, half_after] = half_periods(timeline);
        let start = match self.first.checked_sub(1).filter(|before| *before >= timeline.first_seq) {
            Some(before) => timeline.sent_at(before).map(|sent| sent + half),
            None => timeline.sent_at(self.first).map(|sent| sent - half),
        };
        let next = self.first.saturating_add(self.lost);
        (start, timeline.sent_at(next).filter(|_| !self.open).map(|sent| sent - half_after))
    }

    /// The latest instant at which it was over: the first answered request after it left. Infinite for an open
    /// one, `None` without a time zero.
    pub fn over(self, timeline: &PingTimeline) -> Option<f64> {
        timeline.origin_s?;
        if self.open { Some(f64::INFINITY) } else { timeline.sent_at(self.first.saturating_add(self.lost)) }
    }
}

/// Half of the time between the last request before a hole and its first, and between its last and the first after it.
pub fn half_periods(timeline: &PingTimeline) -> [f64; 2] {
    [timeline.period_s / 2.0, timeline.wait_s.unwrap_or(timeline.period_s) / 2.0]
}

fn holes(timeline: &PingTimeline) -> Vec<Hole> {
    let end = timeline.first_seq.saturating_add(timeline.sent);
    let hole = |(first, next): (u32, u32)| Hole { first, lost: next - first, open: next == end };
    timeline.unanswered().map(hole).collect()
}

/// Every answered request, in their order. A round trip that the log does not tell took no time.
pub fn sightings(timeline: &PingTimeline) -> impl DoubleEndedIterator<Item = Sighting> {
    let answered = timeline.answered.iter().zip(&timeline.sent_s).zip(&timeline.rtt_ms);
    answered.map(|((&seq, &from_s), rtt_ms)| {
        let until_s = from_s + rtt_ms.unwrap_or(0.0) / 1000.0;
        Sighting { seq, from_s, until_s }
    })
}

/// The longest time without a sign of life that ends at or after `since_s`, seconds since the request: a standstill that began
/// just after request l was sent was over when the first of all answers to later requests arrived.
///
/// Without two answers, one interval.
pub fn longest_standstill(timeline: &PingTimeline, since_s: f64) -> f64 {
    let mut longest = timeline.interval_s;
    let mut back: Option<Sighting> = None;
    for seen in sightings(timeline).rev() {
        if let Some(back) = back.filter(|back| timeline.origin_s.is_none() || back.until_s >= since_s) {
            let error = timeline.span_error;
            let blur_s = error.fixed_s + error.per_request_s * f64::from(back.seq - seen.seq);
            longest = longest.max(back.until_s - seen.from_s + blur_s);
        }
        back = Some(back.filter(|back| back.until_s <= seen.until_s).unwrap_or(seen));
    }
    longest
}

/// The least that k lost requests prove: the time from the first of them to the last, at the shorter of
/// the nominal and the measured interval, or as long as ping waits for each answer. Less what may have been no
/// standstill: the way of the first one to the VM, and losses by chance beside the hole.
pub fn shortest_standstill(hole: Hole, timeline: &PingTimeline) -> f64 {
    let interval_s = timeline.interval_s.min(timeline.period_s);
    let before = sightings(timeline).take_while(|seen| seen.seq < hole.first);
    let ways = Sample::new(before.map(|seen| seen.until_s - seen.from_s).collect());
    // Only a way of less than an interval: on a longer one the next request would have been answered.
    let way_s = ways.map_or(0.0, |ways| ways.quantile(0.99).min(timeline.wait_s.unwrap_or(interval_s)));
    let answered = u32::try_from(timeline.answered.len()).unwrap_or(u32::MAX);
    let elsewhere = timeline.sent.saturating_sub(answered).saturating_sub(hole.lost);
    let by_chance = lost_beside(elsewhere, elsewhere.saturating_add(answered));
    let proven = hole.lost.saturating_sub(1).saturating_sub(by_chance);
    let proven_s = match timeline.wait_s {
        // How long it waits was measured between two stamps.
        Some(_) => timeline.lost_s(hole.first, proven) - timeline.span_error.fixed_s,
        None => f64::from(proven) * interval_s,
    };
    (proven_s - way_s).max(0.0)
}

/// How many losses by chance may adjoin a hole, where `lost` of `requests` were lost elsewhere. With the
/// share q, there are more than n on its two sides together with probability (n + 2) qⁿ⁺¹ − (n + 1) qⁿ⁺²;
/// the first n for which that is at most one in 200.
pub(super) fn lost_beside(lost: u32, requests: u32) -> u32 {
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
    fn a_row_of_losses_is_chance_where_as_many_are_lost_anyway() {
        // One may always be; two of 60 without another are none.
        assert!(is_chance(1, 0, 500) && !is_chance(2, 0, 60) && !is_chance(3, 0, 60));
        // At 5 % three in a row are, four are not.
        assert!(is_chance(3, 25, 500) && !is_chance(4, 25, 500));
        assert!(is_chance(3, 3, 4) && !is_chance(15, 5, 100));
    }

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
