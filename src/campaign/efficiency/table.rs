//! Plain tables of measurements, CSV or Parquet: a row a value, with columns that say of what.

use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use polars::prelude::DataType;

use super::Measured;
use crate::input::config::{MeasurementTable, TableDirection};
use crate::input::parquet;
use crate::input::session::RunKey;
use crate::model::{Diagnostic, Direction, Factors, Severity, Unit};

/// A value with where it was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    pub run: RunKey,
    pub vm: Option<String>,
    pub measured: Measured,
}

/// A table as text: headings, and cells by row; `None` is a missing value.
struct Cells {
    headings: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    /// Where each row stands: the line of a CSV, the number of a row of a Parquet file.
    lines: Vec<u64>,
}

/// The rows of one file. A row whose value is missing or no number is left out, with a diagnostic that
/// names its line.
///
/// # Errors
///
/// The file is neither CSV nor Parquet, or a column that `declared` names is missing.
pub fn read(
    bytes: &[u8],
    relative: &str,
    declared: &MeasurementTable,
    fixed: &Factors,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<TableRow>> {
    let cells = if bytes.starts_with(b"PAR1") { parquet_cells(bytes)? } else { csv(bytes)? };
    let column = |name: &str| -> Result<usize> {
        let found = cells.headings.iter().position(|heading| heading == name);
        found.with_context(|| format!("there is no column `{name}`; there are {}", cells.headings.join(", ")))
    };
    let optional = |name: &Option<String>| name.as_deref().map(column).transpose();
    let value = column(&declared.value)?;
    let factors = declared
        .factors
        .iter()
        .map(|(factor, name)| Ok((factor.clone(), column(name)?)))
        .collect::<Result<Vec<_>>>()?;
    let (operation, repetition) = (optional(&declared.operation)?, optional(&declared.repetition)?);
    let (vm, size) = (optional(&declared.vm)?, optional(&declared.size)?);
    let (unit, factor) = declared.unit.base();
    let direction = match (declared.direction, unit) {
        (Some(TableDirection::Higher), _) => Direction::Higher,
        (Some(TableDirection::Lower), _) | (None, Unit::Seconds) => Direction::Lower,
        _ => Direction::Higher,
    };
    let mut found = Vec::new();
    for (row, &line) in cells.rows.iter().zip(&cells.lines) {
        let mut report = |severity, code, message: String| {
            diagnostics.push(Diagnostic {
                severity,
                code,
                file: Some(relative.to_owned()),
                line: Some(line),
                column: None,
                message,
                text: None,
            });
        };
        let text = |column: usize| row.get(column).and_then(Option::as_deref);
        let number = |column: usize| text(column).and_then(|text| text.trim().parse::<f64>().ok());
        let Some(cell) = text(value).filter(|cell| !is_none(cell)) else {
            report(
                Severity::Warning,
                "value-missing",
                format!("`{}` has no value; the row is left out", declared.value),
            );
            continue;
        };
        let Some(measured) = number(value).filter(|value| value.is_finite()) else {
            let message = format!("`{}` is `{cell}`, expected a number; the row is left out", declared.value);
            report(Severity::Error, "value-not-read", message);
            continue;
        };
        let levels: Option<Factors> = factors
            .iter()
            .map(|(factor, column)| Some((factor.clone(), text(*column)?.to_owned())))
            .collect();
        let Some(mut levels) = levels else {
            report(Severity::Error, "factor-missing", "a factor is empty; the row is left out".to_owned());
            continue;
        };
        for (name, level) in fixed {
            levels.entry(name.clone()).or_insert_with(|| level.clone());
        }
        let counted = repetition.map_or(Some(1.0), number).filter(|n| *n >= 0.0 && n.fract() == 0.0);
        let Some(counted) = counted.filter(|n| *n <= f64::from(u32::MAX)) else {
            let message = "the repetition is no whole number; the row is left out".to_owned();
            report(Severity::Error, "repetition-not-read", message);
            continue;
        };
        found.push(TableRow {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number in range"
            )]
            run: RunKey { factors: Arc::new(levels), repetition: counted as u32 },
            vm: vm.and_then(text).map(str::to_owned),
            measured: Measured {
                benchmark: declared.benchmark.clone(),
                operation: operation.and_then(text).unwrap_or(&declared.value).to_owned(),
                size: size.and_then(number),
                vm: None,
                unit,
                direction,
                value: measured * factor,
                line: Some(line),
            },
        });
    }
    Ok(found)
}

/// Whether a cell says that there is no value. 0 is one.
fn is_none(cell: &str) -> bool {
    const NONE: [&str; 9] = ["", "-", "--", "n/a", "na", "nan", "null", "none", "<not counted>"];
    let cell = cell.trim();
    NONE.iter().any(|none| cell.eq_ignore_ascii_case(none))
}

