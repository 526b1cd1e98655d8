//! A dataset → the runs of a campaign, measured.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

use super::identity::{Description, Record};
use super::rows::{self, ID, KEPT, Left};
use super::state::{Dataset, open};
use super::{Shard, run_id, tables};
use crate::campaign::benchmarks::Value;
use crate::campaign::conditions;
use crate::campaign::options::{Declared, Known, Options};
use crate::campaign::stages::Measured;
use crate::input::config::Config;
use crate::input::folder;
use crate::input::load::{PathAndHash, hex, sha256_of};
use crate::input::session::ConfigError;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::kept::Kept;
use crate::model::{Condition, Diagnostic, Event, Excerpts, Factors, Severity};
use crate::run::bins::BinnedSamples;

/// What is read of a dataset.
pub struct Read {
    pub declared: Declared,
    pub(in crate::campaign) measured: Measured,
    pub inputs: Vec<PathAndHash>,
    /// The lines that a page may quote.
    pub excerpts: Excerpts,
}

/// Reads the dataset in a folder as if its logs had been measured now.
///
/// # Errors
///
/// It is incomplete, unless the caller takes it as it is; it is damaged; or the layout asks for a factor or level of
/// migrations that there is not.
pub fn read(folder: &Path, known: Option<&Known>, options: &Options) -> anyhow::Result<Read> {
    let dataset = Dataset::open(folder)?;
    let shown = folder.display();
    let partial = dataset.lacks();
    if let Some(lacks) = partial.as_ref().filter(|_| !options.partial) {
        bail!(
            "{shown}: the dataset is incomplete, {lacks}. `stillstand dataset {shown}` says what is there; --partial works on \
             that"
        );
    }
    let description = &dataset.description;
    let config = Config::parse(&description.configuration)
        .map_err(|error| ConfigError::new(format!("{shown}: its configuration: {error:#}")))?;
    let declared = Declared {
        path: PathBuf::from(&description.path),
        title: description.title.clone(),
        config,
        config_text: description.configuration.clone(),
    };
    let declared = declared.wanted(options, known);
    let config = &declared.config;
    let mut reading =
        Reading { dataset: &dataset, conditions: all_conditions(description, config), runs: BTreeMap::new() };
    let events: Vec<Event> = config.events().collect();
    let mut excerpts = Excerpts::new();
    for record in dataset.whole() {
        let folder = dataset.part(record.shard);
        reading.part(record, &events, config).with_context(|| folder.display().to_string())?;
        for (file, lines) in &record.excerpts {
            excerpts.entry(file.clone()).or_default().extend(lines.clone());
        }
    }
    let Reading { conditions, runs, .. } = reading;
    let mut runs: Vec<_> = runs.into_values().map(|(left, bins)| left.with(bins)).collect();
    runs.sort_by_key(|measured| (measured.run.condition, measured.run.repetition));
    let mut diagnostics: Vec<Diagnostic> = kept_of(&dataset, tables::DIAGNOSTICS)?;
    diagnostics.extend(partial.map(|lacks| {
        let message = match (runs.len(), description.runs) {
            (there, all) if there < all => format!(
                "the dataset is incomplete: {there} of {all} runs are there ({lacks}); all that follows is of these"
            ),
            // A shard without a run may have the results of benchmarks, and what was said of files.
            (_, all) if dataset.missing().is_empty() => format!(
                "the dataset is not as it was made: all of its runs ({all}) are there, and {lacks}; that is left out of all that follows"
            ),
            (_, all) => format!(
                "the dataset is incomplete: all of its runs ({all}) are there, but not what else missing shards may have, results of \
                 benchmarks and problems of files ({lacks})"
            ),
        };
        campaign_diagnostic(Severity::Error, "dataset-incomplete", message)
    }));
    let results: Vec<Value> = kept_of(&dataset, tables::RESULTS)?;
    ensure!(
        results.iter().all(|(place, _)| place.condition.index() < conditions.len()),
        "{shown}: a result is of no condition"
    );
    let results = description.of_benchmarks.then_some(results);
    let inputs = inputs(&dataset)?;
    let (hosts, vm) = (description.hosts.clone(), description.vm.clone());
    let measured =
        Measured { hosts, vm, conditions, results, runs, diagnostics }.select(config)?.told(config);
    Ok(Read { declared, measured, inputs, excerpts })
}

