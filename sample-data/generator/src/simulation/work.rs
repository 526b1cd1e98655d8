//! Tools that tell how much a service did in each interval, while it is away once for a known time.
//!
//! Operations come by chance at an even rate while the service is there; what waited meanwhile may be done afterwards at up to three times
//! the pace. A flow has blocks at even times. A sender counts what its socket takes, so that it goes on until the buffers are full.

use std::fmt::Write as _;

use super::{REQUEST, log_uniform};
use crate::SampleFile;
use crate::formats::migration_time::{self, MigrationTime};
use crate::noise::Noise;

/// Which tool writes the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// `sysbench --report-interval`, with `ts '%.s'` behind it.
    Sysbench,
    /// `pgbench --progress --progress-timestamp`.
    Pgbench,
    /// `iperf3 -R --timestamps`, which receives.
    Receiver,
    /// `iperf3 --timestamps`, which sends.
    Sender,
    /// `iperf3 -R -J`.
    Json,
}

/// A tool, its service, and what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tool {
    pub name: &'static str,
    pub what: &'static str,
    pub writer: Writer,
    /// Seconds.
    pub interval: f64,
    /// Operations or bytes per second.
    pub rate: f64,
    /// What waited is done afterwards.
    pub queues: bool,
    /// Share of the lines that are lost.
    pub lost_lines: f64,
    /// Decimals of the seconds in front of the lines.
    pub decimals: usize,
}

const SYSBENCH: Tool = Tool {
    name: "",
    what: "",
    writer: Writer::Sysbench,
    interval: 1.0,
    rate: 2000.0,
    queues: false,
    lost_lines: 0.0,
    decimals: 6,
};
const FLOW: Tool = Tool { writer: Writer::Receiver, rate: 112.5e6, decimals: 3, ..SYSBENCH };

/// Each thing that differs between tools, alone.
pub const TOOLS: [Tool; 12] = [
    Tool { name: "sysbench", what: "an interval of 1 s, 2000 operations a second", ..SYSBENCH },
    Tool { name: "slow", what: "1 s, 40 operations a second", rate: 40.0, ..SYSBENCH },
    Tool { name: "slower", what: "1 s, 5 operations a second", rate: 5.0, ..SYSBENCH },
    Tool { name: "long", what: "10 s, 2000 operations a second", interval: 10.0, ..SYSBENCH },
    Tool { name: "queued", what: "1 s; what waited is done afterwards", queues: true, ..SYSBENCH },
    Tool { name: "lost-lines", what: "1 s; 2 % of the lines are lost", lost_lines: 0.02, ..SYSBENCH },
    Tool {
        name: "pgbench",
        what: "1 s, 300 transactions a second",
        writer: Writer::Pgbench,
        rate: 300.0,
        ..SYSBENCH
    },
    Tool { name: "iperf3-fine", what: "received in 0.1 s, 900 Mbit/s", interval: 0.1, ..FLOW },
    Tool { name: "iperf3", what: "received in 1 s, whole seconds in front", decimals: 0, ..FLOW },
    Tool {
        name: "iperf3-json",
        what: "received in 1 s, begun within a whole second",
        writer: Writer::Json,
        ..FLOW
    },
    Tool { name: "iperf3-long", what: "received in 10 s", interval: 10.0, ..FLOW },
    Tool {
        name: "iperf3-sender",
        what: "sent in 1 s, up to 10 MiB in buffers",
        writer: Writer::Sender,
        ..FLOW
    },
];

/// What iperf3 writes at once, bytes.
const BLOCK: f64 = 131_072.0;
/// What the buffers of both sides hold at most, bytes.
const BUFFERED: f64 = 10_485_760.0;

/// What happened, seconds since the request, and the logs: `migration-time` and `work.txt`.
#[derive(Debug, Clone, PartialEq)]
pub struct Worked {
    pub lost: f64,
    pub back: f64,
    pub files: Vec<SampleFile>,
}

