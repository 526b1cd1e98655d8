//! Reports that sar, mpstat and pidstat write for people: tables under lines of names, each line with a time of day.
//!
//! ```text
//! Linux 6.1.0-13-amd64 (kirsche)  11/30/2026  _x86_64_  (2 CPU)
//!
//! 06:42:09 PM     CPU     %user     %nice   %system   %iowait    %steal     %idle
//! 06:42:10 PM     all     99.85      0.00      0.00      0.00      0.15      0.00
//! 06:42:11 PM       LINUX RESTART  (2 CPU)
//! Average:        all     81.96      0.00      0.00      0.00     17.99      0.04
//! ```
//!
//! Traps:
//!
//! * Times are local, to the second, without a zone; past midnight they begin anew. One report has several tables one behind the
//!   other, each from the first midnight on, so that each table counts its own days.
//! * The date is that of the locale: see [`banner`](super::banner).
//! * `AM` and `PM` are a word of their own.
//! * A name at the end of a row may hold blanks: what a process is called.
//! * Without an interval mpstat and pidstat write one report since the machine was started, whose time is that of its names.

use super::banner::{self, Banner};
use super::table::{Quantity, Table};
use super::times::{self, Time, Times};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::{Clock, Unit};
use crate::lines::{Line, Lines};
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::number::{Seen, decimals, human};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::text::{lossy, words};

/// What a tool's reports are like.
#[derive(Clone, Copy)]
pub(crate) struct What {
    /// The tables that are used.
    pub uses: fn(&Table) -> bool,
    /// What they are, for people.
    pub expected: &'static str,
    /// Whether a report whose time is that of its names is one since the machine was started.
    pub since_boot: bool,
}

/// A table, and of each cell of a row whether it is a number that is used.
struct Known<'a> {
    names: &'a [u8],
    table: Table,
    used: Vec<bool>,
    /// The second of its last line, from the midnight of the report on.
    last_s: Option<i64>,
    /// The one of its last line of names, where that has a time.
    begins_s: Option<i64>,
}

/// So many tables are known at a time.
const TABLES: usize = 64;

struct Reader<'a> {
    what: What,
    times: Times,
    tables: Vec<Known<'a>>,
    /// The one that rows are of.
    table: Option<usize>,
    after_blank: bool,
    /// The process that the threads below it are of.
    process: String,
    samples: Samples,
    facts: Facts,
    lost: usize,
    since_boot: usize,
    /// Lines of tables that are not used.
    others: (u64, Option<u64>),
    seen: Seen,
    diagnostics: Diagnostics,
}

/// Whether a line is the names of a table that is one of these: with its time, as a report has it.
pub(crate) fn is_head(line: &[u8], is_one: impl Fn(&[&[u8]]) -> bool) -> bool {
    times::leading(line).is_some_and(|(_, rest)| {
        let names: Vec<&[u8]> = words(rest).map(|(_, word)| word).collect();
        is_one(&names)
    })
}