fn csv(bytes: &[u8]) -> Result<Cells> {
    ensure!(!bytes.contains(&0), "the file is neither CSV nor Parquet");
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(text);
    let headings: Vec<String> =
        reader.headers().context("the headings cannot be read")?.iter().map(str::to_owned).collect();
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.context("a row cannot be read")?;
        lines.push(record.position().map_or(0, csv::Position::line));
        rows.push(record.iter().map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).collect());
    }
    Ok(Cells { headings, rows, lines })
}

fn parquet_cells(bytes: &[u8]) -> Result<Cells> {
    let frame = parquet::read(bytes.to_vec()).context("this Parquet file cannot be read")?;
    let headings: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let mut rows = vec![vec![None; headings.len()]; frame.height()];
    for (index, column) in frame.columns().iter().enumerate() {
        let Ok(texts) = column.cast(&DataType::String) else {
            bail!("the column `{}` holds neither text nor numbers", column.name());
        };
        let texts = texts.str().context("a column cannot be read as text")?;
        for (row, text) in rows.iter_mut().zip(texts.iter()) {
            row[index] = text.map(str::to_owned);
        }
    }
    let lines = (1..).take(rows.len()).collect();
    Ok(Cells { headings, rows, lines })
}

#[cfg(test)]
mod tests {
    use polars::prelude::{Column, DataFrame};
    use proptest::prelude::*;

    use super::*;
    use crate::input::config::Config;

    fn declared(extra: &str) -> MeasurementTable {
        let text = format!(
            "[[measurements]]\nfile = \"a\"\nbenchmark = \"own\"\nvalue = \"rate\"\nunit = \"MB/s\"\n\
             factors = {{ mode = \"system\" }}\nrepetition = \"run\"\n{extra}"
        );
        Config::parse(&text).unwrap().file.measurements[0].clone()
    }

    fn found(bytes: &[u8], extra: &str) -> Result<(Vec<TableRow>, usize)> {
        let mut diagnostics = Vec::new();
        let rows = read(bytes, "a", &declared(extra), &Factors::new(), &mut diagnostics)?;
        Ok((rows, diagnostics.len()))
    }

    #[test]
    fn rates_are_in_bytes_and_rows_have_their_lines() {
        let text = "\u{feff}# by hand\nsystem, run, rate\nnative, 2, 1.5\nkvm, 1, \n";
        let (rows, problems) = found(text.as_bytes(), "").unwrap();
        assert_eq!((rows.len(), problems), (1, 1));
        let TableRow { run, vm, measured } = &rows[0];
        assert_eq!((run.factors["mode"].as_str(), run.repetition, vm), ("native", 2, &None));
        assert_eq!((measured.value, measured.operation.as_str(), measured.line), (1.5e6, "rate", Some(3)));
    }

    #[test]
    fn zero_is_a_value_and_what_says_that_there_is_none_is_not() {
        for (cells, values, problems) in [
            ("native,1,0\nnative,2,30\nkvm,1,\nkvm,2,0.0\n", vec![0.0, 30e6, 0.0], 1),
            ("native,1,-\nnative,2,N/A\nkvm,1,0\nkvm,2,null\n", vec![0.0], 3),
            ("none,1,0\nnone,2,<not counted>\nnone,3,nan\n", vec![0.0], 2),
        ] {
            let mut diagnostics = Vec::new();
            let text = format!("system,run,rate\n{cells}");
            let rows = read(text.as_bytes(), "a", &declared(""), &Factors::new(), &mut diagnostics).unwrap();
            assert_eq!(rows.iter().map(|row| row.measured.value).collect::<Vec<_>>(), values, "{cells}");
            assert!(diagnostics.iter().all(|found| found.code == "value-missing"), "{diagnostics:?}");
            assert_eq!(diagnostics.len(), problems, "{cells}");
        }
    }

    #[test]
    fn parquet_is_read_like_csv() {
        let columns = vec![
            Column::new("system".into(), ["native", "kvm"]),
            Column::new("run".into(), [1_i64, 2]),
            Column::new("rate".into(), [Some(1.5), None]),
        ];
        let mut frame = DataFrame::new(2, columns).unwrap();
        let bytes = parquet::write(&mut frame).unwrap();
        let csv = found(b"system,run,rate\nnative,1,1.5\nkvm,2,\n", "").unwrap();
        // Headings are a line of a CSV.
        let mut parquet = found(&bytes, "").unwrap();
        parquet.0.iter_mut().for_each(|row| row.measured.line = row.measured.line.map(|line| line + 1));
        assert_eq!(parquet, csv);
    }

    #[test]
    fn a_column_that_is_missing_is_named_with_those_there_are() {
        let error = found(b"system,rate\nnative,1\n", "").unwrap_err().to_string();
        assert!(error.contains("`run`") && error.contains("system, rate"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = found(&bytes, "");
            let _ = found(&[b"PAR1", bytes.as_slice()].concat(), "");
            let _ = found(&[b"system,run,rate\n", bytes.as_slice()].concat(), "size = \"run\"\n");
        }
    }
}
