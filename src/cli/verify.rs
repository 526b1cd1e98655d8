//! `stillstand verify`

use std::path::PathBuf;

use anyhow::Context;

use super::args::VerifyArgs;
use super::terminal::{print_text, safe_line};
use super::{Ending, analyse, ingest, report, within_memory};
use crate::campaign::driver;
use crate::write::attempt::Nowhere;
use crate::write::manifest::{Manifest, Product, compare};
use crate::write::output::MANIFEST;

pub fn run(args: &VerifyArgs) -> anyhow::Result<Ending> {
    let (mut written, written_bytes) = Manifest::read(&args.report)?;
    // Of a strange manifest that names a document a million times it is made once.
    written.options.formats.sort_unstable();
    written.options.formats.dedup();
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
    let excerpts = written.product == Product::Report;
    let wanted =
        driver::Options { align, layout, known_as, portfolio, excerpts, ..super::options(&args.common) };
    let gone = folders.iter().find(|folder| args.campaign.is_empty() && !folder.exists());
    if let Some(folder) = gone {
        let folder = folder.display();
        anyhow::bail!("{folder}: no such folder from here; give the folder of the campaign with --campaign");
    }
    let (_, manifest) = match written.product {
        Product::Report => {
            let analysed = analyse(&folders, &wanted, &args.common)?;
            within_memory(&analysed.diagnostics())?;
            report::make(&analysed, &written.options, &Nowhere)?
        }
        Product::Dataset => {
            let mut analysed = ingest::analyse(&folders, &wanted, &args.common)?;
            within_memory(&analysed.diagnostics())?;
            ingest::make(&mut analysed, &written.options, &Nowhere)?
        }
    };
    let recomputed: Manifest = serde_json::from_slice(&manifest).context(MANIFEST)?;
    let differences = compare(&args.report, (&written, &written_bytes), (&recomputed, &manifest))?;
    if differences.is_empty() {
        let inputs: usize = written.campaigns.iter().map(|campaign| campaign.inputs.len()).sum();
        let outputs = written.outputs.len();
        print_text(&format!(
            "verified: {outputs} outputs are reproduced from {inputs} inputs, byte for byte\n"
        ))?;
        return Ok(Ending::Done);
    }
    let lines: String =
        differences.iter().map(|difference| format!("{}\n", safe_line(&difference.to_string()))).collect();
    print_text(&lines)?;
    Ok(Ending::Difference)
}
