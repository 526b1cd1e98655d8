//! The report folder: documents, figures, tables, data and summary.
//!
//! Each file is made by itself: if one cannot be – the typesetter refuses, a library panics –, the others are
//! written and the reason is told.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attempt::{Making, attempt};
use super::curves::{curve_parquet, curve_path};
use super::json::{write_portfolio, write_summary};
use super::manifest::ReportOptions;
use super::tables::{evidence_csv, table_csv};
use crate::campaign::driver::Work;
use crate::model::Analysis;
use crate::show::report::compose::{self, Scope, folder_of, id_in};
use crate::show::report::live::Live;
use crate::show::report::view::Document;
use crate::show::report::{Detail, DocumentFormat, format, html, pdf, tex};
use crate::show::tables::Table;
use crate::show::text::Text;
use crate::show::{figures, pictures, tables};

/// Makes every file of the report but the manifest, as far as they can be made.
pub fn folder(analysis: &Analysis, text: &Text, options: &ReportOptions, making: &Making<'_>) {
    let Drawn { document, figures } = draw(analysis, text, (Scope::Campaign, options), "", making);
    rayon::join(
        || set(document.as_ref(), &figures, &options.formats, making),
        || data(analysis, text, "", making),
    );
}

/// What was drawn of an analysis.
struct Drawn {
    /// Or why there is none.
    document: Result<Document, String>,
    /// By identifier.
    figures: BTreeMap<String, String>,
}

/// The document of an analysis, and the figures that could be drawn, which go to the folder `above`.
fn draw(
    analysis: &Analysis,
    text: &Text,
    (scope, options): (Scope, &ReportOptions),
    above: &str,
    making: &Making<'_>,
) -> Drawn {
    let mut listed = match attempt(|| figures::list(analysis)) {
        Ok(listed) => listed,
        Err(reason) => {
            making.fail(&format!("{above}figures"), reason);
            Vec::new()
        }
    };
    let detail = options.detail;
    let path = |id: &str| format!("{above}figures/{id}.svg");
    making.begin(Work::Drawing, listed.len());
    let drawn = listed.par_iter().map(|figure| {
        let drawn = attempt(|| figure.draw(text));
        if let Ok(svg) = &drawn {
            making.write(&path(&figure.id), |file| Ok(file.write_all(svg.as_bytes())?));
            if options.png {
                making.put(&format!("{above}figures/{}.png", figure.id), || pictures::png(svg));
            }
            if options.formats.contains(&DocumentFormat::Tex) {
                making.put(&format!("{above}figures/{}.pdf", figure.id), || pictures::pdf(svg));
            }
        }
        // Without it the other can be read on a telephone, too.
        let narrow = attempt(|| figure.figure.narrow(text).transpose()).unwrap_or_default();
        making.step();
        drawn.map(|svg| (svg, narrow))
    });
    let drawn: Vec<_> = drawn.collect();
    let mut by_id = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for (figure, drawn) in listed.iter().zip(drawn) {
        match drawn {
            Ok((svg, narrow)) => {
                by_id.insert(figure.id.clone(), svg);
                by_id.extend(narrow.map(|svg| (figures::narrow_id(&figure.id), svg)));
            }
            Err(reason) => {
                lost.insert(figure.id.clone());
                making.fail(&path(&figure.id), reason);
            }
        }
    }
    listed.retain(|figure| !lost.contains(&figure.id));
    let document = attempt(|| {
        let mut document = compose::document(analysis, &listed, scope, detail, text);
        if detail > Detail::Brief {
            document.live.extend(Live::new(analysis, text));
        }
        Ok(document)
    });
    Drawn { document, figures: by_id }
}

/// `report.html` and `report.pdf`, neither of which needs the other.
fn set(
    document: Result<&Document, &String>,
    drawn: &BTreeMap<String, String>,
    formats: &[DocumentFormat],
    making: &Making<'_>,
) {
    making.begin(Work::Writing, formats.len());
    // The last one takes longest, and begins first.
    formats.par_iter().rev().for_each(|format| {
        match document {
            Ok(document) => making.put(format.file_name(), || match format {
                DocumentFormat::Html => Ok(html::render(document, drawn)?.into_bytes()),
                DocumentFormat::Pdf => pdf::render(document, drawn),
                DocumentFormat::Tex => Ok(tex::render(document).into_bytes()),
            }),
            Err(reason) => making.fail(format.file_name(), reason.clone()),
        }
        making.step();
    });
}

/// `summary.json`, the tables as CSV and TeX, and the curves as Parquet, in the folder `above`.
fn data(analysis: &Analysis, text: &Text, above: &str, making: &Making<'_>) {
    making.begin(Work::Writing, analysis.curves.len() + 1);
    analysis.curves.par_iter().for_each(|curve| {
        let path = format!("{above}{}", curve_path(analysis, curve));
        making.put(&path, || curve_parquet(analysis, curve));
        making.step();
    });
    making.write(&format!("{above}summary.json"), |file| write_summary(analysis, file));
    making.step();
    if analysis.cited().next().is_some() {
        making.write(&format!("{above}tables/evidence.csv"), |file| evidence_csv(analysis, file));
    }
    match attempt(|| Ok(tables::all(analysis))) {
        Ok(all) => {
            making.begin(Work::Writing, all.len());
            all.par_iter().for_each(|data| {
                table(data, text, above, making);
                making.step();
            });
        }
        Err(reason) => making.fail(&format!("{above}tables"), reason),
    }
}

