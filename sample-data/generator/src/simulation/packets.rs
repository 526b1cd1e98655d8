//! Traffic with a VM that stands still for a known time, as a capture at the client has it.
//!
//! A packet takes a part of a millisecond each way. The VM answers at once, if it runs; what comes to it while it stands still is lost, or waits in a
//! queue and is answered once it runs again. Connections repeat what was not answered after 0.2, 0.6, 1.4 s and so on.

use super::{REQUEST, log_uniform};
use crate::SampleFile;
use crate::formats::migration_time::{self, MigrationTime};
use crate::formats::pcap::{self, Packet, Way, What};
use crate::noise::Noise;

/// What asks the VM, and what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traffic {
    pub name: &'static str,
    pub what: &'static str,
    /// Seconds between two pings, and between two requests of a connection.
    pub ping: Option<f64>,
    pub requests: Option<f64>,
    /// Bytes flow to the VM all the time, a segment so often.
    pub stream: Option<f64>,
    /// What comes to the VM while it stands still waits for it.
    pub waits: bool,
    /// Share of the packets that are lost anyway, in each direction.
    pub loss: f64,
    /// Seconds of a way, at least and at most.
    pub way: [f64; 2],
    /// The capture ends while the VM stands still.
    pub is_cut: bool,
}

const PLAIN: Traffic = Traffic {
    name: "",
    what: "",
    ping: None,
    requests: None,
    stream: None,
    waits: false,
    loss: 0.0,
    way: [0.000_1, 0.000_4],
    is_cut: false,
};

/// Each kind of traffic, alone and with others.
pub const TRAFFICS: [Traffic; 10] = [
    Traffic { name: "ping", what: "a ping each 10 ms", ping: Some(0.01), ..PLAIN },
    Traffic { name: "slow-ping", what: "a ping a second", ping: Some(1.0), ..PLAIN },
    Traffic { name: "requests", what: "a request each 20 ms over TCP", requests: Some(0.02), ..PLAIN },
    Traffic { name: "rare-requests", what: "a request each 0.5 s over TCP", requests: Some(0.5), ..PLAIN },
    Traffic {
        name: "both",
        what: "a ping each 50 ms and a request each 20 ms",
        ping: Some(0.05),
        requests: Some(0.02),
        ..PLAIN
    },
    Traffic { name: "stream", what: "a stream to the VM, a segment each 2 ms", stream: Some(0.002), ..PLAIN },
    Traffic {
        name: "queued",
        what: "pings each 50 ms wait for the VM",
        ping: Some(0.05),
        waits: true,
        ..PLAIN
    },
    Traffic { name: "loss", what: "a ping each 50 ms, 2 % lost", ping: Some(0.05), loss: 0.01, ..PLAIN },
    Traffic {
        name: "far",
        what: "a request each 50 ms, 20 to 30 ms away",
        requests: Some(0.05),
        way: [0.02, 0.03],
        ..PLAIN
    },
    Traffic {
        name: "ends",
        what: "a ping each 50 ms; the capture ends in the outage",
        ping: Some(0.05),
        is_cut: true,
        ..PLAIN
    },
];

/// What happened, seconds since the request, and the logs: `migration-time` and `capture.pcap`.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    pub stopped: f64,
    pub resumed: f64,
    pub files: Vec<SampleFile>,
}

/// What the network does with packets, and the packets that the client saw.
struct Network<'a> {
    traffic: &'a Traffic,
    away: (f64, f64),
    noise: Noise,
    packets: Vec<Packet>,
}

