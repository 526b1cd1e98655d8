//! `xen-migrate`: what Xen's tools say of a migration.
//!
//! ```text
//! [2012-03-09 13:37:12 xend 3113] INFO (XendCheckpoint:498) Saving memory pages: iter 1   0%…\r 1: sent 29000, …
//! xc: progress: Saving memory: iter 1 (last sent 29000 skipped 3768): 1024/32768    3%
//! xc: progress: Frames iteration 1 of 5: 1024/6000   17%
//! Migration successful.
//! ```
//!
//! Read from xend's log, from the output of `xl migrate`, from syslog of XenServer and XCP-ng, and from the output of
//! `xc_save` itself: one format, because xend of Xen 4.1 and later logs what xl shows. A row is an event, a round, or
//! one account of how far a round has come. The wordings are in [`said`], what stands before them in [`record`],
//! which of several migrations is meant in [`jobs`].
//!
//! Traps:
//!
//! * A line holds `\r` and `\b`; copied from a terminal it is several lines.
//! * xend writes when a line is complete. What is said about a round has the time of its end.
//! * The round after `Start last iteration` is sent while the VM is suspended, and repeats what was dirtied before.
//! * Rounds count from 1 to Xen 4.0 and from 0 since. Here from 1.
//! * On a 32-bit Dom0 the rates overflow: they are compared with the pages and the duration.
//! * The duration of the outage is said nowhere.
//!
//! Absent on purpose: `xm migrate` says nothing; what the restoring side of xend says but its end.

mod jobs;
mod record;
mod row;
mod said;

use self::jobs::{Job, Jobs, LastRound, Telling};
use self::record::{Origin, Record, Records, Writer};
use self::row::{Field, Row};
use self::said::{Progress, Said};
use super::hypervisor::stamp::{self, Stamp};
use super::hypervisor::{STATUS, clock};
use super::{Outcome, migration_time, unusable};
use crate::detect::Head;
use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount};
use crate::format::{Format, FormatInfo};
use crate::lines::Lines;
use crate::text::unsigned;

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::XenMigrate,
    name: "xen-migrate",
    description: "what Xen's tools say of a migration: rounds, pages sent and dirtied, suspension, outcome",
    written_by: "xend and xc_save of Xen 2 to 4.4 (xend.log), xl migrate of Xen 4.1 and later, xenguest and emu-manager of \
                 XenServer and XCP-ng (syslog)",
    begins_with: "xend's log with `Saving memory pages: iter 1`, or `migration target: Ready to receive domain.`, \
                  `xc: progress: Frames iteration 0 of 5: …`",
    recognise,
    parse,
};

const ACTIVE: &str = "active";
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";

/// Bytes of a page. Nothing in the log says them.
const PAGE: f64 = 4096.0;
/// Bytes per second of a decimal megabit per second.
const MEGABIT: f64 = 125_000.0;
/// Most words of an error that are kept.
const ERROR_WORDS: usize = 24;

fn recognise(head: &Head<'_>) -> bool {
    const OWN: [&[u8]; 8] = [
        b"Saving memory pages: iter ",
        b"Saving memory: iter ",
        b"Frames iteration ",
        b"xc: progress: ",
        b"xc: Frames: ",
        b"migration target: Ready to receive",
        b"Saving to migration stream",
        b"libempserver:",
    ];
    /// What tells of a migration somewhere behind the beginning of a log that tells of much else.
    const LATER: [&[u8]; 5] = [
        b"Saving memory pages: iter ",
        b"Saving memory: iter ",
        b"[xc_save]: ",
        b"Frames iteration ",
        b"libempserver:",
    ];
    let holds = |text: &[u8], words: &[u8]| memchr::memmem::find(text, words).is_some();
    let found = head.lines.iter().any(|line| OWN.iter().any(|words| holds(line.text, words))) || {
        let general = |line: &crate::lines::Line<'_>| record::head(line.text).0.writer != Writer::Terminal;
        head.lines.first().is_some_and(general) && LATER.iter().any(|words| holds(head.bytes, words))
    };
    // `time xl migrate`, whose duration is what counts.
    found && !migration_time::recognise(head)
}

