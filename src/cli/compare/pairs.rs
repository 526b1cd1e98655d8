//! Which condition of one side belongs to which of the other.
//!
//! By equal names, or as the command line maps them. Absent on purpose: guessing. `cpu` and `CPU hog` may be the same load,
//! `mem1` and `mem2` are not, and no rule of spelling tells which.

use std::collections::BTreeSet;

use super::Side;
use crate::campaign::merge;
use crate::input::session::ConfigError;
use crate::model::{Analysis, ConditionId};

/// What `--map` says: how factors and levels of A are called in B.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    /// Of a factor: its name in A and in B.
    factors: Vec<(String, String)>,
    /// Of a level: factor (as A calls it), level in A, level in B.
    levels: Vec<(String, String, String)>,
}

impl Mapping {
    /// Reads `FACTOR=FACTOR` and `FACTOR:LEVEL=LEVEL`. Where a level has an equals sign itself, that counts between two which the
    /// sides have.
    ///
    /// # Errors
    ///
    /// An entry is not of these forms, or names a factor or level that its side has not.
    pub(super) fn parse(
        given: &[String],
        analysis: &Analysis,
        a: &[ConditionId],
        b: &[ConditionId],
    ) -> anyhow::Result<Self> {
        let mut mapping = Self::default();
        // Factors first: a level is told by the name that its factor has in A.
        for text in given.iter().filter(|text| !text.contains(':')) {
            let (of_a, of_b) = text.split_once('=').ok_or_else(|| malformed(text))?;
            for (name, ids, side) in [(of_a, a, "the first side"), (of_b, b, "the second side")] {
                let factors = factors(analysis, ids);
                if !factors.contains(name) {
                    let message = format!(
                        "--map {text}: `{name}` is not a factor of {side}; it has {}",
                        list(&factors)
                    );
                    return Err(ConfigError::new(message).into());
                }
            }
            mapping.factors.push((of_a.to_owned(), of_b.to_owned()));
        }
        for text in given.iter().filter(|text| text.contains(':')) {
            let (factor, levels_of_both) = text.split_once(':').ok_or_else(|| malformed(text))?;
            let (in_a, in_b) = (levels(analysis, a, factor), levels(analysis, b, mapping.name_in_b(factor)));
            let ways = levels_of_both.match_indices('=').map(|(at, _)| {
                let (of_a, rest) = levels_of_both.split_at(at);
                (of_a, rest.trim_start_matches('='))
            });
            let ways: Vec<(&str, &str)> = ways.collect();
            let (of_a, of_b) = ways
                .iter()
                .find(|(of_a, of_b)| in_a.contains(of_a) && in_b.contains(of_b))
                .or(ways.first())
                .ok_or_else(|| malformed(text))?;
            for (level, there, side) in [(of_a, &in_a, "the first side"), (of_b, &in_b, "the second side")] {
                if !there.contains(level) {
                    let message = format!(
                        "--map {text}: `{factor}` has no level `{level}` on {side}; its levels there are {}",
                        list(there)
                    );
                    return Err(ConfigError::new(message).into());
                }
            }
            mapping.levels.push((factor.to_owned(), (*of_a).to_owned(), (*of_b).to_owned()));
        }
        Ok(mapping)
    }

    fn name_in_b<'a>(&'a self, name: &'a str) -> &'a str {
        self.factors.iter().find(|(of_a, _)| of_a == name).map_or(name, |(_, of_b)| of_b)
    }

    fn name_in_a<'a>(&'a self, name: &'a str) -> &'a str {
        self.factors.iter().find(|(_, of_b)| of_b == name).map_or(name, |(of_a, _)| of_a)
    }

    /// Whether a level of A and one of B are the same. One that is mapped is nothing but that.
    fn is_same(&self, factor: &str, of_a: Option<&str>, of_b: Option<&str>) -> bool {
        let (Some(of_a), Some(of_b)) = (of_a, of_b) else { return of_a == of_b };
        let mut about = self
            .levels
            .iter()
            .filter(|(name, level_a, level_b)| name == factor && (level_a == of_a || level_b == of_b))
            .peekable();
        if about.peek().is_none() {
            return of_a == of_b;
        }
        about.any(|(_, level_a, level_b)| level_a == of_a && level_b == of_b)
    }
}

fn malformed(text: &str) -> anyhow::Error {
    ConfigError::new(format!(
        "--map {text}: expected FACTOR:LEVEL=LEVEL (a level of the first side and the same of the second) or FACTOR=FACTOR"
    ))
    .into()
}

/// The conditions of both sides that belong together, and what tells those apart that do not.
pub(super) struct Pairs {
    pub(super) pairs: Vec<(ConditionId, ConditionId)>,
    /// Factors in which conditions have to agree, as A calls them.
    telling: Vec<String>,
}

impl Pairs {
    /// Conditions of the two sides that agree in every factor by which the sides were not chosen. Factors that vary in
    /// neither side tell the sides apart, not their conditions.
    pub(super) fn of(
        analysis: &Analysis,
        a: (&Side, &[ConditionId]),
        b: (&Side, &[ConditionId]),
        mapping: &Mapping,
    ) -> Self {
        let varies = |of: &[ConditionId], name: &str| {
            of.iter().any(|&id| level(analysis, id, name) != level(analysis, of[0], name))
        };
        let mut names: BTreeSet<String> = factors(analysis, a.1).into_iter().map(str::to_owned).collect();
        names.extend(factors(analysis, b.1).into_iter().map(|name| mapping.name_in_a(name).to_owned()));
        let telling: Vec<String> = names
            .into_iter()
            .filter(|name| {
                let in_b = mapping.name_in_b(name);
                let is_chosen = a.0.levels.contains_key(name) || b.0.levels.contains_key(in_b);
                !is_chosen && (varies(a.1, name) || varies(b.1, in_b))
            })
            .collect();
        let agree = |i: ConditionId, j: ConditionId| {
            telling.iter().all(|name| {
                mapping.is_same(name, level(analysis, i, name), level(analysis, j, mapping.name_in_b(name)))
            })
        };
        let pairs = a.1.iter().flat_map(|&i| b.1.iter().map(move |&j| (i, j)));
        let pairs = pairs.filter(|&(i, j)| i != j && agree(i, j)).collect();
        Self { pairs, telling }
    }

