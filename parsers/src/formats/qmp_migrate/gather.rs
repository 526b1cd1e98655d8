//! Messages out of lines: from a brace to the brace that closes it, whatever stands around them.
//!
//! Strings are known (a brace in one does not count) and end with their line. A message that is not closed
//! when the next one begins is cut. What a logger puts before every line of a message is left out.

use super::value::{self, Object};
use crate::lines::Line;
use crate::time::stamp::{self, Stamp};

/// What the lines are made of.
#[derive(Debug)]
pub(super) enum Piece<'a, 'b> {
    Message(Message<'a, 'b>),
    /// A message whose beginning is missing begins to go on here.
    Headless(Line<'a>),
    /// A line of something else.
    Other(Line<'a>),
}

/// A message, from brace to brace.
#[derive(Debug)]
pub(super) struct Message<'a, 'b> {
    /// Where it begins, and at which byte of the line.
    pub line: Line<'a>,
    pub start: usize,
    /// The number of the line in which it ends.
    pub end: u64,
    pub text: &'b [u8],
    /// What it says, where that is known already.
    pub object: Option<Object<'a>>,
    /// The time that stands before it.
    pub stamp: Option<Stamp>,
    /// Nothing is behind it on its line, and no other message before it.
    pub last: bool,
    /// Its end is missing; at the end of the file, or before another message.
    pub cut: Option<Cut>,
}

impl Message<'_, '_> {
    /// Whether nothing but a time and an arrow is on the line.
    pub fn is_alone(&self) -> bool {
        self.last && is_envelope(self.line.text.get(..self.start).unwrap_or_default())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    AtEnd,
    Before,
}

/// A message whose end has not come yet.
#[derive(Debug)]
struct Open<'a> {
    line: Line<'a>,
    start: usize,
    end: u64,
    text: Vec<u8>,
    depth: usize,
    stamp: Option<Stamp>,
    /// Nothing has come yet but the brace.
    bare: bool,
}

#[derive(Debug, Default)]
pub(super) struct Gatherer<'a> {
    open: Option<Open<'a>>,
    /// A time alone on a line: that of the next message.
    pending: Option<Stamp>,
    headless: bool,
}

enum Scan {
    /// Closed by the byte before this position.
    Closed(usize),
    Open(usize),
}

/// Follows braces from `depth` on.
fn scan(text: &[u8], mut depth: usize) -> Scan {
    let mut at = 0_usize;
    while let Some(byte) = text.get(at) {
        at = at.saturating_add(1);
        match byte {
            b'"' | b'\'' => at = end_of_string(text, at, *byte),
            b'{' => depth = depth.saturating_add(1),
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Scan::Closed(at);
                }
            }
            _ => {}
        }
    }
    Scan::Open(depth)
}

/// Behind the quote that closes the string from `at` on, or at the end of the text.
fn end_of_string(text: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(found) = memchr::memchr2(quote, b'\\', text.get(at..).unwrap_or_default()) {
        at = at.saturating_add(found).saturating_add(1);
        if text.get(at.saturating_sub(1)) == Some(&quote) {
            return at;
        }
        // What a backslash stands before is a part of the string.
        at = at.saturating_add(1);
    }
    text.len()
}

/// Whether a brace with this behind it may begin a message.
fn plausible(after: &[u8]) -> bool {
    matches!(after.trim_ascii_start(), [] | [b'"' | b'\'' | b'}', ..] | [b'u', b'"' | b'\'', ..])
}

/// Whether the text has a brace followed by this key.
pub(super) fn begins_with_key(text: &[u8], key: &[u8]) -> bool {
    memchr::memchr_iter(b'{', text).any(|at| {
        let after = text.get(at.saturating_add(1)..).unwrap_or_default().trim_ascii_start();
        let after = after.strip_prefix(b"u").unwrap_or(after);
        after.split_first().is_some_and(|(quote, rest)| {
            let rest = rest.strip_prefix(key).filter(|_| matches!(quote, b'"' | b'\''));
            rest.is_some_and(|rest| rest.first() == Some(quote))
        })
    })
}

