//! A folder of logs → the `campaign.toml` that describes it, for a person to correct.
//!
//! What names mean is found by `naming`, what logs tell beyond their rows by `evidence`; `write` makes
//! the text. Nothing here counts as true: every value says what it was guessed from, and what the logs cannot
//! tell stays a comment, as does what `unknown` makes of tables of no known format.
//!
//! Absent on purpose: clock offsets and xentop's period, which reports estimate, and asking questions.

mod evidence;
mod factors;
mod naming;
mod parts;
mod pattern;
mod score;
mod strings;
mod table;
mod tokens;
mod unknown;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use stillstand_parsers::{Clock, Format, Parsed};

use self::evidence::Evidence;
use self::naming::Naming;
use self::score::Assignment;
use crate::input::config::Config;
use crate::input::load::{BEYOND_MEMORY, Keeping, LoadedFile, load};
use crate::input::memory::Budget;
use crate::input::numbers::{self, Numbered};
use crate::input::session::{Session, without_compression};
use crate::model::diagnostics;

/// What [`propose`] found.
#[derive(Debug)]
pub struct Proposal {
    /// The text of `campaign.toml`.
    pub text: String,
    /// What was found, a line each.
    pub found: Vec<String>,
    /// What a person has to check or add, a line each.
    pub check: Vec<String>,
}

/// A log as far as its naming is concerned.
#[derive(Debug, Clone)]
pub struct Log {
    /// Path below the folder, without the ending of a compressed file: names are read without it.
    pub relative: String,
    pub format: Format,
    /// The host that the log itself names.
    pub host: Option<String>,
    /// First and last time in it, in seconds since 1970, where it tells.
    pub span: Option<(f64, f64)>,
}

/// How the files are named, and what follows for the runs.
#[derive(Debug)]
struct Names {
    /// `None` where the default naming does.
    pattern: Option<String>,
    factors: BTreeMap<String, BTreeSet<String>>,
    /// Repetitions of each condition.
    conditions: BTreeMap<Vec<String>, BTreeSet<u32>>,
    logs: usize,
    placed: usize,
    /// Logs that are the second of their kind in their run.
    doubles: usize,
    /// Runs with logs of different times.
    apart: usize,
    /// A log that the naming does not fit.
    left_out: Option<String>,
    /// Why the numbers in the names may be no repetitions.
    doubt: Option<String>,
}

impl Names {
    /// Whether a number in the names counts repetitions.
    fn count(&self) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.contains("(?<repetition>"))
    }
}

/// Looks at every file of `folder`, with at most so much `memory`. `files` gets their number, `progress` is called after each.
///
/// # Errors
///
/// The folder cannot be read, memory has no room for one of its files, or none of its files is a log of a known format.
pub fn propose(
    folder: &Path,
    memory: Budget,
    files: &(dyn Fn(u64) + Sync),
    progress: &(dyn Fn() + Sync),
) -> anyhow::Result<Proposal> {
    let session = Session::without_names(folder)?;
    files(session.files.len() as u64);
    let loaded = load(&session, Keeping::All, &mut memory.room(), progress).0;
    let beyond = loaded.iter().flat_map(|file| &file.diagnostics).find(|d| d.code == BEYOND_MEMORY);
    if let Some(beyond) = beyond {
        anyhow::bail!("{}/{}", folder.display(), diagnostics::line(beyond));
    }
    let (logs, others): (Vec<LoadedFile>, Vec<LoadedFile>) =
        loaded.into_iter().partition(|file| file.log.is_some());
    anyhow::ensure!(
        !logs.is_empty(),
        "{}: none of its {} files is a log of a format that is read. `stillstand inspect FILE` says why, \
         `stillstand formats` lists the formats",
        folder.display(),
        others.len()
    );
    let described: Vec<Log> = logs.iter().filter_map(describe).collect();
    let names = names(folder, &described)?;
    let config_text = names.as_ref().map(naming_table).unwrap_or_default();
    let logs = renamed(folder, config_text.clone(), logs)?;
    let evidence = Evidence::collect(&logs, &Config::parse(&config_text)?, names.is_some());
    let unread = session.diagnostics.iter().filter_map(|diagnostic| diagnostic.file.as_deref());
    let left_out: Vec<&str> = others.iter().map(|file| file.file.relative.as_str()).chain(unread).collect();
    let unknown = unknown::unknown(&others, names.as_ref());
    let proposal = write::proposal(names.as_ref(), &evidence, described.len(), &left_out, &unknown);
    Config::parse(&proposal.text)
        .context("the proposed campaign.toml is invalid; this is a bug in stillstand")?;
    Ok(proposal)
}

fn describe(file: &LoadedFile) -> Option<Log> {
    let log = file.log.as_ref()?;
    Some(Log {
        relative: without_compression(&file.file.relative).to_owned(),
        format: log.format,
        host: log.facts.text("host").map(str::to_owned),
        span: span(log),
    })
}

