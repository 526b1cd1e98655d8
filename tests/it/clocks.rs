//! Odd clocks and logs that hold more than one run.

use std::fs;
use std::path::Path;

use crate::{part_of_campaign, summary};

fn rewrite(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{}", path.display());
    fs::write(path, changed).unwrap();
}

fn run(folder: &Path) -> serde_json::Value {
    let summary = summary(folder);
    assert_eq!(summary["runs"].as_array().unwrap().len(), 1);
    summary
}

fn outage<'a>(summary: &'a serde_json::Value, method: &str) -> &'a serde_json::Value {
    summary["runs"][0]["outages"].as_array().unwrap().iter().find(|o| o["method"] == method).unwrap()
}

fn has(summary: &serde_json::Value, code: &str) -> bool {
    summary["diagnostics"].as_array().unwrap().iter().any(|d| d["code"] == code)
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn a_ping_that_nobody_answers_is_an_outage_of_the_whole_log() {
    let part = part_of_campaign(&["none1"]);
    rewrite(&part.path().join("none1-ping.test"), |text| {
        let comments: String =
            text.lines().filter(|l| l.starts_with('#')).map(|l| format!("{l}\n")).collect();
        comments.replace("496 received, 0% packet loss", "0 received, 100% packet loss")
    });
    let summary = run(part.path());
    let ping = outage(&summary, "ping");
    assert_eq!(ping["censored"], true);
    assert!((number(&ping["lower_s"]) - 99.8).abs() < 0.1, "{ping}");
    assert_eq!(ping["upper_s"], serde_json::Value::Null);
    assert_eq!(summary["runs"][0]["ping"]["lost"], 500);
    assert!(has(&summary, "no-reply"));
}

#[test]
fn of_two_sessions_of_ping_the_one_during_the_request_is_of_the_run() {
    let later = |text: &str| {
        let later = text.lines().map(|line| match line.split_once('.') {
            Some((epoch, rest)) if !line.starts_with('#') => {
                format!("{}.{rest}\n", epoch.parse::<i64>().unwrap() + 5000)
            }
            _ => format!("{line}\n"),
        });
        later.collect::<String>()
    };
    for first in [false, true] {
        let part = part_of_campaign(&["none1"]);
        rewrite(&part.path().join("none1-ping.test"), |text| match first {
            true => format!("{text}{}", later(text)),
            false => format!("{}{text}", later(text)),
        });
        let summary = run(part.path());
        assert_eq!(summary["runs"].as_array().unwrap().len(), 1);
        assert_eq!(summary["runs"][0]["ping"]["duplicates"], 0);
        assert_eq!(outage(&summary, "ping")["estimate_s"], 0.8);
        assert!(has(&summary, "part-without-migration"));
    }
    // Two that were both there at the request: nothing says which is the VM's.
    let part = part_of_campaign(&["none1"]);
    rewrite(&part.path().join("none1-ping.test"), |text| format!("{text}{text}"));
    let summary = run(part.path());
    assert!(has(&summary, "parts-do-not-match") && summary["runs"][0]["ping"].is_null());
}

#[test]
fn a_declared_clock_offset_moves_what_that_clock_stamped_and_nothing_else() {
    let part = part_of_campaign(&["memtester1"]);
    let hosts = |offset: &str| {
        format!(
            "utc_offset = \"+01:00\"\n[[hosts]]\nname = \"kirsche\"\nrole = \"source\"\nclock_offset_s = {offset}\n\
             [[hosts]]\nname = \"apfel\"\nrole = \"target\"\n"
        )
    };
    let peak_of = |offset: &str| {
        fs::write(part.path().join("campaign.toml"), hosts(offset)).unwrap();
        let summary = run(part.path());
        (number(&outage(&summary, "ping")["start_s"]), number(&outage(&summary, "guest-clock")["start_s"]))
    };
    let (ping, guest) = peak_of("0.0");
    // The source stamped the request 3 s too late, so everything else came 3 s later than it seems.
    let (ping_late, guest_late) = peak_of("3.0");
    assert!((ping_late - ping - 3.0).abs() < 1e-6, "{ping} {ping_late}");
    assert!((guest_late - guest - 3.0).abs() < 1e-6, "{guest} {guest_late}");
}

#[test]
fn a_wrong_zone_is_noticed_and_mended() {
    let part = part_of_campaign(&["none1"]);
    let right = outage(&run(part.path()), "guest-clock").clone();
    fs::write(part.path().join("campaign.toml"), "utc_offset = \"+05:00\"\n").unwrap();
    let summary = run(part.path());
    assert_eq!(outage(&summary, "guest-clock"), &right);
    assert!(has(&summary, "guest-zone-differs"));
}

#[test]
fn an_appended_recording_of_another_run_does_not_count() {
    let part = part_of_campaign(&["none1"]);
    let alone = run(part.path());
    let other = fs::read_to_string(crate::campaign().join("memtester1-dstat-kirsche.test")).unwrap();
    let appended: String = other.lines().skip(2).map(|line| format!("{line}\n")).collect();
    rewrite(&part.path().join("none1-dstat-kirsche.test"), |text| format!("{text}\n\n{appended}"));
    let both = run(part.path());
    assert_eq!(alone["runs"][0]["resources"], both["runs"][0]["resources"]);
    assert!(has(&both, "other-recordings"));
}

/// The same requests and replies as iputils prints them with `-D`.
fn plain_ping(gawk: &str) -> String {
    let replies: Vec<(f64, f64)> = gawk
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split(' ').collect();
            (cells[1].parse().unwrap(), cells[2].parse().unwrap())
        })
        .collect();
    let first: f64 = gawk.lines().nth(1).and_then(|line| line.split('.').next()).unwrap().parse().unwrap();
    let mut text = "PING 192.168.2.70 (192.168.2.70) 56(84) bytes of data.\n".to_owned();
    for (seq, rtt) in replies {
        let arrival = first + 0.2 * (seq - 1.0) + 0.1 + rtt / 1000.0;
        text += &format!("[{arrival:.6}] 64 bytes from 192.168.2.70: icmp_seq={seq} ttl=64 time={rtt} ms\n");
    }
    text + "\n--- 192.168.2.70 ping statistics ---\n\
            500 packets transmitted, 496 received, 0% packet loss, time 99823ms\n\
            rtt min/avg/max/mdev = 0.275/0.383/1.336/0.104 ms\n"
}

