//! dstat CSV.

mod family;
mod round_trip;

use stillstand_parsers::{Clock, RowCount, Severity, Unit, parse};

use crate::common::{check, f64s, format, parse_text, strs, u32s};

const SINCE_BOOT: &str = "note 8 since-boot";

#[test]
fn one_run() {
    let parsed = check("dstat/valid/one-run.csv", &[SINCE_BOOT]);
    assert_eq!(parsed.version.as_deref(), Some("0.7.0"));
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 0 });
    assert_eq!(parsed.facts.text("host"), Some("kirsche"));
    assert_eq!(parsed.facts.text("user"), Some("root"));
    assert_eq!(parsed.facts.text("date"), Some("26 Jan 2010 14:00:00 CET"));
    assert_eq!(parsed.facts.text("command_line"), Some("dstat -T -c -m -n --output x.test 1 60"));
    assert_eq!(parsed.facts.int("segments"), Some(1));

    let columns: Vec<_> =
        parsed.frame.columns.iter().map(|column| (column.name.as_str(), column.unit)).collect();
    assert_eq!(
        columns,
        [
            ("segment", Unit::Count),
            ("epoch_s", Unit::EpochSeconds),
            ("cpu.user", Unit::Percent),
            ("cpu.system", Unit::Percent),
            ("cpu.idle", Unit::Percent),
            ("cpu.wait", Unit::Percent),
            ("cpu.hardirq", Unit::Percent),
            ("cpu.softirq", Unit::Percent),
            ("mem.used", Unit::Bytes),
            ("mem.buffers", Unit::Bytes),
            ("mem.cache", Unit::Bytes),
            ("mem.free", Unit::Bytes),
            ("net.received", Unit::BytesPerSecond),
            ("net.sent", Unit::BytesPerSecond),
        ]
    );
    assert_eq!(
        f64s(&parsed, "epoch_s"),
        [Some(1_264_510_800.123), Some(1_264_510_801.124), Some(1_264_510_802.124)]
    );
    // The first row is the average since the boot: rates are null, memory is true.
    assert_eq!(f64s(&parsed, "cpu.user"), [None, Some(1.0), Some(2.985)]);
    assert_eq!(f64s(&parsed, "cpu.softirq"), [None, Some(0.0), Some(0.0)]);
    assert_eq!(f64s(&parsed, "mem.used"), [Some(104_857_600.0); 3]);
    assert_eq!(f64s(&parsed, "mem.free"), [Some(3_541_041_152.0); 3]);
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(118.0), Some(1204.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0), Some(26_214_400.5)]);
}

#[test]
fn line_ends_and_a_missing_newline_change_nothing() {
    let plain = check("dstat/valid/one-run.csv", &[SINCE_BOOT]);
    for name in ["dstat/valid/crlf.csv", "dstat/valid/no-newline-at-end.csv"] {
        let other = check(name, &[SINCE_BOOT]);
        assert!(other.frame.df.equals_missing(&plain.frame.df), "{name}");
        assert_eq!(other.facts, plain.facts, "{name}");
    }
}

#[test]
fn later_versions_and_other_columns() {
    let parsed = check("dstat/valid/no-blank-line.csv", &["note 7 since-boot"]);
    assert_eq!(f64s(&parsed, "cpu.steal"), [None, Some(0.0)]);
    assert_eq!(f64s(&parsed, "mem.free"), [Some(3_541_041_152.0), Some(3_541_037_056.0)]);
    assert_eq!(f64s(&parsed, "mem.buffers"), [Some(1_048_576.0); 2]);
    assert_eq!(f64s(&parsed, "net.eth0.received"), [None, Some(1751.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(2613.0)]);
}

#[test]
fn appended_runs_have_their_own_columns_and_first_rows() {
    let parsed = check("dstat/valid/appended.csv", &[SINCE_BOOT, "note 18 since-boot"]);
    assert_eq!(parsed.facts.int("segments"), Some(2));
    assert_eq!(parsed.facts.text("date"), Some("26 Jan 2010 14:00:00 CET"));
    assert_eq!(u32s(&parsed, "segment"), [0, 0, 0, 1, 1]);
    assert_eq!(f64s(&parsed, "cpu.user"), [None, Some(1.0), Some(2.985), None, Some(3.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0), Some(26_214_400.5), None, None]);
    assert_eq!(f64s(&parsed, "disk.written"), [None, None, None, None, Some(4096.0)]);
    assert_eq!(
        f64s(&parsed, "mem.used"),
        [
            Some(104_857_600.0),
            Some(104_857_600.0),
            Some(104_857_600.0),
            Some(104_857_600.0),
            Some(115_343_360.0)
        ]
    );
}

#[test]
fn a_file_that_was_created_empty_has_no_title() {
    let parsed = check("dstat/valid/created-empty.csv", &["note 8 since-boot"]);
    assert_eq!(parsed.version, None);
    assert_eq!(parsed.facts.text("host"), Some("kirsche"));
    assert_eq!(parsed.rows.read, 3);
}

#[test]
fn groups_of_one_name_and_words() {
    let parsed = check("dstat/valid/two-groups-of-one-name.csv", &["note 8 since-boot"]);
    assert_eq!(f64s(&parsed, "system.int"), [None, Some(110.0)]);
    assert_eq!(f64s(&parsed, "system.int#2"), [None, Some(111.0)]);
    assert_eq!(f64s(&parsed, "procs.run"), [Some(1.0), Some(2.0)]);
    assert_eq!(f64s(&parsed, "procs.new"), [None, Some(6.0)]);
    assert_eq!(f64s(&parsed, "raw.raw"), [Some(4.0); 2]);
    assert_eq!(strs(&parsed, "odd things.name"), ["init", "kswapd0"]);
    assert_eq!(f64s(&parsed, "odd things.size"), [Some(7.0), Some(8.0)]);
    assert_eq!(parsed.frame.unit("odd things.name"), Some(Unit::Text));
}

#[test]
fn counters_that_overflow() {
    let parsed = check(
        "dstat/invalid/overflow.csv",
        &[
            SINCE_BOOT,
            "warning 9:89 overflow-undone",
            "warning 10:95 overflow-undone",
            "warning 11:89 overflow-lost",
            "warning 11:107 overflow-lost",
            "warning 12:89 overflow-lost",
            "warning 12:93 overflow-lost",
        ],
    );
    // −4252467296 + 2^32, and −2104983648.5 + 2^31.
    assert_eq!(
        f64s(&parsed, "net.received"),
        [None, Some(42_500_000.0), Some(118.0), None, None, Some(118.0)]
    );
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0), Some(42_499_999.5), None, None, Some(350.0)]);
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 0 });
    let undone = &parsed.diagnostics[1];
    assert_eq!(undone.text.as_deref(), Some("-4252467296.0"));
    assert!(undone.message.contains("2^32") && undone.message.contains("42500000"), "{}", undone.message);
}

