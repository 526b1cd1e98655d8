//! Iometer's results.

use stillstand_parsers::{Clock, DetectError, Parsed, RowCount, Unit, detect, parse};

use crate::common::{bytes, check, f64s, format, i64s, parse_text, strs, u32s};

/// One column, the levels beside it.
fn by_level(parsed: &Parsed, name: &str) -> Vec<(String, Option<f64>)> {
    strs(parsed, "level").into_iter().zip(f64s(parsed, name)).collect()
}

fn levels(values: [Option<f64>; 5]) -> Vec<(String, Option<f64>)> {
    ["ALL", "MANAGER", "PROCESSOR", "WORKER", "DISK"].map(str::to_owned).into_iter().zip(values).collect()
}

const V: Option<f64> = None;

#[test]
fn one_test_with_all_levels() {
    let parsed = check("iometer/valid/one-test.csv", &[]);
    assert_eq!(by_level(&parsed, "iops"), levels([Some(800.0), Some(800.0), V, Some(800.0), Some(800.0)]));
    assert_eq!(f64s(&parsed, "read_iops")[0], Some(640.0));
    assert_eq!(f64s(&parsed, "write_iops")[0], Some(160.0));
    assert_eq!(f64s(&parsed, "mbps")[0], Some(6.25));
    assert_eq!(f64s(&parsed, "throughput")[0], Some(6.25 * 1_048_576.0), "MBps is MiB/s");
    assert_eq!(f64s(&parsed, "read_throughput")[0], Some(5.0 * 1_048_576.0));
    assert_eq!(f64s(&parsed, "response_ms")[0], Some(1.23457));
    assert_eq!(f64s(&parsed, "max_response_ms")[0], Some(250.5));
    assert_eq!(f64s(&parsed, "max_read_response_ms")[0], Some(180.25));
    assert_eq!(i64s(&parsed, "errors"), [Some(0), Some(0), None, Some(0), Some(0)]);
    assert_eq!(i64s(&parsed, "reads")[0], Some(38_400));
    assert_eq!(f64s(&parsed, "bytes_read")[0], Some(314_572_800.0));
    assert_eq!(i64s(&parsed, "queue_depth")[0], Some(64));
    assert_eq!(i64s(&parsed, "disks"), [Some(1), Some(1), None, Some(1), None]);
    let cpu = levels([Some(12.5), Some(12.5), Some(12.5), V, V]);
    assert_eq!(by_level(&parsed, "cpu_percent"), cpu);
    assert_eq!(f64s(&parsed, "cpu_interrupt_percent")[2], Some(1.5));
    assert_eq!(f64s(&parsed, "interrupts_per_s")[2], Some(1023.5));
    assert_eq!(strs(&parsed, "name"), ["All", "LAPTOP", "CPU 0", "Worker 1", "C:"]);
    let spec = "8K; 80% read";
    assert_eq!(strs(&parsed, "access_spec"), [spec, spec, "null", spec, spec]);
    assert_eq!(strs(&parsed, "description")[0], "nas, second try");
    assert_eq!(strs(&parsed, "stamp_before")[0], "2010-01-26 14:00:05:123");
    assert_eq!(strs(&parsed, "stamp_after")[4], "2010-01-26 14:01:05:456");
    assert_eq!(f64s(&parsed, "spec_bytes")[0], Some(8192.0));
    assert_eq!(f64s(&parsed, "spec_read_percent")[4], Some(80.0));
    assert_eq!(f64s(&parsed, "spec_random_percent")[2], None);
    assert_eq!((u32s(&parsed, "test"), u32s(&parsed, "step")), (vec![0; 5], vec![0; 5]));
    assert_eq!(u32s(&parsed, "line"), [15, 16, 17, 18, 19]);
    assert_eq!(parsed.version.as_deref(), Some("2006.07.27"));
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(parsed.frame.unit("throughput"), Some(Unit::BytesPerSecond));
    let facts = ["tests", "steps", "columns"].map(|name| parsed.facts.int(name));
    assert_eq!((facts, parsed.facts.text("saved_by")), ([Some(1), Some(1), Some(56)], None));
}

