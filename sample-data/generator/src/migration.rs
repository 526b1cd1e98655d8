//! The model of one live migration: what VM, source and target do over continuous time.
//!
//! Times are seconds since the request. The phases follow pre-copy migration as Xen 3 does it: the
//! VM is renamed and its twin created on the target; all pages are sent, then, in rounds, those that
//! were written meanwhile; the VM stops and the rest is sent in a burst; the target activates the VM;
//! the source removes its copy and the process ends, which may be long before or shortly after the
//! VM runs again.
//!
//! From the rate of the transfer follow the network traffic and the work of Dom0 on both hosts, at
//! constant costs per MB/s. The VM gets what it asks for as far as its host has it left.
//!
//! Limits: one VM with one virtual processor; no scheduler, TCP or disk is simulated; the costs are
//! chosen so that the published peaks come out, they were not measured. Processor time stolen from
//! Dom0 is not modelled, so Dom0's own view (dstat) and the hypervisor's (xentop) agree.

use crate::noise::{Noise, Wobble};
use crate::outage::Outage;

/// Bytes in a MB of a rate.
pub const MB: f64 = 1e6;
/// Memory of the VM in bytes.
pub const VM_BYTES: f64 = 128.0 * 1024.0 * 1024.0;
/// Part of the VM's pages that the first round sends; the rest is written again before its turn.
const FIRST_ROUND_SHARE: f64 = 0.97;
/// Pause between two rounds in seconds, in which the map of written pages is read.
const ROUND_GAP: f64 = 0.2;

/// The two hosts of the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Source,
    Target,
}

impl Host {
    /// Number of processors.
    pub fn processors(self) -> u32 {
        match self {
            Self::Source => 1,
            Self::Target => 2,
        }
    }

    fn capacity(self) -> f64 {
        100.0 * f64::from(self.processors())
    }
}

/// What a load asks of the VM and the hosts. Processor time is in per cent of one processor, rates
/// are in MB/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    pub vm: VmDemand,
    /// Ordinary rate of the transfer.
    pub copy_rate: f64,
    /// Part of the memory that is written again during a round.
    pub working_set: f64,
    /// What is sent while the VM is stopped.
    pub last_round: LastRound,
    pub datagrams: Datagrams,
    /// What the VM sends to the clients of its service.
    pub service: f64,
    /// Disk traffic of the VM over the network: read and written.
    pub storage: (f64, f64),
    /// Processor time of the target's tools that activate the VM.
    pub activation: f64,
    /// Memory that Dom0 uses in addition during a migration, in MiB: source and target.
    pub extra_memory: (f64, f64),
    /// Seconds until that memory is free again after the process has ended.
    pub memory_held: f64,
}

/// Processor time that the VM asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VmDemand {
    pub before: f64,
    /// While writes to its pages are trapped.
    pub copying: f64,
    /// Just after activation, while memory and caches fill again.
    pub activated: f64,
    pub after: f64,
}

/// The transfer during stop-and-copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LastRound {
    /// So many MB at this rate, as fast as the hosts can.
    Burst { megabytes: f64, rate: f64 },
    /// So many MB over most of the pause, because each page has to be found and mapped.
    Spread { megabytes: f64 },
}

/// A stream of datagrams from target to source over the migration's network. The source has one
/// processor; while it copies pages it cannot take all datagrams out of its network card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datagrams {
    /// First and last second of the stream.
    pub from: f64,
    pub until: f64,
    pub rate: f64,
    pub sent_while_copying: f64,
    pub received_while_copying: f64,
    /// Processor time that they take, relative to that of a test with default buffers.
    pub effort: f64,
}

impl Datagrams {
    pub const NONE: Self = Self {
        from: 0.0,
        until: 0.0,
        rate: 0.0,
        sent_while_copying: 0.0,
        received_while_copying: 0.0,
        effort: 0.0,
    };
}

