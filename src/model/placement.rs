//! Which VM to migrate first when VMs together use more CPU than wanted.

use serde::Serialize;

use super::data::by_name;

/// The order in which to migrate; `docs/methodology/conclusions.md` has the rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placement {
    /// Per cent of the host that the VMs may use together.
    pub threshold_percent: f64,
    /// What they use together; `None` where it is not known of all.
    pub cpu_percent: Option<f64>,
    /// How many have to leave, in this order, for the others to stay at or below the threshold.
    pub to_migrate: Option<usize>,
    /// In data with the reasons in words, which the reports make.
    #[serde(skip)]
    pub order: Vec<Candidate>,
}

impl Placement {
    /// What the VMs use that stay when the first `left` have gone, per cent of the host.
    pub fn rest_percent(&self, left: usize) -> Option<f64> {
        self.order.iter().skip(left).map(|candidate| candidate.cpu_percent).sum()
    }
}

/// One VM.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    pub vm: String,
    pub time_s: f64,
    /// Half-width of the 95 % interval, or half of the last digit of a single reading.
    pub time_uncertainty_s: f64,
    pub downtime_s: Option<f64>,
    pub cpu_percent: Option<f64>,
    #[serde(skip)]
    pub reason: Reason,
}

/// Why a VM stands where it stands, among those that are left. Names are those of the VMs whose times equal
/// its own within the uncertainty of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    LeastTime,
    ShorterDowntime {
        as_fast: Vec<String>,
    },
    /// Downtimes are equal or not known.
    NothingTells {
        as_fast: Vec<String>,
    },
    /// There is no other.
    Last,
}

by_name!(Reason);

impl Reason {
    /// The short name in data.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LeastTime => "least-time",
            Self::ShorterDowntime { .. } => "shorter-downtime",
            Self::NothingTells { .. } => "nothing-tells",
            Self::Last => "last",
        }
    }

    /// The key of its text in reports.
    pub fn label(&self) -> &'static str {
        match self {
            Self::LeastTime => "placement.least-time",
            Self::ShorterDowntime { .. } => "placement.shorter-downtime",
            Self::NothingTells { .. } => "placement.nothing-tells",
            Self::Last => "placement.last",
        }
    }

    pub fn as_fast(&self) -> &[String] {
        match self {
            Reason::ShorterDowntime { as_fast } | Reason::NothingTells { as_fast } => as_fast,
            Reason::LeastTime | Reason::Last => &[],
        }
    }
}
