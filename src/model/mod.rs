//! The plain data that stands between the two halves of the program.
//!
//! Reading, aligning, measuring and averaging produce an [`Analysis`]; tables, figures, reports and data files only
//! read it. The types hold numbers in base units – seconds, bytes, bytes per second, per cent of a whole host – and no
//! text made for people. They serialise as `summary.json` has them, not rounded, in the order of their fields.
//!
//! A value that could not be determined is `None`, never zero.

mod benchmarks;
mod citation;
mod cited;
mod clocks;
mod comparison;
mod convergence;
mod curve;
pub mod curves;
pub mod data;
pub mod diagnostics;
#[cfg(test)]
pub(crate) mod example;
mod finding;
mod flags;
mod id;
pub mod kept;
pub mod key;
mod methods;
pub mod metrics;
mod packed;
mod placement;
mod prediction;
mod relocate;
mod requests;
mod run;
mod series;
mod status;
mod sweep;
pub mod throughput;
mod time_line;
mod transfer;
mod value;

pub use benchmarks::{
    BENCHMARK, Benchmark, BenchmarkId, Content, Direction, Efficiency, EfficiencyId, Grid, OPERATION,
    Parallel, ParallelId, Reading, VM,
};
pub use citation::{Citation, PRECOPY_PAGES, PRECOPY_ROUNDS};
pub use cited::Cited;
pub use clocks::{Clock, ClockOwner, Estimate, Origin};
pub use comparison::{Compared, Comparison, OneSided, Test};
pub use convergence::Convergence;
pub use curve::{Bin, Curve, Means, Trace};
pub use curves::{CurveMetric, DOMAIN_0};
pub use finding::{ConditionOutage, Elsewhere, Finding, Incomplete, Unseen};
pub use flags::{Flag, FlagCode};
pub use id::{Entries, Id, Ids};
pub use key::Key;
pub use methods::{Hue, Method, MethodCheck, MethodEntry, MethodTexts};
pub use metrics::Metric;
pub use placement::{Candidate, Placement, Reason};
pub use prediction::{Model, Prediction};
pub use relocate::{Listed, Relocate, Relocation};
pub use requests::{PingTimeline, SpanError};
pub use run::{
    Condition, ConditionId, Context, Degradation, Measurement, Migration, Outage, Packets, PhaseCost, Ping,
    Probe, ResourceCost, RoundTrips, Run, RunId, Stream,
};
pub use series::{IntervalOf, Reach, Series, SeriesSummary};
pub use status::Status;
pub use sweep::{Sweep, SweepLine, SweepPoint};
pub use throughput::{Level, Throughput};
pub use time_line::{
    Check, CheckKind, Evidence, Hypervisor, Milestone, MilestoneKind, Phase, PhaseKind, PrecopyRound,
    Presence, SentPages, Verdict,
};
pub use transfer::{Counted, PageBytes, Transfer};
pub use value::{Range, Value};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use self::data::{fields, names};
use crate::stats::{Interval, WithinGroups};

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
    /// SHA-256 of each file that could be read, by its path relative to the campaign folder.
    pub sources: BTreeMap<String, String>,
    /// Lines that are cited, where a document is to show them.
    pub excerpts: Excerpts,
}

/// Lines of files for people, by path and number.
pub type Excerpts = BTreeMap<String, BTreeMap<u64, String>>;

impl Analysis {
    /// What people call a condition: the levels of the factors that not all conditions share; all
    /// levels where there is but one condition, and its identifier where it has none.
    pub fn condition_name(&self, condition: ConditionId) -> String {
        let Some(known) = self.conditions.entry(condition) else { return String::new() };
        let levels: Vec<&str> = self.telling_levels(condition).into_iter().map(|(_, level)| level).collect();
        if levels.is_empty() { known.id.clone() } else { levels.join(", ") }
    }

