//! The values of a benchmark without a baseline: bars in groups, with the intervals of their means.
//!
//! The factor with most levels goes along the axis, the next makes the bars of a group, the others and the
//! operations make panels. Axes begin at zero, and panels of one operation share theirs.

mod arranged;

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use plotters::style::RGBColor;

use self::arranged::{Arranged, Cell, Panel};
use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::kit::legend::{Legend, Mark};
use super::kit::names::{joined, slug, titled};
use super::kit::scale::Scale;
use super::kit::theme;
use super::kit::units::{readable, three_digits};
use crate::model::{Analysis, Benchmark};
use crate::show::text::{Text, factor_label, quantity};

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 125;
const HEAD: i32 = 220;
const PLOT_HEIGHT: i32 = 900;
const AXIS_ROOM: i32 = 210;
const NOTE_ROOM: i32 = 80;
/// For the numbers of the axis, and between panels.
const LEFT: i32 = 230;
const RIGHT: i32 = 110;
const MOST_ABREAST: i32 = 3;
/// From one bar to the next.
const WIDEST_BAR: i32 = 320;
const THINNEST_BAR: i32 = 14;
/// A hole is marked where bars are at least so wide.
const HOLE_PITCH: i32 = 60;
/// An interval that is hardly higher than its own line is wide.
const SHORT_INTERVAL: i32 = 50;
/// Around the name of a level.
const NAME_GAP: i32 = 36;
const WIDEST_NAME: i32 = 900;
/// A figure is not higher than a page.
const MOST_HEIGHT: i32 = 6000;

/// The values of a grid, or as many of their panels as fit a page.
pub struct ValuesFigure<'a> {
    analysis: &'a Analysis,
    /// Index into [`Analysis::grids`].
    grid: usize,
    /// The values of all pages.
    arranged: Arc<Arranged>,
    /// The panels that this figure shows, of [`Arranged::panels`].
    shown: Range<usize>,
    /// How many panels stand side by side.
    abreast: i32,
}

impl<'a> ValuesFigure<'a> {
    /// None for values that other figures show, and for more than fit: the table has them all.
    pub fn list(analysis: &'a Analysis) -> Result<Vec<Self>> {
        let mut figures = Vec::new();
        for (grid, content) in analysis.grids.iter().enumerate() {
            let Some(arranged) = Arranged::new(content, analysis).map(Arc::new) else { continue };
            let Some(abreast) = abreast(&arranged)? else { continue };
            let lines = (MOST_HEIGHT - LEGEND_TOP - 400 - NOTE_ROOM) / (HEAD + PLOT_HEIGHT + AXIS_ROOM);
            let panels = usize::try_from(lines * abreast).unwrap_or(1).max(1);
            let all = arranged.panels.len();
            figures.extend((0..all).step_by(panels).map(|first| Self {
                analysis,
                grid,
                arranged: Arc::clone(&arranged),
                shown: first..(first + panels).min(all),
                abreast,
            }));
        }
        Ok(figures)
    }

    fn title(&self) -> String {
        titled(Some(&self.arranged.benchmark), self.arranged.only_operation().as_deref())
    }
}

