//! Which format a file has, by its content alone.
//!
//! Benchmarks, ping and answers of a hypervisor are also looked for behind the first lines: several tools write into one log.
//!
//! Every format looks at the first lines and says yes or no; it is strict, because a wrong guess would
//! produce numbers that look plausible. No yes and more than one yes are both errors. File names never
//! count: the studies call everything `.test`.

use std::cell::LazyCell;

use thiserror::Error;

use crate::diagnostic::{Severity, excerpt};
use crate::format::{Format, Marks};
use crate::formats::FORMATS;
use crate::head::{HEAD_BYTES, Head};
use crate::lines::{Line, Lines, without_bom};
use crate::meaning::{Family, Meaning};
use crate::pairs::Pairs;
use crate::peel;
use crate::pieces::Pieces;

/// So many formats are named that come near.
const NEAREST: usize = 3;
/// Behind the first lines, other tools are looked for from every so many lines on, so many times.
const STEP: usize = 16;
const STEPS: usize = 1 << 16;

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DetectError {
    /// No bytes, or only blank lines.
    #[error(
        "the file is empty; was the program that writes it started, and did it live long enough to write?"
    )]
    Empty,
    /// Not text.
    #[error("the file is not a text log: {reason}")]
    Binary {
        /// What it looks like and what to do.
        reason: &'static str,
    },
    /// dstat's or dool's table for the terminal instead of its CSV file.
    #[error(
        "this is the table that dstat prints on the terminal ({evidence}), not its CSV file; its numbers are \
         rounded to units such as `3412k`, so it is not read. Run dstat with `--output FILE` and use FILE"
    )]
    TerminalTable {
        /// What gave it away.
        evidence: &'static str,
    },
    /// More than one format says that the file is its own.
    #[error("the file could be any of: {}; nothing in it tells which", names(candidates))]
    Ambiguous {
        /// The formats that recognise it.
        candidates: Vec<Format>,
    },
    /// No format recognises the file.
    #[error(
        "unknown format; the first line is `{first_line}`. {}`stillstand formats` lists what is read",
        nearest_words(nearest)
    )]
    Unknown {
        /// The first line that is not blank, shortened.
        first_line: String,
        /// The formats that come nearest, the nearest first; at most three.
        nearest: Vec<Near>,
    },
}

/// A format that reads some of a file and is not its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The format.
    pub format: Format,
    /// The first line that does not fit, from 1, where one can be named.
    pub line: Option<u64>,
    /// What stands there, shortened.
    pub text: Option<String>,
}

