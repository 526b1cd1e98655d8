//! The outage by packets: the longest time without one from the VM in which something was asked of it.
//!
//! A packet from the VM is a sign of life: it ran at some time between what that answers and the packet itself. What was asked
//! and not answered in time is a sign of the contrary: when it came to the VM, that did not answer. A time in which nothing was
//! asked is no outage, but may hide one.

use super::away::{Asked, Away, ByAsking};
use crate::model::{FlagCode, Method, Outage, Packets};
use crate::run::align::{Ask, PacketLog};
use crate::run::metrics::bounds::{is_chance, lost_beside};
use crate::run::metrics::event::{self, Candidate};

/// More losses by chance beside a gap than these leave nothing that is proven.
const MOST_BY_CHANCE: u32 = 64;

/// What a capture shows of the outage of its run.
pub(super) type ByPackets<'a> = ByAsking<'a, PacketLog>;

/// Whether something was not answered in time, where the next packet of the VM came at `back_s`.
fn is_unanswered(ask: &Ask, back_s: f64) -> bool {
    let waited_s = back_s - ask.at_s;
    waited_s > ask.late_s() || (ask.is_lost && waited_s > ask.ordinary_s)
}

/// The gaps between packets of the VM, in their order, with the one that the capture ends in. Before the first packet nothing was
/// there to be lost.
fn gaps(log: &PacketLog) -> Vec<Away> {
    let PacketLog { asks, signs, .. } = log;
    let mut found = Vec::new();
    let mut alive_s = f64::NEG_INFINITY;
    let mut place = 0;
    for (at, sign) in signs.iter().enumerate() {
        alive_s = alive_s.max(sign.from_s);
        let next = signs.get(at + 1);
        let back_s = next.map_or(log.last_s, |next| next.at_s);
        while asks.get(place).is_some_and(|ask| ask.at_s <= sign.at_s) {
            place += 1;
        }
        let within = asks[place..].iter().take_while(|ask| next.is_none() || ask.at_s < back_s).count();
        let own = &asks[place..place + within];
        let unanswered = |ask: &Ask| is_unanswered(ask, back_s);
        let (Some(first), Some(last)) = (own.iter().position(unanswered), own.iter().rposition(unanswered))
        else {
            continue;
        };
        let [first, last] = [place + first, place + last];
        found.push(Away {
            asked: [first, last + 1],
            lost: u32::try_from(last + 1 - first).unwrap_or(u32::MAX),
            began: [alive_s, (asks[first].at_s + asks[first].ordinary_s).max(alive_s)],
            ended: next.map(|next| [asks[last].at_s, next.at_s]),
            over_s: back_s,
        });
    }
    found
}

/// The gaps that may be the outage.
fn candidates(log: &PacketLog, anywhere: bool) -> impl Iterator<Item = Candidate<Away>> {
    let gaps = gaps(log);
    let lost: u32 = gaps.iter().map(|gap| gap.lost).fold(0, u32::saturating_add);
    let sent = u32::try_from(log.asks.len()).unwrap_or(u32::MAX);
    let only = gaps.len() == 1;
    let has_place = log.has_place && !anywhere;
    gaps.into_iter().map(move |gap| Candidate {
        what: gap,
        length: gap.length_s(),
        over_s: has_place.then_some(gap.ended.map_or(f64::INFINITY, |_| gap.over_s)),
        stands_out: only || !is_chance(gap.lost, lost - gap.lost, sent),
    })
}

/// The least that a gap proves: from when the first of what was not answered came to the VM until the last was sent. Less losses by chance at its
/// edges, and what the times leave open.
fn shortest_s(log: &PacketLog, gap: Away) -> f64 {
    let lost: Vec<&Ask> = log.asks[gap.asked[0]..gap.asked[1]].iter().collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let elsewhere = log.asks.iter().filter(|ask| ask.is_lost).count();
    let elsewhere = elsewhere.saturating_sub(lost.iter().filter(|ask| ask.is_lost).count());
    let by_chance = lost_beside(count(elsewhere), count(log.asks.len().saturating_sub(lost.len())));
    if by_chance > MOST_BY_CHANCE {
        return 0.0;
    }
    let by_chance = by_chance as usize;
    let proven = |before: usize| {
        let rest = lost.get(before..(lost.len() + before).saturating_sub(by_chance)).unwrap_or_default();
        let latest_s = rest.last().map_or(0.0, |ask| ask.at_s);
        let earliest_s = rest.iter().map(|ask| ask.at_s + ask.ordinary_s).fold(f64::INFINITY, f64::min);
        (latest_s - earliest_s - log.resolution_s).max(0.0)
    };
    (0..=by_chance).map(proven).fold(f64::INFINITY, f64::min)
}

/// The longest time without a sign of life that ends at or after `since_s`, from the first that was asked to the last.
fn longest_s(log: &PacketLog, since_s: f64) -> f64 {
    let (Some(first), Some(last)) = (log.asks.first(), log.asks.last()) else { return 0.0 };
    let mut longest_s = 0.0_f64;
    let mut alive_s = f64::NEG_INFINITY;
    for pair in log.signs.windows(2) {
        alive_s = alive_s.max(pair[0].from_s);
        let is_asked = pair[1].at_s >= first.at_s && pair[0].at_s <= last.at_s + last.late_s();
        if is_asked && pair[1].at_s >= since_s {
            longest_s = longest_s.max(pair[1].at_s - alive_s);
        }
    }
    longest_s + log.resolution_s
}

/// The part of the migration, which took so long, that the capture shows; `None` where that is all.
fn left_out(log: &PacketLog, duration_s: Option<f64>) -> Option<[f64; 2]> {
    let (first, last) = (log.asks.first()?, log.asks.last()?);
    let slack_s = event::CLOCKS_S + log.resolution_s;
    event::left_out([first.at_s, last.at_s], slack_s, log.interval_s, duration_s).filter(|_| log.has_place)
}

impl Asked for PacketLog {
    const METHOD: Method = Method::PacketGap;
    const FLAGS: [FlagCode; 2] = [FlagCode::PacketsUndecided, FlagCode::PacketsLeaveOut];

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

impl ByPackets<'_> {
    /// What the capture says of the run.
    pub fn summary(&self) -> Packets {
        let log = self.log;
        let unanswered = gaps(log).iter().map(|gap| gap.lost).fold(0, u32::saturating_add);
        Packets {
            vm: log.vm.clone(),
            vm_declared: log.is_declared,
            to_vm: log.to_vm,
            from_vm: log.from_vm,
            asked: u32::try_from(log.asks.len()).unwrap_or(u32::MAX),
            unanswered,
            unanswered_in_outage: self.main.map_or(0, |gap| gap.lost),
            interval_s: log.interval_s,
        }
    }
}

/// Between which instants an outage by this capture began, and between which it ended, seconds since the request.
pub(super) fn ends(log: &PacketLog, outage: &Outage) -> Option<([f64; 2], Option<[f64; 2]>)> {
    let gap = gaps(log).into_iter().find(|gap| Some(gap.start_s()) == outage.start_s)?;
    Some((gap.began, gap.ended))
}

/// When the VM's address was first announced after the outage had begun, and when the first packet from it came back.
pub fn back(log: &PacketLog, outage: &Outage) -> [Option<f64>; 2] {
    let Some((began, ended)) = ends(log, outage) else { return [None, None] };
    let announced_s = log.announced_s.iter().copied().find(|at_s| *at_s > began[0]);
    [announced_s, ended.map(|[_, back_s]| back_s)]
}

#[cfg(test)]
mod tests;
