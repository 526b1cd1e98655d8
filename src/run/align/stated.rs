//! What a row of a table of migrations says of its run.

use stillstand_parsers::Parsed;
use stillstand_parsers::declared::Figure;

use super::FileReport;
use super::lines::Lines;
use crate::input::load::LoadedFile;
use crate::model::{Hypervisor, Method, Migration, Outage, Severity, Status};

/// What somebody has measured, and written into a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// Path relative to the campaign folder.
    pub file: String,
    /// Unix seconds by the source's clock.
    requested: Option<f64>,
    /// How coarse that is, seconds.
    resolution_s: f64,
    duration_s: Option<f64>,
    downtime: Option<Rounded>,
    outage: Option<(Method, Rounded)>,
    transferred_bytes: Option<f64>,
    /// Whether it completed, where a column says so, which may say nothing of this migration.
    succeeded: Option<Option<bool>>,
    /// Whether it was over, though nothing says how long it took.
    ended: bool,
    /// Of the row.
    pub lines: Option<Lines>,
}

/// A length, and to what it is rounded, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rounded {
    seconds: f64,
    to_s: f64,
}

/// The first row; outages in it were measured by `method`.
pub(super) fn read(file: &LoadedFile, log: &Parsed, method: Method) -> Stated {
    let first = |column: &str| log.frame.f64s(column).ok()?.get(0);
    let figure = |figure: Figure| first(figure.column());
    let rounded = |of: Figure| {
        let to_s = log.facts.float(of.resolution()).unwrap_or_default();
        figure(of).map(|seconds| Rounded { seconds, to_s })
    };
    Stated {
        file: file.file.relative.clone(),
        requested: first("time"),
        resolution_s: log.facts.float("time_resolution_s").unwrap_or_default(),
        duration_s: figure(Figure::Duration),
        downtime: rounded(Figure::Downtime),
        outage: rounded(Figure::Outage).map(|outage| (method, outage)),
        transferred_bytes: figure(Figure::Transferred),
        succeeded: log.frame.bools("succeeded").ok().map(|column| column.get(0)),
        ended: log.frame.bools("ended").is_ok_and(|column| column.get(0) == Some(true)),
        lines: log.frame.lines(0),
    }
}

/// What two clocks of people and programs may differ by, seconds.
const NEAR_S: f64 = 1.0;
/// The same of two downtimes, of which one may be rounded.
const NEAR_DOWNTIME_S: f64 = 0.05;

/// By what a row contradicts the logs of its run, which count: what each of them says.
pub(super) struct Contradiction(String);

impl Contradiction {
    fn new(what: &str, row: &str, log: &str) -> Self {
        Self(format!("the row says that {what} {row}, but a log of the same run {log}: the log counts"))
    }

    pub(super) fn tell(self, stated: &Stated, report: &mut FileReport<'_>) {
        let line = stated.lines.map_or(0, |[first, _]| first);
        report.add_at(Severity::Warning, "row-contradicts-log", line, self.0);
    }
}

impl Stated {
    /// What it says of the migration that its logs, of which `known` is what they say, do not.
    pub(super) fn contradictions(
        &self,
        known: &Migration,
        account: Option<&Hypervisor>,
    ) -> Vec<Contradiction> {
        let fate = match self.succeeded.flatten() {
            Some(true) if known.status.is_failure() && known.status != Status::Unfinished => {
                Some(["completed", "that it did not"])
            }
            Some(false) if known.status == Status::Completed => Some(["failed", "that it completed"]),
            Some(_) | None => None,
        };
        let fate = fate.map(|[row, log]| Contradiction::new("the migration", row, log));
        let differ = |row: Option<f64>, log: Option<f64>, near_s: f64| {
            row.zip(log).filter(|(row, log)| (row - log).abs() > near_s)
        };
        let near_s = NEAR_S + self.resolution_s + known.request_resolution_s;
        let request = differ(self.requested, known.request_epoch_s, near_s).map(|(row, log)| {
            let (side, off) = if row > log { ("earlier", row - log) } else { ("later", log - row) };
            let row = format!("was requested at {row:.3} s since 1970");
            Contradiction::new("the migration", &row, &format!("{off:.3} s {side}, at {log:.3} s"))
        });
        let duration = differ(self.duration_s, known.duration_s, near_s).map(|(row, log)| {
            Contradiction::new("the migration", &format!("took {row:.3} s"), &format!("{log:.3} s"))
        });
        let downtime = account.and_then(|account| {
            let downtime = self.downtime?;
            let near_s = NEAR_DOWNTIME_S + downtime.to_s + account.resolution_s.unwrap_or_default();
            let (row, log) = differ(Some(downtime.seconds), account.downtime_s, near_s)?;
            Some(Contradiction::new(
                "the VM",
                &format!("stood still for {row:.3} s"),
                &format!("for {log:.3} s"),
            ))
        });
        [fate, request, duration, downtime].into_iter().flatten().collect()
    }

    /// How long it says that the service was away, where a log of the run that its method reads cannot have seen that.
    pub fn contradicts(&self, measured: &[Outage]) -> Option<String> {
        let stated = self.outage()?;
        let seen = measured
            .iter()
            .find(|seen| seen.method == stated.method && seen.source_file != stated.source_file)?;
        let upper = |outage: &Outage| outage.upper_s.unwrap_or(f64::INFINITY);
        let is_possible = stated.lower_s <= upper(seen) && seen.lower_s <= upper(&stated);
        let between = match seen.upper_s {
            Some(upper_s) => format!("{:.3} to {upper_s:.3} s", seen.lower_s),
            None => format!("{:.3} s and more", seen.lower_s),
        };
        let row = format!("was away for {:.3} s", stated.estimate_s);
        let log = format!("({}) that it was for {:.3} s ({between})", seen.source_file, seen.estimate_s);
        (!is_possible).then(|| Contradiction::new("the service", &row, &log).0)
    }

    /// Adds to what is known of a migration what only the table says.
    pub(super) fn complete(&self, migration: &mut Migration) {
        if migration.request_epoch_s.is_none() && self.requested.is_some() {
            migration.request_epoch_s = self.requested;
            migration.request_resolution_s = self.resolution_s;
        }
        migration.duration_s = migration.duration_s.or(self.duration_s);
        if migration.status == Status::Unknown {
            migration.status = match (self.succeeded, migration.duration_s) {
                (Some(Some(true)), _) | (None, Some(_)) => Status::Completed,
                (Some(Some(false)), _) => Status::Failed,
                (None, None) if self.ended => Status::Completed,
                (Some(None), _) => Status::Unclear,
                (None, None) => Status::Unknown,
            };
        }
    }

    /// What it says in the place of a hypervisor that logged nothing.
    pub(super) fn account(&self) -> Option<Hypervisor> {
        (self.downtime.is_some() || self.transferred_bytes.is_some()).then(|| Hypervisor {
            source_file: self.file.clone(),
            downtime_s: self.downtime.map(|downtime| downtime.seconds),
            resolution_s: self.downtime.map(|downtime| downtime.to_s),
            transferred_bytes: self.transferred_bytes,
            ..Hypervisor::default()
        })
    }

    /// The outage that it states, rounded as it is.
    pub fn outage(&self) -> Option<Outage> {
        let (method, Rounded { seconds, to_s }) = self.outage?;
        Some(Outage {
            method,
            estimate_s: seconds,
            lower_s: (seconds - to_s).max(0.0),
            upper_s: Some(seconds + to_s),
            start_s: None,
            end_s: None,
            censored: false,
            source_file: self.file.clone(),
        })
    }
}
