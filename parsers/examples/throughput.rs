//! How fast the parsers read: `detect` and `parse` of logs in memory, the best of several, in CPU time of all threads.
//!
//! ```sh
//! cargo run --release -p stillstand-parsers --example throughput            # every format
//! cargo run --release -p stillstand-parsers --example throughput -- 64      # with logs of 64 MB
//! cargo run --release -p stillstand-parsers --example throughput -- 32 FILE FIRST LAST
//! cargo run --release -p stillstand-parsers --example throughput -- 32 FILE  # as it is, many times
//! ```
//!
//! A log is made long by repeating the lines that are its body (`FIRST` to `LAST`, from 1) below those before them.
//! Stamps, sequence numbers and counters go on, so that a long log is as regular as a recorded one: a time that goes
//! back would be a diagnostic for each repetition. What a program writes once at its end (JSON, tables) is
//! not repeated but parsed many times.
//!
//! Which log of a format is taken stands in `fixtures/FORMAT/throughput`: a path below the root of the repository, then
//! the lines that are its body. A format without that file has its longest valid fixture, as it is.

use std::hint::black_box;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, NaiveDateTime};
use stillstand_parsers::{Clock, FORMATS, Format, detect, parse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let megabytes: usize = arguments.next().map_or(Ok(32), |number| number.parse())?;
    println!("{:<18} {:>9} {:>8} {:>9} {:>14}", "format", "bytes", "MB/s", "ns/line", "lines/s");
    if let Some(file) = arguments.next() {
        let lines: Vec<usize> = arguments.map(|number| number.parse()).collect::<Result<_, _>>()?;
        let body = lines.first().map(|first| (*first, lines.get(1).copied().unwrap_or(usize::MAX)));
        return measure(&std::fs::read(file)?, body, megabytes * 1_000_000);
    }
    for format in FORMATS {
        let (file, body) = sample(*format)?;
        measure(&std::fs::read(file)?, body, megabytes * 1_000_000)?;
    }
    Ok(())
}

/// The first and last line of what is repeated of a log; none if it is parsed many times as it is.
type Body = Option<(usize, usize)>;

/// The log of a format, and its body.
fn sample(format: Format) -> Result<(PathBuf, Body), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("fixtures").join(format.name());
    if let Ok(text) = std::fs::read_to_string(folder.join("throughput")) {
        let mut words = text.split_whitespace();
        let file = root.join("..").join(words.next().ok_or("no path")?);
        let lines: Vec<usize> = words.map(str::parse).collect::<Result<_, _>>()?;
        return Ok((file, lines.first().map(|first| (*first, lines.get(1).copied().unwrap_or(usize::MAX)))));
    }
    let entries: Vec<_> = std::fs::read_dir(folder.join("valid"))?.collect::<Result<_, _>>()?;
    let sizes = entries.iter().map(|entry| (entry.metadata().map_or(0, |data| data.len()), entry.path()));
    let (_, file) = sizes.max().ok_or("no valid fixture")?;
    Ok((file, None))
}

fn measure(log: &[u8], body: Body, target: usize) -> Result<(), Box<dyn std::error::Error>> {
    let format = detect(log)?;
    let clock = parse(format, log)?.frame.clock;
    let (log, turns) = match body {
        Some((first, last)) => (grow(clock, log, first, last, target), 1),
        None => (log.to_vec(), 2_000),
    };
    let begun = Instant::now();
    let mut seconds = f64::INFINITY;
    for _ in 0..7 {
        let start = seconds_on_cpu(begun);
        for _ in 0..turns {
            black_box(parse(black_box(detect(&log)?), black_box(&log))?);
        }
        seconds = seconds.min((seconds_on_cpu(begun) - start) / f64::from(turns));
    }
    let lines = log.split(|byte| *byte == b'\n').count().saturating_sub(1).max(1) as f64;
    let (rate, line) = (log.len() as f64 / 1e6 / seconds, seconds / lines * 1e9);
    println!("{:<18} {:>9} {rate:>8.0} {line:>9.0} {:>14.0}", format.name(), log.len(), lines / seconds);
    Ok(())
}

