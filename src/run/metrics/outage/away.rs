//! What a log of requests and one of captured packets have in common: times in which nothing answered, and which of them is the
//! outage.

use super::{Doubt, Placed, meet, middle, overlap, several};
use crate::model::{Flag, FlagCode, Method, Outage};
use crate::run::metrics::event::{self, Candidate, Choice, Others};

/// A time in which nothing was answered though something was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Away {
    /// What was asked in it, by its places among all: the first, and the first after it.
    pub asked: [usize; 2],
    /// How many of these failed, or were not answered in time.
    pub lost: u32,
    /// Between which instants it began.
    pub began: [f64; 2],
    /// Between which it ended; `None` where the log ends in it.
    pub ended: Option<[f64; 2]>,
    /// When the last that was asked in it was over, as far as the log goes.
    pub over_s: f64,
}

impl Away {
    pub fn start_s(&self) -> f64 {
        middle(self.began)
    }

    pub fn end_s(&self) -> Option<f64> {
        self.ended.map(middle)
    }

    /// Until the end of the log where that is all that is known.
    pub fn length_s(&self) -> f64 {
        (self.end_s().unwrap_or(self.over_s) - self.start_s()).max(0.0)
    }

    /// Whether it is no more than one request whose answer came late.
    fn is_late_answer(&self) -> bool {
        let [first, end] = self.asked;
        self.lost == 0 && self.ended.is_some() && end == first + 1
    }

    /// Length, start and end.
    fn placed(&self) -> Placed {
        (self.length_s(), self.start_s(), self.end_s().unwrap_or(self.over_s))
    }
}

/// A log of what was asked of the service or of its VM.
pub(super) trait Asked {
    const METHOD: Method;
    /// Where nothing but a time before the request stands out, and where the log shows only a part of the migration.
    const FLAGS: [FlagCode; 2];

    /// Path relative to the campaign folder.
    fn file(&self) -> &str;
    /// Usual time from one that was asked to the next, and how coarse the times are, seconds.
    fn steps_s(&self) -> [f64; 2];
    /// Whether the times are seconds since the request of the migration.
    fn has_place(&self) -> bool;
    /// What may be the outage; with `anywhere` wherever it lies.
    fn candidates(&self, anywhere: bool) -> Vec<Candidate<Away>>;
    /// The part of the migration, which took so long, that the log shows; `None` where that is all.
    fn left_out(&self, duration_s: Option<f64>) -> Option<[f64; 2]>;
    /// The least that such a time proves, seconds.
    fn shortest_s(&self, away: Away) -> f64;
    /// The longest time without a sign of life that ends at or after an instant, seconds.
    fn longest_s(&self, since_s: f64) -> f64;
}

/// What such a log shows of the outage of its run.
#[derive(Debug, Clone)]
pub(super) struct ByAsking<'a, L> {
    pub log: &'a L,
    pub main: Option<Away>,
    /// What ends from here on may be the outage, seconds since the request.
    since_s: f64,
    others: Others,
    doubt: Option<Doubt<Placed>>,
}

impl<'a, L: Asked> ByAsking<'a, L> {
    /// `ping` is the outage by ping, where that was logged, which says more of clocks; with `anywhere` time zero is known to be wrong,
    /// and every time counts.
    pub fn new(log: &'a L, duration_s: Option<f64>, ping: Option<Option<&Outage>>, anywhere: bool) -> Self {
        let [interval_s, resolution_s] = log.steps_s();
        let slack_s = event::CLOCKS_S + resolution_s;
        let since_s = if anywhere || !log.has_place() { f64::NEG_INFINITY } else { -slack_s };
        let seen = |main, others, doubt| Self { log, main, since_s, others, doubt };
        let none = Others::default();
        let by = match event::choose(log.candidates(anywhere), slack_s, interval_s) {
            Choice::Nothing => seen(None, none, None),
            Choice::Outage { what, before, others } => {
                let before = before.filter(|_| ping.is_none()).map(|before| before.placed());
                seen(Some(what), others, Doubt::beside(what.placed(), before, others))
            }
            Choice::Before { what, stands_out: true, .. } => {
                // A request that is stamped late leaves it a little before.
                let by = Self { since_s: what.start_s(), ..seen(Some(what), none, None) };
                let is_of_ping = |outage: &Outage| {
                    ping.flatten().is_some_and(|ping| meet(outage, ping, interval_s) && overlap(outage, ping))
                };
                match (by.outage().is_some_and(|outage| is_of_ping(&outage)), what.is_late_answer()) {
                    (true, _) => by,
                    // It proves no outage: whether or not the clocks are right, there was none, or one as long at most.
                    (false, true) => Self { since_s: what.start_s(), ..seen(None, none, None) },
                    (false, false) => seen(None, none, Some(Doubt::Undecided(what.placed()))),
                }
            }
            Choice::Before { after, others, .. } => {
                let doubt = after.and_then(|after| Doubt::beside(after.placed(), None, others));
                seen(after, others, doubt)
            }
        };
        let is_open = by.main.is_some_and(|away| away.ended.is_none());
        let part = log.left_out(duration_s).filter(|_| !is_open).map(Doubt::Part);
        Self { doubt: by.doubt.or(part), ..by }
    }

    /// Whether nothing decides which time is the outage.
    fn is_undecided(&self) -> bool {
        match self.doubt {
            Some(Doubt::Undecided(_)) => true,
            // What was lost, unless a single one, was an outage, if perhaps not the longest.
            Some(Doubt::Part(_)) => self.main.is_none_or(|away| away.lost == 1),
            Some(Doubt::Another { .. } | Doubt::Usual { .. } | Doubt::TimeZero(_) | Doubt::Over(_))
            | None => false,
        }
    }

    /// Whether nobody knows what was before the request and what after.
    pub fn is_unplaced(&self) -> bool {
        !self.log.has_place() || matches!(self.doubt, Some(Doubt::Undecided(_)))
    }

    /// The outage, of 0 s where everything was answered; `None` where nothing decides which time is the outage.
    pub fn outage(&self) -> Option<Outage> {
        if self.is_undecided() {
            return None;
        }
        let (main, log) = (self.main, self.log);
        let estimate_s = main.map_or(0.0, |away| away.length_s());
        let is_open = main.is_some_and(|away| away.ended.is_none());
        let lower_s = main.map_or(0.0, |away| log.shortest_s(away));
        let place = |t: f64| log.has_place().then_some(t);
        Some(Outage {
            method: L::METHOD,
            estimate_s,
            lower_s: lower_s.min(estimate_s),
            upper_s: (!is_open).then(|| log.longest_s(self.since_s).max(estimate_s)),
            start_s: main.and_then(|away| place(away.start_s())),
            end_s: main.and_then(|away| place(away.end_s()?)),
            censored: is_open,
            source_file: log.file().to_owned(),
        })
    }

    /// What must be known of the choice.
    pub fn flags(&self) -> Vec<Flag> {
        let [undecided, leaves_out] = L::FLAGS;
        let doubt = self.doubt.map(|doubt| doubt.flag(undecided, leaves_out));
        let main = self.main.filter(|_| !self.is_undecided());
        doubt.into_iter().chain(main.and_then(|away| several(away.length_s(), self.others))).collect()
    }
}
