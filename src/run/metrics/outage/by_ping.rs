//! The outage by ping's unanswered requests, and by the gap between its replies.

use super::{Doubt, fits_downtime, overlap};
use crate::model::{Flag, FlagCode, Method, Migration, Outage, Ping};
use crate::run::align::{Lines, PingTimeline, around};
use crate::run::metrics::bounds::{self, Hole};
use crate::run::metrics::event::Choice;
use crate::run::metrics::round_trips;

/// What a log of ping shows of the outage of its run.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByPing<'a> {
    timeline: &'a PingTimeline,
    /// The hole that is the outage; `None` where nothing was lost.
    pub main: Option<Hole>,
    /// What ends from here on may be the outage, seconds since the request.
    since_s: f64,
    pub doubt: Option<Doubt<Hole>>,
}

/// What else was seen of the length of the outage, by clocks that are not ping's.
pub(super) struct Witnesses<'a> {
    /// Of the clock in the VM the largest step of all, wherever it lies, where one stands out; `None` without its log.
    pub guest: Option<Option<&'a Outage>>,
    /// How long the VM stood still by the hypervisor.
    pub hypervisor_s: Option<f64>,
}

impl<'a> ByPing<'a> {
    pub fn new(timeline: &'a PingTimeline, witnesses: &Witnesses<'_>, duration_s: Option<f64>) -> Self {
        let by = Self::chosen(timeline, witnesses);
        // A silence that has no end yet may last until the end of the migration, and longer.
        let open = by.main.is_some_and(|hole| hole.open);
        let left_out = bounds::left_out(timeline, duration_s).filter(|_| by.doubt.is_none() && !open);
        Self { doubt: by.doubt.or(left_out.map(Doubt::Part)), ..by }
    }

    fn chosen(timeline: &'a PingTimeline, witnesses: &Witnesses<'_>) -> Self {
        let since_s = -bounds::slack_s(timeline);
        let seen = |main, since_s, doubt| Self { timeline, main, since_s, doubt };
        let last = timeline.first_seq.saturating_add(timeline.sent).saturating_sub(1);
        let over_s = timeline.sent_at(last).filter(|sent| *sent < since_s);
        match bounds::choice(timeline) {
            Choice::Nothing => seen(None, since_s, over_s.map(Doubt::Over)),
            Choice::Outage { what, before, others } => {
                seen(Some(what), since_s, Doubt::beside(what, before, others))
            }
            Choice::Before { what, stands_out, after, others } => {
                let usual = after.and_then(|after| Doubt::beside(after, None, others));
                let by_service = seen(Some(what), f64::NEG_INFINITY, Some(Doubt::TimeZero(what)));
                let missed_s = bounds::longest_standstill(timeline, since_s);
                match by_service.is_confirmed(missed_s, witnesses) {
                    // Ping was over when the migration was requested, which cannot be.
                    _ if over_s.is_some() => by_service,
                    Some(true) => by_service,
                    Some(false) if what.lost == 1 => seen(after, since_s, None),
                    Some(false) | None if stands_out => seen(None, since_s, Some(Doubt::Undecided(what))),
                    Some(false) | None => seen(after, since_s, usual),
                }
            }
        }
    }

    /// Whether something else says that the hole, which ended before the request, is the outage: the clock in the VM made a
    /// step of the same length, or the VM stood still by the hypervisor for as long, and for longer than ping can have
    /// missed after the request. `None` where nothing else was logged.
    fn is_confirmed(&self, missed_s: f64, witnesses: &Witnesses<'_>) -> Option<bool> {
        let outage = self.outage()?;
        let guest = witnesses.guest.map(|step| step.is_some_and(|guest| overlap(guest, &outage)));
        let hypervisor =
            witnesses.hypervisor_s.map(|still_s| still_s > missed_s && fits_downtime(&outage, still_s));
        match (guest, hypervisor) {
            (None, None) => None,
            (guest, hypervisor) => Some(guest == Some(true) || hypervisor == Some(true)),
        }
    }

    /// How long a hole is, seconds.
    pub fn length_s(&self, hole: Hole) -> f64 {
        self.timeline.lost_s(hole.first, hole.lost)
    }

    /// When a hole began, seconds since the request.
    pub fn start_s(&self, hole: Hole) -> Option<f64> {
        hole.silence(self.timeline).0
    }

    /// When it ended, seconds since the request.
    pub fn end_s(&self, hole: Hole) -> Option<f64> {
        hole.silence(self.timeline).1
    }

