//! From bins to lines: where a curve is broken, and how a long one is thinned for display.
//!
//! A bin without samples breaks the line; nothing is drawn across it. A curve with many more
//! bins than a reader can tell apart is thinned to the lowest and the highest value of each
//! group of neighbouring bins, so that no extreme is lost.

use std::ops::Range;

use crate::model::Curve;
use crate::show::tables::MANY;
use crate::stats::Interval;

/// Up to this many bins, every one is drawn.
const DRAWN_IN_FULL: usize = 1500;
/// Groups to which longer curves are thinned: more than one a point of printed width.
const GROUPS: usize = 300;
/// Half length of the dash that stands for a bin without neighbours, seconds.
const LONE_HALF_S: f64 = 0.4;

/// Points `(t, value)` that belong together.
pub type Line = Vec<(f64, f64)>;

/// A curve as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct ThinnedCurve {
    pub mean: Vec<Line>,
    /// Outlines of the interval around the mean.
    pub band: Vec<Line>,
    /// Lines of all repetitions, unless they are many.
    pub repetitions: Vec<Line>,
    /// Of many repetitions the outlines of what 5 to 95 % of them cover.
    pub spread: Vec<Line>,
    /// Whether bins were grouped.
    pub thinned: bool,
}

impl ThinnedCurve {
    /// Those of the curve's bins that are shown; `factor` turns its unit into the figure's.
    pub fn new(curve: &Curve, shown: Range<usize>, factor: f64) -> Self {
        let bins = &curve.bins[shown.clone()];
        let times: Vec<f64> = bins.iter().map(|bin| bin.t_s).collect();
        let scaled = |v: Option<f64>| v.filter(|v| v.is_finite()).map(|v| v * factor);
        let means: Vec<_> = bins.iter().map(|bin| scaled(bin.mean)).collect();
        let bounds: Vec<_> = bins
            .iter()
            .map(|bin| {
                let ci = bin.ci95.filter(|ci| ci.low.is_finite() && ci.high.is_finite())?;
                Some(Interval::new(ci.low * factor, ci.high * factor))
            })
            .collect();
        let many = curve.repetitions.len() > MANY;
        let spread: Vec<_> =
            if many { shown.clone().map(|bin| middle(curve, bin, factor)).collect() } else { Vec::new() };
        let few = if many { &[] } else { curve.repetitions.as_slice() };
        let repetitions = few.iter().flat_map(|trace| {
            let values: Vec<_> = curve.values(trace, shown.clone()).map(scaled).collect();
            lines(&times, &values)
        });
        Self {
            mean: lines(&times, &means),
            band: bands(&times, &bounds),
            repetitions: repetitions.collect(),
            spread: bands(&times, &spread),
            thinned: times.len() > DRAWN_IN_FULL,
        }
    }
}

/// What 5 to 95 % of the repetitions cover in a bin; `None` for fewer than two.
pub fn middle(curve: &Curve, bin: usize, factor: f64) -> Option<Interval> {
    let values = curve.repetitions.iter().flat_map(|trace| curve.values(trace, bin..bin + 1).flatten());
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let at = |percent: usize| values.get((n * percent).div_ceil(100).max(1) - 1);
    let (low, high) = (at(5)?, at(95)?);
    (n > 1).then(|| Interval::new(low * factor, high * factor))
}

/// Lines through the values, broken where there are none.
fn lines(times: &[f64], values: &[Option<f64>]) -> Vec<Line> {
    let groups = thin(times, values, |group| {
        let by = |pick: fn(&f64, &f64) -> bool| {
            group.iter().copied().reduce(|a, b| if pick(&b.1, &a.1) { b } else { a })
        };
        let (low, high) = (by(|b, a| b < a)?, by(|b, a| b > a)?);
        let mut points = vec![low, high];
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup();
        Some(points)
    });
    runs(groups)
        .into_iter()
        .map(|run| {
            let line: Line = run.into_iter().flatten().collect();
            match line[..] {
                [(t, v)] => vec![(t - LONE_HALF_S, v), (t + LONE_HALF_S, v)],
                _ => line,
            }
        })
        .collect()
}

