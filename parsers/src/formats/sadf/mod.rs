//! `sadf`: what sar collected of a host, as `sadf -d` of sysstat prints it; `sadf -j` is read by [`json`].
//!
//! ```text
//! # hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle
//! kirsche;1;2026-11-30 00:44:30 UTC;-1;63.82;30.15;6.03;0.00;0.00;0.00
//! # hostname;interval;timestamp;kbmemfree;kbavail;kbmemused;%memused;kbbuffers;kbcached;…
//! kirsche;1;2026-11-30 00:44:30 UTC;20542756;22918960;1420248;5.75;40276;2446368;…
//! # hostname;interval;timestamp;IFACE;rxpck/s;txpck/s;rxkB/s;txkB/s;…
//! kirsche;1;2026-11-30 00:44:30 UTC;eth0;38.00;38.00;783.20;783.20;…
//! kirsche;-1;2026-11-30 00:44:33 UTC;LINUX-RESTART    (2 CPU)
//! ```
//!
//! One table per activity, from one restart to the next. Rows of one time are one row of the frame ([`samples`](crate::shared::host::samples)); columns are found by their names
//! ([`table`](crate::shared::sysstat::table)), so that any choice of activities is read, also several outputs in one file.
//!
//! Traps:
//!
//! * A value is the mean over the interval that *ends* at its time. Times are cut to whole seconds.
//! * Times are UTC, unless `-t` or `-T` was given (local, with a zone before 11.1) or `-U` (seconds since 1970): see [`stamp`].
//! * `%user` holds the time of guests, `%usr` of `-u ALL` does not. `%system` holds interrupts, `%sys` does not.
//! * `kbmemused` held buffers and caches until 11.7.3; `%memused` gives away which it is.
//! * `rxkB` are 1024 bytes; before 8.1 it was `rxbyt`.
//! * An interval of -1 marks a restart, or a comment of `sadc -C`.
//! * Some countries write decimal commas.
//!
//! Absent on purpose: single CPUs and all other activities; `-h`, which puts the tables of one time into one line and
//! does not say how many CPUs and interfaces are in it.

mod json;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::number::{Seen, decimals, number};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::shared::sysstat::table::{Quantity, Table};
use crate::shared::sysstat::{self, stamp};
use crate::text::{first_byte, unsigned};
use crate::time::zone::Zone;

pub(crate) static DESCRIPTION: Description = Description {
    name: "sadf",
    description: "CPU, memory, network and disks of a host as collected by sar, printed by `sadf -d` or `sadf -j`",
    written_by: "sadf -d or -j of sysstat 8 to 12 with -u, -r, -n DEV, -b or -d (run it without -t, -T and -h)",
    begins_with: "`# hostname;interval;timestamp;CPU;%user;…`, a restart `HOST;-1;…;LINUX-RESTART`, or `{\"sysstat\": {\"hosts\": …`",
    file_names: &["sar", "sysstat"],
    clocks: &[Clock::EpochSecondsAtArrival],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[HEADER, sysstat::json::MARK]),
    recognise,
    parse: Parse::Whole(parse),
};

const HEADER: &[u8] = b"# hostname;interval;timestamp;";

fn recognise(head: &Head<'_>) -> bool {
    if json::is_own(head) {
        return true;
    }
    let begins = head.lines.first().is_some_and(|line| {
        let mut cells = line.text.split(|byte| *byte == b';');
        line.text.starts_with(HEADER) || cells.nth(1) == Some(b"-1")
    });
    begins && head.lines.iter().any(|line| line.text.starts_with(HEADER))
}

/// A table, and of each cell of a row whether it is a number that is used.
struct Known<'a> {
    names: &'a [u8],
    table: Table,
    used: Vec<bool>,
}

/// A time, and its zone if that gives no offset.
type Time = (Moment, Option<Zone>);

/// So many tables are known at a time.
const TABLES: usize = 64;

