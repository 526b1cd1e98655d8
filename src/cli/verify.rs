//! `stillstand verify`

use std::path::PathBuf;

use anyhow::Context;

use super::args::VerifyArgs;
use super::{Ending, print, progress, report};
use crate::output::MANIFEST;
use crate::pipeline;
use crate::provenance::{Manifest, compare};

pub fn run(args: &VerifyArgs) -> anyhow::Result<Ending> {
    let written = Manifest::read(&args.report)?;
    let campaign = args.campaign.clone().unwrap_or_else(|| PathBuf::from(&written.campaign));
    let bar = progress::files(args.common.quiet);
    let mut outcome = pipeline::run(
        &campaign,
        &pipeline::Options {
            align: written.options.align.map(Into::into),
            files: &|n| bar.set_length(n),
            progress: &|| bar.inc(1),
        },
    )?;
    // The report says where its campaign lay; elsewhere it is still the same campaign.
    outcome.analysis.campaign.path.clone_from(&written.campaign);
    if outcome.config.file.title.is_none() {
        outcome.analysis.campaign.title.clone_from(&written.title);
    }
    let folder = report::make(&outcome, &written.options)?;
    bar.finish_and_clear();
    let manifest = folder.get(MANIFEST).context("the recomputed report has no manifest")?;
    let recomputed: Manifest = serde_json::from_slice(manifest).context(MANIFEST)?;
    let differences = compare(&args.report, &written, &recomputed);
    if differences.is_empty() {
        let (inputs, outputs) = (written.inputs.len(), written.outputs.len());
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
