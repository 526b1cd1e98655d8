//! Which VM to migrate first when VMs together use more CPU than wanted: the one that takes the least time to
//! migrate; where times are equal within what is known of them, the one that is out of service for less.
//!
//! A VM is a level of one factor. Times come from a campaign's runs or from its measurements.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use crate::input::config::{PlacementTable, selects};
use crate::model::metrics;
use crate::model::{Analysis, Candidate, ConditionId, Factors, Method, Placement, Reason};
use crate::stats::Sample;

/// The recommendation for a campaign. `declared` says that the campaign itself asks for one.
///
/// # Errors
///
/// Nothing says which factor tells VMs apart, fewer than two VMs have a migration time, or a metric names nothing that was measured.
pub fn place(analysis: &Analysis, table: &PlacementTable, declared: bool) -> Result<Placement> {
    let order = ordered(candidates(analysis, table, declared)?);
    let cpu_percent = order.iter().map(|candidate| candidate.cpu_percent).sum::<Option<f64>>();
    let threshold_percent = table.threshold_percent;
    let placement = Placement { threshold_percent, cpu_percent, to_migrate: None, order };
    let fits = |left: &usize| placement.rest_percent(*left).is_some_and(|rest| rest <= threshold_percent);
    // Without any VM there is no load, whatever the threshold.
    let vms = placement.order.len();
    let to_migrate = cpu_percent.map(|_| (0..vms).find(fits).unwrap_or(vms));
    Ok(Placement { to_migrate, ..placement })
}

