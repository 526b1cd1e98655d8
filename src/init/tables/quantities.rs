//! A table with quantities over time: what its columns are, in which unit.

use std::collections::BTreeSet;

use stillstand_parsers::declared::TimeUnit;

use super::declaration::{Declaration, Kind};
use super::group::{Group, has_any, words};
use crate::init::strings::literal;
use crate::model::curves::{
    CPU_IDLE, CPU_SYSTEM, CPU_USER, CPU_WAIT, CurveMetric, DISK_READ, DISK_WRITTEN, MEM_BUFFERS, MEM_CACHE,
    MEM_FREE, MEM_USED, NET_RECEIVED, NET_SENT,
};

/// Rows that say something.
const ENOUGH: usize = 3;
/// So many rows of a file show that a number only rises.
const COUNTER_ROWS: usize = 20;

/// The declaration of a table of quantities; `None` without a clock or any. `since` are the events of the runs from which a clock can
/// count, and `is_tied` says whether events have a clock that counts from somewhere else.
pub fn declare(group: &Group, since: &[String], is_tied: bool) -> Option<Declaration> {
    if group.rows() < ENOUGH {
        return None;
    }
    let mut lines = Declaration::new(Kind::Series, "quantities over time");
    let (time, monotonic, elapsed) = (group.time(), group.monotonic(), group.elapsed());
    let clock = match (&time, monotonic, elapsed) {
        (Some(time), ..) => {
            lines.time(group, time);
            time.column
        }
        (None, Some(monotonic), _) => {
            lines.key("monotonic", &literal(group.name(monotonic)));
            if !is_tied {
                lines.check.push(
                    "monotonic: no table of events has this clock, so that nothing ties it to the request"
                        .to_owned(),
                );
                lines.is_open = true;
            }
            monotonic
        }
        (None, None, Some(elapsed)) => {
            lines.key("elapsed", &literal(group.name(elapsed)));
            self::since(&mut lines, since);
            elapsed
        }
        (None, None, None) => return None,
    };
    let is_other_clock = |column: usize| {
        [Some(clock), monotonic, elapsed].contains(&Some(column)) || group.time_at(column).is_some()
    };
    let mut taken = BTreeSet::new();
    let (mut sure, mut unsure) = (Vec::new(), Vec::new());
    let is_host = is_of_host(group);
    for column in group.columns().filter(|column| !is_other_clock(*column) && group.is_number(*column)) {
        let quantity = Quantity::of(group, column, is_host, &mut taken);
        if quantity.unit.is_some() { sure.push(quantity) } else { unsure.push(quantity) }
    }
    if sure.is_empty() && unsure.is_empty() {
        return None;
    }
    let serves = service(&mut lines, group, &mut sure, &mut unsure, is_host);
    if !serves && !is_host {
        may_be_requests(&mut lines, group, &sure);
    }
    if sure
        .iter()
        .any(|quantity| matches!(quantity.unit, Some("kB" | "MB" | "GB" | "kB/s" | "MB/s" | "GB/s")))
    {
        lines.said("kB, MB and GB are of 1000; a script that divided by 1024 wrote KiB, MiB and GiB.");
    }
    lines.key("columns", "[");
    for quantity in &sure {
        lines.lines.push(super::declaration::Line::Key(quantity.line()));
    }
    if !unsure.is_empty() {
        lines.said(
            "No heading tells the unit of these. To use one of them, write its unit and take the `# ` away:",
        );
        for quantity in &unsure {
            lines.lines.push(super::declaration::Line::Off(quantity.line()));
        }
        let names: Vec<String> =
            unsure.iter().take(6).map(|quantity| format!("`{}`", quantity.name)).collect();
        let more = if unsure.len() > names.len() { ", …" } else { "" };
        lines.check.push(format!(
            "no heading tells the unit of {}{more}; left out until it is filled in",
            names.join(", ")
        ));
    }
    lines.lines.push(super::declaration::Line::Key("]".to_owned()));
    lines.is_open |= sure.is_empty();
    Some(lines)
}

