//! `stillstand placement`

use anyhow::Context as _;

use super::args::{PlacementArgs, PlacementFormat};
use super::{Ending, conclude, print, side_by_side, stats};
use crate::pipeline;
use crate::placement::{Placement, place};

pub fn run(args: &PlacementArgs) -> anyhow::Result<Ending> {
    let folders = std::slice::from_ref(&args.campaign);
    let outcome = side_by_side(folders, &pipeline::Options::default(), &args.common)?;
    let config = &outcome.campaigns.first().context("no campaign")?.config;
    let mut table = config.file.placement.clone().unwrap_or_default();
    if let Some(threshold) = args.threshold {
        table.threshold_percent = threshold;
    }
    let placement = place(&outcome.analysis, &table)?;
    let output = match args.format {
        PlacementFormat::Table => readable(&placement),
        PlacementFormat::Json => serde_json::to_string_pretty(&placement)? + "\n",
    };
    print(output.as_bytes())?;
    Ok(conclude(&outcome.analysis.diagnostics, outcome.exceeded.iter(), false, &args.common))
}

fn readable(placement: &Placement) -> String {
    let mut text = match (placement.cpu_percent, placement.to_migrate) {
        (Some(cpu), Some(0)) => format!(
            "The VMs together use {cpu:.1} % of the host, not more than {} %: none has to move. If one had to:\n",
            placement.threshold_percent
        ),
        (Some(cpu), Some(n)) => format!(
            "The VMs together use {cpu:.1} % of the host, more than {} %: migrate the first {n} of these, in this order.\n",
            placement.threshold_percent
        ),
        _ => "Migrate in this order:\n".to_owned(),
    };
    let mut table = stats::plain_table();
    table.set_header(["", "VM", "Migration (s)", "Downtime (s)", "CPU (%)", "Why"]);
    for (index, candidate) in placement.order.iter().enumerate() {
        let optional = |value: Option<f64>| value.map_or("n/a".to_owned(), |value| format!("{value:.1}"));
        table.add_row([
            (index + 1).to_string(),
            candidate.vm.clone(),
            format!("{:.1} ± {:.1}", candidate.time_s, candidate.time_uncertainty_s),
            optional(candidate.downtime_s),
            optional(candidate.cpu_percent),
            candidate.reason.clone(),
        ]);
    }
    text += &format!("{table}\n");
    text
}
