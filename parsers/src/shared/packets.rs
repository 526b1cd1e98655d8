//! Packets of a network as rows, whatever captured them.

use std::collections::BTreeMap;

use polars::prelude::{
    Float64Chunked, IntoSeries, NewChunkedArray, Series, StringChunked, UInt32Chunked, UInt32Type,
};

use crate::column::Values;
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::time::MONOTONIC;

/// What an ICMP message, or one that says where an address is, is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An echo request.
    Request,
    /// The reply to one.
    Reply,
    /// Somebody tells unasked where an address is: gratuitous ARP, RARP, an unsolicited neighbour advertisement.
    Announcement,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Announcement => "announcement",
        }
    }
}

/// One packet. What a capture does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Packet {
    /// Seconds since 1970.
    pub epoch_s: Option<f64>,
    /// The same by a clock on the wall, where it was written as a date and a time of day.
    pub local_s: Option<f64>,
    /// Seconds since the capture began.
    pub relative_s: Option<f64>,
    pub source: Option<String>,
    pub target: Option<String>,
    pub source_mac: Option<String>,
    pub source_port: Option<u32>,
    pub target_port: Option<u32>,
    pub protocol: Option<String>,
    pub kind: Option<Kind>,
    /// Which program sent an echo request.
    pub ident: Option<u32>,
    /// The number of an echo request.
    pub seq: Option<u32>,
    /// Those of TCP.
    pub flags: Option<u32>,
    /// Bytes that TCP or UDP carries.
    pub payload: Option<u32>,
    /// Bytes on the wire.
    pub length: Option<u32>,
}

/// Words of which the same come again and again: each is kept once.
#[derive(Debug, Default)]
struct Words {
    known: BTreeMap<String, u32>,
    rows: Vec<u32>,
}

/// No word.
const NONE: u32 = u32::MAX;

impl Words {
    fn push(&mut self, word: Option<String>) {
        let next = u32::try_from(self.known.len()).unwrap_or(NONE);
        self.rows.push(word.map_or(NONE, |word| *self.known.entry(word).or_insert(next)));
    }

    fn series(&self, name: &str) -> Series {
        let mut words = vec![""; self.known.len()];
        for (word, at) in &self.known {
            if let Some(place) = usize::try_from(*at).ok().and_then(|at| words.get_mut(at)) {
                *place = word;
            }
        }
        let rows = self.rows.iter().map(|at| words.get(usize::try_from(*at).ok()?).copied());
        StringChunked::from_iter_options(name.into(), rows).into_series()
    }
}

/// The packets of a capture so far.
pub(crate) struct Packets {
    /// Since 1970, on the wall, and since the capture began.
    times: [Vec<Option<f64>>; 3],
    words: [Words; 4],
    kinds: Vec<Option<Kind>>,
    numbers: [Values<UInt32Type>; 7],
    lines: Vec<u32>,
}

const WORDS: [&str; 4] = ["source", "target", "source_mac", "protocol"];
const NUMBERS: [(&str, Unit); 7] = [
    ("source_port", Unit::Count),
    ("target_port", Unit::Count),
    ("ident", Unit::Count),
    ("seq", Unit::Count),
    ("flags", Unit::Count),
    ("payload", Unit::Bytes),
    ("length", Unit::Bytes),
];

impl Default for Packets {
    fn default() -> Self {
        Self {
            times: std::array::from_fn(|_| Vec::new()),
            words: std::array::from_fn(|_| Words::default()),
            kinds: Vec::new(),
            numbers: NUMBERS.map(|(name, _)| Values::new(name, 0)),
            lines: Vec::new(),
        }
    }
}

impl Packets {
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// `line` is where it stands in a text.
    pub fn push(&mut self, packet: Packet, line: Option<u64>) {
        let Packet { epoch_s, local_s, relative_s, source, target, source_mac, protocol, kind, .. } = packet;
        let Packet { source_port, target_port, ident, seq, flags, payload, length, .. } = packet;
        for (column, time) in self.times.iter_mut().zip([epoch_s, local_s, relative_s]) {
            column.push(time);
        }
        for (words, word) in self.words.iter_mut().zip([source, target, source_mac, protocol]) {
            words.push(word);
        }
        self.kinds.push(kind);
        let numbers = [source_port, target_port, ident, seq, flags, payload, length];
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.append_option(number);
        }
        self.lines.extend(line.map(|line| u32::try_from(line).unwrap_or(u32::MAX)));
    }

    /// Whether a packet has a time since 1970.
    pub fn has_epochs(&self) -> bool {
        self.times.first().is_some_and(|epochs| epochs.iter().any(Option::is_some))
    }

    /// Whether a packet has a time on the wall.
    pub fn has_locals(&self) -> bool {
        self.times.get(1).is_some_and(|locals| locals.iter().any(Option::is_some))
    }

    pub fn clock(&self) -> Clock {
        if self.has_epochs() { Clock::Epoch } else { Clock::None }
    }

    pub fn finish(self) -> FrameBuilder {
        let mut frame = FrameBuilder::default();
        let floats = |name: &str, values: Vec<Option<f64>>| {
            Float64Chunked::from_iter_options(name.into(), values.into_iter()).into_series()
        };
        let [epochs, locals, relatives] = self.times;
        frame.push(Unit::EpochSeconds, floats("epoch_s", epochs));
        for (name, times) in [("local_s", locals), (MONOTONIC, relatives)] {
            if times.iter().any(Option::is_some) {
                frame.push(Unit::Seconds, floats(name, times));
            }
        }
        for (name, words) in WORDS.into_iter().zip(&self.words) {
            frame.push(Unit::Text, words.series(name));
        }
        let kinds = self.kinds.iter().map(|kind| kind.map(Kind::name));
        frame.push(Unit::Text, StringChunked::from_iter_options("kind".into(), kinds).into_series());
        for ((_, unit), column) in NUMBERS.into_iter().zip(self.numbers) {
            frame.push(unit, column.finish().into_series());
        }
        if self.lines.len() == self.kinds.len() {
            frame.push(Unit::Count, UInt32Chunked::from_vec("line".into(), self.lines).into_series());
        }
        frame
    }
}

/// An address of a network card as people write it.
pub(crate) fn mac(bytes: [u8; 6]) -> String {
    let [a, b, c, d, e, f] = bytes;
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}
