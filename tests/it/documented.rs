//! What a script may rely on is written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Names of fields, of whatever the program chose them itself: levels and values of findings are data.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| names(entry, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(name.clone());
                let is_data = name.ends_with("factors") || name == "values";
                if !is_data || value.is_array() {
                    names(value, into);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_of_a_summary_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/data.md")).unwrap();
    let mut found = BTreeSet::new();
    let mut summary = crate::summary(&root.join("sample-data"));
    // Conditions are data there.
    for comparison in summary["comparisons"].as_array_mut().unwrap() {
        (comparison["a"], comparison["b"]) = (Value::Null, Value::Null);
    }
    names(&summary, &mut found);
    assert!(found.len() > 150, "{}", found.len());
    let missing: Vec<&String> = found
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")) && !page.contains(&format!("`{name}[]`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