/// A clock that counts from an event that nobody tells.
fn since(lines: &mut Declaration, known: &[String]) {
    let example = known.first().map_or("benchmark_start", String::as_str);
    let events = match known {
        [] => "No table of events is beside it; it needs one with that event.".to_owned(),
        known => {
            let listed: Vec<String> = known.iter().take(8).map(|event| format!("`{event}`")).collect();
            format!("The events of the runs are {}.", listed.join(", "))
        }
    };
    lines.said(&format!("The event from which that clock counts is a guess that nothing shows. {events}"));
    lines.key("since", &literal(example));
    lines
        .check
        .push("since: from which event its clock counts; then take the `# ` of the table away".to_owned());
    lines.is_open = true;
}

/// Words for what a service does.
const DONE: [&str; 30] = [
    "requests",
    "request",
    "req",
    "reqs",
    "rps",
    "ops",
    "operations",
    "operation",
    "tps",
    "qps",
    "queries",
    "query",
    "transactions",
    "transaction",
    "txn",
    "txns",
    "calls",
    "hits",
    "messages",
    "msgs",
    "throughput",
    "replies",
    "responses",
    "commits",
    "inserts",
    "anfragen",
    "durchsatz",
    "vorgänge",
    "transaktionen",
    "abfragen",
];
/// Words for what it does not do, and for what hosts do.
const NOT_DONE: [&str; 27] = [
    "error",
    "errors",
    "err",
    "failed",
    "failures",
    "fehler",
    "timeouts",
    "retries",
    "lost",
    "dropped",
    "slow",
    "disk",
    "disks",
    "net",
    "network",
    "nic",
    "cpu",
    "iops",
    "ctx",
    "interrupts",
    "packets",
    "swap",
    "faults",
    "active",
    "pending",
    "waiting",
    "queued",
];

/// Declares what the service did, where a column is plainly that; whether one is.
fn service(
    lines: &mut Declaration,
    group: &Group,
    sure: &mut [Quantity],
    unsure: &mut [Quantity],
    is_host: bool,
) -> bool {
    let failures: Vec<Failures> = sure.iter().filter_map(|quantity| Failures::of(group, quantity)).collect();
    let is_done = |quantity: &&mut Quantity| {
        let words = words(&quantity.name);
        // What a host reads and writes is counted in the same words.
        let is_of_disks = is_host && has_any(&words, &["tps"]);
        let is_rate = quantity.unit == Some("1/s") || quantity.is_counter || quantity.unit.is_none();
        is_rate && has_any(&words, &DONE) && !has_any(&words, &NOT_DONE) && !is_of_disks
    };
    let mut done: Vec<&mut Quantity> = sure.iter_mut().filter(is_done).collect();
    // A rate tells more than a counter, and what is of all more than a part.
    if done.iter().any(|quantity| !quantity.is_counter) {
        done.retain(|quantity| !quantity.is_counter);
    }
    let is_of_all =
        |quantity: &&mut Quantity| has_any(&words(&quantity.name), &["total", "all", "gesamt", "sum"]);
    if done.len() > 1 && done.iter().filter(|quantity| is_of_all(quantity)).count() == 1 {
        done.retain(|quantity| is_of_all(quantity));
    }
    match done.as_mut_slice() {
        [only] => {
            only.serves = true;
            lines.said(&format!(
                "guessed: `{}` is what the service did in a second, so that an outage follows from it.",
                only.name
            ));
            lines.check.push(format!(
                "`{}` is taken for the throughput of the service (service = \"throughput\"), of which an outage is told",
                only.name
            ));
            if let Some(failed) = failures.iter().find(|failed| failed.are_part_of(group, only)) {
                only.less = Some(failed.name.clone());
                lines.said(&format!(
                    "guessed: `{}` counts what was asked, `{}` of it what failed; the service did the rest.",
                    only.name, failed.name
                ));
                lines.check.push(format!(
                    "`{}` is taken off `{}`, as what of it failed (less = {})",
                    failed.name,
                    only.name,
                    literal(&failed.name)
                ));
            }
            true
        }
        [] => {
            let mut open = unsure.iter_mut().filter(is_done);
            if let (Some(only), None) = (open.next(), open.next()) {
                only.unit_guess = Some("1/s");
                only.serves = true;
            }
            for quantity in sure.iter().filter(|quantity| quantity.unit == Some("count")) {
                let words = words(&quantity.name);
                if has_any(&words, &DONE) && !has_any(&words, &NOT_DONE) {
                    lines.check.push(format!(
                        "`{}` may be what the service did in each row: where rows are a second apart, unit = \"1/s\" and service = \
                         \"throughput\" tell of an outage",
                        quantity.name
                    ));
                }
            }
            false
        }
        several => {
            let names: Vec<String> = several.iter().map(|quantity| format!("`{}`", quantity.name)).collect();
            let told = format!(
                "{} may each be what the service did: give one of them service = \"throughput\", and an outage follows from it",
                names.join(", ")
            );
            lines.said(&format!("{told}."));
            lines.check.push(told);
            true
        }
    }
}

