//! The course of one run: what happened when, by which evidence, and whether the sources agree.
//!
//! All times are seconds since the migration request, by the observer's clock.

/// Something that happened in a migration, with the bounds within which it did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Milestone {
    pub kind: MilestoneKind,
    pub evidence: Evidence,
    pub earliest_s: f64,
    /// Not before `earliest_s`.
    pub latest_s: f64,
}

impl Milestone {
    /// The middle of the bounds.
    pub fn at_s(&self) -> f64 {
        (self.earliest_s + self.latest_s) / 2.0
    }

    pub fn width_s(&self) -> f64 {
        self.latest_s - self.earliest_s
    }
}

/// What can happen in a migration, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MilestoneKind {
    /// The migration was requested.
    Requested,
    /// Memory began to flow.
    TransferBegan,
    /// A round of pre-copy began; the first is 1.
    Round(u32),
    /// The VM stopped running on the source.
    Stopped,
    /// The service stopped answering.
    ServiceLost,
    /// Memory flowed no more.
    TransferEnded,
    /// The VM ran on the target.
    Resumed,
    /// The service answered again.
    ServiceBack,
    /// The migration process or job ended.
    Ended,
}

/// By what something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The recorded request, or the duration counted from it.
    MigrationProcess,
    /// An event or an answer of the hypervisor.
    Hypervisor,
    /// Network traffic well above that before the request.
    NetworkBurst,
    /// The list of domains on a host.
    DomainList,
    /// Unanswered requests.
    Ping,
    /// The stamps of the clock inside the VM.
    GuestClock,
}

/// One stretch of a migration, between two milestones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phase {
    pub kind: PhaseKind,
    pub from: Milestone,
    pub to: Milestone,
}

impl Phase {
    /// From the middle of the first bounds to the middle of the last.
    pub fn length_s(&self) -> f64 {
        self.to.at_s() - self.from.at_s()
    }

    /// ± of the length: the ends lie anywhere in their bounds.
    pub fn half_width_s(&self) -> f64 {
        (self.from.width_s() + self.to.width_s()) / 2.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseKind {
    /// Memory flows while the VM runs on the source.
    PreCopy,
    /// The VM stands still while the rest of its memory flows.
    StopAndCopy,
    /// From the end of the transfer until the service answers.
    Activation,
}

/// A host on which the VM was seen, and from when until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    pub host: String,
    pub evidence: Evidence,
    /// `None`: from the start of the log.
    pub from_s: Option<f64>,
    /// `None`: until the end of the log.
    pub to_s: Option<f64>,
    /// Each bound is good to ± this.
    pub uncertainty_s: f64,
}

/// One comparison between what sources say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Check {
    pub kind: CheckKind,
    pub verdict: Verdict,
    /// The two figures that were compared, as `docs/methodology.md` says of each kind.
    pub left_s: f64,
    pub right_s: f64,
    /// Uncertainty of their difference, ± seconds.
    pub uncertainty_s: f64,
}

impl Check {
    /// How far the figures lie apart: right − left, which is positive where what should come first does.
    /// For what should be no shorter, left − right.
    pub fn margin_s(&self) -> f64 {
        match self.kind {
            CheckKind::OutageCoversDowntime => self.left_s - self.right_s,
            _ => self.right_s - self.left_s,
        }
    }
}

/// What is compared. Each kind reads "left … right".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// The outage (left: its end) came after the request (right: 0).
    OutageAfterRequest,
    /// ping's unanswered requests and its gap between replies tell of the same outage.
    PingMatchesReplyGap,
    /// ping (left) and the clock inside the VM (right) tell of the same outage.
    PingMatchesGuestClock,
    /// The network outage (left) was not shorter than the hypervisor's downtime (right).
    OutageCoversDowntime,
    /// ping (left) and the hypervisor's stop and resume events (right) tell of the same outage.
    PingMatchesEvents,
    /// The hypervisor's downtime (left) and its stop and resume events (right) agree.
    DowntimeMatchesEvents,
    /// The service was lost (left) when the VM stopped (right).
    LostWhenStopped,
    /// The VM left the source (left) before it was active on the target (right).
    OneHostAtATime,
    /// The VM was active on the target (left) before the service answered (right).
    BackAfterResumed,
    /// The service answered (left) before the migration process ended (right).
    BackBeforeEnd,
    /// The duration of the process (left) and the hypervisor's (right) agree.
    DurationsMatch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It holds beyond the uncertainty.
    Holds,
    /// The uncertainty allows both.
    WithinUncertainty,
    /// It is contradicted beyond the uncertainty.
    Contradicted,
}

/// A hypervisor's own account of a migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypervisor {
    /// Path relative to the campaign folder.
    pub source_file: String,
    /// Downtime as it reports it, seconds.
    pub downtime_s: Option<f64>,
    /// Resolution to which it prints the downtime, seconds.
    pub resolution_s: f64,
    /// From the start of the job to its end, seconds.
    pub total_time_s: Option<f64>,
    pub setup_time_s: Option<f64>,
    /// Rounds of pre-copy.
    pub iterations: Option<u64>,
    pub transferred_bytes: Option<f64>,
    /// What had still to be sent when last asked.
    pub remaining_bytes: Option<f64>,
    /// Memory of the VM as it counts it.
    pub memory_bytes: Option<f64>,
    /// Pages sent, and the size of one.
    pub pages_sent: Option<f64>,
    pub page_bytes: Option<f64>,
    /// Median over its answers while the job was active.
    pub dirty_bytes_per_s: Option<f64>,
    /// Median over its answers while the job was active.
    pub throughput_bytes_per_s: Option<f64>,
}
