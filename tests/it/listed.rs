//! The files of a campaign by a list of them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{campaign, files, part_of_campaign, stdout};

/// Every file below a folder, as `find FOLDER -type f` prints them.
fn found(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(found(&path)) } else { all.push(path) }
    }
    all
}

/// Runs the program with a list on standard input, each path with `end` behind it.
fn with_list(arguments: &[&str], list: &[PathBuf], end: u8) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stillstand"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = list.iter().flat_map(|path| [path.to_str().unwrap().as_bytes(), &[end]].concat());
    // Whoever refuses the command line does not read.
    let _ = child.stdin.take().unwrap().write_all(&bytes.collect::<Vec<u8>>());
    child.wait_with_output().unwrap()
}

fn good(arguments: &[&str], list: &[PathBuf], end: u8) -> String {
    let output = with_list(arguments, list, end);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str], list: &[PathBuf]) -> (Option<i32>, String) {
    let output = with_list(arguments, list, b'\n');
    assert!(!output.status.success(), "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const LIST: [&str; 3] = ["--quiet", "--files-from", "-"];

#[test]
fn the_list_of_all_files_gives_what_the_folder_gives() {
    let logs = campaign();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let logs = logs.to_str().unwrap();
    let mut list = found(Path::new(logs));
    // In any order, and one of them twice.
    list.reverse();
    list.push(list[3].clone());

    let whole = stdout(&["stats", logs, "--format", "json", "--quiet"]);
    for end in [b'\n', 0] {
        let of_list = good(&[&["stats", logs, "--format", "json"][..], &LIST].concat(), &list, end);
        assert!(of_list == whole);
    }
    let (plain, listed) = (at("plain"), at("listed"));
    stdout(&["ingest", logs, "-o", &plain, "--quiet"]);
    good(&[&["ingest", logs, "-o", &listed][..], &LIST].concat(), &list, b'\n');
    let (plain, mut of_list) = (files(Path::new(&plain)), files(Path::new(&listed)));
    let manifest: Value = serde_json::from_slice(&of_list["manifest.json"]).unwrap();
    assert_eq!(manifest["listed"], true);
    // That alone is different.
    let told = String::from_utf8(of_list["manifest.json"].clone()).unwrap();
    of_list.insert("manifest.json".to_owned(), told.replace("  \"listed\": true,\n", "").into_bytes());
    assert!(of_list == plain);
}

#[test]
fn a_list_chooses_and_a_report_of_it_is_verified_with_it() {
    let logs = part_of_campaign(&["none", "memtester", "campaign"]);
    let folder = tempfile::tempdir().unwrap();
    let root = logs.path().to_str().unwrap();
    let none = part_of_campaign(&["none", "campaign"]);
    let is_none = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("none");
    let list: Vec<PathBuf> = found(logs.path()).into_iter().filter(is_none).collect();
    let of = |arguments: &[&str]| good(&[arguments, &LIST].concat(), &list, b'\n');
    let data = |text: String| -> Value {
        let mut data: Value = serde_json::from_str(&text).unwrap();
        data["campaign"].as_object_mut().unwrap().remove("path");
        data
    };
    let (chosen, alone) = (
        of(&["stats", root, "--format", "json"]),
        ["stats", none.path().to_str().unwrap(), "--format", "json"],
    );
    assert_eq!(data(chosen), data(stdout(&[&alone[..], &["--quiet"]].concat())));

    // In a file, and verified.
    let (dataset, report) = (folder.path().join("dataset"), folder.path().join("report"));
    let names = folder.path().join("list");
    let lines: String = list.iter().map(|path| format!("{}\n", path.display())).collect();
    fs::write(&names, lines).unwrap();
    let from = ["--quiet", "--files-from", names.to_str().unwrap()];
    for (command, out) in [("ingest", &dataset), ("report", &report)] {
        let out = out.to_str().unwrap();
        let html: &[&str] = if command == "report" { &["--format", "html"] } else { &[] };
        stdout(&[&[command, root, "-o", out], html, &from].concat());
        assert!(stdout(&[&["verify", out], &from[..]].concat()).contains("byte for byte"));
        let (status, said) = refused(&["verify", out], &[]);
        assert!(status == Some(1) && said.contains("give that list with --files-from"), "{said}");
    }
    // Shards are of the same list.
    let parts = folder.path().join("parts");
    for shard in ["2/2", "1/2"] {
        of(&["ingest", root, "-o", parts.to_str().unwrap(), "--shard", shard]);
    }
    let json = |of: &Path| stdout(&["stats", of.to_str().unwrap(), "--format", "json", "--quiet"]);
    assert!(json(&parts) == json(&dataset));
    let all = found(logs.path());
    let (_, said) = refused(
        &["ingest", root, "-o", parts.to_str().unwrap(), "--shard", "1/2", "--files-from", "-"],
        &all,
    );
    assert!(said.contains("of the inputs memtester1-"), "{said}");
}

#[test]
fn what_is_listed_and_missing_is_an_error_of_the_data() {
    let logs = part_of_campaign(&["none1", "none2", "campaign"]);
    let mut list = found(logs.path());
    list.push(logs.path().join("none3-ping.test"));
    let arguments = ["stats", logs.path().to_str().unwrap(), "--strict", "--files-from", "-"];
    let (status, said) = refused(&arguments, &list);
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("none3-ping.test: not read: the list names it, and it cannot be found"), "{said}");
}

#[test]
fn a_list_of_anything_else_is_refused() {
    let logs = campaign();
    let root = logs.to_str().unwrap();
    let outside = PathBuf::from("/etc/hostname");
    let (status, said) = refused(&["stats", root, "--files-from", "-"], &[outside]);
    assert!(status == Some(2) && said.contains("line 1: /etc/hostname does not lie below"), "{said}");
    let (status, said) = refused(&["stats", root, root, "--files-from", "-"], &found(&logs));
    assert!(status == Some(2) && said.contains("one campaign"), "{said}");
    let (_, said) = refused(&["stats", root, "--files-from", "-"], &[]);
    assert!(said.contains("the list of files is empty"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("dataset");
    let dataset = dataset.to_str().unwrap();
    stdout(&["ingest", root, "-o", dataset, "--quiet"]);
    let (status, said) = refused(&["stats", dataset, "--files-from", "-"], &found(&logs));
    assert!(status == Some(2) && said.contains("a dataset has no logs"), "{said}");
    let (_, said) = refused(&["verify", dataset, "--files-from", "-"], &found(&logs));
    assert!(said.contains("leave out --files-from"), "{said}");
}
