//! The units in which figures show values.

use crate::model::Unit;

/// Factor from base units to those in which people read values up to `max`, and their sign.
pub fn readable(unit: Unit, max: f64) -> (f64, &'static str) {
    match unit {
        Unit::Seconds if max < 0.1 => (1e3, "ms"),
        Unit::Seconds => (1.0, "s"),
        Unit::Milliseconds => (1.0, "ms"),
        Unit::Percent => (1.0, "%"),
        Unit::Bytes => (1.0 / 1_048_576.0, "MiB"),
        Unit::BytesPerSecond if max >= 1e10 => (1e-9, "GB/s"),
        Unit::BytesPerSecond if max < 1e4 => (1e-3, "kB/s"),
        Unit::BytesPerSecond => (1e-6, "MB/s"),
        Unit::PerSecond if max >= 1e9 => (1e-9, "10⁹/s"),
        Unit::PerSecond if max >= 1e6 => (1e-6, "10⁶/s"),
        Unit::PerSecond => (1.0, "1/s"),
        Unit::Count | Unit::Ratio => (1.0, ""),
    }
}

/// Factor from data to the unit in which curves over time are drawn: MiB, MB/s, ms, per cent.
pub fn of_curves(unit: Unit) -> f64 {
    match unit {
        Unit::Bytes => 1.0 / 1_048_576.0,
        Unit::BytesPerSecond => 1e-6,
        Unit::Seconds => 1e3,
        Unit::Milliseconds | Unit::Percent | Unit::PerSecond | Unit::Count | Unit::Ratio => 1.0,
    }
}

/// The text key of that unit.
pub fn name_of_curves(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "figure.unit.bytes",
        Unit::BytesPerSecond => "figure.unit.rate",
        Unit::Seconds | Unit::Milliseconds => "figure.unit.milliseconds",
        Unit::Percent => "figure.unit.per_cent",
        Unit::PerSecond => "figure.unit.per_second",
        Unit::Count => "figure.unit.number",
        Unit::Ratio => "figure.unit.ratio",
    }
}

/// Decimals that give `max` three digits.
pub fn three_digits(max: f64) -> usize {
    let digits = if max > 0.0 { max.log10().floor() } else { 0.0 };
    (2.0 - digits).clamp(0.0, 6.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_units_of_their_size() {
        assert_eq!(readable(Unit::Seconds, 0.05), (1e3, "ms"));
        assert_eq!(readable(Unit::BytesPerSecond, 3e6), (1e-6, "MB/s"));
        assert_eq!(readable(Unit::PerSecond, 2e6), (1e-6, "10⁶/s"));
        assert_eq!([0.0, 0.05, 7.0, 123.0, 5e4].map(three_digits), [2, 4, 2, 0, 0]);
    }
}