/// What all threads of this process have had of a processor, which others may share; where the system does not say, the time
/// since `begun`.
fn seconds_on_cpu(begun: Instant) -> f64 {
    let of_thread = |folder: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        let statistics = std::fs::read_to_string(folder.ok()?.path().join("schedstat")).ok()?;
        statistics.split(' ').next()?.parse().ok()
    };
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanoseconds: Option<f64> = threads.map(of_thread).sum();
    nanoseconds.filter(|sum| *sum > 0.0).map_or_else(|| begun.elapsed().as_secs_f64(), |sum| sum / 1e9)
}

/// The lines before `first`, and those from `first` to `last` again and again.
fn grow(clock: Clock, log: &[u8], first: usize, last: usize, target: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    let (head, rest) = lines.split_at((first - 1).min(lines.len()));
    let body = &rest[..(last - first + 1).min(rest.len())];
    let seconds: Vec<i64> = body.iter().filter_map(|line| stamp(line)).map(|stamp| stamp.seconds).collect();
    let span = match (seconds.iter().min(), seconds.iter().max()) {
        (Some(first), Some(last)) => last - first + 1,
        _ => 60,
    };
    let mut grown = head.concat();
    for turn in 0.. {
        if grown.len() >= target {
            break;
        }
        for (index, line) in body.iter().enumerate() {
            let number = turn * body.len() as u64 + index as u64;
            advance(&mut grown, clock, line, turn as i64 * span, number);
        }
    }
    grown
}

/// A line whose time is so many seconds later, and which is the `number`th of its kind.
fn advance(out: &mut Vec<u8>, clock: Clock, line: &[u8], later: i64, number: u64) {
    let mut line = line;
    if let Some(Stamp { place, seconds, written }) = stamp(line) {
        out.extend_from_slice(&line[..place.start]);
        let time = DateTime::from_timestamp(seconds + later, 0).unwrap_or_default();
        let _ = write!(out, "{}", time.format(written));
        line = &line[place.end..];
        // That of ping-gawk has a time, a number and a round trip.
        let words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count();
        if place.start <= 1
            && written == "%s"
            && (2..=3).contains(&words)
            && clock == Clock::EpochSecondsAtArrival
        {
            let rtt = line.iter().rposition(|byte| *byte == b' ').unwrap_or(0);
            let _ = write!(out, ".{} {}", number % 100, (number + 1) % 65_536);
            line = &line[rtt..];
        }
    } else if clock == Clock::TimeOfDay && line.get(2) == Some(&b':') {
        let part =
            |from: usize| line[from..from + 2].iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0'));
        let second = (part(0) * 3600 + part(3) * 60 + part(6) + later) % 86_400;
        let _ = write!(out, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        line = &line[8..];
    }
    let key: &[u8] = b"icmp_seq=";
    if let Some(at) = line.windows(key.len()).position(|word| word == key) {
        let at = at + key.len();
        out.extend_from_slice(&line[..at]);
        let _ = write!(out, "{}", (number + 1) % 65_536);
        line = &line[at + digits(&line[at..])..];
    }
    out.extend_from_slice(line);
}

/// Where a line has its date: after so many cells that a byte divides; and how tools write it there, with its length.
const DATES: [(u8, usize, &str, usize); 2] = [
    // sadf
    (b';', 2, "%F %T", 19),
    // collectl
    (b' ', 0, "%Y%m%d %T", 17),
];

/// The time of a line.
struct Stamp {
    place: Range<usize>,
    /// Since 1970.
    seconds: i64,
    written: &'static str,
}

/// What stands at the beginning, in seconds since 1970 or as a date, or as a date in a later cell.
fn stamp(line: &[u8]) -> Option<Stamp> {
    let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'[')).count();
    let place = blank..blank + digits(&line[blank..]);
    if place.len() == 10 {
        let seconds = std::str::from_utf8(&line[place.clone()]).ok()?.parse().ok()?;
        return Some(Stamp { place, seconds, written: "%s" });
    }
    DATES.into_iter().find_map(|(divider, cells, written, length)| {
        let before = line.split(|byte| *byte == divider).take(cells);
        let from = before.map(|cell| cell.len() + 1).sum();
        let place = from..from + length;
        let date = std::str::from_utf8(line.get(place.clone())?).ok()?;
        let time = NaiveDateTime::parse_from_str(date, written).ok()?;
        Some(Stamp { place, seconds: time.and_utc().timestamp(), written })
    })
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