fn nearest_words(nearest: &[Near]) -> String {
    let words = nearest.iter().map(|Near { format, line, text }| {
        let line = line.map(|line| format!("line {line} does not fit")).unwrap_or_default();
        let text = text.as_ref().map(|text| format!(": `{text}`")).unwrap_or_default();
        format!("{format}, which begins with {} ({line}{text})", format.begins_with()).replace(" ()", "")
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { String::new() } else { format!("Nearest: {}. ", words.join("; ")) }
}

/// The formats that read most rows of the beginning of a file that none recognises.
fn nearest(bytes: &[u8]) -> Vec<Near> {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let read = |format: &Format| {
        let outcome = format.read(head, Pieces::default()).ok().filter(|outcome| outcome.rows.read > 0)?;
        let found = outcome.diagnostics.finish();
        let misfit = found.into_iter().find(|found| found.severity != Severity::Note && found.line.is_some());
        let (line, text) = misfit.map_or((None, None), |misfit| (misfit.line, misfit.text));
        Some((outcome.rows.read, Near { format: *format, line, text }))
    };
    let mut found: Vec<(usize, Near)> = FORMATS.iter().filter_map(read).collect();
    found.sort_by_key(|(rows, _)| std::cmp::Reverse(*rows));
    found.into_iter().map(|(_, near)| near).take(NEAREST).collect()
}

/// Whether a format is known by its lines wherever they stand: benchmarks, replies to ping, what a hypervisor answers. How long
/// a command took is not: a script times many things.
pub(crate) fn is_stacked(format: Format) -> bool {
    match format.meaning() {
        Meaning::Benchmark(_) | Meaning::Replies { .. } | Meaning::Hypervisor(_) => true,
        Meaning::HostSamples
        | Meaning::Domains(_)
        | Meaning::Work
        | Meaning::Requests
        | Meaning::Packets
        | Meaning::Events
        | Meaning::Quantities
        | Meaning::Migrations
        | Meaning::GuestClock
        | Meaning::Request
        | Meaning::Stream
        | Meaning::Messages => false,
    }
}

/// What of a log that several tools wrote is of a hypervisor, whose answers have no end of their own: from a line that only it
/// writes until one of another tool. Lines keep their numbers.
pub(crate) fn own_lines(bytes: &[u8], format: Format, found: &[(Format, u64)]) -> Vec<u8> {
    let is_other = |(other, _): &&(Format, u64)| *other != format;
    let others: Vec<Format> = found.iter().filter(is_other).map(|(other, _)| *other).collect();
    let lines: Vec<Line<'_>> = Lines::new(bytes).collect();
    let from = |line: &Line<'_>| {
        // The line is a part of the bytes.
        let at = (line.text.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize);
        bytes.get(at..).unwrap_or_default()
    };
    // A benchmark begins with the last line from which on it is recognised.
    let ahead = |line: &Line<'_>| -> Vec<Format> {
        let head = Head::new(from(line));
        others.iter().copied().filter(|other| other.recognises(&head)).collect()
    };
    let mut before: Option<(usize, Vec<Format>)> = None;
    let mut begins = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_blank()) {
        let found = ahead(line);
        if let Some((before, known)) = before.take()
            && known.iter().any(|known| !found.contains(known))
            && let Some(begins) = begins.get_mut(before)
        {
            *begins = true;
        }
        before = Some((at, found));
    }
    let mut own = true;
    let mut out = Vec::with_capacity(bytes.len());
    for (line, begins) in lines.iter().zip(begins) {
        let alone = Head::within(from(line), 1);
        if line.is_blank() {
        } else if format.recognises(&alone) {
            own = true;
        } else if begins || others.iter().any(|other| other.recognises(&alone)) {
            own = false;
        }
        if own {
            out.extend_from_slice(line.text);
        }
        if line.terminated {
            out.push(b'\n');
        }
    }
    out
}

/// The formats of which anything stands anywhere in a file, each with a line near which it begins: several tools write one
/// behind the other into a log, and the first lines are those of the first.
pub(crate) fn stacked(bytes: &[u8]) -> Vec<(Format, u64)> {
    let pairs = Pairs::of(bytes);
    let whole = LazyCell::new(|| Head::all(bytes));
    // What stands elsewhere may tell that the file is of something else.
    let possible = |candidate: &Candidate| match candidate.format.marks() {
        Marks::None | Marks::Head(_) | Marks::Binary => true,
        Marks::Anywhere(_) => candidate.format.recognises(&whole),
    };
    let all = FORMATS.iter().filter(|format| is_stacked(**format));
    let mut candidates: Vec<Candidate> =
        all.filter_map(|format| Candidate::new(*format, bytes, &pairs)).filter(possible).collect();
    let mut found: Vec<(Format, u64)> = Vec::new();
    let mut lines = Lines::new(bytes).filter(|line| !line.is_blank());
    let mut few = Vec::with_capacity(STEP);
    for _ in 0..STEPS {
        few.clear();
        few.extend(lines.by_ref().take(STEP));
        let Some(start) = few.first().copied().filter(|_| !candidates.is_empty()) else { break };
        // The line is a part of the bytes.
        let at = (start.text.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize);
        let from_here = bytes.get(at..).unwrap_or_default();
        let head = LazyCell::new(|| Head::new(from_here));
        // What stands further behind is found further behind.
        let near = Head::of_these(few, from_here, lines.clone().next().is_none());
        // A service may have answered little, but what it says at its end is no answer.
        let part = LazyCell::new(|| Head::within(from_here, STEP).going_on());
        candidates.retain_mut(|candidate| {
            let recognises = candidate.is_near(bytes, at)
                && match candidate.format.meaning().family() {
                    Family::Benchmark => candidate.format.recognises(&head),
                    Family::Service if near.whole => candidate.format.recognises(&part),
                    Family::Service | Family::Hypervisor => candidate.format.recognises(&near),
                    Family::Host | Family::Guest | Family::Client => false,
                };
            if recognises {
                found.push((candidate.format, start.number));
            }
            !recognises
        });
        few = near.lines;
    }
    found
}

