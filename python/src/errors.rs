//! Errors as exceptions of Python. The class is Python's: `stillstand.StillstandError`.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use stillstand::cli::library::Unreadable;

/// `StillstandError(message, file, line, text)`
pub fn raised(
    py: Python<'_>,
    message: &str,
    file: Option<&str>,
    line: Option<u64>,
    text: Option<&str>,
) -> PyErr {
    let class = py.import("stillstand._errors").and_then(|module| module.getattr("StillstandError"));
    match class.and_then(|class| class.call1((message, file, line, text))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

pub fn unreadable(py: Python<'_>, error: &Unreadable, file: Option<&str>) -> PyErr {
    raised(py, &error.message, file, error.line, error.text.as_deref())
}

pub fn failed(py: Python<'_>, error: &(impl std::fmt::Display + ?Sized)) -> PyErr {
    raised(py, &format!("{error:#}"), None, None, None)
}

/// An option that cannot be understood.
pub fn wrong_option(message: String) -> PyErr {
    PyValueError::new_err(message)
}
