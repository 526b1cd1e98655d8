//! Figures: the analysis in, SVG out.
//!
//! [`plan`] lists every figure that the data allow, in the order of the report; [`draw`] draws
//! one. Both are pure: the same analysis gives the same bytes.
//!
//! One unit of every drawing is a tenth of a typographic point at the printed size: a figure of a
//! pair is 8.4 cm wide, one over the whole width 17 cm. plotters rounds to whole units, so that
//! this fineness also decides how smooth curves are.
//!
//! The drawings carry no identifiers, classes, clip paths or external references: any number of
//! them can stand in one page, and the same bytes serve HTML, PDF and files. What they say about a
//! figure in words is its `<title>` and `<desc>`.
//!
//! Absent on purpose: interpolation across gaps, second y axes, and statistics – means and
//! intervals come from the analysis; here values are placed, thinned and labelled only.

mod agreement;
mod blocks;
mod canvas;
mod efficiency;
mod grid;
mod heat;
mod legend;
mod over_time;
mod overview;
mod panel;
mod placement;
mod rounds;
mod scale;
mod spans;
mod svg;
mod sweep;
mod theme;
mod thinned;
mod time_line;
mod together;
mod values;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::model::{Analysis, Event};
use crate::show::text::{Text, factor_label};

pub use theme::{EFFICIENCY_CLASSES, efficiency_color};

/// What a figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Outages and migration durations of all conditions side by side.
    Overview,
    /// CPU of the VM and of the hypervisor's domain (xentop).
    CpuByDomain,
    /// CPU in user, system, idle, wait (dstat).
    CpuByState,
    /// CPU in interrupts, software's and hardware's (dstat).
    SoftInterrupts,
    /// Memory used and free (dstat).
    Memory,
    /// Network received and sent (dstat).
    Network,
    /// Round trip time of the service (ping).
    RoundTrips,
    /// What happened when in every repetition of a condition.
    TimeLine,
    /// A quantity against a numeric factor.
    Sweep,
    /// What each round of pre-copy sent, all conditions side by side.
    Rounds,
    /// How two methods of measuring an outage agree.
    Agreement,
    /// All efficiencies of a comparison, in colours.
    EfficiencyHeat,
    /// Efficiencies of a benchmark as bars with intervals.
    Efficiency,
    /// Several VMs at once in a benchmark.
    Together,
    /// Values of a benchmark that has no baseline, as bars with intervals.
    Values,
    /// Which VM to migrate first.
    Placement,
}

impl Kind {
    /// The kinds that show courses over time, in the order of the report.
    const COURSES: [Kind; 6] = [
        Kind::CpuByDomain,
        Kind::CpuByState,
        Kind::SoftInterrupts,
        Kind::Memory,
        Kind::Network,
        Kind::RoundTrips,
    ];

    /// Last part of file names.
    fn slug(self) -> &'static str {
        match self {
            Kind::Overview => "overview",
            Kind::CpuByDomain => "cpu-by-domain",
            Kind::CpuByState => "cpu-by-state",
            Kind::SoftInterrupts => "soft-interrupts",
            Kind::Memory => "memory",
            Kind::Network => "network",
            Kind::RoundTrips => "round-trips",
            Kind::TimeLine => "time-line",
            Kind::Sweep => "sweep",
            Kind::Rounds => "rounds",
            Kind::Agreement => "agreement",
            Kind::EfficiencyHeat => "heat-map",
            Kind::Efficiency => "efficiency",
            Kind::Together => "together",
            Kind::Values => "values",
            Kind::Placement => "placement",
        }
    }
}

/// One figure that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// File name without extension, for example `memtester-kirsche-cpu-by-domain`.
    pub id: String,
    pub kind: Kind,
    /// Index into [`Analysis::conditions`]; `None` for an overview.
    pub condition: Option<usize>,
    /// What time zero is; the campaign's first event for figures without a time.
    pub align: Event,
    /// Index into the campaign's hosts; `None` for the service and for overviews.
    pub host: Option<usize>,
    /// Which of several: the index into [`Analysis::agreements`], [`Analysis::sweeps`] or [`Analysis::grids`], of a benchmark of
    /// several VMs, or of time lines or rounds that need more than one figure.
    pub number: usize,
    /// Which part of a grid: of a benchmark, or of what needs more than one figure.
    pub part: usize,
}

