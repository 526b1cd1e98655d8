//! The tools that logged a run whatever the service was: each samples the migration at its own times,
//! by its own clock.

mod dstat;
mod guest;
mod xentop;

use super::conditions::Condition;
use super::run::Run;
use crate::SampleFile;
use crate::migration::Host;

/// Name of the VM.
const VM: &str = "asam";
/// Memory of each host in KiB: 3.5 GB, less what firmware keeps.
const HOST_KIB: u64 = 3_669_504;
/// Memory given to Dom0 in KiB.
const DOM0_KIB: u64 = 1_048_576;

/// Name of a host.
fn host_name(host: Host) -> &'static str {
    match host {
        Host::Source => "kirsche",
        Host::Target => "apfel",
    }
}

/// A file of a run.
pub fn file(run: &Run, suffix: &str, bytes: Vec<u8>) -> SampleFile {
    SampleFile { name: format!("{}-{suffix}", run.plan.name()), bytes }
}

/// The files of a run, without those of the service.
pub fn record(run: &Run) -> Vec<SampleFile> {
    let file = |suffix: &str, bytes: Vec<u8>| file(run, suffix, bytes);
    let mut files = Vec::new();
    for host in [Host::Source, Host::Target] {
        let machine = host_name(host);
        files.push(file(&format!("dstat-{machine}.test"), dstat::record(run, host)));
        files.push(file(&format!("xentop-{machine}.test"), xentop::record(run, host)));
    }
    files.push(file("migration-time.test", guest::migration_time(run)));
    files.push(file("zeit.log", guest::zeit(run)));
    if run.plan.condition == Condition::Netperf {
        files.push(file("netperf.test", guest::netperf(run)));
    }
    files
}

/// A log whose writer was killed in the middle of its last line.
fn killed(mut bytes: Vec<u8>, missing: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() - missing);
    bytes
}
