//! All conditions side by side: how long the migration took and how long the service was out.
//!
//! One row per condition, in it one lane per quantity; every repetition is a dot, the mean a diamond on
//! its 95 % interval. All lanes share one axis, logarithmic where values differ a lot, because
//! what matters lies in ratios: which load lengthens what, and whether the outage outlasts the
//! migration.

use anyhow::Result;
use plotters::style::RGBColor;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::kit::scale::{Scale, Spread};
use super::kit::theme::{self, Quantity};
use crate::model::metrics::MIGRATION_DURATION;
use crate::model::{Analysis, ConditionId, Entries, Method, Run, SeriesSummary, Status};
use crate::show::tables::MANY;
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_Y: i32 = 175;
/// Distance of two lines of the legend.
const LEGEND_LINE: i32 = 92;
/// A legend that is no wider has one line.
const ONE_LINE: i32 = 3600;
const PLOT_TOP: i32 = 240;
const LANE: i32 = 76;
/// Between rows.
const ROW_GAP: i32 = 36;
/// Right ends of the columns with means and numbers of repetitions, from the right edge.
const MEAN_COLUMN: i32 = 210;
const COUNT_COLUMN: i32 = 60;
/// From the plot to the right edge.
const RIGHT: i32 = 480;
/// Share of the plot that condition names may take from it.
const WIDEST_NAME: i32 = 1300;

/// A lane of a row.
#[derive(Clone, Copy)]
struct Lane {
    quantity: Quantity,
    /// `None` for the migration's duration.
    method: Option<Method>,
}

/// The lanes of a row, from top to bottom.
fn all_lanes() -> impl Iterator<Item = Lane> {
    let migration = Lane { quantity: Quantity::Migration, method: None };
    let outages =
        Method::for_service().map(|method| Lane { quantity: Quantity::Outage(method), method: Some(method) });
    std::iter::once(migration).chain(outages)
}

impl Lane {
    fn metric(&self) -> &'static str {
        self.method.map_or(MIGRATION_DURATION, Method::metric)
    }

    fn summary(&self, analysis: &Analysis, condition: ConditionId) -> Option<SeriesSummary> {
        let metric = self.metric();
        let series = analysis.series.iter().find(|s| s.condition == condition && s.metric == metric)?;
        series.summary
    }

    /// Seconds, and whether the log ended before the end was seen.
    fn value(&self, run: &Run) -> Option<(f64, bool)> {
        let (seconds, censored) = match self.method {
            None => (run.migration.duration_s?, false),
            Some(method) => run.outage(method).map(|outage| (outage.estimate_s, outage.censored))?,
        };
        seconds.is_finite().then_some((seconds, censored))
    }
}

/// All conditions side by side.
pub struct OverviewFigure<'a> {
    analysis: &'a Analysis,
    /// The lanes that have a mean in any condition.
    lanes: Vec<Lane>,
    width: i32,
}

impl<'a> OverviewFigure<'a> {
    /// `None` without a mean to draw.
    pub fn list(analysis: &'a Analysis) -> Option<Self> {
        let has_data = |lane: &Lane| analysis.conditions.ids().any(|c| lane.summary(analysis, c).is_some());
        let lanes: Vec<Lane> = all_lanes().filter(has_data).collect();
        (!lanes.is_empty()).then_some(Self { analysis, lanes, width: theme::FULL_WIDTH })
    }
}

impl<'a> OverviewFigure<'a> {
    /// Only the lane of one number; `None` where there is none, or nothing of it to draw.
    pub fn of(analysis: &'a Analysis, metric: &str) -> Option<Self> {
        let mut figure = Self::list(analysis)?;
        figure.lanes.retain(|lane| lane.metric() == metric);
        (!figure.lanes.is_empty()).then_some(figure)
    }

    /// The same in another width.
    pub fn of_width(self, width: i32) -> Self {
        Self { width, ..self }
    }

