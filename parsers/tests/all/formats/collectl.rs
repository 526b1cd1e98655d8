//! collectl -P.

use stillstand_parsers::{Clock, RowCount, detect};

use crate::common::{bytes, check, f64s};

#[test]
fn the_head_of_a_file_tells_the_zone() {
    let parsed = check("collectl/valid/recorded-head.txt", &[]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!((parsed.facts.text("host"), parsed.facts.int("cpus")), (Some("kirsche"), Some(2)));
    let (epochs, locals) = (f64s(&parsed, "epoch_s"), f64s(&parsed, "local_s"));
    assert_eq!(epochs[0].map(|epoch| epoch + 3600.0), locals[0]);
    assert!(epochs[0] >= Some(1_796_085_359.0) && epochs[0] < Some(1_796_085_365.0), "{epochs:?}");
    for name in ["cpu.user", "mem.used", "net.received", "disk.written"] {
        assert!(f64s(&parsed, name).iter().all(Option::is_some), "{name}");
    }
}

#[test]
fn seconds_and_parts_of_them() {
    let parsed = check("collectl/valid/recorded-together.txt", &[]);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_796_086_406.0));
    assert_eq!(f64s(&parsed, "cpu.user")[0], Some(94.0));
    let parsed = check("collectl/valid/separator.txt", &[]);
    assert_eq!(f64s(&parsed, "cpu.user")[0], Some(94.0));
    let parsed = check("collectl/valid/recorded-milliseconds.txt", &["note time-zone-unknown"]);
    assert_eq!(parsed.frame.clock, Clock::None);
    let zoned = check("collectl/valid/milliseconds-with-zone.txt", &[]);
    assert_eq!(zoned.frame.clock, Clock::Epoch);
    assert_eq!(f64s(&zoned, "local_s"), f64s(&parsed, "local_s"));
}

#[test]
fn what_is_damaged_is_null_or_lost() {
    let parsed = check(
        "collectl/invalid/damaged.txt",
        &["warning 5 unreadable-value", "warning 6 row-unreadable", "warning 7 last-line-cut"],
    );
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 2 });
    assert!(detect(&bytes("collectl/invalid/recorded-brief.txt")).is_err());
}
