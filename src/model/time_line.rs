//! The time line of one run: what happened when, by which evidence, and whether the sources agree.
//!
//! All times are seconds since the migration request, by the observer's clock.

use serde::{Serialize, Serializer};

use super::data::{fields, names};
use super::{Relocate, Relocation};

/// Something that happened in a migration, with the bounds within which it did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Milestone {
    #[serde(flatten)]
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
    /// Pages came from now on when the VM asked for them.
    PostCopyBegan,
    /// The VM stopped running on the source.
    Stopped,
    /// The service stopped answering.
    ServiceLost,
    /// Memory flowed no more.
    TransferEnded,
    /// The VM ran on the target.
    Resumed,
    /// Somebody told unasked where the VM's address is now.
    Announced,
    /// The first packet of the VM came back.
    FirstPacket,
    /// The service answered again.
    ServiceBack,
    /// The migration process or job ended.
    Ended,
}

impl MilestoneKind {
    /// Which round of pre-copy began.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Round(number) => Some(*number),
            Self::Requested
            | Self::TransferBegan
            | Self::PostCopyBegan
            | Self::Stopped
            | Self::ServiceLost
            | Self::TransferEnded
            | Self::Resumed
            | Self::Announced
            | Self::FirstPacket
            | Self::ServiceBack
            | Self::Ended => None,
        }
    }

    /// The short name in data.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::TransferBegan => "transfer-began",
            Self::Round(_) => "round",
            Self::PostCopyBegan => "postcopy-began",
            Self::Stopped => "stopped",
            Self::ServiceLost => "service-lost",
            Self::TransferEnded => "transfer-ended",
            Self::Resumed => "resumed",
            Self::Announced => "announced",
            Self::FirstPacket => "first-packet",
            Self::ServiceBack => "service-back",
            Self::Ended => "ended",
        }
    }
}

impl Serialize for MilestoneKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, { kind: self.name(), number: self.number() })
    }
}

/// By what something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The recorded request, or the duration counted from it.
    MigrationProcess,
    /// An event or an answer of the hypervisor.
    Hypervisor,
    /// An event that a script logged.
    Script,
    /// Network traffic well above that before the request.
    NetworkBurst,
    /// The list of domains on a host.
    DomainList,
    /// Requests of a client that failed or had to wait.
    Probe,
    /// Unanswered requests.
    Ping,
    /// Packets of the VM that were captured.
    Packets,
    /// What the service did.
    Throughput,
    /// The stamps of the clock inside the VM.
    GuestClock,
}

names!(Evidence, "evidence", {
    Self::MigrationProcess => "migration-process",
    Self::Hypervisor => "hypervisor",
    Self::Script => "script",
    Self::NetworkBurst => "network-burst",
    Self::DomainList => "domain-list",
    Self::Probe => "probe",
    Self::Ping => "ping",
    Self::Packets => "packets",
    Self::Throughput => "throughput",
    Self::GuestClock => "guest-clock",
});

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

impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            phase: self.kind,
            start_s: self.from.at_s(),
            end_s: self.to.at_s(),
            length_s: self.length_s(),
            half_width_s: self.half_width_s(),
            start_evidence: self.from.evidence,
            end_evidence: self.to.evidence,
        })
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

names!(PhaseKind, "phase", {
    Self::PreCopy => "precopy",
    Self::StopAndCopy => "stop-and-copy",
    Self::Activation => "activation",
});

