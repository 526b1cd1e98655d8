//! mpstat: shares of all CPUs, as text and JSON.

use stillstand_parsers::{RowCount, parse};

use crate::common::{bytes, check, f64s, format};

const LOCAL: &str = "note time-zone-unknown";
/// 1 December 2026, 01:18:54 on the wall.
const FIRST_S: f64 = 1_796_087_934.0;

#[test]
fn only_the_row_of_all_counts() {
    let german = check("mpstat/valid/recorded-de.txt", &["note decimal-comma", LOCAL]);
    assert_eq!(f64s(&german, "local_s"), [FIRST_S, FIRST_S + 1.0].map(Some));
    assert_eq!(f64s(&german, "cpu.user"), [90.5, 98.99].map(Some));
    assert_eq!(f64s(&german, "cpu.system"), [9.5, 1.01].map(Some));
    let english = check("mpstat/valid/recorded-us.txt", &[LOCAL]);
    assert_eq!(f64s(&english, "cpu.user"), f64s(&german, "cpu.user"));
    assert_eq!(f64s(&english, "local_s"), f64s(&german, "local_s"));
    let json = check("mpstat/valid/each-cpu.json", &[LOCAL]);
    assert_eq!(f64s(&json, "cpu.user")[..2], [51.52 + 27.27, 90.96].map(Some));
    assert_eq!(json.facts.int("cpus"), Some(2));
    let error = parse(format("mpstat"), &bytes("mpstat/invalid/recorded-cpu0.txt")).unwrap_err().to_string();
    assert!(error.contains("all CPUs"), "{error}");
}

#[test]
fn json_is_the_same_as_text() {
    let json = check("mpstat/valid/recorded-iso.json", &[LOCAL]);
    assert_eq!(f64s(&json, "local_s"), [FIRST_S, FIRST_S + 1.0].map(Some));
    assert_eq!(f64s(&json, "cpu.user"), [91.0, 98.51].map(Some));
    assert_eq!(f64s(&json, "cpu.system"), [9.0, 1.49].map(Some));
}

#[test]
fn what_was_killed_is_read() {
    let parsed = check("mpstat/valid/killed.json", &["note json-cut", LOCAL]);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 0 });
    assert_eq!(f64s(&parsed, "cpu.idle"), [0.0, 0.0].map(Some));
}

#[test]
fn a_mean_since_boot_is_no_sample() {
    let error = parse(format("mpstat"), &bytes("mpstat/invalid/recorded-boot.txt")).unwrap_err();
    assert!(error.to_string().contains("mpstat 1"), "{error}");
    assert!(error.diagnostics.iter().any(|found| found.code == "since-boot"), "{error:?}");
}

#[test]
fn the_date_of_the_locale_c_may_be_two() {
    let parsed = check("mpstat/invalid/recorded-c.txt", &["warning 1 date-unknown"]);
    assert_eq!(parsed.rows, RowCount { read: 62, lost: 0 });
    assert_eq!(f64s(&parsed, "of_day_s")[0], Some(4609.0));
}