/// The service: when it is away, and how much it does.
struct Service {
    lost: f64,
    back: f64,
    /// Until then it does three times as much, for what waited.
    queue_until: f64,
    /// Until then a sender goes on.
    hidden_until: f64,
    /// Where the first block lies within the time between two.
    phase: f64,
}

/// The time that two spans have in common.
fn shared(from: f64, to: f64, a: f64, b: f64) -> f64 {
    (to.min(b) - from.max(a)).max(0.0)
}

impl Service {
    /// Seconds' worth of work from one instant to another.
    fn worth(&self, from: f64, to: f64) -> f64 {
        let away = shared(from, to, self.hidden_until.max(self.lost), self.back);
        to - from - away + 2.0 * shared(from, to, self.back, self.queue_until)
    }

    fn done(&self, tool: &Tool, begin: f64, from: f64, to: f64, noise: &mut Noise) -> f64 {
        match tool.writer {
            Writer::Sysbench | Writer::Pgbench => poisson(tool.rate * self.worth(from, to), noise),
            Writer::Receiver | Writer::Sender | Writer::Json => {
                // Whole blocks since the beginning.
                let blocks = |at: f64| (self.worth(begin, at) * tool.rate / BLOCK + self.phase).floor();
                (blocks(to) - blocks(from)) * BLOCK
            }
        }
    }
}

/// How many operations come by chance where so many are due.
fn poisson(due: f64, noise: &mut Noise) -> f64 {
    if due > 50.0 {
        return (due + due.sqrt() * noise.normal()).round().max(0.0);
    }
    let (mut n, mut left) = (0.0, noise.uniform(0.0, 1.0));
    while left > (-due).exp() {
        left *= noise.uniform(0.0, 1.0);
        n += 1.0;
    }
    n
}

/// Run `number` of a tool; the same two give the same bytes.
pub fn work(tool: &Tool, number: u32) -> Worked {
    let mut noise = Noise::new(&format!("{}/{number}", tool.name));
    let lost = noise.uniform(1.0, 8.0);
    let away = log_uniform(0.05, 20.0, &mut noise);
    let back = lost + away;
    let queue_until = back + if tool.queues { away * noise.uniform(0.0, 0.5) } else { 0.0 };
    let hidden =
        if tool.writer == Writer::Sender { BUFFERED * noise.uniform(0.0, 1.0) / tool.rate } else { 0.0 };
    let hidden_until = (lost + hidden).min(back);
    let service = Service { lost, back, queue_until, hidden_until, phase: noise.uniform(0.0, 1.0) };
    let begin = -(60.0_f64).max(6.0 * tool.interval) - noise.uniform(0.0, tool.interval);
    let intervals = ((back + 20.0 - begin) / tool.interval).ceil() as u32 + 2;
    let mut log = head(tool, begin, &mut noise);
    let mut from = begin;
    for number in 1..=intervals {
        // A tool writes a little late.
        let own = tool.interval * f64::from(number);
        let to = begin + own + noise.uniform(0.0, 0.003);
        let done = service.done(tool, begin, from, to, &mut noise);
        let is_lost = noise.uniform(0.0, 1.0) < tool.lost_lines;
        if !is_lost {
            row(&mut log, tool, number, [from - begin, to - begin], begin, done);
        }
        from = to;
    }
    if tool.writer == Writer::Json {
        log.truncate(log.trim_end_matches(",\n").len());
        log.push_str("],\n\"end\": {}}\n");
    }
    let elapsed_cs = ((back + 2.0) * 100.0) as u64;
    let migration = MigrationTime { requested: REQUEST, elapsed_cs, user_cs: 4, system_cs: 10 };
    let file = |name: &str, bytes| SampleFile { name: name.to_owned(), bytes };
    let files =
        vec![file("migration-time", migration_time::write(&migration)), file("work.txt", log.into_bytes())];
    Worked { lost, back, files }
}

