//! Whole-program tests, in one binary.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod aligned;
mod bad_input;
mod benchmarks_shown;
mod browser;
mod clock_estimates;
mod clocks;
mod closed_loop_ping;
mod commands;
mod compare;
mod compressed;
mod conclusions;
mod corpus;
mod coverage;
mod damaged;
mod damaged_hypervisor;
mod dataset;
mod determinism;
mod documented;
mod doubts;
mod efficiency;
mod elsewhere;
mod events;
mod evidence;
mod example;
mod floors;
mod hardened;
mod headlines;
mod hosts;
mod ingest;
mod init;
mod init_failures;
mod init_tables;
mod inspect;
mod listed;
mod memory;
mod names;
mod packets;
mod parts;
mod placement;
mod precopy;
mod probes;
mod published;
mod recorded;
mod report;
mod roles;
mod runs;
mod schema;
mod series;
mod service;
mod several;
mod stream;
mod tidy;
#[cfg(target_os = "linux")]
mod traced;
mod which_outage;
mod work;
mod zones;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The sample campaign of the ping series.
fn campaign() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-live-migration")
}

/// Runs the program with arguments and extra environment.
fn stillstand(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stillstand"))
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("the program starts")
}

/// stdout of a run that must succeed.
fn stdout(arguments: &[&str]) -> String {
    let output = stillstand(arguments, &[]);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// The `summary.json` of a campaign, as `stats` prints it.
fn summary(campaign: &Path) -> serde_json::Value {
    let path = campaign.to_str().expect("path is UTF-8");
    serde_json::from_str(&stdout(&["stats", path, "--format", "json", "--quiet"])).expect("valid JSON")
}

/// The diagnostics of a summary: code and line, 0 where there is none.
fn told(summary: &serde_json::Value) -> Vec<(&str, u64)> {
    let found = summary["diagnostics"].as_array().unwrap().iter();
    found.map(|found| (found["code"].as_str().unwrap(), found["line"].as_u64().unwrap_or_default())).collect()
}

/// A copy of the files of the sample campaign whose names start with one of `prefixes`.
fn part_of_campaign(prefixes: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(campaign()).expect("sample data").flatten() {
        let name = entry.file_name().into_string().expect("name is UTF-8");
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            fs::copy(entry.path(), folder.path().join(name)).expect("copied");
        }
    }
    folder
}

/// Every file below a folder with its bytes, by relative path.
fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    fn collect(folder: &Path, prefix: &str, into: &mut std::collections::BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("readable").flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{name}/"), into);
            } else {
                into.insert(name, fs::read(entry.path()).expect("readable"));
            }
        }
    }
    let mut all = std::collections::BTreeMap::new();
    collect(folder, "", &mut all);
    all
}
