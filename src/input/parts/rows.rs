//! The rows of tables of migrations: a row, a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stillstand_parsers::{Meaning, Parsed, Part};

use super::{about, with_log};
use crate::input::load::LoadedFile;
use crate::input::session::RunKey;
use crate::model::{Diagnostic, Factors, Severity};

/// How the columns of factors begin.
const FACTOR: &str = "factor.";

/// The files with each row of a table of migrations as a file of its own, in the run that it says. A row without a repetition is
/// the next of its condition. Of rows of the same run the first counts.
pub(super) fn split(files: Vec<LoadedFile>, diagnostics: &mut Vec<Diagnostic>) -> Vec<LoadedFile> {
    let is_table = |file: &LoadedFile| {
        file.log.as_deref().is_some_and(|log| log.format.meaning() == Meaning::Migrations)
    };
    let (tables, mut files): (Vec<LoadedFile>, Vec<LoadedFile>) = files.into_iter().partition(is_table);
    let mut counted: BTreeMap<Arc<Factors>, u32> = BTreeMap::new();
    let mut known: BTreeSet<RunKey> = BTreeSet::new();
    for table in tables {
        let Some(log) = &table.log else { continue };
        let mut twice = 0_usize;
        for row in 0..log.frame.height() {
            let mut file = with_log(&table, log.of_part(&part(log, row)));
            let own = Arc::make_mut(&mut file.file);
            let RunKey { factors, repetition } = &mut own.run;
            Arc::make_mut(factors).extend(levels(log, row));
            let named = log.frame.u32s("repetition").ok().and_then(|column| column.get(row));
            // One that the name of the file gives is that of all its rows.
            let number = if table.file.names_repetition { Some(*repetition) } else { named };
            *repetition = number.unwrap_or_else(|| {
                let next = counted.entry(factors.clone()).or_default();
                *next = next.saturating_add(1);
                *next
            });
            own.names_repetition = true;
            if known.insert(file.file.run.clone()) {
                files.push(file);
            } else {
                twice += 1;
            }
        }
        if twice > 0 {
            let message = format!(
                "{twice} rows are of runs that another row tells of; they are left out. What tells them apart has to be declared as \
                 `factors` or `repetition`"
            );
            diagnostics.push(about(&table, Severity::Warning, "run-listed-twice", message));
        }
    }
    files
}

/// The row as a part of its log.
fn part(log: &Parsed, row: usize) -> Part {
    let line = log.frame.u32s("line").ok().and_then(|column| column.get(row)).map(u64::from);
    Part { line, rows: vec![row], facts: log.facts.clone(), ..Part::default() }
}

fn levels(log: &Parsed, row: usize) -> Vec<(String, String)> {
    let factors = log.frame.columns.iter().filter_map(|column| column.name.strip_prefix(FACTOR));
    let level = |factor: &str| {
        let levels = log.frame.strs(&format!("{FACTOR}{factor}")).ok()?;
        Some((factor.to_owned(), levels.get(row)?.to_owned()))
    };
    factors.filter_map(level).collect()
}
