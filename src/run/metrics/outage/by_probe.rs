//! The outage by requests of a client: from the last one that worked to the next that does.
//!
//! A request that worked is a sign of life: the service ran at some time between its start and its end. One that failed
//! is a sign of the contrary: at some time between its start and its end the service did not answer. A client that waits
//! long enough sees nothing fail: then an answer is late, and that proves nothing of how long the service was away at least.

use super::away::{Asked, Away, ByAsking};
use crate::model::{FlagCode, Method, Migration, Outage, Probe};
use crate::run::align::{Lines, ProbeLog, ProbeRequest, around};
use crate::run::metrics::bounds::{is_chance, lost_beside};
use crate::run::metrics::event::{self, Candidate};
use crate::run::metrics::round_trips;
use crate::stats::Sample;

/// An answer is late from so many ordinary ones on, and from [`MUCH_S`] more.
const LATE: f64 = 5.0;
const MUCH_S: f64 = 0.1;
/// So many requests before the migration say what is ordinary.
const ENOUGH: usize = 20;
/// More losses by chance beside a silence than these leave nothing that is proven.
const MOST_BY_CHANCE: u32 = 64;

/// What a client shows of the outage of its run.
pub(super) type ByProbe<'a> = ByAsking<'a, ProbeLog>;

/// How long a request takes at most that works, but for one in a hundred: before the migration, or where those are too
/// few nine of ten of all but the slowest.
fn ordinary_s(log: &ProbeLog) -> f64 {
    let worked = || log.requests.iter().filter(|request| request.worked);
    let took = |request: &ProbeRequest| request.until_s - request.from_s;
    let before: Vec<f64> =
        worked().filter(|request| log.has_place && request.until_s < 0.0).map(took).collect();
    if before.len() >= ENOUGH {
        return Sample::new(before).map_or(0.0, |sample| sample.quantile(0.99));
    }
    let mut all: Vec<f64> = worked().map(took).collect();
    all.sort_by(f64::total_cmp);
    all.pop();
    Sample::new(all).map_or(0.0, |sample| sample.quantile(0.9))
}

/// The silences between answers, in their order, with the one that the log ends in. Before the first answer nothing
/// was there to be lost.
fn silences(log: &ProbeLog) -> Vec<Away> {
    let ordinary_s = ordinary_s(log);
    let requests = &log.requests;
    let mut answers: Vec<usize> = (0..requests.len()).filter(|place| requests[*place].worked).collect();
    let Some(&first) = answers.first() else { return Vec::new() };
    answers.sort_by(|a, b| requests[*a].until_s.total_cmp(&requests[*b].until_s));
    // The last request that is known to have been answered until then.
    let mut last = first;
    let silence = |last: usize, end: usize, ended: Option<[f64; 2]>| {
        let over = requests[last + 1..end].iter().map(|request| request.until_s.min(f64::MAX));
        let failed = requests[last + 1..end].iter().filter(|request| !request.worked).count();
        Away {
            asked: [last + 1, end],
            lost: u32::try_from(failed).unwrap_or(u32::MAX),
            // One that is sent in time is answered within the ordinary.
            began: [requests[last].from_s, requests[last + 1].from_s + ordinary_s],
            ended,
            over_s: over.filter(|over| *over < f64::MAX).fold(requests[end - 1].from_s, f64::max),
        }
    };
    let mut found = Vec::new();
    for place in answers {
        if place <= last {
            continue;
        }
        let answer = requests[place];
        let waited_s = answer.until_s - requests[last + 1].from_s;
        let has_failed = requests[last + 1..place].iter().any(|request| !request.worked);
        if has_failed || (waited_s > LATE * ordinary_s && waited_s > ordinary_s + MUCH_S) {
            // One that took longer than the ordinary was sent before the service was back.
            let ended = if answer.until_s - answer.from_s > ordinary_s {
                [answer.until_s - ordinary_s, answer.until_s]
            } else {
                [requests[place - 1].from_s, answer.from_s + ordinary_s]
            };
            found.push(Away { over_s: answer.until_s, ..silence(last, place.max(last + 2), Some(ended)) });
        }
        last = place;
    }
    let rest = requests.get(last + 1..).unwrap_or_default();
    if rest.iter().any(|request| !request.worked) {
        found.push(silence(last, requests.len(), None));
    }
    found
}

/// The silences that may be the outage.
fn candidates(log: &ProbeLog, anywhere: bool) -> impl Iterator<Item = Candidate<Away>> {
    let silences = silences(log);
    let failed: u32 = silences.iter().map(|silence| silence.lost).fold(0, u32::saturating_add);
    let sent = u32::try_from(log.requests.len()).unwrap_or(u32::MAX);
    let only = silences.len() == 1;
    let usual_s = ordinary_s(log) + log.interval_s;
    let has_place = log.has_place && !anywhere;
    silences.into_iter().map(move |silence| {
        let is_long = silence.length_s() > LATE * usual_s && silence.length_s() > MUCH_S;
        // Of failures chance decides, also where each of them is a long timeout.
        let stands_out = match silence.lost {
            0 => is_long,
            count => !is_chance(count, failed - count, sent),
        };
        Candidate {
            what: silence,
            length: silence.length_s(),
            over_s: has_place.then_some(silence.ended.map_or(f64::INFINITY, |_| silence.over_s)),
            stands_out: only || stands_out,
        }
    })
}

