//! One aligned run → what is left of it: its numbers, the bins of its curves, the offsets of its clocks, and what stands
//! in the way of more.
//!
//! A [`MeasuredRun`] is small and holds nothing of the logs: they, and the samples of the [`AlignedRun`], can be dropped
//! once it is made.

use std::collections::BTreeMap;

use super::align::{AlignedRun, Citations, Samples, ServiceLog, around, path_of};
use super::bins::{BinnedSamples, binned};
use super::clocks::{self, RunOffsets};
use super::metrics::resources::Cost;
use super::metrics::{
    degradation, outage, precopy, reconciliation, resources, streaming, throughput, time_line, transfer,
};
use super::roles;
use crate::input::config::Config;
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::metrics;
use crate::model::{
    Check, Condition, ConditionId, Degradation, Diagnostic, Event, Flag, FlagCode, Host, Measurement, Method,
    Outage, Ping, Role, Run, Severity, Throughput,
};

/// What is left of a run.
#[derive(Debug)]
pub struct MeasuredRun {
    pub run: Run,
    /// For each event that was asked for; empty for a run that does not count, or that has no time zero.
    pub bins: Vec<BinnedSamples>,
    /// Of its clocks; `None` without a time zero.
    pub offsets: Option<RunOffsets>,
    /// Nobody knows where the request lies.
    pub time_zero_doubted: bool,
    /// Beside those of [events](Self::at_events).
    pub diagnostics: Vec<Diagnostic>,
}

impl MeasuredRun {
    /// What stands in the way of curves around these events.
    pub fn at_events(&self, events: impl Iterator<Item = Event>) -> Vec<Diagnostic> {
        let found =
            events.filter(|_| has_curves(&self.run)).filter_map(|event| match self.run.event_s(event) {
                Some(_) => (self.time_zero_doubted && event == Event::Request).then(|| doubted(&self.run)),
                None => Some(without_event(&self.run)),
            });
        found.collect()
    }
}

/// Whether a run enters means and has a time zero.
fn has_curves(run: &Run) -> bool {
    run.counts() && run.migration.request_epoch_s.is_some()
}

/// Measures one run of a condition, with bins around each of the events.
pub fn measure(
    aligned: &AlignedRun,
    (condition_id, condition): (ConditionId, &Condition),
    hosts: &[Host],
    events: &[Event],
    config: &Config,
) -> MeasuredRun {
    let id = format!("{}-{}", condition.id, aligned.key.repetition);
    let reversed = roles::reversed(aligned, hosts);
    let by_role = reversed.as_ref().map(|_| roles::by_role(&aligned.samples, hosts));
    let samples = by_role.as_ref().unwrap_or(&aligned.samples);
    let hosts = reversed.as_deref().unwrap_or(hosts);
    let migration = aligned.migration.clone();
    let measured = outage::measure(aligned);
    let flags = outage::flags(&migration, &measured);
    let leaving_out = leaving_out(&id, &flags);
    let cited = citations(aligned, &measured);
    let outage::Measured { outages, ping, probe, packets, time_zero_doubted, .. } = measured;
    // Where nobody knows when the migration was by the clock of the service, nothing is told of what it did then.
    let is_service_placed =
        !time_zero_doubted && flags.iter().all(|flag| flag.code != FlagCode::ThroughputUndecided);
    let over_s = aligned.over_s();
    let service_end_s = over_s.filter(|_| is_service_placed);
    let throughput = aligned.service.as_ref().and_then(|log| throughput::throughput(log, service_end_s));
    let without_ordinary = aligned.service.as_ref().filter(|_| throughput.is_none());
    let milestones = time_line::milestones(aligned, &outages, hosts);
    let phases = time_line::phases(&milestones);
    let presences = time_line::presences(aligned, hosts);
    let checks = reconciliation::checks(aligned, &outages, &milestones, &presences, hosts);
    let cost = |of| resources::cost(of, samples, over_s, &phases);
    let costs: Vec<Cost> = samples.iter().filter_map(cost).collect();
    let (transfer, mut diagnostics) = transfer::transfer(&id, aligned, hosts);
    diagnostics.extend(leaving_out);
    diagnostics.extend(without_ordinary.map(|log| not_ordinary(&id, log)));
    diagnostics.extend(unplaced(&id, aligned));
    diagnostics.extend(row_contradicts(aligned, &outages));
    diagnostics.extend(holes(&id, &costs, samples, over_s));
    diagnostics.extend(reversed.as_deref().map(|hosts| goes_back(&id, hosts)));
    diagnostics.extend(aligned.hypervisor.iter().filter_map(|log| precopy::contradiction(&id, &log.account)));
    // Each tool that wrote into a file has it as a log of its own.
    let mut source_files = aligned.files.clone();
    source_files.dedup();
    let mut run = Run {
        citations: cited.of_files(&source_files),
        condition: condition_id,
        factors: (*aligned.key.factors).clone(),
        repetition: aligned.key.repetition,
        source_files,
        // Without a time zero there is no before to compare with.
        degradation: degraded(aligned, ping.as_ref(), &outages).filter(|_| !time_zero_doubted),
        measurements: measurements(aligned, &outages, throughput.as_ref(), config),
        numbers: Vec::new(),
        streams: aligned.streams.clone(),
        resources: costs.into_iter().map(|found| found.cost).collect(),
        flags: all_flags(flags, &checks, time_zero_doubted),
        hypervisor: aligned.hypervisor.as_ref().map(|log| log.account.clone()),
        id,
        migration,
        outages,
        ping,
        probe,
        packets,
        throughput,
        transfer,
        milestones,
        phases,
        presences,
        checks,
    };
    run.numbers = aligned.ping.iter().flat_map(|requests| metrics::from_requests(requests, &run)).collect();
    let mut bins = Vec::new();
    for &event in events.iter().filter(|_| has_curves(&run)) {
        bins.extend(run.event_s(event).map(|zero_s| binned(samples, event, zero_s)).unwrap_or_default());
    }
    let (offsets, beside) = clocks::in_run(aligned, hosts, config);
    diagnostics.extend(beside);
    MeasuredRun { run, bins, offsets, time_zero_doubted, diagnostics }
}

