//! The events of a migration that somebody's own script logged, on the axis of the run.

use stillstand_parsers::Parsed;
use stillstand_parsers::declared::Mark;

use super::lines::{Lines, Told, around};
use crate::model::{Migration, Status};

/// When each of them was: Unix seconds by the observer's clock as read, seconds since the request once aligned.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLog {
    /// Path relative to the campaign folder.
    pub file: String,
    pub requested: Option<f64>,
    pub post_copy: Option<f64>,
    pub stopped: Option<f64>,
    pub resumed: Option<f64>,
    pub ended: Option<f64>,
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

/// The first event of each mark, by a clock that is so many seconds ahead of the observer's at an instant.
pub(super) fn read(log: &Parsed, file: &str, ahead_s: impl Fn(f64) -> f64) -> Option<EventLog> {
    let (times, marks) = (log.frame.f64s("time").ok()?, log.frame.strs("mark").ok()?);
    let place = |mark: Mark| {
        let mut rows = times.iter().zip(marks.iter()).enumerate();
        let row = rows.find(|(_, (time, name))| *name == Some(mark.name()) && time.is_some());
        row.map(|(row, _)| row)
    };
    let first =
        |mark: Mark| Some(place(mark)?).and_then(|row| times.get(row)).map(|time| time - ahead_s(time));
    let line = |mark: Mark| log.frame.lines(place(mark)?);
    let (end, failure) = (first(Mark::End), first(Mark::Failure));
    let lines = EventLines {
        requested: line(Mark::Request),
        post_copy: line(Mark::PostCopy),
        stopped: line(Mark::Stop),
        resumed: line(Mark::Resume),
        ended: line(Mark::Failure).or_else(|| line(Mark::End)),
    };
    Some(EventLog {
        file: file.to_owned(),
        requested: first(Mark::Request),
        post_copy: first(Mark::PostCopy),
        stopped: first(Mark::Stop),
        resumed: first(Mark::Resume),
        ended: failure.or(end),
        failed: failure.is_some(),
        resolution_s: log.facts.float("time_resolution_s").unwrap_or_default(),
        lines,
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
            ended: since(self.ended),
            ..self
        }
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
            migration.status = match self.ended {
                Some(_) if self.failed => Status::Failed,
                Some(_) => Status::Completed,
                None if self.requested.is_some() => Status::Unfinished,
                None => migration.status,
            };
        }
        let until_ended = || Some(self.ended? - self.requested?).filter(|duration| *duration >= 0.0);
        migration.duration_s = migration.duration_s.or_else(until_ended);
    }
}
