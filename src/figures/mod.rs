//! Figures: the analysis in, SVG out.
//!
//! [`plan`] lists every figure that the data allow, in the order of the report; [`draw`] draws
//! one. Both are pure: the same analysis gives the same bytes.

use crate::analysis::Analysis;
use crate::text::Text;

/// What a figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Outages and migration durations of all conditions side by side.
    Overview,
    /// CPU of the VM and of the hypervisor's domain (xentop).
    CpuByDomain,
    /// CPU in user, system, idle, wait (dstat).
    CpuByState,
    /// CPU in software interrupts (dstat).
    SoftInterrupts,
    /// Memory used and free (dstat).
    Memory,
    /// Network received and sent (dstat).
    Network,
    /// Round trip time of the service (ping).
    RoundTrips,
}

/// One figure that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// File name without extension, for example `memtester-kirsche-cpu-by-domain`.
    pub id: String,
    pub kind: Kind,
    /// Index into [`Analysis::conditions`]; `None` for an overview.
    pub condition: Option<usize>,
    /// Index into the campaign's hosts; `None` for the service and for overviews.
    pub host: Option<usize>,
}

/// Every figure that the data allow, in the order of the report.
pub fn plan(_analysis: &Analysis) -> Vec<Plan> {
    todo!()
}

/// One figure as a standalone SVG document.
pub fn draw(_plan: &Plan, _analysis: &Analysis, _text: &Text) -> String {
    todo!()
}
