//! `zeit.log`: the clock inside a VM, read out in a loop.
//!
//! ```text
//! Tue Jan 26 14:00:00 CET 2010
//! 14:00:00,012345678
//! 14:00:00,032345678
//! ```
//!
//! A shell loop in the VM writes `date` once and then `date +%H:%M:%S,%N`, or `date +%s.%N`, as fast as it
//! can, about 50 times a second. The largest step between two stamps is how long the VM did not run.
//! `time::exact` has the forms that a stamp may have; the first one decides which of the two kinds the log is of.
//!
//! Traps:
//!
//! * Times of day have no date. A step back of more than 12 hours is midnight, and the day advances; with
//!   it `time_s` goes on beyond 86400. The mirror image, a step *forward* of more than 12 hours when
//!   midnight has passed already, is a clock that was set back across midnight.
//! * A clock in a VM can be set back at a migration. Smaller steps back are kept as they are, with a note:
//!   they are what the log is there to show.
//! * The first line is in the machine's language (see `time::date`), or missing.
//! * The log may have been written in parts, each with its own `date`: the day is then counted from the
//!   first one.
//! * Some `date`s do not know `%N`: then a step is known to a second only. The fact `resolution_s` says so.
//!
//! Absent on purpose: turning times of day into seconds since 1970. The zone abbreviation is a fact, with its
//! offset where the abbreviation means one offset only; what the clock was worth is decided elsewhere.

use chrono::NaiveDate;
use polars::prelude::{Float64Type, IntoSeries};

use crate::column::Values;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::formats::migration_time;
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::pieces::{self, Passing, Start};
use crate::row_lines::LinesOfRows;
use crate::time::date::{self, Date};
use crate::time::exact::{Exact, Kind};
use crate::time::zone::Zone;
use crate::time::{NANOS, seconds};

pub(crate) static DESCRIPTION: Description = Description {
    name: "zeit",
    description: "stamps of the clock written in a tight loop inside a VM",
    written_by: "a shell loop around GNU date: `date` once, then `date +%H:%M:%S,%N` or `date +%s.%N`",
    begins_with: "a line of `date`, then lines HH:MM:SS,NNNNNNNNN or seconds since 1970",
    file_names: &["guest-clock", "guest-time", "guestclock", "clock", "uhr", "time"],
    clocks: &[Clock::TimeOfDay, Clock::Epoch],
    meaning: Meaning::GuestClock,
    marks: Marks::None,
    recognise,
    parse: Parse::Passing(begin),
};

const DAY_NS: i64 = 86_400_000_000_000;
const HALF_DAY_NS: i64 = DAY_NS / 2;
/// Digits of nanoseconds.
const MOST_DIGITS: usize = 9;

/// Stamps without a fraction say little of who wrote them: so many make a log.
const MANY: usize = 3;

fn recognise(head: &Head<'_>) -> bool {
    let Some((first, rest)) = head.lines.split_first() else { return false };
    let headed = date::read(first.text).is_some();
    let lines = if headed { rest } else { &head.lines };
    let kind = lines.iter().find_map(|line| Exact::read(line.text.trim_ascii())).map(|stamp| stamp.kind);
    let stamps: Vec<Exact> = lines
        .iter()
        .filter_map(|line| Exact::read(line.text.trim_ascii()))
        .filter(|stamp| Some(stamp.kind) == kind)
        .collect();
    // A request of a migration is one stamp of seconds since 1970, and perhaps another one at its end.
    let sure = stamps.iter().any(|stamp| stamp.kind == Kind::TimeOfDay && stamp.digits > 0);
    if !sure && stamps.len() < MANY {
        return false;
    }
    if headed && rest.iter().take(4).any(|line| Exact::read(line.text.trim_ascii()).is_some()) {
        return true;
    }
    if is_heading(first.text) {
        return false;
    }
    // A header that cannot be read must not hide a log whose other lines are beyond doubt. What stands behind the times of
    // requests, one after another, is how long they took.
    stamps.len().saturating_mul(2) >= head.lines.len() && (sure || !migration_time::recognise(head))
}

/// Whether a line names the two columns of a table: `1264510800,50` below it is a time and another number.
fn is_heading(line: &[u8]) -> bool {
    let is_name = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        cell.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && cell.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.()[]%/".contains(byte))
    };
    let cells: Vec<&[u8]> = line.split(|byte| *byte == b',').collect();
    cells.len() == 2 && cells.into_iter().all(is_name)
}

struct Reader {
    kind: Kind,
    times: Values<Float64Type>,
    lines: LinesOfRows,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
    /// The day that `time_s` counts from.
    first_date: Option<NaiveDate>,
    /// Days since then.
    day: i64,
    /// The last stamp; of times of day the header before the first one.
    last: Option<i64>,
    /// Length of the last stamp, and digits of the coarsest one.
    width: usize,
    digits: Option<usize>,
}

