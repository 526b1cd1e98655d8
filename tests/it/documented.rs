//! What a script may rely on is written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stillstand::model::curves::CURVES;
use stillstand::model::metrics::metrics;
use stillstand::model::{Method, Unit};

/// Names of fields, of whatever the program chose them itself: levels and values of findings are data.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| names(entry, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(name.clone());
                let is_data = name.ends_with("factors") || name == "values" || name == "numbers";
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

/// What `docs/data.md` says between two marks.
fn between(page: &str, mark: &str) -> String {
    let (_, rest) = page.split_once(&format!("<!-- {mark} -->\n")).unwrap();
    rest.split_once(&format!("<!-- end of {mark} -->")).unwrap().0.to_owned()
}

#[test]
fn every_quantity_of_a_curve_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/data.md")).unwrap();
    let units = [
        (Unit::Percent, "per cent of the whole host"),
        (Unit::Bytes, "bytes"),
        (Unit::BytesPerSecond, "bytes per second"),
        (Unit::Milliseconds, "milliseconds"),
    ];
    let lines = units.map(|(unit, words)| {
        let of_unit = CURVES.iter().filter(|curve| curve.unit == unit);
        let names: Vec<String> = of_unit.map(|curve| format!("`{}`", curve.name())).collect();
        format!("- {}: {words}\n", names.join(", "))
    });
    assert!(CURVES.iter().all(|curve| units.iter().any(|(unit, _)| *unit == curve.unit)));
    let expected = lines.concat();
    assert!(between(&page, "curves") == expected, "docs/data.md should say:\n{expected}");
}

#[test]
fn every_method_of_an_outage_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/data.md")).unwrap();
    let names = Method::ALL.map(|method| format!("`{}`", method.name())).join(", ");
    let expected = format!("| `outages[]` | `method` ({names}),");
    assert!(page.contains(&expected), "docs/data.md should have a row that begins:\n{expected}");
}

/// Numbers of a run need no list in the documents: the program has it.
#[test]
fn the_program_lists_every_number_with_its_definition() {
    for (language, label) in [("en", "Outage by ping"), ("de", "Ausfall nach Ping")] {
        let list = crate::stdout(&["metrics", "--lang", language]);
        for metric in metrics() {
            assert!(list.contains(metric.key.0), "{}", metric.key.0);
        }
        assert!(list.contains(label), "{list}");
    }
}
/// Every Markdown file of the repository, but for what a build or a report may have left in hidden folders.
fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            pages(&path, into);
        } else if name.ends_with(".md") {
            into.push(path);
        }
    }
}

/// The anchors of a page, as GitHub derives them from its headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let mut found = BTreeSet::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if !in_code && let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|&c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            found.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    found
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    pages(root, &mut files);
    assert!(files.len() > 50, "{}", files.len());
    let mut dead = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            let found = target.exists()
                && (anchor.is_empty() || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
            if !found {
                dead.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn sources_that_documents_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("ARCHITECTURE.md"), root.join("CONTRIBUTING.md")];
    pages(&root.join("docs"), &mut files);
    let mut missing = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for name in text.split('`').skip(1).step_by(2) {
            let is_source = ["src/", "parsers/", "tests/", "sample-data/", "examples/", "testbed/"]
                .iter()
                .any(|folder| name.starts_with(folder));
            let is_path = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
                && !name.split('/').any(|part| part == "NAME");
            if is_source && is_path && !root.join(name).exists() {
                missing.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
