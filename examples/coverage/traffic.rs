//! Captures of traffic with a VM whose outage is known, through the program: how often the bounds by packets hold it.

use rayon::prelude::*;
use stillstand::input::config::Config;
use stillstand::model::{Method, Outage};
use stillstand_generator::simulation::packets::{Traffic, capture};

use super::service::{Tally, measure};

/// The runs of a kind of traffic, by their numbers.
pub fn tally(traffic: &Traffic, numbers: std::ops::Range<u32>) -> Tally {
    let config = Config::parse("").expect("no configuration at all");
    let outages: Vec<([f64; 2], Option<Outage>)> = numbers
        .into_par_iter()
        .map(|number| {
            let captured = capture(traffic, number);
            let outage = measure(&captured.files, &config, Method::PacketGap);
            ([captured.stopped, captured.resumed], outage)
        })
        .collect();
    let mut tally = Tally::default();
    for (truth, outage) in &outages {
        tally.add(*truth, outage.as_ref());
    }
    tally
}
