//! One run of sysbench: what it is, and its figures.

use crate::lines::Line;
use crate::shared::benchmark::{EVENTS, LATENCY, Measure, OPERATIONS, THROUGHPUT, TIME, positive};
use crate::text::{split_once, unsigned, words};

const MIB: f64 = 1_048_576.0;

/// What `prepare` and `cleanup` print, which have no results.
const PREPARATIONS: [&[u8]; 5] = [
    b"Creating files for the test",
    b"Removing test files",
    b"Creating table ",
    b"Inserting ",
    b"Dropping table ",
];

/// The version, if the line begins a run.
pub(super) fn banner(text: &[u8]) -> Option<&[u8]> {
    let mut words = words(text).map(|(_, word)| word).skip_while(|word| *word != b"sysbench");
    words.next()?;
    let version = words.next()?;
    let version = version.strip_suffix(b":").unwrap_or(version);
    let dotted = version.contains(&b'.') && version.first().is_some_and(u8::is_ascii_digit);
    let rest = words.next()?;
    (dotted && (rest.starts_with(b"(using") || rest == b"multi-threaded")).then_some(version)
}

/// Headings with which a report begins, or goes on.
const HEADINGS: [(&[u8], bool); 11] = [
    (b"SQL statistics:", true),
    (b"OLTP test statistics:", true),
    (b"CPU speed:", true),
    (b"File operations:", true),
    (b"Running memory speed test", true),
    (b"Doing ", true),
    (b"Running the test with following options", true),
    (b"General statistics:", false),
    (b"Throughput:", false),
    (b"Test execution summary:", false),
    (b"Total operations:", false),
];

/// Whether the line is a heading of a report; and whether it is one with which a report begins.
pub(super) fn heading(text: &[u8]) -> Option<bool> {
    HEADINGS.iter().find(|(heading, _)| text.starts_with(heading)).map(|(_, first)| *first)
}

/// Whether the line is one of the totals that every report has.
pub(super) fn is_total(text: &[u8]) -> bool {
    text.starts_with(b"total number of events:") || text.starts_with(b"events/s (eps):")
}

/// Whether latencies begin here.
pub(super) fn is_latency(text: &[u8]) -> bool {
    [b"Latency (ms):".as_slice(), b"per-request statistics:", b"response time:"]
        .iter()
        .any(|title| text.starts_with(title))
}

/// A number of the report before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure<'a> {
    /// None: that of the test.
    pub operation: Option<&'static str>,
    pub measure: Measure,
    pub statistic: &'static str,
    pub number: &'a [u8],
    pub scale: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unnamed,
    Cpu,
    Memory,
    File,
    Threads,
    Mutex,
    Oltp,
}

/// A run that is being read.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub banner: Line<'a>,
    kind: Kind,
    mode: &'static str,
    pub block: Option<f64>,
    pub threads: Option<u64>,
    /// Queries of a database that read, and that write.
    queries: [Option<u64>; 2],
    pub figures: Vec<(Line<'a>, Figure<'a>)>,
    /// The lowest rate of its lines each second, where it wrote any, whether of transactions, and its line.
    pub lowest: Option<(f64, bool, u64)>,
    pub failed: bool,
    pub is_preparation: bool,
    /// The version stands in its first line.
    pub has_banner: bool,
    /// The rate as 1.1 prints it for every test, besides that of the test.
    rate: Option<(Line<'a>, Figure<'a>)>,
}

impl<'a> Section<'a> {
    pub fn new(banner: Line<'a>) -> Self {
        Self {
            banner,
            kind: Kind::Unnamed,
            mode: "",
            block: None,
            threads: None,
            queries: [None; 2],
            figures: Vec::new(),
            lowest: None,
            failed: false,
            is_preparation: false,
            has_banner: true,
            rate: None,
        }
    }

    /// A run of which the first lines are missing, from a heading on.
    pub fn headless(heading: Line<'a>) -> Self {
        Self { has_banner: false, ..Self::new(heading) }
    }

    /// Whether its last statistics are there: latencies are what every test prints, and prints last.
    pub fn is_complete(&self) -> bool {
        self.figures.iter().any(|(_, figure)| figure.measure == LATENCY)
    }