/// When what happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phases {
    /// The VM is renamed on the source.
    pub renamed: f64,
    /// Its twin appears on the target, paused.
    pub created: f64,
    /// The first page is sent.
    pub transfer: f64,
    pub outage: Outage,
    /// The VM is gone from the source.
    pub vanished: f64,
    /// `xm migrate` ends.
    pub finished: f64,
}

impl Phases {
    /// Phases around an outage in a process that lasts `duration` seconds.
    pub fn new(outage: Outage, duration: f64, noise: &mut Noise) -> Self {
        let created = noise.uniform(0.38, 0.52);
        let finished = duration;
        Self {
            renamed: noise.uniform(0.12, 0.25),
            created,
            transfer: created + noise.uniform(0.12, 0.22),
            outage,
            vanished: (finished - noise.uniform(0.15, 0.3)).max(outage.stopped + 0.3),
            finished,
        }
    }
}

/// What a host does, at a moment or as a mean. Processor time is in per cent of one processor summed
/// over all, network in bytes per second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Activity {
    /// Processor time of the VM.
    pub vm: f64,
    /// Dom0 in user mode, in system mode, and in interrupts.
    pub user: f64,
    pub system: f64,
    pub hard_interrupts: f64,
    pub soft_interrupts: f64,
    /// Dom0 idle, but waiting for a disk.
    pub wait: f64,
    pub received: f64,
    pub sent: f64,
}

impl Activity {
    /// Processor time of Dom0.
    pub fn dom0(&self) -> f64 {
        self.user + self.system + self.hard_interrupts + self.soft_interrupts
    }

    /// Scales Dom0's work down to what a host can do.
    fn limit_dom0(&mut self, capacity: f64) {
        let factor = (capacity / self.dom0()).min(1.0);
        self.user *= factor;
        self.system *= factor;
        self.hard_interrupts *= factor;
        self.soft_interrupts *= factor;
    }

    fn add_share(&mut self, other: &Self, share: f64) {
        self.vm += share * other.vm;
        self.user += share * other.user;
        self.system += share * other.system;
        self.hard_interrupts += share * other.hard_interrupts;
        self.soft_interrupts += share * other.soft_interrupts;
        self.wait += share * other.wait;
        self.received += share * other.received;
        self.sent += share * other.sent;
    }
}

/// A round of the transfer: bytes per second between two times.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Round {
    start: f64,
    end: f64,
    rate: f64,
}

/// Processor time per MB/s that a host spends on moving data.
struct Costs {
    /// Tools and daemons that always run.
    idle: f64,
    copy: f64,
    copy_soft: f64,
    datagrams: f64,
    datagrams_soft: f64,
    /// What the VM exchanges with other machines.
    bridged: f64,
}

const SOURCE_COSTS: Costs =
    Costs { idle: 3.2, copy: 1.7, copy_soft: 0.2, datagrams: 0.72, datagrams_soft: 0.46, bridged: 3.0 };
const TARGET_COSTS: Costs =
    Costs { idle: 3.6, copy: 2.15, copy_soft: 0.56, datagrams: 1.1, datagrams_soft: 0.25, bridged: 2.6 };
/// Processor time for hard interrupts per MB/s, and for soft ones per MB/s that the VM exchanges.
const HARD_PER_MB: f64 = 0.06;
const BRIDGED_SOFT: f64 = 0.5;
/// Part of Dom0's work outside interrupts that is done in user mode, and of the management tools'.
const USER_SHARE: f64 = 0.14;
const MANAGEMENT_USER_SHARE: f64 = 0.55;

/// One migration.
#[derive(Debug, Clone)]
pub struct Migration {
    pub phases: Phases,
    load: Load,
    rounds: Vec<Round>,
    pace: Wobble,
    vm_pace: Wobble,
    work: [Wobble; 2],
}

impl Migration {
    /// Lays out the transfer within the phases.
    pub fn new(load: Load, phases: Phases, noise: &mut Noise) -> Self {
        let (start, end) = (-15.0, 110.0);
        Self {
            phases,
            load,
            rounds: rounds(&load, &phases),
            pace: Wobble::new(noise, start, end, 0.035),
            vm_pace: Wobble::new(noise, start, end, 0.03),
            work: [Wobble::new(noise, start, end, 0.05), Wobble::new(noise, start, end, 0.05)],
        }
    }