#[derive(Default)]
struct Reader {
    jobs: Jobs,
    rows: Vec<Row>,
    /// A time alone on a line: that of the next row.
    pending: Option<Stamp>,
    /// The log is of many things besides.
    general: bool,
    version: Option<String>,
    lost: usize,
    log: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader::default();
    let mut words = Vec::new();
    for record in Records::new(bytes) {
        words.clear();
        let separates = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x08;
        words.extend(record.message.split(separates).filter(|word| !word.is_empty()));
        reader.record(&record, &mut words);
    }
    reader.finish(bytes)
}

impl Reader {
    fn record(&mut self, record: &Record<'_>, words: &mut Vec<&[u8]>) {
        if record.text.trim_ascii().is_empty() {
            return;
        }
        if let Some(stamp) = stamp::alone(record.text) {
            self.pending = Some(stamp);
            return;
        }
        let place = Place::line(record.number, record.text);
        let mut cut = false;
        if !record.terminated && words.last().and_then(|word| word.last()).is_some_and(u8::is_ascii_digit) {
            words.pop();
            cut = true;
        }
        self.general |= record.origin.writer != Writer::Terminal;
        let mut known = self.json(record, place);
        let mut at = 0_usize;
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let used = said::read(rest).map_or(0, |(said, used)| {
                known = true;
                cut |= !record.terminated && used >= rest.len() && is_partial(said);
                self.said(record, said, rest, place);
                used
            });
            at = at.saturating_add(used.max(1));
        }
        if cut || (!record.terminated && !known) {
            self.log.warning("last-line-cut", place, || {
                "the last line has no end and may lack some of its last word: that is left out".to_owned()
            });
        } else if !known && !self.general && !is_chatter(record.message) {
            self.log.note("other-output", place, || {
                "a line that tells nothing of a migration; it is not used".to_owned()
            });
        }
    }

    /// What an emulator of XenServer answers.
    fn json(&mut self, record: &Record<'_>, place: Place<'_>) -> bool {
        let json = record.message;
        if memchr::memmem::find(json, b"\"MIGRATION\"").is_none() || said::member(json, b"event").is_none() {
            return false;
        }
        if let Some(status) = said::member(json, b"status") {
            let saved = Said::Saved { incoming: false, exit: None, failed: status != b"completed" };
            self.said(record, saved, &[], place);
            return true;
        }
        let [sent, remaining, iteration] =
            [b"sent".as_slice(), b"remaining", b"iteration"].map(|key| said::member(json, key));
        let Some(round) = iteration.and_then(unsigned).and_then(|round| round.checked_add(1)) else {
            if record.terminated {
                self.lose("row-unreadable", place, "an account of a round without its number");
            } else {
                self.lost = self.lost.saturating_add(1);
            }
            return record.terminated;
        };
        let at = self.jobs.of_round(&record.origin, round, Telling::Some, place, &mut self.log);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        set_round(&mut row, round);
        self.transfer(&mut row, sent, remaining, place);
        self.advance(at, round);
        self.push(row);
        true
    }

    /// Pages as bytes. The remaining ones are -1 where nobody knows.
    fn transfer(&mut self, row: &mut Row, sent: Option<&[u8]>, remaining: Option<&[u8]>, place: Place<'_>) {
        row.put(Field::Transferred, sent.unwrap_or_default(), PAGE, place, &mut self.log);
        if let Some(remaining) = remaining.filter(|digits| *digits != b"-1") {
            row.put(Field::Remaining, remaining, PAGE, place, &mut self.log);
        }
    }

    fn lose(&mut self, code: &'static str, place: Place<'_>, what: &'static str) {
        self.lost = self.lost.saturating_add(1);
        self.log.warning(code, place, || format!("{what}; it is left out"));
    }

    /// A row of a migration, with what is known of it.
    fn row(&mut self, record: &Record<'_>, at: usize, entry: &'static str) -> Row {
        let Origin { stamp, without_year, .. } = record.origin;
        let mut row = Row::new(record.number, stamp.or_else(|| self.pending.take()), entry);
        row.without_year = without_year && row.time.is_none();
        row.migration = at;
        if let Some(job) = self.jobs.0.get(at) {
            row.domain = job.domain();
            row.incoming = job.incoming;
        }
        row
    }

    fn push(&mut self, row: Row) -> usize {
        self.rows.push(row);
        self.rows.len().saturating_sub(1)
    }

    /// The migration has come to this round.
    fn advance(&mut self, at: usize, round: u64) {
        if let Some(job) = self.jobs.0.get_mut(at)
            && job.round != round
        {
            job.round = round;
            job.done = None;
        }
    }

    /// A round that began and of which nothing else was said.
    fn flush(&mut self, at: usize) {
        if let Some(row) = self.jobs.0.get_mut(at).and_then(|job| job.begun.take()) {
            self.push(row);
        }
    }

    fn said(&mut self, record: &Record<'_>, said: Said<'_>, words: &[&[u8]], place: Place<'_>) {
        let origin = &record.origin;
        match said {
            Said::Begins { incoming, domain, command } => {
                self.begins(record, incoming, domain, command, place)
            }
            Said::Round { iteration } => self.round(record, iteration, place),
            Said::Counts { iteration, sent, skipped } => self.counts(record, iteration, sent, skipped, place),
            Said::Stray => {
                self.lose("row-unreadable", place, "expected the number of a round before its pages")
            }
            Said::Figures { values } => self.figures(record, values, place),
            Said::Progress(progress) => self.progress(record, &progress, place),
            Said::Repeated { iteration, sent, remaining, percent } => {
                self.repeated(record, [iteration, sent, remaining, percent], place);
            }
            Said::LastRound => {
                let at =
                    self.jobs.current(origin, None, place, &mut self.log, |job| job.last == record.number);
                if let Some(at) = at {
                    self.jobs.touch(at, origin, None, record.number);
                    let mut row = self.row(record, at, "last-round");
                    if let Some(job) = self.jobs.0.get_mut(at) {
                        job.last_round = LastRound::Announced;
                        set_round(&mut row, job.round.saturating_add(1));
                    }
                    self.push(row);
                }
            }
            Said::Suspend { domain, done } => {
                if let Some(at) = self.jobs.current(origin, domain, place, &mut self.log, |job| job.round > 0)
                {
                    self.jobs.touch(at, origin, domain, record.number);
                    let row = self.row(record, at, if done { "STOP" } else { "suspend" });
                    self.push(row);
                }
            }
            Said::Sent { pages } => {
                let last = |job: &Job| job.last_round == LastRound::Next;
                if let Some(at) = self.current_or_new(record, None, place, last) {
                    let mut row = self.row(record, at, "sent");
                    row.put(Field::Transferred, pages, PAGE, place, &mut self.log);
                    self.push(row);
                }
            }
            Said::Saved { incoming, exit, failed } => self.saved(record, incoming, exit, failed, place),
            Said::Transferred { incoming } => self.event(record, "transferred", incoming, place),
            Said::Runs { incoming } => self.event(record, "RESUME", incoming, place),
            Said::Ended { failed, domain } => self.ended(record, failed, domain, words),
            Said::Error => {
                let at = self.jobs.judged(origin, None);
                let job = at.and_then(|at| self.jobs.0.get_mut(at)).filter(|job| job.error.is_none());
                if let Some(job) = job {
                    job.error = Some(sentence(words));
                }
            }
            Said::Restarted => self.jobs.close(origin.writer),
            Said::Version(version) => self.version = Some(String::from_utf8_lossy(version).into_owned()),
        }
    }

    /// The migration that something is about; a new one if none is under way.
    fn current_or_new<R: Ord>(
        &mut self,
        record: &Record<'_>,
        domain: Option<u64>,
        place: Place<'_>,
        wanted: impl Fn(&Job) -> R,
    ) -> Option<usize> {
        let origin = &record.origin;
        let found = self.jobs.current(origin, domain, place, &mut self.log, wanted);
        let at = found.unwrap_or_else(|| self.jobs.open(origin, domain, record.number));
        self.jobs.touch(at, origin, domain, record.number);
        self.flush(at);
        Some(at)
    }

    fn begins(
        &mut self,
        record: &Record<'_>,
        incoming: bool,
        domain: Option<u64>,
        command: bool,
        place: Place<'_>,
    ) {
        let origin = &record.origin;
        // xl shows what both hosts say, and each of them in two steps.
        let fresh = |job: &Job| !job.ended && !job.saved && job.round == 0 && job.done.is_none();
        let known = match origin.writer {
            Writer::Terminal => {
                self.jobs.0.len().checked_sub(1).filter(|at| self.jobs.0.get(*at).is_some_and(fresh))
            }
            _ if command => None,
            _ => self.jobs.current(origin, domain, place, &mut self.log, |_| true),
        };
        let at = known.unwrap_or_else(|| self.jobs.open(origin, domain, record.number));
        self.jobs.touch(at, origin, domain, record.number);
        let other = origin.writer != Writer::Terminal && known.is_none();
        if let Some(job) = self.jobs.0.get_mut(at).filter(|_| other) {
            job.incoming = incoming;
        }
        if command || known.is_none() {
            let mut row = self.row(record, at, if incoming { "migrate-incoming" } else { "migrate" });
            row.incoming = incoming;
            row.status = Some(ACTIVE);
            self.push(row);
        }
    }

    fn round(&mut self, record: &Record<'_>, iteration: &[u8], place: Place<'_>) {
        let Some(round) = unsigned(iteration).filter(|round| *round > 0) else {
            self.lose("row-unreadable", place, "expected the number of the round that begins");
            return;
        };
        let at = self.jobs.of_round(&record.origin, round, Telling::Once, place, &mut self.log);
        self.flush(at);
        self.advance(at, round);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        set_round(&mut row, round);
        if let Some(job) = self.jobs.0.get_mut(at) {
            job.begun = Some(row);
            job.open_row = None;
        }
    }

    fn counts(
        &mut self,
        record: &Record<'_>,
        iteration: &[u8],
        sent: &[u8],
        skipped: Option<&[u8]>,
        place: Place<'_>,
    ) {
        let Some(round) = unsigned(iteration).filter(|round| *round > 0) else {
            self.lose("row-unreadable", place, "expected the number of a round before its pages");
            return;
        };
        // What was begun last on this terminal, or in this record.
        let at = self.jobs.begun(&record.origin, round).unwrap_or_else(|| {
            self.jobs.of_round(&record.origin, round, Telling::Once, place, &mut self.log)
        });
        self.jobs.touch(at, &record.origin, None, record.number);
        self.advance(at, round);
        let mut row = self.round_row(record, at, round);
        if let Some(begun) = self.jobs.0.get_mut(at).and_then(|job| job.begun.take()) {
            row.time = row.time.or(begun.time);
        }
        row.put(Field::PagesSent, sent, 1.0, place, &mut self.log);
        match skipped {
            Some(skipped) => row.put(Field::PagesSkipped, skipped, 1.0, place, &mut self.log),
            None if record.terminated => self.incomplete(place),
            None => {}
        }
        set_total(&mut row, round);
        let row = self.push(row);
        if let Some(job) = self.jobs.0.get_mut(at) {
            job.open_row = Some(row);
        }
    }

    fn round_row(&mut self, record: &Record<'_>, at: usize, round: u64) -> Row {
        let mut row = self.row(record, at, "round");
        row.status = Some(ACTIVE);
        set_round(&mut row, round);
        row
    }

    fn incomplete(&mut self, place: Place<'_>) {
        self.log.warning("round-incomplete", place, || {
            "expected what the round sent, how long it took and what was dirtied; what is missing is null"
                .to_owned()
        });
    }

    /// The figures of a round whose pages may have been told before.
    fn figures(&mut self, record: &Record<'_>, values: [Option<&[u8]>; 6], place: Place<'_>) {
        let origin = &record.origin;
        let waits = |job: &Job| (job.last == record.number, job.open_row.is_some());
        let Some(at) = self
            .jobs
            .current(origin, None, place, &mut self.log, waits)
            .filter(|at| self.jobs.0.get(*at).is_some_and(|job| job.round > 0))
        else {
            self.lose("row-unreadable", place, "figures of a round that is not in the log");
            return;
        };
        self.jobs.touch(at, origin, None, record.number);
        let (round, open) = self.jobs.0.get_mut(at).map_or((0, None), |job| (job.round, job.open_row.take()));
        let index = open.unwrap_or_else(|| {
            let row = self.round_row(record, at, round);
            self.push(row)
        });
        let Some(row) = self.rows.get_mut(index) else { return };
        const FIELDS: [(Field, f64); 6] = [
            (Field::RoundTime, 0.001),
            (Field::Dom0Cpu, 1.0),
            (Field::VmCpu, 1.0),
            (Field::Throughput, MEGABIT),
            (Field::DirtiedPerS, MEGABIT),
            (Field::PagesDirtied, 1.0),
        ];
        for ((field, scale), digits) in FIELDS.into_iter().zip(values) {
            if let Some(digits) = digits {
                row.put(field, digits, scale, place, &mut self.log);
            }
        }
        let seconds = row.get(Field::RoundTime);
        for (pages, rate) in
            [(Field::PagesSent, Field::Throughput), (Field::PagesDirtied, Field::DirtiedPerS)]
        {
            check_rate(row, pages, rate, place, &mut self.log);
        }
        let Some(job) = self.jobs.0.get_mut(at) else { return };
        if job.last_round == LastRound::Next {
            for field in [Field::PagesDirtied, Field::DirtiedPerS] {
                row.set(field, None);
            }
            self.log.note("dirtied-before", place, || {
                "while the VM is suspended nothing is dirtied: Xen repeats what was before; it is null"
                    .to_owned()
            });
        } else if let (Some(pages), Some(seconds)) =
            (row.get(Field::PagesDirtied), seconds.filter(|it| *it > 0.0))
        {
            row.set(Field::DirtyPagesPerS, Some(pages / seconds));
        }
        if job.last_round == LastRound::Announced {
            job.last_round = LastRound::Next;
        }
        // Xen 2 does not say the pages.
        if record.terminated && values.get(..5).is_some_and(|values| values.iter().any(Option::is_none)) {
            self.incomplete(place);
        }
    }

    fn progress(&mut self, record: &Record<'_>, progress: &Progress<'_>, place: Place<'_>) {
        if progress.pages.is_none() && record.terminated {
            self.lose("row-unreadable", place, "expected how many pages of how many");
            return;
        }
        let (Some(iteration), false) = (progress.iteration, progress.incoming) else {
            let Some(at) = self.current_or_new(record, None, place, |_| true) else { return };
            let mut row = self.row(record, at, STATUS);
            row.incoming |= progress.incoming;
            self.pages(&mut row, progress, place);
            if let Some(job) = self.jobs.0.get_mut(at) {
                job.done = row.get(Field::ProgressPages);
            }
            self.push(row);
            return;
        };
        let Some(round) = unsigned(iteration).and_then(|round| round.checked_add(1)) else {
            self.lose("row-unreadable", place, "expected the number of the round");
            return;
        };
        let limit = progress.limit.and_then(unsigned).and_then(|limit| limit.checked_add(1));
        let telling = if progress.chosen || limit == Some(round) { Telling::Some } else { Telling::Often };
        let mut at = self.jobs.of_round(&record.origin, round, telling, place, &mut self.log);
        let done = progress.pages.and_then(|(done, _)| crate::text::float(done));
        let again =
            |job: &Job| job.round == round && done.zip(job.done).is_some_and(|(now, before)| now < before);
        if round == 1 && self.jobs.0.get(at).is_some_and(again) {
            at = self.jobs.open(&record.origin, None, record.number);
        }
        if let Some((sent, skipped)) = progress.last.filter(|_| round > 1) {
            self.round_before(record, at, round, [sent, skipped], place);
        }
        self.advance(at, round);
        let mut row = self.row(record, at, STATUS);
        set_round(&mut row, round);
        self.pages(&mut row, progress, place);
        if let Some(job) = self.jobs.0.get_mut(at) {
            job.done = row.get(Field::ProgressPages);
        }
        self.push(row);
    }

    /// How far, into the row.
    fn pages(&mut self, row: &mut Row, progress: &Progress<'_>, place: Place<'_>) {
        row.status = Some(ACTIVE);
        if let Some((done, total)) = progress.pages {
            row.put(Field::ProgressPages, done, 1.0, place, &mut self.log);
            row.put(Field::ProgressOfPages, total, 1.0, place, &mut self.log);
        }
        if let Some(percent) = progress.percent {
            row.put(Field::ProgressPercent, percent, 1.0, place, &mut self.log);
        }
        let beyond = row.get(Field::ProgressPercent).is_some_and(|percent| percent > 100.0)
            || row.get(Field::ProgressPages) > row.get(Field::ProgressOfPages);
        if beyond && row.get(Field::ProgressOfPages).is_some() {
            self.log.note("above-100", place, || {
                "more pages than there are: Xen counts some of them twice; it is kept".to_owned()
            });
        }
    }

    /// Xen 4.1 to 4.5 say what a round sent when the next one begins.
    fn round_before(
        &mut self,
        record: &Record<'_>,
        at: usize,
        round: u64,
        [sent, skipped]: [&[u8]; 2],
        place: Place<'_>,
    ) {
        let before = round.saturating_sub(1);
        if self.jobs.0.get(at).is_none_or(|job| job.round == round) {
            return;
        }
        let known = |row: &&mut Row| {
            row.migration == at && row.entry == "round" && row.get(Field::Iteration) == exact(before)
        };
        let recent = self.rows.len().saturating_sub(64);
        let found = self.rows.get_mut(recent..).and_then(|rows| rows.iter_mut().rev().find(known));
        let mut fill = |row: &mut Row| {
            row.put(Field::PagesSent, sent, 1.0, place, &mut self.log);
            row.put(Field::PagesSkipped, skipped, 1.0, place, &mut self.log);
            set_total(row, before);
            check_rate(row, Field::PagesSent, Field::Throughput, place, &mut self.log);
        };
        if let Some(row) = found {
            fill(row);
        } else {
            let mut row = Row::new(record.number, record.origin.stamp, "round");
            row.migration = at;
            row.domain = self.jobs.0.get(at).and_then(Job::domain);
            row.status = Some(ACTIVE);
            set_round(&mut row, before);
            fill(&mut row);
            row.without_year = record.origin.without_year;
            self.push(row);
        }
    }

    /// emu-manager says again what xenguest has just said.
    fn repeated(
        &mut self,
        record: &Record<'_>,
        [iteration, sent, remaining, percent]: [&[u8]; 4],
        place: Place<'_>,
    ) {
        let Some(round) = unsigned(iteration).and_then(|round| round.checked_add(1)) else {
            self.lose("row-unreadable", place, "an account of a round without its number");
            return;
        };
        let at = self.jobs.of_round(&record.origin, round, Telling::Some, place, &mut self.log);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        set_round(&mut row, round);
        self.transfer(&mut row, Some(sent), Some(remaining), place);
        row.put(Field::ProgressPercent, percent, 1.0, place, &mut self.log);
        self.advance(at, round);
        let same = |before: &&mut Row| {
            let fields = [Field::Iteration, Field::Transferred];
            before.migration == at
                && before.get(Field::ProgressPercent).is_none()
                && fields.iter().all(|field| before.get(*field) == row.get(*field))
        };
        if let Some(before) = self.rows.last_mut().filter(same) {
            before.set(Field::ProgressPercent, row.get(Field::ProgressPercent));
        } else {
            self.push(row);
        }
    }

    fn saved(
        &mut self,
        record: &Record<'_>,
        incoming: bool,
        exit: Option<&[u8]>,
        failed: bool,
        place: Place<'_>,
    ) {
        let side = |job: &Job| (job.incoming == incoming, job.last_round == LastRound::Next);
        let Some(at) = self.current_or_new(record, None, place, side) else { return };
        let mut row = self.row(record, at, "saved");
        row.incoming = incoming;
        row.status = Some(if failed { FAILED } else { COMPLETED });
        if let Some(exit) = exit {
            let (digits, sign) = exit.strip_prefix(b"-").map_or((exit, 1.0), |digits| (digits, -1.0));
            row.put(Field::ExitStatus, digits, 1.0, place, &mut self.log);
            let status = row.get(Field::ExitStatus).map(|status| status * sign);
            row.set(Field::ExitStatus, status);
            if status.is_none() {
                row.status = None;
            }
        }
        if let Some(job) = self.jobs.0.get_mut(at) {
            if failed {
                row.error = job.error.clone();
            }
            // xl has the last word over libxc; nobody has over xc_save.
            job.saved |= !(incoming && record.origin.writer == Writer::Terminal);
            job.ended |= exit.is_some();
        }
        // The target's share is not the migration's.
        if incoming && record.origin.writer == Writer::Terminal {
            row.status = row.status.filter(|status| *status == FAILED);
        }
        self.push(row);
    }

    fn event(&mut self, record: &Record<'_>, entry: &'static str, incoming: bool, place: Place<'_>) {
        let Some(at) = self.current_or_new(record, None, place, |_| true) else { return };
        let mut row = self.row(record, at, entry);
        row.incoming = incoming;
        self.push(row);
    }

    fn ended(&mut self, record: &Record<'_>, failed: bool, domain: Option<u64>, words: &[&[u8]]) {
        let origin = &record.origin;
        let found = self.jobs.judged(origin, domain);
        let at = found.unwrap_or_else(|| self.jobs.open(origin, domain, record.number));
        self.jobs.touch(at, origin, domain, record.number);
        self.flush(at);
        let mut row = self.row(record, at, "end");
        row.status = Some(if failed { FAILED } else { COMPLETED });
        if let Some(job) = self.jobs.0.get_mut(at) {
            job.judged = true;
            job.ended = true;
            if failed {
                row.error = Some(job.error.take().unwrap_or_else(|| sentence(words)));
            }
        }
        self.push(row);
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Parsed, ParseError> {
        for at in 0..self.jobs.0.len() {
            self.flush(at);
        }
        if self.rows.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "what Xen says of a migration, such as `Saving memory pages: iter 1` in xend's log or \
                            `migration target: Ready to receive domain.` from xl";
            return Err(unusable(Format::XenMigrate, place, expected, self.log));
        }
        self.rows.sort_by_key(|row| row.line);
        self.times();
        for (at, job) in self.jobs.0.iter().enumerate() {
            if !job.saved && !job.judged {
                let line = self.rows.iter().rfind(|row| row.migration == at).map(|row| row.line);
                self.log.note("no-end", Place { line, ..Place::FILE }, || {
                    format!("how migration {at} ended is not in the log")
                });
            }
        }
        let mut facts = Facts::default();
        facts.set_int("migrations", self.jobs.0.len());
        if let Some(last) = self.rows.iter().rev().find_map(|row| row.status) {
            facts.set_text("last_status", last.as_bytes());
        }
        Outcome {
            format: Format::XenMigrate,
            version: self.version,
            columns: row::columns(&self.rows),
            clock: clock(self.rows.iter().map(|row| row.time)),
            facts,
            rows: RowCount { read: self.rows.len(), lost: self.lost },
            diagnostics: self.log,
        }
        .into_parsed()
    }

    /// Says what is wrong with the times.
    fn times(&mut self) {
        let local = |row: &&Row| matches!(row.time, Some(Stamp::Local(_)));
        let count = self.rows.iter().filter(local).count();
        if let Some(row) = self.rows.iter().find(local) {
            self.log.note("time-zone-unknown", Place { line: Some(row.line), ..Place::FILE }, || {
                format!("{count} rows have times without a time zone: they are in local_s, not in time")
            });
        }
        let count = self.rows.iter().filter(|row| row.without_year).count();
        if let Some(row) = self.rows.iter().find(|row| row.without_year) {
            self.log.warning("year-unknown", Place { line: Some(row.line), ..Place::FILE }, || {
                format!("{count} rows have times without a year, which cannot be placed; they are null")
            });
        }
    }
}

