//! Which format a file has, and why it has none.

use stillstand_parsers::{DetectError, FORMATS, Format, Meaning, Severity, detect, detect_all, parse};

use crate::common::{self, format};

/// Every fixture, by folder: `(name, format, valid)`.
fn fixtures() -> Vec<(String, Format, bool)> {
    let mut found = Vec::new();
    for format in FORMATS {
        for (kind, valid) in [("valid", true), ("invalid", false)] {
            let folder = common::folder().join(format.name()).join(kind);
            let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
            for entry in entries {
                let name = entry.unwrap().file_name().into_string().unwrap();
                found.push((format!("{format}/{kind}/{name}"), *format, valid));
            }
        }
    }
    found.sort();
    found
}

/// Whether a log of the format may be one of results, too, which comes first.
fn is_beside(format: Format) -> bool {
    format.meaning() == Meaning::Work
}

#[test]
fn valid_fixtures_lose_nothing_and_invalid_ones_say_so() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 50, "{} fixtures", fixtures.len());
    for (name, format, valid) in fixtures {
        let bytes = common::bytes(&name);
        let detected = if is_beside(format) {
            detect_all(&bytes).map(|all| all.iter().copied().find(|found| *found == format).unwrap_or(all[0]))
        } else {
            detect(&bytes)
        };
        assert!(!valid || detected == Ok(format), "{name}: {detected:?}");
        let Ok(parsed) = parse(format, &bytes) else {
            assert!(!valid, "{name}: cannot be read");
            continue;
        };
        let worst = parsed.diagnostics.iter().map(|found| found.severity).min();
        let clean = parsed.rows.lost == 0 && worst.is_none_or(|worst| worst == Severity::Note);
        assert_eq!(clean, valid, "{name}: {:#?}", parsed.diagnostics);
        assert_eq!(parsed.frame.df.width(), parsed.frame.columns.len(), "{name}");
    }
}

#[test]
fn no_fixture_is_taken_for_another_format() {
    for (name, format, _) in fixtures() {
        let bytes = common::bytes(&name);
        if let Ok(found) = detect(&bytes) {
            let beside = is_beside(format) && detect_all(&bytes).unwrap().contains(&format);
            assert!(found == format || beside, "{name}: {found}");
        }
    }
}

#[test]
fn a_byte_order_mark_does_not_hide_a_format() {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(common::bytes("zeit/valid/english.log"));
    assert_eq!(detect(&bytes), Ok(format("zeit")));
    assert_eq!(parse(format("zeit"), &bytes).unwrap().rows.read, 3);
}

