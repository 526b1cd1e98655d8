//! The efficiencies of one benchmark: bars in groups, with their intervals and the baseline at 100 %.
//!
//! One group per row of the grid, one bar per column of it. Bars lie, so that every name and every number has room
//! however many there are; what excludes each other among the columns stands in panels side by side.

use anyhow::Result;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::kit::grid::{self, Looks, Part, comparison, efficiency, entry, heading, row_name};
use super::kit::legend::{Legend, Mark};
use super::kit::names::{slug, titled};
use super::kit::panel::value_axis;
use super::kit::scale::Scale;
use super::kit::theme;
use crate::model::{Analysis, Grid};
use crate::show::text::Text;

const LEGEND_TOP: i32 = 125;
/// For the panel's name and that of the baseline.
const PANEL_HEAD: i32 = 125;
/// For the axis and the distance to the panels below.
const AXIS_ROOM: i32 = 150;
const NOTE_ROOM: i32 = 60;
/// Of one bar, with what is between bars; and if there are very many.
const PITCH: i32 = 80;
const LEAST_PITCH: i32 = 30;
/// Numbers need at least this pitch.
const NUMBER_PITCH: i32 = 70;
/// Between groups.
const GROUP_GAP: i32 = 60;
const WIDEST_NAME: i32 = 1000;
/// Between panels, and from the last to the right edge: room for a number.
const GUTTER: i32 = 200;
/// More panels than these go below each other.
const MOST_ABREAST: usize = 3;
/// A figure is not higher than a page.
const MOST_HEIGHT: i32 = 6000;
/// With numbers in the bars, a benchmark has no more figures than these.
const MOST_FIGURES: usize = 3;

/// The efficiencies of a benchmark, or of a grid that has no benchmarks in its rows; as many as fit a page.
pub struct EfficiencyFigure<'a> {
    analysis: &'a Analysis,
    /// Index into [`Analysis::grids`].
    index: usize,
    grid: &'a Grid,
    comparison: &'a str,
    /// The place among the figures of the grid, from 1.
    number: usize,
    part: Part,
    looks: Looks,
    /// The panels, those abreast together.
    lines: Vec<Vec<Panel>>,
}

impl<'a> EfficiencyFigure<'a> {
    /// The parts of a grid of efficiencies; those that would be higher than a page in several figures.
    pub fn list(analysis: &'a Analysis, index: usize) -> Vec<Self> {
        let grid = &analysis.grids[index];
        let Some(comparison) = comparison(grid) else { return Vec::new() };
        let looks = Looks::new(grid);
        let parts = grid::parts(grid, analysis).into_iter().flat_map(|part| pages(grid, &part, &looks));
        let figure = |(place, part)| {
            let lines = lines(grid, &part, &looks);
            let looks = looks.clone();
            Self { analysis, index, grid, comparison, number: place + 1, part, looks, lines }
        };
        parts.enumerate().map(figure).collect()
    }

    fn title(&self) -> String {
        titled(self.part.benchmark.as_deref(), Some(self.comparison))
    }
}

