//! typeperf: counters of Windows.

use stillstand_parsers::{Clock, RowCount, parse};

use crate::common::{bytes, check, f64s, format};

#[test]
fn counters_have_the_zone_of_the_first_heading() {
    let parsed = check("typeperf/valid/english.csv", &["note other-counters", "note other-lines"]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.facts.text("host"), Some("KIRSCHE"));
    let one = 1_795_996_800.0 + 13.0 * 3600.0;
    assert_eq!(f64s(&parsed, "epoch_s"), [one + 0.123, one + 1.125, one + 2.127].map(Some));
    // The first row has no values of counters that need two.
    assert_eq!(f64s(&parsed, "cpu.idle"), [None, Some(87.5), Some(77.5)]);
    assert_eq!(f64s(&parsed, "cpu.user"), [None, Some(8.25), Some(18.25)]);
    assert_eq!(f64s(&parsed, "mem.free"), [4096.0, 4095.0, 4094.0].map(|mib| Some(mib * 1_048_576.0)));
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(118_000.0), Some(236_000.0)]);
    // Of all disks and of one of them: what is of all counts.
    assert_eq!(f64s(&parsed, "disk.read"), [None, Some(4096.0), Some(0.0)]);
    assert_eq!(f64s(&parsed, "process.vmwp.cpu"), [None, Some(170.75), Some(171.0)]);
}

#[test]
fn german_counters_in_any_code_page() {
    for name in ["typeperf/valid/german.csv", "typeperf/valid/german-windows-1252.csv"] {
        let parsed = check(name, &["note decimal-comma"]);
        assert_eq!(f64s(&parsed, "cpu.idle"), [87.5, 86.5].map(Some), "{name}");
        assert_eq!(f64s(&parsed, "mem.free"), [4_294_967_296.0; 2].map(Some), "{name}");
        assert_eq!(f64s(&parsed, "net.sent"), [350.0; 2].map(Some), "{name}");
        assert_eq!(f64s(&parsed, "disk.written"), [4096.0; 2].map(Some), "{name}");
        let epochs = f64s(&parsed, "epoch_s");
        assert_eq!(epochs[0], Some(1_795_996_800.0 + 82_799.123));
    }
}

#[test]
fn what_is_damaged_is_null_or_lost() {
    let parsed = check(
        "typeperf/invalid/damaged.csv",
        &[
            "warning 3 unreadable-value",
            "warning 4 row-unreadable",
            "warning 5 last-line-cut",
            "note other-counters",
        ],
    );
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 2 });
    assert_eq!(f64s(&parsed, "cpu.idle"), [Some(87.5), None]);
    let error = parse(format("typeperf"), &bytes("typeperf/invalid/two-hosts.csv")).unwrap_err().to_string();
    assert!(error.contains("BIRNE") && error.contains("KIRSCHE"), "{error}");
}