/// Reads a report; see the module.
pub(crate) fn read(bytes: &[u8], what: What) -> Result<Outcome, Unusable> {
    let mut reader = Reader {
        what,
        times: Times::new(bytes),
        tables: Vec::new(),
        table: None,
        after_blank: true,
        process: String::new(),
        samples: Samples::default(),
        facts: Facts::default(),
        lost: 0,
        since_boot: 0,
        others: (0, None),
        seen: Seen::default(),
        diagnostics: Diagnostics::default(),
    };
    for line in Lines::new(bytes) {
        if line.is_blank() {
            reader.after_blank = true;
            continue;
        }
        reader.line(line);
        reader.after_blank = false;
    }
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        if let Some(banner) = banner::read(line.text) {
            self.banner(line, banner);
            self.after_blank = true;
            return;
        }
        let Some((time, rest)) = times::leading(line.text) else {
            if !self.is_mean(line.text) {
                self.unreadable(line, "a time at the beginning of the line");
            }
            return;
        };
        let rest = rest.trim_ascii();
        let mark =
            rest.strip_prefix(b"LINUX").filter(|rest| memchr::memmem::find(rest, b"RESTART").is_some());
        if mark.is_some() {
            self.restart(line, time);
        } else if rest.starts_with(b"COM ") {
            let place = Place::line(line.number, line.text);
            self.diagnostics
                .note("comment", place, || "a comment in the collected data; it is not used".to_owned());
        } else if time.is_names || self.is_head(rest) {
            self.head(time, rest);
        } else {
            self.row(line, time, rest);
        }
    }

    /// Whether a line is of the means over the report: `Average:`, `Moyenne :` and others, by the language.
    fn is_mean(&self, line: &[u8]) -> bool {
        let Some(at) = memchr::memchr(b':', line) else { return false };
        let (word, rest) = line.split_at_checked(at.saturating_add(1)).unwrap_or_default();
        let mut seen = Seen::default();
        let is_row = words(rest).any(|(_, cell)| human(cell, &mut seen).is_some());
        let is_names = || {
            let names: Vec<&[u8]> = words(rest).map(|(_, word)| word).collect();
            let same = |known: &Known<'_>| words(known.names).map(|(_, word)| word).eq(names.iter().copied());
            self.tables.iter().any(same)
        };
        words(word).count() <= 2 && (is_row || is_names())
    }

    fn banner(&mut self, line: Line<'a>, Banner { host, cpus, date }: Banner<'a>) {
        let place = Place::line(line.number, line.text);
        if let (Some(host), Some(known)) = (host, self.facts.text("host").map(str::to_owned)) {
            let host = lossy(host);
            if host != known {
                self.diagnostics.warning("another-host", place, || {
                    format!(
                        "lines before this one are of host {known}, those behind it of {host}; all are kept"
                    )
                });
            }
        } else if let Some(host) = host {
            self.facts.set_text("host", host);
        }
        if let Some(cpus) = cpus {
            self.facts.set_int("cpus", cpus);
        }
        self.times.banner(date, place, &mut self.diagnostics);
        self.tables.clear();
        self.table = None;
    }

    fn is_head(&self, rest: &[u8]) -> bool {
        if self.tables.iter().any(|known| known.names == rest) {
            return true;
        }
        // Nearly all lines are rows.
        let may_be = memchr::memchr2(b'%', b'/', rest).is_some() || rest.starts_with(b"kb");
        if !(self.after_blank || may_be) {
            return false;
        }
        let names: Vec<&[u8]> = words(rest).map(|(_, word)| word).collect();
        let mut seen = Seen::default();
        let mut is_text = || names.iter().all(|name| human(name, &mut seen).is_none());
        match Table::read(&names) {
            Table::Other => self.after_blank && names.len() > 1 && is_text(),
            Table::Horizontal => false,
            Table::Cpu { .. }
            | Table::Memory { .. }
            | Table::Network { .. }
            | Table::Disk { .. }
            | Table::Process { .. } => true,
        }
    }

    fn head(&mut self, time: Time, names: &'a [u8]) {
        let known = self.tables.iter().position(|known| known.names == names);
        let at = known.unwrap_or_else(|| {
            if self.tables.len() >= TABLES {
                self.tables.clear();
            }
            let words: Vec<&[u8]> = words(names).map(|(_, word)| word).collect();
            let table =
                Some(Table::read(&words)).filter(|table| (self.what.uses)(table)).unwrap_or(Table::Other);
            let used = (0..table.len()).map(|at| table.is_number(at)).collect();
            self.tables.push(Known { names, table, used, last_s: None, begins_s: None });
            self.tables.len().saturating_sub(1)
        });
        if let Some(known) = self.tables.get_mut(at).filter(|_| !time.is_names) {
            known.begins_s = Some(self.times.second(time, known.last_s));
            known.last_s = known.last_s.or(known.begins_s);
        }
        self.table = Some(at);
    }

    fn restart(&mut self, line: Line<'a>, time: Time) {
        let known = self.table.and_then(|at| self.tables.get_mut(at));
        let second = self.times.second(time, known.as_ref().and_then(|known| known.last_s));
        if let Some(known) = known {
            known.last_s = Some(second);
        }
        if let Some(moment) = self.times.moment(time, second) {
            self.samples.restart(moment);
        }
        if let Some(Banner { cpus: Some(cpus), .. }) = banner::read(&restarted(line.text)) {
            self.facts.set_int("cpus", cpus);
        }
    }

    fn row(&mut self, line: Line<'a>, time: Time, rest: &'a [u8]) {
        let Some(known) = self.table.and_then(|at| self.tables.get_mut(at)) else {
            self.unreadable(line, "the names of a table before its rows");
            return;
        };
        let second = self.times.second(time, known.last_s);
        known.last_s = Some(second);
        let since_boot = self.what.since_boot && known.begins_s == Some(second);
        if known.table == Table::Other {
            self.others = (self.others.0.saturating_add(1), self.others.1.or(Some(line.number)));
            return;
        }
        let cells: Vec<(usize, &[u8])> = words(rest).collect();
        if cells.len() < known.table.len() {
            self.unreadable(line, "as many cells as names above them");
            return;
        }
        if since_boot {
            self.since_boot = self.since_boot.saturating_add(1);
            return;
        }
        let moment = self.times.moment(time, second);
        let Some(moment) = moment.filter(|_| line.terminated || !known.table.is_of_processes()) else {
            self.unreadable(line, "a time with a date that is known");
            return;
        };
        self.times.begin(moment, &mut self.samples);
        self.values(line, rest, &cells, moment);
    }

    fn values(&mut self, line: Line<'a>, rest: &[u8], cells: &[(usize, &'a [u8])], moment: Moment) {
        let Self { tables, samples, diagnostics, seen, process, .. } = self;
        let Some(Known { table, used, .. }) = self.table.and_then(|at| tables.get(at)) else { return };
        let shift = (rest.as_ptr() as usize).saturating_sub(line.text.as_ptr() as usize);
        let mut numbers = Vec::with_capacity(cells.len());
        for (at, ((position, cell), used)) in cells.iter().zip(used).enumerate() {
            let number = human(cell, seen).filter(|number| *number >= 0.0 && *used);
            let cut = !line.terminated && at + 1 == cells.len() && decimals(cell) < 2;
            if *used && (cut || number.is_none()) {
                let place = Place::cell(line.number, position.saturating_add(shift), cell);
                let code = if cut { "last-line-cut" } else { "unreadable-value" };
                diagnostics.warning(code, place, || {
                    if cut {
                        "the last line has no end and its last number may lack digits; it is null".to_owned()
                    } else {
                        "expected a number of at least 0; the value is null".to_owned()
                    }
                });
            }
            numbers.push(number.filter(|_| !cut));
        }
        samples.read_line(line.number);
        samples.touch(moment);
        if let Table::Process { cpu, thread, command, .. } = table {
            let value = numbers.get(*cpu).copied().flatten();
            let name = cells.get(*command).and_then(|(from, _)| rest.get(*from..)).unwrap_or_default();
            let is_thread = thread.and_then(|at| cells.get(at)).is_some_and(|(_, id)| *id != b"-");
            let name = if is_thread {
                let name = lossy(name.strip_prefix(b"|__").unwrap_or(name).trim_ascii()).into_owned();
                format!("{process}/{name}")
            } else {
                *process = program(name);
                process.clone()
            };
            if let Some(value) = value {
                samples.add(moment, &format!("process.{name}.cpu"), Unit::PercentOfOneCpu, value);
            }
            return;
        }
        let cells: Vec<&[u8]> = cells.iter().map(|(_, cell)| *cell).collect();
        table.values(&cells, &numbers, |Quantity { name, unit, value }| {
            let place = Place::line(line.number, line.text);
            samples.tell((moment, place), &name, (unit, value), diagnostics);
        });
    }

    fn unreadable(&mut self, line: Line<'_>, expected: &'static str) {
        self.lost = self.lost.saturating_add(1);
        let code = if line.terminated { "row-unreadable" } else { "last-line-cut" };
        self.diagnostics.warning(code, Place::line(line.number, line.text), || {
            format!("expected {expected}; the line is left out")
        });
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if let count @ 1.. = self.since_boot {
            self.diagnostics.note("since-boot", Place::FILE, || {
                format!("{count} rows are means since the machine was started, not over an interval; they are left out")
            });
        }
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, self.what.expected, self.diagnostics));
        }
        if let (count @ 1.., line) = self.others {
            self.diagnostics.note("other-tables", Place { line, ..Place::FILE }, || {
                format!("{count} lines are of tables that are not used; needed are {}", self.what.expected)
            });
        }
        super::tell(self.seen, &mut self.diagnostics);
        let form = Form { local: self.times.local(), whole: true };
        let clock = self.samples.clock(form);
        if clock == Clock::None {
            self.times.tell(&mut self.diagnostics);
        }
        self.facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let columns = self.samples.finish(form, &mut self.diagnostics);
        let Self { facts, diagnostics, .. } = self;
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }
}

/// The line of a restart as the one that begins a report, which tells the CPUs in the same way.
fn restarted(line: &[u8]) -> Vec<u8> {
    let from = memchr::memrchr(b'(', line).unwrap_or(line.len());
    [b"Linux-restart (-) ", line.get(from..).unwrap_or_default()].concat()
}

/// What a process is called: of a command line the program without its folder.
fn program(command: &[u8]) -> String {
    let command = command.trim_ascii();
    let has_options = memchr::memmem::find(command, b" -").is_some();
    let first = if has_options || command.starts_with(b"/") {
        command.split(u8::is_ascii_whitespace).next().unwrap_or_default()
    } else {
        command
    };
    let file = if first.starts_with(b"/") { first.rsplit(|byte| *byte == b'/').next() } else { None };
    lossy(file.unwrap_or(first)).into_owned()
}