/// The flags of a run. That the outage ended before the request is said once.
fn all_flags(flags: Vec<Flag>, checks: &[Check], time_zero_doubted: bool) -> Vec<Flag> {
    let by_checks = reconciliation::flags(checks).into_iter();
    let said = |flag: &Flag| time_zero_doubted && flag.code == FlagCode::OutageBeforeRequest;
    flags.into_iter().chain(by_checks.filter(|flag| !said(flag))).collect()
}

/// Where the numbers of the run stand in its logs.
fn citations(aligned: &AlignedRun, measured: &outage::Measured) -> Citations {
    let mut cited = aligned.cited.clone();
    for outage in &measured.outages {
        let lines = measured.lines.iter().find(|(method, _)| *method == outage.method);
        cited.add(path_of(outage.method), &outage.source_file, lines.map(|(_, lines)| *lines));
    }
    if let (Some(_), Some(log)) = (&measured.ping, &aligned.ping) {
        let summed_up = log.summary_line.map(|line| [line; 2]);
        let replies = (0..log.answered.len()).filter_map(|place| log.lines.first(place));
        let all = around(replies);
        for number in ["ping.sent", "ping.received", "ping.lost"] {
            cited.add(number, &log.file, summed_up.or(all));
        }
    }
    if let (Some(_), Some(log)) = (&measured.probe, &aligned.probe) {
        let all = around(log.requests.iter().map(|request| request.line));
        for number in ["probe.sent", "probe.failed"] {
            cited.add(number, &log.file, all);
        }
    }
    cited
}

/// How much worse the service was, by ping.
fn degraded(aligned: &AlignedRun, ping: Option<&Ping>, outages: &[Outage]) -> Option<Degradation> {
    let main = outages.iter().find(|outage| outage.method == Method::Ping && outage.estimate_s > 0.0);
    let hole = main.and_then(|outage| Some((outage.start_s?, outage.end_s)));
    degradation::degradation(aligned.ping.as_ref()?, ping?, hole)
}

/// What was measured beside the migration, in the order in which it becomes series.
fn measurements(
    aligned: &AlignedRun,
    outages: &[Outage],
    throughput: Option<&Throughput>,
    config: &Config,
) -> Vec<Measurement> {
    let expected = streaming::expected_lost(&aligned.streams, outages, config.file.stream.frame_rate);
    let service = throughput.map(metrics::of_throughput).unwrap_or_default();
    expected.into_iter().chain(service).chain(aligned.measurements.iter().cloned()).collect()
}

