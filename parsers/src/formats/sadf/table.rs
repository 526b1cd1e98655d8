//! Which table a line of names begins, and which quantities a row of it holds.

use std::borrow::Cow;

use crate::frame::Unit;

/// A quantity of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    pub name: Cow<'static, str>,
    pub unit: Unit,
    pub value: f64,
}

/// A table, with the cells in which its values stand; cells are counted behind the timestamp.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Table {
    /// Shares of the CPU, each with the cells whose sum it is.
    Cpu {
        shares: Vec<(&'static str, Vec<usize>)>,
        cpu: usize,
        len: usize,
    },
    Memory {
        free: usize,
        used: usize,
        percent: Option<usize>,
        buffers: usize,
        cached: usize,
        len: usize,
    },
    /// Bytes that one of the unit are.
    Network {
        interface: usize,
        received: usize,
        sent: usize,
        scale: f64,
        len: usize,
    },
    /// All tables of one time in a line.
    Horizontal,
    Other,
}

/// Shares of the CPU, and the names of what each consists of. Those of guests are part of `%user` and `%nice`, but not of `%usr`
/// and the `%nice` beside it.
const SHARES: [(&str, &[&str]); 7] = [
    ("cpu.user", &["%user", "%usr", "%nice", "%guest", "%gnice"]),
    ("cpu.system", &["%system", "%sys"]),
    ("cpu.idle", &["%idle"]),
    ("cpu.wait", &["%iowait"]),
    ("cpu.hardirq", &["%irq"]),
    ("cpu.softirq", &["%soft"]),
    ("cpu.steal", &["%steal"]),
];

impl Table {
    /// The table under these names, `CPU;%user;%nice;…`.
    pub fn read(names: &[u8]) -> Self {
        if memchr::memmem::find(names, b"[...]").is_some() {
            return Self::Horizontal;
        }
        let names: Vec<&[u8]> = names.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).collect();
        let at = |name: &str| names.iter().position(|other| *other == name.as_bytes());
        Self::cpu(&names)
            .or_else(|| {
                let len = names.len();
                let (free, used, percent) = (at("kbmemfree")?, at("kbmemused")?, at("%memused"));
                Some(Self::Memory {
                    free,
                    used,
                    percent,
                    buffers: at("kbbuffers")?,
                    cached: at("kbcached")?,
                    len,
                })
            })
            .or_else(|| {
                let (interface, len) = (at("IFACE")?, names.len());
                let (received, sent, scale) = match (at("rxkB/s"), at("txkB/s")) {
                    (Some(received), Some(sent)) => (received, sent, 1024.0),
                    _ => (at("rxbyt/s")?, at("txbyt/s")?, 1.0),
                };
                Some(Self::Network { interface, received, sent, scale, len })
            })
            .unwrap_or(Self::Other)
    }

    fn cpu(names: &[&[u8]]) -> Option<Self> {
        let at = |name: &&str| names.iter().position(|other| *other == name.as_bytes());
        let cpu = at(&"CPU")?;
        at(&"%idle")?;
        let shares =
            SHARES.iter().map(|(share, parts)| (*share, parts.iter().filter_map(at).collect::<Vec<_>>()));
        let shares = shares.filter(|(_, cells)| !cells.is_empty()).collect();
        Some(Self::Cpu { shares, cpu, len: names.len() })
    }

    /// How many cells a row has behind its timestamp.
    pub fn len(&self) -> usize {
        match self {
            Self::Cpu { len, .. } | Self::Memory { len, .. } | Self::Network { len, .. } => *len,
            Self::Horizontal | Self::Other => 0,
        }
    }

    /// Whether a cell is one of the numbers that are used.
    pub fn is_number(&self, cell: usize) -> bool {
        match self {
            Self::Cpu { shares, .. } => shares.iter().any(|(_, cells)| cells.contains(&cell)),
            Self::Memory { free, used, percent, buffers, cached, .. } => {
                [*free, *used, *buffers, *cached].contains(&cell) || *percent == Some(cell)
            }
            Self::Network { received, sent, .. } => [*received, *sent].contains(&cell),
            Self::Horizontal | Self::Other => false,
        }
    }

    /// The quantities of a row. `numbers` are those of the cells.
    pub fn values(&self, cells: &[&[u8]], numbers: &[Option<f64>], mut into: impl FnMut(Quantity)) {
        let number = |at: usize| numbers.get(at).copied().flatten();
        match self {
            Self::Cpu { shares, cpu, .. } => {
                // -1 is all of them together; sar's own `all` stands there in no version, but reads as well.
                if !matches!(cells.get(*cpu), Some(&b"-1" | &b"all")) {
                    return;
                }
                for (name, cells) in shares {
                    let sum: Option<f64> = cells.iter().map(|at| number(*at)).sum();
                    if let Some(sum) = sum {
                        // Shares have two decimals; what binary numbers add to their sum goes.
                        let value = (sum * 1e6).round() / 1e6;
                        into(Quantity { name: (*name).into(), unit: Unit::Percent, value });
                    }
                }
            }
            Self::Memory { free, used, percent, buffers, cached, .. } => {
                let [free, used, buffers, cached] = [*free, *used, *buffers, *cached].map(number);
                let all = free.zip(used).zip(buffers.zip(cached));
                let without_caches = all.map(|((free, used), (buffers, cached))| {
                    let rest = (used - buffers - cached).max(0.0);
                    if holds_caches(free, used, percent.and_then(number)) { rest } else { used }
                });
                for (name, value) in [
                    ("mem.used", without_caches),
                    ("mem.buffers", buffers),
                    ("mem.cache", cached),
                    ("mem.free", free),
                ] {
                    if let Some(value) = value {
                        into(Quantity { name: name.into(), unit: Unit::Bytes, value: value * 1024.0 });
                    }
                }
            }
            Self::Network { interface, received, sent, scale, .. } => {
                let interface = String::from_utf8_lossy(cells.get(*interface).copied().unwrap_or_default());
                for (direction, cell) in [("received", received), ("sent", sent)] {
                    if let Some(value) = number(*cell) {
                        let name = format!("net.{interface}.{direction}").into();
                        into(Quantity { name, unit: Unit::BytesPerSecond, value: value * scale });
                    }
                }
            }
            Self::Horizontal | Self::Other => {}
        }
    }
}

