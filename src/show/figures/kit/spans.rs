//! When, in the mean of a condition's completed runs, the migration ran and the service was out.

use crate::model::metrics::MIGRATION_DURATION;
use crate::model::{Analysis, ConditionId, Event, Method, Run, Status};
use crate::stats::Sample;

/// A stretch of time, seconds from time zero of the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Mean start.
    pub start: f64,
    /// Mean end.
    pub end: f64,
    /// Earliest and latest end.
    pub ends: (f64, f64),
    /// Mean length as the tables give it.
    pub length: f64,
}

/// What happened to a condition's runs, around the event that time zero stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spans {
    pub migration: Option<Span>,
    pub outage: Option<(Method, Span)>,
}

impl Spans {
    pub fn new(analysis: &Analysis, condition: ConditionId, align: Event) -> Self {
        let completed: Vec<&Run> = analysis
            .runs
            .iter()
            .filter(|run| run.condition == condition && run.migration.status == Status::Completed)
            .collect();
        let mean_of = |metric| mean_of(analysis, condition, metric);
        let migrations = completed.iter().filter_map(|run| {
            let zero = run.event_s(align)?;
            Some((-zero, run.migration.duration_s? - zero))
        });
        let outages = |method| {
            // Those that ended are not all: their mean would leave out the longest.
            if completed.iter().any(|run| run.outage(method).is_some_and(|outage| outage.censored)) {
                return Some(None);
            }
            let outages = completed.iter().filter_map(|run| {
                let zero = run.event_s(align)?;
                let outage = run.outage(method)?;
                Some((outage.start_s? - zero, outage.end_s? - zero))
            });
            Some(Some((method, span(outages.collect(), mean_of(method.metric()))?)))
        };
        Self {
            migration: span(migrations.collect(), mean_of(MIGRATION_DURATION)),
            outage: Method::for_service().find_map(outages).flatten(),
        }
    }

    /// The stretch of time worth showing: from 5 s before the first event until the last one and
    /// half as long again, at least 10 s. `None` where nothing is known to have happened.
    pub fn window(&self) -> Option<(f64, f64)> {
        let spans = || self.migration.iter().chain(self.outage.iter().map(|(_, span)| span));
        let first = spans().map(|span| span.start).reduce(f64::min)?;
        let last = spans().map(|span| span.ends.1).reduce(f64::max)?;
        Some((first - 5.0, last + ((last - first) / 2.0).max(10.0)))
    }
}

fn mean_of(analysis: &Analysis, condition: ConditionId, metric: &str) -> Option<f64> {
    let series = analysis.series.iter().find(|s| s.condition == condition && s.metric == metric)?;
    series.mean()
}

/// The mean of starts and ends; their distance is the length if no table gives another.
fn span(stretches: Vec<(f64, f64)>, length: Option<f64>) -> Option<Span> {
    let (starts, ends): (Vec<f64>, Vec<f64>) = stretches.into_iter().unzip();
    let (starts, ends) = (Sample::new(starts)?, Sample::new(ends)?);
    let (start, end) = (starts.mean(), ends.mean());
    let length = length.filter(|length| length.is_finite()).unwrap_or(end - start);
    (start <= end).then_some(Span { start, end, ends: (ends.min(), ends.max()), length })
}
