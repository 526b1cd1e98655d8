//! What the numbers of a campaign say.

use super::{ConditionId, EfficiencyId, FlagCode, Method, ParallelId, Relocate, Relocation, RunId};
use crate::stats::Interval;

/// What the numbers say, found without a person. Sentences are made from these in the reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// What loses most in a comparison.
    LeastEfficient { comparison: String, efficiency: EfficiencyId },
    /// How many of the quantities of a comparison lose at most `loss` (a share of the baseline's
    /// performance), which lose more, the worst first, and how many more may only seem to.
    LosesMore { comparison: String, loss: f64, quantities: usize, worse: Vec<EfficiencyId>, uncertain: usize },
    /// Several VMs against one alone, and against what more VMs than cores can reach: the operations of one benchmark in
    /// one condition.
    Together { operations: Vec<ParallelId> },
    /// Operations in which the largest value of the VMs is more than `ratio` times the smallest, the least even first.
    Uneven { ratio: f64, operations: Vec<ParallelId> },
    /// A declared limit is exceeded: what is limited, its value (`at_least` so large where outages have no end) and the most
    /// that is accepted; and how many of the runs have a value of it, without which it is exceeded whatever theirs are.
    LimitExceeded { limited: String, value: f64, at_least: bool, at_most: f64, tested: usize, runs: usize },
    /// Migrations of the condition that did not complete, of those of which a log tells; what share completes lies in
    /// `rate` with 95 %.
    Incomplete(Incomplete),
    /// The outage of each condition.
    Outage(ConditionOutage),
    /// What the logs of so many of the runs of the condition leave open of its outage.
    OutageOpen { condition: ConditionId, runs: usize, flags: Vec<(FlagCode, usize)> },
    /// The condition is worse than the reference in a way that no ratio of means tells: fewer migrations complete, or
    /// outages last longer where some have no end or failures count.
    Worse { metric: String, condition: ConditionId, reference: ConditionId, p_adjusted: f64 },
    /// The condition lengthened the metric against the reference condition.
    Lengthened {
        metric: String,
        condition: ConditionId,
        reference: ConditionId,
        ratio: f64,
        ci95: Option<Interval>,
        p_adjusted: Option<f64>,
    },
    /// How ping and guest clock compare over all runs; differences are guest clock − ping.
    MethodsAgree { runs: usize, overlapping: usize, mean_difference_s: f64, largest_difference_s: f64 },
    /// The run in which the two differ most beyond their intervals.
    MethodsDisagree { run: RunId, ping_s: f64, guest_clock_s: f64 },
    /// The outage outlasted the migration process in so many runs of the condition.
    OutageOutlastsMigration { condition: ConditionId, runs: usize, of: usize },
    /// First repetitions have longer outages than later ones, over all conditions with probability `p` by chance; and
    /// those in which it was longer than all later ones by more than the resolution, with it and the mean of the others.
    FirstRepetitionsSlower { p: f64, conditions: Vec<(ConditionId, f64, f64)> },
    /// Outages of the condition grow or shrink from run to run, in the order in which they were recorded.
    OrderTrend { condition: ConditionId, grows: bool, runs: usize, p_adjusted: f64 },
    /// Outages of the condition differ between the sessions in which they were recorded.
    SessionsDiffer { condition: ConditionId, sessions: usize, p_adjusted: f64 },
    /// So many conditions were recorded one after the other, without a change between them.
    RecordedInBlocks { conditions: usize },
    /// Round trips while the migration ran were longer: ratio of medians during ÷ before.
    RoundTripsRaised { condition: ConditionId, ratio: f64 },
    /// Along a numeric factor (and at one level of a second, which may be empty) pre-copy converges in the condition
    /// `last` and in none of the `conditions` above it, in which so many of the runs completed.
    PrecopyLimit {
        factor: String,
        level: String,
        last: ConditionId,
        conditions: Vec<ConditionId>,
        completed: usize,
        runs: usize,
    },
    /// Further conditions in which pre-copy does not converge, the worst first.
    DoesNotConverge { conditions: Vec<ConditionId> },
    /// The conditions that sent the VM's memory several times, with how often, the most first.
    Amplified { conditions: Vec<(ConditionId, f64)> },
    /// A straight line describes a series over a numeric factor: units of the series per unit of the factor.
    Trend { factor: String, level: String, metric: String, slope: f64, ci95: Interval, r_squared: f64 },
}

/// The migrations of a condition that did not complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Incomplete {
    pub condition: ConditionId,
    pub failed: usize,
    /// Those among them of which a log tells that they ran, and none how they ended.
    pub unfinished: usize,
    /// How many completed or failed.
    pub known: usize,
    /// Of the share that completes, with 95 %.
    pub rate: Interval,
    /// In how many of the failed the service was seen to be away and came back.
    pub away: usize,
    /// The shortest and the longest of these outages.
    pub away_s: Option<Interval>,
    /// In how many it did not come back before the log ended.
    pub lost: usize,
    /// The shortest and the longest that was seen of these.
    pub lost_s: Option<Interval>,
    /// Where the service did something in one of the latter: the share of the ordinary to which it did not return.
    pub stayed_below: Option<f64>,
}