    fn is_undecided(&self) -> bool {
        match self.doubt {
            Some(Doubt::Undecided(_) | Doubt::Over(_)) => true,
            // What was lost, unless a single request, was an outage, if perhaps not the longest.
            Some(Doubt::Part(_)) => self.main.is_none_or(|hole| hole.lost == 1),
            Some(Doubt::TimeZero(_) | Doubt::Another { .. } | Doubt::Usual { .. }) | None => false,
        }
    }

    /// What must be known of the outage beside its length: that nothing places it, that the service was away before, or
    /// several times, or again at the end, or only when the migration, which took so long, was over.
    pub fn left_open(&self, duration_s: Option<f64>) -> Vec<Flag> {
        let timeline = self.timeline;
        let flag = |code, values: &[(&'static str, f64)]| Flag { code, values: values.to_vec() };
        if timeline.answered.is_empty() {
            return vec![flag(FlagCode::NeverAnswered, &[("requests", f64::from(timeline.sent))])];
        }
        let main = self.main.filter(|_| !self.is_undecided());
        let length_s = main.map_or(0.0, |main| self.length_s(main));
        if timeline.origin_s.is_none() {
            return vec![flag(FlagCode::OutageWithoutPlace, &[("outage_s", length_s)])];
        }
        let slack_s = bounds::slack_s(timeline);
        if let Some(away_s) = bounds::away_from_the_first(timeline) {
            return vec![flag(FlagCode::AwayBeforeRequest, &[("seconds", -away_s)])];
        }
        let Some(main) = main else { return Vec::new() };
        let away_s = timeline.sent_at(main.first);
        let is_placed = !matches!(self.doubt, Some(Doubt::TimeZero(_)));
        let before = away_s.filter(|away_s| is_placed && *away_s < -slack_s);
        let before = before.map(|away_s| flag(FlagCode::AwayBeforeRequest, &[("seconds", -away_s)]));
        let after = away_s.zip(duration_s).map(|(away_s, duration_s)| away_s - duration_s);
        let after = after.filter(|after_s| is_placed && *after_s > slack_s);
        let after = after.map(|after_s| {
            flag(FlagCode::OutageAfterMigration, &[("outage_s", length_s), ("after_s", after_s)])
        });
        let again = bounds::lost_again(timeline, main).map(|[first, again]| {
            let values = [("outage_s", self.length_s(first)), ("again_s", self.length_s(again))];
            flag(FlagCode::ServiceLostAgain, &values)
        });
        let several = || {
            let (others, others_s) = bounds::others(timeline, main);
            let values =
                [("times", others as f64 + 1.0), ("total_s", length_s + others_s), ("outage_s", length_s)];
            (others > 0).then(|| flag(FlagCode::ServiceLostSeveralTimes, &values))
        };
        let more = again.or_else(several);
        before.into_iter().chain(after).chain(more).collect()
    }

    /// What the log says of the run, whose outage by it is `outage`.
    pub fn summary(&self, outage: Option<&Outage>, migration: &Migration) -> Ping {
        let timeline = self.timeline;
        let received = u32::try_from(timeline.answered.len()).unwrap_or(u32::MAX);
        let resumed = outage.and_then(|outage| outage.end_s).or(migration.duration_s);
        let (before, during, after) = match self.doubt {
            // Nobody knows what was before and what after.
            Some(Doubt::TimeZero(_) | Doubt::Undecided(_) | Doubt::Over(_)) => (None, None, None),
            Some(Doubt::Another { .. } | Doubt::Usual { .. } | Doubt::Part(_)) | None => {
                round_trips::by_phase(timeline, resumed)
            }
        };
        Ping {
            sent: timeline.sent,
            received,
            lost: timeline.sent.saturating_sub(received),
            longest_gap_lost: self.main.map_or(0, |hole| hole.lost),
            duplicates: timeline.duplicates,
            interval_s: timeline.interval_s,
            before,
            during,
            after,
        }
    }

    /// k unanswered requests, one every i seconds: the outage is k · i, with a ping that waits for its answers k times as
    /// long as it waits. It lies between the answered requests around them. `None` where nothing decides whether the only hole is the outage.
    pub fn outage(&self) -> Option<Outage> {
        if self.is_undecided() {
            return None;
        }
        let (main, timeline) = (self.main, self.timeline);
        let estimate_s = main.map_or(0.0, |hole| self.length_s(hole));
        let open = main.is_some_and(|hole| hole.open);
        let (start_s, end_s) = main.map_or((None, None), |hole| hole.silence(timeline));
        Some(Outage {
            method: Method::Ping,
            estimate_s,
            lower_s: main.map_or(0.0, |hole| bounds::shortest_standstill(hole, timeline).min(estimate_s)),
            upper_s: (!open).then(|| bounds::longest_standstill(timeline, self.since_s).max(estimate_s)),
            start_s,
            end_s,
            censored: open,
            source_file: timeline.file.clone(),
        })
    }

    /// Longest time between two consecutive arrivals, less the interval; of those that end where the outage may. A log
    /// that ends in its main hole, or in a silence longer than all others, gives that as a lower bound.
    pub fn reply_gap(&self) -> Option<Outage> {
        let (main, timeline) = (self.main, self.timeline);
        let Gap { from, to, censored } = self.gap()?;
        let i = timeline.interval_s;
        let estimate_s = if censored { to - from } else { (to - from - i).max(0.0) };
        // Only what was lost proves that the VM stood still: what came late may have been late on its way.
        let within = |hole: &Hole| timeline.sent_at(hole.first).is_some_and(|t| from <= t && t <= to);
        let lower_s = main.filter(within).map_or(0.0, |hole| bounds::shortest_standstill(hole, timeline));
        Some(Outage {
            method: Method::PingReplyGap,
            estimate_s,
            lower_s: lower_s.min(estimate_s),
            upper_s: (!censored).then(|| bounds::longest_standstill(timeline, self.since_s).max(estimate_s)),
            start_s: Some(from + i / 2.0),
            end_s: (!censored).then_some(from + i / 2.0 + estimate_s),
            censored,
            source_file: timeline.file.clone(),
        })
    }

    /// The longest time between two consecutive arrivals; `None` where nothing decides whether it is the outage.
    fn gap(&self) -> Option<Gap> {
        if self.is_undecided() {
            return None;
        }
        let (main, timeline) = (self.main, self.timeline);
        let last_request = timeline.first_seq.saturating_add(timeline.sent).saturating_sub(1);
        let end = timeline.sent_at(last_request)?;
        let mut arrivals: Vec<f64> = bounds::sightings(timeline).map(|seen| seen.until_s).collect();
        // A late reply may arrive after those to later requests.
        arrivals.sort_by(f64::total_cmp);
        let longer = |longest: (f64, f64), gap: (f64, f64)| {
            if gap.1 - gap.0 > longest.1 - longest.0 { gap } else { longest }
        };
        let pairs = arrivals.windows(2).map(|pair| (pair[0], pair[1]));
        let closed = pairs.filter(|gap| gap.1 >= self.since_s).reduce(longer);
        let open = arrivals.last().map(|last| (*last, end)).filter(|gap| gap.1 > gap.0);
        let censored = main.is_some_and(|hole| hole.open)
            || open.is_some_and(|open| closed.is_none_or(|closed| longer(closed, open) == open));
        let (from, to) = open.filter(|_| censored).or(closed)?;
        Some(Gap { from, to, censored })
    }

    /// The lines of the last reply before the silence and of the first behind it, or of ping's summary where none is; those
    /// of all replies where nothing was lost.
    pub fn lines(&self) -> Option<Lines> {
        let timeline = self.timeline;
        let Some(hole) = self.main else { return self.all_lines() };
        let answer = |seq: u32| timeline.lines.first(timeline.answered.binary_search(&seq).ok()?);
        let before = hole.first.checked_sub(1).and_then(answer);
        let after = match hole.open {
            true => timeline.summary_line,
            false => answer(hole.first.saturating_add(hole.lost)),
        };
        around(before.into_iter().chain(after))
    }

    /// The same of the gap between replies.
    pub fn gap_lines(&self) -> Option<Lines> {
        let (timeline, gap) = (self.timeline, self.gap()?);
        let arrived = |at: f64| {
            let place = bounds::sightings(timeline).position(|seen| seen.until_s.to_bits() == at.to_bits());
            timeline.lines.first(place?)
        };
        let behind = if gap.censored { timeline.summary_line } else { arrived(gap.to) };
        around(arrived(gap.from).into_iter().chain(behind))
    }

    /// From the first reply to the last, and the summary.
    pub fn all_lines(&self) -> Option<Lines> {
        let timeline = self.timeline;
        let of_replies = (0..timeline.answered.len()).filter_map(|place| timeline.lines.first(place));
        around(of_replies.chain(timeline.summary_line))
    }
}

/// From one arrival to the next, or to the last request of a log that ends in silence.
struct Gap {
    from: f64,
    to: f64,
    censored: bool,
}
