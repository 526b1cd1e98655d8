//! `ycsb-raw`: operations of YCSB, a row each, as `measurementtype=raw` writes them.
//!
//! ```text
//! READ latency raw data: op, timestamp(ms), latency(us)
//! READ,1784052223186,532
//! READ,1784052223187,498
//! [READ], Total Operations, 2
//! UPDATE latency raw data: op, timestamp(ms), latency(us)
//! UPDATE,1784052223190,1105
//! ```
//!
//! Traps:
//!
//! * The time is when an operation ended, ms since 1970; the duration is in µs.
//! * Kinds of operations stand one below the other: rows are put in order.
//! * `READ-FAILED` and its like are operations that failed. `Intended-READ` are the same ones, from when they were due, and `CLEANUP` is
//!   the end of the client: neither counts.
//! * On the terminal the rows stand among status lines and results, which are those of [`ycsb`](super::ycsb).
//! * The clock is that of the JVM: in a VM that migrates it stops with it.
//!
//! Absent on purpose: the results at the end.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{Manner, Moment, Request, Requests, duration};
use crate::text::{float, split_once};
use crate::time::epoch;

pub(crate) static DESCRIPTION: Description = Description {
    name: "ycsb-raw",
    description: "operations of a database, a row each",
    written_by: "YCSB 0.2 to 0.17 with measurementtype=raw",
    begins_with: "`READ latency raw data: op, timestamp(ms), latency(us)`, with `READ,1784052223186,532` below",
    file_names: &[],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[HEAD]),
    recognise,
    parse: Parse::Whole(parse),
};

/// The head of the rows of one kind, behind its name.
const HEAD: &[u8] = b" latency raw data: op, timestamp(ms), latency(us)";

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| kind_of_head(line.text).is_some())
}

fn kind_of_head(text: &[u8]) -> Option<&[u8]> {
    text.trim_ascii_end().strip_suffix(HEAD).filter(|kind| is_kind(kind))
}

/// `READ-MODIFY-WRITE`, `Intended-READ`.
fn is_kind(text: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.iter().all(is_name)
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut requests = Requests::default();
    let mut left_out = 0_u64;
    // That of the head above; none behind its rows.
    let mut kind: Option<&[u8]> = None;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if let Some(found) = kind_of_head(line.text) {
            kind = Some(found);
            continue;
        }
        let own = kind.and_then(|kind| line.text.strip_prefix(kind)?.strip_prefix(b","));
        match (own, kind) {
            (Some(_), Some(kind)) if kind.starts_with(b"Intended-") || kind == b"CLEANUP" => {
                left_out = left_out.saturating_add(1);
            }
            (Some(rest), Some(kind)) => match row(line, kind, rest) {
                Some(request) => requests.rows.push(request),
                None => requests.lose(line, "the kind of the operation, ms since 1970, and µs"),
            },
            // Something of another thread may stand between rows.
            (None, Some(kind)) if is_damaged(line, kind) => {
                requests.lose(line, "the kind of the operation, ms since 1970, and µs");
            }
            (None, _) | (Some(_), None) => {}
        }
    }
    if left_out > 0 {
        requests.diagnostics.note("other-operations", Place::FILE, || {
            format!("{left_out} rows are the end of a client, or operations again from when they were due; they are not used")
        });
    }
    let manner = Manner {
        time_is_end: true,
        is_closed_loop: true,
        time_resolution_s: 1e-3,
        duration_resolution_s: 1e-6,
    };
    requests.finish(manner, "rows of YCSB such as `READ,1784052223186,532` below their head")
}

/// Whether a line behind the head begins as a row does and is none: what stands between rows has other words.
fn is_damaged(line: Line<'_>, kind: &[u8]) -> bool {
    let begins = line.text.starts_with(kind) || (!line.terminated && kind.starts_with(line.text));
    begins && memchr::memchr(b' ', line.text).is_none()
}

fn row(line: Line<'_>, kind: &[u8], rest: &[u8]) -> Option<Request> {
    let (time, took) = split_once(rest.trim_ascii_end(), b',')?;
    // A number at the end of a file that was cut may lack digits.
    let ended_s = epoch::any_unit(time).filter(|_| time.len() == MILLISECONDS && line.terminated)?;
    let duration_s = duration(float(took).filter(|took| took.fract() == 0.0), 1e6)?;
    Some(Request {
        line: line.number,
        moment: Moment::Epoch(ended_s),
        duration_s: Some(duration_s),
        worked: !(kind.ends_with(b"-FAILED") || kind.ends_with(b"-ERROR")),
    })
}

/// Digits of milliseconds since 1970.
const MILLISECONDS: usize = 13;
