//! What campaigns made by hand say first: failures, outages without an end, the order of recording.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::{stdout, summary};

/// How a made migration ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Completed,
    Failed,
}

/// A folder of runs under QEMU: ten requests of ping a second from 10 s before each migration to 30 s after it.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("campaign.toml"),
            "utc_offset = \"UTC\"\n[reference]\nload = \"none\"\n",
        )
        .unwrap();
        Self { folder }
    }

    /// The outage begins 4 s after the request; one of 26 s and more has no end in the log.
    fn run(&self, load: &str, repetition: u32, request_s: f64, outage_s: f64, end: End) {
        let write = |name: &str, text: &str| {
            fs::write(self.folder.path().join(format!("{load}{repetition}-{name}")), text).unwrap();
        };
        let mut ping = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
        let mut received = 0;
        for seq in 1..=400 {
            // The phase of the requests differs from run to run.
            let t = -10.0 + 0.1 * f64::from(seq) - 0.013 * f64::from(repetition % 7);
            if !(4.0..4.0 + outage_s).contains(&t) {
                received += 1;
                writeln!(
                    ping,
                    "[{:.6}] 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms",
                    request_s + t + 0.0004
                )
                .unwrap();
            }
        }
        write!(
            ping,
            "\n--- vm ping statistics ---\n400 packets transmitted, {received} received, 1% packet loss, time 39900ms\n\
             rtt min/avg/max/mdev = 0.400/0.400/0.400/0.000 ms\n"
        )
        .unwrap();
        write("ping.log", &ping);
        let status = match end {
            End::Completed => "completed",
            End::Failed => "failed",
        };
        let at = |t: f64| format!("{:.6}", request_s + t);
        let answer = json!({ "return": { "status": status, "total-time": 8000, "downtime": 40, "setup-time": 1, "ram": {
            "total": 268_967_936, "transferred": 99_631_140, "remaining": 0, "duplicate": 41_697, "normal": 24_185,
            "normal-bytes": 99_061_760, "dirty-sync-count": 4, "page-size": 4096, "mbps": 131.4 } } });
        let text = format!(
            "{} -> {{\"execute\": \"migrate\", \"arguments\": {{\"uri\": \"tcp:192.0.2.2:4444\"}}}}\n\
             {} <- {{\"return\": {{}}}}\n{} -> {{\"execute\": \"query-migrate\"}}\n{} <- {answer}\n",
            at(0.0),
            at(0.001),
            at(8.1),
            at(8.1001)
        );
        write("qmp-source.log", &text);
    }

    /// What `stats` says, and the summary.
    fn told(&self) -> (String, Value) {
        (stdout(&["stats", self.folder.path().to_str().unwrap(), "--quiet"]), summary(self.folder.path()))
    }
}

/// Words of a terminal in one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of<'a>(list: &'a Value, load: &str, metric: Option<&str>) -> &'a Value {
    let fits = |entry: &&Value| {
        entry["factors"]["load"] == load && metric.is_none_or(|metric| entry["metric"] == metric)
    };
    list.as_array().unwrap().iter().find(fits).unwrap_or(&Value::Null)
}

fn comparison<'a>(summary: &'a Value, load: &str, metric: &str) -> &'a Value {
    let fits = |entry: &&Value| entry["b"]["load"] == load && entry["metric"] == metric;
    summary["comparisons"].as_array().unwrap().iter().find(fits).unwrap_or(&Value::Null)
}

