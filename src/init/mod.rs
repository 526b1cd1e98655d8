//! A folder of logs → the `campaign.toml` that describes it, for a person to correct.
//!
//! What names mean is found by `naming`, what logs tell beyond their rows by `evidence`, what tables of no known format are by
//! `tables`; `write` makes the text. Nothing here counts as true: every value says what it was guessed from, and what the
//! logs cannot tell stays a comment.
//!
//! Where somebody is there, `questions` asks what neither tells.
//!
//! Absent on purpose: clock offsets and xentop's period, which reports estimate.

mod evidence;
mod factors;
mod naming;
mod parts;
mod pattern;
pub mod questions;
mod score;
mod strings;
mod table;
mod tables;
mod tokens;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use stillstand_parsers::{Clock, Format, Parsed};

use self::evidence::Evidence;
use self::naming::Naming;
use self::questions::Asks;
use self::score::Assignment;
use self::tables::Table;
use crate::input::config::{self, Config};
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
    /// Of a table of no known format, which: two of them have one format, and are not of one kind.
    pub table: Option<usize>,
    /// The host that the log itself names.
    pub host: Option<String>,
    /// First and last time in it, where it tells.
    pub span: Option<Span>,
}

impl Log {
    /// What it is: a run has one of each kind.
    pub fn kind(&self) -> LogKind {
        (self.format, self.table)
    }
}

/// The format, and of a declared table which.
pub type LogKind = (Format, Option<usize>);

/// First and last time of a log, seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub first: f64,
    pub last: f64,
    /// Whether they are those of a wall in a zone that is not known.
    pub is_local: bool,
}

/// How the files are named, and what follows for the runs.
#[derive(Debug)]
struct Names {
    /// `None` where the default naming does.
    pattern: Option<String>,
    factors: BTreeMap<String, BTreeSet<String>>,
    /// The factors in the order of [`Assignment::levels`].
    order: Vec<String>,
    /// What the name of each log tells.
    assigned: Vec<Option<Assignment>>,
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
    /// A level of every factor that varies, where somebody said with which condition the others are compared.
    reference: Vec<(String, String)>,
}

impl Names {
    /// Whether a number in the names counts repetitions.
    fn count(&self) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.contains("(?<repetition>"))
    }

    /// The levels that are references by their names, each with its factor.
    fn references(&self) -> Vec<(&str, &str)> {
        let several = self.factors.iter().filter(|(_, levels)| levels.len() > 1);
        several
            .flat_map(|(factor, levels)| levels.iter().map(move |level| (factor.as_str(), level.as_str())))
            .filter(|(_, level)| config::is_reference_level(level))
            .collect()
    }

    /// Draws from what the name of each log tells what that means for the runs.
    fn sort_in(&mut self, logs: &[Log]) {
        self.placed = self.assigned.iter().flatten().count();
        self.doubles = score::doubles(logs, &self.assigned);
        self.apart = score::apart(logs, &self.assigned);
        let mut named = self.assigned.iter().zip(logs);
        self.left_out = named.find(|(assigned, _)| assigned.is_none()).map(|(_, log)| log.relative.clone());
        self.factors = self.order.iter().map(|factor| (factor.clone(), BTreeSet::new())).collect();
        self.conditions.clear();
        for assigned in self.assigned.iter().flatten() {
            for (factor, level) in self.order.iter().zip(&assigned.levels) {
                self.factors.entry(factor.clone()).or_default().insert(level.clone());
            }
            self.conditions.entry(assigned.levels.clone()).or_default().insert(assigned.repetition);
        }
    }
}

