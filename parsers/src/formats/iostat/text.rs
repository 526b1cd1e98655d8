//! Reports for people.

use super::{EXPECTED, tell_no_times, tell_since_boot};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::outcome::{Outcome, Unusable, unusable};
use crate::row_lines::LinesOfRows;
use crate::shared::host::number::{Seen, human};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::shared::sysstat::banner::{self, Banner};
use crate::shared::sysstat::table::{Quantity, Table};
use crate::shared::sysstat::tell;
use crate::shared::sysstat::times::Stamps;
use crate::text::{float, words};

/// What a line of names begins; the names of shares have a word in front of them.
fn names(line: &[u8]) -> Option<Table> {
    let names: Vec<&[u8]> = words(line).map(|(_, word)| word).collect();
    // A time in front of the line is not of the names.
    if names.iter().any(|name| float(name).is_some()) {
        return None;
    }
    let table = match names.split_first() {
        Some((&b"avg-cpu:", shares)) => Table::read(shares),
        Some(_) => Table::read(&names),
        None => return None,
    };
    match table {
        Table::Cpu { cpu: None, .. } | Table::Disk { device: Some(_), .. } => Some(table),
        Table::Cpu { .. }
        | Table::Memory { .. }
        | Table::Network { .. }
        | Table::Disk { .. }
        | Table::Process { .. }
        | Table::Horizontal
        | Table::Other => None,
    }
}

pub(super) fn is_own(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| names(line.text).is_some())
}

struct Reader {
    stamps: Stamps,
    table: Option<Table>,
    used: Vec<bool>,
    /// When the report that is read was written.
    moment: Option<Moment>,
    /// Whether a table of the report was read, so that the next one of its kind begins another.
    seen_tables: [bool; 2],
    is_first: bool,
    since_boot: usize,
    count: i64,
    has_times: bool,
    lines: LinesOfRows,
    samples: Samples,
    facts: Facts,
    lost: usize,
    seen: Seen,
    diagnostics: Diagnostics,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader {
        stamps: Stamps::new(bytes),
        table: None,
        used: Vec::new(),
        moment: None,
        seen_tables: [false; 2],
        is_first: true,
        since_boot: 0,
        count: 0,
        has_times: false,
        lines: LinesOfRows::default(),
        samples: Samples::default(),
        facts: Facts::default(),
        lost: 0,
        seen: Seen::default(),
        diagnostics: Diagnostics::default(),
    };
    for line in Lines::new(bytes) {
        if line.is_blank() {
            reader.table = None;
        } else {
            reader.line(line);
        }
    }
    reader.finish(bytes)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        if let Some(Banner { host, cpus, .. }) = banner::read(line.text) {
            if let Some(host) = host {
                self.facts.set_text("host", host);
            }
            if let Some(cpus) = cpus {
                self.facts.set_int("cpus", cpus);
            }
            (self.is_first, self.moment, self.table) = (true, None, None);
            return;
        }
        if let Some(table) = names(line.text) {
            self.names(table);
            return;
        }
        if self.table.is_some() {
            self.row(line);
            return;
        }
        let place = Place::line(line.number, line.text);
        match self.stamps.moment(line.text.trim_ascii(), place, &mut self.diagnostics) {
            Some(moment) => {
                self.has_times = true;
                self.report(Some(moment));
            }
            None => self.unreadable(line, "a time, or the names of a table"),
        }
    }

    /// A report begins, at this time or at none.
    fn report(&mut self, moment: Option<Moment>) {
        if self.seen_tables.contains(&true) {
            self.is_first = false;
        }
        self.seen_tables = [false; 2];
        self.moment = moment;
        if let Some(moment) = moment
            && self.is_first
            && self.samples.latest().is_some_and(|latest| latest < moment)
        {
            self.samples.restart(moment);
        }
    }

    fn names(&mut self, table: Table) {
        let kind = usize::from(matches!(table, Table::Disk { .. }));
        let again = self.seen_tables.get(kind).copied().unwrap_or_default();
        if !self.has_times && (again || self.moment.is_none()) {
            self.count = self.count.saturating_add(1);
            self.report(Some(Moment { epoch_ns: None, local_ns: Some(self.count) }));
        }
        if self.is_first && self.seen_tables == [false; 2] {
            self.since_boot = self.since_boot.saturating_add(1);
        }
        if let Some(seen) = self.seen_tables.get_mut(kind) {
            *seen = true;
        }
        self.used = (0..table.len()).map(|at| table.is_number(at)).collect();
        self.table = Some(table);
    }

    fn row(&mut self, line: Line<'_>) {
        let Some(table) = self.table.as_ref() else { return };
        let cells: Vec<(usize, &[u8])> = words(line.text).collect();
        // What is cut lacks at least its last digits.
        if cells.len() < table.len() || !line.terminated {
            self.unreadable(line, "as many cells as names above them");
            return;
        }
        if self.is_first {
            return;
        }
        let Some(moment) = self.moment else {
            self.unreadable(line, "a time before the report, as others have it");
            return;
        };
        let mut numbers = Vec::with_capacity(cells.len());
        for ((position, cell), used) in cells.iter().zip(&self.used) {
            let number = human(cell, &mut self.seen).filter(|number| *number >= 0.0 && *used);
            if *used && number.is_none() {
                let place = Place::cell(line.number, *position, cell);
                self.diagnostics.warning("unreadable-value", place, || {
                    "expected a number of at least 0; the value is null".to_owned()
                });
            }
            numbers.push(number);
        }
        let cells: Vec<&[u8]> = cells.into_iter().map(|(_, cell)| cell).collect();
        let (samples, diagnostics) = (&mut self.samples, &mut self.diagnostics);
        if samples.latest() != Some(moment) {
            self.lines.push(line.number, 1);
        }
        samples.read_line(line.number);
        samples.touch(moment);
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
        tell_since_boot(self.since_boot, &mut self.diagnostics);
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, EXPECTED, self.diagnostics));
        }
        tell(self.seen, &mut self.diagnostics);
        let form = Form { local: if self.has_times { self.stamps.local() } else { "" }, whole: true };
        let clock = self.samples.clock(form);
        if !self.has_times {
            tell_no_times(&mut self.diagnostics);
        } else if clock == Clock::None {
            self.stamps.tell(&mut self.diagnostics);
        }
        self.facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let mut columns = self.samples.finish(form, &mut self.diagnostics);
        if !self.has_times {
            columns.set_lines(self.lines);
        }
        let Self { facts, diagnostics, .. } = self;
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }
}
