//! What the numbers say, found without a person: the sentences at the head of a report.
//!
//! Each finding follows a stated rule (`docs/methodology/conclusions.md`) and carries its figures. Wording is
//! the work of the report.

mod order;
mod transfer;

pub use transfer::find as transfer;

use std::cmp::Reverse;

use crate::model::metrics::MIGRATION_DURATION;
use crate::model::{
    Comparison, Condition, ConditionId, ConditionOutage, Elsewhere, Entries, Finding, Flag, FlagCode,
    Incomplete, Method, Outage, Run, RunId, Series, Test, Unseen, Value,
};
use crate::run::metrics::event;
use crate::run::metrics::outage::{meet, overlap};
use crate::stats::{Interval, Sample, above_zero, clopper_pearson, holm};

/// The findings about migrations, in the order of a report. Where the numbers of runs need not be repetitions, nothing is
/// said of their order.
pub fn find(
    conditions: &[Condition],
    runs: &[Run],
    series: &[Series],
    comparisons: &[Comparison],
    are_repetitions: bool,
    seed: u64,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        conditions.entries().filter_map(|(id, condition)| incomplete(id, condition, runs)).collect();
    let outages: Vec<ConditionOutage> =
        conditions.ids().filter_map(|id| outage(id, conditions, runs, series)).collect();
    let told = Told { outages: &outages, comparisons };
    findings.extend(outages.iter().cloned().map(Finding::Outage));
    findings.extend(conditions.entries().filter_map(|(id, condition)| left_open(id, condition, runs)));
    findings.extend(told.lengthened());
    findings.extend(told.worse());
    for (id, condition) in conditions.entries() {
        findings.extend(outlasts(id, condition, runs));
    }
    if are_repetitions {
        findings.extend(order::find(conditions, runs, seed));
    }
    findings.extend(round_trips_raised(conditions, runs));
    findings.extend(methods_agree(runs));
    findings.extend(methods_disagree(runs));
    findings
}

fn incomplete(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let Condition { completed, failed, unfinished, .. } = *condition;
    let of_failed =
        condition.runs.iter().map(|run| &runs[*run]).filter(|run| run.migration.status.is_failure());
    let outages: Vec<(&Run, &Outage)> = of_failed
        .filter_map(|run| {
            let methods = [Method::Probe, Method::Ping, Method::PacketGap, Method::Throughput];
            Some((run, methods.into_iter().find_map(|method| run.outage(method))?))
        })
        .filter(|(_, outage)| outage.shown_s() > 0.0)
        .collect();
    let seen = |open: bool| {
        let of_kind = outages.iter().map(|(_, outage)| outage).filter(|outage| outage.censored == open);
        Sample::new(of_kind.map(|outage| outage.shown_s()).collect())
    };
    let (away, lost) = (seen(false), seen(true));
    let ends = |sample: &Sample| Interval::new(sample.min(), sample.max());
    (failed > 0).then(|| {
        Finding::Incomplete(Incomplete {
            condition: id,
            failed,
            unfinished,
            known: completed + failed,
            rate: clopper_pearson(completed, completed + failed),
            away: away.as_ref().map_or(0, Sample::n),
            away_s: away.as_ref().map(ends),
            lost: lost.as_ref().map_or(0, Sample::n),
            lost_s: lost.as_ref().map(ends),
            stayed_below: outages
                .iter()
                .filter_map(|(run, outage)| stayed_below(run, outage))
                .reduce(f64::max),
        })
    })
}

/// What the flags of its runs leave open of the outage of a condition.
fn left_open(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let counted = || condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts());
    let has = |run: &Run, code: FlagCode| {
        // These need not show what something better does.
        let is_spare = matches!(code, FlagCode::GuestClockLeavesOut | FlagCode::ServiceWithoutOrdinary);
        let is_needed = !is_spare || run.service_outage().is_none();
        is_needed && run.flags.iter().any(|flag| flag.code == code)
    };
    let number = |code: FlagCode| counted().filter(|run| has(run, code)).count();
    let flags = FlagCode::BESIDE_THE_OUTAGE.into_iter().map(|code| (code, number(code)));
    let flags: Vec<(FlagCode, usize)> = flags.filter(|(_, runs)| *runs > 0).collect();
    (!flags.is_empty()).then(|| Finding::OutageOpen { condition: id, runs: counted().count(), flags })
}