/// First and last time of a log; `None` where its clock has no date.
fn span(log: &Parsed) -> Option<(f64, f64)> {
    let facts = &log.facts;
    let around = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(None, |span: Option<(f64, f64)>, value| {
            Some(span.map_or((value, value), |(first, last)| (first.min(value), last.max(value))))
        })
    };
    match log.frame.clock {
        Clock::Counter => {
            let start = facts.float("start_epoch")?;
            Some((start, start + facts.float("samples").unwrap_or_default()))
        }
        Clock::Epoch | Clock::EpochSecondsAtArrival => around(&mut log.frame.times()?.into_iter().flatten()),
        Clock::TimeOfDay | Clock::None => None,
    }
}

/// The default naming where it means the same as the best way to read the names, else that way.
fn names(folder: &Path, logs: &[Log]) -> anyhow::Result<Option<Names>> {
    let found = naming::find(logs);
    let session = Session::with_config(folder, String::new())?;
    let placed: BTreeMap<&str, Assignment> = session
        .files
        .iter()
        .map(|file| {
            let assigned = Assignment {
                levels: file.run.factors.values().cloned().collect(),
                repetition: file.run.repetition,
                host: file.host.clone(),
            };
            (without_compression(&file.relative), assigned)
        })
        .collect();
    let by_default: Vec<Option<Assignment>> =
        logs.iter().map(|log| placed.get(log.relative.as_str()).cloned()).collect();
    let Naming { pattern, factors, assigned } = match found {
        Some(found) if found.assigned != by_default => found,
        Some(_) => Naming { pattern: String::new(), factors: vec!["load".to_owned()], assigned: by_default },
        None if by_default.iter().all(Option::is_some) => {
            Naming { pattern: String::new(), factors: vec!["load".to_owned()], assigned: by_default }
        }
        None => match naming::without_repetition(logs) {
            Some(found) => found,
            None => return Ok(None),
        },
    };
    let mut names = Names {
        pattern: Some(pattern).filter(|pattern| !pattern.is_empty()),
        factors: factors.iter().map(|factor| (factor.clone(), BTreeSet::new())).collect(),
        conditions: BTreeMap::new(),
        logs: logs.len(),
        placed: assigned.iter().flatten().count(),
        doubles: score::doubles(logs, &assigned),
        apart: score::apart(logs, &assigned),
        left_out: assigned
            .iter()
            .zip(logs)
            .find(|(assigned, _)| assigned.is_none())
            .map(|(_, log)| log.relative.clone()),
        doubt: None,
    };
    names.doubt = doubt(folder, logs, &assigned, &others(&session, logs)).filter(|_| names.count());
    for assigned in assigned.into_iter().flatten() {
        for (factor, level) in factors.iter().zip(&assigned.levels) {
            names.factors.entry(factor.clone()).or_default().insert(level.clone());
        }
        names.conditions.entry(assigned.levels).or_default().insert(assigned.repetition);
    }
    Ok(Some(names))
}

/// Files that are no logs, and may list what the names of logs mean.
fn others<'a>(session: &'a Session, logs: &[Log]) -> Vec<&'a str> {
    let is_log = |relative: &str| logs.iter().any(|log| log.relative == without_compression(relative));
    let files = session.files.iter().map(|file| file.relative.as_str());
    files.chain(session.other_files()).filter(|relative| !is_log(relative)).collect()
}

/// Why the numbers in the names may be no repetitions.
fn doubt(folder: &Path, logs: &[Log], assigned: &[Option<Assignment>], others: &[&str]) -> Option<String> {
    let named: Vec<Numbered<'_>> = logs
        .iter()
        .zip(assigned)
        .filter_map(|(log, assigned)| {
            let Assignment { levels, repetition, .. } = assigned.as_ref()?;
            Some(Numbered { relative: &log.relative, condition: levels.join(" "), repetition: *repetition })
        })
        .collect();
    numbers::doubt(&named, others, folder)
}

fn naming_table(names: &Names) -> String {
    names
        .pattern
        .as_ref()
        .map(|pattern| format!("[naming]\npattern = {}\n", strings::literal(pattern)))
        .unwrap_or_default()
}

/// The logs with what the program itself will read in their names under this configuration.
fn renamed(folder: &Path, config_text: String, logs: Vec<LoadedFile>) -> anyhow::Result<Vec<LoadedFile>> {
    let mut places: BTreeMap<String, _> = Session::with_config(folder, config_text)?
        .files
        .into_iter()
        .map(|file| (file.relative.clone(), file))
        .collect();
    let placed = logs.into_iter().map(|mut log| {
        if let Some(file) = places.remove(&log.file.relative) {
            log.file = file;
        }
        log
    });
    Ok(placed.collect())
}
