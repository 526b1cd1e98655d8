//! CPU caps, cores and migration: readings that were published, so that nothing is generated. The tables are whole,
//! and the averages that the study printed are those of its trials, but for two.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cpu-cap");
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The readings of each condition, which is all cells before the trial; trials count from 1 within it.
fn readings(name: &str) -> BTreeMap<String, Vec<f64>> {
    let mut found: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in text(name).lines().skip(1) {
        let mut cells: Vec<&str> = line.split(',').collect();
        let value = cells.pop().expect("a value").parse().expect("a number");
        let trial: usize = cells.pop().expect("a trial").parse().expect("a number");
        let values = found.entry(cells.join(",")).or_default();
        values.push(value);
        assert_eq!(values.len(), trial, "{name}: {line}");
    }
    found
}

/// What stands between the quotes behind a key.
fn quoted<'a>(text: &'a str, key: &str) -> &'a str {
    let rest = text.split_once(&format!("{key} = \"")).unwrap_or_else(|| panic!("{key} in {text}")).1;
    rest.split_once('"').expect("the end of a value").0
}

#[test]
fn tables_have_every_trial_of_every_condition() {
    let caps = readings("cpu-cap.csv");
    assert_eq!(caps.len(), 3 * 8);
    let cores = readings("physical-cores.csv");
    assert_eq!(cores.len(), 3 * 4);
    assert!(caps.values().chain(cores.values()).all(|values| values.len() == 10));
    assert_eq!(text("migration.csv").lines().count(), 1 + 3);
}

#[test]
fn two_printed_averages_are_not_those_of_their_trials() {
    let caps = readings("cpu-cap.csv");
    let declared = text("campaign.toml");
    let published: Vec<&str> = declared.split("[[published]]").skip(1).collect();
    assert_eq!(published.len(), caps.len());
    let mut other = Vec::new();
    for entry in published {
        let condition = format!("livermore-loops,1,{},{}", quoted(entry, "ram_mb"), quoted(entry, "cap_pct"));
        let values = &caps[&condition];
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let stated = quoted(entry, "stated");
        if (stated.parse::<f64>().expect("a number") - mean).abs() > 0.0005 {
            other.push(format!("{condition}: {stated}, {mean:.3}"));
        }
        assert_eq!(
            entry.contains("note = "),
            other.last().is_some_and(|o| o.starts_with(&condition)),
            "{entry}"
        );
    }
    assert_eq!(
        other,
        ["livermore-loops,1,2048,150: 24.841, 24.844", "livermore-loops,1,2048,200: 24.838, 24.841"]
    );
}
