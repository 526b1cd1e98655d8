//! netperf's tables.

mod round_trip;

use stillstand_parsers::{Clock, DetectError, Parsed, RowCount, Unit, detect, parse};

use crate::common::{bytes, check, f64s, format, i64s, strs, u32s};

/// `[socket, message, elapsed, throughput]` of each row.
fn rows(parsed: &Parsed) -> Vec<[Option<f64>; 4]> {
    let columns = ["socket_bytes", "message_bytes", "elapsed_s", "throughput"].map(|name| f64s(parsed, name));
    (0..parsed.frame.height()).map(|row| std::array::from_fn(|column| columns[column][row])).collect()
}

#[test]
fn udp_stream_has_two_sides() {
    let parsed = check("netperf/valid/udp-stream.test", &[]);
    let sender = [109_568.0, 65_507.0, 75.0, 330.57 * 125_000.0].map(Some);
    let receiver = [Some(109_568.0), None, Some(75.0), Some(322.31 * 125_000.0)];
    assert_eq!(rows(&parsed), [sender, receiver]);
    assert_eq!(strs(&parsed, "test"), ["UDP_STREAM", "UDP_STREAM"]);
    assert_eq!(strs(&parsed, "side"), ["send", "receive"]);
    assert_eq!((u32s(&parsed, "run"), u32s(&parsed, "line")), (vec![0, 0], vec![6, 7]));
    assert_eq!(i64s(&parsed, "messages"), [Some(47_310), Some(46_127)]);
    assert_eq!(i64s(&parsed, "errors"), [Some(0), None]);
    for name in ["response_bytes", "transactions_per_s", "cpu_percent", "remote_cpu_percent"] {
        assert_eq!(f64s(&parsed, name), [None, None], "{name}");
    }
    assert_eq!(parsed.facts.int("tests"), Some(1));
    assert_eq!(parsed.facts.text("test"), Some("UDP_STREAM"));
    assert_eq!(parsed.facts.text("remote"), Some("192.168.0.1"));
    assert_eq!(parsed.facts.text("unit"), Some("10^6bits"));
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(parsed.frame.unit("throughput"), Some(Unit::BytesPerSecond));
}

#[test]
fn a_wrapped_banner_and_kilobits() {
    let parsed = check("netperf/valid/udp-stream-wrapped.txt", &[]);
    let throughput = [Some(6_829_980.25 * 125.0), Some(6_298_720.5 * 125.0)];
    assert_eq!(f64s(&parsed, "throughput"), throughput);
    assert_eq!(i64s(&parsed, "errors"), [Some(12), None]);
    assert_eq!(parsed.facts.text("remote"), Some("10.0.0.7"));
}

#[test]
fn streams_have_one_side_and_bytes_are_binary() {
    let parsed = check("netperf/valid/tcp-stream-kbytes.txt", &[]);
    assert_eq!(rows(&parsed), [[16_384.0, 32_768.0, 10.02, 11_480.5 * 1024.0].map(Some)]);
    assert_eq!(
        (strs(&parsed, "test"), strs(&parsed, "side")),
        (vec!["TCP_STREAM".into()], vec!["send".into()])
    );
    let parsed = check("netperf/valid/tcp-stream-gbytes-maerts.txt", &[]);
    assert_eq!(rows(&parsed), [[131_072.0, 16_384.0, 10.0, 2.5 * 1_073_741_824.0].map(Some)]);
    assert_eq!(strs(&parsed, "side"), ["receive"]);
}

#[test]
fn cpu_columns() {
    let expected = ["note 2 other-output", "note 3 other-output", "note 9 cpu-unknown"];
    let parsed = check("netperf/valid/tcp-stream-cpu.txt", &expected);
    assert_eq!(f64s(&parsed, "throughput"), [Some(941.28 * 125_000.0)]);
    assert_eq!(
        (f64s(&parsed, "cpu_percent"), f64s(&parsed, "remote_cpu_percent")),
        (vec![Some(12.5)], vec![None])
    );
    let parsed = check("netperf/valid/udp-stream-cpu.txt", &[]);
    assert_eq!(strs(&parsed, "side"), ["send", "receive"], "the receiver's line has six figures, too");
    assert_eq!(f64s(&parsed, "throughput"), [Some(82.0 * 1_048_576.0); 2]);
    assert_eq!(f64s(&parsed, "cpu_percent"), [Some(44.91), Some(12.64)]);
}

