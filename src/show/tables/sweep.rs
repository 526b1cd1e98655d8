//! Straight lines through quantities against a number.

use super::{Cell, Row, Table, column, row, table, without_empty_columns};
use crate::model::{Analysis, Sweep, SweepLine, Unit};
use crate::show::text::{factor_label, factor_words};

/// A row a line of least squares; without a slope where it does not describe the values.
pub fn trends(analysis: &Analysis) -> Table {
    let columns = vec![
        column("quantity", "table.quantity", None),
        column("factor", "table.factor", None),
        column("at", "table.at_level", None),
        column("levels", "table.levels", Some(Unit::Count)),
        column("n", "table.value_count", Some(Unit::Count)),
        column("fits", "table.fits", None),
        column("slope", "table.slope", None),
        column("slope_ci95", "table.ci95", None),
        column("unit", "table.unit", None),
        column("r_squared", "table.r_squared", None),
        column("lack_of_fit_p", "table.lack_of_fit_p", None),
        column("largest_miss", "table.largest_miss", Some(Unit::Percent)),
    ];
    let rows =
        analysis.sweeps.iter().flat_map(|sweep| sweep.lines.iter().filter_map(|line| trend(sweep, line)));
    without_empty_columns(table("trends".to_owned(), columns, rows.collect()))
}

fn trend(sweep: &Sweep, line: &SweepLine) -> Option<Row> {
    let fit = line.fit.as_ref()?;
    let trend = line.trend();
    let (words, unit) = factor_words(&sweep.factor);
    let decimals = three_digits(fit.slope);
    Some(row(vec![
        Cell::Metric(sweep.metric.clone()),
        Cell::Text(factor_label(&sweep.factor)),
        Cell::text(Some(line.level.as_str()).filter(|level| !level.is_empty())),
        Cell::count(fit.levels),
        Cell::count(fit.points),
        Cell::Label(if trend.is_some() { "table.yes" } else { "table.no" }),
        Cell::number(trend.map(|trend| trend.slope), decimals),
        Cell::interval(trend.and_then(|trend| trend.slope_ci95), decimals),
        match trend {
            Some(_) => Cell::Text(per(sweep.unit.name(), unit.unwrap_or(&words))),
            None => Cell::Missing,
        },
        Cell::number(fit.r_squared, 3),
        Cell::probability(fit.lack_of_fit_p),
        Cell::number(fit.largest_miss.map(|miss| 100.0 * miss), 1),
    ]))
}

/// The unit of a slope.
fn per(unit: &str, of: &str) -> String {
    if of.contains('/') { format!("{unit} / ({of})") } else { format!("{unit} / {of}") }
}

fn three_digits(value: f64) -> u8 {
    if value == 0.0 { 2 } else { (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as u8 }
}
