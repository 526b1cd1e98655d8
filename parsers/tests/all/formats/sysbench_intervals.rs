//! sysbench, interval by interval.

use stillstand_parsers::{Clock, detect_all};

use crate::common::{check_work, f64s, u32s, work_rows};

const MIB: f64 = 1_048_576.0;

fn valid(name: &str, notes: &[&str]) -> stillstand_parsers::Parsed {
    check_work(&format!("sysbench-intervals/valid/{name}"), notes)
}

#[test]
fn all_kinds_of_tests() {
    let cpu = valid("recorded-cpu.txt", &[]);
    assert_eq!(work_rows(&cpu), ["1 1 null 1462.17", "1 2 null 1983.09", "1 3 null 1942.84"]);
    assert_eq!(f64s(&cpu, "latency_p95"), [Some(0.56), Some(0.54), Some(0.56)]);
    assert_eq!((cpu.frame.clock, cpu.facts.int("threads")), (Clock::None, Some(1)));
    let files = valid("recorded-fileio.txt", &[]);
    let expected = [1.61 + 1.06, 1.83 + 1.22, 1.89 + 1.27].map(|rate| Some(rate * MIB));
    assert_eq!(f64s(&files, "rate"), expected);
    assert_eq!(f64s(&files, "latency_p95")[0], Some(0.049));
    let memory = valid("recorded-memory.txt", &[]);
    assert_eq!(f64s(&memory, "rate")[0], Some(4645.93 * MIB));
    assert_eq!(f64s(&valid("recorded-threads.txt", &[]), "rate"), [Some(2768.69), Some(2358.45)]);
    assert_eq!(f64s(&valid("recorded-mutex.txt", &[]), "rate"), [Some(0.0); 14]);
}

#[test]
fn transactions_with_their_errors() {
    let oltp = valid("oltp.txt", &[]);
    assert_eq!(work_rows(&oltp), ["1 2 null 1012.86", "1 4 null 0", "1 6 null 1009.03"]);
    assert_eq!(f64s(&oltp, "latency_max"), [Some(28.67), Some(0.0), Some(2089.16)]);
    // Half of one a second, for two.
    assert_eq!(f64s(&oltp, "errors"), [Some(0.0), Some(0.0), Some(1.0)]);
    let old = valid("0.5-oltp.txt", &[]);
    assert_eq!(f64s(&old, "rate"), [Some(150.2), Some(140.1)]);
    assert_eq!(
        (f64s(&old, "latency_p95"), f64s(&old, "latency_p99")),
        (vec![Some(71.03), None], vec![None, Some(75.1)])
    );
    assert_eq!(f64s(&old, "errors"), [Some(1.0), Some(0.0)]);
    let files = valid("0.5-fileio.txt", &[]);
    assert_eq!(f64s(&files, "rate"), [Some((20.1 + 13.4) * MIB), Some(0.0)]);
}

#[test]
fn a_late_line_says_so_by_its_time() {
    // Stopped from 2.3 s to 4.5 s; every interval has a line about the queue, too.
    let stopped = valid("recorded-cpu-stopped.txt", &[]);
    let expected = [
        "1 1 null 53.91",
        "1 2 null 51.98",
        "1 4 null 4.07",
        "1 5 null 295.29",
        "1 6 null 44",
        "1 7 null 57",
    ];
    assert_eq!(work_rows(&stopped), expected);
    assert_eq!(stopped.facts.float("length_resolution_s"), Some(1.0));
    let stamped = valid("recorded-cpu-stopped-stamped.txt", &["note 1 stamped-lines"]);
    assert_eq!(stamped.frame.clock, Clock::Epoch);
    let times: Vec<f64> = f64s(&stamped, "epoch_s").into_iter().flatten().collect();
    assert!(times.windows(2).any(|pair| (2.0..3.0).contains(&(pair[1] - pair[0]))), "{times:?}");
}

#[test]
fn each_test_begins_at_0_and_a_log_has_rates_of_one_kind() {
    let two = valid("two-tests.txt", &[]);
    assert_eq!(u32s(&two, "test"), [1, 1, 1, 1, 1, 1, 2, 2]);
    assert_eq!(f64s(&two, "elapsed_s")[6], Some(1.0));
    let expected = ["warning 54 other-test", "warning 55 other-test", "warning 56 other-test"];
    let kinds = check_work("sysbench-intervals/invalid/two-kinds.txt", &expected);
    assert_eq!((kinds.frame.height(), kinds.rows.lost), (3, 3));
}

#[test]
fn damage() {
    let cut = check_work("sysbench-intervals/invalid/cut.txt", &["warning 17 last-line-cut"]);
    assert_eq!(cut.frame.height(), 2);
    let damaged = check_work("sysbench-intervals/invalid/not-numbers.txt", &["warning 16 unreadable-row"]);
    assert_eq!(work_rows(&damaged), ["1 1 null 1462.17", "1 3 null 1942.84"]);
    assert_eq!((u32s(&damaged, "behind_gap"), cut.frame.has("behind_gap")), (vec![0, 1], false));
}

#[test]
fn the_results_are_read_beside_the_intervals() {
    for (name, expected) in [
        ("recorded-cpu.txt", vec!["sysbench", "sysbench-intervals"]),
        ("recorded-cpu-stopped-stamped.txt", vec!["sysbench", "sysbench-intervals"]),
    ] {
        let bytes = crate::common::bytes(&format!("sysbench-intervals/valid/{name}"));
        let found: Vec<&str> = detect_all(&bytes).unwrap().iter().map(|format| format.name()).collect();
        assert_eq!(found, expected, "{name}");
    }
}
