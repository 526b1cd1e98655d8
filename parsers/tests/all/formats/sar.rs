//! sar: reports for people, in all clocks and locales.

mod round_trip;

use stillstand_parsers::time::Missing;
use stillstand_parsers::{Clock, RowCount, Unit, detect, parse};

use crate::common::{bytes, check, f64s, format, parse_text, u32s};

/// 1 December 2026, 01:16:49 on the wall.
const FIRST_S: f64 = 1_796_087_809.0;
/// Midnight on 30 November 2026.
const NOV_30_S: f64 = 1_795_996_800.0;
const LOCAL: &str = "note time-zone-unknown";

#[test]
fn tables_of_one_time_are_one_row_in_any_locale() {
    let parsed = check("sar/valid/recorded-de.txt", &["note decimal-comma", LOCAL, "note network-summed"]);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 0 });
    assert_eq!((parsed.facts.text("host"), parsed.facts.int("cpus")), (Some("kirsche"), Some(2)));
    assert_eq!(u32s(&parsed, "segment"), [0; 6]);
    assert_eq!(f64s(&parsed, "local_s")[..2], [FIRST_S, FIRST_S + 1.0].map(Some));
    let first = |name: &str| f64s(&parsed, name)[0];
    assert_eq!([first("cpu.user"), first("cpu.system"), first("cpu.idle")], [77.78, 22.22, 0.0].map(Some));
    // 1872360 KiB in all, of which none are caches since 11.7.3.
    assert_eq!(
        [first("mem.used"), first("mem.free")],
        [1_872_360.0, 18_998_652.0].map(|kib| Some(kib * 1024.0))
    );
    assert_eq!(parsed.frame.unit("net.received"), Some(Unit::BytesPerSecond));
    let english = check("sar/valid/recorded-us-all-shares.txt", &[LOCAL, "note network-summed"]);
    assert_eq!(f64s(&english, "local_s"), f64s(&parsed, "local_s"));
    assert_eq!(f64s(&english, "cpu.system")[0], Some(22.0));
    assert!(english.frame.has("cpu.softirq") && english.frame.has("cpu.steal"));
    let french = check("sar/valid/recorded-fr.txt", &["note decimal-comma", LOCAL]);
    assert_eq!(f64s(&french, "local_s")[0], Some(FIRST_S + 125.0));
    assert_eq!(f64s(&french, "cpu.user"), [91.0, 98.49].map(Some));
    let iso = check("sar/valid/recorded-iso.txt", &[LOCAL, "note network-summed"]);
    assert_eq!(f64s(&iso, "local_s"), f64s(&french, "local_s"));
}

#[test]
fn a_declared_offset_places_it() {
    let mut parsed = check("sar/valid/recorded-iso.txt", &[LOCAL, "note network-summed"]);
    assert_eq!(f64s(&parsed, "epoch_s"), [None, None]);
    parsed.declare_utc_offset(3600);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(FIRST_S + 125.0 - 3600.0));
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
}

#[test]
fn every_table_goes_past_midnight_for_itself() {
    let parsed = check("sar/valid/midnight.txt", &[LOCAL]);
    let midnight = NOV_30_S + 86_400.0;
    assert_eq!(f64s(&parsed, "local_s"), [midnight - 1.0, midnight, midnight + 1.0].map(Some));
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 2.0, 3.0].map(Some));
    // A file of a day: the second table begins where the first did, and the restart stands in both.
    let parsed = check("sar/valid/day-file.txt", &[LOCAL]);
    assert_eq!(f64s(&parsed, "local_s"), [601.0, 1201.0, 2401.0].map(|second| Some(NOV_30_S + second)));
    assert_eq!(u32s(&parsed, "segment"), [0, 0, 1]);
    assert_eq!(parsed.facts.int("cpus"), Some(4));
    assert_eq!(f64s(&parsed, "mem.free"), [4000.0, 3000.0, 2000.0].map(|kib| Some(kib * 1024.0)));
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 2.0, 3.0].map(Some));
}

#[test]
fn reports_one_behind_the_other_have_their_own_dates() {
    // 30 can be no month, so that the month is first in both.
    let parsed = check("sar/valid/appended.txt", &[LOCAL]);
    let expected = [14.0 * 3600.0 + 1.0, 86_400.0 + 9.0 * 3600.0 + 1.0].map(|second| Some(NOV_30_S + second));
    assert_eq!(f64s(&parsed, "local_s"), expected);
    assert_eq!(u32s(&parsed, "segment"), [0, 1]);
}

