//! sockperf, message by message.

use proptest::prelude::*;
use stillstand_parsers::{Clock, RowCount, detect_all};

use crate::common::{bools, bytes, check, f64s, format, read_whole};

const PUT_IN: &str = "note failures-put-in";

#[test]
fn durations_are_those_of_the_stamps() {
    let half = check("sockperf-log/valid/recorded-under-load.csv", &[]);
    assert_eq!((half.rows, half.frame.clock), (RowCount { read: 54, lost: 0 }, Clock::None));
    assert!(half.needs_clock_start() && half.facts.text("since") == Some("sockperf started"));
    let (sent, took) = (f64s(&half, "monotonic_s")[0].unwrap(), f64s(&half, "duration_s")[0].unwrap());
    assert!((sent - 2.412_077_61).abs() < 1e-9 && (took - 2.0 * 55.542e-6).abs() < 1e-9, "{sent} {took}");
    let whole = check("sockperf-log/valid/recorded-full-rtt.csv", &[]);
    assert!((f64s(&whole, "duration_s")[0].unwrap() - 273.887e-6).abs() < 1e-9);
}

/// The server stood still for 1.2 s, over TCP: all is answered late, and several messages were under way.
#[test]
fn late_answers() {
    let stopped = check("sockperf-log/valid/recorded-stopped.csv", &[]);
    let late = f64s(&stopped, "duration_s").into_iter().flatten().filter(|took| *took > 0.1).count();
    assert_eq!((late, stopped.facts.text("loop")), (24, Some("open")));
}

/// The server was away for 1 s, over UDP: what was lost is not in the file, but for its number.
#[test]
fn lost_messages_get_the_places_that_the_pace_leaves() {
    let lost = check("sockperf-log/valid/recorded-lost.csv", &[PUT_IN]);
    assert_eq!(lost.rows, RowCount { read: 47 + 23, lost: 0 });
    let sent: Vec<f64> = f64s(&lost, "monotonic_s").into_iter().flatten().collect();
    let failed: Vec<f64> = sent
        .iter()
        .zip(bools(&lost, "worked"))
        .filter(|(_, worked)| *worked == Some(false))
        .map(|(at, _)| *at)
        .collect();
    assert!(failed.len() == 23 && failed[0] > 3.52 && failed[22] < 4.64, "{failed:?}");
    assert_eq!((lost.facts.text("loop"), lost.facts.float("time_resolution_s")), (Some("open"), Some(0.05)));
    assert!(sent.is_sorted());
    let untold = check("sockperf-log/invalid/lost-without-place.csv", &["warning failures-left-out"]);
    assert_eq!(untold.rows, RowCount { read: 47, lost: 0 });
}

#[test]
fn what_is_damaged_is_no_lost_message() {
    let damaged = check(
        "sockperf-log/invalid/damaged.csv",
        &[
            "warning 24 row-unreadable",
            "warning 26 row-unreadable",
            "warning 50 last-line-cut",
            "warning failures-left-out",
        ],
    );
    assert_eq!(damaged.rows, RowCount { read: 26, lost: 3 });
    assert!(bools(&damaged, "worked").iter().all(|worked| *worked == Some(true)));
}

#[test]
fn a_full_log_is_no_file_of_results() {
    let found = detect_all(&bytes("sockperf-log/valid/recorded-under-load.csv")).unwrap();
    assert_eq!(found, [format("sockperf-log")]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(messages in proptest::collection::vec((1_u64..20_000_000, 1_u64..900_000_000), 1..30)) {
        let mut at_ns = 2_400_000_000_u64;
        let mut text = "packet, txTime(sec), rxTime(sec), latency(usec)\n".to_owned();
        let seconds = |ns: u64| format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
        for (number, (step, took)) in messages.iter().enumerate() {
            at_ns += step;
            text += &format!("{number}, {}, {}, {:.3}\n", seconds(at_ns), seconds(at_ns + took), *took as f64 / 2000.0);
        }
        let parsed = read_whole(format("sockperf-log"), &text);
        for (read, (_, took)) in f64s(&parsed, "duration_s").into_iter().flatten().zip(&messages) {
            prop_assert!((read - *took as f64 / 1e9).abs() < 2e-9);
        }
    }
}
