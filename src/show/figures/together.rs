//! Several VMs at once: what each reaches, beside one VM alone and what is to be expected.
//!
//! Rates of the VMs stand behind each other, so that a bar is their sum and its parts show how even it is.
//! Times do not add up: there each VM has a bar.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::legend::{self, Legend, Mark};
use super::panel::value_axis;
use super::scale::Scale;
use super::theme;
use crate::model::{Analysis, Direction, Parallel, Unit};
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

/// One figure each: a benchmark and operations of it, as many as fit a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub benchmark: String,
    /// Of each operation the indices into [`Analysis::parallel`].
    operations: Vec<Vec<usize>>,
}

pub fn parts(analysis: &Analysis) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, parallel) in analysis.parallel.iter().enumerate().filter(|(_, p)| usable(p)) {
        let same_benchmark = |part: &&mut Part| part.benchmark == parallel.benchmark;
        let Some(part) = parts.iter_mut().find(same_benchmark) else {
            parts.push(Part { benchmark: parallel.benchmark.clone(), operations: vec![vec![index]] });
            continue;
        };
        let of = |group: &&mut Vec<usize>| analysis.parallel[group[0]].operation == parallel.operation;
        match part.operations.iter_mut().find(of) {
            Some(group) => group.push(index),
            None => part.operations.push(vec![index]),
        }
    }
    parts.into_iter().flat_map(|part| pages(part, analysis)).collect()
}

