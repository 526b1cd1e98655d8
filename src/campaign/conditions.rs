//! Which conditions a campaign has, in which order, and which of them is the reference.

use std::collections::{BTreeMap, BTreeSet};

use super::efficiency;
use crate::input::config::{self, Config};
use crate::input::session::{ConfigError, RunKey};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::key::short;
use crate::model::{Condition, ConditionId, Diagnostic, Entries, Factors, Severity};

/// The conditions in the declared order of levels; levels that no order names come last, the
/// reference before the others, then numbers by size, then by name.
pub(super) fn conditions<'a>(config: &Config, keys: impl Iterator<Item = &'a RunKey>) -> Vec<Condition> {
    let factor_order = config.factor_order();
    let all: BTreeSet<&Factors> = keys.map(|key| &*key.factors).collect();
    let rank = |factors: &Factors| -> Vec<(usize, bool, u64, String)> {
        in_order(factors.iter(), &factor_order)
            .into_iter()
            .map(|(name, level)| {
                let (place, number) = config.level_order(name, level);
                (place, !is_reference_level(config, name, level), number, level.clone())
            })
            .collect()
    };
    let mut sorted: Vec<&Factors> = all.into_iter().collect();
    sorted.sort_by_key(|factors| rank(factors));
    let mut conditions: Vec<Condition> =
        sorted.into_iter().map(|factors| Condition::new(String::new(), factors.clone())).collect();
    identify(&mut conditions, &factor_order);
    conditions
}

/// The conditions that the layout shows, and which of them each of `all` is. Where benchmarks are asked for, the layout
/// chooses among their results, and all stay.
///
/// # Errors
///
/// The layout asks for a factor or level that there is not.
pub(super) fn shown(
    all: Vec<Condition>,
    of_benchmarks: bool,
    config: &Config,
) -> anyhow::Result<(Vec<Condition>, Vec<Option<ConditionId>>)> {
    if of_benchmarks {
        let ids = all.ids().map(Some).collect();
        return Ok((all, ids));
    }
    let factors: Vec<Factors> = all.iter().map(|condition| condition.factors.clone()).collect();
    let shown =
        efficiency::selected(all, &config.layout).map_err(|error| ConfigError::new(format!("{error:#}")))?;
    let ids = factors.iter().map(|factors| shown.find_id(|condition| condition.factors == *factors));
    let ids = ids.collect();
    Ok((shown, ids))
}

/// Factors in the order in which people name them.
fn in_order<'a>(
    factors: impl Iterator<Item = (&'a String, &'a String)>,
    order: &[String],
) -> Vec<(&'a String, &'a String)> {
    let mut factors: Vec<_> = factors.collect();
    factors.sort_by_key(|(name, _)| order.iter().position(|known| known == *name).unwrap_or(order.len()));
    factors
}

/// Gives every condition an identifier from the factors that vary; those that never do say nothing.
pub(super) fn identify(conditions: &mut [Condition], factor_order: &[String]) {
    let names: BTreeSet<String> = conditions.iter().flat_map(|c| c.factors.keys().cloned()).collect();
    let varying: Vec<String> = names
        .into_iter()
        .filter(|name| conditions.iter().map(|c| c.factors.get(name)).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    let (mut taken, mut twice) = (BTreeSet::new(), BTreeMap::new());
    for condition in conditions {
        let varied =
            condition.factors.iter().filter(|(name, _)| varying.is_empty() || varying.contains(name));
        let levels: Vec<&str> =
            in_order(varied, factor_order).into_iter().map(|(_, level)| level.as_str()).collect();
        let wanted = if levels.is_empty() { "all".to_owned() } else { slug(&levels.join("-")) };
        condition.id = free(wanted, &mut taken, &mut twice);
    }
}

/// `wanted`, or with the first number that makes it different from all before. `twice` holds the numbers that were given,
/// so that a thousand equal names do not take a million steps.
pub(super) fn free(
    wanted: String,
    taken: &mut BTreeSet<String>,
    twice: &mut BTreeMap<String, usize>,
) -> String {
    let mut id = wanted.clone();
    while !taken.insert(id.clone()) {
        let number = twice.entry(wanted.clone()).or_insert(1);
        *number += 1;
        id = format!("{wanted}-{number}");
    }
    id
}

/// The longest identifier in bytes; figures and curves have it in their names, with more behind it.
const LONGEST: usize = 80;

/// Lower-case letters, digits and hyphens, for file names and anchors.
pub(super) fn slug(text: &str) -> String {
    let mapped: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = mapped.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "level".to_owned() } else { short(parts.join("-"), LONGEST) }
}

fn is_reference_level(config: &Config, name: &str, level: &str) -> bool {
    match config.file.reference.get(name) {
        Some(reference) => reference == level,
        None => config::is_reference_level(level),
    }
}

/// The condition that the others are compared with: as declared, else the only one whose load is
/// called none, idle or baseline.
pub(super) fn reference(config: &Config, conditions: &[Condition]) -> Option<ConditionId> {
    let mut fitting = references(config, conditions);
    let only = fitting.next()?.0;
    fitting.next().is_none().then_some(only)
}

/// All that could be the reference.
fn references<'a>(
    config: &'a Config,
    conditions: &'a [Condition],
) -> impl Iterator<Item = (ConditionId, &'a Condition)> {
    let fits = |condition: &Condition| match config.file.reference.is_empty() {
        false => config::selects(&config.file.reference, &condition.factors),
        true => condition.factors.values().any(|level| config::is_reference_level(level)),
    };
    conditions.entries().filter(move |(_, condition)| fits(condition))
}

/// That migrations are compared with nothing because several conditions could be the reference.
pub(super) fn undecided(config: &Config, conditions: &[Condition]) -> Option<Diagnostic> {
    let of_runs = references(config, conditions).filter(|(_, condition)| !condition.runs.is_empty());
    let names: Vec<&str> = of_runs.map(|(_, condition)| condition.id.as_str()).collect();
    (names.len() > 1).then(|| {
        let message = format!(
            "several conditions could be what the others are compared with ({}), so that nothing is compared: name one in \
             [reference] of campaign.toml",
            names.join(", ")
        );
        campaign_diagnostic(Severity::Note, "no-single-reference", message)
    })
}
