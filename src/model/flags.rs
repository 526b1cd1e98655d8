//! What the reader of a run must know of it.

use super::data::names;

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
    /// The outage lies before the request by more than clocks leave open that are right, as other sources confirm.
    TimeZeroDoubted,
    /// All that was silent lies before the request, and nothing says whether it was the outage: none is stated.
    OutageUndecided,
    /// Ping's log was over before the request: it says nothing of the outage.
    PingOverBeforeRequest,
    /// Ping shows only a part of the migration.
    PingLeavesOut,
    /// The client's requests show only a part of the migration.
    ProbeLeavesOut,
    /// All requests of the client that failed or had to wait lie before the request, and ping does not say why.
    ProbeUndecided,
    /// The captured packets show only a part of the migration.
    PacketsLeaveOut,
    /// All that was not answered by packets lies before the request, and ping does not say why.
    PacketsUndecided,
    /// The log of the service shows only a part of the migration.
    ThroughputLeavesOut,
    /// All the time in which the service did next to nothing lies before the request.
    ThroughputUndecided,
    /// The log of the service was written inside of the VM, whose clock stands still with it.
    LoggedInside,
    /// The log of the service does not show what is ordinary of it.
    ServiceWithoutOrdinary,
    /// The clock in the VM was logged only during a part of the migration, and shows nothing there.
    GuestClockLeavesOut,
    /// A silence before the request is as long as the outage, or longer.
    OutageBeforeAsLong,
    /// Nothing says which requests of the client worked.
    SuccessNotTold,
    /// Several silences before the request are half as long as the outage, or longer.
    OutageUsual,
    /// Two logs saw an outage, but at different times.
    OutagesApart,
    /// Another log of the service shows an outage that the one in use does not.
    OtherServiceAway,
    /// Nothing places ping's silences: its log has no times, or the run no request.
    OutageWithoutPlace,
    /// The service was away already before the request.
    AwayBeforeRequest,
    /// Not one request of ping was answered.
    NeverAnswered,
    /// The service came back from its outage and was away again when the log ended.
    ServiceLostAgain,
    /// The service was away several times; the longest is the outage.
    ServiceLostSeveralTimes,
    /// The outage began after the migration had ended.
    OutageAfterMigration,
    /// The log ends in a time without service that began after the migration had ended.
    LostAfterMigration,
    /// The service was slower until the log ended.
    ThroughputNotBack,
    /// The service was back before the VM ran again, which cannot be.
    BackBeforeResumed,
    /// The service was lost only after the VM ran again.
    LostAfterResumed,
    /// Requests were lost outside of the main hole.
    ScatteredLoss,
    /// One of the first repetitions, with a longer outage than every later one.
    FirstRepetitionSlower,
}

impl FlagCode {
    /// What must be said beside the outage of a condition, since without it the sentence would mislead: what the logs of
    /// some runs leave open of it. In the order of sentences.
    pub const BESIDE_THE_OUTAGE: [FlagCode; 28] = [
        Self::NeverAnswered,
        Self::AwayBeforeRequest,
        Self::ServiceLostAgain,
        Self::ServiceLostSeveralTimes,
        Self::OutageAfterMigration,
        Self::LostAfterMigration,
        Self::ThroughputNotBack,
        Self::BackBeforeResumed,
        Self::LostAfterResumed,
        Self::OutageWithoutPlace,
        Self::TimeZeroDoubted,
        Self::OutageBeforeAsLong,
        Self::OutageUsual,
        Self::OutagesApart,
        Self::OtherServiceAway,
        Self::OutageUndecided,
        Self::PingOverBeforeRequest,
        Self::PingLeavesOut,
        Self::ProbeLeavesOut,
        Self::ProbeUndecided,
        Self::SuccessNotTold,
        Self::PacketsLeaveOut,
        Self::PacketsUndecided,
        Self::ThroughputLeavesOut,
        Self::ThroughputUndecided,
        Self::LoggedInside,
        Self::ServiceWithoutOrdinary,
        Self::GuestClockLeavesOut,
    ];
}

names!(FlagCode, "flag", {
    Self::GuestClockStopped => "guest-clock-stopped",
    Self::GuestClockStepsBack => "guest-clock-steps-back",
    Self::GuestClockJumps => "guest-clock-jumps",
    Self::OutageLongerThanMigration => "outage-longer-than-migration",
    Self::MethodsDisagree => "methods-disagree",
    Self::OutageShorterThanDowntime => "outage-shorter-than-downtime",
    Self::DowntimeEndsEarly => "downtime-ends-early",
    Self::VmOnTwoHosts => "vm-on-two-hosts",
    Self::OutageBeforeRequest => "outage-before-request",
    Self::TimeZeroDoubted => "time-zero-doubted",
    Self::OutageUndecided => "outage-undecided",
    Self::PingOverBeforeRequest => "ping-over-before-request",
    Self::PingLeavesOut => "ping-leaves-out",
    Self::ProbeLeavesOut => "probe-leaves-out",
    Self::ProbeUndecided => "probe-undecided",
    Self::SuccessNotTold => "success-not-told",
    Self::PacketsLeaveOut => "packets-leave-out",
    Self::PacketsUndecided => "packets-undecided",
    Self::ThroughputLeavesOut => "throughput-leaves-out",
    Self::ThroughputUndecided => "throughput-undecided",
    Self::LoggedInside => "logged-inside-vm",
    Self::ServiceWithoutOrdinary => "service-without-ordinary",
    Self::GuestClockLeavesOut => "guest-clock-leaves-out",
    Self::OutageBeforeAsLong => "outage-before-as-long",
    Self::OutageUsual => "outage-usual",
    Self::OutagesApart => "outages-apart",
    Self::OtherServiceAway => "other-service-away",
    Self::OutageWithoutPlace => "outage-without-place",
    Self::AwayBeforeRequest => "away-before-request",
    Self::NeverAnswered => "never-answered",
    Self::ServiceLostAgain => "service-lost-again",
    Self::ServiceLostSeveralTimes => "service-lost-several-times",
    Self::OutageAfterMigration => "outage-after-migration",
    Self::LostAfterMigration => "lost-after-migration",
    Self::ThroughputNotBack => "throughput-not-back",
    Self::BackBeforeResumed => "back-before-resumed",
    Self::LostAfterResumed => "lost-after-resumed",
    Self::ScatteredLoss => "scattered-loss",
    Self::FirstRepetitionSlower => "first-repetition-slower",
});
