//! `stillstand compare`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{CompareArgs, StatsFormat};
use super::terminal::{print_data, print_text, print_written};
use super::{Ending, conclude, show, side_by_side, within_memory};
use crate::campaign::comparisons::comparisons;
use crate::campaign::{driver, merge};
use crate::input::config::selects;
use crate::input::session::ConfigError;
use crate::model::{Analysis, ConditionId, Entries, Factors};
use crate::show::report::format;
use crate::show::tables;
use crate::show::text::Text;
use crate::write;

/// One side of the comparison.
struct Side {
    folder: PathBuf,
    /// Levels that its conditions must have.
    levels: Factors,
}

pub fn run(args: &CompareArgs) -> anyhow::Result<Ending> {
    let (a, b) = (Side::parse(&args.a)?, Side::parse(&args.b)?);
    let two = a.folder != b.folder;
    let mut folders = vec![a.folder.clone()];
    if two {
        folders.push(b.folder.clone());
    }
    let partial = args.dataset.partial;
    let options = driver::Options { distinguish: two, partial, ..super::options(&args.common) };
    let outcome = side_by_side(&folders, &options, &args.common)?;
    let analysis = &outcome.analysis;
    let (of_a, of_b) =
        (a.conditions(analysis, two.then_some(true))?, b.conditions(analysis, two.then_some(false))?);
    let pairs = pairs(analysis, (&a, &of_a), (&b, &of_b));
    if pairs.is_empty() {
        within_memory(&analysis.diagnostics)?;
    }
    anyhow::ensure!(
        !pairs.is_empty(),
        "{} and {} have no conditions that agree in all other factors; the first has {}, the second {}",
        args.a,
        args.b,
        describe(analysis, &of_a),
        describe(analysis, &of_b)
    );
    let comparisons = comparisons(&analysis.conditions, &analysis.series, &pairs);
    if comparisons.is_empty() {
        within_memory(&analysis.diagnostics)?;
    }
    anyhow::ensure!(
        !comparisons.is_empty(),
        "{} and {} have no migration metric in common; compare benchmarks with [[efficiency]] in campaign.toml",
        args.a,
        args.b
    );
    let text = Text::new(args.lang);
    let table = tables::compared(analysis, &comparisons);
    let view = || format::table(&table, text.get("caption.compared").to_owned(), &text);
    match args.format {
        StatsFormat::Table => print_text(&format!("{}\n", show::terminal(&view())))?,
        StatsFormat::Markdown => print_text(&format!("{}\n", show::markdown(&view())))?,
        StatsFormat::Csv => print_data(&write::tables::table_csv(&table)?)?,
        StatsFormat::Json => print_written(|to| write::json::write_comparisons(analysis, &comparisons, to))?,
    }
    conclude(&outcome.analysis.diagnostics, outcome.exceeded.iter(), false, &args.common)
}

impl Side {
    /// `FOLDER` or `FOLDER:factor=level[,factor=level…]`.
    fn parse(text: &str) -> anyhow::Result<Self> {
        if Path::new(text).exists() {
            return Ok(Self { folder: PathBuf::from(text), levels: Factors::new() });
        }
        let parts = text.rsplit_once(':').filter(|(_, levels)| levels.contains('='));
        let Some((folder, levels)) = parts else {
            anyhow::bail!("{text}: no such folder; expected FOLDER or FOLDER:factor=level");
        };
        let levels = levels
            .split(',')
            .map(|level| {
                let (name, value) = level
                    .split_once('=')
                    .ok_or_else(|| anyhow::anyhow!("{text}: `{level}` is not of the form factor=level"))?;
                Ok((name.to_owned(), value.to_owned()))
            })
            .collect::<anyhow::Result<Factors>>()?;
        Ok(Self { folder: PathBuf::from(folder), levels })
    }

    /// Its conditions. Of two folders it is the first, or the other.
    fn conditions(&self, analysis: &Analysis, first: Option<bool>) -> anyhow::Result<Vec<ConditionId>> {
        let all = &analysis.conditions;
        let campaign_of = |factors: &Factors| factors.get(merge::CAMPAIGN).cloned();
        let of_first = all.first().and_then(|condition| campaign_of(&condition.factors));
        let belongs =
            |factors: &Factors| first.is_none_or(|first| (campaign_of(factors) == of_first) == first);
        let here: Vec<ConditionId> = all.ids().filter(|&id| belongs(&all[id].factors)).collect();
        for (name, wanted) in &self.levels {
            let there: BTreeSet<&str> =
                here.iter().filter_map(|&id| all[id].factors.get(name)).map(String::as_str).collect();
            if !there.contains(wanted.as_str()) {
                let there: Vec<&str> = there.into_iter().collect();
                let folder = self.folder.display();
                let factors: BTreeSet<&str> = here
                    .iter()
                    .flat_map(|&id| all[id].factors.keys())
                    .map(String::as_str)
                    .filter(|factor| *factor != merge::CAMPAIGN)
                    .collect();
                let factors = factors.into_iter().collect::<Vec<_>>().join(", ");
                let message = if there.is_empty() {
                    format!("{folder}: `{name}` is not a factor; the factors are {factors}")
                } else {
                    format!("{folder}: `{name}` has no level `{wanted}`; its levels are {}", there.join(", "))
                };
                return Err(ConfigError::new(message).into());
            }
        }
        let chosen = here.into_iter().filter(|&id| selects(&self.levels, &all[id].factors));
        Ok(chosen.collect())
    }
}

/// Conditions of the two sides that agree in every factor by which the sides were not chosen. Factors that vary in
/// neither side tell the sides apart, not their conditions.
fn pairs(
    analysis: &Analysis,
    a: (&Side, &[ConditionId]),
    b: (&Side, &[ConditionId]),
) -> Vec<(ConditionId, ConditionId)> {
    let level = |condition: ConditionId, name: &str| analysis.conditions[condition].factors.get(name);
    let varies = |of: &[ConditionId], name: &str| of.iter().any(|&id| level(id, name) != level(of[0], name));
    let both = || a.1.iter().chain(b.1);
    let names: BTreeSet<&String> = both().flat_map(|&id| analysis.conditions[id].factors.keys()).collect();
    let telling: Vec<&String> = names
        .into_iter()
        .filter(|name| *name != merge::CAMPAIGN)
        .filter(|name| !a.0.levels.contains_key(*name) && !b.0.levels.contains_key(*name))
        .filter(|name| varies(a.1, name) || varies(b.1, name))
        .collect();
    let agree = |i: ConditionId, j: ConditionId| telling.iter().all(|name| level(i, name) == level(j, name));
    a.1.iter()
        .flat_map(|&i| b.1.iter().map(move |&j| (i, j)))
        .filter(|&(i, j)| i != j && agree(i, j))
        .collect()
}

/// The names of conditions, the first of many.
fn describe(analysis: &Analysis, conditions: &[ConditionId]) -> String {
    const FIRST: usize = 8;
    let names = conditions.iter().take(FIRST).map(|&id| analysis.condition_name(id));
    let names = names.collect::<Vec<_>>().join("; ");
    match conditions.len() {
        0 => "none".to_owned(),
        n if n > FIRST => format!("{names}; and {} more", n - FIRST),
        _ => names,
    }
}
