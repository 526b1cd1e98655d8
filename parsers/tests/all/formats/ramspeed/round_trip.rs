//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ramspeed(blocks in vec((0_usize..4, 0_u32..12, 0_u32..100_000_000), 1..20), binary: bool) {
        let (unit, scale) = if binary { ("Mb/s", 1_048_576.0) } else { ("MB/s", 1e6) };
        let mut text = "RAMspeed/SMP (Linux) v3.5.0 by Rhett M. Hollander and Paul V. Bolotoff, 2002-09\n\n".to_owned();
        let mut expected = Vec::new();
        for (kind, power, rate) in &blocks {
            let kind = ["INTEGER ", "FL-POINT", "MMX     ", "SSE     "][*kind];
            let rate = format!("{}.{:02}", rate / 100, rate % 100);
            let size = 1_u32 << power;
            writeln!(text, "{kind} & READING  {size:8} Kb block: {rate} {unit}").unwrap();
            expected.push((Some(f64::from(size) * 1024.0), printed(&rate).map(|rate| rate * scale)));
        }
        let parsed = read_whole(format("ramspeed"), &text);
        let found: Vec<_> = f64s(&parsed, "size").into_iter().zip(f64s(&parsed, "value")).collect();
        prop_assert_eq!(found, expected);
    }
}
