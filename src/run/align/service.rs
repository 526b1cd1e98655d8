//! How much a service did over time, by its own log or that of its client, on the axis of the run.

use super::resources::delay_s;
use super::{FileReport, Samples};
use crate::input::config::ServiceWindows;
use crate::model::{Severity, Unit};

/// From so many usual times between two rows on, and what their times leave open, it is a hole: the later row tells of one delay only.
const HOLE: f64 = 1.5;
/// So many intervals before the request, and after the end, are looked at at least.
const LEAST: f64 = 5.0;

/// The throughput of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceLog {
    /// Path relative to the campaign folder.
    pub file: String,
    pub metric: String,
    /// It was written inside of the VM.
    pub is_of_vm: bool,
    /// Operations or bytes per second.
    pub unit: Unit,
    pub windows: ServiceWindows,
    /// Ascending, one behind the other, but for what a counter left out.
    pub intervals: Vec<Interval>,
    /// Usual length of one, seconds.
    pub interval_s: f64,
    /// How coarse the lengths of the intervals are, seconds.
    pub resolution_s: f64,
    /// All of it may lie so much later, seconds.
    pub placed_s: f64,
    /// So many operations or bytes are counted at once; 0 where that is not known to be many.
    pub at_once: f64,
    /// So many bytes may count as done and not have arrived.
    pub buffered: f64,
    /// What it had done in all by its counter, where there is one.
    pub operations: Option<f64>,
    /// When each of its rows was written, seconds since the request, and its line; ascending.
    pub lines: Vec<(f64, u64)>,
}

/// How exact the intervals of a log are, and what is counted in them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Placing {
    pub resolution_s: f64,
    pub placed_s: f64,
    pub at_once: f64,
    pub buffered: f64,
}

/// What the service did from one instant to another, seconds since the request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub from_s: f64,
    pub to_s: f64,
    /// Per second; `None` where the log has no row.
    pub rate: Option<f64>,
}

impl Interval {
    pub fn length_s(self) -> f64 {
        self.to_s - self.from_s
    }
}

impl ServiceLog {
    /// `spans` are those of the samples where they come from a counter. `None` for fewer than two.
    pub(super) fn new(
        file: &str,
        samples: &Samples,
        spans: Option<Vec<[f64; 2]>>,
        resolution_s: f64,
        windows: ServiceWindows,
    ) -> Option<Self> {
        let delay_s = delay_s(samples.t_s.iter().copied());
        if delay_s <= 0.0 {
            return None;
        }
        let spans = spans.unwrap_or_else(|| spans_of(&samples.t_s, delay_s, resolution_s));
        let mut intervals: Vec<Interval> = Vec::new();
        for ([from_s, to_s], rate) in spans.into_iter().zip(&samples.values) {
            if to_s <= from_s {
                continue;
            }
            if let Some(before) = intervals.last().filter(|before| before.to_s < from_s) {
                intervals.push(Interval { from_s: before.to_s, to_s: from_s, rate: None });
            }
            intervals.push(Interval { from_s, to_s, rate: Some(*rate) });
        }
        Some(Self {
            file: file.to_owned(),
            metric: samples.metric.clone(),
            is_of_vm: false,
            unit: samples.unit,
            windows,
            intervals,
            interval_s: delay_s,
            resolution_s,
            placed_s: 0.0,
            at_once: if samples.unit == Unit::PerSecond { 1.0 } else { 0.0 },
            buffered: 0.0,
            operations: None,
            lines: Vec::new(),
        })
    }

    /// That of a tool, whose intervals have lengths of their own. `None` for fewer than two.
    pub(super) fn of_intervals(
        file: &str,
        metric: String,
        unit: Unit,
        intervals: Vec<Interval>,
        placing: Placing,
        windows: ServiceWindows,
    ) -> Option<Self> {
        let interval_s = delay_s(intervals.iter().map(|interval| interval.to_s));
        let Placing { resolution_s, placed_s, at_once, buffered } = placing;
        (interval_s > 0.0).then(|| Self {
            file: file.to_owned(),
            metric,
            is_of_vm: false,
            unit,
            windows,
            intervals,
            interval_s,
            resolution_s,
            placed_s,
            at_once,
            buffered,
            operations: None,
            lines: Vec::new(),
        })
    }
}

impl ServiceLog {
    /// The time before the request that shows the ordinary: what is declared, else 30 s, or five intervals where those are longer.
    pub fn before_s(&self) -> f64 {
        self.windows.before_s.unwrap_or_else(|| (LEAST * self.interval_s).max(30.0))
    }

    /// The time after the end of the migration that still counts: what is declared, else 10 s, or five intervals.
    pub fn after_s(&self) -> f64 {
        self.windows.after_s.unwrap_or_else(|| (LEAST * self.interval_s).max(10.0))
    }
}

/// What each row tells of: the time since the one before, or one delay behind a hole. Of several rows with the same time the
/// first has a length.
fn spans_of(t_s: &[f64], delay_s: f64, resolution_s: f64) -> Vec<[f64; 2]> {
    let before = std::iter::once(None).chain(t_s.iter().copied().map(Some));
    let span = |(to, before): (&f64, Option<f64>)| {
        let from =
            before.filter(|before| to - before <= HOLE * delay_s + resolution_s).unwrap_or(to - delay_s);
        [from, *to]
    };
    t_s.iter().zip(before).map(span).collect()
}

/// That nothing is known of some time between the rows.
pub(super) fn tell_of_holes(intervals: &[Interval], report: &mut FileReport<'_>) {
    let holes = || intervals.iter().filter(|interval| interval.rate.is_none());
    let longest =
        holes().reduce(|longest, hole| if hole.length_s() > longest.length_s() { hole } else { longest });
    if let Some(hole) = longest {
        let message = format!(
            "between its rows nothing is known of {:.1} s, the longest from {:.1} s to {:.1} s after the request: lines are missing or could \
             not be read. An outage may hide there",
            holes().map(|hole| hole.length_s()).sum::<f64>(),
            hole.from_s,
            hole.to_s
        );
        report.add(Severity::Warning, "intervals-missing", message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tells;
    use super::*;

    #[test]
    fn a_row_tells_of_the_time_since_the_one_before_and_a_hole_is_one() {
        let samples = Samples {
            host: None,
            metric: "ycsb.throughput".to_owned(),
            unit: Unit::PerSecond,
            tells: Tells::Mean,
            t_s: vec![1.0, 2.0, 3.0, 4.2, 9.2, 10.2, 10.2],
            values: vec![10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0],
        };
        let log = ServiceLog::new("x", &samples, None, 0.001, ServiceWindows::default()).unwrap();
        let found: Vec<_> = log
            .intervals
            .iter()
            .map(|interval| ((interval.from_s * 10.0).round(), (interval.to_s * 10.0).round(), interval.rate))
            .collect();
        assert_eq!(log.interval_s, 1.0);
        assert_eq!(
            found,
            [
                (0.0, 10.0, Some(10.0)),
                (10.0, 20.0, Some(20.0)),
                (20.0, 30.0, Some(25.0)),
                (30.0, 42.0, Some(30.0)),
                (42.0, 82.0, None),
                (82.0, 92.0, Some(40.0)),
                (92.0, 102.0, Some(50.0))
            ]
        );
    }
}
