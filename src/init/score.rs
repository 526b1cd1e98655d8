//! How much the runs look like runs that a reading of the names gives.

use std::collections::{BTreeMap, BTreeSet};

use super::{Log, LogKind};

/// What a path tells about its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub levels: Vec<String>,
    pub repetition: u32,
    pub host: Option<String>,
}

type Run<'a> = (&'a [String], u32);

/// The logs of every run, by kind, and the host where that may differ.
fn runs<'a>(
    logs: &'a [Log],
    assigned: &'a [Option<Assignment>],
) -> BTreeMap<Run<'a>, Vec<(&'a Log, Option<&'a str>)>> {
    let mut runs: BTreeMap<Run<'_>, Vec<_>> = BTreeMap::new();
    for (log, assigned) in logs.iter().zip(assigned) {
        if let Some(assigned) = assigned {
            let host = assigned.host.as_deref().filter(|_| !log.format.meaning().is_once_per_run());
            runs.entry((&assigned.levels, assigned.repetition)).or_default().push((log, host));
        }
    }
    runs
}

/// How many logs are one too many in their run.
pub fn doubles(logs: &[Log], assigned: &[Option<Assignment>]) -> usize {
    let kinds = |logs: &[(&Log, Option<&str>)]| {
        logs.iter().map(|(log, host)| (log.kind(), host.map(str::to_owned))).collect::<BTreeSet<_>>().len()
    };
    runs(logs, assigned).values().map(|logs| logs.len() - kinds(logs)).sum()
}

/// Whether some run has logs of one kind from several hosts.
pub fn splits(logs: &[Log], assigned: &[Option<Assignment>]) -> bool {
    runs(logs, assigned).values().any(|logs| {
        let kinds: BTreeSet<_> = logs.iter().map(|(log, host)| (log.kind(), *host)).collect();
        let without_hosts: BTreeSet<_> = logs.iter().map(|(log, _)| log.kind()).collect();
        kinds.len() > without_hosts.len()
    })
}

/// How many runs have logs of different times.
pub fn apart(logs: &[Log], assigned: &[Option<Assignment>]) -> usize {
    runs(logs, assigned).values().filter(|logs| !overlap(logs)).count()
}

/// Whether all logs of a run that tell their time have some in common, give or take what clocks differ. Times of a wall whose zone is
/// not known are as far from others as zones are.
fn overlap(logs: &[(&Log, Option<&str>)]) -> bool {
    const BESIDE_S: f64 = 5.0;
    const FARTHEST_S: f64 = 14.0 * 3600.0;
    let of = |is_local: bool| {
        let spans = logs.iter().filter_map(|(log, _)| log.span).filter(move |span| span.is_local == is_local);
        spans.fold(None, |common: Option<(f64, f64)>, span| {
            let (latest, first_end) = common.unwrap_or((f64::MIN, f64::MAX));
            Some((span.first.max(latest), span.last.min(first_end)))
        })
    };
    let is_common =
        |common: Option<(f64, f64)>| common.is_none_or(|(latest, first_end)| latest <= first_end + BESIDE_S);
    let (local, placed) = (of(true), of(false));
    let near = match (local, placed) {
        (Some(local), Some(placed)) => {
            local.0 <= placed.1 + FARTHEST_S + BESIDE_S && placed.0 <= local.1 + FARTHEST_S + BESIDE_S
        }
        _ => true,
    };
    is_common(local) && is_common(placed) && near
}

/// How much the runs look like runs.
pub fn score(logs: &[Log], assigned: &[Option<Assignment>]) -> f64 {
    let runs = runs(logs, assigned);
    // A benchmark that is a load itself leaves its log in the runs of that load only: kinds of which most
    // runs have none say nothing about a run.
    let mut number_of: BTreeMap<(LogKind, Option<&str>), usize> = BTreeMap::new();
    for logs in runs.values() {
        for kind in logs.iter().map(|(log, host)| (log.kind(), *host)).collect::<BTreeSet<_>>() {
            *number_of.entry(kind).or_default() += 1;
        }
    }
    let all: BTreeSet<_> =
        number_of.into_iter().filter(|(_, number)| 2 * number >= runs.len()).map(|(kind, _)| kind).collect();
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let complete = runs.values().map(|logs| {
        let kinds: BTreeSet<_> = logs.iter().map(|(log, host)| (log.kind(), *host)).collect();
        kinds.intersection(&all).count() as f64 / all.len().max(1) as f64
    });
    let overlapping = runs.values().map(|logs| if overlap(logs) { 1.0 } else { 0.0 });
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
    let placed = assigned.iter().flatten().count() as f64 / assigned.len() as f64;
    100.0 * placed - 200.0 * doubles(logs, assigned) as f64 / logs.len() as f64
        + 40.0 * mean(complete.collect())
        + 60.0 * mean(overlapping.collect())
        + 10.0 * mean(counted.collect())
        + if several { 5.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;

    fn log(format: &str, (first, last): (f64, f64)) -> Log {
        let format = stillstand_parsers::format_named(format).unwrap();
        let span = Some(Span { first, last, is_local: false });
        Log { relative: String::new(), format, table: None, host: None, span }
    }

    fn assigned(level: &str, repetition: u32, host: Option<&str>) -> Option<Assignment> {
        Some(Assignment { levels: vec![level.to_owned()], repetition, host: host.map(str::to_owned) })
    }

    #[test]
    fn runs_of_one_time_with_one_log_of_each_kind_score_best() {
        let logs = [
            log("dstat", (0.0, 60.0)),
            log("dstat", (1.0, 61.0)),
            log("ping-gawk", (2.0, 50.0)),
            log("dstat", (100.0, 160.0)),
            log("dstat", (101.0, 161.0)),
            log("ping-gawk", (102.0, 150.0)),
        ];
        let of = |run: fn(usize) -> Option<Assignment>| (0..6).map(run).collect::<Vec<_>>();
        let right = of(|n| assigned("none", n as u32 / 3 + 1, [Some("a"), Some("b"), None][n % 3]));
        let without_hosts = of(|n| assigned("none", n as u32 / 3 + 1, None));
        let hosts_as_loads = of(|n| assigned(["a", "b", ""][n % 3], n as u32 / 3 + 1, None));
        let runs_mixed = of(|n| assigned("none", n as u32 % 2 + 1, [Some("a"), Some("b"), None][n % 3]));
        assert_eq!((doubles(&logs, &right), apart(&logs, &right), splits(&logs, &right)), (0, 0, true));
        assert_eq!((doubles(&logs, &without_hosts), splits(&logs, &without_hosts)), (2, false));
        assert_eq!(apart(&logs, &runs_mixed), 2);
        for other in [without_hosts, hosts_as_loads, runs_mixed] {
            assert!(score(&logs, &right) > score(&logs, &other), "{other:?}");
        }
    }

    #[test]
    fn local_times_are_times() {
        let local = |first: f64| {
            let log = log("sar", (first, first + 60.0));
            Log { span: log.span.map(|span| Span { is_local: true, ..span }), ..log }
        };
        let logs = [
            local(0.0),
            local(10.0),
            local(600.0),
            log("dstat", (3600.0, 3660.0)),
            log("dstat", (90_000.0, 90_060.0)),
        ];
        let together = |these: &[usize]| {
            let these: Vec<(&Log, Option<&str>)> = these.iter().map(|n| (&logs[*n], None)).collect();
            overlap(&these)
        };
        assert!(together(&[0, 1]) && !together(&[0, 2]), "of one wall");
        assert!(together(&[0, 3]) && !together(&[0, 4]), "a zone is at most half a day away");
    }
}