#[test]
fn a_date_that_may_be_two_is_none() {
    for name in ["sar/invalid/recorded-gb.txt", "sar/invalid/ambiguous-date.txt"] {
        let parsed = check(name, &["warning 1 date-unknown"]);
        assert_eq!(parsed.missing(), Some(Missing::Day), "{name}");
        assert!(!parsed.frame.has("local_s"));
        let found = &parsed.diagnostics[0];
        assert!(found.message.contains("/01/26") || found.message.contains("01/12/26"), "{}", found.message);
    }
    let mut parsed = check("sar/invalid/ambiguous-date.txt", &["warning 1 date-unknown"]);
    assert_eq!(f64s(&parsed, "of_day_s"), [86_399.0, 86_400.0].map(Some));
    // Another log was recorded on 1 December, not on 12 January.
    let december = NOV_30_S + 86_400.0;
    let starts = parsed.starts_between(december + 80_000.0, december + 90_000.0);
    assert_eq!(starts.len(), 1);
    parsed.date(starts[0]);
    assert_eq!(f64s(&parsed, "local_s"), [december + 86_399.0, december + 86_400.0].map(Some));
    let parsed = check("sar/invalid/without-head.txt", &["warning date-unknown"]);
    assert_eq!(f64s(&parsed, "of_day_s"), [Some(50_401.0)]);
}

#[test]
fn disks_are_there_once() {
    let parsed = check("sar/invalid/recorded-c.txt", &["warning 1 date-unknown", "note network-summed"]);
    // 1448 sectors a second in the table of all, 724 KiB in that of disks.
    assert_eq!(f64s(&parsed, "disk.read")[0], Some(1448.0 * 512.0));
    assert_eq!(f64s(&parsed, "disk.vda.read")[0], Some(724.0 * 1024.0));
    assert_eq!(f64s(&parsed, "disk.written")[0], Some(16.0 * 1024.0));
    assert_eq!(f64s(&parsed, "disk.util")[0], Some(0.8));
    let parsed = check("sar/valid/sysstat-7.txt", &[LOCAL]);
    assert_eq!(f64s(&parsed, "disk.read"), [Some(8.0 * 512.0)]);
    assert_eq!(f64s(&parsed, "net.received"), [Some(118.0)]);
}

#[test]
fn numbers_for_people_are_read_as_what_they_are_rounded_to() {
    let parsed = check("sar/valid/recorded-human.txt", &["note human-units", LOCAL, "note network-summed"]);
    assert_eq!(f64s(&parsed, "cpu.user")[0], Some(95.0));
    let free = f64s(&parsed, "mem.free")[0].unwrap();
    assert!((free - 12.7 * 1024_f64.powi(3)).abs() < 1.0, "{free}");
    assert_eq!(f64s(&parsed, "disk.read")[0], Some(376.0 * 1024.0));
}

#[test]
fn other_tables_are_told() {
    let parsed =
        check("sar/valid/recorded-everything.txt", &["note 9 other-tables", LOCAL, "note network-summed"]);
    for name in ["cpu.user", "mem.used", "net.received", "disk.read", "disk.util"] {
        assert_eq!(f64s(&parsed, name).len(), 1, "{name}");
        assert!(f64s(&parsed, name)[0].is_some(), "{name}");
    }
}

#[test]
fn what_is_damaged_is_null_or_lost() {
    let parsed = check(
        "sar/invalid/damaged.txt",
        &[
            "warning 5:26 unreadable-value",
            "warning 6 row-unreadable",
            "warning 7 row-unreadable",
            "warning 8:75 last-line-cut",
            LOCAL,
        ],
    );
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 2 });
    assert_eq!(f64s(&parsed, "cpu.user"), [Some(1.0), None, Some(4.0)]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [Some(97.0), Some(97.0), None]);
}

#[test]
fn single_cpus_are_not_added() {
    let error = parse(format("sar"), &bytes("sar/invalid/single-cpus.txt")).unwrap_err().to_string();
    assert!(error.contains("-u"), "{error}");
}

#[test]
fn a_second_value_of_a_time_is_told() {
    let text =
        String::from_utf8(bytes("sar/valid/midnight.txt")).unwrap().replace("12:00:01 AM", "12:00:00 AM");
    assert_eq!(detect(text.as_bytes()), Ok(format("sar")));
    let parsed = parse_text(format("sar"), &text);
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 2.0].map(Some));
    assert!(parsed.diagnostics.iter().any(|found| found.code == "second-value" && found.line == Some(6)));
}
