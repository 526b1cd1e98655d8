//! `zeit.log`: the clock inside a VM, read out in a loop.
//!
//! ```text
//! Tue Jan 26 14:00:00 CET 2010
//! 14:00:00,012345678
//! 14:00:00,032345678
//! ```
//!
//! A shell loop in the VM writes `date` once and then `date +%H:%M:%S,%N` as fast as it can, about 50 times
//! a second. The largest step between two stamps is how long the VM did not run.
//!
//! Traps:
//!
//! * The stamps have no date. A step back of more than 12 hours is midnight, and the day advances; with
//!   it `time_s` goes on beyond 86400. The mirror image, a step *forward* of more than 12 hours when
//!   midnight has passed already, is a clock that was set back across midnight.
//! * A clock in a VM can be set back at a migration. Smaller steps back are kept as they are, with a note:
//!   they are what the log is there to show.
//! * The first line is in the machine's language (see `header`), or missing.
//! * The log may have been written in parts, each with its own `date`: the day is then counted from the
//!   first one.
//!
//! Absent on purpose: turning the stamps into seconds since 1970. The zone abbreviation is a fact, with its
//! offset where the abbreviation has only one meaning; what the clock was worth is decided elsewhere.

mod header;

use chrono::NaiveDate;
use polars::prelude::{ChunkedBuilder, Float64Type, IntoSeries, PrimitiveChunkedBuilder};

use self::header::Header;
use super::{Outcome, unusable};
use crate::detect::Head;
use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount};
use crate::format::{Format, FormatInfo};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::{Line, Lines};
use crate::text::unsigned;

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::Zeit,
    name: "zeit",
    description: "times of day written in a tight loop inside a VM",
    written_by: "a shell loop around GNU date: `date` once, then `date +%H:%M:%S,%N`",
    begins_with: "a line of `date`, then lines HH:MM:SS,NNNNNNNNN",
    recognise,
    parse,
};

const DAY_NS: i64 = 86_400_000_000_000;
const HALF_DAY_NS: i64 = DAY_NS / 2;
const NS: i64 = 1_000_000_000;

fn recognise(head: &Head<'_>) -> bool {
    let is_stamp = |line: &Line<'_>| stamp(line.text.trim_ascii()).is_some();
    let Some((first, rest)) = head.lines.split_first() else { return false };
    if header::parse(first.text).is_some() {
        return rest.iter().take(4).any(is_stamp);
    }
    // A header that cannot be read must not hide a log whose other lines are beyond doubt.
    let stamps = head.lines.iter().filter(|line| is_stamp(line)).count();
    stamps > 0 && stamps.saturating_mul(2) >= head.lines.len()
}

/// `HH:MM:SS,NNNNNNNNN` as nanoseconds since midnight and the number of digits after the comma.
fn stamp(text: &[u8]) -> Option<(i64, usize)> {
    let (clock, fraction) = text.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return None };
    let (b',' | b'.', digits) = fraction.split_first()? else { return None };
    if digits.len() > 9 {
        return None;
    }
    let (hour, minute) = (unsigned(&[h1, h2])?, unsigned(&[m1, m2])?);
    let second = unsigned(&[s1, s2])?;
    // 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let scale = 10_i64.checked_pow(u32::try_from(9_usize.checked_sub(digits.len())?).ok()?)?;
    let nanos = i64::try_from(unsigned(digits)?).ok()?.checked_mul(scale)?;
    let seconds = i64::try_from(hour * 3600 + minute * 60 + second).ok()?;
    Some((seconds.checked_mul(NS)?.checked_add(nanos)?, digits.len()))
}

