//! `stillstand report`

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::ensure;

use super::args::ReportArgs;
use super::terminal::{counted, say};
use super::{Ending, analyse, conclude, tell, watched, with_manifest};
use crate::campaign::driver::{self, Progress};
use crate::campaign::portfolio::Analysed;
use crate::input::folder;
use crate::model::Analysis;
use crate::show::tables;
use crate::show::text::Text;
use crate::write::attempt::{Made, Shelf};
use crate::write::manifest::ReportOptions;
use crate::write::{self, output};

pub fn run(args: &ReportArgs) -> anyhow::Result<Ending> {
    ensure!(
        !folder::is_dataset(&args.output),
        "{}: a dataset is there, whose place no report takes, even with --force; choose another folder",
        args.output.display()
    );
    tell(&output::prepare(&args.output, args.force)?, &args.common);
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let (align, layout) = (args.align.clone(), args.layout.table());
    let options = ReportOptions {
        align: align.clone(),
        layout: layout.clone(),
        lang: args.lang,
        detail: args.detail,
        formats,
        png: args.png,
        partial: args.dataset.partial,
        listed: args.list.is_given(),
    };
    let partial = args.dataset.partial;
    let files = args.list.files(&args.campaigns)?;
    let common = super::options(&args.common);
    let wanted = driver::Options { align, layout, excerpts: true, partial, files, ..common };
    let analysed = analyse(&args.campaigns, &wanted, &args.common)?;
    let ((Made { outputs, failed }, _), told) = output::write(&args.output, args.force, |shelf| {
        watched(&args.common, |progress| make(&analysed, &options, shelf, progress))
    })?;
    tell(&told, &args.common);
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    let ending = conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common);
    if !args.common.quiet {
        let documents: Vec<String> = outputs
            .keys()
            .filter(|path| path.starts_with("report."))
            .map(|path| args.output.join(path).display().to_string())
            .collect();
        say(format!("{} → {}", contents(&analysed), documents.join(", ")));
    }
    all_made(&failed, &args.output)?;
    ending
}

/// An error for what could not be made of a report, whose rest is in its place.
pub fn all_made(failed: &BTreeMap<String, String>, out: &Path) -> anyhow::Result<()> {
    let all: Vec<String> = failed.iter().map(|(path, reason)| format!("{path} ({reason})")).collect();
    anyhow::ensure!(all.is_empty(), "{} was written, but without {}", out.display(), all.join("; "));
    Ok(())
}

/// What a report holds, in a few words.
fn contents(analysed: &Analysed) -> String {
    let count = |of: fn(&Analysis) -> usize| -> usize {
        analysed.outcomes().map(|outcome| of(&outcome.analysis)).sum()
    };
    let (runs, results) = (count(|analysis| analysis.runs.len()), count(tables::results));
    let parts = [
        (analysed.portfolio.is_some(), analysed.chapters.len(), "campaign"),
        (runs > 0 || results == 0, runs, "run"),
        (results > 0, results, "benchmark result"),
    ];
    let shown = parts.iter().filter(|(shown, ..)| *shown).map(|(_, n, of)| counted(*n, of));
    shown.collect::<Vec<_>>().join(", ")
}

/// Puts the whole report on a shelf, with its manifest, whose bytes are returned.
pub fn make(
    analysed: &Analysed,
    options: &ReportOptions,
    shelf: &dyn Shelf,
    progress: &Progress<'_>,
) -> anyhow::Result<(Made, Vec<u8>)> {
    let text = Text::new(options.lang);
    with_manifest((shelf, progress), analysed, options, |making| {
        match (&analysed.portfolio, analysed.analyses().as_slice()) {
            (None, [(_, analysis)]) => write::report::folder(analysis, &text, options, making),
            (name, chapters) => {
                let name = name.as_deref().unwrap_or_default();
                write::report::portfolio(name, chapters, &text, options, making);
            }
        }
        Ok(())
    })
}
