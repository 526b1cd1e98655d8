//! The function that Python calls at `import`.

use std::ffi::OsString;
use std::ptr;

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyModule, PyTuple};
use pyo3::{ffi, intern};
use stillstand_parsers::FORMATS;

use crate::arguments::{dict, function};
use crate::{analysis, reading};

/// What Python keeps of the module; it is written to by Python only.
struct Definition(std::cell::UnsafeCell<ffi::PyModuleDef>);

#[expect(unsafe_code, reason = "Python imports a module once, with the interpreter held")]
// SAFETY: only `PyModule_Create` touches it, and Python serialises imports of one module.
unsafe impl Sync for Definition {}

static DEFINITION: Definition = Definition(std::cell::UnsafeCell::new(ffi::PyModuleDef {
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_name: c"_native".as_ptr(),
    m_doc: c"The native part of stillstand.".as_ptr(),
    m_size: -1,
    m_methods: ptr::null_mut(),
    m_slots: ptr::null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
}));

/// Makes the module; null with an exception set where it cannot be made.
#[expect(unsafe_code, reason = "this is how Python loads a module")]
#[unsafe(no_mangle)]
pub extern "C" fn PyInit__native() -> *mut ffi::PyObject {
    // SAFETY: Python calls this with the interpreter held.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the definition lives as long as the process, and nobody else changes it.
    let made = unsafe {
        let module = ffi::PyModule_Create(DEFINITION.0.get());
        Bound::from_owned_ptr_or_err(py, module)
    };
    match made.and_then(|module| fill(&module).map(|()| module)) {
        Ok(module) => module.into_ptr(),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}

fn fill(module: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = module.py();
    let module = module.cast::<PyModule>()?;
    module.setattr(intern!(py, "VERSION"), stillstand::model::VERSION)?;
    let all: [(&str, Bound<'_, PyCFunction>); 4] = [
        ("main", function(py, main)?),
        ("formats", function(py, formats)?),
        ("read", function(py, reading::read)?),
        ("analyse", function(py, analysis::analyse)?),
    ];
    for (name, function) in all {
        module.setattr(name, function)?;
    }
    Ok(())
}

/// `main(arguments) -> status`: the command line.
fn main(arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let words: Vec<OsString> = arguments.get_item(0)?.extract()?;
    let status = py.detach(|| stillstand::cli::run(words));
    Ok(status.into_pyobject(py)?.into_any().unbind())
}

/// `formats() -> [{name, description, written_by}]`
fn formats(arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let all = FORMATS.iter().map(|format| {
        dict(
            py,
            [
                ("name", format.name()),
                ("description", format.description()),
                ("written_by", format.written_by()),
            ],
        )
    });
    Ok(all.collect::<PyResult<Vec<_>>>()?.into_pyobject(py)?.into_any().unbind())
}
