//! What figures over time show: one entry for each kind of curves.

use super::super::kit::scale::Scale;
use super::super::kit::theme::Quantity;

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
    pub role: fn(&str, Option<&str>) -> Option<(usize, Quantity)>,
    /// The axis of values.
    pub axis: fn(Values) -> Scale,
    /// Of all panels with what lies between them, units.
    pub height: i32,
    /// Room for the labels of the axis of values.
    pub left: i32,
    /// What the observer sees of the service, in one figure over the whole width; other topics have a figure per host.
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
pub static TOPICS: [Topic; 6] = [
    // xentop
    Topic {
        slug: "cpu-by-domain",
        key: "cpu_by_domain",
        title: "figure.title.cpu_by_domain",
        unit: "figure.unit.percent",
        role: |metric, vm| {
            let name = domain(metric)?;
            Some(match vm {
                _ if name == "Domain-0" => (1, Quantity::Hypervisor),
                Some(vm) if name != vm => (2, Quantity::OtherVm),
                Some(_) | None => (0, Quantity::Vm),
            })
        },
        axis: |values| Scale::percent(values.high),
        ..OF_HOST
    },
    // dstat, this and the next three
    Topic {
        slug: "cpu-by-state",
        key: "cpu_by_state",
        title: "figure.title.cpu_by_state",
        unit: "figure.unit.percent",
        role: |metric, _| {
            ranked(
                metric,
                &[
                    ("cpu.user", Quantity::User),
                    ("cpu.system", Quantity::System),
                    ("cpu.wait", Quantity::Wait),
                    ("cpu.idle", Quantity::Idle),
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
                &[("cpu.softirq", Quantity::SoftInterrupts), ("cpu.hardirq", Quantity::HardInterrupts)],
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
        role: |metric, _| ranked(metric, &[("mem.used", Quantity::Used), ("mem.free", Quantity::Free)]),
        axis: |values| Scale::around(values.low, values.bound, if values.stacked { 3 } else { 5 }),
        height: 1140,
        left: 250,
        ..OF_HOST
    },
    Topic {
        slug: "network",
        key: "network",
        title: "figure.title.network",
        unit: "figure.unit.rate",
        role: |metric, _| {
            ranked(metric, &[("net.received", Quantity::Received), ("net.sent", Quantity::Sent)])
        },
        ..OF_HOST
    },
    // ping
    Topic {
        slug: "round-trips",
        key: "round_trips",
        title: "figure.title.round_trips",
        unit: "figure.unit.milliseconds",
        role: |metric, _| ranked(metric, &[("ping.rtt", Quantity::RoundTrip)]),
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
    },
];

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

fn ranked(metric: &str, quantities: &[(&str, Quantity)]) -> Option<(usize, Quantity)> {
    let rank = quantities.iter().position(|(name, _)| *name == metric)?;
    Some((rank, quantities[rank].1))
}

/// The domain of a metric such as `domain.asam.cpu`.
pub fn domain(metric: &str) -> Option<&str> {
    metric.strip_prefix("domain.")?.strip_suffix(".cpu")
}
