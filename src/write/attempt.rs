//! One part of a report at a time: what cannot be made costs itself and no other.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::output::Folder;

/// The files of a report that could be made, and why the others could not.
#[derive(Debug, Default)]
pub struct Made {
    pub folder: Folder,
    /// Relative path → reason; empty unless the program, or one of its libraries, makes a mistake.
    pub failed: BTreeMap<String, String>,
}

impl Made {
    /// Puts a file in the folder, or among those that failed.
    pub fn put(&mut self, path: String, content: Result<Vec<u8>, String>) {
        match content {
            Ok(_) if self.folder.contains_key(&path) => {
                drop(self.failed.insert(path, "two parts of the report have this name".to_owned()));
            }
            Ok(bytes) => drop(self.folder.insert(path, bytes)),
            Err(reason) => drop(self.failed.insert(path, reason)),
        }
    }

    /// Everything of `other`, below `prefix`.
    pub fn extend(&mut self, prefix: &str, other: Made) {
        let below = |path: String| format!("{prefix}{path}");
        self.folder.extend(other.folder.into_iter().map(|(path, bytes)| (below(path), bytes)));
        self.failed.extend(other.failed.into_iter().map(|(path, reason)| (below(path), reason)));
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

    #[test]
    fn what_failed_keeps_its_place() {
        let mut chapter = Made::default();
        chapter.put("a".to_owned(), Ok(vec![1]));
        chapter.put("b".to_owned(), Err("why".to_owned()));
        let mut whole = Made::default();
        whole.extend("c/", chapter);
        assert_eq!(whole.folder.keys().collect::<Vec<_>>(), ["c/a"]);
        assert_eq!(whole.failed["c/b"], "why");
    }
}
