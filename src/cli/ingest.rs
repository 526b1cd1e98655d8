//! `stillstand ingest`

use std::io::Write as _;

use super::args::IngestArgs;
use super::{Ending, analyse, conclude, with_manifest};
use crate::campaign::driver;
use crate::campaign::portfolio::Analysed;
use crate::input::config::LayoutTable;
use crate::show::report::compose::folder_of;
use crate::show::text::Language;
use crate::write::dataset;
use crate::write::manifest::{Product, ReportOptions};
use crate::write::output::{self, Folder};

pub fn run(args: &IngestArgs) -> anyhow::Result<Ending> {
    output::check(&args.output, args.force)?;
    let align: Vec<_> = args.align.iter().cloned().collect();
    let wanted = driver::Options { align: align.clone(), ..Default::default() };
    let analysed = analyse(&args.campaigns, &wanted, &args.common)?;
    let (layout, lang, formats) = (LayoutTable::default(), Language::default(), Vec::new());
    let folder = make(&analysed, &ReportOptions { align, layout, lang, formats })?;
    output::write(&args.output, &folder, args.force)?;
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    let ending = conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common);
    if !args.common.quiet {
        let files = folder.len() - 1;
        let _ = writeln!(anstream::stderr(), "{files} Parquet files → {}", args.output.display());
    }
    Ok(ending)
}

/// The whole dataset with its manifest.
pub fn make(analysed: &Analysed, options: &ReportOptions) -> anyhow::Result<Folder> {
    let mut folder = Folder::new();
    for chapter in &analysed.chapters {
        let files = dataset::folder(&chapter.outcome.analysis, &chapter.outcome.aligned)?;
        let above = analysed.portfolio.as_ref().map(|_| folder_of(&chapter.name)).unwrap_or_default();
        folder.extend(files.into_iter().map(|(path, bytes)| (format!("{above}{path}"), bytes)));
    }
    with_manifest(folder, Product::Dataset, analysed, options)
}
