//! ping as it is.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{check, f64s, format, parse_text, strs, u32s};

fn facts(parsed: &Parsed) -> String {
    parsed.facts.iter().map(|(key, fact)| format!("{key}={fact}")).collect::<Vec<_>>().join(" ")
}

/// `seq outcome` of all rows.
fn rows(parsed: &Parsed) -> Vec<String> {
    let seqs = u32s(parsed, "seq");
    assert_eq!(seqs.len(), parsed.frame.height());
    seqs.iter().zip(strs(parsed, "outcome")).map(|(seq, outcome)| format!("{seq} {outcome}")).collect()
}

#[test]
fn iputils_with_time_stamps() {
    let parsed = check("ping/valid/iputils-stamped.txt", &[]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    let names: Vec<_> =
        parsed.frame.columns.iter().map(|column| (column.name.as_str(), column.unit)).collect();
    let expected = [
        ("session", Unit::Count),
        ("seq", Unit::Count),
        ("epoch_s", Unit::EpochSeconds),
        ("rtt", Unit::Milliseconds),
        ("outcome", Unit::Text),
    ];
    assert_eq!(names, expected);
    assert_eq!(f64s(&parsed, "epoch_s")[..2], [Some(1_795_183_886.488_095), Some(1_795_183_886.690_021)]);
    assert_eq!(f64s(&parsed, "rtt")[..3], [Some(0.244), Some(0.038), Some(0.038)]);
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(u32s(&parsed, "session"), [0; 8]);
    assert_eq!(
        facts(&parsed),
        "target=127.0.0.1 tool=iputils first_seq=1 transmitted=8 received=8 duplicates=0 loss_percent=0 \
         time_ms=1426 rtt_min_ms=0.036 rtt_avg_ms=0.063 rtt_max_ms=0.244 rtt_mdev_ms=0.068"
    );
}

#[test]
fn an_outage_as_iputils_sees_it() {
    let parsed = check("ping/valid/iputils-outage.txt", &[]);
    let rows = rows(&parsed);
    assert_eq!(rows[5..8], ["6 reply", "7 no-answer-yet", "8 no-answer-yet"]);
    assert_eq!(rows[10..12], ["11 no-answer-yet", "12 reply"]);
    assert_eq!(f64s(&parsed, "rtt")[6], None);
    assert_eq!(parsed.facts.float("loss_percent"), Some(25.0));
    let parsed = check("ping/valid/iputils-decimal-loss.txt", &[]);
    assert_eq!((parsed.frame.clock, parsed.facts.float("loss_percent")), (Clock::None, Some(16.6667)));
    assert_eq!(f64s(&parsed, "epoch_s"), [None; 12]);
}

#[test]
fn a_reply_after_no_answer_yet_is_a_reply() {
    let parsed = check("ping/valid/iputils-late.txt", &[]);
    let rows = rows(&parsed);
    assert_eq!(
        rows[..5],
        ["1 no-answer-yet", "2 no-answer-yet", "3 no-answer-yet", "4 no-answer-yet", "1 reply"]
    );
    assert_eq!(rows.iter().filter(|row| row.ends_with(" reply")).count(), 10);
    assert_eq!(f64s(&parsed, "rtt")[4], Some(1015.0));
}

#[test]
fn unreachable() {
    let parsed = check("ping/valid/iputils-unreachable.txt", &[]);
    assert_eq!(rows(&parsed)[3..6], ["4 no-answer-yet", "1 unreachable", "2 unreachable"]);
    assert_eq!((parsed.facts.int("errors"), parsed.facts.int("received")), (Some(5), Some(0)));
}

#[test]
fn marks_of_iputils() {
    let expected = ["note 1 message", "note 4 duplicate-replies", "note 12 message"];
    let parsed = check("ping/valid/iputils-marks.txt", &expected);
    let expected = [
        "1 reply",
        "1 duplicate",
        "2 damaged",
        "3 reply",
        "4 damaged",
        "5 damaged",
        "6 reply",
        "7 unreachable",
    ];
    assert_eq!(rows(&parsed), expected);
    assert_eq!(f64s(&parsed, "rtt")[3..6], [Some(12.5), None, Some(0.398)]);
    assert_eq!(parsed.facts.text("tool"), Some("iputils"));
}

#[test]
fn iputils_in_german() {
    let parsed = check("ping/valid/iputils-german.txt", &["note 5 duplicate-replies"]);
    assert_eq!(rows(&parsed), ["1 reply", "2 no-answer-yet", "2 unreachable", "3 duplicate"]);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.412), None, None, Some(0.398)]);
    assert_eq!(
        facts(&parsed),
        "target=asam tool=iputils first_seq=1 transmitted=3 received=1 duplicates=1 errors=1 \
         loss_percent=66.6667 time_ms=2040 rtt_min_ms=0.398 rtt_avg_ms=0.405 rtt_max_ms=0.412 rtt_mdev_ms=0.007"
    );
}

