//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, i64s, read_whole, strs, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn xend_save(mut rounds in vec((0_u32..1 << 20, 0_u32..1 << 20, 1_u32..100_000, 0_u32..1 << 20, 0_u32..800), 1..30),
                 copied: bool, crlf: bool) {
        // The VM has as many pages as any round sends.
        rounds[0].1 = 1 << 20;
        let mut text = String::new();
        let megabits = |pages: u32, ms: u32| u64::from(pages) * 4096 / (u64::from(ms) * 125);
        for (round, (sent, skipped, ms, dirtied, cpu)) in (1..).zip(&rounds) {
            let (time, overwritten) = (format!("2012-03-09 13:37:{:02}", round % 60), if copied { "\n" } else { "\x08\x08\x08\x08 95%\r" });
            write!(text, "[{time} xend 3113] INFO (XendCheckpoint:498) Saving memory pages: iter {round}   0%{overwritten} ").unwrap();
            write!(text, "{round}: sent {sent}, skipped {skipped}, delta {ms}ms, dom0 {cpu}%, target 0%, ").unwrap();
            writeln!(text, "sent {}Mb/s, dirtied {}Mb/s {dirtied} pages", megabits(*sent, *ms), megabits(*dirtied, *ms)).unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("xen-migrate"), &text);
        let whole = |value: fn(&(u32, u32, u32, u32, u32)) -> u32| -> Vec<_> {
            rounds.iter().map(|round| Some(i64::from(value(round)))).collect()
        };
        prop_assert_eq!(i64s(&parsed, "round_pages_sent"), whole(|round| round.0));
        prop_assert_eq!(i64s(&parsed, "round_pages_skipped"), whole(|round| round.1));
        prop_assert_eq!(i64s(&parsed, "round_pages_dirtied"), whole(|round| round.3));
        let seconds: Vec<_> = rounds.iter().map(|round| Some(f64::from(round.2) / 1000.0)).collect();
        prop_assert_eq!(f64s(&parsed, "round_s"), seconds);
        let cpu: Vec<_> = rounds.iter().map(|round| Some(f64::from(round.4))).collect();
        prop_assert_eq!(f64s(&parsed, "dom0_cpu_percent"), cpu);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let rates: Vec<_> = rounds.iter().map(|round| Some(megabits(round.0, round.2) as f64 * 125_000.0)).collect();
        prop_assert_eq!(f64s(&parsed, "throughput_bytes_per_s"), rates);
        prop_assert!(parsed.diagnostics.iter().all(|found| found.severity.name() == "note"), "{:?}", parsed.diagnostics);
    }

    #[test]
    fn xl_migrate(rounds in vec((vec(0_u32..=100, 1..5), 1_u32..1 << 30), 1..6), new: bool, stamped: bool, overwritten: bool) {
        let mut text = String::from("migration target: Ready to receive domain.\n");
        let mut expected = Vec::new();
        for (round, (percents, total)) in rounds.iter().enumerate() {
            let mut percents = percents.clone();
            percents.sort_unstable();
            for percent in percents {
                let done = u64::from(*total) * u64::from(percent) / 100;
                let what = if new { format!("Frames iteration {round} of 5") } else { format!("Saving memory: iter {round} (last sent 7 skipped 8)") };
                if overwritten && !stamped {
                    write!(text, "xc: {what}: {done}/{total}  {percent:3}%\r").unwrap();
                } else {
                    let stamp = if stamped { format!("{START}.25 ") } else { String::new() };
                    writeln!(text, "{stamp}xc: progress: {what}: {done}/{total}  {percent:3}%").unwrap();
                }
                let done = i64::try_from(done).unwrap();
                expected.push((i64::try_from(round).unwrap() + 1, done, i64::from(*total), f64::from(percent)));
            }
        }
        text += "\nMigration successful.\n";
        let parsed = read_whole(format("xen-migrate"), &text);
        let [round, done, total] = ["iteration", "progress_pages", "progress_of_pages"].map(|name| i64s(&parsed, name));
        let percent = f64s(&parsed, "progress_percent");
        let entries = strs(&parsed, "entry").into_iter().enumerate().filter(|(_, entry)| entry == "status");
        let found: Vec<_> = entries.map(|(at, _)| (round[at].unwrap(), done[at].unwrap(), total[at].unwrap(), percent[at].unwrap())).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(u32s(&parsed, "migration").iter().all(|number| *number == 0));
        let told = strs(&parsed, "entry").iter().filter(|entry| *entry == "round").count();
        prop_assert_eq!(told, if new { 0 } else { rounds.len() - 1 });
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }
}
