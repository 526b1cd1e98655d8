//! No bytes make a parser panic, neither any at all nor damaged logs.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stillstand_parsers::{FORMATS, Format, detect, parse};

use crate::common;

/// Reads the bytes as everything and checks what holds for every result.
fn read_as_everything(bytes: &[u8]) {
    if let Ok(format) = detect(bytes) {
        assert!(FORMATS.contains(&format));
    }
    for format in FORMATS {
        match parse(*format, bytes) {
            Ok(parsed) => {
                assert_eq!(parsed.format, *format);
                assert_eq!(parsed.frame.height(), parsed.rows.read);
                assert_eq!(parsed.frame.df.width(), parsed.frame.columns.len());
                let count = bytes.split_inclusive(|byte| *byte == b'\n').count() as u64;
                for [first, last] in (0..parsed.frame.height()).filter_map(|row| parsed.frame.lines(row)) {
                    assert!(first <= last && last <= count, "{format}: {first} to {last} of {count}");
                }
                for found in &parsed.diagnostics {
                    assert!(!found.message.is_empty());
                    let text = found.text.as_deref().unwrap_or_default();
                    assert!(text.chars().count() <= 120 && !text.contains(char::is_control), "{text}");
                }
                let reported = parsed.diagnostics.iter().any(|found| found.severity.name() != "note");
                assert!(parsed.rows.lost == 0 || reported, "{} rows lost in silence", parsed.rows.lost);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// What makes trouble in the logs of any tool.
const HOSTILE: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b" ",
    b",",
    b";",
    b":",
    b".",
    b"-",
    b"\"",
    b"#",
    b"|",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"(",
    b"0",
    b"9",
    b"1264510800",
    b"1e308",
    b"inf",
    b"nan",
    b"-nan",
    b"n/a",
    b"no limit",
    b"\xff",
    b"\0",
    b"\r",
    b"\x08",
    b"\x1b[0m",
    b"14:00:00,000000000\n",
    b"23:59:59,999999999\n",
    b"26 Jan 262142 00:00:00\n",
    b"31 Dec 9999 23:59:60\n",
];

/// What stands for a number of a log.
const NUMBERS: &[&[u8]] = &[
    b"0",
    b"-1",
    b"9",
    b"65535",
    b"4294967295",
    b"4294967296",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551612",
    b"18446744073709551616",
    b"99999999999999999999999999999999",
    b"1e308",
    b"1,5",
    b"",
];

/// The bytes of every fixture, by format.
fn fixtures() -> Vec<Vec<Vec<u8>>> {
    let of_format = |format: &Format| {
        let mut names = Vec::new();
        for kind in ["valid", "invalid"] {
            let folder = common::folder().join(format.name()).join(kind);
            let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
            names.extend(entries.map(|entry| entry.unwrap().path()));
        }
        names.sort();
        names.into_iter().map(|name| std::fs::read(name).unwrap()).collect()
    };
    FORMATS.iter().map(of_format).collect()
}

/// The different lines of a format's fixtures, with their ends.
fn lines(fixtures: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let lines = fixtures.iter().flat_map(|bytes| bytes.split_inclusive(|byte| *byte == b'\n'));
    let short = lines.map(|line| line.get(..600).unwrap_or(line).to_vec());
    short.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A line with one of its numbers replaced, cut off, or as it is.
fn piece(lines: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let any_index = any::<prop::sample::Index>;
    let changes = (0_u8..4, any_index(), any_index(), proptest::sample::select(NUMBERS));
    (proptest::sample::select(lines), changes).prop_map(|(mut line, (change, at, end, number))| {
        match change {
            0 | 1 => {
                let starts: Vec<usize> = (0..line.len())
                    .filter(|at| line[*at].is_ascii_digit() && (*at == 0 || !line[*at - 1].is_ascii_digit()))
                    .collect();
                if !starts.is_empty() {
                    let start = starts[at.index(starts.len())];
                    let digits = line[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    line.splice(start..start + digits, number.iter().copied());
                }
            }
            2 => line.truncate(end.index(line.len() + 1)),
            _ => {}
        }
        line
    })
}

/// Pieces of the fixtures of one format: far more of them get somewhere than of random bytes.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let by_format: Vec<_> = fixtures().iter().map(|fixtures| lines(fixtures)).collect();
    let all: Vec<Vec<u8>> = by_format.concat();
    proptest::sample::select(by_format).prop_flat_map(move |own| {
        let hostile = proptest::sample::select(HOSTILE).prop_map(<[u8]>::to_vec);
        let one = prop_oneof![12 => piece(own), 1 => piece(all.clone()), 3 => hostile];
        proptest::collection::vec(one, 0..40).prop_map(|pieces| pieces.concat())
    })
}

/// A fixture with some bytes changed, a part cut out, and cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let cut = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (proptest::sample::select(fixtures().concat()), changes, cut, any::<prop::sample::Index>(), any::<bool>())
        .prop_map(|(mut bytes, changes, (from, to), end, cuts)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cuts {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                bytes.drain(from.min(to)..from.max(to));
                bytes.truncate(end.index(bytes.len() + 1));
            }
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn any_pieces(bytes in pieces()) {
        read_as_everything(&bytes);
    }

    #[test]
    fn any_damage(bytes in damaged()) {
        read_as_everything(&bytes);
    }
}
