//! How much the runs look like runs that a reading of the names gives.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::Format;

use super::Log;

/// What a path tells about its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub levels: Vec<String>,
    pub repetition: u32,
    pub host: Option<String>,
}

/// A run has one of each of these, whatever its hosts.
pub fn is_of_service(format: Format) -> bool {
    matches!(format, Format::PingGawk | Format::Zeit | Format::MigrationTime)
}

type Run<'a> = (&'a [String], u32);

/// The logs of every run, by kind: the format, and the host where that may differ.
fn runs<'a>(logs: &'a [Log], told: &'a [Option<Told>]) -> BTreeMap<Run<'a>, Vec<(&'a Log, Option<&'a str>)>> {
    let mut runs: BTreeMap<Run<'_>, Vec<_>> = BTreeMap::new();
    for (log, told) in logs.iter().zip(told) {
        if let Some(told) = told {
            let host = told.host.as_deref().filter(|_| !is_of_service(log.format));
            runs.entry((&told.levels, told.repetition)).or_default().push((log, host));
        }
    }
    runs
}

/// How many logs are one too many in their run.
pub fn doubles(logs: &[Log], told: &[Option<Told>]) -> usize {
    let kinds = |logs: &[(&Log, Option<&str>)]| {
        logs.iter().map(|(log, host)| (log.format, host.map(str::to_owned))).collect::<BTreeSet<_>>().len()
    };
    runs(logs, told).values().map(|logs| logs.len() - kinds(logs)).sum()
}

/// Whether some run has logs of one kind from several hosts.
pub fn splits(logs: &[Log], told: &[Option<Told>]) -> bool {
    runs(logs, told).values().any(|logs| {
        let kinds: BTreeSet<_> = logs.iter().map(|(log, host)| (log.format, *host)).collect();
        let formats: BTreeSet<_> = logs.iter().map(|(log, _)| log.format).collect();
        kinds.len() > formats.len()
    })
}

/// How much the runs look like runs.
pub fn score(logs: &[Log], told: &[Option<Told>]) -> f64 {
    let runs = runs(logs, told);
    let all: BTreeSet<(Format, Option<&str>)> =
        runs.values().flatten().map(|(log, host)| (log.format, *host)).collect();
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let complete = runs.values().map(|logs| {
        let kinds: BTreeSet<_> = logs.iter().map(|(log, host)| (log.format, *host)).collect();
        kinds.len() as f64 / all.len() as f64
    });
    let overlapping = runs.values().map(|logs| {
        let spans = || logs.iter().filter_map(|(log, _)| log.span);
        let (latest, first_end) =
            spans().fold((f64::MIN, f64::MAX), |(latest, end), span| (span.0.max(latest), span.1.min(end)));
        if spans().count() == 0 || latest <= first_end + 5.0 { 1.0 } else { 0.0 }
    });
    let mut conditions: BTreeMap<&[String], Vec<u32>> = BTreeMap::new();
    for (levels, repetition) in runs.keys() {
        conditions.entry(levels).or_default().push(*repetition);
    }
    let counted = conditions.values().map(|repetitions| {
        let from_start = repetitions.first().is_some_and(|first| *first <= 1);
        let even = repetitions.windows(2).all(|pair| pair[1] == pair[0] + 1);
        f64::from(u8::from(from_start && even))
    });
    let several = runs.len() as f64 / conditions.len().max(1) as f64 >= 1.5;
    let placed = told.iter().flatten().count() as f64 / told.len() as f64;
    100.0 * placed - 200.0 * doubles(logs, told) as f64 / logs.len() as f64
        + 40.0 * mean(complete.collect())
        + 60.0 * mean(overlapping.collect())
        + 10.0 * mean(counted.collect())
        + if several { 5.0 } else { 0.0 }
}
