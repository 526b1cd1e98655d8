//! Requests of ab.

use stillstand_parsers::{Clock, RowCount};

use crate::common::{check, f64s, u32s};

const LEFT_OUT: &str = "note failures-left-out";

/// The link was cut for 1.3 s: one late answer, which stands last since rows are sorted by their durations.
#[test]
fn rows_are_put_in_order() {
    let parsed = check("ab-gnuplot/valid/recorded.tsv", &[LEFT_OUT]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 79, lost: 0 }, Clock::Epoch));
    assert!(f64s(&parsed, "epoch_s").is_sorted() && !u32s(&parsed, "line").is_sorted());
    let late = f64s(&parsed, "duration_s").iter().position(|took| *took > Some(0.5)).unwrap();
    assert_eq!(
        (f64s(&parsed, "epoch_s")[late], f64s(&parsed, "duration_s")[late]),
        (Some(1_796_085_590.0), Some(1.482))
    );
    assert_eq!(parsed.facts.float("time_resolution_s"), Some(1.0));
    assert_eq!((parsed.facts.text("time_is"), parsed.facts.text("loop")), (Some("start"), Some("closed")));
}

#[test]
fn what_is_damaged() {
    let parsed = check(
        "ab-gnuplot/invalid/damaged.tsv",
        &["warning 4 row-unreadable", "warning 5 row-unreadable", LEFT_OUT],
    );
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 2 });
    assert_eq!(check("ab-gnuplot/invalid/cut.tsv", &["warning 16 last-line-cut", LEFT_OUT]).rows.lost, 1);
}