/// A format of which something may stand in a file.
struct Candidate {
    format: Format,
    /// Words of which one stands near whatever is of the format, and where each comes next; none if there are no such words.
    marks: Option<Vec<(&'static [u8], Option<usize>)>>,
}

impl Candidate {
    /// None if nothing in the file can be of the format.
    fn new(format: Format, bytes: &[u8], pairs: &Pairs) -> Option<Self> {
        let first = |mark: &&'static [u8]| {
            let at = if pairs.may_hold(mark) { memchr::memmem::find(bytes, mark)? } else { return None };
            Some((*mark, Some(at)))
        };
        let marks: Option<Vec<_>> = match format.marks() {
            Marks::None | Marks::Binary => None,
            Marks::Head(marks) => Some(marks.iter().filter_map(first).collect()),
            Marks::Anywhere(marks) => Some(marks.iter().copied().flatten().filter_map(first).collect()),
        };
        let possible = marks.as_ref().is_none_or(|marks| !marks.is_empty());
        possible.then_some(Self { format, marks })
    }

    /// Whether it may be recognised by the lines from `at` on.
    fn is_near(&mut self, bytes: &[u8], at: usize) -> bool {
        let Some(marks) = &mut self.marks else { return true };
        let end = at.saturating_add(HEAD_BYTES);
        let mut near = false;
        for (mark, next) in marks {
            if next.is_some_and(|next| next < at) {
                let rest = bytes.get(at..).unwrap_or_default();
                *next = memchr::memmem::find(rest, mark).map(|next| next.saturating_add(at));
            }
            near |= next.is_some_and(|next| next < end);
        }
        near
    }
}

fn names(formats: &[Format]) -> String {
    formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// Which format the bytes are. By content only.
///
/// # Errors
///
/// If the file is empty, binary, of no known format, or of several; see [`DetectError`].
pub fn detect(bytes: &[u8]) -> Result<Format, DetectError> {
    if let Some(format) = of_binary(bytes) {
        return Ok(format);
    }
    if let Some(reason) = binary(bytes) {
        return Err(DetectError::Binary { reason });
    }
    let head = Head::new(without_bom(bytes)).for_many();
    let Some(first) = head.lines.first() else {
        return Err(DetectError::Empty);
    };
    let candidates = apart(FORMATS.iter().copied().filter(|format| format.recognises(&head)).collect());
    match candidates.as_slice() {
        [format] => Ok(*format),
        [] => match peel::recognised(without_bom(bytes), FORMATS).map(|(_, found)| apart(found)).as_deref() {
            Some([format]) => Ok(*format),
            _ => {
                if let Some(evidence) = terminal_table(&head) {
                    return Err(DetectError::TerminalTable { evidence });
                }
                let later: Vec<Format> =
                    stacked(without_bom(bytes)).into_iter().map(|(format, _)| format).collect();
                match later.as_slice() {
                    [format] => Ok(*format),
                    [] => Err(DetectError::Unknown {
                        first_line: excerpt(first.text),
                        nearest: nearest(without_bom(bytes)),
                    }),
                    _ => Err(DetectError::Ambiguous { candidates: later }),
                }
            }
        },
        _ => Err(DetectError::Ambiguous { candidates }),
    }
}

/// Every format of which the bytes hold results: one, or those of benchmarks, ping and hypervisors that wrote one behind the
/// other. By content only.
///
/// # Errors
///
/// Those of [`detect`], but for several of these.
pub fn detect_all(bytes: &[u8]) -> Result<Vec<Format>, DetectError> {
    all_from(bytes, detect(bytes))
}

/// [`detect_all`] of bytes that were asked already.
pub(crate) fn all_from(bytes: &[u8], first: Result<Format, DetectError>) -> Result<Vec<Format>, DetectError> {
    let mut found = match first {
        Ok(format) => vec![format],
        Err(DetectError::Ambiguous { candidates }) if candidates.iter().all(|found| is_stacked(*found)) => {
            candidates
        }
        Err(error) => return Err(error),
    };
    if found.iter().all(|format| is_stacked(*format)) {
        found.extend(stacked(without_bom(bytes)).into_iter().map(|(format, _)| format));
        found.extend(intervals(without_bom(bytes)));
    }
    found.sort_by_key(|format| FORMATS.iter().position(|known| known == format));
    found.dedup();
    Ok(found)
}

/// What a file is, of several formats that recognise it: what a tool tells of each interval stands beside its results.
fn apart(mut found: Vec<Format>) -> Vec<Format> {
    let is_work = |format: &Format| format.meaning() == Meaning::Work;
    if !found.iter().all(is_work) {
        found.retain(|format| !is_work(format));
    }
    found
}

/// What tools tell of each interval in a file of their results, anywhere in it, perhaps with a time in front of its lines.
fn intervals(bytes: &[u8]) -> Vec<Format> {
    let may_hold = |format: &&Format| match format.marks() {
        Marks::None | Marks::Binary => false,
        Marks::Head(marks) => marks.iter().any(|mark| memchr::memmem::find(bytes, mark).is_some()),
        Marks::Anywhere(lists) => {
            lists.iter().copied().flatten().any(|mark| memchr::memmem::find(bytes, mark).is_some())
        }
    };
    let work = FORMATS.iter().filter(|format| format.meaning() == Meaning::Work);
    let possible: Vec<Format> = work.filter(may_hold).copied().collect();
    if possible.is_empty() {
        return possible;
    }
    let whole = Head::all(bytes).for_many();
    let found: Vec<Format> = possible.iter().copied().filter(|format| format.recognises(&whole)).collect();
    match found.is_empty() {
        true => peel::recognised(bytes, &possible).map(|(_, found)| found).unwrap_or_default(),
        false => found,
    }
}

/// The format that is no text and begins so.
fn of_binary(bytes: &[u8]) -> Option<Format> {
    let mut formats = FORMATS.iter().copied().filter(|format| matches!(format.marks(), Marks::Binary));
    formats.find(|format| format.recognises(&Head::raw(bytes)))
}

/// Whether a file that begins so is no text.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    of_binary(bytes).is_some() || binary(bytes).is_some()
}

