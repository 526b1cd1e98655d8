//! wrk and wrk2.

use proptest::prelude::*;
use stillstand_parsers::RowCount;

use crate::common::{benchmark_rows, check, f64s, format, read_whole, strs};

#[test]
fn numbers_with_their_units() {
    let plain = benchmark_rows(&check("wrk/valid/recorded-plain.txt", &[]));
    assert_eq!(
        plain[..5],
        [
            "http request null latency mean 0.00287 s null#0",
            "http request null latency max 0.0167 s null#0",
            "http request null time value 2 s null#0",
            "http request null operations mean 761.94 per_s null#0",
            "http receive null throughput mean 142479.36 bytes_per_s null#0",
        ]
    );
    let errors: Vec<&str> =
        plain[5..].iter().filter_map(|row| row.strip_prefix("http request null events ")).collect();
    assert_eq!(
        errors,
        [
            "connect 0 count null#0",
            "read 0 count null#0",
            "write 0 count null#0",
            "timeout 0 count null#0",
            "non-2xx 0 count null#0"
        ]
    );
    let latency = check("wrk/valid/recorded-latency.txt", &[]);
    let rows = benchmark_rows(&latency);
    for row in [
        "http request null latency p50 0.005 s null#0",
        "http request null latency p99 0.01604 s null#0",
        "http receive null throughput mean 14386462.72 bytes_per_s null#0",
    ] {
        assert!(rows.contains(&row.to_owned()), "{row}: {rows:?}");
    }
    assert_eq!(latency.facts.float("runtime_s"), Some(2.01));
    let settings = vec![("concurrency", "4".to_owned()), ("threads", "2".to_owned())];
    assert_eq!(latency.parts[0].settings, settings);
}

#[test]
fn errors_are_told() {
    let timeouts = benchmark_rows(&check("wrk/valid/recorded-timeouts.txt", &["note 12 socket-errors"]));
    assert!(timeouts.contains(&"http request null events timeout 4 count null#0".to_owned()), "{timeouts:?}");
    let missing = benchmark_rows(&check("wrk/valid/recorded-404.txt", &["note 12 no-success"]));
    assert!(
        missing.contains(&"http request null events non-2xx 1123 count null#0".to_owned()),
        "{missing:?}"
    );
    let none = check("wrk/valid/recorded-none.txt", &["note 11 no-answer"]);
    assert!(!strs(&none, "metric").contains(&"latency".to_owned()));
    assert_eq!(f64s(&none, "value")[1], Some(0.0));
}

#[test]
fn latencies_of_wrk2_are_those_from_when_requests_were_due() {
    let rows = benchmark_rows(&check("wrk/valid/wrk2.txt", &["note 40 socket-errors"]));
    let latencies: Vec<&str> =
        rows.iter().filter_map(|row| row.strip_prefix("http request null latency ")).collect();
    assert_eq!(
        latencies,
        [
            "mean 0.4312 s null#0",
            "max 3.21 s null#0",
            "p50 0.00667 s null#0",
            "p75 0.00778 s null#0",
            "p90 1.94 s null#0",
            "p99 3.11 s null#0",
            "p99.9 3.2 s null#0",
            "p99.99 3.21 s null#0",
            "p99.999 3.21 s null#0",
        ]
    );
}

#[test]
fn each_test_is_a_part() {
    let two = check("wrk/valid/two-tests.txt", &["note 25 no-success"]);
    let parts: Vec<_> = two.parts.iter().map(|part| (part.line, part.settings[0].1.clone())).collect();
    assert_eq!(parts, [(Some(1), "4".to_owned()), (Some(14), "2".to_owned())]);
}

#[test]
fn damage() {
    let refused = check("wrk/invalid/recorded-refused.txt", &["warning 14 benchmark-failed"]);
    assert_eq!((refused.rows.read, refused.rows.lost), (14, 1));
    let cut = check("wrk/invalid/cut.txt", &["warning 1 benchmark-unfinished", "warning 10 last-line-cut"]);
    assert_eq!(cut.rows, RowCount { read: 5, lost: 1 });
    let cut = check("wrk/invalid/cut-at-the-end.txt", &["warning 13 last-line-cut"]);
    assert_eq!(cut.rows, RowCount { read: 13, lost: 1 });
    let damaged = check(
        "wrk/invalid/damaged.txt",
        &["warning 4 unreadable-row", "warning 9 unreadable-row", "warning 12 unreadable-value"],
    );
    assert_eq!(damaged.rows, RowCount { read: 11, lost: 2 });
    let killed = check("wrk/invalid/killed.txt", &["warning 14 benchmark-unfinished"]);
    assert_eq!((killed.rows.read, killed.rows.lost), (14, 1));
}

/// As wrk writes a number with a unit.
fn with_unit(mut value: f64, units: &[(&str, f64)]) -> String {
    for (unit, next) in units {
        if value < *next {
            return format!("{value:.2}{unit}");
        }
        value /= next;
    }
    panic!("no unit is so large")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever their units, numbers come back as exact as they are printed.
    #[test]
    fn written_and_read(
        mean_us in 1_f64..5e9, highest_us in 1_f64..5e9, bytes in 0_f64..1e15, rate in 0_f64..1e7,
    ) {
        let time = |us: f64| if us < 1e6 {
            with_unit(us, &[("us", 1e3), ("ms", 1e3)])
        } else {
            with_unit(us / 1e6, &[("s", 60.0), ("m", 60.0), ("h", f64::INFINITY)])
        };
        let (mean, highest) = (time(mean_us), time(highest_us));
        let bytes_read = with_unit(bytes, &[("", 1024.0), ("K", 1024.0), ("M", 1024.0), ("G", 1024.0), ("T", 1024.0), ("P", f64::INFINITY)]);
        let text = format!(
            "Running 2s test @ http://10.0.0.5/\n  1 threads and 2 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency   {mean:>8} {mean:>8} {highest:>8}   81.31%\n  1527 requests in 2.00s, 278.86KB read\nRequests/sec: {rate:9.2}\nTransfer/sec: {bytes_read:>10}B\n"
        );
        let parsed = read_whole(format("wrk"), &text);
        let values: Vec<f64> = f64s(&parsed, "value").into_iter().map(Option::unwrap).collect();
        for (read, written) in [(values[0], mean_us / 1e6), (values[1], highest_us / 1e6), (values[3], rate), (values[4], bytes)] {
            // Two decimals of at least 1 of a unit.
            prop_assert!((read - written).abs() <= 0.006 * written.max(1e-6), "{read} {written}\n{text}");
        }
    }
}
