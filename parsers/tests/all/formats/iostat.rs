//! iostat -t: disks and CPU, as text and JSON.

use stillstand_parsers::{Clock, RowCount};

use crate::common::{check, f64s, u32s};

const LOCAL: &str = "note time-zone-unknown";
const BOOT: &str = "note since-boot";
/// 1 December 2026, 00:18:54 UTC.
const FIRST_S: f64 = 1_796_084_334.0;

#[test]
fn the_first_report_is_since_boot_and_left_out() {
    let parsed = check("iostat/valid/recorded-iso.txt", &[BOOT]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 0 });
    assert_eq!(f64s(&parsed, "epoch_s"), [FIRST_S, FIRST_S + 1.0].map(Some));
    assert_eq!(f64s(&parsed, "disk.read"), [1304.0 * 1024.0, 0.0].map(Some));
    assert_eq!(f64s(&parsed, "cpu.user"), [91.0, 98.5].map(Some));
    assert_eq!(f64s(&parsed, "cpu.wait"), [0.0, 0.0].map(Some));
    assert_eq!((parsed.facts.text("host"), parsed.facts.int("cpus")), (Some("kirsche"), Some(2)));
}

#[test]
fn units_are_those_of_the_columns() {
    let parsed = check("iostat/valid/recorded-de-megabytes.txt", &[BOOT, "note decimal-comma", LOCAL]);
    assert_eq!(f64s(&parsed, "disk.read"), [1.27 * 1_048_576.0, 0.0].map(Some));
    assert_eq!(f64s(&parsed, "local_s")[0], Some(FIRST_S + 3600.0));
    let parsed = check("iostat/valid/recorded-human.txt", &[BOOT, "note human-units"]);
    assert_eq!(f64s(&parsed, "disk.vda.read")[0], Some(576.0 * 1024.0));
    let parsed = check("iostat/valid/recorded-extended.txt", &[BOOT]);
    assert!(f64s(&parsed, "disk.util").iter().all(Option::is_some));
    let parsed = check("iostat/valid/recorded-disks-only.txt", &[BOOT]);
    assert!(!parsed.frame.has("cpu.user") && parsed.frame.has("disk.written"));
}

#[test]
fn only_whole_disks_are_added() {
    let parsed = check("iostat/valid/recorded-partitions.txt", &[BOOT, "note disks-summed"]);
    // With -y the first report is a sample, which cannot be told.
    assert_eq!(f64s(&parsed, "disk.read"), [Some(18_724.0 * 1024.0)]);
    let parsed = check("iostat/valid/sysstat-9.txt", &[BOOT, LOCAL, "note disks-summed"]);
    assert_eq!(f64s(&parsed, "disk.read"), [10.0 * 512.0; 2].map(Some));
    assert_eq!(f64s(&parsed, "disk.written"), [20.0 * 512.0; 2].map(Some));
    let afternoon = 1_795_996_800.0 + 14.0 * 3600.0 + 185.0;
    assert_eq!(f64s(&parsed, "local_s"), [afternoon, afternoon + 1.0].map(Some));
}

#[test]
fn json_is_the_same() {
    let parsed = check("iostat/valid/recorded-us.json", &[BOOT, LOCAL]);
    assert_eq!(f64s(&parsed, "disk.read"), [Some(1300.0 * 1024.0)]);
    assert_eq!(f64s(&parsed, "local_s"), [Some(FIRST_S + 3600.0)]);
    let parsed = check("iostat/valid/recorded-iso-extended.json", &[BOOT]);
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(FIRST_S)]);
    assert_eq!((f64s(&parsed, "disk.util"), f64s(&parsed, "cpu.user")), (vec![Some(0.8)], vec![Some(91.0)]));
}

#[test]
fn without_times_it_has_no_place_unless_the_lines_have_some() {
    let parsed = check("iostat/invalid/recorded-without-times.txt", &[BOOT, "warning no-times"]);
    assert_eq!(f64s(&parsed, "epoch_s"), [None]);
    assert_eq!(f64s(&parsed, "disk.read"), [Some(1296.0 * 1024.0)]);
    let parsed = check("iostat/valid/stamped.txt", &["note 1 stamped-lines", BOOT]);
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(1_796_084_201.5)]);
}

#[test]
fn dates_that_may_be_two_are_none() {
    let parsed = check("iostat/invalid/recorded-c.txt", &["warning 3 date-unknown", BOOT]);
    assert_eq!(f64s(&parsed, "of_day_s")[..2], [4609.0, 4610.0].map(Some));
    assert_eq!(u32s(&parsed, "segment").iter().max(), Some(&0));
}

#[test]
fn what_is_damaged_is_null_or_lost() {
    let parsed = check(
        "iostat/invalid/damaged.txt",
        &[
            "warning 11 row-unreadable",
            "warning 21:32 unreadable-value",
            "warning 22 row-unreadable",
            "warning 32:32 unreadable-value",
            "warning 33 row-unreadable",
            BOOT,
            LOCAL,
            "note disks-summed",
        ],
    );
    assert!(!parsed.frame.has("disk.sdb.read"));
    assert_eq!(f64s(&parsed, "disk.sdb.written"), [2048.0, 2048.0].map(Some));
    assert_eq!(parsed.rows.lost, 3);
}
