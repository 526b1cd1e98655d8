//! What models of pre-copy make of a hypervisor's account.

use super::time_line::{Hypervisor, PrecopyRound};

/// A model of pre-copy: each round sends what was dirtied during the one before, at constant rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// All that is written is new (H. Liu et al., HPDC 2011).
    Standard,
    /// No round but the first sends more than the working set, the pages that the VM writes to again and again (C.
    /// Clark et al., *Live Migration of Virtual Machines*, NSDI 2005).
    WorkingSet,
}

/// What a model predicts of a migration, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Of as many rounds as there were.
    pub duration_s: f64,
    /// Of the last round.
    pub downtime_s: f64,
}

impl Prediction {
    /// Predicted ÷ measured duration − 1, per cent; `None` where nothing was measured.
    pub fn error_percent(&self, measured_s: Option<f64>) -> Option<f64> {
        let measured_s = measured_s.filter(|duration| *duration > 0.0)?;
        Some(100.0 * (self.duration_s / measured_s - 1.0))
    }
}

impl Hypervisor {
    /// The most that a round after the first sent: what the VM writes to again and again is at least as much.
    pub fn working_set_bytes(&self) -> Option<f64> {
        let later = self.rounds.get(1..)?;
        later.iter().filter_map(|round| self.bytes_of(round)).reduce(f64::max)
    }

    /// What a model makes of the first round, the median rates and the number of rounds. `None` where as much is
    /// dirtied as is sent: then it does not end.
    pub fn predicted(&self, model: Model) -> Option<Prediction> {
        let limit = match model {
            Model::Standard => f64::INFINITY,
            Model::WorkingSet => self.working_set_bytes()?,
        };
        let rate = self.throughput_bytes_per_s.filter(|rate| *rate > 0.0)?;
        let dirtied = self.dirty_bytes_per_s.filter(|dirtied| *dirtied < rate)?;
        let (mut duration_s, mut downtime_s) = (0.0, 0.0);
        let mut bytes = self.bytes_of(self.rounds.first()?)?;
        for _ in 0..self.iterations?.clamp(1, MOST_ROUNDS) {
            downtime_s = bytes / rate;
            duration_s += downtime_s;
            bytes = (dirtied * downtime_s).min(limit);
        }
        Some(Prediction { duration_s, downtime_s })
    }

    fn bytes_of(&self, round: &PrecopyRound) -> Option<f64> {
        round.bytes_sent.or_else(|| Some(round.pages_sent * self.page_bytes?))
    }
}

/// More rounds than any hypervisor makes; what a damaged log claims beyond is not computed.
const MOST_ROUNDS: u64 = 100_000;
