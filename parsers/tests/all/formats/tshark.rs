//! Fields of packets.

mod round_trip;

use stillstand_parsers::{Clock, DetectError, RowCount, detect, parse};

use crate::common::{bytes, check, f64s, format, strs, u32s};

const FEW: &str = "note 1 fields-missing";

#[test]
fn a_recorded_capture() {
    let parsed = check("tshark/valid/recorded.csv", &[]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 107, lost: 0 }, Clock::Epoch));
    assert_eq!(f64s(&parsed, "epoch_s")[0], Some(1_796_084_659.405_646));
    let announced: Vec<usize> = strs(&parsed, "kind")
        .iter()
        .enumerate()
        .filter(|(_, kind)| *kind == "announcement")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(announced, [87]);
    assert_eq!(strs(&parsed, "source")[87], "10.0.0.5");
    assert_eq!(parsed.frame.u32s("line").unwrap().get(87), Some(89));
}

/// The same packets with other fields, signs and quotes: a comma inside a time, with quotes around it and without.
#[test]
fn separators_quotes_and_written_times() {
    let whole = check("tshark/valid/recorded.csv", &[]);
    let expected = &f64s(&whole, "epoch_s")[..12];
    for name in ["recorded-quoted.csv", "recorded-comma.csv"] {
        let parsed = check(&format!("tshark/valid/{name}"), &[FEW]);
        assert_eq!(strs(&parsed, "source"), strs(&whole, "source")[..12], "{name}");
        for (time, expected) in f64s(&parsed, "epoch_s").into_iter().zip(expected) {
            assert!((time.unwrap() - expected.unwrap()).abs() < 1e-6, "{name}");
        }
    }
    // With its bytes in the other order it is the same number.
    let turned = check("tshark/valid/recorded-quoted.csv", &[FEW]);
    assert_eq!(u32s(&turned, "seq")[..4], [1, 1, 2, 2]);
    let single = check("tshark/valid/recorded-single-quotes.csv", &[FEW]);
    assert_eq!((strs(&single, "source")[0].as_str(), strs(&single, "kind")[1].as_str()), ("::1", "reply"));
    assert_eq!(u32s(&single, "ident")[0], 0x5af7);
    let cooked = check("tshark/valid/recorded-cooked.tsv", &[FEW]);
    let of_pcap = check("pcap/valid/recorded-cooked.pcap", &[]);
    for name in ["source", "target", "protocol"] {
        assert_eq!(strs(&cooked, name), strs(&of_pcap, name), "{name}");
    }
    assert_eq!(u32s(&cooked, "flags"), u32s(&of_pcap, "flags"));
}

#[test]
fn times_since_the_start_have_no_clock() {
    let parsed =
        check("tshark/valid/recorded-relative.tsv", &["note 1 times-without-clock", "note 1 fields-missing"]);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(f64s(&parsed, "monotonic_s")[0], Some(0.0));
    assert!(f64s(&parsed, "epoch_s").iter().all(Option::is_none) && parsed.needs_clock_start());
    assert_eq!(strs(&parsed, "protocol")[0], "icmp");
}

/// An ICMP error holds the addresses and the number of what it is about, which is neither a request nor a reply.
#[test]
fn of_several_values_the_first_is_its_own() {
    let parsed = check("tshark/valid/errors.csv", &[FEW]);
    assert_eq!(strs(&parsed, "source"), ["198.51.100.61", "198.51.100.1", "198.51.100.57", "198.51.100.57"]);
    assert_eq!(strs(&parsed, "kind"), ["request", "null", "null", "reply"]);
    assert_eq!(u32s(&parsed, "seq"), [17, 17]);
    assert_eq!(strs(&parsed, "protocol"), ["icmp"; 4]);
}

#[test]
fn what_is_damaged() {
    let parsed = check(
        "tshark/invalid/damaged.csv",
        &[
            "warning 5 row-unreadable",
            "warning 6 time-unreadable",
            "warning 7 row-unreadable",
            "warning 10 last-line-cut",
        ],
    );
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 4 });
    let local =
        check("tshark/invalid/local-time.csv", &["warning 1 time-zone-unknown", "note 1 fields-missing"]);
    let mut placed = local;
    placed.declare_utc_offset(19_800);
    assert_eq!(f64s(&placed, "epoch_s")[0].map(f64::trunc), Some(1_784_039_622.0));
    let error = parse(format("tshark"), &bytes("tshark/invalid/header-only.csv")).unwrap_err();
    assert!(error.expected.contains("at least one packet"), "{error}");
}

/// Fields without an address or a time tell nothing of an outage, and other tables are not packets.
#[test]
fn other_tables_are_not_taken() {
    for text in [
        "frame.number,frame.len\n1,60\n",
        "frame.time_epoch,frame.len\n1.5,60\n",
        "ip.src,ip.dst\n10.0.0.1,10.0.0.2\n",
    ] {
        assert!(matches!(detect(text.as_bytes()), Err(DetectError::Unknown { .. })), "{text}");
    }
}
