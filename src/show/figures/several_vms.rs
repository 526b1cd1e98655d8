//! Several VMs at once: what each reaches, beside one VM alone and what is to be expected.
//!
//! Rates of the VMs stand behind each other, so that a bar is their sum and its parts show how even it is.
//! Times do not add up: there each VM has a bar.

use std::collections::BTreeSet;

use anyhow::Result;
use plotters::style::RGBColor;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::kit::legend::{self, Legend, Mark};
use super::kit::names::{joined, slug};
use super::kit::pages::pages;
use super::kit::panel::value_axis;
use super::kit::scale::Scale;
use super::kit::theme;
use super::kit::units::{readable, three_digits};
use crate::model::{Analysis, Direction, Entries, Parallel, Unit};
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 125;
/// For the heads of the columns.
const HEAD: i32 = 90;
/// Of a bar, with what is between bars; of a time's, if the VMs are very many.
const PITCH: i32 = 84;
const THIN_PITCH: i32 = 34;
const MOST_THICK: usize = 6;
/// Above and below the bars of a condition.
const ROW_GAP: i32 = 36;
/// For an operation's axis.
const AXIS_ROOM: i32 = 120;
const GROUP_GAP: i32 = 40;
const NOTE_ROOM: i32 = 80;
const WIDEST_NAME: i32 = 900;
const WIDEST_CONDITION: i32 = 800;
/// The right ends of sum, mean and evenness, from the right edge; from the plot to the right edge.
const COLUMNS: [i32; 3] = [600, 330, 30];
const RIGHT: i32 = 880;
/// A figure is not higher than a page.
const MOST_HEIGHT: i32 = 6000;

/// The conditions of one operation.
type Operation<'a> = Vec<&'a Parallel>;

/// Several VMs at once in a benchmark: operations of it, as many as fit a page.
pub struct SeveralVmsFigure<'a> {
    analysis: &'a Analysis,
    benchmark: &'a str,
    /// The place among these figures, from 1.
    number: usize,
    operations: Vec<Operation<'a>>,
}

impl<'a> SeveralVmsFigure<'a> {
    pub fn list(analysis: &'a Analysis) -> impl Iterator<Item = Self> {
        let mut benchmarks: Vec<(&str, Vec<Operation>)> = Vec::new();
        for parallel in analysis.parallel.iter().filter(|parallel| usable(parallel)) {
            let known = benchmarks.iter_mut().find(|(benchmark, _)| *benchmark == parallel.benchmark);
            let Some((_, operations)) = known else {
                benchmarks.push((&parallel.benchmark, vec![vec![parallel]]));
                continue;
            };
            match operations.iter_mut().find(|rows| rows[0].operation == parallel.operation) {
                Some(rows) => rows.push(parallel),
                None => operations.push(vec![parallel]),
            }
        }
        let pages = benchmarks.into_iter().flat_map(|(benchmark, operations)| {
            let tallest = operations.iter().map(|rows| height(rows)).max().unwrap_or(1);
            let most = usize::try_from((MOST_HEIGHT - 500) / tallest).unwrap_or(0);
            pages(operations, most).into_iter().map(move |page| (benchmark, page))
        });
        let figure = move |(place, (benchmark, operations))| Self {
            analysis,
            benchmark,
            number: place + 1,
            operations,
        };
        pages.enumerate().map(figure)
    }
}

