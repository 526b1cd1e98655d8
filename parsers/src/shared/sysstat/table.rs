//! Which table a line of names begins, and which quantities a row of it holds.

use std::borrow::Cow;

use crate::frame::Unit;
use crate::text::lossy;

/// A quantity of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub name: Cow<'static, str>,
    pub unit: Unit,
    pub value: f64,
}

/// A table, with the cells in which its values stand; cells are counted behind the time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Table {
    /// Shares of the CPU, each with the cells whose sum it is. Without a column of CPUs a row is of all of them.
    Cpu {
        shares: Vec<(&'static str, Vec<usize>)>,
        cpu: Option<usize>,
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
    Network {
        interface: usize,
        received: Rate,
        sent: Rate,
        len: usize,
    },
    /// Single disks, or all of them where there is no column of their names.
    Disk {
        device: Option<usize>,
        read: Rate,
        written: Rate,
        util: Option<usize>,
        len: usize,
    },
    /// Processes, or their threads below them.
    Process {
        cpu: usize,
        group: usize,
        thread: Option<usize>,
        command: usize,
        len: usize,
    },
    /// All tables of one time in a line.
    Horizontal,
    Other,
}

/// The cell of a rate, and the bytes that one of its unit are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    cell: usize,
    scale: f64,
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

const KIB: f64 = 1024.0;
const SECTOR: f64 = 512.0;

/// What was received and sent, by the names of versions.
const NETWORK: [(&str, &str, f64); 2] = [("rxkB/s", "txkB/s", KIB), ("rxbyt/s", "txbyt/s", 1.0)];
/// What was read and written, by the names of tools and versions.
const DISK: [(&str, &str, f64); 8] = [
    ("rkB/s", "wkB/s", KIB),
    ("rMB/s", "wMB/s", KIB * KIB),
    ("rd_sec/s", "wr_sec/s", SECTOR),
    ("rsec/s", "wsec/s", SECTOR),
    ("kB_read/s", "kB_wrtn/s", KIB),
    ("MB_read/s", "MB_wrtn/s", KIB * KIB),
    ("Blk_read/s", "Blk_wrtn/s", SECTOR),
    ("bread/s", "bwrtn/s", SECTOR),
];

/// The names of a table.
struct Names<'a>(&'a [&'a [u8]]);

impl Names<'_> {
    fn at(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|other| *other == name.as_bytes())
    }

    fn rates(&self, known: &[(&str, &str, f64)]) -> Option<(Rate, Rate)> {
        known.iter().find_map(|(one, other, scale)| {
            let (one, other) = (self.at(one)?, self.at(other)?);
            Some((Rate { cell: one, scale: *scale }, Rate { cell: other, scale: *scale }))
        })
    }
}

impl Table {
    /// The table under these names, `CPU`, `%user`, `%nice`, ….
    pub fn read(names: &[&[u8]]) -> Self {
        if names.iter().any(|name| memchr::memmem::find(name, b"[...]").is_some()) {
            return Self::Horizontal;
        }
        let names = Names(names);
        Self::process(&names)
            .or_else(|| Self::cpu(&names))
            .or_else(|| Self::memory(&names))
            .or_else(|| Self::network(&names))
            .or_else(|| Self::disk(&names))
            .unwrap_or(Self::Other)
    }

    fn cpu(names: &Names<'_>) -> Option<Self> {
        names.at("%idle")?;
        let cpu = names.at("CPU");
        let user = names.at("%user").or_else(|| names.at("%usr"));
        // Other tables of single parts of the host have shares as well.
        cpu.or_else(|| user.filter(|user| *user == 0))?;
        let shares = SHARES.iter().map(|(share, parts)| {
            (*share, parts.iter().filter_map(|name| names.at(name)).collect::<Vec<_>>())
        });
        let shares = shares.filter(|(_, cells)| !cells.is_empty()).collect();
        Some(Self::Cpu { shares, cpu, len: names.0.len() })
    }