/// A host on which the VM was seen, and from when until when.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Check {
    #[serde(rename = "code")]
    pub kind: CheckKind,
    pub verdict: Verdict,
    /// The two figures that were compared, which `docs/methodology/run.md` defines for each kind.
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
            CheckKind::OutageCoversDowntime
            | CheckKind::ProbeCoversPing
            | CheckKind::ProbeCoversDowntime
            | CheckKind::PingCoversScript
            | CheckKind::ProbeCoversScript
            | CheckKind::PacketsCoverDowntime => self.left_s - self.right_s,
            CheckKind::OutageAfterRequest
            | CheckKind::PingMatchesReplyGap
            | CheckKind::PingMatchesGuestClock
            | CheckKind::PingMatchesPackets
            | CheckKind::PingMatchesEvents
            | CheckKind::DowntimeMatchesEvents
            | CheckKind::LostWhenStopped
            | CheckKind::LostBeforeResumed
            | CheckKind::OneHostAtATime
            | CheckKind::BackAfterResumed
            | CheckKind::BackBeforeEnd
            | CheckKind::DurationsMatch => self.right_s - self.left_s,
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
    /// ping (left) and captured packets (right) tell of the same outage.
    PingMatchesPackets,
    /// The network outage (left) was not shorter than the hypervisor's downtime (right).
    OutageCoversDowntime,
    /// The outage of the client's requests (left) was not shorter than that by ping (right).
    ProbeCoversPing,
    /// The outage of the client's requests (left) was not shorter than the hypervisor's downtime (right).
    ProbeCoversDowntime,
    /// The outage by ping (left) was not shorter than the time between the stop and the resumption that a script logged (right).
    PingCoversScript,
    /// The outage of the client's requests (left) was not shorter than that (right).
    ProbeCoversScript,
    /// The outage by captured packets (left) was not shorter than the hypervisor's downtime (right).
    PacketsCoverDowntime,
    /// ping (left) and the hypervisor's stop and resume events (right) tell of the same outage.
    PingMatchesEvents,
    /// The hypervisor's downtime (left) and its stop and resume events (right) agree.
    DowntimeMatchesEvents,
    /// The service was not lost (right) before the VM stopped (left).
    LostWhenStopped,
    /// The service was lost (left) before the VM ran again (right).
    LostBeforeResumed,
    /// The VM left the source (left) before it was active on the target (right).
    OneHostAtATime,
    /// The VM was active on the target (left) before the service answered (right).
    BackAfterResumed,
    /// The service answered (left) before the migration process ended (right).
    BackBeforeEnd,
    /// The duration of the process (left) and the hypervisor's (right) agree.
    DurationsMatch,
}

names!(CheckKind, "check", {
    Self::OutageAfterRequest => "outage-after-request",
    Self::PingMatchesReplyGap => "ping-matches-reply-gap",
    Self::PingMatchesGuestClock => "ping-matches-guest-clock",
    Self::PingMatchesPackets => "ping-matches-packets",
    Self::OutageCoversDowntime => "outage-covers-downtime",
    Self::ProbeCoversPing => "probe-covers-ping",
    Self::ProbeCoversDowntime => "probe-covers-downtime",
    Self::PingCoversScript => "ping-covers-script",
    Self::ProbeCoversScript => "probe-covers-script",
    Self::PacketsCoverDowntime => "packets-cover-downtime",
    Self::PingMatchesEvents => "ping-matches-events",
    Self::DowntimeMatchesEvents => "downtime-matches-events",
    Self::LostWhenStopped => "lost-when-stopped",
    Self::LostBeforeResumed => "lost-before-resumed",
    Self::OneHostAtATime => "one-host-at-a-time",
    Self::BackAfterResumed => "back-after-resumed",
    Self::BackBeforeEnd => "back-before-end",
    Self::DurationsMatch => "durations-match",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It holds beyond the uncertainty.
    Holds,
    /// The uncertainty allows both.
    WithinUncertainty,
    /// It is contradicted beyond the uncertainty.
    Contradicted,
}

names!(Verdict, "verdict", {
    Self::Holds => "holds",
    Self::WithinUncertainty => "within-uncertainty",
    Self::Contradicted => "contradicted",
});

/// A hypervisor's own account of a migration.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hypervisor {
    /// Path relative to the campaign folder.
    pub source_file: String,
    /// Downtime as it reports it, seconds.
    pub downtime_s: Option<f64>,
    /// What it last expected the downtime to become, seconds.
    pub expected_downtime_s: Option<f64>,
    /// Resolution to which it prints the downtime, seconds; `None` where it prints none.
    pub resolution_s: Option<f64>,
    /// Whether QEMU's capability `return-path` was on: with it the downtime ends when the target has loaded everything and
    /// runs the VM, without it when the source has sent everything. `None` where the log does not tell.
    pub return_path: Option<bool>,
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
    /// What was sent while the VM ran on the source, while it stood still, and after it ran on the target.
    pub precopy_bytes: Option<f64>,
    pub downtime_bytes: Option<f64>,
    pub postcopy_bytes: Option<f64>,
    /// Pages that the VM on the target had to ask for.
    pub postcopy_requests: Option<f64>,
    /// For how long processors of the VM waited for such pages, all at the same time, seconds.
    pub postcopy_blocktime_s: Option<f64>,
    /// Pages sent, and the size of one.
    pub pages_sent: Option<f64>,
    /// Those with content, and those of zeros.
    pub pages_normal: Option<f64>,
    pub pages_duplicate: Option<f64>,
    pub page_bytes: Option<f64>,
    /// By the last answer that tells pages by their kind.
    #[serde(skip)]
    pub sent: Option<SentPages>,
    /// Median over its answers while the job was active.
    pub dirty_bytes_per_s: Option<f64>,
    /// Median over its answers while the job was active.
    pub throughput_bytes_per_s: Option<f64>,
    /// Its own mean over the whole job, once that has completed.
    pub mean_throughput_bytes_per_s: Option<f64>,
    /// The rounds of pre-copy in their order, the stop-and-copy last, where it tells what each sent.
    #[serde(skip)]
    pub rounds: Vec<PrecopyRound>,
    /// The sum over the rounds as it prints it, pages.
    #[serde(skip)]
    pub printed_pages: Option<f64>,
}

