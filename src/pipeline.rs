//! The flow from a folder to an [`Analysis`]: session → load → align → metrics → aggregate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use stillstand_parsers::Format;

use crate::aggregate;
use crate::align::{AlignedRun, Samples, align};
use crate::analysis::{
    Analysis, Campaign, Condition, Diagnostic, Event, Factors, Finding, Flag, FlagCode, Host, Method, Outage,
    Published, Role, Run, Series, Severity, Status,
};
use crate::config::{self, Config};
use crate::findings;
use crate::load::{LoadedFile, load, sha256};
use crate::metrics::{outage, resources};
use crate::session::{RunKey, Session};

/// What the caller may watch and override.
pub struct Options<'a> {
    /// Replaces the alignment event of the configuration.
    pub align: Option<Event>,
    /// Called once with the number of files before they are read.
    pub files: &'a (dyn Fn(u64) + Sync),
    /// Called after each file.
    pub progress: &'a (dyn Fn() + Sync),
}

/// An analysis with what provenance needs to know about its inputs.
#[derive(Debug)]
pub struct Outcome {
    pub analysis: Analysis,
    pub config: Config,
    /// Relative path and SHA-256 of every file read, sorted; `None` for an unreadable one.
    pub inputs: Vec<(String, Option<String>)>,
    /// Series of which a limit was exceeded, each with a message.
    pub exceeded: Vec<String>,
}

/// Analyses the campaign in `folder`.
///
/// # Errors
///
/// The folder or its configuration cannot be used, or no file in it holds anything usable.
pub fn run(folder: &Path, options: &Options<'_>) -> anyhow::Result<Outcome> {
    let mut session = Session::open(folder)?;
    if let Some(event) = options.align {
        session.config.align = event;
    }
    (options.files)(session.files.len() as u64);
    let files = load(&session, options.progress);
    anyhow::ensure!(
        files.iter().any(|file| file.log.is_some()),
        "{}: none of its {} files could be used. {}",
        folder.display(),
        files.len(),
        files
            .iter()
            .flat_map(|file| &file.diagnostics)
            .map(crate::diagnostics::line)
            .next()
            .unwrap_or_default()
    );
    let inputs = files.iter().map(|file| (file.file.relative.clone(), file.sha256.clone())).collect();
    let (analysis, exceeded) = analyse(&session, files);
    Ok(Outcome { analysis, config: session.config, inputs, exceeded })
}

fn analyse(session: &Session, mut files: Vec<LoadedFile>) -> (Analysis, Vec<String>) {
    let config = &session.config;
    let mut diagnostics = session.diagnostics.clone();
    for file in &mut files {
        diagnostics.append(&mut file.diagnostics);
    }
    let hosts = hosts(config, &files, &mut diagnostics);
    let mut groups: BTreeMap<RunKey, Vec<&LoadedFile>> = BTreeMap::new();
    for file in &files {
        groups.entry(file.file.run.clone()).or_default().push(file);
    }
    let conditions = conditions(config, groups.keys());
    let mut aligned: Vec<(usize, AlignedRun)> = groups
        .into_par_iter()
        .filter_map(|(key, files)| {
            let condition = conditions.iter().position(|c| c.factors == key.factors)?;
            Some((condition, align(key, &files, config)))
        })
        .collect();
    aligned.sort_by_key(|(condition, run)| (*condition, run.key.repetition));
    let measured: Vec<(Run, Vec<Diagnostic>)> =
        aligned.par_iter().map(|(index, run)| measure(*index, &conditions[*index], run)).collect();
    let mut runs = Vec::new();
    for (run, found) in measured {
        runs.push(run);
        diagnostics.extend(found);
    }
    let mut conditions = conditions;
    for (index, run) in runs.iter().enumerate() {
        let condition = &mut conditions[run.condition];
        condition.runs.push(index);
        condition.completed += usize::from(run.migration.status == Status::Completed);
    }
    for (_, run) in &mut aligned {
        diagnostics.append(&mut run.diagnostics);
    }
    let curves = conditions
        .par_iter()
        .enumerate()
        .flat_map_iter(|(index, condition)| {
            let repetitions = alignable(condition, &runs, &aligned, config.align);
            aggregate::curves(index, &repetitions)
        })
        .collect();
    diagnostics.extend(runs.iter().filter_map(|run| without_event(run, config.align)));
    let series = aggregate::series(&conditions, &runs);
    let reference = reference(config, &conditions);
    let comparisons =
        reference.map(|r| aggregate::comparisons(&series, r, config.bootstrap)).unwrap_or_default();
    let findings = findings::find(&conditions, &runs, &series, &comparisons);
    flag_first_repetitions(&findings, &conditions, &mut runs);
    let published = published(config, &conditions, &series, &mut diagnostics);
    let exceeded = exceeded(config, &conditions, &series, &mut diagnostics);
    crate::diagnostics::sort(&mut diagnostics);
    let campaign = Campaign {
        title: config.file.title.clone().unwrap_or_else(|| folder_name(&session.path)),
        path: session.path.display().to_string(),
        config_sha256: sha256(session.config_text.as_bytes()),
        reconstructed: config.file.provenance == Some(config::Provenance::Reconstructed),
        notice: config.file.notice.clone(),
        vm_memory_bytes: config.file.vm.memory_mib.map(|mib| mib * 1_048_576.0),
        vm: config.file.vm.name.clone().or_else(|| vm_in_logs(&files)),
        hosts,
        align: config.align,
        bootstrap: config.bootstrap,
    };
    let analysis = Analysis {
        campaign,
        conditions,
        runs,
        series,
        curves,
        comparisons,
        published,
        findings,
        diagnostics,
    };
    (analysis, exceeded)
}

