//! What is left of each run once it is measured.

use super::Surveyed;
use super::surveyed::RunFiles;
use crate::campaign::benchmarks::Value;
use crate::campaign::conditions;
use crate::input::config::Config;
use crate::input::load::{LoadedFile, again};
use crate::input::memory::{MEASURING, Room};
use crate::model::{Condition, Diagnostic, Event, Host};
use crate::run::align::{AlignedRun, Counters, align};
use crate::run::measure::{MeasuredRun, measure};

/// In: the files of each run. Out: their numbers; nothing of the logs.
pub struct Measured {
    pub hosts: Vec<Host>,
    pub vm: Option<String>,
    pub conditions: Vec<Condition>,
    pub results: Option<Vec<Value>>,
    /// Ordered by condition, then repetition.
    pub runs: Vec<MeasuredRun>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Measured {
    /// Aligns and measures the runs, several at a time, as many as fit into memory; `progress` is called after each.
    pub fn measure(surveyed: Surveyed, config: &Config, progress: &(dyn Fn() + Sync)) -> Self {
        let Surveyed { hosts, vm, counters, conditions, results, runs, room, diagnostics } = surveyed;
        let events: Vec<Event> = config.events().collect();
        let measuring = Measuring {
            config,
            hosts: &hosts,
            counters: &counters,
            conditions: &conditions,
            events: &events,
            room,
        };
        let runs = measuring.all(runs, &|_, _| (), progress).into_iter().map(|(run, ())| run).collect();
        Self { hosts, vm, conditions, results, runs, diagnostics }.told(config)
    }

    /// Leaves out the conditions that the layout does not show, with their runs.
    ///
    /// # Errors
    ///
    /// The layout asks for a factor or level of migrations that there is not.
    pub fn select(mut self, config: &Config) -> anyhow::Result<Self> {
        let (conditions, ids) = conditions::shown(self.conditions, self.results.is_some(), config)?;
        self.conditions = conditions;
        self.runs.retain_mut(|measured| {
            let shown = ids.get(measured.run.condition.index()).copied().flatten();
            measured.run.condition = shown.unwrap_or(measured.run.condition);
            shown.is_some()
        });
        Ok(self)
    }

    /// Takes over what there is to say of the runs.
    pub fn told(mut self, config: &Config) -> Self {
        for measured in &mut self.runs {
            self.diagnostics.append(&mut measured.diagnostics);
            self.diagnostics.extend(measured.at_events(config.events()));
        }
        self
    }
}

/// What measuring a run takes besides its files.
pub struct Measuring<'a> {
    pub config: &'a Config,
    pub hosts: &'a [Host],
    pub counters: &'a Counters,
    pub conditions: &'a [Condition],
    /// Around which there are bins.
    pub events: &'a [Event],
    pub room: Room,
}

impl Measuring<'_> {
    /// Measures runs, in their order. `keep` sees the aligned series of each, which are dropped after
    /// that, and then `progress` is called.
    pub fn all<K: Send>(
        &self,
        runs: Vec<RunFiles>,
        keep: &(dyn Fn(&MeasuredRun, &AlignedRun) -> K + Sync),
        progress: &(dyn Fn() + Sync),
    ) -> Vec<(MeasuredRun, K)> {
        let one = |RunFiles { key, condition, files }: RunFiles| {
            let mut files: Vec<LoadedFile> = files.into_iter().map(|file| again(file, self.config)).collect();
            let mut aligned = align(key, &files.iter().collect::<Vec<_>>(), self.config, self.counters);
            let condition = (condition, &self.conditions[condition]);
            let mut measured = measure(&aligned, condition, self.hosts, self.events, self.config);
            measured.diagnostics.append(&mut aligned.diagnostics);
            for file in &mut files {
                measured.diagnostics.append(&mut file.diagnostics);
            }
            let kept = keep(&measured, &aligned);
            progress();
            (measured, kept)
        };
        self.room.each(runs, |run| run.size().saturating_mul(MEASURING), one)
    }
}
