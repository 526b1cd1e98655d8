//! Migration and blackout time under three hypervisors against the kind and the amount of load.
//!
//! Illustrative throughout: of the study that asked this no numbers are known, and the hypervisors here are three sets of
//! parameters without names of products. What is taken from the study is its form: four sweeps of one amount of
//! load each, two times, five repetitions.
//!
//! The model is the simplest one of pre-copy. What is in use is sent at some bandwidth; what was dirtied meanwhile is
//! sent again, never more than what the load writes to; when little is left, or after a number of rounds,
//! the VM stops for the rest and for a time that the switch takes. A busy CPU costs bandwidth, locked memory costs time to
//! send each of its pages.

use std::fmt::Write;

use crate::SampleFile;
use crate::noise::Noise;

/// Name of the campaign and of its folder.
pub const NAME: &str = "hypervisor-sweep";
/// Of each condition.
pub const REPETITIONS: u32 = 5;

/// First line of every table.
const WARNING: &str = "# Illustrative: computed from a simple model. Nothing here was measured or published.";

/// Parameters of a hypervisor. Sizes are in MiB, times in seconds.
#[derive(Debug, Clone, Copy)]
struct Hypervisor {
    name: &'static str,
    /// MiB a second.
    bandwidth: f64,
    /// Before the first page is sent, and after the VM runs again.
    setup: f64,
    /// Part of the stop that does not depend on memory.
    switch: f64,
    /// Rounds before it stops in any case, and what may be left to stop earlier.
    rounds: u32,
    rest: f64,
    /// Share of the bandwidth that is lost when the CPU is busy altogether.
    cpu_cost: f64,
    /// How much longer locked memory takes.
    locked_cost: f64,
}

const HYPERVISORS: [Hypervisor; 3] = [
    Hypervisor {
        name: "A",
        bandwidth: 112.0,
        setup: 3.2,
        switch: 0.35,
        rounds: 12,
        rest: 24.0,
        cpu_cost: 0.08,
        locked_cost: 0.03,
    },
    Hypervisor {
        name: "B",
        bandwidth: 96.0,
        setup: 2.1,
        switch: 0.6,
        rounds: 29,
        rest: 4.0,
        cpu_cost: 0.25,
        locked_cost: 0.06,
    },
    Hypervisor {
        name: "C",
        bandwidth: 62.0,
        setup: 1.2,
        switch: 0.15,
        rounds: 8,
        rest: 2.0,
        cpu_cost: 0.12,
        locked_cost: 0.1,
    },
];

/// The VM and its load.
#[derive(Debug, Clone, Copy)]
struct Load {
    /// Per cent.
    cpu: f64,
    /// MiB.
    memory: f64,
    locked: f64,
    /// MiB a second.
    dirty_rate: f64,
}

/// Where the other three stand while one is varied.
const USUAL: Load = Load { cpu: 0.0, memory: 2048.0, locked: 0.0, dirty_rate: 2.0 };
/// What of a VM is in use without any load, MiB and share.
const IN_USE: (f64, f64) = (160.0, 0.15);
/// What the load writes to at most.
const WRITABLE: f64 = 768.0;

/// One amount of load that is varied.
#[derive(Debug, Clone, Copy)]
struct Sweep {
    file: &'static str,
    column: &'static str,
    levels: [u32; 5],
    load: fn(f64) -> Load,
}

const SWEEPS: [Sweep; 4] = [
    Sweep {
        file: "cpu-load.csv",
        column: "cpu_load_pct",
        levels: [0, 25, 50, 75, 100],
        load: |cpu| Load { cpu, ..USUAL },
    },
    Sweep {
        file: "vm-memory.csv",
        column: "vm_memory_mib",
        levels: [512, 1024, 2048, 4096, 8192],
        load: |memory| Load { memory, ..USUAL },
    },
    Sweep {
        file: "locked-memory.csv",
        column: "locked_memory_mib",
        levels: [0, 256, 512, 1024, 1536],
        load: |locked| Load { locked, ..USUAL },
    },
    Sweep {
        file: "dirty-rate.csv",
        column: "dirty_rate_mib_s",
        levels: [0, 10, 20, 40, 80],
        load: |dirty_rate| Load { dirty_rate, ..USUAL },
    },
];

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    SWEEPS.iter().map(table).collect()
}

fn table(sweep: &Sweep) -> SampleFile {
    let Sweep { file, column, levels, load } = *sweep;
    let mut text = format!("{WARNING}\nhypervisor,{column},repetition,migration_time_s,blackout_time_s\n");
    for hypervisor in &HYPERVISORS {
        for level in levels {
            for repetition in 1..=REPETITIONS {
                let name = hypervisor.name;
                let mut noise = Noise::new(&format!("sweep/{file}/{name}/{level}/{repetition}"));
                let (migration, blackout) = times(hypervisor, load(f64::from(level)), &mut noise);
                let _ = writeln!(text, "{name},{level},{repetition},{migration:.2},{blackout:.3}");
            }
        }
    }
    SampleFile { name: file.to_owned(), bytes: text.into_bytes() }
}

/// Seconds that the migration takes, and of them those without an answer.
fn times(hypervisor: &Hypervisor, load: Load, noise: &mut Noise) -> (f64, f64) {
    let busy = 1.0 - hypervisor.cpu_cost * load.cpu / 100.0;
    let bandwidth = hypervisor.bandwidth * busy * (1.0 + 0.02 * noise.normal());
    let in_use = (IN_USE.0 + IN_USE.1 * load.memory + load.locked).min(load.memory);
    let mut left = in_use + hypervisor.locked_cost * load.locked;
    let mut sending = 0.0;
    for _ in 0..hypervisor.rounds {
        let time = left / bandwidth;
        sending += time;
        left = (load.dirty_rate * time).min(WRITABLE.min(in_use));
        if left <= hypervisor.rest {
            break;
        }
    }
    let blackout = left / bandwidth + hypervisor.switch * (1.0 + 0.08 * noise.normal());
    let setup = hypervisor.setup * (1.0 + 0.04 * noise.normal());
    (setup + sending + blackout, blackout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dirtied_faster_than_sent_ends_with_all_that_is_written_to() {
        let slow = Hypervisor { bandwidth: 10.0, ..HYPERVISORS[2] };
        let load = Load { dirty_rate: 80.0, ..USUAL };
        // 160 MiB and 15 % of 2048 are less than what the load could write to.
        let (migration, blackout) = times(&slow, load, &mut Noise::new("slow"));
        assert!((40.0..55.0).contains(&blackout), "{blackout}");
        assert!(migration > 8.0 * blackout, "{migration}");
    }

    #[test]
    fn a_vm_that_writes_nothing_stops_for_the_switch_only() {
        let load = Load { dirty_rate: 0.0, ..USUAL };
        let (_, blackout) = times(&HYPERVISORS[0], load, &mut Noise::new("quiet"));
        assert!((0.2..0.5).contains(&blackout), "{blackout}");
    }
}
