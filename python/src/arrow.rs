//! Columns for other programs: Arrow's C interface in capsules, as the [PyCapsule interface] has it.
//!
//! The buffers that go out are those of polars. Each batch of the stream is a chunk of the frame, so that nothing is put
//! together for it.
//!
//! [PyCapsule interface]: https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html

use polars::prelude::{CompatLevel, DataFrame, SchemaExt as _};
use polars_arrow::array::StructArray;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi::{export_field_to_c, export_iterator};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::arguments::function;

/// The rows as a struct, which is what a stream of batches is.
fn field(frame: &DataFrame) -> Field {
    let fields = frame.schema().iter_fields().map(|field| field.to_arrow(CompatLevel::newest()));
    Field::new("".into(), ArrowDataType::Struct(fields.collect()), false)
}

fn stream(py: Python<'_>, frame: &DataFrame) -> PyResult<Py<PyAny>> {
    let field = field(frame);
    let kind = field.dtype.clone();
    let batches: Vec<_> = frame
        .iter_chunks(CompatLevel::newest(), false)
        .map(|batch| {
            let rows = batch.height();
            StructArray::try_new(kind.clone(), rows, batch.into_arrays(), None).map(|batch| batch.boxed())
        })
        .collect();
    let stream = export_iterator(Box::new(batches.into_iter()), field);
    Ok(PyCapsule::new_with_value(py, stream, c"arrow_array_stream")?.into_any().unbind())
}

fn schema(py: Python<'_>, frame: &DataFrame) -> PyResult<Py<PyAny>> {
    let schema = export_field_to_c(&field(frame));
    Ok(PyCapsule::new_with_value(py, schema, c"arrow_schema")?.into_any().unbind())
}

/// Puts what Python asks of a frame into a dictionary: `height`, `names`, and the functions `stream` and `schema`.
pub fn add(into: &Bound<'_, PyDict>, mut frame: DataFrame) -> PyResult<()> {
    let py = into.py();
    // Columns that are cut at different rows make no batches; put together once, they are the same for all who ask.
    frame.align_chunks();
    into.set_item("height", frame.height())?;
    let names = frame.get_column_names().into_iter().map(|name| name.as_str());
    into.set_item("names", names.collect::<Vec<_>>())?;
    let same = frame.clone();
    into.set_item("stream", function(py, move |arguments| stream(arguments.py(), &same))?)?;
    into.set_item("schema", function(py, move |arguments| schema(arguments.py(), &frame))?)
}
