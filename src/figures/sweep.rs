//! A quantity against a numeric factor: means with their intervals and the single runs, a line for each level of
//! a second factor, and where no migration completed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::canvas::{Canvas, Edges, Frame, Pen, Type, document};
use super::scale::Scale;
use super::theme;
use super::together::shown;
use crate::analysis::{Analysis, Factors, Method, Unit};
use crate::stats::Interval;
use crate::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_Y: i32 = 160;
const LEFT: i32 = 230;
const RIGHT: i32 = 90;
const TOP: i32 = 300;
const PLOT_HEIGHT: i32 = 1000;
const DOT: i32 = 17;
/// More lines than these are not told apart.
const MOST_LINES: usize = theme::GROUPS.len();
/// A factor with fewer numbers is no sweep.
const FEWEST_LEVELS: usize = 3;
/// Values of benchmarks at fewer numbers are bars.
const FEWEST_OF_BENCHMARKS: usize = 5;

/// One quantity over one numeric factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    pub factor: String,
    /// A series, or `benchmark.operation`.
    pub metric: String,
    pub unit: Unit,
    /// By the levels of the second factor; one without a name where there is none.
    pub lines: BTreeMap<String, Vec<At>>,
}

/// What was measured at one number.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    pub number: f64,
    pub values: Vec<f64>,
    /// `None` where nothing completed.
    pub mean: Option<f64>,
    pub ci95: Option<Interval>,
}

/// The sweeps of a campaign: the duration of migrations, the best outage, and every operation of benchmarks, each
/// where its conditions differ in one numeric factor and at most one other.
pub fn sweeps(analysis: &Analysis) -> Vec<Sweep> {
    let outage = Method::FOR_SERVICE.into_iter().map(Method::metric);
    let there = |metric: &&str| analysis.series.iter().any(|series| series.metric == **metric);
    let of_runs = std::iter::once("migration_duration").chain(outage.clone().find(there));
    let mut found: Vec<Sweep> = of_runs.filter_map(|metric| of_series(analysis, metric)).collect();
    let operations: BTreeSet<(&str, &str)> =
        analysis.benchmarks.iter().map(|b| (b.benchmark.as_str(), b.operation.as_str())).collect();
    found.extend(operations.into_iter().filter_map(|operation| of_benchmark(analysis, operation)));
    found
}

/// A condition and what was measured in it.
type Measured = (usize, Vec<f64>, Option<f64>, Option<Interval>);

fn of_series(analysis: &Analysis, metric: &str) -> Option<Sweep> {
    let unit = analysis.series.iter().find(|series| series.metric == metric)?.unit;
    let of_condition = |condition: usize| -> Measured {
        let series = analysis.series.iter().find(|s| s.condition == condition && s.metric == metric);
        let values = series.map(|s| s.values.iter().copied().flatten().collect()).unwrap_or_default();
        let summary = series.and_then(|series| series.summary);
        (condition, values, summary.map(|s| s.mean), summary.and_then(|s| s.ci95))
    };
    let with_runs =
        (0..analysis.conditions.len()).filter(|index| !analysis.conditions[*index].runs.is_empty());
    arranged(analysis, metric.to_owned(), unit, with_runs.map(of_condition).collect())
}

fn of_benchmark(analysis: &Analysis, (benchmark, operation): (&str, &str)) -> Option<Sweep> {
    let of = analysis.benchmarks.iter().filter(|b| b.benchmark == benchmark && b.operation == operation);
    let of: Vec<_> = of.filter(|b| b.vm.is_none() && b.condition < analysis.conditions.len()).collect();
    let unit = of.first()?.unit;
    let measured = of.iter().map(|b| {
        (b.condition, b.readings.iter().map(|reading| reading.value).collect(), Some(b.value), b.ci95)
    });
    let sweep = arranged(analysis, format!("{benchmark}.{operation}"), unit, measured.collect())?;
    let numbers = sweep.lines.values().flatten().map(|at| at.number.to_bits()).collect::<BTreeSet<_>>();
    (numbers.len() >= FEWEST_OF_BENCHMARKS).then_some(sweep)
}