impl Network<'_> {
    fn way(&mut self) -> f64 {
        let [least, most] = self.traffic.way;
        self.noise.uniform(least, most)
    }

    fn is_lost(&mut self) -> bool {
        let share = self.traffic.loss;
        self.noise.uniform(0.0, 1.0) < share
    }

    fn saw(&mut self, at: f64, way: Way, what: What) {
        self.packets.push(Packet { at: REQUEST as f64 + at, way, what });
    }

    /// Sends something to the VM; when its answer came back, if it did.
    fn ask(&mut self, at: f64, what: What, answer: What) -> Option<f64> {
        self.saw(at, Way::ToVm, what);
        let (stopped, resumed) = self.away;
        let mut came = at + self.way();
        if self.is_lost() {
            return None;
        }
        if (stopped..resumed).contains(&came) {
            if !self.traffic.waits {
                return None;
            }
            came = resumed + self.noise.uniform(0.0, 0.000_05);
        }
        let back = came + self.way();
        if self.is_lost() {
            return None;
        }
        self.saw(back, Way::FromVm, answer);
        Some(back)
    }

    fn pings(&mut self, interval: f64, from: f64, end: f64) {
        let (mut at, mut number) = (from, 0_u16);
        while at < end {
            number = number.wrapping_add(1);
            self.ask(at, What::Echo(number), What::Echo(number));
            at += interval + self.noise.uniform(0.0, 0.02 * interval);
        }
    }

    /// One request after the other over one connection.
    fn requests(&mut self, interval: f64, from: f64, end: f64) {
        let segment = |flags, bytes| What::Segment { port: 40_000, flags, bytes };
        self.ask(from, segment(0x02, 0), segment(0x12, 0));
        let mut at = from + 0.1;
        while at < end {
            let (mut sent, mut wait) = (at, 0.2_f64.max(4.0 * self.traffic.way[1]));
            let back = loop {
                if let Some(back) = self.ask(sent, segment(0x18, 120), segment(0x18, 600)) {
                    break back;
                }
                sent += wait;
                wait *= 2.0;
                if sent > end {
                    return;
                }
            };
            // The client acknowledges, which asks nothing.
            self.saw(back + 0.000_02, Way::ToVm, segment(0x10, 0));
            at = (at + interval).max(back + 0.000_1) + self.noise.uniform(0.0, 0.001);
        }
    }

    /// A window of segments is under way; one that is not acknowledged stops the stream, and is sent anew.
    fn stream(&mut self, interval: f64, from: f64, end: f64) {
        let segment = |flags, bytes| What::Segment { port: 40_001, flags, bytes };
        self.ask(from, segment(0x02, 0), segment(0x12, 0));
        let mut at = from + 0.1;
        let mut wait = 0.2;
        let mut unanswered = 0;
        while at < end {
            match self.ask(at, segment(0x18, 1400), segment(0x10, 0)) {
                Some(back) if wait > 0.2 => {
                    at = back;
                    wait = 0.2;
                    unanswered = 0;
                }
                Some(_) => {
                    unanswered = 0;
                    at += interval;
                }
                None if unanswered < 10 => {
                    unanswered += 1;
                    at += interval;
                }
                None => {
                    at += wait;
                    wait *= 2.0;
                }
            }
        }
    }
}

/// Run `number` of a kind of traffic; the same two give the same bytes.
pub fn capture(traffic: &Traffic, number: u32) -> Captured {
    let mut noise = Noise::new(&format!("packets/{}/{number}", traffic.name));
    let stopped = noise.uniform(1.0, 8.0);
    let resumed = stopped + log_uniform(0.05, 20.0, &mut noise);
    let from = -noise.uniform(10.0, 20.0);
    let end = resumed + noise.uniform(5.0, 20.0);
    let cut = if traffic.is_cut { noise.uniform(stopped, resumed) } else { end };
    let mut network = Network { traffic, away: (stopped, resumed), noise, packets: Vec::new() };
    let starts = network.noise.uniform(0.0, 1.0);
    if let Some(interval) = traffic.ping {
        network.pings(interval, from + starts, end);
    }
    if let Some(interval) = traffic.requests {
        network.requests(interval, from, end);
    }
    if let Some(interval) = traffic.stream {
        network.stream(interval, from, end);
    }
    for at in [0.05, 0.2, 0.5] {
        network.saw(resumed + at, Way::FromVm, What::Announcement);
    }
    let mut packets = network.packets;
    packets.retain(|packet| packet.at < REQUEST as f64 + cut);
    packets.sort_by(|a, b| a.at.total_cmp(&b.at));
    let elapsed_cs = ((resumed + 2.0) * 100.0) as u64;
    let migration = MigrationTime { requested: REQUEST, elapsed_cs, user_cs: 4, system_cs: 10 };
    let file = |name: &str, bytes| SampleFile { name: name.to_owned(), bytes };
    let files = vec![
        file("migration-time", migration_time::write(&migration)),
        file("capture.pcap", pcap::write(&packets)),
    ];
    Captured { stopped, resumed, files }
}
