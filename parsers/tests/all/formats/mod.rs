//! One file per format: exact values and diagnostics of its fixtures.

mod dstat;
mod dstat_family;
mod migration_time;
mod ping_gawk;
mod xentop;
mod xentop_gawk;
mod zeit;
