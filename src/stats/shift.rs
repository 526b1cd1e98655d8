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
pub fn hodges_lehmann(a: &Sample, b: &Sample, step: f64) -> Shift {
    let mut differences: Vec<f64> =
        b.values().iter().flat_map(|b| a.values().iter().map(move |a| b - a)).collect();
    differences.sort_by(f64::total_cmp);
    let last = differences.len() - 1;
    let estimate = 0.5 * (differences[last / 2] + differences[differences.len() / 2]);
    let interval = outermost(a.n(), b.n())
        .map(|k| Interval::new(differences[k - 1] - 0.5 * step, differences[last + 1 - k] + 0.5 * step));
    Shift { estimate, interval }
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
/// has the greater one, if they come from one distribution (recursion of Mann and Whitney, 1947).
pub(super) fn u_distribution(m: usize, n: usize) -> Vec<f64> {
    // of[j]: the distribution for i values of the first group and j of the second.
    let mut of: Vec<Vec<f64>> = vec![vec![1.0]; n + 1];
    for i in 1..=m {
        let mut next: Vec<Vec<f64>> = Vec::with_capacity(n + 1);
        for (j, without) in of.iter().enumerate() {
            let mut chances = vec![0.0; i * j + 1];
            // The greatest value is of the first group and greater than all j, or of the second.
            let share = i as f64 / (i + j) as f64;
            for (to, from) in chances.iter_mut().skip(j).zip(without) {
                *to += share * from;
            }
            if let Some(fewer) = next.last() {
                for (to, from) in chances.iter_mut().zip(fewer) {
                    *to += (1.0 - share) * from;
                }
            }
            next.push(chances);
        }
        of = next;
    }
    of.pop().unwrap_or_default()
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