/// Looks at every file of `folder`, with at most so much `memory`. `files` gets their number, `progress` is called after each.
/// `asks` is somebody who may know what they do not tell.
///
/// # Errors
///
/// The folder cannot be read, memory has no room for one of its files, or none of its files is a log of a known format or a table.
pub fn propose(
    folder: &Path,
    memory: Budget,
    files: &(dyn Fn(u64) + Sync),
    progress: &(dyn Fn() + Sync),
    mut asks: Option<&mut dyn Asks>,
) -> anyhow::Result<Proposal> {
    let session = Session::without_names(folder)?;
    files(session.files.len() as u64);
    let mut room = memory.room();
    let loaded = load(&session, Keeping::All, &mut room, progress).0;
    all_fit(folder, &loaded)?;
    let (logs, others): (Vec<LoadedFile>, Vec<LoadedFile>) =
        loaded.into_iter().partition(|file| file.log.is_some());
    let tables::Found { mut tables, refused } = tables::find(&others);
    let read = tables::read(&session, &tables, &mut room)?;
    all_fit(folder, read.iter().map(|(_, file)| file))?;
    let mut in_use = in_use(folder, &logs, &read, &mut tables)?;
    anyhow::ensure!(
        !in_use.logs.is_empty() || !tables.is_empty(),
        "{}: none of its {} files is a log of a format that is read, or a table whose columns tell what they are. `stillstand inspect \
         FILE` says why, `stillstand formats` lists the formats. A table needs a heading and a column of times since 1970 or with a date \
         (such as `time` or `timestamp`), and beside it one of events (`event`), of whether requests worked or how long they took \
         (`status`, `latency_ms`), or quantities with their units (`mem_used_bytes`){}",
        folder.display(),
        others.len(),
        refused.iter().map(|why| format!(". {why}")).collect::<String>()
    );
    if let (Some(names), Some(asks)) = (&mut in_use.names, &mut asks) {
        questions::of_names(names, &in_use.logs, *asks);
    }
    let config_text = in_use.names.as_ref().map(naming_table).unwrap_or_default();
    let number_of_logs = in_use.logs.len();
    let read = read.into_iter().filter(|(number, _)| in_use.tables.contains(number));
    let all: Vec<LoadedFile> = logs.into_iter().chain(read.map(|(_, file)| file)).collect();
    let all = renamed(folder, config_text.clone(), all)?;
    let mut evidence = Evidence::collect(&all, &Config::parse(&config_text)?, in_use.names.is_some());
    if let Some(asks) = &mut asks {
        questions::of_evidence(&mut evidence, *asks);
    }
    let unread: Vec<&str> =
        session.diagnostics.iter().filter_map(|diagnostic| diagnostic.file.as_deref()).collect();
    let is_used = |file: &&str| all.iter().any(|used| used.file.relative == **file);
    let left_out: Vec<&str> = others
        .iter()
        .map(|file| file.file.relative.as_str())
        .filter(|file| !is_used(file))
        .chain(unread)
        .collect();
    let paths: Vec<&str> = session.files.iter().map(|file| without_compression(&file.relative)).collect();
    let proposed = proposed(&tables, &in_use, &paths);
    let names = in_use.names.take();
    let mut proposal = write::proposal(names.as_ref(), &evidence, number_of_logs, &left_out, &proposed);
    proposal.check.splice(0..0, refused);
    Config::parse(&proposal.text)
        .context("the proposed campaign.toml is invalid; this is a bug in stillstand")?;
    Ok(proposal)
}

fn all_fit<'a>(folder: &Path, files: impl IntoIterator<Item = &'a LoadedFile>) -> anyhow::Result<()> {
    let mut told = files.into_iter().flat_map(|file| &file.diagnostics);
    match told.find(|diagnostic| diagnostic.code == BEYOND_MEMORY) {
        Some(beyond) => anyhow::bail!("{}/{}", folder.display(), diagnostics::line(beyond)),
        None => Ok(()),
    }
}

/// What takes part in the runs.
struct InUse {
    logs: Vec<Log>,
    /// Which of the tables.
    tables: BTreeSet<usize>,
    names: Option<Names>,
}

/// The logs, and those tables that lie in their runs: tables make no runs of their own beside logs. Without any log the runs are those
/// of the tables. One that has no place is told so.
fn in_use(
    folder: &Path,
    logs: &[LoadedFile],
    read: &[(usize, LoadedFile)],
    tables: &mut [Table],
) -> anyhow::Result<InUse> {
    let of_logs: Vec<Log> = logs.iter().filter_map(|file| describe(file, None)).collect();
    let of_tables: Vec<Log> =
        read.iter().filter_map(|(number, file)| describe(file, Some(*number))).collect();
    let mut in_use: BTreeSet<usize> = of_tables.iter().filter_map(|log| log.table).collect();
    loop {
        let is_in = |log: &&Log| log.table.is_some_and(|number| in_use.contains(&number));
        let all: Vec<Log> = of_logs.iter().chain(of_tables.iter().filter(is_in)).cloned().collect();
        let names = if all.is_empty() { None } else { names(folder, &all)? };
        let without_place = without_place(&all, names.as_ref());
        if without_place.is_empty() || (of_logs.is_empty() && without_place.len() == in_use.len()) {
            return Ok(InUse { logs: all, tables: in_use, names });
        }
        for number in without_place {
            in_use.remove(&number);
            if let Some(table) = tables.get_mut(number) {
                table.declaration.is_open = true;
                let what = if of_logs.is_empty() { "the other tables" } else { "the logs" };
                table.declaration.check.push(format!("its names tell no run that {what} are of"));
            }
        }
    }
}

