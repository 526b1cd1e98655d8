//! nping.

use proptest::prelude::*;
use stillstand_parsers::{Clock, Parsed, RowCount};

use crate::common::{bools, check, f64s, format, read_whole};

/// Seconds since the start, milliseconds that the answer took, and whether there was one.
fn rows(parsed: &Parsed) -> Vec<(f64, Option<f64>, bool)> {
    let took = f64s(parsed, "duration_s").into_iter().map(|s| s.map(|s| (s * 1e4).round() / 10.0));
    let worked = bools(parsed, "worked").into_iter().map(|worked| worked == Some(true));
    let since = f64s(parsed, "monotonic_s").into_iter().flatten();
    since.zip(took).zip(worked).map(|((since, took), worked)| (since, took, worked)).collect()
}

fn valid(name: &str) -> Vec<(f64, Option<f64>, bool)> {
    rows(&check(&format!("nping/valid/{name}"), &[]))
}

#[test]
fn requests_of_all_kinds_with_their_answers() {
    let tcp = check("nping/valid/recorded-tcp.txt", &[]);
    assert_eq!(rows(&tcp)[..2], [(0.0121, Some(0.4), true), (0.2125, Some(0.1), true)]);
    assert_eq!((tcp.frame.clock, tcp.version.as_deref()), (Clock::None, Some("0.7.93")));
    assert!(tcp.needs_clock_start() && tcp.facts.text("loop") == Some("open"));
    // The last two have the same number.
    let icmp = valid("recorded-icmp.txt");
    assert_eq!(
        icmp.iter().map(|row| row.1).collect::<Vec<_>>(),
        [Some(0.4), Some(0.1), Some(0.1), Some(0.1)]
    );
    // That a port is closed is an answer of the host.
    assert!(valid("recorded-udp.txt").iter().all(|row| row.2));
    assert!(valid("recorded-connect.txt").iter().all(|row| row.2));
    let refused = valid("recorded-refused.txt");
    assert!(refused.len() == 3 && refused.iter().all(|row| !row.2 && row.1.is_some()), "{refused:?}");
    assert_eq!(
        valid("recorded-noanswer.txt"),
        [(0.0194, None, false), (0.2196, None, false), (0.4196, None, false)]
    );
    assert_eq!(valid("recorded-arp.txt"), [(0.0179, None, false), (0.2181, None, false)]);
}

#[test]
fn what_another_host_says_is_no_answer() {
    let outage = check("nping/valid/outage.txt", &["note unexpected-answers"]);
    assert_eq!(
        rows(&outage),
        [
            (0.012, Some(0.5), true),
            (0.212, None, false),
            (0.412, None, false),
            (0.612, Some(88.1), false),
            (0.812, Some(30.0), true),
            (1.012, Some(0.4), true),
        ]
    );
}

#[test]
fn the_last_request_of_a_log_without_an_end_is_open() {
    let killed = check("nping/valid/killed.txt", &["note requests-open"]);
    assert_eq!(
        rows(&killed),
        [(0.0281, Some(0.4), true), (0.2285, Some(210.1), true), (0.4286, Some(10.1), true)]
    );
}

#[test]
fn a_time_in_front_of_the_lines() {
    let stamped = check("nping/valid/recorded-stamped.txt", &["note 1 stamped-lines"]);
    assert_eq!((stamped.frame.clock, stamped.rows.read), (Clock::Epoch, 5));
    let sent = f64s(&stamped, "epoch_s");
    assert!((sent[0].unwrap() - 1_796_106_904.453_971).abs() < 1e-5, "{sent:?}");
    assert!(!stamped.needs_clock_start());
}

#[test]
fn damage_is_no_failure() {
    let damaged = check(
        "nping/invalid/damaged.txt",
        &[
            "warning 6 row-unreadable",
            "warning 7 row-unreadable",
            "note requests-open",
            "note unexpected-answers",
        ],
    );
    assert_eq!(rows(&damaged), [(0.0121, Some(0.4), true), (0.613, Some(0.2), true)]);
    assert_eq!(damaged.rows, RowCount { read: 2, lost: 2 });
    let cut = check("nping/invalid/cut.txt", &["warning 10 last-line-cut", "note requests-open"]);
    assert_eq!(cut.rows, RowCount { read: 3, lost: 1 });
    let missing = check("nping/invalid/lines-missing.txt", &["warning requests-missing"]);
    assert_eq!(missing.rows, RowCount { read: 3, lost: 1 });
    let two = check(
        "nping/invalid/two-runs.txt",
        &[
            "warning 17 other-run",
            "warning 18 other-run",
            "warning 19 other-run",
            "warning 20 other-run",
            "warning 21 other-run",
            "warning 22 other-run",
            "warning 23 other-run",
            "warning 24 other-run",
        ],
    );
    assert_eq!(two.rows, RowCount { read: 4, lost: 8 });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(answers in proptest::collection::vec(proptest::option::of(0_u32..1000), 1..40)) {
        let mut text = "\nStarting Nping 0.7.93 ( https://nmap.org/nping ) at 2026-12-01 06:16 UTC\n".to_owned();
        for (number, answer) in answers.iter().enumerate() {
            let at = number as f64 * 0.2 + 0.01;
            text += &format!("SENT ({at:.4}s) TCP 10.0.0.1:54705 > 10.0.0.5:80 S ttl=64 id=62224 iplen=40  seq=3044056759 win=1480 \n");
            if let Some(took) = answer {
                let at = at + f64::from(*took) / 1e4;
                text += &format!("RCVD ({at:.4}s) TCP 10.0.0.5:80 > 10.0.0.1:54705 SA ttl=64 id=0 iplen=44  seq=389243355 win=65495 <mss 65495>\n");
            }
        }
        text += &format!(" \nRaw packets sent: {} (160B) | Rcvd: 4 (176B) | Lost: 0 (0.00%)\n", answers.len());
        let parsed = read_whole(format("nping"), &text);
        let expected: Vec<Option<f64>> = answers.iter().map(|took| took.map(|took| f64::from(took) / 10.0)).collect();
        let read: Vec<Option<f64>> = rows(&parsed).into_iter().map(|row| row.1).collect();
        prop_assert_eq!(read, expected);
    }
}
