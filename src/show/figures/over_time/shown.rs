//! Which curves of the analysis a figure shows, and how much of them.

use std::ops::Range;

use super::super::kit::spans::Spans;
use super::super::kit::theme::Quantity;
use super::super::kit::thinned::middle;
use super::super::kit::units;
use super::topics::{Topic, Values};
use crate::model::{Analysis, Bin, ConditionId, Curve, Entries, Event, HostId};
use crate::show::tables::MANY;

/// A curve of the analysis and what it is in the figure.
pub struct ShownCurve<'a> {
    pub curve: &'a Curve,
    /// The bins that the time axis covers.
    pub range: Range<usize>,
    pub quantity: Quantity,
    /// Place in the legend.
    rank: usize,
}

impl<'a> ShownCurve<'a> {
    pub fn bins(&self) -> &'a [Bin] {
        &self.curve.bins[self.range.clone()]
    }

    /// Whether it is of a host; of the service without one.
    pub fn is_of(&self, analysis: &Analysis, host: Option<HostId>) -> bool {
        let name = host.and_then(|host| analysis.campaign.hosts.entry(host)).map(|host| host.name.as_str());
        self.curve.host.as_deref() == name
    }

    /// Whether there is a value to draw.
    pub fn is_drawn(&self) -> bool {
        self.bins().iter().any(|bin| bin.mean.is_some_and(f64::is_finite))
    }

    /// Stacked panels: 0 is the upper one.
    pub fn panel(&self) -> usize {
        usize::from(self.quantity == Quantity::Free)
    }

    /// From the curve's unit to the figure's: MiB, MB/s, ms, per cent.
    pub fn factor(&self) -> f64 {
        units::of_curves(self.curve.unit)
    }

    /// Lowest and highest value of means and repetitions in the figure's unit.
    fn extremes(&self) -> Option<(f64, f64)> {
        let means = self.bins().iter().filter_map(|bin| bin.mean);
        if self.curve.repetitions.len() > MANY {
            let spread = self.range.clone().filter_map(|bin| middle(self.curve, bin, self.factor()));
            let (low, high) = extremes(spread.flat_map(|range| [range.low, range.high]))?;
            let (least, greatest) = extremes(means.map(|mean| mean * self.factor()))?;
            return Some((low.min(least), high.max(greatest)));
        }
        let repetitions = self.curve.repetitions.iter();
        let single = repetitions.flat_map(|trace| self.curve.values(trace, self.range.clone()));
        let (low, high) = extremes(means.chain(single.flatten()))?;
        Some((low * self.factor(), high * self.factor()))
    }

    /// Highest bound of the intervals in the figure's unit.
    fn highest_bound(&self) -> Option<f64> {
        let bounds = self.bins().iter().filter_map(|bin| bin.ci95).map(|ci| ci.high);
        Some(extremes(bounds)?.1 * self.factor())
    }
}

/// The condition's curves that a topic shows, or of it those of `own`, on all hosts, in the order of the legend.
pub fn shown<'a>(
    topic: &Topic,
    own: Option<&str>,
    analysis: &'a Analysis,
    condition: ConditionId,
    align: Event,
    spans: &Spans,
) -> Vec<ShownCurve<'a>> {
    let window = spans.window();
    let vm = analysis.campaign.vm.as_deref();
    let curves = analysis.curves.iter().filter(|curve| curve.condition == condition && curve.align == align);
    let mut shown: Vec<ShownCurve> = curves
        .filter(|curve| own.is_none_or(|own| curve.metric == own))
        .filter_map(|curve| {
            let (rank, quantity) = (topic.role)(&curve.metric, vm)?;
            Some(ShownCurve { curve, range: within(curve, window), quantity, rank })
        })
        .collect();
    shown.sort_by(|a, b| (a.rank, &a.curve.metric).cmp(&(b.rank, &b.curve.metric)));
    shown
}

/// The curve's bins between two instants; all of them without a window.
fn within(curve: &Curve, window: Option<(f64, f64)>) -> Range<usize> {
    let Some((from, to)) = window else {
        return 0..curve.bins.len();
    };
    let first = curve.bins.partition_point(|bin| bin.t_s < from);
    let last = curve.bins.partition_point(|bin| bin.t_s <= to);
    first..last.max(first)
}

/// The first and the last instant with a value in any of the curves.
pub fn covered<'a>(curves: impl Iterator<Item = &'a ShownCurve<'a>>) -> Option<(f64, f64)> {
    let bins = curves.flat_map(ShownCurve::bins);
    extremes(bins.filter(|bin| bin.mean.is_some_and(f64::is_finite)).map(|bin| bin.t_s))
}

/// The values of a panel on all hosts.
pub fn values(curves: &[ShownCurve], panel: usize, stacked: bool) -> Values {
    let here = || curves.iter().filter(|shown| shown.panel() == panel);
    let ranges = here().filter_map(ShownCurve::extremes).flat_map(|(low, high)| [low, high]);
    let (low, high) = extremes(ranges).unwrap_or((0.0, 1.0));
    // Wide intervals may leave the frame, single values may not.
    let bound = here().filter_map(ShownCurve::highest_bound).fold(high, f64::max).min(high * 1.15);
    Values { low, high, bound, stacked }
}

fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}
