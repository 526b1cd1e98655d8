//! Rank tests of two groups: how many of all ways to deal the values onto the groups differ as much?

use statrs::function::erf::erfc;
use statrs::function::factorial::ln_binomial;

use super::Sample;
use super::censored::Bounds;

/// The exact distribution is counted up to this many steps, that is up to about 125 values.
const MOST_STEPS: f64 = 6e7;

/// Two-sided p that values known between bounds come from one distribution (Gehan, 1965): every value scores how
/// many others are certainly less minus how many are certainly greater, and p is the share of all ways to deal the
/// values onto the two groups in which the scores of `a` sum up as far from 0. Of values that are known, it is the
/// test of Mann and Whitney (1947) with mid-ranks.
///
/// A value is certainly less than another if its upper bound is at most the other's lower one. [`Bounds::FAILURE`]
/// is greater than every value, one whose end was never seen included (that one may have ended), and equal to
/// another failure.
///
/// The ways are counted (Streitberg and Röhmel, 1986), beyond 6 · 10⁷ steps approximated by Edgeworth's series with
/// the exact third and fourth moments. 1 where a group is empty.
pub fn gehan(a: &[Bounds], b: &[Bounds]) -> f64 {
    let scores = scores(a, b);
    let observed = scores.iter().take(a.len()).sum::<i64>().abs();
    if observed == 0 {
        return 1.0;
    }
    let Some(least) = scores.iter().min() else { return 1.0 };
    let step = scores.iter().fold(0, |gcd, score| greatest_common_divisor(gcd, score - least)).max(1);
    // Whole numbers from 0: dealing k values with the sum t of these gives the scores k · least + step · t.
    let small = a.len().min(b.len());
    let heights: Vec<usize> =
        scores.iter().map(|score| usize::try_from((score - least) / step).unwrap_or(0)).collect();
    // The scores of all sum up to 0, so the sums of the two groups are equally far from it: count the smaller one.
    let total = largest_sum(&heights, small);
    let p = if heights.len() as f64 * small as f64 * total as f64 <= MOST_STEPS {
        let sum_of = |height: usize| small as i64 * least + step * height as i64;
        counted(&heights, small, total, |height| sum_of(height).abs() >= observed)
    } else {
        edgeworth(&scores, small, observed as f64 - 0.5 * step as f64)
    };
    p.clamp(0.0, 1.0)
}

/// Two-sided exact test of Mann and Whitney (1947) with mid-ranks for ties: [`gehan`] of values that are known.
pub fn mann_whitney(a: &Sample, b: &Sample) -> f64 {
    let exact = |sample: &Sample| sample.values().iter().copied().map(Bounds::exact).collect::<Vec<_>>();
    gehan(&exact(a), &exact(b))
}

/// The smallest p that [`gehan`] and [`mann_whitney`] can reach: that of complete separation without ties, which
/// are two of all C(nₐ + n_b, nₐ) ways.
pub fn smallest_p(n_a: usize, n_b: usize) -> f64 {
    (2.0 * (-ln_binomial((n_a + n_b) as u64, n_a as u64)).exp()).min(1.0)
}

/// For every value, those of `a` first: how many are certainly less minus how many are certainly greater.
fn scores(a: &[Bounds], b: &[Bounds]) -> Vec<i64> {
    let pooled: Vec<&Bounds> = a.iter().chain(b).collect();
    let lowers = sorted(pooled.iter().map(|v| v.lower));
    let uppers = sorted(pooled.iter().map(|v| v.upper_or_endless()));
    pooled
        .iter()
        .map(|value| {
            let less = uppers.partition_point(|upper| *upper <= value.lower);
            let not_greater = lowers.partition_point(|lower| *lower < value.upper_or_endless());
            // What is both – the value itself and its equals, failures among failures – is neither.
            less as i64 - (pooled.len() - not_greater) as i64
        })
        .collect()
}

