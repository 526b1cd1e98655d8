//! Which event of a log is the outage, on campaigns made by hand: what lies before the request never becomes an outage
//! of 0.00 s.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::summary;

/// Second since 1970 of the request as the source stamped it.
const REQUEST: f64 = 1_564_720_000.0;

/// A run by hand: its logs, `t` in seconds since the stamped request.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        let request = format!(
            "{REQUEST}\n0:08.00 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n"
        );
        made.file("none1-migration-time-hosta.log", &request);
        made
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// `ping -D`, one request each 0.2 s from `from` to `to`; what is sent while the VM stands still is lost.
    fn ping(self, from: f64, to: f64, still: &[[f64; 2]]) -> Self {
        let mut text = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
        let n = ((to - from) / 0.2).round() as u32;
        let mut received = 0;
        for seq in 1..=n {
            let t = from + 0.2 * f64::from(seq - 1);
            if still.iter().all(|[a, b]| t < *a || t >= *b) {
                received += 1;
                let at = REQUEST + t + 0.0004;
                writeln!(text, "[{at:.6}] 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms")
                    .unwrap();
            }
        }
        let ms = (f64::from(n - 1) * 200.0).round();
        write!(
            text,
            "\n--- vm ping statistics ---\n{n} packets transmitted, {received} received, 1% packet loss, time {ms}ms\n\
             rtt min/avg/max/mdev = 0.400/0.400/0.400/0.000 ms\n"
        )
        .unwrap();
        self.file("none1-ping-obs.log", &text);
        self
    }

    /// The clock in the VM, a stamp each 0.02 s, which stands still with it but knows afterwards how late it is.
    fn guest(self, from: f64, to: f64, still: [f64; 2]) -> Self {
        let mut text = String::new();
        let mut t = from;
        while t < to {
            writeln!(text, "{:.9}", REQUEST + t).unwrap();
            t += 0.02;
            if t >= still[0] && t < still[1] {
                t = still[1];
            }
        }
        self.file("none1-zeit-vm.log", &text);
        self
    }

    fn run(&self) -> Value {
        let summary = summary(self.folder.path());
        assert_eq!(summary["runs"].as_array().unwrap().len(), 1, "{summary:#}");
        summary["runs"][0].clone()
    }
}

fn outage<'a>(run: &'a Value, method: &str) -> Option<&'a Value> {
    run["outages"].as_array().unwrap().iter().find(|outage| outage["method"] == method)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn holds(outage: &Value, truth: f64) {
    assert!(number(&outage["lower_s"]) <= truth && truth <= number(&outage["upper_s"]), "{outage}");
    assert!((number(&outage["estimate_s"]) - truth).abs() < 0.21, "{outage}");
}

fn codes(run: &Value) -> Vec<&str> {
    run["flags"].as_array().unwrap().iter().map(|flag| flag["code"].as_str().unwrap()).collect()
}

/// No number of the run that is an outage, or what it cost, is nothing.
fn says_no_nothing(run: &Value) {
    for outage in run["outages"].as_array().unwrap() {
        assert!(number(&outage["estimate_s"]) >= 0.005, "{outage}");
    }
    assert_eq!(run["degradation"], Value::Null, "{run:#}");
}

#[test]
fn an_outage_may_begin_before_the_request() {
    let run = Made::new().ping(-20.0, 40.0, &[[-0.4, 2.6]]).guest(-20.0, 40.0, [-0.4, 2.6]).run();
    for method in ["ping", "ping-reply-gap", "guest-clock"] {
        holds(outage(&run, method).unwrap(), 3.0);
    }
    assert!((number(&outage(&run, "ping").unwrap()["start_s"]) + 0.4).abs() < 0.2);
    assert!(codes(&run).is_empty(), "{:?}", codes(&run));
}

#[test]
fn one_that_was_over_before_the_request_is_none_of_it_and_no_zero() {
    let run = Made::new().ping(-40.0, 40.0, &[[-9.0, -6.0]]).run();
    assert_eq!(run["outages"], Value::Array(Vec::new()), "{run:#}");
    assert_eq!(codes(&run), ["outage-undecided"]);
    let message = run["flags"][0]["message"].as_str().unwrap();
    assert!(message.contains("3.00 s began at -9.") || message.contains("3.00 s began at −9."), "{message}");
    says_no_nothing(&run);
}

