//! The files of a campaign, read.

use crate::input::load::{LoadedFile, LoadedTable, load, load_tables};
use crate::input::parts;
use crate::input::session::Session;
use crate::model::Diagnostic;
use crate::model::diagnostics::line;

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
        let mut diagnostics = session.diagnostics.clone();
        for file in &mut files {
            diagnostics.append(&mut file.diagnostics);
        }
        let hashes = hashes(&files, &tables);
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
