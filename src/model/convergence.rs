//! Whether pre-copy converges.

/// The runs of one condition whose hypervisor told of them, whether they completed or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// Index into [`super::Analysis::conditions`].
    pub condition: usize,
    pub runs: usize,
    /// Completed runs among them.
    pub completed: usize,
    /// Mean over the runs of what was dirtied in a second.
    pub dirtied_bytes_per_s: Option<f64>,
    /// Mean over the runs of what was sent in a second.
    pub sent_bytes_per_s: Option<f64>,
    /// Mean over the runs of the quotient of the two.
    pub ratio: Option<f64>,
    /// `None` where the runs do not tell, or not the same.
    pub converges: Option<bool>,
    /// Of the runs that told their rounds the one of median length: an index into [`super::Analysis::runs`].
    pub typical: Option<usize>,
}
