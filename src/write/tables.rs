//! Tables and series as CSV.

use std::borrow::Cow;

use super::number::round;
use crate::campaign::efficiency::by_repetition;
use crate::model::Analysis;
use crate::show::tables::labels::code;
use crate::show::tables::{Cell, Table};

/// A table as CSV: one row a line, units in the column names, numbers in base units.
///
/// # Errors
///
/// Never for tables whose rows are as long as their columns.
pub fn table_csv(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let rows: Vec<Vec<Vec<Part>>> =
        table.rows.iter().map(|row| row.cells.iter().map(parts).collect()).collect();
    let mut header = Vec::new();
    let mut widths = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let widest = rows.iter().filter_map(|row| row.get(index)).max_by_key(|parts| parts.len());
        let suffixes: Vec<&str> = match widest {
            Some(parts) if !parts.is_empty() => parts.iter().map(|part| part.suffix).collect(),
            _ => vec![""],
        };
        let unit = column.unit.map(|unit| format!("_{}", unit.name())).unwrap_or_default();
        let key = column.key.replace('.', "_");
        header.extend(suffixes.iter().map(|suffix| format!("{key}{suffix}{unit}")));
        widths.push(suffixes.len());
    }
    writer.write_record(header.iter().map(|name| no_formula(name).into_owned()))?;
    for row in rows {
        let mut record = Vec::new();
        for (parts, width) in row.into_iter().zip(&widths) {
            let missing = width.saturating_sub(parts.len());
            record.extend(parts.into_iter().map(|part| part.text));
            record.extend(std::iter::repeat_n(String::new(), missing));
        }
        writer.write_record(&record)?;
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{}: {error}", table.id))
}

/// Where each number comes from, as CSV, row by row: there are many.
///
/// # Errors
///
/// It cannot be written.
pub fn evidence_csv(analysis: &Analysis, to: impl std::io::Write) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(to);
    writer.write_record(["number", "file", "first_line", "last_line", "sha256"])?;
    for cited in analysis.cited() {
        let [first, last] = [cited.first_line, cited.last_line].map(|line| line.to_string());
        let sha256 = cited.sha256.unwrap_or_default();
        writer.write_record([&no_formula(&cited.number), &no_formula(cited.file), &*first, &last, sha256])?;
    }
    Ok(writer.flush()?)
}

/// A text that a spreadsheet would compute, with an apostrophe before it, which makes it text; numbers stay numbers.
fn no_formula(text: &str) -> Cow<'_, str> {
    let computed = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if computed { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// One of the columns that a cell fills.
struct Part {
    /// What follows the key in the name of the column.
    suffix: &'static str,
    text: String,
}

fn parts(cell: &Cell) -> Vec<Part> {
    let text = |text: String| vec![Part { suffix: "", text }];
    let number = |suffix, value| Part { suffix, text: plain(value) };
    match cell {
        Cell::Interval { interval, decimals: _ } => {
            vec![number("_low", interval.low), number("_high", interval.high)]
        }
        Cell::PlusMinus { value, half_width, decimals: _ } => {
            vec![number("", *value), number("_half_width", *half_width)]
        }
        Cell::Share { value, interval } => {
            let ends = interval.map(|ends| [number("_low", ends.low), number("_high", ends.high)]);
            std::iter::once(number("", *value)).chain(ends.into_iter().flatten()).collect()
        }
        Cell::Amount { value, sd, unit: _ } => {
            std::iter::once(number("", *value)).chain(sd.map(|sd| number("_sd", sd))).collect()
        }
        Cell::Unit(unit) => text(unit.name().to_owned()),
        Cell::Missing | Cell::Open { open: _, of: _ } => Vec::new(),
        Cell::Text(shown) | Cell::Metric(shown) | Cell::Condition { name: shown, label: _ } => {
            text(no_formula(shown).into_owned())
        }
        Cell::Label(key) => text(code(key).to_owned()),
        Cell::Labels(keys) => text(keys.iter().map(|key| code(key)).collect::<Vec<_>>().join(" ")),
        Cell::Verdict { margin: value, verdict: _, decimals: _ }
        | Cell::Bound { estimate: value, value: _, side: _, decimals: _ }
        | Cell::Number { value, decimals: _ }
        | Cell::Probability(value) => vec![number("", *value)],
        Cell::Integer(value) => text(value.to_string()),
    }
}

/// Every value of every series and of every benchmark, one a row, with the ends of what its measuring leaves open; without
/// an upper one it is at least the value. Where analyses have the name of a chapter, it is
/// the first column.
///
/// # Errors
///
/// Never with these rows; the writer asks for it.
pub fn series_csv(chapters: &[(&str, &Analysis)]) -> anyhow::Result<Vec<u8>> {
    let named = chapters.iter().any(|(name, _)| !name.is_empty());
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let mut write = |chapter: &str, cells: [&str; 7]| {
        let chapter = named.then_some(chapter);
        writer.write_record(chapter.into_iter().chain(cells))
    };
    write("chapter", ["condition", "metric", "unit", "repetition", "value", "low", "high"])?;
    for (chapter, analysis) in chapters {
        for series in &analysis.series {
            let condition = &analysis.conditions[series.condition];
            let counted = condition.runs.iter().map(|&run| &analysis.runs[run]).filter(|run| run.counts());
            for (run, value) in counted.zip(&series.values) {
                let number = |number: Option<f64>| number.map(plain).unwrap_or_default();
                let [value, low, high] = [
                    value.map(|value| value.estimate),
                    value.map(|value| value.within.lower),
                    value.and_then(|value| value.within.upper),
                ]
                .map(number);
                let (unit, repetition) = (series.unit.name(), run.repetition.to_string());
                write(
                    chapter,
                    [&condition.id, &no_formula(&series.metric), unit, &repetition, &value, &low, &high],
                )?;
            }
        }
        for benchmark in &analysis.benchmarks {
            let condition = analysis.conditions[benchmark.condition].id.as_str();
            let names =
                [Some(benchmark.benchmark.as_str()), Some(&benchmark.operation), benchmark.vm.as_deref()];
            let metric = names.into_iter().flatten().collect::<Vec<_>>().join(".");
            for (repetition, value) in by_repetition(&benchmark.readings) {
                let unit = benchmark.unit.name();
                let (repetition, value) = (repetition.to_string(), plain(value));
                let metric = no_formula(&metric);
                write(chapter, [condition, &metric, unit, &repetition, &value, &value, &value])?;
            }
        }
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))
}