/// The outage of a condition by the method that others contradict in the fewest runs, of several the first.
fn outage(
    id: ConditionId,
    conditions: &[Condition],
    runs: &[Run],
    series: &[Series],
) -> Option<ConditionOutage> {
    let of = |method: Method| series.iter().find(|s| s.condition == id && s.metric == method.metric());
    let there: Vec<Method> = Method::for_service().filter(|method| of(*method).is_some()).collect();
    let counted = || conditions[id].runs.iter().map(|run| &runs[*run]).filter(|run| run.counts());
    let contradicted = |method: Method| counted().filter(|run| is_contradicted(run, method)).count();
    let method = there.iter().copied().min_by_key(|method| contradicted(*method))?;
    let values: Vec<Value> = of(method)?.present().collect();
    let among = |values: &mut dyn Iterator<Item = f64>| {
        let sample = Sample::new(values.collect())?;
        Some(Interval::new(sample.min(), sample.max()))
    };
    let open = || values.iter().filter(|value| value.is_censored());
    let uppers = || values.iter().map(|value| value.within.upper);
    let within = || {
        let least = values.iter().map(|value| value.within.lower).reduce(f64::min)?;
        let most = uppers().collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::max)?;
        Some(Interval::new(least, most))
    };
    // The largest step of a clock is an outage only where it is more than the others.
    let nothing = |value: &Value| match method {
        Method::GuestClock => value.within.lower == 0.0,
        Method::Probe
        | Method::Ping
        | Method::PingReplyGap
        | Method::PacketGap
        | Method::Throughput
        | Method::Events
        | Method::Hypervisor => value.estimate == 0.0,
    };
    let nothing_seen = values.iter().all(nothing);
    let ended = || values.iter().filter(|value| !value.is_censored());
    let least = ended().min_by(|a, b| a.estimate.total_cmp(&b.estimate));
    Some(ConditionOutage {
        condition: id,
        method,
        instead_of: there.first().copied().filter(|first| *first != method),
        contradicted: contradicted(method),
        n: values.len(),
        of: counted().count(),
        mean_s: of(method)?.mean(),
        ended_s: among(&mut ended().map(|value| value.estimate)),
        least_at_most_s: least.filter(|least| least.estimate == 0.0).and_then(|least| least.within.upper),
        not_returned: open().count(),
        at_least_s: among(&mut open().map(|value| value.within.lower)),
        stayed_below: counted().filter_map(|run| stayed_below(run, run.outage(method)?)).reduce(f64::max),
        within_s: within(),
        at_most_s: uppers()
            .collect::<Option<Vec<f64>>>()
            .filter(|_| nothing_seen)
            .and_then(|all| all.into_iter().reduce(f64::max)),
        unseen: unseen(of(method)?).filter(|_| !nothing_seen),
        elsewhere: elsewhere(&counted().collect::<Vec<_>>(), method),
    })
}

