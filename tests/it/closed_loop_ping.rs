//! Pings that wait for an answer before they send the next request: their unanswered requests are further apart than
//! their answered ones.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::summary;

/// Second since 1970 of the request.
const REQUEST: f64 = 1_564_720_000.0;
/// When the VM stood still, seconds since the request.
const STILL: [f64; 2] = [5.3, 21.9];

fn measured(ping: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let request = format!(
        "{REQUEST}\n0:30.00 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n"
    );
    fs::write(folder.path().join("none1-migration-time-hosta.log"), request).unwrap();
    fs::write(folder.path().join("none1-ping-obs.txt"), ping).unwrap();
    summary(folder.path())
}

fn outage(summary: &Value) -> &Value {
    summary["runs"][0]["outages"].as_array().unwrap().iter().find(|o| o["method"] == "ping").unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn has(summary: &Value, code: &str) -> bool {
    summary["diagnostics"].as_array().unwrap().iter().any(|d| d["code"] == code)
}

/// Every request of a ping that waits: when it was sent, and whether it was answered.
fn requests(interval_s: f64, wait_s: f64) -> Vec<(f64, bool)> {
    let (mut t, mut sent) = (-20.0, Vec::new());
    while t < 50.0 {
        let answered = !(STILL[0]..STILL[1]).contains(&t);
        sent.push((t, answered));
        t += if answered { interval_s } else { wait_s };
    }
    sent
}

/// The standstill lies in the bounds, and the estimate near it.
fn holds(summary: &Value, width_s: f64) {
    let ping = outage(summary);
    let truth = STILL[1] - STILL[0];
    let (lower, upper) = (number(&ping["lower_s"]), number(&ping["upper_s"]));
    assert!(lower <= truth && truth <= upper && upper - lower <= width_s, "{ping}");
    assert!((number(&ping["estimate_s"]) - truth).abs() <= width_s, "{ping}");
}

/// Its place is good to half of the time between two requests.
fn is_placed(summary: &Value, interval_s: f64, wait_s: f64) {
    let ping = outage(summary);
    assert!((number(&ping["start_s"]) - STILL[0]).abs() <= interval_s / 2.0 + 0.51, "{ping}");
    assert!((number(&ping["end_s"]) - STILL[1]).abs() <= wait_s / 2.0 + 0.51, "{ping}");
}

fn windows(lines: impl Iterator<Item = String>, sent: &[(f64, bool)]) -> String {
    let lost = sent.iter().filter(|(_, answered)| !answered).count();
    let (n, received) = (sent.len(), sent.len() - lost);
    let lines: String = lines.map(|line| line + "\n").collect();
    format!(
        "Pinging 192.0.2.9 with 32 bytes of data:\n{lines}\nPing statistics for 192.0.2.9:\n    \
         Packets: Sent = {n}, Received = {received}, Lost = {lost} (7% loss),\n"
    )
}

#[test]
fn five_timeouts_of_windows_are_twenty_seconds() {
    let sent: Vec<(f64, bool)> = (0..65).map(|n| (f64::from(n), !(30..35).contains(&n))).collect();
    let line = |(_, answered): &(f64, bool)| match answered {
        true => "Reply from 192.0.2.9: bytes=32 time=1ms TTL=128".to_owned(),
        false => "Request timed out.".to_owned(),
    };
    let summary = measured(&windows(sent.iter().map(line), &sent));
    let ping = outage(&summary);
    assert_eq!(number(&ping["estimate_s"]), 20.0);
    // The last of them was sent 16 s after the first; the last answered one 21 s before the next.
    assert!((number(&ping["lower_s"]) - 16.0).abs() < 0.01, "{ping}");
    assert!((number(&ping["upper_s"]) - 21.0).abs() < 0.01, "{ping}");
    assert!(has(&summary, "ping-wait-assumed"));
}

#[test]
fn what_windows_got_an_error_for_it_did_not_wait_for() {
    let sent: Vec<(f64, bool)> = (0..40).map(|n| (f64::from(n), !(20..24).contains(&n))).collect();
    let line = |(n, answered): &(f64, bool)| match (answered, *n as u32) {
        (true, _) => "Reply from 192.0.2.9: bytes=32 time=1ms TTL=128".to_owned(),
        (false, 21 | 22) => "Reply from 192.0.2.1: Destination host unreachable.".to_owned(),
        (false, _) => "Request timed out.".to_owned(),
    };
    let ping = measured(&windows(sent.iter().map(line), &sent));
    let ping = outage(&ping);
    // Two were waited for, two perhaps not.
    assert_eq!(number(&ping["estimate_s"]), 10.0);
    assert!((number(&ping["lower_s"]) - 6.0).abs() < 0.01, "{ping}");
    assert!((number(&ping["upper_s"]) - 17.0).abs() < 0.01, "{ping}");
}

#[test]
fn how_long_windows_waited_is_seen_in_times_before_its_lines() {
    let sent = requests(1.0, 2.5);
    let stamp = |t: f64| format!("{:.3}", REQUEST + t);
    let lines = sent.iter().map(|(t, answered)| match answered {
        true => format!("{} Reply from 192.0.2.9: bytes=32 time=1ms TTL=128", stamp(t + 0.001)),
        false => format!("{} Request timed out.", stamp(t + 2.5)),
    });
    let text = windows(lines, &sent);
    let stamped: String = text
        .lines()
        .map(|line| match line.starts_with('1') || line.is_empty() {
            true => format!("{line}\n"),
            false => format!("{} {line}\n", stamp(60.0)),
        })
        .collect();
    let summary = measured(&stamped);
    holds(&summary, 4.0);
    is_placed(&summary, 1.0, 2.5);
    assert!(!has(&summary, "ping-wait-assumed"));
}

#[test]
fn a_script_that_starts_a_ping_for_each_request_is_one_ping() {
    // while :; do ping -D -c 1 -W 2 vm; sleep 0.5; done
    let sent = requests(0.5, 2.5);
    let mut text = String::new();
    for (t, answered) in &sent {
        text += "PING vm (192.0.2.9) 56(84) bytes of data.\n";
        if *answered {
            let at = REQUEST + t + 0.0004;
            writeln!(text, "[{at:.6}] 64 bytes from 192.0.2.9: icmp_seq=1 ttl=64 time=0.400 ms").unwrap();
        }
        let (received, loss) = if *answered { (1, 0) } else { (0, 100) };
        write!(
            text,
            "\n--- vm ping statistics ---\n1 packets transmitted, {received} received, {loss}% packet loss, time 0ms\n"
        )
        .unwrap();
        text += if *answered { "rtt min/avg/max/mdev = 0.400/0.400/0.400/0.000 ms\n\n" } else { "\n" };
    }
    let summary = measured(&text);
    assert_eq!(summary["runs"][0]["ping"]["sent"], sent.len());
    let lost = sent.iter().filter(|(_, answered)| !answered).count();
    assert_eq!(summary["runs"][0]["ping"]["longest_gap_lost"], lost);
    holds(&summary, 3.1);
    is_placed(&summary, 0.5, 2.5);
    assert!(!has(&summary, "several-sessions"));
}

#[test]
fn fping_that_waits_for_longer_than_its_interval_waits() {
    // fping 3 -D -l -p 500 -t 3000
    let log = |wait_s: f64| {
        let sent = requests(0.5, wait_s);
        let mut text = String::new();
        for (seq, (t, answered)) in sent.iter().enumerate() {
            let at = REQUEST + t + if *answered { 0.0004 } else { wait_s };
            let what = if *answered {
                "64 bytes, 0.40 ms (0.40 avg, 0% loss)"
            } else {
                "timed out (0.40 avg, 1% loss)"
            };
            writeln!(text, "[{at:.6}] 192.0.2.9 : [{seq}], {what}").unwrap();
        }
        measured(&text)
    };
    let waits = log(3.0);
    holds(&waits, 3.6);
    is_placed(&waits, 0.5, 3.0);
    // At a steady pace its requests are as far apart as those of any other.
    holds(&log(0.5), 1.1);
}
