//! What `inspect` says of a file, as JSON has it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use stillstand_parsers::{Diagnostic, Fact, Frame, Severity, Survey};

use crate::input::timing::{Gaps, Period, timing};
use crate::model::data::fields;

/// Rows of a frame that are shown.
pub const HEAD: usize = 8;

/// What parsers say of a row that is not in the frame.
const LOST: [&str; 11] = [
    "line-unreadable",
    "last-line-cut",
    "row-width",
    "time-unreadable",
    "no-header",
    "lines-missing",
    "group-left-out",
    "message-cut",
    "message-unreadable",
    "message-without-beginning",
    "translated-labels",
];

#[derive(Debug, Serialize)]
pub struct Inspection {
    pub file: String,
    pub format: Option<&'static str>,
    pub version: Option<String>,
    pub rows_read: usize,
    pub rows_lost: usize,
    /// Lines of lost rows, as far as they are told one by one.
    pub lost_lines: Vec<u64>,
    /// What kind of time the rows have.
    pub clock: Option<&'static str>,
    pub period: Option<Period>,
    pub interval_s: Option<f64>,
    pub gaps: Option<Gaps>,
    pub columns: Vec<Column>,
    pub facts: BTreeMap<&'static str, Value>,
    /// The sessions, migrations or tests that the file holds, where it is made of several.
    pub parts: Vec<Part>,
    #[serde(serialize_with = "each")]
    pub diagnostics: Vec<Diagnostic>,
    /// The first rows, a value for every column.
    pub head: Vec<BTreeMap<String, Value>>,
}

#[derive(Debug, Serialize)]
pub struct Column {
    pub name: String,
    pub unit: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Part {
    /// Line in which it begins.
    pub line: Option<u64>,
    pub rows: usize,
    /// What it was told to do, where the log says.
    pub settings: BTreeMap<&'static str, String>,
}

/// The parsers know no format of output.
struct DiagnosticData<'a>(&'a Diagnostic);

impl Serialize for DiagnosticData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Diagnostic { severity, code, line, column, message, text } = self.0;
        fields!(serializer, {
            severity: severity.name(),
            code: code,
            line: line,
            column: column,
            message: message,
            text: text,
        })
    }
}

fn each<S: Serializer>(diagnostics: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(diagnostics.iter().map(DiagnosticData))
}

impl Inspection {
    pub fn of(file: String) -> Self {
        Self {
            file,
            format: None,
            version: None,
            rows_read: 0,
            rows_lost: 0,
            lost_lines: Vec::new(),
            clock: None,
            period: None,
            interval_s: None,
            gaps: None,
            columns: Vec::new(),
            facts: BTreeMap::new(),
            parts: Vec::new(),
            diagnostics: Vec::new(),
            head: Vec::new(),
        }
    }

    /// Says why nothing of the file can be used.
    pub fn refuse(&mut self, code: &'static str, line: Option<u64>, message: String) {
        let severity = Severity::Error;
        self.diagnostics.push(Diagnostic { severity, code, line, column: None, message, text: None });
    }

    /// Whether there is something to say of this kind.
    pub fn has(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
    }

    pub fn fill(&mut self, Survey { log: parsed, head }: Survey) {
        self.format = Some(parsed.format.name());
        self.rows_read = parsed.rows.read;
        self.rows_lost = parsed.rows.lost;
        if parsed.rows.lost > 0 {
            let lost = parsed.diagnostics.iter().filter(|d| LOST.contains(&d.code));
            self.lost_lines = lost.filter_map(|d| d.line).collect();
            self.lost_lines.dedup();
        }
        self.clock = Some(parsed.frame.clock.name());
        if let Some(timing) = timing(&parsed) {
            self.period = Some(timing.period);
            self.interval_s = timing.interval_s;
            self.gaps = timing.gaps;
        }
        let columns = head.columns.iter();
        self.columns =
            columns.map(|column| Column { name: column.name.clone(), unit: column.unit.name() }).collect();
        self.facts = parsed.facts.iter().map(|(name, fact)| (name, value_of(fact))).collect();
        let parts = parsed.parts.iter().filter(|_| parsed.parts.len() > 1);
        self.parts = parts
            .map(|part| Part {
                line: part.line,
                rows: part.rows.len(),
                settings: part.settings.iter().cloned().collect(),
            })
            .collect();
        self.head = (0..head.height()).map(|row| row_of(&head, row)).collect();
        self.version = parsed.version;
        self.diagnostics.extend(parsed.diagnostics);
    }
}

fn value_of(fact: &Fact) -> Value {
    match fact {
        Fact::Int(value) => json!(value),
        Fact::Float(value) => json!(value),
        Fact::Text(value) => json!(value),
    }
}

fn row_of(frame: &Frame, row: usize) -> BTreeMap<String, Value> {
    let value = |name: &str| {
        let float = frame.f64s(name).map(|column| json!(column.get(row)));
        float
            .or_else(|_| frame.i64s(name).map(|column| json!(column.get(row))))
            .or_else(|_| frame.u32s(name).map(|column| json!(column.get(row))))
            .or_else(|_| frame.bools(name).map(|column| json!(column.get(row))))
            .or_else(|_| frame.strs(name).map(|column| json!(column.get(row))))
            .unwrap_or_default()
    };
    frame.columns.iter().map(|column| (column.name.clone(), value(&column.name))).collect()
}