#[test]
fn ipv6() {
    let parsed = check("ping/valid/iputils-ipv6.txt", &[]);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.029), Some(0.04), Some(0.039)]);
    assert_eq!((parsed.facts.text("target"), parsed.facts.text("tool")), (Some("::1"), Some("iputils")));
    // Nothing marks the duplicates.
    let parsed = check("ping/valid/macos-ipv6.txt", &["note 3 duplicate-replies"]);
    assert_eq!(rows(&parsed), ["0 reply", "0 duplicate", "1 reply", "2 reply", "0 duplicate"]);
    assert_eq!((parsed.facts.text("target"), parsed.facts.text("tool")), (Some("ff02::1%en0"), Some("bsd")));
}

#[test]
fn sequence_numbers_wrap() {
    let expected = ["note 5 replies-out-of-order", "note 6 no-summary"];
    let parsed = check("ping/valid/iputils-wraps.txt", &expected);
    let expected = ["65534 reply", "65535 no-answer-yet", "65536 reply", "65535 reply", "65537 reply"];
    assert_eq!(rows(&parsed), expected);
}

#[test]
fn a_long_session_stays_one() {
    let reply =
        |seq: u32| format!("64 bytes from 192.168.2.70: icmp_seq={} ttl=64 time=0.4 ms\n", seq % 65_536);
    let text: String = (1..200_000).map(reply).collect();
    let parsed = parse_text(format("ping"), &text);
    assert_eq!(u32s(&parsed, "seq"), (1..200_000).collect::<Vec<_>>());
    assert_eq!(parsed.facts.get("sessions"), None);
}

#[test]
fn a_killed_ping() {
    let parsed = check("ping/valid/iputils-killed.txt", &["note 7 no-summary"]);
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 0 });
    let expected = ["warning 3 last-line-cut", "note 3 no-summary"];
    let parsed = check("ping/invalid/cut-in-the-rtt.txt", &expected);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.412), None]);
    let expected = ["note 2 no-summary", "warning 3 last-line-cut"];
    let parsed = check("ping/invalid/cut-in-the-number.txt", &expected);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
}

#[test]
fn several_sessions() {
    let expected = ["note 6 another-session", "note 8 no-summary", "note 9 another-session"];
    let parsed = check("ping/valid/two-sessions.txt", &expected);
    assert_eq!(u32s(&parsed, "session"), [1, 1, 2]);
    let expected = "target=asam tool=iputils first_seq=1 transmitted=5 received=0 duplicates=0 loss_percent=100 \
                    time_ms=4000 sessions=3";
    assert_eq!(facts(&parsed), expected);

    let expected =
        ["note 4 no-summary", "warning 5 line-unreadable", "note 6 another-session", "note 7 no-summary"];
    let parsed = check("ping/invalid/appended-without-header.txt", &expected);
    assert_eq!(u32s(&parsed, "session"), [0, 0, 0, 1, 1]);
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 3, 1, 2]);
}

#[test]
fn busybox() {
    let parsed = check("ping/valid/busybox.txt", &[]);
    assert_eq!(u32s(&parsed, "seq"), [0, 1, 2, 3]);
    assert_eq!(
        facts(&parsed),
        "target=10.9.0.2 tool=busybox first_seq=0 transmitted=4 received=4 duplicates=0 loss_percent=0 \
         rtt_min_ms=0.024 rtt_avg_ms=0.046 rtt_max_ms=0.055"
    );
    let parsed = check("ping/valid/busybox-stopped.txt", &["note 3 no-summary", "note 4 message"]);
    let text = parsed.diagnostics[1].text.as_deref();
    assert_eq!(text, Some("ping: sendto: Network is unreachable"));
}

#[test]
fn macos() {
    let parsed = check("ping/valid/macos.txt", &["note 4 errors-without-number"]);
    assert_eq!(rows(&parsed), ["0 reply", "1 timeout", "2 timeout", "2 reply", "3 reply"]);
    assert_eq!(
        facts(&parsed),
        "target=asam tool=bsd first_seq=0 transmitted=4 received=3 duplicates=0 loss_percent=25 \
         rtt_min_ms=0.398 rtt_avg_ms=417.103 rtt_max_ms=1250.5 rtt_mdev_ms=589.3"
    );
}

#[test]
fn windows_in_two_languages_and_three_encodings() {
    for (name, line) in [
        ("windows.txt", 5),
        ("windows-german.txt", 3),
        ("windows-german-latin-1.txt", 3),
        ("windows-german-cp850.txt", 3),
    ] {
        let parsed = check(&format!("ping/valid/{name}"), &[&format!("note {line} rtt-below")]);
        assert_eq!(rows(&parsed), ["1 reply", "2 timeout", "3 unreachable", "4 reply"], "{name}");
        assert_eq!(f64s(&parsed, "rtt"), [Some(0.5), None, None, Some(16.0)], "{name}");
        assert_eq!(
            facts(&parsed),
            "target=asam tool=windows first_seq=1 wait_s=4 interval_s=1 transmitted=4 received=3 loss_percent=25 \
             rtt_min_ms=0 rtt_avg_ms=5 rtt_max_ms=16",
            "{name}"
        );
    }
    // The reply that cannot be read has a number all the same.
    let expected = ["warning 3 line-unreadable", "note 4 no-summary"];
    let parsed = check("ping/invalid/windows-damaged.txt", &expected);
    assert_eq!(rows(&parsed), ["1 reply", "3 reply"]);
}

