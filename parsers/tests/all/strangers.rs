//! Logs as strangers have them: pasted, mailed, joined, written by other versions. Each kind has three examples.

use stillstand_parsers::{Parsed, RowCount};

use crate::common::{benchmark_rows, check, diagnostics, f64s, format, parse_text, read, strs, u32s};

/// The means of one metric of a benchmark, in the order of the rows.
fn means(parsed: &Parsed, metric: &str) -> Vec<Option<f64>> {
    let rows = strs(parsed, "metric").into_iter().zip(strs(parsed, "statistic")).zip(f64s(parsed, "value"));
    rows.filter(|((of, statistic), _)| of == metric && statistic == "mean").map(|(_, value)| value).collect()
}

#[test]
fn messages_of_vlc_about_audio() {
    for (name, expected) in [
        ("audio-of-2.txt", vec![("playback_late", 103.14), ("playback_too_late", 204.102)]),
        ("audio-of-1.txt", vec![("buffer_too_late", 59.84), ("buffer_too_late", 103.14)]),
        ("audio-of-3.txt", vec![("playback_late", 61.0), ("playback_too_late", 2104.202)]),
    ] {
        let parsed = check(&format!("vlc-log/valid/{name}"), &["note events-are-no-counters"]);
        let found: Vec<_> = strs(&parsed, "event")
            .into_iter()
            .zip(f64s(&parsed, "lateness_ms").into_iter().flatten())
            .collect();
        let expected: Vec<_> = expected.into_iter().map(|(event, late)| (event.to_owned(), late)).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn how_the_emulator_of_xcp_ng_ended() {
    for (name, status, exit) in [
        ("xcp-ng-exited-with-code.txt", "failed", Some(2.0)),
        ("xcp-ng-killed.txt", "failed", None),
        ("xcp-ng-exited-well.txt", "completed", Some(0.0)),
    ] {
        let parsed = read(&format!("xen-migrate/invalid/{name}"));
        assert_eq!(parsed.facts.text("last_status"), Some(status), "{name}");
        let exits: Vec<_> = parsed.frame.i64s("exit_status").map_or_else(
            |_| f64s(&parsed, "exit_status").into_iter().flatten().collect(),
            |values| values.iter().flatten().map(|value| value as f64).collect(),
        );
        assert_eq!(exits, exit.into_iter().collect::<Vec<f64>>(), "{name}");
    }
}

#[test]
fn a_status_belongs_to_the_figures_behind_it() {
    let first = "hmp-migrate/invalid/first-status-missing.txt";
    let parsed = check(first, &["warning 1 status-missing"]);
    assert_eq!(strs(&parsed, "status"), ["null", "active", "completed"]);
    assert_eq!(f64s(&parsed, "downtime_s"), [None, None, Some(0.042)]);
    let parsed = read("hmp-migrate/invalid/first-status-missing-10.1.txt");
    assert_eq!(strs(&parsed, "status"), ["null", "active", "completed"]);
    assert_eq!(f64s(&parsed, "total_time_s"), [Some(1.0), Some(2.0), Some(3.0)]);
    let parsed = read("hmp-migrate/invalid/first-status-missing-once.txt");
    assert_eq!(strs(&parsed, "status"), ["null", "failed"]);
}

#[test]
fn qmp_that_was_mailed() {
    for name in ["mailed.txt", "mailed-and-quoted.txt"] {
        let parsed = read(&format!("qmp-migrate/valid/{name}"));
        assert_eq!(strs(&parsed, "entry"), ["STOP", "status", "quit", "SHUTDOWN"], "{name}");
        assert_eq!(strs(&parsed, "status")[1], "completed", "{name}");
        assert_eq!(
            (f64s(&parsed, "total_time_s")[1], f64s(&parsed, "downtime_s")[1]),
            (Some(0.067), Some(0.014))
        );
        assert_eq!(u32s(&parsed, "line"), [2, 4, 11, 12], "{name}");
    }
    // The answer to `quit` is not the one to `query-migrate`, which cannot be read.
    let parsed = check("qmp-migrate/invalid/damaged-answer.txt", &["warning 2:1 message-cut"]);
    assert_eq!(strs(&parsed, "entry"), ["quit"]);
}

#[test]
fn an_empty_answer_during_a_migration_is_to_another_command() {
    let text = "{\"execute\": \"query-migrate\"}\n{\"return\": {\"status\": \"active\"}}\n{\"execute\": \"query-migrate\"}\n\
                {\"return\": {}}\n";
    let parsed = parse_text(format("qmp-migrate"), text);
    assert_eq!(strs(&parsed, "status"), ["active"]);
    assert_eq!(diagnostics(&parsed), ["warning 4:1 answer-of-another-command"]);
}

#[test]
fn rows_of_pcp_dstat_that_hold_only_their_time() {
    let parsed = read("dstat/invalid/pcp-first-row-empty.csv");
    assert!(
        diagnostics(&parsed).contains(&"note 7 row-without-values".to_owned()),
        "{:?}",
        parsed.diagnostics
    );
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 0 });
}

#[test]
fn requests_in_parts_of_a_second() {
    let parsed = read("migration-time/valid/request-in-ms.log");
    assert_eq!(f64s(&parsed, "request_epoch_s"), [Some(1_668_000_000.123)]);
    assert_eq!(f64s(&parsed, "elapsed_s"), [Some(6.589)]);
    for (request, seconds, resolution) in [
        ("1668000000123", 1_668_000_000.123, 1e-3),
        ("1668000000123456", 1_668_000_000.123_456, 1e-6),
        ("1668000000250000000", 1_668_000_000.25, 1e-9),
        ("1668000000", 1_668_000_000.0, 1.0),
    ] {
        let text = format!("{request}\n\nreal\t0m6.589s\nuser\t0m0.007s\nsys\t0m0.009s\n");
        assert_eq!(stillstand_parsers::detect(text.as_bytes()), Ok(format("migration-time")), "{request}");
        let parsed = parse_text(format("migration-time"), &text);
        assert_eq!(f64s(&parsed, "request_epoch_s"), [Some(seconds)], "{request}");
        assert_eq!(parsed.facts.float("request_resolution_s"), Some(resolution), "{request}");
    }
}

