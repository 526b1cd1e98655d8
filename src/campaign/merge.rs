//! Several campaigns side by side in one analysis.
//!
//! Runs of different campaigns are never averaged: conditions stay apart, so two campaigns must
//! differ in at least one factor of every condition. What they share – the level of every factor
//! but one – makes pairs that are compared.

use anyhow::{bail, ensure};

use super::conditions::identify;
use crate::campaign::aggregate;
use crate::campaign::agreement;
use crate::campaign::sweep;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{
    Analysis, Campaign, Comparison, Content, Convergence, Factors, Finding, Placement, Severity,
};

/// The factor that tells campaigns apart where nothing else does.
pub const CAMPAIGN: &str = "campaign";

/// Puts the analyses of several campaigns into one.
///
/// # Errors
///
/// There is none; two campaigns hold the same condition; they are aligned at different events; or
/// they give the same host different roles.
pub(super) fn merge(parts: Vec<Analysis>) -> anyhow::Result<Analysis> {
    let mut parts = parts.into_iter();
    let Some(mut merged) = parts.next() else {
        bail!("no campaign to analyse");
    };
    let mut boundaries = vec![merged.conditions.len()];
    let first = merged.campaign.path.clone();
    for (number, mut part) in parts.enumerate() {
        if number == 0 {
            prefix_files(&mut merged, &first);
        }
        let path = part.campaign.path.clone();
        prefix_files(&mut part, &path);
        append(&mut merged, part)?;
        boundaries.push(merged.conditions.len());
    }
    if boundaries.len() > 1 {
        name_anew(&mut merged);
        let pairs = pairs(&merged, &boundaries);
        let across = aggregate::comparisons(&merged.series, &pairs, merged.campaign.bootstrap);
        merged.comparisons.extend(across);
        crate::model::diagnostics::sort(&mut merged.diagnostics);
    }
    Ok(merged)
}

/// Adds the factor [`CAMPAIGN`] to every condition and run.
pub(super) fn distinguish(part: &mut Analysis, name: &str) {
    let conditions = part.conditions.iter_mut().map(|condition| &mut condition.factors);
    let runs = part.runs.iter_mut().map(|run| &mut run.factors);
    for factors in conditions.chain(runs) {
        factors.insert(CAMPAIGN.to_owned(), name.to_owned());
    }
}

/// Paths become relative to the folder above the campaign, so that files stay apart.
fn prefix_files(part: &mut Analysis, path: &str) {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_owned();
    let prefix = |file: &mut String| *file = format!("{name}/{file}");
    let readings = part.benchmarks.iter_mut().flat_map(|benchmark| &mut benchmark.readings);
    readings.for_each(|reading| prefix(&mut reading.source_file));
    for run in &mut part.runs {
        run.source_files.iter_mut().for_each(prefix);
        run.outages.iter_mut().for_each(|outage| prefix(&mut outage.source_file));
        run.streams.iter_mut().for_each(|stream| prefix(&mut stream.source_file));
        run.hypervisor.iter_mut().for_each(|account| prefix(&mut account.source_file));
        if let Some(transfer) = &mut run.transfer {
            prefix(&mut transfer.source_file);
            transfer.counted.iter_mut().for_each(|counted| prefix(&mut counted.source_file));
        }
    }
    part.diagnostics.iter_mut().filter_map(|d| d.file.as_mut()).for_each(prefix);
}

fn append(merged: &mut Analysis, part: Analysis) -> anyhow::Result<()> {
    if let Some(twice) =
        part.conditions.iter().find(|c| merged.conditions.iter().any(|known| known.factors == c.factors))
    {
        bail!(
            "{} and {} have the same condition {}; declare a factor in their campaign.toml that tells them apart, or \
             name a folder above them, and each gets a chapter of its own",
            merged.campaign.path,
            part.campaign.path,
            describe(&twice.factors)
        );
    }
    let path = part.campaign.path.clone();
    campaign(&mut merged.campaign, part.campaign)?;
    let shift = Shift {
        conditions: merged.conditions.len(),
        runs: merged.runs.len(),
        benchmarks: merged.benchmarks.len(),
        efficiencies: merged.efficiency.len(),
        parallel: merged.parallel.len(),
    };
    let Shift { conditions, runs, .. } = shift;
    merged.conditions.extend(part.conditions.into_iter().map(|mut condition| {
        condition.runs.iter_mut().for_each(|run| *run += runs);
        condition
    }));
    merged.runs.extend(part.runs.into_iter().map(|mut run| {
        run.condition += conditions;
        run
    }));
    merged.series.extend(part.series.into_iter().map(|mut series| {
        series.condition += conditions;
        series
    }));
    merged.curves.extend(part.curves.into_iter().map(|mut curve| {
        curve.condition += conditions;
        curve
    }));
    merged.comparisons.extend(part.comparisons.into_iter().map(|c| Comparison {
        a: c.a + conditions,
        b: c.b + conditions,
        ..c
    }));
    merged.findings.extend(part.findings.into_iter().map(|finding| shifted(finding, &shift)));
    merged.benchmarks.extend(part.benchmarks.into_iter().map(|mut benchmark| {
        benchmark.condition += conditions;
        benchmark
    }));
    merged.efficiency.extend(part.efficiency.into_iter().map(|mut efficiency| {
        efficiency.of += shift.benchmarks;
        efficiency.baseline = efficiency.baseline.map(|baseline| baseline + shift.benchmarks);
        efficiency
    }));
    merged.parallel.extend(part.parallel.into_iter().map(|mut parallel| {
        parallel.condition += conditions;
        parallel
    }));
    merged.grids.extend(part.grids.into_iter().map(|mut grid| {
        let by = match grid.content {
            Content::Values { .. } => shift.benchmarks,
            Content::Efficiency { .. } => shift.efficiencies,
        };
        grid.cells.iter_mut().flatten().for_each(|index| *index += by);
        grid
    }));
    placement(merged, part.placement, &path);
    merged.published.extend(part.published);
    merged.clocks.extend(part.clocks);
    merged.agreements = agreement::agreements(&merged.runs);
    merged.convergence.extend(part.convergence.into_iter().map(|known| Convergence {
        condition: known.condition + conditions,
        typical: known.typical.map(|run| run + runs),
        ..known
    }));
    merged.sweeps = sweep::sweeps(&merged.conditions, &merged.series, &merged.benchmarks);
    merged.diagnostics.extend(part.diagnostics);
    Ok(())
}

