//! ping of Windows, in English and German. It does not number its requests.
//!
//! ```text
//! Pinging asam [10.0.0.1] with 32 bytes of data:
//! Reply from 10.0.0.1: bytes=32 time<1ms TTL=128
//! Request timed out.
//! Reply from 10.0.0.9: Destination host unreachable.
//! Ping statistics for 10.0.0.1:
//!     Packets: Sent = 3, Received = 2, Lost = 1 (33% loss),
//! ```
//!
//! The German words hold an `ü` in whatever code page the console had, so they are compared without it.

use memchr::memmem::find;

use super::event::{Content, Event, Kind, Rtt, Tool, time};
use super::summary::{Summary, Times};
use crate::text::{float, split_once, unsigned, words};

pub(super) fn read(text: &[u8]) -> Option<Content<'_>> {
    reply(text)
        .or_else(|| no_reply(text).then(|| event(Kind::Timeout)))
        .or_else(|| failure(text).then(|| event(Kind::Unreachable)))
        .or_else(|| header(text))
        .or_else(|| counts(text).map(Content::Counts))
        .or_else(|| times(text).map(Content::Times))
        .or_else(|| other(text))
}

/// Whether a line that cannot be read was one about a request.
pub(super) fn may_be_reply(text: &[u8]) -> bool {
    text.starts_with(b"Reply from ") || text.starts_with(b"Antwort von ")
}

fn event(kind: Kind) -> Content<'static> {
    Content::Event(Event { tool: Some(Tool::Windows), ..Event::new(kind, None) })
}

/// The words before and after the `ü` of any encoding.
fn umlaut(text: &[u8], before: &[u8], after: &[u8]) -> bool {
    let letter = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    letter.is_some_and(|letter| (1..=3).contains(&letter.len()) && !letter.is_ascii())
}

/// `Reply from 10.0.0.1: bytes=32 time<1ms TTL=128`, or an error in place of the fields.
fn reply(text: &[u8]) -> Option<Content<'_>> {
    let rest = text.strip_prefix(b"Reply from ").or_else(|| text.strip_prefix(b"Antwort von "))?;
    let (at, host) = words(rest).next()?;
    host.strip_suffix(b":")?;
    let rest = rest.get(at.saturating_add(host.len())..).unwrap_or_default().trim_ascii();
    let mut parts = Event { tool: Some(Tool::Windows), whole: false, ..Event::new(Kind::Reply, None) };
    if !rest.is_empty() && memchr::memchr(b'=', rest).is_none() && find(rest, b"<").is_none() {
        // A sentence: `Destination host unreachable.`
        let whole = rest.ends_with(b".");
        return whole.then_some(Content::Event(Event {
            kind: Kind::Unreachable,
            counted: false,
            whole,
            ..parts
        }));
    }
    for (at, word) in words(rest) {
        if let Some((rtt, unit)) = time(word) {
            (parts.rtt, parts.whole) = (rtt, unit);
        } else if ![b"bytes=".as_slice(), b"Bytes=", b"TTL="].iter().any(|key| word.starts_with(key)) {
            parts.left_over = rest.get(at..);
            break;
        }
    }
    (parts.rtt != Rtt::None).then_some(Content::Event(parts))
}

fn no_reply(text: &[u8]) -> bool {
    text == b"Request timed out." || umlaut(text, b"Zeit", b"berschreitung der Anforderung.")
}

/// What stands alone on a line when a request could not be sent or not be delivered.
fn failure(text: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"Destination host unreachable.",
        b"Destination net unreachable.",
        b"Zielhost nicht erreichbar.",
        b"Zielnetz nicht erreichbar.",
        b"General failure.",
        b"Allgemeiner Fehler.",
        b"Hardware error.",
        b"Hardwarefehler.",
    ];
    WORDS.contains(&text)
        || text.starts_with(b"PING: transmit failed")
        || text.starts_with(b"PING: Fehler bei der ")
}

fn header(text: &[u8]) -> Option<Content<'_>> {
    let tool = Some(Tool::Windows);
    if let Some(rest) = text.strip_prefix(b"Pinging ") {
        let known = find(rest, b" with ").is_some() && rest.ends_with(b" bytes of data:");
        return known.then_some(Content::Header { target: words(rest).next()?.1, tool });
    }
    let rest = text.strip_prefix(b"Ping ")?;
    if find(rest, b" mit ").is_none() || !rest.ends_with(b" Bytes Daten:") {
        return None;
    }
    // `Ping wird ausgeführt für 10.0.0.1 mit 32 Bytes Daten:`; the oldest: `Ping 10.0.0.1 mit 32 Bytes Daten:`
    let nth = if rest.starts_with(b"wird ") { 3 } else { 0 };
    Some(Content::Header { target: words(rest).nth(nth)?.1, tool })
}

/// `Packets: Sent = 4, Received = 3, Lost = 1 (25% loss),`
fn counts(text: &[u8]) -> Option<Summary> {
    let rest = text.strip_prefix(b"Packets: ").or_else(|| text.strip_prefix(b"Pakete: "))?;
    let mut values = rest.split(|byte| *byte == b',').map(|part| {
        let (_, value) = split_once(part, b'=')?;
        unsigned(words(value).next()?.1)
    });
    let (transmitted, received, lost) = (values.next()??, values.next()??, values.next()??);
    let loss_percent = split_once(rest, b'(')
        .and_then(|(_, loss)| split_once(loss, b'%'))
        .and_then(|(percent, _)| float(percent))
        // In German it may stand on the next line; Windows cuts off the fraction.
        .or_else(|| u32::try_from(lost.checked_mul(100)?.checked_div(transmitted)?).ok().map(f64::from));
    Some(Summary { transmitted, received, loss_percent, ..Summary::default() })
}

/// `Minimum = 0ms, Maximum = 16ms, Average = 5ms`
fn times(text: &[u8]) -> Option<Times> {
    if !text.starts_with(b"Minimum = ") {
        return None;
    }
    let mut values = text.split(|byte| *byte == b',').map(|part| {
        let (_, value) = split_once(part, b'=')?;
        float(value.trim_ascii().strip_suffix(b"ms")?)
    });
    let (min, max, avg) = (values.next()??, values.next()??, values.next()??);
    Some(Times { min, avg, max, mdev: None })
}

fn other(text: &[u8]) -> Option<Content<'_>> {
    if text.starts_with(b"Ping statistics for ") || text.starts_with(b"Ping-Statistik f") {
        return Some(Content::Banner { tool: Some(Tool::Windows) });
    }
    // Line 2 of the German counts.
    let loss = text.strip_prefix(b"(").and_then(|text| split_once(text, b'%'));
    let remark = loss.is_some_and(|(percent, rest)| float(percent).is_some() && rest == b" Verlust),")
        || text.starts_with(b"Approximate round trip times in ")
        || text.starts_with(b"Ca. Zeitangaben in ")
        || [b"Control-C".as_slice(), b"Control-Break", b"STRG-C", b"STRG-Untbr"].contains(&text)
        // The prompt: `C:\>ping 10.0.0.1`
        || (text.get(1..3) == Some(b":\\") && find(text, b">").is_some());
    remark.then_some(Content::Remark)
}
