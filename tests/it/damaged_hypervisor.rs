//! Damaged logs of hypervisors: a run is reported for what its log holds, each oddity is told with its file and line, and
//! no figure is absurd.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::summary;

/// Nothing in these campaigns comes near so many bytes, pages or seconds; stamps in seconds since 1970 do not either.
const ABSURD: f64 = 1e11;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)
}

/// A log of the sweep of dirty rates, unpacked.
fn qemu_log(run: &str, name: &str) -> String {
    let file = fs::File::open(sample("qemu-sweep/dirty-rate").join(run).join(name)).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// The summary of one run of the sweep, `4/1`, with this log of the source.
fn with_qmp(log: &str) -> Value {
    let (from, folder) = (sample("qemu-sweep/dirty-rate"), tempfile::tempdir().unwrap());
    let run = folder.path().join("4/1");
    fs::create_dir_all(&run).unwrap();
    fs::copy(from.join("campaign.toml"), folder.path().join("campaign.toml")).unwrap();
    for name in ["dstat-testbed.csv.gz", "ping.log.gz", "qmp-target.log.gz", "zeit.log.gz"] {
        fs::copy(from.join("4/1").join(name), run.join(name)).unwrap();
    }
    fs::write(run.join("qmp-source.log"), log).unwrap();
    checked(summary(folder.path()))
}

/// The summary of one run under Xen with this log.
fn with_xend(log: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("EP.B.4/1");
    fs::create_dir_all(&run).unwrap();
    fs::write(run.join("xend.log"), log).unwrap();
    checked(summary(folder.path()))
}

fn xend_log(load: &str) -> String {
    fs::read_to_string(sample("xen-precopy").join(load).join("1/xend.log")).unwrap()
}

/// The summary, in which no number is absurd.
fn checked(summary: Value) -> Value {
    fn numbers(value: &Value, path: &str) {
        match value {
            Value::Number(number) => {
                let size = number.as_f64().unwrap().abs();
                assert!(size < ABSURD, "{path}: {number}");
            }
            Value::Array(all) => all.iter().for_each(|value| numbers(value, path)),
            Value::Object(all) => {
                all.iter().for_each(|(key, value)| numbers(value, &format!("{path}.{key}")))
            }
            _ => {}
        }
    }
    numbers(&summary, "summary");
    summary
}

/// The line and message of the only diagnostic with this code, which must name the log.
fn told(summary: &Value, code: &str, file: &str) -> (Option<u64>, String) {
    let all = summary["diagnostics"].as_array().unwrap();
    let found: Vec<&Value> = all.iter().filter(|d| d["code"] == code).collect();
    let [one] = found.as_slice() else { panic!("{code}: {all:#?}") };
    assert!(one["file"].as_str().unwrap().ends_with(file), "{one}");
    assert_ne!(one["severity"], "note", "{one}");
    (one["line"].as_u64(), one["message"].as_str().unwrap().to_owned())
}

/// The log with one member of the answer in this line (from 1) changed.
fn changed(log: &str, line: usize, member: &str, value: &str) -> String {
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    let text = &mut lines[line - 1];
    let at =
        text.find(&format!("\"{member}\": ")).unwrap_or_else(|| panic!("{line}: {text}")) + member.len() + 4;
    let end = at + text[at..].find([',', '}']).unwrap();
    text.replace_range(at..end, value);
    lines.join("\n") + "\n"
}

/// The lines, from 1, of the answers with figures.
fn answers(log: &str) -> Vec<usize> {
    let with_figures = log.lines().enumerate().filter(|(_, line)| line.contains("\"transferred\": "));
    with_figures.map(|(index, _)| index + 1).collect()
}

/// What the undamaged log tells of `4/1`.
const TRANSFERRED: f64 = 142_474_759.0;

#[test]
fn counters_of_qemu_below_zero_and_above_all() {
    let log = qemu_log("4/1", "qmp-source.log.gz");
    let answers = answers(&log);
    let (middle, last) = (answers[20], *answers.last().unwrap());
    for (line, member, value, code) in [
        (middle, "remaining", "18446744073709551612", "underflow"),
        (last, "remaining", "-4096", "underflow"),
        // More than 100 % to go.
        (middle, "remaining", "999999999999", "above-total"),
        (middle, "transferred", "18446744073709551000", "underflow"),
        (last, "transferred", "18446744073709551000", "underflow"),
        // An unsigned number that was halved, or counted in another unit, on the way.
        (middle, "transferred", "9223372036854770000", "underflow"),
        (last, "total-time", "18446744073709", "underflow"),
        (last, "downtime", "18446744073709", "underflow"),
        (last, "normal", "18446744073709551000", "underflow"),
        (middle, "dirty-pages-rate", "18446744073709551", "underflow"),
        (middle, "transferred", "100", "counter-went-back"),
    ] {
        let summary = with_qmp(&changed(&log, line, member, value));
        let (found, message) = told(&summary, code, "qmp-source.log");
        assert_eq!(found, Some(line as u64), "{member} {value}: {message}");
        let (run, account) = (&summary["runs"][0], &summary["runs"][0]["hypervisor"]);
        assert_eq!(run["migration"]["status"], "completed", "{member} {value}");
        // The last answer but one tells the same of what is over.
        assert_eq!(account["transferred_bytes"], TRANSFERRED, "{member} {value}");
        assert_eq!(account["pages_sent"], 73_786.0, "{member} {value}");
        assert_eq!(run["transfer"]["verdict"], "holds", "{member} {value}: {}", run["transfer"]);
    }
}

#[test]
fn two_migrations_in_a_log_of_qemu_are_two_runs() {
    let (first, second) = (qemu_log("4/2", "qmp-source.log.gz"), qemu_log("4/1", "qmp-source.log.gz"));
    let both = with_qmp(&(first.clone() + &second));
    let runs = both["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    for (run, log) in runs.iter().zip([&first, &second]) {
        let alone = with_qmp(log);
        assert_eq!(alone["runs"].as_array().unwrap().len(), 1);
        assert_eq!(run["hypervisor"]["downtime_s"], alone["runs"][0]["hypervisor"]["downtime_s"]);
        assert_eq!(run["precopy"], alone["runs"][0]["precopy"]);
    }
    // The other logs were recorded during one of them.
    let logs = |at: usize| {
        runs[at]["source_files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect::<Vec<_>>()
    };
    let of_second = usize::from(runs[1]["ping"].is_object());
    // The times of day of the VM's clock do not say which migration they are of.
    let mut alone = with_qmp(&second)["runs"][0]["outages"].as_array().unwrap().clone();
    alone.retain(|outage| outage["method"] != "guest-clock");
    assert_eq!(runs[of_second]["outages"].as_array().unwrap(), &alone, "{:?}", logs(of_second));
    assert!(runs[1 - of_second]["ping"].is_null(), "{:?}", logs(1 - of_second));
}

#[test]
fn a_log_of_qemu_that_was_restarted_cut_or_mixed() {
    let log = qemu_log("4/1", "qmp-source.log.gz");
    let lines: Vec<&str> = log.lines().collect();
    let whole = with_qmp(&log);
    // The recorder came back in the middle: QEMU greets it again.
    let restarted = [&lines[..70], &lines[..3], &lines[70..]].concat().join("\n") + "\n";
    assert_eq!(with_qmp(&restarted)["runs"][0]["precopy"], whole["runs"][0]["precopy"]);
    // The other process wrote into the same file.
    let target = qemu_log("4/1", "qmp-target.log.gz");
    let mut mixed: Vec<&str> = lines.iter().copied().chain(target.lines()).collect();
    mixed.sort_by_key(|line| line.split(' ').next().unwrap());
    let mixed = with_qmp(&(mixed.join("\n") + "\n"));
    assert_eq!(mixed["runs"][0]["migration"]["status"], "completed");
    assert_eq!(mixed["runs"][0]["hypervisor"]["transferred_bytes"], TRANSFERRED);
    // Two lines were written at once: one message in the other.
    let at = answers(&log)[10];
    let (before, after) = lines[at - 1].split_at(200);
    let torn = format!("{before}{}{after}", lines[at]);
    let torn = [&lines[..at - 1], &[torn.as_str()], &lines[at + 1..]].concat().join("\n") + "\n";
    let torn = with_qmp(&torn);
    assert_eq!(told(&torn, "message-unreadable", "qmp-source.log").0, Some(at as u64));
    assert_eq!(torn["runs"][0]["transfer"], whole["runs"][0]["transfer"]);
    // The disk was full in the middle of an answer.
    let at = answers(&log)[60];
    let cut = with_qmp(&(lines[..at - 1].join("\n") + "\n" + &lines[at - 1][..300]));
    assert_eq!(told(&cut, "last-line-cut", "qmp-source.log").0, Some(at as u64));
    let run = &cut["runs"][0];
    assert_eq!(run["migration"]["status"], "unfinished");
    let told_bytes = run["hypervisor"]["transferred_bytes"].as_f64().unwrap();
    assert!((90e6..110e6).contains(&told_bytes), "{told_bytes}");
    // When it ended is not known, so that nothing can be counted until then.
    assert_eq!(run["transfer"]["counted"], serde_json::json!([]));
    assert!(cut["diagnostics"].as_array().unwrap().iter().any(|d| d["code"] == "bytes-not-counted"));
}

#[test]
fn rounds_of_xen_below_zero_and_above_all() {
    let log = xend_log("EP.B.4");
    let whole = with_xend(&log);
    // The fifth round is line 7.
    let line = log.split('\n').nth(6).unwrap();
    for (from, to, code) in [
        ("5: sent 143,", "5: sent 18446744073709551612,", "underflow"),
        ("5: sent 143,", "5: sent -1,", "underflow"),
        ("5: sent 143,", "5: sent 9223372036854770000,", "underflow"),
        // Below zero in 32 bits: 32 768 times the VM.
        ("5: sent 143,", "5: sent 4294967292,", "above-total"),
        ("skipped 214,", "skipped -3,", "underflow"),
        ("delta 5ms,", "delta -5ms,", "underflow"),
        ("341 pages", "18446744073709551612 pages", "underflow"),
    ] {
        assert!(line.contains(from), "{line}");
        let summary = with_xend(&log.replacen(line, &line.replacen(from, to, 1), 1));
        assert_eq!(told(&summary, code, "xend.log").0, Some(7), "{to}");
        let (precopy, before) = (&summary["runs"][0]["precopy"], &whole["runs"][0]["precopy"]);
        for figure in ["pages_total", "pages_first", "pages_last", "amplification", "bytes_total"] {
            assert_eq!(precopy[figure], before[figure], "{to}: {figure}");
        }
        let sent = to.contains("sent");
        let parts = summary["diagnostics"].as_array().unwrap().iter();
        assert_eq!(parts.filter(|d| d["code"] == "rounds-do-not-add-up").count(), usize::from(sent), "{to}");
    }
    let total = "Total pages sent= 135099";
    assert!(log.contains(total));
    let summary = with_xend(&log.replace(total, "Total pages sent= 18446744073709551612"));
    let line = log.split('\n').position(|line| line.contains(total)).unwrap() + 1;
    assert_eq!(told(&summary, "underflow", "xend.log").0, Some(line as u64));
    // The sum over the rounds takes its place.
    assert_eq!(summary["runs"][0]["precopy"]["pages_total"], whole["runs"][0]["precopy"]["pages_total"]);
    assert_eq!(summary["runs"][0]["precopy"]["bytes_total"], Value::Null);
}

#[test]
fn a_log_of_xen_that_was_restarted_cut_or_mixed() {
    let (log, other) = (xend_log("EP.B.4"), xend_log("idle-512MB"));
    let whole = with_xend(&log);
    let precopy = |summary: &Value| summary["runs"][0]["precopy"].clone();
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    // xend was killed in the fifth round and started again; the migration was then repeated.
    let again = "[2009-05-26 09:01:39 5000] INFO (SrvDaemon:332) Xend Daemon started\n";
    let restarted = with_xend(&format!("{}{again}{log}", lines[..7].concat()));
    assert_eq!(restarted["runs"].as_array().unwrap().len(), 2);
    assert_eq!(restarted["runs"][1]["precopy"], precopy(&whole));
    assert_eq!(restarted["runs"][0]["migration"]["status"], "unfinished");
    // Two at once, of two processes, line by line.
    let other = other.replace(" 4127]", " 4999]");
    let of_other: Vec<&str> = other.split_inclusive('\n').collect();
    let longest = lines.len().max(of_other.len());
    let both =
        (0..longest).flat_map(|at| [lines.get(at), of_other.get(at)]).flatten().copied().collect::<String>();
    let both = with_xend(&both);
    assert_eq!(both["runs"].as_array().unwrap().len(), 2);
    assert_eq!(
        [&both["runs"][0]["precopy"], &both["runs"][1]["precopy"]],
        [&precopy(&whole), &precopy(&with_xend(&other))]
    );
    // Cut in a line.
    let cut = with_xend(&log[..log.len() * 3 / 5]);
    let run = &cut["runs"][0];
    assert_eq!(run["migration"]["status"], "unfinished");
    let rounds = run["precopy"]["iterations"].as_u64().unwrap();
    assert!((15..30).contains(&rounds), "{rounds}");
    assert_eq!(run["precopy"]["pages_first"], whole["runs"][0]["precopy"]["pages_first"]);
    assert_eq!(run["precopy"]["bytes_total"], Value::Null);
    let diagnostics = cut["diagnostics"].as_array().unwrap();
    assert!(diagnostics.iter().any(|d| d["code"] == "no-end" && d["line"].is_u64()), "{diagnostics:?}");
}

#[test]
fn progress_of_xen_over_100_per_cent_is_kept_and_told() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures/xen-migrate");
    let whole = fs::read_to_string(fixtures.join("valid/xl-4.17.txt")).unwrap();
    let over = whole.replace("120/120  100%", "168/120  140%");
    assert_ne!(over, whole);
    let (whole, over) = (with_xend(&whole), with_xend(&over));
    let codes = |summary: &Value| -> Vec<String> {
        let all = summary["diagnostics"].as_array().unwrap().iter();
        all.map(|d| d["code"].as_str().unwrap().to_owned()).filter(|code| code == "above-100").collect()
    };
    assert_eq!((codes(&whole).len(), codes(&over).len()), (0, 1));
    let all = over["diagnostics"].as_array().unwrap();
    let told = all.iter().find(|d| d["code"] == "above-100").unwrap();
    assert!(told["file"].as_str().unwrap().ends_with("xend.log") && told["line"].is_u64(), "{told}");
    // The run is reported as it was.
    assert_eq!(over["runs"][0]["migration"], whole["runs"][0]["migration"]);
    assert_eq!(over["runs"][0]["hypervisor"]["iterations"], whole["runs"][0]["hypervisor"]["iterations"]);
}
