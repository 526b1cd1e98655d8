use super::*;
use crate::model::Unit;

fn traffic(host: &str, metric: &str, first_t: f64, values: &[f64]) -> Traffic {
    Traffic {
        host: host.to_owned(),
        file: format!("dstat-{host}.csv"),
        samples: Samples {
            host: Some(host.to_owned()),
            metric: metric.to_owned(),
            unit: Unit::BytesPerSecond,
            tells: crate::run::align::Tells::Mean,
            t_s: (0..values.len()).map(|k| first_t + k as f64).collect(),
            values: values.to_vec(),
        },
    }
}

fn job(told_bytes: f64, end_s: f64) -> Job {
    Job { told_bytes, end_s: Some(end_s), completed: true, unreported_s: 0.0 }
}

/// Four seconds before, one on either side of 2.5 s of migration.
const RATES: [f64; 10] = [1e6, 2e6, 3e6, 2e6, 2e6, 12e6, 42e6, 32e6, 2e6, 99e6];

#[test]
fn what_exceeds_the_baseline_in_whole_samples() {
    // Stamps −4.5 … 4.5. The request lies in the sample of 0.5, the end (2.5) is the stamp of 42, 32 and 2 … : the
    // samples from −0.5 to 3.5 count, and those before are the baseline, (1 + 2 + 3 + 2) / 4 = 2 MB/s.
    let found = count(&traffic("kirsche", "net.sent", -4.5, &RATES), &job(80e6, 2.5)).unwrap();
    // 0 + 10 + 40 + 30 + 0 MB.
    assert_eq!(found.bytes, 80e6);
    // s = √(2/3) MB/s, t(0.975; 3) = 3.1824, 5 samples of 1 s.
    let expected = 3.182_446 * (2.0_f64 / 3.0).sqrt() * (0.25_f64 + 0.2).sqrt() * 5.0 * 1e6;
    assert!((found.uncertainty_bytes - expected).abs() < 1.0, "{}", found.uncertainty_bytes);
    assert_eq!((found.surplus, found.verdict), (0.0, Verdict::Holds));
    assert_eq!(found.expected, Interval::new(0.0, 0.063 + 1_048_576.0 / 80e6));
}

#[test]
fn headers_are_expected_and_what_is_beyond_them_is_not() {
    let of = |reported: f64| {
        count(&traffic("kirsche", "net.sent", -4.5, &RATES), &job(reported, 2.5)).unwrap().verdict
    };
    assert_eq!(of(76e6), Verdict::Holds);
    // 8.1 % more than reported: beyond 6.3 % + 1.4 %, within ± 11.8 %.
    assert_eq!(of(74e6), Verdict::WithinUncertainty);
    assert_eq!(of(60e6), Verdict::Contradicted);
    assert_eq!(of(100e6), Verdict::Contradicted);
}

#[test]
fn a_quiet_interface_leaves_no_room() {
    let rates = [0.0, 0.0, 0.0, 0.0, 10e6, 20e6, 10e6, 0.0, 0.0];
    let of = |counter: &str, reported: f64| {
        count(&traffic("testbed", counter, -3.5, &rates), &job(reported, 2.6)).unwrap()
    };
    assert_eq!(of(LOOPBACK.name(), 39.9e6).verdict, Verdict::Holds);
    assert_eq!(of(LOOPBACK.name(), 39.9e6).uncertainty_bytes, 0.0);
    // 5 % more than reported: too much for `lo` (1 % + 1 MiB), not for a network.
    assert_eq!(of(LOOPBACK.name(), 38.1e6).verdict, Verdict::Contradicted);
    assert_eq!(of("net.sent", 38.1e6).verdict, Verdict::Holds);
    // Nothing adds to make less of it.
    assert_eq!(of(LOOPBACK.name(), 40.1e6).verdict, Verdict::Contradicted);
}