#[test]
fn a_killed_writer() {
    let parsed = check("dstat/invalid/half-a-line.csv", &[SINCE_BOOT, "warning 11 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    // All cells are there, but `35` has no decimals although the column has: it was 350.0.
    let parsed = check("dstat/invalid/cut-in-the-last-number.csv", &[SINCE_BOOT, "warning 11 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    // Integers do not show whether they are whole: only that cell is in doubt.
    let name = "dstat/invalid/cut-in-the-last-integer.csv";
    let parsed = check(name, &["note 7 since-boot", "warning 9:20 last-line-cut"]);
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(118.0), Some(118.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0), None]);
}

#[test]
fn damaged_rows_and_cells() {
    let parsed = check(
        "dstat/invalid/damaged-rows.csv",
        &[
            SINCE_BOOT,
            "warning 9:16 cell-unreadable",
            "warning 10 row-width",
            "warning 11:1 time-unreadable",
            "warning 12 row-width",
            "warning 13 row-width",
            "warning 14:1 time-went-back",
            "note 15 above-100",
            "warning 15:16 value-impossible",
            "warning 15:45 value-impossible",
        ],
    );
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 4 });
    assert_eq!(f64s(&parsed, "cpu.user"), [None, None, Some(1.0), None]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [None, Some(96.0), Some(96.0), Some(100.503)]);
    assert_eq!(f64s(&parsed, "mem.used")[3], None);
    assert_eq!(parsed.diagnostics[2].text.as_deref(), Some("1264510802.124,1.0,2.5"));
}

#[test]
fn runs_of_two_hosts() {
    let expected = [SINCE_BOOT, "warning 13 another-host", "note 18 since-boot"];
    let parsed = check("dstat/invalid/mixed-hosts.csv", &expected);
    assert_eq!(parsed.facts.text("host"), Some("kirsche"));
    assert_eq!(parsed.rows.read, 6);
}

#[test]
fn a_run_without_its_header() {
    let parsed = check("dstat/invalid/no-header-in-second-run.csv", &[SINCE_BOOT, "error 17 no-header"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 3 });
}

#[test]
fn what_is_refused_says_why() {
    for (name, line, words) in [
        ("only-untold-columns.csv", Some(1), "row of groups"),
        ("header-only.csv", Some(7), "rows of numbers"),
    ] {
        let bytes = crate::common::bytes(&format!("dstat/invalid/{name}"));
        assert_eq!(stillstand_parsers::detect(&bytes), Ok(format("dstat")), "{name}");
        let error = parse(format("dstat"), &bytes).unwrap_err();
        assert_eq!(error.line, line, "{name}: {error}");
        assert!(error.to_string().contains(words), "{name}: {error}");
    }
}

#[test]
fn many_damaged_rows_are_counted_exactly_but_not_listed() {
    let mut text = String::from_utf8(crate::common::bytes("dstat/valid/one-run.csv")).unwrap();
    text.push_str(&"1,2,3\n".repeat(100_000));
    let parsed = parse_text(format("dstat"), &text);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 100_000 });
    assert_eq!(parsed.diagnostics.len(), 1 + 20 + 1);
    let last = parsed.diagnostics.last().unwrap();
    assert_eq!((last.severity, last.code, last.line), (Severity::Warning, "row-width", None));
    assert_eq!(last.message, "100000 in total; only the first 20 are listed");
}

#[test]
fn a_run_without_rows_is_told() {
    let run = String::from_utf8(crate::common::bytes("dstat/invalid/header-only.csv")).unwrap();
    let rows = String::from_utf8(crate::common::bytes("dstat/valid/one-run.csv")).unwrap();
    let parsed = parse_text(format("dstat"), &format!("{run}\n\n{rows}"));
    assert_eq!(crate::common::diagnostics(&parsed), ["note 16 run-without-rows", "note 17 since-boot"]);
    assert_eq!(u32s(&parsed, "segment"), [1, 1, 1]);
}

#[test]
fn overflow_with_a_longer_delay() {
    let text = "\"Host:\",\"h\",,,,\"User:\",\"u\"\n\
                \"Cmdline:\",\"dstat -T -n --output x 5 60\",,,,\"Date:\",\"26 Jan 2010 14:00:00 CET\"\n\
                \"epoch\",\"net/total\",\n\"epoch\",\"recv\",\"send\"\n\
                1264510800.0,0.0,0.0\n1264510805.0,-857993459.2,350.0\n";
    let parsed = parse_text(format("dstat"), text);
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(1_000_000.0)]);
}
