//! What `sadf -j` prints: the same as `sadf -d`, as JSON. Keys have been changed over the versions; all are read.

use crate::diagnostic::Place;
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::outcome::{Outcome, Unusable};
use crate::shared::host::samples::{Form, Moment};
use crate::shared::json::Node;
use crate::shared::sysstat::json::{MARK, Report, number, text};
use crate::shared::sysstat::{stamp, table};

const KIB: f64 = 1024.0;
const SECTOR: f64 = 512.0;

/// Whether it is the JSON of sadf: its statistics have a time that is an object.
pub(super) fn is_own(head: &Head<'_>) -> bool {
    let text = head.text();
    let Some(at) = memchr::memmem::find(text, b"\"timestamp\"") else { return false };
    let behind = text.get(at..).unwrap_or_default().iter().skip(11);
    let next = behind.copied().find(|byte| !byte.is_ascii_whitespace() && *byte != b':');
    head.holds(MARK) && head.holds(b"\"date\"") && next == Some(b'{')
}

pub(super) fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut report = Report::default();
    let mut is_local = false;
    report.read(bytes, |report, host, statistics| {
        let Some(statistics) = statistics else {
            restarts(report, host);
            return;
        };
        let Some(moment) = statistics.get("timestamp").and_then(moment) else {
            report.unreadable(statistics, "a timestamp with a date and a time");
            return;
        };
        is_local |= moment.epoch_ns.is_none();
        values(report, moment, statistics);
    });
    if is_local && report.samples.clock(Form::default()) == Clock::None {
        report.diagnostics.warning("time-zone-unknown", Place::FILE, || {
            "times are local, in local_s and not in epoch_s: nothing says their time zone: declare utc_offset, or run sadf \
             without -t and -T"
                .to_owned()
        });
    }
    report.finish(
        Form::default(),
        "CPU (-u), memory (-r), network (-n DEV) or disks (-b, -d) as sadf -j prints them",
    )
}

/// `{"date": "2026-11-30", "time": "00:16:49", "utc": 1}`, or with `"tz": "UTC"`.
fn moment(node: &Node<'_>) -> Option<Moment> {
    let (date, time) = (text(node, "date")?, text(node, "time")?);
    let zone = match (text(node, "tz"), node.get("utc").and_then(Node::count)) {
        (Some(zone), _) => zone,
        (None, Some(1)) => "UTC",
        (None, _) => "",
    };
    // Of one that is an offset, or a name that is none of a zone, the wall is known.
    let stamp = |zone: &str| stamp::moment(format!("{date} {time} {zone}").as_bytes());
    stamp(zone).or_else(|| stamp("")).map(|(moment, _)| moment)
}

fn restarts(report: &mut Report, host: &Node<'_>) {
    for restart in host.get("restarts").map(Node::items).unwrap_or_default() {
        if let Some(moment) = restart.get("boot").and_then(moment) {
            report.samples.restart(moment);
        }
    }
    if host.get("comments").is_some_and(|comments| !comments.items().is_empty()) {
        report
            .diagnostics
            .note("comment", host.place(), || "comments in the collected data; they are not used".to_owned());
    }
}

fn values(report: &mut Report, moment: Moment, statistics: &Node<'_>) {
    let items = |key: &str| statistics.get(key).map(Node::items).unwrap_or_default();
    for cpu in items("cpu-load").iter().chain(items("cpu-load-all")) {
        if matches!(text(cpu, "cpu"), Some("all" | "-1")) {
            for (name, value) in table::shares(|key| number(cpu, key)) {
                report.set(moment, name, Unit::Percent, value, cpu);
            }
        }
    }
    if let Some(memory) = statistics.get("memory") {
        let number = |key| number(memory, key);
        let [free, used, percent] = ["memfree", "memused", "memused-percent"].map(number);
        let [buffers, cached] = ["buffers", "cached"].map(number);
        for (name, value) in table::memory(free, used, percent, buffers, cached) {
            if let Some(value) = value {
                report.set(moment, name, Unit::Bytes, value * KIB, memory);
            }
        }
    }
    if let Some(io) = statistics.get("io") {
        for (part, keys) in [
            ("io-reads", [("bread", "disk.read", SECTOR)]),
            ("io-writes", [("bwrtn", "disk.written", SECTOR)]),
        ] {
            // Before version 11 they were no objects.
            report.rates(moment, io.get(part).unwrap_or(io), "", &keys);
        }
    }
    for disk in items("disk") {
        let Some(name) = text(disk, "disk-device") else { continue };
        let prefix = format!("disk.{name}.");
        let keys = if disk.get("rkB").is_some() {
            [("rkB", "read", KIB), ("wkB", "written", KIB)]
        } else {
            [("rd_sec", "read", SECTOR), ("wr_sec", "written", SECTOR)]
        };
        report.rates(moment, disk, &prefix, &keys);
        if let Some(util) = number(disk, "util-percent") {
            report.set(moment, &format!("{prefix}util"), Unit::Percent, util, disk);
        }
    }
    let network = statistics.get("network").unwrap_or(statistics);
    for interface in network.get("net-dev").map(Node::items).unwrap_or_default() {
        let Some(name) = text(interface, "iface") else { continue };
        let keys = [("rxkB", "received", KIB), ("txkB", "sent", KIB)];
        report.rates(moment, interface, &format!("net.{name}."), &keys);
    }
}
