//! One file per format: exact values and diagnostics of its fixtures.

mod dstat;
mod iometer;
mod migration_time;
mod netperf;
mod ping_gawk;
mod vlc_log;
mod vlc_stats;
mod xentop_gawk;
mod zeit;
