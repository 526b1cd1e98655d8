//! One line of any ping, put into one of the kinds that the reader tells apart.
//!
//! Windows and fping have files of their own; the words of the others are here. German words are those of
//! iputils' own translation.

use memchr::memmem::find;

use super::event::{Content, Event, Kind, Rtt, Tool, number, reports_error, time};
use super::{fping, summary, windows};
use crate::text::{float, split_once, unsigned, words};
use crate::time::epoch;

/// The time stamp of `-D` before a line, if there is one, and the rest of the line.
pub(super) fn stamp(line: &[u8]) -> (Option<f64>, &[u8]) {
    let stamped = || {
        let (stamp, rest) = split_once(line.strip_prefix(b"[")?, b']')?;
        let (seconds, decimals) = epoch::seconds(stamp)?;
        Some((Some(seconds).filter(|_| (1..=9).contains(&decimals))?, rest.strip_prefix(b" ")?))
    };
    stamped().map_or((None, line), |(seconds, rest)| (Some(seconds), rest))
}

/// Reads a line without its time stamp.
pub(super) fn read(line: &[u8]) -> Content<'_> {
    let text = line.trim_ascii();
    // The terminal shows the key that ended ping.
    let text = text.strip_prefix(b"^C").unwrap_or(text);
    reply(text)
        .or_else(|| icmp_error(text))
        .or_else(|| silence(text))
        .or_else(|| hping(text))
        .or_else(|| fping::read(text))
        .or_else(|| windows::read(text))
        .or_else(|| header(text))
        .or_else(|| summary::counts(text).map(Content::Counts))
        .or_else(|| summary::times(text).map(Content::Times))
        .or_else(|| other(text))
        .unwrap_or(Content::Unknown)
}

/// `64 bytes from HOST: icmp_seq=1 ttl=64 time=0.412 ms (DUP!)`
fn reply(text: &[u8]) -> Option<Content<'_>> {
    let mut start = words(text);
    unsigned(start.next()?.1)?;
    let (bytes, from) = (start.next()?.1, start.next()?.1);
    if !matches!((bytes, from), (b"bytes", b"from") | (b"Bytes", b"von")) {
        return None;
    }
    let Some((event, rest)) = numbered(text) else {
        // BSD: `92 bytes from HOST (IP): Destination Host Unreachable`, without a number.
        return reports_error(text)
            .then_some(Content::Unnumbered)
            .or_else(|| redirect(text).then_some(Content::Message));
    };
    let mut event = Event { number_whole: !rest.is_empty(), ..event };
    fields(&mut event, rest);
    Some(Content::Event(event))
}

/// A reply with the first number in the text, and what follows the number.
fn numbered(text: &[u8]) -> Option<(Event<'_>, &[u8])> {
    for (at, word) in words(text) {
        let (tool, digits) = if let Some(digits) = word.strip_prefix(b"icmp_seq=") {
            (None, digits)
        } else if let Some(digits) = word.strip_prefix(b"icmp_req=") {
            (Some(Tool::Iputils), digits)
        } else if let Some(digits) = word.strip_prefix(b"seq=") {
            (Some(Tool::Busybox), digits)
        } else {
            continue;
        };
        // Solaris and the oldest BSDs: `icmp_seq=0. time=…`
        let number = number(digits.strip_suffix(b".").unwrap_or(digits))?;
        let rest = text.get(at.saturating_add(word.len())..).unwrap_or_default();
        return Some((Event { tool, ..Event::new(Kind::Reply, Some(number)) }, rest.trim_ascii()));
    }
    None
}

/// What follows the number of a reply: `ttl=64 time=0.412 ms (DUP!)`.
fn fields<'a>(event: &mut Event<'a>, text: &'a [u8]) {
    /// Marks; whether the content is damaged, and whether ping counts the reply all the same.
    const MARKS: &[(&[u8], Option<Kind>, bool)] = &[
        (b"(DUP!)", Some(Kind::Duplicate), true),
        (b"(BAD CHECKSUM!)", Some(Kind::Damaged), false),
        (b"(FALSCHE PR\xc3\x9cFSUMME!)", Some(Kind::Damaged), false),
        (b"(truncated)", Some(Kind::Damaged), true),
        (b"(abgeschnitten)", Some(Kind::Damaged), true),
        (b"(DIFFERENT ADDRESS!)", None, true),
        (b"(ANDERE ADRESSE!)", None, true),
        (b"(same route)", None, true),
    ];
    event.whole = false;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((mark, kind, counted)) = MARKS.iter().find(|(mark, ..)| rest.starts_with(mark)) {
            if event.kind != Kind::Damaged {
                event.kind = kind.unwrap_or(event.kind);
            }
            event.counted &= counted;
            event.whole = true;
            rest = rest.get(mark.len()..).unwrap_or_default().trim_ascii_start();
            continue;
        }
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
        let after = after.trim_ascii_start();
        if let Some((rtt, printed)) = time(word) {
            event.rtt = rtt;
            // `0.412 ms`, and `16ms` of Windows.
            let unit = if printed { Some(after) } else { words_after_ms(after) };
            event.whole = unit.is_some();
            rest = unit.unwrap_or(after);
        } else if [b"ttl=".as_slice(), b"hlim=", b"ident="].iter().any(|key| word.starts_with(key)) {
            if word.starts_with(b"hlim=") {
                event.tool = Some(Tool::Bsd);
            }
            rest = after;
        } else {
            event.left_over = Some(rest);
            return;
        }
    }
}