/// The declared hosts and those that file names tell of, source before target before observer.
fn hosts(config: &Config, files: &[LoadedFile], diagnostics: &mut Vec<Diagnostic>) -> Vec<Host> {
    let mut hosts: Vec<Host> = config
        .file
        .hosts
        .iter()
        .map(|host| Host { name: host.name.clone(), role: host.role.into(), cpus: host.cpus })
        .collect();
    let named: BTreeSet<&str> = files.iter().filter_map(|file| file.file.host.as_deref()).collect();
    for name in named {
        if hosts.iter().any(|host| host.name == name) {
            continue;
        }
        hosts.push(Host { name: name.to_owned(), role: role_by_logs(name, files), cpus: None });
    }
    let with_xentop: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.log.as_ref().is_some_and(|log| log.format == Format::XentopGawk))
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
    hosts
}

/// The host whose xentop shows the VM from the start is the source; another is the target.
fn role_by_logs(name: &str, files: &[LoadedFile]) -> Role {
    let mut starts = files.iter().filter(|file| file.file.host.as_deref() == Some(name)).filter_map(|file| {
        let log = file.log.as_ref().filter(|log| log.format == Format::XentopGawk)?;
        let (domains, present) = (log.frame.strs("domain").ok()?, log.frame.bools("present").ok()?);
        domains.iter().zip(present.iter()).find(|(domain, _)| *domain != Some(crate::align::DOMAIN_0))?.1
    });
    match starts.next() {
        Some(true) => Role::Source,
        Some(false) => Role::Target,
        None => Role::Observer,
    }
}

/// The conditions in the declared order of levels; levels that no order names come last, the
/// reference before the others, then by name.
fn conditions<'a>(config: &Config, keys: impl Iterator<Item = &'a RunKey>) -> Vec<Condition> {
    let all: BTreeSet<Factors> = keys.map(|key| key.factors.clone()).collect();
    // Factors that never vary tell nothing and stay out of identifiers.
    let varying: BTreeSet<&String> = all
        .iter()
        .flat_map(|factors| factors.keys())
        .filter(|name| all.iter().map(|factors| factors.get(*name)).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    let id = |factors: &Factors| {
        let levels: Vec<&str> = match varying.is_empty() {
            true => factors.values().map(String::as_str).collect(),
            false => varying.iter().filter_map(|name| factors.get(*name)).map(String::as_str).collect(),
        };
        if levels.is_empty() { "all".to_owned() } else { slug(&levels.join("-")) }
    };
    let rank = |factors: &Factors| -> Vec<(usize, bool, String)> {
        factors
            .iter()
            .map(|(name, level)| {
                let order = config.file.order.get(name);
                let place =
                    order.and_then(|levels| levels.iter().position(|l| l == level)).unwrap_or(usize::MAX);
                (place, !is_reference_level(config, name, level), level.clone())
            })
            .collect()
    };
    let mut sorted: Vec<&Factors> = all.iter().collect();
    sorted.sort_by_key(|factors| rank(factors));
    let mut taken = BTreeSet::new();
    sorted
        .into_iter()
        .map(|factors| {
            let mut unique = id(factors);
            while !taken.insert(unique.clone()) {
                unique.push('x');
            }
            Condition { id: unique, factors: factors.clone(), runs: Vec::new(), completed: 0 }
        })
        .collect()
}

/// Lower-case letters, digits and hyphens, for file names and anchors.
fn slug(text: &str) -> String {
    let mapped: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = mapped.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "level".to_owned() } else { parts.join("-") }
}

