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
/// Words for what may rise for a while, and is counted by nobody.
const OF_AN_INSTANT: [&str; 10] =
    ["used", "free", "available", "mem", "memory", "ram", "rss", "vms", "heap", "size"];

struct Quantity {
    name: String,
    metric: String,
    unit: Option<&'static str>,
    is_counter: bool,
}

impl Quantity {
    fn of(group: &Group, column: usize, is_host: bool, taken: &mut BTreeSet<String>) -> Self {
        let name = group.name(column).to_owned();
        let words = group.words(column);
        let unit = unit(&name);
        let is_amount = matches!(unit, Some("count" | "B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB"));
        let is_counter =
            is_amount && group.rises(column) && has_any(&words, &COUNTED) && !has_any(&words, &OF_AN_INSTANT);
        let known = unit.and_then(|unit| of_host(&words, unit, is_counter, is_host));
        let own = own(&name);
        let metric = match known.filter(|metric| !taken.contains(metric.name())) {
            Some(metric) => metric.name().to_owned(),
            None if taken.contains(&own) => format!("{own}_{}", column + 1),
            None => own,
        };
        taken.insert(metric.clone());
        Self { name, metric, unit, is_counter }
    }

    fn line(&self) -> String {
        let kind = if self.is_counter { ", kind = \"counter\"" } else { "" };
        let unit = self.unit.unwrap_or("count");
        format!(
            "  {{ column = {}, metric = \"{}\", unit = \"{unit}\"{kind} }},",
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
    if has(&["percent", "pct", "%", "prozent"]) {
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
mod tests {
    use super::super::group::group;
    use super::*;

    fn check(text: &str, expected: &[&str]) -> Declaration {
        let declaration = declare(&group(&[text]), &[], false).unwrap();
        let all = declaration.text("x");
        if !declaration.is_open {
            crate::input::config::Config::parse(&all).unwrap_or_else(|error| panic!("{all}: {error:#}"));
        }
        for part in expected {
            assert!(all.contains(part), "{part}: {all}");
        }
        declaration
    }

    #[test]
    fn units_and_counters_of_headings() {
        check(
            "free_bytes,t,cpu_percent,sent_bytes_total,rx_mib_per_s,note\n3000000000,1700000000,12,5,1,a\n3000000001,1700000001,13,9,2,b\n\
             2900000000,1700000002,9,9,2,c\n",
            &[
                "time = 't'",
                "own.free_bytes\", unit = \"B\" }",
                "own.cpu_percent\", unit = \"%\" }",
                "net.sent\", unit = \"B\", kind = \"counter\"",
                "net.received\", unit = \"MiB/s\" }",
            ],
        );
        let units = ["ops_s", "kb_s", "mbit_s", "lag", "wait_ms", "queue ratio", "Last_Prozent", "cpu"];
        let found: Vec<Option<&str>> = units.into_iter().map(unit).collect();
        assert_eq!(
            found,
            [Some("1/s"), Some("kB/s"), Some("Mbit/s"), None, Some("ms"), Some("ratio"), Some("%"), None]
        );
    }

    #[test]
    fn psutil_is_of_a_host() {
        let all = check(
            "timestamp,cpu_percent,mem_used_bytes,mem_percent,bytes_sent,bytes_recv,disk_read_bytes,disk_write_bytes,ctx\n\
             1700000000,5,900,1,10,20,30,40,1\n1700000001,5,800,1,11,21,31,41,2\n1700000002,5,950,1,12,22,32,42,0\n",
            &[
                "'cpu_percent', metric = \"own.cpu_percent\", unit = \"%\" }",
                "'mem_used_bytes', metric = \"mem.used\", unit = \"B\" }",
                "'bytes_sent', metric = \"net.sent\", unit = \"B\", kind = \"counter\" }",
                "'bytes_recv', metric = \"net.received\", unit = \"B\", kind = \"counter\" }",
                "'disk_read_bytes', metric = \"disk.read\", unit = \"B\", kind = \"counter\" }",
                "'disk_write_bytes', metric = \"disk.written\", unit = \"B\", kind = \"counter\" }",
            ],
        );
        assert!(!all.is_open && all.check[0].contains("`ctx`"), "{all:?}");
        // Of a program nobody knows what it sends.
        check(
            "timestamp,bytes_sent,orders\n1700000000,5,1\n1700000001,6,1\n1700000002,7,1\n",
            &["'bytes_sent', metric = \"own.bytes_sent\", unit = \"B\", kind = \"counter\" }"],
        );
    }

    #[test]
    fn a_clock_that_nothing_ties_leaves_a_question() {
        let elapsed = check(
            "elapsed_sec;ops;p99_us\n1;5;7\n2;6;8\n3;5;7\n",
            &["elapsed = 'elapsed_sec'", "since = ", "unit = \"1/s\"", "unit = \"us\""],
        );
        assert!(elapsed.is_open);
        let known = declare(&group(&["uptime_s,x_percent\n1,5\n2,6\n3,5\n"]), &[], true).unwrap();
        assert!(!known.is_open && known.text("x").contains("monotonic = 'uptime_s'"));
    }

    #[test]
    fn what_has_no_clock_or_no_number_is_no_table() {
        for text in ["a,b\n1,2\n3,4\n5,6\n", "time,name\n1700000000,x\n1700000001,y\n1700000002,z\n"] {
            assert_eq!(declare(&group(&[text]), &[], false), None, "{text}");
        }
    }
}
