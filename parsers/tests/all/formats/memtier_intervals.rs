//! memtier_benchmark, second by second.

use proptest::prelude::*;
use stillstand_parsers::Clock;

use crate::common::{check_work, f64s, format, parse_text, work_rows};

const START: f64 = 1_784_052_223.186;

/// Seconds and rates, as seconds since the start.
fn rates(parsed: &stillstand_parsers::Parsed) -> Vec<(f64, f64)> {
    let ends = f64s(parsed, "elapsed_s").into_iter().flatten();
    ends.zip(f64s(parsed, "rate").into_iter().flatten()).map(|(end, rate)| (end, rate.round())).collect()
}

const OUTAGE: [(f64, f64); 7] =
    [(1.0, 12_100.0), (2.0, 13_200.0), (3.0, 2640.0), (4.0, 0.0), (5.0, 0.0), (6.0, 3300.0), (6.12, 3667.0)];

#[test]
fn a_second_that_is_missing_is_an_interval_without_an_answer() {
    let parsed = check_work("memtier-intervals/valid/outage.json", &["note 29 empty-seconds"]);
    assert_eq!(rates(&parsed), OUTAGE);
    assert_eq!((parsed.frame.clock, parsed.facts.text("time_from")), (Clock::Epoch, Some("1970")));
    let ends: Vec<f64> = f64s(&parsed, "epoch_s").into_iter().flatten().collect();
    assert!((ends[0] - START - 1.0).abs() < 1e-6 && (ends[6] - START - 6.12).abs() < 1e-6, "{ends:?}");
    assert_eq!(work_rows(&parsed)[6].split(' ').nth(2), Some("0.12"));
    assert_eq!(
        f64s(&parsed, "latency_max"),
        [Some(4.2), Some(3.9), Some(12.0), None, None, Some(2610.0), Some(2.1)]
    );
    assert_eq!(f64s(&parsed, "latency_p99")[0], Some(3.36));
}

#[test]
fn kinds_are_added_where_there_is_no_total() {
    let name = "memtier-intervals/valid/totals-without-seconds.json";
    let parsed = check_work(name, &["note 29 empty-seconds", "note 183 last-second-unknown"]);
    assert_eq!(rates(&parsed), OUTAGE[..6]);
    assert_eq!((parsed.frame.clock, parsed.needs_clock_start()), (Clock::None, true));
    // Of two kinds nobody knows a percentile.
    assert!(!parsed.frame.has("latency_p99"));
    let mean = f64s(&parsed, "latency_mean")[0].unwrap();
    assert!((mean - (1100.0 * 1.2 + 11_000.0 * 1.1) / 12_100.0).abs() < 1e-9, "{mean}");
}

#[test]
fn interrupted_tests() {
    let parsed = check_work("memtier-intervals/valid/interrupted.json", &["note 29 empty-seconds"]);
    assert_eq!(rates(&parsed)[6], (6.54, 815.0));
    let parsed = check_work(
        "memtier-intervals/valid/interrupted-without-duration.json",
        &["note 29 empty-seconds", "note 265 last-second-unknown"],
    );
    assert_eq!(rates(&parsed), OUTAGE[..6]);
}

#[test]
fn what_is_damaged_is_no_second_without_an_answer() {
    let cut = check_work(
        "memtier-intervals/invalid/cut.json",
        &["warning 1:1 json-cut", "note 29 empty-seconds", "warning 255:10 unreadable-row"],
    );
    assert_eq!((rates(&cut), cut.rows.lost), (OUTAGE[..5].to_vec(), 2));
    let damaged = check_work(
        "memtier-intervals/invalid/damaged.json",
        &["warning 235:10 unreadable-row", "warning 245:12 unreadable-row"],
    );
    assert_eq!(rates(&damaged), [OUTAGE[0], OUTAGE[5], OUTAGE[6]]);
    assert_eq!(damaged.rows.lost, 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(counts in proptest::collection::vec(0_u32..100_000, 2..40), rest_ms in 1_u32..1000) {
        let whole = counts.len() - 1;
        let seconds: Vec<String> = counts
            .iter()
            .enumerate()
            .filter(|(second, count)| **count > 0 || *second == whole)
            .map(|(second, count)| format!("\"{second}\":{{\n\"Count\": {count}\n}}"))
            .collect();
        let text = format!(
            "{{\n\"ALL STATS\":{{\n\"Runtime\":{{\n\"Start time\": 1784052223186\n,\"Total duration\": {}\n}}\n,\"Totals\":{{\n\"Time-Serie\":{{\n{}\n}}\n}}\n}}\n}}\n",
            whole as u32 * 1000 + rest_ms,
            seconds.join(",\n"),
        );
        let parsed = parse_text(format("memtier-intervals"), &text);
        prop_assert_eq!(parsed.rows.lost, 0);
        let done: Vec<f64> = f64s(&parsed, "rate").into_iter().flatten().zip(f64s(&parsed, "length_s").into_iter().flatten()).map(|(rate, length)| rate * length).collect();
        prop_assert_eq!(done.len(), counts.len());
        for (done, count) in done.into_iter().zip(counts) {
            prop_assert!((done - f64::from(count)).abs() < 1e-3, "{done} {count}");
        }
    }
}