/// The quantity over the only numeric factor of its conditions; `None` where that is no sweep.
fn arranged(analysis: &Analysis, metric: String, unit: Unit, measured: Vec<Measured>) -> Option<Sweep> {
    let factors = |condition: usize| -> &Factors { &analysis.conditions[condition].factors };
    let names: BTreeSet<&String> =
        measured.iter().flat_map(|(condition, ..)| factors(*condition).keys()).collect();
    let levels = |name: &String| -> BTreeSet<Option<&String>> {
        measured.iter().map(|(condition, ..)| factors(*condition).get(name)).collect()
    };
    let varying: Vec<&String> = names.into_iter().filter(|name| levels(name).len() > 1).collect();
    let is_numeric = |name: &&&String| {
        let number = |level: &Option<&String>| level.is_some_and(|level| number(level).is_some());
        levels(name).len() >= FEWEST_LEVELS && levels(name).iter().all(number)
    };
    let numeric: Vec<&&String> = varying.iter().filter(is_numeric).collect();
    let [factor] = numeric.as_slice() else { return None };
    let others: Vec<&&String> = varying.iter().filter(|name| name != factor).collect();
    if others.len() > 1 {
        return None;
    }
    let mut lines: BTreeMap<String, Vec<At>> = BTreeMap::new();
    for (condition, values, mean, ci95) in measured {
        let of = factors(condition);
        let line = others.first().and_then(|name| of.get(**name)).cloned().unwrap_or_default();
        let at = of.get(**factor).and_then(|level| number(level))?;
        lines.entry(line).or_default().push(At { number: at, values, mean, ci95 });
    }
    for line in lines.values_mut() {
        line.sort_by(|a, b| a.number.total_cmp(&b.number));
    }
    let factor = (**factor).clone();
    (lines.len() <= MOST_LINES).then_some(Sweep { factor, metric, unit, lines })
}

