//! Clocks → time relative to the migration request.
//!
//! Each source has its own clock: dstat stamps its rows with the host's time, the gawk'ed xentop
//! counts from a start it read once, the gawk'ed ping knows the whole second in which a reply came,
//! the loop in the VM prints times of day. This module puts all of one run on the axis *seconds
//! since the request* (the printed whole second; the true instant lies up to one resolution
//! later). It measures nothing; that is the work of [`crate::run::metrics`].
//!
//! Where the hypervisor's own log knows the request better, that is time zero.
//!
//! The observer's clock is the common one. A declared offset says by how much another clock is
//! ahead of it, and a declared drift by how much that changes from run to run; the request is stamped by
//! the source. Deliberately absent: estimating offsets and drifts, which is the work of [`crate::run::clocks`],
//! and a drift within a run.

mod account;
mod benchmarks;
mod cited;
mod closed_loop;
mod counter;
mod events;
mod guest_clock;
mod hypervisor;
mod lines;
mod observer_clock;
mod packets;
mod ping;
mod probe;
mod resources;
mod series;
mod service;
mod stated;
mod work;

pub use crate::model::{DOMAIN_0, PingTimeline, SpanError};
pub use cited::{Citations, path_of};
pub use counter::{Basis, Counter, Counters};
pub use events::EventLog;
pub use guest_clock::GuestClock;
pub use hypervisor::HypervisorLog;
pub use lines::{AccountLines, Lines, around};
pub use packets::{Ask, PacketLog, Sign};
pub use probe::{ProbeLog, ProbeRequest};
pub use resources::{Samples, Tells};
pub use service::{Interval, ServiceLog};
pub use stated::Stated;

use std::collections::BTreeMap;

use self::lines::Told;
use stillstand_parsers::{Benchmark, Domains, FORMATS, Hypervisor, Meaning, Parsed};

use crate::input::config::{Config, DeclaredTable};
use crate::input::load::LoadedFile;
use crate::input::session::RunKey;
use crate::model::curves::{COUNTERS, LOOPBACK};
use crate::model::{Diagnostic, Measurement, Method, Migration, Role, Severity, Status, Stream};

/// The logs of one run on one axis.
#[derive(Debug)]
pub struct AlignedRun {
    pub key: RunKey,
    /// Paths relative to the campaign folder, sorted.
    pub files: Vec<String>,
    pub migration: Migration,
    pub ping: Option<PingTimeline>,
    pub probe: Option<ProbeLog>,
    pub packets: Option<PacketLog>,
    pub guest_clock: Option<GuestClock>,
    pub hypervisor: Option<HypervisorLog>,
    /// Of a script.
    pub events: Option<EventLog>,
    /// How much the service did.
    pub service: Option<ServiceLog>,
    /// What others did of it.
    pub other_services: Vec<ServiceLog>,
    /// What a table of migrations says.
    pub stated: Option<Stated>,
    /// Resource series of the hosts and round trips; empty without a time zero.
    pub samples: Vec<Samples>,
    /// Counters of the network, those of a host and those of its interface `lo`.
    pub traffic: Vec<Traffic>,
    /// How the gawk'ed xentop of each host was placed.
    pub counters: BTreeMap<String, Counter>,
    pub streams: Vec<Stream>,
    /// How long the command that migrates took, where it was timed on its own.
    pub process_s: Option<f64>,
    pub measurements: Vec<Measurement>,
    /// Where the logs say what is taken from one place of them.
    pub cited: Citations,
    pub diagnostics: Vec<Diagnostic>,
}

/// What a counter of the network says, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    pub host: String,
    /// Path relative to the campaign folder.
    pub file: String,
    /// Bytes per second.
    pub samples: Samples,
}

