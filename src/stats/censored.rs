//! Values that are known only to lie between bounds, such as an outage whose end was never seen.

use super::proportion::half_binomial_tail;

/// A value that lies in [`lower`, `upper`].
///
/// `upper` is `None` where its end was never seen. A failure, which ranks behind every value, has the lower bound
/// [`f64::INFINITY`] and no upper one. Bounds must not be NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub lower: f64,
    pub upper: Option<f64>,
}

impl Bounds {
    pub fn new(lower: f64, upper: Option<f64>) -> Self {
        Self { lower, upper }
    }

    /// A value that is known.
    pub fn exact(value: f64) -> Self {
        Self { lower: value, upper: Some(value) }
    }

    /// What counts as longer than anything that was seen.
    pub const FAILURE: Self = Self { lower: f64::INFINITY, upper: None };

    pub(super) fn upper_or_endless(&self) -> f64 {
        self.upper.unwrap_or(f64::INFINITY)
    }

    fn from_ends(lower: f64, upper: f64) -> Self {
        Self { lower, upper: upper.is_finite().then_some(upper) }
    }
}

fn sorted(ends: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut ends: Vec<f64> = ends.collect();
    ends.sort_by(f64::total_cmp);
    ends
}

fn sorted_ends(values: &[Bounds]) -> (Vec<f64>, Vec<f64>) {
    (sorted(values.iter().map(|v| v.lower)), sorted(values.iter().map(Bounds::upper_or_endless)))
}

/// The bounds of the median of the sample: it grows with every value, so it lies between the median of the lower
/// bounds and that of the upper ones. Of an even number it is the mean of the two in the middle, as elsewhere.
///
/// `None` for no values.
pub fn median(values: &[Bounds]) -> Option<Bounds> {
    let middle = |ends: &[f64]| Some(0.5 * (ends.get((ends.len() - 1) / 2)? + ends.get(ends.len() / 2)?));
    if values.is_empty() {
        return None;
    }
    let (lowers, uppers) = sorted_ends(values);
    Some(Bounds::from_ends(middle(&lowers)?, middle(&uppers)?))
}

/// An interval of the median of what the values were drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianInterval {
    pub bounds: Bounds,
    /// The least chance with which such an interval holds the median; at least 0.95.
    pub confidence: f64,
}

/// 95 % interval of the median of what the values were drawn from: from the lower bound of the r-th least to the
/// upper bound of the r-th greatest, where r is the largest number with 1 − 2 · P(B < r) ≥ 0.95 and B counts the
/// heads of n tosses (Thompson, 1936). It needs no assumption on how values are spread.
///
/// `None` for fewer than six values: least and greatest of five hold the median with 93.75 % only.
pub fn median_interval(values: &[Bounds]) -> Option<MedianInterval> {
    let n = values.len();
    let confidence = |r: usize| 1.0 - 2.0 * half_binomial_tail(r - 1, n);
    let r = (1..=n / 2).take_while(|r| confidence(*r) >= 0.95).last()?;
    let (lowers, uppers) = sorted_ends(values);
    let bounds = Bounds::from_ends(*lowers.get(r - 1)?, *uppers.get(n - r)?);
    Some(MedianInterval { bounds, confidence: confidence(r) })
}

/// A part of the estimated distribution: `mass` lies somewhere in `within`, and the values do not say where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    pub within: Bounds,
    /// Share of the whole, 0 … 1.
    pub mass: f64,
}

/// The distribution under which bounded values are most likely, without an assumption on its form (Turnbull, 1976).
/// Of values that are known or whose end was never seen it is the estimate of Kaplan and Meier (1958).
#[derive(Debug, Clone, PartialEq)]
pub struct Turnbull {
    masses: Vec<Mass>,
}

/// The estimate has converged when no mass changes by more.
const CONVERGED: f64 = 1e-9;
/// No more work than this, counted in values and masses looked at.
const MOST_WORK: usize = 50_000_000;

