//! The wire types of the course of a run: phases, checks, the hypervisor's account.

use serde::Serialize;

use super::super::number::{round, round_option};
use crate::model::{Check, Degradation, Hypervisor, Milestone, MilestoneKind, Phase, PrecopyRound, Presence};
use crate::show::tables::labels::{
    check_label, code, evidence_label, milestone_label, phase_label, verdict_label,
};

#[derive(Serialize)]
pub(super) struct HypervisorWire<'a> {
    source_file: &'a str,
    downtime_s: Option<f64>,
    expected_downtime_s: Option<f64>,
    resolution_s: Option<f64>,
    total_time_s: Option<f64>,
    setup_time_s: Option<f64>,
    iterations: Option<u64>,
    transferred_bytes: Option<f64>,
    remaining_bytes: Option<f64>,
    memory_bytes: Option<f64>,
    pages_sent: Option<f64>,
    page_bytes: Option<f64>,
    dirty_bytes_per_s: Option<f64>,
    throughput_bytes_per_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct PrecopyWire {
    iterations: Option<u64>,
    pages_total: Option<f64>,
    pages_first: Option<f64>,
    pages_middle_mean: Option<f64>,
    pages_last: Option<f64>,
    vm_pages: Option<f64>,
    amplification: Option<f64>,
    bytes_total: Option<f64>,
    rounds: Vec<RoundWire>,
}

#[derive(Serialize)]
struct RoundWire {
    number: u64,
    pages_sent: Option<f64>,
    bytes_sent: Option<f64>,
    pages_skipped: Option<f64>,
    pages_dirtied: Option<f64>,
    duration_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct MilestoneWire {
    kind: &'static str,
    /// Of a round of pre-copy.
    number: Option<u32>,
    evidence: &'static str,
    earliest_s: Option<f64>,
    latest_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct PhaseWire {
    phase: &'static str,
    start_s: Option<f64>,
    end_s: Option<f64>,
    length_s: Option<f64>,
    half_width_s: Option<f64>,
    start_evidence: &'static str,
    end_evidence: &'static str,
}

#[derive(Serialize)]
pub(super) struct PresenceWire<'a> {
    host: &'a str,
    evidence: &'static str,
    from_s: Option<f64>,
    to_s: Option<f64>,
    uncertainty_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct CheckWire {
    code: &'static str,
    verdict: &'static str,
    left_s: Option<f64>,
    right_s: Option<f64>,
    uncertainty_s: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct DegradationWire {
    lost_service_s: Option<f64>,
    slow_before_s: Option<f64>,
    slow_after_s: Option<f64>,
    during_ratio: Option<f64>,
    after_ratio: Option<f64>,
}

pub(super) fn hypervisor(account: &Hypervisor) -> HypervisorWire<'_> {
    HypervisorWire {
        source_file: &account.source_file,
        downtime_s: round_option(account.downtime_s),
        expected_downtime_s: round_option(account.expected_downtime_s),
        resolution_s: account.downtime_s.and_then(|_| round(account.resolution_s)),
        total_time_s: round_option(account.total_time_s),
        setup_time_s: round_option(account.setup_time_s),
        iterations: account.iterations,
        transferred_bytes: round_option(account.transferred_bytes),
        remaining_bytes: round_option(account.remaining_bytes),
        memory_bytes: round_option(account.memory_bytes),
        pages_sent: round_option(account.pages_sent),
        page_bytes: round_option(account.page_bytes),
        dirty_bytes_per_s: round_option(account.dirty_bytes_per_s),
        throughput_bytes_per_s: round_option(account.throughput_bytes_per_s),
    }
}

pub(super) fn precopy(account: &Hypervisor) -> PrecopyWire {
    PrecopyWire {
        iterations: account.iterations,
        pages_total: round_option(account.pages_total()),
        pages_first: round_option(account.pages_first()),
        pages_middle_mean: round_option(account.pages_middle_mean()),
        pages_last: round_option(account.pages_last()),
        vm_pages: round_option(account.vm_pages()),
        amplification: round_option(account.amplification()),
        bytes_total: round_option(account.transferred_bytes),
        rounds: account.rounds.iter().map(precopy_round).collect(),
    }
}

fn precopy_round(of: &PrecopyRound) -> RoundWire {
    RoundWire {
        number: of.number,
        pages_sent: round(of.pages_sent),
        bytes_sent: round_option(of.bytes_sent),
        pages_skipped: round_option(of.pages_skipped),
        pages_dirtied: round_option(of.pages_dirtied),
        duration_s: round_option(of.duration_s),
    }
}

pub(super) fn milestones(milestones: &[Milestone]) -> Vec<MilestoneWire> {
    let wire = |milestone: &Milestone| MilestoneWire {
        kind: code(milestone_label(milestone.kind)),
        number: match milestone.kind {
            MilestoneKind::Round(number) => Some(number),
            _ => None,
        },
        evidence: code(evidence_label(milestone.evidence)),
        earliest_s: round(milestone.earliest_s),
        latest_s: round(milestone.latest_s),
    };
    milestones.iter().map(wire).collect()
}

pub(super) fn phases(phases: &[Phase]) -> Vec<PhaseWire> {
    let wire = |phase: &Phase| PhaseWire {
        phase: code(phase_label(phase.kind)),
        start_s: round(phase.from.at_s()),
        end_s: round(phase.to.at_s()),
        length_s: round(phase.length_s()),
        half_width_s: round(phase.half_width_s()),
        start_evidence: code(evidence_label(phase.from.evidence)),
        end_evidence: code(evidence_label(phase.to.evidence)),
    };
    phases.iter().map(wire).collect()
}

pub(super) fn presences(presences: &[Presence]) -> Vec<PresenceWire<'_>> {
    presences.iter().map(presence).collect()
}

fn presence(presence: &Presence) -> PresenceWire<'_> {
    PresenceWire {
        host: &presence.host,
        evidence: code(evidence_label(presence.evidence)),
        from_s: round_option(presence.from_s),
        to_s: round_option(presence.to_s),
        uncertainty_s: round(presence.uncertainty_s),
    }
}

pub(super) fn checks(checks: &[Check]) -> Vec<CheckWire> {
    let wire = |check: &Check| CheckWire {
        code: code(check_label(check.kind)),
        verdict: code(verdict_label(check.verdict)),
        left_s: round(check.left_s),
        right_s: round(check.right_s),
        uncertainty_s: round(check.uncertainty_s),
    };
    checks.iter().map(wire).collect()
}

pub(super) fn degradation(degradation: &Degradation) -> DegradationWire {
    DegradationWire {
        lost_service_s: round(degradation.lost_service_s),
        slow_before_s: round(degradation.slow_before_s),
        slow_after_s: round(degradation.slow_after_s),
        during_ratio: round_option(degradation.during_ratio),
        after_ratio: round_option(degradation.after_ratio),
    }
}
