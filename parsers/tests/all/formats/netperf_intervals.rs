//! netperf, interval by interval.

use stillstand_parsers::{Clock, detect_all};

use crate::common::{check_work, f64s, work_rows};

#[test]
fn a_stream_with_an_outage_is_one_long_interval() {
    let parsed = check_work("netperf-intervals/valid/stream.txt", &[]);
    let expected = [
        "1 1559149724.219 1.002 4418048750",
        "1 1559149724.726 0.507 4518347500",
        "1 1559149729.79 5.064 16057500",
        "1 1559149730.79 1 4500000000",
    ];
    assert_eq!(work_rows(&parsed), expected);
    assert_eq!((parsed.frame.clock, parsed.facts.text("counts")), (Clock::Epoch, Some("sent")));
    assert!(parsed.facts.float("buffered_bytes").is_some());
    let found = detect_all(&crate::common::bytes("netperf-intervals/valid/stream.txt")).unwrap();
    assert_eq!(
        found.iter().map(|format| format.name()).collect::<Vec<_>>(),
        ["netperf", "netperf-intervals"]
    );
}

#[test]
fn other_forms_and_units() {
    let keyed = check_work("netperf-intervals/valid/keyval.txt", &[]);
    assert_eq!(work_rows(&keyed), ["1 1461547666.713 0.2 1200.5", "1 1461547666.914 0.201 1100"]);
    assert_eq!(keyed.frame.unit("rate"), Some(stillstand_parsers::Unit::PerSecond));
    let bytes = check_work("netperf-intervals/valid/megabytes.txt", &[]);
    assert_eq!(f64s(&bytes, "rate"), [Some(112.5 * 1_048_576.0), Some(100.0 * 1_048_576.0)]);
    assert_eq!((bytes.facts.text("counts"), bytes.facts.get("buffered_bytes")), (Some("received"), None));
}

#[test]
fn damage() {
    let expected = ["warning 2 unreadable-row", "warning 4 last-line-cut"];
    assert_eq!(check_work("netperf-intervals/invalid/cut.txt", &expected).frame.height(), 2);
    let expected = ["warning 2 other-test", "warning 3 unreadable-row"];
    assert_eq!(check_work("netperf-intervals/invalid/other-unit.txt", &expected).rows.lost, 2);
}