/// What kind of non-text the bytes are. No format of a log holds a NUL.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x1f\x8b", "it is compressed with gzip; unpack it first"),
        (b"BZh", "it is compressed with bzip2; unpack it first"),
        (b"\xfd7zXZ\0", "it is compressed with xz; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstd; unpack it first"),
        (b"PK\x03\x04", "it is a zip archive or a spreadsheet; unpack it, or export it as CSV"),
        (b"\xff\xfe", "it is UTF-16; convert it to UTF-8 first"),
        (b"\xfe\xff", "it is UTF-16; convert it to UTF-8 first"),
    ];
    let magic = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, reason)| *reason);
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    magic.or_else(|| memchr::memchr(0, head).map(|_| "it holds NUL bytes"))
}

/// What shows that the lines are a table for the terminal: colours and box drawing, the header, or rows
/// of numbers with units between bars.
fn terminal_table(head: &Head<'_>) -> Option<&'static str> {
    let has = |line: &Line<'_>, what: &[u8]| memchr::memmem::find(line.text, what).is_some();
    let mut rows = 0_usize;
    for line in &head.lines {
        let bars = has(line, b"|") || has(line, "│".as_bytes()) || has(line, ":".as_bytes());
        let box_drawing = has(line, "┄".as_bytes()) || has(line, "│".as_bytes());
        if box_drawing && has(line, b"\x1b[") {
            return Some("colours and box drawing");
        }
        if bars && (header_words(line.text) || has(line, b"--total-cpu-usage--")) {
            return Some("a header such as `usr sys idl` between bars");
        }
        rows += usize::from(row_with_units(line.text));
    }
    (rows >= 2 && rows.saturating_mul(2) > head.lines.len()).then_some("numbers with units between bars")
}

/// Whether `usr sys idl` or `recv send` stand side by side, as in the second header line of the table.
fn header_words(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line
        .split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'|' | b':'))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(3).any(|three| three == [b"usr".as_slice(), b"sys", b"idl"])
        || words.windows(2).any(|two| two == [b"recv".as_slice(), b"send"])
}

/// Whether a line consists of at least three cells between bars that hold numbers, some with a unit.
fn row_with_units(line: &[u8]) -> bool {
    let mut bars = 0_usize;
    let mut numbers = 0_usize;
    for cell in line.split(|byte| *byte == b'|') {
        bars += 1;
        for word in cell.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
            let number = word.strip_suffix(&[word.last().copied().unwrap_or_default()]).unwrap_or(word);
            let with_unit = matches!(word.last(), Some(b'B' | b'k' | b'M' | b'G' | b'T'))
                && (number.is_empty() || crate::text::float(number).is_some());
            if with_unit || crate::text::float(word).is_some() {
                numbers += 1;
            } else if !word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.')) {
                return false;
            }
        }
    }
    bars >= 4 && numbers >= 4
}
