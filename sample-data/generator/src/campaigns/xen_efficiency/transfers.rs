//! Iometer: transfers over the network, and to and from a disk (a LUN of an iSCSI target).
//!
//! A file holds one test: each operation at five sizes, three minutes each.

use super::Member;
use crate::campaigns::values;
use crate::formats::iometer::{self, Step, Target, Test};
use crate::noise::Noise;

/// Sizes of the transfers in KiB.
const SIZES: [u64; 5] = [4, 32, 256, 1024, 4096];
/// Seconds that each size takes.
const SECONDS: f64 = 180.0;
/// How the rates at the sizes compare; what is random pays for every access.
const NET: [f64; 5] = [0.8, 0.97, 1.06, 1.08, 1.09];
const SEQUENTIAL: [f64; 5] = [0.88, 0.99, 1.03, 1.05, 1.05];
const RANDOM: [f64; 5] = [0.05, 0.33, 1.03, 1.62, 1.97];
/// How far the CPU's share is from its mean, as part of what there is to either side of it: small transfers
/// cost more.
const CPU: [f64; 5] = [0.3, 0.12, -0.08, -0.15, -0.19];
/// Units of the shares of processors in a per cent.
const CPU_UNITS: f64 = 10_000.0;

/// One operation at all sizes.
struct Operation {
    name: &'static str,
    reads: bool,
    random: bool,
    shares: [f64; 5],
    mean: f64,
    /// See [`values::shifts`].
    shift: i64,
    cpu: Option<f64>,
}

/// The test of the network.
pub fn net(member: Member<'_>, number: usize) -> Vec<u8> {
    let figures = member.figures();
    let net = figures.net.unwrap_or_default();
    let operations = [("write", false), ("read", true)];
    let steps = operations.into_iter().enumerate().flat_map(|(at, (name, reads))| {
        let mean = net[at];
        let shift = member.shift(|figures| figures.net.map(|net| net[at]), parts(mean));
        let cpu = figures.cpu.map(|(net, _)| net[at]);
        let operation = Operation { name, reads, random: false, shares: NET, mean, shift, cpu };
        steps(&operation, processors(member), "net")
    });
    // Behind LINPACK and RAMspeed.
    test(member, number, 20, "network", Target::Network("192.168.2.70"), &steps.collect::<Vec<_>>())
}

/// The test of the disk.
pub fn disk(member: Member<'_>, number: usize) -> Vec<u8> {
    let figures = member.figures();
    let disk = figures.disk.unwrap_or_default();
    let operations = [
        ("seq-write", false, false),
        ("seq-read", true, false),
        ("rand-write", false, true),
        ("rand-read", true, true),
    ];
    let steps = operations.into_iter().enumerate().flat_map(|(at, (name, reads, random))| {
        let mean = disk[at];
        let shift = member.shift(|figures| figures.disk.map(|disk| disk[at]), parts(mean));
        let cpu = figures.cpu.map(|(_, disk)| disk[at]);
        let shares = if random { RANDOM } else { SEQUENTIAL };
        let operation = Operation { name, reads, random, shares, mean, shift, cpu };
        steps(&operation, processors(member), "disk")
    });
    let name = if member.setting().guest_os == "windows" { "PHYSICALDRIVE:1" } else { "sdb" };
    // Behind the network, but for the test of both at once.
    let minutes = if member.setting().context == "3-vm-net-and-disk" { 20 } else { 60 };
    test(member, number, minutes, "disk", Target::Disk(name), &steps.collect::<Vec<_>>())
}

/// The host has two cores, a VM one virtual processor.
fn processors(member: Member<'_>) -> usize {
    if member.setting().mode == "native" { 2 } else { 1 }
}

/// Units of a rate in a MiB/s: six digits are printed, two of them at most before the point but for VMs
/// that talk to each other.
fn units(mean: f64) -> f64 {
    if mean < 90.0 { 10_000.0 } else { 1_000.0 }
}

/// Parts of a hundredth in the mean over the sizes.
fn parts(mean: f64) -> i64 {
    SIZES.len() as i64 * units(mean) as i64 / 100
}

fn steps(operation: &Operation, processors: usize, target: &str) -> Vec<Step> {
    let Operation { name, reads, random, shares, mean, shift, cpu } = *operation;
    let mut noise = Noise::new(&format!("{target}/{name}/{mean}"));
    let sum = values::total(mean, SIZES.len(), units(mean)) + shift;
    let rates = values::around(sum, &shares, 0.01, &mut noise);
    let cpu = cpu.map(shares_of_cpu);
    SIZES
        .into_iter()
        .zip(rates)
        .enumerate()
        .map(|(at, (kib, rate))| {
            let rate = rate as f64 / units(mean);
            let accesses = (rate * SECONDS * 1024.0 / kib as f64).ceil() as u64;
            let processors = match &cpu {
                Some(cpu) => divided(cpu[at], processors),
                None => vec![None; processors],
            };
            Step { kib, reads, random, rate, accesses, longest: noise.uniform(1.5, 8.0), processors }
        })
        .collect()
}

/// The share of the CPU at each size, in units; their mean is `mean`.
fn shares_of_cpu(mean: f64) -> [i64; 5] {
    let mean = (mean * CPU_UNITS).round() as i64;
    let room = mean.min(100 * CPU_UNITS as i64 - mean) as f64;
    let mut shares = CPU.map(|part| mean + (part * room).round() as i64);
    shares[2] += 5 * mean - shares.iter().sum::<i64>();
    shares
}

/// The shares of one or two processors whose mean is `share`; the first does more.
fn divided(share: i64, processors: usize) -> Vec<Option<f64>> {
    let more = share.min(100 * CPU_UNITS as i64 - share) / 3;
    let per_cent = |units: i64| Some(units as f64 / CPU_UNITS);
    match processors {
        1 => vec![per_cent(share)],
        _ => vec![per_cent(share + more), per_cent(share - more)],
    }
}

/// Writes a test that began some minutes after the group did.
fn test(
    member: Member<'_>,
    number: usize,
    minutes: i64,
    description: &str,
    target: Target<'_>,
    steps: &[Step],
) -> Vec<u8> {
    // Three groups a day from 1 February 2010 on, at 9, 13 and 17 o'clock.
    const FIRST: i64 = 1_265_014_800;
    let (day, part) = ((number / 3) as i64, (number % 3) as i64);
    let mut noise = Noise::new(&format!("start/{description}/{number}/{}", member.index));
    let late = noise.uniform(0.0, 900.0) as i64;
    let started = (FIRST + 86_400 * day + 14_400 * part + 60 * minutes) * 1000 + late;
    let manager = match (member.group.vms.len(), member.setting().guest_os) {
        (1, "windows") => "WINDOWS".to_owned(),
        (1, guest_os) => guest_os.to_owned(),
        _ => format!("vm{}", member.index + 1),
    };
    iometer::write(&Test { description, manager: &manager, target, started, steps })
}
