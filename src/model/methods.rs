//! The methods of measuring an outage: one entry for each.
//!
//! An entry says what tables, figures, documents, data files and checks have to know of a method. How it measures
//! stands in `run::metrics::outage`, its words under the keys of its entry in `report-templates/text`.

use super::data::by_name;
use super::{CheckKind, Evidence, FlagCode, MilestoneKind};

/// A way to measure an outage. `docs/methodology/outages.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// From the last request of a client that worked to the next that does.
    Probe,
    /// Consecutive unanswered requests × interval.
    Ping,
    /// Longest time between two replies, less the interval.
    PingReplyGap,
    /// Longest time without a packet from the VM in which something was asked of it.
    PacketGap,
    /// Intervals in which the service did less than a share of the ordinary.
    Throughput,
    /// From the stop of the VM to its resumption, as a script logged them.
    Events,
    /// Largest step between two stamps of the clock inside the VM.
    GuestClock,
    /// What the hypervisor itself reports as downtime.
    Hypervisor,
}

by_name!(Method);

impl Method {
    /// In the order of reports, which is that of trust: what the user of the service saw, whether packets came back – those that
    /// were sent for that, then any –, what the service did by intervals, when a script says that the VM stood still, what the VM
    /// saw, what the hypervisor says.
    pub const ALL: [Method; 8] = [
        Method::Probe,
        Method::Ping,
        Method::PingReplyGap,
        Method::PacketGap,
        Method::Throughput,
        Method::Events,
        Method::GuestClock,
        Method::Hypervisor,
    ];

    /// What is known of the method.
    pub const fn entry(self) -> &'static MethodEntry {
        match self {
            Method::Probe => &PROBE,
            Method::Ping => &PING,
            Method::PingReplyGap => &PING_REPLY_GAP,
            Method::PacketGap => &PACKET_GAP,
            Method::Throughput => &THROUGHPUT,
            Method::Events => &EVENTS,
            Method::GuestClock => &GUEST_CLOCK,
            Method::Hypervisor => &HYPERVISOR,
        }
    }

    /// The methods whose outage may stand for that of the service, the best first.
    pub fn for_service() -> impl Iterator<Item = Method> + Clone {
        Method::ALL.into_iter().filter(|method| method.entry().for_service)
    }

    /// The short name in data.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Whether a series is of the estimates of a method that shows an outage only from some length on.
    pub fn hides_short(metric: &str) -> bool {
        Self::ALL.into_iter().any(|method| method.metric() == metric && !method.entry().counts)
    }

    /// The series of its estimates.
    pub fn metric(self) -> &'static str {
        self.entry().metric
    }
}

/// What there is to know of a method but how it measures.
#[derive(Debug)]
pub struct MethodEntry {
    /// The short name in data, for example `guest-clock`.
    pub name: &'static str,
    /// The same in names of columns, for example `guest_clock`.
    pub key: &'static str,
    /// The series of its estimates, for example `outage_guest_clock`.
    pub metric: &'static str,
    /// Decimals of its seconds.
    pub decimals: u8,
    /// Whether it counts what was lost, so that over many runs its mean is right though single ones show nothing. The others show
    /// an outage only from some length on: a run that shows none may have had one.
    pub counts: bool,
    /// Its colour in every figure.
    pub hue: Hue,
    /// Whether its outage may stand for that of the service.
    pub for_service: bool,
    /// By what, and as what, the start and the end of its outage are known on the time line; `None` where another
    /// method has the same source and knows better.
    pub ends: Option<(Evidence, [MilestoneKind; 2])>,
    /// A run with one of these flags has no outage by it: it is shown with its run and enters no mean.
    pub distrusted: &'static [FlagCode],
    /// The methods it is compared with over all runs; differences are theirs less its own.
    pub compared_with: &'static [Method],
    /// What should hold between its outage and what other sources say.
    pub checks: &'static [MethodCheck],
    pub texts: MethodTexts,
}

/// What should hold of an outage, and the check that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodCheck {
    /// Its interval and that of another method (the left figure) have a length in common.
    Equals(Method, CheckKind),
    /// It is not longer than what another method (the left figure) saw.
    NotLongerThan(Method, CheckKind),
    /// The time between the hypervisor's stop and resume events lies in its interval.
    CoversEvents(CheckKind),
    /// It is as long as the time between the hypervisor's stop and resume events.
    EqualsEvents(CheckKind),
}