/// What the method that tells of the most runs says of those in which the one that is stated saw nothing: what that cannot resolve another
/// may. Of two that tell of as many it is the first; a clock in the VM, which may have been set, is the last.
fn elsewhere(runs: &[&Run], stated: Method) -> Option<Elsewhere> {
    let saw_nothing = |run: &&&Run| {
        let is_nothing = |outage: &Outage| outage.shown_s() == 0.0 || stated == Method::GuestClock;
        run.outage(stated).is_some_and(|outage| outage.lower_s == 0.0 && is_nothing(outage))
    };
    let without: Vec<&Run> = runs.iter().filter(saw_nothing).copied().collect();
    let seen = |method: Method| {
        let resolved = without.iter().filter(|run| run.trusts(method));
        let resolved = resolved.filter_map(|run| Some((run.outage(method)?, run.outage(stated)?)));
        // What the one that is stated rules out contradicts it, and is no more than that.
        let may_be = resolved
            .filter(|(outage, stated)| stated.upper_s.is_none_or(|upper_s| outage.lower_s <= upper_s));
        may_be.map(|(outage, _)| outage).filter(|outage| outage.lower_s > 0.0).collect::<Vec<_>>()
    };
    let others = Method::for_service().filter(|other| *other != stated);
    let (method, seen) = others
        .map(|other| (other, seen(other)))
        .filter(|(_, seen)| !seen.is_empty())
        .min_by_key(|(other, seen)| (Reverse(seen.len()), *other == Method::GuestClock))?;
    let shown = Sample::new(seen.iter().map(|outage| outage.shown_s()).collect())?;
    let least = Sample::new(seen.iter().map(|outage| outage.lower_s).collect())?;
    let most = seen.iter().map(|outage| outage.upper_s).collect::<Option<Vec<_>>>().and_then(Sample::new);
    Some(Elsewhere {
        method,
        of: without.len(),
        runs: seen.len(),
        seen_s: Interval::new(shown.min(), shown.max()),
        within_s: most.map(|most| Interval::new(least.min(), most.max())),
    })
}

/// The share of the ordinary below which the service stayed until the log ended, where it did something all the same: it cannot be said
/// then that it did not return.
fn stayed_below(run: &Run, outage: &Outage) -> Option<f64> {
    let throughput = run.throughput.as_ref()?;
    let is_seen = outage.method == Method::Throughput && outage.censored;
    let is_below = is_seen && throughput.kept_at_end.is_some_and(|kept| kept > 0.0);
    is_below.then_some(throughput.outage_share)
}

/// The runs of a series that show nothing, where they leave its mean open.
fn unseen(series: &Series) -> Option<Unseen> {
    let mean_within_s = series.summary?.mean_within?;
    let (unseen, seen): (Vec<Value>, Vec<Value>) = series.present().partition(Value::is_unseen);
    let seen = Sample::new(seen.iter().map(|value| value.estimate).collect())?;
    let at_most_s = unseen.iter().filter_map(|value| value.within.upper).reduce(f64::max)?;
    let seen_s = Interval::new(seen.min(), seen.max());
    Some(Unseen { runs: unseen.len(), at_most_s, mean_within_s, seen_s })
}

/// Whether another method proves that the VM stood still, or the service was away, for longer than a method allows, at the same time or,
/// where that method saw nothing, during the migration. What the clock in the VM shows proves nothing: it may have been set.
fn is_contradicted(run: &Run, method: Method) -> bool {
    let proves = |other: &Method| *other != method && *other != Method::GuestClock && run.trusts(*other);
    let Some(outage) = run.outage(method) else { return false };
    let Some(upper_s) = outage.upper_s else { return false };
    let interval_s = run.ping.as_ref().map_or(0.0, |ping| ping.interval_s);
    let is_same = |other: &Outage| match (outage.start_s, other.start_s, run.migration.duration_s) {
        (Some(_), ..) | (_, None, _) | (.., None) => meet(outage, other, interval_s),
        (None, Some(start_s), Some(duration_s)) => start_s <= duration_s + event::CLOCKS_S,
    };
    // A script that looks at the VM now and then tells of what it saw a little later.
    let proven_s = |other: &Outage| match other.method {
        Method::Events => other.lower_s - event::CLOCKS_S,
        Method::Probe
        | Method::Ping
        | Method::PingReplyGap
        | Method::PacketGap
        | Method::Throughput
        | Method::GuestClock
        | Method::Hypervisor => other.lower_s,
    };
    Method::for_service()
        .filter(proves)
        .filter_map(|other| run.outage(other))
        .any(|other| proven_s(other) > upper_s && is_same(other))
}

/// What is told of outages, and what they are compared by.
struct Told<'a> {
    outages: &'a [ConditionOutage],
    comparisons: &'a [Comparison],
}

