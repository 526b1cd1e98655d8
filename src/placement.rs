//! Which VM to migrate first when VMs together use more CPU than wanted: the one that takes the least time to
//! migrate; where times are equal within what is known of them, the one that is out of service for less.
//!
//! A VM is a level of one factor. Times come from a campaign's runs or from its measurements.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::aggregate::SERIES;
use crate::analysis::{Analysis, Factors, Method};
use crate::config::{PlacementTable, selects};
use crate::stats::Sample;

/// The order in which to migrate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placement {
    /// Per cent of the host that the VMs may use together.
    pub threshold_percent: f64,
    /// What they use together; `None` where it is not known of all.
    pub cpu_percent: Option<f64>,
    /// How many have to leave, in this order, for the others to stay below the threshold.
    pub to_migrate: Option<usize>,
    pub order: Vec<Candidate>,
}

/// One VM.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    pub vm: String,
    pub time_s: f64,
    /// Half-width of the 95 % interval, or half of the last digit of a single reading.
    pub time_uncertainty_s: f64,
    pub downtime_s: Option<f64>,
    pub cpu_percent: Option<f64>,
    /// Why it stands where it stands.
    pub reason: String,
}

/// The recommendation for a campaign.
///
/// # Errors
///
/// Fewer than two VMs have a migration time, or a metric names nothing that was measured.
pub fn place(analysis: &Analysis, table: &PlacementTable) -> Result<Placement> {
    let factor = match &table.factor {
        Some(factor) => factor.clone(),
        None => varying(analysis)?,
    };
    let downtime = table.downtime.clone().unwrap_or_else(|| {
        let there = |metric: &&str| analysis.series.iter().any(|series| series.metric == **metric);
        let of_methods = Method::FOR_SERVICE.into_iter().map(Method::metric);
        of_methods.into_iter().find(there).unwrap_or("outage_ping").to_owned()
    });
    let times = by_level(analysis, &factor, &table.time, &Factors::new());
    let downtimes = by_level(analysis, &factor, &downtime, &Factors::new());
    let cpus = match &table.cpu {
        Some(metric) => {
            let found = by_level(analysis, &factor, metric, &table.cpu_where);
            ensure!(!found.is_empty(), "placement: nothing was measured that is called `{metric}`");
            found
        }
        None => BTreeMap::new(),
    };
    ensure!(
        times.len() > 1,
        "placement needs a migration time of at least two VMs: `{}` has {} by the factor `{factor}`. The keys of \
         [placement] in campaign.toml say where times, downtimes and CPU come from",
        table.time,
        times.len()
    );
    let mean = |values: &Sample| values.mean();
    let mut waiting: Vec<Candidate> = times
        .iter()
        .map(|(vm, values)| Candidate {
            vm: vm.clone(),
            time_s: mean(values),
            time_uncertainty_s: table.time_uncertainty_s.unwrap_or_else(|| uncertainty(values)),
            downtime_s: downtimes.get(vm).map(mean),
            cpu_percent: cpus.get(vm).map(mean),
            reason: String::new(),
        })
        .collect();
    waiting.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then_with(|| a.vm.cmp(&b.vm)));
    let mut order: Vec<Candidate> = Vec::new();
    while let Some(fastest) = waiting.first().cloned() {
        // What cannot be told from the fastest competes by its downtime.
        let equal = waiting
            .iter()
            .filter(|other| {
                other.time_s - fastest.time_s <= fastest.time_uncertainty_s + other.time_uncertainty_s
            })
            .count();
        let downtime = |candidate: &Candidate| candidate.downtime_s.unwrap_or(f64::INFINITY);
        let chosen =
            (0..equal).min_by(|a, b| downtime(&waiting[*a]).total_cmp(&downtime(&waiting[*b]))).unwrap_or(0);
        let mut candidate = waiting.remove(chosen);
        let others: Vec<&str> = waiting[..equal - 1].iter().map(|other| other.vm.as_str()).collect();
        candidate.reason = reason(&candidate, &others, waiting.is_empty());
        order.push(candidate);
    }
    let cpu_percent = order.iter().map(|candidate| candidate.cpu_percent).sum::<Option<f64>>();
    let to_migrate = cpu_percent.map(|all| {
        let mut left = all;
        order
            .iter()
            .take_while(|candidate| {
                let over = left > table.threshold_percent;
                left -= candidate.cpu_percent.unwrap_or(0.0);
                over
            })
            .count()
    });
    Ok(Placement { threshold_percent: table.threshold_percent, cpu_percent, to_migrate, order })
}

