//! All efficiencies of a comparison at a glance: a number and a colour for every cell of the grid.

use anyhow::Result;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Pen, Type, document};
use super::kit::grid::{self, comparison, efficiency, entry, heading};
use super::kit::names::{joined, slug, titled};
use super::kit::pages::pages;
use super::kit::theme;
use crate::model::{Analysis, Grid};
use crate::show::text::Text;

const TOP: i32 = 150;
const CELL_HEIGHT: i32 = 104;
const NARROWEST_CELL: i32 = 200;
const WIDEST_CELL: i32 = 1000;
/// Between cells, and between those that differ in their first factor.
const SEAM: i32 = 6;
const GAP: i32 = 34;
const HEAD_LINE: i32 = 74;
/// From the head's names to its rule, and from there to the cells.
const HEAD_GAP: i32 = 26;
const BAND_GAP: i32 = 90;
const LEGEND_ROOM: i32 = 270;
/// About the width of a letter.
const LETTER: i32 = 37;
const WIDEST_BLOCK: i32 = 800;
const WIDEST_NAME: i32 = 1000;
/// A figure is not higher than a page.
const MOST_ROWS: usize = 48;

/// All efficiencies of a grid, or as many as fit a page.
pub struct HeatMapFigure<'a> {
    analysis: &'a Analysis,
    grid: &'a Grid,
    comparison: &'a str,
    /// The place of the grid among all, from 1.
    number: usize,
    /// Whether the report shows it.
    shown: bool,
    /// Indices into [`Grid::rows`].
    rows: Vec<usize>,
    /// The columns that stand abreast, in bands below each other.
    bands: Vec<Vec<usize>>,
}

impl<'a> HeatMapFigure<'a> {
    /// None for a grid of one column, which bars show as well; `shown` where the report is to show them.
    pub fn list(analysis: &'a Analysis, index: usize, shown: bool) -> Vec<Self> {
        let grid = &analysis.grids[index];
        let Some(comparison) = comparison(grid).filter(|_| grid.columns.len() > 1) else { return Vec::new() };
        let mut rows: Vec<usize> =
            grid::parts(grid, analysis).into_iter().flat_map(|part| part.rows).collect();
        rows.sort_unstable();
        let bands = bands(grid);
        let most = (MOST_ROWS / bands.len()).max(6);
        let figure =
            |rows| Self { analysis, grid, comparison, number: index + 1, shown, rows, bands: bands.clone() };
        pages(rows, most).into_iter().map(figure).collect()
    }

    fn title(&self) -> String {
        titled(None, Some(self.comparison))
    }
}

impl Figure for HeatMapFigure<'_> {
    fn name(&self) -> String {
        let comparison = slug(self.comparison, || format!("comparison{}", self.number));
        format!("efficiency-{comparison}-heat-map")
    }

    fn place(&self) -> Option<Place<'_>> {
        self.shown.then_some(Place::Comparison)
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("efficiency_heat", &[("about", &self.title())], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let Self { analysis, grid, rows, .. } = self;
        let (block_face, face) = (Type::label().semi_bold(), Type::label());
        // The first of several names of rows makes blocks.
        let blocks = usize::from(grid.row_names.len() > 1);
        let block = |row: usize| joined(grid.rows[row][..blocks].iter().map(String::as_str));
        let name = |row: usize| joined(grid.rows[row][blocks..].iter().map(String::as_str));
        let block_width = canvas::widest(
            rows.iter().map(|row| block(*row)).collect::<Vec<_>>().iter(),
            block_face,
            WIDEST_BLOCK,
        )?;
        let name_width =
            canvas::widest(rows.iter().map(|row| name(*row)).collect::<Vec<_>>().iter(), face, WIDEST_NAME)?;
        let gap = |width: i32| if width > 0 { 60 } else { 0 };
        let names_left = 10 + block_width + gap(block_width);
        let left = names_left + name_width + gap(name_width).max(40);
        let bands: Vec<Band> =
            self.bands.iter().map(|columns| Band::new(grid, columns, left)).collect::<Result<_>>()?;
        let new_block = |index: usize| index > 0 && block(rows[index]) != block(rows[index - 1]);
        let body = count(rows.len()) * (CELL_HEIGHT + SEAM)
            + count((0..rows.len()).filter(|index| new_block(*index)).count()) * GAP;
        let height =
            TOP + bands.iter().map(|band| band.head + body + BAND_GAP).sum::<i32>() - BAND_GAP + LEGEND_ROOM;
        let title = self.title();
        let note = note(grid, rows, analysis, text);
        document((theme::FULL_WIDTH, height), &title, &note, |canvas| {
            heading(canvas, &title, text)?;
            let mut y = TOP;
            for band in &bands {
                band.draw_head(canvas, grid, left, y)?;
                y += band.head;
                for (index, row) in rows.iter().enumerate() {
                    if new_block(index) {
                        let rule = [(10, y + GAP / 2 - SEAM / 2), (band.right(), y + GAP / 2 - SEAM / 2)];
                        canvas.line(&rule, Pen::new(theme::GRID, theme::RULE))?;
                        y += GAP;
                    }
                    if index == 0 || new_block(index) {
                        let label = canvas.fit(&block(*row), block_width + 4, block_face)?;
                        canvas.text(&label, (10, y + CELL_HEIGHT / 2), block_face.color(theme::INK))?;
                    }
                    let label = canvas.fit(&name(*row), name_width + 4, face)?;
                    canvas.text(&label, (names_left, y + CELL_HEIGHT / 2), face.color(theme::INK))?;
                    for (column, x) in &band.columns {
                        cell(canvas, grid, analysis, (*row, *column), (*x, y, band.cell), text)?;
                    }
                    y += CELL_HEIGHT + SEAM;
                }
                y += BAND_GAP;
            }
            legend(canvas, &note, y - BAND_GAP + 100, text)
        })
    }
}

