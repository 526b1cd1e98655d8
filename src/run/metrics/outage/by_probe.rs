//! The outage by requests of a client: from the last one that worked to the next that does.
//!
//! A request that worked is a sign of life: the service ran at some time between its start and its end. One that failed
//! is a sign of the contrary: at some time between its start and its end the service did not answer. A client that waits
//! long enough sees nothing fail: then an answer is late, and that proves nothing of how long the service was away at least.

use super::{Doubt, Placed, meet, middle, overlap, several};
use crate::model::{Flag, FlagCode, Method, Migration, Outage, Probe};
use crate::run::align::{Lines, ProbeLog, ProbeRequest, around};
use crate::run::metrics::bounds::{is_chance, lost_beside};
use crate::run::metrics::event::{self, Candidate, Choice, Others};
use crate::run::metrics::round_trips;
use crate::stats::Sample;

/// An answer is late from so many ordinary ones on, and from [`MUCH_S`] more.
const LATE: f64 = 5.0;
const MUCH_S: f64 = 0.1;
/// So many requests before the migration say what is ordinary.
const ENOUGH: usize = 20;
/// More losses by chance beside a silence than these leave nothing that is proven.
const MOST_BY_CHANCE: u32 = 64;

/// A time in which no request was answered, where some failed or had to wait.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Silence {
    /// The requests in it, by their places among all: the first, and the first after it.
    requests: [usize; 2],
    /// How many of them failed.
    failed: u32,
    /// Between which instants it began.
    began: [f64; 2],
    /// Between which it ended; `None` where the log ends in it.
    ended: Option<[f64; 2]>,
    /// When the last request in it was over, as far as the log goes.
    over_s: f64,
}

impl Silence {
    fn start_s(&self) -> f64 {
        middle(self.began)
    }

    fn end_s(&self) -> Option<f64> {
        self.ended.map(middle)
    }

    /// Until the end of the log where that is all that is known.
    fn length_s(&self) -> f64 {
        (self.end_s().unwrap_or(self.over_s) - self.start_s()).max(0.0)
    }

    /// Length, start and end.
    fn placed(&self) -> Placed {
        (self.length_s(), self.start_s(), self.end_s().unwrap_or(self.over_s))
    }
}

