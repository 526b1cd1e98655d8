//! The flow from folders to an [`Analysis`]: list → load → align → measure → aggregate → conclude.
//!
//! Several campaigns are analysed one by one and then put side by side, or each in a chapter of its own; they are
//! never averaged.

use super::benchmarks::{self, Benchmarked};
use super::{checks, conditions, hosts, merge};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::campaign::aggregate;
use crate::campaign::agreement;
use crate::campaign::convergence;
use crate::campaign::efficiency;
use crate::campaign::findings;
use crate::campaign::placement;
use crate::campaign::sweep;
use crate::input::config::{self, AlignKey, Config, LayoutTable};
use crate::input::load::{LoadedFile, LoadedTable, load, load_tables, sha256};
use crate::input::session::{self, ConfigError, RunKey, Session};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{
    Analysis, Campaign, Condition, Diagnostic, Event, Finding, Flag, FlagCode, Host, Method, Provenance, Run,
    Severity, Status,
};
use crate::run::align::{AlignedRun, Counters, Samples, align};
use crate::run::clocks;
use crate::run::metrics::{
    degradation, outage, precopy, reconciliation, resources, streaming, time_line, transfer,
};

/// What the caller may override.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Replaces the alignment events of the configuration unless empty.
    pub align: Vec<AlignKey>,
    /// Replaces what it says of the layout of the configuration.
    pub layout: LayoutTable,
    /// What the campaigns were called when a report was made of them, in their order; they keep
    /// these names wherever they lie now.
    pub known_as: Vec<Known>,
    /// Make a portfolio of this name, even where no folder holds several campaigns.
    pub portfolio: Option<String>,
    /// Give every campaign its folder's name as a factor `campaign`, so that equal conditions of two
    /// campaigns can be compared.
    pub distinguish: bool,
}

/// What the caller may watch.
pub struct Progress<'a> {
    /// Called with the number of files of each campaign before they are read.
    pub files: &'a (dyn Fn(u64) + Sync),
    /// Called after each file.
    pub file: &'a (dyn Fn() + Sync),
}

/// The name of a campaign in an earlier report.
#[derive(Debug, Clone)]
pub struct Known {
    pub path: String,
    pub title: String,
    /// Its chapter in a portfolio.
    pub chapter: Option<String>,
}

/// An analysis with what provenance needs to know about its inputs.
#[derive(Debug)]
pub struct Outcome {
    pub analysis: Analysis,
    /// The logs behind the runs of the analysis, in its order.
    pub aligned: Vec<AlignedRun>,
    /// The campaigns, in the order in which they were named or found.
    pub campaigns: Vec<Input>,
    /// Series of which a limit was exceeded, each with a message.
    pub exceeded: Vec<String>,
}

/// What one campaign was read from.
#[derive(Debug)]
pub struct Input {
    /// The folder as it was named or found.
    pub path: PathBuf,
    pub title: String,
    pub config: Config,
    /// Relative path and SHA-256 of every file read, sorted; `None` for an unreadable one.
    pub files: Vec<(String, Option<String>)>,
}

/// Analyses the campaigns in `folders` side by side; a folder may hold several.
///
/// # Errors
///
/// A folder or its configuration cannot be used, no file in it holds anything usable, or two
/// campaigns cannot stand side by side (the same condition in both, different events, hosts that differ).
pub fn run(folders: &[PathBuf], options: &Options, progress: &Progress<'_>) -> anyhow::Result<Outcome> {
    let mut paths = Vec::new();
    for folder in folders {
        paths.extend(session::campaigns(folder)?);
    }
    let mut analyses = Vec::new();
    let mut aligned = Vec::new();
    let mut campaigns = Vec::new();
    let mut exceeded = Vec::new();
    for (number, path) in paths.into_iter().enumerate() {
        let (mut found, input) = one(&path, options.known_as.get(number), options, progress)?;
        if options.distinguish {
            merge::distinguish(&mut found.analysis, &format!("{} {}", number + 1, folder_name(&path)));
        }
        analyses.push(found.analysis);
        aligned.extend(found.aligned);
        campaigns.push(input);
        exceeded.extend(found.exceeded);
    }
    Ok(Outcome { analysis: merge::merge(analyses)?, aligned, campaigns, exceeded })
}

