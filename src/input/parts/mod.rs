//! The parts of files become runs: the sessions of ping, the migrations or the tests that a file holds one behind the other.
//!
//! Which part belongs to which run follows from what the files are, never from what is in the results:
//!
//! * Where a file's name gives no repetition, or by a declared pattern all names the same, part *k* is repetition *k*; files of the same run, format, source and host go
//!   on counting. Where it gives one, the parts are levels of the factor `part`, as in all runs of that condition.
//! * The tests of a benchmark (`tests`) count by themselves: the second test of the CPU is repetition 2 of that, whatever
//!   stands between. What they were told differently within a file (threads, a mix of queries) are factors.
//! * Each row of a table of migrations (`rows`) is a run, whose factors and repetition it says.
//! * Sessions and migrations (`sessions`) of several files of a run are paired by number; what cannot be paired goes by
//!   time, and what goes by neither is an error and left out.
//!
//! Deliberately absent: pairing by what the parts measured.

mod rows;
mod sessions;
mod tests;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stillstand_parsers::Family;

use crate::input::config::Config;
use crate::input::digest::Digest;
use crate::input::load::LoadedFile;
use crate::model::{Diagnostic, Factors, Severity};

/// The factor of the parts of files whose names give the repetition; the second where a campaign has the first already.
const PART: [&str; 2] = ["part", "part_of_file"];

/// So many runs of one file are read: as many as a whole campaign of years has.
const MOST_PARTS: usize = 5_000;

/// A part of a file, or all of it.
struct Piece {
    file: LoadedFile,
    /// Which of its run it is, from 1.
    number: u32,
    /// What tells it from other parts besides its number.
    levels: Factors,
}

/// The files with each part as a file of its own, in the run that it is.
pub fn runs(files: Vec<LoadedFile>, config: &Config) -> (Vec<LoadedFile>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut groups: BTreeMap<(Arc<Factors>, Option<u32>), Vec<LoadedFile>> = BTreeMap::new();
    let files = rows::split(files, &mut diagnostics);
    let says_nothing = config.file.naming.pattern.is_some() && is_one_repetition(&files);
    let files = files.into_iter().map(|file| bounded(file, &mut diagnostics)).collect::<Vec<_>>();
    for mut file in files.into_iter().flat_map(by_tool) {
        if says_nothing {
            Arc::make_mut(&mut file.file).names_repetition = false;
        }
        let named = file.file.names_repetition.then_some(file.file.run.repetition);
        groups.entry((file.file.run.factors.clone(), named)).or_default().push(file);
    }
    let varied = tests::varied(groups.values().flatten());
    let mut pieces = Vec::new();
    for files in groups.into_values() {
        // Beside migrations a benchmark is their load, unless the campaign is about its results.
        let are_results = config.is_of_benchmarks() || files.iter().all(is_of_benchmark);
        let (results, others) = files.into_iter().partition(|file| are_results && is_of_benchmark(file));
        pieces.extend(tests::split(results, &varied, &mut diagnostics));
        pieces.extend(sessions::split(others, config, &mut diagnostics));
    }
    (keyed(pieces), diagnostics)
}

/// Whether all names give the same repetition: where files have parts, these are what was repeated.
fn is_one_repetition(files: &[LoadedFile]) -> bool {
    files.len() > 1 && files.windows(2).all(|pair| pair[0].file.run.repetition == pair[1].file.run.repetition)
}

/// A file of more parts than a report can be about is left out, as a file that could not be read.
fn bounded(mut file: LoadedFile, diagnostics: &mut Vec<Diagnostic>) -> LoadedFile {
    let parts = file.logs().map(|log| log.parts.len()).max().unwrap_or_default();
    if parts > MOST_PARTS {
        let message = format!(
            "the file holds {parts} parts, each of which would be a run; {MOST_PARTS} are the most, and it is left out. Split it \
             into files that hold fewer"
        );
        diagnostics.push(about(&file, Severity::Error, "too-many-parts", message));
        (file.log, file.others) = (None, Vec::new());
    }
    file
}

/// A file as one for each of the tools that wrote it.
fn by_tool(mut file: LoadedFile) -> Vec<LoadedFile> {
    let others = std::mem::take(&mut file.others);
    let alike: Vec<LoadedFile> = others.into_iter().map(|log| with_log(&file, log)).collect();
    std::iter::once(file).chain(alike).collect()
}

/// The same file with another log.
fn with_log(file: &LoadedFile, log: stillstand_parsers::Parsed) -> LoadedFile {
    LoadedFile {
        file: file.file.clone(),
        sha256: file.sha256.clone(),
        content: file.content.clone(),
        // What was dropped is no part of a file.
        digest: if file.dropped { file.digest.clone() } else { Digest::of(&log) },
        dropped: file.dropped,
        size: file.size,
        log: Some(Box::new(log)),
        others: Vec::new(),
        diagnostics: Vec::new(),
    }
}

/// Whether nothing else is in it.
fn is_of_benchmark(file: &LoadedFile) -> bool {
    file.log.as_deref().is_none_or(|log| log.format.meaning().family() == Family::Benchmark)
}

/// Gives each piece the run that it is.
fn keyed(pieces: Vec<Piece>) -> Vec<LoadedFile> {
    let names_repetition = |piece: &Piece| piece.file.file.names_repetition;
    let in_parts: BTreeSet<Arc<Factors>> = pieces
        .iter()
        .filter(|piece| names_repetition(piece) && piece.number > 1)
        .map(|piece| piece.file.file.run.factors.clone())
        .collect();
    let is_free = |name: &&str| !pieces.iter().any(|piece| piece.file.file.run.factors.contains_key(*name));
    let part = PART.into_iter().find(is_free).unwrap_or(PART[0]);
    let keyed = pieces.into_iter().map(|piece| {
        let Piece { mut file, number, levels } = piece;
        let names_repetition = file.file.names_repetition;
        if !names_repetition && number > 1 {
            let repetition = &mut Arc::make_mut(&mut file.file).run.repetition;
            *repetition = repetition.saturating_add(number - 1);
        }
        let mut told = levels;
        if names_repetition && in_parts.contains(&file.file.run.factors) {
            told.entry(part.to_owned()).or_insert_with(|| number.to_string());
        }
        if !told.is_empty() {
            Arc::make_mut(&mut Arc::make_mut(&mut file.file).run.factors).extend(told);
        }
        file
    });
    let mut files: Vec<LoadedFile> = keyed.collect();
    files.sort_by(|a, b| (&a.file.relative, &a.file.run).cmp(&(&b.file.relative, &b.file.run)));
    files
}

/// Something about the parts of one file.
fn about(file: &LoadedFile, severity: Severity, code: &'static str, message: String) -> Diagnostic {
    let file = Some(file.file.relative.clone());
    Diagnostic { severity, code, file, line: None, column: None, message, text: None }
}

/// Says that the parts of a file are runs.
fn several(file: &LoadedFile, count: usize, what: &str) -> Diagnostic {
    let becomes = match file.file.names_repetition {
        true => "each is a run of its own, in their order, with its number as a level of the factor `part`",
        false => "each is a run of its own, in their order, with its number as the repetition",
    };
    about(file, Severity::Note, "several-parts", format!("the file holds {count} {what}: {becomes}"))
}