    /// What did not match, in words with the way out; `None` where every condition has a partner.
    pub(super) fn unmatched(
        &self,
        analysis: &Analysis,
        (name_a, a): (&str, &[ConditionId]),
        (name_b, b): (&str, &[ConditionId]),
        mapping: &Mapping,
    ) -> Option<String> {
        let alone = |of: &[ConditionId]| -> Vec<ConditionId> {
            let is_alone = |id: &ConditionId| self.pairs.iter().all(|(i, j)| i != id && j != id);
            of.iter().copied().filter(is_alone).collect()
        };
        let (alone_a, alone_b) = (alone(a), alone(b));
        if alone_a.is_empty() && alone_b.is_empty() {
            return None;
        }
        let in_a: Vec<&str> = self.telling.iter().map(String::as_str).collect();
        let in_b: Vec<&str> = in_a.iter().map(|name| mapping.name_in_b(name)).collect();
        let sides = [(name_a, name_b, &alone_a, &in_a), (name_b, name_a, &alone_b, &in_b)];
        let without = sides.into_iter().filter(|(_, _, alone, _)| !alone.is_empty());
        let without = without.map(|(of, other, alone, names)| {
            format!("{of} has conditions without a partner in {other}: {}", described(analysis, alone, names))
        });
        let mut message = without.collect::<Vec<_>>().join("; ");
        let mut ways = Vec::new();
        for (of_a, of_b) in in_a.into_iter().zip(in_b) {
            let (has_a, has_b) = (levels(analysis, a, of_a), levels(analysis, b, of_b));
            match (has_a.is_empty(), has_b.is_empty()) {
                (false, false) => {
                    let is_same = |i: &str, j: &str| mapping.is_same(of_a, Some(i), Some(j));
                    let only_a = has_a.iter().find(|i| !has_b.iter().any(|j| is_same(i, j)));
                    let only_b = has_b.iter().find(|j| !has_a.iter().any(|i| is_same(i, j)));
                    if let (Some(i), Some(j)) = (only_a, only_b) {
                        ways.push(format!("--map '{of_a}:{i}={j}' if {i} and {j} are the same {of_a}"));
                    }
                }
                (true, false) => {
                    ways.extend(one_sided(analysis, (name_b, of_b, &has_b), a, b, |mine| {
                        format!("{mine}={of_b}")
                    }));
                }
                (false, true) => {
                    ways.extend(one_sided(analysis, (name_a, of_a, &has_a), b, a, |mine| {
                        format!("{of_a}={mine}")
                    }));
                }
                (true, true) => {}
            }
        }
        // Two factors that one side each has are told of from both.
        let mut told = BTreeSet::new();
        ways.retain(|way| told.insert(way.clone()));
        if !ways.is_empty() {
            message.push_str(&format!(". Say what belongs together: {}", ways.join("; ")));
        }
        Some(message)
    }
}

/// What to do about a factor that only one side has: a part of that side, or a factor of the `other` that means the same.
fn one_sided(
    analysis: &Analysis,
    (side, name, has): (&str, &str, &BTreeSet<&str>),
    other: &[ConditionId],
    own: &[ConditionId],
    map: impl Fn(&str) -> String,
) -> Vec<String> {
    let part = has.first().map(|level| format!("'{side}:{name}={level}' for a part of {side}"));
    let of_other = factors(analysis, other).into_iter().find(|mine| levels(analysis, own, mine).is_empty());
    let called = of_other.map(|mine| format!("--map '{}' if both are the same factor", map(mine)));
    part.into_iter().chain(called).collect()
}

/// Conditions by these factors, the first of many.
fn described(analysis: &Analysis, conditions: &[ConditionId], names: &[&str]) -> String {
    const FIRST: usize = 8;
    let shown = conditions.iter().take(FIRST).map(|&id| {
        let levels = names.iter().filter_map(|name| Some(format!("{name} = {}", level(analysis, id, name)?)));
        levels.collect::<Vec<_>>().join(", ")
    });
    let shown = shown.collect::<Vec<_>>().join("; ");
    match conditions.len().saturating_sub(FIRST) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

fn level<'a>(analysis: &'a Analysis, condition: ConditionId, name: &str) -> Option<&'a str> {
    analysis.conditions[condition].factors.get(name).map(String::as_str)
}

/// The factors that conditions have, without the one that names their campaign.
pub(super) fn factors<'a>(analysis: &'a Analysis, of: &[ConditionId]) -> BTreeSet<&'a str> {
    let names = of.iter().flat_map(|&id| analysis.conditions[id].factors.keys()).map(String::as_str);
    names.filter(|name| *name != merge::CAMPAIGN).collect()
}

/// The levels that conditions have of a factor.
pub(super) fn levels<'a>(analysis: &'a Analysis, of: &[ConditionId], name: &str) -> BTreeSet<&'a str> {
    of.iter().filter_map(|&id| level(analysis, id, name)).collect()
}

pub(super) fn list(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().copied().collect::<Vec<_>>().join(", ")
}
