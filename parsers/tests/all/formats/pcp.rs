//! Performance Co-Pilot.

use proptest::prelude::*;
use stillstand_parsers::{Clock, Parsed, RowCount};

use crate::common::{check, f64s, format, parse_text};

const NO_ZONE: &str = "note time-zone-unknown";
const SUMMED: &str = "note network-summed";

fn value(parsed: &Parsed, name: &str, row: usize) -> Option<f64> {
    f64s(parsed, name)[row].map(|value| (value * 1e4).round() / 1e4)
}

#[test]
fn rates_and_levels_of_a_recorded_host() {
    let parsed = check("pcp/valid/recorded-pmrep.csv", &[NO_ZONE, SUMMED]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 8, lost: 0 }, Clock::None));
    // The first row has no rates.
    assert_eq!(
        (value(&parsed, "cpu.user", 0), value(&parsed, "mem.free", 0)),
        (None, Some(21_372_144.0 * 1024.0))
    );
    assert_eq!((value(&parsed, "cpu.user", 3), value(&parsed, "cpu.idle", 3)), (Some(5.5), Some(94.4991)));
    assert_eq!(value(&parsed, "mem.used", 3), Some(f64::from(3_231_484 - 100_320 - 2_733_304) * 1024.0));
    assert_eq!(value(&parsed, "disk.vda.read", 3), Some(4096.0));
    assert_eq!(value(&parsed, "disk.read", 3), Some(4096.0));
    assert_eq!(value(&parsed, "net.eth0.received", 3), Some(0.0));
    let local = f64s(&parsed, "local_s");
    assert_eq!((local[0], local[7]), (Some(1_796_105_866.0), Some(1_796_105_873.0)));
    for row in 1..8 {
        let shares =
            ["cpu.user", "cpu.system", "cpu.idle", "cpu.wait", "cpu.hardirq", "cpu.softirq", "cpu.steal"];
        let sum: f64 = shares.iter().filter_map(|name| value(&parsed, name, row)).sum();
        assert!((97.0..102.0).contains(&sum), "row {row}: {sum}");
    }
    let same = check("pcp/valid/recorded-pcp2csv.csv", &[NO_ZONE, SUMMED]);
    assert_eq!(same.rows.read, 4);
}

