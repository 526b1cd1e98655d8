//! What lies in a campaign folder: names as they are, and only files that can be read and belong to it.
//!
//! A folder may come from anybody. FIFOs, sockets and devices would hang the program or never end; links may lead to
//! files that are nobody's business; names need not be text. What is not read is named in a diagnostic, and the rest
//! is read. Our own outputs are no input, and no diagnostic either: a report must not change because it is there.

mod listed;

pub use listed::{FileList, select};

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, FileType};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::config;
use crate::model::{Diagnostic, Severity};

/// The largest manifest that is read, in bytes; one of ten thousand runs has some ten million.
pub const LARGEST_MANIFEST: u64 = 256 << 20;
/// The file that marks a folder as written by this program.
pub const MANIFEST: &str = "manifest.json";
/// The code of what lies in the folder and is not read.
pub const NOT_READ: &str = "not-read";
/// Larger files are taken for an attack: 4 GiB, plain or unpacked.
pub const LARGEST: u64 = 4 << 30;
/// What stands first in every manifest, in at most so many bytes; the rest may be long.
const HEAD: usize = 4096;

/// The files of a folder and of those below it.
#[derive(Debug, Default)]
pub struct Listing {
    /// By their relative paths, with `/` on every system.
    pub files: BTreeMap<String, PathBuf>,
    /// What is not read, and why.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lists the files below `root`, leaving out hidden ones and those that describe the campaign rather than belong to it.
///
/// # Errors
///
/// `root` cannot be listed, or is an output of this program.
pub fn list(root: &Path) -> anyhow::Result<Listing> {
    anyhow::ensure!(
        !is_output(root),
        "{}: this was written by stillstand; it is no campaign",
        root.display()
    );
    let canonical = fs::canonicalize(root).with_context(|| root.display().to_string())?;
    let mut listing = Listing::default();
    listing.add(&canonical, root, "").with_context(|| root.display().to_string())?;
    Ok(listing)
}

/// Whether the folder is a report or a dataset that this program wrote.
pub fn is_output(folder: &Path) -> bool {
    beginning(folder).is_some()
}

/// Whether the folder is a dataset that this program wrote, of whatever layout.
pub fn is_dataset(folder: &Path) -> bool {
    // The first of the keys that are called so is ours: what others wrote comes later.
    let key = r#""product":"#;
    beginning(folder)
        .is_some_and(|text| text.split_once(key).is_some_and(|(_, value)| value.starts_with(r#""dataset""#)))
}

/// How the manifest in the folder begins, without white space; `None` where there is none of ours. The whole may be megabytes
/// long, and this is asked of every folder.
fn beginning(folder: &Path) -> Option<String> {
    let path = folder.join(MANIFEST);
    if !fs::symlink_metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD as u64).read_to_end(&mut head).ok()?;
    head.retain(|byte| !byte.is_ascii_whitespace());
    let text = String::from_utf8_lossy(&head).into_owned();
    text.starts_with(r#"{"generator":"stillstand""#).then_some(text)
}

/// The folders right in a folder by their names, in the order of these; links are none.
///
/// # Errors
///
/// It cannot be listed.
pub fn folders(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry.with_context(|| folder.display().to_string())?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            names.push(shown(&entry.file_name()));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads a file of at most `most` bytes that is a plain file, wherever links lead.
///
/// # Errors
///
/// It is none, is larger, or cannot be read.
pub fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    take(open(path)?, most)
}

/// Opens a plain file, wherever links lead: to open a FIFO is to wait for its writer.
///
/// # Errors
///
/// It is none, or cannot be opened.
pub fn open(path: &Path) -> anyhow::Result<File> {
    let file = open_at_once(path).context("the file cannot be read")?;
    let kind = file.metadata().context("the file cannot be read")?.file_type();
    match unreadable(kind) {
        Some(what) => anyhow::bail!("the file cannot be read: it is {what}"),
        None => Ok(file),
    }
}

/// Opens without waiting for a writer: what is no FIFO now may be one when it is opened.
#[cfg(unix)]
fn open_at_once(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let at_once = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    fs::OpenOptions::new().read(true).custom_flags(at_once).open(path)
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// [`read`] for a file that was named by hand: a pipe may be read, too, but no device.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_named(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let kind = fs::metadata(path).context("the file cannot be read")?.file_type();
    if is_pipe(kind) {
        return take(File::open(path).context("the file cannot be read")?, most);
    }
    read(path, most)
}

fn take(file: File, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    anyhow::ensure!(length <= most, "the file has {length} bytes; at most {most} are read");
    bytes
        .try_reserve(usize::try_from(length).unwrap_or(usize::MAX))
        .context("not enough memory for the file")?;
    file.take(most + 1).read_to_end(&mut bytes).context("the file cannot be read")?;
    anyhow::ensure!(
        bytes.len() as u64 <= most,
        "the file has more than {most} bytes, the most that are read"
    );
    Ok(bytes)
}

/// Reads the text of a file of the campaign at `root`, which does not lead out of it; `None` where there is none.
///
/// # Errors
///
/// It leads out of the campaign, is no file of text, has more than `most` bytes, or cannot be read. No message quotes it.
pub fn text_inside(root: &Path, name: &str, most: u64) -> anyhow::Result<Option<String>> {
    let path = root.join(name);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return Ok(None) };
    if metadata.is_symlink() {
        let canonical = fs::canonicalize(root).and_then(|root| Ok((root, fs::canonicalize(&path)?)));
        let (root, target) = canonical.context("a link that leads nowhere")?;
        anyhow::ensure!(target.starts_with(root), "a link that leads out of the campaign; it is not read");
    }
    let text = String::from_utf8(read(&path, most)?).ok().context("not UTF-8 text")?;
    Ok(Some(text))
}

impl Listing {
    fn add(&mut self, root: &Path, folder: &Path, prefix: &str) -> std::io::Result<()> {
        // In the order of their bytes, so that nothing depends on that of the folder.
        let mut entries: Vec<(OsString, std::io::Result<FileType>)> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| (entry.file_name(), entry.file_type())))
            .collect::<std::io::Result<_>>()?;
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind) in entries {
            let path = folder.join(&name);
            let name = shown(&name);
            if !describes(&name) {
                let relative = self.free(format!("{prefix}{name}"));
                match kind {
                    Ok(kind) => self.entry(root, path, relative, kind),
                    Err(error) => self.skip(relative, &error.to_string()),
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, root: &Path, path: PathBuf, relative: String, kind: FileType) {
        if kind.is_dir() {
            if !is_output(&path)
                && let Err(error) = self.add(root, &path, &format!("{relative}/"))
            {
                self.skip(relative, &format!("the folder cannot be listed: {error}"));
            }
        } else if kind.is_symlink() {
            match leads(root, &path) {
                Ok(()) => drop(self.files.insert(relative, path)),
                Err(why) => self.skip(relative, &why),
            }
        } else if let Some(what) = unreadable(kind) {
            self.skip(relative, what);
        } else {
            self.files.insert(relative, path);
        }
    }

    /// The path, or with a number where a name that is no text is shown like one that is.
    fn free(&self, relative: String) -> String {
        if !self.files.contains_key(&relative) {
            return relative;
        }
        let others = (2_u64..).map(|number| format!("{relative}~{number}"));
        others.into_iter().find(|name| !self.files.contains_key(name)).unwrap_or(relative)
    }

    fn skip(&mut self, relative: String, why: &str) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: NOT_READ,
            file: Some(relative),
            line: None,
            column: None,
            message: format!("not read: {why}"),
            text: None,
        });
    }
}

