//! The plain data that stands between the two halves of the program.
//!
//! Everything above this module (reading, aligning, measuring, averaging) produces an
//! [`Analysis`]; everything below (tables, figures, reports, exports) only reads it. The types
//! hold numbers in base units – seconds, bytes, bytes per second, per cent of a whole host – and
//! no text made for people. They do not serialise: the wire types live in [`crate::export`].
//!
//! A value that could not be determined is `None`, never zero.

use std::collections::BTreeMap;

use crate::stats::{Interval, Summary};

/// Factor name → level, for example `load` → `memtester`.
pub type Factors = BTreeMap<String, String>;

/// Everything that is known about one campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    pub campaign: Campaign,
    /// Conditions in the order in which reports show them.
    pub conditions: Vec<Condition>,
    /// Runs ordered by condition, then repetition.
    pub runs: Vec<Run>,
    pub series: Vec<Series>,
    pub curves: Vec<Curve>,
    pub comparisons: Vec<Comparison>,
    pub published: Vec<Published>,
    pub findings: Vec<Finding>,
    /// Every problem of the data, most severe first, then by file and line.
    pub diagnostics: Vec<Diagnostic>,
}

impl Analysis {
    /// What people call a condition: the levels of the factors that not all conditions share; all
    /// levels where there is but one condition, and its identifier where it has none.
    pub fn condition_name(&self, condition: usize) -> String {
        let Some(condition) = self.conditions.get(condition) else { return String::new() };
        let alone = self.conditions.len() == 1;
        let varies =
            |name: &str, level: &String| self.conditions.iter().any(|c| c.factors.get(name) != Some(level));
        let levels = condition.factors.iter().filter(|(name, level)| alone || varies(name, level));
        let levels: Vec<&str> = levels.map(|(_, level)| level.as_str()).collect();
        if levels.is_empty() { condition.id.clone() } else { levels.join(", ") }
    }
}

/// What the configuration (or the defaults) say about the campaign as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub title: String,
    /// The folder as the user named it.
    pub path: String,
    pub config_sha256: String,
    /// `true` when the logs were generated from published figures, not recorded.
    pub reconstructed: bool,
    /// A remark of the authors of the data that every report repeats.
    pub notice: Option<String>,
    /// The VM that migrates, as the logs name it.
    pub vm: Option<String>,
    /// Memory of the VM, as declared.
    pub vm_memory_bytes: Option<f64>,
    /// Hosts, source before target before observer.
    pub hosts: Vec<Host>,
    /// What time zero of the curves is.
    pub align: Event,
    pub bootstrap: Bootstrap,
}

/// How resampling intervals were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    pub seed: u64,
    pub resamples: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    pub role: Role,
    /// Number of CPUs; `None` when neither declared nor visible in the logs.
    pub cpus: Option<u32>,
}

/// What a host does in the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Source,
    Target,
    Observer,
}

/// The event that time zero of the curves stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The migration was requested.
    Request,
    /// The service stopped answering.
    Outage,
    /// The service answered again.
    Resume,
    /// The migration process ended.
    End,
}

/// One combination of factor levels; its runs are repetitions of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Stable identifier fit for file names and anchors, for example `memtester`.
    pub id: String,
    pub factors: Factors,
    /// Indices into [`Analysis::runs`].
    pub runs: Vec<usize>,
    /// Completed runs among them.
    pub completed: usize,
}

/// One live-migration run: one repetition of one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// `<condition>-<repetition>`, for example `memtester-3`.
    pub id: String,
    /// Index into [`Analysis::conditions`].
    pub condition: usize,
    pub factors: Factors,
    pub repetition: u32,
    /// Paths relative to the campaign folder, sorted.
    pub source_files: Vec<String>,
    pub migration: Migration,
    pub outages: Vec<Outage>,
    pub ping: Option<Ping>,
    /// What media clients lost.
    pub streams: Vec<Stream>,
    /// Further figures of the run by the names of their series: lost frames and buffers, and
    /// results of benchmarks that ran meanwhile.
    pub measurements: Vec<Measurement>,
    pub resources: Vec<ResourceCost>,
    pub flags: Vec<Flag>,
}

impl Run {
    /// The outage as one method saw it.
    pub fn outage(&self, method: Method) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.method == method)
    }

    /// The outage that stands for the run: ping's where it was logged, else the guest clock's.
    pub fn service_outage(&self) -> Option<&Outage> {
        self.outage(Method::Ping).or_else(|| self.outage(Method::GuestClock))
    }

    /// When an event happened, seconds since the request. Outages are placed by ping, and by the guest
    /// clock where ping has no place for them.
    pub fn event_s(&self, event: Event) -> Option<f64> {
        let by_methods = |place: fn(&Outage) -> Option<f64>| {
            [Method::Ping, Method::GuestClock].into_iter().find_map(|method| place(self.outage(method)?))
        };
        match event {
            Event::Request => Some(0.0),
            Event::Outage => by_methods(|outage| outage.start_s),
            Event::Resume => by_methods(|outage| outage.end_s),
            Event::End => self.migration.duration_s,
        }
    }
}

