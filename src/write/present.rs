//! What lies in an output folder, without following a link.

use std::fs;
use std::io;
use std::path::Path;

use crate::input::folder::shown;

/// Something in a folder that is no folder with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative, with `/` on every system and behind the name of an empty folder.
    pub path: String,
    /// Whether it is a plain file: no link, no FIFO, no device.
    pub is_file: bool,
}

/// Everything below a folder, sorted by path.
///
/// # Errors
///
/// One of its folders cannot be listed.
pub fn present(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    add(folder, "", &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn add(folder: &Path, prefix: &str, found: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", shown(&entry.file_name()));
        let kind = entry.file_type()?;
        if !kind.is_dir() {
            found.push(Entry { path, is_file: kind.is_file() });
            continue;
        }
        let before = found.len();
        add(&entry.path(), &format!("{path}/"), found)?;
        if found.len() == before {
            found.push(Entry { path: format!("{path}/"), is_file: false });
        }
    }
    Ok(())
}
