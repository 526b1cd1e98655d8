//! The report folder: documents, figures, tables, data and summary, all in memory.
//!
//! One [`view::Document`] of formatted text is composed from the analysis and set twice, as HTML and as PDF.

pub mod compose;
pub mod format;
pub mod html;
pub mod outline;
pub mod pdf;
pub mod view;

#[cfg(test)]
mod example;

use std::collections::BTreeMap;

use anyhow::Context;
use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::output::Folder;
use crate::provenance::DocumentFormat;
use crate::text::Text;
use crate::{export, figures, tables};

/// Every file of the report but the manifest.
///
/// # Errors
///
/// A figure or a document cannot be made, which is a mistake in the program and is reported whole.
pub fn folder(analysis: &Analysis, text: &Text, formats: &[DocumentFormat]) -> anyhow::Result<Folder> {
    let plans = figures::plan(analysis);
    let drawn: BTreeMap<String, String> = plans
        .par_iter()
        .map(|plan| Ok((plan.id.clone(), figures::draw(plan, analysis, text)?)))
        .collect::<anyhow::Result<_>>()?;
    let document = compose::document(analysis, &plans, text);
    let (documents, data) = rayon::join(
        || {
            formats
                .par_iter()
                .map(|format| match format {
                    DocumentFormat::Html => Ok((
                        "report.html".to_owned(),
                        html::render(&document, &drawn).context("the HTML report")?.into_bytes(),
                    )),
                    DocumentFormat::Pdf => Ok((
                        "report.pdf".to_owned(),
                        pdf::render(&document, &drawn).context("the PDF report")?,
                    )),
                })
                .collect::<anyhow::Result<Vec<_>>>()
        },
        || data(analysis, text),
    );
    let mut folder: Folder = documents?.into_iter().chain(data?).collect();
    folder.extend(drawn.into_iter().map(|(id, svg)| (format!("figures/{id}.svg"), svg.into_bytes())));
    Ok(folder)
}

/// `summary.json`, the tables as CSV and TeX, and the curves as Parquet.
fn data(analysis: &Analysis, text: &Text) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<(String, Vec<u8>)> = analysis
        .curves
        .par_iter()
        .map(|curve| export::curve_parquet(analysis, curve))
        .collect::<anyhow::Result<_>>()?;
    files.push(("summary.json".to_owned(), export::summary_json(analysis)?));
    for table in tables::all(analysis) {
        files.push((format!("tables/{}.csv", table.id), export::table_csv(&table)?));
        let view = format::table(&table, String::new(), text);
        files.push((format!("tables/{}.tex", table.id), export::table_tex(&view).into_bytes()));
    }
    Ok(files)
}
