//! The quantities that hosts and the service have over time: one entry for each.
//!
//! Curves, the costs of a migration and the dataset are of these. A format's columns that are quantities of a host
//! have the same names.

use super::{Key, Unit};

/// The domain that is the hypervisor's own, as Xen calls it.
pub const DOMAIN_0: &str = "Domain-0";

/// What is known of a quantity over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurveMetric {
    /// Its name in data.
    pub key: Key,
    pub unit: Unit,
    /// Decimals in the unit in which people read it.
    pub decimals: u8,
    /// The heading of its column (a text key) where tables show what it cost a host whatever runs on it.
    pub heading: Option<&'static str>,
}

impl CurveMetric {
    /// The name of a quantity that is no family.
    pub const fn name(&self) -> &'static str {
        self.key.0
    }
}

pub const CPU_USER: CurveMetric = percent("cpu.user");
pub const CPU_SYSTEM: CurveMetric =
    CurveMetric { heading: Some("table.cpu_system"), ..percent("cpu.system") };
pub const CPU_IDLE: CurveMetric = percent("cpu.idle");
pub const CPU_WAIT: CurveMetric = percent("cpu.wait");
pub const CPU_HARDIRQ: CurveMetric = percent("cpu.hardirq");
pub const CPU_SOFTIRQ: CurveMetric =
    CurveMetric { heading: Some("table.cpu_softirq"), ..percent("cpu.softirq") };
pub const MEM_USED: CurveMetric = CurveMetric { heading: Some("table.mem_used"), ..bytes("mem.used") };
pub const MEM_BUFFERS: CurveMetric = bytes("mem.buffers");
pub const MEM_CACHE: CurveMetric = bytes("mem.cache");
pub const MEM_FREE: CurveMetric = bytes("mem.free");
pub const NET_RECEIVED: CurveMetric =
    CurveMetric { heading: Some("table.net_received"), ..rate("net.received") };
pub const NET_SENT: CurveMetric = CurveMetric { heading: Some("table.net_sent"), ..rate("net.sent") };
/// What the interface `lo` received, which is what it sent. It stays in the host: no curve is of it.
pub const LOOPBACK: CurveMetric = rate("net.lo.received");
pub const DISK_READ: CurveMetric = rate("disk.read");
pub const DISK_WRITTEN: CurveMetric = rate("disk.written");
/// How much of the time the busiest disk had requests.
pub const DISK_UTIL: CurveMetric = percent("disk.util");
/// Of all processes of a name, and of the threads of one, `process.qemu-system-x86/live_migration.cpu`: per cent of one CPU.
pub const PROCESS_CPU: CurveMetric = percent("process.<name>.cpu");
/// Of a domain, as Xen calls the hypervisor and its VMs.
pub const DOMAIN_CPU: CurveMetric = percent("domain.<name>.cpu");
pub const DOMAIN_MEM: CurveMetric = bytes("domain.<name>.mem");
/// Round trips of the service.
pub const PING_RTT: CurveMetric =
    CurveMetric { key: Key("ping.rtt"), unit: Unit::Milliseconds, decimals: 2, heading: None };
/// How long requests took that succeeded.
pub const PROBE_LATENCY: CurveMetric =
    CurveMetric { key: Key("probe.latency"), unit: Unit::Milliseconds, decimals: 2, heading: None };

/// Every quantity that curves are of.
pub const CURVES: [CurveMetric; 20] = [
    CPU_USER,
    CPU_SYSTEM,
    CPU_IDLE,
    CPU_WAIT,
    CPU_HARDIRQ,
    CPU_SOFTIRQ,
    MEM_USED,
    MEM_BUFFERS,
    MEM_CACHE,
    MEM_FREE,
    NET_RECEIVED,
    NET_SENT,
    DISK_READ,
    DISK_WRITTEN,
    DISK_UTIL,
    PROCESS_CPU,
    DOMAIN_CPU,
    DOMAIN_MEM,
    PING_RTT,
    PROBE_LATENCY,
];

/// What counters of a host's network give.
pub const COUNTERS: [CurveMetric; 3] = [NET_RECEIVED, NET_SENT, LOOPBACK];

/// Whether per cent of a quantity are those of a host: not of one CPU, nor of the time.
pub fn is_share_of_host(metric: &str) -> bool {
    ![PROCESS_CPU, DISK_UTIL].iter().any(|other| other.key.parameter(metric).is_some())
}

/// Per cent, of the whole host unless the quantity says otherwise.
const fn percent(key: &'static str) -> CurveMetric {
    CurveMetric { key: Key(key), unit: Unit::Percent, decimals: 1, heading: None }
}

const fn bytes(key: &'static str) -> CurveMetric {
    CurveMetric { key: Key(key), unit: Unit::Bytes, decimals: 1, heading: None }
}

const fn rate(key: &'static str) -> CurveMetric {
    CurveMetric { key: Key(key), unit: Unit::BytesPerSecond, decimals: 2, heading: None }
}
