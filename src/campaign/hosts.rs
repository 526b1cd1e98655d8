//! The hosts of a campaign and the VM, as declared and as the logs show them.

use std::collections::BTreeSet;

use crate::campaign::efficiency;
use crate::input::config::{self, Config, DeclaredTable};
use crate::input::digest::has_domains;
use crate::input::load::LoadedFile;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Diagnostic, Host, Role, Severity};

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
        config.is_of_benchmarks() && file.log.as_deref().is_some_and(efficiency::may_be_result)
    };
    let on_hosts = files.iter().filter(|file| !in_vms(file));
    let named = on_hosts.filter_map(|file| file.file.host.as_deref());
    for name in named.chain(in_columns(config, files)).collect::<BTreeSet<&str>>() {
        if hosts.iter().any(|host| host.name == name) {
            continue;
        }
        hosts.push(Host { name: name.to_owned(), role: role_by_logs(name, files), cpus: None });
    }
    let with_xentop: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.log.as_deref().is_some_and(has_domains))
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

/// The hosts that columns of declared tables are of, where there is such a table.
fn in_columns<'a>(config: &'a Config, files: &[LoadedFile]) -> impl Iterator<Item = &'a str> {
    let numbers: BTreeSet<usize> = files.iter().filter_map(|file| file.file.declared).collect();
    let tables = numbers.into_iter().filter_map(|number| config.declared.get(number));
    let quantities = tables.filter_map(DeclaredTable::quantities).flat_map(|table| &table.all);
    quantities.filter_map(|quantity| quantity.host.as_deref())
}

/// A warning where the logs of a host show more CPUs at work than are declared of it.
fn more_cpus(name: &str, cpus: u32, files: &[LoadedFile]) -> Option<Diagnostic> {
    let of_host = files.iter().filter(|file| file.file.host.as_deref() == Some(name));
    let shown = of_host.filter_map(|file| file.log.is_some().then_some((file, file.digest.cpus_at_work)));
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

/// The host whose xentop shows the VM from the start is the source; another is the target.
fn role_by_logs(name: &str, files: &[LoadedFile]) -> Role {
    let of_host = files.iter().filter(|file| file.file.host.as_deref() == Some(name));
    let mut starts = of_host.filter_map(|file| file.digest.vm_at_start);
    match starts.next() {
        Some(true) => Role::Source,
        Some(false) => Role::Target,
        None => Role::Observer,
    }
}

/// The VM that the logs follow.
pub(super) fn vm_in_logs(files: &[LoadedFile]) -> Option<String> {
    files.iter().find_map(|file| file.log.as_deref()?.facts.text("vm").map(str::to_owned))
}
