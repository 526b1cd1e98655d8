//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, read_whole, strs};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vlc_log(events in vec((0_usize..4, -10_000_000_i32..10_000_000, 0_usize..3), 1..40)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (kind, number, speaker) in &events {
            let speaker = ["[00000299] main video output warning: ", "[000055617f9bd4f0] main audio output warning: ", "main warning: "][*speaker];
            let late = f64::from(*number);
            let (said, name, lateness) = match kind {
                0 => (format!("late picture skipped ({number} > -27)"), "late_picture_skipped", Some(late / 1000.0)),
                1 => (format!("picture is too late to be displayed (missing {number} ms)"), "picture_too_late", Some(late)),
                2 => (format!("buffer too late ({number} us): dropped"), "buffer_too_late", Some(late / -1000.0)),
                _ => (format!("More than {number} late frames, dropping frame"), "late_frames_dropping", None),
            };
            writeln!(text, "{speaker}{said}").unwrap();
            expected.push((name.to_owned(), lateness));
        }
        let parsed = read_whole(format("vlc-log"), &text);
        let found: Vec<_> = strs(&parsed, "event").into_iter().zip(f64s(&parsed, "lateness_ms")).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(parsed.facts.int("events"), i64::try_from(events.len()).ok());
    }
}