/// What a client shows of the outage of its run.
#[derive(Debug, Clone)]
pub(super) struct ByProbe<'a> {
    log: &'a ProbeLog,
    main: Option<Silence>,
    /// What ends from here on may be the outage, seconds since the request.
    since_s: f64,
    others: Others,
    doubt: Option<Doubt<Placed>>,
}

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
fn silences(log: &ProbeLog) -> Vec<Silence> {
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
        Silence {
            requests: [last + 1, end],
            failed: u32::try_from(failed).unwrap_or(u32::MAX),
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
            found.push(Silence { over_s: answer.until_s, ..silence(last, place.max(last + 2), Some(ended)) });
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
fn candidates(log: &ProbeLog, anywhere: bool) -> impl Iterator<Item = Candidate<Silence>> {
    let silences = silences(log);
    let failed: u32 = silences.iter().map(|silence| silence.failed).fold(0, u32::saturating_add);
    let sent = u32::try_from(log.requests.len()).unwrap_or(u32::MAX);
    let only = silences.len() == 1;
    let usual_s = ordinary_s(log) + log.interval_s;
    let has_place = log.has_place && !anywhere;
    silences.into_iter().map(move |silence| {
        let is_long = silence.length_s() > LATE * usual_s && silence.length_s() > MUCH_S;
        // Of failures chance decides, also where each of them is a long timeout.
        let stands_out = match silence.failed {
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
fn shortest_s(log: &ProbeLog, silence: Silence) -> f64 {
    let [first, end] = silence.requests;
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
    let slack_s = event::CLOCKS_S + log.resolution_s + log.interval_s;
    let left_out = first_s > slack_s || duration_s.is_some_and(|duration| last_s < duration - slack_s);
    left_out.then_some([first_s, last_s])
}

impl<'a> ByProbe<'a> {
    /// `ping` is the outage by ping, where that was logged, which says more of clocks; with `anywhere` time zero is known to be wrong,
    /// and every silence counts.
    pub fn new(
        log: &'a ProbeLog,
        duration_s: Option<f64>,
        ping: Option<Option<&Outage>>,
        anywhere: bool,
    ) -> Self {
        let slack_s = event::CLOCKS_S + log.resolution_s;
        let since_s = if anywhere || !log.has_place { f64::NEG_INFINITY } else { -slack_s };
        let seen = |main, others, doubt| Self { log, main, since_s, others, doubt };
        let none = Others::default();
        let by = match event::choose(candidates(log, anywhere), slack_s, log.interval_s) {
            Choice::Nothing => seen(None, none, None),
            Choice::Outage { what, before, others } => {
                let before = before.filter(|_| ping.is_none()).map(|before| before.placed());
                seen(Some(what), others, Doubt::beside(what.placed(), before, others))
            }
            Choice::Before { what, stands_out: true, .. } => {
                // A request that is stamped late leaves it a little before.
                let by = Self { since_s: what.start_s(), ..seen(Some(what), none, None) };
                let is_of_ping = |outage: &Outage| {
                    ping.flatten()
                        .is_some_and(|ping| meet(outage, ping, log.interval_s) && overlap(outage, ping))
                };
                match by.outage().is_some_and(|outage| is_of_ping(&outage)) {
                    true => by,
                    false => seen(None, none, Some(Doubt::Undecided(what.placed()))),
                }
            }
            Choice::Before { after, others, .. } => {
                let doubt = after.and_then(|after| Doubt::beside(after.placed(), None, others));
                seen(after, others, doubt)
            }
        };
        let is_open = by.main.is_some_and(|silence| silence.ended.is_none());
        let part = left_out(log, duration_s).filter(|_| !is_open).map(Doubt::Part);
        Self { doubt: by.doubt.or(part), ..by }
    }

    fn is_undecided(&self) -> bool {
        match self.doubt {
            Some(Doubt::Undecided(_)) => true,
            // What was lost, unless a single request, was an outage, if perhaps not the longest.
            Some(Doubt::Part(_)) => self.main.is_none_or(|silence| silence.failed == 1),
            _ => false,
        }
    }

    /// The estimate goes from halfway between the last request that worked and the one after it to halfway between the
    /// last that failed and the first that works, or until the answer of a late one, less what answers take. `None`
    /// where nothing decides whether a silence is the outage.
    pub fn outage(&self) -> Option<Outage> {
        if self.is_undecided() {
            return None;
        }
        let (main, log) = (self.main, self.log);
        let estimate_s = main.map_or(0.0, |silence| silence.length_s());
        let is_open = main.is_some_and(|silence| silence.ended.is_none());
        let lower_s = main.map_or(0.0, |silence| shortest_s(log, silence));
        let place = |t: f64| log.has_place.then_some(t);
        Some(Outage {
            method: Method::Probe,
            estimate_s,
            lower_s: lower_s.min(estimate_s),
            upper_s: (!is_open).then(|| longest_s(log, self.since_s).max(estimate_s)),
            start_s: main.and_then(|silence| place(silence.start_s())),
            end_s: main.and_then(|silence| place(silence.end_s()?)),
            censored: is_open,
            source_file: log.file.clone(),
        })
    }

    /// From the last request that worked before the silence to the first that worked behind it; all where there is none.
    pub fn lines(&self) -> Option<Lines> {
        let requests = &self.log.requests;
        let [first, end] = self.main.map_or([0, requests.len()], |silence| silence.requests);
        let seen = requests.get(first.saturating_sub(1)..end.saturating_add(1).min(requests.len()))?;
        around(seen.iter().map(|request| request.line))
    }

    /// What must be known of the choice of a silence.
    pub fn flags(&self) -> Vec<Flag> {
        let doubt = self.doubt.map(|doubt| doubt.flag(FlagCode::ProbeUndecided, FlagCode::ProbeLeavesOut));
        let main = self.main.filter(|_| !self.is_undecided());
        doubt.into_iter().chain(main.and_then(|silence| several(silence.length_s(), self.others))).collect()
    }

    /// What the log says of the run, whose outage by it is `outage`.
    pub fn summary(&self, outage: Option<&Outage>, migration: &Migration) -> Probe {
        let log = self.log;
        let failed = log.requests.iter().filter(|request| !request.worked).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let resumed = outage.and_then(|outage| outage.end_s).or(migration.duration_s);
        let is_known = log.has_place && !matches!(self.doubt, Some(Doubt::Undecided(_)));
        let between = |from: f64, to: f64| {
            let worked = log.requests.iter().filter(|request| request.worked);
            let meanwhile = worked.filter(|request| is_known && (from..to).contains(&request.from_s));
            round_trips::of(meanwhile.filter_map(|request| Some(1000.0 * request.duration_s?)).collect())
        };
        Probe {
            sent: count(log.requests.len()),
            failed: count(failed),
            failed_in_outage: self.main.map_or(0, |silence| silence.failed),
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