impl Figure for ValuesFigure<'_> {
    fn name(&self) -> String {
        format!("values-{}", slug(&self.arranged.benchmark, || format!("benchmark{}", self.grid + 1)))
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Values(self.grid))
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        let names = [&self.arranged.axis, &self.arranged.group].into_iter().filter(|name| !name.is_empty());
        let factors: Vec<String> = names.map(|name| factor_label(name)).collect();
        let values = [("about", self.title()), ("factor", text.listed(&factors))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        Description::new("values", &values, text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let Self { analysis, arranged, abreast, .. } = self;
        let panels = &arranged.panels[self.shown.clone()];
        let title = self.title();
        let note = note(arranged, panels, analysis, text);
        let legend = legend(arranged)?;
        let top = LEGEND_TOP + legend.height();
        let line_height = HEAD + PLOT_HEIGHT + AXIS_ROOM;
        let lines = count(panels.len().div_ceil(usize::try_from(*abreast)?));
        let height = top + lines * line_height + NOTE_ROOM;
        document((theme::FULL_WIDTH, height), &title, &note, |canvas| {
            let title = canvas.fit(&title, theme::FULL_WIDTH - 20, Type::title())?;
            canvas.text(&title, (10, TITLE_Y), Type::title())?;
            legend.draw(canvas, LEGEND_TOP)?;
            for (place, panel) in (0..).zip(panels) {
                let width = theme::FULL_WIDTH / abreast;
                let left = place % abreast * width + LEFT;
                let top = top + place / abreast * line_height + HEAD;
                let slot = slot(arranged, panel, width - LEFT - RIGHT)?;
                let right = left + slot * count(panel.levels.len());
                let edges = Edges { left, right, top, bottom: top + PLOT_HEIGHT };
                PanelPlot::new(canvas, arranged, panel, edges, analysis, text).draw(slot, width - RIGHT)?;
            }
            let note = canvas.fit(&note, theme::FULL_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, height - 50), Type::label())
        })
    }
}

/// How many panels fit side by side; `None` where even one has no room for its bars.
fn abreast(arranged: &Arranged) -> Result<Option<i32>> {
    let most = MOST_ABREAST.min(count(arranged.panels.len()));
    for abreast in (1..=most).rev() {
        if fits(arranged, abreast)? {
            return Ok(Some(abreast));
        }
    }
    Ok(None)
}

fn fits(arranged: &Arranged, abreast: i32) -> Result<bool> {
    for panel in &arranged.panels {
        let slot = (theme::FULL_WIDTH / abreast - LEFT - RIGHT) / count(panel.levels.len());
        let names = canvas::widest(panel.levels.iter(), Type::label(), WIDEST_NAME)?;
        let bars = count(arranged.bars.len()) * THINNEST_BAR;
        // One panel abreast has all the room there is: there names are shortened.
        if slot * 5 / 6 < bars || (abreast > 1 && slot < names + NAME_GAP) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(10_000).clamp(1, 10_000)
}

/// The width of a level: no wider than its bars or its name need.
fn slot(arranged: &Arranged, panel: &Panel, room: i32) -> Result<i32> {
    let names = canvas::widest(panel.levels.iter(), Type::label(), WIDEST_NAME)? + NAME_GAP;
    let needed = (count(arranged.bars.len()) * WIDEST_BAR * 6 / 5).max(names);
    Ok((room / count(panel.levels.len())).min(needed))
}

fn legend(arranged: &Arranged) -> Result<Legend> {
    let bars = arranged.bars.len();
    let mut entries = Vec::new();
    if bars > 1 {
        entries.push((Mark::Head, factor_label(&arranged.group)));
        let patch = |(bar, name): (usize, &String)| (Mark::Patches(vec![color(bar, bars)]), name.clone());
        entries.extend(arranged.bars.iter().enumerate().map(patch));
    }
    Legend::new(entries, (10, theme::FULL_WIDTH - 10))
}

fn color(bar: usize, bars: usize) -> RGBColor {
    let groups = theme::GROUPS.len();
    theme::tint(theme::GROUPS[bar % groups], bar / groups, bars.div_ceil(groups))
}

/// What bars, lines and holes are.
fn note(arranged: &Arranged, panels: &[Panel], analysis: &Analysis, text: &Text) -> String {
    let bars = bars(panels, analysis, text);
    let whole = panels.iter().all(|panel| holes(arranged, panel).next().is_none());
    if whole { bars } else { format!("{bars}; {}", text.get("figure.note.not_measured")) }
}

/// The places of bars that have no value.
fn holes(arranged: &Arranged, panel: &Panel) -> impl Iterator<Item = (usize, usize)> {
    let bars = arranged.bars.len();
    let places = (0..panel.levels.len()).flat_map(move |level| (0..bars).map(move |bar| (level, bar)));
    places.filter(|place| panel.cells.iter().all(|cell| (cell.level, cell.bar) != *place))
}

fn bars(panels: &[Panel], analysis: &Analysis, text: &Text) -> String {
    let cells = panels.iter().flat_map(|panel| &panel.cells);
    let mut values = cells.map(|cell| &analysis.benchmarks[cell.value]);
    let repeated = values.clone().any(|value| value.sd.is_some());
    let key = match (repeated, values.any(|value| value.ci95.is_some())) {
        (false, _) => return text.get("figure.note.single_values").to_owned(),
        (true, true) => "figure.note.interval",
        (true, false) => "figure.note.no_interval",
    };
    format!("{}; {}", text.get("figure.note.values"), text.get(key))
}

/// What a panel is drawn on and from.
struct PanelPlot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    arranged: &'a Arranged,
    panel: &'a Panel,
    analysis: &'a Analysis,
    text: &'a Text,
    frame: Frame,
    scale: Scale,
    /// From base units to those that are shown, their sign, and how many decimals numbers have.
    factor: f64,
    unit: &'static str,
    decimals: usize,
}

