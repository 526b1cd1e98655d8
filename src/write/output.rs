//! The only writer: a report folder, or a `campaign.toml`, appears whole or not at all.
//!
//! A folder is written beside its destination, waits until it is on the disk, and then changes places with what is
//! there in one step. Where the system has no such step, the old folder is moved away first and goes back if
//! the new one cannot take its place; a run that is killed in between is put right by the next one.

mod disk;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};

use self::disk::{Disk, Real};
use self::staging::{Staging, parent, recover};
use super::present::present;
use crate::input::folder;
pub use crate::input::folder::MANIFEST;

/// Relative path → content of every file of a report.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// How many files that are not ours a message names.
const NAMED: usize = 5;
/// The largest manifest that is read, in bytes; one of ten thousand runs has some ten million.
pub const LARGEST_MANIFEST: u64 = 256 << 20;

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
    let foreign: Vec<&str> =
        entries.iter().map(|entry| entry.path.as_str()).filter(|path| !listed.contains(*path)).collect();
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

/// Writes the folder beside `out` and puts it in place; tells what else was done.
///
/// # Errors
///
/// Those of [`prepare`]; or the disk refuses. Then `out` is as it was; if the disk refuses even to put it back, the
/// message says where it is.
pub fn write(out: &Path, folder: &Folder, replace: bool) -> anyhow::Result<Vec<String>> {
    WRITING.store(true, Ordering::Relaxed);
    let written = write_on(&Real, out, folder, replace);
    WRITING.store(false, Ordering::Relaxed);
    written
}

fn write_on(disk: &dyn Disk, out: &Path, folder: &Folder, replace: bool) -> anyhow::Result<Vec<String>> {
    let mut told = recover(disk, out)?;
    check(out, replace)?;
    let parent = parent(out);
    disk.create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let staging = Staging::new(disk, out)?;
    let placed = fill(disk, &staging.new_place(), folder)
        // Somebody may have put a file there while all this was computed and written.
        .and_then(|()| check(out, replace))
        .and_then(|()| place(disk, &staging, out));
    match placed {
        Ok(()) => {
            let synced = disk.sync(parent);
            told.extend(synced.err().map(|error| format!("{}: {error}", parent.display())));
            told.extend(staging.remove());
            Ok(told)
        }
        // What is in there may be the only copy of the old output.
        Err(error) if staging.old_place().exists() => Err(error),
        Err(error) => match staging.remove() {
            Some(stays) => Err(error.context(stays)),
            None => Err(error),
        },
    }
}

/// Writes all files below `root` and waits until they are on the disk.
fn fill(disk: &dyn Disk, root: &Path, folder: &Folder) -> anyhow::Result<()> {
    disk.create_dir(root).with_context(|| root.display().to_string())?;
    let mut folders = BTreeSet::from([root.to_owned()]);
    for (relative, content) in folder {
        let path = root.join(relative);
        let above = path.parent().unwrap_or(root);
        if !folders.contains(above) {
            disk.create_dir_all(above).with_context(|| above.display().to_string())?;
            folders.extend(above.ancestors().take_while(|path| *path != root).map(Path::to_owned));
        }
        disk.write(&path, content).with_context(|| path.display().to_string())?;
    }
    // After all of them, so that the system writes them at once.
    let files = folder.keys().map(|relative| root.join(relative));
    for path in files.chain(folders) {
        disk.sync(&path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Puts the new folder in the place of `out`.
fn place(disk: &dyn Disk, staging: &Staging<'_>, out: &Path) -> anyhow::Result<()> {
    let (fresh, old) = (staging.new_place(), staging.old_place());
    let cannot = || format!("cannot write {}", out.display());
    if !out.exists() {
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
