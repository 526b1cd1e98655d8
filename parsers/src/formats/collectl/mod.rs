//! `collectl -P`: CPU, memory, network and disks of a host, a row each time.
//!
//! ```text
//! # Date:       20261201-013559  Secs: 1796085359 TZ: +0100
//! #Date Time [CPU]User% [CPU]Nice% [CPU]Sys% … [MEM]Used … [NET]RxKBTot [NET]TxKBTot … [DSK]ReadKBTot …
//! 20261201 01:36:00 66 27 6 … 5722424 … 0 0 … 296 …
//! ```
//!
//! Columns are found by their names, so that any choice of subsystems is read, and whatever `--sep` puts between them.
//!
//! Traps: times are local; their zone stands in the head, which only files have (`-f`). With `-oU` they are seconds since
//! 1970, with `-om` they have milliseconds. Shares of guests are part of the user's. The form for the terminal, without
//! `-P`, has no times and rounded numbers: it is not read.

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::text::{float, unsigned};
use crate::time::zone::Zone;
use crate::time::{NANOS, daytime, epoch};

pub(crate) static DESCRIPTION: Description = Description {
    name: "collectl",
    description: "CPU, memory, network and disks of a host as `collectl -P` writes them",
    written_by: "collectl -P of version 3 and 4 with -scmnd, also with -oU, -om and --sep",
    begins_with: "`#Date Time [CPU]User% [CPU]Nice% …` or `#UTC [CPU]User% …`, perhaps below a head of lines with #",
    file_names: &[],
    clocks: &[Clock::EpochSecondsAtArrival, Clock::Epoch, Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"#Date", b"#UTC"]),
    recognise,
    parse: Parse::Whole(parse),
};

/// Quantities, their unit, what one of it is in the unit of the frame, and the columns whose sum they are.
const QUANTITIES: [(&str, Unit, f64, &[&str]); 14] = [
    ("cpu.user", Unit::Percent, 1.0, &["[CPU]User%", "[CPU]Nice%"]),
    ("cpu.system", Unit::Percent, 1.0, &["[CPU]Sys%"]),
    ("cpu.idle", Unit::Percent, 1.0, &["[CPU]Idle%"]),
    ("cpu.wait", Unit::Percent, 1.0, &["[CPU]Wait%"]),
    ("cpu.hardirq", Unit::Percent, 1.0, &["[CPU]Irq%"]),
    ("cpu.softirq", Unit::Percent, 1.0, &["[CPU]Soft%"]),
    ("cpu.steal", Unit::Percent, 1.0, &["[CPU]Steal%"]),
    ("mem.free", Unit::Bytes, 1024.0, &["[MEM]Free"]),
    ("mem.buffers", Unit::Bytes, 1024.0, &["[MEM]Buf"]),
    ("mem.cache", Unit::Bytes, 1024.0, &["[MEM]Cached"]),
    ("net.received", Unit::BytesPerSecond, 1024.0, &["[NET]RxKBTot"]),
    ("net.sent", Unit::BytesPerSecond, 1024.0, &["[NET]TxKBTot"]),
    ("disk.read", Unit::BytesPerSecond, 1024.0, &["[DSK]ReadKBTot"]),
    ("disk.written", Unit::BytesPerSecond, 1024.0, &["[DSK]WriteKBTot"]),
];

/// A quantity and its cells.
type Found = (&'static str, Unit, f64, Vec<usize>);

/// What a line of names says.
#[derive(Clone, Debug)]
struct Names {
    /// What stands between cells; a blank may stand there several times.
    between: u8,
    is_utc: bool,
    found: Vec<Found>,
    /// Those of used memory, of buffers and of caches.
    used: Option<[usize; 3]>,
    len: usize,
}

impl Names {
    fn read(line: &[u8]) -> Option<Self> {
        let is_utc = line.starts_with(b"#UTC");
        let rest = line.strip_prefix(b"#UTC").or_else(|| line.strip_prefix(b"#Date"))?;
        let between = *rest.first()?;
        let names: Vec<&[u8]> = cells(line, between).collect();
        let times = if is_utc { 1 } else { 2 };
        (is_utc || names.get(1) == Some(&b"Time".as_slice())).then_some(())?;
        let at = |name: &str| names.iter().position(|other| *other == name.as_bytes());
        let found = QUANTITIES.iter().filter_map(|(name, unit, scale, columns)| {
            let cells: Vec<usize> = columns.iter().filter_map(|column| at(column)).collect();
            Some((*name, *unit, *scale, cells)).filter(|(.., cells)| cells.len() == columns.len())
        });
        let used = at("[MEM]Used").zip(at("[MEM]Buf")).zip(at("[MEM]Cached"));
        let used = used.map(|((used, buffers), cached)| [used, buffers, cached]);
        let is_own = names.iter().skip(times).any(|name| name.starts_with(b"["));
        is_own.then(|| Self { between, is_utc, found: found.collect(), used, len: names.len() })
    }
}

fn cells(line: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    line.split(move |byte| *byte == between)
        .map(<[u8]>::trim_ascii)
        .filter(move |cell| between != b' ' || !cell.is_empty())
}

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| Names::read(line.text).is_some())
}

