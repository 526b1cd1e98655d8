//! What figures show of a grid of efficiencies: its rows by benchmark, and what distinguishes its columns.

use std::collections::BTreeSet;

use anyhow::Result;
use plotters::style::RGBColor;

use super::canvas::{Canvas, Type};
use super::names::joined;
use super::theme;
use crate::model::{Analysis, BENCHMARK, Content, Efficiency, EfficiencyId, Entries, Grid};
use crate::show::text::Text;

const TITLE_Y: i32 = 60;

/// More shades of a colour than these cannot be distinguished.
const MOST_SHADES: usize = 3;

/// The rows of one benchmark; those of the whole grid where rows are no benchmarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub benchmark: Option<String>,
    /// Indices into [`Grid::rows`].
    pub rows: Vec<usize>,
}

/// The comparison of a grid of efficiencies.
pub fn comparison(grid: &Grid) -> Option<&str> {
    match &grid.content {
        Content::Efficiency { comparison, .. } => Some(comparison),
        Content::Values { .. } | Content::Series { .. } => None,
    }
}

/// What a cell holds, with an efficiency or without.
pub fn entry<'a>(grid: &Grid, analysis: &'a Analysis, row: usize, column: usize) -> Option<&'a Efficiency> {
    analysis.efficiency.entry(grid.efficiency(row, column)?)
}

/// The efficiency of a cell.
pub fn efficiency(grid: &Grid, analysis: &Analysis, row: usize, column: usize) -> Option<f64> {
    entry(grid, analysis, row, column)?.efficiency.filter(|value| value.is_finite())
}

/// The parts of a grid of efficiencies that have any.
pub fn parts(grid: &Grid, analysis: &Analysis) -> Vec<Part> {
    if comparison(grid).is_none() {
        return Vec::new();
    }
    let place = benchmark_place(grid).filter(|_| grid.row_names.len() > 1);
    let mut parts: Vec<Part> = Vec::new();
    for (row, levels) in grid.rows.iter().enumerate() {
        let benchmark = place.and_then(|place| levels.get(place).cloned());
        match parts.iter_mut().find(|part| part.benchmark == benchmark) {
            Some(part) => part.rows.push(row),
            None => parts.push(Part { benchmark, rows: vec![row] }),
        }
    }
    let has_value =
        |row: &usize| (0..grid.columns.len()).any(|c| efficiency(grid, analysis, *row, c).is_some());
    parts.retain(|part| part.rows.iter().any(has_value));
    if place.is_none() && parts.len() == 1 {
        parts[0].benchmark = only_benchmark(grid, analysis);
    }
    parts
}

fn benchmark_place(grid: &Grid) -> Option<usize> {
    grid.row_names.iter().position(|name| name == BENCHMARK)
}

/// The benchmark of all cells, where it is but one.
fn only_benchmark(grid: &Grid, analysis: &Analysis) -> Option<String> {
    let Content::Efficiency { cells, .. } = &grid.content else { return None };
    let value = |cell: &EfficiencyId| analysis.benchmarks.entry(analysis.efficiency.entry(*cell)?.of);
    let names: BTreeSet<&str> =
        cells.iter().flatten().filter_map(value).map(|value| value.benchmark.as_str()).collect();
    (names.len() == 1).then(|| names.into_iter().next().map(str::to_owned)).flatten()
}

/// A row without its benchmark, in words.
pub fn row_name(grid: &Grid, row: usize) -> String {
    let benchmark = benchmark_place(grid).filter(|_| grid.row_names.len() > 1);
    let levels = grid.rows[row].iter().enumerate().filter(|(place, _)| Some(*place) != benchmark);
    joined(levels.map(|(_, level)| level.as_str()))
}

/// The title and what the numbers are.
pub fn heading(canvas: &Canvas, title: &str, text: &Text) -> Result<()> {
    let unit = text.get("figure.unit.of_baseline");
    let room = theme::FULL_WIDTH - 60 - canvas.width(unit, Type::label())?;
    let title = canvas.fit(title, room, Type::title())?;
    canvas.text(&title, (10, TITLE_Y), Type::title())?;
    let after = 10 + canvas.width(&title, Type::title())? + 40;
    canvas.text(unit, (after, TITLE_Y), Type::label())
}

