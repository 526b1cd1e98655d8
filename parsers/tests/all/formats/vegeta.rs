//! Requests of vegeta.

mod round_trip;

use stillstand_parsers::{Clock, RowCount};

use crate::common::{bools, check, f64s, u32s};

/// Rows come as requests end: those that timed out stand behind later ones.
#[test]
fn rows_are_put_in_order() {
    let parsed = check("vegeta/valid/columns-12.csv", &[]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 12, lost: 0 }, Clock::Epoch));
    let times: Vec<f64> = f64s(&parsed, "epoch_s").into_iter().map(Option::unwrap).collect();
    assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 0.05).abs() < 1e-6), "{times:?}");
    assert!(!u32s(&parsed, "line").is_sorted());
    // 502 of a proxy is a failure, 302 is none.
    let failed: Vec<usize> = bools(&parsed, "worked")
        .iter()
        .enumerate()
        .filter(|(_, worked)| **worked == Some(false))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(failed, [4, 5, 6, 7]);
    assert_eq!(
        (f64s(&parsed, "duration_s")[0], f64s(&parsed, "duration_s")[4]),
        (Some(0.001_234_567), Some(0.3))
    );
    assert_eq!((parsed.facts.text("time_is"), parsed.facts.text("loop")), (Some("start"), Some("open")));
}

#[test]
fn fewer_columns_and_objects_say_the_same() {
    let whole = check("vegeta/valid/columns-12.csv", &[]);
    for name in ["columns-9.csv", "objects.json"] {
        let parsed = check(&format!("vegeta/valid/{name}"), &[]);
        assert_eq!(f64s(&parsed, "epoch_s"), f64s(&whole, "epoch_s"), "{name}");
        assert_eq!(f64s(&parsed, "duration_s"), f64s(&whole, "duration_s"), "{name}");
        assert_eq!(bools(&parsed, "worked"), bools(&whole, "worked"), "{name}");
    }
}

#[test]
fn what_is_damaged() {
    // A status of four digits, a line of another program; the error that goes on in the next line is read.
    let parsed = check(
        "vegeta/invalid/damaged.csv",
        &["warning 4 row-unreadable", "warning 5 row-unreadable", "warning 10 last-line-cut"],
    );
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 3 });
    assert!(u32s(&parsed, "line").contains(&6) && bools(&parsed, "worked").contains(&Some(false)));
    let parsed = check(
        "vegeta/invalid/damaged.json",
        &["warning 4 row-unreadable", "warning 5 row-unreadable", "warning 6 last-line-cut"],
    );
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 3 });
}