/// A time in front of a line, cut.
fn stamp(at: f64, decimals: usize) -> String {
    let parts = 10_f64.powi(decimals as i32);
    let whole = at.floor();
    let seconds = REQUEST + whole as i64;
    let part = ((at - whole) * parts).floor() / parts;
    if decimals == 0 {
        seconds.to_string()
    } else {
        format!("{seconds}{}", &format!("{part:.decimals$}")[1..])
    }
}

fn head(tool: &Tool, begin: f64, noise: &mut Noise) -> String {
    let lines: &[&str] = match tool.writer {
        Writer::Sysbench | Writer::Pgbench => &[],
        Writer::Receiver => &[
            "Connecting to host 192.0.2.7, port 5201",
            "Reverse mode, remote host 192.0.2.7 is sending",
            "[  5] local 192.0.2.1 port 40000 connected to 192.0.2.7 port 5201",
            "[ ID] Interval           Transfer     Bitrate",
        ],
        Writer::Sender => &[
            "Connecting to host 192.0.2.7, port 5201",
            "[  5] local 192.0.2.1 port 40000 connected to 192.0.2.7 port 5201",
            "[ ID] Interval           Transfer     Bitrate         Retr  Cwnd",
        ],
        Writer::Json => {
            // It connects first.
            let begun = (begin - noise.uniform(0.0, 0.05)).floor() as i64 + REQUEST;
            return format!(
                "{{\"start\": {{\"connected\": [],\n\"version\": \"iperf 3.12\", \"timestamp\": {{\"timesecs\": {begun}}},\n\
                 \"test_start\": {{\"protocol\": \"TCP\", \"num_streams\": 1, \"blksize\": 131072, \"omit\": 0, \"reverse\": 1}}}},\n\
                 \"intervals\": ["
            );
        }
    };
    let stamp = stamp(begin, tool.decimals);
    lines.iter().map(|line| format!("{stamp} {line}\n")).collect()
}

/// The row of an interval, which went from one instant to another by the tool's own clock.
fn row(log: &mut String, tool: &Tool, number: u32, [from, to]: [f64; 2], begin: f64, done: f64) {
    let stamp = stamp(begin + to, tool.decimals);
    let per_second = done / (to - from);
    let _ = match tool.writer {
        Writer::Sysbench => {
            let own = tool.interval * f64::from(number);
            writeln!(log, "{stamp} [ {own:.0}s ] thds: 1 eps: {per_second:.2} lat (ms,95%): 0.55")
        }
        Writer::Pgbench => {
            let at = self::stamp(begin + to, 3);
            writeln!(log, "progress: {at} s, {per_second:.1} tps, lat 0.500 ms stddev 0.100, 0 failed")
        }
        Writer::Receiver | Writer::Sender => {
            let more =
                if tool.writer == Writer::Sender { "    0    387 KBytes" } else { "                  " };
            let (bytes, bits) = (amount(done, 1024.0, "Bytes"), amount(8.0 * per_second, 1000.0, "bits/sec"));
            writeln!(log, "{stamp} [  5] {from:6.2}-{to:<6.2} sec  {bytes}  {bits}{more}")
        }
        Writer::Json => writeln!(
            log,
            "{{\"streams\": [],\n\"sum\": {{\"start\": {from}, \"end\": {to}, \"seconds\": {}, \"bytes\": {done:.0}, \"bits_per_second\": {},\n\
             \"omitted\": false, \"sender\": false}}}},",
            to - from,
            8.0 * per_second
        ),
    };
}

/// Three figures and a unit, as iperf3 writes them.
fn amount(value: f64, thousand: f64, unit: &str) -> String {
    let (mut value, mut prefixes) = (value, ["", "K", "M", "G"].into_iter());
    let mut prefix = prefixes.next().unwrap_or_default();
    while value >= thousand
        && let Some(next) = prefixes.next()
    {
        value /= thousand;
        prefix = next;
    }
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:4.decimals$} {prefix}{unit}")
}
