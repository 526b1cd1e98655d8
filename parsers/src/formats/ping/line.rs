//! One line of any ping, put into one of the kinds that the reader tells apart.
//!
//! Windows and fping have files of their own; the words of the others are here. German words are those of
//! iputils' own translation.

use memchr::memmem::find;

use super::summary::{self, Summary, Times};
use super::{fping, windows};
use crate::text::{float, split_once, unsigned, words};
use crate::time::epoch;

/// The programs that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Iputils,
    Busybox,
    /// BSD, macOS and GNU inetutils, which write the same.
    Bsd,
    Windows,
    Fping,
    Hping,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Self::Iputils => "iputils",
            Self::Busybox => "busybox",
            Self::Bsd => "bsd",
            Self::Windows => "windows",
            Self::Fping => "fping",
            Self::Hping => "hping3",
        }
    }
}

/// What became of a request, as far as one line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Reply,
    Duplicate,
    Damaged,
    Unreachable,
    Timeout,
    NoAnswerYet,
}

impl Kind {
    /// As in the column `outcome`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Duplicate => "duplicate",
            Self::Damaged => "damaged",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::NoAnswerYet => "no-answer-yet",
        }
    }
}

/// A round trip time as it is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rtt {
    None,
    Millis(f64),
    /// `<1ms`
    Below(f64),
    Unreadable,
}

/// A line about one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Event<'a> {
    pub kind: Kind,
    /// None if the tool does not number its requests.
    pub number: Option<u32>,
    pub rtt: Rtt,
    pub tool: Option<Tool>,
    /// Of fping, which asks several hosts at once.
    pub host: Option<&'a [u8]>,
    /// Whether ping counts it among the replies received.
    pub counted: bool,
    /// Whether the line has the end that the tool gives it.
    pub whole: bool,
    /// Whether something follows the number, which therefore has all its digits.
    pub number_whole: bool,
    /// What follows although nothing should.
    pub left_over: Option<&'a [u8]>,
}

impl Event<'_> {
    pub fn new(kind: Kind, number: Option<u32>) -> Self {
        let counted = matches!(kind, Kind::Reply | Kind::Duplicate);
        Self {
            kind,
            number,
            rtt: Rtt::None,
            tool: None,
            host: None,
            counted,
            whole: true,
            number_whole: true,
            left_over: None,
        }
    }
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said<'a> {
    /// A ping begins. Where `tool` is none it is one of those that write `: 56 data bytes`.
    Header {
        target: &'a [u8],
        tool: Option<Tool>,
    },
    Event(Event<'a>),
    /// `--- HOST ping statistics ---`
    Banner {
        tool: Option<Tool>,
    },
    Counts(Summary),
    Times(Times),
    /// fping's counts, of one host.
    HostCounts {
        host: &'a [u8],
        summary: Summary,
        times: Option<Times>,
    },
    /// An ICMP error that does not say which request it is about.
    Unnumbered,
    /// A message about something else than a request.
    Message,
    /// The content of the reply in the line before is not what was sent.
    WrongData,
    /// First line of one of hping's records of several lines.
    Part {
        duplicate: bool,
    },
    /// Known and without a value.
    Remark,
    Unknown,
}

impl Said<'_> {
    /// Whether only a ping writes such a line.
    pub fn is_proof(&self) -> bool {
        match self {
            Self::Header { .. } | Self::HostCounts { .. } => true,
            // fping tells of duplicates even where it is to be quiet, and then of nothing else.
            Self::Event(Event { host: Some(_), kind: Kind::Duplicate, .. }) => false,
            Self::Event(event) => event.number.is_some() || event.rtt != Rtt::None,
            _ => false,
        }
    }
}

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
pub(super) fn read(line: &[u8]) -> Said<'_> {
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
        .or_else(|| summary::counts(text).map(Said::Counts))
        .or_else(|| summary::times(text).map(Said::Times))
        .or_else(|| other(text))
        .unwrap_or(Said::Unknown)
}

/// `64 bytes from HOST: icmp_seq=1 ttl=64 time=0.412 ms (DUP!)`
fn reply(text: &[u8]) -> Option<Said<'_>> {
    let mut start = words(text);
    unsigned(start.next()?.1)?;
    let (bytes, from) = (start.next()?.1, start.next()?.1);
    if !matches!((bytes, from), (b"bytes", b"from") | (b"Bytes", b"von")) {
        return None;
    }
    let Some((event, rest)) = numbered(text) else {
        // BSD: `92 bytes from HOST (IP): Destination Host Unreachable`, without a number.
        return about(text).then_some(Said::Unnumbered).or_else(|| redirect(text).then_some(Said::Message));
    };
    let mut event = Event { number_whole: !rest.is_empty(), ..event };
    fields(&mut event, rest);
    Some(Said::Event(event))
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

