//! Frames as Parquet, written and read.
//!
//! This stands on `polars-parquet` itself. `polars-io` would bring group-by, joins and globbing, and five
//! compressions, for these two functions ([why](../../docs/decisions/0008-the-first-build.md)). Read are files without compression and with Snappy, gzip or Zstandard, which are what pandas,
//! DuckDB, Spark and polars write unless told otherwise.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use polars::datatypes::CompatLevel;
use polars::frame::chunk_df_for_writing;
use polars::prelude::{
    ArrowDataType, ArrowSchema, Column, DataFrame, DataType, PolarsError, PolarsResult, Schema, Series,
};
use polars::schema::SchemaExt as _;
use polars::utils::accumulate_dataframes_vertical;
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, ParquetError, column_iter_to_arrays, infer_schema,
    read_metadata,
};
use polars_parquet::write::{
    CompressionOptions, Compressor, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator as _,
    FileWriter, KeyValue, SchemaDescriptor, StatisticsOptions, Version, WriteOptions, array_to_columns,
    get_dtype_encoding, to_parquet_schema,
};

/// Longer frames are cut into several groups of rows.
const ROWS_PER_GROUP: usize = 512 * 512;

/// The name under which a file says what the program has to know of it.
const NOTE: &str = "stillstand";

/// Frames of the same columns, one after the other in one file: Zstandard, with the least and the greatest value of each
/// column.
pub struct Writer<W: Write> {
    file: FileWriter<W>,
    encodings: Vec<Vec<Encoding>>,
    types: SchemaDescriptor,
}

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: true,
        max_value: true,
        distinct_count: false,
        null_count: true,
        binary_statistics_truncate_length: Some(64),
    },
    compression: CompressionOptions::Zstd(None),
    version: Version::V1,
    data_page_size: None,
};

impl<W: Write> Writer<W> {
    /// A file for frames with the columns of this one, of which it takes no row yet.
    ///
    /// # Errors
    ///
    /// A column has a type that Parquet lacks, which would be a mistake in the program.
    pub fn new(to: W, like: &DataFrame) -> PolarsResult<Self> {
        let fields = like.schema().iter_fields();
        let schema: ArrowSchema = fields
            .map(|field| (field.name().clone(), field.dtype().to_arrow_field(field.name().clone(), NEWEST)))
            .collect();
        let encodings = schema.iter_values().map(|field| encoding(&field.dtype)).collect();
        let types = to_parquet_schema(&schema)?;
        Ok(Self { file: FileWriter::try_new(to, schema, OPTIONS)?, encodings, types })
    }

    /// Adds the rows of a frame, in a group of their own; of a longer one in several.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn append(&mut self, frame: &mut DataFrame) -> PolarsResult<()> {
        let frame = chunk_df_for_writing(frame, ROWS_PER_GROUP)?;
        for group in frame.iter_chunks(NEWEST, false).filter(|group| !group.is_empty()) {
            let mut columns = Vec::with_capacity(group.columns().len());
            for ((array, of_column), encoding) in
                group.columns().iter().zip(self.types.fields()).zip(&self.encodings)
            {
                for pages in array_to_columns(array, of_column.clone(), OPTIONS, encoding)? {
                    let pages = pages.map(|page| {
                        page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string()))
                    });
                    let compressed = Compressor::new_from_vec(pages, OPTIONS.compression, Vec::new());
                    columns.push(Ok(DynStreamingIterator::new(compressed.map_err(PolarsError::from))));
                }
            }
            self.file.write(group.len() as u64, DynIter::new(columns.into_iter()))?;
        }
        Ok(())
    }

    /// Ends the file, with a note of the program's own in its footer.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn finish(mut self, note: Option<String>) -> PolarsResult<W> {
        self.file.end(note.map(|note| vec![KeyValue { key: NOTE.to_owned(), value: Some(note) }]))?;
        Ok(self.file.into_inner())
    }
}

/// The newest way in which frames hold texts and bytes.
const NEWEST: CompatLevel = CompatLevel::newest();

/// The frame as a Parquet file.
///
/// # Errors
///
/// A column has a type that Parquet lacks, which would be a mistake in the program.
pub fn write(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), frame)?;
    writer.append(frame)?;
    writer.finish(None)
}

/// Columns of numbers with a fraction hold them one after the other. polars makes no dictionary of them, but if it is asked
/// to, it guesses first how many are different, which takes longer than to compress them. Nor is there one of bytes.
fn encoding(of: &ArrowDataType) -> Vec<Encoding> {
    match of {
        ArrowDataType::Float64 | ArrowDataType::BinaryView => vec![Encoding::Plain],
        ArrowDataType::LargeList(inner) => encoding(&inner.dtype),
        other => get_dtype_encoding(other),
    }
}

/// A Parquet file that is read a group of rows at a time.
pub struct Reader<R> {
    file: R,
    length: u64,
    metadata: FileMetadata,
    schema: ArrowSchema,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads what the file says of its columns and groups.
    ///
    /// # Errors
    ///
    /// It is no Parquet file, or a damaged one, or has a type that is not supported.
    pub fn open(mut file: R) -> PolarsResult<Self> {
        let length = file.seek(SeekFrom::End(0)).map_err(cannot_read)?;
        let metadata = read_metadata(&mut file)?;
        let schema = infer_schema(&metadata)?;
        Ok(Self { file, length, metadata, schema })
    }