/// Words for what was asked and came to nothing.
const FAILED: [&str; 10] =
    ["error", "errors", "err", "fail", "failed", "fails", "failure", "failures", "fehler", "timeouts"];

/// A column of how much failed.
struct Failures {
    name: String,
    unit: Option<&'static str>,
    is_counter: bool,
    numbers: Vec<Vec<f64>>,
}

impl Failures {
    fn of(group: &Group, quantity: &Quantity) -> Option<Self> {
        let Quantity { name, unit, is_counter, .. } = quantity;
        let numbers = numbers(group, name).filter(|_| has_any(&words(name), &FAILED))?;
        Some(Self { name: name.clone(), unit: *unit, is_counter: *is_counter, numbers })
    }

    /// Whether they are among those that `all` counts: never more, and now and then some.
    fn are_part_of(&self, group: &Group, all: &Quantity) -> bool {
        let Some(asked) = numbers(group, &all.name) else { return false };
        let is_alike = self.unit == all.unit && self.is_counter == all.is_counter;
        let is_as_long = asked.iter().map(Vec::len).eq(self.numbers.iter().map(Vec::len));
        let pairs = || self.numbers.iter().flatten().zip(asked.iter().flatten());
        is_alike
            && is_as_long
            && pairs().all(|(failed, all)| failed <= all)
            && pairs().any(|(failed, _)| *failed > 0.0)
    }
}

/// The numbers of the column of that name, file by file.
fn numbers(group: &Group, name: &str) -> Option<Vec<Vec<f64>>> {
    group.numbers(group.columns().find(|column| group.name(*column) == name)?)
}

/// A time in each row of a table may be how long a request took.
fn may_be_requests(lines: &mut Declaration, group: &Group, sure: &[Quantity]) {
    const ROWS: usize = 20;
    let is_time = |quantity: &&Quantity| {
        let words = words(&quantity.name);
        let is_over_several = words.iter().any(|word| {
            word.strip_prefix('p').is_some_and(|digits| digits.parse::<u32>().is_ok())
                || ["avg", "mean", "average", "median", "min", "max", "std", "stddev", "total", "sum"]
                    .contains(&word.as_str())
        });
        matches!(quantity.unit, Some("s" | "ms" | "us" | "ns")) && !is_over_several && !quantity.is_counter
    };
    let mut times = sure.iter().filter(is_time);
    if let (Some(only), None, true) = (times.next(), times.next(), group.rows() >= ROWS) {
        let told = format!(
            "if each row is a request and `{0}` how long it took, declare the table as [[probes]] with duration = {1}: an outage follows \
             from that, and not from [[series]]",
            only.name,
            literal(&only.name)
        );
        lines.said(&format!("I{}.", told.trim_start_matches('i')));
        lines.check.push(told);
    }
}

/// Words for what is counted since a start.
const COUNTED: [&str; 14] = [
    "total",
    "count",
    "bytes",
    "packets",
    "sum",
    "sent",
    "recv",
    "received",
    "read",
    "write",
    "written",
    "requests",
    "operations",
    "errors",
];
/// Words for what is counted in each row, or since a start, which a few rows do not tell.
const SINCE_A_START: [&str; 9] =
    ["total", "sum", "bytes", "packets", "sent", "recv", "received", "written", "gesamt"];