/// What follows the word `ms`, if that comes first.
fn words_after_ms(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"ms")?;
    (rest.is_empty() || rest.starts_with(b" ") || rest.starts_with(b"\t")).then_some(rest.trim_ascii_start())
}

/// `From 10.0.0.1 icmp_seq=1 Destination Host Unreachable`
fn icmp_error(text: &[u8]) -> Option<Content<'_>> {
    let rest = text.strip_prefix(b"From ").or_else(|| text.strip_prefix(b"Von "))?;
    match numbered(rest) {
        Some((_, b"")) => None,
        Some((_, words)) if redirect(words) => Some(Content::Message),
        Some((event, _)) => {
            let tool = Some(Tool::Iputils);
            Some(Content::Event(Event { tool, ..Event::new(Kind::Unreachable, event.number) }))
        }
        None if reports_error(rest) => Some(Content::Unnumbered),
        None => None,
    }
}

/// Whether a router gave advice, while the request went on its way.
fn redirect(text: &[u8]) -> bool {
    [b"Redirect".as_slice(), b"umleiten", b"Source Quench"].iter().any(|words| find(text, words).is_some())
}

/// `no answer yet for icmp_seq=7` of `ping -O`, `Request timeout for icmp_seq 7` of macOS.
fn silence(text: &[u8]) -> Option<Content<'_>> {
    let (kind, tool, digits) = if let Some(digits) = text.strip_prefix(b"Request timeout for icmp_seq ") {
        (Kind::Timeout, Tool::Bsd, digits)
    } else {
        let digits = text
            .strip_prefix(b"no answer yet for icmp_seq=")
            .or_else(|| text.strip_prefix(b"noch keine Antwort f\xc3\xbcr icmp_seq="))?;
        (Kind::NoAnswerYet, Tool::Iputils, digits)
    };
    let event = Event::new(kind, Some(number(digits)?));
    Some(Content::Event(Event { tool: Some(tool), whole: false, number_whole: false, ..event }))
}

/// `len=46 ip=10.0.0.1 ttl=64 DF id=0 sport=80 flags=SA seq=0 win=5840 rtt=0.4 ms`, in one line or, with
/// `-V`, in three.
fn hping(text: &[u8]) -> Option<Content<'_>> {
    let record = text.strip_prefix(b"DUP! ").unwrap_or(text);
    let duplicate = record.len() < text.len();
    let starts = [b"len=".as_slice(), b"sport=", b"icmp_seq=", b"seq="];
    if !starts.iter().any(|start| record.starts_with(start)) {
        return None;
    }
    let mut number_found = None;
    for (at, word) in words(record) {
        if let Some(digits) = word.strip_prefix(b"icmp_seq=").or_else(|| word.strip_prefix(b"seq=")) {
            number_found = Some(number(digits)?);
        } else if let Some(digits) = word.strip_prefix(b"rtt=") {
            let rest = record.get(at.saturating_add(word.len())..).unwrap_or_default().trim_ascii();
            let after = words_after_ms(rest);
            let rtt = float(digits).filter(|rtt| *rtt >= 0.0).map_or(Rtt::Unreadable, Rtt::Millis);
            let kind = if duplicate { Kind::Duplicate } else { Kind::Reply };
            let left_over = after
                .filter(|after| !after.is_empty())
                .or((!rest.is_empty() && after.is_none()).then_some(rest));
            let event = Event::new(kind, Some(number_found?));
            let tool = Some(Tool::Hping);
            return Some(Content::Event(Event { rtt, tool, whole: after.is_some(), left_over, ..event }));
        }
    }
    // The first of three lines, or the last: `seq=0 ack=1661126347 sum=796d urp=0`.
    if record.starts_with(b"len=") && find(record, b" ip=").is_some() {
        return Some(Content::Part { duplicate });
    }
    (find(record, b" ack=").is_some() && find(record, b" urp=").is_some()).then_some(Content::Remark)
}

