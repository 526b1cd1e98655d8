//! Results of memtier_benchmark.

use proptest::prelude::*;
use stillstand_parsers::{RowCount, detect_all};

use crate::common::{benchmark_rows, bytes, check, f64s, format, read_whole, strs};

const ALL: [&str; 15] = [
    "Sets request null operations mean 470.59 per_s null#0",
    "Sets request null latency mean 0.001458 s null#0",
    "Sets request null latency p50 0.001312 s null#0",
    "Sets request null latency p99 0.002624 s null#0",
    "Sets request null latency p99.9 0.004374 s null#0",
    "Sets transfer null throughput mean 19271.68 bytes_per_s null#0",
    "Gets request null operations mean 4705.88 per_s null#0",
    "Gets request null latency mean 0.001442 s null#0",
    "Gets request null latency p50 0.001342 s null#0",
    "Gets request null latency p99 0.002684 s null#0",
    "Gets request null latency p99.9 0.004473 s null#0",
    "Gets transfer null throughput mean 192757.76 bytes_per_s null#0",
    "Totals request null operations mean 5176.47 per_s null#0",
    "Totals request null latency mean 0.001443 s null#0",
    "Totals request null latency p50 0.001339 s null#0",
];

#[test]
fn tables_of_all_versions() {
    let table = check("memtier/valid/table.txt", &[]);
    assert_eq!(benchmark_rows(&table)[..15], ALL);
    let settings = vec![("concurrency", "10".to_owned()), ("threads", "2".to_owned())];
    assert_eq!(table.parts[0].settings, settings);
    let old = benchmark_rows(&check("memtier/valid/1.2.txt", &[]));
    assert_eq!(old.len(), 9);
    assert_eq!(old[7], "Totals request null latency mean 0.00202 s null#0");
}

#[test]
fn json_says_the_same() {
    let json = check("memtier/valid/one.json", &[]);
    let rows = benchmark_rows(&json);
    for row in ALL.iter().filter(|row| row.contains(" mean ") && !row.contains("transfer")) {
        assert!(rows.contains(&(*row).to_owned()), "{row}: {rows:#?}");
    }
    assert!(rows.contains(&"Totals request null latency max 2.61 s null#0".to_owned()));
    assert!(rows.contains(&"Totals request null time value 6.12 s null#0".to_owned()));
    assert!(!strs(&json, "test").contains(&"Waits".to_owned()));
    assert_eq!(json.parts[0].settings[0], ("concurrency", "10".to_owned()));
    let old = benchmark_rows(&check("memtier/valid/without-counts.json", &[]));
    assert!(old.contains(&"Gets request null latency mean 0.001442 s null#0".to_owned()), "{old:#?}");
}

#[test]
fn each_run_counts_once() {
    let runs = check("memtier/valid/three-runs.txt", &["note 22 other-runs", "note 30 other-runs"]);
    assert_eq!(runs.parts.iter().map(|part| part.line).collect::<Vec<_>>(), [Some(6), Some(14)]);
    let rates = f64s(&runs, "value").into_iter().step_by(3).flatten().collect::<Vec<f64>>();
    assert_eq!(rates, [5000.0, 5000.0, 6000.0, 6000.0]);
    assert_eq!(strs(&runs, "test")[0], "Hgets");
}

#[test]
fn damage() {
    let stopped = check(
        "memtier/invalid/interrupted.json",
        &[
            "warning 33:23 benchmark-unfinished",
            "warning 38:16 impossible-value",
            "warning 45:15 impossible-value",
            "warning 109:16 impossible-value",
            "warning 116:15 impossible-value",
            "warning 216:16 impossible-value",
            "warning 223:15 impossible-value",
        ],
    );
    assert!(benchmark_rows(&stopped).contains(&"Totals request null latency max 2.61 s null#0".to_owned()));
    let cut = check("memtier/invalid/cut.json", &["warning 1:1 benchmark-unfinished"]);
    assert_eq!(cut.rows.lost, 1);
    let cut =
        check("memtier/invalid/cut.txt", &["warning 12 benchmark-unfinished", "warning 17 last-line-cut"]);
    assert_eq!(cut.rows, RowCount { read: 6, lost: 2 });
    let damaged =
        check("memtier/invalid/damaged.txt", &["warning 17 unreadable-row", "warning 19 unreadable-value"]);
    assert_eq!(damaged.rows, RowCount { read: 12, lost: 1 });
}

#[test]
fn seconds_are_read_beside_the_results() {
    let found = detect_all(&bytes("memtier/valid/one.json")).unwrap();
    assert_eq!(found, [format("memtier"), format("memtier-intervals")]);
    assert_eq!(detect_all(&bytes("memtier/valid/table.txt")).unwrap(), [format("memtier")]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(kinds in proptest::collection::vec(("[A-Z][a-z]{2,8}s", 1_u32..10_000_000, 0_u32..10_000_000), 1..5)) {
        let mut text = "ALL STATS\n=====\nType  Ops/sec  Hits/sec  Misses/sec  Avg. Latency  KB/sec \n-----\n".to_owned();
        let kinds: Vec<_> = kinds.into_iter().chain([("Totals".to_owned(), 77, 88)]).collect();
        for (kind, rate, us) in &kinds {
            let (rate, ms) = (f64::from(*rate) / 100.0, f64::from(*us) / 1000.0);
            text += &format!("{kind:<6} {rate:12.2} {:>12} {:>12} {ms:15.5} {rate:12.2} \n", "---", "---");
        }
        let parsed = read_whole(format("memtier"), &text);
        let values: Vec<f64> = f64s(&parsed, "value").into_iter().flatten().collect();
        for (read, (_, rate, us)) in values.chunks(3).zip(&kinds) {
            prop_assert_eq!(read[0], f64::from(*rate) / 100.0);
            prop_assert!((read[1] - f64::from(*us) / 1e6).abs() < 1e-12);
            prop_assert_eq!(read[2], f64::from(*rate) / 100.0 * 1024.0);
        }
    }
}
