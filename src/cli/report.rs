//! `stillstand report`

use std::io::Write as _;

use super::args::ReportArgs;
use super::{Ending, analyse, conclude};
use crate::output;
use crate::pipeline;
use crate::provenance::{CampaignManifest, Manifest, ReportOptions};
use crate::report;
use crate::text::Text;

pub fn run(args: &ReportArgs) -> anyhow::Result<Ending> {
    output::check(&args.output, args.force)?;
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let (align, layout) = (args.align.clone(), args.layout.table());
    let options = ReportOptions { align: align.clone(), layout: layout.clone(), lang: args.lang, formats };
    let analysed = pipeline::Options { align, layout, ..Default::default() };
    let outcome = analyse(&args.campaigns, &analysed, &args.common)?;
    let folder = make(&outcome, &options)?;
    output::write(&args.output, &folder, args.force)?;
    let ending = conclude(&outcome, args.strict, &args.common);
    if !args.common.quiet {
        let documents: Vec<String> = folder
            .keys()
            .filter(|path| path.starts_with("report."))
            .map(|path| args.output.join(path).display().to_string())
            .collect();
        let runs = outcome.analysis.runs.len();
        let results: usize = outcome.analysis.benchmarks.iter().map(|of| of.readings.len()).sum();
        let parts =
            [(runs > 0 || results == 0, runs, "runs"), (results > 0, results, "results of benchmarks")];
        let told = parts.iter().filter(|(told, ..)| *told).map(|(_, n, of)| format!("{n} {of}"));
        let told = told.collect::<Vec<_>>().join(", ");
        let _ = writeln!(anstream::stderr(), "{told} → {}", documents.join(", "));
    }
    Ok(ending)
}

/// The whole report folder with its manifest.
pub fn make(outcome: &pipeline::Outcome, options: &ReportOptions) -> anyhow::Result<output::Folder> {
    let text = Text::new(options.lang);
    let mut folder = report::folder(&outcome.analysis, &text, &options.formats)?;
    let campaigns = outcome.campaigns.iter().map(|input| CampaignManifest {
        path: input.path.display().to_string(),
        title: input.title.clone(),
        configuration: input.config.file.clone(),
        inputs: input.files.iter().cloned().collect(),
    });
    let manifest = Manifest::new(options.clone(), campaigns.collect(), &folder);
    folder.insert(output::MANIFEST.to_owned(), manifest.to_json()?);
    Ok(folder)
}
