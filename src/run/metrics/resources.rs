//! What a migration costs each host, and the service in quantities of its own.
//!
//! A row of a log tells of the time since the one before it: of a rate the mean over that time. Where a window begins or
//! ends within a row, its part of the row is what remains when the other side goes on as the log shows it there: before
//! the request as the baseline, after the end as the next row. So a transfer that fills the window comes back whole
//! at any delay of the tool, and traffic that goes on at the same rate counts by the part of the row.

use std::borrow::Cow;

use crate::model::curves::{DOMAIN_0, DOMAIN_CPU, DOMAIN_MEM, PROCESS_CPU};
use crate::model::{Phase, PhaseCost, ResourceCost};
use crate::run::align::{Samples, Tells};
use crate::stats::Sample;

/// From so many delays on the time between two rows is a hole: the row tells of one delay only.
const HOLE: f64 = 1.5;

/// From, to and value of a row.
type Row = (f64, f64, Option<f64>);

/// The rows of a log, as what they tell of.
#[derive(Debug, Clone, PartialEq)]
struct Rows {
    /// Usual time between two rows, seconds: what a tool divides what it counted by.
    delay_s: f64,
    /// Each ascending: from, to (seconds since the request), and the value; `None` where the log has a row
    /// without this quantity.
    rows: Vec<Row>,
    /// Whether values are those of an instant, as memory is, and not means over the row.
    level: bool,
}

/// What a quantity came to in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    /// Value × seconds.
    amount: f64,
    /// Seconds of the window with a value, of which a row has one delay.
    with_value_s: f64,
    /// Seconds of the window in which the log has rows.
    logged_s: f64,
}

impl Rows {
    /// `taken` are the instants at which the log has rows at all, ascending. `None` for fewer than two.
    fn new(samples: &Samples, taken: &[f64]) -> Option<Self> {
        let steps = Sample::new(taken.windows(2).map(|pair| pair[1] - pair[0]).collect())?;
        let delay_s = Some(steps.median()).filter(|delay| *delay > 0.0)?;
        let mut values = samples.t_s.iter().zip(&samples.values).peekable();
        let rows = taken.iter().enumerate().map(|(index, &to)| {
            let before = index.checked_sub(1).map(|before| taken[before]);
            let from = before.filter(|before| to - before <= HOLE * delay_s).unwrap_or(to - delay_s);
            while values.next_if(|(t, _)| **t < to).is_some() {}
            (from, to, values.next_if(|(t, _)| **t <= to).map(|(_, value)| *value))
        });
        Some(Self { delay_s, rows: rows.collect(), level: samples.tells == Tells::Instant })
    }

    /// The quantity in a window. `baseline` is what it is before the window; without it rows count by their part.
    fn sum(&self, [from, to]: [f64; 2], baseline: Option<f64>) -> Sum {
        let mut sum = Sum { amount: 0.0, with_value_s: 0.0, logged_s: 0.0 };
        let first = self.rows.partition_point(|row| row.1 <= from);
        for index in first..self.rows.len() {
            let (start, end, value) = self.rows[index];
            let (inside, length) = (end.min(to) - start.max(from), end - start);
            if start >= to {
                break;
            }
            if inside <= 0.0 || length <= 0.0 {
                continue;
            }
            sum.logged_s += inside;
            let Some(value) = value else { continue };
            let (whole, scale) = (value * self.delay_s, self.delay_s / length);
            sum.with_value_s += inside * scale;
            let next = || self.rows.get(index + 1).filter(|row| row.0 <= end + self.delay_s / 2.0)?.2;
            let early = (from > start).then(|| Some(baseline? * (from - start) * scale));
            let late = (end > to).then(|| Some(next()? * (end - to) * scale));
            // A level is that of an instant, and a window within a row has too little of it to tell.
            let by_part = baseline.is_none() || self.level || to - from < self.delay_s;
            let rest = early.unwrap_or(Some(0.0)).zip(late.unwrap_or(Some(0.0))).filter(|_| !by_part);
            sum.amount += match rest {
                Some((early, late)) => (whole - early - late).clamp(whole.min(0.0), whole.max(0.0)),
                None => whole * inside / length,
            };
        }
        sum
    }

    /// The largest value in a window: of the rows that end in it, else of those that have a part of it.
    fn peak(&self, [from, to]: [f64; 2]) -> Option<f64> {
        let largest = |is_in: &dyn Fn(&Row) -> bool| {
            self.rows.iter().filter(|row| is_in(row)).filter_map(|row| row.2).reduce(f64::max)
        };
        largest(&|row| from <= row.1 && row.1 <= to).or_else(|| largest(&|row| row.0 < to && row.1 > from))
    }
}

/// What the migration cost, with how many seconds of it the log has no rows for where these are more than half of its delay.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    pub cost: ResourceCost,
    pub hole_s: Option<f64>,
}