#[test]
fn a_longer_one_before_the_request_is_told_and_not_taken() {
    let run = Made::new().ping(-40.0, 40.0, &[[-20.0, -15.0], [4.0, 7.0]]).run();
    holds(outage(&run, "ping").unwrap(), 3.0);
    assert!(codes(&run).contains(&"outage-before-as-long"), "{:?}", codes(&run));
    // A shorter one is only lost requests.
    let run = Made::new().ping(-40.0, 40.0, &[[-20.0, -19.0], [4.0, 7.0]]).run();
    assert_eq!(codes(&run), ["scattered-loss"]);
}

#[test]
fn where_the_source_is_12_s_ahead_the_service_places_the_outage() {
    // What really came 5 s after the request seems to have come 7 s before it.
    let still = [-7.0, -4.0];
    let run = Made::new().ping(-40.0, 40.0, &[still]).guest(-40.0, 40.0, still).run();
    for method in ["ping", "ping-reply-gap", "guest-clock"] {
        holds(outage(&run, method).unwrap(), 3.0);
    }
    assert_eq!(codes(&run), ["time-zero-doubted"]);
    assert_eq!(run["ping"]["rtt_ms"]["before"], Value::Null);
    says_no_nothing(&run);
    // Behind, it seems to have come later: that can be.
    let still = [17.0, 20.0];
    let run = Made::new().ping(-40.0, 40.0, &[still]).guest(-40.0, 40.0, still).run();
    holds(outage(&run, "ping").unwrap(), 3.0);
    assert!(!codes(&run).contains(&"time-zero-doubted"));
}

#[test]
fn a_log_that_ended_before_the_request_is_placed_by_its_hole() {
    let run = Made::new().ping(-90.0, -30.0, &[[-60.0, -57.0]]).run();
    holds(outage(&run, "ping").unwrap(), 3.0);
    assert_eq!(codes(&run), ["time-zero-doubted"]);
    says_no_nothing(&run);
}

#[test]
fn a_reported_downtime_confirms_a_hole_of_its_length() {
    let answer = |ms: u32| {
        format!(
            "{{\"return\": {{\"status\": \"completed\", \"setup-time\": 6, \"downtime\": {ms}, \"total-time\": 7000, \
             \"ram\": {{\"total\": 1074536448, \"remaining\": 0, \"transferred\": 1237417984}}}}}}\n"
        )
    };
    let made = Made::new().ping(-40.0, 40.0, &[[-7.0, -4.0]]);
    made.file("none1-qmp-hosta.log", &answer(2900));
    let run = made.run();
    holds(outage(&run, "ping").unwrap(), 3.0);
    assert!(codes(&run).contains(&"time-zero-doubted"), "{:?}", codes(&run));
    // One that ping can have missed confirms nothing.
    made.file("none1-qmp-hosta.log", &answer(90));
    let run = made.run();
    assert!(outage(&run, "ping").is_none() && outage(&run, "ping-reply-gap").is_none());
    assert!(codes(&run).contains(&"outage-undecided"), "{:?}", codes(&run));
}

#[test]
fn a_clock_in_the_vm_that_is_behind_shows_the_same_outage_elsewhere() {
    let run = Made::new().ping(-40.0, 40.0, &[[5.0, 8.0]]).guest(-40.0, 40.0, [-7.0, -4.0]).run();
    holds(outage(&run, "ping").unwrap(), 3.0);
    holds(outage(&run, "guest-clock").unwrap(), 3.0);
    assert!(!codes(&run).contains(&"guest-clock-stopped"), "{:?}", codes(&run));
    // Events at different times are not compared.
    assert!(
        run["checks"].as_array().unwrap().iter().all(|check| check["kind"] != "ping-matches-guest-clock")
    );
}

