//! `stillstand report`

use std::io::Write as _;

use super::args::ReportArgs;
use super::{Ending, analyse, conclude, with_manifest};
use crate::campaign::driver;
use crate::campaign::portfolio::Analysed;
use crate::model::Analysis;
use crate::show::tables;
use crate::show::text::Text;
use crate::write::manifest::{Product, ReportOptions};
use crate::write::{self, output};

pub fn run(args: &ReportArgs) -> anyhow::Result<Ending> {
    output::check(&args.output, args.force)?;
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let (align, layout) = (args.align.clone(), args.layout.table());
    let options = ReportOptions { align: align.clone(), layout: layout.clone(), lang: args.lang, formats };
    let wanted = driver::Options { align, layout, ..Default::default() };
    let analysed = analyse(&args.campaigns, &wanted, &args.common)?;
    let folder = make(&analysed, &options)?;
    output::write(&args.output, &folder, args.force)?;
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    let ending = conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common);
    if !args.common.quiet {
        let documents: Vec<String> = folder
            .keys()
            .filter(|path| path.starts_with("report."))
            .map(|path| args.output.join(path).display().to_string())
            .collect();
        let _ = writeln!(anstream::stderr(), "{} → {}", contents(&analysed), documents.join(", "));
    }
    Ok(ending)
}

/// What a report holds, in a few words.
fn contents(analysed: &Analysed) -> String {
    let count = |of: fn(&Analysis) -> usize| -> usize {
        analysed.outcomes().map(|outcome| of(&outcome.analysis)).sum()
    };
    let (runs, results) = (count(|analysis| analysis.runs.len()), count(tables::results));
    let parts = [
        (analysed.portfolio.is_some(), analysed.chapters.len(), "campaigns"),
        (runs > 0 || results == 0, runs, "runs"),
        (results > 0, results, "benchmark results"),
    ];
    let shown = parts.iter().filter(|(shown, ..)| *shown).map(|(_, n, of)| format!("{n} {of}"));
    shown.collect::<Vec<_>>().join(", ")
}

/// The whole report folder with its manifest.
pub fn make(analysed: &Analysed, options: &ReportOptions) -> anyhow::Result<output::Folder> {
    let text = Text::new(options.lang);
    let folder = match (&analysed.portfolio, analysed.analyses().as_slice()) {
        (None, [(_, analysis)]) => write::report::folder(analysis, &text, &options.formats)?,
        (name, chapters) => {
            write::report::portfolio(name.as_deref().unwrap_or_default(), chapters, &text, &options.formats)?
        }
    };
    with_manifest(folder, Product::Report, analysed, options)
}
