//! `stillstand inspect`

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use stillstand_parsers::{self as parsers, Fact, Parsed};

use super::args::{InspectArgs, InspectFormat};
use super::{Ending, print};

/// Rows of a frame that are shown.
const HEAD: usize = 8;

#[derive(Serialize)]
struct Inspection {
    file: String,
    format: Option<&'static str>,
    version: Option<String>,
    rows_read: usize,
    rows_lost: usize,
    columns: Vec<ColumnWire>,
    facts: std::collections::BTreeMap<&'static str, serde_json::Value>,
    diagnostics: Vec<DiagnosticWire>,
    #[serde(skip)]
    head: Option<String>,
}

#[derive(Serialize)]
struct ColumnWire {
    name: String,
    unit: String,
}

#[derive(Serialize)]
struct DiagnosticWire {
    severity: &'static str,
    code: &'static str,
    line: Option<u64>,
    column: Option<u64>,
    message: String,
    text: Option<String>,
}

pub fn run(args: &InspectArgs) -> anyhow::Result<Ending> {
    let inspections: Vec<Inspection> = args.files.iter().map(|path| inspect(path)).collect();
    let unusable = inspections.iter().any(|inspection| inspection.format.is_none());
    let output = match args.format {
        InspectFormat::Json => {
            let mut json = serde_json::to_vec_pretty(&inspections)?;
            json.push(b'\n');
            json
        }
        InspectFormat::Table => inspections.iter().map(readable).collect::<Vec<_>>().join("\n").into_bytes(),
    };
    print(&output)?;
    anyhow::ensure!(!unusable, "not every file could be read");
    Ok(Ending::Done)
}

fn inspect(path: &Path) -> Inspection {
    let mut inspection = Inspection {
        file: path.display().to_string(),
        format: None,
        version: None,
        rows_read: 0,
        rows_lost: 0,
        columns: Vec::new(),
        facts: std::collections::BTreeMap::new(),
        diagnostics: Vec::new(),
        head: None,
    };
    let mut refuse = |code, message: String| {
        let refusal =
            DiagnosticWire { severity: "error", code, line: None, column: None, message, text: None };
        inspection.diagnostics.push(refusal);
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            refuse("file-not-readable", format!("the file cannot be read: {error}"));
            return inspection;
        }
    };
    let format = match parsers::detect(&bytes) {
        Ok(format) => format,
        Err(error) => {
            refuse("file-not-recognised", error.to_string());
            return inspection;
        }
    };
    match parsers::parse(format, &bytes) {
        Ok(parsed) => fill(&mut inspection, parsed),
        Err(error) => refuse("file-unusable", error.to_string()),
    }
    inspection
}

fn fill(inspection: &mut Inspection, parsed: Parsed) {
    inspection.format = Some(parsed.format.name());
    inspection.version = parsed.version;
    inspection.rows_read = parsed.rows.read;
    inspection.rows_lost = parsed.rows.lost;
    inspection.columns = parsed
        .frame
        .columns
        .iter()
        .map(|column| ColumnWire { name: column.name.clone(), unit: format!("{:?}", column.unit) })
        .collect();
    inspection.facts = parsed
        .facts
        .iter()
        .map(|(name, fact)| {
            let value = match fact {
                Fact::Int(value) => serde_json::json!(value),
                Fact::Float(value) => serde_json::json!(value),
                Fact::Text(value) => serde_json::json!(value),
            };
            (name, value)
        })
        .collect();
    inspection.head = Some(parsed.frame.df.head(Some(HEAD)).to_string());
    inspection.diagnostics = parsed
        .diagnostics
        .into_iter()
        .map(|d| DiagnosticWire {
            severity: match d.severity {
                parsers::Severity::Error => "error",
                parsers::Severity::Warning => "warning",
                parsers::Severity::Note => "note",
            },
            code: d.code,
            line: d.line,
            column: d.column,
            message: d.message,
            text: d.text,
        })
        .collect();
}

fn readable(inspection: &Inspection) -> String {
    let mut text = format!("{}\n", inspection.file);
    if let Some(format) = inspection.format {
        let version = inspection.version.as_deref().map(|v| format!(", version {v}")).unwrap_or_default();
        let _ = writeln!(text, "  format  {format}{version}");
        let _ = writeln!(text, "  rows    {} read, {} lost", inspection.rows_read, inspection.rows_lost);
        let columns: Vec<String> =
            inspection.columns.iter().map(|column| format!("{} ({})", column.name, column.unit)).collect();
        let _ = writeln!(text, "  columns {}", columns.join(", "));
        for (name, value) in &inspection.facts {
            let _ = writeln!(text, "  {name}  {value}");
        }
    }
    for d in &inspection.diagnostics {
        let line = d.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let quoted = d.text.as_ref().map(|quoted| format!(": `{quoted}`")).unwrap_or_default();
        let _ = writeln!(text, "  {}: {line}{}{quoted}", d.severity, d.message);
    }
    if let Some(head) = &inspection.head {
        let _ = writeln!(text, "{head}");
    }
    text
}
