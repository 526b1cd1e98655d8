//! What a time line shows of each run, in seconds since the request.

use super::super::kit::theme::Quantity;
use crate::model::{
    Analysis, Check, ConditionId, Evidence, Method, Milestone, MilestoneKind, Outage, PhaseKind, Presence,
    Role, Run, Status, Verdict,
};
use crate::show::text::Text;

/// One repetition.
pub struct Block<'a> {
    pub run: &'a Run,
    /// The same lanes in all repetitions of a condition.
    pub lanes: Vec<Lane<'a>>,
    /// When the process and the outages had ended.
    pub end_s: f64,
    /// When the outage that stands for the run began, and how long it was.
    pub zero_s: Option<f64>,
    pub outage_s: Option<f64>,
    /// When the service was lost and when it was back.
    pub service: [Option<f64>; 2],
}

pub struct Lane<'a> {
    pub source: Source<'a>,
    pub bars: Vec<Bar>,
    /// Beginnings of rounds of pre-copy.
    pub ticks: Vec<f64>,
    /// Seconds, with the decimals that they are good to.
    pub length: Option<(f64, usize)>,
}

/// A stretch of time; each end lies between its bounds.
pub struct Bar {
    pub quantity: Quantity,
    pub from: (f64, f64),
    pub to: (f64, f64),
    /// The log ended before it did.
    pub open: bool,
}

/// What a lane shows.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Phases,
    Process,
    Traffic,
    Host(&'a str),
    Outage(Method),
}

impl Source<'_> {
    pub fn name(self, text: &Text) -> String {
        match self {
            Source::Phases => text.get("figure.quantity.phases").to_owned(),
            Source::Process => text.get("figure.quantity.process").to_owned(),
            Source::Traffic => text.get(Quantity::Transfer.name()).to_owned(),
            Source::Host(host) => text.fill(Quantity::VmPlace.name(), &[("host", host)]),
            Source::Outage(method) => text.get(Quantity::Outage(method).name()).to_owned(),
        }
    }
}

impl Block<'_> {
    /// That the run did not complete, and what contradicts what.
    pub fn remarks(&self, text: &Text) -> Vec<String> {
        let run = self.run;
        let mut remarks = Vec::new();
        if !matches!(run.migration.status, Status::Completed | Status::Unknown) {
            let status = text.get(run.migration.status.label());
            remarks.push(match &run.migration.reason {
                Some(reason) => format!("{status}: {reason}"),
                None => status.to_owned(),
            });
        }
        let contradicted: Vec<String> = contradicted(run)
            .map(|check| format!("{} ({} s)", text.get(check.kind.label()), text.number(check.margin_s(), 2)))
            .collect();
        if !contradicted.is_empty() {
            remarks.push(format!("{}: {}", text.get("verdict.contradicted"), contradicted.join("; ")));
        }
        remarks
    }
}

fn contradicted(run: &Run) -> impl Iterator<Item = &Check> {
    run.checks.iter().filter(|check| check.verdict == Verdict::Contradicted)
}

/// The runs of a condition of which anything can be placed.
pub fn blocks(analysis: &Analysis, condition: ConditionId) -> Vec<Block<'_>> {
    let placed = |run: &&Run| {
        run.migration.duration_s.is_some() || run.outages.iter().any(|outage| outage.start_s.is_some())
    };
    let runs: Vec<&Run> = analysis.conditions[condition]
        .runs
        .iter()
        .map(|&run| &analysis.runs[run])
        .filter(|run| !run.milestones.is_empty())
        .filter(placed)
        .collect();
    let hosts = analysis.campaign.hosts.iter().filter(|host| host.role != Role::Observer);
    let sources = [Source::Phases, Source::Process, Source::Traffic]
        .into_iter()
        .chain(hosts.map(|host| Source::Host(&host.name)))
        .chain(Method::ALL.map(Source::Outage));
    let shown: Vec<Source> =
        sources.filter(|source| runs.iter().any(|run| !bars(run, *source).is_empty())).collect();
    runs.into_iter().map(|run| block(run, &shown)).collect()
}