fn sorted(ends: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut ends: Vec<f64> = ends.collect();
    ends.sort_by(f64::total_cmp);
    ends
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn largest_sum(heights: &[usize], n: usize) -> usize {
    let mut sorted = heights.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.iter().take(n).sum()
}

/// Share of the ways to choose `n` of `heights` whose sum is `extreme`.
fn counted(heights: &[usize], n: usize, total: usize, extreme: impl Fn(usize) -> bool) -> f64 {
    // ways[k][s]: how many subsets of k values have the sum s.
    let mut ways = vec![vec![0.0f64; total + 1]; n + 1];
    if let Some(none) = ways.first_mut().and_then(|sums| sums.first_mut()) {
        *none = 1.0;
    }
    for (seen, &height) in heights.iter().enumerate() {
        for k in (1..=n.min(seen + 1)).rev() {
            let (fewer, more) = ways.split_at_mut(k);
            let (Some(from), Some(to)) = (fewer.last(), more.first_mut()) else { continue };
            for (to, from) in to.iter_mut().skip(height).zip(from) {
                *to += from;
            }
        }
    }
    let Some(sums) = ways.last() else { return 1.0 };
    let far: f64 = sums.iter().enumerate().filter(|(sum, _)| extreme(*sum)).map(|(_, ways)| ways).sum();
    far / sums.iter().sum::<f64>()
}

/// The chance that the scores of `n` values drawn without replacement sum up at least `distance` away from 0. The
/// scores sum up to 0, so that the moments of the sum need their power sums only.
fn edgeworth(scores: &[i64], n: usize, distance: f64) -> f64 {
    let power = |k: i32| scores.iter().map(|score| (*score as f64).powi(k)).sum::<f64>();
    let (squares, cubes, fourths) = (power(2), power(3), power(4));
    // The chance that k given values are all drawn.
    let drawn = |k: usize| {
        (0..k)
            .map(|i| n.saturating_sub(i) as f64 / scores.len().saturating_sub(i).max(1) as f64)
            .product::<f64>()
    };
    let variance = (drawn(1) - drawn(2)) * squares;
    let third = (drawn(1) - 3.0 * drawn(2) + 2.0 * drawn(3)) * cubes;
    let fourth = drawn(1) * fourths
        + drawn(2) * (3.0 * squares.powi(2) - 7.0 * fourths)
        + drawn(3) * 6.0 * (2.0 * fourths - squares.powi(2))
        + drawn(4) * (3.0 * squares.powi(2) - 6.0 * fourths);
    let (skewness, kurtosis) = (third / variance.powf(1.5), fourth / variance.powi(2) - 3.0);
    let x = distance / variance.sqrt();
    let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    // Terms odd in x; the even one of the skewness cancels between the two sides.
    let cubic = x.powi(3) - 3.0 * x;
    let quintic = x.powi(5) - 10.0 * x.powi(3) + 15.0 * x;
    erfc(x / std::f64::consts::SQRT_2)
        + 2.0 * density * (kurtosis / 24.0 * cubic + skewness.powi(2) / 72.0 * quintic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: &[f64], b: &[f64]) -> f64 {
        mann_whitney(&Sample::new(a.to_vec()).unwrap(), &Sample::new(b.to_vec()).unwrap())
    }

    fn exact(values: &[f64]) -> Vec<Bounds> {
        values.iter().copied().map(Bounds::exact).collect()
    }

    #[test]
    fn complete_separation_of_five_and_five_is_two_in_252() {
        let low = [1.0, 2.0, 3.0, 4.0, 5.0];
        let high = [6.0, 7.0, 8.0, 9.0, 10.0];
        assert!((p(&low, &high) - 2.0 / 252.0).abs() < 1e-15);
        assert!((smallest_p(5, 5) - 2.0 / 252.0).abs() < 1e-12);
        assert!((smallest_p(3, 3) - 0.1).abs() < 1e-12);
        assert_eq!((smallest_p(0, 4), smallest_p(1, 1)), (1.0, 1.0));
    }

    #[test]
    fn equal_samples_have_p_one() {
        assert_eq!(p(&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0]), 1.0);
        assert_eq!(gehan(&[], &exact(&[1.0])), 1.0);
        assert_eq!(gehan(&[Bounds::FAILURE; 3], &[Bounds::FAILURE; 3]), 1.0);
    }

    /// All 20 ways to choose three of {1, 2, 2, 3, 4, 5}, mid-ranks 1, 2.5, 2.5, 4, 5, 6: the sum
    /// 1 + 2.5 + 2.5 = 6 is 4.5 from the expectation 10.5; only it and 4 + 5 + 6 are as far.
    #[test]
    fn ties_are_counted_exactly() {
        assert!((p(&[1.0, 2.0, 2.0], &[3.0, 4.0, 5.0]) - 0.1).abs() < 1e-15);
    }

    /// Scores by hand: ≥ 5.2 is greater than 1 and 2, not known against the other ≥ 5.2 and 6.
    #[test]
    fn scores_of_bounds() {
        let open = Bounds::new(5.2, None);
        let a = [Bounds::exact(1.0), Bounds::exact(2.0), open];
        let b = [Bounds::exact(6.0), Bounds::FAILURE, open, Bounds::FAILURE];
        assert_eq!(scores(&a, &b), [-6, -4, 0, 0, 5, 0, 5]);
        // Bounds that touch are in order, those that overlap are not.
        let touch = [Bounds::new(1.0, Some(2.0)), Bounds::new(2.0, Some(3.0)), Bounds::new(2.5, Some(4.0))];
        assert_eq!(scores(&touch, &[]), [-2, 1, 1]);
    }

    #[test]
    fn five_failures_against_five_outages_are_as_far_as_can_be() {
        let outages = exact(&[1.0, 1.2, 1.4, 1.0, 1.2]);
        assert!((gehan(&outages, &[Bounds::FAILURE; 5]) - 2.0 / 252.0).abs() < 1e-12);
        assert!((gehan(&[Bounds::FAILURE; 5], &outages) - 2.0 / 252.0).abs() < 1e-12);
        // Two of five: the ways in which one group has both failures, 2 · C(8, 3), of 252, with what else is as far.
        let some: Vec<Bounds> = exact(&[1.0, 1.0, 1.0]).into_iter().chain([Bounds::FAILURE; 2]).collect();
        assert!((gehan(&exact(&[1.0; 5]), &some) - 112.0 / 252.0).abs() < 1e-12);
    }

    /// Where both can be had, the series is as good as the count.
    #[test]
    fn edgeworth_agrees_with_the_count() {
        for (n_a, n_b, shift) in [(40, 40, 8), (25, 50, 14), (20, 40, 24)] {
            let a: Vec<Bounds> = (0..n_a).map(|i| Bounds::exact(f64::from(i * 37 % 101))).collect();
            let b: Vec<Bounds> = (0..n_b)
                .map(|i| {
                    Bounds::new(
                        f64::from(i * 53 % 101 + shift),
                        (i % 4 != 0).then(|| f64::from(i * 53 % 101 + shift)),
                    )
                })
                .collect();
            let counted = gehan(&a, &b);
            let scores = scores(&a, &b);
            let observed = scores.iter().take(a.len()).sum::<i64>().abs() as f64;
            let series = edgeworth(&scores, a.len().min(b.len()), observed - 0.5);
            assert!((counted / series - 1.0).abs() < 0.03, "{n_a} {n_b}: {counted} {series}");
        }
    }

    #[test]
    fn many_values_are_not_counted_but_answered() {
        let a: Vec<Bounds> = (0..2000).map(|i| Bounds::exact(f64::from(i % 700))).collect();
        let b: Vec<Bounds> = (0..3000).map(|i| Bounds::exact(f64::from(i % 711))).collect();
        let p = gehan(&a, &b);
        assert!((0.0..=1.0).contains(&p), "{p}");
    }
}
