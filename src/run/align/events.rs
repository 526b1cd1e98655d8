//! The events of a migration that somebody's own script logged, on the axis of the run.

use stillstand_parsers::Parsed;
use stillstand_parsers::declared::Mark;

use super::FileReport;
use super::lines::{Lines, Told, around};
use crate::model::{Migration, Severity, Status};

/// When each of them was: Unix seconds by the observer's clock as read, seconds since the request once aligned.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLog {
    /// Path relative to the campaign folder.
    pub file: String,
    pub requested: Option<f64>,
    pub post_copy: Option<f64>,
    pub stopped: Option<f64>,
    pub resumed: Option<f64>,
    /// When it ran again after it had stopped once more.
    pub resumed_again: Option<f64>,
    pub ended: Option<f64>,
    /// Whether the migration was over, also where nothing says when.
    pub over: bool,
    /// Whether the end was a failure.
    pub failed: bool,
    /// How coarse its times are, seconds: what happened was up to that much later.
    pub resolution_s: f64,
    pub lines: EventLines,
}

/// The line of each event.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EventLines {
    pub requested: Option<Lines>,
    pub post_copy: Option<Lines>,
    pub stopped: Option<Lines>,
    pub resumed: Option<Lines>,
    pub ended: Option<Lines>,
}

/// The instant of an event, and its row.
type Placed = (f64, usize);

/// The first event of each mark that can be of this migration, by a clock that is so many seconds ahead of the observer's at an
/// instant: nothing of it happens before its request, and a VM resumes after it has stopped. What is there only before is told.
pub(super) fn read(
    log: &Parsed,
    ahead_s: impl Fn(f64) -> f64,
    report: &mut FileReport<'_>,
) -> Option<EventLog> {
    let (times, marks) = (log.frame.f64s("time").ok()?, log.frame.strs("mark").ok()?);
    let file = report.file.to_owned();
    let mut first = |mark: Mark, after: Option<(Mark, f64)>| {
        let rows = times.iter().zip(marks.iter()).enumerate();
        let of_mark = rows.filter(|(_, (_, name))| *name == Some(mark.name()));
        let instants = of_mark.filter_map(|(row, (time, _))| Some((time?, row)));
        let instants = instants.map(|(time, row)| (time - ahead_s(time), row));
        let (may_be, early): (Vec<Placed>, Vec<Placed>) =
            instants.partition(|(t, _)| after.is_none_or(|(_, after)| *t >= after));
        let found = may_be.into_iter().next();
        if let (None, Some((before, at)), Some((early, _))) = (found, after, early.last()) {
            let message = format!(
                "its {} is {:.3} s before its {}, and not used: is one of them another event, or was the clock set? `words` in \
                 campaign.toml says which words stand for which",
                mark.name(),
                at - early,
                before.name()
            );
            report.add(Severity::Error, "events-out-of-order", message);
        }
        found
    };
    let later = |mark: Mark, after: f64| {
        let rows = times.iter().zip(marks.iter()).enumerate();
        let of_mark = rows.filter(|(_, (_, name))| *name == Some(mark.name()));
        let instants = of_mark.filter_map(|(row, (time, _))| Some((time? - ahead_s(time?), row)));
        instants.filter(|(t, _)| *t > after).collect::<Vec<Placed>>()
    };
    let is_unplaced = |mark: Mark| {
        times.iter().zip(marks.iter()).any(|(time, name)| time.is_none() && name == Some(mark.name()))
    };
    let at = |found: Option<Placed>| found.map(|(t, _)| t);
    let requested = first(Mark::Request, None);
    let since_request = at(requested).map(|at| (Mark::Request, at));
    let stopped = first(Mark::Stop, since_request);
    let (end, failure) = (first(Mark::End, since_request), first(Mark::Failure, since_request));
    let post_copy = first(Mark::PostCopy, since_request);
    let resumed = first(Mark::Resume, at(stopped).map(|at| (Mark::Stop, at)).or(since_request));
    let ended = failure.or(end);
    // A VM that is shut down when all is over has not stopped for the migration.
    let is_before_end = |stop: &Placed| ended.is_none_or(|end| stop.0 <= end.0);
    let stopped_again =
        at(resumed).and_then(|at| later(Mark::Stop, at).first().copied()).filter(is_before_end);
    let resumed_again = at(stopped_again).and_then(|at| later(Mark::Resume, at).last().copied());
    let line = |found: Option<Placed>| log.frame.lines(found?.1);
    let number = |found: Option<Placed>| line(found).map_or(0, |[first, _]| first);
    if failure.is_some() && end.is_some() {
        let message = format!(
            "line {} says that the migration failed, and line {} that it was over: it counts as failed. `words` in campaign.toml says which \
             words stand for which",
            number(failure),
            number(end)
        );
        report.add_at(Severity::Warning, "events-contradict", number(failure).max(number(end)), message);
    }
    if stopped_again.is_some() {
        let [first, back] = [number(stopped), number(resumed)];
        let again = match resumed_again {
            Some(_) => format!(" and resumed in line {}", number(resumed_again)),
            None => String::new(),
        };
        let message = format!(
            "the VM stopped again in line {}{again}, after it had stopped in line {first} and resumed in line {back}: how long it stood \
             still by this log is from line {first} to line {back}",
            number(stopped_again)
        );
        report.add_at(Severity::Warning, "events-again", number(stopped_again), message);
    }
    Some(EventLog {
        file,
        requested: at(requested),
        post_copy: at(post_copy),
        stopped: at(stopped),
        resumed: at(resumed),
        resumed_again: at(resumed_again),
        ended: at(ended),
        over: ended.is_some() || is_unplaced(Mark::End) || is_unplaced(Mark::Failure),
        failed: failure.is_some() || (ended.is_none() && is_unplaced(Mark::Failure)),
        resolution_s: log.facts.float("time_resolution_s").unwrap_or_default(),
        lines: EventLines {
            requested: line(requested),
            post_copy: line(post_copy),
            stopped: line(stopped),
            resumed: line(resumed),
            ended: line(ended),
        },
    })
}

