//! iperf3.

mod round_trip;

use stillstand_parsers::{RowCount, detect, parse};

use crate::common::{benchmark_rows, bytes, check, check_long_line, format, read, strs, u32s};

/// `recorded-tcp.json`, which others are made of.
const TCP: [&str; 5] = [
    // 16458672394.827887 and 16458327402.668053 bits.
    "tcp-send send 131072 throughput mean 2057334049.3534858 bytes_per_s null#0",
    "tcp-send send 131072 events retransmits 33 count null#0",
    "tcp-send receive 131072 throughput mean 2057290925.3335066 bytes_per_s null#0",
    "tcp-send send 131072 cpu mean 50.57149810298536 percent null#0",
    "tcp-send receive 131072 cpu mean 47.4610461846197 percent null#0",
];

#[test]
fn one_stream() {
    let parsed = check("iperf3/valid/recorded-tcp.json", &[]);
    assert_eq!(benchmark_rows(&parsed), TCP);
    assert_eq!(u32s(&parsed, "line"), [126, 127, 135, 139, 142]);
    assert_eq!(parsed.version.as_deref(), Some("3.12"));
    let facts = &parsed.facts;
    assert_eq!((facts.text("host"), facts.text("remote")), (Some("vm"), Some("127.0.0.1")));
    assert_eq!(facts.float("start_epoch_s"), Some(1_795_274_492.0));
    assert_eq!((facts.int("streams"), facts.float("runtime_s")), (Some(1), Some(2.003_668)));
    // Who wants more retransmissions?
    assert_eq!(strs(&parsed, "direction"), ["higher", "lower", "higher", "lower", "lower"]);
}