fn codes(summary: &Value) -> Vec<&str> {
    summary["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// Seconds that vary a little from run to run, and from load to load.
fn about(seconds: f64, repetition: u32, load: u32) -> f64 {
    seconds * (1.0 + 0.05 * f64::from((repetition * 7 + load * 3) % 5) / 5.0)
}

#[test]
fn eight_of_ten_failed_and_the_survivors_are_not_compared() {
    let made = Made::new();
    for repetition in 1..=10 {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        made.run("none", repetition, at, about(1.0, repetition, 0), End::Completed);
        let (outage, end) = if repetition % 5 == 0 { (1.0, End::Completed) } else { (20.0, End::Failed) };
        made.run("hog", repetition, at + 50.0, outage, end);
    }
    let (told, summary) = made.told();
    let told = words(&told);
    assert!(told.contains("- hog: 2 of 10 migrations completed (95 % interval 3 … 56 %)."), "{told}");
    assert!(told.find("- hog").unwrap() < told.find("- none").unwrap(), "{told}");
    let hog = of(&summary["conditions"], "hog", None);
    assert_eq!((&hog["runs"], &hog["completed"]), (&json!(10), &json!(2)));
    let outage = comparison(&summary, "hog", "outage_ping");
    assert_eq!((&outage["p_value"], &outage["ratio"]), (&Value::Null, &Value::Null));
    let with_failures = comparison(&summary, "hog", "outage_with_failures");
    assert!(with_failures["p_adjusted"].as_f64().unwrap() < 0.01, "{with_failures}");
    let completion = comparison(&summary, "hog", "completion");
    assert!(completion["p_adjusted"].as_f64().unwrap() < 0.01, "{completion}");
    assert_eq!(completion["difference"], -0.8);
}

#[test]
fn outages_without_an_end_have_no_mean_and_no_finite_upper_end() {
    let made = Made::new();
    for repetition in 1..=8 {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        made.run("none", repetition, at, about(1.0, repetition, 0), End::Completed);
        let outage = if repetition <= 5 { 60.0 } else { about(2.0, repetition, 1) };
        made.run("hog", repetition, at + 50.0, outage, End::Completed);
    }
    let (told, summary) = made.told();
    let told = words(&told);
    assert!(told.contains("- hog: the service did not return in 5 of 8 runs (at least 25."), "{told}");
    assert!(told.contains("In the other 3 it was back after 2.0"), "{told}");
    let series = of(&summary["series"], "hog", Some("outage_ping"));
    assert_eq!((&series["n"], &series["n_censored"]), (&json!(8), &json!(5)));
    for missing in ["mean", "sd", "max", "median", "ci95_high"] {
        assert_eq!(series[missing], Value::Null, "{missing}: {series}");
    }
    assert_eq!(series["interval_of"], "median");
    assert!(series["ci95_low"].as_f64().unwrap() <= 2.2, "{series}");
    let outage = comparison(&summary, "hog", "outage_ping");
    assert_eq!((&outage["test"], &outage["ratio"]), (&json!("gehan-permutation"), &Value::Null));
    assert!(outage["p_adjusted"].as_f64().unwrap() < 0.01, "{outage}");
    // What goes on while the outage does is no mean either.
    assert_eq!(of(&summary["series"], "hog", Some("requests_unanswered"))["mean"], Value::Null);
}

#[test]
fn what_was_never_seen_is_at_most_the_resolution() {
    let made = Made::new();
    for repetition in 1..=3 {
        made.run("none", repetition, 1_700_000_000.0 + 100.0 * f64::from(repetition), 0.0, End::Completed);
    }
    let (told, summary) = made.told();
    let told = words(&told);
    assert!(told.contains("- none: no outage was seen in 3 runs; one of up to 0.1"), "{told}");
    assert!(told.contains("≤ 0.1") && !told.contains(" 0.00 s"), "{told}");
    let series = of(&summary["series"], "none", Some("outage_ping"));
    assert!(series["ci95_high"].as_f64().unwrap() > 0.0 && series["ci95_low"] == 0.0, "{series}");
}

#[test]
fn a_trend_from_run_to_run_is_found_and_equal_runs_have_none() {
    let made = Made::new();
    for repetition in 1..=10 {
        let at = 1_700_000_000.0 + 200.0 * f64::from(repetition);
        made.run("none", repetition, at, about(2.0, repetition * 3 % 11, 0), End::Completed);
        made.run("hog", repetition, at + 100.0, 2.0 + 0.3 * f64::from(repetition), End::Completed);
    }
    let (told, summary) = made.told();
    assert!(words(&told).contains("Outages grew from run to run (trend over 10 runs, p < 0.001)."), "{told}");
    let trends: Vec<&Value> =
        summary["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "order-trend").collect();
    assert_eq!(trends.len(), 1);
    assert_eq!(trends[0]["factors"]["load"], "hog");
    // The loads took turns.
    assert!(!codes(&summary).contains(&"recorded-in-blocks"), "{:?}", codes(&summary));
}

#[test]
fn sessions_of_one_condition_that_differ_are_found() {
    let made = Made::new();
    for repetition in 1..=12 {
        let evening = if repetition > 6 { 40_000.0 } else { 0.0 };
        let outage = if repetition > 6 { 3.0 } else { 1.5 };
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition) + evening;
        made.run("none", repetition, at, about(outage, repetition * 5 % 13, 0), End::Completed);
    }
    let (told, summary) = made.told();
    assert!(codes(&summary).contains(&"sessions-differ"), "{told}");
    assert!(words(&told).contains("Outages differ between the 2 sessions of recording (p"), "{told}");
}

#[test]
fn conditions_one_after_the_other_are_said_to_be() {
    let made = Made::new();
    for repetition in 1..=3 {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        made.run("none", repetition, at, 1.0, End::Completed);
        made.run("hog", repetition, at + 10_000.0, 1.0, End::Completed);
    }
    let (told, summary) = made.told();
    assert!(codes(&summary).contains(&"recorded-in-blocks"), "{told}");
}

#[test]
fn three_against_three_can_be_a_finding() {
    let made = Made::new();
    for (repetition, (none, hog)) in (1..).zip([(0.95, 4.5), (1.0, 4.6), (1.1, 4.8)]) {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        made.run("none", repetition, at, none, End::Completed);
        made.run("hog", repetition, at + 50.0, hog, End::Completed);
    }
    let (told, _) = made.told();
    assert!(words(&told).contains("times the outage of none"), "{told}");
}

/// The largest step of a clock that shows none is no outage, and one value of several runs is not that of the only run.
#[test]
fn a_clock_alone_that_shows_nothing_and_a_value_of_one_run_of_several() {
    let folder = tempfile::tempdir().unwrap();
    for run in 1..=3 {
        let request = 1_700_000_000 + 1000 * run;
        let request_s = f64::from(request);
        let at = |name: &str| folder.path().join(format!("none{run}-{name}"));
        fs::write(
            at("migration-time-a.log"),
            format!(
                "{request}\n0.09user 0.04system 0:08.00elapsed 1%CPU (0avgtext+0avgdata 0maxresident)k\n"
            ),
        )
        .unwrap();
        let steps = (0..1500).map(|step| request_s - 10.0 + 0.02 * f64::from(step));
        let text: String = steps.map(|t| format!("{t:.6}\n")).collect();
        fs::write(at("zeit-vm.log"), text).unwrap();
    }
    let told = words(&stdout(&["stats", folder.path().to_str().unwrap(), "--quiet"]));
    assert!(told.contains("none: the clock in the VM shows no outage (3 runs)."), "{told}");

    let made = Made::new();
    for repetition in 1..=3 {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        made.run("none", repetition, at, 1.0, if repetition == 1 { End::Completed } else { End::Failed });
    }
    let (told, _) = made.told();
    let told = words(&told);
    assert!(
        told.contains("none: the service was out for 1.00 s in the only run that shows it (by ping)."),
        "{told}"
    );
}

/// A service that never returned was not activated late, and the same log is not two runs, of whatever it is.
#[test]
fn what_never_returned_is_not_late_and_copies_count_once() {
    let made = Made::new();
    for repetition in 1..=3 {
        made.run("none", repetition, 1_700_000_000.0 + 100.0 * f64::from(repetition), 60.0, End::Completed);
    }
    let (told, summary) = made.told();
    assert!(!codes(&summary).contains(&"outage-outlasts-migration"), "{told}");
    let file = |name: &str| made.folder.path().join(name);
    for repetition in [2, 3] {
        for log in ["ping.log", "qmp-source.log"] {
            fs::copy(file(&format!("none1-{log}")), file(&format!("none{repetition}-{log}"))).unwrap();
        }
    }
    let (told, summary) = made.told();
    assert_eq!(summary["runs"].as_array().unwrap().len(), 1, "{told}");
    let copies = summary["diagnostics"].as_array().unwrap().iter().filter(|told| told["code"] == "same-log");
    assert_eq!(copies.count(), 4);
    fs::copy(file("none1-ping.log"), file("hog1-ping.log")).unwrap();
    let (_, summary) = made.told();
    let elsewhere = summary["diagnostics"].as_array().unwrap().iter();
    assert_eq!(elsewhere.filter(|told| told["code"] == "same-log-elsewhere").count(), 1);
}
