//! Records of a log: a line with what stands before its message, and in xend's log the lines that belong to it.
//!
//! xend writes the output of `xc_save` as one line, with the `\r` and `\b` in it. A terminal, a mail or an editor turns
//! them into several lines, of which only the first has xend's head.

use crate::text::{split_once, unsigned, words};
use crate::time::stamp::{self, Stamp};
use crate::time::yearless;

/// Most lines that are taken for the rest of one record.
const REST: usize = 64;

/// Who wrote a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Writer {
    Xend,
    /// syslog, for xenguest and emu-manager of XenServer and others.
    Syslog,
    /// A terminal, or a file in the place of one.
    #[default]
    Terminal,
}

/// What stands before a message.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Origin {
    pub writer: Writer,
    pub stamp: Option<Stamp>,
    /// There is a time, but of no year.
    pub without_year: bool,
    /// Of xend, or of a program that writes its own.
    pub pid: Option<u64>,
    /// The thread that the message names itself.
    pub thread: Option<u64>,
    /// The VM that the program works for.
    pub domain: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// Of its first line.
    pub number: u64,
    /// All of it.
    pub text: &'a [u8],
    /// False if the file ends in it.
    pub terminated: bool,
    pub origin: Origin,
    pub message: &'a [u8],
}

impl Record<'_> {
    /// The number of its last line.
    pub fn last(&self) -> u64 {
        let ends = memchr::memchr_iter(b'\n', self.text.trim_ascii_end()).count();
        self.number.saturating_add(u64::try_from(ends).unwrap_or(u64::MAX))
    }
}

/// Iterator over the records of a log.
#[derive(Clone, Debug)]
pub(super) struct Records<'a> {
    rest: &'a [u8],
    number: u64,
    /// What stood in the brackets of xend's last line: several lines have the same.
    brackets: Brackets<'a>,
}

/// What stands in the brackets before a line of xend's.
#[derive(Clone, Copy, Debug, Default)]
struct Brackets<'a> {
    text: &'a [u8],
    stamp: Option<Stamp>,
    pid: Option<u64>,
}

impl<'a> Records<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 1, brackets: Brackets::default() }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let mut end = line_end(self.rest, 0);
        let mut lines = 1;
        let line = without_end(self.rest.get(..end).unwrap_or_default());
        let (origin, message) = head_after(line, &mut self.brackets);
        if origin.writer == Writer::Xend {
            while lines <= REST && self.rest.get(end).is_some_and(|_| !is_head(self.rest, end)) {
                end = line_end(self.rest, end);
                lines += 1;
            }
        }
        let (whole, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, b""));
        let text = without_end(whole);
        // The message goes on to the end of the record.
        let before = without_end(whole.get(..line_end(whole, 0)).unwrap_or_default()).len() - message.len();
        self.rest = rest;
        self.number = self.number.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        Some(Record {
            number,
            text,
            terminated: whole.ends_with(b"\n"),
            origin,
            message: text.get(before..).unwrap_or_default(),
        })
    }
}

/// Where the line from `start` on ends, its `\n` included.
fn line_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| start.saturating_add(end).saturating_add(1))
}

fn without_end(mut text: &[u8]) -> &[u8] {
    while let Some((b'\n' | b'\r', before)) = text.split_last() {
        text = before;
    }
    text
}

/// Whether a line of xend's begins here.
fn is_head(bytes: &[u8], start: usize) -> bool {
    matches!(bytes.get(start..), Some([b'[', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..]))
}

/// What stands before the message of a line, and the message.
pub(super) fn head(line: &[u8]) -> (Origin, &[u8]) {
    head_after(line, &mut Brackets::default())
}

fn head_after<'a>(line: &'a [u8], brackets: &mut Brackets<'a>) -> (Origin, &'a [u8]) {
    if is_head(line, 0)
        && let Some(found) = xend(line, brackets)
    {
        return found;
    }
    let mut origin = Origin::default();
    let mut rest = line;
    if let Some((stamp, after)) = stamp::leading(line)
        && after.first().is_some_and(u8::is_ascii_whitespace)
    {
        origin.stamp = Some(stamp);
        rest = after.trim_ascii_start();
    } else if let Some(after) = yearless::syslog(line) {
        origin.without_year = true;
        rest = after;
    }
    if (origin.stamp.is_some() || origin.without_year)
        && let Some((program, pid, message)) = syslog(rest, origin.without_year)
    {
        let emulator = program.starts_with(b"xenguest-") || program.starts_with(b"emu-manager-");
        let domain = program.split(|byte| *byte == b'-').find_map(unsigned).filter(|_| emulator);
        return (
            Origin { writer: Writer::Syslog, pid: pid.filter(|_| !emulator), domain, ..origin },
            message,
        );
    }
    // Xen's tools write their process after their time.
    if let Some(inside) = rest.strip_prefix(b"[")
        && let Some((pid, after)) = split_once(inside, b']')
        && let Some(pid) = unsigned(pid)
        && origin.stamp.is_some()
    {
        return (Origin { pid: Some(pid), ..origin }, after.trim_ascii_start());
    }
    (origin, rest)
}