struct Reader<'a> {
    /// Tables whose names have been read, by their names: they come again and again.
    tables: Vec<Known<'a>>,
    /// The one that rows are of.
    table: usize,
    /// The cells of a row, and the numbers that they are.
    cells: Vec<&'a [u8]>,
    numbers: Vec<Option<f64>>,
    /// The last time that was read, and its text: several lines have it.
    time: Option<(&'a [u8], Time)>,
    samples: Samples,
    facts: Facts,
    lost: usize,
    /// Rows of tables that are not used.
    others: (u64, Option<u64>),
    seen: Seen,
    /// Codes of warnings about zones.
    zones: BTreeSet<&'static str>,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    if sysstat::json::begins(bytes) {
        return json::parse(bytes);
    }
    let mut reader = Reader {
        tables: Vec::new(),
        table: 0,
        cells: Vec::new(),
        numbers: Vec::new(),
        time: None,
        samples: Samples::default(),
        facts: Facts::default(),
        lost: 0,
        others: (0, None),
        seen: Seen::default(),
        zones: BTreeSet::new(),
        diagnostics: Diagnostics::default(),
    };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        match line.text.strip_prefix(HEADER) {
            Some(names) => reader.header(line, names),
            None => reader.line(line),
        }
    }
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn header(&mut self, line: Line<'a>, names: &'a [u8]) {
        self.table = self.tables.iter().position(|known| known.names == names).unwrap_or_else(|| {
            if self.tables.len() >= TABLES {
                self.tables.clear();
            }
            let words: Vec<&[u8]> = names.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).collect();
            let table = Table::read(&words);
            let used = (0..table.len()).map(|at| table.is_number(at)).collect();
            self.tables.push(Known { names, table, used });
            self.tables.len().saturating_sub(1)
        });
        if self.tables.get(self.table).is_some_and(|known| known.table == Table::Horizontal) {
            self.diagnostics.error("horizontal", Place::line(line.number, line.text), || {
                "expected one table per activity; this is the output of `sadf -d -h`, which does not say where one ends: \
                 run it without -h. The lines below are left out"
                    .to_owned()
            });
        }
    }

    fn line(&mut self, line: Line<'a>) {
        let place = Place::line(line.number, line.text);
        let mut cells = Cells { rest: Some(line.text) };
        let (Some(host), Some(interval), Some(stamp)) = (cells.next(), cells.next(), cells.next()) else {
            self.unreadable(line, "hostname, interval and timestamp");
            return;
        };
        let Some((stamp, unplaced)) = self.time(stamp) else {
            self.unreadable(line, "a timestamp such as `2026-11-30 00:44:30 UTC`");
            return;
        };
        if interval == b"-1" {
            self.mark(place, stamp, cells.next().unwrap_or_default());
            return;
        }
        if self.facts.get("host").is_none() {
            self.facts.set_text("host", host);
        } else if self.facts.text("host").map(str::as_bytes) != Some(host) {
            let host = String::from_utf8_lossy(host).into_owned();
            self.diagnostics.warning("another-host", place, || {
                format!("lines before this one are of another host, this one is of {host}; all are kept")
            });
        }
        if let Some(zone) = unplaced {
            let (code, why) = zone.complaint().unwrap_or_else(|| {
                let why = "nothing says their time zone: declare utc_offset";
                ("time-zone-unknown", why.to_owned())
            });
            if self.zones.insert(code) {
                self.diagnostics.warning(code, place, || {
                    format!(
                        "times are local, in local_s and not in epoch_s: {why}, or run sadf without -t and -T"
                    )
                });
            }
        }
        match self.tables.get(self.table).map_or(&Table::Other, |known| &known.table) {
            Table::Other | Table::Process { .. } => {
                self.others = (self.others.0.saturating_add(1), self.others.1.or(Some(line.number)));
                return;
            }
            Table::Horizontal => {
                self.lost = self.lost.saturating_add(1);
                return;
            }
            Table::Cpu { .. } | Table::Memory { .. } | Table::Network { .. } | Table::Disk { .. } => {}
        }
        self.cells.clear();
        self.cells.extend(cells);
        self.row(line, stamp);
    }

    /// See [`stamp::moment`].
    fn time(&mut self, text: &'a [u8]) -> Option<Time> {
        match self.time {
            Some((known, time)) if known == text => Some(time),
            _ => Some(self.time.insert((text, stamp::moment(text)?)).1),
        }
    }

    /// A restart of the machine or of the collector, or a comment.
    fn mark(&mut self, place: Place<'_>, stamp: Moment, text: &[u8]) {
        if !text.starts_with(b"LINUX-RESTART") {
            self.diagnostics
                .note("comment", place, || "a comment in the collected data; it is not used".to_owned());
            return;
        }
        self.samples.restart(stamp);
        let number =
            text.split(|byte| *byte == b'(').nth(1).and_then(|text| text.split(|byte| *byte == b' ').next());
        if let Some(cpus) = number.and_then(unsigned) {
            self.facts.set_int("cpus", cpus);
        }
    }

    fn row(&mut self, line: Line<'_>, stamp: Moment) {
        let Self { cells, numbers, tables, .. } = self;
        let Some(Known { table, used, .. }) = tables.get(self.table) else { return };
        if cells.len() < table.len() {
            self.unreadable(line, "as many cells as names in the line that begins with #");
            return;
        }
        numbers.clear();
        for (at, (cell, used)) in cells.iter().zip(used).enumerate() {
            if !used {
                numbers.push(None);
                continue;
            }
            let number = number(cell, &mut self.seen).filter(|number| *number >= 0.0);
            let cut = !line.terminated && at + 1 == cells.len() && decimals(cell) < 2;
            numbers.push(number.filter(|_| !cut));
            if cut || number.is_none() {
                // Cells are parts of their line.
                let position = (cell.as_ptr() as usize).saturating_sub(line.text.as_ptr() as usize);
                let code = if cut { "last-line-cut" } else { "unreadable-value" };
                self.diagnostics.warning(code, Place::cell(line.number, position, cell), || {
                    if cut {
                        "the last line has no end and its last number may lack digits; it is null".to_owned()
                    } else {
                        "expected a number of at least 0; the value is null".to_owned()
                    }
                });
            }
        }
        let (samples, diagnostics) = (&mut self.samples, &mut self.diagnostics);
        samples.read_line(line.number);
        table.values(cells, numbers, |Quantity { name, unit, value }| {
            let place = Place::line(line.number, line.text);
            samples.tell((stamp, place), &name, (unit, value), diagnostics);
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
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected =
                "tables of sadf -d about the CPU (-u), memory (-r), network (-n DEV) or disks (-b, -d)";
            return Err(unusable(place, expected, self.diagnostics));
        }
        if let (count @ 1.., line) = self.others {
            self.diagnostics.note("other-tables", Place { line, ..Place::FILE }, || {
                format!(
                    "{count} lines are of other tables than CPU, memory, network and disks; they are not used"
                )
            });
        }
        sysstat::tell(self.seen, &mut self.diagnostics);
        let form = Form::default();
        let clock = self.samples.clock(form);
        self.facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let columns = self.samples.finish(form, &mut self.diagnostics);
        Ok(Outcome {
            version: None,
            columns,
            clock,
            facts: self.facts,
            parts: Vec::new(),
            rows,
            diagnostics: self.diagnostics,
        })
    }
}

/// The cells of a line, without blanks around them.
struct Cells<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        const ONES: u64 = 0x0101_0101_0101_0101;
        let rest = self.rest?;
        let end = first_byte(
            rest,
            |bytes| (bytes ^ (ONES * 0x3b)).wrapping_sub(ONES) & !(bytes ^ (ONES * 0x3b)),
            |byte| byte == b';',
        );
        self.rest = end.and_then(|end| rest.get(end + 1..));
        Some(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().trim_ascii())
    }
}
