//! YCSB, operation by operation.

use proptest::prelude::*;
use stillstand_parsers::{Clock, RowCount, detect_all};

use crate::common::{bools, bytes, check, f64s, format, read_whole};

const LEFT_OUT: &str = "note other-operations";

#[test]
fn all_kinds_in_the_order_of_their_ends() {
    let parsed = check("ycsb-raw/valid/terminal.txt", &[LEFT_OUT]);
    assert_eq!((parsed.rows, parsed.frame.clock), (RowCount { read: 31, lost: 0 }, Clock::Epoch));
    let ends: Vec<f64> = f64s(&parsed, "epoch_s").into_iter().flatten().collect();
    assert!(ends.is_sorted());
    assert_eq!((parsed.facts.text("time_is"), parsed.facts.text("loop")), (Some("end"), Some("closed")));
    let late: Vec<f64> =
        f64s(&parsed, "duration_s").into_iter().flatten().filter(|took| *took > 1.0).collect();
    assert_eq!(late, [1.500_23, 1.702_119]);
    let failed: Vec<usize> = (0..31).filter(|row| bools(&parsed, "worked")[*row] == Some(false)).collect();
    assert_eq!((failed.len(), ends[failed[0]]), (1, 1_784_052_225.15));
    assert_eq!(detect_all(&bytes("ycsb-raw/valid/terminal.txt")).unwrap(), [format("ycsb-raw")]);
    assert_eq!(check("ycsb-raw/valid/file.txt", &[]).rows.read, 30);
}

#[test]
fn no_operation_counts_twice() {
    assert_eq!(check("ycsb-raw/valid/intended.txt", &[LEFT_OUT]).rows, RowCount { read: 5, lost: 0 });
}

#[test]
fn damage() {
    let damaged = check(
        "ycsb-raw/invalid/damaged.txt",
        &[
            "warning 4 row-unreadable",
            "warning 6 row-unreadable",
            "warning 8 row-unreadable",
            "warning 11 last-line-cut",
        ],
    );
    assert_eq!(damaged.rows, RowCount { read: 6, lost: 4 });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read(operations in proptest::collection::vec((0_u64..5000, 0_u32..60_000_000, any::<bool>()), 1..40)) {
        let mut at_ms = 1_784_052_223_186_u64;
        let mut kinds = [Vec::new(), Vec::new()];
        let mut expected = Vec::new();
        for (step, us, worked) in operations {
            at_ms += step + 1;
            let name = if worked { "READ" } else { "READ-FAILED" };
            kinds[usize::from(worked)].push(format!("{name},{at_ms},{us}\n"));
            expected.push((Some(f64::from(us) / 1e6), Some(worked)));
        }
        let head = "latency raw data: op, timestamp(ms), latency(us)";
        let text = format!("READ {head}\n{}READ-FAILED {head}\n{}", kinds[1].concat(), kinds[0].concat());
        let parsed = read_whole(format("ycsb-raw"), &text);
        let read: Vec<_> = f64s(&parsed, "duration_s").into_iter().zip(bools(&parsed, "worked")).collect();
        prop_assert_eq!(read, expected);
    }
}