/// Whether used memory holds buffers and caches: then used and free are all of the memory, of which used are so many per cent.
fn holds_caches(free: f64, used: f64, percent: Option<f64>) -> bool {
    percent.is_some_and(|percent| (used - (used + free) * percent / 100.0).abs() <= (used + free) * 1e-4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(names: &str, row: &str) -> Vec<(String, f64)> {
        let cells: Vec<&[u8]> = row.split(';').map(str::as_bytes).collect();
        let numbers: Vec<_> = cells.iter().map(|cell| crate::text::float(cell)).collect();
        let mut into = Vec::new();
        Table::read(names.as_bytes()).values(&cells, &numbers, |quantity| into.push(quantity));
        into.into_iter().map(|quantity| (quantity.name.into_owned(), quantity.value)).collect()
    }

    fn pairs(expected: &[(&str, f64)]) -> Vec<(String, f64)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn guests_are_part_of_the_user() {
        let expected = [("cpu.user", 90.65), ("cpu.system", 8.37), ("cpu.idle", 0.0)];
        assert_eq!(values("CPU;%user;%nice;%system;%idle", "-1;67.00;23.65;8.37;0.00"), pairs(&expected));
        let expected = [("cpu.user", 12.5), ("cpu.system", 1.0), ("cpu.idle", 86.0), ("cpu.hardirq", 0.5)];
        assert_eq!(
            values("CPU;%usr;%nice;%sys;%irq;%guest;%gnice;%idle", "-1;1;0.5;1;0.5;10;1;86"),
            pairs(&expected)
        );
        assert_eq!(values("CPU;%user;%idle", "0;1;2"), []);
    }

    #[test]
    fn used_memory_has_no_caches() {
        let names = "kbmemfree;kbmemused;%memused;kbbuffers;kbcached";
        let used = |row: &str| values(names, row)[0].clone();
        // 8 GB in all, of which 4 are free, 3 are caches.
        assert_eq!(used("4000000;4000000;50.00;1000000;2000000"), ("mem.used".to_owned(), 1_024_000_000.0));
        assert_eq!(used("4000000;1000000;12.50;1000000;2000000"), ("mem.used".to_owned(), 1_024_000_000.0));
    }

    #[test]
    fn kilobytes_are_binary() {
        let expected = [("net.eth0.received", 2048.0), ("net.eth0.sent", 0.0)];
        assert_eq!(values("IFACE;rxkB/s;txkB/s", "eth0;2.00;0.00"), pairs(&expected));
        let expected = [("net.eth0.received", 2.0), ("net.eth0.sent", 0.0)];
        assert_eq!(values("IFACE;rxbyt/s;txbyt/s", "eth0;2.00;0.00"), pairs(&expected));
    }
}
