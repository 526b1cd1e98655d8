//! Packets in files of libpcap and pcapng.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bytes, check, diagnostics, f64s, format, strs, u32s};

fn count(parsed: &Parsed, name: &str, word: &str) -> usize {
    strs(parsed, name).iter().filter(|text| *text == word).count()
}

#[test]
fn a_recorded_capture() {
    let parsed = check("pcap/valid/recorded.pcap", &[]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 107, lost: 0 }, Clock::Epoch));
    assert_eq!((count(&parsed, "kind", "request"), count(&parsed, "kind", "reply")), (44, 22));
    assert_eq!(count(&parsed, "kind", "announcement"), 1);
    assert_eq!(parsed.facts.float("time_resolution_s"), Some(1e-6));
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_796_084_659.405_646));
    let first = |name: &str| strs(&parsed, name)[0].clone();
    assert_eq!(
        ["source", "target", "source_mac", "protocol", "kind"].map(first),
        ["10.0.0.1", "10.0.0.5", "02:00:00:00:00:01", "icmp", "request"]
    );
    assert_eq!(parsed.frame.u32s("length").unwrap().get(0), Some(98));
    assert_eq!(parsed.frame.unit("payload"), Some(Unit::Bytes));
    // Requests of 32 bytes over TCP.
    assert!(u32s(&parsed, "payload").contains(&32));
}

/// tshark read the same file.
#[test]
fn tshark_sees_the_same() {
    let own = check("pcap/valid/recorded.pcap", &[]);
    let told = check("tshark/valid/recorded.csv", &[]);
    // The announcement's target was no field.
    for name in ["source", "source_mac", "protocol", "kind"] {
        assert_eq!(strs(&own, name), strs(&told, name), "{name}");
    }
    for name in ["ident", "seq", "source_port", "target_port", "flags", "length", "payload"] {
        assert_eq!(u32s(&own, name), u32s(&told, name), "{name}");
    }
    assert_eq!(f64s(&own, "epoch_s"), f64s(&told, "epoch_s"));
}

#[test]
fn blocks_hold_the_same_packets() {
    let classic = check("pcap/valid/recorded.pcap", &[]);
    let blocks = check("pcap/valid/recorded.pcapng", &[]);
    // tcpdump was killed before it had written its buffer.
    assert_eq!((classic.rows.read, blocks.rows.read), (107, 156));
    assert_eq!(strs(&classic, "kind"), strs(&blocks, "kind")[..107]);
    assert_eq!(u32s(&classic, "seq")[..], u32s(&blocks, "seq")[..66]);
    assert_eq!(blocks.facts.float("time_resolution_s"), Some(1e-9));
    for (one, other) in f64s(&classic, "epoch_s").into_iter().zip(f64s(&blocks, "epoch_s")) {
        assert!((one.unwrap() - other.unwrap()).abs() < 2e-6);
    }
}

#[test]
fn orders_of_bytes_units_and_links() {
    let ns = check("pcap/valid/recorded-ns.pcap", &[]);
    assert_eq!((ns.rows.read, ns.facts.float("time_resolution_s")), (10, Some(1e-9)));
    for name in ["big-endian.pcap", "own-resolution.pcapng"] {
        let other = check(&format!("pcap/valid/{name}"), &[]);
        assert_eq!(strs(&ns, "source"), strs(&other, "source"), "{name}");
        assert_eq!(u32s(&ns, "payload"), u32s(&other, "payload"), "{name}");
        let (own, theirs) = (f64s(&ns, "epoch_s"), f64s(&other, "epoch_s"));
        let coarse = other.facts.float("time_resolution_s").unwrap();
        for (one, other) in own.into_iter().zip(theirs) {
            assert!((one.unwrap() - other.unwrap()).abs() <= coarse + 1e-6, "{name}");
        }
    }
    assert_eq!(
        check("pcap/valid/own-resolution.pcapng", &[]).facts.float("time_resolution_s"),
        Some(1.0 / 1024.0)
    );
    let raw = check("pcap/valid/raw-ip.pcap", &[]);
    assert_eq!((strs(&raw, "target"), strs(&raw, "kind")), (strs(&ns, "target"), strs(&ns, "kind")));
    assert_eq!(count(&raw, "source_mac", "null"), 10);
    for name in ["recorded-cooked.pcap", "recorded-cooked-2.pcap"] {
        let cooked = check(&format!("pcap/valid/{name}"), &[]);
        assert_eq!((cooked.rows.read, count(&cooked, "protocol", "icmp")), (10, 6), "{name}");
        assert_eq!(count(&cooked, "source_mac", "02:00:00:00:00:05"), 4, "{name}");
    }
    let v6 = check("pcap/valid/recorded-v6.pcap", &[]);
    assert_eq!((count(&v6, "source", "::1"), count(&v6, "kind", "reply")), (6, 3));
}