impl Told<'_> {
    /// What the tests that know censoring and failures find worse than the reference.
    fn worse(&self) -> Vec<Finding> {
        let comparisons = self.comparisons;
        let by_gehan = |c: &&Comparison| c.test == Some(Test::Gehan) && c.dominance.is_some_and(|d| d > 0.0);
        let by_fisher =
            |c: &&Comparison| c.test == Some(Test::Fisher) && c.difference.is_some_and(|d| d < 0.0);
        // Where fewer complete, that is also why outages with failures are longer.
        let fewer_complete = |of: &Comparison| {
            let same = |c: &&Comparison| c.metric == Comparison::COMPLETION && (c.a, c.b) == (of.a, of.b);
            comparisons.iter().filter(same).any(|c| c.is_significant() && by_fisher(&c))
        };
        let is_shown = |c: &&Comparison| match c.metric.as_str() {
            Comparison::COMPLETION => true,
            Comparison::WITH_FAILURES => !fewer_complete(c),
            _ => self.is_of_sentence(c),
        };
        comparisons
            .iter()
            .filter(|c| c.is_significant() && is_shown(c) && (by_gehan(c) || by_fisher(c)))
            .filter_map(|c| {
                Some(Finding::Worse {
                    metric: c.metric.clone(),
                    condition: c.b,
                    reference: c.a,
                    p_adjusted: c.p_adjusted?,
                })
            })
            .collect()
    }

    /// Whether a comparison is of the outages that the sentences of its two conditions state.
    fn is_of_sentence(&self, of: &Comparison) -> bool {
        [of.a, of.b].iter().all(|condition| {
            let stated = self.outages.iter().find(|outage| outage.condition == *condition);
            stated.is_some_and(|outage| outage.method.metric() == of.metric)
        })
    }

    /// Outages and durations that are longer than in the reference condition: the interval of the
    /// ratio lies above 1 and the corrected test agrees at the 5 % level.
    fn lengthened(&self) -> Vec<Finding> {
        let mut found: Vec<&Comparison> = self
            .comparisons
            .iter()
            .filter(|c| c.metric == MIGRATION_DURATION || self.is_of_sentence(c))
            .filter(|c| c.ratio_ci95.is_some_and(|ci| ci.low > 1.0) && c.is_significant())
            .collect();
        found.sort_by(|a, b| {
            (a.metric == MIGRATION_DURATION)
                .cmp(&(b.metric == MIGRATION_DURATION))
                .then(b.ratio.unwrap_or(0.0).total_cmp(&a.ratio.unwrap_or(0.0)))
        });
        found
            .into_iter()
            .filter_map(|c| {
                Some(Finding::Lengthened {
                    metric: c.metric.clone(),
                    condition: c.b,
                    reference: c.a,
                    ratio: c.ratio?,
                    ci95: c.ratio_ci95,
                    p_adjusted: c.p_adjusted,
                })
            })
            .collect()
    }
}

/// In how many runs the service came back after the migration process had ended, for longer than that took. One that never
/// returned, or was away before, says nothing of when the VM was activated; nor does one without a place.
fn outlasts(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Finding> {
    let has = |run: &Run, code: FlagCode| run.flags.iter().any(|flag| flag.code == code);
    let ended_after = |run: &Run| {
        let ended = run.outage(Method::Ping).and_then(|outage| outage.end_s);
        ended.zip(run.migration.duration_s).is_some_and(|(ended, duration)| ended > duration)
    };
    let flagged = |run: &&Run| {
        has(run, FlagCode::OutageLongerThanMigration)
            && ended_after(run)
            && !has(run, FlagCode::AwayBeforeRequest)
            && !has(run, FlagCode::OutageAfterMigration)
    };
    let counted = condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts());
    let (total, number) = (counted.clone().count(), counted.filter(flagged).count());
    (number > 0).then_some(Finding::OutageOutlastsMigration { condition: id, runs: number, of: total })
}

