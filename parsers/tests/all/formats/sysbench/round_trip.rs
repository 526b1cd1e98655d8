//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole, strs};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sysbench(runs in vec((vec(1_u32..1_000_000_000, 4), vec(1_u32..10_000_000, 3)), 1..5), old: bool) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let mut text = String::new();
        let mut expected = Vec::new();
        for (n, latencies) in &runs {
            let [operations, rate] = [hundredths(n[0]), hundredths(n[1])];
            let time = format!("{}.{:04}", n[2] / 10_000, n[2] % 10_000);
            let [mean, max, rank] = [0, 1, 2].map(|at| hundredths(latencies[at]));
            if old {
                writeln!(text, "sysbench 0.4.12:  multi-threaded system evaluation benchmark\n\nDoing memory operations speed test").unwrap();
                writeln!(text, "Memory block size: 1K\n\nMemory operations type: read\n\nOperations performed: 9 ({operations} ops/sec)").unwrap();
                writeln!(text, "\n1.00 MB transferred ({rate} MB/sec)\n\nTest execution summary:").unwrap();
                writeln!(text, "    total time:     {time}s\n    total number of events:  {}", n[3]).unwrap();
                writeln!(text, "         avg:  {mean}ms\n         max:  {max}ms\n         approx.  95 percentile:  {rank}ms").unwrap();
            } else {
                writeln!(text, "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\nRunning memory speed test with the following options:").unwrap();
                writeln!(text, "  block size: 1KiB\n  operation: read\n\nTotal operations: 9 ({operations} per second)").unwrap();
                writeln!(text, "\n1.00 MiB transferred ({rate} MiB/sec)\n\nGeneral statistics:").unwrap();
                writeln!(text, "    total time:     {time}s\n    total number of events:  {}\n\nLatency (ms):", n[3]).unwrap();
                writeln!(text, "         avg:  {mean}\n         max:  {max}\n         95th percentile:  {rank}").unwrap();
            }
            let seconds = |millis: &str| printed(&format!("{millis}e-3"));
            expected.extend([printed(&operations), printed(&rate).map(|rate| rate * 1_048_576.0), printed(&time)]);
            expected.extend([printed(&n[3].to_string()), seconds(&mean), seconds(&max), seconds(&rank)]);
        }
        let parsed = read_whole(format("sysbench"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        prop_assert!(strs(&parsed, "test").iter().all(|found| found == "memory-read"));
        prop_assert!(f64s(&parsed, "size").iter().all(|size| *size == Some(1024.0)));
    }
}