impl Figure for EfficiencyFigure<'_> {
    fn name(&self) -> String {
        let comparison = slug(self.comparison, || format!("comparison{}", self.index + 1));
        match &self.part.benchmark {
            None => format!("efficiency-{comparison}"),
            Some(benchmark) => {
                let benchmark = slug(benchmark, || format!("benchmark{}", self.number));
                format!("efficiency-{comparison}-{benchmark}")
            }
        }
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Efficiency(self.index))
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("efficiency", &[("about", &self.title())], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let Self { analysis, grid, part, looks, lines, .. } = self;
        let legend = legend(looks, lines)?;
        let title = self.title();
        let names: Vec<String> = part.rows.iter().map(|row| row_name(grid, *row)).collect();
        let left = 10 + canvas::widest(names.iter(), Type::label().semi_bold(), WIDEST_NAME)? + 60;
        let fixed = LEGEND_TOP + legend.height() + NOTE_ROOM + count(lines.len()) * (PANEL_HEAD + AXIS_ROOM);
        let rows = count(part.rows.len());
        let most_bars: i32 = lines.iter().map(|line| bars(line)).sum();
        let room = MOST_HEIGHT - fixed - rows * GROUP_GAP * count(lines.len());
        let pitch = (room / (rows * most_bars).max(1)).clamp(LEAST_PITCH, PITCH);
        let groups = |line: &[Panel]| rows * (bars(line) * pitch + GROUP_GAP);
        let height = fixed + lines.iter().map(|line| groups(line)).sum::<i32>();
        let scale = scale(grid, part, lines, analysis);
        let note = note(grid, part, lines, analysis, text);
        document((theme::FULL_WIDTH, height), &title, &note, |canvas| {
            heading(canvas, &title, text)?;
            legend.draw(canvas, LEGEND_TOP)?;
            let mut top = LEGEND_TOP + legend.height();
            // Panels below each other are as wide as those abreast.
            let panels = count(lines.first().map_or(1, Vec::len));
            for line in lines {
                let from = top + PANEL_HEAD;
                let bottom = from + groups(line);
                rules(canvas, &names, left, (from, bottom))?;
                let width = (theme::FULL_WIDTH - left - panels * GUTTER) / panels;
                for (place, (panel, columns)) in line.iter().enumerate() {
                    let x = left + count(place) * (width + GUTTER);
                    let frame = Frame::new(
                        Edges { left: x, right: x + width, top: from, bottom },
                        (0.0, scale.high),
                        (0.0, 1.0),
                    );
                    let plot = PanelPlot { canvas, frame, scale: &scale, grid, looks, analysis, text, pitch };
                    value_axis(plot.canvas, &plot.frame, plot.scale, plot.text)?;
                    plot.head(&looks.panels[*panel])?;
                    plot.bars(&part.rows, columns)?;
                }
                top = bottom + AXIS_ROOM;
            }
            let note = canvas.fit(&note, theme::FULL_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, height - 55), Type::label())
        })
    }
}

/// A part of a grid in as many figures as it needs.
fn pages(grid: &Grid, part: &Part, looks: &Looks) -> Vec<Part> {
    let lines = lines(grid, part, looks);
    let room = MOST_HEIGHT - 400 - count(lines.len()) * (PANEL_HEAD + AXIS_ROOM);
    let figures = |pitch: i32| {
        let group: i32 = lines.iter().map(|line| bars(line) * pitch + GROUP_GAP).sum();
        part.rows.len().div_ceil(usize::try_from(room / group.max(1)).unwrap_or(0).max(1))
    };
    // Rather thin bars than a dozen figures; the heat map has the numbers, too.
    let needed = Some(figures(PITCH)).filter(|needed| *needed <= MOST_FIGURES);
    let even = part.rows.len().div_ceil(needed.unwrap_or_else(|| figures(LEAST_PITCH)));
    let page = |rows: &[usize]| Part { benchmark: part.benchmark.clone(), rows: rows.to_vec() };
    part.rows.chunks(even).map(page).collect()
}

/// A panel: its name and its columns.
type Panel = (usize, Vec<usize>);

/// The panels, those abreast together; columns without any cell are left out.
fn lines(grid: &Grid, part: &Part, looks: &Looks) -> Vec<Vec<Panel>> {
    let mut panels: Vec<Panel> = (0..looks.panels.len()).map(|panel| (panel, Vec::new())).collect();
    for column in 0..grid.columns.len() {
        if part.rows.iter().any(|row| grid.efficiency(*row, column).is_some()) {
            panels[looks.look(column).panel].1.push(column);
        }
    }
    panels.retain(|(_, columns)| !columns.is_empty());
    for (_, columns) in &mut panels {
        columns.sort_by_key(|column| looks.look(*column));
    }
    let abreast = panels.len().div_ceil(panels.len().div_ceil(MOST_ABREAST).max(1)).max(1);
    panels.chunks(abreast).map(<[Panel]>::to_vec).collect()
}

/// The bars of a group in the panel that has most.
fn bars(line: &[Panel]) -> i32 {
    count(line.iter().map(|(_, columns)| columns.len()).max().unwrap_or(0))
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX / 10_000).min(i32::MAX / 10_000)
}

