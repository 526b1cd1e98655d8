//! Whether what the sources say of one run can all be true.
//!
//! Each check compares two figures and knows how uncertain their difference is. It never corrects
//! anything: a contradiction is shown with its figures, and the worst are flags of the run.

use crate::model::{
    Check, CheckKind, Evidence, Flag, FlagCode, Host, MethodCheck, Milestone, MilestoneKind, Outage,
    Presence, Role, Verdict,
};
use crate::run::align::AlignedRun;
use crate::run::metrics::outage::meet;
use crate::run::metrics::{bounds, event};

/// Events of two hypervisors and the downtime of one are good to this, seconds.
const EVENTS_S: f64 = 0.01;

/// All checks that the sources of the run allow, in a fixed order.
pub fn checks(
    run: &AlignedRun,
    outages: &[Outage],
    milestones: &[Milestone],
    presences: &[Presence],
    hosts: &[Host],
) -> Vec<Check> {
    use CheckKind::*;
    let by = |kind, evidence| {
        milestones.iter().find(|milestone| milestone.kind == kind && milestone.evidence == evidence)
    };
    // Packets tell sooner than a service whether the VM is there.
    let by_packets = |kind| {
        let evidence = [Evidence::Ping, Evidence::Packets, Evidence::Probe, Evidence::Throughput];
        evidence.into_iter().find_map(|evidence| by(kind, evidence))
    };
    let (lost, back) = (by_packets(MilestoneKind::ServiceLost), by_packets(MilestoneKind::ServiceBack));
    let by_hypervisor = |kind| by(kind, Evidence::Hypervisor);
    let (stopped, resumed) = (by_hypervisor(MilestoneKind::Stopped), by_hypervisor(MilestoneKind::Resumed));
    // A script may look at the VM now and then only, and tells of what it saw a little later.
    let told = |kind| {
        by_hypervisor(kind).map(|at| (at, 0.0)).or(Some((by(kind, Evidence::Script)?, event::CLOCKS_S)))
    };
    let (stop_told, resume_told) = (told(MilestoneKind::Stopped), told(MilestoneKind::Resumed));
    let active = resume_told.or(by(MilestoneKind::Resumed, Evidence::DomainList).map(|listed| (listed, 0.0)));
    // A hypervisor's job ends when the source has sent everything; a command promises more.
    let ended = by(MilestoneKind::Ended, Evidence::MigrationProcess);
    let request = by(MilestoneKind::Requested, Evidence::Hypervisor)
        .or(by(MilestoneKind::Requested, Evidence::MigrationProcess));
    let slack_s = run.ping.as_ref().map_or(event::CLOCKS_S, bounds::slack_s);
    let log = run.hypervisor.as_ref();
    let events = stopped.zip(resumed).map(|(from, to)| [from.at_s(), to.at_s()]);
    let found = [
        back.zip(request).map(|(back, request)| {
            // What clocks leave open that are right decides which event is the outage, and contradicts nothing.
            let uncertainty_s = (request.width_s() + back.width_s()) / 2.0;
            at_most(OutageAfterRequest, request.at_s(), back.at_s(), uncertainty_s.max(slack_s))
        }),
        lost.zip(stop_told)
            .map(|(lost, (stopped, slack_s))| ordered(LostWhenStopped, stopped, lost, slack_s)),
        lost.zip(resume_told)
            .filter(|(lost, (resumed, slack_s))| !stopped_again(run, lost, resumed, *slack_s))
            .map(|(lost, (resumed, slack_s))| ordered(LostBeforeResumed, lost, resumed, slack_s)),
        one_host_at_a_time(presences, hosts),
        active.zip(back).map(|(active, back)| ordered(BackAfterResumed, active.0, back, active.1)),
        back.zip(ended).map(|(back, ended)| ordered(BackBeforeEnd, back, ended, 0.0)),
        run.process_s.zip(log.and_then(|log| log.account.total_time_s)).map(|(process, job)| {
            // The command asks for the job and waits for it: it lasts a little longer.
            at_most(DurationsMatch, job, process, 0.05)
        }),
    ];
    let intervals_s = [
        run.ping.as_ref().map(|ping| ping.interval_s),
        run.probe.as_ref().map(|log| log.interval_s),
        run.packets.as_ref().map(|log| log.interval_s),
    ];
    let interval_s = intervals_s.into_iter().flatten().fold(0.0, f64::max);
    let others = Others { outages, events, interval_s };
    let by_outage = outages.iter().flat_map(|outage| {
        outage.method.entry().checks.iter().filter_map(|check| outage_check(*check, outage, &others))
    });
    let mut all: Vec<Check> = found.into_iter().flatten().chain(by_outage).collect();
    all.sort_by_key(|check| check.kind);
    all
}

/// Whether the script says that the VM stopped and ran once more, and that was when the service was lost.
fn stopped_again(run: &AlignedRun, lost: &Milestone, resumed: &Milestone, slack_s: f64) -> bool {
    let again = run.events.as_ref().and_then(|log| log.resumed_again);
    resumed.evidence == Evidence::Script && again.is_some_and(|again| lost.at_s() <= again + slack_s)
}