#[test]
fn a_run_in_which_nothing_is_lost_has_an_outage_of_at_most_an_interval() {
    let run = Made::new().ping(-20.0, 40.0, &[]).run();
    let ping = outage(&run, "ping").unwrap();
    assert_eq!(number(&ping["estimate_s"]), 0.0);
    assert!((number(&ping["upper_s"]) - 0.2).abs() < 0.01, "{ping}");
}

#[test]
fn a_migration_that_failed_has_an_outage_only_where_one_was_seen() {
    let failed = |still: &[[f64; 2]]| {
        let made = Made::new().ping(-20.0, 40.0, still);
        made.file(
            "none1-migration-time-hosta.log",
            &format!("{REQUEST}\nCommand exited with non-zero status 1\n0:08.00 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n"),
        );
        let run = made.run();
        assert_eq!(run["migration"]["status"], "failed", "{run:#}");
        run
    };
    assert_eq!(failed(&[])["outages"], Value::Array(Vec::new()));
    let run = failed(&[[4.0, 7.0]]);
    holds(outage(&run, "ping").unwrap(), 3.0);
    holds(outage(&run, "ping-reply-gap").unwrap(), 3.0);
}

/// A log that leaves out a part of the migration says nothing of that part.
#[test]
fn a_log_that_leaves_out_a_part_of_the_migration_states_no_outage_of_nothing() {
    // Over before the end at 8 s, begun after it, silent until then; and the same of the clock in the VM.
    let silent = [-11.0, 3.0];
    for (from, to, still, code) in [
        (-10.0, 3.0, vec![], "ping-leaves-out"),
        (12.0, 40.0, vec![], "ping-leaves-out"),
        // It ends with the migration, and so may the outage begin.
        (-10.0, 8.2, vec![], "ping-leaves-out"),
        (-10.0, 40.0, vec![silent], "away-before-request"),
    ] {
        let run = Made::new().ping(from, to, &still).run();
        assert_eq!(run["outages"], serde_json::json!([]), "{run:#}");
        assert_eq!(codes(&run), [code], "{run:#}");
    }
    for (from, to) in [(-10.0, 3.0), (12.0, 40.0)] {
        let run = Made::new().guest(from, to, [100.0, 101.0]).run();
        assert_eq!(run["outages"], serde_json::json!([]), "{run:#}");
        assert_eq!(codes(&run), ["guest-clock-leaves-out"], "{run:#}");
    }
    // What it shows counts, with a flag.
    let run = Made::new().ping(-10.0, 5.0, &[[1.0, 2.0]]).run();
    holds(outage(&run, "ping").unwrap(), 1.0);
    assert_eq!(codes(&run), ["ping-leaves-out"], "{run:#}");
    // What was silent before the first answer has no length.
    let run = Made::new().ping(-10.0, 40.0, &[silent, [5.0, 6.0]]).run();
    holds(outage(&run, "ping").unwrap(), 1.0);
}

/// Ping is stopped between a request and its answer more often than not.
#[test]
fn the_last_request_of_a_log_is_no_outage() {
    let run = Made::new().ping(-10.0, 40.0, &[[39.75, 60.0]]).run();
    let ping = outage(&run, "ping").unwrap();
    assert_eq!((number(&ping["estimate_s"]), &ping["censored"]), (0.0, &Value::Bool(false)), "{ping}");
    assert_eq!(codes(&run), ["scattered-loss"], "{run:#}");
    let run = Made::new().ping(-10.0, 40.0, &[[39.55, 60.0]]).run();
    assert_eq!(outage(&run, "ping").unwrap()["censored"], Value::Bool(true), "{run:#}");
}

#[test]
fn a_declared_interval_that_the_stamps_contradict_is_not_used() {
    let made = Made::new().ping(-20.0, 40.0, &[[4.0, 7.0]]);
    made.file("campaign.toml", "[ping]\ninterval_s = 1.0\n");
    let summary = summary(made.folder.path());
    holds(outage(&summary["runs"][0], "ping").unwrap(), 3.0);
    assert!(summary["diagnostics"].to_string().contains("ping-interval-contradicted"), "{summary:#}");
}
