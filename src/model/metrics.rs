//! The numbers of a run that become series over repetitions.

use super::Unit;

/// The series that every campaign may have, with their units, in the order of the reports. Lost
/// frames and buffers and what benchmarks under load gave come after them.
pub const SERIES: [(&str, Unit); 6] = [
    ("requests_unanswered", Unit::Count),
    ("outage_ping", Unit::Seconds),
    ("outage_ping_reply_gap", Unit::Seconds),
    ("outage_guest_clock", Unit::Seconds),
    ("outage_hypervisor", Unit::Seconds),
    ("migration_duration", Unit::Seconds),
];
