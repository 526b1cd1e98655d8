//! Rounds: what they sent, and how far they are.

use super::jobs::{Job, LastRound, Mention};
use super::message::{self, Message, Progress};
use super::reader::{ACTIVE, PAGE, Reader};
use super::record::Record;
use super::row::{Field, Row};
use crate::diagnostic::{Diagnostics, Place};
use crate::shared::hypervisor::STATUS;
use crate::text::unsigned;

/// Bytes per second of a decimal megabit per second.
const MEGABIT: f64 = 125_000.0;

impl Reader {
    /// What an emulator of XenServer answers.
    pub(super) fn json(&mut self, record: &Record<'_>, place: Place<'_>) -> bool {
        let json = record.message;
        let quoted = memchr::memchr(b'"', json).is_some();
        if !quoted
            || memchr::memmem::find(json, b"\"MIGRATION\"").is_none()
            || message::member(json, b"event").is_none()
        {
            return false;
        }
        if let Some(status) = message::member(json, b"status") {
            let saved = Message::Saved { incoming: false, exit: None, failed: status != b"completed" };
            self.message(record, saved, &[], place);
            return true;
        }
        let [sent, remaining, iteration] =
            [b"sent".as_slice(), b"remaining", b"iteration"].map(|key| message::member(json, key));
        let Some(round) = iteration.and_then(unsigned).and_then(|round| round.checked_add(1)) else {
            if record.terminated {
                self.lose("row-unreadable", place, "an account of a round without its number");
            } else {
                self.lost = self.lost.saturating_add(1);
            }
            return record.terminated;
        };
        let at = self.jobs.of_round(&record.origin, (round, None), Mention::Some, place, &mut self.log);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        row.set_round(round);
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

    /// The migration has come to this round.
    fn advance(&mut self, at: usize, round: u64) {
        if let Some(job) = self.jobs.get_mut(at)
            && job.round != round
        {
            job.round = round;
            job.done = None;
        }
    }

    pub(super) fn round(&mut self, record: &Record<'_>, iteration: &[u8], words: &[&[u8]], place: Place<'_>) {
        let Some(round) = unsigned(iteration).filter(|round| *round > 0) else {
            self.lose("row-unreadable", place, "expected the number of the round that begins");
            return;
        };
        let pages = message::pages_of(words);
        let at = self.jobs.of_round(&record.origin, (round, pages), Mention::Once, place, &mut self.log);
        self.flush(at);
        self.advance(at, round);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        row.set_round(round);
        if let Some(job) = self.jobs.get_mut(at) {
            job.begun = Some(row);
            job.open_row = None;
        }
    }

    pub(super) fn counts(
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
            self.jobs.of_round(&record.origin, (round, None), Mention::Once, place, &mut self.log)
        });
        self.jobs.touch(at, &record.origin, None, record.number);
        self.advance(at, round);
        let mut row = self.round_row(record, at, round);
        if let Some(begun) = self.jobs.get_mut(at).and_then(|job| job.begun.take()) {
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
        if let Some(job) = self.jobs.get_mut(at) {
            job.open_row = Some(row);
        }
    }

    fn round_row(&mut self, record: &Record<'_>, at: usize, round: u64) -> Row {
        let mut row = self.row(record, at, "round");
        row.status = Some(ACTIVE);
        row.set_round(round);
        row
    }

    fn incomplete(&mut self, place: Place<'_>) {
        self.log.warning("round-incomplete", place, || {
            "expected what the round sent, how long it took and what was dirtied; what is missing is null"
                .to_owned()
        });
    }

