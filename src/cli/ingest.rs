//! `stillstand ingest`

use std::path::PathBuf;

use super::args::{Common, IngestArgs};
use super::terminal::say;
use super::{Ending, conclude, tell, watched, with_manifest};
use crate::campaign::driver::Options;
use crate::campaign::portfolio::{self, Analysed};
use crate::input::config::{Config, LayoutTable};
use crate::input::memory::TABLES;
use crate::model::Run;
use crate::run::align::AlignedRun;
use crate::show::report::compose::folder_of;
use crate::show::text::Language;
use crate::write::attempt::Made;
use crate::write::dataset::{self, RunTables};
use crate::write::manifest::{Product, ReportOptions};
use crate::write::output;

pub fn run(args: &IngestArgs) -> anyhow::Result<Ending> {
    tell(&output::prepare(&args.output, args.force)?, &args.common);
    let align: Vec<_> = args.align.iter().cloned().collect();
    let wanted = Options { align: align.clone(), ..super::options(&args.common) };
    let mut analysed = analyse(&args.campaigns, &wanted, &args.common)?;
    let (layout, lang, formats) = (LayoutTable::default(), Language::default(), Vec::new());
    let Made { folder, .. } = make(&mut analysed, &ReportOptions { align, layout, lang, formats })?;
    tell(&output::write(&args.output, &folder, args.force)?, &args.common);
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    let ending = conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common);
    if !args.common.quiet {
        let files = folder.len() - 1;
        say(format!("{files} Parquet files → {}", args.output.display()));
    }
    ending
}

/// Campaigns with the tables of their runs.
type Tabulated = Analysed<anyhow::Result<RunTables>>;

/// Analyses the campaigns in `folders` as a report does, and keeps the aligned series of each run as tables.
pub fn analyse(folders: &[PathBuf], options: &Options, common: &Common) -> anyhow::Result<Tabulated> {
    let tables =
        |run: &Run, aligned: &AlignedRun, config: &Config| RunTables::new(run, aligned, config.align);
    let options = Options { keeps: TABLES, ..options.clone() };
    watched(common, |progress| portfolio::analyse(folders, &options, progress, &tables))
}

/// The whole dataset with its manifest; takes the tables of the runs.
pub fn make(analysed: &mut Tabulated, options: &ReportOptions) -> anyhow::Result<Made> {
    let mut made = Made::default();
    for chapter in &mut analysed.chapters {
        let tables = std::mem::take(&mut chapter.outcome.kept);
        let files = dataset::folder(&chapter.outcome.analysis, tables)?;
        let above = analysed.portfolio.as_ref().map(|_| folder_of(&chapter.name)).unwrap_or_default();
        made.folder.extend(files.into_iter().map(|(path, bytes)| (format!("{above}{path}"), bytes)));
    }
    with_manifest(made, Product::Dataset, analysed, options)
}
