//! The campaigns of a portfolio side by side.

use super::{Cell, Table, column, row, table};
use crate::model::{Analysis, Provenance, Severity, Unit};

/// How many values benchmarks gave.
pub fn results(analysis: &Analysis) -> usize {
    analysis.benchmarks.iter().map(|of| of.readings.len()).sum()
}

/// Every campaign with what it holds: its chapter and its analysis.
pub fn campaigns(chapters: &[(&str, &Analysis)]) -> Table {
    let columns = vec![
        column("title", "table.campaign", None),
        column("chapter", "table.folder", None),
        column("data", "table.data", None),
        column("conditions", "table.conditions", Some(Unit::Count)),
        column("runs", "table.runs", Some(Unit::Count)),
        column("completed", "table.completed", Some(Unit::Count)),
        column("results", "table.results", Some(Unit::Count)),
        column("errors", "table.errors", Some(Unit::Count)),
        column("warnings", "table.warnings", Some(Unit::Count)),
    ];
    let rows = chapters.iter().map(|(name, analysis)| {
        let problems = |severity| analysis.diagnostics.iter().filter(|d| d.severity == severity).count();
        let data = match analysis.campaign.provenance {
            Provenance::Recorded => "table.recorded",
            Provenance::Reconstructed => "table.reconstructed",
            Provenance::Illustrative => "table.illustrative",
        };
        row(vec![
            Cell::Text(analysis.campaign.title.clone()),
            Cell::Text((*name).to_owned()),
            Cell::Label(data),
            Cell::count(analysis.conditions.len()),
            Cell::count(analysis.runs.len()),
            Cell::count(analysis.conditions.iter().map(|condition| condition.completed).sum()),
            Cell::count(results(analysis)),
            Cell::count(problems(Severity::Error)),
            Cell::count(problems(Severity::Warning)),
        ])
    });
    table("campaigns".to_owned(), columns, rows.collect())
}