/// Reads a log; see the module.
fn begin(start: Start<'_>) -> Box<dyn Passing + Send> {
    let first = Lines::new(start.bytes).find_map(|line| Exact::read(line.text.trim_ascii()));
    let kind = first.map_or(Kind::TimeOfDay, |stamp| stamp.kind);
    let name = match kind {
        Kind::TimeOfDay => "time_s",
        Kind::Epoch => "epoch_s",
    };
    Box::new(Reader {
        kind,
        times: Values::new(name, start.length / 19 + 1),
        lines: LinesOfRows::default(),
        facts: Facts::default(),
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        first_date: None,
        day: 0,
        last: None,
        width: 0,
        digits: None,
    })
}

/// Whether a stamp follows another one without anything to say about it.
fn follows(kind: Kind, last: i64, nanos: i64) -> bool {
    let most = if kind == Kind::TimeOfDay { HALF_DAY_NS } else { i64::MAX };
    (0..=most).contains(&nanos.saturating_sub(last))
}

/// Stamps of the log's kind to the nanosecond, none of them before the one above it.
#[derive(Default)]
struct Batch {
    nanos: Vec<i64>,
    /// Bytes of the last line without its end.
    width: usize,
}

impl<'a> pieces::Reader<'a> for Reader {
    type Form = Kind;
    type Batch = Batch;

    fn form(&mut self) -> Option<Kind> {
        Some(self.kind)
    }

    fn plain(kind: &Kind, bytes: &'a [u8], batch: &mut Batch) -> (usize, u64) {
        let (mut used, mut lines, mut last) = (0, 0, None);
        while let Some((nanos, length)) = bytes.get(used..).and_then(|rest| Exact::plain(*kind, rest)) {
            if !last.is_none_or(|last| follows(*kind, last, nanos)) {
                break;
            }
            last = Some(nanos);
            batch.nanos.push(nanos);
            batch.width = length - 1;
            used += length;
            lines += 1;
        }
        (used, lines)
    }

    fn take(&mut self, kind: &Kind, batch: &Batch, line: u64) -> bool {
        let Some((first, last)) = batch.nanos.first().zip(batch.nanos.last()) else { return false };
        if !self.last.is_none_or(|last| follows(*kind, last, *first)) {
            return false;
        }
        self.width = batch.width;
        self.digits = Some(self.digits.map_or(MOST_DIGITS, |digits| digits.min(MOST_DIGITS)));
        self.last = Some(*last);
        self.rows.read += batch.nanos.len();
        self.lines.push(line, batch.nanos.len());
        let midnight = if *kind == Kind::TimeOfDay { self.day.saturating_mul(DAY_NS) } else { 0 };
        // No number is the lowest of all, which alone has no seconds.
        let at = |nanos: &i64| seconds(midnight.saturating_add(*nanos)).unwrap_or_default();
        self.times.extend(batch.nanos.iter().map(at));
        true
    }

    fn clear(batch: &mut Batch) {
        batch.nanos.clear();
    }

    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable> {
        let text = line.text.trim_ascii();
        match Exact::read(text) {
            Some(_) if !line.terminated && text.len() < self.width => {
                self.rows.lost += 1;
                let (found, wanted) = (text.len(), self.width);
                self.diagnostics.warning("last-line-cut", Place::line(line.number, text), || {
                    format!(
                        "the last line has {found} of {wanted} characters and no line end: its writer was stopped \
                         in the middle of it; the stamp is left out"
                    )
                });
            }
            Some(stamp) if stamp.kind == self.kind => {
                self.width = text.len();
                self.digits = Some(self.digits.map_or(stamp.digits, |digits| digits.min(stamp.digits)));
                match self.kind {
                    Kind::TimeOfDay => self.time_of_day(line, stamp.nanos),
                    Kind::Epoch => self.epoch(line, &stamp),
                }
            }
            Some(_) => self.unreadable(line),
            None => match date::read(text) {
                Some(header) => self.header(line, &header),
                None => self.unreadable(line),
            },
        }
        Ok(())
    }

