//! The wire types of convergence and of trends.

use serde::Serialize;

use super::super::number::{ends, round, round_option};
use crate::model::{Analysis, Convergence, Factors, Sweep, SweepLine};

#[derive(Serialize)]
pub(super) struct ConvergenceWire<'a> {
    factors: &'a Factors,
    runs: usize,
    completed: usize,
    dirtied_bytes_per_s: Option<f64>,
    sent_bytes_per_s: Option<f64>,
    dirtied_to_sent: Option<f64>,
    converges: Option<bool>,
}

pub(super) fn convergence<'a>(analysis: &'a Analysis, of: &Convergence) -> ConvergenceWire<'a> {
    ConvergenceWire {
        factors: &analysis.conditions[of.condition].factors,
        runs: of.runs,
        completed: of.completed,
        dirtied_bytes_per_s: round_option(of.dirtied_bytes_per_s),
        sent_bytes_per_s: round_option(of.sent_bytes_per_s),
        dirtied_to_sent: round_option(of.ratio),
        converges: of.converges,
    }
}

/// A line of least squares, whether it describes the values or not.
#[derive(Serialize)]
pub(super) struct TrendWire<'a> {
    metric: &'a str,
    unit: &'static str,
    factor: &'a str,
    /// Of the second factor.
    level: Option<&'a str>,
    levels: usize,
    n: usize,
    intercept: Option<f64>,
    slope: Option<f64>,
    slope_ci95_low: Option<f64>,
    slope_ci95_high: Option<f64>,
    r_squared: Option<f64>,
    lack_of_fit_p: Option<f64>,
    largest_miss: Option<f64>,
    fits: bool,
}

pub(super) fn trends(analysis: &Analysis) -> Vec<TrendWire<'_>> {
    let lines = analysis.sweeps.iter().flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
    lines.filter_map(|(sweep, line)| trend(sweep, line)).collect()
}

fn trend<'a>(sweep: &'a Sweep, line: &'a SweepLine) -> Option<TrendWire<'a>> {
    let fit = line.fit.as_ref()?;
    let (slope_ci95_low, slope_ci95_high) = ends(fit.slope_ci95);
    Some(TrendWire {
        metric: &sweep.metric,
        unit: sweep.unit.name(),
        factor: &sweep.factor,
        level: Some(line.level.as_str()).filter(|level| !level.is_empty()),
        levels: fit.levels,
        n: fit.points,
        intercept: round(fit.intercept),
        slope: round(fit.slope),
        slope_ci95_low,
        slope_ci95_high,
        r_squared: round_option(fit.r_squared),
        lack_of_fit_p: round_option(fit.lack_of_fit_p),
        largest_miss: round_option(fit.largest_miss),
        fits: line.trend().is_some(),
    })
}
