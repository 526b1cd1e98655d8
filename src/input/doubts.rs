//! What the names of a campaign's files leave in doubt, told where the files themselves can tell: recognised logs that belong to
//! no run, rivals for one place in a run, and copies of one log.
//!
//! Nothing is chosen: a run with rivals is left out whole, since any choice among them would be one by chance.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{self as parsers, Family, Format};

use super::load::{LoadedFile, head};
use super::numbers::{self, Numbered};
use super::session::{RunKey, Session};
use crate::model::{Diagnostic, Factors, Severity};

/// A log with so many measured values is no copy by chance.
const MEASURED: usize = 10;

/// The files without copies and without the runs that have rivals, and what there is to say of both and of recognised logs
/// without a run.
pub fn settle(session: &Session, files: Vec<LoadedFile>) -> (Vec<LoadedFile>, Vec<Diagnostic>) {
    let mut diagnostics: Vec<Diagnostic> =
        session.diagnostics.iter().map(|known| recognised(session, known)).collect();
    let (files, refused) = without_rivals(files);
    diagnostics.extend(refused);
    let (files, copies) = without_copies(files);
    diagnostics.extend(copies);
    diagnostics.extend(assumed_repetitions(session, &files));
    (files, diagnostics)
}

/// A file without a run that is a log after all is an error.
fn recognised(session: &Session, known: &Diagnostic) -> Diagnostic {
    let found = || -> Option<Format> {
        let relative = known.file.as_ref().filter(|_| known.code == "file-without-run")?;
        let head = head(&session.path.join(relative)).ok()?;
        parsers::detect_all(&head).ok()?.first().copied()
    };
    let Some(format) = found() else { return known.clone() };
    let message = format!(
        "the file is {}, but its name does not tell to which run it belongs; it was not read. Write a \
         `naming.pattern` in campaign.toml that it fits (`stillstand init` proposes one), or rename it",
        format.name()
    );
    Diagnostic { severity: Severity::Error, code: "log-without-run", message, ..known.clone() }
}

/// A warning where nothing but the default naming says that numbers in names are repetitions, and something speaks against it.
fn assumed_repetitions(session: &Session, files: &[LoadedFile]) -> Option<Diagnostic> {
    if session.config.naming.is_some() {
        return None;
    }
    let logs = files.iter().filter(|file| file.log.is_some());
    let numbered = logs.filter_map(|LoadedFile { file, .. }| {
        let load = file.run.factors.get("load")?;
        let repetition = file.run.repetition;
        Some(Numbered { relative: &file.relative, condition: load.clone(), repetition })
    });
    let others: Vec<&str> = session.other_files().collect();
    let message = numbers::doubt(&numbered.collect::<Vec<_>>(), &others, &session.path)?;
    Some(Diagnostic { severity: Severity::Warning, ..error(Diagnostic::REPETITIONS_ASSUMED, None, message) })
}

/// Logs of one kind from different folders in one run.
fn without_rivals(files: Vec<LoadedFile>) -> (Vec<LoadedFile>, Vec<Diagnostic>) {
    // Clients whose tables are declared apart may have a folder each.
    type Kind<'a> = (&'a RunKey, &'a str, Option<usize>, &'a Option<String>);
    let mut places: BTreeMap<Kind<'_>, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.file.names_repetition) {
        let Some(log) = &file.log else { continue };
        // Hosts and hypervisors may have a folder each.
        match log.format.meaning().family() {
            Family::Service | Family::Guest => {}
            Family::Host | Family::Hypervisor | Family::Benchmark | Family::Client => continue,
        }
        places
            .entry((&file.file.run, log.format.name(), file.file.declared, &file.file.host))
            .or_default()
            .push(&file.file.relative);
    }
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut refused: BTreeSet<RunKey> = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for ((run, format, ..), paths) in places {
        let folders: BTreeSet<String> = paths.iter().map(|path| folder(path)).collect();
        if folders.len() < 2 {
            continue;
        }
        let message = format!(
            "by their names, {} are {format} logs of one run ({}); the run was left out. If their folders tell runs apart, \
             say so with a `naming.pattern` in campaign.toml (`stillstand init` proposes one)",
            paths.join(" and "),
            described(run)
        );
        let file = paths.first().map(|path| (*path).to_owned());
        diagnostics.push(error("rival-logs", file, message));
        refused.insert(run.clone());
    }
    (files.into_iter().filter(|file| !refused.contains(&file.file.run)).collect(), diagnostics)
}