/// Every figure that the data allow, in the order of the report: the overview, benchmarks, then for each
/// event, condition and kind a figure a host.
pub fn plan(analysis: &Analysis) -> Vec<Plan> {
    let mut plans = Plans::default();
    let campaign = &analysis.campaign;
    let (first, none) = (campaign.align, (None, None));
    if overview::has_data(analysis) {
        plans.add(&[Kind::Overview.slug()], Kind::Overview, none, first, 0);
    }
    if placement::has_data(analysis) {
        plans.add(&[Kind::Placement.slug()], Kind::Placement, none, first, 0);
    }
    for (index, of) in sweep::drawn(analysis) {
        let metric = slug(&of.metric, || format!("quantity{}", index + 1));
        plans.add(&[Kind::Sweep.slug(), &metric], Kind::Sweep, none, first, index);
    }
    for page in 0..rounds::pages(analysis) {
        plans.add(&[Kind::Rounds.slug()], Kind::Rounds, none, first, page);
    }
    for (index, agreement) in analysis.agreements.iter().enumerate() {
        if agreement::has_data(agreement) {
            let parts = [Kind::Agreement.slug(), agreement.a.name(), agreement.b.name()];
            plans.add(&parts, Kind::Agreement, none, first, index);
        }
    }
    plans.benchmarks(analysis);
    for (index, condition) in analysis.conditions.iter().enumerate() {
        for page in 0..time_line::pages(analysis, index) {
            let parts = [condition.id.as_str(), Kind::TimeLine.slug()];
            plans.add(&parts, Kind::TimeLine, (Some(index), None), first, page);
        }
    }
    let events = std::iter::once(first).chain(campaign.also_aligned.iter().copied());
    for align in events {
        let at = (align != first).then(|| event_slug(align));
        for (index, condition) in analysis.conditions.iter().enumerate() {
            for kind in Kind::COURSES {
                for host in over_time::hosts(kind, campaign) {
                    if over_time::has_data(analysis, kind, index, align, host) {
                        let name = host.map(|h| slug(&campaign.hosts[h].name, || format!("host{}", h + 1)));
                        let id = std::iter::once(condition.id.as_str()).chain(name.as_deref());
                        let parts: Vec<&str> = id.chain([kind.slug()]).chain(at).collect();
                        plans.add(&parts, kind, (Some(index), host), align, 0);
                    }
                }
            }
        }
    }
    plans.list
}

/// Figures with names that are all different.
#[derive(Default)]
struct Plans {
    list: Vec<Plan>,
    taken: BTreeSet<String>,
}

impl Plans {
    fn add(
        &mut self,
        parts: &[&str],
        kind: Kind,
        (condition, host): (Option<usize>, Option<usize>),
        align: Event,
        number: usize,
    ) {
        let id = free_id(&mut self.taken, &parts.join("-"));
        self.list.push(Plan { id, kind, condition, align, host, number, part: 0 });
    }

    /// For each comparison the heat map, then the bars of each benchmark; then values, then what several VMs at
    /// once reach.
    fn benchmarks(&mut self, analysis: &Analysis) {
        let mut add = |parts: &[&str], kind, number, part| {
            let id = free_id(&mut self.taken, &parts.join("-"));
            let align = analysis.campaign.align;
            self.list.push(Plan { id, kind, condition: None, align, host: None, number, part });
        };
        let bars = Kind::Efficiency.slug();
        for (number, grid) in analysis.grids.iter().enumerate() {
            let Some(comparison) = grid::comparison(grid) else { continue };
            let name = slug(comparison, || format!("comparison{}", number + 1));
            for part in 0..heat::parts(grid, analysis).len() {
                add(&[bars, &name, Kind::EfficiencyHeat.slug()], Kind::EfficiencyHeat, number, part);
            }
            for (part, of) in efficiency::parts(grid, analysis).iter().enumerate() {
                let benchmark = of
                    .benchmark
                    .as_ref()
                    .map(|benchmark| slug(benchmark, || format!("benchmark{}", part + 1)));
                let parts = [bars, &name].into_iter().chain(benchmark.as_deref());
                add(&parts.collect::<Vec<_>>(), Kind::Efficiency, number, part);
            }
        }
        for (number, of) in analysis.grids.iter().enumerate() {
            let Some(of) = values::Arranged::of(of, analysis) else { continue };
            let benchmark = slug(&of.benchmark, || format!("benchmark{}", number + 1));
            for part in 0..values::parts(&of) {
                add(&[Kind::Values.slug(), &benchmark], Kind::Values, number, part);
            }
        }
        for (number, of) in together::parts(analysis).iter().enumerate() {
            let benchmark = slug(&of.benchmark, || format!("benchmark{}", number + 1));
            add(&[Kind::Together.slug(), &benchmark], Kind::Together, number, 0);
        }
    }
}