struct Reader {
    time_s: PrimitiveChunkedBuilder<Float64Type>,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
    /// The day that `time_s` counts from.
    first_date: Option<NaiveDate>,
    /// Days since then.
    day: i64,
    /// Time of day of the last stamp, or of the header before the first one.
    last: Option<i64>,
    /// Digits after the comma of the last stamp.
    digits: usize,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader {
        time_s: PrimitiveChunkedBuilder::new("time_s".into(), bytes.len() / 19 + 1),
        facts: Facts::default(),
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        first_date: None,
        day: 0,
        last: None,
        digits: 0,
    };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.finish(bytes)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let text = line.text.trim_ascii();
        match stamp(text) {
            Some((_, digits)) if !line.terminated && digits < self.digits => {
                self.rows.lost += 1;
                let wanted = self.digits;
                self.diagnostics.warning("last-line-cut", Place::line(line.number, text), || {
                    format!(
                        "the last line has {digits} of {wanted} digits after the comma and no line end: its \
                         writer was stopped in the middle of it; the stamp is left out"
                    )
                });
            }
            Some((nanos, digits)) => self.stamp(line, nanos, digits),
            None => match header::parse(text) {
                Some(header) => self.header(line, &header),
                None => self.unreadable(line),
            },
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of up to a hundred days are exact")]
    fn stamp(&mut self, line: Line<'_>, nanos: i64, digits: usize) {
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
        self.digits = digits;
        self.rows.read += 1;
        // Nanoseconds of a hundred days are exact in a double, so there is a single rounding: the result is
        // the double nearest to the decimal number in the log.
        let total = self.day.saturating_mul(DAY_NS).saturating_add(nanos);
        self.time_s.append_value(total as f64 / 1e9);
    }

    fn header(&mut self, line: Line<'_>, header: &Header<'_>) {
        let place = Place::line(line.number, line.text);
        if let Some(first) = self.first_date {
            self.day = header.date.signed_duration_since(first).num_days();
            self.diagnostics.note("second-header", place, || {
                format!(
                    "another line of `date`: the log was written in parts; times go on counting from {first}"
                )
            });
        } else {
            if self.rows.read > 0 {
                self.diagnostics.warning("late-header", place, || {
                    "a line of `date` after the first stamps; its day is taken for theirs".to_owned()
                });
            }
            self.first_date = header.date.checked_sub_days(chrono::Days::new(self.day.unsigned_abs()));
            self.facts.set_text("date", self.first_date.unwrap_or(header.date).to_string().as_bytes());
            self.facts.set_float("header_time_s", f64::from(header.time_s));
            self.zone(place, header.zone);
        }
        self.last = Some(i64::from(header.time_s) * NS);
    }

    fn zone(&mut self, place: Place<'_>, zone: Option<&[u8]>) {
        let Some(zone) = zone else {
            self.diagnostics.note("no-zone", place, || {
                "the line of `date` names no time zone; the stamps are local time of an unknown zone"
                    .to_owned()
            });
            return;
        };
        self.facts.set_text("zone", zone);
        if let Some(offset) = header::utc_offset(zone) {
            self.facts.set_int("utc_offset_s", offset);
        } else {
            self.diagnostics.note("zone-unknown", place, || {
                format!(
                    "the time zone abbreviation {} is not known or has several meanings; its offset has to be \
                     configured",
                    String::from_utf8_lossy(zone)
                )
            });
        }
    }

    fn unreadable(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        if line.number == 1 {
            // Not a row that is lost: the line has no stamp.
            self.diagnostics.warning("header-unreadable", place, || {
                "the first line is neither a date as `date` writes it in English or German nor a stamp; it is \
                 left out"
                    .to_owned()
            });
            return;
        }
        self.rows.lost += 1;
        if line.terminated {
            self.diagnostics.warning("line-unreadable", place, || {
                "expected HH:MM:SS,NNNNNNNNN; the line is left out".to_owned()
            });
        } else {
            self.diagnostics.warning("last-line-cut", place, || {
                "the last line is incomplete: its writer was stopped in the middle of it; the stamp is left out"
                    .to_owned()
            });
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Parsed, ParseError> {
        if self.rows.read == 0 {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(
                Format::Zeit,
                place,
                "times of day as HH:MM:SS,NNNNNNNNN",
                self.diagnostics,
            ));
        }
        if self.first_date.is_none() {
            self.diagnostics.note("no-date", Place::FILE, || {
                "no line of `date`: the times of day belong to an unknown day and zone".to_owned()
            });
        }
        let mut columns = FrameBuilder::default();
        columns.push(Unit::SecondsOfDay, self.time_s.finish().into_series());
        Outcome {
            format: Format::Zeit,
            version: None,
            columns,
            clock: Clock::TimeOfDay,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        }
        .into_parsed()
    }
}
