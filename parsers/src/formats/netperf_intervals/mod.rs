//! `netperf-intervals`: the interim results of netperf (`-D`).
//!
//! ```text
//! Interim result: 35344.39 10^6bits/s over 1.002 seconds ending at 1559149724.219
//! NETPERF_INTERIM_RESULT[0]=35344.39
//! NETPERF_UNITS[0]=10^6bits/s
//! NETPERF_INTERVAL[0]=1.002
//! NETPERF_ENDING[0]=1559149724.219
//! ```
//!
//! Traps:
//!
//! * The time is seconds since 1970 at the end of the interval.
//! * A stream prints only when something went out: an outage is one long interval, not several empty ones.
//! * The unit is in the line (`-f`): bits decimal, bytes binary, transactions.
//! * `^C` stands in front of a line, and a line may be cut.
//! * A sender counts what its socket took (`buffered_bytes`); which test it is stands in the banner.
//!
//! Absent on purpose: the form with commas (`-P 0` with `-D`), whose lines have no mark of their own.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::work::{Resolution, Row, Work};
use crate::text::{float, split_once, words};
use crate::time::stamp::Stamp;

pub(crate) static DESCRIPTION: Description = Description {
    name: "netperf-intervals",
    description: "what netperf sent or asked in each interval, its interim results",
    written_by: "netperf 2 with -D, built with --enable-demo",
    begins_with: "`Interim result: 35344.39 10^6bits/s over 1.002 seconds ending at 1559149724.219`",
    file_names: &[],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::Head(&[b"Interim result:", b"NETPERF_INTERIM_RESULT["]),
    recognise,
    parse: Parse::Whole(parse),
};

const MARK: &[u8] = b"Interim result:";
const KEY: &[u8] = b"NETPERF_INTERIM_RESULT[";
/// What a socket of Linux keeps at most on both sides, unless somebody changed that.
const BUFFERED: f64 = 10_485_760.0;

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| sentence(line.text).is_some() || line.text.starts_with(KEY))
}

/// Rate with its unit, length and end.
type Interval = (f64, Unit, f64, f64);

fn sentence(text: &[u8]) -> Option<Interval> {
    let text = text.strip_prefix(b"^C").unwrap_or(text);
    let mut words = words(text.strip_prefix(MARK)?).map(|(_, word)| word);
    let number = positive(words.next()?)?;
    let (factor, unit) = unit(words.next()?)?;
    (words.next()? == b"over").then_some(())?;
    let length = positive(words.next()?)?;
    (words.next()? == b"seconds" && words.next()? == b"ending" && words.next()? == b"at").then_some(())?;
    let end = positive(words.next()?)?;
    (words.next().is_none() && length > 0.0).then_some((number * factor, unit, length, end))
}

/// What one of these units is, and in which it is kept.
fn unit(text: &[u8]) -> Option<(f64, Unit)> {
    let bits = |power: i32| (10_f64.powi(power) / 8.0, Unit::BytesPerSecond);
    let bytes = |power: i32| (1024_f64.powi(power), Unit::BytesPerSecond);
    Some(match text {
        b"10^3bits/s" => bits(3),
        b"10^6bits/s" => bits(6),
        b"10^9bits/s" => bits(9),
        b"KBytes/s" => bytes(1),
        b"MBytes/s" => bytes(2),
        b"GBytes/s" => bytes(3),
        b"Trans/s" => (1.0, Unit::PerSecond),
        _ => return None,
    })
}

/// The lines of an interval in the form with keys.
#[derive(Default)]
struct Keyed<'a> {
    number: u64,
    rate: Option<&'a [u8]>,
    unit: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::BytesPerSecond);
    let mut keyed = Keyed::default();
    let mut seen = false;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        read(line, &mut keyed, &mut work);
        if !seen {
            seen = banner(line.text, &mut work);
        }
    }
    let resolution = Resolution { time_s: Some(0.001), elapsed_s: None, length_s: 0.001 };
    work.finish(bytes, resolution, "interim results of netperf, which it writes with `-D 1`")
}

/// What the banner says of the direction; netperf sends unless it is told to receive.
fn banner(text: &[u8], work: &mut Work) -> bool {
    let has = |words: &[u8]| memchr::memmem::find(text, words).is_some();
    if !has(b" TEST from ") && !has(b" TEST to ") {
        return false;
    }
    if has(b"UDP UNIDIRECTIONAL SEND") || has(b"UDP STREAM") {
        work.facts.set_text("counts", b"sent");
        work.facts.set_text("protocol", b"UDP");
    } else if has(b"STREAM") || has(b"SENDFILE") {
        work.facts.set_text("counts", b"sent");
        work.facts.set_float("buffered_bytes", BUFFERED);
    } else if has(b"MAERTS") {
        work.facts.set_text("counts", b"received");
    }
    true
}

fn read<'a>(line: Line<'a>, keyed: &mut Keyed<'a>, work: &mut Work) {
    let place = Place::line(line.number, line.text);
    let expected = "`Interim result: 35344.39 10^6bits/s over 1.002 seconds ending at 1559149724.219`";
    let is_sentence = memchr::memmem::find(line.text, MARK).is_some();
    let behind = |key: &[u8]| {
        let rest = line.text.strip_prefix(key)?;
        split_once(rest, b'=').map(|(_, value)| value.trim_ascii())
    };
    let found = if is_sentence {
        sentence(line.text)
    } else if let Some(rate) = behind(KEY) {
        *keyed = Keyed { number: line.number, rate: Some(rate), ..Keyed::default() };
        return;
    } else if let Some(unit) = behind(b"NETPERF_UNITS[") {
        return keyed.unit = Some(unit);
    } else if let Some(length) = behind(b"NETPERF_INTERVAL[") {
        return keyed.length = Some(length);
    } else if let Some(end) = behind(b"NETPERF_ENDING[") {
        keyed.interval(end)
    } else {
        return;
    };
    match found {
        Some(_) if !line.terminated => work.cut(place),
        Some((rate, unit, length, end)) if work.is_in(unit) => {
            let number = if is_sentence { line.number } else { keyed.number };
            work.push(Row {
                stamp: Some(Stamp::Epoch(end)),
                length_s: Some(length),
                rate: Some(rate),
                line: number,
                ..Row::default()
            });
        }
        Some(_) => {
            work.lost = work.lost.saturating_add(1);
            work.diagnostics.warning("other-test", place, || {
                "an interval in another unit than the first; it is left out".to_owned()
            });
        }
        None => work.unreadable(place, expected),
    }
}

impl Keyed<'_> {
    fn interval(&self, end: &[u8]) -> Option<Interval> {
        let (factor, unit) = unit(self.unit?)?;
        let length = positive(self.length?).filter(|length| *length > 0.0)?;
        let end = float(end).filter(|end| *end >= 0.0)?;
        Some((positive(self.rate?)? * factor, unit, length, end))
    }
}