/// Whether the line is of a log of libvirt.
pub(super) fn is_libvirt(text: &[u8]) -> bool {
    const MARKS: [&[u8]; 4] =
        [b"QEMU_MONITOR_", b"qemuMonitor", b"virJSONValue", b": info : libvirt version:"];
    // Most of what is asked is short, and has none of the letters.
    memchr::memchr3(b'M', b'J', b':', text).is_some()
        && MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some())
}

/// What stands before a message as far as it is looked at: an array on one line may be long.
pub(super) fn near(prefix: &[u8]) -> &[u8] {
    prefix.get(..400).unwrap_or(prefix)
}

/// Whether the text before a message says that it is only repeated: libvirt logs each several times.
fn is_repeated(prefix: &[u8]) -> bool {
    let prefix = near(prefix);
    const TAKEN: [&[u8]; 3] =
        [b"QEMU_MONITOR_RECV_REPLY", b"QEMU_MONITOR_RECV_EVENT", b"QEMU_MONITOR_SEND_MSG"];
    is_libvirt(prefix) && !TAKEN.iter().any(|mark| memchr::memmem::find(prefix, mark).is_some())
}

impl<'a> Gatherer<'a> {
    pub fn line(&mut self, line: Line<'a>, sink: &mut impl FnMut(Piece<'a, '_>)) {
        let Some(mut open) = self.open.take() else { return self.fresh(line, 0, sink) };
        if open.is_overtaken(line.text) {
            open.give(Some(Cut::Before), sink);
            return self.fresh(line, 0, sink);
        }
        let Some(from) = open.goes_on(line.text) else {
            if line.is_blank() || !open.bare {
                if !line.is_blank() {
                    sink(Piece::Other(line));
                }
                self.open = Some(open);
            } else {
                // A brace of something else.
                sink(Piece::Other(open.line));
                self.fresh(line, 0, sink);
            }
            return;
        };
        let rest = line.text.get(from..).unwrap_or_default();
        open.bare = false;
        open.end = line.number;
        open.text.push(b'\n');
        match scan(rest, open.depth) {
            Scan::Closed(end) => {
                open.text.extend_from_slice(rest.get(..end).unwrap_or_default());
                open.give(None, sink);
                self.fresh(line, from.saturating_add(end), sink);
            }
            Scan::Open(depth) => {
                open.text.extend_from_slice(rest);
                open.depth = depth;
                self.open = Some(open);
            }
        }
    }

    /// The messages of a line from a byte on, outside of any.
    fn fresh(&mut self, line: Line<'a>, mut from: usize, sink: &mut impl FnMut(Piece<'a, '_>)) {
        let whole = from == 0;
        let mut found = false;
        let mut stamped: Option<Stamp> = None;
        while let Some(at) = memchr::memchr(b'{', line.text.get(from..).unwrap_or_default()) {
            let start = from.saturating_add(at);
            let text = line.text.get(start..).unwrap_or_default();
            let prefix = line.text.get(..start).unwrap_or_default();
            from = start.saturating_add(1);
            if !plausible(text.get(1..).unwrap_or_default()) || is_repeated(prefix) {
                continue;
            }
            if !found {
                stamped = stamp::anywhere(prefix).or_else(|| self.pending.take());
            }
            found = true;
            self.headless = false;
            let (object, scan) = match value::plain(text) {
                Some((object, end)) => (Some(object), Scan::Closed(end)),
                None => (None, scan(text, 0)),
            };
            match scan {
                Scan::Closed(end) => {
                    let (text, rest) = text.split_at_checked(end).unwrap_or((text, b""));
                    let last = whole && rest.trim_ascii().is_empty();
                    let (stamp, end_line) = (stamped, line.number);
                    let message =
                        Message { line, start, end: end_line, text, object, stamp, last, cut: None };
                    sink(Piece::Message(message));
                    from = start.saturating_add(end);
                }
                Scan::Open(depth) => {
                    let bare = text.trim_ascii() == b"{";
                    let text = text.to_vec();
                    self.open =
                        Some(Open { line, start, end: line.number, text, depth, stamp: stamped, bare });
                    return;
                }
            }
        }
        if !found && whole {
            self.without(line, sink);
        }
    }