/// That the row of a table states another outage than its log shows.
fn row_contradicts(aligned: &AlignedRun, outages: &[Outage]) -> Option<Diagnostic> {
    let stated = aligned.stated.as_ref()?;
    Some(Diagnostic {
        file: Some(stated.file.clone()),
        line: stated.lines.map(|[first, _]| first),
        ..campaign_diagnostic(Severity::Warning, "row-contradicts-log", stated.contradicts(outages)?)
    })
}

/// What cannot be placed: the whole run without a time zero, else the stamps of the guest's clock.
fn unplaced(id: &str, aligned: &AlignedRun) -> Option<Diagnostic> {
    if aligned.migration.request_epoch_s.is_some() {
        let clock = aligned.guest_clock.as_ref().filter(|clock| !clock.aligned)?;
        let message = "the stamps cannot be placed against the request (no known date and time zone): declare utc_offset";
        return Some(Diagnostic {
            file: Some(clock.file.clone()),
            ..campaign_diagnostic(Severity::Warning, "guest-clock-not-aligned", message.to_owned())
        });
    }
    // Where only the hypervisor logged a run there is nothing to place.
    let placeable = !aligned.samples.is_empty()
        || aligned.ping.is_some()
        || aligned.probe.is_some()
        || aligned.packets.is_some()
        || aligned.guest_clock.is_some()
        || aligned.hypervisor.is_none();
    let message = || {
        format!(
            "run {id} has no time zero: none of {} says when its migration was requested (a migration-time file, the hypervisor's log, or \
             a table that [[events]] or [[runs]] declares) in seconds since 1970 or by a zone that is known. Its curves are left out; its outages are the longest of the whole log",
            aligned.files.join(", ")
        )
    };
    placeable.then(|| campaign_diagnostic(Severity::Error, "run-without-time-zero", message()))
}

/// A run of a series that goes back and forth.
fn goes_back(id: &str, hosts: &[Host]) -> Diagnostic {
    let name = |role| hosts.iter().find(|host| host.role == role).map_or("", |host| host.name.as_str());
    let (source, target) = (name(Role::Source), name(Role::Target));
    let message = format!(
        "run {id} migrated from {source} to {target}, against the roles of the campaign: curves and costs go by role, so \
         that those of {source} stand under {target} and the other way round"
    );
    campaign_diagnostic(Severity::Note, "roles-reversed", message)
}

/// The hosts whose logs have no rows for a part of the migration.
fn holes(id: &str, costs: &[Cost], samples: &[Samples], over_s: Option<f64>) -> Vec<Diagnostic> {
    let mut by_host: BTreeMap<&str, f64> = BTreeMap::new();
    for found in costs {
        let Some(host) = &found.cost.host else { continue };
        let longest = by_host.entry(host).or_default();
        *longest = longest.max(found.hole_s.unwrap_or_default());
    }
    let told = |(host, hole): (&str, f64)| {
        let of_host = samples.iter().filter(|samples| samples.host.as_deref() == Some(host));
        let message = match elsewhere(of_host, over_s) {
            Some(elsewhere) => format!("run {id}: {}", elsewhere.text(host)),
            None => format!(
                "run {id}: the samples of host {host} are missing for {hole:.1} s of the migration: its integrals are not \
                 known, and its means are those of the rest"
            ),
        };
        campaign_diagnostic(Severity::Warning, "samples-missing", message)
    };
    by_host.into_iter().filter(|(_, hole)| *hole > 0.0).map(told).collect()
}

/// Where the samples of a host lie that has none in the migration, seconds after the request.
struct Elsewhere {
    from_s: f64,
    until_s: f64,
    /// How long the migration took.
    over_s: f64,
}

/// `None` where some lie in the migration.
fn elsewhere<'a>(samples: impl Iterator<Item = &'a Samples>, over_s: Option<f64>) -> Option<Elsewhere> {
    let over_s = over_s?;
    let times = samples.flat_map(|samples| &samples.t_s).copied();
    let (from_s, until_s) =
        times.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, until), t| (from.min(t), until.max(t)));
    let is_elsewhere = from_s <= until_s && (until_s <= 0.0 || from_s >= over_s);
    is_elsewhere.then_some(Elsewhere { from_s, until_s, over_s })
}

impl Elsewhere {
    fn text(&self, host: &str) -> String {
        let Self { from_s, until_s, over_s } = self;
        let off = self.off_by().map_or_else(String::new, |off| format!(", {off} off"));
        format!(
            "the samples of host {host} lie from {from_s:.0} s to {until_s:.0} s after the request and none in the {over_s:.1} s of the \
             migration{off}: its clock or its zone is wrong, or they are of another run. What the migration cost this host is not known"
        )
    }

