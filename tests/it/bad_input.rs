//! Bad input: each case names the file and what to do, and the rest is reported.

use std::fs;
use std::path::Path;

use crate::{part_of_campaign, stillstand, summary};

/// stderr of a run and its exit code.
fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output = stillstand(arguments, &[]);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn stats(folder: &Path) -> (Option<i32>, String) {
    fails(&["stats", folder.to_str().unwrap()])
}

/// Damages one file of a two-run campaign; the diagnostics that must name it; runs that remain.
fn check(damage: impl Fn(&Path), file: &str, code: &str, severity: &str, words: &[&str]) {
    let part = part_of_campaign(&["none1", "none2"]);
    damage(&part.path().join(file));
    let summary = summary(part.path());
    assert_eq!(summary["runs"].as_array().unwrap().len(), 2, "the rest is still reported");
    let found =
        summary["diagnostics"].as_array().unwrap().iter().find(|d| d["file"] == file && d["code"] == code);
    let found = found.unwrap_or_else(|| panic!("{code} for {file} in {:#}", summary["diagnostics"]));
    assert_eq!(found["severity"], severity, "{found}");
    for word in words {
        assert!(found["message"].as_str().unwrap().contains(word), "{word} in {found}");
    }
    let (_, stderr) = stats(part.path());
    assert!(severity == "note" || stderr.contains(file), "{stderr}");
}

#[test]
fn a_folder_without_logs() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = stats(folder.path());
    assert_eq!(code, Some(1));
    assert!(text.contains("no log file") && text.contains("memtester3-xentop-kirsche.test"), "{text}");
    fs::write(folder.path().join("notes.txt"), "hello").unwrap();
    let (code, text) = stats(folder.path());
    assert!(code == Some(1) && text.contains("notes.txt"), "{text}");
}

#[test]
fn a_folder_that_is_not_there_and_one_that_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere");
    let (code, text) = stats(&missing);
    assert!(code == Some(1) && text.contains("no such folder") && text.contains("nowhere"), "{text}");
    fs::write(&missing, "").unwrap();
    let (code, text) = stats(&missing);
    assert!(code == Some(1) && text.contains("is a file"), "{text}");
}

#[test]
fn an_empty_file() {
    check(|path| fs::write(path, "").unwrap(), "none1-ping.test", "file-empty", "error", &["ping-gawk"]);
}

#[test]
fn another_format_under_a_right_name() {
    let damage = |path: &Path| {
        let zeit = path.with_file_name("none1-zeit.log");
        fs::copy(zeit, path).unwrap();
    };
    let words = ["zeit", "ping-gawk", "content"];
    check(damage, "none1-ping.test", "name-and-content-differ", "warning", &words);
}

#[test]
fn text_of_no_known_format() {
    let damage = |path: &Path| fs::write(path, "Dear diary,\ntoday I migrated.\n").unwrap();
    check(damage, "none1-dstat-apfel.test", "file-not-recognised", "error", &["Dear diary", "dstat"]);
}

#[test]
fn a_binary_file() {
    let damage = |path: &Path| fs::write(path, [0u8, 159, 146, 150, 0, 1, 2, 3].repeat(50)).unwrap();
    check(damage, "none2-xentop-kirsche.test", "file-not-recognised", "error", &["xentop-gawk"]);
}

#[test]
fn a_truncated_file() {
    let damage = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() * 2 / 3 - 7]).unwrap();
    };
    check(damage, "none1-dstat-kirsche.test", "last-line-cut", "warning", &["stopped"]);
}

#[test]
fn a_run_without_time_zero() {
    let part = part_of_campaign(&["none1", "none2"]);
    fs::remove_file(part.path().join("none1-migration-time.test")).unwrap();
    let summary = summary(part.path());
    let diagnostics = summary["diagnostics"].as_array().unwrap();
    let found = diagnostics.iter().find(|d| d["code"] == "run-without-time-zero").unwrap();
    let message = found["message"].as_str().unwrap();
    assert!(message.contains("none-1") && message.contains("migration-time"), "{message}");
    let run = &summary["runs"][0];
    assert_eq!(run["migration"]["status"], "unknown");
    assert_eq!(run["migration"]["request_epoch_s"], serde_json::Value::Null);
    assert_eq!(run["outages"][0]["estimate_s"], 0.8, "the outage is still measured");
    assert_eq!(run["outages"][0]["start_s"], serde_json::Value::Null);
    assert!(!summary["curves"].as_array().unwrap().is_empty(), "the other run has curves");
}

#[test]
fn nothing_usable_at_all() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("none1-ping.test"), "").unwrap();
    let (code, text) = stats(folder.path());
    assert_eq!(code, Some(1));
    assert!(text.contains("none1-ping.test") && text.contains("empty"), "{text}");
}

