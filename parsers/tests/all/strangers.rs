//! Logs as strangers have them: pasted, mailed, joined, written by other versions. Each kind has three examples.

use stillstand_parsers::{Parsed, RowCount, detect};

use crate::common::{benchmark_rows, check, diagnostics, f64s, format, parse_text, read, strs, u32s};

/// The log of that format that the text is by its content.
fn recognised(name: &str, text: &str) -> Parsed {
    assert_eq!(detect(text.as_bytes()), Ok(format(name)), "{text}");
    parse_text(format(name), text)
}

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
    let parsed = check(first, &["warning 1 status-missing", "note 22 return-path-unknown"]);
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

/// syslog of other versions: ISO 8601 with the zone and levels in front; a signal by its name; behind CRLF.
#[test]
fn how_the_emulator_ended_by_other_versions() {
    let stamps = [
        ("2024-03-05T10:11:12.345678+01:00 host-b", "xenguest-7-emp[4711]: "),
        ("Mar  5 10:11:12 host-b", "xenguest-7-emp[4711]: debug: "),
    ];
    for (stamp, emulator) in stamps {
        for (end, exit) in [
            ("exited with code 3", Some(3.0)),
            ("exited with signal: SIGKILL", None),
            ("exited with signal: -9", None),
            ("stopped with signal: SIGSTOP", None),
        ] {
            let text = format!(
                "{stamp} {emulator}libempserver:debug: replying to (0): {{ \"event\" : \"MIGRATION\", \"data\": {{\"sent\": \
                 1048576,\"remaining\": 512,\"iteration\": 1}}}}\r\n\
                 {stamp} {emulator}progress: Frames iteration 1: 1048576 of 1048576 (100%)\r\n\
                 {stamp} forkexecd: [ info|host-b|0 |Async.VM.migrate_send R:5d2f|forkexecd] 4710 \
                 (/usr/libexec/xen/bin/emu-manager -controloutfd 7 -controlinfd 8 -fd 12 -mode hvm_build...) {end}\r\n"
            );
            let parsed = recognised("xen-migrate", &text);
            assert_eq!(parsed.facts.text("last_status"), Some("failed"), "{text} {:?}", parsed.diagnostics);
            assert_eq!(
                f64s_or_counts(&parsed, "exit_status"),
                exit.into_iter().collect::<Vec<f64>>(),
                "{text}"
            );
        }
    }
}

/// The values of a column of numbers, whatever their type.
fn f64s_or_counts(parsed: &Parsed, name: &str) -> Vec<f64> {
    match parsed.frame.i64s(name) {
        Ok(values) => values.iter().flatten().map(|value| value as f64).collect(),
        Err(_) => f64s(parsed, name).into_iter().flatten().collect(),
    }
}

/// Other clocks, other line ends, and not only the first row.
#[test]
fn other_rows_of_pcp_dstat_that_hold_only_their_time() {
    let header = |time: &str, end: &str| {
        format!(
            "\"pcp-dstat 5.3.7 CSV Output\"{end}\
             \"Author:\",\"PCP team <pcp@groups.io> and Dag Wieers <dag@wieers.com>\",,,,\"URL:\",\"https://pcp.io/\"{end}\
             \"Host:\",\"host-a\",,,,\"User:\",\"root\"{end}\
             \"Cmdline:\",\"pcp-dstat -tcn --output x.csv 1\",,,,\"Date:\",\"17 Feb 2026 17:04:49 UTC\"{end}\
             \"{time}\",\"total usage\",,,,,\"net/total\",{end}\
             \"{time}\",\"total usage:usr\",\"total usage:sys\",\"total usage:idl\",\"total usage:wai\",\"total usage:stl\",\
             \"net/total:recv\",\"net/total:send\"{end}"
        )
    };
    // What a first row has are means since the start of the host, which are left out.
    let value = Some(1.0);
    let full = |time: &str| format!("{time},1,2,97,0,0,100,200");
    for (time, rows, user, end) in [
        (
            "epoch",
            ["1771347889,".to_owned(), full("1771347890"), full("1771347891")],
            [None, value, value],
            "\r\n",
        ),
        (
            "epoch",
            [full("1771347889"), "1771347890,,,,,,,".to_owned(), full("1771347891")],
            [None, None, value],
            "\n",
        ),
        (
            "time",
            ["17-02 17:04:49,,,,,".to_owned(), full("17-02 17:04:50"), "17-02 17:04:51,,,,".to_owned()],
            [None, value, None],
            "\n",
        ),
    ] {
        let text = header(time, end) + &rows.map(|row| format!("{row}{end}")).concat();
        let parsed = recognised("dstat", &text);
        assert_eq!(parsed.rows, RowCount { read: 3, lost: 0 }, "{text} {:?}", parsed.diagnostics);
        assert_eq!(f64s(&parsed, "cpu.user"), user, "{text} {:?}", parsed.diagnostics);
    }
}

