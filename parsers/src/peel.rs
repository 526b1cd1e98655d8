//! A time in front of every line, taken off in one place.
//!
//! People who want to know when something happened put a time before each line of a tool that writes none: with
//! `ts`, with `while read line; do echo "$(date): $line"; done`, through syslog, journald or a container's log. No
//! format knows of it: where none recognises a file as it is, the times are taken off the lines, and the formats look
//! again. What has a row for each line and a clock of time stamps gets its times from them.
//!
//! ```text
//! Tue Nov 25 19:56:13 CET 2014: 64 bytes from …       date, in any of its languages
//! 1416941773.123456 64 bytes from …                   ts %.s, date +%s.%N, date +%s%3N
//! 2014-11-25T19:56:13.250+01:00 64 bytes from …       date -Ins, docker logs -t, journalctl -o short-iso
//! [2014-11-25 19:56:13] 64 bytes from …
//! Nov 25 19:56:13 64 bytes from …                     ts
//! Nov 25 19:56:13 asam ping[812]: 64 bytes from …     syslog
//! 19:56:13 64 bytes from …                            ts %T
//! ```
//!
//! Traps:
//!
//! * `ts` and syslog write no year, `ts %T` no date: such times place nothing by themselves, and a warning says so. They are
//!   kept in a column of their own until another log of the run tells what is missing ([`crate::Parsed::date`]).
//! * The time is when the line came out of the tool, or later where the tool's output is a pipe that it fills first.
//! * Stamps without a fraction are cut to the whole second: the fact `stamp_resolution_s` is 1.
//! * A log whose format reads its own times is never peeled: it is recognised before.
//!
//! Absent on purpose: times behind or within lines.

use polars::prelude::{Column as Series, Float64Chunked, IntoColumn, NewChunkedArray};

use crate::diagnostic::{Diagnostics, Place, Severity};
use crate::format::Format;
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::outcome::Outcome;
use crate::shared::hypervisor::report_unplaced;
use crate::text::words;
use crate::time::stamp::{self, Stamp};
use crate::time::undated::{Missing, Undated, running_on};
use crate::time::{daytime, without_day, yearless};

/// Of so many lines one may lack a time: a message that the shell wrote itself.
const ONE_IN: usize = 10;

/// A time in front of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Front {
    Stamp(Stamp),
    /// Without a year, or without a date.
    Undated(Undated),
}

/// Whether the program that wrote a line stands behind the time: `asam ping[812]: `.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Without,
    With,
}

/// A log without the times in front of its lines.
#[derive(Debug)]
pub(crate) struct Peeled {
    /// As many lines as the log has.
    pub bytes: Vec<u8>,
    /// For each line its time, and how many bytes were taken off.
    fronts: Vec<(Option<Front>, usize)>,
    /// The first line with text and without a time, and how many there are.
    without: Option<(u64, u64)>,
}

/// The log without the times in front of its lines, if that makes one of `formats` recognise it; all that do.
pub(crate) fn recognised(bytes: &[u8], formats: &[Format]) -> Option<(Peeled, Vec<Format>)> {
    [Tag::Without, Tag::With].into_iter().find_map(|tag| {
        if !is_stamped(bytes, tag) {
            return None;
        }
        let peeled = Peeled::new(bytes, tag);
        let head = Head::new(&peeled.bytes);
        let found: Vec<Format> = formats.iter().copied().filter(|format| format.recognises(&head)).collect();
        (!found.is_empty()).then_some((peeled, found))
    })
}

/// Whether nearly all of the first lines begin with a time.
fn is_stamped(bytes: &[u8], tag: Tag) -> bool {
    let head = Head::new(bytes);
    let few = head.lines.len() / ONE_IN;
    let mut without = head.lines.iter().filter(|line| front(line, tag).is_none());
    !head.lines.is_empty() && without.nth(few).is_none()
}

/// The time in front of a line, and what stands behind it.
fn front<'a>(line: &Line<'a>, tag: Tag) -> Option<(Front, &'a [u8])> {
    let (front, rest) = time(line.text)?;
    let rest = match tag {
        Tag::Without => rest,
        Tag::With => behind_tag(rest)?,
    };
    Some((front, rest))
}

