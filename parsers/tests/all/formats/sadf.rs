//! sadf -d: several tables of one collection.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bytes, check, f64s, format, parse_text, u32s};

#[test]
fn tables_of_one_time_are_one_row() {
    let parsed = check("sadf/valid/recorded.csv", &["note network-summed"]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(parsed.rows, RowCount { read: 16, lost: 0 });
    assert_eq!((parsed.facts.text("host"), parsed.facts.int("cpus")), (Some("vm"), Some(2)));
    assert_eq!(u32s(&parsed, "segment"), [[0; 10].as_slice(), &[1; 6]].concat());
    let first = |name: &str| f64s(&parsed, name)[0];
    assert_eq!(first("epoch_s"), Some(1_795_999_946.0));
    assert_eq!(
        [first("cpu.user"), first("cpu.system"), first("cpu.idle"), first("cpu.steal")],
        [85.0, 13.5, 0.0, 1.5].map(Some)
    );
    assert_eq!(f64s(&parsed, "net.received")[3], Some(235.20 * 1024.0));
    assert_eq!(parsed.frame.unit("net.received"), Some(Unit::BytesPerSecond));
    assert_eq!(parsed.frame.unit("mem.used"), Some(Unit::Bytes));
    assert!(f64s(&parsed, "net.lo.received")[0] > Some(100_000.0));
    assert!(!parsed.frame.has("cpu.hardirq") && !parsed.frame.has("local_s"));
}

#[test]
fn all_shares_are_the_same_with_interrupts_apart() {
    let all = check("sadf/valid/recorded-all-shares.csv", &["note network-summed"]);
    let few = check("sadf/valid/recorded.csv", &["note network-summed"]);
    let column =
        |parsed: &Parsed, name: &str| f64s(parsed, name).into_iter().map(Option::unwrap).collect::<Vec<_>>();
    for name in ["cpu.user", "mem.used", "mem.free", "net.sent"] {
        assert_eq!(column(&all, name), column(&few, name), "{name}");
    }
    let parts = column(&all, "cpu.system")
        .into_iter()
        .zip(column(&all, "cpu.softirq"))
        .zip(column(&all, "cpu.hardirq"));
    for (((system, soft), hard), whole) in parts.zip(column(&few, "cpu.system")) {
        assert!((system + soft + hard - whole).abs() < 0.03);
    }
}

#[test]
fn seconds_since_1970_are_the_same_times() {
    let seconds = check("sadf/valid/recorded-seconds.csv", &["note network-summed"]);
    let dates = check("sadf/valid/recorded.csv", &["note network-summed"]);
    assert_eq!(f64s(&seconds, "epoch_s"), f64s(&dates, "epoch_s"));
}

#[test]
fn all_cpus_count_and_single_ones_do_not() {
    let parsed = check("sadf/valid/recorded-each-cpu.csv", &["note 33 comment"]);
    let whole = check("sadf/valid/recorded.csv", &["note network-summed"]);
    assert_eq!(f64s(&parsed, "cpu.user"), f64s(&whole, "cpu.user"));
}

#[test]
fn other_activities_are_left_out() {
    let parsed =
        check("sadf/valid/recorded-everything.csv", &["note 15 other-tables", "note network-summed"]);
    assert_eq!(parsed.rows.read, 4);
    assert!(
        parsed.frame.has("cpu.hardirq") && parsed.frame.has("mem.used") && parsed.frame.has("net.eth0.sent")
    );
}

#[test]
fn used_memory_of_old_versions_is_without_caches_too() {
    for name in ["sadf/valid/sysstat-8.csv", "sadf/valid/crlf.csv"] {
        let parsed = check(name, &[]);
        assert_eq!(f64s(&parsed, "mem.used")[0], Some(f64::from(736_256 - 10_240 - 204_800) * 1024.0));
        assert_eq!(f64s(&parsed, "net.received"), [118.0, 236.0].map(Some));
        assert_eq!(f64s(&parsed, "net.sent"), [350.0, 350.0].map(Some));
    }
}

#[test]
fn commas_and_zones() {
    let parsed = check("sadf/valid/decimal-comma.csv", &["note decimal-comma"]);
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 1.25].map(Some));
    let parsed = check("sadf/valid/zone.csv", &[]);
    assert_eq!(f64s(&parsed, "epoch_s"), [1_264_514_401.0, 1_264_514_402.0].map(Some));
}