#[test]
fn iperf3_event_by_event() {
    let parsed = check("iperf3/valid/json-stream.json", &[]);
    let rates = means(&parsed, "throughput");
    assert_eq!(rates, [Some(6_359_123_728.962_5), Some(6_359_123_728.962_5)]);
    assert_eq!(parsed.version.as_deref(), Some("3.18"));
    let parsed = read("iperf3/invalid/json-stream-stopped.json");
    assert_eq!(diagnostics(&parsed), ["warning 4:1 benchmark-unfinished"]);
    assert_eq!(means(&parsed, "throughput"), rates);
    let parsed = read("iperf3/invalid/json-stream-error.json");
    assert_eq!(diagnostics(&parsed), ["warning 5:1 benchmark-unfinished"]);
    assert_eq!(means(&parsed, "throughput"), rates);
}

#[test]
fn arrays_of_documents() {
    for name in ["array.json", "array-in-one-line.json"] {
        let parsed = check(&format!("iperf3/valid/{name}"), &[]);
        let sent: Vec<String> = benchmark_rows(&parsed)
            .into_iter()
            .filter(|row| row.contains(" send ") && row.contains("throughput"))
            .collect();
        let expected = [118_000_000, 117_000_000, 117_500_000].iter().enumerate();
        let expected: Vec<String> = expected
            .map(|(sample, rate)| {
                format!("tcp-send send 131072 throughput mean {rate} bytes_per_s null#{sample}")
            })
            .collect();
        assert_eq!(sent, expected, "{name}");
    }
    let parsed = check("fio/valid/array.json", &[]);
    assert_eq!(means(&parsed, "throughput"), [Some(133_152_507.0); 2]);
    // One that is damaged in its middle does not hide the next.
    let one = |rate: &str| {
        format!(
            "{{\n\"start\": {{\"connected\": [], \"test_start\": {{\"protocol\": \"TCP\"}}}},\n\"end\": {{\"sum_sent\": \
             {{\"bits_per_second\": {rate}}}}}\n}}"
        )
    };
    let text = format!("[{},{},{}]\n", one("80"), one("!:"), one("160"));
    assert_eq!(means(&parse_text(format("iperf3"), &text), "throughput"), [Some(10.0), Some(20.0)]);
}

#[test]
fn the_last_account_of_a_job_of_fio_counts() {
    let parsed = check("fio/valid/status-interval.json", &["note 1:1 earlier-account"]);
    assert_eq!(means(&parsed, "throughput"), [Some(3_341_575.0)]);
    assert_eq!((parsed.facts.float("runtime_s"), parsed.facts.int("jobs")), (Some(20.083), Some(1)));
    let expected = ["note 1:1 earlier-account", "note 2:1 earlier-account"];
    let parsed = check("fio/valid/status-interval-of-two-copies.json", &expected);
    assert_eq!(means(&parsed, "throughput"), [Some(3_341_575.0); 2]);
    // The same job again is a repetition.
    let parsed = check("fio/valid/one-job-twice.json", &[]);
    assert_eq!(means(&parsed, "throughput"), [Some(3_341_575.0); 2]);
    assert_eq!(u32s(&parsed, "sample").iter().max(), Some(&1));
}

#[test]
fn directions_that_fio_puts_together() {
    let parsed = check("fio/valid/unified-mixed.json", &[]);
    let found = benchmark_rows(&parsed);
    assert_eq!(found[0], "mix mixed 4096 throughput mean 133152507 bytes_per_s null#0");
    assert_eq!(found[1], "mix mixed 4096 operations mean 32507.936508 per_s null#0");
    assert_eq!(parsed.facts.float("runtime_s"), Some(0.063));
    let parsed = check("fio/valid/unified-both.json", &[]);
    let operations = strs(&parsed, "operation");
    assert_eq!(operations.iter().filter(|operation| *operation == "mixed").count(), 1, "the share of a CPU");
    assert_eq!(means(&parsed, "throughput"), [Some(93_206_754.0), Some(39_945_752.0)]);
}

#[test]
fn results_of_sysbench_without_their_first_lines() {
    let parsed = read("sysbench/valid/without-banner.txt");
    let rates: Vec<String> = benchmark_rows(&parsed)
        .into_iter()
        .filter(|row| row.contains("transaction null operations"))
        .collect();
    let expected = [15_765.21, 4_938.82, 21_633.74].iter().enumerate();
    let expected: Vec<String> = expected
        .map(|(sample, rate)| format!("oltp transaction null operations mean {rate} per_s null#{sample}"))
        .collect();
    assert_eq!(rates, expected);
    let parsed = check("sysbench/valid/without-banner-cpu.txt", &[]);
    assert_eq!(means(&parsed, "operations"), [Some(4077.95), Some(4100.1)]);
    let parsed = check("sysbench/valid/1.1-rate-twice.txt", &[]);
    assert_eq!(means(&parsed, "operations"), [Some(114.02)]);
    // Where nothing else tells it, the second rate is the one.
    let parsed = check("sysbench/valid/1.1-threads.txt", &["note 1 test-unnamed"]);
    assert_eq!(means(&parsed, "operations"), [Some(1140.0161)]);
}
