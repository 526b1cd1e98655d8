//! `pcp`: a host as Performance Co-Pilot has it, by `pmrep -o csv`, `pcp2csv` or `pcp2json`.
//!
//! ```text
//! Time,"kernel.all.cpu.user","kernel.all.cpu.idle","mem.util.free","network.interface.in.bytes-eth0","disk.dev.read_bytes-vda","hinv.ncpu"
//! 2026-12-01 06:17:46,,,21372144,,,2
//! 2026-12-01 06:17:47,0.000,1989.214,21372064,0.000,55.978,2
//! ```
//!
//! Columns are found by their names, so that any choice of metrics is read; in JSON they are members of one another.
//!
//! Traps:
//!
//! * Counters are printed as rates, which the first row cannot have. With `--raw` they are what was counted: they are told, and left out.
//! * CPUs are in ms of each second, of all of them together: their share needs `hinv.ncpu`, or all states, whose sum it is then of.
//! * Memory and disks are in kibibytes, networks in bytes. Nothing in the CSV says so, nor what `-b` or `-y` made of it: memory with decimals
//!   shows that there was another unit. JSON has units.
//! * `mem.util.used` holds buffers and caches.
//! * Times are local, without a zone but in `--extended-csv` and in JSON (`UTC+1`), and cut to the second.
//! * A metric may have an instance behind the first `-`, which may hold others.
//!
//! Absent on purpose: other metrics, which a table in `[[series]]` may have; single CPUs; the form for people.

mod document;
mod metrics;
mod table;

use self::metrics::{Amount, Part};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::Lines;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::time::NANOS;
use crate::time::stamp::{self, Stamp};

pub(crate) static DESCRIPTION: Description = Description {
    name: "pcp",
    description: "CPU, memory, network and disks of a host as Performance Co-Pilot exports them, in CSV or JSON",
    written_by: "pmrep -o csv, pcp2csv and pcp2json of Performance Co-Pilot 4 to 6",
    begins_with: "`Time,\"kernel.all.cpu.user\",\"mem.util.free\",…`, or JSON with `\"@pcp\"`",
    file_names: &["pmrep", "pcp2csv", "pcp2json"],
    clocks: &[Clock::EpochSecondsAtArrival, Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"Time", b"\"@pcp\""]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| table::Names::read(line.text).is_some()) || document::recognise(head)
}

/// A value of a sample.
struct Value {
    part: Part,
    instance: String,
    amount: Amount,
}

#[derive(Default)]
struct Reader {
    samples: Samples,
    facts: Facts,
    lost: usize,
    diagnostics: Diagnostics,
    /// Whether a recording begins with the next row.
    begins: bool,
    /// Whether bytes are in another unit than their metrics have by themselves.
    is_scaled: bool,
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    if !document::read(bytes, &mut reader) {
        table::read(bytes, &mut reader);
    }
    reader.finish(bytes)
}

/// The time of a sample. `offset_s` is what the log says of its zone.
fn moment(text: &str, offset_s: Option<i64>) -> Option<Moment> {
    let (stamp, rest) = stamp::read(text.trim().as_bytes())?;
    if !rest.is_empty() || !stamp.is_whole() {
        return None;
    }
    match stamp {
        Stamp::Epoch(seconds) => {
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds since 1970")]
            let seconds = seconds as i64;
            Some(Moment::second(seconds))
        }
        Stamp::Wall { nanos, .. } => {
            let epoch_ns = offset_s.and_then(|offset_s| nanos.checked_sub(offset_s.checked_mul(NANOS)?));
            Some(Moment { epoch_ns, local_ns: Some(nanos).filter(|local| epoch_ns != Some(*local)) })
        }
    }
}