impl Figure for SeveralVmsFigure<'_> {
    fn name(&self) -> String {
        format!("together-{}", slug(self.benchmark, || format!("benchmark{}", self.number)))
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::SeveralVms(self.benchmark))
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("several_vms", &[("about", self.benchmark)], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let all: Vec<&Parallel> = self.operations.iter().flatten().copied().collect();
        let names: BTreeSet<&str> = all.iter().flat_map(|p| &p.values).map(|(vm, _)| vm.as_str()).collect();
        let mut vms: Vec<&str> = names.into_iter().collect();
        vms.sort_by_key(|name| numbered(name));
        let legend = key(&all, &vms, text)?;
        let columns = Columns::new(self, &all)?;
        let rates = all.iter().any(|parallel| stacked(parallel));
        let first = LEGEND_TOP + legend.height() + HEAD;
        let total = first + self.operations.iter().map(|rows| height(rows)).sum::<i32>() + NOTE_ROOM;
        let title = text.fill("figure.title.several_vms", &[("benchmark", self.benchmark)]);
        let note = text.get(if rates { "figure.note.several_vms" } else { "figure.note.several_vms_times" });
        document((theme::FULL_WIDTH, total), &title, note, |canvas| {
            let title = canvas.fit(&title, theme::FULL_WIDTH - 20, Type::title())?;
            canvas.text(&title, (10, TITLE_Y), Type::title())?;
            legend.draw(canvas, LEGEND_TOP)?;
            heads(canvas, first - 40, rates, text)?;
            let mut conditions = columns.conditions.iter();
            let mut y = first;
            for (index, rows) in self.operations.iter().enumerate() {
                if index > 0 {
                    let rule = [(10, y), (theme::FULL_WIDTH - 10, y)];
                    canvas.line(&rule, Pen::new(theme::GRID, theme::RULE))?;
                    y += GROUP_GAP / 2;
                }
                let names = conditions.by_ref().take(rows.len());
                y = operation(canvas, rows, &columns, names, &vms, y, text)?;
                y += AXIS_ROOM + GROUP_GAP / 2;
            }
            let note = canvas.fit(note, theme::FULL_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, total - 50), Type::label())
        })
    }
}

/// What stands on the left of the plots, and where.
struct Columns {
    conditions: Vec<String>,
    conditions_left: i32,
    condition_width: i32,
    /// The left edge of the plots.
    left: i32,
}

impl Columns {
    fn new(figure: &SeveralVmsFigure, all: &[&Parallel]) -> Result<Self> {
        let operations: Vec<String> =
            figure.operations.iter().map(|rows| rows[0].operation.clone()).collect();
        let conditions: Vec<String> =
            all.iter().map(|parallel| condition(parallel, all, figure.analysis)).collect();
        let conditions_left = 10 + canvas::widest(operations.iter(), bold(), WIDEST_NAME)?.max(330) + 60;
        let condition_width = canvas::widest(conditions.iter(), Type::label(), WIDEST_CONDITION)?;
        let left = conditions_left + condition_width + 50;
        Ok(Self { conditions, conditions_left, condition_width, left })
    }
}

fn bold() -> Type {
    Type::label().semi_bold().color(theme::INK)
}

/// The heads of the columns on the right.
fn heads(canvas: &Canvas, y: i32, rates: bool, text: &Text) -> Result<()> {
    let heads = [if rates { text.get("figure.sum") } else { "" }, text.get("figure.mean"), "Jain"];
    for (right, head) in COLUMNS.into_iter().zip(heads) {
        let head = canvas.fit(head, 250, Type::label())?;
        canvas.text(&head, (theme::FULL_WIDTH - right, y), Type::label().right())?;
    }
    Ok(())
}

/// All about an operation from `top` on; returns the lower edge of its plot.
fn operation<'n>(
    canvas: &Canvas,
    rows: &[&Parallel],
    columns: &Columns,
    conditions: impl Iterator<Item = &'n String>,
    vms: &[&str],
    top: i32,
    text: &Text,
) -> Result<i32> {
    let bottom = top + rows.iter().map(|row| row_height(row)).sum::<i32>();
    let edges = Edges { left: columns.left, right: theme::FULL_WIDTH - RIGHT, top, bottom };
    let plot = OperationPlot::new(canvas, rows, vms, edges, text);
    let name = canvas.fit(&rows[0].operation, columns.conditions_left - 60, bold())?;
    let middle = top + ROW_GAP / 2 + PITCH / 2;
    canvas.text(&name, (10, middle), bold())?;
    plot.axis((10, middle + 84))?;
    let mut y = top;
    for (row, name) in rows.iter().zip(conditions) {
        let name = canvas.fit(name, columns.condition_width + 4, Type::label())?;
        let at = (columns.conditions_left, y + row_height(row) / 2);
        canvas.text(&name, at, Type::label().color(theme::INK))?;
        plot.row(row, y)?;
        y += row_height(row);
    }
    Ok(bottom)
}

