//! Reading fixtures and looking at what came out.

use std::path::PathBuf;

use stillstand_parsers::{Clock, Format, Parsed, detect, format_named, parse};

/// The format with this name.
pub fn format(name: &str) -> Format {
    format_named(name).unwrap_or_else(|| panic!("no format is called {name}"))
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn bytes(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a fixture, which must be recognised as the format that its folder is named after.
pub fn read(name: &str) -> Parsed {
    let bytes = bytes(name);
    let format = detect(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(Some(format.name()), name.split('/').next(), "{name}");
    parse(format, &bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads a fixture and checks its diagnostics: `severity line:column code`, in order.
pub fn check(name: &str, expected: &[&str]) -> Parsed {
    let parsed = read(name);
    assert_eq!(diagnostics(&parsed), expected, "{name}\n{:#?}", parsed.diagnostics);
    parsed
}

pub fn diagnostics(parsed: &Parsed) -> Vec<String> {
    let place = |line: Option<u64>, column: Option<u64>| match (line, column) {
        (Some(line), Some(column)) => format!(" {line}:{column}"),
        (Some(line), None) => format!(" {line}"),
        _ => String::new(),
    };
    parsed
        .diagnostics
        .iter()
        .map(|found| format!("{}{} {}", found.severity, place(found.line, found.column), found.code))
        .collect()
}

pub fn parse_text(format: Format, text: &str) -> Parsed {
    parse(format, text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub fn f64s(parsed: &Parsed, name: &str) -> Vec<Option<f64>> {
    parsed.frame.f64s(name).unwrap_or_else(|error| panic!("{error}")).iter().collect()
}

pub fn u32s(parsed: &Parsed, name: &str) -> Vec<u32> {
    parsed.frame.u32s(name).unwrap_or_else(|error| panic!("{error}")).iter().flatten().collect()
}

pub fn i64s(parsed: &Parsed, name: &str) -> Vec<Option<i64>> {
    parsed.frame.i64s(name).unwrap_or_else(|error| panic!("{error}")).iter().collect()
}

pub fn strs(parsed: &Parsed, name: &str) -> Vec<String> {
    let column = parsed.frame.strs(name).unwrap_or_else(|error| panic!("{error}"));
    column.iter().map(|value| value.unwrap_or("null").to_owned()).collect()
}

pub fn bools(parsed: &Parsed, name: &str) -> Vec<Option<bool>> {
    parsed.frame.bools(name).unwrap_or_else(|error| panic!("{error}")).iter().collect()
}

/// A second that the tests write.
pub const START: i64 = 1_264_510_800;

/// As Python 2 prints a float.
pub fn python(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.1}") } else { format!("{value:.3}") }
}

/// What a reader of the printed number sees.
pub fn printed(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Reads text as it is written by a tool: it must be recognised, and read without a loss.
pub fn read_whole(format: Format, text: &str) -> Parsed {
    assert_eq!(detect(text.as_bytes()), Ok(format), "{text}");
    let parsed = parse_text(format, text);
    assert_eq!(parsed.rows.lost, 0, "{:?}\n{text}", parsed.diagnostics);
    parsed
}

/// A line of 200 000 repeated pieces is read, or refused, in time that does not grow with its square, and with a
/// diagnostic.
pub fn check_long_line(format: Format, begin: &str, repeated: &str) {
    let text = format!("{begin}{}", repeated.repeat(200_000));
    let diagnostics = match parse(format, text.as_bytes()) {
        Ok(parsed) => parsed.diagnostics,
        Err(error) => error.diagnostics,
    };
    assert!(!diagnostics.is_empty(), "{format}");
}

/// Each row of the frame of all benchmarks as `test operation size metric statistic value unit worker#sample`.
pub fn benchmark_rows(parsed: &Parsed) -> Vec<String> {
    let [tests, operations, metrics, statistics, units, workers] =
        ["test", "operation", "metric", "statistic", "unit", "worker"].map(|name| strs(parsed, name));
    let [sizes, values] = ["size", "value"].map(|name| f64s(parsed, name));
    let samples = u32s(parsed, "sample");
    let number = |value: Option<f64>| value.map_or_else(|| "null".to_owned(), |value| value.to_string());
    for (level, worker) in strs(parsed, "level").iter().zip(&workers) {
        assert_eq!(level == "all", worker == "null");
    }
    for (direction, metric) in strs(parsed, "direction").iter().zip(&metrics) {
        let lower = matches!(metric.as_str(), "time" | "latency" | "cpu" | "jitter" | "loss");
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

/// Reads a fixture as the format that its folder is named after, which may be a second one that the file is of, and checks its
/// diagnostics.
pub fn check_work(name: &str, expected: &[&str]) -> Parsed {
    let bytes = bytes(name);
    let own = format(name.split('/').next().unwrap_or_default());
    let found = stillstand_parsers::detect_all(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.contains(&own), "{name}: {found:?}");
    let parsed = parse(own, &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(diagnostics(&parsed), expected, "{name}\n{:#?}", parsed.diagnostics);
    parsed
}

/// Each row of a log of intervals as `test end length rate`, the end since 1970 where it has a place, else since its start.
pub fn work_rows(parsed: &Parsed) -> Vec<String> {
    let end = ["epoch_s", "local_s", "elapsed_s"].into_iter().find(|name| parsed.frame.has(name)).unwrap();
    let [ends, lengths, rates] = [end, "length_s", "rate"].map(|name| f64s(parsed, name));
    let number = |value: Option<f64>| {
        value.map_or_else(|| "null".to_owned(), |value| format!("{}", (value * 1000.0).round() / 1000.0))
    };
    let tests = u32s(parsed, "test");
    let rows = (0..parsed.frame.height()).map(|row| {
        format!("{} {} {} {}", tests[row], number(ends[row]), number(lengths[row]), number(rates[row]))
    });
    rows.collect()
}
