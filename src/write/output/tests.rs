use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;

use super::*;

/// Relative path → content of every file of a report.
type Folder = BTreeMap<String, Vec<u8>>;

fn write(out: &Path, folder: &Folder, replace: bool) -> anyhow::Result<Vec<String>> {
    write_on(&Real, out, folder, replace)
}

/// The writer, with files that are made already.
fn write_on(disk: &dyn Disk, out: &Path, folder: &Folder, replace: bool) -> anyhow::Result<Vec<String>> {
    let put = |shelf: &dyn Shelf| {
        for (path, content) in folder {
            shelf.create(path).and_then(|mut file| file.write_all(content)).with_context(|| path.clone())?;
        }
        Ok(())
    };
    Ok(super::write_on(disk, out, replace, put)?.1)
}

fn folder(entries: &[(&str, &str)]) -> Folder {
    entries.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

/// A report of some files with its manifest.
fn report(entries: &[(&str, &str)]) -> Folder {
    let outputs: BTreeMap<&str, &str> = entries.iter().map(|(name, _)| (*name, "")).collect();
    let manifest = format!(
        "{{\n  \"generator\": \"stillstand\",\n  \"outputs\": {}}}",
        serde_json::to_string(&outputs).unwrap()
    );
    let mut folder = folder(entries);
    folder.insert(MANIFEST.to_owned(), manifest.into_bytes());
    folder
}

#[test]
fn a_report_is_replaced_only_when_told_to_and_leaves_nothing_behind() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("deep/report");
    write(&out, &report(&[("figures/a.svg", "old")]), false).unwrap();
    assert!(write(&out, &report(&[]), false).unwrap_err().to_string().contains("--force"));
    assert!(write(&out, &report(&[("figures/b.svg", "new")]), true).unwrap().is_empty());
    assert!(!out.join("figures/a.svg").exists());
    assert_eq!(fs::read_to_string(out.join("figures/b.svg")).unwrap(), "new");
    assert_eq!(fs::read_dir(above.path().join("deep")).unwrap().count(), 1);
}

#[test]
fn what_a_report_did_not_write_is_never_replaced() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("thesis");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("chapter.tex"), "precious").unwrap();
    for replace in [false, true] {
        assert!(write(&out, &report(&[]), replace).unwrap_err().to_string().contains("never replaced"));
    }
    assert!(out.join("chapter.tex").exists());
    fs::write(above.path().join("file"), "x").unwrap();
    assert!(check(&above.path().join("file"), true).is_err());
}

#[test]
fn what_lies_beside_the_files_of_a_report_is_named_and_stays() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("report");
    write(&out, &report(&[("figures/a.svg", "old")]), false).unwrap();
    fs::write(out.join("figures/notes.txt"), "precious").unwrap();
    fs::create_dir(out.join("mine")).unwrap();
    let error = write(&out, &report(&[]), true).unwrap_err().to_string();
    assert!(error.contains("figures/notes.txt, mine/") && error.contains("Nothing was replaced"), "{error}");
    assert_eq!(fs::read_to_string(out.join("figures/notes.txt")).unwrap(), "precious");
    fs::remove_dir(out.join("mine")).unwrap();
    fs::remove_file(out.join("figures/notes.txt")).unwrap();
    write(&out, &report(&[]), true).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_is_not_replaced() {
    let above = tempfile::tempdir().unwrap();
    let (out, link) = (above.path().join("report"), above.path().join("link"));
    write(&out, &report(&[]), false).unwrap();
    std::os::unix::fs::symlink(&out, &link).unwrap();
    assert!(write(&link, &report(&[]), true).unwrap_err().to_string().contains("is a link"));
}

#[test]
fn a_file_is_replaced_only_when_told_to_and_leaves_nothing_behind() {
    let above = tempfile::tempdir().unwrap();
    let path = above.path().join("campaign.toml");
    write_file(&path, b"first", false).unwrap();
    assert!(write_file(&path, b"second", false).unwrap_err().to_string().contains("--force"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    write_file(&path, b"third", true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "third");
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1);
    assert!(write_file(&above.path().join("none/campaign.toml"), b"x", false).is_err());
}

#[test]
fn an_output_that_cannot_be_made_leaves_nothing_behind() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("report");
    write(&out, &report(&[("table.csv", "old")]), false).unwrap();
    let refused: anyhow::Result<((), _)> = super::write(&out, true, |shelf| {
        shelf.create("deep/table.csv")?.write_all(b"new")?;
        shelf.remove("deep/table.csv")?;
        bail!("no")
    });
    assert_eq!(refused.unwrap_err().to_string(), "no");
    assert_eq!(fs::read_to_string(out.join("table.csv")).unwrap(), "old");
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1);
}

#[test]
fn an_empty_folder_is_filled() {
    let out = tempfile::tempdir().unwrap();
    write(out.path(), &report(&[]), false).unwrap();
    assert!(out.path().join(MANIFEST).exists());
    fs::create_dir_all(out.path()).unwrap();
}

#[test]
fn a_run_that_goes_on_is_not_disturbed() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("report");
    let staging = Staging::new(&Real, &out).unwrap();
    write(&out, &report(&[]), false).unwrap();
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 2, "the other run keeps its folder");
    drop(staging);
    let told = write(&out, &report(&[]), true).unwrap();
    assert!(told[0].contains("removed"), "{told:?}");
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_only_looks_like_ours_is_not_removed() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("report");
    let staging = Staging::new(&Real, &out).unwrap();
    let name = fs::read_dir(above.path()).unwrap().next().unwrap().unwrap().path();
    staging.remove();
    fs::create_dir(&name).unwrap();
    fs::write(name.join("precious"), "x").unwrap();
    write(&out, &report(&[]), false).unwrap();
    assert!(name.join("precious").exists());
}

