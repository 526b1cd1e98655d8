//! `pgbench`: transactions in each interval, from `--progress` or from the log of `--aggregate-interval`.
//!
//! ```text
//! progress: 5.0 s, 1234.5 tps, lat 1.234 ms stddev 0.567, 0 failed
//! progress: 1700000000.123 s, 1234.5 tps, lat 1.234 ms stddev 0.567, lag 0.100 ms, 3 skipped
//! 1345828501 5601 1542744 483552416 61 2573
//! ```
//!
//! Traps:
//!
//! * Seconds since the start, or since 1970 with `--progress-timestamp`. An interval goes from the line before to its line; how long
//!   the first one was is not told where its time is since 1970.
//! * A late line says so by its time: the interval was longer. A missing one looks the same, unless the next is early to make up for it.
//! * Without a transaction the latency is 0.000 or `-nan`: none.
//! * The log has a row of figures for each interval, whose first is the whole second in which that *began*; latencies are in µs.
//!   Each thread writes a file of its own (`is_part`).
//! * The last interval of the log is missing: pgbench writes one when the next begins.
//!
//! Absent on purpose: the log of single transactions (`-l` alone), and the sums at the end.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::work::{Beside, Resolution, Row, Work};
use crate::text::{unsigned, words};
use crate::time::stamp::Stamp;

pub(crate) static DESCRIPTION: Description = Description {
    name: "pgbench",
    description: "transactions of a database in each interval of pgbench",
    written_by: "pgbench 9.4 and later with --progress or --aggregate-interval",
    begins_with: "`progress: 5.0 s, 1234.5 tps, lat 1.234 ms stddev 0.567`, or rows such as `1345828501 5601 1542744 483552416 61 2573`",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

const MARK: &[u8] = b"progress: ";
/// Later than any test is long, seconds.
const SINCE_1970: f64 = 1e8;
/// So many rows of figures must be right for a log to be one, and of more all but one in ten, which may be damaged.
const ENOUGH: usize = 3;

fn recognise(head: &Head<'_>) -> bool {
    let progress = |line: &Line<'_>| Progress::read(line.text).is_some();
    let rows = head.lines.iter().filter(|line| line.terminated);
    let fit = rows.clone().filter(|line| Aggregate::read(line.text).is_some()).count();
    head.lines.iter().any(progress) || (fit >= ENOUGH && fit + fit / 10 >= rows.count())
}

/// A line of `--progress`.
#[derive(Debug, Clone, Copy)]
struct Progress {
    time_s: f64,
    tps: f64,
    latency_ms: Option<f64>,
    failed: Option<f64>,
}

impl Progress {
    fn read(text: &[u8]) -> Option<Self> {
        let mut parts =
            text.trim_ascii().strip_prefix(MARK)?.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        let time_s = positive(parts.next()?.strip_suffix(b" s")?)?;
        let tps = positive(parts.next()?.strip_suffix(b" tps")?)?;
        let latency = words(parts.next()?.strip_prefix(b"lat ")?).next()?.1;
        let latency_ms = positive(latency).filter(|ms| *ms > 0.0 && tps > 0.0);
        let failed = parts.find_map(|part| part.strip_suffix(b" failed").and_then(positive));
        Some(Self { time_s, tps, latency_ms, failed })
    }
}

/// A row of the log: so many transactions since a second, and their latencies in µs.
#[derive(Debug, Clone, Copy)]
struct Aggregate {
    start: u64,
    count: f64,
    mean_us: f64,
    highest_us: f64,
}

impl Aggregate {
    /// Figures that belong together: least, mean and most of the latencies, and the sum of their squares.
    #[expect(clippy::cast_precision_loss, reason = "sums of microseconds")]
    fn read(text: &[u8]) -> Option<Self> {
        let mut figures = words(text).map(|(_, word)| unsigned(word));
        let mut next = || figures.next().flatten();
        let (start, count, sum, squares, least, most) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        let rest = figures.try_fold(0_usize, |n, figure| figure.map(|_| n.saturating_add(1)))?;
        let [n, sum, squares] = [count, sum, squares].map(|figure| figure as f64);
        let mean = if count > 0 { sum / n } else { 0.0 };
        let fits = (1_000_000_000..10_000_000_000).contains(&start)
            && rest <= 9
            && least <= most
            && (least as f64 <= mean + 1.0 && mean <= most as f64 + 1.0)
            && squares * n * 1.000_001 + 1.0 >= sum * sum;
        fits.then_some(Self { start, count: n, mean_us: mean, highest_us: most as f64 })
    }
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::PerSecond);
    let mut last: Option<f64> = None;
    for line in Lines::new(bytes).filter(|line| line.text.trim_ascii().starts_with(MARK.trim_ascii_end())) {
        progress(line, &mut last, &mut work);
    }
    if work.is_empty() && last.is_none() {
        aggregates(bytes, &mut work);
        let resolution = Resolution { time_s: Some(1.0), elapsed_s: None, length_s: 1e-6 };
        return work.finish(bytes, resolution, EXPECTED);
    }
    let is_dated = last.is_some_and(|last| last > SINCE_1970);
    let resolution = Resolution {
        time_s: Some(0.001),
        elapsed_s: (!is_dated).then_some(0.1),
        length_s: if is_dated { 0.001 } else { 0.1 },
    };
    work.finish(bytes, resolution, EXPECTED)
}

