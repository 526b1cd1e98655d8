//! `vmstat -t`: CPU, memory and disks of a host, a row each time.
//!
//! ```text
//! procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----
//!  r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 CET
//! 13  0      0 19020316  52432 3734844    0    0  2028  5578  559 1022 71 11 18  0  0 2026-12-01 01:16:48
//! ```
//!
//! Traps:
//!
//! * The first row is the mean since the machine was started. It is left out, also where a second recording was appended.
//! * Times are local; the abbreviation of their zone stands in the line of names.
//! * Both lines of names come again after each screen. The names of memory are those of the language.
//! * Memory is in KiB, or with `-S` in another unit that is not told: KiB are multiples of a page, all others are not.
//! * With `-a` memory that is in use or not stands in the place of buffers and caches.
//! * A number that is too long for its column runs into the next: the row cannot be read.
//! * Without `-t` there are no times.
//!
//! `bi` and `bo` are KiB per second, whatever `-S` says.

mod memory;

use self::memory::Memory;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::row_lines::LinesOfRows;
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::text::{float, words};
use crate::time::NANOS;
use crate::time::stamp::{Stamp, read};
use crate::time::zone::Zone;

pub(crate) static DESCRIPTION: Description = Description {
    name: "vmstat",
    description: "CPU, memory and disks of a host as `vmstat -t` prints them",
    written_by: "vmstat -t of procps 3.2 to 4, also with -w, -a, -n and -S",
    begins_with: "`procs -----------memory---------- …`, then `r b swpd free buff cache si so bi bo in cs us sy id wa st`",
    file_names: &[],
    clocks: &[Clock::EpochSecondsAtArrival, Clock::Epoch],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"procs"]),
    recognise,
    parse: Parse::Whole(parse),
};

/// What stands in front of the shares of the CPU; names of memory are those of the language.
const BEFORE: usize = 12;
/// From so many delays on the time between two rows shows that another recording was begun.
const HOLE: f64 = 2.5;
/// Names come again after so many rows where the output is no terminal.
const SCREEN: usize = 21;

/// The columns of a row.
#[derive(Clone, Debug, PartialEq)]
struct Names<'a> {
    /// Shares of the CPU, each with its cells.
    shares: Vec<(&'static str, Vec<usize>)>,
    /// Whether memory is told by buffers and caches.
    caches: bool,
    len: usize,
    zone: Option<&'a [u8]>,
}

const SHARES: [(&str, &[&str]); 5] = [
    ("cpu.user", &["us", "gu"]),
    ("cpu.system", &["sy"]),
    ("cpu.idle", &["id"]),
    ("cpu.wait", &["wa"]),
    ("cpu.steal", &["st"]),
];

impl<'a> Names<'a> {
    /// The names in a line: `r b swpd … us sy id wa st CET`.
    fn read(line: &'a [u8]) -> Option<Self> {
        let names: Vec<&[u8]> = words(line).map(|(_, word)| word).collect();
        let at = |name: &str| names.iter().position(|other| *other == name.as_bytes());
        (at("r") == Some(0) && at("b") == Some(1) && at("us")? == BEFORE && at("bi")? == 8).then_some(())?;
        at("id")?;
        let is_share =
            |name: &&&[u8]| SHARES.iter().any(|(_, of)| of.iter().any(|of| of.as_bytes() == **name));
        let len = BEFORE.saturating_add(names.iter().skip(BEFORE).take_while(is_share).count());
        let shares = SHARES
            .iter()
            .map(|(share, of)| (*share, of.iter().filter_map(|name| at(name)).collect::<Vec<_>>()));
        let shares = shares.filter(|(_, cells)| !cells.is_empty()).collect();
        let caches = names.get(4).is_some_and(|name| !name.starts_with(b"ina"));
        Some(Self { shares, caches, len, zone: names.get(len).copied() })
    }
}

fn recognise(head: &Head<'_>) -> bool {
    head.lines.windows(2).any(|two| match two {
        [first, second] => {
            let procs = first.text.trim_ascii_start();
            (procs.starts_with(b"procs") || procs.starts_with(b"--procs--"))
                && Names::read(second.text).is_some()
        }
        _ => false,
    })
}

