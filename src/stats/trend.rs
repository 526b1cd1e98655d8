//! Whether repetitions are alike: trends, slow first ones, sessions that differ.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::function::erf::erfc;

use super::shift::u_distribution;
use super::{Sample, mann_whitney};

/// Two-sided p that values in the order of time have no monotone trend (Mann, 1945; Kendall, 1975): the statistic
/// S is the number of pairs that ascend less those that descend. Up to 40 values its distribution over all orders is
/// counted, with ties, too; beyond, it is taken as normal, with the correction for ties and for continuity.
///
/// 1 for values that are all equal.
pub fn mann_kendall(values: &[f64]) -> f64 {
    let groups = tied_groups(values);
    let pairs = |n: usize| n * n.saturating_sub(1) / 2;
    let untied = pairs(values.len()) - groups.iter().map(|n| pairs(*n)).sum::<usize>();
    let descending = sort_and_count(&mut values.to_vec());
    let distance = |descending: usize| untied.abs_diff(2 * descending);
    let observed = distance(descending);
    if observed == 0 {
        return 1.0;
    }
    if values.len() <= 40 {
        let chances = inversions(&groups);
        let far = chances.iter().enumerate().filter(|(descending, _)| distance(*descending) >= observed);
        return far.map(|(_, chance)| chance).sum::<f64>().min(1.0);
    }
    let spread = |n: usize| (n * n.saturating_sub(1)) as f64 * (2 * n + 5) as f64;
    let variance = (spread(values.len()) - groups.iter().map(|n| spread(*n)).sum::<f64>()) / 18.0;
    erfc((observed as f64 - 1.0) / (2.0 * variance).sqrt())
}

/// How many pairs ascend less how many descend.
pub fn ascent(values: &[f64]) -> i64 {
    let pairs = |n: usize| (n * n.saturating_sub(1) / 2) as i64;
    let tied: i64 = tied_groups(values).into_iter().map(pairs).sum();
    pairs(values.len()) - tied - 2 * sort_and_count(&mut values.to_vec()) as i64
}

/// Sorts the values and says how many pairs of them descended.
fn sort_and_count(values: &mut [f64]) -> usize {
    if values.len() < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(values.len() / 2);
    let within = sort_and_count(left) + sort_and_count(right);
    let mut after = left.iter().copied().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut across = 0;
    for &later in right.iter() {
        while let Some(value) = after.next_if(|value| *value <= later) {
            merged.push(value);
        }
        // What is left of the earlier ones is greater.
        across += after.len();
        merged.push(later);
    }
    merged.extend(after);
    values.copy_from_slice(&merged);
    within + across
}

/// How many values are equal, for each value.
fn tied_groups(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect()
}

/// Chances of 0, 1, … descending pairs over all orders of values of which so many are equal. Putting one group of
/// equal values among all lesser ones adds as many as a U statistic, whatever the order of those.
fn inversions(groups: &[usize]) -> Vec<f64> {
    let mut before = 0;
    groups.iter().fold(vec![1.0], |chances, &group| {
        let added = u_distribution(before, group);
        before += group;
        convolved(&chances, &added)
    })
}

/// The distribution of a sum of two independent whole numbers.
fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; (a.len() + b.len()).saturating_sub(1)];
    for (i, a) in a.iter().enumerate() {
        for (sum, b) in sums.iter_mut().skip(i).zip(b) {
            *sum += a * b;
        }
    }
    sums
}

/// Ranks are scaled to so many parts, so that their sums are whole numbers whatever the sizes.
const PARTS: f64 = 240.0;

/// One-sided p that the first repetitions are no greater than the others: the first value of every condition has
/// its rank among those of its condition, r ⁄ (n + 1) (van Elteren, 1960), and p is the chance of so large a sum of
/// these if each repetition were equally likely to be the first. The chances are counted, for any sizes and ties.
/// One condition of n repetitions cannot have a p below 1 ⁄ n, m of them not below 1 ⁄ nᵐ.
///
/// Conditions with one value say nothing; 1 if there are no others.
pub fn slow_first(conditions: &[Vec<f64>]) -> f64 {
    let mut observed = 0;
    let mut chances = vec![1.0];
    for values in conditions.iter().filter(|values| values.len() > 1) {
        let scores = rank_scores(values);
        let (Some(first), Some(largest)) = (scores.first(), scores.iter().max()) else { continue };
        observed += first;
        let mut sums = vec![0.0; chances.len() + largest];
        for score in &scores {
            for (sum, chance) in sums.iter_mut().skip(*score).zip(&chances) {
                *sum += chance / scores.len() as f64;
            }
        }
        chances = sums;
    }
    chances.iter().skip(observed).sum::<f64>().min(1.0)
}