/// What an outage is compared with.
struct Others<'a> {
    outages: &'a [Outage],
    /// When the VM stopped and ran again by the hypervisor's events.
    events: Option<[f64; 2]>,
    /// The longest of ping's interval and those of a client and of captured requests, or 0.
    interval_s: f64,
}

/// What should hold of an outage. Events at different times are different events: they are not compared.
fn outage_check(check: MethodCheck, outage: &Outage, others: &Others<'_>) -> Option<Check> {
    let by = |method| {
        let mut of_method = others.outages.iter().filter(|other| other.method == method);
        of_method.find(|other| meet(other, outage, others.interval_s))
    };
    let still_s = |[from, to]: [f64; 2]| to - from;
    match check {
        MethodCheck::Equals(other, kind) => equal(kind, by(other)?, outage),
        MethodCheck::NotLongerThan(other, kind) => covers(kind, by(other)?, outage),
        MethodCheck::CoversEvents(kind) => {
            let [from, to] = others.events?;
            let stopped = Outage { start_s: Some(from), end_s: Some(to), ..outage.clone() };
            meet(outage, &stopped, others.interval_s)
                .then(|| in_interval(kind, outage, still_s([from, to])))?
        }
        MethodCheck::EqualsEvents(kind) => {
            Some(same(kind, outage.estimate_s, still_s(others.events?), EVENTS_S))
        }
    }
}

/// The contradictions that a reader must know of.
pub fn flags(checks: &[Check]) -> Vec<Flag> {
    let contradicted = checks.iter().filter(|check| check.verdict == Verdict::Contradicted);
    contradicted
        .filter_map(|check| {
            let (code, left, right) = match check.kind {
                CheckKind::OutageAfterRequest => (FlagCode::OutageBeforeRequest, "request_s", "end_s"),
                CheckKind::OutageCoversDowntime => {
                    (FlagCode::OutageShorterThanDowntime, "ping_s", "downtime_s")
                }
                // QEMU counts until the source has sent everything.
                CheckKind::DowntimeMatchesEvents if check.left_s < check.right_s => {
                    (FlagCode::DowntimeEndsEarly, "downtime_s", "events_s")
                }
                CheckKind::OneHostAtATime => (FlagCode::VmOnTwoHosts, "source_s", "target_s"),
                CheckKind::BackAfterResumed => (FlagCode::BackBeforeResumed, "resumed_s", "back_s"),
                CheckKind::LostBeforeResumed => (FlagCode::LostAfterResumed, "lost_s", "resumed_s"),
                CheckKind::PingMatchesReplyGap
                | CheckKind::ProbeCoversPing
                | CheckKind::ProbeCoversDowntime
                | CheckKind::PingCoversScript
                | CheckKind::ProbeCoversScript
                | CheckKind::PingMatchesPackets
                | CheckKind::PacketsCoverDowntime
                | CheckKind::PingMatchesGuestClock
                | CheckKind::PingMatchesEvents
                | CheckKind::DowntimeMatchesEvents
                | CheckKind::LostWhenStopped
                | CheckKind::BackBeforeEnd
                | CheckKind::DurationsMatch => return None,
            };
            Some(Flag { code, values: vec![(left, check.left_s), (right, check.right_s)] })
        })
        .collect()
}

/// `left` should not come after `right`; both may be told so much later than they were.
fn ordered(kind: CheckKind, left: &Milestone, right: &Milestone, slack_s: f64) -> Check {
    at_most(kind, left.at_s(), right.at_s(), (left.width_s() + right.width_s()) / 2.0 + slack_s)
}

/// `left` should not be more than `right`; their difference is good to ± `uncertainty_s`.
fn at_most(kind: CheckKind, left_s: f64, right_s: f64, uncertainty_s: f64) -> Check {
    let verdict = match right_s - left_s {
        margin if margin > uncertainty_s => Verdict::Holds,
        margin if margin >= -uncertainty_s => Verdict::WithinUncertainty,
        _ => Verdict::Contradicted,
    };
    Check { kind, verdict, left_s, right_s, uncertainty_s }
}

/// Both should be the same length: their intervals have one in common. `None` where one has no upper
/// bound.
fn equal(kind: CheckKind, left: &Outage, right: &Outage) -> Option<Check> {
    let uncertainty_s = half_width(left)? + half_width(right)?;
    let overlap = left.lower_s <= right.upper_s? && right.lower_s <= left.upper_s?;
    let verdict = if overlap { Verdict::WithinUncertainty } else { Verdict::Contradicted };
    Some(Check { kind, verdict, left_s: left.estimate_s, right_s: right.estimate_s, uncertainty_s })
}

