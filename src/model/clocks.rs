//! What is known of the clocks that stamped the logs.

use serde::{Serialize, Serializer};

use super::data::{Exact, fields, names};

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

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            owner: self.owner.name(),
            host: self.owner.host(),
            against: self.against.as_ref().map_or("observer", ClockOwner::name),
            against_host: self.against.as_ref().and_then(ClockOwner::host),
            offset_s: self.offset_s.map(|offset| offset.value),
            offset_half_width_s: self.offset_s.map(|offset| offset.half_width),
            drift_ppm: self.drift_ppm.map(|drift| drift.value),
            drift_half_width_ppm: self.drift_ppm.map(|drift| drift.half_width),
            epoch_s: Exact(self.epoch_s),
            runs: self.runs,
            declared_offset_s: self.declared_offset_s,
            origins: self.origins,
            wrong: self.wrong,
            drifts: self.drifts,
        })
    }
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

impl ClockOwner {
    /// The kind of owner in data.
    fn name(&self) -> &'static str {
        match self {
            Self::Host(_) => "host",
            Self::Guest => "guest",
        }
    }

    /// The name of the host.
    fn host(&self) -> Option<&str> {
        match self {
            Self::Host(name) => Some(name),
            Self::Guest => None,
        }
    }
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

names!(Origin, "origin", {
    Self::Outage => "outage",
    Self::Traffic => "traffic",
    Self::VmGone => "vm-gone",
    Self::VmActive => "vm-active",
});
