//! Writers: typed samples in, the bytes of one log file out.
//!
//! Each module documents the program that writes the format and what is peculiar about it. The
//! writers keep to what the tools do, also where that is awkward; they check nothing, so that tests
//! can write damaged or contradictory logs as well.

pub mod dstat;
pub mod iometer;
pub mod linpack;
pub mod migration_time;
pub mod netperf;
pub mod pcap;
pub mod ping;
pub mod ping_gawk;
pub mod ramspeed;
pub mod vlc;
pub mod xend_log;
pub mod xentop_gawk;
pub mod zeit;