    /// What the program wrote in its footer.
    pub fn note(&self) -> Option<&str> {
        let all = self.metadata.key_value_metadata.iter().flatten();
        all.filter(|entry| entry.key == NOTE).find_map(|entry| entry.value.as_deref())
    }

    /// How many groups of rows there are.
    pub fn groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Some columns of a group of rows; all columns without `wanted`.
    ///
    /// # Errors
    ///
    /// There is no such column, it is damaged or has a compression that is not supported.
    pub fn group(&mut self, number: usize, wanted: Option<&[&str]>) -> PolarsResult<DataFrame> {
        let damaged = |what: &str| PolarsError::from(ParquetError::OutOfSpec(what.to_owned()));
        let group = self.metadata.row_groups.get(number);
        let group = group.ok_or_else(|| damaged("a group of rows is missing"))?;
        let rows = group.num_rows();
        let mut columns = Vec::with_capacity(self.schema.len());
        for (name, field) in self.schema.iter() {
            if wanted.is_some_and(|wanted| !wanted.contains(&name.as_str())) {
                continue;
            }
            let Some(chunks) = group.columns_under_root_iter(name) else {
                columns.push(Column::full_null(name.clone(), rows, &DataType::from_arrow_field(field)));
                continue;
            };
            let (mut pages, mut types) = (Vec::new(), Vec::new());
            for chunk in chunks {
                let place = chunk.byte_range();
                if place.start > place.end || place.end > self.length {
                    return Err(damaged("a column lies outside of the file"));
                }
                let size = usize::try_from(place.end - place.start);
                let mut bytes = vec![0; size.map_err(|_| damaged("a column is too large"))?];
                self.file.seek(SeekFrom::Start(place.start)).map_err(cannot_read)?;
                self.file.read_exact(&mut bytes).map_err(cannot_read)?;
                let bytes = Cursor::new(Buffer::from_vec(bytes));
                let reader = PageReader::new(bytes, chunk, Vec::new(), usize::MAX);
                pages.push(BasicDecompressor::new(reader, Vec::new()));
                types.push(&chunk.descriptor().descriptor.primitive_type);
            }
            let all = Some(Filter::new_limited(rows));
            let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), all)?;
            columns.push(Column::from(Series::try_from((field, arrays))?));
        }
        DataFrame::new(rows, columns)
    }
}

fn cannot_read(error: io::Error) -> PolarsError {
    PolarsError::from(error)
}

/// The frame of a Parquet file with all its columns.
///
/// # Errors
///
/// The bytes are no Parquet file, or a damaged one, or one with a compression or a type that is not supported.
pub fn read(bytes: Vec<u8>) -> PolarsResult<DataFrame> {
    let mut reader = Reader::open(Cursor::new(bytes))?;
    let groups = (0..reader.groups()).map(|number| reader.group(number, None));
    let groups = groups.collect::<PolarsResult<Vec<_>>>()?;
    if groups.is_empty() {
        return Ok(DataFrame::empty_with_schema(&Schema::from_arrow_schema(&reader.schema)));
    }
    accumulate_dataframes_vertical(groups)
}

#[cfg(test)]
mod tests {
    use polars::prelude::NamedFrom as _;

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
    fn frames_one_after_the_other_keep_lists_bytes_and_the_note() {
        let numbers = |n: &[f64]| Series::new("".into(), n);
        let frame = |lists: &[Series], bytes: &[&[u8]]| {
            let columns = vec![Column::new("means".into(), lists), Column::new("kept".into(), bytes)];
            DataFrame::new_infer_height(columns).unwrap()
        };
        let mut first = frame(
            &[numbers(&[0.1, f64::NAN, -0.0]), numbers(&[])],
            &[b"\x00\xff".as_slice(), b"".as_slice()],
        );
        let mut second = frame(&[numbers(&[1e300])], &[b"a".as_slice()]);
        let mut writer = Writer::new(Vec::new(), &first.clear()).unwrap();
        writer.append(&mut first).unwrap();
        writer.append(&mut second).unwrap();
        let bytes = writer.finish(Some("{}".to_owned())).unwrap();
        let mut reader = Reader::open(Cursor::new(bytes)).unwrap();
        assert_eq!((reader.groups(), reader.note()), (2, Some("{}")));
        let means = reader.group(0, Some(&["means"])).unwrap();
        assert_eq!(means.width(), 1);
        let list = means.column("means").unwrap().list().unwrap().get_as_series(0).unwrap();
        let bits: Vec<u64> = list.f64().unwrap().iter().flatten().map(f64::to_bits).collect();
        assert_eq!(bits, [0.1, f64::NAN, -0.0].map(f64::to_bits));
        assert_eq!(means.column("means").unwrap().list().unwrap().get_as_series(1).unwrap().len(), 0);
        let kept = reader.group(0, None).unwrap();
        assert_eq!(kept.column("kept").unwrap().binary().unwrap().get(0), Some(b"\x00\xff".as_slice()));
        assert_eq!(reader.group(1, None).unwrap().height(), 1);
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
