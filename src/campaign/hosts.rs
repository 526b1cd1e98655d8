//! The hosts of a campaign and the VM, as declared and as the logs show them.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Meaning, Parsed};

use crate::campaign::efficiency;
use crate::input::config::{self, Config};
use crate::input::load::LoadedFile;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Diagnostic, Host, Role, Severity};
use crate::run::align::DOMAIN_0;

/// The declared hosts and those that file names give, source before target before observer.
pub(super) fn hosts(config: &Config, files: &[LoadedFile], diagnostics: &mut Vec<Diagnostic>) -> Vec<Host> {
    let mut hosts: Vec<Host> = config
        .file
        .hosts
        .iter()
        .map(|host| Host { name: host.name.clone(), role: host.role.into(), cpus: host.cpus })
        .collect();
    // What a campaign of benchmarks measured in is a VM, not a host.
    let in_vms = |file: &&LoadedFile| {
        config.is_of_benchmarks() && file.log.as_ref().is_some_and(efficiency::is_result)
    };
    let on_hosts = files.iter().filter(|file| !in_vms(file));
    let named: BTreeSet<&str> = on_hosts.filter_map(|file| file.file.host.as_deref()).collect();
    for name in named {
        if hosts.iter().any(|host| host.name == name) {
            continue;
        }
        hosts.push(Host { name: name.to_owned(), role: role_by_logs(name, files), cpus: None });
    }
    let with_xentop: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.log.as_ref().is_some_and(has_domains))
        .filter_map(|file| file.file.host.as_deref())
        .collect();
    for host in hosts.iter().filter(|host| host.cpus.is_none() && with_xentop.contains(host.name.as_str())) {
        diagnostics.push(campaign_diagnostic(
            Severity::Warning,
            "cpus-unknown",
            format!(
                "the number of CPUs of host {} is not declared; xentop's CPU per cent are taken as those of one CPU. \
                 Declare it in {}: [[hosts]] name = \"{}\", cpus = …",
                host.name,
                config::FILE_NAME,
                host.name
            ),
        ));
    }
    hosts.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    let declared = hosts.iter().filter_map(|host| Some((host.name.as_str(), host.cpus?)));
    diagnostics.extend(declared.filter_map(|(name, cpus)| more_cpus(name, cpus, files)));
    hosts
}

/// A warning where the logs of a host show more CPUs at work than are declared of it.
fn more_cpus(name: &str, cpus: u32, files: &[LoadedFile]) -> Option<Diagnostic> {
    let of_host = files.iter().filter(|file| file.file.host.as_deref() == Some(name));
    let shown = of_host.filter_map(|file| Some((file, cpus_at_work(file.log.as_ref()?))));
    let (file, shown) = shown.reduce(|most, other| if other.1 > most.1 { other } else { most })?;
    // Per cent are rounded, and periods are not quite what they should be.
    (shown > 1.05 * f64::from(cpus)).then(|| Diagnostic {
        file: Some(file.file.relative.clone()),
        ..campaign_diagnostic(
            Severity::Warning,
            "cpus-contradicted",
            format!(
                "{cpus} CPUs are declared of host {name}, but its log shows at least {shown:.1}: per cent of the whole \
                 host are wrong by as much. Correct cpus in {}",
                config::FILE_NAME
            ),
        )
    })
}

/// How many CPUs a log of a host shows: those that have columns of their own, or what all domains used at a time.
fn cpus_at_work(log: &Parsed) -> f64 {
    let is_single = |name: &str| {
        let number = name.strip_prefix("cpu").and_then(|rest| rest.split_once(" usage."));
        number.map(|(number, _)| number).filter(|number| number.parse::<u32>().is_ok()).map(str::to_owned)
    };
    let single: BTreeSet<String> =
        log.frame.columns.iter().filter_map(|column| is_single(&column.name)).collect();
    let mut by_sample: BTreeMap<u32, f64> = BTreeMap::new();
    if let (true, Ok(samples), Ok(used)) = (has_domains(log), log.frame.u32s("sample"), log.frame.f64s("cpu"))
    {
        for (sample, percent) in samples.iter().zip(used.iter()) {
            if let (Some(sample), Some(percent)) = (sample, percent) {
                *by_sample.entry(sample).or_default() += percent / 100.0;
            }
        }
    }
    by_sample.into_values().fold(single.len() as f64, f64::max)
}

/// The host whose xentop shows the VM from the start is the source; another is the target.
fn role_by_logs(name: &str, files: &[LoadedFile]) -> Role {
    let mut starts = files.iter().filter(|file| file.file.host.as_deref() == Some(name)).filter_map(|file| {
        let log = file.log.as_ref().filter(|log| has_domains(log))?;
        let (domains, present) = (log.frame.strs("domain").ok()?, log.frame.bools("present").ok()?);
        domains.iter().zip(present.iter()).find(|(domain, _)| *domain != Some(DOMAIN_0))?.1
    });
    match starts.next() {
        Some(true) => Role::Source,
        Some(false) => Role::Target,
        None => Role::Observer,
    }
}

/// Whether a log shows the domains of a Xen host.
fn has_domains(log: &Parsed) -> bool {
    matches!(log.format.meaning(), Meaning::Domains(_))
}

/// The VM that the logs follow.
pub(super) fn vm_in_logs(files: &[LoadedFile]) -> Option<String> {
    files.iter().find_map(|file| file.log.as_ref()?.facts.text("vm").map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> f64 {
        let format = stillstand_parsers::detect(text.as_bytes()).unwrap();
        cpus_at_work(&stillstand_parsers::parse(format, text.as_bytes()).unwrap())
    }

    #[test]
    fn a_log_shows_at_least_so_many_cpus() {
        let dstat = "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"cpu0 usage\",,,\"cpu1 usage\",,\n\
                     \"epoch\",\"usr\",\"sys\",\"idl\",\"usr\",\"sys\",\"idl\"\n\
                     1564720000.1,1.0,2.0,97.0,1.0,2.0,97.0\n";
        assert_eq!(shown(dstat), 2.0);
        let xentop = "1264510980 vm: 80.0 131072 3.6 | Dom0: 75.0 1048576 28.6\n\
                      1264510981 vm: 10.0 131072 3.6 | Dom0: 5.0 1048576 28.6\n";
        assert!((shown(xentop) - 1.55).abs() < 1e-9);
    }
}
