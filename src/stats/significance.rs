//! Significance tests for few and skewed values.

use super::Sample;

/// Two-sided exact Mann-Whitney test with mid-ranks for ties: the share of all ways to deal the
/// pooled values onto the two groups whose rank sum is at least as far from its expectation.
///
/// The distribution of the rank sum is counted, not approximated, for any sizes and ties
/// (Mann and Whitney, 1947; Streitberg and Röhmel, 1986, for the counting with ties).
/// The work grows with the fourth power of the pooled size; meant for tens of repetitions.
pub fn mann_whitney(a: &Sample, b: &Sample) -> f64 {
    let ranks = doubled_mid_ranks(a.values(), b.values());
    let n = a.n();
    let total: usize = ranks.iter().sum();
    // ways[k][s]: how many subsets of k values have the doubled rank sum s.
    let mut ways = vec![vec![0.0f64; total + 1]; n + 1];
    ways[0][0] = 1.0;
    for (seen, &rank) in ranks.iter().enumerate() {
        for k in (1..=n.min(seen + 1)).rev() {
            for sum in (rank..=total).rev() {
                ways[k][sum] += ways[k - 1][sum - rank];
            }
        }
    }
    let observed: usize = ranks[..n].iter().sum();
    // Twice the expectation is n · total ⁄ N; compare distances without dividing.
    let distance = |sum: usize| (sum * ranks.len()).abs_diff(n * total);
    let all: f64 = ways[n].iter().sum();
    let extreme: f64 = ways[n]
        .iter()
        .enumerate()
        .filter(|(sum, _)| distance(*sum) >= distance(observed))
        .map(|(_, w)| w)
        .sum();
    extreme / all
}

/// Twice the mid-rank of every value, those of `a` first. Doubling keeps them whole.
fn doubled_mid_ranks(a: &[f64], b: &[f64]) -> Vec<usize> {
    let pooled: Vec<f64> = a.iter().chain(b).copied().collect();
    pooled
        .iter()
        .map(|v| {
            let below = pooled.iter().filter(|w| w.total_cmp(v).is_lt()).count();
            let equal = pooled.iter().filter(|w| w.total_cmp(v).is_eq()).count();
            2 * below + equal + 1
        })
        .collect()
}

/// p values after Holm's step-down correction (Holm, 1979), in the order given.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0f64;
    for (step, &index) in order.iter().enumerate() {
        largest = largest.max(p_values[index] * (p_values.len() - step) as f64).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: &[f64], b: &[f64]) -> f64 {
        mann_whitney(&Sample::new(a.to_vec()).unwrap(), &Sample::new(b.to_vec()).unwrap())
    }

    #[test]
    fn complete_separation_of_five_and_five_is_two_in_252() {
        let low = [1.0, 2.0, 3.0, 4.0, 5.0];
        let high = [6.0, 7.0, 8.0, 9.0, 10.0];
        assert!((p(&low, &high) - 2.0 / 252.0).abs() < 1e-15);
    }

    #[test]
    fn equal_samples_have_p_one() {
        assert_eq!(p(&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0]), 1.0);
    }

    /// All 20 ways to choose three of {1, 2, 2, 3, 4, 5}, mid-ranks 1, 2.5, 2.5, 4, 5, 6: the sum
    /// 1 + 2.5 + 2.5 = 6 is 4.5 from the expectation 10.5; only it and 4 + 5 + 6 are as far.
    #[test]
    fn ties_are_counted_exactly() {
        assert!((p(&[1.0, 2.0, 2.0], &[3.0, 4.0, 5.0]) - 0.1).abs() < 1e-15);
    }

    #[test]
    fn holm_steps_down_and_stays_monotone() {
        assert_eq!(holm(&[0.01, 0.04, 0.03]), vec![0.03, 0.06, 0.06]);
        assert_eq!(holm(&[0.9, 0.8]), vec![1.0, 1.0]);
    }
}
