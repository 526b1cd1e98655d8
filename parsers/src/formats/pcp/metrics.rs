//! Metrics of Performance Co-Pilot, and what they are of a host.

use crate::frame::Unit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A state of the CPUs.
    Cpu(&'static str),
    Memory(&'static str),
    /// `net`, or `disk`, and the quantity.
    Device(&'static str, &'static str),
    /// Of all disks.
    All(&'static str),
    /// How many CPUs there are.
    Count,
}

/// A value, by what is known of its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Amount {
    /// In the unit that the metric has by itself.
    Plain(f64),
    /// Seconds, or bytes.
    Exact(f64),
    /// What was counted since the host was started.
    Counted,
    Unknown,
    /// There is none.
    Missing,
}

const METRICS: [(&str, Part); 20] = [
    ("kernel.all.cpu.user", Part::Cpu("cpu.user")),
    ("kernel.all.cpu.nice", Part::Cpu("cpu.user")),
    ("kernel.all.cpu.sys", Part::Cpu("cpu.system")),
    ("kernel.all.cpu.idle", Part::Cpu("cpu.idle")),
    ("kernel.all.cpu.wait.total", Part::Cpu("cpu.wait")),
    ("kernel.all.cpu.irq.hard", Part::Cpu("cpu.hardirq")),
    ("kernel.all.cpu.irq.soft", Part::Cpu("cpu.softirq")),
    ("kernel.all.cpu.steal", Part::Cpu("cpu.steal")),
    ("mem.util.used", Part::Memory("mem.used")),
    ("mem.util.bufmem", Part::Memory("mem.buffers")),
    ("mem.util.cached", Part::Memory("mem.cache")),
    ("mem.util.free", Part::Memory("mem.free")),
    ("network.interface.in.bytes", Part::Device("net", "received")),
    ("network.interface.out.bytes", Part::Device("net", "sent")),
    ("disk.dev.read_bytes", Part::Device("disk", "read")),
    ("disk.dev.write_bytes", Part::Device("disk", "written")),
    ("disk.dev.avactive", Part::Device("disk", "util")),
    ("disk.all.read_bytes", Part::All("disk.read")),
    ("disk.all.write_bytes", Part::All("disk.written")),
    ("hinv.ncpu", Part::Count),
];

impl Part {
    pub fn of(metric: &str) -> Option<Self> {
        METRICS.iter().find(|(known, _)| *known == metric).map(|(_, part)| *part)
    }

    /// Whether the host counts it up.
    pub fn is_counter(self) -> bool {
        match self {
            Self::Cpu(_) | Self::Device(..) | Self::All(_) => true,
            Self::Memory(_) | Self::Count => false,
        }
    }

    /// Of a disk or an interface: its column, its unit, and what one of its own unit is in that.
    pub fn device(self, instance: &str) -> Option<(String, Unit, f64)> {
        match self {
            Self::Device("disk", "util") => Some((format!("disk.{instance}.util"), Unit::Percent, 0.1)),
            Self::Device(family, quantity) => {
                let scale = if family == "disk" { 1024.0 } else { 1.0 };
                Some((format!("{family}.{instance}.{quantity}"), Unit::BytesPerSecond, scale))
            }
            Self::All(name) => Some((name.to_owned(), Unit::BytesPerSecond, 1024.0)),
            Self::Cpu(_) | Self::Memory(_) | Self::Count => None,
        }
    }

    /// A value in a unit that stands beside it, such as `ms/s` or `Kbyte`.
    pub fn in_unit(self, value: f64, unit: &str) -> Amount {
        let (unit, is_rate) = match unit.split_once('/') {
            Some((unit, "s" | "sec" | "second")) => (unit.trim(), true),
            Some(_) => return Amount::Unknown,
            None => (unit.trim(), false),
        };
        if self.is_counter() && !is_rate {
            return Amount::Counted;
        }
        let seconds = match unit {
            "ns" | "nsec" | "nanosec" => Some(1e-9),
            "us" | "usec" | "microsec" => Some(1e-6),
            "ms" | "msec" | "millisec" => Some(1e-3),
            "s" | "sec" => Some(1.0),
            _ => None,
        };
        let bytes = match unit {
            "byte" | "B" => Some(1.0),
            "Kbyte" | "KB" => Some(1024.0),
            "Mbyte" | "MB" => Some(1024.0 * 1024.0),
            "Gbyte" | "GB" => Some(1024.0 * 1024.0 * 1024.0),
            _ => None,
        };
        match self {
            Self::Count => Amount::Exact(value),
            Self::Cpu(_) => seconds.map_or(Amount::Unknown, |scale| Amount::Exact(value * scale)),
            // Of the time that a disk was busy, per cent.
            Self::Device("disk", "util") => {
                seconds.map_or(Amount::Unknown, |scale| Amount::Exact(value * scale * 100.0))
            }
            Self::Memory(_) | Self::Device(..) | Self::All(_) => {
                bytes.map_or(Amount::Unknown, |scale| Amount::Exact(value * scale))
            }
        }
    }
}
