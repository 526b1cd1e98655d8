//! The files of a campaign, read.

use crate::input::load::{LoadedFile, LoadedTable, load, load_tables};
use crate::input::session::Session;
use crate::model::Diagnostic;
use crate::model::diagnostics::line;

/// In: a session. Out: each of its files with hash, frame and diagnostics.
pub struct Loaded {
    pub files: Vec<LoadedFile>,
    pub tables: Vec<LoadedTable>,
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
        Ok(Self { files, tables, diagnostics })
    }

    /// Relative path and SHA-256 of every file; `None` for an unreadable one.
    pub fn hashes(&self) -> Vec<(String, Option<String>)> {
        let files = self.files.iter().map(|file| (&file.file.relative, &file.sha256));
        let tables = self.tables.iter().map(|table| (&table.relative, &table.sha256));
        files.chain(tables).map(|(path, sha256)| (path.clone(), sha256.clone())).collect()
    }
}
