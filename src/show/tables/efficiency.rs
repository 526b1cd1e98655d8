//! Tables of benchmarks: efficiencies, values, several VMs at once, block sizes.

use std::collections::BTreeSet;

use super::{Cell, Column, Heading, Row, Table, column, row, table, without_empty_columns};
use crate::model::key::short;
use crate::model::metrics::series_entry;
use crate::model::{
    Analysis, BENCHMARK, Benchmark, ConditionId, Content, Direction, Entries, Grid, OPERATION, Unit, VM,
};
use crate::show::text::{factor_label, level_words, quantity};

/// A grid as a table: efficiencies of one comparison or values of one benchmark; `None` where there is no
/// such grid.
pub fn grid(analysis: &Analysis, index: usize) -> Option<Table> {
    let grid = analysis.grids.get(index)?;
    Some(match &grid.content {
        Content::Efficiency { .. } => efficiencies(analysis, grid, grid_id(analysis, index)),
        Content::Values { .. } => values(analysis, grid, grid_id(analysis, index)),
        Content::Series { metric, .. } => of_series(analysis, grid, metric, grid_id(analysis, index)),
    })
}

/// What names a grid in files and anchors, for example `efficiency-against-bare-metal`.
pub fn grid_id(analysis: &Analysis, index: usize) -> String {
    let wanted = |grid: &Grid| match &grid.content {
        Content::Efficiency { comparison, .. } => format!("efficiency-{}", slug(comparison)),
        Content::Values { benchmark, .. } => format!("values-{}", slug(benchmark)),
        Content::Series { metric, .. } => format!("by-factor-{}", slug(metric)),
    };
    let ids: Vec<String> = analysis.grids.iter().take(index + 1).map(wanted).collect();
    let Some((id, before)) = ids.split_last() else { return String::new() };
    // Campaigns side by side may have comparisons of the same name.
    match before.iter().filter(|other| *other == id).count() {
        0 => id.clone(),
        same => format!("{id}-{}", same + 1),
    }
}

fn efficiencies(analysis: &Analysis, grid: &Grid, id: String) -> Table {
    let mut columns = labels(grid);
    columns.extend(grid.columns.iter().map(|levels| of_levels(levels, None, "table.efficiency")));
    let rows = (0..grid.rows.len()).map(|row| {
        let share = |column| {
            let found = grid.efficiency(row, column).and_then(|id| analysis.efficiency.entry(id));
            found.and_then(|found| Some(Cell::Share { value: found.efficiency?, interval: found.ci95 }))
        };
        let mut cells = named(&grid.rows[row]);
        cells.extend((0..grid.columns.len()).map(|column| share(column).unwrap_or(Cell::Missing)));
        super::row(cells)
    });
    let rows: Vec<Row> = rows.collect();
    Table { labels: grid.row_names.len(), ..table(id, columns, rows) }
}

fn values(analysis: &Analysis, grid: &Grid, id: String) -> Table {
    let of = |row, column| grid.value(row, column).and_then(|id| analysis.benchmarks.entry(id));
    let (height, width) = (grid.rows.len(), grid.columns.len());
    // A unit belongs to a column, else to a row.
    let of_columns: Vec<Option<Unit>> =
        (0..width).map(|column| shared((0..height).filter_map(|row| of(row, column)))).collect();
    let by_column = of_columns.iter().all(Option::is_some);
    let mut columns = labels(grid);
    if !by_column {
        columns.push(column("unit", "table.unit", None));
    }
    let units = of_columns.into_iter().map(|unit| unit.filter(|_| by_column));
    columns.extend(grid.columns.iter().zip(units).map(|(levels, unit)| of_values(levels, unit, grid)));
    let rows = (0..height).map(|row| {
        let mut cells = named(&grid.rows[row]);
        let unit = shared((0..width).filter_map(|column| of(row, column))).filter(|_| !by_column);
        if !by_column {
            cells.push(unit.map_or(Cell::Missing, Cell::Unit));
        }
        cells.extend((0..width).map(|column| {
            let amount = |of: &Benchmark| Cell::Amount { value: of.value, sd: of.sd, unit: of.unit };
            of(row, column).map_or(Cell::Missing, amount)
        }));
        super::row(cells)
    });
    let rows: Vec<Row> = rows.collect();
    Table { labels: grid.row_names.len(), ..table(id, columns, rows) }
}

