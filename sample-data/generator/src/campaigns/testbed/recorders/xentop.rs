//! xentop on the hosts, through gawk.

use super::{DOM0_KIB, HOST_KIB, VM, host_name};
use crate::campaigns::testbed::run::{Machine, Run};
use crate::formats::xentop_gawk::{self, Domain, Iteration};
use crate::migration::{Host, VM_BYTES};
use crate::noise::Noise;

/// xentop's file of a host.
pub fn record(run: &Run, host: Host) -> Vec<u8> {
    let mut noise = run.plan.noise(&format!("xentop/{}", host_name(host)));
    let start = noise.uniform(-5.4, -4.7);
    // It sleeps for a second and then needs a moment to collect the next sample.
    let period = noise.uniform(1.01, 1.03);
    let gawk_started = start - noise.uniform(0.03, 0.08);
    let epoch = run.epoch(Machine::Host(host), gawk_started).floor() as i64;
    let mut vm_known = false;
    let iterations: Vec<Iteration> = (0..run.plan.parameters.seconds)
        .map(|number| {
            let t = start + f64::from(number) * period;
            let (vm, dom0) = processor_time(run, host, t, period, &mut noise);
            let mut domains = vec![Domain {
                name: "Domain-0".to_owned(),
                // There is nothing to compare the first sample with.
                cpu_percent: if number == 0 { 0.0 } else { dom0 },
                memory_kib: DOM0_KIB,
                memory_percent: percent_of_host(DOM0_KIB),
            }];
            let name = vm_name(run, host, t);
            if let Some(name) = name {
                let memory_kib = VM_BYTES as u64 / 1024;
                domains.push(Domain {
                    name: name.to_owned(),
                    cpu_percent: if vm_known { vm } else { 0.0 },
                    memory_kib,
                    memory_percent: percent_of_host(memory_kib),
                });
            }
            vm_known = name.is_some();
            Iteration::new(domains)
        })
        .collect();
    xentop_gawk::write(epoch, VM, &iterations)
}

fn percent_of_host(kib: u64) -> f64 {
    100.0 * kib as f64 / HOST_KIB as f64
}

/// Processor time of the VM and of Dom0 in the period before `t`, within what the host has.
fn processor_time(run: &Run, host: Host, t: f64, period: f64, noise: &mut Noise) -> (f64, f64) {
    let activity = run.migration.mean(host, t - period, t);
    let mut measured = |value: f64| {
        // A paused VM uses nothing at all; whatever runs is never quite steady.
        let unsteady = value * (1.0 + 0.015 * noise.normal()) + 0.3 * noise.normal();
        if value > 0.0 { unsteady.max(0.1) } else { 0.0 }
    };
    let (vm, dom0) = (measured(activity.vm), measured(activity.dom0()));
    let capacity = 100.0 * f64::from(host.processors());
    let excess = (vm + dom0 - capacity).max(0.0);
    (vm.min(100.0), (dom0 - excess).max(0.0))
}

/// The VM's name on a host, if it is there.
///
/// On the source it is renamed for the time of its migration. On the target it has its own name from
/// the start, except where it keeps the other one until it is activated: xentop then shows it after
/// `Domain-0` in one sample and before it in the next.
fn vm_name(run: &Run, host: Host, t: f64) -> Option<&'static str> {
    const MIGRATING: &str = "migrating-asam";
    let phases = &run.migration.phases;
    let late = run.plan.peculiarities.renamed_late;
    match host {
        Host::Source if t < phases.renamed => Some(VM),
        Host::Source if t < phases.vanished => Some(MIGRATING),
        Host::Source => None,
        Host::Target if t < phases.created => None,
        Host::Target if late && t < phases.outage.resumed => Some(MIGRATING),
        Host::Target => Some(VM),
    }
}
