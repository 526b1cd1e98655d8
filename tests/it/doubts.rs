//! What names leave in doubt: recognised logs without a run, rivals for one place, copies of one log.

use std::fs;
use std::path::Path;

use crate::{campaign, part_of_campaign, stillstand, summary};

fn log(repetition: u32) -> String {
    fs::read_to_string(campaign().join(format!("none{repetition}-ping.test"))).unwrap()
}

fn errors(folder: &Path, code: &str) -> Vec<String> {
    let summary = summary(folder);
    let found = summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == code);
    found
        .map(|d| {
            assert_eq!(d["severity"], "error");
            format!("{}: {}", d["file"].as_str().unwrap(), d["message"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn a_log_outside_of_the_pattern_is_an_error_and_a_note_is_none() {
    let folder = part_of_campaign(&["none1-"]);
    fs::write(folder.path().join("yesterday.txt"), log(2)).unwrap();
    fs::write(folder.path().join("notes.txt"), "Remember to water the plants.\n").unwrap();
    let found = errors(folder.path(), "log-without-run");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("yesterday.txt: the file is ping-gawk") && found[0].contains("stillstand init"),
        "{found:?}"
    );
}

#[test]
fn logs_of_one_kind_from_several_folders_are_no_run() {
    let folder = tempfile::tempdir().unwrap();
    for (place, repetition) in [("CPU hog/Lauf 1", 1), ("RAM/Lauf 1", 2), ("RAM/Lauf 2", 3)] {
        fs::create_dir_all(folder.path().join(place)).unwrap();
        fs::write(folder.path().join(place).join("ping 10ms.txt"), log(repetition)).unwrap();
    }
    let found = errors(folder.path(), "rival-logs");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("CPU hog/Lauf 1/ping 10ms.txt and RAM/Lauf 1/ping 10ms.txt"), "{found:?}");
    assert_eq!(summary(folder.path())["runs"].as_array().unwrap().len(), 1);
    // Nothing is left: an error that says what to do.
    fs::remove_dir_all(folder.path().join("RAM/Lauf 2")).unwrap();
    let output = stillstand(&["stats", folder.path().to_str().unwrap()], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("no run is left") && told.contains("naming.pattern"), "{told}");
}

#[test]
fn a_copy_under_another_repetition_counts_once() {
    let folder = part_of_campaign(&["none1-", "none2-", "none3-"]);
    fs::write(folder.path().join("none3-ping.test"), log(1)).unwrap();
    let found = errors(folder.path(), "same-log");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("none3-ping.test: ") && found[0].contains("none1-ping.test"), "{found:?}");
    let summary = summary(folder.path());
    let outage = summary["series"].as_array().unwrap().iter().find(|s| s["metric"] == "outage_ping").unwrap();
    assert_eq!(outage["n"], 2);
}
