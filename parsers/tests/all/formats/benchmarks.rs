//! Benchmarks: one schema, several tools.

mod fio;
mod iperf3;
mod linpack;
mod ramspeed;
mod stream;
mod sysbench;

use stillstand_parsers::{Clock, Format, Parsed, parse};

use crate::common::{f64s, strs, u32s};

/// Each row as `test operation size metric statistic value unit worker#sample`.
fn rows(parsed: &Parsed) -> Vec<String> {
    let [tests, operations, metrics, statistics, units, workers] =
        ["test", "operation", "metric", "statistic", "unit", "worker"].map(|name| strs(parsed, name));
    let [sizes, values] = ["size", "value"].map(|name| f64s(parsed, name));
    let samples = u32s(parsed, "sample");
    let number = |value: Option<f64>| value.map_or_else(|| "null".to_owned(), |value| value.to_string());
    for (level, worker) in strs(parsed, "level").iter().zip(&workers) {
        assert_eq!(level == "all", worker == "null");
    }
    for (direction, metric) in strs(parsed, "direction").iter().zip(&metrics) {
        let lower = matches!(metric.as_str(), "time" | "latency" | "cpu");
        assert!(metric == "events" || lower == (direction == "lower"), "{metric}");
    }
    assert_eq!(parsed.frame.clock, Clock::None);
    assert!(u32s(parsed, "line").is_sorted() || parsed.frame.height() > 0);
    (0..parsed.frame.height())
        .map(|row| {
            format!(
                "{} {} {} {} {} {} {} {}#{}",
                tests[row],
                operations[row],
                number(sizes[row]),
                metrics[row],
                statistics[row],
                number(values[row]),
                units[row],
                workers[row],
                samples[row]
            )
        })
        .collect()
}

/// What takes the square of the length would take minutes here.
#[test]
fn a_line_may_be_long() {
    for (format, begin, repeated) in [
        (Format::Fio, "{\"fio version\":\"fio-3.33\",\"jobs\":[", "{\"jobname\":\"j\"},"),
        (Format::Iperf3, "{\"start\":{\"connected\":[]},\"end\":{\"streams\":[", "{\"sender\":{}},"),
        (Format::Fio, "{}", "{}"),
        (Format::Iperf3, "{}", "{\"start\":[}\n"),
        (Format::Sysbench, "", "sysbench 1.0.20 (using x "),
        (Format::Stream, "", "Copy: 1 "),
    ] {
        let text = format!("{begin}{}", repeated.repeat(200_000));
        let told = match parse(format, text.as_bytes()) {
            Ok(parsed) => parsed.diagnostics,
            Err(error) => error.diagnostics,
        };
        assert!(!told.is_empty(), "{format}");
    }
}