/// How operations fail from a certain one on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// One of them, and then no more.
    Error,
    /// So many in a row.
    Errors(usize),
    /// The run is killed in the middle of one: half is done, and nothing behind it.
    Kill,
}

/// A disk on which operations fail from the `at`-th on.
struct Faulty {
    at: usize,
    fault: Fault,
    exchanges: bool,
    done: AtomicUsize,
}

impl Faulty {
    /// Whether the next operation is done. `half` does half of it.
    fn next(&self, half: impl FnOnce()) -> io::Result<()> {
        let number = self.done.fetch_add(1, Ordering::Relaxed);
        let fails = match self.fault {
            Fault::Error => number == self.at,
            Fault::Errors(count) => (self.at..self.at + count).contains(&number),
            Fault::Kill => {
                if number == self.at {
                    half();
                }
                number >= self.at
            }
        };
        if fails { Err(io::Error::other("injected")) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.create_dir(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.create_dir_all(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Write + '_>> {
        self.next(|| ())?;
        Ok(Box::new(FaultyFile { disk: self, file: Real.create(path)? }))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.rename(from, to)
    }

    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()> {
        if !self.exchanges {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.next(|| ())?;
        Real.exchange(a, b)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.next(|| ())?;
        Real.remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        // The lock goes first: what is left is known for ours without it.
        self.next(|| drop(fs::remove_file(path.join("lock"))))?;
        Real.remove_dir_all(path)
    }
}

/// A file on such a disk.
struct FaultyFile<'a> {
    disk: &'a Faulty,
    file: Box<dyn Write + 'a>,
}

impl Write for FaultyFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.next(|| drop(self.file.write(&bytes[..bytes.len() / 2])))?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn content(out: &Path) -> Option<Folder> {
    let entries = present(out).ok()?;
    entries.iter().map(|entry| Some((entry.path.clone(), fs::read(out.join(&entry.path)).ok()?))).collect()
}

/// Whether an old output waits in a staging folder.
fn waits(above: &Path, old: &Folder) -> bool {
    let entries = fs::read_dir(above).unwrap().flatten();
    entries.into_iter().any(|entry| content(&entry.path().join("old")).as_ref() == Some(old))
}

/// Lets every operation fail in turn, with an old output or without: what is in place afterwards is the old or the new
/// one, and the next run leaves nothing else.
fn every_fault(exchanges: bool, fault: Fault, replaces: bool) -> usize {
    let (old, new, newer) = (
        report(&[("figures/a.svg", "old"), ("table.csv", "old")]),
        report(&[("figures/b.svg", "new"), ("deep/er/c.svg", "new"), ("table.csv", "new")]),
        report(&[("table.csv", "newer")]),
    );
    for at in 0.. {
        let above = tempfile::tempdir().unwrap();
        let out: PathBuf = above.path().join("report");
        if replaces {
            write_on(&Real, &out, &old, false).unwrap();
        }
        let disk = Faulty { at, fault, exchanges, done: AtomicUsize::new(0) };
        let written = write_on(&disk, &out, &new, true);
        let here = content(&out);
        let context = format!("{fault:?} at {at}, exchanges {exchanges}: {written:?}");
        match (&written, &here) {
            (Ok(_), Some(here)) => assert_eq!(here, &new, "{context}"),
            (Err(_), None) if !replaces => {}
            // Between two renamings, and only where there is no exchange.
            (Err(_), None) => {
                assert!(!exchanges && fault != Fault::Error, "{context}");
                assert!(waits(above.path(), &old), "{context}");
            }
            (_, Some(here)) => assert!(*here == new || (replaces && *here == old), "{context}"),
            (Ok(_), None) => panic!("{context}"),
        }
        write_on(&Real, &out, &newer, true).unwrap_or_else(|error| panic!("{context}; then {error:#}"));
        assert_eq!(content(&out), Some(newer.clone()), "{context}");
        // A child that another test starts has this process's locks from its fork to its exec: what they kept the next run has.
        let left = || fs::read_dir(above.path()).unwrap().count();
        for _ in 0..100 {
            if left() == 1 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            write_on(&Real, &out, &newer, true).unwrap();
        }
        assert_eq!(left(), 1, "{context}: something is left");
        if disk.done.load(Ordering::Relaxed) <= at {
            return at;
        }
    }
    unreachable!("every run ends")
}

#[test]
fn whatever_fails_the_old_or_the_new_report_is_there() {
    let mut operations = 0;
    for exchanges in [true, false] {
        for fault in [Fault::Error, Fault::Errors(2), Fault::Errors(3), Fault::Kill] {
            for replaces in [true, false] {
                operations += every_fault(exchanges, fault, replaces);
            }
        }
    }
    assert!(operations > 200, "{operations} faults");
}

#[test]
fn whatever_fails_the_old_or_the_new_file_is_there() {
    for (fault, replaces) in
        [(Fault::Error, true), (Fault::Kill, true), (Fault::Error, false), (Fault::Kill, false)]
    {
        for at in 0..20 {
            let above = tempfile::tempdir().unwrap();
            let path = above.path().join("campaign.toml");
            if replaces {
                fs::write(&path, "old").unwrap();
            }
            let disk = Faulty { at, fault, exchanges: true, done: AtomicUsize::new(0) };
            let written = write_file_on(&disk, &path, b"new", replaces);
            match fs::read_to_string(&path) {
                Ok(text) => assert!(text == "new" || (replaces && text == "old"), "{at}: {text}"),
                Err(_) => assert!(!replaces && written.is_err()),
            }
            write_file(&path, b"newer", true).unwrap();
            assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1, "{fault:?} at {at}");
        }
    }
}
