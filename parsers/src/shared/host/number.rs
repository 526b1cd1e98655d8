//! Numbers with a point or a comma, and those with a unit behind them.

use crate::text::float;

/// What was seen in the numbers of a log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// A decimal comma.
    pub comma: bool,
    /// A unit: the numbers are rounded for people.
    pub unit: bool,
}

/// A number with a point, or with a comma, which is noted.
pub(crate) fn number(cell: &[u8], seen: &mut Seen) -> Option<f64> {
    float(cell).or_else(|| {
        let at = memchr::memchr(b',', cell)?;
        let mut point = cell.to_vec();
        *point.get_mut(at)? = b'.';
        let number = float(&point)?;
        seen.comma = true;
        Some(number)
    })
}

/// A number as `--human` of sysstat writes it: `90.0%`, or an amount such as `17.7G` in kibibytes, which is what the
/// columns that have them count. Others are what they are.
pub(crate) fn human(cell: &[u8], seen: &mut Seen) -> Option<f64> {
    let (last, before) = cell.split_last()?;
    let scale = match last {
        b'%' => 1.0,
        b'B' => 1.0 / 1024.0,
        b'k' => 1.0,
        b'M' => 1024.0,
        b'G' => 1024.0 * 1024.0,
        b'T' => 1024.0 * 1024.0 * 1024.0,
        _ => return number(cell, seen),
    };
    let value = number(before, seen)?;
    seen.unit = true;
    Some(value * scale)
}

/// How many digits stand behind the point or comma.
pub(crate) fn decimals(cell: &[u8]) -> usize {
    let at = cell.iter().position(|byte| matches!(byte, b'.' | b','));
    at.map_or(0, |at| cell.len().saturating_sub(at).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let read = |cell: &str| {
            let mut seen = Seen::default();
            (human(cell.as_bytes(), &mut seen), seen.comma, seen.unit)
        };
        assert_eq!(read("90.0%"), (Some(90.0), false, true));
        assert_eq!(read("1,5G"), (Some(1_572_864.0), true, true));
        assert_eq!(read("512B"), (Some(0.5), false, true));
        assert_eq!(read("3,25"), (Some(3.25), true, false));
        assert_eq!(read("k"), (None, false, false));
        assert_eq!(read(""), (None, false, false));
    }
}