#[test]
fn the_server_sends_to_two_streams() {
    let parsed = check("iperf3/valid/recorded-reverse-two-streams.json", &[]);
    let expected = [
        "tcp-receive send 131072 throughput mean 796309379.6339597 bytes_per_s 1#0",
        "tcp-receive send 131072 events retransmits 53 count 1#0",
        "tcp-receive receive 131072 throughput mean 796418788.851163 bytes_per_s 1#0",
        "tcp-receive send 131072 throughput mean 759637237.1508168 bytes_per_s 2#0",
        "tcp-receive send 131072 events retransmits 12 count 2#0",
        "tcp-receive receive 131072 throughput mean 759720482.1156532 bytes_per_s 2#0",
        "tcp-receive send 131072 throughput mean 1555946616.7847764 bytes_per_s null#0",
        "tcp-receive send 131072 events retransmits 65 count null#0",
        "tcp-receive receive 131072 throughput mean 1556139270.9668162 bytes_per_s null#0",
        // The client, which wrote it, receives.
        "tcp-receive receive 131072 cpu mean 36.01257366366099 percent null#0",
        "tcp-receive send 131072 cpu mean 61.1150858442433 percent null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    assert_eq!(parsed.facts.int("streams"), Some(2));
}

#[test]
fn both_ways_at_once() {
    let parsed = check("iperf3/valid/recorded-bidir.json", &[]);
    let expected = [
        "tcp-bidir-send send 131072 throughput mean 1030830253.9024318 bytes_per_s null#0",
        "tcp-bidir-send send 131072 events retransmits 12 count null#0",
        "tcp-bidir-send receive 131072 throughput mean 1020427134.473717 bytes_per_s null#0",
        "tcp-bidir-receive send 131072 throughput mean 956778239.4771458 bytes_per_s null#0",
        "tcp-bidir-receive send 131072 events retransmits 46 count null#0",
        "tcp-bidir-receive receive 131072 throughput mean 955684918.466725 bytes_per_s null#0",
        "tcp-bidir-send send 131072 cpu mean 57.75647256825297 percent null#0",
        "tcp-bidir-send receive 131072 cpu mean 58.76585335156608 percent null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
}

#[test]
fn datagrams() {
    let parsed = check("iperf3/valid/recorded-udp.json", &[]);
    let expected = [
        "udp-send send 32768 throughput mean 2506649.2273816774 bytes_per_s null#0",
        "udp-send receive 32768 throughput mean 2506540.1973533235 bytes_per_s null#0",
        "udp-send receive 32768 events lost 0 count null#0",
        "udp-send receive 32768 loss value 0 percent null#0",
        "udp-send receive 32768 jitter mean 0.000027871202564800564 s null#0",
        "udp-send send 32768 cpu mean 2.2143197675638886 percent null#0",
        "udp-send receive 32768 cpu mean 0.5056047483750205 percent null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("iperf3/valid/udp-old-two-streams.json", &[]);
    let expected = [
        "udp-send send 8192 throughput mean 125000 bytes_per_s 1#0",
        "udp-send receive 8192 events lost 3 count 1#0",
        "udp-send receive 8192 loss value 1.96 percent 1#0",
        "udp-send receive 8192 jitter mean 0.000025 s 1#0",
        "udp-send send 8192 throughput mean 112500 bytes_per_s 2#0",
        "udp-send receive 8192 events lost 4 count 2#0",
        "udp-send receive 8192 loss value 2.9 percent 2#0",
        "udp-send receive 8192 jitter mean 0.000029999999999999997 s 2#0",
        "udp-send send 8192 throughput mean 237500 bytes_per_s null#0",
        "udp-send receive 8192 events lost 7 count null#0",
        "udp-send receive 8192 loss value 2.4 percent null#0",
        "udp-send receive 8192 jitter mean 0.000027 s null#0",
        "udp-send send 8192 cpu mean 2.5 percent null#0",
        "udp-send receive 8192 cpu mean 0.75 percent null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
}

/// Its zeros are of what the client measured and does not tell.
#[test]
fn the_log_of_the_server() {
    let unknown = |lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| format!("note {line} peer-unknown")).collect()
    };
    for (name, notes, expected) in [
        (
            "recorded-server-tcp",
            unknown(&["106:23", "121:20"]),
            vec![
                "tcp-send send 131072 throughput mean null bytes_per_s null#0",
                "tcp-send receive 131072 throughput mean 3102814357.6501484 bytes_per_s null#0",
                "tcp-send receive 131072 cpu mean 45.37260306004879 percent null#0",
                "tcp-send send 131072 cpu mean null percent null#0",
            ],
        ),
        (
            "recorded-server-udp-reverse",
            unknown(&["108:23", "109:17", "110:20", "112:20", "119:20"]),
            vec![
                "udp-receive send 32768 throughput mean 2522023.7875097087 bytes_per_s null#0",
                "udp-receive receive 32768 throughput mean null bytes_per_s null#0",
                "udp-receive receive 32768 events lost null count null#0",
                "udp-receive receive 32768 loss value null percent null#0",
                "udp-receive receive 32768 jitter mean null s null#0",
                "udp-receive send 32768 cpu mean 3.5868751455590617 percent null#0",
                "udp-receive receive 32768 cpu mean null percent null#0",
            ],
        ),
        (
            "recorded-server-bidir",
            unknown(&["187:23", "212:23", "219:20"]),
            vec![
                "tcp-bidir-send send 131072 throughput mean null bytes_per_s null#0",
                "tcp-bidir-send receive 131072 throughput mean 921316711.9826208 bytes_per_s null#0",
                "tcp-bidir-receive send 131072 throughput mean 840982151.5209725 bytes_per_s null#0",
                "tcp-bidir-receive send 131072 events retransmits 1 count null#0",
                "tcp-bidir-receive receive 131072 throughput mean null bytes_per_s null#0",
                "tcp-bidir-send receive 131072 cpu mean 30.081597048604753 percent null#0",
                "tcp-bidir-send send 131072 cpu mean null percent null#0",
            ],
        ),
        (
            "server-old",
            unknown(&["13:97", "14:97", "16:81", "17:105"]),
            vec![
                "udp-send send 8192 throughput mean null bytes_per_s 1#0",
                "udp-send receive 8192 events lost 3 count 1#0",
                "udp-send receive 8192 loss value 1.96 percent 1#0",
                "udp-send receive 8192 jitter mean 0.000025 s 1#0",
                "udp-send send 8192 throughput mean null bytes_per_s 2#0",
                "udp-send receive 8192 events lost 4 count 2#0",
                "udp-send receive 8192 loss value 2.9 percent 2#0",
                "udp-send receive 8192 jitter mean 0.000029999999999999997 s 2#0",
                "udp-send send 8192 throughput mean null bytes_per_s null#0",
                "udp-send receive 8192 events lost 7 count null#0",
                "udp-send receive 8192 loss value 2.4 percent null#0",
                "udp-send receive 8192 jitter mean 0.000027 s null#0",
                "udp-send receive 8192 cpu mean 2.5 percent null#0",
                "udp-send send 8192 cpu mean null percent null#0",
            ],
        ),
    ] {
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        assert_eq!(benchmark_rows(&check(&format!("iperf3/valid/{name}.json"), &notes)), expected);
    }
}

#[test]
fn several_tests_in_a_file() {
    let tcp = bytes("iperf3/valid/recorded-tcp.json");
    let parsed = parse(format("iperf3"), &[tcp.as_slice(), b"iperf3: exiting\n", &tcp].concat()).unwrap();
    let second = TCP.map(|row| row.replace("#0", "#1"));
    assert_eq!(benchmark_rows(&parsed), [TCP.map(str::to_owned), second].concat());
    assert_eq!(crate::common::diagnostics(&parsed), ["note 150 other-output"]);
    let failed = check("iperf3/invalid/one-failed.json", &["warning 10:11 benchmark-failed"]);
    assert_eq!(
        (benchmark_rows(&failed), failed.rows),
        (TCP.map(str::to_owned).to_vec(), RowCount { read: 5, lost: 1 })
    );
}

#[test]
fn damage() {
    // The sums are cut off; the only stream has the same.
    let parsed = check("iperf3/invalid/cut.json", &["warning 1:1 benchmark-unfinished"]);
    assert_eq!(benchmark_rows(&parsed), TCP[..3]);
    assert_eq!((u32s(&parsed, "line"), parsed.rows), (vec![102, 103, 117], RowCount { read: 3, lost: 1 }));
    let said = ["warning 126:23 unreadable-value", "warning 127:19 unreadable-value"];
    let parsed = check("iperf3/invalid/not-numbers.json", &said);
    let null = [
        "tcp-send send 131072 throughput mean null bytes_per_s null#0",
        "tcp-send send 131072 events retransmits null count null#0",
    ];
    assert_eq!(
        (&benchmark_rows(&parsed)[..2], &benchmark_rows(&parsed)[2..]),
        (&null.map(str::to_owned)[..], &TCP.map(str::to_owned)[2..])
    );
    // A bracket is missing in the middle of the start.
    let text = String::from_utf8(bytes("iperf3/valid/recorded-tcp.json")).unwrap();
    let error = parse(format("iperf3"), text.replacen("}],\n", "},\n", 1).as_bytes()).unwrap_err();
    let codes: Vec<_> = error.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["benchmark-unfinished", "json-broken"]);
}

/// Streams alone tell that there are two ways.
#[test]
fn both_ways_cut_off() {
    let whole = bytes("iperf3/valid/recorded-bidir.json");
    let end = memchr::memmem::find(&whole, b"\"sum_sent\"").unwrap();
    let parsed = parse(format("iperf3"), &whole[..end]).unwrap();
    let expected: Vec<_> = benchmark_rows(&read("iperf3/valid/recorded-bidir.json"));
    assert_eq!(benchmark_rows(&parsed)[0], expected[0]);
    assert_eq!(benchmark_rows(&parsed)[3], expected[3]);
}

#[test]
fn nothing_usable() {
    for (name, words, codes) in [
        ("recorded-for-people.txt", "with `-J`", ["other-output"]),
        ("recorded-refused.json", "Connection refused", ["benchmark-failed"]),
        ("recorded-stopped.json", "interrupt - the client has terminated", ["benchmark-unfinished"]),
    ] {
        let bytes = bytes(&format!("iperf3/invalid/{name}"));
        assert_eq!(detect(&bytes), Ok(format("iperf3")), "{name}");
        let error = parse(format("iperf3"), &bytes).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), codes, "{name}");
    }
    let stream = b"{\"event\":\"start\",\"data\":{\"connected\":[],\"version\":\"iperf 3.17\"}}\n";
    assert_eq!(detect(stream), Ok(format("iperf3")));
    assert!(parse(format("iperf3"), stream).unwrap_err().to_string().contains("was iperf3 stopped?"));
}

/// What takes the square of the length would take minutes here.
#[test]
fn a_line_may_be_long() {
    check_long_line(
        format("iperf3"),
        "{\"start\":{\"connected\":[]},\"end\":{\"streams\":[",
        "{\"sender\":{}},",
    );
    check_long_line(format("iperf3"), "{}", "{\"start\":[}\n");
}
