//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn netperf(tests in vec((0_usize..3, 0_usize..6, vec(0_u32..200_000, 4), vec(0_u32..10_000_000, 2)), 1..8), wrapped: bool) {
        const UNITS: [(&str, f64); 6] = [("10^9bits", 125e6), ("10^6bits", 125e3), ("10^3bits", 125.0),
            ("GBytes", 1_073_741_824.0), ("MBytes", 1_048_576.0), ("KBytes", 1024.0)];
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let mut text = String::new();
        let mut expected = Vec::new();
        for (kind, unit, n, rates) in &tests {
            let (unit, scale) = UNITS[*unit];
            let banner = ["UDP UNIDIRECTIONAL SEND TEST", "TCP STREAM TEST", "TCP REQUEST/RESPONSE TEST"][*kind];
            let gap = if wrapped { "\n  " } else { " " };
            writeln!(text, "{banner} from 0.0.0.0 (0.0.0.0) port 0 AF_INET{gap}to 10.0.0.7 (10.0.0.7) port 0 AF_INET").unwrap();
            let [first, second] = [0, 1].map(|at| hundredths(rates[at]));
            let value = |text: &str| printed(text).map(|value| value * scale);
            match kind {
                0 => {
                    writeln!(text, "bytes   bytes    secs            #      #   {unit}/sec\n").unwrap();
                    writeln!(text, "{:6}  {:6}   {:<7}   {:7} {:6}    {first:>7}", n[0], n[1], "60.00", n[2], n[3]).unwrap();
                    writeln!(text, "{:6}           {:<7}   {:7}           {second:>7}\n", n[0], "60.00", n[2]).unwrap();
                    expected.extend([(value(&first), None), (value(&second), None)]);
                }
                1 => {
                    writeln!(text, "bytes  bytes   bytes    secs.    {unit}/sec  \n").unwrap();
                    writeln!(text, "{:6} {:6} {:6}    {:<6}   {first:>7}   ", n[0], n[1], n[2], "60.00").unwrap();
                    expected.push((value(&first), None));
                }
                _ => {
                    text += "bytes  Bytes  bytes    bytes   secs.    per sec   \n\n";
                    writeln!(text, "{:<6} {:<6} {:<6}   {:<6}  {:<6}   {first:>7}   \n{:<6} {:<6}", n[0], n[1], n[2], n[3], "60.00", n[0], n[1]).unwrap();
                    expected.push((None, printed(&first)));
                }
            }
        }
        let parsed = read_whole(format("netperf"), &text);
        let rows: Vec<_> = f64s(&parsed, "throughput").into_iter().zip(f64s(&parsed, "transactions_per_s")).collect();
        prop_assert_eq!(rows, expected);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }
}
