//! The outage by the throughput of the service: the time for which it did less than a share of what is ordinary.
//!
//! An interval tells what was done in it, not when. One with less than the share θ of the ordinary B is low. What is proven
//! of it: with the rate x in a length L the service was below θ·B for L·(1 − x ⁄ θB) at least, since above it would have done more.
//! At the edges of low intervals an operation more may not have come for as long as chance leaves between two.
//! An outage that covers an interval makes it low, so that it is shorter than the low intervals with both neighbours, and than
//! two intervals side by side where none is low.
//!
//! A sender counts what its socket takes. While its buffers have room it goes on though nothing arrives, and sends the rest in one burst
//! afterwards: an outage may be longer than its log shows by as long as these buffers last.

use super::{Doubt, Placed, several};
use crate::model::throughput::BACK;
use crate::model::{Flag, FlagCode, Method, Outage, Unit};
use crate::run::align::{Interval, Lines, ServiceLog, around};
use crate::run::metrics::event::{self, Candidate, Choice, Others};
use crate::run::metrics::throughput::{self, Ordinary};

/// With a chance of one in two hundred there is no operation for so many times the usual time between two.
const GAPS: f64 = 5.3;
/// A flow of blocks has none for so many times the usual time between two.
const BLOCKS: f64 = 2.0;
/// Of a hundred intervals before the request no more begin a low time that is ordinary.
const LOW_BY_CHANCE: f64 = 0.01;
/// Fewer intervals behind the outage do not show that the service stayed slower.
const LEAST_AFTER: usize = 3;
/// What sums of seconds since 1970 may be off by.
const SAME_S: f64 = 1e-5;

/// Low intervals side by side, by their places among all: the first, and the first after them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Low {
    first: usize,
    end: usize,
}

/// What the log of a service shows of the outage of its run.
#[derive(Debug)]
pub(super) struct ByThroughput<'a> {
    log: &'a ServiceLog,
    intervals: Vec<Interval>,
    baseline: f64,
    main: Option<Low>,
    /// What ends behind this instant may be the outage, seconds since the request.
    since_s: f64,
    /// When the migration was over, seconds since the request.
    over_s: Option<f64>,
    others: Others,
    doubt: Option<Doubt<Placed>>,
}

impl<'a> ByThroughput<'a> {
    /// `None` where the log does not tell what is ordinary. With `anywhere` time zero is known to be wrong, and every low time
    /// counts.
    pub fn new(log: &'a ServiceLog, duration_s: Option<f64>, anywhere: bool) -> Option<Self> {
        let Ordinary { baseline, intervals, .. } = throughput::ordinary(log)?;
        let slack_s = event::CLOCKS_S + log.resolution_s + log.placed_s;
        let (first, last) = (intervals.first()?, intervals.last()?);
        let seen_s = [first.from_s, last.to_s];
        let begins_late = first.from_s > slack_s;
        let part = event::left_out(seen_s, slack_s, log.interval_s, duration_s);
        let part = part.or(begins_late.then_some(seen_s)).map(Doubt::Part);
        let since_s = if anywhere { f64::NEG_INFINITY } else { -slack_s };
        let mut by = Self {
            log,
            intervals,
            baseline,
            main: None,
            since_s,
            over_s: duration_s,
            others: Others::default(),
            doubt: None,
        };
        let placed = |low| (by.length_s(low), by.start_s(low), by.end_s(low));
        let none = Others::default();
        let (main, others, doubt) = match event::choose(by.candidates(anywhere), slack_s, log.interval_s) {
            Choice::Nothing => (None, none, None),
            Choice::Outage { what, before, others } => {
                (Some(what), others, Doubt::beside(placed(what), before.map(placed), others))
            }
            Choice::Before { what, stands_out: true, .. } => {
                (None, none, Some(Doubt::Undecided(placed(what))))
            }
            Choice::Before { after, others, .. } => {
                (after, others, after.and_then(|after| Doubt::beside(placed(after), None, others)))
            }
        };
        let is_open = main.is_some_and(|low| by.is_open(low));
        (by.main, by.others, by.doubt) = (main, others, doubt.or(part.filter(|_| !is_open)));
        Some(by)
    }

    /// Whether no outage is stated.
    pub fn is_undecided(&self) -> bool {
        match self.doubt {
            // Its clock stands still with the VM.
            _ if self.log.is_of_vm => true,
            Some(Doubt::Undecided(_)) => true,
            Some(Doubt::Part(_)) => self.main.is_none(),
            Some(Doubt::Another { .. } | Doubt::Usual { .. } | Doubt::TimeZero(_) | Doubt::Over(_))
            | None => false,
        }
    }

    /// What must be known of the choice of a low time.
    pub fn flags(&self) -> Vec<Flag> {
        if self.log.is_of_vm {
            return vec![Flag { code: FlagCode::LoggedInside, values: Vec::new() }];
        }
        let doubt =
            self.doubt.map(|doubt| doubt.flag(FlagCode::ThroughputUndecided, FlagCode::ThroughputLeavesOut));
        let main = self.main.filter(|_| !self.is_undecided());
        let more = main.and_then(|low| several(self.length_s(low), self.others));
        doubt.into_iter().chain(more).chain(self.lost_again(main)).chain(self.slower(main)).collect()
    }

