//! Outputs of `virsh domjobinfo`.

mod round_trip;

use stillstand_parsers::{RowCount, detect, parse};

use crate::common::{bytes, check, f64s, format, i64s, strs, u32s};

#[test]
fn a_loop_around_a_migration() {
    let parsed = check("virsh-domjobinfo/valid/running-then-completed.txt", &[]);
    assert_eq!(strs(&parsed, "status"), ["none", "active", "active", "completed"]);
    assert_eq!(strs(&parsed, "entry"), ["status"; 4]);
    assert_eq!(f64s(&parsed, "time")[1..3], [Some(1_795_262_346.25), Some(1_795_262_347.25)]);
    assert_eq!(u32s(&parsed, "line")[..2], [2, 5]);
    assert_eq!(i64s(&parsed, "iteration"), [None, Some(1), Some(2), None]);
    for (name, active, completed) in [
        ("total_time_s", Some(10.432), Some(14.021)),
        ("downtime_s", None, Some(0.046)),
        ("expected_downtime_s", Some(0.3), None),
        ("setup_time_s", Some(0.005), Some(0.005)),
        ("transferred_bytes", Some(1.2 * 1_073_741_824.0), Some(1.3 * 1_073_741_824.0)),
        ("remaining_bytes", Some(537_395_200.0), Some(0.0)),
        ("total_bytes", Some(4_294_967_296.0), Some(4_294_967_296.0)),
        ("normal_bytes", Some(1.195 * 1_073_741_824.0), None),
        ("page_bytes", Some(4096.0), None),
        ("dirty_pages_per_s", Some(2048.0), None),
        ("throughput_bytes_per_s", Some(112.25 * 1_048_576.0), None),
    ] {
        let column = f64s(&parsed, name);
        assert_eq!((column[1], column[3]), (active, completed), "{name}");
    }
    assert_eq!(i64s(&parsed, "pages_duplicate")[1], Some(735_217));
    assert_eq!(i64s(&parsed, "pages_normal")[1], Some(313_344));
}

#[test]
fn outputs_without_times() {
    let parsed = check("virsh-domjobinfo/valid/without-times.txt", &["note 37 other-output"]);
    assert_eq!(strs(&parsed, "status"), ["active", "completed", "failed"]);
    assert_eq!(strs(&parsed, "error")[2], "operation failed: job 'migration out' unexpectedly failed");
    assert_eq!(f64s(&parsed, "time"), [None; 3]);
}

#[test]
fn german_labels_and_decimal_commas() {
    let parsed = check("virsh-domjobinfo/valid/german.txt", &[]);
    assert_eq!(strs(&parsed, "status"), ["active", "none"]);
    assert_eq!(f64s(&parsed, "remaining_bytes")[0], Some(537_395_200.0));
    assert_eq!(f64s(&parsed, "expected_downtime_s")[0], Some(0.3));
    assert_eq!(i64s(&parsed, "pages_duplicate")[0], Some(735_217));
}

#[test]
fn other_languages_are_refused_with_what_helps() {
    let russian = bytes("virsh-domjobinfo/invalid/russian.txt");
    assert_eq!(detect(&russian), Ok(format("virsh-domjobinfo")));
    let error = parse(format("virsh-domjobinfo"), &russian).unwrap_err();
    assert!(error.to_string().contains("LC_ALL=C"), "{error}");
    assert_eq!((error.line, error.diagnostics[0].code), (Some(1), "translated-labels"));
    let parsed = check("virsh-domjobinfo/invalid/swedish.txt", &["warning 1 translated-labels"]);
    assert_eq!(
        (strs(&parsed, "status"), parsed.rows),
        (vec!["none".to_owned()], RowCount { read: 1, lost: 1 })
    );
}

#[test]
fn other_jobs_are_no_rows() {
    let parsed = check("virsh-domjobinfo/valid/other-jobs.txt", &["note other-operation"]);
    assert_eq!(
        (strs(&parsed, "status"), f64s(&parsed, "total_time_s")),
        (vec!["active".to_owned()], vec![Some(0.01)])
    );
}

#[test]
fn damaged_outputs() {
    let parsed = check("virsh-domjobinfo/invalid/cut.txt", &["warning 9 last-line-cut"]);
    assert_eq!(
        (f64s(&parsed, "total_bytes"), f64s(&parsed, "remaining_bytes")),
        (vec![None], vec![Some(537_395_200.0)])
    );
    let parsed = check("virsh-domjobinfo/invalid/cut-count.txt", &["warning 3 last-line-cut"]);
    assert_eq!((i64s(&parsed, "iteration"), f64s(&parsed, "total_time_s")), (vec![None], vec![Some(0.01)]));
    let expected = ["warning 1 unknown-status", "warning 2 value-unreadable", "warning 3 underflow"];
    check("virsh-domjobinfo/invalid/damaged.txt", &expected);
}
