//! A time in front of every line, whatever the format behind it.

use stillstand_parsers::{Clock, detect, parse};

use crate::common::{check, diagnostics, f64s, format, parse_text, read, strs, u32s};

/// Outcome and time of every row.
fn rows(parsed: &stillstand_parsers::Parsed) -> Vec<(u32, Option<f64>)> {
    u32s(parsed, "seq").into_iter().zip(f64s(parsed, "epoch_s")).collect()
}

#[test]
fn date_in_front_of_ping() {
    let parsed = check("ping/valid/stamped-by-date.txt", &["note 1 stamped-lines", "note 4 no-summary"]);
    let expected = [(1, Some(1_416_941_773.0)), (2, Some(1_416_941_774.0)), (5, Some(1_416_941_777.0))];
    assert_eq!(rows(&parsed), expected);
    assert_eq!((parsed.frame.clock, parsed.facts.float("stamp_resolution_s")), (Clock::Epoch, Some(1.0)));
    assert_eq!(f64s(&parsed, "local_s")[0], Some(1_416_945_373.0));
}

#[test]
fn seconds_since_1970_in_front_of_ping() {
    let parsed = check("ping/valid/stamped-by-ts.txt", &["note 1 stamped-lines"]);
    assert_eq!(rows(&parsed)[2], (5, Some(1_416_941_776.520_4)));
    assert_eq!(parsed.facts.float("stamp_resolution_s"), None);
    assert_eq!(parsed.facts.int("transmitted"), Some(5));
    assert!(!parsed.frame.has("local_s"));
}

#[test]
fn times_without_a_year_place_nothing() {
    let expected = ["note 1 stamped-lines", "warning 1 year-unknown", "note 4 no-summary"];
    let parsed = check("ping/invalid/stamped-without-year.txt", &expected);
    assert_eq!(rows(&parsed), [(1, None), (2, None), (5, None)]);
    assert_eq!(parsed.frame.clock, Clock::None);
    // Places are those in the log, with the stamp and the program before it.
    let expected =
        ["note 1 stamped-lines", "warning 1 year-unknown", "warning 3 cell-unreadable", "note 3 no-summary"];
    let parsed = read("ping/invalid/stamped-by-syslog.txt");
    assert_eq!(diagnostics(&parsed), expected, "{:#?}", parsed.diagnostics);
    assert_eq!(u32s(&parsed, "seq"), [1, 2]);
}

#[test]
fn a_declared_offset_places_local_times() {
    let expected = ["note 1 stamped-lines", "warning 2 time-zone-unknown", "note 5 no-summary"];
    let mut parsed = check("ping/invalid/stamped-local.txt", &expected);
    assert_eq!(rows(&parsed)[0], (1, None));
    parsed.declare_utc_offset(3600);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(rows(&parsed)[0], (1, Some(1_416_941_773.501)));
}

#[test]
fn other_formats_behind_a_time() {
    let parsed = check("zeit/valid/stamped.log", &["note 1 stamped-lines"]);
    // The clock of the VM stays what the log is about.
    assert_eq!(parsed.frame.clock, Clock::TimeOfDay);
    assert_eq!(
        f64s(&parsed, "time_s"),
        [50_400.012_345_678, 50_400.032_345_678, 50_401.032_345_678].map(Some)
    );
    assert_eq!(parsed.facts.float("first_stamp_epoch_s"), Some(1_264_510_800.0));
    let parsed = check("sysbench/valid/stamped.txt", &["note 1 stamped-lines"]);
    assert_eq!(f64s(&parsed, "value"), [Some(4077.95), Some(0.000_24)]);
    let parsed = read("vlc-log/valid/stamped.txt");
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(1_416_945_373.25), Some(1_416_945_374.75)]);
    assert_eq!(strs(&parsed, "event"), ["picture_too_late", "picture_displayed_late"]);
}

#[test]
fn every_way_of_writing_a_time() {
    let reply = |seq: u32| format!("64 bytes from 192.0.2.80: icmp_seq={seq} ttl=64 time=0.4 ms\n");
    for (stamp, seconds) in [
        ("1416941773 ", Some(1_416_941_773.0)),
        ("1416941773.25: ", Some(1_416_941_773.25)),
        ("1416941773250 ", Some(1_416_941_773.25)),
        ("1416941773250000000 ", Some(1_416_941_773.25)),
        ("[1416941773] ", Some(1_416_941_773.0)),
        ("2014-11-25T18:56:13Z ", Some(1_416_941_773.0)),
        ("2014-11-25T19:56:13,250000000+01:00 ", Some(1_416_941_773.25)),
        ("2014-11-25 19:56:13 +0100 ", Some(1_416_941_773.0)),
        ("[2014-11-25 19:56:13 +0100] ", Some(1_416_941_773.0)),
        ("Tue Nov 25 18:56:13 UTC 2014 - ", Some(1_416_941_773.0)),
        ("Di 25. Nov 19:56:13 CET 2014: ", Some(1_416_941_773.0)),
        ("[Tue 25 Nov 2014 07:56:13 PM CET] ", Some(1_416_941_773.0)),
        ("mar. 25 nov. 2014 19:56:13 CET | ", Some(1_416_941_773.0)),
        ("2014-11-25T19:56:13+0100 asam ping[7]: ", Some(1_416_941_773.0)),
        ("2014-11-25 19:56:13 ", None),
        ("Nov 25 19:56:13 ", None),
        ("[Nov 25 19:56:13] ", None),
        ("Tue Nov 25 19:56:13 ", None),
        ("Nov 25 19:56:13 asam ping: ", None),
        ("19:56:13 ", None),
        ("[19:56:13.250] ", None),
    ] {
        let text: String = (1..4).map(|seq| format!("{stamp}{}", reply(seq))).collect();
        assert_eq!(detect(text.as_bytes()), Ok(format("ping")), "{text}");
        let parsed = parse_text(format("ping"), &text);
        assert_eq!(rows(&parsed), [(1, seconds), (2, seconds), (3, seconds)], "{text}");
    }
}

#[test]
fn lines_that_only_look_stamped_stay_unknown() {
    for text in [
        "1416941773 4 5\n1416941774 4 6\n",
        "Nov 25 19:56:13 asam kernel: up\nNov 25 19:56:14 asam kernel: down\n",
        "2014-11-25 19:56:13\n2014-11-25 19:56:14\n",
    ] {
        assert!(detect(text.as_bytes()).is_err(), "{text}");
        let parsed = parse(format("ping"), text.as_bytes());
        assert!(parsed.is_err(), "{text}");
    }
}
