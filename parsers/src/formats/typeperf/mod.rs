//! `typeperf` and the CSV of the performance monitor: counters of Windows, a column each.
//!
//! ```text
//! "(PDH-CSV 4.0) (Mitteleuropäische Zeit)(-60)","\\KIRSCHE\Prozessor(_Total)\Prozessorzeit (%)","\\KIRSCHE\Netzwerkschnittstelle(…)\…"
//! "11/30/2026 14:00:01.123","12.5","118000"
//! ```
//!
//! Counters are found by their names, in English and German ([`counters`]).
//!
//! Traps: the first heading tells the zone in minutes *west* of Greenwich; one offset holds for the log. Dates have the month first in
//! every language. A counter that needs two samples is blank in the first row; one that fails is -1. The command writes
//! words behind the rows. The log of a monitor may hold several hosts: only one is read.

mod counters;

use self::counters::{Counter, counter};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::number::{Seen, number};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::shared::sysstat::banner::midnight_s;
use crate::shared::sysstat::tell;
use crate::text::{lossy, split_once};
use crate::time::{NANOS, daytime};

pub(crate) static DESCRIPTION: Description = Description {
    name: "typeperf",
    description: "CPU, memory, network and disks of a Windows host as typeperf and the performance monitor write them",
    written_by: "typeperf, logman and the performance monitor of Windows as CSV, in English or German",
    begins_with: "`\"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)\",\"\\\\HOST\\Processor(_Total)\\% Processor Time\",…`",
    file_names: &["perfmon"],
    clocks: &[Clock::Epoch],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[MARK]),
    recognise,
    parse: Parse::Whole(parse),
};

const MARK: &[u8] = b"\"(PDH-CSV ";
const EXPECTED: &str =
    "counters of the processor, memory, network interfaces, disks or processes, in English or German";

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| line.text.starts_with(MARK))
}

#[derive(Default)]
struct Reader {
    /// Seconds that the clock is ahead of UTC.
    offset_s: Option<i64>,
    columns: Vec<Option<Counter>>,
    cells: usize,
    others: usize,
    other_lines: usize,
    hosts: Vec<String>,
    begins: bool,
    samples: Samples,
    lost: usize,
    seen: Seen,
    diagnostics: Diagnostics,
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if line.text.starts_with(MARK) {
            reader.head(line);
        } else if line.text.starts_with(b"\"") {
            reader.row(line);
        } else {
            reader.other_lines = reader.other_lines.saturating_add(1);
        }
    }
    reader.finish(bytes)
}

/// The texts between quotes.
fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b'"').skip(1).step_by(2)
}

impl Reader {
    fn head(&mut self, line: Line<'_>) {
        let mut names = cells(line.text);
        let first = names.next().unwrap_or_default();
        let bias = first.strip_suffix(b")").and_then(|rest| {
            let from = memchr::memrchr(b'(', rest)?;
            std::str::from_utf8(rest.get(from.saturating_add(1)..)?).ok()?.parse::<i64>().ok()
        });
        self.offset_s =
            bias.and_then(|minutes| minutes.checked_mul(-60)).filter(|offset| offset.abs() <= 14 * 3600);
        self.columns.clear();
        for name in names {
            let name = lossy(name);
            let (host, path) = match name.strip_prefix(r"\\").and_then(|rest| rest.split_once('\\')) {
                Some((host, path)) => (Some(host), path),
                None => (None, name.trim_start_matches('\\')),
            };
            let counter = counter(path);
            self.others = self.others.saturating_add(usize::from(counter.is_none()));
            if let Some(host) =
                host.filter(|host| counter.is_some() && !self.hosts.iter().any(|known| known == host))
            {
                self.hosts.push(host.to_owned());
            }
            self.columns.push(counter);
        }
        self.cells = self.columns.len();
        self.begins = true;
        if self.offset_s.is_none() {
            self.diagnostics.note("time-zone-unknown", Place::line(line.number, line.text), || {
                "times are local, in local_s and not in epoch_s: the first heading tells no offset: declare utc_offset".to_owned()
            });
        }
    }