#[test]
fn empty_and_binary_files_are_told_apart_from_unknown_ones() {
    assert_eq!(detect(b""), Err(DetectError::Empty));
    assert_eq!(detect(b" \n\r\n\t\n"), Err(DetectError::Empty));
    for (bytes, words) in [
        (b"\x1f\x8b\x08\x00".as_slice(), "gzip"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "NUL"),
        (b"\xff\xfeT\0u\0e\0", "UTF-16"),
        (b"PK\x03\x04", "spreadsheet"),
    ] {
        let error = detect(bytes).unwrap_err();
        assert!(matches!(error, DetectError::Binary { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// A machine that stopped leaves NUL bytes where the end of a log was not on its disk yet.
#[test]
fn a_few_nul_bytes_hide_no_format() {
    for (name, format, is_valid) in fixtures().into_iter().filter(|(_, format, _)| !is_beside(*format)) {
        let mut bytes = crate::common::bytes(&name);
        if !is_valid || bytes.len() < 1000 || bytes.contains(&0) {
            continue;
        }
        let rows = |bytes: &[u8]| stillstand_parsers::parse(format, bytes).map(|log| log.rows.read);
        let all = rows(&bytes).unwrap();
        bytes.extend([0; 16]);
        assert!(detect(&bytes).is_ok(), "{name}: {:?}", detect(&bytes));
        assert!(rows(&bytes).is_ok_and(|read| read + 1 >= all), "{name}");
    }
}

#[test]
fn an_unknown_file_is_told_what_comes_near() {
    let error = detect(b"\n  hello\tworld\nsecond\n").unwrap_err();
    let expected = DetectError::Unknown { first_line: "  hello\\tworld".to_owned(), nearest: Vec::new() };
    assert_eq!(error, expected);
    assert!(error.to_string().ends_with("`stillstand formats` lists what is read"), "{error}");
    // One reply among much else.
    let text = format!("{}64 bytes from 192.0.2.9: icmp_seq=1 ttl=64 time=0.4 ms\n", "hello\n".repeat(9));
    let DetectError::Unknown { nearest, .. } = detect(text.as_bytes()).unwrap_err() else { panic!("{text}") };
    assert_eq!((nearest[0].format, nearest[0].line), (format("ping"), Some(1)));
    let error = detect(text.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("ping, which begins with") && error.contains("(line 1 does not fit: `hello`)"),
        "{error}"
    );
    assert!(error.len() < 1000, "{error}");
}

#[test]
fn a_benchmark_behind_other_tools_is_found() {
    let parsed = common::read("stream/valid/behind-other-tools.txt");
    assert_eq!(common::f64s(&parsed, "value")[0], Some(12_345.6e6));
    assert_eq!(common::diagnostics(&parsed), ["note 1 other-tool"]);
    let chatter = "stress-ng: info: [1] dispatching\n".repeat(2000);
    let text = [chatter.as_bytes(), &common::bytes("sysbench/valid/recorded-cpu.txt")].concat();
    assert_eq!(detect(&text), Ok(format("sysbench")));
    // What follows is named, wherever it stands.
    let text = [
        common::bytes("sysbench/valid/recorded-cpu.txt"),
        chatter.into(),
        common::bytes("stream/valid/gigabytes.txt"),
    ]
    .concat();
    let parsed = parse(detect(&text).unwrap(), &text).unwrap();
    let other = parsed.diagnostics.iter().find(|found| found.code == "other-tool").unwrap();
    assert!(other.message.contains("results of stream"), "{other}");
}

#[test]
fn a_terminal_table_is_no_csv() {
    for (name, evidence) in [
        ("dstat/invalid/terminal.csv", "a header such as `usr sys idl` between bars"),
        ("dstat/invalid/terminal-in-colour.csv", "colours and box drawing"),
    ] {
        let error = detect(&common::bytes(name)).unwrap_err();
        assert_eq!(error, DetectError::TerminalTable { evidence }, "{name}");
        assert!(error.to_string().contains("--output FILE"), "{error}");
    }
    let rows = b"4234B   45k| 710B 1583B|0.40 0.78 0.59| 820M 61.6M  144M 62.0G\n\
                   0     0 |   0     0 |0.40 0.78 0.59| 851M 61.6M  144M 62.0G|23-03 05:09:35\n";
    let evidence = "numbers with units between bars";
    assert_eq!(detect(rows), Err(DetectError::TerminalTable { evidence }));
}

#[test]
fn the_logs_of_other_tools_are_unknown() {
    for text in [
        "PING 192.168.2.70: is that a header?\n",
        "Request timed out.\n",
        "  1     *        *        *     Request timed out.\n",
        "asam is alive\nkirsche is unreachable\n",
        "asam\nkirsche\nasam : duplicate for [0], 64 bytes, 75.8 ms\n\n       2 targets\n       2 alive\n",
        "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)\n  Domain-0 -----r       1234   12.3     524288   15.0\n",
        "user\t0m0.040s\nsys\t0m0.100s\n",
        "STREAM version\nCopy: 9.1\nScale: 9.2\nAdd: 9.3\nTriad: 9.4\n\nreal\t0m8.870s\nuser\t0m0.040s\nsys\t0m0.100s\n",
        "sysbench 1.0.20\n",
        "fio-3.33\n",
        "{\n  \"jobs\": [],\n  \"version\": \"1.0\"\n}\n",
        "{\n\t\"start\": 1264510800,\n\t\"end\": 1264510801\n}\n",
        "{\n  \"results\": [\n    {\n      \"command\": \"fio\",\n      \"mean\": 1.5\n    }\n  ]\n}\n",
        "------------------------------------------------------------\nClient connecting to asam, TCP port 5001\n\
         [ ID] Interval       Transfer     Bandwidth\n[  3]  0.0-10.0 sec  1.10 GBytes   941 Mbits/sec\n",
        "Size 1000\nTime 0.035\nn = 2000\n",
        "INTEGER & WRITING\n",
        "        8.87 real         0.04 user         0.10 sys\n",
        "Linux 2.6.26 (kirsche) \t01/26/10 \t_i686_\n\n14:00:01        CPU     %user     %nice\n14:00:02        all      1.00      0.00\n",
        "1264510800\n1264510801\n",
        "14:00:00\n14:00:01\n",
        "epoch,value\n1264510800.123,1\n",
        "14:00:00,012 INFO started\n14:00:01,100 INFO stopped\n",
        "# a comment\n# another one\n",
        "\"Host:\",\"kirsche\"\n\"Port:\",\"80\"\n",
        "\"a\",\"b\"\n1,2\n",
    ] {
        assert!(matches!(detect(text.as_bytes()), Err(DetectError::Unknown { .. })), "{text}");
    }
}

#[test]
fn two_benchmarks_in_one_file_are_not_told_apart() {
    let both = |first: &str, second: &str| [common::bytes(first), common::bytes(second)].concat();
    for (bytes, candidates) in [
        (
            both("stream/valid/gigabytes.txt", "sysbench/valid/recorded-cpu.txt"),
            vec![format("stream"), format("sysbench")],
        ),
        (
            both("linpack/valid/plain.txt", "ramspeed/valid/grep.txt"),
            vec![format("linpack"), format("ramspeed")],
        ),
        (
            both("fio/invalid/no-jobs.json", "iperf3/valid/recorded-tcp.json"),
            vec![format("fio"), format("iperf3")],
        ),
    ] {
        assert_eq!(detect(&bytes), Err(DetectError::Ambiguous { candidates }));
    }
}
