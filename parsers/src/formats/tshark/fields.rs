//! The fields of a row by their names.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::shared::cells;
use crate::shared::packets::{Kind, Packet};
use crate::text::{float, unsigned};
use crate::time::{epoch, stamp};

/// Names that say when a packet was captured, the best first.
const TIMES: [&str; 6] = [
    "frame.time_epoch",
    "frame.time_utc",
    "frame.time",
    "_ws.col.Time",
    "_ws.col.cls_time",
    "frame.time_relative",
];
/// Those that say from whom it is.
const SOURCES: [&str; 4] = ["ip.src", "ipv6.src", "_ws.col.Source", "_ws.col.def_src"];
const TARGETS: [&str; 4] = ["ip.dst", "ipv6.dst", "_ws.col.Destination", "_ws.col.def_dst"];
/// What else is of use, and what is lost without it.
const USEFUL: [&str; 4] = ["icmp.type", "icmp.seq", "tcp.srcport", "tcp.len"];

/// The names of the fields, and how a row is cut.
pub(super) struct Fields {
    names: Vec<String>,
    separator: u8,
}

/// A row, by the names of its fields.
pub(super) struct Row<'a> {
    fields: &'a Fields,
    cells: Vec<Cow<'a, str>>,
}

/// When a packet was captured.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Time {
    pub epoch_s: Option<f64>,
    pub local_s: Option<f64>,
    pub relative_s: Option<f64>,
    pub resolution_s: f64,
}

fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

impl Fields {
    /// The names in a header; `None` for a line that is none.
    pub fn read(line: &[u8]) -> Option<Self> {
        // With quotes around fields there are none around their names, unless somebody put them there.
        let is_quoted = line.first().is_some_and(|byte| matches!(byte, b'"' | b'\''));
        let inside = line.get(usize::from(is_quoted)..)?;
        let end = inside.iter().position(|byte| !is_in_name(*byte))?;
        let separator = *inside.get(end.saturating_add(usize::from(is_quoted)))?;
        let mut fields = Self { names: Vec::new(), separator };
        let names: Vec<String> = fields.cells(line)?.into_iter().map(Cow::into_owned).collect();
        let is_name = |name: &String| name.contains('.') && name.bytes().all(is_in_name);
        let has = |any: &[&str]| names.iter().any(|name| any.contains(&name.as_str()));
        let is_header = names.iter().all(is_name) && has(&TIMES) && has(&SOURCES) && has(&TARGETS);
        fields.names = names;
        is_header.then_some(fields)
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Fields without which much is not known.
    pub fn missing(&self) -> Option<String> {
        let missing: Vec<&str> =
            USEFUL.into_iter().filter(|name| self.names.iter().all(|known| known != name)).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }

    fn cells<'a>(&self, line: &'a [u8]) -> Option<Vec<Cow<'a, str>>> {
        let is_quoted = |quote: &u8| {
            line.first() == Some(quote) || memchr::memmem::find(line, &[self.separator, *quote]).is_some()
        };
        match b"\"'".iter().find(|quote| is_quoted(quote)) {
            Some(quote) => cells::read(line, self.separator, *quote),
            None => Some(line.split(|byte| *byte == self.separator).map(String::from_utf8_lossy).collect()),
        }
    }

    /// The fields of a row; the error is how many there are where they are too many or too few.
    pub fn row<'a>(&'a self, line: &'a [u8]) -> Result<Row<'a>, usize> {
        let cells = self.cells(line).ok_or(0_usize)?;
        let cells = if cells.len() == self.len().saturating_add(1) { self.joined(cells) } else { cells };
        if cells.len() == self.len() { Ok(Row { fields: self, cells }) } else { Err(cells.len()) }
    }

    /// `Jul 14, 2026 20:03:42.123456789 CEST` holds a comma: its two parts are one field.
    fn joined<'a>(&self, mut cells: Vec<Cow<'a, str>>) -> Vec<Cow<'a, str>> {
        let is_written = |name: &String| name == "frame.time" || name == "frame.time_utc";
        let Some(at) = self.names.iter().position(is_written).filter(|_| self.separator == b',') else {
            return cells;
        };
        let is_day = |text: &str| text.starts_with(|first: char| first.is_alphabetic()) && text.contains(' ');
        if cells.get(at).is_some_and(|text| is_day(text)) {
            let rest = cells.remove(at.saturating_add(1));
            if let Some(day) = cells.get_mut(at) {
                *day = Cow::Owned(format!("{day},{rest}"));
            }
        }
        cells
    }
}

