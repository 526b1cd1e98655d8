//! Migrations whose truth is known: a VM stands still from one instant to another, and the tools around
//! it log what they see of that, each with its own clock and its own ways to be wrong.
//!
//! Nothing here comes from a measurement. A [`Scenario`] says what goes wrong and how much; the run's number
//! picks the length of the standstill (0.05 to 20 s, evenly over its logarithm), its place, the interval of
//! ping, the form of its log and the rest. Times are seconds since the printed request, by a clock
//! that is right.
//!
//! Deliberately absent: hosts, loads and the rounds of a transfer ([`crate::migration`] has them); and a
//! network that comes back later than the VM, which would be another truth.

pub mod packets;
mod scenarios;
pub mod service;
mod waiting;
pub mod work;

use chrono::{DateTime, NaiveDateTime};

pub use self::scenarios::{GuestClock, SCENARIOS, Scenario};
use crate::SampleFile;
use crate::formats::migration_time::{self, MigrationTime};
use crate::formats::ping::{self, Stamped};
use crate::formats::ping_gawk;
use crate::formats::zeit::{self, Language};
use crate::noise::Noise;

/// Second since 1970 of the request.
const REQUEST: i64 = 1_264_512_345;

/// Times between two requests that are asked for, seconds.
pub const INTERVALS: [f64; 3] = [0.05, 0.2, 1.0];

/// How ping was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PingForm {
    /// Through gawk: the whole second of each arrival.
    WholeSeconds,
    /// `ping -D`: microseconds.
    Stamped,
}

/// What really happened in a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// When the VM stopped and when it ran again; equal where it never stopped.
    pub stopped: f64,
    pub resumed: f64,
    /// The log ends here.
    pub end: f64,
    /// Time between two requests that ping was asked for.
    pub interval: f64,
    pub form: PingForm,
}

impl Truth {
    /// How long the VM stood still, seconds.
    pub fn standstill(&self) -> f64 {
        self.resumed - self.stopped
    }

    fn stands_still(&self, t: f64) -> bool {
        (self.stopped..self.resumed).contains(&t)
    }
}

/// What happened and the logs of it: `migration-time`, `ping`, `zeit` and `qmp`.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    pub truth: Truth,
    pub files: Vec<SampleFile>,
}

/// Run `number` of a scenario; the same two give the same bytes.
pub fn simulate(scenario: &Scenario, number: u32) -> Simulated {
    let mut noise = Noise::new(&format!("{}/{number}", scenario.name));
    let truth = truth(scenario, number, &mut noise);
    let file = |name: &str, bytes| SampleFile { name: name.to_owned(), bytes };
    let files = vec![
        file("migration-time", migration_time(scenario, &truth)),
        file(
            "ping",
            if scenario.waits {
                waiting::ping(&truth, &mut noise)
            } else {
                ping(scenario, &truth, &mut noise)
            },
        ),
        file("zeit", zeit(scenario, &truth, &mut noise)),
        file("qmp", qmp(&truth)),
    ];
    Simulated { truth, files }
}

fn truth(scenario: &Scenario, number: u32, noise: &mut Noise) -> Truth {
    let form = if number.is_multiple_of(2) { PingForm::WholeSeconds } else { PingForm::Stamped };
    let interval = match form {
        PingForm::WholeSeconds if scenario.waits => waiting::WINDOWS_INTERVAL,
        PingForm::WholeSeconds | PingForm::Stamped => INTERVALS[number as usize / 2 % INTERVALS.len()],
    };
    // The request came within the printed second.
    let stopped = match scenario.early {
        early if early > 0.0 => -noise.uniform(0.0, early),
        _ => noise.uniform(0.0, 1.0) + noise.uniform(1.0, 8.0),
    };
    let length = if scenario.stands_still { log_uniform(0.05, 20.0, noise) } else { 0.0 };
    let rest = noise.uniform(10.0, 40.0);
    let end = if scenario.ends_early {
        stopped + length * noise.uniform(0.3, 0.9)
    } else {
        stopped + length + rest
    };
    Truth { stopped, resumed: stopped + length, end, interval, form }
}

/// Evenly distributed over the logarithm, in `[low, high)`: each bit of the exponent is a root of the
/// ratio, which needs no function but the square root.
fn log_uniform(low: f64, high: f64, noise: &mut Noise) -> f64 {
    let mut root = high / low;
    (0..32).fold(low, |value, _| {
        root = root.sqrt();
        if noise.uniform(0.0, 1.0) < 0.5 { value * root } else { value }
    })
}

