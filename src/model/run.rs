//! Conditions, and their runs with what was measured in each.

use serde::{Serialize, Serializer};

use super::data::{self, Exact, fields};
use super::time_line::Precopy;
use super::{
    Check, Citation, Event, Factors, Flag, Hypervisor, Id, Listed, Method, Milestone, Phase, PhaseKind,
    Presence, Relocate, Relocation, Status, Throughput, Transfer, Unit, Value,
};
use crate::stats::{Bounds, clopper_pearson};

/// One combination of factor levels; its runs are repetitions of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Stable identifier fit for file names and anchors, for example `memtester`.
    pub id: String,
    pub factors: Factors,
    /// Those of it, in the order of repetitions.
    pub runs: Vec<RunId>,
    /// Completed runs among them.
    pub completed: usize,
    /// Runs among them that did not complete: failed, cancelled or without an end. Of the others no log says how they
    /// ended.
    pub failed: usize,
    /// Those of the failed whose logs end before the migration.
    pub unfinished: usize,
    /// Runs in which no log saw the service come back.
    pub not_returned: usize,
}

impl Condition {
    /// One without runs.
    pub fn new(id: String, factors: Factors) -> Self {
        Self { id, factors, runs: Vec::new(), completed: 0, failed: 0, unfinished: 0, not_returned: 0 }
    }
}

/// As `summary.json` lists conditions: the share of completed runs with the ends of its 95 % interval (Clopper and
/// Pearson, 1934), of the runs whose fate is known.
impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.completed + self.failed;
        let rate = (known > 0).then(|| clopper_pearson(self.completed, known));
        fields!(serializer, {
            factors: self.factors,
            runs: self.runs.len(),
            completed: self.completed,
            completed_low: rate.map(|rate| rate.low),
            completed_high: rate.map(|rate| rate.high),
            not_returned: self.not_returned,
        })
    }
}

pub type ConditionId = Id<Condition>;

impl Serialize for ConditionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(data::CONDITION, &self.index())
    }
}

/// What ran at the same time in a condition; `null` where its factors do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context(pub ConditionId);

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(data::CONTEXT, &self.0.index())
    }
}

impl Listed for Condition {
    fn before(to: &Relocation) -> usize {
        to.conditions
    }
}

impl Relocate for Condition {
    fn relocate(&mut self, to: &Relocation) {
        let Self { id: _, factors: _, runs, completed: _, failed: _, unfinished: _, not_returned: _ } = self;
        runs.relocate(to);
    }
}

/// One live-migration run: one repetition of one condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// `<condition>-<repetition>`, for example `memtester-3`.
    pub id: String,
    #[serde(skip)]
    pub condition: ConditionId,
    pub factors: Factors,
    pub repetition: u32,
    /// Paths relative to the campaign folder, sorted.
    pub source_files: Vec<String>,
    pub migration: Migration,
    pub outages: Vec<Outage>,
    pub ping: Option<Ping>,
    pub probe: Option<Probe>,
    pub packets: Option<Packets>,
    pub throughput: Option<Throughput>,
    /// What media clients lost.
    pub streams: Vec<Stream>,
    /// Further figures of the run by the names of their series: lost frames and buffers, and
    /// results of benchmarks that ran meanwhile.
    #[serde(skip)]
    pub measurements: Vec<Measurement>,
    /// What the hypervisor itself says of the migration.
    #[serde(flatten, serialize_with = "account")]
    pub hypervisor: Option<Hypervisor>,
    /// What it says it transferred, against what was counted elsewhere.
    pub transfer: Option<Transfer>,
    /// What happened when, by whom it is known; ordered by kind, then evidence.
    pub milestones: Vec<Milestone>,
    /// The stretches of the migration, in their order.
    pub phases: Vec<Phase>,
    /// Where and when the VM was seen.
    pub presences: Vec<Presence>,
    /// What was checked between the sources.
    pub checks: Vec<Check>,
    pub degradation: Option<Degradation>,
    pub resources: Vec<ResourceCost>,
    /// What the requests of ping say of the run and no part of it holds, by the names of their series.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_metric")]
    pub numbers: Vec<Measurement>,
    /// In data with their sentences, which the reports make.
    #[serde(skip)]
    pub flags: Vec<Flag>,
    /// Which lines hold its numbers; in data with those of all others.
    #[serde(skip)]
    pub citations: Vec<Citation>,
}

/// The account of a hypervisor, and what it says of pre-copy.
fn account<S: Serializer>(account: &Option<Hypervisor>, serializer: S) -> Result<S::Ok, S::Error> {
    fields!(serializer, { hypervisor: account, precopy: account.as_ref().map(Precopy) })
}

/// Numbers as an object with their names.
fn by_metric<S: Serializer>(numbers: &[Measurement], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(numbers.iter().map(|number| (&number.metric, number.value)))
}

