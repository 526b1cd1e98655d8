//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, read_whole};

/// Midnight on 30 November 2026.
const NOV_30_S: i64 = 1_795_996_800;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vmstat(
        rows in vec((vec(0_u32..100, 5), vec(0_u32..1 << 26, 3), vec(0_u32..1 << 20, 2)), 1..60),
        begin in 0_i64..86_000, every in 1_usize..25, guests: bool, crlf: bool,
    ) {
        let head = format!(
            "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n r  b   swpd   free   buff  \
             cache   si   so    bi    bo   in   cs us sy id wa st{}                 CET\n",
            if guests { " gu" } else { "" }
        );
        let mut text = head.clone();
        let write = |text: &mut String, shares: &[u32], memory: &[u32], blocks: &[u32], second: i64| {
            let [free, buffers, cache] = [memory[0] * 4, memory[1] * 4, memory[2] * 4];
            write!(text, " 2  0      0 {free:6} {buffers:6} {cache:6}    0    0 {:5} {:5}   29   57", blocks[0], blocks[1]).unwrap();
            shares.iter().for_each(|share| write!(text, " {share:2}").unwrap());
            let guest = if guests { "  1" } else { "" };
            let day = 30 + second / 86_400;
            let date = if day == 30 { "2026-11-30".to_owned() } else { "2026-12-01".to_owned() };
            writeln!(text, "{guest} {date} {:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60).unwrap();
        };
        write(&mut text, &[1, 2, 3, 4, 5], &[1, 1, 1], &[1, 1], begin);
        let seconds: Vec<i64> = (begin + 1..).take(rows.len()).collect();
        for (at, ((shares, memory, blocks), second)) in rows.iter().zip(&seconds).enumerate() {
            if at % every == every - 1 {
                text += &head;
            }
            write(&mut text, shares, memory, blocks, *second);
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("vmstat"), &text);
        prop_assert!(parsed.diagnostics.iter().all(|found| found.code == "since-boot"), "{:?}", parsed.diagnostics);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let epochs: Vec<_> = seconds.iter().map(|second| Some((NOV_30_S + second - 3600) as f64)).collect();
        prop_assert_eq!(f64s(&parsed, "epoch_s"), epochs);
        let guest = if guests { 1.0 } else { 0.0 };
        for (at, name, more) in [(0, "cpu.user", guest), (1, "cpu.system", 0.0), (2, "cpu.idle", 0.0), (3, "cpu.wait", 0.0), (4, "cpu.steal", 0.0)] {
            prop_assert_eq!(f64s(&parsed, name), rows.iter().map(|row| Some(f64::from(row.0[at]) + more)).collect::<Vec<_>>());
        }
        for (at, name) in ["mem.free", "mem.buffers", "mem.cache"].into_iter().enumerate() {
            prop_assert_eq!(f64s(&parsed, name), rows.iter().map(|row| Some(f64::from(row.1[at]) * 4096.0)).collect::<Vec<_>>());
        }
        for (at, name) in ["disk.read", "disk.written"].into_iter().enumerate() {
            prop_assert_eq!(f64s(&parsed, name), rows.iter().map(|row| Some(f64::from(row.2[at]) * 1024.0)).collect::<Vec<_>>());
        }
    }
}