    /// That the service was never as fast again as ordinary, as far as the log goes on behind the outage, or the migration.
    fn slower(&self, main: Option<Low>) -> Option<Flag> {
        let from = match main {
            Some(low) => low.end,
            None => self.intervals.iter().position(|interval| Some(interval.from_s) >= self.over_s)?,
        };
        // The interval in which it came back is partly of the outage.
        let after = self.intervals.get(from + usize::from(main.is_some())..)?;
        let is_below = |interval: &Interval| {
            interval.rate.is_some_and(|rate| rate < BACK * self.baseline) && !self.is_low(interval)
        };
        let is_long = after.len() >= LEAST_AFTER && self.over_s.is_some();
        let seconds: f64 = after.iter().map(|interval| interval.length_s()).sum();
        let work: f64 = after.iter().filter_map(|interval| Some(interval.rate? * interval.length_s())).sum();
        let percent = 100.0 * work / seconds / self.baseline;
        let values = vec![("seconds", seconds), ("percent", percent)];
        let is_slower = is_long && after.iter().all(is_below);
        is_slower.then_some(Flag { code: FlagCode::ThroughputNotBack, values })
    }

    /// That the service did nothing when the log ended.
    fn lost_again(&self, main: Option<Low>) -> Option<Flag> {
        let again = self.all_lows().into_iter().find(|low| self.is_at_the_end(*low))?;
        let slice = self.slice(again);
        let again_s: f64 = slice.iter().map(|interval| interval.length_s()).sum();
        let (code, values) = match main {
            Some(main) => {
                (FlagCode::ServiceLostAgain, vec![("outage_s", self.length_s(main)), ("again_s", again_s)])
            }
            None => (
                FlagCode::LostAfterMigration,
                vec![("again_s", again_s), ("after_s", slice.first()?.from_s - self.over_s?)],
            ),
        };
        Some(Flag { code, values })
    }

    fn is_low(&self, interval: &Interval) -> bool {
        interval.rate.is_none_or(|rate| rate < self.log.windows.outage_share * self.baseline)
    }

    /// All runs of low intervals but those with which the log begins: nothing was there to be lost.
    fn all_lows(&self) -> Vec<Low> {
        let mut lows: Vec<Low> = Vec::new();
        for (place, interval) in self.intervals.iter().enumerate() {
            if !self.is_low(interval) {
                continue;
            }
            match lows.last_mut().filter(|low| low.end == place) {
                Some(low) => low.end = place + 1,
                None => lows.push(Low { first: place, end: place + 1 }),
            }
        }
        lows.retain(|low| low.first > 0);
        lows
    }

    /// Those of which each may be the outage.
    fn lows(&self) -> Vec<Low> {
        let mut lows = self.all_lows();
        lows.retain(|low| !self.is_at_the_end(*low));
        lows
    }

    /// Whether the log ends in it and it began when the migration was over: then the tool may just have come to its end.
    fn is_at_the_end(&self, low: Low) -> bool {
        let from_s = self.slice(low).first().map_or(0.0, |interval| interval.from_s);
        self.is_open(low) && self.over_s.is_some_and(|over_s| from_s > over_s + event::CLOCKS_S)
    }

    /// A low time stands out unless low times as long are ordinary: those before the request that are half as long at least.
    fn candidates(&self, anywhere: bool) -> Vec<Candidate<Low>> {
        let count = self.intervals.iter().filter(|interval| interval.to_s <= 0.0).count();
        let over_s = |low: Low| self.intervals.get(low.end).map_or(f64::INFINITY, |after| after.to_s);
        let lows = self.lows();
        let before: Vec<f64> =
            lows.iter().filter(|low| over_s(**low) <= 0.0).map(|low| self.length_s(*low)).collect();
        let candidate = |low: Low| {
            let length = self.length_s(low);
            let alike = before.iter().filter(|known| 2.0 * **known >= length).count();
            let is_usual = alike > 1 && alike as f64 > LOW_BY_CHANCE * count as f64;
            let over_s = (!anywhere).then(|| over_s(low));
            Candidate { what: low, length, over_s, stands_out: !is_usual }
        };
        // Where the log has no rows nothing was seen, though an outage may have been.
        let is_seen = |low: &Low| self.slice(*low).iter().any(|interval| interval.rate.is_some());
        lows.iter().copied().filter(is_seen).map(candidate).collect()
    }

    fn slice(&self, low: Low) -> &[Interval] {
        self.intervals.get(low.first..low.end).unwrap_or_default()
    }

    /// How much of a neighbour the outage takes if the service does as ever in the rest.
    fn taken_s(&self, neighbour: Option<&Interval>) -> f64 {
        let missing = |interval: &Interval| {
            let share = 1.0 - interval.rate.unwrap_or_default() / self.baseline;
            share.clamp(0.0, 1.0) * interval.length_s()
        };
        neighbour.map_or(0.0, missing)
    }

    fn before(&self, low: Low) -> Option<&Interval> {
        self.intervals.get(low.first.checked_sub(1)?)
    }

