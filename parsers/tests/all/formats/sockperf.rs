//! Results of sockperf.

use proptest::prelude::*;
use stillstand_parsers::RowCount;

use crate::common::{benchmark_rows, check, f64s, format, read_whole};

#[test]
fn latencies_are_half_of_a_round_trip_or_all_of_it() {
    let half = check("sockperf/valid/recorded-ping-pong.txt", &[]);
    let rows = benchmark_rows(&half);
    assert_eq!(
        rows[..6],
        [
            "latency message null time value 1 s null#0",
            "latency message null latency mean 0.000146941 s null#0",
            "latency message null events dropped 0 count null#0",
            "latency message null events duplicated 0 count null#0",
            "latency message null events out-of-order 0 count null#0",
            "latency message null latency max 0.001891718 s null#0",
        ]
    );
    assert_eq!((rows.len(), half.version.as_deref()), (15, Some("3.7")));
    let whole = benchmark_rows(&check("sockperf/valid/recorded-full-rtt.txt", &[]));
    assert_eq!(whole[1], "round-trip message null latency mean 0.001978895 s null#0");
    let newer = benchmark_rows(&check("sockperf/valid/3.10.txt", &[]));
    assert_eq!(newer[1], "latency message null latency mean 0.000060834 s null#0");
    let lost = benchmark_rows(&check("sockperf/valid/recorded-lost.txt", &[]));
    assert_eq!(lost[2], "latency message null events dropped 23 count null#0");
}

#[test]
fn what_was_sent() {
    let rows = benchmark_rows(&check("sockperf/valid/recorded-throughput.txt", &[]));
    assert_eq!(
        rows,
        [
            "throughput message null time value 1 s null#0",
            "throughput message 14 operations mean 1001 per_s null#0",
            "throughput send 14 throughput mean 13631.488 bytes_per_s null#0",
        ]
    );
    let giga = check("sockperf/valid/giga.txt", &[]);
    assert_eq!(f64s(&giga, "value"), [Some(5.1), Some(825_949.0), Some(3.151 * 1000.0 * 1_048_576.0)]);
}

#[test]
fn damage() {
    let down = check("sockperf/invalid/recorded-no-server.txt", &["warning 34 benchmark-failed"]);
    assert_eq!(down.rows, RowCount { read: 15, lost: 1 });
    let cut = check("sockperf/invalid/cut.txt", &["warning 20 last-line-cut"]);
    assert_eq!(cut.rows, RowCount { read: 9, lost: 1 });
    let killed = check("sockperf/invalid/killed.txt", &["warning 26 benchmark-unfinished"]);
    assert_eq!(killed.rows, RowCount { read: 15, lost: 1 });
    let damaged = check(
        "sockperf/invalid/damaged.txt",
        &["warning 12 unreadable-value", "warning 13 unreadable-value"],
    );
    assert_eq!(f64s(&damaged, "value")[1..3], [None, None]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(mean in 0_u32..1_000_000_000, dropped in 0_u32..1_000_000, highest in 0_u32..1_000_000_000) {
        let us = |ns: u32| f64::from(ns) / 1000.0;
        let text = format!(
            "sockperf: == version #3.7 == \nsockperf: [Total Run] RunTime=1.000 sec; Warm up time=400 msec\nsockperf: ====> avg-latency={:.3} (std-dev=1.000)\nsockperf: # dropped messages = {dropped}; # duplicated messages = 0; # out-of-order messages = 0\nsockperf: ---> <MAX> observation = {:8.3}\n",
            us(mean), us(highest),
        );
        let parsed = read_whole(format("sockperf"), &text);
        let values: Vec<f64> = f64s(&parsed, "value").into_iter().flatten().collect();
        prop_assert!((values[1] - us(mean) / 1e6).abs() < 1e-12);
        prop_assert_eq!(values[2], f64::from(dropped));
        prop_assert!((values[5] - us(highest) / 1e6).abs() < 1e-12);
    }
}