/// Puts the files of one run on one axis; `counters` are those of the gawk'ed xentop that were matched.
pub fn align(key: RunKey, files: &[&LoadedFile], config: &Config, counters: &Counters) -> AlignedRun {
    let mut run = AlignedRun {
        key,
        files: files.iter().map(|f| f.file.relative.clone()).collect(),
        migration: Migration {
            request_epoch_s: None,
            request_resolution_s: 1.0,
            duration_s: None,
            user_s: None,
            system_s: None,
            status: Status::Unknown,
            reason: None,
        },
        ping: None,
        probe: None,
        packets: None,
        guest_clock: None,
        hypervisor: None,
        events: None,
        service: None,
        other_services: Vec::new(),
        stated: None,
        samples: Vec::new(),
        traffic: Vec::new(),
        counters: BTreeMap::new(),
        streams: Vec::new(),
        process_s: None,
        measurements: Vec::new(),
        cited: Citations::default(),
        diagnostics: Vec::new(),
    };
    let mut logs = Logs::of(files);
    if let Some((file, log, ())) = run.only_one(&logs.requests) {
        let found = migration(log);
        run.cited.changed([&run.migration, &found], &file.file.relative, &Told::by_process(log));
        run.migration = found;
        run.process_s = run.migration.duration_s;
    }
    let hypervisor = hypervisor::read(&logs.hypervisors, config, &mut |file, severity, code, message| {
        FileReport::new(&mut run.diagnostics, file).add(severity, code, message);
    });
    if let Some(log) = &hypervisor {
        let before = run.migration.clone();
        complete(&mut run.migration, log, config);
        run.cited.changed([&before, &run.migration], &log.account.source_file, &log.lines.told);
    }
    logs.events.sort_by_key(|(file, ..)| file.file.declared);
    let events = run.only_one(&logs.events).and_then(|(file, log, ())| {
        let host = file.file.host.as_deref().filter(|host| config.host(host).is_some());
        let ahead_s = |at| {
            host.map_or_else(
                || config.offset_of_role(Role::Source, at),
                |host| config.clock_offset_s(host, at),
            )
        };
        if let Some(message) = unplaced(log) {
            let mut report = FileReport::new(&mut run.diagnostics, file);
            report.add(Severity::Error, "events-without-place", message.to_owned());
            return None;
        }
        events::read(log, ahead_s, &mut FileReport::new(&mut run.diagnostics, file))
    });
    if let Some(events) = &events {
        let before = run.migration.clone();
        events.complete(&mut run.migration, |at| config.offset_of_role(Role::Source, at));
        run.cited.changed([&before, &run.migration], &events.file, &events.told());
    }
    logs.migrations.sort_by_key(|(file, ..)| file.file.declared);
    run.stated = run.only_one(&logs.migrations).map(|(file, log, ())| {
        let table = file.file.declared.and_then(|number| config.declared.get(number));
        let method = table.and_then(DeclaredTable::outage_method).unwrap_or(Method::Probe);
        let stated = stated::read(file, log, method);
        let account = hypervisor.as_ref().map(|log| &log.account);
        for contradiction in stated.contradictions(&run.migration, account) {
            contradiction.tell(&stated, &mut FileReport::new(&mut run.diagnostics, file));
        }
        stated
    });
    if let Some(stated) = &run.stated {
        let before = run.migration.clone();
        stated.complete(&mut run.migration);
        run.cited.changed([&before, &run.migration], &stated.file, &Told::of_row(stated.lines));
    }
    let hypervisor = hypervisor.or_else(|| {
        let stated = run.stated.as_ref()?;
        let lines = AccountLines::of_row(stated.lines);
        Some(HypervisorLog::of_account(stated.account()?, run.migration.status, lines))
    });
    // The request by the observer's clock, and from there by any other.
    let stamp = run.migration.request_epoch_s;
    let at = stamp.unwrap_or_default();
    let request = stamp.map(|stamp| stamp - config.offset_of_role(Role::Source, at));
    let by_clock = |offset: f64| request.map(|request| request + offset);
    run.hypervisor = hypervisor.map(|log| log.since(request));
    run.events = events.map(|log| log.since(request));
    run.hypervisor.iter().for_each(|log| run.cited.of_hypervisor(log));
    run.events.iter().for_each(|log| run.cited.of_events(log));
    if let Some((file, log, resolution_s)) = run.only_one(&logs.replies) {
        let zero = by_clock(config.offset_of_role(Role::Observer, at));
        run.ping =
            ping::timeline(log, resolution_s, zero, config, &mut FileReport::new(&mut run.diagnostics, file));
        run.samples.extend(run.ping.as_ref().and_then(ping::round_trips));
    }
    // What is declared counts before what is known by itself.
    logs.probes.sort_by_key(|(file, ..)| (file.file.declared.is_none(), file.file.declared));
    if let Some((file, log, ())) = run.only_one(&logs.probes) {
        run.probe = probe::requests(
            log,
            by_clock(client_offset_s(file, config, at)).filter(|_| !has_two_zones(log)),
            &mut FileReport::new(&mut run.diagnostics, file),
        );
        run.samples.extend(run.probe.as_ref().and_then(probe::latencies));
    }
    if let Some((file, log, ())) = run.only_one(&logs.packets) {
        let zero = by_clock(client_offset_s(file, config, at));
        let mut report = FileReport::new(&mut run.diagnostics, file);
        run.packets = packets::packets(log, &config.file.vm.address.0, zero, &mut report);
    }
    if let Some((file, log, ())) = run.only_one(&logs.guest_clocks) {
        let zero = by_clock(config.vm_clock.offset_s(at));
        run.guest_clock = guest_clock::read(log, zero, &mut FileReport::new(&mut run.diagnostics, file));
    }
    for (file, log, ()) in logs.streams {
        let stream = stream(file, log);
        run.cited.of_stream(&stream, log);
        run.streams.push(stream);
    }
    for (_, log, benchmark) in logs.benchmarks {
        run.measurements.extend(match benchmark {
            Benchmark::Network => benchmarks::network(log),
            Benchmark::Levels => benchmarks::levels(log),
            // What a campaign of benchmarks is about; beside a migration they are loads without a figure.
            Benchmark::Rows { .. } => Vec::new(),
        });
    }
    for (file, log, ()) in &logs.host_samples {
        let host = host_of(file);
        if let Some(zero) = by_clock(config.clock_offset_s(host, at)) {
            let samples =
                resources::host_samples(host, log, zero, &mut FileReport::new(&mut run.diagnostics, file));
            let samples = run.count(samples, file);
            run.add(samples, file);
        }
    }
    logs.quantities.sort_by_key(|(file, ..)| file.file.declared);
    for (file, log, ()) in &logs.quantities {
        let table = file.file.declared.and_then(|number| config.declared.get(number));
        let Some(quantities) = table.and_then(DeclaredTable::quantities) else { continue };
        let host = file.file.host.as_deref();
        let Some(zero) = by_clock(config.offset_of_log(host, at)) else { continue };
        let mut report = FileReport::new(&mut run.diagnostics, file);
        if let Some(message) = unplaced(log) {
            if !log.needs_clock_start() {
                report.add(Severity::Error, "series-without-place", message.to_owned());
            }
            continue;
        }
        let mut read = series::read(quantities, log, zero, host, &mut report);
        if let Some(service) = &mut read.service {
            service.is_of_vm = host.is_some() && host == config.file.vm.name.as_deref();
        }
        match (&run.service, read.service) {
            (Some(first), Some(other)) => {
                report.add(Severity::Warning, SECOND_LOG, second_service(first));
                run.other_services.push(other);
            }
            (None, service) => run.service = service,
            (Some(_), None) => {}
        }
        let samples = run.count(read.samples, file);
        run.add(samples, file);
    }
    // A tool inside of the VM stands still with it: any other tells more of the service.
    logs.work.sort_by_key(|(file, ..)| (work::is_of_vm(file, config), file.file.relative.clone()));
    let zero = |host: Option<&str>| by_clock(config.offset_of_log(host, at));
    for found in work::read(&logs.work, config, zero, &mut run.diagnostics) {
        run.serve(found);
    }
    for (file, log, ()) in logs.domains_by_counter {
        let host = host_of(file);
        if let Some(zero) = by_clock(config.clock_offset_s(host, at)) {
            let counter = counters.of(file, config);
            run.counters.entry(host.to_owned()).or_insert(counter);
            run.add(resources::domains_by_counter(host, log, zero, counter, config), file);
        }
    }
    for (file, log, ()) in logs.domains_without_times {
        let host = host_of(file);
        if let Some(zero) = by_clock(config.clock_offset_s(host, at)) {
            let mut samples = logs.host_samples.iter().filter(|(file, ..)| host_of(file) == host);
            let samples_log = samples.next().map(|(_, log, ())| *log);
            let mut report = FileReport::new(&mut run.diagnostics, file);
            let samples = resources::domains_without_times(host, log, samples_log, zero, config, &mut report);
            run.add(samples, file);
        }
    }
    run
}