/// The colours with all of their shades, then what the shades mean; nothing for bars of one kind.
fn legend(looks: &Looks, lines: &[Vec<Panel>]) -> Result<Legend> {
    let shown: Vec<_> =
        lines.iter().flatten().flat_map(|(_, columns)| columns).map(|column| looks.look(*column)).collect();
    let mut entries = Vec::new();
    if looks.colors.len() > 1 {
        entries.push((Mark::Head, looks.color_names.clone()));
    }
    for (color, name) in looks.colors.iter().enumerate().filter(|_| looks.colors.len() > 1) {
        let mut shades: Vec<_> = shown.iter().copied().filter(|look| look.color == color).collect();
        shades.sort_by_key(|look| look.shade);
        shades.dedup_by_key(|look| look.shade);
        if !shades.is_empty() {
            let patches = shades.into_iter().map(|look| looks.color(look)).collect();
            entries.push((Mark::Patches(patches), name.clone()));
        }
    }
    let shades = looks.shades.len();
    if shades > 1 {
        entries.push((Mark::Head, looks.shade_names.clone()));
        for (shade, name) in looks.shades.iter().enumerate() {
            let patch = theme::tint(theme::SOFT_INK, shade, shades);
            entries.push((Mark::Patches(vec![patch]), name.clone()));
        }
    }
    Legend::new(entries, (10, theme::FULL_WIDTH - 10))
}

/// Around all efficiencies; an interval may reach beyond.
fn scale(grid: &Grid, part: &Part, lines: &[Vec<Panel>], analysis: &Analysis) -> Scale {
    let mut max: f64 = 1.0;
    let mut highest: f64 = 1.0;
    for column in lines.iter().flatten().flat_map(|(_, columns)| columns) {
        for row in &part.rows {
            if let Some(value) = efficiency(grid, analysis, *row, *column) {
                max = max.max(value);
                let interval = entry(grid, analysis, *row, *column).and_then(|entry| entry.ci95);
                highest = interval.map_or(highest, |ci| highest.max(ci.high));
            }
        }
    }
    let high = if highest.is_finite() { highest.min(1.5 * max) } else { max };
    Scale::of_baseline(100.0 * high.max(max))
}

/// What the marks mean that the figure has.
fn note(grid: &Grid, part: &Part, lines: &[Vec<Panel>], analysis: &Analysis, text: &Text) -> String {
    let columns = || lines.iter().flatten().flat_map(|(_, columns)| columns);
    let cells = || part.rows.iter().flat_map(|row| columns().map(move |column| (*row, *column)));
    let has_interval =
        cells().any(|(row, column)| entry(grid, analysis, row, column).is_some_and(|e| e.ci95.is_some()));
    let interval = if has_interval { "figure.note.interval" } else { "figure.note.no_interval" };
    let mut note = format!("{}; {}", text.get("figure.note.efficiency"), text.get(interval));
    if cells().any(|(row, column)| efficiency(grid, analysis, row, column).is_none()) {
        let missing = text.fill("figure.note.missing", &[("sign", text.get("report.missing"))]);
        note = format!("{note}; {missing}");
    }
    note
}

/// The names of the groups and the rules between them.
fn rules(canvas: &Canvas, names: &[String], left: i32, (top, bottom): (i32, i32)) -> Result<()> {
    let height = (bottom - top) / count(names.len());
    let face = Type::label().semi_bold().color(theme::INK);
    for (index, name) in names.iter().enumerate() {
        let y = top + count(index) * height;
        if index > 0 {
            canvas.line(&[(10, y), (theme::FULL_WIDTH - 10, y)], Pen::new(theme::GRID, theme::RULE))?;
        }
        canvas.text(&canvas.fit(name, left - 60, face)?, (10, y + height / 2), face)?;
    }
    Ok(())
}

/// What a panel is drawn on and from.
struct PanelPlot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    frame: Frame,
    scale: &'a Scale,
    grid: &'a Grid,
    looks: &'a Looks,
    analysis: &'a Analysis,
    text: &'a Text,
    pitch: i32,
}

