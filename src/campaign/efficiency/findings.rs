//! What the efficiencies say, by stated rules; see `docs/methodology.md`.

use std::collections::BTreeMap;

use crate::input::config::CampaignFile;
use crate::model::{Efficiency, Finding, Parallel};

/// The findings of a campaign of benchmarks, in the order in which a report tells them.
pub fn find(efficiencies: &[Efficiency], parallel: &[Parallel], config: &CampaignFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &config.efficiency {
        let mut known: Vec<(usize, f64)> = efficiencies
            .iter()
            .enumerate()
            .filter(|(_, efficiency)| efficiency.comparison == table.name)
            .filter_map(|(index, efficiency)| Some((index, efficiency.efficiency?)))
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
            worse: worse.map(|(index, _)| *index).collect(),
        });
    }
    let mut together: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    for (index, of) in parallel.iter().enumerate() {
        if of.versus_single.is_some() {
            together.entry((&of.benchmark, of.condition)).or_default().push(index);
        }
    }
    findings.extend(together.into_values().map(|operations| Finding::Together { operations }));
    if let Some(table) = &config.parallel {
        let ratio = |index: &usize| parallel[*index].max_over_min.unwrap_or(0.0);
        let mut operations: Vec<usize> =
            (0..parallel.len()).filter(|index| ratio(index) > table.uneven).collect();
        operations.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)));
        if !operations.is_empty() {
            findings.push(Finding::Uneven { ratio: table.uneven, operations });
        }
    }
    findings
}
