//! `iperf3`: the JSON that iperf3 writes with `-J`.
//!
//! ```text
//! {
//!     "start": { "connected": […], "version": "iperf 3.12", "system_info": "Linux kirsche 6.1…",
//!         "timestamp": { "timesecs": 1795274492 },
//!         "test_start": { "protocol": "TCP", "num_streams": 1, "blksize": 131072, "reverse": 0 } },
//!     "intervals": […],
//!     "end": { "streams": […],
//!         "sum_sent": { "bits_per_second": 16458672394.8, "retransmits": 33 },
//!         "sum_received": { "bits_per_second": 16458327402.7 },
//!         "cpu_utilization_percent": { "host_total": 50.57, "remote_total": 47.46 } }
//! }
//! ```
//!
//! The test is named after what the client does: `tcp-send`, or `tcp-receive` with `-R`; the operation says
//! who counted. Traps:
//!
//! * What was sent is not what arrived: of UDP least of all.
//! * Streams are parts of the sums. A single stream is the whole, and is not told twice.
//! * With `--bidir` both directions share the network; they are other tests than one direction alone.
//! * A run that failed or was interrupted has an `error`, and its sums are half true.
//! * Before 3.11 UDP has only `sum`: the sender's rate with the receiver's losses.
//!
//! Absent on purpose: the output for people, which is refused with the option that helps; intervals; jitter;
//! `--json-stream`; the server's own copy of the output.

use super::benchmark::{CPU, FAULTS, Measure, Results, Row, THROUGHPUT, positive, scaled};
use super::json::{self, Node, Piece, Trouble};
use super::sequence::Tally;
use crate::detect::Head;
use crate::diagnostic::{ParseError, Parsed};
use crate::format::{Format, FormatInfo};

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::Iperf3,
    name: "iperf3",
    description: "throughput of a network over TCP, UDP or SCTP, as sender and receiver measured it",
    written_by: "iperf3 with -J",
    begins_with: "`{` and `\"start\": {\"connected\": …`",
    recognise,
    parse,
};

fn recognise(head: &Head<'_>) -> bool {
    let any = |what: &[u8]| head.lines.iter().any(|line| memchr::memmem::find(line.text, what).is_some());
    let begins = |what: &[u8]| head.lines.iter().any(|line| line.text.trim_ascii_start().starts_with(what));
    let document = begins(b"{") && any(b"\"start\"") && any(b"\"connected\"");
    let for_people = begins(b"Connecting to host ") && begins(b"[ ID] Interval ");
    document || for_people
}

#[derive(Default)]
struct Reader {
    results: Results,
    documents: u64,
    others: Tally,
    error: Option<String>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader::default();
    json::read(bytes, |piece| match piece {
        Piece::Document(node, trouble) => reader.document(&node, trouble),
        Piece::Other(line) => reader.others.add(line.number),
    });
    if reader.others.count > 0 {
        let (count, place) = (reader.others.count, reader.others.place());
        reader.results.diagnostics.note("other-output", place, || {
            format!("lines that are not of the JSON: {count}, the first here; they are not used")
        });
    }
    let expected = match reader.error {
        Some(error) => format!("the sums at the end of a test; iperf3 says: {error}"),
        None if reader.documents > 0 => "the sums at the end of a test; was iperf3 stopped?".to_owned(),
        None => "iperf3's JSON, which it writes with `-J`; its output for people is rounded and not read".to_owned(),
    };
    reader.results.finish(Format::Iperf3, bytes, &expected)
}

/// What the start of a document says of its test.
struct Test {
    protocol: String,
    size: Option<f64>,
    reverse: bool,
    bidirectional: bool,
    /// Whether the client wrote the log.
    client: bool,
}

impl Reader {
    fn document(&mut self, document: &Node<'_>, trouble: Option<Trouble<'_>>) {
        let Some(start) = document.get("start") else { return self.results.other(document.place()) };
        self.documents += 1;
        self.facts(start);
        if let Some(Trouble::Broken(place)) = trouble {
            self.results.diagnostics.warning("json-broken", place, || {
                "expected JSON to go on; what stands before it is used, the rest of the document is not".to_owned()
            });
        }
        let error = document.get("error");
        if let Some(error) = error.filter(|error| error.str().is_some()) {
            let text = error.str().unwrap_or_default().to_owned();
            let what = format!("iperf3 ended with an error, `{text}`; the sums of this test are left out");
            if text.starts_with("interrupt") {
                self.results.unfinished(error.place(), 1, what);
            } else {
                self.results.lost += 1;
                self.results.diagnostics.warning("benchmark-failed", error.place(), || what);
            }
            self.error = Some(text);
            return;
        }
        let before = self.results.rows.len();
        let end = document.get("end");
        if let Some(end) = end {
            self.end(&Test::of(start, end), end);
        }
        if trouble.is_some() || self.results.rows.len() == before {
            let what = "the end of the test is missing, or a part of it; was iperf3 killed? What is there is used";
            self.results.unfinished(document.place(), 1, what);
        }
    }

