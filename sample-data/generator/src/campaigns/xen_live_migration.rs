//! Live migration under Xen as the user of a service sees it (2010): service ping, five loads, five
//! repetitions.
//!
//! `projekt3` pings the VM while it migrates. [`published`] holds the numbers that must come back
//! exactly, [`ping`] what the observer saw; the rest is the [testbed](super::testbed)'s.

pub mod ping;
pub mod published;

use super::testbed::conditions::{Condition, Parameters};
use super::testbed::recorders;
use super::testbed::run::{Peculiarities, Plan, Run};
use super::testbed::runs;
use crate::SampleFile;
use crate::migration::MB;

/// Name of the campaign and of its folder.
pub const NAME: &str = "xen-live-migration";

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    runs().flat_map(|(condition, repetition)| record(condition, repetition)).collect()
}

/// All files of a run.
fn record(condition: Condition, repetition: usize) -> Vec<SampleFile> {
    let published = published::repetitions(condition)[repetition - 1];
    let parameters = condition.parameters();
    let plan = Plan {
        series: "",
        condition,
        repetition,
        parameters,
        requested: requests(condition)[repetition - 1],
        duration_cs: published.duration_cs,
        peculiarities: peculiarities(condition, repetition, &parameters),
    };
    let mut noise = plan.noise("run");
    let pings = ping::requests(&mut noise);
    let outage = ping::outage(&plan, &published, &pings, &mut noise);
    let run = Run::new(plan, outage, &mut noise);
    let mut files = recorders::record(&run);
    files.push(recorders::file(&run, "ping.test", ping::record(&run, &pings)));
    files
}

/// Seconds since 1970 in which the migrations were requested: the afternoon and the night of
/// 26 January 2010. The outage of the second run with Iometer spans midnight in the VM's zone.
fn requests(condition: Condition) -> [i64; 5] {
    match condition {
        Condition::None => [1_264_510_992, 1_264_511_243, 1_264_511_498, 1_264_511_747, 1_264_512_001],
        Condition::Memtester => [1_264_515_617, 1_264_515_899, 1_264_516_190, 1_264_516_474, 1_264_516_761],
        Condition::Netperf => [1_264_520_436, 1_264_520_690, 1_264_520_941, 1_264_521_200, 1_264_521_449],
        Condition::Cpuburn => [1_264_542_511, 1_264_542_795, 1_264_543_083, 1_264_543_364, 1_264_543_650],
        Condition::Iometer => [1_264_546_530, 1_264_546_788, 1_264_547_046, 1_264_547_297, 1_264_547_553],
    }
}

/// The runs whose logs are odd or damaged.
fn peculiarities(condition: Condition, repetition: usize, parameters: &Parameters) -> Peculiarities {
    let usual = Peculiarities::default();
    match (condition, repetition) {
        (Condition::Memtester, 2) | (Condition::Cpuburn, 5) => Peculiarities { renamed_late: true, ..usual },
        // 34 s after the request.
        (Condition::Netperf, 3) => {
            Peculiarities { overflow_after: Some(parameters.load.datagrams.rate * MB * 35.3), ..usual }
        }
        (Condition::Netperf, 5) => Peculiarities { zeit_cut: 11, ..usual },
        (Condition::Cpuburn, 2) => Peculiarities { dstat_cut: 27, ..usual },
        _ => usual,
    }
}
