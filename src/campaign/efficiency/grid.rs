//! Quantities → rows and columns, as the configuration or the command line ask for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::input::config::{Config, LayoutTable};
use crate::model::{BENCHMARK, Benchmark, Condition, Content, Efficiency, Grid, OPERATION, VM};

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
    let shown = |index: &usize| {
        let fits = |(name, of): (&String, &Vec<String>)| {
            of.iter().any(|level| levels[*index].get(name.as_str()).copied().unwrap_or_default() == level)
        };
        layout.shown.iter().all(fits)
    };
    let order = |name: &str, level: &str| config.level_order(name, level);
    let factor_order = config.factor_order();
    let mut grids = Vec::new();
    for comparison in config.file.efficiency.iter().map(|table| &table.name) {
        let of: Vec<(usize, usize)> = (0..efficiencies.len())
            .filter(|index| efficiencies[*index].comparison == *comparison)
            .map(|index| (index, efficiencies[index].of))
            .filter(|(_, benchmark)| shown(benchmark))
            .collect();
        let content = Content::Efficiency { comparison: comparison.clone() };
        grids.extend(arrange(content, &of, &levels, layout, &order, &factor_order)?);
    }
    let names: BTreeSet<&str> = benchmarks.iter().map(|benchmark| benchmark.benchmark.as_str()).collect();
    for name in names {
        let of: Vec<(usize, usize)> = (0..benchmarks.len())
            .filter(|index| benchmarks[*index].benchmark == name && shown(index))
            .map(|index| (index, index))
            .collect();
        let content = Content::Values { benchmark: name.to_owned() };
        grids.extend(arrange(content, &of, &levels, layout, &order, &factor_order)?);
    }
    Ok(grids)
}

/// Everything that tells a quantity from another.
fn levels<'a>(benchmark: &'a Benchmark, conditions: &'a [Condition]) -> BTreeMap<&'a str, &'a str> {
    let factors = conditions[benchmark.condition].factors.iter();
    let mut levels: BTreeMap<&str, &str> =
        factors.map(|(name, level)| (name.as_str(), level.as_str())).collect();
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
        bail!("`{unknown}` is no factor of these benchmarks; there are {}", all.join(", "));
    }
    for (name, wanted) in &layout.shown {
        let there: BTreeSet<&str> = levels.iter().filter_map(|l| l.get(name.as_str()).copied()).collect();
        if let Some(unknown) = wanted.iter().find(|level| !there.contains(level.as_str())) {
            let all: Vec<&str> = there.into_iter().filter(|level| !level.is_empty()).collect();
            bail!("no {name} is `{unknown}`; there are {}", all.join(", "));
        }
    }
    Ok(())
}

/// What a level is sorted by, and its name.
type Level = ((usize, u64), String);