    fn facts(&mut self, start: &Node<'_>) {
        if let Some(version) = start.get("version").and_then(Node::str) {
            let version = version.strip_prefix("iperf ").unwrap_or(version).to_owned();
            self.results.version.get_or_insert(version);
        }
        let facts = &mut self.results.facts;
        // uname: the system, the name of the host, its release.
        let system = start.get("system_info").and_then(Node::str);
        if let Some(host) = system.and_then(|system| system.split_ascii_whitespace().nth(1)) {
            facts.set_text("host", host.as_bytes());
        }
        if let Some(remote) = start.get("connecting_to").and_then(|to| to.get("host")).and_then(Node::str) {
            facts.set_text("remote", remote.as_bytes());
        }
        let seconds = start.get("timestamp").and_then(|stamp| stamp.get("timesecs")).and_then(Node::word);
        if let Some(seconds) = seconds.and_then(positive).filter(|_| facts.get("start_epoch_s").is_none()) {
            facts.set_float("start_epoch_s", seconds);
        }
        let test = start.get("test_start");
        if let Some(streams) = test.and_then(|test| test.get("num_streams")).and_then(Node::count) {
            facts.set_int("streams", streams);
        }
    }

    fn end(&mut self, test: &Test, end: &Node<'_>) {
        let streams = end.get("streams").map_or(&[][..], Node::items);
        for back in [false, true] {
            let name = test.name(back);
            let mine: Vec<&Node<'_>> = streams.iter().filter(|stream| test.is_of(stream, back)).collect();
            if mine.len() > 1 {
                for (number, stream) in (1_u32..).zip(mine) {
                    self.sums(test, &name, Some(number), &[("sender", "send"), ("receiver", "receive"), ("udp", "send")], stream);
                }
            }
            let sums: &[(&str, &'static str)] = match (back, end.get("sum_sent").is_some()) {
                (true, _) => &[("sum_sent_bidir_reverse", "send"), ("sum_received_bidir_reverse", "receive")],
                (false, true) => &[("sum_sent", "send"), ("sum_received", "receive")],
                (false, false) => &[("sum", "send")],
            };
            self.sums(test, &name, None, sums, end);
        }
        if let Some(seconds) = ["sum_sent", "sum"].iter().find_map(|sum| end.get(sum)?.get("seconds")?.word()) {
            if let Some(seconds) = positive(seconds) {
                self.results.facts.set_float("runtime_s", seconds);
            }
        }
        self.cpu(test, end);
    }

    fn sums(&mut self, test: &Test, name: &str, worker: Option<u32>, sums: &[(&str, &'static str)], of: &Node<'_>) {
        for (key, operation) in sums {
            let Some(sum) = of.get(key).filter(|sum| sum.whole) else { continue };
            self.push(test, name, worker, operation, (THROUGHPUT, "mean", 0.125), sum, "bits_per_second");
            if sum.get("retransmits").is_some() {
                self.push(test, name, worker, operation, (FAULTS, "retransmits", 1.0), sum, "retransmits");
            }
            let is_total = *operation == "receive" || matches!(*key, "udp" | "sum");
            if sum.get("lost_packets").is_some() && is_total {
                self.push(test, name, worker, "receive", (FAULTS, "lost", 1.0), sum, "lost_packets");
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of a row")]
    fn push(
        &mut self,
        test: &Test,
        name: &str,
        worker: Option<u32>,
        operation: &'static str,
        (measure, statistic, scale): (Measure, &'static str, f64),
        of: &Node<'_>,
        key: &str,
    ) {
        let node = of.get(key);
        let value = node.and_then(Node::word).and_then(positive).map(|value| scaled(value, scale));
        if value.is_none() {
            self.results.diagnostics.warning("unreadable-value", node.unwrap_or(of).place(), || {
                format!("expected `{key}`, a number of at least 0; the value is null")
            });
        }
        self.results.rows.push(Row {
            test: name.to_owned(),
            operation,
            size: test.size,
            measure,
            statistic,
            value,
            worker: worker.map(|worker| worker.to_string()),
            line: node.unwrap_or(of).line,
        });
    }

    /// The CPU of both ends, each as the end that it is.
    fn cpu(&mut self, test: &Test, end: &Node<'_>) {
        let Some(cpu) = end.get("cpu_utilization_percent").filter(|cpu| cpu.whole) else { return };
        let sends = test.client != test.reverse;
        for (key, operation) in
            [("host_total", if sends { "send" } else { "receive" }), ("remote_total", if sends { "receive" } else { "send" })]
        {
            self.push(test, &test.name(false), None, operation, (CPU, "mean", 1.0), cpu, key);
        }
    }
}

impl Test {
    fn of(start: &Node<'_>, end: &Node<'_>) -> Self {
        let test = start.get("test_start");
        let get = |key: &str| test.and_then(|test| test.get(key));
        let protocol = get("protocol").and_then(Node::str).unwrap_or("unknown");
        Self {
            protocol: protocol.to_ascii_lowercase(),
            size: get("blksize").and_then(Node::word).and_then(positive),
            reverse: get("reverse").and_then(Node::count) == Some(1),
            bidirectional: end.get("sum_sent_bidir_reverse").is_some(),
            client: start.get("accepted_connection").is_none(),
        }
    }

    /// `tcp-send`; `back` is the way from the server to the client of two at once.
    fn name(&self, back: bool) -> String {
        let both = if self.bidirectional { "-bidir" } else { "" };
        let direction = if self.reverse || back { "receive" } else { "send" };
        format!("{}{both}-{direction}", self.protocol)
    }

    /// Whether a stream goes that way.
    fn is_of(&self, stream: &Node<'_>, back: bool) -> bool {
        if !self.bidirectional {
            return !back;
        }
        let sends = ["sender", "udp"].iter().find_map(|side| stream.get(side)?.get("sender")?.word());
        (sends == Some(b"false")) == back
    }
}
