//! The report folder: documents, figures, tables, data and summary, all in memory.
//!
//! One [`view::Document`] of formatted text is composed from the analysis and set twice, as HTML and as PDF. Of
//! several campaigns that are not put side by side one document holds a chapter each ([`portfolio`]).

pub mod compose;
pub mod format;
pub mod html;
pub mod outline;
pub mod pdf;
pub mod portfolio;
pub mod view;

#[cfg(test)]
mod example;

use std::collections::BTreeMap;

use anyhow::Context;
use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::output::Folder;
use crate::provenance::DocumentFormat;
use crate::tables::Table;
use crate::text::Text;
use crate::{export, figures, tables};

use self::view::Document;

/// Every file of the report but the manifest.
///
/// # Errors
///
/// A figure or a document cannot be made, which is a mistake in the program and is reported whole.
pub fn folder(analysis: &Analysis, text: &Text, formats: &[DocumentFormat]) -> anyhow::Result<Folder> {
    let (document, drawn) = draw(analysis, text)?;
    let (documents, data) = rayon::join(|| set(&document, &drawn, formats), || data(analysis, &drawn, text));
    Ok(documents?.into_iter().chain(data?).collect())
}

/// The document of an analysis, and its figures by identifier.
fn draw(analysis: &Analysis, text: &Text) -> anyhow::Result<(Document, BTreeMap<String, String>)> {
    let plans = figures::plan(analysis);
    let drawn = plans
        .par_iter()
        .map(|plan| Ok((plan.id.clone(), figures::draw(plan, analysis, text)?)))
        .collect::<anyhow::Result<_>>()?;
    Ok((compose::document(analysis, &plans, text), drawn))
}

/// `report.html` and `report.pdf`.
fn set(
    document: &Document,
    drawn: &BTreeMap<String, String>,
    formats: &[DocumentFormat],
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let one = |format: &DocumentFormat| match format {
        DocumentFormat::Html => Ok((
            "report.html".to_owned(),
            html::render(document, drawn).context("the HTML report")?.into_bytes(),
        )),
        DocumentFormat::Pdf => {
            Ok(("report.pdf".to_owned(), pdf::render(document, drawn).context("the PDF report")?))
        }
    };
    formats.par_iter().map(one).collect()
}

/// `summary.json`, the tables as CSV and TeX, the figures, and the curves as Parquet.
fn data(
    analysis: &Analysis,
    drawn: &BTreeMap<String, String>,
    text: &Text,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<(String, Vec<u8>)> = analysis
        .curves
        .par_iter()
        .map(|curve| export::curve_parquet(analysis, curve))
        .collect::<anyhow::Result<_>>()?;
    files.push(("summary.json".to_owned(), export::summary_json(analysis)?));
    for data in tables::all(analysis) {
        files.extend(table(&data, text)?);
    }
    files.extend(drawn.iter().map(|(id, svg)| (format!("figures/{id}.svg"), svg.clone().into_bytes())));
    Ok(files)
}

/// A table as CSV and TeX.
fn table(table: &Table, text: &Text) -> anyhow::Result<[(String, Vec<u8>); 2]> {
    let view = format::table(table, String::new(), text);
    Ok([
        (format!("tables/{}.csv", table.id), export::table_csv(table)?),
        (format!("tables/{}.tex", table.id), export::table_tex(&view).into_bytes()),
    ])
}
