//! What the observer, the VM and the tools around the migration logged.

use super::{is, killed};
use crate::campaigns::xen_live_migration::conditions::Condition;
use crate::campaigns::xen_live_migration::run::{Machine, PING_REQUESTS, Run};
use crate::formats::migration_time::{self, MigrationTime};
use crate::formats::netperf::{self, UdpStream};
use crate::formats::ping_gawk::{self, Reply, Session};
use crate::formats::zeit::{self, Language, Log};
use crate::migration::Host;
use crate::noise::Noise;

/// `date` and GNU time on the source.
pub fn migration_time(run: &Run) -> Vec<u8> {
    let mut noise = run.noise("migration-time");
    migration_time::write(&MigrationTime {
        requested: run.epoch(Machine::Host(Host::Source), 0.0).floor() as i64,
        elapsed_cs: run.published.duration_cs.into(),
        user_cs: noise.uniform(8.0, 13.0) as u64,
        system_cs: noise.uniform(2.0, 5.0) as u64,
    })
}

/// ping on the observer, through gawk.
pub fn ping(run: &Run) -> Vec<u8> {
    let mut noise = run.noise("ping");
    let mut replies = Vec::new();
    let mut since_outage = None;
    for (sequence, &sent) in (1..).zip(&run.pings) {
        if run.migration.phases.outage.swallows(sent) {
            since_outage = Some(0);
            continue;
        }
        let rtt_us = round_trip_us(run, sent, since_outage, &mut noise);
        since_outage = since_outage.map(|count: u32| count + 1);
        let arrived = sent + rtt_us as f64 / 1e6;
        replies.push(Reply { epoch: run.epoch(Machine::Observer, arrived).floor() as i64, sequence, rtt_us });
    }
    let time = run.pings[PING_REQUESTS - 1] - run.pings[0];
    ping_gawk::write(&Session {
        host: "192.168.2.70",
        sent: PING_REQUESTS as u64,
        time_ms: (time * 1000.0) as u64,
        replies,
    })
}

/// Round trip time of a request sent at `t`, the so-many-th after the outage.
fn round_trip_us(run: &Run, t: f64, since_outage: Option<u32>, noise: &mut Noise) -> u64 {
    let parameters = &run.parameters.round_trip;
    let phases = &run.migration.phases;
    let usual = parameters.base_ms * (1.0 + 0.08 * noise.normal());
    let ms = match since_outage {
        Some(0) => noise.uniform(parameters.first_reply_ms.0, parameters.first_reply_ms.1),
        Some(1) => usual * noise.uniform(1.3, 3.0),
        Some(_) => usual * 0.94,
        None if t < phases.transfer => usual,
        None => {
            let (chance, highest) = parameters.spike;
            let (low, high) = parameters.copying;
            if noise.uniform(0.0, 1.0) < chance {
                parameters.base_ms * noise.uniform(high, highest)
            } else {
                usual * noise.uniform(low, high)
            }
        }
    };
    (ms * 1000.0).round() as u64
}

/// The loop in the VM that writes its clock.
pub fn zeit(run: &Run) -> Vec<u8> {
    let mut noise = run.noise("zeit");
    let outage = run.migration.phases.outage;
    let start = noise.uniform(-5.2, -4.6);
    let end = f64::from(run.parameters.seconds) + noise.uniform(0.0, 3.0);
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
        language: if run.repetition.is_multiple_of(2) { Language::German } else { Language::English },
        started: run.local(Machine::Vm, first - noise.uniform(0.004, 0.009)),
        zone: "CET",
        stamps: stamps.into_iter().map(|t| run.local(Machine::Vm, t)).collect(),
    });
    if is(run, Condition::Netperf, 5) {
        return killed(bytes, 11);
    }
    bytes
}

/// An ordinary step of the loop. While pages are copied, every new process is slower to start.
fn clock_step(run: &Run, t: f64, noise: &mut Noise) -> f64 {
    let (shortest, longest) = run.parameters.clock_step;
    let phases = &run.migration.phases;
    let copying = (phases.transfer..phases.outage.stopped).contains(&t);
    let slower = if copying { noise.uniform(1.0, 1.3) } else { 1.0 };
    noise.uniform(shortest, longest) * slower
}

/// netperf on the target, sending to the source.
pub fn netperf(run: &Run) -> Vec<u8> {
    const START: f64 = -9.0;
    const MESSAGE: f64 = 65_507.0;
    let seconds = f64::from(run.parameters.seconds) + 15.0;
    let messages = |host| (run.migration.streamed(host, START, START + seconds) / MESSAGE) as u64;
    netperf::write(&UdpStream {
        to: "192.168.0.1",
        socket_bytes: 109_568,
        message_bytes: MESSAGE as u64,
        seconds,
        sent: messages(Host::Target),
        received: messages(Host::Source),
    })
}
