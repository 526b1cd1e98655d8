//! Axes: ranges that end on round numbers, ticks, and how their labels are written.

use crate::show::text::Text;

/// No axis has more, whatever is to be drawn.
const MOST_TICKS: usize = 1000;

/// How values are spread over an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    Linear,
    /// Only for values above zero.
    Log,
}

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
        scale.high = max.max(100.0);
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
        let low = numbers(ENDS).take_while(|v| *v <= min).last().unwrap_or(min);
        let high = numbers(ENDS).find(|v| *v >= max && *v > low).unwrap_or(max);
        let digits: &[f64] = if high / low > 2e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let ticks = numbers(digits).filter(|v| *v >= low * 0.999 && *v <= high * 1.001).collect();
        Self { spread: Spread::Log, low, high, ticks, decimals: 0 }
    }

    fn linear(low: f64, high: f64, step: f64) -> Self {
        // Beyond the largest number there is no round one.
        let high = high.min(f64::MAX);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        let ticks = (first..=last).take(MOST_TICKS).map(|i| i as f64 * step).collect();
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
    fn huge_tiny_and_equal_values_have_few_ticks() {
        for value in [f64::MAX, 1.7e308, 1e300, 1e-300, f64::MIN_POSITIVE, 5e-324, 0.0, 1.0] {
            for scale in [
                Scale::from_zero(value, 5),
                Scale::around(value, value, 5),
                Scale::signed(-value, value, 5),
                Scale::signed(value, value, 5),
                Scale::time(0.0, value, 8),
                Scale::percent(value),
                Scale::of_baseline(value),
            ] {
                assert!(scale.ticks.len() <= MOST_TICKS && scale.high.is_finite(), "{value}: {scale:?}");
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