#[test]
fn transactions() {
    let parsed = check("netperf/valid/tcp-rr.txt", &[]);
    assert_eq!(rows(&parsed), [[Some(16_384.0), Some(32.0), Some(10.0), None]]);
    assert_eq!(f64s(&parsed, "response_bytes"), [Some(1024.0)]);
    assert_eq!(f64s(&parsed, "transactions_per_s"), [Some(2504.92)]);
    assert_eq!((strs(&parsed, "test"), strs(&parsed, "side")), (vec!["TCP_RR".into()], vec!["both".into()]));
    assert_eq!(parsed.facts.text("unit"), None);
}

#[test]
fn several_tests_in_one_file() {
    let parsed = check("netperf/valid/three-tests.txt", &["note 1 other-output"]);
    assert_eq!(u32s(&parsed, "run"), [0, 0, 1, 1, 2]);
    assert_eq!(strs(&parsed, "test")[4], "UDP_RR");
    assert_eq!(f64s(&parsed, "message_bytes")[..3], [Some(1024.0), None, Some(65_507.0)]);
    assert_eq!(f64s(&parsed, "cpu_percent")[4], Some(0.86));
    assert_eq!(f64s(&parsed, "remote_cpu_percent")[4], Some(1.34));
    assert_eq!((parsed.facts.int("tests"), parsed.facts.text("test")), (Some(3), None));
    let parsed = check("netperf/valid/interim-results.txt", &["note 2 other-output"]);
    assert_eq!(f64s(&parsed, "throughput"), [Some(941.28 * 125_000.0)]);
}

#[test]
fn results_that_are_missing() {
    let parsed = check("netperf/invalid/one-failed.txt", &["warning 1 no-result"]);
    assert_eq!((u32s(&parsed, "run"), parsed.rows), (vec![1, 1], RowCount { read: 2, lost: 1 }));
    let parsed = check("netperf/invalid/receiver-missing.txt", &["warning 1 side-missing"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
    let killed = bytes("netperf/invalid/killed.txt");
    assert_eq!(detect(&killed), Ok(format("netperf")));
    let error = parse(format("netperf"), &killed).unwrap_err();
    assert!(error.to_string().contains("was it stopped?"), "{error}");
    assert_eq!((error.line, error.diagnostics[0].code), (Some(1), "no-result"));
}

#[test]
fn damaged_rows() {
    let parsed = check("netperf/invalid/cut.txt", &["warning 7 last-line-cut"]);
    assert_eq!(f64s(&parsed, "throughput"), [Some(330.57 * 125_000.0), None]);
    assert_eq!(i64s(&parsed, "messages")[1], Some(46_127));
    let parsed = check("netperf/invalid/unknown-unit.txt", &["warning 4 unknown-unit"]);
    assert_eq!(f64s(&parsed, "throughput"), [None, None]);
    let parsed = check("netperf/invalid/garbled-row.txt", &["warning 7 unreadable-row"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
}

#[test]
fn the_tables_of_omni_tests_are_not_netperfs_classic_ones() {
    let banner =
        "MIGRATED TCP STREAM TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to 10.0.0.7 () port 0 AF_INET\n";
    for table in
        ["Throughput,Throughput Units,Elapsed Time (sec)\n9.41,10^6bits/s,10.00\n", "THROUGHPUT=3180.24\n"]
    {
        let found = detect(format!("{banner}{table}").as_bytes());
        assert!(matches!(found, Err(DetectError::Unknown { .. })), "{found:?}");
    }
}
