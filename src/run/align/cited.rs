//! Which lines say what of a run, noted while its logs are put on one axis.
//!
//! A number that several logs tell is cited from the one that it was taken from; where that is not known there is no
//! citation.

use std::borrow::Cow;

use stillstand_parsers::Parsed;

use super::lines::{FIGURES, Lines, Told};
use super::{EventLog, HypervisorLog};
use crate::model::{Citation, Method, Migration, PRECOPY_PAGES, PRECOPY_ROUNDS, Stream};

/// A number, and where it stands.
#[derive(Debug, Clone, PartialEq)]
struct Cited {
    number: Cow<'static, str>,
    file: String,
    lines: Lines,
}

/// The path of an outage in data.
pub fn path_of(method: Method) -> &'static str {
    match method {
        Method::Probe => "outages.probe",
        Method::Ping => "outages.ping",
        Method::PingReplyGap => "outages.ping-reply-gap",
        Method::PacketGap => "outages.packet-gap",
        Method::Throughput => "outages.throughput",
        Method::Events => "outages.events",
        Method::GuestClock => "outages.guest-clock",
        Method::Hypervisor => "outages.hypervisor",
    }
}

/// The numbers of a run that have a place, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Citations(Vec<Cited>);

/// In which order numbers are cited, by how they begin.
const ORDER: [&str; 9] = [
    "migration.",
    "outages.",
    "ping.",
    "probe.",
    "throughput.",
    "precopy.",
    "hypervisor.",
    "milestones.",
    "streams.",
];

impl Citations {
    /// The place of a number; a later one counts.
    pub fn add(&mut self, number: impl Into<Cow<'static, str>>, file: &str, lines: Option<Lines>) {
        let number = number.into();
        self.0.retain(|known| known.number != number);
        self.0.extend(lines.map(|lines| Cited { number, file: file.to_owned(), lines }));
    }

    /// What a log has changed of what is known of the migration process.
    pub(super) fn changed(&mut self, [before, after]: [&Migration; 2], file: &str, told: &Told) {
        if before.request_epoch_s != after.request_epoch_s {
            self.add("migration.request_epoch_s", file, told.request);
        }
        if before.duration_s != after.duration_s {
            self.add("migration.duration_s", file, told.duration);
        }
        if before.status != after.status {
            self.add("migration.status", file, told.status);
        }
    }

    pub(super) fn of_hypervisor(&mut self, log: &HypervisorLog) {
        let (account, lines) = (&log.account, &log.lines);
        let file = &account.source_file;
        for (path, _, has) in FIGURES {
            if has(account) {
                self.add(path, file, lines.of(path));
            }
        }
        if account.iterations.is_some() {
            self.add("precopy.iterations", file, lines.of("hypervisor.iterations"));
        }
        if account.pages_total().is_some() {
            let by_rounds = lines.rounds.filter(|_| !account.rounds.is_empty());
            let last = || lines.of("hypervisor.pages_normal");
            self.add(PRECOPY_PAGES, file, lines.printed_pages.or(by_rounds).or_else(last));
        }
        if !account.rounds.is_empty() {
            self.add(PRECOPY_ROUNDS, file, lines.rounds);
        }
        self.add("milestones.stopped.hypervisor", file, log.stopped.and(lines.stopped));
        self.add("milestones.ended.hypervisor", file, log.ended.and(lines.ended));
        if let Some((file, lines)) = log.resumed.and(lines.resumed.as_ref()) {
            self.add("milestones.resumed.hypervisor", file, Some(*lines));
        }
    }

    pub(super) fn of_events(&mut self, log: &EventLog) {
        for (path, t, lines) in [
            ("milestones.postcopy-began.script", log.post_copy, log.lines.post_copy),
            ("milestones.stopped.script", log.stopped, log.lines.stopped),
            ("milestones.resumed.script", log.resumed, log.lines.resumed),
            ("milestones.ended.script", log.ended, log.lines.ended),
        ] {
            self.add(path, &log.file, t.and(lines));
        }
    }

    /// The counters of a client: the statistics that they are from.
    pub(super) fn of_stream(&mut self, stream: &Stream, log: &Parsed) {
        let lines = of_last_dumps(log);
        for (name, counted) in [
            ("lost_frames", stream.lost_frames),
            ("lost_buffers", stream.lost_buffers),
            ("displayed_frames", stream.displayed_frames),
            ("played_buffers", stream.played_buffers),
        ] {
            if counted.is_some() {
                self.add(format!("streams.{}.{name}", stream.client), &stream.source_file, lines);
            }
        }
    }

    /// With each file by its place in the list; in the order in which readers ask.
    pub fn of_files(self, files: &[String]) -> Vec<Citation> {
        let rank = |cited: &Cited| ORDER.iter().position(|begin| cited.number.starts_with(begin));
        let mut all = self.0;
        all.sort_by_key(|cited| rank(cited).unwrap_or(ORDER.len()));
        let placed = all.into_iter().filter_map(|Cited { number, file, lines }| {
            let source = files.iter().position(|known| *known == file)?;
            Some(Citation { number, source, lines })
        });
        placed.collect()
    }
}

/// From the last statistics of the first thing that was played to those of the last one: counters are summed over them.
fn of_last_dumps(log: &Parsed) -> Option<Lines> {
    let last = log.frame.height().checked_sub(1)?;
    let inputs = log.frame.u32s("input").ok();
    let input = |row: usize| inputs.and_then(|column| column.get(row));
    let first = (0..last).find(|row| input(*row) != input(row + 1)).unwrap_or(last);
    Some([log.frame.lines(first)?[0], log.frame.lines(last)?[1]])
}
