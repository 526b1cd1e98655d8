//! Logs of what a service did in each interval, whose outage is known, through the program: how often the bounds by throughput hold it.

use rayon::prelude::*;
use stillstand::input::config::Config;
use stillstand::model::{Method, Outage};
use stillstand_generator::simulation::work::{Tool, work};

use super::service::{Tally, measure};

/// The runs of a tool, by their numbers.
pub fn tally(tool: &Tool, numbers: std::ops::Range<u32>) -> Tally {
    let config = Config::parse("").expect("no configuration at all");
    let outages: Vec<([f64; 2], Option<Outage>)> = numbers
        .into_par_iter()
        .map(|number| {
            let worked = work(tool, number);
            let outage = measure(&worked.files, &config, Method::Throughput);
            ([worked.lost, worked.back], outage)
        })
        .collect();
    let mut tally = Tally::default();
    for (truth, outage) in &outages {
        tally.add(*truth, outage.as_ref());
    }
    tally
}