/// Whether its local times are of more than one offset from UTC, so that nothing says which of them is the declared one.
fn has_two_zones(log: &Parsed) -> bool {
    log.facts.int("zone_changes").is_some()
}

/// Why the times of a log have no place among those of others; `None` where they have.
fn unplaced(log: &Parsed) -> Option<&'static str> {
    if log.frame.times().is_none_or(|times| times.iter().all(Option::is_none)) {
        return Some(
            "its times are local and nothing says how far from UTC: declare `utc_offset` in campaign.toml",
        );
    }
    has_two_zones(log).then_some(
        "its local times are of two offsets from UTC (see `zone-changes`), and nothing says which of them is that of the migration: it is \
         not used",
    )
}

/// How far the clock of a client is ahead, which is its own only where it runs on a host that is declared.
fn client_offset_s(file: &LoadedFile, config: &Config, at: f64) -> f64 {
    let host = file.file.host.as_deref().filter(|host| config.host(host).is_some());
    host.map_or_else(|| config.offset_of_role(Role::Observer, at), |host| config.clock_offset_s(host, at))
}

/// A file, what is in it, and what its format says of its meaning.
type Log<'a, T> = (&'a LoadedFile, &'a Parsed, T);

/// The logs of a run by what they mean. Of each meaning first those of the format that the table of formats has first,
/// then by path.
#[derive(Default)]
struct Logs<'a> {
    requests: Vec<Log<'a, ()>>,
    hypervisors: Vec<Log<'a, Hypervisor>>,
    events: Vec<Log<'a, ()>>,
    /// With how coarse the times of the replies are, in seconds.
    replies: Vec<Log<'a, f64>>,
    probes: Vec<Log<'a, ()>>,
    packets: Vec<Log<'a, ()>>,
    quantities: Vec<Log<'a, ()>>,
    work: Vec<Log<'a, ()>>,
    migrations: Vec<Log<'a, ()>>,
    guest_clocks: Vec<Log<'a, ()>>,
    host_samples: Vec<Log<'a, ()>>,
    domains_by_counter: Vec<Log<'a, ()>>,
    domains_without_times: Vec<Log<'a, ()>>,
    streams: Vec<Log<'a, ()>>,
    benchmarks: Vec<Log<'a, Benchmark>>,
}