struct Reader<'a> {
    names: Option<Names<'a>>,
    /// Whether the line before was one of names.
    after_names: bool,
    /// Rows since the last names, those between the two before, and those between any two of a recording.
    rows_since: usize,
    rows_before: usize,
    screen: Option<usize>,
    samples: Samples,
    memory: Memory,
    lines: LinesOfRows,
    /// The time of the last row and its distance to the one before, seconds.
    last_s: Option<f64>,
    delay_s: Option<f64>,
    since_boot: usize,
    lost: usize,
    rows: i64,
    has_times: bool,
    told: bool,
    diagnostics: Diagnostics,
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader {
        names: None,
        after_names: false,
        rows_since: 0,
        rows_before: 0,
        screen: None,
        samples: Samples::default(),
        memory: Memory::default(),
        lines: LinesOfRows::default(),
        last_s: None,
        delay_s: None,
        since_boot: 0,
        lost: 0,
        rows: 0,
        has_times: false,
        told: false,
        diagnostics: Diagnostics::default(),
    };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        let start = line.text.trim_ascii_start();
        if start.starts_with(b"procs") || start.starts_with(b"--procs--") {
            continue;
        }
        match Names::read(line.text) {
            Some(names) => {
                reader.names = Some(names);
                reader.after_names = true;
                reader.rows_before = std::mem::take(&mut reader.rows_since);
            }
            None => {
                reader.row(line);
                reader.rows_since = reader.rows_since.saturating_add(1);
                reader.after_names = false;
            }
        }
    }
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn row(&mut self, line: Line<'a>) {
        let Some(names) = self.names.clone() else {
            self.unreadable(line, "the names of the columns before their rows");
            return;
        };
        let cells: Vec<(usize, &[u8])> = words(line.text).collect();
        let stamp = cells.get(names.len).and_then(|(from, _)| line.text.get(*from..)).unwrap_or_default();
        let numbers: Vec<Option<f64>> = cells
            .iter()
            .take(names.len)
            .map(|(_, cell)| float(cell).filter(|number| *number >= 0.0))
            .collect();
        let is_time = names.zone.is_some() || !stamp.is_empty();
        let Some(moment) = self.moment(stamp, is_time, names.zone, line) else {
            self.unreadable(line, "a number for each name and a time such as `2026-11-30 14:00:01`");
            return;
        };
        let cut = !line.terminated && !is_time;
        if numbers.len() < names.len || numbers.iter().any(Option::is_none) || cut {
            self.unreadable(line, "a number for each name; columns that run together cannot be told apart");
            return;
        }
        if self.is_since_boot(moment) {
            self.since_boot = self.since_boot.saturating_add(1);
            return;
        }
        self.samples.read_line(line.number);
        self.samples.touch(moment);
        self.lines.push(line.number, 1);
        self.values(&names, &numbers, moment, line);
    }

    /// The time of a row; of a log without times its number.
    fn moment(&mut self, stamp: &[u8], is_time: bool, zone: Option<&[u8]>, line: Line<'_>) -> Option<Moment> {
        if !is_time {
            self.rows = self.rows.saturating_add(1);
            return Some(Moment { epoch_ns: None, local_ns: Some(self.rows) });
        }
        let (read, rest) = read(stamp)?;
        let Stamp::Wall { nanos, .. } = read else { return None };
        if !rest.trim_ascii().is_empty() {
            return None;
        }
        let zone = Zone::of(zone.unwrap_or_default());
        if zone.offset_s().is_none() && !std::mem::replace(&mut self.told, true) {
            let (code, why) = zone.complaint().unwrap_or_else(|| {
                ("time-zone-unknown", "nothing says their time zone: declare utc_offset".to_owned())
            });
            self.diagnostics.warning(code, Place::line(line.number, line.text), || {
                format!("times are local, in local_s and not in epoch_s: {why}")
            });
        }
        self.has_times = true;
        let epoch_ns =
            zone.offset_s().and_then(|offset| nanos.checked_sub(i64::from(offset).checked_mul(NANOS)?));
        Some(Moment { epoch_ns, local_ns: Some(nanos).filter(|_| epoch_ns != Some(nanos)) })
    }

    /// Whether the row is the first of a recording: behind names that do not stand there because a screen is full, and farther
    /// from the row before than rows are. A host may stall, too.
    fn is_since_boot(&mut self, moment: Moment) -> bool {
        let time_s = moment.epoch_ns.or(moment.local_ns).and_then(crate::time::seconds).unwrap_or_default();
        let Some(last_s) = self.last_s.replace(time_s) else { return true };
        let step_s = time_s - last_s;
        let is_screen = self.rows_before == SCREEN || self.screen == Some(self.rows_before);
        let is_hole = self.delay_s.is_some_and(|delay| step_s > HOLE * delay || step_s < 0.0);
        let another = self.after_names && self.has_times && is_hole && !is_screen;
        if another {
            self.samples.restart(moment);
            return true;
        }
        if self.after_names {
            self.screen.get_or_insert(self.rows_before);
        }
        if step_s > 0.0 && !is_hole {
            self.delay_s = Some(step_s);
        }
        false
    }

    fn values(&mut self, names: &Names<'_>, numbers: &[Option<f64>], moment: Moment, line: Line<'_>) {
        let number = |at: usize| numbers.get(at).copied().flatten();
        let (samples, diagnostics) = (&mut self.samples, &mut self.diagnostics);
        let mut set = |name: &str, unit: Unit, value: Option<f64>| {
            let Some(value) = value else { return };
            let place = Place::line(line.number, line.text);
            samples.tell((moment, place), name, (unit, value), diagnostics);
        };
        for (name, cells) in &names.shares {
            set(name, Unit::Percent, cells.iter().map(|at| number(*at)).sum());
        }
        for (at, name) in [(8, "disk.read"), (9, "disk.written")] {
            set(name, Unit::BytesPerSecond, number(at).map(|kib| kib * 1024.0));
        }
        for (at, name) in [(3, "mem.free"), (4, "mem.buffers"), (5, "mem.cache")] {
            if at == 3 || names.caches {
                self.memory.push(moment, name, number(at));
            }
        }
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
                format!("{count} rows, the first of each recording, are means since the machine was started; they are left out")
            });
        }
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, "rows of `vmstat -t 1` behind the first one", self.diagnostics));
        }
        if !self.has_times {
            self.diagnostics.warning("no-times", Place::FILE, || {
                "the rows have no times: they have no place in a run. Record with vmstat -t".to_owned()
            });
        }
        self.memory.finish(&mut self.samples, &mut self.diagnostics);
        let form = Form { local: if self.has_times { "local_s" } else { "" }, whole: true };
        let clock = self.samples.clock(form);
        let mut facts = Facts::default();
        facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let mut columns = self.samples.finish(form, &mut self.diagnostics);
        if !self.has_times {
            columns.set_lines(self.lines);
        }
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
