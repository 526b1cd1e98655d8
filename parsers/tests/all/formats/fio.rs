//! The JSON of fio 2 and 3.

mod round_trip;

use stillstand_parsers::{RowCount, parse};

use crate::common::{benchmark_rows, bytes, check, check_long_line, format, strs};

#[test]
fn nanoseconds_and_bytes_of_fio_3() {
    let parsed = check("fio/valid/recorded-sequential-write.json", &[]);
    let found = benchmark_rows(&parsed);
    assert_eq!(found[0], "seqwrite write 65536 throughput mean 4194304000 bytes_per_s null#0");
    assert_eq!(found[1], "seqwrite write 65536 operations mean 64000 per_s null#0");
    assert_eq!(found[2], "seqwrite write 65536 latency mean 0.000014804429688 s null#0");
    assert_eq!(found[3], "seqwrite write 65536 cpu mean 33.333333 percent null#0");
    assert_eq!(found.len(), 4, "what was not asked for is no result of 0");
    assert_eq!(parsed.version.as_deref(), Some("3.33"));
    assert_eq!(parsed.facts.float("end_epoch_s"), Some(1_795_274_482.95));
    assert_eq!((parsed.facts.int("jobs"), parsed.facts.float("runtime_s")), (Some(1), Some(0.004)));
}

#[test]
fn microseconds_and_kibibytes_of_fio_2() {
    let parsed = check("fio/valid/fio-2-four-jobs.json", &[]);
    let found = benchmark_rows(&parsed);
    let write = [
        "write write 524288 throughput mean 69752832 bytes_per_s null#0",
        "write write 524288 operations mean 133 per_s null#0",
        "write write 524288 latency mean 0.00100172 s null#0",
        "write write 524288 cpu mean 4.75 percent null#0",
    ];
    assert_eq!(found[..4], write);
    let mixed = [
        "mixed read 4096 throughput mean 716800 bytes_per_s null#0",
        "mixed write 8192 throughput mean 307200 bytes_per_s null#0",
        "mixed mixed 4096 cpu mean 4.75 percent null#0",
    ];
    assert_eq!([&found[8], &found[11], &found[14]], mixed.each_ref());
    // The same job in another group is another run of it.
    assert_eq!(found[15], "read read 4194304 throughput mean 112640000 bytes_per_s null#1");
    assert_eq!(found.len(), 19);
}

#[test]
fn copies_of_a_job_are_parts() {
    let parsed = check("fio/valid/recorded-two-jobs.json", &[]);
    let workers = strs(&parsed, "worker");
    assert_eq!(workers, [["1"; 7], ["2"; 7]].concat());
    assert_eq!(strs(&parsed, "level"), ["part"; 14]);
    let parsed = check("fio/valid/recorded-group-reporting.json", &[]);
    assert_eq!(strs(&parsed, "level"), ["all"; 4]);
}

#[test]
fn clients_and_their_sum() {
    let parsed = check("fio/valid/client.json", &["note 1 other-output"]);
    let found = benchmark_rows(&parsed);
    let throughput = [
        "disk read 4096 throughput mean 32768000 bytes_per_s kirsche#0",
        "disk read 4096 throughput mean 40960000 bytes_per_s asam/1#0",
        "disk read 4096 throughput mean 36864000 bytes_per_s asam/2#0",
        "disk read 4096 throughput mean 110592000 bytes_per_s null#0",
    ];
    assert_eq!(found.iter().step_by(4).collect::<Vec<_>>(), throughput.each_ref());
}

#[test]
fn text_around_the_document() {
    check("fio/valid/recorded-note-before.txt", &["note 1 other-output"]);
    check("fio/valid/recorded-normal-and-json.txt", &["note 1 other-output"]);
    check("fio/valid/recorded-json-plus.json", &[]);
    let parsed = check("fio/valid/two-runs.json", &[]);
    assert_eq!(benchmark_rows(&parsed)[4], "seq read 65536 throughput mean 1034240 bytes_per_s null#1");
}

#[test]
fn damage() {
    let parsed = check("fio/invalid/recorded-stopped.json", &["warning 2 benchmark-unfinished"]);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 0 });
    let parsed = check("fio/invalid/cut.json", &["warning 1:1 benchmark-unfinished"]);
    // Of the second job reading is complete, writing is not.
    assert_eq!(parsed.rows, RowCount { read: 10, lost: 1 });
    let last = [
        "mixed read 4096 throughput mean 40227548 bytes_per_s 2#0",
        "mixed read 4096 operations mean 9821.178821 per_s 2#0",
        "mixed read 4096 latency mean 0.000091706541247 s 2#0",
    ];
    assert_eq!(benchmark_rows(&parsed)[7..], last);
    let parsed = check("fio/invalid/broken.json", &["warning 16:17 json-broken"]);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 1 });
    let parsed = check("fio/invalid/zero-runtime.json", &["warning 4:5 benchmark-unfinished"]);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 1 });
    let parsed = check("fio/invalid/no-latency.json", &["warning 8:16 unreadable-value"]);
    assert_eq!(benchmark_rows(&parsed)[2], "seq read null latency mean null s null#0");
}

#[test]
fn what_is_no_number_is_null() {
    let parsed = crate::common::read("fio/invalid/not-numbers.json");
    assert_eq!(parsed.diagnostics.len(), 4, "{:#?}", parsed.diagnostics);
    assert!(parsed.diagnostics.iter().all(|found| found.code == "unreadable-value"));
    assert_eq!(parsed.frame.height(), 4);
    assert!(crate::common::f64s(&parsed, "value").iter().all(Option::is_none));
}

#[test]
fn nothing_usable() {
    for (name, words) in [
        ("recorded-for-people.txt", "--output-format=json"),
        ("recorded-missing-file.txt", "did its jobs fail"),
        ("recorded-error.json", "did its jobs fail"),
        ("no-jobs.json", "before they began"),
    ] {
        let error = parse(format("fio"), &bytes(&format!("fio/invalid/{name}"))).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let terse = b"3;fio-3.33;job;0;0;1048576;524288;128;2000\n";
    assert_eq!(stillstand_parsers::detect(terse), Ok(format("fio")));
    assert!(parse(format("fio"), terse).unwrap_err().to_string().contains("--output-format=json"));
}

/// What takes the square of the length would take minutes here.
#[test]
fn a_line_may_be_long() {
    check_long_line(format("fio"), "{\"fio version\":\"fio-3.33\",\"jobs\":[", "{\"jobname\":\"j\"},");
    check_long_line(format("fio"), "{}", "{}");
}