/// VMs of different campaigns share no host: the first order stays, and what is left out is told.
fn placement(merged: &mut Analysis, part: Option<Placement>, path: &str) {
    let Some(placement) = part else { return };
    if merged.placement.is_none() {
        merged.placement = Some(placement);
        return;
    }
    let message = format!("which VM of {path} to migrate first is told in a report of it alone");
    merged.diagnostics.push(campaign_diagnostic(Severity::Warning, "placement-left-out", message));
}

fn describe(factors: &Factors) -> String {
    let levels: Vec<String> = factors.iter().map(|(name, level)| format!("{name} = {level}")).collect();
    levels.join(", ")
}

fn campaign(merged: &mut Campaign, part: Campaign) -> anyhow::Result<()> {
    ensure!(
        merged.align == part.align && merged.also_aligned == part.also_aligned,
        "{} and {} are aligned at different events; choose one with --align",
        merged.path,
        part.path
    );
    for host in part.hosts {
        match merged.hosts.iter().find(|known| known.name == host.name) {
            Some(known) => ensure!(
                known.role == host.role && known.cpus == host.cpus,
                "{} and {} describe the host {} differently",
                merged.path,
                part.path,
                host.name
            ),
            None => merged.hosts.push(host),
        }
    }
    for name in part.factor_order {
        if !merged.factor_order.contains(&name) {
            merged.factor_order.push(name);
        }
    }
    for (factor, levels) in part.level_order {
        merged.level_order.entry(factor).or_insert(levels);
    }
    merged.hosts.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    merged.title = format!("{}; {}", merged.title, part.title);
    merged.path = format!("{}, {}", merged.path, part.path);
    merged.config_sha256 =
        crate::input::load::sha256(format!("{}{}", merged.config_sha256, part.config_sha256).as_bytes());
    // A whole is as good as the weakest of its parts.
    merged.provenance = merged.provenance.max(part.provenance);
    merged.notice = match (merged.notice.take(), part.notice) {
        (Some(a), Some(b)) if a != b => Some(format!("{a} {b}")),
        (a, b) => a.or(b),
    };
    if merged.vm != part.vm {
        merged.vm = None;
        merged.vm_memory_bytes = None;
    }
    Ok(())
}

/// How much is before a part when it is appended.
struct Shift {
    conditions: usize,
    runs: usize,
    benchmarks: usize,
    efficiencies: usize,
    parallel: usize,
}

fn shifted(finding: Finding, shift: &Shift) -> Finding {
    let Shift { conditions, runs, .. } = *shift;
    let mut finding = finding;
    match &mut finding {
        Finding::Lengthened { condition, reference, .. } => {
            *condition += conditions;
            *reference += conditions;
        }
        Finding::Outage { condition, .. }
        | Finding::OutageOutlastsMigration { condition, .. }
        | Finding::FirstRepetitionsSlower { condition, .. }
        | Finding::RoundTripsRaised { condition, .. } => *condition += conditions,
        Finding::MethodsDisagree { run, .. } => *run += runs,
        Finding::PrecopyLimit { last, conditions: beyond, .. } => {
            *last += conditions;
            beyond.iter_mut().for_each(|condition| *condition += conditions);
        }
        Finding::DoesNotConverge { conditions: of } => {
            of.iter_mut().for_each(|condition| *condition += conditions)
        }
        Finding::Amplified { conditions: of } => {
            of.iter_mut().for_each(|(condition, _)| *condition += conditions)
        }
        Finding::MethodsAgree { .. } | Finding::Trend { .. } => {}
        Finding::LeastEfficient { efficiency, .. } => *efficiency += shift.efficiencies,
        Finding::LosesMore { worse, .. } => worse.iter_mut().for_each(|index| *index += shift.efficiencies),
        Finding::Together { operations } | Finding::Uneven { operations, .. } => {
            operations.iter_mut().for_each(|index| *index += shift.parallel);
        }
    }
    finding
}

/// Identifiers that tell all conditions apart, and runs after them.
fn name_anew(merged: &mut Analysis) {
    identify(&mut merged.conditions, &merged.campaign.factor_order);
    for run in &mut merged.runs {
        run.id = format!("{}-{}", merged.conditions[run.condition].id, run.repetition);
    }
}

/// Conditions of different campaigns that differ in exactly one factor.
fn pairs(merged: &Analysis, boundaries: &[usize]) -> Vec<(usize, usize)> {
    let campaign_of = |condition: usize| boundaries.partition_point(|end| *end <= condition);
    let differ_in_one = |a: &Factors, b: &Factors| {
        a.len() == b.len()
            && a.keys().eq(b.keys())
            && a.iter().filter(|(name, level)| b.get(*name) != Some(level)).count() == 1
    };
    let all = &merged.conditions;
    let mut pairs = Vec::new();
    for a in 0..all.len() {
        for b in a + 1..all.len() {
            if campaign_of(a) != campaign_of(b) && differ_in_one(&all[a].factors, &all[b].factors) {
                pairs.push((a, b));
            }
        }
    }
    pairs
}
