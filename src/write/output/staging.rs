//! The folder beside an output in which the new one is made, and what is done with one that a killed run left.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::disk::Disk;

/// How all staging folders begin.
pub const PREFIX: &str = ".stillstand-";
/// What a staging folder holds: a file that its run keeps locked, the new output, and the old one for a moment.
const LOCK: &str = "lock";
const NEW: &str = "new";
const OLD: &str = "old";

/// A staging folder. It stays unless it is [removed](Staging::remove).
pub struct Staging<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    /// Locked as long as the run lives.
    _lock: File,
}

impl<'a> Staging<'a> {
    /// Makes one for `out` in its parent.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub fn new(disk: &'a dyn Disk, out: &Path) -> anyhow::Result<Self> {
        let parent = parent(out);
        let cannot = || format!("cannot write in {}", parent.display());
        let mut number = 0_u32;
        loop {
            let path = parent.join(format!("{}{}-{number}", prefix(out), std::process::id()));
            match disk.create_dir(&path) {
                Ok(()) => match locked(disk, &path) {
                    // A run that puts right what others left may take one without a lock for such.
                    Ok(None) if number < 1_000 => number += 1,
                    Ok(Some(lock)) => return Ok(Self { disk, path, _lock: lock }),
                    Ok(None) => return Err(io::Error::from(io::ErrorKind::NotFound)).with_context(cannot),
                    Err(error) => {
                        let _ = disk.remove_dir_all(&path);
                        return Err(error).with_context(cannot);
                    }
                },
                // Of a run whose number the system has given again, or of another machine.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => number += 1,
                Err(error) => return Err(error).with_context(cannot),
            }
        }
    }

    pub fn new_place(&self) -> PathBuf {
        self.path.join(NEW)
    }

    pub fn old_place(&self) -> PathBuf {
        self.path.join(OLD)
    }

    /// Removes it with all that it holds; says what stays if that fails.
    pub fn remove(self) -> Option<String> {
        let removed = self.disk.remove_dir_all(&self.path);
        removed.err().map(|error| format!("{} is no longer needed but stays: {error}", self.path.display()))
    }
}

/// The lock of a new staging folder; `None` where another run removed the folder meanwhile, or is about to.
fn locked(disk: &dyn Disk, staging: &Path) -> io::Result<Option<File>> {
    let path = staging.join(LOCK);
    let lock = match disk.write(&path, b"").and_then(|()| File::open(&path)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // Where there are no locks, nobody asks for this one either.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(path.exists().then_some(lock)),
    }
}

/// The folder that `out` is in.
pub fn parent(out: &Path) -> &Path {
    match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// How the staging folders of `out` begin.
fn prefix(out: &Path) -> String {
    let name = out.file_name().unwrap_or_default().as_encoded_bytes();
    let hash: String = Sha256::digest(name).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("{PREFIX}{hash}-")
}

/// Puts right what a killed run left of `out`: its staging folder is removed, and an old output goes back to its place if
/// there is none. Says what was done.
///
/// # Errors
///
/// The old output cannot be put back.
pub fn recover(disk: &dyn Disk, out: &Path) -> anyhow::Result<Vec<String>> {
    let mut told = Vec::new();
    let prefix = prefix(out);
    let mut found: Vec<OsString> = fs::read_dir(parent(out))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_str().is_some_and(|name| name.starts_with(&prefix)))
        .collect();
    found.sort();
    for name in found {
        let path = parent(out).join(name);
        // Held until it is removed, so that two runs do not put right the same.
        let Some(_lock) = abandoned(&path) else { continue };
        let old = path.join(OLD);
        if old.is_dir() && fs::symlink_metadata(out).is_err() {
            disk.rename(&old, out).with_context(|| {
                format!("{} is in {}, and cannot be put back", out.display(), old.display())
            })?;
            told.push(format!("{} is back, which an interrupted run had moved away", out.display()));
        }
        match disk.remove_dir_all(&path) {
            Ok(()) => told.push(format!("removed {}, which an interrupted run left", path.display())),
            Err(error) => {
                told.push(format!("{}, which an interrupted run left, stays: {error}", path.display()))
            }
        }
    }
    Ok(told)
}

/// The lock of a staging folder whose run has ended; `None` for one that is in use, or that is not ours.
fn abandoned(path: &Path) -> Option<Option<File>> {
    if !fs::symlink_metadata(path).ok()?.is_dir() {
        return None;
    }
    let names: Vec<OsString> = fs::read_dir(path).ok()?.flatten().map(|entry| entry.file_name()).collect();
    if names.iter().any(|name| ![LOCK, NEW, OLD].iter().any(|ours| name == ours)) {
        return None;
    }
    let lock = path.join(LOCK);
    let Ok(metadata) = fs::symlink_metadata(&lock) else {
        // Killed before it was written, or while it was removed.
        return Some(None);
    };
    if !metadata.is_file() {
        return None;
    }
    let lock = File::open(lock).ok()?;
    match lock.try_lock() {
        Ok(()) => Some(Some(lock)),
        // In use; or nobody knows whether it is.
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}