    /// Mean activity of a host between two times.
    pub fn mean(&self, host: Host, from: f64, to: f64) -> Activity {
        const RESOLUTION: f64 = 0.01;
        let parts = ((to - from) / RESOLUTION).ceil().max(1.0);
        let width = (to - from) / parts;
        let mut mean = Activity::default();
        for part in 0..parts as u32 {
            let middle = from + (f64::from(part) + 0.5) * width;
            mean.add_share(&self.activity(host, middle), 1.0 / parts);
        }
        mean
    }

    /// What a host does at time `t`.
    pub fn activity(&self, host: Host, t: f64) -> Activity {
        let copy = self.copy_rate(t);
        let datagrams = self.datagram_rate(host, t);
        let ((read, written), service) =
            if self.runs_on(host, t) { (self.load.storage, self.load.service) } else { ((0.0, 0.0), 0.0) };
        let (costs, work) = match host {
            Host::Source => (&SOURCE_COSTS, &self.work[0]),
            Host::Target => (&TARGET_COSTS, &self.work[1]),
        };
        let handled = datagrams * self.load.datagrams.effort;
        let bridged = read + written + service;
        let moved = copy + datagrams + bridged;
        let soft_interrupts =
            costs.copy_soft * copy + costs.datagrams_soft * handled + BRIDGED_SOFT * bridged;
        let work = work.at(t)
            * (costs.idle + costs.copy * copy + costs.datagrams * handled + costs.bridged * bridged);
        let management = self.management(host, t);
        let mut activity = Activity {
            vm: 0.0,
            user: USER_SHARE * work + MANAGEMENT_USER_SHARE * management,
            system: (1.0 - USER_SHARE) * work + (1.0 - MANAGEMENT_USER_SHARE) * management,
            hard_interrupts: HARD_PER_MB * moved,
            soft_interrupts,
            wait: 0.06 * management,
            ..self.traffic(host, copy, datagrams, (read, written + service))
        };
        activity.limit_dom0(0.97 * host.capacity());
        activity.vm = self.vm(host, t, host.capacity() - activity.dom0());
        activity
    }

    /// Memory that Dom0 uses in addition to its ordinary use, in MiB.
    pub fn extra_memory(&self, host: Host, t: f64) -> f64 {
        let (source, target) = self.load.extra_memory;
        let (extra, start) = match host {
            Host::Source => (source, self.phases.renamed),
            Host::Target => (target, self.phases.created),
        };
        let end = self.phases.finished + self.load.memory_held;
        let rise = ((t - start) / 1.2).clamp(0.0, 1.0);
        let fall = ((end + 0.6 - t) / 0.6).clamp(0.0, 1.0);
        extra * rise.min(fall)
    }

    /// Bytes of the stream of datagrams that a host sends or receives altogether.
    pub fn datagram_bytes(&self, host: Host) -> f64 {
        const RESOLUTION: f64 = 0.01;
        let Datagrams { from, until, .. } = self.load.datagrams;
        let parts = ((until - from) / RESOLUTION).round() as u32;
        (0..parts)
            .map(|part| self.datagram_rate(host, from + (f64::from(part) + 0.5) * RESOLUTION))
            .sum::<f64>()
            * MB
            * RESOLUTION
    }

    /// Rate of the transfer in MB/s.
    fn copy_rate(&self, t: f64) -> f64 {
        self.rounds
            .iter()
            .find(|round| (round.start..round.end).contains(&t))
            .map_or(0.0, |round| round.rate * self.pace.at(t))
    }