    fn memory(names: &Names<'_>) -> Option<Self> {
        Some(Self::Memory {
            free: names.at("kbmemfree")?,
            used: names.at("kbmemused")?,
            percent: names.at("%memused"),
            buffers: names.at("kbbuffers")?,
            cached: names.at("kbcached")?,
            len: names.0.len(),
        })
    }

    fn network(names: &Names<'_>) -> Option<Self> {
        let (received, sent) = names.rates(&NETWORK)?;
        Some(Self::Network { interface: names.at("IFACE")?, received, sent, len: names.0.len() })
    }

    fn disk(names: &Names<'_>) -> Option<Self> {
        let (read, written) = names.rates(&DISK)?;
        let device = ["DEV", "Device", "Device:"].iter().find_map(|name| names.at(name));
        // Without a device it is the table of all that were transferred.
        device.or_else(|| names.at("bread/s"))?;
        Some(Self::Disk { device, read, written, util: names.at("%util"), len: names.0.len() })
    }

    fn process(names: &Names<'_>) -> Option<Self> {
        Some(Self::Process {
            cpu: names.at("%CPU")?,
            group: names.at("PID").or_else(|| names.at("TGID"))?,
            thread: names.at("TID"),
            command: names.at("Command")?,
            len: names.0.len(),
        })
    }

    /// How many cells a row has behind its time.
    pub fn len(&self) -> usize {
        match self {
            Self::Cpu { len, .. }
            | Self::Memory { len, .. }
            | Self::Network { len, .. }
            | Self::Disk { len, .. }
            | Self::Process { len, .. } => *len,
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
            Self::Network { received, sent, .. } => [received.cell, sent.cell].contains(&cell),
            Self::Disk { read, written, util, .. } => {
                [read.cell, written.cell].contains(&cell) || *util == Some(cell)
            }
            Self::Process { cpu, .. } => *cpu == cell,
            Self::Horizontal | Self::Other => false,
        }
    }

    /// Whether its rows are of single processes, which come and go.
    pub fn is_of_processes(&self) -> bool {
        matches!(self, Self::Process { .. })
    }

    /// The quantities of a row. `numbers` are those of the cells.
    pub fn values(&self, cells: &[&[u8]], numbers: &[Option<f64>], mut into: impl FnMut(Quantity)) {
        let number = |at: usize| numbers.get(at).copied().flatten();
        let name = |at: usize| lossy(cells.get(at).copied().unwrap_or_default());
        let rate = |name: String, rate: &Rate| {
            let value = number(rate.cell)? * rate.scale;
            Some(Quantity { name: name.into(), unit: Unit::BytesPerSecond, value })
        };
        match self {
            Self::Cpu { shares, cpu, .. } => {
                // -1 is all of them together in sadf, which has no `all`.
                if cpu.is_some_and(|cpu| !matches!(cells.get(cpu), Some(&b"-1" | &b"all"))) {
                    return;
                }
                for (name, cells) in shares {
                    let sum: Option<f64> = cells.iter().map(|at| number(*at)).sum();
                    if let Some(value) = sum {
                        into(Quantity { name: (*name).into(), unit: Unit::Percent, value: rounded(value) });
                    }
                }
            }
            Self::Memory { free, used, percent, buffers, cached, .. } => {
                let [free, used, buffers, cached] = [*free, *used, *buffers, *cached].map(number);
                for (name, value) in memory(free, used, percent.and_then(number), buffers, cached) {
                    if let Some(value) = value {
                        into(Quantity { name: name.into(), unit: Unit::Bytes, value: value * KIB });
                    }
                }
            }
            Self::Network { interface, received, sent, .. } => {
                let interface = name(*interface);
                rate(format!("net.{interface}.received"), received).into_iter().for_each(&mut into);
                rate(format!("net.{interface}.sent"), sent).into_iter().for_each(&mut into);
            }
            Self::Disk { device: None, read, written, .. } => {
                rate("disk.read".to_owned(), read).into_iter().for_each(&mut into);
                rate("disk.written".to_owned(), written).into_iter().for_each(&mut into);
            }
            Self::Disk { device: Some(device), read, written, util, .. } => {
                let device = name(*device);
                rate(format!("disk.{device}.read"), read).into_iter().for_each(&mut into);
                rate(format!("disk.{device}.written"), written).into_iter().for_each(&mut into);
                if let Some(value) = util.and_then(number) {
                    let name = format!("disk.{device}.util").into();
                    into(Quantity { name, unit: Unit::Percent, value });
                }
            }
            Self::Process { .. } | Self::Horizontal | Self::Other => {}
        }
    }
}

