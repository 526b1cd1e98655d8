//! The repetitions of each condition put together, and conditions against each other.

use rayon::prelude::*;

use super::Measured;
use crate::campaign::benchmarks::{self, Benchmarked};
use crate::campaign::{aggregate, agreement, comparisons, conditions, convergence, efficiency, sweep};
use crate::input::config::Config;
use crate::input::session::ConfigError;
use crate::model::{
    Agreement, Clock, Comparison, Condition, ConditionId, Convergence, Curve, Diagnostic, Entries, Event,
    Host, Run, Series, Status, Sweep,
};
use crate::run::bins::BinnedSamples;
use crate::run::clocks;
use crate::run::measure::MeasuredRun;

/// In: what is left of each run. Out: what all runs of a condition, and all conditions, say together.
pub struct Aggregated {
    pub hosts: Vec<Host>,
    pub vm: Option<String>,
    /// With their runs.
    pub conditions: Vec<Condition>,
    pub runs: Vec<Run>,
    pub series: Vec<Series>,
    pub curves: Vec<Curve>,
    pub comparisons: Vec<Comparison>,
    pub clocks: Vec<Clock>,
    pub agreements: Vec<Agreement>,
    pub convergence: Vec<Convergence>,
    pub sweeps: Vec<Sweep>,
    pub benchmarked: Benchmarked,
    pub diagnostics: Vec<Diagnostic>,
}

impl Aggregated {
    /// # Errors
    ///
    /// The layout of the tables cannot be had.
    pub fn aggregate(measured: Measured, config: &Config) -> anyhow::Result<Self> {
        let Measured { hosts, vm, mut conditions, results, runs: measured, mut diagnostics } = measured;
        let offsets = measured.iter().filter_map(|measured| measured.offsets.as_ref());
        let (clocks, warnings) = clocks::estimate(offsets, &hosts, config);
        diagnostics.extend(warnings);
        let (runs, bins): (Vec<Run>, Vec<Vec<BinnedSamples>>) =
            measured.into_iter().map(|MeasuredRun { run, bins, .. }| (run, bins)).unzip();
        for (id, run) in runs.entries() {
            let condition = &mut conditions[run.condition];
            condition.runs.push(id);
            condition.completed += usize::from(run.migration.status == Status::Completed);
            condition.failed += usize::from(run.migration.status.is_failure());
            condition.unfinished += usize::from(run.migration.status == Status::Unfinished);
            condition.not_returned += usize::from(run.service_outage().is_some_and(|outage| outage.censored));
        }
        let curves = curves(&conditions, &runs, bins, config);
        let series = aggregate::series(&conditions, &runs);
        let pairs = against_reference(config, &conditions);
        diagnostics.extend(conditions::undecided(config, &conditions));
        let comparisons = comparisons::comparisons(&conditions, &series, &pairs);
        let benchmarked = match results {
            Some(values) => benchmarks::benchmarked(values, &conditions, config, &mut diagnostics),
            None => efficiency::of_migrations(&series, &conditions, config)
                .map(|grids| Benchmarked { grids, ..Benchmarked::default() }),
        };
        let benchmarked = benchmarked.map_err(|error| ConfigError::new(format!("{error:#}")))?;
        let sweeps = sweep::sweeps(&conditions, &series, &benchmarked.benchmarks);
        diagnostics.extend(sweep::without_line(&sweeps));
        Ok(Self {
            agreements: agreement::agreements(&runs),
            convergence: convergence::convergence(&conditions, &runs),
            sweeps,
            hosts,
            vm,
            conditions,
            runs,
            series,
            curves,
            comparisons,
            clocks,
            benchmarked,
            diagnostics,
        })
    }
}

/// The mean curves of each condition, for one event after the other. `bins` are those of the runs, in their order; those of
/// a condition are dropped with its last curve.
fn curves(
    conditions: &[Condition],
    runs: &[Run],
    bins: Vec<Vec<BinnedSamples>>,
    config: &Config,
) -> Vec<Curve> {
    let mut by_condition: Vec<Vec<(u32, Vec<BinnedSamples>)>> =
        conditions.iter().map(|_| Vec::new()).collect();
    for (run, bins) in runs.iter().zip(bins) {
        by_condition[run.condition.index()].push((run.repetition, bins));
    }
    let events: Vec<Event> = config.events().collect();
    let of_condition = |(id, runs): (ConditionId, Vec<(u32, Vec<BinnedSamples>)>)| -> Vec<Vec<Curve>> {
        let mut by_event: Vec<Vec<(u32, BinnedSamples)>> = events.iter().map(|_| Vec::new()).collect();
        for (repetition, bins) in runs {
            for binned in bins {
                let place = events.iter().position(|event| *event == binned.align);
                if let Some(here) = place.and_then(|place| by_event.get_mut(place)) {
                    here.push((repetition, binned));
                }
            }
        }
        events
            .iter()
            .zip(by_event)
            .map(|(event, here)| aggregate::curves(id, *event, here.into_iter()))
            .collect()
    };
    let with_runs: Vec<_> = conditions.ids().zip(by_condition).collect();
    let mut all: Vec<Vec<Vec<Curve>>> = with_runs.into_par_iter().map(of_condition).collect();
    let of_event = |place: usize| {
        let found = all.iter_mut().filter_map(|of| of.get_mut(place).map(std::mem::take));
        found.flatten().collect::<Vec<Curve>>()
    };
    (0..events.len()).flat_map(of_event).collect()
}

/// Every other condition against the reference.
fn against_reference(config: &Config, all: &[Condition]) -> Vec<(ConditionId, ConditionId)> {
    let reference = conditions::reference(config, all);
    let pairs = reference.into_iter().flat_map(|reference| all.ids().map(move |other| (reference, other)));
    pairs.filter(|(reference, other)| reference != other).collect()
}