    fn finish(mut self, bytes: &'a [u8]) -> Result<Outcome, Unusable> {
        if self.rows.read == 0 {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(
                place,
                "times of day as HH:MM:SS,NNNNNNNNN or seconds since 1970",
                self.diagnostics,
            ));
        }
        if self.first_date.is_none() && self.kind == Kind::TimeOfDay {
            self.diagnostics.note("no-date", Place::FILE, || {
                "no line of `date`: the times of day belong to an unknown day and zone".to_owned()
            });
        }
        let digits = self.digits.and_then(|digits| i32::try_from(digits).ok()).unwrap_or(0);
        if digits == 0 {
            self.diagnostics.note("whole-seconds", Place::FILE, || {
                "stamps have no fraction: what `date` wrote them does not know %N, or was not asked; steps are \
                 known to a second"
                    .to_owned()
            });
        }
        self.facts.set_float("resolution_s", 10_f64.powi(-digits));
        let (unit, clock) = match self.kind {
            Kind::TimeOfDay => (Unit::SecondsOfDay, Clock::TimeOfDay),
            Kind::Epoch => (Unit::EpochSeconds, Clock::Epoch),
        };
        let mut columns = FrameBuilder::default();
        columns.push(unit, self.times.finish().into_series());
        columns.set_places(self.lines);
        Ok(Outcome {
            parts: Vec::new(),
            version: None,
            columns,
            clock,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

impl Reader {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    fn epoch(&mut self, line: Line<'_>, stamp: &Exact) {
        if let Some(step) = self.last.map(|last| stamp.nanos.saturating_sub(last)).filter(|step| *step < 0) {
            self.diagnostics.note("clock-stepped-back", Place::line(line.number, line.text), || {
                format!("the clock went back by {:.6} s; the stamp is kept", -(step as f64) / 1e9)
            });
        }
        self.last = Some(stamp.nanos);
        self.rows.read += 1;
        self.lines.push(line.number, 1);
        self.times.append_option(seconds(stamp.nanos));
    }

    #[expect(clippy::cast_precision_loss, reason = "for people")]
    fn time_of_day(&mut self, line: Line<'_>, nanos: i64) {
        if let Some(last) = self.last {
            let step = nanos - last;
            let place = Place::line(line.number, line.text);
            if step < -HALF_DAY_NS {
                self.day += 1;
                self.diagnostics.note("midnight", place, || {
                    "midnight: from here on a day is added to the time of day".to_owned()
                });
            } else if step > HALF_DAY_NS && self.day > 0 {
                self.day -= 1;
                self.diagnostics.note("clock-stepped-back", place, || {
                    format!(
                        "the clock went back across midnight, by {:.6} s; the stamp is kept",
                        (DAY_NS - step) as f64 / 1e9
                    )
                });
            } else if step < 0 {
                self.diagnostics.note("clock-stepped-back", place, || {
                    format!("the clock went back by {:.6} s; the stamp is kept", -step as f64 / 1e9)
                });
            }
        }
        self.last = Some(nanos);
        self.rows.read += 1;
        self.lines.push(line.number, 1);
        self.times.append_option(seconds(self.day.saturating_mul(DAY_NS).saturating_add(nanos)));
    }

    fn header(&mut self, line: Line<'_>, header: &Date<'_>) {
        let place = Place::line(line.number, line.text);
        if let Some(first) = self.first_date.filter(|_| self.kind == Kind::Epoch) {
            self.diagnostics.note("second-header", place, || {
                format!("another line of `date`: the log was written in parts, the first one on {first}")
            });
        } else if let Some(first) = self.first_date {
            self.day = header.date.signed_duration_since(first).num_days();
            self.diagnostics.note("second-header", place, || {
                format!(
                    "another line of `date`: the log was written in parts; times go on counting from {first}"
                )
            });
        } else {
            if self.rows.read > 0 && self.kind == Kind::TimeOfDay {
                self.diagnostics.warning("late-header", place, || {
                    "a line of `date` after the first stamps; its day is taken for theirs".to_owned()
                });
            }
            self.first_date = header.date.checked_sub_days(chrono::Days::new(self.day.unsigned_abs()));
            self.facts.set_text("date", self.first_date.unwrap_or(header.date).to_string().as_bytes());
            self.facts.set_float("header_time_s", f64::from(header.time.seconds));
            self.zone(place, header);
        }
        if self.kind == Kind::TimeOfDay {
            self.last = Some(i64::from(header.time.seconds) * NANOS);
        }
    }

    fn zone(&mut self, place: Place<'_>, header: &Date<'_>) {
        let Some(name) = header.zone else {
            self.diagnostics.note("no-zone", place, || {
                "the line of `date` names no time zone; the stamps are local time of an unknown zone"
                    .to_owned()
            });
            return;
        };
        self.facts.set_text("zone", name);
        let zone = Zone::of(name);
        if let Some(offset) = zone.offset_s() {
            self.facts.set_int("utc_offset_s", offset);
        } else if let Some((code, message)) = zone.complaint().filter(|_| self.kind == Kind::TimeOfDay) {
            self.diagnostics.warning(code, place, || message);
        }
    }

    fn unreadable(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        if line.number == 1 {
            // Not a row that is lost: the line has no stamp.
            self.diagnostics.warning("header-unreadable", place, || {
                "the first line is neither a date as `date` writes it in a language that is read nor a stamp; it is \
                 left out"
                    .to_owned()
            });
            return;
        }
        self.rows.lost += 1;
        let kind = self.kind;
        if line.terminated {
            self.diagnostics.warning("line-unreadable", place, || {
                match kind {
                    Kind::TimeOfDay => "expected HH:MM:SS,NNNNNNNNN; the line is left out",
                    Kind::Epoch => "expected seconds since 1970 with nine decimals; the line is left out",
                }
                .to_owned()
            });
        } else {
            self.diagnostics.warning("last-line-cut", place, || {
                "the last line is incomplete: its writer was stopped in the middle of it; the stamp is left out"
                    .to_owned()
            });
        }
    }
}