/// Each section numbers its interfaces anew, and may be of another machine.
#[test]
fn sections_are_read_by_their_own_rules() {
    let parsed = check("pcap/valid/two-sections.pcapng", &[]);
    let whole = check("pcap/valid/recorded-ns.pcap", &[]);
    assert_eq!(strs(&parsed, "kind"), strs(&whole, "kind")[..4]);
    assert_eq!(count(&parsed, "source_mac", "null"), 2);
}

#[test]
fn what_is_cut_or_damaged() {
    let cut = check("pcap/invalid/cut.pcap", &["warning last-packet-cut"]);
    assert_eq!(cut.rows.lost, 1);
    assert!(
        cut.diagnostics[0].message.contains("expected packet 13 at byte 984, found 16 bytes"),
        "{}",
        cut.diagnostics[0].message
    );
    let cut = check("pcap/invalid/cut.pcapng", &["warning last-packet-cut"]);
    assert_eq!(cut.rows.lost, 1);
    let damaged = check("pcap/invalid/damaged.pcap", &["error capture-damaged"]);
    assert_eq!(damaged.rows, RowCount { read: 2, lost: 1 });
    let damaged = check(
        "pcap/invalid/damaged.pcapng",
        &["warning block-damaged", "warning packet-without-time", "warning packet-without-time"],
    );
    assert_eq!(damaged.rows.lost, 3);
    assert!(damaged.rows.read > 2);
    let short = check("pcap/invalid/too-short.pcap", &["warning packet-too-short"; 5]);
    assert_eq!(short.rows, RowCount { read: 1, lost: 5 });
}

#[test]
fn nothing_to_use() {
    let error = parse(format("pcap"), &bytes("pcap/invalid/header-only.pcap")).unwrap_err();
    assert!(error.expected.contains("at least one packet"), "{error}");
    let error = parse(format("pcap"), &bytes("pcap/invalid/unknown-link.pcap")).unwrap_err();
    assert_eq!(
        error.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(),
        ["link-type-unknown"; 3]
    );
    let error = parse(format("pcap"), b"\xd4\xc3\xb2\xa1\x02").unwrap_err();
    assert!(error.expected.contains("the header of a capture"), "{error}");
}

/// Wherever a capture is cut, what stands before is read.
#[test]
fn every_cut_is_told() {
    for name in ["recorded-ns.pcap", "own-resolution.pcapng", "two-sections.pcapng"] {
        let whole = bytes(&format!("pcap/valid/{name}"));
        let all = parse(format("pcap"), &whole).unwrap().rows.read;
        for end in 0..whole.len() {
            if let Ok(parsed) = parse(format("pcap"), &whole[..end]) {
                assert!(parsed.rows.read <= all);
                let at_a_border = parsed.rows.lost == 0;
                assert_eq!(at_a_border, diagnostics(&parsed).is_empty(), "{name} {end}");
            }
        }
    }
}
