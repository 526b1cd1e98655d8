//! `stillstand ingest`

use std::path::Path;

use anyhow::{bail, ensure};

use super::args::IngestArgs;
use super::terminal::{counted, say};
use super::{Ending, conclude, tell, watched};
use crate::campaign::dataset::{Dataset, Description, Shard, Survey, differences, inputs};
use crate::campaign::driver::{Options, Progress};
use crate::campaign::portfolio;
use crate::input::folder;
use crate::model::Diagnostic;
use crate::model::diagnostics::sort;
use crate::write::attempt::Shelf;
use crate::write::dataset::{Whole, parts};
use crate::write::output;

pub fn run(args: &IngestArgs) -> anyhow::Result<Ending> {
    let options = Options {
        align: args.align.into_iter().collect(),
        files: args.list.files(&args.campaigns)?,
        ..super::options(&args.common)
    };
    let campaigns = portfolio::placed(&args.campaigns, &options)?;
    let is_one = campaigns.len() == 1;
    ensure!(
        is_one || !folder::is_output(&args.output),
        "{}: this was written by stillstand; several datasets need a folder that holds nothing else",
        args.output.display()
    );
    let mut wanted = Vec::new();
    for (name, campaign) in campaigns {
        ensure!(
            !folder::is_output(&campaign),
            "{}: this was written by stillstand; a dataset is made of logs",
            campaign.display()
        );
        let out = if is_one { args.output.clone() } else { args.output.join(name) };
        may_be_written(&out, args)?;
        wanted.push((campaign, out));
    }
    let mut diagnostics = Vec::new();
    for (campaign, out) in &wanted {
        let found = watched(&args.common, |progress| one(campaign, out, &options, progress, args))?;
        diagnostics.extend(found);
    }
    sort(&mut diagnostics);
    conclude(&diagnostics, [].iter(), args.strict, &args.common)
}

/// Says early whether a part of this shard may be put there, so that no work is done in vain.
fn may_be_written(out: &Path, args: &IngestArgs) -> anyhow::Result<()> {
    if folder::is_dataset(out) && !args.force {
        let there = Description::read(out)?;
        ensure!(
            there.shards == args.shard.of(),
            "{}: a dataset of {}, of which {} is none; --force replaces it",
            out.display(),
            counted(there.shards as usize, "shard"),
            args.shard
        );
        return Ok(());
    }
    ensure!(
        folder::is_dataset(out) || !out.join("summary.json").exists(),
        "{}: a report is there, whose place no dataset takes, even with --force; choose another folder",
        out.display()
    );
    tell(&output::prepare(out, args.force)?, &args.common);
    Ok(())
}

/// Surveys a campaign and puts a part of it in its dataset; returns what is wrong with the campaign as a whole and with the runs
/// of the part.
fn one(
    campaign: &Path,
    out: &Path,
    options: &Options,
    progress: &Progress<'_>,
    args: &IngestArgs,
) -> anyhow::Result<Vec<Diagnostic>> {
    let mut survey = Survey::open(campaign, None, options, progress)?;
    super::within_memory(survey.diagnostics())?;
    let whole = Whole::of(&survey, args.shard.of())?;
    begin(out, &survey, &whole, args)?;
    let mut diagnostics = survey.take_diagnostics();
    let part = out.join(args.shard.folder());
    let make = |shelf: &dyn Shelf| parts(survey, &whole.description, vec![(args.shard, shelf)], progress);
    let (made, told) = output::write_part(&part, make)?;
    tell(&told, &args.common);
    for of_part in made.into_values() {
        diagnostics.extend(of_part.diagnostics);
        if !args.common.quiet {
            let (runs, shard) = (of_part.runs, args.shard);
            let shard = if shard == Shard::WHOLE { String::new() } else { format!(" of shard {shard}") };
            say(format!("{}{shard} → {}", counted(runs, "run"), out.display()));
        }
    }
    Ok(diagnostics)
}

/// Puts the files above the parts in their place, unless those of the same dataset are there.
///
/// # Errors
///
/// Those of another dataset are there, and it is not to be replaced.
fn begin(out: &Path, survey: &Survey, whole: &Whole, args: &IngestArgs) -> anyhow::Result<()> {
    if folder::is_dataset(out) {
        let differs = differs(out, survey, whole);
        match (&differs, args.force) {
            (Ok(differences), _) if differences.is_empty() => return Ok(()),
            (_, true) => {}
            (Ok(differences), false) => bail!(
                "{}: the dataset there is not of this campaign as it is now: {}. --force replaces it",
                out.display(),
                differences.join(", ")
            ),
            (Err(error), false) => bail!("{error:#}"),
        }
    }
    match output::write(out, args.force, |shelf| whole.put(shelf)) {
        Ok((_, told)) => tell(&told, &args.common),
        // Another machine may have begun it meanwhile.
        Err(error) => match differs(out, survey, whole) {
            Ok(differences) if differences.is_empty() => {}
            Ok(_) | Err(_) => return Err(error),
        },
    }
    Ok(())
}

/// In what a dataset that is there differs from what a campaign gives, in words; of inputs the first.
fn differs(out: &Path, survey: &Survey, whole: &Whole) -> anyhow::Result<Vec<String>> {
    const NAMED: usize = 3;
    let there = Dataset::open(out)?;
    let mut found = differences(&there.description.identity(), &whole.description.identity());
    let written = inputs(&there).unwrap_or_default();
    let changed = written.iter().filter(|file| !survey.inputs.contains(file));
    let new = survey.inputs.iter().filter(|file| !written.contains(file));
    let mut names: Vec<&str> = changed.chain(new).map(|(path, _)| path.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        found.push(format!("of the inputs {}{more}", names[..names.len().min(NAMED)].join(", ")));
    }
    Ok(found)
}
