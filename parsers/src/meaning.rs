//! What the columns of a format mean for a run.
//!
//! A program that reads logs asks for a meaning, never for a format: a further format with the columns of one
//! that is known needs no change there. A `match` over these enums names every variant, so that a new one does not
//! compile until each place has decided.

/// What the frames of a format hold, and what about it differs between formats of the same columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// CPU, memory and network of a host by its own clock: `epoch_s`, and those of `cpu.user`, `cpu.system`,
    /// `cpu.idle`, `cpu.wait`, `cpu.hardirq`, `cpu.softirq` (per cent of the host), `mem.used`, `mem.buffers`,
    /// `mem.cache`, `mem.free` (bytes), `net.received`, `net.sent`, `net.lo.received` (bytes/s) that there are.
    /// `segment` numbers the recordings of a file that holds several.
    HostSamples,
    /// CPU and memory of domains under Xen: `sample`, `domain`, `present`, `cpu` (per cent of one CPU) and `mem` (bytes).
    Domains(Domains),
    /// Replies to requests that were sent at equal intervals: `seq` and `rtt` (ms), `epoch` or `epoch_s` where a reply has a
    /// time.
    Replies {
        /// How coarse the times of the replies are, in seconds.
        resolution_s: f64,
    },
    /// Requests to the service, a row each, as a declared table has them: `epoch_s`, `duration_s`, `worked`; the fact `time_is`
    /// says whether the time is their `start` or their `end`, `loop` whether the next one waits for the answer (`closed`).
    Requests,
    /// Events of a migration, as a declared table has them: `time`, `event`, and what it says of the migration in `mark`
    /// ([`declared::Mark`](crate::declared::Mark)); `monotonic_s` where there is a second clock.
    Events,
    /// Quantities over time, as a declared table has them: `time`, a column for each quantity, `monotonic_s` where there is such a
    /// clock; the fact `since` names the event from which that counts.
    Quantities,
    /// Migrations, a row each, as a declared table has them: `time` of the request, those of `duration_s`, `downtime_s`,
    /// `outage_s` and `transferred_bytes` that are declared, `succeeded`, `factor.NAME` and `repetition`.
    Migrations,
    /// Stamps of the clock inside the VM, written in a tight loop.
    GuestClock,
    /// When the migration was requested, and how long its command took: one row with `request_epoch_s`.
    Request,
    /// The hypervisor's own account of a migration: `time`, `local_s`, `entry`, `status`, `error` and the figures of
    /// each answer.
    Hypervisor(Hypervisor),
    /// What a media client displayed and lost, as facts: `frames_displayed`, `frames_lost`, `buffers_played` and
    /// `buffers_lost`.
    Stream,
    /// Single messages for a reader; no number of a run comes from them.
    Messages,
    /// Results of a benchmark.
    Benchmark(Benchmark),
}

/// Which domains there are, and how the samples lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domains {
    /// One VM, named by the fact `vm`, and Domain-0. The samples are numbered from the second in the fact `start_epoch`
    /// on.
    OneByCounter,
    /// All domains. The samples have numbers only.
    AllWithoutTimes,
}

/// What a hypervisor's account lacks, or has in a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hypervisor {
    /// Whether a complete account holds a downtime (`downtime_s`), so that one without it is worth a note.
    pub has_downtime: bool,
    /// Bytes of a page where the log does not say.
    pub page_bytes: Option<u32>,
    /// Where the rounds of pre-copy come from.
    pub rounds: Rounds,
}

/// Where the rounds of pre-copy come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounds {
    /// Rows of their own: `round_s`, `round_pages_sent`, `round_pages_skipped`, `round_pages_dirtied`.
    Rows,
    /// Answers while they go on, whose `pages_normal` and `pages_duplicate` count from the start.
    Answers,
    /// The log does not tell them apart.
    Absent,
}

/// The form in which a benchmark's results are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Benchmark {
    /// The frame of all benchmarks, a row for each value: see `docs/formats/README.md`.
    Rows {
        /// What the column `size` is.
        size: Size,
        /// Whether the mean latency of an operation is a result of its own, beside its rate.
        with_latency: bool,
        /// The tests, by the beginning of their names, whose operations per second are results beside their throughput.
        with_operations: &'static [&'static str],
    },
    /// Throughput and transactions of a network: `test`, `side`, `throughput` and `transactions_per_s`.
    Network,
    /// Operations, throughput and response time by access specification, in levels that must not be added: `level`,
    /// `name`, `step`, `spec_…`, `iops`, `throughput`, `response_ms` and `cpu_percent`.
    Levels,
}

/// What the size in a row of a benchmark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Bytes of a block, of which a test has one or several.
    Block,
    /// Bytes of a block that lies in a cache or in memory, which is what is measured.
    CacheLevel,
    /// The order of a system of equations: each is a test of its own.
    Order,
}

/// Where a log is recorded, or what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// On a host, about it and its VMs.
    Host,
    /// By a client of the VM's service.
    Service,
    /// Inside the VM.
    Guest,
    /// By the hypervisor or who commands it, about the migration.
    Hypervisor,
    /// By a benchmark.
    Benchmark,
    /// By a client that plays what the VM serves.
    Client,
}

impl Family {
    /// One word for it, e.g. `hypervisor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Service => "service",
            Self::Guest => "guest",
            Self::Hypervisor => "hypervisor",
            Self::Benchmark => "benchmark",
            Self::Client => "client",
        }
    }
}

impl Meaning {
    /// Where such a log is recorded.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::HostSamples | Self::Domains(_) | Self::Quantities => Family::Host,
            Self::Replies { .. } | Self::Requests => Family::Service,
            Self::GuestClock => Family::Guest,
            Self::Events | Self::Migrations | Self::Request | Self::Hypervisor(_) => Family::Hypervisor,
            Self::Stream | Self::Messages => Family::Client,
            Self::Benchmark(_) => Family::Benchmark,
        }
    }

    /// Whether a run has one such log however many hosts and clients it has.
    #[must_use]
    pub fn is_once_per_run(self) -> bool {
        match self {
            Self::Replies { .. } | Self::GuestClock | Self::Request | Self::Benchmark(_) => true,
            // Several clients may ask at a time.
            Self::Requests
            | Self::Events
            | Self::Quantities
            | Self::Migrations
            | Self::HostSamples
            | Self::Domains(_)
            | Self::Hypervisor(_)
            | Self::Stream
            | Self::Messages => false,
        }
    }
}