const EXPECTED: &str = "lines of pgbench for each interval, which it writes with `--progress=1`, or its log of `--aggregate-interval`";

fn progress(line: Line<'_>, last: &mut Option<f64>, work: &mut Work) {
    let place = Place::line(line.number, line.text);
    let Some(read) = Progress::read(line.text) else {
        return work.unreadable(place, "`progress: 5.0 s, 1234.5 tps, lat 1.234 ms stddev 0.567`");
    };
    if !line.terminated {
        return work.cut(place);
    }
    let is_dated = read.time_s > SINCE_1970;
    if last.is_none_or(|before| before >= read.time_s || (before > SINCE_1970) != is_dated) {
        work.begin_test();
    }
    *last = Some(read.time_s);
    let row = Row {
        stamp: is_dated.then_some(Stamp::Epoch(read.time_s)),
        elapsed_s: (!is_dated).then_some(read.time_s),
        rate: Some(read.tps),
        line: line.number,
        ..Row::default()
    };
    work.push(row.with(Beside::LatencyMean, read.latency_ms).with(Beside::Errors, read.failed));
}

fn aggregates(bytes: &[u8], work: &mut Work) {
    let mut rows: Vec<(u64, Aggregate)> = Vec::new();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        let place = Place::line(line.number, line.text);
        match Aggregate::read(line.text) {
            Some(_) if !line.terminated => work.cut(place),
            Some(row) => rows.push((line.number, row)),
            None => work.unreadable(place, "seconds since 1970, a count, and latencies of pgbench's log"),
        }
    }
    let steps = rows.windows(2).filter_map(|pair| match pair {
        [(_, one), (_, next)] => next.start.checked_sub(one.start).filter(|step| *step > 0),
        _ => None,
    });
    let Some(step) = steps.min() else { return };
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
    let (long, second) = (step as f64, |start: u64| start as f64);
    for (line, row) in rows {
        let told = Row {
            stamp: Some(Stamp::Epoch(second(row.start) + long)),
            length_s: Some(long),
            rate: Some(row.count / long),
            line,
            ..Row::default()
        };
        let ms = |us: f64| (row.count > 0.0).then_some(us / 1000.0);
        work.push(
            told.with(Beside::LatencyMean, ms(row.mean_us)).with(Beside::LatencyMax, ms(row.highest_us)),
        );
    }
    work.facts.set_int("is_part", 1);
}
