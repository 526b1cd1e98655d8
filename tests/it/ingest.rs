//! `stillstand ingest`: the tables of a dataset for people.

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

fn text(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    let column = frame.column(column).unwrap().str().unwrap();
    column.iter().map(|value| value.map(str::to_owned)).collect()
}

fn numbers(frame: &DataFrame, column: &str) -> Vec<Option<f64>> {
    frame.column(column).unwrap().f64().unwrap().iter().collect()
}

/// The samples of one quantity of a run: time and value of each.
fn samples(dataset: &Path, run: &str, metric: &str, host: Option<&str>) -> Vec<(Option<f64>, Option<f64>)> {
    let frame = frame(&dataset.join("part-1-of-1/samples.parquet"));
    let (runs, metrics, hosts) = (text(&frame, "run"), text(&frame, "metric"), text(&frame, "host"));
    let rows = numbers(&frame, "t_s").into_iter().zip(numbers(&frame, "value"));
    let known = runs.iter().zip(&metrics).zip(&hosts);
    rows.zip(known)
        .filter(|(_, ((of, name), on))| {
            of.as_deref() == Some(run) && name.as_deref() == Some(metric) && on.as_deref() == host
        })
        .map(|(row, _)| row)
        .collect()
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
    assert_eq!(samples(&out, "none-1", "ping.request", None).len(), 30);
}

#[test]
fn the_series_of_every_run_are_there_and_placed() {
    let part = part_of_campaign(&["memtester1", "memtester2", "none1"]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dataset");
    ingest(part.path(), &out, &[]);

    let requests = samples(&out, "memtester-1", "ping.request", None);
    // Published: 82 of 500 requests of this run were not answered.
    let unanswered = requests.iter().filter(|(_, rtt)| rtt.is_none()).count();
    assert_eq!((requests.len(), unanswered), (500, 82));
    assert!(requests.windows(2).all(|pair| pair[0].0.unwrap() < pair[1].0.unwrap()));
    let all = frame(&out.join("part-1-of-1/samples.parquet"));
    let answered = all.column("answered").unwrap().bool().unwrap();
    assert!(answered.iter().flatten().count() >= 1500 && answered.iter().flatten().any(|answered| !answered));

    // dstat's rows, read from the log a second time; the first is the mean since the host booted.
    let log = fs::read_to_string(part.path().join("none1-dstat-kirsche.test")).unwrap();
    let rows = log.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    assert_eq!(samples(&out, "none-1", "cpu.user", Some("kirsche")).len(), rows - 1);
    assert!(!samples(&out, "none-1", "guest.stamp", None).is_empty());

    let of_part = |name: &str| frame(&out.join("part-1-of-1").join(name));
    let runs = of_part("runs.parquet");
    assert_eq!((runs.height(), of_part("outages.parquet").height() >= 6), (3, true));
    assert_eq!(text(&runs, "load"), ["none", "memtester", "memtester"].map(|load| Some(load.to_owned())));
    let events = of_part("events.parquet");
    assert!(text(&events, "event").contains(&Some("requested".to_owned())), "{events:?}");
    // A second of the bins is the mean of its samples.
    let bins = of_part("bins.parquet");
    let row = text(&bins, "metric").iter().zip(text(&bins, "host")).zip(text(&bins, "align")).position(
        |((metric, host), align)| {
            metric.as_deref() == Some("cpu.user")
                && host.as_deref() == Some("kirsche")
                && align.as_deref() == Some("request")
        },
    );
    let first = bins.column("first_s").unwrap().i64().unwrap().get(row.unwrap()).unwrap();
    let means = bins.column("means").unwrap().list().unwrap().get_as_series(row.unwrap()).unwrap();
    let of_samples = samples(&out, "none-1", "cpu.user", Some("kirsche"));
    let here: Vec<f64> = of_samples
        .iter()
        .filter(|(t_s, _)| (t_s.unwrap() + 0.5).floor() as i64 == first)
        .filter_map(|(_, value)| *value)
        .collect();
    assert_eq!(means.f64().unwrap().get(0), Some(here.iter().sum::<f64>() / here.len() as f64));
    assert!(stdout(&["verify", out.to_str().unwrap()]).contains("byte for byte"));
}

#[test]
fn times_are_counted_from_the_event_that_was_asked_for() {
    let part = part_of_campaign(&["memtester1"]);
    let folder = tempfile::tempdir().unwrap();
    let (by_request, by_resume) = (folder.path().join("request"), folder.path().join("resume"));
    ingest(part.path(), &by_request, &[]);
    ingest(part.path(), &by_resume, &["--align", "resume"]);
    let times = |out: &Path| samples(out, "memtester-1", "cpu.user", Some("kirsche"));
    let (a, b) = (times(&by_request), times(&by_resume));
    let summary = crate::summary(part.path());
    let ping =
        summary["runs"][0]["outages"].as_array().unwrap().iter().find(|o| o["method"] == "ping").unwrap();
    let resumed = ping["end_s"].as_f64().unwrap();
    assert!(resumed > 10.0 && a.len() == b.len() && a.len() > 30);
    assert!(a.iter().zip(&b).all(|(a, b)| (a.0.unwrap() - b.0.unwrap() - resumed).abs() < 1e-6));
    assert!(stdout(&["verify", by_resume.to_str().unwrap()]).contains("byte for byte"));
}

#[test]
fn factors_may_be_called_anything() {
    let part = part_of_campaign(&["none1"]);
    let factors = "factors.service = \"../../pi ng=1\"\nfactors.metric = \"a\"\n";
    fs::write(part.path().join("campaign.toml"), factors).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dataset");
    ingest(part.path(), &out, &[]);
    let samples = frame(&out.join("part-1-of-1/samples.parquet"));
    assert_eq!(text(&samples, "service")[0].as_deref(), Some("../../pi ng=1"));
    // One that is called like a column has a name of its own.
    assert_eq!(text(&samples, "factor.metric")[0].as_deref(), Some("a"));
    let report = folder.path().join("report");
    stdout(&["report", out.to_str().unwrap(), "-o", report.to_str().unwrap(), "--format", "html", "--quiet"]);
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
    let out = folder.path().join(above.path().file_name().unwrap());
    ingest(above.path(), &out, &[]);
    for name in ["a", "b"] {
        assert!(out.join(name).join("part-1-of-1/runs.parquet").exists());
    }
    // Such a folder is the same portfolio as that of the logs.
    let summary = |path: &Path| stdout(&["stats", path.to_str().unwrap(), "--format", "json", "--quiet"]);
    assert!(summary(&out) == summary(above.path()));

    let report = folder.path().join("report");
    let campaign = above.path().join("a");
    let (campaign, report) = (campaign.to_str().unwrap(), report.to_str().unwrap());
    stdout(&["report", campaign, "-o", report, "--format", "html", "--quiet"]);
    let output = stillstand(&["ingest", campaign, "-o", report], &[]);
    assert!(output.status.code() == Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--force"));
}
