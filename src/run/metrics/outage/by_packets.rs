//! The outage by packets: the longest time without one from the VM in which something was asked of it.
//!
//! A packet from the VM is a sign of life: it ran at some time between what that answers and the packet itself. What was asked
//! and not answered in time is a sign of the contrary: when it came to the VM, that did not answer. A time in which nothing was
//! asked is no outage, but may hide one.

use super::{Doubt, Placed, meet, middle, overlap, several};
use crate::model::{Flag, FlagCode, Method, Outage, Packets};
use crate::run::align::{Ask, PacketLog};
use crate::run::metrics::bounds::{is_chance, lost_beside};
use crate::run::metrics::event::{self, Candidate, Choice, Others};

/// More losses by chance beside a gap than these leave nothing that is proven.
const MOST_BY_CHANCE: u32 = 64;

/// A time without a packet from the VM in which something was asked that was not answered in time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gap {
    /// What was not answered, by its places among all that was asked: the first, and the first after it.
    asks: [usize; 2],
    /// Between which instants it began.
    began: [f64; 2],
    /// Between which it ended; `None` where the capture ends in it.
    ended: Option<[f64; 2]>,
    over_s: f64,
}

impl Gap {
    fn start_s(&self) -> f64 {
        middle(self.began)
    }

    fn end_s(&self) -> Option<f64> {
        self.ended.map(middle)
    }

    /// Until the end of the capture where that is all that is known.
    fn length_s(&self) -> f64 {
        (self.end_s().unwrap_or(self.over_s) - self.start_s()).max(0.0)
    }

    fn lost(&self) -> u32 {
        u32::try_from(self.asks[1] - self.asks[0]).unwrap_or(u32::MAX)
    }

    /// Length, start and end.
    fn placed(&self) -> Placed {
        (self.length_s(), self.start_s(), self.end_s().unwrap_or(self.over_s))
    }
}

/// What a capture shows of the outage of its run.
#[derive(Debug, Clone)]
pub(super) struct ByPackets<'a> {
    log: &'a PacketLog,
    main: Option<Gap>,
    /// What ends from here on may be the outage, seconds since the request.
    since_s: f64,
    others: Others,
    doubt: Option<Doubt<Placed>>,
}

/// Whether something was not answered in time, where the next packet of the VM came at `back_s`.
fn is_unanswered(ask: &Ask, back_s: f64) -> bool {
    let waited_s = back_s - ask.at_s;
    waited_s > ask.late_s() || (ask.is_lost && waited_s > ask.ordinary_s)
}

/// The gaps between packets of the VM, in their order, with the one that the capture ends in. Before the first packet nothing was
/// there to be lost.
fn gaps(log: &PacketLog) -> Vec<Gap> {
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
        found.push(Gap {
            asks: [first, last + 1],
            began: [alive_s, (asks[first].at_s + asks[first].ordinary_s).max(alive_s)],
            ended: next.map(|next| [asks[last].at_s, next.at_s]),
            over_s: back_s,
        });
    }
    found
}

/// The gaps that may be the outage.
fn candidates(log: &PacketLog, anywhere: bool) -> impl Iterator<Item = Candidate<Gap>> {
    let gaps = gaps(log);
    let lost: u32 = gaps.iter().map(Gap::lost).fold(0, u32::saturating_add);
    let sent = u32::try_from(log.asks.len()).unwrap_or(u32::MAX);
    let only = gaps.len() == 1;
    let has_place = log.has_place && !anywhere;
    gaps.into_iter().map(move |gap| Candidate {
        what: gap,
        length: gap.length_s(),
        over_s: has_place.then_some(gap.ended.map_or(f64::INFINITY, |_| gap.over_s)),
        stands_out: only || !is_chance(gap.lost(), lost - gap.lost(), sent),
    })
}

/// The least that a gap proves: from when the first of what was not answered came to the VM until the last was sent. Less losses by chance at its
/// edges, and what the times leave open.
fn shortest_s(log: &PacketLog, gap: Gap) -> f64 {
    let lost: Vec<&Ask> = log.asks[gap.asks[0]..gap.asks[1]].iter().collect();
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
    let slack_s = event::CLOCKS_S + log.resolution_s + log.interval_s;
    let left_out = first.at_s > slack_s || duration_s.is_some_and(|duration| last.at_s < duration - slack_s);
    (log.has_place && left_out).then_some([first.at_s, last.at_s])
}

impl<'a> ByPackets<'a> {
    /// `ping` is the outage by ping, where that was logged, which says more of clocks; with `anywhere` time zero is known to be wrong,
    /// and every gap counts.
    pub fn new(
        log: &'a PacketLog,
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
        let is_open = by.main.is_some_and(|gap| gap.ended.is_none());
        let part = left_out(log, duration_s).filter(|_| !is_open).map(Doubt::Part);
        Self { doubt: by.doubt.or(part), ..by }
    }

    fn is_undecided(&self) -> bool {
        match self.doubt {
            Some(Doubt::Undecided(_)) => true,
            // What was lost, unless a single request, was an outage, if perhaps not the longest.
            Some(Doubt::Part(_)) => self.main.is_none_or(|gap| gap.lost() <= 1),
            _ => false,
        }
    }

    /// The outage, of 0 s where everything was answered; `None` where nothing decides whether a gap is the outage.
    pub fn outage(&self) -> Option<Outage> {
        if self.is_undecided() {
            return None;
        }
        let (main, log) = (self.main, self.log);
        let estimate_s = main.map_or(0.0, |gap| gap.length_s());
        let is_open = main.is_some_and(|gap| gap.ended.is_none());
        let lower_s = main.map_or(0.0, |gap| shortest_s(log, gap));
        let place = |t: f64| log.has_place.then_some(t);
        Some(Outage {
            method: Method::PacketGap,
            estimate_s,
            lower_s: lower_s.min(estimate_s),
            upper_s: (!is_open).then(|| longest_s(log, self.since_s).max(estimate_s)),
            start_s: main.and_then(|gap| place(gap.start_s())),
            end_s: main.and_then(|gap| place(gap.end_s()?)),
            censored: is_open,
            source_file: log.file.clone(),
        })
    }

    /// What must be known of the choice of a gap.
    pub fn flags(&self) -> Vec<Flag> {
        let doubt = self.doubt.map(|doubt| doubt.flag(FlagCode::PacketsUndecided, FlagCode::PacketsLeaveOut));
        let main = self.main.filter(|_| !self.is_undecided());
        doubt.into_iter().chain(main.and_then(|gap| several(gap.length_s(), self.others))).collect()
    }

    /// What the capture says of the run.
    pub fn summary(&self) -> Packets {
        let log = self.log;
        let unanswered = gaps(log).iter().map(Gap::lost).fold(0, u32::saturating_add);
        Packets {
            vm: log.vm.clone(),
            vm_declared: log.is_declared,
            to_vm: log.to_vm,
            from_vm: log.from_vm,
            asked: u32::try_from(log.asks.len()).unwrap_or(u32::MAX),
            unanswered,
            unanswered_in_outage: self.main.map_or(0, |gap| gap.lost()),
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
