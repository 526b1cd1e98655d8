//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, i64s, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hmp_migrate(answers in vec((0_u64..1 << 40, 0_u32..1 << 30, 0_u32..10_000), 1..12), prompt: bool, crlf: bool) {
        let mut text = String::new();
        for (kib, time, pass) in &answers {
            let prompt = if prompt { "(qemu) info migrate\nglobals:\nstore-global-state: on\n" } else { "" };
            writeln!(text, "{prompt}Migration status: active\ntotal time: {time} ms").unwrap();
            writeln!(text, "remaining ram: {kib} kbytes\ndirty sync count: {pass}").unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("hmp-migrate"), &text);
        let expected: Vec<_> = answers.iter().map(|answer| printed(&(answer.0 * 1024).to_string())).collect();
        prop_assert_eq!(f64s(&parsed, "remaining_bytes"), expected);
        let passes: Vec<_> = answers.iter().map(|answer| Some(i64::from(answer.2))).collect();
        prop_assert_eq!(i64s(&parsed, "iteration"), passes);
    }
}
