//! Least squares: the offsets of clocks from differences between pairs of them, and the line of each over the runs.
//!
//! Numbers in, numbers out. Errors are of two kinds: those that differ from event to event, which averaging
//! makes smaller, and those that all events of a kind have in common, which it does not.

use crate::model::Estimate;
use crate::stats::{Sample, chi_squared_quantile, t_quantile_975};

/// Half-width of a 95 % interval in standard deviations, where these are known.
const NORMAL: f64 = 1.96;

/// A measured difference: clock `b` shows `difference` seconds more than clock `a`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Clocks are numbered from 1; `None` is the one that the others are compared with.
    pub a: Option<usize>,
    pub b: Option<usize>,
    pub value: f64,
    /// Standard deviation of the error that is this event's own.
    pub sd: f64,
    /// Half-width of the error that it shares with the others of its kind.
    pub common: f64,
}

/// The offset of a clock, from one run or over several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offset {
    pub value: f64,
    pub sd: f64,
    pub common: f64,
}

/// The offsets of `n` clocks by weighted least squares: minimises Σ (xᵦ − xₐ − d)² ⁄ σ², with σ² of both
/// kinds of error.
///
/// Where the differences contradict each other – Σ r² ⁄ σ² above the 95 % quantile of χ² – all standard
/// deviations are scaled up to fit. `None` where a clock is tied to the others by nothing.
pub fn offsets(n: usize, differences: &[Difference]) -> Option<Vec<Offset>> {
    let coefficient = |d: &Difference, clock: usize| {
        f64::from(u8::from(d.b == Some(clock))) - f64::from(u8::from(d.a == Some(clock)))
    };
    let weight = |d: &Difference| 1.0 / (d.sd.powi(2) + (d.common / NORMAL).powi(2));
    let mut normal = vec![vec![0.0; n]; n];
    for d in differences {
        for (i, row) in normal.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell += coefficient(d, i) * coefficient(d, j) * weight(d);
            }
        }
    }
    let inverse = inverse(normal)?;
    // The share that each difference has in the offset of each clock.
    let shares: Vec<Vec<f64>> = inverse
        .iter()
        .map(|row| {
            let share = |d: &Difference| (0..n).map(|j| row[j] * coefficient(d, j)).sum::<f64>() * weight(d);
            differences.iter().map(share).collect()
        })
        .collect();
    let dot = |row: &[f64], term: &dyn Fn(&Difference, f64) -> f64| -> f64 {
        row.iter().zip(differences).map(|(share, d)| term(d, *share)).sum()
    };
    let values: Vec<f64> = shares.iter().map(|row| dot(row, &|d, share| share * d.value)).collect();
    let at = |clock: Option<usize>| clock.map_or(0.0, |clock| values[clock]);
    let chi_squared: f64 =
        differences.iter().map(|d| weight(d) * (at(d.b) - at(d.a) - d.value).powi(2)).sum();
    let scale = excess(chi_squared, differences.len().saturating_sub(n) as f64);
    let offset = |(row, value): (&Vec<f64>, f64)| Offset {
        value,
        sd: scale * dot(row, &|d, share| (share * d.sd).powi(2)).sqrt(),
        common: scale * dot(row, &|d, share| (share * d.common).powi(2)).sqrt(),
    };
    Some(shares.iter().zip(values.iter().copied()).map(offset).collect())
}

/// √(χ² ⁄ ν) where χ² lies above its 95 % quantile, else 1 (Birge, 1932).
fn excess(chi_squared: f64, degrees_of_freedom: f64) -> f64 {
    let usual = chi_squared_quantile(0.95, degrees_of_freedom).unwrap_or(f64::INFINITY);
    if chi_squared > usual { (chi_squared / degrees_of_freedom).sqrt() } else { 1.0 }
}

/// The inverse of a symmetric matrix by elimination with pivots; `None` for a singular one.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    for (i, row) in matrix.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
    }
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))?;
        matrix.swap(i, pivot);
        let top = matrix[i].clone();
        if top[i].abs() < 1e-9 {
            return None;
        }
        matrix[i].iter_mut().for_each(|cell| *cell /= top[i]);
        let top = matrix[i].clone();
        for (_, row) in matrix.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i];
            row.iter_mut().zip(&top).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    Some(matrix.into_iter().map(|row| row[n..].to_vec()).collect())
}

/// The offset of a clock over the runs of a campaign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockLine {
    /// At `epoch`.
    pub offset: Estimate,
    /// Mean instant of the runs.
    pub epoch: f64,
    pub drift_ppm: Option<Estimate>,
}

/// A drift that is known no better than this says nothing of a clock, ppm.
const DRIFT_KNOWN_PPM: f64 = 1000.0;
/// Tukey's constant: residuals beyond so many standard deviations count for nothing.
const BIWEIGHT: f64 = 4.685;
const ITERATIONS: usize = 30;

