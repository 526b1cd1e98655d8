//! Every number that the report traces to lines of a log stands in these lines.
//!
//! A second program (`tests/evidence/check.py`) reads the lines by itself. Needs python3; without it the test says so and
//! tests nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The sample campaigns that hold all kinds of evidence.
const CAMPAIGNS: [&str; 9] = [
    "cpu-cap",
    "hypervisor-sweep",
    "qemu-efficiency",
    "qemu-live-migration",
    "qemu-lost-guest",
    "xen-efficiency",
    "xen-live-migration",
    "xen-precopy",
    "xen-stream",
];
/// Which entries are looked at, and how many.
const SEED: &str = "20261201";
const ENTRIES: &str = "200";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)
}

#[test]
fn the_lines_hold_the_numbers() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!(
            "NOT TESTED: there is no python3; whether lines hold the numbers that cite them is not known"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec![SEED.to_owned(), ENTRIES.to_owned()];
    for name in CAMPAIGNS {
        let summary = folder.path().join(format!("{name}.json"));
        fs::write(&summary, crate::summary(&sample(name)).to_string()).unwrap();
        arguments.extend([summary, sample(name)].map(|path| path.to_str().unwrap().to_owned()));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence/check.py");
    let checked = Command::new("python3").arg(&script).args(&arguments).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{told}{}", String::from_utf8_lossy(&checked.stderr));
    assert!(told.contains("200 of ") && told.contains(" 0 wrong"), "{told}");
    // It finds what is wrong: a line beside the right one holds something else.
    let path = folder.path().join("xen-live-migration.json");
    let mut summary: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for entry in summary["evidence"].as_array_mut().unwrap() {
        for end in ["first_line", "last_line"] {
            entry[end] = (entry[end].as_u64().unwrap() + 1).into();
        }
    }
    fs::write(&path, summary.to_string()).unwrap();
    let campaign = sample("xen-live-migration");
    let checked = Command::new("python3")
        .arg(&script)
        .args([SEED, "100000", path.to_str().unwrap(), campaign.to_str().unwrap()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&checked.stdout);
    let wrong: u32 = told.lines().last().unwrap().split(' ').nth(4).unwrap().parse().unwrap();
    let all = summary["evidence"].as_array().unwrap().len() as u32;
    assert!(!checked.status.success() && wrong > all * 6 / 10, "{wrong} of {all}: {told}");
}

/// Every outage of every run has its lines, in a file of the run, with the hash of the manifest.
#[test]
fn every_outage_is_cited_with_the_hash_of_its_file() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("report");
    let campaign = sample("xen-live-migration");
    let (from, to) = (campaign.to_str().unwrap(), out.to_str().unwrap());
    crate::stdout(&["report", from, "-o", to, "--quiet", "--format", "html"]);
    let read = |name: &str| -> Value { serde_json::from_slice(&fs::read(out.join(name)).unwrap()).unwrap() };
    let (summary, manifest) = (read("summary.json"), read("manifest.json"));
    let evidence = summary["evidence"].as_array().unwrap();
    let numbers: BTreeSet<&str> = evidence.iter().map(|entry| entry["number"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), evidence.len());
    for run in summary["runs"].as_array().unwrap() {
        let id = run["id"].as_str().unwrap();
        for outage in run["outages"].as_array().unwrap() {
            let number = format!("{id}/outages.{}", outage["method"].as_str().unwrap());
            assert!(numbers.contains(number.as_str()), "{number}");
        }
        for number in ["migration.request_epoch_s", "migration.duration_s", "migration.status", "ping.lost"] {
            assert!(numbers.contains(format!("{id}/{number}").as_str()), "{id} {number}");
        }
    }
    let manifest = manifest.to_string();
    for entry in evidence {
        let (file, sha256) = (entry["file"].as_str().unwrap(), entry["sha256"].as_str().unwrap());
        assert!(manifest.contains(&format!("\"{sha256}\"")) && manifest.contains(file), "{file} {sha256}");
    }
    // The page has the places, the lines themselves, and a way to them from the numbers.
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let anchor = "evidence-memtester-3-outages.ping";
    assert!(page.contains(&format!("href=\"#{anchor}\"")) && page.contains(&format!("id=\"{anchor}\"")));
    let links: BTreeSet<&str> =
        page.split("href=\"#evidence-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 50, "{}", links.len());
    for link in links {
        assert!(page.contains(&format!("id=\"evidence-{link}\"")), "{link}");
    }
    let line = "0:08.79 real, 0.09 user, 0.04 sys";
    assert!(page.contains(line), "the lines are in the page");
    assert!(page.len() < 1_300_000, "{}", page.len());
    let table = fs::read_to_string(out.join("tables/evidence.csv")).unwrap();
    assert_eq!(table.lines().count(), evidence.len() + 1);
    assert!(table.starts_with("number,file,first_line,last_line,sha256\n"), "{table}");
}

/// Lines of a file that holds several sessions, that is packed, or whose lines have times in front, are those that an editor
/// shows of the file as it is unpacked.
#[test]
fn lines_are_those_of_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let time = "1264510992\n0:08.79 real, 0.09 user, 0.04 sys\n";
    fs::write(folder.path().join("none1-migration-time.test"), time).unwrap();
    let mut ping = String::from("a word before\n\nPING vm (10.0.0.2) 56(84) bytes of data.\n");
    for seq in (1..=300).filter(|seq| !(100..110).contains(seq)) {
        let at = 1_264_510_980.0 + f64::from(seq) * 0.2;
        ping += &format!("[{at:.6}] 64 bytes from 10.0.0.2: icmp_seq={seq} ttl=64 time=0.412 ms\n");
    }
    let stamped: String = ping
        .lines()
        .map(|line| match line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            Some((at, rest)) => format!("{at} {rest}\n"),
            None => format!("1264510980.000000 {line}\n"),
        })
        .collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, ping.as_bytes()).unwrap();
    let plain = folder.path().join("none1-ping.test");
    let gz = folder.path().join("none1-ping.test.gz");
    for (path, bytes, other) in [
        (&plain, ping.clone().into_bytes(), &gz),
        (&plain, stamped.into_bytes(), &gz),
        (&gz, packed.finish().unwrap(), &plain),
    ] {
        let _ = fs::remove_file(other);
        fs::write(path, bytes).unwrap();
        let summary = crate::summary(folder.path());
        let entry = |number: &str| {
            let all = summary["evidence"].as_array().unwrap();
            let found = all.iter().find(|entry| entry["number"] == number);
            let found = found.unwrap_or_else(|| panic!("{number} in {all:?}"));
            (found["first_line"].as_u64().unwrap(), found["last_line"].as_u64().unwrap())
        };
        // Three lines, then the replies: 99 is on line 102, 110 on the next.
        assert_eq!(entry("none-1/outages.ping"), (102, 103), "{}", path.display());
        assert_eq!(entry("none-1/outages.ping-reply-gap"), (102, 103), "{}", path.display());
        assert_eq!(entry("none-1/migration.duration_s"), (2, 2));
        assert_eq!(entry("none-1/migration.request_epoch_s"), (1, 1));
    }
}
