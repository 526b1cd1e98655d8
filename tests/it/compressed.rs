//! Compressed logs are the same logs.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::{campaign, part_of_campaign, stdout, summary};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Compresses every log of the folder, gzip and zstd in turn.
fn compress(folder: &Path) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for (number, path) in paths.into_iter().enumerate() {
        let bytes = fs::read(&path).unwrap();
        let (packed, ending) = if number % 2 == 0 {
            (gzip(&bytes), "gz")
        } else {
            (zstd::encode_all(bytes.as_slice(), 3).unwrap(), "zst")
        };
        fs::write(format!("{}.{ending}", path.display()), packed).unwrap();
        fs::remove_file(path).unwrap();
    }
}

/// The summary without what names files.
fn without_files(mut summary: serde_json::Value) -> serde_json::Value {
    summary["campaign"] = serde_json::Value::Null;
    for run in summary["runs"].as_array_mut().unwrap() {
        run["source_files"] = serde_json::Value::Null;
        for outage in run["outages"].as_array_mut().unwrap() {
            outage["source_file"] = serde_json::Value::Null;
        }
    }
    for diagnostic in summary["diagnostics"].as_array_mut().unwrap() {
        diagnostic["file"] = serde_json::Value::Null;
    }
    // Lines count in what is unpacked.
    for evidence in summary["evidence"].as_array_mut().unwrap() {
        evidence["file"] = serde_json::Value::Null;
        evidence["sha256"] = serde_json::Value::Null;
    }
    summary
}

#[test]
fn a_compressed_campaign_gives_the_same_numbers() {
    let part = part_of_campaign(&["none1", "netperf3"]);
    let plain = without_files(summary(part.path()));
    compress(part.path());
    assert_eq!(without_files(summary(part.path())), plain);
}

#[test]
fn inspect_unpacks_too() {
    let part = part_of_campaign(&["none1"]);
    compress(part.path());
    for entry in fs::read_dir(part.path()).unwrap() {
        stdout(&["inspect", entry.unwrap().path().to_str().unwrap()]);
    }
}

#[test]
fn a_damaged_archive_is_told() {
    let part = part_of_campaign(&["none1", "none2"]);
    let path = part.path().join("none1-ping.test");
    let packed = gzip(&fs::read(&path).unwrap());
    let of_file = |summary: &serde_json::Value, code: &str| {
        let told = summary["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == code).cloned();
        let told = told.unwrap_or_else(|| panic!("no {code}"));
        assert_eq!(told["file"], "none1-ping.test");
        assert!(told["message"].as_str().unwrap().contains("gzip"), "{told}");
    };
    // What stands before the damage is read.
    fs::write(&path, &packed[..packed.len() * 9 / 10]).unwrap();
    let cut = summary(part.path());
    of_file(&cut, "file-damaged");
    let sent = |summary: &serde_json::Value| summary["runs"][0]["ping"]["sent"].as_u64();
    assert!(sent(&cut).is_some_and(|sent| sent > 10), "{:?}", sent(&cut));
    let read = stdout(&["inspect", path.to_str().unwrap()]);
    assert!(read.contains("gzip, and damaged"), "{read}");
    fs::write(&path, &packed[..8]).unwrap();
    of_file(&summary(part.path()), "file-not-unpacked");
}

/// PowerShell writes what it catches in UTF-16.
#[test]
fn text_in_utf_16_is_the_same_text() {
    let part = part_of_campaign(&["none1", "campaign"]);
    let plain = without_files(summary(part.path()));
    // Some programs leave the mark out.
    for mark in [None, Some(0xfeff)] {
        for (name, unit) in [
            ("none1-ping.test", u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ("none1-dstat-apfel.test", u16::to_be_bytes),
        ] {
            let text = fs::read_to_string(campaign().join(name)).unwrap();
            let signs = mark.into_iter().chain(text.encode_utf16());
            fs::write(part.path().join(name), signs.flat_map(unit).collect::<Vec<u8>>()).unwrap();
        }
        assert_eq!(without_files(summary(part.path())), plain, "{mark:?}");
    }
    let report = tempfile::tempdir().unwrap();
    let out = report.path().join("out");
    stdout(&[
        "report",
        part.path().to_str().unwrap(),
        "-o",
        out.to_str().unwrap(),
        "--format",
        "html",
        "--quiet",
    ]);
    let line =
        fs::read_to_string(campaign().join("none1-ping.test")).unwrap().lines().nth(64).unwrap().to_owned();
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains(&line), "{line}");
}
