//! `read`: a log as columns, and what there is to say of it.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use stillstand::cli::library;
use stillstand_parsers::{Diagnostic, Fact, Facts, Parsed, Part};

use crate::arguments::dict;
use crate::{arrow, errors};

/// `read(path or bytes) -> [log]`: every log that there is.
pub fn read(arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let source = arguments.get_item(0)?;
    let (read, file) = match source.cast::<PyBytes>() {
        Ok(bytes) => {
            let bytes = bytes.as_bytes();
            (py.detach(|| library::read_bytes(bytes)), None)
        }
        Err(_) => {
            let path: PathBuf = source.extract()?;
            (py.detach(|| library::read(&path)), Some(path.display().to_string()))
        }
    };
    let logs = read.map_err(|error| errors::unreadable(py, &error, file.as_deref()))?;
    let logs = logs.into_iter().map(|log| of_log(py, log)).collect::<PyResult<Vec<_>>>()?;
    Ok(logs.into_pyobject(py)?.into_any().unbind())
}

fn of_log<'py>(py: Python<'py>, log: Parsed) -> PyResult<Bound<'py, PyDict>> {
    let about = dict(py, [("format", log.format.name()), ("clock", log.frame.clock.name())])?;
    about.set_item("version", &log.version)?;
    about.set_item("rows", (log.rows.read, log.rows.lost))?;
    about.set_item("facts", facts(py, &log.facts)?)?;
    let units = PyDict::new(py);
    for column in &log.frame.columns {
        units.set_item(&column.name, column.unit.name())?;
    }
    about.set_item("units", units)?;
    let parts = log.parts.iter().map(|of| part(py, of)).collect::<PyResult<Vec<_>>>()?;
    about.set_item("parts", parts)?;
    let diagnostics = log.diagnostics.iter().map(|of| diagnostic(py, of)).collect::<PyResult<Vec<_>>>()?;
    about.set_item("diagnostics", diagnostics)?;
    arrow::add(&about, log.frame.df)?;
    Ok(about)
}

fn facts<'py>(py: Python<'py>, facts: &Facts) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, fact) in facts.iter() {
        match fact {
            Fact::Int(value) => dict.set_item(name, value)?,
            Fact::Float(value) => dict.set_item(name, value)?,
            Fact::Text(value) => dict.set_item(name, value)?,
        }
    }
    Ok(dict)
}

fn part<'py>(py: Python<'py>, part: &Part) -> PyResult<Bound<'py, PyDict>> {
    let of = PyDict::new(py);
    of.set_item("line", part.line)?;
    of.set_item("rows", &part.rows)?;
    of.set_item("facts", facts(py, &part.facts)?)?;
    of.set_item("settings", dict(py, part.settings.iter().map(|(name, value)| (*name, value)))?)?;
    Ok(of)
}

fn diagnostic<'py>(py: Python<'py>, found: &Diagnostic) -> PyResult<Bound<'py, PyDict>> {
    let of =
        dict(py, [("severity", found.severity.name()), ("code", found.code), ("message", &found.message)])?;
    of.set_item("line", found.line)?;
    of.set_item("column", found.column)?;
    of.set_item("text", &found.text)?;
    Ok(of)
}