/// A grid of cells `(index, benchmark)`; `None` without a cell.
///
/// What neither side names and varies goes to the columns where those are not chosen, else to the rows where
/// those are not chosen.
fn arrange(
    content: Content,
    of: &[(usize, usize)],
    levels: &[BTreeMap<&str, &str>],
    layout: &LayoutTable,
    order: &dyn Fn(&str, &str) -> (usize, u64),
    factor_order: &[String],
) -> Result<Option<Grid>> {
    let level = |benchmark: usize, name: &str| levels[benchmark].get(name).copied().unwrap_or_default();
    let names: BTreeSet<&str> =
        of.iter().flat_map(|(_, benchmark)| levels[*benchmark].keys().copied()).collect();
    let mut varying: Vec<&str> = names
        .into_iter()
        .filter(|name| of.iter().map(|(_, b)| level(*b, name)).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    // Where people do not say, numbers come last: a sweep is read down a column.
    let is_numeric = |name: &str| of.iter().all(|(_, b)| level(*b, name).parse::<f64>().is_ok());
    varying.sort_by_key(|name| {
        (factor_order.iter().position(|known| known == name).unwrap_or(usize::MAX), is_numeric(name))
    });
    let quantity = |name: &str| name == BENCHMARK || name == OPERATION;
    let rest = |taken: &[String], quantities: bool| -> Vec<String> {
        let free = varying.iter().filter(|name| !taken.iter().any(|t| t == *name));
        free.filter(|name| quantity(name) == quantities).map(|name| (*name).to_owned()).collect()
    };
    let is_values = matches!(content, Content::Values { .. });
    let (row_names, column_names) = match (layout.rows.is_empty(), layout.columns.is_empty()) {
        // Operations go to the rows of efficiencies and to the columns of values, conditions to the other side.
        (true, true) if !is_values => (rest(&[], true), rest(&[], false)),
        (true, true) => crossed(of, levels, &varying).unwrap_or_else(|| (rest(&[], false), rest(&[], true))),
        (false, true) => {
            let columns = [rest(&layout.rows, false), rest(&layout.rows, true)].concat();
            (layout.rows.clone(), columns)
        }
        (true, false) => {
            let rows = [rest(&layout.columns, true), rest(&layout.columns, false)].concat();
            (rows, layout.columns.clone())
        }
        (false, false) => (layout.rows.clone(), layout.columns.clone()),
    };
    let key = |benchmark: usize, names: &[String]| -> Vec<Level> {
        let of = |name: &String| (order(name, level(benchmark, name)), level(benchmark, name).to_owned());
        names.iter().map(of).collect()
    };
    let side = |names: &[String]| -> Vec<Vec<Level>> {
        of.iter().map(|(_, b)| key(*b, names)).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (rows, columns) = (side(&row_names), side(&column_names));
    let mut cells: Vec<Option<(usize, usize)>> = vec![None; rows.len() * columns.len()];
    for (index, benchmark) in of {
        let place = |keys: &[Vec<Level>], names| keys.binary_search(&key(*benchmark, names)).ok();
        let (Some(row), Some(column)) = (place(&rows, &row_names), place(&columns, &column_names)) else {
            continue;
        };
        let cell = &mut cells[row * columns.len() + column];
        if let Some((_, other)) = cell {
            bail!(several(&levels[*other], &levels[*benchmark], &row_names, &column_names));
        }
        *cell = Some((*index, *benchmark));
    }
    let plain = |keys: Vec<Vec<Level>>| -> Vec<Vec<String>> {
        keys.into_iter().map(|key| key.into_iter().map(|(_, level)| level).collect()).collect()
    };
    Ok((!of.is_empty()).then(|| Grid {
        content,
        row_names,
        column_names,
        rows: plain(rows),
        columns: plain(columns),
        cells: cells.into_iter().map(|cell| cell.map(|(index, _)| index)).collect(),
    }))
}

/// Values of one operation: the factor with most levels in the rows and as many of the others in the columns as
/// fit a page, if the table hardly has holes. Of factors with equally many levels a numeric one, else the one
/// that people name first.
fn crossed(
    of: &[(usize, usize)],
    levels: &[BTreeMap<&str, &str>],
    varying: &[&str],
) -> Option<(Vec<String>, Vec<String>)> {
    let level = |benchmark: usize, name: &str| levels[benchmark].get(name).copied().unwrap_or_default();
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
            conditions.push(Condition {
                id: format!("{mode}-{bits}"),
                factors: Factors::from(levels),
                runs: Vec::new(),
                completed: 0,
            });
        }
        let of = |condition: usize, operation: &str| Benchmark {
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
            (0..4).flat_map(|condition| [of(condition, "read"), of(condition, "write")]).collect();
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
                Condition { id: format!("more-{index}"), factors, runs: Vec::new(), completed: 0 }
            })
            .collect();
        for index in 0..8 {
            let condition = conditions.len() + index;
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
            wide.push(Condition { id: format!("{index}"), factors, runs: Vec::new(), completed: 0 });
            many.push(Benchmark { condition: index, ..benchmarks[0].clone() });
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
        assert_eq!((grid.cell(0, 1), grid.cell(3, 0)), (Some(1), Some(6)));
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
        assert_eq!(grids[0].cells.iter().flatten().count(), 4);
    }

    #[test]
    fn rows_alone_leave_the_rest_to_the_columns() {
        let grids = arranged("[layout]\nrows = [\"bits\"]\n").unwrap();
        assert_eq!(grids[0].column_names, ["mode", "operation"]);
        let error = arranged("[layout]\nrows = [\"bitz\"]\n").unwrap_err().to_string();
        assert!(error.contains("`bitz` is no factor") && error.contains("bits, mode"), "{error}");
    }
}
