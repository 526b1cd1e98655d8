//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sadf(rows in vec((vec(0_u32..10_000, 4), vec(0_u32..1 << 28, 3), vec(0_u32..1 << 30, 2)), 1..20), seconds: bool, comma: bool, crlf: bool) {
        let hundredths = |value: u32| format!("{}{}{:02}", value / 100, if comma { ',' } else { '.' }, value % 100);
        let value = |value: u32| printed(&format!("{}.{:02}", value / 100, value % 100));
        let stamps: Vec<i64> = (START..).take(rows.len()).collect();
        let write_stamp = |stamp: &i64| match seconds {
            true => stamp.to_string(),
            false => {
                let of_day = stamp - 1_264_464_000;
                format!("2010-01-26 {:02}:{:02}:{:02} UTC", of_day / 3600, of_day / 60 % 60, of_day % 60)
            }
        };
        let mut text = String::from("# hostname;interval;timestamp;CPU;%user;%system;%iowait;%idle\n");
        for ((shares, ..), stamp) in rows.iter().zip(&stamps) {
            let shares: Vec<_> = shares.iter().map(|share| hundredths(*share)).collect();
            writeln!(text, "kirsche;1;{};-1;{}", write_stamp(stamp), shares.join(";")).unwrap();
        }
        text += "# hostname;interval;timestamp;kbmemfree;kbmemused;kbbuffers;kbcached\n";
        for ((_, memory, _), stamp) in rows.iter().zip(&stamps) {
            writeln!(text, "kirsche;1;{};{};{};0;{}", write_stamp(stamp), memory[0], memory[1], memory[2]).unwrap();
        }
        text += "# hostname;interval;timestamp;IFACE;rxkB/s;txkB/s\n";
        for ((_, _, traffic), stamp) in rows.iter().zip(&stamps) {
            let [received, sent] = [hundredths(traffic[0]), hundredths(traffic[1])];
            writeln!(text, "kirsche;1;{};eth0;{received};{sent}", write_stamp(stamp)).unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("sadf"), &text);
        prop_assert!(parsed.diagnostics.iter().all(|found| found.code == "decimal-comma"), "{:?}", parsed.diagnostics);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let epochs: Vec<_> = stamps.iter().map(|stamp| Some(*stamp as f64)).collect();
        prop_assert_eq!(f64s(&parsed, "epoch_s"), epochs);
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
