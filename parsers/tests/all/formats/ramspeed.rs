//! RAMspeed.

mod round_trip;

use stillstand_parsers::{RowCount, parse};

use crate::common::{benchmark_rows, bytes, check, format, u32s};

#[test]
fn blocks_of_all_sizes() {
    let parsed = check("ramspeed/valid/writing-and-reading.txt", &[]);
    let expected = [
        "integer-write write 1024 throughput value 4869960000 bytes_per_s null#0",
        "integer-write write 2048 throughput value 4902110000 bytes_per_s null#0",
        "integer-write write 4096 throughput value 4811500000 bytes_per_s null#0",
        "integer-read read 1024 throughput value 9012250000 bytes_per_s null#0",
        "integer-read read 2048 throughput value 9100500000 bytes_per_s null#0",
        "integer-read read 4096 throughput value 9050750000 bytes_per_s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    assert_eq!(u32s(&parsed, "line"), [5, 6, 7, 12, 13, 14]);
    assert_eq!((parsed.version.as_deref(), parsed.facts.int("processes")), (Some("3.5.0"), Some(2)));
}

#[test]
fn what_grep_leaves() {
    let parsed = check("ramspeed/valid/grep.txt", &[]);
    let expected = [
        "integer-write write 4194304 throughput value 1948940000 bytes_per_s null#0",
        "integer-read read 4194304 throughput value 5208660000 bytes_per_s null#0",
    ];
    assert_eq!((benchmark_rows(&parsed), parsed.version), (expected.map(str::to_owned).to_vec(), None));
}

#[test]
fn megabytes_of_both_kinds() {
    let parsed = check("ramspeed/valid/real-megabytes.txt", &[]);
    let expected = [
        "float-write write 1024 throughput value 1048576000 bytes_per_s null#0",
        "float-write write 2048 throughput value 2097676288 bytes_per_s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
}

#[test]
fn copy_scale_add_triad() {
    let parsed = check("ramspeed/valid/batch.txt", &[]);
    let found = benchmark_rows(&parsed);
    assert_eq!(found.len(), 15);
    assert_eq!(found[0], "integer-copy copy null throughput value 2871230000 bytes_per_s null#0");
    assert_eq!(found[4], "integer-average average null throughput mean 2974660000 bytes_per_s null#0");
    assert_eq!(found[5], "integer-copy copy null throughput value 2870570000 bytes_per_s null#1");
    assert_eq!(found[13], "integer-batch-triad triad null throughput mean 3078270000 bytes_per_s null#0");
    assert_eq!(parsed.facts.int("batch_runs"), Some(2));
    let found = benchmark_rows(&check("ramspeed/valid/other-units.txt", &[]));
    let name = |at: usize| found[at].split(' ').next().unwrap().to_owned();
    assert_eq!(
        [0, 4, 5, 10, 11].map(name),
        ["sse-nt-copy", "sse-nt-average", "float-copy", "mmx-nt-read", "mmx-write"]
    );
}

#[test]
fn what_was_stopped() {
    for (name, read, lost, said) in [
        ("batch-stopped", 10, 0, &["warning 5 benchmark-unfinished"][..]),
        ("mem-stopped", 2, 0, &["warning 5 benchmark-unfinished"]),
        ("cut", 2, 1, &["warning 7 last-line-cut"]),
        ("damaged", 3, 1, &["warning 6 unreadable-value", "warning 7 unreadable-row"]),
    ] {
        let parsed = check(&format!("ramspeed/invalid/{name}.txt"), said);
        assert_eq!(parsed.rows, RowCount { read, lost }, "{name}");
    }
    for (name, unfinished) in [("banner-only", 1), ("no-sse", 2)] {
        let error = parse(format("ramspeed"), &bytes(&format!("ramspeed/invalid/{name}.txt"))).unwrap_err();
        assert_eq!(error.diagnostics.len(), unfinished);
    }
}