/// The shares of the CPU in an object of JSON, whose keys are the names without their `%`.
pub(crate) fn shares(number: impl Fn(&str) -> Option<f64>) -> Vec<(&'static str, f64)> {
    let share = |(name, parts): &(&'static str, &[&str])| {
        let mut values = parts.iter().filter_map(|part| number(part.trim_start_matches('%'))).peekable();
        values.peek()?;
        Some((*name, rounded(values.sum())))
    };
    SHARES.iter().filter_map(share).collect()
}

/// Shares have two decimals; what binary numbers add to their sum goes.
pub(crate) fn rounded(sum: f64) -> f64 {
    (sum * 1e6).round() / 1e6
}

/// The quantities of memory, in the unit in which they are given.
pub(crate) fn memory(
    free: Option<f64>,
    used: Option<f64>,
    percent: Option<f64>,
    buffers: Option<f64>,
    cached: Option<f64>,
) -> [(&'static str, Option<f64>); 4] {
    let all = free.zip(used).zip(buffers.zip(cached));
    let without_caches = all.map(|((free, used), (buffers, cached))| {
        let rest = (used - buffers - cached).max(0.0);
        if holds_caches(free, used, percent) { rest } else { used }
    });
    [("mem.used", without_caches), ("mem.buffers", buffers), ("mem.cache", cached), ("mem.free", free)]
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
        let names: Vec<&[u8]> = names.split(';').map(str::as_bytes).collect();
        let numbers: Vec<_> = cells.iter().map(|cell| crate::text::float(cell)).collect();
        let mut into = Vec::new();
        Table::read(&names).values(&cells, &numbers, |quantity| into.push(quantity));
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

    #[test]
    fn disks_have_the_units_of_their_names() {
        let expected = [("disk.vda.read", 1024.0), ("disk.vda.written", 2048.0), ("disk.vda.util", 12.5)];
        assert_eq!(values("DEV;tps;rkB/s;wkB/s;%util", "vda;9;1.00;2.00;12.5"), pairs(&expected));
        assert_eq!(values("DEV;tps;rd_sec/s;wr_sec/s;%util", "vda;9;2.00;4.00;12.5"), pairs(&expected));
        let expected = [("disk.read", 512.0), ("disk.written", 1024.0)];
        assert_eq!(values("tps;rtps;wtps;bread/s;bwrtn/s", "3;1;2;1.00;2.00"), pairs(&expected));
        let expected = [("disk.sda.read", 1_048_576.0), ("disk.sda.written", 0.0)];
        assert_eq!(values("Device:;tps;MB_read/s;MB_wrtn/s", "sda;1;1.00;0.00"), pairs(&expected));
    }

    #[test]
    fn shares_without_a_column_of_cpus_are_of_all() {
        let expected = [("cpu.user", 3.0), ("cpu.idle", 97.0)];
        assert_eq!(values("%user;%nice;%idle", "1.00;2.00;97.00"), pairs(&expected));
        // Of a node, not of the host.
        assert_eq!(values("NODE;%usr;%idle", "all;1.00;97.00"), []);
    }
}
