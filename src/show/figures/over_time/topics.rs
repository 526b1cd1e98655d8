//! What figures over time show: one entry for each kind of curves.

use super::super::kit::scale::Scale;
use super::super::kit::theme::Quantity;
use crate::model::curves::{self, CurveMetric, DOMAIN_0, DOMAIN_CPU};

/// A metric and the name of the VM → its place in the legend and what it is there.
pub type Role = fn(&str, Option<&str>) -> Option<(usize, Quantity)>;

/// A kind of curves that stand in one figure.
pub struct Topic {
    /// Last part of file names.
    pub slug: &'static str,
    /// Of the caption and the alternative text.
    pub key: &'static str,
    /// Text keys of what it shows and of its unit.
    pub title: &'static str,
    pub unit: &'static str,
    /// What a metric is in these figures, with its place in the legend; `None` if nothing. The second argument is the
    /// name of the VM.
    pub role: Role,
    /// The axis of values.
    pub axis: fn(Values) -> Scale,
    /// Of all panels with what lies between them, units.
    pub height: i32,
    /// Room for the labels of the axis of values.
    pub left: i32,
    /// In one figure over the whole width that shows a single quantity, as what the observer sees of the service; other topics
    /// have several.
    pub of_service: bool,
}

/// The values in a panel, on all hosts.
pub struct Values {
    pub low: f64,
    pub high: f64,
    /// The highest bound of an interval that is to be seen.
    pub bound: f64,
    /// Whether another panel stands below or above.
    pub stacked: bool,
}

/// In the order of the report.
pub static TOPICS: [Topic; 8] = [
    // xentop
    Topic {
        slug: "cpu-by-domain",
        key: "cpu_by_domain",
        title: "figure.title.cpu_by_domain",
        unit: "figure.unit.percent",
        role: |metric, vm| {
            let name = DOMAIN_CPU.key.parameter(metric)?;
            Some(match vm {
                _ if name == DOMAIN_0 => (1, Quantity::Hypervisor),
                Some(vm) if name != vm => (2, Quantity::OtherVm),
                Some(_) | None => (0, Quantity::Vm),
            })
        },
        axis: |values| Scale::percent(values.high),
        ..OF_HOST
    },
    // dstat, this and the next four
    Topic {
        slug: "cpu-by-state",
        key: "cpu_by_state",
        title: "figure.title.cpu_by_state",
        unit: "figure.unit.percent",
        role: |metric, _| {
            ranked(
                metric,
                &[
                    (curves::CPU_USER, Quantity::User),
                    (curves::CPU_SYSTEM, Quantity::System),
                    (curves::CPU_WAIT, Quantity::Wait),
                    (curves::CPU_IDLE, Quantity::Idle),
                ],
            )
        },
        axis: |values| Scale::percent(values.high),
        ..OF_HOST
    },
    Topic {
        slug: "soft-interrupts",
        key: "soft_interrupts",
        title: "figure.title.soft_interrupts",
        unit: "figure.unit.percent",
        role: |metric, _| {
            ranked(
                metric,
                &[
                    (curves::CPU_SOFTIRQ, Quantity::SoftInterrupts),
                    (curves::CPU_HARDIRQ, Quantity::HardInterrupts),
                ],
            )
        },
        axis: |values| Scale::from_zero(values.bound.max(1.0), 5),
        ..OF_HOST
    },
    Topic {
        slug: "memory",
        key: "memory",
        title: "figure.title.memory",
        unit: "figure.unit.bytes",
        role: |metric, _| {
            ranked(metric, &[(curves::MEM_USED, Quantity::Used), (curves::MEM_FREE, Quantity::Free)])
        },
        axis: |values| Scale::around(values.low, values.bound, if values.stacked { 3 } else { 5 }),
        height: 980,
        left: 250,
        ..OF_HOST
    },
    Topic {
        slug: "network",
        key: "network",
        title: "figure.title.network",
        unit: "figure.unit.rate",
        role: |metric, _| {
            ranked(metric, &[(curves::NET_RECEIVED, Quantity::Received), (curves::NET_SENT, Quantity::Sent)])
        },
        ..OF_HOST
    },
    // dstat, sar, iostat, vmstat
    Topic {
        slug: "disks",
        key: "disks",
        title: "figure.title.disks",
        unit: "figure.unit.rate",
        role: |metric, _| {
            ranked(metric, &[(curves::DISK_READ, Quantity::Read), (curves::DISK_WRITTEN, Quantity::Written)])
        },
        ..OF_HOST
    },
    // ping
    Topic {
        slug: "round-trips",
        key: "round_trips",
        title: "figure.title.round_trips",
        role: |metric, _| ranked(metric, &[(curves::PING_RTT, Quantity::RoundTrip)]),
        ..OF_SERVICE
    },
    // requests of a client
    Topic {
        slug: "latencies",
        key: "latencies",
        title: "figure.title.latencies",
        role: |metric, _| ranked(metric, &[(curves::PROBE_LATENCY, Quantity::Latency)]),
        ..OF_SERVICE
    },
];

/// A quantity that only the campaign knows, each in figures of its own over the whole width.
pub static OWN: Topic = Topic {
    slug: "quantity",
    key: "quantity",
    title: "figure.title.quantity",
    role: |_, _| Some((0, Quantity::Own)),
    axis: |values| {
        if values.low < 0.0 {
            Scale::around(values.low, values.bound, 5)
        } else {
            Scale::from_zero(values.bound, 5)
        }
    },
    left: 250,
    ..OF_SERVICE
};

/// What most topics have in common.
const OF_HOST: Topic = Topic {
    slug: "",
    key: "",
    title: "",
    unit: "",
    role: |_, _| None,
    axis: |values| Scale::from_zero(values.bound, 5),
    height: 900,
    left: 200,
    of_service: false,
};

/// What topics of the service have in common.
const OF_SERVICE: Topic = Topic {
    unit: "figure.unit.milliseconds",
    axis: |values| {
        if values.low > 0.0 && values.high / values.low >= 10.0 {
            Scale::log(values.low, values.bound)
        } else {
            Scale::from_zero(values.bound, 5)
        }
    },
    height: 800,
    of_service: true,
    ..OF_HOST
};

fn ranked(metric: &str, quantities: &[(CurveMetric, Quantity)]) -> Option<(usize, Quantity)> {
    let rank = quantities.iter().position(|(known, _)| known.name() == metric)?;
    Some((rank, quantities[rank].1))
}