impl Relocate for Hypervisor {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            source_file,
            downtime_s: _,
            expected_downtime_s: _,
            resolution_s: _,
            total_time_s: _,
            setup_time_s: _,
            return_path: _,
            iterations: _,
            transferred_bytes: _,
            remaining_bytes: _,
            memory_bytes: _,
            precopy_bytes: _,
            downtime_bytes: _,
            postcopy_bytes: _,
            postcopy_requests: _,
            postcopy_blocktime_s: _,
            pages_sent: _,
            pages_normal: _,
            pages_duplicate: _,
            page_bytes: _,
            sent: _,
            dirty_bytes_per_s: _,
            throughput_bytes_per_s: _,
            mean_throughput_bytes_per_s: _,
            rounds: _,
            printed_pages: _,
        } = self;
        to.path(source_file);
    }
}

/// Pages by how they are sent, and what that came to, in one answer of a hypervisor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentPages {
    /// Sent as they are.
    pub normal: f64,
    /// Empty, or of one byte only, of which only a mark is sent.
    pub duplicate: f64,
    pub page_bytes: f64,
    pub transferred_bytes: f64,
}

/// What one round of pre-copy sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrecopyRound {
    /// From 1.
    pub number: u64,
    pub pages_sent: f64,
    /// What that was on the network, where pages of zeros are not sent as such.
    pub bytes_sent: Option<f64>,
    /// Not sent, since they had been dirtied again.
    pub pages_skipped: Option<f64>,
    /// Dirtied while it was sent.
    pub pages_dirtied: Option<f64>,
    pub duration_s: Option<f64>,
}

impl Hypervisor {
    /// How many rounds there were: as the hypervisor counts them, else those that its log shows. Answers that came
    /// too seldom show fewer.
    pub fn rounds_counted(&self) -> u64 {
        let shown = self.rounds.len() as u64;
        self.iterations.map_or(shown, |counted| counted.max(shown))
    }

    /// Sum over the rounds.
    pub fn pages_in_rounds(&self) -> f64 {
        self.rounds.iter().map(|round| round.pages_sent).sum()
    }

    /// All pages that were transferred: as printed, else the sum over the rounds, else as counted.
    pub fn pages_total(&self) -> Option<f64> {
        let sum = (!self.rounds.is_empty()).then(|| self.pages_in_rounds());
        self.printed_pages.or(sum).or(self.pages_sent)
    }

    /// `None` where answers came too seldom to see the first round by itself.
    pub fn pages_first(&self) -> Option<f64> {
        self.rounds.first().filter(|round| round.number <= 1).map(|round| round.pages_sent)
    }

    /// `None` where answers came too seldom to see the last round by itself.
    pub fn pages_last(&self) -> Option<f64> {
        let last = self.rounds.last()?;
        let before = self.rounds.len().checked_sub(2).map_or(0, |index| self.rounds[index].number);
        (last.number <= before.saturating_add(1)).then_some(last.pages_sent)
    }

