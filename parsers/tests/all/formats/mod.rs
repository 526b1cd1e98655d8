//! One file per format: exact values and diagnostics of its fixtures, and values that come back.

mod ab;
mod dstat;
mod fio;
mod hmp_migrate;
mod iometer;
mod iperf3;
mod linpack;
mod migration_time;
mod netperf;
mod pcap;
mod ping;
mod ping_gawk;
mod qmp_migrate;
mod ramspeed;
mod sadf;
mod stream;
mod sysbench;
mod tshark;
mod virsh_domjobinfo;
mod vlc_log;
mod vlc_stats;
mod xen_migrate;
mod xentop;
mod xentop_gawk;
mod zeit;