impl MethodCheck {
    pub fn kind(self) -> CheckKind {
        match self {
            MethodCheck::Equals(_, kind)
            | MethodCheck::NotLongerThan(_, kind)
            | MethodCheck::CoversEvents(kind)
            | MethodCheck::EqualsEvents(kind) => kind,
        }
    }
}

/// A colour of the palette of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    Blue,
    Vermillion,
    Orange,
    Green,
    Wine,
    Purple,
    Grey,
    Navy,
}

/// The keys of a method's words in `report-templates/text`.
#[derive(Debug, Clone, Copy)]
pub struct MethodTexts {
    /// Its name by itself: "Ping".
    pub name: &'static str,
    /// The heading of its column: "By ping".
    pub heading: &'static str,
    /// As the subject of a sentence: "the hypervisor".
    pub who: &'static str,
    /// Whether that is one, for the verb: "captured packets" are not.
    pub is_one: bool,
    /// In a sentence: "by ping".
    pub by: &'static str,
    /// The heading of its mean: "Outage by ping, mean".
    pub mean: &'static str,
    /// Its lane in a figure: "Outage, ping".
    pub lane: &'static str,
    /// Its span above a curve: "Outage {seconds} s".
    pub span: &'static str,
    /// Its entry in the glossary, below `definition`.
    pub definition: &'static str,
}

/// The keys that follow from a method's own.
macro_rules! texts {
    ($key:literal) => {
        texts!($key, true)
    };
    ($key:literal, $is_one:literal) => {
        MethodTexts {
            is_one: $is_one,
            name: concat!("method_name.", $key),
            heading: concat!("method.", $key),
            who: concat!("method.who_", $key),
            by: concat!("method.by_", $key),
            mean: concat!("table.outage_", $key, "_mean"),
            lane: concat!("figure.quantity.outage_", $key),
            span: concat!("figure.span.outage_", $key),
            definition: $key,
        }
    };
}

const PROBE: MethodEntry = MethodEntry {
    name: "probe",
    key: "probe",
    metric: "outage_probe",
    decimals: 2,
    counts: true,
    hue: Hue::Wine,
    for_service: true,
    ends: Some((Evidence::Probe, [MilestoneKind::ServiceLost, MilestoneKind::ServiceBack])),
    distrusted: &[],
    compared_with: &[Method::Ping, Method::GuestClock],
    checks: &[],
    texts: texts!("probe", false),
};

const PING: MethodEntry = MethodEntry {
    name: "ping",
    key: "ping",
    metric: "outage_ping",
    decimals: 2,
    counts: true,
    hue: Hue::Vermillion,
    for_service: true,
    ends: Some((Evidence::Ping, [MilestoneKind::ServiceLost, MilestoneKind::ServiceBack])),
    distrusted: &[],
    compared_with: &[Method::PingReplyGap, Method::GuestClock],
    checks: &[
        // A service cannot answer while packets do not come back; a TCP connection takes it up later.
        MethodCheck::NotLongerThan(Method::Probe, CheckKind::ProbeCoversPing),
        MethodCheck::CoversEvents(CheckKind::PingMatchesEvents),
    ],
    texts: texts!("ping"),
};

const PING_REPLY_GAP: MethodEntry = MethodEntry {
    name: "ping-reply-gap",
    key: "ping_reply_gap",
    metric: "outage_ping_reply_gap",
    decimals: 2,
    counts: true,
    hue: Hue::Orange,
    // The same replies as ping, which knows more of them.
    for_service: false,
    ends: None,
    distrusted: &[],
    compared_with: &[],
    checks: &[MethodCheck::Equals(Method::Ping, CheckKind::PingMatchesReplyGap)],
    texts: texts!("ping_reply_gap"),
};