/// A part in as many figures as it needs.
fn pages(part: Part, analysis: &Analysis) -> Vec<Part> {
    let tallest = part.operations.iter().map(|group| height(group, analysis)).max().unwrap_or(1);
    let most = usize::try_from((MOST_HEIGHT - 500) / tallest).unwrap_or(0).max(1);
    let even = part.operations.len().div_ceil(part.operations.len().div_ceil(most));
    let page = |operations: &[Vec<usize>]| Part {
        benchmark: part.benchmark.clone(),
        operations: operations.to_vec(),
    };
    part.operations.chunks(even).map(page).collect()
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

fn count(of: usize) -> i32 {
    i32::try_from(of).unwrap_or(10_000).min(10_000)
}

fn pitch(parallel: &Parallel) -> i32 {
    if !stacked(parallel) && parallel.values.len() > MOST_THICK { THIN_PITCH } else { PITCH }
}

fn row_height(parallel: &Parallel) -> i32 {
    let bars = if stacked(parallel) { 1 } else { count(parallel.values.len()) };
    bars * pitch(parallel) + ROW_GAP
}

/// Of all about an operation.
fn height(group: &[usize], analysis: &Analysis) -> i32 {
    group.iter().map(|index| row_height(&analysis.parallel[*index])).sum::<i32>() + AXIS_ROOM + GROUP_GAP
}

pub fn draw(number: usize, analysis: &Analysis, text: &Text) -> Result<String> {
    let parts = parts(analysis);
    let part = parts.get(number).context("no such benchmark of several VMs")?;
    let of: Vec<&Parallel> =
        part.operations.iter().flatten().map(|index| &analysis.parallel[*index]).collect();
    let vms: BTreeSet<&str> = of.iter().flat_map(|p| &p.values).map(|(name, _)| name.as_str()).collect();
    let mut vms: Vec<&str> = vms.into_iter().collect();
    vms.sort_by_key(|name| numbered(name));
    let legend = key(&of, &vms, text)?;
    let bold = Type::label().semi_bold().color(theme::INK);
    let operations: Vec<String> =
        part.operations.iter().map(|group| analysis.parallel[group[0]].operation.clone()).collect();
    let conditions: Vec<String> = of.iter().map(|parallel| condition(parallel, &of, analysis)).collect();
    let conditions_left = 10 + canvas::widest(operations.iter(), bold, WIDEST_NAME)?.max(330) + 60;
    let condition_width = canvas::widest(conditions.iter(), Type::label(), WIDEST_CONDITION)?;
    let left = conditions_left + condition_width + 50;
    let body: i32 = part.operations.iter().map(|group| height(group, analysis)).sum();
    let total = LEGEND_TOP + legend.height() + HEAD + body + NOTE_ROOM;
    let title = text.fill("figure.title.together", &[("benchmark", &part.benchmark)]);
    let rates = of.iter().any(|parallel| stacked(parallel));
    let note = text.get(if rates { "figure.note.together" } else { "figure.note.together_times" });
    document((theme::FULL_WIDTH, total), &title, note, |canvas| {
        let title = canvas.fit(&title, theme::FULL_WIDTH - 20, Type::title())?;
        canvas.text(&title, (10, TITLE_Y), Type::title())?;
        legend.draw(canvas, LEGEND_TOP)?;
        let mut y = LEGEND_TOP + legend.height() + HEAD;
        let heads = [if rates { text.get("figure.sum") } else { "" }, text.get("figure.mean"), "Jain"];
        for (right, head) in COLUMNS.into_iter().zip(heads) {
            let head = canvas.fit(head, 250, Type::label())?;
            canvas.text(&head, (theme::FULL_WIDTH - right, y - 40), Type::label().right())?;
        }
        let mut names = conditions.iter();
        for (index, (group, operation)) in part.operations.iter().zip(&operations).enumerate() {
            if index > 0 {
                let rule = [(10, y), (theme::FULL_WIDTH - 10, y)];
                canvas.line(&rule, Pen::new(theme::GRID, theme::RULE))?;
                y += GROUP_GAP / 2;
            }
            let rows: Vec<&Parallel> = group.iter().map(|index| &analysis.parallel[*index]).collect();
            let bottom = y + rows.iter().map(|row| row_height(row)).sum::<i32>();
            let sheet = Sheet::new(
                canvas,
                &rows,
                &vms,
                Edges { left, right: theme::FULL_WIDTH - RIGHT, top: y, bottom },
                text,
            );
            let name = canvas.fit(operation, conditions_left - 60, bold)?;
            canvas.text(&name, (10, y + ROW_GAP / 2 + PITCH / 2), bold)?;
            sheet.axis((10, y + ROW_GAP / 2 + PITCH / 2 + 84))?;
            for (row, name) in rows.iter().zip(names.by_ref()) {
                let name = canvas.fit(name, condition_width + 4, Type::label())?;
                let middle = y + row_height(row) / 2;
                canvas.text(&name, (conditions_left, middle), Type::label().color(theme::INK))?;
                sheet.row(row, y)?;
                y += row_height(row);
            }
            y += AXIS_ROOM + GROUP_GAP / 2;
        }
        let note = canvas.fit(note, theme::FULL_WIDTH - 20, Type::label())?;
        canvas.text(&note, (10, total - 50), Type::label())
    })
}

fn key(of: &[&Parallel], vms: &[&str], text: &Text) -> Result<Legend> {
    let patch =
        |(index, vm): (usize, &&str)| (Mark::Patches(vec![color(index, vms.len())]), (*vm).to_owned());
    let mut entries: Vec<(Mark, String)> = vms.iter().enumerate().map(patch).collect();
    if of.iter().any(|parallel| alone(parallel).is_some()) {
        entries.push((Mark::Line, text.get("figure.alone").to_owned()));
    }
    if of.iter().any(|parallel| expected(parallel).is_some()) {
        entries.push((Mark::Diamond, text.get("figure.expected").to_owned()));
    }
    Legend::new(entries, (10, theme::FULL_WIDTH - 10))
}

/// So that `vm10` comes after `vm9`: the name without its last number, and the number.
fn numbered(name: &str) -> (&str, u64, &str) {
    let text = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (text, name[text.len()..].parse().unwrap_or_default(), name)
}

fn color(vm: usize, vms: usize) -> plotters::style::RGBColor {
    let groups = theme::GROUPS.len();
    theme::tint(theme::GROUPS[vm % groups], vm / groups, vms.div_ceil(groups))
}

/// In what the condition differs from the others of the figure.
fn condition(parallel: &Parallel, of: &[&Parallel], analysis: &Analysis) -> String {
    let factors = |of: &Parallel| analysis.conditions.get(of.condition).map(|c| &c.factors);
    let Some(own) = factors(parallel) else { return String::new() };
    let varies = |name: &String, level: &String| {
        of.iter().any(|other| factors(other).and_then(|factors| factors.get(name)) != Some(level))
    };
    let levels = own.iter().filter(|(name, level)| varies(name, level)).map(|(_, level)| level.as_str());
    let name = super::grid::joined(levels);
    if name.is_empty() { analysis.condition_name(parallel.condition) } else { name }
}

/// An operation's plot.
struct Sheet<'a, 'b> {
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

impl<'a, 'b> Sheet<'a, 'b> {
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
        let (factor, unit) = shown(rows.first().map_or(Unit::Count, |row| row.unit), max);
        let scale = Scale::from_zero(max * factor, 8);
        // Three digits of the largest.
        let digits = if max > 0.0 { (max * factor).log10().floor() } else { 0.0 };
        let decimals = (2.0 - digits).clamp(0.0, 6.0) as usize;
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
        (ground, centred, pitch): (plotters::style::RGBColor, bool, i32),
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

    fn color(&self, vm: &str) -> plotters::style::RGBColor {
        let index = self.vms.iter().position(|known| *known == vm).unwrap_or_default();
        color(index, self.vms.len())
    }
}

/// Factor from base units to those in which people read values up to `max`, and their sign.
pub(super) fn shown(unit: Unit, max: f64) -> (f64, &'static str) {
    match unit {
        Unit::Seconds if max < 0.1 => (1e3, "ms"),
        Unit::Seconds => (1.0, "s"),
        Unit::Milliseconds => (1.0, "ms"),
        Unit::Percent => (1.0, "%"),
        Unit::Bytes => (1.0 / 1_048_576.0, "MiB"),
        Unit::BytesPerSecond if max >= 1e10 => (1e-9, "GB/s"),
        Unit::BytesPerSecond if max < 1e4 => (1e-3, "kB/s"),
        Unit::BytesPerSecond => (1e-6, "MB/s"),
        Unit::PerSecond if max >= 1e9 => (1e-9, "10⁹/s"),
        Unit::PerSecond if max >= 1e6 => (1e-6, "10⁶/s"),
        Unit::PerSecond => (1.0, "1/s"),
        Unit::Count | Unit::Ratio => (1.0, ""),
    }
}
