//! The campaigns: what was published of a study, and the conditions and runs rebuilt around it.
//!
//! Both are parts of one study. [`testbed`] is what they share: machines, loads, and the tools that
//! logged them; each campaign adds its published numbers and the logs of its service.

pub mod testbed;
pub mod xen_live_migration;
pub mod xen_stream;
