//! How far two groups lie apart.

use super::{Interval, Sample};

/// By how much the values of `b` are greater than those of `a`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Median of all differences b − a, in the unit of the values.
    pub estimate: f64,
    /// 95 % interval; `None` where the groups are too small for it (below 4 and 4, or 3 and 5).
    pub interval: Option<Interval>,
}

/// Estimate of Hodges and Lehmann (1963), and the differences between which the exact rank-sum test does not
/// reject at 5 % (Moses, 1965): from the k-th least to the k-th greatest difference, where k is the largest number
/// with P(U < k) ≤ 2.5 %. With ties it holds more than 95 %.
///
/// `step` is how coarse the values are, 0 for continuous ones. Differences of steps are steps, and most of them the
/// same: the interval is wider by half a step on each side. Without, it misses differences between two steps.
///
/// The differences, as many as pairs, are never listed: they ascend along each of the sorted groups, so that those up
/// to a number are counted in one pass over both.
pub fn hodges_lehmann(a: &Sample, b: &Sample, step: f64) -> Shift {
    let differences = Differences { a: sorted(a), b: sorted(b) };
    let last = differences.n() - 1;
    let estimate =
        0.5 * (differences.order_statistic(last / 2) + differences.order_statistic(differences.n() / 2));
    let interval = outermost(a.n(), b.n()).map(|k| {
        let (low, high) = (differences.order_statistic(k - 1), differences.order_statistic(last + 1 - k));
        Interval::new(low - 0.5 * step, high + 0.5 * step)
    });
    Shift { estimate, interval }
}

