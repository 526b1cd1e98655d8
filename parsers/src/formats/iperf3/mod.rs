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
//! * Streams are parts of the sums. A single stream is the whole, and is not listed twice.
//! * With `--bidir` both directions share the network; they are other tests than one direction alone.
//! * A run that failed or was interrupted has an `error`, and its sums are half true.
//! * Older versions have only `sum` for UDP: the sender's rate with the receiver's losses.
//! * `--json-stream` (3.17 and later) writes an event per line: `{"event":"start","data":{…}}`, intervals, `end` or `error`.
//! * The server does not get what the client measured: its log has 0 there.
//!
//! Absent on purpose: the output for people, which is refused with the option that helps; intervals; jitter;
//! the server's own copy of the output.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::formats::iperf3_intervals;
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::{
    CPU, FAULTS, JITTER, LOSS, Measure, Results, Row, THROUGHPUT, positive, scaled,
};
use crate::shared::json::{self, Node, Piece, Trouble};
use crate::shared::sequence::Tally;

pub(crate) static DESCRIPTION: Description = Description {
    name: "iperf3",
    description: "throughput of a network over TCP, UDP or SCTP, as sender and receiver measured it",
    written_by: "iperf3 with -J or --json-stream",
    begins_with: "`{` and `\"start\": {\"connected\": …`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: false,
        with_operations: &[],
    }),
    marks: Marks::Head(&[b"\"connected\"", b"Connecting to host "]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let any = |what: &[u8]| head.holds(what);
    let begins = |what: &[u8]| head.lines.iter().any(|line| line.text.trim_ascii_start().starts_with(what));
    let documents = head.lines.iter().any(|line| json::document(line.text).is_some());
    let document = documents && any(b"\"start\"") && any(b"\"connected\"");
    let for_people = begins(b"Connecting to host ") && begins(b"[ ID] Interval ");
    // The intervals of the text are read by themselves; its sums are not.
    document || (for_people && !iperf3_intervals::is_text(head))
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    /// The first event of a test that is written event by event.
    begun: Option<Node<'a>>,
    documents: u64,
    runtime: f64,
    others: Tally,
    error: Option<String>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    json::read(bytes, &["intervals"], |piece| match piece {
        Piece::Document(node, trouble) => reader.piece(node, trouble),
        Piece::Other(line) => reader.others.add(line.number),
    });
    reader.end_of_stream();
    if reader.runtime > 0.0 {
        reader.results.facts.set_float("runtime_s", reader.runtime);
    }
    if reader.others.count > 0 {
        let (count, place) = (reader.others.count, reader.others.place());
        reader.results.diagnostics.note("other-output", place, || {
            format!("lines that are not of the JSON: {count}, the first here; they are not used")
        });
    }
    let expected = match reader.error {
        Some(error) => format!("the sums at the end of a test; iperf3 says: {error}"),
        None if reader.documents > 0 => "the sums at the end of a test; was iperf3 stopped?".to_owned(),
        None => "iperf3's JSON, which it writes with `-J`; its output for people is rounded and not read"
            .to_owned(),
    };
    reader.results.finish(bytes, &expected)
}

const CUT: &str = "the end of the test is missing, or a part of it; was iperf3 killed? What is there is used";

/// What the start of a document says of its test.
struct Test {
    protocol: String,
    size: Option<f64>,
    reverse: bool,
    bidirectional: bool,
    /// Whether the client wrote the log.
    client: bool,
}

/// One quantity of a sum: what it is, which statistic, and its factor.
type Quantity = (Measure, &'static str, f64);

/// Whose sums they are: the test, and the stream if it is one of several.
struct Whose<'t> {
    test: &'t Test,
    back: bool,
    worker: Option<u32>,
}

impl<'a> Reader<'a> {
    /// A document, or an event of `--json-stream`.
    fn piece(&mut self, node: Node<'a>, trouble: Option<Trouble<'a>>) {
        let event = node.get("event").and_then(Node::str);
        match (event, node.get("data")) {
            (Some("start"), Some(start)) => {
                self.end_of_stream();
                self.documents = self.documents.saturating_add(1);
                self.facts(start);
                self.begun = Some(node);
            }
            (Some("end"), Some(end)) => {
                let Some(begun) = self.begun.take() else { return self.results.other(node.place()) };
                let before = self.results.rows.len();
                if let Some(start) = begun.get("data") {
                    self.begin_test(start, begun.line);
                    self.end(&Test::of(start, end), end);
                }
                if trouble.is_some() || self.results.rows.len() == before {
                    self.results.unfinished(begun.place(), 1, CUT);
                }
            }
            (Some("error"), data) => {
                let text = data.and_then(Node::str).unwrap_or("unknown");
                let place = node.place();
                self.begun = None;
                self.failed(text, place);
            }
            // Intervals, and what the server wrote.
            (Some(_), _) => {}
            (None, _) => self.document(&node, trouble),
        }
    }