/// The tables of which a file is in no run, or in one of which there is no log though there are logs.
fn without_place(all: &[Log], names: Option<&Names>) -> BTreeSet<usize> {
    let tables = || all.iter().filter_map(|log| log.table);
    let Some(names) = names else {
        // Files that are alone of their kind are the least likely to be of runs.
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        tables().for_each(|number| *counts.entry(number).or_default() += 1);
        let fewest = counts.values().min().copied();
        let is_even = counts.values().max().copied() == fewest;
        let has_logs = all.iter().any(|log| log.table.is_none());
        return counts
            .into_iter()
            .filter(|(_, count)| Some(*count) == fewest && (has_logs || !is_even))
            .map(|(number, _)| number)
            .collect();
    };
    let run = |assigned: &Assignment| (assigned.levels.clone(), assigned.repetition);
    let placed = || all.iter().zip(&names.assigned);
    let of_logs: BTreeSet<_> = placed()
        .filter(|(log, _)| log.table.is_none())
        .filter_map(|(_, assigned)| assigned.as_ref().map(run))
        .collect();
    let has_logs = all.iter().any(|log| log.table.is_none());
    let is_beside = |assigned: &Assignment| !has_logs || of_logs.contains(&run(assigned));
    placed()
        .filter(|(_, assigned)| !assigned.as_ref().is_some_and(is_beside))
        .filter_map(|(log, _)| log.table)
        .collect()
}

/// A table with the expression that fits its files.
#[derive(Debug)]
pub struct Proposed<'a> {
    pub table: &'a Table,
    pub files: String,
    /// Whether it is a comment.
    pub is_off: bool,
}

fn proposed<'a>(tables: &'a [Table], in_use: &InUse, paths: &[&str]) -> Vec<Proposed<'a>> {
    let proposed = tables.iter().enumerate().map(|(number, table)| {
        let own: Vec<&str> = table.files.iter().map(String::as_str).collect();
        let others: Vec<&str> = paths.iter().copied().filter(|path| !own.contains(path)).collect();
        let files = tables::pattern(&own, &others);
        Proposed { table, files, is_off: !in_use.tables.contains(&number) }
    });
    proposed.collect()
}

fn describe(file: &LoadedFile, table: Option<usize>) -> Option<Log> {
    let log = file.log.as_deref()?;
    Some(Log {
        relative: without_compression(&file.file.relative).to_owned(),
        format: log.format,
        table,
        host: log.facts.text("host").map(str::to_owned),
        span: span(log),
    })
}

/// First and last time of a log; `None` where its clock has no date.
fn span(log: &Parsed) -> Option<Span> {
    let facts = &log.facts;
    let around = |values: &mut dyn Iterator<Item = f64>, is_local: bool| {
        values.fold(None, |span: Option<Span>, value| {
            let (first, last) =
                span.map_or((value, value), |span| (span.first.min(value), span.last.max(value)));
            Some(Span { first, last, is_local })
        })
    };
    let local = || around(&mut log.frame.f64s("local_s").ok()?.iter().flatten(), true);
    match log.frame.clock {
        Clock::Counter => {
            let first = facts.float("start_epoch")?;
            let last = first + facts.float("samples").unwrap_or_default();
            Some(Span { first, last, is_local: false })
        }
        Clock::Epoch | Clock::EpochSecondsAtArrival => {
            around(&mut log.frame.times()?.into_iter().flatten(), false).or_else(local)
        }
        Clock::TimeOfDay | Clock::None => local(),
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
        factors: BTreeMap::new(),
        order: factors,
        assigned,
        conditions: BTreeMap::new(),
        logs: logs.len(),
        placed: 0,
        doubles: 0,
        apart: 0,
        left_out: None,
        doubt: None,
        reference: Vec::new(),
    };
    names.sort_in(logs);
    let others = others(&session, logs);
    names.doubt = doubt(folder, logs, &names.assigned, &others).filter(|_| names.count());
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
