//! What groups and subtitles are called here, and in which unit they are.
//!
//! Neither groups nor subtitles are unique (`-t` and `-y` both write `system`; `used` is memory or swap), so a
//! column is known by its group and its subtitle, and a second one of the same two gets `#2`. Columns without
//! an entry in the table keep the words of the log, `group.subtitle`.

use super::writer::Units;
use crate::frame::Unit;

/// How a column is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spec {
    pub name: String,
    pub unit: Unit,
    pub kind: Kind,
}

/// What may be done to the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Time stamps.
    Epoch,
    /// Local times without a year, kept as words.
    Time,
    /// A state, true at the moment of the row.
    Level,
    /// A difference between two moments: the first row of a run has the average since the boot.
    Rate,
    /// A rate from a counter of network traffic, which may have overflowed.
    Network,
    /// Anything; decided by the first cell.
    Unknown,
    /// Words.
    Text,
}

/// Subtitle, name here: whichever group of the CPU's total.
const CPU: &[(&str, &str)] = &[
    ("usr", "cpu.user"),
    ("sys", "cpu.system"),
    ("idl", "cpu.idle"),
    ("wai", "cpu.wait"),
    ("hiq", "cpu.hardirq"),
    ("siq", "cpu.softirq"),
    ("stl", "cpu.steal"),
];

const MEMORY: &[(&str, &str)] = &[
    ("used", "mem.used"),
    ("buff", "mem.buffers"),
    ("buf", "mem.buffers"),
    ("cach", "mem.cache"),
    ("free", "mem.free"),
    ("avai", "mem.available"),
];

