//! One rule for time zones, the same in every log: an abbreviation gives the offset that it means, if it means one
//! only, and a declared offset wins over whatever the log says.

use stillstand_parsers::time::midnight_s;
use stillstand_parsers::{Format, Parsed, Severity};

use crate::common::*;

/// 26 January 2010, 14:00:00, on the wall.
const WALL_S: i32 = 1_264_514_400;

/// Logs of every format that writes times with a zone; the time is that of `WALL_S`.
fn logs(zone: &str) -> [(Format, String); 8] {
    let date = format!("Tue Jan 26 14:00:00 {zone} 2010");
    let german = format!("Di 26. Jan 14:00:00 {zone} 2010");
    let iso = format!("2010-01-26 14:00:00 {zone}");
    let dstat = format!(
        "\"Dstat 0.7.0 CSV output\"\n\"Host:\",\"kirsche\",,,,\"User:\",\"root\"\n\"Cmdline:\",\"dstat -t -c\",,,,\"Date:\",\"26 \
         Jan 2010 14:00:00 {zone}\"\n\"system\",\"total cpu usage\",\n\"time\",\"usr\",\"sys\"\n26-01 14:00:00,1.0,2.0\n26-01 \
         14:00:01,1.0,2.0\n"
    );
    [
        (Format::Zeit, format!("{date}\n14:00:00,000\n14:00:00,020\n")),
        (Format::Zeit, format!("{german}\n14:00:00,000\n14:00:00,020\n")),
        (Format::Dstat, dstat),
        (
            Format::QmpMigrate,
            format!("{date} <-- {{\"return\": {{\"status\": \"active\", \"total-time\": 3}}}}\n"),
        ),
        (Format::HmpMigrate, format!("{date}\nMigration status: active\ntotal time: 20 ms\n")),
        (
            Format::VirshDomjobinfo,
            format!("{german}\nJob type:         Unbounded   \nTime elapsed:     20 ms\n"),
        ),
        (Format::XenMigrate, format!("{date}\nmigration target: Ready to receive domain.\n")),
        (Format::XenMigrate, format!("{iso} migration target: Ready to receive domain.\n")),
    ]
}

/// When the first row was written, in seconds since 1970, as far as the log says it.
fn first_s(parsed: &Parsed) -> Option<f64> {
    if parsed.format == Format::Zeit {
        let midnight = midnight_s(parsed.facts.text("date")?)?;
        let offset = parsed.facts.int("utc_offset_s")?;
        return Some(f64s(parsed, "time_s")[0]? + (midnight - offset) as f64);
    }
    let column = if parsed.format == Format::Dstat { "epoch_s" } else { "time" };
    parsed.frame.f64s(column).ok()?.get(0)
}

/// The warnings about zones.
fn warnings(parsed: &Parsed) -> Vec<&str> {
    let about = parsed.diagnostics.iter().filter(|said| said.code.starts_with("zone"));
    about.inspect(|said| assert_eq!(said.severity, Severity::Warning)).map(|said| said.code).collect()
}

#[test]
fn an_abbreviation_means_the_same_in_every_log() {
    let placed =
        [("CET", 3600), ("MEZ", 3600), ("UTC", 0), ("JST", 32_400), ("EDT", -14_400), ("+0530", 19_800)];
    for (zone, offset) in placed {
        for (format, text) in logs(zone) {
            let parsed = parse_text(format, &text);
            assert_eq!(first_s(&parsed), Some(f64::from(WALL_S - offset)), "{text}");
            assert!(warnings(&parsed).is_empty(), "{text}\n{:?}", parsed.diagnostics);
        }
    }
    for zone in ["CST", "IST", "BST", "AST", "EST", "PST", "MSK"] {
        for (format, text) in logs(zone) {
            let parsed = parse_text(format, &text);
            assert_eq!((first_s(&parsed), warnings(&parsed)), (None, vec!["zone-ambiguous"]), "{text}");
            let message =
                &parsed.diagnostics.iter().find(|said| said.code == "zone-ambiguous").unwrap().message;
            let expected = format!("the time zone {zone} stands for several offsets from UTC (");
            assert!(message.contains(&expected) && message.contains("declare utc_offset"), "{message}");
        }
    }
}

#[test]
fn an_unknown_abbreviation_gives_no_offset() {
    for (format, text) in logs("XYZ") {
        // Behind a time of ISO 8601 it may be a word of the message.
        if !text.starts_with("2010-") {
            let parsed = parse_text(format, &text);
            assert_eq!((first_s(&parsed), warnings(&parsed)), (None, vec!["zone-unknown"]), "{text}");
        }
    }
}

#[test]
fn a_declared_offset_wins_in_every_log() {
    for zone in ["CST", "BST", "CET", "UTC", "+0530", "XYZ"] {
        for (format, text) in logs(zone) {
            let mut parsed = parse_text(format, &text);
            let known = first_s(&parsed).is_some();
            parsed.declare_utc_offset(18_000);
            assert_eq!(first_s(&parsed), Some(f64::from(WALL_S - 18_000)), "{text}");
            let expected: &[&str] = if known { &["zone-overruled"] } else { &[] };
            assert_eq!(warnings(&parsed), expected, "{text}");
            assert_eq!(parsed.frame.columns.len(), parsed.frame.df.width(), "{text}");
        }
    }
}

#[test]
fn what_needs_no_zone_is_not_declared() {
    for (format, text) in [
        (Format::Zeit, "Tue Jan 26 14:00:00 CST 2010\n1264514400.5\n1264514401.5\n1264514402.5\n"),
        (Format::HmpMigrate, "1264514400.5\nMigration status: active\ntotal time: 20 ms\n"),
        (
            Format::Dstat,
            "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"net/total\"\n\"epoch\",\"recv\"\n1264514400.5,1.0\n1264514401.5,1.0\n",
        ),
    ] {
        let mut parsed = parse_text(format, text);
        let column = if format == Format::HmpMigrate { "time" } else { "epoch_s" };
        let before = (f64s(&parsed, column), said(&parsed), parsed.frame.clock);
        parsed.declare_utc_offset(18_000);
        assert_eq!((f64s(&parsed, column), said(&parsed), parsed.frame.clock), before, "{text}");
        assert!(warnings(&parsed).is_empty());
    }
}

#[test]
fn a_declared_offset_that_the_log_names_too_changes_nothing() {
    for (format, text) in logs("CET") {
        let mut parsed = parse_text(format, &text);
        let before = (first_s(&parsed), said(&parsed));
        parsed.declare_utc_offset(3600);
        assert_eq!((first_s(&parsed), said(&parsed)), before, "{text}");
    }
}
