//! The only writer: a report folder, or a `campaign.toml`, appears whole or not at all.
//!
//! A folder is filled beside its destination, file by file as they are made, waits until it is on the disk, and then changes places with what is
//! there in one step. Where the system has no such step, the old folder is moved away first and goes back if
//! the new one cannot take its place; a run that is killed in between is put right by the next one.

mod disk;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use rayon::prelude::*;

use self::disk::{Disk, Real};
use self::staging::{PREFIX, Staging, parent, recover};
use super::attempt::Shelf;
use super::present::{Entry, present};
use crate::campaign::dataset::{Shard, tables};
use crate::input::folder;
pub use crate::input::folder::{LARGEST_MANIFEST, MANIFEST};

/// How many files that are not ours a message names.
const NAMED: usize = 5;
/// How many files are waited for at once: a disk takes as long for many as for one.
const SYNCED_AT_ONCE: usize = 16;

/// Whether an output is being written at this moment.
static WRITING: AtomicBool = AtomicBool::new(false);

/// Whether an output is being written at this moment: what an interruption has to say depends on it.
pub fn is_writing() -> bool {
    WRITING.load(Ordering::Relaxed)
}

/// Says early whether `out` may be written, so that no work is done in vain, and puts right what an interrupted run
/// left there; tells what that was.
///
/// # Errors
///
/// `out` exists and is not empty, unless `replace` is set, a report wrote it and it holds nothing else; or nothing can be
/// written where it is to be.
pub fn prepare(out: &Path, replace: bool) -> anyhow::Result<Vec<String>> {
    if !matches!(out.components().next_back(), Some(Component::Normal(_))) {
        bail!("{}: OUT has to end in the name of a folder, which is made or replaced", out.display());
    }
    let mut told = recover(&Real, out)?;
    check(out, replace)?;
    told.extend(try_to_write(&Real, out)?);
    Ok(told)
}

/// Makes a staging folder where that of `out` will be, as far as there is such a place yet, and removes it.
fn try_to_write(disk: &dyn Disk, out: &Path) -> anyhow::Result<Option<String>> {
    let mut place = out;
    while fs::symlink_metadata(parent(place)).is_err() && parent(place) != Path::new(".") {
        place = parent(place);
    }
    Ok(Staging::new(disk, place)?.remove())
}

fn check(out: &Path, replace: bool) -> anyhow::Result<()> {
    let Ok(metadata) = fs::symlink_metadata(out) else {
        return Ok(());
    };
    if metadata.is_symlink() {
        bail!("{} is a link; name the folder that it leads to", out.display());
    }
    if !metadata.is_dir() {
        bail!("{}: is a file, not a folder", out.display());
    }
    let entries = present(out).with_context(|| out.display().to_string())?;
    if entries.is_empty() {
        return Ok(());
    }
    let Some(listed) = listed(out) else {
        bail!(
            "{} is not empty and was not written by stillstand; it is never replaced. Choose another folder",
            out.display()
        );
    };
    if !replace {
        bail!("{} contains an earlier output of stillstand; --force replaces it", out.display());
    }
    let of_parts = folder::is_dataset(out);
    let is_ours = |path: &str| listed.contains(path) || (of_parts && is_of_part(path));
    no_others(out, &entries, is_ours)
}

/// Whether a path is that of a table in a part of a dataset, or of one that an interrupted run left unfinished.
fn is_of_part(path: &str) -> bool {
    path.split_once('/').is_some_and(|(part, table)| {
        part.starts_with(PREFIX) || Shard::of_folder(part).is_some() && tables::OF_PART.contains(&table)
    })
}

/// What a part of a dataset may take the place of: nothing, or what is called as its tables are.
fn check_part(out: &Path) -> anyhow::Result<()> {
    let Ok(metadata) = fs::symlink_metadata(out) else { return Ok(()) };
    if !metadata.is_dir() {
        bail!("{}: is no folder", out.display());
    }
    let entries = present(out).with_context(|| out.display().to_string())?;
    no_others(out, &entries, |path| tables::OF_PART.contains(&path))
}

