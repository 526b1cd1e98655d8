//! ping through gawk.

mod round_trip;

use stillstand_parsers::{Clock, RowCount, Unit, parse};

use crate::common::{check, f64s, format, i64s, read, u32s};

#[test]
fn one_session() {
    let parsed = check("ping-gawk/valid/one-session.test", &[]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(parsed.frame.unit("rtt"), Some(Unit::Milliseconds));
    let seconds = [1_264_510_800, 1_264_510_800, 1_264_510_801, 1_264_510_801].map(Some);
    assert_eq!(i64s(&parsed, "epoch"), seconds);
    assert_eq!(u32s(&parsed, "counter"), [0, 1, 2, 3]);
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 7, 8]);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.412), Some(0.398), Some(1.25), Some(123.0)]);
    assert_eq!(u32s(&parsed, "session"), [0; 4]);
    let counts = ["transmitted", "received", "duplicates", "time_ms"].map(|key| parsed.facts.int(key));
    assert_eq!(counts, [Some(8), Some(4), Some(0), Some(1400)]);
    let floats = ["loss_percent", "rtt_min_ms", "rtt_avg_ms", "rtt_max_ms", "rtt_mdev_ms"];
    let floats = floats.map(|key| parsed.facts.float(key));
    assert_eq!(floats, [Some(50.0), Some(0.398), Some(31.265), Some(123.0), Some(52.968)]);
    assert_eq!(parsed.facts.text("target"), Some("asam"));
}

#[test]
fn nobody_answers() {
    let parsed = check("ping-gawk/valid/nobody-answers.test", &[]);
    assert_eq!(parsed.rows, RowCount { read: 0, lost: 0 });
    assert_eq!(parsed.frame.height(), 0);
    assert_eq!((parsed.facts.int("transmitted"), parsed.facts.int("received")), (Some(500), Some(0)));
}

#[test]
fn a_killed_ping_has_no_summary() {
    let parsed = check("ping-gawk/valid/killed.test", &["note no-summary"]);
    assert_eq!(parsed.rows.read, 2);
    assert_eq!(parsed.facts.get("transmitted"), None);
}

#[test]
fn duplicates_and_replies_out_of_order() {
    let expected = ["note 3 duplicate-replies", "note 5 replies-out-of-order", "note 7 other-comments"];
    let parsed = check("ping-gawk/valid/duplicates.test", &expected);
    assert_eq!(u32s(&parsed, "seq"), [1, 1, 3, 2]);
    assert_eq!((parsed.facts.int("duplicates"), parsed.facts.int("errors")), (Some(1), Some(2)));
}

#[test]
fn sequence_numbers_wrap() {
    let expected = ["note 4 replies-out-of-order", "note no-summary"];
    let parsed = check("ping-gawk/valid/wraps.test", &expected);
    assert_eq!(u32s(&parsed, "seq"), [65_534, 65_535, 65_536, 65_533, 65_537, 65_538]);
}

#[test]
fn several_sessions() {
    let parsed = check("ping-gawk/valid/two-sessions.test", &["note 5 another-session"]);
    assert_eq!(u32s(&parsed, "session"), [0, 0, 1]);
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 1]);
    assert_eq!((parsed.facts.int("sessions"), parsed.facts.text("target")), (Some(2), Some("asam")));
    assert_eq!(parsed.facts.int("transmitted"), Some(2));

    let expected =
        ["note 4 no-summary", "note 4 another-session", "warning 6:1 line-unreadable", "note no-summary"];
    let parsed = check("ping-gawk/invalid/appended-without-header.test", &expected);
    assert_eq!(u32s(&parsed, "session"), [0, 0, 0, 1, 1]);
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 1 });
}

#[test]
fn a_break_in_the_counter_is_a_missing_line() {
    let expected = [
        "warning 3:1 counter-break",
        "warning 4:16 line-unreadable",
        "warning 6:1 counter-break",
        "warning 7 replies-missing",
    ];
    let parsed = check("ping-gawk/invalid/counter-breaks.test", &expected);
    assert_eq!(u32s(&parsed, "seq"), [1, 4, 6, 7]);
    assert!(parsed.diagnostics[0].message.contains("2 lines"), "{}", parsed.diagnostics[0].message);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 1 });
}

#[test]
fn a_killed_writer() {
    let expected = ["warning 2 last-line-cut", "note no-summary"];
    let parsed = check("ping-gawk/invalid/cut-in-the-rtt.test", &expected);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.412), None]);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 0 });
    let parsed = check("ping-gawk/invalid/cut.test", &expected);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
}

#[test]
fn no_replies_and_no_words_of_ping() {
    let error = parse(format("ping-gawk"), b"\nhello\n").unwrap_err();
    assert_eq!((error.line, error.found.as_deref()), (Some(2), Some("hello")));
}

#[test]
fn a_number_that_nobody_can_have_sent() {
    let parsed = read("ping-gawk/invalid/huge-sequence-number.txt");
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 4]);
    let jump = parsed.diagnostics.iter().find(|found| found.code == "sequence-jump");
    assert_eq!(jump.and_then(|found| found.line), Some(3));
}
