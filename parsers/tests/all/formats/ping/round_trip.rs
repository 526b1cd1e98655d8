//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, printed, read_whole, strs, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ping(lines in vec((1_u32..400, 0_u32..2_000_000, 0_u8..4), 1..300), start in 1_u32..200_000, stamped: bool, kind in 0_u8..4) {
        let header = ["PING asam (192.168.2.70) 56(84) bytes of data.", "PING asam (192.168.2.70): 56 data bytes",
            "PING asam (192.168.2.70): 56 data bytes", "HPING asam (eth0 192.168.2.70): icmp mode set, 28 headers + 0 data bytes"];
        let mut text = format!("{}\n", header[usize::from(kind)]);
        let mut seq = start % 65_536;
        let mut expected = Vec::new();
        for (index, (step, rtt, outcome)) in (0_i64..).zip(&lines) {
            let epoch = format!("{}.{index:06}", START + index);
            if stamped {
                write!(text, "[{epoch}] ").unwrap();
            }
            let (rtt, sent) = (format!("{}.{:03}", rtt / 1000, rtt % 1000), seq % 65_536);
            let outcome = match (kind, outcome) {
                (0, 1) => {
                    writeln!(text, "no answer yet for icmp_seq={sent}").unwrap();
                    "no-answer-yet"
                }
                (0, 2) => {
                    writeln!(text, "From 192.168.2.1 icmp_seq={sent} Destination Host Unreachable").unwrap();
                    "unreachable"
                }
                (1, 1) => {
                    writeln!(text, "Request timeout for icmp_seq {sent}").unwrap();
                    "timeout"
                }
                (0 | 1, _) => {
                    writeln!(text, "64 bytes from 192.168.2.70: icmp_seq={sent} ttl=64 time={rtt} ms").unwrap();
                    "reply"
                }
                (2, _) => {
                    writeln!(text, "64 bytes from 192.168.2.70: seq={sent} ttl=64 time={rtt} ms").unwrap();
                    "reply"
                }
                _ => {
                    writeln!(text, "len=28 ip=192.168.2.70 ttl=64 id=43189 icmp_seq={sent} rtt={rtt} ms").unwrap();
                    "reply"
                }
            };
            let epoch = printed(&epoch).filter(|_| stamped);
            expected.push((epoch, seq, printed(&rtt).filter(|_| outcome == "reply"), outcome.to_owned()));
            seq += step;
        }
        let parsed = read_whole(format("ping"), &text);
        let rows: Vec<_> = f64s(&parsed, "epoch_s")
            .into_iter()
            .zip(u32s(&parsed, "seq"))
            .zip(f64s(&parsed, "rtt"))
            .zip(strs(&parsed, "outcome"))
            .map(|(((epoch, seq), rtt), outcome)| (epoch, seq, rtt, outcome))
            .collect();
        prop_assert_eq!(rows, expected);
    }
}
