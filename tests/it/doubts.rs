//! What names leave in doubt: recognised logs without a run, rivals for one place, copies of one log.

use std::fs;
use std::io::Write;
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

/// Copies that went through an editor, another system or a rotation have other bytes, and are copies all the same; a log that only looks like
/// another is none.
#[test]
fn a_copy_with_other_line_ends_or_packed_counts_once_as_well() {
    let original = log(1);
    let packed = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(original.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let windows = original.replace('\n', "\r\n");
    let copies: [(&str, Vec<u8>); 5] = [
        ("none3-ping.test", original.trim_end().as_bytes().to_vec()),
        ("none3-ping.test", format!("{original}\n\n").into_bytes()),
        ("none3-ping.test", windows.clone().into_bytes()),
        ("none3-ping.test", format!("\u{feff}{}", windows.trim_end()).into_bytes()),
        ("none3-ping.test.gz", packed),
    ];
    for (number, (name, bytes)) in copies.iter().enumerate() {
        let folder = part_of_campaign(&["none1-", "none2-", "none3-"]);
        fs::write(folder.path().join("none1-ping.test"), &original).unwrap();
        fs::remove_file(folder.path().join("none3-ping.test")).unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let found = errors(folder.path(), "same-log");
        assert_eq!(found.len(), 1, "{number}: {found:?}");
        assert!(found[0].contains("the same lines as none1-ping.test"), "{number}: {found:?}");
    }
    let folder = part_of_campaign(&["none1-", "none2-", "none3-"]);
    fs::write(folder.path().join("none1-ping.test"), &original).unwrap();
    let (head, last) = original.trim_end().rsplit_once('\n').unwrap();
    fs::write(folder.path().join("none3-ping.test"), format!("{head}\n\n{last}\n")).unwrap();
    assert!(errors(folder.path(), "same-log").is_empty());
}

/// A log of ping with so many lost.
fn short_ping(number: u64) -> String {
    let lost = number % 9 + 1;
    let replies = (1..=40_u64).filter(|seq| !(10..10 + lost).contains(seq));
    let replies = replies.map(|seq| {
        format!("64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time={number}.{:03} ms\n", seq * 7)
    });
    format!("PING vm (192.0.2.9) 56(84) bytes of data.\n{}", replies.collect::<String>())
}

/// The warnings of a folder of these files, and what `init` has to say of their names.
fn assumed(files: &[(String, String)]) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let summary = summary(folder.path());
    let found =
        summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "repetitions-assumed");
    let messages = found.map(|d| d["message"].as_str().unwrap().to_owned()).collect();
    let output = stillstand(&["init", folder.path().to_str().unwrap()], &[]);
    (messages, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn numbers_in_names_that_may_be_conditions_are_told() {
    let padded: Vec<(String, String)> =
        (1..=25).map(|n| (format!("c{n:02}-ping.log"), short_ping(n))).collect();
    let (found, init) = assumed(&padded);
    assert_eq!(found.len(), 1, "{found:?}");
    let says = "25 repetitions of one condition \u{201c}c\u{201d} are assumed from the numbers in the names";
    assert!(found[0].contains(says) && found[0].contains("naming.pattern"), "{found:?}");
    assert!(init.contains(says), "{init}");
    // The pattern that it proposes makes conditions of them, and the warning is gone.
    let mut declared = padded.clone();
    let pattern = found[0].split('\'').nth(1).unwrap();
    declared.push(("campaign.toml".to_owned(), format!("[naming]\npattern = '{pattern}'\n")));
    assert!(assumed(&declared).0.is_empty());
    // A few that a table lists.
    let mut listed: Vec<(String, String)> =
        (1..=4).map(|n| (format!("config{n}-ping.log"), short_ping(n))).collect();
    assert!(assumed(&listed).0.is_empty());
    listed.push((
        "settings.csv".to_owned(),
        "name,vcpus\nconfig1,1\nconfig2,2\nconfig3,4\nconfig4,8\n".to_owned(),
    ));
    let (found, _) = assumed(&listed);
    assert!(found[0].contains("settings.csv lists 4 of them by name"), "{found:?}");
    // Sizes do not count on.
    let sizes = [128, 256, 512].map(|size| (format!("vm{size}-ping.log"), short_ping(size)));
    let (found, _) = assumed(&sizes);
    assert!(found[0].contains("128, 256, 512"), "{found:?}");
}

#[test]
fn repetitions_of_loads_are_taken_for_such() {
    let loads = ["none", "memtester"].into_iter().flat_map(|load| (1..=5).map(move |n| (load, n)));
    let loads: Vec<(String, String)> = loads
        .map(|(load, n)| (format!("{load}{n}-ping.log"), short_ping(10 * n + load.len() as u64)))
        .collect();
    assert!(assumed(&loads).0.is_empty());
    let one: Vec<(String, String)> =
        (1..=12).map(|n| (format!("memtester{n}-ping.log"), short_ping(n))).collect();
    assert!(assumed(&one).0.is_empty());
}

/// ping behind times without a year, or without a day.
fn undated(stamp: fn(u64) -> String) -> String {
    let replies = (1..=60_u64).filter(|seq| !(20..25).contains(seq));
    let lines = replies
        .map(|seq| format!("{} 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms\n", stamp(seq)));
    format!("{} PING vm (192.0.2.9) 56(84) bytes of data.\n{}", stamp(0), lines.collect::<String>())
}

/// The outage by ping of the first run, seconds since the request, and what is said of the times.
fn placed(config: &str, files: &[(&str, String)]) -> (Option<f64>, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("campaign.toml"), config).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let summary = summary(folder.path());
    let outages = summary["runs"][0]["outages"].as_array().unwrap();
    let ping = outages.iter().find(|outage| outage["method"] == "ping");
    let told = summary["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["code"] == "year-unknown" || d["code"] == "date-unknown");
    let told =
        told.map(|d| (d["severity"].as_str().unwrap().to_owned(), d["message"].as_str().unwrap().to_owned()));
    (ping.and_then(|outage| outage["start_s"].as_f64()).map(f64::round), told.collect())
}

#[test]
fn times_without_a_year_or_a_day_are_those_of_the_run() {
    // Nov 30 2026, 10:53:00 UTC, 11:53:00 in Berlin.
    let request = |at: f64| format!("{at:.3}\n0:30.00 real, 0.04 user, 0.10 sys, 1% CPU Percentage\n");
    let migration = ("none1-migration-time.log", request(1_796_035_980.0 + 10.0));
    let config = "utc_offset = \"+01:00\"\n[ping]\ninterval_s = 1.0\n";
    let year = ("none1-ping.log", undated(|seq| format!("Nov 30 11:53:{seq:02}").replace(":60", ":59")));
    let day = ("none1-ping.log", undated(|seq| format!("[11:53:{seq:02}]").replace(":60", ":59")));
    for (ping, code) in [(&year, "year"), (&day, "date")] {
        let (start, told) = placed(config, &[ping.clone(), migration.clone()]);
        assert_eq!(start, Some(10.0), "{code}: {told:?}");
        assert!(
            matches!(&told[..], [(severity, message)] if severity == "note" && message.contains("none1-migration-time.log shows")),
            "{told:?}"
        );
        // The year of a run that has nothing else is that of the folder.
        let elsewhere = ("none2-migration-time.log", request(1_796_035_980.0 + 10.0));
        let (_, told) = placed(config, &[ping.clone(), elsewhere]);
        assert!(told[0].1.contains("none2-migration-time.log shows"), "{told:?}");
        let (start, told) = placed(config, &[ping.clone(), ("none1-zeit.log", "nothing\n".to_owned())]);
        assert!(told[0].0 == "warning" && told[0].1.contains("no other log has dates"), "{start:?} {told:?}");
        let another_day =
            ("none1-migration-time.log", request(1_796_035_980.0 + 40_000.0 + 100.0 * 86_400.0));
        let (start, told) = placed(config, &[ping.clone(), another_day]);
        assert!(told[0].1.contains("none of the logs around is of that time"), "{start:?} {told:?}");
    }
    // What else is missing is said.
    let (_, told) = placed("", &[year, migration.clone()]);
    assert!(told[0].1.contains("declare `utc_offset`"), "{told:?}");
    let (_, told) = placed("", &[day.clone(), migration.clone()]);
    assert!(told[0].1.contains("declare `utc_offset`"), "{told:?}");
    // The logs around are of two days.
    let second = ("none2-migration-time.log", request(1_796_035_980.0 + 10.0 + 86_400.0));
    let first = ("none3-migration-time.log", migration.1);
    let (_, told) = placed(config, &[day, first, second]);
    assert!(told[0].1.contains("of several"), "{told:?}");
}
