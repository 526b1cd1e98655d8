//! What a log costs grows with its size, whatever it repeats: no generator makes eight times the bytes cost much more than
//! eight times the work.
//!
//! Work is time on the CPU, by the thread that parses; linear growth gives a ratio of 8, quadratic one of 64, and the
//! limit lies far from both, so that neither a slow machine nor a busy one decides.

use std::path::Path;

use stillstand_parsers::{FORMATS, Format, detect_all, parse};

const SMALL: usize = 64 << 10;
const TIMES: usize = 8;
/// The largest ratio of work; times eight bytes it is below n^1.5.
const MOST: f64 = 22.0;
/// Work that is too little to compare, in seconds.
const NOTHING: f64 = 0.05;

/// Seconds that this thread has had on a CPU; 0 where the system does not tell.
fn seconds_on_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn work(format: Format, log: &[u8]) -> f64 {
    let begun = seconds_on_cpu();
    let _ = std::hint::black_box(detect_all(log));
    let _ = std::hint::black_box(parse(format, log));
    seconds_on_cpu() - begun
}

/// The work for a log of a size and of eight times that; what is wrong with it.
fn check(name: &str, format: Format, log: impl Fn(usize) -> Vec<u8>) -> Option<String> {
    let large = work(format, &log(SMALL * TIMES));
    let small = work(format, &log(SMALL)).max(NOTHING / TIMES as f64);
    let ratio = large / small;
    (large > NOTHING && ratio > MOST)
        .then(|| format!("{} of {name}: {small:.3} s, then {large:.3} s: {ratio:.0} times", format.name()))
}

/// `piece`, as often as fits.
fn filled(mut log: Vec<u8>, piece: &[u8], size: usize) -> Vec<u8> {
    while log.len() < size && !piece.is_empty() {
        log.extend_from_slice(piece);
    }
    log
}

/// The longest valid fixture of a format.
fn fixture(format: Format) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(format.name()).join("valid");
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let logs = files.filter_map(|file| std::fs::read(file).ok());
    logs.filter(|log| !log.starts_with(&[0x1f, 0x8b])).max_by_key(Vec::len)
}

fn named(name: &str) -> Format {
    FORMATS.iter().copied().find(|format| format.name() == name).unwrap()
}