pub type RunId = Id<Run>;

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(data::RUN, &self.index())
    }
}

impl Listed for Run {
    fn before(to: &Relocation) -> usize {
        to.runs
    }
}

impl Relocate for Run {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            id: _,
            condition,
            factors: _,
            repetition: _,
            source_files,
            migration: _,
            outages,
            ping: _,
            probe: _,
            packets: _,
            throughput,
            streams,
            measurements: _,
            resources: _,
            numbers: _,
            flags: _,
            citations: _,
            hypervisor,
            transfer,
            milestones: _,
            phases: _,
            presences: _,
            checks: _,
            degradation: _,
        } = self;
        condition.relocate(to);
        source_files.iter_mut().for_each(|path| to.path(path));
        outages.relocate(to);
        throughput.relocate(to);
        streams.relocate(to);
        hypervisor.relocate(to);
        transfer.relocate(to);
    }
}

impl Run {
    /// Whether the run enters means: completed, or of unknown fate because nothing was logged about it. Where a table tells the fates of
    /// migrations but not this one, it need not have completed.
    pub fn counts(&self) -> bool {
        matches!(self.migration.status, Status::Completed | Status::Unknown)
    }

    /// The outage as one method saw it.
    pub fn outage(&self, method: Method) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.method == method)
    }

    /// Whether the figure of a method can be one of an outage. One that cannot is shown with its run and enters no
    /// mean.
    pub fn trusts(&self, method: Method) -> bool {
        !self.flags.iter().any(|flag| method.entry().distrusted.contains(&flag.code))
    }

    /// The outages that can stand for the run, by the order of [`Method::for_service`].
    fn service_outages(&self) -> impl Iterator<Item = &Outage> {
        Method::for_service().filter(|method| self.trusts(*method)).filter_map(|method| self.outage(method))
    }

    /// The outage that stands for the run: the first of [`Method::for_service`] that there is.
    pub fn service_outage(&self) -> Option<&Outage> {
        self.service_outages().next()
    }

    /// When an event happened, seconds since the request. Outages are placed by the first of
    /// [`Method::for_service`] that has a place for them.
    pub fn event_s(&self, event: Event) -> Option<f64> {
        let by_methods = |place: fn(&Outage) -> Option<f64>| self.service_outages().find_map(place);
        match event {
            Event::Request => Some(0.0),
            Event::Outage => by_methods(|outage| outage.start_s),
            Event::Resume => by_methods(|outage| outage.end_s),
            Event::End => self.migration.duration_s,
        }
    }
}

/// What one client of a media stream counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stream {
    /// As the file name tells it.
    pub client: String,
    pub lost_frames: Option<i64>,
    pub lost_buffers: Option<i64>,
    pub displayed_frames: Option<i64>,
    pub played_buffers: Option<i64>,
    /// Path relative to the campaign folder.
    pub source_file: String,
}

impl Relocate for Stream {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            client: _,
            lost_frames: _,
            lost_buffers: _,
            displayed_frames: _,
            played_buffers: _,
            source_file,
        } = self;
        to.path(source_file);
    }
}

/// A figure of one run that becomes a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Name of the series, for example `lost_frames.linux`.
    pub metric: String,
    pub unit: Unit,
    pub value: f64,
}

/// The migration process of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// Unix seconds; the true instant lies in `[request, request + resolution)`.
    pub request_epoch_s: Option<f64>,
    /// Resolution of the request's time stamp, seconds.
    pub request_resolution_s: f64,
    /// Wall time of the migration command, seconds.
    pub duration_s: Option<f64>,
    /// CPU time of the migration command in user mode, seconds.
    pub user_s: Option<f64>,
    /// CPU time of the migration command in the kernel, seconds.
    pub system_s: Option<f64>,
    pub status: Status,
    /// Why it did not complete, in the words of the hypervisor or its tool.
    pub reason: Option<String>,
}

impl Serialize for Migration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            request_epoch_s: Exact(self.request_epoch_s),
            request_resolution_s: self.request_epoch_s.map(|_| self.request_resolution_s),
            duration_s: self.duration_s,
            user_s: self.user_s,
            system_s: self.system_s,
            status: self.status,
            reason: self.reason,
        })
    }
}

/// One outage as one method saw it. Times are seconds from the migration request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outage {
    pub method: Method,
    pub estimate_s: f64,
    pub lower_s: f64,
    /// `None` when the log ended during the outage.
    pub upper_s: Option<f64>,
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
    pub censored: bool,
    /// Path relative to the campaign folder.
    pub source_file: String,
}

impl Outage {
    /// Its length, with what its method leaves open.
    pub fn value(&self) -> Value {
        Value { estimate: self.estimate_s, within: Bounds::new(self.lower_s, self.upper_s) }
    }

