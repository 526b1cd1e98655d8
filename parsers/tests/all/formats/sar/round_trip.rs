//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole};

/// Midnight on 30 November 2026.
const NOV_30_S: i64 = 1_795_996_800;

fn clock(of_day: i64, halves: bool) -> String {
    let [hour, minute, second] = [of_day / 3600, of_day / 60 % 60, of_day % 60];
    if halves {
        let half = if hour < 12 { "AM" } else { "PM" };
        format!("{:02}:{minute:02}:{second:02} {half}", (hour + 11) % 12 + 1)
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sar(
        rows in vec((vec(0_u32..10_000, 4), vec(0_u32..1 << 28, 3), vec(0_u32..1 << 30, 2)), 1..20),
        begin in 1_i64..86_400, step in 1_i64..7200, locale in 0..4_usize, live: bool, crlf: bool,
    ) {
        let (date, comma, halves) = [
            ("30.11.2026", true, false), ("11/30/2026", false, true), ("2026-11-30", false, false), ("30/11/26", true, false),
        ][locale];
        let hundredths = |value: u32| format!("{}{}{:02}", value / 100, if comma { ',' } else { '.' }, value % 100);
        let value = |value: u32| printed(&format!("{}.{:02}", value / 100, value % 100));
        let seconds: Vec<i64> = (0_i64..).map(|at| begin + at * step).take(rows.len()).collect();
        let clock = |second: i64| clock(second.rem_euclid(86_400), halves);
        let mut blocks: [Vec<String>; 3] = Default::default();
        for ((shares, memory, traffic), second) in rows.iter().zip(&seconds) {
            let shares: Vec<_> = shares.iter().map(|share| hundredths(*share)).collect();
            let cells = [
                format!("all {}", shares.join("   ")),
                format!("{} {} 0 {}", memory[0], memory[1], memory[2]),
                format!("eth0 {} {}", hundredths(traffic[0]), hundredths(traffic[1])),
            ];
            for (block, cells) in blocks.iter_mut().zip(cells) {
                block.push(format!("{}    {cells}\n", clock(*second)));
            }
        }
        let names = [
            "CPU %user %system %iowait %idle",
            "kbmemfree kbmemused kbbuffers kbcached",
            "IFACE rxkB/s txkB/s",
        ];
        let mut text = format!("Linux 6.1.0 (kirsche) \t{date} \t_x86_64_\t(2 CPU)\n");
        // Live, tables take turns; out of a file they stand one behind the other.
        if live {
            for (at, second) in seconds.iter().enumerate() {
                for (names, block) in names.iter().zip(&blocks) {
                    // The first report has the midnight of the date before it.
                    let before = if at == 0 { begin - 1 } else { second - step };
                    write!(text, "\n{} {names}\n{}", clock(before), block[at]).unwrap();
                }
            }
        } else {
            for (names, block) in names.iter().zip(&blocks) {
                write!(text, "\n{} {names}\n{}", clock(begin - 1), block.concat()).unwrap();
            }
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("sar"), &text);
        let notes = ["decimal-comma", "time-zone-unknown"];
        prop_assert!(parsed.diagnostics.iter().all(|found| notes.contains(&found.code)), "{:?}", parsed.diagnostics);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let locals: Vec<_> = seconds.iter().map(|second| Some((NOV_30_S + second) as f64)).collect();
        prop_assert_eq!(f64s(&parsed, "local_s"), locals);
        for (at, name) in ["cpu.user", "cpu.system", "cpu.wait", "cpu.idle"].into_iter().enumerate() {
            prop_assert_eq!(f64s(&parsed, name), rows.iter().map(|row| value(row.0[at])).collect::<Vec<_>>());
        }
        for (at, name) in ["mem.free", "mem.used", "mem.cache"].into_iter().enumerate() {
            prop_assert_eq!(f64s(&parsed, name), rows.iter().map(|row| Some(f64::from(row.1[at]) * 1024.0)).collect::<Vec<_>>());
        }
        for (at, name) in ["net.received", "net.eth0.sent"].into_iter().enumerate() {
            let expected: Vec<_> = rows.iter().map(|row| value(row.2[at]).map(|kib| kib * 1024.0)).collect();
            prop_assert_eq!(f64s(&parsed, name), expected);
        }
    }
}
