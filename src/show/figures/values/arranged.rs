//! Which values stand where: along the axis, beside each other in a group, in panels.

use std::collections::{BTreeMap, BTreeSet};

use super::super::grid::joined;
use super::super::sweep;
use crate::model::{Analysis, Content, Grid, OPERATION, Unit, VM, level_rank};
use crate::show::text::{level_words, quantity};

/// The values of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Arranged {
    pub benchmark: String,
    /// The factor along the axis, and that of the bars in a group; empty where there is but one.
    pub axis: String,
    pub group: String,
    /// The levels of `group`.
    pub bars: Vec<String>,
    pub panels: Vec<Panel>,
}

/// The values of one operation, at one combination of the levels that neither axis nor group show.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub operation: String,
    pub unit: Unit,
    /// Levels in words; empty where nothing but the operation tells panels apart.
    pub name: String,
    /// The levels of the axis that it has.
    pub levels: Vec<String>,
    pub cells: Vec<Cell>,
}

/// A bar: its places in [`Panel::levels`] and [`Arranged::bars`], and the index into [`Analysis::benchmarks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub level: usize,
    pub bar: usize,
    pub of: usize,
}

impl Arranged {
    /// The values of a grid that no other figure shows; `None` where there are none, or nothing to compare them by.
    pub fn of(grid: &Grid, analysis: &Analysis) -> Option<Self> {
        let Content::Values { benchmark } = &grid.content else { return None };
        let found = shown_here(grid, benchmark, analysis);
        let factors = Factors::of(&found, analysis);
        let axis = factors.axis(&grid.row_names)?;
        let group = factors.most_levels(&[&axis]).unwrap_or_default();
        let bars = factors.sorted(&group, &found);
        let rest: Vec<&str> = factors.names().filter(|name| *name != axis && *name != group).collect();
        let mut panels: BTreeMap<Vec<Ranked>, Vec<usize>> = BTreeMap::new();
        for index in found {
            let operation = factors.ranked(OPERATION, &analysis.benchmarks[index].operation);
            let levels = rest.iter().map(|name| factors.ranked(name, factors.level(index, name)));
            let key = std::iter::once(operation).chain(levels).collect();
            panels.entry(key).or_default().push(index);
        }
        let panel = |(key, cells): (Vec<Ranked>, Vec<usize>)| {
            let levels = factors.sorted(&axis, &cells);
            let place = |of: &[String], index: usize, name: &str| {
                of.iter().position(|level| level == factors.level(index, name)).unwrap_or_default()
            };
            let cell = |index: &usize| Cell {
                level: place(&levels, *index, &axis),
                bar: place(&bars, *index, &group),
                of: *index,
            };
            let names: Vec<String> =
                rest.iter().zip(&key[1..]).map(|(name, (_, level))| level_words(name, level)).collect();
            Panel {
                operation: analysis.benchmarks[cells[0]].operation.clone(),
                unit: analysis.benchmarks[cells[0]].unit,
                name: joined(names.iter().map(String::as_str)),
                cells: cells.iter().map(cell).collect(),
                levels,
            }
        };
        let panels = panels.into_iter().map(panel).collect();
        Some(Self { benchmark: benchmark.clone(), axis, group, bars, panels })
    }

    /// The operation of all panels, where it is but one.
    pub fn only_operation(&self) -> Option<String> {
        let first = self.panels.first()?;
        let same = self.panels.iter().all(|panel| panel.operation == first.operation);
        same.then(|| quantity(&first.operation, first.unit))
    }
}