/// The time at the beginning of the text, also in brackets, and what stands behind it and its separator.
fn time(text: &[u8]) -> Option<(Front, &[u8])> {
    let whole = stamp::leading(text).map(|(stamp, rest)| (Front::Stamp(stamp), rest));
    let (front, rest) = whole.or_else(|| partial(text))?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    if rest.is_empty() {
        return Some((front, rest));
    }
    let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"\t"))?;
    let separated = [b"- ".as_slice(), b"| ", b": "].iter().find_map(|mark| rest.strip_prefix(*mark));
    Some((front, separated.unwrap_or(rest)))
}

/// A time that lacks its year or its date.
fn partial(text: &[u8]) -> Option<(Front, &[u8])> {
    let inside = text.strip_prefix(b"[");
    let within = inside.unwrap_or(text);
    let (undated, rest) = match yearless::leading(without_day(within)) {
        Some((local, rest)) => (Undated::Year(local), rest),
        None => daytime::leading(within).map(|(time, rest)| (Undated::Day(time), rest))?,
    };
    let rest = if inside.is_some() { rest.strip_prefix(b"]")? } else { rest };
    Some((Front::Undated(undated), rest))
}

/// What stands behind `asam ping[812]: `.
fn behind_tag(text: &[u8]) -> Option<&[u8]> {
    let mut words = words(text);
    let (_, host) = words.next()?;
    let (at, program) = words.next()?;
    let name = program.strip_suffix(b":")?;
    let named = name.first().is_some_and(u8::is_ascii_alphabetic) && !host.ends_with(b":");
    let rest = text.get(at.saturating_add(program.len())..).filter(|_| named)?;
    Some(rest.strip_prefix(b" ").unwrap_or(rest))
}

impl Peeled {
    fn new(bytes: &[u8], tag: Tag) -> Self {
        let mut out = Vec::with_capacity(bytes.len());
        let mut fronts = Vec::new();
        let mut without: Option<(u64, u64)> = None;
        for line in Lines::new(bytes) {
            let found = front(&line, tag);
            if found.is_none() && !line.is_blank() {
                let (_, lines) = without.get_or_insert((line.number, 0));
                *lines = lines.saturating_add(1);
            }
            let rest = found.map_or(line.text, |(_, rest)| rest);
            fronts.push((found.map(|(front, _)| front), line.text.len().saturating_sub(rest.len())));
            out.extend_from_slice(rest);
            if line.terminated {
                out.push(b'\n');
            }
        }
        Self { bytes: out, fronts, without }
    }

