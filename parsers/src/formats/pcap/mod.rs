//! `pcap`: packets as tcpdump, dumpcap and Wireshark keep them, in files of either kind.
//!
//! Binary: a header, then packets with their time, their length and as much of them as was kept. Files of libpcap begin with
//! `a1b2c3d4` (µs) or `a1b23c4d` (ns) in either order of bytes; pcapng is made of blocks and begins with `0a0d0d0a`. Of a packet only the headers
//! are looked at ([`headers`]); what it carries is not read.
//!
//! Traps:
//!
//! * The last packet is cut where the capturing program was killed, and may lack hundreds where its buffer was not written
//!   (`tcpdump -U` writes each at once).
//! * The length on the wire is not what was kept: `-s 64` keeps the headers alone.
//! * Packets of several interfaces, or of `-i any`, are in the file twice where they pass two of them.
//! * The order in the file is not always that of the times.
//! * Segmentation offload: a card may be handed 64 KB at once, which is one packet here and many on the wire.
//!
//! Absent on purpose: tunnels (VXLAN, GRE) from which the packets of a VM would have to be unpacked; names; checksums.

mod blocks;
mod headers;

use pcap_parser::nom::Err as Stop;
use pcap_parser::{Linktype, PcapHeader};

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::packets::Packets;

pub(crate) static DESCRIPTION: Description = Description {
    name: "pcap",
    description: "packets of a network, as tcpdump and Wireshark keep them",
    written_by: "tcpdump, dumpcap, tshark, Wireshark: libpcap files (µs or ns) and pcapng, of Ethernet, Linux cooked, loopback and raw IP",
    begins_with: "the bytes `d4c3b2a1` (libpcap) or `0a0d0d0a` (pcapng)",
    file_names: &["tcpdump", "pcapng", "dumpcap", "wireshark", "capture", "packets"],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Packets,
    marks: Marks::Binary,
    recognise,
    parse: Parse::Whole(parse),
};

/// How files of libpcap begin: µs, ns, and those of an old kernel, in the order of bytes of either machine.
const CLASSIC: [[u8; 4]; 5] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
];
/// How a section of pcapng begins, and what stands behind its length.
const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const ORDERS: [[u8; 4]; 2] = [[0x4d, 0x3c, 0x2b, 0x1a], [0x1a, 0x2b, 0x3c, 0x4d]];

fn recognise(head: &Head<'_>) -> bool {
    let bytes = head.magic();
    CLASSIC.iter().any(|magic| bytes.starts_with(magic)) || is_section(bytes)
}

fn is_section(bytes: &[u8]) -> bool {
    let order = bytes.get(8..12);
    bytes.starts_with(&SECTION) && ORDERS.iter().any(|known| order == Some(known.as_slice()))
}

/// Longer than any packet.
const LONGEST: u32 = 1 << 20;

/// A capture that is being read.
#[derive(Default)]
struct Reader {
    packets: Packets,
    /// Packets so far, those that are lost among them.
    number: u64,
    lost: usize,
    /// Packets whose headers were not kept.
    too_short: u64,
    diagnostics: Diagnostics,
    /// How coarse the times are, seconds.
    resolution_s: f64,
}

/// A packet as it stands in the file.
struct Raw<'a> {
    epoch_s: Option<f64>,
    link: Linktype,
    data: &'a [u8],
    length: u32,
}

/// Reads the capture; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    if is_section(bytes) {
        blocks::read(&mut reader, bytes);
    } else {
        match pcap_parser::parse_pcap_header(bytes) {
            Ok((rest, header)) => classic(&mut reader, bytes, rest, &header),
            Err(_) => {
                let expected =
                    "the header of a capture: the bytes `d4c3b2a1` (libpcap) or `0a0d0d0a` (pcapng)";
                return Err(unusable(Place::FILE, expected, reader.diagnostics));
            }
        }
    }
    reader.finish()
}

