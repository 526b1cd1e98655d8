//! What `inspect` says of a file, for reading.

use std::fmt::Write as _;

use comfy_table::CellAlignment;
use serde_json::Value;

use stillstand_parsers::{Diagnostic, Severity};

use super::inspection::Inspection;
use crate::cli::show::plain_table;
use crate::cli::terminal::{safe, safe_line};
use crate::input::timing::{Gaps, Period, Stamp};

/// Width of the names on the left.
const LABEL: usize = 10;

pub fn readable(inspection: &Inspection) -> String {
    let bold = anstyle::Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", safe_line(&inspection.file));
    if let Some(format) = inspection.format {
        let version = inspection.version.as_deref().map(|v| format!(", version {v}")).unwrap_or_default();
        line(&mut text, "format", &format!("{format}{version}"));
        line(&mut text, "rows", &rows(inspection));
        times(&mut text, inspection);
        let facts: Vec<(&str, String)> =
            inspection.facts.iter().map(|(name, value)| (*name, shown(value))).collect();
        list(&mut text, "facts", &facts);
        parts(&mut text, inspection);
        let columns: Vec<(&str, String)> =
            inspection.columns.iter().map(|column| (column.name.as_str(), column.unit.to_owned())).collect();
        list(&mut text, "columns", &columns);
    }
    for d in &inspection.diagnostics {
        diagnostic(&mut text, d);
    }
    if !inspection.head.is_empty() {
        line(&mut text, "head", &format!("{} of {} rows", inspection.head.len(), inspection.rows_read));
        text.push_str(&head(inspection));
    }
    text
}

/// Files one below the other: what each is, and how much of it was read.
pub fn table(inspections: &[Inspection]) -> String {
    let mut table = plain_table();
    table.set_header(["file", "format", "rows", "lost", "parts", "problems"]);
    for index in 2..=4 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for of in inspections {
        let count = |severity| of.diagnostics.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let problems = [(errors, "error"), (warnings, "warning")].map(|(n, word)| match n {
            0 => String::new(),
            1 => format!("1 {word}"),
            n => format!("{n} {word}s"),
        });
        let problems = problems.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
        let number = |n: usize| if of.format.is_some() { n.to_string() } else { String::new() };
        table.add_row([
            safe_line(&of.file).to_string(),
            of.format.unwrap_or("not recognised").to_owned(),
            number(of.rows_read),
            number(of.rows_lost),
            if of.parts.len() > 1 { of.parts.len().to_string() } else { String::new() },
            problems,
        ]);
    }
    format!("{table}\n")
}

fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "  {label:LABEL$}{}", safe_line(value));
}

/// Names and values below each other, the label beside the first.
fn list(text: &mut String, label: &str, entries: &[(&str, String)]) {
    let width = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (index, (name, value)) in entries.iter().enumerate() {
        line(text, if index == 0 { label } else { "" }, &format!("{name:width$}  {value}"));
    }
}

fn rows(inspection: &Inspection) -> String {
    const FIRST: usize = 5;
    let mut rows = format!("{} read, {} lost", inspection.rows_read, inspection.rows_lost);
    let lines = &inspection.lost_lines;
    if !lines.is_empty() {
        let first: Vec<String> = lines.iter().take(FIRST).map(u64::to_string).collect();
        let more = if lines.len() > FIRST { ", …" } else { "" };
        let _ = write!(rows, " (line {}{more})", first.join(", "));
    }
    rows
}

/// The first parts of a file, and how many there are.
fn parts(text: &mut String, inspection: &Inspection) {
    const FIRST: usize = 12;
    let parts = &inspection.parts;
    let names: Vec<String> = (1..=parts.len()).map(|number| number.to_string()).collect();
    let words = parts.iter().map(|part| {
        let line = part.line.map(|line| format!("from line {line}, ")).unwrap_or_default();
        let settings: Vec<String> =
            part.settings.iter().map(|(name, level)| format!(", {name} {level}")).collect();
        let rows = if part.rows == 1 { "row" } else { "rows" };
        format!("{line}{} {rows}{}", part.rows, settings.concat())
    });
    let shown: Vec<(&str, String)> = names.iter().map(String::as_str).zip(words).take(FIRST).collect();
    list(text, "parts", &shown);
    if parts.len() > FIRST {
        line(text, "", &format!("… {} in all", parts.len()));
    }
}

