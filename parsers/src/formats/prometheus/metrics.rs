//! The metrics of node_exporter, and what they are of a host. Before version 0.16 they had other names.

use crate::frame::Unit;

/// A quantity of a host that series are a part of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Seconds that CPUs spent, counted.
    Cpu,
    /// Bytes, counted.
    Bytes,
    /// Seconds that a disk was busy, counted; or thousandths of them.
    Busy,
    BusyMs,
    /// Bytes at that time.
    Level,
}

/// What memory is made of besides what people ask for.
pub(super) const TOTAL: &str = "mem.total";

const MODES: [(&str, &str); 8] = [
    ("user", "cpu.user"),
    ("nice", "cpu.user"),
    ("system", "cpu.system"),
    ("idle", "cpu.idle"),
    ("iowait", "cpu.wait"),
    ("irq", "cpu.hardirq"),
    ("softirq", "cpu.softirq"),
    ("steal", "cpu.steal"),
];

const LEVELS: [(&str, &str); 4] = [
    ("node_memory_MemTotal", TOTAL),
    ("node_memory_MemFree", "mem.free"),
    ("node_memory_Buffers", "mem.buffers"),
    ("node_memory_Cached", "mem.cache"),
];

/// Names, the family in front of the device, the quantity behind it, and what is counted.
const DEVICES: [(&str, &str, &str, Kind); 10] = [
    ("node_network_receive_bytes_total", "net", "received", Kind::Bytes),
    ("node_network_receive_bytes", "net", "received", Kind::Bytes),
    ("node_network_transmit_bytes_total", "net", "sent", Kind::Bytes),
    ("node_network_transmit_bytes", "net", "sent", Kind::Bytes),
    ("node_disk_read_bytes_total", "disk", "read", Kind::Bytes),
    ("node_disk_bytes_read", "disk", "read", Kind::Bytes),
    ("node_disk_written_bytes_total", "disk", "written", Kind::Bytes),
    ("node_disk_bytes_written", "disk", "written", Kind::Bytes),
    ("node_disk_io_time_seconds_total", "disk", "util", Kind::Busy),
    ("node_disk_io_time_ms", "disk", "util", Kind::BusyMs),
];

impl Part {
    /// What a metric is a part of, by its name and labels.
    pub fn of<'n>(name: &str, label: impl Fn(&str) -> Option<&'n str>) -> Option<Self> {
        if matches!(name, "node_cpu_seconds_total" | "node_cpu") {
            let mode = label("mode")?;
            let (_, share) = MODES.iter().find(|(known, _)| *known == mode)?;
            return Some(Self { name: (*share).to_owned(), kind: Kind::Cpu });
        }
        let level = name.strip_suffix("_bytes").unwrap_or(name);
        if let Some((_, quantity)) = LEVELS.iter().find(|(known, _)| *known == level) {
            return Some(Self { name: (*quantity).to_owned(), kind: Kind::Level });
        }
        let (_, family, quantity, kind) = DEVICES.iter().find(|(known, ..)| *known == name)?;
        Some(Self { name: format!("{family}.{}.{quantity}", label("device")?), kind: *kind })
    }

    pub fn unit(&self) -> Unit {
        match self.kind {
            Kind::Cpu | Kind::Busy | Kind::BusyMs => Unit::Percent,
            Kind::Bytes => Unit::BytesPerSecond,
            Kind::Level => Unit::Bytes,
        }
    }

    /// By what a rate is multiplied, where the host has so many CPUs.
    #[expect(clippy::cast_precision_loss, reason = "a number of CPUs")]
    pub fn scale(&self, cpus: usize) -> f64 {
        match self.kind {
            Kind::Cpu => 100.0 / cpus.max(1) as f64,
            Kind::Busy => 100.0,
            Kind::BusyMs => 0.1,
            Kind::Bytes | Kind::Level => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_times() {
        let of = |name: &str| {
            let part = Part::of(name, |key| match key {
                "mode" => Some("iowait"),
                "device" => Some("eth0"),
                _ => None,
            });
            part.map(|part| part.name)
        };
        for (name, expected) in [
            ("node_cpu_seconds_total", "cpu.wait"),
            ("node_cpu", "cpu.wait"),
            ("node_memory_MemFree_bytes", "mem.free"),
            ("node_memory_MemFree", "mem.free"),
            ("node_network_transmit_bytes_total", "net.eth0.sent"),
            ("node_disk_bytes_read", "disk.eth0.read"),
        ] {
            assert_eq!(of(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!((of("up"), of("")), (None, None));
    }
}