/// How the columns of a grid look, the same in all of its figures.
#[derive(Clone)]
pub struct Looks {
    /// What the panels, the colours and the shades stand for; empty where there is but one.
    pub color_names: String,
    pub shade_names: String,
    pub panels: Vec<String>,
    pub colors: Vec<String>,
    pub shades: Vec<String>,
    /// Of each column.
    looks: Vec<Look>,
}

/// Indices into the levels of [`Looks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    pub panel: usize,
    pub color: usize,
    pub shade: usize,
}

impl Looks {
    pub fn new(grid: &Grid) -> Self {
        let [panels, colors, shades] = roles(&grid.columns, grid.column_names.len());
        let levels = |names: &[usize]| {
            let mut levels: Vec<String> = Vec::new();
            let places: Vec<usize> = grid
                .columns
                .iter()
                .map(|column| {
                    let level = joined(names.iter().map(|name| column[*name].as_str()));
                    levels.iter().position(|known| *known == level).unwrap_or_else(|| {
                        levels.push(level);
                        levels.len() - 1
                    })
                })
                .collect();
            (levels, places)
        };
        let named = |names: &[usize]| joined(names.iter().map(|name| grid.column_names[*name].as_str()));
        let (color_names, shade_names) = (named(&colors), named(&shades));
        let ((panels, panel), (colors, color), (shades, shade)) =
            (levels(&panels), levels(&colors), levels(&shades));
        let look = |c: usize| Look { panel: panel[c], color: color[c], shade: shade[c] };
        let looks = (0..grid.columns.len()).map(look).collect();
        Self { color_names, shade_names, panels, colors, shades, looks }
    }

    pub fn look(&self, column: usize) -> Look {
        self.looks[column]
    }

    pub fn color(&self, look: Look) -> RGBColor {
        let groups = theme::GROUPS.len();
        let shades = self.shades.len().max(1);
        let shade = look.color / groups * shades + look.shade;
        theme::tint(theme::GROUPS[look.color % groups], shade, shades * self.colors.len().div_ceil(groups))
    }
}

/// Which factors of the columns make panels, colours and shades.
///
/// A factor whose few levels all stand beside each other everywhere makes shades; of the others, the one with
/// most levels makes colours, the rest panels. So factors that exclude each other – a way of virtualisation
/// that only one guest knows – do not leave holes in every group of bars.
fn roles(columns: &[Vec<String>], names: usize) -> [Vec<usize>; 3] {
    let levels = |name: usize| columns.iter().map(|c| &c[name]).collect::<BTreeSet<_>>().len();
    let mut varying: Vec<usize> = (0..names).filter(|name| levels(*name) > 1).collect();
    let crossed = |name: usize| {
        let others: BTreeSet<Vec<&String>> = columns
            .iter()
            .map(|c| c.iter().enumerate().filter(|(other, _)| *other != name).map(|(_, l)| l).collect())
            .collect();
        others.len() * levels(name) == columns.len()
    };
    let mut shades = Vec::new();
    if varying.len() > 1 {
        let fits = |name: &usize| levels(*name) <= MOST_SHADES && crossed(*name);
        shades.extend(varying.iter().copied().rfind(fits));
        varying.retain(|name| !shades.contains(name));
    }
    let colors: Vec<usize> = varying.iter().copied().max_by_key(|name| levels(*name)).into_iter().collect();
    varying.retain(|name| !colors.contains(name));
    [varying, colors, shades]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(levels: &[&str]) -> Vec<Vec<String>> {
        levels.iter().map(|column| column.split(' ').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn factors_that_exclude_each_other_make_panels_and_colours() {
        let narrow = ["32 linux pv", "32 linux hvm", "32 windows hvm", "32 windows drivers"];
        let all: Vec<String> = narrow.iter().flat_map(|c| [(*c).to_owned(), c.replace("32", "64")]).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(roles(&columns(&all), 3), [vec![1], vec![2], vec![0]]);
    }

    #[test]
    fn few_factors_need_no_panels() {
        assert_eq!(roles(&columns(&["a x", "a y", "b x", "b y"]), 2), [vec![], vec![0], vec![1]]);
        assert_eq!(roles(&columns(&["a x", "b y", "c y"]), 2), [vec![1], vec![0], vec![]]);
        assert_eq!(roles(&columns(&["a x", "b x"]), 2), [vec![], vec![0], vec![]]);
        assert_eq!(roles(&columns(&["a"]), 1), [const { Vec::<usize>::new() }; 3]);
        assert_eq!(roles(&[Vec::new()], 0), [const { Vec::<usize>::new() }; 3]);
    }
}
