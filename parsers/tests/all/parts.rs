//! The parts of a log: each row is of one, and each says of itself what a log of its own would.

use std::fs;

use stillstand_parsers::{FORMATS, Parsed, detect_all, parse};

use crate::common::{self, check, f64s, format, parse_text, u32s};

/// Whether each row is of one part.
fn check_rows(name: &str, parsed: &Parsed) {
    let mut rows: Vec<usize> = parsed.parts.iter().flat_map(|part| part.rows.iter().copied()).collect();
    rows.sort_unstable();
    let all: Vec<usize> = (0..parsed.frame.height()).collect();
    assert!(parsed.parts.is_empty() || rows == all, "{name}: {:?}", parsed.parts);
    for part in &parsed.parts {
        assert_eq!(parsed.of_part(part).frame.height(), part.rows.len(), "{name}");
    }
}

#[test]
fn every_row_of_a_fixture_is_of_one_part() {
    let mut several = 0;
    for format in FORMATS {
        for kind in ["valid", "invalid"] {
            let folder = common::folder().join(format.name()).join(kind);
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let name = entry.path().display().to_string();
                let Ok(parsed) = parse(*format, &fs::read(entry.path()).unwrap()) else { continue };
                check_rows(&name, &parsed);
                several += usize::from(parsed.parts.len() > 1);
            }
        }
    }
    assert!(several > 20, "{several}");
}

#[test]
fn a_session_has_its_own_facts_and_is_the_first_of_its_log() {
    let parsed = check(
        "ping/valid/two-sessions.txt",
        &["note 6 another-session", "note 8 no-summary", "note 9 another-session"],
    );
    let sessions: Vec<Parsed> = parsed.parts.iter().map(|part| parsed.of_part(part)).collect();
    assert!(
        sessions.len() == 3
            && sessions.iter().all(|session| u32s(session, "session").iter().all(|n| *n == 0))
    );
    assert_ne!(sessions[0].facts, sessions[1].facts);
}

#[test]
fn a_ping_between_two_instants_has_the_requests_of_that_time() {
    let mut log = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
    for seq in (1..=100).filter(|seq| !(40..=59).contains(seq)) {
        let t = 1_700_000_000.0 + f64::from(seq) + 0.001;
        log += &format!("[{t:.6}] 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=1.00 ms\n");
    }
    log += "\n--- vm ping statistics ---\n110 packets transmitted, 80 received, 27% packet loss, time 109000ms\n";
    let parsed = parse_text(format("ping"), &log);
    let asked = |from: f64, until: f64| {
        let part = parsed.between(1_700_000_000.0 + from, 1_700_000_000.0 + until).unwrap();
        (part.facts.int("first_seq"), part.facts.int("transmitted"), part.frame.height())
    };
    assert_eq!(asked(f64::NEG_INFINITY, f64::INFINITY), (Some(1), Some(110), 80));
    // It ends within the silence: what was sent until then was not answered.
    assert_eq!(asked(20.5, 50.5), (Some(21), Some(30), 19));
    assert_eq!(asked(50.5, f64::INFINITY), (Some(51), Some(60), 41));
    // Nothing but silence.
    assert_eq!(asked(45.5, 50.5), (Some(46), Some(5), 0));
    assert!(
        parse_text(format("ping"), &log.replace('[', "").replace("] ", " x ")).between(0.0, 1.0).is_none()
    );
}

#[test]
fn ping_and_benchmarks_in_one_file_are_all_read() {
    let text = |name: &str| String::from_utf8(common::bytes(name)).unwrap();
    let ping = text("ping/valid/iputils-outage.txt");
    let log =
        [ping.as_str(), &text("sysbench/valid/recorded-cpu.txt"), &text("stream/valid/stream-5.10.txt")]
            .concat();
    let found = detect_all(log.as_bytes()).unwrap();
    assert_eq!(found, ["ping", "stream", "sysbench"].map(format));
    let (alone, together) = (parse_text(format("ping"), &ping), parse_text(format("ping"), &log));
    assert_eq!((together.rows, f64s(&together, "rtt")), (alone.rows, f64s(&alone, "rtt")));
    assert!(together.diagnostics.iter().any(|found| found.code == "other-tool"));
    assert!(together.diagnostics.iter().all(|found| found.code != "line-unreadable"));
    // Nothing of the others is taken for sysbench's.
    let alone = parse_text(format("sysbench"), &text("sysbench/valid/recorded-cpu.txt"));
    assert_eq!(f64s(&parse_text(format("sysbench"), &log), "value"), f64s(&alone, "value"));
}

#[test]
fn copies_of_a_job_of_fio_are_one_test() {
    let parts = |name: &str| check(name, &[]).parts.len();
    assert_eq!(parts("fio/valid/recorded-two-jobs.json"), 1);
    assert_eq!(parts("fio/valid/fio-2-four-jobs.json"), 4);
    assert_eq!(parts("fio/valid/recorded-group-reporting.json"), 1);
    let copies = common::read("fio/valid/status-interval-of-two-copies.json");
    assert_eq!(copies.parts.len(), 1);
}
