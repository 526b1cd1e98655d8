//! Which of the migrations in a log a record is about.
//!
//! A log may tell of many, one after another or several at once. xend's log names neither the VM nor the migration in
//! what `xc_save` says: rounds are given to the migration that lacks just this round, and of several to the one whose
//! round before dirtied as many pages as this one sends or skips. Where several are left, or none, a diagnostic says so.

use super::record::{Origin, Writer};
use super::row::Row;
use crate::diagnostic::{Diagnostics, Place};

/// A migration.
#[derive(Debug, Default)]
pub(super) struct Job {
    writer: Writer,
    pid: Option<u64>,
    thread: Option<u64>,
    domain: Option<u64>,
    pub incoming: bool,
    /// Line of the last record about it.
    pub last: u64,
    /// Its latest round, from 1; 0 before.
    pub round: u64,
    /// Pages that the round before it dirtied: what it sends or skips.
    pub dirtied: Option<f64>,
    /// Pages done of that round.
    pub done: Option<f64>,
    /// A round that has begun and of which nothing else is known yet.
    pub begun: Option<Row>,
    /// The row of the round that figures to come belong to.
    pub open_row: Option<usize>,
    /// What comes is the last round: the VM is suspended.
    pub last_round: LastRound,
    /// What went wrong first.
    pub error: Option<String>,
    /// The memory is through.
    pub saved: bool,
    /// Nothing but a verdict can follow.
    pub ended: bool,
    /// Known how it ended.
    pub judged: bool,
}

/// How far a migration is with its last round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LastRound {
    #[default]
    NotYet,
    /// The figures of the round before it are still to come.
    Announced,
    Next,
}

impl Job {
    fn fits(&self, origin: &Origin, domain: Option<u64>) -> bool {
        fn agree(one: Option<u64>, other: Option<u64>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        self.writer == origin.writer
            && agree(self.pid, origin.pid)
            && agree(self.thread, origin.thread)
            && agree(self.domain, domain.or(origin.domain))
    }

    pub fn domain(&self) -> Option<u64> {
        self.domain
    }
}

/// How often the log mentions a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    /// Each once, all of them.
    Once,
    /// Each several times, all of them.
    Often,
    /// Some of them.
    Some,
}

/// Most migrations that are taken to be under way at once. More are damage, and each would be looked at for each
/// record.
const AT_ONCE: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Jobs {
    all: Vec<Job>,
    /// Those that have not ended, and some that have.
    under_way: Vec<usize>,
}

impl Jobs {
    pub fn all(&self) -> &[Job] {
        &self.all
    }

    pub fn get(&self, at: usize) -> Option<&Job> {
        self.all.get(at)
    }

    pub fn get_mut(&mut self, at: usize) -> Option<&mut Job> {
        self.all.get_mut(at)
    }