/// A table as CSV and TeX.
fn table(table: &Table, text: &Text, above: &str, making: &Making<'_>) {
    making.put(&format!("{above}tables/{}.csv", table.id), || table_csv(table));
    making.put(&format!("{above}tables/{}.tex", table.id), || {
        Ok(tex::table(&format::table(table, String::new(), text)).into_bytes())
    });
}

/// Makes every file of the report but the manifest, as far as they can be made. `name` is that of the folder above the
/// campaigns; each has the name of its chapter and its analysis.
pub fn portfolio(
    name: &str,
    chapters: &[(&str, &Analysis)],
    text: &Text,
    options: &ReportOptions,
    making: &Making<'_>,
) {
    let drawn = |(chapter, analysis): &(&str, &Analysis)| {
        draw(analysis, text, (Scope::Chapter, options), &folder_of(chapter), making)
    };
    let drawn: Vec<Drawn> = chapters.par_iter().map(drawn).collect();
    let (mut documents, mut composed) = (Vec::new(), Vec::new());
    let mut all_figures = BTreeMap::new();
    for ((chapter, analysis), Drawn { document, figures }) in chapters.iter().zip(drawn) {
        match document {
            Ok(document) => {
                documents.push(document);
                composed.push((*chapter, *analysis));
            }
            Err(reason) => making.fail(&format!("{}report", folder_of(chapter)), reason),
        }
        all_figures.extend(figures.into_iter().map(|(id, svg)| (id_in(chapter, &id), svg)));
    }
    let document = attempt(|| Ok(compose::portfolio(name, &composed, documents, text)));
    let all_data = || {
        chapters.par_iter().for_each(|(chapter, analysis)| data(analysis, text, &folder_of(chapter), making));
        match attempt(|| Ok(tables::campaigns(chapters))) {
            Ok(campaigns) => table(&campaigns, text, "", making),
            Err(reason) => making.fail("tables/campaigns.csv", reason),
        }
        making.write("summary.json", |file| write_portfolio(name, chapters, file));
    };
    rayon::join(|| set(document.as_ref(), &all_figures, &options.formats, making), all_data);
}

#[cfg(test)]
mod tests {
    use super::super::attempt::Nowhere;
    use super::*;
    use crate::show::report::example;
    use crate::show::text::Language;

    #[test]
    fn html_does_not_depend_on_the_typesetter() {
        let mut figures = example::figures();
        let broken = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g></svg>"#;
        figures.insert("left".to_owned(), broken.to_owned());
        let making = Making::new(&Nowhere);
        set(Ok(&example::small()), &figures, &[DocumentFormat::Html, DocumentFormat::Pdf], &making);
        let made = making.finish().unwrap();
        assert_eq!(made.outputs.keys().collect::<Vec<_>>(), ["report.html"]);
        assert!(made.failed["report.pdf"].contains("cannot be set"), "{:?}", made.failed);
    }

    /// What is announced is done, so that a bar ends where the work does.
    #[test]
    fn every_step_is_taken() {
        use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

        use crate::campaign::driver::Progress;

        let analysis = crate::model::example::analysis();
        let options = ReportOptions {
            align: Vec::new(),
            layout: Default::default(),
            lang: Language::En,
            detail: Detail::Standard,
            formats: vec![DocumentFormat::Html],
            png: false,
            partial: false,
            listed: false,
        };
        let (begun, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        let begin = |_: Work, steps: u64| {
            begun.fetch_add(steps, Relaxed);
        };
        let step = || {
            taken.fetch_add(1, Relaxed);
        };
        let making = Making::watched(&Nowhere, &Progress { begin: &begin, step: &step });
        folder(&analysis, &Text::new(Language::En), &options, &making);
        let figures = figures::list(&analysis).unwrap().len() as u64;
        assert!(figures > 3 && begun.load(Relaxed) > figures, "{begun:?} steps for {figures} figures");
        assert_eq!(begun.load(Relaxed), taken.load(Relaxed));
        assert!(making.finish().unwrap().failed.is_empty());
    }

    #[test]
    fn data_do_not_depend_on_the_documents() {
        let analysis = crate::model::example::analysis();
        let reason = "no document".to_owned();
        let making = Making::new(&Nowhere);
        set(Err(&reason), &BTreeMap::new(), &[DocumentFormat::Html, DocumentFormat::Pdf], &making);
        data(&analysis, &Text::new(Language::En), "", &making);
        let made = making.finish().unwrap();
        assert!(made.outputs.contains_key("summary.json") && made.failed.len() == 2, "{:?}", made.failed);
    }
}
