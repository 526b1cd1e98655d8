//! `sar`: what a host did, as sar of sysstat prints it for people.
//!
//! ```text
//! Linux 6.1.0-13-amd64 (kirsche)  30.11.2026  _x86_64_  (2 CPU)
//!
//! 01:16:48        CPU     %user     %nice   %system   %iowait    %steal     %idle
//! 01:16:49        all     51,01     26,77     22,22      0,00      0,00      0,00
//!
//! 01:16:48    kbmemfree   kbavail kbmemused  %memused kbbuffers  kbcached  kbcommit   %commit …
//! 01:16:49     18998652  22458448   1872360      7,59     52416   3466804    448600      1,82 …
//! Durchschn.:     all     62,34     11,03     12,31      0,14      0,09     14,09
//! ```
//!
//! The lines are those of [`report`], the tables those of [`sadf`](super::sadf), whose output has dates and is
//! better. Single CPUs and other activities are not used.

use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::sysstat::report::{self, What};
use crate::shared::sysstat::table::Table;

pub(crate) static DESCRIPTION: Description = Description {
    name: "sar",
    description: "CPU, memory, network and disks of a host as sar prints them",
    written_by: "sar of sysstat 8 to 12 with -u, -r, -n DEV, -b or -d",
    begins_with: "`Linux 6.1.0 (HOST) 11/30/2026 _x86_64_ (2 CPU)`, then `01:16:48 CPU %user %nice …`",
    file_names: &["sysstat"],
    clocks: &[Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"%user", b"%usr", b"kbmemfree", b"IFACE", b"bread/s", b"DEV"]),
    recognise,
    parse: Parse::Whole(parse),
};

const WHAT: What = What {
    uses,
    expected: "tables of sar about the CPU (-u), memory (-r), network (-n DEV) or disks (-b, -d)",
    since_boot: false,
};

fn uses(table: &Table) -> bool {
    match table {
        Table::Cpu { cpu, .. } => cpu.is_some(),
        Table::Memory { .. } | Table::Network { .. } | Table::Disk { .. } => true,
        Table::Process { .. } | Table::Horizontal | Table::Other => false,
    }
}

/// Names that mpstat does not write in this order, of a table that is used.
fn is_own(names: &[&[u8]]) -> bool {
    let at = |name: &[u8]| names.iter().position(|other| *other == name);
    let is_of_mpstat = at(b"%irq").zip(at(b"%steal")).is_some_and(|(irq, steal)| irq < steal);
    // Below a time that somebody put in front of it.
    let is_of_iostat = ["Device", "Device:"].iter().any(|name| at(name.as_bytes()).is_some());
    uses(&Table::read(names)) && !is_of_mpstat && !is_of_iostat
}

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| report::is_head(line.text, is_own))
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    report::read(bytes, WHAT)
}