impl PanelPlot<'_, '_> {
    /// The panel's name, and what its upright line is.
    fn head(&self, name: &str) -> Result<()> {
        let Frame { left, top, .. } = self.frame;
        let (x, face) = (self.frame.x(100.0), Type::label().color(theme::INK));
        let baseline = self.text.get("figure.baseline");
        let half = self.canvas.width(baseline, face)? / 2;
        self.canvas.text(baseline, (x, top - 44), face.centred())?;
        let face = Type::title();
        let name = self.canvas.fit(name, x - half - 50 - left, face)?;
        self.canvas.text(&name, (left, top - 44), face)
    }

    /// The bars of all groups, the baseline over them, then intervals and numbers.
    fn bars(&self, rows: &[usize], columns: &[usize]) -> Result<()> {
        let Frame { top, bottom, left, .. } = self.frame;
        let height = (bottom - top) / count(rows.len());
        let start = (height - count(columns.len()) * self.pitch) / 2;
        let middle = |row: usize, column: usize| {
            top + count(row) * height + start + count(column) * self.pitch + self.pitch / 2
        };
        let half = (self.pitch * 9 / 20).min(self.pitch / 2 - 2);
        for (place, column) in columns.iter().enumerate() {
            let color = self.looks.color(self.looks.look(*column));
            for (index, row) in rows.iter().enumerate() {
                if let Some(value) = efficiency(self.grid, self.analysis, *row, *column) {
                    let (x, y) = (self.frame.x(100.0 * value), middle(index, place));
                    self.canvas.rectangle((left, y - half), (x.max(left + 6), y + half), color, 1.0)?;
                }
            }
        }
        let x = self.frame.x(100.0);
        self.canvas.line(&[(x, top - 12), (x, bottom)], Pen::new(theme::INK, theme::RULE + 2))?;
        for (place, column) in columns.iter().enumerate() {
            for (index, row) in rows.iter().enumerate() {
                self.mark(*row, *column, middle(index, place))?;
            }
        }
        Ok(())
    }

    /// The interval of a bar and its number: at its foot, behind it where that has no room.
    fn mark(&self, row: usize, column: usize, y: i32) -> Result<()> {
        let foot = self.frame.left + 16;
        let numbers = self.pitch >= NUMBER_PITCH;
        let Some(value) = efficiency(self.grid, self.analysis, row, column) else {
            let missing = self.text.get("report.missing");
            return if numbers { self.canvas.text(missing, (foot, y), Type::label()) } else { Ok(()) };
        };
        let end = self.frame.x(100.0 * value);
        let ci = entry(self.grid, self.analysis, row, column).and_then(|entry| entry.ci95);
        let ci = ci.filter(|ci| ci.low.is_finite() && !ci.high.is_nan());
        let ci = ci.map(|ci| (self.frame.x(100.0 * ci.low), self.frame.x(100.0 * ci.high.min(1e9))));
        if let Some((low, high)) = ci {
            self.interval((low, high), y)?;
        }
        if !numbers {
            return Ok(());
        }
        let number = self.text.number(100.0 * value, 0);
        let width = self.canvas.width(&number, Type::label())?;
        let inner = ci.map_or(end, |(low, _)| low.min(end));
        if foot + width + 16 <= inner {
            let ground = self.looks.color(self.looks.look(column));
            return self.canvas.text(&number, (foot, y), Type::label().color(theme::on(ground)));
        }
        let x = end.max(ci.map_or(end, |(_, high)| high)) + 24;
        self.canvas.rectangle((x - 6, y - 32), (x + width, y + 32), theme::PAPER, 1.0)?;
        self.canvas.text(&number, (x, y), Type::label().color(theme::INK))
    }

    /// A line with ends, on a pale edge that parts it from the bar.
    fn interval(&self, (low, high): (i32, i32), y: i32) -> Result<()> {
        let cap = self.pitch / 5;
        let strokes =
            [[(low, y), (high, y)], [(low, y - cap), (low, y + cap)], [(high, y - cap), (high, y + cap)]];
        let (edge, width) = if self.pitch >= NUMBER_PITCH { (16, 8) } else { (10, 5) };
        for (color, width) in [(theme::PAPER, edge), (theme::INK, width)] {
            for stroke in &strokes {
                self.canvas.line(stroke, Pen::new(color, width))?;
            }
        }
        Ok(())
    }
}
