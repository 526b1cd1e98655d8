//! `memtier-intervals`: what memtier_benchmark did in each second, out of the JSON of `--json-out-file`.
//!
//! ```text
//! "ALL STATS": { "Runtime": { "Start time": 1758715990644, "Finish time": 1758715993559, "Total duration": 2915, … },
//!   "Sets": { …, "Time-Serie": { "0": { "Count": 16558, "Average Latency": 1.102, "Max Latency": 4.232, "p99.00": 1.807 }, … } },
//!   "Totals": { …, "Time-Serie": { "0": { "Count": 181203, … } } } }
//! ```
//!
//! Traps:
//!
//! * The seconds count from `Start time`, ms since 1970. Threads begin one after another: their seconds differ by up to a tenth.
//! * A second without an answer may not be there at all. It is an interval in which nothing was done, and the outage.
//! * The last second is as long as the duration leaves. A test that was interrupted may have a duration below 0; where it does not say
//!   elsewhere how long it was, its last second gives no rate.
//! * Before 1.4 `Totals` had no seconds: those of the kinds of commands are added. Of several kinds nobody knows a percentile.
//! * With `--run-count` each run is a test; the best and the worst are among them.
//!
//! Absent on purpose: bytes, which count as one thing with operations.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::formats::memtier::document;
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::json::{self, Node, Piece, Trouble, Value};
use crate::shared::work::{Beside, Resolution, Row, Work};
use crate::text::unsigned;
use crate::time::stamp::Stamp;

pub(crate) static DESCRIPTION: Description = Description {
    name: "memtier-intervals",
    description: "operations and latencies of Redis or memcached in each second of memtier_benchmark",
    written_by: "memtier_benchmark 1.3 to 2 with --json-out-file",
    begins_with: "`{ \"configuration\": { \"server\": …` with `\"Time-Serie\"`",
    file_names: &[],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Work,
    marks: Marks::Head(&[b"\"multi_key_get\"", b"\"ALL STATS\""]),
    recognise,
    parse: Parse::Whole(parse),
};

/// A test has no more seconds: a week.
const MOST: u64 = 604_800;

fn recognise(head: &Head<'_>) -> bool {
    document::recognise(head) && memchr::memmem::find(head.far(), b"\"Time-Serie\"").is_some()
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::PerSecond);
    json::read(bytes, &["configuration", "Percentile Latencies", "SET", "GET", "WAIT"], |piece| {
        let Piece::Document(document, trouble) = piece else { return };
        for run in document::runs(&document) {
            let ended_s = document::ended_s(&document, run).filter(|_| trouble.is_none());
            seconds(run, ended_s, trouble.is_none(), &mut work);
        }
        let (code, place) = match trouble {
            None => return,
            Some(Trouble::Cut) => ("json-cut", document.place()),
            Some(Trouble::Broken(place)) => ("json-broken", place),
        };
        work.lost = work.lost.saturating_add(1);
        work.diagnostics.warning(code, place, || {
            "expected JSON to go on; what stands before it is used, the rest of the document is not"
                .to_owned()
        });
    });
    let resolution = Resolution { time_s: Some(0.1), elapsed_s: Some(0.1), length_s: 0.001 };
    work.finish(bytes, resolution, "a `Time-Serie` of memtier_benchmark, with the `Count` of each second")
}

/// A second of all kinds of commands together.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    count: f64,
    /// Milliseconds, times operations.
    waited: f64,
    /// Kinds that were asked for.
    kinds: u32,
    p95: Option<f64>,
    p99: Option<f64>,
    highest: Option<f64>,
    line: u64,
}

impl Second {
    fn add(&mut self, node: &Node<'_>, count: f64) {
        let number = |key: &str| node.get(key).and_then(Node::word).and_then(positive);
        self.line = self.line.max(node.line);
        if count <= 0.0 {
            return;
        }
        self.kinds = self.kinds.saturating_add(1);
        self.count += count;
        self.waited += count * number("Average Latency").unwrap_or(f64::NAN);
        let alone = self.kinds == 1;
        (self.p95, self.p99) = (number("p95.00").filter(|_| alone), number("p99.00").filter(|_| alone));
        self.highest = self.highest.into_iter().chain(number("Max Latency")).reduce(f64::max);
    }
}

