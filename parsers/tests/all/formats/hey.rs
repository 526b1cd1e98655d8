//! Requests of hey.

use stillstand_parsers::{Clock, RowCount};

use crate::common::{bools, check, f64s};

const LEFT_OUT: &str = "note failures-left-out";

/// The link was cut for 1.3 s: one late answer.
#[test]
fn times_count_from_the_start() {
    let parsed = check("hey/valid/recorded.csv", &[LEFT_OUT]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 47, lost: 0 }, Clock::None));
    assert!(parsed.needs_clock_start());
    let since: Vec<f64> = f64s(&parsed, "monotonic_s").into_iter().map(Option::unwrap).collect();
    assert!(since.is_sorted());
    let late: Vec<f64> =
        f64s(&parsed, "duration_s").into_iter().flatten().filter(|took| *took > 0.5).collect();
    assert_eq!(late, [1.6591]);
    assert!(bools(&parsed, "worked").iter().all(|worked| *worked == Some(true)));
    assert_eq!(parsed.facts.text("loop"), Some("closed"));
}

#[test]
fn what_is_damaged() {
    let parsed = check(
        "hey/invalid/damaged.csv",
        &["warning 4 row-unreadable", "warning 5 row-unreadable", "warning 6 last-line-cut", LEFT_OUT],
    );
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 3 });
}