    /// Rate of the datagrams that a host sends or receives in MB/s.
    fn datagram_rate(&self, host: Host, t: f64) -> f64 {
        let datagrams = &self.load.datagrams;
        if !(datagrams.from..datagrams.until).contains(&t) {
            return 0.0;
        }
        let disturbed = (self.phases.transfer..self.phases.outage.resumed).contains(&t);
        let rate = match (disturbed, host) {
            (false, _) => datagrams.rate,
            (true, Host::Source) => datagrams.received_while_copying,
            (true, Host::Target) => datagrams.sent_while_copying,
        };
        // A saturated stream is steadier than a transfer that has to read its pages.
        rate * (0.8 + 0.2 * self.pace.at(t))
    }

    fn runs_on(&self, host: Host, t: f64) -> bool {
        match host {
            Host::Source => t < self.phases.outage.stopped,
            Host::Target => t >= self.phases.outage.resumed,
        }
    }

    /// Processor time of the VM where `left` is what its host has left.
    fn vm(&self, host: Host, t: f64, left: f64) -> f64 {
        if !self.runs_on(host, t) {
            return 0.0;
        }
        let VmDemand { before, copying, activated, after } = self.load.vm;
        let demand = match host {
            Host::Source if t < self.phases.transfer => before,
            Host::Source => copying,
            Host::Target => {
                let settled = ((t - self.phases.outage.resumed - 1.9) / 2.2).clamp(0.0, 1.0);
                activated + (after - activated) * settled
            }
        };
        (demand * self.vm_pace.at(t)).min(left).clamp(0.0, 99.8)
    }

    /// Work of the management tools: setting up on both sides, activation on the target, removal on
    /// the source.
    fn management(&self, host: Host, t: f64) -> f64 {
        let Phases { renamed, created, transfer, outage, vanished, finished } = self.phases;
        let spans: &[(f64, f64, f64)] = match host {
            Host::Source => {
                &[(0.0, renamed, 40.0), (renamed, transfer, 30.0), (vanished - 0.15, finished + 0.45, 34.0)]
            }
            Host::Target => &[
                (created - 0.25, transfer + 0.2, 55.0),
                (finished - 0.9, finished + 0.9, self.load.activation),
                (outage.resumed - 0.6, outage.resumed + 0.9, self.load.activation),
            ],
        };
        spans
            .iter()
            .filter(|(start, end, _)| (*start..*end).contains(&t))
            .map(|(_, _, level)| *level)
            .fold(0.0, f64::max)
    }

    /// Network traffic of a host; `bridged` is what the VM reads and writes.
    fn traffic(&self, host: Host, copy: f64, datagrams: f64, bridged: (f64, f64)) -> Activity {
        /// Bytes on the wire per byte transferred, and acknowledgements per byte.
        const FRAMED: f64 = 1.035;
        const ACKNOWLEDGED: f64 = 0.021;
        let (read, written) = bridged;
        let (forward, back) = (FRAMED * copy, ACKNOWLEDGED * copy);
        let (received, sent) = match host {
            Host::Source => (back + datagrams, forward),
            Host::Target => (forward, back + datagrams),
        };
        Activity {
            received: MB * (received + read * FRAMED + written * ACKNOWLEDGED),
            sent: MB * (sent + written * FRAMED + read * ACKNOWLEDGED),
            ..Activity::default()
        }
    }
}