/// What was found in one campaign.
struct Found {
    analysis: Analysis,
    aligned: Vec<AlignedRun>,
    exceeded: Vec<String>,
}

fn one(
    folder: &Path,
    known: Option<&Known>,
    options: &Options,
    progress: &Progress<'_>,
) -> anyhow::Result<(Found, Input)> {
    let mut session = Session::open(folder)?;
    if !options.align.is_empty() {
        (session.config.align, session.config.also_aligned) = config::events(&options.align);
    }
    session.config.layout = session.config.layout.replaced_by(&options.layout);
    (progress.files)(session.files.len() as u64);
    let files = load(&session, progress.file);
    let tables = load_tables(&session);
    anyhow::ensure!(
        files.iter().any(|file| file.log.is_some()) || tables.iter().any(|table| table.bytes.is_ok()),
        "{}: none of its {} files could be used. {}",
        folder.display(),
        files.len(),
        files
            .iter()
            .flat_map(|file| &file.diagnostics)
            .map(crate::model::diagnostics::line)
            .next()
            .unwrap_or_default()
    );
    let mut hashes: Vec<_> =
        files.iter().map(|file| (file.file.relative.clone(), file.sha256.clone())).collect();
    hashes.extend(tables.iter().map(|table| (table.relative.clone(), table.sha256.clone())));
    let mut found = conclude(&session, files, &tables)?;
    let campaign = &mut found.analysis.campaign;
    let mut path = session.path;
    if let Some(known) = known {
        path = PathBuf::from(&known.path);
        campaign.path.clone_from(&known.path);
        if session.config.file.title.is_none() {
            campaign.title.clone_from(&known.title);
        }
    }
    let title = campaign.title.clone();
    Ok((found, Input { path, title, config: session.config, files: hashes }))
}

