//! Request and duration of a migration.

mod round_trip;

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
    let parsed = check("migration-time/valid/no-request.test", &["note no-request-time"]);
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
    let parsed = check("migration-time/valid/twice.test", &[]);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 0 });
    let second = parsed.of_part(&parsed.parts[1]);
    assert_eq!(
        (row(&second).0[..2].to_vec(), parsed.parts[1].line),
        (vec![Some(1_264_510_905.0), Some(18.87)], Some(3))
    );
}

#[test]
fn gnu_time_without_a_format() {
    let parsed = check("migration-time/valid/default.test", &[]);
    let numbers = [Some(1_795_183_928.0), Some(0.3), Some(0.0), Some(0.0), Some(0.0)];
    assert_eq!(row(&parsed), (numbers, Some(0)));
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 0 });
    let expected = ["note 1 command-failed", "note no-request-time"];
    let parsed = check("migration-time/valid/default-without-request.test", &expected);
    assert_eq!(row(&parsed), ([None, Some(0.0), Some(0.0), Some(0.0), Some(88.0)], Some(137)));
    let expected = ["warning 2 time-part-missing", "warning 2 time-part-missing"];
    let parsed = check("migration-time/invalid/default-cut.test", &expected);
    assert_eq!(row(&parsed).0, [Some(1_264_510_805.0), None, Some(0.04), Some(0.1), None]);
}

#[test]
fn gnu_time_in_many_lines() {
    let parsed = check("migration-time/valid/verbose.test", &["note 2 command-failed"]);
    let numbers = [Some(1_795_183_928.417_134), Some(0.2), Some(0.0), Some(0.0), Some(0.0)];
    let (found, status) = row(&parsed);
    assert!((found[0].unwrap() - numbers[0].unwrap()).abs() < 1e-6, "{found:?}");
    assert_eq!((&found[1..], status), (&numbers[1..], Some(3)));
    assert_eq!(parsed.facts.text("command"), Some("\"sh -c sleep 0.2; exit 3\""));
    assert_eq!(parsed.facts.float("request_resolution_s"), Some(1e-9));

    // After a signal it says that the exit status is 0.
    let expected = ["note 2 command-failed", "note 4 no-cpu-percentage"];
    let parsed = check("migration-time/valid/verbose-killed.test", &expected);
    let numbers = [Some(1_264_510_805.25), Some(3723.0), Some(0.04), Some(0.1), None];
    assert_eq!(row(&parsed), (numbers, Some(143)));
    assert_eq!(parsed.facts.int("signal"), Some(15));
}

#[test]
fn posix_and_shells() {
    let parsed = check("migration-time/valid/posix.test", &["note 2 status-unknown"]);
    assert_eq!(row(&parsed), ([Some(1_795_183_928.0), Some(0.2), Some(0.0), Some(0.0), None], None));
    let parsed = check("migration-time/valid/bash.test", &["note 3 status-unknown"]);
    assert_eq!(row(&parsed), ([Some(1_795_183_928.0), Some(0.201), Some(0.001), Some(0.0), None], None));
    let parsed = check("migration-time/valid/bash-german.test", &["note 3 status-unknown"]);
    assert_eq!(row(&parsed), ([Some(1_264_510_805.0), Some(68.87), Some(0.04), Some(0.1), None], None));
    let expected = ["note 1 status-unknown", "note no-request-time"];
    let parsed = check("migration-time/valid/posix-without-request.test", &expected);
    assert_eq!(row(&parsed).0, [None, Some(8.87), Some(0.04), Some(0.1), None]);
    let expected = ["warning 2 time-part-missing", "note 2 status-unknown", "warning 4 last-line-cut"];
    let parsed = check("migration-time/invalid/posix-cut.test", &expected);
    assert_eq!(row(&parsed).0, [Some(1_264_510_805.0), Some(8.87), Some(0.04), None, None]);
    let expected = ["note 3 status-unknown", "note 8 status-unknown"];
    let parsed = check("migration-time/valid/bash-twice.test", &expected);
    let parts: Vec<_> = parsed.parts.iter().map(|part| row(&parsed.of_part(part)).0[1]).collect();
    assert_eq!((parts, parsed.rows), (vec![Some(8.87), Some(18.87)], RowCount { read: 2, lost: 0 }));
}