/// Folded at other places, in CRLF, with coded signs, as Python prints it, and quoted twice.
#[test]
fn qmp_that_was_mailed_by_other_programs() {
    let answer = "{\"return\": {\"status\": \"completed\", \"downtime\": 14, \"total-time\": 67, \"ram\": {\"total\": 0, \
                  \"transferred\": 465224, \"remaining\": 0}}}";
    let folded = |text: &str, width: usize, prefix: &str, end: &str| {
        let lines: Vec<String> = text
            .as_bytes()
            .chunks(width)
            .map(|chunk| format!("{prefix}{}", String::from_utf8_lossy(chunk)))
            .collect();
        lines.join(&format!("={end}")) + end
    };
    let python = answer.replace('"', "'");
    let coded = answer.replace('"', "=22");
    for (text, prefix, end, width) in [
        (answer, "", "\r\n", 50),
        (answer, ">> ", "\n", 61),
        (python.as_str(), "> ", "\r\n", 33),
        // A sign is not broken over two lines.
        (coded.as_str(), "", "\n", coded.len() - 7),
    ] {
        let command = "{\"execute\": \"query-migrate\"}";
        let log = format!("{prefix}{command}{end}{}", folded(text, width, prefix, end));
        let parsed = recognised("qmp-migrate", &log);
        assert_eq!(strs(&parsed, "status"), ["completed"], "{log} {:?}", parsed.diagnostics);
        let times = (f64s(&parsed, "total_time_s")[0], f64s(&parsed, "downtime_s")[0]);
        assert_eq!(times, (Some(0.067), Some(0.014)), "{log}");
    }
}

/// What fio says of one direction after so many seconds, in the words of version 3 or of version 2, which counts KiB.
fn direction_of_fio(name: &str, mib: u64, seconds: u64, old: bool) -> String {
    let (bytes, ms) = (mib << 20, seconds * 1000);
    let iops = mib as f64 / seconds as f64;
    match old {
        true => format!(
            "\"{name}\" : {{\"io_bytes\" : {}, \"bw\" : {}, \"iops\" : {iops:.2}, \"runtime\" : {ms}, \"total_ios\" : {mib}}}",
            bytes >> 10,
            (bytes >> 10) / seconds
        ),
        false => format!(
            "\"{name}\" : {{\"io_bytes\" : {bytes}, \"io_kbytes\" : {}, \"bw_bytes\" : {}, \"bw\" : {}, \"iops\" : \
             {iops:.6}, \"runtime\" : {ms}, \"total_ios\" : {mib}, \"clat_ns\" : {{\"mean\" : 5.0, \"bins\" : {{\"5\" : {mib}}}}}}}",
            bytes >> 10,
            bytes / seconds,
            (bytes >> 10) / seconds
        ),
    }
}

#[test]
fn accounts_of_a_job_by_other_versions_of_fio() {
    // fio 2 knows whole seconds and no `timestamp_ms`; of several clients each has its accounts.
    let old = |seconds: u64, mib: u64| {
        format!(
            "{{\r\n \"fio version\" : \"fio-2.16\",\r\n \"timestamp\" : {},\r\n \"time\" : \"x\",\r\n \"jobs\" : [\r\n  {{\"jobname\" : \"w\", \
             \"groupid\" : 0, \"error\" : 0, \"elapsed\" : {seconds},\r\n  {}\r\n  }}\r\n ]\r\n}}\r\n",
            1_500_000_000 + seconds,
            direction_of_fio("write", mib, seconds, true)
        )
    };
    let parsed = recognised("fio", &[old(2, 30), old(4, 50), old(6, 90)].concat());
    assert_eq!(means(&parsed, "throughput"), [Some((90 << 20) as f64 / 6.0)], "{:?}", parsed.diagnostics);
    let client = |host: &str, seconds: u64, mib: u64| {
        format!(
            "{{\"jobname\" : \"r\", \"groupid\" : 0, \"error\" : 0, \"elapsed\" : {seconds}, {}, \"hostname\" : \"{host}\", \
             \"port\" : 8765}}",
            direction_of_fio("read", mib, seconds, false)
        )
    };
    let clients = |seconds: u64, mib: [u64; 2]| {
        format!(
            "{{\"fio version\" : \"fio-3.41\", \"timestamp\" : {0}, \"timestamp_ms\" : {0}250, \"time\" : \"x\", \"client_stats\" : \
             [{1}, {2}]}}\n",
            1_795_000_000 + seconds,
            client("vm-a", seconds, mib[0]),
            client("vm-b", seconds, mib[1])
        )
    };
    let parsed = recognised("fio", &[clients(5, [10, 20]), clients(10, [30, 50])].concat());
    assert_eq!(
        means(&parsed, "throughput"),
        [Some((30 << 20) as f64 / 10.0), Some((50 << 20) as f64 / 10.0)],
        "{:?}",
        parsed.diagnostics
    );
}

