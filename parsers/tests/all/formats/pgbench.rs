//! pgbench.

use stillstand_parsers::Clock;

use crate::common::{check_work, f64s, work_rows};

#[test]
fn progress_counts_from_the_start_or_since_1970() {
    let parsed = check_work("pgbench/valid/recorded-progress.txt", &[]);
    assert_eq!(work_rows(&parsed), ["1 1 null 46", "1 2 null 57", "1 3 null 46"]);
    assert_eq!((parsed.frame.clock, f64s(&parsed, "latency_mean")[0]), (Clock::None, Some(1.716)));
    assert_eq!(f64s(&parsed, "errors"), [Some(0.0); 3]);
    let dated = check_work("pgbench/valid/recorded-progress-timestamp.txt", &[]);
    assert_eq!(
        work_rows(&dated),
        ["1 1796084794.85 null 50", "1 1796084795.85 null 43", "1 1796084796.85 null 54"]
    );
    assert!(!dated.frame.has("elapsed_s") && dated.facts.float("time_resolution_s") == Some(0.001));
}

#[test]
fn an_interval_of_nothing_has_no_latency() {
    let stopped = check_work("pgbench/valid/recorded-stopped.txt", &[]);
    assert_eq!((f64s(&stopped, "rate")[3], f64s(&stopped, "latency_mean")[3]), (Some(0.0), None));
    let old = check_work("pgbench/valid/9.6-skipped.txt", &[]);
    // A late line is of a longer interval.
    assert_eq!(work_rows(&old), ["1 5 null 1234.5", "1 10 null 0", "1 15.2 null 1100"]);
    assert_eq!(f64s(&old, "latency_mean"), [Some(1.234), None, Some(2.0)]);
}

#[test]
fn the_log_has_the_second_in_which_an_interval_began() {
    let parsed = check_work("pgbench/valid/recorded-aggregate-thread-0.log", &[]);
    let rows = work_rows(&parsed);
    assert_eq!((rows.len(), rows[0].as_str(), rows[4].as_str()), (7, "1 1796084805 1 5", "1 1796084809 1 0"));
    assert_eq!(f64s(&parsed, "latency_max")[0], Some(1.73));
    assert!(f64s(&parsed, "latency_mean")[0].is_some_and(|ms| (ms - 5.999 / 5.0).abs() < 1e-9));
    assert_eq!(f64s(&parsed, "latency_mean")[4], None);
    assert_eq!(parsed.facts.int("is_part"), Some(1));
    check_work("pgbench/valid/recorded-aggregate-thread-1.log", &[]);
}

#[test]
fn damage() {
    let expected = ["warning 2 unreadable-row", "warning 3 last-line-cut"];
    assert_eq!(check_work("pgbench/invalid/damaged.txt", &expected).frame.height(), 1);
    assert_eq!(check_work("pgbench/invalid/cut.log", &["warning 4 unreadable-row"]).frame.height(), 3);
}
