//! The report folder: documents, figures, tables, data and summary, all in memory.

use std::collections::BTreeMap;

use anyhow::Context;
use rayon::prelude::*;

use super::curves::curve_parquet;
use super::json::{portfolio_json, summary_json};
use super::output::Folder;
use super::tables::{table_csv, table_tex};
use crate::model::Analysis;
use crate::show::report::compose::{self, folder_of, id_in};
use crate::show::report::view::Document;
use crate::show::report::{DocumentFormat, format, html, pdf};
use crate::show::tables::Table;
use crate::show::text::Text;
use crate::show::{figures, tables};

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
    let listed = figures::list(analysis)?;
    let drawn = listed
        .par_iter()
        .map(|figure| Ok((figure.id.clone(), figure.draw(text)?)))
        .collect::<anyhow::Result<_>>()?;
    Ok((compose::document(analysis, &listed, text), drawn))
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
        .map(|curve| curve_parquet(analysis, curve))
        .collect::<anyhow::Result<_>>()?;
    files.push(("summary.json".to_owned(), summary_json(analysis)?));
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
        (format!("tables/{}.csv", table.id), table_csv(table)?),
        (format!("tables/{}.tex", table.id), table_tex(&view).into_bytes()),
    ])
}

/// Every file of the report but the manifest. `name` is that of the folder above the campaigns; each has the name
/// of its chapter and its analysis.
///
/// # Errors
///
/// A figure or a document cannot be made, which is a mistake in the program and is reported whole.
pub fn portfolio(
    name: &str,
    chapters: &[(&str, &Analysis)],
    text: &Text,
    formats: &[DocumentFormat],
) -> anyhow::Result<Folder> {
    let drawn: Vec<_> =
        chapters.par_iter().map(|(_, analysis)| draw(analysis, text)).collect::<anyhow::Result<_>>()?;
    let mut folder = Folder::new();
    let mut documents = Vec::new();
    let mut figures = BTreeMap::new();
    for ((chapter, analysis), (document, drawn)) in chapters.iter().zip(drawn) {
        let files = data(analysis, &drawn, text)?;
        folder.extend(files.into_iter().map(|(path, bytes)| (folder_of(chapter) + &path, bytes)));
        documents.push(document);
        figures.extend(drawn.into_iter().map(|(id, svg)| (id_in(chapter, &id), svg)));
    }
    let document = compose::portfolio(name, chapters, documents, text);
    folder.extend(set(&document, &figures, formats)?);
    folder.extend(table(&tables::campaigns(chapters), text)?);
    folder.insert("summary.json".to_owned(), portfolio_json(name, chapters)?);
    Ok(folder)
}
