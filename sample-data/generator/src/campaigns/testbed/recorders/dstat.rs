//! dstat on the hosts: a row a second of processor, memory and network.

use super::{DOM0_KIB, host_name, killed};
use crate::campaigns::testbed::run::{Machine, Run};
use crate::formats::dstat::{self, Cpu, Memory, Preamble, Row};
use crate::migration::{Activity, Host};
use crate::noise::{Noise, Wobble};

const MIB: f64 = 1024.0 * 1024.0;
/// Memory that the kernel of Dom0 keeps for itself, in bytes.
const KERNEL: f64 = 20.5 * MIB;
/// Range of the kernel's byte counters.
const COUNTER: f64 = 4_294_967_296.0;

/// dstat's file of a host.
pub fn record(run: &Run, host: Host) -> Vec<u8> {
    let mut noise = run.plan.noise(&format!("dstat/{}", host_name(host)));
    let seconds = run.plan.parameters.seconds;
    let start = noise.uniform(-5.4, -4.7);
    let rows = rows(run, host, start, &mut noise);
    let arguments =
        format!("-T -c -m -n --output {}-dstat-{}.test 1 {seconds}", run.plan.name(), host_name(host));
    let preamble = Preamble {
        // The version of Debian 5.0, and the newest at the time.
        version: match host {
            Host::Source => "0.6.7",
            Host::Target => "0.7.0",
        },
        host: host_name(host),
        user: "root",
        arguments: &arguments,
        started: run.local(Machine::Host(host), start),
        zone: "CET",
    };
    let bytes = dstat::write(&preamble, &rows);
    match host {
        Host::Source => bytes,
        Host::Target => killed(bytes, run.plan.peculiarities.dstat_cut),
    }
}

/// The first row and one for each second.
fn rows(run: &Run, host: Host, start: f64, noise: &mut Noise) -> Vec<Row> {
    let seconds = run.plan.parameters.seconds;
    let drift = Wobble::new(noise, start, start + f64::from(seconds), 0.15);
    let [mut received, mut sent] = counters(run, host, noise);
    (0..=seconds)
        .map(|number| {
            let t = start + f64::from(number);
            // Every tick is late by the few ms that it takes to be scheduled.
            let epoch = run.epoch(Machine::Host(host), t + noise.uniform(0.0, 0.006));
            let memory = memory(run, host, t, &drift);
            if number == 0 {
                return Row { epoch, cpu: since_boot(noise), memory, received: 0.0, sent: 0.0 };
            }
            let activity = run.migration.mean(host, t - 1.0, t);
            let cpu = ticks(&activity, host, noise);
            // Administration, time service and the VM's own pings are always there.
            let mut background = || noise.uniform(900.0, 2_600.0);
            Row {
                epoch,
                cpu,
                memory,
                received: received.step(activity.received + background()),
                sent: sent.step(activity.sent + 1.6 * background()),
            }
        })
        .collect()
}

/// A byte counter of 32 bits, as dstat reads it: it subtracts without expecting an overflow.
struct Counter {
    value: f64,
}

impl Counter {
    /// Counts the bytes of a second and returns the difference that dstat computes.
    fn step(&mut self, bytes: f64) -> f64 {
        let before = self.value;
        self.value = (before + bytes.round()) % COUNTER;
        self.value - before
    }
}

/// The counters at the start of the log, received and sent. They overflow within a log only where that
/// is a peculiarity of the run.
fn counters(run: &Run, host: Host, noise: &mut Noise) -> [Counter; 2] {
    let mut low = || COUNTER * noise.uniform(0.03, 0.2);
    let (received, sent) = (low(), low());
    let received = match (host, run.plan.peculiarities.overflow_after) {
        (Host::Source, Some(bytes)) => COUNTER - bytes,
        _ => received,
    };
    [received, sent].map(|value| Counter { value: value.floor() })
}

/// Shares of the processor time as the kernel counts them, in ticks of 10 ms a processor.
fn ticks(activity: &Activity, host: Host, noise: &mut Noise) -> Cpu {
    let processors = f64::from(host.processors());
    let total = 100.0 * processors + noise.uniform(-1.5, 1.5).round();
    let states =
        [activity.user, activity.system, activity.wait, activity.hard_interrupts, activity.soft_interrupts];
    let mut left = total;
    let [user, system, wait, hard_interrupts, soft_interrupts] = states.map(|percent| {
        let measured = percent * (1.0 + 0.04 * noise.normal()) + 0.4 * noise.normal();
        let count = (noise.round(measured) as f64).min(left);
        left -= count;
        100.0 * count / total
    });
    Cpu { user, system, idle: 100.0 * left / total, wait, hard_interrupts, soft_interrupts }
}

/// The first row: averages since the host was booted.
fn since_boot(noise: &mut Noise) -> Cpu {
    let user = noise.uniform(0.3, 0.6);
    let system = noise.uniform(0.9, 1.4);
    let wait = noise.uniform(0.05, 0.3);
    let hard_interrupts = noise.uniform(0.01, 0.04);
    let soft_interrupts = noise.uniform(0.1, 0.3);
    Cpu {
        user,
        system,
        idle: 100.0 - user - system - wait - hard_interrupts - soft_interrupts,
        wait,
        hard_interrupts,
        soft_interrupts,
    }
}

/// Memory of Dom0. Used memory grows by a little from run to run, the cache with what is logged.
fn memory(run: &Run, host: Host, t: f64, drift: &Wobble) -> Memory {
    let repetition = run.plan.repetition as f64;
    let (source, target) = run.plan.parameters.dom0_memory;
    let (base, buffers, cache) = match host {
        Host::Source => (source, 31.4, 402.0),
        Host::Target => (target, 28.9, 377.0),
    };
    let used = base + 0.03 * (repetition - 3.0) + run.migration.extra_memory(host, t) + (drift.at(t) - 1.0);
    let pages = |mib: f64| (mib * MIB / 4096.0).round() * 4096.0;
    let (used, buffers, cache) = (
        pages(used),
        pages(buffers + 0.4 * repetition + 0.002 * t),
        pages(cache + 3.0 * repetition + 0.05 * t),
    );
    let total = DOM0_KIB as f64 * 1024.0 - KERNEL;
    Memory { used, buffers, cache, free: total - used - buffers - cache }
}
