//! What dstat's groups and subtitles are called here, and in which unit they are.
//!
//! Neither groups nor subtitles are unique (`-t` and `-y` both write `system`; `used` is memory or swap), so a
//! column is known by its group and its subtitle, and a second one of the same two gets `#2`. Columns without
//! an entry in the table keep dstat's words, `group.subtitle`.

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

/// Group, subtitle, name here.
const KNOWN: &[(&str, &str, &str)] = &[
    ("total cpu usage", "usr", "cpu.user"),
    ("total cpu usage", "sys", "cpu.system"),
    ("total cpu usage", "idl", "cpu.idle"),
    ("total cpu usage", "wai", "cpu.wait"),
    ("total cpu usage", "hiq", "cpu.hardirq"),
    ("total cpu usage", "siq", "cpu.softirq"),
    ("total cpu usage", "stl", "cpu.steal"),
    ("memory usage", "used", "mem.used"),
    ("memory usage", "buff", "mem.buffers"),
    ("memory usage", "cach", "mem.cache"),
    ("memory usage", "free", "mem.free"),
    ("net/total", "recv", "net.received"),
    ("net/total", "send", "net.sent"),
];

/// The column of `subtitle` below `group`. From 0.7.3 on the subtitle may repeat the group before a colon.
pub(super) fn spec(group: &str, subtitle: &str) -> Spec {
    let subtitle = subtitle.strip_prefix(group).and_then(|rest| rest.strip_prefix(':')).unwrap_or(subtitle);
    let (unit, kind) = meaning(group, subtitle);
    if kind == Kind::Epoch {
        return Spec { name: "epoch_s".to_owned(), unit, kind };
    }
    let known = KNOWN.iter().find(|(g, s, _)| *g == group && *s == subtitle);
    let name = match known {
        Some((_, _, name)) => (*name).to_owned(),
        None if group.is_empty() => subtitle.to_owned(),
        None => format!("{group}.{subtitle}"),
    };
    Spec { name, unit, kind }
}

fn meaning(group: &str, subtitle: &str) -> (Unit, Kind) {
    match (group, subtitle) {
        (_, "epoch") => (Unit::EpochSeconds, Kind::Epoch),
        ("system", "time") => (Unit::Text, Kind::Text),
        ("memory usage" | "advanced memory usage" | "swap", _) => (Unit::Bytes, Kind::Level),
        ("system" | "interrupts" | "procs", "run" | "blk") | ("load avg" | "filesystem", _) => {
            (Unit::Count, Kind::Level)
        }
        ("system" | "interrupts" | "procs" | "paging" | "virtual memory", _) => (Unit::Count, Kind::Rate),
        _ if group.starts_with("most expensive") => (Unit::Text, Kind::Text),
        _ if group.ends_with("cpu usage") || is_cpu_group(group) => (Unit::Percent, Kind::Rate),
        _ if group.starts_with("net/") => (Unit::BytesPerSecond, Kind::Network),
        _ if group.starts_with("dsk/") => (Unit::BytesPerSecond, Kind::Rate),
        _ if group.starts_with("io/") => (Unit::Count, Kind::Rate),
        _ => (Unit::Count, Kind::Unknown),
    }
}

/// `cpu0 usage` and so on.
fn is_cpu_group(group: &str) -> bool {
    let number = group.strip_prefix("cpu").and_then(|rest| rest.strip_suffix(" usage"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
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
        let expected = ("cpu.softirq".to_owned(), Unit::Percent, Kind::Rate);
        assert_eq!(named("total cpu usage", "siq"), expected);
        assert_eq!(named("epoch", "epoch"), ("epoch_s".to_owned(), Unit::EpochSeconds, Kind::Epoch));
        let expected = ("net.sent".to_owned(), Unit::BytesPerSecond, Kind::Network);
        assert_eq!(named("net/total", "net/total:send"), expected);
        let expected = ("net/eth0.recv".to_owned(), Unit::BytesPerSecond, Kind::Network);
        assert_eq!(named("net/eth0", "net/eth0:recv"), expected);
        assert_eq!(named("system", "time"), ("system.time".to_owned(), Unit::Text, Kind::Text));
        assert_eq!(named("system", "int"), ("system.int".to_owned(), Unit::Count, Kind::Rate));
        assert_eq!(named("cpu1 usage", "usr"), ("cpu1 usage.usr".to_owned(), Unit::Percent, Kind::Rate));
        assert_eq!(named("raw", "raw"), ("raw.raw".to_owned(), Unit::Count, Kind::Unknown));
    }
}
