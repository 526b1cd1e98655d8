//! Frames as Parquet, written and read.
//!
//! This stands on `polars-parquet` itself. `polars-io` would bring group-by, joins and globbing, and five
//! compressions, for these two functions ([why](../../docs/decisions/0008-the-first-build.md)). Read are files without compression and with Snappy, gzip or Zstandard, which are what pandas,
//! DuckDB, Spark and polars write unless told otherwise.

use std::io::Cursor;

use polars::datatypes::CompatLevel;
use polars::frame::chunk_df_for_writing;
use polars::prelude::{
    ArrowDataType, ArrowSchema, Column, DataFrame, DataType, PolarsError, PolarsResult, Schema, Series,
};
use polars::schema::SchemaExt as _;
use polars::utils::accumulate_dataframes_vertical;
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, Filter, PageReader, ParquetError, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};
use polars_parquet::write::{
    CompressionOptions, Compressor, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator as _,
    FileWriter, StatisticsOptions, Version, WriteOptions, array_to_columns, get_dtype_encoding,
    to_parquet_schema,
};

/// Longer frames are cut into several groups of rows.
const ROWS_PER_GROUP: usize = 512 * 512;

/// The frame as a Parquet file: Zstandard, with the least and the greatest value of each column.
///
/// # Errors
///
/// A column has a type that Parquet lacks, which would be a mistake in the program.
pub fn write(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let frame = chunk_df_for_writing(frame, ROWS_PER_GROUP)?;
    let newest = CompatLevel::newest();
    let fields = frame.schema().iter_fields();
    let schema: ArrowSchema = fields
        .map(|field| (field.name().clone(), field.dtype().to_arrow_field(field.name().clone(), newest)))
        .collect();
    let encodings: Vec<_> = schema.iter_values().map(|field| encoding(&field.dtype)).collect();
    let types = to_parquet_schema(&schema)?;
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        compression: CompressionOptions::Zstd(None),
        version: Version::V1,
        data_page_size: None,
    };
    let mut writer = FileWriter::try_new(Vec::new(), schema, options)?;
    for group in frame.iter_chunks(newest, false).filter(|group| !group.is_empty()) {
        let mut columns = Vec::with_capacity(group.columns().len());
        for ((array, of_column), encoding) in group.columns().iter().zip(types.fields()).zip(&encodings) {
            for pages in array_to_columns(array, of_column.clone(), options, encoding)? {
                let pages = pages
                    .map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
                let compressed = Compressor::new_from_vec(pages, options.compression, Vec::new());
                columns.push(Ok(DynStreamingIterator::new(compressed.map_err(PolarsError::from))));
            }
        }
        writer.write(group.len() as u64, DynIter::new(columns.into_iter()))?;
    }
    writer.end(None)?;
    Ok(writer.into_inner())
}

/// Columns of numbers with a fraction hold them one after the other. polars makes no dictionary of them, but if it is asked
/// to, it guesses first how many are different, which takes longer than to compress them.
fn encoding(of: &ArrowDataType) -> Vec<Encoding> {
    match of {
        ArrowDataType::Float64 => vec![Encoding::Plain],
        other => get_dtype_encoding(other),
    }
}

/// The frame of a Parquet file with all its columns.
///
/// # Errors
///
/// The bytes are no Parquet file, or a damaged one, or one with a compression or a type that is not supported.
pub fn read(bytes: Vec<u8>) -> PolarsResult<DataFrame> {
    let bytes = Buffer::from_vec(bytes);
    let metadata = read_metadata(&mut Cursor::new(bytes.as_slice()))?;
    let schema = infer_schema(&metadata)?;
    let groups = metadata.row_groups.iter().map(|group| frame_of(group, &schema, &bytes));
    let groups = groups.collect::<PolarsResult<Vec<_>>>()?;
    if groups.is_empty() {
        return Ok(DataFrame::empty_with_schema(&Schema::from_arrow_schema(&schema)));
    }
    accumulate_dataframes_vertical(groups)
}

/// The frame of one group of rows.
fn frame_of(group: &RowGroupMetadata, schema: &ArrowSchema, bytes: &Buffer<u8>) -> PolarsResult<DataFrame> {
    let rows = group.num_rows();
    let mut columns = Vec::with_capacity(schema.len());
    for (name, field) in schema.iter() {
        let Some(chunks) = group.columns_under_root_iter(name) else {
            columns.push(Column::full_null(name.clone(), rows, &DataType::from_arrow_field(field)));
            continue;
        };
        let (mut pages, mut types) = (Vec::new(), Vec::new());
        for chunk in chunks {
            let place = chunk.byte_range();
            let place = usize::try_from(place.start).ok().zip(usize::try_from(place.end).ok());
            let Some((start, end)) = place.filter(|(start, end)| start <= end && *end <= bytes.len()) else {
                return Err(ParquetError::OutOfSpec("a column lies outside of the file".to_owned()).into());
            };
            let chunk_bytes = Cursor::new(bytes.clone().sliced(start..end));
            let reader = PageReader::new(chunk_bytes, chunk, Vec::new(), usize::MAX);
            pages.push(BasicDecompressor::new(reader, Vec::new()));
            types.push(&chunk.descriptor().descriptor.primitive_type);
        }
        let all = Some(Filter::new_limited(rows));
        let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), all)?;
        columns.push(Column::from(Series::try_from((field, arrays))?));
    }
    DataFrame::new(rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let columns = vec![
            Column::new("level".into(), [Some("none"), None, Some("stress"), Some("none")]),
            Column::new("n".into(), [1_u32, 2, 3, 4]),
            Column::new("mean".into(), [Some(0.25), None, Some(-1e300), Some(3.0)]),
            Column::new("answered".into(), [true, false, true, true]),
        ];
        let mut frame = DataFrame::new_infer_height(columns).unwrap();
        let bytes = write(&mut frame).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        assert!(read(bytes).unwrap().equals_missing(&frame));
    }

    #[test]
    fn a_frame_without_rows_keeps_its_columns() {
        let mut frame = DataFrame::new_infer_height(vec![Column::new("t_s".into(), [0.0; 0])]).unwrap();
        assert_eq!(read(write(&mut frame).unwrap()).unwrap().schema(), frame.schema());
    }

    #[test]
    fn a_file_that_is_cut_is_an_error() {
        let mut frame = DataFrame::new_infer_height(vec![Column::new("t_s".into(), [0.5; 100])]).unwrap();
        let bytes = write(&mut frame).unwrap();
        for end in 0..bytes.len() {
            assert!(read(bytes[..end].to_vec()).is_err(), "{end}");
        }
    }
}