#[derive(Default)]
struct Reader {
    names: Option<Names>,
    zone: Option<Zone>,
    is_fine: bool,
    begins: bool,
    samples: Samples,
    facts: Facts,
    lost: usize,
    diagnostics: Diagnostics,
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if let Some(names) = Names::read(line.text) {
            reader.names = Some(names);
            reader.begins = true;
        } else if line.text.starts_with(b"#") {
            reader.comment(line.text);
        } else if !line.text.starts_with(b"waiting for ") {
            reader.row(line);
        }
    }
    reader.finish(bytes)
}

impl Reader {
    /// `# Host: kirsche …`, `# Date: 20261201-013559  Secs: 1796085359 TZ: +0100`.
    fn comment(&mut self, line: &[u8]) {
        let words: Vec<&[u8]> = crate::text::words(line).map(|(_, word)| word).collect();
        let after = |key: &[u8]| {
            let at = words.iter().position(|word| *word == key)?;
            words.get(at.saturating_add(1)).copied()
        };
        if let Some(zone) = after(b"TZ:") {
            self.zone = Some(Zone::of(zone));
        }
        if let Some(host) = after(b"Host:") {
            self.facts.set_text("host", host);
        }
        if let Some(cpus) = after(b"NumCPUs:").and_then(unsigned) {
            self.facts.set_int("cpus", cpus);
        }
    }

    fn moment(&mut self, names: &Names, cells: &[&[u8]]) -> Option<Moment> {
        if names.is_utc {
            let (seconds, _) = epoch::seconds(cells.first()?)?;
            self.is_fine |= seconds.fract() != 0.0;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "seconds since 1970 in nanoseconds are below 2^63"
            )]
            let nanos = (seconds * 1e3).round() as i64;
            return Some(Moment { epoch_ns: nanos.checked_mul(1_000_000), local_ns: None });
        }
        let (date, time) = (cells.first()?, daytime::read(cells.get(1)?)?);
        let [y1, y2, y3, y4, m1, m2, d1, d2] = date else { return None };
        let iso = [*y1, *y2, *y3, *y4, b'-', *m1, *m2, b'-', *d1, *d2];
        let midnight = crate::time::midnight_s(std::str::from_utf8(&iso).ok()?)?;
        self.is_fine |= time.nanos != 0;
        let seconds = midnight.checked_add(i64::from(time.seconds))?;
        let local = seconds.checked_mul(NANOS)?.checked_add(i64::from(time.nanos))?;
        let offset = self.zone.and_then(Zone::offset_s);
        let epoch_ns = offset.and_then(|offset| local.checked_sub(i64::from(offset).checked_mul(NANOS)?));
        Some(Moment { epoch_ns, local_ns: Some(local).filter(|local| epoch_ns != Some(*local)) })
    }

    fn row(&mut self, line: Line<'_>) {
        let Some(names) = self.names.take() else {
            self.unreadable(line, "a line of names that begins with #Date or #UTC");
            return;
        };
        let cells: Vec<&[u8]> = cells(line.text, names.between).collect();
        let moment = self.moment(&names, &cells).filter(|_| cells.len() >= names.len && line.terminated);
        match moment {
            Some(moment) => self.values(&names, &cells, moment, line),
            None => self.unreadable(line, "a time, and as many cells as names"),
        }
        self.names = Some(names);
    }

    fn values(&mut self, names: &Names, cells: &[&[u8]], moment: Moment, line: Line<'_>) {
        if std::mem::take(&mut self.begins) && self.samples.latest().is_some_and(|latest| latest < moment) {
            self.samples.restart(moment);
        }
        let (samples, diagnostics) = (&mut self.samples, &mut self.diagnostics);
        samples.read_line(line.number);
        samples.touch(moment);
        let number = |at: usize| cells.get(at).and_then(|cell| float(cell)).filter(|number| *number >= 0.0);
        let place = Place::line(line.number, line.text);
        let mut set = |name: &str, unit: Unit, value: Option<f64>| match value {
            None => diagnostics.warning("unreadable-value", place, || {
                format!("expected a number of at least 0 for {name}; the value is null")
            }),
            Some(value) => samples.tell((moment, place), name, (unit, value), diagnostics),
        };
        for (name, unit, scale, cells) in &names.found {
            let sum: Option<f64> = cells.iter().map(|at| number(*at)).sum();
            set(name, *unit, sum.map(|sum| sum * scale));
        }
        if let Some(cells) = names.used {
            let [used, buffers, cached] = cells.map(number);
            let used = used.zip(buffers).zip(cached).map(|((used, buffers), cached)| used - buffers - cached);
            set("mem.used", Unit::Bytes, used.map(|used| used.max(0.0) * 1024.0));
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
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, "rows of collectl -P -scmnd", self.diagnostics));
        }
        let form = Form { whole: !self.is_fine, ..Form::default() };
        let clock = self.samples.clock(form);
        if clock == Clock::None {
            self.diagnostics.note("time-zone-unknown", Place::FILE, || {
                "times are local, in local_s and not in epoch_s: the log has no head that tells their zone: declare utc_offset, or \
                 record with -oU"
                    .to_owned()
            });
        }
        self.facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let columns = self.samples.finish(form, &mut self.diagnostics);
        let Self { facts, diagnostics, .. } = self;
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }
}
