//! Functions that Python can call, and plain values for it.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

/// A function that Python can call: arguments by their places in, any object out.
pub fn function<'py, F>(py: Python<'py>, work: F) -> PyResult<Bound<'py, PyCFunction>>
where
    F: Fn(&Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> + Send + Sync + 'static,
{
    PyCFunction::new_closure(
        py,
        None,
        None,
        move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| work(arguments),
    )
}

/// A dictionary of values of one kind.
pub fn dict<'py, V: IntoPyObject<'py>>(
    py: Python<'py>,
    entries: impl IntoIterator<Item = (&'static str, V)>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in entries {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

/// The argument at a place; without it, or where it is `None`, nothing.
pub fn optional<'py>(arguments: &Bound<'py, PyTuple>, place: usize) -> Option<Bound<'py, PyAny>> {
    arguments.get_item(place).ok().filter(|value| !value.is_none())
}

/// Paths, as `os.fspath` gives them.
pub fn paths(of: &Bound<'_, PyAny>) -> PyResult<Vec<PathBuf>> {
    of.extract()
}
