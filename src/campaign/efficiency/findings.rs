//! What the efficiencies say, by stated rules; see `docs/methodology/conclusions.md`.

use std::collections::BTreeMap;

use crate::input::config::CampaignFile;
use crate::model::{ConditionId, Efficiency, EfficiencyId, Entries, Finding, Parallel, ParallelId};

/// The findings of a campaign of benchmarks, in the order in which a report tells them.
pub fn find(efficiencies: &[Efficiency], parallel: &[Parallel], config: &CampaignFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &config.efficiency {
        let mut known: Vec<(EfficiencyId, f64)> = efficiencies
            .entries()
            .filter(|(_, efficiency)| efficiency.comparison == table.name)
            .filter_map(|(id, efficiency)| Some((id, efficiency.efficiency?)))
            .collect();
        // The worst first; of equal ones the first stays first.
        known.sort_by(|a, b| a.1.total_cmp(&b.1));
        let Some((worst, least)) = known.first().copied() else { continue };
        let comparison = table.name.clone();
        if least < 1.0 - table.loss {
            findings.push(Finding::LeastEfficient { comparison: comparison.clone(), efficiency: worst });
        }
        let worse = known.iter().filter(|(_, efficiency)| *efficiency < 1.0 - table.loss);
        findings.push(Finding::LosesMore {
            comparison,
            loss: table.loss,
            quantities: known.len(),
            worse: worse.map(|(id, _)| *id).collect(),
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
