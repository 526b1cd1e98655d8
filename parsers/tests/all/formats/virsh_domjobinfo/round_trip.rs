//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, i64s, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn virsh_domjobinfo(outputs in vec((0_u32..1_024_000, 0_u32..1 << 30), 1..12), german: bool) {
        let mut text = String::new();
        for (second, (size, pages)) in (0_i64..).zip(&outputs) {
            let size = format!("{}.{:03}", size / 1000, size % 1000);
            if german {
                let size = size.replace('.', ",");
                writeln!(text, "{}\nJob-Typ:          Unbegrenzt  ", START + second).unwrap();
                writeln!(text, "Gesamter Speicher: {size} MiB\nNormale Seiten:   {pages:<12}\n").unwrap();
            } else {
                writeln!(text, "{}\nJob type:         Unbounded   ", START + second).unwrap();
                writeln!(text, "Memory total:     {size} MiB\nNormal pages:     {pages:<12}\n").unwrap();
            }
        }
        let parsed = read_whole(format("virsh-domjobinfo"), &text);
        for (bytes, (size, _)) in f64s(&parsed, "total_bytes").into_iter().zip(&outputs) {
            prop_assert!((bytes.unwrap() - f64::from(*size) * 1048.576).abs() < 1e-6 * (1.0 + bytes.unwrap()));
        }
        let pages: Vec<_> = outputs.iter().map(|output| Some(i64::from(output.1))).collect();
        prop_assert_eq!(i64s(&parsed, "pages_normal"), pages);
        prop_assert_eq!(f64s(&parsed, "time").iter().flatten().count(), outputs.len());
    }
}
