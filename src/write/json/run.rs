//! The wire types of one run.

use serde::Serialize;

use super::super::number::{round, round_option};
use super::time_line::{
    CheckWire, DegradationWire, HypervisorWire, MilestoneWire, PhaseWire, PrecopyWire, PresenceWire, checks,
    degradation, hypervisor, milestones, phases, precopy, presences,
};
use super::transfer::{TransferWire, transfer};
use crate::model::{Factors, Migration, Outage, Ping, ResourceCost, RoundTrips, Run, Stream};
use crate::show::report::format::flag_sentence;
use crate::show::tables::labels::{code, phase_label};
use crate::show::text::Text;

#[derive(Serialize)]
pub(super) struct RunWire<'a> {
    id: &'a str,
    factors: &'a Factors,
    repetition: u32,
    source_files: &'a [String],
    migration: MigrationWire<'a>,
    outages: Vec<OutageWire<'a>>,
    ping: Option<PingWire>,
    streams: Vec<StreamWire<'a>>,
    hypervisor: Option<HypervisorWire<'a>>,
    precopy: Option<PrecopyWire>,
    transfer: Option<TransferWire<'a>>,
    milestones: Vec<MilestoneWire>,
    phases: Vec<PhaseWire>,
    presences: Vec<PresenceWire<'a>>,
    checks: Vec<CheckWire>,
    degradation: Option<DegradationWire>,
    resources: Vec<ResourceWire<'a>>,
    flags: Vec<FlagWire>,
}

#[derive(Serialize)]
struct MigrationWire<'a> {
    request_epoch_s: Option<f64>,
    request_resolution_s: Option<f64>,
    duration_s: Option<f64>,
    user_s: Option<f64>,
    system_s: Option<f64>,
    status: &'static str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct OutageWire<'a> {
    method: &'static str,
    estimate_s: Option<f64>,
    lower_s: Option<f64>,
    upper_s: Option<f64>,
    start_s: Option<f64>,
    end_s: Option<f64>,
    censored: bool,
    source_file: &'a str,
}

#[derive(Serialize)]
struct PingWire {
    sent: u32,
    received: u32,
    lost: u32,
    longest_gap_lost: u32,
    duplicates: u32,
    interval_s: Option<f64>,
    rtt_ms: PhasesWire,
}

#[derive(Serialize)]
struct PhasesWire {
    before: Option<RoundTripsWire>,
    during: Option<RoundTripsWire>,
    after: Option<RoundTripsWire>,
}

#[derive(Serialize)]
struct RoundTripsWire {
    n: usize,
    median: Option<f64>,
    p95: Option<f64>,
    max: Option<f64>,
}

#[derive(Serialize)]
struct StreamWire<'a> {
    client: &'a str,
    lost_frames: Option<i64>,
    lost_buffers: Option<i64>,
    displayed_frames: Option<i64>,
    played_buffers: Option<i64>,
    source_file: &'a str,
}

#[derive(Serialize)]
struct ResourceWire<'a> {
    host: &'a str,
    metric: &'a str,
    unit: &'static str,
    baseline_mean: Option<f64>,
    migration_mean: Option<f64>,
    migration_peak: Option<f64>,
    excess_integral: Option<f64>,
    phases: Vec<PhaseCostWire>,
}

#[derive(Serialize)]
struct PhaseCostWire {
    phase: &'static str,
    mean: Option<f64>,
    peak: Option<f64>,
    excess_integral: Option<f64>,
}

#[derive(Serialize)]
struct FlagWire {
    code: &'static str,
    message: String,
}

pub(super) fn run<'a>(run: &'a Run, text: &Text) -> RunWire<'a> {
    let flags = run.flags.iter();
    RunWire {
        id: &run.id,
        factors: &run.factors,
        repetition: run.repetition,
        source_files: &run.source_files,
        migration: migration(&run.migration),
        outages: run.outages.iter().map(outage).collect(),
        ping: run.ping.as_ref().map(ping),
        streams: run.streams.iter().map(stream).collect(),
        hypervisor: run.hypervisor.as_ref().map(hypervisor),
        precopy: run.hypervisor.as_ref().map(precopy),
        transfer: run.transfer.as_ref().map(transfer),
        milestones: milestones(&run.milestones),
        phases: phases(&run.phases),
        presences: presences(&run.presences),
        checks: checks(&run.checks),
        degradation: run.degradation.as_ref().map(degradation),
        resources: run.resources.iter().map(resource).collect(),
        flags: flags
            .map(|flag| FlagWire { code: flag.code.code(), message: flag_sentence(&[flag], text) })
            .collect(),
    }
}

fn migration(migration: &Migration) -> MigrationWire<'_> {
    MigrationWire {
        // Not rounded to twelve digits: an epoch with microseconds has sixteen.
        request_epoch_s: migration.request_epoch_s,
        request_resolution_s: migration.request_epoch_s.map(|_| migration.request_resolution_s),
        duration_s: round_option(migration.duration_s),
        user_s: round_option(migration.user_s),
        system_s: round_option(migration.system_s),
        status: migration.status.name(),
        reason: migration.reason.as_deref(),
    }
}

fn outage(outage: &Outage) -> OutageWire<'_> {
    OutageWire {
        method: outage.method.name(),
        estimate_s: round(outage.estimate_s),
        lower_s: round(outage.lower_s),
        upper_s: round_option(outage.upper_s),
        start_s: round_option(outage.start_s),
        end_s: round_option(outage.end_s),
        censored: outage.censored,
        source_file: &outage.source_file,
    }
}

fn stream(stream: &Stream) -> StreamWire<'_> {
    StreamWire {
        client: &stream.client,
        lost_frames: stream.lost_frames,
        lost_buffers: stream.lost_buffers,
        displayed_frames: stream.displayed_frames,
        played_buffers: stream.played_buffers,
        source_file: &stream.source_file,
    }
}

fn round_trips(phase: RoundTrips) -> RoundTripsWire {
    RoundTripsWire { n: phase.n, median: round(phase.median), p95: round(phase.p95), max: round(phase.max) }
}

fn ping(ping: &Ping) -> PingWire {
    PingWire {
        sent: ping.sent,
        received: ping.received,
        lost: ping.lost,
        longest_gap_lost: ping.longest_gap_lost,
        duplicates: ping.duplicates,
        interval_s: round(ping.interval_s),
        rtt_ms: PhasesWire {
            before: ping.before.map(round_trips),
            during: ping.during.map(round_trips),
            after: ping.after.map(round_trips),
        },
    }
}

fn resource(cost: &ResourceCost) -> ResourceWire<'_> {
    let phases = cost.phases.iter().map(|cost| PhaseCostWire {
        phase: code(phase_label(cost.phase)),
        mean: round(cost.mean),
        peak: round(cost.peak),
        excess_integral: round_option(cost.excess_integral),
    });
    ResourceWire {
        host: &cost.host,
        metric: &cost.metric,
        unit: cost.unit.name(),
        baseline_mean: round_option(cost.baseline_mean),
        migration_mean: round_option(cost.migration_mean),
        migration_peak: round_option(cost.migration_peak),
        excess_integral: round_option(cost.excess_integral),
        phases: phases.collect(),
    }
}
