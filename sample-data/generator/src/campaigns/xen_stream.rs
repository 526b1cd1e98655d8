//! Live migration under Xen as the user of a service sees it (2010): service stream, five loads, five
//! repetitions.
//!
//! VLC in the VM streams a film while it migrates; a client on Linux and one on Windows show it.
//! [`published`] holds the numbers that must come back exactly, [`conditions`] what the service changes
//! about the loads, [`clients`] what the clients counted; the rest is the [testbed](super::testbed)'s.

pub mod clients;
pub mod conditions;
pub mod published;

use super::testbed::conditions::Condition;
use super::testbed::recorders;
use super::testbed::run::{Peculiarities, Plan, Run, unrounded};
use super::testbed::runs;
use crate::SampleFile;
use crate::migration::MB;
use crate::outage::Outage;

/// Name of the campaign and of its folder.
pub const NAME: &str = "xen-stream";

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    runs().flat_map(|(condition, repetition)| record(condition, repetition)).collect()
}

/// All files of a run.
fn record(condition: Condition, repetition: usize) -> Vec<SampleFile> {
    let published = published::repetitions(condition)[repetition - 1];
    let plan = Plan {
        series: "stream/",
        condition,
        repetition,
        parameters: conditions::parameters(condition, repetition),
        requested: requests(condition)[repetition - 1],
        duration_cs: published.duration_cs,
        peculiarities: peculiarities(condition, repetition),
    };
    let mut noise = plan.noise("run");
    let (shortest, longest) = plan.parameters.clock_step;
    let stopped = plan.parameters.stop.time(plan.duration(), published.clock_gap, &mut noise);
    let clock_gap = unrounded(published.clock_gap, &mut noise);
    let outage = Outage::by_clock(stopped, clock_gap, (shortest + longest) / 2.0, &mut noise);
    let run = Run::new(plan, outage, &mut noise);

    let asked_twice = (condition, repetition) == (Condition::Memtester, 4);
    let mut files = recorders::record(&run);
    files.push(recorders::file(&run, "vlc-linux.test", clients::linux(&run, published.linux, asked_twice)));
    files.push(recorders::file(&run, "vlc-windows.xml", clients::windows(&run, published.windows)));
    files
}

/// Seconds since 1970 in which the migrations were requested: the afternoon and the evening of
/// 28 January 2010.
fn requests(condition: Condition) -> [i64; 5] {
    match condition {
        Condition::None => [1_264_683_614, 1_264_683_870, 1_264_684_131, 1_264_684_382, 1_264_684_640],
        Condition::Memtester => [1_264_687_215, 1_264_687_512, 1_264_687_804, 1_264_688_093, 1_264_688_390],
        Condition::Netperf => [1_264_691_108, 1_264_691_366, 1_264_691_629, 1_264_691_882, 1_264_692_143],
        Condition::Cpuburn => [1_264_696_327, 1_264_696_615, 1_264_696_902, 1_264_697_194, 1_264_697_481],
        Condition::Iometer => [1_264_701_039, 1_264_701_298, 1_264_701_553, 1_264_701_815, 1_264_702_071],
    }
}

/// The runs whose logs are odd.
fn peculiarities(condition: Condition, repetition: usize) -> Peculiarities {
    let usual = Peculiarities::default();
    match (condition, repetition) {
        (Condition::Memtester, 1) => Peculiarities { renamed_late: true, ..usual },
        // While netperf sends.
        (Condition::Netperf, 4) => Peculiarities { overflow_after: Some(420.0 * MB), ..usual },
        _ => usual,
    }
}