fn is_reference_level(config: &Config, name: &str, level: &str) -> bool {
    match config.file.reference.get(name) {
        Some(reference) => reference == level,
        None => config::is_reference_level(level),
    }
}

/// The condition that the others are compared with: as declared, else the only one whose load is
/// called none, idle or baseline.
fn reference(config: &Config, conditions: &[Condition]) -> Option<usize> {
    let fits = |condition: &Condition| match config.file.reference.is_empty() {
        false => config::selects(&config.file.reference, &condition.factors),
        true => condition.factors.values().any(|level| config::is_reference_level(level)),
    };
    let mut fitting = conditions.iter().enumerate().filter(|(_, condition)| fits(condition));
    let only = fitting.next()?.0;
    fitting.next().is_none().then_some(only)
}

/// One run's numbers, and what stands in the way of more.
fn measure(index: usize, condition: &Condition, aligned: &AlignedRun) -> (Run, Vec<Diagnostic>) {
    let migration = aligned.migration.clone();
    let (ping, mut outages) = match &aligned.ping {
        Some(timeline) => {
            let (ping, outages) = outage::ping(timeline, &migration);
            (Some(ping), outages)
        }
        None => (None, Vec::new()),
    };
    let guest = aligned.guest_clock.as_ref().and_then(outage::guest_clock);
    outages.extend(guest.iter().map(|guest| guest.outage.clone()));
    let flags = outage::flags(&migration, ping.as_ref(), &outages, guest.as_ref());
    let resources =
        aligned.samples.iter().filter_map(|samples| resources::cost(samples, migration.duration_s)).collect();
    let id = format!("{}-{}", condition.id, aligned.key.repetition);
    let mut diagnostics = Vec::new();
    if migration.request_epoch_s.is_none() {
        diagnostics.push(campaign_diagnostic(
            Severity::Error,
            "run-without-time-zero",
            format!(
                "run {id} has no time zero: no usable migration-time file (epoch second of the request, then GNU \
                 time's line) among {}. Its curves are left out; its outages are the longest of the whole log",
                aligned.files.join(", ")
            ),
        ));
    } else if let Some(clock) = aligned.guest_clock.as_ref().filter(|clock| !clock.aligned) {
        diagnostics.push(Diagnostic {
            file: Some(clock.file.clone()),
            ..campaign_diagnostic(
                Severity::Warning,
                "guest-clock-not-aligned",
                "the stamps cannot be placed against the request (no known date and time zone): declare utc_offset"
                    .to_owned(),
            )
        });
    }
    let run = Run {
        id,
        condition: index,
        factors: aligned.key.factors.clone(),
        repetition: aligned.key.repetition,
        source_files: aligned.files.clone(),
        migration,
        outages,
        ping,
        resources,
        flags,
    };
    (run, diagnostics)
}

/// The repetitions of a condition that count and have the event, as [`aggregate::curves`] takes them.
fn alignable<'a>(
    condition: &Condition,
    runs: &'a [Run],
    aligned: &'a [(usize, AlignedRun)],
    event: Event,
) -> Vec<(u32, &'a [Samples], f64)> {
    condition
        .runs
        .iter()
        .map(|&index| (&runs[index], &aligned[index].1))
        .filter(|(run, _)| aggregate::counts(run) && run.migration.request_epoch_s.is_some())
        .filter_map(|(run, aligned)| Some((run.repetition, aligned.samples.as_slice(), event_s(run, event)?)))
        .collect()
}

/// When an event happened in a run, seconds since its request. Outages are placed by ping, and by
/// the guest clock where ping has no place for them.
fn event_s(run: &Run, event: Event) -> Option<f64> {
    let by_methods = |place: fn(&Outage) -> Option<f64>| {
        [Method::Ping, Method::GuestClock]
            .into_iter()
            .find_map(|method| place(run.outages.iter().find(|outage| outage.method == method)?))
    };
    match event {
        Event::Request => Some(0.0),
        Event::Outage => by_methods(|outage| outage.start_s),
        Event::Resume => by_methods(|outage| outage.end_s),
        Event::End => run.migration.duration_s,
    }
}

