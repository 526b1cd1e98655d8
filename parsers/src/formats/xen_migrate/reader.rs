//! From records to rows: what happened in a migration, and what is wrong with the log.

use std::collections::BTreeMap;

use super::jobs::{Job, Jobs, LastRound};
use super::message::{self, Message};
use super::record::{Origin, Record, Writer};
use super::row::{self, Field, Row};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount, Severity};
use crate::lines::Lines;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::part::Part;
use crate::shared::hypervisor::{clock, report_unplaced};
use crate::time::stamp::{self, Stamp};

pub(super) const ACTIVE: &str = "active";
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";

/// Bytes of a page. Nothing in the log says them.
pub(super) const PAGE: f64 = 4096.0;
/// Most words of an error that are kept.
const ERROR_WORDS: usize = 24;

#[derive(Default)]
pub(super) struct Reader {
    pub jobs: Jobs,
    pub rows: Vec<Row>,
    /// A time alone on a line: that of the next row.
    pending: Option<Stamp>,
    /// The log is of many things besides.
    general: bool,
    version: Option<String>,
    pub lost: usize,
    pub log: Diagnostics,
}

impl Reader {
    pub(super) fn record(&mut self, record: &Record<'_>, words: &mut Vec<&[u8]>) {
        if record.text.trim_ascii().is_empty() {
            return;
        }
        // A line of xend's is more than a time, and a line without a time before it has none.
        if record.origin.writer != Writer::Xend
            && stamp::may_lead(record.text)
            && let Some(stamp) = stamp::alone(record.text)
        {
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
            let used = message::read(rest).map_or(0, |(message, used)| {
                known = true;
                cut |= !record.terminated && used >= rest.len() && is_partial(message);
                self.message(record, message, rest, place);
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

    pub(super) fn lose(&mut self, code: &'static str, place: Place<'_>, what: &'static str) {
        self.lost = self.lost.saturating_add(1);
        self.log.warning(code, place, || format!("{what}; it is left out"));
    }

    /// A row of a migration, with what is known of it.
    pub(super) fn row(&mut self, record: &Record<'_>, at: usize, entry: &'static str) -> Row {
        let Origin { stamp, without_year, .. } = record.origin;
        let mut row = Row::new(record.number, stamp.or_else(|| self.pending.take()), entry);
        row.last_line = record.last();
        row.without_year = without_year && row.time.is_none();
        row.migration = at;
        if let Some(job) = self.jobs.get(at) {
            row.domain = job.domain();
            row.incoming = job.incoming;
        }
        row
    }

    pub(super) fn push(&mut self, row: Row) -> usize {
        self.rows.push(row);
        self.rows.len().saturating_sub(1)
    }

    /// A round that began and of which nothing else is known.
    pub(super) fn flush(&mut self, at: usize) {
        if let Some(row) = self.jobs.get_mut(at).and_then(|job| job.begun.take()) {
            self.push(row);
        }
    }

    pub(super) fn message(
        &mut self,
        record: &Record<'_>,
        message: Message<'_>,
        words: &[&[u8]],
        place: Place<'_>,
    ) {
        let origin = &record.origin;
        match message {
            Message::Begins { incoming, domain, command } => {
                self.begins(record, incoming, domain, command, place)
            }
            Message::Round { iteration } => self.round(record, iteration, words, place),
            Message::Counts { iteration, sent, skipped } => {
                self.counts(record, iteration, sent, skipped, place)
            }
            Message::Stray => {
                self.lose("row-unreadable", place, "expected the number of a round before its pages")
            }
            Message::Figures { values } => self.figures(record, values, place),
            Message::Progress(progress) => self.progress(record, &progress, place),
            Message::Repeated { iteration, sent, remaining, percent } => {
                self.repeated(record, [iteration, sent, remaining, percent], place);
            }
            Message::LastRound => {
                let at =
                    self.jobs.current(origin, None, place, &mut self.log, |job| job.last == record.number);
                if let Some(at) = at {
                    self.jobs.touch(at, origin, None, record.number);
                    let mut row = self.row(record, at, "last-round");
                    if let Some(job) = self.jobs.get_mut(at) {
                        job.last_round = LastRound::Announced;
                        row.set_round(job.round.saturating_add(1));
                    }
                    self.push(row);
                }
            }
            Message::Suspend { domain, done } => {
                if let Some(at) = self.jobs.current(origin, domain, place, &mut self.log, |job| job.round > 0)
                {
                    self.jobs.touch(at, origin, domain, record.number);
                    let row = self.row(record, at, if done { "STOP" } else { "suspend" });
                    self.push(row);
                }
            }
            Message::Sent { pages } => {
                let last = |job: &Job| job.last_round == LastRound::Next;
                let at = self.current_or_new(record, None, place, last);
                let mut row = self.row(record, at, "sent");
                row.put(Field::Transferred, pages, PAGE, place, &mut self.log);
                self.push(row);
            }
            Message::Saved { incoming, exit, failed } => self.saved(record, incoming, exit, failed, place),
            Message::Transferred { incoming } => self.event(record, "transferred", incoming, place),
            Message::Runs { incoming } => self.event(record, "RESUME", incoming, place),
            Message::Ended { failed, domain } => self.ended(record, failed, domain, words),
            Message::Error => {
                let at = self.jobs.judged(origin, None);
                let job = at.and_then(|at| self.jobs.get_mut(at)).filter(|job| job.error.is_none());
                if let Some(job) = job {
                    job.error = Some(sentence(words));
                }
            }
            Message::Restarted => self.jobs.close(origin.writer),
            Message::Version(version) => self.version = Some(String::from_utf8_lossy(version).into_owned()),
        }
    }

    /// The migration that something is about; a new one if none is under way.
    pub(super) fn current_or_new<R: Ord>(
        &mut self,
        record: &Record<'_>,
        domain: Option<u64>,
        place: Place<'_>,
        wanted: impl Fn(&Job) -> R,
    ) -> usize {
        let origin = &record.origin;
        let found = self.jobs.current(origin, domain, place, &mut self.log, wanted);
        let at = found.unwrap_or_else(|| self.jobs.open(origin, domain, record.number));
        self.jobs.touch(at, origin, domain, record.number);
        self.flush(at);
        at
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
                self.jobs.all().len().checked_sub(1).filter(|at| self.jobs.get(*at).is_some_and(fresh))
            }
            _ if command => None,
            _ => self.jobs.current(origin, domain, place, &mut self.log, |_| true),
        };
        let at = known.unwrap_or_else(|| self.jobs.open(origin, domain, record.number));
        self.jobs.touch(at, origin, domain, record.number);
        let other = origin.writer != Writer::Terminal && known.is_none();
        if let Some(job) = self.jobs.get_mut(at).filter(|_| other) {
            job.incoming = incoming;
        }
        if command || known.is_none() {
            let mut row = self.row(record, at, if incoming { "migrate-incoming" } else { "migrate" });
            row.incoming = incoming;
            row.status = Some(ACTIVE);
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
        let at = self.current_or_new(record, None, place, side);
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
        if let Some(job) = self.jobs.get_mut(at) {
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
        let at = self.current_or_new(record, None, place, |_| true);
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
        if let Some(job) = self.jobs.get_mut(at) {
            job.judged = true;
            job.ended = true;
            if failed {
                row.error = Some(job.error.take().unwrap_or_else(|| sentence(words)));
            }
        }
        self.push(row);
    }

    pub(super) fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        for at in 0..self.jobs.all().len() {
            self.flush(at);
        }
        if self.rows.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "what Xen says of a migration, such as `Saving memory pages: iter 1` in xend's log or \
                            `migration target: Ready to receive domain.` from xl";
            return Err(unusable(place, expected, self.log));
        }
        self.rows.sort_by_key(|row| row.line);
        self.check_pages();
        self.times();
        for (at, job) in self.jobs.all().iter().enumerate() {
            if !job.saved && !job.judged {
                self.log.note("no-end", Place { line: Some(job.last), ..Place::FILE }, || {
                    format!("how migration {at} ended is not in the log")
                });
            }
        }
        let mut facts = Facts::default();
        facts.set_int("migrations", self.jobs.all().len());
        if let Some(last) = self.rows.iter().rev().find_map(|row| row.status) {
            facts.set_text("last_status", last.as_bytes());
        }
        let parts = self.parts();
        Ok(Outcome {
            parts,
            version: self.version,
            columns: row::columns(&self.rows),
            clock: clock(self.rows.iter().map(|row| row.time)),
            facts,
            rows: RowCount { read: self.rows.len(), lost: self.lost },
            diagnostics: self.log,
        })
    }

    /// The migrations that have rows, which may lie between those of another.
    fn parts(&self) -> Vec<Part> {
        let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            let part = parts.entry(row.migration).or_default();
            part.line.get_or_insert(row.line);
            part.rows.push(at);
            if let Some(status) = row.status {
                part.facts.set_text("last_status", status.as_bytes());
            }
        }
        if parts.len() > 1 { parts.into_values().collect() } else { Vec::new() }
    }

    /// A round sends no more pages than the VM has, by the first round of the migration; that Xen counts some of
    /// them twice is known.
    fn check_pages(&mut self) {
        let mut totals: BTreeMap<usize, f64> = BTreeMap::new();
        for row in &mut self.rows {
            if let Some(bytes) = row.get(Field::Total) {
                totals.entry(row.migration).or_insert(bytes / PAGE);
            }
            if let (Some(sent), Some(total)) = (row.get(Field::PagesSent), totals.get(&row.migration))
                && sent > 2.0 * total
            {
                self.log.warning("above-total", Place { line: Some(row.line), ..Place::FILE }, || {
                    format!("{sent} pages were sent in a round of a VM of {total}; it is null")
                });
                row.set(Field::PagesSent, None);
            }
        }
    }

    /// Says what is wrong with the times.
    fn times(&mut self) {
        // xend never writes a zone.
        report_unplaced(self.rows.iter().map(|row| (row.time, row.line)), Severity::Note, &mut self.log);
        let count = self.rows.iter().filter(|row| row.without_year).count();
        if let Some(row) = self.rows.iter().find(|row| row.without_year) {
            self.log.warning("year-unknown", Place { line: Some(row.line), ..Place::FILE }, || {
                format!("{count} rows have times without a year, which cannot be placed; they are null")
            });
        }
    }
}

/// Whether words that end a log that was cut say less than they might.
fn is_partial(message: Message<'_>) -> bool {
    match message {
        Message::Figures { values } => values.iter().any(Option::is_none),
        Message::Counts { skipped, .. } => skipped.is_none(),
        Message::Progress(progress) => progress.percent.is_none(),
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
