//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn linpack(trials in vec((1_u32..100_000, 0_u32..10_000_000, 0_u32..100_000_000), 1..12)) {
        let mut text = "Size   LDA    Align. Time(s)    GFlops   Residual     Residual(norm) Check\n".to_owned();
        let mut expected = Vec::new();
        for (order, millis, rate) in &trials {
            let [time, rate] = [format!("{}.{:03}", millis / 1000, millis % 1000), format!("{}.{:04}", rate / 10_000, rate % 10_000)];
            writeln!(text, "{order:<6} {order:<6} 4      {time:<10} {rate:<8} 9.394430e-13 3.203742e-02   pass").unwrap();
            expected.extend([printed(&time), printed(&rate).map(|rate| rate * 1e9)]);
        }
        let parsed = read_whole(format("linpack"), &text);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let sizes: Vec<_> = trials.iter().flat_map(|trial| [Some(f64::from(trial.0)); 2]).collect();
        prop_assert_eq!(f64s(&parsed, "size"), sizes);
    }
}
