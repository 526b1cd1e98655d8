//! Every row knows the line of the log that it is from, whatever format it is of and however the log is read.

use std::path::PathBuf;

use proptest::prelude::*;
use stillstand_parsers::{FORMATS, Family, Format, Frame, Parsed, Unit, parse, parse_in_pieces};

use crate::common::{self, f64s, folder, format, read, u32s};

/// Formats whose rows come in another order than their lines: rows of a sample beside each other, by time. So may results of
/// benchmarks, by test.
const SORTED: [&str; 9] =
    ["ab-gnuplot", "hey", "k6", "sadf", "sar", "vegeta", "xentop", "xentop-gawk", "ycsb-raw"];

fn fixtures(format: Format, kinds: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths = Vec::new();
    for kind in kinds {
        let entries = std::fs::read_dir(folder().join(format.name()).join(kind)).unwrap();
        paths.extend(entries.map(|entry| entry.unwrap().path()));
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn lines(frame: &Frame) -> Vec<Option<[u64; 2]>> {
    (0..frame.height()).map(|row| frame.lines(row)).collect()
}

/// A format that a parser forgot to say the lines of fails here: `columns.set_lines(…)` or `set_places(…)` at its end.
#[test]
fn every_row_of_every_fixture_has_its_line() {
    for each in FORMATS {
        // A capture has no lines.
        if each.name() == "pcap" {
            continue;
        }
        for (path, bytes) in fixtures(*each, &["valid", "invalid"]) {
            let Ok(log) = parse(*each, &bytes) else { continue };
            let count = bytes.split_inclusive(|byte| *byte == b'\n').count() as u64;
            let found = lines(&log.frame);
            for (row, lines) in found.iter().enumerate() {
                let [first, last] = lines.unwrap_or_else(|| {
                    panic!(
                        "{}: row {row} has no line: does the parser say the lines of its rows?",
                        path.display()
                    )
                });
                assert!(
                    1 <= first && first <= last && last <= count,
                    "{}: row {row}: {lines:?}",
                    path.display()
                );
            }
            let rising = found.iter().flatten().map(|[first, _]| first).is_sorted();
            let is_sorted = SORTED.contains(&each.name()) || each.meaning().family() == Family::Benchmark;
            assert!(rising || is_sorted, "{}: {found:?}", path.display());
        }
    }
}

/// The numbers of a line as its writer wrote them.
fn numbers(line: &str) -> Vec<f64> {
    line.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | '+')))
        .filter_map(|word| word.trim_end_matches('.').parse().ok())
        .collect()
}

fn text_of(bytes: &[u8], [first, last]: [u64; 2]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let count = usize::try_from(last - first + 1).unwrap();
    text.split('\n').skip(usize::try_from(first - 1).unwrap()).take(count).collect::<Vec<_>>().join("\n")
}

/// The lines of `name` hold what its rows say in `column`.
fn check_column(name: &str, column: &str, scale: f64) {
    let (log, bytes) = (read(name), common::bytes(name));
    let values: Vec<Option<f64>> = match log.frame.u32s(column) {
        Ok(values) => values.iter().map(|value| value.map(f64::from)).collect(),
        Err(_) => f64s(&log, column),
    };
    let mut compared = 0;
    for (row, value) in values.into_iter().enumerate() {
        let Some(value) = value else { continue };
        let text = text_of(&bytes, log.frame.lines(row).unwrap());
        let near = |number: &f64| (number - value * scale).abs() <= 1e-9 * number.abs().max(1.0);
        assert!(numbers(&text).iter().any(near), "{name}: row {row} has {column} {value}, its line `{text}`");
        compared += 1;
    }
    assert!(compared > 1, "{name}");
}

#[test]
fn the_line_of_a_row_holds_its_number() {
    for (name, column, scale) in [
        ("ping/valid/iputils-stamped.txt", "seq", 1.0),
        ("ping/valid/busybox.txt", "rtt", 1.0),
        ("ping-gawk/valid/two-sessions.test", "seq", 1.0),
        ("ping-gawk/valid/two-sessions.test", "rtt", 1.0),
        ("dstat/valid/appended.csv", "cpu.idle", 1.0),
        ("dstat/valid/appended.csv", "mem.used", 1.0),
        ("zeit/valid/epoch.log", "epoch_s", 1.0),
        ("migration-time/valid/twice.test", "elapsed_s", 1.0),
    ] {
        if folder().join(name).is_file() {
            check_column(name, column, scale);
        } else {
            panic!("no fixture {name}");
        }
    }
}