    fn after(&self, low: Low) -> Option<&Interval> {
        self.intervals.get(low.end)
    }

    /// Whether the log ends in it.
    fn is_open(&self, low: Low) -> bool {
        low.end >= self.intervals.len()
    }

    fn start_s(&self, low: Low) -> f64 {
        let from = self.slice(low).first().map_or(0.0, |interval| interval.from_s);
        from - self.taken_s(self.before(low))
    }

    fn end_s(&self, low: Low) -> f64 {
        let to = self.slice(low).last().map_or(0.0, |interval| interval.to_s);
        to + self.taken_s(self.after(low))
    }

    fn length_s(&self, low: Low) -> f64 {
        self.end_s(low) - self.start_s(low)
    }

    /// For how long chance leaves no operation.
    fn chance_s(&self) -> f64 {
        let gaps = if self.log.unit == Unit::PerSecond { GAPS } else { BLOCKS };
        gaps * self.log.at_once / self.baseline
    }

    /// Of a low interval the part that need not be of the outage.
    fn unproven_s(&self, interval: &Interval) -> f64 {
        let limit = self.log.windows.outage_share * self.baseline;
        interval.rate.map_or(1.0, |rate| (rate / limit).min(1.0)) * interval.length_s()
    }

    fn shortest_s(&self, low: Low) -> f64 {
        let proven = |interval: &Interval| interval.length_s() - self.unproven_s(interval);
        let all: f64 = self.slice(low).iter().map(proven).sum();
        (all - 2.0 * self.chance_s() - self.log.resolution_s).max(0.0)
    }

    /// The longest outage that ends after the request and may have gone unseen, or been longer than it looks.
    fn longest_s(&self) -> f64 {
        let lengths =
            |intervals: &[Interval]| intervals.iter().map(|interval| interval.length_s()).sum::<f64>();
        let ends = |last: Option<&Interval>| last.is_some_and(|interval| interval.to_s > self.since_s);
        let around =
            self.lows().into_iter().map(|low| Low { first: low.first.saturating_sub(1), end: low.end + 1 });
        let around = around.map(|wide| {
            let end = wide.end.min(self.intervals.len());
            self.intervals.get(wide.first..end).unwrap_or_default()
        });
        let pairs = self.intervals.windows(2);
        let possible = pairs.chain(around).filter(|intervals| ends(intervals.last())).map(lengths);
        possible.fold(0.0, f64::max) + self.log.resolution_s + self.log.buffered / self.baseline
    }

    /// The outage, of 0 s where no interval is low; `None` where nothing decides whether a low time is the
    /// outage, or the log shows only a part of the migration and nothing in it.
    pub fn outage(&self) -> Option<Outage> {
        if self.is_undecided() {
            return None;
        }
        let estimate_s = self.main.map_or(0.0, |low| self.length_s(low));
        let is_open = self.main.is_some_and(|low| self.is_open(low));
        let lower_s = self.main.map_or(0.0, |low| self.shortest_s(low)).min(estimate_s);
        Some(Outage {
            method: Method::Throughput,
            estimate_s,
            lower_s,
            upper_s: (!is_open).then(|| self.longest_s().max(estimate_s)),
            start_s: self.main.map(|low| self.start_s(low)),
            end_s: self.main.filter(|_| !is_open).map(|low| self.end_s(low)),
            censored: is_open,
            source_file: self.log.file.clone(),
        })
    }

    /// The rows of the low intervals and of their neighbours; those of all intervals where none is low.
    pub fn lines(&self) -> Option<Lines> {
        let all = Low { first: 1, end: self.intervals.len().saturating_sub(1) };
        let low = self.main.unwrap_or(all);
        let from = self.before(low)?.to_s;
        let to = self.after(low).or(self.intervals.last())?.to_s;
        let within = |t: f64| (from - SAME_S..=to + SAME_S).contains(&t);
        around(self.log.lines.iter().filter(|(t, _)| within(*t)).map(|(_, line)| *line))
    }

    /// Between which instants the outage began, and between which it ended.
    fn ends(&self, low: Low) -> Option<([f64; 2], Option<[f64; 2]>)> {
        let (first, last) = (self.slice(low).first()?, self.slice(low).last()?);
        let within =
            |interval: &Interval| (self.unproven_s(interval) + self.chance_s()).min(interval.length_s());
        // A sender may have gone on before that, and the whole log may lie later.
        let (hidden_s, placed_s) = (self.log.buffered / self.baseline, self.log.placed_s);
        let began = [self.before(low)?.from_s - hidden_s, first.from_s + within(first) + placed_s];
        Some((began, self.after(low).map(|after| [last.to_s - within(last), after.to_s + placed_s])))
    }
}

/// Between which instants an outage by this log began, and between which it ended, seconds since the request.
pub(super) fn ends(log: &ServiceLog, outage: &Outage) -> Option<([f64; 2], Option<[f64; 2]>)> {
    let by = ByThroughput::new(log, None, false)?;
    let low = by.lows().into_iter().find(|low| Some(by.start_s(*low)) == outage.start_s)?;
    by.ends(low)
}

#[cfg(test)]
mod tests;
