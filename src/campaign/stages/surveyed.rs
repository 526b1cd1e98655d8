//! What a campaign is before any of its runs is measured: all that one run alone does not say.

use std::collections::BTreeMap;

use super::Loaded;
use crate::campaign::benchmarks::{self, Table, Value};
use crate::campaign::{conditions, efficiency, hosts};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::input::memory::Room;
use crate::input::session::{ConfigError, RunKey};
use crate::model::{Condition, ConditionId, Diagnostic, Entries, Host};
use crate::run::align::Counters;

/// In: all files of a campaign. Out: what they say of it as a whole, and the files of each run.
pub struct Surveyed {
    pub hosts: Vec<Host>,
    /// The VM that migrates.
    pub vm: Option<String>,
    /// The counters of the gawk'ed xentop, which are matched over all runs.
    pub counters: Counters,
    /// Every condition, in the order of reports, yet without runs.
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

impl Surveyed {
    /// # Errors
    ///
    /// The layout asks for a factor or level of migrations that there is not.
    pub fn survey(loaded: Loaded, config: &Config) -> anyhow::Result<Self> {
        let Loaded { files, tables, room, mut diagnostics, .. } = loaded;
        let hosts = hosts::hosts(config, &files, &mut diagnostics);
        let vm = config.file.vm.name.clone().or_else(|| hosts::vm_in_logs(&files));
        let (counters, notes) = Counters::estimate(&files, config);
        diagnostics.extend(notes);
        let tables = benchmarks::tables(&tables, config, &mut diagnostics);
        let keys = files.iter().map(|file| &file.file.run).chain(tables.iter().flat_map(Table::runs));
        let conditions = conditions::conditions(config, keys);
        let mut logs = files.iter().filter_map(|file| file.log.as_ref());
        // The times of commands alone may be those of migrations; beside a benchmark they are not.
        let all_results = logs.clone().all(efficiency::may_be_result);
        let is_one = logs.clone().next().is_none() || logs.any(|log| efficiency::is_result(log, false));
        let has_results = config.is_of_benchmarks() || (all_results && is_one);
        let conditions = if has_results {
            conditions
        } else {
            efficiency::selected(conditions, &config.layout)
                .map_err(|error| ConfigError::new(format!("{error:#}")))?
        };
        let results =
            has_results.then(|| benchmarks::values(&files, tables, &conditions, config, &mut diagnostics));
        let runs = by_run(files, &conditions, has_results);
        Ok(Self { hosts, vm, counters, conditions, results, runs, room, diagnostics })
    }
}

/// The files of each run of these conditions. Where efficiency is asked for, a run of nothing but benchmarks is no migration.
fn by_run(files: Vec<LoadedFile>, conditions: &[Condition], has_results: bool) -> Vec<RunFiles> {
    let mut runs: BTreeMap<RunKey, Vec<LoadedFile>> = BTreeMap::new();
    for file in files {
        runs.entry(file.file.run.clone()).or_default().push(file);
    }
    let is_migration = |files: &[LoadedFile]| {
        let mut logs = files.iter().filter_map(|file| file.log.as_ref());
        !has_results || logs.any(|log| !efficiency::may_be_result(log))
    };
    runs.into_iter()
        .filter(|(_, files)| is_migration(files))
        .filter_map(|(key, files)| {
            let condition = conditions.find_id(|condition| condition.factors == key.factors)?;
            Some(RunFiles { key, condition, files })
        })
        .collect()
}
