//! What the efficiencies say, by stated rules; see `docs/methodology/conclusions.md`.

use std::collections::BTreeMap;

use crate::input::config::CampaignFile;
use crate::model::{ConditionId, Efficiency, EfficiencyId, Entries, Finding, Parallel, ParallelId};
use crate::stats::simultaneous;

/// The findings of a campaign of benchmarks, in the order in which a report tells them.
pub fn find(efficiencies: &[Efficiency], parallel: &[Parallel], config: &CampaignFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &config.efficiency {
        let mut known: Vec<(EfficiencyId, f64)> = efficiencies
            .entries()
            .filter(|(_, efficiency)| efficiency.comparison == table.name)
            .filter_map(|(id, efficiency)| Some((id, efficiency.efficiency?)))
            .collect();
        if known.is_empty() {
            continue;
        }
        // The worst first; of equal ones the first stays first.
        known.sort_by(|a, b| a.1.total_cmp(&b.1));
        let comparison = table.name.clone();
        let lower = known.iter().filter(|(_, efficiency)| *efficiency < 1.0 - table.loss).map(|(id, _)| *id);
        let (worse, uncertain): (Vec<EfficiencyId>, Vec<EfficiencyId>) =
            lower.partition(|id| is_shown_to_lose(&efficiencies[*id], known.len()));
        if let Some(efficiency) = worse.first().copied() {
            findings.push(Finding::LeastEfficient { comparison: comparison.clone(), efficiency });
        }
        findings.push(Finding::LosesMore {
            comparison,
            loss: table.loss,
            quantities: known.len(),
            worse,
            uncertain: uncertain.len(),
        });
    }
    let mut compared: BTreeMap<(&str, ConditionId), Vec<ParallelId>> = BTreeMap::new();
    for (id, operation) in parallel.entries() {
        if operation.versus_single.is_some() {
            compared.entry((&operation.benchmark, operation.condition)).or_default().push(id);
        }
    }
    findings.extend(compared.into_values().map(|operations| Finding::Together { operations }));
    if let Some(table) = &config.parallel {
        let ratio = |id: &ParallelId| parallel[*id].max_over_min.unwrap_or(0.0);
        let mut operations: Vec<ParallelId> = parallel.ids().filter(|id| ratio(id) > table.uneven).collect();
        operations.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)));
        if !operations.is_empty() {
            findings.push(Finding::Uneven { ratio: table.uneven, operations });
        }
    }
    findings
}

/// Whether it is no chance that a quantity, one of `tested`, loses at all: with 95 % for all together its interval lies below
/// 1. Without repetitions there is no interval, and the figure counts as it is.
fn is_shown_to_lose(efficiency: &Efficiency, tested: usize) -> bool {
    let (Some(value), Some(ci95)) = (efficiency.efficiency, efficiency.ci95) else { return true };
    let freedom = (efficiency.n_value + efficiency.n_baseline).saturating_sub(2);
    simultaneous(value, ci95, tested, freedom).high < 1.0
}