/// Outlines of the intervals: along the upper bounds, back along the lower ones.
fn bands(times: &[f64], bounds: &[Option<Interval>]) -> Vec<Line> {
    let groups = thin(times, bounds, |group| {
        let low = group.iter().map(|(_, ci)| ci.low).min_by(f64::total_cmp)?;
        let high = group.iter().map(|(_, ci)| ci.high).max_by(f64::total_cmp)?;
        Some((group.first()?.0, group.last()?.0, Interval::new(low, high)))
    });
    runs(groups)
        .into_iter()
        .map(|run| {
            let lone = if let [(from, to, _)] = run[..]
                && from == to
            {
                LONE_HALF_S
            } else {
                0.0
            };
            // A group of several bins has its bounds from its first to its last bin.
            let edges: Vec<(f64, Interval)> = run
                .into_iter()
                .flat_map(|(from, to, ci)| [(from - lone, ci), (to + lone, ci)])
                .fold(Vec::new(), |mut edges, edge| {
                    if edges.last() != Some(&edge) {
                        edges.push(edge);
                    }
                    edges
                });
            let upper = edges.iter().map(|(t, ci)| (*t, ci.high));
            let lower = edges.iter().rev().map(|(t, ci)| (*t, ci.low));
            upper.chain(lower).collect()
        })
        .collect()
}

/// Groups of neighbouring bins, each reduced to what stands for it; `None` where no bin of a
/// group has a value. In short curves every bin is a group.
fn thin<V: Copy, G>(
    times: &[f64],
    values: &[Option<V>],
    reduce: impl Fn(&[(f64, V)]) -> Option<G>,
) -> Vec<Option<G>> {
    let bins = times.len().min(values.len());
    let size = if bins > DRAWN_IN_FULL { bins.div_ceil(GROUPS) } else { 1 };
    let points: Vec<Option<(f64, V)>> = times.iter().zip(values).map(|(t, v)| v.map(|v| (*t, v))).collect();
    points.chunks(size).map(|group| reduce(&group.iter().copied().flatten().collect::<Vec<_>>())).collect()
}

/// Uninterrupted runs of what is there.
fn runs<T>(items: Vec<Option<T>>) -> Vec<Vec<T>> {
    let mut runs = vec![Vec::new()];
    for item in items {
        match item {
            Some(item) => {
                if let Some(run) = runs.last_mut() {
                    run.push(item);
                }
            }
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_lone_bin_stays_visible() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0), None, None, Some(4.0), Some(5.0)];
        assert_eq!(
            lines(&seconds(8), &values),
            [
                vec![(0.0, 1.0), (1.0, 2.0)],
                vec![(3.0 - LONE_HALF_S, 3.0), (3.0 + LONE_HALF_S, 3.0)],
                vec![(6.0, 4.0), (7.0, 5.0)],
            ]
        );
        assert_eq!(lines(&seconds(3), &[None; 3]), Vec::<Line>::new());
        assert_eq!(lines(&[], &[]), Vec::<Line>::new());
    }

    #[test]
    fn a_band_goes_there_above_and_back_below() {
        let ci = |low, high| Some(Interval::new(low, high));
        assert_eq!(
            bands(&seconds(4), &[ci(1.0, 2.0), ci(1.5, 3.0), None, ci(0.0, 1.0)]),
            [
                vec![(0.0, 2.0), (1.0, 3.0), (1.0, 1.5), (0.0, 1.0)],
                vec![(2.6, 1.0), (3.4, 1.0), (3.4, 0.0), (2.6, 0.0)],
            ]
        );
    }

    #[test]
    fn thinning_keeps_every_extreme_of_its_group_and_long_gaps() {
        let n = 10_000;
        let mut values: Vec<Option<f64>> = (0..n).map(|i| Some((i % 7) as f64)).collect();
        values[4321] = Some(99.0);
        values[8765] = Some(-5.0);
        values[6000..6200].fill(None);
        let thinned = lines(&seconds(n), &values);
        assert_eq!(thinned.len(), 2, "the gap stays");
        let points = thinned.concat();
        assert!(points.len() <= 2 * GROUPS, "{}", points.len());
        assert!(points.contains(&(4321.0, 99.0)) && points.contains(&(8765.0, -5.0)));
        assert!(points.is_sorted_by(|a, b| a.0 < b.0));

        let bounds: Vec<_> = values.iter().map(|v| v.map(|v| Interval::new(v - 1.0, v + 1.0))).collect();
        let outline = bands(&seconds(n), &bounds).concat();
        assert!(outline.iter().any(|p| p.1 == 100.0) && outline.iter().any(|p| p.1 == -6.0));
    }
}
