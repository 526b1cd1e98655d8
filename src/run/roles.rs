//! Which host a run migrated from, and which to.
//!
//! Hosts have their roles for a campaign. Where the VM goes back and forth between two hosts, the roles of every other run
//! are the other way round: its logs show that, by where the VM left and came, and by who sent to whom.

use crate::model::curves::{DOMAIN_0, DOMAIN_CPU, NET_RECEIVED, NET_SENT};
use crate::model::{Host, Role};
use crate::run::align::{AlignedRun, Samples};
use crate::stats::Sample;

/// Who sends a VM sends so many times as much as who receives it.
const CLEARLY: f64 = 5.0;
/// Less than this in a second is no transfer of a VM, bytes.
const TRANSFER: f64 = 1e6;

/// The hosts with the roles that they had in this run, where these are not those of the campaign; `None` where
/// they are, or where its logs do not show it.
pub fn reversed(run: &AlignedRun, hosts: &[Host]) -> Option<Vec<Host>> {
    let mut of = [Role::Source, Role::Target].map(|role| {
        let mut names = hosts.iter().filter(move |host| host.role == role).map(|host| host.name.as_str());
        names.next().filter(|_| names.next().is_none())
    });
    let (source, target) = (of[0].take()?, of[1].take()?);
    let signs =
        [by_domains(run, source, target), by_traffic(run, source, target), by_job(run, source, target)];
    let is_reversed = signs.contains(&Some(false)) && !signs.contains(&Some(true));
    is_reversed.then(|| {
        let other = |host: &Host| Host {
            role: match host.role {
                Role::Source => Role::Target,
                Role::Target => Role::Source,
                Role::Observer => Role::Observer,
            },
            ..host.clone()
        };
        hosts.iter().map(other).collect()
    })
}

/// The samples of a reversed run under the name of the host that has the role in the others, so that a curve is that of
/// a role and not one of two roles mixed.
pub fn by_role(samples: &[Samples], hosts: &[Host]) -> Vec<Samples> {
    let name = |role| hosts.iter().find(|host| host.role == role).map(|host| host.name.clone());
    let renamed = |samples: &Samples| {
        let of = |host: &Host| samples.host.as_deref() == Some(host.name.as_str());
        let host = match hosts.iter().find(|host| of(host)).map(|host| host.role) {
            Some(Role::Source) => name(Role::Target),
            Some(Role::Target) => name(Role::Source),
            Some(Role::Observer) | None => samples.host.clone(),
        };
        Samples { host, ..samples.clone() }
    };
    samples.iter().map(renamed).collect()
}

/// Whether the VM left the source and came to the target by their lists of domains; `None` where these show neither.
fn by_domains(run: &AlignedRun, source: &str, target: &str) -> Option<bool> {
    // Whether the VM works on a host at the beginning of its log, and at its end.
    let works = |name: &str| {
        let of_host = |samples: &&Samples| samples.host.as_deref() == Some(name);
        let own = run.samples.iter().filter(of_host).find(|s| s.metric == DOMAIN_CPU.key.with(DOMAIN_0))?;
        let (first, last) = (*own.t_s.first()?, *own.t_s.last()?);
        let period = Sample::new(own.t_s.windows(2).map(|pair| pair[1] - pair[0]).collect())?.median();
        let is_vm = |samples: &&Samples| {
            DOMAIN_CPU.key.parameter(&samples.metric).is_some_and(|domain| domain != DOMAIN_0)
        };
        let mut ends = [false; 2];
        for vm in run.samples.iter().filter(of_host).filter(is_vm) {
            for (t, _) in vm.t_s.iter().zip(&vm.values).filter(|(_, cpu)| **cpu > 0.0) {
                ends[0] |= *t <= first + 2.5 * period;
                ends[1] |= *t >= last - 1.5 * period;
            }
        }
        Some(ends)
    };
    match (works(source)?, works(target)?) {
        ([true, false], [false, true]) => Some(true),
        ([false, true], [true, false]) => Some(false),
        _ => None,
    }
}

/// Whether the source sent and the target received after the request; `None` where nothing was clearly sent either way.
fn by_traffic(run: &AlignedRun, source: &str, target: &str) -> Option<bool> {
    let end_s = run.migration.duration_s?;
    let excess = |name: &str, metric: &str| {
        let of = |samples: &&Samples| samples.host.as_deref() == Some(name) && samples.metric == metric;
        let samples = run.samples.iter().find(of)?;
        let (before, after) =
            (samples.t_s.partition_point(|t| *t < 0.0), samples.t_s.partition_point(|t| *t <= end_s));
        let mean = |values: &[f64]| Sample::new(values.to_vec()).map(|sample| sample.mean());
        Some((mean(samples.values.get(before..after)?)? - mean(&samples.values[..before])?).max(0.0))
    };
    let forth = excess(source, NET_SENT.name())?.min(excess(target, NET_RECEIVED.name())?);
    let back = excess(target, NET_SENT.name())?.min(excess(source, NET_RECEIVED.name())?);
    if forth.max(back) < TRANSFER {
        return None;
    }
    (forth > CLEARLY * back).then_some(true).or((back > CLEARLY * forth).then_some(false))
}

/// Whether the hypervisor was told on the source to migrate; `None` where its log has the name of neither host.
fn by_job(run: &AlignedRun, source: &str, target: &str) -> Option<bool> {
    let host = run.hypervisor.as_ref()?.asked_on.as_deref()?;
    if host == source { Some(true) } else { (host == target).then_some(false) }
}