impl<'a, 'b> PanelPlot<'a, 'b> {
    fn new(
        canvas: &'a Canvas<'b>,
        arranged: &'a Arranged,
        panel: &'a Panel,
        edges: Edges,
        analysis: &'a Analysis,
        text: &'a Text,
    ) -> Self {
        let alike = arranged.panels.iter().filter(|other| other.operation == panel.operation);
        let values =
            || alike.clone().flat_map(|panel| &panel.cells).map(|cell| &analysis.benchmarks[cell.value]);
        let max = values().map(|value| value.value).fold(0.0, f64::max);
        let ends = values().filter_map(|value| value.ci95).map(|ci| ci.high).filter(|high| high.is_finite());
        // An interval of few values may reach far beyond all of them.
        let highest = ends.fold(max, f64::max).min(1.5 * max);
        let (factor, unit) = readable(panel.unit, max);
        let scale = Scale::from_zero(highest * factor, 7);
        let decimals = three_digits(max * factor);
        let frame = Frame::new(edges, (0.0, 1.0), (scale.low, scale.high));
        Self { canvas, arranged, panel, analysis, text, frame, scale, factor, unit, decimals }
    }

    fn draw(&self, slot: i32, room: i32) -> Result<()> {
        self.head(room)?;
        self.axes(slot)?;
        let pitch = (slot * 5 / 6 / count(self.arranged.bars.len())).min(WIDEST_BAR);
        let group = pitch * count(self.arranged.bars.len());
        let place = |level: usize, bar: usize| {
            let start = self.frame.left + count_from_zero(level) * slot + (slot - group) / 2;
            start + count_from_zero(bar) * pitch + pitch / 2
        };
        let middle = |cell: &Cell| place(cell.level, cell.bar);
        let half = (pitch * 9 / 20).max(1);
        for cell in &self.panel.cells {
            let (x, top) = (middle(cell), self.y(self.value(cell).value));
            let bottom = self.frame.bottom;
            let ground = color(cell.bar, self.arranged.bars.len());
            self.canvas.rectangle((x - half, top.min(bottom - 4)), (x + half, bottom), ground, 1.0)?;
        }
        for (level, bar) in holes(self.arranged, self.panel).filter(|_| pitch >= HOLE_PITCH) {
            let at = (place(level, bar), self.frame.bottom - 46);
            self.canvas.text("–", at, Type::label().centred())?;
        }
        let numbers = self.panel.cells.iter().map(|cell| self.number(cell)).collect::<Vec<_>>();
        let widest = canvas::widest(numbers.iter(), Type::label(), WIDEST_NAME)?;
        for (cell, number) in self.panel.cells.iter().zip(&numbers) {
            let top = self.interval(cell, middle(cell), pitch)?;
            if widest + 8 <= pitch {
                let (x, y) = (middle(cell), top - 46);
                // The grid does not run through numbers.
                let half = self.canvas.width(number, Type::label())? / 2 + 6;
                self.canvas.rectangle((x - half, y - 32), (x + half, y + 32), theme::PAPER, 1.0)?;
                self.canvas.text(number, (x, y), Type::label().color(theme::INK).centred())?;
            }
        }
        Ok(())
    }

