//! The only writer: a report folder, or a `campaign.toml`, appears whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

/// The file that marks a folder as written by this program.
pub const MANIFEST: &str = "manifest.json";

/// Relative path → content of every file of a report.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// Says early whether `out` may be written, so that no work is done in vain.
///
/// # Errors
///
/// `out` exists and is not empty, unless `replace` is set and a report wrote it.
pub fn check(out: &Path, replace: bool) -> anyhow::Result<()> {
    let Ok(metadata) = fs::symlink_metadata(out) else {
        return Ok(());
    };
    if !metadata.is_dir() {
        bail!("{}: is a file, not a folder", out.display());
    }
    let empty = fs::read_dir(out).with_context(|| out.display().to_string())?.next().is_none();
    let ours = fs::read(out.join(MANIFEST)).is_ok_and(|bytes| is_manifest(&bytes));
    match (empty, ours, replace) {
        (true, ..) | (_, true, true) => Ok(()),
        (_, true, false) => {
            bail!("{} contains an earlier output of stillstand; --force replaces it", out.display())
        }
        (_, false, _) => bail!(
            "{} is not empty and was not written by stillstand; it is never replaced. Choose another folder",
            out.display()
        ),
    }
}

fn is_manifest(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .is_ok_and(|value| value.get("generator").and_then(|g| g.as_str()) == Some("stillstand"))
}

/// Writes the folder beside `out` and puts it in place by renaming.
///
/// # Errors
///
/// See [`check`]; or the disk refuses. Then `out` is as it was.
pub fn write(out: &Path, folder: &Folder, replace: bool) -> anyhow::Result<()> {
    check(out, replace)?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let staging = tempfile::Builder::new()
        .prefix(".stillstand-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write in {}", parent.display()))?;
    let fresh = staging.path().join("new");
    for (relative, content) in folder {
        let path = fresh.join(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&path, content).with_context(|| path.display().to_string())?;
    }
    let old = staging.path().join("old");
    let replaced = out.exists();
    if replaced {
        fs::rename(out, &old).with_context(|| format!("cannot replace {}", out.display()))?;
    }
    if let Err(error) = fs::rename(&fresh, out) {
        if replaced {
            // Best effort: the report that was there goes back to its place.
            let _ = fs::rename(&old, out);
        }
        return Err(error).with_context(|| format!("cannot write {}", out.display()));
    }
    Ok(())
}

/// Says early whether the file `path` may be written.
///
/// # Errors
///
/// It exists, and `replace` is not set.
pub fn check_file(path: &Path, replace: bool) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => bail!("{} is a folder", path.display()),
        Ok(_) if !replace => bail!("{} exists already; --force replaces it", path.display()),
        _ => Ok(()),
    }
}

/// Writes one file, whole or not at all.
///
/// # Errors
///
/// See [`check_file`]; or the disk refuses. Then a file that was there is as it was.
pub fn write_file(path: &Path, content: &[u8], replace: bool) -> anyhow::Result<()> {
    check_file(path, replace)?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let cannot = || format!("cannot write {}", path.display());
    // A folder of its own: a temporary file would be readable by its owner only, and stay so.
    let staging = tempfile::Builder::new().prefix(".stillstand-").tempdir_in(parent).with_context(cannot)?;
    let fresh = staging.path().join("new");
    fs::write(&fresh, content).with_context(cannot)?;
    if replace {
        return fs::rename(&fresh, path).with_context(cannot);
    }
    // Unlike renaming, linking fails where a file has come into being meanwhile.
    match fs::hard_link(&fresh, path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            // Some file systems have no links.
            fs::rename(&fresh, path).with_context(cannot)
        }
        linked => linked.with_context(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(entries: &[(&str, &str)]) -> Folder {
        entries.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    const OURS: (&str, &str) = (MANIFEST, r#"{"generator": "stillstand"}"#);

    #[test]
    fn a_report_is_replaced_only_when_told_to_and_leaves_nothing_behind() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("deep/report");
        write(&out, &folder(&[OURS, ("figures/a.svg", "old")]), false).unwrap();
        assert!(write(&out, &folder(&[OURS]), false).unwrap_err().to_string().contains("--force"));
        write(&out, &folder(&[OURS, ("figures/b.svg", "new")]), true).unwrap();
        assert!(!out.join("figures/a.svg").exists());
        assert_eq!(fs::read_to_string(out.join("figures/b.svg")).unwrap(), "new");
        assert_eq!(fs::read_dir(parent.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn what_a_report_did_not_write_is_never_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("thesis");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("chapter.tex"), "precious").unwrap();
        for replace in [false, true] {
            assert!(
                write(&out, &folder(&[OURS]), replace).unwrap_err().to_string().contains("never replaced")
            );
        }
        assert!(out.join("chapter.tex").exists());
        fs::write(parent.path().join("file"), "x").unwrap();
        assert!(check(&parent.path().join("file"), true).is_err());
    }

    #[test]
    fn a_file_is_replaced_only_when_told_to_and_leaves_nothing_behind() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("campaign.toml");
        write_file(&path, b"first", false).unwrap();
        assert!(write_file(&path, b"second", false).unwrap_err().to_string().contains("--force"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write_file(&path, b"third", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "third");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
        assert!(write_file(&parent.path().join("none/campaign.toml"), b"x", false).is_err());
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let out = tempfile::tempdir().unwrap();
        write(out.path(), &folder(&[OURS]), false).unwrap();
        assert!(out.path().join(MANIFEST).exists());
        fs::create_dir_all(out.path()).unwrap();
    }
}
