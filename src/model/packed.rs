//! Numbers in as few bytes as give them back to the last bit.
//!
//! Tools print a few digits, and most bins of a second hold one sample: what looks like 8 bytes is 28 tenths, or so many
//! kibibytes. Of 100 000 runs that is the difference between bins that fit into memory and bins that do not. Whatever is no
//! such number stays as it is.

/// Numbers, some of which may not be any.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Packed {
    Short(Vec<i16>, Step),
    Long(Vec<i32>, Step),
    Exact(Vec<f64>),
}

/// What a whole number is multiplied with, then divided by; one of them is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    times: f64,
    per: f64,
}

/// Those that are tried, in their order.
const STEPS: [Step; 5] = [
    Step { times: 1024.0, per: 1.0 },
    Step { times: 1.0, per: 1.0 },
    Step { times: 1.0, per: 10.0 },
    Step { times: 1.0, per: 100.0 },
    Step { times: 1.0, per: 1000.0 },
];

/// What stands for a number that is none.
const NONE_SHORT: i16 = i16::MIN;
const NONE_LONG: i32 = i32::MIN;

impl Step {
    fn value(self, whole: i32) -> f64 {
        f64::from(whole) * self.times / self.per
    }

    /// The whole number that gives back the same bits; `None` where there is none.
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit does not give back the same bits")]
    fn whole(self, value: f64) -> Option<i32> {
        if value.is_nan() {
            return Some(NONE_LONG);
        }
        let whole = (value * self.per / self.times).round() as i32;
        (whole != NONE_LONG && self.value(whole).to_bits() == value.to_bits()).then_some(whole)
    }
}

impl Default for Packed {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

impl Packed {
    pub(super) fn new(values: &[f64]) -> Self {
        let packed = STEPS.into_iter().find_map(|step| {
            let wholes: Option<Vec<i32>> = values.iter().map(|value| step.whole(*value)).collect();
            Some((wholes?, step))
        });
        let Some((wholes, step)) = packed.filter(|_| !values.is_empty()) else {
            return Self::Exact(values.to_vec());
        };
        let short = |whole: &i32| match *whole {
            NONE_LONG => Some(NONE_SHORT),
            whole => i16::try_from(whole).ok().filter(|short| *short != NONE_SHORT),
        };
        match wholes.iter().map(short).collect::<Option<Vec<i16>>>() {
            Some(shorts) => Self::Short(shorts, step),
            None => Self::Long(wholes, step),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(values, _) => values.len(),
            Self::Long(values, _) => values.len(),
            Self::Exact(values) => values.len(),
        }
    }

    /// The number at a place, which may be none; `None` beyond the last.
    pub(super) fn get(&self, place: usize) -> Option<f64> {
        let of = |whole: i32, is_none: bool, step: &Step| if is_none { f64::NAN } else { step.value(whole) };
        match self {
            Self::Short(values, step) => {
                values.get(place).map(|short| of(i32::from(*short), *short == NONE_SHORT, step))
            }
            Self::Long(values, step) => values.get(place).map(|long| of(*long, *long == NONE_LONG, step)),
            Self::Exact(values) => values.get(place).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(packed: &Packed) -> Vec<f64> {
        (0..packed.len()).map(|place| packed.get(place).unwrap()).collect()
    }

    /// The bits, of what is no number those of one that is none.
    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }).collect()
    }

    #[test]
    fn what_tools_print_takes_two_or_four_bytes() {
        let short = [2.8, f64::NAN, 97.2, 0.0, 100.0];
        assert!(matches!(Packed::new(&short), Packed::Short(..)), "{:?}", Packed::new(&short));
        assert!(matches!(Packed::new(&[0.123, 12.345]), Packed::Short(..)));
        assert!(matches!(Packed::new(&[123_456_789.0, 1.0]), Packed::Long(..)));
        // More bytes than 32 bits count, in kibibytes.
        assert!(matches!(Packed::new(&[64.0 * 1024.0 * 1024.0 * 1024.0]), Packed::Long(..)));
        for odd in [-0.0, f64::INFINITY, 1.0 / 3.0, 0.1 + 0.2, 1e300, f64::MIN_POSITIVE] {
            assert!(matches!(Packed::new(&[1.0, odd]), Packed::Exact(_)), "{odd}");
        }
        for edge in [f64::from(i16::MIN), f64::from(i32::MIN), f64::from(i16::MAX), f64::from(i32::MAX)] {
            assert_eq!(all(&Packed::new(&[edge])), [edge]);
        }
        assert_eq!(Packed::new(&[]).len(), 0);
        assert_eq!(Packed::new(&[1.0]).get(1), None);
    }

    proptest! {
        #[test]
        fn whatever_it_is_comes_back_to_the_last_bit(values in prop::collection::vec(any::<f64>(), 0..20)) {
            prop_assert_eq!(bits(&all(&Packed::new(&values))), bits(&values));
        }

        #[test]
        fn decimals_and_multiples_come_back(
            values in prop::collection::vec(prop::option::of(any::<i32>()), 1..20),
            step in 0..STEPS.len(),
        ) {
            let step = STEPS[step];
            let values: Vec<f64> = values.into_iter().map(|whole| whole.map_or(f64::NAN, |whole| step.value(whole))).collect();
            prop_assert_eq!(bits(&all(&Packed::new(&values))), bits(&values));
        }
    }
}
