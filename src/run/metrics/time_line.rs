//! The time line of one run: what happened when, by which evidence; from that its phases and where the
//! VM was seen.
//!
//! Every source tells what it can, with the bounds that its resolution allows. Nothing is merged:
//! where several sources tell of the same, all are kept, and the narrowest stands for a phase's end.

use crate::model::curves::{DOMAIN_0, DOMAIN_CPU, NET_RECEIVED, NET_SENT};
use crate::model::{Evidence, Host, Milestone, MilestoneKind, Outage, Phase, PhaseKind, Presence, Role};
use crate::run::align::{AlignedRun, Samples};
use crate::run::metrics::outage;
use crate::stats::Sample;

/// Instants that are no farther apart are the same, as far as sums of seconds since 1970 can tell.
const SAME_S: f64 = 1e-5;

/// Everything that is known to have happened, ordered by kind, then evidence. Empty without a time zero.
pub fn milestones(run: &AlignedRun, outages: &[Outage], hosts: &[Host]) -> Vec<Milestone> {
    if run.migration.request_epoch_s.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut add = |kind, evidence, earliest_s: f64, latest_s: f64| {
        if earliest_s.is_finite() && latest_s >= earliest_s {
            found.push(Milestone { kind, evidence, earliest_s, latest_s });
        }
    };
    use MilestoneKind::*;
    let resolution_s = run.migration.request_resolution_s;
    let by_job = run.hypervisor.as_ref().is_some_and(|log| log.requested.is_some());
    let is_zero = |requested: Option<f64>| requested.is_some_and(|t| t.abs() < SAME_S);
    let by_script = run.events.as_ref().is_some_and(|log| is_zero(log.requested));
    let asked = match (by_job, by_script) {
        (_, true) => Evidence::Script,
        (true, false) => Evidence::Hypervisor,
        (false, false) => Evidence::MigrationProcess,
    };
    add(Requested, asked, 0.0, resolution_s);
    if let Some(log) = &run.events {
        let own = [
            (PostCopyBegan, log.post_copy),
            (Stopped, log.stopped),
            (Resumed, log.resumed),
            (Ended, log.ended),
        ];
        for (kind, t) in own {
            t.into_iter().for_each(|t| add(kind, Evidence::Script, t, t + log.resolution_s));
        }
    }
    if let Some(log) = &run.hypervisor {
        for (round, t) in &log.rounds {
            let round = u32::try_from(*round).unwrap_or(u32::MAX);
            add(Round(round), Evidence::Hypervisor, *t, *t);
        }
        if let Some((from, to)) = log.post_copy {
            add(PostCopyBegan, Evidence::Hypervisor, from, to);
        }
        for (kind, t) in [(Stopped, log.stopped), (Resumed, log.resumed)] {
            t.into_iter().for_each(|t| add(kind, Evidence::Hypervisor, t, t));
        }
        if let Some((from, to)) = log.ended {
            add(Ended, Evidence::Hypervisor, from, to);
        }
    }
    let is_told = (run.hypervisor.is_some() && run.stated.is_none())
        || run.events.as_ref().is_some_and(|log| log.ended.is_some());
    if let Some(duration) = run.migration.duration_s.filter(|_| !is_told) {
        add(Ended, Evidence::MigrationProcess, duration, duration + resolution_s);
    }
    for outage in outages {
        let (Some((evidence, [lost, back])), Some((start, end))) =
            (outage.method.entry().ends, outage::ends(outage, run))
        else {
            continue;
        };
        add(lost, evidence, start[0], start[1]);
        end.into_iter().for_each(|end| add(back, evidence, end[0], end[1]));
    }
    let host = |role| hosts.iter().find(|host| host.role == role).map(|host| host.name.as_str());
    if let Some((began, ended)) = host(Role::Source)
        .and_then(|name| burst(&run.samples, name, NET_SENT.name()))
        .or_else(|| burst(&run.samples, host(Role::Target)?, NET_RECEIVED.name()))
    {
        add(TransferBegan, Evidence::NetworkBurst, began.0, began.1);
        add(TransferEnded, Evidence::NetworkBurst, ended.0, ended.1);
    }
    for presence in listed(&run.samples, hosts) {
        let slack = presence.uncertainty_s;
        let (kind, at) = match hosts.iter().find(|host| host.name == presence.host).map(|host| host.role) {
            Some(Role::Source) => (Stopped, presence.to_s),
            Some(Role::Target) => (Resumed, presence.from_s),
            Some(Role::Observer) | None => continue,
        };
        at.into_iter().for_each(|t| add(kind, Evidence::DomainList, t - slack, t + slack));
    }
    found.sort_by_key(|milestone| (milestone.kind, milestone.evidence));
    found
}