/// Words for what may rise for a while, and is counted by nobody.
const OF_AN_INSTANT: [&str; 10] =
    ["used", "free", "available", "mem", "memory", "ram", "rss", "vms", "heap", "size"];

struct Quantity {
    name: String,
    metric: String,
    unit: Option<&'static str>,
    /// The unit in which it would be proposed, where nothing tells it.
    unit_guess: Option<&'static str>,
    is_counter: bool,
    /// Whether it is one of 32 bits that was full.
    is_short: bool,
    /// Whether it is what the service does.
    serves: bool,
    /// The column of what of it failed.
    less: Option<String>,
}

impl Quantity {
    fn of(group: &Group, column: usize, is_host: bool, taken: &mut BTreeSet<String>) -> Self {
        let name = group.name(column).to_owned();
        let words = group.words(column);
        // A rate that only rises is none: `ops` may be all that was done so far.
        let is_count = group.rows() >= COUNTER_ROWS * group.sheets.len() && group.rises(column);
        let unit = unit(&name).map(|unit| if unit == "1/s" && is_count { "count" } else { unit });
        let is_amount = matches!(unit, Some("count" | "B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB"));
        let is_counted = has_any(&words, &COUNTED) || (is_count && has_any(&words, &DONE));
        // What is counted anew in each row may rise for a few rows.
        let is_enough = has_any(&words, &SINCE_A_START) || is_count;
        let is_counter = is_amount
            && is_counted
            && !has_any(&words, &OF_AN_INSTANT)
            && group.counts_up(column)
            && (is_enough || group.falls(column));
        let is_short = is_counter && group.wraps_at_32_bits(column);
        let known = unit.and_then(|unit| of_host(&words, unit, is_counter, is_host));
        let own = own(&name);
        let metric = match known.filter(|metric| !taken.contains(metric.name())) {
            Some(metric) => metric.name().to_owned(),
            None if taken.contains(&own) => format!("{own}_{}", column + 1),
            None => own,
        };
        taken.insert(metric.clone());
        Self { name, metric, unit, unit_guess: None, is_counter, is_short, serves: false, less: None }
    }

    fn line(&self) -> String {
        let kind = if self.is_counter { ", kind = \"counter\"" } else { "" };
        let bits = if self.is_short { ", bits = 32" } else { "" };
        let service = if self.serves { ", service = \"throughput\"" } else { "" };
        let less = self.less.as_ref().map(|less| format!(", less = {}", literal(less))).unwrap_or_default();
        let unit = self.unit.or(self.unit_guess).unwrap_or("count");
        format!(
            "  {{ column = {}, metric = \"{}\", unit = \"{unit}\"{kind}{bits}{service}{less} }},",
            literal(&self.name),
            self.metric
        )
    }
}

/// A name of its own.
fn own(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '_' };
    let plain: String = name.chars().map(plain).take(80).collect();
    format!("own.{plain}")
}

/// Whether the columns are those of a host, so that `bytes_sent` is what that sent, and not a program.
fn is_of_host(group: &Group) -> bool {
    let of = |known: &[&str]| group.columns().any(|column| has_any(&group.words(column), known));
    of(&["cpu", "mem", "memory", "ram", "swap", "load1", "loadavg"])
}

