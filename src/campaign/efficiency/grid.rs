//! Quantities → rows and columns, as the configuration or the command line ask for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::input::config::{Config, LayoutTable};
use crate::model::metrics::{Shown, metrics};
use crate::model::{
    BENCHMARK, Benchmark, BenchmarkId, Condition, Content, Efficiency, EfficiencyId, Entries, Grid, Id,
    OPERATION, Series, VM,
};

/// A table of values with more columns is wider than a page.
const MOST_COLUMNS: usize = 8;

/// The grids of a campaign: the efficiencies of each comparison, then the values of each benchmark.
///
/// # Errors
///
/// The layout names what is no factor of the campaign, or a cell would hold several values: the message names
/// the cell and what varies in it.
pub fn grids(
    benchmarks: &[Benchmark],
    efficiencies: &[Efficiency],
    conditions: &[Condition],
    config: &Config,
) -> Result<Vec<Grid>> {
    let levels: Vec<BTreeMap<&str, &str>> =
        benchmarks.iter().map(|benchmark| levels(benchmark, conditions)).collect();
    let layout = &config.layout;
    known(layout, &levels)?;
    let shown = |id: BenchmarkId| {
        let fits = |(name, of): (&String, &Vec<String>)| {
            of.iter().any(|level| levels[id.index()].get(name.as_str()).copied().unwrap_or_default() == level)
        };
        layout.shown.iter().all(fits)
    };
    let mut grids = Vec::new();
    for comparison in config.file.efficiency.iter().map(|table| &table.name) {
        let of: Vec<(EfficiencyId, usize)> = efficiencies
            .entries()
            .filter(|(_, efficiency)| efficiency.comparison == *comparison && shown(efficiency.of))
            .map(|(id, efficiency)| (id, efficiency.of.index()))
            .collect();
        let content = |cells| Content::Efficiency { comparison: comparison.clone(), cells };
        grids.extend(arrange(content, false, &of, &levels, config)?);
    }
    let names: BTreeSet<&str> = benchmarks.iter().map(|benchmark| benchmark.benchmark.as_str()).collect();
    for name in names {
        let of: Vec<(BenchmarkId, usize)> = benchmarks
            .entries()
            .filter(|(id, benchmark)| benchmark.benchmark == name && shown(*id))
            .map(|(id, _)| (id, id.index()))
            .collect();
        let content = |cells| Content::Values { benchmark: name.to_owned(), cells };
        grids.extend(arrange(content, true, &of, &levels, config)?);
    }
    Ok(grids)
}

/// The conditions of migrations that the layout asks for.
///
/// # Errors
///
/// It names a factor or a level that they do not have.
pub fn selected(conditions: Vec<Condition>, layout: &LayoutTable) -> Result<Vec<Condition>> {
    known(layout, &conditions.iter().map(factors).collect::<Vec<_>>())?;
    let fits = |condition: &Condition, (name, of): (&String, &Vec<String>)| {
        condition.factors.get(name).is_some_and(|level| of.contains(level))
    };
    let is_shown = |condition: &Condition| layout.shown.iter().all(|wanted| fits(condition, wanted));
    Ok(conditions.into_iter().filter(is_shown).collect())
}

/// The grids of what reports compare of migrations, where the layout asks for rows or columns.
///
/// # Errors
///
/// A cell would hold several conditions: the message names it and what varies in it.
pub fn of_migrations(series: &[Series], conditions: &[Condition], config: &Config) -> Result<Vec<Grid>> {
    if config.layout.rows.is_empty() && config.layout.columns.is_empty() {
        return Ok(Vec::new());
    }
    let levels: Vec<BTreeMap<&str, &str>> = conditions.iter().map(factors).collect();
    let mut grids = Vec::new();
    for metric in metrics().iter().filter(|metric| matches!(metric.shown, Shown::Overview(_))) {
        let of: Vec<(Id<Series>, usize)> = series
            .entries()
            .filter(|(_, series)| series.metric == metric.key.0)
            .map(|(id, series)| (id, series.condition.index()))
            .collect();
        let content = |cells| Content::Series { metric: metric.key.0.to_owned(), cells };
        grids.extend(arrange(content, true, &of, &levels, config)?);
    }
    Ok(grids)
}

fn factors(condition: &Condition) -> BTreeMap<&str, &str> {
    condition.factors.iter().map(|(name, level)| (name.as_str(), level.as_str())).collect()
}

/// Everything that tells a quantity from another.
fn levels<'a>(benchmark: &'a Benchmark, conditions: &'a [Condition]) -> BTreeMap<&'a str, &'a str> {
    let mut levels = factors(&conditions[benchmark.condition]);
    levels.insert(BENCHMARK, &benchmark.benchmark);
    levels.insert(OPERATION, &benchmark.operation);
    // VMs may as well be told apart by a factor of that name.
    match benchmark.vm.as_deref() {
        Some(vm) => levels.insert(VM, vm),
        None => Some(*levels.entry(VM).or_default()),
    };
    levels
}