    /// The figures of a round whose pages may be in a line before.
    pub(super) fn figures(&mut self, record: &Record<'_>, values: [Option<&[u8]>; 6], place: Place<'_>) {
        let origin = &record.origin;
        let waits = |job: &Job| (job.last == record.number, job.open_row.is_some());
        let Some(at) = self
            .jobs
            .current(origin, None, place, &mut self.log, waits)
            .filter(|at| self.jobs.get(*at).is_some_and(|job| job.round > 0))
        else {
            self.lose("row-unreadable", place, "figures of a round that is not in the log");
            return;
        };
        self.jobs.touch(at, origin, None, record.number);
        let (round, open) = self.jobs.get_mut(at).map_or((0, None), |job| (job.round, job.open_row.take()));
        let index = open.unwrap_or_else(|| {
            let row = self.round_row(record, at, round);
            self.push(row)
        });
        let Some(row) = self.rows.get_mut(index) else { return };
        row.last_line = record.last();
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
        let Some(job) = self.jobs.get_mut(at) else { return };
        job.dirtied = row.get(Field::PagesDirtied);
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

    pub(super) fn progress(&mut self, record: &Record<'_>, progress: &Progress<'_>, place: Place<'_>) {
        if progress.pages.is_none() && record.terminated {
            self.lose("row-unreadable", place, "expected how many pages of how many");
            return;
        }
        let (Some(iteration), false) = (progress.iteration, progress.incoming) else {
            let at = self.current_or_new(record, None, place, |_| true);
            let mut row = self.row(record, at, STATUS);
            row.incoming |= progress.incoming;
            self.pages(&mut row, progress, place);
            if let Some(job) = self.jobs.get_mut(at) {
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
        let mention = if progress.chosen || limit == Some(round) { Mention::Some } else { Mention::Often };
        let mut at = self.jobs.of_round(&record.origin, (round, None), mention, place, &mut self.log);
        let done = progress.pages.and_then(|(done, _)| crate::text::float(done));
        let again =
            |job: &Job| job.round == round && done.zip(job.done).is_some_and(|(now, before)| now < before);
        if round == 1 && self.jobs.get(at).is_some_and(again) {
            at = self.jobs.open(&record.origin, None, record.number);
        }
        if let Some((sent, skipped)) = progress.last.filter(|_| round > 1) {
            self.round_before(record, at, round, [sent, skipped], place);
        }
        self.advance(at, round);
        let mut row = self.row(record, at, STATUS);
        row.set_round(round);
        self.pages(&mut row, progress, place);
        if let Some(job) = self.jobs.get_mut(at) {
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
        if self.jobs.get(at).is_none_or(|job| job.round == round) {
            return;
        }
        let known = |row: &&mut Row| row.migration == at && row.entry == "round" && row.is_of_round(before);
        let recent = self.rows.len().saturating_sub(64);
        let found = self.rows.get_mut(recent..).and_then(|rows| rows.iter_mut().rev().find(known));
        let mut fill = |row: &mut Row| {
            row.last_line = record.last();
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
            row.domain = self.jobs.get(at).and_then(Job::domain);
            row.status = Some(ACTIVE);
            row.set_round(before);
            fill(&mut row);
            row.without_year = record.origin.without_year;
            self.push(row);
        }
    }

    /// emu-manager repeats what xenguest has just written.
    pub(super) fn repeated(
        &mut self,
        record: &Record<'_>,
        [iteration, sent, remaining, percent]: [&[u8]; 4],
        place: Place<'_>,
    ) {
        let Some(round) = unsigned(iteration).and_then(|round| round.checked_add(1)) else {
            self.lose("row-unreadable", place, "an account of a round without its number");
            return;
        };
        let at = self.jobs.of_round(&record.origin, (round, None), Mention::Some, place, &mut self.log);
        let mut row = self.row(record, at, STATUS);
        row.status = Some(ACTIVE);
        row.set_round(round);
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
}

/// All pages of the VM are sent or skipped in the first round.
fn set_total(row: &mut Row, round: u64) {
    if let (1, Some(sent), Some(skipped)) = (round, row.get(Field::PagesSent), row.get(Field::PagesSkipped)) {
        row.set(Field::Total, Some((sent + skipped) * PAGE));
    }
}

/// Compares a rate with what it was made of, and drops it if it cannot be.
fn check_rate(row: &mut Row, pages: Field, rate: Field, place: Place<'_>, log: &mut Diagnostics) {
    let (Some(pages), Some(stated), Some(seconds)) =
        (row.get(pages), row.get(rate), row.get(Field::RoundTime))
    else {
        return;
    };
    if seconds <= 0.0 {
        return;
    }
    // Xen cuts off what is behind the point.
    let (megabits, stated) = (pages * PAGE / seconds / MEGABIT, stated / MEGABIT);
    if (megabits - stated).abs() > 1.5 {
        row.set(rate, None);
        log.warning("rate-contradicted", place, || {
            format!("{stated} Mb/s is told, the pages and the time make {megabits:.1} Mb/s; the rate is null")
        });
    }
}