fn reason(candidate: &Candidate, others: &[&str], last: bool) -> String {
    match (others.is_empty(), candidate.downtime_s) {
        (true, _) if last => "what is left".to_owned(),
        (true, _) => "takes the least time".to_owned(),
        (false, None) => format!("takes as long as {}, and no downtime is known", others.join(" and ")),
        (false, Some(_)) => {
            format!(
                "takes as long as {} within the uncertainty, and has the shorter downtime",
                others.join(" and ")
            )
        }
    }
}

/// The one factor that varies.
fn varying(analysis: &Analysis) -> Result<String> {
    let mut levels: BTreeMap<&str, std::collections::BTreeSet<&str>> = BTreeMap::new();
    for (name, level) in analysis.conditions.iter().flat_map(|condition| &condition.factors) {
        levels.entry(name).or_default().insert(level);
    }
    let varying: Vec<&str> =
        levels.iter().filter(|(_, levels)| levels.len() > 1).map(|(name, _)| *name).collect();
    ensure!(
        varying.len() == 1,
        "placement: {} factors vary ({}); say with `factor` in [placement] which one tells the VMs apart",
        varying.len(),
        varying.join(", ")
    );
    Ok(varying[0].to_owned())
}

/// The values of a metric by the levels of a factor: of a series of the runs, or of `benchmark.operation`.
fn by_level(analysis: &Analysis, factor: &str, metric: &str, levels: &Factors) -> BTreeMap<String, Sample> {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut add = |condition: usize, of: &mut dyn Iterator<Item = f64>| {
        let factors = &analysis.conditions[condition].factors;
        if let Some(level) = factors.get(factor).filter(|_| selects(levels, factors)) {
            values.entry(level.clone()).or_default().extend(of);
        }
    };
    for series in analysis.series.iter().filter(|series| series.metric == metric) {
        add(series.condition, &mut series.values.iter().copied().flatten());
    }
    let of_series = SERIES.iter().any(|(name, _)| *name == metric);
    if let Some((benchmark, operation)) = metric.split_once('.').filter(|_| !of_series) {
        for of in analysis.benchmarks.iter().filter(|b| b.benchmark == benchmark && b.operation == operation)
        {
            add(of.condition, &mut of.readings.iter().map(|reading| reading.value));
        }
    }
    values.into_iter().filter_map(|(level, values)| Some((level, Sample::new(values)?))).collect()
}

/// Half-width of the 95 % interval of the mean; of fewer than three readings half a unit of the last digit that
/// they were printed with.
fn uncertainty(values: &Sample) -> f64 {
    if let Some(interval) = values.summary().ci95 {
        return (interval.high - interval.low) / 2.0;
    }
    let decimals = values.values().iter().map(|value| {
        let text = format!("{value}");
        text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    });
    let decimals = decimals.max().unwrap_or(0);
    0.5 / 10f64.powi(i32::try_from(decimals).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::analysis;

    fn table(text: &str) -> PlacementTable {
        let config = crate::config::Config::parse(&format!("[placement]\n{text}")).unwrap();
        config.file.placement.unwrap()
    }

    #[test]
    fn the_shorter_time_wins_and_a_tie_goes_to_the_shorter_downtime() {
        let mut analysis = analysis();
        analysis.series.clear();
        for (condition, time, downtime) in [(0, [64.0, 65.0, 64.5], 3.0), (1, [64.4, 64.6, 64.2], 1.0)] {
            for (metric, values) in [("migration_duration", time), ("outage_ping", [downtime; 3])] {
                let summary = Sample::new(values.to_vec()).map(|sample| sample.summary());
                analysis.series.push(crate::analysis::Series {
                    condition,
                    metric: metric.to_owned(),
                    unit: crate::analysis::Unit::Seconds,
                    values: values.map(Some).to_vec(),
                    summary,
                });
            }
        }
        let placed = place(&analysis, &table("")).unwrap();
        let levels: Vec<&str> = placed.order.iter().map(|candidate| candidate.vm.as_str()).collect();
        let level = |index: usize| analysis.conditions[index].factors["load"].as_str();
        assert_eq!(levels, [level(1), level(0)]);
        assert!(placed.order[0].reason.contains("shorter downtime"), "{placed:?}");
        assert_eq!((placed.cpu_percent, placed.to_migrate), (None, None));
        // With times that are known exactly there is no tie.
        let placed = place(&analysis, &table("time_uncertainty_s = 0.01")).unwrap();
        assert_eq!(placed.order[0].reason, "takes the least time");
    }

    #[test]
    fn single_readings_are_known_to_their_last_digit() {
        let of = |values: &[f64]| uncertainty(&Sample::new(values.to_vec()).unwrap());
        assert_eq!((of(&[63.0]), of(&[63.25]), of(&[63.5, 64.0])), (0.5, 0.005, 0.05));
    }
}