/// The quantity of hosts that the words are; whatever is in doubt is none.
fn of_host(words: &[String], unit: &str, is_counter: bool, is_host: bool) -> Option<CurveMetric> {
    let has = |known: &[&str]| has_any(words, known);
    let is_amount = matches!(unit, "B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB");
    let is_rate = unit.ends_with("/s") && unit != "1/s";
    if is_amount
        && !is_counter
        && has(&["mem", "memory", "ram"])
        && !has(&["swap", "rss", "vms", "process", "proc"])
    {
        let of = [
            ("used", MEM_USED),
            ("free", MEM_FREE),
            ("cached", MEM_CACHE),
            ("cache", MEM_CACHE),
            ("buffers", MEM_BUFFERS),
        ];
        return of.into_iter().find(|(word, _)| has(&[word])).map(|(_, metric)| metric);
    }
    if unit == "%" && words.first().is_some_and(|word| word == "cpu") && words.len() <= 3 {
        let of = [("user", CPU_USER), ("idle", CPU_IDLE), ("iowait", CPU_WAIT), ("system", CPU_SYSTEM)];
        return of.into_iter().find(|(word, _)| has(&[word])).map(|(_, metric)| metric);
    }
    if !is_counter && !is_rate {
        return None;
    }
    let is_disk = has(&["disk", "disks", "blk", "block"]);
    if has(&["net", "network", "nic", "eth0", "ens3"])
        || (is_host && !is_disk && has(&["sent", "recv", "tx", "rx"]))
    {
        let sent = has(&["sent", "tx", "out", "transmitted"]);
        let received = has(&["recv", "received", "rx", "in"]);
        return match (sent, received) {
            (true, false) => Some(NET_SENT),
            (false, true) => Some(NET_RECEIVED),
            _ => None,
        };
    }
    let (read, written) = (has(&["read", "reads"]), has(&["write", "written", "writes"]));
    match (is_disk, read, written) {
        (true, true, false) => Some(DISK_READ),
        (true, false, true) => Some(DISK_WRITTEN),
        _ => None,
    }
}

/// The unit that the name of a column tells.
fn unit(name: &str) -> Option<&'static str> {
    let words = words(name);
    let has = |all: &[&str]| has_any(&words, all);
    const RATES: [&str; 8] = ["tps", "qps", "rps", "ops", "iops", "reqs", "requests", "operations"];
    let slash_s = ["_per_s", "_per_sec", "_per_second", "/s", "/sec"]
        .iter()
        .any(|end| name.to_lowercase().ends_with(end));
    const SIZES: [(&str, &str, &str); 8] = [
        ("gib", "GiB", "GiB/s"),
        ("mib", "MiB", "MiB/s"),
        ("kib", "KiB", "KiB/s"),
        ("gb", "GB", "GB/s"),
        ("mb", "MB", "MB/s"),
        ("kb", "kB", "kB/s"),
        ("bytes", "B", "B/s"),
        ("byte", "B", "B/s"),
    ];
    const BITS: [(&str, &str); 3] = [("kbit", "kbit/s"), ("mbit", "Mbit/s"), ("gbit", "Gbit/s")];
    let is_rate = slash_s
        || matches!(words.as_slice(), [.., word, s] if s == "s" && (SIZES.iter().any(|size| size.0 == word) || BITS.iter().any(|size| size.0 == word) || RATES.contains(&word.as_str())));
    if let Some((_, bits)) = BITS.into_iter().find(|(word, _)| has(&[word])) {
        return is_rate.then_some(bits);
    }
    if let Some((_, amount, rate)) = SIZES.into_iter().find(|(word, ..)| has(&[word])) {
        return Some(if is_rate { rate } else { amount });
    }
    let ends_in_rate =
        words.last().is_some_and(|word| matches!(word.as_str(), "tps" | "qps" | "rps" | "ops" | "iops"));
    if is_rate || ends_in_rate {
        return Some("1/s");
    }
    // Quantiles are called by their share alone, such as `99.9%`.
    let is_quantile = words.len() > 1
        && words.iter().all(|word| word == "%" || word.bytes().all(|byte| byte.is_ascii_digit()));
    if has(&["percent", "pct", "%", "prozent"]) && !is_quantile {
        return Some("%");
    }
    if has(&["ratio"]) {
        return Some("ratio");
    }
    match TimeUnit::of_column(name)
        .or_else(|| words.last().filter(|word| word.len() > 1).and_then(|word| TimeUnit::named(word)))
    {
        Some(TimeUnit::Seconds) => return Some("s"),
        Some(TimeUnit::Milli) => return Some("ms"),
        Some(TimeUnit::Micro) => return Some("us"),
        Some(TimeUnit::Nano) => return Some("ns"),
        None => {}
    }
    const COUNTS: [&str; 14] = [
        "count",
        "total",
        "num",
        "number",
        "anzahl",
        "requests",
        "threads",
        "connections",
        "clients",
        "users",
        "vus",
        "packets",
        "errors",
        "operations",
    ];
    has(&COUNTS).then_some("count")
}

#[cfg(test)]
mod tests;
