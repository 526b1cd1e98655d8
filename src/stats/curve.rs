//! Quantities that add up over time, and straight lines through points.

/// What a rate adds up to: piecewise linear between the instants at which it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    t: Vec<f64>,
    total: Vec<f64>,
}

impl Curve {
    /// From instants, each with the mean rate since the one before; the first rate is not used. Instants
    /// that do not ascend are left out.
    ///
    /// `None` for fewer than two instants.
    pub fn new(rates: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let (mut t, mut total): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for (at, rate) in rates.into_iter().filter(|(at, rate)| at.is_finite() && rate.is_finite()) {
            let so_far = t.last().zip(total.last());
            match so_far {
                Some((last, _)) if at <= *last => continue,
                Some((last, sum)) => total.push(sum + rate * (at - last)),
                None => total.push(0.0),
            }
            t.push(at);
        }
        (t.len() > 1).then_some(Self { t, total })
    }

    /// The instants.
    pub fn t(&self) -> &[f64] {
        &self.t
    }

    /// The total at each instant.
    pub fn total(&self) -> &[f64] {
        &self.total
    }

    pub fn first(&self) -> f64 {
        self.t[0]
    }

    pub fn last(&self) -> f64 {
        self.t[self.t.len() - 1]
    }

    /// The total at an instant; `None` outside of the first and the last one.
    pub fn at(&self, t: f64) -> Option<f64> {
        let next = self.t.partition_point(|known| *known <= t);
        if next == self.t.len() && t == self.last() {
            return self.total.last().copied();
        }
        let before = next.checked_sub(1)?;
        let (from, to) = (*self.t.get(before)?, *self.t.get(next)?);
        let share = (t - from) / (to - from);
        Some(self.total[before] + share * (self.total[next] - self.total[before]))
    }

    /// What is added between two instants.
    pub fn between(&self, from: f64, to: f64) -> Option<f64> {
        Some(self.at(to)? - self.at(from)?)
    }
}

/// Least squares y = intercept + slope · x through points of equal weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub n: f64,
    pub slope: f64,
    mean_x: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Line {
    /// `None` for fewer than three points, and where x does not vary.
    pub fn fit(points: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let (mut n, mut mean_x, mut mean_y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        // Welford's updates: the sums stay sums of squared deviations.
        for (x, y) in points {
            n += 1.0;
            let (dx, dy) = (x - mean_x, y - mean_y);
            mean_x += dx / n;
            mean_y += dy / n;
            xx += dx * (x - mean_x);
            yy += dy * (y - mean_y);
            xy += dx * (y - mean_y);
        }
        (n >= 3.0 && xx > 0.0).then(|| Self { n, slope: xy / xx, mean_x, xx, yy, xy })
    }

    pub fn mean_squared_residual(&self) -> f64 {
        ((self.yy - self.xy * self.xy / self.xx) / self.n).max(0.0)
    }

    /// Part of the variation of y that the line explains, 0 … 1.
    pub fn explained(&self) -> f64 {
        if self.yy > 0.0 { (self.xy * self.xy / self.xx / self.yy).min(1.0) } else { 0.0 }
    }

    /// Sum of the squares that the line explains, in the unit of y squared.
    pub fn explained_squares(&self) -> f64 {
        self.xy * self.xy / self.xx
    }

    /// Mean of x squared.
    pub fn mean_square_x(&self) -> f64 {
        self.xx / self.n + self.mean_x * self.mean_x
    }

    /// Mean squared deviation of y.
    pub fn variance(&self) -> f64 {
        self.yy / self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_adds_up_and_interpolates() {
        let curve = Curve::new([(0.0, 99.0), (1.0, 2.0), (3.0, 1.0), (2.0, 7.0)]).unwrap();
        assert_eq!((curve.t(), curve.total()), (&[0.0, 1.0, 3.0][..], &[0.0, 2.0, 4.0][..]));
        assert_eq!((curve.at(0.5), curve.at(2.0), curve.at(3.0)), (Some(1.0), Some(3.0), Some(4.0)));
        assert_eq!((curve.at(-0.1), curve.at(3.1)), (None, None));
        assert_eq!(curve.between(0.5, 2.0), Some(2.0));
        assert_eq!(Curve::new([(0.0, 1.0)]), None);
    }

    #[test]
    fn a_line_as_computed_by_hand() {
        let line = Line::fit([(0.0, 1.0), (1.0, 3.0), (2.0, 4.0)].into_iter()).unwrap();
        // Slope 1.5, residuals −1/6, 1/3, −1/6; total variation 14/3.
        assert!((line.slope - 1.5).abs() < 1e-12);
        assert!((line.mean_squared_residual() - 1.0 / 18.0).abs() < 1e-12);
        assert!((line.explained() - 27.0 / 28.0).abs() < 1e-12);
        assert_eq!(Line::fit([(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)].into_iter()), None);
    }
}