/// Both should be the same; their difference is good to ± `uncertainty_s`.
fn same(kind: CheckKind, left_s: f64, right_s: f64, uncertainty_s: f64) -> Check {
    let within = (right_s - left_s).abs() <= uncertainty_s;
    let verdict = if within { Verdict::WithinUncertainty } else { Verdict::Contradicted };
    Check { kind, verdict, left_s, right_s, uncertainty_s }
}

/// What is known exactly should lie in the interval. `None` where it has no upper bound.
fn in_interval(kind: CheckKind, left: &Outage, right_s: f64) -> Option<Check> {
    let within = (left.lower_s - EVENTS_S..=left.upper_s? + EVENTS_S).contains(&right_s);
    let verdict = if within { Verdict::WithinUncertainty } else { Verdict::Contradicted };
    Some(Check {
        kind,
        verdict,
        left_s: left.estimate_s,
        right_s,
        uncertainty_s: half_width(left)? + EVENTS_S,
    })
}

/// The first (ping's) should not be shorter than the second (a downtime). `None` where one has no upper bound.
fn covers(kind: CheckKind, ping: &Outage, downtime: &Outage) -> Option<Check> {
    let upper = ping.upper_s?;
    let verdict = if upper < downtime.lower_s {
        Verdict::Contradicted
    } else if ping.lower_s >= downtime.upper_s? {
        Verdict::Holds
    } else {
        Verdict::WithinUncertainty
    };
    Some(Check {
        kind,
        verdict,
        left_s: ping.estimate_s,
        right_s: downtime.estimate_s,
        uncertainty_s: half_width(ping)? + half_width(downtime)?,
    })
}

fn half_width(outage: &Outage) -> Option<f64> {
    Some((outage.upper_s? - outage.lower_s) / 2.0)
}

/// The surest last sight on the source against the surest first on the target.
fn one_host_at_a_time(presences: &[Presence], hosts: &[Host]) -> Option<Check> {
    let surest = |role, end: fn(&Presence) -> Option<f64>| {
        let is_of_role =
            |presence: &&Presence| hosts.iter().any(|host| host.role == role && host.name == presence.host);
        presences
            .iter()
            .filter(is_of_role)
            .filter_map(|presence| Some((end(presence)?, presence.uncertainty_s)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    };
    let (gone, gone_by) = surest(Role::Source, |presence| presence.to_s)?;
    let (active, active_by) = surest(Role::Target, |presence| presence.from_s)?;
    Some(at_most(CheckKind::OneHostAtATime, gone, active, gone_by + active_by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;

    fn outage(method: Method, lower_s: f64, estimate_s: f64, upper_s: f64) -> Outage {
        Outage {
            method,
            estimate_s,
            lower_s,
            upper_s: Some(upper_s),
            start_s: None,
            end_s: None,
            censored: false,
            source_file: String::new(),
        }
    }

    #[test]
    fn a_downtime_longer_than_the_silence_is_a_contradiction() {
        let downtime = outage(Method::Hypervisor, 1.199, 1.2, 1.201);
        let verdict = |lower, estimate, upper| {
            let ping = outage(Method::Ping, lower, estimate, upper);
            covers(CheckKind::OutageCoversDowntime, &ping, &downtime).unwrap().verdict
        };
        assert_eq!(verdict(1.0, 1.2, 1.4), Verdict::WithinUncertainty);
        assert_eq!(verdict(1.4, 1.6, 1.8), Verdict::Holds);
        assert_eq!(verdict(0.6, 0.8, 1.0), Verdict::Contradicted);
    }

    #[test]
    fn a_downtime_that_ends_before_the_vm_runs_is_flagged() {
        let found = flags(&[same(CheckKind::DowntimeMatchesEvents, 0.002, 0.218, EVENTS_S)]);
        assert_eq!(found[0].code, FlagCode::DowntimeEndsEarly);
        let ping = outage(Method::Ping, 0.168, 0.224, 0.28);
        let verdict = |events| in_interval(CheckKind::PingMatchesEvents, &ping, events).unwrap().verdict;
        assert_eq!(verdict(0.218), Verdict::WithinUncertainty);
        assert_eq!(verdict(0.1), Verdict::Contradicted);
    }

    #[test]
    fn order_is_judged_by_the_uncertainty() {
        let verdict = |left, right| at_most(CheckKind::BackBeforeEnd, left, right, 0.5).verdict;
        assert_eq!(verdict(1.0, 2.0), Verdict::Holds);
        assert_eq!(verdict(1.0, 1.2), Verdict::WithinUncertainty);
        assert_eq!(verdict(1.4, 1.0), Verdict::WithinUncertainty);
        assert_eq!(verdict(2.0, 1.0), Verdict::Contradicted);
    }

    #[test]
    fn contradictions_carry_their_figures() {
        let found = flags(&[at_most(CheckKind::OneHostAtATime, 9.0, 6.0, 1.0)]);
        assert_eq!(found[0].code, FlagCode::VmOnTwoHosts);
        assert_eq!(found[0].values, [("source_s", 9.0), ("target_s", 6.0)]);
    }
}
