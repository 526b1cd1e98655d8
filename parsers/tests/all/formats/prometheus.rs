//! Answers of Prometheus.

use stillstand_parsers::{Clock, RowCount, Unit, parse};

use crate::common::{bytes, check, f64s, format};

const FIRST_S: f64 = 1_795_996_800.781;

fn near(found: &[Option<f64>], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-3), "{found:?} {expected}");
    }
}

#[test]
fn counters_become_rates() {
    let parsed = check("prometheus/valid/node-exporter.json", &["note disks-summed"]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.facts.text("host"), Some("kirsche"));
    // Memory has a value at the first scrape, rates have none.
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 0 });
    near(&f64s(&parsed, "epoch_s"), &[0.0, 15.0, 30.0, 45.0, 60.0].map(|second| FIRST_S + second));
    let rates = |name: &str| f64s(&parsed, name).split_off(1);
    // Of two CPUs: 0.9 s and 0.9 s idle in a second, 0.05 + 0.03 for users and 0.01 + 0.01 for nice ones.
    near(&rates("cpu.idle"), &[90.0, 50.0, 50.0, 50.0]);
    near(&rates("cpu.user"), &[5.0, 31.0, 31.0, 31.0]);
    near(&rates("cpu.system"), &[4.0, 10.0, 10.0, 10.0]);
    near(&rates("net.received"), &[1000.0, 2000.0, 3000.0, 3000.0]);
    near(&rates("net.lo.received"), &[7.0; 4]);
    near(&rates("disk.read"), &[512.0, 512.0, 1024.0, 1024.0]);
    near(&rates("disk.util"), &[25.0, 25.0, 50.0, 50.0]);
    let used = 8_589_934_592.0 - 4_294_967_296.0 - 1_048_576.0 - 1_073_741_824.0;
    assert_eq!(f64s(&parsed, "mem.used")[..2], [used, used + 1_048_576.0].map(Some));
    assert_eq!(f64s(&parsed, "cpu.idle")[0], None);
    assert_eq!(parsed.frame.unit("cpu.idle"), Some(Unit::Percent));
    let two = check("prometheus/valid/two-answers.json", &["note disks-summed"]);
    assert_eq!(f64s(&two, "cpu.idle"), f64s(&parsed, "cpu.idle"));
}

#[test]
fn a_reset_is_no_rate() {
    let parsed = check("prometheus/valid/counter-reset.json", &["note counter-reset"]);
    near(&f64s(&parsed, "net.received"), &[1000.0, 2000.0, 3000.0]);
    let last = f64s(&parsed, "epoch_s")[2].unwrap();
    assert!((last - FIRST_S - 60.0).abs() < 1e-6, "{last}");
}

#[test]
fn scrapes_that_are_missing_are_gaps() {
    let parsed = check("prometheus/valid/missing-scrape.json", &[]);
    near(&f64s(&parsed, "epoch_s"), &[15.0, 30.0, 75.0, 90.0].map(|second| FIRST_S + second));
    near(&f64s(&parsed, "net.received"), &[10.0; 4]);
    let parsed = check("prometheus/valid/not-a-number.json", &["note other-metrics"]);
    near(&f64s(&parsed, "net.received"), &[1000.0, 3000.0]);
}

#[test]
fn steps_that_are_shorter_than_scrapes_repeat_them() {
    let parsed = check("prometheus/valid/step-shorter-than-scrapes.json", &["note scrapes-repeated"]);
    near(&f64s(&parsed, "cpu.idle"), &[75.0; 3]);
    near(&f64s(&parsed, "cpu.user"), &[25.0; 3]);
    near(&f64s(&parsed, "epoch_s"), &[15.0, 30.0, 45.0].map(|second| 1_795_996_800.0 + second));
}

#[test]
fn names_before_version_0_16() {
    let parsed = check("prometheus/valid/old-names.json", &[]);
    near(&f64s(&parsed, "cpu.user").split_off(1), &[25.0; 4]);
    near(&f64s(&parsed, "disk.util").split_off(1), &[25.0; 4]);
    assert_eq!(f64s(&parsed, "mem.free")[0], Some(1024.0));
}

#[test]
fn what_is_of_several_hosts_is_refused_with_the_way_out() {
    let error =
        parse(format("prometheus"), &bytes("prometheus/invalid/two-hosts.json")).unwrap_err().to_string();
    assert!(
        error.contains("birne:9100, kirsche:9100") && error.contains("{instance=\"birne:9100\"}"),
        "{error}"
    );
    let error = parse(format("prometheus"), &bytes("prometheus/invalid/error.json")).unwrap_err();
    assert!(error.diagnostics[0].message.contains("unknown function"), "{error:?}");
    let error = parse(format("prometheus"), &bytes("prometheus/invalid/rates-only.json")).unwrap_err();
    assert!(error.diagnostics[0].message.contains("[[series]]"), "{error:?}");
}

#[test]
fn what_is_damaged_is_lost() {
    let parsed = check("prometheus/invalid/cut.json", &["warning json-cut"]);
    assert_eq!(parsed.rows.lost, 0);
    let parsed = check(
        "prometheus/invalid/damaged.json",
        &["warning 1:185 row-unreadable", "warning 2 row-unreadable"],
    );
    near(&f64s(&parsed, "net.received"), &[100.0, 200.0]);
    assert_eq!(parsed.rows.lost, 2);
}