#[test]
fn directions_together_by_other_versions_of_fio() {
    for (old, version) in [(true, "fio-2.21"), (false, "fio-3.41")] {
        let job = |name: &str, mib: u64| {
            format!(
                "{{\"jobname\" : \"{name}\", \"groupid\" : 0, \"error\" : 0, \"elapsed\" : 4, {}, \"usr_cpu\" : 1.5, \"sys_cpu\" : 2.5}}",
                direction_of_fio("mixed", mib, 4, old)
            )
        };
        let text = format!(
            "{{\"fio version\" : \"{version}\", \"timestamp\" : 1500000004, \"time\" : \"x\", \"jobs\" : [{}, {}]}}\n",
            job("a", 40),
            job("b", 80)
        );
        let parsed = recognised("fio", &text);
        assert_eq!(
            means(&parsed, "throughput"),
            [Some((40 << 20) as f64 / 4.0), Some((80 << 20) as f64 / 4.0)],
            "{:?}",
            parsed.diagnostics
        );
        assert_eq!(means(&parsed, "operations"), [Some(10.0), Some(20.0)], "{version}");
    }
}

/// The other tests of sysbench 1.1, and of 1.0 without their first lines.
#[test]
fn other_tests_of_sysbench() {
    let memory = "sysbench 1.1.0-df89d34 (using bundled LuaJIT 2.1.0-beta3)\r\n\r\nRunning the test with following options:\r\n\
                  Number of threads: 2\r\n\r\nRunning memory speed test with the following options:\r\n  block size: 1KiB\r\n  \
                  total size: 1024MiB\r\n  operation: write\r\n  scope: global\r\n\r\nTotal operations: 1048576 (5242880.25 per \
                  second)\r\n\r\n1024.00 MiB transferred (5120.00 MiB/sec)\r\n\r\nThroughput:\r\n    events/s (eps):                      \
                  5242880.2500\r\n    time elapsed:                        0.2000s\r\n    total number of events:              1048576\r\n";
    let parsed = recognised("sysbench", memory);
    assert_eq!(means(&parsed, "operations"), [Some(5_242_880.25)], "{:?}", parsed.diagnostics);
    assert_eq!(means(&parsed, "throughput"), [Some(5120.0 * 1_048_576.0)]);
    let without = "File operations:\n    reads/s:                      1000.50\n    writes/s:                     667.00\n    fsyncs/s:                     \
                   2134.75\n\nThroughput:\n    read, MiB/s:                  15.63\n    written, MiB/s:               10.42\n\nGeneral statistics:\n    \
                   total time:                          10.0173s\n    total number of events:              38066\n\nLatency (ms):\n         min:                                    0.00\n         \
                   avg:                                    0.26\n         max:                                   12.11\n";
    let parsed = recognised("sysbench", &[without, without].concat());
    let rates = means(&parsed, "throughput");
    assert_eq!(rates.len(), 4, "{rates:?} {:?}", parsed.diagnostics);
    assert_eq!(rates[0], Some(15.63 * 1_048_576.0));
}

/// Programs keep answers in objects of their own; the target, asked at the end, is no second migration.
#[test]
fn answers_inside_of_other_objects_have_the_time_beside_them() {
    let bytes = include_bytes!("../../fixtures/qmp-migrate/valid/wrapped.json");
    let log =
        stillstand_parsers::parse(stillstand_parsers::format_named("qmp-migrate").unwrap(), bytes).unwrap();
    assert_eq!(log.frame.height(), 3);
    let times: Vec<Option<f64>> = log.frame.f64s("time").unwrap().iter().collect();
    assert_eq!(times, [Some(1_795_262_345.071), Some(1_795_262_345.273), Some(1_795_262_347.331)]);
    let totals: Vec<Option<f64>> = log.frame.f64s("total_time_s").unwrap().iter().collect();
    assert_eq!(totals, [None, Some(0.2), Some(2.06)]);
    assert_eq!(log.diagnostics.iter().filter(|told| told.code == "answer-of-target").count(), 1);
}