/// # Errors
///
/// The layout asks for what cannot be.
fn conclude(session: &Session, mut files: Vec<LoadedFile>, tables: &[LoadedTable]) -> anyhow::Result<Found> {
    let config = &session.config;
    let mut diagnostics = session.diagnostics.clone();
    for file in &mut files {
        diagnostics.append(&mut file.diagnostics);
    }
    let hosts = hosts::hosts(config, &files, &mut diagnostics);
    let (counters, notes) = Counters::estimate(&files, config);
    diagnostics.extend(notes);
    let mut groups: BTreeMap<RunKey, Vec<&LoadedFile>> = BTreeMap::new();
    for file in &files {
        groups.entry(file.file.run.clone()).or_default().push(file);
    }
    let tables = benchmarks::tables(tables, config, &mut diagnostics);
    let keys = groups.keys().chain(tables.iter().flat_map(benchmarks::Table::runs));
    let mut conditions = conditions::conditions(config, keys);
    // Where efficiency is asked for, a run of nothing but benchmarks is no migration.
    let logs = || files.iter().filter_map(|file| file.log.as_ref());
    let of_benchmarks = config.is_of_benchmarks() || logs().all(efficiency::is_result);
    if of_benchmarks {
        groups.retain(|_, files| {
            files.iter().filter_map(|file| file.log.as_ref()).any(|log| !efficiency::is_result(log))
        });
    }
    let mut aligned: Vec<(usize, AlignedRun)> = groups
        .into_par_iter()
        .filter_map(|(key, files)| {
            let condition = conditions.iter().position(|c| c.factors == key.factors)?;
            Some((condition, align(key, &files, config, &counters)))
        })
        .collect();
    aligned.sort_by_key(|(condition, run)| (*condition, run.key.repetition));
    let (clocks, notes) = clocks::estimate(aligned.iter().map(|(_, run)| run), &hosts, config);
    diagnostics.extend(notes);
    let measured: Vec<(Run, Vec<Diagnostic>)> = aligned
        .par_iter()
        .map(|(index, run)| measure(*index, &conditions[*index], run, &hosts, config))
        .collect();
    let mut runs = Vec::new();
    for (run, found) in measured {
        runs.push(run);
        diagnostics.extend(found);
    }
    for (index, run) in runs.iter().enumerate() {
        let condition = &mut conditions[run.condition];
        condition.runs.push(index);
        condition.completed += usize::from(run.migration.status == Status::Completed);
    }
    for (_, run) in &mut aligned {
        diagnostics.append(&mut run.diagnostics);
    }
    let events: Vec<Event> =
        std::iter::once(config.align).chain(config.also_aligned.iter().copied()).collect();
    let curves = events
        .par_iter()
        .flat_map(|event| {
            conditions.par_iter().enumerate().map(move |(index, condition)| (*event, index, condition))
        })
        .flat_map_iter(|(event, index, condition)| {
            let repetitions = alignable(condition, &runs, &aligned, event);
            aggregate::curves(index, event, &repetitions)
        })
        .collect();
    for event in events {
        diagnostics.extend(runs.iter().filter_map(|run| without_event(run, event)));
    }
    let series = aggregate::series(&conditions, &runs);
    let reference = conditions::reference(config, &conditions);
    let others = (0..conditions.len()).filter(|other| reference != Some(*other));
    let pairs: Vec<(usize, usize)> =
        reference.into_iter().flat_map(|r| others.clone().map(move |o| (r, o))).collect();
    let comparisons = aggregate::comparisons(&series, &pairs, config.bootstrap);
    let agreements = agreement::agreements(&runs);
    let mut findings = findings::find(&conditions, &runs, &series, &comparisons);
    flag_first_repetitions(&findings, &conditions, &mut runs);
    let Benchmarked { benchmarks, efficiency, parallel, grids, findings: of_benchmarks } = match of_benchmarks
    {
        true => benchmarks::benchmarked(&files, tables, &conditions, config, &mut diagnostics)
            .map_err(|error| ConfigError::new(format!("{error:#}")))?,
        false => Benchmarked::default(),
    };
    findings.extend(of_benchmarks);
    let convergence = convergence::convergence(&conditions, &runs);
    let sweeps = sweep::sweeps(&conditions, &series, &benchmarks);
    findings.extend(findings::of_transfer(&convergence, &sweeps, &series));
    let results = checks::Results { conditions: &conditions, series: &series, benchmarks: &benchmarks };
    let published = checks::published(config, &results, &mut diagnostics);
    let exceeded = checks::exceeded(config, &conditions, &series, &mut diagnostics);
    crate::model::diagnostics::sort(&mut diagnostics);
    let campaign = Campaign {
        title: config.file.title.clone().unwrap_or_else(|| folder_name(&session.path)),
        path: session.path.display().to_string(),
        config_sha256: sha256(session.config_text.as_bytes()),
        provenance: config.file.provenance.map_or(Provenance::Recorded, Provenance::from),
        notice: config.file.notice.clone(),
        vm_memory_bytes: config.file.vm.memory_mib.map(|mib| mib * 1_048_576.0),
        vm: config.file.vm.name.clone().or_else(|| hosts::vm_in_logs(&files)),
        hosts,
        align: config.align,
        also_aligned: config.also_aligned.clone(),
        bootstrap: config.bootstrap,
        factor_order: config.factor_order(),
        level_order: config.file.order.clone(),
    };
    let mut analysis = Analysis {
        campaign,
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
        findings,
        diagnostics,
    };
    place(&mut analysis, config);
    let aligned = aligned.into_iter().map(|(_, run)| run).collect();
    Ok(Found { analysis, aligned, exceeded })
}

/// Which VM to migrate first, where the configuration asks; what stands in its way is a warning.
fn place(analysis: &mut Analysis, config: &Config) {
    let Some(table) = &config.file.placement else { return };
    match placement::place(analysis, table) {
        Ok(placement) => analysis.placement = Some(placement),
        Err(error) => {
            let message = format!("{error:#}");
            analysis.diagnostics.push(campaign_diagnostic(Severity::Warning, "no-placement", message));
            crate::model::diagnostics::sort(&mut analysis.diagnostics);
        }
    }
}