    /// Takes the second rate for the test's where it is the only one.
    pub fn settle_rate(&mut self) {
        let Some((line, rate)) = self.rate.take() else { return };
        let whole = self.operation();
        let told = self.figures.iter().any(|(_, figure)| {
            figure.measure == OPERATIONS && figure.operation.is_none_or(|operation| operation == whole)
        });
        if !told {
            let at = self.figures.iter().take_while(|(other, _)| other.number < line.number).count();
            self.figures.insert(at, (line, rate));
        }
    }

    pub fn test(&self) -> String {
        let name = match self.kind {
            Kind::Unnamed => "unnamed",
            Kind::Cpu => "cpu",
            Kind::Memory => "memory",
            Kind::File => "fileio",
            Kind::Threads => "threads",
            Kind::Mutex => "mutex",
            Kind::Oltp => "oltp",
        };
        if self.mode.is_empty() { name.to_owned() } else { format!("{name}-{}", self.mode) }
    }

    /// What the queries of a database did; since 1.0 nothing else tells which script it was.
    pub fn mix(&self) -> Option<&'static str> {
        match self.queries {
            [Some(1..), Some(0)] => Some("read-only"),
            [Some(0), Some(1..)] => Some("write-only"),
            [Some(1..), Some(1..)] => Some("read-write"),
            _ => None,
        }
    }

    /// What the test does as a whole.
    pub fn operation(&self) -> &'static str {
        match (self.kind, self.mode) {
            (Kind::Memory, "read") | (Kind::File, "seqrd" | "rndrd") => "read",
            (Kind::Memory, "write") | (Kind::File, "seqwr" | "seqrewr" | "rndwr") => "write",
            (Kind::File | Kind::Memory, _) => "mixed",
            (Kind::Cpu, _) => "compute",
            (Kind::Oltp, _) => "transaction",
            _ => "event",
        }
    }

    /// Whether the test does not do this at all.
    pub fn is_idle(&self, operation: Option<&str>) -> bool {
        let all = self.operation();
        let other = |operation: &str| operation == "sync" || (all != "mixed" && operation != all);
        self.kind == Kind::File && operation.is_some_and(other)
    }

    /// Whether the line holds a result.
    pub fn is_figure(&self, text: &'a [u8]) -> bool {
        let mut probe = Self::new(self.banner);
        probe.figures(self.banner, text);
        !probe.figures.is_empty() || probe.rate.is_some()
    }

    pub fn line(&mut self, line: Line<'a>, text: &'a [u8]) {
        self.describe(text);
        self.interval(line, text);
        self.figures(line, text);
    }

    /// `[ 2s ] thds: 16 tps: 1012.86 …`, `[ 1s ] thds: 4 eps: 1523.21 …`.
    fn interval(&mut self, line: Line<'a>, text: &'a [u8]) {
        if !text.starts_with(b"[") {
            return;
        }
        let rate = |mark: &[u8]| {
            let at = memchr::memmem::find(text, mark)?;
            let rest = text.get(at.saturating_add(mark.len())..)?;
            positive(rest.split(|byte| !byte.is_ascii_digit() && *byte != b'.').next()?)
        };
        let found = rate(b" tps: ").map(|rate| (rate, true)).or_else(|| Some((rate(b" eps: ")?, false)));
        if let Some((rate, is_transactions)) = found
            && self.lowest.is_none_or(|(lowest, ..)| rate < lowest)
        {
            self.lowest = Some((rate, is_transactions, line.number));
        }
    }

    fn describe(&mut self, text: &'a [u8]) {
        const TESTS: [(&[u8], Kind, &str); 16] = [
            (b"Prime numbers limit:", Kind::Cpu, ""),
            (b"CPU speed:", Kind::Cpu, ""),
            (b"Doing CPU performance benchmark", Kind::Cpu, ""),
            (b"Running memory speed test", Kind::Memory, ""),
            (b"Doing memory operations speed test", Kind::Memory, ""),
            (b"Doing thread subsystem performance test", Kind::Threads, ""),
            (b"Doing mutex performance test", Kind::Mutex, ""),
            (b"SQL statistics:", Kind::Oltp, ""),
            (b"OLTP test statistics:", Kind::Oltp, ""),
            (b"Doing sequential write (creation) test", Kind::File, "seqwr"),
            (b"Doing sequential rewrite test", Kind::File, "seqrewr"),
            (b"Doing sequential read test", Kind::File, "seqrd"),
            (b"Doing random read test", Kind::File, "rndrd"),
            (b"Doing random write test", Kind::File, "rndwr"),
            (b"Doing random r/w test", Kind::File, "rndrw"),
            (b"Doing combined random r/w test", Kind::File, "rndrw"),
        ];
        if let Some((_, kind, mode)) = TESTS.iter().find(|(title, ..)| text.starts_with(title)) {
            self.kind = *kind;
            self.mode = mode;
        }
        let behind = |title: &[u8]| text.strip_prefix(title).map(<[u8]>::trim_ascii);
        if let Some(threads) = behind(b"Number of threads:").and_then(unsigned) {
            self.threads = Some(threads);
        } else if let Some(reads) = behind(b"read:").and_then(unsigned).filter(|_| self.kind == Kind::Oltp) {
            self.queries[0] = Some(reads);
        } else if let Some(writes) = behind(b"write:").and_then(unsigned).filter(|_| self.kind == Kind::Oltp)
        {
            self.queries[1] = Some(writes);
        } else if let Some(size) = behind(b"block size:")
            .or_else(|| behind(b"Memory block size:"))
            .or_else(|| behind(b"Block size "))
        {
            self.block = block_size(size);
        } else if let Some(operation) = behind(b"operation:")
            .or_else(|| behind(b"Memory operations type:"))
            .filter(|_| self.kind == Kind::Memory)
        {
            self.mode = match operation {
                b"read" => "read",
                b"write" => "write",
                _ => "",
            };
        } else if PREPARATIONS.iter().any(|begin| text.starts_with(begin)) {
            self.is_preparation = true;
        }
    }

    fn push(
        &mut self,
        line: Line<'a>,
        operation: Option<&'static str>,
        of: (Measure, &'static str),
        number: &'a [u8],
        scale: f64,
    ) {
        let (measure, statistic) = of;
        // What follows the latencies is of another tool, but for the rest of them.
        let known = |(_, figure): &(Line<'a>, Figure<'a>)| (figure.measure, figure.statistic) == of;
        if self.is_complete() && (measure != LATENCY || self.figures.iter().any(known)) {
            return;
        }
        self.figures.push((line, Figure { operation, measure, statistic, number, scale }));
    }

    fn figures(&mut self, line: Line<'a>, text: &'a [u8]) {
        let Some((title, rest)) = split_once(text, b':') else { return self.transferred(line, text) };
        let first = words(rest).next().map(|(_, word)| word).unwrap_or_default();
        let seconds = first.strip_suffix(b"s").unwrap_or(first);
        let millis = first.strip_suffix(b"ms").unwrap_or(first);
        match title.trim_ascii() {
            b"events per second" => self.push(line, None, (OPERATIONS, "mean"), first, 1.0),
            b"events/s (eps)" => {
                let (measure, statistic) = (OPERATIONS, "mean");
                self.rate =
                    Some((line, Figure { operation: None, measure, statistic, number: first, scale: 1.0 }));
            }
            b"total time" | b"time elapsed" => self.push(line, None, (TIME, "value"), seconds, 1.0),
            b"total number of events" => self.push(line, None, (EVENTS, "value"), first, 1.0),
            b"avg" => self.push(line, None, (LATENCY, "mean"), millis, 0.001),
            b"max" => self.push(line, None, (LATENCY, "max"), millis, 0.001),
            b"reads/s" => self.push(line, Some("read"), (OPERATIONS, "mean"), first, 1.0),
            b"writes/s" => self.push(line, Some("write"), (OPERATIONS, "mean"), first, 1.0),
            b"fsyncs/s" => self.push(line, Some("sync"), (OPERATIONS, "mean"), first, 1.0),
            b"read, MiB/s" => self.push(line, Some("read"), (THROUGHPUT, "mean"), first, MIB),
            b"written, MiB/s" => self.push(line, Some("write"), (THROUGHPUT, "mean"), first, MIB),
            b"Total operations" | b"Operations performed" => {
                self.in_brackets(line, None, OPERATIONS, rest, 1.0)
            }
            b"transactions" => self.in_brackets(line, Some("transaction"), OPERATIONS, rest, 1.0),
            b"queries" => self.in_brackets(line, Some("query"), OPERATIONS, rest, 1.0),
            b"read" if first.starts_with(b"IOPS=") => self.iops(line, "read", rest),
            b"write" if first.starts_with(b"IOPS=") => self.iops(line, "write", rest),
            b"fsync" if first.starts_with(b"IOPS=") => self.iops(line, "sync", rest),
            other => {
                if let Some(statistic) = percentile(other) {
                    self.push(line, None, (LATENCY, statistic), millis, 0.001);
                }
            }
        }
    }

    /// `13529.74 MiB transferred (6762.60 MiB/sec)`, `Read 93.75Mb  Written 62.5Mb  … (2.4 Mb/sec)` and
    /// `154.84 Requests/sec executed`
    fn transferred(&mut self, line: Line<'a>, text: &'a [u8]) {
        let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
        if has(b" transferred (") || (has(b"Total transferred ") && has(b"/sec)")) {
            self.in_brackets(line, None, THROUGHPUT, text, MIB);
        } else if text.ends_with(b" Requests/sec executed") {
            let number = words(text).next().map(|(_, word)| word).unwrap_or_default();
            self.push(line, None, (OPERATIONS, "mean"), number, 1.0);
        }
    }

    /// The rate in brackets behind a total, if it has one. Before 1.0 its unit may touch it: `(2.5079Mb/sec)`.
    fn in_brackets(
        &mut self,
        line: Line<'a>,
        operation: Option<&'static str>,
        measure: Measure,
        text: &'a [u8],
        scale: f64,
    ) {
        let Some((_, rest)) = split_once(text, b'(') else { return };
        let rest = rest.trim_ascii_start();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let (number, unit) = rest.split_at_checked(digits).unwrap_or((rest, b""));
        let scale = match unit.trim_ascii() {
            b"b/sec)" | b"B/sec)" => scale / MIB,
            b"Kb/sec)" | b"KiB/sec)" => scale / 1024.0,
            b"Gb/sec)" | b"GiB/sec)" => scale * 1024.0,
            b"Tb/sec)" | b"TiB/sec)" => scale * MIB,
            _ => scale,
        };
        self.push(line, operation, (measure, "mean"), number, scale);
    }

    /// `IOPS=450719.48 7042.49 MiB/s (7384.58 MB/s)`
    fn iops(&mut self, line: Line<'a>, operation: &'static str, rest: &'a [u8]) {
        let mut words = words(rest).map(|(_, word)| word);
        let number = words.next().and_then(|word| word.strip_prefix(b"IOPS=")).unwrap_or_default();
        self.push(line, Some(operation), (OPERATIONS, "mean"), number, 1.0);
        if let (Some(rate), Some(b"MiB/s")) = (words.next(), words.next()) {
            self.push(line, Some(operation), (THROUGHPUT, "mean"), rate, MIB);
        }
    }
}

/// `95th percentile`, `approx.  95 percentile`
fn percentile(title: &[u8]) -> Option<&'static str> {
    let rank = title.strip_suffix(b"percentile")?.trim_ascii();
    let rank = rank.strip_prefix(b"approx.").unwrap_or(rank).trim_ascii();
    let digits = rank.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some(match rank.get(..digits)? {
        b"50" => "p50",
        b"75" => "p75",
        b"80" => "p80",
        b"90" => "p90",
        b"95" => "p95",
        b"98" => "p98",
        b"99" => "p99",
        b"100" => "p100",
        _ => "percentile",
    })
}

/// `16KiB`, `1K`, `16Kb`, `4096B`
fn block_size(text: &[u8]) -> Option<f64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let scale = match unit.first() {
        None | Some(b'B' | b'b') => 1.0,
        Some(b'K') => 1024.0,
        Some(b'M') => MIB,
        Some(b'G') => MIB * 1024.0,
        _ => return None,
    };
    positive(number).map(|number| number * scale)
}
