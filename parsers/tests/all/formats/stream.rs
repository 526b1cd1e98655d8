//! STREAM.

mod round_trip;

use stillstand_parsers::{RowCount, parse};

use crate::common::{benchmark_rows, bytes, check, check_long_line, format, strs, u32s};

/// The rows of one kernel: rate, then three times, the first of which is `first`.
fn kernel(name: &str, size: &str, first: &str, figures: [&str; 4], sample: u32) -> Vec<String> {
    let [rate, mean, min, max] = figures;
    let row = |metric: &str, statistic: &str, value: &str, unit: &str| {
        format!("{name} {name} {size} {metric} {statistic} {value} {unit} null#{sample}")
    };
    vec![
        row("throughput", "best", rate, "bytes_per_s"),
        row("time", first, mean, "s"),
        row("time", "min", min, "s"),
        row("time", "max", max, "s"),
    ]
}

/// The table that most fixtures have.
fn table(size: &str, sample: u32) -> Vec<String> {
    [
        kernel("copy", size, "mean", ["16000000000", "0.0105", "0.01", "0.01125"], sample),
        kernel("scale", size, "mean", ["12800000000", "0.01275", "0.0125", "0.013"], sample),
        kernel("add", size, "mean", ["15000000000", "0.01625", "0.016", "0.017"], sample),
        kernel("triad", size, "mean", ["15360000000", "0.01575", "0.015625", "0.0165"], sample),
    ]
    .concat()
}

#[test]
fn rates_and_times() {
    let parsed = check("stream/valid/stream-5.10.txt", &[]);
    // 10⁷ elements of 8 bytes.
    assert_eq!(benchmark_rows(&parsed), table("80000000", 0));
    assert_eq!(u32s(&parsed, "line"), [[27; 4], [28; 4], [29; 4], [30; 4]].concat());
    assert_eq!((parsed.version.as_deref(), parsed.facts.int("threads")), (Some("5.10"), Some(2)));
    assert_eq!(strs(&parsed, "direction")[..2], ["higher", "lower"]);
}

#[test]
fn older_ones() {
    let times =
        |mean: &'static str, min: &'static str, max: &'static str, rate: &'static str| [rate, mean, min, max];
    let all = |first: &str| {
        [
            kernel("copy", "16000000", first, times("0.0101", "0.01", "0.0125", "3200000000"), 0),
            kernel("scale", "16000000", first, times("0.0126", "0.0125", "0.013", "2560000000"), 0),
            kernel("add", "16000000", first, times("0.0161", "0.016", "0.017", "3000000000"), 0),
            kernel("triad", "16000000", first, times("0.0157", "0.0156", "0.0165", "3072000000"), 0),
        ]
        .concat()
    };
    let parsed = check("stream/valid/stream-5.8.txt", &[]);
    assert_eq!((benchmark_rows(&parsed), parsed.version.as_deref()), (all("rms"), Some("5.8")));
    let parsed = check("stream/valid/fortran.txt", &[]);
    assert_eq!((benchmark_rows(&parsed), parsed.version.as_deref()), (all("mean"), Some("5.6")));
    assert_eq!(parsed.facts.int("threads"), Some(4));
}

#[test]
fn the_table_alone() {
    for name in ["table-indented", "gigabytes"] {
        let parsed = check(&format!("stream/valid/{name}.txt"), &[]);
        assert_eq!((benchmark_rows(&parsed), parsed.version), (table("null", 0), None), "{name}");
    }
}

#[test]
fn two_runs() {
    let parsed = check("stream/valid/two-runs.txt", &[]);
    let mut expected = [table("80000000", 0), table("80000000", 1)].concat();
    expected[16] = "copy copy 80000000 throughput best 16100000000 bytes_per_s null#1".to_owned();
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("stream/invalid/second-without-table.txt", &["warning 35 benchmark-unfinished"]);
    assert_eq!(
        (benchmark_rows(&parsed), parsed.rows),
        (table("80000000", 0), RowCount { read: 16, lost: 1 })
    );
}

#[test]
fn what_was_stopped() {
    let expected = table("80000000", 0);
    let said = ["warning 26 benchmark-unfinished"];
    let parsed = check("stream/invalid/two-kernels.txt", &said);
    assert_eq!((&benchmark_rows(&parsed)[..], parsed.rows), (&expected[..8], RowCount { read: 8, lost: 2 }));
    let parsed =
        check("stream/invalid/cut.txt", &["warning 26 benchmark-unfinished", "warning 29 last-line-cut"]);
    assert_eq!((&benchmark_rows(&parsed)[..], parsed.rows), (&expected[..8], RowCount { read: 8, lost: 2 }));
    // `0.01` may have been 0.016500.
    let parsed = check("stream/invalid/cut-decimals.txt", &["warning 5 last-line-cut"]);
    assert_eq!(
        (&benchmark_rows(&parsed)[..], parsed.rows),
        (&table("null", 0)[..12], RowCount { read: 12, lost: 1 })
    );
    let whole = bytes("stream/invalid/damaged.txt");
    assert_eq!(parse(format("stream"), whole.trim_ascii_end()).unwrap().rows, RowCount { read: 12, lost: 1 });
}

#[test]
fn damage() {
    let parsed =
        check("stream/invalid/damaged.txt", &["warning 28 unreadable-value", "warning 29 unreadable-row"]);
    let mut expected = table("80000000", 0);
    expected.drain(8..12);
    expected[4] = "scale scale 80000000 throughput best null bytes_per_s null#0".to_owned();
    assert_eq!((benchmark_rows(&parsed), parsed.rows), (expected, RowCount { read: 12, lost: 1 }));
}

#[test]
fn wrong_results_are_none() {
    let parsed = check("stream/invalid/failed.txt", &["warning 32 check-failed"]);
    assert_eq!(parsed.rows, RowCount { read: 16, lost: 0 });
    assert!(crate::common::f64s(&parsed, "value").iter().all(Option::is_none));
}

#[test]
fn nothing_usable() {
    let error = parse(format("stream"), &bytes("stream/invalid/no-table.txt")).unwrap_err();
    assert!(error.to_string().contains("was it stopped?"), "{error}");
    assert_eq!(
        error.diagnostics.iter().map(|found| (found.code, found.line)).collect::<Vec<_>>(),
        [("benchmark-unfinished", Some(2))]
    );
}

/// What takes the square of the length would take minutes here.
#[test]
fn a_line_may_be_long() {
    check_long_line(format("stream"), "", "Copy: 1 ");
}
