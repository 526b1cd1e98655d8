//! The tables of a report as typed rows: [`Analysis`] in, numbers with units out.
//!
//! A table knows nothing of how it will be shown. The documents format its cells through
//! [`crate::show::report::format`], the exports write them raw, in base units.

mod answer;
mod condensed;
mod condition;
mod efficiency;
pub mod labels;
mod methods;
mod overall;
mod placement;
mod portfolio;
mod precopy;
mod prediction;
mod quality;
mod sweep;
mod time_line;
mod transfer;

#[cfg(test)]
pub mod example;

pub use answer::{Bar, answer, answer_bars};
pub use condensed::{MANY, checks_counted, condensed, named};
pub use condition::{degradation, latencies, outages, resources, round_trips};
pub use efficiency::{block_sizes, grid, grid_id, of_several_vms, several_vms, varying};
pub use methods::{agreements, clocks, methods};
pub use overall::{compared, comparisons, overview, published, published_differing};
pub use placement::{decimals as placement_decimals, placement};
pub use portfolio::{campaigns, results};
pub use precopy::{convergence, precopy, rounds};
pub use prediction::{prediction_errors, predictions};
use quality::unclear;
pub use quality::{failures, flags, incomplete, is_unclear, problems, problems_grouped, runs};
pub use sweep::trends;
pub use time_line::{checks, checks_matrix, hypervisor, phase_costs, phase_means, phases, phases_matrix};
pub use transfer::transfers;

use crate::model::{
    Analysis, Condition, ConditionId, Entries, Reach, Run, Series, SeriesSummary, Unit, Value, Verdict,
};
use crate::stats::Interval;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without extension, for example `outages-memtester`.
    pub id: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Documents turn rows into columns (a column a repetition, as studies print it).
    pub transposed: bool,
    /// How many columns, from the first, name a row. Of several, documents set the first as headings of
    /// groups and put the others in one column.
    pub labels: usize,
}

/// One column. `key` names it in data files, `heading` in documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub key: String,
    pub heading: Heading,
    pub unit: Option<Unit>,
}