fn migration_time(scenario: &Scenario, truth: &Truth) -> Vec<u8> {
    let elapsed_cs = ((truth.resumed + 2.0) * 100.0) as u64;
    let requested = REQUEST + i64::from(scenario.source_ahead);
    migration_time::write(&MigrationTime { requested, elapsed_cs, user_cs: 4, system_cs: 10 })
}

/// An answer to a request.
#[derive(Debug, Clone, Copy)]
struct Answer {
    sequence: u32,
    arrival: f64,
    rtt: f64,
    duplicate: bool,
}

fn ping(scenario: &Scenario, truth: &Truth, noise: &mut Noise) -> Vec<u8> {
    let requests = requests(scenario, truth, noise);
    let mut answers = answers(scenario, truth, &requests, noise);
    answers.sort_by(|a, b| a.arrival.total_cmp(&b.arrival));
    let drift = noise.uniform(-scenario.drift, scenario.drift);
    let epoch_us = |t: f64| REQUEST * 1_000_000 + (t * (1.0 + drift) * 1e6).round() as i64;
    let us = |rtt: f64| (rtt * 1e6).round() as u64;
    let sent = requests.len() as u64;
    let time_ms = ((requests[requests.len() - 1] - requests[0]) * 1000.0) as u64;
    let host = "192.168.2.70";
    match truth.form {
        PingForm::WholeSeconds => {
            let reply = |a: &Answer| ping_gawk::Reply {
                epoch: epoch_us(a.arrival).div_euclid(1_000_000),
                sequence: a.sequence,
                rtt_us: us(a.rtt),
            };
            let replies = answers.iter().map(reply).collect();
            ping_gawk::write(&ping_gawk::Session { host, sent, time_ms, replies })
        }
        PingForm::Stamped => {
            let reply = |a: &Answer| Stamped {
                epoch_us: epoch_us(a.arrival),
                sequence: a.sequence,
                rtt_us: us(a.rtt),
                duplicate: a.duplicate,
            };
            ping::write(&ping::Session { host, sent, time_ms, replies: answers.iter().map(reply).collect() })
        }
    }
}

/// When each request leaves, from about 5 s before the migration on.
fn requests(scenario: &Scenario, truth: &Truth, noise: &mut Noise) -> Vec<f64> {
    let i = truth.interval;
    let period = i * (1.0 + noise.uniform(0.0, scenario.late));
    let mut stalls: Vec<f64> =
        (0..scenario.stalls).map(|_| noise.uniform(truth.stopped - 1.0, truth.resumed + 1.0)).collect();
    let mut requests = Vec::new();
    let mut t = noise.uniform(-5.3, -4.9);
    while t < truth.end {
        requests.push(t + i * noise.uniform(-scenario.off_grid, scenario.off_grid));
        t += period + i * noise.uniform(0.0, scenario.unsteady);
        // ping is held up, and does not make up for it.
        let before = stalls.len();
        stalls.retain(|stall| *stall > t);
        t += (stalls.len()..before).map(|_| i * noise.uniform(1.0, 5.0)).sum::<f64>();
    }
    requests
}

/// The answers that come before the log ends.
fn answers(scenario: &Scenario, truth: &Truth, requests: &[f64], noise: &mut Noise) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut swallowed: Vec<(u32, f64)> = Vec::new();
    for (sequence, &sent) in (1..).zip(requests) {
        let rtt = round_trip(scenario, truth, noise);
        let (lost, duplicate) = (noise.uniform(0.0, 1.0), noise.uniform(0.0, 1.0));
        // The VM answers at some time on the way.
        let processed = sent + rtt * noise.uniform(0.3, 0.7);
        let after = processed - truth.resumed;
        let waits = if after >= 0.0 && after < scenario.settling {
            noise.uniform(0.0, scenario.settling - after)
        } else {
            0.0
        };
        let silent = scenario.other_silence.is_some_and(|(from, to)| (from..to).contains(&processed));
        if truth.stands_still(processed) {
            swallowed.push((sequence, sent));
        } else if silent {
            // Nothing waits for a network that is down.
        } else if lost >= scenario.loss {
            let answer = Answer { sequence, arrival: sent + rtt + waits, rtt: rtt + waits, duplicate: false };
            answers.push(answer);
            if duplicate < scenario.duplicates {
                let later = noise.uniform(0.0001, truth.interval);
                let arrival = answer.arrival + later;
                answers.push(Answer { arrival, rtt: answer.rtt + later, duplicate: true, ..answer });
            }
        }
    }
    // What waited for the VM (for its address, on the target's bridge) comes through when it runs again.
    let kept = noise.uniform(0.0, scenario.queued as f64 + 1.0) as usize;
    for (sequence, sent) in swallowed.into_iter().rev().take(kept) {
        let arrival = truth.resumed + noise.uniform(0.0003, 0.002);
        answers.push(Answer { sequence, arrival, rtt: arrival - sent, duplicate: false });
    }
    answers.retain(|answer| answer.arrival < truth.end);
    answers
}