#[test]
fn zones_units_and_delimiters() {
    let extended = check("pcp/valid/recorded-extended.csv", &[SUMMED]);
    assert_eq!(extended.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(f64s(&extended, "epoch_s")[0], Some(1_796_108_205.0));
    assert_eq!(extended.facts.text("host"), Some("localhost"));
    let semicolons = check("pcp/valid/recorded-semicolons.csv", &[NO_ZONE, SUMMED]);
    assert_eq!(value(&semicolons, "cpu.user", 1), Some(98.8655));
    assert_eq!(value(&semicolons, "disk.vda.util", 1), Some(0.0));
    // Seconds of each second, where others are thousandths.
    let seconds = check("pcp/valid/recorded-seconds.csv", &[NO_ZONE, SUMMED]);
    assert_eq!(value(&seconds, "cpu.user", 1), Some(92.85));
}

#[test]
fn json_has_its_units() {
    let json = check("pcp/valid/recorded.json", &[SUMMED]);
    assert_eq!((json.rows.read, json.frame.clock), (4, Clock::EpochSecondsAtArrival));
    assert_eq!(json.facts.text("host"), Some("vm"));
    assert_eq!(f64s(&json, "epoch_s")[0], Some(1_796_105_890.0));
    assert_eq!(value(&json, "mem.free", 0), Some(20_350_648.0 * 1024.0));
    assert_eq!(value(&json, "cpu.idle", 1), Some(0.4989));
    let megabytes = check("pcp/valid/recorded-megabytes.json", &[SUMMED]);
    assert_eq!(f64s(&megabytes, "epoch_s")[0], Some(1_796_108_215.0));
    let free = value(&megabytes, "mem.free", 0).unwrap();
    assert!((1e10..3e10).contains(&free), "{free}");
}

#[test]
fn two_recordings_in_a_file() {
    let two = check("pcp/valid/two-recordings.csv", &[]);
    assert_eq!((two.rows.read, two.facts.int("segments")), (4, Some(2)));
    assert_eq!(f64s(&two, "cpu.user"), [None, Some(25.0), None, Some(50.0)]);
    assert_eq!(f64s(&two, "disk.read"), [None, Some(55.5 * 1024.0), None, None]);
}

#[test]
fn what_cannot_be_is_told_and_left_out() {
    let raw = check("pcp/invalid/recorded-raw.csv", &["warning 2 raw-counters", NO_ZONE]);
    assert!(!raw.frame.has("cpu.user") && !raw.frame.has("net.received") && raw.frame.has("mem.used"));
    let raw = check("pcp/invalid/recorded-raw.json", &["warning 9 raw-counters"]);
    assert!(!raw.frame.has("cpu.user") && raw.frame.has("mem.free"));
    let uncounted = check("pcp/invalid/recorded-uncounted.csv", &["warning 3 cpus-uncounted", NO_ZONE]);
    assert!(!uncounted.frame.has("cpu.user") && uncounted.frame.has("mem.free"));
    let names: Vec<String> = uncounted.frame.columns.iter().map(|column| column.name.clone()).collect();
    assert!(!names.iter().any(|name| name.starts_with("cpu.")), "{names:?}");
}

#[test]
fn another_unit_is_seen_in_memory() {
    let path = crate::common::folder().join("pcp/invalid/recorded-units.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let error = stillstand_parsers::parse(format("pcp"), text.as_bytes()).unwrap_err();
    let codes: Vec<&str> = error.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["unit-unknown", "cpus-uncounted"]);
}

#[test]
fn two_samples_of_one_second() {
    let parsed = crate::common::read("pcp/invalid/recorded-half-seconds.csv");
    assert_eq!((parsed.rows.read, parsed.frame.clock), (3, Clock::EpochSecondsAtArrival));
    assert!(parsed.diagnostics.iter().any(|found| found.code == "second-value" && found.line == Some(4)));
    assert_eq!(value(&parsed, "cpu.user", 1), Some(96.492));
}

#[test]
fn damage() {
    let damaged = check(
        "pcp/invalid/damaged.csv",
        &[
            "warning 3 unreadable-value",
            "warning 4 row-unreadable",
            "warning 5 row-unreadable",
            "warning 6 last-line-cut",
            SUMMED,
        ],
    );
    assert_eq!(damaged.rows, RowCount { read: 2, lost: 3 });
    // `nice` is a part of what is not known; the others still are shares of two CPUs.
    assert!(!damaged.frame.has("cpu.user"));
    assert_eq!(value(&damaged, "cpu.system", 1), Some(1.9923));
    let cut = check(
        "pcp/invalid/cut.json",
        &["warning 3:1 json-cut", "warning 336:11 row-unreadable", NO_ZONE, SUMMED],
    );
    assert_eq!(cut.rows, RowCount { read: 3, lost: 2 });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(
        cpus in 1_u32..64, samples in proptest::collection::vec((0_u32..=1000, 0_u32..100_000_000, 0_u32..1_000_000_000), 1..30),
    ) {
        let mut text = "Time,\"hinv.ncpu\",\"kernel.all.cpu.user\",\"kernel.all.cpu.idle\",\"mem.util.free\",\"network.interface.in.bytes-br-0\"\n".to_owned();
        for (second, (user, free, bytes)) in samples.iter().enumerate() {
            let all = f64::from(cpus * 1000);
            let user = f64::from(*user) / 1000.0 * all;
            text += &format!("{},{cpus},{user:.3},{:.3},{free},{:.3}\n", 1_796_105_866 + second, all - user, f64::from(*bytes) / 1000.0);
        }
        let parsed = parse_text(format("pcp"), &text);
        prop_assert_eq!(parsed.rows.read, samples.len());
        for (row, (user, free, bytes)) in samples.iter().enumerate() {
            prop_assert!((f64s(&parsed, "cpu.user")[row].unwrap() - f64::from(*user) / 10.0).abs() < 1e-3);
            prop_assert_eq!(f64s(&parsed, "mem.free")[row], Some(f64::from(*free) * 1024.0));
            prop_assert!((f64s(&parsed, "net.br-0.received")[row].unwrap() - f64::from(*bytes) / 1000.0).abs() < 1e-3);
        }
    }
}
