//! What a script may rely on in `summary.json`: every field, with the types of its values, as reviewed.
//!
//! The values are those of all sample campaigns: a type that none of them shows is not pinned.
//! A field that is renamed, removed or given another type changes the snapshot. Fields may be added; anything else
//! needs a new number of the schema. The page that documents the fields is checked in `documented`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Types by path; of fields whose values are words of the program, also these.
type Schema = BTreeMap<String, BTreeSet<String>>;

/// Objects whose keys are data: the factors of a campaign, and the numbers of a run, which `stillstand metrics` lists.
const BY_DATA: [&str; 5] = ["factors", "baseline_factors", "a", "b", "numbers"];

/// Fields whose values are words of the program.
const WORDS: [&str; 20] = [
    "provenance",
    "role",
    "align",
    "status",
    "method",
    "verdict",
    "kind",
    "phase",
    "evidence",
    "severity",
    "direction",
    "owner",
    "against",
    "origins",
    "decided_by",
    "test",
    "code",
    "unit",
    "start_evidence",
    "end_evidence",
];

/// Adds what a value says of the schema. `name` is that of the field that holds it, directly or in a list.
fn add(path: &str, name: &str, value: &Value, schema: &mut Schema) {
    let kind = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(number) if name == "schema" => number.to_string(),
        Value::Number(number) if number.is_f64() => "number".to_owned(),
        Value::Number(_) => "integer".to_owned(),
        Value::String(word) if WORDS.contains(&name) => format!("\"{word}\""),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
    };
    if !path.is_empty() {
        schema.entry(path.to_owned()).or_default().insert(kind);
    }
    match value {
        Value::Array(entries) => {
            entries.iter().for_each(|entry| add(&format!("{path}[]"), name, entry, schema));
        }
        Value::Object(fields) => {
            let by_data = BY_DATA.contains(&name);
            for (field, value) in fields {
                let part = if by_data { "*" } else { field };
                let path = if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
                add(&path, field, value, schema);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The folders below one that a `campaign.toml` declares to be campaigns.
fn declared(folder: &Path, into: &mut Vec<PathBuf>) {
    if folder.join("campaign.toml").exists() {
        into.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared(&path, into);
        }
    }
}

#[test]
fn the_fields_of_a_summary_are_as_reviewed() {
    let mut campaigns = Vec::new();
    declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data"), &mut campaigns);
    assert!(campaigns.len() > 10, "{campaigns:?}");
    let mut schema = Schema::new();
    campaigns.iter().for_each(|campaign| add("", "", &crate::summary(campaign), &mut schema));
    let lines = schema.iter().map(|(path, kinds)| {
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        format!("{path}: {}\n", kinds.join(" | "))
    });
    insta::assert_snapshot!(lines.collect::<String>());
}
