//! The five loads: how much of the machines they take and how they disturb a migration. Invented,
//! such that the peaks and ratios that the study names of the service ping come out; the campaigns add
//! what their service does.

use crate::migration::{Datagrams, LastRound, Load, VmDemand};
use crate::noise::Noise;

/// The load that runs during a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Nothing but the loop that writes the VM's clock.
    None,
    /// memtester over 110 of the VM's 128 MB: all processor time, and all pages written all the time.
    Memtester,
    /// netperf UDP_STREAM between the hosts over the network of the migration.
    Netperf,
    /// cpuburn in the VM: all processor time, few pages written.
    Cpuburn,
    /// Iometer on the VM's disk, which lies on a NAS.
    Iometer,
}

/// When the VM stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// Such that it runs again this long before the process ends.
    ResumeBeforeEnd(f64),
    /// At this time; the process ends while the VM still waits for its activation.
    At(f64),
}

impl Stop {
    /// The time of the stop of a VM that stands for `pause` seconds in a process that lasts `duration`.
    pub fn time(self, duration: f64, pause: f64, noise: &mut Noise) -> f64 {
        /// Before this time not all pages have been sent once.
        const EARLIEST: f64 = 6.6;
        match self {
            Self::ResumeBeforeEnd(rest) => (duration - rest - pause).max(EARLIEST),
            Self::At(time) => time + noise.uniform(-0.15, 0.15),
        }
    }
}

/// Everything about a condition that is not about one repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    pub load: Load,
    pub stop: Stop,
    /// Shortest and longest ordinary step of the VM's clock in seconds.
    pub clock_step: (f64, f64),
    /// Seconds for which dstat and xentop were told to run.
    pub seconds: u32,
    /// Memory that Dom0 uses when nothing happens, in MiB: source and target.
    pub dom0_memory: (f64, f64),
}

const VM_IDLE: VmDemand = VmDemand { before: 27.0, copying: 49.0, activated: 54.0, after: 22.0 };
const VM_BUSY: VmDemand = VmDemand { before: 99.0, copying: 99.0, activated: 99.0, after: 99.0 };

impl Condition {
    pub const ALL: [Self; 5] = [Self::None, Self::Memtester, Self::Netperf, Self::Cpuburn, Self::Iometer];

    /// Name in the names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Memtester => "memtester",
            Self::Netperf => "netperf",
            Self::Cpuburn => "cpuburn",
            Self::Iometer => "iometer",
        }
    }

    /// The condition's parameters.
    pub fn parameters(self) -> Parameters {
        match self {
            Self::None => none(),
            Self::Memtester => memtester(),
            Self::Netperf => netperf(),
            Self::Cpuburn => cpuburn(),
            Self::Iometer => iometer(),
        }
    }
}

/// The study's peaks without load: network 25 MB/s; VM 49.07 % of the source and 27.08 % of the target;
/// Dom0 54.63 % of the target; 7 MB more memory on the source up to 151.29 MB, less than 2 MB more on
/// the target.
fn none() -> Parameters {
    Parameters {
        load: Load {
            vm: VM_IDLE,
            copy_rate: 23.4,
            working_set: 0.05,
            last_round: LastRound::Burst { megabytes: 17.0, rate: 60.0 },
            datagrams: Datagrams::NONE,
            service: 0.0,
            storage: (0.0, 0.0),
            activation: 93.0,
            extra_memory: (6.9, 1.7),
            memory_held: 1.0,
        },
        stop: Stop::ResumeBeforeEnd(0.45),
        clock_step: (0.018, 0.022),
        seconds: 60,
        dom0_memory: (144.3, 138.6),
    }
}

/// Round after round sends nearly all pages again; stop-and-copy sends them once more, which is why
/// the VM stands for 8 to 17 s. 12.5 MB more memory on the source for more than 28 s.
fn memtester() -> Parameters {
    Parameters {
        load: Load {
            vm: VM_BUSY,
            copy_rate: 23.5,
            working_set: 0.82,
            last_round: LastRound::Spread { megabytes: 108.0 },
            extra_memory: (12.3, 2.3),
            memory_held: 2.9,
            ..none().load
        },
        clock_step: (0.105, 0.195),
        seconds: 75,
        dom0_memory: (145.2, 139.3),
        ..none()
    }
}

/// netperf runs on the target, which is where its output was logged, so it sends to the source,
/// against the direction of the migration: 42.5 MB/s, except while the source copies pages. The log
/// of a single test per run suggests that it ran all the time.
fn netperf() -> Parameters {
    Parameters {
        load: Load {
            copy_rate: 16.4,
            last_round: LastRound::Burst { megabytes: 12.0, rate: 32.0 },
            datagrams: Datagrams {
                from: -9.0,
                until: 66.0,
                rate: 42.5,
                sent_while_copying: 34.0,
                received_while_copying: 26.5,
                effort: 1.0,
            },
            extra_memory: (7.4, 1.9),
            ..none().load
        },
        dom0_memory: (145.7, 139.9),
        ..none()
    }
}

/// Few pages are written, so the transfer is as short as without load; but on the target the VM waits
/// for its activation long after the process has ended on the source.
fn cpuburn() -> Parameters {
    Parameters {
        load: Load {
            vm: VM_BUSY,
            copy_rate: 21.8,
            working_set: 0.03,
            last_round: LastRound::Burst { megabytes: 10.0, rate: 55.0 },
            ..none().load
        },
        stop: Stop::At(7.9),
        clock_step: (0.105, 0.195),
        seconds: 75,
        dom0_memory: (146.1, 140.4),
    }
}

/// 8 KB transfers, four of five reading: the disk's traffic crosses the storage network of whichever
/// host the VM runs on, and its buffers are written again during each round.
fn iometer() -> Parameters {
    Parameters {
        load: Load {
            vm: VmDemand { before: 38.0, copying: 46.0, activated: 58.0, after: 33.0 },
            copy_rate: 18.8,
            working_set: 0.11,
            last_round: LastRound::Burst { megabytes: 17.0, rate: 56.0 },
            storage: (3.1, 0.8),
            extra_memory: (7.8, 1.8),
            ..none().load
        },
        dom0_memory: (146.8, 141.0),
        ..none()
    }
}
