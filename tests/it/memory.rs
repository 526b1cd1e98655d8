//! The budget of memory: the same bytes whatever it is, and an error for what does not fit into it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::{campaign, files, part_of_campaign, stillstand};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn report(campaign: &Path, out: &Path, memory: &str) -> (Option<i32>, String) {
    let arguments = ["report", path(campaign), "-o", path(out), "--format", "html", "--memory", memory];
    let ended = stillstand(&arguments, &[]);
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

/// A ping log of so many replies.
fn ping(replies: usize) -> String {
    let lines = (1..=replies).map(|n| format!("64 bytes from 10.0.0.1: icmp_seq={n} ttl=64 time=0.1 ms\n"));
    "PING a (10.0.0.1) 56(84) bytes of data.\n".to_owned() + &lines.collect::<String>()
}

/// A part of the campaign, and a run with a log much larger than the others.
fn with_a_large_log() -> tempfile::TempDir {
    let logs = part_of_campaign(&["none1-", "none2-", "campaign.toml"]);
    fs::write(logs.path().join("none3-ping.test"), ping(40_000)).unwrap();
    logs
}

#[test]
fn a_report_does_not_depend_on_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let (much, little) = (folder.path().join("much"), folder.path().join("little"));
    assert_eq!(report(&campaign(), &much, "1T").0, Some(0));
    // Two of the largest logs do not fit at once.
    let (code, said) = report(&campaign(), &little, "8M");
    assert_eq!(code, Some(0), "{said}");
    assert!(files(&much) == files(&little));
}

#[test]
fn what_does_not_fit_is_an_error_that_names_it_and_the_rest_is_reported() {
    let (logs, folder) = (with_a_large_log(), tempfile::tempdir().unwrap());
    let out = folder.path().join("out");
    let (code, said) = report(logs.path(), &out, "8M");
    assert_eq!(code, Some(1), "{said}");
    let last = said.trim_end().lines().last().unwrap();
    assert!(last.contains("error: the numbers are incomplete: none3-ping.test"), "{said}");
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let told: Vec<_> =
        summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "beyond-memory").collect();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["severity"], &told[0]["file"]), (&"error".into(), &"none3-ping.test".into()));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("none3-ping.test"));

    // With as much as the message asks for it fits; a report that was made with less is then not what is recomputed.
    let wanted = last.split("`--memory ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    assert_eq!(report(logs.path(), &folder.path().join("enough"), wanted).0, Some(0));
    let verified = |memory| stillstand(&["verify", path(&out), "--memory", memory], &[]).status.code();
    assert_eq!((verified("8M"), verified(wanted)), (Some(1), Some(4)));
}

#[test]
fn every_command_refuses_with_the_same_status() {
    let logs = with_a_large_log();
    let (here, large) = (path(logs.path()), logs.path().join("none3-ping.test"));
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("dataset");
    for arguments in [
        vec!["stats", here],
        vec!["ingest", here, "-o", path(&dataset)],
        vec!["init", here, "-o", "-"],
        vec!["figure", here, "--metric", "ping.rtt"],
        vec!["inspect", here],
        vec!["inspect", path(&large)],
    ] {
        let ended = stillstand(&[arguments.clone(), vec!["--memory", "8M"]].concat(), &[]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("none3-ping.test"), "{arguments:?}: {said}");
        if dataset.exists() {
            fs::remove_dir_all(&dataset).unwrap();
        }
        let ended = stillstand(&[arguments.clone(), vec!["--memory", "1G"]].concat(), &[]);
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    }
    // Not the status of data with problems.
    let strict = stillstand(&["stats", here, "--strict", "--memory", "8M"], &[]);
    assert_eq!(strict.status.code(), Some(1));
    let wrong = stillstand(&["stats", here, "--memory", "many"], &[]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// The files that are left out with so much memory, each with the budget that is named for it; all of them if nothing is left.
fn left_out(logs: &Path, memory: &str) -> BTreeMap<String, String> {
    let ended = stillstand(&["stats", path(logs), "--format", "json", "--quiet", "--memory", memory], &[]);
    let named =
        |message: &str| message.split("`--memory ").nth(1).unwrap().split('`').next().unwrap().to_owned();
    if let Ok(summary) = serde_json::from_slice::<serde_json::Value>(&ended.stdout) {
        let all = summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "beyond-memory");
        return all
            .map(|d| (d["file"].as_str().unwrap().to_owned(), named(d["message"].as_str().unwrap())))
            .collect();
    }
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("could be used"), "{said}");
    [("all of them".to_owned(), named(&said))].into()
}

/// With more memory nothing is left out that had a place with less, and the budget that is named is enough for all of them.
#[test]
fn more_memory_never_reads_less() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    // Logs whose rows are dropped and read again, and benchmarks, whose rows stay.
    let few = part_of_campaign(&["none", "memtester", "campaign.toml"]);
    // Sessions without repetitions in their names, whose rows are needed to tell them apart.
    let sessions = tempfile::tempdir().unwrap();
    let pattern = "[naming]\npattern = '^(?<load>[a-z]+)-(?<source>ping)\\.log$'\n";
    fs::write(sessions.path().join("campaign.toml"), pattern).unwrap();
    for (load, count) in [("few", 2), ("some", 40), ("many", 300)] {
        fs::write(sessions.path().join(format!("{load}-ping.log")), ping(40).repeat(count)).unwrap();
    }
    for logs in [few.path().to_owned(), samples.join("qemu-efficiency"), sessions.path().to_owned()] {
        let mut before: Option<BTreeMap<String, String>> = None;
        let budgets = std::iter::successors(Some(128_u64), |kib| Some(kib * 3 / 2));
        for kib in budgets.take_while(|kib| *kib < 1 << 17) {
            let now = left_out(&logs, &format!("{kib}K"));
            if let Some(before) = before.filter(|before| !before.contains_key("all of them")) {
                let new: Vec<_> = now.keys().filter(|file| !before.contains_key(*file)).collect();
                assert!(new.is_empty(), "{}: {kib}K leaves out {new:?}", logs.display());
            }
            if let Some(enough) = now.values().next_back() {
                assert_eq!(left_out(&logs, enough), BTreeMap::new(), "{}: {kib}K, {enough}", logs.display());
            }
            before = Some(now);
        }
        assert_eq!(before, Some(BTreeMap::new()), "{}", logs.display());
    }
}

/// What counts is what a file unpacks to, not its length, nor what it says of itself.
#[test]
fn packed_logs_count_as_unpacked() {
    let logs = part_of_campaign(&["none1-", "campaign.toml"]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(ping(40_000).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    // A second member, of one byte: the last four bytes say 1.
    let mut small = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    small.write_all(b"\n").unwrap();
    let lying = [packed, small.finish().unwrap()].concat();
    assert!(lying.len() < 1 << 20);
    fs::write(logs.path().join("none2-ping.test.gz"), lying).unwrap();
    let ended = stillstand(&["stats", path(logs.path()), "--memory", "8M"], &[]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("none2-ping.test.gz"), "{said}");
}
