//! The service ping: what the observer asked, when it got no answer, and how long answers took.

use super::published::{PING_INTERVAL, Repetition};
use crate::campaigns::testbed::conditions::Condition;
use crate::campaigns::testbed::run::{Machine, Plan, Run, unrounded};
use crate::formats::ping_gawk::{self, Reply, Session};
use crate::noise::Noise;
use crate::outage::{Observed, Outage};

/// Requests of one session.
const REQUESTS: usize = 500;

/// Round trip times of ping. Invented, such that the ratios that the study names come out.
#[derive(Debug, Clone, Copy, PartialEq)]
struct RoundTrip {
    /// Ordinary time in ms.
    base_ms: f64,
    /// Factor while pages are copied: lowest and highest ordinary one.
    copying: (f64, f64),
    /// Now and then it is higher: with this chance, up to this factor.
    spike: (f64, f64),
    /// First reply after the outage in ms: from, to.
    first_reply_ms: (f64, f64),
}

impl RoundTrip {
    /// The round trip times under a load.
    fn of(condition: Condition) -> Self {
        match condition {
            Condition::None => {
                Self { base_ms: 0.38, copying: (1.35, 2.1), spike: (0.03, 3.0), first_reply_ms: (0.9, 2.2) }
            }
            Condition::Memtester => {
                Self { base_ms: 0.43, copying: (2.0, 6.5), spike: (0.12, 10.5), first_reply_ms: (3.0, 4.4) }
            }
            Condition::Netperf => {
                Self { base_ms: 0.47, copying: (1.7, 3.2), spike: (0.06, 4.5), first_reply_ms: (1.2, 2.0) }
            }
            Condition::Cpuburn => {
                Self { base_ms: 0.40, copying: (1.1, 1.7), spike: (0.05, 2.5), first_reply_ms: (1.2, 3.5) }
            }
            Condition::Iometer => {
                Self { base_ms: 0.42, copying: (1.25, 1.9), spike: (0.05, 3.2), first_reply_ms: (1.0, 2.8) }
            }
        }
    }
}

/// When the requests are sent, in seconds since the request for migration: from about 5 s before it on.
/// The interval is a little too long and not quite steady.
pub fn requests(noise: &mut Noise) -> Vec<f64> {
    let excess = noise.uniform(0.000_01, 0.000_06);
    let start = noise.uniform(-5.3, -4.9);
    (0..REQUESTS)
        .map(|number| start + (PING_INTERVAL + excess) * number as f64 + noise.uniform(0.0, 0.0012))
        .collect()
}

/// The outage that explains what was published of a run, when requests are sent at the times `requests`.
pub fn outage(plan: &Plan, published: &Repetition, requests: &[f64], noise: &mut Noise) -> Outage {
    let by_ping = PING_INTERVAL * published.unanswered as f64;
    let pause = published.clock_gap.min(by_ping + 0.05);
    let (shortest, longest) = plan.parameters.clock_step;
    let observed = Observed {
        not_before: plan.parameters.stop.time(plan.duration(), pause, noise),
        unanswered: published.unanswered,
        clock_gap: unrounded(published.clock_gap, noise),
        clock_step: (shortest + longest) / 2.0,
    };
    Outage::fit(&observed, requests, noise)
}

/// ping on the observer, through gawk.
pub fn record(run: &Run, requests: &[f64]) -> Vec<u8> {
    let mut noise = run.plan.noise("ping");
    let mut replies = Vec::new();
    let mut since_outage = None;
    for (sequence, &sent) in (1..).zip(requests) {
        if run.migration.phases.outage.swallows(sent) {
            since_outage = Some(0);
            continue;
        }
        let rtt_us = round_trip_us(run, sent, since_outage, &mut noise);
        since_outage = since_outage.map(|count: u32| count + 1);
        let arrived = sent + rtt_us as f64 / 1e6;
        replies.push(Reply { epoch: run.epoch(Machine::Observer, arrived).floor() as i64, sequence, rtt_us });
    }
    let time = requests[REQUESTS - 1] - requests[0];
    ping_gawk::write(&Session {
        host: "192.168.2.70",
        sent: REQUESTS as u64,
        time_ms: (time * 1000.0) as u64,
        replies,
    })
}

/// Round trip time of a request sent at `t`, the so-many-th after the outage.
fn round_trip_us(run: &Run, t: f64, since_outage: Option<u32>, noise: &mut Noise) -> u64 {
    let parameters = RoundTrip::of(run.plan.condition);
    let phases = &run.migration.phases;
    let usual = parameters.base_ms * (1.0 + 0.08 * noise.normal());
    let ms = match since_outage {
        Some(0) => noise.uniform(parameters.first_reply_ms.0, parameters.first_reply_ms.1),
        Some(1) => usual * noise.uniform(1.3, 3.0),
        Some(_) => usual * 0.94,
        None if t < phases.transfer => usual,
        None => {
            let (chance, highest) = parameters.spike;
            let (low, high) = parameters.copying;
            if noise.uniform(0.0, 1.0) < chance {
                parameters.base_ms * noise.uniform(high, highest)
            } else {
                usual * noise.uniform(low, high)
            }
        }
    };
    (ms * 1000.0).round() as u64
}
