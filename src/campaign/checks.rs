//! Published figures and limits: the declared expectations of a campaign.

use crate::input::config::{self, Config};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::metrics::series_entry;
use crate::model::{
    Benchmark, Condition, Diagnostic, Factors, Finding, Published, Range, Series, Severity, Value,
};
use crate::stats::Sample;

/// What a published figure may be of.
pub(super) struct Results<'a> {
    pub conditions: &'a [Condition],
    pub series: &'a [Series],
    pub benchmarks: &'a [Benchmark],
}

/// Every published figure beside its recomputation; one that cannot be checked is a warning, and so is a sum
/// that does not add up.
pub(super) fn published(
    config: &Config,
    results: &Results<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Published> {
    let mut all = Vec::new();
    for entry in &config.file.published {
        let decimals = entry.stated.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let Ok(stated) = entry.stated.parse::<f64>() else { continue };
        let Results { conditions, series, .. } = results;
        let computed = only(&entry.metric, &entry.condition, conditions, series)
            .and_then(|series| statistic(series, entry.statistic));
        let computed = computed.or_else(|| {
            let (benchmark, operation) = entry.metric.split_once('.')?;
            benchmark_value(entry, benchmark, operation, results)
        });
        let computed = computed.map(|value| entry.unit.map_or(value, |unit| value / unit.base().1));
        let mut warn =
            |code, message| diagnostics.push(campaign_diagnostic(Severity::Warning, code, message));
        let what =
            || format!("{} of {}{}", entry.statistic.name(), entry.metric, in_brackets(&entry.condition));
        if computed.is_none() {
            warn(
                "published-not-computed",
                format!(
                    "the published {} cannot be checked: no single condition with that metric fits",
                    what()
                ),
            );
        }
        // Beyond nine places there is only binary dust.
        let deviation = computed.map(|computed| ((computed - stated) * 1e9).round() / 1e9);
        // Half a unit of the last printed place, with room for binary fractions only.
        let tolerance = 0.5 / 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX)) + 1e-9;
        let agrees = deviation.map(|deviation| deviation.abs() <= tolerance);
        if let (config::Statistic::Sum, Some(false), Some(computed)) = (entry.statistic, agrees, computed) {
            let message = format!(
                "the published {} is {}, but the values of the VMs add up to {computed:.decimals$}",
                what(),
                entry.stated
            );
            warn("sum-does-not-add-up", message);
        }
        let vm = entry.vm.as_ref().map(|vm| format!(".{vm}")).unwrap_or_default();
        all.push(Published {
            quantity: format!("{}{vm}.{}", entry.metric, entry.statistic.name()),
            factors: entry.condition.clone(),
            stated,
            decimals: u32::try_from(decimals).unwrap_or(u32::MAX),
            computed,
            deviation,
            agrees,
            note: entry.note.clone(),
        });
    }
    all
}

/// The value of one VM, or sum or mean over the VMs, of the only condition that fits.
fn benchmark_value(
    entry: &config::PublishedTable,
    benchmark: &str,
    operation: &str,
    results: &Results<'_>,
) -> Option<f64> {
    let fits = |of: &&Benchmark| {
        of.benchmark == benchmark
            && of.operation == operation
            && (entry.vm.is_none() || of.vm == entry.vm)
            && config::selects(&entry.condition, &results.conditions[of.condition].factors)
    };
    let fitting: Vec<&Benchmark> = results.benchmarks.iter().filter(fits).collect();
    let first = fitting.first()?;
    if fitting.iter().any(|of| of.condition != first.condition) {
        return None;
    }
    let sum: f64 = fitting.iter().map(|of| of.value).sum();
    match entry.statistic {
        config::Statistic::Sum => Some(sum),
        config::Statistic::Mean => Some(sum / fitting.len() as f64),
        config::Statistic::Sd => first.sd.filter(|_| fitting.len() == 1),
        config::Statistic::Median | config::Statistic::Min | config::Statistic::Max => None,
    }
}

