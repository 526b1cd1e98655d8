//! One run: what a campaign says of it, joined to a migration, with the clocks of all machines.

use super::conditions::{Condition, Parameters};
use crate::migration::{Host, Migration, Phases};
use crate::noise::Noise;
use crate::outage::Outage;
use chrono::{DateTime, NaiveDateTime, TimeDelta};

/// A machine with a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    Host(Host),
    Observer,
    Vm,
}

/// What a campaign says of a run, before anything is left to chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Set before the names of random streams, so that campaigns do not share them.
    pub series: &'static str,
    pub condition: Condition,
    /// Counted from 1.
    pub repetition: usize,
    pub parameters: Parameters,
    /// Second since 1970 in which the migration was requested.
    pub requested: i64,
    /// Duration of the migration process in hundredths of a second.
    pub duration_cs: u32,
    pub peculiarities: Peculiarities,
}

/// What is odd about the logs of one run and not about those of every run.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Peculiarities {
    /// dstat on the target was killed: so many bytes are missing.
    pub dstat_cut: usize,
    /// The loop that writes the VM's clock was killed: so many bytes are missing.
    pub zeit_cut: usize,
    /// The source's counter of received bytes overflows after so many bytes.
    pub overflow_after: Option<f64>,
    /// On the target the VM gets its own name only when it is activated.
    pub renamed_late: bool,
}

impl Plan {
    /// Name of the run, such as `memtester3`.
    pub fn name(&self) -> String {
        format!("{}{}", self.condition.name(), self.repetition)
    }

    /// Duration of the migration process in seconds.
    pub fn duration(&self) -> f64 {
        f64::from(self.duration_cs) / 100.0
    }

    /// A stream of random numbers for one purpose of this run.
    pub fn noise(&self, purpose: &str) -> Noise {
        Noise::new(&format!("{}{}/{purpose}", self.series, self.name()))
    }
}

/// The longest step of the VM's clock, where it was published with two decimals.
pub fn unrounded(published: f64, noise: &mut Noise) -> f64 {
    /// How far it may lie from the published value.
    const ROUNDING: f64 = 0.002;
    published + noise.uniform(-ROUNDING, ROUNDING)
}

/// One run of a campaign.
#[derive(Debug, Clone)]
pub struct Run {
    pub plan: Plan,
    pub migration: Migration,
    /// True time of the request for migration: second since 1970 and fraction.
    requested: (i64, f64),
    /// Deviations of the clocks that NTP left, in seconds: source, target, observer, VM.
    offsets: [f64; 4],
}

impl Run {
    /// Builds the run around an outage, with the rest of the random numbers that gave the outage.
    pub fn new(plan: Plan, outage: Outage, noise: &mut Noise) -> Self {
        let phases = Phases::new(outage, plan.duration(), noise);
        Self {
            plan,
            migration: Migration::new(plan.parameters.load, phases, noise),
            // Some way into the second, so that clocks a few ms apart agree on the second.
            requested: (plan.requested, noise.uniform(0.05, 0.95)),
            offsets: std::array::from_fn(|_| noise.uniform(-0.004, 0.004)),
        }
    }

    /// What a machine's clock shows `t` seconds after the request, in seconds since 1970.
    pub fn epoch(&self, machine: Machine, t: f64) -> f64 {
        let (second, fraction) = self.requested;
        second as f64 + (fraction + t + self.offset(machine))
    }

    /// The same as local time, to the nanosecond.
    pub fn local(&self, machine: Machine, t: f64) -> NaiveDateTime {
        /// The testbed's zone: CET, an hour ahead of UTC in January.
        const CET: TimeDelta = TimeDelta::hours(1);
        let (second, fraction) = self.requested;
        let nanoseconds = ((fraction + t + self.offset(machine)) * 1e9).round() as i64;
        DateTime::from_timestamp_nanos(second * 1_000_000_000 + nanoseconds).naive_utc() + CET
    }

    fn offset(&self, machine: Machine) -> f64 {
        self.offsets[match machine {
            Machine::Host(Host::Source) => 0,
            Machine::Host(Host::Target) => 1,
            Machine::Observer => 2,
            Machine::Vm => 3,
        }]
    }
}
