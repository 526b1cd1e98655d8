//! The five loads: how much of the machines they take, how they disturb a migration and the replies
//! to ping. Invented, such that the peaks and ratios that the study names come out.

use crate::migration::{LastRound, Load, Stream, VmDemand};

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

/// Round trip times of ping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundTrip {
    /// Ordinary time in ms.
    pub base_ms: f64,
    /// Factor while pages are copied: lowest and highest ordinary one.
    pub copying: (f64, f64),
    /// Now and then it is higher: with this chance, up to this factor.
    pub spike: (f64, f64),
    /// First reply after the outage in ms: from, to.
    pub first_reply_ms: (f64, f64),
}

/// When the VM stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// Such that it runs again this long before the process ends.
    ResumeBeforeEnd(f64),
    /// At this time; the process ends while the VM still waits for its activation.
    At(f64),
}

/// Everything about a condition that is not about one repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    pub load: Load,
    pub round_trip: RoundTrip,
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

    /// Seconds since 1970 in which the migrations were requested: the afternoon and the night of
    /// 26 January 2010. The outage of the second run with Iometer spans midnight in the VM's zone.
    pub fn requests(self) -> [i64; 5] {
        match self {
            Self::None => [1_264_510_992, 1_264_511_243, 1_264_511_498, 1_264_511_747, 1_264_512_001],
            Self::Memtester => [1_264_515_617, 1_264_515_899, 1_264_516_190, 1_264_516_474, 1_264_516_761],
            Self::Netperf => [1_264_520_436, 1_264_520_690, 1_264_520_941, 1_264_521_200, 1_264_521_449],
            Self::Cpuburn => [1_264_542_511, 1_264_542_795, 1_264_543_083, 1_264_543_364, 1_264_543_650],
            Self::Iometer => [1_264_546_530, 1_264_546_788, 1_264_547_046, 1_264_547_297, 1_264_547_553],
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
            stream: Stream::NONE,
            storage: (0.0, 0.0),
            extra_memory: (6.9, 1.7),
            memory_held: 1.0,
        },
        round_trip: RoundTrip {
            base_ms: 0.38,
            copying: (1.35, 2.1),
            spike: (0.03, 3.0),
            first_reply_ms: (0.9, 2.2),
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
        round_trip: RoundTrip {
            base_ms: 0.43,
            copying: (2.0, 6.5),
            spike: (0.12, 10.5),
            first_reply_ms: (3.0, 4.4),
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
            stream: Stream { rate: 42.5, sent_while_copying: 34.0, received_while_copying: 26.5 },
            extra_memory: (7.4, 1.9),
            ..none().load
        },
        round_trip: RoundTrip {
            base_ms: 0.47,
            copying: (1.7, 3.2),
            spike: (0.06, 4.5),
            first_reply_ms: (1.2, 2.0),
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
        round_trip: RoundTrip {
            base_ms: 0.40,
            copying: (1.1, 1.7),
            spike: (0.05, 2.5),
            first_reply_ms: (1.2, 3.5),
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
        round_trip: RoundTrip {
            base_ms: 0.42,
            copying: (1.25, 1.9),
            spike: (0.05, 3.2),
            first_reply_ms: (1.0, 2.8),
        },
        dom0_memory: (146.8, 141.0),
        ..none()
    }
}
