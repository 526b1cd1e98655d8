//! Straight lines through repeated measurements.

use super::distribution::f_tail;
use super::{Interval, t_quantile_975};

/// Below this chance of so bad a fit, the test of lack of fit rejects a line.
const REJECTED: f64 = 0.01;

/// The line y = intercept + slope · x of least squares (Draper and Smith, *Applied Regression Analysis*, 1998,
/// chapters 1 and 2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearFit {
    /// In the unit of y.
    pub intercept: f64,
    /// Units of y per unit of x.
    pub slope: f64,
    /// 95 % interval of the slope by Student's t: from the residuals of all points with n − 2 degrees of freedom;
    /// where the test rejects the line, from the deviations of the m levels' means with m − 2, because then it is
    /// they that scatter around it. `None` without degrees of freedom.
    pub slope_ci95: Option<Interval>,
    /// Share of the variation of y that the line explains; `None` where y does not vary.
    pub r_squared: Option<f64>,
    /// The chance that the means of the levels lie so far from a line by the scatter of the repetitions alone (F
    /// test of lack of fit against pure error). `None` without repetitions, or with two levels.
    pub lack_of_fit_p: Option<f64>,
    /// By how much the line misses the mean of a level at most, as a share of that mean; `None` where a mean is 0.
    pub largest_miss: Option<f64>,
    /// Points, and different x among them.
    pub points: usize,
    pub levels: usize,
}

impl LinearFit {
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Whether the repetitions contradict a line.
    pub fn is_rejected(&self) -> bool {
        self.lack_of_fit_p.is_some_and(|p| p < REJECTED)
    }
}

/// One x with the mean of its y.
struct Level {
    x: f64,
    n: f64,
    mean: f64,
    /// Sum of the squares of the deviations from the mean.
    pure_error: f64,
}

/// The line through points `(x, y)`; `None` with fewer than three different x, or with numbers that are not finite or
/// whose squares are not.
pub fn fit_line(points: &[(f64, f64)]) -> Option<LinearFit> {
    if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let levels = levels(points);
    if levels.len() < 3 {
        return None;
    }
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        points.iter().map(|(x, y)| of(x - mean_x, y - mean_y)).sum()
    };
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    let slope = xy / xx;
    let intercept = mean_y - slope * mean_x;
    // Squares of what is huge are infinite, those of what is tiny are 0.
    if xx == 0.0 || ![xx, xy, yy, slope, intercept].iter().all(|number| number.is_finite()) {
        return None;
    }
    let miss = |level: &Level| level.mean - (intercept + slope * level.x);
    let lack: f64 = levels.iter().map(|level| level.n * miss(level).powi(2)).sum();
    let pure: f64 = levels.iter().map(|level| level.pure_error).sum();
    let (of_lack, of_pure) = (levels.len() - 2, points.len() - levels.len());
    let lack_of_fit_p = f_test((lack, of_lack), (pure, of_pure), yy);
    let rejected = lack_of_fit_p.is_some_and(|p| p < REJECTED);
    let (squares, freedom) = if rejected { (lack, of_lack) } else { (lack + pure, points.len() - 2) };
    let shares: Option<Vec<f64>> =
        levels.iter().map(|level| (level.mean != 0.0).then(|| (miss(level) / level.mean).abs())).collect();
    let half = (freedom > 0).then(|| t_quantile_975(freedom) * (squares / freedom as f64 / xx).sqrt());
    Some(LinearFit {
        intercept,
        slope,
        slope_ci95: half.map(|half| Interval::new(slope - half, slope + half)),
        r_squared: (yy > 0.0).then(|| 1.0 - (lack + pure) / yy),
        lack_of_fit_p,
        largest_miss: shares.map(|shares| shares.into_iter().fold(0.0, f64::max)),
        points: points.len(),
        levels: levels.len(),
    })
}

fn levels(points: &[(f64, f64)]) -> Vec<Level> {
    let mut xs: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    let level = |x: f64| {
        let ys: Vec<f64> = points.iter().filter(|point| point.0 == x).map(|point| point.1).collect();
        let n = ys.len() as f64;
        let mean = ys.iter().sum::<f64>() / n;
        Level { x, n, mean, pure_error: ys.iter().map(|y| (y - mean).powi(2)).sum() }
    };
    xs.into_iter().map(level).collect()
}

