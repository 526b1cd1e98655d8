//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, i64s, printed, read_whole, strs};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn migration_time(epoch in 100_000_000_i64..99_999_999_999, centis in 0_u32..1_000_000, user in 0_u32..10_000,
                      percent in 0_u32..400, status in proptest::option::of(1_u8..)) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let (minutes, seconds) = (centis / 6000, centis % 6000);
        let elapsed = if minutes < 60 {
            format!("{minutes}:{:02}.{:02}", seconds / 100, seconds % 100)
        } else {
            format!("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds / 100)
        };
        let whole = if minutes < 60 { f64::from(centis) / 100.0 } else { f64::from(centis / 100) };
        let failed = status.map(|status| format!("Command exited with non-zero status {status}\n")).unwrap_or_default();
        let text = format!(
            "{epoch}\n{failed}{elapsed} real, {} user, 0.10 sys, 0 KB unshared Data, \
             0 Average Total memory use, {percent}% CPU Percentage\n",
            hundredths(user)
        );
        let parsed = read_whole(format("migration-time"), &text);
        prop_assert_eq!(f64s(&parsed, "request_epoch_s"), [printed(&epoch.to_string())]);
        prop_assert!((f64s(&parsed, "elapsed_s")[0].unwrap() - whole).abs() < 1e-9);
        prop_assert_eq!(f64s(&parsed, "user_s"), [printed(&hundredths(user))]);
        prop_assert_eq!(f64s(&parsed, "cpu_percent"), [Some(f64::from(percent))]);
        prop_assert_eq!(i64s(&parsed, "exit_status"), [Some(i64::from(status.unwrap_or(0)))]);
    }

    #[test]
    fn migration_time_of_other_kinds(epoch in 100_000_000_i64..99_999_999_999, millis in 0_u32..3_000_000, user in 0_u32..10_000,
                                     percent in 0_u32..400, kind in 0_u8..4) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let centis = millis / 10;
        let clock = format!("{}:{}", centis / 6000, format_args!("{:02}.{:02}", centis % 6000 / 100, centis % 100));
        let bash = |millis: u32| format!("{}m{}.{:03}s", millis / 60_000, millis % 60_000 / 1000, millis % 1000);
        let times = match kind {
            0 => format!(
                "{}user 0.10system {clock}elapsed {percent}%CPU (0avgtext+0avgdata 4096maxresident)k\n\
                 0inputs+0outputs (0major+123minor)pagefaults 0swaps\n",
                hundredths(user)
            ),
            1 => format!(
                "\tCommand being timed: \"xm migrate\"\n\tUser time (seconds): {}\n\tSystem time (seconds): 0.10\n\
                 \tPercent of CPU this job got: {percent}%\n\
                 \tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}\n\tSwaps: 0\n\tExit status: 0\n",
                hundredths(user)
            ),
            2 => format!("real {}\nuser {}\nsys 0.10\n", hundredths(centis), hundredths(user)),
            _ => format!("\nreal\t{}\nuser\t{}\nsys\t0m0.100s\n", bash(millis), bash(user * 10)),
        };
        let parsed = read_whole(format("migration-time"), &format!("{epoch}\n{times}"));
        let seconds = if kind == 3 { f64::from(millis) / 1000.0 } else { f64::from(centis) / 100.0 };
        prop_assert!((f64s(&parsed, "elapsed_s")[0].unwrap() - seconds).abs() < 1e-9);
        prop_assert!((f64s(&parsed, "user_s")[0].unwrap() - f64::from(user) / 100.0).abs() < 1e-9);
        prop_assert_eq!(f64s(&parsed, "system_s"), [Some(0.1)]);
        prop_assert_eq!(f64s(&parsed, "cpu_percent"), [Some(f64::from(percent)).filter(|_| kind < 2)]);
        prop_assert_eq!(i64s(&parsed, "exit_status"), [Some(0).filter(|_| kind < 2)]);
    }

    fn iometer(rows in vec((0_usize..4, "[A-Za-z0-9:\", ,]{0,12}", vec(0_u32..100_000_000, 4), any::<bool>()), 1..12),
               spec in "[A-Za-z0-9;% ,]{1,12}", new: bool, crlf: bool) {
        let spec = format!("s{}e", spec.trim());
        let titles = if new { "MBps (Binary),MBps (Decimal)" } else { "MBps" };
        let mut text = format!(
            "'Test Type,Test Description\n0,t\n'Time Stamp\n2010-01-26 14:00:05:123\n'Access specifications\n\
             'Access specification name,default assignment\n{spec},0\n'size,% of size,% reads,% random,delay,burst,align,reply\n\
             8192,100,80,80,0,1,0,0\n'End access specifications\n'Results\n'Target Type,Target Name,Access Specification Name,\
             # Managers,# Workers,# Disks,IOps,{titles},Average Response Time,Errors,% CPU Utilization\n"
        );
        let mut expected = Vec::new();
        for (level, name, n, known) in &rows {
            let level = ["ALL", "MANAGER", "WORKER", "DISK"][*level];
            let name = format!("n{}e", name.trim());
            let number = |value: u32| format!("{}.{:04}", value / 10_000, value % 10_000);
            let decimal = if new { "7," } else { "" };
            let cpu = if *known { number(n[3]) } else { "-1".to_owned() };
            writeln!(text, "{level},{name},{spec},,1,,{},{},{decimal}{},0,{cpu}", number(n[0]), number(n[1]), number(n[2])).unwrap();
            expected.push((name, printed(&number(n[0])), printed(&number(n[1])).map(|value| value * 1_048_576.0),
                printed(&number(n[2])), known.then(|| printed(&cpu)).flatten()));
        }
        text += "'Time Stamp\n2010-01-26 14:01:05:456\n";
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("iometer"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}\n{}", parsed.diagnostics, text);
        let [iops, throughput, response, cpu] =
            ["iops", "throughput", "response_ms", "cpu_percent"].map(|name| f64s(&parsed, name));
        let found: Vec<_> = strs(&parsed, "name").into_iter().enumerate()
            .map(|(at, name)| (name, iops[at], throughput[at], response[at], cpu[at])).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(strs(&parsed, "access_spec").iter().all(|found| *found == spec));
        prop_assert!(f64s(&parsed, "spec_bytes").iter().all(|size| *size == Some(8192.0)));
    }
}
