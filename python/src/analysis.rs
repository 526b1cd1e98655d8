//! `analyse`: campaigns, and what can be asked of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use stillstand::campaign::portfolio::Analysed;
use stillstand::cli::library::{self, Answer, Wanted};
use stillstand::input::config::LayoutTable;
use stillstand::show::text::Language;
use stillstand::write::frames::{self, Rows};
use stillstand::write::manifest::ReportOptions;

use crate::arguments::{dict, function, optional, paths};
use crate::{arrow, errors};

/// `analyse(folders, align, rows, columns, where, memory, jobs) -> analysis`: a dictionary of functions.
pub fn analyse(arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let folders = paths(&arguments.get_item(0)?)?;
    let words = |place| -> PyResult<Vec<String>> {
        Ok(optional(arguments, place).map(|words| words.extract()).transpose()?.unwrap_or_default())
    };
    let shown = optional(arguments, 4).map(|levels| levels.extract::<BTreeMap<String, Vec<String>>>());
    let shown = shown.transpose()?.unwrap_or_default();
    let layout = LayoutTable { rows: words(2)?, columns: words(3)?, shown };
    let memory = optional(arguments, 5).map(|size| size.extract::<String>()).transpose()?;
    let jobs = optional(arguments, 6).map(|jobs| jobs.extract::<u16>()).transpose()?;
    let wanted = Wanted { align: words(1)?, layout, memory };
    let options = wanted.options().map_err(errors::wrong_option)?;
    let analysed = py
        .detach(|| library::analyse(&folders, &options, jobs))
        .map_err(|error| errors::failed(py, &error))?;
    let asked = Arc::new(Asked { analysed, align: options.align, layout: options.layout, jobs });
    let functions = PyDict::new(py);
    type Answering = fn(&Asked, &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>>;
    let all: [(&str, Answering); 5] =
        [("about", about), ("summary", summary), ("rows", rows), ("answer", answers), ("report", report)];
    for (name, answer) in all {
        let asked = Arc::clone(&asked);
        functions.set_item(name, function(py, move |arguments| answer(&asked, arguments))?)?;
    }
    Ok(functions.into_any().unbind())
}

/// An analysis, and how it was asked for.
struct Asked {
    analysed: Analysed,
    align: Vec<stillstand::input::config::AlignKey>,
    layout: LayoutTable,
    jobs: Option<u16>,
}

/// `about() -> {title, campaigns, conditions, runs, exceeded}`
fn about(asked: &Asked, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let analyses = asked.analysed.analyses();
    let titles = analyses.iter().map(|(_, analysis)| analysis.campaign.title.as_str());
    let about = dict(arguments.py(), [("titles", titles.collect::<Vec<_>>())])?;
    let exceeded = asked.analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    about.set_item("exceeded", exceeded.collect::<Vec<_>>())?;
    let conditions: usize = analyses.iter().map(|(_, analysis)| analysis.conditions.len()).sum();
    let runs: usize = analyses.iter().map(|(_, analysis)| analysis.runs.len()).sum();
    about.set_item("conditions", conditions)?;
    about.set_item("runs", runs)?;
    Ok(about.into_any().unbind())
}

/// `summary() -> bytes`: the `summary.json`.
fn summary(asked: &Asked, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let json = py.detach(|| library::summary(&asked.analysed)).map_err(|error| errors::failed(py, &error))?;
    Ok(PyBytes::new(py, &json).into_any().unbind())
}

/// `rows(name) -> frame`
fn rows(asked: &Asked, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let name: String = arguments.get_item(0)?.extract()?;
    let rows = Rows::named(&name);
    let rows = rows.ok_or_else(|| errors::wrong_option(format!("there are no rows `{name}`")))?;
    let frame = py
        .detach(|| frames::frame(rows, &asked.analysed.analyses()))
        .map_err(|error| errors::failed(py, &error))?;
    let of = PyDict::new(py);
    arrow::add(&of, frame)?;
    Ok(of.into_any().unbind())
}

/// `answer(language) -> [json]`: the answer of each campaign, as JSON.
fn answers(asked: &Asked, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let language: String = arguments.get_item(0)?.extract()?;
    let language: Language = library::word("lang", &language).map_err(errors::wrong_option)?;
    let answers = py
        .detach(|| library::answers(&asked.analysed, language))
        .map_err(|error| errors::failed(py, &error))?;
    let answers: Vec<String> = answers.iter().map(json).collect();
    Ok(answers.into_pyobject(py)?.into_any().unbind())
}

fn json(Answer { title, notice, sentences, table, figure }: &Answer) -> String {
    serde_json::json!({
        "title": title,
        "notice": notice,
        "sentences": sentences,
        "table": table,
        "figure": figure,
    })
    .to_string()
}

/// `report(out, formats, png, detail, language, force) -> [line]`
fn report(asked: &Asked, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let out: PathBuf = arguments.get_item(0)?.extract()?;
    // As on the command line, so that `out/` is a link where `out` is one.
    let out: PathBuf = out.components().collect();
    let formats: Vec<String> = arguments.get_item(1)?.extract()?;
    let formats = formats.iter().map(|format| library::word("format", format)).collect::<Result<Vec<_>, _>>();
    let mut formats = formats.map_err(errors::wrong_option)?;
    formats.sort_unstable();
    formats.dedup();
    let png: bool = arguments.get_item(2)?.extract()?;
    let detail: String = arguments.get_item(3)?.extract()?;
    let language: String = arguments.get_item(4)?.extract()?;
    let force: bool = arguments.get_item(5)?.extract()?;
    let options = ReportOptions {
        align: asked.align.clone(),
        layout: asked.layout.clone(),
        lang: library::word("lang", &language).map_err(errors::wrong_option)?,
        detail: library::word("detail", &detail).map_err(errors::wrong_option)?,
        formats,
        png,
        partial: false,
        listed: false,
    };
    let told = py
        .detach(|| library::write_report(&asked.analysed, &options, &out, force, asked.jobs))
        .map_err(|error| errors::failed(py, &error))?;
    Ok(told.into_pyobject(py)?.into_any().unbind())
}
