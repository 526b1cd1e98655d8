//! YCSB.

use proptest::prelude::*;
use stillstand_parsers::Clock;

use crate::common::{check_work, f64s, format, parse_text, u32s, work_rows};

const LOCAL: &[&str] = &["warning 2 time-zone-unknown"];

#[test]
fn what_was_done_is_the_difference_of_two_counts() {
    let mut parsed = check_work("ycsb/invalid/status-local-time.txt", LOCAL);
    let first = 1_784_052_073.069 + 7200.0;
    let ends: Vec<f64> = f64s(&parsed, "local_s").into_iter().flatten().collect();
    assert!((ends[0] - first).abs() < 1e-6, "{ends:?}");
    let rates: Vec<f64> = f64s(&parsed, "rate").into_iter().flatten().collect();
    let expected = [1200.0, 0.0, 654.0, 600.0];
    assert!(rates.iter().zip(expected).all(|(rate, expected)| (rate - expected).abs() < 0.01), "{rates:?}");
    let lengths: Vec<f64> = f64s(&parsed, "length_s").into_iter().flatten().collect();
    assert!(
        lengths.iter().zip([1.0, 1.001, 1.0, 0.5]).all(|(length, expected)| (length - expected).abs() < 1e-6)
    );
    assert_eq!((parsed.frame.clock, parsed.needs_clock_start()), (Clock::None, false));
    parsed.declare_utc_offset(7200);
    assert!(f64s(&parsed, "epoch_s")[0].is_some_and(|end| (end - 1_784_052_073.069).abs() < 1e-6));
}

#[test]
fn latencies_of_the_interval() {
    let parsed = check_work("ycsb/invalid/status-local-time.txt", LOCAL);
    // Two kinds weigh by their counts, and have no percentile in common; without operations there is none.
    let means: Vec<Option<f64>> = f64s(&parsed, "latency_mean");
    assert!(means[0].is_some_and(|ms| (ms - 6.635_59).abs() < 1e-9) && means[1].is_none(), "{means:?}");
    assert_eq!(f64s(&parsed, "latency_p99"), [None, None, Some(15.247), Some(15.247)]);
    assert_eq!(f64s(&parsed, "latency_max"), [Some(30.0), None, Some(21.247), Some(21.247)]);
    // What failed is no operation.
    assert_eq!(f64s(&parsed, "errors"), [None, None, Some(3.0), None]);
}

#[test]
fn a_second_time_in_front() {
    let parsed = check_work("ycsb/valid/status-stamped.txt", &["note 1 stamped-lines"]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_784_052_073.069));
}

#[test]
fn latencies_alone() {
    let parsed = check_work("ycsb/valid/timeseries.txt", &[]);
    assert_eq!(work_rows(&parsed), ["1 1 1 null", "1 2 1 null", "1 4 1 null"]);
    assert_eq!(f64s(&parsed, "latency_mean"), [Some(1.2345), Some(1.300_25), Some(2.5)]);
    assert!(parsed.needs_clock_start());
}

#[test]
fn labels_tests_and_damage() {
    let two = check_work("ycsb/invalid/label-and-two-tests.txt", LOCAL);
    assert_eq!((two.frame.height(), u32s(&two, "test")), (2, vec![1, 2]));
    let cut = check_work("ycsb/invalid/cut.txt", &["warning 2 time-zone-unknown", "warning 4 last-line-cut"]);
    assert_eq!((cut.frame.height(), cut.rows.lost), (2, 1));
    let damaged =
        check_work("ycsb/invalid/damaged.txt", &["warning 2 unreadable-row", "warning 3 time-zone-unknown"]);
    // The difference of the counts around it is that of both intervals.
    let lengths: Vec<f64> = f64s(&damaged, "length_s").into_iter().flatten().collect();
    assert!((lengths[0] - 2.001).abs() < 1e-6, "{lengths:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(steps in proptest::collection::vec((0_u64..5000, 1_u64..20_000), 1..30)) {
        let (mut done, mut ms) = (0_u64, 0_u64);
        let line = |ms: u64, done: u64| {
            let (s, rest) = (ms / 1000, ms % 1000);
            format!("2026-07-14 {:02}:{:02}:{:02}:{rest:03} {s} sec: {done} operations; est completion in 1 minute \n", 1 + s / 3600, s / 60 % 60, s % 60)
        };
        let mut text = line(0, 0);
        let mut expected = Vec::new();
        for (more, long) in steps {
            done += more;
            ms += long;
            text += &line(ms, done);
            expected.push(more as f64 * 1000.0 / long as f64);
        }
        let parsed = parse_text(format("ycsb"), &text);
        prop_assert_eq!(parsed.rows.lost, 0);
        for (rate, expected) in f64s(&parsed, "rate").into_iter().flatten().zip(expected) {
            prop_assert!((rate - expected).abs() <= 1e-3 * expected.max(1.0));
        }
    }
}