#[test]
fn plain_ping_with_times_gives_the_same_outage_in_the_same_place() {
    let part = part_of_campaign(&["none1"]);
    let before = outage(&run(part.path()), "ping").clone();
    rewrite(&part.path().join("none1-ping.test"), plain_ping);
    let after = run(part.path());
    let ping = outage(&after, "ping");
    assert_eq!(ping["estimate_s"], 0.8);
    assert!((number(&ping["start_s"]) - number(&before["start_s"])).abs() < 0.3, "{before} {ping}");
    let curves = after["curves"].as_array().unwrap();
    assert!(curves.iter().any(|curve| curve["metric"] == "ping.rtt"));
}

#[test]
fn results_of_a_benchmark_under_load_are_series_of_the_run() {
    let part = part_of_campaign(&["netperf1"]);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures/iometer/valid");
    let mut results: Vec<_> = fs::read_dir(fixture).unwrap().map(|entry| entry.unwrap().path()).collect();
    results.sort();
    fs::copy(&results[0], part.path().join("netperf1-iometer.csv")).unwrap();
    let summary = run(part.path());
    let has_series =
        |metric: &str| summary["series"].as_array().unwrap().iter().any(|s| s["metric"] == metric);
    for metric in ["netperf.UDP_STREAM.receive", "iometer.operations", "iometer.throughput"] {
        assert!(has_series(metric), "{metric} in {:#}", summary["series"]);
    }
}

/// The same samples as `xentop -b` prints them, without a time.
fn raw_xentop(gawk: &str) -> String {
    let mut text = String::new();
    for line in gawk.lines() {
        text += "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) \
                 VBDS   VBD_OO   VBD_RD   VBD_WR SSID\n";
        let (vm, dom0) = line.split_once(" | Dom0: ").unwrap();
        let row = |name: &str, cells: &str| {
            let cells: Vec<&str> = cells.split(' ').collect();
            let [cpu, mem, share] = [cells[0], cells[1], cells[2]];
            format!(
                "{name:>10} -----r         12 {cpu:>6} {mem:>10} {share:>6} {mem:>10} {share:>9}     1    1        0        0    \
                 1        0        0        0    0\n"
            )
        };
        let vm = vm.split_once(": ").unwrap().1;
        if !vm.starts_with('-') {
            text += &row("asam", vm);
        }
        text += &row("Domain-0", dom0);
    }
    text
}

#[test]
fn raw_xentop_starts_with_dstat() {
    let part = part_of_campaign(&["none1"]);
    rewrite(&part.path().join("none1-xentop-apfel.test"), raw_xentop);
    let summary = run(part.path());
    assert!(has(&summary, "start-taken-from-dstat"));
    let cost = summary["runs"][0]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|cost| cost["host"] == "apfel" && cost["metric"] == "domain.Domain-0.cpu");
    let cost = cost.unwrap_or_else(|| panic!("{:#}", summary["diagnostics"]));
    assert!(number(&cost["migration_mean"]) > 5.0 * number(&cost["baseline_mean"]), "{cost}");

    fs::remove_file(part.path().join("none1-dstat-apfel.test")).unwrap();
    assert!(has(&run(part.path()), "log-without-times"));
}
