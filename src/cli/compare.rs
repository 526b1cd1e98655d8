//! `stillstand compare`

mod pairs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use self::pairs::{Mapping, Pairs, factors, levels, list};
use super::args::{CompareArgs, StatsFormat};
use super::terminal::{print_data, print_text, print_written, safe_line, say};
use super::{Ending, conclude, show, side_by_side, within_memory};
use crate::campaign::comparisons::{comparisons, one_sided};
use crate::campaign::{driver, efficiency, merge};
use crate::input::config::selects;
use crate::input::session::ConfigError;
use crate::model::{Analysis, Compared, ConditionId, Entries, Factors, Series};
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
    let mut outcome = side_by_side(&folders, &options, &args.common)?;
    let (of_a, of_b) = (
        a.conditions(&outcome.analysis, two.then_some(true))?,
        b.conditions(&outcome.analysis, two.then_some(false))?,
    );
    let mapping = Mapping::parse(&args.map, &outcome.analysis, &of_a, &of_b)?;
    let found = Pairs::of(&outcome.analysis, (&a, &of_a), (&b, &of_b), &mapping);
    let unmatched = found.unmatched(&outcome.analysis, (&args.a, &of_a), (&args.b, &of_b), &mapping);
    let pairs = found.pairs;
    if pairs.is_empty() {
        within_memory(&outcome.analysis.diagnostics)?;
        anyhow::bail!(
            "nothing to compare: {}",
            unmatched.unwrap_or_else(|| format!("{} or {} has no conditions", args.a, args.b))
        );
    }
    let among: BTreeSet<ConditionId> = pairs.iter().flat_map(|&(i, j)| [i, j]).collect();
    let Analysis { benchmarks, series, diagnostics, .. } = &mut outcome.analysis;
    let of_benchmarks = efficiency::series(benchmarks, &among, diagnostics);
    // What ran as load is among the series already.
    let is_known =
        |one: &Series| series.iter().any(|s| s.condition == one.condition && s.metric == one.metric);
    let of_benchmarks: Vec<Series> = of_benchmarks.into_iter().filter(|one| !is_known(one)).collect();
    series.extend(of_benchmarks);
    let analysis = &outcome.analysis;
    let comparisons = comparisons(&analysis.conditions, &analysis.series, &pairs);
    if comparisons.is_empty() {
        within_memory(&analysis.diagnostics)?;
        anyhow::bail!(
            "{} and {} have neither a number of migrations nor a benchmark in common: the first has {}, the second {}",
            args.a,
            args.b,
            measured(analysis, &of_a),
            measured(analysis, &of_b)
        );
    }
    if let Some(unmatched) = unmatched.filter(|_| !args.common.quiet) {
        say(format!("note: {}", safe_line(&unmatched)));
    }
    let only = |of: &[ConditionId], partners: &dyn Fn(ConditionId) -> Vec<ConditionId>| {
        one_sided(&analysis.conditions, &analysis.series, of, partners)
    };
    let of = |id: ConditionId| move |&(i, j): &(ConditionId, ConditionId)| (i == id).then_some(j);
    let back = |id: ConditionId| move |&(i, j): &(ConditionId, ConditionId)| (j == id).then_some(i);
    let compared = Compared {
        comparisons,
        only_in_a: only(&of_a, &|id| pairs.iter().filter_map(of(id)).collect()),
        only_in_b: only(&of_b, &|id| pairs.iter().filter_map(back(id)).collect()),
    };
    let text = Text::new(args.lang);
    let table = tables::compared(analysis, &compared);
    let view = || format::table(&table, text.get("caption.compared").to_owned(), &text);
    match args.format {
        StatsFormat::Table => print_text(&format!("{}\n", show::terminal(&view())))?,
        StatsFormat::Markdown => print_text(&format!("{}\n", show::markdown(&view())))?,
        StatsFormat::Csv => print_data(&write::tables::table_csv(&table)?)?,
        StatsFormat::Json => print_written(|to| write::json::write_compared(analysis, &compared, to))?,
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
            let there = levels(analysis, &here, name);
            if !there.contains(wanted.as_str()) {
                let folder = self.folder.display();
                let message = if there.is_empty() {
                    let factors = list(&factors(analysis, &here));
                    format!("{folder}: `{name}` is not a factor; the factors are {factors}")
                } else {
                    format!("{folder}: `{name}` has no level `{wanted}`; its levels are {}", list(&there))
                };
                return Err(ConfigError::new(message).into());
            }
        }
        let chosen = here.into_iter().filter(|&id| selects(&self.levels, &all[id].factors));
        Ok(chosen.collect())
    }
}

/// The names of all that conditions measured, for a message.
fn measured(analysis: &Analysis, of: &[ConditionId]) -> String {
    let series = analysis.series.iter().filter(|series| of.contains(&series.condition));
    let mut names: BTreeSet<String> = series.map(|series| series.metric.clone()).collect();
    names.extend(efficiency::quantities(&analysis.benchmarks, of));
    list(&names.iter().map(String::as_str).collect())
}