    /// `11/30/2026 14:00:01.123`.
    fn moment(&self, text: &[u8]) -> Option<Moment> {
        let (date, time) = split_once(text, b' ')?;
        let (midnight, time) = (midnight_s(date, Some(true))?, daytime::read(time)?);
        let local = midnight
            .checked_add(i64::from(time.seconds))?
            .checked_mul(NANOS)?
            .checked_add(i64::from(time.nanos))?;
        let epoch_ns = self.offset_s.and_then(|offset| local.checked_sub(offset.checked_mul(NANOS)?));
        Some(Moment { epoch_ns, local_ns: Some(local).filter(|local| epoch_ns != Some(*local)) })
    }

    fn row(&mut self, line: Line<'_>) {
        let mut values = cells(line.text);
        let moment = values.next().and_then(|stamp| self.moment(stamp));
        let values: Vec<&[u8]> = values.collect();
        let is_whole = values.len() >= self.cells && (line.terminated || line.text.ends_with(b"\""));
        let Some(moment) = moment.filter(|_| is_whole && self.cells > 0) else {
            self.lost = self.lost.saturating_add(1);
            let code = if line.terminated { "row-unreadable" } else { "last-line-cut" };
            self.diagnostics.warning(code, Place::line(line.number, line.text), || {
                "expected a time such as `11/30/2026 14:00:01.123` and as many cells as headings; the line is left out"
                    .to_owned()
            });
            return;
        };
        if std::mem::take(&mut self.begins) && self.samples.latest().is_some_and(|latest| latest < moment) {
            self.samples.restart(moment);
        }
        self.samples.read_line(line.number);
        self.samples.touch(moment);
        for (counter, cell) in self.columns.iter().zip(values) {
            let (Some(counter), false) = (counter, cell.trim_ascii().is_empty()) else { continue };
            let Some(value) = number(cell, &mut self.seen).filter(|value| *value >= 0.0) else {
                self.diagnostics.warning("unreadable-value", Place::line(line.number, cell), || {
                    format!("expected a number of at least 0 for {}; the value is null", counter.name)
                });
                continue;
            };
            let value = if counter.is_rest { (100.0 - value).max(0.0) } else { value * counter.scale };
            if counter.is_added {
                self.samples.add(moment, &counter.name, counter.unit, value);
            } else {
                self.samples.set(moment, &counter.name, counter.unit, value);
            }
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if self.hosts.len() > 1 {
            let message = format!(
                "the file holds {} hosts ({}); it is one log of one host. Write a file for each, by `relog` or a counter list",
                self.hosts.len(),
                self.hosts.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ")
            );
            self.diagnostics.error("several-hosts", Place::FILE, || message.clone());
            return Err(unusable(Place::FILE, message, self.diagnostics));
        }
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, EXPECTED, self.diagnostics));
        }
        if let count @ 1.. = self.others {
            self.diagnostics.note("other-counters", Place::FILE, || {
                format!("{count} columns are counters that are not used; needed are {EXPECTED}")
            });
        }
        if let count @ 1.. = self.other_lines {
            self.diagnostics.note("other-lines", Place::FILE, || {
                format!(
                    "{count} lines are no rows, such as what the command says at its end; they are not used"
                )
            });
        }
        tell(self.seen, &mut self.diagnostics);
        let form = Form { whole: false, ..Form::default() };
        let clock = self.samples.clock(form);
        let mut facts = Facts::default();
        if let Some(host) = self.hosts.first() {
            facts.set_text("host", host.as_bytes());
        }
        facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let columns = self.samples.finish(form, &mut self.diagnostics);
        Ok(Outcome {
            version: None,
            columns,
            clock,
            facts,
            parts: Vec::new(),
            rows,
            diagnostics: self.diagnostics,
        })
    }
}
