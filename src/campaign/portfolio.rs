//! What the command line names: campaigns to put side by side, or folders of campaigns that get a chapter each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::conditions::{free, slug};
use super::driver::{Known, Options, Outcome, Progress, run};
use crate::input::session::folder_name;
use crate::model::{Analysis, Diagnostic};

/// What was analysed for one report.
#[derive(Debug)]
pub struct Analysed {
    /// The name of a portfolio; `None` where all campaigns stand side by side in one analysis.
    pub portfolio: Option<String>,
    /// One for each campaign of a portfolio; else one of all.
    pub chapters: Vec<Chapter>,
}

#[derive(Debug)]
pub struct Chapter {
    /// Unique among the chapters, fit for file names and anchors; empty where there is but one analysis.
    pub name: String,
    pub outcome: Outcome,
}

impl Analysed {
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.chapters.iter().map(|chapter| &chapter.outcome)
    }

    /// The name of each chapter with its analysis.
    pub fn analyses(&self) -> Vec<(&str, &Analysis)> {
        self.chapters.iter().map(|chapter| (chapter.name.as_str(), &chapter.outcome.analysis)).collect()
    }

    /// Every problem of the data; in a portfolio each names its campaign.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let of = |chapter: &Chapter| {
            let mut all = chapter.outcome.analysis.diagnostics.clone();
            for diagnostic in all.iter_mut().filter(|_| self.portfolio.is_some()) {
                match &mut diagnostic.file {
                    Some(file) => *file = format!("{}/{file}", chapter.outcome.analysis.campaign.path),
                    None => diagnostic.message = format!("{}: {}", chapter.name, diagnostic.message),
                }
            }
            all
        };
        let mut all: Vec<Diagnostic> = self.chapters.iter().flat_map(of).collect();
        crate::model::diagnostics::sort(&mut all);
        all
    }
}

/// Analyses campaigns side by side, unless one of `folders` holds several: then each campaign for itself.
///
/// # Errors
///
/// Those of [`run`].
pub fn analyse(folders: &[PathBuf], options: &Options, progress: &Progress<'_>) -> anyhow::Result<Analysed> {
    let found = campaigns(folders, options)?;
    let portfolio = match &options.portfolio {
        Some(name) => Some(name.clone()),
        None => (found.len() > folders.len()).then(|| {
            let names: Vec<String> = folders.iter().map(|folder| folder_name(folder)).collect();
            names.join(", ")
        }),
    };
    if portfolio.is_none() {
        let outcome = run(folders, options, progress)?;
        return Ok(Analysed { portfolio, chapters: vec![Chapter { name: String::new(), outcome }] });
    }
    let mut chapters: Vec<Chapter> = Vec::new();
    let (mut taken, mut twice) = (BTreeSet::new(), BTreeMap::new());
    for (number, (above, path)) in found.into_iter().enumerate() {
        let known = options.known_as.get(number);
        let known_as: Vec<Known> = known.cloned().into_iter().collect();
        let name = known
            .and_then(|known| known.chapter.clone())
            .unwrap_or_else(|| free(chapter_name(above, &path), &mut taken, &mut twice));
        let outcome = run(&[path], &Options { known_as, excerpts: false, ..options.clone() }, progress)?;
        chapters.push(Chapter { name, outcome });
    }
    Ok(Analysed { portfolio, chapters })
}

/// The campaigns in some folders, each with the folder that was named.
fn campaigns<'a>(folders: &'a [PathBuf], options: &Options) -> anyhow::Result<Vec<(&'a PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    for folder in folders {
        found.extend(options.campaigns(folder)?.into_iter().map(|path| (folder, path)));
    }
    Ok(found)
}

/// The campaigns in some folders, each with a path for what is made of it: where it lies below the folder that was named. So
/// what lies in these paths is the same portfolio.
///
/// # Errors
///
/// A folder cannot be listed, or two campaigns have the same path.
pub fn placed(folders: &[PathBuf], options: &Options) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let mut placed: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (above, path) in campaigns(folders, options)? {
        let below = path.strip_prefix(above).ok().filter(|below| below.components().next().is_some());
        let place = match (below, folders.len()) {
            (Some(below), 1) => below.to_owned(),
            (Some(below), _) => Path::new(&folder_name(above)).join(below),
            (None, _) => PathBuf::from(folder_name(&path)),
        };
        anyhow::ensure!(
            placed.iter().all(|(known, _)| *known != place),
            "{} and another campaign would both be {}",
            path.display(),
            place.display()
        );
        placed.push((place, path));
    }
    Ok(placed)
}

/// A campaign is named for its path below the folder that was named, or for its own folder.
fn chapter_name(above: &Path, path: &Path) -> String {
    let below = path.strip_prefix(above).ok().map(|below| below.to_string_lossy().into_owned());
    slug(&below.filter(|below| !below.is_empty()).unwrap_or_else(|| folder_name(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_named_for_their_place() {
        let name = |above: &str, path: &str| chapter_name(Path::new(above), Path::new(path));
        assert_eq!(name("logs", "logs/qemu-sweep/Dirty rate"), "qemu-sweep-dirty-rate");
        assert_eq!(name("logs/a", "logs/a"), "a");
        let (mut taken, mut twice) = (BTreeSet::from(["a-2".to_owned()]), BTreeMap::new());
        let mut next = || free("a".to_owned(), &mut taken, &mut twice);
        assert_eq!([next(), next(), next()], ["a", "a-3", "a-4"]);
    }
}
