//! `stillstand ingest`: the aligned series as Parquet.

use std::fs;
use std::path::Path;

use polars::prelude::DataFrame;
use stillstand::input::parquet;

use crate::{part_of_campaign, stdout, stillstand};

fn frame(path: &Path) -> DataFrame {
    parquet::read(fs::read(path).unwrap()).unwrap()
}

fn ingest(campaign: &Path, out: &Path, more: &[&str]) {
    let (campaign, out) = (campaign.to_str().unwrap(), out.to_str().unwrap());
    let arguments = [&["ingest", campaign, "-o", out, "--quiet"], more].concat();
    let output = stillstand(&arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn times(frame: &DataFrame) -> Vec<f64> {
    frame.column("t_s").unwrap().f64().unwrap().iter().flatten().collect()
}

/// A number in a log may be any, and must not become as many rows.
#[test]
fn a_huge_number_of_requests_is_not_as_many_rows() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    fs::write(
        logs.join("none1-migration-time.test"),
        "1264510995\n0:08.50 real, 0.10 user, 0.03 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n",
    )
    .unwrap();
    let mut ping = "PING a (192.0.2.9) 56(84) bytes of data.\n".to_owned();
    for seq in 1..=30 {
        let stamp = 1_264_510_990 + seq;
        ping += &format!("[{stamp}.0] 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.4 ms\n");
    }
    ping += "\n--- a ping statistics ---\n4294967295 packets transmitted, 30 received, 99% packet loss, time 29000ms\n";
    fs::write(logs.join("none1-ping.test"), ping).unwrap();
    let out = folder.path().join("dataset");
    ingest(&logs, &out, &[]);
    let requests = frame(&out.join("requests/load=none/repetition=1/data.parquet"));
    assert_eq!(requests.height(), 30);
}

#[test]
fn the_series_of_every_run_are_there_and_placed() {
    let part = part_of_campaign(&["memtester1", "memtester2", "none1"]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dataset");
    ingest(part.path(), &out, &[]);

    let requests = frame(&out.join("requests/load=memtester/repetition=1/data.parquet"));
    let answered: Vec<bool> = requests.column("answered").unwrap().bool().unwrap().iter().flatten().collect();
    // Published: 82 of 500 requests of this run were not answered.
    assert_eq!((answered.len(), answered.iter().filter(|answered| !**answered).count()), (500, 82));
    let sent = times(&requests);
    assert!(sent.windows(2).all(|pair| pair[0] < pair[1]));

    // dstat's rows, read from the log a second time; the first is the mean since the host booted.
    let log = fs::read_to_string(part.path().join("none1-dstat-kirsche.test")).unwrap();
    let rows = log.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    let samples = frame(&out.join("samples/load=none/repetition=1/data.parquet"));
    let text = |name: &str| -> Vec<Option<String>> {
        let column = samples.column(name).unwrap().str().unwrap();
        column.iter().map(|value| value.map(str::to_owned)).collect()
    };
    let of_log = text("host")
        .iter()
        .zip(text("metric"))
        .filter(|(host, metric)| host.as_deref() == Some("kirsche") && metric.as_deref() == Some("cpu.user"))
        .count();
    assert_eq!(of_log, rows - 1);

    let runs = frame(&out.join("runs.parquet"));
    assert_eq!((runs.height(), frame(&out.join("outages.parquet")).height() >= 6), (3, true));
    assert!(stdout(&["verify", out.to_str().unwrap()]).contains("byte for byte"));
}

#[test]
fn times_are_counted_from_the_event_that_was_asked_for() {
    let part = part_of_campaign(&["memtester1"]);
    let folder = tempfile::tempdir().unwrap();
    let (by_request, by_resume) = (folder.path().join("request"), folder.path().join("resume"));
    ingest(part.path(), &by_request, &[]);
    ingest(part.path(), &by_resume, &["--align", "resume"]);
    let place = "samples/load=memtester/repetition=1/data.parquet";
    let (a, b) = (times(&frame(&by_request.join(place))), times(&frame(&by_resume.join(place))));
    let summary = crate::summary(part.path());
    let ping =
        summary["runs"][0]["outages"].as_array().unwrap().iter().find(|o| o["method"] == "ping").unwrap();
    let resumed = ping["end_s"].as_f64().unwrap();
    assert!(resumed > 10.0 && a.len() == b.len());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b - resumed).abs() < 1e-6));
}

#[test]
fn levels_that_mean_something_in_a_path_stay_where_they_belong() {
    let part = part_of_campaign(&["none1"]);
    fs::write(part.path().join("campaign.toml"), "factors.service = \"../../pi ng=1\"\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dataset");
    ingest(part.path(), &out, &[]);
    let place = "samples/load=none/service=%2E%2E%2F%2E%2E%2Fpi%20ng%3D1/repetition=1/data.parquet";
    assert!(crate::files(&out).contains_key(place), "{:?}", crate::files(&out).keys());

    fs::write(part.path().join("campaign.toml"), "factors.metric = \"a\"\n").unwrap();
    let again = folder.path().join("again");
    let output = stillstand(&["ingest", part.path().to_str().unwrap(), "-o", again.to_str().unwrap()], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("`metric`") && !again.exists(), "{text}");
}

#[test]
fn a_report_is_not_replaced_by_accident_and_a_folder_of_campaigns_gives_a_folder_each() {
    let above = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let part = part_of_campaign(&["none1"]);
        fs::write(part.path().join("campaign.toml"), "").unwrap();
        fs::rename(part.path(), above.path().join(name)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dataset");
    ingest(above.path(), &out, &[]);
    for name in ["a", "b"] {
        assert!(out.join("campaigns").join(name).join("runs.parquet").exists());
    }
    let again = ["ingest", above.path().to_str().unwrap(), "-o", out.to_str().unwrap()];
    let output = stillstand(&again, &[]);
    assert!(output.status.code() == Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--force"));
}