impl EventLog {
    /// The same with all instants as seconds since `zero`; without a time zero there are none.
    pub(super) fn since(self, zero: Option<f64>) -> Self {
        let since = |t: Option<f64>| Some(t? - zero?);
        Self {
            requested: since(self.requested),
            post_copy: since(self.post_copy),
            stopped: since(self.stopped),
            resumed: since(self.resumed),
            resumed_again: since(self.resumed_again),
            ended: since(self.ended),
            ..self
        }
    }

    /// From the line of the stop to that of the resumption.
    pub fn standstill(&self) -> Option<Lines> {
        let (stopped, resumed) = (self.lines.stopped?, self.lines.resumed?);
        around([stopped, resumed].into_iter().flatten())
    }

    /// Where it tells of the migration process.
    pub(super) fn told(&self) -> Told {
        let EventLines { requested, ended, .. } = self.lines;
        let both = requested.zip(ended).and_then(|(from, to)| around([from, to].into_iter().flatten()));
        Told { request: requested, duration: both, status: ended.or(requested) }
    }

    /// Adds to what is known of a migration what the script knows alone, or better. `source_ahead_s` is by how much the clock
    /// of the source is ahead of the observer's.
    pub(super) fn complete(&self, migration: &mut Migration, source_ahead_s: impl Fn(f64) -> f64) {
        if let Some(requested) = self.requested
            && (migration.request_epoch_s.is_none() || self.resolution_s < migration.request_resolution_s)
        {
            migration.request_epoch_s = Some(requested + source_ahead_s(requested));
            migration.request_resolution_s = self.resolution_s;
        }
        if matches!(migration.status, Status::Unknown | Status::Unfinished) {
            migration.status = match self.over {
                true if self.failed => Status::Failed,
                true => Status::Completed,
                // A VM that runs on the target has moved, whether or not anybody told the end.
                false if self.requested.is_some() && self.resumed.is_none() => Status::Unfinished,
                false => migration.status,
            };
        }
        migration.duration_s = migration.duration_s.or_else(|| self.duration_s());
    }

    /// From the request to the end, seconds.
    pub(super) fn duration_s(&self) -> Option<f64> {
        Some(self.ended? - self.requested?).filter(|duration| *duration >= 0.0)
    }
}
