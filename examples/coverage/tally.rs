//! Simulated runs through the program: how often the intervals hold the truth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use stillstand::input::config::Config;
use stillstand::input::load::LoadedFile;
use stillstand::input::session::{RunKey, SessionFile};
use stillstand::model::{Flag, FlagCode, Method, Outage};
use stillstand::run::align::{Counters, align};
use stillstand::run::metrics::{outage, reconciliation, time_line};
use stillstand_generator::SampleFile;
use stillstand_generator::simulation::{PingForm, Scenario, Truth, simulate};

/// A method as a column of the tables: ping's are told apart by how ping was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub method: Method,
    /// `ping -D`; of methods that are not ping's always false.
    pub stamped: bool,
}

/// All columns with their names, in the order of the tables.
pub const COLUMNS: [(Column, &str); 6] = [
    (Column { method: Method::Ping, stamped: false }, "ping, gawk"),
    (Column { method: Method::Ping, stamped: true }, "ping -D"),
    (Column { method: Method::PingReplyGap, stamped: false }, "reply gap, gawk"),
    (Column { method: Method::PingReplyGap, stamped: true }, "reply gap, -D"),
    (Column { method: Method::GuestClock, stamped: false }, "guest clock"),
    (Column { method: Method::Hypervisor, stamped: false }, "hypervisor"),
];

/// One run: what happened and what the program made of it.
pub struct Measured {
    pub truth: Truth,
    /// Ping's main hole, requests.
    pub hole: u32,
    pub outages: Vec<Outage>,
    pub flags: Vec<Flag>,
}

impl Measured {
    pub fn flagged(&self, code: FlagCode) -> bool {
        self.flags.iter().any(|flag| flag.code == code)
    }

    /// Whether the run says that a figure of this method is not to be believed.
    pub fn warns_of(&self, method: Method) -> bool {
        let of_clock =
            [FlagCode::GuestClockStopped, FlagCode::GuestClockStepsBack, FlagCode::GuestClockJumps];
        let by_ping = matches!(method, Method::Ping | Method::PingReplyGap);
        self.flagged(FlagCode::MethodsDisagree)
            || (by_ping && self.flagged(FlagCode::OutageBeforeRequest))
            || (method == Method::GuestClock && of_clock.iter().any(|code| self.flagged(*code)))
    }
}

/// Puts the logs of one simulated run through parsers, alignment and metrics.
pub fn measure(scenario: &Scenario, number: u32) -> Measured {
    let simulated = simulate(scenario, number);
    let files: Vec<LoadedFile> = simulated.files.into_iter().map(loaded).collect();
    let config = Config::parse("").expect("the defaults");
    let key = RunKey { factors: BTreeMap::new().into(), repetition: number };
    let run = align(key, &files.iter().collect::<Vec<_>>(), &config, &Counters::default());
    let measured = outage::measure(&run);
    let mut flags = outage::flags(&run.migration, &measured);
    let outage::Measured { outages, ping, .. } = measured;
    let ping = ping.expect("a ping log");
    let milestones = time_line::milestones(&run, &outages, &[]);
    flags.extend(reconciliation::flags(&reconciliation::checks(&run, &outages, &milestones, &[], &[])));
    Measured { truth: simulated.truth, hole: ping.longest_gap_lost, outages, flags }
}

fn loaded(file: SampleFile) -> LoadedFile {
    let log = stillstand_parsers::detect(&file.bytes)
        .ok()
        .and_then(|format| stillstand_parsers::parse(format, &file.bytes).ok());
    assert!(log.is_some(), "{} cannot be read", file.name);
    let run = RunKey { factors: BTreeMap::new().into(), repetition: 1 };
    let relative = file.name;
    let file = SessionFile {
        path: PathBuf::from(&relative),
        relative,
        run,
        names_repetition: true,
        source: None,
        host: None,
        declared: None,
    };
    LoadedFile::of(file, log)
}

/// What a method made of the runs of a scenario.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Runs with a figure of the method.
    pub runs: u32,
    /// Of these, the interval holds the truth.
    pub held: u32,
    /// The truth is below the interval, above it.
    pub below: u32,
    pub above: u32,
    /// Of those that miss, the run says that something is wrong.
    pub warned: u32,
    /// The interval has no upper bound.
    pub censored: u32,
    /// Sums over the runs that are not censored: width in intervals of ping, estimate less truth in s.
    pub width: f64,
    pub bias: f64,
}

impl Tally {
    fn add(&mut self, run: &Measured, outage: &Outage) {
        // A millionth of a second is below what any of the logs can tell.
        const EXACT: f64 = 1e-6;
        let truth = run.truth.standstill();
        let below = truth < outage.lower_s - EXACT;
        let above = outage.upper_s.is_some_and(|upper| truth > upper + EXACT);
        self.runs += 1;
        self.held += u32::from(!below && !above);
        self.below += u32::from(below);
        self.above += u32::from(above);
        self.warned += u32::from((below || above) && run.warns_of(outage.method));
        match outage.upper_s {
            Some(upper) => {
                self.width += (upper - outage.lower_s) / run.truth.interval;
                self.bias += outage.estimate_s - truth;
            }
            None => self.censored += 1,
        }
    }

    /// Share of the runs whose interval holds the truth.
    pub fn coverage(&self) -> f64 {
        f64::from(self.held) / f64::from(self.runs)
    }

    /// Share of the runs whose interval holds the truth or that say that something is wrong.
    pub fn held_or_warned(&self) -> f64 {
        f64::from(self.held + self.warned) / f64::from(self.runs)
    }

    /// Mean over the runs that are not censored.
    pub fn mean(&self, sum: f64) -> f64 {
        sum / f64::from(self.runs - self.censored)
    }
}

/// Runs of a scenario, by their numbers.
pub fn runs(scenario: &Scenario, numbers: std::ops::Range<u32>) -> Vec<Measured> {
    numbers.into_par_iter().map(|number| measure(scenario, number)).collect()
}

/// What each method made of the runs.
pub fn tally(measured: &[Measured]) -> BTreeMap<Column, Tally> {
    let mut tallies: BTreeMap<Column, Tally> = BTreeMap::new();
    for run in measured {
        for outage in &run.outages {
            let by_ping = matches!(outage.method, Method::Ping | Method::PingReplyGap);
            let stamped = by_ping && run.truth.form == PingForm::Stamped;
            tallies.entry(Column { method: outage.method, stamped }).or_default().add(run, outage);
        }
    }
    tallies
}
