//! What a campaign is before any of its runs is measured: all that one run alone does not say.

use std::collections::BTreeMap;

use super::Loaded;
use crate::campaign::benchmarks::{self, Table, Value};
use crate::campaign::{conditions, efficiency, hosts};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::input::memory::Room;
use crate::input::session::RunKey;
use crate::model::{Condition, ConditionId, Diagnostic, Entries, Host};
use crate::run::align::Counters;

/// In: all files of a campaign. Out: what they say of it as a whole, and the files of each run.
pub struct Surveyed {
    pub hosts: Vec<Host>,
    /// The VM that migrates.
    pub vm: Option<String>,
    /// The counters of the gawk'ed xentop, which are matched over all runs.
    pub counters: Counters,
    /// In the order of reports, yet without runs: all, or those that the layout shows.
    pub conditions: Vec<Condition>,
    /// What benchmarks measured; `None` in a campaign of migrations, where they are load.
    pub results: Option<Vec<Value>>,
    pub runs: Vec<RunFiles>,
    /// The memory that is left.
    pub room: Room,
    pub diagnostics: Vec<Diagnostic>,
}

/// The files of one run.
pub struct RunFiles {
    pub key: RunKey,
    pub condition: ConditionId,
    pub files: Vec<LoadedFile>,
}

impl RunFiles {
    /// The bytes of its logs, unpacked.
    pub fn size(&self) -> u64 {
        let logs = self.files.iter().filter(|file| file.log.is_some());
        logs.map(|file| file.size).fold(0, u64::saturating_add)
    }
}

impl Surveyed {
    pub fn survey(loaded: Loaded, config: &Config) -> Self {
        let Loaded { files, tables, room, mut diagnostics, .. } = loaded;
        let hosts = hosts::hosts(config, &files, &mut diagnostics);
        let vm = config.file.vm.name.clone().or_else(|| hosts::vm_in_logs(&files));
        let (counters, notes) = Counters::estimate(&files, config);
        diagnostics.extend(notes);
        let tables = benchmarks::tables(&tables, config, &mut diagnostics);
        let keys = files.iter().map(|file| &file.file.run).chain(tables.iter().flat_map(Table::runs));
        let conditions = conditions::conditions(config, keys);
        let mut logs = files.iter().filter_map(|file| file.log.as_deref());
        // The times of commands alone may be those of migrations; beside a benchmark they are not.
        let all_results = logs.clone().all(efficiency::may_be_result);
        let is_one = logs.clone().next().is_none() || logs.any(|log| efficiency::is_result(log, false));
        let has_results = config.is_of_benchmarks() || (all_results && is_one);
        let results =
            has_results.then(|| benchmarks::values(&files, tables, &conditions, config, &mut diagnostics));
        let runs = by_run(files, &conditions, has_results);
        Self { hosts, vm, counters, conditions, results, runs, room, diagnostics }
    }

    /// Leaves out the conditions that the layout does not show, with their runs.
    ///
    /// # Errors
    ///
    /// The layout asks for a factor or level of migrations that there is not.
    pub fn select(mut self, config: &Config) -> anyhow::Result<Self> {
        let (conditions, ids) = conditions::shown(self.conditions, self.results.is_some(), config)?;
        self.conditions = conditions;
        self.runs.retain_mut(|run| {
            let shown = ids.get(run.condition.index()).copied().flatten();
            run.condition = shown.unwrap_or(run.condition);
            shown.is_some()
        });
        Ok(self)
    }
}

/// The files of each run, by condition, then repetition. Where efficiency is asked for, a run of nothing but benchmarks is no
/// migration.
fn by_run(files: Vec<LoadedFile>, conditions: &[Condition], has_results: bool) -> Vec<RunFiles> {
    let mut runs: BTreeMap<RunKey, Vec<LoadedFile>> = BTreeMap::new();
    for file in files {
        runs.entry(file.file.run.clone()).or_default().push(file);
    }
    let is_migration = |files: &[LoadedFile]| {
        let mut logs = files.iter().filter_map(|file| file.log.as_deref());
        !has_results || logs.any(|log| !efficiency::may_be_result(log))
    };
    let runs = runs.into_iter().filter(|(_, files)| is_migration(files));
    let mut runs: Vec<RunFiles> = runs
        .filter_map(|(key, mut files)| {
            files.shrink_to_fit();
            let condition = conditions.find_id(|condition| condition.factors == *key.factors)?;
            Some(RunFiles { key, condition, files })
        })
        .collect();
    runs.sort_by_key(|run| (run.condition, run.key.repetition));
    runs
}