/// A straight line through the offsets of the runs (Unix seconds, offset), by iteratively reweighted least
/// squares with Tukey's biweight (Beaton and Tukey, 1974), which starts from medians (Theil, 1950; Sen, 1968):
/// a run in which an event was mistaken for another cannot pull it. Level where that is all that
/// the runs can tell. `None` without a run.
pub fn clock_line(runs: &[(f64, Offset)]) -> Option<ClockLine> {
    let epoch = Sample::new(runs.iter().map(|(t, _)| *t).collect())?.mean();
    let points: Vec<(f64, Offset)> = runs.iter().map(|(t, offset)| (t - epoch, *offset)).collect();
    let common = points.iter().map(|(_, offset)| offset.common).sum::<f64>() / points.len() as f64;
    let with_common =
        |offset: Estimate| Estimate { value: offset.value, half_width: offset.half_width.hypot(common) };
    if let Some((offset, slope)) = line(&points, true) {
        let drift = Estimate { value: slope.value * 1e6, half_width: slope.half_width * 1e6 };
        if drift.half_width <= DRIFT_KNOWN_PPM {
            return Some(ClockLine { offset: with_common(offset), epoch, drift_ppm: Some(drift) });
        }
    }
    let (offset, _) = line(&points, false)?;
    Some(ClockLine { offset: with_common(offset), epoch, drift_ppm: None })
}

/// Offset at time 0, and slope; with `sloped` false the slope is 0. `None` for too few points.
fn line(points: &[(f64, Offset)], sloped: bool) -> Option<(Estimate, Estimate)> {
    let parameters = if sloped { 2 } else { 1 };
    if points.len() < if sloped { 3 } else { 1 } {
        return None;
    }
    let mut model = start(points, sloped)?;
    let mut fit = None;
    for _ in 0..ITERATIONS {
        let weights = biweights(points, model, parameters);
        let solved = solve(points, &weights, sloped)?;
        model = (solved.0.value, solved.1.value);
        fit = Some(solved);
    }
    fit
}

/// Of more runs than this, not all pairs are looked at.
const ALL_PAIRS: usize = 400;

/// Median of the slopes between all pairs of points, and of what remains of the offsets. Of many points each of the first
/// half is paired with that as far into the second one (Theil's incomplete method).
fn start(points: &[(f64, Offset)], sloped: bool) -> Option<(f64, f64)> {
    type Point = (f64, Offset);
    let slope = |(a, b): (&Point, &Point)| (a.0 != b.0).then(|| (b.1.value - a.1.value) / (b.0 - a.0));
    let slopes: Vec<f64> = if !sloped {
        vec![0.0]
    } else if points.len() <= ALL_PAIRS {
        let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a, b)));
        pairs.filter_map(slope).collect()
    } else {
        let mut in_order: Vec<&Point> = points.iter().collect();
        in_order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let later = in_order.iter().skip(points.len().div_ceil(2));
        in_order.iter().zip(later).filter_map(|(a, b)| slope((a, b))).collect()
    };
    let slope = Sample::new(slopes)?.median();
    let rest = points.iter().map(|(t, offset)| offset.value - slope * t).collect();
    Some((Sample::new(rest)?.median(), slope))
}

/// How much each point counts, 0 … 1, by its distance from the line in standard deviations. These are the
/// stated ones, or what the points show where they scatter more (median of the residuals ÷ 0.6745).
fn biweights(points: &[(f64, Offset)], (at_zero, slope): (f64, f64), parameters: usize) -> Vec<f64> {
    let residuals: Vec<f64> =
        points.iter().map(|(t, offset)| (offset.value - at_zero - slope * t).abs() / offset.sd).collect();
    // So few points lie on their line, or cannot say which of them is wrong.
    if points.len() < parameters + 2 {
        return vec![1.0; points.len()];
    }
    let spread = Sample::new(residuals.clone()).map_or(1.0, |sample| sample.median() / 0.6745);
    let limit = BIWEIGHT * spread.max(1.0);
    residuals
        .into_iter()
        .map(|residual| if residual < limit { (1.0 - (residual / limit).powi(2)).powi(2) } else { 0.0 })
        .collect()
}

/// Weighted least squares with 95 % half-widths: 1.96 standard deviations as stated; where the points
/// scatter significantly more than these allow, t(0.975; ν) · √(χ² ⁄ ν) of them.
fn solve(points: &[(f64, Offset)], weights: &[f64], sloped: bool) -> Option<(Estimate, Estimate)> {
    let (mut s, mut st, mut stt, mut sy, mut sty) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((t, offset), weight) in points.iter().zip(weights) {
        let w = weight / offset.sd.powi(2);
        s += w;
        st += w * t;
        stt += w * t * t;
        sy += w * offset.value;
        sty += w * t * offset.value;
    }
    let determinant = s * stt - st * st;
    if s <= 0.0 || (sloped && determinant <= 1e-9 * s * stt) {
        return None;
    }
    let (value, slope, variance, slope_variance) = if sloped {
        let slope = (s * sty - st * sy) / determinant;
        ((sy - slope * st) / s, slope, stt / determinant, s / determinant)
    } else {
        (sy / s, 0.0, 1.0 / s, 0.0)
    };
    let chi_squared: f64 = points
        .iter()
        .zip(weights)
        .map(|((t, offset), weight)| weight * ((offset.value - value - slope * t) / offset.sd).powi(2))
        .sum();
    let counted = weights.iter().filter(|weight| **weight > 0.0).count();
    let freedom = counted.saturating_sub(if sloped { 2 } else { 1 });
    let scale = match excess(chi_squared, freedom as f64) {
        scale if scale > 1.0 => (t_quantile_975(freedom) * scale).max(NORMAL),
        _ => NORMAL,
    };
    let estimate = |value: f64, variance: f64| Estimate { value, half_width: scale * variance.sqrt() };
    Some((estimate(value, variance), estimate(slope, slope_variance)))
}

#[cfg(test)]
mod tests;
