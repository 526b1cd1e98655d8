//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, i64s, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn qmp_migrate(
        // No more remains than there is.
        polls in vec((1_u64 << 40..1 << 53, 0_u64..1 << 40, 0_u32..1 << 30, 0_u32..10_000), 1..12),
        pretty: bool, python: bool, stamped: bool,
    ) {
        let mut text = String::new();
        for (poll, (total, remaining, time, pass)) in (0_i64..).zip(&polls) {
            let separator = if pretty { "\n  " } else { " " };
            let mut message = format!(
                "{{\"return\": {{\"status\": \"active\",{separator}\"total-time\": {time},{separator}\"ram\": \
                 {{\"total\": {total},{separator}\"remaining\": {remaining}, \"dirty-sync-count\": {pass}}}}}}}"
            );
            if python {
                message = message.replace('"', "'");
            }
            let stamp = if stamped { format!("{}.25 <- ", START + poll) } else { String::new() };
            writeln!(text, "{stamp}{message}").unwrap();
        }
        let parsed = read_whole(format("qmp-migrate"), &text);
        let column = |value: fn(&(u64, u64, u32, u32)) -> String| -> Vec<_> {
            polls.iter().map(|poll| printed(&value(poll))).collect()
        };
        prop_assert_eq!(f64s(&parsed, "total_bytes"), column(|poll| poll.0.to_string()));
        prop_assert_eq!(f64s(&parsed, "remaining_bytes"), column(|poll| poll.1.to_string()));
        let passes: Vec<_> = polls.iter().map(|poll| Some(i64::from(poll.3))).collect();
        prop_assert_eq!(i64s(&parsed, "iteration"), passes);
        for (seconds, poll) in f64s(&parsed, "total_time_s").into_iter().zip(&polls) {
            prop_assert!((seconds.unwrap() * 1000.0 - f64::from(poll.2)).abs() < 1e-3);
        }
        let times = f64s(&parsed, "time");
        prop_assert_eq!(times.iter().flatten().count(), if stamped { polls.len() } else { 0 });
    }
}
