//! What a script may rely on is written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stillstand::model::curves::CURVES;
use stillstand::model::metrics::metrics;
use stillstand::model::{Method, Unit};

/// Names of fields below a value, of whatever the program chose them itself: levels and numbers by name are data.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| names(entry, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(name.clone());
                let is_data =
                    name.ends_with("factors") || matches!(name.as_str(), "a" | "b" | "numbers" | "values");
                if !is_data || value.is_array() {
                    names(value, into);
                }
            }
        }
        _ => {}
    }
}

/// What a page says of a field: the rows of tables that have it in their first cell.
fn rows(page: &str, field: &str) -> String {
    let is_of = |row: &&str| {
        let first = row.split('|').nth(1).unwrap_or_default();
        row.starts_with('|')
            && (first.contains(&format!("`{field}`")) || first.contains(&format!("`{field}[]`")))
    };
    page.lines().filter(is_of).collect::<Vec<_>>().join("\n")
}

/// What every entry has where several campaigns are one report, which is said once.
const OF_FOLDERS: [&str; 2] = ["chapter", "campaign"];

/// The fields below a value that the rows do not name.
fn missing(place: &str, value: &Value, rows: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    names(value, &mut found);
    let is_missing = |name: &&String| {
        !OF_FOLDERS.contains(&name.as_str())
            && !rows.contains(&format!("`{name}`"))
            && !rows.contains(&format!("`{name}[]`"))
    };
    found.iter().filter(is_missing).map(|name| format!("{place}: {name}")).collect()
}

#[test]
fn every_field_of_a_summary_is_documented_in_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/data.md")).unwrap();
    let summary = crate::summary(&root.join("sample-data"));
    let mut undocumented = Vec::new();
    let mut checked = 0;
    let mut check = |place: &str, field: &str, value: &Value| {
        // Each of several has what a single one has.
        let also = if field == "campaigns" { ["campaign", "placement"].as_slice() } else { &[] };
        let rows: String = also.iter().chain([&field]).map(|field| rows(&page, field)).collect();
        if rows.is_empty() {
            undocumented.push(place.to_owned());
        }
        undocumented.extend(missing(place, value, &rows));
        checked += 1;
    };
    for (field, value) in summary.as_object().unwrap() {
        if field != "runs" {
            check(field, field, value);
        }
    }
    let fields = summary["runs"][0].as_object().unwrap().keys();
    for field in fields.filter(|field| !OF_FOLDERS.contains(&field.as_str())) {
        let of_all: Vec<Value> =
            summary["runs"].as_array().unwrap().iter().map(|run| run[field].clone()).collect();
        let is_data = field == "factors" || field == "numbers";
        check(&format!("runs[].{field}"), field, &if is_data { Value::Null } else { Value::from(of_all) });
    }
    assert!(checked > 30, "{checked}");
    undocumented.sort();
    undocumented.dedup();
    assert!(undocumented.is_empty(), "{undocumented:#?}");
}

/// The texts in quotes behind a mark in a source.
fn quoted<'a>(source: &'a str, mark: &str) -> BTreeSet<&'a str> {
    source.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Most findings are in no sample, so that the sources say what they hold.
#[test]
fn every_figure_of_a_finding_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let (page, model) = (text("docs/data.md"), text("src/model/finding.rs"));
    let data = text("src/write/json/findings.rs");
    let codes = quoted(&model, "=> \"");
    assert!(codes.len() > 15 && codes.contains("limit-exceeded"), "{codes:?}");
    let missing: Vec<&&str> = codes.iter().filter(|code| rows(&page, code).is_empty()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let all: String = codes.iter().map(|code| rows(&page, code)).collect();
    let figures: BTreeSet<&str> =
        [".value(\"", ".count(\""].iter().flat_map(|mark| quoted(&data, mark)).collect();
    assert!(figures.len() > 30 && figures.contains("at_least"), "{figures:?}");
    let missing: Vec<&&str> = figures.iter().filter(|name| !all.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // What is in a sample stands in the row of its own code.
    let summary = crate::summary(&root.join("sample-data"));
    for finding in summary["findings"].as_array().unwrap() {
        let rows = rows(&page, finding["code"].as_str().unwrap());
        for name in finding["values"].as_object().unwrap().keys() {
            assert!(rows.contains(&format!("`{name}`")), "{}: {name}", finding["code"]);
        }
    }
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
        (
            Unit::Percent,
            "per cent of the whole host; `disk.util` of the time, `process.<name>.cpu` of one CPU",
        ),
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