/// Whether a link leads to a file of the campaign, or why it is not followed.
fn leads(root: &Path, path: &Path) -> Result<(), String> {
    let target = fs::canonicalize(path).map_err(|error| format!("a link that leads nowhere ({error})"))?;
    if !target.starts_with(root) {
        return Err("a link that leads out of the campaign".to_owned());
    }
    let kind = fs::metadata(&target).map_err(|error| error.to_string())?.file_type();
    match unreadable(kind) {
        Some(what) => Err(format!("a link to {what}")),
        None => Ok(()),
    }
}

/// What something is that is no plain file; `None` for a file.
fn unreadable(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return Some("a FIFO, which nobody may ever write to");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_block_device() || kind.is_char_device() {
            return Some("a device");
        }
    }
    Some("no plain file")
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

/// Whether a file of that name describes the campaign or is hidden.
fn describes(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with('.') || lower == config::FILE_NAME || lower.starts_with("readme") || lower == "license"
}

/// A name as text. One that is no UTF-8 keeps its bytes: those that are no text are shown as `\xE4`, so that two names
/// that differ in them stay two.
#[cfg(unix)]
pub fn shown(name: &OsString) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut shown = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    shown
}

#[cfg(not(unix))]
pub fn shown(name: &OsString) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn names(listing: &Listing) -> Vec<&str> {
        listing.files.keys().map(String::as_str).collect()
    }

    fn skipped(listing: &Listing) -> Vec<(&str, &str)> {
        listing
            .diagnostics
            .iter()
            .map(|d| (d.file.as_deref().unwrap_or_default(), d.message.as_str()))
            .collect()
    }

    #[test]
    fn only_files_of_the_campaign_are_read_and_the_others_named() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("deep")).unwrap();
        fs::write(at("deep/log"), "x").unwrap();
        symlink(at("deep/log"), at("inside")).unwrap();
        symlink(outside.path().join("secret"), at("out")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink(at("loop"), at("loop")).unwrap();
        symlink(at("deep"), at("link-to-folder")).unwrap();
        symlink("/dev/zero", at("device")).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let listing = list(root.path()).unwrap();
        assert_eq!(names(&listing), ["deep/log", "inside"]);
        let told = skipped(&listing);
        for (name, word) in [
            ("dangling", "nowhere"),
            ("device", "out of the campaign"),
            ("link-to-folder", "a folder"),
            ("loop", "nowhere"),
            ("out", "out of the campaign"),
            ("pipe", "FIFO"),
            ("socket", "socket"),
        ] {
            assert!(told.iter().any(|(file, why)| *file == name && why.contains(word)), "{name}: {told:?}");
        }
        assert_eq!(told.len(), 7);
    }

    #[test]
    fn names_that_are_no_text_stay_apart() {
        let root = tempfile::tempdir().unwrap();
        for last in [b"\xe4".as_slice(), b"\xe5", b"\\xE4", "ä".as_bytes()] {
            let name = OsString::from_vec([b"a".as_slice(), last].concat());
            fs::write(root.path().join(name), last).unwrap();
        }
        let listing = list(root.path()).unwrap();
        assert_eq!(names(&listing), ["a\\xE4", "a\\xE4~2", "a\\xE5", "aä"]);
        let content = |name: &str| fs::read(&listing.files[name]).unwrap();
        assert_eq!((content("a\\xE4"), content("a\\xE4~2")), (b"\\xE4".to_vec(), b"\xe4".to_vec()));
    }

    #[test]
    fn our_outputs_are_no_input() {
        let root = tempfile::tempdir().unwrap();
        for (folder, manifest) in
            [("ours", "{\n  \"generator\": \"stillstand\",\n  \"version\": \"0.1.0\"}"), ("other", "{}")]
        {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join(MANIFEST), manifest).unwrap();
        }
        let listing = list(root.path()).unwrap();
        assert_eq!(names(&listing), ["other/manifest.json"]);
        assert!(listing.diagnostics.is_empty());
        let refused = list(&root.path().join("ours")).unwrap_err().to_string();
        assert!(refused.contains("written by stillstand"), "{refused}");
    }

    #[test]
    fn paths_of_any_depth_end() {
        let root = tempfile::tempdir().unwrap();
        // Deeper than a path may be long: each folder is made from within.
        let script = "i=0; while [ $i -lt 40 ]; do mkdir $N && cd $N || exit 0; i=$((i+1)); done; : > log";
        let made = std::process::Command::new("sh")
            .args(["-c", script])
            .env("N", "x".repeat(200))
            .current_dir(root.path())
            .status()
            .unwrap();
        assert!(made.success());
        let listing = list(root.path()).unwrap();
        assert_eq!(listing.files.len() + listing.diagnostics.len(), 1, "{:?}", skipped(&listing));
    }

    #[test]
    fn texts_from_outside_are_not_read() {
        let outside = tempfile::NamedTempFile::new().unwrap();
        fs::write(outside.path(), "password").unwrap();
        let root = tempfile::tempdir().unwrap();
        let read = || text_inside(root.path(), "campaign.toml", 100).map_err(|error| format!("{error:#}"));
        assert_eq!(read(), Ok(None));
        symlink(outside.path(), root.path().join("campaign.toml")).unwrap();
        let error = read().unwrap_err();
        assert!(error.contains("out of the campaign") && !error.contains("password"), "{error}");
        fs::remove_file(root.path().join("campaign.toml")).unwrap();
        fs::write(root.path().join("campaign.toml"), "x".repeat(101)).unwrap();
        assert!(read().unwrap_err().contains("at most 100"));
        fs::write(root.path().join("campaign.toml"), b"\xff").unwrap();
        assert!(read().unwrap_err().contains("UTF-8"));
    }
}