/// The round as a figure.
fn exact(round: u64) -> Option<f64> {
    u32::try_from(round).ok().map(f64::from)
}

fn set_round(row: &mut Row, round: u64) {
    row.set(Field::Iteration, exact(round));
}

/// All pages of the VM are sent or skipped in the first round.
fn set_total(row: &mut Row, round: u64) {
    if let (1, Some(sent), Some(skipped)) = (round, row.get(Field::PagesSent), row.get(Field::PagesSkipped)) {
        row.set(Field::Total, Some((sent + skipped) * PAGE));
    }
}

/// Compares a rate with what it was made of, and drops it if it cannot be.
fn check_rate(row: &mut Row, pages: Field, rate: Field, place: Place<'_>, log: &mut Diagnostics) {
    let (Some(pages), Some(told), Some(seconds)) = (row.get(pages), row.get(rate), row.get(Field::RoundTime))
    else {
        return;
    };
    if seconds <= 0.0 {
        return;
    }
    // Xen cuts off what is behind the point.
    let (megabits, told) = (pages * PAGE / seconds / MEGABIT, told / MEGABIT);
    if (megabits - told).abs() > 1.5 {
        row.set(rate, None);
        log.warning("rate-contradicted", place, || {
            format!("{told} Mb/s is told, the pages and the time make {megabits:.1} Mb/s; the rate is null")
        });
    }
}

