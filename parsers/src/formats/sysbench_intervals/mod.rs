//! `sysbench-intervals`: what sysbench did in each interval (`--report-interval`).
//!
//! ```text
//! [ 2s ] thds: 16 tps: 1012.86 qps: 20333.18 (r/w/o: 14240.02/4061.44/2031.72) lat (ms,95%): 28.67 err/s: 0.00 reconn/s: 0.00
//! [ 1s ] thds: 4 eps: 1523.21 lat (ms,95%): 2.71
//! [ 1s ] reads: 0.00 MiB/s writes: 113.22 MiB/s fsyncs: 0.00/s latency (ms,95%): 0.153
//! [ 1s ] 5123.45 MiB/sec
//! [   1s] threads: 8, tps: 150.20, reads: 2110.03, writes: 602.91, response time: 71.03ms (95%), errors: 0.00, reconnects:  0.00
//! ```
//!
//! Traps:
//!
//! * The clock counts whole seconds from the start of the test: an interval may be up to a second longer or shorter than it
//!   looks. A time in front of the lines is finer.
//! * Which percentile it is stands in brackets; 100 is the longest.
//! * `MB/s` and `MiB/s` are both of 2²⁰ bytes. Reads and writes of files are added.
//! * Of transactions those count, not their queries.
//! * With `--rate` every interval has a line about the queue, too.
//! * Several tests stand one behind the other; each begins at 0 again.
//!
//! Absent on purpose: the hooks `report_csv` and `report_json`, which have no mark of their own; histograms.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::work::{Beside, Resolution, Row, Work};
use crate::text::{split_once, unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "sysbench-intervals",
    description: "events, transactions or bytes per second in each interval of sysbench",
    written_by: "sysbench 0.5, 1.0 and 1.1 with --report-interval",
    begins_with: "`[ 2s ] thds: 16 tps: 1012.86 …`, `[ 1s ] reads: …` or `[   1s] threads: 8, tps: 150.20, …`",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::Head(&[b"s ] thds: ", b"s ] reads: ", b"MiB/sec", b"s] threads: ", b"s] reads: "]),
    recognise,
    parse: Parse::Whole(parse),
};

const MIB: f64 = 1_048_576.0;

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| Interval::read(line.text).is_some_and(|read| read.rate.is_some()))
}

/// What a line says. Without a rate it is one about the queue.
#[derive(Debug, Clone, Copy)]
struct Interval {
    elapsed_s: f64,
    rate: Option<(f64, Unit)>,
    /// Which percentile, and ms.
    latency: Option<(f64, f64)>,
    errors_per_s: Option<f64>,
}

/// The seconds in `[ 2s ]` or `[   1s]`, and what stands behind.
fn leading(text: &[u8]) -> Option<(f64, &[u8])> {
    let (inside, rest) = split_once(text.trim_ascii_start().strip_prefix(b"[")?, b']')?;
    let seconds = positive(inside.trim_ascii().strip_suffix(b"s")?)?;
    Some((seconds, if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? }))
}

impl Interval {
    fn read(text: &[u8]) -> Option<Self> {
        let (elapsed_s, rest) = leading(text)?;
        let rest = rest.trim_ascii();
        let behind = |key: &[u8]| {
            let at = memchr::memmem::find(rest, key)?;
            let word = words(rest.get(at.saturating_add(key.len())..)?).next()?.1;
            Some(word.strip_suffix(b",").unwrap_or(word))
        };
        let number = |key: &[u8]| behind(key).and_then(positive);
        let rate = if rest.starts_with(b"thds: ") || rest.starts_with(b"threads: ") {
            let rate = number(b" tps: ").or_else(|| number(b" eps: "))?;
            // A line without its end may be cut within the number.
            latency(rest)?;
            Some((rate, Unit::PerSecond))
        } else if rest.starts_with(b"reads: ") {
            latency(rest)?;
            Some(((number(b"reads: ")? + number(b" writes: ")?) * MIB, Unit::BytesPerSecond))
        } else if let Some(rate) = rest.strip_suffix(b" MiB/sec") {
            Some((positive(rate)? * MIB, Unit::BytesPerSecond))
        } else {
            rest.starts_with(b"queue length: ").then_some(())?;
            None
        };
        Some(Self {
            elapsed_s,
            rate,
            latency: latency(rest),
            errors_per_s: number(b" err/s: ").or_else(|| number(b" errors: ")),
        })
    }
}

/// `lat (ms,95%): 2.71`, `latency (ms,95%): 0.153`, `response time: 71.03ms (95%)`.
fn latency(rest: &[u8]) -> Option<(f64, f64)> {
    if let Some(at) = memchr::memmem::find(rest, b" (ms,") {
        let behind = rest.get(at..)?.strip_prefix(b" (ms,")?;
        let (percentile, behind) = split_once(behind, b'%')?;
        let value = words(behind.strip_prefix(b"):")?).next()?.1;
        return Some((positive(percentile)?, positive(value)?));
    }
    let at = memchr::memmem::find(rest, b"response time: ")?;
    let mut words = words(rest.get(at..)?.strip_prefix(b"response time: ")?).map(|(_, word)| word);
    let value = positive(words.next()?.strip_suffix(b"ms")?)?;
    let percentile = words.next()?.strip_prefix(b"(")?;
    let end = percentile.iter().position(|byte| *byte == b'%')?;
    Some((positive(percentile.get(..end)?)?, value))
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::PerSecond);
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        read(line, &mut work);
    }
    let resolution = Resolution { time_s: None, elapsed_s: Some(1.0), length_s: 1.0 };
    work.finish(
        bytes,
        resolution,
        "lines of sysbench for each interval, which it writes with `--report-interval=1`",
    )
}

fn read(line: Line<'_>, work: &mut Work) {
    let text = line.text.trim_ascii();
    let place = Place::line(line.number, line.text);
    if let Some(threads) =
        text.strip_prefix(b"Number of threads:").and_then(|rest| unsigned(rest.trim_ascii()))
        && work.facts.get("threads").is_none()
    {
        work.facts.set_int("threads", threads);
    }
    if text.starts_with(b"Threads started!") {
        return work.begin_test();
    }
    let Some(interval) = Interval::read(line.text) else {
        if leading(line.text).is_some() && !line.terminated {
            work.cut(place);
        } else if leading(line.text).is_some() {
            work.unreadable(place, "a line such as `[ 2s ] thds: 4 eps: 1523.21 lat (ms,95%): 2.71`");
        }
        return;
    };
    let Some((rate, unit)) = interval.rate else { return };
    if !line.terminated {
        return work.cut(place);
    }
    if !work.is_in(unit) {
        work.lost = work.lost.saturating_add(1);
        return work.diagnostics.warning("other-test", place, || {
            "an interval of a test of another kind than the first; it is left out".to_owned()
        });
    }
    let before = work.last().and_then(|row| row.elapsed_s);
    if before.is_some_and(|before| before >= interval.elapsed_s) {
        work.begin_test();
    }
    let from = work.last().and_then(|row| row.elapsed_s).unwrap_or_default();
    let length = interval.elapsed_s - from;
    let row =
        Row { elapsed_s: Some(interval.elapsed_s), rate: Some(rate), line: line.number, ..Row::default() };
    let of = |percentile: f64| interval.latency.filter(|(known, _)| *known == percentile).map(|(_, ms)| ms);
    work.push(
        row.with(Beside::LatencyP95, of(95.0))
            .with(Beside::LatencyP99, of(99.0))
            .with(Beside::LatencyMax, of(100.0))
            .with(Beside::Errors, interval.errors_per_s.map(|rate| rate * length)),
    );
}