    fn of_line(&self, line: u64) -> Option<Front> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        self.fronts.get(index)?.0
    }

    fn stamps(&self) -> impl Iterator<Item = (Stamp, u64)> {
        self.fronts.iter().zip(1_u64..).filter_map(|((front, _), line)| match front {
            Some(Front::Stamp(stamp)) => Some((*stamp, line)),
            Some(Front::Undated(_)) | None => None,
        })
    }

    /// Whether all times are cut to the second.
    fn is_whole(&self) -> bool {
        self.fronts.iter().filter_map(|(front, _)| *front).all(|front| match front {
            Front::Stamp(stamp) => stamp.is_whole(),
            Front::Undated(undated) => undated.is_whole(),
        })
    }

    /// The column at which something of a peeled line stands in the log.
    pub fn column(&self, line: u64, column: u64) -> u64 {
        let index = line.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        let width = index.and_then(|index| self.fronts.get(index)).map_or(0, |(_, width)| *width);
        column.saturating_add(u64::try_from(width).unwrap_or(u64::MAX))
    }

    /// Gives the rows of a log without times those of their lines, and says what the stamps are.
    pub fn place(&self, outcome: &mut Outcome, format: Format) {
        let (log, facts) = (&mut outcome.diagnostics, &mut outcome.facts);
        let first = self.fronts.iter().zip(1_u64..).find(|((front, _), _)| front.is_some());
        let place = Place { line: first.map(|(_, line)| line), ..Place::FILE };
        log.note("stamped-lines", place, || {
            "a time stands in front of the lines; it was taken off before they were read".to_owned()
        });
        if let Some((line, lines)) = self.without {
            let place = Place { line: Some(line), ..Place::FILE };
            log.warning("line-without-stamp", place, || {
                format!(
                    "{lines} of the lines, of which this is the first, have no time in front that can be read, as the others have: what \
                     they say has no time, or is not read at all"
                )
            });
        }
        for missing in Missing::ALL {
            let lacks_it = |front: &Option<Front>| match front {
                Some(Front::Undated(undated)) => undated.missing() == missing,
                Some(Front::Stamp(_)) | None => false,
            };
            let first = self.fronts.iter().zip(1_u64..).find(|((front, _), _)| lacks_it(front));
            if let Some((_, line)) = first {
                let place = Place { line: Some(line), ..Place::FILE };
                log.push(Severity::Warning, missing.code(), place, || {
                    format!(
                        "the times in front of the lines have no {}; the log by itself does not tell when they were",
                        missing.word()
                    )
                });
            }
        }
        if let Some(seconds) = self.stamps().next().and_then(|(stamp, _)| stamp.epoch_s()) {
            facts.set_float("first_stamp_epoch_s", seconds);
        }
        if first.is_some() && self.is_whole() {
            facts.set_float("stamp_resolution_s", 1.0);
            outcome.parts.iter_mut().for_each(|part| part.facts.set_float("stamp_resolution_s", 1.0));
        }
        if outcome.clock != Clock::None || !format.clocks().contains(&Clock::Epoch) {
            return;
        }
        let Some(lines) = outcome.columns.lines_of_rows() else { return };
        // Where these times are, nobody asks for the zone of those behind them.
        if self.stamps().any(|(stamp, _)| stamp.epoch_s().is_some()) {
            log.forget("time-zone-unknown");
        }
        let fronts: Vec<(Option<Front>, u64)> =
            lines.into_iter().map(|line| (self.of_line(line), line)).collect();
        let times: Vec<(Option<Stamp>, u64)> = fronts
            .iter()
            .map(|(front, line)| match front {
                Some(Front::Stamp(stamp)) => (Some(*stamp), *line),
                Some(Front::Undated(_)) | None => (None, *line),
            })
            .collect();
        report(&times, log);
        let column = |part: fn(Stamp) -> Option<f64>| -> Vec<Option<f64>> {
            times.iter().map(|(time, _)| time.and_then(part)).collect()
        };
        let (epoch, local) = (column(Stamp::epoch_s), column(Stamp::local_s));
        if epoch.iter().any(Option::is_some) {
            outcome.clock = Clock::Epoch;
            outcome.diagnostics.forget("no-times");
        }
        let as_column = |name: &str, values: &[Option<f64>]| -> Series {
            Float64Chunked::from_iter_options(name.into(), values.iter().copied()).into_column()
        };
        let name = outcome.columns.name_of(Unit::EpochSeconds).unwrap_or_else(|| "epoch_s".to_owned());
        outcome.columns.replace(Unit::EpochSeconds, as_column(&name, &epoch));
        if local.iter().any(Option::is_some) {
            outcome.columns.replace(Unit::Seconds, as_column("local_s", &local));
        }
        // A log that has both kinds of times has those with a date.
        let undated: Vec<Option<Undated>> = fronts
            .iter()
            .map(|(front, _)| match front {
                Some(Front::Undated(undated)) if times.iter().all(|(time, _)| time.is_none()) => {
                    Some(*undated)
                }
                Some(Front::Undated(_) | Front::Stamp(_)) | None => None,
            })
            .collect();
        if let Some(missing) = undated.iter().flatten().next().map(|undated| undated.missing()) {
            let times = running_on(&undated, missing);
            outcome.columns.replace(Unit::Seconds, as_column(missing.column(), &times));
        }
    }
}

fn report(times: &[(Option<Stamp>, u64)], log: &mut Diagnostics) {
    report_unplaced(times.iter().copied(), Severity::Warning, log);
}
