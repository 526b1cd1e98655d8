//! One part of a report at a time: what cannot be made costs itself and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::campaign::driver::{Progress, Work};
use crate::input::load::hex;

/// Takes the files of an output as they are made, from several threads.
pub trait Shelf: Sync {
    /// A file to write in, which must not be there yet; the folders above it are made.
    ///
    /// # Errors
    ///
    /// Those of the system.
    fn create(&self, path: &str) -> io::Result<Box<dyn Write + '_>>;

    /// Takes a file away that could not be made whole.
    ///
    /// # Errors
    ///
    /// Those of the system.
    fn remove(&self, path: &str) -> io::Result<()>;
}

/// Keeps nothing: for whoever wants to know hashes only.
pub struct Nowhere;

impl Shelf for Nowhere {
    fn create(&self, _: &str) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(io::sink()))
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Which files could be made, and why the others could not.
#[derive(Debug, Default)]
pub struct Made {
    /// Relative path → SHA-256.
    pub outputs: BTreeMap<String, String>,
    /// Relative path → reason; empty unless the program, or one of its libraries, makes a mistake.
    pub failed: BTreeMap<String, String>,
}

/// An output in the making: every file goes to its shelf once it is made, or while it is. The result does not depend on
/// the order in which that happens.
pub struct Making<'a> {
    shelf: &'a dyn Shelf,
    progress: Progress<'a>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: Made,
    claimed: BTreeSet<String>,
    /// Paths that two parts of the report claimed.
    twice: BTreeSet<String>,
    /// What the shelf refused first: then there is no output at all.
    refused: Option<anyhow::Error>,
}

impl<'a> Making<'a> {
    #[cfg(test)]
    pub fn new(shelf: &'a dyn Shelf) -> Self {
        Self::watched(shelf, &Progress::UNSEEN)
    }

    pub fn watched(shelf: &'a dyn Shelf, progress: &Progress<'a>) -> Self {
        Self { shelf, progress: *progress, state: Mutex::default() }
    }

    /// So many steps of a kind of work follow.
    pub fn begin(&self, work: Work, steps: usize) {
        (self.progress.begin)(work, steps as u64);
    }

    /// One of them is done.
    pub fn step(&self) {
        (self.progress.step)();
    }

    /// Nothing panics while it holds the state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a file on the shelf that `make` makes, or its path among those that failed.
    pub fn put(&self, path: &str, make: impl FnOnce() -> anyhow::Result<Vec<u8>>) {
        match attempt(make) {
            Ok(content) => self.write(path, |file| Ok(file.write_all(&content)?)),
            Err(reason) => self.fail(path, reason),
        }
    }

    /// Lets `make` write a file that is too large to be held in memory. It must pass on what writing says.
    pub fn write(&self, path: &str, make: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) {
        if !self.claim(path) {
            return;
        }
        let file = match self.shelf.create(path) {
            Ok(file) => file,
            Err(error) => return self.refuse(path, error),
        };
        let hashed = Hashed::new(file);
        let mut file = BufWriter::with_capacity(1 << 16, hashed);
        let written = attempt(|| {
            make(&mut file)?;
            Ok(file.flush()?)
        });
        let (mut hashed, _) = file.into_parts();
        match (hashed.refused.take(), written) {
            (Some(error), _) => self.refuse(path, error),
            (None, Ok(())) => drop(self.state().made.outputs.insert(path.to_owned(), hex(hashed.hash))),
            (None, Err(reason)) => {
                drop(hashed);
                self.take_away(path);
                self.fail(path, reason);
            }
        }
    }

    /// Says why a part could not be made.
    pub fn fail(&self, path: &str, reason: String) {
        self.state().made.failed.insert(path.to_owned(), reason);
    }

    /// Whether there was no such path before, and there is still some sense in writing.
    fn claim(&self, path: &str) -> bool {
        let mut state = self.state();
        let is_new = state.claimed.insert(path.to_owned());
        if !is_new {
            state.twice.insert(path.to_owned());
        }
        is_new && state.refused.is_none()
    }

    fn refuse(&self, path: &str, error: io::Error) {
        self.state().refused.get_or_insert_with(|| anyhow::Error::new(error).context(path.to_owned()));
    }

    fn take_away(&self, path: &str) {
        if let Err(error) = self.shelf.remove(path) {
            self.refuse(path, error);
        }
    }

