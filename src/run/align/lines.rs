//! Lines of logs: where a log tells what.

use stillstand_parsers::Parsed;

use crate::model::Hypervisor;

/// The first and the last line.
pub type Lines = [u64; 2];

/// Where a log tells of the migration process.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Told {
    pub request: Option<Lines>,
    pub duration: Option<Lines>,
    pub status: Option<Lines>,
}

impl Told {
    /// What stands in the first row of a log of requests.
    pub(super) fn by_process(log: &Parsed) -> Self {
        let all = log.frame.lines(0);
        let one = |column| log.facts.line(column).map(|line| [line; 2]);
        Self { request: one("request_epoch_s").or(all), duration: one("elapsed_s").or(all), status: all }
    }

    /// All of it in the same lines.
    pub(super) fn of_row(lines: Option<Lines>) -> Self {
        Self { request: lines, duration: lines, status: lines }
    }
}

/// A figure of an account by its path in data, the column it is from, and whether the account has it.
type Figure = (&'static str, &'static str, fn(&Hypervisor) -> bool);

/// The figures that are cited.
pub(super) const FIGURES: [Figure; 11] = [
    ("hypervisor.downtime_s", "downtime_s", |of| of.downtime_s.is_some()),
    ("hypervisor.expected_downtime_s", "expected_downtime_s", |of| of.expected_downtime_s.is_some()),
    ("hypervisor.total_time_s", "total_time_s", |of| of.total_time_s.is_some()),
    ("hypervisor.setup_time_s", "setup_time_s", |of| of.setup_time_s.is_some()),
    ("hypervisor.iterations", "iteration", |of| of.iterations.is_some()),
    ("hypervisor.transferred_bytes", "transferred_bytes", |of| of.transferred_bytes.is_some()),
    ("hypervisor.remaining_bytes", "remaining_bytes", |of| of.remaining_bytes.is_some()),
    ("hypervisor.memory_bytes", "total_bytes", |of| of.memory_bytes.is_some()),
    ("hypervisor.pages_normal", "pages_normal", |of| of.pages_normal.is_some()),
    ("hypervisor.pages_duplicate", "pages_duplicate", |of| of.pages_duplicate.is_some()),
    ("hypervisor.postcopy_requests", "postcopy_requests", |of| of.postcopy_requests.is_some()),
];

/// In which lines a log of a hypervisor tells what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountLines {
    pub told: Told,
    /// Those of the last row with each figure, by its path in data.
    pub figures: Vec<(&'static str, Lines)>,
    pub rounds: Option<Lines>,
    /// The sum over the rounds, where it is printed.
    pub printed_pages: Option<Lines>,
    pub stopped: Option<Lines>,
    pub ended: Option<Lines>,
    /// In the log of the target.
    pub resumed: Option<(String, Lines)>,
}

impl AccountLines {
    /// Those of one figure.
    pub fn of(&self, path: &str) -> Option<Lines> {
        self.figures.iter().find(|(known, _)| *known == path).map(|(_, lines)| *lines)
    }

    /// Those of the row of a table that states all figures.
    pub(super) fn of_row(lines: Option<Lines>) -> Self {
        let figures = ["hypervisor.downtime_s", "hypervisor.transferred_bytes"]
            .map(|name| lines.map(|lines| (name, lines)));
        Self { figures: figures.into_iter().flatten().collect(), ..Self::default() }
    }
}

/// From the first to the last of some lines; 0 is none.
pub fn around(lines: impl IntoIterator<Item = u64>) -> Option<Lines> {
    let known = lines.into_iter().filter(|line| *line > 0);
    known.fold(None, |found: Option<Lines>, line| {
        Some(found.map_or([line; 2], |[first, last]| [first.min(line), last.max(line)]))
    })
}
