//! `fio`: the JSON that fio writes with `--output-format=json` or `json+`.
//!
//! ```text
//! fio: this platform does not support process shared mutexes, …
//! {
//!   "fio version" : "fio-3.33",
//!   "timestamp_ms" : 1795274314206,
//!   "jobs" : [ { "jobname" : "seqwrite", "groupid" : 0, "error" : 0,
//!       "read" : { "bw_bytes" : 0, …, "runtime" : 0 },
//!       "write" : { "bw_bytes" : 1220161163, "iops" : 18618.3, "runtime" : 1375, "lat_ns" : { "mean" : 52345.6 } },
//!       "usr_cpu" : 4.2, "sys_cpu" : 51.3 } ]
//! }
//! ```
//!
//! A row is a value of a job in one direction. Traps:
//!
//! * fio 2 has `bw` in KiB/s and `lat` in microseconds; fio 3 adds `bw_bytes` and renames to `lat_ns`.
//! * Every job has all directions; one without operations was not asked for, and is no result of 0.
//! * Copies of a job (`numjobs`) are jobs of one name and group: parts, unless `group_reporting` put them
//!   together. fio prints no sum of them, but for clients the job `All clients`.
//! * A job with an error still has figures, of the time before it.
//! * `timestamp` is when the results were printed, at the end.
//! * With `--status-interval` or a signal fio prints the results so far, each time all since the start: the last
//!   account of a job counts, see [`cumulative`].
//! * With `unified_rw_reporting` a job has its directions together (`mixed`), or besides (`both`): then their sum is not
//!   read, so that nothing counts twice.
//! * Text may stand before the document, and fio's report for people behind it.
//! * Keys come twice (`"0.00"`), and `-nan` was printed as such.
//!
//! Absent on purpose: fio's report for people and its terse lines, which are refused with the option that
//! helps; percentiles, bins and depths; the disks.

mod cumulative;
mod job;

use std::collections::BTreeMap;

use self::job::{Job, Settings};
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::Line;
use crate::meaning::{Benchmark, Meaning, Size};
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::Results;
use crate::shared::json::{self, Node, Piece, Trouble};
use crate::shared::sequence::Tally;

pub(crate) static DESCRIPTION: Description = Description {
    name: "fio",
    description: "operations, throughput and latency of disks and files, job by job",
    written_by: "fio 2 and 3 with --output-format=json or json+, also as client of several servers",
    begins_with: "`{` and `\"fio version\" : \"fio-3.33\"`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Rows {
        size: Size::Block,
        with_latency: true,
        with_operations: &[""],
    }),
    marks: Marks::Head(&[b"\"fio version\"", b";fio-", b": (g=", b": (groupid="]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let begins = |line: &Line<'_>, what: &[u8]| {
        let text = json::document(line.text).unwrap_or(line.text.trim_ascii_start());
        text.strip_prefix(b"{").unwrap_or(text).trim_ascii_start().starts_with(what)
    };
    head.lines.iter().any(|line| begins(line, b"\"fio version\"") || for_people(line.text))
}

/// Whether the line is of fio's report for people or of its terse output.
fn for_people(text: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
    let terse = text.get(1..).is_some_and(|rest| rest.starts_with(b";fio-"));
    terse || (has(b": (g=") && has(b"): rw=")) || (has(b": (groupid=") && has(b", jobs=") && has(b"): err="))
}

#[derive(Default)]
struct Reader<'a> {
    results: Results,
    /// Kept to the end: of several accounts of one job the last counts.
    read: Vec<(Node<'a>, Option<Trouble<'a>>)>,
    documents: u64,
    jobs: u64,
    runtime: f64,
    others: Tally,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    json::read(bytes, &[], |piece| match piece {
        Piece::Document(node, trouble) => reader.read.push((node, trouble)),
        Piece::Other(line) => reader.other(line),
    });
    let read = std::mem::take(&mut reader.read);
    let superseded = cumulative::superseded(read.iter().map(|(node, _)| node));
    for ((node, trouble), superseded) in read.iter().zip(&superseded) {
        reader.document(node, *trouble, superseded);
    }
    if reader.documents > 0 {
        reader.results.facts.set_int("jobs", reader.jobs);
        if reader.runtime > 0.0 {
            reader.results.facts.set_float("runtime_s", reader.runtime);
        }
    }
    let Tally { count, .. } = reader.others;
    if count > 0 {
        reader.results.diagnostics.note("other-output", reader.others.place(), || {
            format!("lines that are not of the JSON: {count}, the first here; they are not used")
        });
    }
    let expected = if reader.documents > 0 {
        "a job with results; did its jobs fail, or was fio stopped before they began?"
    } else {
        "fio's JSON, which it writes with `--output-format=json`; its report for people rounds its numbers \
         and is not read"
    };
    reader.results.finish(bytes, expected)
}