/// Whether words that end a log that was cut say less than they might.
fn is_partial(said: Said<'_>) -> bool {
    match said {
        Said::Figures { values } => values.iter().any(Option::is_none),
        Said::Counts { skipped, .. } => skipped.is_none(),
        Said::Progress(progress) => progress.percent.is_none(),
        _ => false,
    }
}

/// The words as a sentence, without what Python adds.
fn sentence(words: &[&[u8]]) -> String {
    let end = words.iter().position(|word| *word == b"Traceback").unwrap_or(words.len());
    let words = words.get(..end.min(ERROR_WORDS)).unwrap_or_default();
    String::from_utf8_lossy(&words.join(&b' ')).into_owned()
}

/// What xl and libxl say besides.
fn is_chatter(message: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 12] = [
        b"xc:",
        b"libxl",
        b"migration target:",
        b"migration sender:",
        b"Loading new save file",
        b"Savefile contains",
        b"Parsing config",
        b"Domain state is now undefined",
        b"Please CHECK AT BOTH ENDS",
        b"resuming at most one",
        b"would probably result",
        b"responsibility to avoid",
    ];
    let text = message.trim_ascii();
    BEGINNINGS.iter().any(|known| text.starts_with(known))
        || memchr::memmem::find(text, b"xl migrate").is_some()
        || memchr::memmem::find(text, b"xl -").is_some()
}
