//! The campaigns: what was published of a study, and the conditions and runs rebuilt around it.

pub mod xen_live_migration;