    /// What was made.
    ///
    /// # Errors
    ///
    /// The shelf refused something.
    pub fn finish(self) -> anyhow::Result<Made> {
        let twice = std::mem::take(&mut self.state().twice);
        for path in twice {
            // Whichever was there first is as good or bad as the other.
            if self.state().made.outputs.remove(&path).is_some() {
                self.take_away(&path);
            }
            self.fail(&path, "two parts of the report have this name".to_owned());
        }
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match state.refused {
            Some(error) => Err(error),
            None => Ok(state.made),
        }
    }
}

/// A file that is hashed while it is written.
pub struct Hashed<'a> {
    file: Box<dyn Write + 'a>,
    hash: Sha256,
    /// What the shelf said, whatever becomes of it above.
    refused: Option<io::Error>,
}

impl<'a> Hashed<'a> {
    pub fn new(file: Box<dyn Write + 'a>) -> Self {
        Self { file, hash: Sha256::new(), refused: None }
    }

    /// The SHA-256 of what was written, in lower-case hexadecimal.
    ///
    /// # Errors
    ///
    /// The shelf refuses the rest.
    pub fn finish(mut self) -> io::Result<String> {
        self.file.flush()?;
        Ok(hex(self.hash))
    }
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Ok(count) => {
                self.hash.update(&bytes[..count]);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                self.refused = Some(error);
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What `work` makes, or why it failed. A panic of a library that sets or draws is such a reason, too: by then hours
/// of reading are done, and the rest of the report is worth having.
///
/// # Errors
///
/// Those of `work`, as text.
pub fn attempt<T>(work: impl FnOnce() -> anyhow::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| format!("{error:#}")),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            Err(format!("a mistake in the program, please report it: {text}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::load::sha256_of;

    #[test]
    fn errors_and_panics_become_reasons() {
        assert_eq!(attempt(|| Ok(1)), Ok(1));
        assert_eq!(
            attempt::<()>(|| Err(anyhow::anyhow!("inner").context("outer"))),
            Err("outer: inner".into())
        );
        let panicked = attempt::<()>(|| panic!("{} of them", 3)).unwrap_err();
        assert!(panicked.ends_with("please report it: 3 of them"), "{panicked}");
    }

    /// Keeps files in memory.
    #[derive(Default)]
    struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

    /// A file of it.
    struct InMemory<'a>(&'a Memory, String);

    impl Write for InMemory<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // A disk that is full.
            if self.1.starts_with("full") {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.0.lock().unwrap().entry(self.1.clone()).or_default().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shelf for Memory {
        fn create(&self, path: &str) -> io::Result<Box<dyn Write + '_>> {
            Ok(Box::new(InMemory(self, path.to_owned())))
        }

        fn remove(&self, path: &str) -> io::Result<()> {
            self.0.lock().unwrap().remove(path);
            Ok(())
        }
    }

    #[test]
    fn what_is_made_is_on_the_shelf_with_its_hash_and_what_failed_is_not() {
        let shelf = Memory::default();
        let making = Making::new(&shelf);
        making.put("a", || Ok(b"abc".to_vec()));
        making.put("b", || anyhow::bail!("why"));
        // Larger than any buffer, and it fails after that.
        making.write("c", |file| {
            file.write_all(&[0; 100_000])?;
            panic!("half")
        });
        making.put("d", || Ok(vec![1]));
        making.put("d", || Ok(vec![2]));
        let made = making.finish().unwrap();
        assert_eq!(shelf.0.lock().unwrap().keys().collect::<Vec<_>>(), ["a"]);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(made.outputs, BTreeMap::from([("a".to_owned(), abc.to_owned())]));
        assert_eq!(sha256_of(b"abc".as_slice()).unwrap(), abc);
        assert_eq!(made.failed.keys().collect::<Vec<_>>(), ["b", "c", "d"]);
        assert!(made.failed["b"] == "why" && made.failed["d"].contains("two parts"), "{made:?}");
    }

    #[test]
    fn a_shelf_that_refuses_one_file_gets_no_other() {
        let shelf = Memory::default();
        let making = Making::new(&shelf);
        making.put("full", || Ok(vec![1]));
        making.put("a", || Ok(vec![1]));
        let error = making.finish().unwrap_err();
        assert!(format!("{error:#}").starts_with("full: "), "{error:#}");
        assert!(shelf.0.lock().unwrap().is_empty());
    }
}
