//! Times of rows: `2026-11-30 00:44:30 UTC`, the same in another zone or without one, or seconds since 1970.

use crate::time::stamp::{Stamp as Written, read};
use crate::time::zone::Zone;

/// When a row was written, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// Seconds since 1970; none for a time on the wall in a zone that is not known.
    pub epoch_s: Option<i64>,
    /// Seconds since 1970 on the wall, where the time is one.
    pub local_s: Option<i64>,
}

impl Stamp {
    /// The time that the whole of the text is, and its zone if that gives no offset.
    pub fn read(text: &[u8]) -> Option<(Self, Option<Zone>)> {
        let (written, rest) = read(text)?;
        let rest = rest.trim_ascii();
        let written = match written {
            Written::Wall { nanos, zone: Zone::Unnamed } => Written::Wall { nanos, zone: Zone::of(rest) },
            other if rest.is_empty() => other,
            _ => return None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 of a year with four digits")]
        let whole = |seconds: f64| seconds as i64;
        let [epoch_s, local_s] = [written.epoch_s(), written.local_s()].map(|time| time.map(whole));
        // UTC is no wall: a declared offset of the hosts does not move it.
        let local_s = local_s.filter(|_| epoch_s != local_s);
        Some((Self { epoch_s, local_s }, written.unplaced()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        let check = |text: &str, epoch_s, local_s| {
            let read = Stamp::read(text.as_bytes()).map(|(stamp, _)| stamp);
            assert_eq!(read, Some(Stamp { epoch_s, local_s }), "{text}");
        };
        check("2026-11-30 00:44:30 UTC", Some(1_795_999_470), None);
        check("1795999470", Some(1_795_999_470), None);
        check("2026-11-30 01:44:30 CET", Some(1_795_999_470), Some(1_796_003_070));
        check("2026-11-30 00:44:30", None, Some(1_795_999_470));
        check("2026-11-30 00:44:30 XYZT", None, Some(1_795_999_470));
        for text in ["", "2026-11-30", "2026-11-31 00:44:30 UTC", "30.11.2026 00:44:30", "1795999470 UTC"] {
            assert_eq!(Stamp::read(text.as_bytes()), None, "{text}");
        }
    }
}
