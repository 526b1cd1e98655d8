//! The numbers of an analysis as frames: one row a run, an outage, a value, a second of a curve.
//!
//! For programs that compute further. `summary.json` nests what stands here in rows; values are those of the analysis, not
//! rounded. The columns of factors stand behind the first column. Of several chapters the first column says which it is.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, NamedFrom, Series};

use crate::model::data::names;
use crate::model::{
    Analysis, Comparison, Condition, ConditionId, Curve, Diagnostic, Factors, Outage, Run, SeriesSummary,
};

/// The frames of an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Runs,
    Outages,
    /// The summaries of quantities over the repetitions of a condition.
    Series,
    /// The values behind them.
    Values,
    Curves,
    Comparisons,
    /// The means of benchmarks.
    Benchmarks,
    /// The values behind them.
    Results,
    Diagnostics,
}

names!(Rows, {
    Self::Runs => "runs",
    Self::Outages => "outages",
    Self::Series => "series",
    Self::Values => "values",
    Self::Curves => "curves",
    Self::Comparisons => "comparisons",
    Self::Benchmarks => "benchmarks",
    Self::Results => "results",
    Self::Diagnostics => "diagnostics",
});

impl Rows {
    fn columns(self, analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
        match self {
            Rows::Runs => runs(analysis, factors),
            Rows::Outages => outages(analysis, factors),
            Rows::Series => series(analysis, factors),
            Rows::Values => values(analysis, factors),
            Rows::Curves => curves(analysis, factors),
            Rows::Comparisons => comparisons(analysis),
            Rows::Benchmarks => benchmarks(analysis, factors),
            Rows::Results => results(analysis, factors),
            Rows::Diagnostics => diagnostics(&analysis.diagnostics),
        }
    }

    /// Whether the columns of factors stand behind the first.
    fn has_factors(self) -> bool {
        match self {
            Rows::Runs
            | Rows::Outages
            | Rows::Series
            | Rows::Values
            | Rows::Curves
            | Rows::Benchmarks
            | Rows::Results => true,
            Rows::Comparisons | Rows::Diagnostics => false,
        }
    }
}

/// One of the frames of analyses, each with the name of its chapter. A factor with the name of another column is called
/// `factor.NAME`.
///
/// # Errors
///
/// polars refuses the frame, which would be a mistake in the program.
pub fn frame(rows: Rows, chapters: &[(&str, &Analysis)]) -> anyhow::Result<DataFrame> {
    let of_all = chapters.iter().flat_map(|(_, analysis)| &analysis.conditions);
    let factors: BTreeSet<&str> =
        of_all.flat_map(|condition| condition.factors.keys().map(String::as_str)).collect();
    let mut whole: Option<DataFrame> = None;
    for (chapter, analysis) in chapters {
        let mut columns = rows.columns(analysis, &factors);
        if rows.has_factors() {
            rename_factors(&mut columns, factors.len());
        }
        if chapters.len() > 1 {
            let height = columns.first().map_or(0, Column::len);
            columns.insert(0, column("chapter", vec![*chapter; height]));
        }
        let frame = DataFrame::new_infer_height(columns)?;
        match &mut whole {
            Some(whole) => drop(whole.vstack_mut(&frame)?),
            None => whole = Some(frame),
        }
    }
    Ok(whole.unwrap_or_else(DataFrame::empty))
}

/// Gives a factor that is called like one of the other columns a name of its own.
pub(super) fn rename_factors(columns: &mut [Column], factors: usize) {
    let is_factor = |index: usize| (1..=factors).contains(&index);
    let own: BTreeSet<String> = columns
        .iter()
        .enumerate()
        .filter(|(index, column)| !is_factor(*index) || column.name().as_str() == "chapter")
        .map(|(_, column)| column.name().to_string())
        .collect();
    for (_, column) in columns.iter_mut().enumerate().filter(|(index, _)| is_factor(*index)) {
        if own.contains(column.name().as_str()) {
            column.rename(format!("factor.{}", column.name()).into());
        }
    }
}

