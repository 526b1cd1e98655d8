//! A fault at every system call of the writer, by strace: whether the call fails or the program is killed at it, the old
//! report or the new one is there, whole, and the next run leaves nothing else behind.
//!
//! `src/write/output/tests.rs` does the same to the writer alone, at the operations that it knows of. This one knows nothing
//! of it: the calls are those that the system saw. Without strace, or where it may not trace, there is nothing to see: then
//! the test says so, and fails where `CI` is set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rayon::prelude::*;

use crate::{files, part_of_campaign, stillstand};

/// Calls that have to do with files; of these, what a writer asks of a disk.
const CALLS: &str = "openat,creat,write,pwrite64,writev,copy_file_range,ftruncate,fallocate,fsync,fdatasync,sync_file_range,\
                     close,flock,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlinkat,unlink,unlinkat,rmdir,chmod,\
                     fchmod,fchmodat,statx,newfstatat,getdents64";
/// Errors of full and of broken disks.
const FAULTS: [&str; 3] = ["error=EIO", "error=ENOSPC", "signal=KILL"];

/// A call of the writer: its name, and which of these calls of its thread it is.
type Call = (String, usize);

/// A campaign and the two reports that it can have.
struct Bench {
    /// What is injected in every run: where the system cannot let two folders change places, the writer takes two steps.
    always: Option<&'static str>,
    campaign: tempfile::TempDir,
    /// Holds the old report only.
    old: tempfile::TempDir,
    new: BTreeMap<String, Vec<u8>>,
}

fn arguments<'a>(campaign: &'a Path, out: &'a Path) -> Vec<&'a str> {
    let (campaign, out) = (campaign.to_str().unwrap(), out.to_str().unwrap());
    vec!["report", campaign, "-o", out, "--force", "--format", "html", "--jobs", "1", "--quiet"]
}

fn strace(options: &[&str], always: Option<&str>, campaign: &Path, out: &Path) -> std::io::Result<Output> {
    Command::new("strace")
        .args(["-f", "-qq", "-e", &format!("trace={CALLS}")])
        .args(options)
        .args(always.iter().flat_map(|inject| ["-e", inject]))
        .arg(env!("CARGO_BIN_EXE_stillstand"))
        .args(arguments(campaign, out))
        .output()
}

impl Bench {
    fn new(always: Option<&'static str>) -> Self {
        let campaign = part_of_campaign(&["none1-ping", "none1-migration"]);
        let old = tempfile::tempdir().unwrap();
        let out = old.path().join("out");
        let in_german = [arguments(campaign.path(), &out), vec!["--lang", "de"]].concat();
        assert!(stillstand(&in_german, &[]).status.success());
        let new = tempfile::tempdir().unwrap();
        assert!(stillstand(&arguments(campaign.path(), &new.path().join("out")), &[]).status.success());
        let new = files(&new.path().join("out"));
        Self { always, campaign, old, new }
    }

