//! The published numbers of the study, and what was chosen where it gives only means.

mod parallel;
mod single;

/// What was measured where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub guest_os: &'static str,
    /// `native` is bare metal; the others are VMs.
    pub mode: &'static str,
    pub bits: u8,
    /// What else ran on the host; `single` is the comparison with bare metal.
    pub context: &'static str,
}

/// The figures of one system.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Seconds for ten solutions.
    pub linpack: Option<f64>,
    /// MB/s: write and read in L1, in L2, in memory; each the mean over block sizes.
    pub ramspeed: Option<[f64; 6]>,
    /// MB/s as Iometer means it (MiB): write and read; the mean over sizes, as all that follows.
    pub net: Option<[f64; 2]>,
    /// MB/s: sequential write and read, random write and read.
    pub disk: Option<[f64; 4]>,
    /// Per cent of the CPU during the tests of network and disk.
    pub cpu: Option<([f64; 2], [f64; 4])>,
}

/// Systems that were measured at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub setting: Setting,
    /// The order of LINPACK's system that `linpack` is about.
    pub order: u32,
    pub vms: Vec<Figures>,
    /// The sums over the VMs as they are printed.
    pub sums: Figures,
}

/// Everything that was measured.
pub fn groups() -> Vec<Group> {
    single::groups().chain(parallel::groups()).collect()
}
