//! The report folder: documents, figures, tables, data and summary, all in memory.
//!
//! Each file is made by itself: if one cannot be – the typesetter refuses, a library panics –, the others are
//! written and the reason is told.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attempt::{Made, attempt};
use super::curves::{curve_parquet, curve_path};
use super::json::{portfolio_json, summary_json};
use super::tables::{table_csv, table_tex};
use crate::model::Analysis;
use crate::show::report::compose::{self, folder_of, id_in};
use crate::show::report::view::Document;
use crate::show::report::{DocumentFormat, format, html, pdf};
use crate::show::tables::Table;
use crate::show::text::Text;
use crate::show::{figures, tables};

/// Every file of the report but the manifest, as far as they can be made.
pub fn folder(analysis: &Analysis, text: &Text, formats: &[DocumentFormat]) -> Made {
    let Drawn { document, figures, mut made } = draw(analysis, text);
    let (documents, data) =
        rayon::join(|| set(document.as_ref(), &figures, formats), || data(analysis, &figures, text));
    made.extend("", documents);
    made.extend("", data);
    made
}

/// What was drawn of an analysis.
struct Drawn {
    /// Or why there is none.
    document: Result<Document, String>,
    /// By identifier.
    figures: BTreeMap<String, String>,
    /// Which figures failed.
    made: Made,
}

/// The document of an analysis with the figures that could be drawn.
fn draw(analysis: &Analysis, text: &Text) -> Drawn {
    let mut made = Made::default();
    let mut listed = match attempt(|| figures::list(analysis)) {
        Ok(listed) => listed,
        Err(reason) => {
            made.put("figures".to_owned(), Err(reason));
            Vec::new()
        }
    };
    let drawn: Vec<_> = listed.par_iter().map(|figure| attempt(|| figure.draw(text))).collect();
    let mut figures = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for (figure, drawn) in listed.iter().zip(drawn) {
        match drawn {
            Ok(svg) => drop(figures.insert(figure.id.clone(), svg)),
            Err(reason) => {
                lost.insert(figure.id.clone());
                made.put(figure_path(&figure.id), Err(reason));
            }
        }
    }
    listed.retain(|figure| !lost.contains(&figure.id));
    let document = attempt(|| Ok(compose::document(analysis, &listed, text)));
    Drawn { document, figures, made }
}

fn figure_path(id: &str) -> String {
    format!("figures/{id}.svg")
}

/// `report.html` and `report.pdf`, neither of which needs the other.
fn set(
    document: Result<&Document, &String>,
    drawn: &BTreeMap<String, String>,
    formats: &[DocumentFormat],
) -> Made {
    let one = |format: &DocumentFormat| {
        let document = document.map_err(Clone::clone);
        let content = document.and_then(|document| {
            attempt(|| match format {
                DocumentFormat::Html => Ok(html::render(document, drawn)?.into_bytes()),
                DocumentFormat::Pdf => pdf::render(document, drawn),
            })
        });
        (format.file_name().to_owned(), content)
    };
    let mut made = Made::default();
    for (path, content) in formats.par_iter().map(one).collect::<Vec<_>>() {
        made.put(path, content);
    }
    made
}

/// `summary.json`, the tables as CSV and TeX, the figures, and the curves as Parquet.
fn data(analysis: &Analysis, drawn: &BTreeMap<String, String>, text: &Text) -> Made {
    let mut made = Made::default();
    let curves = analysis.curves.par_iter().map(|curve| {
        let bytes = attempt(|| Ok(curve_parquet(analysis, curve)?.1));
        (curve_path(analysis, curve), bytes)
    });
    for (path, content) in curves.collect::<Vec<_>>() {
        made.put(path, content);
    }
    made.put("summary.json".to_owned(), attempt(|| summary_json(analysis)));
    match attempt(|| Ok(tables::all(analysis))) {
        Ok(all) => all.iter().for_each(|data| table(data, text, &mut made)),
        Err(reason) => made.put("tables".to_owned(), Err(reason)),
    }
    for (id, svg) in drawn {
        made.put(figure_path(id), Ok(svg.clone().into_bytes()));
    }
    made
}

/// A table as CSV and TeX.
fn table(table: &Table, text: &Text, made: &mut Made) {
    made.put(format!("tables/{}.csv", table.id), attempt(|| table_csv(table)));
    let tex = attempt(|| Ok(table_tex(&format::table(table, String::new(), text)).into_bytes()));
    made.put(format!("tables/{}.tex", table.id), tex);
}

/// Every file of the report but the manifest, as far as they can be made. `name` is that of the folder above the
/// campaigns; each has the name of its chapter and its analysis.
pub fn portfolio(
    name: &str,
    chapters: &[(&str, &Analysis)],
    text: &Text,
    formats: &[DocumentFormat],
) -> Made {
    let drawn: Vec<_> = chapters.par_iter().map(|(_, analysis)| draw(analysis, text)).collect();
    let mut whole = Made::default();
    let (mut documents, mut composed) = (Vec::new(), Vec::new());
    let mut all_figures = BTreeMap::new();
    for ((chapter, analysis), Drawn { document, figures, mut made }) in chapters.iter().zip(drawn) {
        made.extend("", data(analysis, &figures, text));
        match document {
            Ok(document) => {
                documents.push(document);
                composed.push((*chapter, *analysis));
            }
            Err(reason) => made.put("report".to_owned(), Err(reason)),
        }
        whole.extend(&folder_of(chapter), made);
        all_figures.extend(figures.into_iter().map(|(id, svg)| (id_in(chapter, &id), svg)));
    }
    let document = attempt(|| Ok(compose::portfolio(name, &composed, documents, text)));
    whole.extend("", set(document.as_ref(), &all_figures, formats));
    match attempt(|| Ok(tables::campaigns(chapters))) {
        Ok(campaigns) => table(&campaigns, text, &mut whole),
        Err(reason) => whole.put("tables/campaigns.csv".to_owned(), Err(reason)),
    }
    whole.put("summary.json".to_owned(), attempt(|| portfolio_json(name, chapters)));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::report::example;

    #[test]
    fn html_does_not_depend_on_the_typesetter() {
        let mut figures = example::figures();
        let broken = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g></svg>"#;
        figures.insert("left".to_owned(), broken.to_owned());
        let made = set(Ok(&example::small()), &figures, &[DocumentFormat::Html, DocumentFormat::Pdf]);
        assert_eq!(made.folder.keys().collect::<Vec<_>>(), ["report.html"]);
        assert!(made.failed["report.pdf"].contains("cannot be set"), "{:?}", made.failed);
    }

    #[test]
    fn data_do_not_depend_on_the_documents() {
        let analysis = crate::model::example::analysis();
        let reason = "no document".to_owned();
        let formats = [DocumentFormat::Html, DocumentFormat::Pdf];
        let mut made = set(Err(&reason), &BTreeMap::new(), &formats);
        made.extend("", data(&analysis, &BTreeMap::new(), &Text::new(crate::show::text::Language::En)));
        assert!(made.folder.contains_key("summary.json") && made.failed.len() == 2, "{:?}", made.failed);
    }
}
