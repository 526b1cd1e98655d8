//! Published figures and limits: the declared expectations of a campaign.

use super::campaign_diagnostic;
use crate::analysis::{Condition, Diagnostic, Factors, Published, Series, Severity};
use crate::config::{self, Config};

/// Every published figure beside its recomputation; one that cannot be checked is a warning.
pub(super) fn published(
    config: &Config,
    conditions: &[Condition],
    series: &[Series],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Published> {
    let mut all = Vec::new();
    for entry in &config.file.published {
        let decimals = entry.stated.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let Ok(stated) = entry.stated.parse::<f64>() else { continue };
        let computed = statistic(&entry.metric, entry.statistic, &entry.condition, conditions, series);
        if computed.is_none() {
            diagnostics.push(campaign_diagnostic(
                Severity::Warning,
                "published-not-computed",
                format!(
                    "the published {} of {} cannot be checked: no single condition with that metric fits {:?}",
                    entry.statistic.name(),
                    entry.metric,
                    entry.condition
                ),
            ));
        }
        // Beyond nine places there is only binary dust.
        let deviation = computed.map(|computed| ((computed - stated) * 1e9).round() / 1e9);
        // Half a unit of the last printed place, with room for binary fractions only.
        let tolerance = 0.5 / 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX)) + 1e-9;
        all.push(Published {
            quantity: format!("{}.{}", entry.metric, entry.statistic.name()),
            factors: entry.condition.clone(),
            stated,
            decimals: u32::try_from(decimals).unwrap_or(u32::MAX),
            computed,
            deviation,
            agrees: deviation.map(|deviation| deviation.abs() <= tolerance),
            note: entry.note.clone(),
        });
    }
    all
}

/// A message for every limit that is exceeded; a limit that cannot be tested is a warning.
pub(super) fn exceeded(
    config: &Config,
    conditions: &[Condition],
    series: &[Series],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut messages = Vec::new();
    for limit in &config.file.limits {
        let levels: Vec<String> = limit.condition.iter().map(|(k, v)| format!("{k} = {v}")).collect();
        let what = format!("{} of {} ({})", limit.statistic.name(), limit.metric, levels.join(", "));
        match statistic(&limit.metric, limit.statistic, &limit.condition, conditions, series) {
            Some(value) if value > limit.at_most => messages
                .push(format!("limit exceeded: {what} is {value:.3}, at most {} is accepted", limit.at_most)),
            Some(_) => {}
            None => diagnostics.push(campaign_diagnostic(
                Severity::Warning,
                "limit-not-tested",
                format!("the limit of {what} cannot be tested: no single condition with that metric fits"),
            )),
        }
    }
    messages
}

/// A statistic of the series of the only condition that `levels` select.
fn statistic(
    metric: &str,
    statistic: config::Statistic,
    levels: &Factors,
    conditions: &[Condition],
    series: &[Series],
) -> Option<f64> {
    let mut fitting = series
        .iter()
        .filter(|s| s.metric == metric && config::selects(levels, &conditions[s.condition].factors));
    let summary = fitting.next()?.summary?;
    if fitting.next().is_some() {
        return None;
    }
    match statistic {
        config::Statistic::Mean => Some(summary.mean),
        config::Statistic::Sd => summary.sd,
        config::Statistic::Median => Some(summary.median),
        config::Statistic::Min => Some(summary.min),
        config::Statistic::Max => Some(summary.max),
    }
}
