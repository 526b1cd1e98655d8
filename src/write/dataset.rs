//! The parsed and aligned series as a Parquet dataset, for analyses that the program does not make.
//!
//! ```text
//! runs.parquet, outages.parquet                     one row a run, an outage
//! results.parquet                                   one row a value of a benchmark
//! samples/load=none/repetition=1/data.parquet       host, metric, unit, t_s, value
//! requests/load=none/repetition=1/data.parquet      seq, t_s, rtt_ms (null: unanswered)
//! guest_clock/load=none/repetition=1/data.parquet   t_s
//! rounds/load=none/repetition=1/data.parquet        what each round of pre-copy sent
//! ```
//!
//! Folders are partitions in the manner of Hive, a factor each, so that DuckDB, polars and pandas find their
//! levels by themselves. `t_s` is in seconds since the event that the campaign is aligned at. Values are those of
//! the analysis, not rounded. Absent on purpose: means over repetitions, which are the report's.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use polars::prelude::{Column, DataFrame};

use super::frames::{column, outages, results, runs};
use crate::input;
use crate::model::key::short;
use crate::model::{Analysis, Event, Run};
use crate::run::align::AlignedRun;
use crate::write::attempt::Making;

/// What Hive calls a level that is missing.
const NO_LEVEL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Columns that no factor may be called, since readers put the levels beside them.
const TAKEN: [&str; 12] = [
    "repetition",
    "host",
    "metric",
    "unit",
    "t_s",
    "value",
    "seq",
    "rtt_ms",
    "run",
    "round",
    "method",
    "benchmark",
];