#[test]
fn line_ends_and_ages_do_not_matter() {
    let old = check("iometer/valid/one-test.csv", &[]);
    let unix = check("iometer/valid/linux-line-ends.csv", &[]);
    assert!(old.frame.df.equals_missing(&unix.frame.df));
    let new = check("iometer/valid/1.1.0.csv", &[]);
    assert_eq!(new.facts.int("columns"), Some(59));
    for name in ["iops", "throughput", "response_ms", "cpu_percent", "interrupts_per_s", "mbps"] {
        assert_eq!(
            f64s(&new, name),
            f64s(&old, name),
            "{name}: rows of processors lack three columns in 1.1.0"
        );
    }
    assert_eq!(strs(&new, "description")[0], "null");
}

#[test]
fn names_that_hold_commas_and_quotes() {
    let parsed = check("iometer/valid/names.csv", &[]);
    let names = [
        "All",
        "LAPTOP \"red\", left",
        "CPU 0",
        "CPU 1",
        "Worker 1",
        "D: \"data, old\"",
        "E: \"x,y\"",
        "a,b",
    ];
    assert_eq!(strs(&parsed, "name"), names);
    let mixed = "8K, mixed";
    assert_eq!(
        strs(&parsed, "access_spec"),
        [mixed, mixed, "null", "null", mixed, mixed, "8K; 80% read", "null"]
    );
    let iops = f64s(&parsed, "iops");
    assert!(
        iops.iter().enumerate().all(|(at, value)| *value == (!(2..4).contains(&at)).then_some(800.0)),
        "{iops:?}"
    );
    assert_eq!(f64s(&parsed, "spec_bytes")[..2], [None, None], "a mixture of sizes has no size");
    assert_eq!(f64s(&parsed, "spec_bytes")[6], Some(8192.0));
}

#[test]
fn several_tests_carry_specifications_forward() {
    let parsed = check("iometer/valid/two-tests.csv", &[]);
    assert_eq!(u32s(&parsed, "test"), [[0; 10].as_slice(), &[1; 3]].concat());
    assert_eq!(
        u32s(&parsed, "step"),
        [[0; 5], [1; 5]].concat().into_iter().chain([2; 3]).collect::<Vec<_>>()
    );
    let stamps = strs(&parsed, "stamp_before");
    assert_eq!((&*stamps[5], &*stamps[10]), ("2010-01-26 14:01:05:456", "2010-01-26 15:00:05:123"));
    assert_eq!(strs(&parsed, "description")[9..11], ["first", "second"]);
    assert_eq!(f64s(&parsed, "spec_bytes")[10], Some(8192.0));
    assert_eq!(f64s(&parsed, "cpu_percent")[10..], [None, Some(12.5), None], "-1 is unknown");
    assert_eq!(strs(&parsed, "level")[12], "NETWORK");
    assert_eq!((parsed.facts.int("tests"), parsed.facts.int("steps")), (Some(2), Some(3)));
}

#[test]
fn saved_by_a_spreadsheet() {
    let parsed = check("iometer/valid/spreadsheet.csv", &[]);
    assert_eq!(
        f64s(&parsed, "response_ms"),
        [Some(1.23457), Some(1.23457), None, Some(1.23457), Some(1.23457)]
    );
    assert_eq!(f64s(&parsed, "cpu_percent"), [Some(12.5), Some(12.5), Some(12.5), None, None]);
    assert_eq!(strs(&parsed, "name")[4], "a;b", "the spreadsheet broke the name at its comma");
    assert_eq!(strs(&parsed, "access_spec")[4], "8K");
    assert_eq!(parsed.facts.text("saved_by"), Some("spreadsheet"));
    assert_eq!(parsed.facts.int("columns"), Some(59));
}