/// A finding for every limit that is exceeded; a limit that cannot be tested or decided is an error: whoever relies on limits must not
/// take it for one that is kept.
pub(super) fn exceeded(
    config: &Config,
    conditions: &[Condition],
    series: &[Series],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for limit in &config.file.limits {
        let limited =
            format!("{} of {}{}", limit.statistic.name(), limit.metric, in_brackets(&limit.condition));
        let fitting = fitting(&limit.metric, &limit.condition, conditions, series);
        let only = if let [only] = fitting.as_slice() { Some(*only) } else { None };
        let known = only.and_then(|series| statistic(series, limit.statistic));
        let least =
            only.and_then(|series| by_bounds(series, limit.statistic, |value| Some(value.within.lower)));
        let exceeds = |value: &f64| *value > limit.at_most;
        let mut tell = |code, message| diagnostics.push(campaign_diagnostic(Severity::Error, code, message));
        match (known, known.or(least).filter(exceeds)) {
            (known, Some(value)) => {
                let Some(series) = only else { continue };
                let (at_least, at_most) = (known.is_none(), limit.at_most);
                let (tested, runs) = (series.present().count(), series.values.len());
                if tested == runs
                    || least_of_all(series, limit.statistic).is_some_and(|least| least > at_most)
                {
                    found.push(Finding::LimitExceeded { limited, value, at_least, at_most, tested, runs });
                } else {
                    let message = format!(
                        "the limit of {limited} may be kept: it is {}{value:.3} in {tested} of {runs} runs, at most {at_most} is accepted, \
                         and those without a value of it could bring it to that. Complete their logs, or leave them out",
                        if at_least { "at least " } else { "" },
                    );
                    tell("limit-not-decided", message);
                }
            }
            (Some(_), None) => {
                let Some(series) = only else { continue };
                let Some(open) = Open::of(limit, series) else { continue };
                let Open { tested, runs, most, unseen } = &open;
                if *most > limit.at_most {
                    let why = match (tested == runs, unseen) {
                        (true, _) => format!(
                            "in some runs nothing was seen, which leaves up to {most:.3} open; at most {} is accepted. Measure at \
                             shorter intervals",
                            limit.at_most
                        ),
                        (false, true) => format!(
                            "only {tested} of {runs} runs have a value of it, and in some of these nothing was seen; those without one could be \
                             above {}. Complete their logs, or leave them out",
                            limit.at_most
                        ),
                        (false, false) => format!(
                            "only {tested} of {runs} runs have a value of it, and those without one could be above {}. Complete their logs, \
                             or leave them out",
                            limit.at_most
                        ),
                    };
                    tell("limit-not-decided", format!("the limit of {limited} may be exceeded: {why}"));
                } else if tested < runs {
                    diagnostics.push(campaign_diagnostic(
                        Severity::Note,
                        "limit-partly-tested",
                        format!(
                            "the limit of {limited} is kept, whatever the runs without a value of it had: {tested} of {runs} have one"
                        ),
                    ));
                }
            }
            (None, None) => {
                let why = untested(limit, &fitting, conditions, series);
                tell("limit-not-tested", format!("the limit of {limited} cannot be tested: {why}"));
            }
        }
    }
    found
}

/// What the runs of a condition leave open of a limit that their values keep.
struct Open {
    /// Runs with a value.
    tested: usize,
    /// Runs that count.
    runs: usize,
    /// How much the statistic may be: without end where runs without a value, which may have had any, decide it.
    most: f64,
    /// Whether some runs with a value saw nothing.
    unseen: bool,
}

impl Open {
    /// `None` where nothing is.
    fn of(limit: &config::LimitTable, series: &Series) -> Option<Self> {
        let (tested, runs) = (series.present().count(), series.values.len());
        let unseen = series.present().any(|value| value.is_unseen());
        if tested == runs && !unseen {
            return None;
        }
        // What was seen counts as it was measured, as it does in the statistic.
        let bound = |value: Value| if unseen { value.within.upper } else { Some(value.estimate) };
        let bounds = series.values.iter().map(|value| value.map_or(Some(f64::INFINITY), bound));
        let most = match limit.statistic {
            // However little they spread, one more may be anywhere.
            config::Statistic::Sd if tested < runs => Some(f64::INFINITY),
            of => statistic_of(&bounds.collect::<Option<Vec<_>>>()?, of),
        };
        Some(Self { tested, runs, most: most?, unseen })
    }
}

/// The least that a statistic of all runs may be, where those without a value may have had any.
fn least_of_all(series: &Series, statistic: config::Statistic) -> Option<f64> {
    let least = match series_entry(&series.metric).range {
        Range::Positive | Range::Share => 0.0,
        Range::Signed => LOWEST,
    };
    let seen = |value: Value| if value.is_censored() { value.within.lower } else { value.estimate };
    let bounds: Vec<f64> = series.values.iter().map(|value| value.map_or(least, seen)).collect();
    let (tested, runs) = (series.present().count() as f64, bounds.len() as f64);
    match statistic {
        // They spread least where they are all as the mean of the others.
        config::Statistic::Sd => Some(series.summary?.sd? * ((tested - 1.0) / (runs - 1.0)).sqrt()),
        of => statistic_of(&bounds, of),
    }
}

/// Less than any number of a run, and still finite in a sum.
const LOWEST: f64 = -1e200;