/// The means of a number of migrations.
fn of_series(analysis: &Analysis, grid: &Grid, metric: &str, id: String) -> Table {
    let entry = series_entry(metric);
    let mut columns = labels(grid);
    columns.extend(grid.columns.iter().map(|levels| of_values(levels, entry.unit, grid)));
    let rows = (0..grid.rows.len()).map(|row| {
        let mut cells = named(&grid.rows[row]);
        cells.extend((0..grid.columns.len()).map(|column| {
            let series = grid.series(row, column).and_then(|id| analysis.series.entry(id));
            Cell::mean(series.and_then(|series| series.summary), entry.decimals.max(1))
        }));
        super::row(cells)
    });
    let rows: Vec<Row> = rows.collect();
    Table { labels: grid.row_names.len(), ..table(id, columns, rows) }
}

/// The unit that all have; `None` where they differ, or where there is none.
fn shared<'a>(benchmarks: impl Iterator<Item = &'a Benchmark>) -> Option<Unit> {
    let mut units = benchmarks.map(|benchmark| benchmark.unit);
    let first = units.next()?;
    units.all(|unit| unit == first).then_some(first)
}

/// The columns that name the rows of a grid.
fn labels(grid: &Grid) -> Vec<Column> {
    grid.row_names.iter().map(|name| label(name)).collect()
}

/// The column of a factor, or of what else tells quantities apart.
fn label(name: &str) -> Column {
    let heading = match name {
        BENCHMARK => Heading::Text("table.benchmark"),
        OPERATION => Heading::Text("table.operation"),
        VM => Heading::Text("table.vm"),
        factor => Heading::Data(factor_label(factor)),
    };
    Column { key: name.to_owned(), heading, unit: None }
}

fn named(levels: &[String]) -> Vec<Cell> {
    levels.iter().map(|level| Cell::Text(level.clone())).collect()
}

/// The column of some levels; where nothing tells columns apart, the one of everything.
fn of_levels(levels: &[String], unit: Option<Unit>, everything: &'static str) -> Column {
    let told: Vec<&str> = levels.iter().map(String::as_str).filter(|level| !level.is_empty()).collect();
    if told.is_empty() {
        return column(everything.trim_start_matches("table."), everything, unit);
    }
    Column { key: told.join("_"), heading: Heading::Levels(levels.to_vec()), unit }
}

/// The column of some levels of a table of values. A number says nothing by itself, so it has its factor: in front
/// of it, at last above those of all columns. Operations are in words.
fn of_values(levels: &[String], unit: Option<Unit>, grid: &Grid) -> Column {
    let column = of_levels(levels, unit, "table.value");
    if !matches!(column.heading, Heading::Levels(_)) {
        return column;
    }
    let named = || grid.column_names.iter().zip(levels);
    let key: Vec<String> = named()
        .filter(|(_, level)| !level.is_empty())
        .map(|(name, level)| if is_number(level) { format!("{name}_{level}") } else { level.clone() })
        .collect();
    let mut heading: Vec<String> = named()
        .map(|(name, level)| match unit {
            Some(unit) if name == OPERATION => quantity(level, unit),
            _ => level_words(name, level),
        })
        .collect();
    let numbers = grid.columns.iter().all(|levels| levels.last().is_some_and(|level| is_number(level)));
    if let Some((name, level)) = named().next_back().filter(|_| numbers) {
        heading.truncate(heading.len() - 1);
        heading.extend([factor_label(name), level.clone()]);
    }
    Column { key: key.join("_"), heading: Heading::Levels(heading), ..column }
}

fn is_number(level: &str) -> bool {
    level.parse::<f64>().is_ok()
}

