//! What a log costs grows with its size, whatever it repeats: no generator makes eight times the bytes cost much more than
//! eight times the work, and none takes more memory at a time than its bytes account for.
//!
//! Work is what is allocated and, by hand, instructions as valgrind counts them: both are the same number each time. Time
//! is told, never asserted: on a busy machine it says more about the machine.
//!
//! Deliberately absent: allocations that fail. The parsers cannot go on without memory, and Rust ends them; what can be
//! promised is that a log asks for no more than it has bytes for.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use stillstand_parsers::{FORMATS, Format, detect_all, format_named, parse};

const SMALL: usize = 64 << 10;
const TIMES: usize = 8;
/// The largest ratio of work that is counted, n^1.2 for eight times the bytes.
const MOST: f64 = 12.2;
/// Bytes of memory at a time: for any log, and for each byte of it.
const MEMORY: [u64; 2] = [1 << 20, 160];

/// A log of about any size.
struct Generator {
    format: Format,
    name: String,
    log: Box<dyn Fn(usize) -> Vec<u8>>,
}

fn generator(format: Format, name: &str, log: impl Fn(usize) -> Vec<u8> + 'static) -> Generator {
    Generator { format, name: name.to_owned(), log: Box::new(log) }
}

/// What a log cost.
struct Work {
    /// Seconds on the CPU.
    seconds: f64,
    allocations: u64,
    /// Bytes, all in all.
    allocated: u64,
    /// Bytes at a time.
    memory: u64,
}

/// Seconds that this thread has had on a CPU; 0 where the system does not tell.
fn seconds_on_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

#[inline(never)]
fn detected_and_parsed(format: Format, log: &[u8]) {
    let _ = black_box(detect_all(log));
    let _ = black_box(parse(format, log));
}

fn work(format: Format, log: &[u8]) -> Work {
    let begun = seconds_on_cpu();
    let allocated = allocation_counter::measure(|| detected_and_parsed(format, log));
    Work {
        seconds: seconds_on_cpu() - begun,
        allocations: allocated.count_total,
        allocated: allocated.bytes_total,
        memory: allocated.bytes_max,
    }
}

/// The work for a log of `size` and of eight times that; what is wrong with it.
fn check(generator: &Generator, size: usize) -> Option<String> {
    let Generator { format, name, log } = generator;
    let (small, large) = (log(size), log(size * TIMES));
    let bytes = large.len() as f64 / small.len() as f64;
    let (less, more) = (work(*format, &small), work(*format, &large));
    // Logs are not exactly of the size that was asked for.
    let ratio = |less: f64, more: f64| more / less * (TIMES as f64 / bytes);
    let counted = |less: u64, more: u64, nothing: u64| ratio(less.max(nothing) as f64, more as f64);
    let (allocations, allocated) = (
        counted(less.allocations, more.allocations, 1_000),
        counted(less.allocated, more.allocated, small.len() as u64),
    );
    let per_byte = more.memory as f64 / large.len() as f64;
    let told = format!(
        "{} of {name}: {allocations:.1} times the allocations, {allocated:.1} the bytes of them, {:.3} and {:.3} s; \
         {per_byte:.1} bytes of memory for each of the log",
        format.name(),
        less.seconds,
        more.seconds
    );
    if std::env::var_os("STILLSTAND_GROWTH_TELL").is_some() {
        println!("{told}");
    }
    let most = MEMORY[0] + MEMORY[1] * large.len() as u64;
    let wrong = allocations > MOST || allocated > MOST || more.memory > most;
    wrong.then_some(told)
}