/// The tables of one run as Parquet, by name; those without a row are left out.
#[derive(Debug, Default)]
pub struct RunTables(Vec<(&'static str, Vec<u8>)>);

impl RunTables {
    /// The aligned series of a run and its rounds. A run without the event `align` has no place on the axis.
    ///
    /// # Errors
    ///
    /// polars refuses a frame, which would be a mistake in the program.
    pub fn new(run: &Run, aligned: &AlignedRun, align: Event) -> anyhow::Result<Self> {
        let mut tables = vec![("rounds", rounds(run))];
        if let Some(zero_s) = run.event_s(align) {
            tables.extend([
                ("samples", samples(aligned, zero_s)),
                ("requests", requests(aligned, zero_s)),
                ("guest_clock", guest_clock(aligned, zero_s)),
            ]);
        }
        let written = |(name, columns)| {
            let bytes = parquet(columns).with_context(|| format!("{name} of run {}", run.id));
            Some(bytes.transpose()?.map(|bytes| (name, bytes)))
        };
        Ok(Self(tables.into_iter().filter_map(written).collect::<anyhow::Result<_>>()?))
    }
}

/// Makes every file of the dataset but the manifest, in the folder `above`. `tables` are those of the runs of the
/// analysis, in its order.
///
/// # Errors
///
/// A factor has the name of a column, or polars refuses a frame, which would be a mistake in the program.
pub fn folder(
    analysis: &Analysis,
    tables: Vec<anyhow::Result<RunTables>>,
    above: &str,
    making: &Making<'_>,
) -> anyhow::Result<()> {
    let factors: BTreeSet<&str> = analysis
        .conditions
        .iter()
        .flat_map(|condition| condition.factors.keys().map(String::as_str))
        .collect();
    if let Some(taken) = factors.iter().find(|factor| TAKEN.contains(factor)) {
        anyhow::bail!(
            "the factor `{taken}` has the name of a column of the dataset; give it another in campaign.toml"
        );
    }
    ensure!(analysis.runs.len() == tables.len(), "the analysis has other runs than there are tables");
    let partitioned = partition_factors(analysis);
    for (run, tables) in analysis.runs.iter().zip(tables) {
        let partition = partition(run, &partitioned);
        for (table, bytes) in tables?.0 {
            let path = format!("{above}{table}/{partition}repetition={}/data.parquet", run.repetition);
            making.put(&path, || Ok(bytes));
        }
    }
    for (name, columns) in [
        ("runs", runs(analysis, &factors)),
        ("outages", outages(analysis, &factors)),
        ("results", results(analysis, &factors)),
    ] {
        let path = format!("{above}{name}.parquet");
        if let Some(bytes) = parquet(columns).with_context(|| path.clone())? {
            making.put(&path, || Ok(bytes));
        }
    }
    Ok(())
}

/// The factors that are partitions: those of the conditions that have runs.
fn partition_factors(analysis: &Analysis) -> BTreeSet<&str> {
    let with_runs = analysis.conditions.iter().filter(|condition| !condition.runs.is_empty());
    with_runs.flat_map(|condition| condition.factors.keys().map(String::as_str)).collect()
}

/// The folders of a run, one for each factor.
fn partition(run: &Run, factors: &BTreeSet<&str>) -> String {
    let folder = |factor: &&str| {
        let level = run.factors.get(*factor).map_or(NO_LEVEL.to_owned(), |level| encoded(level));
        format!("{}={level}/", encoded(factor))
    };
    factors.iter().map(folder).collect()
}

fn samples(aligned: &AlignedRun, zero_s: f64) -> Vec<Column> {
    let rows: usize = aligned.samples.iter().map(|of| of.t_s.len()).sum();
    let mut hosts: Vec<Option<&str>> = Vec::with_capacity(rows);
    let mut metrics: Vec<&str> = Vec::with_capacity(rows);
    let mut units: Vec<&str> = Vec::with_capacity(rows);
    let mut times = Vec::with_capacity(rows);
    let mut values = Vec::with_capacity(rows);
    for of in &aligned.samples {
        let n = of.t_s.len();
        hosts.extend(std::iter::repeat_n(of.host.as_deref(), n));
        metrics.extend(std::iter::repeat_n(of.metric.as_str(), n));
        units.extend(std::iter::repeat_n(of.unit.name(), n));
        times.extend(of.t_s.iter().map(|t| t - zero_s));
        values.extend_from_slice(&of.values);
    }
    vec![
        column("host", hosts),
        column("metric", metrics),
        column("unit", units),
        column("t_s", times),
        column("value", values),
    ]
}

/// So many requests without an answer have rows: more than a day at ten a second.
const MOST_UNANSWERED: usize = 1_000_000;

/// The requests of a run; where more than [`MOST_UNANSWERED`] had no answer, those that had one.
fn requests(aligned: &AlignedRun, zero_s: f64) -> Vec<Column> {
    let Some(ping) = aligned.ping.as_ref().filter(|ping| ping.origin_s.is_some()) else { return Vec::new() };
    let answers: BTreeMap<u32, Option<f64>> =
        ping.answered.iter().copied().zip(ping.rtt_ms.iter().copied()).collect();
    let all = ping.first_seq..ping.first_seq.saturating_add(ping.sent);
    // A number in a log may be any: what nobody answered is no row of it.
    let unanswered = all.len().saturating_sub(answers.len());
    let sent: Vec<u32> = match unanswered > MOST_UNANSWERED {
        true => answers.keys().copied().filter(|seq| all.contains(seq)).collect(),
        false => all.collect(),
    };
    let sent = || sent.iter().copied();
    vec![
        column("seq", sent().collect::<Vec<u32>>()),
        column("t_s", sent().map(|seq| Some(ping.sent_at(seq)? - zero_s)).collect::<Vec<_>>()),
        column("answered", sent().map(|seq| answers.contains_key(&seq)).collect::<Vec<_>>()),
        column("rtt_ms", sent().map(|seq| answers.get(&seq).copied().flatten()).collect::<Vec<_>>()),
    ]
}

fn guest_clock(aligned: &AlignedRun, zero_s: f64) -> Vec<Column> {
    let clock = aligned.guest_clock.as_ref().filter(|clock| clock.aligned);
    let stamps = clock.map(|clock| clock.stamps_s.iter().map(|t| t - zero_s).collect::<Vec<_>>());
    stamps.map(|stamps| vec![column("t_s", stamps)]).unwrap_or_default()
}

fn rounds(run: &Run) -> Vec<Column> {
    let Some(rounds) = run.hypervisor.as_ref().map(|account| &account.rounds) else { return Vec::new() };
    let numbers: Vec<u64> = rounds.iter().map(|round| round.number).collect();
    vec![
        column("round", numbers),
        column("pages_sent", rounds.iter().map(|round| round.pages_sent).collect::<Vec<_>>()),
        column("bytes_sent", rounds.iter().map(|round| round.bytes_sent).collect::<Vec<_>>()),
        column("pages_skipped", rounds.iter().map(|round| round.pages_skipped).collect::<Vec<_>>()),
        column("pages_dirtied", rounds.iter().map(|round| round.pages_dirtied).collect::<Vec<_>>()),
        column("duration_s", rounds.iter().map(|round| round.duration_s).collect::<Vec<_>>()),
    ]
}

/// A frame as Parquet; `None` without a row.
fn parquet(columns: Vec<Column>) -> anyhow::Result<Option<Vec<u8>>> {
    if columns.first().is_none_or(|first| first.is_empty()) {
        return Ok(None);
    }
    let mut frame = DataFrame::new_infer_height(columns)?;
    Ok(Some(input::parquet::write(&mut frame)?))
}

/// A name or a level as part of a path: bytes that mean something there are escaped as Hive does, `%2F`.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'+' => encoded.push(char::from(byte)),
            b'.' if !text.starts_with('.') => encoded.push('.'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    short(encoded, 200)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::attempt::Nowhere;

    #[test]
    fn levels_are_safe_in_paths() {
        assert_eq!(encoded("none"), "none");
        assert_eq!(encoded("0.5"), "0.5");
        assert_eq!(encoded("../a b=c"), "%2E%2E%2Fa%20b%3Dc");
        assert_eq!(encoded("ü"), "%C3%BC");
    }

    #[test]
    fn a_factor_may_not_be_called_like_a_column() {
        let mut analysis = crate::model::example::analysis();
        analysis.conditions[0].factors.insert("host".to_owned(), "a".to_owned());
        let making = Making::new(&Nowhere);
        let error = folder(&analysis, Vec::new(), "", &making).unwrap_err().to_string();
        assert!(error.contains("`host`"), "{error}");
    }
}