    /// The numbers that have a lane.
    pub fn metrics(analysis: &'a Analysis) -> Vec<&'static str> {
        Self::list(analysis).into_iter().flat_map(|figure| figure.lanes).map(|lane| lane.metric()).collect()
    }
}

impl Figure for OverviewFigure<'_> {
    fn name(&self) -> String {
        "overview".to_owned()
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Overview)
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new(if has_many(self.analysis) { "overview_many" } else { "overview" }, &[], text)
    }

    fn narrow(&self, text: &Text) -> Option<Result<String>> {
        let narrow = Self { analysis: self.analysis, lanes: self.lanes.clone(), width: theme::NARROW_WIDTH };
        Some(narrow.draw(text))
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let Self { analysis, lanes, width } = self;
        let scale = scale(analysis, lanes);
        let row = i32::try_from(lanes.len())? * LANE + ROW_GAP;
        let legend = Legend::new(lanes, *width, text)?;
        let plot_top = PLOT_TOP + (legend.lines - 1) * LEGEND_LINE;
        let bottom = plot_top + row * i32::try_from(analysis.conditions.len())?;
        let note = note(analysis, lanes, text);
        let title = match lanes.as_slice() {
            [one] => {
                let what = text.metric(one.metric());
                text.fill("figure.title.overview_one", &[("what", &what)])
            }
            _ => text.get("figure.title.overview").to_owned(),
        };
        let title = title.as_str();
        document((*width, bottom + 215), title, &note, |canvas| {
            let names = names(analysis, canvas)?;
            let left = 10 + names.iter().map(|(_, width)| *width).max().unwrap_or(0) + 80;
            let edges = Edges { left, right: width - RIGHT, top: plot_top, bottom };
            let across = (scale.position(scale.low), scale.position(scale.high));
            let plot =
                Plot { frame: Frame::new(edges, across, (0.0, 1.0)), scale, canvas, text, width: *width };
            plot.heading(title, lanes, &legend)?;
            plot.grid(&note)?;
            if let Some(reference) = reference(analysis) {
                plot.reference(analysis, lanes, reference)?;
            }
            for ((id, condition), (name, _)) in analysis.conditions.entries().zip(&names) {
                let top = plot_top + row * i32::try_from(id.index())?;
                plot.row(name, top, row, id.index() > 0)?;
                if condition.completed == 0 && lanes.iter().all(|lane| lane.summary(analysis, id).is_none()) {
                    plot.none_completed(condition.runs.len(), top + row / 2)?;
                }
                for (number, lane) in lanes.iter().enumerate() {
                    let y = top + ROW_GAP / 2 + LANE * i32::try_from(number)? + LANE / 2;
                    plot.lane(analysis, id, lane, y)?;
                }
            }
            Ok(())
        })
    }
}

fn completed(analysis: &Analysis, condition: ConditionId) -> impl Iterator<Item = &Run> {
    let runs = analysis.conditions[condition].runs.iter().filter_map(|run| analysis.runs.entry(*run));
    runs.filter(|run| run.migration.status == Status::Completed)
}

/// Whether repetitions are shown by their distribution.
fn has_many(analysis: &Analysis) -> bool {
    analysis.conditions.ids().any(|id| completed(analysis, id).count() > MANY)
}

/// The axis around all values, means and intervals. An interval that is much wider than all values together says that nothing is
/// known: it ends at the edge.
fn scale(analysis: &Analysis, lanes: &[Lane]) -> Scale {
    let values = analysis.conditions.ids().flat_map(|condition| {
        lanes.iter().flat_map(move |lane| {
            let single =
                completed(analysis, condition).filter_map(|run| lane.value(run)).map(|(value, _)| value);
            single.chain(lane.summary(analysis, condition).and_then(|summary| summary.mean))
        })
    });
    let (low, high) = values.fold((f64::INFINITY, 0.0), |(low, high), v: f64| (v.min(low), v.max(high)));
    const BEYOND: f64 = 3.0;
    let intervals = analysis
        .conditions
        .ids()
        .flat_map(|condition| lanes.iter().filter_map(move |lane| lane.summary(analysis, condition)?.ci95));
    let (mut least, mut most) = (low, high);
    for interval in intervals {
        if interval.low > 0.0 {
            least = least.min(interval.low).max(low / BEYOND);
        }
        most = most.max(interval.high.unwrap_or(0.0)).min(high * BEYOND);
    }
    if low > 0.0 && high / low >= 6.0 { Scale::log(least, most) } else { Scale::from_zero(most, 8) }
}

/// The conditions' names, shortened, with their widths.
fn names(analysis: &Analysis, canvas: &Canvas) -> Result<Vec<(String, i32)>> {
    let face = Type::label().semi_bold();
    analysis
        .conditions
        .ids()
        .map(|id| {
            let name = canvas.fit(&condition_label(analysis, id), WIDEST_NAME, face)?;
            let width = canvas.width(&name, face)?;
            Ok((name, width))
        })
        .collect()
}

/// The condition against which all others are compared.
fn reference(analysis: &Analysis) -> Option<ConditionId> {
    let first = analysis.comparisons.first()?.a;
    analysis.comparisons.iter().all(|comparison| comparison.a == first).then_some(first)
}

