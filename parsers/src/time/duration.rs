//! How long something took: `8.87`, `0:08.87`, `1m2.3s`. Decimals stand behind a point or a comma.

use crate::text::{float, split_once, unsigned};

/// Most characters of a number with a decimal comma.
const LONGEST: usize = 32;

/// `8.87` or `8,87`: seconds, not below zero.
pub(crate) fn seconds(text: &[u8]) -> Option<f64> {
    let mut copy = [0; LONGEST];
    let number = match memchr::memchr(b',', text) {
        None => text,
        // A point beside the comma separates thousands, or is damage.
        Some(comma) if !text.contains(&b'.') => {
            let copy = copy.get_mut(..text.len())?;
            copy.copy_from_slice(text);
            *copy.get_mut(comma)? = b'.';
            copy
        }
        Some(_) => return None,
    };
    float(number).filter(|seconds| *seconds >= 0.0)
}

/// `[h:]mm:ss[.cc]` in seconds, as GNU time writes it.
pub(crate) fn clock(text: &[u8]) -> Option<f64> {
    let (first, rest) = split_once(text, b':')?;
    match split_once(rest, b':') {
        Some((minutes, seconds)) => sum(unsigned(first)?, unsigned(minutes)?, seconds),
        None => sum(0, unsigned(first)?, rest),
    }
}

/// `[1h]2m3.4s` in seconds, as shells write it.
pub(crate) fn units(text: &[u8]) -> Option<f64> {
    let (before, seconds) = split_once(text.strip_suffix(b"s")?, b'm')?;
    let (hours, minutes) = match split_once(before, b'h') {
        Some((hours, minutes)) => (unsigned(hours)?, minutes),
        None => (0, before),
    };
    sum(hours, unsigned(minutes)?, seconds)
}

#[expect(clippy::cast_precision_loss, reason = "hours and minutes are small numbers")]
fn sum(hours: u64, minutes: u64, text: &[u8]) -> Option<f64> {
    let seconds = seconds(text).filter(|seconds| *seconds < 61.0)?;
    Some(hours as f64 * 3600.0 + minutes as f64 * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_writing() {
        for (text, read, expected) in [
            ("8.87", seconds as fn(&[u8]) -> Option<f64>, Some(8.87)),
            ("8,87", seconds, Some(8.87)),
            ("-1", seconds, None),
            ("1.000,5", seconds, None),
            ("1,2,3", seconds, None),
            ("0:08.87", clock, Some(8.87)),
            ("0:08,87", clock, Some(8.87)),
            ("1:02:03", clock, Some(3723.0)),
            ("1:61.00", clock, None),
            ("8.87", clock, None),
            ("0:-1.00", clock, None),
            ("0m8.870s", units, Some(8.87)),
            ("1m2.3s", units, Some(62.3)),
            ("2m0,250s", units, Some(120.25)),
            ("1h2m3s", units, Some(3723.0)),
            ("0m61s", units, None),
            ("m1s", units, None),
            ("8.87s", units, None),
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(seconds(&[b','; 40]), None);
    }
}
