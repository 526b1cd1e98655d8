//! The files of a campaign, read.

use crate::input::load::{LoadedFile, LoadedTable, load, load_tables};
use crate::input::session::Session;
use crate::input::{doubts, parts};
use crate::model::diagnostics::line;
use crate::model::{Diagnostic, Severity};

/// In: a session. Out: each part of its files with hash and frame, in the run that it is.
pub struct Loaded {
    pub files: Vec<LoadedFile>,
    pub tables: Vec<LoadedTable>,
    /// Relative path and SHA-256 of every file; `None` for an unreadable one.
    pub hashes: Vec<(String, Option<String>)>,
    /// Of the session and of the files.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Reads every file of a session; `progress` is called after each.
    ///
    /// # Errors
    ///
    /// Nothing of any file can be used.
    pub fn load(session: &Session, progress: &(dyn Fn() + Sync)) -> anyhow::Result<Self> {
        let (mut files, tables) = (load(session, progress), load_tables(session));
        anyhow::ensure!(
            files.iter().any(|file| file.log.is_some()) || tables.iter().any(|table| table.bytes.is_ok()),
            "{}: none of its {} files could be used. {}",
            session.path.display(),
            files.len(),
            files.iter().flat_map(|file| &file.diagnostics).map(line).next().unwrap_or_default()
        );
        let hashes = hashes(&files, &tables);
        let mut diagnostics: Vec<Diagnostic> =
            files.iter_mut().flat_map(|file| std::mem::take(&mut file.diagnostics)).collect();
        let (files, doubts) = doubts::settle(session, files);
        anyhow::ensure!(
            !files.is_empty() || !tables.is_empty(),
            "{}: no run is left. {}",
            session.path.display(),
            doubts
                .iter()
                .filter(|doubt| doubt.severity == Severity::Error)
                .map(line)
                .next()
                .unwrap_or_default()
        );
        diagnostics.extend(doubts);
        let (files, notes) = parts::runs(files, &session.config);
        diagnostics.extend(notes);
        Ok(Self { files, tables, hashes, diagnostics })
    }
}

fn hashes(files: &[LoadedFile], tables: &[LoadedTable]) -> Vec<(String, Option<String>)> {
    let files = files.iter().map(|file| (&file.file.relative, &file.sha256));
    let tables = tables.iter().map(|table| (&table.relative, &table.sha256));
    files.chain(tables).map(|(path, sha256)| (path.clone(), sha256.clone())).collect()
}