/// `PING asam (10.0.0.1) 56(84) bytes of data.` and its relatives.
fn header(text: &[u8]) -> Option<Content<'_>> {
    if let Some(rest) = text.strip_prefix(b"HPING ") {
        let target = words(rest).next()?.1;
        let data = find(rest, b" headers + ").is_some() && rest.ends_with(b" data bytes");
        return data.then_some(Content::Header { target, tool: Some(Tool::Hping) });
    }
    if let Some(rest) = text.strip_prefix(b"PING6(") {
        let target = words(rest).last()?.1;
        return find(rest, b" --> ").map(|_| Content::Header { target, tool: Some(Tool::Bsd) });
    }
    let rest = text.strip_prefix(b"PING ")?;
    // A missing name leaves two blanks; then the address is the target.
    let first = words(rest).next()?.1;
    let (name, address) = split_once(first, b'(').unwrap_or((first, b""));
    let target = if name.is_empty() { split_once(address, b')').map_or(address, |(ip, _)| ip) } else { name };
    let iputils = [b" bytes of data.".as_slice(), b" Bytes an Daten."].iter().any(|end| rest.ends_with(end));
    let data = rest.ends_with(b" data bytes") || rest.ends_with(b" Datenbytes");
    if !iputils && !data {
        return None;
    }
    // iputils about IPv6 has no colon, except behind a source address and a device.
    let colon = match find(rest, b" from ").and_then(|at| words(rest.get(at..)?).nth(1)) {
        Some((_, source)) => source.ends_with(b":"),
        None => find(rest, b"): ").is_some(),
    };
    let colon = colon && !iputils;
    Some(Content::Header { target, tool: (!colon).then_some(Tool::Iputils) })
}

fn other(text: &[u8]) -> Option<Content<'_>> {
    const MESSAGES: &[&[u8]] =
        &[b"ping: ", b"ping6: ", b"hping: ", b"WARNING", b"WARNUNG", b"Warning: ", b"Warnung: "];
    const REMARKS: &[&[u8]] =
        &[b"PATTERN: 0x", b"MUSTER: 0x", b"pipe ", b"Vr HL TOS ", b"using ", b"-- somebody", b"hop="];
    let starts = |list: &[&[u8]]| list.iter().any(|start| text.starts_with(start));
    let framed = text.starts_with(b"--- ") && text.ends_with(b" ---");
    if framed
        && [b"ping statistics".as_slice(), b"ping6 statistics", b"ping-Statistik"]
            .iter()
            .any(|words| find(text, words).is_some())
    {
        return Some(Content::Banner { tool: None });
    }
    if framed && find(text, b" hping statistic").is_some() {
        return Some(Content::Banner { tool: Some(Tool::Hping) });
    }
    if text.starts_with(b"wrong data byte #") || text.starts_with(b"falsches Datenbyte #") {
        return Some(Content::WrongData);
    }
    if text.starts_with(b"TTL 0 during ") || (text.starts_with(b"ICMP ") && reports_error(text)) {
        return Some(Content::Unnumbered);
    }
    if starts(MESSAGES) {
        return Some(Content::Message);
    }
    (starts(REMARKS) || text.is_empty() || dump(text) || status(text)).then_some(Content::Remark)
}

/// A row of the dump of a header, ` 4  5  00 5400 567b   0 0000  3f  01 a024 10.0.0.1  10.0.0.2`, or of
/// data, `#16 10 11 12 …`.
fn dump(text: &[u8]) -> bool {
    let hex = |word: &[u8]| word.len() <= 4 && word.iter().all(u8::is_ascii_hexdigit);
    match text.strip_prefix(b"#") {
        Some(data) => data.first().is_some_and(u8::is_ascii_digit) && words(data).all(|(_, word)| hex(word)),
        None => words(text).take(10).all(|(_, word)| hex(word)) && words(text).nth(11).is_some(),
    }
}

/// What iputils says at a signal: `5/5 packets, 0% loss, min/avg/ewma/max = …`.
fn status(text: &[u8]) -> bool {
    let counts = words(text).next().and_then(|(_, word)| split_once(word, b'/'));
    let numbers = counts.is_some_and(|(a, b)| unsigned(a).is_some() && unsigned(b).is_some());
    numbers && (find(text, b" packets, ").is_some() || find(text, b" Pakete, ").is_some())
}