/// An error that names what is in a folder and is not ours.
fn no_others(out: &Path, entries: &[Entry], is_ours: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    let foreign: Vec<&str> =
        entries.iter().map(|entry| entry.path.as_str()).filter(|path| !is_ours(path)).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let more = foreign.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    bail!(
        "{} holds what stillstand did not write there: {}{more}. Nothing was replaced; move it elsewhere, or choose \
         another folder",
        out.display(),
        foreign[..foreign.len().min(NAMED)].join(", ")
    )
}

/// The files that the manifest of `out` lists, and the manifest; `None` unless it is one of ours.
fn listed(out: &Path) -> Option<BTreeSet<String>> {
    if !folder::is_output(out) {
        return None;
    }
    let bytes = folder::read(&out.join(MANIFEST), LARGEST_MANIFEST).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let outputs = manifest.get("outputs")?.as_object()?;
    Some(outputs.keys().cloned().chain([MANIFEST.to_owned()]).collect())
}

/// Lets `make` put files in a folder beside `out`, and puts that in place; returns what `make` does, and tells what else
/// was done.
///
/// # Errors
///
/// Those of [`prepare`] and of `make`; or the disk refuses. Then `out` is as it was; if the disk refuses even to put it
/// back, the message says where it is.
pub fn write<T>(
    out: &Path,
    replace: bool,
    make: impl FnOnce(&dyn Shelf) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Vec<String>)> {
    WRITING.store(true, Ordering::Relaxed);
    let written = write_on(&Real, out, replace, make);
    WRITING.store(false, Ordering::Relaxed);
    written
}

/// [`write()`] for a part of a dataset, in the place of one that was written before.
///
/// # Errors
///
/// There is something else in its place; or those of [`write()`].
pub fn write_part<T>(
    out: &Path,
    make: impl FnOnce(&dyn Shelf) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Vec<String>)> {
    WRITING.store(true, Ordering::Relaxed);
    let written = write_checked(&Real, out, true, &check_part, make);
    WRITING.store(false, Ordering::Relaxed);
    written
}

fn write_on<T>(
    disk: &dyn Disk,
    out: &Path,
    replace: bool,
    make: impl FnOnce(&dyn Shelf) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Vec<String>)> {
    write_checked(disk, out, replace, &|out| check(out, replace), make)
}

fn write_checked<T>(
    disk: &dyn Disk,
    out: &Path,
    replace: bool,
    check: &dyn Fn(&Path) -> anyhow::Result<()>,
    make: impl FnOnce(&dyn Shelf) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Vec<String>)> {
    let mut told = recover(disk, out)?;
    check(out)?;
    let parent = parent(out);
    disk.create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let staging = Staging::new(disk, out)?;
    let placed = fill(disk, &staging.new_place(), make).and_then(|made| {
        // Somebody may have put a file there while all this was computed and written.
        check(out)?;
        place(disk, &staging, out, replace)?;
        Ok(made)
    });
    match placed {
        Ok(made) => {
            let synced = disk.sync(parent);
            told.extend(synced.err().map(|error| format!("{}: {error}", parent.display())));
            told.extend(staging.remove());
            Ok((made, told))
        }
        // What is in there may be the only copy of the old output.
        Err(error) if staging.old_place().exists() => Err(error),
        Err(error) => match staging.remove() {
            Some(stays) => Err(error.context(stays)),
            None => Err(error),
        },
    }
}

/// Makes all files below `root` and waits until they are on the disk.
fn fill<T>(
    disk: &dyn Disk,
    root: &Path,
    make: impl FnOnce(&dyn Shelf) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    disk.create_dir(root).with_context(|| root.display().to_string())?;
    let filling = Filling { disk, root, present: Mutex::new(Present::default()) };
    let made = make(&filling)?;
    let present = filling.present.into_inner().unwrap_or_else(PoisonError::into_inner);
    let all: Vec<&Path> =
        present.files.iter().chain(&present.folders).map(PathBuf::as_path).chain([root]).collect();
    // After all of them and many at a time, so that the system writes them at once: these threads only wait.
    let waiting = rayon::ThreadPoolBuilder::new().num_threads(SYNCED_AT_ONCE).build();
    let sync = |path: &&Path| disk.sync(path).with_context(|| path.display().to_string());
    waiting.context("cannot start threads")?.install(|| all.par_iter().try_for_each(sync))?;
    Ok(made)
}

