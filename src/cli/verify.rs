//! `stillstand verify`

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::VerifyArgs;
use super::terminal::{counted, print_text, safe_line};
use super::{Ending, analyse, report, watched, within_memory};
use crate::campaign::dataset::{Dataset, Survey};
use crate::campaign::driver::{self, Progress};
use crate::input::folder;
use crate::write::attempt::{Nowhere, Shelf};
use crate::write::dataset::{Whole, compare as compare_dataset, parts};
use crate::write::manifest::{CampaignManifest, Difference, Manifest, compare};
use crate::write::output::MANIFEST;

pub fn run(args: &VerifyArgs) -> anyhow::Result<Ending> {
    if folder::is_dataset(&args.report) {
        return dataset(args);
    }
    let (mut written, written_bytes) = Manifest::read(&args.report)?;
    // Of a strange manifest that names a document a million times it is made once.
    written.options.formats.sort_unstable();
    written.options.formats.dedup();
    let folders: Vec<PathBuf> = match args.campaign.is_empty() {
        true => {
            let lies = |of: &CampaignManifest| PathBuf::from(of.dataset.as_ref().unwrap_or(&of.path));
            written.campaigns.iter().map(lies).collect()
        }
        false => args.campaign.clone(),
    };
    // The report says where its campaigns lay; elsewhere they are still the same.
    let known_as = written
        .campaigns
        .iter()
        .map(|campaign| driver::Known {
            path: campaign.path.clone(),
            title: campaign.title.clone(),
            chapter: campaign.chapter.clone(),
            dataset: campaign.dataset.clone(),
        })
        .collect();
    let (align, layout) = (written.options.align.clone(), written.options.layout.clone());
    let portfolio = written.portfolio.clone();
    ensure_listed(written.options.listed, args)?;
    let files = args.list.files(&folders)?;
    let partial = written.options.partial;
    let wanted = driver::Options {
        align,
        layout,
        known_as,
        portfolio,
        excerpts: true,
        partial,
        files,
        ..super::options(&args.common)
    };
    for folder in &folders {
        ensure_there(folder, &args.campaign)?;
    }
    let analysed = analyse(&folders, &wanted, &args.common)?;
    within_memory(&analysed.diagnostics())?;
    let make = |progress: &Progress<'_>| report::make(&analysed, &written.options, &Nowhere, progress);
    let (_, manifest) = watched(&args.common, make)?;
    let recomputed: Manifest = serde_json::from_slice(&manifest).context(MANIFEST)?;
    let differences = compare(&args.report, (&written, &written_bytes), (&recomputed, &manifest))?;
    let inputs = written.campaigns.iter().map(|campaign| campaign.inputs.len()).sum();
    conclude(&differences, written.outputs.len(), inputs)
}

/// Prints the differences, or that there are none.
fn conclude(differences: &[Difference], outputs: usize, inputs: usize) -> anyhow::Result<Ending> {
    if differences.is_empty() {
        print_text(&format!(
            "verified: {} {} reproduced from {}, byte for byte\n",
            counted(outputs, "output"),
            if outputs == 1 { "is" } else { "are" },
            counted(inputs, "input")
        ))?;
        return Ok(Ending::Done);
    }
    let lines: String =
        differences.iter().map(|difference| format!("{}\n", safe_line(&difference.to_string()))).collect();
    print_text(&lines)?;
    Ok(Ending::Difference)
}

/// Makes a dataset again, with the parts that are there, and compares.
fn dataset(args: &VerifyArgs) -> anyhow::Result<Ending> {
    let there = Dataset::open(&args.report)?;
    let description = &there.description;
    let campaign = match args.campaign.as_slice() {
        [] => PathBuf::from(&description.path),
        [one] => one.clone(),
        _ => anyhow::bail!("a dataset is of one campaign"),
    };
    ensure_there(&campaign, &args.campaign)?;
    let known = driver::Known {
        path: description.path.clone(),
        title: description.title.clone(),
        chapter: None,
        dataset: None,
    };
    ensure_listed(description.listed, args)?;
    let files = args.list.files(std::slice::from_ref(&campaign))?;
    let options = driver::Options { files, ..super::options(&args.common) };
    let open = |progress: &Progress<'_>| Survey::open(&campaign, Some(&known), &options, progress);
    let mut survey = watched(&args.common, open)?;
    within_memory(survey.diagnostics())?;
    survey.declared.config.align = description.align;
    let whole = Whole::of(&survey, description.shards)?;
    let inputs = survey.inputs.clone();
    let shelves = there.whole().map(|record| (record.shard, &Nowhere as &dyn Shelf)).collect();
    let made = watched(&args.common, |progress| parts(survey, &whole.description, shelves, progress))?;
    let differences = compare_dataset(&there, &inputs, &whole, &made)?;
    let outputs = whole.files.len() + made.values().map(|part| part.files.len()).sum::<usize>();
    conclude(&differences, outputs, inputs.len())
}

/// An error where a list belongs to what is verified and is not given, or the other way round.
fn ensure_listed(listed: bool, args: &VerifyArgs) -> anyhow::Result<()> {
    let report = args.report.display();
    anyhow::ensure!(
        !listed || args.list.is_given(),
        "{report}: it was made of the files that a list named; give that list with --files-from"
    );
    anyhow::ensure!(
        listed || !args.list.is_given(),
        "{report}: no list named the files that it was made of; leave out --files-from"
    );
    Ok(())
}

/// An error where the folder of a campaign that a manifest names is not there.
fn ensure_there(folder: &Path, named: &[PathBuf]) -> anyhow::Result<()> {
    anyhow::ensure!(
        !named.is_empty() || folder.exists(),
        "{}: no such folder from here; give the folder of the campaign with --campaign",
        folder.display()
    );
    Ok(())
}