/// The finding of slow first repetitions as a flag of each of them.
pub fn flag_first_repetitions(findings: &[Finding], conditions: &[Condition], runs: &mut [Run]) {
    for finding in findings {
        let Finding::FirstRepetitionsSlower { conditions: slow, .. } = finding else { continue };
        for (condition, first_s, later_mean_s) in slow {
            let mut all = conditions[*condition].runs.iter().copied();
            let Some(first) = all.find(|run| runs[*run].counts()) else { continue };
            let values = vec![("outage_s", *first_s), ("later_s", *later_mean_s)];
            runs[first].flags.push(Flag { code: FlagCode::FirstRepetitionSlower, values });
        }
    }
}

/// From this ratio of round trips during ÷ before on there is something to say.
const RAISED: f64 = 1.2;

/// Median over the runs of (median round trip during ÷ before), where it is [`RAISED`] or more and the mean of its
/// logarithm is above 0 with a certainty that holds for all conditions together.
fn round_trips_raised(conditions: &[Condition], runs: &[Run]) -> Vec<Finding> {
    let ratios = |condition: &Condition| {
        let counted = condition.runs.iter().map(|&run| &runs[run]).filter(|run| run.counts());
        let ratio = |run: &Run| {
            let ping = run.ping.as_ref()?;
            let (before, during) = (ping.before?.median, ping.during?.median);
            (before > 0.0 && during > 0.0).then_some(during / before)
        };
        Sample::new(counted.filter_map(ratio).collect())
    };
    let known: Vec<(ConditionId, Sample)> = conditions
        .entries()
        .filter_map(|(id, condition)| Some((id, ratios(condition).filter(|sample| sample.n() > 1)?)))
        .collect();
    let logarithms = |sample: &Sample| {
        Sample::new(sample.values().iter().map(|ratio| ratio.ln()).collect())
            .and_then(|sample| above_zero(&sample))
    };
    let tested: Vec<f64> = known.iter().map(|(_, sample)| logarithms(sample).unwrap_or(1.0)).collect();
    known
        .iter()
        .zip(holm(&tested))
        .filter(|((_, sample), p)| *p < 0.05 && sample.median() >= RAISED)
        .map(|((id, sample), _)| Finding::RoundTripsRaised { condition: *id, ratio: sample.median() })
        .collect()
}

/// Runs with both a ping and a guest-clock outage that is one, with their difference guest clock − ping.
fn both_methods(runs: &[Run]) -> impl Iterator<Item = (RunId, f64, f64, bool)> {
    let compared = |run: &Run| run.counts() && run.trusts(Method::GuestClock);
    runs.entries().filter(move |(_, run)| compared(run)).filter_map(|(id, run)| {
        let (ping, guest) = (run.outage(Method::Ping)?, run.outage(Method::GuestClock)?);
        // Without its end there is no difference.
        let ended = !ping.censored && !guest.censored;
        ended.then(|| (id, ping.estimate_s, guest.estimate_s, overlap(ping, guest)))
    })
}

fn methods_agree(runs: &[Run]) -> Option<Finding> {
    let compared: Vec<_> = both_methods(runs).collect();
    let differences = Sample::new(compared.iter().map(|(_, ping, guest, _)| guest - ping).collect())?;
    Some(Finding::MethodsAgree {
        runs: differences.n(),
        overlapping: compared.iter().filter(|(.., overlap)| *overlap).count(),
        mean_difference_s: differences.mean(),
        largest_difference_s: differences
            .values()
            .iter()
            .copied()
            .reduce(|a, b| if b.abs() > a.abs() { b } else { a })?,
    })
}

fn methods_disagree(runs: &[Run]) -> Option<Finding> {
    let (run, ping_s, guest_clock_s, _) = both_methods(runs)
        .filter(|(.., overlap)| !overlap)
        .reduce(|a, b| if (b.2 - b.1).abs() > (a.2 - a.1).abs() { b } else { a })?;
    Some(Finding::MethodsDisagree { run, ping_s, guest_clock_s })
}