/// Why a limit of which no value is known cannot be tested.
fn untested(
    limit: &config::LimitTable,
    fitting: &[&Series],
    conditions: &[Condition],
    series: &[Series],
) -> String {
    let with_metric = || series.iter().filter(|s| s.metric == limit.metric);
    let listed = |of: &mut dyn Iterator<Item = &Series>| {
        let mut names: Vec<&str> = of.map(|s| conditions[s.condition].id.as_str()).collect();
        let more = names.len().saturating_sub(LISTED);
        names.truncate(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", names.join(", "))
    };
    let is_selected = |condition: &Condition| config::selects(&limit.condition, &condition.factors);
    match fitting {
        [] if !conditions.iter().any(is_selected) => {
            let mut ids: Vec<&str> = conditions.iter().map(|condition| condition.id.as_str()).collect();
            ids.truncate(LISTED);
            format!("no condition fits `where`; there are {}", ids.join(", "))
        }
        [] if with_metric().next().is_none() => "no run of the campaign has that metric".to_owned(),
        [] => format!("no run of the condition has that metric; {} have it", listed(&mut with_metric())),
        [only] => {
            let Some(summary) = only.summary else {
                return "no run of the condition has a value of it".to_owned();
            };
            if summary.n_censored > 0 {
                return format!(
                    "in {} of {} runs it has no end within the log, and may be more than {}, but is not surely so. Log for longer",
                    summary.n_censored, summary.n, limit.at_most
                );
            }
            match limit.statistic {
                config::Statistic::Sd => "a standard deviation needs two runs".to_owned(),
                config::Statistic::Sum => "a sum is one of benchmarks over several VMs".to_owned(),
                config::Statistic::Mean
                | config::Statistic::Median
                | config::Statistic::Min
                | config::Statistic::Max => "its runs do not give that statistic".to_owned(),
            }
        }
        several => format!(
            "{} conditions fit: {}. `where` has to select one of them",
            several.len(),
            listed(&mut several.iter().copied())
        ),
    }
}

/// Conditions that are listed in a message.
const LISTED: usize = 8;

/// ` (load = idle)`, nothing without a level.
fn in_brackets(levels: &Factors) -> String {
    let levels: Vec<String> = levels.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    if levels.is_empty() { String::new() } else { format!(" ({})", levels.join(", ")) }
}

/// What the commands say of an exceeded limit; `None` of any other finding.
pub(super) fn message(finding: &Finding) -> Option<String> {
    let Finding::LimitExceeded { limited, value, at_least, at_most, tested, runs } = finding else {
        return None;
    };
    let at_least = if *at_least { "at least " } else { "" };
    let among = if tested < runs { format!(" in {tested} of {runs} runs") } else { String::new() };
    Some(format!("limit exceeded: {limited} is {at_least}{value:.3}{among}, at most {at_most} is accepted"))
}

/// A statistic of one of the bounds of the values; `None` where one has none, or where that says nothing.
fn by_bounds(
    series: &Series,
    statistic: config::Statistic,
    bound: impl FnMut(Value) -> Option<f64>,
) -> Option<f64> {
    statistic_of(&series.present().map(bound).collect::<Option<Vec<_>>>()?, statistic)
}

/// A statistic of bounds, some of which may be without end; `None` without any, and where bounds say nothing of it.
fn statistic_of(bounds: &[f64], statistic: config::Statistic) -> Option<f64> {
    let endless = bounds.iter().filter(|bound| bound.is_infinite()).count();
    let known = Sample::new(bounds.iter().copied().filter(|bound| bound.is_finite()).collect());
    match statistic {
        config::Statistic::Min => Some(known.map_or(f64::INFINITY, |known| known.min())),
        config::Statistic::Mean | config::Statistic::Max if endless > 0 => Some(f64::INFINITY),
        config::Statistic::Mean => Some(known?.mean()),
        config::Statistic::Max => Some(known?.max()),
        config::Statistic::Median => {
            let mut sorted = bounds.to_vec();
            sorted.sort_by(f64::total_cmp);
            let middle = |place: usize| sorted.get(place).copied();
            Some((middle(sorted.len().checked_sub(1)? / 2)? + middle(sorted.len() / 2)?) / 2.0)
        }
        config::Statistic::Sd | config::Statistic::Sum => None,
    }
}

/// The series of the only condition that `levels` select.
fn only<'a>(
    metric: &str,
    levels: &Factors,
    conditions: &[Condition],
    series: &'a [Series],
) -> Option<&'a Series> {
    match fitting(metric, levels, conditions, series).as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The series of the conditions that `levels` select.
fn fitting<'a>(
    metric: &str,
    levels: &Factors,
    conditions: &[Condition],
    series: &'a [Series],
) -> Vec<&'a Series> {
    let fits = |s: &&Series| s.metric == metric && config::selects(levels, &conditions[s.condition].factors);
    series.iter().filter(fits).collect()
}

/// A statistic of the estimates of a series.
fn statistic(series: &Series, statistic: config::Statistic) -> Option<f64> {
    let summary = series.summary?;
    match statistic {
        config::Statistic::Mean => summary.mean,
        config::Statistic::Sd => summary.sd,
        config::Statistic::Median => summary.median,
        config::Statistic::Min => summary.min,
        config::Statistic::Max => summary.max,
        config::Statistic::Sum => None,
    }
}