/// The benchmarks that several VMs ran at once.
pub fn of_several_vms(analysis: &Analysis) -> Vec<&str> {
    let mut names: Vec<&str> = analysis.parallel.iter().map(|of| of.benchmark.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Several VMs at once in one benchmark, against one alone and against what can be expected.
pub fn several_vms(analysis: &Analysis, benchmark: &str) -> Table {
    let all: Vec<_> = analysis.parallel.iter().filter(|of| of.benchmark == benchmark).collect();
    let conditions: Vec<ConditionId> = all.iter().map(|of| of.condition).collect();
    let factors = varying(analysis, &conditions);
    let mut vms: Vec<&str> = all.iter().flat_map(|of| of.values.iter().map(|(vm, _)| vm.as_str())).collect();
    vms.sort_unstable();
    vms.dedup();
    let unit = all.first().map(|of| of.unit).filter(|unit| all.iter().all(|of| of.unit == *unit));

    let mut columns: Vec<Column> = factors.iter().map(|factor| label(factor)).collect();
    columns.push(label(OPERATION));
    if unit.is_none() {
        columns.push(column("unit", "table.unit", None));
    }
    columns.push(column("vms", "table.vms", Some(Unit::Count)));
    let data =
        |name: &&str| Column { key: (*name).to_owned(), heading: Heading::Data((*name).to_owned()), unit };
    columns.extend(vms.iter().map(data));
    columns.extend([
        column("sum", "table.sum", unit),
        column("mean", "table.mean", unit),
        column("jain_fairness", "table.jain_fairness", None),
        column("max_over_min", "table.max_over_min", None),
        column("versus_single", "table.versus_single", None),
        column("expected", "table.expected", unit),
        column("versus_expected", "table.versus_expected", None),
    ]);
    let rows = all.iter().map(|of| {
        let amount = |value: Option<f64>| {
            value.map_or(Cell::Missing, |value| Cell::Amount { value, sd: None, unit: of.unit })
        };
        let share =
            |value: Option<f64>| value.map_or(Cell::Missing, |value| Cell::Share { value, interval: None });
        let levels = &analysis.conditions[of.condition].factors;
        let level = |factor: &&str| Cell::Text(levels.get(*factor).cloned().unwrap_or_default());
        let value =
            |name: &&str| amount(of.values.iter().find(|(vm, _)| vm == name).map(|(_, value)| *value));
        let mut cells: Vec<Cell> = factors.iter().map(level).collect();
        cells.push(Cell::Text(of.operation.clone()));
        if unit.is_none() {
            cells.push(Cell::Unit(of.unit));
        }
        cells.push(Cell::count(of.values.len()));
        cells.extend(vms.iter().map(value));
        cells.extend([
            // Times of several VMs pass at once: their sum says nothing.
            amount((of.direction != Direction::Lower).then_some(of.sum)),
            amount(Some(of.mean)),
            Cell::number(of.jain_fairness, 3),
            Cell::number(of.max_over_min, 2),
            share(of.versus_single),
            amount(of.expected),
            share(of.versus_expected),
        ]);
        row(cells)
    });
    let rows: Vec<Row> = rows.collect();
    let table = table(format!("several-vms-{}", slug(benchmark)), columns, rows);
    without_empty_columns(Table { labels: factors.len() + 1, ..table })
}

/// Every operation that was measured at several block sizes, a row a size.
pub fn block_sizes(analysis: &Analysis) -> Table {
    let sized: Vec<_> = analysis
        .benchmarks
        .iter()
        .map(|of| (of, of.sizes()))
        .filter(|(_, sizes)| !sizes.is_empty())
        .collect();
    let conditions: Vec<ConditionId> = sized.iter().map(|(of, _)| of.condition).collect();
    let factors = varying(analysis, &conditions);
    let mut columns = vec![label(BENCHMARK)];
    columns.extend(factors.iter().map(|factor| label(factor)));
    columns.extend([
        label(VM),
        label(OPERATION),
        column("size_bytes", "table.block_size", None),
        column("unit", "table.unit", None),
        column("value", "table.value", None),
    ]);
    let rows = sized.iter().flat_map(|(of, sizes)| {
        let levels = &analysis.conditions[of.condition].factors;
        let level = |factor: &&str| Cell::Text(levels.get(*factor).cloned().unwrap_or_default());
        let places: Vec<Cell> = factors.iter().map(level).collect();
        sizes.iter().map(move |(size, value)| {
            let mut cells = vec![Cell::Text(of.benchmark.clone())];
            cells.extend(places.iter().cloned());
            cells.extend([
                Cell::text(of.vm.as_deref()),
                Cell::Text(of.operation.clone()),
                Cell::Number { value: *size, decimals: 0 },
                Cell::Unit(of.unit),
                Cell::Amount { value: *value, sd: None, unit: of.unit },
            ]);
            row(cells)
        })
    });
    let rows: Vec<Row> = rows.collect();
    without_empty_columns(table("block-sizes".to_owned(), columns, rows))
}

/// The factors in which some of the conditions differ, in the order in which people name them.
pub fn varying<'a>(analysis: &'a Analysis, conditions: &[ConditionId]) -> Vec<&'a str> {
    let of = |id: &ConditionId| analysis.conditions.entry(*id).map(|condition| &condition.factors);
    let all: BTreeSet<&String> =
        conditions.iter().filter_map(of).flat_map(|factors| factors.keys()).collect();
    let differs = |name: &&String| {
        let levels = conditions.iter().filter_map(of).map(|factors| factors.get(*name));
        levels.collect::<BTreeSet<_>>().len() > 1
    };
    let order = &analysis.campaign.factor_order;
    let mut names: Vec<&str> = all.into_iter().filter(differs).map(String::as_str).collect();
    names.sort_by_key(|name| order.iter().position(|known| known == name).unwrap_or(order.len()));
    names
}

