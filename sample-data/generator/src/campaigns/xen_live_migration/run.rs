//! One run: a condition and a repetition joined to a migration, with the clocks of all machines.

use super::conditions::{Condition, Parameters, Stop};
use super::published::{self, PING_INTERVAL, Repetition};
use crate::migration::{Host, Migration, Phases};
use crate::noise::Noise;
use crate::outage::{Observed, Outage};
use chrono::{DateTime, NaiveDateTime, TimeDelta};

/// Requests of one session of ping.
pub const PING_REQUESTS: usize = 500;

/// A machine with a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    Host(Host),
    Observer,
    Vm,
}

/// One run of the campaign.
#[derive(Debug, Clone)]
pub struct Run {
    pub condition: Condition,
    pub repetition: usize,
    pub parameters: Parameters,
    pub published: Repetition,
    pub migration: Migration,
    /// When the requests of ping are sent, in seconds since the request for migration.
    pub pings: Vec<f64>,
    /// True time of the request for migration: second since 1970 and fraction.
    requested: (i64, f64),
    /// Deviations of the clocks that NTP left, in seconds: source, target, observer, VM.
    offsets: [f64; 4],
}

impl Run {
    /// Builds the run of a repetition, counted from 1.
    pub fn new(condition: Condition, repetition: usize) -> Self {
        let parameters = condition.parameters();
        let published = published::repetitions(condition)[repetition - 1];
        let mut noise = Noise::new(&format!("{}{repetition}/run", condition.name()));
        let pings = pings(&mut noise);
        let outage = Outage::fit(&observed(&parameters, &published, &mut noise), &pings, &mut noise);
        let duration = f64::from(published.duration_cs) / 100.0;
        let phases = Phases::new(outage, duration, &mut noise);
        Self {
            condition,
            repetition,
            parameters,
            published,
            migration: Migration::new(parameters.load, phases, &mut noise),
            pings,
            // Some way into the second, so that clocks a few ms apart agree on the second.
            requested: (condition.requests()[repetition - 1], noise.uniform(0.05, 0.95)),
            offsets: std::array::from_fn(|_| noise.uniform(-0.004, 0.004)),
        }
    }

    /// Name of the run, such as `memtester3`.
    pub fn name(&self) -> String {
        format!("{}{}", self.condition.name(), self.repetition)
    }

    /// A stream of random numbers for one purpose of this run.
    pub fn noise(&self, purpose: &str) -> Noise {
        Noise::new(&format!("{}/{purpose}", self.name()))
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

/// When ping sends, from about 5 s before the request on. Its interval is a little too long and not
/// quite steady.
fn pings(noise: &mut Noise) -> Vec<f64> {
    let excess = noise.uniform(0.000_01, 0.000_06);
    let start = noise.uniform(-5.3, -4.9);
    (0..PING_REQUESTS)
        .map(|number| start + (PING_INTERVAL + excess) * number as f64 + noise.uniform(0.0, 0.0012))
        .collect()
}

/// What the observers saw, and the time of the stop that fits the duration of the process.
fn observed(parameters: &Parameters, published: &Repetition, noise: &mut Noise) -> Observed {
    /// How far a step of the clock may lie from the published value, which has two decimals.
    const ROUNDING: f64 = 0.002;
    let by_ping = PING_INTERVAL * published.unanswered as f64;
    let pause = published.clock_gap.min(by_ping + 0.05);
    let duration = f64::from(published.duration_cs) / 100.0;
    let (shortest, longest) = parameters.clock_step;
    Observed {
        not_before: match parameters.stop {
            Stop::ResumeBeforeEnd(rest) => duration - rest - pause,
            Stop::At(time) => time + noise.uniform(-0.15, 0.15),
        },
        unanswered: published.unanswered,
        clock_gap: published.clock_gap + noise.uniform(-ROUNDING, ROUNDING),
        clock_step: (shortest + longest) / 2.0,
    }
}
