//! Random requests, written as vegeta writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, bools, f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vegeta(
        requests in vec((0_u64..1_000_000_000, 0_u64..40_000_000_000, prop_oneof![Just(0_u32), Just(200), Just(204), Just(404), Just(503)], "[ -~]{0,20}"), 1..20),
    ) {
        let mut text = String::new();
        for (at, (part, took, status, error)) in (START..).zip(&requests) {
            let error = if *status == 0 { format!("\"{}\"", error.replace('"', "\"\"")) } else { String::new() };
            writeln!(text, "{at}{part:09},{status},{took},0,612,{error},PGh0bWw+,,0,GET,http://192.0.2.5/,QQ==").unwrap();
        }
        let parsed = read_whole(format("vegeta"), &text);
        let times: Vec<_> = (START..).zip(&requests).map(|(at, request)| printed(&format!("{at}.{:09}", request.0))).collect();
        for (time, expected) in f64s(&parsed, "epoch_s").into_iter().zip(times) {
            prop_assert!((time.unwrap() - expected.unwrap()).abs() < 1e-6);
        }
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let took: Vec<_> = requests.iter().map(|request| Some(request.1 as f64 / 1e9)).collect();
        prop_assert_eq!(f64s(&parsed, "duration_s"), took);
        let worked = |(_, _, status, error): &(u64, u64, u32, String)| {
            Some(matches!(status, 200 | 204) || (*status != 0 && (200..400).contains(status) && error.is_empty()))
        };
        prop_assert_eq!(bools(&parsed, "worked"), requests.iter().map(worked).collect::<Vec<_>>());
    }
}