/// The stretches between the surest milestones; those that no evidence bounds, or whose bounds are in
/// the wrong order, are left out.
///
/// Pre-copy lasts from the first transfer (else the request) until the VM stops (else the service is
/// lost), stop-and-copy until the VM runs on the target (else the transfer ends), activation until the
/// service answers.
pub fn phases(milestones: &[Milestone]) -> Vec<Phase> {
    use MilestoneKind::*;
    let surest = |kind: MilestoneKind| {
        let of_kind = milestones.iter().filter(|milestone| milestone.kind == kind);
        of_kind.copied().min_by(|a, b| a.width_s().total_cmp(&b.width_s()))
    };
    let by = |kind, evidence| {
        milestones.iter().find(|milestone| milestone.kind == kind && milestone.evidence == evidence).copied()
    };
    // What says so itself, else a script that asked for it.
    let by_events = |kind| by(kind, Evidence::Hypervisor).or_else(|| by(kind, Evidence::Script));
    let began =
        by(Round(1), Evidence::Hypervisor).or_else(|| surest(TransferBegan)).or_else(|| surest(Requested));
    // The clock in the VM and ping tell when the VM stood still to a fraction of what a list tells.
    let stopped = by_events(Stopped).or_else(|| surest(ServiceLost)).or_else(|| surest(Stopped));
    let back = surest(ServiceBack);
    let resumed = by_events(Resumed)
        .or_else(|| by(TransferEnded, Evidence::NetworkBurst))
        .filter(|resumed| back.is_none_or(|back| resumed.at_s() < back.at_s()));
    let mut phases = Vec::new();
    let mut add = |kind, from: Option<Milestone>, to: Option<Milestone>| {
        if let (Some(from), Some(to)) = (from, to)
            && from.at_s() < to.at_s()
        {
            phases.push(Phase { kind, from, to });
        }
    };
    let after_stop = resumed.filter(|resumed| stopped.is_none_or(|stopped| stopped.at_s() < resumed.at_s()));
    add(PhaseKind::PreCopy, began, stopped);
    add(PhaseKind::StopAndCopy, stopped, after_stop.or(back));
    add(PhaseKind::Activation, after_stop, back);
    phases
}

/// Where the VM was seen: by the hypervisor's events, and by the lists of domains.
pub fn presences(run: &AlignedRun, hosts: &[Host]) -> Vec<Presence> {
    let mut found = listed(&run.samples, hosts);
    if let Some(log) = run.hypervisor.as_ref().filter(|_| run.migration.request_epoch_s.is_some()) {
        let name = |role, otherwise: &str| {
            hosts.iter().find(|host| host.role == role).map_or(otherwise.to_owned(), |host| host.name.clone())
        };
        let seen = |host, from_s, to_s| Presence {
            host,
            evidence: Evidence::Hypervisor,
            from_s,
            to_s,
            uncertainty_s: 0.0,
        };
        if let Some(stopped) = log.stopped {
            found.push(seen(name(Role::Source, "source"), None, Some(stopped)));
        }
        if let Some(resumed) = log.resumed {
            found.push(seen(name(Role::Target, "target"), Some(resumed), None));
        }
    }
    found
}

/// Where a domain other than the hypervisor's own used the CPU, by the samples of each host.
///
/// A sample tells of the time since the one before it: the VM came or went between the two.
fn listed(all: &[Samples], hosts: &[Host]) -> Vec<Presence> {
    let is_cpu = |samples: &&Samples| {
        DOMAIN_CPU.key.parameter(&samples.metric).is_some_and(|domain| domain != DOMAIN_0)
    };
    let domain_0 = DOMAIN_CPU.key.with(DOMAIN_0);
    let mut found = Vec::new();
    for host in hosts {
        let of_host = |samples: &&Samples| samples.host.as_deref() == Some(&host.name);
        let own = all.iter().filter(of_host).find(|s| s.metric == domain_0);
        for vm in all.iter().filter(of_host).filter(is_cpu) {
            let running = |index: &usize| vm.values[*index] > 0.0;
            let (Some(first), Some(last)) =
                ((0..vm.t_s.len()).find(running), (0..vm.t_s.len()).rev().find(running))
            else {
                continue;
            };
            let times = own.map_or(vm.t_s.as_slice(), |own| own.t_s.as_slice());
            let period = Sample::new(times.windows(2).map(|pair| pair[1] - pair[0]).collect())
                .map_or(1.0, |sample| sample.median());
            let (from, to) = (vm.t_s[first], vm.t_s[last]);
            // The first sample of xentop has no CPU time to compare with.
            let since_start = from <= times.first().map_or(from, |t| t + 1.5 * period);
            let until_end = to >= times.last().map_or(to, |t| t - 0.5 * period);
            found.push(Presence {
                host: host.name.clone(),
                evidence: Evidence::DomainList,
                from_s: (!since_start).then_some(from - period / 2.0),
                to_s: (!until_end).then_some(to + period / 2.0),
                // Half a period of sampling, and half a second of the counter's unknown start.
                uncertainty_s: period / 2.0 + 0.5,
            });
        }
    }
    found
}