    /// A folder with the old report in it.
    fn folder(&self) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let copied =
            Command::new("cp").arg("-a").args([&self.old.path().join("out"), &out]).status().unwrap();
        assert!(copied.success());
        (folder, out)
    }

    /// Every call of the thread that writes, from the first folder that it makes, and of those that wait for the disk
    /// beside it, of which a fault meets each; `None` where nothing can be traced.
    fn calls(&self) -> Option<Vec<Call>> {
        let (folder, out) = self.folder();
        let log = folder.path().join("calls");
        let traced = strace(&["-o", log.to_str().unwrap()], self.always, self.campaign.path(), &out);
        let traced = traced.ok().filter(|output| output.status.success());
        let log = traced.and_then(|_| fs::read_to_string(log).ok())?;
        let line = |line: &str| {
            let (thread, rest) = line.split_once(' ')?;
            let (call, rest) = rest.trim_start().split_once('(')?;
            let is_call = call.chars().all(|sign| sign.is_ascii_alphanumeric());
            is_call.then(|| (thread.to_owned(), call.to_owned(), rest.to_owned()))
        };
        let all: Vec<(String, String, String)> = log.lines().filter_map(line).collect();
        let begins = |(_, call, rest): &&(String, String, String)| {
            call.starts_with("mkdir") && rest.contains(".stillstand-")
        };
        let writer = all.iter().find(begins).expect("the writer makes a folder").0.clone();
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let (mut calls, mut begun) = (Vec::new(), false);
        for entry in &all {
            let (thread, call, _) = entry;
            let count = counts.entry((thread, call)).or_default();
            *count += 1;
            begun |= begins(&entry);
            let chosen = (call.clone(), *count);
            if begun && (*thread == writer || call == "fsync") && !calls.contains(&chosen) {
                calls.push(chosen);
            }
        }
        Some(calls)
    }

    /// What is wrong after a fault at a call.
    fn check(&self, (call, number): &Call, fault: &str) -> Option<String> {
        let (folder, out) = self.folder();
        let inject = format!("inject={call}:{fault}:when={number}");
        let options = ["-o", "/dev/null", "-e", &inject];
        let ended = strace(&options, self.always, self.campaign.path(), &out).unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        let wrong = |what: &str| Some(format!("{inject}: {what} ({}) {stderr}", ended.status));
        let old = files(&self.old.path().join("out"));
        let is_whole = |there: &BTreeMap<String, Vec<u8>>| *there == old || *there == self.new;
        let before = out.is_dir().then(|| files(&out));
        // In two steps there is a moment without a report, and the next run ends it.
        if before.is_none() && !(self.always.is_some() && fault.starts_with("signal")) {
            return wrong("no report is there");
        }
        if before.as_ref().is_some_and(|there| !is_whole(there)) {
            return wrong("neither the old nor the new report is there");
        }
        // It begins by putting right what is left, and comes no further.
        stillstand(&arguments(&folder.path().join("none"), &out), &[]);
        let there = files(&out);
        if before.map_or_else(|| there != old, |before| there != before) {
            return wrong("the next run changed the report, or did not bring it back");
        }
        if ended.status.success() && there != self.new {
            return wrong("success without the new report");
        }
        // What writes the message may be what fails.
        let may_be_silent = fault.starts_with("signal") || call == "write";
        if !may_be_silent && !ended.status.success() && !stderr.contains("error") {
            return wrong("a failure without a word");
        }
        let beside: BTreeSet<_> =
            fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        if beside.len() != 1 {
            return wrong(&format!("left behind: {beside:?}"));
        }
        None
    }
}

/// Checks every `step`-th call of each kind, and the last ones.
fn check_all(step: usize, always: Option<&'static str>) {
    let bench = Bench::new(always);
    let Some(calls) = bench.calls() else {
        assert!(std::env::var_os("CI").is_none(), "strace is missing, or may not trace");
        eprintln!("NOT TESTED: strace is missing, or may not trace; no fault was injected");
        return;
    };
    let mut of_kind: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    // Of two faults at one kind of calls the latter would hold.
    for call in calls.iter().filter(|call| always.is_none() || call.0 != "renameat2") {
        of_kind.entry(&call.0).or_default().push(call);
    }
    let chosen = of_kind.values().flat_map(|calls| {
        let is_chosen = move |index: usize| index.is_multiple_of(step) || index + 3 > calls.len();
        calls.iter().enumerate().filter(move |(index, _)| is_chosen(*index)).map(|(_, call)| *call)
    });
    let faults: Vec<(&Call, &str)> = chosen.flat_map(|call| FAULTS.map(|fault| (call, fault))).collect();
    let wrong: Vec<String> = faults.par_iter().filter_map(|(call, fault)| bench.check(call, fault)).collect();
    let kinds: Vec<String> = of_kind.iter().map(|(kind, calls)| format!("{} {kind}", calls.len())).collect();
    println!("{} faults at {} calls ({})", faults.len(), calls.len(), kinds.join(", "));
    assert!(wrong.is_empty(), "{} of {} faults\n{}", wrong.len(), faults.len(), wrong.join("\n"));
}

/// An old system, or a file system without an exchange in one step.
const NO_EXCHANGE: Option<&str> = Some("inject=renameat2:error=ENOSYS");

#[test]
fn faults_at_some_calls_of_the_writer() {
    check_all(40, None);
}

#[test]
fn faults_at_some_calls_of_the_writer_without_exchange() {
    check_all(80, NO_EXCHANGE);
}

/// Some minutes: all of them.
#[test]
#[ignore = "takes minutes"]
fn faults_at_every_call_of_the_writer() {
    check_all(1, None);
    check_all(1, NO_EXCHANGE);
}