impl Turnbull {
    /// `None` for no values, or where an upper bound is below its lower one. Where failures are among the values, what
    /// has no upper bound may be one, too, and the likeliest distribution puts all of it there.
    pub fn new(values: &[Bounds]) -> Option<Self> {
        let in_order = |v: &Bounds| v.lower <= v.upper_or_endless();
        if values.is_empty() || !values.iter().all(in_order) {
            return None;
        }
        let places = innermost(values);
        // Which places a value may lie in: neighbours, because it is an interval.
        let ranges: Vec<(usize, usize)> = values
            .iter()
            .map(|value| {
                let first = places.partition_point(|place| place.0 < value.lower);
                let end = places.partition_point(|place| place.1 <= value.upper_or_endless());
                (first, end)
            })
            .collect();
        let masses = converged(&ranges, places.len());
        let of_place =
            |(place, mass): (&(f64, f64), f64)| Mass { within: Bounds::from_ends(place.0, place.1), mass };
        Some(Self { masses: places.iter().zip(masses).map(of_place).collect() })
    }

    /// In ascending order.
    pub fn masses(&self) -> &[Mass] {
        &self.masses
    }

    /// Least and greatest share of values above `t` under the estimate.
    pub fn survival(&self, t: f64) -> (f64, f64) {
        let share = |above: &dyn Fn(&Bounds) -> bool| {
            self.masses.iter().filter(|m| above(&m.within)).map(|m| m.mass).sum::<f64>().clamp(0.0, 1.0)
        };
        (share(&|within| within.lower > t), share(&|within| within.upper_or_endless() > t))
    }

    /// The median of the estimate lies in these bounds.
    pub fn median(&self) -> Bounds {
        let reached = |enough: &dyn Fn(f64) -> bool| {
            let mut sum = 0.0;
            let found = self.masses.iter().find(|m| {
                sum += m.mass;
                enough(sum)
            });
            found.or(self.masses.last()).map_or(Bounds::FAILURE, |m| m.within)
        };
        // Where exactly half lies below a gap, the median is anywhere in the gap.
        let (low, high) = (reached(&|sum| sum >= 0.5 - 1e-6), reached(&|sum| sum > 0.5 + 1e-6));
        Bounds { lower: low.lower, upper: high.upper }
    }
}

/// The only places that can hold mass: from a lower bound to the next upper one, with no other bound between.
fn innermost(values: &[Bounds]) -> Vec<(f64, f64)> {
    // Bounds belong to their interval: of the same number, the lower one comes first.
    let mut ends: Vec<(f64, bool)> =
        values.iter().flat_map(|value| [(value.lower, false), (value.upper_or_endless(), true)]).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let pairs = ends.iter().zip(ends.iter().skip(1));
    pairs.filter(|(a, b)| !a.1 && b.1).map(|(a, b)| (a.0, b.0)).collect()
}

