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
    /// The log ends while it is active.
    Unseen,
}

/// What ping saw: seconds since the request.
struct Seen<'a> {
    away: &'a [[f64; 2]],
    /// When it was stopped, or killed, which leaves no summary.
    until: f64,
    killed: bool,
    stamped: bool,
}

impl Default for Seen<'_> {
    fn default() -> Self {
        Seen { away: &[], until: 30.0, killed: false, stamped: true }
    }
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
        let seen = Seen { away: &[[4.0, 4.0 + outage_s]], ..Seen::default() };
        self.run_seen(load, repetition, request_s, &seen, end);
    }

    fn run_seen(&self, load: &str, repetition: u32, request_s: f64, seen: &Seen<'_>, end: End) {
        let write = |name: &str, text: &str| {
            fs::write(self.folder.path().join(format!("{load}{repetition}-{name}")), text).unwrap();
        };
        let mut ping = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
        let mut received = 0;
        let requests = ((seen.until + 10.0) / 0.1).round() as u32;
        for seq in 1..=requests {
            // The phase of the requests differs from run to run.
            let t = -10.0 + 0.1 * f64::from(seq) - 0.013 * f64::from(repetition % 7);
            if !seen.away.iter().any(|[from, to]| (*from..*to).contains(&t)) {
                received += 1;
                if seen.stamped {
                    write!(ping, "[{:.6}] ", request_s + t + 0.0004).unwrap();
                }
                writeln!(ping, "64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms").unwrap();
            }
        }
        if !seen.killed {
            write!(
                ping,
                "\n--- vm ping statistics ---\n{requests} packets transmitted, {received} received, 1% packet loss, time {}ms\n",
                requests * 100 - 100
            )
            .unwrap();
        }
        write("ping.log", &ping);
        let status = match end {
            End::Completed => "completed",
            End::Failed => "failed",
            End::Unseen => "active",
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
    assert!(
        told.contains("- hog: the service did not return in 5 of 8 runs before the log ended (at least 25."),
        "{told}"
    );
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
    let sentence = "In the run that completed, the service was out for 1.00 s (0.90 to 1.10 s, by ping).";
    assert!(told.contains(sentence), "{told}");
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

/// What the logs of the runs leave open stands beside the outage.
fn first_sentences(runs: impl Fn(&Made, u32, f64)) -> (String, Value) {
    let made = Made::new();
    for repetition in 1..=3 {
        runs(&made, repetition, 1_700_000_000.0 + 100.0 * f64::from(repetition));
    }
    let (told, summary) = made.told();
    (words(&told), summary)
}

#[test]
fn a_ping_that_was_killed_in_the_outage_is_told_beside_the_hypervisor() {
    let (told, summary) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[4.0, 99.0]], until: 30.0, killed: true, ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(told.contains("hog: the VM stood still for 0.040 s"), "{told}");
    assert!(
        told.contains(
            "In 3 of 3 runs ping’s log does not show all of the migration and its end: an outage there"
        ),
        "{told}"
    );
    assert_eq!(of(&summary["findings"], "hog", None)["code"], "outage");
    let open = summary["findings"].as_array().unwrap().iter().find(|found| found["code"] == "outage-open");
    assert_eq!(open.unwrap()["values"], json!({ "runs": 3.0, "ping-leaves-out": 3.0 }));
}

#[test]
fn a_ping_without_times_places_nothing_and_names_no_late_vm() {
    let (told, _) = first_sentences(|made, repetition, at| {
        let away = [[-9.5, -0.5], [4.0, 4.5 + 0.2 * f64::from(repetition)]];
        let seen = Seen { away: &away, stamped: false, ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(told.contains("In 3 of 3 runs nothing places ping’s log in time"), "{told}");
    assert!(!told.contains("became active late"), "{told}");
}

#[test]
fn a_service_that_is_away_again_when_the_log_ends_is_no_outage_of_3_s_only() {
    for (again, sentence) in [(28.0, "the service was out for 3.0"), (20.0, "the service did not return")] {
        let (told, _) = first_sentences(|made, repetition, at| {
            let seen = Seen { away: &[[4.0, 7.0], [again, 99.0]], ..Seen::default() };
            made.run_seen("hog", repetition, at, &seen, End::Completed);
        });
        assert!(told.contains(sentence), "{told}");
        assert!(
            told.contains("In 3 of 3 runs the service came back, but was away again when the log ended"),
            "{told}"
        );
    }
    // The last request, to which no answer came before ping was stopped, is no outage.
    let (told, _) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[4.0, 7.0], [29.95, 99.0]], ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(!told.contains("away again"), "{told}");
}

#[test]
fn a_service_that_was_away_before_was_not_lost_by_the_migration() {
    let before = "In 3 of 3 runs the service was away already before the migration was requested";
    for back in [99.0, 6.0] {
        let (told, _) = first_sentences(|made, repetition, at| {
            let seen = Seen { away: &[[-5.0, back]], ..Seen::default() };
            made.run_seen("hog", repetition, at, &seen, End::Completed);
        });
        assert!(told.contains(before), "{told}");
    }
    let (told, _) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[-99.0, 99.0]], ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(told.contains("In 3 of 3 runs ping was never answered: nothing shows"), "{told}");
    // One of an instant before the request is its own.
    let (told, _) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[-0.3, 6.0]], ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(!told.contains("away already"), "{told}");
}

#[test]
fn what_the_service_lost_in_failed_runs_and_ends_that_no_log_saw_are_told() {
    let (told, summary) = first_sentences(|made, repetition, at| {
        let end = [End::Completed, End::Failed, End::Unseen][repetition as usize - 1];
        made.run("hog", repetition, at, 5.0, end);
    });
    assert!(
        told.contains(
            "hog: 1 of 3 migrations were seen to complete (95 % interval 1 … 91 %); of 1 no log tells the end"
        ),
        "{told}"
    );
    assert!(
        told.contains("In the 2 that did not, the service was away for 5.00 s. In the run that completed, the service was out for 5.00 s"),
        "{told}"
    );
    assert!(told.contains("2 of 3 migrations were not seen to complete: 1 failed, 1 unfinished"), "{told}");
    let values = &of(&summary["findings"], "hog", None)["values"];
    assert_eq!((&values["unfinished"], &values["away"]), (&json!(1.0), &json!(2.0)));
}

#[test]
fn a_hole_within_what_clocks_leave_open_of_the_request_contradicts_nothing() {
    let (_, summary) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[-3.4, -0.4]], ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    for run in summary["runs"].as_array().unwrap() {
        let checks = run["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["code"] == "outage-after-request").unwrap();
        assert_eq!(check["verdict"], "within-uncertainty", "{check}");
    }
}

/// One run in which another source knows better does not throw a method out for the others.
#[test]
fn a_method_is_used_that_is_contradicted_in_the_fewest_runs() {
    let made = Made::new();
    for repetition in 1..=6 {
        let at = 1_700_000_000.0 + 100.0 * f64::from(repetition);
        // The downtime is 0.04 s, of which ping proves the contrary, but in the run in which it lost nothing.
        let outage = if repetition == 6 { 0.0 } else { about(3.0, repetition, 0) };
        made.run("hog", repetition, at, outage, End::Completed);
    }
    let (told, _) = made.told();
    let told = words(&told);
    assert!(told.contains("- hog: the service was out for 2.5"), "{told}");
    assert!(told.contains("(≤ 0.10 to 3.1"), "{told}");
}

#[test]
fn what_failed_without_coming_back_has_no_end() {
    let (told, summary) = first_sentences(|made, repetition, at| {
        let outage = if repetition == 3 { 1.0 } else { 99.0 };
        made.run("hog", repetition, at, outage, End::Failed);
    });
    assert!(
        told.contains(
            "In 2 of the 3 that did not, the service did not return before the log ended (at least 25.9"
        ),
        "{told}"
    );
    assert!(told.contains("In 1 of the 3 that did not, the service was away for 1.00 s."), "{told}");
    let values = &of(&summary["findings"], "hog", None)["values"];
    assert_eq!((&values["lost"], &values["away"]), (&json!(2.0), &json!(1.0)));
}

#[test]
fn an_outage_long_after_the_migration_need_not_be_its_work() {
    let (told, _) = first_sentences(|made, repetition, at| {
        let seen = Seen { away: &[[7.9, 8.3], [15.0, 25.0]], ..Seen::default() };
        made.run_seen("hog", repetition, at, &seen, End::Completed);
    });
    assert!(
        told.contains("In 3 of 3 runs the service was away several times; the longest is stated."),
        "{told}"
    );
    assert!(told.contains("In 3 of 3 runs the outage began after the migration had ended"), "{told}");
    assert!(!told.contains("became active late"), "{told}");
}