/// The columns that stand abreast; as many bands below each other as are needed.
fn bands(grid: &Grid) -> Vec<Vec<usize>> {
    // What the names of the rows take, before there is a canvas to measure them on.
    let longest = |row: &Vec<String>| row.iter().map(|level| count(level.chars().count()) + 2).sum::<i32>();
    let names = grid.rows.iter().map(longest).max().unwrap_or(0).saturating_mul(LETTER);
    let room = theme::FULL_WIDTH - names.min(WIDEST_BLOCK + WIDEST_NAME) - 200;
    let most = usize::try_from(room / (NARROWEST_CELL + SEAM)).unwrap_or(1);
    let columns: Vec<usize> = (0..grid.columns.len()).collect();
    let even = columns.len().div_ceil(columns.len().div_ceil(most).max(1)).max(1);
    columns.chunks(even).map(<[usize]>::to_vec).collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(10_000).min(10_000)
}

/// What the colours and the signs mean that the figure has.
fn note(grid: &Grid, rows: &[usize], analysis: &Analysis, text: &Text) -> String {
    let mut note = text.get("figure.note.heat").to_owned();
    let cells = || rows.iter().flat_map(|row| (0..grid.columns.len()).map(|column| (*row, column)));
    let no_value = |(row, column)| {
        entry(grid, analysis, row, column).is_some() && efficiency(grid, analysis, row, column).is_none()
    };
    if cells().any(no_value) {
        let missing = text.fill("figure.note.missing", &[("sign", text.get("report.missing"))]);
        note = format!("{note}; {missing}");
    }
    if cells().any(|(row, column)| entry(grid, analysis, row, column).is_none()) {
        note = format!("{note}; {}", text.get("figure.note.not_measured"));
    }
    note
}

/// The number on its colour; what has none is left open.
fn cell(
    canvas: &Canvas,
    grid: &Grid,
    analysis: &Analysis,
    (row, column): (usize, usize),
    (x, y, width): (i32, i32, i32),
    text: &Text,
) -> Result<()> {
    let middle = (x + width / 2, y + CELL_HEIGHT / 2);
    let face = Type::label().centred();
    let Some(value) = efficiency(grid, analysis, row, column) else {
        let missing =
            if entry(grid, analysis, row, column).is_some() { text.get("report.missing") } else { "–" };
        return canvas.text(missing, middle, face.color(theme::SOFT_INK));
    };
    let ground = theme::efficiency_color(value);
    canvas.rectangle((x, y), (x + width, y + CELL_HEIGHT), ground, 1.0)?;
    let number = canvas.fit(&text.number(100.0 * value, 0), width - 10, face)?;
    canvas.text(&number, middle, face.color(theme::on(ground)))
}

/// What each colour means.
fn legend(canvas: &Canvas, note: &str, y: i32, text: &Text) -> Result<()> {
    const WIDTH: i32 = 190;
    let ends = theme::EFFICIENCY_CLASSES;
    let lows = std::iter::once(0.0).chain(ends);
    for (x, low) in (10..).step_by(WIDTH as usize).zip(lows) {
        canvas.rectangle((x, y), (x + WIDTH - SEAM, y + 60), theme::efficiency_color(low / 100.0), 1.0)?;
    }
    for (x, end) in (10 + WIDTH..).step_by(WIDTH as usize).zip(ends) {
        let label = text.number(end, 0);
        canvas.text(&label, (x - SEAM / 2, y + 104), Type::label().centred())?;
    }
    let x = 10 + WIDTH * count(ends.len() + 1) + 50;
    let note = canvas.fit(note, theme::FULL_WIDTH - 10 - x, Type::label())?;
    canvas.text(&note, (x, y + 30), Type::label())
}

