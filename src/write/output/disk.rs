//! What the writer asks of the disk: a layer, so that tests can let each of these fail or be the last.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The operations of the writer, each with the errors of the system.
pub trait Disk: Sync {
    /// A folder that must not exist yet.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// A folder and those above it, as far as they are missing.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// A file that must not exist yet, to write in.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Write + '_>>;
    /// Waits until the content of a file, or the entries of a folder, are on the disk.
    fn sync(&self, path: &Path) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Both change places in one step; [`io::ErrorKind::Unsupported`] where the system cannot.
    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()>;
    /// Unlike renaming, this fails where `to` exists.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;

    /// A file that must not exist yet.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.create(path)?.write_all(content)
    }
}

/// The disk as it is.
pub struct Real;

impl Disk for Real {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(OpenOptions::new().write(true).create_new(true).open(path)?))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        // Not every system opens folders, and not every file system waits for them.
        match File::open(path).and_then(|file| file.sync_all()) {
            Err(error) if path.is_dir() && !is_failure_of_the_disk(&error) => Ok(()),
            synced => synced,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
            // Old systems, and file systems over a network. Two of these are one number on some systems.
            Err(error) if [Errno::NOSYS, Errno::INVAL, Errno::NOTSUP, Errno::OPNOTSUPP].contains(&error) => {
                Err(io::ErrorKind::Unsupported.into())
            }
            done => Ok(done?),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn exchange(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }
}

/// Whether an error says that data may not have reached the disk, not that the question makes no sense.
fn is_failure_of_the_disk(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        || error.raw_os_error() == Some(EIO)
}

/// An error of input or output, on every system that has numbers for errors.
const EIO: i32 = 5;
