//! Rank tests of two groups: how many of all ways to deal the values onto the groups differ as much?

use std::f64::consts::TAU;

use statrs::function::erf::erfc;
use statrs::function::factorial::ln_binomial;

use super::Sample;
use super::censored::Bounds;

/// The exact distribution is counted up to this many steps, that is up to about 150 values.
const MOST_STEPS: u64 = 60_000_000;
/// From so many values in the smaller group on, Edgeworth's series is within 0.3 % down to p = 10⁻⁴.
const ENOUGH_FOR_SERIES: usize = 150;

/// Two-sided p that values known between bounds come from one distribution (Gehan, 1965): every value scores how
/// many others are certainly less minus how many are certainly greater, and p is the share of all ways to deal the
/// values onto the two groups in which the scores of `a` sum up as far from 0. Of values that are known, it is the
/// test of Mann and Whitney (1947) with mid-ranks.
///
/// A value is certainly less than another if its upper bound is at most the other's lower one. [`Bounds::FAILURE`]
/// is greater than every value, one whose end was never seen included (that one may have ended), and equal to
/// another failure.
///
/// The ways are counted (Streitberg and Röhmel, 1986). Beyond 6 · 10⁷ steps the sum of the scores has its chances from
/// its characteristic function, and where both groups have 150 values or more from Edgeworth's series with the exact third and
/// fourth moments. 1 where a group is empty.
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
    let reachable = Reachable::new(heights);
    // The scores of all sum up to 0, so the sums of the two groups are equally far from it: count the smaller one.
    let p = if reachable.steps(small) <= MOST_STEPS {
        let sum_of = |height: usize| small as i64 * least + step * height as i64;
        reachable.share(small, |height| sum_of(height).abs() >= observed)
    } else {
        let drawn = Drawn { scores: &scores, n: small };
        let exact = (small < ENOUGH_FOR_SERIES).then(|| drawn.inverted(*least, step, observed)).flatten();
        // The series may fall below 0 far out.
        exact
            .unwrap_or_else(|| drawn.edgeworth(observed as f64 - 0.5 * step as f64))
            .max(smallest_p(a.len(), b.len()))
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

/// Whole numbers of which some are chosen: how many ways give which sum.
struct Reachable {
    /// Ascending.
    heights: Vec<usize>,
    /// The sum of the first so many.
    sums: Vec<usize>,
}

impl Reachable {
    fn new(mut heights: Vec<usize>) -> Self {
        heights.sort_unstable();
        let mut sums = vec![0];
        sums.extend(heights.iter().scan(0, |sum, height| {
            *sum += height;
            Some(*sum)
        }));
        Self { heights, sums }
    }

    /// Least and greatest sum of `k` of the first `seen`.
    fn range(&self, k: usize, seen: usize) -> (usize, usize) {
        (self.sums[k], self.sums[seen] - self.sums[seen - k])
    }

    /// How many `k` of the first `seen` can be of `n` of all.
    fn counts(&self, n: usize, seen: usize) -> std::ops::RangeInclusive<usize> {
        (n + seen).saturating_sub(self.heights.len()).max(1)..=n.min(seen)
    }

    /// How many additions it takes to count the ways to choose `n`.
    fn steps(&self, n: usize) -> u64 {
        let of = |k: usize, seen: usize| {
            let (least, greatest) = self.range(k - 1, seen - 1);
            (greatest - least + 1) as u64
        };
        (1..=self.heights.len()).flat_map(|seen| self.counts(n, seen).map(move |k| of(k, seen))).sum()
    }

    /// Share of the ways to choose `n` whose sum is `extreme`.
    fn share(&self, n: usize, extreme: impl Fn(usize) -> bool) -> f64 {
        // ways[k][s]: how many subsets of k values have the sum s.
        let size = |k: usize| self.range(k, self.heights.len()).1 + 1;
        let mut ways: Vec<Vec<f64>> = (0..=n).map(|k| vec![0.0f64; size(k)]).collect();
        ways[0][0] = 1.0;
        for (before, &height) in self.heights.iter().enumerate() {
            for k in self.counts(n, before + 1).rev() {
                let (fewer, more) = ways.split_at_mut(k);
                let (Some(from), Some(to)) = (fewer.last(), more.first_mut()) else { continue };
                let (least, greatest) = self.range(k - 1, before);
                for (to, from) in to[least + height..].iter_mut().zip(&from[least..=greatest]) {
                    *to += from;
                }
            }
        }
        let Some(sums) = ways.last() else { return 1.0 };
        let far: f64 = sums.iter().enumerate().filter(|(sum, _)| extreme(*sum)).map(|(_, ways)| ways).sum();
        far / sums.iter().sum::<f64>()
    }
}

/// The sum of `n` scores drawn without replacement from scores that sum up to 0.
struct Drawn<'a> {
    scores: &'a [i64],
    n: usize,
}

