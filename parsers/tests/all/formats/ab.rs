//! ApacheBench.

use stillstand_parsers::RowCount;

use crate::common::{benchmark_rows, check};

#[test]
fn rate_latency_and_failures() {
    let parsed = check("ab/valid/one.txt", &[]);
    let rows = benchmark_rows(&parsed);
    assert_eq!(rows.len(), 14);
    for row in [
        "http request null operations mean 73.39 per_s null#0",
        "http request null latency mean 0.13625 s null#0",
        "http request null latency p95 0.195 s null#0",
        "http request null latency max 0.352 s null#0",
        "http request null events failed 0 count null#0",
        "http receive null throughput mean 65536 bytes_per_s null#0",
    ] {
        assert!(rows.contains(&row.to_owned()), "{row}: {rows:?}");
    }
    assert_eq!((parsed.version.as_deref(), parsed.facts.float("runtime_s")), (Some("2.3"), Some(68.125)));
}

#[test]
fn each_test_is_a_part() {
    let parsed = check("ab/valid/two-concurrencies.txt", &[]);
    let parts: Vec<_> =
        parsed.parts.iter().map(|part| (part.line, part.settings.clone(), part.rows.len())).collect();
    let with = |level: &str| vec![("concurrency", level.to_owned())];
    assert_eq!(parts, [(Some(1), with("10"), 14), (Some(43), with("30"), 14)]);
}

#[test]
fn what_is_wrong() {
    check("ab/valid/no-success.txt", &["note 19 no-success"]);
    let parsed = check("ab/invalid/cut.txt", &["warning 22 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    let parsed = check("ab/invalid/killed.txt", &["warning 43 benchmark-unfinished"]);
    assert_eq!((parsed.rows, parsed.parts.len()), (RowCount { read: 14, lost: 1 }, 1));
}
