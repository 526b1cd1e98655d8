//! What a live migration transfers: the iterations of pre-copy under Xen, with parallel benchmarks in the VM and
//! with idle VMs.
//!
//! [`published`] holds the numbers that must come back. A log is `xend.log` of the source, one migration each. Two
//! rules of the program tie its numbers together: what is dirtied in one iteration is sent or skipped in the next, and a
//! page that is dirtied again before its turn is skipped. Therefore the last iteration, which skips nothing, tells how much is
//! dirtied each time, and the first, which has the whole memory to send, how much was skipped.

pub mod published;

use self::published::{BENCHMARKS, Benchmark, IDLE, Idle, REPETITIONS};
use super::values;
use crate::SampleFile;
use crate::formats::xend_log::{self, Copied, Iteration, Record, Save};
use crate::noise::Noise;

/// Name of the campaign and of its folder.
pub const NAME: &str = "xen-precopy";

/// Bytes of a page.
const PAGE: f64 = 4096.0;
/// Bytes that are sent in a millisecond.
const BANDWIDTH: f64 = 108_000.0;
/// xend's process.
const PID: u32 = 4127;
/// 25 May 2009, 9 o'clock.
const FIRST_DAY: i64 = 1_243_242_000;

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    let benchmarks = BENCHMARKS.iter().enumerate().flat_map(|(day, benchmark)| {
        (0..REPETITIONS).map(move |repetition| {
            let mut noise = Noise::new(&format!("precopy/{}/{repetition}", benchmark.name));
            let save = under_benchmark(benchmark, day, repetition, &mut noise);
            file(benchmark.name, day, repetition, &save, &mut noise)
        })
    });
    let idle = IDLE.iter().enumerate().flat_map(|(index, idle)| {
        let day = BENCHMARKS.len() + index;
        (0..REPETITIONS).map(move |repetition| {
            let mut noise = Noise::new(&format!("precopy/{}/{repetition}", idle.name));
            let save = without_load(idle, day, repetition, &mut noise);
            file(idle.name, day, repetition, &save, &mut noise)
        })
    });
    benchmarks.chain(idle).collect()
}

/// The log of a migration.
fn file(load: &str, day: usize, repetition: usize, save: &Save, noise: &mut Noise) -> SampleFile {
    let mut records = xend_log::records(save);
    if repetition == 2 {
        records.extend(other_vms(save));
    }
    let copied = if repetition == 3 { Copied::AsText } else { Copied::Plainly };
    // A day each; the repetitions half an hour after each other.
    let started = (FIRST_DAY + 86_400 * day as i64 + 1800 * repetition as i64) * 1000;
    let late = noise.uniform(0.0, 600_000.0) as i64;
    let bytes = xend_log::write(started + late, PID, records, copied);
    SampleFile { name: format!("{load}/{}/xend.log", repetition + 1), bytes }
}

/// The values of each repetition around a published mean, which they keep exactly.
fn of_repetitions(mean: i64, deviation: f64, name: &str) -> Vec<i64> {
    values::around(mean * REPETITIONS as i64, &[1.0; REPETITIONS], deviation, &mut Noise::new(name))
}

fn under_benchmark(benchmark: &Benchmark, day: usize, repetition: usize, noise: &mut Noise) -> Save {
    let Benchmark { name, memory_pages, first, last, .. } = *benchmark;
    let rounds = benchmark.middle_rounds[repetition];
    let firsts = of_repetitions(first, benchmark.first_deviation, &format!("precopy/{name}/first"));
    let lasts = of_repetitions(last, 0.03, &format!("precopy/{name}/last"));
    let (first, last) = (firsts[repetition] as u64, lasts[repetition] as u64);
    let shares: Vec<f64> =
        (0..rounds).map(|round| if round == 0 { benchmark.second_share } else { 1.0 }).collect();
    let middle = values::around(benchmark.middle_sums[repetition], &shares, 0.05, noise);
    let mut rounds = vec![(first, memory_pages - first)];
    for sent in middle {
        let sent = sent as u64;
        let dirtied = last as f64 * (1.0 + 0.04 * noise.normal());
        // Of what is sent, a few pages at least are dirtied again meanwhile.
        let again = noise.round(sent as f64 * 0.05).max(2);
        rounds.push((sent, noise.round(dirtied).saturating_sub(sent).max(again)));
    }
    rounds.push((last, 0));
    let running = noise.uniform(0.86, 0.97);
    let suspended_ms = noise.uniform(45.0, 110.0) as u64;
    Save {
        domain: domain(day, repetition),
        name: name.to_lowercase().replace('.', "-") + "-vm1",
        memory_pages,
        iterations: iterations(&rounds, suspended_ms, Shares { dom0: 0.93, target: running }, noise),
        suspended_ms,
        total: benchmark.printed_totals.map_or_else(|| sum(&rounds), |totals| totals[repetition]),
    }
}

