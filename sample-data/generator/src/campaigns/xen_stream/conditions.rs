//! What the service changes about the loads. Invented, such that the peaks that the study names of the
//! service stream come out.

use super::clients::RATE;
use crate::campaigns::testbed::conditions::{Condition, Parameters, Stop};
use crate::migration::{Datagrams, LastRound, Load, VmDemand};

/// VLC takes 3 % of a processor more than the loop that writes the clock.
const VM_STREAMING: VmDemand = VmDemand { before: 28.6, copying: 46.4, activated: 61.6, after: 25.0 };

/// The parameters of a condition while VLC streams from the VM.
pub fn parameters(condition: Condition, repetition: usize) -> Parameters {
    let base = condition.parameters();
    let (source, target) = base.dom0_memory;
    let base = Parameters {
        load: Load { service: RATE, ..base.load },
        // The series came after that of ping; less memory was free.
        dom0_memory: (source + 6.95, target + 5.6),
        ..base
    };
    match condition {
        Condition::None => none(base),
        Condition::Memtester => memtester(base),
        Condition::Netperf => netperf(base, repetition),
        Condition::Cpuburn => base,
        Condition::Iometer => iometer(base),
    }
}

/// The study's peaks without load: VM 46.6 % of the source and 30.4 % of the target; Dom0 71.1 % of the
/// target; network 41.17 MB/s on average and up to 69.71 MB/s in a run; memory used in Dom0 of the
/// source never less than 151.09 MB. VLC writes to its buffers all the time, so more is left for
/// stop-and-copy than with ping.
fn none(base: Parameters) -> Parameters {
    Parameters {
        load: Load {
            vm: VM_STREAMING,
            last_round: LastRound::Burst { megabytes: 42.5, rate: 72.0 },
            activation: 124.0,
            ..base.load
        },
        ..base
    }
}

/// 100 of the VM's MB instead of 110, because VLC needs the others.
fn memtester(base: Parameters) -> Parameters {
    Parameters {
        load: Load { working_set: 0.76, last_round: LastRound::Spread { megabytes: 100.0 }, ..base.load },
        ..base
    }
}

/// A single test of 16 s. All five overlap about 3 s after the request, where the study has the peak
/// of 53.6 MB/s at the source, and end one after the other between 12 and 19 s. More arrives than in
/// the series of ping, so it must cost the source less. The VM waits for its activation until long
/// after the process has ended, as with cpuburn.
fn netperf(base: Parameters, repetition: usize) -> Parameters {
    const SECONDS: f64 = 16.0;
    const LATEST_START: f64 = 2.8;
    let from = LATEST_START - 1.7 * (5.0 - repetition as f64);
    Parameters {
        load: Load {
            vm: VM_STREAMING,
            datagrams: Datagrams {
                from,
                until: from + SECONDS,
                rate: 53.0,
                sent_while_copying: 54.5,
                received_while_copying: 53.2,
                effort: 0.5,
            },
            ..base.load
        },
        stop: Stop::At(8.5),
        ..base
    }
}

fn iometer(base: Parameters) -> Parameters {
    Parameters {
        load: Load {
            vm: VmDemand { before: 40.0, copying: 47.5, activated: 61.0, after: 36.0 },
            ..base.load
        },
        ..base
    }
}
