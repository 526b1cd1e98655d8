//! The campaigns: what was published of a study, and the conditions and runs rebuilt around it.
//!
//! Two are parts of one study of live migration. [`testbed`] is what they share: machines, loads, and the
//! tools that logged them; each adds its published numbers and the logs of its service. The third is of
//! benchmarks and stands alone.

pub mod testbed;
pub mod xen_efficiency;
pub mod xen_live_migration;
pub mod xen_stream;
