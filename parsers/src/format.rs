//! Which formats there are: one enum, one table.
//!
//! A new format is a file in `formats/` with its own [`FormatInfo`], a variant of [`Format`], and an entry
//! in [`FORMATS`]. Nothing else in the crate names single formats.

use std::fmt;

use crate::detect::Head;
use crate::diagnostic::{ParseError, Parsed};
use crate::formats::{
    dstat, fio, hmp_migrate, iometer, iperf3, linpack, migration_time, netperf, ping, ping_gawk, qmp_migrate,
    ramspeed, stream, sysbench, virsh_domjobinfo, vlc_log, vlc_stats, xen_migrate, xentop, xentop_gawk, zeit,
};

/// A format of log files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// The CSV file of dstat.
    Dstat,
    /// xentop in batch mode.
    Xentop,
    /// xentop in batch mode, piped through a gawk program that follows one VM and Dom0.
    XentopGawk,
    /// ping as it is: of iputils, busybox, BSD, macOS or Windows, fping or hping3.
    Ping,
    /// ping, piped through a gawk program that stamps each reply.
    PingGawk,
    /// Times of day written in a tight loop inside a VM.
    Zeit,
    /// When a migration was requested and how long its process took.
    MigrationTime,
    /// What QEMU's machine protocol says of a migration.
    QmpMigrate,
    /// What QEMU's monitor says of a migration to people.
    HmpMigrate,
    /// What libvirt says of a migration to people.
    VirshDomjobinfo,
    /// What Xen's tools say of a migration.
    XenMigrate,
    /// VLC's counters of displayed and lost frames and buffers.
    VlcStats,
    /// Messages of VLC about late pictures and buffers.
    VlcLog,
    /// The classic tables of netperf.
    Netperf,
    /// The results file of Iometer.
    Iometer,
    /// LINPACK: linpackc, Intel's, or a plain form.
    Linpack,
    /// RAMspeed and RAMspeed/SMP.
    Ramspeed,
    /// The JSON of fio.
    Fio,
    /// The JSON of iperf3.
    Iperf3,
    /// The table of STREAM.
    Stream,
    /// The report of sysbench.
    Sysbench,
}

/// An entry of [`FORMATS`]: what the program says about a format, and the functions that read it.
#[derive(Debug)]
pub struct FormatInfo {
    /// The variant this entry describes.
    pub format: Format,
    /// Short stable name, the same in messages, docs and data.
    pub name: &'static str,
    /// What is in such a file, in one sentence.
    pub description: &'static str,
    /// The tools and versions that write it.
    pub written_by: &'static str,
    /// How such a file begins, told to a person whose file was not recognised.
    pub begins_with: &'static str,
    pub(crate) recognise: fn(&Head<'_>) -> bool,
    pub(crate) parse: fn(&[u8]) -> Result<Parsed, ParseError>,
}

/// Every format that is read, in the order in which they are listed to people.
pub static FORMATS: &[&FormatInfo] = &[
    &dstat::INFO,
    &xentop::INFO,
    &xentop_gawk::INFO,
    &ping::INFO,
    &ping_gawk::INFO,
    &zeit::INFO,
    &migration_time::INFO,
    &qmp_migrate::INFO,
    &hmp_migrate::INFO,
    &virsh_domjobinfo::INFO,
    &xen_migrate::INFO,
    &vlc_stats::INFO,
    &vlc_log::INFO,
    &netperf::INFO,
    &iometer::INFO,
    &linpack::INFO,
    &ramspeed::INFO,
    &fio::INFO,
    &iperf3::INFO,
    &stream::INFO,
    &sysbench::INFO,
];

impl Format {
    pub(crate) fn info(self) -> &'static FormatInfo {
        match self {
            Self::Dstat => &dstat::INFO,
            Self::Xentop => &xentop::INFO,
            Self::XentopGawk => &xentop_gawk::INFO,
            Self::Ping => &ping::INFO,
            Self::PingGawk => &ping_gawk::INFO,
            Self::Zeit => &zeit::INFO,
            Self::MigrationTime => &migration_time::INFO,
            Self::QmpMigrate => &qmp_migrate::INFO,
            Self::HmpMigrate => &hmp_migrate::INFO,
            Self::VirshDomjobinfo => &virsh_domjobinfo::INFO,
            Self::XenMigrate => &xen_migrate::INFO,
            Self::VlcStats => &vlc_stats::INFO,
            Self::VlcLog => &vlc_log::INFO,
            Self::Netperf => &netperf::INFO,
            Self::Iometer => &iometer::INFO,
            Self::Linpack => &linpack::INFO,
            Self::Ramspeed => &ramspeed::INFO,
            Self::Fio => &fio::INFO,
            Self::Iperf3 => &iperf3::INFO,
            Self::Stream => &stream::INFO,
            Self::Sysbench => &sysbench::INFO,
        }
    }

    /// Short stable name, e.g. `xentop-gawk`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// What is in such a file, in one sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.info().description
    }

    /// The tools and versions that write it.
    #[must_use]
    pub fn written_by(self) -> &'static str {
        self.info().written_by
    }

    /// The format with this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.iter().find(|info| info.name == name).map(|info| info.format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_enum_agree() {
        for info in FORMATS {
            assert_eq!(info.format.name(), info.name);
            assert_eq!(Format::from_name(info.name), Some(info.format));
            assert!(!info.description.is_empty() && !info.written_by.is_empty());
        }
        let mut formats: Vec<_> = FORMATS.iter().map(|info| info.format).collect();
        formats.sort_unstable();
        formats.dedup();
        assert_eq!(formats.len(), FORMATS.len(), "a format is listed twice");
        assert_eq!(Format::from_name("no such format"), None);
    }
}