fn note(analysis: &Analysis, lanes: &[Lane], text: &Text) -> String {
    let mut note = text
        .get(if has_many(analysis) { "figure.note.overview_many" } else { "figure.note.overview" })
        .to_owned();
    if let Some(index) = reference(analysis) {
        let name = condition_label(analysis, index);
        note = format!("{note}; {}", text.fill("figure.note.reference", &[("condition", &name)]));
    }
    let censored = analysis
        .runs
        .iter()
        .any(|run| lanes.iter().any(|lane| lane.value(run).is_some_and(|(_, censored)| censored)));
    if censored { format!("{note}; {}", text.get("figure.note.censored")) } else { note }
}

/// Where the entries of the legend stand: from its left edge, and in which line.
struct Legend {
    places: Vec<(i32, i32)>,
    lines: i32,
}

impl Legend {
    fn new(lanes: &[Lane], width: i32, text: &Text) -> Result<Self> {
        // One line stands over the plot, beside the names of conditions.
        let widths = lanes
            .iter()
            .map(|lane| Ok(166 + canvas::width(text.get(lane.quantity.name()), Type::label())? + 140));
        let widths = widths.collect::<Result<Vec<i32>>>()?;
        let room = if widths.iter().sum::<i32>() <= ONE_LINE.min(width / 2) {
            ONE_LINE
        } else {
            width - MEAN_COLUMN - 220
        };
        let (mut x, mut line) = (0, 0);
        let mut places = Vec::new();
        for width in widths {
            if x > 0 && x + width > room {
                (x, line) = (0, line + 1);
            }
            places.push((x, line));
            x += width;
        }
        Ok(Self { places, lines: line + 1 })
    }
}

/// What rows and lanes are drawn on.
struct Plot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    frame: Frame,
    scale: Scale,
    text: &'a Text,
    width: i32,
}

impl Plot<'_, '_> {
    /// Title, legend and the heads of the columns.
    fn heading(&self, title: &str, lanes: &[Lane], legend: &Legend) -> Result<()> {
        let canvas = self.canvas;
        canvas.text(title, (10, TITLE_Y), Type::title())?;
        let unit = match self.scale.spread {
            Spread::Linear => "figure.unit.seconds",
            Spread::Log => "figure.unit.seconds_log",
        };
        let after = 10 + canvas.width(title, Type::title())? + 40;
        canvas.text(self.text.get(unit), (after, TITLE_Y), Type::label())?;
        let face = Type::label().color(theme::INK);
        // One line begins with the plot; several have all the room.
        let left = if legend.lines == 1 { self.frame.left } else { 10 };
        for (lane, (x, line)) in lanes.iter().zip(&legend.places) {
            let (x, y) = (left + x, LEGEND_Y + line * LEGEND_LINE);
            let color = lane.quantity.color();
            canvas.line(&[(x, y), (x + 130, y)], Pen::new(color, theme::CURVE))?;
            self.diamond((x + 65, y), lane.quantity)?;
            canvas.text(self.text.get(lane.quantity.name()), (x + 166, y), face)?;
        }
        let head = Type::label().right();
        let y = LEGEND_Y + (legend.lines - 1) * LEGEND_LINE;
        canvas.text(self.text.get("figure.mean"), (self.width - MEAN_COLUMN, y), head)?;
        canvas.text("n", (self.width - COUNT_COLUMN, y), head)
    }