impl<'a> Logs<'a> {
    fn of(files: &[&'a LoadedFile]) -> Self {
        let mut read: Vec<_> = files.iter().filter_map(|file| Some((*file, file.log.as_deref()?))).collect();
        read.sort_by_key(|(_, log)| FORMATS.iter().position(|format| *format == log.format));
        let mut logs = Self::default();
        for (file, log) in read {
            match log.format.meaning() {
                Meaning::Request => logs.requests.push((file, log, ())),
                Meaning::Hypervisor(form) => logs.hypervisors.push((file, log, form)),
                Meaning::Replies { resolution_s } => {
                    // A time that somebody put in front of the lines may be coarser than ping's own.
                    let stamps_s = log.facts.float("stamp_resolution_s").unwrap_or(resolution_s);
                    logs.replies.push((file, log, stamps_s));
                }
                Meaning::Requests => logs.probes.push((file, log, ())),
                Meaning::Packets => logs.packets.push((file, log, ())),
                Meaning::Events => logs.events.push((file, log, ())),
                Meaning::Work => logs.work.push((file, log, ())),
                Meaning::Quantities => logs.quantities.push((file, log, ())),
                Meaning::Migrations => logs.migrations.push((file, log, ())),
                Meaning::GuestClock => logs.guest_clocks.push((file, log, ())),
                Meaning::HostSamples => logs.host_samples.push((file, log, ())),
                Meaning::Domains(Domains::OneByCounter) => logs.domains_by_counter.push((file, log, ())),
                Meaning::Domains(Domains::AllWithoutTimes) => {
                    logs.domains_without_times.push((file, log, ()))
                }
                Meaning::Stream => logs.streams.push((file, log, ())),
                Meaning::Benchmark(benchmark) => logs.benchmarks.push((file, log, benchmark)),
                Meaning::Messages => {}
            }
        }
        logs
    }
}

/// Where the diagnostics of one file go.
struct FileReport<'a> {
    into: &'a mut Vec<Diagnostic>,
    file: &'a str,
}