    fn begin_test(&mut self, start: &Node<'_>, line: u64) {
        let told = |key: &str| start.get("test_start")?.get(key)?.count();
        self.results.begin_test(line);
        self.results.setting("streams", told("num_streams"));
        self.results.setting(
            "rate",
            start.get("target_bitrate").and_then(Node::count).or_else(|| told("target_bitrate")),
        );
    }

    /// Tells of a test that was written event by event and has no end.
    fn end_of_stream(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.results.unfinished(begun.place(), 1, CUT);
        }
    }

    fn document(&mut self, document: &Node<'_>, trouble: Option<Trouble<'_>>) {
        let start = document.get("start");
        if start.is_none() && trouble.is_none() {
            return self.results.other(document.place());
        }
        self.documents = self.documents.saturating_add(1);
        if let Some(start) = start {
            self.facts(start);
        }
        if let Some(Trouble::Broken(place)) = trouble {
            self.results.diagnostics.warning("json-broken", place, || {
                "expected JSON to go on; what stands before it is used, the rest of the document is not"
                    .to_owned()
            });
        }
        if let Some((text, place)) =
            document.get("error").and_then(|error| Some((error.str()?, error.place())))
        {
            return self.failed(text, place);
        }
        let before = self.results.rows.len();
        if let Some((start, end)) = start.zip(document.get("end")) {
            self.begin_test(start, document.line);
            self.end(&Test::of(start, end), end);
        }
        if trouble.is_some() || self.results.rows.len() == before {
            self.results.unfinished(document.place(), 1, CUT);
        }
    }

    fn failed(&mut self, text: &str, place: Place<'_>) {
        let what = format!("iperf3 ended with an error, `{text}`; the sums of this test are left out");
        if text.starts_with("interrupt") {
            self.results.unfinished(place, 1, what);
        } else {
            self.results.failed(place, what);
        }
        self.error = Some(text.to_owned());
    }

    /// Those of the first test.
    fn facts(&mut self, start: &Node<'_>) {
        if let Some(version) = start.get("version").and_then(Node::str) {
            let version = version.strip_prefix("iperf ").unwrap_or(version).to_owned();
            self.results.version.get_or_insert(version);
        }
        let facts = &mut self.results.facts;
        // uname: the system, the name of the host, its release.
        let system = start.get("system_info").and_then(Node::str);
        let host = system.and_then(|system| system.split_ascii_whitespace().nth(1));
        if let Some(host) = host.filter(|_| facts.get("host").is_none()) {
            facts.set_text("host", host.as_bytes());
        }
        let peer = ["connecting_to", "accepted_connection"]
            .iter()
            .find_map(|key| start.get(key)?.get("host")?.str());
        if let Some(peer) = peer.filter(|_| facts.get("remote").is_none()) {
            facts.set_text("remote", peer.as_bytes());
        }
        let seconds = start.get("timestamp").and_then(|stamp| stamp.get("timesecs")).and_then(Node::word);
        if let Some(seconds) = seconds.and_then(positive).filter(|_| facts.get("start_epoch_s").is_none()) {
            facts.set_float("start_epoch_s", seconds);
        }
        let streams = start.get("test_start").and_then(|test| test.get("num_streams")).and_then(Node::count);
        if let Some(streams) = streams.filter(|_| facts.get("streams").is_none()) {
            facts.set_int("streams", streams);
        }
    }

    fn end(&mut self, test: &Test, end: &Node<'_>) {
        const OF_STREAM: [(&str, &str); 3] = [("sender", "send"), ("receiver", "receive"), ("udp", "send")];
        let streams = end.get("streams");
        for back in [false, true] {
            let items = streams.map_or(&[][..], Node::items);
            let mine: Vec<&Node<'_>> = items.iter().filter(|stream| test.is_of(stream, back)).collect();
            if mine.len() > 1 {
                for (number, stream) in (1_u32..).zip(&mine) {
                    self.sums(&Whose { test, back, worker: Some(number) }, &OF_STREAM, stream);
                }
            }
            let sums: &[(&str, &'static str)] = match (back, end.get("sum_sent").is_some()) {
                (true, _) => &[("sum_sent_bidir_reverse", "send"), ("sum_received_bidir_reverse", "receive")],
                (false, true) => &[("sum_sent", "send"), ("sum_received", "receive")],
                (false, false) => &[("sum", "send")],
            };
            let whose = Whose { test, back, worker: None };
            let found = self.sums(&whose, sums, end);
            // The only stream is the whole, where the sums are cut off.
            if let ([stream], false, true) =
                (mine.as_slice(), found, streams.is_some_and(|streams| streams.whole))
            {
                self.sums(&whose, &OF_STREAM, stream);
            }
        }
        let seconds = ["sum_sent", "sum"].iter().find_map(|sum| end.get(sum)?.get("seconds")?.word());
        self.runtime = seconds.and_then(positive).unwrap_or(0.0).max(self.runtime);
        self.cpu(test, end);
    }

    /// Adds the sums that are complete; says whether there are any.
    fn sums(&mut self, whose: &Whose<'_>, sums: &[(&str, &'static str)], of: &Node<'_>) -> bool {
        let before = self.results.rows.len();
        for (key, operation) in sums {
            let Some(sum) = of.get(key).filter(|sum| sum.whole) else { continue };
            self.push(whose, operation, (THROUGHPUT, "mean", 0.125), sum, "bits_per_second");
            if sum.get("retransmits").is_some() {
                self.push(whose, operation, (FAULTS, "retransmits", 1.0), sum, "retransmits");
            }
            let with_losses = *operation == "receive" || matches!(*key, "udp" | "sum");
            if sum.get("lost_packets").is_some() && with_losses {
                self.push(whose, "receive", (FAULTS, "lost", 1.0), sum, "lost_packets");
                for (key, quantity) in
                    [("lost_percent", (LOSS, "value", 1.0)), ("jitter_ms", (JITTER, "mean", 1e-3))]
                {
                    if sum.get(key).is_some() {
                        self.push(whose, "receive", quantity, sum, key);
                    }
                }
            }
        }
        self.results.rows.len() > before
    }

    fn push(
        &mut self,
        whose: &Whose<'_>,
        operation: &'static str,
        quantity: Quantity,
        of: &Node<'_>,
        key: &str,
    ) {
        let (measure, statistic, scale) = quantity;
        let Whose { test, back, worker } = *whose;
        let node = of.get(key);
        let place = node.unwrap_or(of).place();
        let mut value = node.and_then(Node::word).and_then(positive).map(|value| scaled(value, scale));
        if value.is_none() {
            self.results.diagnostics.warning("unreadable-value", place, || {
                format!("expected `{key}`, a number of at least 0; the value is null")
            });
        }
        if value == Some(0.0) && !test.client && operation == test.of_client(back) {
            value = None;
            self.results.diagnostics.note("peer-unknown", place, || {
                format!("the client's `{key}`, which it does not tell the server; the value is null")
            });
        }
        self.results.rows.push(Row {
            test: test.name(back),
            operation,
            size: test.size,
            measure,
            statistic,
            value,
            worker: worker.map(|worker| worker.to_string()),
            line: node.unwrap_or(of).line,
        });
    }

    /// The CPU of both ends, each as the end that it is; of two directions at once with the first.
    fn cpu(&mut self, test: &Test, end: &Node<'_>) {
        let Some(cpu) = end.get("cpu_utilization_percent").filter(|cpu| cpu.whole) else { return };
        let client = test.of_client(false);
        let server = if client == "send" { "receive" } else { "send" };
        let (host, remote) = if test.client { (client, server) } else { (server, client) };
        let whose = Whose { test, back: false, worker: None };
        for (key, operation) in [("host_total", host), ("remote_total", remote)] {
            self.push(&whose, operation, (CPU, "mean", 1.0), cpu, key);
        }
    }
}