/// The VMs with what is known of them, not yet in an order.
fn candidates(analysis: &Analysis, table: &PlacementTable, declared: bool) -> Result<Vec<Candidate>> {
    let factor = match &table.factor {
        Some(factor) => factor.clone(),
        None => varying(analysis, declared)?,
    };
    let downtime = table.downtime.clone().unwrap_or_else(|| {
        let there = |metric: &&str| analysis.series.iter().any(|series| series.metric == **metric);
        Method::for_service().map(Method::metric).find(there).unwrap_or(Method::Ping.metric()).to_owned()
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
    let candidate = |(vm, values): (String, Sample)| Candidate {
        time_s: values.mean(),
        time_uncertainty_s: table.time_uncertainty_s.unwrap_or_else(|| uncertainty(&values)),
        downtime_s: downtimes.get(&vm).map(Sample::mean),
        cpu_percent: cpus.get(&vm).map(Sample::mean),
        reason: Reason::Last,
        vm,
    };
    Ok(times.into_iter().map(candidate).collect())
}

/// The VMs in the order in which to migrate them, each with its reason.
fn ordered(mut waiting: Vec<Candidate>) -> Vec<Candidate> {
    waiting.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then_with(|| a.vm.cmp(&b.vm)));
    let mut order = Vec::new();
    while let Some(fastest) = waiting.first().cloned() {
        // What cannot be told from the fastest competes by its downtime. The sum of both uncertainties grows with
        // that of the other, so those that equal it need not stand together.
        let as_fast = |other: &Candidate| {
            other.time_s - fastest.time_s <= fastest.time_uncertainty_s + other.time_uncertainty_s
        };
        let equal: Vec<usize> = (0..waiting.len()).filter(|index| as_fast(&waiting[*index])).collect();
        let downtime = |index: &usize| waiting[*index].downtime_s.unwrap_or(f64::INFINITY);
        let chosen = equal.iter().copied().min_by(|a, b| downtime(a).total_cmp(&downtime(b))).unwrap_or(0);
        let others: Vec<Candidate> =
            equal.iter().filter(|index| **index != chosen).map(|index| waiting[*index].clone()).collect();
        let mut candidate = waiting.remove(chosen);
        candidate.reason = reason(&candidate, &others, waiting.is_empty());
        order.push(candidate);
    }
    order
}

/// Why a VM goes before all others, of which `others` are as fast.
fn reason(candidate: &Candidate, others: &[Candidate], last: bool) -> Reason {
    let as_fast: Vec<String> = others.iter().map(|other| other.vm.clone()).collect();
    let shortest = others.iter().filter_map(|other| other.downtime_s).min_by(f64::total_cmp);
    match (candidate.downtime_s, shortest) {
        _ if last => Reason::Last,
        _ if others.is_empty() => Reason::LeastTime,
        (Some(own), Some(shortest)) if own < shortest => Reason::ShorterDowntime { as_fast },
        _ => Reason::NothingTells { as_fast },
    }
}

/// The factor whose levels are VMs: the one called so; where the campaign declares a placement, the one that varies.
fn varying(analysis: &Analysis, declared: bool) -> Result<String> {
    let mut levels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, level) in analysis.conditions.iter().flat_map(|condition| &condition.factors) {
        levels.entry(name).or_default().insert(level);
    }
    let is_vm = |name: &&&str| ["vm", "domain", "guest"].contains(&name.to_lowercase().as_str());
    if let Some(vm) = levels.keys().find(is_vm) {
        return Ok((*vm).to_owned());
    }
    ensure!(
        declared,
        "placement orders VMs, but no factor of this campaign is called `vm` ({}); if the levels of one are VMs, say \
         `factor = \"…\"` in [placement] of campaign.toml",
        levels.into_keys().collect::<Vec<_>>().join(", ")
    );
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

/// The values of a metric by the levels of a factor: of a series of the runs, or of `benchmark.operation`. A level without
/// a mean, because one of its values is only known to be at least so large, is left out.
fn by_level(analysis: &Analysis, factor: &str, metric: &str, levels: &Factors) -> BTreeMap<String, Sample> {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    // Of what has no end in one run there is no mean.
    let mut without_end: BTreeSet<String> = BTreeSet::new();
    for series in analysis.series.iter().filter(|series| series.metric == metric) {
        let level = analysis.conditions[series.condition].factors.get(factor);
        without_end.extend(level.filter(|_| series.present().any(|value| value.is_censored())).cloned());
    }
    let mut add = |condition: ConditionId, of: &mut dyn Iterator<Item = f64>| {
        let factors = &analysis.conditions[condition].factors;
        if let Some(level) = factors.get(factor).filter(|_| selects(levels, factors)) {
            values.entry(level.clone()).or_default().extend(of);
        }
    };
    for series in analysis.series.iter().filter(|series| series.metric == metric) {
        add(series.condition, &mut series.present().map(|value| value.estimate));
    }
    let is_number = metrics::find(metric).is_some();
    if let Some((benchmark, operation)) = metric.split_once('.').filter(|_| !is_number) {
        for of in analysis.benchmarks.iter().filter(|b| b.benchmark == benchmark && b.operation == operation)
        {
            add(of.condition, &mut of.readings.iter().map(|reading| reading.value));
        }
    }
    values.retain(|level, _| !without_end.contains(level));
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
    use crate::model::example::analysis;

    fn table(text: &str) -> PlacementTable {
        let config = crate::input::config::Config::parse(&format!("[placement]\n{text}")).unwrap();
        config.file.placement.unwrap()
    }

    #[test]
    fn the_shorter_time_wins_and_a_tie_goes_to_the_shorter_downtime() {
        let mut analysis = analysis();
        analysis.series.clear();
        for (condition, time, downtime) in [(0, [64.0, 65.0, 64.5], 3.0), (1, [64.4, 64.6, 64.2], 1.0)] {
            let condition = crate::model::Id::new(condition);
            for (metric, values) in [("migration_duration", time), ("outage_ping", [downtime; 3])] {
                analysis.series.push(crate::model::Series::exact(
                    condition,
                    metric,
                    crate::model::Unit::Seconds,
                    &values,
                ));
            }
        }
        let placed = place(&analysis, &table(""), true).unwrap();
        let levels: Vec<&str> = placed.order.iter().map(|candidate| candidate.vm.as_str()).collect();
        let level = |index: usize| analysis.conditions[index].factors["load"].as_str();
        assert_eq!(levels, [level(1), level(0)]);
        let as_fast = vec![level(0).to_owned()];
        assert_eq!(placed.order[0].reason, Reason::ShorterDowntime { as_fast });
        assert_eq!(placed.order[1].reason, Reason::Last);
        assert_eq!((placed.cpu_percent, placed.to_migrate), (None, None));
        // With times that are known exactly there is no tie.
        let placed = place(&analysis, &table("time_uncertainty_s = 0.01"), true).unwrap();
        assert_eq!(placed.order[0].reason, Reason::LeastTime);
    }

    #[test]
    fn a_downtime_without_an_end_has_no_mean() {
        let mut analysis = analysis();
        analysis.series.clear();
        let open = |least: f64| crate::model::Value {
            estimate: least,
            within: crate::stats::Bounds::new(least, None),
        };
        for condition in [0, 1] {
            let condition = crate::model::Id::new(condition);
            let (seconds, positive) = (crate::model::Unit::Seconds, crate::model::Range::Positive);
            let times = [64.0 + condition.index() as f64; 3];
            analysis.series.push(crate::model::Series::exact(
                condition,
                "migration_duration",
                seconds,
                &times,
            ));
            let last = if condition.index() == 0 { open(9.0) } else { crate::model::Value::exact(2.0) };
            let values = vec![Some(crate::model::Value::exact(2.0)), Some(last)];
            let metric = "outage_ping".to_owned();
            analysis.series.push(crate::model::Series::new(condition, metric, seconds, positive, values));
        }
        let placed = place(&analysis, &table(""), true).unwrap();
        let downtimes: Vec<Option<f64>> = placed.order.iter().map(|candidate| candidate.downtime_s).collect();
        assert_eq!(downtimes, [None, Some(2.0)]);
    }

    fn vm(vm: &str, time_s: f64, downtime_s: Option<f64>) -> Candidate {
        let (time_uncertainty_s, cpu_percent) = (0.5, Some(40.0));
        Candidate {
            vm: vm.to_owned(),
            time_s,
            time_uncertainty_s,
            downtime_s,
            cpu_percent,
            reason: Reason::Last,
        }
    }

    #[test]
    fn a_downtime_decides_only_where_it_is_the_shorter_one() {
        let as_fast = vec!["b".to_owned()];
        let first = |a: Option<f64>, b| ordered(vec![vm("a", 10.0, a), vm("b", 10.5, b)])[0].clone();
        let nothing = Reason::NothingTells { as_fast: as_fast.clone() };
        assert_eq!((first(None, None).vm, first(None, None).reason), ("a".to_owned(), nothing.clone()));
        assert_eq!(first(Some(2.0), Some(2.0)).reason, nothing);
        assert_eq!(first(Some(1.0), Some(2.0)).reason, Reason::ShorterDowntime { as_fast });
        assert_eq!(first(None, Some(2.0)).vm, "b");
    }

    #[test]
    fn a_vm_of_little_known_time_may_equal_the_fastest_past_a_better_known_one() {
        let vague = Candidate { time_uncertainty_s: 5.0, ..vm("vague", 14.0, Some(1.0)) };
        let order = ordered(vec![vm("fast", 10.0, Some(3.0)), vm("slow", 12.0, Some(2.0)), vague]);
        let names: Vec<&str> = order.iter().map(|candidate| candidate.vm.as_str()).collect();
        assert_eq!(names, ["vague", "fast", "slow"]);
        assert_eq!(order[0].reason, Reason::ShorterDowntime { as_fast: vec!["fast".to_owned()] });
    }

    #[test]
    fn single_readings_are_known_to_their_last_digit() {
        let of = |values: &[f64]| uncertainty(&Sample::new(values.to_vec()).unwrap());
        assert_eq!((of(&[63.0]), of(&[63.25]), of(&[63.5, 64.0])), (0.5, 0.005, 0.05));
    }
}
