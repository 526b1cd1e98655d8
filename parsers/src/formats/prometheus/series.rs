//! One series: values at times, and the rate of a counter between them.

use crate::diagnostic::{Diagnostics, Place};
use crate::shared::json::Node;
use crate::text::float;
use crate::time::NANOS;

/// A scrape that is farther from the one before than so many steps has others missing between them.
const HOLE: f64 = 1.5;

#[derive(Debug, Default)]
pub(super) struct Series {
    /// Nanoseconds since 1970, and values, by time.
    pub values: Vec<(i64, f64)>,
}

impl Series {
    /// `"values": [[1435781430.781, "1"], …]`.
    pub fn read(node: &Node<'_>, lost: &mut usize, diagnostics: &mut Diagnostics) -> Self {
        let mut series = Self::default();
        for pair in node.get("values").map(Node::items).unwrap_or_default() {
            let (time, value) = match pair.items() {
                [time, value] => (time.word().and_then(float).and_then(nanos), value.str()),
                _ => (None, None),
            };
            match (time, value) {
                (Some(time), Some(value)) => {
                    // `NaN` and infinities are no values.
                    series.values.extend(float(value.as_bytes()).map(|value| (time, value)));
                }
                _ if !pair.whole => {}
                _ => {
                    *lost = lost.saturating_add(1);
                    diagnostics.warning("row-unreadable", pair.place(), || {
                        "expected a time and a value in quotes; it is left out".to_owned()
                    });
                }
            }
        }
        series.values.sort_by_key(|(time, _)| *time);
        series.values.dedup_by_key(|(time, _)| *time);
        series
    }

    /// The usual time between two scrapes, nanoseconds.
    pub fn step(&self) -> Option<i64> {
        let step = |two: &[(i64, f64)]| two.last()?.0.checked_sub(two.first()?.0);
        let mut steps: Vec<i64> = self.values.windows(2).filter_map(step).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied()
    }

    /// What a counter counted per second, at the end of each interval. `step` is the usual one.
    #[expect(clippy::cast_precision_loss, reason = "intervals are far below 2^53 ns")]
    pub fn rates(&self, step: i64, resets: &mut usize) -> Vec<(i64, f64)> {
        let rate = |two: &[(i64, f64)]| {
            let ((from, before), (to, after)) = (two.first()?, two.last()?);
            let length = to.checked_sub(*from)? as f64;
            if length > HOLE * step as f64 || length <= 0.0 {
                return None;
            }
            if after < before {
                *resets = resets.saturating_add(1);
                return None;
            }
            Some((*to, (after - before) / (length / NANOS as f64)))
        };
        self.values.windows(2).filter_map(rate).collect()
    }
}

/// Seconds since 1970, which Prometheus has to the millisecond.
#[expect(clippy::cast_possible_truncation, reason = "limited")]
fn nanos(seconds: f64) -> Option<i64> {
    (0.0..9e9).contains(&seconds).then(|| (seconds * 1e3).round() as i64 * (NANOS / 1000))
}

/// Says that counters began anew.
pub(super) fn tell_resets(resets: usize, diagnostics: &mut Diagnostics) {
    if resets > 0 {
        diagnostics.note("counter-reset", Place::FILE, || {
            format!("counters went down {resets} times: the host or the exporter was started anew; those intervals are null")
        });
    }
}