/// The least that the failed requests of a silence prove: each of them met a service that did not answer at some time
/// between its start and its end, so that it was away from the earliest end to the latest start. Less failures by chance at
/// its edges, and what the times leave open.
fn shortest_s(log: &ProbeLog, silence: Away) -> f64 {
    let [first, end] = silence.asked;
    let failed: Vec<&ProbeRequest> =
        log.requests[first..end].iter().filter(|request| !request.worked).collect();
    let all = log.requests.iter().filter(|request| !request.worked).count();
    let worked = log.requests.len() - all;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let elsewhere = all - failed.len();
    let by_chance = lost_beside(count(elsewhere), count(elsewhere + worked));
    if by_chance > MOST_BY_CHANCE {
        return 0.0;
    }
    let by_chance = by_chance as usize;
    let proven = |before: usize| {
        let rest = failed.get(before..(failed.len() + before).saturating_sub(by_chance)).unwrap_or_default();
        let latest = rest.last().map_or(0.0, |request| request.from_s);
        let earliest = rest.iter().map(|request| request.until_s).fold(f64::INFINITY, f64::min);
        (latest - earliest - log.resolution_s).max(0.0)
    };
    (0..=by_chance).map(proven).fold(f64::INFINITY, f64::min)
}

/// The longest time without a sign of life that ends at or after `since_s`: from the start of a request that worked to the
/// first of all answers to later ones.
fn longest_s(log: &ProbeLog, since_s: f64) -> f64 {
    let mut longest_s = 0.0_f64;
    let mut back_s = f64::INFINITY;
    for request in log.requests.iter().rev().filter(|request| request.worked) {
        if back_s.is_finite() && back_s >= since_s {
            longest_s = longest_s.max(back_s - request.from_s);
        }
        back_s = back_s.min(request.until_s);
    }
    longest_s + log.resolution_s
}

/// The part of the migration, which took so long, that the log shows, as of ping
/// ([`crate::run::metrics::bounds::left_out`]); `None` where that is all.
fn left_out(log: &ProbeLog, duration_s: Option<f64>) -> Option<[f64; 2]> {
    let mut worked = log.requests.iter().filter(|request| log.has_place && request.worked);
    let first_s = worked.next()?.from_s;
    let last_s = log.requests.iter().filter(|request| request.worked).map(|request| request.until_s);
    let last_s = last_s.fold(f64::NEG_INFINITY, f64::max);
    event::left_out([first_s, last_s], event::CLOCKS_S + log.resolution_s, log.interval_s, duration_s)
}

/// The estimate goes from halfway between the last request that worked and the one after it to halfway between the
/// last that failed and the first that works, or until the answer of a late one, less what answers take.
impl Asked for ProbeLog {
    const METHOD: Method = Method::Probe;
    const FLAGS: [FlagCode; 2] = [FlagCode::ProbeUndecided, FlagCode::ProbeLeavesOut];

    fn file(&self) -> &str {
        &self.file
    }

    fn steps_s(&self) -> [f64; 2] {
        [self.interval_s, self.resolution_s]
    }

    fn has_place(&self) -> bool {
        self.has_place
    }

    fn candidates(&self, anywhere: bool) -> Vec<Candidate<Away>> {
        candidates(self, anywhere).collect()
    }

    fn left_out(&self, duration_s: Option<f64>) -> Option<[f64; 2]> {
        left_out(self, duration_s)
    }

    fn shortest_s(&self, away: Away) -> f64 {
        shortest_s(self, away)
    }

    fn longest_s(&self, since_s: f64) -> f64 {
        longest_s(self, since_s)
    }
}

impl ByProbe<'_> {
    /// From the last request that worked before the silence to the first that worked behind it; all where there is none.
    pub fn lines(&self) -> Option<Lines> {
        let requests = &self.log.requests;
        let [first, end] = self.main.map_or([0, requests.len()], |silence| silence.asked);
        let seen = requests.get(first.saturating_sub(1)..end.saturating_add(1).min(requests.len()))?;
        around(seen.iter().map(|request| request.line))
    }

    /// What the log says of the run, whose outage by it is `outage`.
    pub fn summary(&self, outage: Option<&Outage>, migration: &Migration) -> Probe {
        let log = self.log;
        let failed = log.requests.iter().filter(|request| !request.worked).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let resumed = outage.and_then(|outage| outage.end_s).or(migration.duration_s);
        let is_known = !self.is_unplaced();
        let between = |from: f64, to: f64| {
            let worked = log.requests.iter().filter(|request| request.worked);
            let meanwhile = worked.filter(|request| is_known && (from..to).contains(&request.from_s));
            round_trips::of(meanwhile.filter_map(|request| Some(1000.0 * request.duration_s?)).collect())
        };
        Probe {
            sent: count(log.requests.len()),
            failed: count(failed),
            failed_in_outage: self.main.map_or(0, |silence| silence.lost),
            closed_loop: log.is_closed,
            interval_s: log.interval_s,
            before: between(f64::NEG_INFINITY, 0.0),
            during: resumed.and_then(|resumed| between(0.0, resumed)),
            after: resumed.and_then(|resumed| between(resumed, f64::INFINITY)),
        }
    }
}

/// Between which instants an outage by this log began, and between which it ended, seconds since the request.
pub(super) fn ends(log: &ProbeLog, outage: &Outage) -> Option<([f64; 2], Option<[f64; 2]>)> {
    let silence = silences(log).into_iter().find(|silence| Some(silence.start_s()) == outage.start_s)?;
    Some((silence.began, silence.ended))
}

#[cfg(test)]
mod tests;
