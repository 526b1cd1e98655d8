//! dool and pcp-dstat, local times, and what spreadsheets and editors do to these files.

use stillstand_parsers::{Clock, Format, RowCount, Unit};

use crate::common::{check, f64s, parse_text, strs, u32s};

#[test]
fn the_same_traffic_in_bits_and_in_bytes() {
    let bytes = check("dstat/valid/dool-bytes.csv", &["note 7 since-boot"]);
    let bits = check("dstat/valid/dool-bits.csv", &["note 6 bits-per-second", "note 7 since-boot"]);
    assert_eq!(bytes.version.as_deref(), Some("1.3.8"));
    for (parsed, unit) in [(&bytes, "byte/s"), (&bits, "bit/s")] {
        assert_eq!(parsed.facts.text("writer"), Some("dool"));
        assert_eq!(parsed.facts.text("network_unit"), Some(unit));
        assert_eq!(parsed.rows, RowCount { read: 8, lost: 0 });
        assert_eq!(parsed.frame.clock, Clock::Epoch);
    }
    assert_eq!(
        f64s(&bytes, "net.lo.received")[..4],
        [None, Some(6_013_928.0), Some(3_009_095.0), Some(6_017_150.0)]
    );
    assert_eq!(
        f64s(&bits, "net.lo.received")[..4],
        [None, Some(6_014_290.0), Some(3_009_095.0), Some(6_017_150.0)]
    );
    // Both watched the same interface; a request that falls between their readings is all that differs.
    for (in_bytes, in_bits) in
        f64s(&bytes, "net.lo.sent").iter().zip(f64s(&bits, "net.lo.sent")).filter_map(|(a, b)| (*a).zip(b))
    {
        assert!((in_bytes - in_bits).abs() / in_bytes < 0.001, "{in_bytes} {in_bits}");
    }
    assert_eq!(
        f64s(&bytes, "disk.written"),
        [None, Some(0.0), Some(0.0), Some(0.0), Some(0.0), Some(0.0), Some(0.0), Some(0.0)]
    );
    assert_eq!(f64s(&bits, "disk.read")[6], Some(8192.0));
    assert_eq!(f64s(&bytes, "disk.read")[6], Some(8192.0));
    // Memory is in bytes either way.
    assert_eq!(f64s(&bits, "mem.available")[1], Some(24_698_056_704.0));
    assert_eq!(f64s(&bits, "mem.used")[1], f64s(&bytes, "mem.used")[1]);
}

#[test]
fn dool_without_a_version() {
    let parsed =
        check("dstat/invalid/dool-created-empty.csv", &["error 6 network-unit-unknown", "note 7 since-boot"]);
    assert_eq!(parsed.facts.text("writer"), Some("dool"));
    assert_eq!(parsed.facts.text("network_unit"), Some("unknown"));
    assert_eq!(f64s(&parsed, "net.received"), [None; 3]);
    assert_eq!(f64s(&parsed, "mem.free")[0], Some(22_538_473_472.0));

    let name = "dstat/invalid/dool-without-header.csv";
    let said =
        ["warning 1 no-groups", "note 2 since-boot", "error 2:1 network-unit-unknown", "error no-epoch"];
    let parsed = check(name, &said);
    assert_eq!(f64s(&parsed, "net.received"), [None; 2]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [None, Some(99.969)]);
    assert_eq!(parsed.facts.text("writer"), None);
}

#[test]
fn memory_and_disk_of_pcp() {
    let said = ["note 6 kibibytes", "note 7 group-without-values", "note 9 above-100"];
    let parsed = check("dstat/valid/pcp.csv", &said);
    assert_eq!(parsed.facts.text("writer"), Some("pcp-dstat"));
    assert_eq!(parsed.facts.text("network_unit"), Some("byte/s"));
    assert_eq!(
        f64s(&parsed, "epoch_s"),
        [Some(1_264_510_800.0), Some(1_264_510_801.0), Some(1_264_510_802.0)]
    );
    assert_eq!(f64s(&parsed, "cpu.user"), [None, Some(0.6), Some(0.25)]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [None, Some(98.878), Some(221.581)]);
    assert_eq!(
        f64s(&parsed, "mem.used"),
        [Some(9_342_700.0 * 1024.0), Some(9_351_004.0 * 1024.0), Some(9_354_252.0 * 1024.0)]
    );
    assert_eq!(f64s(&parsed, "mem.buffers")[0], Some(856_064.0));
    assert_eq!(f64s(&parsed, "disk.read"), [None, Some(2_930_176.0), None]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(66.001), Some(0.0)]);
}

