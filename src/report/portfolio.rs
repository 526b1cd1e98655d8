//! The report folder of several campaigns: an index, a chapter and a folder of data for each.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::compose::{self, folder_of, id_in};
use super::{data, draw, set, table};
use crate::analysis::Analysis;
use crate::output::Folder;
use crate::provenance::DocumentFormat;
use crate::text::Text;
use crate::{export, tables};

/// Every file of the report but the manifest. `name` is that of the folder above the campaigns; each has the name
/// of its chapter and its analysis.
///
/// # Errors
///
/// A figure or a document cannot be made, which is a mistake in the program and is reported whole.
pub fn folder(
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
    folder.insert("summary.json".to_owned(), export::portfolio_json(name, chapters)?);
    Ok(folder)
}