fn described(run: &RunKey) -> String {
    let levels = run.factors.iter().map(|(name, level)| format!("{name} {level}, "));
    format!("{}repetition {}", levels.collect::<String>(), run.repetition)
}

/// The same lines under several repetitions of a condition count once. Under several conditions nothing says whose they are: they
/// stay, and a warning says so.
fn without_copies(files: Vec<LoadedFile>) -> (Vec<LoadedFile>, Vec<Diagnostic>) {
    let mut first: BTreeMap<(&Factors, &str), (u32, &LoadedFile)> = BTreeMap::new();
    let mut anywhere: BTreeMap<&str, &LoadedFile> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    let mut is_kept = Vec::with_capacity(files.len());
    for file in &files {
        let Some(content) = file.content.as_deref().filter(|_| is_measured(file)) else {
            is_kept.push(true);
            continue;
        };
        let RunKey { factors, repetition } = &file.file.run;
        let (of, original) = first.entry((factors, content)).or_insert((*repetition, file));
        is_kept.push(of == repetition);
        if of == repetition {
            diagnostics.extend(elsewhere(&mut anywhere, file, content));
            continue;
        }
        let message = format!(
            "the file has the same {}, which is another repetition; it counts once and was left out here",
            shared(file, original)
        );
        diagnostics.push(error("same-log", Some(file.file.relative.clone()), message));
    }
    let kept = files.into_iter().zip(is_kept).filter_map(|(file, is_kept)| is_kept.then_some(file));
    (kept.collect(), diagnostics)
}

/// What two files share, as the end of "has the same".
fn shared(file: &LoadedFile, original: &LoadedFile) -> String {
    let name = &original.file.relative;
    if file.sha256 == original.sha256 {
        format!("bytes as {name}")
    } else {
        format!("lines as {name} (they end otherwise, or are packed)")
    }
}

/// A warning where a log has the lines of one of another condition, with the first file that has each.
fn elsewhere<'a>(
    anywhere: &mut BTreeMap<&'a str, &'a LoadedFile>,
    file: &'a LoadedFile,
    content: &'a str,
) -> Option<Diagnostic> {
    let first = anywhere.entry(content).or_insert(file);
    let message = format!(
        "the file has the same {}, which is another condition: one of them is the log of another run, and both count",
        shared(file, first)
    );
    let told = error("same-log-elsewhere", Some(file.file.relative.clone()), message);
    let is_elsewhere = first.file.run.factors != file.file.run.factors;
    (is_elsewhere && is_of_a_run(file)).then_some(Diagnostic { severity: Severity::Warning, ..told })
}

/// Whether it holds values that do not come out the same twice: many, or a time since 1970.
fn is_measured(file: &LoadedFile) -> bool {
    file.log.is_some() && (file.digest.measured >= MEASURED || file.digest.span.is_some())
}

/// Whether it is of one migration. Logs of hosts may be of several, and those of benchmarks are baselines of many.
fn is_of_a_run(file: &LoadedFile) -> bool {
    file.log.as_deref().is_some_and(|log| match log.format.meaning().family() {
        Family::Service | Family::Guest | Family::Hypervisor => file.digest.span.is_some(),
        Family::Host | Family::Benchmark | Family::Client => false,
    })
}

fn error(code: &'static str, file: Option<String>, message: String) -> Diagnostic {
    Diagnostic { severity: Severity::Error, code, file, line: None, column: None, message, text: None }
}
