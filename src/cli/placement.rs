//! `stillstand placement`

use anyhow::Context as _;

use super::args::{PlacementArgs, PlacementFormat};
use super::terminal::{print_text, print_written};
use super::{Ending, conclude, options, show, side_by_side};
use crate::campaign::driver::Options;
use crate::campaign::placement::place;
use crate::model::Placement;
use crate::show::report::{compose, format};
use crate::show::tables;
use crate::show::text::Text;
use crate::write;

pub fn run(args: &PlacementArgs) -> anyhow::Result<Ending> {
    let folders = std::slice::from_ref(&args.campaign);
    let options = Options { partial: args.dataset.partial, ..options(&args.common) };
    let outcome = side_by_side(folders, &options, &args.common)?;
    let config = &outcome.campaigns.first().context("no campaign")?.config;
    // Without a table in the configuration the command still knows what to do, and it may be given a threshold.
    let mut table = config.file.placement.clone().unwrap_or_default();
    if let Some(threshold) = args.threshold {
        table.threshold_percent = threshold;
    }
    let placement = place(&outcome.analysis, &table, config.file.placement.is_some())?;
    match args.format {
        PlacementFormat::Table => print_text(&readable(&placement, &Text::new(args.lang)))?,
        PlacementFormat::Json => {
            print_written(|to| write::json::write_placement(&outcome.analysis, &placement, to))?;
        }
    }
    conclude(&outcome.analysis.diagnostics, outcome.exceeded.iter(), false, &args.common)
}

fn readable(placement: &Placement, text: &Text) -> String {
    let caption = compose::recommendation(placement, text);
    let table = format::table(&tables::placement(placement), caption, text);
    format!("{}\n", show::terminal(&table))
}