/// A name as part of a file name: ASCII letters, digits and hyphens.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
    if words.is_empty() { "unnamed".to_owned() } else { short(words.join("-"), 60) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::tables::all;
    use crate::show::tables::example::benchmarked;
    use crate::write::tables::table_csv;

    fn csv(table: &Table) -> String {
        String::from_utf8(table_csv(table).unwrap()).unwrap()
    }

    #[test]
    fn efficiencies_have_their_intervals_beside_them_in_files() {
        let table = grid(&benchmarked(), 0).unwrap();
        assert_eq!(
            csv(&table),
            "benchmark,operation,linux_pv,linux_pv_low,linux_pv_high,linux_hvm\n\
             disk,read,0.75,0.701,0.8,0.2\n\
             disk,write,,,,\n\
             solve,time,0.8,,,\n"
        );
    }

    #[test]
    fn a_unit_belongs_to_its_column_else_to_its_row() {
        let analysis = benchmarked();
        assert_eq!(
            csv(&grid(&analysis, 1).unwrap()),
            "mode,context,read_bytes_per_s,read_sd_bytes_per_s,read-cpu_percent\n\
             native,single,40000000,,\n\
             pv,single,30000000,1500000,5.25\n"
        );
        assert_eq!(
            csv(&grid(&analysis, 2).unwrap()),
            "operation,unit,native,pv,pv_sd\n\
             read,bytes_per_s,40000000,30000000,1500000\n\
             read-cpu,percent,,5.25,\n"
        );
    }

    #[test]
    fn numbers_in_headings_have_their_factor_and_operations_no_unit() {
        let grid = |columns: [[&str; 2]; 2], names: [&str; 2]| Grid {
            content: Content::Values { benchmark: "cap".to_owned(), cells: vec![None; 2] },
            row_names: vec!["cap_pct".to_owned()],
            column_names: names.map(str::to_owned).to_vec(),
            rows: vec![vec!["25".to_owned()]],
            columns: columns.map(|levels| levels.map(str::to_owned).to_vec()).to_vec(),
        };
        let column = |grid: &Grid| {
            let of = of_values(&grid.columns[0], Some(Unit::Seconds), grid);
            let Heading::Levels(levels) = of.heading else { panic!("{of:?}") };
            (of.key, levels.join("|"))
        };
        let numbers = grid([["512", "1"], ["512", "2"]], ["ram_mb", "vcpus"]);
        assert_eq!(column(&numbers), ("ram_mb_512_vcpus_1".to_owned(), "ram 512 MB|vcpus|1".to_owned()));
        let mixed = grid([["1", "time_s"], ["1", "down_s"]], ["vcpus", OPERATION]);
        assert_eq!(column(&mixed), ("vcpus_1_time_s".to_owned(), "vcpus 1|time".to_owned()));
    }

    #[test]
    fn several_vms_are_told_apart_by_what_varies() {
        assert_eq!(
            csv(&several_vms(&benchmarked(), "disk")),
            "context,operation,vms_count,vm1_bytes_per_s,vm2_bytes_per_s,vm3_bytes_per_s,sum_bytes_per_s,\
             mean_bytes_per_s,jain_fairness,max_over_min,versus_single,expected_bytes_per_s,versus_expected\n\
             2-vm,read,2,10000000,20000000,,30000000,15000000,0.9,2,0.95,,\n\
             3-vm,read,3,10000000,5000000,12000000,27000000,9000000,0.9,2,0.95,7200000,1.25\n"
        );
    }

    #[test]
    fn times_of_several_vms_have_no_sum() {
        let mut analysis = benchmarked();
        for of in &mut analysis.parallel {
            (of.direction, of.unit) = (Direction::Lower, Unit::Seconds);
        }
        assert!(!csv(&several_vms(&analysis, "disk")).contains("sum"));
    }

    #[test]
    fn block_sizes_stand_below_each_other() {
        assert_eq!(
            csv(&block_sizes(&benchmarked())),
            "benchmark,operation,size_bytes,unit,value\n\
             disk,read,4096,bytes_per_s,36000000\n\
             disk,read,65536,bytes_per_s,44000000\n"
        );
    }

    #[test]
    fn every_grid_has_a_name_of_its_own() {
        let ids: Vec<String> = all(&benchmarked()).into_iter().map(|table| table.id).collect();
        assert_eq!(
            ids,
            [
                "efficiency-against-bare-metal",
                "values-disk",
                "values-disk-2",
                "several-vms-disk",
                "block-sizes"
            ]
        );
        assert_eq!(slug("Ä/ö"), "unnamed");
    }
}