/// Compares the samples from the request to `end_s` with those before the request.
///
/// The excess is integrated over the rows by their part in the window; its unit is that of the samples × seconds. Where the
/// log has a hole in the window it is missing: nobody knows what happened there.
///
/// A phase counts each row by its part; one that is shorter than the delay of the log has no cost.
///
/// A peak is that of a row, but never below the mean: what a row at the edge tells of may have been done in its part of the window
/// alone, faster than in any whole row.
pub fn cost(samples: &Samples, all: &[Samples], end_s: Option<f64>, phases: &[Phase]) -> Option<Cost> {
    if samples.tells == Tells::Request {
        return None;
    }
    let before = samples.t_s.partition_point(|t| *t < 0.0);
    let baseline_mean = Sample::new(samples.values[..before].to_vec()).map(|sample| sample.mean());
    let rows = Rows::new(samples, &taken(samples, all));
    let window = end_s.filter(|end| *end > 0.0).map(|end| [0.0, end]);
    let during =
        rows.as_ref().zip(window).map(|(rows, window)| (rows, window, rows.sum(window, baseline_mean)));
    let hole_s = during.as_ref().and_then(|(rows, [from, to], sum)| {
        Some(to - from - sum.logged_s).filter(|hole| *hole > rows.delay_s / 2.0)
    });
    let seen = during.as_ref().filter(|(_, _, sum)| sum.with_value_s > 0.0);
    let of_phase = |phase: &Phase| {
        let rows = rows.as_ref()?;
        let window = [phase.from.at_s(), phase.to.at_s()];
        let sum = Some(rows.sum(window, None)).filter(|sum| sum.with_value_s > 0.0)?;
        let length = Some(window[1] - window[0]).filter(|length| *length >= rows.delay_s)?;
        let whole = length - sum.logged_s <= rows.delay_s / 2.0;
        Some(PhaseCost {
            phase: phase.kind,
            mean: sum.mean(),
            peak: rows.peak(window)?.max(sum.mean()),
            excess_integral: baseline_mean.filter(|_| whole).map(|baseline| sum.excess(baseline)),
        })
    };
    let cost = ResourceCost {
        host: samples.host.clone(),
        metric: samples.metric.clone(),
        unit: samples.unit,
        baseline_mean,
        migration_mean: seen.map(|(_, _, sum)| sum.mean()),
        migration_peak: seen.and_then(|(rows, window, sum)| Some(rows.peak(*window)?.max(sum.mean()))),
        excess_integral: baseline_mean
            .zip(seen.filter(|_| hole_s.is_none()))
            .map(|(baseline, (_, _, sum))| sum.excess(baseline)),
        phases: phases.iter().filter_map(of_phase).collect(),
    };
    Some(Cost { cost, hole_s })
}

impl Sum {
    fn mean(&self) -> f64 {
        self.amount / self.with_value_s
    }

    fn excess(&self, baseline: f64) -> f64 {
        self.amount - baseline * self.with_value_s
    }
}

