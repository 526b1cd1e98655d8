//! Requests of k6.

mod round_trip;

use stillstand_parsers::{Clock, RowCount, parse};

use crate::common::{bools, bytes, check, f64s, format};

const OTHERS: &str = "note other-metrics";

#[test]
fn values_of_a_request_are_one_row() {
    let parsed = check("k6/valid/columns-19-milliseconds.csv", &[OTHERS]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 10, lost: 0 }, Clock::Epoch));
    let took = f64s(&parsed, "duration_s");
    // The wait for a connection belongs to it, also where nothing came of it.
    let expected = [0.004, 0.00275, 0.00275, 0.00275, 0.003, 0.003, 0.002, 0.00275, 0.00275, 0.6];
    for (took, expected) in took.iter().zip(expected) {
        assert!((took.unwrap() - expected).abs() < 1e-9, "{took:?} {expected}");
    }
    let failed: Vec<usize> = bools(&parsed, "worked")
        .iter()
        .enumerate()
        .filter(|(_, worked)| **worked == Some(false))
        .map(|(at, _)| at)
        .collect();
    // Refused, refused, 503, and the one that timed out, which ended last.
    assert_eq!(failed, [4, 5, 6, 9]);
    assert_eq!((parsed.facts.text("time_is"), parsed.facts.text("loop")), (Some("end"), Some("open")));
    assert_eq!(parsed.facts.float("time_resolution_s"), Some(0.001));
}

#[test]
fn columns_are_found_by_name_and_times_by_their_form() {
    let whole = check("k6/valid/columns-19-milliseconds.csv", &[OTHERS]);
    let seconds = check("k6/valid/columns-16-seconds.csv", &[OTHERS, "note times-in-whole-seconds"]);
    assert_eq!(seconds.facts.float("time_resolution_s"), Some(1.0));
    let worked = |parsed| bools(parsed, "worked").into_iter().filter(|worked| *worked == Some(true)).count();
    assert_eq!((seconds.rows.read, worked(&seconds)), (10, worked(&whole)));
    let iso = check("k6/valid/rfc3339.csv", &[OTHERS]);
    assert_eq!(f64s(&iso, "epoch_s")[..3], f64s(&whole, "epoch_s")[..3]);
    let objects = check("k6/valid/objects.json", &[OTHERS]);
    // All but the one whose error holds a comma, which was not written as an object.
    assert_eq!(f64s(&objects, "epoch_s"), f64s(&whole, "epoch_s")[..9]);
    assert_eq!(bools(&objects, "worked"), bools(&whole, "worked")[..9]);
}

#[test]
fn what_is_damaged() {
    let parsed = check(
        "k6/invalid/damaged.csv",
        &["warning 11 row-unreadable", "warning 12 row-unreadable", "warning 19 last-line-cut", OTHERS],
    );
    assert_eq!(parsed.rows.lost, 3);
    let error = parse(format("k6"), &bytes("k6/invalid/no-requests.csv")).unwrap_err();
    assert!(error.expected.contains("http_req_duration"), "{error}");
}
