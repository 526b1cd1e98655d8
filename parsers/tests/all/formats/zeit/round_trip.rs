//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn zeit(start in 0_u64..86_400, steps in vec(1_u64..30_000_000_000_000, 1..100),
            separator in proptest::sample::select(vec![",", ".", ":", ""])) {
        let (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60);
        let mut text = format!("Di 26. Jan {hour:02}:{minute:02}:{second:02} CET 2010\n");
        let mut nanos = start * 1_000_000_000;
        let mut expected = Vec::new();
        for step in steps {
            nanos += step;
            let seconds = nanos / 1_000_000_000;
            let (of_day, fraction) = (seconds % 86_400, nanos % 1_000_000_000);
            writeln!(text, "{:02}:{:02}:{:02}{separator}{fraction:09}", of_day / 3600, of_day / 60 % 60, of_day % 60).unwrap();
            expected.push(printed(&format!("{seconds}.{fraction:09}")));
        }
        prop_assert_eq!(f64s(&read_whole(format("zeit"), &text), "time_s"), expected);
    }

    #[test]
    fn zeit_since_1970(start in 100_000_000_000_000_000_u64..9_000_000_000_000_000_000, steps in vec(0_u64..30_000_000_000_000, 3..100),
                       separator in proptest::sample::select(vec![",", ".", ":", ""]), header: bool) {
        let mut text = if header { "Di 26. Jan 14:00:00 CET 2010\n".to_owned() } else { String::new() };
        let mut nanos = start;
        let mut expected = Vec::new();
        for step in steps {
            nanos += step;
            let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
            writeln!(text, "{seconds}{separator}{fraction:09}").unwrap();
            expected.push(printed(&format!("{seconds}.{fraction:09}")));
        }
        prop_assert_eq!(f64s(&read_whole(format("zeit"), &text), "epoch_s"), expected);
    }
}
