//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, i64s, printed, read_whole, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ping_gawk(replies in vec((1_u32..400, 0_u32..2_000_000), 1..400), start in 0_u32..200_000) {
        let mut text = String::from("# PING asam (192.168.2.70) 56(84) bytes of data.\n");
        let mut seq = start % 65_536;
        let first = seq;
        let mut expected = Vec::new();
        for (index, (step, rtt)) in replies.iter().enumerate() {
            let rtt = format!("{}.{:03}", rtt / 1000, rtt % 1000);
            writeln!(text, "{}.{} {} {rtt}", START + i64::from(seq / 5), index % 100, seq % 65_536).unwrap();
            expected.push((Some(START + i64::from(seq / 5)), seq, printed(&rtt)));
            seq += step;
        }
        let transmitted = seq - first;
        writeln!(text, "# {transmitted} packets transmitted, {} received, 0% packet loss, time 1ms", replies.len()).unwrap();
        let parsed = read_whole(format("ping-gawk"), &text);
        let rows: Vec<_> = i64s(&parsed, "epoch")
            .into_iter()
            .zip(u32s(&parsed, "seq"))
            .zip(f64s(&parsed, "rtt"))
            .map(|((epoch, seq), rtt)| (epoch, seq, rtt))
            .collect();
        prop_assert_eq!(rows, expected);
        prop_assert_eq!(parsed.facts.int("transmitted"), Some(i64::from(transmitted)));
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }
}
