//! The files of a campaign, read.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Domains, Meaning, Parsed};

use crate::input::config::Config;
use crate::input::load::{Keeping, LoadedFile, LoadedTable, PathAndHash, again, load};
use crate::input::memory::{Beyond, KEEPING, MEASURING, READING, Room};
use crate::input::session::{RunKey, Session};
use crate::input::{anchors, dates, doubts, intervals, parts};
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
    pub hashes: Vec<PathAndHash>,
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
        Self::load_keeping(session, Keeping::Runs { rows: KEPT }, room, progress)
    }

    fn load_keeping(
        session: &Session,
        keeping: Keeping,
        mut room: Room,
        progress: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Self> {
        let empty = room;
        let (mut files, tables) = load(session, keeping, &mut room, progress);
        intervals::settle(&mut files);
        anyhow::ensure!(
            files.iter().any(|file| file.log.is_some()) || tables.iter().any(|table| table.bytes.is_ok()),
            "{}: none of its {} files could be used. {}",
            session.path.display(),
            files.len(),
            first_reason(&files, &tables)
        );
        let hashes = hashes(&files, &tables);
        dates::complete(&mut files, &session.config);
        anchors::place(&mut files, &session.config);
        // Without any of its files a run is none.
        let refused: BTreeSet<String> =
            files.iter().filter(|file| file.is_refused()).map(|file| file.file.relative.clone()).collect();
        let mut diagnostics: Vec<Diagnostic> =
            files.iter_mut().flat_map(|file| std::mem::take(&mut file.diagnostics)).collect();
        files.retain(|file| !refused.contains(&file.file.relative));
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
        let tabled = tables.iter().filter(|table| table.bytes.is_ok()).map(|table| table.size);
        let empty = empty.with(tabled.fold(0, u64::saturating_add).saturating_mul(KEEPING), 0);
        let files = with_rows_for_parts(files, &session.config, empty, &mut room);
        let (refused, files): (Vec<LoadedFile>, Vec<LoadedFile>) =
            files.into_iter().partition(LoadedFile::is_refused);
        diagnostics.extend(refused.into_iter().flat_map(|file| file.diagnostics));
        let (files, notes) = parts::runs(files, &session.config);
        diagnostics.extend(notes);
        Ok(Self { files, tables, room, hashes, diagnostics })
    }
}

/// Its rows are kept where they are to be matched.
const COUNTED: Meaning = Meaning::Domains(Domains::OneByCounter);

/// The files with the rows of all that may have to be told apart by time: those without a repetition in their names, and
/// those of a run of which another file has several parts. Where they do not fit into `empty`, which is `room` without the
/// files, the largest runs are left out.
fn with_rows_for_parts(
    files: Vec<LoadedFile>,
    config: &Config,
    empty: Room,
    room: &mut Room,
) -> Vec<LoadedFile> {
    let is_whole = |file: &&LoadedFile| {
        let meaning = |log: &Parsed| log.parts.len() > 1 || log.format.meaning() == COUNTED && !file.dropped;
        file.log.as_deref().is_some_and(meaning)
    };
    let whole: BTreeSet<RunKey> = files.iter().filter(is_whole).map(|file| file.file.run.clone()).collect();
    let is_needed =
        |file: &LoadedFile| file.dropped && (!file.file.names_repetition || whole.contains(&file.file.run));
    if !files.iter().any(is_needed) {
        return files;
    }
    let keeps = |file: &LoadedFile| {
        if is_needed(file) { file.size.saturating_mul(KEEPING) } else { file.keeps() }
    };
    let (with, refused) = beyond(files.iter().map(|file| (&file.file.run, file.size, keeps(file))), empty);
    *room = with;
    let files: Vec<(LoadedFile, bool)> = files
        .into_iter()
        .map(|file| match refused.get(&file.file.run) {
            Some(beyond) => (file.refused(beyond), false),
            None => {
                let needed = is_needed(&file);
                (file, needed)
            }
        })
        .collect();
    room.each(
        files,
        |(file, needed)| if *needed { file.size.saturating_mul(READING) } else { 0 },
        |(file, needed)| if needed { again(file, config) } else { file },
    )
}

/// The runs that do not fit into `room`, and `room` with those that do. Of each file its run, its bytes and what it keeps.
fn beyond<'a>(
    files: impl Iterator<Item = (&'a RunKey, u64, u64)>,
    mut room: Room,
) -> (Room, BTreeMap<RunKey, Beyond>) {
    let mut runs: BTreeMap<&RunKey, (u64, u64)> = BTreeMap::new();
    for (run, size, keeps) in files {
        let sums = runs.entry(run).or_default();
        *sums = (sums.0.saturating_add(size), sums.1.saturating_add(keeps));
    }
    let mut runs: Vec<(&RunKey, (u64, u64))> = runs.into_iter().collect();
    runs.sort_by_key(|(_, (size, _))| *size);
    let mut with = room;
    let mut refused = Vec::new();
    for (run, (size, keeps)) in runs {
        let work = size.saturating_mul(MEASURING);
        with = with.with(keeps, work);
        if with.fits() {
            room = with;
        } else {
            refused.push((run.clone(), size, work));
        }
    }
    let beyond = |(run, size, work)| (run, with.beyond("its run has", size, work, with.enough()));
    (room, refused.into_iter().map(beyond).collect())
}

/// What is wrong with the first file or table.
fn first_reason(files: &[LoadedFile], tables: &[LoadedTable]) -> String {
    let of_file = files.iter().flat_map(|file| &file.diagnostics).map(line).next();
    let of_table = || {
        tables.iter().find_map(|table| {
            let error = table.bytes.as_ref().err()?;
            Some(format!("{}: {error:#}", table.relative))
        })
    };
    of_file.or_else(of_table).unwrap_or_default()
}

fn hashes(files: &[LoadedFile], tables: &[LoadedTable]) -> Vec<PathAndHash> {
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
            let session = Session::open(&samples.join(campaign), None).unwrap();
            let measured = |bytes| {
                let keeping = Keeping::Runs { rows: bytes };
                let loaded =
                    Loaded::load_keeping(&session, keeping, Budget::default().room(), &|| {}).unwrap();
                let dropped = loaded.files.iter().filter(|file| file.dropped).count();
                let surveyed = Surveyed::survey(loaded, &session.config);
                let measured = Measured::measure(surveyed, &session.config, &|| {});
                let left = format!("{:?} {:?} {:?}", measured.hosts, measured.runs, measured.diagnostics);
                (dropped, left)
            };
            let ((none, kept), (most, again)) = (measured(u64::MAX), measured(0));
            assert!(none == 0 && most > 20, "{campaign}: {most} files were dropped");
            assert!(kept == again, "{campaign}");
        }
    }
}
