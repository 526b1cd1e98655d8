//! The banner, the header and the rows of netperf's tables.

use crate::lines::Line;
use crate::text::{float, split_once, unsigned, words};

/// Shape of a test's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sender and receiver have a row each.
    Datagrams,
    /// One row.
    Stream,
    /// One row of results, then the remote socket sizes.
    Transactions,
}

/// A test of netperf.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test {
    /// What its banner begins with.
    banner: &'static [u8],
    /// As behind `netperf -t`.
    pub name: &'static str,
    pub kind: Kind,
    /// Where the throughput of a [`Kind::Stream`] is measured.
    pub side: &'static str,
}

const fn test(banner: &'static [u8], name: &'static str, kind: Kind, side: &'static str) -> Test {
    Test { banner, name, kind, side }
}

static TESTS: [Test; 7] = [
    test(b"UDP UNIDIRECTIONAL SEND TEST", "UDP_STREAM", Kind::Datagrams, "send"),
    test(b"TCP STREAM TEST", "TCP_STREAM", Kind::Stream, "send"),
    test(b"TCP MAERTS TEST", "TCP_MAERTS", Kind::Stream, "receive"),
    test(b"TCP SENDFILE TEST", "TCP_SENDFILE", Kind::Stream, "send"),
    test(b"TCP REQUEST/RESPONSE TEST", "TCP_RR", Kind::Transactions, "both"),
    test(b"TCP Connect/Request/Response TEST", "TCP_CRR", Kind::Transactions, "both"),
    test(b"UDP REQUEST/RESPONSE TEST", "UDP_RR", Kind::Transactions, "both"),
];

/// The test that a banner announces, and what stands behind its name.
pub(super) fn banner(line: &[u8]) -> Option<(&'static Test, &[u8])> {
    let text = line.trim_ascii();
    let text = text.strip_prefix(b"MIGRATED ").unwrap_or(text);
    let test = TESTS.iter().find(|test| text.starts_with(test.banner))?;
    let rest = text.get(test.banner.len()..)?;
    let fits = rest.is_empty() || rest.starts_with(b" from ") || rest.starts_with(b" to ");
    // A terminal may have wrapped the line right behind a word.
    let wrapped = rest == b" from" || rest == b" to";
    (fits || wrapped).then_some((test, rest))
}

/// The last line of a header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header<'a> {
    /// The unit of the throughput as printed; `per` for transactions.
    pub unit: &'a [u8],
    /// Whether there are columns for the CPU.
    pub cpu: bool,
}

impl<'a> Header<'a> {
    /// `bytes   bytes    secs            #      #   10^6bits/sec`
    pub fn read(line: &'a [u8]) -> Option<Self> {
        let mut unit = None;
        let mut seconds = false;
        let mut cpu = false;
        for (place, (_, word)) in words(line).enumerate() {
            if place == 0 && word != b"bytes" {
                return None;
            }
            if seconds && unit.is_none() && word != b"#" {
                unit = Some(split_once(word, b'/').map_or(word, |(unit, _)| unit));
            }
            seconds |= word == b"secs" || word == b"secs.";
            cpu |= word == b"%";
        }
        unit.map(|unit| Self { unit, cpu })
    }

    /// Bytes per second for one of the unit.
    pub fn scale(&self) -> Option<f64> {
        Some(match self.unit {
            b"10^9bits" => 125_000_000.0,
            b"10^6bits" => 125_000.0,
            b"10^3bits" => 125.0,
            b"GBytes" => 1_073_741_824.0,
            b"MBytes" => 1_048_576.0,
            b"KBytes" => 1024.0,
            _ => return None,
        })
    }
}

/// A row of the frame.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub run: u32,
    pub line: u64,
    pub test: &'static str,
    pub side: &'static str,
    pub socket_bytes: Option<f64>,
    pub message_bytes: Option<f64>,
    pub response_bytes: Option<f64>,
    pub elapsed: Option<f64>,
    pub messages: Option<u64>,
    pub errors: Option<u64>,
    /// In the unit of the header.
    pub rate: Option<f64>,
    pub cpu: Option<f64>,
    pub remote_cpu: Option<f64>,
    /// The rate is in transactions.
    pub transactions: bool,
}

/// Up to this many figures stand in a line: transactions with CPU.
const MOST: usize = 10;