/// So many standard deviations from the middle, a distribution is below what numbers resolve.
const FAR: f64 = 9.0;
/// Below this chance, rounding is more than 10⁻⁴ of the inverted one.
const LEAST_INVERTED: f64 = 1e-9;
/// More different scores than this take too long.
const MOST_GROUPS: usize = 10_000;
/// All points of the characteristic function are used where that takes up to so many factors. Beyond, they end where it
/// has become small, and with it what ties far from each other add to the chance: less than 1 % of it.
const MOST_FACTORS: f64 = 4e6;

impl Drawn<'_> {
    /// The chance that `k` given scores are all drawn.
    fn all_of(&self, k: usize) -> f64 {
        let left =
            |i: usize| self.n.saturating_sub(i) as f64 / self.scores.len().saturating_sub(i).max(1) as f64;
        (0..k).map(left).product()
    }

    fn power_sum(&self, k: i32) -> f64 {
        self.scores.iter().map(|score| (*score as f64).powi(k)).sum()
    }

    fn variance(&self) -> f64 {
        (self.all_of(1) - self.all_of(2)) * self.power_sum(2)
    }

    /// The chance that the sum lies at least `distance` away from 0, by Edgeworth's series. Scores that sum up to 0 need
    /// their power sums only.
    fn edgeworth(&self, distance: f64) -> f64 {
        let (squares, cubes, fourths) = (self.power_sum(2), self.power_sum(3), self.power_sum(4));
        let drawn = |k: usize| self.all_of(k);
        let variance = self.variance();
        let third = (drawn(1) - 3.0 * drawn(2) + 2.0 * drawn(3)) * cubes;
        let fourth = drawn(1) * fourths
            + drawn(2) * (3.0 * squares.powi(2) - 7.0 * fourths)
            + drawn(3) * 6.0 * (2.0 * fourths - squares.powi(2))
            + drawn(4) * (3.0 * squares.powi(2) - 6.0 * fourths);
        let (skewness, kurtosis) = (third / variance.powf(1.5), fourth / variance.powi(2) - 3.0);
        let x = distance / variance.sqrt();
        let density = (-0.5 * x * x).exp() / TAU.sqrt();
        // Terms odd in x; the even one of the skewness cancels between the two sides.
        let cubic = x.powi(3) - 3.0 * x;
        let quintic = x.powi(5) - 10.0 * x.powi(3) + 15.0 * x;
        erfc(x / std::f64::consts::SQRT_2)
            + 2.0 * density * (kurtosis / 24.0 * cubic + skewness.powi(2) / 72.0 * quintic)
    }

    /// The same, of sums n · `least` + `step` · t that are `observed` or more away from 0, from the characteristic function:
    /// where each score is drawn by itself with the chance p = n ⁄ N, number K and sum S of what is drawn have the function
    /// Π (1 − p + p · exp(i (φ + θ · score))), its Fourier coefficient for K = n is that of S, and what is less
    /// than `observed` away adds up in closed form. Both integrals are sums over so many points that what repeats lies
    /// [`FAR`] out.
    ///
    /// `None` for a chance that is too small to be told from 0, and for too many values.
    fn inverted(&self, least: i64, step: i64, observed: i64) -> Option<f64> {
        let deviation = self.variance().sqrt();
        let groups = self.groups();
        if observed as f64 > FAR * deviation || groups.len() > MOST_GROUPS {
            return None;
        }
        let share = self.n as f64 / self.scores.len() as f64;
        let count_deviation = (self.scores.len() as f64 * share * (1.0 - share)).sqrt();
        // Turns of φ, and of θ in lattice points.
        let turns = 2.0 * (FAR * count_deviation).ceil() + 9.0;
        let reach = (1.5 * FAR / count_deviation * turns / TAU).ceil().min((turns / 2.0).floor()) as i64;
        // Odd, so that each point but the first has its mirror image.
        let period = 2.0 * (0.5 * (observed as f64 + FAR * deviation) / step as f64).ceil() + 1.0;
        let given = |theta: f64| {
            let of = |phi: f64| product(&groups, share, phi, theta).turned(-phi * self.n as f64);
            (-reach..=reach).map(|k| of(TAU * k as f64 / turns)).fold(Complex::ZERO, Complex::plus)
        };
        // The lattice points less than `observed` away, from the first to the last.
        let lowest = self.n as i64 * least;
        let first = (1 - observed - lowest).div_euclid(step)
            + i64::from((1 - observed - lowest).rem_euclid(step) > 0);
        let last = (observed - 1 - lowest).div_euclid(step);
        let (points, middle) =
            ((last - first + 1) as f64, lowest as f64 + step as f64 * 0.5 * (first + last) as f64);
        let (whole, all_points) = (given(0.0).re, period as usize / 2);
        let all = all_points as f64 * (2 * reach + 1) as f64 * groups.len() as f64 <= MOST_FACTORS;
        let (mut inside, mut small) = (points, 0);
        for j in 1..=all_points {
            let half = std::f64::consts::PI * j as f64 / period;
            let theta = 2.0 * half / step as f64;
            let at = given(theta);
            inside += 2.0 * at.turned(-theta * middle).re / whole * (points * half).sin() / half.sin();
            // Far out of the middle it is small everywhere, but may pass through 0 before.
            small = if at.re.hypot(at.im) < 1e-13 * whole { small + 1 } else { 0 };
            if !all && (small >= 8 && theta * deviation > FAR || theta * deviation > 4.0 * FAR) {
                break;
            }
        }
        Some(1.0 - inside / period).filter(|p| *p > LEAST_INVERTED)
    }

    /// The different scores, and how often each is there.
    fn groups(&self) -> Vec<(f64, i32)> {
        let mut sorted = self.scores.to_vec();
        sorted.sort_unstable();
        let count = |group: &[i64]| Some((*group.first()? as f64, i32::try_from(group.len()).ok()?));
        sorted.chunk_by(|a, b| a == b).filter_map(count).collect()
    }
}

