//! Axes: ranges that end on round numbers, ticks, and how their labels are written.

use crate::show::text::Text;

/// How values are spread over an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    Linear,
    /// Only for values above zero.
    Log,
}

/// Numbers beyond this are on no axis: what is computed from them would be none.
const LARGEST: f64 = 1e300;
/// More ticks than this are the work of a number that should not be there.
const MOST_TICKS: usize = 100;

/// One axis: its range and where its ticks are.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub spread: Spread,
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
    /// Decimals of the labels of a linear axis.
    decimals: usize,
}

impl Scale {
    /// From zero to a round number at or above `max`, with at most `intervals` intervals.
    pub fn from_zero(max: f64, intervals: usize) -> Self {
        let max = if max > 0.0 { max } else { 1.0 };
        let step = round_step(max / intervals as f64);
        Self::linear(0.0, (max / step - 1e-9).ceil() * step, step)
    }

    /// A range of round numbers around `min` and `max`; from zero unless that would leave more
    /// than half of the axis empty.
    pub fn around(min: f64, max: f64, intervals: usize) -> Self {
        if min < max / 2.0 || max <= 0.0 {
            return Self::from_zero(max, intervals);
        }
        // A curve that hardly changes must not look as if it did.
        let margin = ((max - min) * 0.05).max(max * 0.01);
        let (min, max) = ((min - margin).max(0.0), max + margin);
        let step = round_step((max - min) / intervals as f64);
        Self::linear((min / step).floor() * step, (max / step).ceil() * step, step)
    }

    /// Round numbers around `min` and `max`, whatever their sign.
    pub fn signed(min: f64, max: f64, intervals: usize) -> Self {
        let step = round_step((max - min).max(1e-3) / intervals as f64);
        Self::linear((min / step).floor() * step, (max / step).ceil() * step, step)
    }

    /// Per cent of a whole; above 100 only if the data are.
    pub fn percent(max: f64) -> Self {
        let mut scale = Self::linear(0.0, 100.0, 25.0);
        scale.high = if max <= LARGEST { max.max(100.0) } else { 100.0 };
        scale
    }

    /// Per cent of a baseline, a little beyond it and beyond `max`.
    pub fn of_baseline(max: f64) -> Self {
        let high = (max * 1.02).max(106.0);
        let step = if high <= 180.0 { 25.0 } else { round_step(high / 8.0).max(50.0) };
        Self::linear(0.0, high, step)
    }

    /// Seconds from `low` to `high`, ticks at multiples that clocks know.
    pub fn time(low: f64, high: f64, intervals: usize) -> Self {
        const STEPS: [f64; 19] = [
            0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0,
            3600.0, 7200.0, 10800.0, 21600.0,
        ];
        let high = if high > low { high } else { low + 1.0 };
        let least = (high - low) / intervals as f64;
        let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or_else(|| round_step(least));
        Self::linear(low, high, step)
    }

