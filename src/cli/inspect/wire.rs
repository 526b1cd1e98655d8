//! What `inspect` says of a file, as JSON has it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use stillstand_parsers::{self as parsers, Fact, Frame, Parsed};

use crate::input::timing::{Gap, Gaps, Length, Stamp, Timing, timing};

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
    pub period: Option<PeriodWire>,
    pub interval_s: Option<f64>,
    pub gaps: Option<GapsWire>,
    pub columns: Vec<ColumnWire>,
    pub facts: BTreeMap<&'static str, Value>,
    pub diagnostics: Vec<DiagnosticWire>,
    /// The first rows, a value for every column.
    pub head: Vec<BTreeMap<String, Value>>,
}

#[derive(Debug, Serialize)]
pub struct ColumnWire {
    pub name: String,
    pub unit: &'static str,
}

#[derive(Debug, Serialize)]
pub struct PeriodWire {
    /// As in the log: seconds since 1970, or since midnight for times of day.
    pub first_s: f64,
    pub last_s: f64,
    pub duration_s: f64,
    /// `null` where the log does not tell its date and zone.
    pub first_utc: Option<String>,
    pub last_utc: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct GapsWire {
    pub count: usize,
    /// What counts as a gap; `null` where missing requests or samples are counted.
    pub longer_than_s: Option<f64>,
    pub longest: Option<GapWire>,
}

#[derive(Debug, Serialize)]
pub struct GapWire {
    pub length_s: Option<f64>,
    /// Requests without a reply, or samples.
    pub missing: Option<u64>,
    pub after_row: usize,
    pub after_s: f64,
    pub after_utc: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct DiagnosticWire {
    pub severity: &'static str,
    pub code: &'static str,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub message: String,
    pub text: Option<String>,
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
            diagnostics: Vec::new(),
            head: Vec::new(),
        }
    }

    /// Says why nothing of the file can be used.
    pub fn refuse(&mut self, code: &'static str, line: Option<u64>, message: String) {
        let refusal = DiagnosticWire { severity: "error", code, line, column: None, message, text: None };
        self.diagnostics.push(refusal);
    }

    pub fn tell(&mut self, diagnostics: Vec<parsers::Diagnostic>) {
        self.diagnostics.extend(diagnostics.into_iter().map(|d| DiagnosticWire {
            severity: d.severity.name(),
            code: d.code,
            line: d.line,
            column: d.column,
            message: d.message,
            text: d.text,
        }));
    }

    pub fn fill(&mut self, parsed: Parsed) {
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
            self.time(&timing);
        }
        let columns = parsed.frame.columns.iter();
        self.columns = columns
            .map(|column| ColumnWire { name: column.name.clone(), unit: column.unit.name() })
            .collect();
        self.facts = parsed.facts.iter().map(|(name, fact)| (name, value_of(fact))).collect();
        self.head = (0..parsed.frame.height().min(HEAD)).map(|row| row_of(&parsed.frame, row)).collect();
        self.version = parsed.version;
        self.tell(parsed.diagnostics);
    }

    fn time(&mut self, timing: &Timing) {
        let Timing { first, last, interval_s, gaps } = timing;
        self.period = Some(PeriodWire {
            first_s: first.seconds,
            last_s: last.seconds,
            duration_s: micro(last.seconds - first.seconds),
            first_utc: utc(first),
            last_utc: utc(last),
        });
        self.interval_s = interval_s.map(micro);
        self.gaps = gaps.as_ref().map(|Gaps { count, longer_than, longest }| GapsWire {
            count: *count,
            longer_than_s: seconds(longer_than).map(micro),
            longest: longest.as_ref().map(gap),
        });
    }
}

fn gap(gap: &Gap) -> GapWire {
    GapWire {
        length_s: seconds(&gap.length).map(micro),
        missing: match gap.length {
            Length::Missing(missing, _) => Some(missing),
            Length::Seconds(_) => None,
        },
        after_row: gap.after_row,
        after_s: gap.after.seconds,
        after_utc: utc(&gap.after),
    }
}

fn seconds(length: &Length) -> Option<f64> {
    match length {
        Length::Seconds(seconds) => Some(*seconds),
        Length::Missing(_, seconds) => *seconds,
    }
}

/// Differences of large numbers have noise beyond microseconds.
fn micro(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// `2010-01-26T14:29:45.656Z`
fn utc(stamp: &Stamp) -> Option<String> {
    let time = chrono::DateTime::from_timestamp_millis((stamp.epoch_s? * 1000.0).round() as i64)?;
    Some(time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
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
