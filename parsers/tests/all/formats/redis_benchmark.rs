//! redis-benchmark.

use proptest::prelude::*;
use stillstand_parsers::RowCount;

use crate::common::{benchmark_rows, check, f64s, format, parse_text, read_whole, strs};

/// What of a fixture is of the test with this name.
fn of_test(rows: &[String], test: &str) -> Vec<String> {
    let begin = format!("{test} request ");
    rows.iter().filter_map(|row| row.strip_prefix(&begin)).map(str::to_owned).collect()
}

#[test]
fn each_form_of_a_recorded_log() {
    let quiet = benchmark_rows(&check("redis-benchmark/valid/recorded-quiet.txt", &[]));
    assert_eq!(quiet.len(), 12);
    assert_eq!(
        of_test(&quiet, "LRANGE_100 (first 100 elements)"),
        ["null operations mean 28985.51 per_s null#0", "null latency p50 0.000103 s null#0"]
    );
    let full = check("redis-benchmark/valid/recorded-full.txt", &[]);
    let rows = benchmark_rows(&full);
    let of_set = of_test(&rows, "SET");
    assert_eq!((rows.len(), of_set.len()), (16, 8));
    assert_eq!(of_set[0], "3 time value 1.86 s null#0");
    assert!(of_set[1].starts_with("3 operations mean 32"), "{of_set:?}");
    assert_eq!(of_set[7], "3 latency max 0.009591 s null#0");
    let settings = vec![("concurrency", "10".to_owned())];
    assert_eq!((full.parts.len(), &full.parts[0].settings), (1, &settings));
    let threads = check("redis-benchmark/valid/recorded-threads.txt", &[]);
    assert_eq!(threads.parts[0].settings[1], ("threads", "2".to_owned()));
    let csv = benchmark_rows(&check("redis-benchmark/valid/recorded.csv", &[]));
    assert_eq!(csv.len(), 6 * 7);
    let of_set = of_test(&csv, "SET");
    assert_eq!(of_set[0], "null operations mean 18181.82 per_s null#0");
    assert_eq!(of_set[4], "null latency p95 0.000191 s null#0");
    assert_eq!(of_set[6], "null latency max 0.008767 s null#0");
}

#[test]
fn a_command_is_the_name_of_its_test() {
    let csv = check("redis-benchmark/valid/recorded-command.csv", &[]);
    assert_eq!(strs(&csv, "test")[0], "lpush a,b \"q\" x");
    assert_eq!(f64s(&csv, "value")[0], Some(20547.95));
    let quiet = check("redis-benchmark/valid/recorded-command.txt", &[]);
    assert_eq!(strs(&quiet, "test"), ["SET k v", "SET k v"]);
}

#[test]
fn versions_without_a_summary() {
    let full = benchmark_rows(&check("redis-benchmark/valid/6.0-full.txt", &[]));
    assert_eq!(
        full,
        [
            "SET request 3 time value 0.88 s null#0",
            "SET request 3 operations mean 113122.17 per_s null#0",
            "GET request 3 time value 0.9 s null#0",
            "GET request 3 operations mean 111482.72 per_s null#0",
        ]
    );
    let quiet = benchmark_rows(&check("redis-benchmark/valid/6.0-quiet.txt", &[]));
    assert_eq!(quiet[0], "SET request null operations mean 113122.17 per_s null#0");
    let csv = benchmark_rows(&check("redis-benchmark/valid/6.0.csv", &[]));
    assert_eq!(csv[2], "MSET (10 keys) request null operations mean 60827.25 per_s null#0");
}

#[test]
fn each_run_is_a_part() {
    let two = check("redis-benchmark/valid/two-clients.txt", &[]);
    let parts: Vec<_> = two.parts.iter().map(|part| (part.line, part.settings.clone())).collect();
    let with = |level: &str| vec![("concurrency", level.to_owned())];
    assert_eq!(parts, [(Some(1), with("50")), (Some(10), with("100"))]);
    assert_eq!(f64s(&two, "size"), [Some(3.0), Some(3.0), Some(256.0), Some(256.0)]);
    let twice = check("redis-benchmark/valid/twice.txt", &[]);
    let rows: Vec<usize> = twice.parts.iter().map(|part| part.rows.len()).collect();
    assert_eq!(rows, [4, 2]);
}

#[test]
fn damage() {
    let error = check("redis-benchmark/invalid/recorded-error.txt", &["warning 3 benchmark-failed"]);
    assert_eq!(error.rows, RowCount { read: 4, lost: 1 });
    let error = check("redis-benchmark/invalid/error-behind-full.txt", &["warning 66 benchmark-failed"]);
    assert_eq!(error.rows, RowCount { read: 8, lost: 1 });
    let killed = check("redis-benchmark/invalid/killed.txt", &["warning 66 benchmark-unfinished"]);
    assert_eq!((killed.rows.read, killed.rows.lost), (8, 1));
    let cut = check(
        "redis-benchmark/invalid/cut.txt",
        &["warning 1 benchmark-unfinished", "warning 65 last-line-cut"],
    );
    assert_eq!((cut.rows.read, cut.rows.lost), (2, 1));
    let cut = check("redis-benchmark/invalid/cut-quiet.txt", &["warning 2 last-line-cut"]);
    assert_eq!((cut.rows.read, cut.rows.lost), (2, 1));
    let damaged = check(
        "redis-benchmark/invalid/damaged.csv",
        &["warning 3 unreadable-value", "warning 4 unreadable-row", "warning 5 last-line-cut"],
    );
    assert_eq!((damaged.rows, f64s(&damaged, "value")[8]), (RowCount { read: 14, lost: 2 }, None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Names and numbers come back in all forms.
    #[test]
    fn written_and_read(
        tests in proptest::collection::vec(("[A-Za-z][ -~]{0,20}[a-z]", 0_u32..100_000_000, 0_u32..9_999_999), 1..8),
    ) {
        let (rate, ms) = (|rate: u32| f64::from(rate) / 100.0, |us: u32| f64::from(us) / 1000.0);
        let quiet: String = tests
            .iter()
            .map(|(name, per_s, us)| format!(" \r{name}: rps=0.0 (overall: -nan) avg_msec=-nan (overall: -nan)\r   \r{name}: {:.2} requests per second, p50={:.3} msec\n", rate(*per_s), ms(*us)))
            .collect();
        let mut csv = "\"test\",\"rps\",\"avg_latency_ms\"\n".to_owned();
        csv.extend(tests.iter().map(|(name, per_s, us)| format!("\"{name}\",\"{:.2}\",\"{:.3}\"\n", rate(*per_s), ms(*us))));
        for parsed in [read_whole(format("redis-benchmark"), &quiet), parse_text(format("redis-benchmark"), &csv)] {
            let names: Vec<String> = tests.iter().flat_map(|(name, ..)| [name.clone(), name.clone()]).collect();
            prop_assert_eq!(strs(&parsed, "test"), names);
            for (pair, (_, per_s, us)) in f64s(&parsed, "value").chunks(2).zip(&tests) {
                prop_assert_eq!(pair[0], Some(rate(*per_s)));
                prop_assert!((pair[1].unwrap() - f64::from(*us) / 1e6).abs() < 1e-12);
            }
        }
    }
}