/// The chance of a quotient of two mean squares as large as this one or larger. Squares that are nothing against
/// the variation of all (`total`) are the rounding of the machine.
fn f_test((lack, of_lack): (f64, usize), (pure, of_pure): (f64, usize), total: f64) -> Option<f64> {
    if of_lack == 0 || of_pure == 0 {
        return None;
    }
    let nothing = |squares: f64| squares <= total * 1e-20;
    if nothing(lack) {
        return Some(1.0);
    }
    if nothing(pure) {
        return Some(0.0);
    }
    let quotient = (lack / of_lack as f64) / (pure / of_pure as f64);
    f_tail(quotient, of_lack as f64, of_pure as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * b.abs().max(1.0)
    }

    /// x̄ = 3, ȳ = 4; Sxx = 10, Sxy = 6, Syy = 6: slope 0.6, intercept 2.2, residual squares 2.4.
    #[test]
    fn five_points_as_computed_by_hand() {
        let fit = fit_line(&[(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0)]).unwrap();
        assert!(close(fit.slope, 0.6) && close(fit.intercept, 2.2) && close(fit.r_squared.unwrap(), 0.6));
        // t(0.975; 3) · √(2.4 ⁄ 3 ⁄ 10) = 3.182446 · 0.282843.
        let ci = fit.slope_ci95.unwrap();
        assert!(close(ci.high - 0.6, 0.900_131_8), "{ci:?}");
        // 4 − (2.2 + 0.6 · 2) = 0.6 of 4, 2 − 2.8 = −0.8 of 2.
        assert!(close(fit.largest_miss.unwrap(), 0.4));
        assert_eq!((fit.lack_of_fit_p, fit.points, fit.levels), (None, 5, 5));
    }

    /// Means 1, 2, 2, 3 at 1 … 4, each ± 0.1 from two values: slope 0.6, intercept 0.5. The means miss the line by
    /// 0.1, −0.3, 0.3 … : lack 2 · (0.01 + 0.09 + 0.09 + 0.01) = 0.4 with 2 degrees of freedom, pure error 0.08 with 4:
    /// F = 0.2 ⁄ 0.02 = 10. The F distribution with 2 degrees of freedom above has p = (1 + 2F ⁄ 4)^−2 = 1 ⁄ 36.
    #[test]
    fn lack_of_fit_against_pure_error() {
        let points: Vec<(f64, f64)> = [(1.0, 1.0), (2.0, 2.0), (3.0, 2.0), (4.0, 3.0)]
            .into_iter()
            .flat_map(|(x, y)| [(x, y - 0.1), (x, y + 0.1)])
            .collect();
        let fit = fit_line(&points).unwrap();
        assert!(close(fit.slope, 0.6) && close(fit.intercept, 0.5), "{fit:?}");
        assert!(close(fit.lack_of_fit_p.unwrap(), 1.0 / 36.0), "{fit:?}");
        assert!(!fit.is_rejected());
        // t(0.975; 6) · √(0.48 ⁄ 6 ⁄ 10).
        assert!(close(fit.slope_ci95.unwrap().high - 0.6, 2.446_911_85 * 0.089_442_719), "{fit:?}");
    }

    #[test]
    fn where_a_line_is_rejected_the_levels_are_what_scatters() {
        let points: Vec<(f64, f64)> = [(1.0, 1.0), (2.0, 2.0), (3.0, 2.0), (4.0, 3.0)]
            .into_iter()
            .flat_map(|(x, y)| [(x, y - 0.01), (x, y + 0.01)])
            .collect();
        let fit = fit_line(&points).unwrap();
        assert!(fit.is_rejected(), "{fit:?}");
        // t(0.975; 2) · √(0.4 ⁄ 2 ⁄ 10).
        assert!(close(fit.slope_ci95.unwrap().high - 0.6, 4.302_652_73 * 0.141_421_356), "{fit:?}");
    }

    #[test]
    fn equal_repetitions_on_a_line_fit_and_beside_it_do_not() {
        let twice =
            |points: [(f64, f64); 4]| points.into_iter().flat_map(|point| [point; 2]).collect::<Vec<_>>();
        let on = fit_line(&twice([(1.0, 0.1), (2.0, 0.2), (3.0, 0.3), (4.0, 0.4)])).unwrap();
        assert_eq!((on.lack_of_fit_p, on.r_squared.map(f64::round)), (Some(1.0), Some(1.0)));
        let beside = fit_line(&twice([(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 9.0)])).unwrap();
        assert_eq!(beside.lack_of_fit_p, Some(0.0));
    }

    /// Their squares overflow or vanish.
    #[test]
    fn huge_and_tiny_numbers_have_a_line_or_none_and_never_a_panic() {
        for huge in [1e308, -1e308, 1e200, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e-200] {
            for x in [false, true] {
                let points = [1.0, 2.0, 3.0, 4.0, huge].into_iter().flat_map(|at| [(at, 2.0), (at, 2.1)]);
                let points: Vec<(f64, f64)> =
                    points.map(|(x_, y)| if x { (x_, y) } else { (y * x_, x_) }).collect();
                if let Some(fit) = fit_line(&points) {
                    assert!(fit.slope.is_finite() && fit.intercept.is_finite(), "{fit:?}");
                    assert!(fit.lack_of_fit_p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{fit:?}");
                }
            }
        }
        assert_eq!(fit_line(&[(1.0, 1.0), (2.0, 1.1), (3.0, 2.0), (1e308, 3.0), (1e308, 3.1)]), None);
    }

    #[test]
    fn two_levels_and_infinite_values_have_no_line() {
        assert_eq!(fit_line(&[(1.0, 1.0), (1.0, 1.1), (2.0, 2.0)]), None);
        assert_eq!(fit_line(&[(1.0, 1.0), (2.0, f64::INFINITY), (3.0, 3.0)]), None);
        let level = fit_line(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)]).unwrap();
        assert_eq!((level.slope, level.r_squared), (0.0, None));
    }
}