#[test]
fn headings_count_more_than_a_title() {
    let said = ["warning 7 title-contradicted", "note 8 since-boot"];
    let parsed = check("dstat/invalid/title-contradicted.csv", &said);
    assert_eq!(parsed.facts.text("writer"), Some("dstat"));
    assert_eq!(f64s(&parsed, "mem.used")[0], Some(104_857_600.0));
    assert_eq!(f64s(&parsed, "disk.written")[1], Some(8192.0));
}

#[test]
fn local_times() {
    let parsed = check("dstat/valid/local-time.csv", &["note 8 local-time", "note 8 since-boot"]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(1_264_510_800.0), Some(1_264_510_801.0)]);
    assert_eq!(f64s(&parsed, "local_s"), [Some(1_264_514_400.0), Some(1_264_514_401.0)]);
    assert_eq!(strs(&parsed, "system.time"), ["26-01 14:00:00", "26-01 14:00:01"]);

    let said = [
        "note 6 network-summed",
        "note 6 bits-per-second",
        "note 7 local-time",
        "note 7 since-boot",
        "note 15 network-summed",
        "note 15 bits-per-second",
        "note 16 local-time",
        "note 16 since-boot",
    ];
    let parsed = check("dstat/valid/dool-local-time.csv", &said);
    assert_eq!(u32s(&parsed, "segment"), [0, 0, 0, 1, 1, 1]);
    // 20 Nov 2026 15:17:51 CET.
    let seconds = [0, 1, 2, 2, 3, 4].map(|second| Some(1_795_184_271.0 + f64::from(second)));
    assert_eq!(f64s(&parsed, "epoch_s"), seconds);
}

#[test]
fn dstat_0_5_and_the_turn_of_the_year() {
    let parsed = check("dstat/valid/dstat-0.5.csv", &["note 8 local-time", "note 8 since-boot"]);
    assert_eq!(parsed.version.as_deref(), Some("0.5.8"));
    assert_eq!(parsed.facts.text("command_line"), Some("dstat -t -c -n"));
    assert_eq!(parsed.facts.text("date"), Some("31 Dec 2005 23:59:58 CET"));
    let seconds = [0, 1, 2].map(|second| Some(1_136_069_998.0 + f64::from(second)));
    assert_eq!(f64s(&parsed, "epoch_s"), seconds);
}

#[test]
fn local_times_that_cannot_be_placed() {
    let said = ["warning 7 zone-ambiguous", "note 7 since-boot"];
    let parsed = check("dstat/invalid/unknown-zone.csv", &said);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert!(!parsed.frame.has("epoch_s"));
    assert_eq!(parsed.frame.unit("local_s"), Some(Unit::Seconds));
    assert_eq!(f64s(&parsed, "local_s"), [Some(1_264_514_400.0), Some(1_264_514_401.0)]);
    // --dstat makes dool count bytes.
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(118.0)]);

    let said = ["note 8 since-boot", "warning 8:1 time-format", "error no-epoch"];
    let parsed = check("dstat/invalid/own-time-format.csv", &said);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 0 });

    let said = [
        "note 8 local-time",
        "note 8 since-boot",
        "warning 10:1 time-jumped-an-hour",
        "warning 11:1 time-unreadable",
    ];
    let parsed = check("dstat/invalid/summer-time.csv", &said);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    assert_eq!(f64s(&parsed, "epoch_s")[2], Some(1_301_191_200.0));
}