/// Columns that stand abreast under a head of as many levels as the columns have names.
struct Band {
    /// Each with its left edge.
    columns: Vec<(usize, i32)>,
    cell: i32,
    /// Height of the head.
    head: i32,
    /// From top to bottom.
    levels: Vec<Level>,
}

/// One name of the columns: its levels over the cells that share them.
struct Level {
    height: i32,
    /// Left and right edge, and the level in its lines.
    spans: Vec<(i32, i32, Vec<String>)>,
}

impl Band {
    fn new(grid: &Grid, columns: &[usize], left: i32) -> Result<Self> {
        let names = grid.column_names.len();
        let levels_at = |index: usize| &grid.columns[columns[index]];
        let gaps: Vec<bool> = (0..columns.len())
            .map(|i| i > 0 && names > 1 && levels_at(i)[0] != levels_at(i - 1)[0])
            .collect();
        let room = theme::FULL_WIDTH - 10 - left - count(gaps.iter().filter(|gap| **gap).count()) * GAP;
        let cell = (room / count(columns.len()) - SEAM).clamp(60, WIDEST_CELL);
        let mut x = left;
        let mut placed = Vec::new();
        for (column, gap) in columns.iter().zip(&gaps) {
            x += if *gap { GAP } else { 0 };
            placed.push((*column, x));
            x += cell + SEAM;
        }
        let mut levels = Vec::new();
        for name in 0..names {
            let mut spans: Vec<(i32, i32, Vec<String>)> = Vec::new();
            let mut from = 0;
            for index in 0..columns.len() {
                let ends =
                    index + 1 == columns.len() || levels_at(index)[..=name] != levels_at(index + 1)[..=name];
                if ends {
                    let (low, high) = (placed[from].1, placed[index].1 + cell);
                    let lines = wrapped(&levels_at(index)[name], high - low - 12)?;
                    spans.push((low, high, lines));
                    from = index + 1;
                }
            }
            let most = spans.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(1);
            levels.push(Level { height: count(most) * HEAD_LINE + HEAD_GAP, spans });
        }
        let head = levels.iter().map(|level| level.height).sum();
        Ok(Self { columns: placed, cell, head, levels })
    }

    fn right(&self) -> i32 {
        self.columns.last().map_or(0, |(_, x)| x + self.cell)
    }

    /// The names of the columns' factors on the left, their levels above the cells.
    fn draw_head(&self, canvas: &Canvas, grid: &Grid, left: i32, top: i32) -> Result<()> {
        let mut y = top;
        for (place, (level, name)) in self.levels.iter().zip(&grid.column_names).enumerate() {
            let last = place + 1 == self.levels.len();
            let room = level.height - HEAD_GAP;
            let name = canvas.fit(name, left - 60, Type::label())?;
            canvas.text(&name, (left - 40, y + room - HEAD_LINE / 2), Type::label().right())?;
            for (low, high, lines) in &level.spans {
                let face = Type::label().color(theme::INK).centred();
                let face = if place == 0 && !last { face.semi_bold() } else { face };
                let first = y + room - count(lines.len()) * HEAD_LINE;
                for (index, line) in lines.iter().enumerate() {
                    let line = canvas.fit(line, high - low, face)?;
                    let at = ((low + high) / 2, first + count(index) * HEAD_LINE + HEAD_LINE / 2);
                    canvas.text(&line, at, face)?;
                }
                if !last {
                    let rule = [(*low, y + room + 8), (*high, y + room + 8)];
                    canvas.line(&rule, Pen::new(theme::AXIS, theme::HAIR))?;
                }
            }
            y += level.height;
        }
        Ok(())
    }
}

/// A name in one line, or in two where it is wider and has a place to part it.
fn wrapped(name: &str, room: i32) -> Result<Vec<String>> {
    let name: String = name.chars().take(200).collect();
    let face = Type::label().semi_bold();
    if canvas::width(&name, face)? <= room {
        return Ok(vec![name]);
    }
    let mut best: Option<(i32, [&str; 2])> = None;
    for (at, mark) in name.match_indices(['-', ' ', '_', '/', '.', ',']) {
        let halves = name.split_at(at + mark.len());
        let halves = [halves.0.trim(), halves.1.trim()];
        if halves.iter().any(|half| half.is_empty()) {
            continue;
        }
        let wide = canvas::width(halves[0], face)?.max(canvas::width(halves[1], face)?);
        if best.is_none_or(|(least, _)| wide < least) {
            best = Some((wide, halves));
        }
    }
    Ok(best.map_or_else(|| vec![name.clone()], |(_, halves)| halves.map(str::to_owned).to_vec()))
}