fn check_all(generators: &[Generator], size: usize) {
    let wrong: Vec<String> = generators.iter().filter_map(|generator| check(generator, size)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `piece`, as often as fits.
fn filled(mut log: Vec<u8>, piece: &[u8], size: usize) -> Vec<u8> {
    while log.len() < size && !piece.is_empty() {
        log.extend_from_slice(piece);
    }
    log
}

/// The shortest and the longest valid fixture of a format.
fn fixtures(format: Format) -> Option<[Vec<u8>; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(format.name()).join("valid");
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut logs: Vec<Vec<u8>> = files
        .filter_map(|file| std::fs::read(file).ok())
        .filter(|log| !log.starts_with(&[0x1f, 0x8b]))
        .collect();
    logs.sort_by_key(Vec::len);
    Some([logs.first()?.clone(), logs.pop()?])
}

fn named(name: &str) -> Format {
    format_named(name).unwrap()
}

/// What is in a fixture, again and again.
fn repetitions() -> Vec<Generator> {
    let mut all = Vec::new();
    for format in FORMATS.iter().copied() {
        let Some([begun, log]) = fixtures(format) else { continue };
        let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        let head = lines[..lines.len().min(8)].concat();
        let last = lines.last().copied().unwrap_or_default();
        let reversed: Vec<u8> = lines.iter().rev().flat_map(|line| line.iter().copied()).collect();
        let longest = lines.iter().copied().max_by_key(|line| line.len()).unwrap_or_default();
        for (name, start, piece) in [
            ("whole logs", b"".as_slice(), log.as_slice()),
            ("the first lines", b"", &head),
            ("the first line", b"", lines[0]),
            ("the last line", &begun, last),
            ("the longest line", &begun, longest),
            ("lines in reverse", &begun, &reversed),
            ("one long line", &begun, b"x"),
            ("one line of cells", &begun, b"1,"),
            ("one line of words", &begun, b"1 "),
            ("brackets", &begun, b"["),
            ("objects in objects", &begun, b"{\"a\":"),
            ("objects", &begun, b"{}\n"),
            ("quotes", &begun, b"\""),
            ("noise", &begun, b"\xff\x00\n"),
        ] {
            // What it begins with is not eight times as long: where it is nearly all of the small log, that would
            // compare the work for it with the work for other lines.
            let (start, piece) = (start.to_vec(), piece.to_vec());
            all.push(generator(format, name, move |size| filled(start.clone(), &piece, start.len() + size)));
        }
    }
    all
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

/// Columns without end.
fn columns() -> Vec<Generator> {
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
    let alternating = move |size: usize| {
        let runs = dstat_run(&number(20), 2) + &dstat_run(&number(300)[200..], 2);
        filled(Vec::new(), runs.as_bytes(), size)
    };
    let wide_above_narrow = move |size: usize| {
        let wide = dstat_run(&number(size / 40), 1) + &dstat_run(&number(2), 1);
        filled(wide.into_bytes(), b"1,1\n", size)
    };
    let wide_above_short =
        move |size: usize| filled(dstat_run(&number(size / 40), 1).into_bytes(), b"1,1\n", size);
    let empty_groups = move |size: usize| {
        let mut log = dstat_run(&number(size / 40), 1).replace("Dstat 0.7.3", "pcp-dstat 5.0");
        log.push_str(&",\n".repeat(size / 4));
        log.into_bytes()
    };
    vec![
        generator(dstat, "one wide header", move |size| dstat_run(&number(size / 20), 1).into_bytes()),
        generator(dstat, "one name for all columns", |size| {
            dstat_run(&vec!["x".to_owned(); size / 16], 1).into_bytes()
        }),
        generator(dstat, "a new column in each run", new_in_each_run),
        generator(dstat, "alternating layouts", alternating),
        generator(dstat, "a wide header above narrow rows", wide_above_narrow),
        generator(dstat, "a wide header above short rows", wide_above_short),
        generator(dstat, "empty groups", empty_groups),
    ]
}

/// Names without end, and one name for all.
fn names() -> Vec<Generator> {
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
    let lines = |head: &'static str, line: fn(usize) -> String| {
        move |size: usize| {
            let mut log = head.to_owned();
            for n in 0.. {
                if log.len() >= size {
                    break;
                }
                log.push_str(&line(n));
            }
            log.into_bytes()
        }
    };
    let format = named("xentop");
    let one: fn(usize) -> String = |_| "asam".to_owned();
    let new: fn(usize) -> String = |n| format!("d{n}");
    let pairs: fn(usize) -> String = |n| format!("d{}", n / 2);
    vec![
        generator(format, "one name below one header", xentop(true, one)),
        generator(format, "one name without a header", xentop(false, one)),
        generator(format, "a new name each row", xentop(true, new)),
        generator(format, "a new name each row without a header", xentop(false, new)),
        generator(format, "each name twice", xentop(true, pairs)),
        generator(
            named("sar"),
            "a new interface each second",
            lines("14:00:00 IFACE rxkB/s txkB/s\n", |n| {
                format!("{:02}:{:02}:{:02} e{n} 1 1\n", n / 3600 % 24, n / 60 % 60, n % 60)
            }),
        ),
        generator(
            named("sadf"),
            "a new interface each second",
            lines("# hostname;interval;timestamp;IFACE;rxkB/s;txkB/s\n", |n| {
                format!("a;1;{};e{n};1;1\n", 1_264_514_401 + n)
            }),
        ),
        generator(
            named("pidstat"),
            "a new process each second",
            lines("# Time UID PID %CPU CPU Command\n", |n| format!("{} 0 1 1 1 p{n}\n", 1_264_514_401 + n)),
        ),
        generator(
            named("iostat"),
            "a new disk each second",
            lines("Linux a (b)\n", |n| {
                format!(
                    "\n2010-01-26T{:02}:{:02}:{:02}Z\nDevice kB_read/s kB_wrtn/s\nd{n} 1 1\n",
                    n / 3600 % 24,
                    n / 60 % 60,
                    n % 60
                )
            }),
        ),
    ]
}

/// Replies in any order.
fn replies() -> Vec<Generator> {
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
    vec![
        generator(format, "one number for all replies", ping(|_| 1, false)),
        generator(format, "numbers far apart", ping(|n| n * 1_000 % 65_536, false)),
        generator(format, "numbers that go down", ping(|n| 4_000_000_000 - n, false)),
        generator(format, "a session a reply", ping(|n| n, true)),
    ]
}

#[test]
fn every_format_grows_with_its_bytes() {
    check_all(&repetitions(), SMALL);
}

#[test]
fn columns_without_end() {
    check_all(&columns(), SMALL);
}

#[test]
fn names_without_end_and_one_name_for_all() {
    check_all(&names(), SMALL);
}

#[test]
fn replies_in_any_order() {
    check_all(&replies(), SMALL);
}

fn all() -> Vec<Generator> {
    [repetitions(), columns(), names(), replies()].into_iter().flatten().collect()
}

/// From 1 to 8 MB: some minutes.
#[test]
#[ignore = "takes minutes"]
fn large_logs_grow_with_their_bytes() {
    check_all(&all(), 1 << 20);
}

/// The sizes of which instructions are counted, in bytes: `STILLSTAND_GROWTH_FROM` says the smaller one in KiB.
fn counted_sizes() -> [usize; 2] {
    let from = std::env::var("STILLSTAND_GROWTH_FROM").ok().and_then(|kib| kib.parse::<usize>().ok());
    let small = from.unwrap_or(1 << 10) << 10;
    [small, small * TIMES]
}

/// Those whose formats `STILLSTAND_GROWTH_FORMATS` names, separated by commas; all without it.
fn wanted() -> Vec<Generator> {
    let wanted = std::env::var("STILLSTAND_GROWTH_FORMATS").ok();
    let is_wanted = |one: &Generator| {
        wanted.as_ref().is_none_or(|names| names.split(',').any(|name| name == one.format.name()))
    };
    all().into_iter().filter(is_wanted).collect()
}

/// The logs that the next test counts, to be run by valgrind.
#[test]
#[ignore = "is run by the next one"]
fn logs_one_by_one() {
    for generator in wanted() {
        for size in counted_sizes() {
            detected_and_parsed(generator.format, &(generator.log)(size));
        }
    }
}

/// Instructions of logs from 1 to 8 MB, as valgrind counts them: an hour. It knows functions by their symbols:
/// `CARGO_PROFILE_RELEASE_STRIP=false cargo test --release --workspace --test all instructions -- --ignored --nocapture`.
#[test]
#[ignore = "takes an hour, and valgrind"]
fn instructions_grow_with_the_bytes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let counts = folder.join("counts");
    let ended = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--zero-before=*detected_and_parsed*",
            "--dump-after=*detected_and_parsed*",
        ])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(std::env::current_exe().unwrap())
        .args(["growth::logs_one_by_one", "--exact", "--ignored", "--test-threads=1"])
        .output()
        .expect("valgrind is there");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let count = |number: usize| -> f64 {
        let dump = std::fs::read_to_string(format!("{}.{number}", counts.display()))
            .expect("a count for each log: are there symbols?");
        let totals = dump.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        totals.trim().parse().unwrap()
    };
    let mut wrong = Vec::new();
    for (place, generator) in wanted().iter().enumerate() {
        let (small, large) = (count(2 * place + 1), count(2 * place + 2));
        let told = format!("{} of {}: {:.2} times", generator.format.name(), generator.name, large / small);
        println!("{told} ({large} instructions)");
        wrong.extend((large / small > MOST).then_some(told));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