fn usable(parallel: &Parallel) -> bool {
    !parallel.values.is_empty() && parallel.values.iter().all(|(_, value)| value.is_finite() && *value >= 0.0)
}

/// What one VM reached alone: the sum of rates and the mean of times are measured against it.
fn alone(parallel: &Parallel) -> Option<f64> {
    let versus = parallel.versus_single.filter(|versus| *versus > 0.0)?;
    let single = if stacked(parallel) { parallel.sum / versus } else { versus * parallel.mean };
    Some(single).filter(|single| single.is_finite())
}

/// Where the expectation is on the axis: that of a VM, and of all for rates.
fn expected(parallel: &Parallel) -> Option<f64> {
    let vms = if stacked(parallel) { parallel.values.len() as f64 } else { 1.0 };
    parallel.expected.map(|expected| expected * vms).filter(|expected| expected.is_finite())
}

fn stacked(parallel: &Parallel) -> bool {
    parallel.direction != Direction::Lower
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(10_000).min(10_000)
}

fn pitch(parallel: &Parallel) -> i32 {
    if !stacked(parallel) && parallel.values.len() > MOST_THICK { THIN_PITCH } else { PITCH }
}

fn row_height(parallel: &Parallel) -> i32 {
    let bars = if stacked(parallel) { 1 } else { count(parallel.values.len()) };
    bars * pitch(parallel) + ROW_GAP
}

/// Of all about an operation.
fn height(rows: &[&Parallel]) -> i32 {
    rows.iter().map(|row| row_height(row)).sum::<i32>() + AXIS_ROOM + GROUP_GAP
}

/// What the colours of the VMs and the marks are.
fn key(all: &[&Parallel], vms: &[&str], text: &Text) -> Result<Legend> {
    let patch =
        |(index, vm): (usize, &&str)| (Mark::Patches(vec![color(index, vms.len())]), (*vm).to_owned());
    let mut entries: Vec<(Mark, String)> = vms.iter().enumerate().map(patch).collect();
    if all.iter().any(|parallel| alone(parallel).is_some()) {
        entries.push((Mark::Line, text.get("figure.alone").to_owned()));
    }
    if all.iter().any(|parallel| expected(parallel).is_some()) {
        entries.push((Mark::Diamond, text.get("figure.expected").to_owned()));
    }
    Legend::new(entries, (10, theme::FULL_WIDTH - 10))
}

/// So that `vm10` comes after `vm9`: the name without its last number, and the number.
fn numbered(name: &str) -> (&str, u64, &str) {
    let text = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (text, name[text.len()..].parse().unwrap_or_default(), name)
}

fn color(vm: usize, vms: usize) -> RGBColor {
    let groups = theme::GROUPS.len();
    theme::tint(theme::GROUPS[vm % groups], vm / groups, vms.div_ceil(groups))
}

/// In what the condition differs from the others of the figure.
fn condition(parallel: &Parallel, all: &[&Parallel], analysis: &Analysis) -> String {
    let factors = |parallel: &Parallel| analysis.conditions.entry(parallel.condition).map(|c| &c.factors);
    let Some(own) = factors(parallel) else { return String::new() };
    let varies = |name: &String, level: &String| {
        all.iter().any(|other| factors(other).and_then(|factors| factors.get(name)) != Some(level))
    };
    let levels = own.iter().filter(|(name, level)| varies(name, level)).map(|(_, level)| level.as_str());
    let name = joined(levels);
    if name.is_empty() { analysis.condition_name(parallel.condition) } else { name }
}

/// An operation's plot.
struct OperationPlot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    frame: Frame,
    scale: Scale,
    /// From base units to those that are shown.
    factor: f64,
    unit: &'static str,
    vms: &'a [&'a str],
    decimals: usize,
    text: &'a Text,
}