#[test]
fn every_format_grows_with_its_bytes() {
    let mut wrong = Vec::new();
    for format in FORMATS.iter().copied() {
        let Some(log) = fixture(format) else { continue };
        let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        let head = lines[..lines.len().min(8)].concat();
        let last = lines.last().copied().unwrap_or_default();
        let reversed: Vec<u8> = lines.iter().rev().flat_map(|line| line.iter().copied()).collect();
        let longest = lines.iter().copied().max_by_key(|line| line.len()).unwrap_or_default();
        for (name, start, piece) in [
            ("whole logs", b"".as_slice(), log.as_slice()),
            ("the first lines", b"", &head),
            ("the first line", b"", lines[0]),
            ("the last line", &log, last),
            ("the longest line", &log, longest),
            ("lines in reverse", &log, &reversed),
            ("one long line", &log, b"x"),
            ("one line of cells", &log, b"1,"),
            ("one line of words", &log, b"1 "),
            ("brackets", &log, b"["),
            ("objects in objects", &log, b"{\"a\":"),
            ("objects", &log, b"{}\n"),
            ("quotes", &log, b"\""),
            ("noise", &log, b"\xff\x00\n"),
        ] {
            // What it begins with is not eight times as long: where it is nearly all of the small log, that would
            // compare the work for it with the work for other lines.
            wrong.extend(check(name, format, |size| filled(start.to_vec(), piece, start.len() + size)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const DSTAT: &str = "\"Dstat 0.7.3 CSV output\"\n\"Host:\",\"a\",,,,\"User:\",\"b\"\n";

/// A run of dstat with these columns and so many rows.
fn dstat_run(columns: &[String], rows: usize) -> String {
    let groups: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let subtitles: Vec<&str> = columns.iter().map(|_| "\"used\"").collect();
    let cells = vec!["1"; columns.len()].join(",");
    let rows = vec![cells; rows].join("\n");
    format!("{DSTAT}{}\n{}\n{rows}\n", groups.join(","), subtitles.join(","))
}

#[test]
fn columns_without_end() {
    let dstat = named("dstat");
    let number = |count: usize| (0..count).map(|n| format!("plugin {n}")).collect::<Vec<_>>();
    let new_in_each_run = |size: usize| {
        let mut log = String::new();
        for n in 0.. {
            if log.len() >= size {
                break;
            }
            log.push_str(&dstat_run(&["epoch".to_owned(), format!("plugin {n}")], 1));
        }
        log.into_bytes()
    };
    let alternating = |size: usize| {
        let runs = dstat_run(&number(20), 2) + &dstat_run(&number(300)[200..], 2);
        filled(Vec::new(), runs.as_bytes(), size)
    };
    let wide_above_narrow = |size: usize| {
        let wide = dstat_run(&number(size / 40), 1) + &dstat_run(&number(2), 1);
        filled(wide.into_bytes(), b"1,1\n", size)
    };
    let wide_above_short =
        |size: usize| filled(dstat_run(&number(size / 40), 1).into_bytes(), b"1,1\n", size);
    let empty_groups = |size: usize| {
        let mut log = dstat_run(&number(size / 40), 1).replace("Dstat 0.7.3", "pcp-dstat 5.0");
        log.push_str(&",\n".repeat(size / 4));
        log.into_bytes()
    };
    let wrong: Vec<String> = [
        check("one wide header", dstat, |size| dstat_run(&number(size / 20), 1).into_bytes()),
        check("one name for all columns", dstat, |size| {
            dstat_run(&vec!["x".to_owned(); size / 16], 1).into_bytes()
        }),
        check("a new column in each run", dstat, new_in_each_run),
        check("alternating layouts", dstat, alternating),
        check("a wide header above narrow rows", dstat, wide_above_narrow),
        check("a wide header above short rows", dstat, wide_above_short),
        check("empty groups", dstat, empty_groups),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_without_end_and_one_name_for_all() {
    let xentop = |header: bool, name: fn(usize) -> String| {
        move |size: usize| {
            let heading = "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) VBDS   VBD_OO   VBD_RD   VBD_WR SSID\n";
            let mut log = if header { heading.to_owned() } else { String::new() };
            for n in 0.. {
                if log.len() >= size {
                    break;
                }
                log.push_str(&format!(
                    "{:>10} -----r        100    1.0     131072    1.0     131072       1.0     1    1        0        0    0        0        0        0    0\n",
                    name(n)
                ));
            }
            log.into_bytes()
        }
    };
    let format = named("xentop");
    let one: fn(usize) -> String = |_| "asam".to_owned();
    let new: fn(usize) -> String = |n| format!("d{n}");
    let pairs: fn(usize) -> String = |n| format!("d{}", n / 2);
    let wrong: Vec<String> = [
        check("one name below one header", format, xentop(true, one)),
        check("one name without a header", format, xentop(false, one)),
        check("a new name each row", format, xentop(true, new)),
        check("a new name each row without a header", format, xentop(false, new)),
        check("each name twice", format, xentop(true, pairs)),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replies_in_any_order() {
    let ping = |sequence: fn(usize) -> usize, sessions: bool| {
        move |size: usize| {
            let heading = "PING a (10.0.0.1) 56(84) bytes of data.\n";
            let mut log = heading.to_owned();
            for n in 0.. {
                if log.len() >= size {
                    break;
                }
                if sessions {
                    log.push_str(heading);
                }
                log.push_str(&format!(
                    "64 bytes from 10.0.0.1: icmp_seq={} ttl=64 time=0.1 ms\n",
                    sequence(n)
                ));
            }
            log.into_bytes()
        }
    };
    let format = named("ping");
    let wrong: Vec<String> = [
        check("one number for all replies", format, ping(|_| 1, false)),
        check("numbers far apart", format, ping(|n| n * 1_000 % 65_536, false)),
        check("numbers that go down", format, ping(|n| 4_000_000_000 - n, false)),
        check("a session a reply", format, ping(|n| n, true)),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
