//! The flow from folders to an [`Analysis`]: each campaign goes through the `stages` by itself, from its logs or, once they are
//! measured, from a dataset.
//!
//! Several campaigns are analysed one by one and then put side by side, or each in a chapter of its own; they are
//! never averaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dataset::{self, Read, Survey};
use super::excerpts::Cited;
use super::merge;
use super::options::Declared;
pub use super::options::{Known, Options, Progress, Work};
use super::stages::{Aggregated, Concluded, Measured};
use crate::input::config::Config;
use crate::input::folder;
use crate::input::load::PathAndHash;
use crate::input::session::{SessionFile, folder_name};
use crate::model::{Analysis, Excerpts, Run};

/// An analysis with what provenance needs to know about its inputs.
#[derive(Debug)]
pub struct Outcome {
    pub analysis: Analysis,
    /// The campaigns, in the order in which they were named or found.
    pub campaigns: Vec<Input>,
    /// Series of which a limit was exceeded, each with a message.
    pub exceeded: Vec<String>,
}

/// What one campaign was read from.
#[derive(Debug)]
pub struct Input {
    /// The folder as it was named or found.
    pub path: PathBuf,
    pub title: String,
    pub config: Config,
    /// Relative path and SHA-256 of every file read, sorted; `None` for an unreadable one.
    pub files: Vec<PathAndHash>,
    /// The dataset that stands for the logs.
    pub dataset: Option<String>,
}

/// Analyses the campaigns in `folders` side by side; a folder may hold several. Any may be a dataset.
///
/// # Errors
///
/// A folder or its configuration cannot be used, no file in it holds anything usable, a dataset is incomplete, or two
/// campaigns cannot stand side by side (the same condition in both, different events, hosts that differ).
pub fn run(folders: &[PathBuf], options: &Options, progress: &Progress<'_>) -> anyhow::Result<Outcome> {
    let mut paths = Vec::new();
    for folder in folders {
        paths.extend(options.campaigns(folder)?);
    }
    let mut analyses = Vec::new();
    let (mut campaigns, mut exceeded) = (Vec::new(), Vec::new());
    for (number, path) in paths.into_iter().enumerate() {
        let mut one = one(&path, options.known_as.get(number), options, progress)?;
        if options.distinguish {
            let name = one.campaigns.first().map_or(&path, |input| &input.path);
            merge::distinguish(&mut one.analysis, &format!("{} {}", number + 1, folder_name(name)));
        }
        analyses.push(one.analysis);
        campaigns.extend(one.campaigns);
        exceeded.extend(one.exceeded);
    }
    Ok(Outcome { analysis: merge::merge(analyses)?, campaigns, exceeded })
}

/// A campaign whose runs are measured, wherever from.
struct Ready {
    declared: Declared,
    measured: Measured,
    inputs: Vec<PathAndHash>,
    quoted: Quoted,
    dataset: Option<String>,
}

/// Where the lines are that a document quotes.
enum Quoted {
    Files(Vec<Arc<SessionFile>>),
    Lines(Excerpts),
}

impl Ready {
    /// From the logs or the dataset in a folder.
    fn from(
        folder: &Path,
        known: Option<&Known>,
        options: &Options,
        progress: &Progress<'_>,
    ) -> anyhow::Result<Self> {
        if folder::is_dataset(folder) {
            let Read { declared, measured, inputs, excerpts } = dataset::read(folder, known, options)?;
            let dataset = known.and_then(|known| known.dataset.clone());
            let dataset = Some(dataset.unwrap_or_else(|| folder.display().to_string()));
            return Ok(Self { declared, measured, inputs, quoted: Quoted::Lines(excerpts), dataset });
        }
        let survey = Survey::open(folder, known, options, progress)?;
        let inputs = survey.inputs.clone();
        let (declared, measured, files) = survey.measured(progress)?;
        let dataset = known.and_then(|known| known.dataset.clone());
        Ok(Self { declared, measured, inputs, quoted: Quoted::Files(files), dataset })
    }
}

/// One campaign through all stages.
fn one(
    folder: &Path,
    known: Option<&Known>,
    options: &Options,
    progress: &Progress<'_>,
) -> anyhow::Result<Outcome> {
    let Ready { declared, measured, inputs, quoted, dataset } =
        Ready::from(folder, known, options, progress)?;
    (progress.begin)(Work::Concluding, 0);
    let aggregated = Aggregated::aggregate(measured, &declared.config)?;
    let Concluded { mut analysis, exceeded } = Concluded::conclude(aggregated, &declared);
    let hashed =
        inputs.iter().filter_map(|(path, sha256)| Some((path.clone(), sha256.as_deref()?.to_owned())));
    analysis.sources = hashed.collect();
    if options.excerpts {
        analysis.excerpts = quoted.of(&analysis.runs);
    }
    let Declared { path, title, config, .. } = declared;
    let campaigns = vec![Input { path, title, config, files: inputs, dataset }];
    Ok(Outcome { analysis, campaigns, exceeded })
}

impl Quoted {
    /// The lines that runs cite.
    fn of(&self, runs: &[Run]) -> Excerpts {
        let cited = Cited::of(runs.iter());
        match self {
            Self::Files(files) => cited.read(files),
            Self::Lines(known) => cited.among(known),
        }
    }
}
