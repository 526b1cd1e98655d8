//! VLC's messages.

mod round_trip;

use stillstand_parsers::{Clock, Unit, detect, parse};

use crate::common::{bytes, check, f64s, format, strs, u32s};

#[test]
fn a_vlc_that_was_stopped() {
    let parsed = check("vlc-log/valid/vlc3-stopped.log", &["note events-are-no-counters"]);
    assert_eq!(strs(&parsed, "event"), ["picture_too_late"; 13]);
    let lateness: Vec<_> = (0..13).map(|at| Some(1427.0 - 40.0 * f64::from(at))).collect();
    assert_eq!(f64s(&parsed, "lateness_ms"), lateness);
    assert_eq!(u32s(&parsed, "line"), (8..21).collect::<Vec<_>>());
    assert_eq!(parsed.facts.int("events"), Some(13));
    assert_eq!(parsed.facts.int("events_picture_too_late"), Some(13));
    assert_eq!(parsed.facts.int("events_late_picture_skipped"), Some(0));
    assert_eq!(parsed.facts.int("frames_lost"), None, "these are no counters");
    assert_eq!(
        (parsed.frame.clock, parsed.frame.unit("lateness_ms")),
        (Clock::None, Some(Unit::Milliseconds))
    );
    let parsed = check("vlc-log/valid/vlc3-verbose.log", &["note events-are-no-counters"]);
    assert_eq!(parsed.rows.read, 7);
    assert_eq!(f64s(&parsed, "lateness_ms")[0], Some(637.0));
}

#[test]
fn several_starts() {
    let parsed = check("vlc-log/valid/vlc1-two-starts.log", &["note events-are-no-counters"]);
    let events = [
        "late_picture_skipped",
        "late_picture_skipped",
        "pts_out_of_range",
        "late_frames_dropping",
        "buffer_too_late",
    ];
    assert_eq!(strs(&parsed, "event"), events);
    assert_eq!(u32s(&parsed, "start"), [0, 0, 0, 1, 1]);
    let lateness = [Some(42.387), Some(934_564.31), Some(-9.103), None, Some(59.84)];
    assert_eq!(f64s(&parsed, "lateness_ms"), lateness);
    assert_eq!((parsed.facts.int("starts"), parsed.facts.int("messages")), (Some(2), Some(9)));
    assert_eq!(parsed.version.as_deref(), Some("1.1.4"));
}

#[test]
fn among_the_output_of_others() {
    let parsed = check("vlc-log/valid/vlc08.log", &["note events-are-no-counters"]);
    assert_eq!(f64s(&parsed, "lateness_ms"), [Some(2602.704), Some(-9.392)]);
    assert_eq!(parsed.version.as_deref(), Some("0.8.6h"));
}

#[test]
fn silence_proves_nothing() {
    let parsed = check("vlc-log/valid/nothing-late.log", &["note no-events"]);
    assert_eq!((parsed.frame.height(), parsed.facts.int("events")), (0, Some(0)));
    let error = parse(format("vlc-log"), b"something else\n").unwrap_err();
    assert_eq!(error.line, Some(1));
}

#[test]
fn lateness_that_cannot_be_read() {
    let expected = ["warning 2 unreadable-value", "note events-are-no-counters"];
    for name in ["vlc-log/invalid/cut.log", "vlc-log/invalid/odd-number.log"] {
        let parsed = check(name, &expected);
        assert_eq!(f64s(&parsed, "lateness_ms"), [Some(2602.704), None], "the event is kept");
    }
}

#[test]
fn a_log_with_statistics_is_no_mere_log() {
    assert_eq!(detect(&bytes("vlc-stats/valid/stderr.txt")), Ok(format("vlc-stats")));
    let mut log = bytes("vlc-log/valid/vlc3-stopped.log");
    assert_eq!(detect(&log), Ok(format("vlc-log")));
    log.extend(bytes("vlc-stats/valid/rc-vlc3.txt"));
    assert_eq!(detect(&log), Ok(format("vlc-stats")));
}

#[test]
fn other_programs_speak_alike() {
    for text in [
        "main warning: the disk is full\nmain error: stopped\n",
        "cc1: warning: late\nld warning: late picture\n",
    ] {
        assert!(detect(text.as_bytes()).is_err(), "{text}");
    }
    let log = "main debug: TIMER\n".repeat(100) + "main warning: late picture skipped (42387 > -802)\n";
    assert_eq!(
        detect(log.as_bytes()),
        Ok(format("vlc-log")),
        "the event is behind the lines that are looked at"
    );
}