/// One row a run.
fn runs(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all = &analysis.runs;
    let mut columns = vec![column("run", all.iter().map(|run| run.id.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, all.iter().map(|run| &run.factors)));
    columns.push(column("repetition", all.iter().map(|run| run.repetition).collect::<Vec<_>>()));
    columns.extend(run_columns(all.iter()));
    columns
}

/// The numbers of a run that stand in its row.
pub(super) fn run_columns<'a>(all: impl Iterator<Item = &'a Run> + Clone) -> Vec<Column> {
    let number =
        |name: &str, of: fn(&Run) -> Option<f64>| column(name, all.clone().map(of).collect::<Vec<_>>());
    vec![
        column("status", all.clone().map(|run| run.migration.status.name()).collect::<Vec<_>>()),
        number("request_epoch_s", |run| run.migration.request_epoch_s),
        number("duration_s", |run| run.migration.duration_s),
        number("user_s", |run| run.migration.user_s),
        number("system_s", |run| run.migration.system_s),
        number("downtime_s", |run| run.hypervisor.as_ref()?.downtime_s),
        number("transferred_bytes", |run| run.hypervisor.as_ref()?.transferred_bytes),
    ]
}

/// One row an outage. Its place is in seconds since the request, whatever the campaign is aligned at.
fn outages(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all: Vec<_> =
        analysis.runs.iter().flat_map(|run| run.outages.iter().map(move |outage| (run, outage))).collect();
    let mut columns = vec![column("run", all.iter().map(|(run, _)| run.id.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, all.iter().map(|(run, _)| &run.factors)));
    columns.push(column("repetition", all.iter().map(|(run, _)| run.repetition).collect::<Vec<_>>()));
    columns.extend(outage_columns(all.iter().map(|(_, outage)| *outage)));
    columns
}

/// What there is to say of an outage in its row.
pub(super) fn outage_columns<'a>(all: impl Iterator<Item = &'a Outage> + Clone) -> Vec<Column> {
    let all = || all.clone();
    vec![
        column("method", all().map(|outage| outage.method.name()).collect::<Vec<_>>()),
        column("estimate_s", all().map(|outage| outage.estimate_s).collect::<Vec<_>>()),
        column("lower_s", all().map(|outage| outage.lower_s).collect::<Vec<_>>()),
        column("upper_s", all().map(|outage| outage.upper_s).collect::<Vec<_>>()),
        column("start_s", all().map(|outage| outage.start_s).collect::<Vec<_>>()),
        column("end_s", all().map(|outage| outage.end_s).collect::<Vec<_>>()),
        column("censored", all().map(|outage| outage.censored).collect::<Vec<_>>()),
    ]
}

/// One row a value of a benchmark.
fn results(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all: Vec<_> = analysis
        .benchmarks
        .iter()
        .flat_map(|of| of.readings.iter().map(move |reading| (of, reading)))
        .collect();
    let mut columns =
        vec![column("benchmark", all.iter().map(|(of, _)| of.benchmark.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, all.iter().map(|(of, _)| &analysis.conditions[of.condition].factors)));
    columns.extend([
        column("operation", all.iter().map(|(of, _)| of.operation.as_str()).collect::<Vec<_>>()),
        column("vm", all.iter().map(|(of, _)| of.vm.as_deref()).collect::<Vec<_>>()),
        column("repetition", all.iter().map(|(_, reading)| reading.repetition).collect::<Vec<_>>()),
        column("size_bytes", all.iter().map(|(_, reading)| reading.size).collect::<Vec<_>>()),
        column("unit", all.iter().map(|(of, _)| of.unit.name()).collect::<Vec<_>>()),
        column("value", all.iter().map(|(_, reading)| reading.value).collect::<Vec<_>>()),
    ]);
    columns
}

/// A column for each factor.
pub(super) fn levels<'a>(
    factors: &BTreeSet<&str>,
    of: impl Iterator<Item = &'a Factors> + Clone,
) -> impl Iterator<Item = Column> {
    factors.iter().map(move |factor| {
        let levels = of.clone().map(|factors| factors.get(*factor).map(String::as_str));
        column(factor, levels.collect::<Vec<_>>())
    })
}

pub(super) fn column<T, Phantom: ?Sized>(name: &str, values: T) -> Column
where
    Series: NamedFrom<T, Phantom>,
{
    Column::new(name.into(), values)
}

/// The condition of each entry, with its factors.
fn conditions<'a, T>(
    analysis: &'a Analysis,
    entries: &'a [T],
    of: fn(&T) -> ConditionId,
) -> impl Iterator<Item = &'a Condition> + Clone {
    entries.iter().map(move |entry| &analysis.conditions[of(entry)])
}