    fn grid(&self, note: &str) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        for tick in &self.scale.ticks {
            let x = self.frame.x(self.scale.position(*tick));
            self.canvas.line(&[(x, top), (x, bottom)], Pen::new(theme::GRID, theme::HAIR))?;
        }
        self.canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        for tick in &self.scale.ticks {
            let x = self.frame.x(self.scale.position(*tick));
            self.canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            let label = self.scale.label(*tick, self.text);
            self.canvas.text(&label, (x, bottom + 66), Type::label().centred())?;
        }
        let room = self.width - COUNT_COLUMN - 10;
        // In a column it is left to the caption.
        if self.width < theme::FULL_WIDTH && self.canvas.width(note, Type::label())? > room {
            return Ok(());
        }
        let note = self.canvas.fit(note, room, Type::label())?;
        self.canvas.text(&note, (10, bottom + 165), Type::label())
    }

    /// Dotted lines through the reference's means: of the migration and of the outage, which two
    /// methods see alike.
    fn reference(&self, analysis: &Analysis, lanes: &[Lane], condition: ConditionId) -> Result<()> {
        let migration = lanes.iter().find(|lane| lane.method.is_none());
        let outage = lanes.iter().find(|lane| lane.method.is_some());
        for lane in migration.into_iter().chain(outage) {
            if let Some(mean) = lane.summary(analysis, condition).and_then(|summary| summary.mean) {
                let x = self.frame.x(self.scale.position(mean));
                let pen = Pen::new(lane.quantity.color(), theme::RULE).alpha(0.6).dash(Some((12, 24)));
                self.canvas.line(&[(x, self.frame.top), (x, self.frame.bottom)], pen)?;
            }
        }
        Ok(())
    }

    fn row(&self, name: &str, top: i32, height: i32, ruled: bool) -> Result<()> {
        let face = Type::label().semi_bold().color(theme::INK);
        self.canvas.text(name, (10, top + height / 2), face)?;
        if ruled {
            let line = [(10, top), (self.width - COUNT_COLUMN, top)];
            self.canvas.line(&line, Pen::new(theme::GRID, theme::RULE))?;
        }
        Ok(())
    }

    /// Why a row is empty.
    fn none_completed(&self, runs: usize, y: i32) -> Result<()> {
        let words = self.text.fill("figure.none_completed", &[("runs", &runs.to_string())]);
        self.canvas.text(&words, (self.frame.left + 40, y), Type::label())
    }

    /// Interval and mean a little above the lane's middle, single values a little below.
    fn lane(&self, analysis: &Analysis, condition: ConditionId, lane: &Lane, y: i32) -> Result<()> {
        let color = lane.quantity.color();
        let x = |value: f64| self.frame.x(self.scale.position(value));
        let summary = lane.summary(analysis, condition);
        if let Some(ci) = summary.and_then(|summary| summary.ci95) {
            // Without an upper end, to the edge.
            let inside = |x: i32| x.clamp(self.frame.left, self.frame.right);
            let high = ci.high.map_or(self.frame.right, |high| inside(x(high)));
            let line = [(inside(x(ci.low)), y - 14), (high, y - 14)];
            self.canvas.line(&line, Pen::new(color, theme::CURVE))?;
        }
        let values: Vec<(f64, bool)> =
            completed(analysis, condition).filter_map(|run| lane.value(run)).collect();
        let shown = if values.len() > MANY { self.spread(&values, color, y + 22)? } else { values };
        for value in shown {
            match value {
                (value, false) => self.canvas.dot((x(value), y + 22), 13, color, 0.55)?,
                (value, true) => {
                    self.canvas.ring((x(value), y + 22), 11, Pen::new(color, theme::RULE))?;
                    let arrow = [(x(value) + 11, y + 22), (x(value) + 55, y + 22)];
                    self.canvas.line(&arrow, Pen::new(color, theme::RULE))?;
                }
            }
        }
        let Some(summary) = summary else { return Ok(()) };
        let face = Type::label().color(color).right();
        if let Some(mean) = summary.mean {
            self.diamond((x(mean), y - 14), lane.quantity)?;
            let mean = match summary.mean_within {
                Some(within) => format!("≤\u{a0}{}", self.text.number(within.high, 2)),
                None => self.text.number(mean, 2),
            };
            self.canvas.text(&mean, (self.width - MEAN_COLUMN, y), face)?;
        }
        let face = Type::label().right();
        self.canvas.text(&summary.n.to_string(), (self.width - COUNT_COLUMN, y), face)
    }

    /// The range of many repetitions as lines from 5 to 95 % and from 25 to 75 %, with the median; what lies beyond is left
    /// to be drawn, each place once.
    fn spread(&self, values: &[(f64, bool)], color: RGBColor, y: i32) -> Result<Vec<(f64, bool)>> {
        let x = |value: f64| self.frame.x(self.scale.position(value));
        let mut sorted = values.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = sorted.len();
        let at =
            |percent: usize| sorted.get((n * percent).div_ceil(100).max(1) - 1).map_or(0.0, |value| value.0);
        let (low, high) = (at(5), at(95));
        for (from, to, width) in [(low, high, theme::RULE), (at(25), at(75), 2 * theme::CURVE)] {
            self.canvas.line(&[(x(from), y), (x(to), y)], Pen::new(color, width).alpha(0.55))?;
        }
        self.canvas.line(&[(x(at(50)), y - 15), (x(at(50)), y + 15)], Pen::new(color, theme::RULE))?;
        let mut beyond: Vec<(f64, bool)> =
            sorted.into_iter().filter(|(value, _)| *value < low || *value > high).collect();
        beyond.dedup_by_key(|(value, censored)| (x(*value), *censored));
        Ok(beyond)
    }

    fn diamond(&self, (x, y): (i32, i32), quantity: Quantity) -> Result<()> {
        let corners = [(x - 26, y), (x, y - 26), (x + 26, y), (x, y + 26)];
        self.canvas.polygon(&corners, quantity.color(), 1.0)
    }
}