/// Reads a line of figures; none if it is no such line of this test.
pub(super) fn figures(test: &'static Test, header: Header<'_>, line: &[u8]) -> Option<Row> {
    let mut found = [b"".as_slice(); MOST];
    let mut count = 0_usize;
    for (_, word) in words(line) {
        float(word)?;
        *found.get_mut(count)? = word;
        count = count.saturating_add(1);
    }
    let row = Row { test: test.name, side: test.side, ..Row::default() };
    Some(match (test.kind, header.cpu, found.get(..count)?) {
        (Kind::Datagrams, false, [socket, message, elapsed, okay, errors, rate])
        | (Kind::Datagrams, true, [socket, message, elapsed, okay, errors, rate, _, _]) => Row {
            socket_bytes: size(socket)?,
            message_bytes: size(message)?,
            elapsed: float(elapsed),
            messages: Some(unsigned(okay)?),
            errors: Some(unsigned(errors)?),
            rate: float(rate),
            cpu: found.get(6).filter(|_| header.cpu).and_then(|word| float(word)),
            ..row
        },
        (Kind::Datagrams, false, [socket, elapsed, okay, rate])
        | (Kind::Datagrams, true, [socket, elapsed, okay, rate, _, _]) => Row {
            side: "receive",
            socket_bytes: size(socket)?,
            elapsed: float(elapsed),
            messages: Some(unsigned(okay)?),
            rate: float(rate),
            cpu: found.get(4).filter(|_| header.cpu).and_then(|word| float(word)),
            ..row
        },
        (Kind::Stream, false, [received, sent, message, elapsed, rate])
        | (Kind::Stream, true, [received, sent, message, elapsed, rate, _, _, _, _]) => Row {
            socket_bytes: size(if test.side == "receive" { received } else { sent })?,
            message_bytes: size(message)?,
            elapsed: float(elapsed),
            rate: float(rate),
            cpu: found.get(5).filter(|_| header.cpu).and_then(|word| float(word)),
            remote_cpu: found.get(6).filter(|_| header.cpu).and_then(|word| float(word)),
            ..row
        },
        (Kind::Transactions, false, [sent, _, request, response, elapsed, rate])
        | (Kind::Transactions, true, [sent, _, request, response, elapsed, rate, _, _, _, _]) => Row {
            socket_bytes: size(sent)?,
            message_bytes: size(request)?,
            response_bytes: size(response)?,
            transactions: true,
            elapsed: float(elapsed),
            rate: float(rate),
            cpu: found.get(6).filter(|_| header.cpu).and_then(|word| float(word)),
            remote_cpu: found.get(7).filter(|_| header.cpu).and_then(|word| float(word)),
            ..row
        },
        _ => return None,
    })
}

/// Whether a line is the second one of a table of transactions: the sizes of the remote sockets.
pub(super) fn remote_sockets(test: &'static Test, line: &[u8]) -> bool {
    let mut sizes = words(line).map(|(_, word)| size(word).is_some());
    let two = (sizes.next(), sizes.next(), sizes.next()) == (Some(true), Some(true), None);
    two && test.kind == Kind::Transactions
}

/// Whether a line stands between the name of the test and the last line of the header.
pub(super) fn title(line: &[u8]) -> bool {
    let wrapped = words(line).any(|(_, word)| word == b"AF_INET" || word == b"AF_INET6" || word == b"port");
    let first = words(line).next().map(|(_, word)| word).unwrap_or_default();
    wrapped || matches!(first, b"Socket" | b"Size" | b"Recv" | b"Local" | b"Send")
}

/// A size in bytes; the inner option is for −1, which netperf prints where it does not know.
#[expect(clippy::cast_precision_loss, reason = "sizes of buffers")]
#[expect(clippy::option_option, reason = "unreadable and unknown are different things")]
fn size(word: &[u8]) -> Option<Option<f64>> {
    if word == b"-1" {
        return Some(None);
    }
    unsigned(word).map(|bytes| Some(bytes as f64))
}

/// Whether the last number of a line that no line end follows may be cut off: all have two decimals or more.
pub(super) fn cut(line: Line<'_>) -> bool {
    let last = words(line.text).last().map(|(_, word)| word).unwrap_or_default();
    !line.terminated && split_once(last, b'.').is_none_or(|(_, decimals)| decimals.len() < 2)
}