/// Mid-ranks ⁄ (n + 1) in parts of 1 ⁄ 240.
fn rank_scores(values: &[f64]) -> Vec<usize> {
    let scale = PARTS / (values.len() + 1) as f64;
    mid_ranks(values).into_iter().map(|rank| (rank * scale).round() as usize).collect()
}

fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |value: &f64| sorted.partition_point(|other| other < value);
    let up_to = |value: &f64| sorted.partition_point(|other| other <= value);
    values.iter().map(|value| 0.5 * (below(value) + up_to(value) + 1) as f64).collect()
}

/// All ways to deal the values onto the blocks are counted up to this many.
const MOST_WAYS: f64 = 100_000.0;
/// Beyond, so many are drawn.
const DRAWN: u32 = 9_999;

/// p that blocks of values (sessions of one condition) come from one distribution: the share of all ways to deal
/// the values onto the blocks in which the statistic of Kruskal and Wallis (1952) is as large. Two blocks are tested
/// as by [`mann_whitney`]; of more, up to 100 000 ways are counted, beyond that 9 999 are drawn with `seed` (ChaCha8),
/// and p is (1 + as large) ⁄ 10 000.
///
/// 1 for fewer than two blocks with values, and where no block has two.
pub fn blocks(values_by_block: &[Vec<f64>], seed: u64) -> f64 {
    let blocks: Vec<&Vec<f64>> = values_by_block.iter().filter(|block| !block.is_empty()).collect();
    if blocks.len() < 2 || blocks.iter().all(|block| block.len() == 1) {
        return 1.0;
    }
    if let [a, b] = blocks.as_slice() {
        let samples = Sample::new(a.to_vec()).zip(Sample::new(b.to_vec()));
        return samples.map_or(1.0, |(a, b)| mann_whitney(&a, &b));
    }
    let pooled: Vec<f64> = blocks.iter().flat_map(|block| block.iter().copied()).collect();
    let mut ranks = mid_ranks(&pooled);
    let sizes: Vec<usize> = blocks.iter().map(|block| block.len()).collect();
    // Sums of the same ranks in another order differ in the last digits.
    let observed = between(&ranks, &sizes) * (1.0 - 1e-9);
    if ways(&sizes) <= MOST_WAYS {
        let mut tally = Tally { observed, far: 0.0, all: 0.0 };
        let mut places: Vec<Block> =
            sizes.iter().map(|size| Block { left: *size, size: *size, sum: 0.0 }).collect();
        tally.deal(&ranks, &mut places);
        return tally.far / tally.all;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut far = 1;
    for _ in 0..DRAWN {
        for i in (1..ranks.len()).rev() {
            ranks.swap(i, rng.random_range(0..=i));
        }
        far += u32::from(between(&ranks, &sizes) >= observed);
    }
    f64::from(far) / f64::from(DRAWN + 1)
}

/// Σ (rank sum of the block)² ⁄ size, which grows with the statistic of Kruskal and Wallis.
fn between(ranks: &[f64], sizes: &[usize]) -> f64 {
    let mut rest = ranks.iter();
    sizes.iter().map(|size| rest.by_ref().take(*size).sum::<f64>().powi(2) / *size as f64).sum()
}

/// N! ⁄ Π n!
fn ways(sizes: &[usize]) -> f64 {
    let mut seen = 0;
    sizes.iter().flat_map(|size| 1..=*size).fold(1.0, |ways, k| {
        seen += 1;
        ways * seen as f64 / k as f64
    })
}

struct Block {
    left: usize,
    size: usize,
    sum: f64,
}

struct Tally {
    observed: f64,
    far: f64,
    all: f64,
}

impl Tally {
    /// Deals the ranks onto what is left in the blocks, in all ways.
    fn deal(&mut self, ranks: &[f64], blocks: &mut [Block]) {
        let Some((rank, rest)) = ranks.split_first() else {
            self.all += 1.0;
            let between: f64 = blocks.iter().map(|block| block.sum.powi(2) / block.size as f64).sum();
            self.far += f64::from(u8::from(between >= self.observed));
            return;
        };
        for i in 0..blocks.len() {
            if blocks[i].left > 0 {
                blocks[i].left -= 1;
                blocks[i].sum += rank;
                self.deal(rest, blocks);
                blocks[i].left += 1;
                blocks[i].sum -= rank;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_as_in_the_tables() {
        // All five ascend: 2 of 120 orders. Kendall's table: P(S ≥ 8) = 0.042, P(S ≥ 6) = 0.117 for n = 5.
        assert!((mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]) - 2.0 / 120.0).abs() < 1e-12);
        assert!((mann_kendall(&[1.0, 2.0, 3.0, 5.0, 4.0]) - 10.0 / 120.0).abs() < 1e-12);
        assert!((mann_kendall(&[5.0, 4.0, 3.0, 1.0, 2.0]) - 10.0 / 120.0).abs() < 1e-12);
        assert_eq!(mann_kendall(&[1.0, 1.0, 1.0]), 1.0);
        assert_eq!(mann_kendall(&[]), 1.0);
    }

    #[test]
    fn pairs_are_counted_as_one_by_one() {
        let values: Vec<f64> = (0..97).map(|i| f64::from(i * 31 % 41 - 20)).collect();
        let pairs = (0..values.len()).flat_map(|i| (i + 1..values.len()).map(move |j| (i, j)));
        let sign = |(i, j): (usize, usize)| values[j].partial_cmp(&values[i]).map_or(0, |order| order as i64);
        assert_eq!(ascent(&values), pairs.map(sign).sum::<i64>());
        assert_eq!((ascent(&[]), ascent(&[2.0, 1.0])), (0, -1));
    }

    /// {1, 1, 2, 2}: of 6 orders one has no and one has four descending pairs.
    #[test]
    fn a_trend_with_ties_is_counted() {
        assert!((mann_kendall(&[1.0, 1.0, 2.0, 2.0]) - 2.0 / 6.0).abs() < 1e-12);
        assert!((mann_kendall(&[1.0, 2.0, 1.0, 2.0]) - 4.0 / 6.0).abs() < 1e-12);
    }

    /// The count and the normal distribution meet.
    #[test]
    fn many_values_are_close_to_normal() {
        let values: Vec<f64> = (0..41).map(|i| f64::from(i * 17 % 41 / 2) + 0.2 * f64::from(i)).collect();
        let (more, fewer) = (mann_kendall(&values), mann_kendall(&values[..40]));
        assert!((more / fewer).ln().abs() < 0.5 && more < 0.2, "{more} {fewer}");
    }

    #[test]
    fn first_repetitions_as_counted_by_hand() {
        let slow = vec![9.0, 1.0, 2.0, 3.0, 4.0];
        assert!((slow_first(std::slice::from_ref(&slow)) - 0.2).abs() < 1e-12);
        assert!((slow_first(&[slow.clone(), slow.clone()]) - 0.04).abs() < 1e-12);
        // The first and a second: (5, 4), (4, 5) or (5, 5) of 25.
        let second = vec![3.5, 1.0, 2.0, 3.0, 4.0];
        assert!((slow_first(&[slow.clone(), second]) - 3.0 / 25.0).abs() < 1e-12);
        // Other sizes count with their ranks: first of 5 and first of 3, 1 of 15.
        assert!((slow_first(&[slow, vec![2.0, 1.0, 1.0]]) - 1.0 / 15.0).abs() < 1e-12);
        assert_eq!((slow_first(&[]), slow_first(&[vec![1.0], vec![2.0; 4]])), (1.0, 1.0));
    }

    #[test]
    fn blocks_as_counted_by_hand() {
        // Three blocks of two, completely apart: 3! of 90 ways.
        let apart = [vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0, 6.0]];
        assert!((blocks(&apart, 1) - 6.0 / 90.0).abs() < 1e-12);
        assert!((blocks(&apart[..2], 1) - 2.0 / 6.0).abs() < 1e-12);
        assert_eq!(blocks(&[vec![1.0], vec![2.0], vec![3.0]], 1), 1.0);
        assert_eq!((blocks(&[], 1), blocks(&[vec![1.0, 2.0], vec![]], 1)), (1.0, 1.0));
        assert_eq!(blocks(&[vec![1.0; 3], vec![1.0; 3], vec![1.0; 3]], 1), 1.0);
    }

    #[test]
    fn drawn_ways_agree_with_chi_square() {
        // Five blocks of six, one of them higher: H = 12 ⁄ (N (N + 1)) Σ R² ⁄ n − 3 (N + 1).
        let of = |block: u32| {
            (0..6u32).map(|i| f64::from((i * 31 + block * 17) % 67) + 14.0 * f64::from(block / 4)).collect()
        };
        let values: Vec<Vec<f64>> = (0..5).map(of).collect();
        let drawn = blocks(&values, 7);
        let pooled: Vec<f64> = values.concat();
        let h = 12.0 / (30.0 * 31.0) * between(&mid_ranks(&pooled), &[6; 5]) - 93.0;
        // Chi-square with four degrees of freedom.
        let expected = (1.0 + h / 2.0) * (-h / 2.0).exp();
        assert!((drawn - expected).abs() < 0.03, "{drawn} {expected}");
        assert_eq!(drawn, blocks(&values, 7));
    }
}