    /// By how many quarters of an hour its clock would be off if the migration lay in the middle of its log: zones differ by such.
    fn off_by(&self) -> Option<String> {
        const QUARTER_S: f64 = 900.0;
        let length_s = self.until_s - self.from_s;
        let off_s = (self.from_s + self.until_s - self.over_s) / 2.0;
        let quarters = (off_s / QUARTER_S).round();
        let is_near = (off_s - quarters * QUARTER_S).abs() <= length_s / 2.0;
        let text = match quarters.abs() {
            4.0 => "an hour".to_owned(),
            quarters if quarters > 4.0 => format!("{} hours", quarters / 4.0),
            quarters => format!("{:.0} min", 15.0 * quarters),
        };
        // A log of an hour and more is near to all of them.
        (quarters != 0.0 && is_near && length_s < QUARTER_S).then_some(text)
    }
}

/// Of the logs that show only a part of the migration.
fn leaving_out(id: &str, flags: &[Flag]) -> Vec<Diagnostic> {
    let told = |flag: &Flag| {
        let logs = [
            (FlagCode::PingLeavesOut, "ping"),
            (FlagCode::ProbeLeavesOut, "the client"),
            (FlagCode::PacketsLeaveOut, "the traffic to the VM"),
            (FlagCode::ThroughputLeavesOut, "the log of the service"),
            (FlagCode::GuestClockLeavesOut, "the clock in the VM"),
        ];
        let (_, log) = logs.into_iter().find(|(code, _)| *code == flag.code)?;
        let value = |name| flag.values.iter().find(|(key, _)| *key == name).map_or(0.0, |(_, value)| *value);
        let [from_s, until_s] = [value("from_s"), value("until_s")];
        let message = format!(
            "run {id}: {log} was logged from {from_s:.1} s to {until_s:.1} s after the request, which is not all of the migration and its end: \
             an outage in the rest was not seen"
        );
        Some(campaign_diagnostic(Severity::Warning, "log-leaves-out", message))
    };
    flags.iter().filter_map(told).collect()
}

/// That nothing shows what is ordinary of the service.
fn not_ordinary(id: &str, log: &ServiceLog) -> Diagnostic {
    let message = format!(
        "run {id}: the log of the service has fewer than three intervals in the {:.0} s before the request, or the service did \
         nothing in them: what is ordinary of it is not known, and neither its outage nor what was lost",
        log.before_s()
    );
    Diagnostic {
        file: Some(log.file.clone()),
        ..campaign_diagnostic(Severity::Warning, "service-without-ordinary", message)
    }
}

/// What a reader of curves must know of a run whose request lies nobody knows where.
fn doubted(run: &Run) -> Diagnostic {
    let message = format!(
        "run {}: what was silent lies before the request, so that a clock is wrong or it was another outage (see the \
         flags of the run). Its curves are aligned at the request as it was stamped and may be off by as much",
        run.id
    );
    campaign_diagnostic(Severity::Warning, "time-zero-doubted", message)
}

fn without_event(run: &Run) -> Diagnostic {
    let message =
        format!("run {} has not the event that curves are aligned at; its curves are left out", run.id);
    campaign_diagnostic(Severity::Warning, "run-without-event", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_samples_lie_elsewhere_it_is_told_by_how_much() {
        let off = |from_s: f64, until_s: f64| Elsewhere { from_s, until_s, over_s: 20.0 }.off_by();
        let about = |shift_s: f64| off(shift_s - 60.0, shift_s + 60.0);
        assert_eq!(about(3610.0).as_deref(), Some("an hour"));
        assert_eq!(about(-3590.0).as_deref(), Some("an hour"));
        assert_eq!(about(-2.0 * 3600.0).as_deref(), Some("2 hours"));
        assert_eq!(about(5.5 * 3600.0).as_deref(), Some("5.5 hours"));
        assert_eq!(about(1850.0).as_deref(), Some("30 min"));
        assert_eq!((about(100.0), about(1400.0)), (None, None), "no zones differ by that");
        assert_eq!(off(1800.0, 5400.0), None, "a log of an hour is near to all of them");
        let text = Elsewhere { from_s: 3540.0, until_s: 3660.0, over_s: 20.0 }.text("dst");
        assert!(
            text.starts_with("the samples of host dst lie from 3540 s to 3660 s after the request"),
            "{text}"
        );
        assert!(text.contains("an hour off: its clock or its zone is wrong"), "{text}");
    }
}