    /// A logarithmic axis around values above zero, with ticks at 1, 2 and 5 (over wide ranges at
    /// powers of ten only).
    pub fn log(min: f64, max: f64) -> Self {
        const ENDS: &[f64] = &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0];
        let numbers = |digits: &'static [f64]| {
            (-9..12).flat_map(move |power| digits.iter().map(move |digit| digit * 10f64.powi(power)))
        };
        if !(min > 0.0 && max >= min && max.is_finite()) {
            return Self { spread: Spread::Log, low: 1.0, high: 10.0, ticks: vec![1.0, 10.0], decimals: 0 };
        }
        let low = numbers(ENDS).take_while(|v| *v <= min).last().unwrap_or(min);
        let high = numbers(ENDS).find(|v| *v >= max && *v > low).unwrap_or(max);
        let digits: &[f64] = if high / low > 2e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let ticks = numbers(digits).filter(|v| *v >= low * 0.999 && *v <= high * 1.001).collect();
        Self { spread: Spread::Log, low, high, ticks, decimals: 0 }
    }

    /// Whatever stands in a log, there are a few ticks, each on the axis.
    fn linear(low: f64, high: f64, step: f64) -> Self {
        if ![low, high, step].iter().all(|number| number.abs() <= LARGEST) || step <= 0.0 {
            return Self::linear(0.0, 1.0, 0.5);
        }
        let high = if high > low { high } else { low + step.max(low.abs() * 1e-9) };
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        let on_axis = |tick: &f64| (low - step..=high + step).contains(tick);
        let ticks = (first..=last).take(MOST_TICKS).map(|i| i as f64 * step).filter(on_axis).collect();
        let decimals = (-step.log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize;
        Self { spread: Spread::Linear, low, high, ticks, decimals }
    }

    /// The value in the units in which the axis is even.
    pub fn position(&self, value: f64) -> f64 {
        match self.spread {
            Spread::Linear => value,
            Spread::Log => value.max(self.low).log10(),
        }
    }

    pub fn label(&self, tick: f64, text: &Text) -> String {
        let decimals = match self.spread {
            Spread::Linear => self.decimals,
            Spread::Log => (-tick.log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize,
        };
        text.number(tick, decimals)
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let step =
        [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power).find(|step| *step >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::text::Language;

    fn labels(scale: &Scale) -> String {
        let text = Text::new(Language::De);
        scale.ticks.iter().map(|t| scale.label(*t, &text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn no_number_breaks_an_axis() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            1e-320,
            1e15,
            1e300,
            -1e300,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            4e9,
            1e-9,
        ];
        let check = |scale: Scale| {
            assert!(scale.low < scale.high && scale.low.is_finite() && scale.high.is_finite(), "{scale:?}");
            assert!(
                scale.ticks.len() <= MOST_TICKS && scale.ticks.iter().all(|tick| tick.is_finite()),
                "{scale:?}"
            );
            assert!(scale.position(scale.high).is_finite(), "{scale:?}");
        };
        for a in numbers {
            check(Scale::from_zero(a, 5));
            check(Scale::percent(a));
            check(Scale::of_baseline(a));
            for b in numbers {
                for scale in
                    [Scale::around(a, b, 5), Scale::signed(a, b, 5), Scale::time(a, b, 5), Scale::log(a, b)]
                {
                    check(scale);
                }
            }
        }
    }

    #[test]
    fn axes_end_on_round_numbers_and_label_them() {
        for (scale, expected) in [
            (Scale::from_zero(42.5, 5), "0 10 20 30 40 50"),
            (Scale::from_zero(50.0, 5), "0 10 20 30 40 50"),
            (Scale::from_zero(0.7, 4), "0,0 0,2 0,4 0,6 0,8"),
            (Scale::from_zero(0.0, 4), "0,0 0,5 1,0"),
            (Scale::percent(87.0), "0 25 50 75 100"),
            (Scale::percent(103.0), "0 25 50 75 100"),
            (Scale::of_baseline(42.0), "0 25 50 75 100"),
            (Scale::of_baseline(131.0), "0 25 50 75 100 125"),
            (Scale::of_baseline(390.0), "0 50 100 150 200 250 300 350"),
            (Scale::around(150.0, 162.5, 3), "140 150 160 170"),
            (Scale::around(20.0, 162.5, 4), "0 50 100 150 200"),
            (Scale::time(-0.4, 1.3, 9), "−0,4 −0,2 0,0 0,2 0,4 0,6 0,8 1,0 1,2"),
            (Scale::signed(-0.5, 1.4, 5), "−0,5 0,0 0,5 1,0 1,5"),
            (Scale::time(-5.0, 39.0, 8), "0 10 20 30"),
            (Scale::time(-5.0, 39.0, 10), "−5 0 5 10 15 20 25 30 35"),
            (Scale::time(-5.0, 7200.0, 8), "0 1200 2400 3600 4800 6000 7200"),
            (Scale::log(0.6, 21.3), "0,5 1 2 5 10 20"),
            (Scale::log(0.05, 0.45), "0,05 0,1 0,2 0,5"),
            (Scale::log(0.2, 4000.0), "1 10 100 1000"),
        ] {
            assert_eq!(labels(&scale), expected, "{scale:?}");
        }
    }

    #[test]
    fn an_axis_of_nothing_still_has_a_length() {
        for scale in [Scale::time(3.0, 3.0, 8), Scale::log(2.0, 2.0), Scale::around(7.0, 7.0, 3)] {
            assert!(scale.high > scale.low, "{scale:?}");
        }
    }
}