fn number(level: &str) -> Option<f64> {
    level.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The factor as people write it.
pub fn factor_words(sweep: &Sweep) -> String {
    sweep.factor.replace('_', " ")
}

pub fn draw(index: usize, analysis: &Analysis, text: &Text) -> Result<String> {
    let sweeps = sweeps(analysis);
    let sweep = sweeps.get(index).context("no such sweep")?;
    let quantity = text.metric(&sweep.metric);
    let factor = factor_words(sweep);
    let title = text.fill("figure.title.sweep", &[("quantity", &quantity), ("factor", &factor)]);
    let incomplete = sweep.lines.values().flatten().any(|at| at.mean.is_none());
    let note = text.get(if incomplete { "figure.note.sweep_incomplete" } else { "figure.note.sweep" });
    let bottom = TOP + PLOT_HEIGHT;
    document((theme::PAIR_WIDTH, bottom + 300), &title, note, |canvas| {
        canvas.text(
            &canvas.fit(&title, theme::PAIR_WIDTH - 20, Type::title())?,
            (10, TITLE_Y),
            Type::title(),
        )?;
        legend(canvas, sweep)?;
        let plot = Plot::new(sweep, Edges { left: LEFT, right: theme::PAIR_WIDTH - RIGHT, top: TOP, bottom });
        plot.axes(canvas, &factor, text)?;
        for (group, line) in sweep.lines.values().enumerate() {
            plot.line(canvas, line, group)?;
        }
        let note = canvas.fit(note, theme::PAIR_WIDTH - 20, Type::label())?;
        canvas.text(&note, (10, bottom + 250), Type::label())
    })
}

/// The names of the lines, where there are several, side by side.
fn legend(canvas: &Canvas, sweep: &Sweep) -> Result<()> {
    let count = i32::try_from(sweep.lines.len())?;
    if count < 2 {
        return Ok(());
    }
    let column = (theme::PAIR_WIDTH - 20) / count;
    for (group, name) in sweep.lines.keys().enumerate() {
        let x = 10 + column * i32::try_from(group)?;
        canvas.line(&[(x, LEGEND_Y), (x + 70, LEGEND_Y)], Pen::new(theme::GROUPS[group], theme::CURVE))?;
        let face = Type::label().color(theme::INK);
        canvas.text(&canvas.fit(name, column - 120, face)?, (x + 95, LEGEND_Y), face)?;
    }
    Ok(())
}

struct Plot {
    frame: Frame,
    x: Scale,
    y: Scale,
    /// To the unit that is shown, and its name.
    shown: (f64, &'static str),
}

impl Plot {
    fn new(sweep: &Sweep, edges: Edges) -> Self {
        let all = || sweep.lines.values().flatten();
        let highest = all()
            .flat_map(|at| at.values.iter().copied().chain(at.ci95.map(|ci| ci.high)).chain(at.mean))
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        let shown = shown(sweep.unit, highest);
        let (low, high) = all()
            .map(|at| at.number)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), n| (low.min(n), high.max(n)));
        let x = if low >= 0.0 { Scale::around(low, high, 6) } else { Scale::signed(low, high, 6) };
        let y = Scale::from_zero(highest * shown.0, 5);
        let frame = Frame::new(edges, (x.low, x.high), (y.low, y.high));
        Self { frame, x, y, shown }
    }

    fn axes(&self, canvas: &Canvas, factor: &str, text: &Text) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        for tick in &self.y.ticks {
            let y = self.frame.y(*tick);
            canvas.line(&[(left, y), (right, y)], Pen::new(theme::GRID, theme::HAIR))?;
            canvas.text(&self.y.label(*tick, text), (left - 36, y), Type::label().right())?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        for tick in &self.x.ticks {
            let x = self.frame.x(*tick);
            canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            canvas.text(&self.x.label(*tick, text), (x, bottom + 66), Type::label().centred())?;
        }
        let name = canvas.fit(factor, right - left, Type::label())?;
        canvas.text(&name, ((left + right) / 2, bottom + 150), Type::label().centred())?;
        canvas.text(self.shown.1, (left - 36, top - 65), Type::label().right())
    }

    /// The single values, the intervals, and the line through the means; a cross where nothing completed.
    fn line(&self, canvas: &Canvas, line: &[At], group: usize) -> Result<()> {
        let color = theme::GROUPS[group % MOST_LINES];
        let place = |at: &At, value: f64| self.frame.map(at.number, value * self.shown.0);
        for at in line {
            for value in at.values.iter().filter(|value| value.is_finite()) {
                canvas.dot(place(at, *value), DOT - 6, color, 0.35)?;
            }
            if let Some(ci) = at.ci95 {
                let (high, low) = (place(at, ci.high), place(at, ci.low.max(0.0)));
                canvas.line(&[high, low], Pen::new(color, theme::RULE))?;
                for (x, y) in [high, low] {
                    canvas.line(&[(x - 22, y), (x + 22, y)], Pen::new(color, theme::RULE))?;
                }
            }
            if at.mean.is_none() {
                let (x, y) = (self.frame.x(at.number), self.frame.top + 30);
                canvas.line(&[(x - 24, y - 24), (x + 24, y + 24)], Pen::new(color, theme::CURVE))?;
                canvas.line(&[(x - 24, y + 24), (x + 24, y - 24)], Pen::new(color, theme::CURVE))?;
            }
        }
        let means: Vec<_> = line.iter().filter_map(|at| Some(place(at, at.mean?))).collect();
        canvas.line(&means, Pen::new(color, theme::CURVE))?;
        means.into_iter().try_for_each(|mean| canvas.dot(mean, DOT, color, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Condition, Run, Series};
    use crate::figures::tests::analysis;
    use crate::stats::Sample;
    use crate::text::Language;

    /// Migrations at these levels of a factor, which took as many seconds; at `none` nothing completed.
    fn migrations(factor: &str, levels: &[&str], second: &[&str]) -> Analysis {
        let mut analysis = analysis();
        let run = Run { condition: 0, ..analysis.runs[0].clone() };
        (analysis.conditions, analysis.series, analysis.runs) = (Vec::new(), Vec::new(), vec![run]);
        for other in second {
            for level in levels {
                let factors = [(factor, *level), ("hypervisor", *other)];
                let factors = factors.map(|(name, level)| (name.to_owned(), level.to_owned())).into();
                let condition = analysis.conditions.len();
                analysis.conditions.push(Condition {
                    id: format!("c{condition}"),
                    factors,
                    runs: vec![0],
                    completed: 0,
                });
                let Some(value) = number(level).filter(|value| *value < 20.0) else { continue };
                let values = vec![value + 1.0, value + 2.0, value + 3.0];
                analysis.series.push(Series {
                    condition,
                    metric: "migration_duration".to_owned(),
                    unit: Unit::Seconds,
                    values: values.iter().copied().map(Some).collect(),
                    summary: Sample::new(values).map(|sample| sample.summary()),
                });
            }
        }
        analysis
    }

    #[test]
    fn numbers_are_in_their_order_and_what_never_completed_has_no_mean() {
        let analysis = migrations("rate", &["16", "4", "0", "24"], &["xen", "kvm"]);
        let sweeps = sweeps(&analysis);
        let [sweep] = sweeps.as_slice() else { panic!("{sweeps:?}") };
        assert_eq!((sweep.factor.as_str(), sweep.lines.len()), ("rate", 2));
        let line = &sweep.lines["kvm"];
        assert_eq!(line.iter().map(|at| at.number).collect::<Vec<_>>(), [0.0, 4.0, 16.0, 24.0]);
        assert_eq!(
            line.iter().map(|at| at.mean).collect::<Vec<_>>(),
            [Some(2.0), Some(6.0), Some(18.0), None]
        );
        theme::register_fonts().unwrap();
        let svg = draw(0, &analysis, &Text::new(Language::En)).unwrap();
        assert!(svg.contains("Migration duration against rate") && svg.contains("none completed"), "{svg}");
    }

    #[test]
    fn words_two_numbers_and_two_numeric_factors_are_no_sweep() {
        assert_eq!(sweeps(&migrations("load", &["none", "cpu", "disk"], &["xen"])), []);
        assert_eq!(sweeps(&migrations("rate", &["1", "2"], &["xen"])), []);
        assert_eq!(sweeps(&migrations("rate", &["1", "2", "3"], &["1", "2", "4"])), []);
    }

    #[test]
    fn hostile_names_stay_text() {
        let analysis = migrations("</svg><script>", &["1", "2", "3"], &["a<b&\"c\"", "x"]);
        theme::register_fonts().unwrap();
        let svg = draw(0, &analysis, &Text::new(Language::De)).unwrap();
        assert!(!svg.contains("<script>") && !svg.contains("a<b"), "{svg}");
    }
}