/// Π (1 − `share` + `share` · exp(i (`phi` + `theta` · score))).
fn product(groups: &[(f64, i32)], share: f64, phi: f64, theta: f64) -> Complex {
    groups.iter().fold(Complex::ONE, |product, (score, count)| {
        let (sin, cos) = (phi + theta * score).sin_cos();
        product.times(Complex { re: 1.0 - share + share * cos, im: share * sin }.power(*count))
    })
}

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const ZERO: Self = Self { re: 0.0, im: 0.0 };
    const ONE: Self = Self { re: 1.0, im: 0.0 };

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn turned(self, angle: f64) -> Self {
        let (im, re) = angle.sin_cos();
        self.times(Self { re, im })
    }

    /// By squaring.
    fn power(self, exponent: i32) -> Self {
        let (mut square, mut power, mut left) = (self, Self::ONE, exponent);
        while left > 0 {
            if left % 2 == 1 {
                power = power.times(square);
            }
            square = square.times(square);
            left /= 2;
        }
        power
    }
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

    /// 200 pairs of samples with what another program counted with whole numbers (`testdata/exact_p.py`).
    fn counted_elsewhere() -> impl Iterator<Item = (Vec<f64>, Vec<f64>, f64)> {
        include_str!("testdata/exact_p.csv").lines().skip(1).map(|line| {
            let [a, b, p] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
            let values = |text: &str| text.split(' ').map(|value| value.parse().unwrap()).collect();
            (values(a), values(b), p.parse().unwrap())
        })
    }

    #[test]
    fn p_is_what_another_program_counts() {
        assert_eq!(counted_elsewhere().count(), 200);
        for (a, b, exact) in counted_elsewhere() {
            let p = p(&a, &b);
            assert!((p / exact - 1.0).abs() < 1e-9, "{p} for {exact}: {a:?} {b:?}");
        }
    }

    #[test]
    fn what_is_not_counted_is_within_one_per_cent() {
        let mut checked = 0;
        for (a, b, exact_p) in counted_elsewhere() {
            if a.len().min(b.len()) < 20 || !(1e-4..0.2).contains(&exact_p) {
                continue;
            }
            let scores = scores(&exact(&a), &exact(&b));
            let observed = scores.iter().take(a.len()).sum::<i64>().abs();
            let least = *scores.iter().min().unwrap();
            let step = scores.iter().fold(0, |gcd, score| greatest_common_divisor(gcd, score - least));
            let drawn = Drawn { scores: &scores, n: a.len().min(b.len()) };
            let inverted = drawn.inverted(least, step, observed).unwrap();
            assert!((inverted / exact_p - 1.0).abs() < 0.01, "{inverted} for {exact_p}: {a:?} {b:?}");
            checked += 1;
        }
        assert!(checked > 30, "{checked}");
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
            let drawn = Drawn { scores: &scores, n: a.len().min(b.len()) };
            let series = drawn.edgeworth(observed - 0.5);
            assert!((counted / series - 1.0).abs() < 0.03, "{n_a} {n_b}: {counted} {series}");
        }
    }

    /// Both ways to the exact chance are the same: known values, ties, values without an end, groups of very different sizes.
    #[test]
    fn the_inverted_function_is_the_count() {
        for (n_a, n_b, ties, shift) in
            [(20, 20, 1, 4), (12, 70, 1, 30), (40, 40, 10, 8), (25, 50, 25, 20), (60, 60, 7, 9)]
        {
            let value = |i: i32, k: i32| Bounds::exact(f64::from(i * k % 101 / ties));
            let open = |i: i32| Bounds::new(f64::from((i * 53 % 101 + shift) / ties), None);
            let a: Vec<Bounds> = (0..n_a).map(|i| value(i, 37)).collect();
            let b: Vec<Bounds> = (0..n_b)
                .map(|i| {
                    if i % 4 == 0 { open(i) } else { Bounds::exact(f64::from((i * 53 % 101 + shift) / ties)) }
                })
                .collect();
            let scores = scores(&a, &b);
            let (least, n) = (*scores.iter().min().unwrap(), a.len().min(b.len()));
            let step = scores.iter().fold(0, |gcd, score| greatest_common_divisor(gcd, score - least));
            let observed = scores.iter().take(a.len()).sum::<i64>().abs();
            let counted = gehan(&a, &b);
            let inverted = Drawn { scores: &scores, n }.inverted(least, step, observed).unwrap();
            assert!((inverted - counted).abs() < 1e-6 * counted, "{n_a} {n_b} {ties}: {counted} {inverted}");
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
