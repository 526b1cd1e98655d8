//! Several campaigns side by side in one analysis.
//!
//! Runs of different campaigns are never averaged: conditions stay apart, so two campaigns must
//! differ in at least one factor of every condition. What they share – the level of every factor
//! but one – makes pairs that are compared.

use anyhow::{bail, ensure};

use super::conditions::identify;
use crate::campaign::comparisons::comparisons;
use crate::campaign::{agreement, sweep};
use crate::model::diagnostics::{self, campaign_diagnostic};
use crate::model::{
    Analysis, Campaign, ConditionId, Entries, Factors, Placement, Relocate, Relocation, Severity,
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
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return Ok(merged);
    }
    merged.relocate(&Relocation::into_folder(folder(&merged.campaign)));
    let mut ends = vec![merged.conditions.next_id()];
    for part in parts {
        append(&mut merged, part)?;
        ends.push(merged.conditions.next_id());
    }
    identify_again(&mut merged);
    merged.agreements = agreement::agreements(&merged.runs);
    merged.sweeps = sweep::sweeps(&merged.conditions, &merged.series, &merged.benchmarks);
    let across = comparisons(&merged.conditions, &merged.series, &pairs(&merged, &ends));
    merged.comparisons.extend(across);
    diagnostics::sort(&mut merged.diagnostics);
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

/// The name of a campaign's folder: paths become relative to the folder above, so that files stay apart.
fn folder(campaign: &Campaign) -> String {
    let path = campaign.path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

fn append(merged: &mut Analysis, mut part: Analysis) -> anyhow::Result<()> {
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
    part.relocate(&Relocation::after(merged, folder(&part.campaign)));
    // Agreements and sweeps are of all campaigns together.
    let Analysis {
        campaign,
        conditions,
        runs,
        series,
        curves,
        comparisons,
        clocks,
        agreements: _,
        convergence,
        sweeps: _,
        benchmarks,
        efficiency,
        parallel,
        grids,
        placement,
        published,
        findings,
        diagnostics,
        sources,
        excerpts,
    } = part;
    let path = campaign.path.clone();
    append_campaign(&mut merged.campaign, campaign)?;
    merged.conditions.extend(conditions);
    merged.runs.extend(runs);
    merged.series.extend(series);
    merged.curves.extend(curves);
    merged.comparisons.extend(comparisons);
    merged.clocks.extend(clocks);
    merged.convergence.extend(convergence);
    merged.benchmarks.extend(benchmarks);
    merged.efficiency.extend(efficiency);
    merged.parallel.extend(parallel);
    merged.grids.extend(grids);
    append_placement(merged, placement, &path);
    merged.published.extend(published);
    merged.findings.extend(findings);
    merged.diagnostics.extend(diagnostics);
    merged.sources.extend(sources);
    merged.excerpts.extend(excerpts);
    Ok(())
}

/// VMs of different campaigns share no host: the first order stays, and a warning names what is left out.
fn append_placement(merged: &mut Analysis, part: Option<Placement>, path: &str) {
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

fn append_campaign(merged: &mut Campaign, part: Campaign) -> anyhow::Result<()> {
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

/// Identifiers that tell all conditions apart, and runs after them.
fn identify_again(merged: &mut Analysis) {
    identify(&mut merged.conditions, &merged.campaign.factor_order);
    for run in &mut merged.runs {
        run.id = format!("{}-{}", merged.conditions[run.condition].id, run.repetition);
    }
}

/// Conditions of different campaigns that differ in exactly one factor; `ends` are the ids after the conditions of each
/// campaign.
fn pairs(merged: &Analysis, ends: &[ConditionId]) -> Vec<(ConditionId, ConditionId)> {
    let campaign_of = |condition: ConditionId| ends.partition_point(|end| *end <= condition);
    let differ_in_one = |a: &Factors, b: &Factors| {
        a.len() == b.len()
            && a.keys().eq(b.keys())
            && a.iter().filter(|(name, level)| b.get(*name) != Some(level)).count() == 1
    };
    let mut pairs = Vec::new();
    for (a, first) in merged.conditions.entries() {
        for (b, second) in merged.conditions.entries().skip(a.index() + 1) {
            if campaign_of(a) != campaign_of(b) && differ_in_one(&first.factors, &second.factors) {
                pairs.push((a, b));
            }
        }
    }
    pairs
}
