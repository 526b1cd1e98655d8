use stillstand_parsers::{detect, parse};

use super::*;
use crate::model::Diagnostic;

/// The packets of a table of tshark with these rows, which has its request at second 1 000 000 010.
fn read(header: &str, rows: &[String], declared: &[&str]) -> (Option<PacketLog>, Vec<Diagnostic>) {
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let log = parse(detect(text.as_bytes()).unwrap(), text.as_bytes()).unwrap();
    let declared: Vec<String> = declared.iter().map(|address| (*address).to_owned()).collect();
    let mut found = Vec::new();
    let mut report = FileReport { into: &mut found, file: "capture" };
    let log = packets(&log, &declared, Some(1_000_000_010.0), &mut report);
    (log, found)
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|found| found.code).collect()
}

/// Pings of 10.0.0.5 each 0.1 s, with rows of `other` behind each.
fn pings(kind: bool, other: impl Fn(f64) -> Vec<String>) -> Vec<String> {
    let mut rows = Vec::new();
    for number in 0..200 {
        let at = 1_000_000_000.0 + 0.1 * f64::from(number);
        let kinds = if kind { ["8", "0"] } else { ["", ""] };
        rows.push(format!("{at:.6},10.0.0.1,10.0.0.5,{},{number},,", kinds[0]));
        rows.push(format!("{:.6},10.0.0.5,10.0.0.1,{},{number},,", at + 0.001, kinds[1]));
        rows.extend(other(at));
    }
    rows
}

const HEADER: &str = "frame.time_epoch,ip.src,ip.dst,icmp.type,icmp.seq,tcp.srcport,tcp.dstport";

#[test]
fn the_only_one_that_is_asked_is_the_vm() {
    for kind in [true, false] {
        let (log, found) = read(HEADER, &pings(kind, |_| Vec::new()), &[]);
        let log = log.unwrap();
        assert_eq!(
            (log.vm.as_slice(), codes(&found)),
            (["10.0.0.5".to_owned()].as_slice(), vec!["packets-vm-told"])
        );
        assert_eq!((log.to_vm, log.from_vm, log.asks.len(), log.signs.len()), (200, 200, 200, 200));
        assert!((log.asks[0].at_s + 10.0).abs() < 1e-6 && (log.interval_s - 0.1).abs() < 1e-6);
        assert!(log.asks.iter().all(|ask| !ask.is_lost && (ask.ordinary_s - 0.001).abs() < 1e-5));
        assert!(log.signs.iter().zip(&log.asks).all(|(sign, ask)| sign.from_s == ask.at_s));
    }
    // One that is asked and never answers is none.
    let deaf = |at: f64| vec![format!("{:.6},10.0.0.1,10.0.0.9,8,7,,", at + 0.01)];
    assert_eq!(read(HEADER, &pings(true, deaf), &[]).0.unwrap().vm, ["10.0.0.5"]);
    let other = |at: f64| {
        vec![
            format!("{:.6},10.0.0.1,10.0.0.9,8,7,,", at + 0.01),
            format!("{:.6},10.0.0.9,10.0.0.1,0,7,,", at + 0.011),
        ]
    };
    let (log, found) = read(HEADER, &pings(true, other), &[]);
    assert_eq!((log, codes(&found)), (None, vec!["packets-vm-unknown"]));
    assert_eq!(read(HEADER, &pings(true, other), &["10.0.0.9"]).0.unwrap().vm, ["10.0.0.9"]);
}

/// Packets that are not answered as a rule ask nothing, and what answers nothing is a sign of life all the same.
#[test]
fn only_what_is_ordinarily_answered_is_asked() {
    let noise = |at: f64| {
        vec![
            format!("{:.6},10.0.0.1,10.0.0.5,,,40000,9999", at + 0.02),
            format!("{:.6},10.0.0.5,10.0.0.1,,,22,50000", at + 0.03),
        ]
    };
    let log = read(HEADER, &pings(true, noise), &[]).0.unwrap();
    assert_eq!((log.asks.len(), log.signs.len(), log.to_vm), (200, 400, 400));
    // Only noise.
    let rows: Vec<String> = pings(true, noise).into_iter().filter(|row| row.contains(",,,")).collect();
    let (log, found) = read(HEADER, &rows, &["10.0.0.5"]);
    assert_eq!((log, codes(&found)), (None, vec!["packets-without-flow"]));
}

#[test]
fn what_was_asked_just_before_the_end_is_left_open() {
    let mut rows = pings(true, |_| Vec::new());
    rows.push("1000000019.950000,10.0.0.1,10.0.0.5,8,999,,".to_owned());
    let log = read(HEADER, &rows, &[]).0.unwrap();
    assert!(log.asks.iter().all(|ask| !ask.is_lost));
    rows.push("1000000021.000000,10.0.0.1,10.0.0.2,,,1,2".to_owned());
    let log = read(HEADER, &rows, &[]).0.unwrap();
    assert_eq!(log.asks.iter().filter(|ask| ask.is_lost).count(), 1);
}
