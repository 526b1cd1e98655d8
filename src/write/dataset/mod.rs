//! A dataset on a shelf: the tables of the campaign as a whole, and parts with the runs of a shard.
//!
//! What is read back, and where, says [`campaign::dataset`](crate::campaign::dataset). Beside that every table has columns for
//! people: the id of a run, its name as in reports, its factors and its repetition, then numbers, not rounded. Absent on purpose: means
//! over repetitions, which are the report's.

mod compare;
mod part;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use polars::prelude::{Column, DataFrame};

pub use self::compare::compare;
use self::part::PartWriter;
use self::series::RunSeries;
use super::attempt::Shelf;
use super::frames::{self, column, levels, rename_factors};
use crate::campaign::benchmarks::Value;
use crate::campaign::dataset::{self, Description, Shard, Survey, tables};
use crate::campaign::driver::Progress;
use crate::input::folder::MANIFEST;
use crate::input::load::sha256;
use crate::input::parquet::Writer;
use crate::model::kept::bytes;
use crate::model::{Condition, Diagnostic, Entries as _, Event, Factors};

/// The files of a dataset that stand above its parts.
pub struct Whole {
    pub description: Description,
    /// By their names, with the manifest.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Whole {
    /// Those of a dataset of so many parts.
    ///
    /// # Errors
    ///
    /// polars refuses a frame, which would be a mistake in the program.
    pub fn of(survey: &Survey, shards: u32) -> anyhow::Result<Self> {
        let tables = [
            (tables::INPUTS, table(&survey.inputs, dataset::inputs_columns)),
            (tables::RESULTS, table(survey.results(), |some| results(some, survey.conditions()))),
            (tables::DIAGNOSTICS, table(survey.diagnostics(), diagnostics)),
        ];
        let mut files = BTreeMap::new();
        for (name, bytes) in tables {
            files.insert(name.to_owned(), bytes.context(name)?);
        }
        let outputs = files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        let description = survey.description(shards, outputs);
        files.insert(MANIFEST.to_owned(), description.to_json()?);
        Ok(Self { description, files })
    }

    /// Puts them on a shelf.
    ///
    /// # Errors
    ///
    /// The shelf refuses one.
    pub fn put(&self, shelf: &dyn Shelf) -> anyhow::Result<()> {
        for (name, bytes) in &self.files {
            shelf.create(name).and_then(|mut file| file.write_all(bytes)).with_context(|| name.clone())?;
        }
        Ok(())
    }
}

/// So many rows of a table are columns at a time.
const ROWS: usize = 1 << 13;

/// Rows as a file, a group after the other, so that most of them are columns at no time.
fn table<T>(rows: &[T], columns: impl Fn(&[T]) -> Vec<Column>) -> anyhow::Result<Vec<u8>> {
    let mut file = Writer::new(Vec::new(), &DataFrame::new_infer_height(columns(&[]))?)?;
    for some in rows.chunks(ROWS) {
        file.append(&mut DataFrame::new_infer_height(columns(some))?)?;
    }
    Ok(file.finish(None)?)
}

/// The names of all factors of some conditions.
fn factors_of(conditions: &[Condition]) -> BTreeSet<&str> {
    conditions.iter().flat_map(|condition| condition.factors.keys().map(String::as_str)).collect()
}

/// One row a value of a benchmark, as logs and tables have it.
fn results(all: &[Value], conditions: &[Condition]) -> Vec<Column> {
    let factors = factors_of(conditions);
    let none = Factors::new();
    let of = all.iter().map(|(place, _)| conditions.entry(place.condition).map_or(&none, |of| &of.factors));
    let mut columns =
        vec![column("benchmark", all.iter().map(|(_, of)| of.benchmark.as_str()).collect::<Vec<_>>())];
    columns.extend(levels(&factors, of));
    columns.extend([
        column("operation", all.iter().map(|(_, of)| of.operation.as_str()).collect::<Vec<_>>()),
        column("vm", all.iter().map(|(place, _)| place.vm.as_deref()).collect::<Vec<_>>()),
        column("repetition", all.iter().map(|(place, _)| place.repetition).collect::<Vec<_>>()),
        column("size_bytes", all.iter().map(|(_, of)| of.size).collect::<Vec<_>>()),
        column("unit", all.iter().map(|(_, of)| of.unit.name()).collect::<Vec<_>>()),
        column("direction", all.iter().map(|(_, of)| of.direction.name()).collect::<Vec<_>>()),
        column("value", all.iter().map(|(_, of)| of.value).collect::<Vec<_>>()),
        column("file", all.iter().map(|(place, _)| place.file.as_str()).collect::<Vec<_>>()),
        column("line", all.iter().map(|(_, of)| of.line).collect::<Vec<_>>()),
        dataset::kept_column(&all.iter().map(bytes).collect::<Vec<_>>()),
    ]);
    rename_factors(&mut columns, factors.len());
    columns
}

/// One row a problem of the campaign as a whole.
fn diagnostics(all: &[Diagnostic]) -> Vec<Column> {
    let mut columns = frames::diagnostics(all);
    columns.push(dataset::kept_column(&all.iter().map(bytes).collect::<Vec<_>>()));
    columns
}

/// A part that was written.
pub struct MadePart {
    /// SHA-256 of its files by their names.
    pub files: BTreeMap<String, String>,
    pub runs: usize,
    /// What is wrong with its runs.
    pub diagnostics: Vec<Diagnostic>,
}

/// Measures the runs of some shards and writes a part for each on its shelf.
///
/// # Errors
///
/// A shelf refuses a file, or polars a frame, which would be a mistake in the program.
pub fn parts(
    survey: Survey,
    description: &Description,
    shelves: Vec<(Shard, &dyn Shelf)>,
    progress: &Progress<'_>,
) -> anyhow::Result<BTreeMap<Shard, MadePart>> {
    let events: Vec<Event> = survey.declared.config.events().collect();
    let factors: BTreeSet<String> =
        description.conditions.iter().flat_map(|factors| factors.keys().cloned()).collect();
    let mut writers = BTreeMap::new();
    for (shard, shelf) in shelves {
        writers.insert(shard, PartWriter::new(shard, shelf, &factors, &events)?);
    }
    let wanted: BTreeSet<Shard> = writers.keys().copied().collect();
    let align = survey.declared.config.align;
    let files = survey.measure(
        description.shards,
        |shard| wanted.contains(&shard),
        &|run, aligned| RunSeries::of(run, aligned, align),
        |shard, id, measured, series| match writers.get_mut(&shard) {
            Some(writer) => writer.add(id, measured, series),
            None => Ok(()),
        },
        progress,
    )?;
    let finished = writers.into_iter().map(|(shard, writer)| {
        let made = writer.finish(description.identity(), &files).with_context(|| shard.folder())?;
        Ok((shard, made))
    });
    finished.collect()
}
