//! LINPACK in its three forms.

mod round_trip;

use stillstand_parsers::{RowCount, parse};

use crate::common::{benchmark_rows, bytes, check, format, u32s};

#[test]
fn the_last_row_of_each_array_counts() {
    let parsed = check("linpack/valid/linpackc.txt", &[]);
    // 11.24 s × (85.70 % + 3.70 %) of 4096 repetitions of two solutions; half the width of the array.
    let one = [
        "solve solve 100 time value 0.001226630859375 s null#0",
        "solve solve 100 flops value 560114452 flops null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), one);
    assert_eq!(u32s(&parsed, "line"), [13, 13]);
    assert_eq!(
        (parsed.facts.text("tool"), parsed.facts.text("precision")),
        (Some("linpackc"), Some("Double"))
    );
    assert_eq!(parsed.facts.int("repetitions"), Some(4096));
    let parsed = check("linpack/valid/linpackc-two-sizes.txt", &[]);
    let found = benchmark_rows(&parsed);
    assert_eq!(found[..2], one);
    assert_eq!(found[3], "solve solve 500 flops value 720000125 flops null#0");
}

#[test]
fn the_plain_form() {
    let parsed = check("linpack/valid/plain.txt", &[]);
    let expected = [
        "solve solve 1000 time value 0.261 s null#0",
        "solve solve 1000 time sum 2.61 s null#0",
        "solve solve 2000 time value 2.089 s null#0",
        "solve solve 2000 time sum 20.89 s null#0",
        "solve solve 4000 time value 16.712 s null#0",
        "solve solve 4000 time sum 167.12 s null#0",
        "solve solve 2000 time value 2.091 s null#1",
        "solve solve 2000 time sum 20.91 s null#1",
        "solve solve 8000 time value 133.7 s null#0",
        "solve solve 8000 time sum 133.7 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("linpack/invalid/plain-cut.txt", &["warning 2 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 1 });
}

#[test]
fn intel() {
    let parsed = check("linpack/valid/intel.txt", &[]);
    let expected = [
        "solve solve 1000 time value 0.035 s null#0",
        "solve solve 1000 flops value 19165500000 flops null#0",
        "solve solve 1000 time value 0.025 s null#1",
        "solve solve 1000 flops value 26535000000 flops null#1",
        "solve solve 2000 time value 0.125 s null#0",
        "solve solve 2000 flops value 48925600000 flops null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    assert_eq!(parsed.facts.int("threads"), Some(2));
    assert_eq!(parsed.facts.text("local_start"), Some("Tue Jan 26 14:00:00 2010"));
    let parsed = check("linpack/invalid/intel-stopped.txt", &["warning 15 benchmark-unfinished"]);
    assert_eq!(
        (benchmark_rows(&parsed), parsed.rows),
        (expected[..4].iter().map(|&row| row.to_owned()).collect(), RowCount { read: 4, lost: 1 })
    );
    let parsed =
        check("linpack/invalid/intel-failed.txt", &["warning 25 check-failed", "note 33 other-output"]);
    assert_eq!(
        benchmark_rows(&parsed)[4..],
        ["solve solve 2000 time value null s null#0", "solve solve 2000 flops value null flops null#0"]
    );
}

#[test]
fn what_was_stopped() {
    for (name, lost, said) in [
        ("stopped", 0, &["warning 12 benchmark-unfinished"][..]),
        ("no-row", 1, &["warning 20 benchmark-unfinished"]),
        ("cut", 1, &["warning 11 benchmark-unfinished", "warning 12 last-line-cut"]),
        ("damaged", 1, &["warning 12 benchmark-unfinished", "warning 13 unreadable-row"]),
    ] {
        let parsed = check(&format!("linpack/invalid/linpackc-{name}.txt"), said);
        assert_eq!(parsed.rows, RowCount { read: 2, lost }, "{name}");
    }
    let error = parse(format("linpack"), &bytes("linpack/invalid/linpackc-only-headers.txt")).unwrap_err();
    assert_eq!(
        error.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(),
        ["benchmark-unfinished"]
    );
}
