//! Request and duration of a migration.

use stillstand_parsers::{Clock, Parsed, RowCount};

use crate::common::{check, f64s, i64s};

type Row = ([Option<f64>; 5], Option<i64>);

fn row(parsed: &Parsed) -> Row {
    assert_eq!(parsed.frame.height(), 1);
    let columns = ["request_epoch_s", "elapsed_s", "user_s", "system_s", "cpu_percent"];
    (columns.map(|name| f64s(parsed, name)[0]), i64s(parsed, "exit_status")[0])
}

#[test]
fn ordinary() {
    let parsed = check("migration-time/valid/ordinary.test", &[]);
    let numbers = [Some(1_264_510_805.0), Some(8.87), Some(0.04), Some(0.1), Some(1.0)];
    assert_eq!(row(&parsed), (numbers, Some(0)));
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.facts.float("request_resolution_s"), Some(1.0));
}

#[test]
fn with_fraction_and_hours() {
    let parsed = check("migration-time/valid/with-fraction.test", &[]);
    let numbers = [Some(1_264_510_805.25), Some(3723.0), Some(1.04), Some(2.1), Some(100.0)];
    assert_eq!(row(&parsed), (numbers, Some(0)));
    assert_eq!(parsed.facts.float("request_resolution_s"), Some(0.001));
}

#[test]
fn failures_are_data() {
    let expected = ["note 2 other-output", "note 3 other-output", "note 4 command-failed"];
    let parsed = check("migration-time/valid/failed.test", &expected);
    let numbers = [Some(1_264_510_805.0), Some(8.87), Some(0.04), Some(0.1), Some(1.0)];
    assert_eq!(row(&parsed), (numbers, Some(1)));
    assert!(parsed.diagnostics[0].text.as_ref().is_some_and(|text| text.contains("xc_save")));

    let expected = ["note 2 command-failed", "note 3 no-cpu-percentage"];
    let parsed = check("migration-time/valid/killed.test", &expected);
    let numbers = [Some(1_264_510_805.0), Some(0.0), Some(0.0), Some(0.0), None];
    assert_eq!(row(&parsed), (numbers, Some(137)));
    assert_eq!(parsed.facts.int("signal"), Some(9));
}

#[test]
fn either_line_may_be_missing() {
    let parsed = check("migration-time/invalid/no-request.test", &["error no-request-time"]);
    assert_eq!(row(&parsed), ([None, Some(8.87), Some(0.04), Some(0.1), Some(1.0)], Some(0)));
    assert_eq!(parsed.frame.clock, Clock::None);
    let parsed = check("migration-time/invalid/no-duration.test", &["error no-duration"]);
    assert_eq!(row(&parsed), ([Some(1_264_510_805.0), None, None, None, None], None));
}

#[test]
fn half_a_line() {
    let expected = ["warning 2 time-part-missing", "warning 2 time-part-missing"];
    let parsed = check("migration-time/invalid/cut.test", &expected);
    assert_eq!(row(&parsed), ([Some(1_264_510_805.0), Some(8.87), Some(0.04), None, None], Some(0)));
}

#[test]
fn two_migrations_in_one_file() {
    let expected = ["warning 3 second-value", "warning 4 second-value"];
    let parsed = check("migration-time/invalid/twice.test", &expected);
    assert_eq!(row(&parsed).0[1], Some(8.87));
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 2 });
}
