//! One file per format: exact values and diagnostics of its fixtures.

mod benchmarks;
mod dstat;
mod dstat_family;
mod hmp_migrate;
mod iometer;
mod migration_time;
mod netperf;
mod ping;
mod ping_gawk;
mod qmp_migrate;
mod virsh_domjobinfo;
mod vlc_log;
mod vlc_stats;
mod xen_migrate;
mod xentop;
mod xentop_gawk;
mod zeit;
mod zones;
