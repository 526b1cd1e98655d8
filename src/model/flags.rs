//! What the reader of a run must know of it.

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