const PACKET_GAP: MethodEntry = MethodEntry {
    name: "packet-gap",
    key: "packet_gap",
    metric: "outage_packet_gap",
    decimals: 2,
    counts: true,
    hue: Hue::Navy,
    for_service: true,
    ends: Some((Evidence::Packets, [MilestoneKind::ServiceLost, MilestoneKind::ServiceBack])),
    distrusted: &[],
    compared_with: &[Method::Ping, Method::GuestClock],
    // Both saw the same packets, unless they ran at different places.
    checks: &[MethodCheck::Equals(Method::Ping, CheckKind::PingMatchesPackets)],
    texts: texts!("packet_gap", false),
};

const THROUGHPUT: MethodEntry = MethodEntry {
    name: "throughput",
    key: "throughput",
    metric: "outage_throughput",
    decimals: 2,
    counts: false,
    hue: Hue::Purple,
    for_service: true,
    ends: Some((Evidence::Throughput, [MilestoneKind::ServiceLost, MilestoneKind::ServiceBack])),
    distrusted: &[],
    compared_with: &[Method::GuestClock],
    checks: &[],
    texts: texts!("throughput"),
};

const EVENTS: MethodEntry = MethodEntry {
    name: "events",
    key: "events",
    metric: "outage_events",
    decimals: 3,
    counts: true,
    hue: Hue::Grey,
    for_service: true,
    // The events are milestones themselves.
    ends: None,
    distrusted: &[],
    compared_with: &[Method::Probe, Method::Ping],
    checks: &[
        // The service cannot be away for less time than the VM stood still.
        MethodCheck::NotLongerThan(Method::Ping, CheckKind::PingCoversScript),
        MethodCheck::NotLongerThan(Method::Probe, CheckKind::ProbeCoversScript),
    ],
    texts: texts!("events"),
};

const GUEST_CLOCK: MethodEntry = MethodEntry {
    name: "guest-clock",
    key: "guest_clock",
    metric: "outage_guest_clock",
    decimals: 2,
    counts: false,
    hue: Hue::Blue,
    for_service: true,
    ends: Some((Evidence::GuestClock, [MilestoneKind::Stopped, MilestoneKind::Resumed])),
    // A clock in the VM that stood still or jumped measured no outage.
    distrusted: &[FlagCode::GuestClockStopped, FlagCode::GuestClockJumps],
    compared_with: &[],
    checks: &[MethodCheck::Equals(Method::Ping, CheckKind::PingMatchesGuestClock)],
    texts: texts!("guest_clock"),
};

const HYPERVISOR: MethodEntry = MethodEntry {
    name: "hypervisor",
    key: "hypervisor",
    metric: "outage_hypervisor",
    // Hypervisors report milliseconds.
    decimals: 3,
    counts: true,
    hue: Hue::Green,
    for_service: true,
    ends: Some((Evidence::Hypervisor, [MilestoneKind::Stopped, MilestoneKind::Resumed])),
    distrusted: &[],
    compared_with: &[Method::Probe, Method::Ping, Method::PacketGap, Method::GuestClock],
    checks: &[
        // The network cannot be silent for less time than the VM stood still.
        MethodCheck::NotLongerThan(Method::Ping, CheckKind::OutageCoversDowntime),
        MethodCheck::NotLongerThan(Method::Probe, CheckKind::ProbeCoversDowntime),
        MethodCheck::NotLongerThan(Method::PacketGap, CheckKind::PacketsCoverDowntime),
        MethodCheck::EqualsEvents(CheckKind::DowntimeMatchesEvents),
    ],
    texts: texts!("hypervisor"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_listed_once_in_its_order() {
        for (place, method) in Method::ALL.into_iter().enumerate() {
            assert_eq!(method as usize, place, "{method:?}");
            let entry = method.entry();
            assert_eq!(entry.name.replace('-', "_"), entry.key);
            assert_eq!(entry.metric, format!("outage_{}", entry.key));
        }
    }

    #[test]
    fn no_two_methods_share_a_name_a_colour_or_a_check() {
        let entries = Method::ALL.map(Method::entry);
        for (place, entry) in entries.iter().enumerate() {
            for other in &entries[..place] {
                assert_ne!(entry.name, other.name);
                assert_ne!(entry.hue, other.hue, "{} and {}", entry.name, other.name);
                let shared = entry
                    .checks
                    .iter()
                    .find(|check| other.checks.iter().any(|theirs| theirs.kind() == check.kind()));
                assert_eq!(shared, None, "{} and {}", entry.name, other.name);
            }
        }
    }
}
