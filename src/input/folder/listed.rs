//! The files of a campaign by a list of them, as `find` prints it, instead of by what lies in its folder.
//!
//! The list chooses; all else stays as it is without one. What would not be read of the folder is not read because it is
//! listed: links that lead out of it, outputs of this program, hidden files. So the list of all files gives what the
//! folder gives.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;

use super::{LARGEST_MANIFEST, Listing, describes, is_output, read_named, shown};
use crate::model::Severity;

/// Paths, each with its number in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileList(Vec<(usize, PathBuf)>);

/// What stands for standard input.
const STDIN: &str = "-";

impl FileList {
    /// Reads a list from a file, or from standard input where that is `-`.
    ///
    /// # Errors
    ///
    /// It cannot be read, or names no file.
    pub fn read(from: &Path) -> anyhow::Result<Self> {
        let is_stdin = from == Path::new(STDIN);
        let name = if is_stdin { "standard input".to_owned() } else { from.display().to_string() };
        let bytes = if is_stdin { from_stdin() } else { read_named(from, LARGEST_MANIFEST) };
        let list = Self::parse(&bytes.with_context(|| name.clone())?);
        anyhow::ensure!(!list.0.is_empty(), "{name}: the list of files is empty");
        Ok(list)
    }

    /// One path a line, or with a NUL behind each as `find -print0` writes them: then they may hold line ends.
    fn parse(bytes: &[u8]) -> Self {
        let end = if bytes.contains(&0) { 0 } else { b'\n' };
        let pieces = bytes.split(|byte| *byte == end);
        let pieces =
            pieces.map(|piece| if end == 0 { piece } else { piece.strip_suffix(b"\r").unwrap_or(piece) });
        let paths = pieces.enumerate().filter(|(_, piece)| !piece.is_empty());
        Self(paths.map(|(place, piece)| (place + 1, path(piece))).collect())
    }
}

fn from_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST_MANIFEST + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(
        bytes.len() as u64 <= LARGEST_MANIFEST,
        "the list has more than {LARGEST_MANIFEST} bytes, the most that are read"
    );
    Ok(bytes)
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The files below `root` that a list names; its paths are absolute or as from the working directory.
///
/// # Errors
///
/// `root` is an output of this program or is not there, or a path of the list does not lie below it.
pub fn select(root: &Path, list: &FileList) -> anyhow::Result<Listing> {
    anyhow::ensure!(
        !is_output(root),
        "{}: this was written by stillstand; it is no campaign",
        root.display()
    );
    let what = || root.display().to_string();
    let roots = Roots {
        canonical: fs::canonicalize(root).with_context(what)?,
        absolute: std::path::absolute(root).with_context(what)?,
    };
    // In the order of a folder, and each once.
    let mut all = BTreeSet::new();
    for (number, path) in &list.0 {
        let below = roots.below(path).with_context(|| {
            format!(
                "the list of files, line {number}: {} does not lie below {}, the folder of the campaign. Paths are as `find {} \
                 -type f` prints them",
                path.display(),
                root.display(),
                root.display()
            )
        })?;
        all.insert(below);
    }
    let mut listing = Listing::default();
    let mut folders = BTreeMap::new();
    for below in all {
        listing.listed(root, &roots.canonical, &below, &mut folders);
    }
    Ok(listing)
}

/// The folder of the campaign, by two names.
struct Roots {
    canonical: PathBuf,
    absolute: PathBuf,
}

impl Roots {
    /// The path of a file below the folder; `None` where it does not lie there, or is the folder.
    fn below(&self, path: &Path) -> Option<PathBuf> {
        let absolute = std::path::absolute(path).ok()?;
        let plain = |below: &Path| {
            let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
            (is_plain && below.components().next().is_some()).then(|| below.components().collect::<PathBuf>())
        };
        let by_name = absolute.strip_prefix(&self.absolute).ok().and_then(plain);
        // The same folder may have been named in two ways.
        by_name.or_else(|| {
            let above = fs::canonicalize(absolute.parent()?).ok()?;
            plain(above.join(absolute.file_name()?).strip_prefix(&self.canonical).ok()?)
        })
    }
}

/// What is read of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    OfCampaign,
    /// Nothing, and nobody need be told: it is hidden, or an output.
    Quiet,
    /// Nothing, for this reason.
    Outside(String),
}

impl Listing {
    /// Adds a file by its path below the root. `folders` are those that were looked at, by their paths below the root.
    fn listed(
        &mut self,
        root: &Path,
        canonical: &Path,
        below: &Path,
        folders: &mut BTreeMap<PathBuf, Place>,
    ) {
        let name = |path: &Path| path.file_name().map(|name| shown(&name.to_owned())).unwrap_or_default();
        if describes(&name(below)) {
            return;
        }
        let parts: Vec<String> = below.iter().map(|part| shown(&part.to_owned())).collect();
        let relative = self.free(parts.join("/"));
        let above = below.parent().unwrap_or(Path::new(""));
        match place(root, canonical, above, folders) {
            Place::OfCampaign => {}
            Place::Quiet => return,
            Place::Outside(why) => return self.skip(relative, &why),
        }
        let path = root.join(below);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                self.skip(relative, "a folder; of what is in it, files are read that the list names");
            }
            Ok(metadata) => self.entry(canonical, path, relative, metadata.file_type()),
            Err(error) => {
                self.skip(relative, &format!("the list names it, and it cannot be found ({error})"));
                // Whoever lists it counts on it.
                if let Some(told) = self.diagnostics.last_mut() {
                    told.severity = Severity::Error;
                }
            }
        }
    }
}

