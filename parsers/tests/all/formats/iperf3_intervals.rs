//! iperf3, interval by interval.

use proptest::prelude::*;
use stillstand_parsers::{Clock, detect_all, parse};

use crate::common::{check_work, f64s, format, parse_text, u32s, work_rows};

/// Bytes per second of so many Mbit/s.
fn mbit(rate: f64) -> f64 {
    rate * 1e6 / 8.0
}

fn rates(name: &str, notes: &[&str]) -> Vec<f64> {
    f64s(&check_work(name, notes), "rate").into_iter().flatten().collect()
}

#[test]
fn one_stream_counts_from_its_start() {
    let parsed = check_work("iperf3-intervals/valid/recorded-tcp.txt", &[]);
    let expected = ["1 1 1 2625000", "1 2 1 2487500", "1 3 1 2487500"];
    assert_eq!(work_rows(&parsed), expected);
    assert_eq!(
        (parsed.frame.clock, parsed.facts.text("time_from")),
        (Clock::None, Some("the start of the tool"))
    );
    assert_eq!((parsed.facts.text("counts"), parsed.facts.text("protocol")), (Some("sent"), Some("TCP")));
    assert!(parsed.facts.float("buffered_bytes").is_some() && parsed.needs_clock_start());
    assert_eq!(u32s(&parsed, "line"), [4, 5, 6]);
    assert_eq!(f64s(&parsed, "retransmits"), [Some(0.0); 3]);
}

#[test]
fn a_time_in_front_of_every_line() {
    let notes = ["note 1 stamped-lines"];
    let parsed = check_work("iperf3-intervals/valid/recorded-tcp-stopped-epoch.txt", &notes);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    let rows = work_rows(&parsed);
    assert_eq!((rows.len(), rows[0].as_str()), (14, "1 1796084259 0.5 2625000"));
    // An interval of nothing is a value.
    assert_eq!(rows[7], "1 1796084262 0.5 0");
    assert_eq!(f64s(&parsed, "elapsed_s")[7], Some(4.0));
    assert_eq!(parsed.facts.float("stamp_resolution_s"), Some(1.0));
    let notes = ["note 1 stamped-lines", "warning 4 time-zone-unknown"];
    let mut local = check_work("iperf3-intervals/invalid/recorded-tcp-stopped-local-time.txt", &notes);
    assert_eq!((local.frame.clock, local.needs_clock_start()), (Clock::None, false));
    local.declare_utc_offset(3600);
    assert_eq!(f64s(&local, "epoch_s")[0], Some(1_796_084_252.0 - 3600.0));
}

#[test]
fn streams_are_parts_of_their_sum_and_omitted_seconds_are_none() {
    let parsed = check_work("iperf3-intervals/valid/recorded-two-streams-omit.txt", &[]);
    let expected = ["1 2 1 2625000", "1 3 1 2362500", "1 4 1 2625000"];
    assert_eq!(work_rows(&parsed), expected);
    let parsed = check_work("iperf3-intervals/valid/recorded-two-streams-omit.json", &[]);
    let ends = f64s(&parsed, "elapsed_s");
    assert!(ends.len() == 2 && ends[0].is_some_and(|end| (end - 2.0).abs() < 0.01), "{ends:?}");
    assert!(f64s(&parsed, "rate")[0].is_some_and(|rate| (rate - 2.6e6).abs() < 5e4));
}

#[test]
fn of_two_directions_what_arrives_counts() {
    let name = "iperf3-intervals/valid/recorded-bidir.txt";
    assert_eq!(rates(name, &[]), [mbit(10.5), mbit(10.5), mbit(9.45)]);
    assert_eq!(check_work(name, &[]).facts.text("counts"), Some("received"));
    let two = "iperf3-intervals/valid/recorded-bidir-two-streams.txt";
    assert_eq!(rates(two, &[]), [mbit(21.0), mbit(21.0), mbit(18.9)]);
    let json = check_work("iperf3-intervals/valid/recorded-bidir.json", &[]);
    assert_eq!(json.facts.text("counts"), Some("received"));
    assert_eq!(u32s(&json, "line"), [84, 129]);
    let reverse = check_work("iperf3-intervals/valid/recorded-reverse.txt", &[]);
    assert_eq!((reverse.facts.text("counts"), reverse.facts.get("buffered_bytes")), (Some("received"), None));
}

#[test]
fn units() {
    let name = "iperf3-intervals/valid/recorded-megabytes.txt";
    assert_eq!(rates(name, &[]), [2.50 * 1_048_576.0, 2.37 * 1_048_576.0, 2.37 * 1_048_576.0]);
}