/// The conditions of all runs, named as they were when they were measured.
fn all_conditions(description: &Description, config: &Config) -> Vec<Condition> {
    let factors = description.conditions.iter().cloned();
    let mut all: Vec<Condition> =
        factors.map(|factors: Factors| Condition::new(String::new(), factors)).collect();
    conditions::identify(&mut all, &config.factor_order());
    all
}

/// The runs of a dataset as its parts are read.
struct Reading<'a> {
    dataset: &'a Dataset,
    conditions: Vec<Condition>,
    /// By their ids.
    runs: BTreeMap<String, (Left, Vec<BinnedSamples>)>,
}

impl Reading<'_> {
    /// Reads a part, with the bins around these events.
    fn part(&mut self, record: &Record, events: &[Event], config: &Config) -> anyhow::Result<()> {
        let folder = self.dataset.part(record.shard);
        let mut table = open(&folder.join(tables::RUNS))?;
        let mut hash = Sha256::new();
        let mut number = 0;
        for group in 0..table.groups() {
            let frame = table.group(group, Some(&[ID, KEPT])).context(tables::RUNS)?;
            let ids = frame.column(ID)?.str()?;
            for bytes in frame.column(KEPT)?.binary()?.iter().flatten() {
                hash.update(bytes);
            }
            for (id, left) in ids.iter().zip(rows::kept_values::<Left>(&frame)?) {
                self.add(id.unwrap_or_default(), left, record.shard, config)?;
                number += 1;
            }
        }
        ensure!(
            number == record.runs && hex(hash) == record.kept,
            "{} is not as it was written",
            tables::RUNS
        );
        unaltered(&folder.join(tables::BINS), record.tables.get(tables::BINS))?;
        let mut table = open(&folder.join(tables::BINS))?;
        for group in 0..table.groups() {
            if !rows::is_around(&table.group(group, Some(&rows::BINS_EVENT))?, events)? {
                continue;
            }
            for (id, binned) in rows::binned(&table.group(group, Some(&rows::BINS))?)? {
                let (_, bins) = self.runs.get_mut(&id).context("bins of a run that is not there")?;
                bins.push(binned);
            }
        }
        Ok(())
    }

    /// Adds a run that is what its id says, and there once.
    fn add(&mut self, id: &str, left: Left, shard: Shard, config: &Config) -> anyhow::Result<()> {
        let run = &left.run;
        let title = &self.dataset.description.title;
        let name = || format!("run {}", run.id);
        let is_of = |condition: &Condition| condition.factors == run.factors;
        ensure!(
            self.conditions.get(run.condition.index()).is_some_and(is_of),
            "{} is of no condition of the campaign",
            name()
        );
        let known = run_id(title, config.file.vm.name.as_deref(), &run.factors, run.repetition);
        ensure!(known == id && Shard::of_run(id, shard.of()) == shard, "{} does not belong there", name());
        let name = name();
        ensure!(self.runs.insert(id.to_owned(), (left, Vec::new())).is_none(), "{name} is there twice");
        Ok(())
    }
}

/// What is kept of the rows of a table of the campaign as a whole.
fn kept_of<T: Kept>(dataset: &Dataset, name: &str) -> anyhow::Result<Vec<T>> {
    let path = dataset.folder.join(name);
    unaltered(&path, dataset.description.outputs.get(name))?;
    let mut table = open(&path)?;
    let mut all = Vec::new();
    for group in 0..table.groups() {
        let frame = table.group(group, Some(&[KEPT])).with_context(|| path.display().to_string())?;
        all.extend(rows::kept_values(&frame).with_context(|| path.display().to_string())?);
    }
    Ok(all)
}

/// The files that a dataset was made from, with their hashes.
///
/// # Errors
///
/// Their table is damaged.
pub fn inputs(dataset: &Dataset) -> anyhow::Result<Vec<PathAndHash>> {
    let path = dataset.folder.join(tables::INPUTS);
    unaltered(&path, dataset.description.outputs.get(tables::INPUTS))?;
    let mut table = open(&path)?;
    let mut all = Vec::new();
    for group in 0..table.groups() {
        let frame = table.group(group, None).with_context(|| path.display().to_string())?;
        all.extend(rows::files(&frame).with_context(|| path.display().to_string())?);
    }
    Ok(all)
}

/// An error unless a file is as it was written.
fn unaltered(path: &Path, written: Option<&String>) -> anyhow::Result<()> {
    let what = || path.display().to_string();
    let hash = sha256_of(folder::open(path).with_context(what)?).with_context(what)?;
    ensure!(Some(&hash) == written, "{} is not as it was written", what());
    Ok(())
}