impl<'a> FileReport<'a> {
    fn new(into: &'a mut Vec<Diagnostic>, file: &'a LoadedFile) -> Self {
        Self { into, file: &file.file.relative }
    }

    fn add(&mut self, severity: Severity, code: &'static str, message: String) {
        self.add_at(severity, code, 0, message);
    }

    /// The same of a line; 0 is none.
    fn add_at(&mut self, severity: Severity, code: &'static str, line: u64, message: String) {
        self.into.push(Diagnostic {
            severity,
            code,
            file: Some(self.file.to_owned()),
            line: Some(line).filter(|line| *line > 0),
            column: None,
            message,
            text: None,
        });
    }
}

impl AlignedRun {
    /// How long the migration took by all that say so, seconds: a hypervisor ends its job when the source has sent everything, a script
    /// that waits for the VM later. What a migration costs is counted until then.
    pub fn over_s(&self) -> Option<f64> {
        let by_script = self.events.as_ref().and_then(EventLog::duration_s);
        [self.migration.duration_s, by_script].into_iter().flatten().reduce(f64::max)
    }

    /// The first log of a kind of which a run has one; more are reported and left out.
    fn only_one<'a, T: Copy>(&mut self, logs: &[Log<'a, T>]) -> Option<Log<'a, T>> {
        let (first, rest) = logs.split_first()?;
        for (file, log, _) in rest {
            let (this, used, file_used) = (log.format.name(), first.1.format.name(), &first.0.file.relative);
            let message = if this == used {
                format!("the run has a second {this} log; {file_used} is used, this one is left out")
            } else {
                format!(
                    "the run has a {used} log that says the same as this {this} log; {file_used} is used, this one is left out"
                )
            };
            FileReport::new(&mut self.diagnostics, file).add(Severity::Warning, SECOND_LOG, message);
        }
        Some(*first)
    }

    /// Keeps the counters of the network of one file beside its name; the first file of a host counts. Gives the
    /// series back that are a host's: what went over `lo` stayed in it.
    fn count(&mut self, samples: Vec<Samples>, file: &LoadedFile) -> Vec<Samples> {
        let before: Vec<String> = self.traffic.iter().map(|traffic| traffic.host.clone()).collect();
        let is_counter = |samples: &&Samples| COUNTERS.iter().any(|counter| counter.name() == samples.metric);
        for samples in samples.iter().filter(is_counter) {
            let Some(host) = samples.host.clone().filter(|host| !before.contains(host)) else { continue };
            self.traffic.push(Traffic { host, file: file.file.relative.clone(), samples: samples.clone() });
        }
        samples.into_iter().filter(|samples| samples.metric != LOOPBACK.name()).collect()
    }

    /// Takes what a tool says of the service, unless another log says it. Several quantities of the same jobs are one log.
    fn serve(&mut self, found: work::Found<'_>) {
        let work::Found { first: (file, log, ()), service, samples } = found;
        let tool = work::tool(log);
        match (&self.service, service) {
            (Some(first), Some(other))
                if log.facts.int("is_part").is_none() || !first.metric.starts_with(tool) =>
            {
                let is_other = !first.metric.starts_with(tool);
                let message = second_service(first);
                FileReport::new(&mut self.diagnostics, file).add(Severity::Warning, SECOND_LOG, message);
                self.other_services.push(other);
                // Its curves are of something else.
                if !is_other {
                    return;
                }
            }
            (None, service) => self.service = service,
            (Some(_), _) => {}
        }
        self.add(samples, file);
    }

    /// Adds the series of one file that the run does not have already from another: CPU of one tool, disks of another.
    fn add(&mut self, samples: Vec<Samples>, file: &LoadedFile) {
        let known = |s: &Samples| self.samples.iter().any(|k| k.host == s.host && k.metric == s.metric);
        let (twice, new): (Vec<Samples>, Vec<Samples>) = samples.into_iter().partition(known);
        if !twice.is_empty() {
            let host = host_of(file);
            let what = if new.is_empty() {
                "this one is left out".to_owned()
            } else {
                let twice: Vec<&str> = twice.iter().map(|samples| samples.metric.as_str()).collect();
                format!("of this one {} are left out", twice.join(", "))
            };
            let message = format!("the run has a second log of this kind for host {host}; {what}");
            FileReport::new(&mut self.diagnostics, file).add(Severity::Warning, SECOND_LOG, message);
        }
        self.samples.extend(new);
    }
}