/// The finding of slow first repetitions as a flag of each of them.
fn flag_first_repetitions(findings: &[Finding], conditions: &[Condition], runs: &mut [Run]) {
    for finding in findings {
        let Finding::FirstRepetitionsSlower { condition, first, later_mean_s, .. } = finding else {
            continue;
        };
        let counted: Vec<usize> = conditions[*condition]
            .runs
            .iter()
            .copied()
            .filter(|&run| aggregate::counts(&runs[run]))
            .collect();
        for index in counted.into_iter().take(*first) {
            let outage_s = aggregate::value(&runs[index], "outage_ping").unwrap_or_default();
            let values = vec![("outage_s", outage_s), ("later_s", *later_mean_s)];
            runs[index].flags.push(Flag { code: FlagCode::FirstRepetitionSlower, values });
        }
    }
}

fn without_event(run: &Run, event: Event) -> Option<Diagnostic> {
    let missing =
        aggregate::counts(run) && run.migration.request_epoch_s.is_some() && event_s(run, event).is_none();
    missing.then(|| {
        campaign_diagnostic(
            Severity::Warning,
            "run-without-event",
            format!("run {} has not the event that curves are aligned at; its curves are left out", run.id),
        )
    })
}

fn published(
    config: &Config,
    conditions: &[Condition],
    series: &[Series],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Published> {
    let mut all = Vec::new();
    for entry in &config.file.published {
        let decimals = entry.stated.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let Ok(stated) = entry.stated.parse::<f64>() else { continue };
        let computed = statistic(&entry.metric, entry.statistic, &entry.condition, conditions, series);
        if computed.is_none() {
            diagnostics.push(campaign_diagnostic(
                Severity::Warning,
                "published-not-computed",
                format!(
                    "the published {} of {} cannot be checked: no single condition with that metric fits {:?}",
                    entry.statistic.name(),
                    entry.metric,
                    entry.condition
                ),
            ));
        }
        // Beyond nine places there is only binary dust.
        let deviation = computed.map(|computed| ((computed - stated) * 1e9).round() / 1e9);
        // Half a unit of the last printed place, with room for binary fractions only.
        let tolerance = 0.5 / 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX)) + 1e-9;
        all.push(Published {
            quantity: format!("{}.{}", entry.metric, entry.statistic.name()),
            factors: entry.condition.clone(),
            stated,
            decimals: u32::try_from(decimals).unwrap_or(u32::MAX),
            computed,
            deviation,
            agrees: deviation.map(|deviation| deviation.abs() <= tolerance),
            note: entry.note.clone(),
        });
    }
    all
}

/// A message for every limit that is exceeded; a limit that cannot be tested is a warning.
fn exceeded(
    config: &Config,
    conditions: &[Condition],
    series: &[Series],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut messages = Vec::new();
    for limit in &config.file.limits {
        let levels: Vec<String> = limit.condition.iter().map(|(k, v)| format!("{k} = {v}")).collect();
        let what = format!("{} of {} ({})", limit.statistic.name(), limit.metric, levels.join(", "));
        match statistic(&limit.metric, limit.statistic, &limit.condition, conditions, series) {
            Some(value) if value > limit.at_most => messages
                .push(format!("limit exceeded: {what} is {value:.3}, at most {} is accepted", limit.at_most)),
            Some(_) => {}
            None => diagnostics.push(campaign_diagnostic(
                Severity::Warning,
                "limit-not-tested",
                format!("the limit of {what} cannot be tested: no single condition with that metric fits"),
            )),
        }
    }
    messages
}

/// A statistic of the series of the only condition that `levels` select.
fn statistic(
    metric: &str,
    statistic: config::Statistic,
    levels: &Factors,
    conditions: &[Condition],
    series: &[Series],
) -> Option<f64> {
    let mut fitting = series
        .iter()
        .filter(|s| s.metric == metric && config::selects(levels, &conditions[s.condition].factors));
    let summary = fitting.next()?.summary?;
    if fitting.next().is_some() {
        return None;
    }
    match statistic {
        config::Statistic::Mean => Some(summary.mean),
        config::Statistic::Sd => summary.sd,
        config::Statistic::Median => Some(summary.median),
        config::Statistic::Min => Some(summary.min),
        config::Statistic::Max => Some(summary.max),
    }
}

fn vm_in_logs(files: &[LoadedFile]) -> Option<String> {
    files.iter().find_map(|file| file.log.as_ref()?.facts.text("vm").map(str::to_owned))
}

/// The name of a folder, also of one that was named `.` or `..`.
fn folder_name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().or_else(|| absolute.file_name());
    name.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn campaign_diagnostic(severity: Severity, code: &'static str, message: String) -> Diagnostic {
    Diagnostic { severity, code, file: None, line: None, column: None, message, text: None }
}