#[test]
fn files_that_begin_late_or_end_early() {
    let parsed = check("iometer/valid/no-beginning.csv", &[]);
    assert_eq!((strs(&parsed, "stamp_before")[0].as_str(), parsed.facts.int("tests")), ("null", Some(0)));
    let expected = ["warning 14 results-cut", "warning 18 last-line-cut"];
    let parsed = check("iometer/invalid/cut-in-a-row.csv", &expected);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    let parsed = check("iometer/invalid/no-last-stamp.csv", &["warning 14 results-cut"]);
    assert_eq!((parsed.rows, &*strs(&parsed, "stamp_after")[0]), (RowCount { read: 5, lost: 0 }, "null"));
    let stopped = bytes("iometer/invalid/stopped.csv");
    assert_eq!(detect(&stopped), Ok(format("iometer")));
    let error = parse(format("iometer"), &stopped).unwrap_err();
    assert!(error.to_string().contains("was a test ever finished?"), "{error}");
}

#[test]
fn damaged_rows() {
    let expected = ["warning 18:34 unreadable-value", "warning 19:37 unreadable-value"];
    let parsed = check("iometer/invalid/damaged-cells.csv", &expected);
    assert_eq!(f64s(&parsed, "iops")[3..], [None, Some(800.0)]);
    assert_eq!(f64s(&parsed, "throughput")[3..], [Some(6.25 * 1_048_576.0), None]);
    let parsed = check("iometer/invalid/damaged-row.csv", &["warning 18 unreadable-row"]);
    assert_eq!(strs(&parsed, "level"), ["ALL", "MANAGER", "PROCESSOR", "DISK"]);
    let expected = [13, 14, 15, 16, 17].map(|line| format!("error {line} no-header"));
    let parsed = check("iometer/invalid/no-titles.csv", &expected.each_ref().map(String::as_str));
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 5 });
}

#[test]
fn names_that_cannot_be_told_apart() {
    let parsed = check("iometer/invalid/unknown-specification.csv", &["warning 9 ambiguous-names"]);
    assert_eq!(
        (strs(&parsed, "name"), strs(&parsed, "access_spec")),
        (vec!["All,8K, mixed".into()], vec!["null".into()])
    );
    assert_eq!(f64s(&parsed, "iops"), [Some(800.0)]);
    let expected = [
        "note 3 other-line",
        "note 4 other-line",
        "warning 11 unreadable-specification",
        "warning 21 unreadable-time",
    ];
    let parsed = check("iometer/invalid/odd-lines.csv", &expected);
    assert_eq!((parsed.version, parsed.rows.read), (None, 5));
}

#[test]
fn a_specification_named_like_a_level_is_no_row() {
    let text = "'Test Type,Test Description\n0,x\n'Access specifications\n'Access specification name,default assignment\n\
                ALL,0\n'size,% of size,% reads,% random,delay,burst,align,reply\n512,100,0,0,0,1,0,0,\n'End access specifications\n\
                'Results\n'Target Type,Target Name,Access Specification Name,# Managers,# Workers,# Disks,IOps\n\
                ALL,All,ALL,1,1,1,5\n'Time Stamp\n2010-01-26 14:01:05:456\n";
    let parsed = parse_text(format("iometer"), text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    assert_eq!((f64s(&parsed, "iops"), f64s(&parsed, "spec_bytes")), (vec![Some(5.0)], vec![Some(512.0)]));
    assert_eq!(f64s(&parsed, "throughput"), [None]);
}

#[test]
fn a_configuration_of_iometer_is_no_result() {
    let text = "Version 2006.07.27 \n'TEST SETUP ====\n'Test Description\n\tnas\n'ACCESS SPECIFICATIONS ====\n\
                'Access specification name,default assignment\n\t8K,NONE\n";
    assert!(matches!(detect(text.as_bytes()), Err(DetectError::Unknown { .. })));
}