/// The instants at which the log of a quantity has rows. Of a domain those of Domain-0, which is always there, of a process those of
/// all processes: that a VM is not, or that a process does nothing, is no hole.
fn taken<'a>(samples: &'a Samples, all: &'a [Samples]) -> Cow<'a, [f64]> {
    let is_process = |of: &Samples| PROCESS_CPU.key.parameter(&of.metric).is_some();
    if is_process(samples) {
        let of_host = all.iter().filter(|other| other.host == samples.host && is_process(other));
        let mut taken: Vec<f64> = of_host.flat_map(|other| other.t_s.iter().copied()).collect();
        taken.sort_by(f64::total_cmp);
        taken.dedup();
        return Cow::Owned(taken);
    }
    let family = [DOMAIN_CPU, DOMAIN_MEM].into_iter().find(|of| of.key.parameter(&samples.metric).is_some());
    let own = family.and_then(|of| {
        let name = of.key.with(DOMAIN_0);
        all.iter().find(|other| other.host == samples.host && other.metric == name)
    });
    Cow::Borrowed(own.map_or(&samples.t_s, |own| &own.t_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    fn samples(values: &[f64], first_t: f64) -> Samples {
        Samples {
            host: Some("kirsche".to_owned()),
            metric: "net.sent".to_owned(),
            unit: Unit::BytesPerSecond,
            tells: Tells::Mean,
            t_s: (0..values.len()).map(|k| first_t + k as f64).collect(),
            values: values.to_vec(),
        }
    }

    fn alone(samples: &Samples, end_s: Option<f64>, phases: &[Phase]) -> ResourceCost {
        cost(samples, std::slice::from_ref(samples), end_s, phases).unwrap().cost
    }

    #[test]
    fn the_excess_is_what_lies_above_the_baseline() {
        let cost = alone(&samples(&[10.0, 10.0, 10.0, 30.0, 50.0, 10.0, 99.0], -2.0), Some(2.0), &[]);
        assert_eq!(cost.baseline_mean, Some(10.0));
        assert_eq!(cost.migration_mean, Some(40.0));
        assert_eq!(cost.migration_peak, Some(50.0));
        assert_eq!(cost.excess_integral, Some(60.0));
    }

    /// The log of a tool with a delay: what was sent from `from` to `to` at a rate, over 1 kB/s that others send.
    fn sent(delay_s: f64, offset_s: f64, [from, to]: [f64; 2], rate: f64) -> Samples {
        let n = (60.0 / delay_s) as usize;
        let t_s: Vec<f64> = (0..n).map(|k| offset_s - 30.0 + delay_s * k as f64).collect();
        let bytes = |t: f64| rate * (t.clamp(from, to) - from) + 1e3 * t;
        let values = t_s.iter().map(|t| (bytes(*t) - bytes(t - delay_s)) / delay_s).collect();
        Samples { t_s, values, ..samples(&[], 0.0) }
    }

    #[test]
    fn what_was_sent_comes_back_at_any_delay() {
        for delay_s in [1.0, 2.0, 5.0] {
            for offset_s in [0.0, 0.13, 0.5, 0.77, 0.99].map(|part: f64| part * delay_s) {
                // 200 MB while the migration runs, and nothing besides.
                let log = sent(delay_s, offset_s, [0.0, 9.3], 200e6 / 9.3);
                let excess = alone(&log, Some(9.3), &[]).excess_integral.unwrap();
                assert!((excess / 200e6 - 1.0).abs() < 0.03, "{delay_s} {offset_s} {excess}");
                // At the same rate for long after: only the part of the migration counts.
                let log = sent(delay_s, offset_s, [0.0, 25.0], 200e6 / 9.3);
                let cost = alone(&log, Some(9.3), &[]);
                assert!(
                    (cost.excess_integral.unwrap() / 200e6 - 1.0).abs() < 0.03,
                    "{delay_s} {offset_s} {cost:?}"
                );
                assert!((cost.migration_mean.unwrap() / (200e6 / 9.3) - 1.0).abs() < 0.03, "{cost:?}");
            }
        }
    }

    #[test]
    fn with_a_hole_nothing_is_integrated() {
        for delay_s in [1.0, 2.0] {
            let mut log = sent(delay_s, 0.3, [0.0, 9.3], 200e6 / 9.3);
            let at = log.t_s.partition_point(|t| *t < 4.0);
            log.t_s.remove(at);
            log.values.remove(at);
            let found = cost(&log, &[log.clone()], Some(9.3), &[]).unwrap();
            assert_eq!(found.cost.excess_integral, None);
            assert!(found.hole_s.is_some_and(|hole| (hole - delay_s).abs() < 1e-9), "{found:?}");
        }
        // A log that was over before the migration was.
        let mut log = sent(1.0, 0.3, [0.0, 9.3], 200e6 / 9.3);
        let at = log.t_s.partition_point(|t| *t < 4.0);
        log.t_s.truncate(at);
        log.values.truncate(at);
        let found = cost(&log, &[log.clone()], Some(9.3), &[]).unwrap();
        assert!(found.hole_s.is_some_and(|hole| hole > 5.0) && found.cost.excess_integral.is_none());
    }

    #[test]
    fn that_a_vm_is_not_there_is_no_hole() {
        let own = Samples { metric: DOMAIN_CPU.key.with(DOMAIN_0), ..samples(&[1.0; 20], -5.0) };
        let vm = Samples { metric: DOMAIN_CPU.key.with("vm"), ..samples(&[20.0; 9], -5.0) };
        let found = cost(&vm, &[own, vm.clone()], Some(8.0), &[]).unwrap();
        assert_eq!((found.hole_s, found.cost.migration_mean), (None, Some(20.0)));
    }

    #[test]
    fn without_samples_before_the_request_there_is_no_excess() {
        let cost = alone(&samples(&[10.0, 20.0], 1.0), Some(2.0), &[]);
        assert_eq!((cost.baseline_mean, cost.excess_integral), (None, None));
        assert_eq!((cost.migration_peak, cost.migration_mean), (Some(20.0), Some(15.0)));
    }

    #[test]
    fn each_phase_has_the_rows_by_their_part_in_it() {
        use crate::model::{Evidence, Milestone, MilestoneKind, PhaseKind};
        let at = |kind, t: f64| Milestone { kind, evidence: Evidence::Ping, earliest_s: t, latest_s: t };
        let phase = |kind, from: f64, to: f64| Phase {
            kind,
            from: at(MilestoneKind::Requested, from),
            to: at(MilestoneKind::ServiceLost, to),
        };
        // The second is shorter than the time between two rows.
        let phases = [phase(PhaseKind::PreCopy, 0.5, 2.5), phase(PhaseKind::StopAndCopy, 2.5, 2.9)];
        let cost = alone(&samples(&[10.0, 10.0, 10.0, 30.0, 50.0, 40.0, 10.0], -2.0), Some(3.0), &phases);
        let [precopy] = cost.phases.as_slice() else { panic!("{cost:?}") };
        // Half a second at 30, one at 50, half a one at 40.
        let expected =
            PhaseCost { phase: PhaseKind::PreCopy, mean: 42.5, peak: 50.0, excess_integral: Some(65.0) };
        assert_eq!(*precopy, expected);
    }

    #[test]
    fn without_an_end_nothing_is_said_of_the_migration() {
        let cost = alone(&samples(&[10.0, 20.0], -1.0), None, &[]);
        assert_eq!((cost.baseline_mean, cost.migration_mean), (Some(10.0), None));
    }
}