/// The column of `subtitle` below `group`. From 0.7.3 on the subtitle may repeat the group before a colon.
pub(super) fn spec(group: &str, subtitle: &str) -> Spec {
    let subtitle = subtitle.strip_prefix(group).and_then(|rest| rest.strip_prefix(':')).unwrap_or(subtitle);
    let (unit, kind) = meaning(group, subtitle);
    if kind == Kind::Epoch {
        return Spec { name: "epoch_s".to_owned(), unit, kind };
    }
    let listed = |list: &[(&str, &'static str)]| {
        list.iter().find(|(known, _)| *known == subtitle).map(|(_, name)| (*name).to_owned())
    };
    let known = match group {
        "total cpu usage" | "total usage" => listed(CPU),
        "memory usage" | "advanced memory usage" => listed(MEMORY),
        _ if kind == Kind::Time => Some("system.time".to_owned()),
        _ => transferred(group, subtitle),
    };
    let name = match known {
        Some(name) => name,
        None if group.is_empty() => subtitle.to_owned(),
        None => format!("{group}.{subtitle}"),
    };
    Spec { name, unit, kind }
}

/// `net.received` for the total, `net.eth0.received` for an interface, and so on.
fn transferred(group: &str, subtitle: &str) -> Option<String> {
    let (class, instance) = group.split_once('/')?;
    let (class, direction) = match (class, subtitle) {
        ("net", "recv") => ("net", "received"),
        ("net", "send") => ("net", "sent"),
        ("dsk", "read") => ("disk", "read"),
        ("dsk", "writ") => ("disk", "written"),
        _ => return None,
    };
    Some(match instance {
        "total" => format!("{class}.{direction}"),
        instance => format!("{class}.{instance}.{direction}"),
    })
}

/// What the values of a group are multiplied by; `None` where that is not known.
pub(super) fn factor(group: &str, units: Units) -> Option<f64> {
    match group {
        "memory usage" | "advanced memory usage" => Some(units.memory),
        _ if group.starts_with("swap") => Some(units.memory),
        _ if group.starts_with("net/") => units.network,
        _ if group.starts_with("dsk/") => units.disk,
        _ => Some(1.0),
    }
}

fn meaning(group: &str, subtitle: &str) -> (Unit, Kind) {
    match (group, subtitle) {
        (_, "epoch") => (Unit::EpochSeconds, Kind::Epoch),
        ("system" | "time" | "", "time" | "date/time") => (Unit::Text, Kind::Time),
        ("memory usage" | "advanced memory usage", _) => (Unit::Bytes, Kind::Level),
        _ if group == "swap" || group.starts_with("swap/") => (Unit::Bytes, Kind::Level),
        ("system" | "interrupts" | "procs", "run" | "blk") | ("load avg" | "filesystem", _) => {
            (Unit::Count, Kind::Level)
        }
        ("system" | "interrupts" | "procs" | "paging" | "virtual memory", _) => (Unit::Count, Kind::Rate),
        _ if group.starts_with("most expensive") => (Unit::Text, Kind::Text),
        ("total usage", _) => (Unit::Percent, Kind::Rate),
        _ if group.ends_with("cpu usage") || is_cpu_group(group) => (Unit::Percent, Kind::Rate),
        _ if group.starts_with("net/") => (Unit::BytesPerSecond, Kind::Network),
        _ if group.starts_with("dsk/") => (Unit::BytesPerSecond, Kind::Rate),
        _ if group.starts_with("io/") || group.starts_with("pkt/") => (Unit::Count, Kind::Rate),
        _ => (Unit::Count, Kind::Unknown),
    }
}

/// `cpu0 usage` and so on.
fn is_cpu_group(group: &str) -> bool {
    let number = group.strip_prefix("cpu").and_then(|rest| rest.strip_suffix(" usage"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The group of each column: a name holds for the empty cells to its right.
pub(super) fn carried<'a>(groups: &'a [String], columns: usize) -> Vec<&'a str> {
    let mut group = "";
    let carry = |index: usize| {
        let named: Option<&'a str> = groups.get(index).map(String::as_str).filter(|name| !name.is_empty());
        group = named.unwrap_or(group);
        group
    };
    (0..columns).map(carry).collect()
}

/// Groups that are known by the order of their subtitles. `read,writ` may be bytes or requests: not here.
const ORDERED: &[(&str, &[&str])] = &[
    ("epoch", &["epoch"]),
    ("system", &["time"]),
    ("system", &["date/time"]),
    ("total cpu usage", &["usr", "sys", "idl", "wai", "hiq", "siq", "stl"]),
    ("total cpu usage", &["usr", "sys", "idl", "wai", "hiq", "siq"]),
    ("total cpu usage", &["usr", "sys", "idl", "wai", "stl"]),
    ("memory usage", &["used", "buff", "cach", "free"]),
    ("memory usage", &["used", "free", "buff", "cach"]),
    ("memory usage", &["used", "free", "buf", "cach"]),
    ("memory usage", &["used", "free", "cach", "avai"]),
    ("swap", &["used", "free"]),
    ("net/total", &["recv", "send"]),
    ("load avg", &["1m", "5m", "15m"]),
    ("system", &["int", "csw"]),
    ("procs", &["run", "blk", "new"]),
    ("paging", &["in", "out"]),
];

/// The group of a column that is not known.
pub(super) const UNKNOWN: &str = "?";

/// The groups of columns over which the row of groups is missing. `None` if not even the CPU or the memory
/// can be told. Where several columns look like the total of the CPU or the network, one of them may be a single
/// CPU or interface: none is taken.
pub(super) fn groups_by_order(subtitles: &[String]) -> Option<Vec<String>> {
    let mut groups = Vec::with_capacity(subtitles.len());
    while let Some(rest) = subtitles.get(groups.len()..).filter(|rest| !rest.is_empty()) {
        let fits = |(_, names): &&(&str, &[&str])| {
            names.len() <= rest.len() && rest.iter().zip(*names).all(|(cell, name)| cell == name)
        };
        match ORDERED.iter().find(fits) {
            Some((group, names)) => groups.extend(names.iter().map(|_| (*group).to_owned())),
            // `net/eth0:recv` says it itself.
            None => groups.extend(
                rest.first().map(|cell| cell.rsplit_once(':').map_or(UNKNOWN, |(group, _)| group).to_owned()),
            ),
        }
    }
    for unique in ["total cpu usage", "net/total", "memory usage", "swap"] {
        let first = ORDERED.iter().filter(|(group, _)| *group == unique).find_map(|(_, names)| names.first());
        let begins =
            |(group, cell): &(&String, &String)| group.as_str() == unique && Some(&cell.as_str()) == first;
        if groups.iter().zip(subtitles).filter(begins).count() > 1 {
            groups.iter_mut().filter(|group| *group == unique).for_each(|group| UNKNOWN.clone_into(group));
        }
    }
    let useful = |group: &String| matches!(group.as_str(), "total cpu usage" | "memory usage" | "net/total");
    groups.iter().any(useful).then_some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_columns_have_our_names() {
        let named = |group: &str, subtitle: &str| {
            let spec = spec(group, subtitle);
            (spec.name, spec.unit, spec.kind)
        };
        for (group, subtitle, name, unit, kind) in [
            ("total cpu usage", "siq", "cpu.softirq", Unit::Percent, Kind::Rate),
            ("total usage", "total usage:stl", "cpu.steal", Unit::Percent, Kind::Rate),
            ("epoch", "epoch", "epoch_s", Unit::EpochSeconds, Kind::Epoch),
            ("net/total", "net/total:send", "net.sent", Unit::BytesPerSecond, Kind::Network),
            ("net/eth0", "net/eth0:recv", "net.eth0.received", Unit::BytesPerSecond, Kind::Network),
            ("dsk/total", "writ", "disk.written", Unit::BytesPerSecond, Kind::Rate),
            ("dsk/sda", "read", "disk.sda.read", Unit::BytesPerSecond, Kind::Rate),
            ("io/sda", "read", "io/sda.read", Unit::Count, Kind::Rate),
            ("memory usage", "avai", "mem.available", Unit::Bytes, Kind::Level),
            ("advanced memory usage", "dirty", "advanced memory usage.dirty", Unit::Bytes, Kind::Level),
            ("system", "time", "system.time", Unit::Text, Kind::Time),
            ("system", "date/time", "system.time", Unit::Text, Kind::Time),
            ("system", "int", "system.int", Unit::Count, Kind::Rate),
            ("cpu1 usage", "usr", "cpu1 usage.usr", Unit::Percent, Kind::Rate),
            ("raw", "raw", "raw.raw", Unit::Count, Kind::Unknown),
        ] {
            assert_eq!(named(group, subtitle), (name.to_owned(), unit, kind), "{group} {subtitle}");
        }
    }

    #[test]
    fn groups_from_the_order_of_subtitles() {
        let groups = |row: &str| {
            let subtitles: Vec<String> = row.split(' ').map(str::to_owned).collect();
            groups_by_order(&subtitles).map(|groups| groups.join(" ").replace("total cpu usage", "cpu"))
        };
        assert_eq!(
            groups("time usr sys idl wai stl read writ recv send used free").as_deref(),
            Some("system cpu cpu cpu cpu cpu ? ? net/total net/total swap swap")
        );
        assert_eq!(
            groups("usr sys idl wai stl recv send recv send").as_deref(),
            Some("cpu cpu cpu cpu cpu ? ? ? ?")
        );
        assert_eq!(
            groups("net/eth0:recv usr sys idl wai stl").as_deref(),
            Some("net/eth0 cpu cpu cpu cpu cpu")
        );
        assert_eq!(groups("read writ"), None);
    }
}
