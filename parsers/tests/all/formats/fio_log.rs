//! Logs of fio's jobs.

use stillstand_parsers::{Clock, Unit};

use crate::common::{check_work, f64s, work_rows};

#[test]
fn directions_are_added_and_nothing_says_the_unit() {
    let parsed = check_work("fio-log/valid/recorded_bw.1.log", &[]);
    assert_eq!(work_rows(&parsed)[..3], ["1 0.5 0.5 1168", "1 1 0.5 1232", "1 1.501 0.501 1216"]);
    assert_eq!((parsed.frame.clock, parsed.frame.unit("rate")), (Clock::None, Some(Unit::Count)));
    assert_eq!(f64s(&check_work("fio-log/valid/recorded_iops.1.log", &[]), "rate")[0], Some(292.0));
    check_work("fio-log/valid/recorded_bw.2.log", &[]);
    check_work("fio-log/valid/recorded_lat.1.log", &[]);
}

#[test]
fn times_since_1970() {
    let parsed = check_work("fio-log/valid/recorded-epoch_bw.1.log", &[]);
    assert_eq!(work_rows(&parsed)[0], "1 1796084256.587 0.5 208");
    assert_eq!(parsed.frame.clock, Clock::Epoch);
}

#[test]
fn single_requests_are_counted_by_the_second() {
    let parsed = check_work("fio-log/valid/recorded-each_lat.1.log", &[]);
    assert_eq!(parsed.frame.unit("rate"), Some(Unit::PerSecond));
    assert_eq!(work_rows(&parsed)[0], "1 1 1 50");
}

#[test]
fn gaps_and_damage() {
    // Priorities, one of them hexadecimal; behind a gap an interval is as long as the others.
    let parsed = check_work("fio-log/valid/priority-and-gap_bw.1.log", &[]);
    assert_eq!(
        work_rows(&parsed),
        ["1 0.5 0.5 185344", "1 1 0.5 187392", "1 1.5 0.5 61440", "1 4 0.5 61440"]
    );
    assert_eq!(parsed.facts.int("silent"), Some(1));
    let expected = ["warning 3 unreadable-row", "warning 4 unreadable-row", "warning 6 last-line-cut"];
    let damaged = parse_damaged(&expected);
    assert_eq!(work_rows(&damaged), ["1 0.5 0.5 185344", "1 1 0.5 187392", "1 2 0.5 61440"]);
    assert_eq!(damaged.rows.lost, 3);
}

/// It is too damaged to be recognised.
fn parse_damaged(expected: &[&str]) -> stillstand_parsers::Parsed {
    let bytes = crate::common::bytes("fio-log/invalid/damaged_bw.1.log");
    let parsed = stillstand_parsers::parse(crate::common::format("fio-log"), &bytes).unwrap();
    assert_eq!(crate::common::diagnostics(&parsed), expected, "{:#?}", parsed.diagnostics);
    parsed
}
