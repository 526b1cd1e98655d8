//! `stillstand compare`

use std::path::{Path, PathBuf};

use super::args::{CompareArgs, StatsFormat};
use super::{Ending, conclude, print, side_by_side, stats};
use crate::aggregate;
use crate::analysis::{Analysis, Factors};
use crate::config::selects;
use crate::report::format;
use crate::text::Text;
use crate::{export, pipeline, tables};

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
    let options = pipeline::Options { distinguish: two, ..Default::default() };
    let outcome = side_by_side(&folders, &options, &args.common)?;
    let analysis = &outcome.analysis;
    let pairs = pairs(analysis, &a, &b, two);
    anyhow::ensure!(
        !pairs.is_empty(),
        "{} and {} have no conditions that agree in all other factors; there are {}",
        args.a,
        args.b,
        describe(analysis)
    );
    let comparisons = aggregate::comparisons(&analysis.series, &pairs, analysis.campaign.bootstrap);
    let text = Text::new(args.lang);
    let table = tables::compared(analysis, &comparisons);
    let view = || format::table(&table, text.get("caption.compared").to_owned(), &text);
    let output = match args.format {
        StatsFormat::Table => format!("{}\n", stats::terminal(&view())).into_bytes(),
        StatsFormat::Markdown => format!("{}\n", stats::markdown(&view())).into_bytes(),
        StatsFormat::Csv => export::table_csv(&table)?,
        StatsFormat::Json => export::comparisons_json(analysis, &comparisons)?,
    };
    print(&output)?;
    Ok(conclude(&outcome.analysis.diagnostics, outcome.exceeded.iter(), false, &args.common))
}

impl Side {
    /// `FOLDER` or `FOLDER:factor=level[,factor=level…]`.
    fn parse(text: &str) -> anyhow::Result<Self> {
        if Path::new(text).exists() {
            return Ok(Self { folder: PathBuf::from(text), levels: Factors::new() });
        }
        let parts = text.rsplit_once(':').filter(|(_, levels)| levels.contains('='));
        let Some((folder, levels)) = parts else {
            anyhow::bail!("{text}: there is no such folder; expected FOLDER or FOLDER:factor=level");
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
}

/// Conditions of the two sides that agree in every factor by which the sides were not chosen.
fn pairs(analysis: &Analysis, a: &Side, b: &Side, two: bool) -> Vec<(usize, usize)> {
    let campaign_of = |factors: &Factors| factors.get(pipeline::CAMPAIGN).cloned();
    let first = analysis.conditions.first().and_then(|condition| campaign_of(&condition.factors));
    let of = |side: &Side, is_first: bool| -> Vec<usize> {
        let belongs = |factors: &Factors| !two || (campaign_of(factors) == first) == is_first;
        let chosen = |factors: &Factors| belongs(factors) && selects(&side.levels, factors);
        (0..analysis.conditions.len()).filter(|&index| chosen(&analysis.conditions[index].factors)).collect()
    };
    let free = |name: &str| {
        name != pipeline::CAMPAIGN && !a.levels.contains_key(name) && !b.levels.contains_key(name)
    };
    let agree = |a: &Factors, b: &Factors| {
        a.iter().filter(|(name, _)| free(name)).all(|(name, level)| b.get(name) == Some(level))
    };
    let mut pairs = Vec::new();
    for &i in &of(a, true) {
        for &j in &of(b, false) {
            if i != j && agree(&analysis.conditions[i].factors, &analysis.conditions[j].factors) {
                pairs.push((i, j));
            }
        }
    }
    pairs
}

fn describe(analysis: &Analysis) -> String {
    let names: Vec<String> =
        (0..analysis.conditions.len()).map(|index| analysis.condition_name(index)).collect();
    names.join("; ")
}