/// The rounds of the pre-copy until the VM stops, and the last one.
///
/// The transfer runs at the load's rate, or faster where all pages would not be sent in time.
fn rounds(load: &Load, phases: &Phases) -> Vec<Round> {
    let Outage { stopped, resumed, .. } = phases.outage;
    let first = FIRST_ROUND_SHARE * VM_BYTES / MB;
    let rate = load.copy_rate.max(first / (0.94 * (stopped - phases.transfer)));
    let mut rounds = Vec::new();
    let (mut start, mut megabytes) = (phases.transfer, first);
    while start < stopped {
        let end = (start + megabytes / rate).min(stopped);
        rounds.push(Round { start, end, rate });
        start = end + ROUND_GAP;
        megabytes = load.working_set * VM_BYTES / MB;
    }
    let (length, rate) = match load.last_round {
        LastRound::Burst { megabytes, rate } => (megabytes / rate, rate),
        LastRound::Spread { megabytes } => {
            // The VM may wait for its activation when all is sent.
            let length = 0.9 * (resumed.min(phases.finished) - stopped);
            (length, megabytes / length)
        }
    };
    rounds.push(Round { start: stopped, end: stopped + length, rate });
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Load = Load {
        vm: VmDemand { before: 27.0, copying: 47.0, activated: 54.0, after: 22.0 },
        copy_rate: 19.5,
        working_set: 0.05,
        last_round: LastRound::Burst { megabytes: 9.0, rate: 42.0 },
        datagrams: Datagrams::NONE,
        service: 0.0,
        storage: (0.0, 0.0),
        activation: 93.0,
        extra_memory: (7.0, 1.7),
        memory_held: 1.0,
    };

    fn migration() -> Migration {
        let outage =
            Outage { stopped: 7.6, resumed: 8.4, reachable: 8.4, last_stamp: 7.59, next_stamp: 8.41 };
        let mut noise = Noise::new("migration");
        let phases = Phases::new(outage, 8.87, &mut noise);
        Migration::new(LOAD, phases, &mut noise)
    }

    #[test]
    fn the_source_sends_at_least_the_memory_of_the_vm() {
        let sent = migration().mean(Host::Source, 0.0, 10.0).sent * 10.0;
        assert!((VM_BYTES..1.3 * VM_BYTES).contains(&sent), "{sent}");
    }

    #[test]
    fn what_the_source_sends_the_target_receives() {
        let migration = migration();
        let sent = migration.mean(Host::Source, 3.0, 4.0).sent;
        let received = migration.mean(Host::Target, 3.0, 4.0).received;
        assert_eq!(sent, received);
    }

    #[test]
    fn a_service_is_sent_from_where_the_vm_runs() {
        let mut noise = Noise::new("migration");
        let phases = migration().phases;
        let migration = Migration::new(Load { service: 0.3, ..LOAD }, phases, &mut noise);
        for (t, from_source, from_target) in [(-2.0, true, false), (8.3, false, false), (20.0, false, true)] {
            assert_eq!(migration.activity(Host::Source, t).sent > 0.3 * MB, from_source, "{t}");
            assert_eq!(migration.activity(Host::Target, t).sent > 0.3 * MB, from_target, "{t}");
        }
    }

    #[test]
    fn datagrams_flow_from_their_first_to_their_last_second() {
        let mut noise = Noise::new("migration");
        let datagrams = Datagrams { from: -1.0, until: 15.0, rate: 40.0, ..Datagrams::NONE };
        let phases = migration().phases;
        let migration = Migration::new(Load { datagrams, ..LOAD }, phases, &mut noise);
        for (t, flowing) in [(-1.1, false), (-0.9, true), (14.9, true), (15.1, false)] {
            assert_eq!(migration.activity(Host::Source, t).received > 0.0, flowing, "{t}");
        }
    }

    #[test]
    fn the_vm_runs_on_one_host_at_a_time_and_on_none_during_the_pause() {
        let migration = migration();
        for (t, on_source, on_target) in [(5.0, true, false), (8.0, false, false), (9.0, false, true)] {
            assert_eq!(migration.activity(Host::Source, t).vm > 0.0, on_source, "{t}");
            assert_eq!(migration.activity(Host::Target, t).vm > 0.0, on_target, "{t}");
        }
    }

    #[test]
    fn no_host_does_more_than_its_processors_can() {
        let migration = migration();
        for host in [Host::Source, Host::Target] {
            for step in 0..3000 {
                let activity = migration.activity(host, f64::from(step) * 0.01 - 5.0);
                assert!(activity.vm + activity.dom0() <= host.capacity() + 1e-9);
            }
        }
    }

    #[test]
    fn extra_memory_comes_with_the_migration_and_goes_after_it() {
        let migration = migration();
        assert_eq!(migration.extra_memory(Host::Source, -1.0), 0.0);
        assert_eq!(migration.extra_memory(Host::Source, 5.0), 7.0);
        assert_eq!(migration.extra_memory(Host::Source, 12.0), 0.0);
    }
}