fn round_trip(scenario: &Scenario, truth: &Truth, noise: &mut Noise) -> f64 {
    let usual = 0.0004 * noise.uniform(0.8, 2.0);
    if noise.uniform(0.0, 1.0) < scenario.slow { noise.uniform(usual, 3.0 * truth.interval) } else { usual }
}

/// The loop in the VM that writes its clock. It runs while the VM does.
fn zeit(scenario: &Scenario, truth: &Truth, noise: &mut Noise) -> Vec<u8> {
    let (shortest, longest) = scenario.clock_step;
    let drift = noise.uniform(-scenario.drift, scenario.drift);
    let ahead = noise.uniform(-0.05, 0.05);
    let set_back_at = truth.resumed + noise.uniform(0.0, 1.0);
    let mut ran = noise.uniform(-5.2, -4.6);
    let mut stamps = Vec::new();
    loop {
        let t = if ran < truth.stopped { ran } else { ran + truth.standstill() };
        if t >= truth.end {
            break;
        }
        let by_clock = match scenario.guest {
            GuestClock::Keeps => t,
            GuestClock::Freezes => ran,
            GuestClock::IsSetBack(step) => t - if t >= set_back_at { step } else { 0.0 },
        };
        stamps.push(guest_time(ahead + by_clock * (1.0 + drift)));
        let hiccup = if noise.uniform(0.0, 1.0) < 0.01 { noise.uniform(1.0, 3.0) } else { 1.0 };
        ran += noise.uniform(shortest, longest) * hiccup;
    }
    zeit::write(&zeit::Log { language: Language::English, started: stamps[0], zone: "UTC", stamps })
}

/// A reading of the VM's clock.
fn guest_time(t: f64) -> NaiveDateTime {
    let ns = REQUEST * 1_000_000_000 + (t * 1e9).round() as i64;
    DateTime::from_timestamp_nanos(ns).naive_utc()
}

/// What the hypervisor says when all is over: whole milliseconds.
fn qmp(truth: &Truth) -> Vec<u8> {
    let downtime = (truth.standstill() * 1000.0).floor();
    let total = ((truth.resumed + 1.0) * 1000.0).floor();
    format!(
        "{{\"return\": {{\"status\": \"completed\", \"setup-time\": 6, \"downtime\": {downtime}, \
         \"total-time\": {total}, \"ram\": {{\"total\": 1074536448, \"remaining\": 0, \"transferred\": 1237417984}}}}}}\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_even_over_the_logarithm() {
        let mut noise = Noise::new("lengths");
        let lengths: Vec<f64> = (0..4000).map(|_| log_uniform(0.05, 20.0, &mut noise)).collect();
        assert!(lengths.iter().all(|length| (0.05..20.0).contains(length)));
        // 1 s is the middle of 0.05 and 20 s.
        let below = lengths.iter().filter(|length| **length < 1.0).count();
        assert!((1850..2150).contains(&below), "{below}");
    }

    #[test]
    fn a_run_is_fixed_by_its_scenario_and_number() {
        for scenario in &SCENARIOS {
            assert_eq!(simulate(scenario, 7), simulate(scenario, 7), "{}", scenario.name);
            assert!(scenario.name.len() <= 24, "{} leaves no room for a number", scenario.name);
        }
        assert_ne!(simulate(&SCENARIOS[0], 7), simulate(&SCENARIOS[0], 8));
    }

    #[test]
    fn a_standstill_swallows_the_requests_that_reach_it() {
        let Simulated { truth, files } = simulate(&SCENARIOS[0], 6);
        let text = String::from_utf8(files[1].bytes.clone()).expect("text");
        let line = text.lines().find(|line| line.contains("transmitted")).expect("a summary");
        let numbers: Vec<f64> = line.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
        let lost = numbers[0] - numbers[1];
        assert!((lost * truth.interval - truth.standstill()).abs() <= truth.interval, "{truth:?} {line}");
    }
}
