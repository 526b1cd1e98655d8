//! What migrations transferred, round by round.

use super::{Cell, Row, Table, column, row, summary, table, without_empty_columns};
use crate::model::metrics::{
    AMPLIFICATION, PAGES_FIRST, PAGES_LAST, PAGES_MIDDLE_MEAN, PAGES_TOTAL, ROUNDS, WASTED,
};
use crate::model::{Analysis, ConditionId, Entries, Unit};
use crate::stats::Sample;

/// A row a round of every run. Long: only for data files.
pub fn rounds(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("repetition", "table.repetition", None),
        column("round", "table.round", None),
        column("pages_sent", "table.pages_sent", Some(Unit::Count)),
        column("bytes_sent", "table.transferred", Some(Unit::Bytes)),
        column("pages_skipped", "table.skipped", Some(Unit::Count)),
        column("pages_dirtied", "table.dirty_rate", Some(Unit::Count)),
        column("duration", "table.duration", Some(Unit::Seconds)),
    ];
    let rows = analysis.runs.iter().flat_map(|run| {
        let rounds = run.hypervisor.iter().flat_map(|account| &account.rounds);
        rounds.map(|round| {
            row(vec![
                Cell::Text(analysis.condition_name(run.condition)),
                Cell::repetition(run),
                i64::try_from(round.number).map_or(Cell::Missing, Cell::Integer),
                Cell::number(Some(round.pages_sent), 0),
                Cell::number(round.bytes_sent, 2),
                Cell::number(round.pages_skipped, 0),
                Cell::number(round.pages_dirtied, 0),
                Cell::number(round.duration_s, 3),
            ])
        })
    });
    without_empty_columns(table("rounds".to_owned(), columns, rows.collect()))
}

/// A row a condition: pages in all and in the first, a middle and the last round, means over its runs.
pub fn precopy(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("pages_total", "table.pages_total", Some(Unit::Count)),
        column("pages_total_relative_sd", "table.relative_sd", Some(Unit::Percent)),
        column("pages_first", "table.pages_first", Some(Unit::Count)),
        column("pages_middle_mean", "table.pages_middle", Some(Unit::Count)),
        column("pages_last", "table.pages_last", Some(Unit::Count)),
        column("rounds", "table.rounds", Some(Unit::Count)),
        column("pages_of_parts", "table.pages_of_parts", Some(Unit::Count)),
        column("amplification", "table.amplification", None),
        column("wasted", "table.wasted", Some(Unit::Percent)),
    ];
    let rows = analysis.conditions.ids().filter_map(|condition| of_condition(analysis, condition));
    without_empty_columns(table("precopy".to_owned(), columns, rows.collect()))
}

fn of_condition(analysis: &Analysis, condition: ConditionId) -> Option<Row> {
    let of = |metric: &str| summary(analysis, condition, metric);
    let mean = |metric: &str| of(metric).and_then(|summary| summary.mean);
    let total = of(PAGES_TOTAL).filter(|_| of(PAGES_FIRST).is_some())?;
    let (first, middle, last) = (mean(PAGES_FIRST), mean(PAGES_MIDDLE_MEAN), mean(PAGES_LAST));
    let rounds = mean(ROUNDS);
    // What the figures of the parts give: where it is not the total, one of them is wrong. Of the rounds those count
    // whose pages are known.
    let shown = analysis.runs.iter().filter(|run| run.condition == condition && run.counts());
    let shown = shown.filter_map(|run| run.hypervisor.as_ref()).map(|account| account.rounds.len() as f64);
    let shown = Sample::new(shown.filter(|shown| *shown > 0.0).collect()).map(|shown| shown.mean());
    let parts = (|| Some(first? + (shown? - 2.0) * middle? + last?))();
    let relative_sd = total.sd.zip(total.mean.filter(|mean| *mean > 0.0)).map(|(sd, mean)| 100.0 * sd / mean);
    Some(row(vec![
        Cell::condition(analysis, condition),
        Cell::count(total.n),
        Cell::number(total.mean, 0),
        Cell::number(relative_sd, 1),
        Cell::number(first, 0),
        Cell::number(middle, 0),
        Cell::number(last, 0),
        Cell::number(rounds, 1),
        Cell::number(parts, 0),
        Cell::number(mean(AMPLIFICATION), 2),
        Cell::number(mean(WASTED), 1),
    ]))
}

/// A row a condition: what was dirtied against what was sent, over all runs whose hypervisor told it.
pub fn convergence(analysis: &Analysis) -> Table {
    let columns = vec![
        column("condition", "table.condition", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("completed", "table.completed", Some(Unit::Count)),
        column("dirtied", "table.dirtied_per_s", Some(Unit::BytesPerSecond)),
        column("sent", "table.sent_per_s", Some(Unit::BytesPerSecond)),
        column("ratio", "table.dirtied_per_sent", None),
        column("converges", "table.converges", None),
    ];
    let told = analysis.convergence.iter().filter(|known| known.ratio.is_some());
    let rows = told.map(|known| {
        row(vec![
            Cell::condition(analysis, known.condition),
            Cell::count(known.runs),
            Cell::count(known.completed),
            Cell::number(known.dirtied_bytes_per_s, 2),
            Cell::number(known.sent_bytes_per_s, 2),
            Cell::number(known.ratio, 2),
            Cell::Label(match known.converges {
                Some(true) => "table.yes",
                Some(false) => "table.no",
                None => "table.unknown",
            }),
        ])
    });
    without_empty_columns(table("convergence".to_owned(), columns, rows.collect()))
}
