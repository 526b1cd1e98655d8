//! What a row of a table of migrations says of its run.

use stillstand_parsers::Parsed;
use stillstand_parsers::declared::Figure;

use super::lines::Lines;
use crate::input::load::LoadedFile;
use crate::model::{Hypervisor, Method, Migration, Outage, Status};

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
        lines: log.frame.lines(0),
    }
}

impl Stated {
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