#[test]
fn datagrams_that_were_sent_and_that_arrived() {
    for (name, counts) in [
        ("recorded-udp-client.txt", "sent"),
        ("recorded-udp-client.json", "sent"),
        ("recorded-udp-reverse.txt", "received"),
        ("recorded-udp-server.json", "received"),
        ("udp-old.txt", "received"),
    ] {
        let parsed = check_work(&format!("iperf3-intervals/valid/{name}"), &[]);
        assert_eq!(
            (parsed.facts.text("counts"), parsed.facts.text("protocol")),
            (Some(counts), Some("UDP")),
            "{name}"
        );
        assert_eq!(parsed.facts.get("buffered_bytes"), None, "{name}");
        let size = parsed.facts.float("unit_bytes").unwrap();
        assert!((1390.0..1410.0).contains(&size) || name == "udp-old.txt", "{name}: {size}");
    }
    let old = check_work("iperf3-intervals/valid/udp-old.txt", &[]);
    // Without the sum, which has no mark.
    assert_eq!(work_rows(&old), ["1 1 1 131250", "1 2 1 0", "1 3 1 65500"]);
    assert_eq!(f64s(&old, "lost"), [Some(0.0), Some(0.0), Some(24.0)]);
    assert_eq!(f64s(&old, "jitter"), [Some(0.017), Some(0.017), Some(0.024)]);
    let stamped = check_work("iperf3-intervals/valid/recorded-udp-server-iso.txt", &["note 1 stamped-lines"]);
    assert_eq!(f64s(&stamped, "epoch_s")[0], Some(1_796_084_292.0));
}

#[test]
fn json_is_placed_by_the_second_in_which_it_was_begun() {
    let parsed = check_work("iperf3-intervals/valid/recorded-tcp-stopped.json", &[]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!((parsed.frame.height(), parsed.facts.float("time_resolution_s")), (7, Some(1.0)));
    assert_eq!(work_rows(&parsed)[0], "1 1796084299 1 2621112.228");
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_796_084_298.0 + 1.000_125));
    assert_eq!(parsed.facts.float("unit_bytes"), Some(131_072.0));
    for name in ["array.json", "json-stream.json"] {
        let parsed = check_work(&format!("iperf3-intervals/valid/{name}"), &[]);
        assert!(parsed.frame.height() > 0 && u32s(&parsed, "line").is_sorted(), "{name}");
    }
    let array = check_work("iperf3-intervals/valid/array.json", &[]);
    assert_eq!((u32s(&array, "test"), array.facts.int("tests")), (vec![1, 1, 2, 2, 3, 3], Some(3)));
}

#[test]
fn tests_in_a_row_count_from_their_own_start() {
    let mut parsed = check_work("iperf3-intervals/valid/server-two-tests.txt", &[]);
    let expected = ["1 1 1 118375000", "1 2 1 116500000", "2 1 1 117500000", "2 2 1 0"];
    assert_eq!(work_rows(&parsed), expected);
    // Somebody says when the tool was started: the second test is not placed by that.
    parsed.declare_clock_start(1000.0);
    assert_eq!(f64s(&parsed, "epoch_s"), [Some(1001.0), Some(1002.0), None, None]);
}

#[test]
fn damage() {
    let name = |name: &str| format!("iperf3-intervals/invalid/{name}");
    assert_eq!(check_work(&name("cut.txt"), &["warning 6 last-line-cut"]).frame.height(), 2);
    assert_eq!(check_work(&name("not-numbers.txt"), &["warning 5 unreadable-row"]).rows.lost, 1);
    assert_eq!(check_work(&name("incomplete-interval.txt"), &["warning 13 unreadable-row"]).rows.lost, 1);
    let cut = check_work(&name("cut.json"), &["warning 147:6 unreadable-row"]);
    assert_eq!(cut.frame.height(), 4);
    let head = b"Connecting to host 127.0.0.1, port 5391\n[ ID] Interval           Transfer     Bitrate\n";
    let error = parse(format("iperf3-intervals"), head).unwrap_err();
    assert!(error.to_string().contains("`-i 1`"), "{error}");
    // A test that was stopped has its intervals, also the last, short one.
    assert_eq!(
        rates("iperf3-intervals/valid/recorded-interrupted.txt", &[]),
        [mbit(10.5), mbit(10.5), mbit(8.96)]
    );
}

#[test]
fn the_results_are_read_beside_the_intervals_and_the_text_has_none() {
    let names = |name: &str| -> Vec<&str> {
        let bytes = crate::common::bytes(&format!("iperf3-intervals/valid/{name}"));
        detect_all(&bytes).unwrap().iter().map(|format| format.name()).collect()
    };
    assert_eq!(names("recorded-tcp-stopped.json"), ["iperf3", "iperf3-intervals"]);
    assert_eq!(names("recorded-tcp.txt"), ["iperf3-intervals"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Rows with any number of streams are read back, as the sum where there is one.
    #[test]
    fn written_and_read(rows in proptest::collection::vec((0_u32..1000, 1_u32..4), 1..20)) {
        let mut text = "Connecting to host a, port 5201\n".to_owned();
        let mut expected = Vec::new();
        text.push_str("[ ID] Interval           Transfer     Bitrate         Retr  Cwnd\n");
        for (at, (rate, streams)) in rows.iter().enumerate() {
            for stream in 0..*streams {
                text += &format!("[{:3}] {:6.2}-{:<6.2} sec  1.00 MBytes  {rate} Mbits/sec    0    387 KBytes       \n", 5 + 2 * stream, at as f64, at as f64 + 1.0);
            }
            let all = rate * streams;
            if *streams > 1 {
                text += &format!("[SUM] {:6.2}-{:<6.2} sec  1.00 MBytes  {all} Mbits/sec    0             \n", at as f64, at as f64 + 1.0);
            }
            text += "- - - - - - - - - - - - - - - - - - - - - - - - -\n";
            expected.push(Some(mbit(f64::from(all))));
        }
        let parsed = parse_text(format("iperf3-intervals"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let read = f64s(&parsed, "rate");
        prop_assert_eq!(read, expected);
    }
}
