//! Means → the values behind them, in whole units of the last digit that a log prints.

use crate::noise::Noise;

/// As many whole numbers as there are `shares`, in about their proportions, whose sum is `total`.
pub fn around(total: i64, shares: &[f64], deviation: f64, noise: &mut Noise) -> Vec<i64> {
    let weights: Vec<f64> = shares.iter().map(|share| share * (1.0 + deviation * noise.normal())).collect();
    let all: f64 = weights.iter().sum();
    let mut values: Vec<i64> =
        weights.iter().map(|weight| (total as f64 * (weight / all)).floor() as i64).collect();
    let missing = (total - values.iter().sum::<i64>()) as usize;
    for value in values.iter_mut().take(missing) {
        *value += 1;
    }
    values
}

/// The sum of `count` values whose mean is `mean`, in units of which one has `per_unit`.
pub fn total(mean: f64, count: usize, per_unit: f64) -> i64 {
    (mean * count as f64 * per_unit).round() as i64
}

/// How far each of several means is moved, inside its rounding, so that their sum rounds to the printed
/// one. In parts of a hundredth, of which it has `parts`.
///
/// Printed sums that are a hundredth off come from rounding after adding. Those that are further off
/// cannot be had from the printed means, and nothing is moved.
pub fn shifts(means: &[f64], sum: Option<f64>, parts: i64) -> Vec<i64> {
    let hundredths = |value: f64| (value * 100.0).round() as i64;
    let all: i64 = means.iter().map(|mean| hundredths(*mean)).sum();
    let off = sum.map_or(0, |sum| hundredths(sum) - all);
    let distance = if off.abs() == 1 { off * (3 * parts / 4) } else { 0 };
    let count = means.len() as i64;
    (0..count)
        .map(|index| distance / count + if index < (distance % count).abs() { off } else { 0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_add_up() {
        let mut noise = Noise::new("values");
        let values = around(1_000_003, &[0.9, 1.0, 1.1], 0.01, &mut noise);
        assert_eq!(values.iter().sum::<i64>(), 1_000_003);
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
        assert_eq!(around(0, &[1.0, 1.0], 0.01, &mut noise), [0, 0]);
    }

    #[test]
    fn sums_a_hundredth_off_are_rounding() {
        // 1784.92 + 1781.78 is printed as 3566.71; six blocks.
        assert_eq!(shifts(&[1784.92, 1781.78], Some(3566.71), 6), [2, 2]);
        assert_eq!(shifts(&[14_232.71, 13_920.8], Some(28_153.5), 7), [-3, -2]);
        assert_eq!(shifts(&[3349.9, 3231.07, 2878.01], Some(9458.97), 3), [-1, -1, 0]);
        assert_eq!(shifts(&[17.17, 17.03, 16.93], Some(51.18), 500), [0, 0, 0]);
        assert_eq!(shifts(&[9.28, 10.33], None, 500), [0, 0]);
    }
}
