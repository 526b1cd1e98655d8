//! What migrations transferred, as hypervisors tell it, as the network counted it, as pages make it.

use super::{Cell, Row, Table, column, row, table, without_empty_columns};
use crate::model::{Analysis, Counted, Run, Transfer, Unit};

/// A row a run and counter.
pub fn transfers(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("repetition", "table.repetition", None),
        column("counter", "table.counter", None),
        column("told", "table.told", Some(Unit::Bytes)),
        column("counted", "table.counted", Some(Unit::Bytes)),
        column("surplus", "table.surplus", Some(Unit::Percent)),
        column("uncertainty", "table.uncertainty", Some(Unit::Percent)),
        column("pages", "table.pages_by_size", Some(Unit::Bytes)),
        column("pages_surplus", "table.pages_surplus", Some(Unit::Percent)),
        column("verdict", "table.as_expected", None),
    ];
    let rows = analysis.runs.iter().flat_map(|run| {
        // What can be compared with nothing is in the hypervisor's own table.
        let transfer = run.transfer.as_ref().filter(|transfer| transfer.verdict().is_some());
        transfer.into_iter().flat_map(|transfer| of_run(analysis, run, transfer))
    });
    without_empty_columns(table("transfers".to_owned(), columns, rows.collect()))
}

fn of_run(analysis: &Analysis, run: &Run, transfer: &Transfer) -> Vec<Row> {
    match transfer.counted.as_slice() {
        [] => vec![of_counter(analysis, run, transfer, None)],
        counted => counted.iter().map(|counted| of_counter(analysis, run, transfer, Some(counted))).collect(),
    }
}

fn of_counter(analysis: &Analysis, run: &Run, transfer: &Transfer, counted: Option<&Counted>) -> Row {
    let pages = transfer.pages;
    let of_pages = pages.map(|pages| pages.verdict);
    let verdict = counted.map(|counted| counted.verdict).into_iter().chain(of_pages).max();
    row(vec![
        Cell::condition(analysis, run.condition),
        Cell::repetition(run),
        counted.map_or(Cell::Missing, |counted| Cell::Text(format!("{} {}", counted.host, counted.counter))),
        Cell::number(Some(transfer.told_bytes), 2),
        Cell::number(counted.map(|counted| counted.bytes), 2),
        Cell::number(counted.map(|counted| 100.0 * counted.surplus), 2),
        Cell::number(counted.map(|counted| 100.0 * counted.uncertainty_bytes / transfer.told_bytes), 2),
        Cell::number(pages.map(|pages| pages.bytes), 2),
        Cell::number(pages.map(|pages| 100.0 * pages.surplus), 4),
        verdict.map_or(Cell::Missing, |verdict| Cell::Label(verdict.label())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::with_time_lines;
    use crate::model::{PageBytes, Status, Verdict};
    use crate::stats::Interval;
    use crate::write::tables::table_csv;

    #[test]
    fn a_row_a_run_and_counter_with_the_worst_verdict() {
        let mut analysis = with_time_lines();
        let counted = |host: &str, counter: &str, bytes: f64, verdict| Counted {
            host: host.to_owned(),
            counter: counter.to_owned(),
            source_file: "dstat.csv".to_owned(),
            bytes,
            uncertainty_bytes: 1e6,
            surplus: bytes / 100e6 - 1.0,
            expected: Interval::new(0.0, 0.063),
            verdict,
        };
        let pages = PageBytes {
            bytes: 99.9e6,
            surplus: -0.001,
            expected: Interval::new(-0.01, 0.001),
            verdict: Verdict::Holds,
        };
        analysis.runs[0].transfer = Some(Transfer {
            status: Status::Completed,
            source_file: "a.qmp".to_owned(),
            told_bytes: 100e6,
            counted: vec![
                counted("kirsche", "net.sent", 104e6, Verdict::Holds),
                counted("apfel", "net.received", 150e6, Verdict::Contradicted),
            ],
            pages: Some(pages),
        });
        let csv = String::from_utf8(table_csv(&transfers(&analysis)).unwrap()).unwrap();
        assert_eq!(
            csv,
            "condition,repetition,counter,told_bytes,counted_bytes,surplus_percent,uncertainty_percent,pages_bytes,\
             pages_surplus_percent,verdict\n\
             none,1,kirsche net.sent,100000000,104000000,4,1,99900000,-0.1,holds\n\
             none,1,apfel net.received,100000000,150000000,50,1,99900000,-0.1,contradicted\n"
        );
    }
}