#[test]
fn an_answer_of_several_lines_is_whole() {
    for (name, word) in
        [("hmp-migrate", "downtime"), ("virsh-domjobinfo", "downtime"), ("qmp-migrate", "downtime")]
    {
        let mut compared = 0;
        for (path, bytes) in fixtures(format(name), &["valid"]) {
            let log = parse(format(name), &bytes).unwrap();
            for (row, downtime) in f64s(&log, "downtime_s").into_iter().enumerate() {
                let Some(downtime) = downtime else { continue };
                let text = text_of(&bytes, log.frame.lines(row).unwrap());
                let ms = (downtime * 1000.0).round();
                // Of a mail a line may be folded in the middle of a number; of German another word.
                let text = text.replace("=\n", "").replace("Stillstand", "downtime").to_lowercase();
                let found = text.contains(word) || text.contains("down=") || text.contains("ausfallzeit");
                assert!(found, "{}: row {row}: `{text}`", path.display());
                let near = |number: &f64| (number - ms).abs() < 1e-6 || (number - downtime).abs() < 1e-9;
                assert!(numbers(&text).iter().any(near), "{}: {ms} ms is not in `{text}`", path.display());
                compared += 1;
            }
        }
        assert!(compared > 0, "{name}");
    }
}

#[test]
fn a_part_of_a_log_keeps_the_lines_of_the_file() {
    let name = "ping-gawk/valid/two-sessions.test";
    let (log, bytes) = (read(name), common::bytes(name));
    assert_eq!(log.parts.len(), 2);
    for part in &log.parts {
        let own = log.of_part(part);
        for (row, seq) in u32s(&own, "seq").into_iter().enumerate() {
            assert_eq!(own.frame.line(row), log.frame.line(part.rows[row]));
            let text = text_of(&bytes, own.frame.lines(row).unwrap());
            assert_eq!(text.split(' ').nth(1).and_then(|word| word.parse().ok()), Some(seq), "{text}");
        }
    }
}

#[test]
fn a_fact_of_a_summary_has_its_line() {
    for (name, words) in [
        ("ping/valid/iputils-stamped.txt", "packets transmitted"),
        ("ping-gawk/valid/two-sessions.test", "packets transmitted"),
    ] {
        let log = read(name);
        let line = log.facts.line("transmitted").unwrap_or_else(|| panic!("{name}"));
        let text = text_of(&common::bytes(name), [line, line]);
        assert!(
            text.contains(words) && text.contains(&log.facts.int("transmitted").unwrap().to_string()),
            "{text}"
        );
    }
}

/// A frame whose lines are another log's would be worse than none.
fn same(a: &Parsed, b: &Parsed) -> bool {
    lines(&a.frame) == lines(&b.frame)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// In one piece and in many, and with a time in front of every line.
    #[test]
    fn lines_are_the_same_in_pieces(
        at in any::<prop::sample::Index>(),
        pick in any::<prop::sample::Index>(),
        repeat in 1_usize..6,
        size in 1_usize..900,
    ) {
        let each = FORMATS[at.index(FORMATS.len())];
        let fixtures = fixtures(each, &["valid"]);
        let bytes = fixtures[pick.index(fixtures.len())].1.repeat(repeat);
        if let (Ok(whole), Ok(pieces)) = (parse(each, &bytes), parse_in_pieces(each, &bytes, size)) {
            prop_assert!(same(&whole, &pieces), "{:?}\n{:?}", lines(&whole.frame), lines(&pieces.frame));
            prop_assert_eq!(whole.facts.line("transmitted"), pieces.facts.line("transmitted"));
        }
    }
}

/// Lines of plain replies, of which most are read at once, and others between them.
#[test]
fn lines_are_right_where_most_are_read_at_once() {
    let mut text = String::from("PING 192.168.2.70 (192.168.2.70) 56(84) bytes of data.\n");
    for seq in 1..40_000_u32 {
        if seq % 977 == 0 {
            text += "ping: sendmsg: No buffer space available\n\n";
        }
        let (at, rtt) = (1_795_262_400.0 + f64::from(seq) / 5.0, 0.1 + f64::from(seq % 7) / 10.0);
        text += &format!("[{at:.6}] 64 bytes from 192.168.2.70: icmp_seq={seq} ttl=64 time={rtt:.3} ms\n");
    }
    let log = common::parse_text(format("ping"), &text);
    assert_eq!(log.frame.height(), 39_999);
    let written: Vec<&str> = text.lines().collect();
    for (row, seq) in u32s(&log, "seq").into_iter().enumerate() {
        let line = usize::try_from(log.frame.line(row).unwrap()).unwrap();
        assert!(written[line - 1].contains(&format!("icmp_seq={seq} ")), "{row}: {line}");
    }
    assert!(log.frame.columns.iter().all(|column| column.unit != Unit::Text || column.name == "outcome"));
}
