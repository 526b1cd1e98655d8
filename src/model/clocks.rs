//! What is known of the clocks that stamped the logs.

/// One clock against the observer's, or against another where the observer's stamped nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    pub owner: ClockOwner,
    /// The clock that it is compared with; `None` is the observer's.
    pub against: Option<ClockOwner>,
    /// Seconds by which it is ahead of that at `epoch_s`, with what `campaign.toml` declares
    /// taken off.
    pub offset_s: Option<Estimate>,
    /// Parts per million by which it runs faster.
    pub drift_ppm: Option<Estimate>,
    /// The instant for which the offset stands: the middle of the runs.
    pub epoch_s: Option<f64>,
    /// Runs that said something of it.
    pub runs: usize,
    /// What `campaign.toml` declares of it for `epoch_s`, seconds; the times of all sources are corrected by it.
    pub declared_offset_s: f64,
    /// What both rest on.
    pub origins: Vec<Origin>,
    /// The offset is larger than its uncertainty and than half a second.
    pub wrong: bool,
    /// The drift is larger than its uncertainty and than 50 ppm.
    pub drifts: bool,
}

/// A value with the half-width of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub half_width: f64,
}

/// Whose clock it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClockOwner {
    Host(String),
    /// The clock inside the VM.
    Guest,
}

/// An event that two clocks stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The outage in the stamps of the guest and in the answers to ping.
    Outage,
    /// Bytes sent by the source and received by the target.
    Traffic,
    /// The VM disappears from the source when ping's requests are answered no more.
    VmGone,
    /// The VM is active on the target when ping's requests are answered again.
    VmActive,
}
