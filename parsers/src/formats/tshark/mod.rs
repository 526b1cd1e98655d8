//! `tshark`: fields of packets, a line each, as `tshark -T fields -E header=y` prints them.
//!
//! ```text
//! frame.time_epoch,ip.src,ip.dst,icmp.type,icmp.seq,tcp.len
//! 1784052223.186585000,198.51.100.61,198.51.100.57,8,17,
//! 1784052223.186913000,198.51.100.57,198.51.100.61,0,17,
//! ```
//!
//! Which fields there are was decided by who ran it, so that columns are found by their names ([`fields`]). The more there are
//! of `frame.time_epoch`, `ip.src`, `ip.dst`, `icmp.type`, `icmp.ident`, `icmp.seq`, `tcp.srcport`, `tcp.dstport`, `tcp.flags`, `tcp.len`,
//! `arp.isgratuitous` and `eth.src`, the more is known of a packet.
//!
//! Traps:
//!
//! * Any sign may stand between fields: a tab, unless `-E separator=` says otherwise; quotes are there if `-E quote=d` or `s` was given.
//! * A field that a packet has several times (the addresses in an ICMP error) holds all values, with commas between them; the
//!   first is that of the packet itself. Where commas also stand between fields, and quotes do not, the row has too many.
//! * `frame.time` holds a comma, and a zone that may mean several.
//! * `frame.time_relative` counts from the first packet: it ties the packets to nothing else.
//! * Numbers may be decimal or hexadecimal (`0x0018`), truths `1` or `True`.
//! * `icmp.seq_le` is `icmp.seq` with its bytes in the other order.
//!
//! Absent on purpose: fields without a header; what a field means that no address, time or flow is.

mod fields;

use self::fields::Fields;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::packets::{Packet, Packets};

pub(crate) static DESCRIPTION: Description = Description {
    name: "tshark",
    description: "packets of a network, as `tshark -T fields` prints them",
    written_by: "tshark -T fields -E header=y of Wireshark 2 to 4, with any separator and quotes",
    begins_with: "the names of fields, among them a time and an address: `frame.time_epoch,ip.src,ip.dst,…`",
    file_names: &["packets", "capture", "wireshark"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Packets,
    marks: Marks::Head(&[b"frame.time", b"_ws.col."]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.first().is_some_and(|line| Fields::read(line.text).is_some())
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut lines = Lines::new(bytes).filter(|line| !line.is_blank());
    let header = lines.next();
    let fields = header.and_then(|line| Some((line, Fields::read(line.text)?)));
    let Some((header, fields)) = fields else {
        let place = header.map_or(Place::FILE, |line| Place::line(line.number, line.text));
        let expected = "a line with the names of fields (`-E header=y`), among them a time and an address";
        return Err(unusable(place, expected, Diagnostics::default()));
    };
    let mut reader = Reader {
        fields,
        packets: Packets::default(),
        lost: 0,
        resolution_s: 0.0,
        diagnostics: Diagnostics::default(),
    };
    for line in lines {
        // Of several outputs behind each other each has its header.
        if line.text != header.text {
            reader.line(line);
        }
    }
    reader.finish(header)
}

struct Reader {
    fields: Fields,
    packets: Packets,
    lost: usize,
    /// How coarse the times are, seconds.
    resolution_s: f64,
    diagnostics: Diagnostics,
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        let mut row = match self.fields.row(line.text) {
            Ok(row) => row,
            Err(count) => {
                let (code, wanted) = if line.terminated {
                    ("row-unreadable", self.fields.len())
                } else {
                    ("last-line-cut", self.fields.len())
                };
                return self.lose(code, place, || {
                    format!(
                        "expected {wanted} fields, found {count}; the line is left out. Where a field holds the sign between fields, run tshark with \
                         `-E quote=d`, another `-E separator=`, or `-E occurrence=f`"
                    )
                });
            }
        };
        if !line.terminated {
            self.diagnostics.warning("last-line-cut", place, || {
                "the last line has no end, and its last field may be cut; that is left out".to_owned()
            });
            row.drop_last();
        }
        let time = match row.time() {
            Ok(time) => time,
            Err(field) => {
                return self.lose("time-unreadable", place, || {
                    format!("expected a time in {field}; the line is left out")
                });
            }
        };
        let packet = Packet {
            epoch_s: time.epoch_s,
            local_s: time.local_s,
            relative_s: time.relative_s,
            ..row.packet()
        };
        self.resolution_s = self.resolution_s.max(time.resolution_s);
        self.packets.push(packet, Some(line.number));
    }

    fn lose(&mut self, code: &'static str, place: Place<'_>, message: impl FnOnce() -> String) {
        self.lost = self.lost.saturating_add(1);
        self.diagnostics.warning(code, place, message);
    }

    fn finish(mut self, header: Line<'_>) -> Result<Outcome, Unusable> {
        if self.packets.len() == 0 {
            let place = Place::line(header.number, header.text);
            return Err(unusable(place, "at least one packet below the names of fields", self.diagnostics));
        }
        let clock = self.packets.clock();
        let place = Place::line(header.number, header.text);
        match (clock, self.packets.has_locals()) {
            (Clock::None, true) => self.diagnostics.warning("time-zone-unknown", place, || {
                "times are local, in local_s and not in epoch_s: their zone gives no offset from UTC. Declare utc_offset, or run tshark with \
                 `-e frame.time_epoch`"
                    .to_owned()
            }),
            (Clock::None, false) => self.diagnostics.note("times-without-clock", place, || {
                "times count from the first packet, which is tied to no date: run tshark with `-e frame.time_epoch`".to_owned()
            }),
            _ => {}
        }
        if let Some(missing) = self.fields.missing() {
            self.diagnostics.note("fields-missing", Place::line(header.number, header.text), || {
                format!("{missing} would tell more of the packets")
            });
        }
        let mut facts = Facts::default();
        facts.set_float("time_resolution_s", self.resolution_s);
        if clock == Clock::None {
            facts.set_text("since", b"capture started");
        }
        let rows = RowCount { read: self.packets.len(), lost: self.lost };
        Ok(Outcome {
            version: None,
            columns: self.packets.finish(),
            clock,
            facts,
            parts: Vec::new(),
            rows,
            diagnostics: self.diagnostics,
        })
    }
}
