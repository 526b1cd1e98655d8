//! The table of formats: a folder each, and one list.
//!
//! A new format is a folder here, `mod` and an entry below, its fixtures, its tests and its page. The tests in
//! `tests/all/table.rs` name whatever is missing. The table stands above the formats; no format uses it. Where
//! one format reads a piece of another (syslog around `date`, the summary of ping), it uses that format's folder.

mod ab;
mod ab_gnuplot;
mod collectl;
pub(crate) mod dstat;
mod fio;
mod fio_log;
mod hey;
mod hmp_migrate;
mod iometer;
mod iostat;
mod iperf3;
pub(crate) mod iperf3_intervals;
mod k6;
mod linpack;
pub(crate) mod memtier;
mod memtier_intervals;
mod migration_time;
mod mpstat;
mod netperf;
mod netperf_intervals;
mod nping;
mod pcap;
mod pcp;
mod pgbench;
mod pidstat;
mod ping;
mod ping_gawk;
mod prometheus;
mod qmp_migrate;
mod ramspeed;
mod redis_benchmark;
mod sadf;
mod sar;
pub(crate) mod sockperf;
mod sockperf_log;
mod stream;
mod sysbench;
mod sysbench_intervals;
mod tshark;
mod typeperf;
mod vegeta;
mod virsh_domjobinfo;
mod vlc_log;
mod vlc_stats;
mod vmstat;
mod wrk;
mod xen_migrate;
mod xentop;
mod xentop_gawk;
mod ycsb;
mod ycsb_raw;
mod zeit;

use crate::format::Format;

/// Every format that is read, in the order in which people read about them. Where a run has logs of several
/// formats that mean the same and only one of them can count, the first does.
pub static FORMATS: &[Format] = &[
    Format::new(&dstat::DESCRIPTION),
    Format::new(&sadf::DESCRIPTION),
    Format::new(&sar::DESCRIPTION),
    Format::new(&vmstat::DESCRIPTION),
    Format::new(&mpstat::DESCRIPTION),
    Format::new(&iostat::DESCRIPTION),
    Format::new(&collectl::DESCRIPTION),
    Format::new(&prometheus::DESCRIPTION),
    Format::new(&pcp::DESCRIPTION),
    Format::new(&typeperf::DESCRIPTION),
    Format::new(&pidstat::DESCRIPTION),
    Format::new(&xentop_gawk::DESCRIPTION),
    Format::new(&xentop::DESCRIPTION),
    Format::new(&ping_gawk::DESCRIPTION),
    Format::new(&ping::DESCRIPTION),
    Format::new(&vegeta::DESCRIPTION),
    Format::new(&k6::DESCRIPTION),
    Format::new(&hey::DESCRIPTION),
    Format::new(&ab_gnuplot::DESCRIPTION),
    Format::new(&sockperf_log::DESCRIPTION),
    Format::new(&nping::DESCRIPTION),
    Format::new(&ycsb_raw::DESCRIPTION),
    Format::new(&pcap::DESCRIPTION),
    Format::new(&tshark::DESCRIPTION),
    Format::new(&zeit::DESCRIPTION),
    Format::new(&migration_time::DESCRIPTION),
    Format::new(&qmp_migrate::DESCRIPTION),
    Format::new(&hmp_migrate::DESCRIPTION),
    Format::new(&virsh_domjobinfo::DESCRIPTION),
    Format::new(&xen_migrate::DESCRIPTION),
    Format::new(&vlc_stats::DESCRIPTION),
    Format::new(&vlc_log::DESCRIPTION),
    Format::new(&netperf::DESCRIPTION),
    Format::new(&iometer::DESCRIPTION),
    Format::new(&linpack::DESCRIPTION),
    Format::new(&ramspeed::DESCRIPTION),
    Format::new(&fio::DESCRIPTION),
    Format::new(&iperf3::DESCRIPTION),
    Format::new(&stream::DESCRIPTION),
    Format::new(&sysbench::DESCRIPTION),
    Format::new(&ab::DESCRIPTION),
    Format::new(&sockperf::DESCRIPTION),
    Format::new(&wrk::DESCRIPTION),
    Format::new(&redis_benchmark::DESCRIPTION),
    Format::new(&memtier::DESCRIPTION),
    Format::new(&ycsb::DESCRIPTION),
    Format::new(&pgbench::DESCRIPTION),
    Format::new(&sysbench_intervals::DESCRIPTION),
    Format::new(&iperf3_intervals::DESCRIPTION),
    Format::new(&netperf_intervals::DESCRIPTION),
    Format::new(&memtier_intervals::DESCRIPTION),
    Format::new(&fio_log::DESCRIPTION),
];

/// The format with this [`name`](Format::name).
#[must_use]
pub fn format_named(name: &str) -> Option<Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}