fn plain(value: f64) -> String {
    round(value).map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;
    use crate::show::tables::{Column, Heading, Row};
    use crate::stats::Interval;

    #[test]
    fn plain_numbers_have_no_exponent() {
        assert_eq!(plain(151_000_000.0), "151000000");
    }

    fn sample_table() -> Table {
        let column =
            |key: &str, unit| Column { key: key.to_owned(), heading: Heading::Data(key.to_owned()), unit };
        Table {
            id: "t".to_owned(),
            columns: vec![
                column("load", None),
                column("outage_ping", Some(Unit::Seconds)),
                column("ci95", Some(Unit::Seconds)),
            ],
            rows: vec![
                Row {
                    cells: vec![
                        Cell::Text("a, \"b\"".to_owned()),
                        Cell::Number { value: 0.1 + 0.2, decimals: 2 },
                        Cell::Interval { interval: Interval::new(0.1, 0.5), decimals: 2 },
                    ],
                    summary: false,
                },
                Row { cells: vec![Cell::Label("table.mean"), Cell::Missing, Cell::Missing], summary: true },
            ],
            transposed: false,
            labels: 0,
        }
    }

    #[test]
    fn csv_has_units_in_its_names_and_two_columns_for_an_interval() {
        let csv = String::from_utf8(table_csv(&sample_table()).unwrap()).unwrap();
        assert_eq!(csv, "load,outage_ping_s,ci95_low_s,ci95_high_s\n\"a, \"\"b\"\"\",0.3,0.1,0.5\nmean,,,\n");
    }

    #[test]
    fn spreadsheets_compute_nothing() {
        for text in ["=HYPERLINK(1)", "+1+2", "-x", "@SUM(1)", "\t=1", "\r=1"] {
            assert_eq!(no_formula(text), format!("'{text}"));
        }
        for text in ["-5", "+3.5", "-1e-3", "memtester", "a=b", "", "5-7"] {
            assert_eq!(no_formula(text), text);
        }
        let mut table = sample_table();
        table.rows[0].cells[0] = Cell::Text("=1+1".to_owned());
        table.columns[0].key = "=x".to_owned();
        table.rows[0].cells[1] = Cell::Number { value: -0.5, decimals: 2 };
        let csv = String::from_utf8(table_csv(&table).unwrap()).unwrap();
        assert!(csv.starts_with("'=x,") && csv.contains("\n'=1+1,-0.5,"), "{csv}");
    }
}
