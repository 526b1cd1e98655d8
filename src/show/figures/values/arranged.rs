//! Which values stand where: along the axis, beside each other in a group, in panels.

use std::collections::{BTreeMap, BTreeSet};

use super::super::kit::names::joined;
use super::super::sweep::swept;
use crate::model::{Analysis, BenchmarkId, Content, Entries, Grid, OPERATION, Unit, VM, level_rank};
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

/// A bar: its places in [`Panel::levels`] and [`Arranged::bars`], and the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub level: usize,
    pub bar: usize,
    pub value: BenchmarkId,
}

impl Arranged {
    /// The values of a grid that no other figure shows; `None` where there are none, or nothing to compare them by.
    pub fn new(grid: &Grid, analysis: &Analysis) -> Option<Self> {
        let Content::Values { benchmark, cells } = &grid.content else { return None };
        let values = shown_here(cells, benchmark, analysis);
        let factors = Factors::new(&values, analysis);
        let axis = factors.axis(&grid.row_names)?;
        let group = factors.most_levels(&[&axis]).unwrap_or_default();
        let bars = factors.sorted(&group, &values);
        let rest: Vec<&str> = factors.names().filter(|name| *name != axis && *name != group).collect();
        let mut panels: BTreeMap<Vec<Ranked>, Vec<BenchmarkId>> = BTreeMap::new();
        for id in values {
            let operation = factors.ranked(OPERATION, &analysis.benchmarks[id].operation);
            let levels = rest.iter().map(|name| factors.ranked(name, factors.level(id, name)));
            let key = std::iter::once(operation).chain(levels).collect();
            panels.entry(key).or_default().push(id);
        }
        let panel = |(key, cells): (Vec<Ranked>, Vec<BenchmarkId>)| {
            let levels = factors.sorted(&axis, &cells);
            let place = |levels: &[String], id: BenchmarkId, name: &str| {
                levels.iter().position(|level| level == factors.level(id, name)).unwrap_or_default()
            };
            let cell = |id: &BenchmarkId| Cell {
                level: place(&levels, *id, &axis),
                bar: place(&bars, *id, &group),
                value: *id,
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
/// number.
fn shown_here(cells: &[Option<BenchmarkId>], benchmark: &str, analysis: &Analysis) -> Vec<BenchmarkId> {
    let compared = analysis.efficiency.iter().filter_map(|found| analysis.benchmarks.entry(found.of));
    let compared = compared.map(|value| &value.benchmark);
    let mut elsewhere = compared.chain(analysis.parallel.iter().map(|found| &found.benchmark));
    if elsewhere.any(|shown| shown == benchmark) {
        return Vec::new();
    }
    let lines: BTreeSet<&str> = swept(analysis).collect();
    let bars = |id: &BenchmarkId| {
        analysis.benchmarks.entry(*id).is_some_and(|value| {
            let metric = format!("{benchmark}.{}", value.operation);
            let in_lines = value.vm.is_none() && lines.contains(metric.as_str());
            value.value.is_finite() && value.value >= 0.0 && !in_lines
        })
    };
    cells.iter().flatten().copied().filter(bars).collect()
}

/// A level with what it is sorted by.
type Ranked = ((usize, u64), String);

/// The factors in which some values differ.
struct Factors<'a> {
    analysis: &'a Analysis,
    /// The levels of each value.
    levels: BTreeMap<BenchmarkId, BTreeMap<&'a str, &'a str>>,
    /// How many levels each factor has that varies.
    varying: Vec<(&'a str, usize)>,
}

impl<'a> Factors<'a> {
    fn new(values: &[BenchmarkId], analysis: &'a Analysis) -> Self {
        let levels: BTreeMap<BenchmarkId, BTreeMap<&str, &str>> = values
            .iter()
            .map(|id| {
                let value = &analysis.benchmarks[*id];
                let factors = analysis.conditions.entry(value.condition).map(|condition| &condition.factors);
                let factors = factors.into_iter().flatten();
                let vm = value.vm.as_deref().map(|vm| (VM, vm));
                (*id, factors.map(|(name, level)| (name.as_str(), level.as_str())).chain(vm).collect())
            })
            .collect();
        let names: BTreeSet<&str> = levels.values().flat_map(|levels| levels.keys().copied()).collect();
        let count =
            |name: &str| levels.values().map(|levels| levels.get(name)).collect::<BTreeSet<_>>().len();
        let order = &analysis.campaign.factor_order;
        let mut varying: Vec<(&str, usize)> =
            names.into_iter().map(|name| (name, count(name))).filter(|(_, levels)| *levels > 1).collect();
        varying.sort_by_key(|(name, _)| order.iter().position(|known| known == name).unwrap_or(order.len()));
        Self { analysis, levels, varying }
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.varying.iter().map(|(name, _)| *name)
    }

    fn level(&self, id: BenchmarkId, name: &str) -> &'a str {
        self.levels.get(&id).and_then(|levels| levels.get(name).copied()).unwrap_or_default()
    }

    /// The factor in which the rows of the table differ, where that is one; else that with most levels.
    fn axis(&self, rows: &[String]) -> Option<String> {
        let row = rows.first().filter(|name| rows.len() == 1 && self.names().any(|varying| varying == *name));
        row.cloned().or_else(|| self.most_levels(&[]))
    }

    /// Of factors with equally many levels a numeric one, else the one that people name first.
    fn most_levels(&self, besides: &[&str]) -> Option<String> {
        let is_number = |name: &str| {
            let mut levels = self.levels.values().map(|levels| levels.get(name));
            levels.all(|level| level.is_some_and(|level| number(level).is_some()))
        };
        let free = self.varying.iter().rev().filter(|(name, _)| !besides.contains(name));
        free.max_by_key(|(name, levels)| (*levels, is_number(name))).map(|(name, _)| (*name).to_owned())
    }

    fn ranked(&self, name: &str, level: &str) -> Ranked {
        (level_rank(self.analysis.campaign.level_order.get(name), level), level.to_owned())
    }

    /// The levels that some values have of a factor, in its order.
    fn sorted(&self, name: &str, values: &[BenchmarkId]) -> Vec<String> {
        let levels: BTreeSet<Ranked> =
            values.iter().map(|id| self.ranked(name, self.level(*id, name))).collect();
        levels.into_iter().map(|(_, level)| level).collect()
    }
}

fn number(level: &str) -> Option<f64> {
    level.parse().ok()
}