#[test]
fn interfaces_without_a_total() {
    let parsed = check("dstat/valid/interfaces.csv", &["note 7 network-summed", "note 8 since-boot"]);
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(11.0), Some(13.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(22.0), Some(22.0)]);
    assert_eq!(f64s(&parsed, "net.lo.sent"), [None, Some(5000.0), Some(5000.0)]);
    assert_eq!(f64s(&parsed, "disk.sda.written"), [None, Some(8192.0), Some(0.0)]);
    assert!(parsed.diagnostics[0].message.contains("bond0, eth0"), "{}", parsed.diagnostics[0].message);
    // What is not known of an interface is not known of the sum.
    let text = "\"Host:\",\"h\"\n\"epoch\",\"net/a\",,\"net/b\",\n\"epoch\",\"recv\",\"send\",\"recv\",\"send\"\n\
                1264510800.0,0,0,0,0\n1264510801.0,1,2,-3,4\n";
    let parsed = parse_text(Format::Dstat, text);
    assert_eq!(f64s(&parsed, "net.received"), [None, None]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(6.0)]);
}

#[test]
fn saved_by_a_spreadsheet() {
    let plain = check("dstat/valid/one-run.csv", &["note 8 since-boot"]);
    let saved = check("dstat/valid/spreadsheet.csv", &["note 8 since-boot"]);
    assert!(saved.frame.df.equals_missing(&plain.frame.df), "{}", saved.frame.df);
    assert_eq!(saved.facts, plain.facts);
    assert_eq!(saved.version.as_deref(), Some("0.7.2"));
}

#[test]
fn quotes_that_are_not_closed() {
    let parsed = check("dstat/valid/unbalanced-quote.csv", &["note 8 since-boot"]);
    assert_eq!(parsed.facts.text("host"), Some("kirsche"));
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0)]);
}

#[test]
fn a_deleted_row_of_groups() {
    let whole = check("dstat/valid/one-run.csv", &["note 8 since-boot"]);
    let parsed = check("dstat/invalid/no-groups.csv", &["warning 1 no-groups", "note 2 since-boot"]);
    assert!(parsed.frame.df.equals_missing(&whole.frame.df), "{}", parsed.frame.df);
    // Memory and swap are told by what stands beside them; disk or requests cannot be.
    let text = "usr,sys,idl,wai,stl,read,writ,used,free,buff,cach,used,free\n\
                1,2,97,0,0,5,6,10,20,30,40,50,60\n1,2,97,0,0,5,6,10,20,30,40,50,60\n";
    let parsed = parse_text(Format::Dstat, text);
    for (name, value) in
        [("mem.used", 10.0), ("mem.cache", 40.0), ("swap.used", 50.0), ("?.read", 5.0), ("cpu.idle", 97.0)]
    {
        assert_eq!(f64s(&parsed, name)[1], Some(value), "{name}");
    }
}

#[test]
fn commas_in_words() {
    let parsed = check("dstat/valid/commas-in-text.csv", &["note 8 since-boot", "note 9 comma-in-text"]);
    let words = ["init / 0%", "java -cp a,b, Main / 99%", "kswapd0 / 3%"];
    assert_eq!(strs(&parsed, "most expensive.cpu process"), words);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(350.0), Some(350.0)]);
    // With two columns of words it is not known whose the commas are.
    let said = ["note 8 since-boot", "warning 9 row-width"];
    let parsed = check("dstat/invalid/commas-in-two-texts.csv", &said);
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 1 });
}

#[test]
fn runs_with_and_without_times() {
    let with = "\"Host:\",\"h\"\n\"epoch\",\"net/total\",\n\"epoch\",\"recv\",\"send\"\n1264510800.0,1,2\n";
    let without = "\n\n\"Host:\",\"h\"\n\"net/total\",\n\"recv\",\"send\"\n1,2\n";
    let parsed = parse_text(Format::Dstat, &format!("{with}{without}"));
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(1_264_510_800.0), None]);
    let last = parsed.diagnostics.last().map(|last| (last.code, last.message.contains("1 rows")));
    assert_eq!(last, Some(("no-epoch", true)));
}