/// What a figure of benchmarks is about: the benchmark, where it is one, and the comparison or the quantity.
pub fn about(plan: &Plan, analysis: &Analysis) -> (Option<String>, Option<String>) {
    if plan.kind == Kind::Together {
        return (together::parts(analysis).get(plan.number).map(|of| of.benchmark.clone()), None);
    }
    let Some(grid) = analysis.grids.get(plan.number) else { return (None, None) };
    if plan.kind == Kind::Values {
        let of = values::Arranged::of(grid, analysis);
        return of.map_or((None, None), |of| (Some(of.benchmark.clone()), of.only_operation()));
    }
    let benchmark = match plan.kind {
        Kind::Efficiency => {
            efficiency::parts(grid, analysis).get(plan.part).and_then(|of| of.benchmark.clone())
        }
        Kind::EfficiencyHeat => None,
        _ => return (None, None),
    };
    (benchmark, grid::comparison(grid).map(str::to_owned))
}

/// What a sweep is about: its quantity and its factor.
pub fn swept(plan: &Plan, analysis: &Analysis) -> Option<(String, String)> {
    let sweep = analysis.sweeps.get(plan.number).filter(|_| plan.kind == Kind::Sweep)?;
    Some((sweep.metric.clone(), factor_label(&sweep.factor)))
}

/// What tells the bars of a figure of values apart, in words.
pub fn told_apart(plan: &Plan, analysis: &Analysis) -> Option<Vec<String>> {
    let grid = analysis.grids.get(plan.number).filter(|_| plan.kind == Kind::Values)?;
    let of = values::Arranged::of(grid, analysis)?;
    let names = [&of.axis, &of.group].into_iter().filter(|name| !name.is_empty());
    Some(names.map(|name| factor_label(name)).collect())
}

/// A benchmark and a comparison in words, whichever there is; a comparison alone begins as a sentence does.
pub fn titled(benchmark: Option<&str>, comparison: Option<&str>) -> String {
    let comparison = comparison.unwrap_or_default();
    match benchmark.filter(|name| !name.is_empty()) {
        Some(benchmark) if comparison.is_empty() => benchmark.to_owned(),
        Some(benchmark) => format!("{benchmark}: {comparison}"),
        None => {
            let mut letters = comparison.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
    }
}

/// One figure as a standalone SVG document.
///
/// Fails for a plan that [`plan`] did not make from this analysis.
pub fn draw(plan: &Plan, analysis: &Analysis, text: &Text) -> Result<String> {
    theme::register_fonts()?;
    let drawn = match (plan.kind, plan.condition) {
        (Kind::Agreement, _) => agreement::draw(plan.number, analysis, text),
        (Kind::Placement, _) => placement::draw(analysis, text),
        (Kind::Values, _) => values::draw(plan.number, plan.part, analysis, text),
        (Kind::Sweep, _) => sweep::draw(plan.number, analysis, text),
        (Kind::Rounds, _) => rounds::draw(plan.number, analysis, text),
        (Kind::EfficiencyHeat, _) => heat::draw(plan.number, plan.part, analysis, text),
        (Kind::Efficiency, _) => efficiency::draw(plan.number, plan.part, analysis, text),
        (Kind::Together, _) => together::draw(plan.number, analysis, text),
        (Kind::TimeLine, Some(condition)) => time_line::draw(condition, plan.number, analysis, text),
        (Kind::Overview, _) => overview::draw(analysis, text),
        (kind, Some(condition)) => over_time::draw(kind, condition, plan.align, plan.host, analysis, text),
        (_, None) => Err(anyhow::anyhow!("a figure of this kind needs a condition")),
    };
    drawn.with_context(|| format!("figure {}", plan.id))
}

/// The end of the file name of a figure aligned at another than the campaign's first event.
fn event_slug(event: Event) -> &'static str {
    match event {
        Event::Request => "at-request",
        Event::Outage => "at-outage",
        Event::Resume => "at-resume",
        Event::End => "at-end",
    }
}

/// `wanted`, or with the first number that makes it different from all before, ignoring case as
/// some file systems do.
fn free_id(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut id = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(id.to_ascii_lowercase()) {
        id = format!("{wanted}-{number}");
        number += 1;
    }
    id
}

/// A name as part of a file name: ASCII letters, digits and hyphens; `otherwise` where none is left.
fn slug(name: &str, otherwise: impl FnOnce() -> String) -> String {
    const LONGEST: usize = 40;
    let mut id = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if id.is_empty() {
            id = word.to_ascii_lowercase().chars().take(LONGEST).collect();
        } else if id.len() + 1 + word.len() <= LONGEST {
            id = format!("{id}-{}", word.to_ascii_lowercase());
        } else {
            break;
        }
    }
    if id.is_empty() { otherwise() } else { id }
}