/// When the traffic of a migration began and ended, each as the bounds between which it did.
///
/// The burst is what stands out from the samples before the request by more than a tenth of its own
/// height and by more than six of their standard deviations; below 1 MB/s it is none. A sample tells of
/// the time since the one before it.
fn burst(all: &[Samples], host: &str, metric: &str) -> Option<((f64, f64), (f64, f64))> {
    let samples = all.iter().find(|s| s.host.as_deref() == Some(host) && s.metric == metric)?;
    let start = samples.t_s.partition_point(|t| *t < 0.0);
    let before = Sample::new(samples.values[..start].to_vec())?;
    let (baseline, noise) = (before.median(), before.sd().unwrap_or(0.0));
    let peak = samples.values[start..].iter().copied().reduce(f64::max)?;
    let threshold = baseline + (0.1 * (peak - baseline)).max(6.0 * noise).max(1e6);
    if peak <= threshold {
        return None;
    }
    let above = |index: &usize| samples.values[*index] > threshold;
    let first = (start..samples.t_s.len()).find(above)?;
    // A transfer has no pauses as long as this; later traffic is something else.
    let mut last = first;
    for index in (first..samples.t_s.len()).filter(above) {
        if samples.t_s[index] - samples.t_s[last] > 5.0 {
            break;
        }
        last = index;
    }
    let at = |index: usize| samples.t_s[index];
    let previous = first.checked_sub(1).map_or(at(first) - 1.0, at).max(0.0).min(at(first));
    let before_last = last.checked_sub(1).map_or(at(last) - 1.0, at);
    let after_last = samples.t_s.get(last + 1).copied().unwrap_or(at(last));
    Some(((previous, at(first)), (before_last, after_last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;
    use crate::run::align::Tells;

    fn samples(host: &str, metric: &str, values: &[f64]) -> Samples {
        Samples {
            host: Some(host.to_owned()),
            metric: metric.to_owned(),
            unit: Unit::Percent,
            tells: Tells::Mean,
            t_s: (0..values.len()).map(|k| k as f64 - 3.0).collect(),
            values: values.to_vec(),
        }
    }

    fn hosts() -> Vec<Host> {
        let host = |name: &str, role| Host { name: name.to_owned(), role, cpus: None };
        vec![host("a", Role::Source), host("b", Role::Target)]
    }

    #[test]
    fn a_burst_lies_between_the_samples_around_it() {
        let sent = [1e4, 2e4, 1e4, 1e4, 2.1e7, 2.5e7, 2.4e7, 1.2e7, 1e4, 1e4];
        let found = burst(&[samples("a", "net.sent", &sent)], "a", "net.sent").unwrap();
        assert_eq!(found, ((0.0, 1.0), (3.0, 5.0)));
    }

    #[test]
    fn ordinary_traffic_is_no_burst() {
        let sent = [4.2e7, 4.3e7, 4.1e7, 4.25e7, 4.2e7, 4.3e7, 3.9e7];
        assert_eq!(burst(&[samples("a", "net.sent", &sent)], "a", "net.sent"), None);
    }

    #[test]
    fn the_vm_is_where_it_uses_the_cpu() {
        let all = [
            samples("a", "domain.Domain-0.cpu", &[0.0, 3.0, 3.0, 9.0, 9.0, 9.0, 3.0, 3.0]),
            samples("a", "domain.vm.cpu", &[0.0, 20.0, 20.0, 20.0, 20.0]),
            samples("b", "domain.Domain-0.cpu", &[0.0, 3.0, 3.0, 9.0, 9.0, 9.0, 3.0, 3.0]),
            Samples {
                t_s: vec![1.0, 2.0, 3.0, 4.0],
                ..samples("b", "domain.vm.cpu", &[0.0, 0.0, 5.0, 20.0])
            },
        ];
        let found = listed(&all, &hosts());
        let seen: Vec<_> = found.iter().map(|p| (p.host.as_str(), p.from_s, p.to_s)).collect();
        assert_eq!(seen, [("a", None, Some(1.5)), ("b", Some(2.5), None)]);
    }

    #[test]
    fn phases_follow_each_other() {
        use MilestoneKind::*;
        let at = |kind, evidence, t: f64| Milestone { kind, evidence, earliest_s: t, latest_s: t };
        let found = phases(&[
            at(Requested, Evidence::Hypervisor, 0.0),
            at(Stopped, Evidence::Hypervisor, 5.0),
            at(ServiceLost, Evidence::Ping, 5.05),
            at(Resumed, Evidence::Hypervisor, 6.0),
            at(ServiceBack, Evidence::Ping, 6.4),
        ]);
        let seen: Vec<_> = found.iter().map(|p| (p.kind, p.from.at_s(), p.to.at_s())).collect();
        let expected = [
            (PhaseKind::PreCopy, 0.0, 5.0),
            (PhaseKind::StopAndCopy, 5.0, 6.0),
            (PhaseKind::Activation, 6.0, 6.4),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_transfer_that_seems_to_outlast_the_outage_leaves_no_activation() {
        use MilestoneKind::*;
        let at = |kind, evidence, t: f64| Milestone { kind, evidence, earliest_s: t, latest_s: t };
        let found = phases(&[
            at(ServiceLost, Evidence::Ping, 5.0),
            at(TransferEnded, Evidence::NetworkBurst, 7.0),
            at(ServiceBack, Evidence::Ping, 6.4),
        ]);
        let seen: Vec<_> = found.iter().map(|p| (p.kind, p.length_s())).collect();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].0, PhaseKind::StopAndCopy);
    }
}
