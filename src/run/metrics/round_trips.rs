//! Round trip times before, during and after a migration.

use crate::model::RoundTrips;
use crate::run::align::PingTimeline;
use crate::stats::Sample;

/// Round trips of the requests sent before the migration request, from there to `resumed` (when
/// the service was back, seconds since the request), and later. All `None` without a time zero.
pub fn by_phase(
    timeline: &PingTimeline,
    resumed: Option<f64>,
) -> (Option<RoundTrips>, Option<RoundTrips>, Option<RoundTrips>) {
    let between = |from: f64, to: f64| {
        let values = timeline
            .answered
            .iter()
            .zip(&timeline.rtt_ms)
            .filter(|(seq, _)| timeline.sent_at(**seq).is_some_and(|t| from <= t && t < to))
            .filter_map(|(_, rtt)| *rtt)
            .collect();
        of(values)
    };
    let before = between(f64::NEG_INFINITY, 0.0);
    match resumed {
        Some(resumed) => (before, between(0.0, resumed), between(resumed, f64::INFINITY)),
        None => (before, None, None),
    }
}

/// What so many round trips are together, in their unit; `None` of none.
pub fn of(values: Vec<f64>) -> Option<RoundTrips> {
    Sample::new(values).map(|sample| RoundTrips {
        n: sample.n(),
        median: sample.median(),
        p95: sample.quantile(0.95),
        max: sample.max(),
    })
}