/// The seconds of a run that ended so many seconds after it began, where that is known.
fn seconds(run: &Node<'_>, ended_s: Option<f64>, is_whole: bool, work: &mut Work) {
    let with_seconds = |(_, node): &(&str, &Node<'_>)| node.get("Time-Serie").is_some();
    let total = document::kinds(run).filter(with_seconds).find(|(kind, _)| *kind == "Totals");
    let kinds: Vec<&Node<'_>> = match total {
        Some((_, total)) => vec![total],
        // Of a document that was cut nobody knows which kinds are missing.
        None if !is_whole => return,
        None => document::kinds(run).filter(with_seconds).map(|(_, node)| node).collect(),
    };
    let mut all: BTreeMap<u64, Second> = BTreeMap::new();
    let mut unknown: BTreeSet<u64> = BTreeSet::new();
    // Where the name of a second is none, any that is not there may be that one.
    let mut is_blind = false;
    for node in kinds.iter().filter_map(|kind| kind.get("Time-Serie")) {
        let Value::Object(members) = &node.value else { continue };
        for (key, node) in members {
            let second = unsigned(key.as_bytes()).filter(|second| *second < MOST);
            let count = node.get("Count").and_then(Node::word).and_then(positive).filter(|_| node.whole);
            match (second, count) {
                (Some(second), Some(count)) => {
                    all.entry(second).or_default().add(node, count);
                    continue;
                }
                (Some(second), None) => _ = unknown.insert(second),
                (None, _) => is_blind = true,
            }
            work.unreadable(node.place(), "a second of the test with the `Count` of its commands");
        }
    }
    let Some(last) = all.keys().chain(&unknown).max().copied() else { return };
    work.begin_test();
    // Answers may come a little later.
    let ended_s = ended_s.filter(|ended_s| *ended_s >= precise(last) - 1.0);
    let start = run.get("Runtime").and_then(|runtime| runtime.get("Start time")).and_then(Node::word);
    let start_s = start.and_then(positive).map(|ms| ms / 1000.0).filter(|start_s| *start_s > 0.0);
    let mut line = run.line;
    let mut empty = 0_u64;
    let until = ended_s.map_or(last, |ended_s| whole_seconds(ended_s).max(last));
    for second in 0..=until {
        let known = all.get(&second).copied();
        if unknown.contains(&second) || (is_blind && known.is_none()) {
            continue;
        }
        let found = known.unwrap_or_default();
        line = line.max(found.line);
        empty = empty.saturating_add(u64::from(known.is_none() && second < until));
        let from = precise(second);
        let length = ended_s.map_or(1.0, |ended_s| (ended_s - from).min(1.0));
        let is_unknown = second == last && ended_s.is_none();
        if is_unknown || length <= 0.0 {
            let place = Place { line: Some(line), ..Place::FILE };
            if found.count > 0.0 {
                work.diagnostics.note("last-second-unknown", place, || {
                    "how long the last second of the test was is not known: it gives no rate".to_owned()
                });
            }
            continue;
        }
        let row = Row {
            stamp: start_s.map(|start_s| Stamp::Epoch(start_s + from + length)),
            elapsed_s: Some(from + length),
            length_s: Some(length),
            rate: Some(found.count / length),
            line,
            ..Row::default()
        };
        let mean = Some(found.waited / found.count).filter(|ms| ms.is_finite());
        work.push(
            row.with(Beside::LatencyMean, mean)
                .with(Beside::LatencyP95, found.p95)
                .with(Beside::LatencyP99, found.p99)
                .with(Beside::LatencyMax, found.highest),
        );
    }
    if empty > 0 {
        work.diagnostics.note("empty-seconds", Place { line: Some(run.line), ..Place::FILE }, || {
            format!(
                "{empty} seconds of the test are not listed: nothing was answered in them, their rate is 0"
            )
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a test, limited")]
fn precise(second: u64) -> f64 {
    second as f64
}

/// The last second that begins before the end.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited")]
fn whole_seconds(seconds: f64) -> u64 {
    seconds.clamp(0.0, precise(MOST)).floor() as u64
}
