//! sysbench.

mod round_trip;

use stillstand_parsers::{Parsed, RowCount, parse};

use crate::common::{benchmark_rows, bytes, check, check_long_line, format, u32s};

/// `recorded-cpu.txt`, which others are made of.
const CPU: [&str; 6] = [
    "cpu compute null operations mean 4077.95 per_s null#0",
    "cpu compute null time value 2.0002 s null#0",
    "cpu compute null events value 8159 count null#0",
    "cpu compute null latency mean 0.00024 s null#0",
    "cpu compute null latency max 0.00524 s null#0",
    "cpu compute null latency p95 0.00024 s null#0",
];

fn version_and_threads(parsed: &Parsed) -> (Option<&str>, Option<i64>) {
    (parsed.version.as_deref(), parsed.facts.int("threads"))
}

#[test]
fn cpu() {
    let parsed = check("sysbench/valid/recorded-cpu.txt", &[]);
    assert_eq!(benchmark_rows(&parsed), CPU);
    assert_eq!(u32s(&parsed, "line"), [15, 18, 19, 23, 24, 25]);
    assert_eq!(version_and_threads(&parsed), (Some("1.0.20"), Some(1)));
    assert_eq!(parsed.facts.float("runtime_s"), Some(2.0002));
    let parsed = check("sysbench/valid/0.4-cpu.txt", &[]);
    let expected = [
        "cpu compute null time value 36.8684 s null#0",
        "cpu compute null events value 10000 count null#0",
        "cpu compute null latency mean 0.00369 s null#0",
        "cpu compute null latency max 0.01143 s null#0",
        "cpu compute null latency p95 0.00463 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    assert_eq!(version_and_threads(&parsed), (Some("0.4.12"), Some(2)));
}

#[test]
fn memory() {
    let short = ["note 29 below-resolution", "note 31 below-resolution"];
    let parsed = check("sysbench/valid/recorded-memory-write.txt", &short);
    let expected = [
        "memory-write write 1024 operations mean 6924906.06 per_s null#0",
        // 6762.60 × 2²⁰
        "memory-write write 1024 throughput mean 7091100057.6 bytes_per_s null#0",
        "memory-write write 1024 time value 2.0001 s null#0",
        "memory-write write 1024 events value 13854456 count null#0",
        "memory-write write 1024 latency mean null s null#0",
        "memory-write write 1024 latency max 0.00407 s null#0",
        "memory-write write 1024 latency p95 null s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("sysbench/valid/recorded-memory-read-two-threads.txt", &short);
    let expected = [
        "memory-read read 4096 operations mean 4982962.59 per_s null#0",
        "memory-read read 4096 throughput mean 20410217267.2 bytes_per_s null#0",
    ];
    assert_eq!(
        (&benchmark_rows(&parsed)[..2], parsed.facts.int("threads")),
        (&expected.map(str::to_owned)[..], Some(2))
    );
    let parsed = check("sysbench/valid/0.4-memory.txt", &[]);
    let expected = [
        "memory-write write 1024 operations mean 1234567.5 per_s null#0",
        "memory-write write 1024 throughput mean 1264320512 bytes_per_s null#0",
        "memory-write write 1024 time value 0.8493 s null#0",
        "memory-write write 1024 events value 1048576 count null#0",
        "memory-write write 1024 latency mean 0.00001 s null#0",
        "memory-write write 1024 latency max 0.01143 s null#0",
        "memory-write write 1024 latency p95 0.00002 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
}

#[test]
fn files() {
    let expected = [
        "fileio-rndrd read 16384 operations mean 450719.48 per_s null#0",
        "fileio-rndrd read 16384 throughput mean 7384585994.24 bytes_per_s null#0",
        "fileio-rndrd read 16384 time value 2.008 s null#0",
        "fileio-rndrd read 16384 events value 905231 count null#0",
        "fileio-rndrd read 16384 latency mean null s null#0",
        "fileio-rndrd read 16384 latency max 0.00807 s null#0",
        "fileio-rndrd read 16384 latency p95 null s null#0",
    ];
    let notes = ["note 40 below-resolution", "note 42 below-resolution"];
    assert_eq!(benchmark_rows(&check("sysbench/valid/recorded-fileio-rndrd.txt", &notes)), expected);
    // Creating the files is no test.
    let notes = ["note 48 below-resolution", "note 50 below-resolution"];
    assert_eq!(benchmark_rows(&check("sysbench/valid/recorded-prepare-and-run.txt", &notes)), expected);
    let parsed = check("sysbench/valid/recorded-fileio-rndrw.txt", &[]);
    let expected = [
        "fileio-rndrw read 16384 operations mean 8466.7 per_s null#0",
        "fileio-rndrw write 16384 operations mean 5644.47 per_s null#0",
        "fileio-rndrw sync 16384 operations mean 282.72 per_s null#0",
        "fileio-rndrw read 16384 throughput mean 138716119.04 bytes_per_s null#0",
        "fileio-rndrw write 16384 throughput mean 92473917.44 bytes_per_s null#0",
        "fileio-rndrw mixed 16384 time value 2.012 s null#0",
        "fileio-rndrw mixed 16384 events value 28967 count null#0",
        "fileio-rndrw mixed 16384 latency mean 0.00007 s null#0",
        "fileio-rndrw mixed 16384 latency max 0.00959 s null#0",
        "fileio-rndrw mixed 16384 latency p95 0.00001 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
}

#[test]
fn files_of_other_versions() {
    let parsed = check("sysbench/valid/0.4-fileio.txt", &[]);
    let expected = [
        // `(2.5Mb/sec)`
        "fileio-rndrw mixed 16384 throughput mean 2621440 bytes_per_s null#0",
        "fileio-rndrw mixed 16384 operations mean 160.5 per_s null#0",
        "fileio-rndrw mixed 16384 time value 62.3053 s null#0",
        "fileio-rndrw mixed 16384 events value 10000 count null#0",
        "fileio-rndrw mixed 16384 latency mean 0.00625 s null#0",
        "fileio-rndrw mixed 16384 latency max 0.01143 s null#0",
        "fileio-rndrw mixed 16384 latency p95 0.0155 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("sysbench/valid/1.1-fileio.txt", &[]);
    let expected = [
        "fileio-seqrd read 16384 operations mean 64000.5 per_s null#0",
        "fileio-seqrd read 16384 throughput mean 1048838144 bytes_per_s null#0",
        "fileio-seqrd read 16384 latency mean 0.00025 s null#0",
        "fileio-seqrd read 16384 latency max 0.00959 s null#0",
        "fileio-seqrd read 16384 latency p95 0.0005 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    assert_eq!(parsed.version.as_deref(), Some("1.1.0-df89d34"));
}

#[test]
fn zero_is_only_left_out_where_nothing_was_asked_for() {
    let text = String::from_utf8(bytes("sysbench/valid/recorded-fileio-rndrw.txt")).unwrap();
    let text = text.replace("8466.70", "0.00").replace("282.72", "0.00");
    let parsed = parse(format("sysbench"), text.as_bytes()).unwrap();
    assert_eq!(benchmark_rows(&parsed)[0], "fileio-rndrw read 16384 operations mean 0 per_s null#0");
    assert_eq!(parsed.rows, RowCount { read: 9, lost: 0 }, "no sync was asked for");
}

#[test]
fn threads_and_mutexes() {
    let parsed = check("sysbench/valid/0.4-threads-and-mutex.txt", &[]);
    let expected = [
        "threads event null time value 2.5 s null#0",
        "threads event null events value 10000 count null#0",
        "threads event null latency mean 0.0005 s null#0",
        "threads event null latency max 0.01143 s null#0",
        "threads event null latency p95 0.00075 s null#0",
        "mutex event null time value 0.25 s null#0",
        "mutex event null events value 1 count null#0",
        "mutex event null latency mean 0.25 s null#0",
        "mutex event null latency max 0.01143 s null#0",
        "mutex event null latency p95 0.25 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("sysbench/valid/recorded-mutex.txt", &["note 1 test-unnamed"]);
    let expected = [
        "unnamed event null time value 0.2177 s null#0",
        "unnamed event null events value 1 count null#0",
        "unnamed event null latency mean 0.21756 s null#0",
        "unnamed event null latency max 0.21756 s null#0",
        "unnamed event null latency p95 0.21936 s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let parsed = check("sysbench/valid/recorded-threads.txt", &["note 1 test-unnamed"]);
    assert_eq!(
        benchmark_rows(&parsed)[1..3],
        [
            "unnamed event null events value 2420 count null#0",
            "unnamed event null latency mean 0.00083 s null#0"
        ]
    );
}

#[test]
fn a_database() {
    let parsed = check("sysbench/valid/oltp.txt", &[]);
    let expected = [
        "oltp transaction null operations mean 1000.5 per_s null#0",
        "oltp query null operations mean 20010 per_s null#0",
        "oltp transaction null time value 2 s null#0",
        "oltp transaction null events value 2000 count null#0",
        "oltp transaction null latency mean 0.01625 s null#0",
        "oltp transaction null latency max 0.11578 s null#0",
        "oltp transaction null latency p99 0.02875 s null#0",
        "oltp transaction null operations lowest 1012.86 per_s null#0",
    ];
    assert_eq!(benchmark_rows(&parsed), expected);
    let prepare = b"sysbench 1.0.12 (using bundled LuaJIT 2.1.0-beta2)\n\nCreating table 'sbtest1'...\n\
        Inserting 10000 records into 'sbtest1'\nCreating a secondary index on 'sbtest1'...\n";
    let parsed =
        parse(format("sysbench"), &[prepare, bytes("sysbench/valid/oltp.txt").as_slice()].concat()).unwrap();
    assert_eq!((benchmark_rows(&parsed).len(), parsed.diagnostics.len()), (8, 0));
}

#[test]
fn what_was_stopped_or_failed() {
    for (name, found, lost, said) in [
        ("cut", &CPU[..2], 1, &["warning 1 benchmark-unfinished", "warning 19 last-line-cut"][..]),
        ("no-total-time", &CPU[..1], 0, &["warning 1 benchmark-unfinished"]),
        ("one-stopped", &CPU[..], 1, &["warning 32 benchmark-unfinished"]),
        // It says twice why.
        ("fatal", &CPU[..], 1, &["warning 39 benchmark-failed"]),
    ] {
        let parsed = check(&format!("sysbench/invalid/{name}.txt"), said);
        assert_eq!(
            (&benchmark_rows(&parsed)[..], parsed.rows),
            (
                &found.iter().map(|&row| row.to_owned()).collect::<Vec<_>>()[..],
                RowCount { read: found.len(), lost }
            ),
            "{name}"
        );
    }
    let error = parse(format("sysbench"), &bytes("sysbench/invalid/recorded-stopped.txt")).unwrap_err();
    assert!(error.to_string().contains("did it fail, or was it stopped?"), "{error}");
    assert_eq!(
        error.diagnostics.iter().map(|found| (found.code, found.line)).collect::<Vec<_>>(),
        [("benchmark-unfinished", Some(1))]
    );
}

#[test]
fn what_is_no_number_is_null() {
    let said = ["warning 15 unreadable-value", "warning 19 unreadable-value"];
    let parsed = check("sysbench/invalid/not-numbers.txt", &said);
    let mut expected = CPU.map(str::to_owned);
    expected[0] = "cpu compute null operations mean null per_s null#0".to_owned();
    expected[2] = "cpu compute null events value null count null#0".to_owned();
    assert_eq!(benchmark_rows(&parsed), expected);
}

/// What takes the square of the length would take minutes here.
#[test]
fn a_line_may_be_long() {
    check_long_line(format("sysbench"), "", "sysbench 1.0.20 (using x ");
}