/// The values of a grid that are shown neither as efficiencies, nor as several VMs at once, nor as lines over a
/// number: indices into [`Analysis::benchmarks`].
fn shown_here(grid: &Grid, benchmark: &str, analysis: &Analysis) -> Vec<usize> {
    let compared = analysis.efficiency.iter().filter_map(|of| analysis.benchmarks.get(of.of));
    let compared = compared.map(|of| &of.benchmark);
    let mut elsewhere = compared.chain(analysis.parallel.iter().map(|of| &of.benchmark));
    if elsewhere.any(|of| of == benchmark) {
        return Vec::new();
    }
    let lines: BTreeSet<String> = sweep::drawn(analysis).map(|(_, of)| of.metric.clone()).collect();
    let bars = |index: &usize| {
        analysis.benchmarks.get(*index).is_some_and(|of| {
            let in_lines = of.vm.is_none() && lines.contains(&format!("{benchmark}.{}", of.operation));
            of.value.is_finite() && of.value >= 0.0 && !in_lines
        })
    };
    grid.cells.iter().flatten().copied().filter(bars).collect()
}

/// A level with what it is sorted by.
type Ranked = ((usize, u64), String);

/// What tells some values apart.
struct Factors<'a> {
    analysis: &'a Analysis,
    /// Of each value, by its index: its levels.
    levels: BTreeMap<usize, BTreeMap<&'a str, &'a str>>,
    /// How many levels each factor has that varies.
    varying: Vec<(&'a str, usize)>,
}

impl<'a> Factors<'a> {
    fn of(found: &[usize], analysis: &'a Analysis) -> Self {
        let levels: BTreeMap<usize, BTreeMap<&str, &str>> = found
            .iter()
            .map(|index| {
                let of = &analysis.benchmarks[*index];
                let factors = analysis.conditions.get(of.condition).map(|condition| &condition.factors);
                let factors = factors.into_iter().flatten();
                let vm = of.vm.as_deref().map(|vm| (VM, vm));
                (*index, factors.map(|(name, level)| (name.as_str(), level.as_str())).chain(vm).collect())
            })
            .collect();
        let names: BTreeSet<&str> = levels.values().flat_map(|of| of.keys().copied()).collect();
        let count = |name: &str| levels.values().map(|of| of.get(name)).collect::<BTreeSet<_>>().len();
        let order = &analysis.campaign.factor_order;
        let mut varying: Vec<(&str, usize)> =
            names.into_iter().map(|name| (name, count(name))).filter(|(_, levels)| *levels > 1).collect();
        varying.sort_by_key(|(name, _)| order.iter().position(|known| known == name).unwrap_or(order.len()));
        Self { analysis, levels, varying }
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.varying.iter().map(|(name, _)| *name)
    }

    fn level(&self, index: usize, name: &str) -> &'a str {
        self.levels.get(&index).and_then(|of| of.get(name).copied()).unwrap_or_default()
    }

    /// What the rows of the table are told apart by, where that is one factor; else that with most levels.
    fn axis(&self, rows: &[String]) -> Option<String> {
        let row = rows.first().filter(|name| rows.len() == 1 && self.names().any(|of| of == *name));
        row.cloned().or_else(|| self.most_levels(&[]))
    }

    /// Of factors with equally many levels a numeric one, else the one that people name first.
    fn most_levels(&self, besides: &[&str]) -> Option<String> {
        let is_number =
            |name: &str| self.levels.values().all(|of| of.get(name).is_some_and(|l| number(l).is_some()));
        let free = self.varying.iter().rev().filter(|(name, _)| !besides.contains(name));
        free.max_by_key(|(name, levels)| (*levels, is_number(name))).map(|(name, _)| (*name).to_owned())
    }

    fn ranked(&self, name: &str, level: &str) -> Ranked {
        (level_rank(self.analysis.campaign.level_order.get(name), level), level.to_owned())
    }

    /// The levels that some values have of a factor, in its order.
    fn sorted(&self, name: &str, of: &[usize]) -> Vec<String> {
        let levels: BTreeSet<Ranked> =
            of.iter().map(|index| self.ranked(name, self.level(*index, name))).collect();
        levels.into_iter().map(|(_, level)| level).collect()
    }
}

fn number(level: &str) -> Option<f64> {
    level.parse().ok()
}