    /// Those under way that a record may be about, the oldest first.
    fn fitting<'a>(
        &'a self,
        origin: &'a Origin,
        domain: Option<u64>,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Job)> {
        let all = self.under_way.iter().filter_map(|at| Some((*at, self.all.get(*at)?)));
        all.filter(move |(_, job)| !job.ended && job.fits(origin, domain))
    }

    /// A new migration.
    pub fn open(&mut self, origin: &Origin, domain: Option<u64>, line: u64) -> usize {
        let Origin { writer, pid, thread, .. } = *origin;
        // A terminal shows one after another.
        if writer == Writer::Terminal {
            self.close(writer);
        }
        let domain = domain.or(origin.domain);
        self.under_way.retain(|at| self.all.get(*at).is_some_and(|job| !job.ended));
        if self.under_way.len() >= AT_ONCE
            && let Some(job) = self.all.get_mut(self.under_way.remove(0))
        {
            job.ended = true;
        }
        let at = self.all.len();
        self.under_way.push(at);
        self.all.push(Job { writer, pid, thread, domain, last: line, ..Job::default() });
        at
    }

    /// All of a writer are over, whether they said so or not.
    pub fn close(&mut self, writer: Writer) {
        for at in &self.under_way {
            if let Some(job) = self.all.get_mut(*at).filter(|job| job.writer == writer) {
                job.ended = true;
            }
        }
    }

    /// The record is about this migration.
    pub fn touch(&mut self, at: usize, origin: &Origin, domain: Option<u64>, line: u64) {
        if let Some(job) = self.all.get_mut(at) {
            job.pid = job.pid.or(origin.pid);
            job.thread = job.thread.or(origin.thread);
            job.domain = job.domain.or(domain).or(origin.domain);
            job.last = line;
        }
    }

    /// The migration under way that something is about which does not say a round: of those that fit, one of
    /// which most is `wanted`.
    pub fn current<R: Ord>(
        &self,
        origin: &Origin,
        domain: Option<u64>,
        place: Place<'_>,
        log: &mut Diagnostics,
        wanted: impl Fn(&Job) -> R,
    ) -> Option<usize> {
        let best = self.fitting(origin, domain).map(|(_, job)| wanted(job)).max()?;
        latest(self.fitting(origin, domain).filter(|(_, job)| wanted(job) == best), place, log)
    }

    /// The migration of which this round has begun and nothing else is known yet.
    pub fn begun(&self, origin: &Origin, round: u64) -> Option<usize> {
        let begun = |job: &Job| job.begun.is_some() && job.round == round;
        let all = self.fitting(origin, None).filter(|(_, job)| begun(job));
        all.max_by_key(|(_, job)| job.last).map(|(at, _)| at)
    }

    /// The last migration of which the log has no outcome, also when it is over.
    pub fn judged(&self, origin: &Origin, domain: Option<u64>) -> Option<usize> {
        let mut recent = self.all.iter().enumerate().rev().take(AT_ONCE);
        recent.find(|(_, job)| !job.judged && job.fits(origin, domain)).map(|(at, _)| at)
    }

    /// The migration that a round is of; a new one if it is the first round of none. `pages` are what it sends or
    /// skips, where that is known.
    pub fn of_round(
        &mut self,
        origin: &Origin,
        (round, pages): (u64, Option<f64>),
        mention: Mention,
        place: Place<'_>,
        log: &mut Diagnostics,
    ) -> usize {
        let line = place.line.unwrap_or_default();
        let open = || self.fitting(origin, None);
        let same = |job: &Job| mention != Mention::Once && job.round == round;
        let next = |job: &Job| job.round.checked_add(1) == Some(round);
        let found = if round == 1 {
            let same = open().rfind(|(_, job)| same(job)).map(|(at, _)| at);
            // Of two that were started the first begins.
            same.or_else(|| open().find(|(_, job)| next(job)).map(|(at, _)| at))
        } else {
            let same = latest(open().filter(|(_, job)| same(job)), place, log);
            let all = |exact: bool| {
                open()
                    .filter(move |(_, job)| next(job) && (!exact || job.dirtied == pages && pages.is_some()))
            };
            same.or_else(|| latest(all(all(true).next().is_some()), place, log))
        };
        let found = found.or_else(|| {
            let (at, job) = open().filter(|_| round != 1).max_by_key(|(_, job)| job.last)?;
            let expected = job.round.saturating_add(1);
            if round < expected {
                log.warning("rounds-mixed", place, || {
                    format!("round {round} after round {}; rounds of two migrations may be mixed", job.round)
                });
            } else if mention != Mention::Some {
                missing(expected, round, place, log);
            }
            Some(at)
        });
        let at = found.unwrap_or_else(|| {
            if round > 1 && mention != Mention::Some {
                missing(1, round, place, log);
            }
            self.open(origin, None, line)
        });
        self.touch(at, origin, None, line);
        at
    }
}

fn missing(from: u64, round: u64, place: Place<'_>, log: &mut Diagnostics) {
    log.warning("rounds-missing", place, || {
        let to = round.saturating_sub(1);
        if from == to {
            format!("round {from} is not in the log")
        } else {
            format!("rounds {from} to {to} are not in the log")
        }
    });
}

/// The latest of several that would do: they cannot be told apart.
fn latest<'a>(
    all: impl Iterator<Item = (usize, &'a Job)>,
    place: Place<'_>,
    log: &mut Diagnostics,
) -> Option<usize> {
    let mut fitting = 0_usize;
    let (at, _) = all.inspect(|_| fitting += 1).max_by_key(|(_, job)| job.last)?;
    if fitting > 1 {
        log.warning("migrations-mixed", place, || {
            format!("this fits several migrations that were under way; it is taken for migration {at}")
        });
    }
    Some(at)
}
