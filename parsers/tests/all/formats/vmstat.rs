//! vmstat -t.

mod round_trip;

use stillstand_parsers::{Clock, RowCount, parse};

use crate::common::{bytes, check, f64s, format, parse_text, u32s};

/// 1 December 2026, 00:16:49 UTC.
const FIRST_S: f64 = 1_796_084_209.0;

#[test]
fn the_first_row_is_since_boot_and_left_out() {
    let parsed = check("vmstat/valid/recorded.txt", &["note since-boot"]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(parsed.rows, RowCount { read: 11, lost: 0 });
    assert_eq!(f64s(&parsed, "epoch_s")[..2], [FIRST_S, FIRST_S + 1.0].map(Some));
    assert_eq!(f64s(&parsed, "local_s")[0], Some(FIRST_S + 3600.0));
    let first = |name: &str| f64s(&parsed, name)[0];
    assert_eq!([first("cpu.user"), first("cpu.system"), first("cpu.idle")], [77.0, 23.0, 0.0].map(Some));
    assert_eq!([first("disk.read"), first("disk.written")], [724.0, 16.0].map(|kib| Some(kib * 1024.0)));
    assert_eq!(first("mem.free"), Some(19_020_316.0 * 1024.0));
    assert_eq!(first("mem.cache"), Some(3_734_844.0 * 1024.0));
    assert!(!parsed.frame.has("mem.used"));
}

#[test]
fn wide_rows_and_other_languages_are_the_same() {
    let wide = check("vmstat/valid/recorded-together.txt", &["note since-boot"]);
    assert_eq!(wide.rows, RowCount { read: 60, lost: 0 });
    let german = check("vmstat/valid/recorded-de.txt", &["note since-boot"]);
    assert_eq!(f64s(&german, "mem.free"), [18_586_256.0 * 1024.0; 2].map(Some));
    assert_eq!(f64s(&german, "epoch_s")[0], Some(FIRST_S + 125.0));
    let active = check("vmstat/valid/recorded-active.txt", &["note since-boot"]);
    assert!(active.frame.has("mem.free") && !active.frame.has("mem.cache"));
}

#[test]
fn names_that_come_again_begin_nothing() {
    let parsed = check("vmstat/valid/repeated-head.txt", &["note since-boot"]);
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 0 });
    assert_eq!(u32s(&parsed, "segment"), [0; 5]);
    // A second recording, 17 seconds later: its first row is since boot as well.
    let parsed = check("vmstat/valid/appended.txt", &["note since-boot"]);
    assert_eq!(u32s(&parsed, "segment"), [0, 0, 0, 1, 1, 1]);
    assert!(parsed.diagnostics[0].message.starts_with("2 rows"), "{:?}", parsed.diagnostics);
}

/// A host may stall while names come again because a screen is full.
#[test]
fn a_stall_at_the_end_of_a_screen_begins_nothing() {
    let log = String::from_utf8(bytes("vmstat/valid/recorded.txt")).unwrap();
    let head: Vec<&str> = log.lines().take(2).collect();
    let row = |second: usize| {
        format!(
            " 5  0      0 19020316  52432 3734844    0    0   724    16  770 1292 77 23  0  0  0 2026-12-01 01:{:02}:{:02}",
            second / 60,
            second % 60
        )
    };
    let with_names_after = |rows: usize| {
        let seconds = (0..rows).chain(rows + 9..rows + 15).map(row).collect::<Vec<_>>();
        let (before, after) = seconds.split_at(rows);
        [
            head.clone(),
            before.iter().map(String::as_str).collect(),
            head.clone(),
            after.iter().map(String::as_str).collect(),
        ]
        .concat()
        .join("\n")
            + "\n"
    };
    let parsed = parse_text(format("vmstat"), &with_names_after(21));
    assert_eq!((u32s(&parsed, "segment").last(), parsed.rows.read), (Some(&0), 26));
    // There no screen is full: it is another recording.
    let parsed = parse_text(format("vmstat"), &with_names_after(15));
    assert_eq!((u32s(&parsed, "segment").last(), parsed.rows.read), (Some(&1), 19));
}

#[test]
fn memory_in_a_unit_that_is_not_told_is_left_out() {
    let parsed = check("vmstat/invalid/recorded-megabytes.txt", &["note since-boot", "warning memory-unit"]);
    assert!(!parsed.frame.has("mem.free") && parsed.frame.has("cpu.user"));
}

#[test]
fn without_times_it_has_no_place_unless_the_lines_have_some() {
    let parsed = check("vmstat/invalid/recorded-without-times.txt", &["note since-boot", "warning no-times"]);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(f64s(&parsed, "epoch_s"), [None]);
    let parsed = check("vmstat/valid/stamped.txt", &["note 1 stamped-lines", "note since-boot"]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(f64s(&parsed, "epoch_s"), [1_796_084_201.5, 1_796_084_202.5].map(Some));
}

#[test]
fn what_cannot_be_told_apart_is_lost() {
    let parsed = check("vmstat/invalid/run-together.txt", &["warning 5 row-unreadable", "note since-boot"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    let parsed = check("vmstat/invalid/cut.txt", &["warning 6 last-line-cut", "note since-boot"]);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 1 });
    let mut parsed =
        check("vmstat/invalid/ambiguous-zone.txt", &["warning 3 zone-ambiguous", "note since-boot"]);
    assert_eq!(f64s(&parsed, "epoch_s"), [None; 3]);
    parsed.declare_utc_offset(3600);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(FIRST_S));
    let error = parse(format("vmstat"), b"procs\n r  b\n").unwrap_err().to_string();
    assert!(error.contains("vmstat -t 1"), "{error}");
    assert!(!bytes("vmstat/valid/recorded.txt").is_empty());
}
