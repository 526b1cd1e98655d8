//! Reading fixtures and looking at what came out.

use std::path::PathBuf;

use stillstand_parsers::{Format, Parsed, detect, parse};

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

/// Reads a fixture and checks what was said about it: `severity line:column code`, in order.
pub fn check(name: &str, expected: &[&str]) -> Parsed {
    let parsed = read(name);
    assert_eq!(said(&parsed), expected, "{name}\n{:#?}", parsed.diagnostics);
    parsed
}

pub fn said(parsed: &Parsed) -> Vec<String> {
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
