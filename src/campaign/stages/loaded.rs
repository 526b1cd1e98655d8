//! The files of a campaign, read.

use std::collections::BTreeSet;

use stillstand_parsers::{Domains, Meaning, Parsed};

use crate::input::config::Config;
use crate::input::load::{LoadedFile, LoadedTable, again, load_tables, load_within};
use crate::input::memory::{READING, Room};
use crate::input::session::{RunKey, Session};
use crate::input::{dates, doubts, parts};
use crate::model::diagnostics::line;
use crate::model::{Diagnostic, Severity};

/// Rows are kept of the first files of a campaign up to so many bytes; those of the others are read again when their run is
/// measured, so that memory does not grow with the number of runs.
const KEPT: u64 = 64 << 20;

/// In: a session. Out: each part of its files with hash and frame, in the run that it is.
pub struct Loaded {
    pub files: Vec<LoadedFile>,
    pub tables: Vec<LoadedTable>,
    /// The memory that is left.
    pub room: Room,
    /// Relative path and SHA-256 of every file; `None` for an unreadable one.
    pub hashes: Vec<(String, Option<String>)>,
    /// Of the session and of the files.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Reads every file of a session that fits into `room`; `progress` is called after each.
    ///
    /// # Errors
    ///
    /// Nothing of any file can be used.
    pub fn load(session: &Session, room: Room, progress: &(dyn Fn() + Sync)) -> anyhow::Result<Self> {
        Self::load_within(session, KEPT, room, progress)
    }

    fn load_within(
        session: &Session,
        bytes: u64,
        mut room: Room,
        progress: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Self> {
        let kept = room.of_rows(bytes);
        let tables = load_tables(session, &mut room);
        let mut files = load_within(session, kept, &mut room, progress);
        anyhow::ensure!(
            files.iter().any(|file| file.log.is_some()) || tables.iter().any(|table| table.bytes.is_ok()),
            "{}: none of its {} files could be used. {}",
            session.path.display(),
            files.len(),
            files.iter().flat_map(|file| &file.diagnostics).map(line).next().unwrap_or_default()
        );
        let hashes = hashes(&files, &tables);
        dates::complete(&mut files, &session.config);
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
        let (files, notes) =
            parts::runs(with_rows_for_parts(files, &session.config, &mut room), &session.config);
        diagnostics.extend(notes);
        Ok(Self { files, tables, room, hashes, diagnostics })
    }
}

/// Its rows are kept where they are to be matched.
const COUNTED: Meaning = Meaning::Domains(Domains::OneByCounter);

/// The files with the rows of all that may have to be told apart by time: those without a repetition in their names, and
/// those of a run of which another file has several parts.
fn with_rows_for_parts(files: Vec<LoadedFile>, config: &Config, room: &mut Room) -> Vec<LoadedFile> {
    if !files.iter().any(|file| file.dropped) {
        return files;
    }
    let is_whole = |file: &&LoadedFile| {
        let meaning = |log: &Parsed| log.parts.len() > 1 || log.format.meaning() == COUNTED && !file.dropped;
        file.log.as_ref().is_some_and(meaning)
    };
    let whole: BTreeSet<RunKey> = files.iter().filter(is_whole).map(|file| file.file.run.clone()).collect();
    let is_needed =
        |file: &LoadedFile| file.dropped && (!file.file.names_repetition || whole.contains(&file.file.run));
    let files: Vec<(LoadedFile, bool)> = files
        .into_iter()
        .map(|file| {
            let needed = is_needed(&file);
            (file, needed)
        })
        .collect();
    room.each(
        files,
        |room, (file, needed)| if *needed { room.fit(file.size, READING) } else { Ok(0) },
        |(file, needed)| if needed { (again(file, config), true) } else { (file, false) },
        |(file, needed), beyond| (file.refused(&beyond), needed),
        |(file, needed)| if *needed { file.keeps() } else { 0 },
    )
    .into_iter()
    .map(|(file, _)| file)
    .collect()
}

fn hashes(files: &[LoadedFile], tables: &[LoadedTable]) -> Vec<(String, Option<String>)> {
    let files = files.iter().map(|file| (&file.file.relative, &file.sha256));
    let tables = tables.iter().map(|table| (&table.relative, &table.sha256));
    files.chain(tables).map(|(path, sha256)| (path.clone(), sha256.clone())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Measured, Surveyed};
    use super::*;
    use crate::input::memory::Budget;

    /// Whether rows were kept or read again is not to be seen in what is left of the runs.
    #[test]
    fn rows_that_are_read_again_are_the_same() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        for campaign in ["xen-live-migration", "qemu-live-migration"] {
            let session = Session::open(&samples.join(campaign)).unwrap();
            let measured = |bytes| {
                let loaded = Loaded::load_within(&session, bytes, Budget::default().room(), &|| {}).unwrap();
                let dropped = loaded.files.iter().filter(|file| file.dropped).count();
                let surveyed = Surveyed::survey(loaded, &session.config).unwrap();
                let (measured, _) = Measured::measure(surveyed, &session.config, &|_, _, _| (), 0);
                let left = format!("{:?} {:?} {:?}", measured.hosts, measured.runs, measured.diagnostics);
                (dropped, left)
            };
            let ((none, kept), (most, again)) = (measured(u64::MAX), measured(0));
            assert!(none == 0 && most > 20, "{campaign}: {most} files were dropped");
            assert!(kept == again, "{campaign}");
        }
    }
}