/// Of many blocks the `most` that tell most, in their order: the migration of median length, the longest migration and
/// outage, then those with contradictions, the largest first, then the next longest outages.
pub fn chosen(all: Vec<Block<'_>>, most: usize) -> Vec<Block<'_>> {
    let descending = |of: &dyn Fn(&Block) -> Option<f64>| {
        let valued = all.iter().enumerate().filter_map(|(place, block)| Some((place, of(block)?)));
        let mut order: Vec<(usize, f64)> = valued.collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        order.into_iter().map(|(place, _)| place).collect::<Vec<usize>>()
    };
    let durations = descending(&|block| block.run.migration.duration_s);
    let outages = descending(&|block| block.outage_s);
    let contradictions = descending(&|block| {
        contradicted(block.run).map(|check| check.margin_s().abs()).max_by(f64::total_cmp)
    });
    let first = [durations.get(durations.len() / 2), durations.first(), outages.first()];
    let in_order = first.into_iter().flatten().chain(&contradictions).chain(&outages).chain(&durations);
    let mut places: Vec<usize> = Vec::new();
    for place in in_order {
        if places.len() < most && !places.contains(place) {
            places.push(*place);
        }
    }
    all.into_iter().enumerate().filter(|(place, _)| places.contains(place)).map(|(_, block)| block).collect()
}

fn block<'a>(run: &'a Run, sources: &[Source<'a>]) -> Block<'a> {
    let lanes = sources.iter().map(|source| lane(run, *source)).collect();
    let (lost, back) = silence(run);
    let length = lost.zip(back).map(|(lost, back)| back - lost);
    let outage_s = lost.and_then(|_| length.or(run.service_outage().map(|outage| outage.estimate_s)));
    let outage_end = lost.zip(outage_s).map(|(lost, length)| lost + length);
    let end_s = run.migration.duration_s.into_iter().chain(outage_end).fold(0.0, f64::max);
    Block { run, lanes, end_s, zero_s: lost, outage_s, service: [lost, back] }
}

/// When the service was lost and when it was back, by the best method that knows it.
fn silence(run: &Run) -> (Option<f64>, Option<f64>) {
    let at = |kind, evidence| {
        let found = |milestone: &&Milestone| milestone.kind == kind && milestone.evidence == evidence;
        run.milestones.iter().find(found).map(Milestone::at_s)
    };
    Method::for_service()
        .filter_map(|method| method.entry().ends)
        .find_map(|(evidence, [lost, back])| Some((Some(at(lost, evidence)?), at(back, evidence))))
        .unwrap_or_default()
}

fn outage_end(outage: &Outage) -> Option<f64> {
    outage.end_s.or_else(|| Some(outage.start_s? + outage.estimate_s))
}

fn lane<'a>(run: &Run, source: Source<'a>) -> Lane<'a> {
    let rounds =
        run.milestones.iter().filter(|milestone| matches!(milestone.kind, MilestoneKind::Round(2..)));
    let length = match source {
        Source::Process => run.migration.duration_s.map(|duration| (duration, 2)),
        Source::Outage(method) => {
            run.outage(method).map(|outage| (outage.shown_s(), usize::from(method.entry().decimals)))
        }
        Source::Phases | Source::Traffic | Source::Host(_) => None,
    };
    Lane {
        source,
        bars: bars(run, source),
        ticks: if matches!(source, Source::Phases) {
            rounds.map(Milestone::at_s).collect()
        } else {
            Vec::new()
        },
        length,
    }
}

fn bars(run: &Run, source: Source) -> Vec<Bar> {
    let milestone = |kind, evidence: &[Evidence]| {
        let of_kind = run.milestones.iter().filter(move |milestone| milestone.kind == kind);
        of_kind
            .filter(|milestone| evidence.contains(&milestone.evidence))
            .map(|milestone| (milestone.earliest_s, milestone.latest_s))
            .next()
    };
    let between = |quantity, from: Option<(f64, f64)>, to: Option<(f64, f64)>| {
        let (from, to) = from.zip(to)?;
        Some(Bar { quantity, from, to, open: false })
    };
    let process = [Evidence::MigrationProcess, Evidence::Hypervisor, Evidence::Script];
    let traffic = [Evidence::NetworkBurst];
    let one = match source {
        Source::Phases => return phases(run),
        Source::Process => between(
            Quantity::Migration,
            milestone(MilestoneKind::Requested, &process),
            milestone(MilestoneKind::Ended, &process),
        ),
        Source::Traffic => between(
            Quantity::Transfer,
            milestone(MilestoneKind::TransferBegan, &traffic),
            milestone(MilestoneKind::TransferEnded, &traffic),
        ),
        Source::Host(host) => run
            .presences
            .iter()
            .filter(|presence| presence.host == host)
            .min_by(|a, b| a.uncertainty_s.total_cmp(&b.uncertainty_s))
            .map(presence),
        Source::Outage(method) => run.outage(method).and_then(outage),
    };
    one.into_iter().collect()
}

fn phases(run: &Run) -> Vec<Bar> {
    let bar = |kind, from: f64, to: f64| {
        let quantity = match kind {
            PhaseKind::PreCopy => Quantity::PreCopy,
            PhaseKind::StopAndCopy => Quantity::StopAndCopy,
            PhaseKind::Activation => Quantity::Activation,
        };
        Bar { quantity, from: (from, from), to: (to, to), open: false }
    };
    run.phases.iter().map(|phase| bar(phase.kind, phase.from.at_s(), phase.to.at_s())).collect()
}

/// A VM that was there from the start of the log, or until its end, is shown so over the whole width.
fn presence(presence: &Presence) -> Bar {
    let around = |t: f64| (t - presence.uncertainty_s, t + presence.uncertainty_s);
    Bar {
        quantity: Quantity::VmPlace,
        from: presence.from_s.map_or((f64::NEG_INFINITY, f64::NEG_INFINITY), around),
        to: presence.to_s.map_or((f64::INFINITY, f64::INFINITY), around),
        open: false,
    }
}

/// The uncertainty of an outage's length lies at its two ends.
fn outage(outage: &Outage) -> Option<Bar> {
    let start = outage.start_s?;
    let end = outage_end(outage)?;
    let inner = (outage.estimate_s - outage.lower_s).max(0.0) / 2.0;
    let outer = outage.upper_s.map_or(0.0, |upper| (upper - outage.estimate_s).max(0.0) / 2.0);
    let (from, to) = ((start - outer, start + inner), (end - inner, end + outer));
    (outage.estimate_s > 0.0).then_some(Bar {
        quantity: Quantity::Outage(outage.method),
        from,
        to: if outage.censored { (end, end) } else { to },
        open: outage.censored,
    })
}
