//! fping, which asks several hosts in turn and numbers the requests to each from 0.
//!
//! ```text
//! 10.0.0.1 : [0], 64 bytes, 0.07 ms (0.07 avg, 0% loss)
//! 10.0.0.2 : [0], timed out (NaN avg, 100% loss)
//! 10.0.0.1 : duplicate for [0], 64 bytes, 75.8 ms
//! 10.0.0.1 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.07/0.07/0.07
//! ```

use memchr::memmem::find;

use super::event::{Content, Event, Kind, Rtt, Tool, number, reports_error};
use super::summary::{Summary, slashes};
use crate::text::{float, split_once, unsigned, words};

pub(super) fn read(text: &[u8]) -> Option<Content<'_>> {
    if text.starts_with(b"fping: ") {
        return Some(Content::Message);
    }
    if text.starts_with(b"ICMP ") && find(text, b" for ICMP Echo sent to ").is_some() && reports_error(text) {
        return Some(Content::Unnumbered);
    }
    let Some(at) = find(text, b" : ") else {
        return statistics(text).then_some(Content::Remark);
    };
    let (host, rest) = text.split_at_checked(at)?;
    let host = host.trim_ascii();
    let rest = rest.get(3..)?;
    if host.is_empty() || host.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    counts(host, rest).or_else(|| event(host, rest)).or_else(|| all_times(rest).then_some(Content::Remark))
}

fn event<'a>(host: &'a [u8], text: &'a [u8]) -> Option<Content<'a>> {
    let duplicate = text.strip_prefix(b"duplicate for ");
    let (digits, rest) = split_once(duplicate.unwrap_or(text).strip_prefix(b"[")?, b']')?;
    let number = Some(number(digits)?);
    let rest = rest.strip_prefix(b", ")?;
    let parts = Event { tool: Some(Tool::Fping), host: Some(host), ..Event::new(Kind::Timeout, number) };
    if let Some(rest) = rest.strip_prefix(b"timed out") {
        return Some(Content::Event(Event { left_over: not_average(rest), ..parts }));
    }
    let mut start = words(rest);
    unsigned(start.next()?.1)?;
    if start.next()?.1 != b"bytes," {
        return None;
    }
    let kind = if duplicate.is_some() { Kind::Duplicate } else { Kind::Reply };
    let parts = Event { tool: Some(Tool::Fping), host: Some(host), ..Event::new(kind, number) };
    let (Some((at, value)), unit) = (start.next(), start.next()) else {
        return Some(Content::Event(Event { whole: false, ..parts }));
    };
    let rtt = float(value).filter(|rtt| *rtt >= 0.0).map_or(Rtt::Unreadable, Rtt::Millis);
    let whole = unit.is_some_and(|(_, unit)| unit == b"ms");
    let after = unit.map_or(at.saturating_add(value.len()), |(at, unit)| at.saturating_add(unit.len()));
    let left_over = not_average(rest.get(after..).unwrap_or_default());
    Some(Content::Event(Event { rtt, whole, left_over, ..parts }))
}

/// Everything but ` (0.07 avg, 0% loss)` and ` [<- 10.0.0.9]`.
fn not_average(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    let known = text.is_empty() || text.starts_with(b"(") || text.starts_with(b"[<- ");
    (!known).then_some(text)
}

fn counts<'a>(host: &'a [u8], text: &[u8]) -> Option<Content<'a>> {
    let rest = text.strip_prefix(b"xmt/rcv/%loss = ").or_else(|| text.strip_prefix(b"xmt/rcv/%return = "))?;
    let lost = text.starts_with(b"xmt/rcv/%loss");
    let (counts, rest) = split_once(rest, b',').unwrap_or((rest, b""));
    let mut values = counts.split(|byte| *byte == b'/');
    let transmitted = unsigned(values.next()?)?;
    let received = unsigned(values.next()?)?;
    let percent = values.next()?.trim_ascii().strip_suffix(b"%").and_then(float).filter(|_| lost);
    let times = rest.trim_ascii().strip_prefix(b"min/avg/max = ").and_then(|values| slashes(values, false));
    let summary = Summary { transmitted, received, loss_percent: percent, ..Summary::default() };
    Some(Content::HostCounts { host, summary, times })
}

/// All times of a host at the end, of `-C`: `0.011 - 0.046`.
fn all_times(text: &[u8]) -> bool {
    !text.is_empty() && words(text).all(|(_, word)| word == b"-" || float(word).is_some())
}

/// The lines of `-s`.
fn statistics(text: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[
        b" targets",
        b" alive",
        b" unreachable",
        b" unknown addresses",
        b" timeouts (waiting for response)",
        b" ICMP Echos sent",
        b" ICMP Echo Replies received",
        b" other ICMP received",
        b" round trip time)",
        b" (elapsed real time)",
    ];
    words(text).next().is_some_and(|(_, word)| float(word).is_some())
        && ENDS.iter().any(|end| text.ends_with(end))
}
