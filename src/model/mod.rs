//! The plain data that stands between the two halves of the program.
//!
//! Reading, aligning, measuring and averaging produce an [`Analysis`]; tables, figures, reports and data files only
//! read it. The types
//! hold numbers in base units – seconds, bytes, bytes per second, per cent of a whole host – and
//! no text made for people. They do not serialise: the wire types live in [`crate::write::export`].
//!
//! A value that could not be determined is `None`, never zero.

mod benchmarks;
mod clocks;
mod convergence;
pub mod diagnostics;
#[cfg(test)]
pub(crate) mod example;
mod metrics;
mod placement;
mod prediction;
mod run;
mod sweep;
mod time_line;
mod transfer;

pub use benchmarks::{
    BENCHMARK, Benchmark, Content, Direction, Efficiency, Grid, OPERATION, Parallel, Reading, VM,
};
pub use clocks::{Clock, ClockOwner, Estimate, Origin};
pub use convergence::Convergence;
pub use metrics::SERIES;
pub use placement::{Candidate, Placement, Reason};
pub use prediction::{Model, Prediction};
pub use run::{
    Degradation, Flag, FlagCode, Measurement, Method, Migration, Outage, PhaseCost, Ping, ResourceCost,
    RoundTrips, Run, Status, Stream,
};
pub use sweep::{Sweep, SweepLine, SweepPoint};
pub use time_line::{
    Check, CheckKind, Evidence, Hypervisor, Milestone, MilestoneKind, Phase, PhaseKind, PrecopyRound,
    Presence, SentPages, Verdict,
};
pub use transfer::{Counted, PageBytes, Transfer};

use std::collections::BTreeMap;

use crate::stats::{Interval, Summary};

/// Version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

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
    /// What is known of each clock against the observer's.
    pub clocks: Vec<Clock>,
    /// Each pair of methods that saw the same runs.
    pub agreements: Vec<Agreement>,
    /// Of each condition whose migrations a hypervisor told of.
    pub convergence: Vec<Convergence>,
    /// The quantities whose conditions differ in one number.
    pub sweeps: Vec<Sweep>,
    pub benchmarks: Vec<Benchmark>,
    pub efficiency: Vec<Efficiency>,
    pub parallel: Vec<Parallel>,
    /// How the tables and figures of benchmarks are arranged.
    pub grids: Vec<Grid>,
    /// Which VM to migrate first, where the campaign asks for it.
    pub placement: Option<Placement>,
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
        let order = &self.campaign.factor_order;
        let place = |name: &str| order.iter().position(|known| known == name).unwrap_or(order.len());
        let mut levels: Vec<_> =
            condition.factors.iter().filter(|(name, level)| alone || varies(name, level)).collect();
        levels.sort_by_key(|(name, _)| place(name));
        let levels: Vec<&str> = levels.into_iter().map(|(_, level)| level.as_str()).collect();
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
    pub provenance: Provenance,
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
    /// Further events at which curves are aligned, each other than `align`.
    pub also_aligned: Vec<Event>,
    pub bootstrap: Bootstrap,
    /// The factors in the order in which people name them; others come after these.
    pub factor_order: Vec<String>,
    /// The declared order of the levels of a factor.
    pub level_order: BTreeMap<String, Vec<String>>,
}

/// What the levels of a factor are sorted by before their names: their place in the declared order, then as
/// numbers, from 0 on.
pub fn level_rank(declared: Option<&Vec<String>>, level: &str) -> (usize, u64) {
    let place = declared.and_then(|levels| levels.iter().position(|known| known == level));
    // The bits of numbers from 0 on are in their order.
    let number = level.parse::<f64>().ok().filter(|number| *number >= 0.0).map(f64::to_bits);
    (place.unwrap_or(usize::MAX), number.unwrap_or(u64::MAX))
}

/// Where the data come from, in the order of what they are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// A machine or a study gave them.
    Recorded,
    /// Generated such that their analysis gives published figures.
    Reconstructed,
    /// Made up to show what such data look like: nothing published or measured stands behind them.
    Illustrative,
}

impl Provenance {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Reconstructed => "reconstructed",
            Self::Illustrative => "illustrative",
        }
    }
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

impl Role {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Observer => "observer",
        }
    }
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

impl Event {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Outage => "outage",
            Self::Resume => "resume",
            Self::End => "end",
        }
    }
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
    /// What its time zero is: every curve is there for each event of the campaign.
    pub align: Event,
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

/// Two methods of measuring an outage, over all completed runs that both saw (Bland and Altman,
/// *Statistical methods for assessing agreement between two methods of clinical measurement*,
/// Lancet 1986).
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    pub a: Method,
    /// Differences are `b` − `a`.
    pub b: Method,
    /// The runs compared, each with its two estimates.
    pub pairs: Vec<AgreementPair>,
    /// Runs that both saw, left out because the VM's clock stood still or stepped in them.
    pub left_out: usize,
    /// Runs of `pairs` in which the two intervals have a length in common.
    pub overlapping: usize,
    /// Mean difference.
    pub bias_s: f64,
    /// 95 % interval of the bias; `None` with fewer than three pairs.
    pub bias_ci95: Option<Interval>,
    /// Limits of agreement, bias ± 1.96 standard deviations of the differences; `None` with fewer
    /// than three pairs.
    pub limits: Option<Interval>,
    /// Pearson's; `None` with fewer than three pairs or without variation.
    pub correlation: Option<f64>,
}

/// One run as both methods saw it, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementPair {
    /// Index into [`Analysis::runs`].
    pub run: usize,
    pub a_s: f64,
    pub b_s: f64,
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
    /// What loses most in a comparison: an index into [`Analysis::efficiency`].
    LeastEfficient { comparison: String, efficiency: usize },
    /// How many of the quantities of a comparison lose at most `loss` (a share of the baseline's
    /// performance), and which lose more, the worst first: indices into [`Analysis::efficiency`].
    LosesMore { comparison: String, loss: f64, quantities: usize, worse: Vec<usize> },
    /// Several VMs against one alone, and against what more VMs than cores can reach: indices into
    /// [`Analysis::parallel`] of the operations of one benchmark in one condition.
    Together { operations: Vec<usize> },
    /// VMs whose largest value is more than `ratio` times the smallest: indices into
    /// [`Analysis::parallel`], the least even first.
    Uneven { ratio: f64, operations: Vec<usize> },
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
    /// Along a numeric factor (and at one level of a second, which may be empty) pre-copy converges in the condition
    /// `last` and in none of the `conditions` above it, in which so many of the runs completed.
    PrecopyLimit {
        factor: String,
        level: String,
        last: usize,
        conditions: Vec<usize>,
        completed: usize,
        runs: usize,
    },
    /// Further conditions in which pre-copy does not converge, the worst first.
    DoesNotConverge { conditions: Vec<usize> },
    /// The conditions that sent the VM's memory several times, with how often, the most first.
    Amplified { conditions: Vec<(usize, f64)> },
    /// A straight line describes a series over a numeric factor: units of the series per unit of the factor.
    Trend { factor: String, level: String, metric: String, slope: f64, ci95: Interval, r_squared: f64 },
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
    /// How many times one quantity is another of its kind.
    Ratio,
}

impl Unit {
    /// The short name in data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Percent => "percent",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes_per_s",
            Self::PerSecond => "per_s",
            Self::Count => "count",
            Self::Ratio => "ratio",
        }
    }
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
