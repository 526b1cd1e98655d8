//! Times of day from inside a VM.

mod round_trip;

use stillstand_parsers::{Clock, RowCount, Unit, parse};

use crate::common::{bytes, check, f64s, format};

#[test]
fn english() {
    let parsed = check("zeit/valid/english.log", &[]);
    assert_eq!(parsed.frame.clock, Clock::TimeOfDay);
    assert_eq!(parsed.frame.unit("time_s"), Some(Unit::SecondsOfDay));
    assert_eq!(
        f64s(&parsed, "time_s"),
        [Some(50_400.012_345_678), Some(50_400.032_345_678), Some(50_403.500_000_001)]
    );
    assert_eq!(parsed.facts.text("date"), Some("2010-01-26"));
    assert_eq!(parsed.facts.text("zone"), Some("CET"));
    assert_eq!(parsed.facts.int("utc_offset_s"), Some(3600));
    assert_eq!(parsed.facts.float("header_time_s"), Some(50_400.0));
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 0 });
}

#[test]
fn other_languages_and_encodings() {
    for (name, date) in [
        ("zeit/valid/german.log", "2010-01-26"),
        ("zeit/valid/german-latin-1.log", "2010-03-02"),
        ("zeit/valid/twelve-hours.log", "2010-01-26"),
    ] {
        let parsed = check(name, &[]);
        assert_eq!(parsed.facts.text("date"), Some(date), "{name}");
        assert_eq!(parsed.facts.float("header_time_s"), Some(50_400.0), "{name}");
        assert_eq!(f64s(&parsed, "time_s"), [Some(50_400.012_345_678), Some(50_400.032_345_678)], "{name}");
    }
}

#[test]
fn midnight_and_back() {
    let expected = ["note 3 midnight", "note 5 clock-stepped-back", "note 6 midnight"];
    let parsed = check("zeit/valid/midnight.log", &expected);
    assert_eq!(
        f64s(&parsed, "time_s"),
        [Some(86_399.98), Some(86_400.02), Some(86_400.04), Some(86_399.99), Some(86_400.01)]
    );
    assert!(parsed.diagnostics[1].message.contains("0.050000 s"), "{}", parsed.diagnostics[1].message);
    let parsed = check("zeit/valid/midnight-after-header.log", &["note 2 midnight"]);
    assert_eq!(f64s(&parsed, "time_s"), [Some(86_400.02)]);
}

#[test]
fn a_clock_that_steps_back_is_data() {
    let parsed = check("zeit/valid/stepped-back.log", &["note 3 clock-stepped-back"]);
    assert_eq!(f64s(&parsed, "time_s"), [Some(50_405.5), Some(50_403.25), Some(50_403.27)]);
    assert!(parsed.diagnostics[0].message.contains("2.250000 s"), "{}", parsed.diagnostics[0].message);
}

#[test]
fn no_header() {
    let parsed = check("zeit/valid/no-header.log", &["note no-date"]);
    assert_eq!(parsed.facts.get("date"), None);
    assert_eq!(f64s(&parsed, "time_s"), [Some(50_400.012_345_678), Some(50_400.032_345_678)]);
}

#[test]
fn two_parts_of_an_ambiguous_zone() {
    let parsed = check("zeit/invalid/two-parts.log", &["warning 1 zone-ambiguous", "note 3 second-header"]);
    assert_eq!(f64s(&parsed, "time_s"), [Some(50_400.5), Some(115_200.25)]);
    assert_eq!((parsed.facts.text("zone"), parsed.facts.int("utc_offset_s")), (Some("CST"), None));
}

#[test]
fn a_killed_writer() {
    let parsed = check("zeit/invalid/cut.log", &["warning 3 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
}

#[test]
fn damaged_lines() {
    let expected = [
        "warning 1 header-unreadable",
        "warning 3 line-unreadable",
        "warning 4 line-unreadable",
        "warning 8 last-line-cut",
        "note no-date",
    ];
    let parsed = check("zeit/invalid/damaged.log", &expected);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 3 });
    assert_eq!(parsed.diagnostics[1].text.as_deref(), Some("14:00:0x,032345678"));
}

#[test]
fn nothing_but_a_header() {
    let error = parse(format("zeit"), &bytes("zeit/invalid/header-only.log")).unwrap_err();
    assert_eq!(error.line, Some(1));
    assert!(error.to_string().contains("HH:MM:SS"), "{error}");
}

#[test]
fn seconds_since_1970() {
    let parsed = check("zeit/valid/epoch.log", &[]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.frame.unit("epoch_s"), Some(Unit::EpochSeconds));
    assert!(!parsed.frame.has("time_s"));
    let stamps = f64s(&parsed, "epoch_s");
    let nearest = ["1795185313.506574783", "1795185313.526177450"].map(|text| text.parse::<f64>().ok());
    assert_eq!([stamps[0], stamps[5]], nearest);
    assert_eq!((parsed.facts.text("zone"), parsed.facts.float("resolution_s")), (Some("UTC"), Some(1e-9)));
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 0 });
}

#[test]
fn other_separators() {
    let parsed = check("zeit/valid/colon.log", &["note no-date"]);
    assert_eq!((parsed.frame.clock, parsed.rows.read), (Clock::TimeOfDay, 4));
    assert_eq!(f64s(&parsed, "time_s")[0], Some(52_513.534_582_078));
    let parsed = check("zeit/valid/no-separator.log", &["note no-date"]);
    assert_eq!(f64s(&parsed, "time_s")[0], Some(52_513.554_590_422));
}

#[test]
fn whole_seconds() {
    let parsed = check("zeit/valid/epoch-whole-seconds.log", &["note whole-seconds"]);
    assert_eq!((parsed.rows.read, parsed.facts.float("resolution_s")), (4, Some(1.0)));
    let parsed = check("zeit/valid/epoch-macos.log", &["note whole-seconds"]);
    let seconds = [1_264_510_800.0, 1_264_510_800.0, 1_264_510_801.0].map(Some);
    assert_eq!(f64s(&parsed, "epoch_s"), seconds);
    assert_eq!(parsed.facts.int("utc_offset_s"), Some(3600));
}

#[test]
fn a_table_of_two_columns_is_none() {
    let table = b"timestamp,orders_per_s\n1264510800,50\n1264510801,51\n1264510802,52\n";
    assert!(stillstand_parsers::detect(table).is_err());
}

#[test]
fn a_clock_of_seconds_that_steps_back_or_begins_again() {
    let parsed = check("zeit/valid/epoch-stepped-back.log", &["note 2 clock-stepped-back"]);
    assert_eq!(f64s(&parsed, "epoch_s")[1], Some(1_264_510_803.25));
    assert!(parsed.diagnostics[0].message.contains("2.250000 s"), "{}", parsed.diagnostics[0].message);
    let parsed = check("zeit/valid/epoch-two-parts.log", &["note 4 second-header"]);
    assert_eq!(
        (f64s(&parsed, "epoch_s")[2], parsed.facts.float("resolution_s")),
        (Some(1_264_514_400.5), Some(0.1))
    );
}

#[test]
fn damaged_seconds() {
    for name in ["zeit/invalid/epoch-cut.log", "zeit/invalid/epoch-cut-to-a-number.log"] {
        let parsed = check(name, &["warning 4 last-line-cut", "note whole-seconds"]);
        assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    }
    let expected = ["warning 2 line-unreadable", "warning 3 line-unreadable"];
    let parsed = check("zeit/invalid/epoch-damaged.log", &expected);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 2 });
}