/// `[2012-03-09 13:37:12 xend 3113] INFO (XendCheckpoint:498) `
fn xend<'a>(line: &'a [u8], brackets: &mut Brackets<'a>) -> Option<(Origin, &'a [u8])> {
    let (text, rest) = split_once(line.strip_prefix(b"[")?, b']')?;
    if brackets.text != text || brackets.stamp.is_none() {
        let (stamp, logger) = stamp::read(text)?;
        let pid = words(logger).find_map(|(_, word)| unsigned(word));
        *brackets = Brackets { text, stamp: Some(stamp), pid };
    }
    let rest = rest.strip_prefix(b" ")?;
    let (level, rest) = split_once(rest, b' ')?;
    let (place, rest) = split_once(rest.strip_prefix(b"(")?, b')')?;
    if !level.iter().all(u8::is_ascii_uppercase) || !place.contains(&b':') {
        return None;
    }
    let message = rest.strip_prefix(b" ").unwrap_or(rest);
    let (thread, message) = thread(message).map_or((None, message), |(thread, rest)| (Some(thread), rest));
    let Brackets { stamp, pid, .. } = *brackets;
    Some((Origin { writer: Writer::Xend, stamp, pid, thread, ..Origin::default() }, message))
}

/// `Thread-888:`
fn thread(message: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = split_once(message.strip_prefix(b"Thread-")?, b':')?;
    Some((unsigned(number)?, rest))
}

/// `xenserver12 emu-manager-1[17945]: `
fn syslog(rest: &[u8], without_year: bool) -> Option<(&[u8], Option<u64>, &[u8])> {
    let (_, rest) = split_once(rest, b' ')?;
    let (tag, message) = split_once(rest, b' ')?;
    let tag = tag.strip_suffix(b":")?;
    match tag.strip_suffix(b"]").and_then(|tag| split_once(tag, b'[')) {
        Some((program, pid)) => Some((program, unsigned(pid), message)),
        // Behind another time these may be words of a message.
        None => Some((tag, None, message)).filter(|_| without_year),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::NANOS;
    use crate::time::zone::Zone;

    #[test]
    fn what_stands_before_a_message() {
        let wall = |nanos: i64, zone: &str| Some(Stamp::Wall { nanos, zone: Zone::of(zone.as_bytes()) });
        let local = wall(1_331_300_232 * NANOS, "");
        let origin = Origin::default();
        let xend = Origin { writer: Writer::Xend, stamp: local, pid: Some(3113), ..origin };
        for (line, expected) in [
            ("[2012-03-09 13:37:12 xend 3113] INFO (XendCheckpoint:498) m", xend),
            ("[2012-03-09 13:37:12 xend.XendDomainInfo 3113] DEBUG (XendDomainInfo:1335) m", xend),
            (
                "[2012-03-09 13:37:12,250 1771 1280141632] INFO (X:764) Thread-888:m",
                Origin {
                    stamp: wall(1_331_300_232 * NANOS + NANOS / 4, ""),
                    pid: Some(1771),
                    thread: Some(888),
                    ..xend
                },
            ),
            ("[2012-03-09 13:37:12 xend] ERROR (X:1) m", Origin { pid: None, ..xend }),
            (
                "2012-03-09 13:37:12 UTC [77] m",
                Origin { stamp: wall(1_331_300_232 * NANOS, "UTC"), pid: Some(77), ..origin },
            ),
            ("[1331300232] m", Origin { stamp: Some(Stamp::Epoch(1_331_300_232.0)), ..origin }),
            (
                "Mar  9 13:37:12 host emu-manager-4[17]: m",
                Origin { writer: Writer::Syslog, without_year: true, domain: Some(4), ..origin },
            ),
            ("m", origin),
        ] {
            assert_eq!(head(line.as_bytes()), (expected, b"m".as_slice()), "{line}");
        }
    }

    #[test]
    fn lines_without_a_head_belong_to_the_record_before() {
        let log = b"a\nb\r\n[2012-03-09 13:37:12 xend 1] INFO (X:1) c\r\nd\n\n[2012-03-09 13:37:12 xend 1] INFO (X:1) e\nf";
        let records: Vec<_> = Records::new(log).map(|it| (it.number, it.message, it.terminated)).collect();
        let expected: [(u64, &[u8], bool); 4] =
            [(1, b"a", true), (2, b"b", true), (3, b"c\r\nd", true), (6, b"e\nf", false)];
        assert_eq!(records, expected);
    }
}