#[test]
fn an_unreadable_configuration_is_exit_status_2() {
    let part = part_of_campaign(&["none1"]);
    fs::write(part.path().join("campaign.toml"), "titel = \"x\"\n").unwrap();
    let (code, text) = stats(part.path());
    assert_eq!(code, Some(2));
    assert!(text.contains("campaign.toml") && text.contains("Did you mean `title`?"), "{text}");
    assert_eq!(fails(&["stats"]).0, Some(2));
    assert_eq!(fails(&["reprot"]).0, Some(2));
}

#[test]
fn strict_is_exit_status_3_on_errors_only() {
    let part = part_of_campaign(&["none1", "none2"]);
    let path = part.path().to_str().unwrap();
    assert_eq!(fails(&["stats", path, "--strict"]).0, Some(0));
    fs::write(part.path().join("none1-ping.test"), "").unwrap();
    assert_eq!(fails(&["stats", path, "--strict"]).0, Some(3));
    assert_eq!(fails(&["stats", path]).0, Some(0));
}

#[test]
fn a_limit_that_is_exceeded_is_exit_status_4() {
    let part = part_of_campaign(&["none1", "none2", "none3"]);
    let limit = "[[limits]]\nmetric = \"outage_ping\"\nstatistic = \"max\"\nat_most = 0.5\n";
    fs::write(part.path().join("campaign.toml"), limit).unwrap();
    let (code, text) = stats(part.path());
    assert!(code == Some(4) && text.contains("limit exceeded"), "{text}");
    fs::write(part.path().join("campaign.toml"), format!("{limit}where = {{ load = \"nnone\" }}\n")).unwrap();
    let (code, text) = stats(part.path());
    assert!(code == Some(0) && text.contains("cannot be tested"), "{text}");
}

#[test]
fn a_limit_that_nothing_tests_is_an_error_with_its_cause() {
    let part = part_of_campaign(&["none1", "none2", "memtester1", "memtester2"]);
    let path = part.path().to_str().unwrap();
    let of = |metric: &str, condition: &str| {
        format!("[[limits]]\nmetric = \"{metric}\"\nstatistic = \"max\"\nat_most = 100.0\n{condition}")
    };
    for (limit, cause) in [
        (
            of("outage_ping", "where = { load = \"nnone\" }\n"),
            "the limit of max of outage_ping (load = nnone) cannot be tested: no condition fits `where`; there are none, memtester",
        ),
        (
            of("outage_ping", ""),
            "the limit of max of outage_ping cannot be tested: 2 conditions fit: none, memtester. `where` has to select one",
        ),
        (
            of("outage_probe", "where = { load = \"none\" }\n"),
            "the limit of max of outage_probe (load = none) cannot be tested: no run of the campaign has that metric",
        ),
    ] {
        fs::write(part.path().join("campaign.toml"), limit).unwrap();
        let (code, text) = stats(part.path());
        assert!(code == Some(0) && text.contains(&format!("error: {cause}")), "{cause}: {text}");
        assert_eq!(fails(&["stats", path, "--strict"]).0, Some(3), "{cause}");
    }
}

#[test]
fn a_failed_migration_is_shown_and_in_no_mean() {
    let part = part_of_campaign(&["none1", "none2", "none3", "none4"]);
    let path = part.path().join("none2-migration-time.test");
    let text = fs::read_to_string(&path).unwrap();
    let failed = text.replace("\n0:", "\nCommand exited with non-zero status 1\n0:");
    assert_ne!(text, failed);
    fs::write(&path, failed).unwrap();
    let summary = summary(part.path());
    assert_eq!(summary["runs"][1]["migration"]["status"], "failed");
    for series in summary["series"].as_array().unwrap() {
        assert_eq!(series["n"], 3, "{series}");
    }
}

#[test]
fn wrong_folders_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let logs = crate::campaign();
    let out = folder.path().join("report");
    let (logs, out) = (logs.to_str().unwrap(), out.to_str().unwrap());
    crate::stdout(&["report", logs, "-o", out, "--format", "html", "--detail", "brief", "--quiet"]);
    let page = format!("{out}/report.html");
    for (arguments, wanted) in [
        (["verify", logs], "it has no manifest.json"),
        (["verify", logs], "makes a report of logs"),
        (["verify", &page], &format!("give its folder: {out}")),
        (["verify", "nowhere"], "nowhere: no such folder"),
        (["dataset", out], "but of a report: `stillstand verify"),
        (["dataset", logs], "`stillstand ingest LOGS -o DATASET` writes one"),
    ] {
        let output = crate::stillstand(&arguments, &[]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && text.contains(wanted), "{arguments:?}: {text}");
    }
}