/// Packets one behind the other.
fn classic<'a>(reader: &mut Reader, bytes: &'a [u8], mut rest: &'a [u8], header: &PcapHeader) {
    let per_second = if header.is_nanosecond_precision() { 1e9 } else { 1e6 };
    reader.resolution_s = 1.0 / per_second;
    // The upper bits tell of checksums.
    let link = Linktype(header.network.0 & 0xffff);
    while !rest.is_empty() {
        let read = match (header.is_modified_format(), header.is_bigendian()) {
            (true, _) => pcap_parser::parse_pcap_frame_modified(rest),
            (false, true) => pcap_parser::parse_pcap_frame_be(rest),
            (false, false) => pcap_parser::parse_pcap_frame(rest),
        };
        let at = bytes.len().saturating_sub(rest.len());
        match read {
            Ok((behind, packet)) if packet.caplen <= LONGEST && f64::from(packet.ts_usec) < per_second => {
                let seconds = f64::from(packet.ts_sec) + f64::from(packet.ts_usec) / per_second;
                reader.packet(
                    &Raw { epoch_s: Some(seconds), link, data: packet.data, length: packet.origlen },
                    at,
                );
                rest = behind;
            }
            Ok(_) | Err(Stop::Error(_) | Stop::Failure(_)) => return reader.damaged(at, rest.len()),
            Err(Stop::Incomplete(_)) => return reader.cut(at, rest, header.is_bigendian()),
        }
    }
}

impl Reader {
    fn packet(&mut self, raw: &Raw<'_>, at: usize) {
        self.number = self.number.saturating_add(1);
        let number = self.number;
        if raw.epoch_s.is_none() {
            self.lost = self.lost.saturating_add(1);
            self.diagnostics.warning("packet-without-time", Place::FILE, || {
                format!("packet {number} (byte {at}) has no time, or is of an interface that is not described; it is left out")
            });
            return;
        }
        match headers::read(raw.link, raw.data, raw.length) {
            Ok(mut packet) => {
                packet.epoch_s = raw.epoch_s;
                self.packets.push(packet, None);
            }
            Err(headers::Unread::Link(link)) => {
                self.lost = self.lost.saturating_add(1);
                self.diagnostics.error("link-type-unknown", Place::FILE, || {
                    format!(
                        "packet {number} (byte {at}): packets of link type {link} are not read, only those of Ethernet, Linux \
                         cooked, loopback and raw IP; it is left out"
                    )
                });
            }
            Err(headers::Unread::Short) => {
                self.lost = self.lost.saturating_add(1);
                self.too_short = self.too_short.saturating_add(1);
                self.diagnostics.warning("packet-too-short", Place::FILE, || {
                    format!(
                        "packet {number} (byte {at}): its headers were not kept, or are damaged, so that nothing says from whom to whom it is; it is left out (`-s` \
                         of tcpdump keeps too little)"
                    )
                });
            }
        }
    }

    /// Less than a packet is left.
    fn cut(&mut self, at: usize, rest: &[u8], is_big: bool) {
        let kept = rest.get(8..12).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        let kept =
            kept.map(|bytes| if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) });
        if kept.is_some_and(|kept| kept > LONGEST) {
            return self.damaged(at, rest.len());
        }
        self.lost = self.lost.saturating_add(1);
        let (number, left) = (self.number.saturating_add(1), rest.len());
        self.diagnostics.warning("last-packet-cut", Place::FILE, || {
            format!(
                "expected packet {number} at byte {at}, found {left} bytes of it: the capture was stopped while it was written, or copied \
                 too early; it is left out"
            )
        });
    }

    /// What stands here is no packet, and nothing says where the next one begins.
    fn damaged(&mut self, at: usize, left: usize) {
        self.lost = self.lost.saturating_add(1);
        let number = self.number.saturating_add(1);
        self.diagnostics.error("capture-damaged", Place::FILE, || {
            format!(
                "expected packet {number} at byte {at}, found a length or a time that no packet has: the file is damaged from there on, and its last {left} \
                 bytes are left out"
            )
        });
    }

    fn finish(self) -> Result<Outcome, Unusable> {
        if self.packets.len() == 0 {
            let expected =
                "at least one packet, of Ethernet, Linux cooked, loopback or raw IP, with its headers";
            return Err(unusable(Place::FILE, expected, self.diagnostics));
        }
        let mut facts = Facts::default();
        facts.set_float("time_resolution_s", self.resolution_s);
        let rows = RowCount { read: self.packets.len(), lost: self.lost };
        Ok(Outcome {
            version: None,
            clock: self.packets.clock(),
            columns: self.packets.finish(),
            facts,
            parts: Vec::new(),
            rows,
            diagnostics: self.diagnostics,
        })
    }
}