#[test]
fn what_a_broken_connection_discards_is_expected_of_a_job_that_did_not_complete() {
    let rates = [0.0, 0.0, 0.0, 0.0, 10e6, 20e6, 10e6, 0.0, 0.0];
    let broken = |reported: f64, unreported_s| {
        let job = Job { completed: false, unreported_s, ..job(reported, 2.6) };
        count(&traffic("testbed", LOOPBACK.name(), -3.5, &rates), &job).unwrap()
    };
    // 4 MB of 44 stayed in the socket; of 45, 5 MB are more than a socket holds.
    assert_eq!(broken(44e6, 0.0).verdict, Verdict::Holds);
    assert_eq!(broken(45e6, 0.0).verdict, Verdict::Contradicted);
    // The last answer was half a second old: up to 10 MB were sent since.
    assert_eq!(broken(32e6, 0.0).verdict, Verdict::Contradicted);
    assert_eq!(broken(32e6, 0.5).verdict, Verdict::Holds);
}

#[test]
fn what_cannot_be_counted_is_said_and_is_not_zero() {
    let why = |first_t: f64, end_s: f64| {
        count(&traffic("kirsche", "net.sent", first_t, &RATES), &job(80e6, end_s)).unwrap_err()
    };
    assert!(why(-2.5, 2.5).contains("fewer than 3 samples"), "{}", why(-2.5, 2.5));
    assert!(why(-4.5, 7.0).contains("ends before the migration"));
    let mut bitten = traffic("kirsche", "net.sent", -4.5, &RATES);
    bitten.samples.t_s.remove(6);
    bitten.samples.values.remove(6);
    assert!(count(&bitten, &job(80e6, 2.5)).unwrap_err().contains("a hole of 2.0 s"));
}

#[test]
fn the_way_of_the_migration_tells_its_counters() {
    let host = |name: &str, role| Host { name: name.to_owned(), role, cpus: None };
    let hosts = [host("a", Role::Source), host("b", Role::Target), host("testbed", Role::Observer)];
    let all: Vec<Traffic> = ["a", "b", "testbed"]
        .into_iter()
        .flat_map(|host| {
            ["net.received", "net.sent", LOOPBACK.name()].map(|metric| traffic(host, metric, 0.0, &[1.0]))
        })
        .collect();
    let of = |traffic: &[Traffic], destination| -> Vec<String> {
        let found = counters(traffic, &hosts, destination);
        found.iter().map(|t| format!("{} {}", t.host, t.samples.metric)).collect()
    };
    assert_eq!(of(&all, Some("tcp:b:4444")), ["a net.sent", "b net.received"]);
    assert_eq!(of(&all, None), ["a net.sent", "b net.received"]);
    assert_eq!(of(&all, Some("tcp:127.0.0.1:4444")), ["a net.lo.received"]);
    assert_eq!(of(&all[6..], Some("tcp:127.0.0.1:4444")), ["testbed net.lo.received"]);
    assert_eq!(of(&all[6..], Some("tcp:b:4444")), [""; 0]);
    assert_eq!(of(&all, Some("unix:/run/m")), [""; 0]);
    assert_eq!(route(Some("fd:migrate")), Route::Network);
    assert_eq!(route(Some("tcp:[::1]:4444")), Route::Loopback);
}

#[test]
fn pages_make_what_their_format_takes() {
    let sent =
        SentPages { normal: 1000.0, duplicate: 2000.0, page_bytes: 4096.0, transferred_bytes: 4_122_000.0 };
    let found = by_pages(sent).unwrap();
    // 1000 · 4104 + 2000 · 9.
    assert_eq!((found.bytes, found.surplus, found.verdict), (4_122_000.0, 0.0, Verdict::Holds));
    let reported = |transferred_bytes| by_pages(SentPages { transferred_bytes, ..sent }).unwrap().verdict;
    // The state of the devices may be reported too; nothing makes pages of less.
    assert_eq!(reported(5_000_000.0), Verdict::Holds);
    assert_eq!(reported(6_000_000.0), Verdict::Contradicted);
    assert_eq!(reported(4_100_000.0), Verdict::Contradicted);
    assert_eq!(by_pages(SentPages { transferred_bytes: 0.0, ..sent }), None);
}
