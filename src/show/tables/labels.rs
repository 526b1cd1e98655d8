//! The text keys of what the analysis names. The last part of a key is the code in data files.

use std::collections::BTreeSet;

use crate::model::{
    Analysis, CheckKind, Evidence, Method, MilestoneKind, Origin, PhaseKind, Reason, Status, Verdict,
};
use crate::show::text::factor_words;

/// The code in data files of a text key.
pub fn code(label: &str) -> &str {
    label.rsplit('.').next().unwrap_or(label)
}

pub fn method_label(method: Method) -> &'static str {
    match method {
        Method::Ping => "method.ping",
        Method::PingReplyGap => "method.ping_reply_gap",
        Method::GuestClock => "method.guest_clock",
        Method::Hypervisor => "method.hypervisor",
    }
}

/// A method's name by itself.
pub fn method_name_label(method: Method) -> &'static str {
    match method {
        Method::Ping => "method_name.ping",
        Method::PingReplyGap => "method_name.ping_reply_gap",
        Method::GuestClock => "method_name.guest_clock",
        Method::Hypervisor => "method_name.hypervisor",
    }
}

pub fn status_label(status: Status) -> &'static str {
    match status {
        Status::Completed => "status.completed",
        Status::Failed => "status.failed",
        Status::Cancelled => "status.cancelled",
        Status::Unfinished => "status.unfinished",
        Status::Unknown => "status.unknown",
    }
}

pub fn check_label(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::OutageAfterRequest => "check.outage-after-request",
        CheckKind::PingMatchesReplyGap => "check.ping-matches-reply-gap",
        CheckKind::PingMatchesGuestClock => "check.ping-matches-guest-clock",
        CheckKind::OutageCoversDowntime => "check.outage-covers-downtime",
        CheckKind::PingMatchesEvents => "check.ping-matches-events",
        CheckKind::DowntimeMatchesEvents => "check.downtime-matches-events",
        CheckKind::LostWhenStopped => "check.lost-when-stopped",
        CheckKind::OneHostAtATime => "check.one-host-at-a-time",
        CheckKind::BackAfterResumed => "check.back-after-resumed",
        CheckKind::BackBeforeEnd => "check.back-before-end",
        CheckKind::DurationsMatch => "check.durations-match",
    }
}

pub fn verdict_label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "verdict.holds",
        Verdict::WithinUncertainty => "verdict.within-uncertainty",
        Verdict::Contradicted => "verdict.contradicted",
    }
}

/// The sign of a verdict where there is no room for its name.
pub fn verdict_sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Holds => '✓',
        Verdict::WithinUncertainty => '~',
        Verdict::Contradicted => '✗',
    }
}

pub fn phase_label(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::PreCopy => "phase.precopy",
        PhaseKind::StopAndCopy => "phase.stop-and-copy",
        PhaseKind::Activation => "phase.activation",
    }
}

pub fn milestone_label(kind: MilestoneKind) -> &'static str {
    match kind {
        MilestoneKind::Requested => "milestone.requested",
        MilestoneKind::TransferBegan => "milestone.transfer-began",
        MilestoneKind::Round(_) => "milestone.round",
        MilestoneKind::Stopped => "milestone.stopped",
        MilestoneKind::ServiceLost => "milestone.service-lost",
        MilestoneKind::TransferEnded => "milestone.transfer-ended",
        MilestoneKind::Resumed => "milestone.resumed",
        MilestoneKind::ServiceBack => "milestone.service-back",
        MilestoneKind::Ended => "milestone.ended",
    }
}

pub fn evidence_label(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::MigrationProcess => "evidence.migration-process",
        Evidence::Hypervisor => "evidence.hypervisor",
        Evidence::NetworkBurst => "evidence.network-burst",
        Evidence::DomainList => "evidence.domain-list",
        Evidence::Ping => "evidence.ping",
        Evidence::GuestClock => "evidence.guest-clock",
    }
}

/// Why a VM is the next to migrate.
pub fn reason_label(reason: &Reason) -> &'static str {
    match reason {
        Reason::LeastTime => "placement.least-time",
        Reason::ShorterDowntime { .. } => "placement.shorter-downtime",
        Reason::NothingTells { .. } => "placement.nothing-tells",
        Reason::Last => "placement.last",
    }
}

pub fn origin_label(origin: Origin) -> &'static str {
    match origin {
        Origin::Outage => "origin.outage",
        Origin::Traffic => "origin.traffic",
        Origin::VmGone => "origin.vm-gone",
        Origin::VmActive => "origin.vm-active",
    }
}

/// What people call a condition, with the unit of the only factor that varies.
pub fn condition_label(analysis: &Analysis, condition: usize) -> String {
    let name = analysis.condition_name(condition);
    let levels = |factor: &String| {
        analysis.conditions.iter().map(move |c| c.factors.get(factor)).collect::<BTreeSet<_>>()
    };
    let Some(of) = analysis.conditions.get(condition) else { return name };
    let mut varying = of.factors.keys().filter(|factor| levels(factor).len() > 1);
    let (Some(factor), None) = (varying.next(), varying.next()) else { return name };
    match factor_words(factor).1 {
        Some(unit) => format!("{name} {unit}"),
        None => name,
    }
}
