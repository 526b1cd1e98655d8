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
use crate::show::report::Detail;
use crate::show::report::compose::folder_of;
use crate::show::text::Language;
use crate::write::attempt::{Made, Shelf};
use crate::write::dataset::{self, RunTables};
use crate::write::manifest::{Product, ReportOptions};
use crate::write::output;

pub fn run(args: &IngestArgs) -> anyhow::Result<Ending> {
    tell(&output::prepare(&args.output, args.force)?, &args.common);
    let align: Vec<_> = args.align.iter().cloned().collect();
    let wanted = Options { align: align.clone(), ..super::options(&args.common) };
    let mut analysed = analyse(&args.campaigns, &wanted, &args.common)?;
    let (layout, lang, detail) = (LayoutTable::default(), Language::default(), Detail::default());
    let options = ReportOptions { align, layout, lang, detail, formats: Vec::new(), png: false };
    let ((made, _), told) =
        output::write(&args.output, args.force, |shelf| make(&mut analysed, &options, shelf))?;
    tell(&told, &args.common);
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    let ending = conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common);
    if !args.common.quiet {
        let files = made.outputs.len();
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

/// Puts the whole dataset on a shelf, with its manifest, whose bytes are returned; takes the tables of the runs.
pub fn make(
    analysed: &mut Tabulated,
    options: &ReportOptions,
    shelf: &dyn Shelf,
) -> anyhow::Result<(Made, Vec<u8>)> {
    let tables: Vec<_> =
        analysed.chapters.iter_mut().map(|chapter| std::mem::take(&mut chapter.outcome.kept)).collect();
    with_manifest(shelf, Product::Dataset, analysed, options, |making| {
        for (chapter, tables) in analysed.chapters.iter().zip(tables) {
            let above = analysed.portfolio.as_ref().map(|_| folder_of(&chapter.name)).unwrap_or_default();
            dataset::folder(&chapter.outcome.analysis, tables, &above, making)?;
        }
        Ok(())
    })
}