/// Masses by expectation and maximisation: every value is dealt onto the places where it may lie in proportion to
/// their masses, and these become what was dealt onto them.
fn converged(ranges: &[(usize, usize)], places: usize) -> Vec<f64> {
    let mut masses = vec![1.0 / places as f64; places];
    for _ in 0..MOST_WORK / (ranges.len() + places) {
        let mut sums = vec![0.0; places + 1];
        for (place, mass) in masses.iter().enumerate() {
            sums[place + 1] = sums[place] + mass;
        }
        let mut steps = vec![0.0; places + 1];
        for &(first, end) in ranges {
            let share = 1.0 / (sums[end] - sums[first]).max(f64::MIN_POSITIVE);
            steps[first] += share;
            steps[end] -= share;
        }
        let (mut factor, mut change) = (0.0, 0.0f64);
        for (mass, step) in masses.iter_mut().zip(&steps) {
            factor += step;
            let next = *mass * factor / ranges.len() as f64;
            change = change.max((next - *mass).abs());
            *mass = next;
        }
        if change < CONVERGED {
            break;
        }
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn censored(lower: f64) -> Bounds {
        Bounds::new(lower, None)
    }

    /// Three of 2 s and two whose end was never seen: nothing says that they ended before 60 s.
    #[test]
    fn what_has_no_end_leaves_the_interval_open() {
        let values = [2.0, 2.0, 2.0].map(Bounds::exact).into_iter().chain([censored(5.2); 2]);
        let values: Vec<Bounds> = values.collect();
        assert_eq!(median(&values), Some(Bounds::exact(2.0)));
        assert_eq!(median_interval(&values), None);
        let six: Vec<Bounds> = values.iter().copied().chain([Bounds::exact(2.0)]).collect();
        let interval = median_interval(&six).unwrap();
        assert_eq!((interval.bounds, interval.confidence), (Bounds::new(2.0, None), 0.96875));
    }

    #[test]
    fn a_median_lies_between_those_of_the_bounds() {
        assert_eq!(median(&[]), None);
        let two = [Bounds::new(1.0, Some(2.0)), Bounds::new(3.0, Some(5.0))];
        assert_eq!(median(&two), Some(Bounds::new(2.0, Some(3.5))));
        assert_eq!(median(&[Bounds::exact(1.0), censored(3.0)]), Some(Bounds::new(2.0, None)));
        assert_eq!(median(&[Bounds::FAILURE, Bounds::FAILURE]), Some(Bounds::FAILURE));
    }

    #[test]
    fn order_statistics_as_in_the_tables() {
        let values: Vec<Bounds> = (1..=20).map(|v| Bounds::exact(f64::from(v))).collect();
        let of = |n: usize| median_interval(&values[..n]).map(|i| (i.bounds.lower, i.bounds.upper.unwrap()));
        assert_eq!(of(5), None);
        assert_eq!(of(6), Some((1.0, 6.0)));
        assert_eq!(of(9), Some((2.0, 8.0)));
        assert_eq!(of(20), Some((6.0, 15.0)));
    }

    /// Kaplan and Meier by hand: 1, 2+, 3, 4+ gives ¾ after 1 and ¾ · ½ after 3.
    #[test]
    fn turnbull_is_kaplan_meier_where_ends_were_not_seen() {
        let values = [Bounds::exact(1.0), censored(2.0), Bounds::exact(3.0), censored(4.0)];
        let estimate = Turnbull::new(&values).unwrap();
        let close = |t: f64, expected: f64| {
            let (low, high) = estimate.survival(t);
            assert!((low - expected).abs() < 1e-6 && (high - expected).abs() < 1e-6, "{t}: {low} {high}");
        };
        close(0.5, 1.0);
        close(1.0, 0.75);
        close(2.5, 0.75);
        close(3.0, 0.375);
        assert_eq!(estimate.median(), Bounds::exact(3.0));
        assert!((estimate.survival(5.0).0, estimate.survival(5.0).1) == (0.0, estimate.survival(3.0).1));
    }

    /// Intervals [0, 2], [1, 3], [2, 4]: all mass is on 2, which lies in all of them.
    #[test]
    fn turnbull_of_intervals_that_share_a_point() {
        let values = [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0)].map(|(l, u)| Bounds::new(l, Some(u)));
        let estimate = Turnbull::new(&values).unwrap();
        assert_eq!(estimate.masses().len(), 1);
        assert_eq!(estimate.median(), Bounds::exact(2.0));
        assert_eq!(Turnbull::new(&[Bounds::new(2.0, Some(1.0))]), None);
        assert_eq!(Turnbull::new(&[]), None);
    }

    #[test]
    fn failures_are_mass_beyond_everything() {
        let estimate = Turnbull::new(&[Bounds::exact(1.0), Bounds::FAILURE, Bounds::FAILURE]).unwrap();
        assert_eq!(estimate.median(), Bounds::FAILURE);
        assert!((estimate.survival(1e9).0 - 2.0 / 3.0).abs() < 1e-9);
    }
}