impl Test {
    fn of(start: &Node<'_>, end: &Node<'_>) -> Self {
        let test = start.get("test_start");
        let get = |key: &str| test.and_then(|test| test.get(key));
        let protocol = get("protocol").and_then(Node::str).unwrap_or("unknown");
        // The sums may be cut off.
        let streams = end.get("streams").map_or(&[][..], Node::items);
        let ways = || streams.iter().filter_map(is_sender);
        let is_reported =
            get("bidir").and_then(Node::count) == Some(1) || end.get("sum_sent_bidir_reverse").is_some();
        Self {
            protocol: protocol.to_ascii_lowercase(),
            size: get("blksize").and_then(Node::word).and_then(positive),
            reverse: get("reverse").and_then(Node::count) == Some(1),
            bidirectional: is_reported || (ways().any(|sends| sends) && ways().any(|sends| !sends)),
            client: start.get("accepted_connection").is_none(),
        }
    }

    /// `tcp-send`; `back` is the way from the server to the client of two at once.
    fn name(&self, back: bool) -> String {
        let both = if self.bidirectional { "-bidir" } else { "" };
        format!("{}{both}-{}", self.protocol, self.of_client(back))
    }

    /// What the client does.
    fn of_client(&self, back: bool) -> &'static str {
        if self.reverse || back { "receive" } else { "send" }
    }

    /// Whether a stream goes that way.
    fn is_of(&self, stream: &Node<'_>, back: bool) -> bool {
        if !self.bidirectional {
            return !back;
        }
        // Whether the writer of the log sends: the client does so on the way there.
        is_sender(stream).unwrap_or(true) == (self.client != back)
    }
}

/// Whether the end that wrote the log is the sender of a stream.
fn is_sender(stream: &Node<'_>) -> Option<bool> {
    let word = ["sender", "udp"].iter().find_map(|side| stream.get(side)?.get("sender")?.word())?;
    Some(word == b"true")
}
