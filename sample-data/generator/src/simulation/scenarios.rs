//! What can go wrong between a standstill and the logs of it.

/// What the clock in the VM does at a standstill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GuestClock {
    /// It goes on: when the VM runs again it is right.
    Keeps,
    /// It stands still with the VM.
    Freezes,
    /// It goes on, and within a second after the standstill it is set back by so many seconds.
    IsSetBack(f64),
}

/// What goes wrong in the runs of a scenario, and how much. Shares are of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    pub name: &'static str,
    /// What it is, for a table.
    pub what: &'static str,
    /// The VM stops at all.
    pub stands_still: bool,
    /// The sender's period is up to this share of an interval too long, by the same in a run.
    pub late: f64,
    /// Each request is late by up to this share of an interval; so are all later ones.
    pub unsteady: f64,
    /// Each request is early or late by up to this share of an interval; the others are not.
    pub off_grid: f64,
    /// How often ping is held up by one to five intervals around the standstill.
    pub stalls: usize,
    /// Share of the round trips that take up to three intervals.
    pub slow: f64,
    /// Share of the requests or answers that are lost for no reason of the VM.
    pub loss: f64,
    /// Share of the answers that come twice, the second time up to an interval later.
    pub duplicates: f64,
    /// Up to so many requests wait for the VM and are answered when it runs again.
    pub queued: usize,
    /// For so many seconds after the standstill answers take up to so much longer.
    pub settling: f64,
    /// Shortest and longest ordinary step of the loop in the VM, seconds; one in a hundred takes up to
    /// three times as long.
    pub clock_step: (f64, f64),
    pub guest: GuestClock,
    /// Greatest share by which the clocks of observer and VM go wrong.
    pub drift: f64,
    /// The logs end during the standstill.
    pub ends_early: bool,
    /// The VM stops up to so many seconds before the printed second of the request.
    pub early: f64,
    /// Seconds by which the clock that stamps the request is ahead of all others.
    pub source_ahead: u32,
    /// The network alone is silent between these seconds.
    pub other_silence: Option<(f64, f64)>,
    /// Ping waits for its answers: Windows, every second or 4 s after an unanswered request, or a script of `ping -c 1 -W 2`.
    pub waits: bool,
}

const BENIGN: Scenario = Scenario {
    name: "benign",
    what: "nothing goes wrong",
    stands_still: true,
    late: 0.001,
    unsteady: 0.002,
    off_grid: 0.0,
    stalls: 0,
    slow: 0.0,
    loss: 0.0,
    duplicates: 0.0,
    queued: 0,
    settling: 0.0,
    clock_step: (0.018, 0.024),
    guest: GuestClock::Keeps,
    drift: 20e-6,
    ends_early: false,
    early: 0.0,
    source_ahead: 0,
    other_silence: None,
    waits: false,
};

/// All scenarios, in the order of the tables.
pub const SCENARIOS: [Scenario; 22] = [
    BENIGN,
    Scenario { name: "no-standstill", what: "the VM never stops", stands_still: false, ..BENIGN },
    Scenario { name: "late-sender", what: "period up to 3 % too long", late: 0.03, ..BENIGN },
    Scenario { name: "unsteady-sender", what: "each step up to 10 % too long", unsteady: 0.1, ..BENIGN },
    Scenario {
        name: "off-grid-sender", what: "requests ± 10 % of an interval off", off_grid: 0.1, ..BENIGN
    },
    Scenario { name: "drift", what: "clocks off by up to 500 ppm", drift: 500e-6, ..BENIGN },
    Scenario {
        name: "cpu-load",
        what: "5 to 10 stamps a second",
        clock_step: (0.1, 0.2),
        late: 0.01,
        ..BENIGN
    },
    Scenario { name: "duplicates", what: "10 % of the answers twice", duplicates: 0.1, ..BENIGN },
    Scenario { name: "slow-answers", what: "5 % take up to three intervals", slow: 0.05, ..BENIGN },
    Scenario { name: "settling", what: "first answers up to 0.3 s late", settling: 0.3, ..BENIGN },
    Scenario { name: "queued", what: "up to 3 requests answered late", queued: 3, ..BENIGN },
    Scenario { name: "all-queued", what: "requests answered late, none lost", queued: 1000, ..BENIGN },
    Scenario { name: "loss-1", what: "1 % scattered loss", loss: 0.01, ..BENIGN },
    Scenario { name: "loss-5", what: "5 % scattered loss", loss: 0.05, ..BENIGN },
    Scenario { name: "stalled-sender", what: "ping delayed twice", stalls: 2, ..BENIGN },
    Scenario {
        name: "frozen-clock",
        what: "the VM's clock stands still",
        guest: GuestClock::Freezes,
        ..BENIGN
    },
    Scenario {
        name: "clock-set-back",
        what: "the VM's clock is set back 0.5 s",
        guest: GuestClock::IsSetBack(0.5),
        ..BENIGN
    },
    Scenario { name: "log-ends", what: "the logs end in the standstill", ends_early: true, ..BENIGN },
    Scenario { name: "at-request", what: "stops up to 0.4 s before the request", early: 0.4, ..BENIGN },
    Scenario { name: "source-ahead", what: "the request is stamped 30 s late", source_ahead: 30, ..BENIGN },
    Scenario {
        name: "earlier-silence",
        what: "another silence before the request",
        other_silence: Some((-4.0, -1.5)),
        ..BENIGN
    },
    Scenario { name: "waiting-ping", what: "ping waits for its answers", waits: true, ..BENIGN },
];
