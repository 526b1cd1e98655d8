//! The benchmarks of a campaign: logs and plain tables → quantities, efficiencies, grids, findings.

use crate::campaign::efficiency::{self, Measured, Place, table::TableRow};
use crate::input::config::Config;
use crate::input::load::{BEYOND_MEMORY, LoadedFile, LoadedTable};
use crate::input::memory::Beyond;
use crate::input::session::RunKey;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Benchmark, Condition, Diagnostic, Efficiency, Entries, Grid, Parallel, Severity};

/// What benchmarks say.
#[derive(Debug, Default)]
pub(super) struct Benchmarked {
    pub benchmarks: Vec<Benchmark>,
    pub efficiency: Vec<Efficiency>,
    pub parallel: Vec<Parallel>,
    pub grids: Vec<Grid>,
}

/// What a log or a table says that was measured, and where.
pub type Value = (Place, Measured);

/// A plain table that was read.
#[derive(Debug)]
pub(super) struct Table {
    file: String,
    rows: Vec<TableRow>,
}

impl Table {
    pub(super) fn runs(&self) -> impl Iterator<Item = &RunKey> {
        self.rows.iter().map(|row| &row.run)
    }
}

/// The rows of every plain table; of one that cannot be read a diagnostic.
pub(super) fn tables(
    loaded: &[LoadedTable],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Table> {
    let mut tables = Vec::new();
    for declared in &config.file.measurements {
        let Some(file) = loaded.iter().find(|file| file.relative == declared.file) else {
            let message = format!("measurements: there is no file {}", declared.file);
            diagnostics.push(campaign_diagnostic(Severity::Error, "file-missing", message));
            continue;
        };
        let rows = match &file.bytes {
            Ok(bytes) => {
                efficiency::table::read(bytes, &file.relative, declared, &config.file.factors, diagnostics)
            }
            Err(error) if error.is::<Beyond>() => {
                let beyond = campaign_diagnostic(Severity::Error, BEYOND_MEMORY, error.to_string());
                diagnostics.push(Diagnostic { file: Some(file.relative.clone()), ..beyond });
                continue;
            }
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        match rows {
            Ok(rows) => tables.push(Table { file: file.relative.clone(), rows }),
            Err(error) => diagnostics.push(Diagnostic {
                file: Some(file.relative.clone()),
                ..campaign_diagnostic(Severity::Error, "file-unusable", format!("{error:#}"))
            }),
        }
    }
    tables
}

/// Everything that the logs of benchmarks and the tables say was measured.
pub(super) fn values(
    files: &[LoadedFile],
    tables: Vec<Table>,
    conditions: &[Condition],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Value> {
    let condition = |run: &RunKey| conditions.find_id(|condition| condition.factors == *run.factors);
    let results = || {
        let placed = files.iter().filter_map(|file| Some((file, condition(&file.file.run)?)));
        placed.filter(|(file, _)| file.log.as_deref().is_some_and(efficiency::may_be_result))
    };
    let logs = results().filter_map(|(file, condition)| {
        Some((file.file.relative.as_str(), file.content.as_deref()?, condition))
    });
    diagnostics.extend(efficiency::copied_logs(logs, conditions));
    let mut values = Vec::new();
    for (file, condition) in results() {
        let place = Place {
            condition,
            repetition: file.file.run.repetition,
            vm: file.file.host.clone(),
            file: file.file.relative.clone(),
        };
        values.extend(in_log(file, place, config, diagnostics));
    }
    for table in tables {
        for row in table.rows {
            let Some(condition) = condition(&row.run) else { continue };
            let file = table.file.clone();
            values
                .push((Place { condition, repetition: row.run.repetition, vm: row.vm, file }, row.measured));
        }
    }
    values
}

/// What parsers say of requests that failed or were answered without success.
const WITHOUT_SUCCESS: [&str; 2] = ["no-success", "socket-errors"];

/// What one log of a benchmark says; of a test of which it holds only parts, a warning.
fn in_log(file: &LoadedFile, place: Place, config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Vec<Value> {
    let Some(log) = &file.log else { return Vec::new() };
    let mut partial = Vec::new();
    let measured = efficiency::readings(log, file.file.source.as_deref(), &config.file, &mut partial);
    if !partial.is_empty() {
        let message = format!(
            "{}: only copies are told, not what they reach together, and parts are not added up; run fio with \
             group_reporting",
            partial.join(", ")
        );
        diagnostics.push(Diagnostic {
            file: Some(place.file.clone()),
            ..campaign_diagnostic(Severity::Warning, "only-parts", message)
        });
    }
    // What a benchmark did without success is in its figures.
    let without_success = log.diagnostics.iter().filter(|told| WITHOUT_SUCCESS.contains(&told.code));
    diagnostics.extend(without_success.map(|told| Diagnostic {
        file: Some(place.file.clone()),
        line: told.line,
        ..campaign_diagnostic(Severity::Warning, "benchmark-without-success", told.message.clone())
    }));
    let placed = measured.into_iter().map(|measured| {
        let vm = measured.vm.clone().or(place.vm.clone());
        (Place { vm, ..place.clone() }, measured)
    });
    placed.collect()
}

/// What benchmarks say in a campaign of benchmarks. In one of migrations they are load, and their results
/// figures of its runs.
///
/// # Errors
///
/// The layout of the tables cannot be had.
pub(super) fn benchmarked(
    values: Vec<Value>,
    conditions: &[Condition],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> anyhow::Result<Benchmarked> {
    let benchmarks = efficiency::cells(values, conditions, diagnostics);
    diagnostics.extend(efficiency::suspicious(&benchmarks, conditions));
    let declared = &config.file.efficiency;
    let efficiency =
        efficiency::efficiencies(&benchmarks, conditions, declared, config.bootstrap, diagnostics);
    let parallel = config.file.parallel.as_ref();
    let parallel =
        parallel.map(|table| efficiency::parallel(&benchmarks, conditions, table)).unwrap_or_default();
    let grids = efficiency::grids(&benchmarks, &efficiency, conditions, config)?;
    Ok(Benchmarked { benchmarks, efficiency, parallel, grids })
}
