//! Whether pre-copy converges.

use serde::Serialize;

use super::{ConditionId, Relocate, Relocation, RunId};

/// The runs of one condition whose hypervisor told of them, whether they completed or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Convergence {
    #[serde(rename = "factors")]
    pub condition: ConditionId,
    pub runs: usize,
    /// Completed runs among them.
    pub completed: usize,
    /// Mean over the runs of what was dirtied in a second.
    pub dirtied_bytes_per_s: Option<f64>,
    /// Mean over the runs of what was sent in a second.
    pub sent_bytes_per_s: Option<f64>,
    /// Mean over the runs of the quotient of the two.
    #[serde(rename = "dirtied_to_sent")]
    pub ratio: Option<f64>,
    /// `None` where the runs do not tell, or not the same.
    pub converges: Option<bool>,
    /// Of the runs that told their rounds the one of median length.
    #[serde(skip)]
    pub typical: Option<RunId>,
}

impl Relocate for Convergence {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            condition,
            runs: _,
            completed: _,
            dirtied_bytes_per_s: _,
            sent_bytes_per_s: _,
            ratio: _,
            converges: _,
            typical,
        } = self;
        condition.relocate(to);
        typical.relocate(to);
    }
}
