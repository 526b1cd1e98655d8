//! Three hypervisors, illustrative: see `main.rs`. There is nothing published to come back; the tables are whole, say
//! what they are, and show what pre-copy does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::check_repository;
use stillstand_generator::campaigns::hypervisor_sweep::{NAME, files};

/// Migration and blackout times of all repetitions, by hypervisor and level.
type Times = BTreeMap<(String, u32), Vec<(f64, f64)>>;

fn times(table: &str) -> Times {
    let mut found = Times::new();
    for line in table.lines().skip(2) {
        let cells: Vec<&str> = line.split(',').collect();
        let [hypervisor, level, repetition, migration, blackout] = cells[..] else { panic!("{line}") };
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        let values =
            found.entry((hypervisor.to_owned(), level.parse().expect("a whole number"))).or_default();
        values.push((number(migration), number(blackout)));
        assert_eq!(values.len().to_string(), repetition, "{line}");
    }
    found
}

/// Mean migration time of a hypervisor at the lowest and at the highest level.
fn ends(times: &Times, hypervisor: &str) -> [f64; 2] {
    let means: Vec<f64> = times
        .iter()
        .filter(|((name, _), _)| name == hypervisor)
        .map(|(_, values)| values.iter().map(|(migration, _)| migration).sum::<f64>() / values.len() as f64)
        .collect();
    [means[0], means[means.len() - 1]]
}

#[test]
fn the_repository_holds_what_the_generator_writes() {
    check_repository(NAME, &files(), 20_000);
}

#[test]
fn every_file_says_that_it_is_illustrative() {
    let texts = super::texts(files());
    assert_eq!(texts.len(), 4);
    assert!(texts.values().all(|text| text.starts_with("# Illustrative: ")));
    let declared = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(NAME).join("campaign.toml");
    let declared = fs::read_to_string(declared).expect("the campaign");
    assert!(declared.contains("\nprovenance = \"illustrative\"\n"));
    for name in texts.keys() {
        assert_eq!(declared.matches(&format!("file = \"{name}\"")).count(), 2, "{name}");
    }
}

#[test]
fn tables_are_whole_and_migrations_take_longer_with_load() {
    for (name, text) in super::texts(files()) {
        let times = times(&text);
        assert_eq!(times.len(), 3 * 5, "{name}");
        for (condition, values) in &times {
            assert_eq!(values.len(), 5, "{name}: {condition:?}");
            let inside = values.iter().all(|(migration, blackout)| 0.0 < *blackout && blackout < migration);
            assert!(inside, "{name}: {condition:?}");
        }
        for hypervisor in ["A", "B", "C"] {
            let [low, high] = ends(&times, hypervisor);
            assert!(high > low, "{name}: {hypervisor}");
        }
    }
}