pub(super) fn number(digits: &[u8]) -> Option<u32> {
    unsigned(digits).and_then(|number| u32::try_from(number).ok())
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

/// `time=0.412`, `time<1ms`, `Zeit=16ms`; and whether the unit is part of the word.
pub(super) fn time(word: &[u8]) -> Option<(Rtt, bool)> {
    let value = [b"time".as_slice(), b"Zeit"].iter().find_map(|key| word.strip_prefix(*key))?;
    let (sign, digits) = value.split_first()?;
    let (digits, unit) = digits.strip_suffix(b"ms").map_or((digits, false), |digits| (digits, true));
    let millis = float(digits).filter(|millis| *millis >= 0.0);
    let rtt = match (sign, millis) {
        (b'=', Some(millis)) => Rtt::Millis(millis),
        (b'<', Some(millis)) => Rtt::Below(millis),
        (b'=' | b'<', None) => Rtt::Unreadable,
        _ => return None,
    };
    Some((rtt, unit))
}

/// `From 10.0.0.1 icmp_seq=1 Destination Host Unreachable`
fn icmp_error(text: &[u8]) -> Option<Said<'_>> {
    let rest = text.strip_prefix(b"From ").or_else(|| text.strip_prefix(b"Von "))?;
    match numbered(rest) {
        Some((_, b"")) => None,
        Some((_, words)) if redirect(words) => Some(Said::Message),
        Some((event, _)) => {
            let tool = Some(Tool::Iputils);
            Some(Said::Event(Event { tool, ..Event::new(Kind::Unreachable, event.number) }))
        }
        None if about(rest) => Some(Said::Unnumbered),
        None => None,
    }
}

/// Whether the words are those of an ICMP error about a request.
pub(super) fn about(text: &[u8]) -> bool {
    const ERRORS: &[&[u8]] = &[
        b"nreachable",
        b"nicht erreichbar",
        b"exceeded",
        b"prohibited",
        b"rohibited",
        b"ommunication administratively",
        b"frag needed",
        b"Frag needed",
        b"acket filtered",
        b"arameter problem",
        b"during transit",
        b"(BAD CHECKSUM)",
    ];
    ERRORS.iter().any(|words| find(text, words).is_some())
}

/// Whether a router gave advice, while the request went on its way.
fn redirect(text: &[u8]) -> bool {
    [b"Redirect".as_slice(), b"umleiten", b"Source Quench"].iter().any(|words| find(text, words).is_some())
}

/// `no answer yet for icmp_seq=7` of `ping -O`, `Request timeout for icmp_seq 7` of macOS.
fn silence(text: &[u8]) -> Option<Said<'_>> {
    let (kind, tool, digits) = if let Some(digits) = text.strip_prefix(b"Request timeout for icmp_seq ") {
        (Kind::Timeout, Tool::Bsd, digits)
    } else {
        let digits = text
            .strip_prefix(b"no answer yet for icmp_seq=")
            .or_else(|| text.strip_prefix(b"noch keine Antwort f\xc3\xbcr icmp_seq="))?;
        (Kind::NoAnswerYet, Tool::Iputils, digits)
    };
    let event = Event::new(kind, Some(number(digits)?));
    Some(Said::Event(Event { tool: Some(tool), whole: false, number_whole: false, ..event }))
}

/// `len=46 ip=10.0.0.1 ttl=64 DF id=0 sport=80 flags=SA seq=0 win=5840 rtt=0.4 ms`, in one line or, with
/// `-V`, in three.
fn hping(text: &[u8]) -> Option<Said<'_>> {
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
            return Some(Said::Event(Event { rtt, tool, whole: after.is_some(), left_over, ..event }));
        }
    }
    // The first of three lines, or the last: `seq=0 ack=1661126347 sum=796d urp=0`.
    if record.starts_with(b"len=") && find(record, b" ip=").is_some() {
        return Some(Said::Part { duplicate });
    }
    (find(record, b" ack=").is_some() && find(record, b" urp=").is_some()).then_some(Said::Remark)
}

/// `PING asam (10.0.0.1) 56(84) bytes of data.` and its relatives.
fn header(text: &[u8]) -> Option<Said<'_>> {
    if let Some(rest) = text.strip_prefix(b"HPING ") {
        let target = words(rest).next()?.1;
        let data = find(rest, b" headers + ").is_some() && rest.ends_with(b" data bytes");
        return data.then_some(Said::Header { target, tool: Some(Tool::Hping) });
    }
    if let Some(rest) = text.strip_prefix(b"PING6(") {
        let target = words(rest).last()?.1;
        return find(rest, b" --> ").map(|_| Said::Header { target, tool: Some(Tool::Bsd) });
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
    Some(Said::Header { target, tool: (!colon).then_some(Tool::Iputils) })
}

fn other(text: &[u8]) -> Option<Said<'_>> {
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
        return Some(Said::Banner { tool: None });
    }
    if framed && find(text, b" hping statistic").is_some() {
        return Some(Said::Banner { tool: Some(Tool::Hping) });
    }
    if text.starts_with(b"wrong data byte #") || text.starts_with(b"falsches Datenbyte #") {
        return Some(Said::WrongData);
    }
    if text.starts_with(b"TTL 0 during ") || (text.starts_with(b"ICMP ") && about(text)) {
        return Some(Said::Unnumbered);
    }
    if starts(MESSAGES) {
        return Some(Said::Message);
    }
    (starts(REMARKS) || text.is_empty() || dump(text) || status(text)).then_some(Said::Remark)
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