    /// The factors that tell a condition from others, each with its level, in the order in which people name them; all of them
    /// where there is but one condition.
    pub fn telling_levels(&self, condition: ConditionId) -> Vec<(&str, &str)> {
        let Some(condition) = self.conditions.entry(condition) else { return Vec::new() };
        let alone = self.conditions.len() == 1;
        let varies =
            |name: &str, level: &String| self.conditions.iter().any(|c| c.factors.get(name) != Some(level));
        let order = &self.campaign.factor_order;
        let place = |name: &str| order.iter().position(|known| known == name).unwrap_or(order.len());
        let mut levels: Vec<_> =
            condition.factors.iter().filter(|(name, level)| alone || varies(name, level)).collect();
        levels.sort_by_key(|(name, _)| place(name));
        levels.into_iter().map(|(name, level)| (name.as_str(), level.as_str())).collect()
    }
}

impl Relocate for Analysis {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            campaign: _,
            conditions,
            runs,
            series,
            curves,
            comparisons,
            clocks: _,
            agreements,
            convergence,
            sweeps,
            benchmarks,
            efficiency,
            parallel,
            grids,
            placement: _,
            published: _,
            findings,
            diagnostics,
            sources,
            excerpts,
        } = self;
        conditions.relocate(to);
        runs.relocate(to);
        series.relocate(to);
        curves.relocate(to);
        comparisons.relocate(to);
        agreements.relocate(to);
        convergence.relocate(to);
        sweeps.relocate(to);
        benchmarks.relocate(to);
        efficiency.relocate(to);
        parallel.relocate(to);
        grids.relocate(to);
        findings.relocate(to);
        diagnostics.relocate(to);
        *sources = moved(std::mem::take(sources), to);
        *excerpts = moved(std::mem::take(excerpts), to);
    }
}

/// What is known of files, by their paths in the folder that they lie in now.
fn moved<T>(of_files: BTreeMap<String, T>, to: &Relocation) -> BTreeMap<String, T> {
    let moved = of_files.into_iter().map(|(mut path, value)| {
        to.path(&mut path);
        (path, value)
    });
    moved.collect()
}

/// What the configuration (or the defaults) say about the campaign as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Campaign {
    pub title: String,
    /// The folder as the user named it.
    pub path: String,
    pub config_sha256: String,
    #[serde(flatten, serialize_with = "provenance")]
    pub provenance: Provenance,
    /// A remark of the authors of the data that every report repeats.
    #[serde(skip)]
    pub notice: Option<String>,
    /// The VM that migrates, as the logs name it.
    pub vm: Option<String>,
    /// Memory of the VM, as declared.
    #[serde(skip)]
    pub vm_memory_bytes: Option<f64>,
    /// Hosts, source before target before observer.
    pub hosts: Vec<Host>,
    /// What time zero of the curves is.
    pub align: Event,
    /// Further events at which curves are aligned, each other than `align`.
    #[serde(skip)]
    pub also_aligned: Vec<Event>,
    #[serde(skip)]
    pub bootstrap: Bootstrap,
    /// The factors in the order in which people name them; others come after these.
    #[serde(skip)]
    pub factor_order: Vec<String>,
    /// The declared order of the levels of a factor.
    #[serde(skip)]
    pub level_order: BTreeMap<String, Vec<String>>,
}

/// By its name, and whether the logs were generated from published figures.
fn provenance<S: Serializer>(provenance: &Provenance, serializer: S) -> Result<S::Ok, S::Error> {
    fields!(serializer, {
        provenance: provenance,
        reconstructed: *provenance == Provenance::Reconstructed,
    })
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

names!(Provenance, {
    Self::Recorded => "recorded",
    Self::Reconstructed => "reconstructed",
    Self::Illustrative => "illustrative",
});

/// How resampling intervals were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    pub seed: u64,
    pub resamples: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    pub name: String,
    pub role: Role,
    /// Number of CPUs; `None` when neither declared nor visible in the logs.
    pub cpus: Option<u32>,
}

pub type HostId = Id<Host>;

/// What a host does in the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Source,
    Target,
    Observer,
}