    /// Mean over the rounds between the first and the last.
    pub fn pages_middle_mean(&self) -> Option<f64> {
        let middle = self.middle()?;
        Some(middle.iter().map(|round| round.pages_sent).sum::<f64>() / middle.len() as f64)
    }

    fn middle(&self) -> Option<&[PrecopyRound]> {
        self.rounds.get(1..self.rounds.len().checked_sub(1)?).filter(|middle| !middle.is_empty())
    }

    /// The memory of the VM in pages.
    pub fn vm_pages(&self) -> Option<f64> {
        Some(self.memory_bytes? / self.page_bytes.filter(|bytes| *bytes > 0.0)?)
    }

    /// Pages transferred ÷ pages of the VM; of a hypervisor that counts bytes only, of bytes.
    pub fn amplification(&self) -> Option<f64> {
        let by_pages = || {
            let pages = self.pages_total().filter(|_| !self.rounds.is_empty())?;
            Some(pages / self.vm_pages().filter(|pages| *pages > 0.0)?)
        };
        let by_bytes = || Some(self.transferred_bytes? / self.memory_bytes.filter(|bytes| *bytes > 0.0)?);
        by_pages().or_else(by_bytes)
    }

    /// The share of what was transferred beyond one copy of the memory.
    pub fn wasted(&self) -> Option<f64> {
        self.amplification().filter(|times| *times > 0.0).map(|times| (1.0 - 1.0 / times).max(0.0))
    }

    /// Pages dirtied ÷ pages sent over the rounds between the first and the last: from 1 on, rounds do not get
    /// shorter and pre-copy does not converge.
    pub fn dirtied_per_sent(&self) -> Option<f64> {
        let middle = self.middle()?;
        let dirtied: f64 = middle.iter().map(|round| round.pages_dirtied).sum::<Option<f64>>()?;
        let sent: f64 = middle.iter().map(|round| round.pages_sent).sum();
        (sent > 0.0).then(|| dirtied / sent)
    }

    /// What was dirtied in a second: over the rounds between the first and the last where they tell it with their
    /// durations, else the median over the answers.
    pub fn dirtied_bytes_per_s(&self) -> Option<f64> {
        self.bytes_per_s(|round| round.pages_dirtied).or(self.dirty_bytes_per_s)
    }

    /// What was sent in a second, from the same source as [`Hypervisor::dirtied_bytes_per_s`].
    pub fn sent_bytes_per_s(&self) -> Option<f64> {
        let by_rounds = self
            .bytes_per_s(|round| round.pages_dirtied)
            .and(self.bytes_per_s(|round| Some(round.pages_sent)));
        by_rounds.or(self.throughput_bytes_per_s)
    }

    /// Dirtied ÷ sent: by pages over the rounds where they tell what was dirtied, else of the two medians.
    pub fn dirtied_to_sent(&self) -> Option<f64> {
        let of_medians =
            || Some(self.dirty_bytes_per_s? / self.throughput_bytes_per_s.filter(|rate| *rate > 0.0)?);
        self.dirtied_per_sent().or_else(of_medians)
    }

    /// Pages over the middle rounds as bytes a second.
    fn bytes_per_s(&self, pages: fn(&PrecopyRound) -> Option<f64>) -> Option<f64> {
        let middle = self.middle()?;
        let pages: f64 = middle.iter().map(pages).sum::<Option<f64>>()?;
        let duration_s: f64 = middle.iter().map(|round| round.duration_s).sum::<Option<f64>>()?;
        (duration_s > 0.0).then_some(pages * self.page_bytes? / duration_s)
    }
}

/// What the account of a hypervisor says of pre-copy, as data have it: its rounds and what they come to.
pub(super) struct Precopy<'a>(pub &'a Hypervisor);

impl Serialize for Precopy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(account) = self;
        fields!(serializer, {
            iterations: account.iterations,
            pages_total: account.pages_total(),
            pages_first: account.pages_first(),
            pages_middle_mean: account.pages_middle_mean(),
            pages_last: account.pages_last(),
            vm_pages: account.vm_pages(),
            amplification: account.amplification(),
            bytes_total: account.transferred_bytes,
            rounds: account.rounds,
        })
    }
}