#[test]
fn fping() {
    let parsed = check("ping/valid/fping.txt", &[]);
    assert_eq!(rows(&parsed)[3..8], ["3 reply", "4 timeout", "5 timeout", "6 timeout", "7 reply"]);
    assert_eq!(
        facts(&parsed),
        "target=10.9.0.2 tool=fping first_seq=0 transmitted=10 received=7 loss_percent=30 rtt_min_ms=0.012 \
         rtt_avg_ms=0.043 rtt_max_ms=0.058"
    );
    let parsed = check("ping/valid/fping-two-hosts.txt", &["note 2 another-session"]);
    assert_eq!(u32s(&parsed, "session"), [0, 1, 0, 1, 0, 1, 0, 1]);
    assert_eq!(u32s(&parsed, "seq"), [0, 0, 1, 1, 2, 2, 3, 3]);
    assert_eq!(f64s(&parsed, "epoch_s")[1], Some(1_795_183_915.878_9));
    let parsed = check("ping/valid/fping-all-times.txt", &["note 3 no-summary"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 0 });
}

#[test]
fn hping_sums_up_before_it_begins() {
    let parsed = check("ping/valid/hping3.txt", &[]);
    assert_eq!(rows(&parsed), ["0 reply", "1 reply", "2 reply", "3 reply"]);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.7), Some(0.6), Some(0.4), Some(0.3)]);
    assert_eq!((parsed.facts.int("transmitted"), parsed.facts.text("tool")), (Some(4), Some("hping3")));
    let parsed = check("ping/valid/hping3-verbose.txt", &[]);
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.9), Some(0.8)]);
    let parsed = check("ping/valid/hping3-no-reply.txt", &[]);
    assert_eq!((parsed.frame.height(), parsed.facts.get("rtt_min_ms")), (0, None));

    let once = "--- a hping statistic ---\n2 packets tramitted, 3 packets received, -50% packet loss\n\
                round-trip min/avg/max = 0.5/0.5/0.5 ms\nHPING a (eth0 b): udp mode set, 28 headers + 0 data bytes\n\
                len=46 ip=b ttl=64 id=1 tos=0 iplen=28\nseq=0 rtt=0.5 ms\nDUP! len=46 ip=b ttl=64 id=2 tos=0 iplen=28\n\
                seq=0 rtt=0.6 ms\nlen=46 ip=b ttl=64 id=3 seq=1 rtt=0.5 ms\n";
    let parsed = parse_text(format("ping"), &once.repeat(2));
    assert_eq!(u32s(&parsed, "session"), [0, 0, 0, 1, 1, 1]);
    assert_eq!(rows(&parsed)[..3], ["0 reply", "0 duplicate", "1 reply"]);
    assert!(
        parsed.diagnostics.iter().all(|found| found.code != "replies-missing"),
        "{:?}",
        parsed.diagnostics
    );
}

#[test]
fn damaged_lines() {
    let expected = [
        "warning 3 text-left-over",
        "warning 4 line-unreadable",
        "warning 5 line-unreadable",
        "warning 6 cell-unreadable",
        "warning 10 replies-missing",
    ];
    let parsed = check("ping/invalid/damaged.txt", &expected);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 2 });
    assert_eq!(f64s(&parsed, "rtt"), [Some(0.412), Some(0.398), None, Some(0.401)]);
}

#[test]
fn nothing_of_ping() {
    let error = parse(format("ping"), b"\nhello\n").unwrap_err();
    assert_eq!((error.line, error.found.as_deref()), (Some(2), Some("hello")));
}

#[test]
fn numbers_that_nobody_can_have_sent() {
    let expected = ["warning 7 sequence-jump", "note 7 no-summary"];
    let parsed = check("ping/invalid/huge-sequence-number.txt", &expected);
    assert_eq!(u32s(&parsed, "seq"), [1, 2, 3, 4, 5]);
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 1 });
    // Where the first one is wrong, the others go on without it.
    let expected =
        ["warning 3 sequence-jump", "note 4 another-session", "note 4 no-summary", "note 5 no-summary"];
    let parsed = check("ping/invalid/numbers-of-another-tool.txt", &expected);
    assert_eq!((u32s(&parsed, "session"), u32s(&parsed, "seq")), (vec![0, 1, 1], vec![4_294_967_290, 2, 4]));
}

#[test]
fn a_gap_of_hours_is_one() {
    let reply = |seq: u32| format!("64 bytes from 192.168.2.70: icmp_seq={seq} ttl=64 time=0.4 ms\n");
    let text: String = [1, 2, 60_000, 120_000, 120_001].into_iter().map(reply).collect();
    let parsed = parse_text(format("ping"), &text);
    assert_eq!((u32s(&parsed, "seq").len(), parsed.rows.lost), (5, 0));
}