fn place(root: &Path, canonical: &Path, below: &Path, folders: &mut BTreeMap<PathBuf, Place>) -> Place {
    let Some(name) = below.file_name() else { return Place::OfCampaign };
    if let Some(known) = folders.get(below) {
        return known.clone();
    }
    let above = place(root, canonical, below.parent().unwrap_or(Path::new("")), folders);
    let path = root.join(below);
    let found = if above != Place::OfCampaign {
        above
    } else if describes(&shown(&name.to_owned())) || is_output(&path) {
        Place::Quiet
    } else if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink())
        && !fs::canonicalize(&path).is_ok_and(|target| target.starts_with(canonical))
    {
        Place::Outside("it lies behind a link that leads out of the campaign, or nowhere".to_owned())
    } else {
        Place::OfCampaign
    };
    folders.insert(below.to_owned(), found.clone());
    found
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::list;
    use super::*;

    fn named(paths: &[&str]) -> Vec<(usize, PathBuf)> {
        paths.iter().enumerate().map(|(place, path)| (place + 1, PathBuf::from(path))).collect()
    }

    fn of(root: &Path, names: &[&str]) -> anyhow::Result<Listing> {
        let paths = names.iter().map(|name| root.join(name).display().to_string()).collect::<Vec<_>>();
        select(root, &FileList::parse(paths.join("\n").as_bytes()))
    }

    fn read(listing: &Listing) -> Vec<&str> {
        listing.files.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_list_has_a_path_a_line_or_a_nul_behind_each() {
        assert_eq!(FileList::parse(b"a b\r\nc/d\n").0, named(&["a b", "c/d"]));
        assert_eq!(FileList::parse(b"a\nb\0c\0").0, named(&["a\nb", "c"]));
        assert_eq!(FileList::parse(b"\n\nx").0, [(3, PathBuf::from("x"))]);
        assert_eq!(FileList::parse(b"\n").0, []);
        assert_eq!(FileList::parse(b"a\xff").0[0].1.as_os_str().len(), 2);
    }

    #[test]
    fn the_list_of_all_files_gives_what_the_folder_gives() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in ["deep/er", "ours", ".git", "readme"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        fs::write(at("ours/manifest.json"), "{ \"generator\": \"stillstand\" }").unwrap();
        let files = [
            "deep/er/log",
            "ours/report.html",
            ".git/x",
            ".hidden",
            "README.md",
            "campaign.toml",
            "readme/x",
            "a",
        ];
        for file in files {
            fs::write(at(file), "x").unwrap();
        }
        symlink(outside.path().join("secret"), at("out")).unwrap();
        symlink(at("a"), at("inside")).unwrap();
        let whole = list(root.path()).unwrap();
        let listed =
            of(root.path(), &[&files[..], &["inside", "out", "ours/manifest.json", "a"]].concat()).unwrap();
        assert_eq!(read(&whole), ["a", "deep/er/log", "inside"]);
        assert_eq!(listed.files, whole.files);
        assert_eq!(listed.diagnostics, whole.diagnostics);
    }

    #[test]
    fn what_is_listed_and_not_there_is_an_error_and_the_rest_is_read() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        for name in ["a", "b", "folder/c"] {
            fs::write(root.path().join(name), "x").unwrap();
        }
        let listing = of(root.path(), &["b", "gone", "folder", "no/where"]).unwrap();
        assert_eq!(read(&listing), ["b"]);
        let told: Vec<_> = listing
            .diagnostics
            .iter()
            .map(|told| (told.file.as_deref().unwrap_or_default(), told.severity))
            .collect();
        assert_eq!(
            told,
            [("folder", Severity::Warning), ("gone", Severity::Error), ("no/where", Severity::Error)]
        );
    }

    #[test]
    fn nothing_outside_of_the_campaign_is_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "x").unwrap();
        symlink(outside.path(), root.path().join("away")).unwrap();
        let listing = of(root.path(), &["a", "away/secret"]).unwrap();
        assert_eq!(read(&listing), ["a"]);
        assert!(listing.diagnostics[0].message.contains("out of the campaign"), "{:?}", listing.diagnostics);
        for path in [outside.path().join("secret"), root.path().join("../x"), root.path().to_owned()] {
            let list = FileList(vec![(7, path.clone())]);
            let refused = format!("{:#}", select(root.path(), &list).unwrap_err());
            assert!(refused.contains("line 7") && refused.contains("does not lie below"), "{refused}");
        }
        // Another name of the same folder.
        let link = outside.path().join("link");
        symlink(root.path(), &link).unwrap();
        let list = FileList(vec![(1, link.join("a")), (2, root.path().join("b/../a"))]);
        assert_eq!(read(&select(root.path(), &FileList(list.0[..1].to_vec())).unwrap()), ["a"]);
        assert!(select(root.path(), &list).is_err());
        fs::create_dir(root.path().join("b")).unwrap();
        assert_eq!(read(&select(root.path(), &list).unwrap()), ["a"]);
    }
}