/// What one client of a media stream counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// As the file name tells it.
    pub client: String,
    pub lost_frames: Option<i64>,
    pub lost_buffers: Option<i64>,
    pub displayed_frames: Option<i64>,
    pub played_buffers: Option<i64>,
    /// Path relative to the campaign folder.
    pub source_file: String,
}

/// A figure of one run that becomes a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Name of the series, for example `lost_frames.linux`.
    pub metric: String,
    pub unit: Unit,
    pub value: f64,
}

/// The migration process of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// Unix seconds; the true instant lies in `[request, request + resolution)`.
    pub request_epoch_s: Option<f64>,
    /// Resolution of the request's time stamp, seconds.
    pub request_resolution_s: f64,
    /// Wall time of the migration command, seconds.
    pub duration_s: Option<f64>,
    /// CPU time of the migration command in user mode, seconds.
    pub user_s: Option<f64>,
    /// CPU time of the migration command in the kernel, seconds.
    pub system_s: Option<f64>,
    pub status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Completed,
    Failed,
    Cancelled,
    Unfinished,
    Unknown,
}

/// One outage as one method saw it. Times are seconds from the migration request.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    pub method: Method,
    pub estimate_s: f64,
    pub lower_s: f64,
    /// `None` when the log ended during the outage.
    pub upper_s: Option<f64>,
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
    pub censored: bool,
    /// Path relative to the campaign folder.
    pub source_file: String,
}

/// A way to measure an outage. `docs/methodology.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Consecutive unanswered requests × interval.
    Ping,
    /// Longest time between two replies, less the interval.
    PingReplyGap,
    /// Largest step between two stamps of the clock inside the VM.
    GuestClock,
}

impl Method {
    /// The series of its estimates.
    pub fn metric(self) -> &'static str {
        match self {
            Method::Ping => "outage_ping",
            Method::PingReplyGap => "outage_ping_reply_gap",
            Method::GuestClock => "outage_guest_clock",
        }
    }
}

/// What the ping log of one run says.
#[derive(Debug, Clone, PartialEq)]
pub struct Ping {
    pub sent: u32,
    pub received: u32,
    /// Unanswered requests of the whole run.
    pub lost: u32,
    /// Consecutive unanswered requests of the main hole.
    pub longest_gap_lost: u32,
    pub duplicates: u32,
    pub interval_s: f64,
    /// Round trips before the request, ms.
    pub before: Option<RoundTrips>,
    /// Round trips from the request to the resumption of the service, ms.
    pub during: Option<RoundTrips>,
    /// Round trips after the resumption, ms.
    pub after: Option<RoundTrips>,
}

/// Round trip times of one phase, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundTrips {
    pub n: usize,
    pub median: f64,
    pub p95: f64,
    pub max: f64,
}

/// What the migration cost one host in one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceCost {
    pub host: String,
    pub metric: String,
    pub unit: Unit,
    /// Mean of the samples before the request.
    pub baseline_mean: Option<f64>,
    /// Mean of the samples from the request to the end of the migration.
    pub migration_mean: Option<f64>,
    /// Largest sample from the request to the end of the migration.
    pub migration_peak: Option<f64>,
    /// Integral of the excess over the baseline, in `unit` × seconds.
    pub excess_integral: Option<f64>,
}

/// Something about one run that its reader must know.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    pub code: FlagCode,
    /// The figures behind the flag, for the sentence that explains it.
    pub values: Vec<(&'static str, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlagCode {
    /// The network was silent while the VM's clock shows no step.
    GuestClockStopped,
    /// The VM's clock went backwards.
    GuestClockStepsBack,
    /// The outage lasted longer than the migration process.
    OutageLongerThanMigration,
    /// The outage intervals of two methods do not overlap.
    MethodsDisagree,
    /// Requests were lost outside of the main hole.
    ScatteredLoss,
    /// One of the first repetitions, with a longer outage than every later one.
    FirstRepetitionSlower,
}

impl FlagCode {
    /// The code in `summary.json`.
    pub fn code(self) -> &'static str {
        match self {
            FlagCode::GuestClockStopped => "guest-clock-stopped",
            FlagCode::GuestClockStepsBack => "guest-clock-steps-back",
            FlagCode::OutageLongerThanMigration => "outage-longer-than-migration",
            FlagCode::MethodsDisagree => "methods-disagree",
            FlagCode::ScatteredLoss => "scattered-loss",
            FlagCode::FirstRepetitionSlower => "first-repetition-slower",
        }
    }

    /// The text key of the sentence that explains the flag.
    pub fn label(self) -> &'static str {
        match self {
            FlagCode::GuestClockStopped => "flag.guest-clock-stopped",
            FlagCode::GuestClockStepsBack => "flag.guest-clock-steps-back",
            FlagCode::OutageLongerThanMigration => "flag.outage-longer-than-migration",
            FlagCode::MethodsDisagree => "flag.methods-disagree",
            FlagCode::ScatteredLoss => "flag.scattered-loss",
            FlagCode::FirstRepetitionSlower => "flag.first-repetition-slower",
        }
    }
}

