//! What the caller of an analysis wants, and what a campaign was declared as.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::input::config::{self, AlignKey, Config, LayoutTable};
use crate::input::folder::FileList;
use crate::input::memory::Budget;
use crate::input::session;

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
    /// Read the lines that are cited, for a document to show.
    pub excerpts: bool,
    /// Take what is there of a dataset of which parts are missing.
    pub partial: bool,
    /// The files of the one campaign that there is; `None` for those that lie in its folder.
    pub files: Option<Arc<FileList>>,
}

impl Options {
    /// The campaigns in a folder: it is one where its files are listed, else [`session::campaigns`].
    ///
    /// # Errors
    ///
    /// The folder cannot be listed.
    pub fn campaigns(&self, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        if self.files.is_some() { Ok(vec![folder.to_owned()]) } else { session::campaigns(folder) }
    }
}

/// What the caller may watch: one kind of work after the other, and that again for the next campaign.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    /// Called with a number of steps before they are taken, several times where more come to light; with 0 for work that has
    /// none.
    pub begin: &'a (dyn Fn(Work, u64) + Sync),
    /// Called after each step.
    pub step: &'a (dyn Fn() + Sync),
}

impl Progress<'_> {
    /// Nobody watches.
    pub const UNSEEN: Progress<'static> = Progress { begin: &|_, _| (), step: &|| () };
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A step is a file.
    Reading,
    /// A step is a run.
    Measuring,
    /// What all runs say together.
    Concluding,
    /// A step is a figure.
    Drawing,
    /// A step is a file of the output.
    Writing,
}

/// The name of a campaign in an earlier report.
#[derive(Debug, Clone)]
pub struct Known {
    pub path: String,
    pub title: String,
    /// Its chapter in a portfolio.
    pub chapter: Option<String>,
    /// The dataset that it was read from.
    pub dataset: Option<String>,
}

/// What a campaign was declared as.
#[derive(Debug)]
pub struct Declared {
    /// The folder as it was named or found.
    pub path: PathBuf,
    pub title: String,
    pub config: Config,
    /// The text of `campaign.toml`; empty without one.
    pub config_text: String,
}

impl Declared {
    /// With what the caller wants instead, and with the names that it had before.
    #[must_use]
    pub fn wanted(mut self, options: &Options, known: Option<&Known>) -> Self {
        if !options.align.is_empty() {
            (self.config.align, self.config.also_aligned) = config::events(&options.align);
        }
        self.config.layout = self.config.layout.replaced_by(&options.layout);
        if let Some(known) = known {
            self.path = PathBuf::from(&known.path);
            if self.config.file.title.is_none() {
                self.title.clone_from(&known.title);
            }
        }
        self
    }
}