/// The heading of a column: a text key of `report-templates/text`, or data shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heading {
    Text(&'static str),
    /// The name of a series.
    Metric(String),
    Data(String),
    /// Levels of several factors: documents set them below each other, and what neighbours share once.
    Levels(Vec<String>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// A summary row (mean, deviation, …) that documents set apart.
    pub summary: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    /// A text key of `report-templates/text`.
    Label(&'static str),
    /// The name of a series.
    Metric(String),
    /// A condition: its name in data files, what people call it in documents.
    Condition {
        name: String,
        label: String,
    },
    Integer(i64),
    /// In the unit of its column; `decimals` are those of the unit it is shown in.
    Number {
        value: f64,
        decimals: u8,
    },
    /// As a number, where it is only known on which side of `value` the truth lies: the `estimate` stands in data files.
    Bound {
        estimate: f64,
        value: f64,
        side: Side,
        decimals: u8,
    },
    /// Of so many values, so many that never ended: there is no mean.
    Open {
        open: usize,
        of: usize,
    },
    /// The probability of a test, never shown as 0.
    Probability(f64),
    /// Two columns, `…_low` and `…_high`, in data files.
    Interval {
        interval: Interval,
        decimals: u8,
    },
    /// Two columns, the value and `…_half_width`, in data files.
    PlusMinus {
        value: f64,
        half_width: f64,
        decimals: u8,
    },
    /// A performance ÷ that of its baseline, which documents show in per cent and shade. Three columns, the
    /// share, `…_low` and `…_high`, in data files where an interval is known.
    Share {
        value: f64,
        interval: Option<Interval>,
    },
    /// What a benchmark measured, in the unit of its column, else in its own. Documents choose the decimals.
    /// Two columns, the value and `…_sd`, in data files where a deviation is known.
    Amount {
        value: f64,
        sd: Option<f64>,
        unit: Unit,
    },
    /// The unit of the amounts of a row.
    Unit(Unit),
    /// Several text keys.
    Labels(Vec<&'static str>),
    /// How a check came out, and how far its figures lie apart.
    Verdict {
        verdict: Verdict,
        margin: f64,
        decimals: u8,
    },
    /// A value that could not be determined.
    Missing,
}

/// On which side of a figure a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    AtLeast,
    AtMost,
}

impl Cell {
    fn number(value: Option<f64>, decimals: u8) -> Self {
        value.map_or(Cell::Missing, |value| Cell::Number { value, decimals })
    }

    /// The value of a run; where it was never seen to end, at least what it was seen to last, and where nothing was seen,
    /// at most what can go unnoticed.
    fn value(value: Option<Value>, decimals: u8) -> Self {
        let Some(Value { estimate, within }) = value else { return Cell::Missing };
        match within.upper {
            None => Cell::Bound { estimate, value: within.lower, side: Side::AtLeast, decimals },
            Some(upper) if estimate == 0.0 && upper > 0.0 => {
                Cell::Bound { estimate, value: upper, side: Side::AtMost, decimals }
            }
            Some(_) => Cell::Number { value: estimate, decimals },
        }
    }

    /// A mean, or what it is at most where no run shows anything, or how many of the values never ended.
    fn mean(summary: Option<SeriesSummary>, decimals: u8) -> Self {
        match summary {
            Some(SeriesSummary { n, n_censored, .. }) if n_censored > 0 => {
                Cell::Open { open: n_censored, of: n }
            }
            Some(SeriesSummary { mean: Some(mean), mean_within: Some(within), .. }) if mean > 0.0 => {
                Cell::interval(Some(within), decimals)
            }
            Some(SeriesSummary { mean: Some(estimate), mean_within: Some(within), .. }) => {
                Cell::Bound { estimate, value: within.high, side: Side::AtMost, decimals }
            }
            summary => Cell::number(summary.and_then(|summary| summary.mean), decimals),
        }
    }

    /// An interval of a series, whatever it is of.
    fn reach(reach: Option<Reach>, decimals: u8) -> Self {
        let interval = reach.map(|reach| Interval::new(reach.low, reach.high.unwrap_or(f64::INFINITY)));
        Cell::interval(interval, decimals)
    }

    fn probability(p: Option<f64>) -> Self {
        p.map_or(Cell::Missing, Cell::Probability)
    }

    fn interval(interval: Option<Interval>, decimals: u8) -> Self {
        interval.map_or(Cell::Missing, |interval| Cell::Interval { interval, decimals })
    }

    fn plus_minus(value: Option<(f64, f64)>, decimals: u8) -> Self {
        value.map_or(Cell::Missing, |(value, half_width)| Cell::PlusMinus { value, half_width, decimals })
    }

    fn text(text: Option<&str>) -> Self {
        text.map_or(Cell::Missing, |text| Cell::Text(text.to_owned()))
    }

    fn condition(analysis: &Analysis, condition: ConditionId) -> Self {
        let name = analysis.condition_name(condition);
        Cell::Condition { name, label: labels::condition_label(analysis, condition) }
    }

    /// Whether it tells a reader nothing.
    fn is_empty(&self) -> bool {
        matches!(self, Cell::Missing) || matches!(self, Cell::Text(text) if text.is_empty())
    }

    fn repetition(run: &Run) -> Self {
        Cell::Integer(i64::from(run.repetition))
    }

    fn count(n: usize) -> Self {
        Cell::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

fn column(key: &str, heading: &'static str, unit: Option<Unit>) -> Column {
    Column { key: key.to_owned(), heading: Heading::Text(heading), unit }
}

fn row(cells: Vec<Cell>) -> Row {
    Row { cells, summary: false }
}

fn table(id: String, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { id, columns, rows, transposed: false, labels: 0 }
}

/// All tables that have a row, in the order of the report.
pub fn all(analysis: &Analysis) -> Vec<Table> {
    let mut tables = vec![overview(analysis), comparisons(analysis)];
    tables.extend(analysis.placement.as_ref().map(placement));
    for id in analysis.conditions.ids() {
        tables.extend(
            [
                outages,
                methods,
                checks,
                phases,
                hypervisor,
                latencies,
                round_trips,
                degradation,
                resources,
                phase_costs,
            ]
            .map(|of_condition| of_condition(analysis, id)),
        );
    }
    tables.extend((0..analysis.grids.len()).filter_map(|index| grid(analysis, index)));
    tables.extend(of_several_vms(analysis).into_iter().map(|benchmark| several_vms(analysis, benchmark)));
    tables.push(block_sizes(analysis));
    tables.extend(
        [
            trends,
            convergence,
            precopy,
            rounds,
            transfers,
            predictions,
            agreements,
            clocks,
            failures,
            published,
            flags,
            runs,
            problems,
        ]
        .map(|overall| overall(analysis)),
    );
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn series<'a>(analysis: &'a Analysis, condition: ConditionId, metric: &str) -> Option<&'a Series> {
    analysis.series.iter().find(|series| series.condition == condition && series.metric == metric)
}

fn summary(analysis: &Analysis, condition: ConditionId, metric: &str) -> Option<SeriesSummary> {
    series(analysis, condition, metric)?.summary
}

fn runs_of<'a>(analysis: &'a Analysis, condition: &Condition) -> Vec<&'a Run> {
    condition.runs.iter().map(|&run| &analysis.runs[run]).collect()
}

/// Leaves out columns that no row has a value for, such as ping's where nothing was pinged. What names the rows
/// stays.
pub fn without_empty_columns(mut table: Table) -> Table {
    let told =
        |index: usize| table.rows.iter().any(|row| row.cells.get(index).is_some_and(|cell| !cell.is_empty()));
    let filled: Vec<bool> =
        (0..table.columns.len()).map(|index| index < table.labels.max(1) || told(index)).collect();
    let keep = |index: usize| filled.get(index).copied().unwrap_or(false);
    let mut index = 0;
    table.columns.retain(|_| {
        index += 1;
        keep(index - 1)
    });
    for row in &mut table.rows {
        let mut index = 0;
        row.cells.retain(|_| {
            index += 1;
            keep(index - 1)
        });
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::sweep::tests::migrations;
    use crate::model::example::with_time_lines;
    use crate::model::{Convergence, Id};
    use crate::stats::fit_line;
    use crate::write::tables::table_csv;

    fn csv(table: &Table) -> String {
        String::from_utf8(table_csv(table).unwrap()).unwrap()
    }

    #[test]
    fn checks_are_long_in_files_and_wide_in_documents() {
        let analysis = with_time_lines();
        let long = csv(&checks(&analysis, Id::new(1)));
        assert_eq!(
            long.lines().take(2).collect::<Vec<_>>(),
            [
                "repetition,check,left_s,right_s,margin_s,uncertainty_s,verdict",
                "1,outage-covers-downtime,3.2,1.6,1.6,0.2,holds"
            ]
        );
        assert!(long.contains("2,back-before-end,7.5,5,-2.5,0.2,contradicted\n"), "{long}");
        let wide = checks_matrix(&analysis, Id::new(1));
        assert_eq!((wide.id.as_str(), wide.columns.len(), wide.rows.len()), ("checks-memtester", 4, 2));
    }

    #[test]
    fn phases_carry_what_their_ends_are_uncertain_by() {
        let long = csv(&phases(&with_time_lines(), Id::new(0)));
        let second = long.lines().nth(2).unwrap();
        assert_eq!(second, "1,stop-and-copy,3,3.4,0.4,0.1,ping,hypervisor");
        assert!(long.starts_with("repetition,phase,start_s,end_s,length_s,length_half_width_s,"), "{long}");
    }

    #[test]
    fn what_did_not_complete_is_counted_and_listed() {
        let analysis = with_time_lines();
        let list = csv(&failures(&analysis));
        assert_eq!(list.lines().count(), 2);
        assert!(
            list.contains("memtester-3,failed,5.1,3,300000000,0,12000000,60000000,Broken pipe"),
            "{list}"
        );
        let overview = csv(&overview(&analysis));
        assert!(overview.contains("condition,runs_count,completed_count,"), "{overview}");
        assert!(overview.contains("memtester,3,2,"), "{overview}");
    }

    #[test]
    fn a_column_of_estimates_has_their_half_widths_beside_it() {
        let table = csv(&clocks(&with_time_lines()));
        assert_eq!(
            table,
            "clock,offset_s,offset_half_width_s,runs_count,declared_offset_s,origins,verdict\n\
             guest,-3.2,0.4,5,0,outage,wrong\n"
        );
    }

    #[test]
    fn convergence_has_a_row_also_where_nothing_completed() {
        let mut analysis = with_time_lines();
        analysis.convergence = [(0, 0.25, Some(true), 3), (1, 0.97, None, 0)]
            .map(|(condition, ratio, converges, completed)| Convergence {
                condition: Id::new(condition),
                runs: 3,
                completed,
                dirtied_bytes_per_s: Some(ratio * 16e6),
                sent_bytes_per_s: Some(16e6),
                ratio: Some(ratio),
                converges,
                typical: None,
            })
            .to_vec();
        assert_eq!(
            csv(&convergence(&analysis)),
            "condition,runs_count,completed_count,dirtied_bytes_per_s,sent_bytes_per_s,ratio,converges\n\
             none,3,3,4000000,16000000,0.25,yes\n\
             memtester,3,0,15520000,16000000,0.97,unknown\n"
        );
    }

    #[test]
    fn a_trend_has_a_slope_where_the_line_fits() {
        let mut analysis = migrations("memory_mib", &["1", "4", "6", "9"], &["kvm", "xen"]);
        let bent = &mut analysis.sweeps[0].lines[1];
        bent.fit = fit_line(&[(1.0, 1.0), (4.0, 1.0), (6.0, 30.0), (9.0, 2.0)]);
        let table = csv(&trends(&analysis));
        let rows: Vec<&str> = table.lines().collect();
        assert!(rows[1].starts_with("migration_duration,memory (MiB),kvm,4,12,yes,1,"), "{table}");
        assert!(rows[1].contains(",s / MiB,"), "{table}");
        assert!(rows[2].starts_with("migration_duration,memory (MiB),xen,4,4,no,,,,,"), "{table}");
    }

    #[test]
    fn tables_without_a_row_are_left_out() {
        let mut analysis = with_time_lines();
        for run in &mut analysis.runs {
            run.checks.clear();
            run.hypervisor = None;
        }
        let ids: Vec<String> = all(&analysis).into_iter().map(|table| table.id).collect();
        assert!(ids.iter().any(|id| id == "phases-none") && ids.iter().any(|id| id == "failures"));
        assert!(!ids.iter().any(|id| id.starts_with("checks") || id.starts_with("hypervisor")), "{ids:?}");
    }
}