names!(Role, {
    Self::Source => "source",
    Self::Target => "target",
    Self::Observer => "observer",
});

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

names!(Event, {
    Self::Request => "request",
    Self::Outage => "outage",
    Self::Resume => "resume",
    Self::End => "end",
});

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
    /// Runs that both saw, left out because the VM's clock stood still or stepped in them, or because the two saw events
    /// at different times.
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
    /// 95 % intervals of the lower and of the upper limit.
    pub limits_ci95: Option<[Interval; 2]>,
    /// Within conditions, where there are several: the limits are the bias of a condition ± this half-width.
    pub within: Option<WithinGroups>,
    /// Pearson's; `None` with fewer than three pairs or without variation.
    pub correlation: Option<f64>,
}

impl Serialize for Agreement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            a: self.a,
            b: self.b,
            n: self.pairs.len(),
            left_out: self.left_out,
            overlapping: self.overlapping,
            bias_s: (!self.pairs.is_empty()).then_some(self.bias_s),
            bias_ci95_low_s: self.bias_ci95.map(|interval| interval.low),
            bias_ci95_high_s: self.bias_ci95.map(|interval| interval.high),
            limits_low_s: self.limits.map(|interval| interval.low),
            limits_high_s: self.limits.map(|interval| interval.high),
            limits_low_ci95_low_s: self.limits_ci95.map(|[lower, _]| lower.low),
            limits_low_ci95_high_s: self.limits_ci95.map(|[lower, _]| lower.high),
            limits_high_ci95_low_s: self.limits_ci95.map(|[_, upper]| upper.low),
            limits_high_ci95_high_s: self.limits_ci95.map(|[_, upper]| upper.high),
            within_half_width_s: self.within.map(|within| within.half_width),
            within_half_width_ci95_low_s: self.within.map(|within| within.half_width_ci95.low),
            within_half_width_ci95_high_s: self.within.map(|within| within.half_width_ci95.high),
            correlation: self.correlation,
            pairs: self.pairs,
        })
    }
}

impl Relocate for Agreement {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            a: _,
            b: _,
            pairs,
            left_out: _,
            overlapping: _,
            bias_s: _,
            bias_ci95: _,
            limits: _,
            limits_ci95: _,
            within: _,
            correlation: _,
        } = self;
        pairs.relocate(to);
    }
}

/// One run as both methods saw it, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AgreementPair {
    pub run: RunId,
    pub a_s: f64,
    pub b_s: f64,
}

impl Relocate for AgreementPair {
    fn relocate(&mut self, to: &Relocation) {
        let Self { run, a_s: _, b_s: _ } = self;
        run.relocate(to);
    }
}

/// A published figure beside its recomputation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    pub quantity: String,
    pub factors: Factors,
    pub stated: f64,
    /// Decimal places to which the figure was printed.
    #[serde(skip)]
    pub decimals: u32,
    pub computed: Option<f64>,
    /// computed − stated.
    pub deviation: Option<f64>,
    /// Whether the computed value, rounded as the figure was printed, is the stated one.
    pub agrees: Option<bool>,
    pub note: Option<String>,
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

names!(Unit, {
    Self::Seconds => "s",
    Self::Milliseconds => "ms",
    Self::Percent => "percent",
    Self::Bytes => "bytes",
    Self::BytesPerSecond => "bytes_per_s",
    Self::PerSecond => "per_s",
    Self::Count => "count",
    Self::Ratio => "ratio",
});

/// One problem of the data, with the place where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

impl Diagnostic {
    /// That the numbers in names are taken for repetitions, though they may be conditions.
    pub const REPETITIONS_ASSUMED: &str = "repetitions-assumed";
}

impl Relocate for Diagnostic {
    fn relocate(&mut self, to: &Relocation) {
        let Self { severity: _, code: _, file, line: _, column: _, message: _, text: _ } = self;
        file.iter_mut().for_each(|path| to.path(path));
    }
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

names!(Severity, {
    Self::Error => "error",
    Self::Warning => "warning",
    Self::Note => "note",
});
