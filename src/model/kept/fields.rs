//! What is kept of the types of a run: all of their fields.

use super::{Kept, by_place, kept};
use crate::model::{
    Check, Citation, ClockOwner, Counted, Degradation, Diagnostic, Flag, Host, Hypervisor, Level,
    Measurement, Method, Migration, Milestone, MilestoneKind, Outage, Packets, PageBytes, Phase, PhaseCost,
    Ping, PrecopyRound, Presence, Probe, ResourceCost, RoundTrips, Run, SentPages, Stream, Throughput,
    Transfer,
};
use crate::stats::Interval;

kept! {
    Run {
        id, condition, factors, repetition, source_files, migration, outages, ping, probe, packets, throughput, streams,
        measurements, hypervisor, transfer, milestones, phases, presences, checks, degradation, resources, numbers, flags,
        citations,
    }
    Stream { client, lost_frames, lost_buffers, displayed_frames, played_buffers, source_file }
    Measurement { metric, unit, value }
    Migration { request_epoch_s, request_resolution_s, duration_s, user_s, system_s, status, reason }
    Outage { method, estimate_s, lower_s, upper_s, start_s, end_s, censored, source_file }
    Ping { sent, received, lost, longest_gap_lost, duplicates, interval_s, before, during, after }
    Probe { sent, failed, failed_in_outage, closed_loop, interval_s, before, during, after }
    Packets { vm, vm_declared, to_vm, from_vm, asked, unanswered, unanswered_in_outage, interval_s }
    RoundTrips { n, median, p95, max }
    ResourceCost { host, metric, unit, baseline_mean, migration_mean, migration_peak, excess_integral, phases }
    PhaseCost { phase, mean, peak, excess_integral }
    Degradation { lost_service_s, slow_before_s, slow_after_s, during_ratio, after_ratio }
    Throughput {
        source_file, metric, unit, interval_s, baseline, outage_share, before, during, after, kept, lowest, lowest_at_s,
        recovery_s, kept_at_end, lost, lost_s, lost_usual_s, operations,
    }
    Level { n, mean, median, lowest, highest }
    Transfer { status, source_file, told_bytes, counted, pages }
    Counted { host, counter, source_file, bytes, uncertainty_bytes, surplus, expected, verdict }
    PageBytes { bytes, surplus, expected, verdict }
    Interval { low, high }
    Citation { number, source, lines }
    Flag { code, values }
    Milestone { kind, evidence, earliest_s, latest_s }
    Phase { kind, from, to }
    Presence { host, evidence, from_s, to_s, uncertainty_s }
    Check { kind, verdict, left_s, right_s, uncertainty_s }
    Hypervisor {
        source_file, downtime_s, expected_downtime_s, resolution_s, return_path, total_time_s, setup_time_s, iterations,
        transferred_bytes, remaining_bytes, memory_bytes, precopy_bytes, downtime_bytes, postcopy_bytes, postcopy_requests,
        postcopy_blocktime_s, pages_sent, pages_normal, pages_duplicate, page_bytes, sent, dirty_bytes_per_s,
        throughput_bytes_per_s, mean_throughput_bytes_per_s, rounds, printed_pages,
    }
    SentPages { normal, duplicate, page_bytes, transferred_bytes }
    PrecopyRound { number, pages_sent, bytes_sent, pages_skipped, pages_dirtied, duration_s }
    Host { name, role, cpus }
    Diagnostic { severity, code, file, line, column, message, text }
}

by_place!(Method);

/// The kinds of milestones in their order, with any of the rounds.
const MILESTONES: [MilestoneKind; 12] = [
    MilestoneKind::Requested,
    MilestoneKind::TransferBegan,
    MilestoneKind::Round(1),
    MilestoneKind::PostCopyBegan,
    MilestoneKind::Stopped,
    MilestoneKind::ServiceLost,
    MilestoneKind::TransferEnded,
    MilestoneKind::Resumed,
    MilestoneKind::Announced,
    MilestoneKind::FirstPacket,
    MilestoneKind::ServiceBack,
    MilestoneKind::Ended,
];

/// Its place among all, and the number of a round.
impl Kept for MilestoneKind {
    fn shape(into: &mut String) {
        into.push_str(&format!("MilestoneKind({}?u32)", MILESTONES.map(|kind| kind.name()).join("|")));
    }

    fn write(&self, to: &mut Vec<u8>) {
        let place = MILESTONES.iter().position(|kind| kind.name() == self.name());
        place.unwrap_or(MILESTONES.len()).write(to);
        self.number().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let kind = *MILESTONES.get(usize::read(from)?)?;
        let number = Option::<u32>::read(from)?;
        match kind.number() {
            Some(_) => number.map(Self::Round),
            None => number.is_none().then_some(kind),
        }
    }
}

/// The name of the host; none for the guest.
impl Kept for ClockOwner {
    fn shape(into: &mut String) {
        into.push_str("ClockOwner");
        Option::<String>::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        let host = match self {
            Self::Host(name) => Some(name.clone()),
            Self::Guest => None,
        };
        host.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Option::<String>::read(from)?.map_or(Self::Guest, Self::Host))
    }
}
