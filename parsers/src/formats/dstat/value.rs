//! The number in a cell, repaired if it can be.

use super::columns::{Kind, Spec};
use super::overflow::{Repair, repair};
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::Unit;
use crate::text::float;

/// Longest number with a decimal comma.
const LONGEST: usize = 40;

/// A number as the programs write it, or with the decimal comma of a spreadsheet.
pub(super) fn number(text: &[u8], decimal_comma: bool) -> Option<f64> {
    let Some(at) = memchr::memchr(b',', text).filter(|_| decimal_comma) else { return float(text) };
    let mut copy = [0_u8; LONGEST];
    let copy = copy.get_mut(..text.len())?;
    copy.copy_from_slice(text);
    *copy.get_mut(at)? = b'.';
    float(copy)
}

/// How a cell becomes a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// What the number is multiplied by.
    pub factor: f64,
    /// Nominal seconds between two rows.
    pub delay_s: u32,
    pub decimal_comma: bool,
}

/// The value of a cell; `None`, with a diagnostic, where it has none.
pub(super) fn value(
    spec: &Spec,
    place: Place<'_>,
    text: &[u8],
    reading: Reading,
    diagnostics: &mut Diagnostics,
) -> Option<f64> {
    let name = &spec.name;
    let infinite = matches!(text, b"inf" | b"-inf" | b"nan");
    let read = number(text, reading.decimal_comma).or(if infinite { Some(f64::INFINITY) } else { None });
    let Some(number) = read.map(|number| number * reading.factor) else {
        diagnostics
            .warning("cell-unreadable", place, || format!("expected a number in {name}; the value is null"));
        return None;
    };
    if spec.kind == Kind::Network {
        return match repair(number, reading.delay_s) {
            Repair::Plausible(value) => Some(value),
            Repair::Undone { value, added } => {
                diagnostics.warning("overflow-undone", place, || {
                    format!("{name}: a 32-bit counter overflowed; {added} was added, which gives {value}")
                });
                Some(value)
            }
            Repair::Lost(why) => {
                diagnostics.warning("overflow-lost", place, || format!("{name}: {why}; the value is null"));
                None
            }
        };
    }
    let impossible = number.is_infinite()
        || match spec.unit {
            Unit::Percent | Unit::Bytes => number < 0.0,
            Unit::BytesPerSecond => !(0.0..1e17).contains(&number),
            _ => false,
        };
    if impossible {
        diagnostics
            .warning("value-impossible", place, || format!("{name} cannot have this value; it is null"));
        return None;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_commas() {
        assert_eq!(number(b"1264510800,123", true), Some(1_264_510_800.123));
        assert_eq!(number(b"12.5", true), Some(12.5));
        assert_eq!(number(b"12", true), Some(12.0));
        assert_eq!(number(b"1,5", false), None);
        for bad in ["1.234,5", "1,2,3", ",", &"1,".repeat(30)] {
            assert_eq!(number(bad.as_bytes(), true), None, "{bad}");
        }
    }
}