/// An idle VM: nearly all pages are sent once, and the few that change are soon fewer than 50.
fn without_load(idle: &Idle, day: usize, repetition: usize, noise: &mut Noise) -> Save {
    let memory_pages = idle.memory_mib * 256;
    let skipped = noise.uniform(110.0, 210.0) as u64;
    let mut rounds = vec![(memory_pages - skipped, skipped)];
    let mut dirtied = skipped as f64 * noise.uniform(1.6, 2.2);
    loop {
        let (pages, skipped) = (noise.round(dirtied), noise.round(dirtied * 0.1));
        rounds.push((pages - skipped, skipped));
        if pages < 50 {
            break;
        }
        dirtied *= noise.uniform(0.2, 0.45);
    }
    rounds.push((noise.uniform(24.0, 46.0) as u64, 0));
    let suspended_ms = noise.uniform(45.0, 80.0) as u64;
    Save {
        domain: domain(day, repetition),
        name: idle.name.to_lowercase(),
        memory_pages,
        iterations: iterations(&rounds, suspended_ms, Shares { dom0: 0.955, target: 0.004 }, noise),
        suspended_ms,
        total: sum(&rounds),
    }
}

/// The pages that are sent.
fn sum(rounds: &[(u64, u64)]) -> u64 {
    rounds.iter().map(|(sent, _)| sent).sum()
}

/// Xen counts VMs since it started; each migration takes a new number.
fn domain(day: usize, repetition: usize) -> u32 {
    (3 + 2 * (day * REPETITIONS + repetition)) as u32
}

/// How much of the time Dom0 and the VM run.
#[derive(Debug, Clone, Copy)]
struct Shares {
    dom0: f64,
    target: f64,
}

/// Iterations of which each sends and skips so many pages.
fn iterations(rounds: &[(u64, u64)], suspended_ms: u64, shares: Shares, noise: &mut Noise) -> Vec<Iteration> {
    let last = rounds.len() - 1;
    let mut iterations = Vec::new();
    for (index, &(sent, skipped)) in rounds.iter().enumerate() {
        let rate = BANDWIDTH * (1.0 + 0.01 * noise.normal());
        let sending = (sent as f64 * PAGE / rate).round().max(1.0);
        let time_ms = sending as u64 + if index + 1 == last { suspended_ms } else { 0 };
        let mut running = |share: f64| {
            let ms = sending * share * (1.0 + 0.008 * noise.normal());
            noise.round(ms).min(time_ms)
        };
        let (dom0_ms, target_ms) = (running(shares.dom0), running(shares.target));
        let next = rounds[(index + 1).min(last)];
        iterations.push(Iteration {
            sent,
            skipped,
            time_ms,
            dom0_ms,
            // In the last one it stands still.
            target_ms: if index == last { 0 } else { target_ms },
            dirtied: next.0 + next.1,
        });
    }
    iterations
}

/// What xend has to do with other VMs meanwhile: records between those of the migration, and one of several
/// lines.
fn other_vms(save: &Save) -> Vec<Record> {
    let time: u64 = save.iterations.iter().map(|iteration| iteration.time_ms).sum();
    let other = save.domain - 1;
    let at = |share: u64| 180 + time * share / 100;
    let details = format!(
        "Storing domain details: {{'console/port': '2', 'name': 'login', 'console/limit': '1048576', \
         'vm': '/vm/5c1e7a90-23b4-4b39-9d0f-61a8e2c4{other:04x}', 'domid': '{other}', 'cpu/0/availability': \
         'online', 'memory/target': '262144'}}"
    );
    let failure = "Request wait_for_devices failed.\n\
         Traceback (most recent call last):\n  \
         File \"/usr/lib/python2.5/site-packages/xen/web/SrvBase.py\", line 85, in perform\n    \
         return op_method(op, req)\n\
         VmError: Device 2049 (vbd) could not be connected. Path closed or removed during hotplug add";
    vec![
        Record::new(at(12), "DEBUG", "XendDomainInfo:84", "XendDomainInfo.create(['vm', ['name', 'login']])"),
        Record::new(at(31), "DEBUG", "XendDomainInfo:1350", details),
        Record::new(at(38), "INFO", "DevController:157", "createDevice: vif"),
        Record::new(at(54), "DEBUG", "DevController:139", "Waiting for devices vbd."),
        Record::new(at(77), "ERROR", "SrvBase:88", failure),
        Record::new(at(93), "DEBUG", "XendDomainInfo:1897", format!("XendDomainInfo.destroy: domid={other}")),
    ]
}
