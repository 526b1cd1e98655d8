//! Random requests, written as k6 writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, bools, f64s, format, printed, read_whole};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn k6(requests in vec((1_u32..1000, 0_u32..60_000_000, 0_u32..1_000_000, prop_oneof![Just(0_u32), Just(200), Just(304), Just(404)]), 1..20), older: bool) {
        let mut text = String::from("metric_name,timestamp,metric_value,check,error,error_code,");
        text += if older { "group,method,name,proto,scenario,status,url\n" } else { "expected_response,group,method,name,proto,scenario,service,status,url\n" };
        let value = |micros: u32| format!("{}.{:03}000", micros / 1000, micros % 1000);
        for (at, (part, took, blocked, status)) in (START..).zip(&requests) {
            let tags = |metric: &str, value: &str| {
                let code = if *status == 0 { "1050" } else { "" };
                if older {
                    format!("{metric},{at}{part:03},{value},,,{code},,GET,u,HTTP/1.1,default,{status},u\n")
                } else {
                    format!("{metric},{at}{part:03},{value},,,{code},{},,GET,u,HTTP/1.1,default,,{status},u\n", matches!(status, 200 | 304))
                }
            };
            write!(text, "{}", tags("http_reqs", "1.000000")).unwrap();
            write!(text, "{}", tags("http_req_duration", &value(*took))).unwrap();
            write!(text, "{}", tags("http_req_blocked", &value(*blocked))).unwrap();
            write!(text, "{}", tags("http_req_receiving", "0.040000")).unwrap();
        }
        let parsed = read_whole(format("k6"), &text);
        let times: Vec<_> = (START..).zip(&requests).map(|(at, request)| printed(&format!("{at}.{:03}", request.0))).collect();
        prop_assert_eq!(f64s(&parsed, "epoch_s"), times);
        for (took, request) in f64s(&parsed, "duration_s").into_iter().zip(&requests) {
            prop_assert!((took.unwrap() - f64::from(request.1 + request.2) / 1e6).abs() < 1e-9);
        }
        let worked: Vec<_> = requests.iter().map(|request| Some(matches!(request.3, 200 | 304))).collect();
        prop_assert_eq!(bools(&parsed, "worked"), worked);
    }
}
