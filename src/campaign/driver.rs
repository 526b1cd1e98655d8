//! The flow from folders to an [`Analysis`]: each campaign goes through the `stages` by itself.
//!
//! Several campaigns are analysed one by one and then put side by side, or each in a chapter of its own; they are
//! never averaged.

use std::path::{Path, PathBuf};

pub use super::stages::Keep;
use super::stages::{Aggregated, Concluded, Loaded, Measured, Surveyed};
use super::{excerpts, merge};
use crate::input::config::{self, AlignKey, Config, LayoutTable};
use crate::input::memory::Budget;
use crate::input::session::{self, Session, folder_name};
use crate::model::Analysis;

/// What the caller may override.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Replaces the alignment events of the configuration unless empty.
    pub align: Vec<AlignKey>,
    /// Replaces what it says of the layout of the configuration.
    pub layout: LayoutTable,
    /// What the campaigns were called when a report was made of them, in their order; they keep
    /// these names wherever they lie now.
    pub known_as: Vec<Known>,
    /// Make a portfolio of this name, even where no folder holds several campaigns.
    pub portfolio: Option<String>,
    /// Give every campaign its folder's name as a factor `campaign`, so that equal conditions of two
    /// campaigns can be compared.
    pub distinguish: bool,
    /// The most memory to take.
    pub memory: Budget,
    /// Bytes of what is kept of each run for each byte of its logs.
    pub keeps: u64,
    /// Read the lines that are cited, for a document to show.
    pub excerpts: bool,
}

/// What the caller may watch.
pub struct Progress<'a> {
    /// Called with the number of files of each campaign before they are read.
    pub files: &'a (dyn Fn(u64) + Sync),
    /// Called after each file.
    pub file: &'a (dyn Fn() + Sync),
}

/// The name of a campaign in an earlier report.
#[derive(Debug, Clone)]
pub struct Known {
    pub path: String,
    pub title: String,
    /// Its chapter in a portfolio.
    pub chapter: Option<String>,
}

/// An analysis with what provenance needs to know about its inputs.
#[derive(Debug)]
pub struct Outcome<K = ()> {
    pub analysis: Analysis,
    /// What the caller kept of each run, in the order of the analysis.
    pub kept: Vec<K>,
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
    pub files: Vec<(String, Option<String>)>,
}

/// Analyses the campaigns in `folders` side by side; a folder may hold several.
///
/// # Errors
///
/// A folder or its configuration cannot be used, no file in it holds anything usable, or two
/// campaigns cannot stand side by side (the same condition in both, different events, hosts that differ).
pub fn run(folders: &[PathBuf], options: &Options, progress: &Progress<'_>) -> anyhow::Result<Outcome> {
    run_keeping(folders, options, progress, &|_, _, _| ())
}

/// [`run`], and what `keep` makes of the aligned series of each run.
///
/// # Errors
///
/// Those of [`run`].
pub fn run_keeping<K: Send>(
    folders: &[PathBuf],
    options: &Options,
    progress: &Progress<'_>,
    keep: Keep<'_, K>,
) -> anyhow::Result<Outcome<K>> {
    let mut paths = Vec::new();
    for folder in folders {
        paths.extend(session::campaigns(folder)?);
    }
    let mut analyses = Vec::new();
    let (mut kept, mut campaigns, mut exceeded) = (Vec::new(), Vec::new(), Vec::new());
    for (number, path) in paths.into_iter().enumerate() {
        let mut one = one(&path, options.known_as.get(number), options, progress, keep)?;
        if options.distinguish {
            merge::distinguish(&mut one.analysis, &format!("{} {}", number + 1, folder_name(&path)));
        }
        analyses.push(one.analysis);
        kept.extend(one.kept);
        campaigns.extend(one.campaigns);
        exceeded.extend(one.exceeded);
    }
    Ok(Outcome { analysis: merge::merge(analyses)?, kept, campaigns, exceeded })
}

/// One campaign through all stages.
fn one<K: Send>(
    folder: &Path,
    known: Option<&Known>,
    options: &Options,
    progress: &Progress<'_>,
    keep: Keep<'_, K>,
) -> anyhow::Result<Outcome<K>> {
    let mut session = Session::open(folder)?;
    if !options.align.is_empty() {
        (session.config.align, session.config.also_aligned) = config::events(&options.align);
    }
    session.config.layout = session.config.layout.replaced_by(&options.layout);
    (progress.files)(session.files.len() as u64);
    let loaded = Loaded::load(&session, options.keeps, options.memory.room(), progress.file)?;
    let files = loaded.hashes.clone();
    let surveyed = Surveyed::survey(loaded, &session.config)?;
    let (measured, kept) = Measured::measure(surveyed, &session.config, keep);
    let aggregated = Aggregated::aggregate(measured, &session.config)?;
    let Concluded { mut analysis, exceeded } = Concluded::conclude(aggregated, &session);
    let hashed = files.iter().filter_map(|(path, sha256)| Some((path.clone(), sha256.clone()?)));
    analysis.sources = hashed.collect();
    if options.excerpts {
        analysis.excerpts = excerpts::read(&analysis, &session.files);
    }
    let Session { mut path, config, .. } = session;
    if let Some(known) = known {
        path = PathBuf::from(&known.path);
        analysis.campaign.path.clone_from(&known.path);
        if config.file.title.is_none() {
            analysis.campaign.title.clone_from(&known.title);
        }
    }
    let title = analysis.campaign.title.clone();
    Ok(Outcome { analysis, kept, campaigns: vec![Input { path, title, config, files }], exceeded })
}