/// Whether the layout names only what there is.
fn known(layout: &LayoutTable, levels: &[BTreeMap<&str, &str>]) -> Result<()> {
    let names: BTreeSet<&str> = levels.iter().flat_map(|levels| levels.keys().copied()).collect();
    let asked = layout.rows.iter().chain(&layout.columns).chain(layout.shown.keys());
    if let Some(unknown) = asked.into_iter().find(|name| !names.contains(name.as_str())) {
        let all: Vec<&str> = names.into_iter().collect();
        bail!("`{unknown}` is not a factor; the factors are {}", all.join(", "));
    }
    for (name, wanted) in &layout.shown {
        let there: BTreeSet<&str> = levels.iter().filter_map(|l| l.get(name.as_str()).copied()).collect();
        if let Some(unknown) = wanted.iter().find(|level| !there.contains(level.as_str())) {
            let all: Vec<&str> = there.into_iter().filter(|level| !level.is_empty()).collect();
            bail!("`{name}` has no level `{unknown}`; its levels are {}", all.join(", "));
        }
    }
    Ok(())
}

/// What a level is sorted by, and its name.
type Level = ((usize, u64), String);

/// A grid of cells, each with the place among `levels` of those by which it is placed; `None` without a cell.
///
/// What neither side names and varies goes to the columns where those are not chosen, else to the rows where
/// those are not chosen.
fn arrange<T>(
    content: impl FnOnce(Vec<Option<Id<T>>>) -> Content,
    is_values: bool,
    of: &[(Id<T>, usize)],
    levels: &[BTreeMap<&str, &str>],
    config: &Config,
) -> Result<Option<Grid>> {
    let (layout, factor_order) = (&config.layout, config.factor_order());
    let level = |place: usize, name: &str| levels[place].get(name).copied().unwrap_or_default();
    let names: BTreeSet<&str> = of.iter().flat_map(|(_, place)| levels[*place].keys().copied()).collect();
    let mut varying: Vec<&str> = names
        .into_iter()
        .filter(|name| of.iter().map(|(_, b)| level(*b, name)).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    // Where people do not say, numbers come last: a sweep is read down a column.
    let is_numeric = |name: &str| of.iter().all(|(_, b)| level(*b, name).parse::<f64>().is_ok());
    varying.sort_by_key(|name| {
        (factor_order.iter().position(|known| known == name).unwrap_or(usize::MAX), is_numeric(name))
    });
    let (row_names, column_names) = sides(layout, is_values, of, levels, &varying);
    let key = |place: usize, names: &[String]| -> Vec<Level> {
        let of =
            |name: &String| (config.level_order(name, level(place, name)), level(place, name).to_owned());
        names.iter().map(of).collect()
    };
    let side = |names: &[String]| -> Vec<Vec<Level>> {
        of.iter().map(|(_, b)| key(*b, names)).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (rows, columns) = (side(&row_names), side(&column_names));
    let mut cells: Vec<Option<(Id<T>, usize)>> = vec![None; rows.len() * columns.len()];
    for (id, at) in of {
        let place = |keys: &[Vec<Level>], names| keys.binary_search(&key(*at, names)).ok();
        let (Some(row), Some(column)) = (place(&rows, &row_names), place(&columns, &column_names)) else {
            continue;
        };
        let cell = &mut cells[row * columns.len() + column];
        if let Some((_, other)) = cell {
            bail!(several(&levels[*other], &levels[*at], &row_names, &column_names));
        }
        *cell = Some((*id, *at));
    }
    let plain = |keys: Vec<Vec<Level>>| -> Vec<Vec<String>> {
        keys.into_iter().map(|key| key.into_iter().map(|(_, level)| level).collect()).collect()
    };
    Ok((!of.is_empty()).then(|| Grid {
        content: content(cells.into_iter().map(|cell| cell.map(|(id, _)| id)).collect()),
        row_names,
        column_names,
        rows: plain(rows),
        columns: plain(columns),
    }))
}

/// What rows and columns are told apart by: what the layout says, and on the side that it leaves open what varies
/// besides.
fn sides<T>(
    layout: &LayoutTable,
    is_values: bool,
    of: &[(Id<T>, usize)],
    levels: &[BTreeMap<&str, &str>],
    varying: &[&str],
) -> (Vec<String>, Vec<String>) {
    let quantity = |name: &str| name == BENCHMARK || name == OPERATION;
    let rest = |taken: &[String], quantities: bool| -> Vec<String> {
        let free = varying.iter().filter(|name| !taken.iter().any(|t| t == *name));
        free.filter(|name| quantity(name) == quantities).map(|name| (*name).to_owned()).collect()
    };
    match (layout.rows.is_empty(), layout.columns.is_empty()) {
        // Operations go to the rows of efficiencies and to the columns of values, conditions to the other side.
        (true, true) if !is_values => (rest(&[], true), rest(&[], false)),
        (true, true) => crossed(of, levels, varying).unwrap_or_else(|| (rest(&[], false), rest(&[], true))),
        (false, true) => {
            let columns = [rest(&layout.rows, false), rest(&layout.rows, true)].concat();
            (layout.rows.clone(), columns)
        }
        (true, false) => {
            let rows = [rest(&layout.columns, true), rest(&layout.columns, false)].concat();
            (rows, layout.columns.clone())
        }
        (false, false) => (layout.rows.clone(), layout.columns.clone()),
    }
}

/// Values of one operation: the factor with most levels in the rows and as many of the others in the columns as
/// fit a page, if the table hardly has holes. Of factors with equally many levels a numeric one, else the one
/// that people name first.
fn crossed<T>(
    of: &[(Id<T>, usize)],
    levels: &[BTreeMap<&str, &str>],
    varying: &[&str],
) -> Option<(Vec<String>, Vec<String>)> {
    let level = |place: usize, name: &str| levels[place].get(name).copied().unwrap_or_default();
    let all = |name: &str| of.iter().map(|(_, b)| level(*b, name)).collect::<BTreeSet<_>>();
    let is_numeric = |name: &str| all(name).iter().all(|level| level.parse::<f64>().is_ok());
    if varying.contains(&OPERATION) {
        return None;
    }
    let longest = *varying.iter().rev().max_by_key(|name| (all(name).len(), is_numeric(name)))?;
    let mut others: Vec<&str> = varying.iter().copied().filter(|name| *name != longest).collect();
    others.sort_by_key(|name| std::cmp::Reverse(all(name).len()));
    let mut width = 1;
    others.retain(|name| {
        let fits = width * all(name).len() <= MOST_COLUMNS;
        width *= if fits { all(name).len() } else { 1 };
        fits
    });
    let (columns, mut rows): (Vec<&str>, Vec<&str>) = varying.iter().partition(|name| others.contains(name));
    rows.retain(|name| *name != longest);
    rows.push(longest);
    let tuples = |names: &[&str]| {
        let of = of.iter().map(|(_, b)| names.iter().map(|name| level(*b, name)).collect::<Vec<_>>());
        of.collect::<BTreeSet<_>>().len()
    };
    let full = of.len() * 4 >= tuples(&rows) * tuples(&columns) * 3;
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    full.then(|| (owned(rows), owned(columns)))
}

/// The message for a cell that would hold two values.
fn several(
    a: &BTreeMap<&str, &str>,
    b: &BTreeMap<&str, &str>,
    row_names: &[String],
    column_names: &[String],
) -> String {
    let of =
        |levels: &BTreeMap<&str, &str>, name: &str| levels.get(name).copied().unwrap_or_default().to_owned();
    let cell: Vec<String> =
        row_names.iter().chain(column_names).map(|name| format!("{name} = {}", of(a, name))).collect();
    let varies: Vec<String> = a
        .keys()
        .chain(b.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|name| of(a, name) != of(b, name))
        .map(|name| format!("`{name}` ({} and {})", of(a, name), of(b, name)))
        .collect();
    format!(
        "the cell {} would hold several values, because {} varies in it: add it to --rows or --columns, or choose \
         a level with --where",
        if cell.is_empty() { "of everything".to_owned() } else { cell.join(", ") },
        varies.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Direction, Factors, Unit};

    /// Two systems, each with 32 and 64 bits, and two operations.
    fn study() -> (Vec<Condition>, Vec<Benchmark>) {
        let mut conditions = Vec::new();
        for (mode, bits) in [("native", "32"), ("native", "64"), ("hvm", "32"), ("hvm", "64")] {
            let levels =
                [("mode", mode), ("bits", bits)].map(|(name, level)| (name.to_owned(), level.to_owned()));
            conditions.push(Condition::new(format!("{mode}-{bits}"), Factors::from(levels)));
        }
        let of = |condition, operation: &str| Benchmark {
            benchmark: "fio".to_owned(),
            condition,
            vm: None,
            operation: operation.to_owned(),
            unit: Unit::BytesPerSecond,
            direction: Direction::Higher,
            readings: Vec::new(),
            value: 1.0,
            sd: None,
            ci95: None,
        };
        let benchmarks =
            conditions.ids().flat_map(|condition| [of(condition, "read"), of(condition, "write")]).collect();
        (conditions, benchmarks)
    }

    fn arranged(config: &str) -> Result<Vec<Grid>> {
        let (conditions, benchmarks) = study();
        let config = format!("[naming]\npattern = '(?<mode>a)(?<bits>b)(?<repetition>c)'\n{config}");
        grids(&benchmarks, &[], &conditions, &Config::parse(&config)?)
    }

    #[test]
    fn values_have_the_factor_with_most_levels_below_and_the_rest_beside_each_other() {
        let (mut conditions, mut benchmarks) = study();
        for condition in &mut conditions {
            condition.factors.insert("mib".to_owned(), "512".to_owned());
        }
        let of = |condition: usize| conditions[condition].factors.clone();
        let more: Vec<Condition> = (0..8)
            .map(|index| {
                let mut factors = of(index % 4);
                factors.insert("mib".to_owned(), ["1024", "128"][index / 4].to_owned());
                Condition::new(format!("more-{index}"), factors)
            })
            .collect();
        for index in 0..8 {
            let condition = Id::new(conditions.len() + index);
            benchmarks.push(Benchmark { condition, ..benchmarks[2 * (index % 4)].clone() });
        }
        conditions.extend(more);
        benchmarks.retain(|of| of.operation == "read");
        let grids = grids(&benchmarks, &[], &conditions, &Config::parse("").unwrap()).unwrap();
        assert_eq!(grids[0].row_names, ["mib"]);
        assert_eq!(grids[0].rows, [["128"], ["512"], ["1024"]]);
        assert_eq!((grids[0].column_names.len(), grids[0].columns.len()), (2, 4));
        // As many factors as fit stand beside each other: of 5 × 4 × 3 levels those with 4.
        let (mut wide, mut many) = (Vec::new(), Vec::new());
        for index in 0..60 {
            let levels = [("a", index / 12), ("b", index / 3 % 4), ("c", index % 3)];
            let factors = levels.map(|(name, level)| (name.to_owned(), format!("l{level}"))).into();
            wide.push(Condition::new(format!("{index}"), factors));
            many.push(Benchmark { condition: Id::new(index), ..benchmarks[0].clone() });
        }
        let grid = super::grids(&many, &[], &wide, &Config::parse("").unwrap()).unwrap().remove(0);
        assert_eq!(
            (&grid.row_names[..], &grid.column_names[..]),
            (&["c".to_owned(), "a".to_owned()][..], &["b".to_owned()][..])
        );
        // With holes it would be a table of nothing.
        let benchmarks = [0, 5, 10].map(|index| benchmarks[index].clone());
        let grids = super::grids(&benchmarks, &[], &conditions, &Config::parse("").unwrap()).unwrap();
        assert_eq!((grids[0].row_names.len(), grids[0].columns.len()), (3, 1));
    }

    #[test]
    fn of_few_values_conditions_stand_below_and_operations_beside_each_other() {
        let grids = arranged("[order]\nmode = [\"native\", \"hvm\"]\n").unwrap();
        let [grid] = grids.as_slice() else { panic!("{grids:?}") };
        assert_eq!(
            (&grid.row_names[..], &grid.column_names[..]),
            (&["mode".to_owned(), "bits".to_owned()][..], &["operation".to_owned()][..])
        );
        assert_eq!(grid.rows, [["native", "32"], ["native", "64"], ["hvm", "32"], ["hvm", "64"]]);
        assert_eq!((grid.value(0, 1), grid.value(3, 0)), (Some(Id::new(1)), Some(Id::new(6))));
    }

    #[test]
    fn what_varies_in_a_cell_must_be_chosen() {
        let error =
            arranged("[layout]\nrows = [\"mode\"]\ncolumns = [\"operation\"]\n").unwrap_err().to_string();
        assert!(
            error.contains("mode = hvm, operation = read")
                || error.contains("mode = native, operation = read"),
            "{error}"
        );
        assert!(error.contains("`bits` (32 and 64)"), "{error}");
        let one = "[layout]\nrows = [\"mode\"]\ncolumns = [\"operation\"]\nwhere = { bits = [\"64\"] }\n";
        let grids = arranged(one).unwrap();
        let Content::Values { cells, .. } = &grids[0].content else { panic!("{grids:?}") };
        assert_eq!(cells.iter().flatten().count(), 4);
    }

    #[test]
    fn rows_alone_leave_the_rest_to_the_columns() {
        let grids = arranged("[layout]\nrows = [\"bits\"]\n").unwrap();
        assert_eq!(grids[0].column_names, ["mode", "operation"]);
        let error = arranged("[layout]\nrows = [\"bitz\"]\n").unwrap_err().to_string();
        assert!(error.contains("`bitz` is not a factor") && error.contains("bits, mode"), "{error}");
    }
}