impl<'a, 'b> OperationPlot<'a, 'b> {
    fn new(
        canvas: &'a Canvas<'b>,
        rows: &[&Parallel],
        vms: &'a [&'a str],
        edges: Edges,
        text: &'a Text,
    ) -> Self {
        let ends = rows.iter().flat_map(|row| {
            let values = row.values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
            let bar = if stacked(row) { row.sum } else { values };
            [Some(bar), alone(row), expected(row)].into_iter().flatten()
        });
        let max = ends.filter(|end| end.is_finite()).fold(0.0, f64::max);
        let (factor, unit) = readable(rows.first().map_or(Unit::Count, |row| row.unit), max);
        let scale = Scale::from_zero(max * factor, 8);
        let decimals = three_digits(max * factor);
        let frame = Frame::new(edges, (scale.low, scale.high), (0.0, 1.0));
        Self { canvas, frame, scale, factor, unit, vms, decimals, text }
    }

    fn x(&self, value: f64) -> i32 {
        self.frame.x(value * self.factor)
    }

    fn axis(&self, unit_at: (i32, i32)) -> Result<()> {
        value_axis(self.canvas, &self.frame, &self.scale, self.text)?;
        self.canvas.text(self.unit, unit_at, Type::label())
    }

    /// A condition: the VMs, one alone, the expectation, and what the row comes to.
    fn row(&self, row: &Parallel, top: i32) -> Result<()> {
        let (from, to) = (top + ROW_GAP / 2, top + row_height(row) - ROW_GAP / 2);
        let marks: Vec<i32> =
            [alone(row), expected(row)].into_iter().flatten().map(|at| self.x(at)).collect();
        let mut before = 0.0;
        let mut values: Vec<&(String, f64)> = row.values.iter().collect();
        values.sort_by_key(|(name, _)| numbered(name));
        for (index, (vm, value)) in values.into_iter().enumerate() {
            let ground = self.color(vm);
            let (start, y) = if stacked(row) {
                (before, (from, to))
            } else {
                let y = from + count(index) * pitch(row);
                (0.0, (y + 2, y + pitch(row) - 4))
            };
            let (low, high) = (self.x(start), self.x(start + value));
            let seam = if index > 0 && stacked(row) { 6 } else { 0 };
            self.canvas.rectangle((low + seam, y.0), (high.max(low + seam), y.1), ground, 1.0)?;
            before += value;
            let middle = (y.0 + y.1) / 2;
            self.number(*value, (low + seam, high), middle, &marks, (ground, stacked(row), pitch(row)))?;
        }
        if let Some(single) = alone(row) {
            legend::alone(self.canvas, self.x(single), (top + 6, top + row_height(row) - 6))?;
        }
        if let Some(expected) = expected(row) {
            legend::expected(self.canvas, (self.x(expected), (from + to) / 2))?;
        }
        let middle = (from + to) / 2;
        let number = |value: f64| self.text.number(value * self.factor, self.decimals);
        let sum = stacked(row).then(|| number(row.sum));
        let evenness = row.jain_fairness.map(|jain| self.text.number(jain, 2));
        for (right, value) in COLUMNS.into_iter().zip([sum, Some(number(row.mean)), evenness]) {
            let face = Type::label().color(theme::INK).right();
            if let Some(value) = value {
                let value = self.canvas.fit(&value, 250, face)?;
                self.canvas.text(&value, (theme::FULL_WIDTH - right, middle), face)?;
            }
        }
        Ok(())
    }

    /// A VM's number in its bar, where it has room beside the marks.
    fn number(
        &self,
        value: f64,
        (low, high): (i32, i32),
        y: i32,
        marks: &[i32],
        (ground, centred, pitch): (RGBColor, bool, i32),
    ) -> Result<()> {
        let label = self.text.number(value * self.factor, self.decimals);
        let width = self.canvas.width(&label, Type::label())?;
        let x = if centred { (low + high - width) / 2 } else { low + 16 };
        let clear = marks.iter().all(|mark| *mark < x - 46 || *mark > x + width + 46);
        if pitch < PITCH || !clear || x < low + 12 || x + width > high - 12 {
            return Ok(());
        }
        self.canvas.text(&label, (x, y), Type::label().color(theme::on(ground)))
    }

    fn color(&self, vm: &str) -> RGBColor {
        let index = self.vms.iter().position(|known| *known == vm).unwrap_or_default();
        color(index, self.vms.len())
    }
}
