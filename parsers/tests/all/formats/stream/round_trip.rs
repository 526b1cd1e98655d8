//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stream(runs in vec(vec((0_u32..100_000_000, vec(0_u32..1_000_000_000, 3)), 4), 1..4), elements in 1_u32..1 << 31, crlf: bool) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for kernels in &runs {
            writeln!(text, "STREAM version $Revision: 5.10 $\nThis system uses 8 bytes per array element.").unwrap();
            writeln!(text, "Array size = {elements} (elements), Offset = 0 (elements)").unwrap();
            writeln!(text, "Function    Best Rate MB/s  Avg time     Min time     Max time").unwrap();
            for (title, (rate, times)) in ["Copy:", "Scale:", "Add:", "Triad:"].iter().zip(kernels) {
                let rate = format!("{}.{}", rate / 10, rate % 10);
                expected.push(printed(&rate).map(|rate| rate * 1e6));
                write!(text, "{title:<12}{rate:>11}").unwrap();
                for time in times {
                    let time = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
                    write!(text, "  {time:>11}").unwrap();
                    expected.push(printed(&time));
                }
                text += "\n";
            }
            text += "Solution Validates: avg error less than 1.000000e-13 on all three arrays\n";
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("stream"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let size = Some(f64::from(elements) * 8.0);
        prop_assert!(f64s(&parsed, "size").iter().all(|found| *found == size));
        let samples = u32s(&parsed, "sample");
        prop_assert_eq!(samples.iter().max().copied(), u32::try_from(runs.len() - 1).ok());
    }
}