/// One row a quantity of a condition.
fn series(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all = &analysis.series;
    let of = conditions(analysis, all, |series| series.condition);
    let number = |name: &str, of: fn(&SeriesSummary) -> Option<f64>| {
        column(name, all.iter().map(|series| series.summary.as_ref().and_then(of)).collect::<Vec<_>>())
    };
    let count = |name: &str, of: fn(&SeriesSummary) -> usize| {
        column(
            name,
            all.iter().map(|series| series.summary.as_ref().map_or(0, of) as u64).collect::<Vec<_>>(),
        )
    };
    let mut columns =
        vec![column("metric", all.iter().map(|series| series.metric.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, of.clone().map(|condition| &condition.factors)));
    columns.extend([
        column("condition", of.map(|condition| condition.id.as_str()).collect::<Vec<_>>()),
        column("unit", all.iter().map(|series| series.unit.name()).collect::<Vec<_>>()),
        count("n", |summary| summary.n),
        count("n_censored", |summary| summary.n_censored),
        number("mean", |summary| summary.mean),
        number("mean_at_least", |summary| Some(summary.mean_within?.low)),
        number("mean_at_most", |summary| Some(summary.mean_within?.high)),
        number("sd", |summary| summary.sd),
        number("median", |summary| summary.median),
        number("min", |summary| summary.min),
        number("max", |summary| summary.max),
        number("ci95_low", |summary| summary.ci95.map(|ci| ci.low)),
        number("ci95_high", |summary| summary.ci95.and_then(|ci| ci.high)),
        column(
            "interval_of",
            all.iter().map(|series| Some(series.summary?.ci95?.of.name())).collect::<Vec<_>>(),
        ),
    ]);
    columns
}

/// One row a value of a series, with the ends of what its measuring leaves open.
fn values(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all: Vec<_> = analysis
        .series
        .iter()
        .flat_map(|series| {
            let runs = analysis.conditions[series.condition].runs.iter().map(|run| &analysis.runs[*run]);
            let counted = runs.filter(|run| run.counts());
            counted.zip(&series.values).map(move |(run, value)| (series, run, value))
        })
        .collect();
    let mut columns =
        vec![column("metric", all.iter().map(|(series, ..)| series.metric.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, all.iter().map(|(_, run, _)| &run.factors)));
    columns.extend([
        column("run", all.iter().map(|(_, run, _)| run.id.as_str()).collect::<Vec<_>>()),
        column("repetition", all.iter().map(|(_, run, _)| run.repetition).collect::<Vec<_>>()),
        column("unit", all.iter().map(|(series, ..)| series.unit.name()).collect::<Vec<_>>()),
        column("value", all.iter().map(|(.., value)| value.map(|value| value.estimate)).collect::<Vec<_>>()),
        column(
            "low",
            all.iter().map(|(.., value)| value.map(|value| value.within.lower)).collect::<Vec<_>>(),
        ),
        column(
            "high",
            all.iter().map(|(.., value)| value.and_then(|value| value.within.upper)).collect::<Vec<_>>(),
        ),
    ]);
    columns
}

/// One row a second of a mean curve.
fn curves(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all = || analysis.curves.iter().flat_map(|curve| curve.bins.iter().map(move |bin| (curve, bin)));
    let condition = |(curve, _): (&Curve, _)| &analysis.conditions[curve.condition];
    let mut columns =
        vec![column("metric", all().map(|(curve, _)| curve.metric.as_str()).collect::<Vec<_>>())];
    let of: Vec<&Condition> = all().map(condition).collect();
    columns.extend(levels(factors, of.iter().map(|condition| &condition.factors)));
    columns.extend([
        column("condition", of.iter().map(|condition| condition.id.as_str()).collect::<Vec<_>>()),
        column("host", all().map(|(curve, _)| curve.host.as_deref()).collect::<Vec<_>>()),
        column("unit", all().map(|(curve, _)| curve.unit.name()).collect::<Vec<_>>()),
        column("align", all().map(|(curve, _)| curve.align.name()).collect::<Vec<_>>()),
        column("t_s", all().map(|(_, bin)| bin.t_s).collect::<Vec<_>>()),
        column("mean", all().map(|(_, bin)| bin.mean).collect::<Vec<_>>()),
        column("sd", all().map(|(_, bin)| bin.sd).collect::<Vec<_>>()),
        column("ci95_low", all().map(|(_, bin)| bin.ci95.map(|ci| ci.low)).collect::<Vec<_>>()),
        column("ci95_high", all().map(|(_, bin)| bin.ci95.map(|ci| ci.high)).collect::<Vec<_>>()),
        column("n", all().map(|(_, bin)| bin.n).collect::<Vec<_>>()),
    ]);
    columns
}

/// One row a comparison: condition `b` against `a`.
fn comparisons(analysis: &Analysis) -> Vec<Column> {
    let all = &analysis.comparisons;
    let name = |id: ConditionId| analysis.conditions[id].id.as_str();
    let number =
        |name: &str, of: fn(&Comparison) -> Option<f64>| column(name, all.iter().map(of).collect::<Vec<_>>());
    vec![
        column("metric", all.iter().map(|of| of.metric.as_str()).collect::<Vec<_>>()),
        column("a", all.iter().map(|of| name(of.a)).collect::<Vec<_>>()),
        column("b", all.iter().map(|of| name(of.b)).collect::<Vec<_>>()),
        number("ratio", |of| of.ratio),
        number("ratio_ci95_low", |of| of.ratio_ci95.map(|ci| ci.low)),
        number("ratio_ci95_high", |of| of.ratio_ci95.map(|ci| ci.high)),
        number("difference", |of| of.difference),
        number("difference_ci95_low", |of| of.difference_ci95.map(|ci| ci.low)),
        number("difference_ci95_high", |of| of.difference_ci95.map(|ci| ci.high)),
        number("dominance", |of| of.dominance),
        number("p_value", |of| of.p_value),
        number("p_adjusted", |of| of.p_adjusted),
        column("test", all.iter().map(|of| of.test.map(|test| test.name())).collect::<Vec<_>>()),
    ]
}

/// One row a mean of a benchmark.
fn benchmarks(analysis: &Analysis, factors: &BTreeSet<&str>) -> Vec<Column> {
    let all = &analysis.benchmarks;
    let of = conditions(analysis, all, |benchmark| benchmark.condition);
    let mut columns =
        vec![column("benchmark", all.iter().map(|of| of.benchmark.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(factors, of.clone().map(|condition| &condition.factors)));
    columns.extend([
        column("condition", of.map(|condition| condition.id.as_str()).collect::<Vec<_>>()),
        column("operation", all.iter().map(|of| of.operation.as_str()).collect::<Vec<_>>()),
        column("vm", all.iter().map(|of| of.vm.as_deref()).collect::<Vec<_>>()),
        column("unit", all.iter().map(|of| of.unit.name()).collect::<Vec<_>>()),
        column("direction", all.iter().map(|of| of.direction.name()).collect::<Vec<_>>()),
        column("n", all.iter().map(|of| of.repetitions() as u64).collect::<Vec<_>>()),
        column("value", all.iter().map(|of| of.value).collect::<Vec<_>>()),
        column("sd", all.iter().map(|of| of.sd).collect::<Vec<_>>()),
        column("ci95_low", all.iter().map(|of| of.ci95.map(|ci| ci.low)).collect::<Vec<_>>()),
        column("ci95_high", all.iter().map(|of| of.ci95.map(|ci| ci.high)).collect::<Vec<_>>()),
    ]);
    columns
}

/// One row a problem of the data.
pub(super) fn diagnostics(all: &[Diagnostic]) -> Vec<Column> {
    vec![
        column("severity", all.iter().map(|of| of.severity.name()).collect::<Vec<_>>()),
        column("code", all.iter().map(|of| of.code).collect::<Vec<_>>()),
        column("file", all.iter().map(|of| of.file.as_deref()).collect::<Vec<_>>()),
        column("line", all.iter().map(|of| of.line).collect::<Vec<_>>()),
        column("column", all.iter().map(|of| of.column).collect::<Vec<_>>()),
        column("message", all.iter().map(|of| of.message.as_str()).collect::<Vec<_>>()),
        column("text", all.iter().map(|of| of.text.as_deref()).collect::<Vec<_>>()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_called_like_a_column_has_a_name_of_its_own() {
        let mut analysis = crate::model::example::analysis();
        for condition in &mut analysis.conditions {
            condition.factors.insert("n".to_owned(), "4".to_owned());
        }
        let frame = frame(Rows::Series, &[("", &analysis)]).unwrap();
        assert_eq!(frame.column("factor.n").unwrap().str().unwrap().get(0), Some("4"));
        assert_eq!(frame.column("n").unwrap().u64().unwrap().len(), analysis.series.len());
    }

    #[test]
    fn chapters_stand_below_each_other() {
        let analysis = crate::model::example::with_time_lines();
        for &rows in Rows::ALL {
            let one = frame(rows, &[("", &analysis)]).unwrap();
            let two = frame(rows, &[("a", &analysis), ("b", &analysis)]).unwrap();
            assert_eq!(two.height(), 2 * one.height(), "{}", rows.name());
            assert_eq!(two.width(), 1 + one.width(), "{}", rows.name());
        }
        let outages = frame(Rows::Outages, &[("", &analysis)]).unwrap();
        let expected: usize = analysis.runs.iter().map(|run| run.outages.len()).sum();
        assert!(expected > 0);
        assert_eq!(outages.height(), expected);
    }
}