    /// What it was certainly seen to last where its end is not known, else the estimate: what a sentence says of it.
    pub fn shown_s(&self) -> f64 {
        if self.censored { self.lower_s } else { self.estimate_s }
    }
}

impl Relocate for Outage {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            method: _,
            estimate_s: _,
            lower_s: _,
            upper_s: _,
            start_s: _,
            end_s: _,
            censored: _,
            source_file,
        } = self;
        to.path(source_file);
    }
}

/// What the ping log of one run says.
#[derive(Debug, Clone, PartialEq)]
pub struct Ping {
    pub sent: u32,
    pub received: u32,
    /// Unanswered requests of the whole run.
    pub lost: u32,
    /// Consecutive unanswered requests of the main hole.
    pub longest_gap_lost: u32,
    pub duplicates: u32,
    pub interval_s: f64,
    /// Round trips before the request, ms.
    pub before: Option<RoundTrips>,
    /// Round trips from the request to the resumption of the service, ms.
    pub during: Option<RoundTrips>,
    /// Round trips after the resumption, ms.
    pub after: Option<RoundTrips>,
}

impl Serialize for Ping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            sent: self.sent,
            received: self.received,
            lost: self.lost,
            longest_gap_lost: self.longest_gap_lost,
            duplicates: self.duplicates,
            interval_s: self.interval_s,
            rtt_ms: ByPhase { before: self.before, during: self.during, after: self.after },
        })
    }
}

/// What the requests of a client say of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub sent: u32,
    /// Requests of the whole run that failed.
    pub failed: u32,
    /// Those of them in the outage.
    pub failed_in_outage: u32,
    /// Whether each request waits for the answer to the one before: what would have been asked meanwhile is not seen.
    pub closed_loop: bool,
    /// Median time between two requests, seconds.
    pub interval_s: f64,
    /// How long requests took that worked, ms: before the migration request, until the service was back, afterwards.
    pub before: Option<RoundTrips>,
    pub during: Option<RoundTrips>,
    pub after: Option<RoundTrips>,
}

impl Serialize for Probe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            sent: self.sent,
            failed: self.failed,
            failed_in_outage: self.failed_in_outage,
            closed_loop: self.closed_loop,
            interval_s: self.interval_s,
            latency_ms: ByPhase { before: self.before, during: self.during, after: self.after },
        })
    }
}

/// What the packets of a capture say of one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packets {
    /// The addresses of the VM, and whether they are declared.
    pub vm: Vec<String>,
    pub vm_declared: bool,
    pub to_vm: u32,
    pub from_vm: u32,
    /// Packets to the VM that want an answer and ordinarily get it.
    pub asked: u32,
    /// Those of them that were not answered while nothing came from the VM, in the whole run and in the outage.
    pub unanswered: u32,
    pub unanswered_in_outage: u32,
    /// Median time between two that want an answer, seconds.
    pub interval_s: f64,
}

/// The round trips of a log, as data group them.
#[derive(Serialize)]
struct ByPhase {
    before: Option<RoundTrips>,
    during: Option<RoundTrips>,
    after: Option<RoundTrips>,
}

/// Round trip times of one phase, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RoundTrips {
    pub n: usize,
    pub median: f64,
    pub p95: f64,
    pub max: f64,
}

/// What the migration cost one host in one quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceCost {
    /// `None` of a quantity of the service.
    pub host: Option<String>,
    pub metric: String,
    pub unit: Unit,
    /// Mean of the samples before the request.
    pub baseline_mean: Option<f64>,
    /// Mean of the samples from the request to the end of the migration.
    pub migration_mean: Option<f64>,
    /// Largest sample from the request to the end of the migration.
    pub migration_peak: Option<f64>,
    /// Integral of the excess over the baseline, in `unit` × seconds.
    pub excess_integral: Option<f64>,
    /// The same by phase, for the phases in which there are samples.
    pub phases: Vec<PhaseCost>,
}

/// What one phase of a migration cost one host in one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PhaseCost {
    pub phase: PhaseKind,
    pub mean: f64,
    pub peak: f64,
    /// Integral of the excess over the baseline before the request, in unit × seconds.
    pub excess_integral: Option<f64>,
}

/// How much worse the service was from the request to the end of the log than before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Degradation {
    /// Area of lost service, seconds: each request stands for one interval, of which an unanswered
    /// one loses all and an answered one the part 1 − (median round trip before ÷ its own), less what
    /// requests before the migration lose on average.
    pub lost_service_s: f64,
    /// Brownout before the hole: intervals whose requests were answered, but more slowly than twice
    /// the median before the migration, from the request to the hole, seconds.
    pub slow_before_s: f64,
    /// The same after the hole.
    pub slow_after_s: f64,
    /// Median round trip during the migration ÷ before.
    pub during_ratio: Option<f64>,
    /// Median round trip after the migration ÷ before.
    pub after_ratio: Option<f64>,
}
