//! Shares of few cases.

use statrs::function::beta::checked_beta_reg;
use statrs::function::factorial::ln_binomial;

use super::Interval;

/// 95 % interval of a share of which `successes` of `n` cases were seen (Clopper and Pearson, 1934): every share
/// at which neither so many nor so few successes have a chance below 2.5 %. It never covers less than 95 %.
///
/// Without cases it is the whole of [0, 1]; more successes than cases count as all.
pub fn clopper_pearson(successes: usize, n: usize) -> Interval {
    let successes = successes.min(n);
    let failures = n - successes;
    let low = if successes == 0 { 0.0 } else { beta_quantile(successes, failures + 1, 0.025) };
    let high = if failures == 0 { 1.0 } else { beta_quantile(successes + 1, failures, 0.975) };
    Interval::new(low, high)
}

/// Quantile of the beta distribution, by halving: good to 10⁻¹⁵ whatever the parameters.
fn beta_quantile(a: usize, b: usize, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let below = checked_beta_reg(a as f64, b as f64, middle).unwrap_or(f64::NAN);
        if below < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The chance of at most `k` heads in `n` tosses.
pub(super) fn half_binomial_tail(k: usize, n: usize) -> f64 {
    let chance = |k: usize| (ln_binomial(n as u64, k as u64) - n as f64 * std::f64::consts::LN_2).exp();
    (0..=k).map(chance).sum()
}

/// Two-sided p of Fisher's exact test (Fisher, 1935) that the rows of a table have the same shares: the chance,
/// with all four sums as they are, of the tables that are no more likely than the one seen.
pub fn fisher_exact(table: [[u64; 2]; 2]) -> f64 {
    let [[a, b], [c, d]] = table;
    let (first, second, chosen) = (a.saturating_add(b), c.saturating_add(d), a.saturating_add(c));
    let least = chosen.saturating_sub(second);
    let most = chosen.min(first);
    let all = ln_binomial(first.saturating_add(second), chosen);
    let chance = |k: u64| (ln_binomial(first, k) + ln_binomial(second, chosen - k) - all).exp();
    // Tables of the same chance differ in the last digits.
    let observed = chance(a) * (1.0 + 1e-7);
    (least..=most).map(chance).filter(|p| *p <= observed).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_shares_are_those_of_the_tables() {
        // All or none of n: 1 − 0.025^(1/n). The others: binom.test of R.
        for (successes, n, low, high) in [
            (0, 5, 0.0, 0.521_823_750_6),
            (5, 5, 0.478_176_249_4, 1.0),
            (1, 5, 0.005_050_763, 0.716_417_936),
            (3, 10, 0.066_739_512, 0.652_452_850),
            (0, 0, 0.0, 1.0),
        ] {
            let got = clopper_pearson(successes, n);
            assert!((got.low - low).abs() < 1e-6 && (got.high - high).abs() < 1e-6, "{got:?}");
        }
    }

    /// A share is covered by at least 95 % whatever it is.
    #[test]
    fn shares_are_covered() {
        for n in [3usize, 5, 10] {
            for share in (1..20).map(|k| f64::from(k) / 20.0) {
                let covered: f64 = (0..=n)
                    .filter(|k| {
                        let interval = clopper_pearson(*k, n);
                        interval.low <= share && share <= interval.high
                    })
                    .map(|k| {
                        let ways = ln_binomial(n as u64, k as u64).exp();
                        ways * share.powi(k as i32) * (1.0 - share).powi((n - k) as i32)
                    })
                    .sum();
                assert!(covered >= 0.95, "{n} {share}: {covered}");
            }
        }
    }

    #[test]
    fn fisher_as_counted_by_hand() {
        // Lady tasting tea: 3 of 4 right has 16/70 + 1/70 on one side, the same on the other.
        assert!((fisher_exact([[3, 1], [1, 3]]) - 34.0 / 70.0).abs() < 1e-12);
        // Five of five against none of five.
        assert!((fisher_exact([[5, 0], [0, 5]]) - 2.0 / 252.0).abs() < 1e-12);
        assert!((fisher_exact([[5, 0], [1, 4]]) - 12.0 / 252.0).abs() < 1e-12);
        assert!((fisher_exact([[5, 0], [5, 0]]) - 1.0).abs() < 1e-12);
        assert!((fisher_exact([[0, 0], [0, 0]]) - 1.0).abs() < 1e-12);
    }
}
