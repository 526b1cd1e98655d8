//! The campaigns: what was published of a study, and the conditions and runs rebuilt around it.
//!
//! Two are parts of one study of live migration. [`testbed`] is what they share: machines, loads, and the
//! tools that logged them; each adds its published numbers and the logs of its service. The others stand alone: one of
//! benchmarks, one of what migrations transfer, and one, illustrative only, of a study of which no number is known.
//! [`values`] is how published means become the values behind them.

pub mod hypervisor_sweep;
pub mod testbed;
pub mod values;
pub mod xen_efficiency;
pub mod xen_live_migration;
pub mod xen_precopy;
pub mod xen_stream;
