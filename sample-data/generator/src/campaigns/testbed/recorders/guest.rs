//! What the VM and the tools around the migration logged.

use super::killed;
use crate::campaigns::testbed::run::{Machine, Run};
use crate::formats::migration_time::{self, MigrationTime};
use crate::formats::netperf::{self, UdpStream};
use crate::formats::zeit::{self, Language, Log};
use crate::migration::{Datagrams, Host};
use crate::noise::Noise;

/// `date` and GNU time on the source.
pub fn migration_time(run: &Run) -> Vec<u8> {
    let mut noise = run.plan.noise("migration-time");
    migration_time::write(&MigrationTime {
        requested: run.epoch(Machine::Host(Host::Source), 0.0).floor() as i64,
        elapsed_cs: run.plan.duration_cs.into(),
        user_cs: noise.uniform(8.0, 13.0) as u64,
        system_cs: noise.uniform(2.0, 5.0) as u64,
    })
}

/// The loop in the VM that writes its clock.
pub fn zeit(run: &Run) -> Vec<u8> {
    let mut noise = run.plan.noise("zeit");
    let outage = run.migration.phases.outage;
    let start = noise.uniform(-5.2, -4.6);
    let end = f64::from(run.plan.parameters.seconds) + noise.uniform(0.0, 3.0);
    let mut before = Vec::new();
    let mut t = outage.last_stamp;
    while t > start {
        before.push(t);
        t -= clock_step(run, t, &mut noise);
    }
    let mut stamps: Vec<f64> = before.into_iter().rev().collect();
    t = outage.next_stamp;
    while t < end {
        stamps.push(t);
        t += clock_step(run, t, &mut noise);
    }
    let first = stamps.first().copied().unwrap_or(start);
    let bytes = zeit::write(&Log {
        language: if run.plan.repetition.is_multiple_of(2) { Language::German } else { Language::English },
        started: run.local(Machine::Vm, first - noise.uniform(0.004, 0.009)),
        zone: "CET",
        stamps: stamps.into_iter().map(|t| run.local(Machine::Vm, t)).collect(),
    });
    killed(bytes, run.plan.peculiarities.zeit_cut)
}

/// An ordinary step of the loop. While pages are copied, every new process is slower to start.
fn clock_step(run: &Run, t: f64, noise: &mut Noise) -> f64 {
    let (shortest, longest) = run.plan.parameters.clock_step;
    let phases = &run.migration.phases;
    let copying = (phases.transfer..phases.outage.stopped).contains(&t);
    let slower = if copying { noise.uniform(1.0, 1.3) } else { 1.0 };
    noise.uniform(shortest, longest) * slower
}

/// netperf on the target, sending to the source.
pub fn netperf(run: &Run) -> Vec<u8> {
    const MESSAGE: f64 = 65_507.0;
    let Datagrams { from, until, .. } = run.plan.parameters.load.datagrams;
    let messages = |host| (run.migration.datagram_bytes(host) / MESSAGE) as u64;
    netperf::write(&UdpStream {
        to: "192.168.0.1",
        socket_bytes: 109_568,
        message_bytes: MESSAGE as u64,
        seconds: until - from,
        sent: messages(Host::Target),
        received: messages(Host::Source),
    })
}
