//! What a dataset is made of: a campaign that was surveyed, and its runs, measured one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::identity::{Description, GENERATOR, Layout, PRODUCT};
use super::{Shard, run_id};
use crate::campaign::benchmarks::Value;
use crate::campaign::excerpts::Cited;
use crate::campaign::options::{Declared, Known, Options, Progress, Work};
use crate::campaign::stages::{Loaded, Measured, Measuring, RunFiles, Surveyed};
use crate::input::load::PathAndHash;
use crate::input::session::{Session, SessionFile, folder_name};
use crate::model::{Condition, Diagnostic, Event, Excerpts, Run, VERSION};
use crate::run::align::AlignedRun;
use crate::run::measure::MeasuredRun;

/// A campaign whose logs were read, and whose runs are yet to be measured.
pub struct Survey {
    pub declared: Declared,
    /// Relative path and SHA-256 of every file read, sorted; `None` for an unreadable one.
    pub inputs: Vec<PathAndHash>,
    files: Vec<Arc<SessionFile>>,
    /// Whether a list named them.
    listed: bool,
    surveyed: Surveyed,
}

/// So many bytes of logs are measured at a time, or one run. The bins of a run around all events may take as much as its logs.
const AT_A_TIME: u64 = 16 << 20;

impl Survey {
    /// Reads the campaign in a folder.
    ///
    /// # Errors
    ///
    /// The folder or its configuration cannot be used, or no file in it holds anything usable.
    pub fn open(
        folder: &Path,
        known: Option<&Known>,
        options: &Options,
        progress: &Progress<'_>,
    ) -> anyhow::Result<Self> {
        let session = Session::open(folder, options.files.as_deref())?;
        (progress.begin)(Work::Reading, session.files.len() as u64);
        let mut loaded = Loaded::load(&session, options.memory.room(), progress.step)?;
        let inputs = std::mem::take(&mut loaded.hashes);
        let surveyed = Surveyed::survey(loaded, &session.config);
        let Session { path, config, config_text, files, .. } = session;
        let title = config.file.title.clone().unwrap_or_else(|| folder_name(&path));
        let declared = Declared { path, title, config, config_text }.wanted(options, known);
        Ok(Self { declared, inputs, files, listed: options.files.is_some(), surveyed })
    }

    /// All of it, measured, without the conditions that the layout does not show; and its files.
    ///
    /// # Errors
    ///
    /// The layout asks for a factor or level of migrations that there is not.
    pub(in crate::campaign) fn measured(
        self,
        progress: &Progress<'_>,
    ) -> anyhow::Result<(Declared, Measured, Vec<Arc<SessionFile>>)> {
        let Self { declared, surveyed, files, .. } = self;
        let surveyed = surveyed.select(&declared.config)?;
        (progress.begin)(Work::Measuring, surveyed.runs.len() as u64);
        let measured = Measured::measure(surveyed, &declared.config, progress.step);
        Ok((declared, measured, files))
    }

    /// Every condition, in the order of reports.
    pub fn conditions(&self) -> &[Condition] {
        &self.surveyed.conditions
    }

    /// What benchmarks measured.
    pub fn results(&self) -> &[Value] {
        self.surveyed.results.as_deref().unwrap_or_default()
    }

    /// What is wrong with the campaign as a whole.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.surveyed.diagnostics
    }

    /// [`Self::diagnostics`], once their table was made.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.surveyed.diagnostics)
    }

    /// The manifest of a dataset of so many parts, beside files with these hashes.
    pub fn description(&self, shards: u32, outputs: BTreeMap<String, String>) -> Description {
        let Self { declared, surveyed, .. } = self;
        Description {
            generator: GENERATOR.to_owned(),
            version: VERSION.to_owned(),
            product: PRODUCT.to_owned(),
            layout: Layout::present(),
            shards,
            align: declared.config.align,
            path: declared.path.display().to_string(),
            title: declared.title.clone(),
            configuration: declared.config_text.clone(),
            vm: surveyed.vm.clone(),
            hosts: surveyed.hosts.clone(),
            conditions: surveyed.conditions.iter().map(|condition| condition.factors.clone()).collect(),
            of_benchmarks: surveyed.results.is_some(),
            runs: surveyed.runs.len(),
            listed: self.listed,
            outputs,
        }
    }

    /// Measures the runs of the wanted ones of so many shards and hands each with its id to `take`, in the order of reports;
    /// `keep` sees its aligned series before they are dropped. Returns the files of the campaign.
    ///
    /// # Errors
    ///
    /// Those of `take`.
    pub fn measure<K: Send>(
        self,
        shards: u32,
        is_wanted: impl Fn(Shard) -> bool,
        keep: &(dyn Fn(&Run, &AlignedRun) -> K + Sync),
        mut take: impl FnMut(Shard, String, MeasuredRun, K) -> anyhow::Result<()>,
        progress: &Progress<'_>,
    ) -> anyhow::Result<Vec<Arc<SessionFile>>> {
        let Self { declared: Declared { title, config, .. }, surveyed, files, .. } = self;
        let Surveyed { hosts, counters, conditions, runs, room, .. } = surveyed;
        let measuring = Measuring {
            config: &config,
            hosts: &hosts,
            counters: &counters,
            conditions: &conditions,
            events: Event::ALL,
            room,
        };
        let id = |run: &RunFiles| {
            run_id(&title, config.file.vm.name.as_deref(), &run.key.factors, run.key.repetition)
        };
        let number = runs.iter().filter(|run| is_wanted(Shard::of_run(&id(run), shards))).count();
        (progress.begin)(Work::Measuring, number as u64);
        let mut batch: Vec<(Shard, String, RunFiles)> = Vec::new();
        let mut size: u64 = 0;
        let mut measure = |batch: &mut Vec<(Shard, String, RunFiles)>| -> anyhow::Result<()> {
            let (names, runs): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|(shard, id, run)| ((shard, id), run)).unzip();
            let all = measuring.all(runs, &|measured, aligned| keep(&measured.run, aligned), progress.step);
            for ((shard, id), (measured, kept)) in names.into_iter().zip(all) {
                take(shard, id, measured, kept)?;
            }
            Ok(())
        };
        for run in runs {
            let id = id(&run);
            let shard = Shard::of_run(&id, shards);
            if !is_wanted(shard) {
                continue;
            }
            if size.saturating_add(run.size()) > AT_A_TIME {
                measure(&mut batch)?;
                size = 0;
            }
            size = size.saturating_add(run.size());
            batch.push((shard, id, run));
        }
        measure(&mut batch)?;
        Ok(files)
    }
}

/// The lines that pages may quote of the runs of a part.
#[derive(Default)]
pub struct Quoted(Cited);

impl Quoted {
    pub fn add(&mut self, run: &Run) {
        self.0.add(run);
    }

    /// The lines as they stand in the files of a campaign.
    pub fn read(&self, files: &[Arc<SessionFile>]) -> Excerpts {
        self.0.read(files)
    }
}
