//! Times of rows: `2026-11-30 00:44:30 UTC`, the same in another zone or without one, or seconds since 1970.

use crate::shared::host::samples::Moment;
use crate::time::NANOS;
use crate::time::stamp::{Stamp as Written, read};
use crate::time::zone::Zone;

/// The time that the whole of the text is, and its zone if that gives no offset.
pub(crate) fn moment(text: &[u8]) -> Option<(Moment, Option<Zone>)> {
    let (written, rest) = read(text)?;
    let rest = rest.trim_ascii();
    let written = match written {
        Written::Wall { nanos, zone: Zone::Unnamed } => Written::Wall { nanos, zone: Zone::of(rest) },
        other if rest.is_empty() => other,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 of a year with four digits")]
    let [epoch_ns, local_ns] = [written.epoch_s(), written.local_s()]
        .map(|time| time.and_then(|seconds| (seconds as i64).checked_mul(NANOS)));
    // UTC is no wall: a declared offset of the hosts does not move it.
    let local_ns = local_ns.filter(|_| epoch_ns != local_ns);
    Some((Moment { epoch_ns, local_ns }, written.unplaced()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        let check = |text: &str, epoch_s: Option<i64>, local_s: Option<i64>| {
            let [epoch_ns, local_ns] = [epoch_s, local_s].map(|time| time.map(|seconds| seconds * NANOS));
            let read = moment(text.as_bytes()).map(|(moment, _)| moment);
            assert_eq!(read, Some(Moment { epoch_ns, local_ns }), "{text}");
        };
        check("2026-11-30 00:44:30 UTC", Some(1_795_999_470), None);
        check("1795999470", Some(1_795_999_470), None);
        check("2026-11-30 01:44:30 CET", Some(1_795_999_470), Some(1_796_003_070));
        check("2026-11-30 00:44:30", None, Some(1_795_999_470));
        check("2026-11-30 00:44:30 XYZT", None, Some(1_795_999_470));
        for text in ["", "2026-11-30", "2026-11-31 00:44:30 UTC", "30.11.2026 00:44:30", "1795999470 UTC"] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
    }
}
