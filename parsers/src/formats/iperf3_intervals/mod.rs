//! `iperf3-intervals`: how much went over a network in each interval of iperf3 (`-i`), in its text or in its JSON.
//!
//! ```text
//! Connecting to host 192.168.1.102, port 5201
//! [  5] local 192.168.1.98 port 65174 connected to 192.168.1.102 port 5201
//! [ ID] Interval           Transfer     Bitrate         Retr  Cwnd
//! [  5]   0.00-1.00   sec   113 MBytes   947 Mbits/sec    0    387 KBytes
//! [  5]   1.00-2.00   sec  0.00 Bytes  0.00 bits/sec    2   1.41 KBytes
//! ```
//!
//! Traps:
//!
//! * An interval without a byte is the outage, not a gap in the log.
//! * A sender counts what its socket took: it goes on for as long as buffers have room (`buffered_bytes`), and what it could not
//!   send comes in one burst. The sender of datagrams goes on whoever is away (`counts` is `sent`).
//! * Bytes are counted in blocks (`unit_bytes`): where few blocks are due an interval may be empty by chance.
//! * Streams are parts of `[SUM]`. Of two directions at once that which arrives counts.
//! * Intervals of `-O` are marked `(omitted)` and counted from 0, and those that count begin at 0 again.
//! * Amounts are of 1024, `Mbits/sec` of 1000, `MBytes/sec` (`-f M`) of 1024.
//! * The text has no clock but seconds since the start; `--timestamps` puts one in front of every line. The JSON has the whole
//!   second in which the test was begun: it sent up to a second later.
//! * Sums at the end are no intervals; old versions do not mark those of datagrams.
//! * A server writes test after test into one log.
//!
//! Absent on purpose: streams one by one; windows; what the server sends to its client.

mod document;
mod table;

use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::work::{Resolution, Work};

pub(crate) static DESCRIPTION: Description = Description {
    name: "iperf3-intervals",
    description: "how much went over a network in each interval of iperf3",
    written_by: "iperf3 with -i, as text, with -J or with --json-stream",
    begins_with: "`Connecting to host …` or `Accepted connection from …`, then `[ ID] Interval …`; or iperf3's JSON",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::Head(&[b"] Interval ", b"[Role] Interval ", b"\"intervals\"", b"\"interval\""]),
    recognise,
    parse: Parse::Whole(parse),
};

/// What a socket of Linux keeps at most on both sides, unless somebody changed that: `tcp_wmem` and `tcp_rmem`.
const BUFFERED: f64 = 10_485_760.0;
/// What iperf3 writes at once over TCP unless it is told otherwise.
const BLOCK: f64 = 131_072.0;

fn recognise(head: &Head<'_>) -> bool {
    table::recognise(head) || document::recognise(head)
}

/// Whether these are the intervals of its text.
pub(super) fn is_text(head: &Head<'_>) -> bool {
    table::recognise(head)
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::BytesPerSecond);
    let resolution = if document::read(bytes, &mut work) {
        Resolution { time_s: Some(1.0), elapsed_s: Some(1e-6), length_s: 1e-6 }
    } else {
        table::read(bytes, &mut work);
        Resolution { time_s: None, elapsed_s: Some(0.01), length_s: 0.01 }
    };
    work.finish(bytes, resolution, "intervals of iperf3, which it tells with `-i 1`")
}
