//! What all numbers of a campaign say: the whole analysis.

use std::collections::BTreeMap;

use super::Aggregated;
use crate::campaign::benchmarks::Benchmarked;
use crate::campaign::options::Declared;
use crate::campaign::{checks, efficiency, findings, placement};
use crate::input::config::Config;
use crate::input::load::sha256;
use crate::model::diagnostics::{campaign_diagnostic, sort};
use crate::model::{Analysis, Campaign, Diagnostic, Host, Provenance, Severity};

/// In: what all runs say together. Out: the analysis.
pub struct Concluded {
    pub analysis: Analysis,
    /// Series of which a limit was exceeded, each with a message.
    pub exceeded: Vec<String>,
}

impl Concluded {
    pub fn conclude(aggregated: Aggregated, declared: &Declared) -> Self {
        let config = &declared.config;
        let Aggregated {
            hosts,
            vm,
            conditions,
            mut runs,
            series,
            curves,
            comparisons,
            clocks,
            agreements,
            convergence,
            sweeps,
            benchmarked,
            mut diagnostics,
        } = aggregated;
        let Benchmarked { benchmarks, efficiency, parallel, grids } = benchmarked;
        let limits = checks::exceeded(config, &conditions, &series, &mut diagnostics);
        let exceeded = limits.iter().filter_map(checks::message).collect();
        let mut all = limits;
        let are_repetitions = !diagnostics.iter().any(|told| told.code == Diagnostic::REPETITIONS_ASSUMED);
        all.extend(findings::find(
            &conditions,
            &runs,
            &series,
            &comparisons,
            are_repetitions,
            config.bootstrap.seed,
        ));
        findings::flag_first_repetitions(&all, &conditions, &mut runs);
        all.extend(efficiency::find(&efficiency, &parallel, &config.file));
        all.extend(findings::transfer(&convergence, &sweeps, &series));
        let results = checks::Results { conditions: &conditions, series: &series, benchmarks: &benchmarks };
        let published = checks::published(config, &results, &mut diagnostics);
        let mut analysis = Analysis {
            campaign: campaign(declared, hosts, vm),
            conditions,
            runs,
            series,
            curves,
            comparisons,
            clocks,
            agreements,
            convergence,
            sweeps,
            benchmarks,
            efficiency,
            parallel,
            grids,
            placement: None,
            published,
            findings: all,
            diagnostics,
            sources: BTreeMap::new(),
            excerpts: BTreeMap::new(),
        };
        place(&mut analysis, config);
        sort(&mut analysis.diagnostics);
        Self { analysis, exceeded }
    }
}

/// The campaign as it was declared, with the hosts and the VM that its logs show.
fn campaign(declared: &Declared, hosts: Vec<Host>, vm: Option<String>) -> Campaign {
    let config = &declared.config;
    Campaign {
        title: declared.title.clone(),
        path: declared.path.display().to_string(),
        config_sha256: sha256(declared.config_text.as_bytes()),
        provenance: config.file.provenance.map_or(Provenance::Recorded, Provenance::from),
        notice: config.file.notice.clone(),
        vm_memory_bytes: config.file.vm.memory_mib.map(|mib| mib * 1_048_576.0),
        vm,
        hosts,
        align: config.align,
        also_aligned: config.also_aligned.clone(),
        bootstrap: config.bootstrap,
        factor_order: config.factor_order(),
        level_order: config.file.order.clone(),
    }
}

/// Which VM to migrate first, where the configuration asks; what stands in its way is a warning.
fn place(analysis: &mut Analysis, config: &Config) {
    let Some(table) = &config.file.placement else { return };
    match placement::place(analysis, table, true) {
        Ok(placement) => analysis.placement = Some(placement),
        Err(error) => {
            let message = format!("{error:#}");
            analysis.diagnostics.push(campaign_diagnostic(Severity::Warning, "no-placement", message));
        }
    }
}