#[test]
fn local_times_need_a_declared_offset() {
    let mut parsed = check("sadf/invalid/recorded-local-time.csv", &["warning 2 time-zone-unknown"]);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(f64s(&parsed, "local_s")[0], Some(1_796_003_564.0));
    parsed.declare_utc_offset(3600);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_795_999_964.0));
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    check("sadf/invalid/unknown-zone.csv", &["warning 2 zone-unknown"]);
}

#[test]
fn what_is_damaged_is_null_or_lost() {
    let parsed = check(
        "sadf/invalid/damaged.csv",
        &[
            "warning 3:38 unreadable-value",
            "warning 3:62 unreadable-value",
            "warning 4 row-unreadable",
            "warning 5 row-unreadable",
            "warning 6 row-unreadable",
        ],
    );
    assert_eq!(parsed.rows, RowCount { read: 2, lost: 3 });
    assert_eq!(f64s(&parsed, "cpu.user"), [Some(1.0), None]);
    assert_eq!(f64s(&parsed, "cpu.system"), [Some(2.0), Some(2.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [Some(4096.0), None]);
    let parsed = check("sadf/invalid/cut.csv", &["warning 3 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
    let parsed = check("sadf/invalid/cut-number.csv", &["warning 3:63 last-line-cut"]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [Some(96.5), None]);
    check("sadf/invalid/another-host.csv", &["warning 3 another-host"]);
    let parsed = check("sadf/invalid/clock-set-back.csv", &["warning 4 second-value"]);
    assert_eq!(f64s(&parsed, "cpu.idle"), [Some(96.5), Some(96.5)]);
}

#[test]
fn what_cannot_be_used_says_why() {
    let error = |name: &str| parse(format("sadf"), &bytes(name)).unwrap_err().to_string();
    assert!(error("sadf/invalid/no-table.csv").contains("-n DEV"));
    let error = parse(format("sadf"), &bytes("sadf/invalid/recorded-horizontal.csv")).unwrap_err();
    assert!(error.diagnostics[0].message.contains("without -h"), "{error:?}");
}

#[test]
fn outputs_of_several_calls_may_be_in_one_file() {
    let cpu = "# hostname;interval;timestamp;CPU;%user;%idle\na;1;1264514401;-1;1.00;99.00\na;1;1264514402;-1;2.00;98.00\n";
    let network = "# hostname;interval;timestamp;IFACE;rxkB/s;txkB/s\na;1;1264514402;eth0;1.00;2.00\n";
    let parsed = parse_text(format("sadf"), &format!("{cpu}{network}{cpu}"));
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    assert_eq!(f64s(&parsed, "net.received"), [None, Some(1024.0)]);
}

#[test]
fn json_is_the_same() {
    let parsed = check("sadf/valid/recorded.json", &["note network-summed"]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 0 });
    let first = |name: &str| f64s(&parsed, name)[0];
    assert_eq!(first("epoch_s"), Some(1_796_084_209.0));
    assert_eq!([first("cpu.user"), first("cpu.system"), first("cpu.idle")], [77.38, 22.61, 0.0].map(Some));
    assert_eq!(
        [first("mem.free"), first("mem.used")],
        [18_998_652.0, 1_872_360.0].map(|kib| Some(kib * 1024.0))
    );
    assert_eq!([first("disk.read"), first("disk.vda.read")], [724.0 * 1024.0; 2].map(Some));
    assert_eq!(first("disk.util"), Some(0.8));
    let parsed = check("sadf/valid/old-keys.json", &[]);
    assert_eq!(f64s(&parsed, "epoch_s"), [1_796_047_201.0, 1_796_047_202.0].map(Some));
    assert_eq!(u32s(&parsed, "segment"), [0, 1]);
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 11.0].map(Some));
    assert_eq!(f64s(&parsed, "cpu.softirq"), [None, Some(0.75)]);
    // Used memory of old versions holds caches.
    assert_eq!(f64s(&parsed, "mem.used")[0], Some(1_000_000.0 * 1024.0));
    // The table of all disks counts where there is one.
    assert_eq!(f64s(&parsed, "disk.read"), [Some(4096.0), None]);
    assert_eq!(f64s(&parsed, "disk.sda.read"), [None, Some(4096.0)]);
    assert_eq!(f64s(&parsed, "net.sent"), [None, Some(4096.0)]);
}

#[test]
fn json_in_local_time_needs_a_declared_offset() {
    let mut parsed = check(
        "sadf/invalid/local-time.json",
        &["warning 3:1 row-unreadable", "note json-cut", "warning time-zone-unknown"],
    );
    assert_eq!(f64s(&parsed, "cpu.user"), [1.0, 2.0].map(Some));
    parsed.declare_utc_offset(3600);
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_796_043_601.0));
}
