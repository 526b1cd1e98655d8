//! One run: what was measured in it.

use super::{Check, Event, Factors, Hypervisor, Milestone, Phase, PhaseKind, Presence, Transfer, Unit};

/// One live-migration run: one repetition of one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// `<condition>-<repetition>`, for example `memtester-3`.
    pub id: String,
    /// Index into [`super::Analysis::conditions`].
    pub condition: usize,
    pub factors: Factors,
    pub repetition: u32,
    /// Paths relative to the campaign folder, sorted.
    pub source_files: Vec<String>,
    pub migration: Migration,
    pub outages: Vec<Outage>,
    pub ping: Option<Ping>,
    /// What media clients lost.
    pub streams: Vec<Stream>,
    /// Further figures of the run by the names of their series: lost frames and buffers, and
    /// results of benchmarks that ran meanwhile.
    pub measurements: Vec<Measurement>,
    pub resources: Vec<ResourceCost>,
    pub flags: Vec<Flag>,
    /// What the hypervisor itself says of the migration.
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
}

impl Run {
    /// Whether the run enters means: completed, or of unknown fate because nothing was logged about it.
    pub fn counts(&self) -> bool {
        matches!(self.migration.status, Status::Completed | Status::Unknown)
    }

    /// The outage as one method saw it.
    pub fn outage(&self, method: Method) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.method == method)
    }

    /// Whether the figure of a method can be one of an outage: a clock in the VM that stood still or
    /// jumped measured none. Such a figure is shown with its run and enters no mean.
    pub fn trusts(&self, method: Method) -> bool {
        let by_clock =
            |flag: &Flag| matches!(flag.code, FlagCode::GuestClockStopped | FlagCode::GuestClockJumps);
        method != Method::GuestClock || !self.flags.iter().any(by_clock)
    }

    /// The outages that can stand for the run, by the order of [`Method::FOR_SERVICE`].
    fn service_outages(&self) -> impl Iterator<Item = &Outage> {
        Method::FOR_SERVICE
            .into_iter()
            .filter(|method| self.trusts(*method))
            .filter_map(|method| self.outage(method))
    }

    /// The outage that stands for the run: the first of [`Method::FOR_SERVICE`] that there is.
    pub fn service_outage(&self) -> Option<&Outage> {
        self.service_outages().next()
    }

    /// When an event happened, seconds since the request. Outages are placed by the first of
    /// [`Method::FOR_SERVICE`] that has a place for them.
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
#[derive(Debug, Clone, PartialEq)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Completed,
    Failed,
    Cancelled,
    Unfinished,
    Unknown,
}

/// One outage as one method saw it. Times are seconds from the migration request.
#[derive(Debug, Clone, PartialEq)]
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

/// A way to measure an outage. `docs/methodology.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Consecutive unanswered requests × interval.
    Ping,
    /// Longest time between two replies, less the interval.
    PingReplyGap,
    /// Largest step between two stamps of the clock inside the VM.
    GuestClock,
    /// What the hypervisor itself reports as downtime.
    Hypervisor,
}

impl Status {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unfinished => "unfinished",
            Self::Unknown => "unknown",
        }
    }
}

impl Method {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::PingReplyGap => "ping-reply-gap",
            Self::GuestClock => "guest-clock",
            Self::Hypervisor => "hypervisor",
        }
    }

    /// The methods by which the outage of the service is told, the best first: what the user of the
    /// service saw, what the VM saw, what the hypervisor says.
    pub const FOR_SERVICE: [Method; 3] = [Method::Ping, Method::GuestClock, Method::Hypervisor];

    /// The series of its estimates.
    pub fn metric(self) -> &'static str {
        match self {
            Method::Ping => "outage_ping",
            Method::PingReplyGap => "outage_ping_reply_gap",
            Method::GuestClock => "outage_guest_clock",
            Method::Hypervisor => "outage_hypervisor",
        }
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

/// Round trip times of one phase, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundTrips {
    pub n: usize,
    pub median: f64,
    pub p95: f64,
    pub max: f64,
}

/// What the migration cost one host in one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceCost {
    pub host: String,
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseCost {
    pub phase: PhaseKind,
    pub mean: f64,
    pub peak: f64,
    /// Integral of the excess over the baseline before the request, in unit × seconds.
    pub excess_integral: Option<f64>,
}

/// How much worse the service was from the request to the end of the log than before.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// Something about one run that its reader must know.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    pub code: FlagCode,
    /// The figures behind the flag, for the sentence that explains it.
    pub values: Vec<(&'static str, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlagCode {
    /// The network was silent while the VM's clock shows no step.
    GuestClockStopped,
    /// The VM's clock went backwards.
    GuestClockStepsBack,
    /// The VM's clock went ahead while the network was not silent.
    GuestClockJumps,
    /// The outage lasted longer than the migration process.
    OutageLongerThanMigration,
    /// The outage intervals of two methods do not overlap.
    MethodsDisagree,
    /// The network was silent for less time than the hypervisor says the VM stood still.
    OutageShorterThanDowntime,
    /// The hypervisor's downtime ends before the VM runs on the target.
    DowntimeEndsEarly,
    /// The VM was seen on two hosts at a time, or on the target before it left the source.
    VmOnTwoHosts,
    /// The outage ended before the migration was requested.
    OutageBeforeRequest,
    /// Requests were lost outside of the main hole.
    ScatteredLoss,
    /// One of the first repetitions, with a longer outage than every later one.
    FirstRepetitionSlower,
}

impl FlagCode {
    /// The code in `summary.json`.
    pub fn code(self) -> &'static str {
        match self {
            FlagCode::GuestClockStopped => "guest-clock-stopped",
            FlagCode::GuestClockStepsBack => "guest-clock-steps-back",
            FlagCode::GuestClockJumps => "guest-clock-jumps",
            FlagCode::OutageLongerThanMigration => "outage-longer-than-migration",
            FlagCode::MethodsDisagree => "methods-disagree",
            FlagCode::OutageShorterThanDowntime => "outage-shorter-than-downtime",
            FlagCode::DowntimeEndsEarly => "downtime-ends-early",
            FlagCode::VmOnTwoHosts => "vm-on-two-hosts",
            FlagCode::OutageBeforeRequest => "outage-before-request",
            FlagCode::ScatteredLoss => "scattered-loss",
            FlagCode::FirstRepetitionSlower => "first-repetition-slower",
        }
    }

    /// The text key of the sentence that explains the flag.
    pub fn label(self) -> &'static str {
        match self {
            FlagCode::GuestClockStopped => "flag.guest-clock-stopped",
            FlagCode::GuestClockStepsBack => "flag.guest-clock-steps-back",
            FlagCode::GuestClockJumps => "flag.guest-clock-jumps",
            FlagCode::OutageLongerThanMigration => "flag.outage-longer-than-migration",
            FlagCode::MethodsDisagree => "flag.methods-disagree",
            FlagCode::OutageShorterThanDowntime => "flag.outage-shorter-than-downtime",
            FlagCode::DowntimeEndsEarly => "flag.downtime-ends-early",
            FlagCode::VmOnTwoHosts => "flag.vm-on-two-hosts",
            FlagCode::OutageBeforeRequest => "flag.outage-before-request",
            FlagCode::ScatteredLoss => "flag.scattered-loss",
            FlagCode::FirstRepetitionSlower => "flag.first-repetition-slower",
        }
    }
}