    fn value(&self, cell: &Cell) -> &'a Benchmark {
        &self.analysis.benchmarks[cell.value]
    }

    fn number(&self, cell: &Cell) -> String {
        self.text.number(self.value(cell).value * self.factor, self.decimals)
    }

    fn y(&self, value: f64) -> i32 {
        self.frame.y(value * self.factor)
    }

    /// What distinguishes the panel from others, over its axis.
    fn head(&self, room: i32) -> Result<()> {
        let several = self.arranged.only_operation().is_none();
        let operation = several.then(|| quantity(&self.panel.operation, self.panel.unit));
        let parts = [operation.as_deref().unwrap_or_default(), &self.panel.name];
        let name = self.canvas.fit(&joined(parts.into_iter()), room - 20, Type::title())?;
        self.canvas.text(&name, (self.frame.left - LEFT + 10, self.frame.top - 160), Type::title())
    }

    fn axes(&self, slot: i32) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        for tick in &self.scale.ticks {
            let y = self.frame.y(*tick);
            self.canvas.line(&[(left, y), (right, y)], Pen::new(theme::GRID, theme::HAIR))?;
            let label = self.scale.label(*tick, self.text);
            self.canvas.text(&label, (left - 36, y), Type::label().right())?;
        }
        self.canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        self.canvas.text(self.unit, (left - 36, top - 68), Type::label().right())?;
        // Of very many names every so many-th.
        let every = (200 / slot.max(1) + 1).max(1);
        let face = Type::label().color(theme::INK).centred();
        for (index, level) in (0..).zip(&self.panel.levels).filter(|(index, _)| index % every == 0) {
            let name = self.canvas.fit(level, slot * every - NAME_GAP / 2, face)?;
            self.canvas.text(&name, (left + index * slot + slot / 2, bottom + 62), face)?;
        }
        let name = self.canvas.fit(&factor_label(&self.arranged.axis), right - left, Type::label())?;
        self.canvas.text(&name, ((left + right) / 2, bottom + 146), Type::label().centred())
    }

    /// A line with ends, on a pale edge that parts it from the bar; the upper end of bar and line.
    fn interval(&self, cell: &Cell, x: i32, pitch: i32) -> Result<i32> {
        let value = self.value(cell);
        let top = self.y(value.value);
        let ci = value.ci95.filter(|ci| ci.low.is_finite() && ci.high.is_finite());
        let Some((low, high)) = ci.map(|ci| (self.y(ci.low.max(0.0)), self.y(ci.high))) else {
            return Ok(top);
        };
        let cap = (pitch / 5).min(34);
        let strokes =
            [[(x, low), (x, high)], [(x - cap, low), (x + cap, low)], [(x - cap, high), (x + cap, high)]];
        let (edge, width) = if pitch >= 60 { (16, 8) } else { (10, 5) };
        // The edges of a short line would hide the end of its bar.
        let edge = Some((theme::PAPER, edge)).filter(|_| low - high >= SHORT_INTERVAL);
        for (color, width) in edge.into_iter().chain([(theme::INK, width)]) {
            for stroke in &strokes {
                self.canvas.line(stroke, Pen::new(color, width))?;
            }
        }
        Ok(top.min(high))
    }
}

fn count_from_zero(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(10_000)
}