/// The first of several values, which is that of the packet itself.
fn first(text: &str) -> &str {
    text.split([',', ';']).next().unwrap_or_default().trim()
}

/// A number, decimal or hexadecimal.
fn number(text: &str) -> Option<u32> {
    let text = first(text);
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => u32::try_from(unsigned(text.as_bytes())?).ok(),
    }
}

fn is_true(text: &str) -> bool {
    matches!(first(text), "1" | "True" | "true")
}

/// An address of IP, as everybody writes it who means the same.
fn address(text: &str) -> Option<String> {
    first(text).parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// How coarse a number with so many decimals is; nobody captures below a nanosecond.
fn resolution_s(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(9));
    10.0_f64.powi(-i32::try_from(decimals).unwrap_or(9))
}

impl Row<'_> {
    /// The text of a field; `None` where there is no such field or it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        let at = self.fields.names.iter().position(|known| known == name)?;
        self.cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// The first of these fields that the packet has, read so.
    fn any<T>(&self, names: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        names.iter().find_map(|name| read(self.get(name)?))
    }

    pub fn drop_last(&mut self) {
        if let Some(last) = self.cells.last_mut() {
            *last = Cow::Borrowed("");
        }
    }

    /// When it was captured; the error is the first field that should say so.
    pub fn time(&self) -> Result<Time, &'static str> {
        let read = |name: &&str| {
            let text = self.get(name)?;
            let resolution_s = resolution_s(text);
            if let Some((epoch_s, _)) = epoch::seconds(text.as_bytes()) {
                return Some(Time { epoch_s: Some(epoch_s), resolution_s, ..Time::default() });
            }
            if let Some(seconds) = float(text.as_bytes()) {
                let is_relative = *name != "frame.time_epoch" && seconds >= 0.0;
                return is_relative.then(|| Time {
                    relative_s: Some(seconds),
                    resolution_s,
                    ..Time::default()
                });
            }
            let stamp = stamp::alone(text.as_bytes())?;
            Some(Time {
                epoch_s: stamp.epoch_s(),
                local_s: stamp.local_s(),
                relative_s: None,
                resolution_s: 1e-6,
            })
        };
        let there = || TIMES.iter().filter(|name| self.fields.names.iter().any(|known| known == *name));
        there().find_map(read).ok_or_else(|| there().next().copied().unwrap_or("frame.time_epoch"))
    }

    /// All but its time.
    pub fn packet(&self) -> Packet {
        let mut packet = Packet {
            source: self.any(&SOURCES, address),
            target: self.any(&TARGETS, address),
            source_mac: self.get("eth.src").map(|text| first(text).to_owned()),
            length: self.any(&["frame.len", "frame.cap_len"], number),
            ..Packet::default()
        };
        packet.protocol = self.protocol();
        match packet.protocol.as_deref() {
            Some("icmp") => self.echo(&mut packet, ["icmp.type", "icmp.ident"], &["icmp.seq"], [8, 0]),
            Some("icmpv6") => {
                let seqs = ["icmpv6.echo.sequence_number", "icmpv6.echo.sequence"];
                self.echo(&mut packet, ["icmpv6.type", "icmpv6.echo.identifier"], &seqs, [128, 129]);
            }
            Some("tcp") => {
                packet.source_port = self.any(&["tcp.srcport"], number);
                packet.target_port = self.any(&["tcp.dstport"], number);
                packet.payload = self.any(&["tcp.len"], number);
                packet.flags = self.any(&["tcp.flags"], number).or_else(|| self.flags());
            }
            Some("udp") => {
                packet.source_port = self.any(&["udp.srcport"], number);
                packet.target_port = self.any(&["udp.dstport"], number);
                packet.payload = self.any(&["udp.length"], number).and_then(|length| length.checked_sub(8));
            }
            Some("arp") => self.arp(&mut packet),
            _ => {}
        }
        packet
    }

    /// By fields that only one protocol has, before what is said of it.
    fn protocol(&self) -> Option<String> {
        let has = |prefix: &str| {
            let mut own = self.fields.names.iter().zip(&self.cells);
            own.any(|(name, cell)| name.starts_with(prefix) && !cell.trim().is_empty())
        };
        let by_fields =
            [("icmpv6.", "icmpv6"), ("icmp.", "icmp"), ("arp.", "arp"), ("tcp.", "tcp"), ("udp.", "udp")];
        let by_fields =
            by_fields.into_iter().find(|(prefix, _)| has(prefix)).map(|(_, name)| name.to_owned());
        let by_number = || {
            self.any(&["ip.proto", "ipv6.nxt"], number).map(|number| match number {
                1 => "icmp".to_owned(),
                6 => "tcp".to_owned(),
                17 => "udp".to_owned(),
                58 => "icmpv6".to_owned(),
                other => format!("ip-{other}"),
            })
        };
        let by_names = || {
            let all = self.get("frame.protocols").map(str::to_lowercase)?;
            let known = ["icmpv6", "icmp", "arp", "tcp", "udp"];
            known.into_iter().find(|known| all.split(':').any(|name| name == *known)).map(str::to_owned)
        };
        let by_column = || {
            let name =
                self.any(&["_ws.col.Protocol", "_ws.col.protocol"], |text| Some(text.to_lowercase()))?;
            ["icmpv6", "icmp", "arp", "tcp", "udp"].contains(&name.as_str()).then_some(name)
        };
        by_fields.or_else(by_number).or_else(by_names).or_else(by_column)
    }

    fn echo(&self, packet: &mut Packet, [kind, ident]: [&str; 2], seqs: &[&str], [request, reply]: [u32; 2]) {
        let number_of = |name: &str| self.any(&[name], number);
        packet.kind = match number_of(kind) {
            Some(kind) if kind == request => Some(Kind::Request),
            Some(kind) if kind == reply => Some(Kind::Reply),
            // An error holds the number of the request that it is about.
            Some(_) => return,
            None => None,
        };
        packet.ident = number_of(ident);
        let turned = || {
            let seq = number_of("icmp.seq_le").and_then(|seq| u16::try_from(seq).ok())?;
            Some(u32::from(seq.swap_bytes()))
        };
        packet.seq = self.any(seqs, number).or_else(turned);
    }

    fn flags(&self) -> Option<u32> {
        let flags =
            [("tcp.flags.fin", 1), ("tcp.flags.syn", 2), ("tcp.flags.reset", 4), ("tcp.flags.ack", 16)];
        let told =
            flags.into_iter().filter_map(|(name, bit)| Some(u32::from(is_true(self.get(name)?)) * bit));
        told.reduce(|all, bit| all | bit)
    }

    fn arp(&self, packet: &mut Packet) {
        let [from, to] = ["arp.src.proto_ipv4", "arp.dst.proto_ipv4"].map(|name| self.any(&[name], address));
        let is_own = from.is_some() && from == to;
        let is_rarp = self.any(&["arp.opcode"], number).is_some_and(|operation| matches!(operation, 3 | 4));
        if is_rarp || is_own || self.get("arp.isgratuitous").is_some_and(is_true) {
            packet.kind = Some(Kind::Announcement);
        }
        let hardware = self.get("arp.src.hw_mac").map(|text| first(text).to_owned());
        packet.source_mac = hardware.or(packet.source_mac.take());
        packet.source = if is_rarp { packet.source_mac.clone() } else { from.or(packet.source.take()) };
        packet.target = if is_rarp { None } else { to.or(packet.target.take()) };
    }
}
