//! `stillstand stats`

use std::io::Write;

use super::args::{StatsArgs, StatsFormat};
use super::terminal::{print_data, print_text, print_written};
use super::{Ending, analyse, conclude, show};
use crate::campaign::driver;
use crate::campaign::portfolio::Analysed;
use crate::model::{Analysis, Entries};
use crate::show::report::compose::Scope;
use crate::show::report::view::{Section, TableView};
use crate::show::report::{Detail, compose, format};
use crate::show::tables;
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;
use crate::write;

/// So many cells has the largest table of benchmarks that is a part of the answer.
const CELLS: usize = 112;
/// The most conditions whose outages are drawn.
const BARS: usize = 16;

pub fn run(args: &StatsArgs) -> anyhow::Result<Ending> {
    let (align, layout) = (args.align.clone(), args.layout.table());
    let partial = args.dataset.partial;
    let files = args.list.files(&args.campaigns)?;
    let options = driver::Options { align, layout, partial, files, ..super::options(&args.common) };
    let analysed = analyse(&args.campaigns, &options, &args.common)?;
    let text = Text::new(args.lang);
    // Whoever arranges tables wants them.
    let full = args.full || !args.layout.is_empty();
    let print_readable = |show_table| {
        let each = analysed.outcomes().map(|outcome| readable(&outcome.analysis, &text, full, show_table));
        print_text(&each.collect::<Vec<_>>().join("\n\n"))
    };
    match args.format {
        StatsFormat::Json => print_written(|to| write_json(&analysed, to))?,
        StatsFormat::Csv => print_data(&write::tables::series_csv(&analysed.analyses())?)?,
        StatsFormat::Table => print_readable(show::terminal)?,
        StatsFormat::Markdown => print_readable(show::markdown)?,
    }
    let exceeded = analysed.outcomes().flat_map(|outcome| &outcome.exceeded);
    conclude(&analysed.diagnostics(), exceeded, args.strict, &args.common)
}

/// Writes the `summary.json` of a report.
pub fn write_json(analysed: &Analysed, to: impl Write) -> anyhow::Result<()> {
    match (&analysed.portfolio, analysed.analyses().as_slice()) {
        (None, [(_, analysis)]) => write::json::write_summary(analysis, to),
        (name, chapters) => write::json::write_portfolio(name.as_deref().unwrap_or_default(), chapters, to),
    }
}

/// The findings and the answer; in full all tables: the overview, the outages of every condition, what benchmarks measured
/// and what is known of all runs.
fn readable(analysis: &Analysis, text: &Text, full: bool, show_table: fn(&TableView) -> String) -> String {
    let document = compose::document(analysis, &[], Scope::Campaign, Detail::Standard, text);
    let mut output = format!("{}\n\n", document.title);
    if let Some(notice) = &document.notice {
        output.push_str(&format!("{}\n\n", show::sentences(notice, "")));
    }
    for finding in findings(&document.sections, full) {
        output.push_str(&format!("{}\n", show::sentences(&format!("- {finding}"), "  ")));
    }
    let shown = |table: tables::Table, caption: String| {
        let table = tables::condensed(table);
        let view = || format!("\n{}\n", show_table(&format::table(&table, caption, text)));
        if table.rows.is_empty() { String::new() } else { view() }
    };
    if !full {
        output += &shown(tables::answer(analysis), text.get("caption.answer").to_owned());
        let bars = tables::answer_bars(analysis);
        let bars = show::bars(&bars, |end| text.number(end, 1)).filter(|_| bars.len() <= BARS);
        output += &bars.map(|bars| format!("\n{}\n{bars}", text.get("stats.bars"))).unwrap_or_default();
        // A large one is no answer.
        let grid = tables::grid(analysis, 0);
        if let Some(grid) = grid.filter(|grid| grid.columns.len() * grid.rows.len() <= CELLS) {
            output += &shown(grid, compose::grid_caption(analysis, 0, text));
        }
        output.push_str(&format!("\n{}\n", show::sentences(text.get("stats.more"), "")));
        return output;
    }
    output += &shown(tables::overview(analysis), text.get("caption.overview").to_owned());
    if let Some(placement) = &analysis.placement {
        output += &shown(tables::placement(placement), text.get("caption.placement").to_owned());
    }
    for id in analysis.conditions.ids() {
        let condition = condition_label(analysis, id);
        output +=
            &shown(tables::outages(analysis, id), text.fill("caption.outages", &[("condition", &condition)]));
    }
    for index in 0..analysis.grids.len() {
        if let Some(table) = tables::grid(analysis, index) {
            output += &shown(table, compose::grid_caption(analysis, index, text));
        }
    }
    for benchmark in tables::of_several_vms(analysis) {
        output +=
            &shown(tables::several_vms(analysis, benchmark), compose::several_vms_caption(benchmark, text));
    }
    for (table, caption) in [
        (tables::trends(analysis), "caption.trends"),
        (tables::convergence(analysis), "caption.convergence"),
        (tables::transfers(analysis), "caption.transfers"),
        (tables::precopy(analysis), "caption.precopy"),
        (tables::predictions(analysis), "caption.predictions"),
        (tables::agreements(analysis), "caption.agreements"),
        (tables::clocks(analysis), "caption.clocks"),
        (tables::failures(analysis), "caption.failures"),
        (tables::published(analysis), "caption.published"),
    ] {
        output += &shown(table, text.get(caption).to_owned());
    }
    output
}

/// The sentences at the head of a document; in full also what conditions have in common.
pub fn findings(sections: &[Section], full: bool) -> Vec<&str> {
    use crate::show::report::view::Block;
    sections
        .iter()
        .filter(|section| section.id == "overview" || (full && section.id == "across"))
        .flat_map(|section| &section.blocks)
        .filter_map(|block| match block {
            Block::Findings { items } => Some(items.iter().map(|item| item.text.as_str())),
            _ => None,
        })
        .flatten()
        .collect()
}