/// The jobs by the test that they are: copies of one, and the sum over them, which has no options of its own.
fn tests<'j, 'n, 'a>(jobs: impl Iterator<Item = &'j Job<'n, 'a>>) -> Vec<Vec<&'j Job<'n, 'a>>> {
    let mut known: BTreeMap<(&str, Option<u64>), Settings<'n>> = BTreeMap::new();
    let mut places = BTreeMap::new();
    let mut tests: Vec<Vec<&'j Job<'n, 'a>>> = Vec::new();
    for job in jobs {
        let last = known.entry((job.test(), job.group())).or_default();
        if job.settings().iter().any(Option::is_some) {
            *last = job.settings();
        }
        let place = *places.entry((job.test(), job.group(), *last)).or_insert(tests.len());
        match tests.get_mut(place) {
            Some(test) => test.push(job),
            None => tests.push(vec![job]),
        }
    }
    tests
}

impl Reader<'_> {
    fn other(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        if memchr::memmem::find(line.text, b"fio: terminating on signal").is_some() {
            self.results.unfinished(place, 0, "fio was stopped; the results are of the time until then");
        } else {
            self.others.add(line.number);
        }
    }

    fn document(&mut self, document: &Node<'_>, trouble: Option<Trouble<'_>>, superseded: &[bool]) {
        let jobs = document.get("jobs").or_else(|| document.get("client_stats"));
        let version = document.get("fio version").and_then(Node::str);
        if jobs.is_none() && version.is_none() && trouble.is_none() {
            return self.results.other(document.place());
        }
        self.documents += 1;
        if let Some(version) = version {
            let version = version.strip_prefix("fio-").unwrap_or(version);
            self.results.version.get_or_insert_with(|| version.to_owned());
        }
        self.times(document);
        let entries = jobs.map_or(&[][..], Node::items);
        let all = Job::all(entries, document);
        let is_superseded = |at: usize| superseded.get(at) == Some(&true);
        let left = all.iter().enumerate().filter(|(at, _)| !is_superseded(*at)).map(|(_, job)| job);
        for test in tests(left) {
            if let Some(first) = test.first() {
                first.begin(&mut self.results);
            }
            for job in test {
                self.jobs += 1;
                self.runtime = job.read(&mut self.results).max(self.runtime);
            }
        }
        if superseded.contains(&true) {
            self.results.diagnostics.note("earlier-account", document.place(), || {
                "an account of jobs of which a later one follows, with what they had done until then \
                 (`--status-interval`); the last one counts"
                    .to_owned()
            });
        }
        match trouble {
            Some(Trouble::Cut) => self.results.unfinished(document.place(), 1, CUT),
            Some(Trouble::Broken(place)) => {
                self.results.lost += 1;
                self.results.diagnostics.warning("json-broken", place, || {
                    "expected JSON to go on; what stands before it is used, the rest of the document is not".to_owned()
                });
            }
            None if all.is_empty() => {
                self.results.unfinished(document.place(), 1, "no job is in the results; did none begin?");
            }
            None => {}
        }
    }

    fn times(&mut self, document: &Node<'_>) {
        let seconds = |key: &str, scale: f64| {
            let word = document.get(key).and_then(Node::word)?;
            crate::shared::benchmark::positive(word)
                .map(|value| crate::shared::benchmark::scaled(value, scale))
        };
        let end = seconds("timestamp_ms", 0.001).or_else(|| seconds("timestamp", 1.0));
        if let Some(end) = end {
            self.results.facts.set_float("end_epoch_s", end);
        }
    }
}

const CUT: &str =
    "the document has no end: fio was killed, or the disk was full; the complete parts are used";