fn sorted(sample: &Sample) -> Vec<f64> {
    let mut values = sample.values().to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// All differences b − a of two groups in ascending order.
struct Differences {
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Differences {
    fn n(&self) -> usize {
        self.a.len() * self.b.len()
    }

    /// The difference at a place counted from 0: the least number that more than `place` differences do not exceed,
    /// by halving the range of all numbers.
    fn order_statistic(&self, place: usize) -> f64 {
        let ends = [(self.b.first(), self.a.last()), (self.b.last(), self.a.first())];
        let [Some(least), Some(greatest)] = ends.map(|(b, a)| Some(ordinal(b? - a?))) else {
            return f64::NAN;
        };
        let (mut low, mut high) = (least, greatest);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.up_to(from_ordinal(middle)) > place { high = middle } else { low = middle + 1 }
        }
        from_ordinal(low)
    }

    /// How many differences are at most `limit`.
    fn up_to(&self, limit: f64) -> usize {
        let (mut count, mut first) = (0, 0);
        for b in &self.b {
            // The greater b, the greater a must be.
            let too_small = |a: &&f64| (b - **a).total_cmp(&limit).is_gt();
            first += self.a.iter().skip(first).take_while(too_small).count();
            count += self.a.len() - first;
        }
        count
    }
}

/// Numbers as whole numbers in the same order (that of [`f64::total_cmp`]).
fn ordinal(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn from_ordinal(ordinal: u64) -> f64 {
    f64::from_bits(if ordinal >> 63 == 1 { ordinal & !(1 << 63) } else { !ordinal })
}

/// Below this many steps the distribution of the rank sum is counted.
const MOST_STEPS: usize = 20_000_000;

/// The largest k ≥ 1 with P(U < k) ≤ 2.5 %, where U counts the pairs in which the first group has the greater value.
fn outermost(n_a: usize, n_b: usize) -> Option<usize> {
    let pairs = n_a.saturating_mul(n_b);
    if pairs.saturating_mul(pairs) <= MOST_STEPS {
        let mut sum = 0.0;
        let below = u_distribution(n_a, n_b).into_iter().take_while(|chance| {
            sum += chance;
            // Chances are rounded; 2.5 % itself is allowed.
            sum <= 0.025 * (1.0 + 1e-9)
        });
        return Some(below.count()).filter(|k| *k > 0);
    }
    let (mean, variance) = (pairs as f64 / 2.0, pairs as f64 * (n_a + n_b + 1) as f64 / 12.0);
    let k = (mean - 1.959_963_984_540_054 * variance.sqrt() - 0.5).floor();
    (k >= 1.0).then_some(k as usize)
}

/// Chances of U = 0 … m · n, the number of pairs in which the first of two groups of `m` and `n` different values
/// has the greater one, if they come from one distribution.
///
/// The numbers of orders are the coefficients of the Gaussian binomial Π (1 − qⁿ⁺ⁱ) ⁄ (1 − qⁱ), i = 1 … m (Mann and Whitney,
/// 1947): m passes over them. They are the same from both ends, and only the half in which they ascend is computed, where
/// no difference of nearly equal numbers is taken. The smaller group gives the fewer passes.
pub(super) fn u_distribution(m: usize, n: usize) -> Vec<f64> {
    let (few, many) = (m.min(n), m.max(n));
    let pairs = few * many;
    let mut ways = vec![0.0; pairs / 2 + 1];
    ways[0] = 1.0;
    for i in 1..=few {
        for u in (many + i..ways.len()).rev() {
            ways[u] -= ways[u - many - i];
        }
        for u in i..ways.len() {
            ways[u] += ways[u - i];
        }
    }
    let all: f64 = (0..=pairs).map(|u| ways[u.min(pairs - u)]).sum();
    (0..=pairs).map(|u| ways[u.min(pairs - u)] / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn counts_are_those_of_the_tables() {
        // C(6, 3) = 20 orders: 1, 1, 2, 3, 3, 3, 3, 2, 1, 1 of them.
        let expected = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 1.0];
        for (got, expected) in u_distribution(3, 3).iter().zip(expected) {
            assert!((got - expected / 20.0).abs() < 1e-15);
        }
        // Critical values of the two-sided test at 5 % (tables of U): reject at U ≤ k − 1.
        for (m, n, k) in [(4, 4, 1), (5, 5, 3), (3, 5, 1), (10, 10, 24), (8, 12, 23), (20, 20, 128)] {
            assert_eq!(outermost(m, n), Some(k), "{m} {n}");
        }
        assert_eq!((outermost(3, 3), outermost(3, 4), outermost(1, 30)), (None, None, None));
    }

    #[test]
    fn shift_as_computed_by_hand() {
        let shift = hodges_lehmann(&sample(&[1.0, 2.0, 3.0, 4.0]), &sample(&[11.0, 12.0, 13.0, 15.0]), 0.0);
        // Differences 7 … 14; the two in the middle are 10 and 10.
        assert_eq!((shift.estimate, shift.interval), (10.0, Some(Interval::new(7.0, 14.0))));
        let small = hodges_lehmann(&sample(&[1.0, 2.0]), &sample(&[3.0]), 0.0);
        assert_eq!((small.estimate, small.interval), (1.5, None));
    }

    /// Against all differences, sorted, with ties and signs.
    #[test]
    fn order_statistics_are_those_of_all_differences() {
        for (n_a, n_b, k) in [(1, 1, 7), (3, 8, 13), (17, 5, 29), (30, 31, 3)] {
            let of =
                |n: i32, k: i32| -> Vec<f64> { (0..n).map(|i| f64::from(i * k % 23 - 9) * 0.1).collect() };
            let (a, b) = (of(n_a, k), of(n_b, k + 2));
            let mut all: Vec<f64> = b.iter().flat_map(|b| a.iter().map(move |a| b - a)).collect();
            all.sort_by(f64::total_cmp);
            let differences = Differences { a: super::sorted(&sample(&a)), b: super::sorted(&sample(&b)) };
            let got: Vec<f64> = (0..all.len()).map(|place| differences.order_statistic(place)).collect();
            assert!(got.iter().zip(&all).all(|(got, all)| got.to_bits() == all.to_bits()), "{got:?} {all:?}");
        }
    }

    #[test]
    fn equal_steps_still_have_a_width() {
        let equal = sample(&[0.2; 5]);
        let shift = hodges_lehmann(&equal, &equal, 0.2);
        assert_eq!(shift.interval, Some(Interval::new(-0.1, 0.1)));
    }

    #[test]
    fn many_values_are_answered() {
        let of = |n: u32, k: u32| Sample::new((0..n).map(|i| f64::from(i * k % 997)).collect()).unwrap();
        let interval = hodges_lehmann(&of(500, 37), &of(500, 53), 0.0).interval.unwrap();
        assert!(interval.low < 0.0 && interval.high > 0.0 && interval.high < 80.0, "{interval:?}");
    }
}