/// Seconds of `UTC+5:30`.
fn offset_s(zone: &str) -> Option<i64> {
    let rest = zone.trim().strip_prefix("UTC")?;
    let (sign, rest) = match rest.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

impl Reader {
    fn sample(&mut self, moment: Moment, values: &[Value], place: Place<'_>) {
        if std::mem::take(&mut self.begins) && self.samples.latest().is_some_and(|latest| latest < moment) {
            self.samples.restart(moment);
        }
        self.samples.read_line(place.line.unwrap_or(1));
        self.samples.touch(moment);
        self.cpus(moment, values, place);
        self.memory(moment, values, place);
        for value in values {
            let Some((name, unit, scale)) = value.part.device(&value.instance) else { continue };
            match value.amount {
                Amount::Plain(amount) => self.set(moment, &name, (unit, amount * scale), place),
                Amount::Exact(amount) => self.set(moment, &name, (unit, amount), place),
                Amount::Counted => self.counted(place),
                Amount::Unknown => self.unknown(place),
                Amount::Missing => {}
            }
        }
    }

    fn set(&mut self, moment: Moment, name: &str, value: (Unit, f64), place: Place<'_>) {
        self.samples.tell((moment, place), name, value, &mut self.diagnostics);
    }

    fn counted(&mut self, place: Place<'_>) {
        if self.diagnostics.count("raw-counters") > 0 {
            return;
        }
        self.diagnostics.warning("raw-counters", Place { line: place.line, ..Place::FILE }, || {
            "counters as they are, and no rates: they are left out. Record without --raw".to_owned()
        });
    }

    fn unknown(&mut self, place: Place<'_>) {
        if self.diagnostics.count("unit-unknown") > 0 {
            return;
        }
        self.diagnostics.warning("unit-unknown", Place { line: place.line, ..Place::FILE }, || {
            "bytes in a unit that the log does not name: they are left out. Record without -b and -B, or as JSON".to_owned()
        });
    }

    /// Shares of all CPUs together.
    fn cpus(&mut self, moment: Moment, values: &[Value], place: Place<'_>) {
        // A state of which a part is missing is not known.
        let mut states: Vec<(&'static str, Option<f64>)> = Vec::new();
        let mut is_exact = false;
        for value in values {
            let Part::Cpu(name) = value.part else { continue };
            let amount = match value.amount {
                Amount::Plain(amount) => Some(amount),
                Amount::Exact(amount) => {
                    is_exact = true;
                    Some(amount)
                }
                Amount::Missing => None,
                Amount::Counted => return self.counted(place),
                Amount::Unknown => return self.unknown(place),
            };
            match states.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum = sum.zip(amount).map(|(sum, amount)| sum + amount),
                None => states.push((name, amount)),
            }
        }
        if states.iter().all(|(_, amount)| amount.is_none()) {
            return;
        }
        let count =
            values.iter().find(|value| value.part == Part::Count).and_then(|value| match value.amount {
                Amount::Plain(count) | Amount::Exact(count) => Some(count).filter(|count| *count >= 1.0),
                Amount::Counted | Amount::Unknown | Amount::Missing => None,
            });
        let total: f64 = states.iter().filter_map(|(_, amount)| *amount).sum();
        let has = |name: &str| states.iter().any(|(known, amount)| *known == name && amount.is_some());
        let has_all = ["cpu.user", "cpu.system", "cpu.idle", "cpu.wait"].into_iter().all(has)
            && states.iter().all(|(_, amount)| amount.is_some());
        // With `-y s` they are seconds of each second.
        let in_seconds = |count: f64| is_exact || (has_all && total / count < SECONDS_MOST);
        let whole = match count {
            Some(count) if in_seconds(count) => count,
            Some(count) => count * 1000.0,
            None if has_all && total > 0.0 => total,
            None if self.diagnostics.count("cpus-uncounted") > 0 => return,
            None => {
                return self.diagnostics.warning("cpus-uncounted", Place { line: place.line, ..Place::FILE }, || {
                    "times of CPUs, and neither their number nor all of their states: there is no share of them. Record hinv.ncpu, too"
                        .to_owned()
                });
            }
        };
        for (name, amount) in states {
            if let Some(amount) = amount {
                self.set(moment, name, (Unit::Percent, amount / whole * 100.0), place);
            }
        }
    }

    fn memory(&mut self, moment: Moment, values: &[Value], place: Place<'_>) {
        let mut bytes: Vec<(&'static str, f64)> = Vec::new();
        for value in values {
            let Part::Memory(name) = value.part else { continue };
            match value.amount {
                Amount::Plain(amount) => bytes.push((name, amount * 1024.0)),
                Amount::Exact(amount) => bytes.push((name, amount)),
                Amount::Missing => {}
                Amount::Counted | Amount::Unknown => return self.unknown(place),
            }
        }
        let of = |name: &str| bytes.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes);
        let used = of("mem.used").zip(of("mem.buffers")).zip(of("mem.cache"));
        let used = used.map(|((used, buffers), cache)| (used - buffers - cache).max(0.0));
        let others = bytes.iter().filter(|(name, _)| *name != "mem.used").copied();
        for (name, bytes) in others.chain(used.map(|used| ("mem.used", used))) {
            self.set(moment, name, (Unit::Bytes, bytes), place);
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if self.samples.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected =
                "samples of metrics such as kernel.all.cpu.user, mem.util.free or network.interface.in.bytes";
            return Err(unusable(place, expected, self.diagnostics));
        }
        let form = Form::default();
        let clock = self.samples.clock(form);
        if clock == Clock::None {
            self.diagnostics.note("time-zone-unknown", Place::FILE, || {
                "times are local, in local_s and not in epoch_s: nothing tells their zone: declare utc_offset, or record with \
                 --extended-csv"
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

/// More seconds than one does no CPU work in a second; of thousandths there are a thousand.
const SECONDS_MOST: f64 = 2.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        for (zone, expected) in [
            ("UTC+0", Some(0)),
            ("UTC+1", Some(3600)),
            ("UTC-5", Some(-18_000)),
            ("UTC+5:30", Some(19_800)),
            ("UTC", None),
            ("CET", None),
            ("UTC+1CEST", None),
        ] {
            assert_eq!(offset_s(zone), expected, "{zone}");
        }
    }
}