    /// A line without a message.
    fn without(&mut self, line: Line<'a>, sink: &mut impl FnMut(Piece<'a, '_>)) {
        if line.is_blank() {
            return;
        }
        if let Some(stamp) = stamp::alone(line.text) {
            self.pending = Some(stamp);
            return;
        }
        let text = line.text.trim_ascii();
        // libvirt breaks its lines behind a message.
        let tail = text.starts_with(b"fd=") || text.starts_with(b"len=");
        if tail || is_repeated(line.text) || matches!(text, b"[" | b"]" | b"," | b"],") {
            return;
        }
        if is_member(line.text) {
            if !std::mem::replace(&mut self.headless, true) {
                sink(Piece::Headless(line));
            }
            return;
        }
        if !text.contains(&b'}') {
            sink(Piece::Other(line));
        }
    }

    /// What is open at the end of the file is cut.
    pub fn end(&mut self, sink: &mut impl FnMut(Piece<'a, '_>)) {
        if let Some(open) = self.open.take() {
            open.give(Some(Cut::AtEnd), sink);
        }
    }
}

/// Whether the text before a message is nothing but a time and an arrow.
fn is_envelope(prefix: &[u8]) -> bool {
    let rest = stamp::leading(prefix).map_or(prefix, |(_, rest)| rest).trim_ascii();
    rest.iter().all(|byte| matches!(byte, b'<' | b'>' | b'-' | b'=' | b':' | b'[' | b','))
}

/// Whether a line is a member of an object, as it stands on a line of its own.
fn is_member(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| matches!(byte, b'"' | b'\'')) else { return false };
    let (Some(quote), Some(rest)) = (text.get(at), text.get(at.saturating_add(1)..)) else { return false };
    let Some(end) = memchr::memchr(*quote, rest) else { return false };
    let (key, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b'{' | b'[' | b']');
    let value = after.get(1..).unwrap_or_default().trim_ascii();
    !key.is_empty() && key.iter().all(word) && value.starts_with(b":") && value.last().is_some_and(ends)
}

impl<'a> Open<'a> {
    fn prefix(&self) -> &'a [u8] {
        self.line.text.get(..self.start).unwrap_or_default()
    }

    /// Whether another message begins on this line although this one is not closed.
    fn is_overtaken(&self, text: &[u8]) -> bool {
        const FIRST: [&[u8]; 6] = [b"return", b"execute", b"event", b"timestamp", b"error", b"QMP"];
        let indent = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let same = text.get(indent) == Some(&b'{')
            && indent <= self.start
            && self.prefix().trim_ascii().is_empty()
            && !self.text.trim_ascii_end().ends_with(b"[");
        same || FIRST.iter().any(|key| begins_with_key(text, key))
    }

    /// From which byte on a line belongs to this message.
    fn goes_on(&self, text: &[u8]) -> Option<usize> {
        let prefix = self.prefix();
        if prefix.trim_ascii().is_empty() {
            return is_inside(text).then_some(0);
        }
        let behind = text.get(prefix.len()..).filter(|rest| is_inside(rest));
        if text.starts_with(prefix) || (behind.is_some() && !is_inside(text)) {
            behind.map(|_| prefix.len())
        } else {
            is_inside(text).then_some(0)
        }
    }

    fn give(self, cut: Option<Cut>, sink: &mut impl FnMut(Piece<'a, '_>)) {
        let Self { line, start, end, text, stamp, .. } = self;
        sink(Piece::Message(Message { line, start, end, text: &text, object: None, stamp, last: true, cut }));
    }
}

/// Whether a line looks like a part of a message of several lines.
fn is_inside(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    match text {
        [b'"' | b'\'' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b',', ..] | [b'u', b'"' | b'\'', ..] => {
            true
        }
        [b'0'..=b'9' | b'-', ..] => {
            text.iter().all(|byte| byte.is_ascii_digit() || b".,-]})e+ \t".contains(byte))
        }
        _ => {
            let word = text.split(|byte| matches!(byte, b',' | b']' | b'}')).next().unwrap_or_default();
            matches!(word, b"true" | b"false" | b"null" | b"True" | b"False" | b"None")
        }
    }
}