/// One run's numbers, and what stands in the way of more.
fn measure(
    index: usize,
    condition: &Condition,
    aligned: &AlignedRun,
    hosts: &[Host],
    config: &Config,
) -> (Run, Vec<Diagnostic>) {
    let migration = aligned.migration.clone();
    let (ping, mut outages) = match &aligned.ping {
        Some(timeline) => {
            let (ping, outages) = outage::ping(timeline, &migration);
            (Some(ping), outages)
        }
        None => (None, Vec::new()),
    };
    let guest = aligned.guest_clock.as_ref().and_then(|clock| outage::guest_clock(clock, outages.first()));
    outages.extend(guest.iter().map(|guest| guest.outage.clone()));
    outages.extend(aligned.hypervisor.as_ref().and_then(outage::hypervisor));
    let milestones = time_line::milestones(aligned, &outages, hosts);
    let phases = time_line::phases(&milestones);
    let presences = time_line::presences(aligned, hosts);
    let checks = reconciliation::checks(aligned, &outages, &milestones, &presences, hosts);
    let mut flags = outage::flags(&migration, ping.as_ref(), &outages, guest.as_ref());
    flags.extend(reconciliation::flags(&checks));
    let degradation = aligned.ping.as_ref().zip(ping.as_ref()).and_then(|(timeline, ping)| {
        let main = outages.iter().find(|outage| outage.method == Method::Ping && outage.estimate_s > 0.0);
        let hole = main.and_then(|outage| Some((outage.start_s?, outage.end_s)));
        degradation::degradation(timeline, ping, hole)
    });
    let measurements = streaming::measurements(&aligned.streams, &outages, config.file.stream.frame_rate)
        .into_iter()
        .chain(aligned.measurements.iter().cloned())
        .chain(
            aligned
                .hypervisor
                .iter()
                .flat_map(|log| precopy::measurements(&log.account, migration.duration_s)),
        )
        .collect();
    let cost = |samples| resources::cost(samples, migration.duration_s, &phases);
    let resources = aligned.samples.iter().filter_map(cost).collect();
    let id = format!("{}-{}", condition.id, aligned.key.repetition);
    let (transfer, mut diagnostics) = transfer::transfer(&id, aligned, hosts);
    // Where only the hypervisor told of a run there is nothing to place.
    let placeable = !aligned.samples.is_empty()
        || aligned.ping.is_some()
        || aligned.guest_clock.is_some()
        || aligned.hypervisor.is_none();
    if migration.request_epoch_s.is_none() && placeable {
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
    if let Some((log, off)) =
        aligned.hypervisor.as_ref().and_then(|log| Some((log, precopy::parts_off(&log.account)?)))
    {
        let account = &log.account;
        let message = format!(
            "{id}: the log prints {} pages in all, but its {} rounds sent {}, which is {:.0} {}",
            account.printed_pages.unwrap_or_default(),
            account.rounds.len(),
            account.pages_in_rounds(),
            off.abs(),
            if off > 0.0 { "less" } else { "more" }
        );
        diagnostics.push(Diagnostic {
            file: Some(account.source_file.clone()),
            ..campaign_diagnostic(Severity::Warning, "rounds-do-not-add-up", message)
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
        streams: aligned.streams.clone(),
        measurements,
        resources,
        flags,
        hypervisor: aligned.hypervisor.as_ref().map(|log| log.account.clone()),
        transfer,
        milestones,
        phases,
        presences,
        checks,
        degradation,
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
        .filter(|(run, _)| run.counts() && run.migration.request_epoch_s.is_some())
        .filter_map(|(run, aligned)| Some((run.repetition, aligned.samples.as_slice(), run.event_s(event)?)))
        .collect()
}

/// The finding of slow first repetitions as a flag of each of them.
fn flag_first_repetitions(findings: &[Finding], conditions: &[Condition], runs: &mut [Run]) {
    for finding in findings {
        let Finding::FirstRepetitionsSlower { condition, first, later_mean_s, .. } = finding else {
            continue;
        };
        let counted: Vec<usize> =
            conditions[*condition].runs.iter().copied().filter(|&run| runs[run].counts()).collect();
        for index in counted.into_iter().take(*first) {
            let Some(outage_s) = runs[index].service_outage().map(|outage| outage.estimate_s) else {
                continue;
            };
            let values = vec![("outage_s", outage_s), ("later_s", *later_mean_s)];
            runs[index].flags.push(Flag { code: FlagCode::FirstRepetitionSlower, values });
        }
    }
}

fn without_event(run: &Run, event: Event) -> Option<Diagnostic> {
    let missing = run.counts() && run.migration.request_epoch_s.is_some() && run.event_s(event).is_none();
    missing.then(|| {
        campaign_diagnostic(
            Severity::Warning,
            "run-without-event",
            format!("run {} has not the event that curves are aligned at; its curves are left out", run.id),
        )
    })
}

/// The name of a folder, also of one that was named `.` or `..`.
pub(super) fn folder_name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().or_else(|| absolute.file_name());
    name.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
