//! The intervals in iperf3's JSON.

use super::{BLOCK, BUFFERED};
use crate::diagnostic::Place;
use crate::head::Head;
use crate::shared::benchmark::positive;
use crate::shared::json::{self, Node, Piece, Trouble};
use crate::shared::work::{Beside, Row, Work};
use crate::time::stamp::Stamp;

/// Whether there is a document of iperf3 with intervals.
pub(super) fn recognise(head: &Head<'_>) -> bool {
    let documents = head.lines.iter().any(|line| json::document(line.text).is_some());
    if !(documents && head.holds(b"\"start\"") && head.holds(b"\"connected\"")) {
        return false;
    }
    let begins = |rest: &[u8], with: &[&[u8]]| {
        with.iter().try_fold(rest, |rest, next| rest.trim_ascii_start().strip_prefix(*next)).is_some()
    };
    let bytes = head.far();
    let holds = |key: &[u8], with: &[&[u8]]| {
        memchr::memmem::find_iter(bytes, key)
            .any(|at| bytes.get(at.saturating_add(key.len())..).is_some_and(|rest| begins(rest, with)))
    };
    holds(b"\"intervals\"", &[b":", b"[", b"{"]) || holds(b"\"event\"", &[b":", b"\"interval\""])
}

/// Of a test where its times begin.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    epoch_s: Option<f64>,
    /// What was left out before the intervals that count.
    omitted_s: f64,
}

#[derive(Default)]
struct Reader {
    documents: u64,
    start: Start,
    protocol: String,
    /// The intervals are events of their own.
    streams: bool,
}

/// Whether there is any document; its intervals go to `work`.
pub(super) fn read(bytes: &[u8], work: &mut Work) -> bool {
    let mut reader = Reader::default();
    json::read(bytes, &["streams", "server_output_json"], |piece| match piece {
        Piece::Document(node, trouble) => reader.piece(&node, trouble, work),
        Piece::Other(_) => {}
    });
    reader.documents > 0
}

impl Reader {
    fn piece(&mut self, node: &Node<'_>, trouble: Option<Trouble<'_>>, work: &mut Work) {
        match (node.get("event").and_then(Node::str), node.get("data")) {
            (Some("start"), Some(start)) => {
                self.streams = true;
                self.begin(start, work);
            }
            (Some("interval"), Some(interval)) if self.streams => self.interval(interval, work),
            (Some(_), _) => {}
            (None, _) => {
                let Some(start) = node.get("start") else { return };
                self.streams = false;
                self.begin(start, work);
                for interval in node.get("intervals").map_or(&[][..], Node::items) {
                    self.interval(interval, work);
                }
            }
        }
        if let Some(Trouble::Broken(place)) = trouble {
            work.diagnostics.warning("json-broken", place, || {
                "expected JSON to go on; what stands before it is used, the rest of the document is not"
                    .to_owned()
            });
        }
    }

    fn begin(&mut self, start: &Node<'_>, work: &mut Work) {
        self.documents = self.documents.saturating_add(1);
        work.begin_test();
        let test = start.get("test_start");
        let number = |node: Option<&Node<'_>>| node.and_then(Node::word).and_then(positive);
        self.start = Start {
            epoch_s: number(start.get("timestamp").and_then(|stamp| stamp.get("timesecs"))),
            omitted_s: number(test.and_then(|test| test.get("omit"))).unwrap_or_default(),
        };
        if let Some(version) = start.get("version").and_then(Node::str) {
            let version = version.strip_prefix("iperf ").unwrap_or(version).to_owned();
            work.version.get_or_insert(version);
        }
        self.protocol =
            test.and_then(|test| test.get("protocol")).and_then(Node::str).unwrap_or("unknown").to_owned();
        if self.documents > 1 {
            return;
        }
        let system = start.get("system_info").and_then(Node::str);
        if let Some(host) = system.and_then(|system| system.split_ascii_whitespace().nth(1)) {
            work.facts.set_text("host", host.as_bytes());
        }
        let block = number(test.and_then(|test| test.get("blksize"))).filter(|block| *block > 0.0);
        work.facts.set_float("unit_bytes", block.unwrap_or(BLOCK));
    }

    fn interval(&self, interval: &Node<'_>, work: &mut Work) {
        let sums = ["sum", "sum_bidir_reverse"];
        let sums: Vec<&Node<'_>> = sums.iter().filter_map(|key| interval.get(key)).collect();
        let is = |sum: &Node<'_>, key: &str| sum.get(key).and_then(Node::word) == Some(b"true");
        // What arrives tells of the way there.
        let arrives = sums.iter().find(|sum| !is(sum, "sender") && sum.get("sender").is_some());
        let Some(sum) = arrives.or(sums.first()) else {
            return work.unreadable(interval.place(), "a `sum` over all streams of the interval");
        };
        if is(sum, "omitted") {
            return;
        }
        let number = |key: &str| sum.get(key).and_then(Node::word).and_then(positive);
        let (Some(from), Some(end), Some(bits), true) =
            (number("start"), number("end"), number("bits_per_second"), sum.whole)
        else {
            let place = Place { line: Some(sum.line), ..sum.place() };
            return work.unreadable(place, "`start`, `end` and `bits_per_second`, numbers of at least 0");
        };
        if !is_alike(is(sum, "sender"), &self.protocol, sum.line, work) {
            return;
        }
        let elapsed = end + self.start.omitted_s;
        let length = number("seconds").filter(|seconds| *seconds > 0.0).unwrap_or(end - from);
        let row = Row {
            stamp: self.start.epoch_s.map(|start| Stamp::Epoch(start + elapsed)),
            elapsed_s: Some(elapsed),
            length_s: Some(length).filter(|length| *length > 0.0),
            rate: Some(bits / 8.0),
            beside: Vec::new(),
            line: sum.line,
        };
        let retransmits = sums.iter().find_map(|sum| sum.get("retransmits")?.word()).and_then(positive);
        let lost = number("lost_packets").filter(|_| !is(sum, "sender"));
        let jitter = number("jitter_ms").filter(|_| !is(sum, "sender"));
        let row = row.with(Beside::Retransmits, retransmits);
        work.push(row.with(Beside::Lost, lost).with(Beside::Jitter, jitter));
    }
}

/// Notes whether the intervals are of what was sent or of what arrived. Whether these are as those before: a log has intervals of
/// one kind.
pub(super) fn is_alike(sent: bool, protocol: &str, line: u64, work: &mut Work) -> bool {
    let counts = if sent { "sent" } else { "received" };
    if work.facts.get("counts").is_none() {
        work.facts.set_text("counts", counts.as_bytes());
        work.facts.set_text("protocol", protocol.as_bytes());
        if sent && protocol != "UDP" {
            work.facts.set_float("buffered_bytes", BUFFERED);
        }
    }
    let known = [work.facts.text("counts"), work.facts.text("protocol")];
    let is_alike = known == [Some(counts), Some(protocol)];
    if !is_alike {
        work.lost = work.lost.saturating_add(1);
        work.diagnostics.warning("other-test", Place { line: Some(line), ..Place::FILE }, || {
            format!(
                "an interval of {protocol}, of what was {counts}, and those of the first test are others: it is left out"
            )
        });
    }
    is_alike
}