/// One quantity over the repetitions of one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index into [`Analysis::conditions`].
    pub condition: usize,
    /// Name as in `summary.json`, for example `outage_ping` or `lost_frames.linux`.
    pub metric: String,
    pub unit: Unit,
    /// One value a completed run, in the order of repetitions; `None` where it is missing.
    pub values: Vec<Option<f64>>,
    /// `None` without a single value.
    pub summary: Option<Summary>,
}

/// Mean course of one quantity over the repetitions of one condition, in bins of one second.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Index into [`Analysis::conditions`].
    pub condition: usize,
    /// `None` for a quantity of the service, such as `ping.rtt`.
    pub host: Option<String>,
    /// Name as in `summary.json`, for example `cpu.user` or `domain.asam.cpu`.
    pub metric: String,
    pub unit: Unit,
    /// Bins in ascending order, without holes in `t_s`; a bin without samples has `n == 0`.
    pub bins: Vec<Bin>,
    /// The single repetitions behind the mean, one value per entry of `bins`.
    pub repetitions: Vec<Trace>,
}

/// One bin of a mean curve: `[t_s − 0.5, t_s + 0.5)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    pub t_s: f64,
    /// Number of repetitions that contribute.
    pub n: u32,
    pub mean: Option<f64>,
    /// Sample standard deviation; `None` with fewer than two repetitions.
    pub sd: Option<f64>,
    /// 95 % interval of the mean; `None` with fewer than three repetitions.
    pub ci95: Option<Interval>,
}

/// One repetition of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    pub repetition: u32,
    /// Mean of the samples in each bin of the curve; `None` where there is none.
    pub values: Vec<Option<f64>>,
}

/// Two conditions compared in one metric: `b` against `a`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub metric: String,
    /// Condition that is compared against (index).
    pub a: usize,
    /// Condition that is compared (index).
    pub b: usize,
    /// mean(b) ÷ mean(a).
    pub ratio: Option<f64>,
    pub ratio_ci95: Option<Interval>,
    /// mean(b) − mean(a).
    pub difference: f64,
    /// Two-sided exact Mann-Whitney test.
    pub p_value: Option<f64>,
    /// After Holm's correction for the number of comparisons.
    pub p_adjusted: Option<f64>,
}

/// A published figure beside its recomputation.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    pub quantity: String,
    pub factors: Factors,
    pub stated: f64,
    /// Decimal places to which the figure was printed.
    pub decimals: u32,
    pub computed: Option<f64>,
    /// computed − stated.
    pub deviation: Option<f64>,
    /// Whether the computed value, rounded as the figure was printed, is the stated one.
    pub agrees: Option<bool>,
    pub note: Option<String>,
}

/// What the numbers say, found without a person. Sentences are made from these in the reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The outage of each condition: the best method's mean, and its range over all repetitions.
    Outage { condition: usize, method: Method, mean_s: f64, min_s: f64, max_s: f64, n: usize },
    /// The condition lengthened the metric against the reference condition.
    Lengthened {
        metric: String,
        condition: usize,
        reference: usize,
        ratio: f64,
        ci95: Option<Interval>,
        p_adjusted: Option<f64>,
    },
    /// How ping and guest clock compare over all runs; differences are guest clock − ping.
    MethodsAgree { runs: usize, overlapping: usize, mean_difference_s: f64, largest_difference_s: f64 },
    /// The run in which the two differ most beyond their intervals.
    MethodsDisagree { run: usize, ping_s: f64, guest_clock_s: f64 },
    /// The outage outlasted the migration process in so many runs of the condition.
    OutageOutlastsMigration { condition: usize, runs: usize, of: usize },
    /// Each of the first repetitions had a longer outage than every later one.
    FirstRepetitionsSlower { condition: usize, first: usize, first_mean_s: f64, later_mean_s: f64 },
    /// Round trips while the migration ran were longer: ratio of medians during ÷ before.
    RoundTripsRaised { condition: usize, ratio: f64 },
}

/// The unit of a number in the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Seconds,
    Milliseconds,
    /// Per cent of the whole host.
    Percent,
    Bytes,
    BytesPerSecond,
    PerSecond,
    Count,
}

/// One problem of the data, with the place where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable kebab-case code, for example `row-not-read`.
    pub code: &'static str,
    /// Path relative to the campaign folder; `None` for the campaign as a whole.
    pub file: Option<String>,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// Column (byte), counted from 1.
    pub column: Option<u64>,
    /// What is wrong, what was expected and what was done.
    pub message: String,
    /// The offending text, shortened and made printable.
    pub text: Option<String>,
}

/// Ordered so that the most severe sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Data that should be there cannot be used.
    Error,
    /// Data were used, with a loss or a repair.
    Warning,
    /// Something to know.
    Note,
}
