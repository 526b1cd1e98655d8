//! Network counters that overflowed.
//!
//! `/proc/net/dev` of a 32-bit kernel counts bytes modulo 2³². dstat subtracts two readings and divides by the
//! seconds between them (its nominal delay, an integer), so in the second of an overflow it gets
//!
//! ```text
//! v = true rate − 2³² ÷ delay
//! ```
//!
//! What it prints depends on its version and on Python:
//!
//! * versions that do not care print *v*;
//! * the others add `sys.maxint + 1` to a negative result. On 32-bit Python that is 2³¹, half of what is
//!   missing: `true rate − 2³¹` is printed;
//! * on 64-bit Python it is 2⁶³: a spike near 9.2e18 (1.8e19 where it was added twice, or `inf`). Python prints
//!   12 significant digits of it, so the true rate is gone.
//!
//! The first two can be undone, and there is nothing to choose between them: a rate that a link could carry,
//! 0 … 1.25e9 byte/s (10 Gbit/s), puts *v* between −4.295e9 and −3.045e9 in the first case and between −2.147e9
//! and −0.897e9 in the second, and these ranges do not touch. A negative value in neither range is a counter that
//! was reset (an interface that went down) and is no measurement.
//!
//! With a delay above 1 s, maxint turns small rates into positive ones that look real. They are not touched.

/// 10 Gbit/s in bytes: more than any host of the time could transfer.
const FASTEST: f64 = 1.25e9;
/// Rates from here on are no rates.
pub(super) const SPIKE: f64 = 1e17;
const TWO_31: f64 = 2_147_483_648.0;
const TWO_32: f64 = 4_294_967_296.0;

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Repair {
    /// Nothing is wrong with it.
    Plausible(f64),
    /// The overflow is undone.
    Undone { value: f64, added: &'static str },
    /// It stands for nothing.
    Lost(&'static str),
}

/// Undoes an overflow in a rate that was printed with this delay between rows.
pub(super) fn repair(rate: f64, delay_s: u32) -> Repair {
    if rate.is_nan() || rate.abs() >= SPIKE {
        return Repair::Lost("a counter overflowed and the digits of the true rate are not in the file");
    }
    if rate >= 0.0 {
        return Repair::Plausible(rate);
    }
    let candidates = if delay_s == 1 {
        [Some((TWO_32, "2^32")), Some((TWO_31, "2^31"))]
    } else {
        [Some((TWO_32 / f64::from(delay_s.max(1)), "2^32 / delay")), None]
    };
    for (missing, added) in candidates.into_iter().flatten() {
        let value = rate + missing;
        if (0.0..=FASTEST).contains(&value) {
            return Repair::Undone { value, added };
        }
    }
    Repair::Lost("a counter went back; it was reset, or overflowed in a way that cannot be undone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_overflow_are_undone() {
        assert_eq!(repair(42_500_000.0 - TWO_32, 1), Repair::Undone { value: 42_500_000.0, added: "2^32" });
        assert_eq!(repair(42_500_000.0 - TWO_31, 1), Repair::Undone { value: 42_500_000.0, added: "2^31" });
        assert_eq!(repair(-TWO_32, 1), Repair::Undone { value: 0.0, added: "2^32" });
        assert_eq!(repair(1.25e9 - TWO_31, 1), Repair::Undone { value: 1.25e9, added: "2^31" });
        assert_eq!(repair(1e6 - TWO_32 / 5.0, 5), Repair::Undone { value: 1e6, added: "2^32 / delay" });
    }

    #[test]
    fn what_cannot_be_undone_is_lost() {
        for rate in
            [-1.0, -5e8, -2.5e9, -5e9, 9.22337203256e18, 1.84467440694e19, f64::INFINITY, f64::NAN, -1e18]
        {
            assert!(matches!(repair(rate, 1), Repair::Lost(_)), "{rate}");
        }
        assert_eq!(repair(0.0, 1), Repair::Plausible(0.0));
        assert_eq!(repair(2e9, 1), Repair::Plausible(2e9));
    }
}