/// The outage of a condition by the best method that no other contradicts.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionOutage {
    pub condition: ConditionId,
    pub method: Method,
    /// A method that comes before it, but is contradicted in more runs: another proves a longer standstill than it allows.
    pub instead_of: Option<Method>,
    /// In how many runs another method, which proves a longer standstill than this one allows, contradicts it.
    pub contradicted: usize,
    /// Runs with a value.
    pub n: usize,
    /// Runs that count.
    pub of: usize,
    /// `None` where a run did not see the end of its outage.
    pub mean_s: Option<f64>,
    /// Least and greatest of those that ended.
    pub ended_s: Option<Interval>,
    /// The least and the most that any of them may have been; `None` where one has no end.
    pub within_s: Option<Interval>,
    /// How long the least of them may have been where its run saw none.
    pub least_at_most_s: Option<f64>,
    /// Runs without an end.
    pub not_returned: usize,
    /// Least and greatest of what those lasted at least.
    pub at_least_s: Option<Interval>,
    /// Where the service did something in one of those: the share of the ordinary below which it stayed.
    pub stayed_below: Option<f64>,
    /// How long an outage may have been where no run saw any.
    pub at_most_s: Option<f64>,
    /// Where some runs saw one, and in others it may have been too short to be seen.
    pub unseen: Option<Unseen>,
    /// What another method saw in runs in which this one saw nothing.
    pub elsewhere: Option<Elsewhere>,
}

/// An outage that another method saw in runs in which the one that is stated saw none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elsewhere {
    pub method: Method,
    /// Runs that the method which is stated saw none in.
    pub of: usize,
    /// Runs of these in which this one saw it.
    pub runs: usize,
    /// Least and greatest of them, seconds; of those without an end what they lasted at least.
    pub seen_s: Interval,
    /// The least and the most that any of them may have been; `None` where one has no end.
    pub within_s: Option<Interval>,
}

/// Runs that saw no outage beside others that did, by a method that shows one from some length on only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unseen {
    pub runs: usize,
    /// How long an outage may have been in these.
    pub at_most_s: f64,
    /// The mean of all, by what their bounds leave open.
    pub mean_within_s: Interval,
    /// Least and greatest of those that were seen.
    pub seen_s: Interval,
}

impl Finding {
    /// What kind it is, in data.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LeastEfficient { .. } => "least-efficient",
            Self::LosesMore { .. } => "loses-more",
            Self::Together { .. } => "several-vms",
            Self::Uneven { .. } => "uneven",
            Self::LimitExceeded { .. } => "limit-exceeded",
            Self::Incomplete(_) => "incomplete",
            Self::Outage(_) => "outage",
            Self::OutageOpen { .. } => "outage-open",
            Self::Worse { .. } => "worse",
            Self::Lengthened { .. } => "lengthened",
            Self::MethodsAgree { .. } => "methods-compared",
            Self::MethodsDisagree { .. } => "methods-disagree",
            Self::OutageOutlastsMigration { .. } => "outage-outlasts-migration",
            Self::FirstRepetitionsSlower { .. } => "first-repetitions-slower",
            Self::OrderTrend { .. } => "order-trend",
            Self::SessionsDiffer { .. } => "sessions-differ",
            Self::RecordedInBlocks { .. } => "recorded-in-blocks",
            Self::RoundTripsRaised { .. } => "round-trips-raised",
            Self::PrecopyLimit { .. } => "precopy-limit",
            Self::DoesNotConverge { .. } => "does-not-converge",
            Self::Amplified { .. } => "amplified",
            Self::Trend { .. } => "trend",
        }
    }
}

impl Relocate for Finding {
    fn relocate(&mut self, to: &Relocation) {
        match self {
            Self::LeastEfficient { comparison: _, efficiency } => efficiency.relocate(to),
            Self::LosesMore { comparison: _, loss: _, quantities: _, worse, uncertain: _ } => {
                worse.relocate(to)
            }
            Self::Together { operations } | Self::Uneven { ratio: _, operations } => operations.relocate(to),
            Self::Lengthened { metric: _, condition, reference, ratio: _, ci95: _, p_adjusted: _ } => {
                condition.relocate(to);
                reference.relocate(to);
            }
            Self::Worse { metric: _, condition, reference, p_adjusted: _ } => {
                condition.relocate(to);
                reference.relocate(to);
            }
            Self::Incomplete(incomplete) => incomplete.condition.relocate(to),
            Self::Outage(outage) => outage.condition.relocate(to),
            Self::FirstRepetitionsSlower { p: _, conditions } => {
                conditions.iter_mut().for_each(|(condition, ..)| condition.relocate(to));
            }
            Self::OutageOpen { condition, runs: _, flags: _ }
            | Self::OrderTrend { condition, grows: _, runs: _, p_adjusted: _ }
            | Self::SessionsDiffer { condition, sessions: _, p_adjusted: _ }
            | Self::OutageOutlastsMigration { condition, runs: _, of: _ }
            | Self::RoundTripsRaised { condition, ratio: _ } => condition.relocate(to),
            Self::MethodsDisagree { run, ping_s: _, guest_clock_s: _ } => run.relocate(to),
            Self::PrecopyLimit { factor: _, level: _, last, conditions, completed: _, runs: _ } => {
                last.relocate(to);
                conditions.relocate(to);
            }
            Self::DoesNotConverge { conditions } => conditions.relocate(to),
            Self::Amplified { conditions } => {
                conditions.iter_mut().for_each(|(condition, _)| condition.relocate(to));
            }
            Self::LimitExceeded { limited: _, value: _, at_least: _, at_most: _, tested: _, runs: _ }
            | Self::RecordedInBlocks { conditions: _ }
            | Self::MethodsAgree { runs: _, overlapping: _, mean_difference_s: _, largest_difference_s: _ }
            | Self::Trend { factor: _, level: _, metric: _, slope: _, ci95: _, r_squared: _ } => {}
        }
    }
}