const SECOND_LOG: &str = "second-log-of-its-kind";

fn second_service(first: &ServiceLog) -> String {
    format!(
        "the run has a second log of the service's throughput; that of {} is used for the outage and what was lost",
        first.file
    )
}

/// The host that a file's name gives, or what its log says of itself.
fn host_of(file: &LoadedFile) -> &str {
    file.file
        .host
        .as_deref()
        .or_else(|| file.log.as_deref().and_then(|log| log.facts.text("host")))
        .unwrap_or("host")
}

/// The counters of a media client, which its file is named for.
fn stream(file: &LoadedFile, log: &Parsed) -> Stream {
    Stream {
        client: file.file.host.clone().unwrap_or_else(|| "client".to_owned()),
        lost_frames: log.facts.int("frames_lost"),
        lost_buffers: log.facts.int("buffers_lost"),
        displayed_frames: log.facts.int("frames_displayed"),
        played_buffers: log.facts.int("buffers_played"),
        source_file: file.file.relative.clone(),
    }
}

/// What the hypervisor knows better than the command that asked for the migration, or alone: an exact
/// time zero, how the job ended and why, and how long it took.
fn complete(migration: &mut Migration, log: &HypervisorLog, config: &Config) {
    if let Some((requested, resolution)) = log.requested
        && (migration.request_epoch_s.is_none() || resolution < migration.request_resolution_s)
    {
        // Time zero is by the source's clock, as a recorded request is.
        migration.request_epoch_s = Some(requested + config.offset_of_role(Role::Source, requested));
        migration.request_resolution_s = resolution;
    }
    // The command may succeed although the job did not, or be silent about its end.
    if !matches!(log.status, Status::Unknown | Status::Unfinished) || migration.status == Status::Unknown {
        migration.status = log.status;
    }
    migration.reason = log.reason.clone();
    let until_ended = || Some(log.ended?.1 - log.requested?.0);
    migration.duration_s = migration.duration_s.or(log.account.total_time_s).or_else(until_ended);
}

fn migration(log: &Parsed) -> Migration {
    let first = |column: &str| log.frame.f64s(column).ok()?.get(0);
    let duration_s = first("elapsed_s");
    let request_epoch_s = first("request_epoch_s");
    let exit_status = log.frame.i64s("exit_status").ok().and_then(|column| column.get(0));
    Migration {
        request_epoch_s,
        request_resolution_s: log.facts.float("request_resolution_s").unwrap_or(1.0),
        duration_s,
        user_s: first("user_s"),
        system_s: first("system_s"),
        status: match (duration_s, exit_status) {
            (_, Some(status)) if status != 0 => Status::Failed,
            (Some(_), _) => Status::Completed,
            (None, _) if request_epoch_s.is_some() => Status::Unfinished,
            (None, _) => Status::Unknown,
        },
        reason: None,
    }
}