fn times(text: &mut String, inspection: &Inspection) {
    let Some(period) = &inspection.period else {
        line(text, "period", "no row has a time");
        return;
    };
    let clock = inspection.clock.unwrap_or_default();
    line(text, "period", &format!("{}, by {clock}", period_of(period)));
    if let Some(interval) = inspection.interval_s {
        line(text, "interval", &format!("{} s", short(interval)));
    }
    if let Some(gaps) = &inspection.gaps {
        line(text, "gaps", &gaps_of(gaps));
    }
}

fn period_of(period: &Period) -> String {
    let duration = short(period.duration_s());
    match (&period.first.utc(), &period.last.utc()) {
        (Some(first), _) if period.duration_s() == 0.0 => clear(first),
        (Some(first), Some(last)) => {
            // The day is said once.
            let (day, _) = first.split_once('T').unwrap_or_default();
            let last = last.strip_prefix(day).map_or_else(|| clear(last), |time| clear(&time[1..]));
            format!("{} to {last}, {duration} s", clear(first).trim_end_matches(" UTC"))
        }
        _ => {
            let (first, last) = (time_of_day(period.first), time_of_day(period.last));
            format!("{first} to {last} on an unknown day or in an unknown zone, {duration} s")
        }
    }
}

fn gaps_of(gaps: &Gaps) -> String {
    let what = gaps.longer_than.seconds().map(|s| format!(" longer than {} s", short(s))).unwrap_or_default();
    let Some(longest) = &gaps.longest else {
        return format!("none{what}");
    };
    let length = match (longest.length.missing(), longest.length.seconds()) {
        (Some(missing), Some(s)) => format!("{missing} missing, about {} s,", short(s)),
        (Some(missing), None) => format!("{missing} missing"),
        (None, s) => format!("{} s", short(s.unwrap_or_default())),
    };
    let after = longest.after.utc().map_or_else(|| time_of_day(longest.after), |utc| clear(&utc));
    format!("{}{what}; the longest: {length} after row {} ({after})", gaps.count, longest.after_row)
}

/// `2010-01-26T14:29:45.656Z` → `2010-01-26 14:29:45.656 UTC`, without a fraction that is 0.
fn clear(utc: &str) -> String {
    let bare = utc.trim_end_matches('Z');
    format!("{} UTC", bare.strip_suffix(".000").unwrap_or(bare).replace('T', " "))
}

fn time_of_day(stamp: Stamp) -> String {
    let millis = (stamp.seconds * 1000.0).round() as i64;
    let (s, fraction) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    format!("{:02}:{:02}:{:02}.{fraction:03}", s / 3600, s / 60 % 60, s % 60)
}

/// At most three decimals.
fn short(value: f64) -> String {
    ((value * 1000.0).round() / 1000.0).to_string()
}

fn diagnostic(text: &mut String, d: &Diagnostic) {
    let style = match d.severity {
        Severity::Error => anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into())),
        Severity::Warning => anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Yellow.into())),
        Severity::Note => anstyle::Style::new().bold(),
    };
    let place = d.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let quoted = d.text.as_ref().map(|quoted| format!(": `{quoted}`")).unwrap_or_default();
    let _ = writeln!(
        text,
        "  {style}{:LABEL$}{style:#}{}",
        d.severity.name(),
        safe_line(&format!("{place}{}{quoted}", d.message))
    );
}

fn head(inspection: &Inspection) -> String {
    let mut table = plain_table();
    if let Some(width) = table.width() {
        table.set_width(width.saturating_sub(2));
    }
    table.set_header(inspection.columns.iter().map(|column| safe_line(&column.name)));
    for row in &inspection.head {
        table.add_row(
            inspection
                .columns
                .iter()
                .map(|c| row.get(&c.name).map(shown).map(|cell| safe(&cell)).unwrap_or_default()),
        );
    }
    for (index, column) in inspection.columns.iter().enumerate() {
        if column.unit != "text"
            && let Some(column) = table.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| format!("  {}\n", line.trim_end())).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "n/a".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        // Whole numbers need no `.0`.
        number => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
    }
}
