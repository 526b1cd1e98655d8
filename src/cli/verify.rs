//! `stillstand verify`

use std::path::PathBuf;

use anyhow::Context;

use super::args::VerifyArgs;
use super::{Ending, analyse, ingest, print, report};
use crate::campaign::driver;
use crate::write::manifest::{Manifest, Product, compare};
use crate::write::output::MANIFEST;

pub fn run(args: &VerifyArgs) -> anyhow::Result<Ending> {
    let written = Manifest::read(&args.report)?;
    let folders: Vec<PathBuf> = match args.campaign.is_empty() {
        true => written.campaigns.iter().map(|campaign| PathBuf::from(&campaign.path)).collect(),
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
        })
        .collect();
    let (align, layout) = (written.options.align.clone(), written.options.layout.clone());
    let portfolio = written.portfolio.clone();
    let wanted = driver::Options { align, layout, known_as, portfolio, ..Default::default() };
    let gone = folders.iter().find(|folder| args.campaign.is_empty() && !folder.exists());
    if let Some(folder) = gone {
        let folder = folder.display();
        anyhow::bail!("{folder}: no such folder from here; give the folder of the campaign with --campaign");
    }
    let folder = match written.product {
        Product::Report => report::make(&analyse(&folders, &wanted, &args.common)?, &written.options)?,
        Product::Dataset => {
            ingest::make(&mut ingest::analyse(&folders, &wanted, &args.common)?, &written.options)?
        }
    };
    let manifest = folder.get(MANIFEST).context("the recomputed report has no manifest")?;
    let recomputed: Manifest = serde_json::from_slice(manifest).context(MANIFEST)?;
    let differences = compare(&args.report, &written, &recomputed);
    if differences.is_empty() {
        let inputs: usize = written.campaigns.iter().map(|campaign| campaign.inputs.len()).sum();
        let outputs = written.outputs.len();
        print(
            format!("verified: {outputs} outputs are reproduced from {inputs} inputs, byte for byte\n")
                .as_bytes(),
        )?;
        return Ok(Ending::Done);
    }
    let lines: String = differences.iter().map(|difference| format!("{difference}\n")).collect();
    print(lines.as_bytes())?;
    Ok(Ending::Difference)
}