/// A folder that is being filled.
struct Filling<'a> {
    disk: &'a dyn Disk,
    root: &'a Path,
    present: Mutex<Present>,
}

/// What is in it.
#[derive(Default)]
struct Present {
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Filling<'_> {
    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf for Filling<'_> {
    fn create(&self, path: &str) -> io::Result<Box<dyn Write + '_>> {
        let path = self.root.join(path);
        let above = path.parent().unwrap_or(self.root);
        let mut present = self.present();
        if above != self.root && !present.folders.contains(above) {
            self.disk.create_dir_all(above)?;
            let between = above.ancestors().take_while(|path| *path != self.root);
            present.folders.extend(between.map(Path::to_owned));
        }
        present.files.insert(path.clone());
        drop(present);
        self.disk.create(&path)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.root.join(path);
        self.disk.remove_file(&path)?;
        self.present().files.remove(&path);
        Ok(())
    }
}

/// Puts the new folder in the place of `out`; unless it is to `replace` what is there, only where nothing is that another run may
/// have put there meanwhile.
fn place(disk: &dyn Disk, staging: &Staging<'_>, out: &Path, replace: bool) -> anyhow::Result<()> {
    let (fresh, old) = (staging.new_place(), staging.old_place());
    let cannot = || format!("cannot write {}", out.display());
    if !out.exists() || !replace {
        return disk.rename(&fresh, out).with_context(cannot);
    }
    match disk.exchange(&fresh, out) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        done => return done.with_context(|| format!("cannot replace {}", out.display())),
    }
    disk.rename(out, &old).with_context(|| format!("cannot replace {}", out.display()))?;
    let Err(error) = disk.rename(&fresh, out) else { return Ok(()) };
    match disk.rename(&old, out) {
        Ok(()) => Err(error).with_context(cannot),
        Err(back) => Err(error).with_context(|| {
            format!(
                "{}; what was there is in {}, and cannot be put back: {back}. The next run tries it again",
                cannot(),
                old.display()
            )
        }),
    }
}

/// Says early whether the file `path` may be written.
///
/// # Errors
///
/// It exists, and `replace` is not set; or nothing can be written where it is to be.
pub fn prepare_file(path: &Path, replace: bool) -> anyhow::Result<Vec<String>> {
    check_file(path, replace)?;
    Ok(try_to_write(&Real, path)?.into_iter().collect())
}

fn check_file(path: &Path, replace: bool) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => bail!("{} is a folder", path.display()),
        Ok(_) if !replace => bail!("{} exists already; --force replaces it", path.display()),
        _ => Ok(()),
    }
}

/// Writes one file, whole or not at all; tells what else was done.
///
/// # Errors
///
/// Those of [`prepare_file`]; or the disk refuses. Then a file that was there is as it was.
pub fn write_file(path: &Path, content: &[u8], replace: bool) -> anyhow::Result<Vec<String>> {
    write_file_on(&Real, path, content, replace)
}

fn write_file_on(disk: &dyn Disk, path: &Path, content: &[u8], replace: bool) -> anyhow::Result<Vec<String>> {
    let mut told = recover(disk, path)?;
    check_file(path, replace)?;
    // A folder of its own: a temporary file would be readable by its owner only, and stay so.
    let staging = Staging::new(disk, path)?;
    let fresh = staging.new_place();
    let placed = disk.write(&fresh, content).and_then(|()| disk.sync(&fresh)).and_then(|()| {
        if replace {
            return disk.rename(&fresh, path);
        }
        // Unlike renaming, linking fails where a file has come into being meanwhile.
        match disk.hard_link(&fresh, path) {
            // Some file systems have no links.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => disk.rename(&fresh, path),
            linked => linked,
        }
    });
    let stays = staging.remove();
    placed.with_context(|| format!("cannot write {}", path.display()))?;
    told.extend(stays);
    Ok(told)
}
